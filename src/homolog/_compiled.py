"""Compilation of the inner loops by numba: once on a computer, announced, kept on disk.

Only this module imports numba, and only solvers import this module, when they are first used.
"""

import logging
from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import Any, TypeVar, cast

from numba import njit
from numba.core.event import Event, Listener, install_listener

Function = TypeVar("Function", bound=Callable[..., Any])

# What compiled functions take, as (n,) or (n, m) arrays. One entry of them is always a number
# there, of which NumPy's own types are not sure.
Reals = Any
"""float64; the rows of a matrix of costs may be float32."""

Places = Any
"""int32: numbers of rows, columns, nodes, pieces."""

Units = Any
"""int64"""

Flags = Any
"""bool"""


def compiled(function: Function) -> Function:
    """Compile a function of arrays and numbers when it is first called."""
    return _compiled(function)


def inlined(function: Function) -> Function:
    """As `compiled`, for a small part of an inner loop: a call would cost more than its work."""
    return _compiled(function, forceinline=True)


def summing(function: Function) -> Function:
    """As `compiled`, for long sums, which may be added in another order: several at a time."""
    return _compiled(function, fastmath={"reassoc", "contract"})


def _compiled(function: Function, **options: Any) -> Function:
    options |= {"nogil": True, "error_model": "numpy"}
    try:
        return cast("Function", njit(cache=True, **options)(function))
    except RuntimeError:  # no folder to keep it in can be written to: compiled in every process
        return cast("Function", njit(**options)(function))


@contextmanager
def running() -> Generator[None]:
    """While compiled functions run: say so if one is compiled first, and let Ctrl-C through.

    Where Python is interrupted on its way into a compiled function, numba reports a
    SystemError.
    """
    try:
        with install_listener("numba:compile", _ANNOUNCER):
            yield
    except SystemError as error:
        if _interrupted(error):
            raise KeyboardInterrupt from None
        raise


def _interrupted(error: BaseException | None) -> bool:
    while error is not None and not isinstance(error, KeyboardInterrupt):
        error = error.__cause__ or error.__context__
    return error is not None


class _Announcer(Listener):
    """Speaks up at the first compilation in this process that the disk does not spare us."""

    def __init__(self) -> None:
        self.told = False

    def on_start(self, event: Event) -> None:
        if not self.told:
            self.told = True
            logging.getLogger("homolog").warning(
                "homolog: compiling for this computer; up to 20 seconds, kept for the next time"
            )

    def on_end(self, event: Event) -> None:
        """Nothing to do."""


_ANNOUNCER = _Announcer()
