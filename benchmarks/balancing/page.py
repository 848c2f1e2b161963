"""The tables of the balancing benchmarks."""

from collections.abc import Iterable, Sequence

from benchmarks.balancing import goals
from benchmarks.balancing.growth import SPREAD, Size, exponent
from benchmarks.balancing.instances import IN_DEGREE, ODE_S
from benchmarks.balancing.measuring import Measured
from benchmarks.balancing.peak import Peak
from benchmarks.balancing.picture import FILE
from benchmarks.balancing.solvers import MOST_DENSE, TOLERANCE
from benchmarks.balancing.timings import LAPACK, ODE, OURS, PATIENCE_S, ROUNDS, Row
from benchmarks.page import setting

PACKAGES = ("homolog", "numpy", "scipy", "numba")

INTRODUCTION = f"""\
CPU time of one thread from a matrix of costs to the equilibrium:
`homolog.balancing.equilibrium(costs)` as it comes, with all that it checks (finite costs, strong
components, the residual and the correction that is left). Solvers take turns in one process, up to
{ROUNDS} times or {PATIENCE_S:.0f} s; the least of the turns is shown, for other processes can only
add to it. Beside it:

- *ODE*: the flow on log-scales, the way the paper balances but without its N² equations for
  weights, by SciPy's LSODA (relative tolerance 1e-6), stopped when balanced; above {MOST_DENSE:,}
  neurons by RK45, for LSODA would need a dense Jacobian. Given up after {ODE_S:.0f} s.
- *LAPACK*: `scipy.linalg.matrix_balance` of the weights as a dense matrix. It scales by powers of
  two, for the sake of eigenvalues, and is no solver of this problem: the table says what is left.

*Balanced* is ‖g‖/C ≤ {TOLERANCE:.0e}, and is not believed: from the log-scales that a solver gave,
cost and residual are added up anew, synapse by synapse. Least costs that differ by more than
{goals.ALIKE:.0e} end the run; *difference* is the largest among all that balanced.

Weights are lognormal with standard deviation σ of their logarithms, costs their squares. Large
networks have {IN_DEGREE} random synapses onto each neuron and a ring through all. *Nearly
reducible* is a chain of eight blocks, each like such a network, with synapses of cost 1 one way
and 1e-12 back. *As if trained* has random and low-rank weights, and gains down to 1e-5;
*a trained network*, where there is one, learned context-dependent integration with a penalty on
its weights, and its costs are squares weighted with measured gains.
"""

METHODS = """\
What `method="auto"` chooses from, each alone, and in brackets the sweeps over all neurons and the
steps of Newton's method. *HM052* is a refusal, after 100,000 sweeps or 500 steps. The goal is that
auto is the best of them, within a tenth.
"""

WHY_MISSED = """\
Why some are missed:

- *256 neurons*: ten sweeps are about half of it. Most of the rest shows, by conjugate gradients,
  that no weak cut hides an error of the log-scales from the residual.
- *Auto beside the best method*: it sweeps twenty times before it asks whether sweeps pay. On many
  synapses of little spread, conjugate gradients from the start can be faster, and on 256
  nearly reducible neurons a factor of the dense Laplacian is twice as fast.
- *A ring*: its neurons have two synapses each, so that a vector over neurons is nearly as large as
  the matrix, and a sparse factor several times as large.

Processes that share caches and memory make times longer: in one run the network with 5.1e6 synapses
took 1.52 s for the first table and 1.14 s for the one on growth. A verdict within a third of
its goal may change from run to run.
"""

GROWN = f"""\
The large network (σ {SPREAD:g}) in many sizes, {IN_DEGREE + 1} synapses onto each neuron.
"""

MEMORY = """\
Most memory at the peak, in a process of its own, over that of the costs, which are included.
"""


def page(measured: Measured) -> str:
    """Markdown with everything that was measured."""
    before, after = measured.load
    return "\n".join(
        [
            "# Benchmarks of balancing\n",
            INTRODUCTION,
            f"{setting(PACKAGES)} Other processes were at work: {before:.1f} wanted a processor"
            f" before the run, {after:.1f} after it, this one included.\n",
            "## To the equilibrium\n",
            *_beside_peers(measured.rows),
            "\n## By method\n",
            METHODS,
            *_methods(measured.rows),
            f"\n{WHY_MISSED.rstrip()}",
            "\n## Growth\n",
            GROWN,
            f"![CPU time over synapses, both in logarithms](images/{FILE})\n",
            *_growth(measured.sizes),
            "\n## Memory\n",
            MEMORY,
            *_memory(measured.peaks),
            "",
        ]
    )


