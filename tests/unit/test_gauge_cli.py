"""`homolog gauge`, its figure and its page, as a person meets them."""

import csv
import tomllib
from dataclasses import replace

import numpy as np
import pytest
from matplotlib.figure import Figure
from typer.testing import CliRunner

from homolog import HomologError, figures, measures
from homolog.audit import gauge_audit
from homolog.cli import app
from homolog.networks import RecurrentNetwork
from homolog.report import _gauge

N = 6
QUICK = ["-n", 2, "--trials", 3, "--quiet"]


@pytest.fixture
def network(rng):
    return RecurrentNetwork(
        rng.standard_normal((N, N)) / N**0.5,
        rng.standard_normal((N, 3)),
        rng.standard_normal((3, N)),
        name="six",
    )


@pytest.fixture
def inputs(rng):
    return rng.standard_normal((4, 10, 3))


@pytest.fixture
def path(network, tmp_path):
    return network.save(tmp_path / "six.npz")


@pytest.fixture
def found(network, inputs):
    return gauge_audit(network, inputs, ["cka", "cca", "procrustes"], n=3)


def run(*arguments):
    return CliRunner().invoke(app, ["gauge", *(str(one) for one in arguments)])


def test_it_prints_what_the_library_says_and_writes_a_folder(network, inputs, path, tmp_path):
    pytest.importorskip("plotly")
    np.save(tmp_path / "inputs.npy", inputs)
    out = tmp_path / "out"
    shown = ["--inputs", tmp_path / "inputs.npy", "--spread", "0.3,1", "-n", 3, "-m", "cka,nbs"]
    result = run(path, *shown, "--moments", 20, "--seed", 5, "-o", out, "--quiet")
    assert result.exit_code == 0, result.output
    chosen = {"spread": [0.3, 1.0], "n": 3, "moments": 20, "rng": 5}
    expected = gauge_audit(network, inputs, ["cka", "nbs"], **chosen)
    named = replace(expected, name=str(path))
    assert result.stdout == f"{named}\n\nreport: {out / 'report.html'}\n"
    names = ["gauge.csv", "gauge.png", "gauge.svg", "refs.bib", "report.html", "run.toml"]
    assert sorted(one.name for one in out.iterdir()) == names
    told = tomllib.loads((out / "run.toml").read_text(encoding="utf-8"))
    assert told["run"]["network"] == str(path)
    assert told["run"]["spread"] == chosen["spread"]
    assert [told["run"][one] for one in ("n", "moments", "seed")] == [3, [20, 40], 5]
    assert told["run"]["measures"] == ["cka", "nbs"]
    assert told["digests"] == expected.digests
    assert set(told["versions"]) > {"homolog", "numpy"}
    entries = (out / "refs.bib").read_text(encoding="utf-8")
    assert "stock2022synaptic" in entries
    assert measures.find("nbs").citation.splitlines()[0] in entries
    with (out / "gauge.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert [float(one["score"]) for one in rows] == expected.frame()["score"].tolist()
    assert "balanced" in rows[0]
    assert run(path, *shown, "-o", out, "--quiet").exit_code == 0


def test_a_task_is_shown_and_nothing_balanced_if_that_is_asked(path):
    result = run(path, "--task", "flip_flop", "--cost", "none", "-m", "cka", *QUICK)
    assert result.exit_code == 0, result.output
    assert "balanced" not in result.stdout
    assert result.stdout.startswith(f"{path}: 6 neurons, 180 moments\n")


def test_by_default_eight_measures_are_scored_on_as_many_moments_as_are_quick(path):
    result = run(path, "--task", "flip_flop", "--spread", "1", "-n", 1, "--moments", 30, "--quiet")
    assert result.exit_code == 0, result.output
    lines = result.stdout.splitlines()
    assert lines[0] == f"{path}: 6 neurons, 30 of 3840 moments, drawn at random"
    assert [line.split()[0] for line in lines[3:-2]] == [
        "cka", "unbiased_cka", "nbs", "procrustes",
        "linear_regression", "cca", "soft_matching_correlation",
        "rsa(dissimilarity=squared_euclidean)",
    ]  # fmt: skip


def test_what_is_missing_is_said_with_the_flag(path, tmp_path):
    result = run(path, "-m", "cka")
    assert result.exit_code == 1
    assert "HM025 --task is None; allowed: a task in time, or --inputs FILE" in result.stderr
    result = run(path, "--task", "flip_flop", "--spread", "wide", *QUICK)
    assert "HM025 spread is 'wide'" in result.stderr
    np.save(tmp_path / "synapses.npy", np.ones((4, 4)))
    result = run(tmp_path / "synapses.npy", "--task", "flip_flop", *QUICK)
    assert result.exit_code == 1
    assert "HM070 synapses has synapses between neurons and no input weights" in result.stderr
    (tmp_path / "thesis.tex").write_text("chapter 1")
    result = run(path, "--task", "flip_flop", *QUICK, "-o", tmp_path)
    assert "which no gauge audit left there" in result.stderr
    assert "(On the command line: --out.)" in result.stderr


def test_what_is_no_network_or_no_task_of_it_is_told_what_is(path, tmp_path):
    np.savez(tmp_path / "v1.npz", responses=np.ones((4, 5)), stimuli=np.arange(4))
    result = run(tmp_path / "v1.npz", "--task", "flip_flop", *QUICK)
    assert result.exit_code == 1
    assert f"HM025 NET is '{tmp_path / 'v1.npz'}'; allowed: a network that" in result.stderr
    assert "such as run/replica-0/network.npz" in result.stderr
    result = run(path, "--task", "delayed_match", *QUICK)
    assert result.exit_code == 1
    said = "HM025 --task is 'delayed_match'; allowed: a task of 3 inputs, as many as the network"
    assert said in result.stderr
    result = run(path, "--task", "flip_flop", "-m", "", *QUICK)
    assert result.exit_code == 1
    assert "HM025 measures is []" in result.stderr


def test_a_network_that_cannot_be_balanced_names_the_way_out(tmp_path, rng):
    chain = RecurrentNetwork(
        np.tril(rng.normal(size=(N, N)), -1), rng.normal(size=(N, 3)), rng.normal(size=(1, N))
    )
    result = run(chain.save(tmp_path / "chain.npz"), "--task", "flip_flop", "-m", "cka", *QUICK)
    assert result.exit_code == 1
    assert "HM050" in result.stderr
    assert "(On the command line: --cost none.)" in result.stderr


def test_the_figure_has_a_row_for_each_measure_and_every_mark_at_its_score(found):
    axes = figures.gauge_scores(list(Figure().subplots(1, 2)), found)
    for ax, of in zip(axes, (found.rescaled, found.balanced), strict=True):
        assert [text.get_text() for text in ax.texts] == ["cka", "cca", "procrustes"]
        drawn = [line.get_xydata() for line in ax.get_lines()]
        for i, scores in enumerate(of.values()):
            own, *means = drawn[3 * i : 3 * i + 3]
            assert own[:, 0] == pytest.approx([1, 1])
            assert [one[0, 0] for one in means] == pytest.approx(scores.mean(1))
            heights = [own[0, 1], means[1][0, 1], means[0][0, 1], own[1, 1], -i + 0.36]
            assert heights == sorted(heights)  # the narrowest spread uppermost, then the name
    bars = axes[0].collections[0].get_segments()
    scores = found.rescaled["cka"]
    assert [bar[:, 0].tolist() for bar in bars] == [
        [low, high] for low, high in zip(scores.min(1), scores.max(1), strict=True)
    ]
    assert axes[0].get_xlim() == axes[1].get_xlim()
    labels = [mark.get_label() for mark in figures.spread_marks(found)]
    assert labels == ["spread 0.5", "spread 1", "against itself"]


def test_without_balancing_there_is_one_panel(found):
    bare = replace(found, balanced=None, cost=None)
    with pytest.raises(
        HomologError, match="HM025 the number of axes is 2; allowed: a list of 1 Axes"
    ):
        figures.gauge_scores(list(Figure().subplots(1, 2)), bare)
    assert len(_gauge.figure(bare).axes) == 1
    assert [chart.id for chart in _gauge.charts(bare)] == ["gauge-rescaled"]
    pytest.importorskip("plotly")
    text = _gauge.page(bare, None)
    assert "once balanced" not in text
    assert "not balanced" in text


def test_the_table_of_the_page_is_to_scale(found):
    rows, low = _gauge.rows(found), found.rescaled["procrustes"][1].min()
    assert [row.measure for row in rows] == ["cka", "cca", "procrustes"]
    start = _gauge.start(found)
    assert start <= low < start + 0.1 + 1e-12
    procrustes = rows[2]
    assert procrustes.spread[0] == pytest.approx(100 * (low - start) / (1 - start), abs=0.01)
    assert procrustes.balanced == pytest.approx(100, abs=0.01)
    mean = found.rescaled["procrustes"].mean(1)
    assert [cell[1].split()[0] for cell in procrustes.cells] == [
        f"{mean[0]:.3f}", f"{mean[1]:.3f}", "1.000",
    ]  # fmt: skip
    assert procrustes.words.startswith(f"procrustes: mean {mean[1]:.3f}, from {low:.3f} to")


def test_the_page_says_everything_in_words(found):
    pytest.importorskip("plotly")
    hostile = replace(found, name="<b>six</b>", silent=1)
    text = _gauge.page(hostile, "homolog gauge six.npz")
    assert "<b>six</b>" not in text
    assert "&lt;b&gt;six&lt;/b&gt;" in text
    assert "homolog gauge six.npz" in text
    assert "Left out: 1 neuron whose rate never changed." in text
    assert "e1010418" in text
    assert "<dt>Seed</dt><dd>0</dd>" in text
    assert all(digest in text for digest in found.digests.values())
    drawn = _gauge.page(replace(found, seed=None), None)
    assert "<dt>Seed</dt><dd>a generator&#39;s</dd>" in drawn
    assert "“gauge.png” beside this file" in text
    assert found.call.replace("'", "&#39;") in _gauge.page(found, None)


def test_what_a_network_scores_against_itself_has_a_column_where_it_is_not_1(found):
    unlike = {"itself": found.itself | {"cca": 0.9}, "balanced_itself": found.itself | {"cca": 0.8}}
    unlike = replace(found, **unlike)
    columns, cells = _gauge._columns(unlike), {}
    for row in _gauge.rows(unlike):
        assert [one[0] for one in row.cells] == columns[1:]
        cells[row.measure] = row.cells
    assert columns == ["Measure", "Itself", "Spread 0.5", "Spread 1", "Balanced"]
    assert cells["cca"][0][1:] == ("0.900", 0.9)
    assert cells["cca"][-1][1] == "1.000 (itself 0.800)"
    assert cells["cka"][-1][1] == "1.000"
    assert [chart.data[1]["x"][0] for chart in _gauge.charts(unlike)] == [0.9, 0.8]
    assert _gauge._columns(found) == ["Measure", "Spread 0.5", "Spread 1", "Balanced"]
