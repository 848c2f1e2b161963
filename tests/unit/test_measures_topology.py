"""Graphs of near stimuli: loops, clusters and heat where the answer is known, and refusals."""

import numpy as np
import pytest

from homolog.errors import HomologError
from homolog.measures import find
from homolog.measures._topology import _Classes, total_persistence

divergence = find("representation_topology_divergence")
intrinsic = find("intrinsic_distance")


def distances(n, far, **near):
    """All pairs of n stimuli at one distance, but for those given as i_j."""
    matrix = far * (1 - np.eye(n))
    for pair, apart in near.items():
        i, j = map(int, pair.removeprefix("d").split("_"))
        matrix[i, j] = matrix[j, i] = apart
    return matrix


def test_a_pair_joined_sooner_is_a_bar_until_the_other_joins_it():
    assert total_persistence(distances(2, 1.0), distances(2, 0.3)) == pytest.approx(0.7)
    assert total_persistence(distances(2, 0.3), distances(2, 0.3)) == 0


def test_a_square_of_near_pairs_is_three_joints_and_a_loop():
    """All are apart by 3 in the one graph; in the other sides are 1, diagonals 1.5."""
    square = distances(4, 1.5, d0_1=1.0, d1_2=1.0, d2_3=1.0, d0_3=1.0)
    assert total_persistence(distances(4, 3.0), square) == pytest.approx(3 * (3 - 1) + 0.5)


def test_a_loop_of_both_graphs_is_no_difference():
    """The square is in both; the other has a shorter diagonal, which closes it sooner."""
    square = distances(4, 1.5, d0_1=1.0, d1_2=1.0, d2_3=1.0, d0_3=1.0)
    sooner = distances(4, 1.5, d0_1=1.0, d1_2=1.0, d2_3=1.0, d0_3=1.0, d0_2=1.2)
    assert total_persistence(square, square) == 0
    # The diagonal from 1.2 on is a chord: nothing until 1.2, then nothing new of dimension 1 but
    # itself, which the triangles make equal to two sides that are worth nothing.
    assert total_persistence(square, sooner) == pytest.approx(0)
    apart = distances(4, 3.0, d0_1=1.0, d1_2=1.0, d2_3=1.0, d0_3=2.0)
    # Here the fourth side closes the loop at 1; at 1.5 diagonals fill it.
    assert total_persistence(apart, square) == pytest.approx(0.5)


def test_more_classes_than_bits_in_a_word():
    """A star of 100 stimuli joined to the first at 1 to 2, all apart in the other graph."""
    star, lengths = distances(100, 9.0), np.linspace(1, 2, 99)
    star[0, 1:] = star[1:, 0] = lengths
    wanted = np.sum(9 - lengths)
    assert total_persistence(distances(100, 9.0), star) == pytest.approx(wanted)


def test_bits_of_classes_that_ended_are_used_again():
    classes = _Classes(2)
    for time in range(100):
        classes.joined[:] = False
        classes.join(0, 1, time, lasts=True)
        classes.end(classes.worth[0, 1][None].copy(), time + 0.5)
    assert classes.total == pytest.approx(50)
    assert classes.worth.shape == (2, 2, 1)


def test_stimuli_exchanged_between_clusters(rng):
    """Joined at once in the candidate, across a gap of 0.9 quantiles or so in the reference."""
    x = np.repeat([[0.0, 0.0], [1.0, 0.0]], 10, axis=0) + 1e-3 * rng.normal(size=(20, 2))
    y = x.copy()
    y[[3, 13]] = x[[13, 3]]
    assert float(divergence(x, x)) == 0
    assert float(divergence(x, y)) == pytest.approx(2, abs=0.05)
    y[[3, 4, 13, 14]] = x[[13, 14, 3, 4]]
    assert float(divergence(x, y)) == pytest.approx(2, abs=0.05)


def test_draws_of_some_stimuli_are_repeatable_and_near_one_another(rng):
    x, y = rng.normal(size=(2, 40, 3))
    some = divergence.using(at_once=25, draws=4)
    first = float(some(x, y))
    assert first == float(some(x, y)) != float(some.using(rng=1)(x, y))
    generator = np.random.default_rng(0)
    rows = [generator.choice(40, 25, replace=False) for _ in range(4)]
    wanted = np.mean([float(divergence(x[r], y[r])) for r in rows])
    assert first == pytest.approx(wanted, abs=1e-12)
    assert float(divergence.using(at_once=40)(x, y)) == float(divergence(x, y))


@pytest.mark.parametrize(("option", "least"), [("at_once", 3), ("draws", 1), ("rng", 0)])
@pytest.mark.parametrize("value", [-1, 2.5, True, None])
def test_settings_that_cannot_be(option, least, value, rng):
    x = rng.normal(size=(10, 3))
    says = rf"HM025 {option} is {value}; allowed: a whole number, at least {least}\."
    with pytest.raises(HomologError, match=says):
        divergence.using(**{option: value})(x, x)


def test_stimuli_that_hardly_differ_have_no_scale():
    x = np.zeros((30, 2))
    x[0] = 1
    says = (
        r"HM031 representation_topology_divergence is undefined here, not 0: more than 90% of the"
        r" pairs of stimuli evoke equal responses in a population\. Drop repeated stimuli\."
    )
    with pytest.raises(HomologError, match=says):
        divergence(x, x)


@pytest.mark.parametrize("m", [divergence, intrinsic], ids=lambda m: m.name)
def test_more_pairs_than_fit_into_memory(m):
    x = np.broadcast_to(np.arange(1, 10.0**7 + 1)[:, None], (10**7, 1))
    with pytest.raises(HomologError, match=rf"HM009 {m.name} needs ≈3,200,000 GB"):
        m.summary(x)


def test_intrinsic_distance_of_a_ring_and_of_triangles():
    """Known spectra: 1 - cos(2πj/12) of a ring of 12; 0 and twice 3/2 of each of 4 triangles."""
    angles = 2 * np.pi * np.arange(12) / 12
    ring = np.c_[np.cos(angles), np.sin(angles)]
    corners = np.c_[np.cos(angles[::4]), np.sin(angles[::4])]
    triangles = np.concatenate([corners + np.array([9 * i, 0]) for i in range(4)])
    t = np.logspace(-1, 1, 256)
    of_ring = np.exp(-np.outer(t, 1 - np.cos(angles))).mean(axis=1)
    of_triangles = (1 + 2 * np.exp(-1.5 * t)) / 3
    wanted = np.max(np.exp(4 - 2 * (t + 1 / t)) * np.abs(of_ring - of_triangles))
    got = float(intrinsic.using(k=2)(ring, triangles))
    assert got == pytest.approx(wanted, abs=1e-12)
    assert wanted > 0.01


def test_intrinsic_distance_does_not_pair_stimuli(rng):
    x, y = rng.normal(size=(2, 20, 4))
    assert float(intrinsic(x, x[rng.permutation(20)])) == pytest.approx(0, abs=1e-12)
    a, b = intrinsic.summary(x), intrinsic.summary(y)
    assert intrinsic.chance(a, b) is None
    assert "stimuli are not paired" in intrinsic.caution(a, b)


def test_numbers_of_neighbours_that_cannot_be(rng):
    x = rng.normal(size=(6, 3))
    says = r"HM025 k is 5; allowed: a whole number from 1 to 4, two fewer than there are stimuli\."
    with pytest.raises(HomologError, match=says):
        intrinsic(x, x)
