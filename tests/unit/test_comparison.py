"""The main job, from two populations to a table and a folder."""

import csv
import tomllib
from dataclasses import replace

import numpy as np
import pytest

import homolog
from homolog import HomologError, represent
from homolog.measures import find
from homolog.scoring import Score

QUICK = {"permutations": 19, "intervals": False}


@pytest.fixture
def rng():
    return np.random.default_rng(0)


@pytest.fixture
def trials(rng):
    """Two noisy recordings of one shared signal: (trial, stimulus, neuron)."""
    shared = rng.normal(size=(30, 4))
    return tuple(
        shared @ rng.normal(size=(4, n)) + 0.7 * rng.normal(size=(8, 30, n)) for n in (6, 9)
    )


@pytest.fixture
def populations(trials):
    labels = [f"img{i:02d}" for i in range(30)]
    return tuple(
        represent(one, "trial,stimulus,neuron", stimuli=labels, name=name)
        for one, name in zip(trials, ("V1", "net"), strict=True)
    )


def test_default_measures_with_everything_a_reader_needs(populations):
    result = homolog.compare(*populations, permutations=99)
    assert [score.measure.name for score in result.scores] == [
        "unbiased_cka",
        "procrustes",
        "ridge",
        "soft_matching_correlation",
    ]
    for score in result.scores:
        low, high = score.interval
        assert low <= score.value <= high
        assert score.p_value == 1 / 100
        assert score.null.shape == (99,)
        closer = score.value - score.chance
        assert closer > 0 if score.measure.higher_is_closer else closer < 0
        assert score.ceiling > 0
    assert result.warnings == ()


def test_scores_are_those_of_the_condition_means(populations, trials):
    result = homolog.compare(*populations, "nbs", **QUICK)
    means = [one.mean(0) for one in trials]
    assert result["nbs"].value == pytest.approx(float(find("nbs")(*means)), abs=1e-14)


def test_the_ceiling_comes_from_odd_and_even_trials(populations, trials):
    result = homolog.compare(*populations, "unbiased_cka", **QUICK)
    halves = [float(find("unbiased_cka")(one[::2].mean(0), one[1::2].mean(0))) for one in trials]
    whole = [2 * half / (1 + half) for half in halves]
    assert result.scores[0].ceiling == pytest.approx(np.sqrt(whole[0] * whole[1]), abs=1e-12)


def test_what_is_counted_is_not_carried_to_all_trials(populations, trials):
    found = homolog.compare(*populations, ["neighbour_overlap"], **QUICK).scores[0]
    halves = [find("neighbour_overlap")(one[::2].mean(0), one[1::2].mean(0)) for one in trials]
    assert found.ceiling == pytest.approx(np.sqrt(np.prod(halves)), abs=1e-12)
    assert list(found.halved) == [
        f"{name}: agreement of halves of the trials as it is, so the ceiling is higher:"
        " Spearman-Brown does not hold for what is counted"
        for name in ("V1", "net")
    ]


def test_ceilings_of_halves_are_told_once_for_all_measures(populations):
    counts = ["neighbour_overlap", "maximum_match"]
    found = homolog.compare(*populations, ["unbiased_cka", *counts], **QUICK)
    said = [line for line in str(found).splitlines() if "halves" in line]
    rest = "higher than shown, which is how halves of the trials agree: no law carries that to all"
    assert said == [f"! the ceilings of neighbour_overlap and maximum_match are {rest} trials"]
    one = homolog.compare(*populations, counts[0], **QUICK)
    assert f"! the ceiling of neighbour_overlap is {rest} trials" in str(one)
    told = found.to_dataframe().set_index("measure")["warnings"]
    assert told["maximum_match"].count("the ceiling is higher") == 2
    assert "halves" not in told["unbiased_cka"]


def test_small_scores_are_shown_in_three_digits():
    score = Score(find("intrinsic_distance"), 0.00123456, (0.0, 0.0023456), 0.00004)
    assert str(score) == (
        "intrinsic_distance = 0.00123 · [0.00000, 0.00235] 95 % jackknife · chance 0.00004"
    )
    assert str(Score(find("cka"), 0.0123456)) == "cka = 0.012"
    assert str(Score(find("procrustes"), 3e-16)) == "procrustes = 0.000 rad"


