"""What every function of the theory says to costs and arguments that are none."""

import numpy as np
import pytest
from scipy import sparse

from homolog import HomologError, balancing

OF_COSTS = {
    "asymptotic_rate": balancing.asymptotic_rate,
    "bounds": balancing.bounds,
    "certificate": balancing.certificate,
    "equal_input": balancing.equal_input,
    "equal_output": balancing.equal_output,
    "heat_kernel": lambda costs: balancing.heat_kernel(costs, [1.0]),
    "hessian": balancing.hessian,
    "laplacian": balancing.laplacian,
    "max_balance": balancing.max_balance,
    "product_balance": balancing.product_balance,
    "quadratic_equilibrium": balancing.quadratic_equilibrium,
    "reciprocal_means": balancing.reciprocal_means,
    "resistance_distance": balancing.resistance_distance,
    "response": lambda costs: balancing.response(costs, 0, 1, 0.1),
    "symmetrizing_scales": balancing.symmetrizing_scales,
}

OF_POWER = {
    "asymptotic_rate": lambda power: balancing.asymptotic_rate(RING, power=power),
    "equal_input": lambda power: balancing.equal_input(RING, power),
    "equal_output": lambda power: balancing.equal_output(RING, power),
    "heat_kernel": lambda power: balancing.heat_kernel(RING, [1.0], power=power),
    "hessian": lambda power: balancing.hessian(RING, power),
    "max_balance": lambda power: balancing.max_balance(RING, power),
    "product_balance": lambda power: balancing.product_balance(RING, power),
    "quadratic_equilibrium": lambda power: balancing.quadratic_equilibrium(RING, power),
    "rank_one_equilibrium": lambda power: balancing.rank_one_equilibrium([1.0], [1.0], power),
    "response": lambda power: balancing.response(RING, 0, 1, 0.1, power=power),
    "ring_equilibrium": lambda power: balancing.ring_equilibrium(power=power),
    "symmetrizing_scales": lambda power: balancing.symmetrizing_scales(RING, power),
}

RING = balancing.ring_costs(5, 1.0)

BAD = {
    "a NaN": (np.array([[0, np.nan], [1, 0]]), r"nan at \(0, 1\)"),
    "infinite": (np.array([[0, 1], [np.inf, 0]]), r"inf at \(1, 0\)"),
    "negative": (np.array([[0, 1], [-2.0, 0]]), r"-2 at \(1, 0\)"),
    "not square": (np.ones((2, 3)), r"shape \(2, 3\)"),
    "a vector": (np.ones(3), r"shape \(3,\)"),
    "empty": (np.zeros((0, 0)), "no neurons"),
    "complex": (np.ones((2, 2), complex), "complex128"),
    "words": (np.array([["a", "b"], ["c", "d"]]), "dtype"),
    "sparse and negative": (sparse.csr_array([[0.0, -1.0], [1.0, 0.0]]), r"-1 at \(0, 1\)"),
}


@pytest.mark.parametrize("bad", BAD)
@pytest.mark.parametrize("name", OF_COSTS)
def test_costs_that_are_none_are_refused_by_all(name, bad):
    costs, text = BAD[bad]
    with pytest.raises(HomologError, match=text) as caught:
        OF_COSTS[name](costs)
    assert caught.value.code == "HM051"


@pytest.mark.parametrize("power", [0, -1.0, np.nan, np.inf, "2", True])
@pytest.mark.parametrize("name", OF_POWER)
def test_powers_that_are_none_are_refused_by_all(name, power):
    with pytest.raises(HomologError, match="a finite number above 0") as caught:
        OF_POWER[name](power)
    assert caught.value.code == "HM025"


@pytest.mark.parametrize("name", OF_COSTS)
@pytest.mark.parametrize("dtype", [np.int64, np.float32, bool, np.uint8])
def test_other_precisions_give_what_float64_gives(name, dtype):
    costs = balancing.ring_costs(6, 1.0)
    given, exact = OF_COSTS[name](costs.astype(dtype)), OF_COSTS[name](costs)
    for found, expected in zip(dense(given), dense(exact), strict=True):
        np.testing.assert_array_equal(found, expected)


