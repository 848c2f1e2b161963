"""Scores carried on to more neurons: curves, planted truth, what stays whole, refusals."""

from typing import Any

import numpy as np
import pytest

from homolog import HomologError
from homolog.measures import find
from homolog.sampling import extrapolate
from homolog.sampling._growth import carried_on, grown, parts


def drawn(rng: np.random.Generator, n_x: int, n_y: int, n_stimuli: int = 60) -> tuple[Any, Any]:
    """Random neurons of two populations that see the same stimuli with other weights."""
    signal = rng.normal(size=(n_stimuli, 4)) * [1, 0.8, 0.6, 0.5]
    x = signal @ rng.normal(size=(4, n_x)) + 0.7 * rng.normal(size=(n_stimuli, n_x))
    y = (signal * [0.5, 1, 0.6, 1]) @ rng.normal(size=(4, n_y))
    return x, y + 0.7 * rng.normal(size=(n_stimuli, n_y))


FEWER = np.array([1.0, 2, 3, 4, 6, 8])


@pytest.mark.parametrize(
    ("scores", "to", "curve", "value"),
    [
        (0.9 - 0.1 * FEWER / (1 + 0.3 * FEWER), 0, 0, 0.9),
        (0.9 - 0.1 * FEWER / (1 + 0.3 * FEWER), 0.5, 0, 0.9 - 0.05 / 1.15),
        (0.9 - 0.1 * FEWER + 0.002 * FEWER**2, 0, 1, 0.9),
        (0.9 - 0.1 * FEWER + 0.002 * FEWER**2, 0.5, 1, 0.8505),
        (0.9 - 0.2 * FEWER**0.5, 0, 2, 0.9),
        (0.9 - 0.2 * FEWER**0.5, 0.25, 2, 0.8),
    ],
)
def test_each_curve_carries_its_own_kind_on_exactly(scores, to, curve, value):
    assert carried_on(FEWER, scores, to)[curve] == pytest.approx(value, abs=1e-12)


def test_parts_hold_every_neuron_once_and_what_is_no_sample_whole(rng):
    found = parts((17, 5), (True, False), 4, rng)
    assert sorted(np.concatenate([a for a, _ in found]).tolist()) == list(range(17))
    assert [b.tolist() for _, b in found] == [list(range(5))] * 4


def test_scores_of_parts_are_means_over_them(rng):
    x, y = drawn(rng, 16, 20)
    sizes = [parts((16, 20), (True, True), k, rng) for k in (1, 4)]
    everything = [np.ones(n, dtype=bool) for n in (60, 16, 20)]
    fewer, scores = grown(find("cka"), x, y, sizes, (True, True), everything)
    assert fewer == pytest.approx([1, 4])
    by_hand = [float(find("cka")(x[:, a], y[:, b])) for a, b in sizes[1]]
    assert scores == pytest.approx([float(find("cka")(x, y)), np.mean(by_hand)])
    some = [everything[0].copy(), everything[1].copy(), everything[2]]
    some[0][:9], some[1][:8] = False, False
    fewer, scores = grown(find("cka"), x, y, sizes[:1], (True, True), some)
    assert fewer == pytest.approx([(16 / 8 + 1) / 2])
    assert scores[0] == pytest.approx(float(find("cka")(x[9:, 8:], y[9:])))


@pytest.mark.parametrize("name", ["cka", "procrustes"])
def test_intervals_hold_what_very_many_neurons_score(name):
    measure, held, off = find(name), 0, []
    for rng in np.random.default_rng(0).spawn(6):
        x, y = drawn(rng, 2000, 2000)
        truth = float(measure(x, y))
        found = extrapolate(measure, x[:, :40], y[:, :40], n_splits=1, rng=0)
        low, high = found.interval()
        held += low <= truth <= high
        off.append((found.value - truth, found.scores[0] - truth))
    assert held >= 5
    carried_on_off, plain_off = np.abs(np.mean(off, axis=0))
    assert carried_on_off < 0.7 * plain_off


def test_a_few_times_as_many_is_between_here_and_infinity(rng):
    x, y = drawn(rng, 40, 48)
    here, soon, there = (
        extrapolate("cka", x, y, times=times, n_splits=1, rng=0) for times in (1.001, 4, np.inf)
    )
    assert here.value == pytest.approx(here.scores[0], abs=0.02)
    assert here.value < soon.value < there.value
    assert extrapolate("cka", x, y, n_splits=1, rng=0) == there


def test_what_is_no_sample_stays_whole(rng):
    x, y = drawn(rng, 40, 3)
    found = extrapolate("cka", x, y, sampled="reference", n_splits=1)
    assert found.straight_errors[2] == 0 < min(found.straight_errors[:2])
    swapped = extrapolate("cka", y, x, sampled="candidate", n_splits=1)
    assert swapped.straight_errors[1] == 0 < swapped.straight_errors[2]
    assert swapped.scores[0] == pytest.approx(found.scores[0])


def test_a_measure_that_fits_keeps_its_folds(rng):
    x, y = drawn(rng, 16, 16)
    found = extrapolate(find("ridge"), x, y, n_splits=1)
    assert found.scores[0] == pytest.approx(float(find("ridge")(x, y)))
    assert found.interval()[1] <= 1


def test_what_is_printed(rng):
    x, y = drawn(rng, 20, 20)
    found = extrapolate("cka", x, y, times=3, n_splits=1)
    low, high = found.interval()
    assert str(found) == (
        f"cka with 3 times as many neurons: {found.value:.3f} ({low:.3f} to {high:.3f});"
        f" {found.scores[0]:.3f} with those at hand\n"
        "  biased at few stimuli, with more neurons often more so: unrelated ones may score as much"
    )
    assert "cka with infinitely many neurons: " in str(extrapolate("cka", x, y, n_splits=1))
    tighter = found.interval(level=0.5)
    assert low <= tighter[0] < tighter[1] <= high
    assert min(found.straight, found.rooted) <= found.value <= max(found.straight, found.rooted)


@pytest.mark.parametrize(
    ("shapes", "options", "message"),
    [
        (
            ((30, 15), (30, 40)),
            {},
            "HM080 extrapolate: X has 15 neurons; at least 16 are needed to tell what other"
            " neurons would do. If these are all there are, name the other population in sampled=.",
        ),
        (
            ((19, 20), (19, 20)),
            {},
            "HM019 extrapolate: X has 19 stimuli; at least 20 are needed. If stimuli are along"
            ' another axis name the axes in homolog.represent, as in dims="neuron,stimulus".',
        ),
        (
            ((30, 20), (30, 20)),
            {"times": 1},
            "HM025 times is 1; allowed: a number above 1, or infinity.",
        ),
        (((30, 20), (30, 20)), {"n_splits": 0}, "HM025 n_splits is 0; allowed: 1 or more."),
        (
            ((30, 20), (30, 20)),
            {"groups": np.arange(30) % 9},
            "HM010 jackknife over 9 groups of stimuli: an interval needs at least 10. Report the"
            " estimate without CI (intervals=False), or record more stimuli.",
        ),
    ],
)
def test_what_is_refused(shapes, options, message, rng):
    with pytest.raises(HomologError) as refused:
        extrapolate("cka", *(rng.normal(size=shape) for shape in shapes), **options)
    assert str(refused.value) == message
