"""What few stimuli and few neurons do to soft matching, where the truth is known."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from homolog.matching import transport
from homolog.measures import find
from homolog.studies._drawing import CANDIDATE, INK, SCORE, banded, panels
from homolog.studies._held_out import held_out
from homolog.studies._study import Claim, Finding, Options, Part, Row, Sources, Table, Verdict
from homolog.studies._words import mean_interval, near_0, with_interval

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Reals = NDArray[np.float64]

N_LATENTS = 10
SIGNAL = 0.7
"""Share of a neuron's variance that the latents explain; the rest is its own."""

TOLERATED = 0.02
"""An error of a mean correlation that one would not write about."""

ABOUT = 0.05
"""What one would still call about 0."""

APART = 0.5
"""How far the latent weights of two related neurons are apart, beside their norm of 1."""

PARTNERS = "related"

KINDS = {
    "unrelated": "Unrelated populations",
    "related": "Neurons with partners",
    "same source": "Two samples of one population",
}


def tasks(quick: bool) -> Mapping[str, Options]:
    """Planted pairs: by number of stimuli at one size, and by number of neurons."""
    n_neurons = [20, 40] if quick else [50, 100, 200, 400, 800]
    n_stimuli = [40, 80] if quick else [50, 100, 200, 400, 800, 1600]
    size = {"n_neurons": n_neurons, "n_stimuli": n_stimuli}
    return {
        f"{kind.replace(' ', '-')}-{i}": {"kind": kind, **size}
        for kind in KINDS
        for i in range(3 if quick else 8)
    }


