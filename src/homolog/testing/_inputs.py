"""The same responses in another number type, memory layout or array library score the same."""

from collections.abc import Callable, Generator
from contextlib import contextmanager
from importlib.util import find_spec
from typing import Any

import numpy as np
from array_api_compat import array_namespace

from homolog.errors import HomologError
from homolog.measures._measure import Measure
from homolog.testing._populations import NARROW, Population, Sizes, near, pair, require, value

_SAME = 1e-9
_SINGLE = 1e-3
_JAX_SIZES: Sizes = (30, 6, 4)


def check_number_types(m: Measure, rng: np.random.Generator) -> None:
    """Integers and booleans are numbers, and single precision is enough to come near."""
    x, y = pair(rng, (40, *NARROW[1:]), m.sees)
    exact = value(m, x, y)
    single = value(m, x.astype(np.float32), y.astype(np.float32))
    require(
        near(single, exact, _SINGLE),
        f"{m.label} is {exact:.9g} in float64 but {single:.9g} for the same in float32",
    )
    counts = [np.rint(20 * population).astype(np.int64) for population in (x, y)]
    spikes = [population > np.median(population, axis=0) for population in (x, y)]
    small = [(population - population.min()).clip(0, 255).astype(np.uint8) for population in counts]
    kinds = {"int64": counts, "bool": spikes, "uint8": small}
    rounded = [population.astype(np.float32) for population in (x, y)]
    for kind, (a, b) in {**kinds, "float32": rounded, "big-endian": [x.astype(">f8"), y]}.items():
        got, wanted = _outcome(m, a, b), _outcome(m, a.astype(np.float64), b.astype(np.float64))
        require(
            np.allclose(got, wanted, _SAME, _SAME, equal_nan=True),
            f"{m.label} is {wanted:.12g}, but {got:.12g} for the same numbers as {kind}"
            " (nan where it refused)",
        )


def _outcome(m: Measure, x: Any, y: Any) -> float:
    """The score, or NaN where these responses are refused, as few silent neurons may be."""
    try:
        return value(m, x, y)
    except HomologError:
        return np.nan


def check_inputs_untouched(m: Measure, rng: np.random.Generator) -> None:
    """No memory layout matters, and nothing is written into the caller's arrays."""
    x, y = pair(rng, sees=m.sees)
    wanted = value(m, x.copy(), y.copy())
    for layout, (a, b) in _layouts(x, y).items():
        kept = np.array(a), np.array(b)
        got = value(m, a, b)
        require(
            near(got, wanted, 1e-12),
            f"{m.label} is {wanted:.12g}, but {got:.12g} for the same in {layout} arrays",
        )
        require(
            np.array_equal(a, kept[0]) and np.array_equal(b, kept[1]),
            f"{m.label} changed the {layout} arrays it was given",
        )
    mine = x.copy()
    summary = m.summary(mine)
    mine[:] = rng.normal(size=mine.shape)
    got = float(m.score(summary, m.summary(y)))
    require(
        near(got, wanted, 1e-12),
        f"{m.label} keeps the caller's array in its summary: writing to the array later changed"
        f" the score from {wanted:.12g} to {got:.12g}",
    )


def _layouts(x: Population, y: Population) -> dict[str, tuple[Any, Any]]:
    def strided(a: Population) -> Population:
        wide = np.full((2 * a.shape[0], *a.shape[1:-1], 3 * a.shape[-1]), np.nan)
        wide[::2, ..., ::3] = a
        return wide[::2, ..., ::3]

    def locked(a: Population) -> Population:
        a = a.copy()
        a.flags.writeable = False
        return a

    def backwards(a: Population) -> Population:
        return np.ascontiguousarray(a[::-1, ..., ::-1])[::-1, ..., ::-1]

    kinds: dict[str, Callable[[Population], Any]] = {
        "C-ordered": np.copy,
        "Fortran-ordered": np.asfortranarray,
        "strided": strided,
        "backwards": backwards,
        "read-only": locked,
        "nested-list": np.ndarray.tolist,
    }
    return {name: (change(x), change(y)) for name, change in kinds.items()}


@contextmanager
def double_precision_jax() -> Generator[None]:
    """Within it, JAX computes in float64; outside, as the caller set it."""
    try:
        from jax import enable_x64
    except ImportError:  # before 0.8
        from jax.experimental import enable_x64  # pyright: ignore[reportAttributeAccessIssue]
    with enable_x64(True):
        yield


def check_array_kinds(m: Measure, rng: np.random.Generator) -> None:
    """torch, array-api-strict and JAX give NumPy's number, as a 0-d array of their own."""
    x, y = pair(rng, _JAX_SIZES, m.sees)
    wanted = value(m, x, y)
    _check_own_array(m, "NumPy", np.asarray, wanted, x, y)
    if find_spec("torch"):
        import torch

        _check_own_array(m, "torch", torch.asarray, wanted, x, y)
    if find_spec("array_api_strict"):
        import array_api_strict

        _check_own_array(m, "array-api-strict", array_api_strict.asarray, wanted, x, y)
    if find_spec("jax"):
        import jax.numpy as jnp

        with double_precision_jax():
            _check_own_array(m, "JAX", jnp.asarray, wanted, x, y)


def _check_own_array(
    m: Measure,
    library: str,
    asarray: Callable[[Population], Any],
    wanted: float,
    x: Population,
    y: Population,
) -> None:
    a, b = asarray(x), asarray(y)
    try:
        got = m(a, b)
    except Exception as error:
        raise AssertionError(
            f"{m.label} fails on {library} arrays: {type(error).__name__} {error}"
        ) from error
    own = hasattr(got, "shape") and type(got) is type(asarray(np.zeros(1)[0]))
    require(
        own and tuple(got.shape) == () and array_namespace(got) is array_namespace(a),
        f"{m.label} of {library} arrays is {type(got).__name__}, not a 0-d {library} array",
    )
    require(
        near(float(got), wanted, _SAME),
        f"{m.label} is {wanted:.12g} with NumPy but {float(got):.12g} with {library}",
    )
