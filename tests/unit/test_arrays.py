"""The array algebra: norms, distances and bases against definitions, on every array library."""

from itertools import pairwise
from types import ModuleType

import numpy as np
import pytest

from homolog._arrays import (
    basis,
    centre,
    check_pair,
    check_responses,
    constant_columns,
    even_columns,
    frobenius,
    narrow,
    nuclear_norm,
    polar,
    require_memory,
    root,
    shape_distance,
    to_namespace_of,
    to_numpy,
    unit_columns,
)
from homolog.errors import HomologError


def with_spectrum(rng, singular, n_rows=12, n_columns=9):
    """A matrix with the given singular values."""
    u = np.linalg.qr(rng.normal(size=(n_rows, n_rows))).Q[:, : len(singular)]
    v = np.linalg.qr(rng.normal(size=(n_columns, n_columns))).Q[:, : len(singular)]
    return (u * singular) @ v.T


# Responses in, or an error ---------------------------------------------------------------


@pytest.mark.parametrize(
    ("x", "says"),
    [
        (np.zeros((4, 2, 2)), r"HM007 R: got \(4, 2, 2\)"),
        (np.zeros(4), r"HM007 R: got \(4\)"),
        (np.zeros((4, 0)), "HM018 R has 0 neurons"),
        (np.eye(2), "HM019 R has 2 stimuli; at least 3"),
        (np.full((4, 2), 7), r"HM006 R is constant on all 4 stimuli \(2/2 units\)"),
        (np.full((5, 1), 0.1) * np.ones(3), "HM006 R is constant on all 5 stimuli"),
        (np.eye(4) * 1j, "HM016 R is complex"),
        (np.full((4, 2), "spike"), "HM017 R holds <U5"),
        ([["a", "b"]] * 4, "HM017 R holds <U1"),
        ([[1.0, 2.0], [3.0], [4.0, 5.0]], "HM017 R holds rows of unequal length"),
        (np.full((4, 2), np.datetime64("2026-01-01")), "HM017 R holds datetime64"),
        (
            [[1, np.nan], [2, 3], [np.nan, 4]],
            r"HM004 R has 2 NaN in 2 of 2 units \(0, 1\) and 2 st",
        ),
        ([[1, np.inf], [2, 3], [3, 4]], r"HM004 R has 1 inf in 1 of 2 units \(1\) and 1 stimulus"),
        ([[1, np.inf], [2, np.nan], [3, 4]], "HM004 R has 2 NaN or inf in 1 of 2 units"),
    ],
)
def test_unfit_responses_are_refused_by_name(x, says):
    with pytest.raises(HomologError, match=says):
        check_responses(x, "R")


def test_one_silent_neuron_does_not_make_a_population_constant():
    assert check_responses([[0, 1], [0, 2], [0, 4]], "R").shape == (3, 2)


def test_masked_entries_are_missing_not_numbers():
    x = np.ma.masked_array(np.arange(12.0).reshape(4, 3), mask=np.eye(4, 3, dtype=bool))
    with pytest.raises(HomologError, match="HM004 R has 3 NaN in 3 of 3 units"):
        check_responses(x, "R")
    assert type(check_responses(np.ma.masked_array(np.eye(4)), "R")) is np.ndarray


@pytest.mark.filterwarnings("ignore:the matrix subclass")
def test_a_matrix_is_an_array_like_any_other():
    x = np.matrix([[1.0, 2.0], [0.0, 5.0], [3.0, 1.0]])  # old code has them
    assert type(check_responses(x, "R")) is np.ndarray


def test_responses_are_computed_with_in_double_precision(xp):
    single = xp.asarray(np.eye(4, 3), dtype=xp.float32)
    assert check_responses(single, "R").dtype == xp.float64


