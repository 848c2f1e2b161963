"""Alignments of kernels against their definitions, written out naively.

Nothing here is taken from a package or from homolog: stimulus × stimulus matrices, entry by
entry where that is plainer, in float64.
"""

from collections.abc import Callable
from itertools import combinations

import numpy as np
import pytest
from scipy.spatial.distance import pdist, squareform
from tests.oracle.populations import POPULATIONS, Responses
from tests.oracle.test_definitions import cosine, gram, on, ours, u_centred

from homolog import measures
from homolog.measures import _alignment

SIGMA = 4.0

Kernel = Callable[[Responses, float], np.ndarray]
KERNELS: dict[str, Kernel] = {
    "rbf": lambda x, sigma: np.exp(-(squareform(pdist(x)) ** 2) / (2 * sigma**2)),
    "laplace": lambda x, sigma: np.exp(-squareform(pdist(x)) / sigma),
}


def centred(k: np.ndarray) -> np.ndarray:
    h = np.eye(len(k)) - 1 / len(k)
    return h @ k @ h


def without_diagonal(k: np.ndarray) -> np.ndarray:
    return k - np.diag(np.diag(k))


@pytest.mark.parametrize("relative", [True, False])
@pytest.mark.parametrize("kernel", KERNELS)
@on(POPULATIONS)
def test_other_kernels(x: Responses, y: Responses, kernel: str, relative: bool) -> None:
    bandwidth = 0.7 if relative else SIGMA
    units = [np.median(pdist(a)) if relative else 1 for a in (x, y)]
    k, ell = (KERNELS[kernel](a, bandwidth * u) for a, u in zip((x, y), units, strict=True))
    options = {"kernel": kernel, "bandwidth": bandwidth, "relative": relative}
    for got, expected in (
        (ours("cka", x, y, **options), cosine(centred(k), centred(ell))),
        (ours("cka", x, y, **options, centred=False), cosine(k, ell)),
        (ours("unbiased_cka", x, y, **options), cosine(u_centred(k), u_centred(ell))),
        (
            ours("cka", x, y, **options, diagonal=False),
            cosine(without_diagonal(centred(k)), without_diagonal(centred(ell))),
        ),
    ):
        assert got == pytest.approx(expected, abs=1e-10)


@on(POPULATIONS)
def test_linear_kernels_without_a_diagonal_or_a_centre(x: Responses, y: Responses) -> None:
    expected = cosine(without_diagonal(gram(x)), without_diagonal(gram(y)))
    assert ours("cka", x, y, diagonal=False) == pytest.approx(expected, abs=1e-12)
    assert ours("cka", x, y, centred=False) == pytest.approx(cosine(x @ x.T, y @ y.T), abs=1e-12)


@on(POPULATIONS)
def test_forms_are_functions_of_the_cosine(x: Responses, y: Responses) -> None:
    for name, options in {"cka": {}, "unbiased_cka": {"kernel": "rbf"}}.items():
        value = min(ours(name, x, y, **options), 1)
        tolerance = 1e-11 if value < 1 - 1e-9 else 1e-7  # a cosine near 1 has lost its digits
        for form, expected in {
            "angle": np.arccos(value),
            "chordal": np.sqrt(2 - 2 * value),
            "score": 1 - 2 / np.pi * np.arccos(value),
        }.items():
            got = ours(name, x, y, **options, form=form)
            assert got == pytest.approx(expected, abs=tolerance)


@pytest.mark.parametrize("diagonal", [True, False])
@pytest.mark.parametrize("neurons", [5, 60])
def test_angles_of_nearly_equal_populations_keep_their_digits(neurons: int, diagonal: bool) -> None:
    """A small step changes the angle in proportion, though the cosine is 1 to all its digits."""
    rng = np.random.default_rng(0)
    x, away = rng.normal(size=(2, 40, neurons))
    step = 1e-3

    def angle(size: float) -> float:
        return ours("cka", x, x + size * away, form="angle", diagonal=diagonal)

    slope = angle(step) / step
    for size in (1e-5, 1e-7, 1e-9):
        assert angle(size) / size == pytest.approx(slope, rel=3 * step)
    assert ours("cka", x, x, form="angle") == 0


def test_angles_are_the_same_by_a_few_rows_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(0)
    x, away = rng.normal(size=(2, 31, 5))
    pair = x, x + 1e-6 * away
    whole = [
        ours("unbiased_cka", *pair, form="chordal", kernel=kernel) for kernel in ("linear", "rbf")
    ]
    monkeypatch.setattr(_alignment, "_ROW_ENTRIES", 4 * 31)
    for kernel, expected in zip(("linear", "rbf"), whole, strict=True):
        got = ours("unbiased_cka", *pair, form="chordal", kernel=kernel)
        assert got == pytest.approx(expected, rel=1e-9)


