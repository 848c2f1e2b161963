"""What few stimuli and few neurons do to soft matching, where the truth is known."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from homolog.matching import transport
from homolog.measures import find
from homolog.studies._drawing import CANDIDATE, INK, SCORE, panels
from homolog.studies._held_out import held_out
from homolog.studies._study import Claim, Finding, Options, Part, Row, Sources, Table
from homolog.studies._words import mean_interval, with_interval

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Reals = NDArray[np.float64]

N_LATENTS = 10
SIGNAL = 0.7
"""Share of a neuron's variance that the latents explain; the rest is its own."""

APART = 0.5
"""How far the latent weights of two related neurons are apart, beside their norm of 1."""

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
        found = {n: mean_interval(one[column]) for n, one in rows.groupby(along)}
        mean, low, high = (np.array(ends) for ends in zip(*found.values(), strict=True))
        ax.fill_between(list(found), low, high, color=colour, alpha=0.2, linewidth=0)
        ax.plot(list(found), mean, "-", marker=marker, markersize=4, color=colour, label=label)
    ax.set_xscale("log")
    ax.set_xticks(list(rows[along].unique()), [f"{n}" for n in rows[along].unique()])
    ax.minorticks_off()


def judge(rows: Table) -> Mapping[str, Finding]:
    """Whether held-out matching is unbiased where nothing is shared, and brackets the rest."""
    fixed, _ = _fixed(rows)
    unrelated = rows[rows["kind"] == "unrelated"]
    fewest = unrelated[
        (unrelated["n_stimuli"] == unrelated["n_stimuli"].min()) & (unrelated["n_neurons"] == fixed)
    ]
    mean, low, high = mean_interval(unrelated["held_out"])
    settings = [one for _, one in rows.groupby(["kind", "n_neurons", "n_stimuli"])]
    bracketed = [_bracketed(one) for one in settings]
    same = rows[(rows["kind"] == "same source")].groupby("n_neurons")["truth"].mean()
    return {
        "stimuli": Finding(
            "disagree" if float(fewest["score"].mean()) > 0.05 else "agree",
            f"unrelated populations of {fixed}: {with_interval(fewest['score'])} at "
            f"{int(fewest['n_stimuli'].iloc[0])} stimuli",
            "The best plan is sought on the stimuli on which it is scored, so a score at few "
            "stimuli is too high. Never read it without its chance level.",
        ),
        "held_out": Finding(
            "agree" if low <= 0 <= high and all(bracketed) else "disagree",
            f"unrelated: {mean:.4f} [{low:.4f}, {high:.4f}]; the truth lies between the held-out "
            f"score and that on the same stimuli in {sum(bracketed)} of {len(bracketed)} settings",
            "Matching on half of the stimuli and scoring on the other half has no bias for "
            "unrelated populations and is a lower bound on average for related ones.",
        ),
        "neurons": Finding(
            "disagree" if float(same.iloc[-1] - same.iloc[0]) > 0.01 else "agree",
            f"two samples of one population, with endless stimuli: {same.iloc[0]:.3f} at "
            f"{same.index[0]} neurons, {same.iloc[-1]:.3f} at {same.index[-1]}; with endlessly "
            f"many neurons it would be {SIGNAL:.1f}",
            "Two samples of neurons have no exact partners in each other, the less so the fewer "
            "they are. Held-out matching cannot mend that: compare populations at equal numbers.",
        ),
    }


def _bracketed(rows: Table) -> bool:
    """Whether the truth is surely neither below the held-out score nor above the other.

    Surely: by intervals of 99.9 %, for there are some thirty settings to be wrong about.
    """
    _, low, _ = mean_interval(rows["held_out"] - rows["truth"], level=0.999)
    _, _, high = mean_interval(rows["score"] - rows["truth"], level=0.999)
    return low <= 0 <= high


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
            "Unrelated populations score about 0 at usual numbers of stimuli.", by="this study"
        ),
        "held_out": Claim("Held-out matching removes that bias.", by="this study"),
        "neurons": Claim(
            "The score does not depend on how many neurons were sampled.", by="this study"
        ),
    },
    tasks=tasks,
    work=work,
    draw=draw,
    judge=judge,
)
