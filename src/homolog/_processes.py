"""Processes that share work: they end with whoever began them, and begin nothing anew."""

from __future__ import annotations

import os
import signal
from multiprocessing import current_process, parent_process
from threading import Thread

from homolog import errors


def refuse_unguarded(call: str) -> None:
    """Raise HM049 in a worker that is running the caller's script, which begins it anew.

    Parameters
    ----------
    call
        The function that the script calls, as in ``"homolog.train"``.
    """
    # What multiprocessing itself asks before it starts a process.
    if getattr(current_process(), "_inheriting", False):
        raise errors.unguarded(call)


def ended_with_parent() -> None:
    """Make this worker end when it is interrupted, and when its parent has ended.

    Whoever stops the work means its workers, too: else one whose parent was killed would go
    on writing. What they have kept is whole at any moment.
    """
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
