"""Whether readouts of two sessions choose alike because both are right, or codes are alike."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from homolog.measures import find
from homolog.recordings import V1_SESSIONS
from homolog.studies._drawing import CANDIDATE, SCORE, SOFT, panels
from homolog.studies._study import Claim, Finding, Options, Part, Row, Sources, Table
from homolog.studies.families import _recordings
from homolog.studies.families._ranks import over_sessions
from homolog.studies.families._recordings import Reals, readout

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

UNRELATED = 0.05
"""Unbiased CKA below which two sessions have next to nothing of their geometry in common."""
DRAWS = 99


def tasks(quick: bool) -> Mapping[str, Options]:
    """Every pair of sessions."""
    sessions = V1_SESSIONS[2:5] if quick else V1_SESSIONS
    return {f"{x}-{y}": {"x": x, "y": y} for x, y in combinations(sessions, 2)}


def work(options: Options, rng: np.random.Generator, sources: Sources) -> list[Row]:
    """Agreement of the readouts of unlike halves, in choices and in errors; mean of both ways."""
    x, y = (_recordings.v1(options[side], sources.recordings) for side in ("x", "y"))
    _, movies = np.unique(np.asarray(x.groups), return_inverse=True)
    ways = [(x.halves[0], y.halves[1]), (y.halves[0], x.halves[1])]
    found = [agreed(*way, movies, rng) for way in ways]
    means = {what: float(np.mean([one[what] for one in found])) for what in found[0]}
    return [{"x": options["x"], "y": options["y"], **means}]


def agreed(
    x: Reals, y: Reals, movies: NDArray[np.int64], rng: np.random.Generator
) -> dict[str, float]:
    """How two readouts agree, beside how right they are and how alike the populations.

    ``choices`` is kappa of the movies that are chosen, ``errors`` of which frames are right;
    ``by_movie`` the mean of the latter when frames are exchanged within movies, which leaves what
    only some movies being easier gives.
    """
    a, b = (readout(side, movies.tolist()) for side in (x, y))
    kappa = find("error_consistency")
    of_errors = kappa.using(labels=movies)
    return {
        "cka": float(find("unbiased_cka")(x, y)),
        "right": float(np.mean([(one.argmax(1) == movies).mean() for one in (a, b)])),
        "choices": float(kappa(a, b)),
        "errors": float(of_errors(a, b)),
        "by_movie": float(np.mean([of_errors(a, b[within(movies, rng)]) for _ in range(DRAWS)])),
    }


def within(movies: NDArray[np.int64], rng: np.random.Generator) -> NDArray[np.int64]:
    """An order in which frames change places with others of their movie only."""
    order = np.arange(len(movies))
    for movie in np.unique(movies):
        order[movies == movie] = rng.permutation(order[movies == movie])
    return order


def draw(rows: Table) -> Figure:
    """Kappa of choices and of errors against unbiased CKA, a point for each pair."""
    figure, (left, right) = panels(2, width=10, height=3.8)
    _points(left, rows, rows["choices"])
    _points(right, rows, rows["errors"] - rows["by_movie"])
    left.set_ylabel("κ of the movies chosen")
    right.set_ylabel("κ of errors, beyond that of movies")
    left.set_title("Alike in what they choose…", fontsize=10, loc="left")
    right.set_title("…and in which frames they get wrong", fontsize=10, loc="left")
    left.legend(frameon=False, fontsize=8, ncols=2, loc="upper left", bbox_to_anchor=(0, -0.15))
    return figure


def _points(ax: Axes, rows: Table, values: Table) -> None:
    apart = rows["cka"] < UNRELATED
    for chosen, colour, label in (
        (apart, CANDIDATE, "geometry unrelated"),
        (~apart, SCORE, "geometry related"),
    ):
        if chosen.any():
            ax.plot(rows["cka"][chosen], values[chosen], "o", color=colour, ms=5, label=label)
    ax.axhline(0, color=SOFT, linewidth=0.8)
    ax.axvline(UNRELATED, color=SOFT, linewidth=0.8, linestyle=":")
    ax.set_xlabel("Unbiased CKA")


def tables(rows: Table) -> Mapping[str, Sequence[Row]]:
    """Means of the pairs with and without a geometry in common."""
    apart = rows["cka"] < UNRELATED
    lines: list[Row] = []
    for chosen, name in ((apart, "unrelated"), (~apart, "related")):
        if chosen.any():
            means = rows.loc[chosen, ["cka", "right", "choices", "errors", "by_movie"]].mean()
            lines.append({"geometry": name, "pairs": int(chosen.sum()), **means.astype(float)})
    return {"means": lines}


def judge(rows: Table) -> Mapping[str, Finding]:
    """Pairs with unrelated geometry, by jackknife intervals over sessions."""
    pairs = rows.set_index(["x", "y"])
    apart = pairs[pairs["cka"] < UNRELATED]
    beyond = apart["errors"] - apart["by_movie"]
    return {
        "choices": _above(apart[["choices"]], "choose alike where both are right: "),
        "errors": _above(beyond.to_frame("beyond"), "err alike: "),
    }


def _above(found: Table, what: str) -> Finding:
    sessions = {one for pair in found.index for one in pair}
    if len(sessions) < len(V1_SESSIONS) // 2:
        why = f"Too few pairs have an unbiased CKA below {UNRELATED}."
        return Finding("cannot tell", f"{len(found)} pairs", why)
    mean, low, high = over_sessions(found, lambda of: of.to_numpy().mean())
    return Finding(
        "agree" if low > 0 else "disagree" if high < 0 else "cannot tell",
        f"κ {mean:.2f} [{low:.2f}, {high:.2f}]",
        f"{len(found)} pairs with an unbiased CKA below {UNRELATED} {what}mean over pairs, "
        "interval over sessions.",
    )


_RULE = "By the jackknife interval over sessions: agree if above 0, disagree if below."

PART = Part(
    name="answers",
    title="The same answers from unlike codes",
    question=(
        "The movie of every frame is read out of each session of V1 from the other frames. "
        "Readouts of two sessions can choose alike because both are right, which any two good "
        "codes are, or because they take the same frames for the same wrong ones. The first is "
        "agreement of choices (Cohen's kappa), the second that of errors, beyond what easy and "
        "hard movies give."
    ),
    claims={
        "choices": Claim(
            "Readouts of two populations choose alike though their geometries are unrelated.",
            _RULE,
            by="this study",
        ),
        "errors": Claim(
            "They also err on the same frames, beyond some movies being easier.",
            _RULE,
            by="this study",
        ),
    },
    tasks=tasks,
    work=work,
    draw=draw,
    picture=(
        "Agreement of readouts against unbiased CKA, a point for each pair of sessions: in the "
        "movies they choose, and in the frames they get wrong."
    ),
    judge=judge,
    tables=tables,
    missing=_recordings.missing_v1,
    inputs=_recordings.inputs_v1,
)
