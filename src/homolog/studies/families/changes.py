"""One thing changed in a recording: which families see it, and which do not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from homolog.studies._study import Claim, Finding, Options, Part, Row, Sources, Table
from homolog.studies.families import _recordings
from homolog.studies.families._changes import CHANGES
from homolog.studies.families._measures import ASKED, COLOURS, FAMILIES, paired, sees
from homolog.studies.families._names import short
from homolog.studies.families._recordings import Seen
from homolog.studies.families._scored import bare, exchanged, placed

if TYPE_CHECKING:
    from matplotlib.figure import Figure

RECORDINGS = ("ay3_u001", "ay3_u002", "ay4_u006", "M1")
BLIND, STRUCK = 0.05, 0.5
"""Shares of the way from identical to unrelated: less is not seen, more is half of it."""


def tasks(quick: bool) -> Mapping[str, Options]:
    """Every recording."""
    return {name: {"recording": name} for name in RECORDINGS[: 1 if quick else None]}


def work(options: Options, rng: np.random.Generator, sources: Sources) -> list[Row]:
    """Score a recording against itself changed, unrelated and as it is."""
    x = _read(options["recording"], sources)
    changed = {what: change(x.means, rng) for what, change in CHANGES.items()}
    unrelated = x.means[exchanged(x.groups, rng)]
    rows: list[Row] = []
    readouts = [one for one in ASKED if x.classes and sees(one) == "a readout"]
    for one in (*paired(), *readouts):
        zero, end = (bare(one, x.means, other, x.groups) for other in (x.means, unrelated))
        for what, y in changed.items():
            found = placed(bare(one, x.means, y, x.groups), zero, end)
            row: Row = {"family": one.family, "measure": one.spelled, "change": what}
            rows.append({"recording": options["recording"], **row, "lost": found})
    return rows


def _read(name: str, sources: Sources) -> Seen:
    if name == "M1":
        return _recordings.motor(sources.recordings)
    return _recordings.v1(name, sources.recordings)


def lost(rows: Table) -> Table:
    """(measure, change) median over recordings of the share of the way to unrelated."""
    wide = rows.pivot_table(
        index="measure", columns="change", values="lost", aggfunc="median", sort=False
    )
    known = [one.spelled for one in ASKED if one.spelled in wide.index]
    return wide.loc[known, [what for what in CHANGES if what in wide]]


def by_family(rows: Table) -> Table:
    """(family, change) median over the measures of a family."""
    found = lost(rows)
    family = {one.spelled: one.family for one in ASKED}
    medians = found.groupby(found.index.map(family)).median()
    return medians.loc[[one for one in FAMILIES if one in medians.index]]


def draw(rows: Table) -> Figure:
    """Measures against changes: 0 is not seen, 1 is taken for unrelated."""
    from matplotlib.figure import Figure

    found = lost(rows)
    figure = Figure(figsize=(9.5, 9.2), layout="constrained")
    ax = figure.subplots()
    image = ax.imshow(found.to_numpy(), cmap="cividis_r", vmin=0, vmax=1, aspect="auto")
    for (line, column), value in np.ndenumerate(found.to_numpy()):
        if np.isnan(value):
            continue
        said = f"{value:.2f}" if abs(value) >= 0.005 else "·"
        colour = "white" if value > STRUCK else "black"
        ax.text(
            column,
            line,
            said.replace("-", "\N{MINUS SIGN}"),
            ha="center",
            va="center",
            fontsize=6.5,
            color=colour,
        )
    ax.set_xticks(range(found.shape[1]), list(found.columns), rotation=40, ha="right", fontsize=8)
    ax.set_yticks(range(len(found)), [short(one) for one in found.index], fontsize=7.5)
    family = {one.spelled: one.family for one in ASKED}
    for label, one in zip(ax.get_yticklabels(), found.index, strict=True):
        label.set_color(COLOURS[family[one]])
    ax.tick_params(length=0)
    ax.spines[:].set_visible(False)
    bar = figure.colorbar(image, ax=ax, shrink=0.4, aspect=30)
    bar.set_label("lost, from identical (0) to unrelated (1)")
    bar.outline.set_visible(False)
    return figure


def tables(rows: Table) -> Mapping[str, Sequence[Row]]:
    """Families against changes."""
    found = by_family(rows)
    lines = [
        {"change": what, **{one: _told(found.loc[one, what]) for one in found.index}}
        for what in found
    ]
    return {"lost": lines}


def _told(value: float) -> float | None:
    return None if np.isnan(value) else float(value)


def judge(rows: Table) -> Mapping[str, Finding]:
    """Changes that one family does not see and another takes for half of unlike."""
    found = by_family(rows)
    divided: dict[str, str] = {}
    for what in found:
        seen = found[what].dropna()
        blind, struck = seen[seen < BLIND], seen[seen > STRUCK]
        if len(blind) and len(struck):
            divided[what] = f"{what}: not by {', '.join(blind.index)}, but by " + ", ".join(
                f"{one} {value:.2f}" for one, value in struck.items()
            )
    unseen = [what for what in found if (found[what].dropna() < BLIND).all()]
    return {
        "divided": Finding(
            "agree" if divided else "disagree",
            f"{len(divided)} of {found.shape[1]} changes: {', '.join(divided) or 'none'}",
            "; ".join(divided.values()) or "No change divides families.",
        ),
        "reordered": Finding(
            "agree" if "neurons reordered" in unseen else "disagree",
            f"seen by no family: {', '.join(unseen) or 'none'}",
            "Median over measures and recordings.",
        ),
    }


PART = Part(
    name="changes",
    title="One thing changed",
    question=(
        "Three sessions of V1 and motor cortex are compared with copies of themselves "
        "in which one thing was changed. 0 is the score of the recording with itself, 1 its score "
        "with its movies or conditions exchanged: how much of likeness does each measure say is "
        "lost?"
    ),
    claims={
        "divided": Claim(
            "There are changes that one family does not see and another takes for half of unlike.",
            f"Agree if there is a change of which one family says below {BLIND} and another above "
            f"{STRUCK}, else disagree.",
            by="this study",
        ),
        "reordered": Claim(
            "No family minds the order of neurons.",
            f"Agree if all say that less than {BLIND} is lost, else disagree.",
            by="this study",
        ),
    },
    tasks=tasks,
    work=work,
    draw=draw,
    picture="A map of measures against changes: how much of likeness each says is lost.",
    judge=judge,
    tables=tables,
    missing=_recordings.missing,
    inputs=_recordings.inputs,
)
