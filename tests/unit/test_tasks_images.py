"""Images in the formats in which they were published, whole and damaged."""

from __future__ import annotations

import os
import sys
from hashlib import sha256
from pathlib import Path

import numpy as np
import pytest

from homolog import errors, tasks
from homolog.tasks import _grey, cifar10, cifar10_jpeg
from unit import planted_images as planted

MEAN = {"red": 0.4914, "green": 0.4822, "blue": 0.4465}
SPREAD = {"red": 0.2023, "green": 0.1994, "blue": 0.2010}
PARQUET = cifar10_jpeg.FILE


def read_idx(folder, published):
    return _grey.load(published, tuple("0123456789"), folder, download=False)


def refusal(read, *given, **options):
    with pytest.raises(errors.HomologError) as refused:
        read(*given, **options)
    return str(refused.value)


@pytest.mark.parametrize("ending", ["", ".gz"])
@pytest.mark.parametrize("place", [".", "mnist"])
def test_idx_files_are_read_from_either_folder_zipped_or_not(tmp_path, rng, ending, place):
    arrays = planted.plant_idx(tmp_path / place, rng, ending)
    task = read_idx(tmp_path, planted.published_idx(tmp_path / place))
    for which, name in (("train", "train"), ("test", "t10k")):
        images = arrays[f"{name}-images-idx3-ubyte"]
        expected = images.reshape(len(images), 784) / 255
        np.testing.assert_allclose(getattr(task, which), expected, rtol=1e-6)
        labels = getattr(task, f"{which}_labels")
        assert labels.tolist() == arrays[f"{name}-labels-idx1-ubyte"].tolist()
        assert labels.dtype == np.int64
    assert (task.name, task.shape, task.lossy) == ("mnist", (28, 28), False)


def test_the_digest_of_a_task_is_that_of_its_files_one_after_another(tmp_path, rng):
    planted.plant_idx(tmp_path, rng)
    published = planted.published_idx(tmp_path)
    joined = b"".join((tmp_path / name).read_bytes() for name in published.content)
    assert read_idx(tmp_path, published).sha256 == sha256(joined).hexdigest()


def test_the_folder_of_the_environment_is_used_unless_one_is_given(tmp_path, rng, monkeypatch):
    planted.plant_idx(tmp_path / "one" / "mnist", rng)
    planted.plant_idx(tmp_path / "two", rng)
    monkeypatch.setenv("HOMOLOG_DATA", str(tmp_path / "one"))
    one = planted.published_idx(tmp_path / "one" / "mnist")
    two = planted.published_idx(tmp_path / "two")
    assert one.content != two.content
    assert read_idx(None, one).sha256 != read_idx(tmp_path / "two", two).sha256


def test_files_that_are_not_there_are_named_with_the_folders_and_the_remedies(
    tmp_path, rng, monkeypatch
):
    planted.plant_idx(tmp_path, rng)
    (tmp_path / "t10k-labels-idx1-ubyte").unlink()
    assert refusal(tasks.load, "mnist", tmp_path) == (
        f"HM032 mnist needs 't10k-labels-idx1-ubyte', with or without .gz, and they are not in"
        f" {tmp_path / 'mnist'} or {tmp_path}. Name their folder with folder=… or in the"
        " environment variable HOMOLOG_DATA; download=True fetches them into it."
    )
    monkeypatch.delenv("HOMOLOG_DATA", raising=False)
    assert refusal(tasks.load, "cifar10_jpeg", download=True) == (
        "HM032 cifar10_jpeg needs 'cifar10_jpeg.parquet', with or without .gz, and no folder was"
        " named. Name their folder with folder=… or in the environment variable HOMOLOG_DATA."
    )


@pytest.mark.parametrize(
    ("name", "damage", "message"),
    [
        ("train-images-idx3-ubyte", lambda held: held[:-1], "header and its length do not fit"),
        ("train-images-idx3-ubyte", lambda held: b"\1" + held[1:], "header and its length do not"),
        ("t10k-labels-idx1-ubyte", lambda held: b"", "header and its length do not fit"),
        ("t10k-labels-idx1-ubyte", lambda held: held[:-1] + b"\x0a", "names a class 10, and there"),
    ],
)
def test_a_damaged_idx_file_is_refused_with_what_is_wrong(tmp_path, rng, name, damage, message):
    planted.plant_idx(tmp_path, rng)
    published = planted.published_idx(tmp_path)
    (tmp_path / name).write_bytes(damage((tmp_path / name).read_bytes()))
    refused = refusal(read_idx, tmp_path, published)
    assert refused.startswith(f"HM021 {tmp_path / name} cannot be read as ")
    assert message in refused
    assert refused.endswith("Download it anew.")


