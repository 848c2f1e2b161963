"""Neural gradients as heat: Laplacian, Hessian, heat kernel, and the rate in the end."""

import numpy as np
import pytest
from scipy import sparse
from scipy.integrate import solve_ivp

from homolog import balancing
from unit.balanced_networks import at, balanced_costs, gradients, newton, random_costs


def both_forms(costs):
    return [costs, sparse.csr_array(costs)]


@pytest.mark.parametrize("power", [0.5, 1.0, 2.0, 3.0])
def test_the_hessian_of_the_cost_is_power_squared_laplacians(power, rng):
    """Equation (34), by central differences of the total cost."""
    costs = random_costs(8, rng, 0.6)
    unit, step = np.eye(8), 1e-4

    def total(h):
        return at(costs, step * h, power).sum()

    measured = [
        [(total(a + b) - total(a - b) - total(b - a) + total(-a - b)) / (4 * step**2) for b in unit]
        for a in unit
    ]
    for form in both_forms(costs):
        found = balancing.hessian(form, power)
        found = found.toarray() if sparse.issparse(found) else found
        np.testing.assert_allclose(found, measured, atol=1e-5 * np.abs(measured).max())


def test_autapses_conduct_nothing(rng):
    costs = random_costs(6, rng)
    for form in both_forms(costs + np.diag(np.full(6, 50.0))):
        found = balancing.laplacian(form)
        assert isinstance(found, sparse.csr_array) == sparse.issparse(form)
        dense = found.toarray() if sparse.issparse(found) else found
        np.testing.assert_allclose(dense, balancing.laplacian(costs), atol=1e-12)
        assert np.abs(dense.sum(1)).max() < 1e-12


def test_gradients_begin_to_fall_by_the_heat_equation(rng):
    """Equation (37): at time 0 the exact flow and the frozen Laplacian agree."""
    costs, power = random_costs(8, rng, 0.6), 3.0
    step = 1e-7
    moved = gradients(at(costs, step * gradients(costs), power))
    expected = -power * balancing.laplacian(costs) @ gradients(costs)
    measured = (moved - gradients(costs)) / step
    np.testing.assert_allclose(measured, expected, atol=1e-4 * np.abs(expected).max())


@pytest.mark.parametrize("power", [1.0, 2.0])
def test_the_heat_kernel_is_the_flow_of_the_quadratic_model(power, rng):
    """Equations (38), (39), against an ODE solver; two parts and a lone neuron included."""
    costs = np.zeros((10, 10))
    costs[:5, :5], costs[5:9, 5:9] = random_costs(5, rng, 0.6), random_costs(4, rng, 0.6)
    times = np.array([0.0, 0.003, 0.02, 0.3])
    kernel, start = balancing.laplacian(costs), gradients(costs)
    way = solve_ivp(
        lambda _, h: start - power * kernel @ h, (0, 0.3), np.zeros(10), "DOP853", times,
        rtol=1e-12, atol=1e-14,
    )  # fmt: skip
    for form in both_forms(costs):
        found = balancing.heat_kernel(form, times, power=power, rate=1.0)
        np.testing.assert_allclose(found.h, way.y.T, atol=1e-9)
        np.testing.assert_allclose(found.gradients, start - power * found.h @ kernel, atol=1e-9)
        assert np.abs(found.h[:, 9]).max() < 1e-15


def test_time_has_no_unit_unless_a_rate_is_given(rng):
    costs = random_costs(6, rng)
    once = balancing.heat_kernel(costs, [0.1, 0.2])
    np.testing.assert_allclose(balancing.heat_kernel(1e6 * costs, [0.1, 0.2]).h, once.h, rtol=1e-9)
    own = balancing.heat_kernel(costs, [0.1, 0.2], rate=1 / costs.sum())
    np.testing.assert_allclose(own.h, once.h, rtol=1e-12)


@pytest.mark.parametrize("power", [0.5, 2.0])
def test_the_quadratic_equilibrium_errs_by_the_square_of_h(power, rng):
    """Equation (40): a tenth of the way leaves a hundredth of the error."""
    balanced = balanced_costs(8, rng, power=power)
    away = rng.standard_normal(8)
    away -= away.mean()
    errors = []
    for size in (1e-2, 1e-3):
        costs = at(balanced, size * away, power)
        for form in both_forms(costs):
            found = balancing.quadratic_equilibrium(form, power)
            assert abs(found.sum()) < 1e-12
        errors.append(np.abs(found + size * away).max())
    assert errors[1] < errors[0] / 80
    far = balancing.heat_kernel(costs, [1e5], power=power).h[0]
    np.testing.assert_allclose(far, found, atol=1e-12)


@pytest.mark.parametrize("power", [1.0, 2.0, 3.0])
def test_the_flow_decays_at_the_asymptotic_rate_in_the_end(power, rng):
    """Proposition 3: slope of log ‖g‖ within 2 %."""
    balanced = balanced_costs(10, rng, 0.5, 0.5, power)
    decay = balancing.asymptotic_rate(balanced, power=power, rate=1.0)
    start = 1e-4 * np.linalg.eigh(balancing.laplacian(balanced))[1][:, 1]
    times = np.linspace(0, 3, 7) / decay
    way = solve_ivp(
        lambda _, h: gradients(at(balanced, h, power)), (0, times[-1]), start, "DOP853", times,
        rtol=1e-12, atol=1e-16,
    )  # fmt: skip
    lengths = [np.linalg.norm(gradients(at(balanced, h, power))) for h in way.y.T]
    assert np.polyfit(times, np.log(lengths), 1)[0] == pytest.approx(-decay, rel=0.02)


@pytest.mark.parametrize("n_neurons", [12, 300])
@pytest.mark.parametrize("density", [0.01, 0.2])
def test_sparse_networks_have_the_rate_of_dense_ones(n_neurons, density, rng):
    costs = random_costs(n_neurons, rng, 1.0, density)
    dense, csr = (balancing.asymptotic_rate(form) for form in both_forms(costs))
    assert csr == pytest.approx(dense, rel=1e-6)


def test_the_slowest_part_sets_the_rate(rng):
    parts = [random_costs(n, rng) for n in (4, 6)]
    whole = sparse.csr_array(sparse.block_diag([*parts, [[1.0]]]))
    expected = min(balancing.asymptotic_rate(part, rate=1.0) for part in parts)
    assert balancing.asymptotic_rate(whole, rate=1.0) == pytest.approx(expected)
    assert balancing.asymptotic_rate(whole.toarray(), rate=1.0) == pytest.approx(expected)


def test_nothing_joined_is_nothing_to_balance():
    for costs in (np.array([[3.0]]), np.zeros((4, 4)), np.eye(3)):
        for form in both_forms(costs):
            assert balancing.asymptotic_rate(form) == np.inf
            assert not balancing.quadratic_equilibrium(form).any()
            assert not balancing.heat_kernel(form, [0, 1]).h.any()


def test_the_oracle_of_these_tests_agrees_with_the_equilibrium(rng):
    for power in (0.5, 2.0):
        costs = random_costs(9, rng, 1.5, 0.5)
        found = balancing.equilibrium(costs, power=power, tolerance=1e-13).h
        np.testing.assert_allclose(found, newton(costs, power), atol=1e-9)
