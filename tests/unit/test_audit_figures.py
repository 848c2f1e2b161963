"""Figures and page of an audit: what is drawn is what was found."""

import csv
from dataclasses import replace

import numpy as np
import pytest
from matplotlib.figure import Figure

from homolog import figures, report
from homolog.audit._audit_curves import apart, first_score, mark_size, mean_curve, variance_ticks
from homolog.audit._audit_tables import TABLES
from homolog.errors import HomologError
from homolog.report import _audit, _audit_charts, _audit_table
from unit.audited import MEASURES, audited


@pytest.fixture(scope="module")
def found():
    return audited(guarantee=0.9)


@pytest.fixture(scope="module")
def bare():
    return audited(labels=None, seeds=1)


def axes(n=1):
    return list(Figure().subplots(1, n, squeeze=False).ravel())


def named(ax):
    return {line.get_label(): line for line in ax.lines if not line.get_label().startswith("_")}


def test_curves_are_means_over_seeds_with_the_recordings_level_and_chance(found):
    strong, weak = figures.decoding_curves(axes(2), found)
    assert [strong.get_title(), weak.get_title()] == ["strong", "weak"]
    own = found.decoding
    for measure in MEASURES:
        scores, accuracy = mean_curve(found, measure, "weak")
        assert np.array_equal(named(weak)[measure].get_xydata().T, [scores, accuracy])
        at = [np.interp(scores[50], c.score, c.accuracy["weak"]) for c in found.of(measure)]
        assert accuracy[50] == pytest.approx(np.mean(at))
    ends = {text.get_text(): text.xy[1] for text in weak.texts}
    last = [mean_curve(found, measure, "weak")[1][-1] for measure in MEASURES]
    assert list(ends) == list(MEASURES)
    assert list(ends.values()) == apart(last, 0.065, 1.0)
    levels = [line.get_ydata()[0] for line in weak.lines if line.get_linestyle() in ("--", ":")]
    assert levels == [own.accuracy["weak"], own.chance["weak"]]
    marks = [line.get_xdata()[0] for line in weak.lines if line.get_marker() not in ("", "None")]
    assert marks == [found.needed("procrustes", "weak").median]


def test_needed_scores_have_a_row_for_each_variable_and_measure(found):
    (ax,) = axes()
    figures.needed_scores(ax, found)
    assert [label.get_text() for label in ax.get_yticklabels()] == [*MEASURES, *MEASURES]
    places = ax.get_yticks()
    marks = {
        float(line.get_ydata()[0]): line for line in ax.lines if line.get_marker() in ("o", "s")
    }
    by_cka, by_procrustes = marks[places[2]], marks[places[3]]
    assert by_procrustes.get_xdata()[0] == found.needed("procrustes", "weak").median
    assert by_cka.get_xdata()[0] > 1  # beyond the end: not back
    assert by_cka.get_markerfacecolor() == "none"


def test_names_beside_curves_stand_apart_and_in_order():
    assert apart([0.2, 0.8, 0.5], 0.1, 1.0) == [0.2, 0.8, 0.5]
    assert apart([1.0, 1.0, 0.4], 0.1, 1.0) == pytest.approx([1.0, 0.9, 0.4])
    assert apart([0.5, 0.52, 0.48], 0.1, 1.0) == pytest.approx([0.58, 0.68, 0.48])
    assert apart([0.97, 0.9, 0.99], 0.1, 1.0) == pytest.approx([0.9, 0.8, 1.0])


@pytest.mark.parametrize(
    ("low", "high", "ticks"),
    [
        (0.00006, 0.6, [0.0001, 0.001, 0.01, 0.1]),
        (0.02, 0.3, [0.02, 0.05, 0.1, 0.2]),
        (0.02, 0.08, [0.02, 0.03, 0.05, 0.07]),
        (0.084, 0.25, [0.1, 0.15, 0.2]),
        (0.102, 0.14, [0.11, 0.12, 0.13, 0.14]),
        (0.16, 0.168, [0.16, 0.162, 0.164, 0.166, 0.168]),
        (1.0, 1.0, [1.0]),
    ],
)
def test_an_axis_of_variances_has_ticks_however_narrow_it_is(low, high, ticks):
    assert variance_ticks([high, low]) == ticks


def test_both_axes_of_variances_have_these_ticks(found):
    ticks = variance_ticks(found.explained_variance)
    assert len(ticks) > 2
    chart = _audit_charts.component_capture(found).layout["xaxis"]
    assert chart["tickvals"] == ticks
    assert chart["ticktext"] == [f"{100 * tick:g}%" for tick in ticks]
    for draw in (figures.component_capture, figures.component_perturbation):
        (ax,) = axes()
        draw(ax, found)
        assert ax.get_xticks().tolist() == pytest.approx([100 * tick for tick in ticks])


