"""Where numba cannot be installed: other solvers, the same promises."""

import json
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from homolog.errors import HomologError
from homolog.matching import _fallback, _held, _proof, _solver, assignment, partial, transport
from properties.proof import check_certificate, check_pairs, check_plan

SIZES = [(1, 1), (9, 9), (12, 8), (8, 12), (7, 1), (1, 7)]


@pytest.fixture
def fallback(monkeypatch):
    """Matching as it is without numba."""
    monkeypatch.setattr(_proof, "_solver", lambda: (_fallback, _fallback))


def problems(rng):
    for size in SIZES:
        yield rng.normal(size=size)
        yield rng.integers(0, 2, size=size).astype(float)
        yield np.asfortranarray(rng.normal(size=size).astype(np.float32))


def test_every_kind_of_matching_costs_the_same(rng, monkeypatch):
    for costs in problems(rng):
        expected = [transport(costs), assignment(costs), partial(costs, 0.4)]
        with monkeypatch.context() as without:
            without.setattr(_proof, "_solver", lambda: (_fallback, _fallback))
            found = [transport(costs), assignment(costs), partial(costs, 0.4)]
        for one, other in zip(found, expected, strict=True):
            assert one.objective == pytest.approx(other.objective, abs=1e-12)
            assert one.bound == pytest.approx(other.bound, abs=1e-12)
            assert one.complete
            assert one.shape == other.shape == costs.shape


@pytest.mark.usefixtures("fallback")
def test_every_kind_of_matching_is_certified(rng):
    for costs in problems(rng):
        n_x, n_y = costs.shape
        soft = transport(costs)
        check_plan(costs, soft)
        check_certificate(costs, soft)
        one_to_one = assignment(costs)
        check_pairs(costs, one_to_one)
        n_pairs = min(n_x, n_y)
        check_certificate(costs, one_to_one, of_x=n_pairs / n_x, of_y=n_pairs / n_y)
        some = partial(costs, 0.4)
        check_pairs(costs, some)
        check_certificate(costs, some, of_x=0.4, of_y=0.4)


@given(
    st.integers(1, 7).flatmap(
        lambda n: arrays(np.float64, (n, n), elements=st.integers(-3, 3).map(float))
    )
)
def test_prices_of_an_assignment_prove_that_it_is_the_best(costs):
    rows, columns, units, prices = _fallback._assigned(costs)
    assert sorted(columns.tolist()) == rows.tolist() == list(range(len(costs)))
    assert units.tolist() == [1] * len(costs)
    # Whole numbers: the proof has no rounding, and each row's partner is its cheapest column.
    np.testing.assert_array_equal((costs - prices).min(axis=1), (costs - prices)[rows, columns])


@pytest.mark.usefixtures("fallback")
@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_costs_that_are_no_numbers_are_refused(bad, rng):
    for size in ((5, 5), (6, 4)):
        costs = rng.normal(size=size)
        costs[2, 3] = bad
        with pytest.raises(HomologError, match=rf"HM025 costs\[2, 3\] is {bad}; allowed: finite"):
            transport(costs)


@pytest.mark.usefixtures("fallback")
def test_what_steers_the_search_changes_nothing(rng):
    costs = rng.normal(size=(12, 8))
    best = transport(costs)
    found = transport(costs, approximate=0.5, start=best.column_prices + 1, most_work=1e-9)
    assert found.complete
    assert found.objective == best.objective


@pytest.mark.usefixtures("fallback")
def test_the_costs_are_left_alone(rng):
    costs = rng.normal(size=(6, 4))
    before = costs.copy()
    costs.flags.writeable = False
    transport(costs)
    np.testing.assert_array_equal(costs, before)


@pytest.mark.usefixtures("fallback")
@pytest.mark.parametrize("unit", [1e-300, 1e-12, 1e12, 1e300])
def test_the_unit_of_the_costs_does_not_matter(unit, rng):
    for size in ((6, 6), (6, 4)):
        costs = rng.normal(size=size)
        best = transport(costs).objective
        assert transport(costs * unit).objective / unit == pytest.approx(best, rel=1e-9)


@pytest.mark.usefixtures("fallback")
def test_without_pot_equal_sizes_can_be_matched_and_others_say_what_is_missing(rng, monkeypatch):
    monkeypatch.setitem(sys.modules, "ot", None)
    costs = rng.normal(size=(6, 4))
    square = costs[:4]
    check_certificate(square, transport(square))
    says = r"HM013 matching unequal sizes without numba needs POT: pip install \"homolog\[ot\]\"\."
    for solve in (transport, lambda costs: partial(costs, 0.5)):
        with pytest.raises(HomologError, match=says):
            solve(costs)


def test_our_own_solver_is_taken_where_there_is_numba():
    assert _proof._solver() == (_solver, _held)


OBJECTIVES = """
import json, sys
import numpy as np
from homolog.matching import assignment, match, partial, transport

rng = np.random.default_rng(5)
costs, x, y = rng.normal(size=(9, 6)), rng.normal(size=(20, 9)), rng.normal(size=(20, 6))
found = [transport(costs), transport(costs[:6]), assignment(costs), partial(costs, 0.7)]
found.append(match(x, y))
print(json.dumps([[one.objective for one in found], sorted(sys.modules)]))
"""


def objectives(before: str = "") -> tuple[list[float], list[str]]:
    """What some matchings cost in a new process, and what that has loaded."""
    done = subprocess.run(
        [sys.executable, "-c", before + OBJECTIVES], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    costs, loaded = json.loads(done.stdout)
    return costs, loaded


def test_without_numba_scipy_and_pot_are_taken_and_cost_the_same():
    expected, loaded = objectives()
    assert {"llvmlite", "homolog.matching._solver"} <= set(loaded)
    assert not {"ot", "homolog.matching._fallback"} & set(loaded)
    found, loaded = objectives("import sys; sys.modules['numba'] = None\n")
    assert not {"llvmlite", "homolog.matching._solver"} & set(loaded)
    assert {"ot", "homolog.matching._fallback"} <= set(loaded)
    assert found == pytest.approx(expected, abs=1e-12)
