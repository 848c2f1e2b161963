"""Rankings against brute force, planted truth, and in the words in which they refuse."""

import csv
import tomllib
from dataclasses import replace
from itertools import product

import numpy as np
import pytest
from scipy.stats import t

import homolog
from homolog import HomologError
from homolog.measures import find
from homolog.ranking import Difference, exchange_p, rank
from homolog.ranking._ceiling import within
from homolog.ranking._difference import with_q
from homolog.ranking._left_out import Estimate
from homolog.statistics import silent

N = 24


@pytest.fixture
def tuning(rng):
    return rng.normal(size=(N, 6))


@pytest.fixture
def brain(tuning, rng):
    return homolog.represent(tuning + 0.2 * rng.normal(size=(N, 6)), name="V1")


@pytest.fixture
def layers(tuning, rng):
    noise = {"near": 0.1, "middle": 0.8, "far": 3.0}
    turned = {name: np.linalg.qr(rng.normal(size=(8, 8)))[0][:6] for name in noise}
    return {
        name: tuning @ turned[name] + size * rng.normal(size=(N, 8)) for name, size in noise.items()
    }


def without(values, i):
    return np.delete(np.asarray(values), i, 0)


def only(ranking):
    (one,) = ranking.differences
    return one


def caught(code, call):
    with pytest.raises(HomologError) as refused:
        call()
    assert refused.value.code == code
    return str(refused.value)


def test_scores_and_intervals_are_those_of_compare(brain, layers):
    found = rank(brain, layers, ["unbiased_cka", "procrustes"])
    for name, layer in layers.items():
        alone = homolog.compare(brain, layer, ["unbiased_cka", "procrustes"], permutations=0)
        for measure in ("unbiased_cka", "procrustes"):
            (one,) = (s for s in found.of(measure) if s.candidate == name)
            assert one.value == alone[measure].value
            assert one.interval == pytest.approx(alone[measure].interval, abs=1e-12)
            assert one.chance == alone[measure].chance


def test_a_difference_has_the_textbook_jackknife_of_both_losing_the_same_stimuli(brain, layers):
    cka, x = find("cka"), brain.matrix
    found = only(rank(brain, layers, "cka", pairs=[("near", "far")]))
    a, b = layers["near"], layers["far"]
    left = [
        float(cka(without(x, i), without(a, i))) - float(cka(without(x, i), without(b, i)))
        for i in range(N)
    ]
    value = float(cka(x, a)) - float(cka(x, b))
    error = np.sqrt((N - 1) / N * np.sum((np.array(left) - np.mean(left)) ** 2))
    assert found.value == pytest.approx(value, abs=1e-12)
    reach = t.ppf(0.975, N - 1) * error
    assert found.interval == pytest.approx((value - reach, value + reach), abs=1e-10)
    assert found.p == pytest.approx(2 * t.sf(abs(value) / error, N - 1))


def test_a_measure_that_fits_keeps_its_folds_when_stimuli_are_left_out(brain, layers):
    ridge = find("ridge")
    found = only(rank(brain, layers, ridge, pairs=[("near", "far")]))
    folds = ridge.folds(N)
    left = []
    for i in range(N):
        held = ridge.using(folds=without(folds, i))
        scores = [
            float(held(without(brain.matrix, i), without(layers[k], i))) for k in ("near", "far")
        ]
        left.append(scores[0] - scores[1])
    error = np.sqrt((N - 1) / N * np.sum((np.array(left) - np.mean(left)) ** 2))
    assert found.p == pytest.approx(2 * t.sf(abs(found.value) / error, N - 1))


def test_the_reference_is_summarised_once_for_all_candidates(brain, layers):
    cka, seen = find("cka"), []

    def summary(x):
        seen.append(np.array(x))
        return cka.halves[0](x)

    counting = replace(cka, halves=(summary, cka.halves[1]))
    rank(brain, layers, counting)
    expected = [brain.matrix, *(without(brain.matrix, i) for i in range(N))]
    of_reference = [x for x in seen if any(np.array_equal(x, one) for one in expected)]
    assert len(of_reference) == N + 1
    assert len(seen) == (N + 1) * (1 + len(layers))


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


