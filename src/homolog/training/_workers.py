"""Replicas spread over processes, each on one thread."""

from __future__ import annotations

import os
import signal
from collections.abc import Generator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, wait
from contextlib import contextmanager
from multiprocessing import get_context, parent_process
from queue import Empty
from threading import Thread
from typing import TYPE_CHECKING, Any

import torch

from homolog.training._course import course

if TYPE_CHECKING:
    from homolog.statistics import Progress
    from homolog.training._plan import Plan

_given: dict[str, Any] = {}
"""In a worker: the plan, and where its news goes; sent once, for tasks are large."""


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


def spread(plan: Plan, numbers: Sequence[int], workers: int, progress: Progress) -> None:
    """Train every replica in its folder, several at a time.

    When one cannot go on, those under way are finished and no others begun, before its error
    is raised.
    """
    # Started afresh, for a fork would copy locks that the libraries' threads hold.
    context = get_context("spawn")
    news = context.Queue()
    count = min(workers, len(numbers))
    pool = ProcessPoolExecutor(count, context, _begin, (plan, news))
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
    finally:
        pool.shutdown(cancel_futures=True)


def _failed(one: Future[None]) -> bool:
    return one.done() and not one.cancelled() and one.exception() is not None


def _pass_on(news: Any, progress: Progress) -> None:
    while True:
        try:
            progress(*news.get_nowait())
        except Empty:
            return


def _begin(plan: Plan, news: Any) -> None:
    torch.set_num_threads(1)
    _given.update(plan=plan, news=news)
    # Whoever stops the training means its workers, too: else one whose parent was killed would
    # write into a folder that is no longer locked. What it has kept is whole at any moment.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _one(number: int) -> None:
    def told(what: str, done: int, total: int) -> None:
        _given["news"].put((what, done, total))

    course(_given["plan"], [number], told)
