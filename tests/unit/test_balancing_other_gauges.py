"""Product balancing, and gauges with the same in-cost or out-cost for all neurons."""

import numpy as np
import pytest
from scipy import sparse

from homolog import HomologError, balancing
from unit.balanced_networks import at, random_costs


def log_imbalance(costs):
    logs = np.log(costs, where=costs > 0, out=np.zeros(costs.shape))
    np.fill_diagonal(logs, 0.0)
    return np.abs(logs.sum(1) - logs.sum(0)).max()


@pytest.mark.parametrize("power", [0.5, 2.0])
def test_products_of_costs_in_and_out_are_equal(power, rng):
    """Weak connection is enough: here only one way through, an extra part and a lone neuron."""
    costs = np.zeros((12, 12))
    costs[:8, :8] = np.tril(random_costs(8, rng, 3.0))
    costs[8:11, 8:11] = random_costs(3, rng)
    for form in (costs, sparse.csr_array(costs)):
        h = balancing.product_balance(form, power)
        assert log_imbalance(at(costs, h, power)) < 1e-12
        np.testing.assert_allclose([h[:8].sum(), h[8:11].sum(), h[11]], 0, atol=1e-12)


def test_product_balance_makes_squared_logarithms_least(rng):
    costs = random_costs(7, rng, 2.0)
    h = balancing.product_balance(costs)

    def squares(h):
        return (np.log(at(costs, h, 2.0)) ** 2).sum()

    for direction in rng.standard_normal((10, 7)):
        assert squares(h) < min(squares(h + 1e-3 * direction), squares(h - 1e-3 * direction))


def test_products_are_balanced_over_hundreds_of_decades():
    costs = np.array([[0, 1e-300, 0], [1e300, 0, 1e-200], [1e100, 1, 0]])
    logs = np.log(costs, where=costs > 0, out=np.zeros((3, 3)))
    h = balancing.product_balance(costs, 1.0)
    logs += np.where(costs > 0, h[None] - h[:, None], 0.0)
    np.testing.assert_allclose(logs.sum(1), logs.sum(0), atol=1e-10)


def test_a_large_sparse_network_is_product_balanced_by_iteration(rng):
    costs = sparse.random(3000, 3000, 0.005, "csr", rng=rng)
    costs.data = np.exp(5 * rng.standard_normal(costs.nnz))
    h = balancing.product_balance(costs, 1.0)
    coo = costs.tocoo()
    logs = np.where(coo.row == coo.col, 0, np.log(coo.data) + h[coo.col] - h[coo.row])
    difference = np.bincount(coo.row, logs, 3000) - np.bincount(coo.col, logs, 3000)
    assert np.abs(difference).max() < 1e-9


@pytest.mark.parametrize("spread", [0.3, 1.0, 4.0])
@pytest.mark.parametrize("density", [0.0, 0.3, 1.0])
def test_every_neuron_has_the_same_in_cost_or_out_cost(spread, density, rng):
    """At density 0 a single cycle, on which multiplication alone would never settle."""
    costs = random_costs(20, rng, spread, density)
    radius = np.abs(np.linalg.eigvals(costs)).max()
    for form in (costs, sparse.csr_array(costs)):
        for find, axis in ((balancing.equal_input, 1), (balancing.equal_output, 0)):
            found = find(form, 3.0)
            sums = at(costs, found.h, 3.0).sum(axis)
            assert np.ptp(sums) < 1e-11 * sums.max()
            assert found.lower * (1 - 1e-12) <= found.cost <= found.upper * (1 + 1e-12)
            assert found.upper / found.lower - 1 < 1e-12
            assert found.cost == pytest.approx(radius, rel=1e-6)
            assert abs(found.h.sum()) < 1e-11


def test_a_gauge_hidden_over_twelve_decades_is_found(rng):
    costs, hidden = random_costs(30, rng, 1.0, 0.3), 13.8 * rng.standard_normal(30)
    found = balancing.equal_input(at(costs, hidden, 1.0), 1.0)
    plain = balancing.equal_input(costs, 1.0)
    np.testing.assert_allclose(found.h, plain.h - hidden + hidden.mean(), atol=1e-9)
    assert found.cost == pytest.approx(plain.cost, rel=1e-12)


def ring(n, spread, rng):
    here, beside = np.arange(n), (np.arange(n) + 1) % n
    values = np.exp(spread * rng.standard_normal(2 * n))
    return sparse.csr_array((values, (np.r_[here, beside], np.r_[beside, here])), shape=(n, n))


@pytest.mark.parametrize(("n", "spread"), [(60, 1.0), (2000, 0.05)])
def test_slow_rings_are_solved_instead_of_multiplied(n, spread, rng):
    """Random costs round a ring mix so slowly that multiplication would take n² rounds."""
    costs = ring(n, spread, rng)
    found = balancing.equal_input(costs)
    assert found.upper / found.lower - 1 < 1e-11
    assert np.ptp(found.h) > 5
    if n == 60:
        radius = np.abs(np.linalg.eigvals(costs.toarray())).max()
        assert found.cost == pytest.approx(radius, rel=1e-12)


def test_log_scales_beyond_the_range_of_numbers_are_refused(rng):
    with pytest.raises(HomologError, match=r"between [\d.]+ and [\d.]+, and no better") as caught:
        balancing.equal_input(ring(2000, 1.0, rng))
    assert caught.value.code == "HM056"


def test_networks_too_small_to_rescale():
    for find in (balancing.equal_input, balancing.equal_output):
        for cost in (0.0, 3.0):
            found = find([[cost]])
            assert (found.cost, found.lower, found.upper, *found.h) == (cost, cost, cost, 0.0)


def test_parts_and_one_way_joints_are_refused(rng):
    parts = sparse.block_diag([random_costs(3, rng), random_costs(2, rng)])
    with pytest.raises(HomologError, match=r"2 parts that no synapse joins \(sizes 3, 2\)") as got:
        balancing.equal_input(parts)
    assert got.value.code == "HM056"
    with pytest.raises(HomologError, match="3 strongly connected components") as got:
        balancing.equal_output(np.triu(np.ones((3, 3))))
    assert got.value.code == "HM050"
    with pytest.raises(HomologError, match="3 parts"):
        balancing.equal_input(np.zeros((3, 3)))
