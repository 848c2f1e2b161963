"""Gradients, where a measure declares that they flow: finite and those of the score.

Checked by central differences along random directions, also where careless derivatives
of singular vectors, angles and norms are not a number: at equality, where singular
values repeat, for unequal sizes, and for fewer stimuli than neurons.
"""

import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.util import find_spec

import numpy as np

from homolog.measures._measure import Measure
from homolog.testing._inputs import double_precision_jax
from homolog.testing._populations import (
    Population,
    Sizes,
    near,
    orthogonal,
    pair,
    regimes,
    require,
    value,
)

_STEP = 1e-5
_N_DIRECTIONS = 3
_TOLERANCE = 1e-6
_TOLERANCE_AT_CONE = 1e-3
_JAX_SIZES: Sizes = (30, 6, 4)

Gradients = tuple[Population, Population]
Differentiate = Callable[[Measure, Population, Population], tuple[float, Gradients]]


@dataclass(frozen=True, eq=False)
class _Place:
    """Two populations at which to differentiate, and how exact central differences are."""

    name: str
    x: Population
    y: Population
    tolerance: float = _TOLERANCE


def check_gradients(m: Measure, rng: np.random.Generator) -> None:
    """Gradients by formula, torch and JAX are finite and equal to central differences."""
    if not m.smooth:
        return
    libraries = find_spec("torch"), find_spec("jax")
    if not any(libraries):
        warnings.warn(
            f"gradients of {m.label} were not checked: neither torch nor JAX is installed",
            stacklevel=2,
        )
    if libraries[0]:
        for place in _places(m, rng):
            _check_at(m, place, "torch", _by_torch, rng)
            _check_one_side(m, place)
    if libraries[1]:
        for place in _ordinary_places(rng, _JAX_SIZES):
            _check_at(m, place, "JAX", _by_jax, rng)
    if m.gradient is not None:
        for place in _places(m, rng):
            _check_formula(m, place, rng)


def _places(m: Measure, rng: np.random.Generator) -> Iterator[_Place]:
    for sizes in regimes(m, rng):
        yield from _ordinary_places(rng, sizes)
    for n_x, n_y in ((6, 4), (4, 6), (5, 5)):
        x, y = _repeated_singular_values(rng, n_x, n_y)
        yield _Place("where all singular values are equal", x, y)


def _ordinary_places(rng: np.random.Generator, sizes: Sizes) -> Iterator[_Place]:
    x, y = pair(rng, sizes)
    where = f"of {sizes[0]} stimuli, {sizes[1]} and {sizes[2]} neurons"
    yield _Place(where, x, y)
    yield _Place(f"{where} at equality", x, x.copy(), _TOLERANCE_AT_CONE)


def _repeated_singular_values(rng: np.random.Generator, n_x: int, n_y: int) -> Gradients:
    """Orthonormal responses of which every shared direction is equally correlated."""
    n = max(n_x, n_y)
    raw = rng.normal(size=(24, 2 * n))
    q = np.linalg.qr(raw - raw.mean(axis=0)).Q
    y = 0.8 * q[:, :n_y] + 0.6 * q[:, n : n + n_y]
    return q[:, :n_x] @ orthogonal(rng, n_x), y @ orthogonal(rng, n_y)


def _check_at(
    m: Measure, place: _Place, library: str, by: Differentiate, rng: np.random.Generator
) -> None:
    score, gradients = by(m, place.x, place.y)
    wanted = value(m, place.x, place.y)
    require(
        near(score, wanted, 1e-9),
        f"{m.label} is {wanted:.12g}, but {score:.12g} while {library} differentiates it"
        f" ({place.name})",
    )
    for side, gradient in zip(("reference", "candidate"), gradients, strict=True):
        where = f"with respect to the {side} by {library}, {place.name},"
        require(
            bool(np.isfinite(gradient).all()),
            f"the gradient of {m.label} {where} has {np.sum(~np.isfinite(gradient))} entries that"
            " are not finite",
        )
        for _ in range(_N_DIRECTIONS):
            _check_along(m, place, side, gradient, where, rng)


def _check_along(
    m: Measure,
    place: _Place,
    side: str,
    gradient: Population,
    where: str,
    rng: np.random.Generator,
) -> None:
    start = place.x if side == "reference" else place.y
    direction = rng.normal(size=start.shape)
    direction /= np.linalg.norm(direction)
    step = _STEP * float(np.linalg.norm(start))
    ends = [
        value(m, moved, place.y) if side == "reference" else value(m, place.x, moved)
        for moved in (start + step * direction, start - step * direction)
    ]
    slope, got = (ends[0] - ends[1]) / (2 * step), float(np.sum(gradient * direction))
    require(
        near(got, slope, place.tolerance),
        f"the gradient of {m.label} {where} is {got:.9g} along a random direction, where central"
        f" differences give {slope:.9g}",
    )


def _check_one_side(m: Measure, place: _Place) -> None:
    """A gradient may be wanted for one population while the other is fixed."""
    import torch

    both = _by_torch(m, place.x, place.y)[1]
    for i, side in enumerate(("reference", "candidate")):
        tensors = [torch.tensor(a, requires_grad=i == j) for j, a in enumerate((place.x, place.y))]
        m(*tensors).backward()
        alone = tensors[i].grad
        require(
            alone is not None and np.allclose(alone.numpy(), both[i], atol=_TOLERANCE),
            f"the gradient of {m.label} with respect to the {side} by torch, {place.name},"
            " is another when only that population requires one",
        )


def _check_formula(m: Measure, place: _Place, rng: np.random.Generator) -> None:
    """The formula gives the score, and its slope along random directions."""
    gradient_at = m.gradient_at(place.x)
    if gradient_at is None:
        return
    values, gradients = gradient_at(place.y[None].copy())
    where = f"with respect to the candidate by its formula, {place.name},"
    wanted = value(m, place.x, place.y)
    require(
        near(float(values[0]), wanted, _TOLERANCE),
        f"the formula of {m.label} gives {values[0]:.9g} where its score is {wanted:.9g}"
        f" ({place.name})",
    )
    require(bool(np.isfinite(gradients).all()), f"the gradient of {m.label} {where} is not finite")
    for _ in range(_N_DIRECTIONS):
        _check_along(m, place, "candidate", gradients[0], where, rng)


def _by_torch(m: Measure, x: Population, y: Population) -> tuple[float, Gradients]:
    import torch

    a, b = torch.tensor(x, requires_grad=True), torch.tensor(y, requires_grad=True)
    score = m(a, b)
    require(
        bool(score.requires_grad), f"{m.label} is declared smooth, but no gradient flows in torch"
    )
    score.backward()
    if a.grad is None or b.grad is None:
        raise AssertionError(
            f"{m.label} is declared smooth, but no gradient reaches both populations in torch"
        )
    return float(score.detach()), (a.grad.numpy(), b.grad.numpy())


def _by_jax(m: Measure, x: Population, y: Population) -> tuple[float, Gradients]:
    import jax

    with double_precision_jax():
        arrays = jax.numpy.asarray(x), jax.numpy.asarray(y)
        score, gradients = jax.value_and_grad(m, argnums=(0, 1))(*arrays)
        return float(score), (np.asarray(gradients[0]), np.asarray(gradients[1]))
