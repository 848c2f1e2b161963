"""Recurrent networks: parts that fit, runs by the equation, noise of each trial's own."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import sparse

import homolog
from homolog import HomologError
from homolog.networks import Activation, RecurrentNetwork

J = np.array([[0.3, 0.5], [0.5, 0.3]])


def drawn(rng, n=7, inputs=3, outputs=2, replicas=(), **parts):
    """A network of random weights, with leaky units and time constants of their own."""
    made = {
        "recurrent": rng.standard_normal((*replicas, n, n)) / np.sqrt(n),
        "input_weights": rng.standard_normal((*replicas, n, inputs)),
        "output_weights": rng.standard_normal((*replicas, outputs, n)),
        "bias": 0.3 * rng.standard_normal((*replicas, n)),
        "time_constants": rng.uniform(0.5, 2, (*replicas, n)),
        "activation": Activation("leaky", tuple(rng.uniform(0, 0.5, n))),
    }
    return RecurrentNetwork(**{**made, **parts})


def by_the_equation(network, inputs, dt, substeps, noise=0.0, rng=0, start=0.0):
    """One trial after the other, one neuron after the other, as the equation is written."""
    n, phi = network.n_neurons, network.phi
    recurrent = network.recurrent.toarray() if network.is_sparse else network.recurrent
    states = np.empty((*inputs.shape[:2], n))
    for trial, course in enumerate(inputs):
        stream = np.random.default_rng([rng, trial])
        x = np.full(n, start)
        for time, u in enumerate(course):
            for _ in range(substeps):
                rates, xi, after = phi(x), stream.standard_normal(n), x.copy()
                for i in range(n):
                    received = sum(recurrent[i, j] * rates[j] for j in range(n))
                    given = sum(w * one for w, one in zip(network.input_weights[i], u, strict=True))
                    change = (-x[i] + received + given + network.bias[i]) / network.time_constants[
                        i
                    ]
                    after[i] += dt * change + np.sqrt(dt) * noise * xi[i]
                x = after
            states[trial, time] = x
    return states


@pytest.mark.parametrize("form", [np.asarray, sparse.csr_array, sparse.coo_matrix])
@pytest.mark.parametrize("noise", [0.0, 0.4])
def test_a_run_follows_the_equation(rng, form, noise):
    network = drawn(rng)
    inputs = rng.standard_normal((3, 4, 3))
    expected = by_the_equation(network, inputs, 0.25, 4, noise, rng=5, start=0.2)
    network = replace(network, recurrent=form(network.recurrent))
    run = network.run(inputs, dt=0.25, noise=noise, rng=5, start=np.full(7, 0.2))
    assert np.allclose(run.states, expected, rtol=0, atol=1e-12)
    assert np.allclose(run.outputs, expected @ network.output_weights.T, atol=1e-12)
    assert np.allclose(run.times, [1, 2, 3, 4])


def test_outputs_read_the_rates_where_they_are_told_to_and_add_their_bias(rng):
    network = drawn(rng, reads="rates", output_bias=[1.0, -2.0])
    run = network.run(rng.standard_normal((2, 3, 3)))
    assert np.allclose(run.outputs, run.rates @ network.output_weights.T + [1.0, -2.0])
    assert np.allclose(run.rates, network.phi(run.states))


def test_finer_steps_of_euler_come_closer_in_proportion(rng):
    """The error of Euler's method halves with dt."""
    network, inputs = drawn(rng), rng.standard_normal((1, 5, 3))
    exact = network.run(inputs, dt=1 / 1024).states
    errors = [np.abs(network.run(inputs, dt=dt).states - exact).max() for dt in (1 / 16, 1 / 32)]
    assert 1.8 < errors[0] / errors[1] < 2.3


def test_the_variance_of_noise_is_that_of_an_ornstein_uhlenbeck_process():
    r"""Without synapses, x of variance \epsilon^2 \tau / 2 (1 - e^{-2 t / \tau}), at small dt."""
    network = RecurrentNetwork(np.zeros((2, 2)), time_constants=[0.5, 2.0], activation="linear")
    states = network.run(np.zeros((4000, 3, 0)), dt=0.02, noise=0.7, rng=1).states
    times = np.arange(1, 4)[:, None]
    tau = network.time_constants
    expected = 0.49 * tau / 2 * (1 - np.exp(-2 * times / tau))
    ratio = states.var(0) / expected
    # Standard error of a variance from 4000 trials: 2.2 %; Euler adds dt / (2 tau): 2 %, 0.5 %.
    assert np.abs(ratio - 1 - 0.01 / tau).max() < 4 * np.sqrt(2 / 4000)
    assert np.abs(states.mean(0) / states.std(0)).max() < 4 / np.sqrt(4000)


