"""Ceilings against Spearman-Brown by hand, brute force, and candidates without noise."""

import csv

import numpy as np
import pytest
from scipy.stats import t

import homolog
from homolog import HomologError
from homolog.measures import find
from homolog.ranking import ceilings

N = 40


def recorded(tuning, noise, n_trials, rng, **options):
    trials = tuning + noise * rng.normal(size=(n_trials, *tuning.shape))
    return homolog.represent(trials, dims="trial,stimulus,neuron", **options)


@pytest.fixture
def tuning(rng):
    return rng.normal(size=(N, 8))


@pytest.fixture
def recording(tuning, rng):
    return recorded(tuning, 0.8, 8, rng, name="V1")


@pytest.fixture
def animals(tuning, rng):
    turned = [np.linalg.qr(rng.normal(size=(8, 8)))[0] for _ in range(3)]
    return {
        f"m{i}": homolog.represent(tuning @ one + 0.5 * rng.normal(size=(N, 8)))
        for i, one in enumerate(turned)
    }


def alone(*arguments, **options):
    (one,) = ceilings(*arguments, **options).found
    return one


def jackknifed(number):
    """Textbook interval of a number that depends on which stimuli are kept."""
    everything = np.arange(N)
    left = np.array([number(np.delete(everything, i)) for i in everything])
    error = np.sqrt((N - 1) / N * np.sum((left - left.mean()) ** 2))
    reach = t.ppf(0.975, N - 1) * error
    return number(everything) - reach, number(everything) + reach


def refusal(code, call):
    with pytest.raises(HomologError) as caught:
        call()
    assert caught.value.code == code
    return str(caught.value)


def test_one_split_is_odd_against_even_trials_as_compare_has_it(recording, tuning):
    for name in ("unbiased_cka", "ridge"):
        one = alone(recording, name, splits=1)
        expected = homolog.compare(recording, tuning, name, permutations=0)[name].ceiling
        assert one.corrected
        assert one.value == pytest.approx(expected, abs=1e-12)


def test_it_is_the_root_of_the_reliability_with_the_interval_of_that(recording):
    measure, splits = find("unbiased_cka"), 3
    rngs = [np.random.default_rng([5, i]) for i in range(splits)]
    halves = [[one.matrix for one in recording.halves("random", rng)] for rng in rngs]

    def number(kept):
        half = np.mean([float(measure(a[kept], b[kept])) for a, b in halves])
        return np.sqrt(2 * half / (1 + half))

    one = alone(recording, measure, splits=splits, rng=5)
    assert one.value == pytest.approx(number(np.arange(N)), abs=1e-12)
    assert one.interval == pytest.approx(jackknifed(number), abs=1e-10)
    assert one.halves == pytest.approx(np.mean(one.parts))
    assert len(one.parts) == splits


@pytest.mark.parametrize("name", ["unbiased_cka", "cka", "rsa", "soft_matching_correlation"])
def test_it_is_what_a_candidate_without_noise_scores(name):
    """Within 0.03 where halves were carried to all trials, as in the simulations of the page."""
    found = []
    for rng in np.random.default_rng(0).spawn(4):
        tuning = rng.normal(size=(120, 8))
        recording = recorded(tuning, 0.6, 8, rng)
        one = alone(recording, name, splits=2, intervals=False)
        assert one.corrected
        found.append(one.value - float(find(name)(recording.condition_means().matrix, tuning)))
    assert abs(np.mean(found)) < 0.03


def test_halves_that_hardly_agree_are_left_as_they_are(tuning, rng):
    one = alone(recorded(tuning, 3, 4, rng), "unbiased_cka", intervals=False)
    assert 0 < one.halves < 0.5
    assert one.value == one.halves
    assert not one.corrected
    assert one.warnings == (
        "agreement of halves of the trials as it is, so the ceiling is higher: they agree by"
        f" {one.halves:.2f}, and Spearman-Brown is not reliable below 0.5",
    )


def test_what_unrelated_halves_share_is_not_taken_for_what_repeats(recording):
    one = alone(recording, "mean_cca", intervals=False)
    assert one.value == one.halves > 0.5
    (why,) = one.warnings
    assert why.startswith(
        "agreement of halves of the trials as it is, so the ceiling is higher: unrelated halves"
        " agree by 0."
    )
    assert why.endswith(", which Spearman-Brown would take for what repeats")


