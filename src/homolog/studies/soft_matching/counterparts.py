"""Would the recordings show single-neuron tuning? Planted in their own neurons and noise."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from homolog._arrays import haar_around_mean, unit_columns
from homolog.recordings import V1_SESSIONS, v1_natural_movies
from homolog.statistics import Floats
from homolog.studies._drawing import REFERENCE, SCORE, SOFT, banded, panels
from homolog.studies._rotations import chance_by_rotation
from homolog.studies._study import Claim, Finding, Options, Part, Row, Sources, Table
from homolog.studies._words import above_0, mean_interval, with_interval
from homolog.studies.soft_matching.sessions import inputs, missing

if TYPE_CHECKING:
    from matplotlib.figure import Figure

SHARES = (0.0, 0.1, 0.25, 0.5, 1.0)
JUDGED = 0.1
"""The share of neurons with a counterpart at which the claim is judged."""

SURE = 0.025
HONEST = 2 * SURE
"""How often p may be below `SURE` by luck before one calls it too small."""


def tasks(quick: bool) -> Mapping[str, Options]:
    """Every session by itself."""
    size = {"n_plantings": 2, "n_rotations": 99} if quick else {"n_plantings": 10}
    size = {"n_rotations": 200, **size}
    return {one: {"session": one, **size} for one in (V1_SESSIONS[1:6] if quick else V1_SESSIONS)}


def work(options: Options, rng: np.random.Generator, sources: Sources) -> list[Row]:
    """Score one half of a session's trials against the other, most of its neurons rotated away."""
    session = v1_natural_movies(options["session"], sources.recordings, category="natural")
    first, second = (half.matrix for half in session.halves())
    vary = (np.ptp(first, axis=0) > 0) & (np.ptp(second, axis=0) > 0)
    first, second = (unit_columns(half[:, vary]) for half in (first, second))
    rows: list[Row] = []
    for share in SHARES:
        for planting in range(options["n_plantings"]):
            y = planted(second, share, rng)
            found = chance_by_rotation(first, y, options["n_rotations"], rng, around_mean=True)
            rows.append(
                {
                    "n_neurons": first.shape[1],
                    "share": share,
                    "planting": planting,
                    "score": found.score,
                    "chance": found.level,
                    "p": found.p_value,
                }
            )
    return rows


def planted(x: Floats, share: float, rng: np.random.Generator) -> Floats:
    """The population with a share of its neurons as they are and the others rotated together.

    Around their mean, so that nothing but the others' own tuning is lost.
    """
    n_kept = round(share * x.shape[1])
    lost = rng.permutation(x.shape[1])[n_kept:]
    y = x.copy()
    if len(lost) > 1:
        y[:, lost] = x[:, lost] @ haar_around_mean(len(lost), rng)
    return y


def above(rows: Table) -> Table:
    """Score minus chance for each session (row) and share, mean of its plantings."""
    difference = rows.assign(above=rows["score"] - rows["chance"])
    return difference.pivot_table(index="task", columns="share", values="above")


def draw(rows: Table) -> Figure:
    """How far above chance by the share of counterparts; and how often with a small p."""
    figure, (left, right) = panels(2, width=10, height=3.6)
    found = above(rows)
    for _, one in found.iterrows():
        left.plot(one.index, one, color=SOFT, linewidth=0.7, alpha=0.6)
    banded(left, {share: list(found[share]) for share in found}, SCORE, marker="o", markersize=5)
    left.axhline(0, color=SOFT, linewidth=0.8)
    left.set_ylabel("Score minus chance around the mean")
    left.set_title("Mean of sessions, and each", fontsize=10, loc="left")
    sure = (rows["p"] < SURE).groupby(rows["share"]).mean()
    right.plot(sure.index, sure, "o-", color=REFERENCE, markersize=5)
    right.axhline(SURE, color=SOFT, linewidth=0.8, linestyle=":")
    right.set_ylim(-0.03, 1.05)
    right.set_ylabel(f"Share of plantings with p < {SURE}")
    right.set_title("Found in a single pair", fontsize=10, loc="left")
    for ax in (left, right):
        ax.set_xlabel("Share of neurons with a counterpart")
        ax.set_xticks(SHARES, [f"{share:g}" for share in SHARES], fontsize=7)
    return figure


def judge(rows: Table) -> Mapping[str, Finding]:
    """Intervals over sessions, of plantings with few counterparts and with none."""
    found = above(rows)
    sure = (rows["p"] < SURE).groupby(rows["share"]).mean()
    none = rows[rows["share"] == 0]
    lucky = (none["p"] < SURE).groupby(none["task"]).mean()
    mean, low, high = mean_interval(lucky)
    return {
        "power": Finding(
            above_0([mean_interval(found[JUDGED])[1:]]),
            "; ".join(f"{share:.0%}: {with_interval(found[share])}" for share in found),
            f"{len(found)} sessions of {rows['n_neurons'].min()} to {rows['n_neurons'].max()} "
            f"neurons. A single pair has p < {SURE} in {sure[JUDGED]:.0%} of plantings. The noise "
            "is that of half the trials, and more than between whole sessions. A difference "
            "between sessions is to be read beside that at 0%, not beside 0.",
        ),
        "honest": Finding(
            above_0([(HONEST - high, HONEST - low)]),
            f"p < {SURE} in {mean:.0%} [{max(low, 0):.0%}, {high:.0%}] of plantings",
            "Rotated neurons differ from any neurons, not only from counterparts: a single pair "
            "above this chance is no proof of them.",
        ),
    }


PART = Part(
    name="counterparts",
    title="Would the recordings show it?",
    question=(
        "Single-neuron tuning of known strength, planted in the recordings: one half of a "
        "session's trials is compared with the other, in which only a share of the neurons are "
        "what they were and the rest are rotated around their mean. Sizes, stimuli and noise are "
        "the recordings' own. How far above chance around the mean does that come out?"
    ),
    claims={
        "power": Claim(
            f"Single-neuron tuning would be seen in such recordings, had {JUDGED:.0%} of the "
            "neurons a counterpart.",
            f"By the interval over sessions of score minus chance at {JUDGED:.0%}: agree if above "
            "0, disagree if below.",
            by="this study",
        ),
        "honest": Claim(
            "Without counterparts, pairs are above chance around the mean as seldom as p says.",
            f"By the interval over sessions of how often p < {SURE}: agree if below {HONEST}, "
            "disagree if above.",
            by="this study",
        ),
    },
    tasks=tasks,
    work=work,
    draw=draw,
    picture=(
        "Score minus chance around the mean against the share of neurons with a counterpart, for "
        "each session and on average: it rises from about 0."
    ),
    judge=judge,
    missing=missing,
    inputs=inputs,
)
