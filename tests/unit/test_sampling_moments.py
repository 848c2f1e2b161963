"""NBS from moments: unbiased by enumeration, its bias bound, its brackets, its refusals."""

from itertools import product
from typing import Any

import numpy as np
import pytest

from homolog import HomologError
from homolog.measures import find
from homolog.sampling import nbs_by_moments
from homolog.sampling._cross_moments import blocks_of, differences, moments, moments_and_without
from homolog.sampling._held_out_alignment import covariance, held_out_alignment
from homolog.sampling._root import best_root, farthest


def slow_moments(dx: np.ndarray, dy: np.ndarray, degree: int) -> list[float]:
    """Traces of products over every increasing sequence, one at a time."""
    from itertools import combinations

    found = []
    for p in range(1, degree + 1):
        terms = []
        for chosen in combinations(range(len(dx)), 2 * p):
            whole = np.eye(dx.shape[1])
            for one, other in zip(chosen[::2], chosen[1::2], strict=True):
                whole = whole @ np.outer(dx[one], dy[one]) @ np.outer(dy[other], dx[other])
            terms.append(np.trace(whole))
        found.append(np.mean(terms))
    return found


def test_moments_are_averages_over_increasing_sequences(rng):
    dx, dy = rng.normal(size=(7, 3)), rng.normal(size=(7, 4))
    assert np.allclose(moments(dx, dy, 3), slow_moments(dx, dy, 3), rtol=1e-11)


@pytest.mark.parametrize(("n_drawn", "degree"), [(4, 1), (8, 2)])
def test_moments_over_every_draw_of_stimuli_are_those_of_the_whole_population(n_drawn, degree, rng):
    """All sequences drawn with replacement from three stimuli: the mean is exact."""
    x, y = rng.normal(size=(3, 2)) + 1, rng.normal(size=(3, 3))
    singular = np.linalg.svd((x - x.mean(0)).T @ (y - y.mean(0)) / 3, compute_uv=False)
    mean = np.zeros(degree)
    for rows in product(range(3), repeat=n_drawn):
        mean += moments(*differences(x, y, np.array(rows)), degree) / 3**n_drawn
    assert np.allclose(mean, [np.sum(singular ** (2 * p)) for p in range(1, degree + 1)])


def test_a_block_leaves_by_itself(rng):
    x, y = rng.normal(size=(45, 3)), rng.normal(size=(45, 4))
    blocks = blocks_of(45, 10, rng)
    assert sorted(np.concatenate(blocks)) == list(range(45))
    _, without = moments_and_without(x, y, blocks, 2, 3, np.random.default_rng(1))
    x[blocks[4]], y[blocks[4]] = 1e6, -1e6
    _, changed = moments_and_without(x, y, blocks, 2, 3, np.random.default_rng(1))
    same = np.isclose(without, changed).all(axis=1)
    assert same[4]
    x[blocks[4]] += rng.normal(size=x[blocks[4]].shape) * 1e3
    _, changed = moments_and_without(x, y, blocks, 2, 3, np.random.default_rng(1))
    assert np.isclose(without, changed).all(axis=1).tolist() == [one == 4 for one in range(10)]


def test_how_far_a_polynomial_misses_the_root_is_exact(rng):
    between = np.linspace(0, 1, 200_001)
    for _ in range(20):
        coefficients = rng.normal(size=rng.integers(1, 6))
        missed = np.abs(np.polynomial.polynomial.polyval(between, coefficients) - np.sqrt(between))
        assert missed.max() <= farthest(coefficients) + 1e-12
        assert missed.max() == pytest.approx(farthest(coefficients), rel=1e-4)


def test_the_best_root_without_variance_is_the_best_there_is():
    """The best even polynomial of degree 2 in place of |u| is u² + 1/8 (Chebyshev)."""
    root = best_root(np.array([[1e-14]]), 5)
    assert root.coefficients == pytest.approx([1 / 8, 1], abs=1e-4)
    assert root.off == pytest.approx(1 / 8, abs=1e-4)
    assert best_root(np.eye(4) * 1e-14, 5).off < 0.036 < best_root(np.eye(4), 5).off


@pytest.mark.parametrize("n_roots", [1, 4, 30])
def test_no_spectrum_breaks_the_bound(n_roots, rng):
    root = best_root(np.diag([1e-4, 1e-3, 1e-2, 1e-1]), n_roots)
    for _ in range(300):
        singular = rng.uniform(size=n_roots) ** rng.uniform(0.1, 10)
        got = sum(c * np.sum(singular ** (2 * p)) for p, c in enumerate(root.coefficients))
        assert abs(got - singular.sum()) <= n_roots * root.off + 1e-12


