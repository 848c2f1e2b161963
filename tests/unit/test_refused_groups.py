"""Arguments of intervals and chance levels, and groups of stimuli and folds, that cannot be."""

import numpy as np
import pytest

import homolog
from homolog import statistics
from homolog._nulls import scores_in_orders
from homolog.errors import HomologError
from homolog.measures import find

N = 40
QUICK = {"permutations": 0, "intervals": False}


@pytest.fixture
def pair(rng):
    shared = rng.normal(size=(N, 3))
    return [shared @ rng.normal(size=(3, n)) + rng.normal(size=(N, n)) for n in (5, 4)]


CALLS = {
    "chance": lambda measure, x, y: statistics.permutation_null(measure, x, y, 20),
    "in orders": lambda measure, x, y: scores_in_orders(measure, x, y, np.arange(N)[None]),
    "rotated": lambda measure, x, y: statistics.rotation_null(measure, x, y, 5),
    "interval": statistics.jackknife,
}


@pytest.mark.parametrize("name", ["cka", "unbiased_cka", "procrustes"])
@pytest.mark.parametrize("call", CALLS)
def test_other_numbers_of_stimuli_are_told_as_a_score_tells_them(name, call, pair):
    x, y = pair
    measure = find(name)
    for one, other in ((x[:-4], y), (x, y[:-4])):
        with pytest.raises(HomologError, match=r"^HM001 X has ") as by_score:
            measure(one, other)
        with pytest.raises(HomologError) as caught:
            CALLS[call](measure, one, other)
        assert str(caught.value) == str(by_score.value)


@pytest.mark.parametrize(
    "name", [*homolog.measures.names("trial"), *homolog.measures.names("time")]
)
def test_so_are_those_of_responses_with_trials_or_times(name, rng):
    x, y = rng.normal(size=(12, 4, 5)), rng.normal(size=(11, 4, 5))
    for call in ("chance", "interval"):
        with pytest.raises(HomologError, match=r"^HM001 X has 12 stimuli, Y has 11"):
            CALLS[call](find(name), x, y)


@pytest.mark.parametrize("level", [95, 2, 1, 0, -1, float("nan"), "a", None, True])
def test_levels_of_intervals_that_are_no_share(level, pair):
    for name in ("cka", "unbiased_cka"):
        with pytest.raises(
            HomologError, match=r"^HM025 level is .*; allowed: a number above 0 and"
        ):
            statistics.jackknife(find(name), *pair, level=level)


@pytest.mark.parametrize("n", [-1, 10.0, True, "ten", None])
def test_numbers_of_draws_that_cannot_be(n, pair):
    for draw, what in (
        (statistics.permutation_null, "n_permutations"),
        (statistics.rotation_null, "n_rotations"),
    ):
        with pytest.raises(HomologError, match=rf"^HM025 {what} is .*; allowed: a whole number, 0"):
            draw(find("cka"), *pair, n)


@pytest.mark.parametrize("seed", ["a", -1, 1.5])
def test_seeds_that_cannot_be(seed, pair):
    for call in (
        lambda: statistics.permutation_null(find("cka"), *pair, 5, rng=seed),
        lambda: statistics.rotation_null(find("cka"), *pair, 5, rng=seed),
        lambda: statistics.jackknife(find("cka"), *pair, rng=seed),
    ):
        with pytest.raises(HomologError, match=r"^HM025 rng is .*; allowed: a whole number from 0"):
            call()


GROUPED = {
    "chance": lambda x, y, groups: statistics.permutation_null(
        find("cka"), x, y, 20, groups=groups
    ),
    "interval": lambda x, y, groups: statistics.jackknife(find("cka"), x, y, groups=groups),
    "interval at once": lambda x, y, groups: statistics.jackknife(
        find("unbiased_cka"), x, y, groups=groups
    ),
    "folds": lambda _, __, groups: find("ridge").folds(N, groups),
}


