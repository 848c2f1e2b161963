"""The page and the figure of a ranking."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from homolog import figures
from homolog._pictured import Scale
from homolog._words import counted, listed
from homolog.ranking import _files
from homolog.ranking._advice import in_halves, with_choices_held
from homolog.ranking._ranking import decimals_of
from homolog.ranking._words import ceiling_words, chance_notes
from homolog.report import _words
from homolog.report._rendering import download, rendered
from homolog.report._static import sized

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from homolog.measures._measure import Measure
    from homolog.ranking import Ceiling, Difference, Ranking, Standing

Cells = tuple[tuple[str, str, float | None], ...]


@dataclass(frozen=True)
class Strip:
    """Where marks lie, in percent of the strip; None where there is no such mark."""

    value: float
    interval: tuple[float, float] | None
    mark: float | None
    ceiling: float | None
    left: str
    right: str


@dataclass(frozen=True)
class Row:
    """One score or difference: name, further columns, strip, and the strip in words."""

    label: str
    about: str
    found: bool
    cells: Cells
    strip: Strip
    words: str


def page(ranking: Ranking, command: str | None) -> str:
    """Return the page of a ranking."""
    return rendered("rank.html.j2", {**_shown(ranking), **_again(ranking, command)}, [])


def figure(ranking: Ranking) -> Figure:
    """Scores on the left and differences on the right, a row for each measure."""
    n, rows = len(ranking.measures), len(ranking.candidates)
    n_pairs = len(ranking.differences) // n
    height = 1.05 + 0.24 * max(rows, n_pairs)
    drawn = sized(9.5 if n_pairs else 5, 0.4 + n * height)
    axes = drawn.subplots(n, 2 if n_pairs else 1, squeeze=False)
    figures.ranking_scores(list(axes[:, 0]), ranking)
    if n_pairs:
        figures.ranking_differences(list(axes[:, 1]), ranking)
    marks = figures.ranking_marks(ranking)
    drawn.legend(
        handles=marks,
        loc="outside upper left",
        ncols=6 if n_pairs else 2,
        frameon=False,
        fontsize=8,
    )
    return drawn


def _shown(ranking: Ranking) -> dict[str, Any]:
    n_found = sum(one.found() for one in ranking.differences)
    independent = f"in {ranking.groups} groups" if ranking.groups else "each on its own"
    return {
        "name": _words.population(ranking.reference, "reference"),
        "verdict": " ".join(ranking.advice[: len(ranking.measures)]),
        "advice": ranking.advice[len(ranking.measures) :],
        "facts": [
            ("Candidates", str(len(ranking.candidates)), ""),
            ("Stimuli", str(ranking.reference.n_stimuli), independent),
            ("Recording", counted(ranking.reference.n_neurons, "neuron"), ""),
            ("Differences found", f"{n_found} of {len(ranking.differences)}", ""),
        ],
        "scores": [row for measure in ranking.measures for row in _scores(ranking, measure)],
        "differences": [row for m in ranking.measures for row in _differences(ranking, m)],
        "ceilings": [(one.measure.label, ceiling_words(one)) for one in ranking.ceilings],
        "biased": any(measure.biased for measure in ranking.measures),
        "no_chance": "".join(f" – {note}." for note in chance_notes(ranking)),
        "test": ranking.test,
        "warnings": [("", text) for text in ranking.warnings],
    }


def _again(ranking: Ranking, command: str | None) -> dict[str, Any]:
    bibtex = _files.bibtex(ranking)
    return {
        "methods": _methods(ranking),
        "references": _files.cited(ranking),
        "bibtex": bibtex,
        "bibtex_link": download(bibtex),
        "command": command or ranking.call,
        "settings": [("Seed", ranking.seed), ("False discoveries", ranking.fdr)],
        "versions": list(ranking.versions.items()),
        "digests": list(ranking.digests.items()),
    }


def _methods(ranking: Ranking) -> str:
    names = ", ".join(measure.label for measure in ranking.measures)
    n, x = len(ranking.candidates), ranking.reference
    said = [
        f"{counted(n, 'candidate was', 'candidates were')} scored against {x.called} on"
        f" {counted(x.n_stimuli, 'stimulus', 'stimuli')} by {names}"
        f" (homolog {ranking.versions['homolog']})."
    ]
    if ranking.test == "jackknife":
        paired = (
            "; differences were tested by a paired jackknife, both candidates losing the same"
            " stimuli, alone and in pairs"
        )
        tested = paired if ranking.differences else ""
        said.append(f"Intervals are 95 % jackknife intervals over stimuli{tested}.")
        said += _otherwise(ranking)
    if ranking.test == "exchange" and ranking.differences:
        said.append(
            "Differences were tested by exchanging the responses of two candidates, stimulus by"
            f" stimulus (at most {ranking.permutations} exchanges)."
        )
    if ranking.groups and any(one.chance is not None for one in ranking.standings):
        said.append(
            f"Chance is the mean score when the {ranking.groups} groups of stimuli are exchanged"
            " whole and at random among those of one size"
            f" ({ranking.permutations} random pairings, seed {ranking.seed})."
        )
    n_tested = sum(one.q is not None for one in ranking.differences)
    if n_tested:
        how = {"bh": "Benjamini and Hochberg", "by": "Benjamini and Yekutieli"}[ranking.fdr]
        said.append(f"p was adjusted for {counted(n_tested, 'difference')} by {how}.")
    return " ".join(said)


def _otherwise(ranking: Ranking) -> list[str]:
    """By which measures the error of a difference is another."""
    halved, held = in_halves(ranking.differences), with_choices_held(ranking.differences)
    said: list[str] = []
    if halved:
        said.append(
            f"By {listed(halved)} they were tested by differences on random halves of the"
            " stimuli, as many splits as blocks of stimuli."
        )
    if held:
        said.append(f"By {listed(held)} penalties were held meanwhile.")
    return said


def _scores(ranking: Ranking, measure: Measure) -> list[Row]:
    standings = ranking.of(measure.label)
    ceiling = next((c for c in ranking.ceilings if c.measure.label == measure.label), None)
    ends = [end for one in standings for end in (one.value, one.chance, *(one.interval or ()))]
    scale = _scale([*ends, *_ends(ceiling)], measure.kind == "distance")
    return [_score(one, ceiling, scale, decimals_of(standings)) for one in standings]


def _ends(ceiling: Ceiling | None) -> list[float]:
    return [] if ceiling is None else [ceiling.value]


def _scale(values: Sequence[float | None], distance: bool) -> Scale:
    """An axis that shows all values, from less alike to more alike."""
    shown = [value for value in values if value is not None]
    low, high = min(shown), max(shown)
    if low == high:
        low, high = low - 0.5, high + 0.5
    room = 0.05 * (high - low)
    low, high = low - room, high + room
    return Scale(high, low, True) if distance else Scale(low, high, True)


def _score(one: Standing, ceiling: Ceiling | None, scale: Scale, decimals: int) -> Row:
    words = f"{one.candidate} by {one.measure.label}: {_words.number(one.value, decimals)}"
    if one.interval:
        words += f", {_words.interval(one.interval, decimals)}"
    return Row(
        label=one.candidate,
        about=one.measure.label + (" *" if one.measure.biased else ""),
        found=False,
        cells=(
            ("Rank", str(one.rank), one.rank),
            ("Score", _words.number(one.value, decimals), one.value),
            ("95 % interval", _words.interval(one.interval, decimals), _width(one.interval)),
            ("Chance", _words.number(one.chance, decimals), one.chance),
        ),
        strip=_strip(
            scale, one.value, one.interval, one.chance, ceiling and ceiling.value, decimals
        ),
        words=f"{words}.",
    )


def _differences(ranking: Ranking, measure: Measure) -> list[Row]:
    shown = [one for one in ranking.differences if one.measure.label == measure.label]
    if not shown:
        return []
    ends = [abs(end) for one in shown for end in (one.value, *(one.interval or ()))]
    reach = 1.05 * max(ends) or 1.0
    far, near = (reach, -reach) if measure.kind == "distance" else (-reach, reach)
    decimals = decimals_of(ranking.of(measure.label))
    return [_difference(one, Scale(far, near, True), decimals) for one in shown]


def _difference(one: Difference, scale: Scale, decimals: int) -> Row:
    name = f"{one.first} \N{MINUS SIGN} {one.second}"
    verdict = "found" if one.found() else "not told from 0" if one.q is not None else "not tested"
    return Row(
        label=name,
        about=one.measure.label + (" *" if one.measure.biased else ""),
        found=one.found(),
        cells=(
            ("Difference", _words.number(one.value, decimals), one.value),
            ("95 % interval", _words.interval(one.interval, decimals), _width(one.interval)),
            ("p", _words.p_value(one.p), one.p),
            ("q", _words.p_value(one.q), one.q),
        ),
        strip=_strip(scale, one.value, one.interval, 0.0, None, decimals),
        words=f"{name} by {one.measure.label}: {_words.number(one.value, decimals)}, {verdict}.",
    )


def _width(interval: tuple[float, float] | None) -> float | None:
    return None if interval is None else interval[1] - interval[0]


def _strip(
    scale: Scale,
    value: float,
    interval: tuple[float, float] | None,
    mark: float | None,
    ceiling: float | None,
    decimals: int,
) -> Strip:
    def percent(number: float) -> float:
        return round(100 * scale.position(number), 2)

    bar = None
    if interval is not None:
        left, right = sorted(map(percent, interval))
        bar = (left, round(right - left, 2))
    return Strip(
        value=percent(value),
        interval=bar,
        mark=None if mark is None else percent(mark),
        ceiling=None if ceiling is None else percent(ceiling),
        left=_words.number(scale.left, decimals - 1),
        right=_words.number(scale.right, decimals - 1),
    )
