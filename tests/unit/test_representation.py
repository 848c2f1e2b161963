"""A population keeps its axes, labels, gaps and halves, and checks them once."""

import subprocess
import sys
from dataclasses import FrozenInstanceError, replace

import numpy as np
import pandas
import pytest
import xarray
from hypothesis import given
from hypothesis import strategies as st
from scipy.spatial.distance import pdist, squareform

from homolog.errors import HomologError
from homolog.pairing import pair
from homolog.representation import Representation, represent

RATES = np.arange(24.0).reshape(2, 3, 4)
LABELS = ("left", "right", "up")


def trials(n_trials: int = 6, n_stimuli: int = 4, n_neurons: int = 3, **fields) -> Representation:
    """Draw a population with trials."""
    responses = np.random.default_rng(0).normal(size=(n_trials, n_stimuli, n_neurons))
    return Representation(responses, ("trial", "stimulus", "neuron"), **fields)


def refused(*args, **fields) -> str:
    """Say why `represent` refuses something."""
    with pytest.raises(HomologError) as error:
        represent(*args, **fields)
    return error.value.code


class TestAxes:
    def test_two_axes_are_stimulus_and_neuron(self):
        x = represent(RATES[0])
        assert x.dims == ("stimulus", "neuron")
        assert (x.n_stimuli, x.n_neurons, x.n_trials, x.has_trials) == (3, 4, 1, False)

    def test_axes_are_stored_in_one_order(self):
        x = represent(RATES, "neuron,stimulus,trial", stimuli=LABELS)
        assert x.dims == ("trial", "stimulus", "neuron")
        np.testing.assert_array_equal(x.responses, RATES.transpose(2, 1, 0))

    def test_the_mask_goes_with_the_axes(self):
        missing = np.zeros((4, 3), dtype=bool)
        missing[3, 1] = True
        x = represent(RATES[0].T, "unit stimulus", missing=missing)
        np.testing.assert_array_equal(x.missing, missing.T)
        assert x.responses[1, 3] == 0.0

    @pytest.mark.parametrize("unit", ["unit", "units", "neuron"])
    def test_unit_is_neuron(self, unit):
        assert represent(RATES[0].T, (unit, "stimulus")).n_neurons == 4

    @pytest.mark.parametrize(
        "dims",
        [
            "stimulus,neuron",
            "trial,stimulus,stimulus",
            "trial,stimulus,cell",
            "trial,time,neuron",
            "trial,time,stimulus",
        ],
    )
    def test_axes_that_do_not_fit_are_refused(self, dims):
        assert refused(RATES, dims) == "HM026"

    @pytest.mark.parametrize("shape", [(), (5,)])
    def test_fewer_than_two_axes_are_refused(self, shape):
        assert refused(np.ones(shape)) == "HM026"

    def test_more_axes_are_never_guessed(self):
        assert refused(RATES) == "HM007"

    def test_flattening_and_pooling_only_when_asked(self):
        images = np.random.default_rng(0).normal(size=(5, 2, 3, 4))
        np.testing.assert_array_equal(represent(images, flatten=True).matrix, images.reshape(5, -1))
        np.testing.assert_allclose(represent(images, pool="mean").matrix, images.mean((2, 3)))

    def test_flattening_takes_the_mask_along(self):
        missing = np.zeros(RATES.transpose(1, 0, 2).shape, dtype=bool)
        missing[2, 1, 3] = True
        x = represent(RATES.transpose(1, 0, 2), flatten=True, missing=missing)
        assert np.flatnonzero(x.missing).tolist() == [23]

    @pytest.mark.parametrize(
        "options",
        [
            {"flatten": True, "pool": "mean"},
            {"pool": "max"},
            {"flatten": True, "dims": "trial,stimulus,neuron"},
            {"pool": "mean", "missing": np.zeros(RATES.shape, dtype=bool)},
            {"nan": "ignore"},
        ],
    )
    def test_options_that_make_no_sense_are_refused(self, options):
        assert refused(RATES, **options) == "HM025"

    def test_one_axis_cannot_be_flattened(self):
        assert refused(np.arange(5.0), flatten=True) == "HM026"

    def test_an_empty_trial_axis_is_refused(self):
        assert refused(np.ones((0, 3, 4)), "trial,stimulus,neuron") == "HM026"