def test_a_count_is_no_yes(rng):
    x, y = rng.normal(size=(2, 12, 3))
    with pytest.raises(HomologError, match="HM025 permutations is True; allowed: a whole number"):
        homolog.compare(x, y, "cka", permutations=True)


def test_a_number_of_dimensions_is_not_called_likeness(rng):
    x, y = rng.normal(size=(2, 20, 9))
    found = homolog.compare(x, y, ["ensd", "cka"], **QUICK)
    assert found["ensd"].chance > 0.2
    assert not any("unrelated populations" in one for one in found["ensd"].warnings)
    assert any("unrelated populations" in one for one in found["cka"].warnings)


@pytest.mark.parametrize("name", ["disagreement", "neighbour_overlap"])
def test_a_count_that_no_stimulus_changes_has_no_interval(name, rng):
    x = rng.uniform(1, 2, size=(20, 5))
    score = homolog.compare(x, 2 * x, name, permutations=0).scores[0]
    assert score.interval is None
    assert (
        "no interval: the score is the same without any stimulus, whatever others add"
        in score.warnings
    )
    one_differs = np.r_[2 * x[:19], np.roll(x[19:], 1, axis=1)]
    low, high = homolog.compare(x, one_differs, name, permutations=0).scores[0].interval
    assert low < high


def test_without_trials_there_is_no_ceiling(rng):
    result = homolog.compare(rng.normal(size=(20, 3)), rng.normal(size=(20, 4)), "cka", **QUICK)
    assert result.scores[0].ceiling is None


def test_a_population_against_itself(populations):
    result = homolog.compare(populations[0], populations[0], **QUICK)
    for score in result.scores:
        assert score.value == pytest.approx(score.measure.best, abs=0.02)


def test_the_same_seed_gives_the_same_numbers(populations):
    first, second = (homolog.compare(*populations, permutations=20, rng=4) for _ in range(2))
    assert first.to_dataframe().equals(second.to_dataframe())
    other = homolog.compare(*populations, permutations=20, rng=5)
    assert not np.array_equal(first.scores[1].null, other.scores[1].null)


def test_closed_form_chance_agrees_with_the_draws(populations):
    result = homolog.compare(*populations, ["cka", "linear_regression"], permutations=400)
    for score in result.scores:
        error = score.null.std() / np.sqrt(400)
        assert score.chance == pytest.approx(score.null.mean(), abs=4 * error)


def test_other_stimuli_are_named(populations):
    x, y = populations
    with pytest.raises(HomologError) as caught:
        homolog.compare(x, y.select(stimuli=range(29)))
    assert str(caught.value) == (
        "HM001 V1 has 30 stimuli, net has 29. Rows must be the same stimuli in the same order."
        " 1 id is only in V1: 'img29'. Use homolog.align(V1, net) to keep the 29 shared."
    )


def test_populations_without_a_stimulus_in_common_are_told_how_labels_look(populations):
    x, y = populations
    other = replace(y, stimuli=tuple(f"frame {i}" for i in range(30)))
    for align in (False, True):
        with pytest.raises(HomologError) as caught:
            homolog.compare(x, other, align=align)
        assert str(caught.value) == (
            "HM030 V1 and net share 0 stimuli; at least 3 are needed. Labels of V1 look like"
            f" {x.labels[0]!r}, of net like 'frame 0'. A stimulus must be called the same in both,"
            " letter for letter."
        )


def test_another_order_is_refused_and_mended_on_request(populations):
    x, y = populations
    turned = y.select(stimuli=[*range(3), *range(29, 2, -1)])
    with pytest.raises(HomologError) as caught:
        homolog.compare(x, turned)
    assert str(caught.value) == (
        "HM002 V1 and net share the same 30 ids in different orders (first at row 3)."
        " Use homolog.align(V1, net), or align=True in homolog.compare."
    )
    aligned = homolog.compare(x, turned, align=True, **QUICK)
    straight = homolog.compare(x, y, **QUICK)
    assert [s.value for s in aligned.scores] == [s.value for s in straight.scores]


