"""What the study of soft matching says of recordings, from planted scores."""

import os

import numpy as np
import pandas as pd
import pytest

from homolog.studies._rotations import Chance
from homolog.studies._study import Sources
from homolog.studies.soft_matching import _animals, counterparts, sessions


def verdicts(part, rows):
    return {key: one.verdict for key, one in part.judge(rows).items()}


NINE = ["a_1", "a_2", "b_1", "b_2", "c_1", "c_2", "c_3"]
PAIRS = [(x, y) for i, x in enumerate(NINE) for y in NINE[i + 1 :]]


def test_every_labelling_of_the_sessions_is_tried_once_and_the_true_one_first():
    same = _animals.relabelled(PAIRS)
    assert len(same) == 210  # 7! / (2! 2! 3!)
    assert same[0].tolist() == [_animals.of_one(*pair) for pair in PAIRS]
    assert (same.sum(axis=1) == 5).all()


def test_animals_that_differ_are_told_apart_and_others_are_not(rng):
    same = _animals.relabelled(PAIRS)
    apart = _animals.auc(np.where(same[0], 1.0, 0.0), same)
    assert apart[0] == 1
    assert (apart >= 1).mean() == 2 / 210  # a and b may change places
    assert _animals.auc(np.zeros(len(PAIRS)), same)[0] == 0.5
    assert _animals.auc(np.where(same[0], 0.0, 1.0), same)[0] == 0


def session_rows(*, gap, above):
    """Pairs of sessions whose animals are `gap` apart, `above` chance by rotation."""
    names = [*sessions.MEASURES, sessions.HELD_OUT]
    rows = []
    for i, (x, y) in enumerate(PAIRS):
        one = {"x": x, "y": y, "same_animal": _animals.of_one(x, y)}
        blank = {"ceiling": 0.9, "left_out": None, "chance": None, "chance_spread": None, "p": None}
        blank["p_below"] = None
        close = 0.2 + 0.001 * (i * 7 % 5) + gap * _animals.of_one(x, y)
        for name in names:
            score = 1 - close if name == "procrustes" else close
            known = {} if name != sessions.HELD_OUT else {"ceiling": None}
            rows.append({**one, "measure": name, "score": score, **blank, **known})
        for name in sessions.ROTATIONS:
            for movie in ("none", "m1", "m2", "m3"):
                level = {"chance": 0.1, "chance_spread": 0.01, "p": 0.01, "p_below": 0.9}
                score = 0.1 + above + 0.001 * (i % 3)
                shown = {"score": score, "ceiling": None, "left_out": movie}
                rows.append({**one, "measure": name, **shown, **level})
    return pd.DataFrame(rows)


def test_sessions_are_judged_by_what_was_planted():
    rows = session_rows(gap=0.3, above=0.2)
    found = sessions.judge(rows)
    assert verdicts(sessions, rows) == {
        "animals": "agree",
        "predictivity": "cannot tell",
        "biology": "agree",
        "individual": "agree",
        "networks": "not run",
    }
    assert "soft_matching_correlation 1.00 (p = 0.010)" in found["animals"].number
    assert "21 are above and 0 below" in found["biology"].reading
    nothing = verdicts(sessions, session_rows(gap=0.0, above=-0.001))
    assert nothing["animals"] == nothing["biology"] == "cannot tell"


def test_sessions_can_show_the_opposite_of_every_claim():
    rows = session_rows(gap=-0.1, above=-0.1)
    ridge = rows["measure"] == "ridge"
    rows.loc[ridge, "score"] = 0.5 + 0.3 * rows["same_animal"][ridge]
    found = verdicts(sessions, rows)
    assert found.pop("networks") == "not run"
    assert set(found.values()) == {"disagree"}
    better = rows.assign(score=rows["score"].where(~ridge, 0.5 - 0.3 * rows["same_animal"]))
    better.loc[better["measure"] == "soft_matching_correlation", "score"] = rows[
        "same_animal"
    ].astype(float)
    assert verdicts(sessions, better)["predictivity"] == "agree"


