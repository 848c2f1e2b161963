"""The table of the benchmark of encoding scores."""

from collections.abc import Iterable, Sequence

from benchmarks.encoding.contestants import HIMALAYA, SINGLE
from benchmarks.encoding.measuring import Row, ours_of
from benchmarks.encoding.problems import N_FOLDS
from benchmarks.page import setting

PACKAGES = ("homolog", "numpy", "scipy", "himalaya", "scikit-learn")

INTRODUCTION = f"""\
CPU time of one thread, and memory at its peak beyond the responses given, each in a process of its
own. The job is the same for all: ridge regression from a layer to every neuron of a recording,
judged at the stimuli of {N_FOLDS} folds held out, with one of 17 penalties chosen for each neuron
and fold within the training stimuli alone. The ways to choose differ: by generalised
cross-validation (homolog's default), by leaving out single stimuli (homolog's other way, and
scikit-learn's), by five folds within the training stimuli (himalaya). himalaya runs with its NumPy
backend, in the space of stimuli (`KernelRidgeCV`) or of neurons (`RidgeCV`), whichever is smaller.
The mean correlation that everybody reaches is in the last column: it ends the run if it differs by
more than 0.01. scikit-learn is left out of the largest problem, for it takes more than a minute at
half the stimuli.
"""

WHY = """\
A layer's Gram matrix is made once for all folds, and a training set is decomposed once for all
penalties and all neurons; generalised cross-validation then needs only how much of a neuron lies
along each component. Five folds within five folds are twenty-five decompositions. Scores are
computed in double precision, whatever the responses come in.
"""


def page(rows: Sequence[Row]) -> str:
    """Markdown with everything that was measured."""
    return "\n".join(
        [
            "# Benchmark of encoding scores\n",
            INTRODUCTION,
            f"{setting(PACKAGES)}\n",
            *_table(rows),
            f"\n## The goal\n\n{_goal(rows)}\n",
            WHY,
        ]
    )


def _table(rows: Sequence[Row]) -> Iterable[str]:
    yield "| | | seconds | times homolog | megabytes | mean correlation |"
    yield "|---|---|---|---|---|---|"
    for row in rows:
        found = row.found
        slower = found.seconds / ours_of(rows, row).found.seconds
        start = f"| {row.problem} | {row.name} | {found.seconds:.2f} | {slower:.1f} |"
        yield f"{start} {found.megabytes:.0f} | {found.correlation:.3f} |"


def _goal(rows: Sequence[Row]) -> str:
    """At least himalaya's speed, within its memory."""
    verdicts: list[str] = []
    for row in rows:
        if row.name not in (HIMALAYA, SINGLE):
            continue
        ours, theirs = ours_of(rows, row).found, row.found
        faster = "met" if ours.seconds <= theirs.seconds else "**MISSED**"
        lighter = "met" if ours.megabytes <= theirs.megabytes else "**MISSED**"
        verdicts.append(f"- {row.problem}, {row.name}: speed {faster}, memory {lighter}.")
    return "\n".join([f"{HIMALAYA}'s speed or better, within its memory:\n", *verdicts])
