"""The numbers behind the pictures, shared by the static figures and the report.

Nothing here draws. A picture of a comparison needs the dissimilarities between stimuli,
the spectrum of each population, neurons matched one to one, and for every score an axis
that runs from less alike to more alike; each is computed in one place, here.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from homolog.comparison import Comparison
    from homolog.matching import Matching
    from homolog.representation import Representation
    from homolog.scoring import Score

MOST_CELLS = 600  # more stimuli than this cannot be told apart in a matrix on a screen
MOST_LINES = 200  # more stimuli than this make two lines an inkblot: they are put in order
FLAT = 1e-12  # responses that differ by less than this share of the largest do not differ


def means(representation: Representation) -> np.ndarray:
    """Return the (stimulus, neuron) responses that pictures show: of courses, means over time."""
    if not in_time(representation):
        return representation.matrix
    return representation.responses.mean(axis=1, dtype=np.float64)


def in_time(representation: Representation) -> bool:
    """Return whether stimuli have courses in time, of which pictures show the means."""
    return "time" in representation.dims


def dissimilarities(representation: Representation) -> np.ndarray:
    """Return the correlation distance, 1 - r, between the patterns of every two stimuli.

    A stimulus to which all neurons respond alike has no pattern to correlate: its row and
    column are NaN, which the pictures leave blank.
    """
    from homolog.measures import rsa

    responses = means(representation)
    tuned = np.flatnonzero(np.ptp(responses, axis=1) > FLAT * np.abs(responses).max())
    distances = np.full((representation.n_stimuli,) * 2, np.nan)
    if tuned.size:
        distances[np.ix_(tuned, tuned)] = rsa.dissimilarities(
            responses[tuned] / np.abs(responses).max()
        )
    return np.clip(distances, 0.0, 2.0)


def stride(n_stimuli: int) -> int:
    """Return that every how manyth stimulus is shown in a matrix: 1 up to 600 stimuli."""
    return -(-n_stimuli // MOST_CELLS)


def shared_scale(*distances: np.ndarray) -> float:
    """Return the upper end of a colour scale that fits all matrices, at most 2."""
    highest = max((float(np.nanmax(d)) for d in distances if np.isfinite(d).any()), default=2.0)
    return min(2.0, max(0.1, math.ceil(highest * 10 - 1e-9) / 10))


def spectrum(representation: Representation) -> np.ndarray:
    """Return the share of the variance that each principal component carries, largest first.

    Components without variance beyond rounding are left out.
    """
    responses = means(representation)
    centred = responses - responses.mean(axis=0)
    if not centred.any():
        return np.zeros(0)
    variances = np.linalg.svd(centred / np.abs(centred).max(), compute_uv=False) ** 2
    return variances[variances > FLAT * variances[0]] / variances.sum()


def participation_ratio(representation: Representation) -> float:
    r"""Return the effective number of dimensions that a population uses.

    .. math:: (\operatorname{tr} K)^2 / \|K\|_F^2

    with :math:`K` the Gram matrix of the centred responses: 1 when all variance lies along
    one direction, the number of dimensions when they share it equally; 0 without variance.
    """
    shares = spectrum(representation)
    return float(1.0 / np.sum(shares**2)) if shares.size else 0.0


@dataclass(frozen=True)
class Match:
    """One neuron of the reference with the neuron of the candidate it was matched to.

    Parameters
    ----------
    reference, candidate
        Positions of the two neurons in their populations.
    correlation
        Pearson correlation of their tuning curves over stimuli, -1 to 1.
    """

    reference: int
    candidate: int
    correlation: float


def matches(comparison: Comparison) -> list[Match]:
    """Match neurons one to one so that the summed tuning correlation is largest.

    In populations of unequal size the surplus neurons of the larger one stay unmatched.
    Neurons that respond alike to all stimuli have no tuning and are left out.

    Returns
    -------
    matches
        From the best correlated pair to the worst.
    """
    from homolog._arrays import constant_columns, unit_columns
    from homolog.matching import assignment, cross_costs

    x, y = means(comparison.reference), means(comparison.candidate)
    tuned_x, tuned_y = (np.flatnonzero(~constant_columns(side)) for side in (x, y))
    if not (tuned_x.size and tuned_y.size):
        return []
    x, y = x[:, tuned_x], y[:, tuned_y]
    pairs = assignment(cross_costs(unit_columns(x), unit_columns(y)))
    found = [
        Match(int(tuned_x[i]), int(tuned_y[j]), float(correlation))
        for i, j, correlation in zip(
            pairs.rows, pairs.columns, pairs.correlations(x, y), strict=True
        )
    ]
    return sorted(found, key=lambda match: -match.correlation)


def best_median_worst(comparison: Comparison) -> dict[str, Match]:
    """Return three of the matches by rank; fewer where fewer neurons could be matched."""
    ranked = matches(comparison)
    if len(ranked) < 3:
        return dict(zip(("best", "worst"), ranked, strict=False))
    return {"best": ranked[0], "median": ranked[len(ranked) // 2], "worst": ranked[-1]}


def partners(matching: Matching, x: Representation, y: Representation) -> list[Match]:
    """Pair every neuron of x that has a partner with its heaviest, the best correlated first."""
    neurons = matching.matched()
    pairs = zip(neurons.tolist(), matching.best_partner(neurons).tolist(), strict=True)
    return sorted(correlated(x, y, list(pairs)), key=lambda match: -match.correlation)


def correlated(
    x: Representation, y: Representation, pairs: Sequence[tuple[int, int]]
) -> list[Match]:
    """Return pairs of neurons, given by position, with the correlation of their tuning."""
    rows, columns = (list(side) for side in zip(*pairs, strict=True))
    found = columnwise_correlation(means(x)[:, rows], means(y)[:, columns])
    return [Match(i, j, float(r)) for i, j, r in zip(rows, columns, found, strict=True)]


def spread(ranked: Sequence[Match], n_shown: int) -> dict[str, Match]:
    """Choose from the best to the worst in equal steps of rank, and say which ones they are."""
    last = len(ranked) - 1
    steps = np.linspace(0, last, min(n_shown, len(ranked)))
    names = {last: "Worst", len(ranked) // 2: "Median", 0: "Best"}
    return {
        names.get(rank, f"Rank {rank + 1} of {len(ranked)}"): ranked[rank]
        for rank in np.ceil(steps - FLAT).astype(int).tolist()
    }


def columnwise_correlation(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Return the correlation of every column of one array with that of the other."""
    from homolog._arrays import unit_columns

    return np.sum(unit_columns(a) * unit_columns(b), axis=0)


