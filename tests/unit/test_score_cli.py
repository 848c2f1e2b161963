"""`homolog score`, its files and its figure, as a person meets them."""

import csv
import tomllib
from pathlib import Path

import numpy as np
import pytest
from matplotlib.figure import Figure
from typer.testing import CliRunner

from homolog import encoding, figures, represent
from homolog.cli import app

REGIONS = ["V1", "V1", "IT", "IT", "IT"]


@pytest.fixture
def image(rng):
    return rng.normal(size=(60, 4))


@pytest.fixture
def trials(image, rng):
    return image @ rng.normal(size=(4, 5)) + rng.normal(size=(6, 60, 5))


@pytest.fixture
def folder(image, trials, tmp_path, monkeypatch):
    """A network of two layers, a recording with regions, and one without trials."""
    pytest.importorskip("plotly")
    monkeypatch.chdir(tmp_path)
    np.savez("net.npz", conv=image[:, :2], pool=image)
    np.savez("brain.npz", responses=trials, dims="trial,stimulus,neuron", region=REGIONS)
    np.save("mean.npy", trials.mean(axis=0))
    return tmp_path


def run(*arguments):
    return CliRunner().invoke(app, ["score", *(str(one) for one in arguments)])


def test_it_prints_what_the_library_says_and_writes_a_folder(folder, image, trials):
    result = run("net.npz", "brain.npz", "-o", "out", "--seed", 3, "--quiet")
    assert result.exit_code == 0, result.output
    brain = represent(trials, "trial,stimulus,neuron", name="brain")
    layers = {"conv": image[:, :2], "pool": image}
    layers = {name: represent(one, name=f"net/{name}") for name, one in layers.items()}
    expected = encoding.score(layers, brain, regions=REGIONS, rng=3)
    assert result.stdout == f"{expected}\n\nreport: {Path('out/report.html')}\n"
    assert sorted(one.name for one in (folder / "out").iterdir()) == [
        "neurons.csv",
        "neurons.png",
        "neurons.svg",
        "refs.bib",
        "report.html",
        "run.toml",
        "scores.csv",
        "scores.png",
        "scores.svg",
    ]
    assert "@article{golub1979generalized," in (folder / "out/refs.bib").read_text()
    with (folder / "out/neurons.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert [float(one["share"]) for one in rows] == expected.share.ravel().tolist()
    assert [one["region"] for one in rows[:5]] == REGIONS
    chosen = [[float(part) for part in one["penalty"].split()] for one in rows]
    np.testing.assert_allclose(
        np.reshape(chosen, (2, 5, 5)).swapaxes(1, 2), expected.settings, 1e-5
    )
    with (folder / "out/scores.csv").open() as file:
        rows = list(csv.DictReader(file))
    medians = [one.median_normalised_share for one in expected.summaries()]
    assert [float(one["median_normalised_share"]) for one in rows] == medians
    upper = np.percentile(expected.correlation[1, :2], 75)
    assert float(rows[1]["upper_correlation"]) == pytest.approx(upper)
    told = tomllib.loads((folder / "out/run.toml").read_text())
    assert (told["run"]["map"], told["run"]["seed"], told["run"]["folds"]) == ("ridge", 3, 5)
    assert told["digests"] == {"brain": expected.digests[0], "layers": [*expected.digests[1:]]}


def test_layers_of_several_files_are_named_after_them_where_they_must_be(folder, image):
    np.savez("other.npz", conv=image, late=image)
    result = run("net.npz", "other.npz", "mean.npy", "--ceiling", "none", "--quiet")
    assert result.exit_code == 0, result.output
    layers = [line.split()[1] for line in result.stdout.splitlines()[4:8]]
    assert layers == ["net/conv", "pool", "other/conv", "late"]


def test_one_layer_of_a_file_by_name_and_another_map(folder):
    plain = ["net.npz::pool", "mean.npy", "--ceiling", "none", "--quiet"]
    few = run(*plain, "--map", "pls", "--components", 2, "--split", "blocks", "--folds", 4)
    assert few.exit_code == 0, few.output
    head = "mean: 5 neurons predicted by pls(n_components=2) at 60 stimuli, held out in 4 folds of"
    assert few.stdout.startswith(head)
    assert len(few.stdout.splitlines()[4:]) == 5  # one layer, one region
    assert run(*plain, "--map", "one-to-one").exit_code == 0


def test_a_population_beside_other_arrays_is_one_layer(folder, image):
    np.savez("late.npz", responses=image, weights=image)
    found = run("late.npz", "mean.npy", "--ceiling", "none", "--quiet")
    assert [line.split()[1] for line in found.stdout.splitlines()[4:5]] == ["late"]
    assert found.stdout.splitlines()[5] == ""


def test_entries_of_an_image_become_neurons_only_when_asked(folder, image):
    np.save("maps.npy", image.reshape(60, 2, 2, 1))
    refused = run("maps.npy", "mean.npy", "--ceiling", "none")
    assert refused.exit_code == 1
    assert refused.stderr.startswith("error: HM007 maps: got (60, 2, 2, 1).")
    assert refused.stderr.endswith("(On the command line: --flatten, --dims or --brain-dims.)\n")
    flat = run("maps.npy", "mean.npy", "--ceiling", "none", "--flatten", "--quiet")
    assert flat.exit_code == 0, flat.output


def test_times_are_rows_and_their_stimulus_is_held_out_whole(folder, rng):
    times = rng.normal(size=(12, 5, 3))
    np.save("times.npy", times)
    asked = ["times.npy", "times.npy", "--dims", "stimulus,time,neuron", "--brain-dims"]
    asked += ["stimulus,time,neuron", "--ceiling", "none", "--fold-time", "--quiet"]
    refused = run(*asked)
    assert refused.stderr.startswith("error: HM012")
    assert refused.stderr.endswith("(On the command line: --groups stimulus.)\n")
    found = run(*asked, "--groups", "stimulus")
    assert "at 60 stimuli, held out in 5 folds of 12 groups" in found.stdout


def test_groups_may_come_in_a_table(folder, image, trials):
    movies = [f"m{i // 5}" for i in range(60)]
    lines = ["frame,movie", *(f"{i},{movies[i]}" for i in reversed(range(60)))]
    (folder / "frames.csv").write_text("\n".join(lines))
    found = run("net.npz::pool", "brain.npz", "--groups", "frames.csv::movie", "--quiet")
    brain = represent(trials, "trial,stimulus,neuron", name="brain")
    layer = {"net/pool": represent(image, name="net/pool")}
    assert found.stdout == f"{encoding.score(layer, brain, regions=REGIONS, groups=movies)}\n"
    assert "held out in 5 folds of 12 groups" in found.stdout


def test_regions_may_come_in_a_table(folder):
    lines = ["neuron,depth,region", *(f"{i},0,{'ab'[i % 2]}" for i in reversed(range(5)))]
    (folder / "where.csv").write_text("\n".join(lines))
    found = run("net.npz", "brain.npz", "--regions", "where.csv", "--quiet")
    assert [line.split()[:3:2] for line in found.stdout.splitlines()[4:8]] == [
        ["a", "3"], ["a", "3"], ["b", "2"], ["b", "2"],
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("neuron,area\n0,V1\n", "HM076 where.csv: its columns are 'neuron', 'area'. Give a table"),
        ("", "HM076 where.csv: its columns are none. Give a table"),
        ("neuron,region\n0,V1,x\n", "HM076 where.csv: its columns are 'neuron', 'region'."),
        ("neuron,region\n0,V1\n1,V1\n", "HM076 brain: no region for 3 of 5 neurons (2, 3, 4)."),
        ("neuron,region\n0,V1\n0,V1\n", "HM020 where.csv: neuron labels must be unique; '0'"),
    ],
)
def test_tables_of_regions_that_cannot_be_read(folder, text, said):
    (folder / "where.csv").write_text(text)
    result = run("net.npz", "brain.npz", "--regions", "where.csv", "--quiet")
    assert result.exit_code == 1
    assert result.stderr.startswith(f"error: {said}")


