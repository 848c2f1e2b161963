"""The measures that match neurons: laws of a metric, planted truth, gradients with ties."""

from functools import partial

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import homolog
from homolog.errors import HomologError
from homolog.measures import find
from homolog.measures._measure import Measure

soft_matching = find("soft_matching")
soft_matching_correlation = find("soft_matching_correlation")
partial_soft_matching = find("partial_soft_matching")
semi_matching_correlation = find("semi_matching_correlation")
one_to_one_matching = find("one_to_one_matching")

FAMILY = [
    soft_matching,
    soft_matching_correlation,
    partial_soft_matching,
    partial_soft_matching.using(fraction=0.3),
    semi_matching_correlation,
    semi_matching_correlation.using(both_ways=True),
    one_to_one_matching,
]
in_family = pytest.mark.parametrize("m", FAMILY, ids=lambda m: m.label)
sizes = st.integers(1, 9)
seeds = st.integers(0, 2**32 - 1)


def population(rng: np.random.Generator, n_neurons: int, kind: str) -> np.ndarray:
    """Responses to 8 stimuli: any, of few values with ties, or of neurons that repeat."""
    if kind == "counts":
        counts = rng.integers(0, 3, size=(8, n_neurons)).astype(float)
        counts[0], counts[1] = 0, 1  # no neuron is constant
        return counts
    x = rng.normal(size=(8, n_neurons))
    return x[:, rng.integers(0, n_neurons, n_neurons)] if kind == "repeated" else x


kinds = st.sampled_from(["any", "counts", "repeated"])


@given(sizes, sizes, sizes, kinds, seeds, st.booleans())
def test_no_detour_over_a_third_population_is_shorter(n_x, n_y, n_z, kind, seed, normalise):
    rng = np.random.default_rng(seed)
    m = soft_matching.using(normalise=normalise)
    x, y, z = (population(rng, n, kind) for n in (n_x, n_y, n_z))
    assert float(m(x, z)) <= float(m(x, y)) + float(m(y, z)) + 1e-9


@given(sizes, sizes, kinds, seeds)
def test_order_and_positive_scale_of_neurons_do_not_matter(n_x, n_y, kind, seed):
    rng = np.random.default_rng(seed)
    x, y = population(rng, n_x, kind), population(rng, n_y, kind)
    other = x[:, rng.permutation(n_x)] * rng.uniform(0.1, 10, n_x) + rng.normal(size=n_x)
    for m in FAMILY:
        assert float(m(other, y)) == pytest.approx(float(m(x, y)), abs=1e-12)


@given(sizes, kinds, seeds, st.integers(1, 3))
def test_a_population_is_at_distance_0_of_itself_in_any_order_and_of_its_copies(
    n_x, kind, seed, n_copies
):
    rng = np.random.default_rng(seed)
    x = population(rng, n_x, kind)
    same = np.tile(x[:, rng.permutation(n_x)], n_copies)
    assert float(soft_matching(x, same)) == pytest.approx(0, abs=1e-12)
    assert float(soft_matching(same, x)) == pytest.approx(0, abs=1e-12)
    assert float(semi_matching_correlation(x, same)) == pytest.approx(1, abs=1e-12)


@given(sizes, sizes, kinds, seeds)
def test_the_distance_is_the_same_both_ways(n_x, n_y, kind, seed):
    rng = np.random.default_rng(seed)
    x, y = population(rng, n_x, kind), population(rng, n_y, kind)
    there, back = float(soft_matching(x, y)), float(soft_matching(y, x))
    assert there == pytest.approx(back, abs=1e-12)


@in_family
def test_a_rotation_is_seen(m: Measure, rng):
    x = rng.normal(size=(40, 6))
    turned = x @ np.linalg.qr(rng.normal(size=(6, 6))).Q
    assert abs(float(m(x, turned)) - m.best) > 0.1


@given(sizes, sizes, kinds, seeds, st.floats(0.05, 1))
def test_the_matchings_are_in_order_of_what_they_allow(n_x, n_y, kind, seed, fraction):
    """A larger choice of partners never correlates less."""
    rng = np.random.default_rng(seed)
    x, y = population(rng, n_x, kind), population(rng, n_y, kind)
    soft = float(soft_matching_correlation(x, y))
    assert float(partial_soft_matching.using(fraction=1.0)(x, y)) == pytest.approx(soft, abs=1e-12)
    some = float(partial_soft_matching.using(fraction=fraction)(x, y))
    best = float(np.corrcoef(x.T, y.T)[:n_x, n_x:].max())
    assert soft - 1e-12 <= some <= best + 1e-12
    assert soft - 1e-12 <= float(semi_matching_correlation(x, y)) <= best + 1e-12
    assert soft - 1e-12 <= float(one_to_one_matching(x, y)) or n_x != n_y
    assert float(soft_matching(x, y)) == pytest.approx(np.sqrt(max(2 - 2 * soft, 0)), abs=1e-7)


