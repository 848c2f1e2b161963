"""Encoding scores as words and a table."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING

from homolog._words import counted
from homolog.encoding._maps import Map

if TYPE_CHECKING:
    from homolog.encoding._encoding import Encoding, Summary

NO_CEILING = "no ceiling"
UNSCORED = "does not vary"

_HEADS = ("median r", "weighted r", "median R²", "weighted R²")


def table(found: Encoding) -> str:
    """A row for each region and layer, and what is to be known of them."""
    rows = [["region", "layer", "neurons", *_HEADS], *map(_cells, found.summaries())]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = ["  ".join(map(str.ljust, row, widths)).rstrip() for row in rows]
    lines.insert(1, "─" * max(map(len, lines)))
    return "\n".join([_headline(found), "", *lines, "", *_notes(found)])


def _headline(found: Encoding) -> str:
    n = len(found.neurons) + len(found.unscored)
    held = f"{found.n_folds} folds{_kind_of_folds(found)}"
    return (
        f"{found.brain}: {counted(n, 'neuron')} predicted by {described(found.map)} at"
        f" {found.n_stimuli} stimuli, held out in {held}"
    )


def _kind_of_folds(found: Encoding) -> str:
    kind = {"random": "", "blocks": " of neighbouring rows", "given": " as given"}[found.split]
    return kind if found.n_groups is None else f"{kind} of {counted(found.n_groups, 'group')}"


def described(map: Map) -> str:
    """A map with the settings that are not its usual ones."""
    usual = type(map)()
    told = [
        f"{one.name}={getattr(map, one.name)!r}"
        for one in fields(map)  # pyright: ignore[reportArgumentType]
        if getattr(map, one.name) != getattr(usual, one.name)
    ]
    return f"{map.name}({', '.join(told)})" if told else map.name


def _cells(one: Summary) -> list[str]:
    """Scores as they are, with the normalised ones in brackets behind them."""
    pairs = [
        (one.median_correlation, one.median_normalised_correlation),
        (one.weighted_correlation, one.weighted_normalised_correlation),
        (one.median_share, one.median_normalised_share),
        (one.weighted_share, one.weighted_normalised_share),
    ]
    numbers = [f"{raw:.3f}" + ("" if top is None else f" ({top:.3f})") for raw, top in pairs]
    return [one.region, one.layer, str(one.n_neurons), *numbers]


def _notes(found: Encoding) -> list[str]:
    """What the columns are, and whom they leave out."""
    notes = [
        "r: correlation within folds, mean over folds; R²: share of variance over all folds;",
        "weighted: by the variance of neurons",
    ]
    if found.ceilings is not None:
        n, n_with = len(found.neurons), int(found.ceilings.repeats.sum())
        notes[-1] += f"; in brackets: over the ceilings of {n_with} of {counted(n, 'neuron')}"
    notes += [f"! {one}" for one in _left_out(found)]
    return [*notes, *(f"! {note}" for note in found.warnings)]


def _left_out(found: Encoding) -> list[str]:
    said: list[str] = []
    if found.ceilings is not None and not found.ceilings.repeats.all():
        n = int((~found.ceilings.repeats).sum())
        said.append(
            f"{counted(n, 'neuron')} without a ceiling: odd and even trials agree no better than"
            " by chance; raw scores only"
        )
    if found.unscored:
        n = len(found.unscored)
        names = [repr(one.neuron) for one in found.unscored[:3]]
        more = ", …" if n > 3 else ""
        said.append(
            f"{counted(n, 'neuron')} not scored, without variance over the stimuli of any fold:"
            f" {', '.join(names)}{more}"
        )
    return said