def test_of_a_distance_it_is_the_distance_between_halves(recording):
    found = ceilings(recording, "procrustes", splits=1, intervals=False)
    (one,) = found.found
    first, second = recording.halves()
    assert one.value == pytest.approx(float(find("procrustes")(first.matrix, second.matrix)))
    assert f"≤ {one.value:.3f} floor" in str(found)
    assert one.warnings == (
        "distance between halves of the trials, which are noisier than all: the floor is lower",
    )


def test_between_animals_it_is_the_mean_over_pairs(animals):
    for name in ("cka", "ridge"):
        pairs, _ = ceilings(animals, name).found
        scores = homolog.matrix(animals, name).values[~np.eye(3, dtype=bool)]
        assert pairs.value == pytest.approx(scores.mean())
        assert len(pairs.parts) == (3 if name == "cka" else 6)
        assert pairs.over_recordings is None


def test_pairs_of_animals_have_the_interval_of_all_losing_the_same_stimuli(animals):
    cka, (a, b, c) = find("cka"), (one.matrix for one in animals.values())

    def number(kept):
        pairs = ((a, b), (a, c), (b, c))
        return np.mean([float(cka(one[kept], other[kept])) for one, other in pairs])

    pairs, _ = ceilings(animals, "cka").found
    assert pairs.interval == pytest.approx(jackknifed(number), abs=1e-10)


def test_animals_left_out_are_scored_against_the_mean_similarities_of_the_others(animals):
    """For linear CKA the neurons of several animals are the sum of their kernels."""
    _, left_out = ceilings(animals, "cka").found
    kernels = []
    for one in animals.values():
        centred = one.matrix - one.matrix.mean(axis=0)
        kernels.append(centred @ centred.T / np.sum(centred**2))
    total, scores = sum(kernels), []
    for own in kernels:
        others = total - own
        norms = np.linalg.norm(own) * np.linalg.norm(others)
        scores.append(np.sum(own * others) / norms)
    assert left_out.parts == pytest.approx(scores)
    assert left_out.value == pytest.approx(np.mean(scores))


def test_eight_animals_have_an_interval_over_recordings(rng):
    tuning = rng.normal(size=(20, 4))
    animals = {str(i): tuning + rng.normal(size=(20, 4)) for i in range(8)}
    pairs, _ = ceilings(animals, "cka", intervals=False).found
    scores = homolog.matrix(animals, "cka").values
    left = []
    for i in range(8):
        rest = np.delete(np.delete(scores, i, 0), i, 1)
        left.append(rest[np.triu_indices(7, 1)].mean())
    error = np.sqrt(7 / 8 * np.sum((np.array(left) - np.mean(left)) ** 2))
    value = scores[np.triu_indices(8, 1)].mean()
    reach = t.ppf(0.975, 7) * error
    assert pairs.over_recordings == pytest.approx((value - reach, value + reach))


def test_animals_with_trials_have_ceilings_of_their_own(animals, recording):
    labels = [f"image {i}" for i in range(N)]
    named = {
        "V1": homolog.represent(recording.responses, dims=recording.dims, stimuli=labels),
        "m0": homolog.represent(animals["m0"].matrix[::-1], stimuli=labels[::-1]),
    }
    found = ceilings(named, "unbiased_cka", align=True, intervals=False)
    assert [(one.what, one.of) for one in found.found] == [
        ("session", "V1"),
        ("pairs", "2 recordings"),
    ]
    expected = find("unbiased_cka")(recording.condition_means().matrix, animals["m0"].matrix)
    assert found.found[1].value == pytest.approx(float(expected))
    assert found.warnings == (
        "unbiased_cka: no ceiling of m0: HM011 split-half ceiling needs ≥2 repeats per stimulus;"
        " 40 of 40 have 1. Keep the single trials, or do without: ceiling=None.",
    )


def test_a_second_recording_keeps_its_own_trials_when_it_is_reordered(tuning, recording):
    labels = [f"image {i}" for i in range(N)]
    first = homolog.represent(tuning, stimuli=labels)
    other = homolog.represent(
        recording.responses[:, ::-1], dims=recording.dims, stimuli=labels[::-1]
    )
    found = ceilings({"a": first, "b": other}, "ridge", align=True, intervals=False, splits=1)
    of_b = next(one for one in found.found if one.what == "session")
    assert of_b.value == pytest.approx(
        alone(recording, "ridge", splits=1, intervals=False).value, abs=1e-12
    )


