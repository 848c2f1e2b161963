"""Measures of neighbours where the answer is known, ties, and what they refuse."""

import numpy as np
import pytest

from homolog.errors import HomologError
from homolog.measures import find
from homolog.measures._measure import permuted

NAMES = (
    "neighbour_overlap",
    "neighbour_rank_similarity",
    "neighbour_order",
    "second_order_cosine",
)


def circle(angles):
    """Two neurons whose pattern points in a direction: nearest are nearest in angle."""
    return np.column_stack([np.cos(angles), np.sin(angles)])


LINE = circle(np.array([0.0, 0.1, 0.3, 0.65, 1.1, 1.7]))


def test_neighbours_on_a_line_of_angles():
    """Steps of 0.1, 0.2, 0.35, 0.45, 0.6; the candidate exchanges stimuli 3 and 4."""
    swapped = LINE[[0, 1, 2, 4, 3, 5]]
    # The two nearest, nearest first, of stimuli 0 to 5:
    # [1, 2] [0, 2] [1, 0] [2, 4] [3, 5] [4, 3], after the exchange
    # [1, 2] [0, 2] [1, 0] [4, 5] [2, 3] [3, 4].
    overlap = find("neighbour_overlap")
    wanted = {
        overlap.using(k=1): 3,
        overlap.using(k=2): 3 + 1 / 3 + 1 / 3 + 1,
        overlap.using(k=2, share="neighbourhood"): 3 + 1 / 2 + 1 / 2 + 1,
        find("neighbour_rank_similarity").using(k=2): 3 + 1 / 3 + 1 / 3 + (1 / 3 + 1 / 3) / 1.5,
        find("neighbour_rank_similarity").using(k=2, times_overlap=True): (
            3 + 1 / 9 + 1 / 9 + (1 / 3 + 1 / 3) / 1.5
        ),
        find("neighbour_order").using(k=2): 3 + 1 / 2 + 1 / 2 + 1 / 2,
        find("neighbour_order").using(k=2, compared="edits"): 3,
    }
    for m, total in wanted.items():
        assert float(m(LINE, swapped)) == pytest.approx(total / 6, abs=1e-12), m.label


@pytest.mark.parametrize("name", ["neighbour_overlap", "neighbour_rank_similarity"])
def test_no_neighbour_in_common_is_a_score_of_zero(name):
    """On a circle of five, the nearest of the one are the farthest of the other."""
    turn = 2 * np.pi * np.arange(5) / 5
    assert float(find(name).using(k=2)(circle(turn), circle(2 * turn))) == 0.0


@pytest.mark.parametrize("name", NAMES)
def test_stimuli_that_all_tie_have_no_neighbours_to_compare(name, rng):
    """Of one positive neuron all angles are 0; a baseline of 1e8 hides a signal of 0.1."""
    says = (
        rf"HM031 {name} is undefined here, not 0: to every stimulus all others are equally near,"
        r" as far as numbers tell\. Remove the mean response of every neuron first, or use"
        r" unbiased_cka\."
    )
    y = rng.normal(size=(20, 5))
    for x in (rng.uniform(1, 2, size=(20, 1)), 1e8 + 0.1 * y):
        for pair in ((x, y), (y, x)):
            with pytest.raises(HomologError, match=says):
                find(name)(*pair)


@pytest.mark.parametrize("name", NAMES)
def test_ties_that_swell_neighbourhoods_are_told(name, rng):
    m = find(name).using(k=3)
    fine = m.summary(rng.normal(size=(24, 5)))
    copies = m.summary(np.repeat(rng.normal(size=(4, 5)), 6, axis=0))
    assert m.caution(fine, fine) is None
    says = "ties: a stimulus has 5 neighbours for k = 3, and many are shared for that"
    assert m.caution(fine, copies) == m.caution(copies, fine) == says


def test_what_makes_stimuli_near_decides():
    """The longest pattern is everybody's neighbour by inner product, nobody's by angle."""
    x = circle(np.array([0.0, 0.05, 0.15, 0.3, 0.6, 0.8])) * [[1], [1], [1], [1], [1], [10]]
    near = {
        nearest: np.isfinite(
            find("neighbour_overlap").using(k=1, nearest=nearest).summary(x).places
        )
        for nearest in ("cosine", "euclidean", "inner_product")
    }
    assert near["inner_product"][:5, 5].all()
    assert not near["cosine"][:4, 5].any()
    assert not near["euclidean"][:, 5].any()
    assert near["euclidean"][5, 4]


@pytest.mark.parametrize("name", NAMES)
def test_ties_do_not_depend_on_the_order_of_stimuli(name, rng):
    """Spike counts in one to three neurons: most neighbours tie with others."""
    x = rng.integers(1, 4, size=(16, 3)).astype(float)
    y = np.maximum(x[:, :2] + rng.integers(-1, 2, size=(16, 2)), 1)
    m = find(name).using(k=4)
    assert float(m(x, x)) == pytest.approx(1, abs=1e-12)
    scores = {round(float(m(x[order], y[order])), 12) for order in map(rng.permutation, [16] * 9)}
    assert len(scores) == 1
    assert float(m(x, y)) == pytest.approx(float(m(y, x)), abs=1e-12)
    if name != "second_order_cosine":  # at whose repeated stimuli nothing ties
        assert max(m.summary(x).counts()) > 4