def correlations(x: Representation, y: Representation) -> np.ndarray:
    """Return the correlation of the tuning of every neuron of x with every one of y."""
    from homolog._arrays import unit_columns
    from homolog.matching import cross_costs

    return -cross_costs(unit_columns(means(x)), unit_columns(means(y)))


def alike_together(representation: Representation) -> tuple[np.ndarray, np.ndarray]:
    """Return an order of the stimuli and one of the neurons in which neighbours are alike.

    It is that of their angles in the plane of the first two principal components of the
    standardised responses. Of many stimuli a part decides the plane.
    """
    curves = standardised(representation)
    part = curves[:: stride(len(curves))]
    axes = np.linalg.svd(part, full_matrices=False)[2][:2]
    if len(axes) < 2:
        axes = np.vstack([axes, np.zeros_like(axes)])
    return _by_angle(curves @ axes.T), _by_angle(axes.T)


def _by_angle(points: np.ndarray) -> np.ndarray:
    return np.argsort(np.arctan2(points[:, 1], points[:, 0]), kind="stable")


def by_partners(matching: Matching, rows: np.ndarray) -> np.ndarray:
    """Order the second population by the place in `rows` of each neuron's heaviest partner.

    Neurons without a partner come last.
    """
    back = matching.transposed()
    paired = back.matched()
    places = np.full(matching.shape[1], len(rows))
    places[paired] = np.argsort(rows)[back.best_partner(paired)]
    return np.argsort(places, kind="stable")


def running_mean(values: np.ndarray, window: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the mean of so many neighbouring values, and the middles of the windows."""
    means = np.convolve(values, np.full(window, 1 / window), mode="valid")
    return np.arange(len(means)) + (window - 1) / 2, means


def standardised(representation: Representation) -> np.ndarray:
    """Return responses in standard deviations from each neuron's mean over stimuli."""
    from homolog._arrays import unit_columns

    return unit_columns(means(representation)) * np.sqrt(representation.n_stimuli)


def tuning(representation: Representation, neuron: int) -> np.ndarray:
    """Return one neuron's responses in standard deviations from its mean over stimuli."""
    responses = means(representation)[:, neuron]
    return (responses - responses.mean()) / responses.std()


def neuron_name(representation: Representation, neuron: int, longest: int) -> str:
    """Return what to call a neuron: its label, after "neuron" unless it says so itself."""
    label = str(representation.neuron_labels[neuron])
    own = label.lower().startswith(("neuron", "unit", "cell"))
    return cut(label if own else f"neuron {label}", longest)


def cut(text: str, longest: int) -> str:
    """Shorten a name to so many letters, the last an ellipsis where some are lost."""
    return text if len(text) <= longest else f"{text[: longest - 1]}\N{HORIZONTAL ELLIPSIS}"


@dataclass(frozen=True)
class Scale:
    """An axis for one score, from less alike (left) to more alike (right).

    Parameters
    ----------
    left, right
        The values at the two ends; `left` is the larger for a distance.
    left_open, right_open
        Whether the measure's range goes on beyond that end.
    """

    left: float
    right: float
    left_open: bool
    right_open: bool = False

    def position(self, value: float) -> float:
        """Return where a value falls, 0 at the left end and 1 at the right, clipped."""
        return min(1.0, max(0.0, (value - self.left) / (self.right - self.left)))


def scale(score: Score) -> Scale:
    """Choose the axis of a score: the measure's whole range, or a finite part that shows all.

    A range that reaches below zero or is infinite is cut a little beyond zero and the
    values shown, because the rest of it would be empty.
    """
    best, worst = score.measure.best, score.measure.worst
    values = [score.value, score.chance, score.ceiling, *(score.interval or ())]
    shown = [value for value in values if value is not None]
    if best < worst:  # a distance
        return (
            Scale(_beyond(max(shown)), best, True)
            if math.isinf(worst)
            else Scale(worst, best, False)
        )
    left = max(worst, -_beyond(-min(0.0, *shown))) if worst < 0 else worst
    right = _beyond(max(0.0, *shown)) if math.isinf(best) else best
    return Scale(left, right, left > worst, math.isinf(best))


def _beyond(value: float) -> float:
    """Return a round number at least 5 % and one twentieth above a value of zero or more."""
    step = 10.0 ** math.floor(math.log10(max(value, 1.0))) / 10
    return math.ceil(round((value + max(value, 1.0) / 20) / step, 6)) * step
