"""Which sessions are most alike: whether measures rank pairs in one order, and why not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np

from homolog.recordings import V1_SESSIONS
from homolog.studies._study import Claim, Finding, Options, Part, Row, Sources, Table
from homolog.studies.families import _recordings
from homolog.studies.families._equalised import EQUALISED, differences
from homolog.studies.families._measures import ASKED, sees
from homolog.studies.families._ranking_figure import figure_of
from homolog.studies.families._ranks import (
    agreement,
    closeness,
    of_families,
    over_sessions,
    within_and_between,
)
from homolog.studies.families._scored import bare

if TYPE_CHECKING:
    from matplotlib.figure import Figure

ORDERED, ONE_ORDER = 0.8, 0.9
"""Rank correlations: below the first orders are different ones, above the second they are one."""
PLACES = 5
"""Ranks by which two families must differ for a pair to be listed."""


def tasks(quick: bool) -> Mapping[str, Options]:
    """Every pair of sessions."""
    sessions = V1_SESSIONS[2:6] if quick else V1_SESSIONS
    return {f"{x}-{y}": {"x": x, "y": y} for x, y in combinations(sessions, 2)}


def work(options: Options, rng: np.random.Generator, sources: Sources) -> list[Row]:
    """Score a pair by every measure of means, made equal in one respect after another."""
    x, y = (_recordings.v1(options[side], sources.recordings) for side in ("x", "y"))
    pair: Row = {"x": options["x"], "y": options["y"]}
    rows: list[Row] = []
    for equal, of in EQUALISED.items():
        a, b = of(x.means, rng), of(y.means, rng)
        rows += [
            {**pair, "equal": equal, "measure": one.spelled, "score": bare(one, a, b, x.groups)}
            for one in ASKED
            if sees(one) in ("mean", "a readout")
        ]
    found = differences(x.means, y.means)
    blank: Row = {"equal": None, "measure": None, "score": None}
    rows += [{**pair, **blank, "what": what, "amount": amount} for what, amount in found.items()]
    return [{"what": None, "amount": None, **row} for row in rows]


def draw(rows: Table) -> Figure:
    """Rank correlations of measures, what their orders go with, and what becoming equal does."""
    close = closeness(rows, "as recorded")
    return figure_of(agreement(close), goes_with(rows, close), gains_by_family(rows))


def goes_with(rows: Table, close: Table) -> Table:
    """(measure, what) rank correlation of scores with that in which pairs differ."""
    import pandas as pd

    told = rows[rows["what"].notna()]
    amounts = told.pivot_table(index=["x", "y"], columns="what", values="amount", sort=False)
    amounts = amounts.loc[close.index]
    return pd.DataFrame(
        {what: close.corrwith(amounts[what], method="spearman") for what in amounts}
    )


def gains_by_family(rows: Table) -> Table:
    """(respect, family) rank correlation with other families, less that as recorded."""
    import pandas as pd

    of = {equal: with_others(closeness(rows, equal)) for equal in EQUALISED}
    plain = of.pop("as recorded")
    return pd.DataFrame({equal: found - plain for equal, found in of.items()}).T


def with_others(close: Table) -> Table:
    """Mean rank correlation of the measures of a family with those of all other families."""
    import pandas as pd

    from homolog.studies.families._ranks import families_of

    agreed = agreement(close)
    families = np.array(families_of(list(agreed.columns)))
    values = agreed.to_numpy()
    return pd.Series(
        {
            family: values[np.ix_(families == family, families != family)].mean()
            for family in dict.fromkeys(families.tolist())
        }
    )


def tables(rows: Table) -> Mapping[str, Sequence[Row]]:
    """Families beside families; what the orders go with; and the pairs they disagree about."""
    close = closeness(rows, "as recorded")
    listed = {
        "families": _families(close),
        "goes with": _with_what(goes_with(rows, close)),
        "made equal": _equalised(rows),
        "disagreements": disagreements(rows),
    }
    return {name: table for name, table in listed.items() if table}


def _families(close: Table) -> list[Row]:
    agreed = of_families(close).corr(method="spearman")
    return [{"family": str(one), **agreed.loc[one].astype(float)} for one in agreed.index]


def _with_what(found: Table) -> list[Row]:
    return [{"measure": str(one), **found.loc[one].astype(float)} for one in found.index]


def _equalised(rows: Table) -> list[Row]:
    lines: list[Row] = []
    for equal in EQUALISED:
        close = closeness(rows, equal)
        within, between = within_and_between(agreement(close))
        lines.append(
            {"made equal": equal, "measures": close.shape[1], "within": within, "between": between}
        )
    return lines


def disagreements(rows: Table) -> list[Row]:
    """For any two families, the pair about which they differ most, and what makes that vanish."""
    ranks = {equal: of_families(closeness(rows, equal)) for equal in EQUALISED}
    plain = ranks.pop("as recorded")
    lines: list[Row] = []
    for one, other in combinations(plain.columns, 2):
        gaps = plain[one] - plain[other]
        pair = gaps.abs().idxmax()
        if abs(gaps[pair]) < PLACES:
            continue
        sign = np.sign(gaps[pair])
        left = {
            equal: float(sign * (of.loc[pair, one] - of.loc[pair, other]))
            for equal, of in ranks.items()
            if one in of and other in of
        }
        least = min(left, key=lambda equal: abs(left[equal]))
        high, low = (one, other) if sign > 0 else (other, one)
        lines.append(
            {
                "pair": "-".join(pair),
                "alike by": high,
                "rank": float(plain.loc[pair, high]),
                "not by": low,
                "its rank": float(plain.loc[pair, low]),
                "smallest gap with equal": least,
                "gap then": left[least],
            }
        )
    return sorted(lines, key=lambda line: float(str(line["its rank"])) - float(str(line["rank"])))


def judge(rows: Table) -> Mapping[str, Finding]:
    """Rank correlations, by jackknife intervals over sessions."""
    close = closeness(rows, "as recorded")
    return {
        "depends": _depends(close),
        "kinship": _kinship(close),
        "causes": _causes(rows, close),
    }


def _between(close: Table) -> float:
    return within_and_between(agreement(close))[1]


def _depends(close: Table) -> Finding:
    value, low, high = over_sessions(close, _between)
    agree = high < ORDERED
    return Finding(
        "agree" if agree else "disagree" if low > ONE_ORDER else "cannot tell",
        f"mean rank correlation of measures of two families {value:.2f} [{low:.2f}, {high:.2f}]",
        f"Over {len(close)} pairs of sessions and {close.shape[1]} measures.",
    )


def _kinship(close: Table) -> Finding:
    def more(of: Table) -> float:
        within, between = within_and_between(agreement(of))
        return within - between

    value, low, high = over_sessions(close, more, most=2)
    within, between = within_and_between(agreement(close))
    return Finding(
        "agree" if low > 0 else "disagree" if high < 0 else "cannot tell",
        f"{within:.2f} within and {between:.2f} between families, difference {value:.2f} "
        f"[{low:.2f}, {high:.2f}]",
        "Mean rank correlation of two measures, over sessions left out.",
    )


def _causes(rows: Table, close: Table) -> Finding:
    import pandas as pd

    gains: dict[str, tuple[float, float, float]] = {}
    for equal in EQUALISED:
        other = closeness(rows, equal)
        shared = [one for one in close if one in other]
        if equal == "as recorded":
            continue
        both = pd.concat({"plain": close[shared], "equal": other[shared]}, axis=1)
        gains[equal] = over_sessions(
            both, lambda of: _between(of["equal"]) - _between(of["plain"]), most=2
        )
    best = max(gains, key=lambda equal: gains[equal][0])
    _, low, high = gains[best]
    return Finding(
        "agree" if low > 0 else "disagree" if high < 0 else "cannot tell",
        ", ".join(
            f"{one} {v:+.2f} [{low:.2f}, {high:.2f}]" for one, (v, low, high) in gains.items()
        ),
        "Change of the mean rank correlation between families when both populations of every pair "
        "are made equal in one respect; the largest decides.",
    )


_BY_SESSIONS = "By the jackknife interval over sessions: "

PART = Part(
    name="ranking",
    title="Which sessions are most alike",
    question=(
        "Every measure puts the pairs of V1 sessions in an order, from least to most alike. Do two "
        "measures give one order? Then both populations of every pair are made equal in one "
        "respect (mean rates, gains, what goes with the mean response, the sizes of components, "
        "the number of neurons) and ordered anew: what makes two orders one was the cause of "
        "their difference."
    ),
    claims={
        "depends": Claim(
            "Which populations are most alike depends on the measure (here: sessions of V1).",
            f"{_BY_SESSIONS}agree if all of it is below a rank correlation of {ORDERED}, disagree "
            f"if above {ONE_ORDER}.",
        ),
        "kinship": Claim(
            "Measures of one family give more similar orders than measures of two.",
            f"{_BY_SESSIONS}agree if the difference is above 0, disagree if below.",
            by="this study",
        ),
        "causes": Claim(
            "There is one respect in which recordings differ that divides the families.",
            f"{_BY_SESSIONS}agree if making it equal brings families closer, disagree if nothing "
            "brings them closer.",
            by="this study",
        ),
    },
    tasks=tasks,
    work=work,
    draw=draw,
    picture=(
        "Rank correlations of all measures over pairs of sessions, ordered so that those alike "
        "stand together; what the order of each goes with; and what becoming equal does to "
        "families."
    ),
    judge=judge,
    tables=tables,
    missing=_recordings.missing_v1,
    inputs=_recordings.inputs_v1,
)
