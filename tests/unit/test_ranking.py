"""Rankings against comparisons one by one, and in the words in which they refuse."""

import csv
import tomllib
from dataclasses import replace

import numpy as np
import pytest

import homolog
from homolog import HomologError
from homolog.measures import find
from homolog.ranking import rank
from homolog.ranking._ceiling import within
from homolog.report import _rank
from unit.ranked import N, caught, only, without


def test_scores_and_intervals_are_those_of_compare(brain, layers):
    found = rank(brain, layers, ["unbiased_cka", "procrustes"])
    for name, layer in layers.items():
        alone = homolog.compare(brain, layer, ["unbiased_cka", "procrustes"], permutations=0)
        for measure in ("unbiased_cka", "procrustes"):
            (one,) = (s for s in found.of(measure) if s.candidate == name)
            assert one.value == alone[measure].value
            assert one.interval == pytest.approx(alone[measure].interval, abs=1e-12)
            assert one.chance == alone[measure].chance


def test_chance_of_groups_is_that_of_compare_and_its_notes_name_them(brain, layers):
    groups = [*np.repeat(range(6), 2), *np.repeat(range(6, 10), 3)]
    measures = ["unbiased_cka", "procrustes"]
    found = rank(brain, layers, measures, groups=groups, permutations=99, rng=3)
    alone = {
        name: homolog.compare(brain, one, measures, groups=groups, permutations=99, rng=3)
        for name, one in layers.items()
    }
    for one in found.standings:
        assert one.chance == alone[one.candidate][one.measure.label].chance
    assert "reference, 6 neurons) and 3 candidates on 24 stimuli in 10 groups\n" in str(found)
    compared = str(alone["near"])
    assert "candidate, 8 neurons) on 24 stimuli in 10 groups\n" in compared
    sizes = (
        "! in random pairings groups change places only with those of their size"
        " (6 of 2 stimuli, 4 of 3)\n"
    )
    chance = alone["near"]["unbiased_cka"].chance
    said = (
        "! unbiased_cka: random pairings of the 10 groups of stimuli score {} (2 keep their places"
        " on average): read the score beside that, not beside 0"
    )
    assert sizes in compared
    assert said.format(f"{chance:.2f}") in compared
    assert sizes in str(found)
    highest = max(one.chance for one in found.of("unbiased_cka"))
    assert said.format(f"up to {highest:.2f}") in str(found)
    assert (
        "Chance is the mean score when the 10 groups of stimuli are exchanged whole and at random"
        " among those of one size (99 random pairings, seed 3)."
    ) in _rank.page(found, None)


def test_a_ranking_says_why_a_chance_level_is_missing(brain, layers):
    why = (
        "– no formula gives the chance level of procrustes: homolog.compare (homolog compare)"
        " draws it from random pairings"
    )
    found = rank(brain, layers, ["procrustes", "unbiased_cka"])
    assert f"\n{why}\n" in str(found)
    assert f" {why}.</caption>" in _rank.page(found, None)
    assert "no formula" not in str(rank(brain, layers, "unbiased_cka"))


def test_the_reference_is_summarised_once_for_all_candidates(brain, layers):
    cka, seen = find("cka"), []

    def summary(x):
        seen.append(np.array(x))
        return cka.halves[0](x)

    counting = replace(cka, halves=(summary, cka.halves[1]))
    rank(brain, layers, counting)
    pairs = [(i, (i + 11) % N) for i in range(N)]
    left = [without(brain.matrix, rows) for rows in (*range(N), *pairs)]
    of_reference = [x for x in seen if any(np.array_equal(x, y) for y in (brain.matrix, *left))]
    assert len(of_reference) == 2 * N + 1
    assert len(seen) == (2 * N + 1) * (1 + len(layers))


def test_the_closest_stands_first_for_similarities_and_distances(brain, layers):
    found = rank(brain, layers, ["unbiased_cka", "procrustes"])
    for measure in ("unbiased_cka", "procrustes"):
        assert [s.candidate for s in found.of(measure)] == ["near", "middle", "far"]
        assert [s.rank for s in found.of(measure)] == [1, 2, 3]
    for one in found.differences:
        assert one.closer == one.first  # pairs come in the order of the candidates
        assert (one.value > 0) == (one.measure.name == "unbiased_cka")
        assert one.found()
    assert found.advice[:2] == tuple(
        f"By {s.measure.label} near is closest ({s.value:.3f}), closer than middle and far"
        " (q ≤ 0.05)."
        for s in (found.of("unbiased_cka")[0], found.of("procrustes")[0])
    )


