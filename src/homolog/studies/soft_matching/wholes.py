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

PANELS = {
    "Soft matching": (SCORE, {"soft_matching_correlation": "both ways"}),
    "One to one": (REFERENCE, {"one_to_one_matching": "both ways"}),
    "Best partners": (
        CANDIDATE,
        {"part_partners": "of the part", "whole_partners": "of the whole"},
    ),
    "Ridge": (THIRD, {"part_predicted": "part predicted", "whole_predicted": "whole predicted"}),
}
"""Colour of each matching or regression, and what each of its directions is called."""

WAYS = tuple(way for _, ways in PANELS.values() for way in ways)


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
    """Score against how many times larger the whole is, a panel for each measure."""
    figure, axes = panels(len(PANELS), width=11, height=3.2)
    times = rows["n_whole"] / rows["n_part"]
    for ax, (title, (colour, ways)) in zip(axes, PANELS.items(), strict=True):
        for (way, label), line in zip(ways.items(), ("o-", "s--"), strict=False):
            chosen = rows[rows["way"] == way]
            means = chosen.groupby(times[chosen.index])["score"].mean()
            ax.plot(means.index, means, line, markersize=4, color=colour, label=label)
        ax.set_ylim(-0.05, 1.1)
        ax.set_xticks(sorted(times.unique()), [f"{n:g}" for n in sorted(times.unique())])
        ax.set_title(title, fontsize=10, loc="left")
        ax.legend(frameon=False, fontsize=8, loc="lower left")
    axes[0].set_ylabel("Score of a part and its whole")
    figure.supxlabel("The whole has so many times the neurons of its part", fontsize=9)
    return figure


def judge(rows: Table) -> Mapping[str, Finding]:
    """What each way says of the largest whole."""
    largest = rows[rows["n_whole"] == rows["n_whole"].max()]
    said = {way: largest[largest["way"] == way]["score"] for way in WAYS}
    mean = {way: float(scores.mean()) for way, scores in said.items()}
    fooled = [way for way in ("one_to_one_matching", "part_partners") if said[way].min() > SAME]
    soft = said["soft_matching_correlation"]
    agree = len(fooled) == 2 and float(soft.max()) < SAME
    times = int(largest["n_whole"].iloc[0] / largest["n_part"].iloc[0])
    return {
        "part": Finding(
            "agree" if agree else "disagree",
            f"soft matching {with_interval(soft)}; one to one {mean['one_to_one_matching']:.2f}; "
            f"best partners {mean['part_partners']:.2f} of the part and "
            f"{mean['whole_partners']:.2f} of the whole; ridge {mean['part_predicted']:.2f} and "
            f"{mean['whole_predicted']:.2f}",
            f"A population against {times} times as many neurons that hold it, the others "
            "unrelated. Whoever asks whether the part is found in the whole wants another number: "
            "partial_soft_matching leaves the surplus out.",
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
            "be the same as a larger one, or depend on which is the reference.",
            f"Agree if one-to-one matching and the part's best partners score above {SAME} in "
            f"every population and soft matching below {SAME} in all; else disagree.",
        )
    },
    tasks=tasks,
    work=work,
    draw=draw,
    picture=(
        "Score against the size of the whole, a panel for each measure: soft matching falls, one "
        "to one stays at 1, best partners and ridge stay at 1 one way and fall the other way."
    ),
    judge=judge,
)
