"""The tables of the benchmarks of learning rules."""

from collections.abc import Iterable, Sequence

from benchmarks.page import setting
from benchmarks.rules import goals
from benchmarks.rules.alternating import ROUNDS
from benchmarks.rules.cases import BATCH, LIT, SHOWN_AT_ONCE
from benchmarks.rules.flops import flops
from benchmarks.rules.measuring import SINGLE_ALIKE, SQUARE, Measured, Row
from benchmarks.rules.memory import EPOCHS, N_TRAIN, Grown

PACKAGES = ("homolog", "numpy", "torch")

INTRODUCTION = f"""\
CPU time of one thread for a learning step from {BATCH} stimuli, single precision, one replica:
`rule.learn`, as `homolog.train` calls it. Beside it the same update as textbooks and public code
write it, in plain PyTorch (`benchmarks/rules/textbook.py`): gradients of energies by autograd, the
clamped stimulus multiplied in every iteration, and for CorInfoMax an outer product for every trial
and the lateral synapses scaled anew in every iteration. Both sides, and two matrix products that
show what the processor can give, take turns in one process, {ROUNDS} turns of 30 ms or one step.
The least of the turns is shown, for other processes can only add to it, and the median where it
says so. {LIT:.0%} of the inputs are above zero.

In the same run each step was checked against the textbook's: after one step from the same weights
none differs by more than the table says, in double and in single precision. More than 1e-10 in
double precision (1e-6 where the lateral drive is refreshed every k = 10 iterations, which is not
the same update), or {SINGLE_ALIKE:.0e} in single, ends the run.
"""

STEPS = f"""\
*MFLOP* counts the matrix products that a step cannot do without (`benchmarks/rules/flops.py`).
*Ceiling* is the speed of a ({SQUARE}, {SQUARE}) product, best of the whole run; *its own shape* is
the speed of the product in which the step spends most of its time, alone with its matrices in the
cache, measured in turn with the step.
The last column is what `network.respond` gives, {SHOWN_AT_ONCE} stimuli at once.
"""

GOALS = f"""\
The goals were set from milliseconds on another computer, whose ceiling was {goals.CEILING:.0f}
GFLOP/s. *As measured* holds our time against them; *scaled* first multiplies them by the quotient
of the two ceilings. Scaling is fair to what large products limit, and generous to rules whose steps
are many small operations. What public code took was measured on that computer, too, and is not the
textbook version here; that of CorInfoMax took 50 to 80 ms.
"""

WHY_MISSED = """\
Why some are missed, from steps timed with a part left out:

- *CorInfoMax, exact*: 85 % of its operations, and seven tenths of its time, are one product 39
  times: 20 rows of rates with the 500 × 500 lateral synapses. Twenty rows are too few for the speed
  of large products, and the synapses fill the second-level cache to the last (1.0 MB of 1 MiB), so
  that whatever else a step does probably drives them out of it: about 160 µs a product within a
  step, 125 µs alone. With k = 10 the same update is there but for rounding, in a third of the time.
- *Times the textbook*: the textbook's CorInfoMax spends its time on moving outer products and
  scaled matrices through memory, which has little to do with the speed of products. The quotient
  differs from computer to computer, and between a quiet and a busy one.
- *PC, 784-600-600-10*: 94 % of its operations are two products with the 600 × 600 synapses in each
  of 50 iterations, close to what this shape gives alone.

A verdict within a tenth of its goal may change from run to run, and with what other processes do.
"""

TRIED = """\
Two processes took turns, 25 turns of six steps. Kept: *`torch.inference_mode` around learning*,
2 to 11 % less time, the most where a step is many small operations. Left out, as it gave too
little:

- *All that drives a layer in one product*, its synapses stacked and the rates of all layers views
  of one buffer: 4 to 11 % slower, for rows are no longer contiguous.
- *Moving membranes in place*, without the copies that products into another tensor make: 0 to 5 %
  faster for CorInfoMax, nothing elsewhere.

Of the lateral product alone, in turn with its variants in one process:

- *Half of the symmetric matrix, as three blocks* that stay in the cache: a fifth slower.
- *Neurons as rows, trials as columns*: 40 % slower. *Neurons padded to 512*: 8 % slower.
- *Unbatched, for a single replica*: nothing.
"""

MEMORY = f"""\
Resident memory of the process that trains, after the first epoch and after epoch {EPOCHS}
({N_TRAIN} stimuli an epoch, evaluation included).
"""

NO_GPU = """\
Not run: no GPU was at hand. Replicas are one batched product, so that ten networks learn in
the calls of one; what that gives on a GPU has not been measured, and no CUDA graphs are used.
"""


