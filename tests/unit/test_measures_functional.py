"""Measures of classifiers' outputs: against scikit-learn and SciPy, and known answers."""

import numpy as np
import pytest
from scipy.spatial.distance import jensenshannon
from scipy.special import softmax
from sklearn.metrics import accuracy_score, cohen_kappa_score

import homolog
from homolog import statistics
from homolog.errors import HomologError
from homolog.measures import find
from homolog.measures._measure import permuted
from homolog.report import _methods

disagreement = find("disagreement")
consistency = find("error_consistency")
divergence = find("jensen_shannon_divergence")


@pytest.fixture
def outputs(rng):
    shared = rng.normal(size=(60, 5))
    return shared + rng.normal(size=(60, 5)), 2 * shared + rng.normal(size=(60, 5))


def chosen(outputs):
    return [one.argmax(axis=1) for one in outputs]


def test_disagreement_counts_other_classes(outputs):
    wanted = 1 - accuracy_score(*chosen(outputs))
    assert float(disagreement(*outputs)) == pytest.approx(wanted, abs=1e-12)
    assert 0.2 < wanted < 0.8


def test_consistency_is_cohens_kappa_of_choices(outputs):
    wanted = cohen_kappa_score(*chosen(outputs))
    assert float(consistency(*outputs)) == pytest.approx(wanted, abs=1e-12)


def test_error_consistency_is_cohens_kappa_of_being_right(outputs, rng):
    labels = rng.integers(0, 5, size=60)
    x, y = outputs
    x[np.arange(60), labels] += 1
    y[np.arange(60), labels] += 2
    right = [one.argmax(axis=1) == labels for one in (x, y)]
    accuracies = [one.mean() for one in right]
    observed = np.mean(right[0] == right[1])
    expected = np.prod(accuracies) + np.prod(1 - np.array(accuracies))
    got = float(consistency.using(labels=labels)(x, y))
    assert got == pytest.approx((observed - expected) / (1 - expected), abs=1e-12)
    assert got == pytest.approx(cohen_kappa_score(*right), abs=1e-12)
    assert got != pytest.approx(float(consistency(x, y)), abs=0.01)


def test_kappa_of_opposite_choices_is_minus_1():
    x = np.eye(2)[[0, 1] * 5]
    assert float(consistency(x, x[:, ::-1])) == pytest.approx(-1)
    assert float(disagreement(x, x[:, ::-1])) == pytest.approx(1)
    assert float(divergence(1000 * x, 1000 * x[:, ::-1])) == pytest.approx(1)


def test_divergence_is_that_of_softmax_in_bits(outputs):
    p, q = (softmax(one, axis=1) for one in outputs)
    wanted = np.mean(jensenshannon(p, q, base=2, axis=1) ** 2)
    assert float(divergence(*outputs)) == pytest.approx(wanted, abs=1e-12)
    assert float(divergence(np.log(p), np.log(q))) == pytest.approx(wanted, abs=1e-12)


def test_rounding_makes_no_divergence_negative(rng):
    for _ in range(40):
        x = rng.normal(size=(6, 5))
        assert 0 <= float(divergence(x, x + 1e-9 * rng.normal(size=(6, 5)))) < 1e-15


def test_divergence_of_one_sure_and_one_torn_classifier():
    """H(3/4, 1/4) - 1/2: one gives all to the first of two classes, the other halves."""
    sure = np.tile([0.0, -1e4], (4, 1)) + np.arange(4)[:, None]
    torn = np.tile(np.arange(4.0)[:, None], (1, 2))
    wanted = -(0.75 * np.log2(0.75) + 0.25 * np.log2(0.25)) - 0.5
    assert float(divergence(sure, torn)) == pytest.approx(wanted, abs=1e-12)


@pytest.mark.parametrize("m", [disagreement, consistency, divergence], ids=lambda m: m.name)
def test_a_class_that_one_lacks_is_never_given_by_it(m, outputs):
    x, y = outputs
    never = np.c_[y[:, :3], np.full((60, 2), -1e4)]
    assert float(m(x, y[:, :3])) == pytest.approx(float(m(x, never)), abs=1e-12)
    assert float(m(y[:, :3], x)) == pytest.approx(float(m(x, never)), abs=1e-12)
    caution = m.caution(m.summary(x), m.summary(y[:, :3]))
    assert caution == (
        "the reference has 5 outputs, the candidate 3: each column must stand for the same class in"
        " both, and those that one lacks count as never given by it"
    )
    assert m.caution(m.summary(x), m.summary(y)) is None


