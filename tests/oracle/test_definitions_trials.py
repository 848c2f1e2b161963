"""Measures of single trials and of time against their definitions, written out naively."""

from itertools import combinations, permutations

import numpy as np
import pytest
from scipy.linalg import sqrtm
from scipy.optimize import minimize_scalar

from homolog import measures
from homolog.measures._single_trials import (
    poisson_divergences,
    shrunk_covariance,
    squared_distances,
    whitened,
)

Trials = np.ndarray


def trials(rng: np.random.Generator, n_stimuli: int, n_trials: int, n: int) -> Trials:
    """(stimulus, trial, neuron) responses whose neurons share noise."""
    signal = rng.normal(size=(n_stimuli, 1, n)) + 2 * rng.normal(size=n)
    return signal + rng.normal(size=(n_stimuli, n_trials, n)) @ rng.normal(size=(n, n)) / 2


@pytest.fixture
def pair(rng: np.random.Generator) -> tuple[Trials, Trials]:
    x, y = trials(rng, 9, 4, 6), trials(rng, 9, 3, 5)
    return x, y + x[:, :3, :5]


def pairs_of(matrix: np.ndarray) -> np.ndarray:
    return np.array([matrix[i, j] for i, j in combinations(range(len(matrix)), 2)])


def covariance(x: Trials) -> np.ndarray:
    """Ledoit and Wolf's, with loops over rows, in degrees of freedom of the trials."""
    rows = np.concatenate([one - one.mean(axis=0) for one in x])
    n, p = rows.shape
    s = sum(np.outer(r, r) for r in rows) / n
    m = np.trace(s) / p
    d = np.sum((s - m * np.eye(p)) ** 2)
    b = min(sum(np.sum((np.outer(r, r) - s) ** 2) for r in rows) / n**2, d)
    return (b / d * m * np.eye(p) + (d - b) / d * s) * n / (len(x) * (x.shape[1] - 1))


def distances(x: Trials, precision: np.ndarray) -> np.ndarray:
    """Mean over all couples of different trials of the product of differences."""
    n_trials = x.shape[1]
    return np.array(
        [
            np.mean(
                [
                    (x[i, s] - x[j, s]) @ precision @ (x[i, t] - x[j, t]) / x.shape[2]
                    for s in range(n_trials)
                    for t in range(n_trials)
                    if s != t
                ]
            )
            for i, j in combinations(range(len(x)), 2)
        ]
    )


PRECISIONS = {
    "shrunk": lambda x: np.linalg.inv(covariance(x)),
    "diagonal": lambda x: np.diag(1 / x.var(axis=1, ddof=1).mean(axis=0)),
    "identity": lambda x: np.eye(x.shape[2]),
}


@pytest.mark.parametrize("noise", PRECISIONS)
@pytest.mark.parametrize("comparison", ["cosine", "pearson"])
def test_crossnobis_compares_products_of_different_trials(pair, noise, comparison):
    a, b = (distances(one, PRECISIONS[noise](one)) for one in pair)
    if comparison == "pearson":
        a, b = a - a.mean(), b - b.mean()
    expected = a @ b / np.linalg.norm(a) / np.linalg.norm(b)
    ours = measures.find("crossnobis").using(noise=noise, comparison=comparison)
    assert float(ours(*pair)) == pytest.approx(expected, abs=1e-10)


def test_without_cross_validation_it_is_rsa_of_whitened_means(pair):
    crossnobis = measures.find("crossnobis").using(cross_validated=False, comparison="spearman")
    rsa = measures.find("rsa").using(dissimilarity="squared_euclidean")
    roots = [np.linalg.cholesky(np.linalg.inv(covariance(one))) for one in pair]
    means = [one.mean(axis=1) @ root for one, root in zip(pair, roots, strict=True)]
    assert float(crossnobis(*pair)) == pytest.approx(float(rsa(*means)), abs=1e-12)


