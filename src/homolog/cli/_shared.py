"""What commands share: how they refuse, how they show that they are at work, how they read text."""

from __future__ import annotations

import re
import sys
from collections.abc import Generator, Iterable, Mapping
from contextlib import contextmanager
from time import monotonic
from types import MappingProxyType
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from homolog.errors import HomologError
    from homolog.scoring import Refusal
    from homolog.statistics import Progress

Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="No progress.")]

FLAGS = {
    "HM001": "--align",
    "HM002": "--align",
    "HM003": "--dims",
    "HM004": "--nan",
    "HM007": "--dims",
    "HM012": "--groups stimulus",
    "HM028": "--fold-time",
    "HM082": "homolog measures show NAME says what a measure sees",
    "HM083": "--nan drop-units or drop-stimuli",
}
"""What does on the command line what a message says for Python, by all that score populations."""

NEWS = " — "
"""In what progress says, between the name of the work and what changes from step to step."""


@contextmanager
def refusals(
    interrupted: str = "interrupted: nothing was written",
    flags: Mapping[str, str] = MappingProxyType({}),
) -> Generator[None]:
    """Turn a refused input into one line on standard error and exit status 1.

    `flags` are options of the command, by codes of the errors that they prevent.
    """
    from homolog.errors import HomologError

    try:
        yield
    except HomologError as error:
        typer.echo(f"error: {error}{_flag(error, flags)}", err=True)
        raise typer.Exit(1) from None
    except KeyboardInterrupt:
        typer.echo(interrupted, err=True)
        raise typer.Exit(130) from None


def tell_flags(refused: Iterable[Refusal], flags: Mapping[str, str]) -> None:
    """Say on standard error what would do for measures that refused, where an option would."""
    for one in refused:
        if flag := _flag(one.error, flags):
            typer.echo(f"{one.measure.label}: {one.error.code}{flag}", err=True)


def _flag(error: HomologError, flags: Mapping[str, str]) -> str:
    return f" (On the command line: {flags[error.code]}.)" if error.code in flags else ""


@contextmanager
def shown_progress(
    quiet: bool, *, lines: bool = False, often: float | None = None
) -> Generator[Progress]:
    """A progress bar on standard error; where no person is watching, nothing, or `lines`.

    Work that says itself how long it will take says so `often`: lines come at least so many
    seconds apart, and the bar makes no estimate of its own.
    """
    from homolog.statistics import silent

    if quiet or not sys.stderr.isatty():
        yield _told_in_lines(often) if lines and not quiet else silent
        return
    from rich.console import Console
    from rich.progress import Progress as Bars
    from rich.progress import TaskID

    columns = Bars.get_default_columns()
    shown = columns if often is None else columns[:-1]  # the last is the time that is left
    with Bars(*shown, console=Console(stderr=True), transient=True) as bars:
        running: dict[str, TaskID] = {}

        def show(what: str, done: int, total: int) -> None:
            who = what.partition(NEWS)[0]
            if who not in running:
                running[who] = bars.add_task(what, total=total)
            bars.update(running[who], completed=done, description=what)

        yield show


def _told_in_lines(often: float | None) -> Progress:
    """A line at the beginning and about every tenth of the way, for a log."""
    last, at = -1, monotonic()

    def told(what: str, done: int, total: int) -> None:
        nonlocal last, at
        late = often is not None and monotonic() - at >= often
        due = done % max(1, total // 10) == 0 or done == total
        if late or (due and (often is None or done != last)):
            typer.echo(f"{what}: {done} of {total}", err=True)
            last, at = done, monotonic()

    return told


def split(names: list[str] | None) -> list[str] | None:
    """Names given one by one or with commas between them, each with its options."""
    from homolog.measures._spelling import listed

    return [one for name in names for one in listed(name)] if names else None


def plain(docstring: str) -> str:
    """A docstring without the marks that only a documentation page shows."""
    from homolog.cli._equations import readable

    docstring = re.sub(r":math:`([^`]*)`", lambda found: readable(found[1]), docstring)
    docstring = re.sub(
        r"\.\. math::\s+((?:.+\n?)+)", lambda found: f"    {readable(found[1])}", docstring
    )
    return docstring.replace("``", "").replace("`", "")
