"""Of several measures, one that cannot score two populations does not cost the others theirs."""

import csv
import tomllib
from html import escape
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from typer.testing import CliRunner

import homolog
from homolog import HomologError, represent
from homolog.cli import app

QUICK: dict[str, Any] = {"permutations": 19, "intervals": False}
ASKED = ["cca", "nbs", "procrustes"]
TOO_MANY = (
    "HM005 cca can be 1.0 whatever the data when units (30) ≥ stimuli (20)."
    " Use pca=k far below 10, or unbiased_cka/procrustes."
)


def of(name: str) -> str:
    """The same as a matrix says it, which names the population."""
    return TOO_MANY.replace("HM005 ", f"HM005 {name}: ")


@pytest.fixture
def wide(rng: np.random.Generator) -> list[np.ndarray]:
    """More neurons than stimuli, which cca refuses."""
    return [*rng.normal(size=(2, 20, 30))]


def run(*arguments: object) -> Any:
    return CliRunner().invoke(app, [str(one) for one in arguments])


def test_the_others_are_scored_as_they_are_alone(wide: list[np.ndarray]) -> None:
    found = homolog.compare(*wide, ASKED, permutations=19)
    alone = homolog.compare(*wide, ASKED[1:], permutations=19)
    assert [one.measure.label for one in found.scores] == ASKED[1:]
    for one, same in zip(found.scores, alone.scores, strict=True):
        assert (one.value, one.interval, one.p_value) == (same.value, same.interval, same.p_value)
    assert [(one.measure.label, str(one.error)) for one in found.refused] == [("cca", TOO_MANY)]
    assert alone.refused == ()
    assert "'cca'" in found.call


def test_the_table_has_the_code_and_the_reason(wide: list[np.ndarray]) -> None:
    lines = str(homolog.compare(*wide, ASKED, **QUICK)).splitlines()
    rule = next(place for place, line in enumerate(lines) if line.startswith("─"))
    assert [line.split()[0] for line in lines[rule + 1 : rule + 4]] == ["nbs", "procrustes", "cca"]
    assert lines[rule + 3].split() == ["cca", "1", "HM005"]
    assert lines[-1] == f"! cca: not scored: {TOO_MANY}"


def test_asked_for_its_score_it_gives_its_error(wide: list[np.ndarray]) -> None:
    found = homolog.compare(*wide, ASKED, **QUICK)
    with pytest.raises(HomologError) as caught:
        _ = found["cca"]
    assert str(caught.value) == TOO_MANY
    with pytest.raises(HomologError, match=r"^HM023 no score 'cka'"):
        _ = found["cka"]


@pytest.mark.parametrize("asked", ["cca", ["cca"], ["cca", "cca(folds=2)"]])
def test_where_none_gives_a_score_it_is_an_error(wide: list[np.ndarray], asked: Any) -> None:
    x, y = wide
    for call, said in (
        (lambda: homolog.compare(x, y, asked), TOO_MANY),
        (lambda: homolog.matrix({"x": x[:, :5], "y": y}, asked), of("y")),
    ):
        with pytest.raises(HomologError) as caught:
            call()
        assert str(caught.value) == said


def test_files_have_a_row_without_numbers(wide: list[np.ndarray], tmp_path: Path) -> None:
    found = homolog.compare(*wide, ASKED, **QUICK)
    found.save(tmp_path)
    rows = list(csv.DictReader((tmp_path / "scores.csv").open()))
    assert [row["measure"] for row in rows] == ["nbs", "procrustes", "cca"]
    assert rows[2]["warnings"] == f"not scored: {TOO_MANY}"
    numbers = ("value", "interval_low", "interval_high", "chance", "p_value", "ceiling")
    assert [rows[2][key] for key in numbers] == [""] * 6
    assert float(rows[0]["value"]) == found["nbs"].value
    told = tomllib.loads((tmp_path / "run.toml").read_text(encoding="utf-8"))["run"]
    assert told["measures"] == ["nbs", "procrustes"]
    assert told["refused"] == [f"cca: not scored: {TOO_MANY}"]
    with np.load(tmp_path / "null.npz") as nulls:
        assert set(nulls) == {"nbs", "procrustes"}


def test_the_page_says_so_in_table_warnings_and_methods(
    wide: list[np.ndarray], tmp_path: Path
) -> None:
    pytest.importorskip("plotly")
    found = homolog.compare(*wide, ASKED, **QUICK)
    page = homolog.report.write(found, tmp_path).read_text(encoding="utf-8")
    foot = page[page.index("<tfoot") : page.index("</tfoot>")]
    assert f'<td role="cell" colspan="6">not scored: {escape(TOO_MANY)}</td>' in foot
    assert f"<b>cca.</b> not scored: {escape(TOO_MANY)}" in page
    assert "No score could be had by cca (HM005)." in page
    plain = homolog.compare(*wide, "nbs", **QUICK)
    assert "<tfoot" not in homolog.report.write(plain, tmp_path).read_text(encoding="utf-8")