def test_numbers_are_fetched_from_a_gpu_through_cupy(monkeypatch):
    class OnGpu:
        """Refuses, as CuPy does, to become a NumPy array unasked."""

        def __array__(self, *_, **__):
            raise TypeError("implicit conversion to a NumPy array is not allowed")

        def get(self):
            return np.eye(3)

    cupy = ModuleType("array_api_compat.cupy")
    monkeypatch.setattr("homolog._arrays._libraries.namespace", lambda _: cupy)
    np.testing.assert_array_equal(to_numpy(OnGpu()), np.eye(3))


def test_two_populations_must_have_the_same_stimuli():
    rng = np.random.default_rng(0)
    x = rng.normal(size=(6, 4))
    with pytest.raises(HomologError, match="HM001 A has 6 stimuli, B has 5"):
        check_pair(x, x[:5], "A", "B")
    with pytest.raises(HomologError, match="HM003 B looks transposed: 3×6 against A 6×4"):
        check_pair(x, x[:, :3].T, "A", "B")
    with pytest.raises(HomologError, match="HM003 A looks transposed: 4×6 against B 6×3"):
        check_pair(x.T, x[:, :3], "A", "B")


# Tuning ----------------------------------------------------------------------------------


def test_constant_up_to_rounding_is_constant(xp):
    x = np.full((5, 4), 0.1)
    x[:, 1] += np.array([0, 1, 0, 1, 0]) * 1e-17
    x[:, 2] += np.array([0, 1, 0, 1, 0]) * 1e-12
    x[:, 3] = 0.0
    assert to_numpy(constant_columns(xp.asarray(x))).tolist() == [True, True, False, True]


@pytest.mark.parametrize("unit", [1e-200, 1.0, 1e150])
def test_unit_columns_are_centred_and_of_length_one_in_any_unit(unit, xp, rng):
    columns = to_numpy(unit_columns(xp.asarray(unit * (rng.normal(size=(6, 3)) + 4))))
    assert columns.mean(axis=0) == pytest.approx(np.zeros(3), abs=1e-15)
    assert np.linalg.norm(columns, axis=0) == pytest.approx(np.ones(3), abs=1e-14)


def test_columns_of_very_unequal_size_are_made_even(xp, rng):
    x = rng.normal(size=(9, 4)) + 3
    x[:, 3] = 0.1 + 1e-17 * np.arange(9)
    alike = xp.asarray(x)
    assert even_columns(alike) is alike
    even = to_numpy(even_columns(xp.asarray(x * [1e12, 1.0, 1e-8, 1.0])))
    assert np.ptp(even, axis=0) == pytest.approx([1, 1, 1, 0], abs=1e-14)


def test_the_neuron_without_tuning_is_named():
    x = np.eye(5)
    x[:, 2] = 1.0
    with pytest.raises(HomologError, match=r"HM006 a population: 1 unit is constant .* \(2 of 5\)"):
        unit_columns(x)


def test_frobenius_is_the_norm_where_squares_overflow_or_vanish(xp):
    for size in (1e-200, 1e-100, 1.0, 1e100, 1e200):
        x = xp.asarray(np.array([[3.0, 0.0], [0.0, 4.0]]) * size)
        assert float(frobenius(x)) == pytest.approx(5 * size, rel=1e-14, abs=0)


def test_the_root_has_no_slope_at_zero():
    torch = pytest.importorskip("torch")
    x = torch.tensor([0.0, 4.0, -1e-18], dtype=torch.float64, requires_grad=True)
    roots = root(x)
    roots.sum().backward()
    assert roots.tolist() == [0.0, 2.0, 0.0]
    assert x.grad.tolist() == [0.0, 0.25, 0.0]


# Nuclear norm ----------------------------------------------------------------------------


