"""Costs of synapses, and what becomes of them as neurons are rescaled."""

import numpy as np
import pytest
from scipy import sparse

from homolog.balancing import (
    Gains,
    PowerLaw,
    costs_at,
    l1,
    l2,
    power_law,
    robustness,
    sensitivity,
    transform_weights,
)
from homolog.errors import HomologError

N = 12


@pytest.fixture
def weights(rng):
    return rng.normal(size=(N, N)) * (rng.random((N, N)) < 0.6)


def every_weighting(rng):
    per_pair = rng.random((N, N)) * (rng.random((N, N)) < 0.7)
    return [3.0, rng.random(N), per_pair, sparse.csr_array(per_pair)]


@pytest.mark.parametrize("power", [0.7, 1, 2, 3])
def test_costs_follow_the_log_scales_for_every_power(power, weights, rng):
    h = 0.5 * rng.normal(size=N)
    for given in every_weighting(rng):
        cost = PowerLaw(power, given)
        dense = np.broadcast_to(given.toarray() if sparse.issparse(given) else given, (N, N))
        expected = dense * np.abs(weights) ** power
        np.testing.assert_allclose(cost.of(weights), expected, rtol=1e-14)
        moved = cost.of(transform_weights(weights, h))
        np.testing.assert_allclose(moved, costs_at(expected, h, power), rtol=1e-13)
        by_hand = expected * np.exp(power * (h[None] - h[:, None]))
        np.testing.assert_allclose(moved, by_hand, rtol=1e-12)


def test_sparse_and_dense_agree(weights, rng):
    thin, h = sparse.csr_array(weights), rng.normal(size=N)
    for given in every_weighting(rng):
        costs = PowerLaw(1.5, given).of(thin)
        assert sparse.issparse(costs)
        np.testing.assert_allclose(costs.toarray(), PowerLaw(1.5, given).of(weights), rtol=1e-14)
        assert (costs.data > 0).all()  # a synapse without cost is none
        np.testing.assert_allclose(
            costs_at(costs, h, 1.5).toarray(), costs_at(costs.toarray(), h, 1.5), rtol=1e-14
        )
    np.testing.assert_array_equal(thin.toarray(), weights)


def test_the_named_costs(weights):
    np.testing.assert_array_equal(l1().of(weights), np.abs(weights))
    np.testing.assert_allclose(l2().of(weights), weights**2, rtol=1e-15)
    np.testing.assert_allclose(power_law(3, 2).of(weights), 2 * np.abs(weights) ** 3, rtol=1e-14)


def test_robustness_weighs_the_presynaptic_neuron(weights, rng):
    """The index printed after (14), that of the postsynaptic neuron, gives another sum."""
    mean = np.linspace(0.1, 1, N)
    weights = weights * np.arange(1, N + 1)  # the strong ones come from the active
    gains = Gains(mean, mean)  # as of ReLU
    costs = robustness(gains).of(weights)
    np.testing.assert_allclose(costs, mean[None, :] * weights**2, rtol=1e-14)
    rest = N - 2 * (mean * np.diag(weights)).sum()
    assert costs.sum() + rest == pytest.approx(sensitivity(weights, gains), rel=1e-13)
    printed = PowerLaw(2, np.repeat(mean[:, None], N, axis=1)).of(weights)
    assert printed.sum() + rest != pytest.approx(sensitivity(weights, gains), rel=1e-2)


def test_costs_over_many_decades_and_scales_over_hundreds(rng):
    costs = 10.0 ** rng.uniform(-150, 150, size=(6, 6))
    h = 0.1 * np.arange(6.0)
    gauge = 300 * np.arange(6.0)  # e^(2 · 1500) is no number
    hidden = np.log(costs) - 2 * (gauge[None] - gauge[:, None])
    shown = (np.abs(hidden) < 690) & (hidden != 0)
    assert 6 < shown.sum() < 36
    moved = costs_at(np.exp(np.where(shown, hidden, -np.inf)), gauge + h, 2.0)
    expected = np.where(shown, costs * np.exp(2 * (h[None] - h[:, None])), 0)
    np.testing.assert_allclose(moved, expected, rtol=1e-11)


