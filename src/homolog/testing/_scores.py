"""What the number may be: its ends, its range, symmetry, and the laws of a metric."""

import numpy as np

from homolog.errors import HomologError
from homolog.measures._measure import Measure
from homolog.testing._populations import (
    NARROW,
    Population,
    near,
    pair,
    regimes,
    require,
    several,
    shown,
    value,
)

_ROUNDING = 1e-9
_FITTED_SHORTFALL = 0.1
_N_TRIPLES = 20


def check_repeatable(m: Measure, rng: np.random.Generator) -> None:
    """The same populations give the same number, and the global random state stays as it was."""
    x, y = pair(rng, sees=m.sees)
    scores = {value(m, x, y)}  # may import packages, which draw what they like
    before = _global_random_state()
    scores |= {value(m, x, y) for _ in range(10)}
    require(
        len(scores) == 1,
        f"{m.label} gave {len(scores)} different scores in 11 calls on the same populations,"
        f" from {min(scores):.12g} to {max(scores):.12g}",
    )
    require(
        _global_random_state() == before,
        f"{m.label} draws from NumPy's global random state; take an rng option instead",
    )


def _global_random_state() -> str:
    state = np.random.get_state(legacy=False)["state"]  # noqa: NPY002 - watched, not used
    return f"{state['pos']} {state['key'].tobytes().hex()}"


def check_self_score(m: Measure, rng: np.random.Generator) -> None:
    """A population with itself scores best; nobody else does better."""
    if m.fits:
        _check_fitted_self_score(m, rng)
        return
    if np.isinf(m.best) and not m.symmetric:  # where each side is read in its own way, none bounds
        return
    for sizes in regimes(m, rng):
        x, y = pair(rng, sizes, m.sees)
        own = value(m, x, x)
        if np.isinf(m.best):
            between, limit = value(m, x, y), (own + value(m, y, y)) / 2
            require(
                between <= limit,
                f"{m.label} of two populations is {between:.12g}, above {limit:.12g}, the mean of"
                f" their scores with themselves ({shown(sizes)})",
            )
        else:
            require(
                near(own, m.best, _ROUNDING),
                f"{m.label} of a population with itself is {own:.12g}, not its declared best,"
                f" {m.best:g} ({sizes[0]} stimuli, {sizes[1]} neurons)",
            )


def _check_fitted_self_score(m: Measure, rng: np.random.Generator) -> None:
    x, _ = pair(rng, (60, 5, 5), m.sees)
    own = value(m, x, x)
    short = m.best - own if m.higher_is_closer else own - m.best
    side = "below" if m.higher_is_closer else "above"
    require(
        -_ROUNDING <= short <= _FITTED_SHORTFALL,
        f"{m.label} of a population with itself is {own:.12g}, not just {side} its declared best,"
        f" {m.best:g} (60 stimuli, 5 neurons)",
    )


def check_range(m: Measure, rng: np.random.Generator) -> None:
    """Related, opposite and unrelated populations of all sizes score within the range."""
    n_scored = 0
    for _ in range(30):
        n_stimuli = int(rng.integers(5, 30))
        sizes = (n_stimuli, int(rng.integers(1, 12)), int(rng.integers(1, 12)))
        x, y = pair(rng, sizes, m.sees)
        for candidate in (y, -x, rng.normal(size=y.shape), np.exp(y)):
            try:
                score = value(m, x, candidate)
            except HomologError:
                continue
            n_scored += 1
            slack = _ROUNDING * max(1.0, abs(score))
            low, high = sorted((m.worst, m.best))
            require(
                bool(np.isfinite(score)) and low - slack <= score <= high + slack,
                f"{m.label} gave {score:.12g}, outside its declared range from {m.worst:g} to"
                f" {m.best:g} ({shown(sizes)})",
            )
    require(n_scored > 0, f"{m.label} refused every one of 120 ordinary pairs of populations")


def check_symmetry(m: Measure, rng: np.random.Generator) -> None:
    """Swapping reference and candidate changes nothing if symmetric, something if not."""
    differences: list[float] = []
    for sizes in regimes(m, rng):
        x, y = pair(rng, sizes, m.sees)
        one, other = value(m, x, y), value(m, y, x)
        differences.append(abs(one - other))
        require(
            not m.symmetric or near(one, other, _ROUNDING),
            f"{m.label} is declared symmetric, but is {one:.12g} one way and {other:.12g} the"
            f" other ({shown(sizes)})",
        )
    require(
        m.symmetric or max(differences) > 1e-4,
        f"{m.label} is declared asymmetric, but swapping changed it by at most"
        f" {max(differences):.2g}: declare it symmetric",
    )


def check_metric(m: Measure, rng: np.random.Generator) -> None:
    """A metric never finds a detour shorter, and is 0 for nothing but equal populations."""
    if not m.metric:
        return
    for n_neurons in ((6, 6, 6), (7, 4, 5), (3, 8, 6)):
        for _ in range(_N_TRIPLES):
            _check_triangle(m, *several(rng, 16, n_neurons, m.sees))
    for _ in range(_N_TRIPLES):
        a, c = pair(rng, (16, 5, 5), m.sees)
        _check_triangle(m, a, a + rng.uniform() * (c - a), c)
    _check_tells_apart(m, rng)


def _check_triangle(m: Measure, a: Population, b: Population, c: Population) -> None:
    direct, first, second = value(m, a, c), value(m, a, b), value(m, b, c)
    require(
        direct <= first + second + _ROUNDING * max(1.0, direct),
        f"{m.label} is declared a metric, but the way over a third population is shorter:"
        f" {first:.12g} + {second:.12g} < {direct:.12g}"
        f" ({a.shape[1]}, {b.shape[1]} and {c.shape[1]} neurons)",
    )


def _check_tells_apart(m: Measure, rng: np.random.Generator) -> None:
    x, _ = pair(rng, NARROW, m.sees)
    away = rng.normal(size=x.shape)
    for step in (1e-3, 1e-6, 1e-9):
        near_by, twice = value(m, x, x + step * away), value(m, x, x + 2 * step * away)
        require(
            near_by > 0 and 1.9 < twice / near_by < 2.1,
            f"{m.label} is declared a metric, but populations {step:g} and {2 * step:g} apart"
            f" are at distances {near_by:.6g} and {twice:.6g}",
        )
