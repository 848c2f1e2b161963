"""homolog audit, as a person types it."""

import csv

import numpy as np
import pytest
from typer.testing import CliRunner

import homolog
from homolog.cli import app
from unit.audited import N, audited, labels, recording

QUICK = ["-m", "cka,procrustes", "--seeds", "1", "--workers", "1", "--quiet"]
PATTERN = ["--label-pattern", "{strong} {weak} {}"]


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "planted.npz"
    homolog.save(recording(), path)
    return path


@pytest.fixture
def table(tmp_path):
    path = tmp_path / "labels.csv"
    with path.open("w", newline="") as written:
        writer = csv.writer(written)
        writer.writerow(["condition", *labels()])
        writer.writerows(zip(recording().labels, *labels().values(), strict=True))
    return path


def run(*arguments):
    return CliRunner().invoke(app, ["audit", *map(str, arguments)])


def test_it_prints_what_the_library_says(file, table):
    result = run(file, "--labels", table, *QUICK)
    assert result.exit_code == 0, result.output
    assert result.stdout.strip() == str(audited(seeds=1)).strip()
    assert run(file, *PATTERN, *QUICK).stdout == result.stdout


def test_labels_are_told_before_the_work_unless_it_is_to_be_quiet(file):
    noisy = [one for one in QUICK if one != "--quiet"]
    result = run(file, "--label-pattern", "{strong} {weak} {}", *noisy)
    assert result.stderr.splitlines()[0] == "labels: strong: left, right; weak: go, stop"
    assert run(file, *PATTERN, *QUICK).stderr == ""
    each = run(file, "--label-pattern", "{} {} {each}", "--folds", "2", *noisy).stderr
    assert each.splitlines()[0] == "labels: each: 0, 1, 2, 3, 4, 5, … (48 in all)"


def test_long_parts_are_told_of_in_lines(file, monkeypatch):
    noisy = [one for one in QUICK if one != "--quiet"]
    lines = run(file, *noisy).stderr.splitlines()
    assert [line.partition(":")[0].partition(", about")[0] for line in lines] == [
        "audit",
        "audit — cka, seed 0, 10 s or more left",
        "audit — procrustes, seed 0",
    ]
    monkeypatch.setattr("homolog.cli._audit.LINES_APART", 0.0)
    often = run(file, *noisy).stderr.splitlines()
    assert any(line.startswith("audit — procrustes, seed 0 0%") for line in often)


def test_without_labels_it_tells_of_components(file):
    result = run(file, *QUICK)
    assert result.exit_code == 0, result.output
    assert result.stdout.strip() == str(audited(seeds=1, labels=None)).strip()
    told = "Components only: nothing is decoded without labels."
    assert result.stdout.splitlines()[2] == told


def test_it_writes_numbers_figures_and_report_and_goes_on_from_them(file, table, tmp_path):
    pytest.importorskip("plotly")
    out = tmp_path / "out"
    result = run(file, "--labels", table, "-o", out, "--guarantee", "0.9", *QUICK)
    assert result.exit_code == 0, result.output
    names = {one.name for one in out.iterdir()}
    assert {"parts", "figures", "report.html", "audit.md", "needed.csv", "run.toml"} <= names
    assert {"guarantees.csv", "decoding.csv", "components.csv", "refs.bib"} <= names
    assert f"report: {out / 'report.html'}" in result.stdout
    assert "lowest accuracy found" in result.stdout
    before = {one: one.stat().st_mtime_ns for one in (out / "parts").iterdir()}
    again = run(file, "--labels", table, "-o", out, "--guarantee", "0.9", *QUICK)
    assert again.stdout == result.stdout
    assert {one: one.stat().st_mtime_ns for one in before} == before
    assert run(file, "--labels", table, "-o", out, *QUICK).exit_code == 0
    assert not (out / "guarantees.csv").exists()
    assert [one.name for one in tmp_path.iterdir() if one.name.startswith(".")] == []


def test_components_may_take_the_place_of_neurons(file):
    result = run(file, *QUICK, "--variance", "0.9")
    assert result.exit_code == 0, result.output
    assert result.stdout.strip() == str(audited(seeds=1, labels=None, variance=0.9)).strip()


def test_measures_held_together_are_told_with_their_scores(file):
    result = run(file, *PATTERN, "--guarantee", "cka=0.9,procrustes=0.8", *QUICK)
    assert result.exit_code == 0, result.output
    assert "cka 0.9 and procrustes 0.8" in result.stdout


def test_blocks_of_trials_make_every_stimulus_a_class(tmp_path):
    rng = np.random.default_rng(0)
    trials = rng.normal(size=(12, 4, 7)) + 5 * rng.normal(size=(4, 7))
    path = tmp_path / "trials.npz"
    names = [f"{side} {i}" for i, side in enumerate(["left", "left", "right", "right"])]
    homolog.save(homolog.represent(trials, "trial,stimulus,neuron", stimuli=names), path)
    result = run(path, "--blocks", 6, "--label-pattern", "{side} {}", *QUICK)
    assert result.exit_code == 0, result.output
    assert "24 conditions × 7 neurons" in result.stdout
    row = next(line.split() for line in result.stdout.splitlines() if " stimulus " in line)
    assert row[-1] == "0.250"
    assert any(" side " in line for line in result.stdout.splitlines())


