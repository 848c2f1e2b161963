"""Scoring many populations in one go must not change a score."""

from typing import Any

import numpy as np
import pytest

import homolog
from homolog import measures
from homolog.measures import _many

IN_ONE_GO = ("cka", "unbiased_cka", "linear_regression")


def populations(
    rng: np.random.Generator, n_stimuli: int, sizes: tuple[int, ...]
) -> dict[str, np.ndarray]:
    shared = rng.normal(size=(n_stimuli, 8))
    return {
        f"{size} neurons": shared @ rng.normal(size=(8, size)) + rng.normal(size=(n_stimuli, size))
        for size in sizes
    }


MANY_NEURONS = (60, 61, 62, 70, 71, 72, 80, 81, 82, 89)
FEW_NEURONS = (1, 5, 6, 7)


@pytest.mark.parametrize("sizes", [MANY_NEURONS, FEW_NEURONS])
@pytest.mark.parametrize("name", IN_ONE_GO)
def test_all_pairs_in_one_go_are_the_scores_of_pairs(
    name: str, sizes: tuple[int, ...], rng: np.random.Generator
) -> None:
    measure = measures.find(name)
    many = populations(rng, 90, sizes)
    assert measure.score_all([measure.summary(x) for x in many.values()]) is not None
    expected = [[float(measure(x, y)) for y in many.values()] for x in many.values()]
    np.testing.assert_allclose(homolog.matrix(many, measure).values, expected, atol=1e-13)


@pytest.mark.parametrize("name", IN_ONE_GO)
def test_rows_of_gram_matrices_come_in_blocks_of_any_size(
    name: str, rng: np.random.Generator, monkeypatch: pytest.MonkeyPatch
) -> None:
    measure = measures.find(name)
    summaries = [measure.summary(x) for x in populations(rng, 90, MANY_NEURONS).values()]
    whole = measure.score_all(summaries)
    monkeypatch.setattr(_many, "_ROW_ENTRIES", 7 * 90 * len(MANY_NEURONS))
    np.testing.assert_allclose(measure.score_all(summaries), whole, atol=1e-13)


@pytest.mark.parametrize("name", IN_ONE_GO)
def test_both_ways_agree(
    name: str, rng: np.random.Generator, monkeypatch: pytest.MonkeyPatch
) -> None:
    measure = measures.find(name)
    summaries = [measure.summary(x) for x in populations(rng, 40, (9, 12, 30)).values()]
    monkeypatch.setattr(_many, "_SLOWER", 0.0)
    by_stimuli = measure.score_all(summaries)
    monkeypatch.setattr(_many, "_SLOWER", np.inf)
    np.testing.assert_allclose(measure.score_all(summaries), by_stimuli, atol=1e-13)


@pytest.mark.parametrize("name", IN_ONE_GO)
def test_pair_by_pair_where_one_go_would_need_much_memory(
    name: str, rng: np.random.Generator, monkeypatch: pytest.MonkeyPatch
) -> None:
    measure = measures.find(name)
    many = populations(rng, 90, FEW_NEURONS)
    together = homolog.matrix(many, measure).values
    monkeypatch.setattr(_many, "_CROSS_ENTRIES", sum(FEW_NEURONS) ** 2 - 1)
    assert measure.score_all([measure.summary(x) for x in many.values()]) is None
    np.testing.assert_allclose(homolog.matrix(many, measure).values, together, atol=1e-13)


@pytest.mark.parametrize("name", ["cka", "unbiased_cka"])
def test_more_neurons_than_stimuli_are_scored_from_their_gram_matrices(
    name: str, rng: np.random.Generator
) -> None:
    measure = measures.find(name)
    many = populations(rng, 20, (15, 25, 16, 30))
    assert measure.score_all([measure.summary(x) for x in many.values()]) is None
    expected = [[float(measure(x, y)) for y in many.values()] for x in many.values()]
    np.testing.assert_allclose(homolog.matrix(many, measure).values, expected, atol=1e-13)


@pytest.mark.parametrize("name", IN_ONE_GO)
def test_all_pairs_in_one_go_on_any_array_library(
    name: str, xp: Any, rng: np.random.Generator
) -> None:
    measure = measures.find(name)
    many = rng.normal(size=(20, 12, 10))
    summaries = [measure.summary(xp.asarray(x)) for x in many]
    expected = [[float(measure(x, y)) for y in many] for x in many[:2]]
    np.testing.assert_allclose(measure.score_all(summaries)[:2], expected, atol=1e-12)


def test_sums_stay_on_the_device_of_the_populations(rng: np.random.Generator) -> None:
    xp = pytest.importorskip("array_api_strict")
    there = [xp.asarray(x, device=xp.Device("device1")) for x in rng.normal(size=(20, 12, 10))]
    assert _many.overlaps(there, there).device == xp.Device("device1")


def test_a_measure_without_another_way_is_scored_pair_by_pair(rng: np.random.Generator) -> None:
    measure = measures.find("procrustes")
    assert measure.score_all([measure.summary(rng.normal(size=(9, 8)))] * 3) is None


def test_self_scores_are_computed_only_where_they_are_not_the_best_by_promise(
    rng: np.random.Generator,
) -> None:
    many = populations(rng, 30, (4, 5))
    np.testing.assert_array_equal(np.diag(homolog.matrix(many, "procrustes").values), 0)
    ridge = measures.find("ridge")
    own = [float(ridge(x, x)) for x in many.values()]
    np.testing.assert_allclose(np.diag(homolog.matrix(many, ridge).values), own, atol=1e-13)
    assert max(own) < 1
    raw = measures.find("soft_matching_correlation").using(normalise=False)
    own = [float(raw(x, x)) for x in many.values()]
    np.testing.assert_allclose(np.diag(homolog.matrix(many, raw).values), own)
