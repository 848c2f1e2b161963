"""Figure 5: one synapse of a balanced ring is made stronger, and all others answer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from homolog.studies._drawing import CANDIDATE, FOURTH, INK, REFERENCE, SOFT, THIRD, panels
from homolog.studies._study import Claim, Finding, Options, Part, Row, Sources, Table

if TYPE_CHECKING:
    from matplotlib.figure import Figure

N_NEURONS, STRENGTH, POWER = 12, 3.0, 2.0
SYNAPSES = {
    "A": (0, 1),
    "B": (1, 0),
    "C": (11, 0),
    "D": (0, 11),
    "E": (1, 2),
    "F": (2, 1),
    "G": (6, 7),
    "H": (7, 6),
}
"""Postsynaptic and presynaptic neuron; A is made stronger, the names are those of the paper."""

DRAWN = {
    "A": (CANDIDATE, "-"),
    "B": (REFERENCE, "-"),
    "C": (THIRD, "-"),
    "D": (FOURTH, "-"),
    "E": (INK, "--"),
    "F": (INK, ":"),
    "G": (SOFT, "-"),
    "H": (SOFT, "--"),
}
RISING, FALLING = "BCE", "ADF"
"""Synapses that the paper says become stronger, and weaker, right after."""

STILL = (1, 2, 4, 6, 8, 10)
"""Modes that are their own mirror images, in which the change has no part."""

MODES = {3: CANDIDATE, 5: REFERENCE, 7: THIRD}
SAME, NEAR = 1e-9, 0.1
"""Of two ways to the equilibrium; and how far from it the approximation may be."""

COLUMNS = ("kind", "name", "time", "value", "approximate", "eigenvalue")


def tasks(quick: bool) -> Mapping[str, Options]:
    """The ring of the paper."""
    return {"ring": {"n_neurons": N_NEURONS, "strength": STRENGTH, "n_times": 61}}


def work(options: Options, rng: np.random.Generator, sources: Sources) -> list[Row]:
    """The way to the new balance, its end, and what the heat equation makes of both."""
    from homolog.balancing import ring_costs

    costs = ring_costs(options["n_neurons"], options["strength"])
    times = np.linspace(0, 3, options["n_times"])
    return [*_courses(costs, times), *_ends(costs, options)]


def _courses(costs: Any, times: Any) -> list[Row]:
    """Synapses, and log-scales along the modes of the Laplacian, over time."""
    from homolog.balancing import costs_at, flow, heat_kernel, laplacian

    h = flow(costs, times, power=POWER, rate=1.0).h
    heat = heat_kernel(costs, times, power=POWER, rate=1.0)
    values, modes = np.linalg.eigh(laplacian(costs))
    excited = modes.T @ heat.gradients[0]
    after = [costs_at(costs, one, POWER) for one in h]
    rows = [
        _row(kind="synapse", name=name, time=float(t), value=float(now[place]))
        for name, place in SYNAPSES.items()
        for t, now in zip(times, after, strict=True)
    ]
    rows += [
        _row(kind="excited", name=str(k + 1), value=float(abs(one)), eigenvalue=float(values[k]))
        for k, one in enumerate(excited)
    ]
    for k in MODES:
        along = np.sign(excited[k - 1]) * modes[:, k - 1]
        rows += [
            _row(
                kind="mode",
                name=str(k),
                time=float(t),
                value=float(one @ along),
                approximate=float(near @ along),
                eigenvalue=float(values[k - 1]),
            )
            for t, one, near in zip(times, h, heat.h, strict=True)
        ]
    return rows


def _ends(costs: Any, options: Options) -> list[Row]:
    """Log-scales, costs and the undone share of the change, by formula and otherwise."""
    from homolog.balancing import (
        costs_at,
        equilibrium,
        quadratic_equilibrium,
        response,
        ring_costs,
        ring_equilibrium,
    )

    n, strength = options["n_neurons"], options["strength"]
    exact = ring_equilibrium(n, strength, POWER)
    solved = equilibrium(costs, power=POWER, tolerance=1e-13)
    near = quadratic_equilibrium(costs, POWER)
    found = costs_at(costs, solved.h, POWER)
    answer = response(ring_costs(n, 1.0), 0, 1, strength ** (1 / POWER) - 1, power=POWER)
    log_cost = float(np.log(strength))
    undone = 1 - POWER * answer.exact_log_change / log_cost
    formula = {
        "changed synapse": (exact.stronger, found[0, 1]),
        "its reciprocal": (exact.reciprocal, found[1, 0]),
        "others, forward": (exact.forward, found[6, 7]),
        "others, backward": (exact.backward, found[7, 6]),
        "circulation": (exact.circulation, found[6, 7] - found[7, 6]),
    }
    rows = [
        _row(kind="equilibrium", name=name, value=float(value), approximate=float(solver))
        for name, (value, solver) in formula.items()
    ]
    rows += [
        _row(kind="neuron", name=str(k), value=float(exact.h[k]), approximate=float(near[k]))
        for k in range(n)
    ]
    rows.append(_row(kind="solver", value=float(np.abs(solved.h - exact.h).max())))
    rows.append(_row(kind="undone", value=float(undone), approximate=float(answer.undone)))
    return rows


def _row(**values: Any) -> Row:
    return {name: values.get(name) for name in COLUMNS}


def draw(rows: Table) -> Figure:
    """Synapses over time, log-scales at the end, and modes over time."""
    figure, (left, middle, right) = panels(3, width=11, height=3.6)
    synapses = rows[rows["kind"] == "synapse"]
    for name, one in synapses.groupby("name"):
        colour, line = DRAWN[str(name)]
        left.plot(one["time"], one["value"], line, color=colour, label=_between(str(name)))
    left.set_xlabel("Time")
    left.set_ylabel("Cost of a synapse")
    left.set_ylim(0.8, None)
    left.legend(frameon=False, fontsize=7, ncols=2)
    left.set_title("The ring answers", fontsize=10, loc="left")
    neurons = rows[rows["kind"] == "neuron"]
    places = neurons["name"].astype(int)
    middle.plot(places, neurons["value"], "o", color=INK, markersize=5, label="exact")
    middle.plot(
        places, neurons["approximate"], "x", color=CANDIDATE, label="first order, one Newton step"
    )
    middle.set_xlabel("Neuron")
    middle.set_ylabel("h at the new equilibrium")
    middle.set_xticks(range(0, len(neurons), 2))
    middle.legend(frameon=False, fontsize=8)
    middle.set_title("Log-scales", fontsize=10, loc="left")
    for name, one in rows[rows["kind"] == "mode"].groupby("name"):
        colour = MODES[int(str(name))]
        label = f"mode {name}, λ = {one['eigenvalue'].iloc[0]:.2f}"
        right.plot(one["time"], one["value"], color=colour, label=label)
        right.plot(one["time"], one["approximate"], ":", color=colour)
    right.plot([], [], ":", color=SOFT, label="heat equation")
    right.set_xlabel("Time")
    right.set_ylabel("h along a mode of the Laplacian")
    right.set_ylim(bottom=0)
    right.legend(frameon=False, fontsize=8)
    right.set_title("Modes", fontsize=10, loc="left")
    return figure


def _between(name: str) -> str:
    post, pre = SYNAPSES[name]
    return f"{name}: {pre} → {post}"


def judge(rows: Table) -> Mapping[str, Finding]:
    """Of the end, the beginning, and the heat equation between them."""
    return {
        "exact": _exact(rows),
        "heterosynaptic": _heterosynaptic(rows),
        "heat": _heat(rows),
        "modes": _modes(rows),
    }


def _exact(rows: Table) -> Finding:
    ends = rows[rows["kind"] == "equilibrium"].set_index("name")
    apart = max(
        float((ends["value"] - ends["approximate"]).abs().max()),
        float(rows[rows["kind"] == "solver"]["value"].max()),
    )
    listed = ", ".join(f"{name} {value:.5f}" for name, value in ends["value"].items())
    return Finding(
        "agree" if apart < SAME else "disagree",
        f"{apart:.0e} apart; {listed}",
        "The same net cost circulates everywhere; one equation in one unknown has it.",
    )


def _heterosynaptic(rows: Table) -> Finding:
    synapses = rows[rows["kind"] == "synapse"].sort_values("time")
    first = {name: one["value"].to_numpy() for name, one in synapses.groupby("name")}
    moved = {name: float(course[1] - course[0]) for name, course in first.items()}
    right = all(moved[name] > 0 for name in RISING) and all(moved[name] < 0 for name in FALLING)
    undone = rows[rows["kind"] == "undone"].iloc[0]
    return Finding(
        "agree" if right else "disagree",
        ", ".join(f"{name} {change:+.3f}" for name, change in moved.items()),
        f"Changes after the first {synapses['time'].unique()[1]:g} of time. In the end "
        f"{undone['value']:.1%} of the change of the synapse, as a logarithm, are taken back; "
        f"to first order {undone['approximate']:.1%}.",
    )


def _heat(rows: Table) -> Finding:
    neurons = rows[rows["kind"] == "neuron"]
    largest = neurons["value"].abs().max()
    error = float((neurons["value"] - neurons["approximate"]).abs().max() / largest)
    modes = rows[rows["kind"] == "mode"]
    course = float((modes["value"] - modes["approximate"]).abs().max() / modes["value"].max())
    return Finding(
        "agree" if max(error, course) < NEAR else "disagree",
        f"h at the end {neurons['approximate'].max():.4f} for {neurons['value'].max():.4f}: "
        f"{error:.1%} off; along the modes at most {course:.1%}",
        "A synapse three times as costly is no small change; to first order it is.",
    )


def _modes(rows: Table) -> Finding:
    excited = rows[rows["kind"] == "excited"]
    still = excited["name"].astype(int).isin(STILL)
    rest, moved = float(excited[still]["value"].max()), float(excited[~still]["value"].min())
    values = ", ".join(f"{value:.4f}" for value in excited["eigenvalue"].abs())
    return Finding(
        "agree" if rest < SAME < moved else "disagree",
        f"modes {', '.join(map(str, STILL))} at most {rest:.0e}, others {moved:.2f} or more",
        f"The change turns its sign in the mirror, and those modes do not. Eigenvalues: {values}.",
    )


PART = Part(
    name="figure-5",
    title="Figure 5: a perturbed ring",
    question=(
        "Twelve neurons in a ring, joined both ways at cost 1, are in balance. The synapse from "
        "neuron 1 to neuron 0 is brought to cost 3 (p = 2), and balancing goes on."
    ),
    claims={
        "exact": Claim(
            "The ring relaxes to a new equilibrium, which has a formula.",
            f"Agree if solver and formula are within {SAME:g} in every cost and log-scale.",
            by="this study",
        ),
        "heterosynaptic": Claim(
            "Right after, incoming synapses of the postsynaptic neuron (A, D) weaken and its "
            "outgoing ones (B, C) strengthen; incoming synapses of the presynaptic neuron (B, E) "
            "strengthen and its outgoing ones (A, F) weaken.",
            "Agree if all six move that way in the first step of time; else disagree.",
        ),
        "heat": Claim(
            "The heat equation on the Laplacian right after the change describes the way.",
            f"Agree if log-scales at the end, and modes at all times, are within {NEAR:.0%} of the "
            "largest; else disagree.",
        ),
        "modes": Claim(
            "Half of the modes take no part, which is why the paper shows the third, fifth and "
            "seventh.",
            f"Agree if the neural gradients right after have less than {SAME:g} along modes "
            f"{', '.join(map(str, STILL))} and more along every other; else disagree.",
            by="this study",
        ),
    },
    tasks=tasks,
    work=work,
    draw=draw,
    picture=(
        "Costs of eight synapses over time; log-scales of the twelve neurons, exact and to first "
        "order; and log-scales along three modes over time, close to the heat equation."
    ),
    judge=judge,
)
