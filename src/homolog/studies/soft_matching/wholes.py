"""What measures make of a population that is part of another."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from homolog.measures import find
from homolog.studies._drawing import CANDIDATE, REFERENCE, SCORE, THIRD, panels
from homolog.studies._study import Claim, Finding, Options, Part, Row, Sources, Table
from homolog.studies._words import with_interval

if TYPE_CHECKING:
    from matplotlib.figure import Figure

N_STIMULI = 400
SAME = 0.99
"""A score that one would take for the same population."""

WAYS = {
    "one_to_one_matching": (REFERENCE, "-", 7, "one to one, the rest left single"),
    "part_partners": (CANDIDATE, "-", 4, "best partners of the part"),
    "part_predicted": (THIRD, "-", 1.5, "ridge, part predicted"),
    "whole_partners": (CANDIDATE, "--", 4, "best partners of the whole"),
    "soft_matching_correlation": (SCORE, "-", 1.5, "soft matching"),
    "whole_predicted": (THIRD, "--", 1.5, "ridge, whole predicted"),
}
"""Colour, line, its width (lines that lie on each other must all be seen) and label."""


def tasks(quick: bool) -> Mapping[str, Options]:
    """Populations, each with wholes of growing size around it."""
    sizes = {"n_part": 10, "times": [1, 2]} if quick else {"n_part": 30, "times": [1, 2, 4, 8]}
    return {f"part-{i}": sizes for i in range(3 if quick else 10)}


def work(options: Options, rng: np.random.Generator, sources: Sources) -> list[Row]:
    """Score a population against itself with unrelated neurons added."""
    n_part = options["n_part"]
    whole = np.maximum(rng.normal(size=(N_STIMULI, n_part * max(options["times"]))), 0)
    part = whole[:, :n_part]
    rows: list[Row] = []
    for times in options["times"]:
        larger = whole[:, : times * n_part]
        semi, ridge = find("semi_matching_correlation"), find("ridge")
        scores = {
            "soft_matching_correlation": find("soft_matching_correlation")(part, larger),
            "one_to_one_matching": find("one_to_one_matching")(part, larger),
            "part_partners": semi(part, larger),
            "whole_partners": semi(larger, part),
            "part_predicted": ridge(part, larger),
            "whole_predicted": ridge(larger, part),
        }
        rows += [
            {"n_part": n_part, "n_whole": larger.shape[1], "way": way, "score": float(score)}
            for way, score in scores.items()
        ]
    return rows


def draw(rows: Table) -> Figure:
    """Score against how many times larger the whole is."""
    figure, (ax,) = panels(1, width=7.5, height=3.8)
    times = rows["n_whole"] / rows["n_part"]
    for way, (colour, line, width, label) in WAYS.items():
        chosen = rows[rows["way"] == way]
        means = chosen.groupby(times[chosen.index])["score"].mean()
        ax.plot(means.index, means, line, linewidth=width, color=colour, label=label)
    ax.set_ylim(-0.05, 1.05)
    ax.set_xticks(sorted(times.unique()))
    ax.set_xlabel("The whole has so many times the neurons of its part")
    ax.set_ylabel("Score")
    ax.set_title("A population and a larger one that holds it", fontsize=10, loc="left")
    figure.legend(frameon=False, fontsize=8, loc="outside right center")
    return figure


def judge(rows: Table) -> Mapping[str, Finding]:
    """What each way says of the largest whole."""
    largest = rows[rows["n_whole"] == rows["n_whole"].max()]
    said = {way: largest[largest["way"] == way]["score"] for way in WAYS}
    mean = {way: float(scores.mean()) for way, scores in said.items()}
    fooled = [way for way in ("one_to_one_matching", "part_partners") if said[way].min() > SAME]
    soft = said["soft_matching_correlation"]
    agree = fooled and float(soft.max()) < SAME
    times = int(largest["n_whole"].iloc[0] / largest["n_part"].iloc[0])
    return {
        "part": Finding(
            "agree" if agree else "disagree",
            f"soft matching {with_interval(soft)}; one to one {mean['one_to_one_matching']:.2f}; "
            f"best partners {mean['part_partners']:.2f} of the part and "
            f"{mean['whole_partners']:.2f} of the whole; ridge {mean['part_predicted']:.2f} and "
            f"{mean['whole_predicted']:.2f}",
            f"A population against {times} times as many neurons that hold it, the others "
            f"unrelated. Above {SAME} one would take the two for the same.",
        )
    }


PART = Part(
    name="wholes",
    title="A part and its whole",
    question=(
        "Unrelated neurons are added to a population. Matchings that leave neurons single, or give "
        "each its best partner, and regressions depend on which of the two is asked about; soft "
        "matching makes every neuron count."
    ),
    claims={
        "part": Claim(
            "It avoids counter-intuitive outcomes of other matchings, for which a population can "
            "be the same as a larger one, or depend on which is the reference."
        )
    },
    tasks=tasks,
    work=work,
    draw=draw,
    judge=judge,
)
