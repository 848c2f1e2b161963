"""Figure 2: what can be decoded from noise that was made like a recording, by its score."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from homolog.studies._study import Claim, Finding, Options, Part, Row, Sources, Table
from homolog.studies._words import mean_interval
from homolog.studies.differentiable_similarity._climbs import (
    CALLED,
    CLOSE,
    COARSE,
    MEASURES,
    at_most,
    known,
    seeds_of,
)
from homolog.studies.differentiable_similarity._recorded_figure import figure_of
from homolog.studies.differentiable_similarity._recordings import (
    IMAGES,
    MOVIES,
    PREFRONTAL,
    REACHES,
    Place,
    Recorded,
)

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from homolog.audit import Trajectory

HIGH, HIGHEST = 0.9, 0.98
"""Scores that one would call high, and that are nearly 1."""

Kinded = tuple[str, dict[str, str | float | None]]
"""Kind and values of a row."""


def tasks(quick: bool, *, measures: tuple[str, ...]) -> Mapping[str, Options]:
    """Each measure by itself."""
    return {one: {"measure": one, "n_starts": 2 if quick else 5} for one in measures}


def work(
    options: Options, rng: np.random.Generator, sources: Sources, *, place: Place
) -> list[Row]:
    """Climb to a recording by one measure, and decode what was shown on the way."""
    from homolog.audit import decoding, maximise_many

    recorded, measure = place.read(sources.recordings), options["measure"]
    own = decoding(recorded.responses, recorded.labels, folds=recorded.folds)
    # Starts are the same for all measures, so that these can be compared start by start.
    seeds = seeds_of(np.random.default_rng(0), options["n_starts"])
    climbs = maximise_many(recorded.responses, measure, seeds=seeds, goal=CLOSE, scores=COARSE)
    rows = [
        _row(
            "recording",
            None,
            variable=name,
            accuracy=accuracy,
            chance=own.chance[name],
            low=own.low[name],
            high=own.high[name],
            guessing=own.by_guessing(name),
        )
        for name, accuracy in own.accuracy.items()
    ]
    for start, climb in enumerate(climbs):
        rows += [
            _row(kind, measure, start=start, **values)
            for kind, values in (*_decoded(climb, recorded), *_captured(climb, recorded))
        ]
    return rows


def _decoded(climb: Trajectory, recorded: Recorded) -> list[Kinded]:
    from homolog.audit import decoding_along

    along = decoding_along(climb, recorded.labels, folds=recorded.folds)
    found: list[Kinded] = []
    for name, accuracy in along.accuracy.items():
        for score, right in zip(along.score, accuracy, strict=True):
            place = {"variable": name, "score": float(score), "accuracy": float(right)}
            found.append(("along", {**place}))
        needed = along.needed[name]
        found.append(("needed", {"variable": name, "score": needed, "steps": climb.steps}))
    return found


def _captured(climb: Trajectory, recorded: Recorded) -> list[Kinded]:
    from homolog.audit import captured_components

    found = captured_components(recorded.responses, climb)
    assert found.half_capture is not None
    pairs = zip(found.explained_variance, found.half_capture, strict=True)
    return [
        ("component", {"component": i + 1, "variance": float(share), "score": known(at)})
        for i, (share, at) in enumerate(pairs)
    ]


_COLUMNS = (
    *("start", "variable", "score", "accuracy", "chance", "low", "high", "guessing"),
    *("component", "variance", "steps"),
)


def _row(kind: str, measure: str | None, **values: str | float | None) -> Row:
    blank: Row = dict.fromkeys(_COLUMNS)
    return {"kind": kind, "measure": measure, **blank, **values}


def draw(rows: Table) -> Figure:
    """Accuracies, scores needed and components captured."""
    return figure_of(_once(rows))


def _once(rows: Table) -> Table:
    """Rows of the recording, which every task brings, once."""
    own = rows["kind"] == "recording"
    return rows[~own | ~rows[own].duplicated("variable").reindex(rows.index, fill_value=False)]


def at_score(rows: Table, measure: str, score: float) -> Table:
    """Accuracy at the first responses with that score: start (row) and variable."""
    along = rows[(rows["kind"] == "along") & (rows["measure"] == measure)]
    there = along[along["score"] >= score].sort_values("score")
    return there.groupby(["start", "variable"])["accuracy"].first().unstack()


def needed(rows: Table) -> Table:
    """Score needed by start (row), variable and measure; 1 where it was not found."""
    chosen = rows[rows["kind"] == "needed"]
    scored = chosen.assign(at=at_most(chosen["score"]))
    return scored.pivot_table(index="start", columns=["variable", "measure"], values="at")


def levels(rows: Table) -> Table:
    """What the recording tells of each variable (row), and whether conditions are enough.

    `low` is where it counts as back: the lower end of the interval of its accuracy. `told` says
    whether that is above chance, `clear` whether guesses stay below it as well.
    """
    own = _once(rows).query("kind == 'recording'").set_index("variable")
    own = own[["accuracy", "chance", "low", "guessing"]].astype(float)
    told = own["low"] > own["chance"]
    return own.assign(told=told, clear=told & (own["low"] >= own["guessing"]))


def tables(rows: Table) -> Mapping[str, list[Row]]:
    """The score that each variable needs, by measure."""
    found, own = needed(rows), levels(rows)
    measures = list(dict.fromkeys(rows["measure"].dropna()))
    listed: list[Row] = [
        {
            "variable": variable,
            "recording": float(own.loc[variable, "accuracy"]),
            "chance": float(own.loc[variable, "chance"]),
            "back from": float(own.loc[variable, "low"]),
            "by guessing": float(own.loc[variable, "guessing"]),
            **{
                CALLED[one]: _told(found[variable][one])
                if own.loc[variable, "told"]
                else "not told by the recording"
                for one in measures
            },
            **{
                f"accuracy at {CALLED[one]} {HIGH}": float(
                    at_score(rows, one, HIGH)[variable].mean()
                )
                for one in measures
            },
        }
        for variable in own.index
    ]
    return {"score-needed": listed}


def _told(scores: Table) -> str:
    """Median and range over starts."""
    middle, least, most = (_written(one) for one in (scores.median(), scores.min(), scores.max()))
    return middle if least == most else f"{middle} ({least} to {most})"


def _written(score: float) -> str:
    """A score with as many digits as it needs to be told from 1."""
    return f"> {CLOSE}" if score == 1 else f"{score:.{2 if score < HIGHEST else 3}f}"


def judge(rows: Table) -> Mapping[str, Finding]:
    """What is decoded at a high score, and who needs the lowest."""
    findings = {one: _at_high(rows, one) for one in ("procrustes", "linear_regression", "cka")}
    return {**findings, "order": _ordered(rows), "components": _components(rows)}


def _at_high(rows: Table, measure: str) -> Finding:
    """Whether variables are back at a high score: of Procrustes all, of the others not all."""
    found, own = at_score(rows, measure, HIGH), levels(rows)
    ends = {name: mean_interval(found[name]) for name in own.index}
    clear = [name for name in own.index if own.loc[name, "clear"]]
    some_lack = any(ends[name][2] < own.loc[name, "low"] for name in clear)
    all_back = bool(clear) and all(ends[name][1] >= own.loc[name, "low"] for name in clear)
    agrees, disagrees = (all_back, some_lack) if measure == "procrustes" else (some_lack, all_back)
    told = "; ".join(
        f"{name} {mean:.2f} [{low:.2f}, {high:.2f}], recording {own.loc[name, 'accuracy']:.2f}, "
        f"back from {own.loc[name, 'low']:.2f}, chance {own.loc[name, 'chance']:.2f}"
        for name, (mean, low, high) in ends.items()
    )
    return Finding(
        "agree" if agrees else "disagree" if disagrees else "cannot tell",
        told,
        f"Accuracies at {CALLED[measure]} {HIGH}, mean and interval over {len(found)} starts."
        + _unclear(own),
    )


def _unclear(own: Table) -> str:
    """Which variables are left out of a verdict, because guesses come to their level."""
    return "".join(
        f" {name}: guesses come to {one['guessing']:.2f}, and it is back from {one['low']:.2f}:"
        " too few conditions to say."
        for name, one in own[~own["clear"]].iterrows()
    )


def _ordered(rows: Table) -> Finding:
    """Differences of scores needed, start by start."""
    found, own = needed(rows), levels(rows)
    gaps = {
        (variable, other): mean_interval(found[variable][other] - found[variable]["procrustes"])
        for variable in own.index[own["clear"]]
        for other in ("linear_regression", "cka")
    }
    sure = bool(gaps) and all(low > 0 for _, low, _ in gaps.values())
    contrary = any(high < 0 for _, _, high in gaps.values())
    return Finding(
        "agree" if sure else "disagree" if contrary else "cannot tell",
        "; ".join(
            f"{variable}: {CALLED[other]} {mean:+.2f} [{low:.2f}, {high:.2f}]"
            for (variable, other), (mean, low, high) in gaps.items()
        )
        or "nothing to compare",
        f"How much more than with Procrustes is needed, 1 where it was not back at {CLOSE}."
        + _unclear(own),
    )


def _components(rows: Table) -> Finding:
    """Score at which components are captured on average, start by start."""
    chosen = rows[rows["kind"] == "component"]
    mean = chosen.assign(at=at_most(chosen["score"])).pivot_table(
        index="start", columns="measure", values="at"
    )
    gaps = {
        other: mean_interval(mean[other] - mean["procrustes"])
        for other in ("linear_regression", "cka")
    }
    sure = all(low > 0 for _, low, _ in gaps.values())
    contrary = any(high < 0 for _, _, high in gaps.values())
    return Finding(
        "agree" if sure else "disagree" if contrary else "cannot tell",
        "; ".join(f"{CALLED[one]} {mean[one].mean():.2f}" for one in mean.columns),
        f"Mean over components and starts, 1 where one was not captured at {CLOSE}.",
    )


_CLAIMS = {
    "procrustes": Claim(
        f"At a Procrustes score of {HIGH}, variables are decoded as from the recording.",
        "By intervals over starts: agree if every variable is back (at the lower end of the 95 % "
        "interval, over conditions, of the recording's own accuracy), disagree if one is not. "
        "Variables that guesses bring back are left out.",
    ),
    "linear_regression": Claim(
        f"A linear regression score of {HIGH} does not imply that variables can be decoded.",
        "By intervals over starts: agree if a variable is not back, disagree if all are.",
    ),
    "cka": Claim(
        f"A CKA of {HIGH} does not imply that variables can be decoded.",
        "By intervals over starts: agree if a variable is not back, disagree if all are.",
    ),
    "order": Claim(
        "Every variable needs a lower score with Procrustes than with linear regression and CKA.",
        "By intervals over starts of the differences: agree if all are above 0, disagree if one "
        "is below. Variables that guesses bring back are left out.",
    ),
    "components": Claim(
        "Procrustes captures components earlier than linear regression and CKA.",
        "By intervals over starts of the mean score at which components are half captured: agree "
        "if both differences are above 0, disagree if one is below.",
    ),
}

_PICTURE = (
    "Decoding accuracy against score, a panel for each measure, with the recording's own level and "
    "its interval: with Procrustes it is reached far below a score of 1. Below, the scores needed, "
    "and those at which components are captured, against their variance."
)


def _part(
    name: str, title: str, question: str, place: Place, measures: tuple[str, ...] = MEASURES
) -> Part:
    return Part(
        name=name,
        title=title,
        question=f"{question} Noise is made ever more like them by one measure at a time.",
        claims=_CLAIMS,
        tasks=partial(tasks, measures=measures),
        work=partial(work, place=place),
        draw=draw,
        picture=_PICTURE,
        judge=judge,
        missing=place.missing,
        inputs=place.inputs,
        tables=tables,
    )


PARTS = (
    _part(
        "prefrontal",
        "Figure 2: prefrontal cortex",
        "319 cells while one of six directions is remembered, in two contexts: five averages of "
        "disjoint trials for each condition, in quarters of a second, in the components with 90 % "
        "of the variance.",
        PREFRONTAL,
    ),
    _part(
        "v1-images",
        "Figure 2: images in V1",
        "A population of V1 shown frames of ten natural movies: three frames of each, five "
        "averages of disjoint trials for every frame.",
        IMAGES,
        (*MEASURES, "soft_matching"),
    ),
    _part(
        "v1-movies",
        "Figure 2: movies in V1",
        "The same population's mean responses to eleven frames of each movie, decoded from frames "
        "that were left out.",
        MOVIES,
        (*MEASURES, "soft_matching"),
    ),
    _part(
        "motor",
        "Figure 2: motor cortex",
        "141 neurons during reaches in eight directions, averages every 50 ms, in the components "
        "with 90 % of the variance; half-planes are decoded from directions that were left out.",
        REACHES,
    ),
)
