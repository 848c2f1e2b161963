"""Every refusal of a file says, to the word, what is wrong and what to do."""

import importlib.util
from pathlib import Path

import numpy as np
import pytest

from homolog import recordings
from homolog.errors import HomologError
from homolog.files import inspect, load, save
from homolog.representation import Representation, represent

KNOWN = ".npy, .npz, .h5, .hdf5, .mat, .csv, .tsv, .parquet, .nc"


def text_of(refused, *args, **options) -> str:
    """Return the message of a refusal, whose code stands first."""
    with pytest.raises(HomologError) as error:
        refused(*args, **options)
    assert str(error.value).startswith(error.value.code + " ")
    return str(error.value)


@pytest.fixture
def folder(tmp_path) -> Path:
    """Make a folder with a file of two arrays."""
    np.savez(tmp_path / "two.npz", v1=np.eye(3), v4=np.eye(4))
    return tmp_path


def test_no_such_file(folder):
    assert text_of(load, folder / "tow.npz") == (
        f"HM032 there is no file {folder / 'tow.npz'}. In its folder: 'two.npz'."
    )
    assert text_of(inspect, folder / "nowhere" / "x.npz") == (
        f"HM032 there is no file {folder / 'nowhere' / 'x.npz'}."
    )
    assert text_of(load, folder / "spikes.mat") == (
        f"HM032 there is no file {folder / 'spikes.mat'}."
    )


@pytest.mark.parametrize("read", [load, inspect])
def test_a_folder_is_no_file(read, folder):
    assert text_of(read, folder) == f"HM032 {folder} is a folder. Name a file in it."
    for here in ("", "."):
        assert text_of(read, here) == "HM032 . is a folder. Name a file in it."


@pytest.mark.parametrize("nan", ["stop", "drop-units", "drop-stimuli", "pairwise"])
def test_not_one_response(nan, folder):
    np.save(folder / "x.npy", np.full((5, 4), np.nan))
    assert text_of(load, folder / "x.npy", nan=nan) == (
        "HM004 x holds no response: all 20 entries are NaN or inf. Check its source."
    )


@pytest.mark.parametrize("suffix", ["npz", "npy", "mat", "h5", "nc", "parquet"])
def test_text_under_another_name(suffix, folder):
    path = folder / f"x.{suffix}"
    path.write_text("stimulus,n0\na,1\nb,2\n", encoding="utf-8")
    for read in (load, inspect):
        said = text_of(read, path)
        assert said.startswith(f"HM021 {path} cannot be read as ")
        assert said.endswith(": it is text. Name it by what it is, .csv or .tsv for a table.")


def test_which_array(folder):
    path = folder / "two.npz"
    assert text_of(load, path) == (f"HM022 {path} holds 2 arrays: 'v1', 'v4'. Name one: {path}::v1")


def test_no_array(folder):
    np.savez(folder / "words.npz", area=["V1", "V4"])
    np.save(folder / "words.npy", ["V1", "V4"])
    for path in (folder / "words.npz", folder / "words.npy"):
        assert text_of(load, path) == (
            f"HM022 {path} holds no array of numbers. homolog inspect {path} shows what it holds."
        )


def test_no_such_array(folder):
    path = folder / "two.npz"
    assert text_of(load, f"{path}::v2") == (
        f"HM023 no array 'v2'. Closest: 'v4', 'v1'. homolog inspect {path} lists all."
    )
    assert text_of(inspect, f"{path}::spikes") == (
        f"HM023 no array 'spikes'. homolog inspect {path} lists all."
    )


@pytest.mark.parametrize(("name", "ending"), [("x.nwb", "'.nwb' is"), ("x", "no file ending is")])
def test_an_unknown_format(name, ending, folder):
    (folder / name).write_text("x")
    expected = f"HM024 {name}: {ending} not a known format. Known: {KNOWN}."
    assert text_of(load, folder / name) == expected
    assert text_of(save, represent(np.eye(3)), folder / name) == expected


def test_a_network_is_no_population_and_says_what_reads_it(folder):
    (folder / "network.safetensors").write_text("x")
    for read in (load, inspect):
        text = text_of(read, folder / "network.safetensors")
        assert text.startswith("HM024 network.safetensors: '.safetensors' is not a known format.")
        assert text.endswith(
            "A network in it is read by homolog.rules.load; homolog.record then gives what its"
            " neurons respond."
        )


def test_axes_of_a_saved_population_stand(folder):
    save(represent(np.eye(3)), folder / "x.npz")
    assert text_of(load, folder / "x.npz", "neuron,stimulus", flatten=True) == (
        f"HM025 {folder / 'x.npz'} was saved by homolog with its axes: leave out dims and flatten."
    )


def test_what_a_format_cannot_hold(folder):
    trials = Representation(
        np.random.default_rng(0).normal(size=(2, 3, 4)), ("trial", "stimulus", "neuron")
    )
    assert text_of(save, trials, folder / "x.csv") == (
        "HM033 x.csv cannot hold the axes trial, stimulus, neuron. Save as .npz or .h5, which"
        " hold everything."
    )
    x = represent(np.eye(3), stimuli="abc", unit="Hz", name="V1")
    assert text_of(save, x, folder / "x.npy") == (
        "HM033 x.npy cannot hold stimulus labels and a unit and a name other than its own. Save"
        " as .npz or .h5, which hold everything."
    )
    assert text_of(save, represent(np.eye(3), neurons=["1", "2", "3"]), folder / "x.tsv") == (
        "HM033 x.tsv cannot hold neuron labels of digits that are text. Save as .npz or .h5,"
        " which hold everything."
    )


def test_too_much_for_matlab(folder, monkeypatch):
    monkeypatch.setattr("homolog.files._save.MOST_BYTES_MAT5", 71)
    assert text_of(save, represent(np.eye(3)), folder / "x.mat") == (
        "HM033 x.mat cannot hold more than 2 GB. Save as .npz or .h5, which hold everything."
    )


def test_a_folder_that_is_a_file(folder):
    path = folder / "two.npz" / "x.npz"
    assert text_of(save, represent(np.eye(3)), path) == (
        f"HM034 {path} was not written: File exists. What was there is untouched."
    )


@pytest.mark.parametrize("use", ["load", "save"])
def test_parquet_without_pyarrow(use, folder, monkeypatch):
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    (folder / "x.parquet").write_bytes(b"PAR1")
    refused = load if use == "load" else lambda path: save(represent(np.eye(3)), path)
    assert text_of(refused, folder / "x.parquet") == (
        'HM013 a .parquet table needs pyarrow: pip install "homolog[io]". Nothing else was changed.'
    )


def test_a_recording_that_is_not_there(folder, monkeypatch):
    remedy = (
        " Set the environment variable HOMOLOG_DATA to the folder that holds"
        " hatsopoulos2007_reach, or give it as folder=…."
    )
    file = "HM032 hatsopoulos2007_reach/hatsopoulos2007.npz"
    assert text_of(recordings.hatsopoulos_reach, folder) == (
        f"{file} is not in {folder / 'hatsopoulos2007_reach'} or {folder}." + remedy
    )
    monkeypatch.delenv("HOMOLOG_DATA", raising=False)
    assert text_of(recordings.hatsopoulos_reach) == f"{file} was not looked for." + remedy


def test_a_session_that_does_not_exist():
    sessions = ", ".join(recordings.V1_SESSIONS)
    assert text_of(recordings.v1_natural_movies, "ay3_u01") == (
        f"HM023 no session 'ay3_u01'. Closest: 'ay3_u001', 'ay4_u001', 'ay3_u002'. All: {sessions}."
    )
