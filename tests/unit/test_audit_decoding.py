"""Decoding is what scikit-learn defines, on conditions held out, whatever the unit of responses."""

import warnings
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold

from homolog import measures
from homolog.audit import Trajectory, decoding, decoding_along
from homolog.audit._crossing import first_reach
from homolog.audit._labels import classes_of, stratified_folds
from homolog.audit._readout import held_out_logits, in_fewer_columns
from homolog.errors import HomologError
from homolog.representation import Representation

SHAPES = [(30, 8, 2), (40, 7, 3), (30, 50, 2), (36, 60, 4)]  # condition, neuron, class


def planted(rng: np.random.Generator, shape: tuple[int, int, int]) -> tuple[np.ndarray, list[int]]:
    """Make responses in which classes overlap, of some unit."""
    n_conditions, n_neurons, n_classes = shape
    labels = (np.arange(n_conditions) % n_classes).tolist()
    apart = rng.normal(size=(n_classes, n_neurons))
    noise = rng.normal(size=(n_conditions, n_neurons))
    return 3 + 2 * (apart[labels] + 2 * noise), labels


@pytest.mark.parametrize("shape", SHAPES)
def test_probabilities_are_those_of_scikit_learn(
    rng: np.random.Generator, shape: tuple[int, int, int]
) -> None:
    x, labels = planted(rng, shape)
    y, fold_of = np.array(labels), stratified_folds("side", labels, 5, 0)
    logits = held_out_logits(in_fewer_columns(x[None]), y, fold_of, tolerance=1e-10)[0]
    ours = np.exp(logits) / np.exp(logits).sum(1, keepdims=True)
    for fold in range(5):
        seen = fold_of != fold
        oracle = LogisticRegression(solver="newton-cholesky", tol=1e-10).fit(x[seen], y[seen])
        np.testing.assert_allclose(ours[~seen], oracle.predict_proba(x[~seen]), atol=1e-6)


@pytest.mark.parametrize("seed", [0, 7])
def test_folds_are_those_of_scikit_learn(rng: np.random.Generator, seed: int) -> None:
    labels = rng.choice(["b", "a", "c"], size=61, p=[0.5, 0.3, 0.2]).tolist()
    ours = stratified_folds("side", labels, 4, seed)
    theirs = StratifiedKFold(4, shuffle=True, random_state=seed).split(labels, labels)
    for fold, (_, held_out) in enumerate(theirs):
        assert np.flatnonzero(ours == fold).tolist() == held_out.tolist()


def by_protocol(x: np.ndarray, labels: list[int]) -> float:
    """Mean accuracy over folds, then times, as published code has it."""
    y = np.array(labels)
    folds = list(StratifiedKFold(5, shuffle=True, random_state=3).split(y, y))
    of_times: list[float] = []
    for responses in np.moveaxis(x, 1, 0):
        fits = (LogisticRegression(max_iter=1000).fit(responses[a], y[a]) for a, _ in folds)
        scores = [fit.score(responses[b], y[b]) for fit, (_, b) in zip(fits, folds, strict=True)]
        of_times.append(float(np.mean(scores)))
    return float(np.mean(of_times))


def test_accuracy_is_that_of_the_published_protocol(rng: np.random.Generator) -> None:
    x, labels = planted(rng, (42, 6, 3))
    timed = np.stack([x, rng.normal(size=x.shape)], axis=1)
    found = decoding(timed, {"side": labels}, rng=3, rescale=False)
    assert found.accuracy["side"] == pytest.approx(by_protocol(timed, labels), abs=1e-12)
    one = decoding(timed[:, 1], {"side": labels}, rng=3, rescale=False)
    assert found.by_time["side"][1] == one.accuracy["side"]


def test_responses_are_divided_by_one_number(rng: np.random.Generator) -> None:
    x, labels = planted(rng, (60, 6, 3))
    unit = np.sqrt(np.mean(np.square(x - x.mean(0))))
    plain = decoding(x / unit, {"side": labels}, rescale=False).accuracy
    assert decoding(x, {"side": labels}).accuracy == plain
    assert decoding(1e-3 * x + 5, {"side": labels}).accuracy == plain
    as_given = [decoding(s * x, {"side": labels}, rescale=False).accuracy for s in (1e-4, 1)]
    assert as_given[0] != as_given[1]


def test_enormous_responses_are_decoded_or_have_to_be_rescaled(rng: np.random.Generator) -> None:
    x, labels = planted(rng, (60, 6, 3))
    plain = decoding(x, {"side": labels}).accuracy
    assert decoding(1e140 * x, {"side": labels}, rescale=False).accuracy["side"] > 0.5
    assert decoding(1e200 * x, {"side": labels}).accuracy == plain
    says = r"HM025 rescale is False; allowed: True for responses as large as these, about .e\+200\."
    with pytest.raises(HomologError, match=says):
        decoding(1e200 * x, {"side": labels}, rescale=False)


def test_neurons_may_be_rotated_and_silent_ones_added(rng: np.random.Generator) -> None:
    x, labels = planted(rng, (40, 9, 2))
    turn = np.linalg.qr(rng.normal(size=(9, 9)))[0]
    wide = np.hstack([x @ turn, np.zeros((40, 50))])
    unit = np.sqrt(np.mean(np.square(x - x.mean(0))))
    plain = decoding(x / unit, {"side": labels}, rescale=False)
    turned = decoding(wide / unit, {"side": labels}, rescale=False)
    assert turned.accuracy == plain.accuracy


