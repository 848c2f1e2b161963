"""Balancing networks: the same outputs, the least cost, and a proof that says so."""

import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from scipy import sparse
from scipy.optimize import minimize

from homolog import HomologError
from homolog.balancing import (
    balance,
    equilibrium,
    gains,
    ground_costs,
    l2,
    power_law,
    power_matched,
    sensitivity,
)
from homolog.networks import Activation, RecurrentNetwork


def drawn(rng, n=8, density=1.0, **parts):
    """A network whose costs are strongly connected, with leaky units and unlike time constants."""
    recurrent = rng.standard_normal((n, n)) * np.exp(rng.standard_normal((n, n))) / n
    recurrent *= (rng.random((n, n)) < density) | (np.eye(n, k=1) + np.eye(n, k=1 - n) > 0)
    made = {
        "recurrent": recurrent,
        "input_weights": rng.standard_normal((n, 3)),
        "output_weights": rng.standard_normal((2, n)),
        "bias": 0.3 * rng.standard_normal(n),
        "time_constants": rng.uniform(0.5, 2, n),
        "activation": Activation("leaky", tuple(rng.uniform(0, 0.5, n))),
    }
    return RecurrentNetwork(**{**made, **parts})


def dense(weights):
    return weights.toarray() if sparse.issparse(weights) else np.asarray(weights)


def least(costs, power):
    """The least cost by another method, from the gradient alone."""
    costs = dense(costs)

    def value(h):
        now = costs * np.exp(power * (h[None] - h[:, None]))
        return np.log(now.sum()), power * (now.sum(0) - now.sum(1)) / now.sum()

    options = {"gtol": 1e-9, "maxiter": 5000, "ftol": 1e-15}
    found = minimize(value, np.zeros(len(costs)), jac=True, method="L-BFGS-B", options=options)
    return float(np.exp(found.fun))


@given(
    seed=st.integers(0, 2**32),
    power=st.sampled_from([0.7, 1.0, 2.0, 3.0]),
    thin=st.booleans(),
    gauge=st.sampled_from(["zero-sum", "power-matched", "grounded"]),
)
def test_a_balanced_network_answers_the_same_and_is_in_balance(seed, power, thin, gauge):
    rng = np.random.default_rng(seed)
    network = drawn(rng, density=0.4)
    if thin:
        network = replace(network, recurrent=sparse.csr_array(network.recurrent))
    inputs = rng.standard_normal((3, 6, 3))
    balanced = balance(network, cost=power_law(power), inputs=inputs, gauge=gauge)
    before, after = (one.run(inputs) for one in (network, balanced.network))
    assert np.allclose(
        before.outputs, after.outputs, rtol=0, atol=1e-12 * np.abs(before.outputs).max()
    )
    assert np.allclose(after.states, before.states * np.exp(-balanced.h), rtol=1e-9, atol=1e-12)
    assert balanced.output_difference < 1e-12
    assert balanced.activity.deviation_before == pytest.approx(before.states.std())
    assert balanced.activity.deviation_after == pytest.approx(after.states.std())
    assert balanced.network.is_sparse == thin
    assert balanced.residual < 1e-10
    costs = np.abs(dense(balanced.recurrent)) ** power
    assert balanced.cost_after == pytest.approx(costs.sum())
    assert np.allclose(balanced.costs.inward_after, costs.sum(1))
    assert np.allclose(balanced.costs.outward_after, costs.sum(0))
    assert balanced.bounds.lower <= balanced.cost_after
    if gauge != "grounded":
        assert balanced.imbalance[1] < 1e-10
        assert balanced.cost_after <= balanced.bounds.upper * (1 + 1e-12)
        assert balanced.cost_after == pytest.approx(
            least(power_law(power).of(network.recurrent), power)
        )


def test_a_robust_network_is_less_sensitive_by_what_its_cost_fell(rng):
    network, inputs = drawn(rng, activation="relu"), rng.standard_normal((4, 20, 3))
    balanced = balance(network, cost="robustness", inputs=inputs, on_reducible="floor")
    found = gains(network, network.run(inputs))
    gained = sensitivity(network, found) - sensitivity(balanced.network, found)
    assert gained == pytest.approx(balanced.cost_before - balanced.cost_after, rel=1e-3)
    assert gained > 0


