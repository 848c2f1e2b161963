"""Whether feedback comes to mirror the synapses upwards, which nobody copies to it.

The paper on CorInfoMax (https://arxiv.org/abs/2306.04810) calls its networks free of weight
symmetry and shows the angle between forward weights and transposed feedback weights in training.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from homolog.studies import _trained
from homolog.studies._drawing import INK, RULES, SOFT, panels, rule_marks
from homolog.studies._study import (
    Choices,
    Claim,
    Finding,
    Options,
    Part,
    Row,
    Sources,
    Study,
    Table,
)
from homolog.studies.table1.published import TITLES, described

if TYPE_CHECKING:
    from matplotlib.figure import Figure

RANDOM = 90.0
"""Degrees between weights that have nothing to do with each other."""

EXPECTED = {1: 65.5, 10: 75.0, 50: 81.0}
"""Degrees after so many epochs on MNIST, from training the published code and a rewritten one."""

TOLERANCE = 2.0
FAR = 45.0

BOX = "box"
"""The row that claims are about."""


def tasks(quick: bool, *, data: str, choices: Choices) -> dict[str, Options]:
    """CorInfoMax unless other rules were chosen."""
    rules = choices.rules or ("corinfomax",)
    chosen = Choices(
        rules=rules, replicas=choices.replicas, epochs=choices.epochs, train=choices.train
    )
    return _trained.tasks(quick, data=data, choices=chosen)


def work(options: Options, rng: np.random.Generator, sources: Sources) -> list[Row]:
    """The angle after every epoch of every replica; one empty line if there is none."""
    common: Row = {
        **described(_trained.row_of(options)),
        "images": _trained.label(options, sources),
        "layers": "-".join(map(str, _trained.sizes_of(options))),
    }
    found: list[Row] = [
        {**common, "replica": number, "epoch": line["epoch"], "angle": line["angle_1"]}
        for number, lines in _trained.histories(options, sources)
        for line in lines
        if "angle_1" in line
    ]
    return found or [{**common, "replica": None, "epoch": None, "angle": None}]


def summary(rows: Table) -> list[Row]:
    """Mean and deviation (of a population, as published) over replicas, at a few epochs."""
    measured = rows[rows["angle"].notna()]
    last = measured["epoch"].max()
    wanted = [epoch for epoch in (1, 2, 5, 10, 20, 30, 40, 50) if epoch < last] + [last]
    chosen = measured[measured["epoch"].isin(wanted)]
    lines: list[Row] = [
        {
            "row": str(name),
            "images": one["images"].iloc[0],
            "epoch": int(epoch),
            "replicas": len(one),
            "angle": float(one["angle"].mean()),
            "std": float(one["angle"].std(ddof=0)) if len(one) > 1 else None,
        }
        for (name, epoch), one in chosen.groupby(["row", "epoch"], sort=False)
    ]
    nothing: Row = {"row": "", "images": rows["images"].iloc[0], "epoch": None, "replicas": 0}
    return lines or [{**nothing, "angle": None, "std": None}]


def tables(rows: Table) -> Mapping[str, Sequence[Row]]:
    """The angles at a few epochs."""
    return {"table": summary(rows)}


def draw(rows: Table) -> Figure:
    """Mean over replicas by epoch, with a band of one deviation."""
    figure, (ax,) = panels(1, width=8, height=4.6)
    ax.axhline(RANDOM, color=SOFT, linestyle=":", label="unrelated weights")
    measured = rows[rows["angle"].notna()]
    for (name, rule, variant), one in measured.groupby(["row", "rule", "variant"], sort=False):
        by_epoch = one.groupby("epoch")["angle"]
        mean, std = by_epoch.mean(), by_epoch.std(ddof=0)
        n = one["replica"].nunique()
        label = f"{name}, {n} {'replica' if n == 1 else 'replicas'}"
        ax.plot(mean.index, mean, label=label, **rule_marks(str(rule), str(variant)))
        colour = RULES[str(rule)]
        ax.fill_between(mean.index, mean - std, mean + std, color=colour, alpha=0.2, lw=0)
    if (rows["images"] == "mnist").any():
        ax.plot(list(EXPECTED), list(EXPECTED.values()), "x", color=INK, label="expected, box")
    ax.set_xlabel("Epoch")
    ax.set_ylabel("Angle, degrees")
    title = "Forward synapses against feedback, transposed; band: ± 1 deviation over replicas"
    ax.set_title(f"{title}\nImages: {rows['images'].iloc[0]}", fontsize=8, loc="left", color=INK)
    ax.legend(frameon=False, fontsize=8)
    return figure


def judge(rows: Table, *, data: str) -> Mapping[str, Finding]:
    """Of the networks in a box: how far apart, and how far from unrelated, feedback ends."""
    box = rows[(rows["rule"] == "corinfomax") & (rows["variant"] == BOX) & rows["angle"].notna()]
    ends = box.sort_values("epoch").groupby("replica").tail(1)
    found = {"asymmetric": _asymmetric(ends), "aligned": _aligned(ends)}
    if data == "mnist":
        found |= {f"after {n}": _expected(box[box["epoch"] == n], n) for n in EXPECTED}
    return found


def _asymmetric(ends: Table) -> Finding:
    if not len(ends):
        return _nothing()
    verdict = "agree" if ends["angle"].min() > FAR else "disagree"
    return Finding(verdict, f"{ends['angle'].min():.1f} degrees or more in the end", _of_whom(ends))


def _aligned(ends: Table) -> Finding:
    if not len(ends):
        return _nothing()
    verdict = "agree" if ends["angle"].max() < RANDOM else "disagree"
    reading = f"{_of_whom(ends)} Weights of this many synapses that are unrelated are at 90 ± 1."
    return Finding(verdict, f"{ends['angle'].max():.1f} degrees or less in the end", reading)


def _expected(rows: Table, epoch: int) -> Finding:
    if not len(rows):
        return _nothing()
    mean, std = rows["angle"].mean(), rows["angle"].std(ddof=0)
    near = abs(mean - EXPECTED[epoch]) <= TOLERANCE
    spread = f" ± {std:.1f}" if len(rows) > 1 else ""
    number = f"{mean:.1f}{spread} degrees, {EXPECTED[epoch]:g} expected"
    return Finding("agree" if near else "disagree", number, _of_whom(rows))


def _of_whom(rows: Table) -> str:
    epochs = sorted({int(epoch) for epoch in rows["epoch"]})
    n = "1 replica" if len(rows) == 1 else f"{len(rows)} replicas"
    return f"{n} of CorInfoMax in a box, after epoch {', '.join(map(str, epochs))}."


def _nothing() -> Finding:
    return Finding("not run", "", "No replica of CorInfoMax in a box has come so far.")


def _claims(data: str) -> dict[str, Claim]:
    claims = {
        "asymmetric": Claim(
            f"On {TITLES[data]}, forward and feedback synapses do not become each other's "
            "transpose.",
            f"Agree if the angle ends above {FAR:g} degrees in every replica, else disagree.",
        ),
        "aligned": Claim(
            "Yet feedback is not unrelated to the synapses upwards.",
            f"Agree if the angle ends below {RANDOM:g} degrees in every replica, else disagree.",
            by="this study",
        ),
    }
    if data == "mnist":
        claims |= {
            f"after {n}": Claim(
                f"At the end of epoch {n} the angle is about {angle:g} degrees.",
                f"Agree if the mean over replicas is within {TOLERANCE:g} degrees, else disagree.",
                by="this study",
            )
            for n, angle in EXPECTED.items()
        }
    return claims


def _part(data: str, choices: Choices) -> Part:
    given: Mapping[str, Any] = {"data": data}
    return Part(
        name=f"angles-{data}",
        title=f"Forward against feedback synapses, {TITLES[data]}",
        question=(
            "In CorInfoMax forward and feedback synapses are separate, begin unrelated, and each "
            "learns to predict one layer from the other. The angle is between the synapses from "
            "the first layer of neurons to the second and those back, transposed, as long vectors: "
            "0 degrees if feedback is the transpose, 90 if the two are unrelated. Mean and "
            "standard deviation (of a population, as published) are over replicas."
        ),
        claims=_claims(data),
        tasks=partial(tasks, choices=choices, **given),
        learn=_trained.learn,
        work=work,
        draw=draw,
        picture="Angle by epoch, mean over replicas with a band; dotted, the 90 degrees of chance.",
        judge=partial(judge, **given),
        missing=partial(_trained.missing, train=choices.train is not False, **given),
        kept=False,
        tables=tables,
        stands_in=True,
    )


def _parts(choices: Choices) -> tuple[Part, ...]:
    chosen = _trained.chosen_data(choices, _trained.DATA) if choices.data else ("mnist",)
    return tuple(_part(data, choices) for data in chosen)


STUDY = Study(
    name="angles",
    title="Does feedback come to mirror the synapses upwards?",
    source=_trained.SOURCE,
    parts=_parts(Choices()),
    takes=("data", "rules", "replicas", "epochs", "train"),
    chosen=_parts,
)
