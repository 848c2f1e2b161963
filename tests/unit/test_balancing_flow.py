"""Balancing in time, against the equations for the weights and what must not change."""

import numpy as np
import pytest
from scipy import sparse
from scipy.integrate import cumulative_simpson, solve_ivp

from homolog.balancing import (
    PowerLaw,
    costs_at,
    flow,
    invariants,
    l2,
    neural_gradients,
    transform,
    transform_weights,
)
from homolog.balancing._descent import descent
from homolog.errors import HomologError
from homolog.networks import RecurrentNetwork

N = 8
TIMES = [0.0, 0.02, 0.1, 0.4]


def weights(rng, n=N):
    return rng.normal(size=(n, n))


def test_weights_inputs_and_outputs_follow_their_equations(rng):
    """(17) to (20), integrated as they stand, as one system of all weights."""
    cost = PowerLaw(2.0, rng.random(N) + 0.2)
    network = RecurrentNetwork(weights(rng), rng.normal(size=(N, 2)), rng.normal(size=(3, N)))
    parts = [network.recurrent, network.input_weights, network.output_weights]
    ends = np.cumsum([part.size for part in parts])

    def velocity(_, flat):
        own, into, out = (
            piece.reshape(part.shape)
            for piece, part in zip(np.split(flat, ends[:-1]), parts, strict=True)
        )
        c = cost.weights[None] * own**2
        g = c.sum(1) - c.sum(0)
        changes = own * (g[None] - g[:, None]), -into * g[:, None], out * g[None]
        return np.concatenate([change.ravel() for change in changes])

    start = np.concatenate([part.ravel() for part in parts])
    options = {"method": "DOP853", "rtol": 1e-12, "atol": 1e-14, "t_eval": TIMES}
    expected = solve_ivp(velocity, (0, TIMES[-1]), start, **options).y.T
    found = flow(cost.of(network.recurrent), TIMES, rate=1.0)
    for h, flat in zip(found.h, expected, strict=True):
        moved = transform(network, h)
        got = [moved.recurrent, moved.input_weights, moved.output_weights]
        reached = np.concatenate([part.ravel() for part in got])
        np.testing.assert_allclose(reached, flat, rtol=1e-8, atol=1e-9)
    assert np.abs(found.h[-1]).max() > 0.1


def test_outputs_and_invariants_stay_all_along(rng):
    network = RecurrentNetwork(
        weights(rng) / 3, rng.normal(size=(N, 2)), rng.normal(size=(3, N)), rng.normal(size=N)
    )
    inputs = rng.normal(size=(2, 10, 2))
    before = network.run(inputs, dt=0.1).outputs
    kept = invariants(network.recurrent)
    for h in flow(l2().of(network.recurrent), [0.0, 1.0, 10.0, 100.0]).h:
        moved = transform(network, h)
        np.testing.assert_allclose(moved.run(inputs, dt=0.1).outputs, before, rtol=0, atol=1e-12)
        apart = kept.difference(invariants(moved.recurrent))
        assert apart.eigenvalues < 1e-12
        assert apart.products < 1e-12
        assert (apart.synapses, apart.signs) == (0, 0)


@pytest.mark.parametrize("power", [0.7, 1.0, 2.0, 3.0])
@pytest.mark.parametrize("rate", [None, 0.5, 3.0])
def test_it_follows_the_neural_gradients(power, rate, rng):
    costs = np.exp(rng.normal(size=(N, N)))
    times = [1.0, 5.0, 20.0] if rate is None else [0.01, 0.05, 0.2]

    def velocity(_, h):
        moved = costs * np.exp(power * (h[None] - h[:, None]))
        g = moved.sum(1) - moved.sum(0)
        return g / moved.sum() if rate is None else rate * g

    options = {"method": "DOP853", "rtol": 1e-12, "atol": 1e-14, "t_eval": times}
    expected = solve_ivp(velocity, (0, times[-1]), np.zeros(N), **options).y.T
    found = flow(costs, times, power=power, rate=rate)
    np.testing.assert_allclose(found.h, expected, rtol=0, atol=1e-9)
    for h, cost, norm in zip(found.h, found.cost, found.gradient_norm, strict=True):
        moved = costs_at(costs, h, power)
        assert cost == pytest.approx(moved.sum(), rel=1e-12)
        size = np.linalg.norm(neural_gradients(moved))
        assert norm == pytest.approx(size, rel=1e-9, abs=1e-12 * cost)


