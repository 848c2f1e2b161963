"""Every row of Table 1 with the settings behind it, trained again and put beside the printed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from homolog.studies import _trained
from homolog.studies._study import Choices, Claim, Finding, Options, Part, Row, Sources, Table
from homolog.studies.table1 import _figure
from homolog.studies.table1._summary import (
    INSIDE,
    NOT_RUN,
    NOTHING,
    OUTSIDE,
    QUOTED,
    UNFINISHED,
    WITHIN,
    against,
    furthest,
    spread,
    unfinished,
)

if TYPE_CHECKING:
    from homolog.rules._rule import Preset

TITLES = {"mnist": "MNIST", "fashion_mnist": "Fashion-MNIST", "cifar10": "CIFAR-10"}

COLUMNS = (
    "replica",
    "epoch",
    "train_accuracy",
    "test_accuracy",
    "ties",
    "dead_outputs",
    "angle_1",
    "seconds",
)
"""Of the history of a training, what every rule has (an angle only those with feedback)."""


def work(options: Options, rng: np.random.Generator, sources: Sources) -> list[Row]:
    """Every epoch of every replica of one row; one empty line if none was begun."""
    common: Row = {
        **described(_trained.row_of(options)),
        "images": _trained.label(options, sources),
        "layers": "-".join(map(str, _trained.sizes_of(options))),
        "asked_epochs": options["epochs"],
        "quick": options["quick"],
    }
    found = [
        {**common, **{name: line.get(name) for name in COLUMNS}}
        for _, lines in _trained.histories(options, sources)
        for line in lines
    ]
    return found or [{**common, **dict.fromkeys(COLUMNS)}]


def described(row: Preset) -> dict[str, str]:
    """Which row it is."""
    return {"row": _trained.called(row), "rule": row.rule.name, "variant": row.variant}


def table(rows: Table, *, data: str) -> list[Row]:
    """Table 1 again, for one set of images: also rows that were not asked for."""
    images = rows["images"].iloc[0]
    return [_table_row(row, rows, data, images) for row in _trained.rows(data)]


def _table_row(row: Preset, rows: Table, data: str, images: str) -> Row:
    runs = rows[rows["task"] == f"{data}-{_trained.key(row)}"]
    asked = len(runs) > 0
    found = spread(runs) if asked else NOTHING
    beside = against(row, found["mean"], quick=bool(rows["quick"].any()))
    going_on = unfinished(runs) if asked else ""
    if going_on and beside["verdict"] == NOT_RUN:
        beside["verdict"] = UNFINISHED
    return {
        "row": _trained.called(row),
        "images": runs["images"].iloc[0] if asked else images,
        "layers": runs["layers"].iloc[0] if asked else "-".join(map(str, row.sizes)),
        "epochs": int(runs["asked_epochs"].iloc[0]) if asked else None,
        "replicas": found["replicas"] or 0,
        "mean": found["mean"],
        "std": found["std"],
        "median": found["median"],
        "collapsed": found["collapsed"],
        **beside,
        "unfinished": going_on,
    }


def notes(data: str) -> list[Row]:
    """What a reader of the table should know: where its rows are not alike, or not as printed."""
    return [
        {
            "row": _trained.called(row),
            "layers": "-".join(map(str, row.sizes)),
            "printed_std": row.published_std,
            "test_std": row.test_std,
            "note": " ".join(filter(None, (row.note, _hastened(row)))),
        }
        for row in _trained.rows(data)
    ]


def _hastened(row: Preset) -> str:
    changed = _trained.HASTENED.get(row.rule.name, {})
    return "".join(f"Here with {name} = {value}." for name, value in changed.items())


def tables(rows: Table, *, data: str) -> Mapping[str, Sequence[Row]]:
    """The table, and its notes."""
    return {"table": table(rows, data=data), "notes": notes(data)}


def judge(rows: Table, *, data: str) -> Mapping[str, Finding]:
    """Whether every mean is near the published one, and whether anybody collapsed."""
    lines = table(rows, data=data)
    expected = [one for one in lines if one["verdict"] != QUOTED]
    inside = sum(one["verdict"] == INSIDE for one in expected)
    outside = [str(one["row"]) for one in expected if one["verdict"] == OUTSIDE]
    counts = ", ".join(f"{one['row']}: {one['replicas']}" for one in expected if one["replicas"])
    reading = f"Images: {lines[0]['images']}. Finished replicas: {counts or 'none'}."
    whole = inside == len(expected)
    return {
        "reproduced": Finding(
            "disagree" if outside else "agree" if whole else "cannot tell",
            ". ".join(
                filter(
                    None,
                    (f"{inside} of {len(expected)} rows are {INSIDE} deviations", furthest(lines)),
                )
            ),
            reading + (f" Outside: {', '.join(outside)}." if outside else ""),
        ),
        "collapse": _collapse(
            lines, all(one["replicas"] for one in expected), quick=bool(rows["quick"].any())
        ),
    }


def _collapse(lines: Sequence[Row], whole: bool, *, quick: bool) -> Finding:
    lost = {str(one["row"]): one["collapsed"] for one in lines if one["collapsed"]}
    n = sum(int(one["replicas"] or 0) for one in lines)
    return Finding(
        "cannot tell" if quick or not (lost or whole) else "disagree" if lost else "agree",
        f"{sum(map(int, lost.values()))} of {n} networks",  # pyright: ignore[reportArgumentType]
        ", ".join(f"{row}: {count}" for row, count in lost.items()) or "None has, in any row.",
    )


_QUESTION = (
    "Each row of the table is trained with the settings behind it, batches of 20, and put beside "
    "the printed mean. Mean and standard deviation (n - 1) are over the replicas that have "
    "finished, after their last epoch, in per cent of the test; a replica that is still learning "
    "is named and not counted. The difference is in published deviations of test accuracy, taken "
    "from the authors' logs: for feedback alignment and backpropagation the table prints those of "
    "training accuracy. A replica has collapsed if it never answers one of the classes, or is "
    "right half as often as the best of its row. The authors chose settings by training accuracy, "
    "and rows differ in layers and in how much was tried: the notes tell."
)

_QUICK = "; a quick run says nothing about it"


def _part(data: str, choices: Choices, asked: bool) -> Part:
    given: Mapping[str, Any] = {"data": data}
    return Part(
        name=data,
        title=f"Table 1, {TITLES[data]}",
        question=_QUESTION,
        claims={
            "reproduced": Claim(
                f"The test accuracies of Table 1 on {TITLES[data]}, within {WITHIN} published "
                "deviations of test accuracy.",
                "Agree if the mean of every row that the authors ran is; disagree if one is not"
                f"{_QUICK}.",
            ),
            "collapse": Claim(
                f"No network collapses on {TITLES[data]}.",
                "Agree if every row was run and no replica has collapsed; disagree if one has"
                f"{_QUICK}.",
                by="this study",
            ),
        },
        tasks=partial(_trained.tasks, choices=choices, **given),
        learn=_trained.learn,
        work=work,
        draw=partial(_figure.draw, **given),
        picture=(
            "Test accuracy of every replica, a line of dots for each rule, on bands of the "
            "published mean with one and three deviations; and test accuracy by epoch."
        ),
        judge=partial(judge, **given),
        missing=partial(_trained.missing, train=choices.train is not False, **given)
        if asked
        else _not_asked,
        kept=False,
        tables=partial(tables, **given),
        stands_in=asked,
    )


def _not_asked(sources: Sources) -> str:
    return "it was not asked for: --data"


def parts(choices: Choices) -> tuple[Part, ...]:
    """A part for each set of images; those not chosen are not run."""
    chosen = _trained.chosen_data(choices, _trained.DATA)
    return tuple(_part(data, choices, data in chosen) for data in _trained.DATA)
