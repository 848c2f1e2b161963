"""A row of the table from the histories of its replicas."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from homolog.studies._study import Row, Table

if TYPE_CHECKING:
    from homolog.rules._rule import Preset

WITHIN = 3
"""Published deviations of test accuracy within which a mean counts as reproduced."""

INSIDE, OUTSIDE = f"within {WITHIN}", f"outside {WITHIN}"
NOT_RUN, UNFINISHED, QUOTED, NOT_EVIDENCE = "not run", "unfinished", "quoted", "not evidence"

NOTHING: Row = {"replicas": None, "mean": None, "std": None, "median": None, "collapsed": None}
"""`spread` of a row of which nothing was run."""


def last_epochs(runs: Table) -> tuple[Table, Table]:
    """Of each replica its last epoch: those that finished what was asked, and those that did not.

    Parameters
    ----------
    runs
        A row for each replica and epoch of one kind of network; replica is missing in the only
        row of a kind of which nothing was begun.
    """
    begun = runs[runs["replica"].notna()].sort_values(["replica", "epoch"])
    last = begun.groupby("replica").tail(1)
    done = last["epoch"] >= last["asked_epochs"]
    return last[done], last[~done]


def spread(runs: Table) -> Row:
    """Test accuracy over finished replicas in per cent, and how many collapsed.

    A replica has collapsed when it never answers one of the classes, or is right half as often
    as the best; it counts in the mean, as in the published ones. The deviation is that of a
    sample (n - 1), from two replicas on.
    """
    from homolog.training._training import collapsed

    done, _ = last_epochs(runs)
    right = 100 * done["test_accuracy"]
    n = len(done)
    return {
        "replicas": n,
        "mean": float(right.mean()) if n else None,
        "std": float(right.std(ddof=1)) if n > 1 else None,
        "median": float(right.median()) if n else None,
        "collapsed": int(collapsed(done).sum()) if n else None,
    }


def unfinished(runs: Table) -> str:
    """Replicas that go on, with their epoch and accuracy so far."""
    return "; ".join(
        f"replica {one.replica:.0f} after {one.epoch:.0f} of {one.asked_epochs}: "
        f"{100 * one.test_accuracy:.2f}"
        for one in last_epochs(runs)[1].itertuples()
    )


def against(row: Preset, mean: Any, *, quick: bool) -> Row:
    """A mean beside the published one, in published deviations of test accuracy."""
    std = row.test_std
    apart = (mean - row.published) / std if mean is not None and std and not quick else None
    return {
        "published": row.published,
        "published_std": std,
        "difference_in_stds": apart,
        "verdict": _verdict(row, mean, apart, quick=quick),
    }


def _verdict(row: Preset, mean: Any, apart: float | None, *, quick: bool) -> str:
    if mean is None:
        return QUOTED if row.test_std is None else NOT_RUN
    if quick:
        return NOT_EVIDENCE
    if apart is None:
        return QUOTED
    return INSIDE if abs(apart) <= WITHIN else OUTSIDE


def furthest(rows: Sequence[Row]) -> str:
    """The row that differs most from what was published, in words."""
    judged = [one for one in rows if isinstance(one["difference_in_stds"], float)]
    if not judged:
        return ""
    most = max(judged, key=lambda one: abs(float(one["difference_in_stds"] or 0)))
    return f"Furthest: {most['row']}, {most['difference_in_stds']:+.1f} deviations"
