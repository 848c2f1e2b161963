"""What the official CIFAR-10 and its lossy copy share: classes, and how pixels are scaled."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

CLASSES = (
    "airplane",
    "automobile",
    "bird",
    "cat",
    "deer",
    "dog",
    "frog",
    "horse",
    "ship",
    "truck",
)
SHAPE = (3, 32, 32)

# Mean and spread of each colour over the training images; networks are shown a third of the
# usual unit spread.
MEAN = (0.4914, 0.4822, 0.4465)
SPREAD = (0.2023, 0.1994, 0.2010)
SHRINK = 3


def scaled(images: NDArray[np.uint8]) -> NDArray[np.float32]:
    """(image, input) drive, of (image, colour, row, column) pixels: each colour centred."""
    stimuli = np.divide(images, 255, dtype=np.float32)
    stimuli -= np.array(MEAN, np.float32)[:, None, None]
    stimuli /= SHRINK * np.array(SPREAD, np.float32)[:, None, None]
    return stimuli.reshape(len(stimuli), -1)
