"""What is timed: rules, layers, and stimuli that look like images of digits to a processor."""

from dataclasses import dataclass, field, replace
from itertools import pairwise

import numpy as np
import torch
from torch import Tensor

from homolog.networks import LayeredNetwork
from homolog.rules._rule import LearningRule
from homolog.rules.backprop import Backprop
from homolog.rules.corinfomax import CorInfoMax
from homolog.rules.equilibrium_propagation import EquilibriumPropagation
from homolog.rules.feedback_alignment import FeedbackAlignment
from homolog.rules.predictive_coding import PredictiveCoding
from homolog.rules.predictive_coding_nudge import PredictiveCodingNudge
from homolog.rules.similarity_matching import SimilarityMatching

BATCH = 20
SHOWN_AT_ONCE = 500
"""Stimuli of a batch that is only responded to."""
LIT = 0.2
"""Share of inputs above zero, as in images of digits."""

DIGITS, COLOURS = (784, 500, 10), (3072, 1000, 10)


@dataclass(frozen=True)
class Case:
    """A rule on layers of some sizes.

    Attributes
    ----------
    title
        What tables call it.
    rule
        Its settings; a nudge always pulls, so that both sides of a comparison have one sign.
    sizes
        Neurons of every layer, the stimulus first.
    within
        Whether most of its work is a product of a layer's rates with a square matrix of
        synapses, rather than of stimuli with the first synapses.
    alike
        Most that weights may differ from those of the textbook version after one step in
        double precision.
    """

    title: str
    rule: LearningRule
    sizes: tuple[int, ...] = DIGITS
    within: bool = False
    alike: float = field(default=1e-10, compare=False)

    @property
    def layers(self) -> str:
        """Sizes, as tables show them."""
        return "-".join(map(str, self.sizes))

    @property
    def product(self) -> tuple[int, int, int]:
        """Rows, inner size and columns of the product in which it spends most of its time."""
        n = max(self.sizes[1:])
        return (BATCH, n if self.within else self.sizes[0], n)

    def network(self, dtype: torch.dtype = torch.float32) -> LayeredNetwork:
        """A newborn network, the same at every call."""
        return self.rule.wire(self.sizes, rng=0, dtype=dtype)


EXACT = CorInfoMax(nudge_sign="positive")
LAGGED = replace(EXACT, lateral_refresh=10)
LARGE = replace(
    EXACT, leak=0.1, forgetting=0.99995, forward_rates=(0.08, 0.04), feedback_rates=(0.04,)
)
LARGE_LAGGED = replace(LARGE, lateral_refresh=10)
EP = EquilibriumPropagation(nudge_sign="positive")
CSM = SimilarityMatching(nudge_sign="positive")
PC = PredictiveCoding()
PC_NUDGE = PredictiveCodingNudge(nudge_sign="positive")
LAG_ALIKE = 1e-6
"""A lateral drive that is computed anew every ten iterations only is not the same."""

CASES = (
    Case("CorInfoMax, exact", EXACT, within=True),
    Case("CorInfoMax, k = 10", LAGGED, within=True, alike=LAG_ALIKE),
    Case("EP", EP),
    Case("CSM", CSM, within=True),
    Case("PC", PC),
    Case("PC", PC, (784, 600, 600, 10), within=True),
    Case("PC-Nudge", PC_NUDGE),
    Case("PC-Nudge", PC_NUDGE, (784, 128, 64, 10)),
    Case("FA", FeedbackAlignment()),
    Case("BP", Backprop()),
    Case("CorInfoMax, exact", LARGE, COLOURS, within=True),
    Case("CorInfoMax, k = 10", LARGE_LAGGED, COLOURS, within=True, alike=LAG_ALIKE),
    Case("EP", EP, (3072, 500, 10)),
    Case("BP", Backprop(rate=1e-4), COLOURS),
)


def stimuli(n: int, n_inputs: int, dtype: torch.dtype = torch.float32) -> Tensor:
    """(stimulus, input) of sparse brightness in [0, 1], the same at every call."""
    rng = np.random.default_rng([n, n_inputs])
    bright = rng.random((n, n_inputs)) * (rng.random((n, n_inputs)) < LIT)
    return torch.from_numpy(bright).to(dtype)


def labels(n: int, n_classes: int = 10) -> Tensor:
    """A class for each of n stimuli, the same at every call."""
    return torch.from_numpy(np.random.default_rng(n).integers(0, n_classes, n))


def pairs(sizes: tuple[int, ...]) -> list[int]:
    """Synapses between every two neighbouring layers, from the lowest."""
    return [below * above for below, above in pairwise(sizes)]