def test_what_is_planted_is_found_and_noise_is_not(rng: np.random.Generator) -> None:
    side = ["left", "right"] * 30
    x = rng.normal(size=(60, 10))
    x[::2, 0] += 12
    labels = pd.DataFrame({"side": side, "noise": rng.permutation(side)})
    found = decoding(x, labels)
    assert found.accuracy["side"] == 1
    assert found.above_chance("side")
    assert found.low["side"] == pytest.approx(1 / (1 + 1.96**2 / 60), abs=1e-4)
    assert not found.above_chance("noise")
    assert found.low["noise"] < found.accuracy["noise"] < found.high["noise"]
    assert found.frame().columns.tolist() == [
        "variable", "accuracy", "low", "high", "chance", "classes",
    ]  # fmt: skip
    assert "side 1.000 [0.940, 1.000], chance 0.500" in repr(found)


def test_chance_is_the_share_of_the_largest_class(rng: np.random.Generator) -> None:
    labels = ["a"] * 24 + ["b"] * 6
    assert decoding(rng.normal(size=(30, 3)), {"kind": labels}).chance["kind"] == 0.8


def test_folds_are_drawn_by_the_seed(rng: np.random.Generator) -> None:
    x, labels = planted(rng, (60, 6, 3))
    first, again, other = (decoding(x, {"side": labels}, rng=s).accuracy["side"] for s in (0, 0, 1))
    assert first == again != other


def test_trials_are_averaged(rng: np.random.Generator) -> None:
    x, labels = planted(rng, (30, 4, 2))
    trials = np.stack([x + 1, x - 1])
    counts = Representation(trials, "trial,stimulus,neuron")
    assert decoding(counts, {"side": labels}).accuracy == decoding(x, {"side": labels}).accuracy


def risen(x: np.ndarray, others: np.ndarray, score: list[float]) -> Trajectory:
    """Make a trajectory that ends at `x`."""
    return Trajectory(
        measures.find("cka"), np.array(score), np.array(score), np.stack([*others, x]),
        np.arange(len(score)), x, 0.99, "adam", 10, 0,
    )  # fmt: skip


def test_accuracy_rises_along_a_trajectory(rng: np.random.Generator) -> None:
    side = [0, 1] * 20
    x = rng.normal(size=(40, 2, 5))
    x[1::2] += 4
    others = rng.normal(size=(2, 40, 2, 5))
    labels = {"side": side, "noise": rng.permutation(side)}
    along = decoding_along(risen(x, others, [0, 0.4, 0.8]), labels)
    recording = decoding(x, labels)
    assert along.recording.accuracy == recording.accuracy
    assert along.accuracy["side"][-1] == recording.accuracy["side"]
    middle = decoding(others[1], labels).accuracy["side"]
    assert along.accuracy["side"][1] == middle
    reached = (recording.low["side"] - middle) / (recording.accuracy["side"] - middle)
    assert along.needed["side"] == pytest.approx(0.4 + 0.4 * reached)
    assert along.needed["noise"] is None
    assert len(along.frame()) == 6
    assert "noise never" in repr(along)


def test_labels_along_a_trajectory_are_ordered_by_their_index(rng: np.random.Generator) -> None:
    x, side = planted(rng, (30, 4, 2))
    x[1::2] += 5
    names = tuple(f"image {i}" for i in range(30))
    trajectory = replace(risen(x, rng.normal(size=(1, 30, 4)), [0, 0.8]), conditions=names)
    shuffled = pd.DataFrame({"side": side}, index=list(names)).sample(frac=1, random_state=0)
    along = decoding_along(trajectory, shuffled)
    assert along.accuracy["side"][-1] == decoding(x, {"side": side}).accuracy["side"] > 0.7


def test_strength_of_synthetic_responses_does_not_matter(rng: np.random.Generator) -> None:
    x, labels = planted(rng, (40, 6, 2))
    candidate = x + rng.normal(size=x.shape)
    weak, strong = (
        decoding_along(risen(x, scale * candidate[None], [0, 0.9]), {"side": labels})
        for scale in (1e-3, 1e3)
    )
    assert weak.accuracy["side"].tolist() == strong.accuracy["side"].tolist()


def test_the_first_crossing_is_interpolated() -> None:
    score, up_and_down = np.array([0, 0.2, 0.4, 0.6]), np.array([0.5, 0.7, 0.6, 0.9])
    assert first_reach(score, up_and_down, 0.6) == pytest.approx(0.1)
    assert first_reach(score, up_and_down, 0.5) == 0
    assert first_reach(score, up_and_down, 0.95) is None


def test_fits_are_quiet_and_never_nan_where_classes_are_far_apart(
    rng: np.random.Generator,
) -> None:
    labels = [0, 1, 2] * 10
    x = np.eye(3)[labels] * 1e6 + rng.normal(size=(30, 3))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert decoding(x, {"kind": labels}, rescale=False).accuracy["kind"] == 1
        assert decoding(np.tile(x, 2), {"kind": labels}).accuracy["kind"] == 1


def test_classes_are_named_in_the_order_of_the_conditions() -> None:
    classes, class_of = classes_of(["b", "a", "b", "c"])
    assert classes == ("b", "a", "c")
    assert class_of.tolist() == [0, 1, 0, 2]


@pytest.mark.parametrize("wrong", [np.ones((6, 2)), {"side": [0, 1]}])
def test_what_is_no_trajectory_is_not_decoded_along(wrong):
    said = f"HM025 trajectory is '{type(wrong).__name__}'; allowed: a Trajectory, as maximise"
    with pytest.raises(HomologError, match=said):
        decoding_along(wrong, {"side": [0, 1] * 3})
