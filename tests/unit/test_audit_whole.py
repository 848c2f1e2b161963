"""A whole audit: planted truth, tables and words that agree with numbers, and refusals."""

import json
import math
import re
from dataclasses import replace

import numpy as np
import pytest

import homolog
from homolog import errors
from homolog.audit import _course, load_trajectory, maximise
from homolog.audit._audit import audit
from homolog.audit._audit_shown import LOWEST
from homolog.audit._audit_words import back
from homolog.errors import HomologError
from unit.audited import MEASURES, N, audited, labels, recording


@pytest.fixture(scope="module")
def found():
    return audited(guarantee=0.9)


def test_cka_is_high_without_the_weak_variable_and_procrustes_is_not(found):
    by_cka, by_procrustes = (found.needed(name, "weak") for name in MEASURES)
    assert by_cka.median is None
    assert by_cka.at_usual < 0.75 < found.decoding.low["weak"]
    assert by_procrustes.median < 0.95
    assert found.needed("cka", "strong").median < 0.6
    assert found.needed("cka", "weak").end == 0.99 <= min(c.score[-1] for c in found.of("cka"))


def test_the_component_of_the_weak_variable_is_captured_in_the_same_order(found):
    weak = 2  # behind the strong variable and the one that nobody named
    assert 0.003 < found.explained_variance[weak] < 0.02
    assert math.isinf(found.half_capture("cka")[weak])
    assert found.half_capture("procrustes")[weak] < 0.95
    assert found.perturbation.simulated["cka"][weak] > 0.999


def test_a_guarantee_is_no_higher_than_what_an_optimiser_stumbled_on(found):
    cka, procrustes = found.guarantees
    assert cka.scores == {"cka": 0.9}
    assert procrustes.scores == {"procrustes": 0.9}
    assert not cka.above_chance["weak"]
    assert cka.erased["weak"]["cka"] > 0.99
    assert set(cka.accuracy) == set(labels())


def test_joint_guarantees_name_all_their_measures():
    found = audited(measures="cka", seeds=1, guarantee={"cka": 0.9, "procrustes": 0.8})
    assert [one.called for one in found.guarantees] == ["cka 0.9 and procrustes 0.8"]
    assert (
        "At cka 0.9 and procrustes 0.8: the lowest accuracy found of a linear readout is"
        in found.in_words()
    )
    assert "guarantee={'cka': 0.9, 'procrustes': 0.8}" in found.call


def test_the_table_says_what_the_numbers_are(found):
    lines = str(found).splitlines()
    assert lines[0] == f"planted: {N} conditions × 6 neurons; goal 0.99, 2 seeds"
    own = found.decoding
    row = next(line.split() for line in lines if line.startswith("cka") and "weak" in line)
    assert row[:5] == ["cka", "weak", "not", "below", "0.99"]
    at = f"{found.needed('cka', 'weak').at_usual:.3f}"
    assert row[5:] == [at, f"{own.accuracy['weak']:.3f}", f"{own.chance['weak']:.3f}"]
    half = found.half_capture("procrustes")
    under = lines.index("score at which a component is half captured")
    shown = next(line.split() for line in lines[under:] if line.startswith("procrustes"))
    assert shown[1:4] == [f"{score:.3f}" for score in half[:3]]
    assert "procrustes: 1 - distance / worst" in lines
    under = lines.index(LOWEST)
    worst = next(line for line in lines[under:] if line.startswith("cka 0.9") and "weak" in line)
    assert found.guarantees[0].accuracy["weak"] <= own.chance["weak"]
    assert worst.split()[3:] == ["≤", "chance", f"{own.accuracy['weak']:.3f}", "0.500"]
    assert lines[-1].startswith("≤ chance: a linear readout does no better than guessing; another,")


