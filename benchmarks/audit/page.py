"""The tables of the benchmarks of audits."""

from collections.abc import Iterable, Sequence

from benchmarks.audit import goals
from benchmarks.audit.problems import PROBLEMS
from benchmarks.audit.timings import (
    AS_LEAN,
    AS_PUBLISHED,
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
CPU time of one thread for a step that raises a score. Climbs take turns in one process, up to
{ROUNDS} times or {PATIENCE_S:g} s; the least of the turns is shown, for other processes can only
add to it. All climb the same score from the same noise with Adam at rate {RATE:g}, in double
precision. *homolog* is `homolog.audit.maximise` as it comes, with its checks and the responses it
keeps; the others keep nothing. They are written with PyTorch's autograd
(`benchmarks/audit/yardsticks.py`):

- *public*: the way of public code. CKA and NBS through eigenvectors of kernels of all rows;
  Procrustes through singular vectors of the product of both; linear regression through QR; soft
  matching through a matrix of costs and POT.
- *lean*: as little as autograd can do with. No kernels of rows, no singular vectors that a score
  does not need, a Cholesky factor for QR, and SciPy's assignment of correlations.

Gradients are checked first: where one differs from ours by more than {goals.ALIKE:.0e} of the
largest entry, the run ends. *Together* is our step of one of {RESTARTS} restarts that climb side by
side.
"""

GOAL = f"""\
The goal is {goals.FASTER:.0f} times the steps per second of *public*, at both sizes. *Lean* is no
goal: it shows how much of that comes from leaving out decompositions, which anybody could do, and
how much from gradients in closed form.
"""


WHY_MISSED = """\
Where it is missed, products and the arrays they make are what is left. With many rows a step is
four products of rows with neurons and a pass of Adam over all responses; Procrustes, linear
regression and soft matching as public code has them make hardly more products, and their
decompositions are of the neurons alone.
CKA and NBS decompose kernels of all rows there, and the goal is passed many times over.
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
            *(line for problem in PROBLEMS for line in _table(measured.rows, problem.name)),
            summary(measured.rows),
            "",
            WHY_MISSED,
        ]
    )


def _table(rows: Sequence[Row], size: str) -> Iterable[str]:
    yield f"## {size}\n"
    yield "| measure | homolog | public | times faster | | lean | times faster | together |"
    yield "|---|---|---|---|---|---|---|---|"
    for row in rows:
        if row.problem.name == size:
            cells = [
                row.measure,
                _ms(row.seconds[OURS]),
                _ms(row.seconds[AS_PUBLISHED]),
                f"{row.faster_than(AS_PUBLISHED):.1f}",
                _verdict(row),
                _ms(row.seconds[AS_LEAN]),
                f"{row.faster_than(AS_LEAN):.1f}",
                _ms(row.together),
            ]
            yield f"| {' | '.join(cells)} |"
    yield ""


def summary(rows: Sequence[Row]) -> str:
    """How many goals are met, and which are not."""
    missed = [f"{row.measure} at {row.problem.name}" for row in rows if not met(row)]
    told = f"Missed: {', '.join(missed)}." if missed else "None is missed."
    largest = max(row.difference for row in rows)
    return (
        f"{len(rows) - len(missed)} of {len(rows)} goals are met. {told} The gradients differ by at"
        f" most {largest:.0e}."
    )


def met(row: Row) -> bool:
    """Whether it is as much faster as was set out."""
    return row.faster_than(AS_PUBLISHED) >= goals.FASTER


def _verdict(row: Row) -> str:
    return "met" if met(row) else "**MISSED**"


def _ms(seconds: float) -> str:
    return f"{1e3 * seconds:.3g} ms" if seconds < 1 else f"{seconds:.3g} s"
