"""Local rules and isospectral flows: what they keep, where they go, and that they are local."""

import numpy as np
import pytest
from scipy import sparse
from scipy.linalg import expm

from homolog.balancing import (
    Gains,
    PowerLaw,
    firing_rate_gradient,
    flow,
    invariants,
    isospectral_flow,
    l2,
    lax_flow,
    max_gradient,
    neural_gradients,
    power_law_gradient,
    product_gradient,
    reversed_gradient,
    robustness,
    transform,
)
from homolog.errors import HomologError
from homolog.networks import RecurrentNetwork

N = 7
RATES = np.linspace(0.5, 4, N)
RULES = {
    "power law": power_law_gradient(),
    "robustness": power_law_gradient(robustness(Gains(RATES / 4, RATES / 4))),
    "product": product_gradient(),
    "max": max_gradient(),
    "firing rate": firing_rate_gradient(RATES, 2.0),
    "anti-balancing": reversed_gradient(power_law_gradient()),
    "of a user": lambda own: np.tanh(own.incoming.sum()) - 0.1 * len(own.outgoing),
}
each_rule = pytest.mark.parametrize("rule", RULES.values(), ids=list(RULES))


@pytest.fixture
def weights(rng):
    there = (rng.random((N, N)) < 0.6) | np.eye(N, k=1, dtype=bool) | np.eye(N, k=1 - N, dtype=bool)
    return rng.normal(size=(N, N)) * there


@each_rule
def test_every_rule_keeps_the_invariants_and_the_computation(rule, weights, rng):
    found = lax_flow(weights, rule, [0.0, 0.01, 0.03])
    assert not found.h[0].any()
    assert np.abs(found.h[-1]).max() > 1e-3
    apart = invariants(weights).difference(invariants(found.weights(2)))
    assert apart.eigenvalues < 1e-12
    assert apart.products < 1e-12
    assert (apart.synapses, apart.signs) == (0, 0)
    network = RecurrentNetwork(weights / 3, rng.normal(size=(N, 2)), rng.normal(size=(3, N)))
    inputs = rng.normal(size=(2, 10, 2))
    before, after = (n.run(inputs, dt=0.1) for n in (network, transform(network, found.h[-1])))
    np.testing.assert_allclose(after.outputs, before.outputs, rtol=0, atol=1e-12)


@each_rule
def test_weights_move_by_the_bracket_with_the_diagonal(rule, weights):
    """(25): J' = [J, diag g], by differences, with g from the rule at each neuron."""
    seen = {}

    def spy(own):
        seen.setdefault(own.neuron, rule(own))  # the first call is at h = 0
        return rule(own)

    step = 1e-5
    moved = lax_flow(weights, spy, [step]).weights(0)
    g = np.diag([seen[k] for k in range(N)])
    expected = weights @ g - g @ weights
    tolerance = 1e-3 * np.abs(expected).max()
    np.testing.assert_allclose((moved - weights) / step, expected, rtol=0, atol=tolerance)


def test_a_rule_sees_the_synapses_of_its_neuron_and_nothing_else(weights, rng):
    """Weights that do not touch a neuron can be anything: what it is shown stays."""

    def shown(weights):
        seen = {}
        rule = lambda own: seen.setdefault(own.neuron, own) and 0.0  # noqa: E731
        lax_flow(weights, rule, [0.0, 1.0])
        return seen

    before = shown(weights)
    for k in range(N):
        others = np.ones((N, N), bool)
        others[k] = others[:, k] = False
        after = shown(np.where(others, rng.normal(size=(N, N)), weights))[k]
        for part in ("incoming", "presynaptic", "outgoing", "postsynaptic"):
            np.testing.assert_array_equal(getattr(after, part), getattr(before[k], part))
        incoming = np.zeros(N)
        incoming[after.presynaptic] = after.incoming
        outgoing = np.zeros(N)
        outgoing[after.postsynaptic] = after.outgoing
        own = np.arange(N) != k  # autapses are left out
        np.testing.assert_array_equal(incoming, weights[k] * own)
        np.testing.assert_array_equal(outgoing, weights[:, k] * own)
        assert after.log_scale == 0


@pytest.mark.parametrize("part", ["incoming", "presynaptic", "outgoing", "postsynaptic"])
def test_a_rule_cannot_write_to_the_synapses(part, weights):
    def meddling(own):
        getattr(own, part)[:] = 0
        return 0.0

    with pytest.raises(ValueError, match="read-only"):
        lax_flow(weights, meddling, [1.0])


@pytest.mark.parametrize("power", [1.0, 2.0, 3.0])
def test_the_power_law_is_synaptic_balancing(power, weights, rng):
    for given in (1.5, rng.random(N) + 0.1, rng.random((N, N)) + 0.1):
        cost, times = PowerLaw(power, given), [0.1, 0.5]
        found = lax_flow(weights, power_law_gradient(cost), times)
        expected = flow(cost.of(weights), times, power=power, rate=1.0)
        np.testing.assert_allclose(found.h, expected.h, rtol=0, atol=1e-9)


def test_products_of_costs_become_equal(weights, rng):
    dense = rng.normal(size=(N, N))
    for start in (weights, dense, dense * 1e-200):  # whose squares are no numbers
        end = lax_flow(start, product_gradient(), [30.0]).weights(0)
        np.fill_diagonal(end, 0)
        logs = np.log(np.where(end == 0, 1, np.abs(end)))
        np.testing.assert_allclose(logs.sum(0), logs.sum(1), atol=1e-8)
        assert (np.sign(end) == np.sign(start - np.diag(np.diag(start)))).all()