def test_a_trial_meets_the_same_noise_alone_and_among_others(rng):
    network, inputs = drawn(rng), rng.standard_normal((6, 4, 3))
    together = network.run(inputs, noise=0.5, rng=3).states
    alone = network.run(inputs[4:5], noise=0.5, rng=3, trials=[4]).states[0]
    turned = network.run(inputs[::-1], noise=0.5, rng=3, trials=range(5, -1, -1)).states[::-1]
    assert np.allclose(alone, together[4], rtol=0, atol=1e-13)
    assert np.allclose(turned, together, rtol=0, atol=1e-13)
    assert np.abs(network.run(inputs[4:5], noise=0.5, rng=3).states[0] - together[4]).max() > 0.1


def test_without_synapses_a_trial_alone_is_the_same_to_the_last_bit(rng):
    network = RecurrentNetwork(sparse.csr_array((5, 5)))
    together = network.run(np.zeros((6, 4, 0)), noise=0.5, rng=3).states
    alone = network.run(np.zeros((1, 4, 0)), noise=0.5, rng=3, trials=[4]).states
    assert np.array_equal(alone[0], together[4])


def test_noise_is_the_same_for_every_replica_and_in_both_precisions(rng):
    silent = np.zeros((2, 5, 5))
    states = RecurrentNetwork(silent).run(np.zeros((3, 4, 0)), noise=0.5).states
    assert np.array_equal(states[0], states[1])
    single = RecurrentNetwork(silent.astype(np.float32)).run(np.zeros((3, 4, 0)), noise=0.5).states
    assert single.dtype == np.float32
    assert np.allclose(single, states, atol=1e-6)


def test_a_generator_is_drawn_from_once(rng):
    network = drawn(rng)
    run = lambda rng: network.run(np.zeros((2, 2, 3)), noise=0.5, rng=rng).states  # noqa: E731
    one, other = np.random.default_rng(7), np.random.default_rng(7)
    first = run(one)
    assert np.array_equal(first, run(other))
    assert not np.allclose(first, run(one))
    assert np.array_equal(run(int(np.random.default_rng(7).integers(2**63))), first)


@given(st.integers(0, 2**32), st.integers(1, 4), st.integers(1, 3))
def test_replicas_side_by_side_are_networks_of_their_own(seed, trials, replicas):
    rng = np.random.default_rng(seed)
    together = drawn(rng, replicas=(replicas,))
    own = rng.standard_normal((replicas, trials, 3, 3))
    for inputs in (own, own[0]):
        run = together.run(inputs, noise=0.2, rng=seed)
        for i, one in enumerate(together.replicas):
            alone = one.run(own[i] if inputs.ndim == 4 else inputs, noise=0.2, rng=seed)
            assert np.allclose(run.replica(i).states, alone.states, rtol=0, atol=1e-12)
            assert np.allclose(run.replica(i).outputs, alone.outputs, rtol=0, atol=1e-12)
            assert np.allclose(run.activity_power[i], alone.activity_power)


def test_activity_power_is_the_mean_square_of_each_state(rng):
    run = drawn(rng).run(rng.standard_normal((3, 4, 3)))
    assert np.allclose(run.activity_power, (run.states**2).mean((0, 1)))
    assert run.activity_power.shape == (7,)


def test_precision_is_that_of_the_recurrent_weights():
    assert RecurrentNetwork(np.eye(2, dtype=np.float32), bias=[1, 2]).bias.dtype == np.float32
    assert RecurrentNetwork(np.eye(2, dtype=int)).dtype == np.float64
    assert RecurrentNetwork(np.eye(2, dtype=np.float16)).dtype == np.float64
    assert RecurrentNetwork(sparse.eye(2, dtype=np.float32)).dtype == np.float32


def test_parts_without_a_replica_axis_are_shared_by_all():
    network = RecurrentNetwork(np.zeros((3, 2, 2)), input_weights=J, bias=[1.0, 2.0])
    assert (network.n_replicas, network.n_inputs, network.n_outputs) == (3, 2, 0)
    assert np.array_equal(network.replica(-1).input_weights, J)
    assert [len(one.bias) for one in network.replicas] == [2, 2, 2]
    assert RecurrentNetwork(J).replica(0).n_replicas == 1


def test_weights_cannot_be_written_to_and_what_was_given_is_left_alone():
    given = sparse.csr_array((np.ones(3), np.array([1, 0, 1]), np.array([0, 3, 3])), shape=(2, 2))
    network = RecurrentNetwork(given)
    assert network.recurrent.toarray().tolist() == [[1.0, 2.0], [0.0, 0.0]]
    assert given.nnz == 3
    with pytest.raises(ValueError, match="read-only"):
        RecurrentNetwork(J).recurrent[0, 0] = 1


