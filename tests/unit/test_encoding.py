"""Encoding scores: folds, ceilings, regions, and what is refused."""

from dataclasses import replace

import numpy as np
import pytest

from homolog import HomologError, encoding, represent
from homolog.encoding import OneToOne, PartialLeastSquares, Ridge, score
from homolog.encoding import _judging as judging
from homolog.encoding import _predicting as predicting
from homolog.encoding import _ridge as ridge

N_TRIALS, N_STIMULI, N_NEURONS = 8, 120, 10
QUIET, SILENT = 3, 5
"""Neurons of the recording that respond to no stimulus, and that never change."""


@pytest.fixture
def image(rng):
    return rng.normal(size=(N_STIMULI, 6))


@pytest.fixture
def signal(image, rng):
    weights = rng.normal(size=(6, N_NEURONS))
    weights[:, QUIET] = 0
    return image @ weights


@pytest.fixture
def brain(signal, rng):
    trials = signal + 4 * rng.normal(size=(N_TRIALS, N_STIMULI, N_NEURONS))
    trials[:, :, SILENT] = 2.0
    return represent(trials, "trial,stimulus,neuron", name="V4")


def test_a_penalty_cannot_be_chosen_within_a_single_group(image, brain):
    groups = [row // 60 for row in range(N_STIMULI)]
    with pytest.raises(HomologError) as caught:
        score(image, brain, folds=2, groups=groups)
    assert str(caught.value) == (
        "HM031 the penalty of ridge regression is undefined here, not 0: the training stimuli of a"
        " fold are a single group, of which no part can be left out. Give a penalty, as in"
        " Ridge(100.0), or folds that leave more groups to fit on."
    )
    assert score(image, brain, folds=2, groups=groups, map=Ridge(10.0)).n_groups == 2


def test_a_penalty_that_is_hardly_one_is_not_chosen_for_that(image, brain, rng):
    many = np.hstack([image, rng.normal(size=(N_STIMULI, 200))])
    small, tiny, least = (
        score(many, brain, map=Ridge((penalty, 100.0))).settings == 100
        for penalty in (1e-9, 1e-300, 5e-324)
    )
    assert (tiny == small).all()
    assert tiny.any()
    assert least.all()


def test_what_was_chosen_for_each_neuron_is_kept(image, brain, rng):
    layers = {"few": image, "many": np.hstack([image, rng.normal(size=(N_STIMULI, 200))])}
    tried = (1.0, 10.0, 100.0, 1e6)
    found = score(layers, brain, map=Ridge(tried))
    assert found.settings.shape == (2, 5, len(found.neurons))
    assert found.settings[0, 0, QUIET] > found.settings[0, 0, 0]
    everywhere = (found.settings == found.settings[:, :1]).all(axis=1)
    for penalty in tried:
        there = everywhere & (found.settings[:, 0] == penalty)
        np.testing.assert_allclose(
            score(layers, brain, map=Ridge(penalty)).share[there], found.share[there], atol=1e-12
        )
    assert everywhere.sum() > 5
    assert score(image, brain, map="pls").settings is None
    partners = score(image, represent(image @ np.eye(6)[:, ::-1]), map="one-to-one", ceiling=None)
    np.testing.assert_array_equal(partners.settings, np.tile(np.arange(6)[::-1], (1, 5, 1)))


def test_a_perfect_layer_reaches_the_ceiling_of_a_noisy_recording(image, signal, brain):
    found = score({"image": image}, brain)
    assert found.neurons == tuple(i for i in range(N_NEURONS) if i != SILENT)
    assert found.ceilings is not None
    repeats = np.array(found.neurons) != QUIET
    np.testing.assert_array_equal(found.ceilings.repeats, repeats)
    true = np.var(signal, axis=0)[list(found.neurons)]
    reliability = true / (true + 16 / N_TRIALS)
    assert np.abs(found.ceilings.share - reliability)[repeats].max() < 0.12
    assert np.abs(found.ceilings.correlation - np.sqrt(reliability))[repeats].max() < 0.08
    one = found.summaries()[0]
    assert one.median_correlation < 0.95 < 0.97 < one.median_normalised_correlation < 1.03
    assert 0.93 < one.weighted_normalised_share < 1.05
    assert (one.n_neurons, one.n_with_ceiling, one.n_unscored) == (9, 8, 1)


def test_the_halves_are_carried_to_all_trials_by_spearman_brown(image, brain):
    found = score(image, brain, folds=np.arange(N_STIMULI) % 2)
    first, second = (half.matrix[:, 0] for half in brain.halves())
    half = np.corrcoef(first, second)[0, 1]
    assert found.ceilings.share[0] == pytest.approx(2 * half / (1 + half))
    parts = [np.corrcoef(first[k::2], second[k::2])[0, 1] for k in range(2)]
    within = np.mean(parts)
    assert found.ceilings.correlation[0] == pytest.approx(np.sqrt(2 * within / (1 + within)))


def test_an_unrelated_layer_scores_nothing(rng, brain):
    one = score(rng.normal(size=(N_STIMULI, 40)), brain).summaries()[0]
    assert abs(one.mean_correlation) < 0.12
    assert -0.1 < one.weighted_share < 0.05


def test_rows_in_time_look_predicted_unless_neighbours_share_a_fold(rng):
    """Two populations that have nothing in common but being slow."""
    fast = rng.normal(size=(310, 46))
    slow = np.array([fast[row : row + 10].mean(axis=0) for row in range(300)])
    layer, brain = slow[:, :40], slow[:, 40:]
    leaking = score(layer, brain, ceiling=None).summaries()[0].median_share
    blocks = score(layer, brain, ceiling=None, split="blocks").summaries()[0].median_share
    assert leaking > 0.3
    assert abs(blocks) < 0.1  # the penalty is chosen by blocks as well; by single rows, below -0.4


def test_times_of_a_stimulus_stay_together_or_are_refused(rng):
    responses = rng.normal(size=(12, 5, 4))
    x = represent(responses, "stimulus,time,neuron", name="V1").fold_time()
    with pytest.raises(HomologError, match=r"^HM012 the same stimulus is in train and test"):
        score(x, x, ceiling=None)
    with pytest.raises(HomologError, match=r"^HM012"):
        score(x, x, ceiling=None, groups="stimulus", folds=np.arange(60) % 3)
    with pytest.raises(HomologError, match=r"^HM012"):
        score(x.matrix, x, ceiling=None)
    with pytest.raises(HomologError, match=r"^HM012"):
        score(x, x.matrix, ceiling=None)
    found = score(x, x, ceiling=None, groups="stimulus", folds=3)
    assert "held out in 3 folds of 12 groups" in str(found)


def test_layers_of_any_number_of_neurons_agree_where_they_say_the_same(image, brain, rng):
    """A rotation into more neurons than stimuli changes nothing: both shapes are one formula."""
    turned = image @ np.linalg.qr(rng.normal(size=(200, 6)))[0].T
    penalty = Ridge((1.0, 10.0, 100.0))
    found = score({"few": image, "many": turned}, brain, map=penalty)
    np.testing.assert_allclose(found.share[0], found.share[1], atol=1e-9)
    found = score({"few": image, "many": turned}, brain, map="pls")
    np.testing.assert_allclose(found.share[0], found.share[1], atol=1e-9)


@pytest.mark.parametrize("chosen", [Ridge(), Ridge(choice="leave-one-out"), OneToOne()])
def test_a_few_neurons_at_a_time_are_predicted_as_all_at_once(chosen, image, brain, monkeypatch):
    wide = np.hstack([image] * 30) + 1.0
    whole = score(wide, brain, map=chosen)
    monkeypatch.setattr(predicting, "BYTES_AT_ONCE", 8 * N_STIMULI * 2)
    monkeypatch.setattr(ridge, "_COLUMNS", 7)
    np.testing.assert_allclose(score(wide, brain, map=chosen).share, whole.share, atol=1e-9)


def test_single_precision_is_scored_in_double(image, brain):
    single = np.hstack([image] * 30).astype(np.float32)
    found = score({"single": single, "double": single.astype(np.float64)}, brain)
    np.testing.assert_allclose(found.share[0], found.share[1], atol=1e-10)


def test_a_large_mean_response_of_a_layer_costs_no_digits(image, brain):
    wide = np.hstack([image] * 30)
    found = score({"as it is": wide, "raised": wide + 1e6}, brain)
    np.testing.assert_allclose(found.share[0], found.share[1], atol=1e-7)


def test_regions_beside_the_responses_are_taken_in_python_too(image, brain, tmp_path):
    where = ["V1"] * 4 + ["IT"] * 6
    expected = score(image, brain, regions=where).regions
    labelled = brain.to_xarray().assign_coords(region=("neuron", where))
    assert score(image, labelled).regions == expected
    assert score(image, labelled, regions=["a"] * N_NEURONS).regions == ("a",) * 9
    labelled.to_netcdf(tmp_path / "nc.nc")
    np.savez(tmp_path / "npz.npz", responses=brain.responses, dims=brain.dims, regions=where)
    for name in ("nc.nc", "npz.npz"):
        assert score(image, tmp_path / name).regions == expected
    assert score(image, brain).regions == ("V4",) * 9


@pytest.mark.parametrize("labels", [None, list("abcdefghij")])
def test_neurons_that_are_dropped_take_their_regions_with_them(brain, tmp_path, labels):
    responses, where = np.array(brain.responses), ["V1"] * 4 + ["IT"] * 6
    responses[0, 0, 1] = np.nan
    arrays = {"responses": responses, "dims": brain.dims, "region": where}
    np.savez(tmp_path / "x.npz", **arrays, **({} if labels is None else {"neurons": labels}))
    read, beside = encoding.recording_in(tmp_path / "x.npz", nan="drop-units")
    kept = [neuron for neuron in range(N_NEURONS) if neuron != 1]
    assert read.neurons == tuple(kept if labels is None else [labels[one] for one in kept])
    assert [beside[one] for one in read.neurons] == [where[one] for one in kept]


def test_partial_least_squares_fits_a_region_at_a_time(image, brain):
    two = ["a"] * 4 + ["b"] * 6
    chosen = PartialLeastSquares(1)
    apart = score(image, brain, map=chosen, regions=two)
    alone = score(image, brain.select(neurons=range(4)), map=chosen)
    np.testing.assert_allclose(apart.share[0, :4], alone.share[0], atol=1e-12)
    assert np.abs(apart.share - score(image, brain, map=chosen).share).max() > 1e-3


def test_a_neuron_goes_with_the_one_that_correlates_best_sign_included(rng):
    x = rng.normal(size=(30, 2))
    brain = np.stack([0.5 * x[:, 0] - 2 * x[:, 1], x[:, 1]], axis=1)
    found = score(x, brain, map="one-to-one", ceiling=None)
    assert found.correlation[0, 1] == pytest.approx(1)
    assert found.share[0, 1] == pytest.approx(1)
    assert found.share[0, 0] < 0.3  # the second predicts it better, upside down


def test_a_neuron_that_was_silent_but_for_rounding_is_nobody_s_partner(rng):
    y = rng.normal(size=(12, 1))
    x = np.hstack([y + 3 * rng.normal(size=(12, 1)), np.where(y > 0, 1 + 2e-16, 1)])
    x[:4, 1] = rng.normal(size=4)
    labels = np.repeat([0, 1, 2], 4)
    found = score(x, np.hstack([y, y]), map="one-to-one", folds=labels, ceiling=None)
    assert found.share.min() > -100


def test_correlations_end_at_one_and_rounding_correlates_with_nothing(rng):
    x = rng.normal(size=(30, 200))
    assert judging.column_correlations(x, x).max() <= 1
    assert judging.column_correlations(x, x).min() == pytest.approx(1)
    nearly_constant = 1 + 2e-16 * (x > 0)
    np.testing.assert_array_equal(judging.column_correlations(x, nearly_constant), 0)


def test_halves_must_correlate_more_than_one_in_twenty_unrelated_ones():
    """The critical value of a table of correlations, one-sided 5 %, 8 pairs."""
    assert judging._least_correlation(8) == pytest.approx(0.6215, abs=1e-4)


def test_a_neuron_that_repeats_only_from_fold_to_fold_has_no_ceiling(rng):
    labels = np.repeat(np.arange(4), 10)
    level, noise = 5.0 * labels[:, None], rng.normal(size=(40, 2))
    trials = represent(np.array([level + noise, level - 0.5 * noise]), "trial,stimulus,neuron")
    found = score(rng.normal(size=(40, 3)), trials, folds=labels)
    assert not found.ceilings.repeats.any()
    np.testing.assert_array_equal(found.ceilings.correlation, 0)


def test_a_layer_that_is_constant_for_the_training_stimuli_predicts_the_mean(rng):
    x = np.zeros((9, 2))
    x[:3] = rng.normal(size=(3, 2))
    y = rng.normal(size=(9, 2))
    labels = np.repeat([0, 1], [3, 6])
    for chosen in encoding.MAPS:
        found = score(x, y, map=chosen, folds=labels, ceiling=None)
        assert np.isfinite(found.share).all()
        assert np.isfinite(found.correlation).all()


def test_weights_are_variances_and_medians_are_over_neurons(image, brain):
    found = score(image, brain)
    one, tops = found.summaries()[0], found.ceilings
    kept = tops.repeats
    normal = found.correlation[0, kept] / tops.correlation[kept]
    assert one.median_correlation == pytest.approx(np.median(found.correlation))
    assert one.weighted_share == pytest.approx(np.average(found.share[0], weights=found.variance))
    assert one.median_normalised_correlation == pytest.approx(np.median(normal))
    assert one.weighted_normalised_correlation == pytest.approx(
        np.average(normal, weights=found.variance[kept])
    )


def test_tables_never_hold_nan(image, brain):
    frame = score({"a": image, "b": image[:, :2]}, brain).frame()
    assert len(frame) == 2 * N_NEURONS
    by_status = frame[frame["layer"] == "a"].groupby("status")["neuron"].apply(list)
    assert by_status["no ceiling"] == [QUIET]
    assert by_status["does not vary"] == [SILENT]
    assert frame["normalised_share"].isna().sum() == 4
    assert frame["share"].isna().sum() == 2
    assert not np.isnan(frame["share"].dropna().to_numpy(float)).any()


def test_without_any_ceiling_nothing_is_normalised(image, rng):
    first = rng.normal(size=(N_STIMULI, 2))
    trials = np.array([first, 0.1 * image[:, :2] - first])  # the second undoes the first
    found = score(image, represent(trials, "trial,stimulus,neuron"))
    one = found.summaries()[0]
    assert one.n_with_ceiling == 0
    assert one.median_normalised_share is None
    assert "(" not in str(found).splitlines()[4]
    assert "over the ceilings of 0 of 2 neurons" in str(found)
    assert found.summary_frame()["median_normalised_share"].isna().all()


def test_it_prints_what_was_done_and_who_was_left_out(image, brain):
    labelled = replace(brain, stimuli=tuple(range(N_STIMULI)))
    layer = represent(image, stimuli=range(N_STIMULI))
    found = score({"image": layer}, labelled, regions={i: "ab"[i > 4] for i in range(N_NEURONS)})
    lines = str(found).splitlines()
    assert lines[0] == "V4: 10 neurons predicted by ridge at 120 stimuli, held out in 5 folds"
    assert lines[2].split("  ")[0] == "region"
    assert [line.split()[:3] for line in lines[4:6]] == [["a", "image", "5"], ["b", "image", "4"]]
    assert lines[7:] == [
        "r: correlation within folds, mean over folds; R²: share of variance over all folds;",
        "weighted: by the variance of neurons; in brackets: over the ceilings of 8 of 9 neurons",
        "! 1 neuron without a ceiling: odd and even trials agree no better than by chance; raw"
        " scores only",
        "! 1 neuron not scored, without variance over the stimuli of any fold: 5",
    ]


def test_settings_of_a_map_are_told(image, brain):
    text = str(score(image, brain, map=Ridge(2.0, "leave-one-out"), split="blocks"))
    assert "by ridge(penalty=2.0, choice='leave-one-out') at" in text
    assert "held out in 5 folds of neighbouring rows" in text


def test_stimuli_without_responses_are_left_out_of_all(image, brain):
    missing = np.zeros(brain.responses.shape, dtype=bool)
    missing[:, 7, 0] = True
    found = score(image, replace(brain, missing=missing))
    kept = np.arange(N_STIMULI) != 7
    assert found.n_stimuli == N_STIMULI - 1
    assert "left out 1 of 120 stimuli without any response of some neuron" in found.warnings[0]
    same = score(image[kept], brain.select(stimuli=kept), align=False)
    np.testing.assert_allclose(found.share, same.share)


def test_shared_stimuli_are_found_by_label(image, brain):
    names = [f"im{i}" for i in range(N_STIMULI)]
    labelled = replace(brain, stimuli=names)
    a = represent(image[10:], stimuli=names[10:])
    b = represent(image[:-10][::-1], stimuli=names[:-10][::-1])
    found = score({"a": a, "b": b}, labelled, align=True)
    assert found.n_stimuli == 100
    np.testing.assert_allclose(found.share[0], found.share[1], atol=1e-12)
    with pytest.raises(HomologError, match=r"^HM001"):
        score({"a": a}, labelled)


def test_progress_is_told_of_layers_and_folds(image, brain):
    told = []
    score({"a": image, "b": image}, brain, folds=2, progress=lambda *step: told.append(step))
    assert told == [("a: folds", 1, 2), ("a: folds", 2, 2), ("b: folds", 1, 2), ("b: folds", 2, 2)]


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"map": "plz"}, "HM025 map is 'plz'; allowed: ridge, pls, one-to-one, or one with"),
        ({"ceiling": "loo"}, "HM025 ceiling is 'loo'; allowed: 'split-half', None."),
        ({"split": "time"}, "HM025 split is 'time'; allowed: random, blocks."),
        ({"groups": "movie"}, "HM025 groups is 'movie'; allowed: \"stimulus\", or a label"),
        ({"groups": [1, 2]}, "HM025 groups is '2 labels'; allowed: \"stimulus\", or a label"),
        ({"regions": ["a"]}, "HM076 V4: 1 region for 10 neurons. Give one for each neuron, or a"),
        ({"regions": {0: "a"}}, "HM076 V4: no region for 9 of 10 neurons (1, 2, 3 and 6 more)."),
    ],
)
def test_settings_that_cannot_be(settings, said, image, brain):
    with pytest.raises(HomologError) as caught:
        score(image, brain, **settings)
    assert str(caught.value).startswith(said)


