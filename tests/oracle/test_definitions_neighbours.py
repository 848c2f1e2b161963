"""Measures of neighbours against their definitions: sorted lists, sets and loops.

Dissimilarities are rounded to 10 decimals, so that equal ones are equal; everything that ties with
the k-th neighbour is one as well.
"""

from collections.abc import Callable
from itertools import pairwise, permutations

import numpy as np
import pytest
from scipy.spatial.distance import cdist
from tests.oracle.populations import POPULATIONS, Responses
from tests.oracle.test_definitions import cosine, on, ours

from homolog import measures

Lists = list[list[int]]
Ranked = list[dict[int, float]]

DISSIMILARITIES: dict[str, Callable[[Responses], np.ndarray]] = {
    "cosine": lambda x: cdist(x, x, "cosine"),
    "euclidean": lambda x: cdist(x, x) / np.abs(x).max(),
    "inner_product": lambda x: -(x @ x.T) / np.abs(x).max() ** 2,
}
K = 5


def ranked(x: Responses, nearest: str = "cosine", k: int = K) -> Ranked:
    """For every stimulus, its neighbours with the first of their places."""
    apart = np.round(DISSIMILARITIES[nearest](x), 10)
    found = []
    for i, row in enumerate(apart):
        others = sorted((row[j], j) for j in range(len(x)) if j != i)
        near = [(d, j) for d, j in others if d <= others[k - 1][0]]
        found.append({j: 1 + sum(e < d for e, _ in near) for d, j in near})
    return found


def mean(values: list[float]) -> float:
    return pytest.approx(float(np.mean(values)), abs=1e-12)


def jaccard(a: dict[int, float], b: dict[int, float]) -> float:
    return len(a.keys() & b.keys()) / len(a.keys() | b.keys())


@on(POPULATIONS)
@pytest.mark.parametrize("nearest", DISSIMILARITIES)
def test_overlap_is_that_of_sets(x: Responses, y: Responses, nearest: str) -> None:
    pairs = list(zip(ranked(x, nearest), ranked(y, nearest), strict=True))
    options = {"k": K, "nearest": nearest}
    assert ours("neighbour_overlap", x, y, **options) == mean([jaccard(a, b) for a, b in pairs])
    mutual = mean([len(a.keys() & b.keys()) / max(len(a), len(b)) for a, b in pairs])
    assert ours("neighbour_overlap", x, y, share="neighbourhood", **options) == mutual


@on(POPULATIONS)
@pytest.mark.parametrize("nearest", DISSIMILARITIES)
def test_return_goes_to_a_neighbour_and_looks_back(
    x: Responses, y: Responses, nearest: str
) -> None:
    there, back = ranked(y, nearest, k=2), ranked(x, nearest, k=2)
    found = [any(i in back[j] for j in near) for i, near in enumerate(there)]
    assert ours("neighbour_return", x, y, k=2, nearest=nearest) == mean(found)


@pytest.mark.parametrize("k", [1, 3])
def test_chance_of_a_return_is_the_mean_over_pairings(k: int) -> None:
    """All 720 pairings of six stimuli, some of them tied."""
    x, y = np.random.default_rng(4).integers(1, 4, size=(2, 6, 2)).astype(float)
    measure = measures.find("neighbour_return").using(k=k, nearest="euclidean")
    scores = [float(measure(x, y[list(order)])) for order in permutations(range(6))]
    expected = measure.chance(measure.summary(x), measure.summary(y))
    assert expected == pytest.approx(np.mean(scores), abs=1e-12)


def shared_ranks(neighbours: dict[int, float]) -> dict[int, float]:
    """Tied neighbours at places p, p + 1, … share the harmonic mean of these numbers."""
    ranks = {}
    for j, place in neighbours.items():
        tied = sum(other == place for other in neighbours.values())
        ranks[j] = tied / sum(1 / (place + step) for step in range(tied))
    return ranks


