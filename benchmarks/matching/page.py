"""The tables of the matching benchmarks."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from benchmarks.matching import goals
from benchmarks.matching.from_responses import FromResponses
from benchmarks.matching.many import Reused
from benchmarks.matching.peak import Peak
from benchmarks.matching.problems import Problem
from benchmarks.matching.solvers import ALIKE, LSA, OURS, POT
from benchmarks.matching.streamed import N_STIMULI, Streamed
from benchmarks.matching.timings import Row, growth
from benchmarks.page import setting

PACKAGES = ("homolog", "numpy", "scipy", "numba", "POT")

TRIED = """\
Measured while this was made, on populations of 2048 and 1500 neurons if nothing else is said, and
left out because it gave too little:

- *Costs in single precision, and only what may matter computed anew in double*: still exact, and
  half the memory; 1.0 to 1.4 times faster from responses to plan (2048 × 1500 to 4096 × 3000), for
  150 more lines.
- *Start prices from an exact matching of a fourth, an eighth or a sixteenth of the neurons*: 0.2 to
  0.9 times as fast as no prices, but for places, up to 1.6 times.
- *Start prices from sorting both populations along their first principal component*: 0.7 to 1.0
  times as fast.
- *Two threads for reading the matrix*: nothing on two processors that shared their memory with
  other work (10.2 ms by one, 11.5 ms by two).
- *Folding rows into groups to find their smallest entries*: as fast as the pass that collects them
  without a branch, and more to read.

What did help: to carry a bound on all unlisted pairs through auction and simplex, so that the last
look at all pairs reads only the rows that the bound leaves open; and to test strips of eight
entries at a time."""

INTRODUCTION = f"""\
CPU time of one thread: `homolog.matching.transport`, `ot.emd(a, b, costs,
numItermax=1_000_000_000)` and, where both populations have as many neurons,
`scipy.optimize.linear_sum_assignment`, taking turns in one process on the same costs, minus the
correlation of each pair of tuning curves. Medians of up to five runs after one that warms up;
what takes longer than a second runs once. All are exact. Objectives that differ by more than
{ALIKE:.0e} of the largest cost end the run, so that every number here stands beside answers that
agree; *gap* is what our own certificate leaves open.

