"""Debiased CKA: its definition, its unbiasedness by enumeration, planted populations, refusals."""

from collections import Counter
from itertools import combinations, combinations_with_replacement, permutations, product
from math import factorial, prod
from typing import Any

import numpy as np
import pytest

import homolog
from homolog import HomologError, represent
from homolog.sampling import debiased_cka
from homolog.sampling._overlaps import overlaps
from homolog.sampling._unbiased import overlap, with_themselves


def pair(rng: np.random.Generator, n_stimuli: int, n_x: int, n_y: int) -> tuple[Any, Any]:
    """Two populations with some signal in common, neither of them centred."""
    signal = rng.normal(size=(n_stimuli, 3))
    return tuple(
        signal @ rng.normal(size=(3, n)) + rng.normal(size=(n_stimuli, n)) + rng.normal(size=n)
        for n in (n_x, n_y)
    )


def u_statistic(k: np.ndarray, other: np.ndarray) -> float:
    """HSIC as its definition has it: an average over ordered quadruples of different stimuli."""
    terms = [
        k[i, j] * other[i, j] + k[i, j] * other[q, r] - 2 * k[i, j] * other[i, q]
        for i, j, q, r in permutations(range(len(k)), 4)
    ]
    return float(np.mean(terms))


def by_definition(x: np.ndarray, y: np.ndarray, samples: tuple[bool, bool]) -> list[float]:
    """Mean U-statistics over pairs of neurons, one pair at a time."""
    grams = [[np.outer(one, one) for one in side.T] for side in (x, y)]
    found = [np.mean([u_statistic(k, other) for k, other in product(*grams)])]
    for side, is_sample in zip(grams, samples, strict=True):
        pairs = permutations(side, 2) if is_sample else product(side, side)
        found.append(np.mean([u_statistic(k, other) for k, other in pairs]))
    return found


@pytest.mark.parametrize("samples", [(True, True), (True, False), (False, True)])
def test_the_closed_form_is_the_average_over_different_stimuli_and_neurons(samples, rng):
    x, y = pair(rng, 6, 3, 4)
    found, _, _ = overlaps(x - x.mean(0), y - y.mean(0), samples)
    assert np.allclose(found, by_definition(x, y, samples), rtol=1e-12)


@pytest.mark.parametrize("shape", [(9, 4, 5), (6, 11, 3), (6, 3, 11), (6, 9, 8)])
def test_sums_without_a_stimulus_or_a_neuron_are_those_of_what_is_left(shape, rng):
    x, y = pair(rng, *shape)
    sums, own = overlap(x, y), with_themselves(x)
    for one in range(len(x)):
        left = np.delete(x, one, 0), np.delete(y, one, 0)
        assert sums.less_stimulus[one] == pytest.approx(overlap(*left).whole, rel=1e-9)
        assert own.less_stimulus[one] == pytest.approx(with_themselves(left[0]).whole, rel=1e-9)
    for one in range(x.shape[1]):
        left = overlap(np.delete(x, one, 1), y).whole
        assert sums.whole - sums.of_neuron[one] == pytest.approx(left, rel=1e-9, abs=1e-9)
    assert sums.of_neuron.sum() == pytest.approx(sums.whole, rel=1e-11)
    alone = [overlap(one[:, None], one[:, None]).whole for one in x.T]
    assert np.allclose(own.of_neuron, alone, rtol=1e-10)


def multisets(n: int, size: int) -> list[tuple[list[int], float]]:
    """Draws with replacement, in any order, each with its probability."""
    found = []
    for drawn in combinations_with_replacement(range(n), size):
        orders = factorial(size) // prod(factorial(c) for c in Counter(drawn).values())
        found.append((list(drawn), orders / n**size))
    return found


def test_every_draw_of_stimuli_and_neurons_together_give_the_whole_population(rng):
    """The mean over all draws with replacement is the plain CKA of all neurons and stimuli."""
    x, y = rng.normal(size=(3, 2)), rng.normal(size=(3, 2))
    mean = np.zeros(3)
    for rows, p in multisets(3, 5):
        for (some_x, p_x), (some_y, p_y) in product(multisets(2, 3), repeat=2):
            drawn = x[np.ix_(rows, some_x)], y[np.ix_(rows, some_y)]
            mean += p * p_x * p_y * np.array(overlaps(*drawn, (True, True))[0])
    assert mean[0] / np.sqrt(mean[1] * mean[2]) == pytest.approx(
        float(homolog.measures.find("cka")(x, y)), rel=1e-10
    )
    shared = (x - x.mean(0)).T @ (y - y.mean(0)) / 3
    assert mean[0] == pytest.approx(np.sum(shared**2) / 4, rel=1e-10)


