"""The commands, as a person types them."""

import subprocess
import sys

import numpy as np
import pytest
from typer.testing import CliRunner

import homolog
from homolog.cli import app

QUICK = ["--permutations", "19", "--quiet"]


@pytest.fixture
def files(tmp_path):
    rng = np.random.default_rng(0)
    shared = rng.normal(size=(20, 3))
    paths = []
    for name, n in (("brain", 5), ("net", 6)):
        responses = shared @ rng.normal(size=(3, n)) + 0.3 * rng.normal(size=(4, 20, n))
        population = homolog.represent(
            responses, "trial,stimulus,neuron", stimuli=[f"s{i}" for i in range(20)], name=name
        )
        paths.append(str(tmp_path / f"{name}.npz"))
        homolog.save(population, paths[-1])
    return paths


def run(*arguments):
    return CliRunner().invoke(app, [str(one) for one in arguments])


def test_compare_prints_what_the_library_says(files):
    rsa = "rsa(comparison=pearson, dissimilarity=cosine)"
    result = run("compare", *files, "-m", f"cka,{rsa}", "-m", "ridge", *QUICK)
    assert result.exit_code == 0, result.output
    expected = homolog.compare(*files, ["cka", rsa, "ridge"], permutations=19)
    assert result.stdout.strip() == str(expected).strip()


def test_compare_writes_scores_figures_and_report(files, tmp_path):
    pytest.importorskip("plotly")
    out = tmp_path / "out"
    result = run("compare", *files, "-m", "cka", "-o", out, *QUICK)
    assert result.exit_code == 0, result.output
    assert {"scores.csv", "run.toml", "report.html", "refs.bib", "null.npz", "figures"} <= {
        one.name for one in out.iterdir()
    }
    assert f"report: {out / 'report.html'}" in result.stdout


def test_a_refused_input_is_one_line_and_status_1(files, tmp_path):
    np.save(tmp_path / "short.npy", np.random.default_rng(0).normal(size=(19, 4)))
    result = run("compare", files[0], tmp_path / "short.npy", *QUICK)
    assert result.exit_code == 1
    assert result.stderr.startswith("error: HM001 brain has 20 stimuli, short has 19.")
    assert len(result.stderr.strip().splitlines()) == 1
    assert result.stdout == ""


def test_a_refusal_names_the_flag_that_helps(files, tmp_path):
    np.save(tmp_path / "turned.npy", np.random.default_rng(0).normal(size=(4, 20)))
    result = run("compare", files[0], tmp_path / "turned.npy", *QUICK)
    assert "HM003 turned looks transposed" in result.stderr
    assert result.stderr.strip().endswith("(On the command line: --dims or --candidate-dims.)")
    mended = run(
        "compare", files[0], tmp_path / "turned.npy", "--candidate-dims", "neuron,stimulus",
        "-m", "cka", *QUICK,
    )  # fmt: skip
    assert "4 neurons) on 20 stimuli" in mended.stdout, mended.stderr


@pytest.mark.parametrize("option", [["--seed", "-1"], ["--permutations", "-1"], ["-m", ","]])
def test_options_out_of_range_are_no_traceback(files, option):
    result = run("compare", *files, *option, "--quiet")
    assert result.exit_code in (1, 2)
    assert isinstance(result.exception, SystemExit)


def test_a_file_in_place_of_the_folder_is_noticed_before_the_work(files, tmp_path):
    (tmp_path / "out").write_text("kept")
    result = run("compare", *files, "-o", tmp_path / "out", *QUICK)
    assert "HM034" in result.stderr
    assert "is a file, not a folder" in result.stderr
    assert result.stdout == ""
    assert (tmp_path / "out").read_text() == "kept"


def test_an_interrupted_report_leaves_the_earlier_run_whole(files, tmp_path, monkeypatch):
    pytest.importorskip("plotly")
    out = tmp_path / "out"
    assert run("compare", *files, "-m", "cka", "-o", out, *QUICK).exit_code == 0
    before = {one: one.read_bytes() for one in out.rglob("*") if one.is_file()}

    def interrupted(*_args, **_options):
        raise KeyboardInterrupt

    monkeypatch.setattr("homolog.report._static.write_figures", interrupted)
    result = run("compare", *files, "-m", "nbs", "-o", out, *QUICK)
    assert result.exit_code == 130
    assert "interrupted: nothing was written" in result.stderr
    assert {one: one.read_bytes() for one in out.rglob("*") if one.is_file()} == before
    assert [one.name for one in tmp_path.iterdir() if one.name.startswith(".")] == []


def test_a_missing_extra_is_noticed_before_the_work(files, tmp_path, monkeypatch):
    monkeypatch.setattr("homolog.report.find_spec", lambda _name: None)
    result = run("compare", *files, "-o", tmp_path / "out", *QUICK)
    assert "HM013 the report needs jinja2 and plotly" in result.stderr
    assert result.stdout == ""
    assert not (tmp_path / "out").exists()