def test_a_table_without_guarantees_says_that_no_worse_were_searched_for(found):
    told = "No worse responses were searched for: that is what a guarantee asks."
    without = replace(found, guarantees=())
    assert told in str(without).splitlines()
    assert without.in_words().count(told) == 1
    assert told not in str(found) + found.in_words()
    plain = [replace(one, accuracy={"strong": 0.9, "weak": 0.9}) for one in found.guarantees]
    assert "≤ chance" not in str(replace(found, guarantees=tuple(plain)))


def test_words_tell_by_every_measure_what_is_back(found):
    page = found.in_words()
    assert page.startswith("# What a similarity to planted shows\n")
    needed = found.needed("procrustes", "weak").median
    assert f"weak at {needed:.2f}" in page
    cka = next(line for line in page.splitlines() if line.startswith("- **cka**: "))
    assert "Not back below 0.99: weak." in cka
    assert f"weak {found.needed('cka', 'weak').at_usual:.2f} (recording" in cka
    assert (
        f"On the way up from random responses, every variable is decoded as well as from the"
        f" recording at {needed:.2f} by procrustes. By cka not every variable is back below 0.99."
        f" Worse responses were searched for: at cka 0.9 and procrustes 0.9 a"
    ) in page


def test_the_headline_says_where_worse_responses_were_found(found):
    def told(cka, procrustes):
        both = zip(found.guarantees, (cka, procrustes), strict=True)
        changed = (replace(g, above_chance={"strong": True, "weak": above}) for g, above in both)
        return replace(found, guarantees=tuple(changed)).in_words()

    begun = "Worse responses were searched for: at "
    both = f"{begun}cka 0.9 and procrustes 0.9 a variable was brought to chance for a linear"
    assert f"{both} readout.\n" in told(0, 0)
    hidden = f"{begun}cka 0.9 a variable was brought to chance for a linear readout, at procrustes"
    assert f"{hidden} 0.9 none was." in told(False, True)
    shown = f"{begun}cka 0.9 and procrustes 0.9 none was brought to chance for a linear readout."
    assert shown in told(True, True)


def test_only_what_is_above_chance_may_truly_be_lower(found):
    accuracy = {"strong": 0.9, "weak": 0.5}
    page = replace(found, guarantees=(replace(found.guarantees[0], accuracy=accuracy),)).in_words()
    assert "≤ chance for weak (recording" in page
    assert page.count("true minimum") == page.count("Of strong the true minimum may be lower.") == 1


def test_frames_hold_one_row_for_each_thing(found):
    frame = found.frame()
    assert len(frame) == 4
    one = frame.set_index(["measure", "variable"]).loc[("procrustes", "weak")]
    assert one["needed"] == found.needed("procrustes", "weak").median
    assert np.isnan(frame.set_index(["measure", "variable"]).loc[("cka", "weak"), "needed"])
    points = sum(len(course.score) for course in found.courses)
    assert len(found.decoding_frame()) == 2 * points
    assert len(found.components_frame()) == 4 * len(found.explained_variance)


def test_needed_over_seeds_counts_those_that_never_came(found):
    def some_needing(*scores):
        courses = [
            replace(found.courses[0], seed=i, needed={"weak": score, "strong": 0.2})
            for i, score in enumerate(scores)
        ]
        only = found.measures[:1]
        return replace(found, courses=tuple(courses), measures=only, seeds=(0, 1))

    most = some_needing(0.7, None, 0.5).needed("cka", "weak")
    assert (most.median, most.reached) == (0.7, (0.5, 0.7))
    assert some_needing(0.7, None).needed("cka", "weak").median is None
    assert most.unreached == (most.end,)
    said = "0.70 (0.50 to > 0.99), back in 2 of 3 starts"
    assert f"weak at {said}." in some_needing(0.7, None, 0.5).in_words()
    assert f"  {said}  " in str(some_needing(0.7, None, 0.5))
    rare = some_needing(0.7, None, None)
    assert "Not back below 0.99: weak (0.70 to > 0.99), back in 1 of 3 starts." in rare.in_words()
    assert "  not below 0.99 (0.70 to > 0.99), back in 1 of 3 starts  " in str(rare)
    assert "weak at 0.70." in some_needing(0.7, 0.7).in_words()
    assert back(some_needing(0.988, None, None).needed("cka", "weak")) == (
        "not below 0.99, back in 1 of 3 starts"
    )


