"""How stimuli are parted into folds, and the training stimuli once more."""

import numpy as np
import pytest

from homolog import HomologError
from homolog.encoding import folds_of


def parts(folds):
    return [one.test.tolist() for one in folds]


def test_random_folds_hold_out_every_stimulus_once():
    folds = folds_of(20, 4, "random", None, 0)
    assert sorted(row for part in parts(folds) for row in part) == list(range(20))
    assert [len(one.test) for one in folds] == [5] * 4
    assert all(set(one.train) | set(one.test) == set(range(20)) for one in folds)
    assert parts(folds) != parts(folds_of(20, 4, "random", None, 1))


def test_blocks_are_neighbouring_rows_and_keep_groups_whole():
    assert parts(folds_of(10, 3, "blocks", None, 0)) == [[0, 1, 2, 3], [4, 5, 6], [7, 8, 9]]
    groups = list("ccaabbddcc")
    folds = folds_of(10, 2, "blocks", groups, 0)
    assert parts(folds) == [[0, 1, 2, 3, 8, 9], [4, 5, 6, 7]]


def test_groups_share_a_fold():
    groups = np.repeat(np.arange(6), 4)
    for one in folds_of(24, 3, "random", groups.tolist(), 0):
        assert set(groups[one.train]) & set(groups[one.test]) == set()


@pytest.mark.parametrize("split", ["random", "blocks"])
def test_no_group_stands_on_both_sides_of_a_fold_within_the_training_stimuli(split):
    groups = np.arange(40) * 7 % 13
    for one in folds_of(40, 3, split, groups.tolist(), 0):
        assert sorted(np.concatenate(one.within).tolist()) == list(range(len(one.train)))
        assert len(one.within) == 3
        owners = [set(groups[one.train][part]) for part in one.within]
        assert sum(map(len, owners)) == len(set(groups[one.train]))


def test_folds_within_blocks_are_blocks_and_single_stimuli_need_none():
    within = [one.within for one in folds_of(12, 3, "blocks", None, 0)]
    expected = [[0, 1, 2], [3, 4, 5], [6, 7]]
    assert [[part.tolist() for part in one] for one in within] == [expected] * 3
    assert all(one.within is None for one in folds_of(12, 3, "random", None, 0))


def test_folds_too_small_for_a_correlation_are_refused():
    with pytest.raises(HomologError) as caught:
        folds_of(10, 5, "random", None, 0)
    assert str(caught.value) == (
        "HM025 folds is 5; allowed: folds that hold out 3 stimuli or more each; one holds 2."
    )
