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
from homolog.studies._drawing import INK, RULES
from homolog.studies._embedding import in_plane
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
    Teaching,
)
from homolog.studies._words import above_0, mean_interval, with_interval
from homolog.studies.table1.published import TITLES

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from homolog.representation import Representation

MEASURES = ("unbiased_cka", "procrustes", "soft_matching")
N_STIMULI, QUICK_STIMULI = 1000, 100
YARDSTICK = "backprop"
FEWEST_ROWS = 3
"""Local rows with two networks or more, below which nothing is said."""


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
            "value": float(values[i, j]),
        }
        for i, x in enumerate(found)
        for j, y in enumerate(found)
    ]


_OF_PAIR = ("row_x", "row_y", "rule_x", "rule_y")


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


def closeness(rows: Table) -> Table:
    """One line for each pair of two networks, with its score turned so that more is closer."""
    measured = rows[rows["value"].notna()]
    pairs = measured[measured["x"] < measured["y"]]
    signs = {name: 1 if find(name).higher_is_closer else -1 for name in MEASURES}
    return pairs.assign(closer=pairs["value"] * pairs["measure"].map(signs))


def compared(rows: Table) -> list[Row]:
    """For each measure and row: its networks among themselves, and with those of backprop.

    ``closer_to_backprop`` is the difference of the two means, positive where its networks are
    closer to those of backpropagation than to each other.
    """
    pairs = closeness(rows)
    lines: list[Row] = []
    for measure, of_measure in pairs.groupby("measure", sort=False):
        names = dict.fromkeys([*of_measure["row_x"], *of_measure["row_y"]])
        lines += [_row(str(measure), name, of_measure) for name in names]
    nothing: Row = dict.fromkeys(("row", *_MEANS, "local"))
    return lines or [{"measure": "", **nothing}]


_MEANS = (
    "networks",
    "within",
    "within_std",
    "with_backprop",
    "with_backprop_std",
    "closer_to_backprop",
)


def _row(measure: str, name: str, pairs: Table) -> Row:
    mine = (pairs["row_x"] == name, pairs["row_y"] == name)
    within = pairs[mine[0] & mine[1]]
    other = (pairs["rule_x"] == YARDSTICK, pairs["rule_y"] == YARDSTICK)
    across = pairs[(mine[0] & ~mine[1] & other[1]) | (mine[1] & ~mine[0] & other[0])]
    rules = {*pairs.loc[mine[0], "rule_x"], *pairs.loc[mine[1], "rule_y"]}
    members = {*pairs.loc[mine[0], "x"], *pairs.loc[mine[1], "y"]}
    both = len(within) and len(across)
    return {
        "measure": measure,
        "row": name,
        "networks": len(members),
        "within": _mean(within),
        "within_std": _std(within),
        "with_backprop": _mean(across),
        "with_backprop_std": _std(across),
        "closer_to_backprop": float(across["closer"].mean() - within["closer"].mean())
        if both
        else None,
        "local": YARDSTICK not in rules,
    }


def _mean(pairs: Table) -> float | None:
    return float(pairs["value"].mean()) if len(pairs) else None


def _std(pairs: Table) -> float | None:
    return float(pairs["value"].std(ddof=1)) if len(pairs) > 1 else None


def tables(rows: Table) -> Mapping[str, Sequence[Row]]:
    """Each row among its own networks and with those of backpropagation."""
    return {"table": compared(rows)}


def judge(rows: Table) -> Mapping[str, Finding]:
    """By each measure, over local rules: whether closer to backprop than to their own kind."""
    lines = compared(rows)
    pairs = closeness(rows)
    return {
        name: _judged(
            [one for one in lines if one["measure"] == name], pairs[pairs["measure"] == name]
        )
        for name in MEASURES
    }


