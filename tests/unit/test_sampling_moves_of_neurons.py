"""What neurons move: of a jackknife, that which the residual demands, and the intervals of it."""

import numpy as np
import pytest

from homolog._arrays import centre, frobenius
from homolog._moves import Spread
from homolog.measures import find
from homolog.sampling import debiased_cka
from homolog.sampling._neurons import Neurons, Side
from homolog.sampling._overlaps import overlaps
from homolog.studies.calibration._planted import Planted


def test_accidents_count_half_and_the_residual_is_that_of_the_ratio_asked_about():
    jackknife = Spread(0.04, 0.01, 0.02)
    steady = Neurons(Side(jackknife, 0.0, 9), Side(freedom=9))
    assert steady.variances(0.6, 0.6) == [(pytest.approx(jackknife.at(0.6)), pytest.approx(9))]
    # A residual of 1 - r² at r; of 1 + r² - 2r estimate in the recording.
    share = (1 - 0.36) / (1 + 0.36 - 2 * 0.6 * 0.4)
    assert steady.variances(0.6, 0.4)[0][0] == pytest.approx(jackknife.at(0.6) * share)
    # All accident at 1, of which each brings half; 0.3 of the other and 0.1 of its own.
    loose = Neurons(Side(jackknife, 0.1, 9), Side(jackknife, 0.3, 9))
    assert loose.variances(1.0, 1.0) == [(pytest.approx(jackknife.at(1)), pytest.approx(18))]
    share = (0.64 + (0.3 + 0.036) / 2) / (0.64 + 0.3 + 0.036)
    one_sided = Neurons(Side(jackknife, 0.1, 9), Side(Spread(), 0.3, 9))
    assert one_sided.variances(0.6, 0.6)[0][0] == pytest.approx(jackknife.at(0.6) * share)


def test_a_residual_that_looks_like_nothing_is_taken_for_half_the_expected_one():
    loose = Neurons(Side(Spread(0.04), 0.1, 9), Side(freedom=9))
    expected = 1 - 0.81 + 0.081
    found = loose.variances(0.9, 5.0)[0][0]
    assert found == pytest.approx(0.04 * (expected - 0.0405) / (expected / 2))


def test_halves_that_disagree_bring_nothing_rather_than_less_than_nothing():
    sides = Side(Spread(-0.04), 0.1, 9), Side(Spread(0.01), 0.1, 9)
    assert Neurons(*sides).variances(0.5, 0.5) == [(0.0, 1.0)]
    total, freedom = Neurons(Side(Spread(0.05), 0.1, 9), sides[0]).variances(0.5, 0.5)[0]
    assert 0 < total < 0.01
    assert freedom == pytest.approx(9)


def test_all_neurons_of_a_network_move_nothing(rng):
    signal = rng.normal(size=(40, 3))
    x, y = signal @ rng.normal(size=(3, 9)) + rng.normal(size=(40, 9)), signal
    neurons = debiased_cka(x, y, sampled="reference").moves.neurons
    assert neurons.candidate == Side()
    assert neurons.reference.jackknife.shared > 0
    assert neurons.variances(0.5, 0.5)[0][1] == pytest.approx(8)


def test_accidents_are_as_large_as_what_other_neurons_would_leave_of_the_mean_structure():
    """Neurons of two kinds of equal number: all that is accident is which of them were drawn."""
    rng = np.random.default_rng(0)
    kinds = rng.normal(size=(2, 300))
    said, accidents = [], []
    for one in rng.spawn(80):
        first = one.integers(0, 2, size=12)
        x, y = kinds[first].T, kinds[one.integers(0, 2, size=12)].T
        said.append(debiased_cka(x, y).moves.neurons.reference.accident)
        # Two structures at right angles and of one length, as are their difference and their mean.
        accidents.append((1 - 2 * first.mean()) ** 2)
    assert np.mean(said) == pytest.approx(np.mean(accidents), rel=0.2)


@pytest.mark.parametrize("cka", [0.0, 1.0])
def test_variance_over_neurons_is_that_of_many_studies(cka):
    """The same stimuli, other neurons: how S - rG spreads at the true r, and what is said."""
    planted = Planted(cka, "high")
    latents = np.random.default_rng(0).normal(size=(60, 120))
    x, y = (latents * np.sqrt(one) for one in planted.variances)
    truth = float(find("unbiased_cka")(x, y))
    values, said = [], []
    for rng in np.random.default_rng(1).spawn(100):
        sides = [side @ rng.normal(size=(120, 30)) + rng.normal(size=(60, 30)) for side in (x, y)]
        estimate = debiased_cka(*sides)
        unit = np.prod([frobenius(centre(side)) ** 2 for side in sides])
        shared, own = (part * unit for part in estimate.parts)
        values.append((shared - truth * own) ** 2)
        variances = estimate.moves.neurons.variances(truth, estimate.value)
        said.append(unit**2 * sum(variance for variance, _ in variances))
    assert 0.75 < np.mean(said) / np.mean(values) < 1.3


def test_intervals_near_1_in_few_dimensions_are_not_far_too_wide():
    """Variances that were cut at 0 made them hold the truth in 99.4 of 100 studies."""
    planted, held = Planted(0.95, "low"), 0
    for rng in np.random.default_rng(3).spawn(300):
        study = planted.study(40, 50, rng)
        x, y = (study.latents * np.sqrt(one) for one in planted.variances)
        low, high = debiased_cka(study.x, study.y).interval("neurons")
        held += low <= float(find("unbiased_cka")(x, y)) <= high
    assert 279 <= held <= 295


def test_pairs_of_a_neuron_with_itself_are_left_out_of_the_mean_but_not_of_its_accidents(rng):
    x, y = (centre(rng.normal(size=(40, n)) + rng.normal(size=(40, 1))) for n in (7, 5))
    x, y = (side / frobenius(side) for side in (x, y))
    found, uncorrected, _ = overlaps(x, y, (True, True))
    side = debiased_cka(x, y).moves.neurons.reference
    along = side.jackknife.own / (found.reference * found.candidate)
    assert side.accident + along == pytest.approx(uncorrected.reference / found.reference - 1)
