"""What the study of families asks of each measure, and what it changes: truth planted."""

import os

import numpy as np
import pandas as pd
import pytest

from homolog import measures, statistics, studies
from homolog._nulls import random_orders
from homolog.measures._measure import is_ordered
from homolog.representation import Representation
from homolog.studies._study import Sources
from homolog.studies.families import (
    _changes,
    _equalised,
    alike,
    little,
)
from homolog.studies.families._measures import (
    ASKED,
    COLOURS,
    FAMILIES,
    READOUTS,
    UNPAIRED,
    by_spelling,
    not_asked,
    sees,
)
from homolog.studies.families._names import short
from homolog.studies.families._recordings import Seen, readout
from homolog.studies.families._scored import applies, bare, exchanged, placed, row

# What is asked.


def test_every_measure_of_the_package_is_asked_or_told_of():
    asked = {one.measure.name for one in ASKED}
    assert asked | set(not_asked()) == set(measures.names())
    assert asked.isdisjoint(not_asked())
    assert set(COLOURS) == set(FAMILIES)
    assert len({one.spelled for one in ASKED}) == len(ASKED)


def test_what_compares_numbers_of_either_population_sees_no_stimuli(rng):
    x = rng.gamma(2, size=(40, 5))
    unordered = {
        one.spelled
        for one in ASKED
        if sees(one) == "mean" and not is_ordered(one.measure.summary(x))
    }
    assert unordered == set(UNPAIRED)


def test_names_on_axes_stay_apart():
    assert len({short(one.spelled) for one in ASKED}) == len(ASKED)
    assert short("cka(kernel=rbf)") == "cka(rbf)"


# One measure, two recordings.

MOVIES = tuple(f"m{i // 5}" for i in range(40))


def recorded(signal, noise, rng, **more):
    """A population whose odd and even trials have noise of their own."""
    halves = tuple(signal + noise * rng.normal(size=signal.shape) for _ in range(2))
    return Seen(sum(halves) / 2, MOVIES, halves, **more)


@pytest.mark.parametrize("spelled", ["unbiased_cka", "procrustes", "ridge"])
def test_equal_neurons_stand_at_1_and_unrelated_ones_at_0(spelled, rng):
    signal = rng.normal(size=(40, 6))
    x, same, other = (
        recorded(of, 0.4, rng) for of in (signal, signal, rng.normal(size=signal.shape))
    )
    for y, place, sure in ((same, 1, True), (other, 0, False)):
        found = row(by_spelling(spelled), x, y, 0)
        assert found["why"] is None
        at = placed(found["score"], found["chance"], found["again"])
        assert at == pytest.approx(place, abs=0.25)
        assert (found["p"] <= 0.05) is sure


def test_noise_does_not_move_the_place_of_equal_neurons(rng):
    signal = rng.normal(size=(40, 6))
    for noise in (0.2, 1.0):
        x, y = recorded(signal, noise, rng), recorded(signal, noise, rng)
        found = row(by_spelling("procrustes"), x, y, 0)
        at = placed(found["score"], found["chance"], found["again"])
        assert at == pytest.approx(1, abs=0.2), noise


@pytest.mark.parametrize(
    "spelled", ["linear_regression", "semi_matching_correlation", "procrustes"]
)
def test_p_is_of_the_mean_of_both_ways_at_the_same_pairings(spelled, rng):
    signal = rng.normal(size=(40, 3))
    x, y = recorded(signal, 1.0, rng), recorded(signal[:, :2] + signal[:, 2:], 1.0, rng)
    measure = by_spelling(spelled).measure

    def both(order):
        first, second = (half[order] for half in x.halves)
        return np.mean([measure(first, y.halves[1]), measure(y.halves[0], second)])

    score, draws = both(slice(None)), [both(order) for order in random_orders(40, 39, MOVIES, 0)]
    found = row(by_spelling(spelled), x, y, 0)
    assert found["score"] == pytest.approx(score)
    assert found["chance"] == pytest.approx(np.mean(draws))
    assert found["p"] == statistics.p_value(measure, score, np.asarray(draws))