def test_intervals_end_where_the_measure_does():
    assert within(find("cka"), (-0.2, 1.1)) == (0, 1)
    assert within(find("procrustes"), (-0.1, 0.4)) == (0, 0.4)
    assert within(find("cka"), None) is None


def test_few_stimuli_are_said_to_be_few(brain, layers):
    found = rank(brain.select(stimuli=range(12)), {k: v[:12] for k, v in layers.items()}, "cka")
    assert (
        "With 12 stimuli the error of a difference is itself uncertain: do not lean on a q near"
        " the limit."
    ) in found.advice


def test_only_stimuli_that_all_share_are_scored(brain, layers):
    labels = [f"image {i}" for i in range(N)]
    reference = homolog.represent(brain.matrix, stimuli=labels)
    some = {
        "near": homolog.represent(layers["near"][::-1][2:], stimuli=labels[::-1][2:]),
        "far": homolog.represent(layers["far"][3:], stimuli=labels[3:]),
    }
    found = rank(reference, some, "cka", align=True)
    assert found.reference.stimuli == tuple(labels[3:-2])
    kept = slice(3, N - 2)
    for one in found.of("cka"):
        expected = find("cka")(brain.matrix[kept], layers[one.candidate][kept])
        assert one.value == pytest.approx(float(expected))
    caught("HM001", lambda: rank(reference, some, "cka"))


def test_what_makes_a_design_doubtful_is_said(tuning, brain, layers, rng):
    shown_twice = {name: np.concatenate([one[:-1], one[:1]]) for name, one in layers.items()}
    shown_twice["far"] = shown_twice["far"][:, :3]
    found = rank(brain, shown_twice, "cka")
    assert (
        "1 pair of stimuli has the same responses in every candidate (0 and 23): are they one"
        " stimulus shown twice? Then say so with groups=, or intervals and p are too small"
    ) in found.warnings
    assert (
        "candidates have from 3 (far) to 8 neurons (near): where a measure is biased (*), part of"
        " a difference is that of their chance levels"
    ) in found.warnings
    groups = [*range(N - 1), 0]
    grouped = rank(brain, shown_twice, "cka", groups=groups)
    assert not any("shown twice" in one for one in grouped.warnings)
    nearly = {name: one + 1e-6 * np.arange(N)[:, None] for name, one in shown_twice.items()}
    assert not any("shown twice" in one for one in rank(brain, nearly, "cka").warnings)
    noisy = homolog.represent(rng.normal(size=(3, N, 5)), dims="trial,stimulus,neuron")
    assert (
        "noisy has trials: noise of its own lowers a candidate's score, and the ceiling does not"
        " account for it"
    ) in rank(brain, {"noisy": noisy}, "cka").warnings


def test_the_recording_gives_the_ceiling(tuning, layers, rng):
    trials = tuning + 0.5 * rng.normal(size=(4, N, 6))
    recording = homolog.represent(trials, dims="trial,stimulus,neuron", name="V1")
    found = rank(recording, layers, ["unbiased_cka", "cka"])
    expected = homolog.ranking.ceilings(recording, ["unbiased_cka", "cka"]).found
    assert [c.value for c in found.ceilings] == [c.value for c in expected]
    assert [c.interval for c in found.ceilings] == [c.interval for c in expected]
    assert "unbiased_cka: ceiling 0." in str(found)
    assert any(one.startswith("cka: ceiling: agreement of halves") for one in found.warnings)


@pytest.mark.parametrize(
    ("options", "code", "message"),
    [
        ({"pairs": [("near", "nearer")]}, "HM023", "no candidate 'nearer'"),
        ({"pairs": [("near", "near")]}, "HM025", "pairs of different candidates, each pair once"),
        ({"pairs": [("near", "far"), ("far", "near")]}, "HM025", "each pair once"),
        ({"pairs": ["near"]}, "HM025", "pairs is ['near']"),
        ({"fdr": "holm"}, "HM025", "fdr is 'holm'; allowed: 'bh', 'by'."),
        ({"splits": 0}, "HM025", "splits is 0; allowed: a whole number, 1 or more."),
    ],
)
def test_settings_that_make_no_sense_are_refused(brain, layers, options, code, message):
    assert message in caught(code, lambda: rank(brain, layers, "cka", **options))


def test_candidates_need_names(brain, layers):
    assert "candidates is 'list'; allowed: a mapping of names to populations" in caught(
        "HM025", lambda: rank(brain, list(layers.values()), "cka")
    )
    caught("HM023", lambda: rank(brain, layers, "cka").of("procrustes"))