def test_whitened_cosine_weighs_by_the_covariance_of_pairs(pair):
    """By the inverse of the (pair, pair) covariance of independent noise, written out."""
    couples = list(combinations(range(9), 2))
    contrast = np.zeros((len(couples), 9))
    for row, (i, j) in enumerate(couples):
        contrast[row, i], contrast[row, j] = 1, -1
    inverse = np.linalg.inv((contrast @ contrast.T) ** 2)
    a, b = (distances(one, PRECISIONS["shrunk"](one)) for one in pair)
    expected = a @ inverse @ b / np.sqrt(a @ inverse @ a * (b @ inverse @ b))
    assert float(measures.find("crossnobis")(*pair)) == pytest.approx(expected, abs=1e-10)


def test_distances_are_those_of_the_true_means_on_average(rng):
    """And plain ones are larger by the noise: 2 / 3 of its variance, in 3 trials."""
    truth = rng.normal(size=(5, 1, 4))
    wanted = [np.mean((truth[i] - truth[j]) ** 2) for i, j in combinations(range(5), 2)]
    found = {True: [], False: []}
    for _ in range(3000):
        x = truth + rng.normal(size=(5, 3, 4))
        for kind, kept in found.items():
            kept.append(pairs_of(squared_distances(x, cross_validated=kind)))
    np.testing.assert_allclose(np.mean(found[True], axis=0), wanted, atol=0.1)
    np.testing.assert_allclose(np.mean(found[False], axis=0), np.add(wanted, 2 / 3), atol=0.1)


def divergences(rates: Trials, logs: Trials) -> np.ndarray:
    return np.array(
        [
            np.mean((rates[i] - rates[j]) * (logs[i] - logs[j]))
            for i, j in combinations(range(len(rates)), 2)
        ]
    )


def test_poisson_is_the_mean_over_all_folds(rng):
    """One package gives the last fold alone."""
    x = (rng.poisson(3.0, size=(7, 4, 5)) + 0.1) / 1.1
    folds = [divergences(np.delete(x, t, axis=1).mean(axis=1), np.log(x[:, t])) for t in range(4)]
    ours = pairs_of(poisson_divergences(x, cross_validated=True))
    np.testing.assert_allclose(ours, np.mean(folds, axis=0), atol=1e-12)
    assert np.abs(ours - folds[-1]).max() > 0.05


def test_crossnobis_of_counts(rng):
    x, y = rng.poisson(3.0, size=(2, 8, 4, 5)).astype(float)
    folds = []
    for counts in (x, y):
        rates = (counts + 0.1) / 1.1
        each = [
            divergences(np.delete(rates, t, axis=1).mean(axis=1), np.log(rates[:, t]))
            for t in range(4)
        ]
        folds.append(np.mean(each, axis=0))
    ours = measures.find("crossnobis").using(dissimilarity="poisson", comparison="cosine")
    expected = folds[0] @ folds[1] / np.linalg.norm(folds[0]) / np.linalg.norm(folds[1])
    assert float(ours(x, y)) == pytest.approx(expected, abs=1e-12)


class TestRsatoolbox:
    """Its own numbers, from a package of others."""

    @pytest.fixture
    def theirs(self, pair):
        data = pytest.importorskip("rsatoolbox.data")
        x = pair[0]
        n_stimuli, n_trials, _ = x.shape
        about = {
            "stimulus": np.repeat(np.arange(n_stimuli), n_trials),
            "trial": np.tile(np.arange(n_trials), n_stimuli),
        }
        return data.Dataset(x.reshape(-1, x.shape[2]), obs_descriptors=about)

    def test_covariance(self, pair, theirs):
        from rsatoolbox.data import noise

        expected = noise.cov_from_measurements(theirs, "stimulus", method="shrinkage_eye")
        rows = pair[0] - pair[0].mean(axis=1, keepdims=True)
        ours = shrunk_covariance(rows.reshape(-1, rows.shape[2]))
        np.testing.assert_allclose(ours / np.trace(ours), expected / np.trace(expected), atol=1e-12)

    def test_crossnobis(self, pair, theirs):
        from rsatoolbox.rdm import calc_rdm

        expected = calc_rdm(
            theirs,
            "crossnobis",
            "stimulus",
            noise=np.linalg.inv(covariance(pair[0])),
            cv_descriptor="trial",
        )
        ours = squared_distances(whitened(pair[0], "shrunk", "it"), cross_validated=True)
        np.testing.assert_allclose(pairs_of(ours), expected.dissimilarities[0], atol=1e-10)

    def test_poisson_of_its_last_fold(self, pair, theirs):
        from rsatoolbox.rdm import calc_rdm

        theirs.measurements = np.abs(theirs.measurements)
        rates = (np.abs(pair[0]) + 0.1) / 1.1
        last = divergences(rates[:, :-1].mean(axis=1), np.log(rates[:, -1]))
        expected = calc_rdm(theirs, "poisson_cv", "stimulus", cv_descriptor="trial")
        np.testing.assert_allclose(last, expected.dissimilarities[0], atol=1e-10)


