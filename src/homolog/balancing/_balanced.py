"""What balancing gives: the network, the log-scales, and the proof that it went well."""

from __future__ import annotations

from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from homolog.balancing._activity import Activity, random_difference
from homolog.balancing._balanced_shown import shown
from homolog.balancing._certificate import Certificate, certificate
from homolog.balancing._equilibrium import Equilibrium
from homolog.balancing.costs import PowerLaw, costs_at

if TYPE_CHECKING:
    import pandas as pd

    from homolog.balancing._bounds import Bounds
    from homolog.balancing._matrix import Matrix
    from homolog.networks.recurrent import RecurrentNetwork

Reals = NDArray[np.float64]


def _imbalance(inward: Reals, outward: Reals) -> float:
    total = inward.sum()
    return float(np.linalg.norm(inward - outward) / total) if total > 0 else 0.0


@dataclass(frozen=True, eq=False)
class NeuronCosts:
    """Costs of the synapses onto and from each neuron, autapses in both.

    Attributes
    ----------
    inward, outward
        (neuron,) before.
    inward_after, outward_after
        (neuron,) after: equal to each other where the balance is complete.
    """

    inward: Reals
    outward: Reals
    inward_after: Reals
    outward_after: Reals


@dataclass(frozen=True, eq=False, repr=False)
class Balanced:
    r"""A network that computes the same as before, with synapses of the least total cost.

    Attributes
    ----------
    network
        The balanced network. `balanced.recurrent` are its recurrent weights.
    before
        The network that was given.
    h
        (neuron,) log-scales: ``recurrent[i, j]`` was multiplied by ``exp(h[j] - h[i])``, the
        state of neuron k at every moment by ``exp(-h[k])``.
    equilibrium
        What the solver found: costs before and after, residual, components.
    cost, law
        Name of the cost, and the cost itself.
    gauge
        Which of the log-scales of equal cost was taken.
    bounds
        Between what the least cost had to be, by what was known before.
    costs
        In-costs and out-costs of each neuron, before and after.
    crossing_costs
        (2, synapse) costs before and after of synapses between components.
    dead
        Neurons without outgoing cost: nobody's input, or with a gain of exactly 0.
    activity
        What was measured on the inputs; None without any.
    notes
        What to know before this network is used.
    """

    network: RecurrentNetwork
    before: RecurrentNetwork
    h: Reals
    equilibrium: Equilibrium
    cost: str
    law: PowerLaw
    gauge: str
    bounds: Bounds
    costs: NeuronCosts
    crossing_costs: Reals
    dead: tuple[int, ...]
    activity: Activity | None = None
    notes: tuple[str, ...] = ()

    @property
    def recurrent(self) -> Matrix:
        """Recurrent weights of the balanced network."""
        return self.network.recurrent

    @property
    def power(self) -> float:
        """Exponent of the weights in the cost."""
        return self.law.power

    @property
    def cost_before(self) -> float:
        """C, the sum of the costs of all recurrent synapses, before."""
        return self.equilibrium.cost_before

    @property
    def cost_after(self) -> float:
        """C of the balanced network."""
        return self.equilibrium.cost_after

    @property
    def infimum(self) -> float:
        """What C can be brought towards: `cost_after`, less what joins components."""
        return self.equilibrium.infimum

    @property
    def residual(self) -> float:
        """‖g‖/C within components, 0 in perfect balance."""
        return self.equilibrium.residual

    @property
    def newton_correction(self) -> float:
        """Largest change of any log-weight that one more step of Newton's method would make."""
        return self.equilibrium.newton_correction

    @property
    def components(self) -> NDArray[np.intp]:
        """(neuron,) strong component of each."""
        return self.equilibrium.components

    @property
    def n_components(self) -> int:
        """Strong components of the graph of costs; 1 where it can be balanced as a whole."""
        return int(self.components.max()) + 1

    @property
    def imbalance(self) -> tuple[float, float]:
        """‖g‖/C over all neurons, before and after: in-cost minus out-cost, over all costs.

        After it is 0 only where no synapse joins components.
        """
        costs = self.costs
        before = _imbalance(costs.inward, costs.outward)
        return before, _imbalance(costs.inward_after, costs.outward_after)

    @property
    def output_difference(self) -> float | None:
        """Largest difference of an output on the inputs, over the largest; None without inputs."""
        return None if self.activity is None else self.activity.output_difference

    def check(self, rng: int | np.random.Generator = 0) -> float:
        """Run both networks on random inputs and tell how far their outputs are apart.

        Returns
        -------
        difference
            Largest difference of an output over the largest output; of networks without
            outputs the same of states, scaled back, and of networks without inputs from random
            states. Rounding, 1e-15 or so and 1e-6 in float32, where both compute the same.
        """
        return random_difference(self.before, self.network, self.h, rng)

    def certificate(self) -> Certificate:
        """Prove from the balanced costs alone that no rescaling costs much less; see there.

        ``lower`` equals `infimum` to rounding if all went well. Of a network balanced with a
        ground it is less, for the least recurrent cost was not what was asked for.
        """
        costs = self.law.of(self.before.recurrent)
        return certificate(costs_at(costs, self.h, self.power))

    def neurons(self) -> pd.DataFrame:
        """A row for each neuron: label, h, costs before and after, component, activity."""
        import pandas as pd

        labels = self.before.neurons
        table: dict[str, Any] = {
            "neuron": range(len(self.h)) if labels is None else labels,
            "h": self.h,
            "in_cost_before": self.costs.inward,
            "out_cost_before": self.costs.outward,
            "in_cost_after": self.costs.inward_after,
            "out_cost_after": self.costs.outward_after,
            "component": self.components,
            "level": self.equilibrium.levels[self.components],
            "dead": np.isin(np.arange(len(self.h)), self.dead),
        }
        if self.activity is not None:
            table["activity_power_before"] = self.activity.power_before
            table["activity_power_after"] = self.activity.power_after
        return pd.DataFrame(table)

    def crossing(self) -> pd.DataFrame:
        """A row for each synapse between components: from, to, cost before and after."""
        import pandas as pd

        rows, columns = self.equilibrium.crossing
        before, after = self.crossing_costs
        table = {"from": columns, "to": rows, "cost_before": before, "cost_after": after}
        return pd.DataFrame(table)

    def save(self, folder: str | PathLike[str]) -> Path:
        """Write network, table of neurons and numbers to a folder, whole or not at all.

        ``network.npz`` is read by `homolog.networks.load_recurrent`; ``neurons.csv`` is what
        `neurons` gives; ``balance.json`` holds the numbers that are printed.

        Raises
        ------
        HomologError
            HM046 for a folder with files that no balancing left, HM034 if it cannot be written.
        """
        from homolog.balancing._balanced_files import write

        return write(self, Path(folder))

    def __str__(self) -> str:
        """A table of what was, what is, and how well it is known."""
        return shown(self)

    __repr__ = __str__
