"""What pairs of sessions say: of chance, and of the animals they come from."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import permutations

import numpy as np
from numpy.typing import NDArray

from homolog import measures
from homolog.statistics import Floats
from homolog.studies._study import Table


def of_one(x: str, y: str) -> bool:
    """Whether two sessions are of one animal."""
    return animal(x) == animal(y)


def animal(session: str) -> str:
    """The animal of a session, which begins its name."""
    return session.split("_")[0]


def _is_distance(name: str) -> bool:
    return name in measures.names() and measures.find(name).kind == "distance"


def of_all_movies(rows: Table, rotation: str) -> Table:
    """The rows of every pair against one kind of rotation, no movie left out."""
    return rows[(rows["measure"] == rotation) & (rows["left_out"] == "none")]


def excess(rows: Table, rotation: str) -> tuple[float, tuple[float, float], tuple[float, float]]:
    """Mean of score minus chance over pairs, with jackknife intervals.

    Returns
    -------
    mean, over_movies, over_sessions
        The first interval leaves one movie out at a time, the second one session: what
        other movies, and what other penetrations, could have given.
    """
    turned = rows[rows["measure"] == rotation]
    above = turned.assign(above=turned["score"] - turned["chance"])
    whole = above[above["left_out"] == "none"]
    mean = float(whole["above"].mean())
    movies = above[above["left_out"] != "none"].groupby("left_out")["above"].mean()
    sessions = sorted({*whole["x"], *whole["y"]})
    without = [whole[(whole["x"] != one) & (whole["y"] != one)]["above"].mean() for one in sessions]
    return mean, _jackknifed(mean, movies.to_numpy()), _jackknifed(mean, np.array(without))


def _jackknifed(value: float, left_out: Floats) -> tuple[float, float]:
    """95 % interval from the values with one of n equal parts left out."""
    from scipy.stats import t

    n = len(left_out)
    error = np.sqrt((n - 1) / n * np.sum((left_out - left_out.mean()) ** 2))
    reach = float(t.ppf(0.975, n - 1) * error)
    return value - reach, value + reach


def closeness(rows: Table, *, of_ceiling: bool) -> Table:
    """Scores by pair (row) and measure, turned so that more is closer.

    As shares of the ceiling, or of the distance of the floor, where asked and known.
    """
    chosen = rows[rows["left_out"].isna()]
    value, ceiling = chosen["score"].astype(float), chosen["ceiling"].astype(float)
    far = chosen["measure"].map(_is_distance)
    shared = (value / ceiling).where(~far, ceiling / value)
    close = shared if of_ceiling else value.where(~far, -value)
    wide = chosen.assign(close=close).pivot_table(
        index=["x", "y"], columns="measure", values="close", sort=False
    )
    return wide.dropna(axis=1)


def relabelled(pairs: Sequence[tuple[str, str]]) -> NDArray[np.bool_]:
    """(labelling, pair): which pairs would be of one animal, for every labelling there is.

    Sessions keep their number in each animal; the first labelling is the true one.
    """
    sessions = sorted({session for pair in pairs for session in pair})
    true = tuple(animal(session) for session in sessions)
    labels = np.array([true, *sorted(set(permutations(true)) - {true})])
    first, second = (np.array([sessions.index(pair[side]) for pair in pairs]) for side in (0, 1))
    return labels[:, first] == labels[:, second]


def auc(close: Floats, same: NDArray[np.bool_]) -> Floats:
    """Chance that a pair of one animal is closer than one of two, for each labelling."""
    from scipy.stats import rankdata

    ranks = rankdata(close)
    n_same = same.sum(axis=1)
    return (same @ ranks - n_same * (n_same + 1) / 2) / (n_same * (len(close) - n_same))
