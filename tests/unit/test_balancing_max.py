"""Max-balancing: every cut, large networks by their ways back, and the limit of high powers."""

import importlib.util
import sys

import numpy as np
import pytest
from scipy import sparse

from homolog import HomologError, balancing
from unit.balanced_networks import at, random_costs, worst_cut


def worst_way_back(costs):
    """How much dearer a synapse is than the best way back, which is as dear as its cheapest.

    Costs are max-balanced exactly when no synapse is dearer than its best way back.
    """
    back = costs.copy()
    np.fill_diagonal(back, np.inf)
    for middle in range(len(costs)):
        back = np.maximum(back, np.minimum(back[:, [middle]], back[[middle]]))
    there = (costs > 0) & ~np.eye(len(costs), dtype=bool)
    return np.log(costs[there] / back.T[there]).max()


def test_every_cut_is_balanced_in_its_dearest_synapses(rng):
    for _ in range(300):
        n = rng.integers(2, 8)
        costs = random_costs(n, rng, rng.choice([0.3, 3.0, 10.0]), rng.choice([0.2, 0.6, 1.0]))
        for form in (costs, sparse.csr_array(costs)):
            h = balancing.max_balance(form)
            assert abs(h.sum()) < 1e-12
        assert worst_cut(at(costs, h, 2.0)) < 1e-12


@pytest.mark.parametrize("n", [40, 120])
@pytest.mark.parametrize("density", [0.02, 0.3, 1.0])
def test_large_networks_have_a_way_back_as_dear_as_every_synapse(n, density, rng):
    costs = random_costs(n, rng, 2.0, density)
    assert worst_way_back(costs) > 0.1
    assert worst_way_back(at(costs, balancing.max_balance(costs), 2.0)) < 1e-11


def test_ties_are_no_trouble(rng):
    """Costs of 1, 2 and 4 only: many cycles of the same mean."""
    for _ in range(60):
        costs = 2.0 ** rng.integers(0, 3, (7, 7)) * (rng.random((7, 7)) < 0.5)
        here = np.arange(7)
        costs[here, (here + 1) % 7] += 1.0
        h = balancing.max_balance(costs)
        assert worst_cut(at(costs, h, 2.0)) < 1e-12
    assert not balancing.max_balance(np.ones((5, 5))).any()


def test_h_is_the_only_one_and_follows_a_change_of_gauge(rng):
    costs, shift = random_costs(9, rng, 2.0, 0.5), rng.standard_normal(9)
    shift -= shift.mean()
    moved = balancing.max_balance(at(costs, shift, 2.0))
    np.testing.assert_allclose(moved, balancing.max_balance(costs) - shift, atol=1e-12)
    order = rng.permutation(9)
    permuted = balancing.max_balance(costs[np.ix_(order, order)])
    np.testing.assert_allclose(permuted, balancing.max_balance(costs)[order], atol=1e-12)


def test_it_does_not_depend_on_the_power_of_the_same_weights(rng):
    weights = random_costs(8, rng)
    one, two = (balancing.max_balance(weights**p, power=p) for p in (0.5, 3.0))
    np.testing.assert_allclose(one, two, atol=1e-12)


def test_equilibria_of_rising_power_tend_to_it_as_one_over_the_power(rng):
    """In h, and in the worst cut of the weights."""
    weights = random_costs(5, rng, 0.5)
    np.fill_diagonal(weights, 0.0)
    limit = balancing.max_balance(weights, power=1.0)
    apart, cuts = [], []
    for power in (4.0, 16.0, 64.0):
        h = balancing.equilibrium(weights**power, power=power, tolerance=1e-12).h
        apart.append(np.abs(h - limit).max())
        cuts.append(worst_cut(at(weights, h, 1.0)))
    assert cuts[2] < cuts[0] / 8
    assert apart[2] < apart[0] / 8
    assert cuts[2] < 0.1


def test_the_largest_cost_is_the_largest_mean_cycle(rng):
    costs = np.zeros((4, 4))
    costs[1, 0], costs[2, 1], costs[0, 2] = 8.0, 1.0, 1.0  # geometric mean 2
    costs[3, 0], costs[0, 3] = 9.0, 1.0  # geometric mean 3
    balanced = at(costs, balancing.max_balance(costs), 2.0)
    assert balanced.max() == pytest.approx(3.0, rel=1e-14)
    np.testing.assert_allclose(balanced[[1, 2, 0], [0, 1, 2]], 2.0, rtol=1e-13)


def test_parts_are_balanced_side_by_side(rng):
    parts = [random_costs(n, rng) for n in (4, 3)]
    whole = sparse.block_diag([*parts, [[5.0]]]).toarray()
    h = balancing.max_balance(whole)
    np.testing.assert_allclose(h[:4], balancing.max_balance(parts[0]), atol=1e-13)
    np.testing.assert_allclose(h[4:7], balancing.max_balance(parts[1]), atol=1e-13)
    assert h[7] == 0
    assert not balancing.max_balance(np.zeros((3, 3))).any()
    assert not balancing.max_balance([[1.0]]).any()


def test_a_one_way_joint_is_refused():
    with pytest.raises(HomologError, match=r"no equilibrium.*2 strongly connected") as caught:
        balancing.max_balance([[1.0, 2.0], [0.0, 1.0]])
    assert caught.value.code == "HM050"


def test_the_loops_are_the_same_without_a_compiler(monkeypatch, rng):
    """Where numba cannot be imported they run in Python."""
    from homolog.balancing import _shortest_paths as compiled

    monkeypatch.setitem(sys.modules, "homolog._compiled", None)
    spec = importlib.util.spec_from_file_location("plain_paths", compiled.__file__)
    plain = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(plain)
    costs = random_costs(12, rng, 2.0, 0.4)
    expected = balancing.max_balance(costs)
    monkeypatch.setattr(compiled, "shifts", plain.shifts)
    assert not hasattr(plain.shifts, "py_func")
    np.testing.assert_allclose(balancing.max_balance(costs), expected, atol=1e-14)
