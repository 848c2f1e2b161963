"""Stimuli in groups that are nearly alike: what is estimated is of stimuli of different groups."""

import numpy as np
import pytest

from homolog._arrays import centre, frobenius
from homolog.sampling import debiased_cka
from homolog.sampling._overlaps import less_blocks, overlaps
from homolog.studies.calibration._planted import Planted


def of_movies(cka, n_movies, n_neurons, rng):
    """Responses to movies of three to five frames that share nine tenths, and which is of which."""
    groups = np.repeat(np.arange(n_movies), rng.integers(3, 6, size=n_movies))
    study = Planted(cka, "high").study(n_movies, n_neurons, rng)
    own = rng.normal(size=(len(groups), study.latents.shape[1]))
    latents = np.sqrt(0.9) * study.latents[groups] + np.sqrt(0.1) * own
    x, y = (
        latents @ one + np.sqrt(0.5) * rng.normal(size=(len(groups), n_neurons))
        for one in study.weights
    )
    return x, y, groups


@pytest.mark.parametrize("samples", [(True, True), (True, False), (False, True)])
def test_overlaps_without_blocks_are_those_of_what_is_left(samples, rng):
    x, y = (rng.normal(size=(30, n)) + 3 for n in (50, 6))
    x, y = (side / frobenius(side) for side in (centre(x), centre(y)))
    block = rng.permutation(30) % 8
    by_hand = [
        overlaps(centre(x[block != one]), centre(y[block != one]), samples)[0] for one in range(8)
    ]
    np.testing.assert_allclose(np.array(less_blocks(x, y, samples, block)).T, by_hand, rtol=1e-8)


def test_movies_do_not_make_unrelated_populations_alike(rng):
    estimates = [
        debiased_cka(x, y, groups=groups)
        for x, y, groups in (of_movies(0.0, 20, 50, one) for one in rng.spawn(20))
    ]
    assert np.mean([one.uncorrected for one in estimates]) > 0.15
    assert np.mean([one.value for one in estimates]) == pytest.approx(0, abs=0.06)


def test_stimuli_shown_four_times_say_what_they_say_once(rng):
    x, y = (rng.normal(size=(25, 6)) @ rng.normal(size=(6, 20)) for _ in "xy")
    often = [np.repeat(side, 4, axis=0) for side in (x, y)]
    groups = np.repeat(np.arange(25), 4)
    once, grouped = debiased_cka(x, y), debiased_cka(*often, groups=groups)
    assert grouped.value == pytest.approx(once.value, abs=0.02)
    assert grouped.interval("stimuli") == pytest.approx(once.interval("stimuli"), abs=0.05)
    assert abs(debiased_cka(*often).value - once.value) > 0.05


def test_intervals_over_both_hold_what_is_planted_in_movies(rng):
    held = 0
    for one in rng.spawn(40):
        x, y, groups = of_movies(0.5, 20, 50, one)
        low, high = debiased_cka(x, y, groups=groups).interval()
        held += low <= 0.5 <= high
    assert held >= 34
