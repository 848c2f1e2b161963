"""Every measure, in every variant, keeps every promise it declares."""

from collections.abc import Callable
from importlib.util import find_spec

import numpy as np
import pytest

from homolog.measures._measure import Measure
from homolog.testing import CHECKS, _gradients, _inputs
from properties.variants import VARIANTS

COMPILED = (_inputs.check_array_kinds, _gradients.check_gradients)
"""What JAX compiles operation by operation, which takes most of the time."""


def plain(m: Measure) -> bool:
    return m.options == m.defaults


def without_jax(package: str) -> object:
    return None if package == "jax" else find_spec(package)


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
@pytest.mark.parametrize("m", VARIANTS, ids=lambda m: m.label)
def test_promise_is_kept(
    m: Measure,
    check: Callable[[Measure, np.random.Generator], None],
    rng: np.random.Generator,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    if check in COMPILED and not plain(m):
        for module in (_inputs, _gradients):
            monkeypatch.setattr(module, "find_spec", without_jax)
    check(m, rng)


@pytest.mark.slow
@pytest.mark.parametrize("check", COMPILED, ids=lambda check: check.__name__)
@pytest.mark.parametrize("m", [m for m in VARIANTS if not plain(m)], ids=lambda m: m.label)
def test_variants_keep_them_with_jax_too(
    m: Measure, check: Callable[[Measure, np.random.Generator], None], rng: np.random.Generator
) -> None:
    check(m, rng)
