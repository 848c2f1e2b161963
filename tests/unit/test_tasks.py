"""Tasks by name, what a task must be, and the one that needs no files."""

from __future__ import annotations

import sys
from dataclasses import FrozenInstanceError, replace

import numpy as np
import pytest

from homolog import errors, tasks
from homolog.tasks import Classification


@pytest.fixture
def task(rng):
    return Classification(
        rng.random((6, 4), np.float32),
        np.array([0, 1, 2, 0, 1, 2]),
        rng.random((3, 4), np.float32),
        np.array([2, 1, 0]),
        ("cat", "dog", "frog"),
        shape=(2, 2),
    )


def test_every_file_of_the_folder_is_a_task():
    assert tasks.names() == ("cifar10", "cifar10_jpeg", "digits", "fashion_mnist", "mnist")


def test_a_name_may_be_spelled_as_people_do(tmp_path):
    with pytest.raises(errors.HomologError, match=r"HM032 fashion_mnist needs"):
        tasks.load(" Fashion-MNIST ", tmp_path)


def test_a_task_that_does_not_exist():
    with pytest.raises(
        errors.HomologError,
        match=r"HM023 no task 'cifar100'\. Closest: 'cifar10'.* All: cifar10, cifar10_jpeg, digits",
    ):
        tasks.load("cifar100")


def test_a_task_is_named_by_text():
    with pytest.raises(errors.HomologError, match=r"HM025 task is 3; allowed: a name, one of"):
        tasks.load(3)  # type: ignore[arg-type]


def test_a_task_counts_its_inputs_and_classes(task):
    assert (task.n_inputs, task.n_classes) == (4, 3)
    assert repr(task) == ("Classification('task', 6 to train and 3 to test, 4 inputs, 3 classes)")
    with pytest.raises(FrozenInstanceError):
        task.name = "other"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            {"train": np.zeros((6, 4), complex)},
            r"HM025 train is 'ndarray complex128'; allowed: a NumPy array \(stimulus, inp",
        ),
        (
            {"train": [[0.0]]},
            r"HM025 train is 'list'; allowed: .* numpy.asarray makes one of a list",
        ),
        (
            {"test": np.zeros(3, np.float32)},
            r"HM025 test\.shape is \(3,\); allowed: \(stimulus, in",
        ),
        ({"test": np.zeros((0, 4), np.float32)}, r"HM025 test\.shape is \(0, 4\); allowed"),
        (
            {"test": np.zeros((3, 5), np.float32)},
            r"HM025 test\.shape is \(3, 5\); allowed: \(stimulus, 4\), as for train",
        ),
        (
            {"train_labels": np.zeros(6)},
            r"HM025 train_labels is 'ndarray float64'; allowed: a NumPy array of whole numbers",
        ),
        (
            {"train_labels": np.array(["cat"] * 6)},
            r"HM025 train_labels is 'ndarray <U3'; .* numpy.unique\(labels, return_inverse=True\)",
        ),
        ({"test_labels": np.zeros(2, int)}, r"HM025 test_labels\.shape is \(2,\); .* of 3 stimuli"),
        (
            {"test_labels": np.array([0, 3, -1])},
            r"HM025 test_labels is -1; allowed: 0 to 2, one for each class",
        ),
        ({"classes": ("cat",)}, r"HM025 classes is \('cat',\); allowed: the names of two"),
        ({"shape": (2, 3)}, r"HM025 shape is \(2, 3\); allowed: axes of 4 inputs in all"),
    ],
)
def test_what_is_no_task_is_refused(task, change, message):
    with pytest.raises(errors.HomologError, match=message):
        replace(task, **change)


@pytest.mark.parametrize("kind", [np.float64, np.float16, np.int16, np.uint8])
def test_numbers_of_other_kinds_are_converted(task, kind):
    given = np.arange(24).reshape(6, 4).astype(kind)
    labels = np.array([0, 1, 2, 0, 1, 2], np.uint8)
    made = replace(task, train=given, train_labels=labels)
    assert (made.train.dtype, made.train_labels.dtype) == (np.float32, np.int64)
    np.testing.assert_array_equal(made.train, given)
    np.testing.assert_array_equal(made.train_labels, labels)
    assert replace(made).train is made.train  # as it is, if it fits


def test_numbers_too_large_for_single_precision_are_refused(task):
    with pytest.raises(
        errors.HomologError, match=r"HM004 train has 24 entries .* in float32, the f"
    ):
        replace(task, train=np.full((6, 4), 1e300))


@pytest.mark.parametrize("bad", [np.nan, -np.inf])
def test_stimuli_that_are_not_finite_are_refused(task, bad):
    stimuli = task.test.copy()
    stimuli[1, 2:] = bad
    with pytest.raises(
        errors.HomologError, match=r"HM004 test has 2 entries .* the first in stimulus 1\. Leave"
    ):
        replace(task, test=stimuli)


def test_digits_are_always_split_the_same_way():
    first, again = tasks.load("digits"), tasks.load("digits", download=True)
    assert np.array_equal(first.train, again.train)
    assert first.sha256 == "3ba0d48d6ceca228bc2f03fd0a2ba4dab44a7c873ac8316ba7212522744fffbc"
    assert (first.train.shape, first.test.shape, first.shape) == ((1500, 64), (297, 64), (8, 8))
    assert (first.train.min(), first.train.max()) == (0, 1)
    assert not first.lossy
    assert first.classes == tuple("0123456789")
    everything = np.concatenate([first.train, first.test])
    assert len(np.unique(everything, axis=0)) == 1797
    for labels in (first.train_labels, first.test_labels):
        share = np.bincount(labels) / len(labels)
        assert share.shape == (10,)
        assert 0.06 < share.min() < share.max() < 0.15


def test_digits_that_look_alike_have_the_same_label():
    digits = tasks.load("digits")
    apart = ((digits.test[:, None] - digits.train) ** 2).sum(2)
    right = digits.train_labels[apart.argmin(1)] == digits.test_labels
    assert right.mean() > 0.95


def test_digits_without_scikit_learn(monkeypatch):
    monkeypatch.setitem(sys.modules, "sklearn.datasets", None)
    with pytest.raises(
        errors.HomologError, match=r'HM013 the task digits needs scikit-learn: .*homolog\[data\]"'
    ):
        tasks.load("digits")
