"""The table of the benchmark of training in time."""

from collections.abc import Iterable

from benchmarks.page import setting
from benchmarks.recurrent.measuring import N_NEURONS, STEPS, TRIALS, Measured, flops
from benchmarks.rules.alternating import ROUNDS, Taken

PACKAGES = ("homolog", "numpy", "torch")

INTRODUCTION = f"""\
CPU time of one thread for an iteration of `homolog.train_recurrent` with its defaults, for each
replica: {N_NEURONS} rectified neurons, {TRIALS} trials of context-dependent integration, {STEPS}
Euler steps forward and back, single precision, fresh trials and a row of history included. Beside
it the same iteration as it is usually written (`benchmarks/recurrent/plain.py`): by hand in NumPy,
and by autograd in PyTorch. All take turns in one process, {ROUNDS} turns of 30 ms or one iteration;
the least of the turns is shown, and the median where it says so.

In the same run our gradient was checked against that of plain NumPy: none of its entries differs
by more than the table says of the largest. More than 1e-12 in double precision, or 1e-4 in single,
ends the run.
"""

GOAL = """\
The goal was ten times the speed of plain NumPy. It cannot be met by arithmetic: an iteration is
{work:.2f} GFLOP in products that nothing avoids, of which the processor does {best:.0f} GFLOP/s at
best, so that no code can take less than {floor:.1f} ms here, or be more than {most:.1f} times as
fast as plain NumPy. What is reached is {reached:.1f} times, {share:.0%} of what the products alone
allow.
"""

WHY = """\
What makes the difference, and what does not:

- *Loops over time are compiled* (numba): between two products there is one pass over the neurons,
  and no call from Python. The same loops as operations on tensors, which other activations and
  devices take, were slower than plain NumPy for one replica (26.6 ms against 23.3 ms in one run)
  and hardly faster for ten (21.4 ms).
- *Memory made once*: states and what flows back share one buffer, gains are never stored.
- *The product of NumPy and SciPy*: on an AMD processor eight rows times a square matrix take
  OpenBLAS less time than PyTorch's MKL (see the table), so that tensors lend their memory for it.
  Where threadpoolctl, which holds it to one thread, is not installed, PyTorch multiplies.
- *Replicas side by side* share what is done once for an iteration. They cannot share synapses, so
  that the products take as long as before.
- *Skipping silent neurons* was looked into and left out: on their way to the reference solution
  half of the neurons are silent at any moment of a trial, but only a quarter in all eight trials at
  once, and to gather the synapses of the others costs much of what that saves.
- *Half precision* was left out: it would train other networks.
"""


def page(measured: Measured) -> str:
    """Markdown with everything that was measured."""
    before, after = measured.load
    return "\n".join(
        [
            "# Benchmark of training in time\n",
            INTRODUCTION,
            f"{setting(PACKAGES)} Other processes were at work all the time: {before:.1f} wanted a"
            f" processor before the run, {after:.1f} after it, this one included.\n",
            *_iterations(measured),
            "\n## Products\n",
            *_products(measured),
            "\n## The goal\n",
            _goal(measured),
            WHY,
        ]
    )


def _iterations(measured: Measured) -> Iterable[str]:
    yield "| | ms | median | GFLOP/s | plain NumPy is slower |"
    yield "|---|---|---|---|---|"
    rows = {f"homolog, {count} replicas": taken for count, taken in measured.ours.items()}
    rows = {name.replace(" 1 replicas", " 1 replica"): taken for name, taken in rows.items()}
    rows |= {"plain NumPy": measured.plain, "autograd, PyTorch": measured.autograd}
    for name, taken in rows.items():
        speed, slower = flops() / taken.least / 1e9, measured.plain.least / taken.least
        yield f"| {name} | {_ms(taken)} | {1e3 * taken.middle:.1f} | {speed:.0f} | {slower:.2f} × |"
    told = ", ".join(f"{value:.0e} in {dtype}" for dtype, value in measured.differences.items())
    yield f"\nLargest difference from the gradient of plain NumPy: {told}."


def _products(measured: Measured) -> Iterable[str]:
    yield "| product | GFLOP/s |"
    yield "|---|---|"
    for name, speed in measured.speeds.items():
        yield f"| {name} | {speed:.0f} |"


def _goal(measured: Measured) -> str:
    best = measured.ours[10].least
    return GOAL.format(
        work=flops() / 1e9,
        best=max(measured.speeds.values()),
        floor=1e3 * measured.floor,
        most=measured.plain.least / measured.floor,
        reached=measured.plain.least / best,
        share=measured.floor / best,
    )


def _ms(taken: Taken) -> str:
    return f"{1e3 * taken.least:.1f}"
