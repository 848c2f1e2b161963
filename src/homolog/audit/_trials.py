"""Single trials as rows: averages of a few, so that a readout meets a stimulus more than once."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from homolog import errors
from homolog.representation import Representation


def pseudo_trials(
    representation: Representation, n: int, *, rng: int | None = None
) -> Representation:
    """Average the trials of every stimulus in blocks, and make each block a row.

    Trials go to blocks in turn, whole: noise that neurons share within a trial is never
    shared between blocks, while slow drift is shared by all of them.

    Parameters
    ----------
    representation
        Population with a trial axis.
    n
        How many blocks, from 1 to the number of trials.
    rng
        Seed by which each run of `n` trials is dealt, one to a block; None: as they stand.

    Returns
    -------
    rows
        Population without trials. Its stimuli are the blocks, those of one stimulus side by
        side and labelled ``"stimulus#0"``, ``"stimulus#1"``: labels of stimuli become labels of
        rows by ``numpy.repeat(labels, n)``.

    Raises
    ------
    HomologError
        HM026 without trials, HM025 for another `n`, HM063 when a neuron has no trial of some
        stimulus in one of the blocks.

    Notes
    -----
    Blocks of one stimulus may stand in training and test alike. What is decoded from them is
    told apart beyond noise; whether that holds for stimuli never seen, `decoding` says of
    averages.

    Examples
    --------
    >>> counts = np.arange(24.0).reshape(4, 3, 2)
    >>> x = Representation(counts, "trial,stimulus,neuron", stimuli=("a", "b", "c"))
    >>> pseudo_trials(x, 2).stimuli
    ('a#0', 'a#1', 'b#0', 'b#1', 'c#0', 'c#1')
    """
    x = representation
    if not x.has_trials:
        raise errors.axis_absent(x.called, "trial", x.dims)
    if not isinstance(n, int | np.integer) or not 1 <= n <= x.n_trials:
        raise errors.bad_value("n", n, f"1 to {x.n_trials}, the number of trials")
    block_of = _dealt(x.n_trials, n, rng)
    blocks = [_mean(x, np.flatnonzero(block_of == block)) for block in range(n)]
    counts = np.stack([n_there for _, n_there in blocks])
    _refuse_empty(x, counts, n)
    responses = np.stack([mean for mean, _ in blocks], axis=1)
    return replace(
        x,
        responses=responses.reshape(-1, *responses.shape[2:]),
        dims=x.dims[1:],
        stimuli=tuple(f"{label}#{block}" for label in x.labels for block in range(n)),
        groups=x.groups and tuple(group for group in x.groups for _ in range(n)),
        missing=None,
        dropped=(*x.dropped, *unequal_trials(x, counts, "blocks")),
    )


def unequal_trials(x: Representation, counts: NDArray[np.int64], of: str) -> tuple[str, ...]:
    """Say of how many trials there are means, where responses of some are missing."""
    if x.missing is None or not x.has_trials:
        return ()
    return (
        f"{x.called}: {x.missing.mean():.1%} of single responses are missing and left out;"
        f" means of {of} are over {counts.min()} to {counts.max()} trials",
    )


def _dealt(n_trials: int, n: int, rng: int | None) -> NDArray[np.int64]:
    """The block of each trial: of `n` that follow each other, one goes to each block."""
    runs = np.tile(np.arange(n), (-(-n_trials // n), 1))
    if rng is not None:
        runs = np.random.default_rng(rng).permuted(runs, axis=1)
    return runs.reshape(-1)[:n_trials]


def _mean(
    x: Representation, trials: NDArray[np.int64]
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Mean over the trials of a block that are not missing, and how many these are."""
    responses = x.responses[trials].sum(0, dtype=np.float64)
    if x.missing is None:
        return responses / len(trials), np.full(responses.shape, len(trials))
    n_there = (~x.missing[trials]).sum(0)
    return responses / np.maximum(n_there, 1), n_there


def _refuse_empty(x: Representation, counts: NDArray[np.int64], n: int) -> None:
    lacking = np.any(counts == 0, axis=0).reshape(x.n_stimuli, -1).any(1)
    if lacking.any():
        raise errors.too_few_trials(x.called, int(lacking.sum()), x.n_stimuli, n)
