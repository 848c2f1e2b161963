"""Orders of stimuli that are turns of a circle, and sums in all of them."""

from itertools import permutations

import numpy as np
import pytest

from homolog.measures import _turns, find
from homolog.measures._turns import (
    drawn_turns,
    of_responses,
    of_square,
    pairs_in_turns,
    squares_in_turns,
    sums_in_turns,
)
from homolog.statistics import p_value, permutation_null


def drawn(places, rows, n, seed=0):
    """Turns of places whose rows are anywhere among the stimuli."""
    rng = np.random.default_rng(seed)
    return drawn_turns(rng.permutation(places * rows).reshape(places, rows), n, rng)


@pytest.mark.parametrize(("places", "rows", "n"), [(7, 1, 40), (8, 1, 7), (6, 3, 11), (2, 4, 9)])
@pytest.mark.parametrize("entries", [1, 1 << 20])
def test_sums_are_those_of_every_order(places, rows, n, entries, monkeypatch):
    monkeypatch.setattr(_turns, "_ENTRIES", entries)
    monkeypatch.setattr(_turns, "_ROWS", 4)
    turns, rng = drawn(places, rows, n), np.random.default_rng(1)
    x, y = rng.normal(size=(places * rows, 3)), rng.normal(size=(places * rows, 4))
    orders = list(turns)
    assert len(orders) == len(turns) == n
    squares = [np.sum((x[order].T @ y) ** 2) for order in orders]
    np.testing.assert_allclose(squares_in_turns(x, y, turns), squares)
    for first, second in [
        (of_responses(x), of_responses(y)),
        (of_square(x @ x.T), of_responses(y)),
    ]:
        np.testing.assert_allclose(pairs_in_turns(first, second, turns), squares)
    energies = [x[order, 0] @ y[:, 0] for order in orders]
    np.testing.assert_allclose(sums_in_turns(x[:, 0], y[:, 0], turns), energies)


def test_rows_of_a_place_stay_together_and_in_order():
    turns = drawn(5, 3, 17)
    for order in turns:
        moved = np.empty(15, dtype=int)
        moved[turns.candidate[0].ravel()] = order[turns.candidate[0].ravel()]
        places = {tuple(rows) for rows in turns.reference}
        assert {tuple(order[rows]) for rows in turns.reference} == places
        assert sorted(order) == list(range(15))


def test_all_turns_of_one_circle_are_a_group_without_the_given_order():
    given, orders = tuple(range(6)), {tuple(order) for order in drawn(6, 1, 5)}
    assert len(orders) == 5
    assert given not in orders
    for one in orders:
        for other in orders:
            assert tuple(np.array(one)[list(other)]) in orders | {given}


@pytest.mark.parametrize("name", ["cka", "procrustes"])
@pytest.mark.parametrize(("n", "seeds", "off"), [(3, 5, 1e-9), (7, 60, 0.03)])
def test_p_is_exact_over_all_orders_of_four_stimuli(name, n, seeds, off):
    """Were stimuli in any order, p would be at most a in a share a of studies."""
    measure, rng = find(name), np.random.default_rng(2)
    x, y = rng.normal(size=(4, 2)), rng.normal(size=(4, 3))
    found = []
    for seed in range(seeds):
        for order in permutations(range(4)):
            null = permutation_null(measure, x[list(order)], y, n, rng=seed)
            found.append(p_value(measure, float(measure(x[list(order)], y)), null))
    shares = np.arange(1, n + 2) / (n + 1)
    held = [np.mean(np.array(found) <= share + 1e-9) for share in shares]
    np.testing.assert_allclose(held, shares, atol=off)
