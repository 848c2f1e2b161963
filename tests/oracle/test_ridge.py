"""Held-out ridge regression, rebuilt from scikit-learn and a textbook criterion."""

import numpy as np
import pytest
from tests.oracle.populations import POPULATIONS, Responses, shared

from homolog import measures

sklearn = pytest.importorskip("sklearn.linear_model")

ridge = measures.find("ridge")
POWERS = np.arange(-4, 4.5, 0.5)


def criterion(x: Responses, y: Responses, penalty: float) -> float:
    """Generalised cross-validation by its definition: M RSS / trace(I - hat matrix)^2."""
    n_stimuli, n_neurons = y.shape
    y = y - y.mean(axis=0)
    hat = y @ np.linalg.solve(y.T @ y + penalty * np.eye(n_neurons), y.T) + 1 / n_stimuli
    freedom = n_stimuli - np.trace(hat)
    return np.inf if freedom <= 0 else n_stimuli * np.sum((x - hat @ x) ** 2) / freedom**2


def penalties(y: Responses) -> np.ndarray:
    """In units of the mean over neurons of their summed squares."""
    return 10.0**POWERS * np.mean(np.sum((y - y.mean(axis=0)) ** 2, axis=0))


def held_out(x: Responses, y: Responses, labels: np.ndarray) -> tuple[float, list[int]]:
    """The score, and which penalty each fold chose."""
    missed = spread = 0.0
    chosen = []
    for label in np.unique(labels):
        train, test = labels != label, labels == label
        tried = penalties(y[train])
        chosen.append(int(np.argmin([criterion(x[train], y[train], each) for each in tried])))
        model = sklearn.Ridge(alpha=tried[chosen[-1]], solver="svd").fit(y[train], x[train])
        missed += np.sum((x[test] - model.predict(y[test])) ** 2)
        spread += np.sum((x[test] - x[train].mean(axis=0)) ** 2)
    return float(1 - missed / spread), chosen


@pytest.mark.parametrize("name", POPULATIONS)
@pytest.mark.parametrize("folds", ["own", "in blocks", "uneven"])
def test_ridge_is_scikit_learns_with_the_penalty_of_least_gcv(name: str, folds: str) -> None:
    """scikit-learn `Ridge(solver='svd')` for each fold; x is predicted from y."""
    x, y = POPULATIONS[name]
    labels = {
        "own": ridge.folds(len(x)),
        "in blocks": np.arange(len(x)) * 4 // len(x),
        "uneven": np.array(["a"] * 5 + ["b"] * (len(x) - 5)),
    }[folds]
    measure = ridge if folds == "own" else ridge.using(folds=labels)
    assert float(measure(x, y)) == pytest.approx(held_out(x, y, labels)[0], abs=1e-8)


def test_populations_ask_for_different_penalties() -> None:
    """Else the tests above would not see a wrong choice."""
    chosen = {
        penalty
        for x, y in POPULATIONS.values()
        for penalty in held_out(x, y, np.arange(len(x)) % 5)[1]
    }
    assert len(chosen) >= 5


def test_ridge_is_close_to_leave_one_out_choice() -> None:
    """scikit-learn `RidgeCV`, which leaves out one stimulus where we use GCV."""
    x, y = shared(np.random.default_rng(20), 200, 15, 40)
    labels = np.arange(200) % 5
    missed = spread = 0.0
    for label in range(5):
        train, test = labels != label, labels == label
        model = sklearn.RidgeCV(alphas=penalties(y[train])).fit(y[train], x[train])
        missed += np.sum((x[test] - model.predict(y[test])) ** 2)
        spread += np.sum((x[test] - x[train].mean(axis=0)) ** 2)
    assert float(ridge.using(folds=labels)(x, y)) == pytest.approx(1 - missed / spread, abs=2e-3)
