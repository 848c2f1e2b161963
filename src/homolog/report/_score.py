"""The page and the figures of encoding scores."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from homolog import figures
from homolog._words import counted
from homolog.encoding import MAPS, OneToOne, Ridge
from homolog.encoding._choice import bibtex, cited
from homolog.encoding._files import versions
from homolog.encoding._words import described
from homolog.report import _score_methods, _score_rows, _words
from homolog.report._rendering import download, rendered
from homolog.report._static import sized

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from homolog.encoding import Encoding

MOST_NAMED = 30


def page(found: Encoding, command: str | None) -> str:
    """Return the page of encoding scores."""
    regions = [_score_rows.region(found, name) for name in dict.fromkeys(found.regions)]
    charts = [chart for one in regions for chart in one.charts]
    shown = {**_shown(found), "regions": regions, **_again(found, command)}
    return rendered("score.html.j2", shown, charts)


def medians(found: Encoding) -> Figure:
    """The medians of every layer and region."""
    drawn = sized(max(4.5, 1.5 + 0.5 * len(found.layers)), 3.4)
    figures.encoding_scores(drawn.add_subplot(), found)
    return drawn


def neurons(found: Encoding) -> Figure:
    """A row for each region: its neurons by layer, and each of them by the best."""
    regions = list(dict.fromkeys(found.regions))
    width = max(7.0, 4.5 + 0.4 * len(found.layers))
    drawn = sized(width, 0.3 + 3.0 * len(regions))
    axes = drawn.subplots(len(regions), 2, squeeze=False)
    for pair, region in zip(axes, regions, strict=True):
        figures.encoding_neurons(list(pair), found, region)
    return drawn


def _shown(found: Encoding) -> dict[str, Any]:
    n, regions = len(found.neurons), dict.fromkeys(found.regions)
    with_ceiling = (
        "no ceilings"
        if found.ceilings is None
        else f"{int(found.ceilings.repeats.sum())} with a ceiling"
    )
    groups = "" if found.n_groups is None else f"of {counted(found.n_groups, 'group')}"
    return {
        "name": found.brain,
        "verdict": _verdict(found, list(regions)),
        "facts": [
            ("Layers", str(len(found.layers)), ""),
            ("Regions", str(len(regions)), ""),
            ("Neurons scored", f"{n} of {n + len(found.unscored)}", with_ceiling),
            ("Stimuli", str(found.n_stimuli), ""),
            ("Map", described(found.map), ""),
            ("Folds", str(found.n_folds), groups),
        ],
        "ends": [_words.number(end, 2) for end in _score_rows.ends(found)],
        "ceilings": found.ceilings is not None,
        "chosen": _chosen(found),
        "choices": _choices(found),
        "left_out": _left_out(found),
        "warnings": [("", text) for text in found.warnings],
    }


def _again(found: Encoding, command: str | None) -> dict[str, Any]:
    text, of = bibtex(found), versions()
    names = ("Recording", *found.layers)
    return {
        "methods": _score_methods.paragraph(found, of["homolog"]),
        "references": cited(found),
        "bibtex": text,
        "bibtex_link": download(text),
        "command": command or _call(found),
        "settings": [("Seed", found.seed)],
        "versions": list(of.items()),
        "digests": list(zip(names, found.digests, strict=True)),
    }


def _call(found: Encoding) -> str:
    usual = found.map in MAPS.values()
    chosen = repr(found.map.name) if usual else described(found.map)
    ceiling = "" if found.ceilings is not None else ", ceiling=None"
    return (
        f"homolog.encoding.score(layers, brain, map={chosen}, folds={found.n_folds},"
        f" rng={found.seed}{ceiling})"
    )


def _verdict(found: Encoding, regions: list[str]) -> str:
    said: list[str] = []
    for region in regions[:3]:
        best = found.best(region)
        if best is None:
            said.append(f"No neuron of {region} has a ceiling.")
            continue
        over = ""
        if best.median_normalised_correlation is not None:
            over = f", {_words.number(best.median_normalised_correlation, 2)} of the ceiling"
        r = _words.number(best.median_correlation, 2)
        who = f"{best.layer} predicts {region}"
        said.append(f"{who} {'best' if len(found.layers) > 1 else ''}".rstrip() + f": r {r}{over}.")
    return " ".join(said)


def _chosen(found: Encoding) -> str:
    """What the table of choices holds."""
    if isinstance(found.map, OneToOne):
        return "One partner for each neuron and fold, the best over the training stimuli."
    own = isinstance(found.map, Ridge) and found.map.penalty is None
    unit = ", in sums of squares of the layer’s mean neuron" if own else ""
    return (
        f"A penalty for each neuron and fold{unit}. Neurons that a layer does not predict take the"
        " largest; where many others lie at an end, widen the range of penalties."
    )


def _choices(found: Encoding) -> list[list[str]]:
    """A table of what was chosen, heads first; empty where nothing was."""
    if isinstance(found.map, OneToOne):
        return [["Layer", "Partners", "Same partner in every fold"], *_partners(found)]
    if isinstance(found.map, Ridge) and len(found.map.tried()) > 1:
        heads = ["Layer", "Median penalty", "Middle half", "At the smallest", "At the largest"]
        return [heads, *_penalties(found, found.map.tried())]
    return []


def _penalties(found: Encoding, tried: np.ndarray) -> list[list[str]]:
    rows: list[list[str]] = []
    assert found.settings is not None
    for layer, chosen in zip(found.layers, found.settings, strict=True):
        low, middle, high = np.percentile(chosen, [25, 50, 75], method="nearest")
        ends = [np.mean(chosen == end) for end in (tried.min(), tried.max())]
        shares = [_words.percent(float(share)) for share in ends]
        rows.append(
            [layer, _two_digits(middle), f"{_two_digits(low)} to {_two_digits(high)}", *shares]
        )
    return rows


def _two_digits(value: float) -> str:
    return f"{float(f'{value:.2g}'):,g}"


def _partners(found: Encoding) -> list[list[str]]:
    rows: list[list[str]] = []
    assert found.settings is not None
    for layer, n, chosen in zip(found.layers, found.n_layer_neurons, found.settings, strict=True):
        same = _words.percent(float((chosen == chosen[0]).all(axis=0).mean()))
        rows.append([layer, f"{len(np.unique(chosen))} of {counted(n, 'neuron')}", same])
    return rows


def _left_out(found: Encoding) -> list[tuple[str, str]]:
    """Who is not counted, and why."""
    said: list[tuple[str, str]] = []
    if found.ceilings is not None and not found.ceilings.repeats.all():
        without = np.flatnonzero(~found.ceilings.repeats)
        names = [found.neurons[one] for one in without]
        why = "Odd and even trials agree no better than by chance: raw scores only."
        said.append(
            (f"{counted(len(names), 'neuron')} without a ceiling", f"{why} {_named(names)}")
        )
    if found.unscored:
        names = [one.neuron for one in found.unscored]
        why = "Without variance over the stimuli of any fold."
        said.append((f"{counted(len(names), 'neuron')} not scored", f"{why} {_named(names)}"))
    return said


def _named(neurons: list[Any]) -> str:
    names = ", ".join(map(str, neurons[:MOST_NAMED]))
    more = len(neurons) - MOST_NAMED
    return f"Neurons {names}{f' and {more} more' if more > 0 else ''}."