def test_what_aligning_drops_is_said(populations):
    x, y = populations
    result = homolog.compare(x, y.select(stimuli=range(2, 30)), align=True, **QUICK)
    assert result.reference.n_stimuli == 28
    assert result.warnings == ("V1: left out 2 of 30 stimuli not in net ('img00', 'img01')",)


def test_a_transposed_array_is_recognised(rng):
    x, y = rng.normal(size=(92, 512)), rng.normal(size=(168, 92))
    with pytest.raises(HomologError) as caught:
        homolog.compare(x, y)
    assert str(caught.value) == (
        "HM003 Y looks transposed: 168×92 against X 92×512."
        ' If rows are units pass Y.T, or dims="unit,stimulus" in homolog.represent.'
    )


def test_unlabelled_rows_of_different_number(rng):
    with pytest.raises(HomologError, match="HM001 X has 60 stimuli, Y has 59"):
        homolog.compare(rng.normal(size=(60, 5)), rng.normal(size=(59, 5)))


def test_unlabelled_rows_are_trusted_aloud(rng, populations):
    result = homolog.compare(populations[0], rng.normal(size=(30, 4)), "cka", **QUICK)
    assert result.warnings == (
        "Y has no stimulus labels: row k of one is taken to be the same stimulus as row k of"
        " the other",
    )


def test_a_constant_neuron_is_named_with_its_population(rng):
    x = rng.normal(size=(20, 5))
    x[:, 3] = 1.0
    x = represent(x, name="layer relu4")
    with pytest.raises(HomologError) as caught:
        homolog.compare(x, rng.normal(size=(20, 5)), "soft_matching")
    assert str(caught.value) == (
        "HM006 layer relu4: 1 unit is constant on all 20 stimuli (3 of 5)."
        " The tuning of a constant unit is undefined, not 0."
        " Drop them with homolog.represent(…).drop_constant()."
    )
    result = homolog.compare(x.drop_constant(), rng.normal(size=(20, 5)), "soft_matching", **QUICK)
    assert result.reference.n_neurons == 4


def test_a_neuron_that_answers_one_stimulus_costs_the_interval_not_the_score(rng):
    x = rng.normal(size=(20, 5))
    x[:, 3] = 0.0
    x[7, 3] = 1.0
    result = homolog.compare(x, rng.normal(size=(20, 5)), "soft_matching", permutations=9)
    score = result.scores[0]
    assert score.interval is None
    assert "no interval: without some stimuli the score has no value (HM006" in score.warnings[0]


def test_few_groups_stop_before_an_interval_is_guessed(rng):
    x = rng.normal(size=(20, 3))
    with pytest.raises(HomologError, match="HM010 jackknife over 5 groups of stimuli"):
        homolog.compare(x, x, "cka", groups=[i % 5 for i in range(20)])


def test_few_stimuli_stop_before_an_interval_is_guessed(rng):
    x, y = rng.normal(size=(2, 6, 3))
    with pytest.raises(HomologError, match="HM010 jackknife over 6 stimuli"):
        homolog.compare(x, y, "cka")
    assert homolog.compare(x, y, "cka", intervals=False, permutations=9).scores[0].interval is None


def test_single_repeats_cost_the_ceiling_and_say_so(populations, trials):
    missing = np.zeros(trials[0].shape, dtype=bool)
    missing[1:, :14] = True
    x = represent(trials[0], "trial,stimulus,neuron", missing=missing, name="V1")
    score = homolog.compare(x, populations[1], "unbiased_cka", **QUICK).scores[0]
    assert score.ceiling is None
    assert (
        "HM011 split-half ceiling needs ≥2 repeats per stimulus; 14 of 30 have 1."
        " Drop them, or do without: ceiling=None." in score.warnings[0]
    )


def test_missing_single_trials_are_said(populations, trials):
    missing = np.zeros(trials[0].shape, dtype=bool)
    missing[:2, :, 0] = True
    x = represent(trials[0], "trial,stimulus,neuron", missing=missing, name="V1")
    result = homolog.compare(x, populations[1], "unbiased_cka", **QUICK)
    share = "V1: 4.2% of single-trial responses are missing from its means"
    assert result.warnings[0] == share
    assert result.scores[0].ceiling is not None


