"""What is said of a plan: its bound, that it is the best or may not be, at any scale of costs."""

import re
from types import SimpleNamespace

import numpy as np
import pytest

from homolog.errors import HomologError
from homolog.matching import _held, _proof, assignment, partial, transport
from homolog.matching._problem import Found
from properties.proof import check_certificate, check_plan, dense


@pytest.fixture
def stops_short(monkeypatch):
    """A solver that takes the neurons as they come, and says that it is done."""

    def solve(problem, supplies, demands, **_):
        each = np.arange(len(supplies))
        row_prices = problem.matrix.min(axis=1)
        return Found(each, each, np.ones_like(each), row_prices, np.zeros(len(demands)))

    solver = SimpleNamespace(solve=solve)
    monkeypatch.setattr(_proof, "_solver", lambda: (solver, _held))


@pytest.mark.usefixtures("stops_short")
def test_a_plan_that_is_not_proved_is_an_error():
    costs = np.array([[3.0, 1.0], [1.0, 3.0]])
    says = re.escape(
        "HM038 matching 2 with 2 neurons stopped at 3 though 1 has not been ruled out: the costs "
        "may differ too much in scale. Leave normalise=True, or leave out neurons of extreme size."
    )
    with pytest.raises(HomologError, match=says) as caught:
        transport(costs)
    assert caught.value.code == "HM038"
    with pytest.raises(HomologError, match="HM038 "):
        transport(costs * 1e-300)


@pytest.mark.usefixtures("stops_short")
def test_a_plan_as_good_as_was_asked_for_is_none():
    costs = np.array([[3.0, 1.0], [1.0, 3.0]])
    found = transport(costs, approximate=2.0)
    assert (found.objective, found.bound, found.gap) == (3.0, 1.0, 2.0)
    assert transport(costs, tolerance=0.7).gap == 2.0  # of the largest cost, 3
    for less in ({"approximate": 1.9}, {"tolerance": 0.6}):
        with pytest.raises(HomologError, match="HM038"):
            transport(costs, **less)


@pytest.mark.usefixtures("stops_short")
def test_what_happens_to_be_the_best_is_proved():
    found = transport(np.array([[1.0, 3.0], [3.0, 1.0]]))
    assert (found.objective, found.bound) == (1.0, 1.0)


def test_the_work_limit_says_how_many_neurons_and_how_far_off(rng):
    costs = rng.normal(size=(60, 45))
    for problem, sizes in ((costs, "60 with 45"), (costs[:45], "45 with 45")):
        with pytest.warns(RuntimeWarning) as warned:
            found = transport(problem, most_work=1e-9)
        (warning,) = warned
        assert warning.filename == __file__  # whoever asked for the matching
        assert str(warning.message) == (
            f"matching {sizes} neurons was ended by its work limit: the plan costs"
            f" {found.gap:.2g} more than the best at most"
        )
        assert not found.complete
        check_plan(problem, found)
        check_certificate(problem, found, gap=2)
        assert found.gap > 0.1


def test_prices_are_zero_on_average_over_columns(rng):
    """So that those of two problems can be compared."""
    for size in ((9, 9), (12, 8)):
        found = transport(rng.normal(size=size))
        assert found.column_prices.mean() == pytest.approx(0, abs=1e-15)


def test_the_bound_is_the_mean_of_the_prices(rng):
    costs = rng.normal(size=(12, 8))
    found = transport(costs)
    of_prices = found.row_prices.mean() + found.column_prices.mean()
    assert found.bound == pytest.approx(of_prices, abs=1e-15)
    pairs = found.row_prices[:, None] + found.column_prices - costs
    assert pairs.max() <= 1e-15


@pytest.mark.parametrize("exponent", [-1060, -900, 900, 1020])
def test_a_power_of_two_changes_nothing_but_the_unit(exponent, rng):
    """Down to costs that are no longer normal numbers, up to the largest that there are."""
    costs = rng.integers(-999, 1000, size=(23, 17)) / 1024
    here, there = transport(costs), transport(np.ldexp(costs, exponent))
    np.testing.assert_array_equal(dense(there), dense(here))
    for part in ("objective", "bound", "row_prices", "column_prices"):
        scaled = np.ldexp(getattr(here, part), exponent)
        last_digit = np.ldexp(1.0, exponent) * 1e-15 + 5e-324
        np.testing.assert_allclose(getattr(there, part), scaled, rtol=0, atol=last_digit)


@pytest.mark.parametrize("exponent", [-900, 900])
@pytest.mark.parametrize("kind", [transport, assignment, lambda costs: partial(costs, 0.5)])
def test_every_kind_of_matching_is_had_at_any_scale(kind, exponent, rng):
    costs = rng.normal(size=(14, 9))
    here, there = kind(costs), kind(np.ldexp(costs, exponent))
    assert np.ldexp(there.objective, -exponent) == pytest.approx(here.objective, abs=1e-14)
    assert np.ldexp(there.gap, -exponent) == pytest.approx(0, abs=1e-14)


def test_an_approximation_is_in_units_of_cost_at_any_scale(rng):
    costs = np.ldexp(rng.normal(size=(300, 220)), -900)
    unit = float(np.ldexp(1.0, -900))
    found, best = transport(costs, approximate=0.05 * unit), transport(costs)
    assert best.gap / unit <= 1e-14
    assert 1e-6 < found.gap / unit <= 0.05  # stopped early, and as early as allowed


def test_a_work_limit_counts_at_any_scale(rng):
    costs = np.ldexp(rng.normal(size=(60, 45)), 900)
    with pytest.warns(RuntimeWarning, match="matching 60 with 45 neurons was ended"):
        found = transport(costs, most_work=1e-9)
    assert not found.complete
    assert np.isfinite([found.objective, found.bound]).all()
    assert found.gap > 0


def test_prices_to_begin_with_are_taken_no_further_apart_than_they_can_be(rng):
    costs = rng.uniform(-1, 1, size=(200, 30))
    far = np.where(np.arange(30) < 15, -1e6, 1e6)
    sensible = _proof._sensible(far, costs)
    assert np.abs(sensible).max() <= 2 * np.ptp(costs)
    assert (np.sign(sensible) == np.sign(far)).all()
    near = 0.1 * rng.normal(size=30)
    np.testing.assert_allclose(_proof._sensible(near + 50, costs), near - np.median(near))


@pytest.mark.parametrize("size", [(8, 40), (40, 8), (20, 30), (30, 20), (20, 20)], ids=str)
def test_either_side_may_bid_and_the_answer_is_the_same(size, rng):
    """Which side does depends on how the matrix lies in memory."""
    costs = rng.normal(size=size)
    by_rows, by_columns = transport(costs), transport(np.asfortranarray(costs))
    other = transport(np.ascontiguousarray(costs.T)).transposed()
    for found in (by_columns, other):
        check_plan(costs, found)
        check_certificate(costs, found)
        np.testing.assert_allclose(dense(found), dense(by_rows), rtol=0, atol=1e-15)