def test_accuracy_is_that_of_the_first_point_with_the_score(found):
    one = found.courses[0]
    first = np.flatnonzero(one.score >= 0.9)[0]
    assert one.accuracy_at("weak", 0.9) == one.accuracy["weak"][first]
    assert one.accuracy_at("weak", 2.0) is None


def test_without_labels_there_are_components_only():
    found = audited(labels=None, seeds=1)
    assert found.variables == ()
    assert found.decoding is None
    assert "score needed" not in str(found)
    assert found.frame().empty
    counts = [int(np.isfinite(found.half_capture(name)).sum()) for name in MEASURES]
    assert f"{counts[1]} by procrustes and {counts[0]} by cka. Components only: nothing is dec" in (
        found.in_words()
    )
    with pytest.raises(HomologError, match=r"HM023 no variable of this audit 'weak'"):
        found.needed("cka", "weak")


def test_as_many_neurons_as_rows_leave_no_components_to_report():
    wide = np.random.default_rng(0).normal(size=(12, 20))
    found = audit(wide, "cka", seeds=1)
    assert found.courses[0].half_capture.size == 0
    assert found.perturbation is None
    assert "20 neurons span all 12 rows" in found.warnings[0]
    assert "Neither labels nor components" in found.in_words()


def test_leading_components_take_the_place_of_too_many_neurons():
    wide = np.random.default_rng(0).normal(size=(12, 20)) * np.geomspace(30, 1, 20)
    found = audit(wide, ["procrustes", "soft_matching"], seeds=1, variance=0.9)
    kept = homolog.representation.leading(wide, 0.9)
    assert found.shape == kept.responses.shape
    n = found.shape[1]
    assert n < 11
    assert len(found.explained_variance) == n
    assert found.variance == 0.9
    assert str(found).startswith(f"the population: 12 conditions × {n} components; goal 0.99")
    assert "leading principal components, which hold at least 0.9 of its variance." in (
        found.in_words()
    )
    assert f"{n} of 11 principal components in place of 20 neurons" in found.warnings[0]
    assert "Not the same of components as of neurons: soft_matching." in found.warnings
    assert "variance=0.9" in found.call
    same = audit(kept, "procrustes", seeds=1)
    assert same.variance is None
    assert np.array_equal(same.courses[0].score, found.courses[0].score)


def test_a_variable_that_the_recording_does_not_tell_needs_no_score():
    told = labels() | {"noise": np.random.default_rng(1).permutation(labels()["strong"]).tolist()}
    found = audited(labels=told, measures="procrustes", seeds=1)
    assert not found.decoding.above_chance("noise")
    assert any(note.startswith("noise is not decoded above chance") for note in found.warnings)
    row = next(line for line in str(found).splitlines() if " noise " in line)
    assert row.split()[2] == "–"
    assert "noise" not in found.in_words().split("To be read with this:")[0]


def test_the_headline_says_where_the_recording_tells_nothing(found):
    own = replace(found.decoding, low={"strong": 0.4, "weak": 0.4})
    page = replace(found, decoding=own).in_words()
    assert "No variable is decoded above chance from the recording itself. Of 6 compo" in page
    assert "No variable is decoded" not in found.in_words()


def test_single_trials_are_averaged_and_time_is_decoded_bin_by_bin():
    once = recording()
    rng = np.random.default_rng(0)
    responses = np.stack([once.responses + 0.1 * rng.normal(size=(N, 6)) for _ in range(3)], 1)
    with pytest.raises(HomologError, match=r"HM007 .*homolog.represent: dims=.trial,stimulus,neur"):
        audit(responses, "procrustes", labels=labels(), seeds=1)
    named = homolog.represent(responses, "stimulus,time,neuron")
    timed = audit(named, "procrustes", labels=labels(), seeds=1)
    assert timed.shape == (N, 3, 6)
    assert timed.decoding.by_time["weak"].shape == (3,)
    trials = homolog.represent(responses.transpose(1, 0, 2), "trial,stimulus,neuron")
    averaged = audit(trials, "procrustes", labels=labels(), seeds=1)
    assert averaged.shape == (N, 6)
    assert averaged.facts["recording"]["n_rows"] == N


