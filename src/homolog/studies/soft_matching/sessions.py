"""Recordings of V1: chance by rotation, ceilings, and whether animals can be told apart."""

from __future__ import annotations

import os
from collections.abc import Mapping
from itertools import combinations
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from homolog.comparison import compare
from homolog.errors import HomologError
from homolog.recordings import V1_SESSIONS, place_of, v1_natural_movies
from homolog.representation import Representation
from homolog.statistics import Floats
from homolog.studies._drawing import CANDIDATE, INK, SCORE, SOFT, panels
from homolog.studies._held_out import held_out
from homolog.studies._rotations import chance_by_rotation
from homolog.studies._study import Claim, Finding, Options, Part, Row, Sources, Table, Verdict
from homolog.studies._words import above_0
from homolog.studies.soft_matching._animals import (
    auc,
    closeness,
    excess,
    of_all_movies,
    of_one,
    relabelled,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

MEASURES = ("soft_matching_correlation", "unbiased_cka", "procrustes", "ridge")
HELD_OUT = "held-out matching"
ROTATIONS = {"rotation": False, "rotation around mean": True}
"""Chance levels, and whether the mean response of the population stays."""
SURE = 0.025
"""p in either direction below which a verdict is not luck, 0.05 for both together."""


def missing(sources: Sources) -> str | None:
    """What is lacking, unless the user named a folder, for then it is refused instead."""
    if sources.recordings is not None:
        return None
    try:
        inputs(sources)
    except HomologError:
        named = os.environ.get("HOMOLOG_DATA")
        which = f" ({named} does not hold them)" if named else ""
        return (
            "it needs the recordings v1_natural_movies; give the folder that holds them with "
            f"--recordings FOLDER, or in HOMOLOG_DATA{which}"
        )
    return None


def inputs(sources: Sources) -> list[Path]:
    """The nine sessions and the list of their stimuli."""
    names = [*(f"{session}.npz" for session in V1_SESSIONS), "stimuli.npz"]
    return [place_of("v1_natural_movies", name, sources.recordings) for name in names]


def tasks(quick: bool) -> Mapping[str, Options]:
    """Every pair of sessions."""
    draws = {"n_rotations": 99, "n_rotations_left_out": 3} if quick else {}
    draws = draws or {"n_rotations": 200, "n_rotations_left_out": 25}
    sessions = V1_SESSIONS[1:6] if quick else V1_SESSIONS
    return {f"{x}-{y}": {"x": x, "y": y, **draws} for x, y in combinations(sessions, 2)}


def work(options: Options, rng: np.random.Generator, sources: Sources) -> list[Row]:
    """Score two sessions by every measure, and against chance, also without each movie."""
    x, y = (
        v1_natural_movies(options[side], sources.recordings, category="natural")
        for side in ("x", "y")
    )
    movies = np.array([str(label).split("-")[2] for label in x.labels])
    pair: Row = {
        "x": options["x"],
        "y": options["y"],
        "same_animal": of_one(options["x"], options["y"]),
    }
    halves = np.isin(movies, rng.permutation(np.unique(movies))[::2])
    a, b = x.condition_means().matrix, y.condition_means().matrix
    rows = [*_scores(x, y, movies), _row(HELD_OUT, held_out(a, b, halves))]
    rows += _against_chance(a, b, movies, options, int(rng.integers(2**31)))
    return [{**pair, **row} for row in rows]


def _row(measure: str, score: float, **more: Any) -> Row:
    blank: Row = dict.fromkeys(("ceiling", "left_out", "chance", "chance_spread", "p", "p_below"))
    return {"measure": measure, "score": score, **blank, **more}


def _scores(x: Representation, y: Representation, movies: NDArray[np.str_]) -> list[Row]:
    """Scores and ceilings, means of both directions, with whole movies held out together."""
    ways = [
        compare(*both, MEASURES, intervals=False, permutations=0, groups=movies.tolist())
        for both in ((x, y), (y, x))
    ]
    rows: list[Row] = []
    for name in MEASURES:
        ceilings = [way[name].ceiling for way in ways]
        known = [one for one in ceilings if one is not None]
        ceiling = float(np.mean(known)) if len(known) == len(ways) else None
        rows.append(_row(name, float(np.mean([way[name].value for way in ways])), ceiling=ceiling))
    return rows


def _against_chance(
    x: Floats, y: Floats, movies: NDArray[np.str_], options: Options, seed: int
) -> list[Row]:
    """Soft matching beside rotations, with all movies and without each; the same rotations."""
    rows: list[Row] = []
    for movie in (None, *np.unique(movies).tolist()):
        kept = movies != movie
        n = options["n_rotations" if movie is None else "n_rotations_left_out"]
        for name, around_mean in ROTATIONS.items():
            rng = np.random.default_rng(seed)
            found = chance_by_rotation(x[kept], y[kept], n, rng, around_mean=around_mean)
            level = {
                "chance": found.level,
                "chance_spread": found.spread,
                "p": found.p_value,
                "p_below": found.p_below,
            }
            rows.append(_row(name, found.score, left_out=movie or "none", **level))
    return rows


def draw(rows: Table) -> Figure:
    """Every pair beside chance and ceiling; and what each measure says of animals."""
    figure, (left, right) = panels(2, width=11, height=4)
    turned, around = (of_all_movies(rows, name) for name in ROTATIONS)
    ceilings = rows[rows["measure"] == "soft_matching_correlation"].set_index(["x", "y"])
    order = turned["score"].to_numpy().argsort()
    turned, around = (one.iloc[order].reset_index(drop=True) for one in (turned, around))
    place = np.arange(len(turned))
    top = ceilings.loc[list(zip(turned["x"], turned["y"], strict=True)), "ceiling"]
    left.plot(place, top.astype(float), "v", color=INK, markersize=4, label="ceiling")
    left.errorbar(
        place,
        turned["chance"],
        yerr=2 * turned["chance_spread"],
        fmt="_",
        color=SOFT,
        label="one rotated, ± 2 s.d.",
    )
    left.plot(place, around["chance"], "_", color=INK, markersize=7, label="rotated around mean")
    for same, colour, label in ((False, SCORE, "two animals"), (True, CANDIDATE, "one animal")):
        chosen = turned["same_animal"] == same
        left.plot(
            place[chosen], turned["score"][chosen], "o", color=colour, markersize=5, label=label
        )
    left.set_ylim(-0.1, 1.3)
    left.margins(x=0.04)
    left.set_yticks(np.linspace(0, 1, 6))
    left.set_xticks([])
    left.set_xlabel(f"{len(turned)} pairs of sessions, by score")
    left.set_ylabel("Soft matching correlation")
    left.set_title("Tuning against rotations", fontsize=10, loc="left")
    left.legend(frameon=False, fontsize=8, loc="upper left", ncols=2)
    _animals_told_apart(right, rows)
    return figure


def _animals_told_apart(ax: Axes, rows: Table) -> None:
    raw, shared = closeness(rows, of_ceiling=False), closeness(rows, of_ceiling=True)
    same = relabelled(list(raw.index))
    names = [name for name in (*MEASURES, HELD_OUT) if name in raw]
    for place, name in enumerate(names):
        values = auc(raw[name].to_numpy(), same)
        ends = np.quantile(values, [0.025, 0.975])
        ax.plot(ends, [place, place], color=SOFT, alpha=0.35, linewidth=7, solid_capstyle="butt")
        ax.plot(values[0], place, "o", color=SCORE, markersize=7)
        if name in shared:
            value = auc(shared[name].to_numpy(), same)[0]
            ax.plot(value, place, "o", color=SCORE, markerfacecolor="none", markersize=11)
    ax.plot([], [], "o", color=SCORE, label="score")
    share = "score as share of its ceiling"
    ax.plot([], [], "o", color=SCORE, markerfacecolor="none", markersize=9, label=share)
    ax.plot([], [], color=SOFT, alpha=0.35, linewidth=7, label="95 % of relabelled sessions")
    ax.axvline(0.5, color=SOFT, linewidth=0.8)
    ax.set_xlim(-0.04, 1.04)
    ax.set_yticks(range(len(names)), [name.replace("_", " ") for name in names])
    ax.set_ylim(len(names) - 0.5, -1.6)
    ax.grid(axis="y", visible=False)
    ax.set_xlabel("AUC: a pair of one animal closer than one of two")
    ax.set_title("One animal against two", fontsize=10, loc="left")
    ax.legend(frameon=False, fontsize=8, loc="upper left")


def judge(rows: Table) -> Mapping[str, Finding]:
    """Tuning against rotations over movies and sessions; animals by all labellings."""
    raw = closeness(rows, of_ceiling=False)
    same = relabelled(list(raw.index))
    aucs = {name: auc(raw[name].to_numpy(), same) for name in raw}
    soft, ridge = aucs["soft_matching_correlation"], aucs["ridge"]
    table = ", ".join(
        f"{name} {values[0]:.2f} (p = {_p(values):.3f})" for name, values in aucs.items()
    )
    return {
        "biology": _above(rows, "rotation"),
        "individual": _above(rows, "rotation around mean"),
        "animals": Finding(
            _told_apart(soft),
            f"AUC {soft[0]:.2f}, p = {_p(soft):.3f}; all measures: {table}",
            "AUC: how often a pair of sessions of one animal is closer than a pair of two, 0.5 by "
            f"luck. {int(same[0].sum())} pairs of one animal among {len(raw)}; p, one-sided, over "
            f"all {len(same)} ways to label the sessions, not corrected for {len(aucs)} measures.",
        ),
        "predictivity": Finding(
            _told_apart(soft - ridge),
            f"AUC {soft[0]:.2f} against {ridge[0]:.2f}, p of the difference = "
            f"{_p(soft - ridge):.3f}, the other way {_p(ridge - soft):.3f}",
            "Which tells animals apart better, soft matching or ridge regression. These sessions "
            "of V1 are few, and animals may not differ in what both measure.",
        ),
        "networks": Finding(
            "not run",
            "",
            "Networks cannot be shown these stimuli: the recordings come without the pixels of "
            "their frames.",
        ),
    }


def _above(rows: Table, rotation: str) -> Finding:
    mean, over_movies, over_sessions = excess(rows, rotation)
    whole = of_all_movies(rows, rotation)
    above, below = (int((whole[side] < SURE).sum()) for side in ("p", "p_below"))
    return Finding(
        above_0((over_movies, over_sessions)),
        f"{whole['score'].mean():.3f} against {whole['chance'].mean():.3f}, difference "
        f"{mean:.3f} [{over_movies[0]:.3f}, {over_movies[1]:.3f}] over movies, "
        f"[{over_sessions[0]:.3f}, {over_sessions[1]:.3f}] over sessions",
        f"Of {len(whole)} pairs of sessions, {above} are above and {below} below rotations with "
        f"p < {SURE} each (one-sided, not corrected; luck gives about {SURE * len(whole):.0f} of "
        "either, and pairs that share a session are not independent).",
    )


def _p(values: Floats) -> float:
    """Share of all labellings, the true one among them, that are at least as high as it."""
    return float((values >= values[0] - 1e-12).mean())


def _told_apart(values: Floats) -> Verdict:
    if _p(values) < SURE:
        return "agree"
    return "disagree" if _p(-values) < SURE else "cannot tell"


_BY_INTERVALS = (
    "By two jackknife intervals of score minus chance, over movies and over sessions: agree if "
    "both are above 0, disagree if one is below it."
)

_BY_LABELS = (
    f"By exact p over all labellings of the sessions: agree if p < {SURE}, disagree if p < {SURE} "
    "for the opposite."
)

PART = Part(
    name="sessions",
    title="Recordings of V1",
    question=(
        "Populations in V1 of macaques saw the same 220 natural frames. The soft matching "
        "correlation of all pairs stands beside its noise ceiling and beside chance: rotations of "
        "one population, of all directions or of all but its mean response. Then: are sessions of "
        "one animal closer than those of two, by any measure? All labellings of the sessions tell "
        "what luck would give. Whole movies are held out together."
    ),
    claims={
        "biology": Claim(
            "Individual tuning is preserved above chance in biological networks (here: V1).",
            _BY_INTERVALS,
        ),
        "individual": Claim(
            "Tuning in V1 is also above the chance of rotations that leave the "
            "population's mean response in place.",
            _BY_INTERVALS,
            by="this study",
        ),
        "predictivity": Claim(
            "Soft matching distinguishes where linear predictivity does not (here: animals).",
            _BY_LABELS,
        ),
        "networks": Claim(
            "Soft matching tells which artificial networks resemble a brain better than linear "
            "predictivity does.",
            "Needs the pixels of the stimuli that the recordings answer.",
        ),
        "animals": Claim(
            "By soft matching, sessions of one animal are closer than those of two.",
            _BY_LABELS,
            by="this study",
        ),
    },
    tasks=tasks,
    work=work,
    draw=draw,
    picture=(
        "Soft matching correlation of every pair of sessions with its ceiling and two chance "
        "levels by rotation; and how well each measure tells pairs of one animal from others."
    ),
    judge=judge,
    missing=missing,
    inputs=inputs,
)