class TestNumbers:
    @pytest.mark.parametrize("dtype", ["f2", "f8", "i2", "u1", "?", ">f8", "g"])
    def test_numbers_become_float64(self, dtype):
        x = represent(np.eye(4).astype(dtype))
        assert x.responses.dtype == np.float64
        np.testing.assert_array_equal(x.matrix, np.eye(4))

    def test_float32_stays(self):
        x = represent(np.eye(4, dtype=np.float32))
        assert x.responses.dtype == np.float32
        assert x.matrix.dtype == np.float64

    def test_responses_are_a_copy_that_cannot_be_written_to(self):
        given = np.eye(3)
        x = represent(given)
        given[0, 0] = 7.0
        assert x.responses[0, 0] == 1.0
        with pytest.raises(ValueError, match="read-only"):
            x.responses[0, 0] = 1.0
        with pytest.raises(FrozenInstanceError):
            x.name = "other"

    @pytest.mark.parametrize(
        ("values", "code"),
        [
            (np.eye(3) * 1j, "HM016"),
            (np.array([["a", "b"]] * 3), "HM017"),
            (np.array([[None, 1.0]] * 3), "HM017"),
            (np.zeros((3, 2), dtype="M8[s]"), "HM017"),
            ([[1.0, 2.0], [3.0], [4.0]], "HM017"),
            (np.ones((3, 0)), "HM018"),
            (np.eye(2), "HM019"),
            (np.ones((3, 4)), "HM006"),
            (np.full((3, 2), 0.1) + np.array([[0.0], [1e-17], [0.0]]), "HM006"),
        ],
    )
    def test_what_cannot_be_compared_is_refused(self, values, code):
        assert refused(values) == code

    def test_dissimilarities_are_no_responses(self, rng):
        apart = squareform(pdist(rng.normal(size=(8, 3)))).astype(np.float32)
        with pytest.raises(HomologError, match=r"^HM084 IT is 8×8, symmetric and 0 on its diag"):
            represent(apart, name="IT")
        assert represent(1 - apart).n_neurons == 8
        assert represent(np.triu(apart)).n_neurons == 8

    @pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
    def test_undeclared_gaps_are_refused(self, bad):
        values = np.eye(4)
        values[1, 2] = bad
        assert refused(values) == "HM004"

    def test_a_silent_neuron_among_others_is_kept(self):
        values = np.eye(4)
        values[:, 2] = 5.0
        x = represent(values)
        assert x.n_neurons == 4
        kept = x.drop_constant()
        assert kept.n_neurons == 3
        assert kept.dropped == (
            "the population: left out 1 of 4 neurons constant on all stimuli (2)",
        )


class TestGaps:
    VALUES = np.array([[1.0, 2.0, np.nan], [3.0, 5.0, 6.0], [7.0, 1.0, np.inf], [0.0, 1.0, 2.0]])

    def test_drop_units(self):
        x = represent(self.VALUES, nan="drop-units", name="X", neurons="abc")
        assert x.neurons == ("a", "b")
        assert x.dropped == ("X: left out 1 of 3 neurons with NaN or inf ('c')",)

    def test_drop_stimuli(self):
        x = represent(self.VALUES[[0, 1, 3, 1, 3]], nan="drop-stimuli", name="X", stimuli="abcde")
        np.testing.assert_array_equal(x.matrix, self.VALUES[[1, 3, 1, 3]])
        assert x.stimuli == ("b", "c", "d", "e")
        assert x.missing is None
        assert x.dropped == ("X: left out 1 of 5 stimuli with NaN or inf ('a')",)

    def test_pairwise_declares_them_missing(self):
        x = represent(self.VALUES, nan="pairwise")
        np.testing.assert_array_equal(x.missing, ~np.isfinite(self.VALUES))
        assert np.isfinite(x.responses).all()

    def test_a_declared_gap_is_no_reason_to_drop(self):
        missing = np.zeros(self.VALUES.shape, dtype=bool)
        missing[1, 0] = True
        x = represent(self.VALUES, nan="drop-units", missing=missing)
        assert x.n_neurons == 2
        assert x.missing.sum() == 1

    def test_nothing_left(self):
        values = np.eye(4)
        values[0] = np.nan
        assert refused(values, nan="drop-units") == "HM030"
        assert refused(values.T, nan="drop-stimuli") == "HM030"
        assert refused(values * np.nan, nan="drop-units") == "HM030"

    def test_the_mask_hides_what_was_there(self):
        missing = ~np.isfinite(self.VALUES)
        x = Representation(self.VALUES, missing=missing)
        assert (x.responses[missing] == 0.0).all()

    def test_a_mask_of_nothing_is_no_mask(self):
        assert Representation(np.eye(3), missing=np.zeros((3, 3), dtype=bool)).missing is None

    @pytest.mark.parametrize("missing", [np.zeros((3, 2), dtype=bool), np.zeros((3, 3))])
    def test_a_mask_that_does_not_fit_is_refused(self, missing):
        assert refused(np.eye(3), missing=missing) == "HM026"

    def test_drop_missing(self):
        x = represent(self.VALUES, nan="pairwise", stimuli="abcd")
        assert x.drop_missing("neurons").n_neurons == 2
        with pytest.raises(HomologError, match="HM019"):
            x.drop_missing("stimuli")  # two are left
        y = x.select(neurons=[0, 1]).drop_missing("stimuli")
        assert y.dropped == ()

    def test_matrix_wants_every_response(self):
        with pytest.raises(HomologError, match="HM028"):
            _ = represent(self.VALUES, nan="pairwise").matrix


