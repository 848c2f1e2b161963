"""Rows in time: blocks of neighbours, in folds, intervals and permutations alike."""

import numpy as np
import pytest

import homolog
from homolog.errors import HomologError
from homolog.measures import find
from homolog.measures._blocks import blocks_of, neighbours
from homolog.representation import represent

QUICK = {"permutations": 0, "intervals": False}


def slow(rng: np.random.Generator, n_rows: int, n_neurons: int) -> np.ndarray:
    """Neurons of which each row is the mean of ten neighbours, of noise alone."""
    fast = rng.normal(size=(n_rows + 9, n_neurons))
    return np.array([fast[row : row + 10].mean(axis=0) for row in range(n_rows)])


@pytest.mark.parametrize(
    ("n_rows", "length", "sizes"),
    [(100, 10, [10] * 10), (101, 10, [12, 11, 11, 11, 11, 12, 11, 11, 11]), (9, 4, [5, 4])],
)
def test_blocks_are_of_neighbours_and_can_be_exchanged(n_rows, length, sizes):
    block, kept = blocks_of(n_rows, length, 0)
    assert sorted(np.bincount(block).tolist()) == sorted(sizes)
    assert (np.diff(block) >= 0).all()
    assert kept.all()


def test_rows_of_two_blocks_are_more_than_a_gap_apart():
    block, kept = blocks_of(60, 12, 3)
    rows = np.flatnonzero(kept)
    assert kept.sum() == 45
    assert min(np.diff(rows)[np.diff(block[kept]) > 0]) == 4
    assert np.bincount(block[kept]).tolist() == [9] * 5


def test_groups_stand_whole_in_the_order_of_their_first_row():
    assert neighbours(6, 2, list("bbacca")).tolist() == [0, 0, 0, 1, 1, 0]


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (
            {"blocks": 31},
            "HM025 blocks is 31; allowed: a whole number from 1 to 30, half of the rows, that there"
            " may be two.",
        ),
        ({"blocks": True}, "HM025 blocks is True; allowed: a whole number from 1 to 30, half"),
        (
            {"blocks": 6, "gap": 6},
            "HM025 gap is 6; allowed: a whole number from 0 to 5, less than a block.",
        ),
        ({"gap": 2}, "HM025 gap is 2; allowed: 0 where there are no blocks."),
        (
            {"blocks": 6, "groups": [0, 1] * 30},
            "HM025 blocks is 6; allowed: None where rows belong to groups already: leave one out.",
        ),
        ({"blocks": 12}, "HM010 "),
    ],
)
def test_blocks_that_cannot_be_are_refused(options, says, rng):
    x, y = rng.normal(size=(2, 60, 4))
    with pytest.raises(HomologError) as refused:
        homolog.compare(x, y, "cka", permutations=0, **options)
    assert str(refused.value).startswith(says)


def test_times_of_stimuli_are_grouped_already(rng):
    x = represent(rng.normal(size=(12, 5, 3)), "stimulus,time,neuron").fold_time()
    with pytest.raises(HomologError, match="HM025 blocks is 10; allowed: None where rows belong"):
        homolog.compare(x, x, "cka", blocks=10, **QUICK)


@pytest.mark.parametrize("name", ["ridge", "procrustes(folds=4)", "soft_matching(folds=4)"])
def test_a_block_is_held_out_whole_and_folds_that_part_it_are_refused(name, rng):
    x, y = rng.normal(size=(2, 80, 4))
    found = homolog.compare(x, y, name, blocks=8, gap=2, **QUICK)
    folds = np.asarray(found.scores[0].measure.options["folds"]).reshape(10, 6)
    assert (folds == folds[:, :1]).all()
    assert found.groups == 10
    assert found.reference.n_stimuli == found.candidate.n_stimuli == 60
    assert np.array_equal(
        found.candidate.matrix, np.delete(y.reshape(10, 8, 4), [6, 7], 1).reshape(60, 4)
    )
    assert found.warnings[0] == (
        "rows belong together in 10 blocks of neighbours; the last 2 rows of each are left out:"
        " 20 of 80 rows"
    )
    assert found.call.endswith("blocks=8, gap=2)") or "blocks=8, gap=2" in found.call
    parting = find(name).using(folds=np.arange(80) % 4)
    with pytest.raises(HomologError) as refused:
        homolog.compare(x, y, parting, blocks=8, **QUICK)
    assert str(refused.value) == (
        "HM012 folds part a group: rows of 0 are in train and test. Give a number of folds, so"
        " that they are made of whole groups, or one fold to all rows of a group."
    )


