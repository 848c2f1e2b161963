"""Figure 3: whether there is a balance to find depends on how neurons are joined."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from homolog import errors
from homolog.studies._drawing import CANDIDATE, INK, REFERENCE, SOFT, panels
from homolog.studies._study import Claim, Finding, Options, Part, Row, Sources, Table

if TYPE_CHECKING:
    from matplotlib.figure import Figure

POWER = 2.0
JOINED = {"one way": (2.0, 0.0), "both ways": (2.0, 0.25)}
"""Costs of the synapse from neuron 2 to neuron 1, and back."""

COLOURS = {"one way": CANDIDATE, "both ways": REFERENCE}
CLOSE = 1e-7
"""How near the integrated course is to the formula."""

COLUMNS = (
    *("joined", "kind", "time", "difference", "c12", "c21", "cost", "speed"),
    *("error", "least", "end", "refused"),
)


def tasks(quick: bool) -> Mapping[str, Options]:
    """Two neurons with one synapse, and with two."""
    return {
        name.replace(" ", "-"): {"joined": name, "costs": list(costs), "n_times": 61}
        for name, costs in JOINED.items()
    }


def work(options: Options, rng: np.random.Generator, sources: Sources) -> list[Row]:
    """The landscape, the course of balancing, and whether there is an end to it."""
    return [*_landscape(options), *_course(options), _end(options)]


def _landscape(options: Options) -> list[Row]:
    from homolog.balancing import two_neuron_cost, two_neuron_flow

    c12, c21 = options["costs"]
    places = np.linspace(-1.5, 0.5, 81)
    cost = two_neuron_cost(c12, c21, places, power=POWER)
    speed = two_neuron_flow(c12, c21, places, power=POWER) / cost
    return [
        _row(options, kind="landscape", difference=float(d), cost=float(c), speed=float(v))
        for d, c, v in zip(places, cost, speed, strict=True)
    ]


def _course(options: Options) -> list[Row]:
    """By integration of the neural gradients, beside the formula."""
    from homolog.balancing import flow, two_neurons

    c12, c21 = options["costs"]
    times = np.linspace(0, 3, options["n_times"])
    exact = two_neurons(c12, c21, times, power=POWER)
    h = flow(np.array([[0.0, c12], [c21, 0.0]]), times, power=POWER, rate=1.0).h
    error = np.abs(h[:, 1] - h[:, 0] - exact.difference)
    return [
        _row(
            options,
            kind="course",
            time=float(t),
            difference=float(exact.difference[k]),
            c12=float(exact.c12[k]),
            c21=float(exact.c21[k]),
            cost=float(exact.c12[k] + exact.c21[k]),
            error=float(error[k]),
        )
        for k, t in enumerate(times)
    ]


def _end(options: Options) -> Row:
    """What `equilibrium` says, beside where the cost is least by the formula."""
    from homolog.balancing import equilibrium, two_neuron_minimum

    c12, c21 = options["costs"]
    lowest = two_neuron_minimum(c12, c21, power=POWER)
    try:
        found = equilibrium(np.array([[0.0, c12], [c21, 0.0]]), power=POWER)
    except errors.HomologError as error:
        if error.code != "HM050":
            raise
        return _row(options, kind="end", least=lowest.cost, refused=True)
    ended = {"difference": float(found.h[1] - found.h[0]), "cost": found.cost_after}
    return _row(
        options, kind="end", least=lowest.cost, end=lowest.difference, refused=False, **ended
    )


def _row(options: Options, **values: Any) -> Row:
    return {"joined": options["joined"]} | {name: values.get(name) for name in COLUMNS[1:]}


def draw(rows: Table) -> Figure:
    """Costs in time, the total cost along the manifold, and the flow on it."""
    figure, (left, middle, right) = panels(3, width=11, height=3.4)
    for joined, colour in COLOURS.items():
        one = rows[rows["joined"] == joined]
        course, land = (one[one["kind"] == kind] for kind in ("course", "landscape"))
        for name, line in (("c12", "-"), ("c21", "--")):
            if course[name].iloc[0] > 0:
                label = f"{joined}: {'2 → 1' if name == 'c12' else '1 → 2'}"
                left.plot(course["time"], course[name], line, color=colour, label=label)
        middle.plot(land["difference"], land["cost"], color=colour, label=joined)
        right.plot(land["difference"], land["speed"], color=colour, label=joined)
        end = one[(one["kind"] == "end") & ~one["refused"].fillna(value=True).astype(bool)]
        middle.plot(end["difference"], end["cost"], "o", color=INK, markersize=6, zorder=3)
        right.plot(end["difference"], 0 * end["cost"], "o", color=INK, markersize=6, zorder=3)
    left.set_xlabel("Time")
    left.set_ylabel("Cost of a synapse")
    left.set_title("Balancing", fontsize=10, loc="left")
    middle.set_ylabel("Total cost C")
    middle.set_title("Cost of all that compute the same", fontsize=10, loc="left")
    right.axhline(0, color=SOFT, linewidth=0.8)
    right.set_ylabel("Speed of h₂ − h₁, over C")
    right.set_title("Where balancing leads", fontsize=10, loc="left")
    for ax in (middle, right):
        ax.set_xlabel("h₂ − h₁")
    for ax in (left, middle, right):
        ax.legend(frameon=False, fontsize=8)
    return figure


def judge(rows: Table) -> Mapping[str, Finding]:
    """Whether one synapse has no end and two have one, where the formula says."""
    course = rows[rows["kind"] == "course"].sort_values("time")
    ends = rows[rows["kind"] == "end"].set_index("joined")
    error = float(course["error"].max())
    lone = course[course["joined"] == "one way"]
    falls = bool((lone["cost"].diff().dropna() < 0).all())
    both = ends.loc["both ways"]
    apart = float("inf")
    if not both["refused"]:
        apart = max(abs(both["difference"] - both["end"]), abs(both["cost"] - both["least"]))
    agree = bool(ends.loc["one way", "refused"]) and falls and apart < CLOSE
    return {
        "topology": Finding(
            "agree" if agree else "disagree",
            f"one way: the cost falls to {lone['cost'].iloc[-1]:.3f} and on, no equilibrium; both "
            f"ways: C = {both['cost']:.4f} at h₂ − h₁ = {both['difference']:.4f}, "
            f"{apart:.0e} from the formula",
            "A synapse that is not returned can be made ever weaker by a stronger readout; the "
            "solver refuses it rather than stopping somewhere.",
        ),
        "formula": Finding(
            "agree" if error < CLOSE else "disagree",
            f"at most {error:.0e} apart",
            "(29) runs p times too fast as printed, and exists only where the first cost is the "
            "smaller one; the formula here holds for all.",
        ),
    }


PART = Part(
    name="figure-3",
    title="Figure 3: topology and flow",
    question=(
        "Two neurons, joined one way or both ways, follow their neural gradients. All networks "
        "that compute the same lie on a line, along which h₂ − h₁ changes."
    ),
    claims={
        "topology": Claim(
            "A single synapse has no equilibrium, its cost falls to 0 for ever; two reciprocal "
            "synapses have one, at which both cost the same.",
            "Agree if the equilibrium of the first is refused while its cost falls at every time, "
            f"and that of the second is where the formula has it to {CLOSE:g}; else disagree.",
        ),
        "formula": Claim(
            "Two neurons balance along a closed form.",
            f"Agree if the integrated course is within {CLOSE:g} of the (corrected) formula at "
            "all times; else disagree.",
        ),
    },
    tasks=tasks,
    work=work,
    draw=draw,
    picture=(
        "Costs over time: alone, a synapse decays; two meet at a common cost. Total cost and flow "
        "along h₂ − h₁: with both synapses there is a minimum, with one there is none."
    ),
    judge=judge,
)