def test_the_same_candidate_twice_does_not_differ_from_itself(brain, layers):
    near = layers["near"]
    found = rank(brain, {"one": near, "two": near.copy()}, "cka")
    one = only(found)
    assert (one.value, one.interval, one.p, one.q, one.closer) == (0, (0, 0), 1, 1, None)
    assert [s.rank for s in found.of("cka")] == [1, 1]
    assert not one.found()
    assert found.advice[0].endswith("not told apart from two.")


def test_an_estimate_without_error_has_no_p():
    assert Estimate(0.3, 0.0, 9).p_value() is None
    assert Estimate(0.0, 0.0, 9).p_value() == 1
    assert Estimate(0.3, None, 0, "why").interval() is None


def test_intervals_end_where_the_measure_does():
    assert within(find("cka"), (-0.2, 1.1)) == (0, 1)
    assert within(find("procrustes"), (-0.1, 0.4)) == (0, 0.4)
    assert within(find("cka"), None) is None


def test_exchange_goes_through_all_patterns_where_these_are_few(rng):
    x, a, b = (rng.normal(size=(6, 4)) for _ in range(3))
    cka = find("unbiased_cka")
    score = lambda one: float(cka(x, one))  # noqa: E731
    observed = abs(score(a) - score(b))
    every = [
        abs(score(np.where(rows, b, a)) - score(np.where(rows, a, b)))
        for rows in (np.array(one)[:, None] for one in product((False, True), repeat=6))
    ]
    expected = np.mean(np.array(every) >= observed - 1e-12)
    told = {"permutations": 31, "rng": np.random.default_rng(0), "progress": silent}
    assert exchange_p(cka, x, a, b, np.arange(6), **told) == expected
    assert exchange_p(cka, x, a, a, np.arange(6), **told) == 1


def test_stimuli_of_a_group_are_exchanged_together(rng):
    x, a, b = (rng.normal(size=(12, 4)) for _ in range(3))
    told = {"permutations": 31, "rng": np.random.default_rng(0), "progress": silent}
    group = np.repeat(np.arange(6), 2)
    p = exchange_p(find("unbiased_cka"), x, a, b, group, **told)
    assert p * 32 == int(p * 32)  # patterns of six groups, not of twelve stimuli
    assert p == exchange_p(find("unbiased_cka"), x, b, a, group, **told)


def test_exchanges_at_random_count_the_responses_as_they_are(tuning, brain, rng):
    same = {"near": tuning, "far": tuning + 3 * rng.normal(size=tuning.shape)}
    found = rank(brain, same, "unbiased_cka", exchange=True, permutations=99)
    assert only(found).p == 1 / 100
    assert found.test == "exchange"
    again = rank(brain, same, "unbiased_cka", exchange=True, permutations=99)
    assert only(again).p == only(found).p
    assert found.advice[1] == (
        "Differences were tested by exchanging the two candidates' responses over 24 stimuli."
        " The null: either response to a stimulus could have been either candidate's."
        " Candidates that respond differently and score alike do not meet it."
    )


def test_responses_of_different_neurons_are_not_exchanged(brain, layers):
    layers["far"] = layers["far"][:, :5]
    assert caught("HM078", lambda: rank(brain, layers, "cka", exchange=True)) == (
        "HM078 responses of near and far cannot be exchanged: they have 8 and 5 neurons. Exchange"
        " needs the same neurons in both; leave exchange=False, and the paired jackknife tests the"
        " difference."
    )
    named = {
        name: homolog.represent(layers["near"], neurons=[f"{name} {i}" for i in range(8)])
        for name in ("before", "after")
    }
    assert "their neurons have different labels" in caught(
        "HM078", lambda: rank(brain, named, "cka", exchange=True)
    )


def step_up(p, method):
    """Adjusted p by the definition: the least level at which the procedure rejects."""
    p, n = np.array(p), len(p)
    factor = sum(1 / i for i in range(1, n + 1)) if method == "by" else 1
    ranked = np.sort(p)
    return [
        min(1, min(factor * n * ranked[i] / (i + 1) for i in range(n) if ranked[i] >= one))
        for one in p
    ]


@pytest.mark.parametrize("method", ["bh", "by"])
def test_q_is_p_adjusted_for_all_differences_that_have_one(method):
    p = [0.01, 0.04, 0.03, None, 0.5, 0.01]
    given = [Difference(find("cka"), "a", "b", 0.1, p=one) for one in p]
    q = [one.q for one in with_q(given, method)]
    assert q[3] is None
    tested = [one for one in p if one is not None]
    assert [one for one in q if one is not None] == pytest.approx(step_up(tested, method))


