"""What stimuli and neurons move, singly and in pairs, and the intervals that follow."""

import numpy as np
import pytest
from scipy.stats import t

from homolog._arrays import centre, frobenius
from homolog._moves import Moves, Spread, covaried, held, of_pairs
from homolog.measures import find
from homolog.sampling import debiased_cka
from homolog.sampling._overlaps import of_stimuli, overlaps
from homolog.statistics import jackknife, standard_error


def test_what_single_ones_bring_is_not_taken_for_what_pairs_bring(rng):
    single = rng.normal(size=(2, 50))
    sums = single[:, :, None] + single[:, None, :]
    assert np.abs(of_pairs(sums, sums)).max() < 1e-25
    noise = rng.normal(size=(2, 50, 50)) * np.array([1, 3])[:, None, None]
    noise = np.triu(noise, 1) + np.triu(noise, 1).swapaxes(1, 2)
    found = of_pairs(sums + noise + 100 * np.eye(50), sums + noise)
    assert np.diag(found) == pytest.approx([1, 9], rel=0.1)
    assert found[0, 1] == pytest.approx(0, abs=0.3)


def test_covariances_are_those_of_the_jackknife_with_unequal_blocks(rng):
    left_out, sizes = rng.normal(size=(2, 12)), rng.integers(1, 5, size=12)
    spread = covaried(left_out, left_out, sizes)
    of_sum = standard_error(0.0, left_out.sum(axis=0), sizes) ** 2
    assert spread.shared == pytest.approx(standard_error(0.0, left_out[0], sizes) ** 2)
    assert spread.own == pytest.approx(standard_error(0.0, left_out[1], sizes) ** 2)
    assert spread.shared + 2 * spread.both + spread.own == pytest.approx(of_sum)


def test_groups_of_unequal_size_give_intervals_as_wide_as_groups_of_one(rng):
    """Stimuli that have nothing to do with each other may be grouped at will."""
    shared = rng.normal(size=(200, 8)) @ rng.normal(size=(8, 30))
    x, y = shared + rng.normal(size=(2, 200, 30))
    groups = np.repeat(np.arange(50), [1, 2, 4, 5, 8] * 10)
    low, high = debiased_cka(x, y).interval("stimuli")
    grouped_low, grouped_high = debiased_cka(x, y, groups=groups).interval("stimuli")
    assert 0.6 < (grouped_high - grouped_low) / (high - low) < 1.7


def test_terms_of_pairs_add_up_to_the_mean_overlaps(rng):
    x, y = (centre(rng.normal(size=(40, n)) + rng.normal(size=(40, 1))) for n in (7, 5))
    found, uncorrected, _ = overlaps(x, y, (True, True))
    rows, apart = np.arange(40), ~np.eye(40, dtype=bool)
    all_pairs = of_stimuli(x, y, (False, False), rows, rows)[:, apart].sum(axis=1) / (40 * 37)
    assert all_pairs == pytest.approx(np.array(uncorrected), rel=1e-9)
    # To leading order, where pairs of a neuron with itself are left out.
    sampled = of_stimuli(x, y, (True, True), rows, rows)[:, apart].sum(axis=1) / (40 * 37)
    assert sampled == pytest.approx(np.array(found), rel=0.1)


@pytest.mark.parametrize("related", [True, False])
def test_variance_over_stimuli_is_that_of_many_studies_where_the_jackknife_says_twice(related):
    """The same neurons see other stimuli: how the shared overlap spreads, and what is said."""
    weights = np.random.default_rng(0).normal(size=(2, 4, 12))
    values, said, jackknife = [], [], []
    for rng in np.random.default_rng(1).spawn(250):
        latents = rng.normal(size=(2, 30, 4))
        x, y = latents[0] @ weights[0], latents[0 if related else 1] @ weights[1]
        estimate = debiased_cka(x, y)
        unit = frobenius(centre(x)) * frobenius(centre(y))
        stimuli = estimate.moves.stimuli
        values.append(estimate.parts[0] * unit**2)
        said.append((stimuli.alone.shared + stimuli.in_pairs.shared) * unit**4)
        jackknife.append((stimuli.alone.shared + 2 * stimuli.in_pairs.shared) * unit**4)
    ratio, twice = (np.mean(one) / np.var(values) for one in (said, jackknife))
    assert 0.75 < ratio < 1.35
    assert related or twice > 1.6 * ratio


