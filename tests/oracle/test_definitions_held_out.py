"""Measures judged by stimuli held out, against their definitions, written out naively.

Rotations by SciPy among populations padded to one size, canonical directions by eigenvectors,
pairings by trying all: nothing here is from homolog.
"""

from collections.abc import Iterator
from itertools import permutations

import numpy as np
import pytest
from scipy.linalg import eig, orthogonal_procrustes, sqrtm
from scipy.optimize import linprog
from scipy.stats import pearsonr
from tests.oracle.populations import POPULATIONS, Responses
from tests.oracle.test_definitions import correlations, on, ours

VARYING = {name: pair for name, pair in POPULATIONS.items() if not name.startswith("counts")}
MORE_STIMULI = {name: pair for name, pair in VARYING.items() if not name.startswith("wide")}
FULL_RANK = {name: pair for name, pair in MORE_STIMULI.items() if not name.startswith("low rank")}

Sides = tuple[Responses, Responses, Responses, Responses]


def fold_of(x: Responses) -> np.ndarray:
    return np.arange(len(x)) % 3


def parts(x: Responses, y: Responses, *, centred: bool = True) -> Iterator[Sides]:
    """Both on the training stimuli of each fold, then both held out, less the training means."""
    for one in range(3):
        train, test = fold_of(x) != one, fold_of(x) == one
        means = [p[train].mean(axis=0) * centred for p in (x, y)]
        sides = [p[rows] - m for rows in (train, test) for p, m in zip((x, y), means, strict=True)]
        yield sides[0], sides[1], sides[2], sides[3]


def padded(*sides: Responses) -> list[Responses]:
    width = max(side.shape[1] for side in sides)
    return [np.pad(side, ((0, 0), (0, width - side.shape[1]))) for side in sides]


def turned(x: Responses, y: Responses, *, centred: bool = True) -> list[tuple[Responses, ...]]:
    """Held-out responses of both, the reference's after the best rotation on the others."""
    found = []
    for sides in parts(x, y, centred=centred):
        a, b, a_test, b_test = padded(*sides)
        found.append((a_test @ orthogonal_procrustes(a, b)[0], b_test))
    return found


def pooled_cosine(folds: list[tuple[Responses, ...]]) -> float:
    a, b = (np.concatenate(side) for side in zip(*folds, strict=True))
    return float(np.sum(a * b) / np.linalg.norm(a) / np.linalg.norm(b))


@on(MORE_STIMULI)
def test_rotations_found_on_other_stimuli(x: Responses, y: Responses) -> None:
    folds = turned(x, y)
    cosine = pooled_cosine(folds)
    assert ours("nbs", x, y, folds=fold_of(x)) == pytest.approx(cosine, abs=1e-10)
    angle = float(np.arccos(cosine))
    wanted = {"angle": angle, "chordal": np.sqrt(2 - 2 * cosine), "score": 1 - 2 * angle / np.pi}
    for form, value in wanted.items():
        got = ours("procrustes", x, y, folds=fold_of(x), form=form)
        assert got == pytest.approx(value, abs=1e-7)
    squared = sum(float(np.sum((a - b) ** 2)) for a, b in folds)
    got = ours("size_and_shape", x, y, folds=fold_of(x))
    assert got == pytest.approx(np.sqrt(squared), rel=1e-9)
    got = ours("size_and_shape", x, y, folds=fold_of(x), squared=True)
    assert got == pytest.approx(squared, rel=1e-9)


@on(MORE_STIMULI)
def test_patterns_turned_by_other_stimuli(x: Responses, y: Responses) -> None:
    cosines = [
        a @ b / np.linalg.norm(a) / np.linalg.norm(b)
        for fold in turned(x, y, centred=False)
        for a, b in zip(*fold, strict=True)
    ]
    got = ours("aligned_cosine", x, y, folds=fold_of(x))
    assert got == pytest.approx(np.mean(cosines), abs=1e-9)


@pytest.mark.parametrize("normalise", [False, True])
def test_pairings_found_on_other_stimuli(normalise: bool) -> None:
    rng = np.random.default_rng(4)
    x = rng.normal(size=(24, 4)) * [1, 2, 3, 4]
    y = np.c_[x[:, ::-1] + rng.normal(size=x.shape), rng.normal(size=24)]
    folds = []
    for a, b, a_test, b_test in parts(x, y):
        if normalise:
            sizes = [np.linalg.norm(p, axis=0) * np.sqrt(24 / 16) for p in (a, b)]
            a, a_test, b, b_test = a / sizes[0], a_test / sizes[0], b / sizes[1], b_test / sizes[1]
        best = max(permutations(range(5), 4), key=lambda p: float(np.sum(a * b[:, list(p)])))
        order = [*best, *(set(range(5)) - set(best))]
        folds.append(padded(a_test, b_test[:, order]))
    cosine = pooled_cosine(folds)
    options = {"folds": fold_of(x), "normalise": normalise}
    got = ours("permutation_procrustes", x, y, **options)
    assert got == pytest.approx(np.arccos(cosine), abs=1e-9)
    got = ours("permutation_procrustes", x, y, form="size_and_shape", **options)
    assert got == pytest.approx(np.sqrt(sum(np.sum((a - b) ** 2) for a, b in folds)), rel=1e-9)