def test_only_pairs_that_are_asked_for_are_tested(brain, layers):
    found = rank(brain, layers, "cka", pairs=[("far", "near")])
    assert [(one.first, one.second) for one in found.differences] == [("far", "near")]
    assert only(found).q == only(found).p
    assert "closer than far (q" in found.advice[0]
    assert "middle" not in found.advice[0]
    assert rank(brain, {"near": layers["near"]}, "cka").advice == (
        f"By cka near is closest ({float(find('cka')(brain.matrix, layers['near'])):.3f}); there"
        " is no other candidate to compare it with.",
        "V1 has no repeated trials (HM011): how far the best candidate is from all that could be"
        " explained is not known.",
    )


def test_fewer_than_eight_stimuli_allow_no_claim_unless_neurons_are_the_same(tuning, brain, rng):
    few = brain.select(stimuli=range(7))
    far = tuning[:7] + 2 * rng.normal(size=(7, 6))
    candidates = {"near": tuning[:7], "far": far}
    found = rank(few, candidates, "unbiased_cka")
    assert found.test is None
    assert [(one.interval, one.p, one.q) for one in found.differences] == [(None, None, None)]
    assert all(one.interval is None for one in found.standings)
    assert found.advice[0].endswith("untested against the others.")
    assert found.advice[1] == (
        "No test: HM010, 7 stimuli are too few for a jackknife (8). Report the scores and claim no"
        " difference, or record more stimuli."
    )
    exchanged = rank(few, candidates, "unbiased_cka", exchange=True)
    assert only(exchanged).p * 64 == int(only(exchanged).p * 64)
    same = {name: homolog.represent(one, neurons=range(6)) for name, one in candidates.items()}
    assert (
        rank(few, same, "unbiased_cka")
        .advice[1]
        .endswith("These candidates have the same neurons: exchange=True can test them.")
    )
    five = brain.select(stimuli=range(5))
    fewer = {name: one[:5] for name, one in candidates.items()}
    assert rank(five, fewer, "unbiased_cka", exchange=True).advice[1] == (
        "No test: HM010, 5 stimuli are too few for a jackknife (8) and for exchange (6). Report"
        " the scores and claim no difference, or record more stimuli."
    )


def test_few_stimuli_are_said_to_be_few(brain, layers):
    found = rank(brain.select(stimuli=range(12)), {k: v[:12] for k, v in layers.items()}, "cka")
    assert (
        "With 12 stimuli the error of a difference is itself uncertain: do not lean on a q near"
        " the limit."
    ) in found.advice


def test_groups_of_stimuli_leave_together(brain, layers):
    groups = np.repeat(range(8), 3)
    found = rank(brain, layers, "cka", pairs=[("near", "far")], groups=groups)
    cka, left = find("cka"), []
    for one in range(8):
        kept = groups != one
        scores = [float(cka(brain.matrix[kept], layers[name][kept])) for name in ("near", "far")]
        left.append(scores[0] - scores[1])
    error = np.sqrt(7 / 8 * np.sum((np.array(left) - np.mean(left)) ** 2))
    assert only(found).p == pytest.approx(2 * t.sf(only(found).value / error, 7))
    assert found.groups == 8
    assert "over 8 groups of stimuli" in " ".join(found.advice)


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


def test_a_candidate_without_a_score_when_a_stimulus_is_left_out_has_no_interval(brain, layers):
    lonely = layers["far"].copy()
    lonely[:, 0] = np.arange(N) == 0
    layers["far"] = lonely
    found = rank(brain, layers, "soft_matching_correlation")
    with_interval = {one.candidate: one.interval is not None for one in found.standings}
    assert with_interval == {"near": True, "middle": True, "far": False}
    tested = {(one.first, one.second): one.p is not None for one in found.differences}
    assert tested == {("near", "middle"): True, ("near", "far"): False, ("middle", "far"): False}
    (note,) = (one for one in found.warnings if "no interval" in one)
    assert note.startswith(
        "soft_matching_correlation: far: no interval: without some stimuli it has no score (HM006"
    )


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