@pytest.mark.parametrize("cost", ["l1", "l2", "robustness"])
def test_the_least_cost_is_proved_from_the_result_alone(rng, cost):
    network = drawn(rng, activation="abs")
    balanced = balance(network, cost=cost, inputs=rng.standard_normal((3, 6, 3)))
    assert balanced.certificate().lower == pytest.approx(balanced.cost_after, rel=1e-12)
    parts = balance(BLOCKS, cost="l1", on_reducible="components", separation=2.0)
    assert parts.certificate().lower == pytest.approx(parts.infimum, rel=1e-12)
    other = replace(balanced, h=balanced.h + rng.standard_normal(8))
    assert other.certificate().lower < 0.99 * balanced.cost_after


def test_costs_have_names(rng):
    network = drawn(rng)
    assert balance(network).cost == "l2"
    assert balance(network, cost="l1").cost_before == pytest.approx(np.abs(network.recurrent).sum())
    assert balance(network, cost=power_law(3)).cost == "power law 3"


def test_the_zero_sum_gauge_is_zero_sum_and_the_grounded_one_is_not(rng):
    network = drawn(rng)
    assert balance(network).h.sum() == pytest.approx(0, abs=1e-12)
    grounded = balance(network, gauge="grounded")
    assert abs(grounded.h.sum()) > 0.1
    both = balance(network, on_reducible="ground")
    assert np.allclose(both.h, grounded.h - grounded.h.mean())
    assert both.cost_after == pytest.approx(grounded.cost_after)


def test_power_matched_networks_keep_the_power_of_their_activity(rng):
    network, inputs = drawn(rng), rng.standard_normal((4, 20, 3))
    balanced = balance(network, inputs=inputs, gauge="power-matched")
    before, after = (one.run(inputs).activity_power for one in (network, balanced.network))
    assert before.sum() == pytest.approx(after.sum(), rel=1e-12)
    assert np.allclose(balanced.activity.power_before, before)
    assert np.allclose(balanced.activity.power_after, after)
    plain = balance(network, inputs=inputs)
    assert np.ptp(balanced.h - plain.h) < 1e-12
    assert abs(plain.activity.power_after.sum() / before.sum() - 1) > 1e-3


def test_power_is_matched_at_scales_beyond_any_number():
    h = power_matched([1e4, 1e4 + 1, 0.0], [1.0, 2.0, 0.0])
    assert np.sum([1.0, 2.0] * np.exp(-2 * h[:2])) == pytest.approx(3)
    assert h[1] - h[0] == pytest.approx(1)


@pytest.mark.parametrize("powers", [[0.0, 0.0], [1.0, -1.0], [np.nan, 1.0]])
def test_activity_without_power_has_none_to_match(powers):
    with pytest.raises(HomologError, match=r"HM025 activity_power is .* not all 0; a network that"):
        power_matched([0.0, 0.0], powers)


@pytest.mark.parametrize("power", [1.0, 2.0])
@pytest.mark.parametrize("measured", [True, False])
def test_the_ground_takes_part_in_the_balance(rng, power, measured):
    """At h, costs of synapses, of what comes in and of what is read out do not change with h."""
    network = drawn(rng)
    inputs = rng.standard_normal((3, 9, 3)) if measured else None
    options = {"inputs": inputs, "ground_shares": (0.02, 0.3)}
    balanced = balance(network, cost=power_law(power), gauge="grounded", **options)
    costs = np.abs(network.recurrent) ** power
    if measured:
        inward = network.run(inputs).activity_power ** (power / 2)
    else:
        inward = (np.abs(network.input_weights) ** power).sum(1) + np.abs(network.bias) ** power
    outward = (np.abs(network.output_weights) ** power).sum(0)
    inward *= 0.02 * costs.sum() / inward.sum()
    outward *= 0.3 * costs.sum() / outward.sum()

    def total(h):
        recurrent = (costs * np.exp(power * (h[None] - h[:, None]))).sum()
        return recurrent + inward @ np.exp(-power * h) + outward @ np.exp(power * h)

    slopes = [
        (total(balanced.h + move) - total(balanced.h - move)) / 2e-5
        for move in 1e-5 * np.eye(network.n_neurons)
    ]
    assert np.abs(slopes).max() < 1e-6 * costs.sum()
    assert balanced.cost_after < balanced.cost_before


