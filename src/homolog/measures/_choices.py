"""Outputs of classifiers: a column for each class, and which class every stimulus is given."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from homolog._arrays import Array, Reals, to_namespace_of, to_numpy
from homolog.measures._measure import along_stimuli


@dataclass(frozen=True)
class Choices:
    """What each stimulus was taken for.

    Attributes
    ----------
    shares
        (stimulus, class) 1 for the class of the largest output, 0 for others; classes that tie
        for the largest share the choice equally.
    """

    shares: Array = along_stimuli()

    def as_numpy(self) -> Reals:
        """The shares as float64 numbers of NumPy."""
        return to_numpy(self.shares).astype(np.float64, copy=False)


def choices(x: Array) -> Choices:
    """The classes with the largest output."""
    outputs = to_numpy(x)
    most = (outputs == outputs.max(axis=1, keepdims=True)).astype(np.float64)
    return Choices(to_namespace_of(x, most / most.sum(axis=1, keepdims=True)))


def same_classes(x: Reals, y: Reals) -> tuple[Reals, Reals]:
    """Both with as many columns: a class that only one of them has is never given by the other."""
    n_classes = max(x.shape[1], y.shape[1])
    x, y = (np.pad(one, ((0, 0), (0, n_classes - one.shape[1]))) for one in (x, y))
    return x, y


def agreement(x: Choices, y: Choices) -> Reals:
    """(stimulus,) 1 where both choose the same class, 0 where they do not."""
    return np.minimum(*same_classes(x.as_numpy(), y.as_numpy())).sum(axis=1)


def expected_agreement(x: Choices, y: Choices) -> float:
    """Mean agreement over all pairs of stimuli: what random pairing would give."""
    a, b = same_classes(x.as_numpy(), y.as_numpy())
    levels = np.unique(np.concatenate(([0.0], a.ravel(), b.ravel())))
    # The smaller of two shares is as many steps between levels as both of them reach.
    return float(
        sum(
            step * ((a >= level).mean(axis=0) @ (b >= level).mean(axis=0))
            for level, step in zip(levels[1:], np.diff(levels), strict=True)
        )
    )


def caution_of(columns: Callable[[Any], Array]) -> Callable[[Any, Any], str | None]:
    """A sentence where the populations have different numbers of classes."""

    def caution(x: Any, y: Any) -> str | None:
        n_x, n_y = columns(x).shape[1], columns(y).shape[1]
        if n_x == n_y:
            return None
        return (
            f"the reference has {n_x} outputs, the candidate {n_y}: each column must stand for the"
            " same class in both, and those that one lacks count as never given by it"
        )

    return caution
