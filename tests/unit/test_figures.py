"""The numbers behind the pictures, and what matplotlib is asked to draw."""

import math
from dataclasses import replace

import numpy as np
import pytest
from matplotlib.colors import to_rgba
from matplotlib.figure import Figure

import homolog
from homolog import Representation, Score, _pictured, figures, measures


def _populations(
    n_stimuli: int = 30, n_neurons: tuple[int, int] = (9, 6), stimuli: tuple[str, ...] | None = None
) -> tuple[Representation, Representation]:
    """Two populations that share three latent dimensions."""
    rng = np.random.default_rng(7)
    latent = rng.normal(size=(n_stimuli, 3))
    x, y = (
        Representation(
            latent @ rng.normal(size=(3, n)) + rng.normal(size=(n_stimuli, n)),
            stimuli=stimuli,
            name=name,
        )
        for n, name in zip(n_neurons, ("V1", "V4"), strict=True)
    )
    return x, y


@pytest.fixture(scope="module")
def comparison() -> homolog.Comparison:
    chosen = ["unbiased_cka", "procrustes", "size_and_shape"]
    return homolog.compare(*_populations(), chosen, permutations=19)


def _axes(n: int = 1) -> list:
    return list(np.ravel(Figure().subplots(1, n)))


def test_dissimilarity_is_one_minus_the_correlation_of_two_patterns() -> None:
    x, _ = _populations()
    distances = _pictured.dissimilarities(x)
    np.testing.assert_allclose(distances, 1 - np.corrcoef(x.matrix), atol=1e-12)


def test_a_flat_pattern_is_blank_and_the_others_are_not() -> None:
    responses = np.random.default_rng(0).normal(size=(6, 5))
    responses[2] = 3.0
    distances = _pictured.dissimilarities(Representation(responses))
    assert np.isnan(distances[2]).all()
    assert np.isnan(distances).sum() == 11
    assert _pictured.shared_scale(distances) == pytest.approx(
        math.ceil(np.nanmax(distances) * 10) / 10
    )


def test_the_colour_scale_is_the_whole_range_where_nothing_is_defined() -> None:
    assert _pictured.shared_scale(np.full((3, 3), np.nan)) == 2


def test_participation_ratio_counts_equal_dimensions_and_ignores_rotation() -> None:
    n_dimensions = 4
    centred = np.random.default_rng(0).normal(size=(40, n_dimensions))
    centred -= centred.mean(0)
    turned = (
        np.linalg.qr(centred)[0] @ np.linalg.qr(np.random.default_rng(1).normal(size=(4, 4)))[0]
    )
    assert _pictured.participation_ratio(Representation(turned)) == pytest.approx(4)
    one = np.outer(np.arange(5.0), [1.0, 2.0, -1.0])
    assert _pictured.participation_ratio(Representation(one)) == pytest.approx(1)


def test_spectrum_is_the_covariance_spectrum_without_empty_dimensions() -> None:
    x, _ = _populations()
    doubled = Representation(np.hstack([x.matrix, x.matrix]))
    expected = np.linalg.eigvalsh(np.cov(x.matrix.T))[::-1]
    np.testing.assert_allclose(_pictured.spectrum(doubled), expected / expected.sum())


def test_matching_finds_planted_partners() -> None:
    rng = np.random.default_rng(3)
    x = rng.normal(size=(50, 6))
    order = rng.permutation(6)
    noise = np.linspace(0.1, 1, 6)
    y = (x + noise * rng.normal(size=x.shape))[:, order] * 5 + 2
    y = np.column_stack([y, np.full(50, 4.0)])  # a seventh neuron without tuning
    comparison = homolog.compare(x, y, "cka", permutations=0, intervals=False)
    found = _pictured.matches(comparison)
    assert {(m.reference, m.candidate) for m in found} == {
        (int(neuron), place) for place, neuron in enumerate(order)
    }
    correlations = [m.correlation for m in found]
    assert correlations == sorted(correlations, reverse=True)
    first = found[0]
    expected = np.corrcoef(x[:, first.reference], y[:, first.candidate])[0, 1]
    assert first.correlation == pytest.approx(expected)
    chosen = _pictured.best_median_worst(comparison)
    assert list(chosen.values()) == [found[0], found[3], found[5]]


