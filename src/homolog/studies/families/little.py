"""Fewer stimuli, fewer neurons, fewer trials: which measures move, and which way."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from homolog.recordings import v1_natural_movies
from homolog.representation import Representation
from homolog.studies._study import Claim, Finding, Options, Part, Row, Sources, Table
from homolog.studies.families import _recordings
from homolog.studies.families._little_figure import LEVELS, TRUTHS, figure_of
from homolog.studies.families._measures import by_spelling, paired
from homolog.studies.families._recordings import Reals
from homolog.studies.families._scored import bare, exchanged, placed

if TYPE_CHECKING:
    from matplotlib.figure import Figure

PAIRS = (("ay3_u001", "ay3_u002"), ("ay3_u001", "ay4_u006"))
"""Large sessions that repeat themselves well, of one animal and of two."""

DRAWS = 3
STILL = 0.1
"""Of the scale from unrelated to identical: what moves by less stays where it is."""


def tasks(quick: bool) -> Mapping[str, Options]:
    """Every pair."""
    levels = {what: [of[1]] if quick else list(of) for what, of in LEVELS.items()}
    more = {"levels": levels, "draws": 1 if quick else DRAWS}
    return {f"{x}-{y}": {"x": x, "y": y, **more} for x, y in PAIRS[: 1 if quick else None]}


def work(options: Options, rng: np.random.Generator, sources: Sources) -> list[Row]:
    """Score a pair, and one whose movies are exchanged, on less and less; mean of draws."""
    x, y = (
        v1_natural_movies(options[side], sources.recordings, category="natural")
        for side in ("x", "y")
    )
    movies = tuple(str(label).split("-")[2] for label in x.labels)
    order = exchanged(movies, rng)
    pair: Row = {"x": options["x"], "y": options["y"]}
    whole = (x.condition_means().matrix, y.condition_means().matrix)
    rows = [{**pair, "what": "all", "level": 0, **row} for row in _scores(*whole, movies, order)]
    rows += [{**pair, "what": "all", "level": 0, **row} for row in _ends(*whole, movies)]
    for what, levels in options["levels"].items():
        for level in levels:
            drawn = [
                row
                for _ in range(options["draws"])
                for row in _on_less(x, y, movies, order, what, level, rng)
            ]
            rows += [{**pair, "what": what, "level": level, **row} for row in drawn]
    return rows


def _scores(x: Reals, y: Reals, groups: Sequence[str], order: NDArray[np.int64]) -> list[Row]:
    pairs = zip(TRUTHS, (y[order], y), strict=True)
    return [
        {"truth": truth, "measure": one.spelled, "score": bare(one, x, other, groups)}
        for truth, other in pairs
        for one in paired()
    ]


def _ends(x: Reals, y: Reals, groups: Sequence[str]) -> list[Row]:
    """What each of both populations scores with itself."""
    return [
        {"truth": "identical", "measure": one.spelled, "score": bare(one, side, side, groups)}
        for side in (x, y)
        for one in paired()
    ]


def _on_less(
    x: Representation,
    y: Representation,
    movies: tuple[str, ...],
    order: NDArray[np.int64],
    what: str,
    level: int,
    rng: np.random.Generator,
) -> list[Row]:
    """The scores of one draw; the exchange of movies comes first, and stimuli are then drawn."""
    a, b = (less(one, what, level, rng) for one in (x, y))
    rows = rng.permutation(len(movies))[: level if what == "stimuli" else None]
    groups = [movies[i] for i in rows]
    by_truth = zip(TRUTHS, (b[order][rows], b[rows]), strict=True)
    return [
        {"truth": truth, "measure": one.spelled, "score": bare(one, a[rows], other, groups)}
        for truth, other in by_truth
        for one in paired()
    ]


def less(x: Representation, what: str, level: int, rng: np.random.Generator) -> Reals:
    """(stimulus, neuron) means, of that many neurons or over that many trials where it is these."""
    if what != "trials":
        means = x.condition_means().matrix
        return means[:, rng.permutation(x.n_neurons)[: level if what == "neurons" else None]]
    missing = np.zeros(x.responses.shape, bool) if x.missing is None else np.asarray(x.missing)
    drawn = rng.random((x.n_trials, x.n_stimuli, 1)) + missing
    first = np.argsort(drawn, axis=0)[:level]
    return np.take_along_axis(np.asarray(x.responses, dtype=float), first, 0).mean(0)


def moved(rows: Table) -> Table:
    """Every score on the way from unrelated, 0, to identical, 1, both on all there is.

    Returns
    -------
    means
        (measure, what, level, truth) and ``place``: mean over pairs of the means of draws.
    """
    whole = rows[rows["what"] == "all"].groupby(["x", "y", "measure", "truth"])["score"].mean()
    ends = whole.unstack("truth").reset_index()
    each = rows.groupby(["x", "y", "measure", "what", "level", "truth"], sort=False)["score"]
    table = each.agg(lambda scores: scores.mean(skipna=False)).reset_index()
    table = table.merge(ends[["x", "y", "measure", "unrelated", "identical"]])
    places = [
        placed(_known(row.score), _known(row.unrelated), _known(row.identical))
        for row in table.itertuples()
    ]
    table = table.assign(place=np.array(places, dtype=float))
    keys = ["measure", "what", "level", "truth"]
    return table.groupby(keys, sort=False)["place"].mean().reset_index()


def _known(value: float) -> float | None:
    return None if np.isnan(value) else float(value)


def shifts(rows: Table) -> Table:
    """(measure, what) by truth: how far the least there is has moved a score."""
    means = moved(rows)
    whole = means[means["what"] == "all"].pivot_table(
        index="measure", columns="truth", values="place"
    )
    least = means[means["what"] != "all"]
    least = least[least["level"] == least.groupby("what")["level"].transform("min")]
    wide = least.pivot_table(index=["measure", "what"], columns="truth", values="place")
    plain = whole.loc[wide.index.get_level_values("measure"), list(wide.columns)]
    return wide - plain.to_numpy()


def draw(rows: Table) -> Figure:
    """A panel for each thing of which there is less, a line for each measure."""
    return figure_of(moved(rows))


def tables(rows: Table) -> Mapping[str, Sequence[Row]]:
    """By how much each measure moves where there is least."""
    wide = shifts(rows).unstack("what")
    lines: list[Row] = []
    for one in paired():
        if one.spelled not in wide.index:
            continue
        line: Row = {"family": one.family, "measure": one.spelled}
        for truth in TRUTHS:
            for what in LEVELS:
                found = wide.loc[one.spelled].get((truth, what), np.nan)
                line[f"{truth}, few {what}"] = None if np.isnan(found) else float(found)
        lines.append(line)
    return {"moved": lines}


def judge(rows: Table) -> Mapping[str, Finding]:
    """Which measures move by more than a tenth of the scale where there is least."""
    found = shifts(rows).reset_index()
    least = rows[rows["what"] != "all"].groupby("what")["level"].min()
    judges = {
        "stimuli": (_raised, "stimuli"),
        "noise": (_lowered, "trials"),
        "neurons": (_with_neurons, "neurons"),
    }
    findings: dict[str, Finding] = {}
    for claim, (judged, what) in judges.items():
        one = judged(found[found["what"] == what])
        findings[claim] = replace(one, number=f"With {least[what]} {what}: {one.number}")
    return findings


def _raised(found: Table) -> Finding:
    """Unrelated populations at few stimuli, against what measures declare."""
    told = found.dropna(subset=["unrelated"])
    moves = told[told["unrelated"] > STILL]["measure"].tolist()
    still = [one for one in told["measure"] if one not in moves]
    unbiased = [one for one in told["measure"] if not by_spelling(one).measure.biased]
    wrong = [one for one in unbiased if one in moves]
    return Finding(
        "cannot tell" if not unbiased else "disagree" if wrong else "agree",
        f"{len(moves)} of {len(told)} measures are raised by more than {STILL}; declared unbiased: "
        + (", ".join(f"{one} {_of(told, one, 'unrelated'):+.2f}" for one in unbiased) or "none"),
        f"Not raised: {', '.join(still) or 'none'}.",
    )


def _lowered(found: Table) -> Finding:
    told = found.dropna(subset=["related"])
    kept = told[told["related"] > -STILL]["measure"].tolist()
    share = 1 - len(kept) / max(len(told), 1)
    return Finding(
        "agree" if not kept else "disagree" if share < 1 / 2 else "cannot tell",
        f"{len(told) - len(kept)} of {len(told)} measures fall by more than {STILL}",
        f"Not lowered: {', '.join(kept) or 'none'}.",
    )


def _with_neurons(found: Table) -> Finding:
    told = found.dropna(subset=["related"])
    still = told[told["related"].abs() < STILL]["measure"].tolist()
    return Finding(
        "agree" if not still else "disagree" if len(still) > len(told) / 2 else "cannot tell",
        f"{len(told) - len(still)} of {len(told)} measures move by more than {STILL}",
        f"They stay: {', '.join(still) or 'none'}.",
    )


def _of(found: Table, measure: str, truth: str) -> float:
    return float(found.loc[found["measure"] == measure, truth].iloc[0])


PART = Part(
    name="little",
    title="Few stimuli, few neurons, few trials",
    question=(
        "Pairs of large sessions of V1 are scored on fewer stimuli, neurons and trials, as "
        "they are and with the movies of one of them exchanged, so that nothing relates them. On "
        "the scale 0 is the score of the exchanged and 1 that of a population with itself, both on "
        "all there is: what moves from its place does so for want of numbers."
    ),
    claims={
        "stimuli": Claim(
            "Measures declared unbiased do not take unrelated populations for alike, however few "
            "the stimuli.",
            f"Where there are fewest, agree if all of these are raised by less than {STILL}, "
            "disagree if one is by more.",
            by="this study",
        ),
        "noise": Claim(
            "Trial noise lowers the score of related populations by every measure.",
            f"With the fewest, agree if all fall by more than {STILL}, disagree if fewer than "
            "half do.",
            by="this study",
        ),
        "neurons": Claim(
            "Scores of related populations depend on how many neurons are recorded.",
            f"With the fewest, agree if all measures move by more than {STILL}, disagree if fewer "
            "than half do.",
            by="this study",
        ),
    },
    tasks=tasks,
    work=work,
    draw=draw,
    picture=(
        "Places of scores between unrelated and identical populations against the number of "
        "stimuli, neurons and trials, of unrelated pairs above and related ones below, a line for "
        "each measure."
    ),
    judge=judge,
    tables=tables,
    missing=_recordings.missing_v1,
    inputs=_recordings.inputs_v1,
)
