"""Measures of single neurons against their definitions: all their pairs, all their groups."""

from itertools import chain, combinations

import numpy as np
import pytest
from scipy.stats import pearsonr
from tests.oracle.populations import POPULATIONS, Responses
from tests.oracle.test_definitions import on, ours


@on(POPULATIONS)
def test_inter_subject_correlation_is_the_mean_over_all_pairs(x: Responses, y: Responses) -> None:
    wanted = np.mean([pearsonr(a, b).statistic for a in x.T for b in y.T])
    assert ours("inter_subject_correlation", x, y) == pytest.approx(wanted, abs=1e-12)


def groups(n: int) -> list[tuple[int, ...]]:
    return list(chain.from_iterable(combinations(range(n), size) for size in range(n + 1)))


def explained(neuron: np.ndarray, others: np.ndarray, tolerance: float) -> bool:
    fitted = others @ np.linalg.lstsq(others, neuron)[0] if others.shape[1] else 0 * neuron
    return bool(np.linalg.norm(neuron - fitted) <= tolerance * np.linalg.norm(neuron))


def largest_match(x: Responses, y: Responses, tolerance: float) -> int:
    """The most neurons in two groups each of which explains the other, by trying all."""
    return max(
        len(a) + len(b)
        for a in groups(x.shape[1])
        for b in groups(y.shape[1])
        if all(explained(x[:, i], y[:, b], tolerance) for i in a)
        and all(explained(y[:, i], x[:, a], tolerance) for i in b)
    )


@pytest.mark.parametrize("tolerance", [0.35, 0.5, 0.65])
def test_maximum_match_is_the_largest_of_all_matches(
    tolerance: float, rng: np.random.Generator
) -> None:
    found = []
    for _ in range(6):
        shared = rng.normal(size=(14, 3))
        x = shared @ rng.normal(size=(3, 4)) + 1.2 * tolerance * rng.normal(size=(14, 4))
        y = shared @ rng.normal(size=(3, 5)) + 1.2 * tolerance * rng.normal(size=(14, 5))
        found.append(largest_match(x, y, tolerance))
        assert ours("maximum_match", x, y, tolerance=tolerance) == pytest.approx(found[-1] / 9)
        a, b = (p - p.mean(axis=0) for p in (x, y))
        centred = ours("maximum_match", x + 3, y, tolerance=tolerance, centred=True)
        assert centred == pytest.approx(largest_match(a, b, tolerance) / 9)
    assert len(set(found)) > 1