def test_what_the_recording_does_not_tell_is_said_where_rows_are_empty(found):
    own = replace(found.decoding, low={"strong": 0.9, "weak": 0.4})
    (ax,) = axes()
    figures.needed_scores(ax, replace(found, decoding=own))
    told = [text.get_text() for text in ax.texts if text.get_text()]
    assert told == ["strong", "weak: the recording itself does not tell it"]
    page = _audit.page(replace(found, decoding=own), None)
    assert (
        "A dash: no score is needed, for the recording itself does not tell the variable, or"
        in page
    )
    assert "A dash:" not in _audit.page(found, None)


def test_components_that_are_never_captured_stand_above_the_goal(found):
    (ax,) = axes()
    figures.component_capture(ax, found)
    half = found.half_capture("cka")
    drawn = named(ax)["cka"]
    assert np.array_equal(drawn.get_ydata(), half[np.isfinite(half)])
    assert np.allclose(drawn.get_xdata(), 100 * found.explained_variance[np.isfinite(half)])
    above = [line for line in ax.lines if line.get_markerfacecolor() == "none"]
    assert sum(len(line.get_xdata()) for line in above) == sum(
        int(np.isinf(found.half_capture(name)).sum()) for name in MEASURES
    )
    assert all((np.asarray(line.get_ydata()) > found.goal).all() for line in above)
    assert ax.get_xscale() == "log"
    chart = _audit_charts.component_capture(found).layout["yaxis"]
    for ticks, labels, top in (
        (ax.get_yticks(), [text.get_text() for text in ax.get_yticklabels()], ax.get_ylim()[1]),
        (chart["tickvals"], chart["ticktext"], chart["range"][1]),
    ):
        assert labels[-2:] == ["0.8", "> 0.99"]
        assert found.goal < ticks[-1] < top
        assert max(ticks[:-1]) < found.goal


def test_marks_shrink_where_many_stand_side_by_side(found):
    assert [round(mark_size(n, 0), 2) for n in (6, 12, 48)] == [1, 1, 0.5]
    assert mark_size(48, 0) > mark_size(48, 1) > mark_size(48, 9) > 0
    (ax,) = axes()
    figures.component_perturbation(ax, found)
    assert [named(ax)[one].get_markersize() for one in MEASURES] == pytest.approx([7, 5.74])
    sizes = [trace["marker"]["size"] for trace in _audit_charts.component_perturbation(found).data]
    assert sizes == [10, 8.2]


def test_perturbation_draws_simulation_and_formula(found):
    (ax,) = axes()
    figures.component_perturbation(ax, found)
    simulated = named(ax)["cka"].get_ydata()
    assert np.array_equal(simulated, found.perturbation.simulated["cka"])
    lines = [line.get_ydata() for line in ax.lines if line.get_linestyle() == "-"]
    assert any(np.array_equal(found.perturbation.closed_form["cka"], one) for one in lines)


def test_what_was_not_done_is_not_drawn(found, bare):
    with pytest.raises(HomologError, match=r"HM025 audit is 'planted'; allowed: an audit with lab"):
        figures.decoding_curves(axes(), bare)
    with pytest.raises(HomologError, match=r"HM025 the number of axes is 1; allowed: a list of 2"):
        figures.decoding_curves(axes(), found)
    with pytest.raises(HomologError, match=r"HM025 audit is 'planted'; allowed: one in which comp"):
        figures.component_perturbation(axes()[0], replace(found, perturbation=None))


def test_measures_have_colours_and_marks_of_their_own(found):
    marks = figures.measure_marks(found)
    assert [mark.get_label() for mark in marks] == list(MEASURES)
    assert len({mark.get_color() for mark in marks}) == len({m.get_marker() for m in marks}) == 2


def test_the_axis_begins_at_a_tenth_below_the_lowest_start(found):
    lowest = min(course.score[0] for course in found.courses)
    assert 0 <= lowest - first_score(found) < 0.1


def test_a_folder_has_each_figure_with_its_numbers(found, bare, tmp_path):
    report.write_audit(found, tmp_path / "all", command="homolog audit x.npz")
    names = ("components", "decoding", "needed", "perturbation")
    there = {one.name for one in (tmp_path / "all" / "figures").iterdir()}
    assert there == {f"{name}.{form}" for name in names for form in ("csv", "png", "svg")}
    for name in names:
        with (tmp_path / "all" / "figures" / f"{name}.csv").open() as text:
            assert len(list(csv.DictReader(text))) == len(TABLES[name](found))
    report.write_audit(bare, tmp_path / "bare")
    there = {one.stem for one in (tmp_path / "bare" / "figures").iterdir()}
    assert there == {"components", "perturbation"}


