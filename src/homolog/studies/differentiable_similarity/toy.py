"""Figure 3, a and b: two variables, of which a measure may reward one alone."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from homolog.studies._drawing import CANDIDATE, INK, REFERENCE, SOFT, dressed
from homolog.studies._study import Claim, Finding, Options, Part, Row, Sources, Table
from homolog.studies._words import mean_interval
from homolog.studies.differentiable_similarity._climbs import (
    CALLED,
    COLOURS,
    FINE,
    GOAL,
    MEASURES,
    Reals,
    at_most,
    known,
    on_grid,
    seeds_of,
    summed_up,
)
from homolog.studies.differentiable_similarity._planted import LARGER, two_variables

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from homolog.audit import Trajectory

SHOWN = ("procrustes", "cka")
STAGES = (0.4, 0.7, 0.9, GOAL)
"""Scores at which responses are drawn."""

BY_AUTOGRAD = {"procrustes": 0.805, "nbs": 0.954, "linear_regression": 0.960, "cka": 1.0}
"""Where an implementation with automatic differentiation captured half of the smaller component:
means of three starts; 1 where it never did below the goal."""

EXACT = 0.02


def tasks(quick: bool) -> Mapping[str, Options]:
    """Each measure by itself."""
    return {one: {"measure": one, "n_starts": 3 if quick else 60} for one in MEASURES}


def work(options: Options, rng: np.random.Generator, sources: Sources) -> list[Row]:
    """Climb from many starts; say when each component was captured, and how responses looked."""
    from homolog.audit import captured_components, maximise_many

    target, measure = two_variables(), options["measure"]
    # Starts are the same for all measures, so that these can be compared start by start.
    seeds = seeds_of(np.random.default_rng(0), options["n_starts"])
    climbs = maximise_many(target, measure, seeds=seeds, scores=FINE)
    found = [captured_components(target, one) for one in climbs]
    rows = [
        _row(measure, "half", start=number, component=i + 1, score=known(at), steps=climb.steps)
        for number, (climb, one) in enumerate(zip(climbs, found, strict=True))
        for i, at in enumerate(one.half_capture)  # pyright: ignore[reportArgumentType]
    ]
    for i in range(target.shape[-1]):
        courses = [
            on_grid(climb.score, one.r2[:, i]) for climb, one in zip(climbs, found, strict=True)
        ]
        rows += [_row(measure, "course", component=i + 1, **place) for place in summed_up(courses)]
    return [*rows, *(_looks(measure, target, climbs[0]) if measure in SHOWN else [])]


def _looks(measure: str, target: Reals, climb: Trajectory) -> list[Row]:
    """Responses at each stage, turned and scaled as near to the target as they go."""
    rows: list[Row] = []
    for stage in STAGES:
        found = climb.at(stage)
        if found is None:
            continue
        turned = _turned(found.reshape(-1, 2), target.reshape(-1, 2)).reshape(target.shape)
        rows += [
            _row(measure, "look", score=stage, condition=c, time=t, x=float(x), y=float(y))
            for c, course in enumerate(turned)
            for t, (x, y) in enumerate(course)
        ]
    return rows


def _turned(responses: Reals, target: Reals) -> Reals:
    responses = responses - responses.mean(0)
    left, sizes, right = np.linalg.svd(responses.T @ (target - target.mean(0)))
    return responses @ left @ right * sizes.sum() / np.square(responses).sum()


_COLUMNS = (
    *("start", "component", "score", "mean", "low", "high", "steps"),
    *("condition", "time", "x", "y"),
)


def _row(measure: str, kind: str, **values: float | None) -> Row:
    blank: Row = dict.fromkeys(_COLUMNS)
    return {"measure": measure, "kind": kind, **blank, **values}


def draw(rows: Table) -> Figure:
    """Responses on their way for two measures, and how much of each component they hold."""
    from matplotlib.figure import Figure
    from matplotlib.gridspec import GridSpec

    figure = Figure(figsize=(11, 6.2), layout="constrained")
    grid = GridSpec(3, 20, figure=figure, height_ratios=(1, 1, 1.7))
    for line, measure in enumerate(SHOWN):
        for place, stage in enumerate((*STAGES, None)):
            ax = figure.add_subplot(grid[line, 4 * place : 4 * place + 4])
            _portrait(ax, rows, measure, stage)
    for place, measure in enumerate(MEASURES):
        ax = figure.add_subplot(grid[2, 5 * place : 5 * place + 5])
        dressed(ax)
        _courses(ax, rows[(rows["measure"] == measure)], measure, first=place == 0)
    return figure


def _portrait(ax: Axes, rows: Table, measure: str, stage: float | None) -> None:
    if stage is None:
        points, title = two_variables(), "what is imitated"
        points = points - points.mean((0, 1))
    else:
        chosen = rows[(rows["kind"] == "look") & (rows["measure"] == measure)]
        chosen = chosen[chosen["score"] == stage].sort_values(["condition", "time"])
        points = chosen[["x", "y"]].to_numpy().reshape(two_variables().shape)
        title = f"{CALLED[measure]} {stage:g}"
    for condition, course in enumerate(points):
        shade = (0.35, 0.65, 1.0)[condition % 3]
        ax.plot(*course.T, color=(CANDIDATE, REFERENCE)[condition // 3], alpha=shade, linewidth=1.3)
    ax.set_xlim(-2.6, 2.6)
    ax.set_ylim(-1.5, 1.5)
    ax.set_aspect("equal")
    ax.set_axis_off()
    ax.set_title(title, fontsize=9)


def _courses(ax: Axes, rows: Table, measure: str, *, first: bool) -> None:
    courses, halves = (rows[rows["kind"] == kind] for kind in ("course", "half"))
    for component, line in ((1, "-"), (2, "--")):
        one = courses[courses["component"] == component]
        colour = INK if component == 1 else COLOURS[measure]
        ax.plot(one["score"], one["mean"], line, color=colour, label=f"PC{component}")
        ax.fill_between(one["score"], one["low"], one["high"], color=colour, alpha=0.15)
    ends = at_most(halves[halves["component"] == 2]["score"]).mean()
    ax.axvline(min(ends, GOAL), color=SOFT, linewidth=0.8, linestyle=":")
    ax.set_xlim(0.1, 1)
    ax.set_ylim(0, 1.03)
    ax.set_xlabel(f"{CALLED[measure]} score")
    ax.legend(frameon=False, fontsize=8, loc="upper left")
    if first:
        ax.set_ylabel("R² of a component")


def smaller(rows: Table) -> Table:
    """Score at which the smaller component is half captured, by start (row) and measure."""
    chosen = rows[(rows["kind"] == "half") & (rows["component"] == 2)]
    return chosen.assign(at=at_most(chosen["score"])).pivot_table(
        index="start", columns="measure", values="at"
    )


def judge(rows: Table) -> Mapping[str, Finding]:
    """By start: who captures the smaller component later than Procrustes."""
    found = smaller(rows)
    later = {
        name: mean_interval(found[name] - found["procrustes"])
        for name in MEASURES
        if name != "procrustes"
    }
    sure = all(low > 0 for _, low, _ in later.values())
    contrary = any(high < 0 for _, _, high in later.values())
    missing = float((found["cka"] == 1).mean())
    spread = found.std() / np.sqrt(3)
    beyond = {
        name: max(0.0, abs(found[name].mean() - BY_AUTOGRAD[name]) - 2 * spread[name])
        for name in MEASURES
    }
    return {
        "later": Finding(
            "agree" if sure else "disagree" if contrary else "cannot tell",
            "; ".join(f"{CALLED[name]} {found[name].mean():.3f}" for name in MEASURES),
            f"Means of {len(found)} starts. CKA comes to {GOAL} without the smaller component in "
            f"{missing:.0%} of them.",
        ),
        "by-autograd": Finding(
            "agree" if max(beyond.values()) <= EXACT else "disagree",
            "; ".join(
                f"{CALLED[name]} {found[name].mean():.3f} ± {2 * spread[name]:.3f} beside "
                f"{'never' if BY_AUTOGRAD[name] == 1 else format(BY_AUTOGRAD[name], '.3f')}"
                for name in MEASURES
            ),
            "± is twice the standard deviation of a mean of three starts, as the other numbers "
            "are: starts differ far more than implementations do.",
        ),
    }


PART = Part(
    name="figure-3ab",
    title="Figure 3, a and b: which component is learned when",
    question=(
        "Two neurons encode a choice and the strength of evidence in six conditions. Their larger "
        f"component has {LARGER:.1%} of the variance. Noise is made ever more like them by one "
        f"measure at a time, up to a score of {GOAL}: when does it hold the smaller component?"
    ),
    claims={
        "later": Claim(
            "The smaller component is captured at a lower score by Procrustes than by NBS, linear "
            "regression and CKA.",
            "By intervals over starts of how much later the others capture half of it: agree if "
            "all are above 0, disagree if one is below.",
        ),
        "by-autograd": Claim(
            "It is captured at the scores that an implementation with automatic differentiation "
            "gives.",
            f"Agree if each is within {EXACT} of the range in which means of three starts lie "
            "(two standard deviations); else disagree.",
            by="this study",
        ),
    },
    tasks=tasks,
    work=work,
    draw=draw,
    picture=(
        "Responses at four scores: with Procrustes they have both variables at 0.9, with CKA "
        "hardly at 0.99. R² of both components against score, a panel for each measure."
    ),
    judge=judge,
)