def test_a_matrix_takes_each_file_once(files):
    assert "HM025 files" in run("matrix", *files, files[0]).stderr


def test_a_matrix_by_several_measures_is_what_the_library_says(files):
    named = {name: homolog.load(file) for name, file in zip(("brain", "net"), files, strict=True)}
    result = run("matrix", *files, "-m", "cka,nbs", "-m", "rsa(comparison=pearson)", "--quiet")
    assert result.exit_code == 0, result.output
    expected = homolog.matrix(named, ["cka", "nbs", "rsa(comparison=pearson)"])
    assert result.stdout == f"{expected}\n"
    assert run("matrix", *files, "--quiet").stdout == f"{homolog.matrix(named)}\n"
    assert "HM025 measures" in run("matrix", *files, "-m", "cka,cka").stderr


def test_nothing_is_written_when_a_comparison_is_refused(files, tmp_path):
    np.save(tmp_path / "short.npy", np.random.default_rng(0).normal(size=(19, 4)))
    run("compare", files[0], tmp_path / "short.npy", "-o", tmp_path / "out", *QUICK)
    assert not (tmp_path / "out").exists()


def test_dims_say_which_axis_is_which(tmp_path):
    x = np.random.default_rng(0).normal(size=(12, 5))
    np.save(tmp_path / "a.npy", x)
    np.save(tmp_path / "b.npy", x)
    result = run(
        "compare", tmp_path / "a.npy", tmp_path / "b.npy", "--dims", "unit,stimulus",
        "-m", "nbs", "--no-intervals", *QUICK,
    )  # fmt: skip
    assert "12 neurons) on 5 stimuli" in result.stdout


def test_constant_neurons_are_dropped_on_request(tmp_path):
    x = np.random.default_rng(0).normal(size=(12, 5))
    x[:, 2] = 0
    np.save(tmp_path / "a.npy", x)
    arguments = ["compare", tmp_path / "a.npy", tmp_path / "a.npy", "-m", "soft_matching", *QUICK]
    assert "HM006" in run(*arguments).stderr
    assert "4 neurons" in run(*arguments, "--drop-constant").stdout


def test_times_become_rows_only_when_asked(tmp_path):
    x = np.random.default_rng(0).normal(size=(10, 4, 5))
    np.save(tmp_path / "a.npy", x)
    arguments = ["compare", tmp_path / "a.npy", tmp_path / "a.npy", "-m", "ridge", *QUICK]
    arguments += ["--dims", "stimulus,time,neuron"]
    assert "HM028" in run(*arguments).stderr
    assert "HM012" in run(*arguments, "--fold-time").stderr
    result = run(*arguments, "--fold-time", "--groups", "stimulus")
    assert "on 40 stimuli" in result.stdout


def test_what_belongs_together_comes_from_a_table_or_from_time(tmp_path):
    x, y = np.random.default_rng(0).normal(size=(2, 40, 5))
    np.save(tmp_path / "a.npy", x)
    np.save(tmp_path / "b.npy", y)
    movies = [f"m{row // 5}" for row in range(40)]
    lines = [f"{row},{movie}" for row, movie in enumerate(movies)]
    (tmp_path / "movies.csv").write_text("\n".join(["frame,movie", *lines]))
    arguments = ["compare", tmp_path / "a.npy", tmp_path / "b.npy", "-m", "procrustes(folds=4)"]
    arguments += [*QUICK]
    told = homolog.compare(x, y, "procrustes(folds=4)", groups=movies, permutations=0)
    result = run(*arguments, "--groups", f"{tmp_path / 'movies.csv'}::movie")
    assert f"{told.scores[0].value:.3f}" in result.stdout
    refused = run(*arguments, "--groups", f"{tmp_path / 'movies.csv'}::film").stderr
    assert refused.startswith("error: HM023 no column 'film'. Closest: 'movie'. Give ")
    told = homolog.compare(x, y, "procrustes(folds=4)", blocks=5, gap=1, permutations=0)
    result = run(*arguments, "--blocks", "5", "--gap", "1")
    assert f"{told.scores[0].value:.3f}" in result.stdout
    assert "8 blocks of neighbours; the last row of each is left out: 8 of 40 rows" in result.stdout


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ([], "HM083 crossnobis needs every trial of every stimulus; of a, "),
        (["--nan", "drop-units"], None),
    ],
)
def test_missing_trials_have_a_remedy_on_the_command_line(tmp_path, asked, said):
    trials = np.random.default_rng(0).normal(size=(3, 12, 6))
    trials[2, :4, 0] = np.nan
    np.save(tmp_path / "a.npy", trials)
    arguments = ["compare", tmp_path / "a.npy", tmp_path / "a.npy", "-m", "crossnobis", *QUICK]
    result = run(*arguments, "--dims", "trial,stimulus,neuron", *(asked or ["--nan", "pairwise"]))
    assert (result.exit_code == 0) is (said is None), result.output
    if said:
        assert said in result.stderr
        assert result.stderr.endswith(" (On the command line: --nan drop-units or drop-stimuli.)\n")