def test_a_wide_kernel_is_linear_and_a_narrow_one_makes_all_alike() -> None:
    x, y = POPULATIONS["unrelated 80x6, 80x9"]
    wide = ours("cka", x, y, kernel="rbf", bandwidth=1e5)
    assert wide == pytest.approx(ours("cka", x, y), abs=1e-8)
    assert ours("cka", x, y, kernel="rbf", bandwidth=0.15) > 0.9


@pytest.mark.parametrize("options", [{"diagonal": False}, {"kernel": "rbf"}])
def test_chance_is_the_mean_over_pairings(options: dict[str, object]) -> None:
    """4000 random pairings of the stimuli, within 4 standard errors."""
    x, y = POPULATIONS["counts 30x6, 30x4"]
    cka = measures.find("cka").using(**options)
    rng = np.random.default_rng(0)
    k, ell = (
        centred(KERNELS["rbf"](a, np.median(pdist(a)))) if "kernel" in options else gram(a)
        for a in (x, y)
    )
    if "diagonal" in options:
        k, ell = without_diagonal(k), without_diagonal(ell)
    orders = (rng.permutation(len(y)) for _ in range(4000))
    drawn = [cosine(k, ell[order][:, order]) for order in orders]
    error = np.std(drawn) / np.sqrt(len(drawn))
    assert abs(cka.chance(cka.summary(x), cka.summary(y)) - np.mean(drawn)) < 4 * error


@on(POPULATIONS)
def test_distance_correlation_of_doubly_centred_distances(x: Responses, y: Responses) -> None:
    a, b = (squareform(pdist(one)) for one in (x, y))
    biased = np.sqrt(cosine(centred(a), centred(b)))
    # Distances of equal stimuli are roots of what rounding leaves.
    assert ours("distance_correlation", x, y) == pytest.approx(biased, abs=1e-9)
    unbiased = cosine(u_centred(a), u_centred(b))
    assert ours("distance_correlation", x, y, unbiased=True) == pytest.approx(unbiased, abs=1e-9)


def test_distance_correlation_sees_what_no_line_can_follow() -> None:
    """A circle and one of twice the frequency are uncorrelated, and yet the one tells the other."""
    angle = np.linspace(0, 2 * np.pi, 200, endpoint=False)
    x, y = (np.column_stack([np.cos(k * angle), np.sin(k * angle)]) for k in (1, 2))
    assert ours("cka", x, y) < 1e-20
    assert ours("distance_correlation", x, y) > 0.1


@on(POPULATIONS)
def test_ensd_counts_dimensions(x: Responses, y: Responses) -> None:
    """Covariances between neurons, of stimuli drawn at random, without a Gram matrix."""
    joint = np.cov(x.T, y.T)
    own_x, own_y = joint[: x.shape[1], : x.shape[1]], joint[x.shape[1] :, x.shape[1] :]
    cross = joint[: x.shape[1], x.shape[1] :]
    traces = np.trace(own_x) * np.trace(own_y)
    norms = np.sum(own_x**2) * np.sum(own_y**2)
    assert ours("ensd", x, y) == pytest.approx(traces * np.sum(cross**2) / norms, rel=1e-10)


@pytest.mark.parametrize("shared", [0, 1, 3, 5])
def test_ensd_of_equally_strong_directions_is_how_many_are_shared(shared: int) -> None:
    drawn = np.random.default_rng(0).normal(size=(30, 12))
    basis = np.linalg.qr(drawn - drawn.mean(axis=0))[0]
    x, y = basis[:, :5], 7 * basis[:, 5 - shared : 11 - shared]
    assert ours("ensd", x, y) == pytest.approx(shared, abs=1e-12)


def song(k: np.ndarray, ell: np.ndarray) -> float:
    """The unbiased estimator, for matrices that need not be symmetric, up to a factor."""
    m, total = len(k), 0.0
    for i in range(m):
        for j in range(m):
            if i != j:
                ends = sum(ell[j, n] for n in range(m))
                total += k[i, j] * (ell[j, i] - 2 * ends / (m - 2))
    return total + k.sum() * ell.sum() / ((m - 1) * (m - 2))


@pytest.mark.parametrize("k", [3, 10])
@pytest.mark.parametrize(
    "name", ["wide 18x21, 18x26", "rotated 40x8, 40x8", "unrelated 80x6, 80x9"]
)
def test_cknna_keeps_what_is_near_for_both(name: str, k: int) -> None:
    grams = [without_diagonal(gram(a)) for a in POPULATIONS[name]]
    near = [np.zeros_like(one) for one in grams]
    for one, mask in zip(grams, near, strict=True):
        for i, row in enumerate(one):
            mask[i, sorted((j for j in range(len(row)) if j != i), key=lambda j: -row[j])[:k]] = 1
    both = near[0] * near[1]
    norms = [song(mask * one, mask * one) for mask, one in zip(near, grams, strict=True)]
    expected = song(both * grams[0], both * grams[1]) / np.sqrt(norms[0] * norms[1])
    assert ours("cknna", *POPULATIONS[name], k=k) == pytest.approx(expected, abs=1e-10)
    shared = song(near[0] * grams[0], near[1] * grams[1]) / np.sqrt(norms[0] * norms[1])
    got = ours("cknna", *POPULATIONS[name], k=k, kept="own")
    assert got == pytest.approx(shared, abs=1e-10)


