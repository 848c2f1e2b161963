"""How alike recordings are by every measure, from chance to the same neurons recorded again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import combinations
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from homolog.recordings import V1_SESSIONS
from homolog.studies._drawing import SOFT, panels
from homolog.studies._study import Claim, Finding, Options, Part, Row, Sources, Table, Verdict
from homolog.studies.families import _recordings
from homolog.studies.families._measures import ASKED, COLOURS, FAMILIES, not_asked
from homolog.studies.families._names import short
from homolog.studies.families._recordings import Seen
from homolog.studies.families._scored import applies, placed, row

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

KINDS = {
    "other session": "V1: another session",
    "half of V1": "V1: the other half\nof the neurons",
    "half of PFC": "Prefrontal: the other\nhalf of the neurons",
    "other context": "Prefrontal: the same\nneurons, other context",
    "half of M1": "Motor: the other\nhalf of the neurons",
}
SURE = 0.05
MOST, FEW = 0.5, 0.1
"""Of pairs: the share above which most are beyond chance, and that below which few are."""
NEAR = 0.8
"""Share of the way from chance to the same neurons that counts as nearly all of it."""


def tasks(quick: bool) -> Mapping[str, Options]:
    """Every pair of sessions, halves of every recording, and the contexts."""
    sessions = V1_SESSIONS[2:4] if quick else V1_SESSIONS
    pairs = {
        f"{x}-{y}": {"kind": "other session", "x": x, "y": y} for x, y in combinations(sessions, 2)
    }
    halves = {f"halves of {x}": {"kind": "half of V1", "x": x} for x in sessions}
    others = {kind: {"kind": kind} for kind in ("half of PFC", "other context", "half of M1")}
    return {**pairs, **halves, **({} if quick else others)}


def work(options: Options, rng: np.random.Generator, sources: Sources) -> list[Row]:
    """Score one pair of populations by every measure that can be asked."""
    x, y = _both(options, rng, sources.recordings)
    told: Row = {"kind": options["kind"], "pair": "-".join(_named(options))}
    return compared(x, y, told, seed=int(rng.integers(2**31)))


def _named(options: Options) -> list[str]:
    return [options[side] for side in ("x", "y") if side in options] or [options["kind"]]


def _both(options: Options, rng: np.random.Generator, folder: Path | None) -> tuple[Seen, Seen]:
    kind = options["kind"]
    if kind == "other session":
        return _recordings.v1(options["x"], folder), _recordings.v1(options["y"], folder)
    if kind == "other context":
        return _recordings.prefrontal(folder, "look"), _recordings.prefrontal(folder, "no-look")
    if kind == "half of V1":
        return halved(_recordings.v1(options["x"], folder), rng)
    read = _recordings.prefrontal if kind == "half of PFC" else _recordings.motor
    return halved(read(folder), rng)


def halved(x: Seen, rng: np.random.Generator) -> tuple[Seen, Seen]:
    """Two halves of the neurons, drawn at random; of an odd number the second has one more."""
    order = rng.permutation(x.means.shape[1])
    half = len(order) // 2
    return x.neurons(order[:half]), x.neurons(order[half:])


def compared(x: Seen, y: Seen, told: Row, *, seed: int) -> list[Row]:
    """A row for each measure, with its place between chance and the same neurons."""
    rows: list[Row] = []
    for one in ASKED:
        why = applies(one, x)
        if why is not None:
            blank = dict.fromkeys(("score", "chance", "p", "again"))
            found: Row = {"family": one.family, "measure": one.spelled, **blank, "why": why}
        else:
            found = row(one, x, y, seed)
        place = placed(_number(found["score"]), _number(found["chance"]), _number(found["again"]))
        rows.append({**told, **found, "place": place})
    return rows


def _number(value: Any) -> float | None:
    return None if value is None else float(value)


def by_family(rows: Table, kind: str, column: str) -> dict[str, float]:
    """Median over the measures of a family of what is said of one kind of pair, where told."""
    chosen = rows[(rows["kind"] == kind) & rows[column].notna()]
    each = chosen.groupby(["family", "measure"])[column]
    found = each.median() if column == "place" else each.agg(lambda p: (p <= SURE).mean())
    of_families = found.groupby("family").median()
    return {family: float(of_families[family]) for family in FAMILIES if family in of_families}


def draw(rows: Table) -> Figure:
    """A panel for each kind of pair, a row for each measure: median and quartiles of pairs."""
    kinds = [kind for kind in KINDS if (rows["kind"] == kind).any()]
    figure, axes = panels(len(kinds), width=2.2 * len(kinds) + 2.8, height=9.2)
    spelled = [one.spelled for one in ASKED]
    for ax, kind in zip(axes, kinds, strict=True):
        for place, one in enumerate(ASKED):
            _placed(ax, rows[(rows["kind"] == kind) & (rows["measure"] == one.spelled)], place, one)
        for at in (0, 1):
            ax.axvline(at, color=SOFT, linewidth=0.8, linestyle=":" if at else "-")
        ax.set_xlim(-0.35, 1.5)
        ax.set_ylim(len(spelled) - 0.4, -0.6)
        ax.set_xticks((0, 0.5, 1))
        ax.set_yticks(range(len(spelled)), [""] * len(spelled))
        ax.tick_params(axis="y", length=0)
        ax.set_title(KINDS[kind], fontsize=8.5, loc="left")
        ax.set_xlabel("from chance (0) to the\nsame neurons again (1)", fontsize=8)
    axes[0].set_yticklabels(map(short, spelled), fontsize=7.5)
    for label, one in zip(axes[0].get_yticklabels(), ASKED, strict=True):
        label.set_color(COLOURS[one.family])
    figure.supxlabel("Dots are medians over pairs, bars the middle half of them.", fontsize=8)
    return figure


def _placed(ax: Axes, chosen: Table, height: int, one: Any) -> None:
    places = chosen["place"].dropna().astype(float)
    colour = COLOURS[one.family]
    if not len(places):
        return
    low, middle, high = np.clip(np.quantile(places, (0.25, 0.5, 0.75)), -0.3, 1.45)
    ax.plot((low, high), (height, height), color=colour, alpha=0.35, linewidth=5)
    ax.plot(middle, height, "o", color=colour, markersize=4.5)


def tables(rows: Table) -> Mapping[str, Sequence[Row]]:
    """Every measure beside every kind of pair; and what could not be asked, with the reason."""
    return {"places": _places(rows), "not asked": _not_asked(rows)}


def _places(rows: Table) -> list[Row]:
    table: list[Row] = []
    for one in ASKED:
        mine = rows[rows["measure"] == one.spelled]
        line: Row = {"family": one.family, "measure": one.spelled}
        for kind in KINDS:
            chosen = mine[(mine["kind"] == kind)]
            places, p = chosen["place"].dropna(), chosen["p"].dropna()
            line[kind] = float(places.median()) if len(places) else None
            if kind == "other session":
                line["pairs beyond chance"] = f"{int((p <= SURE).sum())} of {len(p)}"
        table.append(line)
    return table


def _not_asked(rows: Table) -> list[Row]:
    """One line for each measure and reason, with the kinds of pairs."""
    lines: list[Row] = []
    lacking = rows[rows["why"].notna()]
    for (measure, kind), chosen in lacking.groupby(["measure", "kind"], sort=False):
        why = str(chosen["why"].iloc[0])
        line: Row = {"measure": measure, "pairs": kind, "how many": len(chosen), "why": why}
        lines.append(line)
    unordered = rows[rows["why"].isna() & rows["chance"].isna()]
    for measure, chosen in unordered.groupby("measure", sort=False):
        why = "pairing stimuli at random changes nothing: it knows no chance, and so no place"
        lines.append({"measure": measure, "pairs": "all", "how many": len(chosen), "why": why})
    n_pairs = len(rows[["kind", "pair"]].drop_duplicates())
    for measure in not_asked():
        why = "not part of this study"
        lines.append({"measure": measure, "pairs": "all", "how many": n_pairs, "why": why})
    return lines


def judge(rows: Table) -> Mapping[str, Finding]:
    """Families by the medians of their measures."""
    return {"sessions": _beyond_chance(rows), "halves": _near(rows), "same": _spread(rows)}


def _beyond_chance(rows: Table) -> Finding:
    found = by_family(rows, "other session", "p")
    verdict: Verdict = "cannot tell"
    if found and min(found.values()) > MOST:
        verdict = "agree"
    elif found and min(found.values()) < FEW:
        verdict = "disagree"
    return Finding(
        verdict,
        listed(found, percent=True),
        f"Share of the pairs of sessions with p ≤ {SURE}, by the median measure of a family. Whole "
        "movies are paired at random; pairs that share a session are not independent.",
    )


def _near(rows: Table) -> Finding:
    kinds = [kind for kind in ("half of V1", "half of PFC") if (rows["kind"] == kind).any()]
    found = {kind: by_family(rows, kind, "place") for kind in kinds}
    lowest = [min(of.values()) for of in found.values() if of]
    near: Verdict = "agree" if lowest and min(lowest) >= NEAR else "cannot tell"
    far = any(value < MOST for value in lowest)
    return Finding(
        "disagree" if far else near,
        "; ".join(f"{kind}: {listed(of)}" for kind, of in found.items()),
        "Places between chance, 0, and the same neurons recorded again, 1.",
    )


def _spread(rows: Table) -> Finding:
    found = by_family(rows, "other session", "place")
    gap = max(found.values()) - min(found.values())
    verdict: Verdict = "cannot tell"
    if not FEW <= gap <= 2 * FEW:
        verdict = "agree" if gap < FEW else "disagree"
    return Finding(
        verdict,
        listed(found),
        "Median over pairs of sessions and measures of a family: 0 is chance, 1 the same neurons "
        "recorded again.",
    )


def listed(found: Mapping[str, float], *, percent: bool = False) -> str:
    """Families with their numbers, the largest first."""
    order = sorted(found, key=lambda one: -found[one])
    return ", ".join(
        f"{one} {found[one]:.0%}" if percent else f"{one} {found[one]:.2f}" for one in order
    )


PART = Part(
    name="alike",
    title="How alike, by every measure",
    question=(
        "Nine populations of V1 saw the same 220 frames; prefrontal cortex remembered six "
        "directions in two contexts, motor cortex reached in eight. Every measure places two "
        "sessions, two halves of the neurons of one recording, and two contexts on one scale: 0 is "
        "chance, movies or conditions paired at random; 1 is what the same neurons score when "
        "recorded again. Noise is the same at both ends, for odd trials are compared with "
        "even ones throughout. In motor cortex, where trials were averaged, 1 is the score of "
        "equal responses."
    ),
    claims={
        "sessions": Claim(
            "Sessions of V1 resemble each other beyond chance by every family of measures.",
            f"Agree if more than {MOST:.0%} of the pairs have p ≤ {SURE} in every family, disagree "
            f"if fewer than {FEW:.0%} have in one.",
            by="this study",
        ),
        "halves": Claim(
            "Two halves of the neurons are nearly the same population, whatever the measure.",
            f"Agree if every family places them at {NEAR} or above in V1 and in prefrontal cortex, "
            f"disagree if one places them below {MOST}.",
            by="this study",
        ),
        "same": Claim(
            "Families agree on how alike sessions of V1 are, once chance and noise are the scale.",
            f"Agree if the places of families are within {FEW}, disagree if they are further apart "
            f"than {2 * FEW}.",
            by="this study",
        ),
    },
    tasks=tasks,
    work=work,
    draw=draw,
    picture=(
        "A row for each measure, a panel for each kind of pair: where its score stands between "
        "chance and the same neurons recorded again, median and quartiles over pairs."
    ),
    judge=judge,
    tables=tables,
    missing=_recordings.missing,
    inputs=_recordings.inputs,
)
