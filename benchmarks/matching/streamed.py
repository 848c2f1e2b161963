"""Times matchings whose costs are never held, each in a process of its own for its memory."""

import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from time import process_time

import numpy as np

from benchmarks.matching.peak import CLEAR, RESET_PEAK, kilobytes
from benchmarks.matching.problems import Problem
from benchmarks.matching.tuning import responses
from homolog.matching import match_curves

TIMED = (
    Problem("independent", 8192, 6000),
    Problem("permuted", 16384, 16384),
    Problem("independent", 32768, 32768),
)
N_STIMULI = 100


@dataclass(frozen=True)
class Streamed:
    """One matching from responses to 100 stimuli.

    Attributes
    ----------
    problem
        Which one.
    seconds
        CPU time, products included.
    megabytes
        Most memory held besides the responses.
    gap
        What the certificate leaves open, in units of correlation.
    """

    problem: Problem
    seconds: float
    megabytes: float
    gap: float


def streamed(largest: int) -> Iterator[Streamed]:
    """Populations of at most so many neurons."""
    for problem in TIMED:
        if max(problem.n_x, problem.n_y) <= largest:
            command = [sys.executable, "-m", "benchmarks.matching.streamed", problem.kind]
            done = subprocess.run(
                [*command, str(problem.n_x), str(problem.n_y)],
                check=True,
                stdout=subprocess.PIPE,
                text=True,
            )
            yield Streamed(problem, *map(float, done.stdout.split()))


def _measured(problem: Problem) -> tuple[float, float, float]:
    curves = [
        each[:N_STIMULI] - each[:N_STIMULI].mean(axis=0)
        for each in responses(problem.kind, problem.n_x, problem.n_y)
    ]
    x, y = (each / np.linalg.norm(each, axis=0) for each in curves)
    match_curves(x[:, :400], y[:, :300], held=False)  # the first call in a process compiles
    CLEAR.write_text(RESET_PEAK)
    before, begun = kilobytes("VmRSS"), process_time()
    found = match_curves(x, y, held=False)
    return process_time() - begun, (kilobytes("VmHWM") - before) / 1e3, found.gap


if __name__ == "__main__":
    print(*_measured(Problem(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))))