def test_wide_data_warn_what_biased_cka_would_read(rng):
    x, y = rng.normal(size=(20, 400)), rng.normal(size=(20, 300))
    score = homolog.compare(x, y, "unbiased_cka", **QUICK).scores[0]
    biased = float(find("cka")(x, y))
    assert score.warnings == (f"400 neurons > 20 stimuli: biased CKA would read {biased:.2f}",)
    assert biased > 0.9 > 0.3 > abs(score.value)


def test_times_of_one_stimulus_may_not_be_in_training_and_test(rng):
    x, y = (
        represent(rng.normal(size=(12, 5, n)), "stimulus,time,neuron").fold_time() for n in (3, 4)
    )
    with pytest.raises(HomologError) as caught:
        homolog.compare(x, y, "ridge")
    assert str(caught.value) == (
        "HM012 the same stimulus is in train and test (repeat ids)."
        " Split by 'stimulus' — pass groups=\"stimulus\"."
    )
    result = homolog.compare(x, y, "ridge", groups="stimulus", **QUICK)
    folds = np.asarray(result.scores[0].measure.options["folds"]).reshape(12, 5)
    assert (folds == folds[:, :1]).all()


def test_frames_of_one_movie_are_held_out_and_left_out_together(rng):
    """Ten frames that hardly differ: random folds measure memory, whole movies do not."""
    movies = np.repeat(np.arange(10), 10)
    x, y = (rng.normal(size=(10, n))[movies] + 0.1 * rng.normal(size=(100, n)) for n in (4, 5))
    loose, grouped = (
        homolog.compare(x, y, "ridge", groups=groups, permutations=19)["ridge"]
        for groups in (None, movies.tolist())
    )
    assert loose.value > 0.2 > grouped.value
    folds = np.asarray(grouped.measure.options["folds"])
    assert all(len(set(folds[movies == movie])) == 1 for movie in range(10))
    width = [high - low for low, high in (loose.interval, grouped.interval)]
    assert width[1] > 2 * width[0]
    assert loose.p_value == 0.05 < grouped.p_value


def test_times_of_a_stimulus_are_permuted_and_left_out_together(rng):
    """Slow unrelated responses: p over single times would be tiny in every study."""
    small = 0
    for one in rng.spawn(30):
        x, y = (
            represent(
                one.normal(size=(15, 1, n)) + 0.1 * one.normal(size=(15, 8, n)),
                "stimulus,time,neuron",
            ).fold_time()
            for n in (3, 4)
        )
        score = homolog.compare(x, y, "cka", permutations=39, intervals=False)["cka"]
        small += score.p_value <= 0.05
    assert small <= 6


def test_own_folds_may_not_part_a_stimulus(rng):
    x = represent(rng.normal(size=(10, 4, 3)), "stimulus,time,neuron").fold_time()
    parted = find("ridge").using(folds=np.arange(40) % 4)
    with pytest.raises(HomologError, match="HM012"):
        homolog.compare(x, x, parted, groups="stimulus", **QUICK)
    with pytest.raises(HomologError, match="HM012"):
        homolog.compare(x, x, parted, **QUICK)
    whole = find("ridge").using(folds=np.repeat(np.arange(10), 4))
    assert homolog.compare(x, x, whole, **QUICK)["ridge"].value > 0.9


def test_groups_of_unequal_size_cost_the_chance_level_not_the_comparison(rng):
    x, y = rng.normal(size=(2, 30, 3))
    score = homolog.compare(x, y, "cka", groups=[0] * 6 + [1] * 24, **QUICK)["cka"]
    assert score.p_value is None
    assert score.chance is None
    assert score.warnings[0].startswith("no chance level: HM025 groups is 'of 6, 24 stimuli'")


def test_a_noisy_candidate_does_not_cost_what_ridge_can_reach(populations, trials):
    x = populations[0]
    single = represent(trials[1][:1], "trial,stimulus,neuron", stimuli=x.stimuli)
    found, alone = (
        homolog.compare(x, y, "ridge", **QUICK)["ridge"].ceiling
        for y in (single, single.condition_means())
    )
    assert found == alone == pytest.approx(found)


