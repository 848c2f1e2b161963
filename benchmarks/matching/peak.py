"""How much memory a solver needs at its peak.

The operating system counts, in a process that `peaks` starts for it, for what compiled code
holds is not seen by Python. Linux only.
"""

import ctypes
import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from benchmarks.matching.problems import Problem
from benchmarks.matching.solvers import LSA, OURS, POT, SOLVERS
from benchmarks.matching.tuning import costs_of

STATUS, CLEAR = Path("/proc/self/status"), Path("/proc/self/clear_refs")
RESET_PEAK = "5"

WEIGHED = (
    (Problem("independent", 4096, 3000), (OURS, POT)),
    (Problem("independent", 3000, 4096), (OURS, POT)),
    (Problem("places", 4096, 3000), (OURS, POT)),
    (Problem("independent", 4096, 4096), (OURS, POT, LSA)),
    (Problem("independent", 8192, 6000), (OURS, POT)),
    (Problem("independent", 16384, 12000), (OURS,)),
)


@dataclass(frozen=True)
class Peak:
    """Most memory held while solving, the costs that were given included.

    Attributes
    ----------
    problem, solver
        What was solved, by whom.
    matrices
        Bytes, over those of the float64 costs.
    """

    problem: Problem
    solver: str
    matrices: float


def peaks(largest: int) -> list[Peak]:
    """Each solver in a process of its own, on populations of at most so many neurons."""
    return [
        Peak(problem, solver, _in_a_fresh_process(problem, solver))
        for problem, solvers in WEIGHED
        for solver in solvers
        if max(problem.n_x, problem.n_y) <= largest
    ]


def peak(problem: Problem, solver: str) -> float:
    """Most memory that this process holds while solving, over that of the costs."""
    solve = SOLVERS[solver].solve
    solve(costs_of(problem.kind, 512, 512 if solver == LSA else 384))  # imports and compiles
    costs = costs_of(problem.kind, problem.n_x, problem.n_y)
    before = held_now()
    solve(costs)
    return 1 + 1024 * (kilobytes("VmHWM") - before) / costs.nbytes


def _in_a_fresh_process(problem: Problem, solver: str) -> float:
    command = [sys.executable, "-m", "benchmarks.matching.peak"]
    # Every array of some size has pages of its own and gives them back at once.
    environment = os.environ | {"MALLOC_MMAP_THRESHOLD_": "65536"}
    done = subprocess.run(
        [*command, solver, problem.kind, str(problem.n_x), str(problem.n_y)],
        check=True,
        stdout=subprocess.PIPE,
        env=environment,
        text=True,
    )
    return float(done.stdout)


def held_now() -> int:
    """Kilobytes that this process holds; its peak is counted from here on.

    What it has freed is given back first, or it would be taken again unseen.
    """
    ctypes.CDLL(None).malloc_trim(0)
    CLEAR.write_text(RESET_PEAK)
    return kilobytes("VmRSS")


def kilobytes(field: str) -> int:
    """A size that the operating system keeps of this process."""
    found = re.search(rf"{field}:\s+(\d+) kB", STATUS.read_text())
    if found is None:
        raise RuntimeError(f"{STATUS} has no {field}: memory can only be measured on Linux.")
    return int(found[1])


if __name__ == "__main__":
    print(peak(Problem(sys.argv[2], int(sys.argv[3]), int(sys.argv[4])), sys.argv[1]))
