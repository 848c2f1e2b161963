"""What a rescaling keeps, and what tells two networks apart."""

import numpy as np
import pytest
from scipy import sparse

from homolog.balancing import invariants, transform_weights
from homolog.errors import HomologError

N = 15


@pytest.fixture
def weights(rng):
    return rng.normal(size=(N, N)) * (rng.random((N, N)) < 0.4)


def test_a_rescaled_network_has_the_same(weights, rng):
    for given in (weights, sparse.csr_array(weights)):
        moved = transform_weights(given, rng.normal(size=N))
        apart = invariants(given).difference(invariants(moved))
        assert apart.eigenvalues < 1e-9
        assert apart.products < 1e-12
        assert (apart.synapses, apart.signs) == (0, 0)


def test_they_are_what_they_are_called(weights):
    found = invariants(weights, n_cycles=50)
    expected = np.linalg.eigvals(weights)
    np.testing.assert_allclose(np.sort(np.abs(found.eigenvalues)), np.sort(np.abs(expected)))
    np.testing.assert_array_equal(found.signs.toarray(), np.sign(weights))
    assert len(found.cycles) == 50
    assert len(set(found.cycles)) > 20
    for cycle, log, sign in zip(found.cycles, found.log_products, found.product_signs, strict=True):
        assert len(set(cycle)) == len(cycle) > 1
        onto = [*cycle[1:], cycle[0]]
        product = np.prod([weights[i, j] for j, i in zip(cycle, onto, strict=True)])
        assert product == pytest.approx(sign * np.exp(log), rel=1e-12)
        assert product != 0


def test_cycles_are_those_of_the_seed(weights):
    assert invariants(weights, rng=1).cycles == invariants(2 * weights, rng=1).cycles
    assert invariants(weights, rng=1).cycles != invariants(weights, rng=2).cycles
    assert invariants(weights).difference(invariants(weights, rng=1)).products is None


def test_one_stronger_synapse_is_noticed(weights):
    before = invariants(weights)
    row, column = before.cycles[0][1], before.cycles[0][0]
    other = weights.copy()
    other[row, column] *= 1.1
    apart = before.difference(invariants(other))
    assert apart.products == pytest.approx(np.log(1.1), rel=1e-9)
    assert apart.eigenvalues > 1e-4
    assert (apart.synapses, apart.signs) == (0, 0)
    other[row, column] *= -1
    apart = before.difference(invariants(other))
    assert apart.products == np.inf
    assert (apart.synapses, apart.signs) == (0, 1)


def test_synapses_of_one_network_alone_are_counted(weights):
    other = weights.copy()
    other[weights == 0] = np.where(np.arange((weights == 0).sum()) < 3, 1.0, 0.0)
    lost = np.argwhere(weights != 0)[:2]
    other[tuple(lost.T)] = 0
    apart = invariants(weights).difference(invariants(other))
    assert apart.synapses == 5
    assert apart.signs == 0
    assert apart.products is None


def test_a_network_without_cycles():
    weights = np.triu(np.ones((4, 4)))  # autapses are no cycles
    found = invariants(weights)
    assert found.cycles == ()
    assert found.difference(invariants(weights)).products == 0
    np.testing.assert_allclose(found.eigenvalues, 1)
    for empty in (np.zeros((3, 3)), sparse.csr_array((3, 3)), [[0]]):
        assert invariants(empty).difference(invariants(empty)).eigenvalues == 0


def test_a_large_network_has_cycles_and_eigenvalues_on_request(rng):
    weights = sparse.random_array((1500, 1500), density=0.01, rng=rng, format="csr")
    h = rng.normal(size=1500)
    found, moved = (invariants(w) for w in (weights, transform_weights(weights, h)))
    assert len(found.eigenvalues) == 0
    assert found.difference(moved).eigenvalues is None
    assert found.difference(moved).products < 1e-12
    some, of_moved = (
        invariants(w, n_eigenvalues=5) for w in (weights, transform_weights(weights, 0.1 * h))
    )
    assert len(some.eigenvalues) == 5
    assert some.difference(of_moved).eigenvalues < 1e-8
    # The others would be in the bulk of the circular law: the first is the mean in-strength.
    assert abs(some.eigenvalues[0]) == pytest.approx(weights.sum() / 1500, rel=0.05)


def test_few_eigenvalues_of_a_small_network(weights):
    all_of_them = invariants(weights).eigenvalues
    assert (np.diff(np.abs(all_of_them)) <= 1e-12).all()
    some = invariants(weights, n_eigenvalues=4).eigenvalues
    np.testing.assert_array_equal(some, all_of_them[:4])


@pytest.mark.parametrize(
    "options",
    [{"n_cycles": -1}, {"n_cycles": 1.5}, {"n_eigenvalues": N + 1}, {"n_eigenvalues": True}],
)
def test_numbers_that_are_none(options, weights):
    (name,) = options
    with pytest.raises(HomologError, match=f"HM025 {name} is .*; allowed: a whole number from 0"):
        invariants(weights, **options)


def test_networks_that_cannot_be_compared(weights):
    with pytest.raises(HomologError, match="HM025 neurons of the other invariants is 3"):
        invariants(weights).difference(invariants(np.eye(3)))
    with pytest.raises(HomologError, match="HM025 eigenvalues of the other invariants is 2"):
        invariants(weights).difference(invariants(weights, n_eigenvalues=2))
    with pytest.raises(HomologError, match=r"HM053 .*recurrent is"):
        invariants(weights * 1j)