def test_stimuli_dropped_on_one_side_are_not_paired_by_position(rng):
    x = rng.normal(size=(40, 5))
    a, b = x.copy(), x.copy()
    a[3, 0], b[35, 1] = np.nan, np.nan
    with pytest.raises(HomologError, match="HM001"):
        homolog.compare(a, b, "cka", nan="drop-stimuli", **QUICK)
    aligned = homolog.compare(a, b, "cka", nan="drop-stimuli", align=True, **QUICK)
    assert aligned["cka"].value == pytest.approx(1)


def test_an_almost_constant_neuron_is_counted(rng):
    x = rng.normal(size=(20, 5))
    x[:, 3] = 1.0
    x[0, 3] = 1.0 + 2e-16
    with pytest.raises(HomologError, match=r"1 unit is constant on all 20 stimuli \(3 of 5\)"):
        homolog.compare(x, rng.normal(size=(20, 5)), "soft_matching", **QUICK)


def test_the_call_that_is_told_computes_the_same_again(populations):
    measures = [find("cca").using(pca=3), "nbs", find("ridge").using(folds=4)]
    result = homolog.compare(
        *populations, measures, permutations=5, rng=2, intervals=False, align=True
    )
    names = {"homolog": homolog, "reference": populations[0], "candidate": populations[1]}
    again = eval(result.call, names)  # noqa: S307
    assert again.to_dataframe().equals(result.to_dataframe())
    assert again.call == result.call
    usual = homolog.compare(*populations, "nbs")
    assert usual.call == "homolog.compare(reference, candidate, ['nbs'])"


@pytest.mark.parametrize(
    "options",
    [
        {"rng": -1},
        {"rng": None},
        {"rng": np.random.default_rng(0)},
        {"permutations": 10.0},
        {"permutations": -1},
        {"measures": []},
        {"measures": [1]},
        {"measures": homolog.measures},
        {"measures": ["cka", "cka"]},
        {"groups": 5},
        {"groups": {"a": 1}},
    ],
    ids=lambda options: "-".join(f"{key}-{type(one).__name__}" for key, one in options.items()),
)
def test_options_out_of_range_are_refused(rng, options):
    x = rng.normal(size=(10, 3))
    with pytest.raises(HomologError, match="HM025"):
        homolog.compare(x, x, **options)


def test_a_run_is_valid_toml_whatever_the_names(rng, tmp_path):
    names = ('cell "a" \\ 🧠', "tab\tand\x7f")
    x, y = (represent(rng.normal(size=(12, 3)), name=name) for name in names)
    result = homolog.compare(x, y, "cka", permutations=np.int64(9), rng=np.int64(3))
    run = tomllib.loads((result.save(tmp_path) / "run.toml").read_text(encoding="utf-8"))
    assert (run["reference"]["name"], run["candidate"]["name"]) == names
    assert run["run"]["seed"] == 3


def test_groups_that_do_not_fit_are_refused(rng):
    x = rng.normal(size=(10, 3))
    with pytest.raises(HomologError, match="HM027"):
        homolog.compare(x, x, "cka", groups=["a"] * 9)
    with pytest.raises(HomologError, match="HM025 groups is 'movie'"):
        homolog.compare(x, x, "cka", groups="movie")


def test_unfolded_time_is_refused(rng):
    x = represent(rng.normal(size=(12, 5, 3)), "stimulus,time,neuron")
    with pytest.raises(HomologError, match="HM028"):
        homolog.compare(x, x)


def test_missing_responses_drop_their_stimuli_in_both(rng):
    x, y = rng.normal(size=(20, 3)), rng.normal(size=(20, 4))
    x[5, 1] = np.nan
    with pytest.raises(HomologError) as caught:
        homolog.compare(x, y, "cka")
    assert caught.value.code == "HM004"
    result = homolog.compare(x, y, "cka", nan="pairwise", **QUICK)
    kept = np.arange(20) != 5
    assert result["cka"].value == pytest.approx(float(find("cka")(x[kept], y[kept])), abs=1e-14)
    assert any("5" in warning for warning in result.warnings)


