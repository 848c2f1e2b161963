"""Everything that the page on learning shows, measured in one run."""

import os
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import torch

from benchmarks.rules.alternating import Taken, alternating
from benchmarks.rules.cases import BATCH, CASES, SHOWN_AT_ONCE, Case, labels, stimuli
from benchmarks.rules.flops import flops
from benchmarks.rules.memory import Grown, grown
from benchmarks.rules.textbook import FIELDS, TEXTBOOK, weights_of

SQUARE = 1024
"""Rows of the product whose speed is the ceiling."""
SINGLE_ALIKE = 1e-4
"""Most that weights may differ from the textbook version after one step in single precision.

The first step of Adam is a quotient of two numbers of which both may be next to nothing.
"""


@dataclass(frozen=True)
class Row:
    """One rule on layers of some sizes.

    Attributes
    ----------
    case
        Which.
    ours, textbook
        CPU time of a step, and of the same one as textbooks write it.
    respond
        CPU time of responding to `SHOWN_AT_ONCE` stimuli.
    square, product
        CPU time of a product of two large square matrices, and of the one of the very shape
        that most of the step's work has.
    double, single
        Largest difference of any weight from the textbook's after one step, by precision.
    """

    case: Case
    ours: Taken
    textbook: Taken
    respond: Taken
    square: Taken
    product: Taken
    double: float
    single: float

    @property
    def speed(self) -> float:
        """GFLOP/s of our step, counting only products that it cannot do without."""
        return flops(self.case) / self.ours.least / 1e9

    @property
    def product_speed(self) -> float:
        """GFLOP/s of the product of the shape in use."""
        rows, inner, columns = self.case.product
        return 2 * rows * inner * columns / self.product.least / 1e9

    @property
    def faster(self) -> float:
        """How many times faster than the textbook."""
        return self.textbook.least / self.ours.least


@dataclass(frozen=True)
class Measured:
    """Everything that the page shows.

    Attributes
    ----------
    rows
        One for each case.
    grown
        Memory over epochs, by rule.
    load
        Processes that wanted a processor, mean over a minute, before and after.
    """

    rows: tuple[Row, ...]
    grown: tuple[Grown, ...]
    load: tuple[float, float]

    @property
    def ceiling(self) -> float:
        """GFLOP/s of large products in single precision, the best of the whole run."""
        return 2e-9 * SQUARE**3 / min(row.square.least for row in self.rows)


def measured() -> Measured:
    """Time every case, and say which on the way."""
    torch.set_num_threads(1)
    before = os.getloadavg()[0]
    rows = tuple(_row(case) for case in CASES)
    memory = tuple(grown(case) for case in {case.rule.name: case for case in CASES[::-1]}.values())
    return Measured(rows, memory[::-1], (before, os.getloadavg()[0]))


def difference(case: Case, dtype: torch.dtype) -> float:
    """Largest difference of any weight after one step by our rule and by the textbook."""
    network = case.network(dtype)
    x, y = stimuli(BATCH, case.sizes[0], dtype), labels(BATCH, case.sizes[-1])
    ours = weights_of(case.rule.step(network, x, y))
    textbook = weights_of(network)
    TEXTBOOK[case.rule.name](case.rule, textbook)(x, y)
    return max(
        float((a - b.detach()).abs().max())
        for name in FIELDS
        for a, b in zip(ours[name], textbook[name], strict=True)
    )


def _row(case: Case) -> Row:
    print(f"timing {case.title}, {case.layers}", flush=True)
    double, single = (_alike(case, dtype) for dtype in (torch.float64, torch.float32))
    taken = alternating(
        {
            "ours": _ours(case),
            "textbook": _textbook(case),
            "respond": _respond(case),
            "square": _product(SQUARE, SQUARE, SQUARE),
            "product": _product(*case.product),
        }
    )
    return Row(case, double=double, single=single, **taken)


def _alike(case: Case, dtype: torch.dtype) -> float:
    """The difference, if it is small: nothing else is worth timing."""
    most = case.alike if dtype == torch.float64 else SINGLE_ALIKE
    found = difference(case, dtype)
    if not found <= most:
        raise RuntimeError(f"{case.title}: weights differ by {found:.1e}, more than {most:.0e}")
    return found


def _ours(case: Case) -> Callable[[], object]:
    """Steps of a network that goes on learning, as in training."""
    network = case.network()
    x, y = stimuli(BATCH, case.sizes[0])[None], torch.eye(case.sizes[-1])[labels(BATCH)][None]

    def run() -> None:
        nonlocal network
        network = case.rule.learn(network, x, y)

    return run


def _textbook(case: Case) -> Callable[[], object]:
    step = TEXTBOOK[case.rule.name](case.rule, weights_of(case.network()))
    return partial(step, stimuli(BATCH, case.sizes[0]), labels(BATCH, case.sizes[-1]))


def _respond(case: Case) -> Callable[[], object]:
    return partial(case.rule.settle, case.network(), stimuli(SHOWN_AT_ONCE, case.sizes[0])[None])


def _product(rows: int, inner: int, columns: int) -> Callable[[], object]:
    a, b = stimuli(rows, inner), stimuli(inner, columns)
    return partial(torch.mm, a, b, out=torch.empty(rows, columns))
