"""Scores of many studies at once, where a formula lets them be computed side by side."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from homolog import statistics
from homolog._moves import partners
from homolog.measures._measure import Measure
from homolog.ranking._left_out import LeftOut, splits
from homolog.ranking._paired import matches
from homolog.studies.calibration._masked import MASKED, Masks, masked
from homolog.studies.calibration._planted import Reals


def scores(measure: Measure, x: Reals, y: Reals) -> Reals:
    """(study,) scores of (study, stimulus, neuron) responses, side by side or one by one."""
    if measure.options == measure.defaults:
        if measure.name in SIDE_BY_SIDE:
            return SIDE_BY_SIDE[measure.name](x, y)
        if measure.name in MASKED:
            return masked(measure.name, x, y, np.ones((1, x.shape[1]), dtype=bool))[:, 0]
    pairs = zip(x, y, strict=True)
    return np.array(
        [float(measure.score(measure.summary(a), measure.summary(b))) for a, b in pairs]
    )


def left_out_of_each(
    measure: Measure, x: Reals, candidates: Mapping[str, Reals], seed: int
) -> list[LeftOut]:
    """For each study what `homolog.ranking` leaves out: every block, and pairs of them or halves.

    Parameters
    ----------
    measure
        What to score with; without options where it makes choices.
    x, candidates
        (study, stimulus, neuron) responses of reference and of candidates by name.
    seed
        Draws which stimuli share a block.
    """
    block = statistics.blocks(x.shape[1], None, seed)
    sizes, halved = np.bincount(block), matches(measure)
    keep = [block != one for one in range(len(sizes))]
    if halved:
        keep += [side for first in splits(len(sizes))[:, block] for side in (first, ~first)]
    else:
        keep += [keep[one] & keep[other] for one, other in enumerate(partners(len(keep)))]
    rows = np.array([np.ones(len(block), dtype=bool), *keep])
    of = {name: _on_each(measure, rows, x, y) for name, y in candidates.items()}
    last = 1 + len(sizes)

    def of_study(study: int) -> LeftOut:
        more = {name: found[study, last:] for name, found in of.items()}
        return LeftOut(
            values={name: float(found[study, 0]) for name, found in of.items()},
            without={name: found[study, 1:last] for name, found in of.items()},
            why_not={},
            sizes=sizes,
            without_two={} if halved else more,
            halves={name: row.reshape(-1, 2) for name, row in more.items()} if halved else {},
        )

    return [of_study(study) for study in range(len(x))]


def _on_each(measure: Measure, keep: Masks, x: Reals, y: Reals) -> Reals:
    """(study, choice) scores on the stimuli that are kept."""
    if measure.options == measure.defaults and measure.name in MASKED:
        return masked(measure.name, x, y, keep)
    rows = [scores(statistics.on(measure, kept), x[:, kept], y[:, kept]) for kept in keep]
    return np.stack(rows, axis=1)


def _centred(x: Reals) -> Reals:
    return x - x.mean(axis=1, keepdims=True)


def _squared(x: Reals, y: Reals) -> Reals:
    """(study,) squared Frobenius norm of the products of columns."""
    return np.sum((x.swapaxes(1, 2) @ y) ** 2, axis=(1, 2))


def _cka(x: Reals, y: Reals) -> Reals:
    x, y = _centred(x), _centred(y)
    return _squared(x, y) / np.sqrt(_squared(x, x) * _squared(y, y))


def _unbiased_cka(x: Reals, y: Reals) -> Reals:
    return _hsic(x, y) / np.sqrt(_hsic(x, x) * _hsic(y, y))


def _hsic(x: Reals, y: Reals) -> Reals:
    """(study,) unbiased HSIC of linear kernels (Song et al. 2012), without the kernels."""
    x, y = _centred(x), _centred(y)  # which leaves it as it is, and sums of rows 0
    n = x.shape[1]
    own = [np.sum(one**2, axis=2) for one in (x, y)]  # minus these are the sums of the rows
    together = np.sum(own[0] * own[1], axis=1)
    whole = np.sum(own[0], axis=1) * np.sum(own[1], axis=1)
    inner = _squared(x, y) - together
    return (inner + whole / ((n - 1) * (n - 2)) - 2 / (n - 2) * together) / (n * (n - 3))


def _procrustes(x: Reals, y: Reals) -> Reals:
    x, y = _centred(x), _centred(y)
    overlap = np.linalg.svd(x.swapaxes(1, 2) @ y, compute_uv=False).sum(axis=1)
    sizes = np.sum(x**2, axis=(1, 2)) * np.sum(y**2, axis=(1, 2))
    return np.arccos(np.minimum(overlap / np.sqrt(sizes), 1))


SIDE_BY_SIDE: Mapping[str, Callable[[Reals, Reals], Reals]] = {
    "cka": _cka,
    "unbiased_cka": _unbiased_cka,
    "procrustes": _procrustes,
}
