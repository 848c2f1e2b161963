"""Two populations are brought to the stimuli both were shown, by label."""

import numpy as np
import pandas
import pytest
from hypothesis import given
from hypothesis import strategies as st

from homolog.errors import HomologError
from homolog.representation import Representation, align, represent


def population(labels, name: str) -> Representation:
    """Make a population whose responses tell which stimulus a row is."""
    rows = np.array([[float(label), 1.0 / (1 + float(label))] for label in labels])
    return represent(rows, stimuli=[f"image{label}" for label in labels], name=name)


@given(st.permutations(range(8)), st.permutations(range(8)), st.integers(0, 3))
def test_rows_are_the_shared_stimuli_in_the_order_of_the_first(first, second, n_only):
    x, y = population(first[n_only:], "X"), population(second[n_only:], "Y")
    shared = [label for label in x.stimuli if label in set(y.stimuli)]
    if len(shared) < 3:
        with pytest.raises(HomologError, match="HM030"):
            align(x, y)
        return
    a, b = align(x, y)
    assert list(a.stimuli) == list(b.stimuli) == shared
    np.testing.assert_array_equal(a.matrix, b.matrix)


def test_what_was_left_out_is_named():
    x, y = population(range(7), "X"), population([1, 2, 3, 9], "Y")
    a, b = align(x, y)
    assert a.dropped == (
        "X: left out 4 of 7 stimuli not in Y ('image0', 'image4', 'image5', 'image6')",
    )
    assert b.dropped == ("Y: left out 1 of 4 stimuli not in X ('image9')",)


def test_the_same_stimuli_leave_nothing_out():
    x = population(range(4), "X")
    a, b = align(x, population([3, 1, 0, 2], "Y"))
    assert a.dropped == b.dropped == ()
    assert b.labels == x.labels


def test_tables_are_aligned_as_they_are():
    rates = np.eye(4)
    x, y = (pandas.DataFrame(rates, index=list(order)) for order in ("abcd", "dcbe"))
    a, b = align(x, y)
    assert a.stimuli == b.stimuli == ("b", "c", "d")
    assert a.dropped == ("X: left out 1 of 4 stimuli not in Y ('a')",)


def test_trials_gaps_and_groups_go_along():
    responses = np.random.default_rng(0).normal(size=(2, 4, 3))
    x = Representation(
        responses,
        ("trial", "stimulus", "neuron"),
        stimuli=("a", "b", "c", "d"),
        groups=("p", "p", "q", "q"),
        missing=responses > 1,
    )
    y = represent(np.eye(3), stimuli=["d", "c", "b"])
    a, _ = align(x, y)
    assert (a.stimuli, a.groups) == (("b", "c", "d"), ("p", "q", "q"))
    np.testing.assert_array_equal(a.missing, x.missing[:, 1:])


def test_labels_of_ints_are_labels_not_positions():
    x = represent(np.eye(4), stimuli=[3, 2, 1, 0])
    a, b = align(x, represent(np.eye(4), stimuli=[0, 1, 2, 7]))
    assert a.stimuli == b.stimuli == (2, 1, 0)
    np.testing.assert_array_equal(a.matrix, np.eye(4)[1:])