def test_the_command_line_fails_only_where_all_refuse(
    rng: np.random.Generator, tmp_path: Path
) -> None:
    paths = [tmp_path / f"{name}.npy" for name in "ab"]
    for path in paths:
        np.save(path, rng.normal(size=(12, 5, 3)))
    asked = ["--dims", "stimulus,time,neuron", "--fold-time", "-m", "ridge", "--quiet"]
    for command, more in (("compare", ["--permutations", 9, "--no-intervals"]), ("matrix", [])):
        alone = run(command, *paths, *asked, *more)
        assert alone.exit_code == 1
        assert alone.stderr.startswith("error: HM012 ")
        both = run(command, *paths, *asked, *more, "-m", "nbs")
        assert both.exit_code == 0
        assert "! ridge: not scored: HM012 the same stimulus is in train and test" in both.stdout
        assert both.stderr == "ridge: HM012 (On the command line: --groups stimulus.)\n"


@pytest.mark.parametrize("n", [20, 40])
def test_a_matrix_is_not_begun_anew_for_what_one_pair_refuses(
    n: int, rng: np.random.Generator
) -> None:
    """At 20 stimuli all pairs share them; at 40 two populations share 40 and others 20."""
    labels = [f"s{row}" for row in range(n)]
    named = {name: represent(rng.normal(size=(n, 25)), stimuli=labels) for name in "ab"}
    named["c"] = represent(rng.normal(size=(20, 25)), stimuli=labels[:20])
    found = homolog.matrix(named, ASKED, align=True)
    assert [one.measure.label for one in found] == ["nbs", "procrustes"]
    for one in found:
        np.testing.assert_array_equal(
            one.values, homolog.matrix(named, one.measure, align=True).values
        )
    assert [one.measure.label for one in found.refused] == ["cca"]
    assert str(found).splitlines()[-1].startswith("! cca: not scored: HM005 a: cca can be 1.0")
    with pytest.raises(HomologError, match=r"^HM005"):
        _ = found["cca"]


def test_where_each_pair_refuses_another_the_first_to_refuse_is_told(
    rng: np.random.Generator,
) -> None:
    labels = [f"s{row}" for row in range(20)]
    named = {name: represent(rng.normal(size=(20, 30)), stimuli=labels) for name in "ab"}
    still = rng.normal(size=(19, 30))
    still[:, 4] = 1
    named["c"] = represent(still, stimuli=labels[:19])
    with pytest.raises(HomologError) as caught:
        homolog.matrix(named, ["cca", "soft_matching_correlation"], align=True)
    assert str(caught.value) == of("a")


def test_the_table_and_file_of_a_matrix_say_why_there_is_no_value(
    wide: list[np.ndarray], tmp_path: Path
) -> None:
    paths = [tmp_path / f"{name}.npy" for name in "ab"]
    for path, responses in zip(paths, wide, strict=True):
        np.save(path, responses)
    assert run("matrix", *paths, "-m", "cca,nbs", "-o", tmp_path / "out").exit_code == 0
    rows = list(csv.DictReader((tmp_path / "out" / "matrix.csv").open()))
    pairs = [(one, other) for one in "ab" for other in "ab"]
    assert [(row["reference"], row["candidate"]) for row in rows] == pairs * 2
    assert [(row["measure"], row["why"]) for row in rows] == [("nbs", "")] * 4 + [
        ("cca", f"not scored: {of('a')}")
    ] * 4
    assert [row["value"] == "" for row in rows] == [False] * 4 + [True] * 4
    table = homolog.matrix(dict(zip("ab", wide, strict=True)), ["cca", "nbs"]).to_dataframe()
    assert table["value"].isna().tolist() == [False] * 4 + [True] * 4
    assert table["why"].tolist() == [row["why"] for row in rows]


def test_a_ranking_names_what_could_not_be_ranked(wide: list[np.ndarray]) -> None:
    x, y = wide
    found = homolog.rank(x, {"y": y, "near": x + 0.1 * y}, ["cca", "nbs"])
    assert [one.label for one in found.measures] == ["nbs"]
    alone = homolog.rank(x, {"y": y, "near": x + 0.1 * y}, "nbs")
    assert [(s.candidate, s.value, s.interval) for s in found.of("nbs")] == [
        (s.candidate, s.value, s.interval) for s in alone.of("nbs")
    ]
    assert found.warnings == (*alone.warnings, f"cca: not scored: {TOO_MANY}")
    assert f"! cca: not scored: {TOO_MANY}" in str(found)
    assert [one.measure.label for one in found.refused] == ["cca"]
    with pytest.raises(HomologError) as caught:
        found.of("cca")
    assert str(caught.value) == TOO_MANY
    with pytest.raises(HomologError) as caught:
        homolog.rank(x, {"y": y}, "cca")
    assert str(caught.value) == TOO_MANY