@pytest.mark.parametrize("even", [True, False])
@pytest.mark.parametrize(
    "singular",
    [
        np.ones(9),
        np.linspace(1, 0.2, 9),
        2.0 ** -np.arange(9),
        10.0 ** -np.arange(9),
        np.r_[np.ones(5), np.zeros(4)],
        np.r_[1.0, np.full(8, 1e-14)],
        1e-120 * np.linspace(1, 0.2, 9),
    ],
    ids=["equal", "even", "halving", "steep", "rank 5", "rank 1", "tiny"],
)
def test_nuclear_norm_is_the_sum_of_the_singular_values(singular, even, xp, rng):
    c = with_spectrum(rng, singular)
    for matrix in (c, c.T):
        got = float(nuclear_norm(xp.asarray(matrix.copy()), even=even))
        assert got == pytest.approx(np.sum(singular), rel=2e-12, abs=0)


def test_nuclear_norm_with_a_gradient_is_the_same_and_has_the_polar_factor_for_slope(rng):
    torch = pytest.importorskip("torch")
    c = with_spectrum(rng, np.linspace(1, 0.2, 9))
    tensor = torch.tensor(c, requires_grad=True)
    norm = nuclear_norm(tensor)
    norm.backward()
    assert float(norm.detach()) == pytest.approx(float(nuclear_norm(c)), rel=1e-13)
    assert tensor.grad.numpy() == pytest.approx(polar(c), abs=1e-13)


@pytest.mark.parametrize("singular", [np.ones(4), np.array([1.0, 1.0, 0.3, 0.0])])
def test_the_polar_factor_leaves_out_directions_without_response(singular, xp, rng):
    c = with_spectrum(rng, singular, 6, 4)
    factor = to_numpy(polar(xp.asarray(c)))
    assert np.linalg.svdvals(factor) == pytest.approx((singular > 0).astype(float), abs=1e-12)
    assert np.trace(factor.T @ c) == pytest.approx(np.sum(singular))


# Narrowing and bases ---------------------------------------------------------------------


def test_narrowing_keeps_all_inner_products_between_stimuli(xp, rng):
    x = rng.normal(size=(5, 12))
    narrowed = to_numpy(narrow(xp.asarray(x)))
    assert narrowed.shape == (5, 5)
    assert narrowed @ narrowed.T == pytest.approx(x @ x.T, abs=1e-12)
    assert narrow(xp.asarray(x.T)).shape == (12, 5)


@pytest.mark.parametrize(
    "spread",
    [np.ones(4), 10.0 ** -np.arange(4), 10.0 ** -(2.5 * np.arange(4)), np.r_[1.0, 1e-30, 1e30, 1]],
    ids=["even", "steep", "steeper", "unlike units"],
)
def test_a_basis_is_orthonormal_and_spans_what_the_population_spans(spread, xp, rng):
    x = centre(rng.normal(size=(15, 4))) * spread
    q = to_numpy(basis(xp.asarray(x)))
    assert q.T @ q == pytest.approx(np.eye(q.shape[1]), abs=1e-12)
    assert x - q @ (q.T @ x) == pytest.approx(0 * x, abs=1e-8 * np.abs(x).max())


@pytest.mark.parametrize("n_copies", [1, 2, 6])
def test_duplicated_neurons_add_no_direction(n_copies, xp, rng):
    x = centre(rng.normal(size=(9, 3)))
    assert basis(xp.asarray(np.tile(x, n_copies))).shape == (9, 3)
    assert basis(xp.asarray(centre(rng.normal(size=(5, 11))))).shape == (5, 4)


def test_rank_is_judged_by_the_precision_at_hand(rng):
    jax = pytest.importorskip("jax")
    x = centre(rng.normal(size=(40, 3)))
    assert basis(jax.numpy.asarray(np.tile(x, 5))).shape == (40, 3)


@pytest.mark.parametrize("duplicated", [False, True])
def test_the_gradient_through_a_basis_is_that_of_its_projection(duplicated, rng):
    """Along a direction that keeps the rank, against central differences."""
    torch = pytest.importorskip("torch")
    x, direction = (centre(a) for a in rng.normal(size=(2, 12, 3)))
    weight = rng.normal(size=(12, 12))
    if duplicated:
        x, direction = np.c_[x, x], np.c_[direction, direction]

    def projected(y):
        q = basis(y)
        return (q * (torch.asarray(weight) @ q)).sum()

    tensor = torch.tensor(x, requires_grad=True)
    projected(tensor).backward()
    step = 1e-6
    up, down = (float(projected(torch.asarray(x + s * direction))) for s in (step, -step))
    slope = float((tensor.grad.numpy() * direction).sum())
    assert slope == pytest.approx((up - down) / (2 * step), rel=1e-7, abs=1e-7)