def test_two_pairs_have_no_median_and_one_pair_no_worst() -> None:
    x, y = _populations(n_neurons=(2, 5))
    two = homolog.compare(x, y, "cka", permutations=0, intervals=False)
    assert list(_pictured.best_median_worst(two)) == ["best", "worst"]
    x, y = _populations(n_neurons=(1, 5))
    one = homolog.compare(x, y, "cka", permutations=0, intervals=False)
    assert list(_pictured.best_median_worst(one)) == ["best"]


def _scale(name: str, value: float, **rest: object) -> _pictured.Scale:
    return _pictured.scale(Score(measures.find(name), value, **rest))  # pyright: ignore


def test_a_bounded_measure_is_drawn_over_its_whole_range() -> None:
    assert _scale("cka", 0.4) == _pictured.Scale(0, 1, False)
    assert _scale("procrustes", 0.4) == _pictured.Scale(math.pi / 2, 0, False)


def test_distances_run_from_large_on_the_left_to_zero_on_the_right() -> None:
    scale = _scale("procrustes", 0.4)
    assert scale.position(math.pi / 2) == 0
    assert scale.position(0) == 1
    assert scale.position(math.pi / 8) == pytest.approx(0.75)


@pytest.mark.parametrize("name", ["ridge", "unbiased_cka"])
def test_a_range_below_zero_is_cut_beyond_all_that_is_shown(name: str) -> None:
    scale = _scale(name, -0.3, interval=(-0.52, -0.1), chance=0.0)
    assert scale.left_open
    assert scale.right == 1
    assert -0.8 < scale.left < -0.52
    assert 0 < scale.position(-0.52) < scale.position(-0.3) < scale.position(0.0) < 1


@pytest.mark.parametrize("name", ["ensd", "inter_subject_correlation"])
def test_a_range_without_a_common_best_is_cut_beyond_all_that_is_shown(name: str) -> None:
    scale = _scale(name, 3.2, interval=(2.9, 3.5), chance=0.4)
    assert scale.right_open
    assert 3.5 < scale.right < 4
    assert 0 < scale.position(0.4) < scale.position(2.9) < scale.position(3.5) < 1
    raw = measures.find("soft_matching_correlation").using(normalise=False)
    both = _pictured.scale(Score(raw, -2.0))
    assert both.left_open
    assert both.right_open
    assert both.left < -2 < 0 < both.right < 1


def test_a_range_is_not_cut_beyond_its_end() -> None:
    assert _scale("unbiased_cka", -0.99) == _pictured.Scale(-1, 1, False)


@pytest.mark.parametrize("size", [0.003, 1.0, 47.0, 12345.0])
def test_an_infinite_range_gets_an_end_beyond_all_that_is_shown(size: float) -> None:
    scale = _scale("size_and_shape", size, chance=2 * size)
    assert scale.left_open
    assert scale.right == 0
    assert 2 * size < scale.left < 2 * size * 1.5 + 0.3
    assert 0 < scale.position(2 * size) < scale.position(size)


def test_values_outside_an_axis_stop_at_its_end() -> None:
    assert _scale("cka", 0.4).position(1.2) == 1
    assert _scale("cka", 0.4).position(-0.2) == 0


def test_scores_puts_every_dot_at_its_place_to_scale(comparison: homolog.Comparison) -> None:
    (ax,) = _axes()
    assert figures.scores(ax, comparison) is ax
    dots = [
        line
        for line in ax.lines
        if line.get_color() == figures.SCORE and len(line.get_xdata()) == 1
    ]
    drawn = [float(line.get_xdata()[0]) for line in dots]
    expected = [_pictured.scale(s).position(s.value) for s in comparison.scores]
    assert drawn == pytest.approx(expected)
    assert [tick.get_text() for tick in ax.get_yticklabels()] == [
        "unbiased_cka",
        "procrustes",
        "size_and_shape",
    ]
    assert ax.get_xlabel()


def test_scores_leaves_out_what_is_unknown() -> None:
    bare = homolog.compare(*_populations(), "nbs", permutations=0, intervals=False)
    (ax,) = _axes()
    figures.scores(ax, bare)
    assert len(ax.lines) == 2  # the strip and the dot


def test_dissimilarities_share_the_colour_scale_asked_for() -> None:
    x, _ = _populations()
    (ax,) = _axes()
    assert figures.dissimilarities(ax, x, highest=1.7) is ax
    assert ax.images[0].get_clim() == (0, 1.7)
    assert ax.get_title() == "V1"
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("Stimulus number", "Stimulus number")


