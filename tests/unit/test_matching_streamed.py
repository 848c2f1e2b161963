"""Matchings whose costs are never held: the same plan, within a bounded memory."""

import subprocess
import sys
from types import SimpleNamespace

import numpy as np
import psutil
import pytest

from homolog import measures
from homolog.errors import HomologError
from homolog.matching import _computed, cross_costs, match, match_curves, transport
from properties.populations import PAIRS, curves_of
from properties.proof import check_certificate, check_plan

SIZES = [(60, 60), (300, 300), (420, 300), (300, 401), (640, 9), (9, 640), (5, 1), (1, 5)]


@pytest.mark.parametrize("size", SIZES, ids=str)
@pytest.mark.parametrize("kind", PAIRS)
def test_a_streamed_matching_is_the_matching(kind, size, monkeypatch):
    monkeypatch.setattr(_computed, "ENTRIES_A_TIME", 7_000)  # many blocks, also of single rows
    x, y = curves_of(kind, *size)
    streamed, held = match_curves(x, y, held=False), match_curves(x, y, held=True)
    costs = cross_costs(x, y)
    check_plan(costs, streamed)
    check_certificate(costs, streamed)
    assert streamed.objective == pytest.approx(held.objective, abs=1e-13)


def test_a_streamed_matching_may_be_approximate(rng):
    x, y = curves_of("independent", 300, 260)
    found = match_curves(x, y, held=False, approximate=0.03)
    assert found.gap <= 0.03
    assert found.objective <= match_curves(x, y).objective + 0.03


def test_costs_that_do_not_fit_are_streamed(rng, monkeypatch):
    x, y = rng.normal(size=(20, 1200)), rng.normal(size=(20, 1100))
    held = match(x, y)
    expected = float(measures.find("soft_matching")(x, y))
    nothing_free = SimpleNamespace(available=1_000_000)
    monkeypatch.setattr(psutil, "virtual_memory", lambda: nothing_free)
    monkeypatch.setattr("homolog._arrays._checks._ALWAYS_FITS", 0)
    with pytest.raises(HomologError, match="HM009 matching needs"):
        cross_costs(x, y)
    assert match(x, y).objective == pytest.approx(held.objective, abs=1e-13)
    assert float(measures.find("soft_matching")(x, y)) == pytest.approx(expected, abs=1e-12)


MEMORY = """
import numpy as np
from pathlib import Path
from homolog.matching import match_curves

def peak_mb():
    status = Path("/proc/self/status").read_text()
    return int(status.split("VmHWM:")[1].split()[0]) / 1e3

rng = np.random.default_rng(0)
x, y = rng.normal(size=(2, 12, 6000))
x, y = (z / np.linalg.norm(z, axis=0) for z in (x, y))
match_curves(x[:, :50], y[:, :40], held=False)
before = peak_mb()
found = match_curves(x, y, held=False)
assert abs(found.gap) < 1e-12, found.gap
print(peak_mb() - before)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_a_streamed_matching_takes_little_memory():
    ran = subprocess.run([sys.executable, "-c", MEMORY], capture_output=True, text=True, check=True)
    assert float(ran.stdout) < 0.4 * 6000 * 6000 * 8 / 1e6


def test_streamed_costs_reach_the_same_prices_as_held_ones(rng):
    x, y = curves_of("independent", 200, 150)
    streamed = match_curves(x, y, held=False)
    slack = cross_costs(x, y) - streamed.row_prices[:, None] - streamed.column_prices
    assert slack.min() > -1e-14
    assert streamed.objective == pytest.approx(transport(cross_costs(x, y)).bound, abs=1e-13)


@pytest.mark.parametrize("wrong", [float("nan"), float("inf"), 1e200])
def test_streamed_costs_that_are_not_finite_are_refused(wrong, rng):
    x, y = rng.normal(size=(9, 30)), rng.normal(size=(9, 20))
    x[4, 7], y[4, 3] = wrong, wrong
    with pytest.raises(HomologError, match="HM025 costs is 'not finite'"):
        match_curves(x, y, held=False)


def test_streamed_curves_in_single_precision_are_matched_exactly(rng):
    x, y = (rng.normal(size=(12, n)).astype(np.float32) for n in (60, 41))
    found = match_curves(x, y, held=False)
    check_certificate(cross_costs(x.astype(float), y.astype(float)), found)


def test_curves_at_right_angles_are_matched_for_all_that_rounding_leaves_of_their_costs(rng):
    orthogonal, _ = np.linalg.qr(rng.normal(size=(90, 70)))
    assert abs(match_curves(orthogonal[:, :40], orthogonal[:, 40:], held=False).objective) < 1e-15