def _beside_peers(rows: Sequence[Row]) -> Iterable[str]:
    yield _line(
        [
            *("network", "synapses", "homolog", "goal", "ODE", "times faster"),
            *("LAPACK", "times faster", "and its cost above the least", "difference"),
        ]
    )
    yield _rule(10)
    for row in rows:
        yield _line(
            [
                row.instance.name,
                f"{row.n_synapses:,}",
                seconds(row.seconds[OURS]),
                goal_of(row),
                *_ode(row),
                *_lapack(row),
                f"{row.difference:.0e}",
            ]
        )


def goal_of(row: Row) -> str:
    """The goal in seconds and whether it was met."""
    goal = row.instance.goal
    return "" if goal is None else f"{seconds(goal)}: {verdict(row.seconds[OURS] <= goal)}"


def _ode(row: Row) -> tuple[str, str]:
    if ODE not in row.seconds:
        return "not run", ""
    faster = f"{row.faster_than(ODE):,.0f}"
    found = row.found[ODE]
    if found.balanced:
        return seconds(row.seconds[ODE]), faster
    return f"at {found.residual:.0e} after {seconds(row.seconds[ODE])}", f"> {faster}"


def _lapack(row: Row) -> tuple[str, str, str]:
    if LAPACK not in row.seconds:
        return "not run", "", ""
    above = row.found[LAPACK].cost / row.found[OURS].cost - 1
    return seconds(row.seconds[LAPACK]), f"{row.faster_than(LAPACK):.2g}", f"{above:.1%}"


def _methods(rows: Sequence[Row]) -> Iterable[str]:
    names = ("osborne", "anderson", "newton-cg", "newton")
    yield _line(["network", OURS, *names, ""])
    yield _rule(3 + len(names))
    for row in rows:
        yield _line(
            [row.instance.name, *(_method(row, name) for name in (OURS, *names)), best(row)]
        )


def _method(row: Row, name: str) -> str:
    if name not in row.seconds:
        return "not run"
    return f"{seconds(row.seconds[name])} ({row.found[name].said})"


def best(row: Row) -> str:
    """Whether auto is as fast as any method; nothing where none was run beside it."""
    others = [row.seconds[name] for name in row.instance.methods if row.found[name].balanced]
    return verdict(row.seconds[OURS] <= 1.1 * min(others)) if others else ""


def _growth(measured: Sequence[Size]) -> Iterable[str]:
    yield _line(["neurons", "synapses", "seconds", "ns per synapse", "sweeps + steps"])
    yield _rule(5)
    for one in measured:
        each = f"{1e9 * one.seconds / one.n_synapses:.0f}"
        yield _line(
            [f"{one.n_neurons:,}", f"{one.n_synapses:,}", seconds(one.seconds), each, one.said]
        )
    yield f"\n{growth_verdict(measured)}"


def growth_verdict(measured: Sequence[Size]) -> str:
    """The exponent over all sizes, and whether it meets its goal."""
    found = exponent(measured)
    return (
        f"Exponent of the time over the number of synapses: {found:.2f}, at most"
        f" {goals.GROWTH}: {verdict(found <= goals.GROWTH)}."
    )


def _memory(peaks: Sequence[Peak]) -> Iterable[str]:
    yield _line(["network", "matrices", f"at most {goals.MATRICES:.0f}"])
    yield _rule(3)
    for each in peaks:
        yield _line([each.name, f"{each.matrices:.2f}", verdict(each.matrices <= goals.MATRICES)])


def verdict(met: bool) -> str:
    """A word for a goal."""
    return "met" if met else "**MISSED**"


def seconds(taken: float) -> str:
    """A time with its unit."""
    return f"{1e3 * taken:.3g} ms" if taken < 1 else f"{taken:.3g} s"


def _line(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _rule(n_columns: int) -> str:
    return "|" + "---|" * n_columns