def test_every_choice_of_stimuli_and_neurons_together_gives_what_all_of_them_give(rng):
    x, y = pair(rng, 6, 4, 4)
    whole = by_definition(x, y, (True, True))
    chosen = [
        overlaps(x[np.ix_(rows, some_x)], y[np.ix_(rows, some_y)], (True, True))[0]
        for rows in combinations(range(6), 5)
        for some_x in combinations(range(4), 3)
        for some_y in combinations(range(4), 3)
    ]
    assert np.allclose(np.mean(chosen, axis=0), whole, rtol=1e-10)


def test_without_samples_corrected_it_is_unbiased_cka(rng):
    x, y = pair(rng, 30, 6, 50)
    unbiased = float(homolog.measures.find("unbiased_cka")(x, y))
    assert debiased_cka(x, y).uncorrected == pytest.approx(unbiased, rel=1e-12)


def planted(rng: np.random.Generator, n_stimuli: int, n_x: int, n_y: int) -> tuple[Any, Any, float]:
    """Neurons of two populations of infinitely many, and the CKA of these, 0.72."""
    width = np.array([1.0, 0.8, 0.6, 0.4, 0.3]), np.array([0.7, 0.5, 1.0, 0.4, 0.3])
    signal = rng.normal(size=(n_stimuli, 5))
    x, y = (
        (signal * w) @ rng.normal(size=(5, n)) + 0.7 * rng.normal(size=(n_stimuli, n))
        for w, n in zip(width, (n_x, n_y), strict=True)
    )
    a, b = (w**2 for w in width)
    return x, y, float(a @ b / np.sqrt(a @ a * (b @ b)))


def test_planted_populations_are_found_again_where_uncorrected_they_are_not():
    found, plain = [], []
    for rng in np.random.default_rng(0).spawn(200):
        x, y, truth = planted(rng, 100, 40, 60)
        estimate = debiased_cka(x, y)
        found.append(estimate.value)
        plain.append(estimate.uncorrected)
    assert np.mean(found) == pytest.approx(truth, abs=0.03)
    assert np.mean(plain) < truth - 0.05


def test_a_network_of_which_all_neurons_are_known_is_not_corrected():
    """Few neurons of the candidate are all there are: its overlap with itself is what it is."""
    everything, found, wrong = np.random.default_rng(1).normal(size=(5, 4)), [], []
    for rng in np.random.default_rng(2).spawn(100):
        signal = rng.normal(size=(150, 5))
        x = signal @ rng.normal(size=(5, 60)) + rng.normal(size=(150, 60))
        found.append(debiased_cka(x, signal @ everything, sampled="reference"))
        wrong.append(debiased_cka(x, signal @ everything).value)
    own = everything @ everything.T
    truth = np.trace(own) / np.sqrt(5 * np.sum(own**2))  # the recording's structure is the identity
    assert np.mean([one.value for one in found]) == pytest.approx(truth, abs=0.01)
    assert np.mean(wrong) > truth + 0.1
    assert found[0].error_over_candidate == 0 < found[0].error_over_reference


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("groups", [None, np.repeat(np.arange(10), 4)])
def test_a_single_neuron_that_is_known_is_not_left_out(groups, rng):
    x, y = pair(rng, 40, 20, 1)
    found = debiased_cka(x, y, sampled="reference", groups=groups)
    turned = debiased_cka(y, x, sampled="candidate", groups=groups)
    assert found.error_over_candidate == turned.error_over_reference == 0
    assert found.error_over_reference == pytest.approx(turned.error_over_candidate, rel=1e-9)
    assert found.error_over_reference > 0
    assert np.isfinite(found.interval()).all()


def test_unrelated_populations_are_around_nothing():
    rng = np.random.default_rng(3)
    values = [
        debiased_cka(rng.normal(size=(40, 3)) @ rng.normal(size=(3, 20)), rng.normal(size=(40, 4))
                     @ rng.normal(size=(4, 20))).value
        for _ in range(200)
    ]  # fmt: skip
    assert abs(np.mean(values)) < 3 * np.std(values) / 200**0.5


def test_errors_are_jackknife_errors_to_first_order(rng):
    x, y = pair(rng, 40, 12, 9)
    estimate = debiased_cka(x, y)

    def error(without: list[Any]) -> float:
        parts = np.array([overlaps(*sides, (True, True))[0] for sides in without])
        shared, one, other = overlaps(x, y, (True, True))[0]
        moved = parts[:, 0] / shared - parts[:, 1] / (2 * one) - parts[:, 2] / (2 * other)
        n = len(parts)
        return estimate.value * float(np.sqrt((n - 1) / n * np.sum((moved - moved.mean()) ** 2)))

    x, y = x - x.mean(0), y - y.mean(0)
    stimuli = [(np.delete(x, i, 0), np.delete(y, i, 0)) for i in range(40)]
    assert estimate.error_over_stimuli == pytest.approx(error(stimuli), rel=1e-9)
    reference = [(np.delete(x, i, 1), y) for i in range(12)]
    assert estimate.error_over_reference == pytest.approx(error(reference), rel=1e-9)
    candidate = [(x, np.delete(y, i, 1)) for i in range(9)]
    assert estimate.error_over_candidate == pytest.approx(error(candidate), rel=1e-9)


