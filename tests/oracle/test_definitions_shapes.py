"""Alignments and shapes against their definitions, written out naively.

Nothing here is taken from a package or from homolog: stimulus × stimulus matrices, padding
with silent neurons and enumeration, in float64. Slow and plain on purpose.
"""

from itertools import permutations

import numpy as np
import pytest
from scipy.linalg import orthogonal_procrustes
from scipy.spatial import procrustes as scipy_procrustes
from tests.oracle.populations import POPULATIONS, Responses
from tests.oracle.test_definitions import gram, gram_root, on, ours


@on(POPULATIONS)
def test_forms_of_procrustes_are_functions_of_the_fidelity(x: Responses, y: Responses) -> None:
    singular = np.linalg.svd(gram_root(x) @ gram_root(y), compute_uv=False)
    cosine = min(1, singular.sum() / np.sqrt(np.trace(gram(x)) * np.trace(gram(y))))
    of = {
        "chordal": np.sqrt(2 - 2 * cosine),
        "disparity": 1 - cosine**2,
        "score": 1 - 2 / np.pi * np.arccos(cosine),
    }
    for form, expected in of.items():
        # A cosine of 1 has lost what tells equal populations apart.
        tolerance = 1e-11 if cosine < 1 - 1e-9 else 1e-7
        assert ours("procrustes", x, y, form=form) == pytest.approx(expected, abs=tolerance)


@on(POPULATIONS)
def test_squared_nbs_is_what_a_rotation_and_a_scale_explain(x: Responses, y: Responses) -> None:
    """By least squares, of the reference and of the candidate alike."""
    n = max(x.shape[1], y.shape[1])
    x, y = (np.pad(a - a.mean(0), ((0, 0), (0, n - a.shape[1]))) for a in (x, y))
    for target, source in ((x, y), (y, x)):
        turned = source @ orthogonal_procrustes(source, target)[0]
        scaled = turned * np.sum(turned * target) / np.sum(turned**2)
        explained = 1 - np.sum((target - scaled) ** 2) / np.sum(target**2)
        assert ours("nbs", x, y, squared=True) == pytest.approx(explained, abs=1e-11)


def test_disparity_is_what_scipy_leaves_after_rotation_and_scale() -> None:
    x, y = POPULATIONS["equal 45x9, 45x9"]
    assert ours("procrustes", x, y, form="disparity") == pytest.approx(
        scipy_procrustes(x, y)[2], abs=1e-12
    )


@on(POPULATIONS)
def test_squared_size_and_shape_is_the_squared_bures_distance(x: Responses, y: Responses) -> None:
    fidelity = np.linalg.svd(gram_root(x) @ gram_root(y), compute_uv=False).sum()
    total = np.trace(gram(x)) + np.trace(gram(y))
    got = ours("size_and_shape", x, y, squared=True)
    assert got == pytest.approx(total - 2 * fidelity, abs=1e-11 * total)


def test_a_squared_distance_is_no_metric() -> None:
    """Half way and the other half are a quarter each of the whole square."""
    x, y = POPULATIONS["equal 45x9, 45x9"]
    u, _, vh = np.linalg.svd((y - y.mean(0)).T @ x)
    y = y @ u @ vh  # so that the straight line between them is the shortest way
    whole, half = ours("size_and_shape", x, y, squared=True), (x + y) / 2
    ways = [ours("size_and_shape", a, b, squared=True) for a, b in ((x, half), (half, y))]
    assert sum(ways) == pytest.approx(whole / 2)


def test_forms_at_the_ends_of_their_ranges() -> None:
    """Equal, and populations whose courses over the stimuli have nothing in common."""
    drawn = np.random.default_rng(0).normal(size=(12, 7))
    basis = np.linalg.qr(drawn - drawn.mean(axis=0))[0]
    x, y = basis[:, :3], basis[:, 3:]
    for form, apart in {"angle": np.pi / 2, "chordal": 2**0.5, "disparity": 1, "score": 0}.items():
        assert ours("procrustes", x, y, form=form) == pytest.approx(apart, abs=1e-12)
        assert ours("procrustes", x, x, form=form) == (1 if form == "score" else 0)


def least_distance(x: Responses, y: Responses) -> float:
    """Over all orders of the neurons, silent ones added to the smaller population."""
    n = max(x.shape[1], y.shape[1])
    x, y = (np.pad(a, ((0, 0), (0, n - a.shape[1]))) for a in (x, y))
    return min(float(np.linalg.norm(x - y[:, list(order)])) for order in permutations(range(n)))


def unit(x: Responses) -> Responses:
    return x / np.linalg.norm(x)


