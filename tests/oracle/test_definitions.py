"""Our measures against their definitions, written out naively.

Nothing here is taken from a package or from homolog: stimulus × stimulus matrices, loops
and enumeration, in float64. Slow and plain on purpose.
"""

from collections.abc import Callable
from itertools import combinations, permutations
from math import lcm

import numpy as np
import pytest
from scipy.optimize import linear_sum_assignment
from scipy.stats import kendalltau, pearsonr, rankdata, spearmanr
from tests.oracle.populations import POPULATIONS, Responses

from homolog import measures

TALL = {name: pair for name, pair in POPULATIONS.items() if not name.startswith("wide")}


def on(populations: dict[str, tuple[Responses, Responses]]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize(("x", "y"), populations.values(), ids=populations.keys())


def ours(name: str, x: Responses, y: Responses, **options: object) -> float:
    return float(measures.find(name).using(**options)(x, y))


def gram(x: Responses) -> np.ndarray:
    x = x - x.mean(axis=0)
    return x @ x.T


def gram_root(x: Responses) -> np.ndarray:
    """The symmetric square root of the Gram matrix, exact where it is singular."""
    u, s, _ = np.linalg.svd(x - x.mean(axis=0), full_matrices=False)
    return u * s @ u.T


def u_centred(k: np.ndarray) -> np.ndarray:
    """Szekely and Rizzo's U-centring, entry by entry, of a matrix whose diagonal is ignored."""
    m = len(k)
    sums = [sum(k[i, j] for j in range(m) if j != i) for i in range(m)]
    centred = np.zeros_like(k)
    for i in range(m):
        for j in range(m):
            if i != j:
                margins = (sums[i] + sums[j]) / (m - 2)
                centred[i, j] = k[i, j] - margins + sum(sums) / ((m - 1) * (m - 2))
    return centred


def cosine(a: np.ndarray, b: np.ndarray) -> float:
    return float(np.sum(a * b) / np.sqrt(np.sum(a * a) * np.sum(b * b)))


def correlations(x: Responses, y: Responses) -> np.ndarray:
    return np.array([[pearsonr(a, b).statistic for b in y.T] for a in x.T])


@on(POPULATIONS)
def test_cka_is_the_cosine_of_centred_gram_matrices(x: Responses, y: Responses) -> None:
    assert ours("cka", x, y) == pytest.approx(cosine(gram(x), gram(y)), abs=1e-12)


@on(POPULATIONS)
def test_unbiased_cka_is_the_cosine_of_u_centred_gram_matrices(x: Responses, y: Responses) -> None:
    expected = cosine(u_centred(x @ x.T), u_centred(y @ y.T))
    assert ours("unbiased_cka", x, y) == pytest.approx(expected, abs=1e-11)


@on(POPULATIONS)
def test_nbs_is_the_fidelity_of_gram_matrices(x: Responses, y: Responses) -> None:
    singular = np.linalg.svd(gram_root(x) @ gram_root(y), compute_uv=False)
    fidelity = singular.sum() / np.sqrt(np.trace(gram(x)) * np.trace(gram(y)))
    assert ours("nbs", x, y) == pytest.approx(fidelity, abs=1e-12)


@on(POPULATIONS)
def test_shape_distances_are_reached_by_a_rotation_and_by_none_undercut(
    x: Responses, y: Responses
) -> None:
    x, y = x - x.mean(axis=0), y - y.mean(axis=0)
    n = max(x.shape[1], y.shape[1])
    x, y = (np.pad(a, ((0, 0), (0, n - a.shape[1]))) for a in (x, y))
    u, _, vh = np.linalg.svd(y.T @ x)
    distance, angle = ours("size_and_shape", x, y), ours("procrustes", x, y)
    assert distance == pytest.approx(np.linalg.norm(x - y @ u @ vh), rel=1e-10, abs=1e-11)

    unit_x, unit_y = x / np.linalg.norm(x), y / np.linalg.norm(y)
    aligned = np.linalg.norm(unit_x - unit_y @ u @ vh)
    assert angle == pytest.approx(2 * np.arcsin(aligned / 2), rel=1e-10, abs=1e-12)

    rng = np.random.default_rng(0)
    for size in (0.01, 1.0):  # close to the optimum, and anywhere
        rotation, _ = np.linalg.qr(u @ vh + size * rng.normal(size=(n, n)))
        assert np.linalg.norm(x - y @ rotation) >= distance
        assert np.arccos(np.sum(unit_x * (unit_y @ rotation))) >= angle


@on(POPULATIONS)
def test_linear_regression_is_one_minus_the_residual_of_least_squares(
    x: Responses, y: Responses
) -> None:
    x, y = x - x.mean(axis=0), y - y.mean(axis=0)
    weights, *_ = np.linalg.lstsq(y, x, rcond=1e-9)
    expected = 1 - np.sum((x - y @ weights) ** 2) / np.sum(x**2)
    assert ours("linear_regression", x, y) == pytest.approx(expected, abs=1e-12)


@on(TALL)
def test_cca_is_the_mean_root_of_the_eigenvalues_of_regressing_there_and_back(
    x: Responses, y: Responses
) -> None:
    x, y = x - x.mean(axis=0), y - y.mean(axis=0)
    there_and_back = np.linalg.pinv(x, rcond=1e-9) @ y @ np.linalg.pinv(y, rcond=1e-9) @ x
    shared = min(np.linalg.matrix_rank(a, tol=1e-9 * np.linalg.norm(a, 2)) for a in (x, y))
    squares = np.sort(np.linalg.eigvals(there_and_back).real)[::-1][:shared]
    assert ours("cca", x, y) == pytest.approx(np.sqrt(squares).mean(), abs=1e-9)


DISSIMILARITIES = {
    "correlation": lambda a, b: 1 - pearsonr(a, b).statistic,
    "cosine": lambda a, b: 1 - a @ b / np.sqrt(a @ a * (b @ b)),
    "squared_euclidean": lambda a, b: np.mean((a - b) ** 2),
    "euclidean": lambda a, b: np.sqrt(np.mean((a - b) ** 2)),
    "poisson": lambda a, b: np.mean(divergence(a, b) + divergence(b, a)),
}


def divergence(counts: Responses, others: Responses) -> Responses:
    """Kullback-Leibler, between Poisson rates of counts and a tenth of a count of 1 each."""
    rates, others = (counts + 0.1) / 1.1, (others + 0.1) / 1.1
    return rates * np.log(rates / others) - rates + others


def whitened(correlated: bool) -> Callable[[Responses, Responses], float]:
    """With the covariance of the distances between patterns of independent noise."""

    def compare(a: Responses, b: Responses) -> float:
        n_stimuli = int(np.sqrt(2 * len(a))) + 1
        contrasts = np.array(
            [
                np.eye(n_stimuli)[i] - np.eye(n_stimuli)[j]
                for i, j in combinations(range(n_stimuli), 2)
            ]
        )
        root = np.linalg.cholesky(np.linalg.inv((contrasts @ contrasts.T) ** 2)).T
        if correlated:
            a, b = a - a.mean(), b - b.mean()
        return cosine(root @ a, root @ b)

    return compare


def concordance(a: Responses, b: Responses) -> float:
    """Mean product of the signs of all differences, ties counted as 0."""
    signs = [np.sign(v[:, None] - v)[np.triu_indices(len(v), 1)] for v in (a, b)]
    return float(np.mean(signs[0] * signs[1]))


def rank_covariance(a: Responses, b: Responses) -> float:
    """12 / (n³ - n) of the inner product of centred ranks."""
    n = len(a)
    first, second = (rankdata(v) - (n + 1) / 2 for v in (a, b))
    return float(12 * first @ second / (n**3 - n))


COMPARISONS = {
    "spearman": lambda a, b: spearmanr(a, b).statistic,
    "pearson": lambda a, b: pearsonr(a, b).statistic,
    "cosine": cosine,
    "kendall": lambda a, b: kendalltau(a, b).statistic,
    "rho_a": rank_covariance,
    "tau_a": concordance,
    "whitened_pearson": whitened(correlated=True),
    "whitened_cosine": whitened(correlated=False),
}


@pytest.mark.parametrize("dissimilarity", DISSIMILARITIES)
@pytest.mark.parametrize("name", ["wide 18x21, 18x26", "counts 30x6, 30x4"])
def test_rsa_compares_a_dissimilarity_for_every_pair_of_stimuli(
    name: str, dissimilarity: str
) -> None:
    """Rounded to 12 decimals, so that equal dissimilarities are equal."""
    x, y = (np.abs(p) if dissimilarity == "poisson" else p for p in POPULATIONS[name])
    unlike = DISSIMILARITIES[dissimilarity]
    first, second = (np.round([unlike(a, b) for a, b in combinations(p, 2)], 12) for p in (x, y))
    for comparison, compare in COMPARISONS.items():
        score = ours("rsa", x, y, dissimilarity=dissimilarity, comparison=comparison)
        assert score == pytest.approx(compare(first, second), abs=1e-10)


@on(POPULATIONS)
@pytest.mark.parametrize("dissimilarity", [one for one in DISSIMILARITIES if one != "poisson"])
def test_dissimilarity_difference_is_a_root_mean_square(
    x: Responses, y: Responses, dissimilarity: str
) -> None:
    unlike = DISSIMILARITIES[dissimilarity]
    gaps = [unlike(x[i], x[j]) - unlike(y[i], y[j]) for i, j in combinations(range(len(x)), 2)]
    got = ours("dissimilarity_difference", x, y, dissimilarity=dissimilarity)
    assert got == pytest.approx(np.sqrt(np.mean(np.square(gaps))), rel=1e-9)


@pytest.mark.parametrize("name", ["wide 18x21, 18x26", "counts 30x6, 30x4"])
def test_gaussian_dissimilarities_saturate(name: str) -> None:
    x, y = POPULATIONS[name]
    first, second = (
        1 - np.exp(-squares / np.append(np.repeat(squares, 2), np.zeros(len(p))).mean())
        for p in (x, y)
        for squares in [np.array([np.sum((a - b) ** 2) for a, b in combinations(p, 2)])]
    )
    for comparison in ("pearson", "cosine", "whitened_pearson", "spearman"):
        score = ours("rsa", x, y, dissimilarity="gaussian", comparison=comparison)
        rounded = np.round(first, 12), np.round(second, 12)
        assert score == pytest.approx(COMPARISONS[comparison](*rounded), abs=1e-10)


@pytest.mark.parametrize("comparison", COMPARISONS)
def test_of_geo_topological_dissimilarities_the_middle_counts(comparison: str) -> None:
    x, y = POPULATIONS["counts 30x6, 30x4"]
    cut = []
    for p in (x, y):
        values = np.array([np.mean((a - b) ** 2) for a, b in combinations(p, 2)])
        ends = np.quantile(values, [0.2, 0.7])
        cut.append(np.interp(np.round(values, 12), ends, [0, 1]))
    options = {"dissimilarity": "squared_euclidean", "low": 0.2, "high": 0.7}
    score = ours("rsa", x, y, comparison=comparison, **options)
    assert score == pytest.approx(COMPARISONS[comparison](*cut), abs=1e-10)


@pytest.mark.parametrize("dissimilarity", ["squared_euclidean", "euclidean"])
@pytest.mark.parametrize("comparison", ["spearman", "kendall"])
def test_equal_dissimilarities_of_spike_counts_share_a_rank(
    dissimilarity: str, comparison: str
) -> None:
    """Squared distances of counts are integers, so ties are known exactly, without rounding."""
    rng = np.random.default_rng(3)
    x = rng.poisson(0.5, size=(24, 4))
    y = np.maximum(x[:, :3] + rng.integers(-1, 2, size=(24, 3)), 0)
    first, second = (
        np.array([int(((a - b) ** 2).sum()) for a, b in combinations(p, 2)]) for p in (x, y)
    )
    assert len(np.unique(first)) < len(first) / 5
    score = ours("rsa", x, y, dissimilarity=dissimilarity, comparison=comparison)
    assert score == pytest.approx(COMPARISONS[comparison](first, second), abs=1e-12)


@on(POPULATIONS)
def test_soft_matching_is_an_assignment_of_copies(x: Responses, y: Responses) -> None:
    """Split every neuron into equal parts, until both sides have the same number of them."""
    alike = correlations(x, y)
    parts = lcm(*alike.shape)
    copies = alike.repeat(parts // alike.shape[0], 0).repeat(parts // alike.shape[1], 1)
    mean = copies[linear_sum_assignment(-copies)].mean()
    assert ours("soft_matching_correlation", x, y) == pytest.approx(mean, abs=1e-12)
    assert ours("soft_matching", x, y) == pytest.approx(np.sqrt(2 - 2 * mean), abs=1e-12)


@pytest.mark.parametrize("name", ["counts 30x6, 30x4", "small"])
def test_one_to_one_matching_is_the_best_of_all_pairings(name: str) -> None:
    rng = np.random.default_rng(11)
    x, y = POPULATIONS.get(name, (rng.normal(size=(25, 5)), rng.normal(size=(25, 7))))
    alike = correlations(x, y)
    small = alike if alike.shape[0] <= alike.shape[1] else alike.T
    best = max(
        np.mean([small[i, j] for i, j in enumerate(partners)])
        for partners in permutations(range(small.shape[1]), small.shape[0])
    )
    assert ours("one_to_one_matching", x, y) == pytest.approx(best, abs=1e-12)


@on({name: pair for name, pair in POPULATIONS.items() if not name.startswith("counts")})
@pytest.mark.parametrize("folds", [2, 3])
def test_held_out_matching_correlation(x: Responses, y: Responses, folds: int) -> None:
    """Copies of all neurons, assigned one to one on some stimuli and scored on the others."""
    fold = np.arange(len(x)) % folds
    n = lcm(x.shape[1], y.shape[1])
    scores: list[float] = []
    for one in range(folds):
        seen, unseen = (
            np.repeat(np.repeat(correlations(x[on], y[on]), n // x.shape[1], 0), n // y.shape[1], 1)
            for on in (fold != one, fold == one)
        )
        scores.append(float(np.mean(unseen[linear_sum_assignment(-seen)])))
    got = ours("soft_matching_correlation", x, y, folds=fold)
    assert got == pytest.approx(np.mean(scores), abs=1e-12)


@on(POPULATIONS)
def test_whitened_cosine_of_squared_distances_is_cka(x: Responses, y: Responses) -> None:
    score = ours("rsa", x, y, dissimilarity="squared_euclidean", comparison="whitened_cosine")
    assert score == pytest.approx(ours("cka", x, y), abs=1e-12)


@pytest.mark.parametrize("comparison", COMPARISONS)
def test_chance_of_rsa_is_the_mean_over_pairings(comparison: str) -> None:
    """All 120 pairings of five stimuli, whose dissimilarities tie."""
    rng = np.random.default_rng(0)
    x, y = rng.poisson(1.0, size=(5, 4)) * 1.0, rng.poisson(2.0, size=(5, 3)) * 1.0
    rsa = measures.find("rsa").using(dissimilarity="poisson", comparison=comparison)
    scores = [float(rsa(x, y[list(order)])) for order in permutations(range(5))]
    assert rsa.chance(rsa.summary(x), rsa.summary(y)) == pytest.approx(np.mean(scores), abs=1e-12)


@pytest.mark.parametrize("name", ["equal 45x9, 45x9", "wide 20x32, 20x13", "counts 30x6, 30x4"])
def test_chance_of_cka_is_the_mean_over_pairings(name: str) -> None:
    """4000 random pairings of the stimuli, within 4 standard errors."""
    x, y = POPULATIONS[name]
    cka = measures.find("cka")
    rng = np.random.default_rng(0)
    k, ell = gram(x), gram(y)
    drawn = [
        cosine(k, ell[order][:, order]) for order in (rng.permutation(len(y)) for _ in range(4000))
    ]
    error = np.std(drawn) / np.sqrt(len(drawn))
    assert abs(cka.chance(cka.summary(x), cka.summary(y)) - np.mean(drawn)) < 4 * error
