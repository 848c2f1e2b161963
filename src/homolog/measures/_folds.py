"""Which stimuli are held out together."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from homolog import errors
from homolog._arrays import Array, namespace, to_namespace_of
from homolog.measures._groups import Labels, numbered
from homolog.measures._numbers import is_whole
from homolog.representation._axes import label

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


def check_folds(folds: Folds) -> None:
    """Raise HM025 for what is neither a whole number nor a list of labels."""
    if not is_whole(folds):
        _coded(folds, "each stimulus")


def fold_labels(
    n_stimuli: int, folds: Folds, rng: int, groups: Labels | None = None
) -> NDArray[np.int64]:
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

    Returns
    -------
    labels
        (stimulus,) from 0; `Together` where groups are told, or were for the labels given.

    Raises
    ------
    HomologError
        HM025 for labels that do not fit, fewer than two folds or groups, or more folds than
        groups; HM012 for labels that part a group, HM027 for groups of other stimuli.
    """
    group = numbered(groups, n_stimuli)
    if is_whole(folds):
        labels = _drawn(folds, rng, group)
    else:
        labels = _coded(folds, f"each of {n_stimuli} stimuli kept", n_stimuli)
        if groups is not None:
            _refuse_parted(labels, group, groups)
    whole = groups is not None or isinstance(folds, Together)
    return labels.view(Together) if whole else labels


def _drawn(n_folds: int, rng: Any, group: NDArray[np.int64]) -> NDArray[np.int64]:
    """So many folds of whole groups, which are numbered from 0."""
    if not is_whole(rng) or rng < 0:
        raise errors.bad_value("rng", rng, "a whole number from 0, so that folds stay the same")
    n_groups = int(group.max()) + 1
    if n_groups < 2:
        allowed = "2 or more, so that one can be held out of what is fitted to the others"
        raise errors.bad_value("the number of groups of stimuli", n_groups, allowed)
    if not 2 <= n_folds <= n_groups:
        how = '.using(folds=...) or, by name, as in "ridge(folds=2)"'
        allowed = f"2 to {n_groups}, the independent stimuli, set by {how}"
        raise errors.bad_value("folds", n_folds, allowed)
    order = np.random.default_rng(rng).permutation(n_groups)
    return (order % n_folds)[group]


def _coded(folds: Folds, each: str, n_stimuli: int | None = None) -> NDArray[np.int64]:
    """Labels of the user's own, as numbers from 0; of `n_stimuli`, where that is known."""
    allowed = f"a whole number, or one label for {each}, two different"
    try:
        values, index = np.unique(np.asarray(folds), return_inverse=True)
    except (TypeError, ValueError):
        raise errors.bad_value("folds", folds, allowed) from None
    fits = n_stimuli is None or (len(index) == n_stimuli and len(values) > 1)
    if index.ndim != 1 or np.ndim(folds) != 1 or not fits:
        raise errors.bad_value("folds", folds, allowed)
    return index


def _refuse_parted(labels: NDArray[np.int64], group: NDArray[np.int64], named: Labels) -> None:
    """Raise HM012 for labels of folds that part a group."""
    pairs = np.unique(np.stack([group, labels]), axis=1)
    parted = np.flatnonzero(np.bincount(pairs[0]) > 1)
    if parted.size:
        first = np.flatnonzero(group == parted[0])[0]
        raise errors.folds_part(label(list(named)[first]))