@pytest.mark.parametrize("alpha", [0.0, 0.3])
@on(FULL_RANK)
def test_whitening_found_on_other_stimuli(x: Responses, y: Responses, alpha: float) -> None:
    folds = []
    for a, b, a_test, b_test in parts(x, y):
        share = len(a) / len(x)
        for_whitening = [
            alpha * np.eye(p.shape[1])
            + (1 - alpha) * share**0.5 * np.linalg.inv(np.real(sqrtm(p.T @ p)))
            for p in (a, b)
        ]
        a, a_test, b, b_test = (
            p @ w
            for p, w in zip((a, a_test, b, b_test), np.repeat(range(2), 2), strict=True)
            for w in [for_whitening[w]]
        )
        sizes = [np.linalg.norm(p) / share**0.5 for p in (a, b)]
        a, a_test, b, b_test = padded(
            a / sizes[0], a_test / sizes[0], b / sizes[1], b_test / sizes[1]
        )
        folds.append((a_test @ orthogonal_procrustes(a, b)[0], b_test))
    got = ours("whitened_procrustes", x, y, alpha=alpha, folds=fold_of(x))
    assert got == pytest.approx(np.arccos(pooled_cosine(folds)), abs=1e-7)


def canonical(a: Responses, b: Responses) -> tuple[Responses, Responses]:
    """Directions by eigenvectors, those that go together with one sign."""
    xx, yy, xy = a.T @ a, b.T @ b, a.T @ b
    squares, left = eig(np.linalg.solve(xx, xy) @ np.linalg.solve(yy, xy.T))
    order = np.argsort(-squares.real)[: min(xy.shape)]
    left = left[:, order].real
    return left, np.linalg.solve(yy, xy.T @ left)


@pytest.mark.parametrize("pca", [None, 2])
@on(FULL_RANK)
def test_canonical_directions_found_on_other_stimuli(
    x: Responses, y: Responses, pca: int | None
) -> None:
    scores = []
    for sides in parts(x, y):
        a, b, a_test, b_test = sides
        if pca:
            axes = [np.linalg.eigh(p.T @ p)[1][:, -pca:] for p in (a, b)]
            a, a_test, b, b_test = a @ axes[0], a_test @ axes[0], b @ axes[1], b_test @ axes[1]
        left, right = canonical(a, b)
        pairs = zip((a_test @ left).T, (b_test @ right).T, strict=True)
        scores.append(np.mean([pearsonr(u, v).statistic for u, v in pairs]))
    got = ours("cca", x, y, folds=fold_of(x), pca=pca)
    assert got == pytest.approx(np.mean(scores), abs=1e-7)


@pytest.mark.parametrize("measure", ["cca", "whitened_procrustes"])
def test_neurons_that_add_nothing_do_not_count(measure: str) -> None:
    """A population of rank 4, and one with neurons twice, are as those that span the same."""
    x, y = POPULATIONS["low rank 50x10, 50x11"]
    got = ours(measure, x, y, folds=fold_of(x))
    assert got == pytest.approx(ours(measure, x[:, :4], y[:, :8], folds=fold_of(x)), abs=1e-9)


def test_partners_of_other_stimuli() -> None:
    rng = np.random.default_rng(8)
    x = rng.normal(size=(30, 4))
    y = np.c_[x[:, ::-1] + rng.normal(size=x.shape), rng.normal(size=30)]
    found: dict[str, list[float]] = {"one": [], "semi": [], "both": [], "part": []}
    for one in range(3):
        seen, unseen = (correlations(x[on], y[on]) for on in (fold_of(x) != one, fold_of(x) == one))
        best = max(permutations(range(5), 4), key=lambda p: sum(seen[range(4), p]))
        found["one"].append(float(unseen[range(4), best].mean()))
        forth = float(unseen[range(4), seen.argmax(axis=1)].mean())
        back = float(unseen[seen.argmax(axis=0), range(5)].mean())
        found["semi"].append(forth)
        found["both"].append((forth + back) / 2)
        found["part"].append(float(np.sum(partial_plan(seen, 0.6) * unseen) / 0.6))
    wanted = {name: np.mean(each) for name, each in found.items()}
    folds = fold_of(x)
    assert ours("one_to_one_matching", x, y, folds=folds) == pytest.approx(wanted["one"])
    semi = "semi_matching_correlation"
    assert ours(semi, x, y, folds=folds) == pytest.approx(wanted["semi"])
    assert ours(semi, x, y, folds=folds, both_ways=True) == pytest.approx(wanted["both"])
    got = ours("partial_soft_matching", x, y, folds=folds, fraction=0.6)
    assert got == pytest.approx(wanted["part"], abs=1e-9)


def partial_plan(alike: np.ndarray, fraction: float) -> np.ndarray:
    """By linear programming: rows, columns and all of it bounded."""
    n, m = alike.shape
    rows, columns = np.kron(np.eye(n), np.ones(m)), np.kron(np.ones(n), np.eye(m))
    solved = linprog(
        -alike.ravel(),
        A_ub=np.vstack([rows, columns]),
        b_ub=[1 / n] * n + [1 / m] * m,
        A_eq=np.ones((1, n * m)),
        b_eq=[fraction],
    )
    return solved.x.reshape(n, m)


@on(VARYING)
def test_the_distance_of_soft_matching_is_that_of_its_correlation(
    x: Responses, y: Responses
) -> None:
    alike = ours("soft_matching_correlation", x, y, folds=fold_of(x))
    got = ours("soft_matching", x, y, folds=fold_of(x))
    assert got == pytest.approx(np.sqrt(2 - 2 * alike), abs=1e-10)
