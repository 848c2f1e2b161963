"""An iteration of learning, beside the usual ways of writing it and beside bare products."""

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import torch

from benchmarks.recurrent.plain import (
    gradient_by_numpy,
    iteration_by_autograd,
    iteration_by_numpy,
)
from benchmarks.rules.alternating import Taken, alternating
from homolog.training.through_time._course import drawn, iterated
from homolog.training.through_time._descent import newborn
from homolog.training.through_time._plan import Plan, planned
from homolog.training.through_time._products import quiet_thread
from homolog.training.through_time._unrolled import error_and_gradient, memory_for
from homolog.training.through_time._weights import Weights, born, joined

N_NEURONS, PENALTY, SQUARE = 256, 0.3, 1024
TRIALS, STEPS = 8, 500
REPLICAS = (1, 10)
ALIKE = {"float64": 1e-12, "float32": 1e-4}
"""Most that our gradient may differ from that of plain NumPy, of its largest entry."""


@dataclass(frozen=True)
class Measured:
    """Everything that the page shows; CPU time is for one replica.

    Attributes
    ----------
    ours
        An iteration by `homolog.train_recurrent`, by how many replicas were side by side.
    plain, autograd
        The same in plain NumPy, and by autograd of PyTorch.
    products
        A product of the shape of a substep by NumPy and by PyTorch, of the gradient's shape, and
        of two large square matrices.
    differences
        Of our gradient from that of plain NumPy, by precision.
    load
        Processes that wanted a processor, mean over a minute, before and after.
    """

    ours: dict[int, Taken]
    plain: Taken
    autograd: Taken
    products: dict[str, Taken]
    differences: dict[str, float]
    load: tuple[float, float]

    @property
    def floor(self) -> float:
        """Seconds in which the products of an iteration are done at the best speed seen."""
        return flops() / max(self.speeds.values()) / 1e9

    @property
    def speeds(self) -> dict[str, float]:
        """GFLOP/s of each product."""
        return {name: WORK[name] / taken.least / 1e9 for name, taken in self.products.items()}


WORK = {
    "substep, NumPy": 2 * TRIALS * N_NEURONS**2,
    "substep, PyTorch": 2 * TRIALS * N_NEURONS**2,
    "gradient, NumPy": 2 * TRIALS * STEPS * N_NEURONS**2,
    "square, NumPy": 2 * SQUARE**3,
    "square, PyTorch": 2 * SQUARE**3,
}
"""Operations of each product."""


def flops() -> int:
    """Operations of an iteration that are in products with neurons on both sides.

    Forward in every substep, back in all but the first, and one product for all of the gradient.
    """
    return 2 * TRIALS * N_NEURONS**2 * (STEPS + STEPS - 1 + STEPS)


def measured() -> Measured:
    """Check that both sides compute the same, and let them take turns."""
    before = os.getloadavg()[0]
    differences = {dtype: _alike(dtype) for dtype in ALIKE}
    print("timing recurrent networks", flush=True)
    with quiet_thread():
        taken = alternating(
            {f"ours {count}": _ours(count) for count in REPLICAS}
            | {"plain": _plain(), "autograd": _autograd()}
            | dict(_products())
        )
    ours = {count: _each(taken.pop(f"ours {count}"), count) for count in REPLICAS}
    both = taken.pop("plain"), taken.pop("autograd")
    return Measured(ours, *both, taken, differences, (before, os.getloadavg()[0]))


def _each(taken: Taken, count: int) -> Taken:
    return Taken(tuple(seconds / count for seconds in taken.turns))


def plan_of(dtype: str = "float32") -> Plan:
    """The reference settings."""
    asked = {"iterations": 1, "batch": None, "optimiser": "sgd", "rate": 5e-3, "clip": 10.0}
    asked |= {"n_neurons": N_NEURONS, "penalty": PENALTY, "rng": 0, "dtype": dtype}
    return planned("context_integration", "relu", 0.1, device="cpu", folder=None, **asked)


def newborns(plan: Plan, count: int) -> Weights:
    """Replicas that have not learned yet."""
    sizes = plan.n_neurons, plan.task.n_inputs, plan.task.n_outputs
    return joined([born(*sizes, plan.rng, number, plan.precision) for number in range(count)])


def difference(dtype: str) -> float:
    """Largest difference of our gradient from plain NumPy's, of the largest entry of each part."""
    plan = plan_of(dtype)
    weights, shown = newborns(plan, 1), drawn(plan, [0], 0)
    with torch.no_grad():
        memory = memory_for(weights, shown, plan.course)
        _, ours = error_and_gradient(weights, shown, plan.course, memory)
    parts = [part[0].numpy() for part in weights]
    _, plain = gradient_by_numpy(parts, shown.inputs[0].numpy(), shown.targets[0].numpy())
    pairs = zip(ours, plain, strict=True)
    return max(float(np.abs(a[0].numpy() - b).max() / np.abs(b).max()) for a, b in pairs)


def _alike(dtype: str) -> float:
    """The difference, if it is small: nothing else is worth timing."""
    found = difference(dtype)
    if not found <= ALIKE[dtype]:
        raise RuntimeError(f"gradients differ by {found:.1e} in {dtype}, more than allowed")
    return found


def _ours(count: int) -> Callable[[], object]:
    """Iterations of replicas that go on learning, with fresh trials, as in training."""
    plan, numbers = plan_of(), range(count)
    learner = newborn(newborns(plan, count), plan)
    memory = memory_for(learner.weights, drawn(plan, numbers, 0), plan.course)

    def run() -> None:
        nonlocal learner
        with torch.no_grad():
            shown = drawn(plan, numbers, learner.iterations)
            learner, _ = iterated(plan, numbers, learner, shown, memory)

    return run


def _plain() -> Callable[[], object]:
    weights = [part[0].numpy().copy() for part in newborns(plan_of(), 1)]
    rng = np.random.default_rng(0)
    return lambda: iteration_by_numpy(weights, rng, PENALTY)


def _autograd() -> Callable[[], object]:
    parts = [part[0].clone().requires_grad_() for part in newborns(plan_of(), 1)]
    rng = np.random.default_rng(0)
    return lambda: iteration_by_autograd(parts, rng, PENALTY)


def _products() -> Iterator[tuple[str, Callable[[], object]]]:
    shapes = {
        "substep": (TRIALS, N_NEURONS, N_NEURONS),
        "gradient": (N_NEURONS, TRIALS * STEPS, N_NEURONS),
        "square": (SQUARE, SQUARE, SQUARE),
    }
    rng = np.random.default_rng(0)
    for name in WORK:
        shape, _, library = name.partition(", ")
        rows, inner, columns = shapes[shape]
        a, b = (rng.random(size, np.float32) for size in ((rows, inner), (inner, columns)))
        yield name, _product(a, b, np.empty((rows, columns), np.float32), library)


def _product(a: np.ndarray, b: np.ndarray, out: np.ndarray, library: str) -> Callable[[], object]:
    if library == "NumPy":
        return lambda: np.matmul(a, b, out=out)
    x, y, z = map(torch.from_numpy, (a, b, out))
    return lambda: torch.mm(x, y, out=z)
