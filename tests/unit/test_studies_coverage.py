"""The study of coverage: its truths are those of large populations, and its verdicts follow."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from homolog import studies
from homolog.measures import find
from homolog.sampling import debiased_cka
from homolog.studies._study import Sources
from homolog.studies.calibration import coverage
from homolog.studies.calibration._planted import Planted
from homolog.studies.calibration._shares import Share, uncertainty, within


@pytest.mark.parametrize(("cka", "dimensions"), [(0.0, "low"), (0.5, "high"), (0.95, "low")])
def test_planted_truths_are_those_of_large_populations(cka, dimensions, rng):
    planted = Planted(cka, dimensions)
    many = planted.study(400, 100, rng)
    assert debiased_cka(many.x, many.y).value == pytest.approx(cka, abs=0.15)
    neurons = next(
        truth for over, _, _, truth in coverage._of_debiased_cka(many) if over == "neurons"
    )
    assert neurons == pytest.approx(cka, abs=0.15)
    few = planted.study(2000, 6, rng)
    truths = {over: truth for over, _, _, truth in coverage._of_debiased_cka(few)}
    assert debiased_cka(few.x, few.y).value == pytest.approx(truths["stimuli"], rel=0.2, abs=0.05)
    [(_, low, high, truth)] = coverage._of_unbiased_cka(few)
    assert float(find("unbiased_cka")(few.x, few.y)) == pytest.approx(truth, abs=0.05)
    assert low < high < 1


def test_what_is_planted_over_neurons_is_what_many_neurons_show_of_the_same_stimuli(rng):
    apart = []
    for _ in range(8):
        study = Planted(0.5, "low").study(12, 400, rng)
        truths = {over: truth for over, _, _, truth in coverage._of_debiased_cka(study)}
        value = debiased_cka(study.x, study.y).value
        apart.append((abs(value - truths["neurons"]), abs(value - truths["both"])))
    neurons, both = np.mean(apart, axis=0)
    assert neurons < both / 2


def rows_of(part, rng, n_studies=3):
    options = next(iter(part.tasks(True).values())) | {"n_studies": n_studies}
    return pd.DataFrame(part.work(options, rng, Sources()))


def test_every_study_is_held_too_low_too_high_or_refused(rng):
    for part in coverage.PARTS:
        rows = rows_of(part, rng, 5)
        told = rows["n_held"] + rows["n_too_low"] + rows["n_too_high"] + rows["n_refused"]
        assert (told == 5).all()
        assert (rows["n_studies"] == 5).all()


def cell(held, refused=0):
    return {
        "over": "stimuli",
        "cka": 0.5,
        "dimensions": "low",
        "n_neurons": 10,
        "n_stimuli": 40,
        "n_studies": 1000,
        "n_refused": refused,
        "n_held": held,
    }


@pytest.mark.parametrize(
    ("held", "refused", "verdict", "told"),
    [
        (950, 0, "agree", "1 of 1 cells from 93% to 97%; least 95.0 %"),
        (475, 500, "agree", "500 of 1000 refused"),
        (980, 0, "cannot tell", "0 of 1 cells"),
        (880, 0, "disagree", "least 88.0 % (half alike, low dimension, 10 neurons, 40 stimuli)"),
    ],
)
def test_verdicts_follow_the_shares(held, refused, verdict, told):
    [part] = [one for one in coverage.PARTS if "unbiased" in one.name]
    finding = part.judge(pd.DataFrame([cell(held, refused)]))["stimuli"]
    assert finding.verdict == verdict
    assert told in finding.number


def test_the_figure_shows_the_worst_cell_and_every_kind():
    [part] = [one for one in coverage.PARTS if "unbiased" in one.name]
    kinds = [cell(950) | {"dimensions": "high"}, cell(950), cell(300) | {"n_neurons": 50}]
    refused = cell(0, 1000) | {"n_neurons": 200}
    ax = part.draw(pd.DataFrame([*kinds, refused])).axes[1]
    points = np.array([one.lines[0].get_xydata()[0] for one in ax.containers])
    assert sorted(points[:, 1]) == pytest.approx([30, 95, 95])
    assert len(set(points[:, 0])) == 3
    low, high = ax.get_ylim()
    assert low < 100 * Share(300, 1000).interval(0.95)[0] < high


def test_shares_say_how_far_luck_takes_them():
    said = uncertainty(0.95, [Share(900, 1000), Share(15, 20)])
    assert said == "95 % of 20 studies are off by 4.9 points by luck alone."


def test_shares_and_what_is_within():
    assert str(Share(948, 1000)) == "94.8 %"
    low, high = Share(950, 1000).interval(0.95)
    assert (low, high) == pytest.approx((0.9346, 0.9627), abs=2e-4)
    assert within([Share(950, 1000)] * 3, 0.93, 0.97) == "agree"
    assert within([Share(950, 1000), Share(0, 1000)], 0.93, 0.97) == "disagree"
    assert within([Share(950, 1000), Share(9, 10)], 0.93, 0.97) == "cannot tell"


def test_the_study_is_run_quickly_with_figures_and_tables(tmp_path):
    study = studies.find("calibration")
    [part] = [one for one in coverage.PARTS if "debiased" in one.name]
    few = dict(list(part.tasks(True).items())[:2])
    small = replace(
        part, tasks=lambda quick: {name: one | {"n_studies": 3} for name, one in few.items()}
    )
    outcome = studies.run(replace(study, parts=(small,)), tmp_path, quick=True)
    assert len(outcome.claims) == 3
    assert (tmp_path / "coverage-debiased-cka.png").stat().st_size > 10_000
    assert list(next(iter(outcome.tables.values()))[0]) == [
        "truth",
        "dimension",
        "neurons",
        "40 stimuli",
    ]
    assert np.isfinite(pd.read_csv(tmp_path / "coverage-debiased-cka.csv")["median_width"]).any()