def test_what_has_no_ceiling_is_refused(tuning, recording):
    assert "HM011 split-half ceiling needs ≥2 repeats" in refusal(
        "HM011", lambda: ceilings(tuning, "cka")
    )
    opposite = np.stack([tuning, -0.9 * tuning])
    noise = homolog.represent(opposite, dims="trial,stimulus,neuron")
    assert "nothing repeats" in refusal("HM035", lambda: ceilings(noise, "ridge"))
    few = recording.select(stimuli=range(7))
    assert "jackknife over 7 stimuli" in refusal("HM010", lambda: ceilings(few, "cka"))
    assert alone(few, "cka", intervals=False).interval is None
    assert "splits is 0; allowed: a whole number, 1 or more." in refusal(
        "HM025", lambda: ceilings(recording, splits=0)
    )
    assert "recordings is {}; allowed: at least one." in refusal("HM025", lambda: ceilings({}))


def test_it_prints_as_a_table_and_is_kept(recording, tmp_path):
    found = ceilings(recording, ["unbiased_cka", "procrustes"], splits=2)
    lines = str(found).splitlines()
    assert lines[0] == "40 stimuli"
    one = found.found[0]
    assert lines[4].startswith(
        f"unbiased_cka  V1          {one.value:.3f}          [{one.interval[0]:.3f},"
    )
    assert f"halves of its trials agree by {one.halves:.3f}, carried to all trials" in lines[4]
    assert lines[-1].startswith("! procrustes: distance between halves of the trials")
    found.save(tmp_path)
    with (tmp_path / "ceilings.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert [float(row["value"]) for row in rows] == [one.value for one in found.found]
    assert [row["spearman_brown"] for row in rows] == ["True", "False"]
    assert list(found.frame()["n_parts"]) == [2, 2]


def test_a_counted_ceiling_that_no_stimulus_changes_has_no_interval(rng):
    outputs = rng.uniform(1, 2, size=(20, 5))
    recording = homolog.represent(np.stack([outputs] * 4), "trial,stimulus,neuron", name="V1")
    one = alone(recording, "error_consistency")
    assert one.value == 1
    assert one.interval is None
    assert "no interval: the ceiling is the same without any stimulus" in one.warnings


def test_a_measure_of_courses_in_time_has_a_floor(rng):
    course = rng.normal(size=(10, 40, 4)).cumsum(axis=1)
    trials = course + 0.2 * rng.normal(size=(4, *course.shape))
    recording = homolog.represent(trials, dims="trial,stimulus,time,neuron")
    found = alone(recording, "dsa", splits=1, intervals=False)
    odd, even = (trials[start::2].mean(axis=0) for start in (0, 1))
    assert found.value == pytest.approx(float(find("dsa")(odd, even)))
    assert not found.corrected


def test_a_measure_that_refuses_leaves_the_others_their_ceilings(animals, rng, tmp_path):
    several = {**animals, "wide": homolog.represent(rng.normal(size=(N, 60)))}
    found = ceilings(several, ["cka", "cca"])
    assert found.rows()[:-1] == ceilings(several, "cka").rows()
    assert [(one.measure.name, one.error.code) for one in found.refused] == [("cca", "HM005")]
    assert "! cca: not scored: HM005 cca can be 1.0" in str(found)
    *_, last = csv.DictReader((found.save(tmp_path) / "ceilings.csv").open())
    assert (last["measure"], last["value"]) == ("cca", "")
    assert last["warnings"] == found.refused[0].why
    assert found.frame()["measure"].tolist()[-1] == "cca"
    for asked in ("cca", ["cca", "cca(folds=2)"]):
        assert "cca can be 1.0" in refusal("HM005", lambda asked=asked: ceilings(several, asked))


def test_a_recording_in_which_a_measure_finds_nothing_keeps_the_ceilings_of_others(rng):
    alone = recorded(rng.normal(size=(N, 60)), 0.8, 8, rng)
    found = ceilings(alone, ["cca", "unbiased_cka"], splits=2)
    assert [one.measure.name for one in found.found] == ["unbiased_cka"]
    assert [one.error.code for one in found.refused] == ["HM005"]
