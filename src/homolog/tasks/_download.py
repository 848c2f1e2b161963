"""Files of tasks from the web: fetched when asked for, checked, and kept whole or not at all."""

from __future__ import annotations

import shutil
import tarfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from homolog import errors
from homolog._write import staged
from homolog.tasks._places import DAMAGED, Published, digest, stored, uncompressed

SECONDS_OF_SILENCE = 60
BLOCK = 2**20


def fetch(published: Published, place: Path) -> None:
    """Add to a folder what it lacks of the files of a task, from the first mirror that has it.

    Files that are there already stay as they are.

    Raises
    ------
    HomologError
        HM013 when pooch is not installed, HM034 when the folder cannot be written, HM048 when
        no mirror gave all of the files as they were published.
    """
    wanted = [name for name in published.content if stored(place, name) is None]
    failures: list[str] = []
    for mirror in published.mirrors:
        try:
            with staged(place) as temporary:
                for file in _from(mirror, published, wanted, temporary):
                    _refuse_others(published, file)
            return
        except (*DAMAGED, tarfile.TarError, LookupError) as error:
            failures.append(f"{mirror} ({error})")
    raise errors.not_downloaded(published.task, place, failures)


def _from(mirror: str, published: Published, wanted: Sequence[str], to: Path) -> Iterator[Path]:
    """Put the files that are wanted into a folder, each as it is published."""
    if not published.archive:
        for name in wanted:
            yield _retrieve(f"{mirror}/{name}.gz", to / f"{name}.gz", published.task)
        return
    archive = _retrieve(f"{mirror}/{published.archive}", to / published.archive, published.task)
    with tarfile.open(archive) as inside:
        for name in wanted:
            yield _member(inside, f"{published.inside}/{name}", to / name)
    archive.unlink()


def _member(archive: tarfile.TarFile, name: str, to: Path) -> Path:
    """One file of an archive, at a place that the archive has no say in."""
    stream = archive.extractfile(name)
    if stream is None:
        raise LookupError(f"{name} in the archive is no file")
    with stream, to.open("wb") as file:
        shutil.copyfileobj(stream, file, BLOCK)
    return to


def _retrieve(address: str, to: Path, task: str) -> Path:
    try:
        from pooch import HTTPDownloader
    except ImportError as error:
        raise errors.missing_extra(f"downloading {task}", "pooch", "data") from error
    # Some servers call a .gz file compressed text, which would then arrive uncompressed.
    as_stored = {"Accept-Encoding": "identity"}
    HTTPDownloader(timeout=SECONDS_OF_SILENCE, headers=as_stored)(address, str(to), None)
    return to


def _refuse_others(published: Published, file: Path) -> None:
    name = file.name.removesuffix(".gz")
    got = digest([uncompressed(file)])
    if got != published.content[name]:
        raise LookupError(f"{name} is not as published: the SHA-256 of its content is {got}")
