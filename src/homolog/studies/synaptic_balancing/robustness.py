"""Figure 4b: whether balanced networks bear noise better, and how much of that is loudness."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from homolog.studies._study import Choices, Options, Part, Row, Sources, Table
from homolog.studies.synaptic_balancing import _networks
from homolog.studies.synaptic_balancing._noise import (
    GAUGES,
    ORIGINAL,
    Variants,
    losses,
    ratio,
    resampled,
    side_by_side,
    variants,
)
from homolog.studies.synaptic_balancing._robustness_figure import draw
from homolog.studies.synaptic_balancing._robustness_judged import CLAIMS, judge, summary

if TYPE_CHECKING:
    from homolog.networks import RecurrentNetwork

NOISES = (0.0, 0.06, 0.12, 0.18, 0.24)
N_BLOCKS, N_GAIN_BLOCKS, N_STILL_BLOCKS = 80, 20, 10
"""Blocks of 8 trials: with noise, for gains, and without noise."""

DRAWS = 1000

COLUMNS = (
    *("penalty", "replica", "gauge", "noise", "noise_in_std", "blocks"),
    *("ratio", "ratio_se", "ratio_of_medians", "ratio_of_average", "loss_original"),
    *("cost_before", "cost_after", "residual", "dead", "output_difference"),
    *("amplification", "std_h", "readout_growth"),
)


def tasks(quick: bool, *, choices: Choices) -> Mapping[str, Options]:
    """Every network by itself."""
    found: dict[str, Options] = {}
    for penalty in _networks.PENALTIES:
        common = _networks.of_penalty(penalty, quick, choices)
        for replica in range(common["replicas"]):
            found[f"penalty-{penalty:g}-replica-{replica}"] = {
                **common,
                "replica": replica,
                "noises": list(NOISES[::2] if quick else NOISES),
                "blocks": 6 if quick else N_BLOCKS,
                "gain_blocks": 2 if quick else N_GAIN_BLOCKS,
            }
    return found


def learn(options: Options, sources: Sources, teaching: Any) -> None:
    """Train all networks of a penalty at once."""
    if options["replica"] == 0:
        _networks.learn(options, sources, teaching)


def work(options: Options, rng: np.random.Generator, sources: Sources) -> list[Row]:
    """Losses of a network and of the balanced ones; one empty line if it has not finished."""
    found = _networks.finished(options, sources)
    if found is None or options["replica"] not in found.numbers:
        return [_row(options)]
    network = found.networks.replica(found.numbers.index(options["replica"]))
    return compared(network, options, rng)


def compared(network: RecurrentNetwork, options: Options, rng: np.random.Generator) -> list[Row]:
    """Rows of one network, for every noise and gauge."""
    task = _networks.task_of(options)
    seeds = [int(one) for one in rng.integers(2**31, size=3)]
    made = variants(network, resampled(task, options["gain_blocks"], seeds[0])[0])
    stacked = side_by_side(made.networks)
    inputs, targets = resampled(task, options["blocks"], seeds[1])
    rows: list[Row] = []
    for noise in options["noises"]:
        blocks = options["blocks"] if noise else min(options["blocks"], N_STILL_BLOCKS)
        shown = slice(blocks * task.n_conditions)
        found = losses(
            stacked, inputs[shown], targets[shown], task.n_conditions, noise=noise, rng=seeds[2]
        )
        rows += [
            _row(options, noise=noise, blocks=blocks, **_ratios(found, k, rng), **facts)
            for k, facts in enumerate(_facts(made, noise), 1)
        ]
    return rows


def _ratios(found: Any, k: int, rng: np.random.Generator) -> dict[str, float]:
    """Loss of the k-th network over that of the first."""
    original, balanced = found.of_trials[0], found.of_trials[k]
    mean, error = ratio(balanced, original, DRAWS, rng)
    return {
        "ratio": mean,
        "ratio_se": error,
        "ratio_of_medians": float(np.median(balanced) / np.median(original)),
        "ratio_of_average": float(found.of_average[k] / found.of_average[0]),
        "loss_original": float(original.mean()),
    }


def _facts(made: Variants, noise: float) -> list[dict[str, Any]]:
    """What balancing did, for each gauge."""
    activity = made.balanced.activity
    assert activity is not None
    louder = float(np.sqrt(activity.power_after.sum() / activity.power_before.sum()))
    readout = float(np.linalg.norm(made.networks[ORIGINAL].output_weights))
    of_gauge = {GAUGES[0]: made.balanced, GAUGES[1]: made.balanced, GAUGES[2]: made.grounded}
    return [
        {
            "gauge": gauge,
            "noise_in_std": noise / activity.deviation_before,
            "cost_before": balanced.cost_before,
            "cost_after": balanced.cost_after,
            "residual": balanced.residual,
            "dead": len(balanced.dead),
            "output_difference": balanced.output_difference,
            "amplification": louder if gauge == GAUGES[0] else 1.0,
            "std_h": float(balanced.h.std()),
            "readout_growth": float(np.linalg.norm(made.networks[gauge].output_weights)) / readout,
        }
        for gauge, balanced in of_gauge.items()
    ]


def _row(options: Options, **values: Any) -> Row:
    which = {"penalty": options["penalty"], "replica": options["replica"]}
    return which | {name: values.get(name) for name in COLUMNS[2:]}


def tables(rows: Table) -> Mapping[str, Sequence[Row]]:
    """Means over networks, and each network at the strongest noise."""
    measured = rows[rows["ratio"].notna()]
    return {"ratios": summary(measured), "networks": _each(measured)} if len(measured) else {}


def _each(rows: Table) -> list[Row]:
    """Costs and ratios of every network at the strongest noise."""
    lines: list[Row] = []
    strongest = rows[rows["noise"] == rows["noise"].max()]
    for (penalty, replica), one in strongest.groupby(["penalty", "replica"], sort=False):
        by_gauge = one.set_index("gauge")
        first = by_gauge.loc[GAUGES[0]]
        lines.append(
            {
                "penalty": f"{penalty:g}",
                "replica": int(replica),
                "cost_before": float(first["cost_before"]),
                "cost_after": float(first["cost_after"]),
                "dead": int(first["dead"]),
                "amplified": float(first["amplification"]),
                **{
                    gauge: f"{by_gauge.loc[gauge, 'ratio']:.3f} ± "
                    f"{by_gauge.loc[gauge, 'ratio_se']:.3f}"
                    for gauge in GAUGES
                },
            }
        )
    return lines


def part(choices: Choices) -> Part:
    """The part for these choices."""
    return Part(
        name="figure-4b",
        title="Figure 4b: noise in balanced networks",
        question=(
            "The trained networks are balanced for robustness: the cost of a synapse is its "
            "squared weight times the mean squared gain of the presynaptic neuron, measured on "
            f"{N_GAIN_BLOCKS} trials of each of 8 conditions. Both networks then do {N_BLOCKS} "
            "other trials of each condition with the same noise in every neuron, and the mean "
            "squared error of the balanced one is divided by that of the original. The log-scales "
            "of the paper sum to 0, which lets the activity grow, and louder signals drown the "
            "same noise without any balance. At equal power all log-scales are shifted alike until "
            "the activity has the power that it had; no recurrent synapse changes by that. "
            "Grounded, costs of activity and readout, 1 % of the recurrent cost each, take part."
        ),
        claims=CLAIMS,
        tasks=partial(tasks, choices=choices),
        learn=learn,
        work=work,
        draw=draw,
        picture=(
            "Loss of the balanced over that of the original network against noise, a panel for "
            "each way of fixing the loudness, a colour for each penalty."
        ),
        judge=judge,
        missing=_networks.missing,
        reads=_networks.files,
        tables=tables,
    )
