"""Matchings while they run: they can be interrupted, and do not get in each other's way."""

import os
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import psutil
import pytest

from homolog.matching import transport
from properties.populations import PAIRS, costs_of

PATIENCE_S = 2.0  # of the processor's time, from the signal to the exception

# The same problem again and again; what is compiled once is compiled before the parent is told
# to send its signal.
UNTIL_INTERRUPTED = """
import signal
import time
import numpy as np
from homolog.matching import transport

# Where tests run in the background, the signal is ignored unless somebody asks for it.
signal.signal(signal.SIGINT, signal.default_int_handler)
n_x, n_y = {size}
angles_x, angles_y = (np.arange(n, dtype=np.float32) / n * 6.2831855 for n in (n_x, n_y))
costs = -np.cos(angles_x[:, None] - angles_y)
costs += {noise} * np.random.default_rng(0).standard_normal(costs.shape, dtype=np.float32)
transport(costs[:400, :399])
try:
    print("ready", flush=True)
    while True:
        transport(costs)
except KeyboardInterrupt:
    print(time.process_time(), flush=True)
"""


@pytest.mark.skipif(os.name != "posix", reason="only POSIX sends SIGINT to one process")
@pytest.mark.parametrize(
    ("size", "noise"),
    [((4096, 4000), 0), ((4096, 4000), 1), ((4000, 4000), 1), ((90, 80), 1)],
    ids=["ring", "noise", "equal sizes", "small"],
)
def test_ctrl_c_ends_a_long_matching(size, noise):
    script = UNTIL_INTERRUPTED.format(size=size, noise=noise)
    child = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True)
    try:
        assert child.stdout.readline() == "ready\n"
        time.sleep(0.5)
        used = psutil.Process(child.pid).cpu_times()
        child.send_signal(signal.SIGINT)
        said, _ = child.communicate(timeout=120)
    finally:
        child.kill()
    assert child.returncode == 0
    assert float(said) - used.user - used.system <= PATIENCE_S


def test_threads_do_not_get_in_each_others_way():
    problems = [costs_of(kind, *size) for kind in PAIRS for size in ((320, 320), (350, 270))]
    alone = [transport(costs) for costs in problems]
    with ThreadPoolExecutor(4) as threads:
        together = list(threads.map(transport, problems * 3))
    for found, expected in zip(together, alone * 3, strict=True):
        assert (found.objective, found.bound) == (expected.objective, expected.bound)
        for part in ("rows", "columns", "mass", "row_prices", "column_prices"):
            np.testing.assert_array_equal(getattr(found, part), getattr(expected, part))
