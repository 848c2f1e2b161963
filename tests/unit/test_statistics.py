"""Jackknife, permutations and ceilings against brute force and planted truth."""

import numpy as np
import pytest

from homolog import HomologError, statistics
from homolog._arrays import haar, haar_around_mean, haar_of_one_size, unit_columns
from homolog._arrays._rotations import _of_one_size
from homolog._nulls import _exchangeable, random_orders
from homolog.measures import find, names
from homolog.measures._measure import permuted
from studies.planted import planted, studies


@pytest.fixture
def pair():
    rng = np.random.default_rng(3)
    shared = rng.normal(size=(30, 4))
    return tuple(
        shared @ rng.normal(size=(4, n)) + 0.5 * rng.normal(size=(30, n)) + 2 for n in (7, 5)
    )


def test_jackknife_is_the_textbook_one_when_stimuli_leave_one_by_one(pair):
    from scipy.stats import t

    measure = find("cka")
    x, y = pair
    left_out = [float(measure(np.delete(x, i, 0), np.delete(y, i, 0))) for i in range(30)]
    error = np.sqrt(29 / 30 * np.sum((left_out - np.mean(left_out)) ** 2))
    value, reach = float(measure(x, y)), t.ppf(0.975, 29) * error
    low, high = statistics.jackknife(measure, x, y)
    assert (low, high) == pytest.approx((value - reach, min(1, value + reach)), abs=1e-12)


def test_jackknife_of_a_mean_gives_its_standard_error_with_unequal_blocks():
    """Delete-m of a sample mean: compared with the weighted blocks formula."""
    rng = np.random.default_rng(0)
    values, sizes = rng.normal(size=60), np.array([10, 20, 30])
    block = np.repeat([0, 1, 2], sizes)
    left_out = np.array([values[block != k].mean() for k in range(3)])
    blocks = np.array([values[block == k].mean() for k in range(3)])
    share = 60 / sizes
    expected = np.sqrt(np.mean((blocks - values.mean()) ** 2 / (share - 1)))
    assert statistics.standard_error(values.mean(), left_out, sizes) == pytest.approx(expected)


def test_stimuli_beyond_a_hundred_leave_in_a_hundred_blocks_of_nearly_equal_size():
    block = statistics.blocks(250, None, 0)
    assert sorted(set(np.bincount(block))) == [2, 3]
    assert len(set(block)) == 100


def test_grouped_stimuli_leave_together():
    groups = np.repeat(["a", "b", "c"], 4)
    block = statistics.blocks(12, groups, 0)
    assert all(len(set(block[groups == one])) == 1 for one in "abc")


def test_few_stimuli_get_no_interval():
    rng = np.random.default_rng(0)
    with pytest.raises(HomologError) as caught:
        statistics.jackknife(find("cka"), rng.normal(size=(7, 3)), rng.normal(size=(7, 3)))
    assert str(caught.value) == (
        "HM010 jackknife over 7 stimuli: an interval needs at least 8."
        " Report the estimate without CI (intervals=False), or record more stimuli."
    )


def test_interval_of_unbiased_cka_holds_the_planted_truth():
    """A quick cousin of the coverage study: 200 studies of 40 stimuli, expected 95 %."""
    held = 0
    for x, y, truth in studies(200, 40, seed=7):
        low, high = statistics.jackknife(find("unbiased_cka"), x, y)
        held += low <= truth["unbiased_cka"] <= high
    assert 0.90 <= held / 200 <= 0.99


@pytest.mark.parametrize("name", names("mean"))
def test_null_equals_scores_of_reordered_responses(name, pair):
    measure = find(name)
    x, y = pair
    draws = statistics.permutation_null(measure, x, y, 5, rng=11)
    orders = random_orders(30, 5, None, np.random.default_rng(11))
    expected = [float(measure(x[order], y)) for order in orders]
    np.testing.assert_allclose(draws, expected, rtol=1e-9, atol=1e-12)


