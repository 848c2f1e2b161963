"""Fewer rows in place of many: the same scores, the same slopes, the same way up."""

import numpy as np
import pytest

from homolog import audit, measures
from homolog.audit import _maximise
from homolog.audit._objective import objective
from homolog.audit._row_space import RowSpace, row_space

RNG = np.random.default_rng(0)
TARGET = RNG.normal(size=(60, 6)) * np.sqrt(2.0 ** -np.arange(6))
TARGET -= TARGET.mean(axis=0)
START = RNG.normal(size=(60, 4)) + 3

OF_PRODUCTS = [
    name
    for name in measures.names()
    if measures.find(name).of_products
    and measures.find(name).smooth
    and np.isfinite(measures.find(name).best)
]


@pytest.mark.parametrize("name", OF_PRODUCTS)
def test_scores_and_slopes_are_those_of_all_rows(name: str) -> None:
    whole = objective(TARGET, name)
    space = row_space(whole, START)
    assert space.start.shape == (6 + 4 + 1, 4)
    np.testing.assert_allclose(space.rows(space.start), START, atol=1e-12)
    score, slope = whole.slope(START[None])
    there, gradient = space.climbed.slope(space.start[None])
    assert there == pytest.approx(score, abs=1e-9)
    moved = space.rows(space.start + gradient[0])
    np.testing.assert_allclose(moved - START, slope[0], atol=1e-9 * np.abs(slope).max())
    assert space.climbed.farthest == pytest.approx(whole.farthest, rel=1e-9)


@pytest.mark.parametrize("name", ["cka", "procrustes", "linear_regression", "size_and_shape"])
def test_the_climb_is_the_same(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    short = audit.maximise(TARGET, name, start=START, goal=0.8, optimiser="lbfgs")
    monkeypatch.setattr(_maximise, "row_space", RowSpace)
    whole = audit.maximise(TARGET, name, start=START, goal=0.8, optimiser="lbfgs")
    assert short.steps == whole.steps
    np.testing.assert_allclose(short.score, whole.score, atol=1e-9)
    np.testing.assert_allclose(short.data, whole.data, atol=1e-6)
    assert np.std(short.data.mean(axis=1), axis=0).max() < 1e-9  # no gradient changes means


def test_rows_stay_where_they_count_or_are_few() -> None:
    by_itself = row_space(objective(TARGET, "unbiased_cka"), START)
    assert by_itself.start is START
    few = row_space(objective(TARGET[:11], "cka"), START[:11])
    assert few.basis is None
    assert row_space(objective(TARGET[:12], "cka"), START[:12]).start.shape == (11, 4)


def test_a_start_within_what_the_target_spans_adds_nothing_and_does_no_harm() -> None:
    within = TARGET @ RNG.normal(size=(6, 4))
    space = row_space(objective(TARGET, "cka"), within)
    np.testing.assert_allclose(space.rows(space.start), within, atol=1e-12)
    found = audit.maximise(TARGET, "nbs", start=within, goal=0.8, optimiser="lbfgs")
    assert found.reached
    assert float(measures.find("nbs")(TARGET, found.data[-1])) >= 0.8
