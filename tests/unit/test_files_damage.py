"""A damaged file is a clear error: never a library's, never a part of what was saved."""

import dataclasses
import gc
import pickle
import random
import zipfile
from pathlib import Path

import h5py
import numpy as np
import psutil
import pytest

from homolog.errors import HomologError
from homolog.files import inspect, load, save
from homolog.files._formats import FORMATS
from homolog.representation import Representation

SEALED = ["npz", "h5", "mat", "nc", "parquet"]  # they hold a checksum of everything
OPEN = ["npy", "csv", "tsv"]  # a changed digit is a number like any other

# Whatever a library prints from a finaliser would reach the user too.
pytestmark = pytest.mark.filterwarnings("error::pytest.PytestUnraisableExceptionWarning")


def whole(suffix: str) -> Representation:
    """Make a population that uses all that a format can hold."""
    rng = np.random.default_rng(0)
    responses = rng.normal(size=(3, 5, 6))
    if suffix == "npy":
        return Representation(responses[0], name="x")
    labels = {"stimuli": tuple("abcde"), "neurons": tuple(range(6)), "name": "x"}
    if suffix in ("csv", "tsv"):
        return Representation(responses[0], **labels)
    also = {"unit": "Hz", "groups": tuple("aabbc"), "dropped": ("1 left out",)}
    if suffix == "parquet":
        return Representation(responses[0], missing=responses[0] > 1, **labels, **also)
    dims = ("trial", "stimulus", "neuron")
    return Representation(responses, dims, missing=responses > 1, **labels, **also)


def saved(suffix: str, folder: Path) -> tuple[Path, bytes, Representation]:
    """Save a population and return the path, the bytes and the population."""
    path, x = folder / f"x.{suffix}", whole(suffix)
    save(x, path)
    return path, path.read_bytes(), x


def same(x: Representation, y: Representation) -> bool:
    """Whether two populations agree in every field."""
    return all(
        np.array_equal(getattr(x, field.name), getattr(y, field.name))
        for field in dataclasses.fields(Representation)
    )


def loaded(path: Path) -> Representation | None:
    """Return the population, or None if the file is refused; anything else is a failure."""
    try:
        inspect(path)
    except HomologError as error:
        assert error.code in ("HM021", "HM039")  # noqa: PT017 - a file may also be whole
    try:
        return load(path)
    except HomologError:
        return None


@pytest.mark.parametrize("suffix", sorted({*SEALED, *OPEN, "hdf5"}))
def test_an_empty_file(suffix, tmp_path):
    path = tmp_path / f"x.{suffix}"
    path.touch()
    title = FORMATS[f".{suffix}"].title
    for read in (load, inspect):
        with pytest.raises(HomologError) as error:
            read(path)
        assert str(error.value) == (
            f"HM021 {path} cannot be read as {title}: it is empty. Write the file anew."
        )