class TestLabels:
    def test_whole_floats_meet_ints(self):
        x = represent(np.eye(3), stimuli=np.array([0.0, 45.0, 90.0]))
        assert x.stimuli == (0, 45, 90)
        assert all(type(one) is int for one in x.stimuli)

    def test_ints_beside_text_become_text(self):
        assert represent(np.eye(3), neurons=[1, "a", 2.5]).neurons == ("1", "a", "2.5")

    def test_without_labels_positions_stand_for_them(self):
        x = represent(RATES[0])
        assert x.stimuli is None
        assert x.labels == (0, 1, 2)
        assert x.neuron_labels == (0, 1, 2, 3)

    @pytest.mark.parametrize(
        ("fields", "code"),
        [
            ({"stimuli": "aab"}, "HM020"),
            ({"neurons": [1, 1.0, 2, 3]}, "HM020"),
            ({"stimuli": "ab"}, "HM027"),
            ({"neurons": "abc"}, "HM027"),
            ({"times": [0.0]}, "HM027"),
            ({"groups": "ab"}, "HM027"),
        ],
    )
    def test_labels_that_do_not_fit_are_refused(self, fields, code):
        assert refused(RATES[0], **fields) == code

    def test_times_must_differ(self):
        assert refused(RATES, "time,stimulus,neuron", times=[1, 1]) == "HM020"

    @given(
        st.lists(
            st.one_of(st.integers(), st.text(max_size=5)),
            min_size=3,
            unique_by=lambda one: str(one).replace("\0", ""),
        )
    )
    def test_labels_are_all_ints_or_all_text(self, labels):
        x = represent(np.eye(len(labels)), stimuli=labels)
        assert len({type(one) for one in x.stimuli}) == 1
        assert represent(x.matrix, stimuli=x.stimuli).stimuli == x.stimuli


class TestMeans:
    def test_means_skip_what_is_missing(self):
        responses = np.array([[[1.0], [2.0], [3.0]], [[5.0], [9.0], [9.0]]])
        missing = np.array([[[False], [False], [True]], [[False], [True], [True]]])
        means = Representation(
            responses, ("trial", "stimulus", "neuron"), missing=missing
        ).condition_means()
        assert means.responses[:2, 0].tolist() == [3.0, 2.0]
        assert means.missing.ravel().tolist() == [False, False, True]

    def test_means_of_everything(self):
        x = trials(stimuli="abcd", name="V1", unit="Hz")
        means = x.condition_means()
        np.testing.assert_allclose(means.matrix, x.responses.mean(0))
        assert (means.stimuli, means.name, means.unit) == (x.stimuli, "V1", "Hz")

    def test_without_trials_nothing_changes(self):
        x = represent(RATES[0])
        assert x.condition_means() is x