# Stochastic shape


def bures(a: np.ndarray, b: np.ndarray) -> float:
    """Squared distance of two covariances, by matrix roots."""
    root = sqrtm(a).real
    return float(np.trace(a + b - 2 * sqrtm(root @ b @ root).real))


def apart(x: Trials, y: Trials, q: np.ndarray, of_means: float, of_noise: float) -> float:
    """The mean over stimuli of what is to be minimised, for one rotation of y."""
    means = [one.mean(axis=1) - one.mean(axis=(0, 1)) for one in (x, y @ q)]
    noise = [[np.cov(cloud.T) for cloud in one] for one in (x, y @ q)]
    shifts = np.sum((means[0] - means[1]) ** 2, axis=1)
    return float(of_means * shifts.mean() + of_noise * np.mean([*map(bures, *noise)]))


def turned(angle: float, mirrored: bool) -> np.ndarray:
    c, s = np.cos(angle), np.sin(angle)
    return np.array([[c, -s], [s, c]]) @ np.diag([1.0, -1.0 if mirrored else 1.0])


def best_turn(x: Trials, y: Trials, of_means: float, of_noise: float) -> np.ndarray:
    """The rotation or reflection of two neurons with the smallest distance, by going round."""
    found = []
    for mirrored in (False, True):
        cost = lambda angle, m=mirrored: apart(x, y, turned(angle, m), of_means, of_noise)  # noqa: E731
        coarse = min(np.linspace(0, 2 * np.pi, 37), key=cost)
        near = (coarse - 0.2, coarse + 0.2)
        fine = minimize_scalar(cost, bounds=near, method="bounded", options={"xatol": 1e-10})
        found.append((fine.fun, turned(fine.x, mirrored)))
    return min(found, key=lambda one: one[0])[1]


@pytest.fixture
def clouds(rng: np.random.Generator) -> tuple[Trials, Trials]:
    return trials(rng, 5, 4, 2), trials(rng, 5, 6, 2)


@pytest.mark.parametrize("alpha", [0.0, 0.25, 1.0, 1.7])
def test_stochastic_shape_is_the_smallest_distance_of_all_rotations(clouds, alpha):
    """Minimised by the weights it is scored with: with their squares, it is another rotation."""
    x, y = clouds
    ours = float(measures.find("stochastic_shape").using(alpha=alpha, starts=5)(x, y))
    best = best_turn(x, y, alpha, 2 - alpha)
    assert ours == pytest.approx(np.sqrt(apart(x, y, best, alpha, 2 - alpha)), abs=1e-7)
    squares = best_turn(x, y, alpha**2, (2 - alpha) ** 2)
    if alpha in (0.25, 1.7):
        assert np.sqrt(apart(x, y, squares, alpha, 2 - alpha)) > ours + 1e-4


def test_no_rotation_undercuts_stochastic_shape(rng):
    """With a smaller population, which silent neurons fill up."""
    x, y = trials(rng, 6, 5, 4), trials(rng, 6, 4, 3)
    filled = np.concatenate([y, np.zeros((6, 4, 1))], axis=2)
    ours = float(measures.find("stochastic_shape")(x, y))
    for _ in range(100):
        q = np.linalg.qr(rng.normal(size=(4, 4))).Q
        assert np.sqrt(apart(x, filled, q, 1.0, 1.0)) > ours


def test_means_alone_are_size_and_shape(rng):
    x, y = trials(rng, 8, 3, 5), trials(rng, 8, 4, 3)
    ours = float(measures.find("stochastic_shape").using(alpha=2.0)(x, y))
    means = measures.find("size_and_shape")(x.mean(axis=1), y.mean(axis=1))
    assert ours == pytest.approx(np.sqrt(2 / 8) * float(means), abs=1e-12)


def test_a_rotated_population_of_more_trials_than_neurons_is_at_distance_0(rng):
    x = trials(rng, 6, 9, 4)
    rotated = x @ np.linalg.qr(rng.normal(size=(4, 4))).Q + rng.normal(size=4)
    assert float(measures.find("stochastic_shape")(x, rotated)) == pytest.approx(0, abs=1e-9)


def test_noise_tells_apart_what_means_do_not(rng):
    x = trials(rng, 6, 9, 4)
    wider = x.mean(axis=1, keepdims=True) + 2 * (x - x.mean(axis=1, keepdims=True))
    shape = measures.find("stochastic_shape")
    scatter = np.mean([np.trace(np.cov(one.T)) for one in x])
    assert float(shape.using(alpha=2.0)(x, wider)) == pytest.approx(0, abs=1e-7)
    assert float(shape(x, wider)) <= np.sqrt(scatter) * (1 + 1e-12)
    assert float(shape(x, wider)) > 0.9 * np.sqrt(scatter)


def test_more_starts_do_no_harm(rng):
    shape = measures.find("stochastic_shape")
    x, y = trials(rng, 7, 4, 6), trials(rng, 7, 4, 6)
    found = [float(shape.using(starts=n, alpha=0.3)(x, y)) for n in (0, 2, 6)]
    assert found == sorted(found, reverse=True)


# Dynamics


def unfolding(rng: np.random.Generator, eigenvalues: list[complex], n: int) -> Trials:
    """(stimulus, time, neuron) responses that a law with these eigenvalues predicts exactly."""
    start = rng.normal(size=(7, len(eigenvalues))) + 1j * rng.normal(size=(7, len(eigenvalues)))
    start -= start.mean(axis=0)  # so that the mean over stimuli and times is 0 at each time
    course = start[:, None, :] * np.array(eigenvalues) ** np.arange(15)[:, None]
    shown = np.concatenate([course.real, course.imag], axis=2)
    return shown @ rng.normal(size=(shown.shape[2], n))


SLOW, FAST, FASTER = 0.9 * np.exp(0.3j), 0.8 * np.exp(1.2j), 0.85 * np.exp(1.5j)


@pytest.mark.parametrize(("delays", "n"), [(1, 6), (3, 3), (4, 2)])
def test_dsa_is_the_distance_of_the_true_eigenvalues(rng, delays, n):
    """Also where neurons are fewer than modes: delays show them. A law has both conjugates."""
    x, y = unfolding(rng, [SLOW, FAST], n), unfolding(rng, [SLOW, FASTER], n)
    dsa = measures.find("dsa").using(delays=delays, rank=4)
    assert float(dsa(x, y)) == pytest.approx(abs(FAST - FASTER) / np.sqrt(2), abs=1e-6)
    assert float(dsa(x, unfolding(rng, [FAST, SLOW], n + 1))) == pytest.approx(0, abs=1e-6)


def spectrum(x: Trials, delays: int, rank: int) -> np.ndarray:
    """With loops, by the pseudoinverse, in principal components with their sizes."""
    x = x - x.mean(axis=(0, 1))
    windows = np.array(
        [
            [np.concatenate(list(one[t : t + delays])) for t in range(len(one) - delays + 1)]
            for one in x
        ]
    )
    covariance = sum(window.T @ window for window in windows)
    scores = windows @ np.linalg.eigh(covariance)[1][:, -rank:]
    before = np.concatenate([one[:-1] for one in scores])
    after = np.concatenate([one[1:] for one in scores])
    return np.linalg.eigvals(np.linalg.pinv(before) @ after)


@pytest.mark.parametrize(("delays", "rank"), [(1, 3), (3, 5), (5, 4)])
def test_dsa_pairs_eigenvalues_at_the_least_cost(rng, delays, rank):
    x, y = rng.normal(size=(6, 12, 4)).cumsum(axis=1), rng.normal(size=(6, 12, 5))
    a, b = spectrum(x, delays, rank), spectrum(y, delays, rank)
    costs = [np.mean(np.abs(a - b[list(order)]) ** 2) for order in permutations(range(rank))]
    ours = measures.find("dsa").using(delays=delays, rank=rank)
    assert float(ours(x, y)) == pytest.approx(np.sqrt(min(costs)), abs=1e-9)
