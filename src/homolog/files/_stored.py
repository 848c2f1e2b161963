"""What every format gives: arrays by name, known by their header until they are read."""

from __future__ import annotations

import math
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from homolog import errors
from homolog._arrays import require_memory
from homolog.errors import HomologError

WORKING_COPIES = 3  # what is read, the population made of it, and one array on the way


@dataclass(frozen=True)
class Stored:
    """One array in a file.

    `kind` is NumPy's letter for what it holds: "f", "i", "u", "b", "c" for numbers,
    "U" for text, "O" for pickled objects, "?" for what is neither. `beside` holds what
    the format says about this array: labels, mask, unit.
    """

    shape: tuple[int, ...]
    dtype: str
    kind: str
    read: Callable[[], NDArray[Any]]
    dims: tuple[str, ...] | None = None
    beside: Mapping[str, Stored] | None = None

    @property
    def numeric(self) -> bool:
        """Whether it holds numbers."""
        return self.kind in "fiubc"


Arrays = Mapping[str, Stored]
Record = Mapping[str, NDArray[Any]]


def in_memory(array: NDArray[Any]) -> Stored:
    """Store an array that was read already."""
    return Stored(array.shape, str(array.dtype), array.dtype.kind, lambda: array)


def require_room(path: Path, shape: tuple[int, ...]) -> None:
    """Refuse, before anything is allocated, an array that would not fit (HM009)."""
    n_bytes = math.prod(shape) * 8 * WORKING_COPIES
    arithmetic = f"{' × '.join(f'{size:,}' for size in shape)} in float64, {WORKING_COPIES} copies"
    remedy = "Save a part of it: fewer stimuli, trials, times or neurons, or means over trials."
    require_memory(n_bytes, f"loading {path.name}", arithmetic, remedy)


class UnreadableError(ValueError):
    """What a reader finds wrong with a file, and what to do about it."""

    def __init__(self, why: str, remedy: str = errors.WRITE_ANEW) -> None:
        super().__init__(why)
        self.remedy = remedy


@contextmanager
def reading(path: Path, form: str) -> Generator[None]:
    """Turn whatever a library raises on a damaged file into HM021.

    The libraries raise anything from struct.error to RecursionError on damaged bytes, so
    everything is caught here, and only here.
    """
    try:
        yield
    except HomologError:
        raise
    except UnreadableError as error:
        raise errors.unreadable(path, form, str(error), error.remedy) from error
    except PermissionError as error:
        raise errors.unreadable(path, form, "permission denied", "Ask its owner.") from error
    except Exception as error:
        why = str(error).partition("\n")[0].rstrip(".") or type(error).__name__
        raise errors.unreadable(path, form, why) from error


def values_of(array: Stored, path: Path, form: str) -> NDArray[Any]:
    """Read an array that fits in memory and is what its header promised."""
    require_room(path, array.shape)
    with reading(path, form):
        values = array.read()
        if array.numeric and values.shape != array.shape:
            raise ValueError(f"{array.shape} promised, {values.shape} found")
        return values


def texts(values: NDArray[Any]) -> list[str]:
    """Return what an array of text, bytes or single-element cells says."""
    return [_text(one) for one in np.ravel(values)]


def _text(one: Any) -> str:
    if isinstance(one, np.ndarray):  # a MATLAB cell
        return "".join(texts(one))
    return one.decode("utf-8", errors="replace") if isinstance(one, bytes) else str(one)
