"""The studies. The folder is the registry: one file or folder, one study, found by its name.

A study tests what has been claimed, on populations whose truth is planted and on real ones,
and leaves numbers, figures and one row for each claim: agree, disagree, cannot tell or not run.
"""

from difflib import get_close_matches
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from homolog import errors
from homolog.studies._running import Outcome, run
from homolog.studies._study import Choices, Sources

if TYPE_CHECKING:
    from homolog.studies._study import Study

__all__ = ["Choices", "Outcome", "Sources", "find", "names", "run"]


@cache
def names() -> tuple[str, ...]:
    """Names of all studies, in alphabetical order."""
    files = Path(__file__).parent.glob("[!_]*")
    return tuple(sorted(file.stem.replace("_", "-") for file in files))


def find(name: str) -> "Study":
    """The study of that name.

    Parameters
    ----------
    name
        One of `names`. Case, spaces and underscores do not matter.

    Raises
    ------
    HomologError
        HM023 with the nearest names if there is no such study.

    Examples
    --------
    >>> from homolog import studies
    >>> studies.find("soft matching").name
    'soft-matching'
    """
    key = name.strip().lower().replace("_", "-").replace(" ", "-")
    if key not in names():
        near = get_close_matches(key, names(), n=3, cutoff=0.4)
        raise errors.unknown_name("study", name, near, "homolog study --list shows all.")
    return import_module(f"homolog.studies.{key.replace('-', '_')}").STUDY
