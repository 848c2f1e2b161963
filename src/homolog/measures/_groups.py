"""Which stimuli belong together, told by a label for each."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from homolog.representation._axes import sequence
from homolog.representation._by_name import groups_in_order

Labels = Sequence[object] | NDArray[np.generic]
"""A label for each stimulus."""


def numbered(groups: Labels | None, n_stimuli: int) -> NDArray[np.int64]:
    """The number of the group of each stimulus, whatever groups are called.

    Parameters
    ----------
    groups
        A label for each stimulus, or by its place as its name; None: each is a group of its own.
    n_stimuli
        How many there are.

    Returns
    -------
    number
        (stimulus,) from 0, in the order in which groups first appear.

    Raises
    ------
    HomologError
        HM027 for labels that are not as many as stimuli, HM025 for what is no list of labels,
        or a stimulus that is not named.
    """
    labels = sequence(groups_in_order(groups, range(n_stimuli)), n_stimuli, "group", "X")
    if labels is None:
        return np.arange(n_stimuli)
    number = {label: nth for nth, label in enumerate(dict.fromkeys(labels))}
    return np.array([number[label] for label in labels], dtype=np.int64)