# Neurons 0 and 1 reach 2 and 3, and are not reached back; 4 is nobody's input.
BLOCKS = np.array(
    [
        [0.1, 2.0, 0.0, 0.0, 0.0],
        [0.5, 0.0, 0.0, 0.0, 0.0],
        [1.5, 0.0, 0.0, 1.0, 0.0],
        [0.0, 0.0, 4.0, 0.2, 0.0],
        [0.0, 1.0, 0.0, 0.3, 0.0],
    ]
)
FORMS = [np.asarray, sparse.csr_array]


@pytest.mark.parametrize("form", FORMS)
def test_networks_without_a_least_cost_are_refused_with_what_keeps_them_from_it(form):
    message = (
        r"HM050 .* 3 strongly connected components \(sizes 2, 2, 1\) joined one way by 3 synapses"
        r" .* 1 neuron without outgoing cost \(4\)"
    )
    with pytest.raises(HomologError, match=message):
        balance(form(BLOCKS))


@pytest.mark.parametrize("form", FORMS)
def test_components_are_balanced_by_themselves(form):
    balanced = balance(form(BLOCKS), on_reducible="components")
    labels = balanced.components
    assert (labels[0] == labels[1], labels[2] == labels[3], len(set(labels))) == (True, True, 3)
    assert balanced.n_components == 3
    for component in range(3):
        assert balanced.h[labels == component].sum() == pytest.approx(0, abs=1e-12)
    after = dense(balanced.recurrent)
    assert np.allclose(after[:2, :2], [[0.1, 1.0], [1.0, 0.0]])
    assert np.allclose(after[2:4, 2:4], [[0.0, 2.0], [2.0, 0.2]])
    assert balanced.infimum == pytest.approx(10.05)
    crossing = balanced.crossing()
    assert crossing[["from", "to"]].to_numpy().tolist() == [[0, 2], [1, 4], [3, 4]]
    assert np.allclose(crossing.cost_after, [after[2, 0] ** 2, after[4, 1] ** 2, after[4, 3] ** 2])
    assert np.allclose(crossing.cost_before, [2.25, 1.0, 0.09])
    assert balanced.cost_after == pytest.approx(10.05 + crossing.cost_after.sum())
    assert balanced.dead == (4,)
    assert "no rescaling attains the least cost" in balanced.notes[0]


def test_separation_takes_synapses_between_components_away():
    costs = [
        balance(BLOCKS, on_reducible="components", separation=separation).crossing()
        for separation in (0.0, 1.5)
    ]
    ratios = (costs[1].cost_after / costs[0].cost_after).to_numpy()
    levels = np.array([1, 2, 1])  # from 0 to 2, from 1 to 4, from 3 to 4
    assert np.allclose(ratios, np.exp(-2 * 1.5 * levels))


def test_the_separation_that_is_recommended_does_what_it_says():
    first = balance(BLOCKS, on_reducible="components")
    more = float(first.notes[0].split(". ")[1].split()[0])
    second = balance(BLOCKS, on_reducible="components", separation=more + 0.005)
    assert second.crossing_costs[1].sum() <= 0.01 * second.cost_before
    assert "more of separation" not in second.notes[0]
    assert second.cost_after - second.infimum <= 0.01 * second.cost_before
    assert second.infimum == pytest.approx(first.infimum)


@pytest.mark.parametrize("form", FORMS)
def test_a_ground_ties_components_and_dead_neurons_together(rng, form):
    network = RecurrentNetwork(form(BLOCKS), np.ones((5, 1)), np.ones((1, 5)))
    balanced = balance(network, on_reducible="ground")
    assert balanced.equilibrium.attained
    assert balanced.residual < 1e-10
    assert np.isfinite(balanced.h).all()
    assert balanced.dead == (4,)
    assert balanced.n_components == 1
    assert balanced.notes == (
        "costs of input and readout, 0.01 and 0.01 of C, took part in the balance and are not in C",
    )
    assert balanced.check() < 1e-12