def test_table_shows_every_number_and_warning(populations):
    text = str(homolog.compare(*populations, ["cka", "procrustes"], permutations=99))
    assert "V1 (reference, 6 neurons) and net (candidate, 9 neurons) on 30 stimuli" in text
    line = next(line for line in text.splitlines() if line.startswith("cka *"))
    assert line.count("0.") >= 5
    assert "floor" in text
    assert "* biased at few stimuli" in text


def test_saved_run_can_be_read_again(populations, tmp_path):
    result = homolog.compare(*populations, ["cka", "procrustes"], permutations=19)
    folder = result.save(tmp_path / "out", command="homolog compare a b")
    assert {file.name for file in folder.iterdir()} == {
        "scores.csv",
        "run.toml",
        "null.npz",
        "refs.bib",
    }
    rows = list(csv.DictReader((folder / "scores.csv").open()))
    assert [float(row["value"]) for row in rows] == [score.value for score in result.scores]
    run = tomllib.loads((folder / "run.toml").read_text())
    assert run["run"]["command"] == "homolog compare a b"
    assert run["run"]["seed"] == 0
    assert run["reference"]["blake2b"] == result.digests["reference"]
    with np.load(folder / "null.npz", allow_pickle=False) as null:
        np.testing.assert_array_equal(null["cka"], result["cka"].null)
    assert (folder / "refs.bib").read_text().count("@inproceedings") == 2


def test_the_digest_tells_responses_and_labels_apart(rng):
    x, y = rng.normal(size=(10, 3)), rng.normal(size=(10, 3))
    digests = {
        homolog.compare(one, y, "cka", **QUICK).digests["reference"]
        for one in (x, x + 1e-12, represent(x, stimuli="abcdefghij"))
    }
    assert len(digests) == 3


def test_unknown_measure_names_the_closest(rng):
    x = rng.normal(size=(10, 3))
    with pytest.raises(HomologError, match=r"HM023 no measure 'procrusts'\. Closest: 'procrustes'"):
        homolog.compare(x, x, "procrusts")


def test_progress_tells_every_step(populations):
    seen = []
    homolog.compare(*populations, "cka", permutations=7, progress=lambda *step: seen.append(step))
    assert seen[:2] == [("cka: score", 0, 1), ("cka: score", 1, 1)]
    assert ("cka: chance", 7, 7) in seen
    assert ("cka: interval", 30, 30) in seen