@pytest.mark.parametrize(("n_x", "n_y"), [(5, 5), (3, 6), (6, 4), (1, 1)])
@pytest.mark.parametrize("normalise", [False, True])
def test_permutation_procrustes_tries_all_orders(n_x: int, n_y: int, normalise: bool) -> None:
    x, y = (np.random.default_rng(i).normal(size=(9, n)) + 1 for i, n in ((1, n_x), (2, n_y)))
    a, b = x - x.mean(0), y - y.mean(0)
    if normalise:
        a, b = a / np.linalg.norm(a, axis=0), b / np.linalg.norm(b, axis=0)
    chord = least_distance(unit(a), unit(b))
    for form, expected in {
        "size_and_shape": least_distance(a, b),
        "chordal": chord,
        "angle": np.arccos(1 - chord**2 / 2),
        "score": 1 - 2 / np.pi * np.arccos(1 - chord**2 / 2),
    }.items():
        got = ours("permutation_procrustes", x, y, form=form, normalise=normalise)
        assert got == pytest.approx(expected, abs=1e-12)
    if normalise:
        x, y = x / np.linalg.norm(x, axis=0), y / np.linalg.norm(y, axis=0)
    got = ours("permutation_procrustes", x, y, form="chordal", centred=False, normalise=normalise)
    assert got == pytest.approx(least_distance(unit(x), unit(y)), abs=1e-12)


def test_permutation_procrustes_is_no_metric_across_sizes() -> None:
    """One neuron, its negative, and both: the way over both is half as long."""
    neuron = np.random.default_rng(0).normal(size=(12, 1))
    both = np.concatenate([neuron, -neuron], axis=1)
    assert ours("permutation_procrustes", neuron, -neuron) == pytest.approx(np.pi)
    for one in (neuron, -neuron):
        assert ours("permutation_procrustes", one, both) == pytest.approx(np.pi / 4)


def test_wreath_procrustes_of_equally_many_neurons_is_the_angle_of_one_to_one_matching() -> None:
    x, y = POPULATIONS["equal 45x9, 45x9"]
    cosine = np.cos(ours("permutation_procrustes", x, y, normalise=True))
    assert cosine == pytest.approx(ours("one_to_one_matching", x, y), abs=1e-12)


def power(k: np.ndarray, exponent: float) -> np.ndarray:
    """Of a positive matrix, by its eigenvalues; those that are rounding stay 0."""
    values, vectors = np.linalg.eigh(k)
    kept = values > 1e-12 * values[-1]
    return (vectors[:, kept] * values[kept] ** exponent) @ vectors[:, kept].T


@pytest.mark.parametrize("alpha", [0.2, 0.5, 1.0])
@on(POPULATIONS)
def test_alpha_procrustes_of_powers_of_gram_matrices(
    x: Responses, y: Responses, alpha: float
) -> None:
    k, ell = gram(x), gram(y)
    total = np.trace(power(k, 2 * alpha)) + np.trace(power(ell, 2 * alpha))
    shared = np.linalg.svd(power(k, alpha) @ power(ell, alpha), compute_uv=False).sum()
    got = ours("size_and_shape", x, y, alpha=alpha, squared=True) * (2 * alpha) ** 2
    assert got == pytest.approx(total - 2 * shared, abs=1e-10 * total)


def test_alpha_procrustes_at_one_is_half_a_norm_where_gram_matrices_commute() -> None:
    """The same components in other proportions commute; others are nearer than that."""
    x, y = POPULATIONS["equal 45x9, 45x9"]
    u, s, _ = np.linalg.svd(x - x.mean(0), full_matrices=False)
    stretched = u * s**1.5
    norms = [np.linalg.norm(gram(x) - gram(other)) for other in (stretched, y)]
    ours_ = [ours("size_and_shape", x, other, alpha=1.0) for other in (stretched, y)]
    assert ours_[0] == pytest.approx(norms[0] / 2)
    assert ours_[1] < 0.995 * norms[1] / 2


@on(POPULATIONS)
def test_aligned_cosine_is_the_mean_of_cosines_after_rotation(x: Responses, y: Responses) -> None:
    n = max(x.shape[1], y.shape[1])
    x, y = (np.pad(a, ((0, 0), (0, n - a.shape[1]))) for a in (x, y))
    if min((x**2).sum(1).min(), (y**2).sum(1).min()) == 0:
        x, y = x + 1, y + 1
    turned = x @ orthogonal_procrustes(x, y)[0]
    cosines = [
        a @ b / np.linalg.norm(a) / np.linalg.norm(b) for a, b in zip(turned, y, strict=True)
    ]
    assert ours("aligned_cosine", x, y) == pytest.approx(np.mean(cosines), abs=1e-10)


def test_aligned_cosine_ignores_a_gain_for_every_stimulus() -> None:
    rng = np.random.default_rng(0)
    x = rng.normal(size=(30, 5)) + 1
    rotated = rng.uniform(0.5, 2, size=(30, 1)) * x @ np.linalg.qr(rng.normal(size=(7, 7)))[0][:5]
    assert ours("aligned_cosine", x, rotated) == pytest.approx(1, abs=1e-12)
    assert ours("aligned_cosine", x, rotated - 1) < 0.99