def work(options: Options, rng: np.random.Generator, sources: Sources) -> list[Row]:
    """Score planted populations on their own stimuli, held out, and by the truth."""
    middle = options["n_stimuli"][len(options["n_stimuli"]) // 2]
    fixed = options["n_neurons"][len(options["n_neurons"]) // 2]
    sizes = [(fixed, n) for n in options["n_stimuli"]] + [(n, middle) for n in options["n_neurons"]]
    rows: list[Row] = []
    for n_neurons, n_stimuli in dict.fromkeys(sizes):
        weights = planted(options["kind"], n_neurons, rng)
        x, y = drawn(weights, n_stimuli, rng)
        halves = rng.permutation(n_stimuli) < n_stimuli // 2
        rows.append(
            {
                "kind": options["kind"],
                "n_neurons": n_neurons,
                "n_stimuli": n_stimuli,
                "truth": truth(weights),
                "score": float(find("soft_matching_correlation")(x, y)),
                "held_out": held_out(x, y, halves),
            }
        )
    return rows


def planted(kind: str, n_neurons: int, rng: np.random.Generator) -> tuple[Reals, Reals]:
    """Weights (latent, neuron) of two populations; of latents apart for unrelated ones."""
    x = rng.normal(size=(N_LATENTS, n_neurons))
    if kind == "related":
        y = x / np.linalg.norm(x, axis=0) * np.sqrt(N_LATENTS)
        y = (y + APART * rng.normal(size=x.shape))[:, rng.permutation(n_neurons)]
    else:
        y = rng.normal(size=x.shape)
    x, y = (one / np.linalg.norm(one, axis=0) for one in (x, y))
    if kind != "unrelated":
        return x, y
    nothing = np.zeros_like(x)
    return np.concatenate([x, nothing]), np.concatenate([nothing, y])


def drawn(weights: tuple[Reals, Reals], n_stimuli: int, rng: np.random.Generator) -> list[Reals]:
    """(stimulus, neuron) responses of variance 1, each neuron with noise of its own."""
    latents = rng.normal(size=(n_stimuli, len(weights[0])))
    return [
        np.sqrt(SIGNAL) * latents @ one
        + np.sqrt(1 - SIGNAL) * rng.normal(size=(n_stimuli, one.shape[1]))
        for one in weights
    ]


def truth(weights: tuple[Reals, Reals]) -> float:
    """The score with endlessly many stimuli, from the correlations themselves."""
    x, y = weights
    return -transport(-SIGNAL * (x.T @ y)).objective


def draw(rows: Table) -> Figure:
    """Scores against stimuli for unrelated and related pairs, and against neurons."""
    figure, axes = panels(3, width=11, height=3.7)
    stimuli, neurons = rows["n_stimuli"], rows["n_neurons"]
    fixed, middle = _fixed(rows)
    for ax, kind in zip(axes, ("unrelated", "related"), strict=False):
        _lines(ax, rows[(rows["kind"] == kind) & (neurons == fixed)], "n_stimuli")
        ax.set_xlabel(f"Stimuli ({fixed} neurons)")
        ax.set_title(KINDS[kind], fontsize=10, loc="left")
    _lines(axes[2], rows[(rows["kind"] == "same source") & (stimuli == middle)], "n_neurons")
    axes[2].set_xlabel(f"Neurons ({middle} stimuli)")
    axes[2].set_title(KINDS["same source"], fontsize=10, loc="left")
    for ax in axes:
        ax.set_ylim(-0.1, 1)
    axes[0].set_ylabel("Soft matching correlation")
    axes[0].legend(frameon=False, fontsize=8)
    return figure


def _fixed(rows: Table) -> tuple[int, int]:
    """The numbers of neurons and of stimuli at which the other one varies."""
    neurons = rows.groupby("n_neurons")["n_stimuli"].nunique().idxmax()
    stimuli = rows.groupby("n_stimuli")["n_neurons"].nunique().idxmax()
    return int(neurons), int(stimuli)  # pyright: ignore[reportArgumentType]


def _lines(ax: Axes, rows: Table, along: str) -> None:
    marks = {
        "score": (SCORE, "o", "same stimuli"),
        "held_out": (CANDIDATE, "s", "held-out matching"),
        "truth": (INK, "_", "truth (endless stimuli)"),
    }
    for column, (colour, marker, label) in marks.items():
        found = {n: list(one[column]) for n, one in rows.groupby(along)}
        banded(ax, found, colour, marker=marker, markersize=4, label=label)
    ax.set_xscale("log")
    ax.set_xticks(list(rows[along].unique()), [f"{n}" for n in rows[along].unique()])
    ax.minorticks_off()


def judge(rows: Table) -> Mapping[str, Finding]:
    """Scores of unrelated populations; held-out ones against the truth; numbers of neurons."""
    fixed, _ = _fixed(rows)
    unrelated = rows[rows["kind"] == "unrelated"]
    fewest = unrelated[
        (unrelated["n_stimuli"] == unrelated["n_stimuli"].min()) & (unrelated["n_neurons"] == fixed)
    ]
    mean, *reach = mean_interval(unrelated["held_out"])
    same = rows[rows["kind"] == "same source"].pivot_table(
        index="task", columns="n_neurons", values="truth"
    )
    gained = same[same.columns[-1]] - same[same.columns[0]]
    _, *scored = mean_interval(fewest["score"])
    return {
        "stimuli": Finding(
            near_0((scored[0], scored[1]), ABOUT),
            f"unrelated populations of {fixed}: {with_interval(fewest['score'])} at "
            f"{int(fewest['n_stimuli'].iloc[0])} stimuli",
            "The best plan is sought on the stimuli on which it is scored, which flatters it when "
            "they are few. Never read it without its chance level.",
        ),
        "held_out": Finding(
            near_0((reach[0], reach[1]), TOLERATED),
            f"unrelated: {mean:.4f} [{reach[0]:.4f}, {reach[1]:.4f}]",
            "Neurons matched on half of the stimuli and scored on the other half.",
        ),
        "partners": _with_partners(rows),
        "between": _between(rows),
        "neurons": Finding(
            near_0(mean_interval(gained)[1:], TOLERATED),
            f"two samples of one population, with endless stimuli: "
            f"{same.iloc[:, 0].mean():.3f} at {same.columns[0]} neurons, "
            f"{same.iloc[:, -1].mean():.3f} at {same.columns[-1]}, difference "
            f"{with_interval(gained)}; with endlessly many neurons it would be {SIGNAL:.1f}",
            "Two samples of neurons have no exact partners in each other, the less so the fewer "
            "they are. Held-out matching cannot mend that: compare populations at equal numbers.",
        ),
    }


def _with_partners(rows: Table) -> Finding:
    """Whether held-out scores are right where there is something to find, at the worst setting."""
    related = rows[rows["kind"] == PARTNERS]
    settings = dict(list(related.groupby(["n_stimuli", "n_neurons"])))
    wrong = {n: mean_interval(one["held_out"] - one["truth"]) for n, one in settings.items()}
    verdicts: list[Verdict] = [near_0((low, high), TOLERATED) for _, low, high in wrong.values()]
    (n_stimuli, n_neurons), worst = max(settings.items(), key=lambda one: abs(wrong[one[0]][0]))
    means = {column: float(worst[column].mean()) for column in ("held_out", "score", "truth")}
    return Finding(
        "agree" if set(verdicts) == {"agree"} else _worst(verdicts),
        f"at {n_stimuli} stimuli and {n_neurons} neurons {means['held_out']:.3f} held out, "
        f"{means['score']:.3f} on the same stimuli, {means['truth']:.3f} in truth; right in "
        f"{verdicts.count('agree')} of {len(verdicts)} settings",
        "Half of the stimuli find fewer partners, so the bias upwards is exchanged for one "
        "downwards; either shrinks with the number of stimuli.",
    )


def _between(rows: Table) -> Finding:
    """Whether the truth is between both scores, in every setting, by intervals of 99.9 %."""
    settings = [one for _, one in rows.groupby(["kind", "n_neurons", "n_stimuli"])]
    verdicts: list[Verdict] = [_bracketed(one) for one in settings]
    return Finding(
        "agree" if set(verdicts) == {"agree"} else _worst(verdicts),
        f"in {verdicts.count('agree')} of {len(settings)} settings, surely not in "
        f"{verdicts.count('disagree')}",
        "Where it holds, both scores together say where the truth is; neither does alone.",
    )


def _worst(verdicts: list[Verdict]) -> Verdict:
    return "disagree" if "disagree" in verdicts else "cannot tell"


def _bracketed(rows: Table) -> Verdict:
    """Whether the truth is neither below the held-out score nor above the other.

    By intervals of 99.9 %, for there are some thirty settings to be wrong about.
    """
    below = mean_interval(rows["held_out"] - rows["truth"], level=0.999)[1:]
    above = mean_interval(rows["truth"] - rows["score"], level=0.999)[1:]
    if all(high < TOLERATED for _, high in (below, above)):
        return "agree"
    return "disagree" if any(low > 0 for low, _ in (below, above)) else "cannot tell"


PART = Part(
    name="sizes",
    title="Few stimuli and few neurons, with planted truth",
    question=(
        "Neurons are sums of ten Gaussian latents with noise of their own, so that the score with "
        "endlessly many stimuli is known. Populations are unrelated, or have a noisy partner for "
        "each neuron, or are two samples of one endless population. Each is scored on its "
        "stimuli, and by matching on one half of them and scoring on the other."
    ),
    claims={
        "stimuli": Claim(
            "Unrelated populations score about 0, with few stimuli too.",
            f"By the interval at the fewest stimuli: agree if within {ABOUT} of 0, disagree if "
            "all of it is further away.",
            by="this study",
        ),
        "held_out": Claim(
            "Held-out matching scores unrelated populations 0 on average.",
            f"By the interval over all settings: agree if within {TOLERATED} of 0, disagree if "
            "all of it is further away.",
            by="this study",
        ),
        "partners": Claim(
            "Held-out matching gives the truth where neurons have partners.",
            f"By the interval of held-out minus true score in each setting: agree if all are "
            f"within {TOLERATED} of 0, disagree if one is further away.",
            by="this study",
        ),
        "between": Claim(
            "The truth lies between the held-out score and that on the same stimuli.",
            "By intervals of 99.9 % in each setting: disagree if the truth is outside in one; "
            f"agree if it is outside by less than {TOLERATED}, if at all, in every one.",
            by="this study",
        ),
        "neurons": Claim(
            "The score does not depend on how many neurons were sampled.",
            "By the interval of the difference between most and fewest neurons: agree if within "
            f"{TOLERATED} of 0, disagree if all of it is further away.",
            by="this study",
        ),
    },
    tasks=tasks,
    work=work,
    draw=draw,
    picture=(
        "Scores on the same stimuli and held out, beside the truth: against the number of stimuli "
        "for unrelated populations and for neurons with partners, against the number of neurons "
        "for two samples of one population."
    ),
    judge=judge,
)
