"""The worst responses with a score are found where their place is known, and never beyond it."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from homolog import measures
from homolog.audit import Guarantee, decoding, guarantee
from homolog.audit._adversary import Least, Readout, adverse, erased
from homolog.audit._guarantee import held
from homolog.audit._objective import objective
from homolog.audit._readout import held_out_logits
from homolog.audit._targets import target_of
from homolog.errors import HomologError

SIDE = [0, 1] * 20
LABELS = {"side": SIDE}


def carried_by(component: int, rng: np.random.Generator) -> np.ndarray:
    """Make 40 × 6 responses with falling variances, one of which tells the side and little else."""
    x = rng.normal(size=(40, 6))
    x[:, component] = np.where(SIDE, 1, -1) + 0.1 * x[:, component]
    x -= x.mean(0)
    x /= np.sqrt(np.mean(x**2, axis=0))
    x *= np.sqrt([10, 5, 2, 1, 0.5, 0.3])
    return x @ np.linalg.qr(rng.normal(size=(6, 6)))[0]


def searched(x: np.ndarray, measure: str, score: float) -> Guarantee:
    return guarantee(x, measure, score, LABELS, seeds=2, steps=160)


@pytest.mark.parametrize("measure", ["cka", "nbs", "linear_regression"])
def test_a_variable_in_a_small_component_may_be_lost_at_a_high_score(
    rng: np.random.Generator, measure: str
) -> None:
    found = searched(carried_by(5, rng), measure, 0.9)
    assert found.recording.above_chance("side")
    assert not found.above_chance("side")
    assert found.accuracy["side"] <= 0.5
    assert found.score["side"][measure] >= 0.9


def test_a_variable_in_the_first_component_is_kept_by_a_high_procrustes_score(
    rng: np.random.Generator,
) -> None:
    found = searched(carried_by(0, rng), "procrustes", 0.99)
    assert found.accuracy["side"] > 0.95
    assert found.above_chance("side")


def test_cka_keeps_the_first_component_and_says_little_of_the_second(
    rng: np.random.Generator,
) -> None:
    first, second = (searched(carried_by(i, rng), "cka", 0.9) for i in (0, 1))
    assert first.accuracy["side"] > 0.8
    assert not second.above_chance("side")


def share_between(y: np.ndarray) -> float:
    """Share of the variance that lies between the means of the two sides."""
    y = y - y.mean(0)
    gap = y[1::2].mean(0) - y[::2].mean(0)
    return float(len(y) * np.sum(gap**2) / 4 / np.sum(y**2))


def least_between(x: np.ndarray, measure: str, score: float, ridge: float) -> np.ndarray:
    """Search for responses with a score that have the least variance between sides."""
    target = target_of(x)
    members = np.eye(2)[SIDE]
    readout = Readout(members, target.shape, ridge=ridge)
    starts = np.random.default_rng(1).normal(size=(3, *x.shape))
    starts[0] = erased(target, members, 0.5)
    return target.unit * adverse(
        readout, [Least(objective(x / target.unit, measure), score)], starts, 400
    )


@pytest.mark.parametrize("component", [0, 1, 2])
@pytest.mark.parametrize("score", [0.9, 0.97])
def test_variance_between_classes_is_the_least_that_nbs_allows(
    rng: np.random.Generator, component: int, score: float
) -> None:
    """With share sin²φ between classes in the target, the least is sin²(φ - arccos(score)).

    For parts of the target and the candidate between and within classes, NBS is at most
    sin φ sin ε + cos φ cos ε, and is that when each part is the target's own, rescaled.
    """
    x = carried_by(component, rng)
    left = np.arcsin(np.sqrt(share_between(x))) - np.arccos(score)
    bound = np.sin(max(left, 0.0)) ** 2
    found = least_between(x, "nbs", score, ridge=1e6)
    shares = [share_between(y) for y in found]
    scores = objective(x, "nbs").score(found)
    assert np.all(scores >= score)
    assert min(shares) >= bound - 1e-12
    assert min(shares) <= bound + 2e-4


def test_cka_allows_no_difference_between_classes_up_to_a_known_score(
    rng: np.random.Generator,
) -> None:
    """Without any, CKA is at most ‖K within classes‖ / ‖K‖, that of the target erased."""
    x = carried_by(1, rng)
    bare = erased(target_of(x), np.eye(2)[SIDE])
    highest = np.linalg.norm(bare @ bare.T) / np.linalg.norm(x @ x.T)
    found = guarantee(x, "cka", highest - 0.01, LABELS, seeds=1, steps=80)
    assert found.erased["side"]["cka"] == pytest.approx(highest, abs=1e-12)
    below, above = (least_between(x, "cka", highest + by, ridge=1e6) for by in (-0.01, 0.02))
    assert min(share_between(y) for y in below) < 1e-6
    assert min(share_between(y) for y in above) > 1e-4


@pytest.mark.parametrize(("measure", "score"), [("cka", 0.9), ("procrustes", 0.8)])
def test_at_the_worst_the_one_way_to_tell_less_is_to_score_less(measure: str, score: float) -> None:
    x = carried_by(0, np.random.default_rng(3))
    target, members = target_of(x), np.eye(2)[SIDE]
    readout = Readout(members, target.shape)
    least = Least(objective(x / target.unit, measure), score)
    found = adverse(readout, [least], erased(target, members, 0.5)[None], 160)
    ways = readout.slope(found)[1], least.objective.slope(found)[1]
    told, scored = (way.ravel() / np.linalg.norm(way) for way in ways)
    assert told @ scored > 0.999


def test_the_penalty_is_that_of_the_readout_that_decodes_where_it_is_unsure(
    rng: np.random.Generator,
) -> None:
    """Logistic regression fitted to one half and read from its copy, beside ridge regression."""
    n = 4000
    x = np.linalg.qr(np.c_[np.ones(n), rng.normal(size=(n, 3))]).Q[:, 1:] * [1.0, 2.0, 4.0]
    members = np.eye(2)[np.arange(n) % 2]
    halves = np.repeat([0, 1], n)
    classes = np.tile(np.arange(n) % 2, 2)
    logits = held_out_logits(np.concatenate([x, x])[None], classes, halves, tolerance=1e-9)[0, :n]
    read = members - Readout(members, x.shape)._residuals(x[None, None])[0, 0]
    assert np.corrcoef(logits[:, 1] - logits[:, 0], read[:, 1])[0, 1] > 1 - 1e-6
    other = members - Readout(members, x.shape, ridge=4.5)._residuals(x[None, None])[0, 0]
    assert np.corrcoef(logits[:, 1] - logits[:, 0], other[:, 1])[0, 1] < 1 - 1e-5


def test_a_score_is_held_from_itself_on_and_not_a_digit_below(rng: np.random.Generator) -> None:
    x, y = rng.normal(size=(2, 20, 4))
    reached = [float(objective(x, name).score(y[None])[0]) for name in ("cka", "nbs")]
    cka, nbs = (
        Least(objective(x, name), score)
        for name, score in zip(("cka", "nbs"), reached, strict=True)
    )
    above = Least(nbs.objective, np.nextafter(nbs.score, 1))
    assert held([cka, nbs], y[None]).tolist() == [True]
    assert held([cka, above], y[None]).tolist() == [False]


def test_gradient_of_what_a_readout_tells(rng: np.random.Generator) -> None:
    members = np.eye(3)[np.arange(12) % 3]
    for shape in ((12, 4), (12, 2, 4), (12, 2, 20)):
        y = rng.normal(size=(2, int(np.prod(shape[:-1])), shape[-1]))
        readout = Readout(members, shape)
        told, gradient = readout.slope(y)
        way = rng.normal(size=y.shape)
        ahead, behind = (readout.slope(y + step * way)[0] for step in (1e-6, -1e-6))
        np.testing.assert_allclose((gradient * way).sum((1, 2)), (ahead - behind) / 2e-6, rtol=1e-6)
        np.testing.assert_allclose(readout.slope(7 * y + 3)[0], told, rtol=1e-12)


def test_measures_hold_together(rng: np.random.Generator) -> None:
    x = carried_by(2, rng)
    asked = {"cka": 0.9, "procrustes": 0.8}
    found = guarantee(x, asked, labels=LABELS, seeds=1, steps=120)
    alone = guarantee(x, "cka", 0.9, LABELS, seeds=1, steps=120)
    assert found.asked == asked
    assert alone.accuracy["side"] <= 0.5 < found.accuracy["side"]
    y = found.data["side"]
    for name, least in asked.items():
        assert found.score["side"][name] >= least
    assert measures.find("cka")(x, y) == pytest.approx(found.score["side"]["cka"], abs=1e-12)
    angle = measures.find("procrustes")(x, y)
    assert 1 - 2 * angle / np.pi == pytest.approx(found.score["side"]["procrustes"], abs=1e-12)
    several = guarantee(x, ["cka", "procrustes"], [0.9, 0.8], LABELS, seeds=1, steps=120)
    assert several.accuracy == found.accuracy


def test_measures_may_be_keys_beside_names(rng: np.random.Generator) -> None:
    x, rsa = carried_by(2, rng), measures.find("rsa").using(comparison="pearson")
    asked = {rsa: 0.6, "cka": 0.7}
    found = guarantee(x, asked, labels=LABELS, seeds=0, steps=16)
    assert found.asked == {"rsa(comparison=pearson)": 0.6, "cka": 0.7}
    assert found.score["side"][rsa.label] >= 0.6
    again = guarantee(x, [rsa, "cka"], asked, LABELS, seeds=0, steps=16)
    assert again.asked == found.asked
    with pytest.raises(HomologError, match=r"HM023 no measure 'ckaa'"):
        guarantee(x, "cka", {"ckaa": 0.5}, LABELS)
    with pytest.raises(HomologError, match=r"HM025 measures is 3; allowed: names or measures\."):
        guarantee(x, 3, 0.5, LABELS)


def test_soft_matching_is_audited_too(rng: np.random.Generator) -> None:
    found = guarantee(carried_by(5, rng), "soft_matching", 0.7, LABELS, seeds=1, steps=40)
    assert found.score["side"]["soft_matching"] >= 0.7
    assert found.accuracy["side"] < found.recording.accuracy["side"]


def test_what_is_reported_is_what_decoding_says_of_the_responses(
    rng: np.random.Generator,
) -> None:
    x = np.stack([carried_by(2, rng), carried_by(2, rng)], axis=1)
    labels = {"side": SIDE, "kind": ["a", "b", "c", "d"] * 10}
    found = guarantee(x, "nbs", 0.95, labels, seeds=1, steps=80, rng=3)
    assert found.data["side"].shape == x.shape
    for name, given in labels.items():
        again = decoding(found.data[name], {name: given}, rng=3)
        assert again.accuracy[name] == found.accuracy[name] == found.found[name].accuracy[name]
        assert found.accuracy[name] <= found.recording.accuracy[name]
        assert found.chance[name] == again.chance[name]
    assert found.frame()["nbs"].tolist() == [found.score[name]["nbs"] for name in labels]
    assert repr(found).startswith("<Guarantee of nbs 0.95: side ")
    low = replace(found, accuracy={"side": found.chance["side"]})
    assert repr(low).startswith("<Guarantee of nbs 0.95: side ≤ chance (recording ")


def test_the_same_seed_finds_the_same(rng: np.random.Generator) -> None:
    x = carried_by(3, rng)
    first, again = (searched(x, "cka", 0.95) for _ in range(2))
    assert np.array_equal(first.data["side"], again.data["side"])


def test_a_score_that_only_the_target_has_guarantees_what_the_target_tells(
    rng: np.random.Generator,
) -> None:
    found = guarantee(carried_by(0, rng), "nbs", 1 - 1e-9, LABELS, seeds=1, steps=16)
    assert found.accuracy["side"] == found.recording.accuracy["side"]


def test_erased_moves_class_means_together_at_each_time(rng: np.random.Generator) -> None:
    x = rng.normal(size=(12, 3, 4))
    members = np.eye(3)[np.arange(12) % 3]
    bare = erased(target_of(x), members).reshape(x.shape)
    for one in range(3):
        np.testing.assert_allclose(bare[one::3].mean(0), x.mean(0), atol=1e-12)
    np.testing.assert_allclose(erased(target_of(x), members, 1.0), x.reshape(36, 4), atol=1e-12)


def test_the_worst_is_chosen_by_other_folds_than_it_is_reported_on() -> None:
    rng = np.random.default_rng(0)
    shapes = rng.normal(size=(60, 8))
    shapes[30:, 0] += 3
    side = {"side": np.repeat([0, 1], 30).tolist()}
    found = guarantee(shapes, "cka", 0.9, side, seeds=2, steps=80)
    others = [decoding(found.data["side"], side, rng=one).accuracy["side"] for one in range(10, 16)]
    spread = np.std(others) + 0.02
    assert abs(found.accuracy["side"] - np.mean(others)) < 3 * spread


def test_units_do_not_matter() -> None:
    rng = np.random.default_rng(1)
    shapes = rng.normal(size=(24, 5)) * [3, 2, 1, 1, 1]
    side = {"side": [0, 1] * 12}
    plain = guarantee(shapes, "cka", 0.8, side, seeds=1, steps=40)
    for unit in (1e-100, 1e100):
        scaled = guarantee(unit * shapes, "cka", 0.8, side, seeds=1, steps=40)
        assert scaled.accuracy == plain.accuracy
        np.testing.assert_allclose(scaled.data["side"], unit * plain.data["side"], rtol=1e-6)


def test_a_variable_that_is_all_there_is_cannot_be_erased() -> None:
    only = np.array([0.0, 1.0] * 12)[:, None] * [1.0, 2.0, 3.0]
    found = guarantee(only, "procrustes", 0.9, {"side": [0, 1] * 12}, seeds=1, steps=40)
    assert found.erased["side"] == {}
    assert found.accuracy["side"] == 1


@pytest.mark.parametrize(
    "wrong",
    [
        {"seeds": -1},
        {"seeds": 1.5},
        {"steps": 0},
        {"score": True},
        {"measures": ["cka", "cka"]},
        {"measures": {"cka": 0.9}, "score": 0.5},
        {"measures": "ridge", "score": 0.99999999999},
    ],
)
def test_settings_that_make_no_sense_are_refused(wrong: dict[str, Any]) -> None:
    given: dict[str, Any] = {"measures": "cka", "score": 0.9, "labels": {"side": [0, 1] * 12}}
    shapes = np.random.default_rng(2).normal(size=(24, 5))
    with pytest.raises(HomologError, match="HM025"):
        guarantee(shapes, **{**given, **wrong})


@pytest.mark.parametrize(
    ("chosen", "score", "said"),
    [
        ("cka", "0.9", "HM025 score is '0.9'; allowed: a number below 1 for each measure; 1 is"),
        ("cka", True, "HM025 score is True; allowed: a number below 1"),
        (
            ["cka", "nbs"],
            [0.9],
            r"HM025 score is \[0\.9\]; allowed: one number, or 2: one for each measure\.",
        ),
        ([], 0.9, r"HM025 measures is \[\]; allowed: one or more names or measures\."),
        (["cka", "cka"], 0.9, "HM025 measures is 'cka, cka'; allowed: each of them once"),
    ],
)
def test_what_is_no_score_is_said_in_words(
    chosen: Any, score: Any, said: str, rng: np.random.Generator
) -> None:
    with pytest.raises(HomologError, match=said):
        guarantee(rng.normal(size=(12, 3)), chosen, score, {"side": [0, 1] * 6}, seeds=0)
