"""A gauge audit in words: which scores move although nothing that is computed does."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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
    low = {label: float(scores.min()) for label, scores in found.rescaled.items()}
    moved = [label for label in low if _apart(found, found.rescaled, label) > SEEN]
    still = [label for label in low if label not in moved]
    said: list[str] = []
    if moved:
        falling = sorted(moved, key=low.__getitem__)
        scores = listed([f"{low[label]:.2f} by {label}" for label in falling])
        said.append(
            f"Against networks that compute the same, {found.name} scores as low as {scores}."
        )
    if still:
        between = "" if moved else " between networks that compute the same"
        said.append(f"No difference{between} is seen by {listed(still)}.")
    return " ".join([*said, *_once_balanced(found, moved)])


def _once_balanced(found: GaugeAudit, moved: Sequence[str]) -> list[str]:
    if found.balanced is None or not moved:
        return []
    apart = {label: _apart(found, found.balanced, label) for label in moved}
    worst = max(apart, key=apart.__getitem__)
    if apart[worst] <= SEEN:
        return ["Once balanced, all of them score what the network scores against itself."]
    lowest = float(found.balanced[worst].min())
    return [f"Once balanced, they still score as low as {lowest:.3f} by {worst}."]


def _apart(found: GaugeAudit, scores: Mapping[str, Reals], label: str) -> float:
    return float(np.max(np.abs(scores[label] - found.itself[label])))


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
