"""Inter-subject correlation: against all pairs of neurons, and where the answer is known."""

import numpy as np
import pytest
from scipy.stats import pearsonr

from homolog.errors import HomologError
from homolog.measures import find

isc = find("inter_subject_correlation")


def test_it_is_the_mean_over_all_pairs_of_neurons(rng):
    shared = rng.normal(size=(20, 2))
    x = shared @ rng.normal(size=(2, 3)) + rng.normal(size=(20, 3)) + 5
    y = 1e-6 * (shared @ rng.normal(size=(2, 4)) + rng.normal(size=(20, 4)))
    wanted = np.mean([pearsonr(a, b).statistic for a in x.T for b in y.T])
    assert float(isc(x, y)) == pytest.approx(wanted, abs=1e-12)


def test_a_population_is_not_its_own_best_match(rng):
    x = rng.normal(size=(20, 5))
    alike = np.outer(rng.normal(size=20), [1, 2, 3]) + np.array([4, 5, 6])
    itself = float(isc(x, x))
    assert itself == pytest.approx((5 + 2 * np.corrcoef(x.T)[np.triu_indices(5, 1)].sum()) / 25)
    assert itself < 0.9
    assert float(isc(alike, alike)) == pytest.approx(1)
    assert float(isc(alike, -alike)) == pytest.approx(-1)
    assert isc.best == np.inf  # no score that is the same for all


def test_neurons_that_do_not_vary_are_refused(rng):
    x = rng.normal(size=(12, 3))
    y = np.c_[x, np.ones(12)]
    with pytest.raises(HomologError, match=r"HM006 a population: 1 unit is constant on all 12 st"):
        isc(x, y)
