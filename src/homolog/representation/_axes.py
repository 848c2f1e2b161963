"""Names of axes and labels along them: the edge between what is given and what is stored."""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from homolog import errors

DIMS = ("trial", "stimulus", "time", "neuron")
SYNONYMS = {"unit": "neuron", "units": "neuron"}

Label = str | int


def named(dims: str | Sequence[str] | None, shape: tuple[int, ...], name: str) -> tuple[str, ...]:
    """Give every axis of an array of this shape its name; only 2-D needs no words."""
    if dims is None:
        if len(shape) == 2:
            return ("stimulus", "neuron")
        if len(shape) > 2:
            raise errors.axes_unnamed(name, shape)
    given = dims.replace(",", " ").split() if isinstance(dims, str) else listed(dims or (), "dims")
    words = tuple(map(str, given))
    names = tuple(SYNONYMS.get(word, word) for word in words)
    complete = {"stimulus", "neuron"} <= set(names) <= set(DIMS)
    if len(names) != len(shape) or len(set(names)) != len(names) or not complete:
        raise errors.axes_misnamed(name, shape, words)
    return names


def order(dims: Sequence[str]) -> tuple[int, ...]:
    """Positions that bring the axes into the order in which they are stored."""
    return tuple(dims.index(dim) for dim in DIMS if dim in dims)


def label(given: object) -> Label:
    """Turn what a file or a table holds as a label into a plain int or str.

    Whole floats become ints, so that 45.0 in one file meets 45 in another.
    """
    if isinstance(given, np.generic):
        given = given.item()
    if isinstance(given, bytes):
        given = given.decode("utf-8", errors="replace")
    if isinstance(given, float) and given.is_integer():
        given = int(given)
    if isinstance(given, int) and not isinstance(given, bool) and abs(given) < 2**63:
        return given
    return str(given).replace("\0", "")  # files pad text with NUL


def listed(given: Any, what: str) -> list[Any]:
    """The entries of anything that has some, along one axis."""
    if getattr(given, "ndim", 1) > 1:
        raise errors.bad_value(what, f"an array {given.shape}", "one for each, along one axis")
    try:
        return list(given)
    except TypeError:
        raise errors.bad_value(what, given, "a list, a tuple or an array") from None


def sequence(
    given: Iterable[object] | None, n_needed: int, axis: str, name: str
) -> tuple[Label, ...] | None:
    """Check that labels are as many as needed; they are all ints or all text."""
    if given is None:
        return None
    labels = tuple(label(one) for one in listed(given, f"{axis} labels"))
    if len(labels) != n_needed:
        raise errors.labels_miscounted(name, axis, len(labels), n_needed)
    if any(isinstance(one, str) for one in labels):
        return _as_text(labels, axis)
    return labels


def _as_text(labels: tuple[Label, ...], axis: str) -> tuple[Label, ...]:
    """All as text, unless that would make one label of two."""
    known, text = set(labels), tuple(map(str, labels))
    for one, written in zip(labels, text, strict=True):
        if one != written and written in known:
            raise errors.bad_value(f"{axis} labels", [one, written], "all numbers, or all text")
    return text


def unique(
    given: Iterable[object] | None, n_needed: int, axis: str, name: str
) -> tuple[Label, ...] | None:
    """Check that labels are as many as needed and all different."""
    labels = sequence(given, n_needed, axis, name)
    refuse_repeats(labels or (), axis, name)
    return labels


def refuse_repeats(entries: Sequence[object], axis: str, name: str) -> None:
    """Raise HM020 when an entry stands more than once."""
    repeated = [entry for entry, count in Counter(entries).items() if count > 1]
    if repeated:
        raise errors.duplicate_labels(name, axis, repeated)


def positions(
    chosen: Iterable[object], n: int, axis: str, name: str, labels: Sequence[Label] | None = None
) -> np.ndarray:
    """Turn a mask, labels or positions into positions along an axis of length `n`.

    An int is a position unless the labels are themselves ints.
    """
    entries = listed(chosen, f"the {axis} selection")
    if entries and all(isinstance(entry, (bool, np.bool_)) for entry in entries):
        if len(entries) != n:
            raise errors.labels_miscounted(name, axis, len(entries), n, what="mask entries")
        return np.flatnonzero(np.array(entries, dtype=bool))
    at = {one: i for i, one in enumerate(labels or ())}
    if not any(isinstance(one, int) for one in at):
        at |= {i: i for i in range(n)}
    wanted = [label(entry) for entry in entries]
    for entry in wanted:
        if entry not in at:
            raise errors.not_in_axis(name, axis, entry, n, labels)
    refuse_repeats(wanted, axis, name)
    return np.array([at[entry] for entry in wanted], dtype=int)


def left_out(name: str, axis: str, labels: Sequence[Label], n: int, why: str) -> str:
    """Say in a sentence which stimuli or neurons were left out, out of `n`, and why."""
    plural = {"stimulus": "stimuli", "neuron": "neurons"}[axis]
    shown = ", ".join(map(repr, labels[:5])) + (", …" if len(labels) > 5 else "")
    return f"{name}: left out {len(labels)} of {n} {plural} {why} ({shown})"
