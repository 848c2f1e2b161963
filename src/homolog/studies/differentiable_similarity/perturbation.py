"""Figure 3, c: what a score loses when one component is replaced, weakened or buried."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from homolog.studies._drawing import panels
from homolog.studies._study import Claim, Finding, Options, Part, Row, Sources, Table
from homolog.studies.differentiable_similarity._climbs import CALLED, COLOURS
from homolog.studies.differentiable_similarity._planted import halving

if TYPE_CHECKING:
    from matplotlib.figure import Figure

SCORED = ("procrustes", "nbs", "linear_regression", "cka", "cca")
KINDS = {
    "replace": "Replaced",
    "rescale": "Weakened to a half",
    "noise": "Buried in as much noise",
}
MARKS = {"cca": "s", "nbs": "D"}
SIZES = {"nbs": 8}
"""NBS and linear regression lie on each other where a component is replaced."""

ROUNDING = 1e-10
SMALL = 0.01
"""A share of variance that one would call small."""

LARGE = 0.1
"""One that one would call large."""

NEAR_1 = 0.9


def tasks(quick: bool) -> Mapping[str, Options]:
    """One for each thing that can be done to a component."""
    return {kind: {"kind": kind, "n_rows": 60 if quick else 300} for kind in KINDS}


def work(options: Options, rng: np.random.Generator, sources: Sources) -> list[Row]:
    """Score responses against themselves with one component changed, by measure and formula."""
    from homolog.audit import perturb_components

    target = halving(options["n_rows"], 10, rng)
    found = perturb_components(target, SCORED, kind=options["kind"], rng=rng)
    return [
        {"kind": options["kind"], **{str(name): value for name, value in row.items()}}
        for row in found.frame().to_dict("records")
    ]


def draw(rows: Table) -> Figure:
    """Score against the variance of the component, simulated and by formula."""
    figure, axes = panels(len(KINDS), width=11, height=3.8)
    for ax, (kind, title) in zip(axes, KINDS.items(), strict=True):
        for name in SCORED:
            one = rows[(rows["kind"] == kind) & (rows["measure"] == name)]
            colour, mark = COLOURS[name], MARKS.get(name, "o")
            ax.plot(one["explained_variance"], one["closed_form"], color=colour, linewidth=1)
            shown: dict[str, Any] = {
                "label": CALLED[name],
                "color": colour,
                "markersize": SIZES.get(name, 5),
            }
            ax.plot(one["explained_variance"], one["score"], mark, **shown)
        ax.set_xscale("log")
        ax.set_ylim(0.2, 1.04)
        ax.set_xlabel("Share of variance")
        ax.set_title(title, fontsize=10, loc="left")
    axes[0].set_ylabel("Score")
    axes[0].legend(frameon=False, fontsize=8, loc="lower left")
    return figure


def judge(rows: Table) -> Mapping[str, Finding]:
    """The formulas by their largest error; the rest by the component of most and of least."""
    error = float((rows["score"] - rows["closed_form"]).abs().max())
    replaced = rows[(rows["kind"] == "replace") & (rows["measure"] != "cca")]
    large = replaced[replaced["explained_variance"] > LARGE].pivot_table(
        index="explained_variance", columns="measure", values="score"
    )
    lowest = large.idxmin(axis=1).sort_index(ascending=False)
    few = replaced[replaced["explained_variance"] < SMALL].groupby("measure")["score"].min()
    return {
        "formulas": Finding(
            "agree" if error < ROUNDING else "disagree",
            f"at most {error:.0e} apart",
            "Every measure, component and kind of change. Replaced, a component of share λ costs "
            "CKA about λ², NBS and linear regression λ, and the Procrustes score √λ.",
        ),
        "small": Finding(
            "agree" if few.min() > NEAR_1 else "disagree",
            "; ".join(f"{CALLED[name]} {few[name]:.4f}" for name in CALLED if name in few.index),
            f"Lowest scores with one component below {SMALL:.0%} of the variance replaced. CCA is "
            "left out: it counts all components alike.",
        ),
        "large": Finding(
            "agree" if (lowest == "procrustes").all() else "disagree",
            "; ".join(
                f"{share:.0%}: lowest is {CALLED[name]} {large.loc[share, name]:.2f}, Procrustes "
                f"{large.loc[share, 'procrustes']:.2f}, NBS {large.loc[share, 'nbs']:.2f}, CKA "
                f"{large.loc[share, 'cka']:.2f}"
                for share, name in lowest.items()
            ),
            "CKA loses the square of a component's variance over the sum of all squares. That is "
            "less than what others lose unless one component has most of that sum: then CKA hears "
            "nothing but that one.",
        ),
    }


PART = Part(
    name="figure-3c",
    title="Figure 3, c: one component perturbed",
    question=(
        "Responses are scored against themselves with one principal component replaced by an "
        "unrelated course, weakened to a half, or buried in noise of its own size. What does the "
        "score lose, in simulation and by formula?"
    ),
    claims={
        "formulas": Claim(
            "Theory and simulation agree.",
            f"Agree if all scores are within {ROUNDING:g} of their closed form; else disagree.",
        ),
        "small": Claim(
            "When small components are perturbed, all scores are near 1.",
            f"Agree if no score is below {NEAR_1} with a component below {SMALL:.0%} of the "
            "variance replaced; else disagree.",
        ),
        "large": Claim(
            "When large components are perturbed, the Procrustes score drops much more than CKA "
            "and NBS.",
            f"Agree if it is the lowest with any component above {LARGE:.0%} of the variance "
            "replaced; else disagree.",
        ),
    },
    tasks=tasks,
    work=work,
    draw=draw,
    picture=(
        "Score against the variance of the changed component, a panel for each kind of change: "
        "simulated scores lie on the formulas; Procrustes falls first, CKA last."
    ),
    judge=judge,
)
