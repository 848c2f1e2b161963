"""Differences of scores against brute force and planted variances."""

import numpy as np
import pytest
from scipy.stats import t

from homolog import measures
from homolog.measures import find
from homolog.ranking import Difference, rank
from homolog.ranking._difference import with_q
from homolog.ranking._left_out import Estimate, left_out
from homolog.ranking._paired import MATCHING, jumps, paired
from homolog.statistics import silent
from unit.ranked import N, only, planted


@pytest.fixture
def drawn(rng):
    return planted(rng)


@pytest.fixture
def tuning(drawn):
    return drawn[0]


@pytest.fixture
def brain(drawn):
    return drawn[1]


@pytest.fixture
def layers(drawn):
    return drawn[2]


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


def test_a_measure_that_fits_keeps_its_folds_when_stimuli_are_left_out(brain, layers):
    ridge = find("ridge")
    ranking = rank(brain, layers, ridge, pairs=[("near", "far")])
    found, folds = only(ranking), ridge.folds(N)

    def difference(rows):
        held = ridge.using(folds=folds[rows])
        near, far = (float(held(brain.matrix[rows], layers[k][rows])) for k in ("near", "far"))
        return near - far

    _, p, _ = by_hand(difference, N)
    assert found.p == pytest.approx(p)
    assert found.cautious


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
    found = rank(brain, layers, ["soft_matching_correlation", "cka"])
    (line,) = (one for one in found.advice if "p is as a rule too large" in one)
    assert line == (
        "3 of 6 differences, by soft_matching_correlation: p is as a rule too large, and"
        " differences are missed, for these scores jump from one matching, fit or count to another."
    )
    of = {one.measure.name: one.cautious for one in found.differences}
    assert of == {"soft_matching_correlation": True, "cka": False}
    assert [row["cautious"] for row in found.difference_rows()] == [True] * 3 + [False] * 3


def test_which_measures_jump_is_known_of_them_and_not_told_by_one_study():
    """Of 8 stimuli two often seem to do together what they do not."""
    names = measures.names()
    told = {name for name in names if jumps(find(name))}
    assert set(MATCHING) < told
    assert {name for name in names if "match" in name} < told
    assert {"ridge", "neighbour_overlap"} < told
    assert not told & {"cka", "unbiased_cka", "procrustes", "rsa", "linear_regression"}
    assert jumps(find("procrustes").using(folds=5))
    for rng in np.random.default_rng(2).spawn(10):
        brain, near, far = rng.normal(size=(3, 8, 4))
        assert not only(rank(brain, {"near": near, "far": far}, "cka")).cautious


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
