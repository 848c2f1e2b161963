"""A population as its leading principal components, where neurons are too many to look through."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from homolog import errors
from homolog._arrays import principal
from homolog.representation._checks import Mask
from homolog.representation._represent import represent
from homolog.representation._representation import Representation


def leading(representation: Any, share: float) -> Representation:
    r"""Keep the fewest principal components that hold a share of the variance.

    Components are those of the mean responses to stimuli, with every time of every stimulus as
    a row, and about the mean of these: what tells stimuli and times apart, not what varies from
    trial to trial. Single trials are projected on them.

    Parameters
    ----------
    representation
        A population, or what `represent` makes one of.
    share
        Of the variance of the mean responses, above 0 and at most 1. At 1 all components
        above rounding are kept.

    Returns
    -------
    components
        Population with the same axes, whose neurons are the components "PC 1", "PC 2", …, in
        the unit of the responses, from the largest variance to the smallest. The largest
        weight of each is positive. `dropped` says what was done.

    Raises
    ------
    HomologError
        HM025 for another share, HM028 where a neuron has no response while others have, HM006
        when no mean response differs from another; and what `represent` refuses.

    Notes
    -----
    Distances between mean responses shrink by what is left out. Components of nearly equal
    variance turn with noise, and from few trials noise itself is among the leading ones.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> x = represent(rng.normal(size=(20, 3)) * [10.0, 1.0, 0.1], name="V1")
    >>> components = leading(x, 0.95)
    >>> components
    <Representation 'V1': stimulus 20 × neuron 1>
    >>> components.neurons
    ('PC 1',)
    """
    x = represent(representation)
    if isinstance(share, bool) or not isinstance(share, int | float) or not 0 < share <= 1:
        raise errors.bad_value("share", share, "above 0, at most 1")
    absent = _absent(x)
    means = x.condition_means()
    if means.missing is not None:
        raise errors.missing_left(x.called, int(means.missing.sum()))
    rows = np.asarray(means.responses, dtype=np.float64).reshape(-1, x.n_neurons)
    parts = principal(rows)
    held = np.cumsum(parts.shares)
    n = min(int(np.searchsorted(held, share - 1e-12)) + 1, len(held))
    signs = np.sign([axis[np.argmax(np.abs(axis))] for axis in parts.axes[:n]])
    responses = (x.responses - rows.mean(axis=0)) @ (parts.axes[:n].T * signs)
    said = (
        f"{x.called}: {n} of {len(held)} principal components in place of {x.n_neurons} neurons;"
        f" they hold {held[n - 1]:.1%} of the variance of mean responses"
    )
    return replace(
        x,
        responses=responses,
        neurons=tuple(f"PC {i + 1}" for i in range(n)),
        missing=None if absent is None else np.repeat(absent, n, axis=-1),
        dropped=(*x.dropped, said),
    )


def _absent(x: Representation) -> Mask | None:
    """(…, 1) where no neuron was recorded; HM028 where some were and others were not."""
    if x.missing is None:
        return None
    absent: Mask = np.asarray(x.missing.all(axis=-1, keepdims=True))
    if (absent != x.missing).any():
        raise errors.missing_left(x.called, int(x.missing.sum()))
    return absent
