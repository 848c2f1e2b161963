"""Matchings that stop early, begin elsewhere, or are not allowed to finish."""

import warnings

import numpy as np
import pytest

from homolog.errors import HomologError
from homolog.matching import match, transport
from properties.instances import KINDS, about, batch
from properties.populations import PAIRS, costs_of
from properties.proof import ROUNDING, check_certificate, check_plan, scale_of

SIZES = [(40, 40), (61, 40), (300, 300), (420, 300), (300, 401)]


@pytest.mark.parametrize("size", SIZES, ids=str)
@pytest.mark.parametrize("kind", PAIRS)
def test_an_approximate_plan_is_as_close_as_asked_and_knows_how_close(kind, size):
    costs = costs_of(kind, *size)
    best = transport(costs).objective
    for eps in (0.5, 0.1, 0.01, 1e-3, 1e-6, 1e-14):
        found = transport(costs, approximate=eps)
        check_plan(costs, found)
        # Below the rounding of the costs nothing can be asked.
        check_certificate(costs, found, gap=max(eps, ROUNDING * scale_of(costs)) / scale_of(costs))
        assert found.complete
        assert best - ROUNDING <= found.objective <= best + eps + ROUNDING


@pytest.mark.parametrize("kind", KINDS)
def test_an_approximate_plan_of_every_kind_of_costs(kind):
    for instance in batch(kind, 30):
        with about(instance):
            costs = instance.costs()
            for share in (0.3, 1e-3):
                found = transport(costs, approximate=share * scale_of(costs))
                check_plan(costs, found)
                check_certificate(costs, found, gap=share + ROUNDING)


def test_eps_is_in_the_unit_of_the_costs():
    costs = 1000 * costs_of("independent", 300, 220)
    found = transport(costs, approximate=5.0)
    assert found.gap <= 5.0
    assert found.objective <= transport(costs).objective + 5.0


def test_match_may_be_approximate(rng):
    x, y = rng.normal(size=(50, 300)), rng.normal(size=(50, 260))
    found, best = match(x, y, approximate=0.02), match(x, y)
    assert best.objective - ROUNDING <= found.objective <= best.objective + 0.02
    assert found.gap <= 0.02


@pytest.mark.parametrize("eps", [-0.1, np.nan])
def test_an_approximation_that_cannot_be_had_is_refused(eps):
    with pytest.raises(HomologError, match=f"HM025 approximate is {eps}; allowed: "):
        transport(np.eye(3), approximate=eps)


def starts(costs, rng):
    """Prices that help, that do not, and that could not be further off."""
    n_y = costs.shape[1]
    right = transport(costs).column_prices
    scale = scale_of(costs)
    return {
        "the right ones": right,
        "nearly right": right + 0.01 * scale * rng.normal(size=n_y),
        "the right ones shifted": right + 1000 * scale,
        "the opposite": -right,
        "nothing": np.zeros(n_y),
        "random": scale * rng.normal(size=n_y),
        "far off": 100 * scale * rng.normal(size=n_y),
        "huge": scale * rng.choice([-1e12, 1e12], size=n_y),
        "one column dear": np.r_[1e9 * scale, np.zeros(n_y - 1)],
        "single precision": right.astype(np.float32),
    }


@pytest.mark.parametrize("size", SIZES, ids=str)
@pytest.mark.parametrize("kind", PAIRS)
def test_prices_to_begin_with_never_change_the_optimum(kind, size, rng):
    costs = costs_of(kind, *size)
    best = transport(costs).objective
    for name, prices in starts(costs, rng).items():
        before = prices.copy()
        found = transport(costs, start=prices)
        np.testing.assert_array_equal(prices, before, err_msg=name)
        check_plan(costs, found)
        check_certificate(costs, found)
        assert found.complete, name
        assert abs(found.objective - best) <= ROUNDING, name


@pytest.mark.parametrize("kind", sorted(set(KINDS) - {"huge", "subnormal", "tiny"}))
def test_prices_to_begin_with_for_every_kind_of_costs(kind, rng):
    for instance in batch(kind, 12):
        with about(instance):
            costs = instance.costs()
            best = transport(costs).objective
            for name, prices in starts(costs, rng).items():
                found = transport(costs, start=prices)
                check_plan(costs, found)
                check_certificate(costs, found)
                assert abs(found.objective - best) <= ROUNDING * scale_of(costs), name


def test_prices_of_a_neighbour_and_an_approximation_may_be_had_together(rng):
    costs = costs_of("low_rank", 320, 260)
    neighbour = transport(costs + 0.01 * rng.normal(size=costs.shape))
    found = transport(costs, start=neighbour.column_prices, approximate=0.01)
    check_plan(costs, found)
    check_certificate(costs, found, gap=0.01 / scale_of(costs))


@pytest.mark.parametrize(
    "start",
    [np.zeros(5), np.zeros(3), np.zeros((4, 1)), np.array([0, 1, np.nan, 0]), np.full(4, np.inf)],
    ids=["too many", "too few", "a matrix", "not a number", "infinite"],
)
def test_prices_that_do_not_fit_are_refused(start, rng):
    with pytest.raises(HomologError, match=r"HM025 start(\[\d\])? is .*; allowed: "):
        transport(rng.normal(size=(6, 4)), start=start)


def test_a_work_limit_ends_the_search_and_says_so():
    costs = costs_of("rotated", 420, 300)
    best = transport(costs).objective
    with pytest.warns(RuntimeWarning, match="work"):
        found = transport(costs, most_work=1e-3)
    assert not found.complete
    check_plan(costs, found)
    check_certificate(costs, found, gap=2)
    assert found.bound <= best + ROUNDING
    assert found.objective >= best + ROUNDING
    assert found.gap >= found.objective - best - ROUNDING


@pytest.mark.parametrize("size", [(300, 300), (420, 300), (300, 420)], ids=str)
@pytest.mark.parametrize("kind", PAIRS)
def test_any_amount_of_work_leaves_a_certified_plan(kind, size):
    costs = costs_of(kind, *size)
    best = transport(costs).objective
    for most_work in (1e-9, 0.1, 1, 2, 5, 20):
        with warnings.catch_warnings(record=True) as warned:
            warnings.simplefilter("always")
            found = transport(costs, most_work=most_work)
        assert found.complete == (not warned)
        check_plan(costs, found)
        check_certificate(costs, found, gap=ROUNDING if found.complete else 2)
        assert found.bound - ROUNDING <= best <= found.objective + ROUNDING


def test_enough_work_is_no_limit():
    costs = costs_of("independent", 300, 260)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = transport(costs, most_work=1e6)
    assert found.complete
    assert found.objective == transport(costs).objective


def test_no_instance_runs_away(rng):
    """The default limit is far above what hard costs need."""
    hard = [costs_of(kind, 640, 639) for kind in PAIRS]
    hard += [np.round(costs, 1) for costs in hard]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert all(transport(costs).complete for costs in hard)


@pytest.mark.parametrize("most_work", [-1.0, np.nan])
def test_work_that_cannot_be_done_is_refused(most_work):
    with pytest.raises(HomologError, match=f"HM025 most_work is {most_work}; allowed: "):
        transport(np.eye(3), most_work=most_work)
