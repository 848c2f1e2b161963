"""Whether the distance is a metric, between populations of any sizes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from homolog._arrays import unit_columns
from homolog.measures import find
from homolog.studies._drawing import REFERENCE, SCORE, SOFT, panels
from homolog.studies._study import Claim, Finding, Options, Part, Row, Sources, Table

if TYPE_CHECKING:
    from matplotlib.figure import Figure

N_STIMULI = 60
MOST_NEURONS = 40
EXACT = 1e-9
"""Largest deviation that rounding excuses."""


def tasks(quick: bool) -> Mapping[str, Options]:
    """Triples of populations, in a few batches."""
    return {f"triples-{i}": {"n": 10 if quick else 100} for i in range(2 if quick else 5)}


def work(options: Options, rng: np.random.Generator, sources: Sources) -> list[Row]:
    """Distances within triples of unlike sizes, and both matchings of two of equal size."""
    distance, soft = find("soft_matching"), find("soft_matching_correlation")
    rows: list[Row] = []
    for _ in range(options["n"]):
        x, y, z = _triple(rng)
        n = min(x.shape[1], y.shape[1])
        shuffled = rng.permutation(x.shape[1])
        rows.append(
            {
                "n_x": x.shape[1],
                "n_y": y.shape[1],
                "n_z": z.shape[1],
                "x_y": float(distance(x, y)),
                "y_x": float(distance(y, x)),
                "y_z": float(distance(y, z)),
                "x_z": float(distance(x, z)),
                "x_shuffled": float(distance(x, x[:, shuffled])),
                "equal_soft": float(soft(x[:, :n], y[:, :n])),
                "equal_one_to_one": one_to_one(x[:, :n], y[:, :n]),
            }
        )
    return rows


def one_to_one(x: np.ndarray, y: np.ndarray) -> float:
    """Mean correlation of the best pairs, by a solver that knows nothing of soft matching."""
    from scipy.optimize import linear_sum_assignment

    correlation = unit_columns(x).T @ unit_columns(y)
    return float(correlation[linear_sum_assignment(correlation, maximize=True)].mean())


def _triple(rng: np.random.Generator) -> list[np.ndarray]:
    """Three populations on the way from one mixture of latents to another.

    The middle one is between the others, where the inequality is hardest to keep.
    """
    latents = rng.normal(size=(N_STIMULI, 5))
    start, end = rng.normal(size=(2, 5, MOST_NEURONS))
    sizes = rng.integers(1, MOST_NEURONS + 1, size=3)
    populations: list[np.ndarray] = []
    for share, size in zip((0.0, rng.uniform(), 1.0), sizes, strict=True):
        weights = (1 - share) * start + share * end
        chosen = rng.permutation(MOST_NEURONS)[:size]
        noise = 0.1 * rng.normal(size=(N_STIMULI, size))
        populations.append(latents @ weights[:, chosen] + noise)
    return populations


def draw(rows: Table) -> Figure:
    """Both sides of the triangle inequality; both matchings at equal size."""
    figure, (left, right) = panels(2, width=10, height=3.8)
    way = rows["x_y"] + rows["y_z"]
    left.plot([0, way.max()], [0, way.max()], color=SOFT, linewidth=1)
    left.plot(way, rows["x_z"], "o", color=SCORE, markersize=4, alpha=0.5, markeredgewidth=0)
    left.text(0.02 * way.max(), 0.9 * way.max(), "forbidden", color=SOFT, fontsize=9)
    left.set_xlabel("From x by way of y to z")
    left.set_ylabel("Straight from x to z")
    left.set_title("The triangle inequality, sizes 1 to 40", fontsize=10, loc="left")
    ends = [rows["equal_soft"].min(), rows["equal_soft"].max()]
    right.plot(ends, ends, color=SOFT, linewidth=1)
    right.plot(
        rows["equal_one_to_one"],
        rows["equal_soft"],
        "o",
        color=REFERENCE,
        markersize=4,
        alpha=0.5,
        markeredgewidth=0,
    )
    right.set_xlabel("One-to-one matching correlation")
    right.set_ylabel("Soft matching correlation")
    right.set_title("The same at equal sizes", fontsize=10, loc="left")
    return figure


def judge(rows: Table) -> Mapping[str, Finding]:
    """The largest violation of each property."""
    excess = float((rows["x_z"] - rows["x_y"] - rows["y_z"]).max())
    unlike = float((rows["x_y"] - rows["y_x"]).abs().max())
    apart = float(rows["x_shuffled"].max())
    different = float((rows["equal_soft"] - rows["equal_one_to_one"]).abs().max())
    return {
        "metric": Finding(
            "agree" if max(excess, unlike, apart) <= EXACT else "disagree",
            f"every detour is longer, by {-excess:.3f} or more; asymmetry at most "
            f"{unlike:.1g}; distance to itself reordered at most {apart:.1g}",
            f"{len(rows)} triples of planted populations of 1 to {MOST_NEURONS} neurons. "
            "A theorem of the paper; what is tested is that the code obeys it.",
        ),
        "equal": Finding(
            "agree" if different <= EXACT else "disagree",
            f"largest difference {different:.1g}",
            f"{len(rows)} pairs of planted populations of equal size, and SciPy's assignment. "
            "A theorem, too.",
        ),
    }


PART = Part(
    name="metric",
    title="A metric across sizes",
    question=(
        "Triples of populations of 1 to 40 neurons, the second between the other two: is "
        "the distance symmetric, zero to itself in another order, and never longer than a detour? "
        "And is it, at equal sizes, what one-to-one matching gives?"
    ),
    claims={
        "metric": Claim(
            "The soft matching distance is symmetric and satisfies the triangle inequality for "
            "populations of different sizes.",
            f"Agree if nothing is violated by more than rounding, {EXACT:g}; else disagree.",
        ),
        "equal": Claim(
            "At equal sizes it is the one-to-one matching of neurons.",
            f"Agree if both numbers are the same but for rounding, {EXACT:g}; else disagree.",
        ),
    },
    tasks=tasks,
    work=work,
    draw=draw,
    picture=(
        "Two panels of dots. Straight distance against the distance by a detour: no dot is above "
        "the diagonal. Soft matching against one-to-one matching at equal sizes: the diagonal."
    ),
    judge=judge,
)
