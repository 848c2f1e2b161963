"""Figures of a matching: curves of its pairs, its plan, and responses carried over."""

import re

import numpy as np
import pytest
from matplotlib.figure import Figure

from homolog import Representation, _pictured, figures
from homolog.errors import HomologError
from homolog.matching import assignment, cross_costs, match, partial
from homolog.representation import align, together


def _axes(n: int = 1) -> list:
    return list(np.ravel(Figure(figsize=(4 * n, 4)).subplots(1, n)))


def _titles(axes: list) -> list[str]:
    return [ax.get_title() for ax in axes]


@pytest.fixture
def pair(rng):
    """Nine neurons, and six of which four are noisier and noisier copies."""
    x = rng.normal(size=(30, 9))
    copies = x[:, [4, 7, 1, 2]] + np.array([0.1, 0.4, 0.8, 1.5]) * rng.normal(size=(30, 4))
    return x, np.c_[copies, rng.normal(size=(30, 2))]


def ring(angles: np.ndarray) -> np.ndarray:
    """Neurons tuned to an angle, of 36 that are shown."""
    shown = np.linspace(0, 2 * np.pi, 36, endpoint=False)
    return np.exp(2 * np.cos(shown[:, None] - angles))


def test_curves_go_from_the_best_partner_to_the_worst(pair):
    x, y = pair
    matching = match(x, y)
    axes = _axes(3)
    assert figures.matched_curves(axes, matching, x, y) is axes
    r = np.corrcoef(x.T, y.T)[np.arange(9), 9 + matching.best_partner()]
    ranked = np.sort(r)[::-1]
    wanted = zip(("Best", "Median", "Worst"), ranked[[0, 4, 8]], strict=True)
    assert _titles(axes) == [f"{name}, r = {value:.2f}".replace("-", "−") for name, value in wanted]
    curve = x[:, int(np.argmax(r))]
    standardised = (curve - curve.mean()) / curve.std()
    np.testing.assert_allclose(axes[0].lines[0].get_ydata(), standardised, atol=1e-12)


def test_more_axes_show_steps_between_and_too_many_are_switched_off(pair):
    x, y = pair
    axes = _axes(11)
    figures.matched_curves(axes, match(x, y).transposed(), y, x)
    names = [title.split(",")[0] for title in _titles(axes[:6])]
    assert names == ["Best", "Rank 2 of 6", "Rank 3 of 6", "Median", "Rank 5 of 6", "Worst"]
    assert [ax.axison for ax in axes] == [True] * 6 + [False] * 5


def test_pairs_may_be_chosen_and_are_named(pair):
    x, y = (Representation(a, name=name) for a, name in zip(pair, ("V1", "V4"), strict=True))
    axes = _axes(2)
    figures.matched_curves(axes, match(*pair), x, y, pairs=[(4, 0), (3, 5)])
    r = [np.corrcoef(pair[0][:, i], pair[1][:, j])[0, 1] for i, j in ((4, 0), (3, 5))]
    wanted = [f"Pair {k}, r = {value:.2f}".replace("-", "−") for k, value in enumerate(r, 1)]
    assert _titles(axes) == wanted
    texts = [text.get_text() for text in axes[1].get_legend().get_texts()]
    assert texts == ["V1, neuron 3", "V4, neuron 5"]


@pytest.mark.parametrize(
    "pairs", [[(9, 0)], [(0, -1)], [(0, 1, 2)], [0, 1], [], "ab", [[0], [1, 2]]]
)
def test_pairs_of_neurons_that_are_none_are_refused(pairs, pair):
    says = (
        f"HM025 pairs is {pairs!r}; allowed: a list of pairs of positions, below 9 in x and below 6"
    )
    with pytest.raises(HomologError, match=re.escape(says)):
        figures.matched_curves(_axes(2), match(*pair), *pair, pairs=pairs)


def test_single_neurons_have_no_curves(pair):
    x, y = pair
    matching = assignment(cross_costs(x, y))
    shown = _pictured.partners(matching, *together(x, y))
    assert sorted(one.reference for one in shown) == matching.matched().tolist()


