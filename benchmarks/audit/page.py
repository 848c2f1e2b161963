"""The tables of the benchmarks of audits."""

from collections.abc import Iterable, Sequence

from benchmarks.audit import goals
from benchmarks.audit.problems import PROBLEMS
from benchmarks.audit.timings import (
    AS_LEAN,
    AS_PUBLISHED,
    BY_ADAM,
    OURS,
    PATIENCE_S,
    RESTARTS,
    Measured,
    Row,
)
from benchmarks.audit.yardsticks import RATE
from benchmarks.balancing.timings import ROUNDS
from benchmarks.page import setting

PACKAGES = ("homolog", "numpy", "scipy", "torch", "POT")

INTRODUCTION = f"""\
CPU time of one thread. What is timed takes turns in one process, up to {ROUNDS} times or
{PATIENCE_S:g} s; the least of the turns is shown, for other processes can only add to it. All climb
the same score from the same noise, in double precision. *homolog* is `homolog.audit.maximise` as it
comes, with its checks and the responses it keeps; the others keep nothing. They are written with
PyTorch's autograd (`benchmarks/audit/yardsticks.py`):

- *public*: the way of public code. CKA and NBS through eigenvectors of kernels of all rows;
  Procrustes through singular vectors of the product of both; linear regression through QR; soft
  matching through a matrix of costs and POT.
- *lean*: as little as autograd can do with. No kernels of rows, no singular vectors that a score
  does not need, a Cholesky factor for QR, and SciPy's assignment of correlations.

Gradients are checked first: where one differs from ours by more than {goals.ALIKE:.0e} of the
largest entry, the run ends.

*Adam* (rate {RATE:g}), as in the paper, moves every response by itself. Its steps are timed, of one
climb and of one of {RESTARTS} restarts that climb *together*; *times faster* is of the better.
*Products* are those of all rows that any step needs, by themselves: a speed that none can reach.

*L-BFGS* takes few steps, and they do not depend on coordinates: homolog climbs with as many rows as
target and candidate have neurons, however many conditions and times there are. Whole climbs to
{goals.GOAL:g} are timed, the way into these coordinates and back included. Public code climbs with
Adam, which makes as many steps as ours: *public* is their number times what one takes. The last two
columns are *public* and *lean* with the L-BFGS that homolog uses (SciPy's), which makes the same
steps.
"""

GOAL = f"""\
The goal is {goals.FASTER:.0f} times the speed of *public* at both sizes, of steps and of climbs.
*Lean* is no goal: it shows how much comes from leaving out decompositions, as anybody could.
"""


WHY_MISSED = """\
*Public* over *products* is the most that any step in double precision could gain. Where the goal is
missed, the rest is what public code needs as well: eigenvectors, a factor or an assignment of the
neurons, and the pass of Adam over all responses.
"""


def page(measured: Measured) -> str:
    """Markdown with everything that was measured."""
    before, after = measured.load
    return "\n".join(
        [
            "# Benchmarks of audits\n",
            INTRODUCTION,
            f"{setting(PACKAGES)} Other processes were at work: {before:.1f} wanted a processor"
            f" before the run, {after:.1f} after it, this one included.\n",
            GOAL,
            *(line for problem in PROBLEMS for line in _tables(measured.rows, problem.name)),
            summary(measured.rows),
            "",
            WHY_MISSED,
        ]
    )


def _tables(rows: Sequence[Row], size: str) -> Iterable[str]:
    there = [row for row in rows if row.problem.name == size]
    yield f"## {size}\n"
    yield "A step of Adam:\n"
    yield "| measure | homolog | together | products | public | times faster | | lean |"
    yield "|---|---|---|---|---|---|---|---|"
    yield from map(_step, there)
    yield f"\nA climb to {goals.GOAL:g}, with how many steps it took:\n"
    yield (
        "| measure | homolog, L-BFGS | homolog, Adam | public | times faster |"
        " | public, L-BFGS | lean, L-BFGS |"
    )
    yield "|---|---|---|---|---|---|---|---|"
    yield from map(_climb, there)
    yield ""


def _step(row: Row) -> str:
    return _line(
        row.measure,
        _ms(row.seconds[OURS]),
        _ms(row.together),
        _ms(row.products),
        _ms(row.seconds[AS_PUBLISHED]),
        f"{row.faster_than(AS_PUBLISHED):.1f}",
        _verdict(row.faster_than(AS_PUBLISHED)),
        _ms(row.seconds[AS_LEAN]),
    )


def _climb(row: Row) -> str:
    by_adam, by_lbfgs = row.steps
    return _line(
        row.measure,
        f"{_ms(row.climbs[OURS])} ({by_lbfgs})",
        f"{_ms(row.climbs[BY_ADAM])} ({by_adam})",
        f"{_ms(row.public_by_adam)} ({by_adam})",
        f"{row.sooner:.1f}",
        _verdict(row.sooner),
        _ms(row.climbs[AS_PUBLISHED]),
        _ms(row.climbs[AS_LEAN]),
    )


def _line(*cells: str) -> str:
    return f"| {' | '.join(cells)} |"


def summary(rows: Sequence[Row]) -> str:
    """How many goals are met, and which are not."""
    steps = [row for row in rows if row.faster_than(AS_PUBLISHED) < goals.FASTER]
    climbs = [row for row in rows if row.sooner < goals.FASTER]
    largest = max(row.difference for row in rows)
    return (
        f"{_of(rows, steps, 'steps')} {_of(rows, climbs, 'climbs')} The gradients differ by at most"
        f" {largest:.0e}."
    )


def _of(rows: Sequence[Row], missed: Sequence[Row], what: str) -> str:
    names = [f"{row.measure} at {row.problem.name}" for row in missed]
    told = f"missed: {', '.join(names)}." if names else "none is missed."
    return f"Of {what}, {len(rows) - len(missed)} of {len(rows)} goals are met; {told}"


def _verdict(faster: float) -> str:
    return "met" if faster >= goals.FASTER else "**MISSED**"


def _ms(seconds: float) -> str:
    return f"{1e3 * seconds:.3g} ms" if seconds < 1 else f"{seconds:.3g} s"