def test_cost_falls_to_a_balance(rng):
    costs = np.exp(rng.normal(size=(30, 30)))
    found = flow(costs, np.linspace(0, 400, 9))
    assert (np.diff(found.cost) <= 1e-13 * found.cost[0]).all()
    assert found.gradient_norm[0] / found.cost[0] > 0.01
    assert found.gradient_norm[-1] / found.cost[-1] < 1e-10


@pytest.mark.parametrize("many", [False, True])
def test_log_scales_sum_to_zero_in_every_weak_component(many, rng, monkeypatch):
    """(22) and (53); by the implicit method, and by the one for many neurons."""
    if many:
        monkeypatch.setattr("homolog.balancing._flow.LARGEST_IMPLICIT", 2)
    costs = np.zeros((9, 9))
    costs[:4, :4] = np.exp(rng.normal(size=(4, 4)))
    costs[4:8, 4:8] = np.triu(np.exp(rng.normal(size=(4, 4))), 1)  # one way only
    h = flow(costs, [0.0, 1.0, 50.0]).h
    assert np.abs(h[-1, :8]).min() > 0.01
    for component in (slice(0, 4), slice(4, 8), slice(8, 9)):
        np.testing.assert_allclose(h[:, component].sum(1), 0, atol=1e-12)


def test_both_methods_and_both_forms_agree(rng, monkeypatch):
    costs = np.exp(rng.normal(size=(N, N)))
    thin = sparse.csr_array(costs * (rng.random((N, N)) < 0.5))
    for given in (costs, thin):
        implicit = flow(given, [1.0, 30.0]).h
        np.testing.assert_allclose(flow(thin.toarray(), [1.0, 30.0]).h, flow(thin, [1.0, 30.0]).h)
        with monkeypatch.context() as patched:
            patched.setattr("homolog.balancing._flow.LARGEST_IMPLICIT", 2)
            np.testing.assert_allclose(flow(given, [1.0, 30.0]).h, implicit, atol=1e-9)


def test_the_end_is_reached_by_either_method(rng, monkeypatch):
    costs = np.exp(rng.normal(size=(30, 30)))
    implicit = flow(costs, [1e9], rate=1.0)
    monkeypatch.setattr("homolog.balancing._flow.LARGEST_IMPLICIT", 2)
    explicit = flow(costs, [1e9], rate=1.0)  # in steps as long as is stable: 1e9 of them
    np.testing.assert_allclose(explicit.h, implicit.h, atol=1e-9)
    assert explicit.gradient_norm[0] / explicit.cost[0] < 1e-11


def test_its_time_has_no_unit_and_converts(rng):
    costs = np.exp(rng.normal(size=(N, N)))
    free = np.linspace(0, 10, 2001)
    dimensionless = flow(costs, free)
    np.testing.assert_allclose(flow(1e9 * costs, free).h, dimensionless.h, atol=1e-11)
    # A time s of the one is the integral of 1 / (rate · C) up to s of the other.
    spent = cumulative_simpson(1 / (0.7 * dimensionless.cost), x=free, initial=0)
    in_seconds = flow(costs, spent[[200, 1000, 2000]], rate=0.7)
    np.testing.assert_allclose(in_seconds.h, dimensionless.h[[200, 1000, 2000]], atol=1e-8)


def test_without_a_way_back_it_goes_on_for_ever():
    """One synapse: (31) with a rate, a straight line in dimensionless time."""
    costs = np.array([[0, 3.0], [0, 0]])
    found = flow(costs, [1.0, 100.0, 1e4], rate=1.0)
    np.testing.assert_allclose(found.cost, 3 / (1 + 4 * 3 * found.times), rtol=1e-8)
    straight = flow(costs, [1.0, 100.0, 1e4])
    np.testing.assert_allclose(straight.h[:, 0], straight.times, rtol=1e-9)
    np.testing.assert_allclose(straight.cost[:2], 3 * np.exp([-4, -400]), rtol=1e-6)
    assert straight.cost[2] == 0  # e^-40000 is no number, and the flow goes on all the same
    norms = np.sqrt(2) * straight.cost
    np.testing.assert_allclose(straight.gradient_norm, norms, rtol=1e-12)


@pytest.mark.parametrize("unit", [1e-300, 1e-12, 1e12, 1e300])
def test_costs_of_any_size(unit, rng):
    costs = np.exp(rng.normal(size=(4, 4)))
    expected = flow(costs, [0.5, 2.0]).h
    np.testing.assert_allclose(flow(unit * costs, [0.5, 2.0]).h, expected, atol=1e-10)
    in_seconds = flow(unit * costs, [0.5 / unit], rate=1.0)
    np.testing.assert_allclose(in_seconds.h, flow(costs, [0.5], rate=1.0).h, atol=1e-9)
    # Enormous rates only mean that the balance is reached at once.
    if unit > 1:
        found = flow(unit * costs, [1.0], rate=1.0)
        assert found.gradient_norm[0] / found.cost[0] < 1e-10


