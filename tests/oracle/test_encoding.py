"""Encoding scores beside scikit-learn, at the same folds."""

import numpy as np
import pytest

pytest.importorskip("sklearn")

from scipy.stats import pearsonr
from sklearn.cross_decomposition import PLSRegression
from sklearn.linear_model import LinearRegression, Ridge, RidgeCV

from homolog import encoding, measures
from homolog.encoding import _predicting as predicting
from homolog.encoding import _ridge as ridge_file
from homolog.encoding import folds_of
from homolog.measures._ridge import PENALTIES

N_STIMULI, N_NEURONS = 60, 6
GROUPS = (np.arange(N_STIMULI) * 7 % 45 // 3).tolist()


@pytest.fixture(params=[8, 90], ids=["fewer neurons than stimuli", "more neurons than stimuli"])
def layer(request, rng):
    shared = rng.normal(size=(N_STIMULI, 4)) @ rng.normal(size=(4, request.param))
    return 5 + shared + 0.5 * rng.normal(size=(N_STIMULI, request.param))


@pytest.fixture
def brain(layer, rng):
    noise = rng.normal(size=(N_STIMULI, N_NEURONS)) * np.logspace(-1, 2, N_NEURONS)
    return 3 + layer[:, :5] @ rng.normal(size=(5, N_NEURONS)) + noise


@pytest.fixture
def folds():
    return folds_of(N_STIMULI, 4, "random", None, 0)


@pytest.fixture(params=["all at once", "two neurons at a time"], autouse=True)
def chunked(request, monkeypatch):
    """Every path is compared whole, and in pieces of a few neurons of layer and recording."""
    if request.param != "all at once":
        monkeypatch.setattr(predicting, "BYTES_AT_ONCE", 8 * N_STIMULI * 2)
        monkeypatch.setattr(ridge_file, "_COLUMNS", 7)


def scored(layer, brain, chosen, **held_out):
    found = encoding.score({"layer": layer}, brain, map=chosen, folds=4, ceiling=None, **held_out)
    return found.correlation[0], found.share[0]


def expected(folds, brain, predict):
    """Correlation and share of variance of what `predict(fold)` says of the held-out stimuli."""
    missed = spread = np.zeros(brain.shape[1])
    correlations = []
    for fold in folds:
        predicted, actual = predict(fold), brain[fold.test]
        correlations.append([pearsonr(a, b)[0] for a, b in zip(predicted.T, actual.T, strict=True)])
        missed = missed + ((actual - predicted) ** 2).sum(0)
        spread = spread + ((actual - brain[fold.train].mean(0)) ** 2).sum(0)
    return np.mean(correlations, axis=0), 1 - missed / spread


def agrees(found, wanted, tolerance=1e-8):
    for ours, theirs in zip(found, wanted, strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=0, atol=tolerance)


def test_ridge_of_one_penalty(layer, brain, folds):
    def predict(fold):
        return Ridge(alpha=30.0).fit(layer[fold.train], brain[fold.train]).predict(layer[fold.test])

    agrees(scored(layer, brain, encoding.Ridge(30.0)), expected(folds, brain, predict))


def test_ridge_leaving_out_single_stimuli_chooses_the_same_penalty_for_every_neuron(
    layer, brain, folds
):
    penalties = np.logspace(-2, 4, 13)
    chosen = []

    def predict(fold):
        theirs = RidgeCV(alphas=penalties, alpha_per_target=True)
        theirs.fit(layer[fold.train], brain[fold.train])
        chosen.append(theirs.alpha_)
        return theirs.predict(layer[fold.test])

    wanted = expected(folds, brain, predict)
    agrees(scored(layer, brain, encoding.Ridge(penalties.tolist(), "leave-one-out")), wanted)
    assert len(np.unique(chosen)) > 3  # so that one penalty for all would not do


@pytest.mark.parametrize(
    ("split", "groups", "choice"),
    [
        ("random", GROUPS, "generalised"),
        ("blocks", GROUPS, "leave-one-out"),
        ("blocks", None, "generalised"),
    ],
)
def test_ridge_leaving_out_whole_groups_of_training_stimuli(layer, brain, split, groups, choice):
    """Each inner fold is fitted anew, on what the other inner folds hold."""
    penalties, chosen = np.logspace(-2, 4, 7), []

    def errors_of(penalty, x, y, parts):
        missed = np.zeros(N_NEURONS)
        for part in parts:
            others = np.setdiff1d(np.arange(len(x)), part)
            fitted = Ridge(alpha=penalty, solver="svd").fit(x[others], y[others])
            missed += ((y[part] - fitted.predict(x[part])) ** 2).sum(0)
        return missed

    def predict(fold):
        x, y = layer[fold.train], brain[fold.train]
        found = [errors_of(penalty, x, y, fold.within) for penalty in penalties]
        best = penalties[np.argmin(found, axis=0)]
        chosen.append(best)
        return Ridge(alpha=best, solver="svd").fit(x, y).predict(layer[fold.test])

    wanted = expected(folds_of(N_STIMULI, 4, split, groups, 0), brain, predict)
    ours = encoding.Ridge(penalties.tolist(), choice)
    agrees(scored(layer, brain, ours, split=split, groups=groups), wanted)
    assert len(np.unique(chosen)) > 3


def test_generalised_cross_validation_minimises_its_formula(layer, brain, folds):
    """Golub, Heath and Wahba (1979), with the hat matrix written out."""

    def predict(fold):
        x, mean = layer[fold.train], layer[fold.train].mean(0)
        n, centred = len(x), x - mean
        penalties = np.asarray(PENALTIES) * (centred**2).sum() / x.shape[1]
        y = brain[fold.train] - brain[fold.train].mean(0)
        gram, errors = centred @ centred.T, []
        for penalty in penalties:
            hat = gram @ np.linalg.inv(gram + penalty * np.eye(n)) + 1 / n
            errors.append(((y - hat @ y) ** 2).sum(0) / np.trace(np.eye(n) - hat) ** 2)
        best = penalties[np.argmin(errors, axis=0)]
        return Ridge(alpha=best).fit(x, brain[fold.train]).predict(layer[fold.test])

    agrees(scored(layer, brain, "ridge"), expected(folds, brain, predict))


def test_partial_least_squares(layer, brain, folds):
    def predict(fold):
        theirs = PLSRegression(3, scale=False, tol=1e-15, max_iter=10_000)
        return theirs.fit(layer[fold.train], brain[fold.train]).predict(layer[fold.test])

    found = scored(layer, brain, encoding.PartialLeastSquares(3))
    agrees(found, expected(folds, brain, predict), 1e-7)


def test_one_to_one(layer, brain, folds):
    def predict(fold):
        both = np.corrcoef(layer[fold.train].T, brain[fold.train].T)
        best = both[: layer.shape[1], layer.shape[1] :].argmax(axis=0)
        columns = [
            LinearRegression()
            .fit(layer[fold.train][:, [partner]], brain[fold.train][:, neuron])
            .predict(layer[fold.test][:, [partner]])
            for neuron, partner in enumerate(best)
        ]
        return np.array(columns).T

    agrees(scored(layer, brain, "one-to-one"), expected(folds, brain, predict))


def test_the_measure_says_the_same_of_all_neurons_together(layer, brain):
    found = encoding.score(layer, brain, map=encoding.Ridge(30.0), ceiling=None)
    ridge = measures.find("ridge").using(penalty=30.0)
    for judge, ours in {
        "variance": found.summaries()[0].weighted_share,
        "mean_variance": found.summaries()[0].mean_share,
        "mean_correlation": found.summaries()[0].mean_correlation,
        "median_correlation": found.summaries()[0].median_correlation,
    }.items():
        assert float(ridge.using(judge=judge)(brain, layer)) == pytest.approx(ours, abs=1e-9)


def test_a_single_neuron_gets_the_penalty_that_the_measure_chooses(layer, brain):
    found = encoding.score(layer, brain, ceiling=None)
    for neuron in range(N_NEURONS):
        one = float(measures.find("ridge")(brain[:, [neuron]], layer))
        assert one == pytest.approx(found.share[0, neuron], abs=1e-9)
