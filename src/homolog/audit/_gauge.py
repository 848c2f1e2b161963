"""How far scores move between networks that compute the same, before and after balancing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal, cast

import numpy as np
from numpy.typing import NDArray

from homolog import errors
from homolog._arrays import constant_columns
from homolog.audit._given import generator_of, measures_of
from homolog.audit._objective import Objective
from homolog.balancing import balance, transform
from homolog.balancing._activity import difference
from homolog.tasks import Trials

if TYPE_CHECKING:
    import pandas as pd

    from homolog.balancing import Balanced
    from homolog.measures._measure import Measure
    from homolog.networks import RecurrentNetwork
    from homolog.networks._run import Run

Reals = NDArray[np.float64]
Cost = Literal["l2", "l1", "robustness"]


@dataclass(frozen=True, eq=False)
class GaugeAudit:
    """Scores of one network against itself in other gauges: the same outputs to rounding.

    Attributes
    ----------
    measures
        What was scored, in order.
    spread
        (spread,) standard deviations of the log-scales by which neurons were rescaled.
    rescaled
        Label of the measure -> (spread, draw) score of the rescaled network's hidden activity
        against that of the network itself, 1 = same (see `Objective`).
    itself
        Label of the measure -> score of the network's activity against itself: 1 for all but
        measures that predict what they were not fitted to.
    balanced
        The same as `rescaled` with both networks balanced first; None if that was not asked for.
    output_difference
        The largest difference of any output of any of these networks from that of the first,
        over the largest output: rounding.
    silent
        How many neurons never changed and were left out.
    """

    measures: tuple[Measure, ...]
    spread: Reals
    rescaled: Mapping[str, Reals]
    itself: Mapping[str, float]
    balanced: Mapping[str, Reals] | None
    output_difference: float
    silent: int

    def moved(self, measure: str) -> Reals:
        """(spread,) by how much the score of a measure fell on average."""
        return self.itself[measure] - self.rescaled[measure].mean(axis=1)

    def __str__(self) -> str:
        """Per measure, lowest and mean score at each spread, and the lowest once balanced."""
        heads = ["measure", *(f"spread {one:g}" for one in self.spread)]
        heads += [] if self.balanced is None else ["balanced"]
        lines = [heads, *(self._line(one.label) for one in self.measures)]
        widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
        table = ["  ".join(map(str.ljust, line, widths)).rstrip() for line in lines]
        return "\n".join(
            [
                "score of a network against itself, rescaled: mean [lowest]",
                *table,
                f"outputs differ by at most {self.output_difference:.1e} of the largest",
            ]
        )

    def frame(self) -> pd.DataFrame:
        """One row for each measure, spread and draw, as a pandas table."""
        import pandas as pd

        return pd.DataFrame(list(self._rows()))

    def _line(self, label: str) -> list[str]:
        scores = [f"{one.mean():.3f} [{one.min():.3f}]" for one in self.rescaled[label]]
        if self.balanced is None:
            return [label, *scores]
        return [label, *scores, f"{self.balanced[label].min():.3f}"]

    def _rows(self) -> Iterator[dict[str, Any]]:
        for one in self.measures:
            for i, spread in enumerate(self.spread):
                for draw, score in enumerate(self.rescaled[one.label][i]):
                    row = {"measure": one.label, "spread": spread, "draw": draw, "score": score}
                    if self.balanced is not None:
                        row["balanced"] = self.balanced[one.label][i, draw]
                    yield row


def gauge_audit(
    network: RecurrentNetwork,
    inputs: Any,
    measures: str | Measure | Sequence[str | Measure] = (
        "cka",
        "nbs",
        "procrustes",
        "linear_regression",
        "cca",
    ),
    *,
    spread: float | Sequence[float] = (0.5, 1.0),
    n: int = 10,
    rng: int | np.random.Generator = 0,
    step: float = 1.0,
    dt: float = 0.1,
    cost: Cost | None = "l2",
) -> GaugeAudit:
    r"""Score a recurrent network against networks that differ from it in nothing that it computes.

    Each neuron's activity is divided by a random factor :math:`e^{h_k}` and its synapses are
    changed to match (`homolog.balancing.transform`), so that the outputs stay what they were.
    Hidden activity is then scored against that of the untouched network. A score below 1 says
    how much of a dissimilarity between two networks may be mere convention. `homolog.balance`
    chooses one network of all these; between balanced networks the score is what
    the balanced network scores against itself.

    Parameters
    ----------
    network
        Of homogeneous neurons, such as relu; without replicas.
    inputs
        (trial, time, input), or `Trials` of a task. Every time of every trial is a row.
    measures
        One or more names or measures. The untouched network is the reference.
    spread
        Standard deviation of the log-scales h, which are Gaussian with sum 0. At 1 a sixth of
        the neurons are more than 2.7 times as active as they were, a sixth less than 0.37.
    n
        How many rescaled networks for each spread.
    rng
        Seed or generator of the log-scales.
    step, dt
        As of `RecurrentNetwork.run`; `Trials` have a step of their own.
    cost
        Of synapses, as of `homolog.balance`; None: networks are not balanced.

    Returns
    -------
    found
        Print it, or `.frame()`.

    Raises
    ------
    HomologError
        HM054 for neurons that are not homogeneous, HM050 for a network that cannot be balanced
        (give ``cost=None``), HM025 for replicas and settings that make no sense; and what
        measures refuse.

    Notes
    -----
    Measures that are invariant to ``neuron_scale`` of the candidate do not move at all, and
    those invariant to rotations only do. Activity is rates, noiseless, as another brain would
    see them. Networks may compute the same in other ways, too: by other wiring altogether.

    References
    ----------
    Stock, Harvey, Ocko & Ganguli 2022, https://doi.org/10.1371/journal.pcbi.1010418
    """
    spreads = _spreads(spread)
    _refuse(network, n)
    if isinstance(inputs, Trials):
        inputs, step = inputs.inputs, inputs.step
    chosen = measures_of(measures)
    shifts = _shifts(spreads, n, network.n_neurons, generator_of(rng))
    as_they_are = _Gauge(network, inputs, step, dt, None)
    scores, worst = as_they_are.scores(chosen, shifts)
    balanced = None
    if cost is not None:
        balanced, other = _Gauge(network, inputs, step, dt, cost).scores(chosen, shifts)
        worst = max(worst, other)
    silent = int((~as_they_are.active).sum())
    itself = as_they_are.itself(chosen)
    return GaugeAudit(chosen, spreads, scores, itself, balanced, worst, silent)


@dataclass(frozen=True, eq=False)
class _Gauge:
    """A network and its inputs, and what makes one network of all those that compute the same.

    `cost` is what balancing makes least; None: networks stay as they are.
    """

    network: RecurrentNetwork
    inputs: Any
    step: float
    dt: float
    cost: Cost | None

    @cached_property
    def first(self) -> tuple[Run, Reals]:
        """What the untouched network does, and its log-scales."""
        return self.of(np.zeros(self.network.n_neurons))

    @cached_property
    def active(self) -> NDArray[np.bool_]:
        """(neuron,) which neurons ever change."""
        return ~constant_columns(_rows(self.first[0]))

    def of(self, shift: Reals) -> tuple[Run, Reals]:
        """What the network rescaled by these log-scales does, and its log-scales in the end."""
        moved = transform(self.network, shift)
        if self.cost is not None:
            found = cast(
                "Balanced",
                balance(moved, cost=self.cost, inputs=self.inputs, step=self.step, dt=self.dt),
            )
            moved, shift = found.network, shift + found.h
        return moved.run(self.inputs, step=self.step, dt=self.dt), shift

    @cached_property
    def own(self) -> Reals:
        """(row, neuron) activity of the untouched network, without silent neurons."""
        return _rows(self.first[0])[:, self.active]

    def itself(self, chosen: Sequence[Measure]) -> dict[str, float]:
        """Label -> score of the untouched network against itself."""
        own = self.own[None]
        return {one.label: float(Objective(own[0], one).score(own)[0]) for one in chosen}

    def scores(self, chosen: Sequence[Measure], shifts: Reals) -> tuple[dict[str, Reals], float]:
        """Label -> (spread, draw) scores, and the largest difference of any output."""
        against = [Objective(self.own, one) for one in chosen]
        found: Reals = np.empty((len(chosen), *shifts.shape[:2]))
        worst = 0.0
        for at in np.ndindex(shifts.shape[:2]):
            run, shift = self.of(shifts[at])
            worst = max(worst, difference(self.first[0], run, shift - self.first[1]))
            rows = _rows(run)[:, self.active]
            found[:, *at] = [one.score(rows[None])[0] for one in against]
        return {one.label: found[i] for i, one in enumerate(chosen)}, worst


def _rows(run: Run) -> Reals:
    """(row, neuron) rates at every time of every trial."""
    rates = run.rates.astype(np.float64, copy=False)
    return rates.reshape(-1, rates.shape[-1])


def _shifts(spreads: Reals, n: int, n_neurons: int, rng: np.random.Generator) -> Reals:
    """(spread, draw, neuron) log-scales that sum to 0, as those of balancing do."""
    drawn = rng.standard_normal((len(spreads), n, n_neurons))
    return spreads[:, None, None] * (drawn - drawn.mean(axis=2, keepdims=True))


def _spreads(given: float | Sequence[float]) -> Reals:
    allowed = "one or more finite numbers above 0"
    try:
        spreads = np.atleast_1d(np.asarray(given, dtype=np.float64))
    except (TypeError, ValueError):
        raise errors.bad_value("spread", given, allowed) from None
    if spreads.ndim != 1 or not spreads.size or not (np.isfinite(spreads) & (spreads > 0)).all():
        raise errors.bad_value("spread", given, allowed)
    return spreads


def _refuse(network: RecurrentNetwork, n: int) -> None:
    if network.has_replicas:
        allowed = "one network: gauge_audit(network.replica(0), …), and so on"
        raise errors.bad_value("number of replicas", network.n_replicas, allowed)
    if isinstance(n, bool) or not isinstance(n, int | np.integer) or n < 1:
        raise errors.bad_value("n", n, "a whole number from 1")
