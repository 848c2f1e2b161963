"""Ridge regression where stimuli are in groups: penalties that are chosen by whole folds."""

import numpy as np
import pytest

import homolog
from homolog.measures import find
from homolog.measures._folds import Together, fold_labels
from homolog.measures._ridge import PENALTIES

QUICK = {"permutations": 0, "intervals": False, "blocks": 20}


def slow(rng: np.random.Generator, n_neurons: int) -> np.ndarray:
    """160 moments, of which each is the mean of ten neighbours, of noise alone."""
    fast = rng.normal(size=(169, n_neurons))
    return np.array([fast[row : row + 10].mean(axis=0) for row in range(160)])


def squares_missed(x, y, fitted, judged, penalty):
    """Squared errors of one ridge regression, and those of the mean."""
    means = x[fitted].mean(axis=0), y[fitted].mean(axis=0)
    targets, predictors = x[fitted] - means[0], y[fitted] - means[1]
    unit = np.sum(predictors**2) / y.shape[1]
    eased = predictors.T @ predictors + penalty * unit * np.eye(y.shape[1])
    weights = np.linalg.solve(eased, predictors.T @ targets)
    ahead = x[judged] - means[0]
    return np.sum((ahead - (y[judged] - means[1]) @ weights) ** 2), np.sum(ahead**2)


def by_hand(x, y, folds):
    """R² over folds, each at the penalty by which the others are best predicted, one by one."""
    found = np.zeros(2)
    for fold in np.unique(folds):
        train, others = folds != fold, set(folds) - {fold}
        missed = [
            sum(
                squares_missed(x, y, train & (folds != one), folds == one, penalty)[0]
                for one in others
            )
            for penalty in PENALTIES
        ]
        found += squares_missed(x, y, train, ~train, PENALTIES[int(np.argmin(missed))])
    return 1 - found[0] / found[1]


@pytest.mark.parametrize("n_neurons", [3, 30])
def test_the_penalty_is_that_by_which_other_folds_are_best_predicted(n_neurons, rng):
    shared = slow(rng, 2)
    x, y = (slow(rng, n) + shared @ rng.normal(size=(2, n)) for n in (4, n_neurons))
    found = homolog.compare(x, y, "ridge", **QUICK)["ridge"]
    folds = np.asarray(found.measure.options["folds"])
    assert found.value == pytest.approx(by_hand(x, y, folds), abs=1e-9)
    assert found.measure.label == "ridge"
    both_ways = homolog.compare(x, y, "ridge(predict=both)", **QUICK).scores[0].value
    expected = (by_hand(x, y, folds) + by_hand(y, x, folds)) / 2
    assert both_ways == pytest.approx(expected, abs=1e-9)


def test_slow_populations_that_are_unrelated_predict_nothing_and_related_ones_more(rng):
    """One by one, moments are known from their neighbours, and no penalty seems too small."""
    gained = {0.0: [], 0.4: []}
    for one in rng.spawn(10):
        shared = slow(one, 3)
        for size, found in gained.items():
            x, y = (slow(one, 20) + size * shared @ one.normal(size=(3, 20)) for _ in range(2))
            whole = homolog.compare(x, y, "ridge", **QUICK)["ridge"]
            alone = find("ridge").using(folds=np.asarray(whole.measure.options["folds"]))
            found.append((whole.value, float(alone(x, y))))
    unrelated, related = (np.mean(found, axis=0) for found in gained.values())
    assert unrelated[1] < -0.3 < -0.02 < unrelated[0] < 0.02
    assert related[0] > 0.1 > related[1] + 0.2


def test_the_training_stimuli_of_two_folds_are_a_single_one(rng):
    x, y = slow(rng, 4), slow(rng, 5)
    found = homolog.compare(x, y, "ridge(folds=2)", **QUICK).scores[0]
    alone = found.measure.using(folds=np.asarray(found.measure.options["folds"]))
    assert found.value == float(alone(x, y))


@pytest.mark.parametrize("options", [{"penalty": 2.0}, {"penalty": 0}])
def test_a_penalty_that_is_given_is_not_chosen(options, rng):
    x, y = slow(rng, 4), slow(rng, 5)
    found = homolog.compare(x, y, find("ridge").using(**options), **QUICK).scores[0]
    alone = found.measure.using(folds=np.asarray(found.measure.options["folds"]))
    assert found.value == float(alone(x, y))


def test_intervals_choose_as_the_score_does(rng):
    """Without some rows the folds of the others still hold out whole groups."""
    labels = np.repeat([2, 0, 1, 2], 5).view(Together)
    kept = np.arange(20) % 5 > 0
    left = find("ridge").using(folds=labels).folds(20)[kept]
    assert isinstance(left, Together)
    assert isinstance(fold_labels(16, left, 0), Together)
    assert not isinstance(fold_labels(16, np.asarray(left), 0), Together)


def test_gradients_hold_the_penalties_that_folds_choose(rng):
    torch = pytest.importorskip("torch")
    x, y = slow(rng, 4), slow(rng, 5)
    found = homolog.compare(x, y, "ridge", **QUICK)["ridge"]
    turned = torch.tensor(y, requires_grad=True)
    score = found.measure(torch.tensor(x), turned)
    score.backward()
    assert float(score.detach()) == pytest.approx(found.value, abs=1e-9)
    assert turned.grad.abs().max() > 0


@pytest.mark.parametrize("name", ["ridge", "ridge(kernel=rbf)", "pls(n_components=3)"])
def test_folds_of_groups_given_to_a_measure_score_as_groups_do(name, rng):
    shared = slow(rng, 2)
    x, y = (slow(rng, n) + shared @ rng.normal(size=(2, n)) for n in (4, 20))
    groups = (np.arange(160) // 16).tolist()
    asked, measure = {"permutations": 0, "intervals": True}, find(name)
    told = homolog.compare(x, y, name, groups=groups, **asked).scores[0]
    given = measure.using(folds=measure.folds(160, groups))
    assert float(given(x, y)) == told.value
    assert homolog.statistics.jackknife(given, x, y, groups=groups) == told.interval
    found = homolog.compare(x, y, [name, given], **asked)
    assert [one.value for one in found.scores] == [float(measure(x, y)), told.value]
    assert "folds=folds" in found.call  # by a list of them, penalties would be chosen otherwise
