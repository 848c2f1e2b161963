"""The study of false positives and power: what is planted, how it is counted, how it is judged."""

import numpy as np
import pandas as pd
import pytest

from homolog.measures import find
from homolog.ranking import rank
from homolog.studies._study import Sources
from homolog.studies.calibration import false_positives, power
from homolog.studies.calibration._batched import SIDE_BY_SIDE, scores
from homolog.studies.calibration._candidates import Copies, Halves, many, tuned
from homolog.studies.calibration.false_positives import of_differences

CELL = {"design": "", "measure": "cka", "n_stimuli": 20, "n_studies": 1000}


@pytest.mark.parametrize("name", list(SIDE_BY_SIDE))
def test_scores_side_by_side_are_those_of_the_measure(name, rng):
    x, y = rng.normal(size=(3, 9, 4)) + 2, rng.normal(size=(3, 9, 5))
    expected = [float(find(name)(a, b)) for a, b in zip(x, y, strict=True)]
    np.testing.assert_allclose(scores(find(name), x, y), expected, atol=1e-12)


@pytest.mark.parametrize(
    ("name", "n_stimuli"),
    [
        ("cka", 102),
        ("procrustes", 12),
        ("ridge", 12),
        ("ridge", 102),
        ("soft_matching_correlation", 21),
    ],
)
def test_a_study_finds_what_rank_finds(name, n_stimuli):
    ours = list(of_differences(Halves(), find(name), n_stimuli, [np.random.default_rng(1)]))
    x, candidates = Halves().study(n_stimuli, np.random.default_rng(1))
    theirs = rank(x, candidates, name).differences[0].p
    assert ours == [pytest.approx(theirs, rel=1e-9)]


@pytest.mark.parametrize("planted", [Halves(), Copies()], ids=["halves", "copies"])
def test_candidates_are_equally_far_on_average(planted):
    x, candidates = many(planted, 20, np.random.default_rng(0).spawn(400))
    first, second = (scores(find("unbiased_cka"), x, y) for y in candidates.values())
    difference = first - second
    assert abs(difference.mean()) < 3 * difference.std() / np.sqrt(400)
    assert difference.std() > 0.05


def test_candidates_of_unlike_numbers_of_neurons_are_brought_equally_far(rng):
    cka = find("cka")
    given = Halves((12, 30), seed=0)
    planted = tuned(given, cka, 20, rng)
    before, after = (
        np.subtract(*(scores(cka, x, y) for y in candidates.values()))
        for x, candidates in (many(one, 20, rng.spawn(400)) for one in (given, planted))
    )
    assert abs(before.mean()) > 8 * before.std() / np.sqrt(400)
    assert abs(after.mean()) < 4 * after.std() / np.sqrt(400)


@pytest.mark.parametrize(
    ("test", "design", "measure"),
    [
        ("exchange", "same neurons", "cka"),
        ("families", "by", "cka"),
        ("pairing", "grouped", "ridge"),
        ("rotation", "around mean", "soft_matching"),
    ],
)
def test_every_cell_counts_its_studies(test, design, measure, rng):
    options = {"test": test, "design": design, "measure": measure, "n_stimuli": 18, "n_studies": 4}
    (row,) = false_positives.work(options, rng, Sources())
    assert {key: row[key] for key in options} == options
    assert 0 <= row["n_found"] <= 4
    assert row["n_untested"] == 0


def test_stimuli_that_belong_together_are_found_where_they_are_shuffled_alone(rng):
    options = {**CELL, "test": "pairing", "n_stimuli": 24, "n_studies": 60}
    shares = {
        design: false_positives.work({**options, "design": design}, rng, Sources())[0]["n_found"]
        for design in ("grouped", "neglected groups")
    }
    assert shares["grouped"] < 12
    assert shares["neglected groups"] > 25


def test_a_measure_that_refuses_is_told_with_its_reason(rng):
    options = {**CELL, "test": "pairing", "design": "grouped", "measure": "ridge", "n_stimuli": 12}
    (row,) = false_positives.work(options, rng, Sources())
    assert row["n_untested"] == 1000
    assert row["why"].startswith("HM025 folds is 5; allowed: ")
    rows = pd.DataFrame([row])
    assert false_positives.judge(rows)["pairing"].verdict == "not run"
    (line,) = false_positives.tables(rows)["pairings"]
    assert line["groups of three"] == ""


def found(share, test="difference", measure="cka", **more):
    told = {**CELL, "test": test, "design": "equal", "measure": measure, "n_untested": 0}
    return {**told, "n_found": round(1000 * share), **more}