def test_repeated_stimuli_tie_whatever_rounding_makes_of_them(rng):
    """Four copies of six stimuli, each in its own unit: three neighbours at angle 0."""
    x = np.repeat(rng.normal(size=(6, 5)), 4, axis=0)
    scaled = x * np.exp(rng.normal(size=(24, 1)))
    counts = find("neighbour_overlap").using(k=2).summary(scaled).counts()
    assert counts.tolist() == [3] * 24
    y = rng.normal(size=(24, 6))
    for m in map(find, NAMES[:3]):
        m = m.using(k=2)
        assert float(m(scaled, y)) == pytest.approx(float(m(x, y)), abs=1e-12)


@pytest.mark.parametrize("share", ["union", "neighbourhood"])
def test_chance_of_overlap_is_the_mean_over_pairings_with_ties(share, rng):
    x, y = rng.integers(1, 4, size=(2, 14, 2)).astype(float)
    m = find("neighbour_overlap").using(k=3, share=share)
    a, b = m.summary(x), m.summary(y)
    assert len(set(a.counts())) > 1
    drawn = [float(m.score(permuted(a, rng.permutation(14)), b)) for _ in range(2000)]
    error = np.std(drawn) / np.sqrt(len(drawn))
    assert abs(m.chance(a, b) - np.mean(drawn)) < 4 * error
    if share == "neighbourhood":
        x, y = rng.normal(size=(2, 14, 5))
        assert m.chance(m.summary(x), m.summary(y)) == pytest.approx(3 / 13)


@pytest.mark.parametrize("nearest", ["cosine", "euclidean", "inner_product"])
def test_a_stray_stimulus_does_not_blur_the_neighbours_of_the_others(nearest, rng):
    x = rng.normal(size=(40, 4))
    stray = x.copy()
    stray[0] *= 1e7 if nearest == "inner_product" else 1e5
    m = find("neighbour_overlap").using(k=5, nearest=nearest)
    near = [np.isfinite(m.summary(p).places) for p in (x, stray)]
    assert near[1].sum(axis=1).tolist() == [5] * 40
    # All that may change, by distance or by product, is who has the stray one for a neighbour.
    kept = near[1][1:, 1:] <= near[0][1:, 1:]
    assert kept.mean() > 0.95
    assert nearest != "cosine" or np.array_equal(*near)


def test_a_large_baseline_does_not_blur_distances(rng):
    x = rng.normal(size=(40, 4))
    m = find("neighbour_overlap").using(k=5, nearest="euclidean")
    assert float(m(x, x + 1e7)) == 1
    assert m.summary(x + 1e7).counts().tolist() == [5] * 40


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("k", [0, 11, 2.0, True, "3"])
def test_numbers_of_neighbours_that_cannot_be(name, k, rng):
    x = rng.normal(size=(12, 4))
    says = (
        r"HM025 k is .*; allowed: a whole number from 1 to 10, two fewer than there are stimuli\."
    )
    with pytest.raises(HomologError, match=says):
        find(name).using(k=k)(x, x)
    assert float(find(name).using(k=10)(x, x)) == pytest.approx(1)


@pytest.mark.parametrize("name", NAMES)
def test_stimuli_without_a_pattern_are_refused(name, rng):
    x = rng.poisson(3, size=(14, 5)) + 1.0
    x[4] = 0
    says = (
        rf"HM031 {name} is undefined here, not 0: 1 stimuli evoke no response \(first at row 4\),"
        r" so their cosines have no value\. Drop those stimuli, or use unbiased_cka\."
    )
    with pytest.raises(HomologError, match=says):
        find(name)(x, x)
    x[4] = x[:4].mean(axis=0)
    x[5:] += x[:4].mean(axis=0) - x[5:].mean(axis=0)
    with pytest.raises(HomologError, match=r"HM031 .* 1 stimuli evoke the mean response \(first"):
        find(name).using(centred=True)(x, x)


@pytest.mark.parametrize(
    ("name", "option", "allowed"),
    [
        ("neighbour_overlap", "nearest", "cosine, euclidean, inner_product"),
        ("neighbour_overlap", "share", "union, neighbourhood"),
        ("neighbour_order", "compared", "subsequence, edits"),
        ("second_order_cosine", "compared", "similarities, distances"),
    ],
)
def test_unknown_settings(name, option, allowed, rng):
    x = rng.normal(size=(14, 4))
    with pytest.raises(HomologError, match=rf"HM025 {option} is 'fish'; allowed: {allowed}\."):
        find(name).using(**{option: "fish"})(x, x)


def test_second_order_cosine_of_repeated_stimuli(rng):
    x = np.repeat(rng.normal(size=(5, 4)), 4, axis=0)
    says = (
        r"HM031 second_order_cosine is undefined here, not 0: 20 stimuli \(first at row 0\) have"
        r" nothing but 0 to be compared with their neighbours\. Drop repeated stimuli, or use"
        r" neighbour_overlap\."
    )
    m = find("second_order_cosine").using(k=2, compared="distances")
    with pytest.raises(HomologError, match=says):
        m(x, x)


def test_more_pairs_than_fit_into_memory():
    x = np.broadcast_to(np.arange(1, 10.0**7 + 1)[:, None], (10**7, 1))
    with pytest.raises(HomologError, match=r"HM009 neighbour_order needs ≈3,200,000 GB \(4 × 10,0"):
        find("neighbour_order").summary(x)
