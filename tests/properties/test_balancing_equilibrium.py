"""What holds for the equilibrium of any costs."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from homolog.balancing import equilibrium

costs_of = st.integers(2, 9).flatmap(
    lambda n: arrays(np.float64, (n, n), elements=st.floats(1e-6, 1e6))
)
powers = st.sampled_from([0.5, 1.0, 2.0, 3.0])


@settings(max_examples=60, deadline=None)
@given(costs_of, powers)
def test_nothing_nearby_costs_less(costs, power):
    found = equilibrium(costs, power=power)
    rng = np.random.default_rng(0)
    for _ in range(5):
        h = found.h + 0.1 * rng.standard_normal(len(costs))
        there = (costs * np.exp(power * (h[None] - h[:, None]))).sum()
        assert there >= found.cost_after * (1 - 1e-9)
    assert found.cost_after <= found.cost_before * (1 + 1e-12)


@settings(max_examples=60, deadline=None)
@given(costs_of, powers, st.integers(0, 2**32 - 1))
def test_where_one_starts_on_the_manifold_does_not_matter(costs, power, seed):
    """Costs carried by any log-scales end at the same costs."""
    moved = np.random.default_rng(seed).normal(0, 2, len(costs))
    carried = costs * np.exp(power * (moved[None] - moved[:, None]))
    first, second = equilibrium(costs, power=power), equilibrium(carried, power=power)
    np.testing.assert_allclose(second.h + moved - moved.mean(), first.h, atol=1e-5)
    np.testing.assert_allclose(second.cost_after, first.cost_after, rtol=1e-8)


@settings(max_examples=60, deadline=None)
@given(costs_of, st.integers(0, 2**32 - 1))
def test_the_order_of_neurons_does_not_matter(costs, seed):
    order = np.random.default_rng(seed).permutation(len(costs))
    first, second = equilibrium(costs), equilibrium(costs[np.ix_(order, order)])
    np.testing.assert_allclose(second.h, first.h[order], atol=1e-6)


@settings(max_examples=40, deadline=None)
@given(costs_of)
def test_turning_every_synapse_round_turns_the_scales(costs):
    np.testing.assert_allclose(equilibrium(costs.T).h, -equilibrium(costs).h, atol=1e-6)
