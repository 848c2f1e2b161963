"""The equilibrium of costs: against a general optimiser, by every method, at every scale."""

import numpy as np
import pytest
from scipy import sparse
from scipy.optimize import minimize

from homolog.balancing import equilibrium
from homolog.balancing._solving import _matrices, _methods, _plain
from homolog.errors import HomologError

METHODS = ["auto", "osborne", "anderson", "newton-cg", "newton"]


def random_costs(rng, n, spread=1.0, density=1.0):
    """Strongly connected costs: a ring with random synapses beside it."""
    costs = np.exp(spread * rng.standard_normal((n, n))) * (rng.random((n, n)) < density)
    around = np.arange(n)
    costs[around, (around + 1) % n] += 0.3
    return costs


def at(costs, h, power):
    return costs * np.exp(power * (h[None] - h[:, None]))


def minimised(costs, power):
    """The same by a general optimiser, from nothing but the definition."""

    def cost(h):
        here = at(costs, h, power)
        slope = power * (here.sum(0) - here.sum(1))
        return np.log(here.sum()), slope / here.sum()

    options = {"maxiter": 10_000, "ftol": 0.0, "gtol": 1e-12, "maxcor": 30}
    found = minimize(cost, np.zeros(len(costs)), jac=True, method="L-BFGS-B", options=options)
    return np.exp(found.fun), found.x - found.x.mean()


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("power", [0.5, 1.0, 2.0, 3.0])
def test_the_cost_is_the_lowest_that_a_general_optimiser_finds(rng, method, power):
    costs = random_costs(rng, 12, 1.5, 0.5)
    lowest, h = minimised(costs, power)
    found = equilibrium(costs, power=power, method=method)
    assert found.cost_before == pytest.approx(costs.sum(), rel=1e-14)
    assert found.cost_after == pytest.approx(lowest, rel=1e-9)
    np.testing.assert_allclose(found.h, h, atol=1e-4)  # as flat as the optimiser leaves it
    assert abs(found.h.sum()) < 1e-10


@pytest.mark.parametrize(
    "kind", [np.asarray, sparse.csr_array, sparse.csr_matrix, sparse.coo_array]
)
@pytest.mark.parametrize("method", METHODS)
def test_every_method_ends_at_the_same_place_balanced(rng, method, kind):
    costs = random_costs(rng, 40, 2.0, 0.4)
    found = equilibrium(kind(costs), method=method)
    here = at(costs, found.h, 2.0)
    gradient = here.sum(1) - here.sum(0)
    assert np.linalg.norm(gradient) / here.sum() <= 1e-10
    assert found.residual == pytest.approx(np.linalg.norm(gradient) / here.sum(), abs=1e-13)
    assert found.cost_after == pytest.approx(here.sum(), rel=1e-12)
    assert found.newton_correction <= 1e-8
    reference = equilibrium(costs, method="newton", tolerance=1e-13)
    np.testing.assert_allclose(found.h, reference.h, atol=1e-7)
    assert found.cost_after == pytest.approx(reference.cost_after, rel=1e-8)


@pytest.mark.parametrize("method", METHODS)
def test_weights_over_twelve_decades_and_a_hidden_gauge(rng, method):
    weights = 10.0 ** rng.uniform(-6, 6, (50, 50))
    planted = rng.uniform(-6, 6, 50) * np.log(10)
    symmetric = rng.random((50, 50)) + 0.1
    symmetric = symmetric + symmetric.T
    costs = symmetric * np.exp(planted[:, None] - planted)
    found = equilibrium(costs, power=1.0, method=method)
    np.testing.assert_allclose(found.h, planted - planted.mean(), atol=1e-6)
    assert found.cost_after == pytest.approx(symmetric.sum(), rel=1e-9)
    assert equilibrium(weights**2, method=method).residual <= 1e-10


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("decades", [100, 250, 290])
def test_costs_over_hundreds_of_decades(rng, method, decades):
    planted = rng.uniform(-1, 1, 30) * decades / 2 * np.log(10)
    symmetric = rng.random((30, 30)) + 0.1
    symmetric = symmetric + symmetric.T
    for kind in (np.asarray, sparse.csr_array):
        costs = kind(symmetric * np.exp(planted[:, None] - planted))
        found = equilibrium(costs, power=1.0, method=method)
        np.testing.assert_allclose(found.h, planted - planted.mean(), atol=1e-5)
        assert found.cost_after == pytest.approx(symmetric.sum(), rel=1e-9)