def test_groups_are_exchanged_whole_among_those_of_one_size():
    rows = _exchangeable(9, ["a", "b", "a", "b", "c", "c", "d", "d", "d"])
    assert [block.tolist() for block in rows] == [[[0, 2], [1, 3], [4, 5]], [[6, 7, 8]]]


def test_groups_of_different_size_cannot_be_exchanged(pair):
    groups = ["a"] * 10 + ["b"] * 20
    with pytest.raises(HomologError, match="HM025 groups is 'of 10, 20 stimuli'"):
        statistics.permutation_null(find("cka"), *pair, 5, groups=groups)


def test_the_null_of_groups_does_not_depend_on_the_order_of_rows(pair):
    """Interleaved groups: a group's rows meet another group's rows, one for one."""
    x, y = pair
    groups = np.repeat(np.arange(10), 3)
    order = np.concatenate([np.arange(30)[k::3] for k in range(3)])
    straight, interleaved = (
        statistics.permutation_null(find("cka"), *populations, 20, groups=labels, rng=1)
        for populations, labels in (((x, y), groups), ((x[order], y[order]), groups[order]))
    )
    np.testing.assert_allclose(straight, interleaved, rtol=1e-12)


def test_p_of_unrelated_interleaved_groups_is_not_small():
    """60 studies of 20 groups of 6 rows that hardly differ within a group."""
    small = 0
    for rng in np.random.default_rng(3).spawn(60):
        groups = np.tile(np.arange(20), 6)
        x, y = (rng.normal(size=(20, n))[groups] + 0.1 * rng.normal(size=(120, n)) for n in (4, 5))
        draws = statistics.permutation_null(find("cka"), x, y, 39, groups=groups, rng=rng)
        small += statistics.p_value(find("cka"), float(find("cka")(x, y)), draws) <= 0.05
    assert small <= 9


def test_p_is_never_zero_and_counts_draws_as_close_as_the_score():
    draws = np.array([0.1, 0.5, 0.9])
    assert statistics.p_value(find("cka"), 0.95, draws) == 1 / 4
    assert statistics.p_value(find("cka"), 0.5, draws) == 3 / 4
    assert statistics.p_value(find("procrustes"), 0.5, draws) == 3 / 4
    assert statistics.p_value(find("procrustes"), 0.05, draws) == 1 / 4


@pytest.mark.parametrize("name", ["unbiased_cka", "procrustes", "ridge"])
def test_p_is_uniform_for_unrelated_populations(name):
    """200 null studies: at level 0.1 about a tenth is rejected."""
    found = []
    for rng in np.random.default_rng(5).spawn(200):
        x, y = rng.normal(size=(20, 3)), rng.normal(size=(20, 4))
        draws = statistics.permutation_null(find(name), x, y, 19, rng=rng)
        found.append(statistics.p_value(find(name), float(find(name)(x, y)), draws))
    assert 0.04 <= np.mean(np.array(found) <= 0.1) <= 0.17


def sparse_pair(rng, n_stimuli=200, n_neurons=12):
    """Sparse neurons of their own, and a copy of them in another order, with noise."""
    x = np.maximum(rng.normal(size=(n_stimuli, n_neurons)) - 0.5, 0)
    return x, x[:, rng.permutation(n_neurons)] + 0.2 * rng.normal(size=x.shape)


@pytest.mark.parametrize("around_mean", [False, True])
@pytest.mark.parametrize("name", ["cka", "unbiased_cka", "procrustes", "ridge", "cca"])
def test_a_rotation_changes_no_score_that_is_invariant_to_it(name, around_mean, pair):
    measure = find(name)
    draws = statistics.rotation_null(measure, *pair, 4, around_mean=around_mean)
    assert draws == pytest.approx(np.full(4, float(measure(*pair))), abs=1e-9)


