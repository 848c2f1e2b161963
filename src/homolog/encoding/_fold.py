"""Which stimuli are held out together: at random, in groups, or in blocks of time."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from homolog import errors
from homolog.measures._blocks import neighbours
from homolog.measures._folds import Folds, fold_labels

Split = Literal["random", "blocks"]
Rows = NDArray[np.int64]

LEAST_HELD_OUT = 3
"""A correlation over fewer stimuli is always 1 or -1."""


@dataclass(frozen=True)
class Fold:
    """Rows of the stimuli that are fitted on, and of those that are held out.

    Attributes
    ----------
    train, test
        The rows.
    within
        Parts of `train`, as positions in it, to be left out whole where something is chosen
        within the training stimuli; None where every stimulus stands on its own.
    """

    train: Rows
    test: Rows
    within: tuple[Rows, ...] | None = None


def folds_of(
    n_stimuli: int, folds: Folds, split: Split, groups: Sequence[object] | None, rng: int
) -> tuple[Fold, ...]:
    """Part the stimuli.

    Parameters
    ----------
    n_stimuli
        How many there are.
    folds
        How many folds, or the label of a fold for each stimulus.
    split
        ``"random"`` or ``"blocks"``: folds of stimuli that stand in neighbouring rows. Without
        meaning where labels of folds are given.
    groups
        A label for each stimulus; equal labels share a fold.
    rng
        Seed of the random assignment.

    Raises
    ------
    HomologError
        HM025 for folds that cannot be, HM012 for labels of folds that part a group.
    """
    if split not in get_args(Split):
        raise errors.bad_value("split", split, ", ".join(get_args(Split)))
    together = None if groups is None else np.unique(np.asarray(groups), return_inverse=True)[1]
    own = split if isinstance(folds, int | np.integer) else "random"
    labels = _parted(n_stimuli, folds, own, together, rng)
    held_out = [np.flatnonzero(labels == one) for one in np.unique(labels)]
    trained = [np.setdiff1d(np.arange(n_stimuli), test) for test in held_out]
    parted = tuple(
        Fold(train, test, _within(train, len(held_out), own, together, rng))
        for train, test in zip(trained, held_out, strict=True)
    )
    fewest = min(len(fold.test) for fold in parted)
    if fewest < LEAST_HELD_OUT:
        allowed = f"folds that hold out {LEAST_HELD_OUT} stimuli or more each; one holds {fewest}"
        raise errors.bad_value("folds", len(parted), allowed)
    return parted


def _parted(n_stimuli: int, folds: Folds, split: Split, groups: Rows | None, rng: int) -> Rows:
    """The fold of every stimulus."""
    labels = fold_labels(n_stimuli, folds, rng, groups)
    return neighbours(n_stimuli, folds, groups) if split == "blocks" else labels


def _within(
    train: Rows, n_folds: int, split: Split, groups: Rows | None, rng: int
) -> tuple[Rows, ...] | None:
    """The training stimuli, parted as all of them were; in one part if they are one group."""
    if split == "random" and groups is None:
        return None
    own = None if groups is None else groups[train]
    n_groups = len(train) if own is None else len(np.unique(own))
    if n_groups < 2:
        return (np.arange(len(train)),)
    labels = _parted(len(train), min(n_folds, n_groups), split, own, rng)
    return tuple(np.flatnonzero(labels == one) for one in np.unique(labels))