def test_two_neurons_six_hundred_decades_apart():
    found = equilibrium(np.array([[0.0, 1e-300], [1e300, 0.0]]), power=1.0)
    np.testing.assert_allclose(found.h, np.log(1e300) / 2 * np.array([-1, 1]), rtol=1e-12)
    assert found.cost_after == pytest.approx(2.0, rel=1e-9)


@pytest.mark.parametrize("unit", [1e-300, 1e-9, 1e9, 1e303])
def test_the_unit_of_costs_does_not_matter(rng, unit):
    costs = random_costs(rng, 15)
    np.testing.assert_allclose(equilibrium(unit * costs).h, equilibrium(costs).h, atol=1e-8)
    ratio = equilibrium(unit * costs).cost_after / unit
    assert ratio == pytest.approx(equilibrium(costs).cost_after, rel=1e-9)


def chain(n, back):
    """Strong synapses one way, weak ones the other: balanced where all are their mean."""
    there = np.arange(n - 1)
    values = np.concatenate([np.ones(n - 1), np.full(n - 1, back)])
    places = (np.concatenate([there + 1, there]), np.concatenate([there, there + 1]))
    return sparse.csr_array((values, places), shape=(n, n))


@pytest.mark.parametrize("kind", [np.asarray, sparse.csr_array])
def test_scales_may_be_further_apart_than_numbers_reach(kind):
    costs = chain(200, 1e-12)
    found = equilibrium(kind(costs.toarray()), power=1.0)
    apart = np.log(1e6) * (np.arange(200) - 99.5)
    np.testing.assert_allclose(found.h, apart, atol=1e-5)
    assert np.ptp(found.h) > 2700  # e^2700 is no float64
    assert found.cost_after == pytest.approx(2 * 199 * 1e-6, rel=1e-9)


def test_a_weak_cut_does_not_hide_an_error_of_scales(rng):
    """Two halves joined by synapses of 1e-9: the residual alone would stop far from there."""
    halves = [random_costs(rng, 20) for _ in range(2)]
    costs = np.block([[halves[0], np.zeros((20, 20))], [np.zeros((20, 20)), halves[1]]])
    costs[3, 25], costs[31, 7] = 1e-6, 1e-9
    found = equilibrium(costs, power=1.0)
    here = at(costs, found.h, 1.0)
    assert here[3, 25] == pytest.approx(here[31, 7], rel=1e-4)
    assert found.newton_correction <= 1e-6


@pytest.mark.parametrize("method", ["auto", "newton-cg", "newton"])
def test_steps_go_on_across_a_cut_far_weaker_than_the_tolerance(rng, method):
    costs = np.zeros((16, 16))
    costs[:8, :8], costs[8:, 8:] = random_costs(rng, 8), random_costs(rng, 8)
    costs[8:, :8] = random_costs(rng, 8)
    costs[0, 8] = 1e-20  # at the equilibrium some 1e-11 of C cross either way
    found = equilibrium(costs, method=method)
    here = at(costs, found.h, 2.0)
    assert here[8:, :8].sum() == pytest.approx(here[0, 8], rel=1e-3)
    assert found.newton_correction < 1e-4


@pytest.mark.parametrize("power", [0.5, 2.0])
def test_the_correction_is_what_the_next_step_would_be(rng, power):
    costs = random_costs(rng, 10, 1.5)
    found = equilibrium(costs, power=power, method="newton", tolerance=0.05)
    here = at(costs, found.h, power)
    both = here + here.T
    step = np.linalg.pinv(np.diag(both.sum(0)) - both) @ (here.sum(1) - here.sum(0)) / power
    assert found.newton_correction > 1e-6  # or nothing would be left to be told
    assert found.newton_correction == pytest.approx(np.ptp(step), rel=1e-6)


@pytest.mark.parametrize("method", ["osborne", "anderson"])
def test_what_rounding_hides_of_a_step_is_never_negative(method):
    rng = np.random.default_rng(1)
    costs = 10.0 ** rng.uniform(-320, 300, (40, 40))
    assert equilibrium(costs, method=method).newton_correction >= 0


def test_the_diagonal_costs_but_does_not_move(rng):
    costs = random_costs(rng, 10)
    np.fill_diagonal(costs, 0.0)
    loops = costs + np.diag(rng.random(10) * 100)
    bare, with_loops = equilibrium(costs), equilibrium(loops)
    np.testing.assert_allclose(bare.h, with_loops.h, atol=1e-12)
    more = with_loops.cost_after - bare.cost_after
    assert more == pytest.approx(np.trace(loops), rel=1e-12)