def test_classes_that_tie_share_the_choice():
    x = np.array([[1.0, 1.0, 0.0], [0.0, 2.0, 0.0], [1.0, 1.0, 1.0], [3.0, 1.0, 0.0]])
    y = np.array([[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0], [0.0, 1.0, 1.0]])
    assert float(disagreement(x, y)) == pytest.approx(1 - (1 / 2 + 1 + 1 / 3 + 0) / 4)
    assert float(disagreement(x, x)) == 0
    assert float(consistency(x, x)) == pytest.approx(1)
    reordered = [2, 0, 1]
    for m in (disagreement, consistency):
        got = float(m(x[:, reordered], y[:, reordered]))
        assert got == pytest.approx(float(m(x, y)), abs=1e-12)


def test_chance_with_ties_is_the_mean_over_pairings(rng):
    x, y = rng.integers(0, 3, size=(2, 12, 3)).astype(float)
    for m in (disagreement, consistency):
        a, b = m.summary(x), m.summary(y)
        drawn = [float(m.score(permuted(a, rng.permutation(12)), b)) for _ in range(2000)]
        assert abs(m.chance(a, b) - np.mean(drawn)) < 4 * np.std(drawn) / np.sqrt(2000)


def test_choices_that_never_differ_have_no_consistency(outputs):
    x = outputs[0]
    x[:, 2] = 9
    says = (
        r"HM031 error_consistency is undefined here, not 0: both populations choose the same for"
        r" every stimulus, so chance cannot be told from agreement\. Add stimuli that differ, or"
        r" use disagreement\."
    )
    with pytest.raises(HomologError, match=says):
        consistency(x, x + 1)
    assert float(disagreement(x, x + 1)) == 0


@pytest.mark.parametrize(
    "labels", [[0, 1], np.zeros(60), np.full(60, -1), [[0] * 60], ["a"] * 60], ids=repr
)
def test_labels_that_are_no_columns(labels, outputs):
    says = r"HM025 labels is .*; allowed: the column of the right class, from 0, for each of 60 st"
    with pytest.raises(HomologError, match=f"(?s){says}"):
        consistency.using(labels=labels)(*outputs)


def test_labels_that_do_not_fit_are_not_told_one_by_one(outputs):
    says = (
        "HM025 labels is [0, 1, 2, 3, 4, …] (59 entries); allowed: the column of the right class,"
        " from 0, for each of 60 stimuli."
    )
    for labels in (list(range(59)), np.arange(59)):
        with pytest.raises(HomologError) as caught:
            consistency.using(labels=labels)(*outputs)
        assert str(caught.value) == says


def test_stimuli_are_left_out_with_their_labels(outputs, rng):
    labels = rng.integers(0, 5, size=60)
    kept = np.arange(60) != 7
    wanted = consistency.using(labels=labels[kept])(*(one[kept] for one in outputs))
    got = statistics.on(consistency.using(labels=labels), kept)(*(one[kept] for one in outputs))
    assert float(got) == float(wanted)
    found = homolog.compare(*outputs, [consistency.using(labels=labels)], permutations=0)
    low, high = found.scores[0].interval
    assert low < found.scores[0].value < high
    assert not any("no interval" in one for one in found.scores[0].warnings)


def test_given_labels_tell_measures_apart(outputs, rng):
    labels = rng.integers(0, 5, size=60)
    plain, first, again = consistency, *(consistency.using(labels=labels.copy()) for _ in "ab")
    other = consistency.using(labels=labels[::-1])
    assert first == again
    assert hash(first) == hash(again)
    assert first != other
    assert first != plain
    assert first != "error_consistency"
    assert (plain.label, first.label) == ("error_consistency", "error_consistency(labels=given)")
    assert _methods._options(first) == "labels given"
    found = homolog.compare(*outputs, [plain, first], permutations=0, intervals=False)
    assert [one.measure for one in found.scores] == [plain, first]


def test_a_right_class_that_nobody_has_is_never_given(outputs):
    """All are wrong about it, so that errors there are consistent."""
    labels = np.r_[np.full(30, 7), outputs[0][30:].argmax(axis=1)]
    got = float(consistency.using(labels=labels)(*outputs))
    right = [one.argmax(axis=1) == labels for one in outputs]
    assert got == pytest.approx(cohen_kappa_score(*right), abs=1e-12)
