"""Labels, blocks of trials and scores that cannot be used are refused with the remedy."""

import re
from typing import Any

import numpy as np
import pandas as pd
import pytest

from homolog.audit import decoding, guarantee, pseudo_trials
from homolog.audit._labels import labels_of
from homolog.errors import HomologError
from homolog.representation import Representation

X = np.random.default_rng(0).normal(size=(12, 4))
SIDE = ["left", "right"] * 6

REFUSED = [
    ([0, 1], "HM062 labels: got list. Pass {'variable': one label for each condition}."),
    ({}, "HM062 labels: there are none. Name at least one variable."),
    ({"side": "left"}, "HM062 labels of 'side': got 'left'. Give one label for each condition."),
    (
        {"side": SIDE * 2},
        "HM062 labels of 'side': 24 of them for 12 conditions. Give one for each condition"
        " (stimulus), in its order. Trials are averaged; to decode them, make them rows with"
        " homolog.audit.pseudo_trials and repeat the labels.",
    ),
    (
        {"side": [*SIDE[:10], None, float("nan")]},
        "HM062 labels of 'side': none for 2 of 12 conditions (10, 11). Leave those conditions out"
        " of the recording, or this variable out of the labels.",
    ),
    (
        pd.DataFrame({"side": [*SIDE[:11], pd.NA]}),
        "HM062 labels of 'side': none for 1 of 12 conditions (11).",
    ),
    (
        {"side": [3] * 12},
        "HM062 labels of 'side': every condition is 3. What does not vary cannot be decoded:"
        " leave the variable out.",
    ),
    (
        {"movie": [*["a"] * 5, *["b"] * 4, *["c"] * 3]},
        "HM063 labels of 'movie': 3 conditions of 12 labelled 'c', for 5 folds each of which tests"
        " every class. Use folds=3; or, from single trials, make several rows of a condition with"
        " homolog.audit.pseudo_trials (trials are averaged otherwise).",
    ),
    (
        {"angle": list(range(12))},
        "HM063 labels of 'angle': 1 condition of 12 labelled 0, for 5 folds each of which tests"
        " every class. Use fewer, broader classes (numbers are taken as classes: join them in"
        " ranges);",
    ),
    (
        {"name": list("abcdefghijkl")},
        "HM063 labels of 'name': 1 condition of 12 labelled 'a', for 5 folds each of which tests"
        " every class. Use fewer, broader classes;",
    ),
]


@pytest.mark.parametrize(("labels", "message"), REFUSED, ids=lambda x: str(x)[:20])
def test_labels_that_cannot_be_decoded(labels: Any, message: str) -> None:
    with pytest.raises(HomologError, match="^" + re.escape(message)):
        decoding(X, labels)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"folds": 1}, "HM025 folds is 1; allowed: a whole number from 2."),
        ({"rng": -1}, "HM025 rng is -1; allowed: a whole number from 0 to 2³² - 1."),
        ({"rng": 0.5}, "HM025 rng is 0.5; allowed: a whole number from 0 to 2³² - 1."),
    ],
)
def test_folds_that_cannot_be_drawn(options: dict[str, Any], message: str) -> None:
    with pytest.raises(HomologError, match=re.escape(message)):
        decoding(X, {"side": SIDE}, **options)


def test_times_that_were_folded_into_rows_are_not_held_out() -> None:
    timed = Representation(X.reshape(6, 2, 4), "stimulus,time,neuron").fold_time()
    with pytest.raises(HomologError, match=r"HM025 data is .*give times as an axis, unfolded"):
        decoding(timed, {"side": SIDE})


def test_labels_become_plain_ints_and_words() -> None:
    given = {"a": np.array([1.0, 2.0]), "b": np.array([0.5, 1.5]), "c": [b"x", True]}
    assert labels_of(given, 2) == {"a": (1, 2), "b": ("0.5", "1.5"), "c": ("x", "True")}
    frame = pd.DataFrame({"side": ["left", "right"]})
    assert labels_of(frame, 2) == {"side": ("left", "right")}


NAMES = ("look", "no-look", "neither")


