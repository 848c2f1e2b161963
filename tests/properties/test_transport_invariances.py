"""What may be done to the costs of a matching, and what the matching then does."""

import numpy as np
import pytest

from homolog.matching import assignment, partial, transport
from properties.instances import KINDS, about, batch
from properties.populations import PAIRS, costs_of
from properties.proof import scale_of

LAST_DIGITS = 1e-15  # sums in another order; as a share of the largest absolute cost
N_INSTANCES = 25  # of each kind
SOLVERS = [transport, assignment, lambda costs: partial(costs, 0.6)]
NAMES = ["transport", "assignment", "partial"]


@pytest.fixture(params=KINDS)
def every(request):
    """Instances of one kind, one after the other, each named if it fails."""

    def checked(check):
        for instance in batch(request.param, N_INSTANCES):
            with about(instance):
                check(instance.costs())

    return checked


@pytest.mark.parametrize("solve", SOLVERS, ids=NAMES)
def test_the_order_of_neurons_does_not_matter(every, solve, rng):
    def check(costs):
        n_x, n_y = costs.shape
        shuffled = costs[rng.permutation(n_x)][:, rng.permutation(n_y)]
        change = solve(shuffled).objective - solve(costs).objective
        assert abs(change) <= LAST_DIGITS * scale_of(costs)

    every(check)


@pytest.mark.parametrize("solve", SOLVERS, ids=NAMES)
def test_the_two_populations_may_change_places(every, solve):
    def check(costs):
        change = solve(costs.T).objective - solve(costs).objective
        assert solve(costs.T).shape == solve(costs).shape[::-1]
        assert abs(change) <= LAST_DIGITS * scale_of(costs)

    every(check)


@pytest.mark.parametrize("solve", SOLVERS, ids=NAMES)
def test_a_power_of_two_multiplies_the_objective_exactly(every, solve):
    def check(costs):
        largest = int(np.frexp(scale_of(costs))[1])
        costs = np.ldexp(costs.astype(np.float64), -largest)  # far from where digits are lost
        objective = solve(costs).objective
        for power in (-900, -1, 60, 900):
            assert solve(np.ldexp(costs, power)).objective == np.ldexp(objective, power)

    every(check)


@pytest.mark.parametrize("solve", SOLVERS, ids=NAMES)
def test_the_same_costs_give_the_same_matching_again(every, solve):
    def check(costs):
        once, again = solve(costs), solve(costs)
        assert (once.objective, once.bound) == (again.objective, again.bound)
        for part in ("rows", "columns", "mass", "row_prices", "column_prices"):
            np.testing.assert_array_equal(getattr(once, part), getattr(again, part))

    every(check)


def test_a_neuron_dearer_to_everyone_adds_its_share(every, rng):
    def check(costs):
        scale = scale_of(costs)
        costs = costs.astype(np.float64) / scale
        row, column = (rng.integers(n) for n in costs.shape)
        dearer = costs.copy()
        dearer[row] += 0.75
        dearer[:, column] -= 0.5
        added = transport(dearer).objective - transport(costs).objective
        expected = 0.75 / costs.shape[0] - 0.5 / costs.shape[1]
        assert abs(added - expected) <= 4 * LAST_DIGITS

    every(check)


@pytest.mark.parametrize("size", [(400, 400), (420, 301), (301, 420)], ids=str)
@pytest.mark.parametrize("kind", PAIRS)
def test_neither_order_nor_place_matter_to_hundreds(kind, size, rng):
    costs = costs_of(kind, *size)
    n_x, n_y = size
    objective = transport(costs).objective
    for same in (costs.T, costs[rng.permutation(n_x)][:, rng.permutation(n_y)]):
        assert abs(transport(same).objective - objective) <= LAST_DIGITS


@pytest.mark.parametrize("solve", SOLVERS, ids=NAMES)
def test_the_layout_in_memory_does_not_matter(solve, rng):
    wide = rng.normal(size=(120, 90))
    costs = wide[::2, ::3].copy()
    same = (wide[::2, ::3], np.asfortranarray(costs), costs[::-1][::-1], costs.T.copy().T)
    objective = solve(costs).objective
    for view in same:
        assert solve(view).objective == pytest.approx(objective, rel=0, abs=LAST_DIGITS)


@pytest.mark.parametrize("solve", SOLVERS, ids=NAMES)
def test_costs_that_float32_holds_need_no_more(solve, rng):
    costs = rng.normal(size=(50, 37)).astype(np.float32)
    change = solve(costs).objective - solve(costs.astype(np.float64)).objective
    assert abs(change) <= LAST_DIGITS * scale_of(costs)