def _judged(lines: Sequence[Row], pairs: Table) -> Finding:
    local = [one for one in lines if one["local"] and one["closer_to_backprop"] is not None]
    differences = [float(one["closer_to_backprop"] or 0) for one in local]
    if len(local) < FEWEST_ROWS:
        why = (
            f"{len(local)} local rows with two networks or more, and one of backprop beside them; "
            f"{FEWEST_ROWS} are needed."
        )
        return Finding("cannot tell", "", why)
    seeds = min(int(one["networks"] or 0) for one in local)
    return Finding(
        above_0([mean_interval(differences)[1:]]),
        f"among its own {_range(local, 'within')}, with backprop {_range(local, 'with_backprop')}; "
        f"closer to backprop by {with_interval(differences)}",
        f"{_words(differences)} {len(local)} rows of {seeds} networks or more, {len(pairs)} pairs. "
        "The interval is over rows: pairs share networks, and all rows share those of backprop.",
    )


def _range(lines: Sequence[Row], name: str) -> str:
    values = [float(one[name] or 0) for one in lines]
    return f"{np.mean(values):.3f} (from {min(values):.3f} to {max(values):.3f})"


def _words(differences: Sequence[float]) -> str:
    closer = sum(one > 0 for one in differences)
    return (
        f"In {closer} of {len(differences)} rows the networks are on average closer to those of "
        "backprop than two seeds of the row are to each other."
    )


def draw(rows: Table) -> Figure:
    """Every pair by every measure, and below it the networks as points in a plane."""
    from matplotlib.figure import Figure
    from matplotlib.layout_engine import ConstrainedLayoutEngine

    measured = rows[rows["value"].notna()]
    figure = Figure(figsize=(18, 11), layout=ConstrainedLayoutEngine(w_pad=0.15))
    axes = figure.subplots(2, len(MEASURES))
    for column, name in enumerate(MEASURES):
        one = measured[measured["measure"] == name]
        if not len(one):
            figure.suptitle("Fewer than two networks have finished.")
            continue
        _matrix(axes[0, column], one, name)
        _plane(axes[1, column], one, name)
    marks = axes[1, 0].get_legend_handles_labels()
    figure.legend(*marks, frameon=False, fontsize=8, loc="outside lower center", ncols=10)
    images, n = rows["images"].iloc[0], rows["n_stimuli"].iloc[0]
    title = f"Last hidden layers, the first {n} test images of {images}"
    figure.text(0.005, 0.995, title, fontsize=9, color=INK, va="top")
    return figure


def _square(rows: Table) -> tuple[list[str], Any]:
    names = list(dict.fromkeys(rows["x"]))
    return names, rows["value"].to_numpy().reshape(len(names), len(names))


def _matrix(ax: Axes, rows: Table, measure: str) -> None:
    from homolog import figures
    from homolog.all_pairs import Matrix

    names, values = _square(rows)
    figures.matrix(ax, Matrix(tuple(names), find(measure), values))
    ax.tick_params(labelsize=min(8.0, 160 / len(names)))
    ax.set_xlabel("")
    ax.set_ylabel("")


def _plane(ax: Axes, rows: Table, measure: str) -> None:
    names, values = _square(rows)
    closer = find(measure).higher_is_closer
    places, share = in_plane(find(measure).best - values if closer else values)
    of = rows.drop_duplicates("x").set_index("x")
    rows_there = dict.fromkeys(of["row_x"])
    marks = dict(zip(rows_there, "osD^vP*Xhd", strict=False))
    for row in rows_there:
        mine = [at for at, name in enumerate(names) if of.loc[name, "row_x"] == row]
        colour = RULES[str(of.loc[names[mine[0]], "rule_x"])]
        ax.plot(*places[mine].T, marks[row], color=colour, ms=7, alpha=0.8, label=row)
    ax.set_aspect("equal", adjustable="datalim")
    ax.set_xticks([])
    ax.set_yticks([])
    ax.set_title(f"In a plane, which shows {share:.0%} of it", fontsize=9, loc="left", color=INK)


_RULE = (
    "For each row that learns by a local rule (all but backprop) and has two networks or more: "
    "mean closeness of its networks to those of backprop minus that among themselves. Agree if "
    "the 95 % interval over rows is above 0, disagree if below; cannot tell with fewer than "
    f"{FEWEST_ROWS} such rows."
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
            "neurons span, soft matching the neurons. Layers differ in width and depth as the "
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
