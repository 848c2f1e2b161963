"""MNIST and Fashion-MNIST: read, compared with what was published, and scaled."""

from __future__ import annotations

from homolog.tasks import _idx
from homolog.tasks._classification import Classification
from homolog.tasks._places import Folder, Published, content, digest, files, refuse_others


def _by_file(*content: str) -> dict[str, str]:
    return dict(zip(_idx.FILES.values(), content, strict=True))


MNIST = Published(
    "mnist",
    _by_file(
        "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
        "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
        "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
        "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
    ),
    mirrors=(
        "https://ossci-datasets.s3.amazonaws.com/mnist",
        "https://storage.googleapis.com/cvdf-datasets/mnist",
    ),
)
FASHION_MNIST = Published(
    "fashion_mnist",
    _by_file(
        "c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888",
        "bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9",
        "5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b",
        "0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34",
    ),
    mirrors=(
        "https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/master/data/fashion",
        "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com",
    ),
)


def load(
    published: Published, classes: tuple[str, ...], folder: Folder, *, download: bool
) -> Classification:
    """One of the two, pixels from 0 to 1 and not centred."""
    found = files(published, folder, download=download)
    _idx.refuse_misfits(found)
    contents = {name: content(file) for name, file in found.items()}
    images = _idx.read(found, contents)
    for name, held in contents.items():
        refuse_others(published, name, found[name], digest([held]), (MNIST, FASHION_MNIST))
    return Classification(
        images.train.reshape(len(images.train), -1),
        images.train_labels,
        images.test.reshape(len(images.test), -1),
        images.test_labels,
        classes,
        name=published.task,
        shape=images.train.shape[1:],
        sha256=digest(contents.values()),
    )
