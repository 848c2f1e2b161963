"""Scores of populations that have nothing to do with each other, drawn at random."""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from homolog import errors
from homolog._arrays import (
    check_pair,
    haar,
    haar_around_mean,
    haar_of_one_size,
    to_numpy,
    unit_columns,
)
from homolog.measures._groups import Labels, numbered
from homolog.measures._measure import Measure, permuted
from homolog.measures._orders import Orders
from homolog.measures._turns import drawn_turns
from homolog.tasks._settings import whole

Floats = NDArray[np.float64]
Progress = Callable[[str, int, int], None]
"""Called with what is being done, how many steps are done, and how many there are."""


_FEWEST_IN_A_CIRCLE = 32
"""Turns of fewer are taken one by one: many circles of few places are more work than orders."""

_FEWEST_TURNS = 100
"""All turns of a circle are scored at once, which is more work than to score a few of them."""

_ROUNDING = 1e-8
"""Scores that are equal but for it are equal: sums were taken in other orders, by other ways, and
where one stimulus is a hundred times the others half of their digits cancel."""


def silent(what: str, done: int, total: int) -> None:
    """Report no progress."""


def seen_pair(measure: Measure, x: ArrayLike, y: ArrayLike) -> tuple[Floats, Floats]:
    """Responses of two populations that a measure can see, with equally many rows; or raise."""
    x, y = check_pair(x, y, sees=measure.sees)
    return to_numpy(x), to_numpy(y)


