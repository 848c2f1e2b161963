"""Held-out matching correlation: planted truth, folds, and neurons silent on a part of them."""

import numpy as np
import pytest

import homolog
from homolog.errors import HomologError
from homolog.measures import find

held_out = find("held_out_matching_correlation")
on_the_same = find("soft_matching_correlation")
SIZES = [(15, 15), (20, 7), (3, 12)]


def mean_and_error(draws: list[float]) -> tuple[float, float]:
    return float(np.mean(draws)), float(np.std(draws, ddof=1) / np.sqrt(len(draws)))


@pytest.mark.parametrize(("n_x", "n_y"), SIZES)
@pytest.mark.parametrize("folds", [2, 5])
def test_unrelated_populations_score_0_on_average(n_x, n_y, folds, rng):
    pairs = [(rng.normal(size=(20, n_x)), rng.normal(size=(20, n_y))) for _ in range(200)]
    mean, error = mean_and_error([float(held_out.using(folds=folds)(*pair)) for pair in pairs])
    assert abs(mean) < 3 * error < 0.1
    assert np.mean([float(on_the_same(*pair)) for pair in pairs]) > 0.15


@pytest.mark.parametrize("folds", [2, 3, 10])
def test_the_same_neurons_in_another_order_and_size_score_1(folds, rng):
    x = rng.normal(size=(40, 9))
    y = x[:, rng.permutation(9)] * rng.uniform(0.1, 9, size=9) + 5
    assert float(held_out.using(folds=folds)(x, y)) == pytest.approx(1, abs=1e-12)
    assert float(held_out.using(folds=folds)(x, np.c_[y, y])) == pytest.approx(1, abs=1e-12)
    assert float(held_out.using(folds=folds)(x, -y)) < 0.2


def test_a_planted_correspondence_lies_between_the_held_out_score_and_that_on_the_same(rng):
    """Neurons that correlate by 0.6 with their partner and by 0 with all others."""
    below, above = [], []
    for _ in range(100):
        x = rng.normal(size=(40, 12))
        y = 0.6 * x + 0.8 * rng.normal(size=x.shape)
        below.append(float(held_out(x, y)))
        above.append(float(on_the_same(x, y)))
    assert 0.3 < np.mean(below) < 0.6 - 3 * mean_and_error(below)[1]
    assert np.mean(above) > 0.6 - 3 * mean_and_error(above)[1]
    x = rng.normal(size=(4000, 12))
    assert float(held_out(x, 0.6 * x + 0.8 * rng.normal(size=x.shape))) == pytest.approx(
        0.6, abs=0.02
    )


def test_stimuli_of_one_group_have_to_share_a_fold(rng):
    """Unrelated populations, 20 groups of 6 stimuli that hardly differ within a group."""
    groups = np.repeat(np.arange(20), 6)
    apart, together = [], []
    for _ in range(40):
        x, y = (rng.normal(size=(20, 10))[groups] for _ in range(2))
        x, y = (one + 0.01 * rng.normal(size=one.shape) for one in (x, y))
        apart.append(float(held_out(x, y)))
        together.append(float(held_out.using(folds=held_out.folds(120, groups))(x, y)))
    mean, error = mean_and_error(together)
    assert abs(mean) < 3 * error
    assert np.mean(apart) > 0.2


def test_compare_holds_a_group_out_together(rng):
    x, y = rng.normal(size=(2, 24, 5))
    groups = np.repeat(np.arange(6), 4)
    compared = homolog.compare(x, y, held_out, groups=groups, permutations=9, intervals=False)
    wanted = held_out.using(folds=held_out.folds(24, groups))
    assert compared.scores[0].value == pytest.approx(float(wanted(x, y)), abs=1e-12)


def test_the_folds_are_those_of_the_seed(rng):
    x, y = rng.normal(size=(2, 30, 6))
    assert float(held_out(x, y)) == float(held_out.using(rng=0)(x, y))
    assert float(held_out(x, y)) != float(held_out.using(rng=1)(x, y))
    given = held_out.using(folds=held_out.using(rng=1).folds(30))
    assert float(given(x, y)) == float(held_out.using(rng=1)(x, y))


def silent_on_the_first_half(rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """A population, itself with a ninth neuron that is silent on half of the stimuli, halves."""
    x, half = rng.normal(size=(40, 8)), np.arange(40) < 20
    return x, np.c_[x, np.where(half, 0.1, x[:, 0])], half


def test_a_neuron_silent_on_one_side_of_a_fold_is_left_out_and_that_is_said(rng):
    x, y, half = silent_on_the_first_half(rng)
    m = held_out.using(folds=half)
    assert float(m(x, y)) == pytest.approx(1, abs=1e-12)
    assert m.caution(m.summary(x), m.summary(y)) == (
        "left out of a fold, for constant on one side of it: 1 of 9 neurons of the candidate"
    )
    assert m.caution(m.summary(y), m.summary(y)) == (
        "left out of a fold, for constant on one side of it: 1 of 9 neurons of the reference,"
        " 1 of 9 neurons of the candidate"
    )
    assert m.caution(m.summary(x), m.summary(x)) is None


def test_gradients_pass_by_a_neuron_that_was_left_out(rng):
    torch = pytest.importorskip("torch")
    x, y, half = silent_on_the_first_half(rng)
    start = torch.asarray(y, requires_grad=True)
    held_out.using(folds=half)(torch.asarray(x), start).backward()
    assert start.grad is not None
    assert bool(torch.isfinite(start.grad).all())
    assert float(start.grad[:, 8].abs().max()) == 0
    assert float(start.grad.abs().max()) < 1e-9  # at the best score there is


def test_a_population_silent_on_one_side_of_a_fold_has_no_score(rng):
    x, half = rng.normal(size=(40, 3)), np.arange(40) < 10
    y = np.where(half[:, None], x, 0.3)
    says = (
        "HM031 a matching judged by stimuli held out is undefined here, not 0: no neuron of a"
        r" population varies both on 30 held-out stimuli and on the other 10\. Give folds of more"
        r" stimuli, or others, by \.using\(folds=\.\.\., rng=\.\.\.\)\."
    )
    for pair in ((x, y), (y, x)):
        with pytest.raises(HomologError, match=says):
            held_out.using(folds=half)(*pair)


@pytest.mark.parametrize("folds", [12, 7, [0] * 11 + [1]])
def test_a_fold_of_one_stimulus_is_refused(folds, rng):
    x, y = rng.normal(size=(2, 12, 5))
    says = r"HM025 folds is \d+; allowed: folds of at least 2 of the 12 stimuli\."
    with pytest.raises(HomologError, match=says):
        held_out.using(folds=folds)(x, y)
