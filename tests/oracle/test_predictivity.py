"""Measures that predict, against their definitions and against scikit-learn."""

import numpy as np
import pytest
from tests.oracle.populations import POPULATIONS, Responses

from homolog import measures

on_all = pytest.mark.parametrize("name", POPULATIONS)


def ours(measure: str, x: Responses, y: Responses, **options: object) -> float:
    return float(measures.find(measure).using(**options)(x, y))


def share(x: Responses, y: Responses) -> float:
    """Of the variance of `x`, by least squares from `y`."""
    x, y = x - x.mean(axis=0), y - y.mean(axis=0)
    weights, *_ = np.linalg.lstsq(y, x, rcond=1e-9)
    return float(1 - np.sum((x - y @ weights) ** 2) / np.sum(x**2))


@on_all
def test_linear_regression_in_reverse_and_both_ways(name: str) -> None:
    x, y = POPULATIONS[name]
    reverse, mean = share(y, x), (share(x, y) + share(y, x)) / 2
    assert ours("linear_regression", x, y, predict="candidate") == pytest.approx(reverse, abs=1e-12)
    assert ours("linear_regression", x, y, predict="both") == pytest.approx(mean, abs=1e-12)


@on_all
def test_the_linear_angle_has_the_share_as_its_cosine(name: str) -> None:
    """To 1e-7, for that is what an arccosine next to 1 has left of rounding."""
    x, y = POPULATIONS[name]
    angle = ours("linear_regression", x, y, form="angle")
    assert np.cos(angle) == pytest.approx(share(x, y), abs=1e-12)
    assert angle == pytest.approx(np.arccos(np.clip(share(x, y), -1, 1)), abs=1e-7)


def test_small_linear_angles_keep_their_digits() -> None:
    """Responses of unit variance with 1e-9 of it unexplained are off by the root of 2e-18."""
    q = np.linalg.qr(np.random.default_rng(0).normal(size=(40, 5))).Q
    q = np.linalg.qr(q - q.mean(axis=0)).Q
    x = q[:, :2] + 1e-9 * q[:, 2:4]
    angle = ours("linear_regression", x, q[:, :2], form="angle")
    assert angle == pytest.approx(np.sqrt(2) * 1e-9, rel=1e-6)


@pytest.mark.parametrize(("predict", "rank"), [("candidate", 3), ("both", 4)])
def test_chance_of_linear_regression_is_that_of_the_direction(predict: str, rank: int) -> None:
    """A rank of 3 predicts in reverse, and one of 5 forwards, of 20 dimensions."""
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(21, 3)), rng.normal(size=(21, 5))
    measure = measures.find("linear_regression").using(predict=predict)
    assert measure.chance(measure.summary(x), measure.summary(y)) == pytest.approx(rank / 20)
