"""What the first matching of a process costs: ``python -m benchmarks.matching.first_call``."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from functools import partial
from importlib import import_module
from tempfile import TemporaryDirectory
from typing import Any

SIZES = ((400, 300), (2048, 1500))


def first_calls() -> dict[str, dict[str, float]]:
    """CPU seconds of each step, in a process that compiles and in the next one."""
    with TemporaryDirectory() as folder:
        environment = os.environ | {"NUMBA_CACHE_DIR": folder}
        return {
            name: _in_a_fresh_process(environment)
            for name in ("nothing compiled yet", "compiled by an earlier process")
        }


def _in_a_fresh_process(environment: dict[str, str]) -> dict[str, float]:
    command = [sys.executable, "-m", "benchmarks.matching.first_call"]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, env=environment, text=True)
    return json.loads(done.stdout)


def _steps() -> dict[str, float]:
    """Each import and call in turn; nothing here may import any of them earlier."""
    seconds = {
        f"import {name}": _taken(partial(import_module, name))
        for name in ("numpy", "homolog.matching", "numba")
    }
    transport = import_module("homolog.matching").transport
    rng = import_module("numpy").random.default_rng(0)
    for n_x, n_y in SIZES:
        costs = rng.normal(size=(n_x, n_y))
        for call in ("first", "second"):
            seconds[f"{call} call, {n_x} × {n_y}"] = _taken(partial(transport, costs))
    return seconds


def _taken(run: Callable[[], Any]) -> float:
    start = time.process_time()
    run()
    return time.process_time() - start


if __name__ == "__main__":
    print(json.dumps(_steps()))
