"""The parts of an audit: each done once, in any process, and kept as soon as it is done."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from importlib.util import find_spec
from multiprocessing import get_context
from typing import TYPE_CHECKING, Any

import numpy as np

from homolog import errors, measures
from homolog._processes import ended_with_parent
from homolog.audit import _course, _guaranteed
from homolog.audit._course import Labels, Settings
from homolog.audit._targets import Target
from homolog.statistics import Progress

if TYPE_CHECKING:
    from homolog.measures._measure import Measure

Said = dict[str, Any]
"""What came of a part, as JSON has it."""

Keep = Callable[["Part", Said], None]


@dataclass(frozen=True)
class Asked:
    """A measure by its name and options, as another process can be told of it."""

    name: str
    options: tuple[tuple[str, Any], ...]

    @property
    def measure(self) -> Measure:
        """The measure itself."""
        return measures.find(self.name).using(**dict(self.options))


@dataclass(frozen=True)
class Part:
    """A piece of an audit that knows nothing of the others.

    Attributes
    ----------
    name
        Of its file.
    title
        For a person who waits.
    about
        What its numbers depend on besides the recording, as JSON has it.
    work
        Does it.
    """

    name: str
    title: str
    about: Mapping[str, Any]
    work: Callable[[], Said]


def asked(measure: Measure) -> Asked:
    """A measure as a worker may be told of it.

    Raises
    ------
    HomologError
        HM023 for a measure that is not in the registry.
    """
    changed = tuple(
        (key, value)
        for key, value in measure.options.items()
        if not np.array_equal(value, measures.find(measure.name).options[key])
    )
    return Asked(measure.name, changed)


def of_course(target: Target, measure: Measure, seed: int, settings: Settings) -> Part:
    """Maximise a measure from one start."""
    about = {"seed": seed, **vars(settings), **_told([measure])}
    work = partial(_course_said, target, asked(measure), seed, settings)
    return Part(f"{_file(measure)}-seed{seed}", f"{measure.label}, seed {seed}", about, work)


def of_guarantee(
    target: Target, least: Sequence[tuple[Measure, float]], labels: Labels, folds: int
) -> Part:
    """Look for what is decoded worst while all these measures score at least so much."""
    listed = [measure for measure, _ in least]
    about = {
        "least": [score for _, score in least],
        "labels": labels,
        "folds": folds,
        **_told(listed),
    }
    told = tuple((asked(measure), score) for measure, score in least)
    title = " and ".join(f"{measure.label} {score:g}" for measure, score in least)
    name = "-".join(["guarantee", *(f"{_file(measure)}-{score:g}" for measure, score in least)])
    work = partial(_guaranteed_said, target, told, labels, folds)
    return Part(name, f"guarantee of {title}", about, work)


def _course_said(target: Target, told: Asked, seed: int, settings: Settings) -> Said:
    return _course.written(_course.course(target, told.measure, seed, settings))


def _guaranteed_said(
    target: Target, told: tuple[tuple[Asked, float], ...], labels: Labels, folds: int
) -> Said:
    least = [(one.measure, score) for one, score in told]
    return _guaranteed.written(_guaranteed.guaranteed(target, least, labels, folds))


def _told(listed: Sequence[Measure]) -> Said:
    return {
        "measures": [one.label for one in listed],
        "options": [{k: np.asarray(v).tolist() for k, v in one.options.items()} for one in listed],
    }


def _file(measure: Measure) -> str:
    """A label as part of the name of a file."""
    return "".join(
        letter if letter.isalnum() or letter in "_.=" else "-" for letter in measure.label
    )


def done(
    parts: Sequence[Part], keep: Keep, workers: int, progress: Progress, ahead: int = 0
) -> dict[str, Said]:
    """Do parts, several at a time, and keep each as soon as it is done.

    Parameters
    ----------
    ahead
        How many were done before, for whoever counts.

    Raises
    ------
    HomologError
        HM049 if a worker ended without a word; and what a part is refused for.
    """
    found: dict[str, Said] = {}
    total = ahead + len(parts)
    progress("audit", ahead, total)
    for part, said in _spread(parts, workers):
        keep(part, said)
        found[part.name] = said
        progress(f"audit \N{EM DASH} {part.title}", ahead + len(found), total)
    return found


def _spread(parts: Sequence[Part], workers: int) -> Iterator[tuple[Part, Said]]:
    if workers == 1 or len(parts) < 2:
        with _one_thread():
            for part in parts:
                yield part, part.work()
        return
    # Started afresh, for a fork would copy locks that the libraries' threads hold.
    pool = ProcessPoolExecutor(min(workers, len(parts)), get_context("spawn"), _begin)
    try:
        waiting = {pool.submit(part.work): part for part in parts}
        for one in as_completed(waiting):
            yield waiting[one], one.result()
    except BrokenProcessPool as error:
        raise errors.worker_ended("homolog.audit.audit", "Finished parts are kept.") from error
    finally:
        pool.shutdown(cancel_futures=True)


def _begin() -> None:
    ended_with_parent()
    _held.append(_one_thread())
    _held[0].__enter__()


_held: list[Any] = []
"""In a worker: what holds it to one thread for as long as it lives."""


@contextmanager
def _one_thread() -> Generator[None]:
    """Compute on one thread: sums over several would depend on how many there are."""
    if find_spec("threadpoolctl") is None:
        yield
        return
    from threadpoolctl import threadpool_limits

    with threadpool_limits(1):
        yield