class TestHalves:
    def test_odd_and_even_trials(self):
        x = trials(n_trials=5)
        even, odd = x.halves()
        np.testing.assert_allclose(even.matrix, x.responses[::2].mean(0))
        np.testing.assert_allclose(odd.matrix, x.responses[1::2].mean(0))

    def test_a_slow_drift_is_shared(self):
        drift = np.linspace(0, 100, 50)[:, None, None] + np.eye(4)
        first, second = Representation(drift, ("trial", "stimulus", "neuron")).halves()
        assert np.abs(first.matrix - second.matrix).max() < 2.1

    def test_a_random_split_is_a_seeded_partition(self):
        x = trials(n_trials=7)
        first, second = x.halves("random", rng=3)
        np.testing.assert_allclose((4 * first.matrix + 3 * second.matrix) / 7, x.responses.mean(0))
        np.testing.assert_array_equal(x.halves("random", rng=3)[0].matrix, first.matrix)
        assert not np.array_equal(x.halves("random", rng=4)[0].matrix, first.matrix)

    def test_a_trial_goes_to_one_half_with_all_its_neurons(self):
        """Neuron 1 misses block 0; its block 2 must not move to the other half for it."""
        responses = np.zeros((4, 3, 2))
        responses[2] = 1.0
        responses[:, 0] += 0.5
        missing = np.zeros(responses.shape, dtype=bool)
        missing[0, :, 1] = True
        even, odd = Representation(
            responses, ("trial", "stimulus", "neuron"), missing=missing
        ).halves()
        assert even.matrix[1].tolist() == [0.5, 1.0]
        assert odd.matrix[1].tolist() == [0.0, 0.0]

    def test_without_repeats_there_are_no_halves(self):
        for x in (represent(RATES[0]), trials(n_trials=1)):
            with pytest.raises(HomologError, match="HM011"):
                x.halves()

    def test_every_neuron_needs_trials_in_both(self):
        missing = np.zeros((4, 4, 3), dtype=bool)
        missing[1:, 2, 0] = True
        with pytest.raises(HomologError, match=r"HM011 .*; 1 of 4 have 1"):
            trials(4, missing=missing).halves()
        missing[2, 2, 0] = False  # two trials, both even
        with pytest.raises(HomologError, match="HM011 the odd-even halves"):
            trials(4, missing=missing).halves()

    def test_an_unknown_split_is_refused(self):
        with pytest.raises(HomologError, match="HM025"):
            trials().halves("first-last")


class TestSelect:
    def test_by_label_in_the_order_asked_for(self):
        x = represent(RATES[0], stimuli=LABELS, neurons="abcd", groups="xyz")
        y = x.select(stimuli=["up", "left", "right"], neurons=["d", "a"])
        assert (y.stimuli, y.neurons, y.groups) == (
            ("up", "left", "right"),
            ("d", "a"),
            ("z", "x", "y"),
        )
        np.testing.assert_array_equal(y.matrix, RATES[0][[2, 0, 1]][:, [3, 0]])

    def test_by_position_and_by_mask(self):
        x = represent(RATES[0], neurons="abcd")
        assert x.select(neurons=[2, 0]).neurons == ("c", "a")
        assert x.select(neurons=np.array([True, False, False, True])).neurons == ("a", "d")
        assert x.select(neurons=range(1, 3)).neurons == ("b", "c")

    def test_an_int_is_a_label_where_labels_are_ints(self):
        x = represent(RATES[0], neurons=[30, 20, 10, 0])
        assert x.select(neurons=[0, 10]).neurons == (0, 10)
        with pytest.raises(HomologError, match="HM023"):
            x.select(neurons=[1])

    def test_trials_and_times(self):
        x = Representation(
            np.random.default_rng(0).normal(size=(3, 4, 5, 2)),
            ("trial", "stimulus", "time", "neuron"),
            times=(-0.1, 0.0, 0.1, 0.2, 0.3),
        )
        y = x.select(trials=[2, 0], times=np.asarray(x.times) >= 0)
        assert y.times == (0.0, 0.1, 0.2, 0.3)
        np.testing.assert_array_equal(y.responses, x.responses[[2, 0]][:, :, 1:])

    @pytest.mark.parametrize(
        ("chosen", "code"),
        [
            ({"stimuli": ["down"]}, "HM023"),
            ({"neurons": [4]}, "HM023"),
            ({"neurons": [-1]}, "HM023"),
            ({"neurons": [0, 0]}, "HM020"),
            ({"neurons": [True, False]}, "HM027"),
            ({"neurons": []}, "HM018"),
            ({"stimuli": ["left", "up"]}, "HM019"),
            ({"trials": [0]}, "HM026"),
            ({"times": [0]}, "HM026"),
        ],
    )
    def test_what_is_not_there_is_refused(self, chosen, code):
        with pytest.raises(HomologError) as error:
            represent(RATES[0], stimuli=LABELS).select(**chosen)
        assert error.value.code == code