The tuning: *permuted*, half of the smaller population are noisy neurons of the other; *low rank*,
rectified mixtures of the same ten signals; *independent*, two random networks on the same stimuli;
*rotated*, one random network along other orthogonal directions; *ring*, bumps on a circle;
*places*, bumps in a square box.
"""

WHY_MISSED = """\
On a ring or a map the next best partner is nearly as good as the best, whichever that is. Prices
then settle in many small steps, shortlists run out, and rows have to be read again: at 2048 × 2048
on a ring, six times each. There the simplex takes as long as the auction; for places the auction
takes most. A verdict within a tenth of its goal may change from run to run."""

EXACT_COLUMNS = ("POT / homolog", "LSA / homolog", "difference", "gap", "goal")
NOT_RUN = "not run"


@dataclass(frozen=True)
class Measured:
    """Everything that the page shows."""

    rows: Sequence[Row]
    from_responses: Sequence[FromResponses]
    streamed: Sequence[Streamed]
    warm_starts: Sequence[Reused]
    shared: Reused
    peaks: Sequence[Peak]
    first_calls: dict[str, dict[str, float]]


def page(measured: Measured) -> str:
    """Markdown with everything that was measured."""
    return "\n".join(
        [
            "# Benchmarks of matching\n",
            INTRODUCTION,
            f"{setting(PACKAGES)}\n",
            "## Exact, from costs\n",
            *_exact(measured.rows),
            f"\n{WHY_MISSED}",
            "\n## How CPU time grows\n",
            "Exponent *p* of a time that grows like *n*^*p* with the neurons of either side, from"
            " 1024 × 1024 up.\n",
            *_growth(measured.rows),
            "\n## Approximate, with a certificate\n",
            "Gaps and errors are shares of the largest cost: the gap is what the certificate"
            " proves, the error how much dearer than the optimum the plan is.\n",
            *_approximate(measured.rows),
            "\n## From responses\n",
            "`match(x, y)`, which makes the costs as well, beside the product that makes them"
            " followed by POT.\n",
            *_from_responses(measured.from_responses),
            "\n## Costs that are never held\n",
            f"`match_curves(x, y, held=False)`, which `match` and the measures take where the costs"
            f" would not fit in memory: exact as well. Responses to {N_STIMULI} stimuli.\n",
            *_streamed(measured.streamed),
            "\n## Many problems that are alike\n",
            "*Warm* begins with the column prices of the problem it is said to come from, or, for"
            " all pairs, normalises each population once. Where cold / warm is below 1, prices of"
            " a problem that is not near enough mislead.\n",
            *_reused([*measured.warm_starts, measured.shared]),
            "\n## Memory\n",
            "The most that a process of its own holds while solving, over the bytes of the costs"
            " that it is given, which are included.\n",
            *_memory(measured.peaks),
            "\n## A fresh process\n",
            "CPU seconds.\n",
            *_fresh(measured.first_calls),
            "\n## What else was tried\n",
            TRIED,
            "",
        ]
    )


def exact_line(row: Row) -> str:
    """One problem as a line of the first table."""
    problem = row.problem
    seconds = [_seconds(row.seconds.get(name), _plays(problem, name)) for name in (OURS, POT, LSA)]
    ratios = [_ratio(row.faster_than(peer)) for peer in (POT, LSA)]
    cells = [
        problem.kind,
        str(problem),
        *seconds,
        *ratios,
        f"{row.difference:.1g}",
        f"{row.gap:.1g}",
        _verdicts(row),
    ]
    return _line(cells)


def _exact(rows: Sequence[Row]) -> Iterable[str]:
    yield _line(["tuning", "neurons", "homolog, s", "POT, s", "LSA, s", *EXACT_COLUMNS])
    yield _rule(5 + len(EXACT_COLUMNS))
    yield from map(exact_line, rows)


def _growth(rows: Sequence[Row]) -> Iterable[str]:
    yield _line(["tuning", "homolog", "up to", "POT", "LSA", "goal"])
    yield _rule(6)
    for kind in dict.fromkeys(row.problem.kind for row in rows):
        ours, *peers = (growth(rows, kind, solver) for solver in (OURS, POT, LSA))
        if ours is not None:
            square = [row.problem.n_x for row in rows if _is_square(row.problem, kind)]
            verdict = f"at most {goals.GROWTH}: {_verdict(ours <= goals.GROWTH)}"
            yield _line([kind, f"{ours:.2f}", str(max(square)), *map(_exponent, peers), verdict])


def _approximate(rows: Sequence[Row]) -> Iterable[str]:
    yield _line(["tuning", "neurons", "gap asked for", "seconds", "exact / this", "gap", "error"])
    yield _rule(7)
    for row in rows:
        for each in row.stopped:
            faster = row.seconds[OURS] / each.seconds
            cells = [row.problem.kind, str(row.problem), f"{each.share:g}"]
            cells += [_seconds(each.seconds), _ratio(faster)]
            yield _line([*cells, f"{each.gap:.1g}", f"{each.error:.1g}"])


def _from_responses(timings: Sequence[FromResponses]) -> Iterable[str]:
    yield _line(
        ["tuning", "neurons", "product, s", "match, s", "product and POT, s", "times faster"]
    )
    yield _rule(6)
    for each in timings:
        cells = [each.problem.kind, str(each.problem)]
        cells += [_seconds(taken) for taken in (each.product, each.ours, each.peer)]
        yield _line([*cells, _ratio(each.peer and each.peer / each.ours)])


def _streamed(timings: Sequence[Streamed]) -> Iterable[str]:
    yield _line(["tuning", "neurons", "seconds", "memory, MB", "all costs, MB", "gap"])
    yield _rule(6)
    for each in timings:
        problem, costs_mb = each.problem, 8e-6 * each.problem.n_entries
        sizes = [f"{each.megabytes:.0f}", f"{costs_mb:.0f}"]
        yield _line([problem.kind, str(problem), _seconds(each.seconds), *sizes, f"{each.gap:.1g}"])


def _reused(reused: Sequence[Reused]) -> Iterable[str]:
    yield _line(["", "neurons", "cold, s", "warm, s", "cold / warm", "difference"])
    yield _rule(6)
    for each in reused:
        cells = [each.what, each.size, _seconds(each.cold), _seconds(each.warm)]
        yield _line([*cells, _ratio(each.cold / each.warm), f"{each.difference:.1g}"])


def _memory(peaks: Sequence[Peak]) -> Iterable[str]:
    yield _line(["tuning", "neurons", "", "peak, in cost matrices", "goal"])
    yield _rule(5)
    for each in peaks:
        verdict = f"at most {goals.MATRICES}: {_verdict(each.matrices <= goals.MATRICES)}"
        cells = [each.problem.kind, str(each.problem), each.solver, f"{each.matrices:.2f}"]
        yield _line([*cells, verdict if each.solver == OURS else ""])


def _fresh(first_calls: dict[str, dict[str, float]]) -> Iterable[str]:
    yield _line(["", *first_calls])
    yield _rule(1 + len(first_calls))
    for step in next(iter(first_calls.values())):
        yield _line([step, *(_seconds(steps[step]) for steps in first_calls.values())])


def _verdicts(row: Row) -> str:
    said = []
    for peer in (POT, LSA):
        goal, ratio = goals.faster(peer, row.problem), row.faster_than(peer)
        if goal is not None and ratio is not None:
            said.append(f"{peer.split()[0]} {goal:g}: {_verdict(ratio >= goal)}")
    return ", ".join(said)


def _verdict(met: bool) -> str:
    return "met" if met else "**MISSED**"


def _plays(problem: Problem, solver: str) -> bool:
    """Whether the solver can be asked at all: assignment needs as many on either side."""
    return solver != LSA or problem.n_x == problem.n_y


def _is_square(problem: Problem, kind: str) -> bool:
    return problem.kind == kind and problem.n_x == problem.n_y


def _seconds(seconds: float | None, plays: bool = True) -> str:
    if not plays:
        return "–"
    if seconds is None:
        return NOT_RUN
    return f"{seconds:.1f}" if seconds >= 100 else f"{seconds:.3g}"


def _ratio(ratio: float | None) -> str:
    return "–" if ratio is None else f"{ratio:.1f}" if ratio >= 1 else f"{ratio:.2f}"


def _exponent(exponent: float | None) -> str:
    return "–" if exponent is None else f"{exponent:.2f}"


def _line(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _rule(n_columns: int) -> str:
    return "|" + "---|" * n_columns