def test_partial_matching_finds_the_share_that_two_populations_have_in_common(rng):
    shared = rng.normal(size=(200, 12))
    x = np.c_[shared, rng.normal(size=(200, 8))]
    y = np.c_[2 * shared[:, ::-1], rng.normal(size=(200, 8))]
    scores = [float(partial_soft_matching.using(fraction=f)(x, y)) for f in (0.3, 0.6, 0.7, 1.0)]
    assert scores[:2] == pytest.approx([1, 1], abs=1e-12)
    assert 1 - 1e-3 > scores[2] > scores[3]


def test_partial_matching_obeys_no_triangle_inequality():
    """Two neurons of x are those of y, and two of y those of z, but none of x is of z."""
    neurons = np.linalg.qr(np.random.default_rng(0).normal(size=(20, 7))).Q[:, 1:]
    neurons = np.linalg.qr(neurons - neurons.mean(axis=0)).Q
    x, y, z = neurons[:, :2], neurons[:, 1:3], neurons[:, 2:4]
    half = partial_soft_matching.using(fraction=0.5)
    distances = [np.sqrt(2 - 2 * float(half(a, b)) + 1e-15) for a, b in ((x, y), (y, z), (x, z))]
    assert distances[0] + distances[1] < 1e-6 < 1 < distances[2]


def test_semi_matching_asks_whether_the_reference_is_in_the_candidate(rng):
    x = rng.normal(size=(50, 4))
    y = np.c_[x[:, [2, 0, 3, 1]] * 3, rng.normal(size=(50, 9))]
    assert float(semi_matching_correlation(x, y)) == pytest.approx(1, abs=1e-12)
    alone = float(semi_matching_correlation(y, x))
    assert alone < 0.7
    both = float(semi_matching_correlation.using(both_ways=True)(x, y))
    assert both == pytest.approx((1 + alone) / 2, abs=1e-12)


@pytest.mark.parametrize("fraction", [0, -0.1, 1.1, float("nan")])
def test_a_fraction_of_nothing_or_more_than_all_is_refused(fraction, rng):
    x = rng.normal(size=(9, 3))
    with pytest.raises(HomologError, match=r"HM025 fraction is .*; allowed: a number fr"):
        partial_soft_matching.using(fraction=fraction)(x, x)


@in_family
@pytest.mark.parametrize("n_y", [2, 5, 7])
def test_where_neurons_repeat_the_gradient_is_a_slope_of_the_score(m: Measure, n_y, rng):
    """Ties among plans: between the slopes on either side, and no NaN."""
    torch = pytest.importorskip("torch")
    x = rng.normal(size=(9, 5))
    x[:, 3] = x[:, 1]
    y = np.tile(rng.normal(size=(9, 1)), n_y) + 0.3 * rng.normal(size=(9, n_y))
    y[:, -1] = y[:, 0]
    start = torch.asarray(x, requires_grad=True)
    m(start, torch.asarray(y)).backward()
    assert start.grad is not None
    gradient = start.grad.numpy()
    assert np.isfinite(gradient).all()
    along = rng.normal(size=x.shape)
    step = 1e-6
    here = float(m(x, y))
    slopes = sorted(sign * (float(m(x + sign * step * along, y)) - here) / step for sign in (1, -1))
    assert slopes[0] - 1e-4 <= np.sum(gradient * along) <= slopes[1] + 1e-4


@in_family
def test_the_gradient_is_none_where_neurons_only_grow_or_rise(m: Measure, rng):
    """Through the normalisation: no slope along a neuron's own curve, nor along a constant."""
    torch = pytest.importorskip("torch")
    x, y = rng.normal(size=(9, 5)), torch.asarray(rng.normal(size=(9, 4)))
    start = torch.asarray(x, requires_grad=True)
    m(start, y).backward()
    assert start.grad is not None
    gradient = start.grad.numpy()
    assert np.abs(gradient).max() > 1e-3
    assert gradient.sum(axis=0) == pytest.approx(0, abs=1e-12)
    assert np.sum(gradient * x, axis=0) == pytest.approx(0, abs=1e-12)


def test_a_matching_that_was_stopped_is_said_to_be_beside_its_score(monkeypatch, rng):
    from homolog.matching import _responses, transport

    monkeypatch.setattr(_responses, "transport", partial(transport, most_work=0.01))
    x, y = rng.normal(size=(60, 90)), rng.normal(size=(60, 70))
    for _ in range(2):  # Python itself would warn once
        compared = homolog.compare(
            x, y, "soft_matching_correlation", permutations=0, intervals=False
        )
        (said,) = compared.scores[0].warnings
        assert said.startswith("matching 90 with 70 neurons was ended by its work limit")
    said = homolog.compare(x, y, "soft_matching_correlation", permutations=3, intervals=False)
    _, drawn, *_ = said.scores[0].warnings
    assert drawn.startswith("behind interval and chance, 3 times: matching 90 with 70 neurons")