def test_p_is_never_0_in_either_direction():
    assert Chance(0.0, np.array([0.5, 0.6])).p_below == 1 / 3
    assert Chance(1.0, np.array([0.5, 0.6])).p_below == 1
    assert sessions._p(np.array([3.0, 1.0, 2.0])) == 1 / 3


# Counterparts.


def test_planted_neurons_stay_and_the_others_keep_their_mean(rng):
    x = rng.normal(size=(30, 8))
    y = counterparts.planted(x, 0.25, rng)
    same = np.isclose(x, y).all(axis=0)
    assert same.sum() == 2
    np.testing.assert_allclose(x.mean(axis=1), y.mean(axis=1), atol=1e-12)
    assert np.array_equal(counterparts.planted(x, 1.0, rng), x)


def counterpart_rows(gain):
    return pd.DataFrame(
        {
            "task": f"s{i}",
            "n_neurons": 10 + i,
            "share": share,
            "planting": planting,
            "score": 0.4 + gain * share + 0.001 * i,
            "chance": 0.4,
            "p": 0.01 if share else 0.5,
        }
        for i in range(5)
        for share in counterparts.SHARES
        for planting in range(2)
    )


@pytest.mark.parametrize(
    ("gain", "verdict"), [(0.1, "agree"), (-0.02, "cannot tell"), (-0.3, "disagree")]
)
def test_counterparts_are_judged_by_few_of_them(gain, verdict):
    found = counterparts.judge(counterpart_rows(gain))["power"]
    assert found.verdict == verdict
    assert "p < 0.025 in 100% of plantings" in found.reading


def test_a_p_that_is_small_where_nothing_was_planted_is_told():
    rows = counterpart_rows(0.1)
    assert verdicts(counterparts, rows)["honest"] == "agree"
    assert verdicts(counterparts, rows.assign(p=0.01))["honest"] == "disagree"
    one = rows.assign(p=rows["p"].where(rows["task"] != "s0", 0.01))
    assert verdicts(counterparts, one)["honest"] == "cannot tell"


@pytest.mark.skipif("HOMOLOG_DATA" not in os.environ, reason="reads recordings: HOMOLOG_DATA")
def test_two_recorded_sessions_are_scored_as_elsewhere(rng):
    options = {"x": "ay3_u001", "y": "ay3_u002", "n_rotations": 19, "n_rotations_left_out": 2}
    rows = pd.DataFrame(sessions.work(options, rng, Sources()))
    assert sessions.missing(Sources()) is None
    assert len(sessions.inputs(Sources())) == 10
    score = rows.set_index("measure")["score"]
    # As in docs/recordings.md.
    assert score["soft_matching_correlation"] == pytest.approx(0.393, abs=1e-3)
    assert score["unbiased_cka"] == pytest.approx(0.356, abs=1e-3)
    assert rows["same_animal"].all()
    turned = rows[rows["measure"] == "rotation"]
    assert len(turned) == 11  # all movies, and without each of ten
    assert turned["score"].iloc[0] == pytest.approx(score["soft_matching_correlation"])
    assert turned["p"].iloc[0] == 1 / 20


def test_closeness_grows_for_distances_too():
    close = _animals.closeness(session_rows(gap=0.3, above=0.2), of_ceiling=False)
    same = [_animals.of_one(*pair) for pair in close.index]
    for name in close:
        assert close[name][same].min() > close[name][np.logical_not(same)].max()
    shared = _animals.closeness(session_rows(gap=0.3, above=0.2), of_ceiling=True)
    assert sessions.HELD_OUT not in shared
    assert "ridge" in shared


def test_every_claim_of_recordings_has_a_finding():
    assert set(sessions.judge(session_rows(gap=0.0, above=0.0))) == set(sessions.PART.claims)
    assert set(counterparts.judge(counterpart_rows(0.1))) == set(counterparts.PART.claims)
