"""Differences of scores against brute force and planted variances."""

import numpy as np
import pytest
from scipy.stats import t

from homolog import measures
from homolog.measures import find
from homolog.ranking import Difference, rank
from homolog.ranking._difference import with_q
from homolog.ranking._left_out import Estimate, in_halves, left_out, splits
from homolog.ranking._paired import MATCHING, jumps, matches, paired
from homolog.statistics import silent
from unit.ranked import N, only


def by_hand(difference, n):
    """Interval, p, and V and B of the definition, of a number on the stimuli that are kept."""
    everything = np.arange(n)
    partner = (everything + (n - 1) // 2) % n
    value = difference(everything)
    one = np.array([difference(np.delete(everything, i)) for i in everything])
    two = np.array([difference(np.delete(everything, ij)) for ij in enumerate(partner)])
    squares = (one - one.mean()) ** 2
    together = n * value - (n - 1) * (one + one[partner]) + (n - 2) * two
    jackknife, excess = (n - 1) / n * squares.sum(), np.mean(together**2) / 2
    share = min(excess / jackknife, 0.5)
    freedom = min(n - 1, 2 * n * squares.mean() ** 2 / squares.var())
    freedom = max(1, freedom * ((1 + share) / (1 + 2 * share)) ** 2)
    error = np.sqrt(jackknife / (1 + share))
    reach = t.ppf(0.975, freedom) * error
    p = 2 * t.sf(abs(value) / error, freedom)
    return (value - reach, value + reach), p, excess / jackknife


def test_a_difference_has_a_jackknife_of_both_losing_the_same_stimuli(brain, layers):
    cka, x, a, b = find("cka"), brain.matrix, layers["near"], layers["far"]
    found = only(rank(brain, layers, "cka", pairs=[("near", "far")]))
    interval, p, share = by_hand(
        lambda rows: float(cka(x[rows], a[rows])) - float(cka(x[rows], b[rows])), N
    )
    assert 0.05 < share < 0.5
    assert found.value == pytest.approx(float(cka(x, a)) - float(cka(x, b)), abs=1e-12)
    assert found.interval == pytest.approx(interval, abs=1e-10)
    assert found.p == pytest.approx(p)
    assert not found.cautious


def folds_of(x, y, folds):
    """Training and held-out responses of every fold, less the means over training stimuli."""
    for label in np.unique(folds):
        train, test = folds != label, folds == label
        centred = [(one - one[train].mean(axis=0)) for one in (x, y)]
        yield label, [one[rows] for rows in (train, test) for one in centred]


def penalties_by_hand(x, y, folds):
    """Label -> the penalty that generalised cross-validation takes, in mean variances of y."""

    def criterion(power, x, y):
        ridge = 10**power * np.trace(y.T @ y) / y.shape[1]
        hat = y @ np.linalg.solve(y.T @ y + ridge * np.eye(y.shape[1]), y.T)
        return np.sum((x - hat @ x) ** 2) / (len(x) - 1 - np.trace(hat)) ** 2

    return {
        label: 10 ** min(np.arange(-4, 4.5, 0.5), key=lambda power: criterion(power, *sides[:2]))
        for label, sides in folds_of(x, y, folds)
    }


def ridge_by_hand(x, y, folds, penalties):
    """R² held out, with a penalty for every fold."""
    missed = spread = 0.0
    for label, (x_train, y_train, x_test, y_test) in folds_of(x, y, folds):
        gram = y_train.T @ y_train
        eased = gram + penalties[label] * np.trace(gram) / len(gram) * np.eye(len(gram))
        predicted = y_test @ np.linalg.solve(eased, y_train.T @ x_train)
        missed += np.sum((x_test - predicted) ** 2)
        spread += np.sum(x_test**2)
    return 1 - missed / spread


def test_ridge_keeps_its_folds_and_penalties_when_stimuli_are_left_out(brain, layers):
    x, ends, folds = brain.matrix, ("near", "far"), find("ridge").folds(N)
    found = only(rank(brain, layers, "ridge", pairs=[ends]))
    penalties = {name: penalties_by_hand(x, layers[name], folds) for name in ends}

    def difference(rows, chosen=None):
        near, far = (
            ridge_by_hand(
                x[rows],
                layers[name][rows],
                folds[rows],
                penalties[name]
                if chosen is None
                else penalties_by_hand(x[rows], layers[name][rows], folds[rows]),
            )
            for name in ends
        )
        return near - far

    interval, p, _ = by_hand(difference, N)
    assert found.value == pytest.approx(difference(np.arange(N)), abs=1e-12)
    assert found.interval == pytest.approx(interval, abs=1e-9)
    assert found.p == pytest.approx(p)
    assert not found.cautious
    anew, _, _ = by_hand(lambda rows: difference(rows, "anew"), N)
    assert abs(anew[0] - interval[0]) > 1e-3


@pytest.mark.parametrize("predict", ["reference", "candidate", "both"])
def test_choices_that_are_held_are_those_of_all_stimuli(predict, rng):
    """Also where a fold is gone: of 6 stimuli in 5 folds some are the only one of theirs."""
    ridge = find("ridge").using(predict=predict)
    x, y = rng.normal(size=(2, 6, 2))
    full = ridge.summary(x), ridge.summary(y)
    hold, folds = ridge.holding(*full), ridge.folds(6)
    everything = np.ones(6, dtype=bool)
    assert float(ridge.score(*hold(everything, *full))) == float(ridge.score(*full))
    alone = np.flatnonzero(np.bincount(folds)[folds] == 1)[0]
    kept = np.arange(6) != alone
    fewer = ridge.using(folds=folds[kept])
    score = float(fewer.score(*hold(kept, fewer.summary(x[kept]), fewer.summary(y[kept]))))
    ways = {"reference": [(x, y)], "candidate": [(y, x)], "both": [(x, y), (y, x)]}[predict]
    expected = [
        ridge_by_hand(a[kept], b[kept], folds[kept], penalties_by_hand(a, b, folds))
        for a, b in ways
    ]
    assert score == pytest.approx(np.mean(expected), abs=1e-9)
    assert find("cka").holding(*full) is None


def test_differences_of_matchings_have_the_variance_of_halves(brain, layers):
    soft, x, ends = find("soft_matching_correlation"), brain.matrix, ("near", "far")
    found = only(rank(brain, layers, soft, pairs=[ends]))

    def difference(rows):
        near, far = (float(soft(x[rows], layers[name][rows])) for name in ends)
        return near - far

    halves = splits(N)
    assert (halves.sum(axis=1) == N // 2).all()
    assert len({half.tobytes() for half in halves}) == N
    squares = [(difference(half) - difference(~half)) ** 2 for half in halves]
    variance = np.mean(squares) / 4
    one = np.array([difference(np.arange(N) != i) for i in range(N)])
    square = (one - one.mean()) ** 2
    freedom = min(N - 1, 2 * N * square.mean() ** 2 / square.var())
    freedom = 1 / (1 / freedom + 1 / N)
    value = difference(np.arange(N))
    reach = t.ppf(0.975, freedom) * np.sqrt(variance)
    assert found.interval == pytest.approx((value - reach, value + reach), abs=1e-9)
    assert found.p == pytest.approx(2 * t.sf(abs(value) / np.sqrt(variance), freedom))


def halved(number, n_blocks, block):
    """Of a difference from a number that is always 0, on halves of the blocks."""

    def without(kept, wanted):
        return {name: number(kept) if name == "a" else 0.0 for name in wanted}

    values = without(np.ones(len(block), dtype=bool), ("a", "b"))
    kept = left_out(values, without, block, "", silent)
    return in_halves(kept, without, block, "", silent)


@pytest.mark.parametrize("n", [20, 21])
def test_halves_have_the_variance_of_a_maximum_and_a_jackknife_has_not(n, rng):
    """The best of 40 means, as of matchings: it goes with one over their number, and jumps."""
    z = rng.normal(size=(300, n, 40))
    kept = [halved(lambda rows, one=one: one[rows].mean(0).max(), n, np.arange(n)) for one in z]
    true = np.random.default_rng(0).normal(size=(4000, 40)).max(axis=1).var() / n
    ours = np.mean([paired(one, "a", "b").error ** 2 for one in kept])
    plain = np.mean([one.of({"a": 1, "b": -1}).error ** 2 for one in kept])
    assert ours / true == pytest.approx(1, abs=0.12)
    assert plain / true > 1.8


def test_halves_of_unequal_blocks_count_by_their_stimuli(rng):
    groups = np.repeat(np.arange(13), [1] * 6 + [4] * 7)
    found = []
    for one in rng.normal(size=(400, len(groups))):
        kept = halved(lambda rows, one=one: float(one[rows].mean()), 13, groups)
        found.append(paired(kept, "a", "b").error ** 2)
    assert np.mean(found) * len(groups) == pytest.approx(1, abs=0.08)


def numbers(z, pairs):
    """A number to which each stimulus adds its z, and each two the product of theirs."""

    def number(kept):
        one, n = z[kept], len(z[kept])
        return one.mean() + pairs * (one.sum() ** 2 - (one**2).sum()) / (n * (n - 1))

    return number


def estimated(number, n):
    """Its estimate, as of a difference from a number that is always 0."""

    def without(kept, wanted):
        return {name: number(kept) if name == "a" else 0.0 for name in wanted}

    values = without(np.ones(n, dtype=bool), ("a", "b"))
    return left_out(values, without, np.arange(n), "", silent, twos=True)


def test_what_pairs_of_stimuli_add_is_counted_once(rng):
    n, pairs = 20, np.sqrt(0.3 * 19 / 2)  # they add 0.3 of what single stimuli do
    true = 1.3 / n
    kept = [estimated(numbers(rng.normal(size=n), pairs), n) for _ in range(400)]
    ours = np.mean([paired(one, "a", "b").error ** 2 for one in kept])
    plain = np.mean([one.of({"a": 1, "b": -1}).error ** 2 for one in kept])
    assert plain / true == pytest.approx(1.6 / 1.3, abs=0.12)
    assert ours / true == pytest.approx(1.6 / 1.3 / (1 + 0.3 / 1.6), abs=0.1)


def test_a_mean_has_the_error_of_a_mean(rng):
    z = rng.normal(size=20)
    one = paired(estimated(numbers(z, 0), 20), "a", "b")
    assert one.error == pytest.approx(z.std(ddof=1) / np.sqrt(20))
    assert one.freedom < 20


def test_a_score_that_jumps_has_an_error_that_is_not_made_too_small(rng):
    def number(kept):
        return float(np.prod(1 + 2 * z[kept]))  # stimuli act all together

    z = rng.normal(size=20)
    kept = estimated(number, 20)
    one, plain = paired(kept, "a", "b"), kept.of({"a": 1, "b": -1})
    assert one.error == pytest.approx(plain.error / np.sqrt(1.5))


def test_it_is_said_where_p_is_as_a_rule_too_large(brain, layers):
    found = rank(brain, layers, ["neighbour_overlap", "cka", "soft_matching_correlation"])
    (line,) = (one for one in found.advice if "p is as a rule too large" in one)
    assert line == (
        "3 of 9 differences, by neighbour_overlap: p is as a rule too large, and differences are"
        " missed, for these scores jump as stimuli come and go."
    )
    (line,) = (one for one in found.advice if "halves of the stimuli" in one)
    assert line == (
        "By soft_matching_correlation, which would jump from one matching to another, the error is"
        " that of differences on random halves of the stimuli."
    )
    of = {one.measure.name: one.cautious for one in found.differences}
    assert of == {"neighbour_overlap": True, "cka": False, "soft_matching_correlation": False}
    assert [row["cautious"] for row in found.difference_rows()] == [True] * 3 + [False] * 6


def test_without_scores_on_halves_the_jackknife_is_plain_and_too_large(brain, layers):
    layers["far"][:, 0] = np.arange(N) < 5  # in a few halves this neuron does not vary
    found = rank(brain, layers, "soft_matching_correlation")
    cautious = {(one.first, one.second): one.cautious for one in found.differences}
    assert cautious == {
        ("near", "middle"): False,
        ("near", "far"): True,
        ("middle", "far"): True,
    }
    (note,) = (one for one in found.warnings if "half of the stimuli" in one)
    assert note.startswith(
        "soft_matching_correlation: far: its differences have the error of a plain jackknife, which"
        " is too large: on half of the stimuli it has no score (HM006"
    )
    one = found.differences[1]
    soft, x = find("soft_matching_correlation"), brain.matrix
    left = [
        float(soft(np.delete(x, i, 0), np.delete(layers["near"], i, 0)))
        - float(soft(np.delete(x, i, 0), np.delete(layers["far"], i, 0)))
        for i in range(N)
    ]
    squares = (np.array(left) - np.mean(left)) ** 2
    freedom = min(N - 1, 2 * N * squares.mean() ** 2 / squares.var())
    reach = t.ppf(0.975, freedom) * np.sqrt((N - 1) / N * squares.sum())
    assert one.interval == pytest.approx((one.value - reach, one.value + reach), abs=1e-9)


def test_which_measures_jump_is_known_of_them():
    names = measures.names()
    told = {name for name in names if jumps(find(name))}
    matched = {name for name in names if matches(find(name))}
    assert matched == MATCHING
    assert {"pls", "neighbour_overlap", "maximum_match"} < told
    assert not told & {"cka", "unbiased_cka", "procrustes", "rsa", "linear_regression", "ridge"}
    assert not told & matched
    held_out = find("soft_matching").using(folds=2)
    assert jumps(held_out)
    assert not matches(held_out)
    assert jumps(find("procrustes").using(folds=5))


def test_blocks_of_unequal_size_count_by_their_stimuli(brain, layers):
    z = np.random.default_rng(0).normal(size=30)
    groups = np.repeat(np.arange(12), [1, 4] * 6)
    number = numbers(z, 0)

    def without(kept, wanted):
        return {name: number(kept) if name == "a" else 0.0 for name in wanted}

    kept = left_out(without(np.ones(30, dtype=bool), "ab"), without, groups, "", silent, twos=True)
    one, plain = paired(kept, "a", "b"), kept.of({"a": 1, "b": -1})
    assert one.error == pytest.approx(plain.error)  # a mean has nothing that pairs add


def test_two_counts_that_nothing_changes_have_no_error(rng):
    outputs = rng.uniform(1, 2, size=(N, 5))
    candidates = {"same": 2 * outputs, "twin": 3 * outputs, "apart": np.roll(outputs, 1, axis=1)}
    found = rank(outputs, candidates, "disagreement")
    told = {(one.first, one.second): one for one in found.differences}
    apart = told["same", "apart"]
    assert (apart.interval, apart.p, apart.q) == (None, None, None)
    says = "it is the same whichever stimuli are left out, so it has no error"
    assert apart.warnings == (says,)
    assert f"disagreement: same and apart: {says}" in found.warnings
    twin = told["same", "twin"]
    assert (twin.value, twin.interval, twin.p) == (0, None, 1)


def test_the_same_candidate_twice_does_not_differ_from_itself(brain, layers):
    near = layers["near"]
    found = rank(brain, {"one": near, "two": near.copy()}, "cka")
    one = only(found)
    assert (one.value, one.interval, one.p, one.q, one.closer) == (0, (0, 0), 1, 1, None)
    assert [s.rank for s in found.of("cka")] == [1, 1]
    assert not one.found()
    assert found.advice[0].endswith("not told apart from two.")


def test_an_estimate_without_error_has_no_p():
    assert Estimate(0.3, 0.0, 9).p_value() is None
    assert Estimate(0.0, 0.0, 9).p_value() == 1
    assert Estimate(0.3, None, 0, "why").interval() is None


def step_up(p, method):
    """Adjusted p by the definition: the least level at which the procedure rejects."""
    p, n = np.array(p), len(p)
    factor = sum(1 / i for i in range(1, n + 1)) if method == "by" else 1
    ranked = np.sort(p)
    return [
        min(1, min(factor * n * ranked[i] / (i + 1) for i in range(n) if ranked[i] >= one))
        for one in p
    ]


@pytest.mark.parametrize("method", ["bh", "by"])
def test_q_is_p_adjusted_for_all_differences_that_have_one(method):
    p = [0.01, 0.04, 0.03, None, 0.5, 0.01]
    given = [Difference(find("cka"), "a", "b", 0.1, p=one) for one in p]
    q = [one.q for one in with_q(given, method)]
    assert q[3] is None
    tested = [one for one in p if one is not None]
    assert [one for one in q if one is not None] == pytest.approx(step_up(tested, method))


def test_only_pairs_that_are_asked_for_are_tested(brain, layers):
    found = rank(brain, layers, "cka", pairs=[("far", "near")])
    assert [(one.first, one.second) for one in found.differences] == [("far", "near")]
    assert only(found).q == only(found).p
    assert "closer than far (q" in found.advice[0]
    assert "middle" not in found.advice[0]
    assert rank(brain, {"near": layers["near"]}, "cka").advice == (
        f"By cka near is closest ({float(find('cka')(brain.matrix, layers['near'])):.3f}); there"
        " is no other candidate to compare it with.",
        "V1 has no repeated trials (HM011): how far the best candidate is from all that could be"
        " explained is not known.",
    )


def test_groups_of_stimuli_leave_together(brain, layers):
    groups = np.repeat(range(8), 3)
    found = rank(brain, layers, "cka", pairs=[("near", "far")], groups=groups)
    cka, x = find("cka"), brain.matrix

    def difference(blocks):
        rows = np.isin(groups, blocks)
        near, far = (float(cka(x[rows], layers[k][rows])) for k in ("near", "far"))
        return near - far

    assert only(found).p == pytest.approx(by_hand(difference, 8)[1])
    assert found.groups == 8
    assert "over 8 groups of stimuli" in " ".join(found.advice)


def test_a_candidate_without_a_score_when_a_stimulus_is_left_out_has_no_interval(brain, layers):
    lonely = layers["far"].copy()
    lonely[:, 0] = np.arange(N) == 0
    layers["far"] = lonely
    found = rank(brain, layers, "soft_matching_correlation")
    with_interval = {one.candidate: one.interval is not None for one in found.standings}
    assert with_interval == {"near": True, "middle": True, "far": False}
    tested = {(one.first, one.second): one.p is not None for one in found.differences}
    assert tested == {("near", "middle"): True, ("near", "far"): False, ("middle", "far"): False}
    (note,) = (one for one in found.warnings if "no interval" in one)
    assert note.startswith(
        "soft_matching_correlation: far: no interval: without some stimuli it has no score (HM006"
    )
