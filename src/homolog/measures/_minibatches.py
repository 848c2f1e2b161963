"""Overlaps of similarity structures within batches of stimuli, summed over batches."""

from dataclasses import dataclass, fields

import numpy as np
from jaxtyping import Float
from numpy.typing import NDArray

from homolog import errors
from homolog._arrays import Array, constant, inner, namespace, rounding
from homolog.measures._alignment import read
from homolog.measures._folds import take_rows
from homolog.measures._numbers import is_whole
from homolog.measures._overlap import Structure

Batches = int | None
"""How many batches, or None for all stimuli in one."""

_LEAST = 4
"""Stimuli of a batch, without which its unbiased overlaps have no value."""


@dataclass(frozen=True)
class Batched(Structure):
    """A structure of which only similarities within a batch count.

    Attributes
    ----------
    batches
        Rows of each batch.
    """

    batches: tuple[NDArray[np.int64], ...] = ()


def batched(x: Structure, batches: int, rng: int) -> Batched:
    """The structure with its stimuli dealt out at random to batches of nearly equal size.

    Raises
    ------
    HomologError
        HM025 for batches that would have fewer than four stimuli, or another seed than one.
    """
    most = x.n_stimuli // _LEAST
    if not is_whole(batches) or not 1 <= batches <= most:
        allowed = f"None, or 1 to {most}: each has at least {_LEAST} of the {x.n_stimuli} stimuli"
        raise errors.bad_value("batches", batches, allowed)
    if not is_whole(rng) or rng < 0:
        raise errors.bad_value("rng", rng, "a whole number from 0, so that batches stay the same")
    dealt = np.random.default_rng(rng).permutation(x.n_stimuli) % batches
    rows = tuple(np.flatnonzero(dealt == batch) for batch in range(batches))
    return Batched(**{f.name: getattr(x, f.name) for f in fields(x)}, batches=rows)


def over_batches(x: Batched, y: Batched) -> Float[Array, ""]:
    """The cosine of unbiased overlaps that are summed over batches."""
    shared, own_x, own_y = (_summed(*pair) for pair in ((x, y), (x, x), (y, y)))
    for one, own in ((x, own_x), (y, own_y)):
        if not bool(constant(own > rounding(one.energy) * one.square)):
            raise errors.undefined(
                "unbiased_cka",
                "within every batch all pairs of stimuli are equally similar in a population",
                "Make fewer batches, or batches=None.",
            )
    return shared / namespace(shared).sqrt(own_x * own_y)


def _summed(x: Batched, y: Batched) -> Array:
    parts = [_overlap(x, y, rows) for rows in x.batches]
    return sum(parts[1:], parts[0])


def _overlap(x: Batched, y: Batched, rows: NDArray[np.int64]) -> Array:
    """The mean over pairs of different stimuli of a batch."""
    m = len(rows)
    a, b = (_within(one, rows) for one in (x, y))
    xp = namespace(a, b)
    diagonals = xp.linalg.diagonal(a), xp.linalg.diagonal(b)
    traces = xp.sum(diagonals[0]) * xp.sum(diagonals[1])
    return read("unbiased", inner(a, b), inner(*diagonals), traces, m) / (m * (m - 3))


def _within(x: Batched, rows: NDArray[np.int64]) -> Array:
    """Similarities of the stimuli of a batch, centred within it."""
    if x.responses is None:
        gram = take_rows(take_rows(x.gram, rows).T, rows)
    else:
        taken = take_rows(x.responses, rows)
        gram = taken @ taken.T
    xp = namespace(gram)
    means = xp.mean(gram, axis=0)
    return gram - means[:, None] - means[None, :] + xp.mean(means)
