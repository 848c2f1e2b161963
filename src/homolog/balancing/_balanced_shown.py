"""A balancing in numbers: the table that is printed, and the same numbers by name."""

from __future__ import annotations

from textwrap import fill
from typing import TYPE_CHECKING

import numpy as np

from homolog._words import counted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from homolog.balancing._balanced import Balanced
    from homolog.balancing._equilibrium import Equilibrium

Row = tuple[str, ...]


def numbers(balanced: Balanced) -> dict[str, object]:
    """The numbers of a balancing, by name, as JSON has them."""
    found, activity = balanced.equilibrium, balanced.activity
    before, after = balanced.imbalance
    said: dict[str, object] = {
        "network": balanced.before.name,
        "n_neurons": balanced.before.n_neurons,
        "n_synapses": balanced.before.n_synapses,
        "cost": balanced.cost,
        "power": balanced.power,
        "gauge": balanced.gauge,
        "cost_before": found.cost_before,
        "cost_after": found.cost_after,
        "infimum": found.infimum,
        "attained": found.attained,
        "lower_bound": balanced.bounds.lower,
        "upper_bound": balanced.bounds.upper,
        "imbalance_before": before,
        "imbalance_after": after,
        "residual": found.residual,
        "newton_correction": found.newton_correction,
        "h_lowest": float(balanced.h.min()),
        "h_highest": float(balanced.h.max()),
        "n_components": balanced.n_components,
        "largest_component": int(np.bincount(balanced.components).max()),
        "n_crossing": len(found.crossing[0]),
        "crossing_cost_before": float(balanced.crossing_costs[0].sum()),
        "crossing_cost_after": float(balanced.crossing_costs[1].sum()),
        "dead": list(balanced.dead),
        "method": found.method,
        "sweeps": found.sweeps,
        "steps": found.steps,
        "notes": list(balanced.notes),
    }
    if activity is not None:
        said |= {
            "activity_power_before": float(activity.power_before.sum()),
            "activity_power_after": float(activity.power_after.sum()),
            "deviation_before": activity.deviation_before,
            "deviation_after": activity.deviation_after,
            "output_difference": activity.output_difference,
        }
    return said


def shown(balanced: Balanced) -> str:
    """What was and what is, how well it is known, and what to know of it."""
    changes = [("", "before", "after"), *_costs(balanced), *_activity(balanced)]
    blocks = [[_head(balanced)], _aligned(changes), _aligned(_proof(balanced))]
    if balanced.notes:
        blocks.append(
            [fill(note, 80, initial_indent="! ", subsequent_indent="  ") for note in balanced.notes]
        )
    return "\n\n".join("\n".join(block) for block in blocks)


def _aligned(rows: Sequence[Row]) -> list[str]:
    """Rows as text: words to the left, numbers to the right."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return [
        "  ".join([what.ljust(widths[0]), *map(str.rjust, numbers, widths[1:])]).rstrip()
        for what, *numbers in rows
    ]


def _head(balanced: Balanced) -> str:
    network = balanced.before
    called = network.name or "network"
    return (
        f"{called}: {counted(network.n_neurons, 'neuron')},"
        f" {counted(network.n_synapses, 'synapse')};"
        f" cost {balanced.cost}, gauge {balanced.gauge}"
    )


def _costs(balanced: Balanced) -> list[Row]:
    found, (before, after) = balanced.equilibrium, balanced.imbalance
    rows: list[Row] = [
        ("total cost C", f"{found.cost_before:.6g}", f"{found.cost_after:.6g}"),
        ("  over C before", "1", _ratio(found.cost_after, found)),
    ]
    if not found.attained:
        crossing = balanced.crossing_costs.sum(axis=1)
        within = found.cost_before - crossing[0]
        rows += [
            ("  within components", _ratio(within, found), _ratio(found.infimum, found)),
            ("  between components", *(_ratio(one, found) for one in crossing)),
        ]
    return [*rows, ("imbalance ‖g‖/C", f"{before:.3g}", f"{after:.3g}")]


def _ratio(cost: float, found: Equilibrium) -> str:
    return f"{cost / found.cost_before:.4f}" if found.cost_before > 0 else "-"


def _activity(balanced: Balanced) -> list[Row]:
    activity = balanced.activity
    if activity is None:
        return []
    powers = [f"{one.sum():.4g}" for one in (activity.power_before, activity.power_after)]
    spreads = [f"{one:.4g}" for one in (activity.deviation_before, activity.deviation_after)]
    return [
        ("activity power, sum over neurons", *powers),
        ("standard deviation of states", *spreads),
    ]


def _proof(balanced: Balanced) -> list[Row]:
    found, bounds = balanced.equilibrium, balanced.bounds
    sizes = np.bincount(balanced.components)
    known = f"{_ratio(bounds.lower, found)} to {_ratio(bounds.upper, found)}"
    rows: list[Row] = [
        ("residual ‖g‖/C within components", f"{found.residual:.1e}"),
        ("Newton correction of a log-weight", f"{found.newton_correction:.1e}"),
        ("bounds on least C, over C before", known),
        ("log-scales h", f"{balanced.h.min():.3f} to {balanced.h.max():.3f}"),
        ("strong components (largest)", f"{len(sizes)} ({sizes.max()})"),
        ("neurons without outgoing cost", str(len(balanced.dead))),
    ]
    if balanced.activity is not None:
        difference = f"{balanced.activity.output_difference:.1e}"
        rows.append(("largest difference of an output", difference))
    return rows
