"""The benchmark of encoding scores: what it compares, what it believes, and what it says."""

from __future__ import annotations

import sys

import pytest

pytest.importorskip("himalaya")
pytest.importorskip("sklearn")

from benchmarks.encoding import contestants, page
from benchmarks.encoding.alone import SMALL, Alone, in_a_fresh_process
from benchmarks.encoding.contestants import CONTESTANTS, HIMALAYA, OURS, SINGLE
from benchmarks.encoding.measuring import Row, check_alike
from benchmarks.encoding.problems import Problem

WIDE, NARROW = Problem(60, 80, 6), Problem(80, 10, 6)


def row(name: str, seconds: float, megabytes: float, correlation: float = 0.5) -> Row:
    return Row(WIDE, name, Alone(seconds, megabytes, correlation))


@pytest.mark.parametrize("problem", [WIDE, NARROW], ids=str)
def test_all_do_the_same_job(problem):
    pair = problem.pair()
    found = {name: run(problem, pair) for name, run in CONTESTANTS.items()}
    assert found[contestants.LEFT_OUT] == pytest.approx(found[contestants.SKLEARN], abs=1e-9)
    assert found[HIMALAYA] == pytest.approx(found[contestants.SINGLE], abs=1e-4)
    assert max(found.values()) - min(found.values()) < 0.03


def test_another_job_ends_the_run():
    rows = [row(OURS, 1, 1), row(HIMALAYA, 1, 1, 0.52)]
    with pytest.raises(RuntimeError, match=r"^himalaya predicts 0\.520 at 60 stimuli, 80 → 6 neur"):
        check_alike(rows)
    check_alike([rows[0], row(HIMALAYA, 1, 1, 0.509)])


def test_the_page_shows_what_was_measured():
    text = page.page([row(OURS, 2.0, 100), row(HIMALAYA, 5.0, 120)])
    assert "| 60 stimuli, 80 → 6 neurons | homolog | 2.00 | 1.0 | 100 | 0.500 |" in text
    assert "| 60 stimuli, 80 → 6 neurons | himalaya | 5.00 | 2.5 | 120 | 0.500 |" in text
    assert "60 stimuli, 80 → 6 neurons, himalaya: speed met, memory met" in text


def test_goals_that_are_missed_are_named():
    text = page.page([row(OURS, 6.0, 130), row(HIMALAYA, 5.0, 120), row(SINGLE, 7.0, 110)])
    assert "himalaya: speed **MISSED**, memory **MISSED**" in text
    assert "himalaya, float32: speed met, memory **MISSED**" in text


@pytest.mark.skipif(sys.platform != "linux", reason="peaks are read from /proc")
def test_a_contestant_runs_in_a_process_of_its_own():
    found = in_a_fresh_process(SMALL, OURS)
    assert found.correlation == pytest.approx(CONTESTANTS[OURS](SMALL, SMALL.pair()), abs=1e-9)
    assert 0 < found.seconds < 5