def test_a_measure_that_refuses_says_why(rng):
    x = recorded(rng.normal(size=(40, 45)), 0.1, rng)
    found = row(by_spelling("cca"), x, x, 0)
    assert found["score"] is found["chance"] is found["p"] is found["again"] is None
    assert found["why"].startswith("HM005 cca can be 1.0 whatever the data")
    assert bare(by_spelling("cca"), x.means, x.means, MOVIES) is None


def test_what_a_recording_lacks_is_said_and_not_scored(rng, monkeypatch):
    few = [by_spelling(one) for one in ("cka", "dsa", "crossnobis", *READOUTS)]
    monkeypatch.setattr(alike, "ASKED", few)
    x = recorded(rng.normal(size=(40, 4)), 0.1, rng)
    assert applies(by_spelling("cka"), x) is None
    assert applies(by_spelling("dsa"), x) == "each image was shown for one window of 200 ms"
    assert applies(by_spelling("crossnobis"), x).startswith("the cells were not recorded together")
    assert all(applies(by_spelling(one), x).startswith("rows are times") for one in READOUTS)
    told = alike.compared(x, x, {"kind": "half of M1", "pair": "x"}, seed=0)
    assert [one["measure"] for one in told if one["why"] is None] == ["cka"]
    assert [one["measure"] for one in told if one["score"] is not None] == ["cka"]
    assert told[0]["place"] == pytest.approx(1)  # a population beside itself


def test_trials_times_and_readouts_are_given_to_what_sees_them(rng):
    signal = rng.gamma(2, size=(40, 4))
    cloud = [signal[::5, None] + rng.normal(size=(8, 3, 4)) for _ in range(2)]
    course = [np.cumsum(rng.normal(size=(8, 12, 4)), axis=1) for _ in range(2)]
    x = recorded(
        signal,
        0.1,
        rng,
        trials=tuple(cloud),
        trial_groups=tuple("abcdefgh"),
        course=tuple(course),
        classes=MOVIES,
    )
    half = x.neurons([0, 2])
    assert [part.shape[-1] for part in (half.means, *half.halves, *half.trials, *half.course)] == (
        [2] * 7
    )
    for spelled in ("crossnobis", "dsa", "disagreement", "stochastic_shape(starts=1)"):
        assert applies(by_spelling(spelled), x) is None
        found = row(by_spelling(spelled), x, x, 0)
        assert found["why"] is None
        assert found["score"] == pytest.approx(found["again"])


def test_a_row_is_read_out_from_the_other_rows_alone(rng):
    classes = [f"c{i // 10}" for i in range(60)]
    noise = rng.normal(size=(60, 30))
    chosen = readout(noise, classes).argmax(1)
    assert np.mean(chosen == np.repeat(range(6), 10)) < 0.4  # with itself it would be near 1
    planted = noise + 3 * np.repeat(rng.normal(size=(6, 30)), 10, axis=0)
    assert np.mean(readout(planted, classes).argmax(1) == np.repeat(range(6), 10)) > 0.95


def test_places_hold_for_distances_too_and_need_two_ends():
    assert placed(0.5, 0.0, 1.0) == placed(1.5, 2.0, 1.0) == 0.5
    assert placed(None, 0.0, 1.0) is None
    assert placed(0.5, 0.3, 0.3 + 1e-9) is None


def test_no_group_stays_in_its_place_and_rows_stay_in_turn(rng):
    order = exchanged(MOVIES, rng)
    assert sorted(order) == list(range(40))
    assert not any(MOVIES[i] == MOVIES[j] for i, j in enumerate(order))
    assert np.array_equal(np.diff(order.reshape(8, 5)), np.ones((8, 4)))


# What is made equal, and what is changed.


def test_recordings_are_made_equal_in_what_it_says(rng):
    x = rng.gamma(2, size=(50, 20)) * rng.uniform(1, 3, size=20)
    equal = {name: of(x, rng) for name, of in _equalised.EQUALISED.items()}
    np.testing.assert_array_equal(equal["as recorded"], x)
    np.testing.assert_allclose(equal["mean rates"].mean(0), 0, atol=1e-12)
    np.testing.assert_allclose(equal["gains"].std(0), 1)
    np.testing.assert_allclose(equal["shared drive"].mean(1), 0, atol=1e-12)
    sizes = np.linalg.svd(equal["spectra"], compute_uv=False)
    np.testing.assert_allclose(sizes[:10], sizes[0])
    np.testing.assert_allclose(sizes[10:], 0, atol=1e-10)
    assert equal["numbers of neurons"].shape == (50, 13)


