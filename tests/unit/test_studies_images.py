"""Images of one's own, and the small networks of studies that learn them."""

import dataclasses

import numpy as np
import pandas as pd
import pytest

from homolog import errors, studies
from homolog.studies import _images, _networks
from homolog.studies._study import Sources
from unit.planted_images import write_idx


@pytest.fixture
def images(tmp_path):
    """Ten classes that anybody can tell apart: which two rows are bright."""
    folder = tmp_path / "images"
    folder.mkdir()
    rng = np.random.default_rng(0)
    for which, n, ending in (("train", 600, ".gz"), ("t10k", 150, "")):
        labels = rng.integers(10, size=n)
        pictures = rng.integers(80, size=(n, 28, 28))
        for picture, label in zip(pictures, labels, strict=True):
            picture[2 * label : 2 * label + 2] += 150
        write_idx(folder / f"{which}-images-idx3-ubyte{ending}", pictures)
        write_idx(folder / f"{which}-labels-idx1-ubyte{ending}", labels)
    return Sources(images=folder)


def test_images_are_read_zipped_or_not(images):
    found = _images.read(images)
    assert found.train.shape == (600, 28, 28)
    assert found.train.dtype == np.float32
    assert 0 <= found.test.min() < 0.1
    assert 0.8 < found.test.max() <= 1
    bright = found.test.sum(2)[:, :20].reshape(150, 10, 2).sum(2).argmax(1)
    assert (bright == found.test_labels).all()


def test_an_image_file_that_is_not_there_is_named_with_those_that_are(images):
    (images.images / "t10k-labels-idx1-ubyte").rename(images.images / "labels-ubyte")
    with pytest.raises(errors.HomologError, match=r"HM032 .*t10k-labels-idx1-ubyte.*labels-ubyte"):
        _images.read(images)


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("t10k-images-idx3-ubyte", b"\0\0\x08\x03\0\0\0\x02", "header and its length do not fit"),
        ("t10k-images-idx3-ubyte", b"", "header and its length do not fit"),
        ("train-images-idx3-ubyte.gz", b"no gzip", "cannot be read as gzip"),
    ],
)
def test_a_damaged_image_file_is_refused(images, name, content, message):
    (images.images / name).write_bytes(content)
    with pytest.raises(errors.HomologError, match=rf"HM021 .*{message}"):
        _images.read(images)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ("nowhere", r"HM032 there is no folder .*nowhere\. Give the folder"),
        (
            ".",
            r"HM032 .* in the folder .* There are: .*images'\. Give the folder that holds",
        ),
    ],
)
def test_a_folder_without_images_is_refused_even_without_torch(images, given, message):
    with pytest.raises(errors.HomologError, match=message):
        _images.missing(Sources(images=images.images.parent / given))


@pytest.mark.parametrize(
    ("name", "array", "message"),
    [
        ("t10k-images-idx3-ubyte", np.zeros(150), r"shape \(150,\), not \(image, 28, 28\)"),
        ("t10k-labels-idx1-ubyte", np.zeros((2, 28, 28)), r"not one label for each of 150 images"),
        ("t10k-labels-idx1-ubyte", np.zeros(149), r"not one label for each of 150 images"),
    ],
)
def test_files_under_the_wrong_name_are_refused_before_any_work(images, name, array, message):
    write_idx(images.images / name, array)
    with pytest.raises(errors.HomologError, match=rf"HM021 .*{message}"):
        _images.missing(images)


def test_classes_that_no_network_names_are_refused(images):
    write_idx(images.images / "t10k-labels-idx1-ubyte", np.full(150, 10))
    with pytest.raises(errors.HomologError, match=r"HM021 .*names a class 10, and there are 10"):
        _images.read(images)


@pytest.mark.parametrize("kind", ["dense", "convolutional"])
def test_a_network_learns_the_same_from_the_same_seed_and_touches_no_other_numbers(images, kind):
    torch = pytest.importorskip("torch")
    given = _images.read(images)
    before = torch.random.get_rng_state()

    def lived(seed):
        with _networks.seeded(seed) as generator:
            network = (
                _networks.dense(28 * 28, [30, 20])
                if kind == "dense"
                else _networks.convolutional([8, 8], 20)
            )
            _networks.train(network, given, n_images=600, epochs=8, generator=generator)
            return _networks.responses(network, given.test), _networks.accuracy(network, given)

    (first, right), (again, _), (other, _) = lived(1), lived(1), lived(2)
    assert torch.equal(torch.random.get_rng_state(), before)
    assert right > 0.4  # chance is 0.1
    for one, same in zip(first, again, strict=True):
        assert np.array_equal(one, same)
        assert (np.ptp(one, axis=0) > 0).all()
        assert one.min() >= 0
    assert not np.array_equal(first[0][:, :3], other[0][:, :3])


def test_parts_with_networks_run_on_images_of_ones_own(images, tmp_path):
    pytest.importorskip("torch")
    study = studies.find("soft-matching")
    parts = tuple(part for part in study.parts if part.name in ("seeds", "widths"))
    study = dataclasses.replace(study, parts=parts)
    outcome = studies.run(study, tmp_path / "out", sources=images, quick=True)
    assert outcome.left_out == {}
    rows = pd.read_csv(tmp_path / "out" / "seeds.csv")
    assert set(rows["network"]) == {"dense", "convolutional"}
    assert rows["score"].between(rows["chance"] - 1, 1).all()
    assert {row["verdict"] for row in outcome.claims} <= {"agree", "disagree", "cannot tell"}
    assert "these verdicts are not evidence" in str(outcome)
