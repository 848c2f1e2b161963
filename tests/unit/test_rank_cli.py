"""`homolog rank` and `homolog ceiling`, the figure and the page, as a person meets them."""

import csv
import re

import numpy as np
import pytest
from matplotlib.figure import Figure
from typer.testing import CliRunner

import homolog
from homolog import HomologError, figures
from homolog.cli import app
from homolog.report import _rank

N = 20
LABELS = [f"image {i}" for i in range(N)]


@pytest.fixture
def populations(rng):
    tuning = rng.normal(size=(N, 5))
    trials = tuning + 0.4 * rng.normal(size=(4, N, 5))
    noise = {"near": 0.2, "far": 2.0, "other": 2.5}
    return {
        "V1": homolog.represent(trials, dims="trial,stimulus,neuron", stimuli=LABELS, name="V1"),
        **{
            name: homolog.represent(
                tuning + size * rng.normal(size=(N, 5)), stimuli=LABELS, name=name
            )
            for name, size in noise.items()
        },
    }


@pytest.fixture
def paths(populations, tmp_path):
    for name, one in populations.items():
        homolog.save(one, tmp_path / f"{name}.npz")
    return [tmp_path / f"{name}.npz" for name in populations]


@pytest.fixture
def found(populations):
    reference, *others = populations.values()
    measures = ["unbiased_cka", "procrustes"]
    return homolog.rank(reference, {one.name: one for one in others}, measures, splits=2)


def run(*arguments):
    return CliRunner().invoke(app, [str(one) for one in arguments])


def test_it_prints_what_the_library_says_and_writes_a_folder(found, paths, tmp_path):
    pytest.importorskip("plotly")
    out = tmp_path / "out"
    chosen = ["-m", "unbiased_cka,procrustes", "--splits", 2, "--quiet"]
    result = run("rank", *paths, *chosen, "-o", out)
    assert result.exit_code == 0, result.output
    assert result.stdout == f"{found}\n\nreport: {out / 'report.html'}\n"
    assert sorted(one.name for one in out.iterdir()) == [
        "ceilings.csv",
        "differences.csv",
        "ranking.png",
        "ranking.svg",
        "refs.bib",
        "report.html",
        "run.toml",
        "scores.csv",
    ]
    with (out / "scores.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert [float(one["value"]) for one in rows] == found.frame()["value"].tolist()


def test_only_pairs_that_are_asked_for_are_compared(paths):
    result = run("rank", *paths, "-m", "cka", "--pair", "near:far", "--fdr", "by", "--quiet")
    assert result.exit_code == 0, result.output
    assert "near − far" in result.stdout
    assert "near − other" not in result.stdout
    exchanged = run("rank", *paths, "-m", "cka", "--exchange", "--permutations", 9, "--quiet")
    assert "tested by exchanging" in exchanged.stdout


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (
            ["--pair", "near-far"],
            "error: HM025 --pair is 'near-far'; allowed: two of the candidates with a colon"
            " between them (near, far, other).",
        ),
        (["--fdr", "holm"], "error: HM025 fdr is 'holm'; allowed: 'bh', 'by'."),
    ],
)
def test_options_that_make_no_sense_are_refused(paths, options, message):
    result = run("rank", *paths, *options, "-m", "cka", "--quiet")
    assert result.exit_code == 1
    assert result.stderr.strip() == message


def test_what_belongs_together_comes_from_a_table(populations, paths, tmp_path):
    movies = [f"movie {i // 2}" for i in range(N)]
    lines = [f"{label},{movie}" for label, movie in zip(LABELS, movies, strict=True)]
    (tmp_path / "movies.csv").write_text("\n".join(["image,movie", *reversed(lines)]))
    reference, *others = populations.values()
    asked = ["-m", "cka", "--quiet", "--groups", f"{tmp_path / 'movies.csv'}::movie"]
    told = homolog.rank(reference, {one.name: one for one in others}, "cka", groups=movies)
    assert told.groups == N / 2
    assert run("rank", *paths, *asked).stdout == f"{told}\n"
    ceilings = homolog.ranking.ceilings(reference, "cka", groups=movies)
    assert run("ceiling", paths[0], *asked).stdout == f"{ceilings}\n"


def test_rows_in_time_belong_together_in_blocks(populations, paths):
    reference, *others = populations.values()
    named = {one.name: one for one in others}
    told = homolog.rank(reference, named, "cka", blocks=2, gap=1)
    asked = ["-m", "cka", "--quiet", "--blocks", 2, "--gap", 1]
    assert run("rank", *paths, *asked).stdout == f"{told}\n"