def test_labels_of_pandas_are_found_by_the_names_of_conditions() -> None:
    told = pd.DataFrame({"side": ["c", "a", "b"], "n": [3, 1, 2]}, index=["neither", *NAMES[:2]])
    ordered = {"side": ("a", "b", "c"), "n": (1, 2, 3)}
    assert labels_of(told, 3, NAMES) == ordered
    assert labels_of({"side": told["side"], "n": (1, 2, 3)}, 3, NAMES) == ordered
    table = told.rename_axis("condition").reset_index()
    assert labels_of(table, 3, NAMES) == ordered
    assert labels_of(told.set_axis([2, 0, 1]), 3) == ordered
    assert labels_of(told.set_axis([12, 10, 11]), 3, (10, 11, 12)) == ordered


def test_an_audit_by_a_permuted_table_decodes_the_same() -> None:
    names = tuple(f"c{i}" for i in range(12))
    given = Representation(X + 3 * (np.arange(12) % 2)[:, None], stimuli=names)
    told = pd.DataFrame({"side": SIDE}, index=list(names))
    permuted = told.iloc[np.random.default_rng(0).permutation(12)]
    for function in (decoding, lambda x, y: guarantee(x, "cka", 0.5, y, seeds=0, steps=2)):
        found, same = (function(given, one).accuracy for one in (permuted, told))
        assert found == same


@pytest.mark.parametrize("index", [["a", "b", "c"], [7, 3, 5], ["look", "look", "neither"]])
def test_labels_of_pandas_with_an_index_of_other_names_are_refused(index: Any) -> None:
    message = (
        f"HM062 labels: their index begins {index[0]!r} and does not name the conditions, each"
        " once. Give the names of the conditions as index, or labels in their order with"
        " .reset_index(drop=True)."
    )
    told = pd.DataFrame({"side": ["a", "b", "c"]}, index=index)
    with pytest.raises(HomologError, match=re.escape(message)):
        labels_of(told, 3, NAMES)
    with pytest.raises(HomologError, match="HM062 labels of 'side': their index begins"):
        labels_of({"side": told["side"]}, 3, NAMES)


@pytest.mark.parametrize(
    ("measures", "score", "labels", "message"),
    [
        ("cka", 1.0, {"side": SIDE}, "HM025 score is 1.0; allowed: a number below 1"),
        ("cka", float("nan"), {"side": SIDE}, "HM025 score is nan; allowed: a number below 1"),
        ("cka", None, {"side": SIDE}, "HM025 score is None; allowed: a number below 1"),
        (["cka", "nbs"], [0.9], {"side": SIDE}, "HM025 score is [0.9]; allowed: one number, or 2"),
        (["cka", "nbs"], {"cka": 0.9}, {"side": SIDE}, "HM025 score is {'cka': 0.9}; allowed: a n"),
        ([], 0.9, {"side": SIDE}, "HM025 measures is []; allowed: one or more names"),
        ("cka", 0.9, None, "HM062 labels: got None. Pass {'variable': one label per"),
        ("ckaa", 0.9, {"side": SIDE}, "HM023 no measure 'ckaa'."),
        ("rsa", 0.9, {"side": SIDE}, "HM060 rsa cannot be optimised"),
    ],
)
def test_guarantees_that_cannot_be_asked_for(
    measures: Any, score: Any, labels: Any, message: str
) -> None:
    with pytest.raises(HomologError, match="^" + re.escape(message)):
        guarantee(X, measures, score, labels)


def counted(n_trials: int = 7) -> Representation:
    """Make trials whose number is their response, of two stimuli that differ by 100."""
    trials = np.arange(float(n_trials))[:, None, None] + np.array([0.0, 100.0, 200.0])[:, None]
    return Representation(
        np.tile(trials, 2), "trial,stimulus,neuron", stimuli=("a", "b", "c"), unit="spikes"
    )


def test_trials_are_dealt_to_blocks_in_turn() -> None:
    rows = pseudo_trials(counted(), 3)
    assert rows.stimuli == ("a#0", "a#1", "a#2", "b#0", "b#1", "b#2", "c#0", "c#1", "c#2")
    assert rows.matrix[:, 0].tolist() == [3, 2.5, 3.5, 103, 102.5, 103.5, 203, 202.5, 203.5]
    assert rows.unit == "spikes"


