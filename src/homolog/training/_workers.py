"""Replicas spread over processes, each on one thread."""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager, suppress
from multiprocessing import get_context
from queue import Empty
from threading import Thread
from typing import TYPE_CHECKING, Any

import torch

from homolog import errors
from homolog._processes import ended_with_parent

if TYPE_CHECKING:
    from homolog.statistics import Progress

_given: dict[str, Any] = {}
"""In a worker: what to do, the plan, and where its news goes; sent once, for tasks are large."""

Work = Callable[[Any, Sequence[int], "Progress"], object]
"""Trains some replicas of a plan in its folder; importable by its name."""


@contextmanager
def one_thread() -> Generator[None]:
    """Compute on one thread, then on as many as before.

    The matrices are too small for more, and sums over several threads would depend on how
    many there are.
    """
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(threads)


def spread(work: Work, plan: Any, numbers: Sequence[int], workers: int, progress: Progress) -> None:
    """Train every replica in its folder, several at a time.

    When one cannot go on, those under way are finished and no others begun, before its error
    is raised.

    Raises
    ------
    HomologError
        HM049 if a worker ended without a word; and what a worker raised.
    """
    # Started afresh, for a fork would copy locks that the libraries' threads hold.
    context = get_context("spawn")
    news = context.Queue()
    count = min(workers, len(numbers))
    reader, writer = context.Pipe(duplex=False)
    pool = ProcessPoolExecutor(count, context, _begin, (reader, context.Lock(), news))
    Thread(target=_hand_out, args=((work, plan), writer, count), daemon=True).start()
    try:
        waiting = [pool.submit(_one, number) for number in numbers]
        while wait(waiting, timeout=0.2).not_done:
            _pass_on(news, progress)
            if any(map(_failed, waiting)):
                for one in waiting:
                    one.cancel()
        _pass_on(news, progress)
        for one in filter(_failed, waiting):
            one.result()
    except BrokenProcessPool as error:
        raise errors.worker_ended("homolog.train", "Finished epochs are kept.") from error
    finally:
        pool.shutdown(cancel_futures=True)
        reader.close()


def _hand_out(told: tuple[Work, Any], writer: Any, count: int) -> None:
    """Send every worker what to do, from a thread of its own.

    As an argument of a process that ends while it begins, a large plan would block the sender
    for good. This one learns that nobody is left to read when the reading end is closed.
    """
    with suppress(OSError), writer:
        for _ in range(count):
            writer.send(told)


def _failed(one: Future[None]) -> bool:
    return one.done() and not one.cancelled() and one.exception() is not None


def _pass_on(news: Any, progress: Progress) -> None:
    while True:
        try:
            progress(*news.get_nowait())
        except Empty:
            return


def _begin(told: Any, one_reads: Any, news: Any) -> None:
    torch.set_num_threads(1)
    # Else one whose parent was killed would write into a folder that is no longer locked.
    ended_with_parent()
    with one_reads:
        work, plan = told.recv()
    _given.update(work=work, plan=plan, news=news)


def _one(number: int) -> None:
    def told(what: str, done: int, total: int) -> None:
        _given["news"].put((what, done, total))

    _given["work"](_given["plan"], [number], told)