def test_rows_without_labels_are_left_out_of_both_whatever_is_asked(rng):
    x, y = rng.normal(size=(2, 60, 3))
    plain, aligned = (
        homolog.compare(x, y, "cka", blocks=6, gap=2, align=align, **QUICK)
        for align in (False, True)
    )
    assert aligned.candidate.n_stimuli == aligned.reference.n_stimuli == 40
    assert aligned["cka"].value == plain["cka"].value


@pytest.mark.parametrize("align", [False, True])
def test_rows_are_counted_before_any_are_left_out(align, rng):
    with pytest.raises(HomologError, match=r"^HM001 X has 60 stimuli, Y has 59\."):
        homolog.compare(
            rng.normal(size=(60, 3)), rng.normal(size=(59, 3)), "cka", blocks=6, gap=2, align=align
        )


def test_rows_found_by_label_keep_their_blocks(rng):
    x, y = (represent(rng.normal(size=(64, 3)), stimuli=list(range(64))) for _ in range(2))
    y = y.select(stimuli=list(range(63, -1, -1)))
    found = homolog.compare(x, y, "ridge", blocks=8, gap=1, align=True, **QUICK)
    same = homolog.compare(x, y.select(stimuli=list(range(64))), "ridge", blocks=8, gap=1, **QUICK)
    assert found.reference.n_stimuli == 56
    assert found["ridge"].value == pytest.approx(same["ridge"].value, abs=1e-12)


@pytest.mark.parametrize("labelled", [(), (0,), (1,), (0, 1)])
def test_what_a_gap_leaves_is_taken_on_trust_as_all_rows_are(labelled, rng):
    x, y = (
        represent(one, stimuli=[f"t{row}" for row in range(60)] if k in labelled else None)
        for k, one in enumerate(rng.normal(size=(2, 60, 3)))
    )
    said, cut = (
        homolog.compare(x, y, "cka", blocks=6, gap=gap, **QUICK).warnings for gap in (0, 1)
    )
    assert cut[1:] == said[1:]
    assert len(cut) == (1 if len(labelled) == 2 else 2)


@pytest.mark.parametrize("labels", [None, [f"t{row}" for row in range(60)]])
def test_folds_told_of_all_rows_are_those_of_the_rows_kept(labels, rng):
    x, y = (represent(one, stimuli=labels) for one in rng.normal(size=(2, 60, 3)))
    told = np.repeat([3, 1, 2, 1, 3], 12)
    asked = find("ridge").using(folds=told)
    found = homolog.compare(x, y, asked, blocks=12, gap=2, **QUICK)
    same = homolog.compare(
        x, y, find("ridge").using(folds=np.repeat([3, 1, 2, 1, 3], 10)), blocks=12, gap=2, **QUICK
    )
    assert found.reference.n_stimuli == 50
    assert found["ridge"].value == same["ridge"].value
    pairs = homolog.matrix({"x": x, "y": y}, asked, blocks=12, gap=2)
    assert pairs.values[0, 1] == found["ridge"].value
    with pytest.raises(HomologError, match=r"^HM025 folds is .* one label for each of 50 stimuli"):
        homolog.compare(x, y, find("ridge").using(folds=told[:55]), blocks=12, gap=2, **QUICK)