def test_a_gain_of_zero_by_chance_has_a_floor():
    """Neuron 1 is never active: it has no gain, and nothing it sends costs anything."""
    network = RecurrentNetwork([[0.0, 0.5], [-1.0, 0.0]], [[1.0], [0.0]])
    inputs = np.ones((2, 5, 1))
    with pytest.raises(HomologError, match=r"HM050 .* 1 neuron without outgoing cost \(1\)"):
        balance(network, cost="robustness", inputs=inputs)
    balanced = balance(network, cost="robustness", inputs=inputs, on_reducible="floor")
    assert balanced.cost_before == pytest.approx(1 + 0.25 / 10)
    assert balanced.cost_after == pytest.approx(2 * np.sqrt(0.25 / 10))
    assert balanced.notes == (
        "mean squared gains of 1 neurons were raised to 1/10, one active moment",
    )
    assert balanced.output_difference < 1e-15


@pytest.mark.parametrize("activation", ["linear", Activation("leaky", 1.0)])
def test_linear_networks_are_told_that_more_is_possible(rng, activation):
    balanced = balance(drawn(rng, activation=activation))
    assert "any invertible map of the states computes the same" in balanced.notes[0]
    assert balance(drawn(rng, activation="abs")).notes == ()


def test_weights_alone_keep_form_and_precision():
    weights = np.array([[0.0, 2.0], [0.5, 0.0]])
    for form in FORMS:
        for precision in (np.float32, np.float64):
            balanced = balance(form(weights.astype(precision)))
            assert sparse.issparse(balanced.recurrent) == (form is sparse.csr_array)
            assert balanced.recurrent.dtype == precision
            assert np.allclose(dense(balanced.recurrent), [[0, 1], [1, 0]], atol=1e-7)
    assert balance(np.array([[0, 4], [1, 0]])).recurrent.dtype == np.float64
    assert balance(torch.tensor(weights)).cost_after == pytest.approx(2)


@pytest.mark.parametrize(
    "weights", [np.zeros((3, 3)), np.eye(3), [[2.0]], sparse.csr_array((3, 3)), sparse.eye_array(3)]
)
def test_what_cannot_change_stays(weights):
    balanced = balance(weights)
    assert np.array_equal(balanced.h, np.zeros(len(balanced.h)))
    assert np.array_equal(dense(balanced.recurrent), dense(weights))
    assert balanced.cost_after == balanced.cost_before
    assert balanced.imbalance == (0, 0)
    assert balanced.dead == tuple(range(len(balanced.h)))  # an autapse leads to nobody else
    assert balanced.certificate().lower == balanced.cost_before
    plural = "" if len(balanced.h) == 1 else "s"
    assert str(balanced).startswith(f"network: {len(balanced.h)} neuron{plural}, ")


@pytest.mark.parametrize("method", ["osborne", "anderson", "newton-cg", "newton"])
def test_methods_end_at_the_same_network(rng, method):
    network = drawn(rng, n=20)
    assert np.allclose(balance(network, method=method).h, balance(network).h, atol=1e-8)


def test_a_check_on_random_inputs_sees_a_network_that_computes_something_else(rng):
    for network in (
        drawn(rng),
        drawn(rng, input_weights=None),
        drawn(rng, input_weights=None, output_weights=None, recurrent=100 * drawn(rng).recurrent),
        replace(drawn(rng), recurrent=drawn(rng).recurrent.astype(np.float32)),
    ):
        balanced = balance(network)
        close = 1e-5 if network.dtype == np.float32 else 1e-11
        assert balanced.check() < close
        assert balanced.check(1) != balanced.check(2)
        other = replace(balanced, network=replace(balanced.network, bias=network.bias))
        assert other.check() > 1e-4


def test_a_balancing_is_a_table(rng):
    network = drawn(rng, neurons=list("abcdefgh"), name="net")
    balanced = balance(network, inputs=rng.standard_normal((2, 3, 3)))
    table = balanced.neurons()
    assert table.neuron.tolist() == list("abcdefgh")
    assert np.allclose(table.in_cost_after, table.out_cost_after)
    assert np.allclose(table.in_cost_before.sum(), balanced.cost_before)
    assert np.allclose(
        table.activity_power_after, table.activity_power_before * np.exp(-2 * table.h)
    )
    assert set(table.component) == {0}
    assert balanced.crossing().empty
    text = str(balanced)
    assert text.startswith("net: 8 neurons, 64 synapses; cost l2, gauge zero-sum\n")
    for line in (
        "total cost C",
        "imbalance ‖g‖/C",
        "Newton correction",
        "strong components (largest)",
    ):
        assert line in text
    assert f"{balanced.cost_after / balanced.cost_before:.4f}" in text
    assert "activity_power" not in balance(network).neurons().columns
    assert "activity" not in str(balance(network))


