"""Gains and sensitivity to noise, against their definitions."""

import numpy as np
import pytest
from scipy import sparse

from homolog.balancing import (
    Gains,
    costs_at,
    gains,
    robustness,
    sensitivity,
    sensitivity_by_perturbation,
    transform,
    transform_weights,
)
from homolog.errors import HomologError
from homolog.networks import Activation, RecurrentNetwork

N = 16


def network(rng, activation="relu"):
    weights = 1.2 * rng.normal(size=(N, N)) / np.sqrt(N)
    parts = rng.normal(size=(N, 3)), rng.normal(size=(2, N)), rng.normal(size=N)
    return RecurrentNetwork(weights, *parts, activation=activation)


def run(network, rng):
    return network.run(rng.normal(size=(5, 30, 3)), dt=0.1)


def direct(network, states):
    """(6) and (7) literally: the mean over states of the squared Frobenius norm."""
    slopes = network.phi.derivative(states.reshape(-1, N))
    return np.mean([np.sum((-np.eye(N) + network.recurrent * row) ** 2) for row in slopes])


@pytest.mark.parametrize(
    "activation", ["relu", "linear", Activation("leaky", tuple(np.linspace(0.1, 0.8, N))), "tanh"]
)
def test_the_closed_form_is_the_mean_over_states(activation, rng):
    here = network(rng, activation)
    states = run(here, rng).states
    found = sensitivity(here, gains(here, states))
    assert found == pytest.approx(direct(here, states), rel=1e-12)
    thin = sparse.csr_array(here.recurrent)
    assert sensitivity(thin, gains(here, states)) == pytest.approx(found, rel=1e-13)


@pytest.mark.parametrize("activation", ["relu", "tanh"])
def test_pushes_find_the_same(activation, rng):
    here = network(rng, activation)
    states = run(here, rng)
    found = sensitivity_by_perturbation(here, states, draws=40, rng=1)
    assert found == pytest.approx(sensitivity(here, gains(here, states)), rel=0.02)
    assert found != sensitivity_by_perturbation(here, states, draws=40, rng=2)
    thin = RecurrentNetwork(sparse.csr_array(here.recurrent), activation=activation)
    again = sensitivity_by_perturbation(thin, states, draws=40, rng=1)
    assert again == pytest.approx(found, rel=1e-6)


def test_gains_are_moments_over_all_leading_axes():
    states = np.array([[[1.0, -1.0], [2.0, 3.0]], [[1.0, -1.0], [1.0, -2.0]]])  # trial, time
    found = gains(Activation("leaky", 0.5), states)
    assert found.mean.tolist() == [1, (1 + 3 * 0.5) / 4]
    assert found.mean_square.tolist() == [1, (1 + 3 * 0.25) / 4]
    assert gains("relu", states).mean.tolist() == [1, 0.25]
    assert gains("relu", states[0, 0]).mean.tolist() == [1, 0]


def test_gains_stay_exactly_under_a_transformation(rng):
    before = network(rng, Activation("leaky", 0.2))
    h, inputs = rng.normal(size=N), rng.normal(size=(5, 30, 3))
    after = transform(before, h)
    one, two = (gains(n, n.run(inputs, dt=0.1)) for n in (before, after))
    np.testing.assert_array_equal(one.mean, two.mean)
    np.testing.assert_array_equal(one.mean_square, two.mean_square)
    # (10) and (11): what changes is the sum of the costs.
    rest = N - 2 * (one.mean * np.diag(before.recurrent)).sum()
    moved = costs_at(robustness(one).of(before.recurrent), h, 2.0).sum() + rest
    assert sensitivity(after, two) == pytest.approx(moved, rel=1e-12)


def test_a_shift_of_all_scales_keeps_the_sensitivity_and_makes_noise_larger(rng):
    before, inputs = network(rng), rng.normal(size=(5, 30, 3))
    after = transform(before, np.full(N, 0.7))
    known = gains(before, before.run(inputs))
    assert sensitivity(after, known) == pytest.approx(sensitivity(before, known), rel=1e-12)
    # The same noise does to the output what noise e^0.7 times as strong did before.
    found = after.run(inputs, noise=0.1).outputs
    expected = before.run(inputs, noise=0.1 * np.exp(0.7)).outputs
    np.testing.assert_allclose(found, expected, rtol=1e-9, atol=1e-9)
    assert np.abs(found - before.run(inputs, noise=0.1).outputs).max() > 0.01


def test_it_is_convex_along_every_chord(rng):
    here = network(rng)
    own = gains(here, run(here, rng))

    def at(h):
        return sensitivity(transform_weights(here.recurrent, h), own)

    for _ in range(50):
        one, two = rng.normal(size=(2, N))
        share = rng.random()
        between = at(share * one + (1 - share) * two)
        assert between < share * at(one) + (1 - share) * at(two)


def test_without_recurrence_it_is_the_number_of_neurons():
    own = Gains(np.zeros(3), np.zeros(3))
    assert sensitivity(np.zeros((3, 3)), own) == 3
    assert sensitivity([[5]], Gains([1.0], [1.0])) == 25 - 10 + 1


@pytest.mark.parametrize(
    ("mean", "square", "told"),
    [
        ([0.5], [0.1], "gains of neuron 0 is 'mean 0.5, mean square 0.1'; allowed: mean²"),
        ([0.5], [0.5, 0.5], r"gains is '\(1,\) and \(2,\)'"),
        ([], [], "gains is"),
        ([np.nan], [1.0], "gains of neuron 0"),
        ([0.0], [np.inf], "gains of neuron 0"),
        ([0.5j], [1.0], "mean of gains is 'complex128'"),
    ],
)
def test_gains_that_are_none(mean, square, told):
    with pytest.raises(HomologError, match=f"HM025 {told}"):
        Gains(np.array(mean), np.array(square))


def test_states_and_networks_that_do_not_fit(rng):
    here = network(rng)
    for states in (np.zeros((3, 4)), np.zeros((0, N)), np.full((2, N), np.nan), np.array(3.0)):
        with pytest.raises(HomologError, match="HM025 states"):
            gains(here, states)
        with pytest.raises(HomologError, match=r"HM025 (states|recurrent)"):
            sensitivity_by_perturbation(here, states)
    own = gains(here, np.ones((2, N)))
    with pytest.raises(HomologError, match=r"HM025 recurrent is .*allowed: weights of 16 neurons"):
        sensitivity(np.eye(3), own)
    with pytest.raises(HomologError, match=r"HM053 .*recurrent is nan at"):
        sensitivity(np.full((N, N), np.nan), own)
    with pytest.raises(HomologError, match="HM055 the sensitivity leaves"):
        sensitivity(np.full((N, N), 1e200), own)


def test_replicas_are_taken_one_at_a_time(rng):
    both = RecurrentNetwork(np.zeros((2, N, N)))
    for compute in (
        lambda: gains(both, np.zeros((2, 5, N))),
        lambda: sensitivity(both, Gains(np.ones(N), np.ones(N))),
        lambda: sensitivity_by_perturbation(both, np.zeros((2, 5, N))),
    ):
        with pytest.raises(HomologError, match=r"HM025 network is '2 replicas'; .*replica\(k\)"):
            compute()


@pytest.mark.parametrize("options", [{"size": 0}, {"size": np.nan}, {"draws": 0}, {"draws": 1.5}])
def test_pushes_that_are_none(options, rng):
    (name,) = options
    with pytest.raises(HomologError, match=f"HM025 {name} is"):
        sensitivity_by_perturbation(network(rng), np.ones((2, N)), **options)
