"""Networks that are balanced as they are: symmetric, of rank one, normal; and what is not."""

import numpy as np
import pytest
from scipy import sparse

from homolog import balancing
from unit.balanced_networks import at, gradients, newton, random_costs


def unbalanced(costs):
    return np.linalg.norm(gradients(costs)) / costs.sum()


def normal_matrix(rng):
    basis, _ = np.linalg.qr(rng.standard_normal((6, 6)))
    blocks = np.zeros((6, 6))
    for k in (0, 2, 4):
        angle, size = 6 * rng.random(), rng.random() + 0.5
        turn = [[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]]
        blocks[k : k + 2, k : k + 2] = size * np.array(turn)
    return basis @ blocks @ basis.T


@pytest.mark.parametrize("power", [0.5, 1.0, 2.0, 3.0])
def test_costs_that_can_be_made_symmetric_are_balanced_so(power, rng):
    symmetric = random_costs(6, rng)
    symmetric = symmetric + symmetric.T
    assert unbalanced(symmetric) < 1e-15
    costs = at(symmetric, 0.5 * rng.standard_normal(6), power)
    for form in (costs, sparse.csr_array(costs)):
        found = balancing.symmetrizing_scales(form, power)
        assert found.defect < 1e-12
        np.testing.assert_allclose(found.h, newton(costs, power), atol=1e-8)
        np.testing.assert_allclose(
            at(costs, found.h, power), balancing.reciprocal_means(costs), rtol=1e-10
        )
    assert balancing.bounds(costs).lower == pytest.approx(at(costs, found.h, power).sum())


def test_the_printed_equilibrium_of_symmetrizable_costs_holds_for_power_one_only(rng):
    symmetric = random_costs(5, rng)
    symmetric = symmetric + symmetric.T
    for power in (1.0, 2.0):
        costs = at(symmetric, rng.standard_normal(5), power)
        h = balancing.symmetrizing_scales(costs, power).h
        means = balancing.reciprocal_means(costs)
        assert np.allclose(at(costs, h, 1.0), means, rtol=1e-9) == (power == 1.0)
        assert np.allclose(at(costs, h, power), means, rtol=1e-9)


def test_costs_that_cannot_be_made_symmetric_say_by_how_much(rng):
    """A cycle of three whose products differ by a factor of e either way round."""
    costs = np.ones((3, 3))
    costs[0, 1] = np.e
    found = balancing.symmetrizing_scales(costs)
    assert found.h is None
    assert found.defect == pytest.approx(1 / 3)
    one_way = balancing.symmetrizing_scales(np.triu(np.ones((3, 3))))
    assert (one_way.h, one_way.defect) == (None, np.inf)
    lenient = balancing.symmetrizing_scales(costs, tolerance=0.5)
    assert lenient.h is not None


def test_costs_of_rank_one_have_a_closed_form(rng):
    inward, outward = np.exp(2 * rng.standard_normal((2, 7)))
    for power in (0.5, 1.0, 2.0, 3.0):
        h = balancing.rank_one_equilibrium(inward, outward, power)
        costs = np.outer(inward, outward)
        np.testing.assert_allclose(h, newton(costs, power), atol=1e-7)
        roots = np.sqrt(inward * outward)
        np.testing.assert_allclose(at(costs, h, power), np.outer(roots, roots), rtol=1e-10)


def test_normal_weights_with_gains_are_balanced_for_the_robustness_cost(rng):
    gains = rng.random(6) + 0.3  # mean squares
    scaled = normal_matrix(rng)
    weights = scaled / np.sqrt(gains)
    assert balancing.departure_from_normal(weights, gains) < 1e-14
    assert balancing.departure_from_normal(sparse.csr_array(weights), gains) < 1e-14
    assert unbalanced(balancing.power_law(2.0, gains).of(weights)) < 1e-14


def test_not_all_normal_matrices_are_equilibria(rng):
    """Counter-examples to the sentence of section 9.3."""
    weights = normal_matrix(rng)
    assert balancing.departure_from_normal(weights) < 1e-14
    for power in (1.0, 3.0):
        assert unbalanced(np.abs(weights) ** power) > 1e-2
    gains = rng.random(6) + 0.3
    assert balancing.departure_from_normal(weights, gains) > 1e-2
    assert unbalanced(balancing.power_law(2.0, gains).of(weights)) > 1e-2


def test_a_normal_matrix_of_costs_need_not_be_balanced():
    axis = np.array([1.0, 2.0, 4.0]) / np.sqrt(21)
    x, y, z = axis
    turn = np.array([[0, -z, y], [z, 0, -x], [-y, x, 0]])
    along = np.outer(axis, axis)
    costs = 5 * along + 0.5 * (np.eye(3) - along) + 0.3 * turn
    assert (costs > 0).all()
    assert balancing.departure_from_normal(costs) < 1e-14
    assert unbalanced(costs) == pytest.approx(0.041, abs=1e-3)


def test_departure_is_largest_for_a_one_way_synapse():
    assert balancing.departure_from_normal([[0.0, 1.0], [0.0, 0.0]]) == pytest.approx(np.sqrt(2))
    assert balancing.departure_from_normal(np.zeros((2, 2))) == 0
    assert balancing.departure_from_normal([[0.0, 1e200], [0.0, 0.0]]) == pytest.approx(np.sqrt(2))
