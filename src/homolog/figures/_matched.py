"""Tuning curves of neurons that were matched, one pair on each Axes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from homolog import _pictured, errors
from homolog.figures._looks import CANDIDATE, REFERENCE, name_stimuli, several
from homolog.representation import together

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from homolog.comparison import Comparison
    from homolog.matching import Matching
    from homolog.representation import Representation

_WINDOWS = 15  # neighbouring stimuli are averaged over one part in so many
_LINE = 13  # points that a line of the legend takes, between the Axes and its title


def matched_tuning(axes: Sequence[Axes], comparison: Comparison) -> Sequence[Axes]:
    """Draw the best, median and worst of the matched pairs of neurons, one on each Axes.

    Neurons are matched one to one so that the summed correlation of their tuning over
    stimuli is largest. Responses are in standard deviations from each neuron's mean.
    Above 200 stimuli they are in the order of the reference's response, the candidate's
    as dots and as their running mean. Axes beyond the number of matched pairs are
    switched off.
    """
    chosen = {
        f"{rank.capitalize()} match": match
        for rank, match in _pictured.best_median_worst(comparison).items()
    }
    return _draw_pairs(axes, comparison.reference, comparison.candidate, chosen)


def matched_curves(
    axes: Sequence[Axes],
    matching: Matching,
    x: object,
    y: object,
    *,
    pairs: Sequence[tuple[int, int]] | None = None,
) -> Sequence[Axes]:
    """Draw the tuning curves of matched neurons, one pair on each Axes.

    Parameters
    ----------
    axes
        Where to draw; those beyond the number of pairs are switched off.
    matching
        Any matching of the two populations.
    x, y
        The populations on the same stimuli: `Representation`, array, or what `represent`
        takes. They may be stimuli held out from the matching.
    pairs
        A neuron of x and one of y for each Axes, by position. If None every neuron of x is
        paired with its heaviest partner, and drawn are those from the best correlated pair
        to the worst in equal steps of rank: on three Axes best, median and worst.

    Returns
    -------
    axes
        With responses in standard deviations from each neuron's mean. Above 200 stimuli
        they are in the order of x's response, y's as dots and as their running mean.

    Raises
    ------
    HomologError
        HM025 unless there are as many neurons as were matched, `axes` is a list of Axes and
        `pairs` one of positions, HM006 for a constant neuron, HM001 for other stimuli, HM002
        if their order differs.
    """
    listed = several(axes)
    x, y = together(x, y)
    matching.correlations(x, y)  # refuses other populations than were matched
    if pairs is None:
        chosen = _pictured.spread(_pictured.partners(matching, x, y), len(listed))
    else:
        chosen = {
            f"Pair {number}": match
            for number, match in enumerate(
                _pictured.correlated(x, y, _in_range(pairs, matching.shape)), start=1
            )
        }
    return _draw_pairs(axes, x, y, chosen)


def _in_range(pairs: Any, shape: tuple[int, int]) -> list[tuple[int, int]]:
    """Pairs of positions; HM025 for anything else."""
    n_x, n_y = shape
    try:
        wanted = np.asarray(pairs)
    except ValueError:  # of unequal length
        wanted = np.empty((0, 0))
    whole = wanted.ndim == 2 and wanted.shape[1] == 2 and wanted.dtype.kind in "iu"
    if not whole or not ((wanted >= 0) & (wanted < shape)).all():
        allowed = f"a list of pairs of positions, below {n_x} in x and below {n_y} in y"
        raise errors.bad_value("pairs", pairs, allowed)
    return list(zip(*wanted.T.tolist(), strict=True))


def _draw_pairs(
    axes: Sequence[Axes],
    x: Representation,
    y: Representation,
    chosen: dict[str, _pictured.Match],
) -> Sequence[Axes]:
    listed = several(axes)
    for ax, (title, match) in zip(listed, chosen.items(), strict=False):
        _draw_pair(ax, x, y, match)
        r = f"{match.correlation:.2f}".replace("-", "\N{MINUS SIGN}")
        entries = len(ax.get_legend_handles_labels()[0])
        ax.set_title(f"{title}, r = {r}", fontsize=10, pad=_LINE * entries)
    for ax in listed[len(chosen) :]:
        ax.set_axis_off()
    return axes


def _draw_pair(ax: Axes, x: Representation, y: Representation, match: _pictured.Match) -> None:
    """Two curves over the stimuli, with the neurons' names above."""
    crowded = x.n_stimuli > _pictured.MOST_LINES
    one = _pictured.tuning(x, match.reference)
    other = _pictured.tuning(y, match.candidate)
    names = [
        f"{_pictured.cut(side.called, 30)}, {_pictured.neuron_name(side, neuron, 23)}"
        for side, neuron in ((x, match.reference), (y, match.candidate))
    ]
    if crowded:
        order, window = np.argsort(one, kind="stable"), x.n_stimuli // _WINDOWS
        ax.plot(one[order], color=REFERENCE, linewidth=1.4, label=names[0], zorder=2.1)
        ax.plot(other[order], ".", color=CANDIDATE, markersize=2, alpha=0.6, label=names[1])
        ax.plot(
            *_pictured.running_mean(other[order], window),
            color=CANDIDATE,
            linewidth=1.4,
            label=f"mean of {window} neighbouring stimuli",
            zorder=2.2,
        )
        ax.set_xlabel(f"Stimulus, by response of {_pictured.cut(x.called, 30)}")
    else:
        ax.plot(one, color=REFERENCE, linewidth=1.2, label=names[0])
        ax.plot(other, color=CANDIDATE, linewidth=1.2, label=names[1])
        name_stimuli(ax, x, "x")
    ax.set_ylabel("Response (s.d. from mean)")
    ax.spines[["top", "right"]].set_visible(False)
    ax.legend(frameon=False, fontsize=7, loc="lower left", bbox_to_anchor=(0, 1), borderpad=0)
