"""What came of balancing a module."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from torch import nn


@dataclass(frozen=True, eq=False)
class ModuleBalanced:
    """A module that computes the same as before with weights of the least total cost.

    Attributes
    ----------
    module
        The rescaled copy, of the same class and with the same parameter names, but for batch
        norms (see `folded`).
    h
        Log-scale of each hidden unit or channel, by the name of the layer that writes it. A
        weight was multiplied by e^(h of what it reads - h of what it writes), a response to
        a stimulus by e^-h. Layers joined by a skip have the same; layers whose units are
        outputs have none.
    dead
        By layer, the units whose weights let nothing reach them or nothing reach the output
        from them. No equilibrium ties down their `h`, which are chosen so that no weight of
        theirs grows.
    power
        Exponent p of the cost |weight|^p.
    cost_before, cost_after
        Sum of the costs of all weights and biases of linear and convolutional layers, batch
        norms folded, before and after. Nothing that computes the same by rescaling costs less,
        up to what `dead` units cost.
    residual
        Size of all differences between what leads into a unit and what leads out of it, over
        the cost; 0 in perfect balance.
    newton_correction
        Largest change of any log-weight, times p, that one more step of Newton's method would
        make: unlike `residual` it also sees parts of a network that are hardly joined.
    folded
        Names of the batch norms that were put into the layer before them. An identity stands in
        their place, and the layer has a bias.
    output_difference
        Largest difference of the outputs to the example, over the largest output; None without
        an example.
    """

    module: nn.Module
    h: Mapping[str, NDArray[np.float64]]
    dead: Mapping[str, NDArray[np.bool_]]
    power: float
    cost_before: float
    cost_after: float
    residual: float
    newton_correction: float
    folded: tuple[str, ...]
    output_difference: float | None

    @property
    def n_units(self) -> int:
        """Hidden units and channels that have a log-scale, tied ones each."""
        return sum(map(len, self.h.values()))

    @property
    def n_dead(self) -> int:
        """How many of them are dead."""
        return int(sum(dead.sum() for dead in self.dead.values()))

    def __repr__(self) -> str:
        """Cost before and after, and how far from balance it is."""
        return (
            f"<ModuleBalanced {type(self.module).__name__}: {self.n_units} units in"
            f" {len(self.h)} layers, {self.n_dead} dead; cost {self.cost_before:.5g} to"
            f" {self.cost_after:.5g}, ‖g‖/C {self.residual:.1e}>"
        )
