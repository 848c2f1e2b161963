"""The ring of Fig. 5, exactly."""

import numpy as np
import pytest

from homolog import HomologError, balancing
from unit.balanced_networks import at, gradients, newton


def test_the_numbers_of_the_figure():
    found = balancing.ring_equilibrium()
    assert found.circulation == pytest.approx(0.094928, abs=5e-7)
    assert found.stronger == pytest.approx(1.78016, abs=5e-6)
    assert found.reciprocal == pytest.approx(1.68524, abs=5e-6)
    assert found.forward == pytest.approx(1.04859, abs=5e-6)
    assert found.backward == pytest.approx(0.95366, abs=5e-6)
    half = [0.1305, 0.1068, 0.0830, 0.0593, 0.0356, 0.0119]
    round_from_the_first = np.roll(found.h, -1)
    np.testing.assert_allclose(round_from_the_first, [-x for x in half] + half[::-1], atol=5e-5)


@pytest.mark.parametrize("power", [0.5, 1.0, 2.0, 3.0])
@pytest.mark.parametrize(("n", "strength"), [(3, 3.0), (12, 3.0), (12, 0.2), (40, 50.0), (5, 1.0)])
def test_the_closed_form_is_the_equilibrium(n, strength, power):
    costs = balancing.ring_costs(n, strength)
    found = balancing.ring_equilibrium(n, strength, power)
    balanced = at(costs, found.h, power)
    assert np.abs(gradients(balanced)).max() < 1e-13 * costs.sum()
    np.testing.assert_allclose(found.h, newton(costs, power), atol=1e-10)
    np.testing.assert_allclose(
        found.h, balancing.equilibrium(costs, power=power, tolerance=1e-13).h, atol=1e-10
    )
    entries = [(0, 1), (1, 0), (1, 2), (2, 1)]
    expected = [found.stronger, found.reciprocal, found.forward, found.backward]
    np.testing.assert_allclose([balanced[e] for e in entries], expected, rtol=1e-12)
    assert found.forward - found.backward == pytest.approx(found.circulation, abs=1e-14)


def test_the_laplacian_has_the_listed_eigenvalues():
    listed = [0, 0.5359, 0.5833, 2, 2.1735, 4, 4.3314, 6, 6.4391, 7.4641, 7.8060, 10.6667]
    values = np.linalg.eigvalsh(balancing.laplacian(balancing.ring_costs()))
    np.testing.assert_allclose(values, listed, atol=5e-5)


def test_the_mirror_leaves_every_other_mode_at_rest():
    costs = balancing.ring_costs()
    _, modes = np.linalg.eigh(balancing.laplacian(costs))
    along = np.abs(modes.T @ gradients(costs))
    assert along[0::2][1:].min() > 0.1  # third, fifth, seventh, ...
    assert max(along[0], along[1::2][:-1].max()) < 1e-12
    exact = np.abs(modes.T @ balancing.ring_equilibrium().h)
    assert exact[1::2][:-1].max() < 1e-12


def test_first_order_falls_short_by_eight_percent():
    costs = balancing.ring_costs()
    h = balancing.quadratic_equilibrium(costs)
    exact = balancing.ring_equilibrium().h
    assert np.abs(h).max() == pytest.approx(0.1196, abs=5e-5)
    assert 1 - np.abs(h).max() / np.abs(exact).max() == pytest.approx(0.083, abs=2e-3)
    share = 3 * balancing.resistance_distance(costs)[0, 1]
    assert share == pytest.approx(0.717, abs=5e-4)
    assert np.log(balancing.ring_equilibrium().stronger / 3) == pytest.approx(-0.522, abs=5e-4)


@pytest.mark.parametrize("n", [2, 2.5, "12"])
def test_a_ring_needs_three_neurons(n):
    with pytest.raises(HomologError, match="a whole number from 3 on"):
        balancing.ring_costs(n)


@pytest.mark.parametrize("strength", [0, -1.0, np.inf])
def test_a_ring_needs_a_strength_above_zero(strength):
    with pytest.raises(HomologError, match="strength"):
        balancing.ring_equilibrium(12, strength)