def test_groups_of_one_are_stimuli_and_repeated_stimuli_say_less(rng):
    x, y = pair(rng, 20, 10, 12)
    alone = debiased_cka(x, y)
    assert debiased_cka(x, y, groups=range(20)).error_over_stimuli == pytest.approx(
        alone.error_over_stimuli, rel=1e-9
    )
    noise = 0.01 * rng.normal(size=(60, 22))
    often = np.repeat(x, 3, axis=0) + noise[:, :10], np.repeat(y, 3, axis=0) + noise[:, 10:]
    together = debiased_cka(*often, groups=np.repeat(np.arange(20), 3))
    assert together.error_over_stimuli > 1.5 * debiased_cka(*often).error_over_stimuli
    assert together.n_stimuli == 20


def test_intervals_hold_the_truth_and_those_of_both_are_the_widest_on_average():
    held, widths = 0, []
    for rng in np.random.default_rng(4).spawn(100):
        x, y, truth = planted(rng, 60, 30, 30)
        estimate = debiased_cka(x, y)
        ends = [estimate.interval(over) for over in ("both", "stimuli", "neurons")]
        widths.append(np.diff(ends, axis=1).ravel())
        held += ends[0][0] <= truth <= ends[0][1]
    assert held >= 91
    both, stimuli, neurons = np.mean(widths, axis=0)
    assert both > max(stimuli, neurons)


def test_shift_scale_and_order_of_neurons_change_nothing_but_a_rotation_does(rng):
    x, y = pair(rng, 50, 8, 9)
    value = debiased_cka(x, y).value
    other = debiased_cka(3e80 * (x + 5), 1e-80 * y[:, ::-1])
    assert other.value == pytest.approx(value, rel=1e-9)
    assert other.error_over_stimuli == pytest.approx(debiased_cka(x, y).error_over_stimuli)
    turned = x @ np.linalg.qr(rng.normal(size=(8, 8)))[0]
    assert abs(debiased_cka(turned, y).value - value) > 0.01


def test_an_interval_over_stimuli_is_of_these_neurons_and_may_exceed_1(rng):
    """Few neurons of low dimension: which they are makes the value, not the stimuli."""
    x, y, _ = planted(rng, 400, 8, 8)
    y = x @ rng.normal(size=(8, 8)) * np.array([3, 1, 1, 1, 1, 1, 1, 1])
    estimate = debiased_cka(x, y)
    low, high = estimate.interval("stimuli")
    assert low < estimate.value < high
    assert estimate.interval("both")[1] <= 1


OVER = ("stimuli", "neurons", "both")


@pytest.mark.parametrize("n_stimuli", [80, 230])
def test_intervals_do_not_depend_on_the_order_of_stimuli_or_neurons(rng, n_stimuli):
    """Rows alternate between weak and strong contrast, more of them and neurons than are paired."""
    x, y = pair(rng, n_stimuli, 12, 130)
    x, y = (side * np.where(np.arange(n_stimuli) % 2, 1, 0.1)[:, None] for side in (x, y))
    alternate = debiased_cka(x, y)
    rows, neurons = rng.permutation(n_stimuli), rng.permutation(130)
    shuffled = debiased_cka(x[rows], y[rows][:, neurons])
    for over in OVER:
        assert shuffled.interval(over) == pytest.approx(alternate.interval(over), abs=1e-7)


def test_intervals_do_not_depend_on_the_names_of_groups(rng):
    x, y = pair(rng, 60, 10, 12)
    strength, groups = rng.uniform(0.1, 2, size=(20, 1)), np.arange(60) // 3
    x, y = (side * strength[groups] for side in (x, y))
    named = debiased_cka(x, y, groups=groups)
    renamed = debiased_cka(x, y, groups=rng.permutation(20)[groups])
    for over in OVER:
        assert renamed.interval(over) == pytest.approx(named.interval(over), abs=1e-7)