def test_a_network_says_what_it_is():
    network = RecurrentNetwork(J, neurons=["AVA", "AVB"], name="worm")
    assert repr(network) == (
        "<RecurrentNetwork 'worm': 2 relu neurons, 4 synapses, 0 inputs, 0 outputs, float64>"
    )
    assert repr(network.run(np.zeros((3, 4, 0)))) == "<Run: 3 trials × 4 times × 2 neurons>"
    many = RecurrentNetwork(np.stack([J, J]))
    assert "2 replicas" in repr(many)
    assert repr(many.run(np.zeros((3, 4, 0)))).startswith("<Run: 2 replicas × 3 trials")


@pytest.mark.parametrize(
    ("parts", "message"),
    [
        (
            {"recurrent": np.zeros((2, 3))},
            r"HM053 .*: recurrent is \(2, 3\); expected \(neuron, ne",
        ),
        (
            {"recurrent": np.zeros((0, 0))},
            r"HM053 .* recurrent is \(0, 0\); .* at least one neuron",
        ),
        ({"recurrent": np.zeros(4)}, r"recurrent is \(4,\)"),
        ({"recurrent": sparse.csr_array((2, 3))}, r"recurrent is \(2, 3\)"),
        ({"recurrent": J * 1j}, "recurrent is an array of complex; expected real numbers"),
        ({"recurrent": [["a", "b"]]}, "recurrent is an array of <U1; expected real"),
        ({"recurrent": [[1.0], [1.0, 2.0]]}, "recurrent is setting an array .*; expected an array"),
        (
            {"recurrent": [[1.0, np.nan], [0, np.inf]]},
            r"recurrent is nan at \(0, 1\), and 2 such in all; expected finite numbers",
        ),
        (
            {"recurrent": J, "input_weights": np.zeros((3, 2))},
            r"input_weights is \(3, 2\); .* \(2, 2\)",
        ),
        ({"recurrent": J, "output_weights": np.zeros((2, 3))}, r"output_weights is \(2, 3\)"),
        ({"recurrent": J, "bias": [1.0]}, r"bias is \(1,\); expected \(2,\): \(neuron\)"),
        (
            {"recurrent": J, "bias": np.zeros((2, 2))},
            r"bias is \(2, 2\); expected \(2,\): \(neuron\)\.$",
        ),
        ({"recurrent": J, "output_bias": [1.0], "output_weights": J}, r"output_bias is \(1,\)"),
        (
            {"recurrent": J, "time_constants": [1.0, 0.0]},
            r"time_constants is 0.0 at \(1,\); .* positive",
        ),
        (
            {"recurrent": J, "activation": Activation("leaky", (0.1, 0.2, 0.3))},
            "activation is 3 slopes; expected 2, one a neuron",
        ),
        (
            {"recurrent": J.astype(np.float32), "bias": [0.0, 1e300]},
            r"bias is inf at \(1,\), and 1 such in all; expected finite numbers",
        ),
        ({"recurrent": J, "activation": "rleu"}, "HM023 no activation 'rleu'"),
        (
            {"recurrent": J, "reads": "currents"},
            "HM025 reads is 'currents'; allowed: \"states\" or",
        ),
        ({"recurrent": J, "neurons": ["a"]}, "HM027 "),
        ({"recurrent": J, "neurons": ["a", "a"]}, "HM020 network: neuron labels must be unique"),
    ],
)
def test_parts_that_do_not_fit_are_refused(parts, message):
    with pytest.raises(HomologError, match=message):
        RecurrentNetwork(**parts)


@pytest.mark.parametrize(
    ("inputs", "options", "message"),
    [
        (
            np.zeros((3, 4, 2)),
            {},
            r"HM053 recurrent network: shape of the inputs is \(3, 4, 2\); expected"
            r" \(trial, time, 1\)\.$",
        ),
        (
            np.zeros((3, 1)),
            {},
            r"inputs is \(3, 1\); expected \(trial, time, 1\); inputs\[None\] is one trial\.$",
        ),
        (np.zeros((1, 3, 4, 1)), {}, r"inputs is \(1, 3, 4, 1\)"),
        (np.zeros((0, 4, 1)), {}, r"inputs is \(0, 4, 1\)"),
        (np.full((3, 4, 1), np.nan), {}, r"inputs is nan at \(0, 0, 0\), and 12 such"),
        (np.zeros((3, 4, 1)), {"dt": 0}, "HM025 dt is 0; allowed: a positive time"),
        (np.zeros((3, 4, 1)), {"step": "1"}, "HM025 step is '1'; allowed: a positive time"),
        (
            np.zeros((3, 4, 1)),
            {"dt": 0.3},
            "HM025 dt is 0.3; allowed: a whole fraction of step, .* 1",
        ),
        (np.zeros((3, 4, 1)), {"noise": -1}, "HM025 noise is -1; allowed: 0 or a positive"),
        (np.zeros((3, 4, 1)), {"noise": 1, "rng": -1}, "HM025 rng is -1; allowed: a whole number"),
        (np.zeros((3, 4, 1)), {"trials": [1]}, "HM025 number of trials is 1; allowed: 3, one for"),
        (np.zeros((3, 4, 1)), {"trials": [0, 1, -2]}, "HM025 trials is .*; allowed: whole numbers"),
        (np.zeros((3, 4, 1)), {"start": np.zeros(3)}, r"start is \(3,\); expected \(2,\), or what"),
        (
            np.zeros((3, 4, 1)),
            {"step": 2, "dt": 1},
            r"HM045 dt is 1; from 2 × the shortest time constant \(0.5\) on, Euler steps diverge",
        ),
    ],
)
def test_runs_that_mean_nothing_are_refused(inputs, options, message):
    network = RecurrentNetwork(J, input_weights=[[1.0], [1.0]], time_constants=[0.5, 1.0])
    with pytest.raises(HomologError, match=message):
        network.run(inputs, **options)


