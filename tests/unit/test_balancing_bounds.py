"""Bounds of the lowest total cost, from above and below, and the proof by duality."""

import numpy as np
import pytest
from scipy import sparse

from homolog import balancing
from unit.balanced_networks import at, gradients, newton, random_costs


def networks(rng, count=300):
    """Random networks of every density and spread, with and without autapses, and a power."""
    for _ in range(count):
        n, spread = rng.integers(2, 12), rng.choice([0.3, 1.0, 2.5])
        costs = random_costs(n, rng, spread, rng.choice([0.3, 1.0]))
        np.fill_diagonal(costs, costs.diagonal() * rng.integers(0, 2))
        yield costs, rng.choice([0.5, 1.0, 2.0, 3.0])


def test_every_bound_holds_and_they_are_ordered_as_told(rng):
    for costs, power in networks(rng):
        found = balancing.bounds(costs)
        lowest = at(costs, newton(costs, power), power).sum()
        above = (
            found.quadratic, found.largest_degree, found.one_neuron, found.hellinger,
            found.logarithmic,
        )  # fmt: skip
        slack = 1e-12 * found.cost
        assert min(above) == found.upper
        assert found.lower - slack <= lowest <= found.upper + slack
        assert found.hellinger <= found.largest_degree + slack
        assert found.largest_degree <= found.quadratic + slack
        assert max(above) <= found.cost + slack


def test_each_bound_is_the_formula_of_its_name(rng):
    costs = random_costs(7, rng)
    own, total, g2 = np.diag(costs), costs.sum(), (gradients(costs) ** 2).sum()
    into, out = costs.sum(1) - own, costs.sum(0) - own
    for form in (costs, sparse.csr_array(costs)):
        found = balancing.bounds(form)
        assert found.cost == pytest.approx(total)
        assert found.quadratic == pytest.approx(total - g2 / (8 * total))
        assert found.largest_degree == pytest.approx(total - g2 / (4 * (into + out).max()))
        steepest = ((np.sqrt(into) - np.sqrt(out)) ** 2).max()
        assert found.one_neuron == pytest.approx(total - steepest)
        assert found.hellinger == pytest.approx(own.sum() + np.sqrt(into * out).sum())
        assert found.logarithmic == pytest.approx(total * np.exp(-g2 / (4 * total**2)))
        assert found.reciprocal == pytest.approx(np.sqrt(costs * costs.T).sum())


def test_one_neuron_is_what_balancing_one_neuron_reaches():
    """A hub whose gap no other neuron shares: sharper than the Hellinger bound there."""
    costs = np.zeros((9, 9))
    costs[0, 1:], costs[1:, 0] = 1.0, 0.25
    costs[1:, 1:] = 10.0
    found = balancing.bounds(costs)
    step = np.log(costs[0].sum() / costs[:, 0].sum()) / 4  # half the log-ratio, over p = 2
    h = np.zeros(9)
    h[0] = step
    assert found.one_neuron == pytest.approx(at(costs, h, 2.0).sum(), rel=1e-12)
    assert found.upper == found.one_neuron < found.hellinger


def test_the_quadratic_bound_fails_for_gradients_with_another_rate():
    """With γ p = 3 its ‖g‖² has to be divided by 9; printed as it is, it is violated."""
    costs = np.array([[0.0, 1e-6], [1.0, 0.0]])
    total, lowest = costs.sum(), 2e-3
    g = 3.0 * gradients(costs)
    assert total - g @ g / (8 * total) < lowest < total - g @ g / 9 / (8 * total)
    assert balancing.bounds(costs).quadratic == pytest.approx(total - g @ g / 9 / (8 * total))


def test_the_quadratic_bound_is_loose_by_two_even_for_a_hub_with_spokes():
    """The case that the paper calls nearly tight: the largest degree is the whole cost."""
    costs = np.zeros((30, 30))
    costs[1:, 0], costs[0, 1:] = 1.0, 0.2
    found = balancing.bounds(costs)
    gain = found.cost - found.quadratic
    assert found.cost - found.largest_degree == pytest.approx(2 * gain, rel=1e-12)


