"""What a layer predicts, fold by fold and a few neurons at a time, and how well."""

from collections.abc import Callable, Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from homolog.encoding._fold import Fold
from homolog.encoding._judging import column_correlations, mean_over_folds
from homolog.encoding._maps import Floats, Map

BYTES_AT_ONCE = 16_000_000
"""What the responses of the neurons that are fitted at once may take."""


def judged(
    layer: NDArray[np.floating],
    y: Floats,
    chosen: Map,
    folds: Sequence[Fold],
    regions: NDArray[np.str_],
    done: Callable[[int], None],
) -> tuple[Floats, Floats, Floats]:
    """How well every neuron is predicted at the stimuli held out.

    Parameters
    ----------
    layer, y
        (stimulus, neuron) responses of the layer and of the recording.
    chosen
        The map between them.
    folds
        Which stimuli are held out.
    regions
        (neuron,) the region of each neuron of the recording.
    done
        Told how many folds are done.

    Returns
    -------
    share, correlation
        (neuron,) share of variance over all folds, and mean correlation within folds. Every
        neuron must vary within some fold.
    settings
        (fold, neuron) what the map chose.
    """
    without = chosen.on(layer)
    missed, spread = np.zeros(y.shape[1]), spread_of(y, folds)
    correlations, settings = np.empty((2, len(folds), y.shape[1]))
    for nth, fold in enumerate(folds):
        predict = without(fold)
        for some in _at_once(y, chosen, regions):
            train = y[np.ix_(fold.train, some)]
            mean = train.mean(axis=0)
            predicted, settings[nth, some] = predict(train - mean)
            actual = y[np.ix_(fold.test, some)] - mean
            missed[some] += ((actual - predicted) ** 2).sum(axis=0)
            correlations[nth, some] = column_correlations(actual, predicted)
        done(nth + 1)
    return 1 - missed / spread, mean_over_folds(correlations, y, folds), settings


def spread_of(y: Floats, folds: Sequence[Fold]) -> Floats:
    """(neuron,) squares over all folds, about the mean over the training stimuli."""
    each = [((y[fold.test] - y[fold.train].mean(axis=0)) ** 2).sum(axis=0) for fold in folds]
    return np.sum(each, axis=0)


def _at_once(y: Floats, chosen: Map, regions: NDArray[np.str_]) -> Iterator[NDArray[np.int64]]:
    """Neurons that are fitted at once: a region where they are fitted jointly, else a few."""
    if chosen.jointly:
        yield from (np.flatnonzero(regions == one) for one in np.unique(regions))
        return
    n_at_once = max(1, BYTES_AT_ONCE // (8 * len(y)))
    for start in range(0, y.shape[1], n_at_once):
        yield np.arange(start, min(start + n_at_once, y.shape[1]))