def test_a_zipped_file_cut_short_is_refused(tmp_path, rng):
    planted.plant_idx(tmp_path, rng, ".gz")
    published = planted.published_idx(tmp_path)
    file = tmp_path / "t10k-images-idx3-ubyte.gz"
    file.write_bytes(file.read_bytes()[:-9])
    assert "t10k-images-idx3-ubyte.gz cannot be read as gzip" in refusal(
        read_idx, tmp_path, published
    )


def test_images_where_labels_belong_are_refused(tmp_path, rng):
    planted.plant_idx(tmp_path, rng)
    published = planted.published_idx(tmp_path)
    images, labels = (tmp_path / f"train-{one}-ubyte" for one in ("images-idx3", "labels-idx1"))
    images.rename(tmp_path / "other")
    labels.rename(images)
    (tmp_path / "other").rename(labels)
    assert "holds an array of shape (6,), not (image, 28, 28)" in refusal(
        read_idx, tmp_path, published
    )


def test_one_pixel_or_label_that_differs_is_refused(tmp_path, rng):
    planted.plant_idx(tmp_path, rng)
    published = planted.published_idx(tmp_path)
    name = "t10k-labels-idx1-ubyte"
    held = (tmp_path / name).read_bytes()
    (tmp_path / name).write_bytes(held[:-1] + bytes([(held[-1] + 1) % 10]))
    got = planted.contents(tmp_path)[name]
    assert refusal(read_idx, tmp_path, published) == (
        f"HM021 {tmp_path / name} is not the published file of mnist: the SHA-256 of its content"
        f" is {got}, not {published.content[name]}. Replace it by the published one, or name"
        " another folder."
    )


def test_colours_are_centred_and_shrunk(tmp_path, rng):
    records = planted.plant_records(tmp_path, rng)
    task = cifar10.read(planted.published_records(tmp_path), tmp_path, download=False)
    assert (task.train.shape, task.test.shape) == ((10, 3072), (2, 3072))
    assert (task.name, task.shape, task.lossy) == ("cifar10", (3, 32, 32), False)
    fourth = records["data_batch_2.bin"][1]
    assert task.train_labels[3] == fourth[0]
    for i, colour in enumerate(MEAN):
        pixel = fourth[1 + 1024 * i + 32 * 5 + 7]  # row 5, column 7
        drive = task.train[3].reshape(task.shape)[i, 5, 7]
        assert drive == pytest.approx((pixel / 255 - MEAN[colour]) / (3 * SPREAD[colour]), abs=1e-6)
    assert task.test_labels.tolist() == records["test_batch.bin"][:, 0].tolist()
    last = records["test_batch.bin"][-1, -1]
    assert task.test[-1, -1] == pytest.approx((last / 255 - 0.4465) / 0.603, abs=1e-6)


def test_an_unpacked_archive_is_found_as_it_is(tmp_path, rng):
    folder = tmp_path / "cifar10" / "cifar-10-batches-bin"
    planted.plant_records(folder, rng)
    published = planted.published_records(folder)
    assert len(cifar10.read(published, tmp_path, download=False).train) == 10


def test_records_cut_short_are_refused(tmp_path, rng):
    planted.plant_records(tmp_path, rng)
    published = planted.published_records(tmp_path)
    file = tmp_path / "data_batch_3.bin"
    file.write_bytes(file.read_bytes()[:-1])
    assert refusal(cifar10.read, published, tmp_path, download=False) == (
        f"HM021 {file} cannot be read as CIFAR-10 (binary): it holds 6,145 bytes, no whole number"
        " of images of 3,073. Download it anew."
    )


def test_records_under_the_name_of_another_file_are_recognised(tmp_path, rng):
    planted.plant_records(tmp_path, rng)
    published = planted.published_records(tmp_path)
    (tmp_path / "test_batch.bin").write_bytes((tmp_path / "data_batch_4.bin").read_bytes())
    assert "test_batch.bin is not the published file of cifar10" in (
        refused := refusal(cifar10.read, published, tmp_path, download=False)
    )
    assert "; it is data_batch_4.bin of cifar10. Replace it" in refused


def digest_of(refused: str) -> str:
    """What a file holds, as told by the error that refused it."""
    return refused.split("content is ")[1].split(",")[0]


def test_the_jpeg_copy_says_what_it_is(tmp_path, rng):
    pixels = planted.plant_parquet(tmp_path / PARQUET, rng)
    refused = refusal(tasks.load, "cifar10_jpeg", tmp_path)
    assert "is not the published file of cifar10_jpeg" in refused
    task = cifar10_jpeg.read(planted.published_parquet(digest_of(refused)), tmp_path / PARQUET)
    assert (task.name, task.lossy) == ("cifar10 (lossy JPEG copy)", True)
    assert task.train_labels.tolist() == [3, 2, 9, 5]
    assert task.test_labels.tolist() == [1, 0]
    colours = task.test[0].reshape(3, 32, 32) * 3 * np.array(list(SPREAD.values()))[:, None, None]
    colours += np.array(list(MEAN.values()))[:, None, None]
    np.testing.assert_allclose(colours.transpose(1, 2, 0) * 255, pixels[1], atol=8)