class TestMatrix:
    def test_every_pair_is_the_pair_s_own_score(self, rng):
        named = {name: rng.normal(size=(20, n)) for name, n in (("a", 3), ("b", 4), ("c", 30))}
        for measure in ("cka", "procrustes", "ridge"):
            result = homolog.matrix(named, measure)
            expected = [
                [float(find(measure)(x, y)) for y in named.values()] for x in named.values()
            ]
            np.testing.assert_allclose(result.values, expected, rtol=1e-9, atol=1e-9)

    def test_the_diagonal_is_computed_and_not_taken_for_granted(self, rng):
        """A measure that breaks its promise is seen to."""
        honest = find("nbs")
        summary, score = honest.halves
        off = replace(honest, halves=(summary, lambda x, y: 0.5 * score(x, y)))
        result = homolog.matrix({name: rng.normal(size=(9, 3)) for name in "ab"}, off)
        np.testing.assert_allclose(np.diag(result.values), 0.5)

    def test_labels_and_files(self, rng, tmp_path):
        result = homolog.matrix({"a": rng.normal(size=(9, 2)), "b": rng.normal(size=(9, 3))}, "nbs")
        assert result.to_dataframe().loc["a", "b"] == result.values[0, 1]
        rows = list(csv.DictReader((result.save(tmp_path) / "matrix.csv").open()))
        assert len(rows) == 4
        assert float(rows[1]["value"]) == result.values[0, 1]
        assert "nbs * (rows: reference, columns: candidate)" in str(result)

    def test_pairs_with_other_stimuli_are_aligned_on_request(self, rng):
        x = represent(rng.normal(size=(12, 3)), stimuli="abcdefghijkl")
        named = {"x": x, "y": x.select(stimuli="abcdefgh"), "z": x.select(stimuli="lkjihgfe")}
        with pytest.raises(HomologError, match="HM001"):
            homolog.matrix(named, "procrustes")
        result = homolog.matrix(named, "procrustes", align=True)
        np.testing.assert_allclose(result.values, 0, atol=1e-9)

    @pytest.mark.parametrize("populations", [{}, [np.eye(4)]], ids=["none", "a list"])
    def test_no_names(self, populations):
        with pytest.raises(HomologError, match="HM025 populations"):
            homolog.matrix(populations, "cka")

    def test_names_need_not_be_text(self, rng):
        x, y = rng.normal(size=(2, 9, 3))
        assert "1" in str(homolog.matrix({1: x, 2: y}, "cka"))

    def test_an_unlabelled_first_population_hides_nothing(self, rng):
        responses, labels = rng.normal(size=(12, 4)), list("abcdefghijkl")
        b = represent(responses, stimuli=labels)
        c = represent(responses[::-1], stimuli=labels[::-1])
        a = rng.normal(size=(12, 3))
        for named in ({"a": a, "b": b, "c": c}, {"b": b, "c": c, "a": a}):
            with pytest.raises(HomologError, match="HM002"):
                homolog.matrix(named, "cka")
            result = homolog.matrix(named, "cka", align=True).to_dataframe()
            assert result.loc["b", "c"] == pytest.approx(1)

    def test_a_pair_keeps_what_it_shares_whatever_comes_first(self, rng):
        labels = [f"s{i}" for i in range(30)]
        b, c = (represent(rng.normal(size=(30, 4)), stimuli=labels) for _ in range(2))
        few = b.select(stimuli=labels[:12])
        orders = ({"s": few, "b": b, "c": c}, {"b": b, "c": c, "s": few})
        first, last = (homolog.matrix(one, "cka", align=True).to_dataframe() for one in orders)
        assert (
            first.loc["b", "c"]
            == last.loc["b", "c"]
            == pytest.approx(float(find("cka")(b.matrix, c.matrix)))
        )

    def test_times_of_one_stimulus_are_held_out_together_when_told(self, rng):
        named = {
            name: represent(rng.normal(size=(12, 5, 3)), "stimulus,time,neuron").fold_time()
            for name in "xy"
        }
        with pytest.raises(HomologError, match="HM012"):
            homolog.matrix(named, "ridge")
        found = homolog.matrix(named, "ridge", groups="stimulus").values[0, 1]
        pair = homolog.compare(named["x"], named["y"], "ridge", groups="stimulus", **QUICK)
        assert found == pytest.approx(pair["ridge"].value, abs=1e-12)

    def test_what_was_taken_on_trust_is_said(self, rng):
        result = homolog.matrix({"a": rng.normal(size=(9, 2)), "b": rng.normal(size=(9, 3))}, "nbs")
        assert len(result.warnings) == 1
        assert "! a and b have no stimulus labels" in str(result)

    def test_a_constant_neuron_is_named_with_its_population(self, rng):
        x, y = rng.normal(size=(2, 9, 3))
        y[:, 1] = 5
        with pytest.raises(HomologError, match=r"HM006 b: 1 unit is constant .*\(1 of 3\)"):
            homolog.matrix({"a": x, "b": y}, "soft_matching")


def test_a_folder_that_cannot_be_made_is_refused(populations, tmp_path):
    (tmp_path / "file").write_text("kept")
    result = homolog.compare(*populations, "cka", **QUICK)
    with pytest.raises(HomologError, match="HM034"):
        result.save(tmp_path / "file" / "out")
    assert (tmp_path / "file").read_text() == "kept"


def test_groups_that_keep_nothing_together_are_told(populations):
    note = "every stimulus is a group of its own: nothing is kept together"
    assert note in homolog.compare(*populations, "cka", groups="stimulus").warnings
    pairs = [row // 2 for row in range(30)]
    assert note not in homolog.compare(*populations, "cka", groups=pairs).warnings