def test_costs_are_left_as_they_were(rng):
    costs = random_costs(rng, 10, 1.0, 0.5)
    for kind in (np.array, sparse.csr_array, sparse.csc_array):
        given = kind(costs)
        equilibrium(given, on_reducible="components")
        kept = given.toarray() if sparse.issparse(given) else given
        np.testing.assert_array_equal(kept, costs)


def test_symmetric_costs_are_at_their_equilibrium(rng):
    costs = random_costs(rng, 10)
    found = equilibrium(costs + costs.T)
    np.testing.assert_allclose(found.h, 0, atol=1e-9)
    assert found.attained


def test_whole_numbers_and_single_precision(rng):
    counts = rng.integers(1, 20, (8, 8))
    expected = equilibrium(counts.astype(float)).h
    for kind in (np.int32, np.float32, np.uint8):
        found = equilibrium(counts.astype(kind))
        assert found.h.dtype == np.float64
        np.testing.assert_allclose(found.h, expected, atol=1e-12)
    assert equilibrium(counts.tolist()).cost_before == counts.sum()


def test_entries_given_twice_are_one_synapse_and_zeros_are_none():
    rows, columns = np.array([0, 0, 1, 1]), np.array([1, 1, 0, 1])
    costs = sparse.coo_array((np.array([1.0, 3.0, 1.0, 0.0]), (rows, columns)), shape=(2, 2))
    assert equilibrium(costs).cost_after == pytest.approx(4.0)
    nothing = sparse.csr_array((np.zeros(2), ([0, 1], [1, 0])), shape=(2, 2))
    assert equilibrium(nothing).components.tolist() in ([0, 1], [1, 0])


@pytest.mark.parametrize("costs", [[[3.0]], np.zeros((4, 4)), np.diag([1.0, 2.0, 0.0])])
@pytest.mark.parametrize("method", METHODS)
def test_neurons_without_synapses_stay_where_they_are(costs, method):
    costs = np.asarray(costs)
    for kind in (np.asarray, sparse.csr_array):
        found = equilibrium(kind(costs), method=method)
        np.testing.assert_array_equal(found.h, 0)
        assert found.cost_before == found.cost_after == costs.sum()
        assert found.residual == found.newton_correction == 0
        assert found.attained


@pytest.mark.parametrize("method", METHODS)
def test_networks_that_do_not_touch_are_balanced_side_by_side(rng, method):
    first, second = random_costs(rng, 7), 1e-9 * random_costs(rng, 9)
    both = sparse.block_diag([first, second, np.zeros((1, 1))])
    found = equilibrium(both, method=method)
    assert found.attained
    assert len(np.unique(found.components)) == 3
    np.testing.assert_allclose(found.h[:7], equilibrium(first).h, atol=1e-8)
    np.testing.assert_allclose(found.h[7:16], equilibrium(second).h, atol=1e-8)
    assert found.h[16] == 0


@pytest.fixture
def reducible(rng):
    """Two components of 5 and 4 joined one way, and a neuron that only listens."""
    costs = np.zeros((10, 10))
    costs[:5, :5], costs[5:9, 5:9] = random_costs(rng, 5), random_costs(rng, 4)
    costs[6, 2], costs[7, 3], costs[9, 8] = 1.0, 2.0, 0.5
    return costs


def test_no_equilibrium_is_refused_with_what_keeps_it_away(reducible):
    with pytest.raises(HomologError) as caught:
        equilibrium(reducible)
    assert caught.value.code == "HM050"
    said = str(caught.value)
    assert "3 strongly connected components (sizes 5, 4, 1)" in said
    assert "3 synapses of cost 3.5" in said
    assert "1 neuron without outgoing cost (9)" in said
    assert "0 without incoming cost" in said
    assert 'on_reducible="components"' in said


@pytest.mark.parametrize("kind", [np.asarray, sparse.csr_array])
def test_components_are_balanced_each_by_itself(reducible, kind):
    found = equilibrium(kind(reducible), on_reducible="components")
    assert not found.attained
    for part in (slice(0, 5), slice(5, 9)):
        alone = equilibrium(reducible[part, part])
        np.testing.assert_allclose(found.h[part], alone.h, atol=1e-8)
    parts = [equilibrium(reducible[part, part]).cost_after for part in (slice(5), slice(5, 9))]
    assert found.infimum == pytest.approx(sum(parts), rel=1e-10)
    assert found.cost_after == pytest.approx(at(reducible, found.h, 2.0).sum(), rel=1e-12)
    assert found.levels[found.components].tolist() == [0] * 5 + [1] * 4 + [2]
    crossing = sorted(zip(*(one.tolist() for one in found.crossing), strict=True))
    assert crossing == [(6, 2), (7, 3), (9, 8)]
    for label in np.unique(found.components):
        assert abs(found.h[found.components == label].sum()) < 1e-10


