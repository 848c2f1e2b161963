"""What every test may ask for: its own random numbers, and each array library in turn."""

import os

# Before NumPy loads: two test workers with a pool of threads each fight for the same cores.
for variable in ("OMP", "OPENBLAS", "MKL", "NUMBA"):
    os.environ.setdefault(f"{variable}_NUM_THREADS", "1")

from collections.abc import Iterator
from importlib import import_module
from tempfile import TemporaryDirectory
from typing import Any
from zlib import crc32

import numpy as np
import pytest
from hypothesis import settings

from homolog.testing._inputs import double_precision_jax

# Before JAX loads. It compiles every operation for every shape, which takes most of the time of
# the tests that see it: compile quickly rather than well, and once for all test workers.
os.environ.setdefault("JAX_DISABLE_MOST_OPTIMIZATIONS", "1")
if "JAX_COMPILATION_CACHE_DIR" not in os.environ:  # a worker finds it set
    COMPILED = TemporaryDirectory(prefix="homolog-jax-")
    os.environ["JAX_COMPILATION_CACHE_DIR"] = COMPILED.name
    os.environ["JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS"] = "0"
    os.environ["JAX_PERSISTENT_CACHE_MIN_ENTRY_SIZE_BYTES"] = "-1"

settings.register_profile(
    "everyday", max_examples=25, deadline=None, derandomize=True, database=None
)
settings.register_profile("thorough", max_examples=500, deadline=None)
settings.load_profile("everyday")


@pytest.fixture
def rng(request: pytest.FixtureRequest) -> np.random.Generator:
    """Random numbers that are the same whenever this test runs, whatever ran before it."""
    return np.random.default_rng(crc32(request.node.name.encode()))


@pytest.fixture(params=["numpy", "torch", "array_api_strict", "jax.numpy"])
def xp(request: pytest.FixtureRequest) -> Iterator[Any]:
    """An array library that computes in float64."""
    try:
        library = import_module(request.param)
    except ImportError:
        pytest.skip(f"{request.param} is not installed; pip install 'homolog[dev]'")
    if request.param != "jax.numpy":
        yield library
        return
    with double_precision_jax():
        yield library
