"""Laws of balancing that hold for all costs, whatever hypothesis makes of them."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy import sparse

from homolog import balancing
from unit.balanced_networks import at, worst_cut

POWERS = st.sampled_from([0.5, 1.0, 2.0, 3.0])


@st.composite
def networks(draw, most=6):
    """Strongly connected: a cycle through all neurons, and any other synapses."""
    n = draw(st.integers(2, most))
    logs = draw(arrays(float, (n, n), elements=st.floats(-12, 12)))
    there = draw(arrays(bool, (n, n)))
    here = np.arange(n)
    there[here, (here + 1) % n] = True
    return np.where(there, np.exp(logs), 0.0)


@st.composite
def rescaled(draw):
    costs, power = draw(networks()), draw(POWERS)
    h = draw(arrays(float, len(costs), elements=st.floats(-2, 2)))
    return costs, h - h.mean(), power


@given(rescaled())
def test_every_bound_holds_wherever_it_is_computed(case):
    costs, h, power = case
    lowest = balancing.equilibrium(costs, power=power, tolerance=1e-12).cost_after
    moved = at(costs, h, power)
    slack = 1e-10 * lowest + 1e-13 * moved.sum()
    found = balancing.bounds(moved)
    assert found.lower - slack <= lowest <= found.upper + slack
    assert found.hellinger <= found.largest_degree + slack <= found.quadratic + 2 * slack
    for form in (moved, sparse.csr_array(moved)):
        assert balancing.certificate(form).lower <= lowest + slack


@given(networks(), POWERS)
def test_a_certificate_closes_the_gap_at_the_equilibrium(costs, power):
    h = balancing.equilibrium(costs, power=power, tolerance=1e-13).h
    found = balancing.certificate(at(costs, h, power))
    assert found.gap < 1e-9
    assert found.imbalance < 1e-14


@given(rescaled())
def test_gauges_undo_any_rescaling(case):
    """Their h of the rescaled network is that of the network less what it was rescaled by."""
    costs, h, power = case
    moved = at(costs, h, power)
    for gauge in (balancing.max_balance, balancing.product_balance):
        np.testing.assert_allclose(gauge(moved, power), gauge(costs, power) - h, atol=1e-9)
    for gauge in (balancing.equal_input, balancing.equal_output):
        one, two = gauge(moved, power), gauge(costs, power)
        assert abs(np.log(one.cost / two.cost)) < 1e-9
        np.testing.assert_allclose(one.h, two.h - h, atol=1e-6)


@given(networks(), POWERS)
def test_gauges_do_what_they_are_named_for(costs, power):
    assert worst_cut(at(costs, balancing.max_balance(costs, power), power)) < 1e-11
    sums = at(costs, balancing.equal_input(costs, power).h, power).sum(1)
    assert np.ptp(sums) < 1e-9 * sums.max()
    sums = at(costs, balancing.equal_output(costs, power).h, power).sum(0)
    assert np.ptp(sums) < 1e-9 * sums.max()


@given(networks(), st.floats(-0.9, 3.0), POWERS)
def test_balancing_takes_back_part_of_any_change_and_never_more(costs, change, power):
    h = balancing.equilibrium(costs, power=power, tolerance=1e-13).h
    balanced = at(costs, h, power)
    found = balancing.response(balanced, 0, 1, change, power=power)
    kept, made = found.exact_log_change, np.log1p(change)
    assert -1e-7 <= kept * np.sign(made) <= abs(made) + 1e-7
    assert -1e-12 <= found.undone <= 1 + 1e-12


@given(networks())
def test_resistance_is_a_distance_in_any_form(costs):
    dense = balancing.resistance_distance(costs)
    csr = balancing.resistance_distance(sparse.csr_array(costs))
    rounding = 1e-10 * dense.max()
    np.testing.assert_allclose(csr, dense, atol=rounding)
    np.testing.assert_allclose(dense, dense.T, atol=rounding)
    assert (dense[:, :, None] <= dense[:, None, :] + dense.T[None] + rounding).all()
