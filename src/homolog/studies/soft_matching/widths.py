"""Trained networks of different widths: what the width does to the score."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import product
from typing import TYPE_CHECKING

import numpy as np

from homolog.measures import find
from homolog.studies import _images, _networks
from homolog.studies._drawing import CANDIDATE, REFERENCE, SCORE, SOFT, banded, panels
from homolog.studies._held_out import held_out
from homolog.studies._rotations import chance_by_rotation
from homolog.studies._study import Claim, Finding, Options, Part, Row, Sources, Table
from homolog.studies._words import above_0, mean_interval, near_0, with_interval

if TYPE_CHECKING:
    from matplotlib.figure import Figure

STEADY = 0.02
"""A change of the mean correlation that one would not write about."""


def tasks(quick: bool) -> Mapping[str, Options]:
    """Pairs of families; a family has a network of each width, all from its own seeds."""
    few = {"widths": [20, 40], "n_images": 500, "epochs": 1, "n_stimuli": 100, "n_rotations": 3}
    many = {
        "widths": [500, 1000, 2000],
        "n_images": 10_000,
        "epochs": 3,
        "n_stimuli": 1000,
        "n_rotations": 3,
    }
    return {f"families-{i}": few if quick else many for i in range(2 if quick else 4)}


def work(options: Options, rng: np.random.Generator, sources: Sources) -> list[Row]:
    """Train both families; compare each width of one with each width of the other."""
    images = _images.read(sources)
    first, second = (_family(options, images, rng) for _ in range(2))
    halves = rng.permutation(options["n_stimuli"]) < options["n_stimuli"] // 2
    fewest = min(one.shape[1] for one in (*first.values(), *second.values()))
    rows: list[Row] = []
    for (wide_x, x), (wide_y, y) in product(first.items(), second.items()):
        a, b = (rng.choice(one, fewest, axis=1, replace=False) for one in (x, y))
        chance = chance_by_rotation(x, y, options["n_rotations"], rng)
        rows.append(
            {
                "width_x": wide_x,
                "width_y": wide_y,
                "n_neurons_x": x.shape[1],
                "n_neurons_y": y.shape[1],
                "score": chance.score,
                "chance": chance.level,
                "held_out": held_out(x, y, halves),
                "n_sampled": fewest,
                "sampled": float(find("soft_matching_correlation")(a, b)),
            }
        )
    return rows


def _family(
    options: Options, images: _images.Images, rng: np.random.Generator
) -> dict[int, np.ndarray]:
    """By width, the second hidden layer's responses of a network with two such layers."""
    shown = images.test[: options["n_stimuli"]]
    family: dict[int, np.ndarray] = {}
    for width in options["widths"]:
        with _networks.seeded(int(rng.integers(2**31))) as generator:
            network = _networks.dense(28 * 28, [width, width])
            size = {"n_images": options["n_images"], "epochs": options["epochs"]}
            _networks.train(network, images, **size, generator=generator)
            family[width] = _networks.responses(network, shown)[-1]
    return family


def draw(rows: Table) -> Figure:
    """Scores by width of one network, one panel for each width of the other."""
    widths = sorted(rows["width_x"].unique())
    figure, axes = panels(len(widths), width=11, height=3.6)
    marks = {
        "score": (SCORE, "o", "same stimuli"),
        "held_out": (CANDIDATE, "s", "held-out matching"),
        "sampled": (REFERENCE, "D", "equally many neurons sampled"),
        "chance": (SOFT, "^", "one network rotated"),
    }
    bottom = np.floor(10 * rows[list(marks)].to_numpy().min()) / 10
    for ax, width in zip(axes, widths, strict=True):
        chosen = rows[rows["width_x"] == width]
        for column, (colour, marker, label) in marks.items():
            found = {n: list(one[column]) for n, one in chosen.groupby("width_y")}
            thick = 9 if column == "score" else 5  # seen behind the held-out one
            banded(ax, found, colour, marker=marker, markersize=thick, label=label)
        ax.set_xscale("log")
        ax.set_xticks(widths, [f"{n}" for n in widths])
        ax.minorticks_off()
        ax.set_ylim(bottom, 1)
        ax.set_xlabel("Width of the other network")
        ax.set_title(f"{width} hidden neurons against …", fontsize=10, loc="left")
    axes[0].set_ylabel("Soft matching correlation")
    handles = axes[0].get_legend_handles_labels()
    figure.legend(*handles, frameon=False, fontsize=8, loc="outside lower center", ncols=4)
    return figure


def judge(rows: Table) -> Mapping[str, Finding]:
    """What widths do to scores of equal widths, and what a plan across widths is worth."""
    same = rows[rows["width_x"] == rows["width_y"]].set_index("width_x")
    narrow, wide = same.index.min(), same.index.max()
    grown = {
        column: _by_task(same.loc[wide], column) - _by_task(same.loc[narrow], column)
        for column in ("score", "held_out", "sampled")
    }
    unlike = rows[rows["width_x"] != rows["width_y"]]
    above = (unlike["held_out"] - unlike["chance"]).groupby(unlike["task"]).mean()
    optimism = (rows["score"] - rows["held_out"]).groupby(rows["task"]).mean()
    return {
        "widths": Finding(
            above_0([mean_interval(above)[1:]]),
            f"unlike widths, held-out minus rotated: {with_interval(above)}",
            f"{len(above)} independent pairs of families; neurons matched on half of the images "
            "correlate on the other half more than rotated ones do on the images they were "
            "matched on.",
        ),
        "steady": Finding(
            near_0(mean_interval(grown["score"])[1:], STEADY),
            f"from {narrow} to {wide} neurons: {with_interval(grown['score'])}, held out "
            f"{with_interval(grown['held_out'])}",
            f"The score on the same stimuli is {with_interval(optimism)} above the held-out one. "
            "An interval without 0 that reaches past the tolerance says: there is a change, and "
            "it is not known whether it is worth writing about.",
        ),
        "sampled": Finding(
            near_0(mean_interval(grown["sampled"])[1:], STEADY),
            f"from {narrow} to {wide} neurons, "
            f"{int(same['n_sampled'].min())} to {int(same['n_sampled'].max())} sampled of each: "
            f"{with_interval(grown['sampled'])}",
            "What changes where equally many neurons are compared is tuning, not their number.",
        ),
    }


def _by_task(rows: Table, column: str) -> Table:
    return rows.set_index("task")[column].sort_index()


_RULE = (
    "By the interval of the difference between the widest and the narrowest: agree if within "
    f"{STEADY} of 0, disagree if all of it is further away."
)

PART = Part(
    name="widths",
    title="Networks of different widths",
    question=(
        "Dense networks with two hidden layers, of three widths, learn the same images "
        "from different seeds. The second hidden layers of all widths are compared with each "
        "other: on the stimuli of the matching, held out, with equally many neurons sampled of "
        "each, and after a random rotation."
    ),
    claims={
        "widths": Claim(
            "Soft matching compares the tuning of networks of different sizes.",
            "By the interval of held-out minus rotated score across unlike widths: agree if above "
            "0, disagree if below.",
        ),
        "steady": Claim(
            "The score of networks of equal width does not depend on that width.",
            _RULE,
            by="this study",
        ),
        "sampled": Claim(
            "Nor does it where equally many neurons are sampled of each network.",
            _RULE,
            by="this study",
        ),
    },
    tasks=tasks,
    work=work,
    draw=draw,
    picture=(
        "Scores of networks of each width against those of every width, a panel for each: on the "
        "same stimuli, held out, with equally many neurons sampled, and rotated."
    ),
    judge=judge,
    missing=_images.missing,
    inputs=_images.files,
)