# Shape distance --------------------------------------------------------------------------


def distance(x, y):
    squares = [np.sum(a * a) for a in (x, y)]
    return float(shape_distance(x, y, *squares))


def exact_distance(x, y):
    """The smallest distance over rotations of two populations of two neurons.

    Their nuclear norm has a closed form, which 80 digits evaluate safely.
    """
    from decimal import Decimal, getcontext

    getcontext().prec = 80
    x, y = ([[Decimal(float(v)) for v in row] for row in a] for a in (x, y))
    cross = [
        [sum(a[i] * b[j] for a, b in zip(x, y, strict=True)) for j in range(2)] for i in range(2)
    ]
    squares = sum(v * v for row in cross for v in row)
    determinant = abs(cross[0][0] * cross[1][1] - cross[0][1] * cross[1][0])
    nuclear = (squares + 2 * determinant).sqrt()
    size = sum(v * v for a in (x, y) for row in a for v in row)
    return float(max(size - 2 * nuclear, Decimal(0)).sqrt())


@pytest.mark.parametrize("gap", [1.0, 1e-1, 1e-2, 1e-3, 1e-5, 1e-7, 1e-9, 1e-11, 1e-12])
def test_nearly_equal_populations_keep_their_distance(gap, rng):
    """To 1e-8 of it, or to the rounding of the responses where that is more."""
    x = centre(rng.normal(size=(10, 2)))
    x /= np.linalg.norm(x)
    y = x + gap * centre(rng.normal(size=(10, 2)))
    wanted = exact_distance(x, y)
    assert abs(distance(x, y) - wanted) < 1e-8 * wanted + 2e-15


def test_distance_is_continuous_where_the_way_of_computing_it_changes(rng):
    """Near 1e-4 of the squared sizes, where aligned responses take over from norms."""
    x, away = centre(rng.normal(size=(20, 4))), centre(rng.normal(size=(20, 4)))
    steps = np.linspace(0.5, 2.0, 31) * 0.01
    distances = np.array([distance(x, x + step * away) for step in steps])
    assert np.abs(np.diff(distances, 2)).max() < 1e-6
    for (near, d_near), (far, d_far) in pairwise(zip(steps, distances, strict=True)):
        assert d_far / d_near == pytest.approx(far / near, rel=1e-3)


def test_of_equal_populations_the_distance_is_zero(xp, rng):
    x = centre(rng.normal(size=(12, 5)))
    turned = x @ np.linalg.qr(rng.normal(size=(5, 5))).Q
    wider = np.c_[turned, np.zeros((12, 3))] @ np.linalg.qr(rng.normal(size=(8, 8))).Q
    square = xp.asarray(np.sum(x * x))
    for y in (x, turned, wider):
        assert float(shape_distance(xp.asarray(x), xp.asarray(y), square, square)) == 0


# To and fro ------------------------------------------------------------------------------


def test_numbers_go_to_a_namespace_and_back(xp):
    like = xp.asarray([1.0])
    values = np.array([[1.5, 2.0]])
    there = to_namespace_of(like, values)
    assert isinstance(there, type(like))
    assert to_numpy(there).tolist() == values.tolist()
    assert to_numpy(to_namespace_of(like, np.array([2, 1]))).dtype.kind == "i"


def test_more_memory_than_there_is_is_refused_with_the_sum():
    with pytest.raises(
        HomologError, match=r"HM009 this needs ≈1,000,000 GB \(10 × 10\); \S+ GB free. Do less."
    ):
        require_memory(10**15, "this", "10 × 10", "Do less.")
