"""Fashion-MNIST: 70,000 pictures of clothes, as Xiao, Rasul and Vollgraf published them."""

from __future__ import annotations

from homolog.tasks import _grey
from homolog.tasks._classification import Classification
from homolog.tasks._places import Folder

CLASSES = (
    "T-shirt/top",
    "trouser",
    "pullover",
    "dress",
    "coat",
    "sandal",
    "shirt",
    "sneaker",
    "bag",
    "ankle boot",
)


def load(folder: Folder = None, *, download: bool = False) -> Classification:
    """60,000 pictures to train and 10,000 to test, 28 × 28 pixels from 0 to 1."""
    return _grey.load(_grey.FASHION_MNIST, CLASSES, folder, download=download)
