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
from benchmarks.audit.timings import AS_LEAN, AS_PUBLISHED, BY_ADAM, OURS, Measured, Row

from homolog.audit import captured_components, maximise

SMALL = Problem(30, 4, 3, 3)


def row(ours: float, public: float, measure: str = "cka", problem: Problem = SMALL) -> Row:
    seconds = {OURS: ours, AS_PUBLISHED: public, AS_LEAN: 2 * ours}
    climbs = {OURS: 10 * ours, AS_PUBLISHED: 20 * public, AS_LEAN: ours, BY_ADAM: 50 * ours}
    return Row(measure, problem, seconds, ours / 2, ours / 5, (40, 7), climbs, 1e-12)


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
    taken = {OURS: 3.0, AS_LEAN: 6.0, AS_PUBLISHED: 30.0, "together": 24.0, "products": 2.0}
    found = {name: timings.least({name: lambda: None})[name] for name in taken}
    found = {name: replace(one, seconds=taken[name]) for name, one in found.items()}
    whole = {name: replace(found[OURS], value=7) for name in (OURS, AS_LEAN, AS_PUBLISHED)}
    whole[BY_ADAM] = replace(found[OURS], seconds=5.0, value=40)
    monkeypatch.setattr(
        timings, "least", lambda runs, patience_s: whole if BY_ADAM in runs else found
    )
    one = timings.row("cka", SMALL)
    assert one.seconds == {OURS: 1.0, AS_LEAN: 2.0, AS_PUBLISHED: 10.0}
    assert one.together == 24 / 3 / timings.RESTARTS
    assert one.faster_than(AS_PUBLISHED) == 10 / min(1, one.together)
    assert one.steps == (40, 7)
    assert one.climbs[BY_ADAM] == 5
    assert one.products == 2 / timings.PRODUCTS
    assert one.public_by_adam == 400
    assert one.sooner == 400 / 3


@pytest.mark.parametrize("measure", MEASURES)
def test_all_make_the_same_steps_of_lbfgs(measure):
    """Ours in fewer rows than theirs, where that pays."""
    target, start = Problem(60, 5, 1, 1).target(), Problem(60, 5, 1, 1).start()
    ours = maximise(target, measure, start=start, goal=0.9, optimiser="lbfgs")
    for scores in (yardsticks.PUBLIC, yardsticks.LEAN):
        steps = yardsticks.climbed_by_lbfgs(scores[measure], target, start, 0.9)
        assert abs(steps - ours.steps) <= goals.STEPS_APART


def test_other_steps_are_not_timed():
    timed = timings.least({"any": lambda: 7})["any"]
    whole = dict.fromkeys((OURS, BY_ADAM, AS_LEAN), timed)
    with pytest.raises(RuntimeError, match="L-BFGS makes other steps"):
        timings._steps({**whole, AS_PUBLISHED: replace(timed, value=12)})


def test_the_page_shows_what_was_measured(monkeypatch):
    monkeypatch.setattr(page, "PROBLEMS", (SMALL,))
    text = page.page(Measured((row(1e-3, 7e-3), row(1e-3, 2e-3, "nbs")), (2.5, 3.5)))
    assert "| cka | 1 ms | 0.5 ms | 0.2 ms | 7 ms | 14.0 | met | 2 ms |" in text
    assert "| nbs | 1 ms | 0.5 ms | 0.2 ms | 2 ms | 4.0 | **MISSED** | 2 ms |" in text
    assert "| cka | 10 ms (7) | 50 ms (40) | 280 ms (40) | 28.0 | met | 140 ms | 1 ms |" in text
    assert "Of steps, 1 of 2 goals are met; missed: nbs at 30 × 4." in text
    assert "Of climbs, 2 of 2 goals are met; none is missed." in text
    assert "2.5 wanted a processor before the run, 3.5 after it" in text