def test_it_is_kept_in_a_folder_and_the_call_computes_it_again(brain, layers, tmp_path):
    found = rank(brain, layers, ["cka", "procrustes"], pairs=[("near", "far")], fdr="by", rng=3)
    found.save(tmp_path, "homolog rank …")
    assert sorted(one.name for one in tmp_path.iterdir()) == [
        "differences.csv",
        "refs.bib",
        "run.toml",
        "scores.csv",
    ]
    with (tmp_path / "differences.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert [float(one["p"]) for one in rows] == [one.p for one in found.differences]
    assert [one["closer"] for one in rows] == ["near", "near"]
    kept = tomllib.loads((tmp_path / "run.toml").read_text())
    assert kept["digests"] == dict(found.digests)
    assert set(kept["digests"]) > {"reference", "candidate near"}
    run = kept["run"]
    assert (run["command"], run["test"], run["seed"]) == ("homolog rank …", "jackknife", 3)
    assert "benjamini2001control" in (tmp_path / "refs.bib").read_text()
    known = {"homolog": homolog, "reference": brain, "candidates": layers}
    again = eval(run["call"], known)  # noqa: S307
    assert again.difference_frame().equals(found.difference_frame())
    assert list(found.frame()["value"]) == [one.value for one in found.standings]


def test_it_prints_as_a_table(brain, layers):
    text = str(rank(brain, layers, "cka", pairs=[("near", "far")]))
    lines = text.splitlines()
    assert lines[0] == "V1 (reference, 6 neurons) and 3 candidates on 24 stimuli"
    assert lines[2].split("  ")[0] == "measure"
    assert lines[4].split()[:5] == ["cka", "*", "1", "1", "near"]
    assert "near − far" in text
    assert "* biased at few stimuli: candidates with more neurons may score higher" in text
    assert "! V1, near, middle and far have no stimulus labels" in text


def test_a_measure_of_single_trials_sees_them_without_each_stimulus(tuning, rng):
    recorded = {
        name: homolog.represent(
            tuning + noise * rng.normal(size=(4, N, 6)), dims="trial,stimulus,neuron"
        )
        for name, noise in {"V1": 0.3, "near": 0.3, "far": 2}.items()
    }
    reference, trials = recorded.pop("V1"), find("crossnobis")
    found = rank(reference, recorded, trials)
    alone = homolog.compare(reference, recorded["near"], trials, permutations=0)["crossnobis"]
    best = found.of("crossnobis")[0]
    assert best.candidate == "near"
    assert (best.value, best.interval) == (alone.value, pytest.approx(alone.interval))
    assert found.ceilings[0].corrected
    exchanged = rank(reference, recorded, trials, exchange=True, permutations=9)
    assert only(exchanged).p == 1 / 10
    recorded["far"] = recorded["far"].select(trials=range(2))
    unequal = rank(reference, recorded, trials, exchange=True, permutations=9)
    assert only(unequal).p is None
    assert only(unequal).warnings == (
        "no p: responses to unequal numbers of trials cannot be exchanged",
    )
    with pytest.raises(
        HomologError, match="the number of trials is 2; allowed: 4 or more, to halve"
    ):
        homolog.ranking.ceilings(recorded["far"], trials)


def test_a_count_that_no_stimulus_changes_has_no_interval(rng):
    outputs = rng.uniform(1, 2, size=(N, 5))
    candidates = {"same": 2 * outputs, "other": rng.uniform(1, 2, size=(N, 5))}
    found = rank(outputs, candidates, "disagreement")
    intervals = {one.candidate: one.interval for one in found.standings}
    assert intervals["same"] is None
    assert intervals["other"] is not None
    says = "same: no interval: the score is the same without any stimulus"
    assert any(says in one for one in found.warnings)


def test_a_measure_of_courses_in_time_sees_them(rng):
    def course(noise):
        return homolog.represent(
            responses + noise * rng.normal(size=responses.shape), dims="stimulus,time,neuron"
        )

    steps = rng.normal(size=(12, 40, 4)).cumsum(axis=1)
    responses = steps - steps.mean(axis=1, keepdims=True)
    reference, candidates = course(0.1), {"near": course(0.1), "far": course(5)}
    found = rank(reference, candidates, "dsa")
    alone = homolog.compare(reference, candidates["near"], "dsa", permutations=0)["dsa"]
    assert found.standings[0].candidate == "near"
    assert found.standings[0].value == alone.value
    assert found.standings[0].interval == pytest.approx(alone.interval)
    message = caught("HM028", lambda: rank(reference, candidates, ["dsa", "cka"]))
    assert "has axes stimulus, time, neuron; a measure needs stimulus, neuron" in message
