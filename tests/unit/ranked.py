"""A recording and candidates for tests of rankings, and how these tests look at them."""

import numpy as np
import pytest

import homolog
from homolog import HomologError

N = 24


def planted(rng):
    """What stimuli hold, a recording of it, and layers: it turned, in more and more noise."""
    tuning = rng.normal(size=(N, 6))
    brain = homolog.represent(tuning + 0.2 * rng.normal(size=(N, 6)), name="V1")
    noise = {"near": 0.1, "middle": 0.8, "far": 3.0}
    turned = {name: np.linalg.qr(rng.normal(size=(8, 8)))[0][:6] for name in noise}
    layers = {
        name: tuning @ turned[name] + size * rng.normal(size=(N, 8)) for name, size in noise.items()
    }
    return tuning, brain, layers


def without(values, i):
    return np.delete(np.asarray(values), i, 0)


def only(ranking):
    (one,) = ranking.differences
    return one


def caught(code, call):
    with pytest.raises(HomologError) as refused:
        call()
    assert refused.value.code == code
    return str(refused.value)
