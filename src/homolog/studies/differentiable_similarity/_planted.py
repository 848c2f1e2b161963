"""Targets whose components are known."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Reals = NDArray[np.float64]

TIMES, LEVELS = 10, (1.0, 1.5, 2.0)
LARGER = 0.918
"""Share of variance of the larger of the toy's two components."""

CHOICES = (-1, 1)
_HEIGHT = 0.5195329859709095
"""Of the bump by which levels differ: that which gives the components their shares."""


def two_variables() -> Reals:
    """(condition, time, neuron): two neurons that encode a choice and the strength of evidence.

    Two choices and three levels make six conditions. One neuron integrates towards the choice;
    the other has a transient in the direction of the choice, as high as the evidence is strong.
    """
    time = np.linspace(0, 1, TIMES)
    integral, transient = 2 * time, _HEIGHT * np.sin(np.pi * time)
    conditions = [
        np.stack([choice * integral, choice * level * transient], axis=1)
        for choice in CHOICES
        for level in LEVELS
    ]
    return np.array(conditions)


def halving(n_rows: int, n_neurons: int, rng: np.random.Generator) -> Reals:
    """(row, neuron) responses whose k-th component has the variance 2^-k, exactly."""
    noise = rng.normal(size=(n_rows, n_neurons))
    courses, _ = np.linalg.qr(noise - noise.mean(0))
    axes, _ = np.linalg.qr(rng.normal(size=(n_neurons, n_neurons)))
    return (courses * 2.0 ** (-np.arange(1, n_neurons + 1) / 2)) @ axes.T
