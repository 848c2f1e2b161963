"""Measures of graphs against their definitions: a complex reduced by hand, a matrix exponential."""

from itertools import combinations

import numpy as np
import pytest
from scipy.linalg import expm
from scipy.spatial.distance import cdist
from tests.oracle.populations import POPULATIONS, Responses
from tests.oracle.test_definitions import on, ours

BY_RIPSER = {
    "equal 45x9, 45x9": 2.480768,
    "more candidates 60x7, 60x15": 2.559612,
    "more references 60x14, 60x6": 3.098993,
    "wide 20x32, 20x13": 0.601040,
    "wide 18x21, 18x26": 0.507562,
    "low rank 50x10, 50x11": 3.887944,
    "counts 30x6, 30x4": 2.504942,
    "rotated 40x8, 40x8": 0.0,
    "unrelated 80x6, 80x9": 7.318060,
}
"""Bars of dimension 1 by ripser 0.6.15, which computes in single precision, of the matrix of twice
the size that github.com/IlyaTrofimov/RTD builds (`calc_embed_dist`); all stimuli at once."""


def doubled(smaller: np.ndarray, larger: np.ndarray) -> np.ndarray:
    """Distances of the published construction: one copy of the stimuli glued to a point."""
    return np.block([[np.zeros_like(smaller), smaller], [smaller, larger]])


def bars_of_dimension_1(distances: np.ndarray) -> float:
    """Their total length in the flag complex, by the textbook reduction of its boundary matrix."""
    n = len(distances)
    simplices = [
        (max([distances[i, j] for i, j in combinations(s, 2)], default=0.0), len(s), s)
        for size in (1, 2, 3)
        for s in combinations(range(n), size)
    ]
    simplices.sort()
    place = {s: at for at, (_, _, s) in enumerate(simplices)}
    last: dict[int, set[int]] = {}
    total = 0.0
    for time, size, s in simplices:
        column = {place[face] for face in combinations(s, size - 1)} if size > 1 else set()
        while column and max(column) in last:
            column ^= last[max(column)]
        if column:
            last[max(column)] = column
            if size == 3:
                total += time - simplices[max(column)][0]
    return total


def scaled(x: Responses) -> np.ndarray:
    distances = cdist(x, x)
    return distances / np.quantile(distances, 0.9)


@pytest.mark.parametrize("kind", ["generic", "counts", "circles"])
def test_divergence_is_that_of_the_doubled_complex(kind: str, rng: np.random.Generator) -> None:
    angles = 2 * np.pi * np.arange(9) / 9
    x, y = {
        "generic": rng.normal(size=(2, 9, 3)),
        "counts": rng.poisson(1.0, size=(2, 9, 2)).astype(float),
        "circles": (np.c_[np.cos(angles), np.sin(angles)], np.c_[np.cos(angles), angles]),
    }[kind]
    a, b = scaled(x), scaled(y)
    both = np.minimum(a, b)
    wanted = (bars_of_dimension_1(doubled(a, both)) + bars_of_dimension_1(doubled(b, both))) / 2
    assert wanted > 0.1
    got = ours("representation_topology_divergence", x, y)
    assert got == pytest.approx(wanted, abs=1e-10)


@pytest.mark.parametrize("name", BY_RIPSER)
def test_divergence_is_that_of_the_published_construction(name: str) -> None:
    got = ours("representation_topology_divergence", *POPULATIONS[name])
    assert got == pytest.approx(BY_RIPSER[name], abs=2e-6)


def heat_kept(x: Responses, time: float, k: int) -> float:
    """Trace of the heat kernel over the number of stimuli."""
    apart = np.round(cdist(x, x) / np.abs(x).max(), 10)
    n = len(x)
    edges = np.zeros((n, n))
    for i in range(n):
        last = sorted(apart[i, j] for j in range(n) if j != i)[k - 1]
        for j in range(n):
            if j != i and apart[i, j] <= last:
                edges[i, j] = edges[j, i] = 1
    degree = edges.sum(axis=1)
    laplacian = np.eye(n) - edges / np.sqrt(np.outer(degree, degree))
    return float(np.trace(expm(-time * laplacian))) / n


@on(POPULATIONS)
def test_intrinsic_distance_is_the_largest_difference_of_heat(x: Responses, y: Responses) -> None:
    times = np.logspace(-1, 1, 256)
    near_the_middle = times[64:192:4]  # elsewhere the weight is below 0.1
    differences = [
        np.exp(4 - 2 * (t + 1 / t)) * abs(heat_kept(x, t, 4) - heat_kept(y, t, 4))
        for t in near_the_middle
    ]
    got = ours("intrinsic_distance", x, y, k=4)
    assert got == pytest.approx(max(differences), rel=0.01, abs=1e-12)
