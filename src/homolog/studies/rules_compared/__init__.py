"""Whether networks that learn by local rules come to resemble those of backpropagation."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from homolog.measures import find
from homolog.studies import _trained
from homolog.studies._study import (
    Choices,
    Claim,
    Options,
    Part,
    Row,
    Sources,
    Study,
    Table,
    Teaching,
)
from homolog.studies.rules_compared._figure import draw
from homolog.studies.rules_compared._likeness import (
    FEWEST_ROWS,
    FEWEST_SEEDS,
    MEASURES,
    compared,
    judge,
)
from homolog.studies.table1.published import TITLES

if TYPE_CHECKING:
    from homolog.representation import Representation

N_STIMULI, QUICK_STIMULI = 1000, 100


@dataclass(frozen=True)
class Learned:
    """Which network it is: row of the table, rule, and number of the replica."""

    row: str
    rule: str
    replica: int

    @property
    def called(self) -> str:
        """In tables and figures."""
        return f"{self.row} #{self.replica}"


def tasks(quick: bool, *, data: str, choices: Choices) -> dict[str, Options]:
    """One for each measure, of all networks."""
    rows = _trained.tasks(quick, data=data, choices=choices)
    n_stimuli = QUICK_STIMULI if quick else N_STIMULI
    return {
        f"{data}-{measure}": {"measure": measure, "n_stimuli": n_stimuli, "rows": rows}
        for measure in MEASURES
    }


def learn(options: Options, sources: Sources, teaching: Teaching) -> None:
    """Train what is missing, once for all measures."""
    if options["measure"] == MEASURES[0]:
        for row in options["rows"].values():
            _trained.learn(row, sources, teaching)


def networks(sources: Sources, *, data: str) -> list[Path]:
    """The files of all networks that have seen these images, finished or not."""
    assert sources.trained is not None
    return sorted(sources.trained.glob(f"training/*{data}-*/replica-*/network.safetensors"))


def work(options: Options, rng: np.random.Generator, sources: Sources) -> list[Row]:
    """Scores of all pairs of networks by one measure; one empty line if there is no pair."""
    from homolog.all_pairs import matrix

    rows: Sequence[Options] = list(options["rows"].values())
    labels = {_trained.label(row, sources) for row in rows}
    common: Row = {
        "measure": options["measure"],
        "images": " / ".join(sorted(labels)),
        "n_stimuli": options["n_stimuli"],
    }
    found = dict(_populations(rows, options["n_stimuli"], sources))
    if len(found) < 2:
        return [{**common, **dict.fromkeys(("x", "y", *_OF_PAIR, "value"))}]
    named = {one.called: population for one, population in found.items()}
    values = matrix(named, options["measure"]).values
    return [
        {
            **common,
            **{"x": x.called, "y": y.called, "row_x": x.row, "row_y": y.row},
            **{"rule_x": x.rule, "rule_y": y.rule},
            **{"replica_x": x.replica, "replica_y": y.replica},
            "value": float(values[i, j]),
        }
        for i, x in enumerate(found)
        for j, y in enumerate(found)
    ]


_OF_PAIR = ("row_x", "row_y", "rule_x", "rule_y", "replica_x", "replica_y")


def _populations(
    rows: Sequence[Options], n_stimuli: int, sources: Sources
) -> Iterator[tuple[Learned, Representation]]:
    """The last hidden layer of every network that has finished and not collapsed."""
    from homolog import rules
    from homolog.training import record

    shown: Any = None
    for options in rows:
        row = _trained.row_of(options)
        for number in _whole(options, sources):
            if shown is None:
                shown = _stimuli(rows, sources)[:n_stimuli]
            folder = _trained.folder_of(options, sources) / f"replica-{number}"
            network = rules.load(folder / "network.safetensors")
            hidden = [network.n_layers - 1]
            (population,) = record(network, shown, labels=range(len(shown)), layers=hidden).values()
            yield Learned(_trained.called(row), row.rule.name, number), population


def _stimuli(rows: Sequence[Options], sources: Sources) -> Any:
    """Of the test, which no network has learned from."""
    data, quick = rows[0]["data"], rows[0]["quick"]
    begun = (_trained.found_in(row, sources).facts for row in rows)
    facts = next((one for one in begun if one), None)
    return _trained.images(data, sources, quick=quick, begun_with=facts).test


def _whole(options: Options, sources: Sources) -> list[int]:
    """Replicas that have learned for as long as was asked, those that collapsed left out."""
    import pandas as pd

    from homolog.training._training import collapsed

    found = _trained.found_in(options, sources).histories
    asked = range(options["replicas"])
    lasts = {n: found[n][-1] for n in asked if len(found.get(n, ())) >= options["epochs"]}
    if not lasts:
        return []
    last = pd.DataFrame(lasts.values(), index=list(lasts))
    return [int(number) for number in last.index[~collapsed(last)]]


def tables(rows: Table) -> Mapping[str, Sequence[Row]]:
    """Each row among its own networks and with those of backpropagation."""
    return {"table": compared(rows)}


_RULE = (
    f"For each row that learns by a local rule (all but backprop) and has {FEWEST_SEEDS} networks "
    "or more: "
    "mean closeness of its networks to those of backprop, of another seed, minus that among "
    "themselves; then the mean over rows, and two 95 % intervals, over rows and by a jackknife "
    "over seeds. Agree if both are above 0, disagree if both are below; cannot tell with fewer "
    f"than {FEWEST_ROWS} such rows."
)


def _part(data: str, choices: Choices) -> Part:
    given: Mapping[str, Any] = {"data": data}
    return Part(
        name=f"rules-{data}",
        title=f"Hidden populations of all rules, {TITLES[data]}",
        question=(
            "Do networks that learn by local rules resemble backprop's more than two seeds of the "
            f"same rule resemble each other? The first {N_STIMULI} test images are shown to every "
            "network that has finished and not collapsed, and its last hidden layer is compared "
            "with those of all others. Unbiased CKA and Procrustes compare the spaces that "
            "neurons span, soft matching the neurons. Networks of one number set out from the same "
            "seed, which itself makes them alike: across rules only pairs of other numbers count. "
            "Layers differ in width and depth as the "
            "rows of Table 1 do, and that is part of how networks differ."
        ),
        claims={
            name: Claim(
                "Networks that learn by local rules resemble backprop's more than two seeds of "
                f"the same rule resemble each other, by {find(name).label}.",
                _RULE,
                by="this study",
            )
            for name in MEASURES
        },
        tasks=partial(tasks, choices=choices, **given),
        learn=learn,
        work=work,
        draw=draw,
        picture=(
            "For each measure a matrix of all pairs of networks, and the networks as points in a "
            "plane, coloured by their rule."
        ),
        judge=judge,
        missing=partial(_trained.missing, train=choices.train is not False, shows=True, **given),
        inputs=partial(networks, **given),
        tables=tables,
        stands_in=True,
    )


def _parts(choices: Choices) -> tuple[Part, ...]:
    chosen = _trained.chosen_data(choices, _trained.DATA) if choices.data else ("mnist",)
    return tuple(_part(data, choices) for data in chosen)


STUDY = Study(
    name="rules-compared",
    title="Do networks that learn by local rules resemble those of backpropagation?",
    source=_trained.SOURCE,
    parts=_parts(Choices()),
    takes=("data", "rules", "replicas", "epochs", "train"),
    chosen=_parts,
)
