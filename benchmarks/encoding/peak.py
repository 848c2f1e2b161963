"""How much memory encoding needs at its peak, in a process of its own. Linux only."""

import os
import subprocess
import sys

from benchmarks.encoding.contestants import CONTESTANTS
from benchmarks.encoding.problems import PROBLEMS, Problem
from benchmarks.matching.peak import held_now, kilobytes

SMALL = Problem(60, 80, 5)


def peak_in_a_fresh_process(problem: Problem, name: str) -> float:
    """Most megabytes held beyond the responses that were given."""
    command = [sys.executable, "-m", "benchmarks.encoding.peak", str(PROBLEMS.index(problem)), name]
    # As in matching: arrays give back their pages at once.
    environment = os.environ | {"MALLOC_MMAP_THRESHOLD_": "65536"}
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, env=environment, text=True)
    return float(done.stdout.splitlines()[-1])


def peak(problem: Problem, name: str) -> float:
    """Most megabytes that this process holds while encoding, beyond the responses given."""
    run = CONTESTANTS[name]
    run(SMALL, SMALL.pair())  # imports
    pair = problem.pair()
    before = held_now()
    run(problem, pair)
    return 1024 * (kilobytes("VmHWM") - before) / 1e6


if __name__ == "__main__":
    print(peak(PROBLEMS[int(sys.argv[1])], sys.argv[2]))
