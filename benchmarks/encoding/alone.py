"""How long encoding takes and how much memory it needs, in a process of its own. Linux only."""

import json
import os
import subprocess
import sys
from dataclasses import asdict, dataclass

from benchmarks.encoding.contestants import CONTESTANTS
from benchmarks.encoding.problems import Problem
from benchmarks.matching.peak import held_now, kilobytes
from benchmarks.timing import timed

SMALL = Problem(60, 80, 5)


@dataclass(frozen=True)
class Alone:
    """What one contestant took and found.

    Attributes
    ----------
    seconds
        CPU time of five folds.
    megabytes
        Most memory held beyond the responses given.
    correlation
        Mean over folds and neurons.
    """

    seconds: float
    megabytes: float
    correlation: float


def in_a_fresh_process(problem: Problem, name: str) -> Alone:
    """Run a contestant where nothing else was run before it."""
    sizes = map(str, asdict(problem).values())
    # As in matching: arrays give back their pages at once.
    environment = os.environ | {"MALLOC_MMAP_THRESHOLD_": "65536"}
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.encoding.alone", name, *sizes],
        check=True,
        stdout=subprocess.PIPE,
        env=environment,
        text=True,
    )
    return Alone(**json.loads(done.stdout.splitlines()[-1]))


def alone(problem: Problem, name: str) -> Alone:
    """Run a contestant in this process; again, if that takes less than a second."""
    run = CONTESTANTS[name]
    run(SMALL, SMALL.pair())  # imports
    pair = problem.pair()
    before = held_now()
    taken = timed({name: lambda _: run(problem, pair)})[name]
    megabytes = 1024 * (kilobytes("VmHWM") - before) / 1e6
    return Alone(taken.seconds, megabytes, float(taken.value))


if __name__ == "__main__":
    chosen, *numbers = sys.argv[1:]
    print(json.dumps(asdict(alone(Problem(*map(int, numbers)), chosen))))