def test_separation_makes_what_joins_components_small(reducible):
    joined = equilibrium(reducible, on_reducible="components")
    apart = equilibrium(reducible, on_reducible="components", separation=3.0)
    rows, columns = apart.crossing
    before, after = (at(reducible, one.h, 2.0)[rows, columns] for one in (joined, apart))
    np.testing.assert_allclose(after, before * np.exp(-6.0), rtol=1e-10)
    assert apart.cost_after < joined.cost_after
    assert apart.infimum == pytest.approx(joined.infimum, rel=1e-12)


def test_levels_count_the_longest_way():
    """0 to 1 to 2 to 3, and 0 to 3 at once: 3 is at level 3."""
    costs = np.zeros((4, 4))
    costs[1, 0] = costs[2, 1] = costs[3, 2] = costs[3, 0] = 1.0
    found = equilibrium(costs, on_reducible="components", separation=1.0)
    assert found.levels[found.components].tolist() == [0, 1, 2, 3]
    assert (at(costs, found.h, 2.0)[costs > 0] <= np.exp(-2.0) + 1e-12).all()


@pytest.mark.parametrize("kind", [np.asarray, sparse.csr_array])
def test_the_outside_makes_a_chain_balanced_and_scales_absolute(rng, kind):
    costs = np.zeros((3, 3))
    costs[1, 0] = costs[2, 1] = 1.0
    inward, outward = np.array([16.0, 0, 0]), np.array([0, 0, 1.0])
    found = equilibrium(kind(costs), power=1.0, ground=(inward, outward))
    # Around the loop of four synapses all costs become their geometric mean, 2.
    np.testing.assert_allclose(inward[0] * np.exp(-found.h[0]), 2.0, rtol=1e-8)
    np.testing.assert_allclose(outward[2] * np.exp(found.h[2]), 2.0, rtol=1e-8)
    assert found.cost_after == pytest.approx(4.0, rel=1e-8)
    assert found.attained


def test_a_neuron_that_the_outside_does_not_reach_is_refused():
    with pytest.raises(HomologError, match="HM050"):
        equilibrium(np.zeros((2, 2)), ground=(np.array([1.0, 0.0]), np.array([1.0, 1.0])))


@pytest.mark.parametrize(
    ("costs", "said"),
    [
        (np.ones((2, 3)), r"HM051 costs: shape \(2, 3\)\. Give \(neuron, neuron\)\."),
        (np.ones(3), r"HM051 costs: shape \(3,\)"),
        (np.zeros((0, 0)), "HM051 costs: no neurons"),
        (np.eye(2) * 1j, "HM051 costs: dtype complex128"),
        (np.array([[0.0, np.nan], [1.0, 0.0]]), r"HM051 costs: nan at \(0, 1\)\. Remove"),
        (np.array([[0.0, 1.0], [np.inf, 0.0]]), r"HM051 costs: inf at \(1, 0\)"),
        (np.array([[0.0, 1.0], [-2.0, 0.0]]), r"HM051 costs: -2 at \(1, 0\)\. Costs are a"),
        (np.full((2, 2), 1.7e308), "HM051 costs: a sum beyond the range of float64"),
        (np.array([["a", "b"], ["c", "d"]]), "HM051 costs: dtype <U1"),
    ],
)
def test_what_is_no_matrix_of_costs_is_refused(costs, said):
    with pytest.raises(HomologError, match=said):
        equilibrium(costs)
    if costs.dtype.kind == "f" and costs.ndim == 2 and costs.size:
        with pytest.raises(HomologError, match=said):
            equilibrium(sparse.csr_array(costs))


def test_rows_of_unequal_length_are_no_costs():
    with pytest.raises(HomologError, match=r"HM051 costs: no array \(.*inhomogeneous.*\)\. Give"):
        equilibrium([[0.0, 1.0], [1.0]])