def test_largest_costs_become_equal(weights):
    end = np.abs(lax_flow(weights, max_gradient(), [100.0]).weights(0))
    np.fill_diagonal(end, 0)
    np.testing.assert_allclose(end.max(0) ** 2, end.max(1) ** 2, atol=1e-6)


def test_rates_reach_their_targets(rng):
    weights = rng.normal(size=(N, N)) / 4
    network = RecurrentNetwork(weights, rng.normal(size=(N, 2)) ** 2, bias=rng.random(N) + 0.1)
    inputs = rng.random((3, 20, 2))

    def rates(network):
        return np.maximum(network.run(inputs, dt=0.1).states, 0).mean((0, 1))

    before, targets = rates(network), rng.random(N) + 0.5
    assert (before > 0).all()
    found = lax_flow(weights, firing_rate_gradient(before, targets), [1.0, 30.0])
    np.testing.assert_allclose(rates(transform(network, found.h[1])), targets, rtol=1e-9)
    remaining = np.log(rates(transform(network, found.h[0])) / targets)
    np.testing.assert_allclose(remaining, np.exp(-1) * np.log(before / targets), rtol=1e-8)


def test_anti_balancing_makes_costs_rise_until_it_ends(weights):
    rule = reversed_gradient(power_law_gradient())
    rising = lax_flow(weights, rule, [0.001, 0.01])
    costs = [l2().of(w) for w in (weights, rising.weights(0), rising.weights(1))]
    assert costs[0].sum() < costs[1].sum() < costs[2].sum()
    norms = [np.linalg.norm(neural_gradients(c)) for c in costs]
    assert norms[0] < norms[1] < norms[2]
    with pytest.raises(HomologError, match=r"HM055 the flow stops at time 0\.\d+ of 10"):
        lax_flow(weights, rule, [10.0])


def test_weights_that_a_rule_drives_out_of_range_are_named():
    away = [[0, 1.0], [1.0, 0]]
    with pytest.raises(HomologError, match=r"HM055 recurrent at \(0, 1\) leaves the range"):
        lax_flow(away, lambda own: 1.0 if own.neuron else -1.0, [1e4])


def test_sparse_is_dense(weights):
    thin = lax_flow(sparse.csr_array(weights), power_law_gradient(), [0.1])
    np.testing.assert_array_equal(thin.h, lax_flow(weights, power_law_gradient(), [0.1]).h)
    assert sparse.issparse(thin.weights(0))


def test_neurons_without_synapses_rest():
    for weights in (np.zeros((2, 2)), [[3.0]], sparse.csr_array((2, 2))):
        for rule in (power_law_gradient(), product_gradient(), max_gradient()):
            assert not lax_flow(weights, rule, [0.0, 5.0]).h.any()


@pytest.mark.parametrize("value", [np.nan, np.inf, [1.0, 2.0], 1j, "a", None])
def test_rules_that_give_no_number(value, weights):
    with pytest.raises(HomologError, match=r"HM025 (the gradient of neuron 0|what the gradient) "):
        lax_flow(weights, lambda _: value, [1.0])


@pytest.mark.parametrize(
    ("rates", "targets", "told"),
    [
        ([1.0, 0.0], 1.0, "rates is"),
        ([1.0, np.nan], 1.0, "rates is"),
        (1.0, 1.0, "rates is"),
        ([1.0, 2.0], [1.0, -1.0], "targets is"),
        ([1.0, 2.0], [1.0, 1.0, 1.0], r"targets is \(3,\); allowed: one number or 2"),
    ],
)
def test_rates_and_targets_that_are_none(rates, targets, told):
    with pytest.raises(HomologError, match=f"HM025 {told}"):
        firing_rate_gradient(rates, targets)


def test_weights_and_times_that_are_none(weights):
    with pytest.raises(HomologError, match=r"HM053 .*recurrent is nan"):
        lax_flow(weights * np.nan, power_law_gradient(), [1.0])
    with pytest.raises(HomologError, match="HM025 times is"):
        lax_flow(weights, power_law_gradient(), [-1.0])
    with pytest.raises(HomologError, match=r"HM053 .*matrix is"):
        isospectral_flow(np.ones((2, 3)), lambda a: a, [1.0])
    for wrong in (np.eye(2), np.full((N, N), np.nan), 1.0):
        with pytest.raises(HomologError, match="HM025 what the generator returns is"):
            isospectral_flow(weights, lambda _, wrong=wrong: wrong, [1.0])


def test_a_constant_generator_turns_the_matrix(rng):
    """(24) with k constant: K = exp(k t), A = K^-1 A0 K."""
    start, k = rng.normal(size=(2, 5, 5))
    found = isospectral_flow(start, lambda _: k, [0.0, 0.5])
    turned = expm(0.5 * k)
    np.testing.assert_allclose(found[0], start, atol=1e-14)
    np.testing.assert_allclose(found[1], np.linalg.solve(turned, start @ turned), atol=1e-8)


def test_the_toda_flow_sorts_eigenvalues(rng):
    start = rng.normal(size=(5, 5))
    start += start.T
    end = isospectral_flow(start, lambda a: np.tril(a, -1) - np.triu(a, 1), [60.0])[0]
    eigenvalues = np.linalg.eigvalsh(start)
    np.testing.assert_allclose(end, np.diag(eigenvalues[::-1]), atol=1e-6)


def test_balancing_is_the_general_flow_with_a_diagonal(weights):
    def generator(a):
        return np.diag(neural_gradients(l2().of(a)))

    found = isospectral_flow(weights, generator, [0.2])[0]
    expected = lax_flow(weights, power_law_gradient(), [0.2]).weights(0)
    np.testing.assert_allclose(found, expected, atol=1e-9)
