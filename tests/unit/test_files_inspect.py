"""`inspect` lists arrays, axes, gaps, dead neurons and labels, and guesses nothing."""

import h5py
import numpy as np
import pytest

from homolog.errors import HomologError
from homolog.files import inspect, save
from homolog.representation import Representation


def test_a_table_of_what_is_there(tmp_path):
    path = tmp_path / "x.npz"
    rates = np.random.default_rng(0).normal(size=(92, 168))
    rates[5, [17, 90]] = np.nan
    rates[:, [3, 4]] = 0.0
    np.savez(path, rates=rates, images=np.zeros((92, 8, 8), "u1"), area=["V1"], window=0.2)
    assert str(inspect(path)).splitlines() == [
        str(path),
        "array   shape       axes              type     missing  dead  labels",
        "rates   92 × 168    stimulus, neuron  float64  2        2",
        "images  92 × 8 × 8  not named         uint8    0",
        "area    1                             <U2",
        "window  one                           float64  0",
    ]


@pytest.mark.parametrize("suffix", ["npz", "h5", "mat", "nc"])
def test_a_population_that_was_saved(suffix, tmp_path):
    responses = np.random.default_rng(0).normal(size=(5, 4, 3))
    responses[:, :, 2] = 1.0
    missing = np.zeros(responses.shape, dtype=bool)
    missing[0, :, 1] = True
    x = Representation(
        responses,
        ("trial", "stimulus", "neuron"),
        missing=missing,
        stimuli=tuple("abcd"),
        neurons=(7, 8, 9),
        name="V1",
        unit="Hz",
    )
    save(x, tmp_path / f"x.{suffix}")
    (info,) = inspect(tmp_path / f"x.{suffix}").arrays
    assert info.name == "responses"
    assert info.shape == (5, 4, 3)
    assert info.dims == ("trial", "stimulus", "neuron")
    assert (info.n_missing, info.n_dead) == (4, 1)
    assert info.labels == "stimuli a, b, …; neurons 7, 8, …"


def test_axes_named_in_another_order(tmp_path):
    responses = np.random.default_rng(0).normal(size=(3, 5))
    responses[1] = 2.0
    np.savez(tmp_path / "x.npz", responses=responses, dims=["neuron", "stimulus"])
    (info,) = inspect(tmp_path / "x.npz").arrays
    assert info.n_dead == 1


def test_a_group_of_a_file(tmp_path):
    path = tmp_path / "x.h5"
    with h5py.File(path, "w") as file:
        file["/V1/rates"] = np.eye(3)
        file["/V4/rates"] = np.eye(4)
        file["/V4/flags"] = np.eye(4) * 1j
    assert [one.name for one in inspect(path).arrays] == ["V1/rates", "V4/flags", "V4/rates"]
    assert [one.name for one in inspect(f"{path}::/V4").arrays] == ["V4/flags", "V4/rates"]
    assert [one.shape for one in inspect(f"{path}::V1/rates").arrays] == [(3, 3)]
    with pytest.raises(HomologError, match="HM023"):
        inspect(f"{path}::MT")


def test_a_mask_that_does_not_fit_is_not_counted(tmp_path):
    np.savez(tmp_path / "x.npz", responses=np.eye(3), missing=np.eye(4, dtype=bool))
    (info,) = inspect(tmp_path / "x.npz").arrays
    assert info.n_missing == 0
