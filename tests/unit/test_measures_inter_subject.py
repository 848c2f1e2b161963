"""Inter-subject correlation: where the answer is known, and what is refused."""

import numpy as np
import pytest

from homolog.errors import HomologError
from homolog.measures import find
from homolog.statistics import jackknife

isc = find("inter_subject_correlation")


def test_a_population_is_not_its_own_best_match(rng):
    x = rng.normal(size=(20, 5))
    alike = np.outer(rng.normal(size=20), [1, 2, 3]) + np.array([4, 5, 6])
    itself = float(isc(x, x))
    assert itself == pytest.approx((5 + 2 * np.corrcoef(x.T)[np.triu_indices(5, 1)].sum()) / 25)
    assert itself < 0.9
    assert float(isc(alike, alike)) == pytest.approx(1)
    assert float(isc(alike, -alike)) == pytest.approx(-1)
    assert isc.best == np.inf  # no score that is the same for all
    assert isc.ends == (-1, 1)  # though there is a highest


def test_an_interval_ends_where_correlations_do(rng):
    drive = rng.normal(size=(12, 1)) ** 3
    x, y = drive + 0.05 * rng.normal(size=(2, 12, 4))
    low, high = jackknife(isc, x, y)
    assert low < isc(x, y) < high
    assert high == 1
    assert find("ensd").ends == (0, np.inf)


def test_neurons_that_do_not_vary_are_refused(rng):
    x = rng.normal(size=(12, 3))
    y = np.c_[x, np.ones(12)]
    with pytest.raises(HomologError, match=r"HM006 a population: 1 unit is constant on all 12 st"):
        isc(x, y)
