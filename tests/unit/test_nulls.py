"""Random pairings scored many at a time."""

import sys
from dataclasses import replace

import numpy as np
import pytest

from homolog._nulls import random_orders, scores_in_orders
from homolog.measures import find
from homolog.measures._turns import drawn_turns
from homolog.statistics import p_value, permutation_null

RNG = np.random.default_rng
IN_ONE_GO = (
    "cka",
    "cka(diagonal=False)",
    "cka(kernel=rbf)",
    "unbiased_cka",
    "ensd",
    "distance_correlation",
    "rsa",
    "rsa(comparison=whitened_pearson)",
)


def populations(n_stimuli=30, n_neurons=(40, 6)):
    rng = np.random.default_rng(0)
    shared = rng.normal(size=(n_stimuli, 2))
    return [
        2 + shared @ rng.normal(size=(2, n)) + rng.normal(size=(n_stimuli, n)) for n in n_neurons
    ]


def scored_in_one_go(measure, x, y, orders):
    return measure.scores_in_orders(measure.summary(x), measure.summary(y), orders)


TURNED = (
    "linear_regression",
    "linear_regression(predict=candidate)",
    "linear_regression(predict=both)",
    "cca(average=mean_square)",
    "cca(average=overlap)",
)


@pytest.mark.parametrize("name", TURNED)
@pytest.mark.parametrize("groups", [None, np.arange(96) // 3])
def test_turns_are_scored_in_one_go_where_orders_are_not(name, groups):
    measure, (x, y) = find(name), populations(96, (8, 6))
    one_by_one = permutation_null(replace(measure, in_orders=None), x, y, 120, groups=groups, rng=3)
    told = []
    in_one_go = permutation_null(
        measure, x, y, 120, groups=groups, rng=3, progress=lambda *now: told.append(now)
    )
    assert len(told) == 1
    np.testing.assert_allclose(in_one_go, one_by_one, rtol=1e-9, atol=1e-12)
    assert scored_in_one_go(measure, x, y, random_orders(96, 2, groups, 0)) is None


@pytest.mark.parametrize(
    ("places", "n", "one_by_one"), [(31, 100, True), (32, 99, True), (32, 100, False)]
)
def test_few_turns_and_turns_of_few_places_are_taken_one_by_one(places, n, one_by_one):
    told = []
    permutation_null(
        find("linear_regression"),
        *populations(places, (5, 4)),
        n,
        progress=lambda *now: told.append(now),
    )
    assert len(told) == (n if one_by_one else 1)


@pytest.mark.parametrize("name", ["unbiased_cka", "distance_correlation(unbiased=True)", "rsa"])
@pytest.mark.parametrize("larger", [1, 30, 100])
def test_pairings_of_stimuli_of_three_kinds_count_as_being_as_close(name, larger):
    """Stimuli of a kind are alike, so that half of the pairings score the same; one is large."""
    measure, rng = find(name), np.random.default_rng(0)
    kinds = np.repeat([0, 1, 2], [35, 4, 1])
    sizes = np.array([[1], [1], [larger]])
    x, y = ((sizes * rng.normal(size=(3, n)))[rng.permutation(kinds)] for n in (60, 50))
    null, value = permutation_null(measure, x, y, 200, rng=1), float(measure(x, y))
    same = np.isclose(null, value, rtol=1e-6, atol=0)
    assert same.sum() > 50
    assert p_value(measure, value, null) == (((null >= value) | same).sum() + 1) / 201


@pytest.mark.parametrize("places", [8, 40])
def test_no_pairings_are_none(places):
    assert permutation_null(find("cka"), *populations(places), 0).shape == (0,)
    assert random_orders(places, 0, None, 0).shape == (0, places)


@pytest.mark.parametrize("name", IN_ONE_GO)
@pytest.mark.parametrize("groups", [None, np.arange(96) // 3, np.arange(96) // 5])
def test_pairings_in_one_go_are_those_one_by_one(name, groups):
    measure, (x, y) = find(name), populations(96)
    assert scored_in_one_go(measure, x, y, random_orders(96, 2, groups, 0)) is not None
    in_one_go = permutation_null(measure, x, y, 600, groups=groups, rng=3)
    one_by_one = permutation_null(replace(measure, in_orders=None), x, y, 600, groups=groups, rng=3)
    np.testing.assert_allclose(in_one_go, one_by_one, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("name", ["cka", "linear_regression"])
@pytest.mark.parametrize("groups", [np.arange(30) // 3, np.arange(30) // 4])
def test_orders_given_are_those_that_are_drawn(name, groups):
    measure, (x, y) = find(name), populations()
    orders = random_orders(30, 5, groups, 3)
    drawn = permutation_null(measure, x, y, 5, groups=groups, rng=3)
    np.testing.assert_allclose(scores_in_orders(measure, x, y, orders), drawn, rtol=1e-12)
    np.testing.assert_allclose([float(measure(x[order], y)) for order in orders], drawn)


@pytest.mark.parametrize("name", IN_ONE_GO)
def test_without_the_compiler_orders_of_unequal_groups_are_scored_one_by_one(name, monkeypatch):
    measure, (x, y), groups = find(name), populations(), np.arange(30) // 4
    usual = permutation_null(measure, x, y, 5, groups=groups)
    monkeypatch.setitem(sys.modules, "homolog.measures._gathered", None)
    assert scored_in_one_go(measure, x, y, random_orders(30, 5, groups, 0)) is None
    np.testing.assert_allclose(permutation_null(measure, x, y, 5, groups=groups), usual, rtol=1e-9)


@pytest.mark.parametrize(
    ("n_stimuli", "n_neurons", "in_one_go"),
    [(100, (5, 5), True), (400, (5, 5), False), (400, (80, 70), True), (4200, (300, 300), False)],
)
def test_products_of_few_neurons_are_not_given_up_for_many_pairs_of_stimuli(
    n_stimuli, n_neurons, in_one_go
):
    order = np.arange(n_stimuli)[None]
    found = scored_in_one_go(find("cka"), *populations(n_stimuli, n_neurons), order)
    assert (found is not None) == in_one_go


def test_taus_and_angles_are_scored_one_by_one():
    x, y = populations()
    for name in ("rsa(comparison=kendall)", "rsa(comparison=tau_a)", "cka(form=angle)"):
        for orders in (np.arange(30)[None], drawn_turns(np.arange(30)[:, None], 2, RNG())):
            assert scored_in_one_go(find(name), x, y, orders) is None


@pytest.mark.parametrize("name", ["unbiased_cka", "rsa", "procrustes"])
def test_pairings_that_change_nothing_count_as_being_as_close(name):
    """Two groups change places or do not: half of all pairings are the given one."""
    rng = np.random.default_rng(5)
    for _ in range(20):
        x, y = rng.normal(size=(2, 40, 60))
        measure = find(name)
        null = permutation_null(measure, x, y, 200, groups=np.arange(40) // 20, rng=rng)
        value = float(measure(x, y))
        same = np.isclose(null, value, rtol=1e-9, atol=1e-12)
        assert 60 < same.sum() < 140
        closer = null >= value if measure.higher_is_closer else null <= value
        assert p_value(measure, value, null) == ((closer | same).sum() + 1) / 201


def test_progress_is_told_once_where_all_are_scored_in_one_go():
    said = []
    permutation_null(find("cka"), *populations(), 1100, progress=lambda *now: said.append(now))
    assert said == [("cka: chance", 1100, 1100)]


def test_progress_is_told_of_every_pairing_otherwise():
    said = []
    permutation_null(find("nbs"), *populations(), 3, progress=lambda *now: said.append(now))
    assert said == [("nbs: chance", done, 3) for done in (1, 2, 3)]
