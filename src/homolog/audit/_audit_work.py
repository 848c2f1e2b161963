"""Doing the parts of an audit, several at a time, and telling how far they have come."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from importlib.util import find_spec
from multiprocessing import get_context
from time import monotonic
from typing import Any

from homolog import errors
from homolog._processes import ended_with_parent
from homolog.audit._audit_parts import Part, Said, Tell
from homolog.audit._audit_waiting import Waiting
from homolog.statistics import Progress

Keep = Callable[[Part, Said], None]
Came = Callable[[str, float], None]
"""Called with the name of a part and the share of it that is done."""

LOOK = 0.25  # seconds from one look at what workers have told to the next
TELL = 0.5  # seconds from one thing that a part tells to the next, at least


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
    waiting = Waiting(parts, workers, ahead, progress)
    for part, said in _spread(parts, workers, waiting.came):
        keep(part, said)
        found[part.name] = said
        waiting.ended(part.name)
    return found


def _spread(parts: Sequence[Part], workers: int, came: Came) -> Iterator[tuple[Part, Said]]:
    if workers == 1 or len(parts) < 2:
        with _one_thread():
            for part in parts:
                yield part, _worked(part, came)
        return
    # Started afresh, for a fork would copy locks that the libraries' threads hold.
    context = get_context("spawn")
    news = context.SimpleQueue()
    pool = ProcessPoolExecutor(min(workers, len(parts)), context, _begin, (news,))
    try:
        waiting = {pool.submit(_worked_apart, part): part for part in parts}
        while waiting:
            for one in _ended(waiting, news, came):
                yield waiting.pop(one), one.result()
    except BrokenProcessPool as error:
        raise errors.worker_ended("homolog.audit.audit", "Finished parts are kept.") from error
    finally:
        pool.shutdown(cancel_futures=True)


def _ended(waiting: dict[Future[Said], Part], news: Any, came: Came) -> set[Future[Said]]:
    """Those that end within a moment; what the others tell is passed on."""
    ended, _ = wait(waiting, LOOK, FIRST_COMPLETED)
    while not news.empty():
        came(*news.get())
    return ended


def _worked(part: Part, came: Came) -> Said:
    return part.work(_now_and_then(lambda share: came(part.name, share)))


def _now_and_then(tell: Tell) -> Tell:
    """Pass on what is told, but not what follows too soon."""
    last = -TELL

    def told(share: float) -> None:
        nonlocal last
        if monotonic() - last >= TELL:
            last = monotonic()
            tell(share)

    told(0.0)
    return told


def _begin(news: Any) -> None:
    ended_with_parent()
    _held.extend((news, _one_thread()))
    _held[1].__enter__()


_held: list[Any] = []
"""In a worker: where it tells how far it is, and what holds it to one thread while it lives."""


def _worked_apart(part: Part) -> Said:
    """What a worker does."""
    return _worked(part, lambda name, share: _held[0].put((name, share)))


@contextmanager
def _one_thread() -> Generator[None]:
    """Compute on one thread: sums over several would depend on how many there are."""
    if find_spec("threadpoolctl") is None:
        yield
        return
    from threadpoolctl import threadpool_limits

    with threadpool_limits(1):
        yield