@pytest.mark.parametrize("column", ["label", "split"])
def test_the_jpeg_copy_is_refused_if_one_entry_differs(tmp_path, rng, column):
    pa = pytest.importorskip("pyarrow")
    planted.plant_parquet(tmp_path / PARQUET, rng)
    published = planted.published_parquet(digest_of(refusal(tasks.load, "cifar10_jpeg", tmp_path)))
    other = pa.array([3, 1, 2, 9, 0, 4] if column == "label" else [0, 1, 0, 0, 0, 1], pa.uint8())
    planted.plant_parquet(tmp_path / PARQUET, rng, **{column: other})
    assert "HM021" in refusal(cifar10_jpeg.read, published, tmp_path / PARQUET)


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (lambda file: file.write_bytes(file.read_bytes()[:-20]), "HM021 .* as parquet of JPEG"),
        (lambda file: file.write_bytes(b""), "HM021 .* as parquet of JPEG"),
        (
            lambda file: planted.plant_parquet(file, np.random.default_rng(0), label=["cat"] * 6),
            "HM021 .* as parquet of JPEG",
        ),
        (
            lambda file: planted.plant_parquet(file, np.random.default_rng(0), image=[None] * 6),
            "HM021 .* is not the published file",
        ),
    ],
)
def test_a_parquet_file_of_something_else_is_refused(tmp_path, rng, damage, message):
    planted.plant_parquet(tmp_path / PARQUET, rng)
    damage(tmp_path / PARQUET)
    with pytest.raises(errors.HomologError, match=message):
        tasks.load("cifar10_jpeg", tmp_path)


@pytest.mark.parametrize(
    ("module", "message"),
    [
        ("pyarrow", 'needs pyarrow: pip install "homolog[io]"'),
        ("PIL", 'needs pillow: pip install "homolog[data]"'),
    ],
)
def test_the_jpeg_copy_without_what_reads_it(tmp_path, rng, monkeypatch, module, message):
    planted.plant_parquet(tmp_path / PARQUET, rng)
    published = planted.published_parquet(digest_of(refusal(tasks.load, "cifar10_jpeg", tmp_path)))
    monkeypatch.setitem(sys.modules, module, None)
    assert message in refusal(cifar10_jpeg.read, published, tmp_path / PARQUET)


# From here on: the files as they were published.


@pytest.fixture
def published_folder():
    if "HOMOLOG_DATA" not in os.environ:
        pytest.skip("HOMOLOG_DATA names no folder of images")
    return Path(os.environ["HOMOLOG_DATA"])


def loaded(name: str, folder: Path) -> tasks.Classification:
    try:
        return tasks.load(name, folder)
    except errors.HomologError as refused:
        if refused.code == "HM032":
            pytest.skip(str(refused))
        raise


@pytest.mark.parametrize(
    ("name", "mean", "spread"), [("mnist", 0.1307, 0.3081), ("fashion_mnist", 0.2860, 0.3530)]
)
def test_published_images_have_their_known_mean_and_spread(published_folder, name, mean, spread):
    task = loaded(name, published_folder)
    assert (task.train.shape, task.test.shape) == ((60_000, 784), (10_000, 784))
    assert task.train.mean() == pytest.approx(mean, abs=1e-4)
    assert task.train.std() == pytest.approx(spread, abs=1e-4)
    assert len(set(np.bincount(task.test_labels))) == (10 if name == "mnist" else 1)


def test_mnist_in_the_place_of_fashion_mnist_is_recognised(published_folder):
    loaded("mnist", published_folder)
    refused = refusal(tasks.load, "fashion_mnist", published_folder / "mnist")
    assert "; it is train-images-idx3-ubyte of mnist. Replace it" in refused


def test_the_colours_of_cifar_are_centred(published_folder):
    task = loaded("cifar10", published_folder)
    colours = task.train.reshape(-1, 3, 1024)
    np.testing.assert_allclose(colours.mean((0, 2)), 0, atol=1e-3)
    assert np.bincount(task.train_labels).tolist() == [5000] * 10
    assert np.bincount(task.test_labels).tolist() == [1000] * 10


def test_the_known_jpeg_copy_is_nearly_centred(published_folder):
    task = loaded("cifar10_jpeg", published_folder)
    assert (task.train.shape, task.test.shape) == ((50_000, 3072), (10_000, 3072))
    colours = task.train.reshape(-1, 3, 1024)
    np.testing.assert_allclose(colours.mean((0, 2)), 0, atol=1e-3)
    np.testing.assert_allclose(colours.std((0, 2)), 0.41, atol=0.03)
    assert np.bincount(task.train_labels).tolist() == [5000] * 10
    assert np.bincount(task.test_labels).tolist() == [1000] * 10