@pytest.mark.parametrize("call", GROUPED)
def test_labels_of_groups_that_do_not_fit(call, pair):
    for groups, says in (
        (np.arange(39) // 4, "HM027 X: 39 group labels for an axis of length 40. Give one for"),
        (list(range(41)), "HM027 X: 41 group labels for an axis of length 40. Give one for each."),
        (np.zeros((40, 2)), r"HM025 group labels is 'an array \(40, 2\)'; allowed: one for each"),
        (5, "HM025 group labels is 5; allowed: a list, a tuple or an array"),
    ):
        with pytest.raises(HomologError, match=f"^{says}"):
            GROUPED[call](*pair, groups)


@pytest.mark.parametrize("call", GROUPED)
@pytest.mark.parametrize(
    "name",
    [
        str,  # of which "10" sorts before "2"
        lambda group: -group,
        lambda group: (group, "movie"),
        lambda group: None if group == 3 else f"movie {group}",
    ],
)
def test_what_groups_are_called_does_not_matter(call, name, pair):
    group = np.arange(N) * 3 // 10
    wanted = GROUPED[call](*pair, group)
    assert np.array_equal(wanted, GROUPED[call](*pair, [name(one) for one in group.tolist()]))


def test_groups_left_out_in_a_hundred_blocks_do_not_depend_on_their_names():
    group = np.arange(300) // 2
    assert np.array_equal(
        statistics.blocks(300, group, 0), statistics.blocks(300, [str(one) for one in group], 0)
    )


def test_a_score_by_groups_does_not_depend_on_their_names(pair):
    group = np.arange(N) * 3 // 10
    found = [
        homolog.compare(*pair, "ridge", groups=groups, permutations=19)["ridge"]
        for groups in (group.tolist(), [str(one) for one in group], (100 - group).tolist())
    ]
    for other in found[1:]:
        assert (other.value, other.interval) == (found[0].value, found[0].interval)
        assert np.array_equal(other.null, found[0].null)


def test_one_group_leaves_nothing_to_hold_out(pair):
    says = (
        "HM025 the number of groups of stimuli is 1; allowed: 2 or more, so that one can be held"
        " out of what is fitted to the others."
    )
    with pytest.raises(HomologError) as caught:
        homolog.compare(*pair, "ridge", groups=["movie"] * N, **QUICK)
    assert str(caught.value) == says


@pytest.mark.parametrize(
    "folds",
    [
        [None] * 8 + [1] * 32,
        [[1], [1, 2]],
        5.0,
        True,
        "five",
        None,
        np.zeros((40, 2)),
        [1, "a", None],
    ],
)
def test_folds_that_are_no_number_and_no_labels(folds, pair):
    with pytest.raises(
        HomologError, match=r"^HM025 folds is .*; allowed: a whole number, or one la"
    ):
        find("ridge").using(folds=folds)
    if folds is not None:  # nothing is held out
        with pytest.raises(HomologError, match=r"^HM025 folds is "):
            find("procrustes").using(folds=folds)


@pytest.mark.parametrize("name", ["ridge", "soft_matching_correlation", "procrustes"])
def test_folds_of_ones_own_are_another_measure(name, pair):
    own = np.arange(N) % 5
    measures = [find(name), find(name).using(folds=5), find(name).using(folds=own)]
    if name == "ridge":
        del measures[1]
    assert measures[-1].label == f"{name}(folds=5 given)"
    found = homolog.compare(*pair, measures, **QUICK)
    for measure in measures:
        assert found[measure.label].value == float(measure(*pair))
    with pytest.raises(
        HomologError, match=r"^HM025 folds is '5 given'; allowed: a whole number, or"
    ):
        find(f"{name}(folds=5 given)")


def test_a_measure_is_called_what_was_asked_for_where_groups_make_its_folds(pair):
    groups = np.arange(N) // 4
    own = find("ridge").using(folds=groups % 5)
    found = homolog.compare(*pair, ["ridge", "ridge(folds=3)", own], groups=groups, **QUICK)
    assert [one.measure.label for one in found.scores] == [
        "ridge",
        "ridge(folds=3)",
        "ridge(folds=5 given)",
    ]
    assert found["ridge"].measure.using(penalty=1.0).label == "ridge(folds=5 given, penalty=1.0)"
    assert found["ridge"].measure.__doc__ == own.__doc__
