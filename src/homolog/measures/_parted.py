"""Populations parted by folds: what is fitted on most stimuli, and judged on the others."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from numpy.typing import NDArray

from homolog._arrays import Array, namespace
from homolog.measures._folds import Folds, held_out_rows, other_rows, take_rows
from homolog.measures._measure import along_stimuli


@dataclass(frozen=True)
class Sides:
    """One population in one fold, from which the mean over the training stimuli was taken.

    Attributes
    ----------
    fitted, judged
        (stimulus, neuron) responses to the training stimuli and to those held out.
    """

    fitted: Array
    judged: Array


@dataclass(frozen=True)
class Parted:
    """A population whose stimuli are held out in folds.

    Attributes
    ----------
    responses
        (stimulus, neuron) responses.
    held_out
        Rows that each fold holds out.
    prepare
        From the responses to the training stimuli and to those held out to what is needed of
        both, which `folds` keeps.
    size
        By what the responses are to be multiplied to be in their own unit, where that is asked.
    """

    responses: Array = along_stimuli()
    held_out: tuple[NDArray[Any], ...] = ()
    prepare: Callable[[Array, Array], Any] = Sides
    size: Array = None

    @cached_property
    def folds(self) -> tuple[Any, ...]:
        """What is needed of every fold."""
        return tuple(self._fold(rows) for rows in self.held_out)

    def _fold(self, rows: NDArray[Any]) -> Any:
        train = other_rows(self.responses.shape[0], rows)
        return self.prepare(take_rows(self.responses, train), take_rows(self.responses, rows))


def parted(
    responses: Array,
    folds: Folds,
    rng: int,
    prepare: Callable[[Array, Array], Any],
    size: Array = None,
) -> Parted:
    """A population parted by folds that are numbered, or given by label."""
    return Parted(responses, held_out_rows(responses.shape[0], folds, rng), prepare, size)


def n_training(x: Parted) -> int:
    """How many stimuli the smallest training set has."""
    return x.responses.shape[0] - max(map(len, x.held_out))


def centred_sides(train: Array, test: Array) -> Sides:
    """Both less the mean over the training stimuli, which is all that is known of the others."""
    mean = namespace(train).mean(train, axis=0, keepdims=True)
    return Sides(train - mean, test - mean)