def test_a_matrix_holds_out_together_what_a_table_says(tmp_path):
    x, y = np.random.default_rng(0).normal(size=(2, 40, 5))
    np.save(tmp_path / "a.npy", x)
    np.save(tmp_path / "b.npy", y)
    movies = [f"m{row // 5}" for row in range(40)]
    lines = [f"{row},{movie}" for row, movie in enumerate(movies)]
    (tmp_path / "movies.csv").write_text("\n".join(["frame,movie", *lines]))
    arguments = ["matrix", tmp_path / "a.npy", tmp_path / "b.npy", "-m", "ridge"]
    told = homolog.matrix({"a": x, "b": y}, ["ridge"], groups=movies)
    result = run(*arguments, "--groups", f"{tmp_path / 'movies.csv'}::movie")
    assert result.stdout == f"{told}\n"
    assert run(*arguments).stdout != result.stdout
    told = homolog.matrix({"a": x, "b": y}, ["ridge"], blocks=5, gap=1)
    assert run(*arguments, "--blocks", "5", "--gap", "1").stdout == f"{told}\n"


def test_matrix_prints_and_writes(files, tmp_path):
    result = run("matrix", *files, "-m", "procrustes", "-o", tmp_path / "out", "--quiet")
    assert result.exit_code == 0, result.output
    assert "procrustes" in result.stdout
    found = {str(one.relative_to(tmp_path)) for one in (tmp_path / "out").rglob("*.*")}
    drawn = {f"out/figures/procrustes.{form}" for form in ("svg", "png")}
    assert found == {"out/matrix.csv", *drawn}
    assert result.stdout.endswith(f"\nwritten: {tmp_path / 'out'}\n")


def test_files_of_one_name_in_different_folders_are_told_apart(files, tmp_path):
    (tmp_path / "again").mkdir()
    other = tmp_path / "again" / "brain.npz"
    other.write_bytes((tmp_path / "brain.npz").read_bytes())
    result = run("matrix", files[0], other, "-m", "nbs", "--quiet")
    assert result.exit_code == 0, result.output
    assert str(other) in result.stdout
    assert files[0] in result.stdout


def test_inspect_shows_what_a_file_holds(files):
    result = run("inspect", files[0])
    assert result.exit_code == 0, result.output
    assert "responses" in result.stdout
    assert "4 × 20 × 5" in result.stdout or "(4, 20, 5)" in result.stdout


def test_measures_are_listed_shown_and_cited():
    listed = run("measures", "list").stdout
    assert [line.split()[0] for line in listed.splitlines()] == list(homolog.measures.names())
    shown = run("measures", "show", "procrustes").stdout
    assert "Procrustes angle between two populations, in radians." in shown
    assert "metric: yes" in shown
    assert "math::" not in shown
    assert ":math:" not in shown
    assert "chance of procrustes, 40 stimuli, 20 neurons: 0.9607 ± 0.02\n" in shown
    assert "netrep (checkout) LinearMetric(alpha=1.0,angular): procrustes (≤ 1e-" in shown
    assert "procrustes is also called\n  angular Procrustes\n" in shown
    assert "\nprocrustes(form=chordal) is also called\n  registry/orthogonal_procrustes_c" in shown
    by_another_name = run("measures", "show", "registry/procrustes-angular_score").stdout
    assert by_another_name.startswith("procrustes(form=score)\n\n")
    assert "range: 0 to 1, best 1" in by_another_name
    assert "@inproceedings{kornblith2019similarity," in run("measures", "cite", "cka").stdout
    wrong = run("measures", "show", "ckaa")
    assert wrong.exit_code == 1
    assert "Closest: 'cka'" in wrong.stderr


def test_version():
    assert run("--version").stdout.strip() == homolog.__version__


def test_help_loads_nothing_heavy():
    code = (
        "import sys; from typer.testing import CliRunner; from homolog.cli import app;"
        "assert CliRunner().invoke(app, ['--help']).exit_code == 0;"
        "print(sorted({'numpy', 'scipy', 'pandas', 'torch', 'plotly', 'ot'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize("module", ["homolog", "homolog.cli"])
def test_modules_run_as_the_command(module):
    told = [sys.executable, "-m", module, "--version"]
    done = subprocess.run(told, capture_output=True, text=True, check=True)
    assert done.stdout == f"{homolog.__version__}\n"
