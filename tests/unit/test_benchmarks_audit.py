"""The benchmarks of audits: what they compare, what they believe, and what they say."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

pytest.importorskip("torch")
pytest.importorskip("ot")

import torch
from benchmarks.audit import goals, page, timings, yardsticks
from benchmarks.audit.problems import MEASURES, Problem
from benchmarks.audit.timings import AS_LEAN, AS_PUBLISHED, OURS, Measured, Row

from homolog.audit import captured_components, maximise

SMALL = Problem(30, 4, 3, 3)


def row(ours: float, public: float, measure: str = "cka", problem: Problem = SMALL) -> Row:
    seconds = {OURS: ours, AS_PUBLISHED: public, AS_LEAN: 2 * ours}
    return Row(measure, problem, seconds, ours / 4, 1e-12)


def test_targets_vary_as_much_as_noise_and_are_the_same_at_every_call():
    target = SMALL.target()
    assert (target == SMALL.target()).all()
    assert np.square(target - target.mean(0)).mean() == pytest.approx(1)
    assert SMALL.start().shape == target.shape == (30, 4)


@pytest.mark.parametrize("measure", MEASURES)
def test_all_climb_the_same_score(measure):
    assert timings.check_alike(measure, SMALL.target(), SMALL.start()) < goals.ALIKE


def test_another_gradient_is_not_timed(monkeypatch):
    wrong = {**yardsticks.LEAN, "cka": lambda x, y: 1.001 * yardsticks.LEAN["nbs"](x, y)}
    monkeypatch.setattr(timings, "LEAN", wrong)
    with pytest.raises(RuntimeError, match="cka: the gradients differ by"):
        timings.check_alike("cka", SMALL.target(), SMALL.start())


@pytest.mark.parametrize("measure", MEASURES)
@pytest.mark.parametrize("scores", [yardsticks.PUBLIC, yardsticks.LEAN])
def test_climbs_by_autograd_end_where_ours_do(measure, scores):
    """So that components are captured at the same scores: the optimiser is one, too."""
    target, start = SMALL.target(), SMALL.start()
    theirs = yardsticks.climbed(scores[measure], target, start, 20)
    ours = maximise(target, measure, start=start, goal=0.999999, steps=20)
    there = float(scores[measure](torch.from_numpy(target), torch.from_numpy(theirs)))
    assert ours.score[-1] == pytest.approx(there, abs=1e-9)
    both = [captured_components(target, one).r2 for one in (ours.data[-1], theirs)]
    assert both[0] == pytest.approx(both[1], abs=1e-9)


def test_times_are_for_a_step(monkeypatch):
    taken = {OURS: 3.0, AS_LEAN: 6.0, AS_PUBLISHED: 30.0, "together": 24.0}
    found = {name: timings.least({name: lambda: None})[name] for name in taken}
    found = {name: replace(one, seconds=taken[name]) for name, one in found.items()}
    monkeypatch.setattr(timings, "least", lambda runs, patience_s: found)
    one = timings.row("cka", SMALL)
    assert one.seconds == {OURS: 1.0, AS_LEAN: 2.0, AS_PUBLISHED: 10.0}
    assert one.together == 24 / 3 / timings.RESTARTS
    assert one.faster_than(AS_PUBLISHED) == 10


def test_the_page_shows_what_was_measured(monkeypatch):
    monkeypatch.setattr(page, "PROBLEMS", (SMALL,))
    text = page.page(Measured((row(1e-3, 7e-3), row(1e-3, 4e-3, "nbs")), (2.5, 3.5)))
    assert "| cka | 1 ms | 7 ms | 7.0 | met | 2 ms | 2.0 | 0.25 ms |" in text
    assert "| nbs | 1 ms | 4 ms | 4.0 | **MISSED** | 2 ms | 2.0 | 0.25 ms |" in text
    assert "1 of 2 goals are met. Missed: nbs at 30 × 4." in text
    assert "2.5 wanted a processor before the run, 3.5 after it" in text
    assert "None is missed." in page.summary([row(1e-3, 7e-3)])
