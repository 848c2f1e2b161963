"""Neural gradients, against central differences of the sum of costs."""

import numpy as np
import pytest
from scipy import sparse

from homolog.balancing import costs_at, in_costs, neural_gradients, out_costs
from homolog.errors import HomologError


@pytest.fixture
def costs(rng):
    return np.exp(rng.normal(size=(7, 7))) * (rng.random((7, 7)) < 0.7)


@pytest.mark.parametrize("power", [0.7, 1, 2, 3])
@pytest.mark.parametrize("descent_rate", [None, 0.3, 2.0])
def test_they_are_the_descent_of_the_sum_of_costs(power, descent_rate, costs, rng):
    """(15) to (17): -γ dC/dh = γp (r - s); (17) itself where γp is 1."""
    descent_rate = 1 / power if descent_rate is None else descent_rate
    h, step = 0.3 * rng.normal(size=7), 1e-6

    def total(h):
        return costs_at(costs, h, power).sum()

    slopes = [(total(h + e) - total(h - e)) / (2 * step) for e in step * np.eye(7)]
    found = descent_rate * power * neural_gradients(costs_at(costs, h, power))
    expected = -descent_rate * np.array(slopes)
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-7 * np.abs(expected).max())


def test_they_are_in_costs_minus_out_costs(costs):
    np.testing.assert_allclose(in_costs(costs), costs.sum(1), rtol=1e-15)
    np.testing.assert_allclose(out_costs(costs), costs.sum(0), rtol=1e-15)
    np.testing.assert_allclose(
        neural_gradients(costs), in_costs(costs) - out_costs(costs), rtol=0, atol=1e-13
    )
    assert abs(neural_gradients(costs).sum()) < 1e-13


def test_sparse_and_dense_agree(costs, monkeypatch):
    monkeypatch.setattr("homolog.balancing._matrix.ENTRIES_A_TIME", 8)
    for sums in (in_costs, out_costs, neural_gradients):
        thin = sums(sparse.csr_array(costs))
        np.testing.assert_allclose(thin, sums(costs), rtol=0, atol=1e-13)


def test_an_autapse_takes_no_part_however_dear(costs):
    np.fill_diagonal(costs, 0)
    dear = costs + 1e20 * np.eye(7)
    for given in (dear, sparse.csr_array(dear)):
        np.testing.assert_array_equal(neural_gradients(given), neural_gradients(costs))
        assert (in_costs(given) >= 1e20).all()


def test_one_neuron_and_no_costs():
    assert neural_gradients([[5]]).tolist() == [0]
    assert neural_gradients(np.zeros((3, 3))).tolist() == [0, 0, 0]
    assert neural_gradients(sparse.csr_array((3, 3))).tolist() == [0, 0, 0]
    assert in_costs(np.array([[0, 3], [1, 0]])).tolist() == [3, 1]


@pytest.mark.parametrize("sums", [in_costs, out_costs, neural_gradients])
def test_costs_that_are_none(sums):
    for costs in (-np.eye(2), np.full((2, 2), np.nan), np.ones((2, 3)), np.full((3, 3), 1e308)):
        with pytest.raises(HomologError, match="HM051 costs"):
            sums(costs)
