"""What moves when a population is turned away from the axes that its neurons are."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from homolog._arrays import haar
from homolog.measures import find
from homolog.studies._drawing import CANDIDATE, REFERENCE, SCORE, THIRD, panels
from homolog.studies._rotations import Geodesic
from homolog.studies._study import Claim, Finding, Options, Part, Row, Sources, Table
from homolog.studies._words import with_interval

if TYPE_CHECKING:
    from matplotlib.figure import Figure

MEASURES = {"soft_matching": SCORE, "procrustes": REFERENCE, "cka": CANDIDATE, "ridge": THIRD}
NOISE = 0.5
"""Standard deviation of the candidate's own noise, in that of the neuron it copies."""

STILL = 1e-9
"""A score that moves by less than this has not moved."""


def tasks(quick: bool) -> Mapping[str, Options]:
    """Ten planted populations."""
    size = {"n_stimuli": 150, "n_neurons": 15} if quick else {"n_stimuli": 1000, "n_neurons": 100}
    return {
        f"population-{i}": {**size, "steps": 5 if quick else 25} for i in range(3 if quick else 10)
    }


def work(options: Options, rng: np.random.Generator, sources: Sources) -> list[Row]:
    """Score one population against a noisy copy of itself that is turned further and further.

    Neurons of the reference are independent, sparse (a Gaussian drive above threshold) and
    of unlike gains, so that their own axes are special and no other axes are.
    """
    shape = options["n_stimuli"], options["n_neurons"]
    gains = rng.lognormal(sigma=0.5, size=shape[1])
    x = gains * np.maximum(rng.normal(size=shape) - 0.5, 0)
    copy = x + NOISE * x.std(axis=0) * rng.normal(size=shape)
    way = Geodesic.towards(haar(shape[1], rng))
    reference = {name: find(name).summary(x) for name in MEASURES}
    rows: list[Row] = []
    for turn in np.linspace(0, 1, options["steps"]):
        turned = copy @ way.at(turn)
        for name, summary in reference.items():
            measure = find(name)
            score = float(measure.score(summary, measure.summary(turned)))
            distance = score if measure.kind == "distance" else 1 - score
            place = {"turn": float(turn), "degrees": way.degrees(turn)}
            rows.append({**place, "measure": name, "score": score, "distance": distance})
    return rows


def moved(rows: Table) -> Table:
    """For each population (row) and measure: the distance at the end minus at the start."""
    wide = rows.pivot_table(index=["task", "turn"], columns="measure", values="distance")
    ends = wide.groupby("task").agg(["first", "last"]).swaplevel(axis=1)
    return ends["last"] - ends["first"]


def wandered(rows: Table) -> Table:
    """The most that the distance of each measure differs between any two angles."""
    spread = rows.groupby(["measure", "task"])["distance"].agg(np.ptp)
    return spread.groupby("measure").max()


def draw(rows: Table) -> Figure:
    """Distance against angle, one line a population; and how little the others move."""
    figure, (left, right) = panels(2, height=3.6)
    for name, colour in MEASURES.items():
        label = find(name).label if find(name).kind == "distance" else f"1 − {find(name).label}"
        for i, (_, one) in enumerate(rows[rows["measure"] == name].groupby("task")):
            left.plot(
                one["degrees"],
                one["distance"],
                color=colour,
                linewidth=1,
                alpha=0.6,
                label=None if i else label,
            )
    left.set_xlabel("Mean turn of the planes of the rotation (degrees)")
    left.set_ylabel("Distance")
    left.set_ylim(bottom=0)
    left.legend(frameon=False, fontsize=8, loc="best")
    left.set_title("Distance to a turned copy", fontsize=10, loc="left")

    change = wandered(rows)
    for place, (name, colour) in enumerate(MEASURES.items()):
        most = max(float(change[name]), 1e-16)
        right.plot(most, place, "o", color=colour, markersize=8)
        right.text(most * 4, place, f"{most:.1g}", va="center", fontsize=8)
    right.axvline(STILL, color="black", linewidth=0.8, linestyle=":")
    right.set_xscale("log")
    right.set_xlim(1e-17, 50)
    right.set_yticks(range(len(MEASURES)), [find(name).label for name in MEASURES])
    right.set_ylim(len(MEASURES) - 0.5, -0.5)
    right.grid(axis="y", visible=False)
    right.set_xlabel("Most that a distance changed, any population and angle")
    right.set_title("Only soft matching moves", fontsize=10, loc="left")
    return figure


def judge(rows: Table) -> Mapping[str, Finding]:
    """Agree if soft matching moves in every population and nothing else moves in any."""
    change, gone = wandered(rows), moved(rows)["soft_matching"]
    others = float(change.drop("soft_matching").max())
    agree = float(gone.min()) > STILL and others < STILL
    return {
        "rotation": Finding(
            "agree" if agree else "disagree",
            f"soft matching distance +{with_interval(gone)}; the others at most {others:.0e}",
            f"{len(gone)} planted populations, turned from their own axes to random ones. "
            "Procrustes, CKA and ridge cannot move, by their definition; what is tested is that "
            "soft matching does.",
        )
    }


PART = Part(
    name="rotation",
    title="Turned away from its neurons' axes",
    question=(
        "A population of independent, sparse neurons is copied with noise, and the copy is "
        "turned along the shortest way (a geodesic of SO(N)) from no rotation to a random one. "
        "The geometry stays as it was; only the neurons' own tuning is lost."
    ),
    claims={
        "rotation": Claim(
            "Soft matching sees a rotation away from the neurons' axes, which measures that are "
            "invariant to rotations (Procrustes, CKA, regression) entirely miss.",
            "Agree if soft matching moves in every population and no other measure moves by more "
            f"than rounding, {STILL:g}, in any; else disagree.",
        )
    },
    tasks=tasks,
    work=work,
    draw=draw,
    picture=(
        "Distance against the angle of rotation: soft matching rises in every population, "
        "Procrustes, CKA and ridge are flat. Beside it the largest change of each measure."
    ),
    judge=judge,
)
