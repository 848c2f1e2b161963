"""Matchings of hundreds and thousands of neurons, by their proof and by other solvers."""

import numpy as np
import pytest

from homolog.matching import assignment, partial, transport
from properties.instances import KINDS, Instance, about
from properties.populations import PAIRS, costs_of
from properties.proof import (
    AGREEMENT,
    by_assignment,
    by_pot,
    check_certificate,
    check_pairs,
    check_plan,
    scale_of,
)

HUNDREDS = [(300, 300), (512, 512), (384, 512), (512, 384), (700, 301), (400, 100)]
THOUSANDS = [(1024, 1024), (1000, 2000), (2048, 1500), (2048, 2048)]


def check_soft(costs: np.ndarray) -> None:
    """Optimal by its own proof, and as good as a solver that knows nothing of it."""
    found = transport(costs)
    check_plan(costs, found)
    check_certificate(costs, found)
    assert found.complete
    equal = costs.shape[0] == costs.shape[1]
    expected = by_assignment(costs) if equal else by_pot(costs)
    assert abs(found.objective / scale_of(costs) - expected) <= AGREEMENT


@pytest.mark.parametrize("size", HUNDREDS, ids=str)
@pytest.mark.parametrize("kind", PAIRS)
def test_hundreds_of_neurons(kind, size):
    check_soft(costs_of(kind, *size))


@pytest.mark.slow
@pytest.mark.parametrize("size", THOUSANDS, ids=str)
@pytest.mark.parametrize("kind", PAIRS)
def test_thousands_of_neurons(kind, size):
    check_soft(costs_of(kind, *size))


@pytest.mark.parametrize("kind", PAIRS)
def test_hundreds_in_single_precision_are_matched_as_they_are(kind):
    check_soft(costs_of(kind, 401, 300).astype(np.float32))


@pytest.mark.parametrize("kind", KINDS)
def test_hundreds_of_every_kind_of_costs(kind):
    for n_x, n_y in [(260, 260), (300, 200), (257, 300), (600, 2)]:
        instance = Instance(kind, n_x, n_y, seed=0)
        with about(instance):
            costs = instance.costs()
            found = transport(costs)
            check_plan(costs, found)
            check_certificate(costs, found)


@pytest.mark.parametrize("size", [(300, 300), (420, 300), (300, 420)], ids=str)
@pytest.mark.parametrize("kind", PAIRS)
def test_hundreds_one_to_one(kind, size):
    costs = costs_of(kind, *size)
    found = assignment(costs)
    check_pairs(costs, found)
    of_x, of_y = (min(size) / n for n in size)
    check_certificate(costs, found, of_x=of_x, of_y=of_y)
    assert len(set(found.rows)) == len(set(found.columns)) == len(found.mass) == min(size)
    assert abs(found.objective / scale_of(costs) - by_assignment(costs)) <= AGREEMENT


@pytest.mark.parametrize("fraction", [0.1, 0.75])
@pytest.mark.parametrize("kind", PAIRS)
def test_a_fraction_of_hundreds(kind, fraction):
    costs = costs_of(kind, 300, 260)
    found = partial(costs, fraction)
    check_pairs(costs, found)
    check_certificate(costs, found, of_x=fraction, of_y=fraction)
