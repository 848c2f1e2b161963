r"""What a neuron makes of its current, and whether it does so on every scale alike.

An activation is homogeneous when :math:`\phi(a x) = a \phi(x)` for every a > 0. In one dimension
that leaves two straight lines that meet at zero, so a homogeneous activation is known by
its slopes above and below zero.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from homolog import errors

Floats = NDArray[np.floating[Any]]
Curve = Callable[[Floats], Floats]

SCALES = (0.1, 0.5, 2.0, 10.0)
"""Factors of the current at which homogeneity is measured."""

CURRENTS = np.linspace(-3.0, 3.0, 121)
"""Currents at which it is measured, and at which a function is recognised."""

LEAK = 0.01
"""Slope of a leaky unit below zero where none is given; that of PyTorch."""

EXACT = 1e-6
"""Below this, an error of homogeneity is rounding; single precision reaches 1e-7."""

SLOPES_BELOW = {"relu": 0.0, "linear": 1.0, "abs": -1.0}
"""Homogeneous activations of slope 1 above zero, by their slope below it."""


def _sigmoid(x: Floats) -> Floats:
    return 0.5 * (1 + np.tanh(0.5 * x))


def _normal(x: Floats) -> Floats:
    from scipy.special import ndtr

    return ndtr(x)


def _gelu_slope(x: Floats) -> Floats:
    return _normal(x) + x * np.exp(-0.5 * x**2) / np.sqrt(2 * np.pi)


CURVES: dict[str, tuple[Curve, Curve]] = {
    "tanh": (np.tanh, lambda x: 1 - np.tanh(x) ** 2),
    "sigmoid": (_sigmoid, lambda x: _sigmoid(x) * (1 - _sigmoid(x))),
    "softplus": (lambda x: np.logaddexp(0, x), _sigmoid),
    "elu": (
        lambda x: np.where(x > 0, x, np.expm1(np.minimum(x, 0))),
        lambda x: np.where(x > 0, 1, np.exp(np.minimum(x, 0))),
    ),
    "gelu": (lambda x: x * _normal(x), _gelu_slope),
    "silu": (lambda x: x * _sigmoid(x), lambda x: _sigmoid(x) * (1 + x * (1 - _sigmoid(x)))),
}
"""Activations that are not homogeneous: value and slope."""


def names() -> tuple[str, ...]:
    """Names of all activations; "leaky" also takes slopes."""
    return (*SLOPES_BELOW, "leaky", *CURVES)


@dataclass(frozen=True)
class Activation:
    """What a neuron makes of its current.

    Attributes
    ----------
    name
        One of `names`.
    slopes
        Of "leaky" alone: the slope below zero, one number for all neurons (0.01 by default)
        or one for each. Above zero the slope is 1.

    Raises
    ------
    HomologError
        HM023 for a name that is not known, HM025 for slopes that are not finite numbers or
        do not belong to a leaky unit.

    Examples
    --------
    >>> leaky = Activation("leaky", (0.1, 0.5))
    >>> leaky(np.array([-1.0, -1.0])), leaky.homogeneous
    (array([-0.1, -0.5]), True)
    """

    name: str = "relu"
    slopes: float | tuple[float, ...] | None = None

    def __post_init__(self) -> None:
        """Check the name and bring the slopes into one form."""
        if self.name not in names():
            near = get_close_matches(str(self.name), names(), n=3, cutoff=0.4)
            raise errors.unknown_name("activation", self.name, near, f"All: {', '.join(names())}.")
        if self.name != "leaky" and self.slopes is not None:
            raise errors.bad_value(
                f"slopes of {self.name}", self.slopes, "None; only leaky has any"
            )
        if self.name == "leaky":
            object.__setattr__(self, "slopes", _slopes(self.slopes))

    @property
    def homogeneous(self) -> bool:
        """Whether it is declared to answer a current twice as large with twice the rate."""
        return self.name not in CURVES

    @property
    def n_neurons(self) -> int | None:
        """How many neurons it is for; None where it suits any number."""
        return len(self.slopes) if isinstance(self.slopes, tuple) else None

    @property
    def below(self) -> float | tuple[float, ...]:
        """Slope below zero of a homogeneous activation."""
        return SLOPES_BELOW[self.name] if self.slopes is None else self.slopes

    def __call__(self, currents: ArrayLike) -> Floats:
        """Rates, neuron last, in the precision of the currents."""
        x = _floats(currents)
        if self.name == "relu":
            return np.maximum(x, 0)
        if self.homogeneous:
            return x * self.derivative(x)
        return CURVES[self.name][0](x).astype(x.dtype, copy=False)

    def derivative(self, currents: ArrayLike) -> Floats:
        """Gains: how a rate changes with the current. At 0 the slope below it is meant."""
        x = _floats(currents)
        if self.homogeneous:
            return np.where(x > 0, np.ones((), x.dtype), np.asarray(self.below, x.dtype))
        return CURVES[self.name][1](x).astype(x.dtype, copy=False)


def find(activation: Activation | str | Callable[..., Any]) -> Activation:
    """Return the activation of a name, or the one that a function computes.

    Parameters
    ----------
    activation
        A name, or a function of one current such as ``numpy.tanh``, ``torch.relu`` or
        ``torch.nn.LeakyReLU(0.1)``. A function is recognised by its values, not its name.

    Raises
    ------
    HomologError
        HM023 for a name or function that is not known.

    Examples
    --------
    >>> find(lambda x: np.maximum(x, 0.2 * x))
    Activation(name='leaky', slopes=0.2)
    """
    if isinstance(activation, Activation):
        return activation
    if isinstance(activation, str):
        return Activation(activation.strip().lower())
    if not callable(activation):
        raise errors.bad_value("activation", activation, "a name, a function or an Activation")
    return _recognised(activation)


def homogeneity_error(activation: Activation | str | Callable[..., Any]) -> float:
    r"""Measure how far an activation is from :math:`\phi(a x) = a \phi(x)`.

    .. math:: \max_a \; \max_x |\phi(a x) - a \phi(x)| \,/\, \max_x \max(|\phi(a x)|, |a \phi(x)|)

    over a in {0.1, 0.5, 2, 10} and currents between -3 and 3.

    Returns
    -------
    error
        0, or rounding, when homogeneous; 0.3 and more for tanh, softplus and their like; at
        most 2.
    """
    curve = activation if callable(activation) else find(activation)
    x = CURRENTS
    if isinstance(curve, Activation) and curve.n_neurons:
        x = CURRENTS[:, None]
    return max(_error_at(a, _values(curve, a * x), a * _values(curve, x)) for a in SCALES)


def _error_at(scale: float, scaled: Floats, expected: Floats) -> float:
    largest = float(max(np.abs(scaled).max(), np.abs(expected).max()))
    if not np.isfinite(largest):
        raise errors.bad_value(
            f"activation at {scale:g} x", largest, "finite rates at every current"
        )
    return float(np.abs(scaled - expected).max() / largest) if largest > 0 else 0.0


def _recognised(curve: Callable[..., Any]) -> Activation:
    """The activation that a function computes, by its values at many currents."""
    values = _values(curve, CURRENTS)
    if homogeneity_error(curve) < EXACT and abs(values[-1] / CURRENTS[-1] - 1) < EXACT:
        slope = round(float(values[0] / CURRENTS[0]), 6)
        named = {below: name for name, below in SLOPES_BELOW.items()}
        return Activation(named[slope]) if slope in named else Activation("leaky", slope)
    for name in CURVES:
        if np.allclose(values, Activation(name)(CURRENTS), rtol=EXACT, atol=EXACT):
            return Activation(name)
    called = getattr(curve, "__name__", type(curve).__name__)
    where = (
        f"A function must compute one of {', '.join(names())}; a homogeneous one with a slope"
        " above zero other than 1 is one of these with its synapses scaled."
    )
    raise errors.unknown_name("activation", called, (), where)


def _values(curve: Callable[..., Any], x: Floats) -> Floats:
    """Values of a function of NumPy, or else of PyTorch, if that is loaded."""
    torch = sys.modules.get("torch")
    try:
        found = curve(x)
    except (TypeError, AttributeError):
        if torch is None:
            raise
        found = curve(torch.as_tensor(x)).detach().numpy()
    return np.asarray(found, dtype=np.float64)


def _slopes(given: Any) -> float | tuple[float, ...]:
    slopes = np.asarray(LEAK if given is None else given)
    if slopes.dtype.kind not in "iuf" or slopes.ndim > 1 or not slopes.size:
        raise errors.bad_value("slopes of leaky", given, "a number, or one for each neuron")
    if not np.isfinite(slopes).all():
        raise errors.bad_value("slopes of leaky", given, "finite numbers")
    return float(slopes) if slopes.ndim == 0 else tuple(map(float, slopes))


def _floats(currents: ArrayLike) -> Floats:
    x = np.asarray(currents)
    return x if x.dtype == np.float32 else x.astype(np.float64, copy=False)