def test_refusals_of_populations(image, brain):
    with pytest.raises(HomologError, match=r"^HM011 split-half ceiling needs ≥2 repeats"):
        score(image, brain.condition_means())
    with pytest.raises(HomologError, match=r"^HM025 layers is \[\]; allowed: at least one"):
        score({}, brain)
    lacking = represent(np.where(np.eye(N_STIMULI, 6), np.nan, image), nan="pairwise")
    with pytest.raises(HomologError, match=r"^HM028 early has 6 missing responses"):
        score({"early": lacking}, brain)
    once = np.zeros((9, 2))
    once[[0, 3, 6]] = [[1, 0], [2, 1], [3, 5]]
    labels = np.repeat([0, 1, 2], 3)
    np.testing.assert_array_equal(score(once, once, folds=labels, ceiling=None).n_folds, 3)
    steps = np.repeat(np.eye(3), 3, axis=0)
    with pytest.raises(HomologError, match=r"none of 3 neurons varies over the stimuli of any"):
        score(steps, steps, folds=labels, ceiling=None)


@pytest.mark.parametrize("penalty", [0, -1.0, [], [1.0, 0.0], "much", np.inf])
def test_penalties_are_above_zero(penalty):
    with pytest.raises(HomologError, match=r"HM025 penalty is .*; allowed: None, or numbers above"):
        Ridge(penalty)


def test_other_settings_of_maps():
    with pytest.raises(
        HomologError, match=r"choice is 'best'; allowed: generalised, leave-one-out"
    ):
        Ridge(choice="best")
    with pytest.raises(HomologError, match=r"n_components is 0; allowed: a whole number from 1"):
        PartialLeastSquares(0)


def test_a_gram_matrix_that_would_not_fit_is_refused(monkeypatch):
    monkeypatch.setattr("homolog._arrays._checks._free_memory", lambda: 10**6)
    with pytest.raises(HomologError, match=r"^HM009 ridge .* \(5 arrays of 2,000 × 2,000 in"):
        Ridge().on(np.ones((2000, 2001), dtype=np.float32))