@pytest.mark.parametrize(
    ("network", "options", "message"),
    [
        (
            np.ones((2, 3, 3)),
            {},
            r"HM025 number of replicas is 2; allowed: one network: balance\(net",
        ),
        (np.ones((2, 3)), {}, r"HM053 .* recurrent is \(2, 3\)"),
        (np.full((2, 2), np.nan), {}, "HM053 .* recurrent is nan"),
        (np.ones((2, 2)) * 1j, {}, "HM053 .* complex"),
        (np.zeros((0, 0)), {}, "HM053 .* at least one neuron"),
        (
            np.ones((2, 2)),
            {"cost": "l3"},
            "HM023 no cost 'l3'. Closest: 'l2', 'l1'. All: robustness,",
        ),
        (
            np.ones((2, 2)),
            {"cost": "robustness"},
            "HM025 inputs is None; .* measure gains for cost=.robustness.",
        ),
        (
            np.ones((2, 2)),
            {"gauge": "power-matched"},
            "HM025 inputs is None; .* gauge=.power-matched",
        ),
        (
            np.ones((2, 2)),
            {"gauge": "zero"},
            "HM025 gauge is 'zero'; allowed: 'zero-sum', 'power-m",
        ),
        (
            np.ones((2, 2)),
            {"on_reducible": "drop"},
            "HM025 on_reducible is 'drop'; allowed: 'error',",
        ),
        (
            np.ones((2, 2)),
            {"on_reducible": "floor"},
            "HM025 on_reducible with cost='l2' is 'floor'; .* only measured gains have a floor",
        ),
        (
            np.ones((2, 2)),
            {"on_reducible": "components", "gauge": "grounded"},
            "HM025 on_reducible with gauge=.grounded. is 'components'; .* a ground ties",
        ),
        (
            np.ones((2, 2)),
            {"gauge": "grounded"},
            "HM025 network is 'without anything from outside'",
        ),
        (np.ones((2, 2)), {"inputs": np.zeros((1, 1, 0)), "dt": 0}, "HM025 dt is 0; allowed"),
        (np.ones((2, 2)), {"method": "magic"}, "HM025 method is 'magic'"),
        (np.ones((2, 2)), {"tolerance": 0}, "HM025 tolerance is 0"),
        (
            RecurrentNetwork(np.ones((2, 2)), bias=[1, 1]),
            {"on_reducible": "ground"},
            "HM025 network is 'without anything to the outside'; .* output weights; .*components",
        ),
        (
            RecurrentNetwork(np.ones((2, 2)), np.ones((2, 1)), np.ones((1, 2))),
            {"on_reducible": "ground", "ground_shares": (0.1, 0.0)},
            "HM025 a share of ground_shares is 0.0; allowed: a finite number above 0",
        ),
        (
            RecurrentNetwork(np.ones((2, 2)), np.ones((2, 1)), np.ones((1, 2))),
            {"on_reducible": "ground", "ground_shares": 0.1},
            "HM025 ground_shares is 0.1; allowed: two shares of the recurrent cost",
        ),
        (
            RecurrentNetwork(np.ones((2, 2)), np.ones((2, 1))),
            {"inputs": np.zeros((1, 3, 1))},
            "HM025 inputs is 'such that no neuron moves'; allowed: inputs that reach neurons",
        ),
    ],
)
def test_what_cannot_be_balanced_is_refused(network, options, message):
    with pytest.raises(HomologError, match=message):
        balance(network, **options)


@pytest.mark.parametrize(
    ("activation", "error"),
    [
        ("tanh", "0.9"),
        ("sigmoid", "0.9"),
        ("softplus", "0.73"),
        ("elu", "0.55"),
        ("gelu", "0.38"),
        ("silu", "0.4"),
    ],
)
def test_neurons_that_are_not_homogeneous_are_refused_with_their_error(activation, error):
    message = (
        rf"HM054 {activation} is not homogeneous: φ\(a x\) and a φ\(x\) differ by up to {error} of"
    )
    with pytest.raises(HomologError, match=message):
        balance(RecurrentNetwork(np.ones((2, 2)), activation=activation))


