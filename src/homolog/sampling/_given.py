"""What every estimate starts from: checked responses, and who of them is a sample."""

from collections.abc import Sequence
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from homolog import errors
from homolog._arrays import to_numpy
from homolog.matching._populations import sides, stimuli_of
from homolog.measures._groups import Labels as Labels
from homolog.measures._groups import numbered
from homolog.representation._by_name import groups_in_order

Floats = NDArray[np.float64]

Sampled = Literal["both", "reference", "candidate"]
"""Whose neurons are a sample of many more; the other's neurons are all there are."""


def given(what: str, x: Any, y: Any, *, least: int) -> tuple[Floats, Floats]:
    """Responses of two populations as float64 arrays, refused below so many stimuli."""
    one, other = sides(x, y)
    if len(one.responses) < least:
        raise errors.too_few_stimuli(f"{what}: {one.name}", len(one.responses), least=least)
    x, y = (to_numpy(side.responses).astype(np.float64) for side in (one, other))
    return x, y


def are_samples(sampled: object) -> tuple[bool, bool]:
    """Whether the neurons of the reference and of the candidate are samples of more."""
    if sampled not in ("both", "reference", "candidate"):
        raise errors.bad_value("sampled", sampled, "'both', 'reference', 'candidate'")
    return sampled != "candidate", sampled != "reference"


def refuse_few_neurons(
    what: str, populations: Sequence[Floats], samples: Sequence[bool], least: int
) -> None:
    """Raise HM080 where a sample of neurons is too small to say anything of others."""
    for name, x, is_sample in zip("XY", populations, samples, strict=True):
        if is_sample and x.shape[1] < least:
            raise errors.too_few_neurons(what, name, x.shape[1], least)


def blocks(x: Any, n_stimuli: int, groups: Labels | None) -> NDArray[np.int64]:
    """The number of the block that each stimulus of x is left out with; refused if miscounted."""
    if groups is None:
        return np.arange(n_stimuli)
    return numbered(groups_in_order(groups, stimuli_of(x)), n_stimuli)
