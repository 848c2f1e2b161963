"""Each reader honours the traps of its recording.

The recordings are not part of the project: these tests need HOMOLOG_DATA.
"""

import os
from pathlib import Path

import numpy as np
import pytest

from homolog import recordings
from homolog.errors import HomologError
from homolog.files import load, save
from homolog.representation import align

pytestmark = pytest.mark.skipif(
    "HOMOLOG_DATA" not in os.environ, reason="HOMOLOG_DATA names no folder of recordings"
)


@pytest.fixture(scope="module")
def folder() -> Path:
    """Return the folder of recordings."""
    return Path(os.environ["HOMOLOG_DATA"])


@pytest.fixture(scope="module")
def v1():
    """Read one session once."""
    return recordings.v1_natural_movies("ay3_u001")


@pytest.fixture(scope="module")
def stored(folder):
    """Return the arrays of that session as they are."""
    with np.load(folder / "v1_natural_movies" / "ay3_u001.npz") as file:
        return dict(file)


class TestV1:
    def test_trials_are_blocks_and_gaps_are_missing(self, v1, stored):
        assert v1.dims == ("trial", "stimulus", "neuron")
        assert v1.responses.shape == (50, 440, 47)
        counts = stored["counts"].transpose(2, 1, 0)
        np.testing.assert_array_equal(v1.missing, counts == -1)
        np.testing.assert_array_equal(v1.responses[~v1.missing], counts[counts >= 0])
        assert v1.responses.min() == 0
        assert v1.missing.mean() == pytest.approx(0.019, abs=5e-4)
        assert (v1.unit, v1.name) == ("spikes / 200 ms", "ay3_u001")

    def test_labels_say_what_the_image_is(self, v1, folder):
        with np.load(folder / "v1_natural_movies" / "stimuli.npz") as shown:
            at = shown["sequence_index"]
        assert v1.stimuli[at[0, 0, 3, 5]] == "natural-zoom1-movie03-frame05"
        assert v1.stimuli[at[1, 1, 9, 2]] == "synthetic-zoom2-movie09-frame02"
        assert v1.stimuli[at[0, 2, 1, 4]] == "contrast-zoom1-movie01-frame04"
        assert v1.stimuli[at[0, 1, 3, 10]] == "natural-zoom1-movie03-frame10"

    @pytest.mark.parametrize(
        ("category", "n_all", "n_own"),
        [("natural", 220, 220), ("synthetic", 220, 180), ("contrast", 44, 40)],
    )
    def test_categories_share_their_first_and_last_frames(self, category, n_all, n_own):
        x = recordings.v1_natural_movies("ay4_u001", category=category)
        assert x.n_stimuli == n_all
        assert sum(label.startswith(category) for label in x.stimuli) == n_own

    def test_one_magnification(self, v1):
        x = recordings.v1_natural_movies("ay3_u001", category="natural", zoom=2)
        assert x.n_stimuli == 110
        assert all("natural-zoom2" in label for label in x.stimuli)
        np.testing.assert_array_equal(x.responses, v1.select(stimuli=x.stimuli).responses)

    @pytest.mark.parametrize(
        "options", [{"category": "movie"}, {"zoom": 3}, {"category": "contrast", "zoom": 2}]
    )
    def test_what_was_not_shown_is_refused(self, options):
        with pytest.raises(HomologError, match="HM025"):
            recordings.v1_natural_movies("ay3_u001", **options)

    @pytest.mark.parametrize(
        ("session", "n_units", "n_held", "n_blocks"),
        [
            ("ay2_u003", 39, 25, 50),
            ("ay2_u007", 16, 7, 50),
            ("ay3_u001", 47, 37, 50),
            ("ay3_u002", 53, 25, 50),
            ("ay4_u001", 13, 3, 50),
            ("ay4_u005", 46, 13, 60),
            ("ay4_u006", 66, 24, 50),
            ("ay5_u002", 31, 12, 50),
            ("ay5_u005", 49, 7, 50),
        ],
    )
    def test_every_session(self, session, n_units, n_held, n_blocks):
        x = recordings.v1_natural_movies(session)
        assert (x.n_neurons, x.n_trials) == (n_units, n_blocks)
        held = recordings.v1_natural_movies(session, held=True)
        assert held.n_neurons == n_held
        assert set(held.neurons) <= set(x.neurons)
        first, second = x.halves("odd-even")
        assert first.missing is None
        assert second.missing is None

    def test_sessions_align(self, v1):
        other = recordings.v1_natural_movies("ay4_u006")
        a, b = align(v1, other)
        assert a.stimuli == b.stimuli == v1.stimuli
        assert a.dropped == b.dropped == ()

    def test_odd_and_even_blocks_agree_better_than_early_and_late(self, v1):
        """The drift that the odd-even split is for is there."""

        def agreement(first, second):
            return np.corrcoef(first.matrix.sum(1), second.matrix.sum(1))[0, 1]

        early = v1.select(trials=range(25)).condition_means()
        late = v1.select(trials=range(25, 50)).condition_means()
        assert agreement(*v1.halves("odd-even")) > agreement(early, late)

    def test_the_folder_of_the_recording_will_do(self, folder, v1, monkeypatch):
        monkeypatch.delenv("HOMOLOG_DATA")
        x = recordings.v1_natural_movies("ay3_u001", folder / "v1_natural_movies")
        np.testing.assert_array_equal(x.responses, v1.responses)
        y = recordings.v1_natural_movies("ay3_u001", str(folder))
        np.testing.assert_array_equal(y.responses, v1.responses)

    @pytest.mark.parametrize("suffix", ["npz", "h5", "mat", "nc"])
    def test_a_session_survives_a_file(self, suffix, v1, tmp_path):
        save(v1, tmp_path / f"x.{suffix}")
        x = load(tmp_path / f"x.{suffix}")
        np.testing.assert_array_equal(x.responses, v1.responses)
        np.testing.assert_array_equal(x.missing, v1.missing)
        assert (x.stimuli, x.neurons, x.name) == (v1.stimuli, v1.neurons, v1.name)


