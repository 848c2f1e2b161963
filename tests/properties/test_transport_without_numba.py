"""Where numba cannot be installed, SciPy and POT are held to the same contract."""

import os
import subprocess
import sys
from pathlib import Path

from properties.instances import KINDS

EVERY_INSTANCE = """
import sys

sys.modules["numba"] = None  # as if it were not there
from homolog.matching import assignment, partial, transport
from properties.instances import about, batch
from properties.proof import check_certificate, check_pairs, check_plan

for kind in sys.argv[1:]:
    for instance in batch(kind, 24):
        with about(instance):
            costs = instance.costs()
            n_x, n_y = costs.shape
            found = transport(costs)
            check_plan(costs, found)
            check_certificate(costs, found)
            found = assignment(costs)
            check_pairs(costs, found)
            n_pairs = min(n_x, n_y)
            check_certificate(costs, found, of_x=n_pairs / n_x, of_y=n_pairs / n_y)
            found = partial(costs, 0.4)
            check_pairs(costs, found)
            check_certificate(costs, found, of_x=0.4, of_y=0.4)
            transport(costs, approximate=0.1, start=found.column_prices, most_work=1e6)
assert not any(module.startswith("numba.") for module in sys.modules)
print("all certified")
"""


def test_matchings_without_numba_are_certified_too():
    tests = Path(__file__).parents[1]
    path = os.pathsep.join([str(tests), os.environ.get("PYTHONPATH", "")])
    done = subprocess.run(
        [sys.executable, "-c", EVERY_INSTANCE, *KINDS],
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": path},
    )
    assert (done.returncode, done.stdout) == (0, "all certified\n"), done.stderr
