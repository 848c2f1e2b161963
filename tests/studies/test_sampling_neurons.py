"""What few neurons and stimuli do to scores, and what correcting for them gives back."""

import numpy as np
import pytest

from homolog.measures import find
from homolog.sampling import debiased_cka, extrapolate, nbs_by_moments
from homolog.studies._study import Sources
from homolog.studies.calibration import coverage

WIDE = np.exp(-np.arange(60) / 9)  # a participation ratio of 18


def populations(rng, n_stimuli, n_neurons, widths, noise):
    """Neurons of two populations that read the same latents with random weights."""
    latents = rng.normal(size=(n_stimuli, len(widths[0])))
    return tuple(
        latents * np.sqrt(width) @ rng.normal(size=(len(width), n_neurons))
        + noise * rng.normal(size=(n_stimuli, n_neurons))
        for width in widths
    )


def alike(one, other):
    return float(one @ other / np.sqrt(one @ one * (other @ other)))


@pytest.mark.slow
def test_a_few_of_4000_neurons_show_the_cka_of_all_of_them(capsys):
    rng = np.random.default_rng(0)
    widths = WIDE, WIDE * (1 + 0.2 * rng.choice([-1, 1], size=60))
    x, y = populations(rng, 500, 4000, widths, 0.1)
    truth = debiased_cka(x, y).value
    rows = []
    for n_neurons in (10, 20, 50, 200):
        found = []
        for _ in range(100):
            a, b = (side[:, rng.permutation(4000)[:n_neurons]] for side in (x, y))
            estimate = debiased_cka(a, b)
            found.append((float(find("cka")(a, b)), estimate.uncorrected, estimate.value))
        rows.append((n_neurons, *np.mean(found, axis=0), np.std(found, axis=0)[2]))
    with capsys.disabled():
        print(f"\n4000 neurons and 500 stimuli, debiased CKA {truth:.3f}")
        print("neurons     cka  unbiased_cka  debiased_cka    sd")
        for row in rows:
            print("{:7d}{:8.2f}{:14.2f}{:14.2f}{:6.2f}".format(*row))
    assert truth == pytest.approx(alike(*widths), abs=0.01)
    for (_, plain, stimuli, value, spread), close in zip(rows, (0.2, 0.1, 0.03, 0.01), strict=True):
        assert abs(value - truth) < close + 3 * spread / 10
        assert stimuli < plain < truth - 0.05
    assert rows[0][1] < 0.5


@pytest.mark.slow
@pytest.mark.parametrize("dimensions", ["low", "high"])
@pytest.mark.parametrize("cka", coverage.KINDS)
def test_intervals_hold_the_planted_truth(cka, dimensions, capsys):
    """A small version of the study of coverage: 300 studies, whose shares are off by 1.3 points."""
    place = {"cka": cka, "dimensions": dimensions, "n_neurons": 50, "n_stimuli": 40}
    options = {"estimate": "debiased_cka", **place, "n_studies": 300}
    rows = coverage.work(options, np.random.default_rng(0), Sources())
    held = {row["over"]: row["n_held"] / (300 - row["n_refused"]) for row in rows}
    with capsys.disabled():
        print(f"\nCKA {cka}, {dimensions} dimension, 50 neurons, 40 stimuli:", end=" ")
        print(", ".join(f"{share:.1%} over {over}" for over, share in held.items()))
    assert min(held.values()) >= 0.90
    assert max(held.values()) <= 0.985


@pytest.mark.slow
def test_scores_carried_on_hold_those_of_4000_neurons(capsys):
    width, n_studies, lines = 0.8 ** np.arange(10), 16, []
    for name in ("cka", "nbs"):
        for n_neurons in (32, 100):
            held, reach, off = 0, [], []
            for rng in np.random.default_rng(n_neurons).spawn(n_studies):
                x, y = populations(rng, 100, 4000, (width, width[::-1] + width), 0.7)
                truth = float(find(name)(x, y))
                some = x[:, :n_neurons], y[:, :n_neurons]
                found = extrapolate(name, *some, n_splits=1, rng=0)
                low, high = found.interval()
                held += low <= truth <= high
                reach.append(high - low)
                off.append((found.scores[0] - truth, found.value - truth))
            lines.append((name, n_neurons, held, np.median(reach), *np.mean(off, axis=0)))
    with capsys.disabled():
        print(f"\nmeasure, neurons, intervals that hold the score of 4000 (of {n_studies}), width,")
        print("score less that of 4000, carried on less that of 4000")
        for line in lines:
            print("{:4} {:4d} {:3d} {:6.2f} {:7.3f} {:7.3f}".format(*line))
    assert sum(line[2] for line in lines) >= 0.93 * 4 * n_studies
    assert all(abs(line[5]) < abs(line[4]) for line in lines)


@pytest.mark.slow
@pytest.mark.parametrize("n_neurons", [5, 10, 20])
def test_nbs_by_moments_keeps_its_bound(n_neurons, capsys):
    width = 0.8 ** np.arange(n_neurons)
    width, truth = width / width.sum(), 2 / 3  # private noise of half the shared variance
    for n_stimuli in (40, 100):
        rows = []
        for rng in np.random.default_rng(n_stimuli).spawn(60):
            shared = rng.normal(size=(n_stimuli, n_neurons)) * np.sqrt(width)
            x, y = (
                shared @ np.linalg.qr(rng.normal(size=(n_neurons, n_neurons)))[0]
                + np.sqrt(0.5 / n_neurons) * rng.normal(size=(n_stimuli, n_neurons))
                for _ in "xy"
            )
            found = nbs_by_moments(x, y)
            low, high = found.interval()
            each = found.value, found.usual, found.split_half, found.held_out
            rows.append((*(one - truth for one in each), found.bias_bound, low <= truth <= high))
        value, usual, half, held_out, bound, held = np.mean(rows, axis=0)
        with capsys.disabled():
            print(
                f"\n{n_neurons} neurons, {n_stimuli} stimuli, less the truth: moments {value:.3f}"
                f" (bound {bound:.3f}), usual {usual:.3f}, half {half:.3f}, held out"
                f" {held_out:.3f}; intervals that hold it {held:.0%}",
                end="",
            )
        assert abs(value) < bound
        assert half < held_out < 0 < usual
        assert held >= 0.95
