"""CPU time and memory of all contestants on all problems."""

from collections.abc import Sequence
from dataclasses import dataclass

from benchmarks.encoding.alone import Alone, in_a_fresh_process
from benchmarks.encoding.contestants import CONTESTANTS, OURS, SKLEARN
from benchmarks.encoding.problems import LARGEST, PROBLEMS, Problem

ALIKE = 0.01
"""Most that mean correlations may differ by: penalties are chosen in different ways."""

LEFT_OUT = {LARGEST: SKLEARN}
"""Who is not run where it would take many minutes."""


@dataclass(frozen=True)
class Row:
    """One contestant on one problem."""

    problem: Problem
    name: str
    found: Alone


def measured(problems: Sequence[Problem] = PROBLEMS) -> list[Row]:
    """All contestants on every problem, each in a process of its own."""
    rows: list[Row] = []
    for problem in problems:
        print(f"encoding {problem}", flush=True)
        for name in CONTESTANTS:
            if LEFT_OUT.get(problem) != name:
                rows.append(Row(problem, name, in_a_fresh_process(problem, name)))
        check_alike(rows)
    return rows


def check_alike(rows: Sequence[Row]) -> None:
    """End the run if anybody does another job."""
    for row in rows:
        ours, found = ours_of(rows, row).found.correlation, row.found.correlation
        if abs(found - ours) > ALIKE:
            raise RuntimeError(
                f"{row.name} predicts {found:.3f} at {row.problem}, and homolog {ours:.3f}"
            )


def ours_of(rows: Sequence[Row], row: Row) -> Row:
    """Our row of the same problem."""
    return next(one for one in rows if one.name == OURS and one.problem == row.problem)