def test_few_stimuli_are_named() -> None:
    names = ("face", "house", "chair", "tree")
    x, _ = _populations(4, stimuli=names)
    (ax,) = _axes()
    figures.dissimilarities(ax, x)
    assert tuple(tick.get_text() for tick in ax.get_xticklabels()) == names
    assert ax.get_xlabel() == "Stimulus"


def test_matched_tuning_draws_standardised_curves_in_two_colours(
    comparison: homolog.Comparison,
) -> None:
    axes = _axes(3)
    figures.matched_tuning(axes, comparison)
    best = _pictured.best_median_worst(comparison)["best"]
    reference, candidate = axes[0].lines
    assert to_rgba(reference.get_color()) == to_rgba(figures.REFERENCE)
    curve = comparison.reference.matrix[:, best.reference]
    np.testing.assert_allclose(reference.get_ydata(), (curve - curve.mean()) / curve.std())
    r = np.corrcoef(reference.get_ydata(), candidate.get_ydata())[0, 1]
    assert r == pytest.approx(best.correlation)
    assert axes[0].get_title() == f"Best match, r = {r:.2f}"
    assert all(ax.get_xlabel() and ax.get_ylabel() for ax in axes)


_ENDS = (slice(0, 20), slice(-20, None))  # one part in fifteen of 300 stimuli


def test_matched_tuning_of_many_stimuli_is_in_order_of_the_reference() -> None:
    many = homolog.compare(*_populations(300), "cka", permutations=0, intervals=False)
    axes = _axes(4)
    figures.matched_tuning(axes, many)
    reference, candidate, trend = axes[0].lines
    assert (np.diff(reference.get_ydata()) >= 0).all()
    best = _pictured.best_median_worst(many)["best"]
    r = np.corrcoef(reference.get_ydata(), candidate.get_ydata())[0, 1]
    assert r == pytest.approx(best.correlation)
    ends = np.asarray(trend.get_ydata())[[0, -1]]
    assert ends == pytest.approx([np.mean(candidate.get_ydata()[part]) for part in _ENDS])
    assert axes[0].get_xlabel() == "Stimulus, by response of V1"
    named = [text.get_text() for text in axes[0].get_legend().get_texts()]
    assert named[2] == "mean of 20 neighbouring stimuli"
    assert [name[:2] for name in named[:2]] == ["V1", many.candidate.called[:2]]
    assert not axes[3].axison


def test_spectrum_sums_to_one(comparison: homolog.Comparison) -> None:
    (ax,) = _axes()
    figures.spectrum(ax, comparison)
    assert [float(np.sum(line.get_ydata())) for line in ax.lines] == pytest.approx([1, 1])
    ratio = _pictured.participation_ratio(comparison.reference)
    assert ax.get_legend().get_texts()[0].get_text() == f"V1: participation ratio {ratio:.1f}"


@pytest.mark.parametrize("measure", ["cka", "procrustes"])
def test_matrix_writes_its_numbers_and_bright_is_alike(measure: str) -> None:
    x, y = _populations()
    found = homolog.matrix({"V1": x, "V4": y}, measure)
    (ax,) = _axes()
    assert figures.matrix(ax, found) is ax
    written = [text.get_text() for text in ax.texts]
    assert written == [f"{value:.2f}" for value in found.values.ravel()]
    image = ax.images[0]
    same, other = (sum(image.to_rgba(found.values[0, j])[:3]) for j in (0, 1))
    assert same > other
    assert [tick.get_text() for tick in ax.get_yticklabels()] == ["V1", "V4"]
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("Candidate", "Reference")


def test_a_long_name_is_cut_where_space_is_short() -> None:
    assert _pictured.cut("V1", 5) == "V1"
    assert _pictured.cut("session", 5) == "sess…"


@pytest.mark.parametrize(
    ("label", "name"),
    [("unit 13", "unit 13"), ("Cell_4", "Cell_4"), ("neuron 2", "neuron 2"), (7, "neuron 7")],
)
def test_a_neuron_is_not_called_one_twice(label: str | int, name: str) -> None:
    rng = np.random.default_rng(0)
    x = Representation(rng.normal(size=(9, 3)), neurons=(label, "b", "c"))
    assert _pictured.neuron_name(x, 0, 20) == name
    assert _pictured.neuron_name(x, 1, 20) == "neuron b"


def test_only_marks_that_are_drawn_are_explained(comparison: homolog.Comparison) -> None:
    bare = replace(comparison, scores=[Score(measures.find("cka"), 0.5, chance=0.1)])
    (ax,) = _axes()
    figures.scores(ax, bare)
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["score", "chance"]