def test_held_out_alignment_is_too_low_and_the_usual_too_high_over_every_draw(rng):
    """Means over all draws of four from two stimuli, halves held out in turn."""
    x, y = rng.normal(size=(2, 3)), rng.normal(size=(2, 3))
    truth = np.linalg.norm((x - x.mean(0)).T @ (y - y.mean(0)) / 2, "nuc")
    fold, low, high = np.array([0, 0, 1, 1]), 0.0, 0.0
    for drawn in product(range(2), repeat=4):
        rows = list(drawn)
        low += held_out_alignment(x[rows], y[rows], fold) / 16
        high += np.linalg.norm(covariance(x[rows], y[rows]), "nuc") / 16
    assert low < truth < high or high == pytest.approx(truth)
    assert low < truth - 0.1 * truth


def planted(rng: np.random.Generator, n_stimuli: int) -> tuple[Any, Any]:
    """Ten neurons each, of one shape but for private noise: NBS 2/3."""
    shared = rng.normal(size=(n_stimuli, 10)) * np.sqrt(0.8 ** np.arange(10) / 4.463129088)
    turns = [np.linalg.qr(rng.normal(size=(10, 10)))[0] for _ in "xy"]
    x, y = (shared @ turn + 0.05**0.5 * rng.normal(size=(n_stimuli, 10)) for turn in turns)
    return x, y


def test_the_planted_shape_is_within_the_bound_on_average_and_between_its_brackets():
    found = [nbs_by_moments(*planted(rng, 60), rng=0) for rng in np.random.default_rng(0).spawn(30)]
    value = np.array([one.value for one in found])
    assert abs(value.mean() - 2 / 3) < np.mean([one.bias_bound for one in found])
    assert all(one.largest > 1 / 4.463129088 / 1.5 for one in found)
    means = [np.mean([getattr(one, name) for one in found]) for name in ("split_half", "held_out")]
    assert means[0] < means[1] < 2 / 3 < np.mean([one.usual for one in found])
    assert sum(one.interval()[0] <= 2 / 3 <= one.interval()[1] for one in found) >= 29
    assert 0.5 < np.mean([one.error for one in found]) / value.std() < 2


def test_scale_shift_rotation_and_order_of_neurons_change_nothing(rng):
    x, y = planted(rng, 50)
    found = nbs_by_moments(x, y, rng=3)
    turn = np.linalg.qr(rng.normal(size=(10, 10)))[0]
    other = nbs_by_moments(1e60 * (x @ turn + 2), 1e-60 * y[:, ::-1], rng=3)
    for name in ("value", "error", "bias_bound", "usual", "split_half", "held_out"):
        assert getattr(other, name) == pytest.approx(getattr(found, name), rel=1e-5), name
    assert found.usual == pytest.approx(float(find("nbs")(x, y)), rel=1e-12)
    assert nbs_by_moments(x, y, rng=4).value != found.value


def test_what_is_printed_and_the_angles(rng):
    found = nbs_by_moments(*planted(rng, 50))
    low, high = found.interval()
    assert 0 <= low <= found.value - found.bias_bound < high <= 1
    assert found.angles() == pytest.approx((np.arccos(high), np.arccos(low)))
    assert str(found) == (
        f"NBS {found.value:.3f} ({low:.3f} to {high:.3f}, of which {found.bias_bound:.3f} to either"
        f" side for bias); {found.held_out:.3f} held out, {found.usual:.3f} as usual"
    )


def test_more_stimuli_than_memory_holds_are_refused_before_anything_is_tried(rng):
    message = r"^HM009 nbs_by_moments needs ≈40,000 GB \(5 matrices of 1000000×1000000 pairs of "
    with pytest.raises(HomologError, match=message):
        nbs_by_moments(rng.normal(size=(2_000_000, 1)), rng.normal(size=(2_000_000, 1)))


def test_few_stimuli_are_refused(rng):
    with pytest.raises(HomologError) as refused:
        nbs_by_moments(rng.normal(size=(39, 4)), rng.normal(size=(39, 5)))
    assert str(refused.value) == (
        "HM019 nbs_by_moments: X has 39 stimuli; at least 40 are needed. If stimuli are along"
        ' another axis name the axes in homolog.represent, as in dims="neuron,stimulus".'
    )
