"""The same job by each package: predict held-out stimuli, a penalty chosen for each neuron."""

import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import numpy as np
from numpy.typing import NDArray

import homolog
from benchmarks.encoding.problems import N_FOLDS, Pair, Problem
from homolog.encoding import Ridge, score
from homolog.measures._ridge import PENALTIES

OURS = "homolog"
LEFT_OUT = "homolog, leave-one-out"
HIMALAYA = "himalaya"
SINGLE = "himalaya, float32"
SKLEARN = "scikit-learn"

Run = Callable[[Problem, Pair], float]
"""Gives the mean correlation over folds and neurons, by which all are known to do the same."""


def by_ours(problem: Problem, pair: Pair, choice: str = "generalised") -> float:
    """One call."""
    layer, brain = (homolog.represent(one, name=name) for one, name in zip(pair, "xy", strict=True))
    chosen = Ridge(choice=choice)  # pyright: ignore[reportArgumentType]
    return float(score({"x": layer}, brain, map=chosen, ceiling=None).correlation.mean())


def by_ours_left_out(problem: Problem, pair: Pair) -> float:
    """Penalties chosen as scikit-learn chooses them."""
    return by_ours(problem, pair, "leave-one-out")


def by_himalaya(problem: Problem, pair: Pair) -> float:
    """Its regression in the smaller space, penalties by five folds within the training stimuli."""
    from himalaya.backend import set_backend
    from himalaya.kernel_ridge import KernelRidgeCV
    from himalaya.ridge import RidgeCV

    set_backend("numpy")
    wide = problem.n_layer >= problem.n_stimuli
    kind = KernelRidgeCV if wide else RidgeCV
    with _quiet():
        return _held_out(problem, pair, lambda p: kind(alphas=p, cv=N_FOLDS, fit_intercept=True))


def by_himalaya_in_single_precision(problem: Problem, pair: Pair) -> float:
    """The same in float32, as it is often used."""
    layer, brain = pair
    return by_himalaya(problem, (layer.astype(np.float32), brain.astype(np.float32)))


def by_sklearn(problem: Problem, pair: Pair) -> float:
    """Penalties by leaving out single stimuli."""
    from sklearn.linear_model import RidgeCV

    return _held_out(problem, pair, lambda p: RidgeCV(alphas=p, alpha_per_target=True))


CONTESTANTS: dict[str, Run] = {
    OURS: by_ours,
    LEFT_OUT: by_ours_left_out,
    HIMALAYA: by_himalaya,
    SINGLE: by_himalaya_in_single_precision,
    SKLEARN: by_sklearn,
}


def _held_out(
    problem: Problem, pair: Pair, made: Callable[[NDArray[np.floating]], object]
) -> float:
    layer, brain = pair
    each = []
    for fold in problem.folds():
        train = layer[fold.train]
        penalties = np.asarray(PENALTIES) * float(np.var(train, axis=0).mean()) * len(train)
        fitted = made(penalties).fit(train, brain[fold.train])
        each.append(_correlations(fitted.predict(layer[fold.test]), brain[fold.test]))
    return float(np.mean(each))


def _correlations(x: NDArray[np.floating], y: NDArray[np.floating]) -> NDArray[np.floating]:
    x, y = x - x.mean(axis=0), y - y.mean(axis=0)
    return (x * y).sum(axis=0) / np.sqrt((x**2).sum(axis=0) * (y**2).sum(axis=0))


@contextmanager
def _quiet() -> Iterator[None]:
    """Without advice on which of its solvers to take."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield
