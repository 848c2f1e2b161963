"""Cosines between similarity structures, by three readings of them, and their angles.

A reading says which vector stands for a structure: ``"whole"`` is the centred Gram matrix
(Gretton), ``"others"`` the same without its diagonal (Lange), ``"unbiased"`` the U-centred
one (Song). Overlaps by all three follow from that of the whole matrices and of their
diagonals, so that no stimulus × stimulus matrix is needed.
"""

from collections.abc import Iterator, Mapping, Sequence
from numbers import Real
from typing import Any, Literal

from homolog import errors
from homolog._arrays import (
    Array,
    Reals,
    carries_gradient,
    constant,
    inner,
    namespace,
    root,
    rounding,
)
from homolog.measures import _angles
from homolog.measures._kernels import KERNELS
from homolog.measures._orders import Orders
from homolog.measures._overlap import (
    Structure,
    diagonals_in_orders,
    overlap,
    overlaps,
    overlaps_in_orders,
)

Reading = Literal["whole", "others", "unbiased"]
Kernel = Literal["linear", "rbf", "laplace"]
Form = Literal["cosine", "angle", "chordal", "score"]

_NEARLY_EQUAL = 1e-4
_ROW_ENTRIES = 4_000_000
"""Entries of Gram matrices held at once."""


def read(reading: Reading, total: Array, diagonal: Array, traces: Any, n_stimuli: int) -> Array:
    """The overlap of two structures by a reading.

    `total` is that of the whole matrices, `diagonal` that of their diagonals and `traces` the
    product of their traces.
    """
    if reading == "whole":
        return total
    if reading == "others":
        return total - diagonal
    m = n_stimuli
    return total - m / (m - 2) * diagonal + traces / ((m - 1) * (m - 2))


def own(x: Structure, reading: Reading) -> Array:
    """The overlap of a structure with itself."""
    return read(reading, x.square, inner(x.energy, x.energy), 1, x.n_stimuli)


def determined(x: Structure, reading: Reading, name: str) -> Structure:
    """The structure, refused where nothing is left of it by this reading."""
    if float(constant(own(x, reading) / x.square)) < rounding(x.energy):
        raise errors.undefined(
            name,
            "all pairs of stimuli are equally similar in a population",
            "Use procrustes, or add stimuli that differ in how alike they are.",
        )
    return x


def aligned(x: Structure, y: Structure, reading: Reading, form: Form) -> Array:
    """The cosine between two structures, or what `form` makes of their angle."""
    cosine = _cosine(x, y, reading)
    if form == "cosine":
        return cosine
    squared = 2 - 2 * cosine
    if not bool(constant(squared) > _NEARLY_EQUAL):
        squared = _angles.resolved(_squared_chord(x, y, reading))
    return _angles.of_chord(root(squared), form)


def _cosine(x: Structure, y: Structure, reading: Reading) -> Array:
    diagonal = inner(x.energy, y.energy)
    shared = read(reading, overlap(x, y), diagonal, 1, x.n_stimuli)
    both = own(x, reading) * own(y, reading)
    return shared / namespace(both).sqrt(both)


def cosines(populations: Sequence[Structure], reading: Reading) -> Array | None:
    """Cosines of every structure with every other; None to go pair by pair."""
    total = overlaps(populations)
    if total is None:
        return None
    xp = namespace(total)
    energies = xp.stack([one.energy for one in populations])
    shared = read(reading, total, energies @ energies.T, 1, energies.shape[1])
    norms = xp.sqrt(xp.linalg.diagonal(shared))
    return shared / (norms[:, None] * norms[None, :])


def _squared_chord(x: Structure, y: Structure, reading: Reading) -> Array:
    """The squared chord without cancellation."""
    xp = namespace(x.energy)
    return squared_gap(x, y, reading, *(1 / xp.sqrt(own(one, reading)) for one in (x, y)))


def cosines_in_orders(x: Structure, y: Structure, reading: Reading, orders: Orders) -> Reals | None:
    """Cosines with the stimuli of `x` in many orders; None to reorder one by one."""
    total = overlaps_in_orders(x, y, orders)
    if total is None:
        return None
    shared = read(reading, total, diagonals_in_orders(x, y, orders), 1, x.n_stimuli)
    return shared / root(own(x, reading) * own(y, reading))


def squared_gap(
    x: Structure, y: Structure, reading: Reading, unit_x: Array, unit_y: Array
) -> Array:
    """The squared norm, by a reading, of the difference of two structures of these traces."""
    total = sum(
        inner(gap, gap)
        for rows in _blocks(x, y)
        for gap in [unit_x * _similarities(x, rows) - unit_y * _similarities(y, rows)]
    )
    diagonal = unit_x * x.energy - unit_y * y.energy
    traces = (unit_x - unit_y) ** 2
    return read(reading, total, inner(diagonal, diagonal), traces, x.n_stimuli)


def _blocks(x: Structure, y: Structure) -> Iterator[slice]:
    """A few rows of the Gram matrices at a time, or all where a gradient keeps them anyway."""
    m = x.n_stimuli
    kept = carries_gradient(x.energy) or carries_gradient(y.energy)
    step = m if kept else max(1, _ROW_ENTRIES // m)
    return (slice(start, min(start + step, m)) for start in range(0, m, step))


def _similarities(x: Structure, rows: slice) -> Array:
    """Rows of the Gram matrix."""
    return x.gram[rows, :] if x.responses is None else x.responses[rows, :] @ x.responses.T


def kernel_promises(
    title: str, *, kernel: str, bandwidth: float, relative: bool, form: str, opposite: bool
) -> dict[str, Any]:
    """What changes with the kernel of an alignment called `title`, and with its form."""
    _check_kernel(kernel, bandwidth, relative)
    _angles.check_form(form, Form.__args__)
    promised: dict[str, Any] = {}
    if kernel != "linear":
        kept = {"shift", "permutation", "rotation"} | ({"scale"} if relative else set())
        promised |= {"invariant_to": kept, "candidate_invariant_to": kept}
        title = f"{title} by {_KERNELS[kernel]}"
        promised |= {"title": title, "gradient": None, "of_products": False}
        promised |= {"smooth": not relative}  # the slope of a median jumps
    if form != "cosine":
        promised |= _angles.promises(form, opposite=opposite)
        promised |= {"title": f"{title}, as {_FORMS[form]}"}
        promised |= {"gradient": None, "together": None, "chance_level": None}
        promised |= {"in_orders": None}
    return promised


_KERNELS = {
    "rbf": "a Gaussian kernel of distances",
    "laplace": "an exponential kernel of distances",
}
_FORMS: Mapping[str, str] = {
    "angle": "an angle in radians",
    "chordal": "a distance between unit vectors",
    "score": "1 minus the angle in right angles",
}


def _check_kernel(kernel: object, bandwidth: object, relative: bool) -> None:
    if kernel not in KERNELS:
        raise errors.bad_value("kernel", kernel, ", ".join(KERNELS))
    if (
        isinstance(bandwidth, bool)
        or not isinstance(bandwidth, Real)
        or not 0 < float(bandwidth) < float("inf")
    ):
        raise errors.bad_value("bandwidth", bandwidth, "a number above 0")
    if kernel == "linear" and (bandwidth != 1 or not relative):
        raise errors.bad_value("kernel", kernel, "rbf or laplace where a bandwidth is set")