def agreement(a: dict[int, float], b: dict[int, float]) -> float:
    first, second = shared_ranks(a), shared_ranks(b)
    common = sorted(a.keys() & b.keys())
    if not common:
        return 0.0
    total = sum(2 / ((1 + abs(first[j] - second[j])) * (first[j] + second[j])) for j in common)
    return total / sum(1 / n for n in range(1, len(common) + 1))


@on(POPULATIONS)
def test_rank_similarity_weighs_common_neighbours(x: Responses, y: Responses) -> None:
    pairs = list(zip(ranked(x), ranked(y), strict=True))
    got = ours("neighbour_rank_similarity", x, y, k=K)
    assert got == mean([agreement(a, b) for a, b in pairs])
    joint = ours("neighbour_rank_similarity", x, y, k=K, times_overlap=True)
    assert joint == mean([agreement(a, b) * jaccard(a, b) for a, b in pairs])


def listed(neighbours: dict[int, float], other: dict[int, float]) -> list[int]:
    return sorted(neighbours, key=lambda j: (neighbours[j], other.get(j, np.inf), j))


def lcs(a: list[int], b: list[int]) -> int:
    table = np.zeros((len(a) + 1, len(b) + 1), int)
    for i, one in enumerate(a):
        for j, other in enumerate(b):
            best = max(table[i, j + 1], table[i + 1, j])
            table[i + 1, j + 1] = table[i, j] + 1 if one == other else best
    return int(table[-1, -1])


def levenshtein(a: list[int], b: list[int]) -> int:
    row = list(range(len(b) + 1))
    for i, one in enumerate(a, 1):
        above, row = row, [i]
        for j, other in enumerate(b, 1):
            row.append(min(above[j] + 1, row[j - 1] + 1, above[j - 1] + (one != other)))
    return row[-1]


@on(POPULATIONS)
def test_order_is_that_of_lists(x: Responses, y: Responses) -> None:
    pairs = list(zip(ranked(x), ranked(y), strict=True))
    lists = [(listed(a, b), listed(b, a)) for a, b in pairs]
    common = mean([lcs(a, b) / max(len(a), len(b)) for a, b in lists])
    assert ours("neighbour_order", x, y, k=K) == common
    edits = mean([1 - levenshtein(a, b) / max(len(a), len(b)) for a, b in lists])
    assert ours("neighbour_order", x, y, k=K, compared="edits") == edits


def test_a_subsequence_is_the_longest_that_any_order_of_ties_allows() -> None:
    x, y = np.random.default_rng(0).integers(1, 5, size=(2, 12, 2)).astype(float)
    scores, n_tied = [], 0
    for a, b in zip(ranked(x, k=2), ranked(y, k=2), strict=True):
        orders = [
            [
                order
                for order in permutations(one)
                if all(one[i] <= one[j] for i, j in pairwise(order))
            ]
            for one in (a, b)
        ]
        n_tied += len(orders[0]) > 1 < len(orders[1])
        longest = max(lcs(list(p), list(q)) for p in orders[0] for q in orders[1])
        scores.append(longest / max(len(a), len(b)))
    assert n_tied > 2
    assert ours("neighbour_order", x, y, k=2) == mean(scores)


@on({name: pair for name, pair in POPULATIONS.items() if not name.startswith("counts")})
def test_second_order_cosine_is_that_of_similarities_to_neighbours_of_either(
    x: Responses, y: Responses
) -> None:
    for centred in (False, True):
        a, b = ((p - p.mean(axis=0) if centred else p) for p in (x, y))
        apart = [cdist(p, p, "cosine") for p in (a, b)]
        near = [
            sorted(one.keys() | other.keys())
            for one, other in zip(ranked(a), ranked(b), strict=True)
        ]
        for compared, start in (("similarities", 1), ("distances", 0)):
            vectors = [
                [(start - d[i, j]) * (-1) ** (1 - start) for d in apart] for i, j in enumerate(near)
            ]
            got = ours("second_order_cosine", x, y, k=K, centred=centred, compared=compared)
            assert got == mean([cosine(*pair) for pair in vectors])
