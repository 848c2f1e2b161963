"""Energy shape distance against its definition, by going round and by loops over trials."""

import numpy as np
import pytest
from scipy.optimize import minimize_scalar
from tests.oracle.test_definitions_trials import trials, turned

from homolog import measures

Trials = np.ndarray


def mean_distance(a: Trials, b: Trials) -> float:
    return float(np.mean([np.linalg.norm(p - q) for p in a for q in b]))


def apart(x: Trials, y: Trials, q: np.ndarray) -> float:
    """The root mean energy distance for one rotation of y."""
    x, y = x - x.mean(axis=(0, 1)), (y - y.mean(axis=(0, 1))) @ q
    energies = [
        2 * mean_distance(a, b) - mean_distance(a, a) - mean_distance(b, b)
        for a, b in zip(x, y, strict=True)
    ]
    return float(np.sqrt(np.mean(energies)))


def ours(x: Trials, y: Trials, **options: object) -> float:
    return float(measures.find("energy_shape").using(**options)(x, y))


@pytest.mark.parametrize("seed", range(4))
def test_energy_shape_is_the_smallest_distance_of_all_rotations(seed: int) -> None:
    rng = np.random.default_rng(seed)
    x, y = trials(rng, 5, 4, 2), trials(rng, 5, 3, 2)
    found = []
    for mirrored in (False, True):
        cost = lambda angle, m=mirrored: apart(x, y, turned(angle, m))  # noqa: E731
        coarse = min(np.linspace(0, 2 * np.pi, 37), key=cost)
        near = (coarse - 0.2, coarse + 0.2)
        found.append(minimize_scalar(cost, bounds=near, method="bounded").fun)
    assert ours(x, y, starts=4) == pytest.approx(min(found), abs=1e-5)


def test_no_rotation_undercuts_energy_shape(rng: np.random.Generator) -> None:
    """With a smaller population, which silent neurons fill up."""
    x, y = trials(rng, 6, 5, 4), trials(rng, 6, 4, 3)
    filled = np.concatenate([y, np.zeros((6, 4, 1))], axis=2)
    score = ours(x, y)
    for _ in range(30):
        q = np.linalg.qr(rng.normal(size=(4, 4))).Q
        assert apart(x, filled, q) > score


def test_a_rotated_population_is_at_distance_0(rng: np.random.Generator) -> None:
    x = trials(rng, 6, 5, 4)
    rotated = x @ np.linalg.qr(rng.normal(size=(4, 4))).Q + rng.normal(size=4)
    assert ours(x, rotated) == pytest.approx(0, abs=1e-6)


def test_it_sees_what_means_and_covariances_do_not(rng: np.random.Generator) -> None:
    """Two clusters of trials, or a round cloud with the same mean and covariance."""
    means = 5 * rng.normal(size=(6, 1, 2))
    clusters = means + np.tile([[-1.0, 0], [1, 0]], (20, 1))
    normal = rng.normal(size=(6, 40, 2)) * [1, 0]
    normal -= normal.mean(axis=1, keepdims=True)
    normal /= np.maximum(normal.std(axis=1, keepdims=True), 1e-300)
    round_ = means + normal
    assert float(measures.find("stochastic_shape")(clusters, round_)) == pytest.approx(0, abs=1e-6)
    assert ours(clusters, round_) > 0.3


def test_more_starts_do_no_harm(rng: np.random.Generator) -> None:
    x, y = trials(rng, 7, 4, 6), trials(rng, 7, 4, 6)
    found = [ours(x, y, starts=n) for n in (0, 2, 6)]
    assert found == sorted(found, reverse=True)
