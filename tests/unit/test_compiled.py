"""Compilation: announced once, kept on disk, silent when told to be, and Ctrl-C gets through."""

import logging
import os
import subprocess
import sys

import numba
import numpy as np
import pytest
from numba.core import caching

from homolog import _compiled
from homolog._compiled import compiled, running

SAYS = "homolog: compiling for this computer; up to 20 seconds, kept for the next time"

MATCH_ALL_KINDS = """
import numpy as np
from homolog.matching import assignment, partial, transport

costs = np.random.default_rng(0).normal(size=(40, 30))
for costs in (costs, costs):
    transport(costs), assignment(costs), partial(costs, 0.5)
"""


def test_the_first_matching_on_a_computer_says_that_it_compiles_and_no_other(tmp_path):
    def said() -> str:
        done = subprocess.run(
            [sys.executable, "-c", MATCH_ALL_KINDS],
            capture_output=True,
            text=True,
            check=True,
            env={**os.environ, "NUMBA_CACHE_DIR": str(tmp_path)},
        )
        assert done.stdout == ""
        return done.stderr

    assert said() == SAYS + "\n"
    assert list(tmp_path.rglob("*.nbc"))
    assert said() == ""


@pytest.fixture
def computer(tmp_path, monkeypatch):
    """A computer on which nothing has been compiled, by a process that has said nothing."""
    monkeypatch.setattr(numba.config, "CACHE_DIR", str(tmp_path))
    monkeypatch.setattr(_compiled, "_ANNOUNCER", _compiled._Announcer())
    return tmp_path


def one_more():
    """A function that has to be compiled, or to be had from the disk."""

    def add_one(x):
        return x + 1

    return compiled(add_one)


def test_one_warning_for_all_that_is_compiled(computer, caplog):
    add = one_more()
    with running():
        assert add(1) == 2
    with running():
        assert add(1.5) == 2.5  # compiled again, for another type
        assert one_more()(np.ones(2)).tolist() == [2, 2]
    assert caplog.record_tuples == [("homolog", logging.WARNING, SAYS)]
    assert list(computer.rglob("*.nbc"))


def test_what_the_disk_has_is_not_announced(computer, caplog, monkeypatch):
    with running():
        one_more()(1)
    caplog.clear()
    monkeypatch.setattr(_compiled, "_ANNOUNCER", _compiled._Announcer())  # as in a new process
    again = one_more()
    with running():
        assert again(1) == 2
    assert sum(again.stats.cache_hits.values()) == 1
    assert caplog.records == []


@pytest.mark.usefixtures("computer")
def test_the_log_can_be_silenced(caplog):
    log = logging.getLogger("homolog")
    log.setLevel("ERROR")
    try:
        with running():
            one_more()(1)
    finally:
        log.setLevel("NOTSET")
    assert caplog.records == []
    assert _compiled._ANNOUNCER.told


@pytest.mark.usefixtures("computer")
def test_what_others_compile_is_not_announced(caplog):
    one_more()(1)
    assert caplog.records == []


def interrupted_in_compiled_code() -> None:
    """What numba does when Ctrl-C comes between Python and a compiled function."""
    try:
        raise KeyboardInterrupt
    except KeyboardInterrupt as interrupt:
        raise SystemError("returned a result with an exception set") from interrupt


def interrupted_while_handling() -> None:
    """The same, further inside."""
    try:
        interrupted_in_compiled_code()
    except SystemError:
        raise SystemError("once more")  # noqa: B904


@pytest.mark.parametrize("interrupt", [interrupted_in_compiled_code, interrupted_while_handling])
def test_ctrl_c_is_heard_through_the_compiled_code(interrupt):
    with pytest.raises(KeyboardInterrupt) as caught, running():
        interrupt()
    assert caught.value.__suppress_context__  # the traceback has no word of a SystemError


def test_other_errors_stay_what_they_are():
    with pytest.raises(SystemError, match="something else"), running():
        raise SystemError("something else")
    with pytest.raises(SystemError, match="with a cause"), running():
        raise SystemError("with a cause") from ValueError("another")
    with pytest.raises(ZeroDivisionError), running():
        _ = 1 // 0
    with pytest.raises(KeyboardInterrupt), running():
        raise KeyboardInterrupt


def test_nothing_is_announced_after_an_error(caplog, computer):
    with pytest.raises(ZeroDivisionError), running():
        _ = 1 // 0
    one_more()(1)  # the listener is gone
    assert caplog.records == []


def test_where_no_folder_can_be_written_to_it_is_compiled_every_time(caplog, computer, monkeypatch):
    for locator in caching.CacheImpl._locator_classes:
        monkeypatch.setattr(locator, "from_function", lambda *_: None)
    for _ in range(2):
        monkeypatch.setattr(_compiled, "_ANNOUNCER", _compiled._Announcer())  # as in a new process
        with running():
            assert one_more()(1) == 2
    assert [record.message for record in caplog.records] == [SAYS] * 2
    assert not list(computer.rglob("*.nbc"))
