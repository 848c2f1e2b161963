"""Whatever the numbers, a score is finite and in its range, or it is refused with a code."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from homolog.errors import HomologError
from homolog.measures._measure import Measure
from properties.variants import VARIANTS

REFUSALS = {
    "HM005",  # as many neurons as stimuli, for cca
    "HM006",  # constant neurons, where each is looked at
    "HM019",  # three stimuli, for unbiased_cka
    "HM025",  # fewer stimuli than folds
    "HM031",  # nothing distinguishes the stimuli, for rsa and unbiased_cka
}


@st.composite
def recordings(draw: st.DrawFn, n_stimuli: int) -> np.ndarray:
    """A population with any of what real ones come with."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    n_neurons = draw(st.integers(1, 30))
    x = rng.normal(size=(n_stimuli, n_neurons))
    if draw(st.booleans()):  # spike counts
        x = rng.poisson(np.exp(x)).astype(float)
    if draw(st.booleans()):  # few latent signals
        x = x[:, :2] @ rng.normal(size=(min(n_neurons, 2), n_neurons))
    if draw(st.booleans()):  # the same neuron twice
        x[:, -1] = x[:, 0]
    if draw(st.booleans()):  # a silent one
        x[:, n_neurons // 2] = 0.0
    if draw(st.booleans()):  # a stimulus shown twice
        x[-1] = x[0]
    x += draw(st.sampled_from([0.0, 1.0, -1e4, 1e8]))
    return x * 10.0 ** draw(st.sampled_from([0, 0, -150, -30, 30, 150]))


@st.composite
def pairs(draw: st.DrawFn) -> tuple[np.ndarray, np.ndarray]:
    n_stimuli = draw(st.integers(4, 40))
    x, y = draw(recordings(n_stimuli)), draw(recordings(n_stimuli))
    return x, draw(st.sampled_from([x, -x, y, x[:, :1]]))


@st.composite
def tables(draw: st.DrawFn) -> tuple[np.ndarray, np.ndarray]:
    """Small tables of any numbers at all, from the smallest to the square root of the largest."""
    number = st.floats(-1e150, 1e150) | st.sampled_from([0.0, 1.0, -1.0, 0.1, 1e-150, 5e-324])
    n_stimuli = draw(st.integers(3, 6))
    x, y = (
        draw(arrays(np.float64, (n_stimuli, draw(st.integers(1, 4))), elements=number))
        for _ in range(2)
    )
    return x, y


def score_of(m: Measure, x: np.ndarray, y: np.ndarray) -> float | None:
    """The score; None if the populations were refused with a code that fits them."""
    try:
        return float(m(x, y))
    except HomologError as error:
        if error.code not in REFUSALS:
            raise
        return None


def _unit_of(m: Measure, x: np.ndarray, y: np.ndarray) -> float:
    """What an error is to be judged against."""
    if np.isfinite(m.worst) or "scale" in m.invariant_to:
        return 1.0
    norms = [float(np.linalg.norm(a - a.mean(axis=0))) for a in (x, y)]
    if m.kind == "correlation":
        return norms[0] * norms[1]
    return max(norms) ** (2 if m.options.get("squared") else 1)


def seen(m: Measure, x: np.ndarray) -> np.ndarray:
    """Mean responses, or four unlike repeats or times of each."""
    if m.sees == "mean":
        return x
    others = [part * np.roll(x, k, axis=0) for k, part in ((1, 0.1), (2, -0.1), (3, 0.05))]
    return np.stack([x, *(x + other for other in others)], axis=1)


def check(m: Measure, x: np.ndarray, y: np.ndarray) -> None:
    x, y = seen(m, x), seen(m, y)
    score = score_of(m, x, y)
    if score is not None:
        low, high = sorted((m.best, m.worst))
        assert np.isfinite(score)
        assert low - 1e-9 <= score <= high + 1e-9
    if m.symmetric:
        swapped = score_of(m, y, x)
        assert (swapped is None) == (score is None)
        assert score is None or abs(swapped - score) <= 1e-8 * _unit_of(m, x, y)


@pytest.mark.parametrize("m", VARIANTS, ids=lambda m: m.label)
@given(pair=pairs())
def test_recordings_of_any_size_and_unit(m: Measure, pair: tuple[np.ndarray, np.ndarray]) -> None:
    check(m, *pair)


@pytest.mark.parametrize("m", VARIANTS, ids=lambda m: m.label)
@given(pair=tables())
def test_any_table_of_numbers(m: Measure, pair: tuple[np.ndarray, np.ndarray]) -> None:
    check(m, *pair)
