"""The interval of unbiased CKA by hand: blocks left out, and pairs of them counted once."""

import numpy as np
import pytest
from scipy.stats import t

from homolog import HomologError, statistics
from homolog.measures import find


def grouped_pair(shape, grouped, rng):
    n, n_x, n_y = shape
    x = rng.normal(size=(n, n_x)) + 5
    y = rng.normal(size=(n, n_y)) + x[:, :1]
    return x, y, statistics.blocks(n, rng.permutation(n) % 11 if grouped else None, 0)


SHAPES = [(30, 7, 5), (20, 50, 9), (130, 6, 4), (36, 8, 90)]


def left_with_partners(block):
    """Which stimuli stay: all, all but each block, all but each and its partner."""
    n_blocks = block.max() + 1
    partner = (np.arange(n_blocks) + (n_blocks - 1) // 2) % n_blocks
    keep = [block >= 0, *(block != k for k in range(n_blocks))]
    return keep + [(block != k) & (block != other) for k, other in enumerate(partner)]


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("grouped", [False, True])
def test_overlaps_without_blocks_at_once_are_those_of_what_is_left(shape, grouped, rng):
    measure = find("unbiased_cka")
    x, y, block = grouped_pair(shape, grouped, rng)
    shared, own_x, own_y = statistics._at_once(measure, x, y, block, twos=True)
    each = [float(measure(x[kept], y[kept])) for kept in left_with_partners(block)]
    np.testing.assert_allclose(shared / np.sqrt(own_x * own_y), each, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("shape", SHAPES)
def test_interval_of_unbiased_cka_is_what_a_recording_does_not_speak_against(shape, rng):
    """By hand, at each end: S - rG is as far from 0 as it may be."""
    x, y, block = grouped_pair(shape, False, rng)
    low, high = statistics.jackknife(find("unbiased_cka"), x, y)
    found = statistics._at_once(find("unbiased_cka"), x, y, block, twos=True)
    s, g = found[0, 0], np.sqrt(found[1, 0] * found[2, 0])
    owns = g / 2 * (found[1] / found[1, 0] + found[2] / found[2, 0])
    sizes, n = np.bincount(block), len(x)
    k = len(sizes)
    partner = (np.arange(k) + (k - 1) // 2) % k
    one, two = n - sizes, n - sizes - sizes[partner]

    def spread(move):
        whole, less, less_two = move[0], move[1 : k + 1], move[k + 1 :]
        together = n * whole - one * less - (one * less)[partner] + two * less_two
        in_pairs = np.mean(k * (k - 1) * together**2 / (n * (n + two)))
        return statistics.standard_error(whole, less, sizes) ** 2, in_pairs

    there = spread(found[0] - s / g * owns)
    lost = 2 - min(0.5, there[1] / there[0])
    for end in (low, high):
        beside = max(0, end * g / s) if s > 0 else 1
        follow = max(beside**0.5, beside**0.25)
        jackknife, twice = spread(follow * found[0] - end * owns)
        alone, in_pairs = max(0, jackknife - lost * twice), spread(found[0] - end * owns)[1]
        freedom = (k - 1) * (alone + in_pairs) ** 2 / (alone**2 + in_pairs**2)
        reach = t.ppf(0.975, freedom) * (alone + in_pairs) ** 0.5
        assert abs(end) == 1 or abs(s - end * g) == pytest.approx(reach, rel=1e-6)
    assert -1 <= low <= s / g <= high <= 1


@pytest.mark.parametrize("shape", SHAPES)
def test_interval_over_groups_is_the_score_and_a_quantile_of_its_jackknife_error(shape, rng):
    measure = find("unbiased_cka")
    x, y, block = grouped_pair(shape, True, rng)
    low, high = statistics.jackknife(measure, x, y, groups=block)
    scores = [float(measure(x[block != k], y[block != k])) for k in range(11)]
    value = float(measure(x, y))
    error = statistics.standard_error(value, np.array(scores), np.bincount(block))
    reach = t.ppf(0.975, 10) * error
    by_hand = max(-1, value - reach), min(1, value + reach)
    assert (low, high) == pytest.approx(by_hand, rel=1e-9)


def test_scores_of_options_and_those_to_be_refused_are_found_one_by_one(rng):
    x, y = rng.normal(size=(2, 20, 4))
    angle = find("unbiased_cka").using(form="angle")
    assert statistics._at_once(angle, x, y, np.arange(20), twos=True) is None
    assert statistics._at_once(find("cka"), x, y, np.arange(20), twos=True) is None
    few_left = np.maximum(np.arange(20) - 15, 0)  # four without the first, three without two
    assert statistics._at_once(find("unbiased_cka"), x, y, few_left, twos=False) is not None
    assert statistics._at_once(find("unbiased_cka"), x, y, few_left, twos=True) is None
    one_apart = np.zeros((20, 4))
    one_apart[0] = 1
    assert statistics._at_once(find("unbiased_cka"), one_apart, y, np.arange(20), twos=True) is None
    with pytest.raises(HomologError, match="HM031"):
        statistics.jackknife(find("unbiased_cka"), one_apart, y)


def test_interval_of_equal_populations_is_their_score_and_that_of_two_dimensions_has_ends(rng):
    x = rng.normal(size=(30, 6))
    interval = statistics.jackknife(find("unbiased_cka"), x, x @ np.diag([2.0] * 6))
    assert interval == pytest.approx((1, 1), abs=1e-6)
    few = rng.normal(size=(2, 9, 40))
    low, high = statistics.jackknife(find("unbiased_cka"), *few)
    assert -1 <= low < high <= 1