class TestPositions:
    """Stimuli without labels are still told apart once some of them are gone."""

    RATES = np.random.default_rng(0).normal(size=(8, 3))

    def lacking(self, row: int) -> np.ndarray:
        rates = self.RATES.copy()
        rates[row, 1] = np.nan
        return rates

    @pytest.mark.parametrize(
        "x",
        [
            lambda self: represent(self.lacking(2), nan="drop-stimuli"),
            lambda self: represent(self.lacking(2), nan="pairwise").drop_missing("stimuli"),
            lambda self: represent(self.RATES).select(stimuli=np.arange(8) != 2),
        ],
    )
    def test_the_stimuli_that_are_left_keep_theirs(self, x):
        assert x(self).stimuli == (0, 1, 3, 4, 5, 6, 7)

    def test_rows_in_another_order_keep_theirs(self):
        assert represent(self.RATES).select(stimuli=range(7, -1, -1)).stimuli == (
            *range(7, -1, -1),
        )

    def test_while_all_stay_in_place_there_are_no_labels(self):
        assert represent(self.RATES).select(stimuli=range(8), neurons=[1]).stimuli is None

    def test_populations_that_lost_different_stimuli_are_not_paired_row_by_row(self):
        x, y = (represent(self.lacking(row), nan="drop-stimuli", name="X") for row in (2, 5))
        with pytest.raises(HomologError, match=r"HM001 .* 1 id is only in X: 5"):
            pair(x, y)
        both = pair(x, y, reorder=True)
        assert both.reference.stimuli == both.candidate.stimuli == (0, 1, 3, 4, 6, 7)
        np.testing.assert_array_equal(both.reference.matrix, both.candidate.matrix)


class TestFoldTime:
    def test_rows_are_times_of_stimuli(self):
        responses = np.random.default_rng(0).normal(size=(2, 3, 2, 4))
        missing = responses > 1
        x = Representation(
            responses,
            ("trial", "stimulus", "time", "neuron"),
            stimuli=LABELS,
            times=(-0.05, 0.1),
            missing=missing,
        )
        y = x.fold_time()
        assert y.dims == ("trial", "stimulus", "neuron")
        assert y.stimuli[:3] == ("left@-0.05", "left@0.1", "right@-0.05")
        assert y.groups == ("left", "left", "right", "right", "up", "up")
        assert y.times is None
        np.testing.assert_array_equal(y.responses[:, 3], x.responses[:, 1, 1])
        np.testing.assert_array_equal(y.missing[:, 3], x.missing[:, 1, 1])

    def test_positions_stand_for_times(self):
        responses = np.random.default_rng(0).normal(size=(3, 2, 4))
        x = represent(responses, "stimulus,time,neuron", stimuli="abc")
        assert x.fold_time().stimuli == ("a@0", "a@1", "b@0", "b@1", "c@0", "c@1")

    def test_no_labels_are_made_up_for_stimuli_without_any(self):
        x = represent(np.random.default_rng(0).normal(size=(3, 2, 4)), "stimulus,time,neuron")
        y = x.fold_time()
        assert y.stimuli is None
        assert y.groups == (0, 0, 1, 1, 2, 2)

    def test_groups_stay_those_of_the_stimuli(self):
        x = represent(
            np.random.default_rng(0).normal(size=(3, 2, 4)), "stimulus,time,neuron", groups="aab"
        )
        assert x.fold_time().groups == ("a", "a", "a", "a", "b", "b")

    def test_only_with_time(self):
        with pytest.raises(HomologError, match="HM026"):
            represent(RATES[0]).fold_time()