@pytest.mark.parametrize("around_mean", [False, True])
@pytest.mark.parametrize(
    "name", ["soft_matching_correlation", "soft_matching_correlation(folds=2)", "soft_matching"]
)
def test_neurons_that_correspond_are_closer_than_rotated_ones(name, around_mean):
    measure, (x, y) = find(name), sparse_pair(np.random.default_rng(0))
    draws = statistics.rotation_null(measure, x, y, 19, around_mean=around_mean)
    assert statistics.p_value(measure, float(measure(x, y)), draws) == 1 / 20
    assert abs(float(measure(x, y)) - draws.mean()) > 5 * draws.std() > 1e-3


def test_rotations_around_the_mean_are_none_to_correlations_over_neurons(pair):
    """Correlations of patterns are about their means, and see no other direction."""
    rsa = find("rsa").using(comparison="pearson")
    score = float(rsa(*pair))
    around = statistics.rotation_null(rsa, *pair, 4, around_mean=True)
    assert around == pytest.approx(np.full(4, score), abs=1e-9)
    assert np.abs(statistics.rotation_null(rsa, *pair, 4) - score).min() > 1e-4


def test_p_of_neurons_that_are_rotated_already_is_uniform():
    measure, found = find("soft_matching_correlation"), []
    for rng in np.random.default_rng(5).spawn(60):
        x, y = rng.normal(size=(2, 40, 5))
        draws = statistics.rotation_null(measure, x, y, 9, rng=rng)
        found.append(statistics.p_value(measure, float(measure(x, y)), draws))
    assert 0.4 < np.mean(found) < 0.7


@pytest.mark.parametrize("around_mean", [False, True])
def test_neurons_of_one_size_are_of_one_size_after_they_are_rotated(around_mean, rng):
    x = unit_columns(np.abs(rng.normal(size=(30, 3)) @ rng.normal(size=(3, 6))))
    first, second = (haar_of_one_size(x, around_mean, rng) for _ in range(2))
    assert np.abs(first - second).max() > 0.1
    np.testing.assert_allclose(first @ first.T, np.eye(6), atol=1e-12)
    np.testing.assert_allclose(np.linalg.norm(x @ first, axis=0), 1, atol=1e-8)
    if around_mean:
        np.testing.assert_allclose((x @ first).mean(axis=1), x.mean(axis=1), atol=1e-12)


@pytest.mark.parametrize("around_mean", [False, True])
def test_a_rotation_of_one_size_depends_on_the_axes_drawn_and_on_nothing_else(around_mean):
    """A rotated population and the rotated rotation of it: the p of the null is exact."""
    rng = np.random.default_rng(3)
    x = unit_columns(np.abs(rng.normal(size=(30, 3)) @ rng.normal(size=(3, 6))))
    turn = haar_of_one_size(x, around_mean, rng)
    free = np.eye(6) - around_mean / 6
    start = (haar_around_mean if around_mean else haar)(6, rng)
    direct, turned = (
        _of_one_size(one.T @ one, rotation, free)
        for one, rotation in ((x, turn @ start), (x @ turn, start))
    )
    np.testing.assert_allclose(x @ direct, (x @ turn) @ turned, atol=1e-7)


@pytest.mark.parametrize(("n_neurons", "around_mean"), [(2, False), (4, True)])
def test_too_few_neurons_to_stay_of_one_size_are_rotated_all_the_same(n_neurons, around_mean, rng):
    x = unit_columns(rng.normal(size=(30, n_neurons)))
    turn = haar_of_one_size(x, around_mean, rng)
    np.testing.assert_allclose(turn @ turn.T, np.eye(n_neurons), atol=1e-12)
    assert np.ptp(np.linalg.norm(x @ turn, axis=0)) > 1e-3