@pytest.fixture(scope="module")
def means():
    """Read the means over trials once."""
    return recordings.pfc_look_nolook()


@pytest.fixture(scope="module")
def trials():
    """Read the single trials once."""
    return recordings.pfc_look_nolook(trials=True)


class TestPfc:
    def test_means(self, means, folder):
        assert means.dims == ("stimulus", "time", "neuron")
        assert means.responses.shape == (12, 20, 319)
        assert means.stimuli[0] == "no-look -150°"
        assert means.stimuli[-1] == "look 150°"
        assert means.times == tuple(i * 50 / 1000 for i in range(20))
        with np.load(folder / "pfc_look_nolook" / "pfc_look_nolook.npz") as file:
            rates = file["mean_rate_hz"]
        look_30 = means.stimuli.index("look 30°")
        np.testing.assert_array_equal(means.responses[look_30], rates[:, 1, 3].T)

    def test_single_trials_average_to_the_means(self, means, trials, folder):
        np.testing.assert_allclose(
            trials.condition_means().responses, means.responses, rtol=1e-5, atol=1e-5
        )
        with np.load(folder / "pfc_look_nolook" / "pfc_look_nolook.npz") as file:
            n_trials = file["n_trials"]
        there = (~trials.missing).sum(0)[:, 0].T
        np.testing.assert_array_equal(there, n_trials.reshape(319, 12))

    def test_halves(self, trials):
        first, second = trials.halves()
        assert first.missing is None
        assert np.corrcoef(first.responses.ravel(), second.responses.ravel())[0, 1] > 0.8


class TestReaching:
    def test_rates(self, folder):
        x = recordings.hatsopoulos_reach()
        assert x.dims == ("stimulus", "time", "neuron")
        assert x.responses.shape == (8, 121, 141)
        assert x.stimuli == ("0°", "45°", "90°", "135°", "180°", "225°", "270°", "315°")
        assert (x.times[0], x.times[80], x.times[-1]) == (-0.8, 0.0, 0.4)
        with np.load(folder / "hatsopoulos2007_reach" / "hatsopoulos2007.npz") as file:
            np.testing.assert_array_equal(x.responses[2, 80], file["firing_rate_hz"][:, 80, 2])
            angles = np.angle(
                np.exp(1j * np.deg2rad(file["reach_angle_deg"] - np.arange(0, 360, 45)))
            )
        assert np.rad2deg(np.abs(angles)).max() < 4

    def test_averages_have_no_halves(self):
        with pytest.raises(HomologError, match="HM011"):
            recordings.hatsopoulos_reach().halves()


def test_a_damaged_recording_is_a_clear_error(folder, tmp_path):
    source = folder / "hatsopoulos2007_reach" / "hatsopoulos2007.npz"
    (tmp_path / source.name).write_bytes(source.read_bytes()[:-5000])
    with pytest.raises(HomologError, match="HM021"):
        recordings.hatsopoulos_reach(tmp_path)