def test_tensors_are_read_where_numpy_can(rng):
    torch = pytest.importorskip("torch")
    costs = random_costs(rng, 6)
    learned = torch.tensor(costs, requires_grad=True)
    np.testing.assert_array_equal(equilibrium(learned).h, equilibrium(costs).h)
    with pytest.raises(HomologError, match=r"HM051 costs: no array \(.*Sparse"):
        equilibrium(torch.tensor(costs).to_sparse())


def test_numbers_of_a_result_are_python_numbers(rng):
    found = equilibrium(random_costs(rng, 6), power=np.float32(2.0))
    for name in ("cost_before", "cost_after", "infimum", "residual", "newton_correction"):
        assert type(getattr(found, name)) is float, name


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"power": 0}, "HM025 power is 0; allowed: a finite number above 0"),
        ({"power": -1.0}, "HM025 power is -1.0"),
        ({"power": np.inf}, "HM025 power is inf"),
        ({"power": True}, "HM025 power is True"),
        ({"power": "2"}, "HM025 power is '2'"),
        ({"method": "lsoda"}, "HM025 method is 'lsoda'; allowed: auto, osborne"),
        ({"on_reducible": "ground"}, "HM025 on_reducible is 'ground'; allowed: error or comp"),
        ({"separation": -1.0}, "HM025 separation is -1.0"),
        ({"tolerance": 0.0}, "HM025 tolerance is 0.0"),
        ({"tolerance": np.nan}, "HM025 tolerance is nan"),
        ({"ground": (np.ones(3), np.ones(2))}, r"HM051 ground: inward: shape \(3,\)\. Give \(2,\)"),
        ({"ground": (np.ones(2), [1.0, -1.0])}, "HM051 ground: outward: -1.0 at 1"),
        ({"ground": (np.ones(2), [np.nan, 1.0])}, "HM051 ground: outward: nan at 0"),
        ({"ground": (np.ones(2), ["a", "b"])}, "HM051 ground: outward: dtype <U1"),
        ({"ground": (np.ones(2) * 1j, np.ones(2))}, "HM051 ground: inward: dtype complex128"),
        ({"ground": 1.0}, r"HM051 ground: 1\.0\. Give two vectors"),
    ],
)
def test_arguments_outside_what_is_allowed(arguments, said):
    with pytest.raises(HomologError, match=said):
        equilibrium(np.ones((2, 2)), **arguments)


def test_a_method_that_does_not_get_there_says_how_far_it_came(monkeypatch, rng):

    monkeypatch.setattr(_methods, "MOST_SWEEPS", 3)
    with pytest.raises(HomologError) as caught:
        equilibrium(random_costs(rng, 30, 3.0, 0.2), method="osborne")
    assert caught.value.code == "HM052"
    assert 'method "osborne" reached ‖g‖/C = ' in str(caught.value)
    assert "after 3 rounds; 1e-10 was asked for" in str(caught.value)


@pytest.mark.parametrize("kind", [np.asarray, sparse.csr_array])
def test_without_a_compiler_the_same_scales_are_found(monkeypatch, rng, kind):
    cases = [random_costs(rng, 30, 2.0, 0.5), chain(50, 1e-9).toarray()]
    with_compiler = [equilibrium(kind(costs)) for costs in cases]
    monkeypatch.setattr(_matrices, "loops", lambda: _plain)
    monkeypatch.setattr(_methods, "loops", lambda: _plain)
    for costs, expected in zip(cases, with_compiler, strict=True):
        found = equilibrium(kind(costs))
        assert found.sweeps > 0
        np.testing.assert_allclose(found.h, expected.h, atol=1e-6)
        assert found.newton_correction <= 1e-8
    with pytest.raises(HomologError, match="HM025 method is 'osborne'; allowed: anderson or auto"):
        equilibrium(cases[0], method="osborne")


def test_every_public_name_is_what_it_says_and_no_file_hides_it():
    from importlib import import_module
    from types import ModuleType

    from homolog import balancing

    for file in balancing._HOME.values():
        import_module(f"homolog.balancing.{file}")
    for name in balancing.__all__:
        assert not isinstance(getattr(balancing, name), ModuleType), name


@pytest.mark.parametrize("method", METHODS)
def test_how_places_are_numbered_changes_nothing(monkeypatch, rng, method):
    costs = sparse.csr_array(random_costs(rng, 30, 1.5, 0.3))
    small = equilibrium(costs, method=method)
    monkeypatch.setattr(_matrices, "SMALL", 0)
    large = equilibrium(costs, method=method)
    np.testing.assert_allclose(large.h, small.h, atol=1e-12)
    assert (large.sweeps, large.steps) == (small.sweeps, small.steps)
