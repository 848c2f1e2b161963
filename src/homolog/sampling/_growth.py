"""How scores grow with neurons, and three curves that carry them on.

Where a score depends on a population through an average over its neurons, it approaches that of all
neurons as 1/n where it depends smoothly, and no slower than as the root of 1/n where it does not.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from homolog.measures._measure import Measure
from homolog.sampling._given import Floats

Indices = NDArray[np.int64]
Kept = NDArray[np.bool_]

_BENDS = np.array([0, 0.01, 0.03, 0.1, 0.3, 1, 3])


def parts(
    n_neurons: Sequence[int], samples: Sequence[bool], n_parts: int, rng: np.random.Generator
) -> list[tuple[Indices, ...]]:
    """Neurons of both populations in random parts; one that is no sample is whole in each."""
    sides: list[list[Indices]] = []
    for n, is_sample in zip(n_neurons, samples, strict=True):
        order = rng.permutation(n) if is_sample else np.arange(n)
        sides.append([order[one::n_parts] if is_sample else order for one in range(n_parts)])
    return list(zip(*sides, strict=True))


def grown(
    measure: Measure,
    x: Floats,
    y: Floats,
    sizes: Sequence[Sequence[tuple[Indices, ...]]],
    samples: Sequence[bool],
    kept: Sequence[Kept],
) -> tuple[Floats, Floats]:
    """How many times fewer neurons the parts of each size have, and their mean scores.

    `kept` are the stimuli, the neurons of the reference and those of the candidate that count.
    """
    stimuli, *neurons = kept
    fewer, scores = np.empty(len(sizes)), np.empty(len(sizes))
    for nth, of_size in enumerate(sizes):
        left = [[p[k[p]] for p, k in zip(part, neurons, strict=True)] for part in of_size]
        fewer[nth] = np.mean(
            [
                len(k) / len(p)
                for part in left
                for p, k, is_sample in zip(part, neurons, samples, strict=True)
                if is_sample
            ]
        )
        scores[nth] = np.mean([score_of(measure, x[:, a], y[:, b], stimuli) for a, b in left])
    return fewer, scores


def carried_on(fewer: Floats, scores: Floats, to: float) -> Floats:
    """What the bent, the straight and the rooted curve through scores give.

    Parameters
    ----------
    fewer
        (size,) how many times fewer neurons there were than in the recording.
    scores
        (size,) mean scores.
    to
        The same for the number asked for; 0 for infinitely many.

    Returns
    -------
    values
        Of s + a u / (1 + b u), s + a u + b u² and s + a √u, with u the times fewer.
    """

    def fit(*columns: Floats) -> tuple[Floats, float]:
        design = np.stack([np.ones(len(fewer)), *columns], axis=1)
        found: Any = np.linalg.lstsq(design, scores, rcond=None)[0]
        return found, float(np.sum((design @ found - scores) ** 2))

    bends = [fit(fewer / (1 + bend * fewer)) for bend in _BENDS]
    best = int(np.argmin([off for _, off in bends]))
    (start, slope), bend = bends[best][0], _BENDS[best]
    straight, rooted = fit(fewer, fewer**2)[0], fit(np.sqrt(fewer))[0]
    return np.array(
        [
            start + slope * to / (1 + bend * to),
            straight @ [1, to, to * to],
            rooted @ [1, np.sqrt(to)],
        ]
    )


def score_of(measure: Measure, x: Floats, y: Floats, kept: Kept) -> float:
    """A score over the stimuli kept; what fits keeps the folds of the others."""
    if measure.fits:
        measure = measure.using(folds=measure.folds(len(x))[kept])
    return float(measure(x[kept], y[kept]))