def test_overlaps_of_all_minibatches_average_to_that_of_all_stimuli() -> None:
    """So a sum over some of them estimates what unbiased CKA computes, and no more."""
    x, y = np.random.default_rng(0).normal(size=(2, 8, 3))

    def overlap(a: Responses, b: Responses) -> float:
        return float(np.sum(u_centred(a @ a.T) * u_centred(b @ b.T))) / (len(a) * (len(a) - 3))

    batches = [list(batch) for batch in combinations(range(8), 5)]
    means = [
        np.mean([overlap(a[batch], b[batch]) for batch in batches])
        for a, b in ((x, y), (x, x), (y, y))
    ]
    assert means[0] == pytest.approx(overlap(x, y), abs=1e-12)
    assert ours("unbiased_cka", x, y) == pytest.approx(means[0] / np.sqrt(means[1] * means[2]))
    some = [sum(overlap(a[b], c[b]) for b in batches[:3]) for a, c in ((x, y), (x, x), (y, y))]
    assert abs(some[0] / np.sqrt(some[1] * some[2]) - ours("unbiased_cka", x, y)) > 0.01


@pytest.mark.parametrize("kernel", ["linear", "rbf"])
@on(POPULATIONS)
def test_minibatches_sum_the_overlaps_of_each(x: Responses, y: Responses, kernel: str) -> None:
    dealt = np.random.default_rng(3).permutation(len(x)) % 4
    sums = np.zeros(3)
    for rows in (np.flatnonzero(dealt == batch) for batch in range(4)):
        k, ell = (
            u_centred((gram(a) if kernel == "linear" else by_median(a))[np.ix_(rows, rows)])
            for a in (x, y)
        )
        m = len(rows)
        sums += [np.sum(a * b) / (m * (m - 3)) for a, b in ((k, ell), (k, k), (ell, ell))]
    got = ours("unbiased_cka", x, y, batches=4, rng=3, kernel=kernel)
    assert got == pytest.approx(sums[0] / np.sqrt(sums[1] * sums[2]), abs=1e-10)


def by_median(x: Responses) -> np.ndarray:
    return KERNELS["rbf"](x, np.median(pdist(x)))


def test_one_minibatch_is_all_stimuli() -> None:
    x, y = POPULATIONS["equal 45x9, 45x9"]
    assert ours("unbiased_cka", x, y, batches=1) == pytest.approx(ours("unbiased_cka", x, y))


@on(POPULATIONS)
def test_kernel_distance_is_the_norm_of_the_difference(x: Responses, y: Responses) -> None:
    m = len(x)
    k, ell = gram(x) / x.shape[1], gram(y) / y.shape[1]
    expected = np.sqrt(np.mean((k - ell) ** 2))
    assert ours("kernel_distance", x, y) == pytest.approx(expected, rel=1e-10)
    unbiased = np.sqrt(np.sum(u_centred(k - ell) ** 2) / (m * (m - 3)))
    got = ours("kernel_distance", x, y, unbiased=True)
    assert got == pytest.approx(unbiased, rel=1e-10)


def test_kernel_distance_is_how_far_decoders_are_apart() -> None:
    """Root mean square over random targets z of the difference of X X'z and Y Y'z."""
    rng = np.random.default_rng(0)
    x, y = POPULATIONS["equal 45x9, 45x9"]
    targets = rng.normal(size=(45, 40_000))
    read = [gram(a) / a.shape[1] @ targets for a in (x, y)]
    apart = np.sqrt(np.mean(np.sum((read[0] - read[1]) ** 2, axis=0))) / 45
    assert ours("kernel_distance", x, y) == pytest.approx(apart, rel=0.02)


def test_an_unbiased_kernel_distance_does_not_fall_with_more_stimuli() -> None:
    """Of the same two populations; the plain one takes the diagonals for signal."""
    rng = np.random.default_rng(0)
    mix = rng.normal(size=(2, 3, 30))

    def mean(n_stimuli: int, **options: object) -> float:
        squares = []
        for _ in range(300):
            latent = rng.normal(size=(n_stimuli, 3))
            noise = rng.normal(size=(2, n_stimuli, 30))
            squares.append(ours("kernel_distance", *(latent @ mix + noise), **options) ** 2)
        return float(np.mean(squares))

    few, many = mean(12, unbiased=True), mean(60, unbiased=True)
    assert few == pytest.approx(many, rel=0.1)
    assert abs(mean(12) / mean(60) - 1) > 0.02