def test_activity_that_runs_away_is_refused_with_trial_and_time():
    network = RecurrentNetwork(3 * np.eye(2), input_weights=[[0.0], [1.0]])
    inputs = np.zeros((3, 600, 1))
    inputs[1, 0] = 1
    message = (
        r"HM015 activity is no longer finite in float64 by time 51\d of trial 1"
        r" \(dt=0.5\). Lower dt; if that changes nothing the network itself runs away"
    )
    with pytest.raises(HomologError, match=message):
        network.run(inputs, dt=0.5)
    pair = RecurrentNetwork(np.stack([np.eye(2), 3 * np.eye(2)]), input_weights=[[0.0], [1.0]])
    with pytest.raises(HomologError, match="HM015 activity of replica 1 is no longer finite"):
        pair.run(inputs, dt=0.5)


@pytest.mark.parametrize("which", [2, -3, 0.5])
def test_replicas_that_are_not_there_are_refused(which):
    network = RecurrentNetwork(np.stack([J, J]))
    with pytest.raises(HomologError, match=r"HM025 replica is .*; allowed: 0 to 1"):
        network.replica(which)
    with pytest.raises(HomologError, match=r"HM025 replica is .*; allowed: 0 to 1"):
        network.run(np.zeros((1, 1, 0))).replica(which)
    with pytest.raises(HomologError, match=r"HM025 replica is .*; allowed: none; this run has no"):
        network.replica(0).run(np.zeros((1, 1, 0))).replica(which)


def test_hidden_activity_is_a_population_like_any_other(rng):
    network = drawn(rng, neurons=list("abcdefg"), name="net")
    run = network.run(rng.standard_normal((8, 5, 3)))
    population = run.representation()
    assert repr(population) == "<Representation 'net': stimulus 8 × time 5 × neuron 7, rate>"
    assert population.neurons == tuple("abcdefg")
    assert np.allclose(population.times, run.times)
    assert np.allclose(population.responses, run.rates)
    assert np.allclose(run.representation(of="states").responses, run.states)
    score = homolog.compare(
        population.fold_time(), population.fold_time(), ["cka"], intervals=False
    )
    assert score.scores[0].value == pytest.approx(1)


def test_trials_of_one_stimulus_stand_side_by_side(rng):
    run = drawn(rng).run(rng.standard_normal((7, 5, 3)))
    population = run.representation([2, 0, 1, 2, 0, 1, 0])
    assert population.dims == ("trial", "stimulus", "time", "neuron")
    assert population.stimuli == (2, 0, 1)
    assert np.allclose(population.responses[1, 2], run.rates[5])
    assert population.missing[2].all(axis=(1, 2)).tolist() == [True, False, True]
    assert not population.missing[:2].any()


def test_neurons_that_never_change_are_left_out_of_a_population(rng):
    network = RecurrentNetwork(np.zeros((2, 2)), input_weights=[[1.0], [0.0]], bias=[0.0, -1.0])
    population = network.run(rng.standard_normal((4, 3, 1))).representation()
    assert population.neurons == (0,)
    assert population.dropped


def test_populations_of_what_is_not_one_network_are_refused(rng):
    run = RecurrentNetwork(np.stack([J, J])).run(np.zeros((3, 4, 0)), noise=1)
    with pytest.raises(
        HomologError, match=r"HM025 number of replicas is 2; allowed: one replica: run"
    ):
        run.representation()
    with pytest.raises(HomologError, match="HM025 of is 'spikes'; allowed"):
        run.replica(0).representation(of="spikes")
    with pytest.raises(HomologError, match="HM027"):
        run.replica(0).representation(["a", "b"])
