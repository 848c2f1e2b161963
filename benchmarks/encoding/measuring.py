"""CPU time and memory of all contestants on all problems."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from benchmarks.encoding.contestants import CONTESTANTS, OURS, Run
from benchmarks.encoding.peak import peak_in_a_fresh_process
from benchmarks.encoding.problems import PROBLEMS, Pair, Problem
from benchmarks.timing import timed

ALIKE = 0.01
"""Most that mean correlations may differ by: penalties are chosen in different ways."""


@dataclass(frozen=True)
class Row:
    """One contestant on one problem.

    Attributes
    ----------
    problem, name
        Of whom.
    seconds
        CPU time of five folds.
    megabytes
        Most memory held beyond the responses given.
    correlation
        Mean over folds and neurons.
    """

    problem: Problem
    name: str
    seconds: float
    megabytes: float
    correlation: float


def measured(problems: Sequence[Problem] = PROBLEMS) -> list[Row]:
    """All contestants in turn on every problem; a run of more than a second is not repeated."""
    rows: list[Row] = []
    for problem in problems:
        print(f"encoding {problem}", flush=True)
        pair = problem.pair()
        runs = {name: partial(_once, run, problem, pair) for name, run in CONTESTANTS.items()}
        for name, taken in timed(runs).items():
            megabytes = peak_in_a_fresh_process(problem, str(name))
            rows.append(Row(problem, str(name), taken.seconds, megabytes, taken.value))
        check_alike(rows)
    return rows


def _once(run: Run, problem: Problem, pair: Pair, _: int) -> float:
    return run(problem, pair)


def check_alike(rows: Sequence[Row]) -> None:
    """End the run if anybody does another job."""
    for row in rows:
        ours = ours_of(rows, row)
        if abs(row.correlation - ours.correlation) > ALIKE:
            raise RuntimeError(
                f"{row.name} predicts {row.correlation:.3f} at {row.problem}, and homolog"
                f" {ours.correlation:.3f}"
            )


def ours_of(rows: Sequence[Row], row: Row) -> Row:
    """Our row of the same problem."""
    return next(one for one in rows if one.name == OURS and one.problem == row.problem)