def test_a_common_drive_is_no_correspondence_around_the_mean():
    measure = find("soft_matching_correlation")
    freely, around = [], []
    for rng in np.random.default_rng(6).spawn(20):
        drive = rng.normal(size=(100, 1))
        x, y = (drive + rng.normal(size=(100, 8)) for _ in range(2))
        for found, around_mean in ((freely, False), (around, True)):
            draws = statistics.rotation_null(measure, x, y, 19, around_mean=around_mean, rng=rng)
            found.append(statistics.p_value(measure, float(measure(x, y)), draws))
    assert np.median(freely) == 1 / 20
    assert max(freely) <= 0.1
    assert 0.35 < np.mean(around) < 0.7


def test_more_rotations_only_append_draws_and_each_is_reported(pair):
    said = []
    measure = find("soft_matching_correlation")
    few = statistics.rotation_null(measure, *pair, 3, rng=4, progress=lambda *now: said.append(now))
    many = statistics.rotation_null(measure, *pair, 5, rng=np.random.default_rng(4))
    np.testing.assert_array_equal(few, many[:3])
    assert said == [(f"{measure.name}: rotations", one, 3) for one in (1, 2, 3)]


def test_the_sizes_of_neurons_do_not_matter_to_a_measure_that_is_blind_to_them(pair):
    x, y = pair
    huge = x * np.r_[1e6, np.ones(6)]
    draws = [
        statistics.rotation_null(find("soft_matching_correlation"), one, y, 3) for one in (x, huge)
    ]
    np.testing.assert_allclose(*draws, atol=1e-9)
    raw = find("soft_matching_correlation").using(normalise=False)
    assert statistics.rotation_null(raw, huge, y, 1)[0] > 1e3


@pytest.mark.parametrize(("n_neurons", "around_mean", "fewest"), [(1, False, 2), (2, True, 3)])
def test_too_few_neurons_to_rotate(n_neurons, around_mean, fewest, pair):
    x, y = pair
    with pytest.raises(
        HomologError,
        match=rf"HM025 the number of neurons of X is {n_neurons}; allowed: {fewest} or more, to",
    ):
        statistics.rotation_null(find("cka"), x[:, :n_neurons], y, 3, around_mean=around_mean)


def test_rotations_refuse_what_cannot_be_scored(pair):
    x, y = pair
    with pytest.raises(HomologError, match="HM001"):
        statistics.rotation_null(find("cka"), x, y[:-1], 3)
    flat = x.copy()
    flat[:, 2] = 1.0
    with pytest.raises(HomologError, match="HM006"):
        statistics.rotation_null(find("soft_matching_correlation"), flat, y, 3)


def noisy(rng, signal, noise):
    return tuple(signal + noise * rng.normal(size=signal.shape) for _ in range(2))


def test_reliability_of_a_correlation_predicts_an_independent_repeat():
    """Spearman-Brown from two halves against the score of two whole repeats."""
    rng = np.random.default_rng(0)
    mixing = planted(rng).covariance[:12, :12]
    signal = rng.multivariate_normal(np.zeros(12), mixing, size=600)
    measure = find("unbiased_cka")
    halves = noisy(rng, signal, 1.0)
    whole = noisy(rng, signal, 1.0 / np.sqrt(2))
    found = statistics.reliability(measure, *halves)
    assert found == pytest.approx(float(measure(*whole)), abs=0.02)


def half_of(rng, name, noise):
    """Halves of what repeats, their agreement, and what is made of it."""
    measure = find(name)
    halves = noisy(rng, rng.normal(size=(60, 8)), noise)
    half = statistics.of_halves(measure, *halves)
    why = statistics.why_not_carried(measure, half, *halves)
    return half, why, statistics.reliability(measure, *halves)


@pytest.mark.parametrize(
    ("name", "noise", "why"),
    [
        ("unbiased_cka", 0.5, ""),
        ("unbiased_cka", 2.0, "they agree by 0.{}, and Spearman-Brown is not reliable below 0.5"),
        ("distance_correlation", 0.5, "unrelated halves agree by 0."),
        ("neighbour_rank_similarity", 0.1, "Spearman-Brown does not hold for what is counted"),
        ("maximum_match", 0.1, "Spearman-Brown does not hold for what is counted"),
    ],
)
def test_halves_are_carried_to_all_trials_only_where_that_is_known_to_hold(name, noise, why):
    half, said, value = half_of(np.random.default_rng(0), name, noise)
    if not why:
        assert said == ""
        assert value == pytest.approx(2 * half / (1 + half))
        return
    low = "agreement of halves of the trials as it is, so the ceiling is higher: "
    assert said.startswith(low + why.format(f"{half:.2f}"[2:]))
    assert value == half


