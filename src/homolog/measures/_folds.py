"""Which stimuli are held out together."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from homolog import errors
from homolog._arrays import Array, namespace, to_namespace_of

Folds = Any
"""A number of folds, or one fold label for each stimulus."""


class Together(np.ndarray[Any, np.dtype[Any]]):
    """Labels of folds that hold out whole groups of stimuli that resemble each other.

    A measure that chooses something within the training stimuli must then choose it by whole
    folds, too: single stimuli left out are known from their neighbours.
    """


def held_out_rows(n_stimuli: int, folds: Folds, rng: int) -> tuple[NDArray[np.int64], ...]:
    """The rows that each fold holds out; arguments as in `fold_labels`."""
    labels = fold_labels(n_stimuli, folds, rng)
    return tuple(np.flatnonzero(labels == label) for label in np.unique(labels))


def other_rows(n_stimuli: int, rows: NDArray[np.int64]) -> NDArray[np.int64]:
    """All rows but some."""
    return np.setdiff1d(np.arange(n_stimuli), rows)


def take_rows(x: Array, rows: NDArray[np.int64]) -> Array:
    """The responses to some of the stimuli."""
    return namespace(x).take(x, to_namespace_of(x, rows), axis=0)


def fold_labels(n_stimuli: int, folds: Folds, rng: int, groups: object = None) -> NDArray[np.int64]:
    """Assign stimuli to folds of nearly equal size at random, whole groups together.

    Parameters
    ----------
    n_stimuli
        How many stimuli there are.
    folds
        How many folds; or their labels, one for each stimulus.
    rng
        Seed of the assignment.
    groups
        A label for each stimulus; equal labels share a fold. None: each on its own.

    Raises
    ------
    HomologError
        HM025 for labels that do not fit, fewer than two folds, or more than groups;
        HM012 for labels that part a group.
    """
    if not isinstance(folds, int | np.integer):
        labels = _given(np.asarray(folds), n_stimuli, groups)
        return labels.view(Together) if isinstance(folds, Together) else labels
    if isinstance(rng, bool) or not isinstance(rng, int | np.integer) or rng < 0:
        raise errors.bad_value("rng", rng, "a whole number from 0, so that folds stay the same")
    alone = np.arange(n_stimuli)
    _, index = np.unique(alone if groups is None else np.asarray(groups), return_inverse=True)
    n_groups = int(index.max()) + 1
    if not 2 <= folds <= n_groups:
        how = '.using(folds=...) or, by name, as in "ridge(folds=2)"'
        allowed = f"2 to {n_groups}, the independent stimuli, set by {how}"
        raise errors.bad_value("folds", folds, allowed)
    order = np.random.default_rng(rng).permutation(n_groups)
    return (order % folds)[index]


def _given(labels: NDArray[np.generic], n_stimuli: int, groups: object) -> NDArray[np.int64]:
    """Labels of the user's own, as numbers from 0."""
    values, index = np.unique(labels, return_inverse=True)
    if labels.shape != (n_stimuli,) or len(values) < 2:
        allowed = f"a number, or one label for each of {n_stimuli} stimuli kept, two different"
        raise errors.bad_value("folds", labels.tolist(), allowed)
    if groups is not None:
        named, group = np.unique(np.asarray(groups), return_inverse=True)
        pairs = np.unique(np.stack([group, index]), axis=1)
        parted = np.flatnonzero(np.bincount(pairs[0]) > 1)
        if parted.size:
            raise errors.folds_part(named[parted[0]].item())
    return index
