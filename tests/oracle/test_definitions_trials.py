"""Measures of single trials and of time against their definitions, written out naively."""

from itertools import combinations

import numpy as np
import pytest

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
