"""Gradients of distances near equality, where a cone stands: of length one until rounding rules."""

import numpy as np
import pytest

from homolog.measures import find


def apart_by(share: float, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Centred responses of norm 1, and the same with so much of others, at right angles."""
    x, away = rng.normal(size=(2, 30, 4))
    x, away = x - x.mean(0), away - away.mean(0)
    x /= np.linalg.norm(x)
    away -= x * np.sum(x * away)
    return x, x + share * away / np.linalg.norm(away)


@pytest.mark.parametrize("share", [3e-2, 3e-3, 3e-4, 3e-5, 3e-6])
@pytest.mark.parametrize("name", ["procrustes", "size_and_shape"])
def test_a_distance_is_as_steep_near_equality_as_elsewhere(name, share, rng):
    x, y = apart_by(share, rng)
    values, gradients = find(name).gradient_at(x)(y[None].copy())
    rounding = 1e-15 / share**2  # cosines and squares near 1 are known to so much
    size = np.linalg.norm(y) if name == "procrustes" else 1
    assert size * np.linalg.norm(gradients) == pytest.approx(1, abs=1e-6 + rounding)
    assert values[0] == pytest.approx(float(find(name)(x, y)), rel=1e-6 + rounding)


@pytest.mark.parametrize("name", ["procrustes", "size_and_shape"])
def test_of_equal_populations_no_way_leads_away(name, rng):
    """Of many, for rounding puts half of their cosines above 1."""
    for _ in range(50):
        x = rng.normal(size=(30, 4)) * rng.uniform(0.1, 10)
        values, gradients = find(name).gradient_at(x)(x[None].copy())
        assert values[0] == pytest.approx(0, abs=1e-5)
        assert not gradients.any()