def test_a_course_that_is_written_and_read_is_the_same_to_the_bit(found):
    one = found.courses[0]
    again = _course.read(_course.written(one))
    assert math.isinf(one.half_capture.max())
    for name, value in vars(one).items():
        same = getattr(again, name)
        if isinstance(value, np.ndarray):
            assert np.array_equal(same, value)
            assert same.dtype == value.dtype
        elif name == "accuracy":
            assert all(np.array_equal(same[key], value[key]) for key in value)
        else:
            assert same == value


def test_the_same_audit_by_two_processes(found):
    two = audited(workers=2)
    for one, other in zip(found.courses, two.courses, strict=True):
        assert np.array_equal(one.score, other.score)
        assert np.array_equal(one.half_capture, other.half_capture)
        assert one.needed == other.needed


def test_progress_counts_every_part():
    told = []
    audited(seeds=2, measures="cka", labels=None, progress=lambda *news: told.append(news))
    assert told[0] == ("audit", 0, 2)
    assert {news[2] for news in told} == {2}
    counts = [news[1] for news in told]
    assert sorted(counts) == counts
    first = told[counts.index(1)][0]
    assert re.fullmatch(r"audit — cka, seed 0, about \d+ s left", first)
    assert told[-1][:2] == ("audit — cka, seed 1", 2)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"measures": "soft_matching_correlation,cka"}, r"HM023 no measure"),
        ({"measures": ["cka", "cka"]}, r"HM025 measures is .*at least one, each only once"),
        ({"measures": []}, r"HM025 measures is \[\]"),
        ({"measures": 3}, r"HM025 measures is 3; allowed: names of measures"),
        ({"measures": "rsa"}, r"HM060 rsa.* cannot be optimised"),
        ({"variance": 0}, r"HM025 variance is 0; allowed: a share above 0, at most 1, or None"),
        ({"variance": 1.5}, r"HM025 variance is 1.5"),
        ({"variance": "0.9"}, r"HM025 variance is '0.9'"),
        ({"seeds": 0}, r"HM025 seeds is 0; allowed: a number from 1"),
        ({"seeds": [1, 1]}, r"HM025 seeds is \[1, 1\]"),
        ({"seeds": [-1]}, r"HM025 seeds is \[-1\]"),
        ({"goal": 1.5}, r"HM025 goal is 1.5; allowed: above 0, at most 1"),
        ({"workers": 0}, r"HM025 workers is 0; allowed: a whole number from 1"),
        ({"folds": 1}, r"HM025 folds is 1"),
        ({"folds": 1, "labels": None}, r"HM025 folds is 1; allowed: a whole number from 2"),
        ({"folds": "junk", "labels": None}, r"HM025 folds is 'junk'; allowed: a whole number"),
        ({"guarantee": {3: 0.5}}, r"HM025 guarantee is {3: 0.5}; allowed: scores by the names"),
        ({"guarantee": 1.0}, r"HM025 guarantee is 1.0; allowed: a score between 0 and 1"),
        ({"guarantee": {}}, r"HM025 guarantee is {}; allowed: a score, or measures"),
        ({"guarantee": 0.9, "labels": None}, r"HM025 guarantee is 0.9; allowed: None without"),
        ({"labels": {"one": ["same"] * N}}, r"HM062 .*one.*every condition is 'same'"),
        ({"labels": {"each": list(range(N))}}, r"HM063 .*each"),
        ({"labels": {"short": ["a", "b"]}}, r"HM062 .*short.*2 of them for 48 conditions"),
    ],
)
def test_what_cannot_be_audited_is_refused_and_nothing_is_written(changes, message, tmp_path):
    with pytest.raises(HomologError, match=message):
        audited(folder=tmp_path / "out", **changes)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("measure", "shape", "code"), [("soft_matching", (20, 5), "HM006"), ("cca", (8, 12), "HM005")]
)
@pytest.mark.parametrize("held", [False, True])
def test_what_a_measure_refuses_is_refused_before_anything_is_written(
    measure, shape, code, held, tmp_path
):
    responses = np.random.default_rng(0).normal(size=shape)
    responses[:, 2] = 1.0
    told = {"side": ["left", "right"] * (shape[0] // 2)}
    asked = {"measures": "cka", "guarantee": {measure: 0.5}} if held else {"measures": measure}
    with pytest.raises(HomologError, match=rf"^{code} "):
        audit(responses, labels=told, folds=2, folder=tmp_path / "out", **asked)
    assert list(tmp_path.iterdir()) == []


def test_words_say_which_level_a_variable_comes_to(found):
    assert "first comes to the recording's level: the lower end of the 95 % Wilson" in (
        found.in_words()
    )


def test_a_measure_of_no_registry_cannot_be_told_to_other_processes():
    own = replace(homolog.measures.find("cka"), name="mine")
    with pytest.raises(HomologError, match=r"HM023 no measure 'mine'"):
        audited(measures=own)


def test_a_measure_with_options_is_asked_for_again_as_it_was():
    variant = homolog.measures.find("rsa").using(dissimilarity="euclidean", comparison="pearson")
    found = audited(measures=variant, seeds=1, labels=None)
    assert found.courses[0].measure == variant.label
    assert "homolog.measures.find('rsa').using(" in found.call
    assert "comparison='pearson'" in found.call


def test_every_refusal_of_an_audit_names_its_remedy():
    told = errors.labels_unmatched("labels.csv", "no row", "Give a row.")
    assert str(told) == "HM067 labels.csv: no row. Give a row."


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"version": 2}, "version 2, where 1 can be read"),
        ({"measure": "ckaa"}, "its measure, 'ckaa' with options"),
        ({"options": {"bent": 1}}, "its measure, 'cka' with options {'bent': 1}"),
        ({"options": 3}, "its header does not say what is in it"),
        ({"goal": None}, "it lacks 'goal'"),
        ({"score": np.zeros(2)}, r"value has shape \(\d+,\), not \(2,\)"),
        ({"target": np.zeros((3, 2))}, r"data has shape .*, not \(\d+, 3, 2\)"),
    ],
)
def test_a_damaged_trajectory_is_refused_by_what_is_wrong(changes, why, tmp_path):
    path = tmp_path / "one.npz"
    maximise(recording(), "cka", goal=0.5).save(path)
    with np.load(path) as stored:
        there = dict(stored)
    said = json.loads(str(there["trajectory"]))
    for name, value in changes.items():
        (there if name in there else said)[name] = value
    kept = {name: value for name, value in said.items() if value is not None or name == "seed"}
    np.savez(path, **there | {"trajectory": np.asarray(json.dumps(kept))})
    with pytest.raises(HomologError, match=rf"^HM021 .* cannot be read as a trajectory: {why}"):
        load_trajectory(path)


def test_few_conditions_are_warned_of_where_guessing_may_reach_the_level():
    rng = np.random.default_rng(0)
    side = np.repeat([0, 1], 20)
    rates = rng.normal(size=(40, 6))
    rates[:, 0] += 1.5 * side
    found = audit(rates, "cka", labels={"side": side.tolist()}, seeds=1, workers=1)
    own = found.decoding
    assert own.by_guessing("side") == pytest.approx(25 / 40)  # P(26 or more of 40) is 0.040
    assert own.chance["side"] < own.low["side"] < own.by_guessing("side")
    assert any(note.startswith("side: with 40 conditions guessing") for note in found.warnings)


def test_no_such_warning_where_the_variable_is_plain(found):
    assert found.decoding.low["strong"] > found.decoding.by_guessing("strong")
    assert not any(note.startswith("strong: with") for note in found.warnings)
