"""How far an audit came, and where it asks nothing or knows only a part: told as it is."""

import math
from dataclasses import replace

import numpy as np
import pytest
from matplotlib.figure import Figure

import homolog
from homolog import figures
from homolog.audit._audit import _below, audit
from homolog.audit._audit_tables import TABLES
from homolog.audit._audit_words import back, rounded_down
from homolog.report import _audit_table
from unit.audited import audited


@pytest.fixture(scope="module")
def found():
    return audited()


def test_the_highest_score_needed_is_not_known_where_a_start_never_came(found):
    courses = [replace(found.courses[0], needed={"weak": s, "strong": 0.2}) for s in (0.7, None)]
    some = replace(found, courses=tuple(courses), measures=found.measures[:1])
    rows = {row["variable"]: row for row in TABLES["needed"](some)}
    assert (rows["weak"]["lowest"], rows["weak"]["highest"]) == (0.7, math.inf)
    assert (rows["strong"]["lowest"], rows["strong"]["highest"]) == (0.2, 0.2)
    untold = replace(found.decoding, low={"weak": 0.4, "strong": 0.4})
    rows = TABLES["needed"](replace(some, decoding=untold))
    assert [row["highest"] for row in rows] == [0.2, 0.7]


def test_a_low_goal_is_the_end_in_every_table():
    found = audited(goal=0.3, seeds=1, measures="cka")
    assert found.courses[0].score[-1] > 0.3
    assert "  not below 0.3  " in str(found)
    assert "> 0.3  " in str(found)
    assert "not below 0.3" in found.in_words()


@pytest.mark.parametrize(
    ("score", "said"),
    [(0.99, "0.99"), (0.9953, "0.995"), (0.9999998, "0.9999998"), (0.976, "0.97"), (1.0, "1")],
)
def test_ends_are_never_rounded_up(score, said):
    assert rounded_down(score) == said


def test_what_ended_short_is_told_in_enough_digits(found):
    assert [_below(score, 1.0) for score in (0.98765, 0.99999812)] == ["0.988", "0.999998"]
    assert _below(1 - 1e-16, 1.0) == "0.9999999999999999"


def test_where_random_responses_score_the_goal_nothing_is_asked():
    rng = np.random.default_rng(0)
    side = np.arange(16) % 2
    wide = rng.normal(size=(16, 20)) + 3 * side[:, None]
    found = audit(wide, ["linear_regression", "cka"], labels={"side": side}, seeds=1, folds=2)
    needed = found.needed("linear_regression", "side")
    assert needed.unasked
    assert not found.needed("cka", "side").unasked
    row = next(line for line in str(found).splitlines() if line.startswith("linear_regression"))
    assert row.split()[2:4] == ["–", "–"]
    said = "Random responses score 0.99 or more from the start by linear_regression: nothing was"
    assert any(note.startswith(said) for note in found.warnings)
    assert "**linear_regression**: Random responses score 0.99 or more" in found.in_words()
    assert "By linear_regression" not in found.in_words()
    (told,) = (r for r in TABLES["needed"](found) if r["measure"] == "linear_regression")
    assert (told["needed"], told["highest"], told["accuracy_at_0.9"]) == (None, None, None)
    by_regression, by_cka = _audit_table.rows(found)
    assert (by_regression.known, by_cka.known) == (False, True)
    ax = Figure().subplots()
    figures.needed_scores(ax, found)
    assert {line.get_marker() for line in ax.lines} - {"None", ""} == {"s"}  # of cka alone


def test_missing_trials_are_told_where_means_are_over_unequal_numbers():
    trials = np.random.default_rng(0).normal(size=(4, 10, 3))
    absent = np.zeros(trials.shape, dtype=bool)
    absent[:2, 3] = True
    given = homolog.represent(trials, "trial,stimulus,neuron", missing=absent, name="V1")
    said = (
        "V1: 5.0% of single responses are missing and left out; means of conditions are over 2 to"
        " 4 trials"
    )
    assert said in audit(given, "cka", seeds=1).warnings


def test_all_components_in_place_of_as_many_neurons_are_no_warning():
    assert audited(variance=1, labels=None, seeds=1, measures="cka").warnings == ()


def test_a_start_that_stopped_early_does_not_widen_the_range(found):
    early = replace(found.courses[0], score=np.array([0.0, 0.6]), needed={"weak": None})
    late = [replace(found.courses[0], needed={"weak": score}) for score in (0.7, 0.9)]
    courses = (*late, replace(early, accuracy={"weak": np.array([0.5, 0.5])}))
    one = replace(found, courses=courses, measures=found.measures[:1], seeds=(0, 1, 2))
    assert back(one.needed("cka", "weak")) == "at 0.90 (0.70 to 0.90), back in 2 of 3 starts"