def test_the_page_says_everything_in_words(found):
    page = _audit.page(found, "homolog audit x.npz -o out")
    for said in (
        "What a similarity score shows",
        "≤ chance: a linear readout does no better than guessing;",
        "Guarantees: for each variable by itself a ridge readout",
        "from 5 Gaussian responses (seed 0)",
        "<li>At cka 0.9: the lowest accuracy found of a linear readout is",
        "By cka not every variable is back below 0.99.",
        "Score needed before each variable is back",
        "The worst that was found",
        "Which components count",
        "homolog audit x.npz -o out",
        found.facts["recording"]["blake2b"],
        "Differentiable optimization of similarity scores",
    ):
        assert said in page
    assert "http" not in page.split("<main>")[0].split("</style>")[0].replace("http-equiv", "")


def test_without_a_command_the_page_tells_the_call(bare):
    page = _audit.page(bare, None)
    assert "homolog.audit.audit(recording, [&#39;cka&#39;, &#39;procrustes&#39;]" in page
    assert "Score needed before each variable is back" not in page
    assert "The worst that was found" not in page
    assert "Guarantees:" not in page


def test_the_page_of_components_calls_them_so():
    found = audited(labels=None, seeds=1, measures="procrustes", variance=0.999)
    page = _audit.page(found, None)
    assert "<dt>Components</dt><dd>3</dd>" in page
    assert "<dt>Neurons</dt>" not in page
    assert "3 of 6 principal components in place of 6 neurons" in page


def test_labels_from_a_file_cannot_write_into_the_page():
    hostile = '<img src=x onerror="alert(1)">'
    told = {hostile: ["a", "b"] * 24}
    page = _audit.page(audited(labels=told, seeds=1), None)
    assert hostile not in page
    assert "&lt;img src=x" in page


def test_rows_of_the_table_are_what_is_needed(found):
    rows = _audit_table.rows(found)
    assert [(row.variable, row.measure) for row in rows] == [
        (variable, measure) for variable in ("strong", "weak") for measure in MEASURES
    ]
    by_cka, by_procrustes = rows[2:]
    assert by_cka.value is None
    assert by_cka.cells[0] == ("Score needed", "not below 0.99", None)
    left = first_score(found)
    needed = found.needed("procrustes", "weak")
    assert by_procrustes.value == round(100 * (needed.median - left) / (1 - left), 2)
    assert by_procrustes.cells[0][2] == needed.median
    assert by_procrustes.words.startswith("weak by procrustes: 0.")


def test_the_worst_on_the_page_is_chance_where_it_is_no_better(found):
    rows = _audit_table.guarantees(found)
    assert [row[:2] for row in rows] == [
        (f"{measure} 0.9", variable) for measure in MEASURES for variable in ("strong", "weak")
    ]
    own = found.decoding
    assert rows[1][2:] == ("≤ chance", f"{own.accuracy['weak']:.2f}", "0.50")
    better = replace(found.guarantees[0], accuracy={"strong": 0.9, "weak": 0.8})
    without = replace(found, guarantees=(better,))
    assert [row[2] for row in _audit_table.guarantees(without)] == ["0.90", "0.80"]
    assert "≤ chance" not in _audit.page(without, None)


def test_the_strip_runs_to_the_goal_where_a_start_never_came(found):
    courses = [
        replace(found.courses[0], seed=i, needed={"strong": 0.2, "weak": score})
        for i, score in enumerate((0.5, None, 0.7))
    ]
    some = replace(found, courses=tuple(courses), measures=found.measures[:1], seeds=(0, 1, 2))
    strong, weak = _audit_table.rows(some)
    assert sum(weak.spread) == pytest.approx(weak.goal, abs=0.02)
    assert strong.spread == (strong.value, 0)
    assert weak.cells[0][1] == "0.70 (0.50 to >\N{NO-BREAK SPACE}0.99), back in 2 of 3 starts"
    (ax,) = axes()
    figures.needed_scores(ax, some)
    ends = [tuple(line.get_xdata()) for line in ax.lines if line.get_linewidth() == 6]
    assert ends == [(0.2, 0.2), (0.5, some.goal)]


def test_charts_have_no_numbers_that_json_does_not_know(found):
    charts = [
        *_audit_charts.decoding_curves(found),
        _audit_charts.component_capture(found),
        _audit_charts.component_perturbation(found),
    ]
    for chart in charts:
        for trace in chart.data:
            assert np.isfinite(trace["x"]).all()
            assert np.isfinite(trace["y"]).all()
            assert len(trace["x"]) == len(trace["y"])
    assert "Half captured below 0.99, of 6 components:" in charts[2].words
