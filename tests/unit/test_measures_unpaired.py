"""Statistics of single populations: against their definitions, and where the answer is known."""

import numpy as np
import pytest
from scipy.spatial.distance import cosine, pdist
from scipy.special import logsumexp

import homolog
from homolog.errors import HomologError
from homolog.measures import find

NAMES = (
    "magnitude_difference",
    "concentricity_difference",
    "uniformity_difference",
)


@pytest.fixture
def pair(rng):
    return rng.normal(size=(25, 6)) + 1, 3 * rng.normal(size=(25, 4)) - 2


def test_magnitude_is_the_length_of_the_mean_pattern(pair):
    lengths = [np.sqrt(sum(neuron.mean() ** 2 for neuron in p.T)) for p in pair]
    got = float(find("magnitude_difference")(*pair))
    assert got == pytest.approx(abs(lengths[0] - lengths[1]), abs=1e-12)
    x = np.array([[3.0, 3.0], [3.0, 5.0], [3.0, 4.0]])
    assert float(find("magnitude_difference")(x, 3 * x)) == pytest.approx(10, abs=1e-12)


@pytest.mark.parametrize("unit", [1e-200, 1e160])
def test_magnitude_in_any_unit(unit, pair):
    wanted = float(find("magnitude_difference")(*pair))
    got = float(find("magnitude_difference")(*(unit * p for p in pair)))
    assert got == pytest.approx(unit * wanted, rel=1e-12)


def test_magnitude_of_centred_responses_is_0(pair):
    x, y = (p - p.mean(axis=0) for p in pair)
    assert float(find("magnitude_difference")(x, y)) == pytest.approx(0, abs=1e-12)


def test_concentricity_is_the_mean_cosine_with_the_mean(pair):
    means = [np.mean([1 - cosine(row, p.mean(axis=0)) for row in p]) for p in pair]
    got = float(find("concentricity_difference")(*pair))
    assert got == pytest.approx(abs(means[0] - means[1]), abs=1e-12)
    one_way = np.outer([1.0, 2.0, 3.0, 4.0], [1.0, 2.0])  # wholly concentric
    right_angles = np.array([[1.0, 0.0], [0.0, 1.0], [1.0, 0.0], [0.0, 1.0]])
    got = float(find("concentricity_difference")(one_way, right_angles))
    assert got == pytest.approx(1 - np.sqrt(0.5), abs=1e-12)


def test_concentricity_of_centred_responses_is_refused(pair):
    x, y = pair
    says = (
        r"HM031 concentricity_difference is undefined here, not 0: the mean pattern of a population"
        r" is 0, so that nothing can point its way\. Do not centre the responses, or use procrustes"
    )
    with pytest.raises(HomologError, match=says):
        find("concentricity_difference")(x, y - y.mean(axis=0))


def uniformity(x):
    return logsumexp(-2 * pdist(x, "sqeuclidean")) - np.log(len(x) * (len(x) - 1) / 2)


def test_uniformity_is_the_logarithm_of_a_mean_over_pairs(pair):
    x, y = pair
    raw = find("uniformity_difference").using(normalise=False)
    assert float(raw(x, y)) == pytest.approx(abs(uniformity(x) - uniformity(y)), abs=1e-9)
    x, y = (p / np.linalg.norm(p, axis=1, keepdims=True) for p in pair)
    got = float(find("uniformity_difference")(*pair))
    assert got == pytest.approx(abs(uniformity(x) - uniformity(y)), abs=1e-12)


def test_uniformity_of_patterns_at_equal_angles():
    """Squared distances of 2 against 4/3 · 2: the corners of a simplex, and of a centred one."""
    corners = np.eye(4)
    got = float(find("uniformity_difference")(corners, corners - corners.mean(axis=0)))
    assert got == pytest.approx(2 * (8 / 3 - 2), abs=1e-12)


def test_uniformity_does_not_vanish_for_want_of_digits(rng):
    """Distances near 100: every term is below the least float, and the difference is not 0."""
    x = 100 * rng.normal(size=(20, 4))
    raw = find("uniformity_difference").using(normalise=False)
    got = float(raw(x, 2 * x))
    assert np.exp(-2 * pdist(x, "sqeuclidean")).sum() == 0
    assert got == pytest.approx(abs(uniformity(x) - uniformity(2 * x)), rel=1e-9)
    assert got == pytest.approx(6 * pdist(x, "sqeuclidean").min(), rel=1e-9)


def test_a_large_baseline_costs_no_digits(pair):
    x, y = pair
    raw = find("uniformity_difference").using(normalise=False)
    assert float(raw(x + 1e6, y)) == pytest.approx(float(raw(x, y)), abs=1e-7)


def test_uniformity_of_more_pairs_than_fit_into_memory():
    x = np.broadcast_to(np.arange(1, 10.0**7 + 1)[:, None], (10**7, 1))
    with pytest.raises(HomologError, match=r"HM009 uniformity_difference needs ≈3,200,000 GB"):
        find("uniformity_difference").summary(x)


@pytest.mark.parametrize("name", NAMES)
def test_stimuli_are_not_paired_and_it_says_so(name, pair, rng):
    x, y = pair
    m = find(name)
    assert float(m(x, y)) > 1e-3
    assert float(m(x[rng.permutation(25)], y)) == pytest.approx(float(m(x, y)), rel=1e-9)
    found = homolog.compare(x, y, name, permutations=20).scores[0]
    assert any("stimuli are not paired: in any order" in note for note in found.warnings)
    assert (found.chance, found.p_value) == (None, None)
    assert "chance" not in str(found)