def test_the_plan_stands_on_the_correlations_it_chose_from(pair):
    x, y = pair
    matching = match(x, y)
    (ax,) = _axes()
    assert figures.plan(ax, matching, x, y) is ax
    r = np.corrcoef(x.T, y.T)[:9, 9:]
    image = np.asarray(ax.images[0].get_array())
    assert np.sort(image, axis=None) == pytest.approx(np.sort(r, axis=None), abs=1e-12)
    columns, rows = np.asarray(ax.collections[0].get_offsets()).astype(int).T
    circled = r[matching.rows, matching.columns]
    assert image[rows, columns] == pytest.approx(circled, abs=1e-12)
    area = ax.collections[0].get_sizes()
    assert area / area.max() == pytest.approx(matching.mass / matching.mass.max())
    assert ax.get_title() == f"Matched pairs, mean r = {matching.mass @ circled:.2f}"
    assert (ax.get_xlabel(), ax.get_ylabel()) == (
        "6 neurons of Y, by their partners",
        "9 neurons of X, by tuning",
    )


def test_a_copy_in_another_order_is_matched_along_the_diagonal(rng):
    x = rng.normal(size=(30, 120))
    y = x[:, rng.permutation(120)]
    (ax,) = _axes()
    figures.plan(ax, match(x, y), x, y)
    columns, rows = np.asarray(ax.collections[0].get_offsets()).T
    assert (columns == rows).all()
    area = ax.collections[0].get_sizes()
    assert area == pytest.approx(area[0])
    assert area[0] < 3**2  # dots, which need no key
    assert ax.get_legend() is None


def test_columns_without_a_partner_come_last(pair):
    x, y = pair
    matching = assignment(cross_costs(y, x))
    rows = np.array([5, 3, 1, 0, 2, 4])
    order = _pictured.by_partners(matching, rows)
    assert order[:6].tolist() == matching.best_partner(rows).tolist()
    assert sorted(order) == list(range(9))


def test_neurons_on_a_ring_and_stimuli_come_out_in_its_order(rng):
    angles = rng.permutation(np.linspace(0, 2 * np.pi, 20, endpoint=False))
    stimuli, neurons = _pictured.alike_together(Representation(ring(angles)))
    turns = np.diff(np.unwrap(angles[neurons]))
    assert abs(turns.sum()) < 2 * np.pi
    assert (turns > 0).all() or (turns < 0).all()
    steps = np.diff(stimuli) % 36
    assert set(steps.tolist()) in ({1}, {35})


def test_one_neuron_is_put_in_order_too(rng):
    stimuli, neurons = _pictured.alike_together(Representation(rng.normal(size=(9, 1))))
    assert sorted(stimuli) == list(range(9))
    assert neurons.tolist() == [0]


def test_a_copy_in_another_order_carries_over_to_the_same_picture(rng):
    x = rng.normal(size=(30, 7))
    y = 3 * x[:, rng.permutation(7)] - 5
    axes = _axes(2)
    assert figures.carried(axes, match(x, y), x, y) is axes
    own, other = (np.asarray(ax.images[0].get_array()) for ax in axes)
    assert own.shape == (7, 30)
    np.testing.assert_allclose(own, other, atol=1e-12)
    assert _titles(axes) == ["Y", "X, carried over: mean r = 1.00"]


def test_only_neurons_with_a_partner_are_carried_to_and_both_pictures_have_one_order(pair):
    x, y = pair
    matching = partial(-np.corrcoef(x.T, y.T)[:9, 9:], 0.5)
    axes = _axes(2)
    figures.carried(axes, matching, x, y)
    paired = matching.transposed().matched()
    assert 3 <= len(paired) < 6
    own, other = (np.asarray(ax.images[0].get_array()) for ax in axes)
    z = (y - y.mean(axis=0)) / y.std(axis=0)
    stimuli, neurons = _pictured.alike_together(Representation(y))
    shown = [j for j in neurons if j in paired]
    np.testing.assert_allclose(own, z[np.ix_(stimuli, shown)].T, atol=1e-12)
    carried = matching.carry((x - x.mean(axis=0)) / x.std(axis=0), shown)
    np.testing.assert_allclose(other, carried[stimuli].T, atol=1e-12)
    r = np.mean([np.corrcoef(a, b)[0, 1] for a, b in zip(own, other, strict=True)])
    assert axes[1].get_title() == f"X, carried over: mean r = {r:.2f}"


