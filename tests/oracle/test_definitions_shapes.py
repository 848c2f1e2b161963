"""Alignments and shapes against their definitions, written out naively.

Nothing here is taken from a package or from homolog: stimulus × stimulus matrices, padding
with silent neurons and enumeration, in float64. Slow and plain on purpose.
"""

import numpy as np
import pytest
from scipy.spatial import procrustes as scipy_procrustes
from tests.oracle.populations import POPULATIONS, Responses
from tests.oracle.test_definitions import gram, gram_root, on, ours


@on(POPULATIONS)
def test_forms_of_procrustes_are_functions_of_the_fidelity(x: Responses, y: Responses) -> None:
    singular = np.linalg.svd(gram_root(x) @ gram_root(y), compute_uv=False)
    cosine = min(1, singular.sum() / np.sqrt(np.trace(gram(x)) * np.trace(gram(y))))
    of = {
        "chordal": np.sqrt(2 - 2 * cosine),
        "disparity": 1 - cosine**2,
        "score": 1 - 2 / np.pi * np.arccos(cosine),
    }
    for form, expected in of.items():
        # A cosine of 1 has lost what tells equal populations apart.
        tolerance = 1e-11 if cosine < 1 - 1e-9 else 1e-7
        assert ours("procrustes", x, y, form=form) == pytest.approx(expected, abs=tolerance)


def test_disparity_is_what_scipy_leaves_after_rotation_and_scale() -> None:
    x, y = POPULATIONS["equal 45x9, 45x9"]
    assert ours("procrustes", x, y, form="disparity") == pytest.approx(
        scipy_procrustes(x, y)[2], abs=1e-12
    )


@on(POPULATIONS)
def test_squared_size_and_shape_is_the_squared_bures_distance(x: Responses, y: Responses) -> None:
    fidelity = np.linalg.svd(gram_root(x) @ gram_root(y), compute_uv=False).sum()
    total = np.trace(gram(x)) + np.trace(gram(y))
    got = ours("size_and_shape", x, y, squared=True)
    assert got == pytest.approx(total - 2 * fidelity, abs=1e-11 * total)


def test_a_squared_distance_is_no_metric() -> None:
    """Half way and the other half are a quarter each of the whole square."""
    x, y = POPULATIONS["equal 45x9, 45x9"]
    u, _, vh = np.linalg.svd((y - y.mean(0)).T @ x)
    y = y @ u @ vh  # so that the straight line between them is the shortest way
    whole, half = ours("size_and_shape", x, y, squared=True), (x + y) / 2
    ways = [ours("size_and_shape", a, b, squared=True) for a, b in ((x, half), (half, y))]
    assert sum(ways) == pytest.approx(whole / 2)


def test_forms_at_the_ends_of_their_ranges() -> None:
    """Equal, and populations whose courses over the stimuli have nothing in common."""
    drawn = np.random.default_rng(0).normal(size=(12, 7))
    basis = np.linalg.qr(drawn - drawn.mean(axis=0))[0]
    x, y = basis[:, :3], basis[:, 3:]
    for form, apart in {"angle": np.pi / 2, "chordal": 2**0.5, "disparity": 1, "score": 0}.items():
        assert ours("procrustes", x, y, form=form) == pytest.approx(apart, abs=1e-12)
        assert ours("procrustes", x, x, form=form) == (1 if form == "score" else 0)
