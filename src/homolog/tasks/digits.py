"""The digits of scikit-learn: 1,797 small handwritten ones, which need no files."""

from __future__ import annotations

from typing import Any

import numpy as np

from homolog import errors
from homolog.tasks._classification import Classification
from homolog.tasks._places import Folder, digest

N_TRAIN = 1500


def load(folder: Folder = None, *, download: bool = False) -> Classification:
    """1,500 digits to train and 297 to test, 8 × 8 pixels from 0 to 1.

    They come with scikit-learn, so `folder` and `download` change nothing. Which of them are
    to test was drawn once and is always the same.
    """
    try:
        from sklearn.datasets import load_digits
    except ImportError as error:
        raise errors.missing_extra("the task digits", "scikit-learn", "data") from error
    loaded: Any = load_digits()
    pixels, labels = np.asarray(loaded.data), np.asarray(loaded.target)
    order = np.random.default_rng(0).permutation(len(pixels))
    stimuli = (pixels[order] / 16).astype(np.float32)
    labels = labels[order].astype(np.int64)
    return Classification(
        stimuli[:N_TRAIN],
        labels[:N_TRAIN],
        stimuli[N_TRAIN:],
        labels[N_TRAIN:],
        tuple("0123456789"),
        name="digits",
        shape=(8, 8),
        sha256=digest([stimuli.tobytes(), labels.tobytes()]),
    )
