"""Other packages' regressions, called as their documentation says, in our conventions."""

import warnings
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from benchmarks.peer import Peer
from benchmarks.populations import N_POPULATIONS, SIZES, Responses
from homolog import measures
from homolog.measures._ridge import PENALTIES


def linear_regression() -> list[Peer]:
    """Least squares, as they fit one reference or all of them."""
    from sklearn.linear_model import LinearRegression
    from sklearn.metrics import r2_score

    def score(x: Responses, y: Responses) -> float:
        predicted = LinearRegression().fit(y, x).predict(y)
        return r2_score(x, predicted, multioutput="variance_weighted")

    def together(populations: Sequence[Responses], used: int) -> Responses:
        references = np.hstack(populations)
        columns = []
        for y in populations[:used]:
            predicted = np.hsplit(LinearRegression().fit(y, references).predict(y), N_POPULATIONS)
            pairs = zip(populations, predicted, strict=True)
            columns.append([r2_score(x, z, multioutput="variance_weighted") for x, z in pairs])
        return np.transpose(columns)

    return [
        Peer("scikit-learn LinearRegression", score),
        # One fit for all references pays while they have few neurons.
        Peer(
            "scikit-learn, all references in one fit",
            score,
            together=together,
            used=1,
            sizes=(SIZES[0],),
        ),
    ]


Made = Callable[[Responses], Any]
"""From penalties to a regression that chooses one of them."""


def _held_out(made: Made, x: Responses, y: Responses) -> tuple[Responses, Responses]:
    """Squares of every neuron of `x` that a regression on `y` misses in our folds, and in all."""
    labels = measures.find("ridge").folds(len(x))
    missed, spread = np.zeros((2, x.shape[1]))
    for label in np.unique(labels):
        train, test = labels != label, labels == label
        unit = np.sum((y[train] - y[train].mean(axis=0)) ** 2) / y.shape[1]
        model = made(unit * np.asarray(PENALTIES)).fit(y[train], x[train])
        missed += np.sum((x[test] - model.predict(y[test])) ** 2, axis=0)
        spread += np.sum((x[test] - x[train].mean(axis=0)) ** 2, axis=0)
    return missed, spread


def _share(missed: Responses, spread: Responses) -> float:
    return 1 - missed.sum() / spread.sum()


def ridge() -> list[Peer]:
    """Penalties chosen within the training stimuli of our folds."""
    from sklearn.linear_model import RidgeCV

    def one_penalty(penalties: Responses) -> Any:
        return RidgeCV(alphas=penalties)

    def a_penalty_a_neuron(penalties: Responses) -> Any:
        return RidgeCV(alphas=penalties, alpha_per_target=True)

    def together(populations: Sequence[Responses], used: int) -> Responses:
        references, columns = np.hstack(populations), []
        for y in populations[:used]:
            squares = np.stack(_held_out(a_penalty_a_neuron, references, y))
            columns.append([_share(*one) for one in np.hsplit(squares, N_POPULATIONS)])
        return np.transpose(columns)

    return [
        Peer(
            "scikit-learn RidgeCV in five folds",
            lambda x, y: _share(*_held_out(one_penalty, x, y)),
        ),
        # Penalties that each neuron chooses let all references be fitted at once.
        Peer(
            "scikit-learn, all references in one fit, a penalty a neuron",
            lambda x, y: _share(*_held_out(a_penalty_a_neuron, x, y)),
            together=together,
            used=1,
        ),
        Peer("himalaya in five folds, penalties by five more", _himalaya),
    ]


def _himalaya(x: Responses, y: Responses) -> float:
    """One penalty for all neurons; in the space of stimuli where these are fewer."""
    from himalaya.backend import set_backend
    from himalaya.kernel_ridge import KernelRidgeCV
    from himalaya.ridge import RidgeCV

    set_backend("numpy")
    kind = RidgeCV if y.shape[1] < len(y) else KernelRidgeCV
    one_penalty = {"local_alpha": False}

    def made(penalties: Responses) -> Any:
        return kind(alphas=penalties, cv=5, fit_intercept=True, solver_params=one_penalty)

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # advice on which of its solvers to take
        return _share(*_held_out(made, x, y))
