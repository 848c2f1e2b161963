"""One changed synapse: first-order formulas against the exact response; resistance distances."""

import numpy as np
import pytest
from scipy import sparse

from homolog import HomologError, balancing
from unit.balanced_networks import at, balanced_costs, gradients, newton

ETA = 1e-5


def a_synapse(costs, which=3):
    return np.argwhere((costs > 0) & ~np.eye(len(costs), dtype=bool))[which]


@pytest.mark.parametrize("power", [1.0, 2.0, 3.0])
@pytest.mark.parametrize("form", [np.asarray, sparse.csr_array])
def test_first_order_formulas_hold_for_a_small_change(power, form, rng):
    """Equations (44), (45), (47) and (48)."""
    costs = balanced_costs(8, rng, power=power)
    i, j = a_synapse(costs)
    found = balancing.response(form(costs), i, j, ETA, power=power)
    changed = costs.copy()
    changed[i, j] *= (1 + ETA) ** power
    scale = np.abs(found.gradients).max()
    np.testing.assert_allclose(found.gradients, gradients(changed), atol=1e-4 * scale)
    np.testing.assert_allclose(found.exact_gradients, gradients(changed), atol=1e-9 * scale)
    h = newton(changed, power)
    np.testing.assert_allclose(found.exact_h, h, atol=1e-4 * np.abs(h).max())
    np.testing.assert_allclose(found.h, h, atol=1e-3 * np.abs(h).max())
    resistance = balancing.resistance_distance(form(costs), [(i, j)])[0]
    assert found.undone == pytest.approx(costs[i, j] * resistance)
    assert (h[j] - h[i]) / ETA == pytest.approx(-found.undone, rel=1e-3)
    assert 0 <= found.undone <= costs[i, j] / (costs[i, j] + costs[j, i])
    assert found.log_change == pytest.approx(ETA * (1 - found.undone))
    assert found.exact_log_change == pytest.approx(found.log_change, rel=1e-3)


def test_all_synapses_begin_to_move_as_in_46_with_the_misprint_corrected(rng):
    power, n = 2.0, 8
    costs = balanced_costs(n, rng, density=0.8, power=power)
    weights = np.sqrt(costs) * rng.choice([-1, 1], costs.shape)
    i, j = a_synapse(costs)
    g = balancing.response(costs, i, j, ETA, power=power).gradients
    unit = np.eye(n)
    pattern = unit[i][None] - unit[j][None] + unit[j][:, None] - unit[i][:, None]
    expected = ETA * power * weights * costs[i, j] * pattern
    np.testing.assert_allclose(weights * (g[None] - g[:, None]), expected, rtol=1e-12)
    printed = ETA * power * weights[:, [i]] * costs[i, j] * pattern
    assert np.abs(printed - expected).max() > 0.3 * np.abs(expected).max()


def test_who_moves_which_way_and_how_fast(rng):
    costs = balanced_costs(7, rng, density=1.0)
    i, j = 2, 5
    rate = np.subtract.outer(*2 * [-balancing.response(costs, i, j, 0.01).gradients])
    once = -rate[i, j] / 2
    others = [k for k in range(7) if k not in (i, j)]
    assert once > 0
    np.testing.assert_allclose(rate[others, i], once)  # outgoing of the postsynaptic neuron
    np.testing.assert_allclose(rate[j, others], once)  # incoming of the presynaptic one
    np.testing.assert_allclose(rate[i, others], -once)
    np.testing.assert_allclose(rate[others, j], -once)
    assert rate[j, i] == pytest.approx(2 * once)
    assert not rate.diagonal().any()
    assert not rate[np.ix_(others, others)].any()


def test_a_large_change_is_followed_exactly_and_only_approximated_to_first_order(rng):
    costs = balanced_costs(8, rng)
    i, j = a_synapse(costs)
    found = balancing.response(costs, i, j, 1.0)
    changed = costs.copy()
    changed[i, j] *= 4
    h = newton(changed)
    final = np.log(np.sqrt(at(changed, h, 2.0)[i, j] / costs[i, j]))
    assert found.exact_log_change == pytest.approx(final, rel=1e-8)
    assert abs(found.log_change - final) > 0.01


