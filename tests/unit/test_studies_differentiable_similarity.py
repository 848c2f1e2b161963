"""The study of what high similarity scores say: planted targets, and verdicts told apart."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure

from homolog import errors, studies
from homolog.studies._study import Choices, Sources
from homolog.studies.differentiable_similarity import (
    FIGURES,
    perturbation,
    recordings,
    region,
    spectrum,
    toy,
)
from homolog.studies.differentiable_similarity._climbs import GRID, on_grid, summed_up
from homolog.studies.differentiable_similarity._planted import LARGER, halving, two_variables
from homolog.studies.differentiable_similarity._recordings import Place, Recorded

STUDY = studies.find("differentiable similarity")


def rows_of(part, quick=True):
    rng = np.random.default_rng(0)
    return pd.DataFrame(
        {"task": task, **row}
        for task, options in part.tasks(quick).items()
        for row in part.work(options, rng, Sources())
    )


def verdicts(part, rows):
    return {key: finding.verdict for key, finding in part.judge(rows).items()}


# What is planted.


def shares(rows):
    variances = np.linalg.svd(rows - rows.mean(0), compute_uv=False) ** 2
    return variances / variances.sum()


def test_components_of_the_toy_have_the_shares_that_are_said():
    assert shares(two_variables().reshape(60, 2)) == pytest.approx([LARGER, 1 - LARGER], abs=1e-12)


def test_variances_halve_from_component_to_component(rng):
    found = shares(halving(50, 6, rng))
    assert found[:-1] / found[1:] == pytest.approx(2, rel=1e-10)


# How climbs are summed up.


def test_courses_are_summed_up_where_all_have_begun():
    early, late = (on_grid(np.array([s, 1.0]), np.array([s, 1.0])) for s in (0.2, 0.5))
    places = summed_up([early, late])
    assert places[0]["score"] == 0.5
    assert [place["score"] for place in places] == GRID[25:].tolist()
    for place in places:
        assert place["mean"] == pytest.approx(place["score"])
        assert place["low"] == pytest.approx(place["high"])


# Figures 3, a to d.


@pytest.fixture(scope="module")
def toyed():
    return rows_of(toy.PART)


def test_the_smaller_variable_comes_last_with_cka(toyed):
    found = toy.smaller(toyed)
    assert (found["cka"] == 1).all()
    assert (found["procrustes"] < found["linear_regression"]).all()
    assert isinstance(toy.draw(toyed), Figure)


def test_a_smaller_variable_that_came_first_would_be_told(toyed):
    early = toyed.assign(
        score=toyed["score"].where(toyed["measure"] == "procrustes", 0.1 + toyed["start"] / 1e3)
    )
    assert verdicts(toy.PART, early) == {"later": "disagree", "by-autograd": "disagree"}


def test_responses_are_shown_in_the_place_of_the_target(toyed):
    looks = toyed[(toyed["kind"] == "look") & (toyed["measure"] == "procrustes")]
    last = looks[looks["score"] == toy.GOAL].sort_values(["condition", "time"])
    target = two_variables()
    shown = last[["x", "y"]].to_numpy(float).reshape(target.shape)
    assert np.abs(shown - (target - target.mean((0, 1)))).max() < 0.1


def test_small_components_are_captured_in_the_order_of_the_paper():
    rows = rows_of(spectrum.PART)
    found = spectrum.by_target(rows).mean()
    for component in spectrum.SMALL:
        scores = [found[measure][component] for measure in spectrum.MEASURES]
        assert scores == sorted(scores)
    assert (rows["steps"] < 150).all()
    assert isinstance(spectrum.draw(rows), Figure)
    turned = rows.assign(score=1 - rows["score"].astype(float).fillna(1.0))
    assert set(verdicts(spectrum.PART, turned).values()) == {"disagree"}


def test_formulas_of_perturbations_are_right_and_a_wrong_one_would_be_told():
    rows = rows_of(perturbation.PART)
    found = verdicts(perturbation.PART, rows)
    assert found["formulas"] == found["small"] == "agree"
    assert found["large"] == "disagree"  # half of the variance: CKA falls most
    wrong = rows.assign(closed_form=rows["closed_form"] + 1e-9)
    assert verdicts(perturbation.PART, wrong)["formulas"] == "disagree"
    small = rows.assign(score=rows["score"].where(rows["measure"] != "cka", 0.8))
    assert verdicts(perturbation.PART, small)["small"] == "disagree"
    flat = rows[rows["explained_variance"] < 0.4]
    assert verdicts(perturbation.PART, flat)["large"] == "agree"
    assert isinstance(perturbation.draw(rows), Figure)


def sides(lowest, leftmost, bound=0.0):
    """Pairs as `region.work` gives them: straight sides through these scores at 0.9."""
    ends = {
        "lowest": [(0, 0), (0.9, lowest), (1, 1)],
        "highest": [(0, 0), (0.9, 0.95), (1, 1)],
        "leftmost": [(0, 0), (leftmost, 0.9), (1, 1)],
        "rightmost": [(0, 0), (1, 0.9), (1, 1)],
        region.LOWER: [(0, bound), (1, bound)],
        region.UPPER: [(0, 1), (1, 1)],
    }
    return pd.DataFrame(
        {"kind": kind, "side": side, "cka": cka, "procrustes": procrustes}
        for kind in region.KINDS
        for side, pairs in ends.items()
        for cka, procrustes in pairs
    )


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        (sides(0.5, 0.95), ["agree", "agree", "agree"]),
        (sides(0.5, 0.7), ["disagree", "agree", "agree"]),
        (sides(0.9, 0.95), ["agree", "disagree", "agree"]),
        (sides(0.5, 0.95, bound=0.3), ["agree", "agree", "disagree"]),
    ],
)
def test_what_pairs_of_scores_say(rows, expected):
    assert list(verdicts(region.PART, rows).values()) == expected


# Figure 2.


def shown_to(folder):
    """Two variables in many neurons: one fills the responses, the other hardly shows."""
    rng = np.random.default_rng(3)
    large, small = np.repeat([-1, 1], 20), np.tile([-1, 1], 20)
    axes, _ = np.linalg.qr(rng.normal(size=(8, 8)))
    responses = 6 * large[:, None] * axes[0] + 0.6 * small[:, None] * axes[1]
    noisy = responses + 0.1 * rng.normal(size=(40, 8))
    return Recorded(noisy, {"large": large.tolist(), "small": small.tolist()}, 5)


PLANTED = recordings._part("planted", "Planted", "Planted.", Place("none", (), shown_to))


@pytest.fixture(scope="module")
def climbed():
    return rows_of(PLANTED, quick=False)


def test_a_variable_that_hardly_shows_is_missed_by_cka_at_a_high_score(climbed):
    found = verdicts(PLANTED, climbed)
    assert found["cka"] == "agree"
    at = {one: recordings.at_score(climbed, one, 0.9).mean() for one in ("procrustes", "cka")}
    assert at["cka"]["large"] == 1
    assert at["cka"]["small"] < 0.75 < at["procrustes"]["small"]
    needed = recordings.needed(climbed).mean()
    assert needed["small"]["procrustes"] < 0.95 < needed["small"]["cka"]


def test_a_recording_is_said_and_drawn_once(climbed):
    (table,) = recordings.tables(climbed).values()
    assert [row["variable"] for row in table] == ["large", "small"]
    assert table[1]["recording"] == 1
    assert table[1]["chance"] == 0.5
    assert table[1]["CKA"].startswith(("> 0.999", "0.99"))
    assert table[1]["back from"] == pytest.approx(40 / (40 + 1.96**2), abs=1e-4)  # Wilson's
    assert table[1]["by guessing"] == 25 / 40
    assert isinstance(recordings.draw(climbed), Figure)


def test_scores_needed_are_written_with_the_digits_that_they_need():
    told = recordings._told
    assert told(pd.Series([0.5, 0.71, 0.987])) == "0.71 (0.50 to 0.987)"
    assert told(pd.Series([0.9, 1.0, 1.0])) == "> 0.999 (0.90 to > 0.999)"
    assert told(pd.Series([1.0, 1.0])) == "> 0.999"


def with_levels(rows, **levels):
    own = rows["kind"] == "recording"
    return rows.assign(**{name: rows[name].where(~own, at) for name, at in levels.items()})


def marks_of_scores_needed(rows):
    (ax,) = (ax for ax in recordings.draw(rows).axes if "Score needed" in ax.get_xlabel())
    return {line.get_markerfacecolor() for line in ax.get_lines() if line.get_marker() == "o"}


def test_a_variable_that_guesses_bring_back_is_left_out_of_verdicts_and_named(climbed):
    few = with_levels(climbed, low=0.55, guessing=0.75)
    for key in ("procrustes", "cka", "order"):
        finding = PLANTED.judge(few)[key]
        assert finding.verdict == "cannot tell"
        assert "large: guesses come to 0.75, and it is back from 0.55: too few" in finding.reading
    assert marks_of_scores_needed(few) == {"none"}
    assert "none" not in marks_of_scores_needed(climbed)
    assert "too few" not in PLANTED.judge(climbed)["procrustes"].reading


def test_a_variable_that_the_recording_does_not_tell_needs_no_score(climbed):
    untold = with_levels(climbed, low=0.4, guessing=0.75)
    (table,) = recordings.tables(untold).values()
    assert table[0]["CKA"] == table[1]["Procrustes"] == "not told by the recording"
    drawn = recordings.draw(untold)
    assert [len(ax.get_yticks()) for ax in drawn.axes if "Score needed" in ax.get_xlabel()] == [0]


def test_variables_that_need_less_of_cka_would_be_told(climbed):
    kinds = climbed["kind"].isin(("needed", "component")) & (climbed["measure"] == "cka")
    turned = climbed.assign(score=climbed["score"].where(~kinds, 0.01 + climbed["start"] / 1e3))
    found = verdicts(PLANTED, turned)
    assert found["components"] == "disagree"
    assert found["order"] == "disagree"


# The whole of it.


def test_parts_without_recordings_are_left_out_and_say_why(tmp_path, monkeypatch):
    monkeypatch.delenv("HOMOLOG_DATA", raising=False)
    outcome = studies.run(STUDY.choosing(Choices(figures=("2",))), tmp_path, quick=True)
    assert set(outcome.left_out) == {part.name for part in FIGURES["2"]}
    for why in outcome.left_out.values():
        assert "it needs the recording " in why
        assert "--recordings FOLDER" in why
    with pytest.raises(errors.HomologError, match="HM032"):
        studies.run(STUDY, tmp_path / "named", sources=Sources(recordings=Path(tmp_path)))


def test_figures_can_be_chosen():
    assert [part.name for part in STUDY.choosing(Choices(figures=("Figure 3d",))).parts] == [
        "figure-3d"
    ]
    with pytest.raises(errors.HomologError, match=r"HM025.*2, 3ab, 3c, 3d"):
        STUDY.choosing(Choices(figures=("9",)))
