"""What only rounding tells apart is the same: stimuli, shares, overlaps, neurons, choices."""

import numpy as np
import pytest

from homolog.errors import HomologError
from homolog.measures import find
from homolog.measures._held_out import Prediction, judged
from homolog.measures._kernels import distances
from homolog.measures.cca import _holding


@pytest.mark.parametrize("offset", [0, 1e6, -1e6])
def test_repeated_stimuli_are_no_distance_apart(offset):
    x = np.random.default_rng(0).normal(size=(30, 50)) + offset
    apart = distances(np.concatenate([x, x]))
    assert not np.diag(apart[:30, 30:]).any()
    assert (apart[:30, :30] > 0).sum() == 30 * 29


def test_components_that_hold_a_share_exactly_are_enough():
    assert _holding(np.sqrt([3.0, 1.0, 1.0]), 4 / 5) == 2
    assert _holding(np.sqrt([3.0, 1.0, 1.0]), 0.81) == 3


def test_a_neuron_that_rounding_alone_varies_in_a_fold_is_left_out_there():
    rng = np.random.default_rng(0)
    flat = np.array([[0.1], [np.nextafter(0.1, 1)], [0.1]])
    actual, predicted = rng.normal(size=(2, 8, 1))
    folds = [Prediction(flat, rng.normal(size=(3, 1))), Prediction(actual, predicted)]
    wanted = np.corrcoef(actual[:, 0], predicted[:, 0])[0, 1]
    assert float(judged(folds, "mean_correlation")) == pytest.approx(wanted, abs=1e-12)


def overlap_of_neighbours(x):
    """The unbiased overlap with itself of inner products of stimuli and their two nearest."""
    x = x - x.mean(axis=0)
    similar = x @ x.T / np.sum(x * x)
    near = np.where(np.eye(len(x), dtype=bool), -np.inf, similar)
    masked = np.where(near >= np.sort(near, axis=1)[:, -2:-1], similar, 0)
    n = len(x)
    crossed = masked.sum(axis=0) @ masked.sum(axis=1)
    total = masked.sum() ** 2 / ((n - 1) * (n - 2))
    return np.sum(masked * masked.T) + total - 2 * crossed / (n - 2)


def test_an_overlap_that_is_rounding_alone_is_refused():
    """Between populations without and with an overlap, the last that is refused is above 0."""
    rng = np.random.default_rng(337)
    without = rng.normal(size=(10, 3)) * np.exp(1.5 * rng.normal(size=(10, 1)))
    change = rng.normal(size=(10, 3)) - without
    refused, taken = 0.0, 1.0
    while refused < (between := (refused + taken) / 2) < taken:
        try:
            find("cknna").using(k=2).summary(without + between * change)
            taken = between
        except HomologError:
            refused = between
    assert 1e-15 < overlap_of_neighbours(without + refused * change) < 1e-13


def test_neurons_within_a_space_match_however_small_the_tolerance():
    rng = np.random.default_rng(0)
    x = rng.normal(size=(20, 5))
    y = x @ rng.normal(size=(5, 5))
    assert float(find("maximum_match").using(tolerance=1e-9)(x, y)) == 1


def test_choices_that_all_tie_have_no_consistency_whatever_the_sum_of_their_shares():
    assert 49 * (1 / 49) < 1
    with pytest.raises(
        HomologError, match="HM031 error_consistency is undefined here, not 0: both"
    ):
        find("error_consistency")(*(np.repeat(np.arange(5.0), 49).reshape(5, 49),) * 2)
