"""Scores of populations that have nothing to do with each other, drawn at random."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from homolog import errors
from homolog._arrays import check_pair, haar, haar_around_mean, unit_columns
from homolog.measures._measure import Measure, permuted

Floats = NDArray[np.float64]
Labels = Sequence[object] | NDArray[np.generic]
Progress = Callable[[str, int, int], None]
"""Called with what is being done, how many steps are done, and how many there are."""


AT_A_TIME = 500
"""Random pairings that are drawn, and then scored in one go."""


def silent(what: str, done: int, total: int) -> None:
    """Report no progress."""


def permutation_null(
    measure: Measure,
    x: ArrayLike,
    y: ArrayLike,
    n_permutations: int,
    *,
    groups: Labels | None = None,
    rng: int | np.random.Generator = 0,
    progress: Progress = silent,
) -> Floats:
    """Scores when each stimulus of the reference is paired with a random one.

    Each population is summarised once; only the cross terms are computed anew, for many
    pairings at a time where a measure knows how.

    Parameters
    ----------
    measure
        What to score with.
    x, y
        (stimulus, neuron) responses of reference and candidate.
    n_permutations
        How many random pairings.
    groups
        A label for each stimulus; groups are exchanged whole, among those of one size.
    rng
        Seed or generator; the first draws do not depend on how many follow.
    progress
        Told of every draw, or of every 500 where they are scored in one go.

    Returns
    -------
    draws
        (n_permutations,) scores.

    Raises
    ------
    HomologError
        HM025 when no two groups have the same size.
    """
    rng = np.random.default_rng(rng)
    reference, candidate = measure.summary(np.asarray(x)), measure.summary(np.asarray(y))
    blocks = _exchangeable(len(np.asarray(x)), groups)
    n_stimuli = len(np.asarray(x))
    in_one_go = measure.scores_in_orders(reference, candidate)
    draws = np.empty(n_permutations)
    at_a_time = AT_A_TIME if in_one_go else 1
    for start in range(0, n_permutations, at_a_time):
        rows = slice(start, min(start + at_a_time, n_permutations))
        orders = np.stack([_drawn(blocks, n_stimuli, rng) for _ in range(rows.start, rows.stop)])
        draws[rows] = _in_orders(measure, reference, candidate, in_one_go, orders)
        progress(f"{measure.name}: chance", rows.stop, n_permutations)
    return draws


def random_orders(
    n_stimuli: int, n_permutations: int, groups: Labels | None, rng: int | np.random.Generator
) -> NDArray[np.int64]:
    """(permutation, stimulus) The orders in which `permutation_null` takes the reference."""
    rng = np.random.default_rng(rng)
    blocks = _exchangeable(n_stimuli, groups)
    return np.stack([_drawn(blocks, n_stimuli, rng) for _ in range(n_permutations)])


def scores_in_orders(
    measure: Measure, x: ArrayLike, y: ArrayLike, orders: NDArray[np.int64]
) -> Floats:
    """(permutation,) Scores when the stimuli of the reference stand in each of some orders."""
    reference, candidate = measure.summary(np.asarray(x)), measure.summary(np.asarray(y))
    in_one_go = measure.scores_in_orders(reference, candidate)
    return _in_orders(measure, reference, candidate, in_one_go, orders)


def _in_orders(
    measure: Measure,
    reference: Any,
    candidate: Any,
    in_one_go: Callable[[NDArray[np.int64]], Floats] | None,
    orders: NDArray[np.int64],
) -> Floats:
    if in_one_go:
        return in_one_go(orders)
    scores = [float(measure.score(permuted(reference, order), candidate)) for order in orders]
    return np.asarray(scores)


def _drawn(
    blocks: Sequence[NDArray[np.int64]], n_stimuli: int, rng: np.random.Generator
) -> NDArray[np.int64]:
    """An order of the stimuli in which groups of one size have changed places."""
    order = np.empty(n_stimuli, dtype=np.int64)
    for rows in blocks:
        order[rows] = rows[rng.permutation(len(rows))]
    return order


def _exchangeable(n_stimuli: int, groups: Labels | None) -> list[NDArray[np.int64]]:
    """Rows that move together: a (group, row within group) array for each size of group."""
    if groups is None:
        return [np.arange(n_stimuli)[:, None]]
    _, index, sizes = np.unique(np.asarray(groups), return_inverse=True, return_counts=True)
    members = np.split(np.argsort(index, kind="stable"), np.cumsum(sizes)[:-1])
    blocks = [np.stack([m for m in members if len(m) == size]) for size in np.unique(sizes)]
    if all(len(rows) == 1 for rows in blocks):
        shown = ", ".join(map(str, sizes[:5].tolist())) + (", …" if len(sizes) > 5 else "")
        raise errors.bad_value(
            "groups", f"of {shown} stimuli", "at least two groups of one size, to exchange them"
        )
    return blocks


def rotation_null(
    measure: Measure,
    x: ArrayLike,
    y: ArrayLike,
    n_rotations: int,
    *,
    around_mean: bool = False,
    rng: int | np.random.Generator = 0,
    progress: Progress = silent,
) -> Floats:
    """Scores when the reference's neurons are replaced by random rotations of them.

    A rotation leaves all that the population tells of the stimuli and changes only which
    directions its neurons are: chance for "do single neurons correspond?", where
    `permutation_null` is chance for "have the populations anything in common?".

    Parameters
    ----------
    measure
        What to score with. All draws equal the score if it is invariant to rotations.
    x, y
        (stimulus, neuron) responses of reference and candidate.
    n_rotations
        How many rotations, drawn evenly from all (Haar measure).
    around_mean
        Whether the population's mean response stays where it is. What drives all neurons
        alike is then not taken for tuning of their own; a free rotation hands it to half
        of them with the opposite sign.
    rng
        Seed or generator; the first draws do not depend on how many follow.
    progress
        Told of every draw.

    Returns
    -------
    draws
        (n_rotations,) scores; give them to `p_value`.

    Raises
    ------
    HomologError
        HM025 when there are too few neurons to rotate, HM006 for a constant neuron where
        the measure is blind to the sizes of neurons but not to rotations.

    Notes
    -----
    Where the measure is blind to the sizes of neurons (invariant to ``neuron_scale``), they
    are centred and scaled to norm 1 before they are rotated, so that no neuron dominates
    the rotated ones.

    Rotated neurons are sums of many: neither rectified nor sparse. Two populations of
    rectified neurons are above this chance even if nothing was learned, as untrained networks
    are. Being above it says that axes are shared, not why.
    """
    rng = np.random.default_rng(rng)
    x, y = (np.asarray(side) for side in check_pair(np.asarray(x), np.asarray(y)))
    x = _as_seen_by(measure, x)
    n_neurons, fewest = x.shape[1], 3 if around_mean else 2
    if n_neurons < fewest:
        raise errors.bad_value(
            "the number of neurons of X", n_neurons, f"{fewest} or more, to rotate them"
        )
    rotation, candidate = haar_around_mean if around_mean else haar, measure.summary(y)
    draws = np.empty(n_rotations)
    for one in range(n_rotations):
        turned = measure.summary(x @ rotation(n_neurons, rng))
        draws[one] = float(measure.score(turned, candidate))
        progress(f"{measure.name}: rotations", one + 1, n_rotations)
    return draws


def _as_seen_by(measure: Measure, x: Floats) -> Floats:
    """Neurons of one size where the measure sees no sizes, but would in the rotated ones."""
    blind = "neuron_scale" in measure.invariant_to and "rotation" not in measure.invariant_to
    return unit_columns(x) if blind else x


def p_value(measure: Measure, value: float, draws: Floats) -> float:
    """Share of random draws at least as close as `value`: (b + 1) / (m + 1).

    The score itself counts as one of them, so that p is never 0 (Phipson and Smyth
    2010, Permutation p-values should never be zero).
    """
    rounding = 1e-12 * max(abs(value), float(np.abs(draws).max(initial=1e-300)))
    closer = draws >= value - rounding if measure.higher_is_closer else draws <= value + rounding
    return (int(closer.sum()) + 1) / (len(draws) + 1)
