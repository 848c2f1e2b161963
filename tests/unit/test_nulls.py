"""Random pairings scored many at a time."""

import sys
from dataclasses import replace

import numpy as np
import pytest

from homolog._nulls import random_orders, scores_in_orders
from homolog.measures import find
from homolog.statistics import p_value, permutation_null

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


@pytest.mark.parametrize("name", IN_ONE_GO)
@pytest.mark.parametrize("groups", [None, np.arange(30) // 3])
def test_pairings_in_one_go_are_those_one_by_one(name, groups):
    measure, (x, y) = find(name), populations()
    assert measure.scores_in_orders(measure.summary(x), measure.summary(y)) is not None
    in_one_go = permutation_null(measure, x, y, 600, groups=groups, rng=3)
    one_by_one = permutation_null(replace(measure, in_orders=None), x, y, 600, groups=groups, rng=3)
    np.testing.assert_allclose(in_one_go, one_by_one, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("name", ["cka", "linear_regression"])
def test_orders_given_are_those_that_are_drawn(name):
    measure, (x, y), groups = find(name), populations(), np.arange(30) // 3
    orders = random_orders(30, 5, groups, 3)
    drawn = permutation_null(measure, x, y, 5, groups=groups, rng=3)
    np.testing.assert_array_equal(scores_in_orders(measure, x, y, orders), drawn)
    np.testing.assert_allclose([float(measure(x[order], y)) for order in orders], drawn)


@pytest.mark.parametrize("name", IN_ONE_GO)
def test_without_the_compiler_pairings_are_scored_one_by_one(name, monkeypatch):
    measure, (x, y) = find(name), populations()
    usual = permutation_null(measure, x, y, 5)
    monkeypatch.setitem(sys.modules, "homolog.measures._gathered", None)
    assert measure.scores_in_orders(measure.summary(x), measure.summary(y)) is None
    np.testing.assert_allclose(permutation_null(measure, x, y, 5), usual, rtol=1e-9)


@pytest.mark.parametrize(
    ("n_stimuli", "n_neurons", "in_one_go"),
    [(100, (5, 5), True), (400, (5, 5), False), (400, (80, 70), True), (4200, (300, 300), False)],
)
def test_products_of_few_neurons_are_not_given_up_for_many_pairs_of_stimuli(
    n_stimuli, n_neurons, in_one_go
):
    measure = find("cka")
    x, y = (measure.summary(side) for side in populations(n_stimuli, n_neurons))
    assert (measure.scores_in_orders(x, y) is not None) == in_one_go


def test_taus_and_angles_are_scored_one_by_one():
    x, y = populations()
    for name in ("rsa(comparison=kendall)", "rsa(comparison=tau_a)", "cka(form=angle)"):
        measure = find(name)
        assert measure.scores_in_orders(measure.summary(x), measure.summary(y)) is None


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


def test_progress_is_told_every_five_hundred_pairings():
    said = []
    permutation_null(find("cka"), *populations(), 1100, progress=lambda *now: said.append(now))
    assert said == [("cka: chance", done, 1100) for done in (500, 1000, 1100)]
