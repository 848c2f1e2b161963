"""In which order a replica meets the stimuli: another one in every epoch, and none to be kept."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

STREAM = 0x0_4D_E4
"""Sets these random numbers apart from others that come from the seed of a replica."""


def order(seed: int, epoch: int, n_stimuli: int) -> NDArray[np.int64]:
    """Every stimulus once, in the order of one epoch of the replica with this seed.

    It depends on nothing else, so that a training can be taken up at any epoch, and a replica
    learns the same alone and among others.
    """
    stream = np.random.SeedSequence(seed, spawn_key=(STREAM, epoch))
    return np.random.Generator(np.random.Philox(stream)).permutation(n_stimuli)


def orders(seeds: Sequence[int], epoch: int, n_stimuli: int) -> NDArray[np.int64]:
    """(replica, stimulus) orders of several replicas."""
    return np.stack([order(seed, epoch, n_stimuli) for seed in seeds])