def test_what_is_counted_says_so():
    """All counts of similarity; of distances none is carried."""
    counted = {name for name in names() if find(name).counts}
    assert counted == {
        "disagreement",
        "error_consistency",
        "maximum_match",
        "neighbour_order",
        "neighbour_overlap",
        "neighbour_rank_similarity",
        "neighbour_return",
    }


def test_ceiling_of_variance_is_the_share_that_repeats():
    rng = np.random.default_rng(0)
    signal = rng.normal(size=(4000, 10))
    found = statistics.reliability(find("ridge"), *noisy(rng, signal, 1.0))
    assert found == pytest.approx(1 / (1 + 1 / 2), abs=0.01)


def test_a_perfect_candidate_reaches_the_ceiling_and_no_more():
    """The reference's noise-free signal as candidate scores at the ceiling."""
    rng = np.random.default_rng(1)
    signal = rng.normal(size=(800, 6)) @ rng.normal(size=(6, 10))
    first, second = noisy(rng, signal, 1.5)
    for name in ("unbiased_cka", "ridge"):
        measure = find(name)
        ceiling = statistics.ceiling(measure, statistics.reliability(measure, first, second), None)
        assert float(measure((first + second) / 2, signal)) == pytest.approx(ceiling, abs=0.02)


def test_a_score_without_upper_end_has_no_ceiling():
    rng = np.random.default_rng(0)
    measure = find("soft_matching_correlation").using(normalise=False)
    says = (
        r"HM031 the ceiling of soft_matching_correlation\(normalise=False\) is undefined here, not"
        r" 0: populations that are equal score no common number\. Use a measure on which they score"
        r" 1\."
    )
    with pytest.raises(HomologError, match=says):
        statistics.reliability(measure, *noisy(rng, rng.normal(size=(30, 4)), 0.1))


def test_ceilings_combine_by_kind():
    assert statistics.ceiling(find("cka"), 0.64, 0.36) == pytest.approx(0.48)
    assert statistics.ceiling(find("cka"), 0.64, None) == pytest.approx(0.8)
    assert statistics.ceiling(find("cka"), 0.64, 0.36, holds=False) == pytest.approx(0.48)
    assert statistics.ceiling(find("cka"), 0.64, None, holds=False) == pytest.approx(0.64)
    assert statistics.ceiling(find("ridge"), 0.64, 0.36) == 0.64
    assert statistics.ceiling(find("ridge"), None, 0.36) is None
    assert statistics.ceiling(find("procrustes"), 0.2, 0.4) == pytest.approx(0.3)
    assert statistics.ceiling(find("procrustes"), None, None) is None


def test_the_floor_of_a_distance_is_the_distance_of_the_halves():
    rng = np.random.default_rng(0)
    first, second = rng.normal(size=(2, 20, 4))
    measure = find("procrustes")
    assert statistics.reliability(measure, first, second) == float(measure(first, second))


def test_halves_that_do_not_agree_give_an_error_not_zero():
    rng = np.random.default_rng(4)
    first = rng.normal(size=(50, 3))
    with pytest.raises(HomologError, match=r"HM035 ridge of two halves of the trials is -1\.000"):
        statistics.reliability(find("ridge"), first, -first)


def test_a_permuted_summary_leaves_the_original_alone(pair):
    summary = find("rsa").summary(pair[0])
    before = summary.pairs.copy()
    permuted(summary, np.arange(30)[::-1])
    np.testing.assert_array_equal(summary.pairs, before)
