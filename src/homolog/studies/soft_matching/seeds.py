"""Whether networks that differ in their seed alone tune their neurons alike, layer by layer."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from homolog.studies import _images, _networks
from homolog.studies._drawing import CANDIDATE, INK, REFERENCE, SCORE, SOFT, banded, panels
from homolog.studies._rotations import chance_by_rotation
from homolog.studies._study import Claim, Finding, Options, Part, Row, Sources, Table, Verdict
from homolog.studies._words import above_0, mean_interval, with_interval

if TYPE_CHECKING:
    import torch
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

NETWORKS = {"dense": "Dense network", "convolutional": "Convolutional network"}


def tasks(quick: bool) -> Mapping[str, Options]:
    """Pairs of networks of either kind; no network is in two pairs, so pairs are independent."""
    few = {"n_images": 500, "epochs": 1, "n_stimuli": 100, "n_rotations": 99}
    many = {"n_images": 20_000, "epochs": 3, "n_stimuli": 1000, "n_rotations": 20}
    size = few if quick else many
    kinds: dict[str, dict[str, Any]] = {
        "dense": {"widths": [32] * 3 if quick else [256] * 4},
        "convolutional": {
            "channels": [8, 8] if quick else [32, 64, 128],
            "n_hidden": 32 if quick else 256,
        },
    }
    return {
        f"{kind}-{pair}": {"kind": kind, **shape, **size}
        for kind, shape in kinds.items()
        for pair in range(2 if quick else 6)
    }


def work(options: Options, rng: np.random.Generator, sources: Sources) -> list[Row]:
    """Train two networks and compare their layers, before training and after it."""
    images = _images.read(sources)
    shown = images.test[: options["n_stimuli"]]
    both = [_lived(options, images, shown, int(seed)) for seed in rng.integers(2**31, size=2)]
    rows: list[Row] = []
    for trained in (False, True):
        (first, right), (second, _) = (one[trained] for one in both)
        for layer, (x, y) in enumerate(zip(first, second, strict=True), 1):
            chance, around = (
                chance_by_rotation(x, y, options["n_rotations"], rng, around_mean=fixed)
                for fixed in (False, True)
            )
            rows.append(
                {
                    "network": options["kind"],
                    "trained": trained,
                    "accuracy": right,
                    "layer": layer,
                    "n_neurons_x": x.shape[1],
                    "n_neurons_y": y.shape[1],
                    "score": chance.score,
                    "chance": chance.level,
                    "chance_spread": chance.spread,
                    "p": chance.p_value,
                    "around_mean": around.level,
                    "around_mean_spread": around.spread,
                    "p_around_mean": around.p_value,
                }
            )
    return rows


def _lived(
    options: Options, images: _images.Images, shown: np.ndarray, seed: int
) -> dict[bool, tuple[list[np.ndarray], float]]:
    """Responses and accuracy of one network, untrained (False) and trained (True)."""
    with _networks.seeded(seed) as generator:
        network = _born(options)
        untrained = _networks.responses(network, shown), _networks.accuracy(network, images)
        size = {"n_images": options["n_images"], "epochs": options["epochs"]}
        _networks.train(network, images, **size, generator=generator)
        return {
            False: untrained,
            True: (_networks.responses(network, shown), _networks.accuracy(network, images)),
        }


def _born(options: Options) -> torch.nn.Sequential:
    if options["kind"] == "dense":
        return _networks.dense(28 * 28, options["widths"])
    return _networks.convolutional(options["channels"], options["n_hidden"])


def with_excess(rows: Table) -> Table:
    """Add how far above chance a score is, as a share of the way from chance to 1."""
    return rows.assign(excess=(rows["score"] - rows["chance"]) / (1 - rows["chance"]))


def draw(rows: Table) -> Figure:
    """Score and chance by layer for each kind of network; and how far above chance."""
    rows = with_excess(rows)
    figure, axes = panels(3, width=11, height=4.2)
    for ax, (kind, title) in zip(axes, NETWORKS.items(), strict=False):
        _scores(ax, rows[rows["network"] == kind])
        ax.set_title(title, fontsize=10, loc="left")
    axes[0].set_ylabel("Soft matching correlation")
    marks = axes[0].get_legend_handles_labels()
    figure.legend(*marks, frameon=False, fontsize=8, loc="outside lower left", ncols=2)
    _excesses(axes[2], rows)
    return figure


_LEVELS = {
    "score": (SCORE, "-", "two seeds"),
    "around_mean": (INK, ":", "rotated around the mean"),
    "chance": (SOFT, "--", "rotated"),
}


def _scores(ax: Axes, rows: Table) -> None:
    for trained, state in ((True, "trained"), (False, "untrained")):
        chosen = rows[rows["trained"] == trained]
        for column, (colour, line, what) in _LEVELS.items():
            means = chosen.groupby("layer")[column].mean()
            label = f"{state}, {what}"
            face = colour if trained else "white"
            ax.plot(means.index, means, "o", color=colour, markerfacecolor=face, label=label)
            ax.plot(means.index, means, line, color=colour, zorder=1)
            for _, one in chosen.groupby("task"):
                ax.plot(one["layer"], one[column], line, color=colour, linewidth=0.5, alpha=0.35)
    ax.set_xticks(sorted(rows["layer"].unique()))
    ax.set_xlabel("Layer")
    ax.set_ylim(0, 1)


def _excesses(ax: Axes, rows: Table) -> None:
    for kind, colour in zip(NETWORKS, (REFERENCE, CANDIDATE), strict=True):
        for trained, style in ((True, "-"), (False, "--")):
            chosen = rows[(rows["network"] == kind) & (rows["trained"] == trained)]
            found = {layer: list(one["excess"]) for layer, one in chosen.groupby("layer")}
            label = f"{kind}, {'trained' if trained else 'untrained'}"
            face = colour if trained else "white"
            banded(ax, found, colour, style, marker="o", markerfacecolor=face, label=label)
    ax.axhline(0, color=SOFT, linewidth=0.8)
    ax.set_xticks(sorted(rows["layer"].unique()))
    ax.set_xlabel("Layer")
    ax.set_ylabel("Score, from chance (0) to identical (1)")
    low, high = ax.get_ylim()
    ax.set_ylim(min(0, low), high + 0.25 * (high - low))  # room for the legend
    ax.set_title("Above chance", fontsize=10, loc="left")
    ax.legend(frameon=False, fontsize=8)


def judge(rows: Table) -> Mapping[str, Finding]:
    """Intervals over independent pairs, in the deepest hidden layer of each kind of network."""
    rows = with_excess(rows)
    deep = rows[rows["layer"] == rows.groupby("network")["layer"].transform("max")]
    trained, untrained = (deep[deep["trained"] == state] for state in (True, False))
    above = {kind: trained[trained["network"] == kind] for kind in NETWORKS}
    excess = {kind: one["score"] - one["chance"] for kind, one in above.items()}
    gained = {
        kind: one["excess"].to_numpy()
        - untrained[untrained["network"] == kind]["excess"].to_numpy()
        for kind, one in above.items()
    }
    right = ", ".join(f"{kind} {one['accuracy'].mean():.0%}" for kind, one in above.items())
    born = untrained.groupby("network")["excess"].mean()
    return {
        "deep": Finding(
            _above_0(excess.values()),
            "; ".join(
                f"{kind}: {one['score'].mean():.3f} against {one['chance'].mean():.3f}, "
                f"difference {with_interval(excess[kind])}"
                for kind, one in above.items()
            ),
            f"Last hidden layer, {len(deep) // 4} independent pairs of each kind, test accuracy "
            f"{right}; largest p of any pair {trained['p'].max():.3f}.",
        ),
        "individual": Finding(
            _above_0(one["score"] - one["around_mean"] for one in above.values()),
            "; ".join(
                f"{kind}: {one['around_mean'].mean():.3f}, difference "
                f"{with_interval(one['score'] - one['around_mean'])}"
                for kind, one in above.items()
            ),
            "Chance by rotations of all directions but the population's mean: how much of the "
            "agreement is of single neurons, and not of what drives all of them alike.",
        ),
        "learned": Finding(
            _above_0(gained.values()),
            "; ".join(
                f"{kind}: {with_interval(values)} further from chance to 1 than untrained"
                for kind, values in gained.items()
            ),
            "Last hidden layer; 0 is chance by rotation, 1 is what identical networks score. "
            "But untrained networks, which share nothing but the way they are drawn, are above "
            f"the chance of rotations too ({', '.join(f'{k} {v:.2f}' for k, v in born.items())} "
            "of the way): being above it does not by itself mean that tuning was learned.",
        ),
    }


def _above_0(found: Iterable[Iterable[float]]) -> Verdict:
    return above_0(mean_interval(values)[1:] for values in found)


_RULE = (
    "By the interval over pairs of networks in the last hidden layer: agree if above 0 for both "
    "kinds of network, disagree if below 0 for one."
)

PART = Part(
    name="seeds",
    title="Two networks that differ in their seed",
    question=(
        "Pairs of networks, alike but for their random seed, learn to name the class of images. "
        "Layer by layer, the soft matching correlation of the two on test images stands beside "
        "its chance level: the same after random rotations of one of the layers, which keep its "
        "geometry and lose its neurons. A second kind of rotation leaves the population's mean "
        "response in place, so that what drives all neurons alike is not counted as their own "
        "tuning. Untrained networks, before any learning, are the control."
    ),
    claims={
        "deep": Claim(
            "Individual tuning is preserved above chance in deep layers of artificial networks.",
            _RULE,
        ),
        "individual": Claim(
            "Tuning in artificial networks is also above the chance of rotations that leave the "
            "population's mean response in place.",
            _RULE,
            by="this study",
        ),
        "learned": Claim(
            "The agreement of tuning above chance grows with training.",
            _RULE,
            by="this study",
        ),
    },
    tasks=tasks,
    work=work,
    draw=draw,
    picture=(
        "Soft matching correlation by layer for dense and for convolutional networks, trained "
        "and untrained, above their chance levels by rotation; and how far above."
    ),
    judge=judge,
    missing=_images.missing,
    inputs=_images.files,
)