def test_a_depression_is_undone_as_a_potentiation_is(rng):
    costs = balanced_costs(8, rng)
    i, j = a_synapse(costs)
    up, down = (balancing.response(costs, i, j, eta) for eta in (ETA, -ETA))
    np.testing.assert_allclose(down.h, -up.h)
    assert down.exact_log_change == pytest.approx(-up.exact_log_change, rel=1e-3)


def test_resistances_add_in_series_and_conductances_in_parallel():
    chain = np.zeros((4, 4))
    chain[1, 0], chain[0, 1], chain[2, 1] = 1.0, 1.0, 4.0  # conduct 2 and 4
    for form in (chain, sparse.csr_array(chain)):
        found = balancing.resistance_distance(form)
        assert found[0, 2] == pytest.approx(1 / 2 + 1 / 4)
        assert found[3, 0] == np.inf
        assert not found.diagonal().any()
    chain[0, 2] = 4 / 3  # beside the way of 3/4
    assert balancing.resistance_distance(chain)[0, 2] == pytest.approx(3 / 8)


def test_resistance_is_that_of_the_pseudoinverse_and_a_distance(rng):
    costs = balanced_costs(15, rng, density=0.2)
    inverse = np.linalg.pinv(balancing.laplacian(costs))
    own = np.diag(inverse)
    expected = own[:, None] + own - 2 * inverse
    pairs = [(0, 3), (3, 0), (7, 7), (14, 2)]
    for form in (costs, sparse.csr_array(costs)):
        found = balancing.resistance_distance(form)
        np.testing.assert_allclose(found, expected, atol=1e-10 * expected.max())
        some = balancing.resistance_distance(form, pairs)
        np.testing.assert_allclose(some, [expected[p] for p in pairs], atol=1e-10)
    assert (found[:, :, None] <= found[:, None, :] + found.T[None] + 1e-9).all()


@pytest.mark.parametrize(
    ("post", "pre", "change", "text"),
    [
        (2, 2, 0.1, "autapses do not count"),
        (0, 9, 0.1, "a neuron from 0 to 5"),
        (0, 1.0, 0.1, "a neuron from 0 to 5"),
        (-1, 1, 0.1, "a neuron from 0 to 5"),
        (0, 2, 0.1, "the cost of the synapse is 0.0"),
        (0, 1, -1.0, "above -1"),
        (0, 1, np.nan, "above -1"),
    ],
)
def test_changes_that_are_none_are_refused(post, pre, change, text):
    with pytest.raises(HomologError, match=text) as caught:
        balancing.response(balancing.ring_costs(6, 1.0), post, pre, change)
    assert caught.value.code == "HM025"


def test_a_network_that_is_not_balanced_is_refused(rng):
    with pytest.raises(HomologError, match=r"‖g‖/C is 0\.\d+, at most 1e-06") as caught:
        balancing.response(balancing.ring_costs(), 0, 1, 0.1)
    assert caught.value.code == "HM056"
    with pytest.raises(HomologError, match="no equilibrium") as caught:
        balancing.response([[0.0, 1.0], [0.0, 0.0]], 0, 1, 0.1)
    assert caught.value.code == "HM050"


@pytest.mark.parametrize("pairs", [(0, 1), [(0, 3)], [(0.0, 1.0)], [(0, 1, 2)], [(-1, 0)]])
def test_pairs_that_are_none_are_refused(pairs):
    with pytest.raises(HomologError, match="numbers of neurons from 0 to 2"):
        balancing.resistance_distance(np.ones((3, 3)), pairs)


@pytest.mark.parametrize("form", [np.asarray, sparse.csr_array])
def test_a_cut_that_rounding_hides_is_refused_where_it_matters(form):
    """Two pairs of neurons joined at 1e-30; the certificate does without potentials."""
    costs = np.zeros((4, 4))
    costs[0, 1] = costs[1, 0] = costs[2, 3] = costs[3, 2] = 1.0
    costs[0, 2] = costs[2, 0] = 1e-30
    for find in (balancing.resistance_distance, balancing.quadratic_equilibrium):
        with pytest.raises(HomologError, match="hangs together by synapses") as caught:
            find(form(costs))
        assert caught.value.code == "HM056"
    costs[0, 2] *= 3
    found = balancing.certificate(form(costs))
    assert found.lower == pytest.approx(4.0, rel=1e-15)
    assert found.imbalance < 1e-30