def test_a_cost_may_vanish_and_must_not_overflow():
    costs = np.array([[0, 1.0], [1.0, 0]])
    with pytest.raises(HomologError, match=r"HM055 costs at \(0, 1\) leaves the range of float64"):
        costs_at(costs, [0, 400.0])
    assert costs_at(np.tril(costs), [0, 400.0]).tolist() == [[0, 0], [0, 0]]


def test_the_result_is_all_that_is_made(rng):
    """A million synapses: nothing as large as they are is made besides the new costs."""
    import tracemalloc

    n = 2000
    dense = rng.random((n, n))
    thin = sparse.csr_array(dense * (dense < 0.25))
    h = rng.normal(size=n)
    for costs, size in ((dense, dense.nbytes), (thin, thin.data.nbytes)):
        of = dense if costs is dense else thin
        for compute in (lambda: costs_at(costs, h), lambda of=of: l2().of(of)):  # noqa: B023
            tracemalloc.start()
            found = compute()
            most = tracemalloc.get_traced_memory()[1]
            tracemalloc.stop()
            assert most < size + 64e6, found.shape


def test_precision_is_double_whatever_the_weights(weights):
    single = weights.astype(np.float32) * np.float32(1e-25)
    assert l2().of(single).dtype == np.float64
    np.testing.assert_allclose(l2().of(single), single.astype(float) ** 2, rtol=1e-14)
    assert l2().of(np.ones((2, 2), int)).tolist() == [[1, 1], [1, 1]]
    assert costs_at(np.ones((2, 2), np.float32), [0, 0]).dtype == np.float64


@pytest.mark.parametrize("power", [0, -1, np.nan, np.inf, True, 1j, "2", None])
def test_powers_that_are_none(power):
    with pytest.raises(HomologError, match=r"HM025 power is .*; allowed: a finite number above 0"):
        PowerLaw(power)
    with pytest.raises(HomologError, match="HM025 power is"):
        costs_at(np.eye(2), [0, 0], power)


@pytest.mark.parametrize(
    "weights",
    [-1, np.nan, [1.0, -2.0], np.inf, np.ones((2, 3)), np.ones((2, 2, 2)), 1j, "a"],
)
def test_weights_of_a_cost_that_are_none(weights):
    with pytest.raises(HomologError, match="HM025 weights of the cost is"):
        PowerLaw(2, weights)


def test_negative_weights_in_csr_are_none():
    with pytest.raises(HomologError, match=r"HM025 weights of the cost is '-1\.0 among others'"):
        PowerLaw(2, sparse.csr_array([[0, -1.0], [0, 0]]))


def test_weights_of_a_cost_for_other_neurons():
    for given in (np.ones(3), np.ones((3, 3)), sparse.csr_array(np.ones((3, 3)))):
        with pytest.raises(HomologError, match=r"HM025 .*allowed: weights for 2 neurons"):
            PowerLaw(2, given).of(np.eye(2))


def test_powers_out_of_range():
    for weight in (1e200, 1e-200, 1e-160):
        with pytest.raises(HomologError, match=r"HM055 costs of power 2 at \(1, 0\) leaves"):
            l2().of(np.array([[0, 0], [weight, 0]]))
    # A synapse of weight 0 in the cost is left out, and not lost.
    assert not PowerLaw(2, 0.0).of(np.array([[0, 0], [1e-200, 0]])).any()


@pytest.mark.parametrize(
    ("costs", "told"),
    [
        (np.array([[0, -1.0], [0, 0]]), "-1"),
        (np.array([[0, np.nan], [0, 0]]), "nan"),
        (np.ones((2, 3)), r"\(2, 3\)"),
        (np.zeros((0, 0)), "no neurons"),
        (np.eye(2) * 1j, "complex"),
    ],
)
def test_costs_that_are_none(costs, told):
    with pytest.raises(HomologError, match=f"HM051 costs.*{told}"):
        costs_at(costs, [0, 0])