def test_reciprocal_means_do_not_change_with_h_and_are_symmetric(rng):
    costs, h = random_costs(6, rng, 1.0, 0.5), rng.standard_normal(6)
    found = balancing.reciprocal_means(costs)
    np.testing.assert_allclose(found, found.T)
    np.testing.assert_allclose(balancing.reciprocal_means(at(costs, h, 2.0)), found, rtol=1e-12)
    csr = balancing.reciprocal_means(sparse.csr_array(costs))
    np.testing.assert_allclose(csr.toarray(), found)
    assert balancing.reciprocal_means(np.array([[0, 1e200], [1e200, 0]])).max() == 1e200


@pytest.mark.parametrize("size", [0.0, 0.1, 1.0, 5.0])
def test_a_certificate_is_true_of_any_costs(size, rng):
    """However far from balance, and whatever the power; dense and CSR alike."""
    for costs, power in networks(rng, 60):
        h = newton(costs, power)
        lowest = at(costs, h, power).sum()
        given = at(costs, h + size * rng.standard_normal(len(h)), power)
        for form in (given, sparse.csr_array(given)):
            found = balancing.certificate(form)
            assert 0 < found.lower <= lowest * (1 + 1e-12)
            assert found.gap == pytest.approx(np.log(found.cost / found.lower), abs=1e-12)
            assert found.imbalance < 1e-15


def test_a_certificate_is_sharp_to_the_square_of_the_imbalance(rng):
    costs = random_costs(20, rng, 1.5, 0.4)
    h, away = newton(costs), rng.standard_normal(20)
    gaps = [balancing.certificate(at(costs, h + s * away, 2.0)).gap for s in (1e-2, 1e-3, 0)]
    assert 0 < gaps[1] < gaps[0] / 50
    assert gaps[2] < 1e-13


def test_a_certificate_is_sharp_where_the_reciprocal_bound_says_nothing(rng):
    costs = np.triu(random_costs(12, rng, 1.0), 1)
    costs[0, 11], costs[11, 0] = 0.0, 0.7  # one way round only
    balanced = at(costs, newton(costs), 2.0)
    assert balancing.bounds(balanced).lower == 0
    assert balancing.certificate(balanced).lower == pytest.approx(balanced.sum(), rel=1e-12)


def test_a_certificate_bounds_the_infimum_where_there_is_no_equilibrium(rng):
    first, second = random_costs(4, rng), random_costs(3, rng)
    costs = np.zeros((7, 7))
    costs[:4, :4], costs[4:, 4:] = at(first, newton(first), 2.0), at(second, newton(second), 2.0)
    infimum = costs.sum()
    costs[5, 2] = 0.7
    found = balancing.certificate(costs)
    assert found.lower == pytest.approx(infimum, rel=1e-12)
    assert found.gap == pytest.approx(np.log((infimum + 0.7) / infimum))


def test_networks_with_nothing_to_balance():
    assert balancing.certificate(np.zeros((3, 3))).lower == 0
    only_autapses = balancing.certificate(np.diag([1.0, 2.0]))
    assert (only_autapses.lower, only_autapses.gap) == (pytest.approx(3), pytest.approx(0))
    one_way = balancing.certificate(np.array([[0.0, 1.0], [0.0, 0.0]]))
    assert (one_way.lower, one_way.gap) == (0.0, np.inf)
    for costs in (np.zeros((3, 3)), np.array([[2.0]])):
        found = balancing.bounds(costs)
        assert found.upper == found.quadratic == costs.sum()
        assert found.lower == pytest.approx(costs.sum(), rel=1e-15)
    assert balancing.bounds([[0.0, 2.0], [0.0, 0.0]]).upper == 0  # not 2 - (√2)² of rounding