@pytest.mark.parametrize("name", OF_COSTS)
def test_costs_are_left_as_they_were(name):
    for costs in (balancing.ring_costs(6, 1.0), sparse.csr_array(balancing.ring_costs(6, 1.0))):
        before = costs.copy()
        OF_COSTS[name](costs)
        assert abs(costs - before).max() == 0


@pytest.mark.parametrize("times", [[], [-1.0], [1.0, 0.5], [np.nan], [[0.0]]])
def test_times_that_are_none_are_refused(times):
    with pytest.raises(HomologError, match="finite numbers from 0 on") as caught:
        balancing.heat_kernel(RING, times)
    assert caught.value.code == "HM025"


@pytest.mark.parametrize("rate", [0, -1.0, np.inf])
def test_rates_that_are_none_are_refused(rate):
    for find in (
        lambda: balancing.heat_kernel(RING, [1.0], rate=rate),
        lambda: balancing.asymptotic_rate(RING, rate=rate),
    ):
        with pytest.raises(HomologError, match="rate is"):
            find()


@pytest.mark.parametrize(
    ("inward", "outward", "text"),
    [
        ([1.0, 0.0], [1.0, 1.0], "inward"),
        ([1.0, 1.0], [1.0, -1.0], "outward"),
        ([1.0, 1.0], [1.0], r"shape \(2,\), that of inward"),
        ([], [], "above 0 for each neuron"),
        ([[1.0]], [1.0], "above 0 for each neuron"),
        ([np.inf], [1.0], "above 0 for each neuron"),
        ([1j], [1.0], "real numbers"),
    ],
)
def test_factors_that_are_none_are_refused(inward, outward, text):
    with pytest.raises(HomologError, match=text) as caught:
        balancing.rank_one_equilibrium(inward, outward)
    assert caught.value.code == "HM025"


@pytest.mark.parametrize("gains", [-1.0, [1.0, np.nan], [1.0, 1.0, 1.0]])
def test_gains_that_are_none_are_refused(gains):
    with pytest.raises(HomologError, match="one number from 0 on, or 2 of them"):
        balancing.departure_from_normal(np.ones((2, 2)), gains)


def test_weights_that_are_none_are_refused():
    with pytest.raises(HomologError) as caught:
        balancing.departure_from_normal(np.ones((2, 3)))
    assert caught.value.code == "HM053"


@pytest.mark.parametrize("tolerance", [0, -1.0, np.nan])
def test_tolerances_that_are_none_are_refused(tolerance):
    with pytest.raises(HomologError, match="tolerance"):
        balancing.symmetrizing_scales(RING, tolerance=tolerance)


@pytest.mark.parametrize("unit", [1e-200, 1e200])
@pytest.mark.parametrize("form", [np.asarray, sparse.csr_array])
@pytest.mark.parametrize("name", OF_COSTS)
def test_the_unit_of_cost_does_not_matter(name, unit, form):
    """Log-scales and shares stay, costs and rates follow, resistances are their inverse."""
    found, expected = (
        dense(OF_COSTS[name](form(c * balancing.ring_costs(7, 1.0)))) for c in (unit, 1)
    )
    power = {"resistance_distance": -1}.get(name, 1)
    for one, other in zip(found, expected, strict=True):
        size = np.abs(other[np.isfinite(other)]).max(initial=1e-3)
        scales = [unit**power, 1.0]
        assert any(np.allclose(one, s * other, rtol=1e-9, atol=1e-10 * s * size) for s in scales)


def dense(result):
    """Every number of a result, as arrays."""
    fields = list(vars(result).values()) if hasattr(result, "__dataclass_fields__") else [result]
    return [np.asarray(f.toarray() if sparse.issparse(f) else f, float) for f in fields]