def test_ground_costs_add_up_to_their_shares(rng):
    network = drawn(rng)
    inward, outward = ground_costs(network, 50.0, shares=(0.1, 0.02))
    assert (inward.sum(), outward.sum()) == (pytest.approx(5), pytest.approx(1))
    found = equilibrium(l2().of(network.recurrent), ground=(inward, outward))
    assert found.attained


@pytest.mark.parametrize("precision", [torch.float32, torch.float64])
def test_a_network_of_pytorch_is_balanced_and_given_back(precision):
    torch.manual_seed(0)
    module = torch.nn.RNN(3, 9, nonlinearity="relu", batch_first=True, dtype=precision)
    readout = torch.nn.Linear(9, 2, dtype=precision)
    inputs = torch.randn(4, 7, 3, dtype=precision)
    expected = readout(module(inputs)[0])
    given = {name: values.clone() for name, values in module.state_dict().items()}

    balanced = balance(RecurrentNetwork.from_torch(module, readout), inputs=inputs, dt=1)
    other, other_readout = balanced.network.to_torch()
    close = 1e-5 if precision == torch.float32 else 1e-13
    assert torch.allclose(other_readout(other(inputs)[0]), expected, atol=close)
    assert balanced.cost_after < balanced.cost_before
    assert all(torch.equal(values, given[name]) for name, values in module.state_dict().items())

    alone = balance(module, inputs=inputs)
    assert np.allclose(alone.h, balanced.h)
    rates = module(inputs)[0].detach().numpy()
    again, nothing = alone.network.to_torch()
    assert nothing is None
    assert np.allclose(again(inputs)[0].detach().numpy(), rates * np.exp(-alone.h), atol=close)


def test_deep_modules_are_balanced_unit_by_unit():
    torch.manual_seed(0)
    module = torch.nn.Sequential(torch.nn.Linear(4, 6), torch.nn.ReLU(), torch.nn.Linear(6, 2))
    inputs = torch.randn(5, 4)
    balanced = balance(module, cost="l1", inputs=inputs)
    assert torch.allclose(balanced.module(inputs), module(inputs), atol=1e-6)
    assert balanced.cost_after < balanced.cost_before
    assert balanced.power == 1
    with pytest.raises(
        HomologError, match="HM025 gauge is 'grounded'; allowed: 'zero-sum' for a m"
    ):
        balance(module, gauge="grounded")
    with pytest.raises(HomologError, match=r"HM025 separation is 2\.0; allowed: 0\.0 for"):
        balance(module, separation=2.0)


def test_gated_modules_are_refused_with_the_reason():
    with pytest.raises(HomologError, match=r"HM053 torch.nn.LSTM cannot .* its gates are sigmoids"):
        balance(torch.nn.LSTM(3, 4))
    with pytest.raises(HomologError, match="HM054 tanh"):
        balance(torch.nn.RNN(3, 4))


def test_balancing_needs_no_pytorch():
    code = (
        "import sys, numpy as np; from homolog.balancing import balance;"
        "balance(np.ones((3, 3)));"
        "assert 'torch' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_a_path_in_place_of_a_network_is_told_who_reads_it(tmp_path):
    for path in (tmp_path / "worm.npz", str(tmp_path / "worm.npz")):
        with pytest.raises(
            HomologError, match=r"HM025 network is '.*worm\.npz'; allowed: a network"
        ):
            balance(path)


def test_components_that_cost_more_together_than_before_are_said_to():
    """Two pairs, each far from balance, and a synapse that balancing them makes dearer."""
    dear = np.zeros((4, 4))
    dear[0, 1], dear[1, 0], dear[2, 3], dear[3, 2] = 1.0, 1e-4, 1e-4, 1.0
    dear[2, 0] = 1.0
    balanced = balance(dear, on_reducible="components", cost="l1")
    assert balanced.cost_after > balanced.cost_before
    times = f"{balanced.cost_after / balanced.cost_before:.3g} times as much as before"
    assert any(times in note for note in balanced.notes)
    assert max(map(len, str(balanced).splitlines())) <= 80