class TestSources:
    def test_torch(self):
        torch = pytest.importorskip("torch")
        tensor = torch.eye(4, requires_grad=True)
        np.testing.assert_array_equal(represent(tensor).matrix, np.eye(4))
        np.testing.assert_array_equal(represent(tensor.bfloat16()).matrix, np.eye(4))
        np.testing.assert_array_equal(represent(tensor.half()).matrix, np.eye(4))
        assert represent(tensor).responses.dtype == np.float32
        assert refused(tensor * 1j) == "HM016"

    def test_jax(self):
        jnp = pytest.importorskip("jax.numpy")
        np.testing.assert_array_equal(represent(jnp.eye(4)).matrix, np.eye(4))
        np.testing.assert_array_equal(represent(jnp.eye(4, dtype="bfloat16")).matrix, np.eye(4))

    def test_masked_array(self):
        masked = np.ma.masked_array(np.eye(3) * 7, mask=np.eye(3, dtype=bool)[::-1])
        x = represent(masked)
        np.testing.assert_array_equal(x.missing, masked.mask)

    def test_pandas(self):
        frame = pandas.DataFrame(RATES[0], index=list("abc"), columns=[10, 11, 12, 13])
        x = represent(frame)
        assert (x.stimuli, x.neurons) == (("a", "b", "c"), (10, 11, 12, 13))
        turned = represent(frame.T, "neuron,stimulus")
        assert (turned.stimuli, turned.neurons) == (x.stimuli, x.neurons)
        assert represent(pandas.DataFrame(RATES[0])).stimuli is None

    def test_pandas_gaps_and_words(self):
        frame = pandas.DataFrame({"a": pandas.array([1, None, 3], dtype="Int64"), "b": [1, 2, 3]})
        assert refused(frame) == "HM004"
        assert represent(frame, nan="drop-units").neurons == ("b",)
        assert refused(pandas.DataFrame({"image": list("abc"), "b": [1, 2, 3]})) == "HM017"

    def test_xarray(self):
        array = xarray.DataArray(
            RATES,
            dims=("time", "stimulus", "unit"),
            coords={"stimulus": list(LABELS), "time": [0, 50], "unit": [7, 8, 9, 10]},
            attrs={"units": "Hz"},
            name="V1",
        )
        array["time"].attrs["units"] = "ms"
        x = represent(array)
        assert x.dims == ("stimulus", "time", "neuron")
        assert (x.stimuli, x.times, x.neurons) == (LABELS, (0.0, 0.05), (7, 8, 9, 10))
        assert (x.unit, x.name) == ("Hz", "V1")
        assert represent(array, name="V2", unit="spikes").name == "V2"

    def test_xarray_times(self):
        spans = np.array([0, 20], dtype="m8[ms]")
        array = xarray.DataArray(RATES, {"time": spans}, dims=("time", "stimulus", "neuron"))
        assert represent(array).times == (0.0, 0.02)
        array = array.assign_coords(time=np.array(["2020", "2021"], dtype="M8[Y]").astype("M8[ns]"))
        assert refused(array) == "HM025"

    def test_xarray_with_other_axes(self):
        array = xarray.DataArray(RATES, dims=("image", "x", "y"))
        assert refused(array) == "HM026"
        assert represent(array.transpose("x", ...), flatten=True).n_neurons == 8

    def test_there_and_back_through_xarray(self):
        missing = np.zeros((2, 3, 4), dtype=bool)
        missing[1, 2, 3] = True
        x = Representation(
            RATES,
            ("trial", "stimulus", "neuron"),
            stimuli=LABELS,
            missing=missing,
            name="V1",
            unit="Hz",
            groups=("a", "a", "b"),
        )
        array = x.to_xarray()
        assert np.isnan(array.sel(stimulus="up").values[1, 3])
        y = represent(array, nan="pairwise")
        assert (y.stimuli, y.groups, y.name, y.unit) == (x.stimuli, x.groups, "V1", "Hz")
        np.testing.assert_array_equal(y.missing, x.missing)

    def test_a_representation_is_returned_unchanged(self):
        x = represent(RATES[0])
        assert represent(x) is x
        assert refused(x, name="other") == "HM025"
        assert refused(x, "neuron,stimulus") == "HM025"

    def test_a_path_is_not_an_array(self):
        assert refused("v1.npz") == "HM025"

    def test_no_library_is_imported_for_an_array_of_another(self):
        code = (
            "import numpy, sys; from homolog.representation import represent;"
            "represent(numpy.eye(3));"
            "print([m for m in ('pandas', 'torch', 'xarray', 'jax', 'scipy') if m in sys.modules])"
        )
        out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
        assert out.stdout.strip() == "[]", out.stderr


def test_it_prints_in_a_line():
    missing = np.zeros((2, 3, 4), dtype=bool)
    missing[0, 0] = True
    x = Representation(
        RATES, ("trial", "stimulus", "neuron"), missing=missing, name="V1", unit="Hz"
    )
    assert repr(x) == ("<Representation 'V1': trial 2 × stimulus 3 × neuron 4, Hz, 16.7% missing>")


def test_a_changed_copy_is_checked_again():
    x = represent(RATES[0])
    with pytest.raises(HomologError, match="HM027"):
        replace(x, stimuli=("a",))
