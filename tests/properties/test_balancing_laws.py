"""Laws of rescaling and balancing that hold for any weights, costs and log-scales."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from scipy import sparse

from homolog.balancing import (
    PowerLaw,
    costs_at,
    flow,
    in_costs,
    invariants,
    neural_gradients,
    out_costs,
    transform_weights,
    two_neurons,
)

LOGS = st.floats(-14, 14, allow_subnormal=False)  # twelve decades
POWERS = st.floats(0.3, 4)


@st.composite
def networks(draw, n_most=6):
    """Weights over twelve decades and of both signs, some of them 0, and log-scales."""
    n = draw(st.integers(1, n_most))
    logs = draw(arrays.arrays(np.float64, (n, n), elements=LOGS))
    signs = draw(arrays.arrays(np.int8, (n, n), elements=st.sampled_from([-1, 0, 1])))
    h = draw(arrays.arrays(np.float64, n, elements=st.floats(-8, 8)))
    return signs * np.exp(logs), h


def forms(matrix):
    return matrix, sparse.csr_array(matrix)


def dense(matrix):
    return matrix.toarray() if sparse.issparse(matrix) else matrix


@given(networks(), st.data())
def test_transformations_form_a_group(network, data):
    weights, h = network
    other = data.draw(arrays.arrays(np.float64, len(h), elements=st.floats(-8, 8)))
    for given_weights in forms(weights):
        np.testing.assert_array_equal(dense(transform_weights(given_weights, 0 * h)), weights)
        twice = transform_weights(transform_weights(given_weights, h), other)
        once = transform_weights(given_weights, h + other)
        np.testing.assert_allclose(dense(twice), dense(once), rtol=1e-13)
        back = transform_weights(transform_weights(given_weights, h), -h)
        np.testing.assert_allclose(dense(back), weights, rtol=1e-14)


@given(networks(), POWERS)
def test_costs_of_moved_weights_are_moved_costs(network, power):
    weights, h = network
    for given_weights in forms(weights):
        cost = PowerLaw(power, np.linspace(0, 2, len(h)))
        moved = dense(cost.of(transform_weights(given_weights, h)))
        np.testing.assert_allclose(
            moved, dense(costs_at(cost.of(given_weights), h, power)), rtol=1e-12
        )


@given(networks())
def test_what_no_transformation_changes(network):
    weights, h = network
    apart = invariants(weights).difference(invariants(transform_weights(weights, h)))
    assert apart.products <= 1e-10
    assert (apart.synapses, apart.signs) == (0, 0)


@given(networks())
def test_neural_gradients_are_a_flow_between_neurons(network):
    weights, h = network
    costs = weights**2
    order = np.argsort(h)
    g, scale = neural_gradients(costs), costs.sum()
    assert abs(g.sum()) <= 1e-14 * scale
    np.testing.assert_array_equal(neural_gradients(np.ldexp(costs, -40)), np.ldexp(g, -40))
    np.testing.assert_allclose(neural_gradients(costs.T), -g, rtol=0, atol=1e-14 * scale)
    shuffled = neural_gradients(costs[np.ix_(order, order)])
    np.testing.assert_allclose(shuffled, g[order], rtol=0, atol=1e-14 * scale)
    np.testing.assert_allclose(in_costs(costs) - out_costs(costs), g, rtol=0, atol=1e-14 * scale)


@given(networks(), POWERS, st.floats(0.01, 0.99))
def test_the_sum_of_costs_is_convex_and_falls_along_the_gradient(network, power, share):
    weights, h = network
    costs = weights**2
    start, end = (costs_at(costs, own, power) for own in (np.zeros_like(h), h))
    between = costs_at(costs, share * h, power)
    chord = (1 - share) * start.sum() + share * end.sum()
    assert between.sum() <= chord * (1 + 1e-12)
    # Of a convex function the slopes along a line rise: -p g is its derivative.
    rise = (neural_gradients(start) - neural_gradients(end)) @ h
    assert rise >= -1e-12 * (start.sum() + end.sum()) * np.abs(h).max()


@given(networks(5), POWERS, st.sampled_from([0.1, 3.0, 100.0]))
def test_the_flow_descends_and_keeps_the_sum(network, power, time):
    costs = network[0] ** 2
    found = flow(costs, [time / 2, time], power=power)
    falls = np.array([costs.sum(), *found.cost])
    assert (np.diff(falls) <= 1e-11 * falls[0]).all()
    np.testing.assert_allclose(found.h.sum(axis=1), 0, atol=1e-9)
    turned = flow(costs.T, [time / 2, time], power=power)
    np.testing.assert_allclose(turned.h, -found.h, atol=1e-6)


@given(LOGS, LOGS, POWERS, st.floats(0, 1e3))
def test_two_neurons_keep_their_product_and_may_change_places(one, other, power, time):
    c12, c21 = np.exp([one, other])
    found = two_neurons(c12, c21, [time], power=power)
    swapped = two_neurons(c21, c12, [time], power=power)
    assert found.c12 * found.c21 == pytest.approx(c12 * c21, rel=1e-12)
    assert found.c12 + found.c21 <= (c12 + c21) * (1 + 1e-14)
    np.testing.assert_allclose([swapped.c21, swapped.c12], [found.c12, found.c21], rtol=1e-13)
    np.testing.assert_allclose(swapped.difference, -found.difference, atol=1e-13)