def judged(rows):
    return false_positives.judge(rows).__getitem__


@pytest.mark.parametrize(
    ("share", "verdict"), [(0.05, "agree"), (0.066, "cannot tell"), (0.01, "disagree")]
)
def test_the_worst_cell_decides(share, verdict):
    rows = pd.DataFrame([found(0.05), found(share, n_stimuli=40)])
    one = false_positives.judge(rows)["smooth"]
    assert one.verdict == verdict
    assert f"{share:.1%}".replace("%", " %") in one.number


def test_studies_without_a_p_are_not_counted():
    rows = pd.DataFrame([found(0.05, n_untested=500), found(0.05, "pairing", design="unpaired")])
    one = false_positives.judge(rows)["smooth"]
    assert (one.verdict, one.number.count("10.0 %")) == ("disagree", 2)
    assert false_positives.tables(rows)["differences"][0]["20 stimuli"] == "10.0 %"
    drawn = false_positives.draw(rows).axes[0].containers[0].lines[0]
    assert drawn.get_ydata() == pytest.approx([10])


def test_measures_that_jump_are_judged_by_themselves_and_may_not_find_too_little():
    rows = pd.DataFrame([found(0.05), found(0.05, measure="ridge")])
    assert judged(rows)("smooth").verdict == judged(rows)("jumping").verdict == "agree"
    rows = pd.DataFrame([found(0.05), found(0.001, measure="ridge")])
    assert judged(rows)("smooth").verdict == "agree"
    assert judged(rows)("jumping").verdict == "disagree"


def test_families_may_be_found_too_rarely():
    rows = pd.DataFrame([found(0.001, "families")])
    assert judged(rows)("families").verdict == "agree"
    rows = pd.DataFrame([found(0.12, "families")])
    assert judged(rows)("families").verdict == "disagree"


def test_what_is_found_is_tabled_and_drawn():
    rows = pd.DataFrame(
        [
            found(0.05),
            found(0.04, n_stimuli=40),
            found(0.045, "pairing", design="unpaired"),
            found(0.055, "pairing", design="grouped"),
            found(0.5, "pairing", design="neglected groups"),
        ]
    )
    tables = false_positives.tables(rows)
    (line,) = tables["differences"]
    assert (line["20 stimuli"], line["40 stimuli"]) == ("5.0 %", "4.0 %")
    (line,) = tables["pairings"]
    assert (line["stimuli on their own"], line["groups of three"]) == ("4.5 %", "5.5 %")
    assert [line["design"] for line in tables["others"]] == ["neglected groups"]
    figure = false_positives.draw(rows)
    assert [ax.get_title(loc="left") for ax in figure.axes[:2]] == [
        "Differences of two candidates: equally many neurons",
        "Differences of two candidates: 12 and 30 neurons",
    ]


def test_no_interval_is_cut_at_the_edge_of_its_panel():
    rows = pd.DataFrame([found(0.3), found(0.3, "pairing", design="unpaired")])
    above, _, below = false_positives.draw(rows).axes
    assert above.get_ylim()[1] > 30
    assert below.get_xlim()[1] > 30


def test_power_draws_only_what_was_run():
    row = {"measure": "unbiased_cka", "noise": 3.0, "n_stimuli": 20, "n_studies": 50}
    rows = pd.DataFrame([row | {"difference": 0.2, "n_found": 7, "n_wrong": 0}])
    assert [ax.get_title(loc="left") for ax in power.draw(rows).axes] == ["unbiased_cka"]
    assert power.judge(rows)["direction"].number.endswith("; found in 14.0 %")
    more = pd.concat([rows, rows.assign(n_stimuli=40, n_found=40)])
    assert power.judge(more)["direction"].number.endswith("; found in 14.0 % to 80.0 %")


def test_power_counts_what_is_found_in_its_direction(rng):
    options = {"measure": "unbiased_cka", "noise": 3.0, "n_stimuli": 40, "n_studies": 50}
    (row,) = power.work(options, rng, Sources())
    assert row["difference"] > 0.2
    assert row["n_found"] > 25
    assert row["n_wrong"] == 0
    assert power.judge(pd.DataFrame([row]))["direction"].verdict == "agree"
    wrong = pd.DataFrame([{**row, "n_wrong": 10}])
    assert power.judge(wrong)["direction"].verdict == "disagree"
    (line,) = power.tables(pd.DataFrame([row]))["found"]
    assert line["40 stimuli"] == f"{2 * row['n_found']:.1f} %"
