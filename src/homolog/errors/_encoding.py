"""Refusals of encoding scores."""

from collections.abc import Sequence

from homolog._words import counted
from homolog.errors._base import HomologError, some


def regions_miscounted(name: str, n_regions: int, n_neurons: int) -> HomologError:
    """HM076: regions that are not as many as neurons."""
    return HomologError(
        "HM076",
        f"{name}: {counted(n_regions, 'region')} for {counted(n_neurons, 'neuron')}. Give one for"
        " each neuron, or a mapping from their labels.",
    )


def regions_unmatched(name: str, without: Sequence[object], n_neurons: int) -> HomologError:
    """HM076: neurons whose region is not told."""
    return HomologError(
        "HM076",
        f"{name}: no region for {len(without)} of {counted(n_neurons, 'neuron')}"
        f" ({some(without, 3)}). Name the neurons as the recording does.",
    )


def regions_unread(file: str, column: str, header: Sequence[str]) -> HomologError:
    """HM076: a table that does not say where neurons stand."""
    return HomologError(
        "HM076",
        f"{file}: its columns are {some(header) if header else 'none'}. Give a table with the"
        f" labels of neurons in the first column, one called {column!r}, and as many cells in"
        " every row.",
    )