def test_a_seed_deals_each_run_of_trials_anew_and_loses_none() -> None:
    rows = pseudo_trials(counted(6), 3, rng=0).matrix
    other = pseudo_trials(counted(6), 3, rng=1).matrix
    assert not np.array_equal(rows, other)
    assert rows[:3].mean(0).tolist() == other[:3].mean(0).tolist() == [2.5, 2.5]
    assert np.array_equal(rows[:, 0], rows[:, 1])


def test_times_are_kept_and_missing_trials_passed_over() -> None:
    responses = np.arange(4 * 3 * 2 * 2, dtype=float).reshape(4, 3, 2, 2)
    missing = np.zeros(responses.shape, dtype=bool)
    missing[2, 0] = True
    x = Representation(responses, "trial,stimulus,time,neuron", missing=missing, times=(0, 1))
    rows = pseudo_trials(x, 2)
    assert rows.dims == ("stimulus", "time", "neuron")
    assert rows.missing is None
    np.testing.assert_array_equal(rows.responses[0], responses[0, 0])
    np.testing.assert_array_equal(rows.responses[1], responses[[1, 3], 0].mean(0))
    assert rows.dropped == (
        "the population: 8.3% of single responses are missing and left out; means of blocks are"
        " over 1 to 2 trials",
    )
    assert pseudo_trials(counted(), 2).dropped == ()


def test_blocks_that_would_be_empty_are_refused() -> None:
    responses = np.random.default_rng(0).normal(size=(4, 3, 2))
    missing = np.zeros(responses.shape, dtype=bool)
    missing[[1, 3], 2, 0] = True
    x = Representation(responses, "trial,stimulus,neuron", missing=missing, name="PFC")
    message = (
        "HM063 PFC: for 1 of 3 stimuli some neuron has no trial in one of 2 blocks. Ask for fewer"
        " blocks, or leave out those stimuli or neurons with homolog.Representation.select."
    )
    with pytest.raises(HomologError, match=re.escape(message)):
        pseudo_trials(x, 2)
    assert pseudo_trials(x, 1).n_stimuli == 3


@pytest.mark.parametrize("n", [0, 8, 2.5])
def test_there_are_no_more_blocks_than_trials(n: Any) -> None:
    with pytest.raises(HomologError, match=r"HM025 n is .*; allowed: 1 to 7, the number of trials"):
        pseudo_trials(counted(), n)


def test_without_trials_there_are_no_blocks() -> None:
    with pytest.raises(HomologError, match="HM026 the population has no trial axis"):
        pseudo_trials(Representation(X), 2)


def test_single_trials_are_decoded_as_rows() -> None:
    rng = np.random.default_rng(0)
    means = 2 * rng.normal(size=(4, 6))
    x = Representation(means + rng.normal(size=(20, 4, 6)), "trial,stimulus,neuron")
    labels = {"stimulus": np.repeat(["a", "b", "c", "d"], 10)}
    assert decoding(pseudo_trials(x, 10), labels).accuracy["stimulus"] > 0.9
    with pytest.raises(HomologError, match="HM063"):
        decoding(x, {"stimulus": ["a", "b", "c", "d"]})


def test_missing_labels_of_pandas_are_named_not_compared() -> None:
    for given in (
        pd.Series(["a", pd.NA, "b", "a"], dtype="string"),
        pd.Series([1, None, 2, 1], dtype="Int64"),
        pd.Series([pd.Timestamp("2020-01-01"), pd.NaT, pd.NaT, pd.NaT]),
    ):
        with pytest.raises(HomologError, match=r"HM062 .*none for [13] of 4 conditions \(1"):
            labels_of({"side": given.tolist()}, 4)


def test_a_table_is_no_label() -> None:
    message = "HM062 labels of 'side': got an array of 4 × 2. Give one label for each condition."
    with pytest.raises(HomologError, match=re.escape(message)):
        labels_of({"side": np.zeros((4, 2))}, 4)
