"""All rules at the same sizes and with as many epochs, settings chosen alike: not in the paper."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from itertools import combinations
from typing import TYPE_CHECKING, Any

import numpy as np

from homolog import errors
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
    Table,
    Verdict,
)
from homolog.studies.table1 import _selection
from homolog.studies.table1._grid import GRIDS
from homolog.studies.table1._selection import TEST, VALIDATION
from homolog.studies.table1._summary import NOTHING, last_epochs, spread, unfinished
from homolog.studies.table1.published import TITLES, described

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

DATA = (*_trained.DATA, "digits")
HIDDEN = 500
REPLICAS, EPOCHS = 3, 20
N_INPUTS = {"mnist": 784, "fashion_mnist": 784, "cifar10": 3072, "digits": 64}


def tasks(quick: bool, *, data: str, choices: Choices) -> dict[str, Options]:
    """Every row of the table for these images, or for MNIST, at sizes that are the same for all."""
    given = {"quick": quick, "data": data, "train": choices.train is not False}
    hidden = _trained.QUICK_HIDDEN if quick else HIDDEN
    usual = (64 if quick else N_INPUTS[data], hidden, 10)
    size = {
        "sizes": list(usual if quick else choices.sizes or usual),
        "replicas": choices.replicas or (_trained.QUICK_REPLICAS if quick else REPLICAS),
        "epochs": choices.epochs or (_trained.QUICK_EPOCHS if quick else EPOCHS),
    }
    return {
        f"{data}-{_trained.key(row)}": {
            "rule": row.rule.name,
            "variant": row.variant,
            "factors": list(GRIDS[row.rule.name].factors),
            **given,
            **size,
        }
        for row in _trained.rows("mnist", choices.rules)
    }


def work(options: Options, rng: np.random.Generator, sources: Sources) -> list[Row]:
    """Every epoch of every setting on images held out, and of the chosen one on the test."""
    best = _selection.chosen(options, sources)
    common: Row = {
        **described(_selection.row_of(options)),
        "images": _label(options, sources),
        "layers": "-".join(map(str, options["sizes"])),
        "asked_epochs": options["epochs"],
        "asked_replicas": options["replicas"],
        "chosen": best,
    }
    runs = [(factor, VALIDATION) for factor in options["factors"]]
    runs += [] if best is None else [(best, TEST)]
    return [
        {**common, "factor": factor, "phase": phase, **line}
        for factor, phase in runs
        for line in _lines(options, sources, factor, phase)
    ]


def _lines(options: Options, sources: Sources, factor: float, phase: str) -> list[Row]:
    """Of one setting; an empty line if nothing of it was begun."""
    names = ("replica", "epoch", "test_accuracy", "dead_outputs")
    found = [
        {name: line[name] for name in names}
        for lines in _selection.epochs(options, sources, factor, phase).values()
        for line in lines
    ]
    return found or [dict.fromkeys(names)]


def _label(options: Options, sources: Sources) -> str:
    """What the images are called; a lossy copy says that it is one."""
    if options["quick"] or options["data"] == "digits":
        return "digits"
    from homolog.training._reading import standing

    for factor in options["factors"]:
        facts = standing(_selection.folder_of(options, sources, factor, VALIDATION)).facts
        if facts:
            return facts["task"].partition(", the last")[0]
    return options["data"]


def table(rows: Table) -> list[Row]:
    """Every rule with the setting that was chosen, and how often it is right on the test."""
    return [_table_row(str(task), one) for task, one in rows.groupby("task", sort=False)]


def _table_row(task: str, rows: Table) -> Row:
    first = rows.iloc[0]
    tests = rows[rows["phase"] == TEST]
    found = _validated(rows)
    best = found.get(first["chosen"])
    return {
        "row": first["row"],
        "variant": first["variant"],
        "images": first["images"],
        "layers": first["layers"],
        "epochs": int(first["asked_epochs"]),
        "rates": _chosen(first["chosen"], found),
        "validation": best,
        **(spread(tests) if len(tests) else NOTHING),
        "table_1": _printed(task),
        "tried": "; ".join(_tried(factor, found) for factor in rows["factor"].unique()),
        "unfinished": unfinished(tests) if len(tests) else "",
    }


def _chosen(factor: float, found: Mapping[float, float]) -> str:
    """The factor, and whether it was the smallest or largest: better ones may lie beyond."""
    if factor not in found:
        return "none"
    edge = factor in (min(found), max(found)) and len(found) > 1
    return f"× {factor:g}" + (", the edge of what was tried" if edge else "")


def _validated(rows: Table) -> dict[float, float]:
    """For each factor all of whose replicas came to their end: accuracy on images held out."""
    found: dict[float, float] = {}
    for factor, one in rows[rows["phase"] == VALIDATION].groupby("factor"):
        done, _ = last_epochs(one)
        if len(done) == one["asked_replicas"].iloc[0]:
            found[float(factor)] = 100 * float(done["test_accuracy"].mean())
    return found


def _tried(factor: float, found: Mapping[float, float]) -> str:
    return f"× {factor:g}: " + (f"{found[factor]:.2f}" if factor in found else "did not end")


def _printed(task: str) -> float | None:
    """What Table 1 has in this row for these images, at sizes and budgets of its own."""
    data, _, name = task.partition("-")
    rows = _trained.rows(data) if data in _trained.DATA else []
    return next((row.published for row in rows if _trained.key(row) == name), None)


def tables(rows: Table) -> Mapping[str, Sequence[Row]]:
    """The comparison."""
    return {"table": table(rows)}


def draw(rows: Table) -> Figure:
    """Test accuracy of each rule; and how its setting was chosen."""
    figure, (left, right) = panels(2, width=13, height=5)
    groups = list(rows.groupby("task", sort=False))
    for place, (task, one) in enumerate(groups):
        _dots(left, place, str(task), one)
        _choice(right, one)
    left.set_yticks(range(len(groups)), [_named(one) for _, one in groups])
    left.set_ylim(len(groups) - 0.5, -0.5)
    left.grid(visible=False, axis="y")
    left.set_xlabel("Test accuracy, %")
    title = f"{rows['layers'].iloc[0]}, {rows['asked_epochs'].iloc[0]} epochs for every rule."
    under = "Dots: replicas. Grey line: what Table 1 has, at other sizes and budgets"
    left.set_title(f"{title}\n{under}", fontsize=8, loc="left", color=INK)
    factors = sorted(rows["factor"].unique())
    right.set_xscale("log")
    right.set_xticks(factors, [f"{factor:g}" for factor in factors])
    right.set_xticks([], minor=True)
    right.set_xlabel("Learning rates, times those of the published row")
    right.set_ylabel("Accuracy on images held out of training, %")
    right.set_title("How settings were chosen (filled)", fontsize=8, loc="left", color=INK)
    if right.get_legend_handles_labels()[0]:
        right.legend(frameon=False, fontsize=7, ncols=2)
    figure.suptitle(f"Images: {rows['images'].iloc[0]}", fontsize=9, color=INK, x=0.01, ha="left")
    return figure


def _named(rows: Table) -> str:
    return str(rows["row"].iloc[0])


def _dots(ax: Axes, place: int, task: str, rows: Table) -> None:
    printed = _printed(task)
    if printed is not None:
        ax.plot([printed] * 2, [place - 0.35, place + 0.35], color=SOFT)
    done, _ = last_epochs(rows[rows["phase"] == TEST])
    colour = RULES[rows["rule"].iloc[0]]
    ax.plot(100 * done["test_accuracy"], [place] * len(done), "o", color=colour, alpha=0.7)


def _choice(ax: Axes, rows: Table) -> None:
    found = _validated(rows)
    marks = rule_marks(rows["rule"].iloc[0], rows["variant"].iloc[0])
    ax.plot(list(found), list(found.values()), marker="o", mfc="white", label=_named(rows), **marks)
    best = rows["chosen"].iloc[0]
    if best in found:
        ax.plot(best, found[best], "o", color=marks["color"])


def judge(rows: Table) -> Mapping[str, Finding]:
    """Whether rules that the table tells apart are told apart the same way here."""
    lines = [(str(task), _table_row(str(task), one)) for task, one in rows.groupby("task")]
    pairs = [(a, b) for a, b in combinations(lines, 2) if _clear_in_table(a[0], b[0])]
    signs = [_sign(a, b) for a, b in pairs]
    same, reversed_ = signs.count(1), signs.count(-1)
    verdict: Verdict = "cannot tell"
    if pairs and (reversed_ or same == len(pairs)):
        verdict = "disagree" if reversed_ else "agree"
    turned = [
        f"{a[1]['row']} and {b[1]['row']}"
        for (a, b), sign in zip(pairs, signs, strict=True)
        if sign == -1
    ]
    return {
        "order": Finding(
            verdict,
            f"of {len(pairs)} pairs, {same} are told apart the same way and {reversed_} the other "
            "way round",
            f"The other way round: {', '.join(turned)}." if turned else "None is turned round.",
        )
    }


def _clear_in_table(a: str, b: str) -> bool:
    """Whether the printed means of two rows are further apart than two standard errors."""
    first, second = (_row(one) for one in (a, b))
    if first is None or second is None:
        return False
    spreads = [row.test_std or np.inf for row in (first, second)]
    apart = abs((first.published or 0) - (second.published or 0))
    return bool(apart > 2 * np.sqrt(np.square(spreads).sum() / _trained.REPLICAS))


def _row(task: str) -> Any:
    data, _, name = task.partition("-")
    rows = _trained.rows(data) if data in _trained.DATA else []
    return next((row for row in rows if _trained.key(row) == name), None)


def _sign(a: tuple[str, Row], b: tuple[str, Row]) -> int:
    """1 for the order of the table, -1 for the other, 0 where two standard errors do not tell."""
    means: list[Any] = [one["mean"] for _, one in (a, b)]
    stds: list[Any] = [one["std"] for _, one in (a, b)]
    if None in means or None in stds:
        return 0
    counts: list[Any] = [one["replicas"] for _, one in (a, b)]
    error = np.sqrt(sum(std**2 / n for std, n in zip(stds, counts, strict=True)))
    if abs(means[0] - means[1]) <= 2 * error:
        return 0
    first, second = (_row(one).published for one, _ in (a, b))
    return int(np.sign((means[0] - means[1]) * (first - second)))


_QUESTION = (
    "This is the comparison that the paper does not make. Its table sets rules side by side that "
    "have other layers, other budgets and other amounts of search. Here every rule has the same "
    "layers and as many epochs and replicas, and the same number of settings to choose from: "
    "its published learning rates times a factor. Settings are chosen on the last 10,000 training "
    "images (the last fifth of a small set), on which no network has learned; then networks are "
    "trained anew on all training images. No choice depends on the test."
)


def _part(data: str, choices: Choices) -> Part:
    given: Mapping[str, Any] = {"data": data}
    title = TITLES.get(data, "digits")
    return Part(
        name=f"fair-{data}",
        title=f"All rules alike, {title}",
        question=_QUESTION,
        claims={
            "order": Claim(
                f"Rules keep the order of Table 1 on {title} when sizes, budget and choice of "
                "settings are the same for all.",
                "Of pairs whose printed means are two standard errors apart: agree if all are so "
                "here and the same way, disagree if one is so the other way round.",
                by="this study",
            )
        },
        tasks=partial(tasks, choices=choices, **given),
        learn=_selection.learn,
        work=work,
        draw=draw,
        picture=(
            "Test accuracy of the replicas of each rule beside what Table 1 prints; and accuracy "
            "on images held out by learning rate."
        ),
        judge=judge,
        missing=partial(_trained.missing, train=choices.train is not False, **given),
        kept=False,
        tables=tables,
        stands_in=True,
    )


def parts(choices: Choices) -> tuple[Part, ...]:
    """A part for each set of images that was chosen; MNIST if none was."""
    chosen = _trained.chosen_data(choices, DATA) if choices.data else ("mnist",)
    for data in chosen if choices.sizes else ():
        assert choices.sizes is not None
        if (choices.sizes[0], choices.sizes[-1]) != (N_INPUTS[data], 10):
            allowed = f"{N_INPUTS[data]} first and 10 last for {data}"
            raise errors.bad_value("sizes", choices.sizes, allowed)
    return tuple(_part(data, choices) for data in chosen)
