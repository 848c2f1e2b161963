"""Gradients by formula: equal to central differences, finite wherever a score is."""

import numpy as np
import pytest

from homolog import measures
from homolog.measures._measure import Measure

_CASES = {
    "few neurons": (40, 6, 6),
    "more neurons than the reference": (40, 5, 9),
    "fewer neurons than the reference": (40, 9, 5),
    "neurons outnumber stimuli": (12, 15, 18),
    "few in the reference": (12, 4, 20),
}
_NEEDS_STIMULI = {"cca"}


def _variants() -> dict[str, Measure]:
    """Every measure with a formula, and those of its settings that have one of their own."""
    found = {name: measures.find(name) for name in measures.names()}
    rsa = found.pop("rsa")
    raw = {f"{name} raw": found[name].using(normalise=False) for name in _SCALED}
    pairs = {
        f"rsa {kind} {comparison}": rsa.using(dissimilarity=kind, comparison=comparison)
        for kind in ("correlation", "cosine", "squared_euclidean", "euclidean")
        for comparison in ("pearson", "cosine", "whitened_pearson", "whitened_cosine")
    }
    closed = {name: one for name, one in found.items() if one.gradient is not None}
    return closed | raw | pairs


_SCALED = ("soft_matching", "soft_matching_correlation")
CLOSED = _variants()


def _pair(sizes: tuple[int, int, int]) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(sum(sizes))
    m, n_x, n_y = sizes
    shared = rng.normal(size=(m, 4))
    x = shared @ rng.normal(size=(4, n_x)) + 0.5 * rng.normal(size=(m, n_x))
    y = shared @ rng.normal(size=(4, n_y)) + 0.5 * rng.normal(size=(m, n_y)) + 3
    return x, y


@pytest.mark.parametrize("name", CLOSED)
@pytest.mark.parametrize("case", _CASES)
def test_value_and_gradient_are_the_measures_own(name: str, case: str) -> None:
    sizes = _CASES[case]
    if name in _NEEDS_STIMULI and max(sizes[1:]) >= sizes[0]:
        return
    measure, (x, y) = CLOSED[name], _pair(sizes)
    rng = np.random.default_rng(1)
    gradient_at = measure.gradient_at(x)
    assert gradient_at is not None
    other = y + rng.normal(size=y.shape)
    values, gradients = gradient_at(np.stack([y, other]))
    for i, one in enumerate((y, other)):
        assert values[i] == pytest.approx(float(measure(x, one)), abs=1e-7)
        direction = rng.normal(size=y.shape)
        step = 1e-5
        ends = [float(measure(x, one + sign * step * direction)) for sign in (1, -1)]
        slope = (ends[0] - ends[1]) / (2 * step)
        assert np.sum(gradients[i] * direction) == pytest.approx(slope, rel=1e-5, abs=1e-7)


@pytest.mark.parametrize("name", CLOSED)
def test_alone_and_among_others_to_the_last_bit(name: str) -> None:
    x, y = _pair((30, 5, 7))
    gradient_at = CLOSED[name].gradient_at(x)
    assert gradient_at is not None
    others = np.random.default_rng(2).normal(size=(3, *y.shape))
    value, gradient = gradient_at(y[None].copy())
    values, gradients = gradient_at(np.concatenate([others, y[None]]))
    np.testing.assert_array_equal(values[-1:], value)
    np.testing.assert_array_equal(gradients[-1:], gradient)


@pytest.mark.parametrize("name", CLOSED)
@pytest.mark.parametrize("kind", ["identical", "rank one", "repeated spectrum"])
def test_finite_at_degenerate_places(name: str, kind: str) -> None:
    rng = np.random.default_rng(3)
    raw = rng.normal(size=(24, 5))
    x = np.linalg.qr(raw - raw.mean(0)).Q
    y = {
        "identical": x.copy(),
        "rank one": np.outer(x[:, 0], rng.normal(size=5)),
        "repeated spectrum": x @ np.linalg.qr(rng.normal(size=(5, 5))).Q,
    }[kind]
    gradient_at = CLOSED[name].gradient_at(x)
    assert gradient_at is not None
    values, gradients = gradient_at(y[None])
    assert np.isfinite(values).all()
    assert np.isfinite(gradients).all()
