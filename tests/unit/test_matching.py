"""Matchings of neurons: optimal by independent solvers, with the right marginals, certified."""

import re

import numpy as np
import pytest

from homolog.errors import HomologError
from homolog.matching import assignment, cross_costs, match, transport

# Equal, coprime, one a multiple of the other, and a single neuron on either side.
SIZES = [(5, 5), (5, 7), (7, 5), (4, 8), (9, 6), (1, 6), (6, 1), (1, 1), (2, 3)]


def by_linear_programming(costs: np.ndarray) -> float:
    """The transportation problem as a plain linear programme."""
    from scipy.optimize import linprog

    n_x, n_y = costs.shape
    rows = np.kron(np.eye(n_x), np.ones(n_y))
    columns = np.kron(np.ones(n_x), np.eye(n_y))
    marginals = np.r_[np.full(n_x, 1 / n_x), np.full(n_y, 1 / n_y)]
    return linprog(costs.ravel(), A_eq=np.r_[rows, columns], b_eq=marginals).fun


def dense(matching, shape: tuple[int, int]) -> np.ndarray:
    plan = np.zeros(shape)
    np.add.at(plan, (matching.rows, matching.columns), matching.mass)
    return plan


@pytest.mark.parametrize("size", SIZES)
def test_transport_is_the_optimum_of_the_linear_programme(size, rng):
    costs = rng.normal(size=size)
    matching = transport(costs)
    assert matching.objective == pytest.approx(by_linear_programming(costs), abs=1e-9)


@pytest.mark.parametrize("size", SIZES)
def test_transport_agrees_with_pot(size, rng):
    import ot

    x, y = rng.normal(size=(12, size[0])), rng.normal(size=(12, size[1]))
    costs = ot.dist(x.T, y.T)
    weights = [np.full(n, 1 / n) for n in size]
    assert transport(costs).objective == pytest.approx(ot.emd2(*weights, costs), abs=1e-12)


@pytest.mark.parametrize("size", SIZES)
def test_every_neuron_of_a_side_carries_the_same_weight(size, rng):
    costs = rng.normal(size=size)
    matching = transport(costs)
    plan = dense(matching, size)
    assert plan.sum(axis=1) == pytest.approx(np.full(size[0], 1 / size[0]), abs=1e-12)
    assert plan.sum(axis=0) == pytest.approx(np.full(size[1], 1 / size[1]), abs=1e-12)
    assert (matching.mass > 0).all()
    assert matching.objective == pytest.approx(np.sum(plan * costs), abs=1e-12)
    assert len(matching.mass) < sum(size) or 1 in size


def test_costs_with_ties_reach_the_same_optimum(rng):
    few = rng.integers(0, 3, size=(6, 8)).astype(float)
    assert transport(few).objective == pytest.approx(by_linear_programming(few), abs=1e-12)
    x = rng.normal(size=(10, 4))
    doubled = np.c_[x, x]
    assert transport(-(x.T @ doubled)).objective == pytest.approx(-np.mean(np.sum(x * x, 0)))


def test_equal_costs_are_matched_all_the_same():
    assert transport(np.zeros((3, 5))).objective == 0
    assert transport(np.full((3, 5), -2.0)).objective == pytest.approx(-2)


@pytest.mark.parametrize("unit", [1e-300, 1e-12, 1e12, 1e300])
def test_the_plan_does_not_depend_on_the_unit_of_the_costs(unit, rng):
    costs = rng.normal(size=(5, 7))
    plan = dense(transport(costs), (5, 7))
    assert dense(transport(costs * unit), (5, 7)) == pytest.approx(plan, abs=1e-12)


def test_a_plan_short_of_the_optimum_is_not_certified(monkeypatch, rng):
    import ot

    def stopped_early(supply, demand, costs, **_):
        return np.outer(supply, demand), {"v": np.zeros(len(demand))}

    monkeypatch.setattr(ot, "emd", stopped_early)
    with pytest.raises(HomologError, match=r"HM038 matching 3 with 4 neurons stopped at \S+ thou"):
        transport(rng.normal(size=(3, 4)))


@pytest.mark.parametrize("size", [(6, 4), (4, 6), (5, 5)])
def test_assignment_is_the_best_of_all_one_to_one_matchings(size, rng):
    from itertools import permutations

    costs = rng.normal(size=size)
    tall = costs if size[0] <= size[1] else costs.T
    best = min(
        np.mean([tall[i, j] for i, j in enumerate(chosen)])
        for chosen in permutations(range(tall.shape[1]), tall.shape[0])
    )
    found = assignment(costs)
    assert found.objective == pytest.approx(best, abs=1e-12)
    assert len(set(found.rows)) == len(set(found.columns)) == min(size)
    assert found.mass.sum() == pytest.approx(1)


def test_match_finds_the_partner_each_neuron_was_made_from(rng):
    x = rng.normal(size=(30, 6))
    order = rng.permutation(6)
    y = np.c_[3 * x[:, order] + 5 + 0.1 * rng.normal(size=(30, 6)), rng.normal(size=(30, 2))]
    found = match(x, y)
    assert dict(zip(found.rows.tolist(), found.columns.tolist(), strict=True)) == {
        int(neuron): place for place, neuron in enumerate(order)
    }
    assert -1 < found.objective < -0.98


def test_match_refuses_a_neuron_without_tuning(rng):
    x = rng.normal(size=(8, 3))
    flat = x.copy()
    flat[:, 1] = 4.0
    with pytest.raises(HomologError, match=r"HM006 .*1 unit is constant on all 8 stimuli \(1 of 3"):
        match(x, flat)


@pytest.mark.parametrize(
    "costs", [np.zeros((0, 3)), np.zeros(3), np.array([[np.nan, 1.0]]), np.array([[np.inf]])]
)
def test_costs_that_are_no_matrix_of_numbers_are_refused(costs):
    with pytest.raises(HomologError, match=r"HM025 costs is .*; allowed: a non-empty"):
        transport(costs)
    with pytest.raises(HomologError, match="HM025 costs"):
        assignment(costs)


def test_a_cost_matrix_larger_than_memory_is_refused_before_it_is_made():
    wide = np.broadcast_to(np.arange(4.0)[:, None], (4, 10**7))
    says = re.escape("(3 × 10,000,000 × 10,000,000 costs, float64)")
    with pytest.raises(HomologError, match=f"HM009 matching needs ≈2,400,000 GB {says}"):
        cross_costs(wide, wide)