def test_folds_told_of_all_rows_follow_those_that_both_have(rng):
    labels = list(range(40))
    x, y = (represent(rng.normal(size=(40, 3)), stimuli=labels) for _ in range(2))
    y = y.select(stimuli=[*range(39, 9, -1)])
    told = np.arange(40) // 10
    found = homolog.compare(x, y, find("ridge").using(folds=told), align=True, **QUICK)
    same = homolog.compare(
        x.select(stimuli=labels[10:]), y, find("ridge").using(folds=told[10:]), align=True, **QUICK
    )
    assert found["ridge"].value == same["ridge"].value


@pytest.mark.parametrize("labels", [None, [f"t{row}" for row in range(60)]])
@pytest.mark.parametrize("gap", [0, 2])
def test_a_matrix_holds_out_blocks_as_a_pair_does(gap, labels, rng):
    named = {
        name: represent(one, stimuli=labels)
        for name, one in zip("abc", rng.normal(size=(3, 60, 3)), strict=True)
    }
    found = homolog.matrix(named, ["ridge", "cka"], blocks=6, gap=gap)
    for i, j in ((0, 1), (1, 2), (2, 0)):
        x, y = (named["abc"[k]] for k in (i, j))
        pair = homolog.compare(x, y, ["ridge", "cka"], blocks=6, gap=gap, **QUICK)
        for name in ("ridge", "cka"):
            assert found[name].values[i, j] == pytest.approx(pair[name].value, abs=1e-12)
        assert found.warnings[0] == pair.warnings[0]


def test_a_matrix_finds_the_rows_of_blocks_by_their_labels(rng):
    """Each of ten blocks a fold: which blocks share one follows the order of the rows."""
    labels = [f"t{row}" for row in range(60)]
    x, y, z = (represent(one, stimuli=labels) for one in rng.normal(size=(3, 60, 3)))
    turned = {"x": x, "y": y.select(stimuli=labels[::-1]), "z": z.select(stimuli=labels[::-1])}
    found = homolog.matrix(turned, "ridge(folds=10)", blocks=6, gap=2, align=True).values
    same = homolog.matrix({"x": x, "y": y, "z": z}, "ridge(folds=10)", blocks=6, gap=2).values
    np.testing.assert_allclose(found[0], same[0], atol=1e-12)
    np.testing.assert_allclose(found[1, 2], same[1, 2], atol=1e-12)


def test_a_matrix_has_blocks_of_a_population_with_every_stimulus(rng):
    labels = [f"t{row}" for row in range(60)]
    x, y = (represent(one, stimuli=labels) for one in rng.normal(size=(2, 60, 3)))
    few = x.select(stimuli=labels[:40])
    with pytest.raises(HomologError) as refused:
        homolog.matrix({"few": few, "x": x, "y": y}, "ridge", blocks=6, align=True)
    assert str(refused.value) == (
        "HM025 blocks is 6; allowed: None where few lacks stimulus 't40' of x, for blocks are of"
        " rows of the first population: put one first that has every stimulus, or leave out the"
        " stimuli that it lacks."
    )
    found = homolog.matrix({"x": x, "y": y, "few": few}, "ridge", blocks=6, gap=2, align=True)
    pair = homolog.compare(x, few, "ridge", blocks=6, gap=2, align=True, **QUICK)
    assert found.values[0, 2] == pytest.approx(pair["ridge"].value, abs=1e-12)


@pytest.mark.parametrize("labels", [None, [f"t{row}" for row in range(60)]])
@pytest.mark.parametrize("gap", [0, 2])
def test_a_ranking_keeps_blocks_together_as_a_pair_does(gap, labels, rng):
    x, near, far = (represent(one, stimuli=labels) for one in rng.normal(size=(3, 60, 3)))
    told = find("ridge").using(folds=np.repeat([3, 1, 2, 1, 3], 12))
    found = homolog.rank(
        x, {"near": near, "far": far}, [told, "cka"], blocks=6, gap=gap, permutations=19
    )
    assert found.groups == 10
    for name, candidate in (("near", near), ("far", far)):
        pair = homolog.compare(x, candidate, [told, "cka"], blocks=6, gap=gap, permutations=19)
        for measure in ("ridge", "cka"):
            (one,) = (one for one in found.of(measure) if one.candidate == name)
            score = pair[measure]
            assert one.value == pytest.approx(score.value, abs=1e-12)
            assert one.interval == pytest.approx(score.interval, abs=1e-9)
            assert one.chance == pytest.approx(score.chance, abs=1e-12)
        assert found.warnings[0] == pair.warnings[0]
    known = {"homolog": homolog, "reference": x, "candidates": {"near": near, "far": far}}
    again = eval(found.call, known)  # noqa: S307
    assert again.groups == found.groups


