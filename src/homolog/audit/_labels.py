"""What a person says of the conditions: variables, checked once, and folds that hold them out."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from homolog import errors
from homolog.audit._label_index import columns_in_order, in_order
from homolog.representation._by_name import is_of_pandas

Label = int | str
Labels = Any
"""A mapping of variable to one int or str per condition, or a pandas DataFrame of such columns.

What has an index is put into the order of the conditions by the names in it."""


def labels_of(
    labels: Labels, n_conditions: int, conditions: Sequence[Hashable] | None = None
) -> dict[str, tuple[Label, ...]]:
    """Check what is said of the conditions.

    Parameters
    ----------
    labels
        Mapping of variable to a sequence of one label per condition, in the order of the
        conditions; or a DataFrame with a column for each variable. A DataFrame or Series whose
        index holds the names of the conditions, or their places 0, 1, 2 and so on, is put into
        their order; so is a DataFrame whose first column does.
    n_conditions
        How many conditions there are.
    conditions
        Their names; None where they have none.

    Returns
    -------
    variables
        Labels of each variable. Whole floats are ints, all other numbers text.

    Raises
    ------
    HomologError
        HM062 when there is no variable, or one has another length, a missing label, only one
        class, or an index of other names.
    """
    if is_of_pandas(labels, "columns"):
        labels = columns_in_order(labels, conditions)
    if not isinstance(labels, Mapping):
        got = f"got {type(labels).__name__}"
        raise errors.bad_labels(None, got, "Pass {'variable': one label for each condition}.")
    if not labels:
        raise errors.bad_labels(None, "there are none", "Name at least one variable.")
    listed = {
        str(name): in_order(str(name), given, conditions) if is_of_pandas(given, "dtype") else given
        for name, given in labels.items()
    }
    return {name: _checked(name, given, n_conditions) for name, given in listed.items()}


def _checked(variable: str, given: Any, n_conditions: int) -> tuple[Label, ...]:
    if isinstance(given, str) or not hasattr(given, "__len__") or getattr(given, "ndim", 1) != 1:
        raise errors.bad_labels(variable, _got(given), "Give one label for each condition.")
    if len(given) != n_conditions:
        raise errors.bad_labels(
            variable,
            f"{len(given)} of them for {n_conditions} conditions",
            "Give one for each condition (stimulus), in its order. Trials are averaged; to decode"
            " them, make them rows with homolog.audit.pseudo_trials and repeat the labels.",
        )
    missing = [i for i, label in enumerate(given) if _is_missing(label)]
    if missing:
        where = ", ".join(map(str, missing[:5]))
        raise errors.bad_labels(
            variable,
            f"none for {len(missing)} of {n_conditions} conditions ({where})",
            "Leave those conditions out of the recording, or this variable out of the labels.",
        )
    known = tuple(_plain(label) for label in given)
    if len(set(known)) == 1:
        raise errors.bad_labels(
            variable,
            f"every condition is {known[0]!r}",
            "What does not vary cannot be decoded: leave the variable out.",
        )
    return known


def _got(given: Any) -> str:
    """What was given in place of labels; of a whole table of numbers its size only."""
    shape = getattr(given, "shape", ())
    return f"got an array of {' × '.join(map(str, shape))}" if shape else f"got {given!r}"


def _is_missing(label: object) -> bool:
    return label is None or str(label) in ("", "<NA>", "NaT") or bool(label != label)


def _plain(label: object) -> Label:
    """Whole numbers as ints, everything else as text, so that classes can be told and printed."""
    if isinstance(label, np.generic):
        label = label.item()
    if isinstance(label, bytes):
        return label.decode("utf-8", errors="replace")
    if isinstance(label, float) and label.is_integer():
        return int(label)
    return label if isinstance(label, int) and not isinstance(label, bool) else str(label)


def classes_of(labels: Sequence[Label]) -> tuple[tuple[Label, ...], NDArray[np.int64]]:
    """The classes in the order in which they first appear, and the class of each condition."""
    classes = tuple(dict.fromkeys(labels))
    place = {label: i for i, label in enumerate(classes)}
    return classes, np.array([place[label] for label in labels], dtype=np.int64)


def stratified_folds(
    variable: str, labels: Sequence[Label], folds: int, rng: int
) -> NDArray[np.int64]:
    """The fold that holds each condition out, every class spread evenly over the folds.

    The very folds of scikit-learn's ``StratifiedKFold(folds, shuffle=True, random_state=rng)``.

    Raises
    ------
    HomologError
        HM025 for fewer than two folds or a seed that is none, HM063 when a class has fewer
        conditions than there are folds.
    """
    if not isinstance(folds, int | np.integer) or folds < 2:
        raise errors.bad_value("folds", folds, "a whole number from 2")
    if not isinstance(rng, int | np.integer) or not 0 <= rng < 2**32:
        raise errors.bad_value("rng", rng, "a whole number from 0 to 2³² - 1")
    classes, class_of = classes_of(labels)
    counts = np.bincount(class_of)
    if counts.min() < folds:
        rarest = int(counts.argmin())
        raise errors.too_few_in_class(
            variable, classes[rarest], int(counts[rarest]), folds, len(labels)
        )
    return _dealt(class_of, folds, np.random.RandomState(rng))


def _dealt(
    class_of: NDArray[np.int64], folds: int, draws: np.random.RandomState
) -> NDArray[np.int64]:
    """Deal sorted classes to the folds like cards, then shuffle within each class."""
    ordered = np.sort(class_of)
    n_classes = int(ordered[-1]) + 1
    dealt = np.array([np.bincount(ordered[i::folds], minlength=n_classes) for i in range(folds)])
    held_out = np.empty(len(class_of), dtype=np.int64)
    for one in range(n_classes):
        places = np.arange(folds).repeat(dealt[:, one])
        draws.shuffle(places)
        held_out[class_of == one] = places
    return held_out