def test_away_from_balance_it_ends(rng):
    costs = np.exp(rng.normal(size=(5, 5)))
    rising = flow(costs, [0.0, 0.005], rate=-1.0)
    assert rising.cost[1] > rising.cost[0]
    with pytest.raises(HomologError, match=r"HM055 the flow stops at time 0\.\d+ of 100: log"):
        flow(costs, [100.0], rate=-1.0)


def test_steps_are_not_taken_for_ever(rng, monkeypatch):
    monkeypatch.setattr("homolog.balancing._flow.MOST_STEPS", 10)
    with pytest.raises(HomologError, match=r"HM055 the flow stops at time .* of 50: 10 steps"):
        flow(np.exp(rng.normal(size=(5, 5))), [50.0])


def test_a_balance_stays_where_it_is(rng):
    costs = rng.random((6, 6))
    costs += costs.T
    for times in ([0.0], [1e12]):
        found = flow(costs, times, rate=1.0)
        assert not found.h.any()
        np.testing.assert_allclose(found.cost, costs.sum(), rtol=1e-14)
    for costs in (np.zeros((3, 3)), [[5.0]], np.diag([1.0, 2.0]), sparse.csr_array((3, 3))):
        found = flow(costs, [0.0, 3.0])
        assert not found.h.any()
        assert found.gradient_norm.tolist() == [0, 0]
        assert found.cost[1] == found.cost[0] == sparse.csr_array(costs).sum()


def test_autapses_slow_the_dimensionless_flow_only(rng):
    costs = np.exp(rng.normal(size=(4, 4)))
    np.fill_diagonal(costs, 0)
    dear = costs + np.eye(4) * 1e3
    np.testing.assert_allclose(flow(dear, [0.1], rate=1).h, flow(costs, [0.1], rate=1).h)
    assert np.abs(flow(dear, [0.1]).h).max() < 0.1 * np.abs(flow(costs, [0.1]).h).max()


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"times": []}, "times is"),
        ({"times": [1.0, 1.0]}, "times is .*; allowed: finite numbers from 0 on, each above"),
        ({"times": [-1.0]}, "times is"),
        ({"times": [np.nan]}, "times is"),
        ({"times": "now"}, "times is"),
        ({"power": 0}, "power is 0; allowed: a finite number above 0"),
        ({"power": np.inf}, "power is inf"),
        ({"rate": 0}, "rate is 0; allowed: None, or a finite number other than 0"),
        ({"rate": np.nan}, "rate is nan"),
        ({"rate": True}, "rate is True"),
        ({"rate": 1e300, "times": [1e300]}, "rate × costs × times is inf"),
    ],
)
def test_arguments_that_are_none(options, told):
    with pytest.raises(HomologError, match=f"HM025 {told}"):
        flow(np.array([[0, 2.0], [1.0, 0]]), **{"times": [1.0], **options})


@pytest.mark.parametrize(
    "costs",
    [-np.eye(2), np.full((2, 2), np.nan), np.ones((2, 3)), np.zeros((0, 0)), np.eye(2) * 1j],
)
def test_costs_that_are_none(costs):
    with pytest.raises(HomologError, match="HM051 costs"):
        flow(costs, [1.0])


def test_the_weights_at_a_time_have_the_costs_of_that_time(rng):
    start = weights(rng)
    found = flow(l2().of(start), [3.0])
    moved = transform_weights(start, found.h[0])
    assert l2().of(moved).sum() == pytest.approx(found.cost[0], rel=1e-12)


@pytest.mark.parametrize("rate", [None, 0.5])
@pytest.mark.parametrize("scale", [0.3, 200.0])  # of h; far apart, costs are e to its power
def test_the_jacobian_is_that_of_the_velocity(rate, scale, rng):
    costs = np.triu(np.exp(rng.normal(size=(5, 5))))  # what grows with h is not there
    falling = descent(costs, 1.5, rate)
    h, step = -scale * np.arange(5.0) / 5, 1e-6
    found = falling.jacobian(0.0, h)
    expected = [falling.velocity(0, h + e) - falling.velocity(0, h - e) for e in step * np.eye(5)]
    expected = np.transpose(expected) / (2 * step)
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-7 * np.abs(expected).max())
    assert expected.any()
