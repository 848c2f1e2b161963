"""The measures. The folder is the registry: one file, one measure, found by its name."""

from difflib import get_close_matches
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from homolog import errors

if TYPE_CHECKING:
    from homolog.measures._measure import Measure


@cache
def names() -> tuple[str, ...]:
    """Names of all measures, in alphabetical order."""
    files = Path(__file__).parent.glob("[!_]*.py")
    return tuple(sorted(file.stem for file in files))


def find(name: str) -> "Measure":
    """The measure of that name.

    Parameters
    ----------
    name
        One of `names`. Case, spaces and hyphens do not matter.

    Raises
    ------
    HomologError
        HM023 with the nearest names if there is no such measure, HM025 if it is no text.

    Examples
    --------
    >>> import homolog
    >>> homolog.measures.find("unbiased-cka").name
    'unbiased_cka'
    """
    if not isinstance(name, str):
        raise errors.bad_value("measure", name, "a name, one of homolog.measures.names()")
    key = name.strip().lower().replace("-", "_").replace(" ", "_")
    if key not in names():
        near = get_close_matches(key, names(), n=3, cutoff=0.4)
        raise errors.unknown_name("measure", name, near, "homolog measures list shows all.")
    return getattr(import_module(f"homolog.measures.{key}"), key)