def test_an_interval_is_every_ratio_that_is_not_excluded():
    spread = Spread(0.04, 0.01, 0.02)
    low, high = held(0.6, 1.0, [Moves(alone=spread, freedom=1e6)], 0.95)
    for end in (low, high):
        variance = 0.04 - 2 * end * 0.01 + end**2 * 0.02
        assert (0.6 - end) ** 2 == pytest.approx(1.95996**2 * variance, rel=1e-4)
    assert low < 0.6 < high
    few = held(0.6, 1.0, [Moves(Spread(0.01), freedom=4)], 0.9)
    assert few == pytest.approx((0.6 - 0.1 * t.ppf(0.95, 4), 0.6 + 0.1 * t.ppf(0.95, 4)))


def test_nothing_that_moves_leaves_the_estimate_and_a_denominator_that_may_be_0_no_end():
    assert held(0.6, 2.0, [Moves()], 0.95) == pytest.approx((0.3, 0.3))
    wide = [Moves(Spread(0.01, 0, 1.0), freedom=100)]
    assert held(0.0, 1.0, wide, 0.95) == (-np.inf, np.inf)
    low, high = held(0.6, 1.0, wide, 0.95)
    assert 0 < low < 0.6
    assert high == np.inf


def test_what_follows_the_shared_part_moves_nothing_where_there_is_none():
    """So 0 is excluded by what pairs move alone, and the upper end lies further off."""
    moves = Spread(0.04), Spread(0.01)
    low, high = held(0.3, 1.0, [Moves(*moves, freedom=1e6, follows=0.2)], 0.95)
    stiff = held(0.3, 1.0, [Moves(*moves, freedom=1e6)], 0.95)
    assert low > 0
    assert stiff[0] < 0
    assert stiff[1] < high


@pytest.mark.parametrize("estimate", [0.2, 1e-9, -0.1])
def test_an_estimate_that_is_not_told_from_nothing_says_nothing_of_what_single_ones_move(estimate):
    """Beside r they move as much as beside the least that is told from nothing."""
    moves = Moves(Spread(0.04), Spread(0.01), freedom=1e6, follows=0.2)
    for end in held(estimate, 1.0, [moves], 0.95):
        share = max(0.0, end) / 0.2
        variance = 0.04 * max(share, share**0.5) + 0.01
        assert (estimate - end) ** 2 == pytest.approx(1.95996**2 * variance, rel=1e-3)


def test_intervals_of_unrelated_populations_do_not_jump_where_the_estimate_changes_sign():
    rng = np.random.default_rng(0)
    pairs = [rng.normal(size=(2, 60, 5)) for _ in range(60)]
    ends = np.array([jackknife(find("unbiased_cka"), *pair) for pair in pairs])
    widths = ends[:, 1] - ends[:, 0]
    assert widths.max() < 2.5 * np.median(widths)


def test_groups_of_one_in_any_order_are_stimuli(rng):
    signal = rng.normal(size=(30, 3))
    x, y = (signal @ rng.normal(size=(3, 9)) + rng.normal(size=(30, 9)) for _ in "xy")
    alone, grouped = debiased_cka(x, y), debiased_cka(x, y, groups=rng.permutation(30))
    assert grouped.interval("stimuli") == pytest.approx(alone.interval("stimuli"), rel=1e-6)


def test_pairs_of_groups_say_what_pairs_of_repeated_stimuli_say(rng):
    """Every stimulus twice: groups of two are the stimuli themselves, but for their number."""
    signal = rng.normal(size=(40, 3))
    x, y = (signal @ rng.normal(size=(3, 9)) + 0.3 * rng.normal(size=(40, 9)) for _ in "xy")
    once = debiased_cka(x, y).moves.stimuli
    twice = (np.repeat(side, 2, axis=0) for side in (x, y))
    doubled = debiased_cka(*twice, groups=np.repeat(np.arange(40), 2)).moves.stimuli
    # Norms of 1 make overlaps of twice as many stimuli a quarter, their squares a sixteenth.
    assert 16 * doubled.in_pairs.shared == pytest.approx(once.in_pairs.shared, rel=0.25)
    assert doubled.freedom == once.freedom == 39