def test_a_recording_without_trials_is_told_the_flag(folder):
    result = run("net.npz", "mean.npy")
    assert result.exit_code == 1
    assert result.stderr.endswith(
        "Keep the single trials, or do without: ceiling=None."
        " (On the command line: --ceiling none.)\n"
    )


def test_the_figure_draws_medians_over_ceilings_of_every_region(image, trials):
    brain = represent(trials, "trial,stimulus,neuron", name="V4")
    found = encoding.score({"a": image[:, :1], "b": image}, brain, regions=REGIONS)
    ax = figures.encoding_scores(Figure().add_subplot(), found)
    drawn = {line.get_label(): line.get_ydata() for line in ax.lines[:2]}
    assert list(drawn) == ["V1 (2)", "IT (3)"]
    expected = [one.median_normalised_correlation for one in found.summaries()]
    np.testing.assert_allclose(np.concatenate(list(drawn.values())), expected)
    assert ax.get_ylabel() == "Median correlation, over ceiling"
    assert [one.get_text() for one in ax.get_xticklabels()] == ["a", "b"]


def test_the_figure_without_ceilings_draws_medians_as_they_are(image, trials):
    layers = {f"a rather long name {i}": image for i in range(3)}
    found = encoding.score(layers, trials.mean(axis=0), ceiling=None)
    ax = figures.encoding_scores(Figure().add_subplot(), found)
    assert ax.get_ylabel() == "Median correlation"
    assert ax.lines[0].get_ydata()[0] == np.median(found.correlation[0])
    assert {one.get_rotation() for one in ax.get_xticklabels()} == {90.0}


def test_the_figure_of_neurons_holds_all_layers_and_the_best(image, trials):
    brain = represent(trials, "trial,stimulus,neuron", name="V4")
    found = encoding.score({"a": image[:, :1], "b": image}, brain, regions=REGIONS)
    by_layer, by_best = figures.encoding_neurons(list(Figure().subplots(1, 2)), found, "IT")
    assert found.best("IT").layer == "b"
    middles = [line.get_ydata()[0] for line in by_layer.lines if line.get_color() == figures.SCORE]
    np.testing.assert_allclose(middles, np.median(found.correlation[:, 2:], axis=1))
    dots = by_best.lines[-1]
    np.testing.assert_array_equal(dots.get_xdata(), found.ceilings.correlation[2:])
    np.testing.assert_array_equal(dots.get_ydata(), found.correlation[1, 2:])
    assert (by_layer.get_title(), by_best.get_title()) == ("IT: 3 neurons", "by b")


def test_the_figure_of_neurons_without_ceilings_counts_them(image, trials):
    found = encoding.score(image, trials.mean(axis=0), ceiling=None)
    _, by_best = figures.encoding_neurons(list(Figure().subplots(1, 2)), found, "brain")
    assert sum(bar.get_height() for bar in by_best.patches) == 5
    assert by_best.get_ylabel() == "Neurons"


def test_groups_without_a_column_are_told_how_to_name_one(folder):
    result = run("net.npz", "mean.npy", "--ceiling", "none", "--groups", "movie")
    assert result.exit_code == 1
    assert result.stderr.startswith(
        "error: HM025 --groups is 'movie'; allowed: stimulus, or TABLE.csv::column"
    )