DRAW = {
    "plan": lambda m, x, y: figures.plan(_axes()[0], m, x, y),
    "carried": lambda m, x, y: figures.carried(_axes(2), m, x, y),
    "matched_curves": lambda m, x, y: figures.matched_curves(_axes(3), m, x, y),
}
each_figure = pytest.mark.parametrize("draw", DRAW.values(), ids=DRAW)


@each_figure
def test_other_populations_than_were_matched_are_refused(draw, pair):
    x, y = pair
    with pytest.raises(HomologError, match=r"HM025 the shape of x is \(30, 6\); allowed: \(stim"):
        draw(match(x, y), y, x)


@each_figure
def test_stimuli_in_another_order_are_not_drawn(draw, pair):
    labels = [f"image {k}" for k in range(30)]
    x, y = (
        Representation(a, stimuli=labels, name=name)
        for a, name in zip(pair, ("V1", "V4"), strict=True)
    )
    turned = y.select(stimuli=range(29, -1, -1))
    matching = match(x, y)
    with pytest.raises(HomologError, match=r"HM002 V1 and V4 .* Use homolog\.align\(V1, V4\)"):
        draw(matching, x, turned)
    with pytest.raises(HomologError, match="HM001 V1 has 30 stimuli, V4 has 29"):
        draw(matching, x, y.select(stimuli=range(29)))
    draw(matching, *align(x, turned))


@each_figure
def test_trials_are_averaged_before_they_are_drawn(draw, pair):
    x, y = pair
    trials = Representation(np.stack([x + 1, x - 1]), "trial,stimulus,neuron")
    draw(match(x, y), trials, y)


def test_the_key_says_what_mass_a_circle_has(pair):
    x, y = pair
    matching = match(x, y)
    (ax,) = _axes()
    figures.plan(ax, matching, x, y)
    heaviest = matching.mass.max()
    texts = [text.get_text() for text in ax.get_legend().get_texts()]
    assert texts == [f"mass {heaviest:.2g}", f"mass {heaviest / 4:.2g}"]
    widths = [line.get_markersize() for line in ax.get_legend().get_lines()]
    assert widths[0] ** 2 == pytest.approx(ax.collections[0].get_sizes().max())
    assert widths[1] == pytest.approx(widths[0] / 2)


def test_one_size_of_circles_has_one_key(pair):
    x, y = pair[0][:, :6], pair[1]
    (ax,) = _axes()
    figures.plan(ax, assignment(cross_costs(x, y)), x, y)
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["mass 0.17"]


def test_axes_that_are_no_list_of_them_are_refused(pair):
    x, y = pair
    matching = match(x, y)
    (ax,) = _axes()
    with pytest.raises(HomologError, match="HM025 axes is 'Axes'; allowed: a list of Axes"):
        figures.matched_curves(ax, matching, x, y)
    with pytest.raises(HomologError, match="HM025 axes is 'Axes'; allowed: a list of 2 Axes"):
        figures.carried(ax, matching, x, y)
    with pytest.raises(HomologError, match="HM025 the number of axes is 1; allowed: a list of 2 A"):
        figures.carried([ax], matching, x, y)
    with pytest.raises(HomologError, match="HM025 axes is 'str'; allowed: a list of Axes"):
        figures.matched_curves("abc", matching, x, y)


def test_axes_may_be_an_array_of_any_shape(pair):
    x, y = pair
    grid = Figure(figsize=(8, 8)).subplots(2, 2)
    assert figures.matched_curves(grid, match(x, y), x, y) is grid
    assert grid[0, 0].get_title().startswith("Best")
    assert grid[1, 1].get_title().startswith("Worst")


def test_a_running_mean_stands_in_the_middle_of_what_it_is_of():
    where, means = _pictured.running_mean(np.array([1.0, 2.0, 6.0, 1.0]), 3)
    assert where.tolist() == [1, 2]
    assert means == pytest.approx([3, 3])
