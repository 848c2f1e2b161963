"""Activations: what is declared of them is measured, and what they compute is recognised."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from homolog import HomologError
from homolog.networks.activations import Activation, find, homogeneity_error, names

CURRENTS = np.linspace(-4, 4, 41)
REFERENCES = {
    "relu": torch.relu,
    "linear": torch.nn.Identity(),
    "abs": torch.abs,
    "leaky": torch.nn.LeakyReLU(0.01),
    "tanh": torch.tanh,
    "sigmoid": torch.sigmoid,
    "softplus": torch.nn.Softplus(threshold=100),
    "elu": torch.nn.ELU(),
    "gelu": torch.nn.GELU(),
    "silu": torch.nn.SiLU(),
}


@pytest.mark.parametrize("name", names())
def test_an_activation_is_homogeneous_exactly_when_it_says_so(name):
    error = homogeneity_error(name)
    if Activation(name).homogeneous:
        assert error < 1e-15
    else:
        assert 0.3 < error <= 2


@pytest.mark.parametrize("name", names())
@pytest.mark.parametrize("precision", [np.float32, np.float64])
def test_values_are_those_of_another_library(name, precision):
    rates = Activation(name)(CURRENTS.astype(precision))
    assert rates.dtype == precision
    expected = REFERENCES[name](torch.as_tensor(CURRENTS)).numpy()
    assert np.allclose(rates, expected, rtol=0, atol=3e-7 if precision == np.float32 else 1e-14)


@pytest.mark.parametrize("name", names())
def test_gains_are_the_slope_of_the_values(name):
    activation, width = Activation(name), 1e-6
    away = CURRENTS[np.abs(CURRENTS) > 1e-3]
    slopes = (activation(away + width) - activation(away - width)) / (2 * width)
    assert np.allclose(activation.derivative(away), slopes, atol=1e-8)


@pytest.mark.parametrize(
    ("name", "gain"), [("relu", 0), ("linear", 1), ("abs", -1), ("leaky", 0.01)]
)
def test_the_gain_at_zero_is_that_below_it(name, gain):
    assert Activation(name).derivative([0.0]) == [gain]
    assert Activation(name).derivative([1]) == [1]


def test_leaky_units_have_slopes_of_their_own():
    leaky = Activation("leaky", (0.5, 2.0, -1.0))
    assert leaky([-2.0, -2.0, -2.0]).tolist() == [-1.0, -4.0, 2.0]
    assert leaky.derivative([[-2.0, 1.0, -2.0]]).tolist() == [[0.5, 1.0, -1.0]]
    assert leaky.homogeneous
    assert homogeneity_error(leaky) < 1e-15


@given(st.floats(-5, 5).map(lambda slope: round(slope, 4)))
def test_a_function_that_is_homogeneous_is_recognised_by_its_slope(slope):
    found = find(lambda x: np.where(x > 0, x, slope * x))
    assert found.homogeneous
    assert np.allclose(
        found(CURRENTS), np.where(CURRENTS > 0, CURRENTS, slope * CURRENTS), atol=1e-5
    )


@pytest.mark.parametrize("name", names())
def test_a_function_of_pytorch_is_recognised_by_its_values(name):
    assert find(REFERENCES[name]) == Activation(name)


def test_names_are_found_as_people_write_them():
    assert find(" ReLU ") == Activation("relu")
    assert find(np.tanh) == find("tanh")
    assert find(Activation("abs")) == Activation("abs")


def relu_squared(x):
    return np.maximum(x, 0) ** 2


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (
            "rleu",
            r"HM023 no activation 'rleu'. Closest: 'relu', .* All: relu, linear, abs, leaky, tanh",
        ),
        (relu_squared, "HM023 no activation 'relu_squared'. A function must compute one of relu"),
        (lambda x: 2 * x, "HM023 .* is one of these with its synapses scaled"),
        (3, r"HM025 activation is 3; allowed: a name, a function or an Activation"),
        (lambda x: x / 0, "HM025 activation at 0.1 x is nan; allowed: finite rates"),
    ],
)
@pytest.mark.filterwarnings("ignore:(divide by zero|invalid value)")
def test_what_is_no_activation_is_refused(given, message):
    with pytest.raises(HomologError, match=message):
        find(given)


@pytest.mark.parametrize(
    ("name", "slopes", "message"),
    [
        ("relu", 0.1, "HM025 slopes of relu is 0.1; allowed: None; only leaky has any"),
        ("leaky", "steep", "HM025 slopes of leaky is 'steep'; allowed: a number, or one for each"),
        ("leaky", (), r"HM025 slopes of leaky is \(\); allowed"),
        ("leaky", np.nan, "HM025 slopes of leaky is nan; allowed: finite numbers"),
    ],
)
def test_slopes_that_mean_nothing_are_refused(name, slopes, message):
    with pytest.raises(HomologError, match=message):
        Activation(name, slopes)
