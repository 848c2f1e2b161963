"""The user's own copy of MNIST or Fashion-MNIST, as their idx files, for studies."""

from __future__ import annotations

from pathlib import Path

from homolog import errors
from homolog.studies._study import Sources
from homolog.tasks import _idx
from homolog.tasks._idx import Images
from homolog.tasks._places import content, stored

MISSING = (
    "it needs images; give the folder of the four idx files of MNIST or Fashion-MNIST with "
    "--images FOLDER"
)


def missing(sources: Sources) -> str | None:
    """What a part that trains networks lacks."""
    from importlib.util import find_spec

    if sources.images is None:
        return MISSING
    files(sources)  # what one gave is refused before what one lacks is asked for
    if find_spec("torch") is None:
        return (
            'it trains networks with PyTorch, which is not installed: pip install "homolog[torch]"'
        )
    return None


def files(sources: Sources) -> tuple[Path, ...]:
    """The four files, with or without ``.gz``.

    Raises
    ------
    HomologError
        HM032 when one is not in the folder, HM021 for one that holds something else.
    """
    folder = sources.images
    if folder is None:
        return ()
    if not folder.is_dir():
        raise errors.images_absent(folder, [], [])
    found = {name: stored(folder, name) for name in _idx.FILES.values()}
    if lacking := [name for name, file in found.items() if file is None]:
        raise errors.images_absent(folder, lacking, _near(folder))
    there = {name: file for name, file in found.items() if file is not None}
    _idx.refuse_misfits(there)
    return tuple(there.values())


def read(sources: Sources) -> Images:
    """Read the images and their classes, whoever published them.

    Raises
    ------
    HomologError
        HM032 for a file that is not there, HM021 for one that holds something else.
    """
    places = dict(zip(_idx.FILES.values(), files(sources), strict=True))
    return _idx.read(places, {name: content(file) for name, file in places.items()})


def _near(folder: Path) -> list[str]:
    """What might have been meant: files of that kind here, or folders that hold all of them."""
    inside = sorted(one for one in folder.iterdir() if one.is_dir())
    whole = [one for one in inside if all(stored(one, name) for name in _idx.FILES.values())]
    return [*(str(one) for one in whole), *sorted(one.name for one in folder.glob("*ubyte*"))]