def test_rows_that_alternate_between_two_kinds_of_stimuli_leave_intervals_true():
    """Intervals from a half of each kind held the truth in 219 of 250 such studies."""
    held, widths = 0, []
    contrast = np.where(np.arange(80) % 2, 1, 0.1)[:, None]
    for rng in np.random.default_rng(7).spawn(120):
        shared, own, other = rng.normal(size=(3, 80, 4))
        x, y = (
            np.hstack([shared, one]) @ rng.normal(size=(8, 20)) + rng.normal(size=(80, 20))
            for one in (own, other)
        )
        low, high = debiased_cka(contrast * x, contrast * y).interval()
        held += low <= 0.5 <= high
        widths.append(high - low)
    assert held >= 109
    assert min(widths) > 0.2


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("n_stimuli", [8, 9])
def test_the_fewest_stimuli_that_are_allowed(n_stimuli):
    for seed in range(3):
        rng = np.random.default_rng(seed)
        signal = rng.normal(size=(n_stimuli, 3))
        x, y = (signal @ rng.normal(size=(3, 20)) for _ in "xy")
        estimate = debiased_cka(x, y)
        assert all(np.diff(estimate.interval(over)) >= 0 for over in OVER)
    sizes = [9, 1] * 4
    few = pair(rng, 40, 10, 10)
    assert np.isfinite(debiased_cka(*few, groups=np.repeat(range(8), sizes)).interval()).all()


def test_what_speaks_against_every_value_in_range_is_said(rng):
    """The same neurons twice: the numerator holds pairs of a neuron with itself."""
    signal = rng.normal(size=(200, 8)) @ rng.normal(size=(8, 30))
    estimate = debiased_cka(*(signal + rng.normal(size=(2, 200, 30))))
    assert estimate.interval() == estimate.interval("neurons") == (1, 1)
    assert estimate.interval("stimuli")[0] > 1
    assert str(estimate).startswith(
        f"CKA of whole populations {estimate.value:.3f} (no value from -1 to 1 agrees with"
        " these neurons: few, or the same in both?); "
    )


def test_components_are_no_sample_of_neurons(rng):
    x, y = pair(rng, 50, 8, 9)
    components = x @ np.linalg.svd(x - x.mean(0))[2].T
    with pytest.raises(HomologError) as refused:
        debiased_cka(components, y)
    assert str(refused.value) == (
        "HM031 debiased_cka is undefined here, not 0: different neurons of a population share no"
        " structure beyond chance. Record more neurons or stimuli."
    )


def test_populations_with_labels_are_taken_and_what_is_printed(rng):
    x, y = pair(rng, 80, 30, 40)
    y += rng.normal(size=(80, 1)) * rng.normal(size=40) * 2  # of its own
    names = [f"image {i}" for i in range(80)]
    labelled = represent(x, stimuli=names), represent(y, stimuli=names)
    estimate = debiased_cka(x, y)
    assert debiased_cka(*labelled) == estimate
    low, high = estimate.interval()
    assert str(estimate) == (
        f"CKA of whole populations {estimate.value:.3f} (95 % interval {low:.3f} to {high:.3f});"
        f" {estimate.uncorrected:.3f} for the 30 and 40 neurons at hand"
    )
    narrow = estimate.interval(level=0.5)
    assert low < narrow[0] < estimate.value < narrow[1] <= high <= 1


@pytest.mark.parametrize(
    ("shapes", "options", "message"),
    [
        (
            ((20, 3), (20, 9)),
            {},
            "HM080 debiased_cka: X has 3 neurons; at least 4 are needed to tell what other neurons"
            " would do. If these are all there are, name the other population in sampled=.",
        ),
        (
            ((20, 9), (20, 1)),
            {},
            "HM080 debiased_cka: Y has 1 neuron; at least 4 are needed to tell what other neurons"
            " would do. If these are all there are, name the other population in sampled=.",
        ),
        (
            ((7, 9), (7, 9)),
            {},
            "HM019 debiased_cka: X has 7 stimuli; at least 8 are needed. If stimuli are along"
            ' another axis name the axes in homolog.represent, as in dims="neuron,stimulus".',
        ),
        (
            ((20, 9), (20, 9)),
            {"sampled": "neither"},
            "HM025 sampled is 'neither'; allowed: 'both', 'reference', 'candidate'.",
        ),
        (
            ((20, 9), (20, 9)),
            {"groups": range(19)},
            "HM027 X: 19 group labels for an axis of length 20. Give one for each.",
        ),
        (
            ((21, 9), (21, 9)),
            {"groups": np.arange(21) % 7},
            "HM010 jackknife over 7 groups of stimuli: an interval needs at least 8. Report the"
            " estimate without CI (intervals=False), or record more stimuli.",
        ),
    ],
)
def test_what_is_refused(shapes, options, message, rng):
    with pytest.raises(HomologError) as refused:
        debiased_cka(*(rng.normal(size=shape) for shape in shapes), **options)
    assert str(refused.value) == message


def test_options_of_intervals_are_checked(rng):
    estimate = debiased_cka(*pair(rng, 20, 9, 9))
    with pytest.raises(HomologError, match=r"^HM025 over is 'rows'; allowed: 'both', 'stimuli'"):
        estimate.interval("rows")
    with pytest.raises(HomologError, match=r"^HM025 level is 95; allowed: a number above 0"):
        estimate.interval(level=95)
