"""The closed form for two neurons, against integration, and where their cost is least."""

import numpy as np
import pytest
from scipy.integrate import solve_ivp

from homolog.balancing import (
    costs_at,
    flow,
    two_neuron_cost,
    two_neuron_flow,
    two_neuron_minimum,
    two_neurons,
)
from homolog.errors import HomologError

TIMES = np.linspace(0, 0.3, 7)
PAIRS = [(0.2, 3.0), (3.0, 0.2), (1.0, 1.0), (1.7, 0.0), (0.0, 1.7), (1e-9, 1.0), (0.0, 0.0)]


def integrated(c12, c21, power, rate):
    def velocity(_, h):
        c, d = c12 * np.exp(power * (h[1] - h[0])), c21 * np.exp(power * (h[0] - h[1]))
        return rate * np.array([c - d, d - c])

    options = {"method": "DOP853", "rtol": 1e-12, "atol": 1e-14, "t_eval": TIMES}
    return solve_ivp(velocity, (0, TIMES[-1]), np.zeros(2), **options).y.T


@pytest.mark.parametrize(("c12", "c21"), PAIRS)
@pytest.mark.parametrize(("power", "rate"), [(2.0, 1.0), (1.0, 1.0), (3.0, 0.4), (2.0, 2.0)])
def test_the_closed_form_is_the_flow(c12, c21, power, rate):
    """Replaces (29), which has the wrong rate and no branch for c12 > c21, and (31)."""
    found = two_neurons(c12, c21, TIMES, power=power, rate=rate)
    expected = integrated(c12, c21, power, rate)
    np.testing.assert_allclose(found.h, expected, rtol=0, atol=1e-8)
    gap = power * (expected[:, 1] - expected[:, 0])
    np.testing.assert_allclose(found.c12, c12 * np.exp(gap), rtol=1e-8)
    np.testing.assert_allclose(found.c21, c21 * np.exp(-gap), rtol=1e-8)
    costs = np.array([[0, c12], [c21, 0]])
    np.testing.assert_allclose(flow(costs, TIMES, power=power, rate=rate).h, found.h, atol=1e-8)


@pytest.mark.parametrize(("power", "descent_rate"), [(2.0, 0.5), (3.0, 1 / 3), (2.0, 1.0)])
def test_the_printed_rate_is_wrong(power, descent_rate):
    """(29) with tanh, at 2γp² as it should be and at 2p² as printed."""
    c12, c21 = 0.2, 3.0
    found = two_neurons(c12, c21, TIMES, power=power, rate=descent_rate * power).c12
    mean = np.sqrt(c12 * c21)

    def at(rate):
        return mean * np.tanh(rate * mean * TIMES + np.arctanh(np.sqrt(c12 / c21)))

    np.testing.assert_allclose(found, at(2 * descent_rate * power**2), rtol=1e-12)
    if descent_rate != 1:
        assert np.abs(at(2 * power**2) / found - 1).max() > 0.05


def test_a_synapse_alone_decays_as_printed():
    """(31): c12 / (2 c12 γ p² t + 1)."""
    power, descent_rate = 3.0, 0.7
    found = two_neurons(1.7, 0.0, TIMES, power=power, rate=descent_rate * power)
    expected = 1.7 / (2 * 1.7 * descent_rate * power**2 * TIMES + 1)
    np.testing.assert_allclose(found.c12, expected, rtol=1e-14)
    assert not found.c21.any()


def test_it_ends_with_equal_costs_and_loses_no_digits():
    for c12, c21 in ((0.2, 3.0), (1e-200, 1e100), (1e100, 1e-200)):
        end = two_neurons(c12, c21, [1e60])
        mean = np.sqrt(c12) * np.sqrt(c21)
        np.testing.assert_allclose([end.c12[0], end.c21[0]], mean, rtol=1e-13)
        np.testing.assert_allclose(end.difference, np.log(c21 / c12) / 4, rtol=1e-13)
    early = two_neurons(1e-200, 1.0, [0.0, 1e-3])
    np.testing.assert_allclose(early.c12, [1e-200, 1e-200 * (1 + 4e-3)], rtol=1e-13)


@pytest.mark.parametrize("power", [1.0, 2.0, 3.0])
def test_cost_and_flow_along_the_difference(power):
    d = np.linspace(-2, 2, 41)
    for c12, c21 in PAIRS:
        costs = np.array([[0, c12], [c21, 0]])
        at = [costs_at(costs, [0, own], power) for own in d]
        cost = two_neuron_cost(c12, c21, d, power=power)
        np.testing.assert_allclose(cost, [c.sum() for c in at], rtol=1e-13)
        expected = [2 * (c[1, 0] - c[0, 1]) for c in at]
        np.testing.assert_allclose(
            two_neuron_flow(c12, c21, d, power=power), expected, rtol=1e-12, atol=1e-14
        )
        # The flow goes down the cost: C' = p (c12 - c21), of the other sign.
        slope = np.gradient(cost, d)
        downhill = slope * two_neuron_flow(c12, c21, d, power=power)
        assert (downhill[np.abs(slope) > 0.1 * np.abs(slope).max()] <= 0).all()


def test_the_lowest_cost():
    for c12, c21 in ((0.2, 3.0), (3.0, 0.2), (1.0, 1.0), (1e-300, 1e300)):
        lowest = two_neuron_minimum(c12, c21, power=3.0)
        assert lowest.attained
        assert lowest.cost == pytest.approx(2 * np.sqrt(c12) * np.sqrt(c21), rel=1e-14)
        near = lowest.difference + np.array([-1e-3, 0, 1e-3])
        before, there, after = two_neuron_cost(c12, c21, near, power=3.0)
        assert there == pytest.approx(lowest.cost, rel=1e-12)
        assert before > there < after
        assert two_neuron_flow(c12, c21, near[1], power=3.0) == pytest.approx(0, abs=1e-11)


def test_a_synapse_alone_has_no_lowest_cost():
    forth, back = two_neuron_minimum(2.0, 0.0), two_neuron_minimum(0.0, 2.0)
    assert (forth.difference, back.difference) == (-np.inf, np.inf)
    assert (forth.cost, forth.attained) == (back.cost, back.attained) == (0, False)
    nothing = two_neuron_minimum(0, 0)
    assert (nothing.difference, nothing.cost, nothing.attained) == (0, 0, True)


@pytest.mark.parametrize("bad", [-1.0, np.nan, np.inf, 1j, "1", True])
def test_costs_that_are_none(bad):
    for compute in (
        lambda *c: two_neurons(*c, [1.0]),
        lambda *c: two_neuron_cost(*c, 0.0),
        lambda *c: two_neuron_flow(*c, 0.0),
        two_neuron_minimum,
    ):
        with pytest.raises(HomologError, match="HM025 c12 is"):
            compute(bad, 1.0)
        with pytest.raises(HomologError, match="HM025 c21 is"):
            compute(1.0, bad)


def test_other_arguments_that_are_none():
    for options in ({"power": 0}, {"rate": -1.0}, {"rate": 0}, {"times": [1.0, 0.5]}):
        (name,) = options
        with pytest.raises(HomologError, match=f"HM025 {name} is"):
            two_neurons(1.0, 2.0, **{"times": [1.0], **options})
    with pytest.raises(HomologError, match="HM025 difference is"):
        two_neuron_cost(1.0, 2.0, [np.nan])
    with pytest.raises(HomologError, match="HM055 the cost of two neurons leaves"):
        two_neuron_cost(1.0, 2.0, 1e3)
    with pytest.raises(HomologError, match="HM055 costs × times of two neurons leaves"):
        two_neurons(1e300, 1.0, [1e300])
