"""Maximum match: known answers, silent neurons, baselines, and refusals."""

import numpy as np
import pytest

from homolog.errors import HomologError
from homolog.measures import find

match = find("maximum_match")


def test_neurons_that_span_the_same_plane_match_and_others_do_not():
    e = np.eye(8)
    x = np.column_stack([e[0], e[1], e[3], e[4]])
    y = np.column_stack([e[0] + e[1], e[0] - e[1], e[5]])
    assert float(match.using(tolerance=0.01)(x, y)) == pytest.approx(4 / 7)


def test_whoever_was_explained_by_one_that_leaves_leaves_next():
    """A chain: y0 needs x0 + x1, of which x1 needs y1, which nobody explains."""
    e = np.eye(8)
    x = np.column_stack([e[0], e[1]])
    y = np.column_stack([e[0] + e[1], e[1] + 4 * e[2]])
    assert float(match.using(tolerance=0.1)(x, y)) == 0
    # With the remainder of x1 allowed, x0 and x1 lie near the space of y0 + y1, but y1 does not.
    assert float(match.using(tolerance=0.75)(x, y)) == pytest.approx(3 / 4)


def test_a_silent_neuron_lies_in_any_space(rng):
    x = rng.normal(size=(12, 3))
    y = np.c_[x[:, :2], np.zeros(12)]
    assert float(match.using(tolerance=0.1)(x, y)) == pytest.approx(5 / 6)


def test_a_common_baseline_counts_unless_centred(rng):
    """Neurons that have nothing in common but that they always fire."""
    x, y = 10 + rng.normal(size=(40, 2)), 10 + rng.normal(size=(40, 3))
    assert float(match(x, y)) == 1
    assert float(match.using(centred=True)(x, y)) == 0


@pytest.mark.parametrize(("centred", "n_dimensions"), [(False, 6), (True, 5)])
def test_neurons_that_span_everything_are_refused(centred, n_dimensions, rng):
    x, y = rng.normal(size=(6, 6)), rng.normal(size=(6, 2))
    says = (
        rf"HM031 maximum_match is undefined here, not 0: 6 neurons span all {n_dimensions}"
        r" dimensions that 6 stimuli leave, so that any neuron lies in their space\. Add stimuli,"
        r" or use procrustes\."
    )
    for pair in ((x, y), (y, x)):
        with pytest.raises(HomologError, match=says):
            match.using(centred=centred)(*pair)


def test_it_says_where_noise_would_match(rng):
    x, y = rng.normal(size=(20, 16)), rng.normal(size=(20, 3))
    a, b = match.summary(x), match.summary(y)
    assert match.caution(a, b) == (
        "16 neurons span so much of the 20 dimensions that neurons of noise lie in their space,"
        " within a tolerance of 0.5"
    )
    assert match.caution(b, b) is None
    wide, narrow = rng.normal(size=(400, 320)), rng.normal(size=(400, 5))
    assert match.caution(match.summary(wide), match.summary(narrow))
    inside = 1 - np.linalg.norm(
        narrow - wide @ np.linalg.lstsq(wide, narrow)[0], axis=0
    ) / np.linalg.norm(narrow, axis=0)
    assert np.all(inside > 0.5)


@pytest.mark.parametrize("tolerance", [0, 1, -0.5, "0.5", True, None, np.nan])
def test_tolerances_that_cannot_be(tolerance, rng):
    x = rng.normal(size=(12, 3))
    says = r"HM025 tolerance is .*; allowed: above 0 and below 1, a share of the norm\."
    with pytest.raises(HomologError, match=says):
        match.using(tolerance=tolerance)(x, x)