def test_a_file_given_twice_is_refused(paths):
    result = run("rank", *paths, paths[1], "-m", "cka", "--quiet")
    assert result.exit_code == 1
    assert "allowed: each file once" in result.stderr


def test_arrays_of_one_file_are_candidates(paths, populations, tmp_path):
    arrays = {name: populations[name].matrix for name in ("near", "far")}
    np.savez(tmp_path / "network.npz", **arrays)
    result = run("rank", paths[0], tmp_path / "network.npz", "-m", "cka", "--quiet")
    assert result.exit_code == 0, result.output
    assert "2 candidates on 20 stimuli" in result.stdout
    assert "near − far" in result.stdout


def test_ceilings_are_printed_and_kept(populations, paths, tmp_path):
    expected = homolog.ranking.ceilings(populations["V1"], "unbiased_cka", splits=3)
    out = tmp_path / "ceilings"
    chosen = ["-m", "unbiased_cka", "--splits", 3, "--quiet"]
    result = run("ceiling", paths[0], *chosen, "-o", out)
    assert result.exit_code == 0, result.output
    assert result.stdout == f"{expected}\n\nwritten: {out}\n"
    assert [one.name for one in out.iterdir()] == ["ceilings.csv"]
    several = run("ceiling", *paths[:3], *chosen, "--no-intervals")
    assert "3 recordings, in pairs" in several.stdout
    assert "3 recordings, each left out" in several.stdout
    alone = run("ceiling", paths[1], *chosen)
    assert alone.exit_code == 1
    assert "HM011" in alone.stderr


def test_the_figure_shows_every_score_and_difference(found):
    drawn = Figure()
    scores = drawn.subplots(1, 2)
    figures.ranking_scores(scores, found)
    assert [one.get_text() for one in scores[0].get_yticklabels()] == [
        one.candidate for one in found.of("unbiased_cka")
    ]
    assert [ax.xaxis_inverted() for ax in scores] == [False, True]
    marks = [line for line in scores[0].lines if line.get_marker() == "o"]
    assert [line.get_xdata()[0] for line in marks] == [s.value for s in found.of("unbiased_cka")]
    differences = Figure().subplots(1, 2)
    figures.ranking_differences(differences, found)
    marks = [line for line in differences[0].lines if line.get_marker() == "o"]
    of_first = [one for one in found.differences if one.measure.name == "unbiased_cka"]
    filled = [line.get_markerfacecolor() != "white" for line in marks]
    assert filled == [one.found() for one in of_first]
    assert True in filled
    assert False in filled
    words = [mark.get_label() for mark in figures.ranking_marks(found)]
    assert words == [
        "score",
        "95 % interval",
        "chance",
        "ceiling, floor of a distance",
        "found (q ≤ 0.05)",
        "not told from 0",
    ]
    with pytest.raises(HomologError, match="HM025 the number of axes is 2"):
        figures.ranking_scores(scores, homolog.rank(found.reference, found.candidates, "cka"))


def test_the_page_says_what_was_found_and_escapes_names(found):
    page = _rank.page(found, "homolog rank …")
    text = re.sub(r"<script.*?</script>|<style.*?</style>", "", page, flags=re.DOTALL)
    assert "Which is closest to" in text
    assert found.advice[0] in text
    assert text.count('class="measure"') == len(found.standings) + len(found.differences)
    assert text.count("found: q ≤ 0.05") == sum(one.found() for one in found.differences)
    assert "homolog rank …" in text
    assert "Benjamini" in text
    hostile = {"<b>": found.candidates["near"]}
    assert "<b>&lt;b&gt;" not in _rank.page(homolog.rank(found.reference, hostile, "cka"), None)
    assert "&lt;b&gt;" in _rank.page(homolog.rank(found.reference, hostile, "cka"), None)


def test_the_page_of_too_few_stimuli_claims_nothing(found):
    few = found.reference.select(stimuli=range(6))
    candidates = {k: one.select(stimuli=range(6)) for k, one in found.candidates.items()}
    page = _rank.page(homolog.rank(few, candidates, "cka"), None)
    assert "No test: HM010" in page
    assert "found: q" not in page


def test_strips_of_distances_run_towards_the_closer(found):
    rows = _rank._shown(found)["scores"]
    for measure in ("unbiased_cka", "procrustes"):
        places = [row.strip.value for row in rows if row.about.startswith(measure)]
        assert places == sorted(places, reverse=True)
