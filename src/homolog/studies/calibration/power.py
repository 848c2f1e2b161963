"""How often a true difference is found."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, cast

import numpy as np

from homolog.measures import find
from homolog.ranking._paired import paired
from homolog.studies._drawing import CANDIDATE, FOURTH, INK, REFERENCE, THIRD, panels
from homolog.studies._study import Claim, Finding, Options, Part, Row, Sources, Table
from homolog.studies.calibration._batched import left_out_of_each, scores
from homolog.studies.calibration._candidates import NOISE, Halves, many
from homolog.studies.calibration._shares import Share

if TYPE_CHECKING:
    from matplotlib.figure import Figure

LEVEL = 0.05
MEASURES = ("unbiased_cka", "procrustes", "ridge")
NOISES = (1.25, 1.5, 2.0, 3.0)
"""The second candidate's noise; the first has 1, as much as a latent gives a neuron at most."""

ENDLESS = 2000
"""Stimuli at which the true difference is taken, on average over `TRUTHS` populations."""
TRUTHS = 40
AT_ONCE = 50
"""Studies whose scores are computed side by side; so many or a multiple are done."""
COLOURS = dict(zip(NOISES, (REFERENCE, THIRD, FOURTH, CANDIDATE), strict=True))


def tasks(quick: bool) -> Mapping[str, Options]:
    """A cell each: measure, noise of the second candidate, number of stimuli."""
    return {
        f"{measure}-{noise:g}-{n_stimuli}": {
            "measure": measure,
            "noise": noise,
            "n_stimuli": n_stimuli,
            "n_studies": 50 if quick else 500,
        }
        for n_stimuli in ((20,) if quick else (20, 40, 100, 400))
        for measure in (MEASURES[:1] if quick else MEASURES)
        for noise in ((3.0,) if quick else NOISES)
    }


def work(options: Options, rng: np.random.Generator, sources: Sources) -> list[Row]:
    """Draw studies in which the first candidate is closer, and count in how many that is found."""
    planted, measure = Halves(noise=(NOISE, options["noise"])), find(options["measure"])
    found = wrong = 0
    for _ in range(options["n_studies"] // AT_ONCE):
        x, candidates = many(planted, options["n_stimuli"], rng.spawn(AT_ONCE))
        for kept in left_out_of_each(measure, x, candidates, seed=0):
            difference = paired(kept, *candidates)
            p = difference.p_value()
            if p is not None and p <= LEVEL:
                closer = (difference.value > 0) == measure.higher_is_closer
                found += closer
                wrong += not closer
    x, candidates = many(planted, ENDLESS, rng.spawn(TRUTHS))
    first, second = (float(scores(measure, x, y).mean()) for y in candidates.values())
    told = {"difference": first - second, "n_found": found, "n_wrong": wrong}
    return [{**options, **told}]


def draw(rows: Table) -> Figure:
    """Share found against the number of stimuli, a panel for each measure."""
    measures = [name for name in MEASURES if (rows["measure"] == name).any()]
    figure, axes = panels(len(measures), height=3.2, width=max(10 / 3 * len(measures), 4.5))
    for ax, name in zip(axes, measures, strict=True):
        of = rows[rows["measure"] == name]
        for noise, colour in COLOURS.items():
            one = of[of["noise"] == noise].sort_values("n_stimuli")
            if len(one):
                label = f"{one['difference'].mean():+.2f}"
                share = 100 * one["n_found"] / one["n_studies"]
                ax.plot(one["n_stimuli"], share, "o-", color=colour, markersize=4, label=label)
        ax.axhline(100 * LEVEL, color=INK, linewidth=0.6, linestyle=":")
        ax.set_xscale("log")
        ticks = sorted(rows["n_stimuli"].unique())
        ax.set_xticks(ticks, [f"{n}" for n in ticks])
        ax.minorticks_off()
        ax.set_ylim(0, 102)
        ax.set_xlabel("Stimuli")
        ax.set_title(name, fontsize=10, loc="left")
        ax.legend(frameon=False, fontsize=8, title="true difference", title_fontsize=8)
    axes[0].set_ylabel("Found (%)")
    return figure


def judge(rows: Table) -> Mapping[str, Finding]:
    """Agree if hardly any difference is found the wrong way round."""
    worst = max(
        (Share(int(one.n_wrong), int(one.n_studies)) for one in rows.itertuples()),
        key=lambda one: one.value,
    )
    found = [Share(int(one.n_found), int(one.n_studies)) for one in rows.itertuples()]
    least, most = (str(of(found, key=lambda one: one.value)) for of in (min, max))
    return {
        "direction": Finding(
            "agree" if worst.value <= LEVEL / 2 else "disagree",
            f"at most {worst} the wrong way round; found in "
            + (least if least == most else f"{least} to {most}"),
            "What can be found with how many stimuli is in the table.",
        )
    }


def tables(rows: Table) -> Mapping[str, list[Row]]:
    """Share found, a line for each measure and true difference."""
    return {
        "found": [
            {
                "measure": cast(str, measure),
                "true difference": f"{cell['difference'].mean():+.3f}",
                **{
                    f"{one.n_stimuli} stimuli": str(Share(int(one.n_found), int(one.n_studies)))
                    for one in cell.sort_values("n_stimuli").itertuples()
                },
            }
            for (measure, _), cell in rows.groupby(["measure", "noise"], sort=False)
        ]
    }


PART = Part(
    name="power",
    title="True differences that are found",
    question=(
        "Two candidates read another half each of what the reference reads, the second with more "
        "noise: of true differences of several sizes, how many are found with how many stimuli?"
    ),
    claims={
        "direction": Claim(
            "A difference that is found is in the right direction.",
            f"Agree if no cell finds more than {LEVEL / 2:.1%} the wrong way round; else disagree.",
            by="this study",
        )
    },
    tasks=tasks,
    work=work,
    draw=draw,
    picture=(
        "Share of studies in which the difference was found against the number of stimuli, for "
        "three measures, a line for each size of the difference."
    ),
    judge=judge,
    tables=tables,
)