def page(measured: Measured) -> str:
    """Markdown with everything that was measured."""
    before, after = measured.load
    return "\n".join(
        [
            "# Benchmarks of learning rules\n",
            INTRODUCTION,
            f"{setting(PACKAGES)} Ceiling: {measured.ceiling:.0f} GFLOP/s. Other processes were"
            f" at work all the time: {before:.1f} wanted a processor before the run,"
            f" {after:.1f} after it, this one included.\n",
            "## A step\n",
            STEPS,
            *_steps(measured),
            "\n## Beside the textbook\n",
            *_textbook(measured.rows),
            "\n## Goals\n",
            GOALS,
            *_goals(measured),
            f"\n{WHY_MISSED}",
            "## What else was tried\n",
            TRIED,
            "## Memory\n",
            MEMORY,
            *_memory(measured.grown),
            "\n## On a GPU\n",
            NO_GPU,
        ]
    )


def _steps(measured: Measured) -> Iterable[str]:
    yield _line(
        [
            *("rule", "layers", "MFLOP", "ms", "median", "GFLOP/s", "of the ceiling"),
            *("its own shape, GFLOP/s", "of that", "stimuli/s"),
        ]
    )
    yield _rule(10)
    for row in measured.rows:
        work = f"{flops(row.case) / 1e6:.0f}"
        cells = [row.case.title, row.case.layers, work, _ms(row.ours.least), _ms(row.ours.middle)]
        cells += [f"{row.speed:.0f}", f"{row.speed / measured.ceiling:.0%}"]
        cells += [f"{row.product_speed:.0f}", f"{row.speed / row.product_speed:.0%}"]
        yield _line([*cells, f"{SHOWN_AT_ONCE / row.respond.least:,.0f}"])


def _textbook(rows: Sequence[Row]) -> Iterable[str]:
    yield _line(
        [
            *("rule", "layers", "homolog, ms", "textbook, ms", "times faster"),
            *("difference, double", "single"),
        ]
    )
    yield _rule(7)
    for row in rows:
        cells = [row.case.title, row.case.layers, _ms(row.ours.least), _ms(row.textbook.least)]
        yield _line([*cells, f"{row.faster:.1f}", f"{row.double:.0e}", f"{row.single:.0e}"])


def _goals(measured: Measured) -> Iterable[str]:
    yield _line(["rule", "layers", "goal", "reached", "as measured", "scaled"])
    yield _rule(6)
    for row in measured.rows:
        for cells in goals_of(row, measured.ceiling):
            yield _line([row.case.title, row.case.layers, *cells])


def goals_of(row: Row, ceiling: float) -> Iterable[list[str]]:
    """A goal of this row, what was reached, and the verdict as measured and scaled."""
    key, taken = (row.case.title, row.case.sizes), 1e3 * row.ours.least
    if key in goals.STEP_MS:
        goal = goals.STEP_MS[key]
        here = goals.scaled(goal, ceiling)
        verdicts = [_verdict(taken <= goal), f"{here:.1f} ms: {_verdict(taken <= here)}"]
        yield [f"at most {goal} ms", f"{taken:.2f} ms", *verdicts]
    if key in goals.TIMES_FASTER:
        goal = goals.TIMES_FASTER[key]
        met = _verdict(row.faster >= goal)
        yield [f"{goal:.0f} × the textbook", f"{row.faster:.1f} ×", met, ""]
    if key in goals.SHARE:
        goal, share, own = goals.SHARE[key], row.speed / ceiling, row.speed / row.product_speed
        reached = f"{share:.0%}, {own:.0%} of its own shape"
        yield [f"{goal:.0%} of the ceiling", reached, _verdict(share >= goal), ""]
    if key in goals.PUBLIC_MS:
        public, least = goals.PUBLIC_MS[key], goals.FASTER_THAN_PUBLIC
        ratio, fair = public / taken, goals.scaled(public, ceiling) / taken
        said = [
            f"{ratio:.1f} ×",
            _verdict(ratio >= least),
            f"{fair:.1f} ×: {_verdict(fair >= least)}",
        ]
        yield [f"{least:.0f} × public code, {public:.0f} ms", *said]


def _memory(grown: Sequence[Grown]) -> Iterable[str]:
    yield _line(["training", "after epoch 1, MB", f"after epoch {EPOCHS}", "difference"])
    yield _rule(4)
    for each in grown:
        change = f"{each.last - each.first:+.1f}"
        yield _line([each.title, f"{each.first:.1f}", f"{each.last:.1f}", change])


def _verdict(met: bool) -> str:
    return "met" if met else "**MISSED**"


def _ms(seconds: float) -> str:
    return f"{1e3 * seconds:.2f}" if seconds < 0.1 else f"{1e3 * seconds:.0f}"


def _line(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _rule(n_columns: int) -> str:
    return "|" + "---|" * n_columns
