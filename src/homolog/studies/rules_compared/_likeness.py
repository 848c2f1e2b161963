"""Of each rule: how alike its networks are, and how like those of backpropagation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from homolog.measures import find
from homolog.studies._study import Finding, Row, Table
from homolog.studies._words import Interval, mean_interval

MEASURES = ("unbiased_cka", "procrustes", "soft_matching")
YARDSTICK = "backprop"
FEWEST_ROWS, FEWEST_SEEDS = 3, 3
"""Local rows, and networks of each of them and of backprop, below which nothing is said."""


def closeness(rows: Table) -> Table:
    """One line for each pair of two networks, with its score turned so that more is closer."""
    measured = rows[rows["value"].notna()]
    pairs = measured[measured["x"] < measured["y"]]
    signs = {name: 1 if find(name).higher_is_closer else -1 for name in MEASURES}
    return pairs.assign(closer=pairs["value"] * pairs["measure"].map(signs))


def compared(rows: Table) -> list[Row]:
    """For each measure and row: its networks among themselves, and with those of backprop.

    ``closer_to_backprop`` is the difference of the two means, positive where its networks are
    closer to those of backpropagation than to each other. Networks of one number were drawn
    from the same seed, and many rules draw alike: such a pair, which set out from the same
    weights, tells more of where it began than of what it learned. It is told by itself, as
    ``with_backprop_same_seed``, and counts in neither mean.
    """
    pairs = closeness(rows)
    names = dict.fromkeys(name for name in (*rows["row_x"], *rows["row_y"]) if name is not None)
    lines: list[Row] = []
    for measure, of_measure in pairs.groupby("measure", sort=False):
        lines += [_row(str(measure), name, of_measure) for name in names]
    nothing: Row = dict.fromkeys(("row", *_MEANS, "local"))
    return lines or [{"measure": "", **nothing}]


_MEANS = (
    "networks",
    "within",
    "within_std",
    "with_backprop",
    "with_backprop_std",
    "with_backprop_same_seed",
    "closer_to_backprop",
)


def _row(measure: str, name: str, pairs: Table) -> Row:
    mine = (pairs["row_x"] == name, pairs["row_y"] == name)
    within = pairs[mine[0] & mine[1]]
    other = (pairs["rule_x"] == YARDSTICK, pairs["rule_y"] == YARDSTICK)
    with_backprop = pairs[(mine[0] & ~mine[1] & other[1]) | (mine[1] & ~mine[0] & other[0])]
    one_seed = with_backprop["replica_x"] == with_backprop["replica_y"]
    across = with_backprop[~one_seed]
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
        "with_backprop_same_seed": _mean(with_backprop[one_seed]),
        "closer_to_backprop": float(across["closer"].mean() - within["closer"].mean())
        if both
        else None,
        "local": YARDSTICK not in rules,
    }


def _mean(pairs: Table) -> float | None:
    return float(pairs["value"].mean()) if len(pairs) else None


def _std(pairs: Table) -> float | None:
    return float(pairs["value"].std(ddof=1)) if len(pairs) > 1 else None


def judge(rows: Table) -> Mapping[str, Finding]:
    """By each measure, over local rules: whether closer to backprop than to their own kind."""
    return {name: _judged(rows[rows["measure"] == name]) for name in MEASURES}


def _judged(rows: Table) -> Finding:
    lines = compared(rows)
    local = [one for one in lines if one["local"] and _enough(one)]
    if len(local) < FEWEST_ROWS or not any(_enough(one) for one in lines if not one["local"]):
        why = (
            f"{len(local)} local rows have {FEWEST_SEEDS} networks or more; {FEWEST_ROWS} such "
            "rows are needed, and as many networks of backprop."
        )
        return Finding("cannot tell", "", why)
    differences = [_number(one["closer_to_backprop"]) for one in local]
    over_rows = mean_interval(differences)[1:]
    over_seeds = _over_seeds(rows, [str(one["row"]) for one in local])
    low, high = zip(over_rows, over_seeds, strict=True)
    verdict = "agree" if min(low) > 0 else "disagree" if max(high) < 0 else "cannot tell"
    return Finding(
        verdict,
        f"among its own {_range(local, 'within')}, with backprop {_range(local, 'with_backprop')}; "
        f"closer to backprop by {np.mean(differences):.3f}, {_written(over_rows)} over rows, "
        f"{_written(over_seeds)} over seeds",
        f"{_words(differences)} {len(local)} rows, {len(_seeds(rows))} seeds, "
        f"{len(closeness(rows))} pairs of networks.",
    )


def _enough(line: Row) -> bool:
    return int(line["networks"] or 0) >= FEWEST_SEEDS


def _seeds(rows: Table) -> list[int]:
    return sorted({int(number) for number in rows["replica_x"].dropna()})


def _number(value: object) -> float:
    assert isinstance(value, float)
    return value


def _over_seeds(rows: Table, names: Sequence[str]) -> Interval:
    """Jackknife interval of the mean difference: without all networks of one number, in turn.

    Networks of one number leave together, backprop's too: all rows share them, so that an
    interval over rows alone would take what is peculiar to these few for a law.
    """

    def mean(some: Table) -> float:
        lines = [one for one in compared(some) if one["row"] in names]
        return float(np.mean([_number(one["closer_to_backprop"]) for one in lines]))

    seeds, whole = _seeds(rows), mean(rows)
    without = [
        mean(rows[(rows["replica_x"] != seed) & (rows["replica_y"] != seed)]) for seed in seeds
    ]
    return mean_interval(len(seeds) * whole - (len(seeds) - 1) * one for one in without)[1:]


def _written(interval: Interval) -> str:
    return f"[{interval[0]:.3f}, {interval[1]:.3f}]"


def _range(lines: Sequence[Row], name: str) -> str:
    values = [_number(one[name]) for one in lines]
    return f"{np.mean(values):.3f} (from {min(values):.3f} to {max(values):.3f})"


def _words(differences: Sequence[float]) -> str:
    closer = sum(one > 0 for one in differences)
    return (
        f"In {closer} of {len(differences)} rows the networks are on average closer to those of "
        "backprop than two seeds of the row are to each other."
    )