def test_candidates_of_a_ranking_find_the_rows_of_blocks_by_label(rng):
    labels = [f"t{row}" for row in range(60)]
    x, y = (represent(one, stimuli=labels) for one in rng.normal(size=(2, 60, 3)))
    turned = {"same": y, "turned": y.select(stimuli=labels[::-1])}
    found = homolog.rank(x, turned, "ridge", blocks=6, gap=2, align=True)
    same, other = found.of("ridge")
    assert same.value == pytest.approx(other.value, abs=1e-12)
    with pytest.raises(HomologError, match=r"^HM002 "):
        homolog.rank(x, turned, "ridge", blocks=6, gap=2)


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"gap": 2}, "HM025 gap is 2; allowed: 0 where there are no blocks."),
        ({"blocks": 31}, "HM025 blocks is 31; allowed: a whole number from 1 to 30, half of the"),
        (
            {"blocks": 6, "groups": [0, 1] * 30},
            "HM025 blocks is 6; allowed: None where rows belong",
        ),
    ],
)
def test_blocks_of_several_that_cannot_be_are_refused(options, says, rng):
    x, y = rng.normal(size=(2, 60, 3))
    for call in (
        lambda: homolog.matrix({"x": x, "y": y}, "ridge", **options),
        lambda: homolog.rank(x, {"y": y}, "ridge", **options),
    ):
        with pytest.raises(HomologError) as refused:
            call()
        assert str(refused.value).startswith(says)


def test_slow_populations_are_unrelated_once_blocks_are_held_out_and_exchanged():
    """Without blocks, every study finds what is not there; with them one in twenty does."""
    scores, small = {None: [], 20: []}, {None: 0, 20: 0}
    for rng in np.random.default_rng(3).spawn(20):
        x, y = slow(rng, 240, 5), slow(rng, 240, 4)
        for blocks in scores:
            found = homolog.compare(
                x, y, ["cka", "ridge"], blocks=blocks, permutations=19, intervals=False
            )
            scores[blocks].append(found["ridge"].value)
            small[blocks] += found["cka"].p_value <= 0.05
    assert np.mean(scores[None]) > 0.05 > 0.01 > np.mean(scores[20])
    assert small[None] >= 15 > 5 >= small[20]


def test_intervals_leave_blocks_out_whole(rng):
    x = slow(rng, 240, 5)
    y = x @ rng.normal(size=(5, 4)) + 0.3 * slow(rng, 240, 4)
    alone, together = (
        homolog.compare(x, y, "cka", blocks=blocks, permutations=0)["cka"].interval
        for blocks in (None, 20)
    )
    assert together[1] - together[0] > 1.3 * (alone[1] - alone[0])


@pytest.mark.parametrize(
    ("groups", "says"),
    [
        ([1, "1"] * 30, "HM025 group labels is [1, '1']; allowed: all numbers, or all text."),
        (
            np.zeros((60, 2)),
            "HM025 group labels is 'an array (60, 2)'; allowed: one for each, along one axis.",
        ),
    ],
)
def test_groups_that_would_be_others_than_was_meant_are_refused(groups, says, rng):
    x, y = rng.normal(size=(2, 60, 4))
    with pytest.raises(HomologError) as refused:
        homolog.compare(x, y, "cka", groups=groups, **QUICK)
    assert str(refused.value) == says
