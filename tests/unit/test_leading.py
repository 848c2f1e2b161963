"""A population as its leading principal components: how many, which, and what is kept."""

import numpy as np
import pytest

from homolog.errors import HomologError
from homolog.representation import Representation, leading, represent


def planted(rng, shares=(0.6, 0.3, 0.08, 0.02), n_stimuli=30, n_neurons=12):
    """Responses whose components hold exactly these shares, in directions of their own."""
    drawn = rng.normal(size=(n_stimuli, len(shares)))
    courses = np.linalg.qr(drawn - drawn.mean(0))[0]
    axes = np.linalg.qr(rng.normal(size=(n_neurons, len(shares))))[0].T
    return 5.0 + 7.0 * (courses * np.sqrt(shares)) @ axes


@pytest.mark.parametrize(
    ("share", "n"), [(0.5, 1), (0.6, 1), (0.61, 2), (0.9, 2), (0.95, 3), (0.99, 4), (1, 4)]
)
def test_as_few_components_as_hold_the_share(share, n, rng):
    x = represent(planted(rng), name="V1", unit="Hz", stimuli=[f"s{i}" for i in range(30)])
    found = leading(x, share)
    assert found.neurons == tuple(f"PC {i + 1}" for i in range(n))
    assert (found.stimuli, found.unit, found.name) == (x.stimuli, "Hz", "V1")
    variances = found.matrix.var(axis=0) / x.matrix.var(axis=0).sum()
    assert variances == pytest.approx((0.6, 0.3, 0.08, 0.02)[:n], abs=1e-12)
    held = {1: "60.0%", 2: "90.0%", 3: "98.0%", 4: "100.0%"}[n]
    assert found.dropped == (
        f"V1: {n} of 4 principal components in place of 12 neurons;"
        f" they hold {held} of the variance of mean responses",
    )


def test_rounding_asks_for_no_component_more():
    for seed in range(8):
        responses = planted(np.random.default_rng(seed), shares=(0.05,) * 20, n_neurons=25)
        found = [leading(responses, n / 20).n_neurons for n in range(1, 21)]
        assert found == list(range(1, 21))


@pytest.mark.parametrize("n_neurons", [12, 50])
def test_all_components_keep_every_distance_and_have_mean_0(n_neurons, rng):
    responses = planted(rng, n_neurons=n_neurons)
    found = leading(responses, 1.0).matrix
    assert found.shape == (30, 4)
    apart, as_before = (
        np.linalg.norm(one[:, None] - one[None], axis=2) for one in (found, responses)
    )
    assert apart == pytest.approx(as_before, abs=1e-10)
    assert found.mean(axis=0) == pytest.approx(0, abs=1e-12)


def test_the_sign_does_not_depend_on_the_library(rng):
    responses = planted(rng)
    found = leading(responses, 1.0).matrix
    weights = np.linalg.pinv(responses - responses.mean(0)) @ found
    assert (weights.max(axis=0) > -weights.min(axis=0)).all()
    flipped = leading(-responses, 1.0).matrix
    assert flipped == pytest.approx(-found, abs=1e-10)


def test_trials_and_times_are_seen_through_the_components_of_their_means(rng):
    means = planted(rng).reshape(10, 3, 12)
    trials = means + 3 * rng.normal(size=(4, 10, 3, 12))
    x = Representation(trials, "trial,stimulus,time,neuron", times=(0.0, 0.1, 0.2))
    found = leading(x, 0.9)
    assert (found.dims, found.times) == (x.dims, x.times)
    averaged = leading(x.condition_means(), 0.9)
    assert found.condition_means().responses == pytest.approx(averaged.responses, abs=1e-12)
    assert found.n_neurons < 12


def test_trials_that_were_not_recorded_stay_missing(rng):
    trials = planted(rng) + rng.normal(size=(4, 30, 12))
    missing = np.zeros(trials.shape, dtype=bool)
    missing[3, :5] = True
    x = Representation(trials, "trial,stimulus,neuron", missing=missing)
    found = leading(x, 0.8)
    assert (found.missing == missing[..., : found.n_neurons]).all()
    whole = leading(x.condition_means(), 0.8)
    assert found.condition_means().matrix == pytest.approx(whole.matrix, abs=1e-12)


def test_what_was_done_before_is_still_told(rng):
    responses = planted(rng)
    responses[:, 4] = 1.0
    found = leading(represent(responses, name="V1").drop_constant(), 0.5)
    assert [said.partition(":")[2][:12] for said in found.dropped] == [
        " left out 1 ",
        " 1 of 4 prin",
    ]


def test_a_neuron_without_a_response_is_refused(rng):
    trials = planted(rng) + rng.normal(size=(2, 30, 12))
    missing = np.zeros(trials.shape, dtype=bool)
    missing[0, 3, 7] = True
    x = Representation(trials, "trial,stimulus,neuron", missing=missing, name="V1")
    with pytest.raises(HomologError, match="HM028 V1 has 1 missing response; a measure needs all"):
        leading(x, 0.9)
    missing[:, 3] = True
    x = Representation(trials, "trial,stimulus,neuron", missing=missing, name="V1")
    with pytest.raises(HomologError, match="HM028 V1 has 12 missing responses"):
        leading(x, 0.9)


def test_means_that_are_all_one_are_refused(rng):
    trial = rng.normal(size=(1, 5, 4))
    x = Representation(np.concatenate([trial, -trial]), "trial,stimulus,neuron", name="V1")
    with pytest.raises(HomologError, match="HM006 V1 is constant on all 5 stimuli"):
        leading(x, 0.9)


@pytest.mark.parametrize("share", [0, -0.1, 1.01, float("nan"), "most", True, None])
def test_another_share_is_refused(share, rng):
    with pytest.raises(HomologError, match=r"HM025 share is .*; allowed: above 0, at most 1"):
        leading(planted(rng), share)
