"""Ten components, each with half the variance of the one before, and when each is captured."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from homolog.studies._drawing import panels
from homolog.studies._study import Claim, Finding, Options, Part, Row, Sources, Table
from homolog.studies._words import mean_interval
from homolog.studies.differentiable_similarity._climbs import (
    CALLED,
    COLOURS,
    FINE,
    GOAL,
    MEASURES,
    at_most,
    known,
    seeds_of,
)
from homolog.studies.differentiable_similarity._planted import halving

if TYPE_CHECKING:
    from matplotlib.figure import Figure

N_ROWS, N_NEURONS, N_STARTS = 100, 10, 3

BY_AUTOGRAD = {
    "procrustes": (0.34, 0.40, 0.49, 0.56),
    "nbs": (0.51, 0.58, 0.70, 0.76),
    "linear_regression": (0.45, 0.57, 0.79, 0.91),
    "cka": (0.39, 0.54, 0.91, 0.985),
}
"""Scores at which an implementation with automatic differentiation captured half of components 1
to 4: means of three starts."""

EXACT = 0.02
SMALL = (3, 4)
"""Components whose order is judged: the larger ones are captured by all before a score of 0.6."""


def tasks(quick: bool) -> Mapping[str, Options]:
    """Targets with the same spectrum, in a few batches."""
    return {f"targets-{i}": {"n": 2 if quick else 15} for i in range(1 if quick else 2)}


def work(options: Options, rng: np.random.Generator, sources: Sources) -> list[Row]:
    """Climb to each target from three starts, by every measure from the same ones."""
    from homolog.audit import captured_components, maximise_many

    rows: list[Row] = []
    for number in range(options["n"]):
        target, seeds = halving(N_ROWS, N_NEURONS, rng), seeds_of(rng, N_STARTS)
        for measure in MEASURES:
            climbs = maximise_many(target, measure, seeds=seeds, scores=FINE)
            for start, climb in enumerate(climbs):
                half = captured_components(target, climb).half_capture
                assert half is not None
                rows += [
                    {
                        "target": number,
                        "measure": measure,
                        "start": start,
                        "steps": climb.steps,
                        "component": i + 1,
                        "variance": 2.0 ** -(i + 1),
                        "score": known(at),
                    }
                    for i, at in enumerate(half)
                ]
    return rows


def by_target(rows: Table) -> Table:
    """Means of the starts of each target (row), by measure and component."""
    scored = rows.assign(at=at_most(rows["score"]))
    return scored.pivot_table(
        index=["task", "target"], columns=["measure", "component"], values="at"
    )


def draw(rows: Table) -> Figure:
    """Scores at which components are half captured, beside those by autograd."""
    figure, (left, right) = panels(2, width=10, height=3.8)
    found = by_target(rows)
    for measure in MEASURES:
        mean, spread = found[measure].mean(), found[measure].std()
        shift = 0.12 * (MEASURES.index(measure) - 1.5)
        left.errorbar(
            mean.index + shift,
            mean,
            2 * spread,
            fmt="o",
            color=COLOURS[measure],
            markersize=5,
            label=CALLED[measure],
        )
        places = np.arange(1, len(BY_AUTOGRAD[measure]) + 1) + shift
        left.plot(places, BY_AUTOGRAD[measure], "_", color="black", markersize=13)
        variance = 2.0 ** -mean.index.to_numpy(dtype=float)
        right.plot(variance, mean, "o-", color=COLOURS[measure], markersize=4)
    left.plot([], [], "_", color="black", markersize=11, label="by autograd")
    left.set_xlim(0.5, len(SMALL) + 2.5)
    left.set_xticks(range(1, 5))
    left.set_xlabel("Component")
    left.set_ylabel("Score at which half is captured")
    left.set_title("Means of three starts: range, and by autograd", fontsize=10, loc="left")
    left.legend(frameon=False, fontsize=8, loc="lower right")
    right.set_xscale("log")
    right.set_xlabel("Share of variance")
    right.set_title("All components; 1: not below the goal", fontsize=10, loc="left")
    for ax in (left, right):
        ax.set_ylim(0.25, 1.03)
    return figure


def judge(rows: Table) -> Mapping[str, Finding]:
    """The order by intervals over targets; those by autograd by the range of such means."""
    found = by_target(rows)
    gaps = {
        (one, other, i): mean_interval(found[other][i] - found[one][i])
        for one, other in pairwise(MEASURES)
        for i in SMALL
    }
    off = {
        (measure, i + 1): found[measure][i + 1].mean() - theirs
        for measure, numbers in BY_AUTOGRAD.items()
        for i, theirs in enumerate(numbers)
    }
    spread = found.std()
    beyond = {at: max(0.0, abs(gap) - 2 * spread[at]) for at, gap in off.items()}
    near = sum(abs(gap) <= EXACT for gap in off.values())
    worst = max(off, key=lambda at: abs(off[at]))
    sure = all(low > 0 for _, low, _ in gaps.values())
    contrary = any(high < 0 for _, _, high in gaps.values())
    return {
        "order": Finding(
            "agree" if sure else "disagree" if contrary else "cannot tell",
            "; ".join(
                f"PC{i}: "
                + " < ".join(f"{CALLED[one]} {found[one][i].mean():.2f}" for one in MEASURES)
                for i in SMALL
            ),
            f"Means over {len(found)} targets with three starts each. Every climb but few comes to "
            f"{GOAL} within 110 steps; the longest took {rows['steps'].max()}.",
        ),
        "by-autograd": Finding(
            "agree" if max(beyond.values()) <= EXACT else "disagree",
            f"{near} of {len(off)} within {EXACT} of the mean over targets; the furthest, "
            f"{CALLED[worst[0]]} PC{worst[1]}, {abs(off[worst]):.3f} away, where means of three "
            f"starts have a standard deviation of {spread[worst]:.3f}; outside their range by at "
            f"most {max(beyond.values()):.3f}",
            "What they are compared with is a mean of three starts to one target. Where such means "
            "lie depends on target and starts, by more than the tolerance.",
        ),
    }


PART = Part(
    name="spectrum",
    title="Components of halving variance",
    question=(
        f"{N_ROWS} x {N_NEURONS} responses whose k-th component has the variance 2^-k. Noise is "
        f"made ever more like them, up to a score of {GOAL}: at which score is each component half "
        "captured, and by which measure first?"
    ),
    claims={
        "order": Claim(
            "Small components are captured by Procrustes first, then by NBS, linear regression and "
            "CKA.",
            f"By intervals over targets of how much later the next measure captures components "
            f"{SMALL[0]} and {SMALL[1]}: agree if all are above 0, disagree if one is below.",
        ),
        "by-autograd": Claim(
            "They are captured at the scores that an implementation with automatic differentiation "
            "gives.",
            f"Agree if each of {sum(map(len, BY_AUTOGRAD.values()))} numbers is within {EXACT} of "
            "the range of means of three starts (two standard deviations); else disagree.",
            by="this study",
        ),
    },
    tasks=tasks,
    work=work,
    draw=draw,
    picture=(
        "Score at which each component is half captured, by measure: for small components "
        "Procrustes is lowest and CKA highest, and the numbers by autograd are in the range."
    ),
    judge=judge,
)
