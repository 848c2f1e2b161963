"""MNIST: 70,000 handwritten digits, as LeCun, Cortes and Burges published them."""

from __future__ import annotations

from homolog.tasks import _grey
from homolog.tasks._classification import Classification
from homolog.tasks._places import Folder

CLASSES = tuple("0123456789")


def load(folder: Folder = None, *, download: bool = False) -> Classification:
    """60,000 digits to train and 10,000 to test, 28 × 28 pixels from 0 to 1."""
    return _grey.load(_grey.MNIST, CLASSES, folder, download=download)
