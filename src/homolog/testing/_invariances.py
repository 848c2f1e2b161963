"""Invariances, in both directions: what is declared stays, what is not declared changes."""

from collections.abc import Callable

import numpy as np

from homolog.errors import HomologError
from homolog.measures._measure import Measure
from homolog.testing._populations import (
    NARROW,
    WIDE,
    Population,
    Sizes,
    accepts,
    near,
    orthogonal,
    pair,
    regimes,
    require,
    shown,
    value,
)

_SAME = 1e-9
_CHANGED = 1e-4
_N_DRAWS = 3
_MORE = 5


def _shift(x: Population, rng: np.random.Generator) -> Population:
    return x + 3 * rng.normal(size=x.shape[-1])


def _scale(x: Population, rng: np.random.Generator) -> Population:
    return x * np.exp(2 * rng.normal())


def _permutation(x: Population, rng: np.random.Generator) -> Population:
    return x[..., rng.permutation(x.shape[-1])]


def _rotation(x: Population, rng: np.random.Generator) -> Population:
    return x @ orthogonal(rng, x.shape[-1])


def _neuron_scale(x: Population, rng: np.random.Generator) -> Population:
    return x * np.exp(rng.normal(size=x.shape[-1]))


def _linear(x: Population, rng: np.random.Generator) -> Population:
    n = x.shape[-1]
    return x @ orthogonal(rng, n) @ np.diag(np.linspace(0.5, 3, n)) @ orthogonal(rng, n)


TRANSFORMS: dict[str, Callable[[Population, np.random.Generator], Population]] = {
    "shift": _shift,
    "scale": _scale,
    "permutation": _permutation,
    "rotation": _rotation,
    "neuron_scale": _neuron_scale,
    "linear": _linear,
}


def check_invariances(m: Measure, rng: np.random.Generator) -> None:
    """The score ignores exactly what it declares to, in the reference and in the candidate."""
    for name in TRANSFORMS:
        for side, declared in (
            ("reference", m.invariant_to),
            ("candidate", m.candidate_invariant_to),
        ):
            if name in declared:
                _check_kept(m, name, side, rng)
            else:
                _check_changed(m, name, side, rng)


def _check_kept(m: Measure, name: str, side: str, rng: np.random.Generator) -> None:
    for sizes in regimes(m, rng):
        before, after = _transformed(m, name, side, sizes, rng)
        require(
            near(before, after, _SAME),
            f"{m.label} declares that {name} of the {side} leaves the score unchanged, but it"
            f" went from {before:.12g} to {after:.12g} ({shown(sizes)})",
        )


def _check_changed(m: Measure, name: str, side: str, rng: np.random.Generator) -> None:
    """Changed for few neurons or, where such are all used up, for many."""
    draws: list[float] = []
    for sizes in (NARROW, WIDE) if accepts(m, WIDE, rng) else (NARROW,):
        scores = [_transformed(m, name, side, sizes, rng) for _ in range(_N_DRAWS)]
        draws += [abs(after - before) for before, after in scores]
        if max(draws) > _CHANGED:
            return
    raise AssertionError(
        f"{m.label} does not declare {name} of the {side} among its invariances, but in"
        f" {len(draws)} tries it changed the score by at most {max(draws):.2g}: declare it"
    )


def _transformed(
    m: Measure, name: str, side: str, sizes: Sizes, rng: np.random.Generator
) -> tuple[float, float]:
    x, y = pair(rng, sizes, m.sees)
    before = value(m, x, y)
    if side == "reference":
        return before, value(m, TRANSFORMS[name](x, rng), y)
    return before, value(m, x, TRANSFORMS[name](y, rng))


def check_products(m: Measure, rng: np.random.Generator) -> None:
    """Stimuli may be mixed and more in number exactly where products of responses are all."""
    if m.of_products:
        for sizes in regimes(m, rng):
            before, after = _mixed(m, sizes, rng)
            require(
                near(before, after, _SAME),
                f"{m.label} declares that stimuli count only through products of centred"
                f" responses, but where more stimuli gave the same products, it went from"
                f" {before:.12g} to {after:.12g} ({shown(sizes)})",
            )
        return
    try:
        draws = [_mixed(m, NARROW, rng) for _ in range(_N_DRAWS)]
    except HomologError:  # a score that centred responses do not have is no function of them
        return
    largest = max(abs(after - before) for before, after in draws)
    require(
        largest > _CHANGED,
        f"{m.label} does not declare of_products, but where more stimuli gave the same products in"
        f" {_N_DRAWS} tries, it changed by at most {largest:.2g}: declare it",
    )


def _mixed(m: Measure, sizes: Sizes, rng: np.random.Generator) -> tuple[float, float]:
    """Scores of two populations, and of others of more stimuli with all the same products."""
    x, y = pair(rng, sizes, m.sees)
    n = len(x)
    mixed = _zero_sum(rng, n + _MORE)[:, : n - 1] @ _zero_sum(rng, n).T
    return value(m, x, y), value(m, np.tensordot(mixed, x, 1), np.tensordot(mixed, y, 1))


def _zero_sum(rng: np.random.Generator, n: int) -> Population:
    """(n, n - 1) random orthonormal columns that sum to 0."""
    q, _ = np.linalg.qr(np.column_stack([np.ones(n), rng.normal(size=(n, n - 1))]))
    return q[:, 1:]