def generator_of(rng: Any) -> np.random.Generator:
    """The generator of a seed, or that which was given."""
    try:
        return np.random.default_rng(rng)
    except (TypeError, ValueError):
        raise errors.bad_value("rng", rng, "a whole number from 0, or a Generator") from None


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

    Each population is summarised once; only the cross terms are computed anew, for all
    pairings in one go where a measure knows how. Pairings are drawn as turns of stimuli in a
    circle, which are as exact as any (see `measures._turns`).

    Parameters
    ----------
    measure
        What to score with.
    x, y
        (stimulus, neuron) responses of reference and candidate; three axes where the measure sees
        trials or time.
    n_permutations
        How many random pairings.
    groups
        A label for each stimulus; groups are exchanged whole, among those of one size. What they
        are called does not matter.
    rng
        Seed or generator.
    progress
        Told of every draw, or of all where they are scored in one go.

    Returns
    -------
    draws
        (n_permutations,) scores.

    Raises
    ------
    HomologError
        HM001 when stimuli differ in number, HM025 when no two groups have the same size and for
        other numbers or seeds that cannot be, HM027 for too many or too few labels.
    """
    x, y = seen_pair(measure, x, y)
    reference, candidate = measure.summary(x), measure.summary(y)
    orders = _drawn(len(x), n_permutations, groups, rng)
    return _in_orders(measure, reference, candidate, orders, progress)


def random_orders(
    n_stimuli: int, n_permutations: int, groups: Labels | None, rng: int | np.random.Generator
) -> NDArray[np.int64]:
    """(permutation, stimulus) The orders in which `permutation_null` takes the reference."""
    orders = [*_drawn(n_stimuli, n_permutations, groups, rng)]
    return np.array(orders, dtype=np.int64).reshape(n_permutations, n_stimuli)


def scores_in_orders(
    measure: Measure, x: ArrayLike, y: ArrayLike, orders: NDArray[np.int64]
) -> Floats:
    """(permutation,) Scores when the stimuli of the reference stand in each of some orders."""
    reference, candidate = map(measure.summary, seen_pair(measure, x, y))
    return _in_orders(measure, reference, candidate, orders, silent)


def _in_orders(
    measure: Measure, reference: Any, candidate: Any, orders: Orders, progress: Progress
) -> Floats:
    what, n = f"{measure.name}: chance", len(orders)
    scores = measure.scores_in_orders(reference, candidate, orders)
    if scores is not None:
        progress(what, n, n)
        return scores
    scores = np.empty(n)
    for one, order in enumerate(orders):
        scores[one] = float(measure.score(permuted(reference, order), candidate))
        progress(what, one + 1, n)
    return scores


def _drawn(n_stimuli: int, n: int, groups: Labels | None, rng: int | np.random.Generator) -> Orders:
    """Orders of the stimuli in which groups of one size have changed places."""
    n, rng = whole("n_permutations", n, 0), generator_of(rng)
    blocks = _exchangeable(n_stimuli, groups)
    if len(blocks) == 1:
        turns = drawn_turns(blocks[0], n, rng)
        few = len(blocks[0]) < _FEWEST_IN_A_CIRCLE or n < _FEWEST_TURNS
        return np.array([*turns], dtype=np.int64).reshape(n, n_stimuli) if few else turns
    orders = np.empty((n, n_stimuli), dtype=np.int64)
    for order in orders:
        for rows in blocks:
            order[rows] = rows[rng.permutation(len(rows))]
    return orders


def _exchangeable(n_stimuli: int, groups: Labels | None) -> list[NDArray[np.int64]]:
    """Rows that move together: a (group, row within group) array for each size of group."""
    if groups is None:
        return [np.arange(n_stimuli)[:, None]]
    index = numbered(groups, n_stimuli)
    sizes = np.bincount(index)
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
        HM001 when stimuli differ in number, HM025 when there are too few neurons to rotate and
        for numbers or seeds that cannot be, HM006 for a constant neuron where the measure is blind
        to the sizes of neurons but not to rotations.

    Notes
    -----
    Where the measure is blind to the sizes of neurons (invariant to ``neuron_scale``), they
    are centred and scaled to norm 1 before they are rotated, so that no neuron dominates
    the rotated ones, and only rotations are drawn that leave all of norm 1. p is then exact for
    neurons of one size in random axes, whatever sizes they were given afterwards. Of two neurons,
    or of four around their mean, there are no such rotations but a few: any is taken.

    Rotated neurons are sums of many: neither rectified nor sparse. Two populations of
    rectified neurons are above this chance even if nothing was learned, as untrained networks
    are. Being above it says that axes are shared, not why.
    """
    n_rotations, rng = whole("n_rotations", n_rotations, 0), generator_of(rng)
    x, y = seen_pair(measure, x, y)
    blind = _sees_no_sizes(measure)
    seen: Floats = unit_columns(x) if blind else x
    n_neurons, fewest = seen.shape[1], 3 if around_mean else 2
    if n_neurons < fewest:
        raise errors.bad_value(
            "the number of neurons of X", n_neurons, f"{fewest} or more, to rotate them"
        )
    rotation, candidate = haar_around_mean if around_mean else haar, measure.summary(y)
    draws = np.empty(n_rotations)
    for one in range(n_rotations):
        turn = haar_of_one_size(seen, around_mean, rng) if blind else rotation(n_neurons, rng)
        turned = measure.summary(seen @ turn)
        draws[one] = float(measure.score(turned, candidate))
        progress(f"{measure.name}: rotations", one + 1, n_rotations)
    return draws


def _sees_no_sizes(measure: Measure) -> bool:
    """Whether it is blind to the sizes of neurons, but would see them in rotated ones."""
    return "neuron_scale" in measure.invariant_to and "rotation" not in measure.invariant_to


def p_value(measure: Measure, value: float, draws: Floats) -> float:
    """Share of random draws at least as close as `value`: (b + 1) / (m + 1).

    The score itself counts as one of them, so that p is never 0 (Phipson and Smyth
    2010, Permutation p-values should never be zero).
    """
    rounding = _ROUNDING * max(abs(value), float(np.abs(draws).max(initial=1e-300)))
    closer = draws >= value - rounding if measure.higher_is_closer else draws <= value + rounding
    return (int(closer.sum()) + 1) / (len(draws) + 1)