@pytest.mark.parametrize("suffix", SEALED + OPEN)
def test_a_truncated_file(suffix, tmp_path):
    path, content, _ = saved(suffix, tmp_path)
    lengths = {*range(1, len(content), max(1, len(content) // 60)), len(content) - 1}
    for length in lengths:
        path.write_bytes(content[:length])
        for read in (load, inspect):
            with pytest.raises(HomologError) as error:
                read(path)
            assert error.value.code == "HM021", length


@pytest.mark.parametrize("suffix", SEALED)
def test_a_flipped_bit_or_a_scrambled_stretch(suffix, tmp_path):
    path, content, x = saved(suffix, tmp_path)
    n_refused = 0
    for seed in range(40 if suffix == "nc" else 150):  # xarray takes its time
        path.write_bytes(damaged(content, random.Random(seed)))
        y = loaded(path)
        n_refused += y is None
        assert y is None or same(x, y), seed
    assert n_refused > 5


@pytest.mark.parametrize("suffix", OPEN)
def test_a_format_without_checksum_gives_a_whole_population_or_none(suffix, tmp_path):
    path, content, x = saved(suffix, tmp_path)
    for seed in range(150):
        path.write_bytes(damaged(content, random.Random(seed)))
        y = loaded(path)
        assert y is None or y.responses.size == x.responses.size, seed


def damaged(content: bytes, draw: random.Random) -> bytes:
    """Flip one bit, or overwrite a stretch with noise."""
    changed = bytearray(content)
    at = draw.randrange(len(content))
    if draw.random() < 0.7:
        changed[at] ^= 1 << draw.randrange(8)
    else:
        stretch = draw.randbytes(min(draw.randrange(1, 64), len(content) - at))
        changed[at : at + len(stretch)] = stretch
    return bytes(changed)


@pytest.mark.parametrize("suffix", SEALED + OPEN)
def test_something_else_altogether(suffix, tmp_path):
    path = tmp_path / f"x.{suffix}"
    for content in (b"\0" * 600, b"not a file of numbers", random.Random(0).randbytes(3000)):
        path.write_bytes(content)
        assert loaded(path) is None


def test_more_bytes_than_the_header_promises(tmp_path):
    path, content, _ = saved("npy", tmp_path)
    path.write_bytes(content + b"\0" * 8)
    with pytest.raises(HomologError, match="its header promises 368 bytes and there are 376"):
        load(path)


def test_the_checksum_of_a_zip_is_checked(tmp_path):
    """Nothing else would tell: the file is not ours and its header is whole."""
    path = tmp_path / "x.npz"
    np.savez(path, rates=np.eye(9))
    content = bytearray(path.read_bytes())
    content[300] ^= 1
    path.write_bytes(content)
    with pytest.raises(HomologError) as error:
        load(path)
    assert str(error.value) == (
        f"HM021 {path} cannot be read as NumPy arrays: Bad CRC-32 for file 'rates.npy'."
        " Write the file anew."
    )


def test_damage_that_a_library_would_report_on_its_own(tmp_path):
    """Damaged attributes of the whole file make h5netcdf complain from a finaliser."""
    path, content, _ = saved("nc", tmp_path)
    changed = bytearray(content)
    changed[content.find(b"_NCProperties") + 20] ^= 0xFF
    path.write_bytes(changed)
    with pytest.raises(HomologError, match="HM021"):
        load(path)
    gc.collect()


def test_a_single_changed_response_breaks_the_seal(tmp_path):
    path, _, _ = saved("h5", tmp_path)
    with h5py.File(path, "r+") as file:
        file["responses"][0, 0, 0] += 1e-12
    for read in (load, inspect):
        with pytest.raises(HomologError) as error:
            read(path)
        assert str(error.value) == (
            f"HM021 {path} cannot be read as HDF5: its contents are not those that were written."
            " Write the file anew."
        )


@pytest.mark.parametrize("key", ["stimuli", "missing", "unit", "groups", "name", "dropped"])
def test_a_part_that_is_gone_breaks_the_seal(key, tmp_path):
    path, _, _ = saved("h5", tmp_path)
    with h5py.File(path, "r+") as file:
        del file[key]
    with pytest.raises(HomologError, match=r"HM021 .* not those that were written"):
        load(path)


class TestTooLarge:
    """10 million stimuli by 1000 neurons are 80 GB, and three copies of them 240 GB."""

    SHAPE = (10_000_000, 1_000)
    TEXT = (
        " needs ≈240 GB (10,000,000 × 1,000 in float64, 3 copies); 8 GB free. Save a part of it:"
        " fewer stimuli, trials, times or neurons, or means over trials."
    )

    @pytest.fixture(autouse=True)
    def _eight_gigabytes_free(self, monkeypatch):
        memory = psutil.virtual_memory()._replace(available=8_000_000_000)
        monkeypatch.setattr(psutil, "virtual_memory", lambda: memory)

    def test_a_dataset_that_takes_no_room_on_disk(self, tmp_path):
        path = tmp_path / "big.h5"
        with h5py.File(path, "w") as file:
            file.create_dataset("rates", self.SHAPE, "f4", chunks=(1000, 1000))
        with pytest.raises(HomologError) as error:
            load(path)
        assert str(error.value) == "HM009 loading big.h5" + self.TEXT
        (info,) = inspect(path).arrays
        assert (info.shape, info.n_missing, info.n_dead) == (self.SHAPE, None, None)

    def test_a_sparse_npy(self, tmp_path):
        path = tmp_path / "big.npy"
        header = {"descr": "<u2", "fortran_order": False, "shape": self.SHAPE}
        with path.open("wb") as file:
            np.lib.format.write_array_header_1_0(file, header)
            file.truncate(file.tell() + 2 * 10**10)
        with pytest.raises(HomologError) as error:
            load(path)
        assert str(error.value) == "HM009 loading big.npy" + self.TEXT

    def test_a_header_that_lies_is_damage(self, tmp_path):
        path = tmp_path / "x.npz"
        header = {"descr": "<f8", "fortran_order": False, "shape": self.SHAPE}
        with zipfile.ZipFile(path, "w") as archive, archive.open("rates.npy", "w") as file:
            np.lib.format.write_array_header_1_0(file, header)
            file.write(b"\0" * 100)
        with pytest.raises(HomologError, match=r"HM021 .* promises 80,000,000,128 bytes"):
            load(path)

    def test_a_large_table(self, tmp_path):
        path = tmp_path / "big.csv"
        with path.open("wb") as file:
            file.truncate(4 * 10**9)
        with pytest.raises(HomologError, match=r"HM009 loading big\.csv needs ≈12 GB"):
            load(path)


class Net:
    """A class that a pickle would bring to life, and that tells if it was."""

    came_to_life = False

    def __setstate__(self, state):
        """Run when the pickle is opened."""
        Net.came_to_life = True


class TestPickles:
    REMEDY = " Save the responses instead: numpy.savez(path, responses=x)."

    @pytest.mark.parametrize("suffix", [".pkl", ".pickle", ".joblib", ".PKL"])
    @pytest.mark.parametrize("protocol", range(6))
    def test_a_pickle_is_named_and_never_opened(self, suffix, protocol, tmp_path):
        path = tmp_path / f"weights{suffix}"
        net = Net()
        net.rates = [1.0]
        path.write_bytes(pickle.dumps({"net": net}, protocol))
        for read in (load, inspect):
            with pytest.raises(HomologError) as error:
                read(path)
            assert str(error.value) == (
                f"HM014 weights{suffix} holds pickled code (class Net), which could run anything."
                + self.REMEDY
            )
        assert not Net.came_to_life

    def test_a_damaged_pickle_is_refused_like_a_whole_one(self, tmp_path):
        path = tmp_path / "x.pkl"
        content = pickle.dumps(Net())
        for length in range(len(content)):
            path.write_bytes(content[:length])
            with pytest.raises(HomologError, match="HM014"):
                load(path)

    def test_torch_files(self, tmp_path):
        torch = pytest.importorskip("torch")
        remedy = (
            " Save the responses instead: numpy.savez(path, responses=x.detach().cpu().numpy())."
        )
        for form in (True, False):
            torch.save({"net": Net()}, tmp_path / "w.pt", _use_new_zipfile_serialization=form)
            with pytest.raises(HomologError) as error:
                load(tmp_path / "w.pt")
            assert str(error.value) == (
                "HM014 w.pt holds pickled code (class Net), which could run anything." + remedy
            )
        torch.save({"weight": torch.eye(3)}, tmp_path / "w.pth")
        with pytest.raises(HomologError, match="no class but those of libraries"):
            load(tmp_path / "w.pth")

    def test_an_array_of_objects(self, tmp_path):
        values = np.array([[Net(), 1.0]] * 3, dtype=object)
        np.save(tmp_path / "x.npy", values, allow_pickle=True)
        np.savez(tmp_path / "x.npz", nets=values, allow_pickle=True)
        for path, name in (("x.npy", "x.npy"), ("x.npz", "x.npz::nets")):
            with pytest.raises(HomologError) as error:
                load(tmp_path / path)
            assert str(error.value) == (
                f"HM014 {name} holds pickled code (class Net), which could run anything."
                " Save plain numbers and text instead."
            )
        assert not Net.came_to_life

    def test_numbers_beside_objects_can_be_read(self, tmp_path):
        values = np.array([[Net(), 1.0]] * 3, dtype=object)
        np.savez(tmp_path / "x.npz", nets=values, rates=np.eye(3), allow_pickle=True)
        assert load(tmp_path / "x.npz").n_neurons == 3
        assert [one.dtype for one in inspect(tmp_path / "x.npz").arrays] == ["object", "float64"]


def test_a_file_that_may_not_be_read(tmp_path, monkeypatch):
    path, _, _ = saved("npz", tmp_path)

    def forbidden(*_):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(zipfile, "ZipFile", forbidden)
    with pytest.raises(HomologError) as error:
        load(path)
    assert str(error.value) == (
        f"HM021 {path} cannot be read as NumPy arrays: permission denied. Ask its owner."
    )