def test_differences_of_a_pair_are_0_of_equal_ones_and_larger_is_more_alike(rng):
    x = rng.gamma(2, size=(50, 20))
    same = _equalised.differences(x, x)
    assert same["neurons of the smaller"] == 20
    assert same["shared drive"] == pytest.approx(1) == same["first components"]
    assert same["equal numbers"] == same["equal rates"] == same["equal dimensions"] == 0
    other = _equalised.differences(x, np.hstack([x[:, :5] * 3 + 1]))
    assert all(other[what] < same[what] for what in same)


SEEN_BY = {
    "neurons reordered": set(),
    "other mean rates": {"aligned_cosine", "neighbour_overlap"},
    "rotated": {"neighbour_overlap", "soft_matching"},
    "mixed linearly": {"procrustes", "neighbour_overlap", "soft_matching"},
    "largest component gone": {"procrustes", "neighbour_overlap", "soft_matching", "ridge"},
}


@pytest.mark.parametrize("what", SEEN_BY)
def test_changes_are_seen_by_whom_they_must_be(what, rng):
    x = rng.gamma(2, size=(40, 6)) @ np.diag([6, 5, 4, 3, 2, 1])
    y = _changes.CHANGES[what](x, rng)
    assert y.shape == x.shape
    for spelled in ("procrustes", "neighbour_overlap", "soft_matching", "ridge"):
        same, now = (bare(by_spelling(spelled), x, other, MOVIES) for other in (x, y))
        assert (abs(same - now) > 0.02) == (spelled in SEEN_BY[what]), spelled


def test_every_change_changes_and_leaves_numbers_that_can_be_compared(rng):
    x = rng.gamma(2, size=(40, 6))
    for what, change in _changes.CHANGES.items():
        y = change(x, rng)
        assert y.shape == (40, 3 if what == "half of the neurons" else 6)
        assert np.isfinite(y).all()
        assert not np.array_equal(y, x)
        assert (y.std(0) > 0).all()


def test_trials_that_are_missing_are_never_drawn(rng):
    responses = rng.normal(size=(6, 10, 3)) + 100
    missing = np.zeros(responses.shape, bool)
    missing[:4, :, 0] = True
    responses[missing] = -1e6
    x = Representation(responses, "trial,stimulus,neuron", missing=missing)
    two = little.less(x, "trials", 2, rng)
    np.testing.assert_allclose(two[:, 0], responses[4:, :, 0].mean(0))
    assert two.min() > 90
    assert little.less(x, "neurons", 2, rng).shape == (10, 2)
    np.testing.assert_allclose(
        np.sort(little.less(x, "stimuli", 5, rng)), np.sort(x.condition_means().matrix)
    )


def test_without_recordings_every_part_is_left_out(tmp_path, monkeypatch):
    monkeypatch.delenv("HOMOLOG_DATA", raising=False)
    outcome = studies.run(studies.find("families"), tmp_path)
    assert set(outcome.left_out) == {"alike", "ranking", "answers", "little", "changes"}
    assert {row["verdict"] for row in outcome.claims} == {"not run"}


@pytest.mark.slow
@pytest.mark.skipif("HOMOLOG_DATA" not in os.environ, reason="reads recordings: HOMOLOG_DATA")
def test_a_quick_study_of_recordings(tmp_path):
    outcome = studies.run(studies.find("families"), tmp_path, sources=Sources(), quick=True)
    assert outcome.left_out == {}
    rows = pd.read_csv(tmp_path / "alike.csv")
    cka = rows[(rows["measure"] == "unbiased_cka")].set_index("kind")["place"]
    assert cka["other session"] < cka["half of V1"].min()
    table = pd.read_csv(tmp_path / "changes-lost.csv").set_index("change")
    assert table.loc["neurons reordered"].abs().max() < 0.05
    assert table.loc["rotated", "units"] > 0.5 > 0.05 > table.loc["rotated", "kernels"]