@pytest.mark.parametrize("blocks", [1, 13, -2])
def test_blocks_that_cannot_be_are_refused_in_the_words_of_the_command(blocks, tmp_path):
    trials = np.random.default_rng(0).normal(size=(12, 4, 7))
    homolog.save(homolog.represent(trials, "trial,stimulus,neuron"), tmp_path / "trials.npz")
    result = run(tmp_path / "trials.npz", "--blocks", blocks, *QUICK)
    said = f"error: HM025 --blocks is {blocks}; allowed: from 5, the number of --folds, to 12, the"
    assert result.stderr.startswith(said), result.stderr
    assert result.exit_code == 1


@pytest.mark.parametrize("flag", ["--goal", "--variance"])
def test_a_number_with_a_comma_is_named_with_its_remedy(flag, file):
    result = run(file, flag, "0,9", *QUICK)
    assert result.exit_code == 2
    boxed = " ".join(result.stderr.replace("│", " ").split())
    assert "'0,9' is no number. Give one with a point, as in 0.9." in boxed


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["-m", "rsa"], "error: HM060 rsa"),
        (["-m", "ckaa"], "error: HM023 no measure 'ckaa'. Closest: 'cka'"),
        (["--label-pattern", "{strong}"], "error: HM063"),
        (["--label-pattern", "{strong}-{weak}"], "error: HM067 pattern '{strong}-{weak}'"),
        ([*PATTERN, "--labels", "labels.csv"], "error: HM025 --label-pattern is"),
        (["--labels", "absent.csv"], "error: HM032 there is no file absent.csv"),
        ([*PATTERN, "--guarantee", "high"], "error: HM025 --guarantee is 'high'; allowed: 0.9,"),
        ([*PATTERN, "--guarantee", "cka=x"], "error: HM025 --guarantee is 'cka=x'"),
        ([*PATTERN, "--guarantee", "cka=0.5,cka=0.8"], "error: HM025 --guarantee is 'cka=0.5,cka"),
        ([*PATTERN, "--guarantee", "0.5,0.8"], "error: HM025 --guarantee is '0.5,0.8'; allowed"),
        ([*PATTERN, "--guarantee", ""], "error: HM025 guarantee is {}; allowed: a score, or"),
        (["-m", ""], "error: HM025 measures is []; allowed: at least one"),
        (["--guarantee", "0.9"], "error: HM025 --guarantee is '0.9'; allowed: a score beside --la"),
        ([*PATTERN, "--goal", "2"], "error: HM025 goal is 2.0"),
        ([*PATTERN, "--folds", "1"], "error: HM025 folds is 1"),
        (["--blocks", "3"], "error: HM026"),
        (["--dims", "stimulus"], "error: HM025"),
    ],
)
def test_a_refused_input_is_one_line_and_status_1_and_nothing_is_written(
    file, tmp_path, options, message
):
    result = run(file, *QUICK[2:], *options, "-o", tmp_path / "out")
    assert result.exit_code == 1
    assert result.stderr.startswith(message), result.stderr
    assert len(result.stderr.strip().splitlines()) == 1
    assert result.stdout == ""
    assert not (tmp_path / "out").exists()


def test_a_refusal_names_the_flag_that_helps(file, tmp_path):
    out = tmp_path / "out"
    assert run(file, *QUICK, "-o", out).exit_code == 0
    other = run(file, *PATTERN, *QUICK, "-o", out)
    assert "HM066" in other.stderr
    assert other.stderr.strip().endswith("(On the command line: --out.)")
    unfit = run(file, "--label-pattern", "x{a}", *QUICK)
    assert unfit.stderr.strip().endswith("(On the command line: --labels or --label-pattern.)")


def test_a_missing_response_names_the_flag_that_helps(tmp_path):
    responses = recording().responses.copy()
    responses[3, 2] = np.nan
    np.save(tmp_path / "gap.npy", responses)
    options = ["--dims", "stimulus,neuron", *QUICK]
    stopped = run(tmp_path / "gap.npy", "--nan", "pairwise", *options)
    assert stopped.stderr.startswith("error: HM028"), stopped.stderr
    assert stopped.stderr.strip().endswith("--nan drop-stimuli or --nan drop-units.)")
    assert run(tmp_path / "gap.npy", "--nan", "drop-stimuli", *options).exit_code == 0


def test_a_missing_extra_is_noticed_before_the_work(file, tmp_path, monkeypatch):
    monkeypatch.setattr("homolog.report.find_spec", lambda _name: None)
    result = run(file, "-o", tmp_path / "out", *QUICK)
    assert "HM013 the report needs jinja2 and plotly" in result.stderr
    assert not (tmp_path / "out").exists()


def test_an_interrupted_audit_says_where_it_goes_on(file, tmp_path, monkeypatch):
    out = tmp_path / "out"
    assert run(file, *QUICK, "-o", out).exit_code == 0
    before = {one: one.read_bytes() for one in out.rglob("*") if one.is_file()}

    def interrupted(*_args, **_options):
        raise KeyboardInterrupt

    monkeypatch.setattr("homolog.report._audit.write_figures", interrupted)
    result = run(file, *QUICK, "-o", out)
    assert result.exit_code == 130
    assert f"interrupted: the same command goes on from {out}" in result.stderr
    assert {one: one.read_bytes() for one in out.rglob("*") if one.is_file()} == before


def test_no_numbers_are_lost_to_a_table_of_places(file, tmp_path):
    table = tmp_path / "places.csv"
    rows = "".join(f"{i},{label}\n" for i, label in enumerate(labels()["weak"]))
    table.write_text(f"place,weak\n{rows}")
    result = run(file, "--labels", table, *QUICK)
    weak = str(audited(seeds=1, labels={"weak": labels()["weak"]})).strip()
    assert result.stdout.strip() == weak
    assert rows.count("\n") == N
