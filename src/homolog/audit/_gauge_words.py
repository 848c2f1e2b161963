"""A gauge audit in words: which scores move although nothing that is computed does."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from homolog._words import counted, listed

if TYPE_CHECKING:
    from homolog.audit._gauge_result import GaugeAudit
    from homolog.audit._targets import Reals

SEEN = 5e-4
"""Differences of scores that three decimals show."""
ROUNDING = 1e-4
"""Above this, relative to the largest output, a difference is more than float32 explains."""


def verdict(found: GaugeAudit) -> str:
    """The headline: how far scores fall between networks that compute the same."""
    apart = {one: _apart(scores, found.itself[one]) for one, scores in found.rescaled.items()}
    moved = [label for label in apart if abs(apart[label]) > SEEN]
    still = [label for label in apart if label not in moved]
    ends = [("low", [one for one in moved if apart[one] < 0])]
    ends += [("high", [one for one in moved if apart[one] > 0])]
    scores = [f"as {way} as {_ends(found, labels, way)}" for way, labels in ends if labels]
    said: list[str] = []
    if scores:
        said.append(
            f"Against networks that compute the same, {found.name} scores {', and '.join(scores)}."
        )
    if still:
        between = "" if moved else " between networks that compute the same"
        said.append(f"No difference{between} is seen by {listed(still)}.")
    return " ".join([*said, *_once_balanced(found, moved)])


def _ends(found: GaugeAudit, labels: Sequence[str], way: str) -> str:
    """The farthest that scores went that way, with that of the network itself if it is not 1."""
    end = {label: _apart(found.rescaled[label], found.itself[label]) for label in labels}
    texts: list[str] = []
    for label in sorted(labels, key=lambda one: found.itself[one] + end[one]):
        own = found.itself[label]
        digits = 2 if f"{own:.2f}" != f"{own + end[label]:.2f}" else 3
        beside = f" ({own:.{digits}f} against itself)" if is_unlike_1(own) else ""
        texts.append(f"{own + end[label]:.{digits}f} by {label}{beside}")
    return listed(texts if way == "low" else texts[::-1])


def _once_balanced(found: GaugeAudit, moved: Sequence[str]) -> list[str]:
    if found.balanced is None or found.balanced_itself is None or not moved:
        return []
    own = found.balanced_itself
    apart = {label: _apart(found.balanced[label], own[label]) for label in moved}
    worst = max(apart, key=lambda label: abs(apart[label]))
    if abs(apart[worst]) <= SEEN:
        return ["Once balanced, all of them score what the balanced network scores against itself."]
    return [
        f"Once balanced, they still score {own[worst] + apart[worst]:.3f} by {worst}, where the"
        f" balanced network scores {own[worst]:.3f} against itself."
    ]


def _apart(scores: Reals, itself: float) -> float:
    """The score farthest from that of the network against itself, and which way."""
    apart = (scores - itself).ravel()
    return float(apart[np.abs(apart).argmax()])


def is_unlike_1(itself: float) -> bool:
    """Whether even the network itself is seen not to score 1."""
    return abs(itself - 1) > SEEN


def columns(found: GaugeAudit) -> list[str]:
    """Heads of the table after the measure: spread 0 only where some score there is not 1."""
    return [
        *(["itself"] if any(map(is_unlike_1, found.itself.values())) else []),
        *(f"spread {one:g}" for one in found.spread),
        *([] if found.balanced is None else ["balanced"]),
    ]


def cells(found: GaugeAudit, label: str) -> list[str]:
    """What stands in these columns, as numbers of three decimals."""
    scores = [f"{one.mean():.3f} [{one.min():.3f}]" for one in found.rescaled[label]]
    if "itself" in columns(found):
        scores = [f"{found.itself[label]:.3f}", *scores]
    if found.balanced is None or found.balanced_itself is None:
        return scores
    own = found.balanced_itself[label]
    beside = f" (itself {own:.3f})" if is_unlike_1(own) else ""
    return [*scores, f"{found.balanced[label].min():.3f}{beside}"]


def in_order(found: GaugeAudit) -> str:
    """The spreads from narrow to wide."""
    return listed([f"{one:g}" for one in sorted(found.spread)])


def warnings(found: GaugeAudit) -> list[str]:
    """What a reader should know before believing the numbers."""
    said: list[str] = []
    if found.output_difference > ROUNDING:
        said.append(
            f"{shared(found).capitalize()}: more than rounding, so that these networks do not quite"
            " compute the same. Smaller spreads, or float64, bring them closer."
        )
    if not found.has_outputs:
        said.append(
            "The network has no readout. What was found to be the same is its states, scaled back."
        )
    if found.silent:
        said.append(f"Left out: {counted(found.silent, 'neuron')} whose rate never changed.")
    return said


def methods(found: GaugeAudit) -> str:
    """What was done, in words that can stand in a paper."""
    spreads = listed([f"{one:g}" for one in found.spread])
    said = (
        f"At each spread ({spreads}) every neuron of {found.name} was rescaled {found.n} times by"
        " exp(h), and its synapses were changed to match, so that the outputs stay the same; h is"
        " Gaussian with that standard deviation and sums to 0. Rates of the"
        f" {counted(found.n_neurons - found.silent, 'active neuron')}, without noise, were scored"
        f" against those of the network itself on {of_moments(found)}; 1 stands for the same, and a"
        " distance scores 1 - distance / worst."
    )
    if found.cost is None:
        return said
    return (
        f"{said} Then both networks were balanced, which picks the one of all these networks whose"
        f" synapses cost least ({found.cost}), and scored again."
    )


def of_moments(found: GaugeAudit) -> str:
    """How many times of trials were scored."""
    scored, there = found.moments
    if scored == there:
        return f"{there} moments"
    return f"{scored} of {there} moments, drawn at random"


def shared(found: GaugeAudit) -> str:
    """How far from the same the networks are."""
    what = "outputs differ" if found.has_outputs else "states, scaled back, differ"
    return f"{what} by at most {found.output_difference:.1e} of the largest"
