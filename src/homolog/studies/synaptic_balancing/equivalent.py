"""Figure 1: two networks that compute the same, and do not bear noise alike."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from homolog.studies._drawing import CANDIDATE, INK, REFERENCE, SOFT, panels
from homolog.studies._study import Claim, Finding, Options, Part, Row, Sources, Table

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from homolog.networks import RecurrentNetwork

RECURRENT = ((0.3, 0.5), (0.5, 0.3))
INPUT_WEIGHTS, OUTPUT_WEIGHTS = ((1.0,), (0.6,)), ((0.5, 0.5),)
DT, NOISE = 0.05, 0.05
DURATION, SETTLED = 40.0, 20.0
"""Of a trial; and when its noise has forgotten that it began with none, in time constants."""

DISPLACEMENTS = (0.0, 0.5, 1.0, 1.5, 2.0)
"""d: the log-scales are d and -d."""

N_SHOWN, EVERY = 15, 4
"""Trials that are drawn, and which of their times."""

SAME, LINEAR = 1e-12, 0.05
"""Rounding of an output; and how near the sampled deviation is to that of the theory."""

COLUMNS = ("d", "kind", "trial", "time", "output", "cost", "std", "expected_std", "difference")


def tasks(quick: bool) -> Mapping[str, Options]:
    """One pair of neurons, displaced further and further."""
    return {"pair": {"displacements": list(DISPLACEMENTS), "n_trials": 60 if quick else 1000}}


def pair() -> RecurrentNetwork:
    """Two neurons; the paper tells no weights, these are ours."""
    from homolog.networks import RecurrentNetwork

    return RecurrentNetwork(RECURRENT, INPUT_WEIGHTS, OUTPUT_WEIGHTS)


def work(options: Options, rng: np.random.Generator, sources: Sources) -> list[Row]:
    """Outputs without noise and with it, for every displacement."""
    from homolog.balancing import l2, transform

    network, n_trials = pair(), options["n_trials"]
    times = DT * np.arange(1, round(DURATION / DT) + 1)
    drive = (1 + 0.6 * np.sin(2 * np.pi * times / 20))[None, :, None]
    plain = network.run(drive, step=DT, dt=DT).outputs[0, :, 0]
    seed, rows = int(rng.integers(2**31)), []
    late = times > SETTLED
    for d in options["displacements"]:
        moved = transform(network, [d, -d])
        clean = moved.run(drive, step=DT, dt=DT).outputs[0, :, 0]
        noisy = moved.run(
            np.repeat(drive, n_trials, axis=0), step=DT, dt=DT, noise=NOISE, rng=seed
        ).outputs[..., 0]
        numbers = {
            "cost": float(l2().of(moved.recurrent).sum()),
            "std": float(np.sqrt(np.mean((noisy - clean)[:, late] ** 2))),
            "expected_std": expected_std(moved),
            "difference": float(np.abs(clean - plain).max() / np.abs(plain).max()),
        }
        rows.append(_row(d=d, kind="whole", **numbers))
        shown = [("no noise", None, clean)]
        shown += [("noise", k, one) for k, one in enumerate(noisy[:N_SHOWN])]
        rows += [
            _row(d=d, kind=kind, trial=k, time=float(t), output=float(y))
            for kind, k, course in shown
            for t, y in zip(times[::EVERY], course[::EVERY], strict=True)
        ]
    return rows


def _row(**values: Any) -> Row:
    return {name: values.get(name) for name in COLUMNS}


def expected_std(network: RecurrentNetwork) -> float:
    r"""Standard deviation of the output while all neurons are active, by theory.

    .. math:: \Sigma = A \Sigma A^\top + dt \, \epsilon^2 I, \qquad A = I + dt (J - I)
    """
    from scipy.linalg import solve_discrete_lyapunov

    eye = np.eye(network.n_neurons)
    step = eye + DT * (np.asarray(network.recurrent) - eye)
    spread = solve_discrete_lyapunov(step, DT * NOISE**2 * eye)
    read = np.asarray(network.output_weights)[0]
    return float(np.sqrt(read @ spread @ read))


def draw(rows: Table) -> Figure:
    """Trials of the first and of the last network; deviation and cost of all."""
    figure, axes = panels(3, width=11, height=3.4)
    whole = rows[rows["kind"] == "whole"].sort_values("d")
    ends = (whole["d"].iloc[0], REFERENCE), (whole["d"].iloc[-1], CANDIDATE)
    for ax, (d, colour) in zip(axes, ends, strict=False):
        _traces(ax, rows[rows["d"] == d], colour)
        ax.set_title(f"h = ({d:g}, −{d:g})" if d else "h = (0, 0)", fontsize=10, loc="left")
        ax.set_xlabel("Time (time constants)")
    low = min(ax.get_ylim()[0] for ax in axes[:2])
    high = max(ax.get_ylim()[1] for ax in axes[:2])
    for ax in axes[:2]:
        ax.set_ylim(low, high)
    axes[0].set_ylabel("Output (arbitrary unit)")
    axes[1].legend(frameon=False, fontsize=8, loc="lower right")
    last = axes[2]
    last.plot(whole["d"], whole["expected_std"], color=SOFT, label="linear theory")
    last.plot(whole["d"], whole["std"], "o", color=INK, markersize=5, label="trials")
    for d, std, cost in whole[["d", "std", "cost"]].itertuples(index=False):
        last.annotate(
            f"C = {cost:.3g}",
            (d, std),
            xytext=(-6, 4),
            textcoords="offset points",
            ha="right",
            fontsize=7,
        )
    last.set_xlim(-0.6, None)
    last.set_xticks(whole["d"])
    last.set_ylim(bottom=0)
    last.set_xlabel("d, with h = (d, −d)")
    last.set_ylabel("Standard deviation of the output")
    last.set_title("The same function, more noise", fontsize=10, loc="left")
    last.legend(frameon=False, fontsize=8, loc="upper left", bbox_to_anchor=(0, 0.9))
    return figure


def _traces(ax: Axes, rows: Table, colour: str) -> None:
    """Trials with noise, thin, and what both networks do without."""
    noisy = rows[rows["kind"] == "noise"]
    for k, one in noisy.groupby("trial"):
        label = None if k else "with noise"
        ax.plot(one["time"], one["output"], color=colour, alpha=0.35, linewidth=0.6, label=label)
    clean = rows[rows["kind"] == "no noise"]
    ax.plot(clean["time"], clean["output"], color=INK, linewidth=1.6, label="without noise")


def judge(rows: Table) -> Mapping[str, Finding]:
    """Whether nothing but the noise differs, and whether it does as theory has it."""
    whole = rows[rows["kind"] == "whole"].sort_values("d")
    apart = float(whole["difference"].max())
    stds = whole["std"].to_numpy()
    costs = whole["cost"].to_numpy()
    agree = apart < SAME and bool((np.diff(stds) > 0).all())
    error = float((whole["std"] / whole["expected_std"] - 1).abs().max())
    listed = ", ".join(
        f"{std:.3f} at d = {d:g} (C = {cost:.3g})"
        for d, std, cost in zip(whole["d"], stds, costs, strict=True)
    )
    return {
        "equivalent": Finding(
            "agree" if agree else "disagree",
            f"outputs differ by {apart:.0e} at most; deviation {listed}",
            "One network, transformed; nothing but the log-scales differs.",
        ),
        "theory": Finding(
            "agree" if error < LINEAR else "disagree",
            f"at most {error:.1%} off",
            "All neurons stay active here, so the noise passes through a linear network.",
        ),
    }


PART = Part(
    name="figure-1",
    title="Figure 1: noise in equivalent networks",
    question=(
        "Two neurons that excite each other and themselves are driven by one input and read out "
        "by one output. Log-scales d and −d make the synapse onto the first neuron weaker and "
        "that onto the second stronger; input and readout follow. The paper prints no "
        f"parameters: here J = ((0.3, 0.5), (0.5, 0.3)), noise {NOISE} in every neuron."
    ),
    claims={
        "equivalent": Claim(
            "Networks of one function, moved along the task-preserving transformation, differ in "
            "what noise does to their output.",
            f"Agree if outputs without noise are the same but for rounding, {SAME:g}, and the "
            "deviation of noisy outputs rises with every displacement; else disagree.",
        ),
        "theory": Claim(
            "That deviation is what the linear theory of noise says.",
            f"Agree if every deviation is within {LINEAR:.0%} of it; else disagree.",
            by="this study",
        ),
    },
    tasks=tasks,
    work=work,
    draw=draw,
    picture=(
        "Noisy outputs around the same course, narrow for the symmetric network and wide for the "
        "displaced one; beside it the standard deviation, which rises with displacement."
    ),
    judge=judge,
)
