"""Studies as such: found by name, done once, whole after an interruption, and shown."""

import dataclasses
import html
import json
import tomllib
from pathlib import Path

import pandas as pd
import pytest
from matplotlib.figure import Figure
from typer.testing import CliRunner

import homolog
from homolog import errors, studies
from homolog.cli import app
from homolog.studies._study import Claim, Finding, Part, Sources, Study
from homolog.studies.soft_matching import sessions

FOLDER = Path(studies.__path__[0])


def test_the_folder_is_the_registry():
    files = {one.stem.replace("_", "-") for one in FOLDER.iterdir() if one.stem[0] != "_"}
    assert set(studies.names()) == files
    for name in studies.names():
        assert studies.find(name).name == name


def test_a_study_that_does_not_exist_is_refused_with_the_nearest():
    with pytest.raises(errors.HomologError, match=r"HM023 no study 'Soft match'.*'soft-matching'"):
        studies.find("Soft match")


def test_claims_of_a_study_have_a_key_of_their_own():
    parts = studies.find("soft-matching").parts
    assert len({part.name for part in parts}) == len(parts)
    assert all(part.claims for part in parts)


# A study that counts how often it is asked to work.

DONE: list[str] = []
STOP_AT: list[int] = []


def numbers_of(options, rng, sources):
    if STOP_AT and len(DONE) == STOP_AT[0]:
        raise KeyboardInterrupt
    DONE.append(options["task"])
    return [{"i": options["task"], "drawn": float(rng.normal()), "third": 1 / 3, "none": None}]


def drawn(rows):
    figure = Figure()
    figure.subplots().plot(rows["drawn"])
    return figure


def judged(rows):
    return {"drawn": Finding("agree", f"{rows['drawn'].mean():.6f}", "As <expected>.")}


def lacking(sources):
    return None if sources.images else "it needs images; give them with --images FOLDER"


def read_file(sources):
    return [sources.images / "a.txt"]


PLAIN = Part(
    name="plain",
    title="Numbers",
    question="Are they drawn?",
    claims={"drawn": Claim("Numbers & all are drawn.", "Agree if any < all.")},
    tasks=lambda quick: {f"t{i}": {"task": i} for i in range(2 if quick else 5)},
    work=numbers_of,
    draw=drawn,
    picture="A line of <numbers>.",
    judge=judged,
)
NEEDY = dataclasses.replace(PLAIN, name="needy", missing=lacking, inputs=read_file)
TOY = Study("toy", "A toy", "https://example.org", (PLAIN, NEEDY))


@pytest.fixture(autouse=True)
def nothing_done():
    DONE.clear()
    STOP_AT.clear()


@pytest.fixture
def sources(tmp_path):
    (tmp_path / "given").mkdir()
    (tmp_path / "given" / "a.txt").write_text("one")
    return Sources(images=tmp_path / "given")


def contents(folder):
    files = (one for one in folder.rglob("*") if one.is_file())
    return {str(one.relative_to(folder)): one.read_bytes() for one in files}


@pytest.mark.parametrize("stopped_at", [0, 3, 5, 9])
def test_an_interrupted_study_goes_on_and_ends_the_same(tmp_path, sources, stopped_at):
    studies.run(TOY, tmp_path / "whole", sources=sources)
    whole = contents(tmp_path / "whole")
    assert len(DONE) == 10
    DONE.clear()
    STOP_AT.append(stopped_at)
    with pytest.raises(KeyboardInterrupt):
        studies.run(TOY, tmp_path / "broken", sources=sources)
    assert "claims.csv" not in contents(tmp_path / "broken")
    STOP_AT.clear()
    studies.run(TOY, tmp_path / "broken", sources=sources)
    assert len(DONE) == 10
    assert contents(tmp_path / "broken") == whole


def test_a_finished_study_is_not_done_again_unless_something_changed(tmp_path, sources):
    def tasks_done(**settings):
        DONE.clear()
        studies.run(TOY, tmp_path / "out", sources=sources, **settings)
        return len(DONE)

    assert tasks_done() == 10
    assert tasks_done() == 0
    assert tasks_done(seed=1) == 10
    (sources.images / "a.txt").write_text("two")
    assert tasks_done(seed=1) == 5


def test_a_task_draws_the_same_whatever_was_done_before_it(tmp_path, sources):
    studies.run(TOY, tmp_path / "few", sources=sources, quick=True)
    studies.run(TOY, tmp_path / "many", sources=sources)
    few, many = (pd.read_csv(tmp_path / one / "plain.csv") for one in ("few", "many"))
    assert few["drawn"].tolist() == many["drawn"].tolist()[:2]
    assert many["drawn"].nunique() == 5
    assert many["task"].tolist() == [f"t{i}" for i in range(5)]


def test_a_part_that_lacks_something_is_left_out_and_says_so(tmp_path):
    outcome = studies.run(TOY, tmp_path)
    assert outcome.left_out == {"needy": "it needs images; give them with --images FOLDER"}
    assert [row["verdict"] for row in outcome.claims] == ["agree", "not run"]
    assert outcome.claims[1]["reading"] == "it needs images; give them with --images FOLDER"
    assert "not run      needy: Numbers & all are drawn.\n" + " " * 13 + "it needs" in str(outcome)
    assert not (tmp_path / "needy.csv").exists()
    assert "! needy was left out: it needs images" in str(outcome)
    assert "Not run: it needs images" in outcome.page.read_text()


def test_the_page_is_whole_by_itself_and_escapes_what_it_shows(tmp_path, sources):
    page = studies.run(TOY, tmp_path, sources=sources, quick=True).page.read_text()
    assert "As &lt;expected&gt;." in page
    assert "Numbers &amp; all are drawn." in page
    assert page.count("claimed by the paper") == 2
    assert "Its verdicts are not evidence" in page
    assert page.count("data:image/svg+xml;base64,") == 2
    assert "<script" not in page
    claims = pd.read_csv(tmp_path / "claims.csv")
    assert list(claims) == ["part", "claim", "by", "verdict", "number", "reading", "rule"]
    assert "Rule: Agree if any &lt; all." in page
    assert 'alt="A line of &lt;numbers&gt;."' in page


@pytest.mark.parametrize(
    ("by", "said"),
    [
        (("the paper", "the paper"), "The paper: LINK. Of 2 claims"),
        (("this study", "this study"), "All claims are asked by this study. It builds on LINK. Of"),
        (("the paper", "this study"), "Claimed by the paper, LINK: 1; asked by this study: 1. Of"),
    ],
)
def test_the_page_says_whose_claims_they_are(tmp_path, by, said):
    claims = {
        f"{i}": Claim("Numbers are drawn.", "Agree if any.", by=one) for i, one in enumerate(by)
    }
    study = dataclasses.replace(TOY, parts=(dataclasses.replace(PLAIN, claims=claims),))
    page = studies.run(study, tmp_path, quick=True).page.read_text()
    link = '<a href="https://example.org">https://example.org</a>'
    assert said.replace("LINK", link) in page


@pytest.mark.parametrize("flag", ["--help", "-h"])
def test_help_with_the_name_of_a_study_is_about_that_study(flag):
    told = CliRunner().invoke(app, ["study", "calibration", flag])
    assert told.exit_code == 0
    assert told.output.startswith("Do intervals and p-values keep their promises?\n")
    assert "  power: True differences that are found. 48 tasks (1)\n" in told.output
    assert "Takes none of the options about networks." in told.output
    other = CliRunner().invoke(app, ["study", "differentiable-similarity", flag])
    assert "Takes --figure, too." in other.output
    assert "--workers" in CliRunner().invoke(app, ["study", flag]).output
    unknown = CliRunner().invoke(app, ["study", "calibratoin", flag])
    assert unknown.exit_code == 1
    assert "HM023 no study 'calibratoin'. Closest: 'calibration'" in unknown.output


def test_a_part_can_be_done_alone_and_the_others_later(tmp_path, sources):
    assert TOY.only(None) is TOY
    some = studies.run(TOY.only(["plain"]), tmp_path, sources=sources, quick=True)
    assert {row["part"] for row in some.claims} == {"plain"}
    DONE.clear()
    whole = studies.run(TOY.only(["needy", "plain"]), tmp_path, sources=sources, quick=True)
    assert [row["part"] for row in whole.claims] == ["plain", "needy"]
    assert len(DONE) == 2
    what = "HM023 no part of toy 'plan'. Closest: 'plain'. homolog study toy --help names all."
    with pytest.raises(errors.HomologError, match=what):
        TOY.only(["plan"])
    refused = CliRunner().invoke(
        app, ["study", "calibration", "--part", "powr", "-o", str(tmp_path)]
    )
    assert "HM023 no part of calibration 'powr'. Closest: 'power'." in refused.output


def test_progress_counts_what_was_done_before(tmp_path, sources):
    told = []
    STOP_AT.append(3)
    with pytest.raises(KeyboardInterrupt):
        studies.run(TOY, tmp_path, sources=sources, progress=lambda *step: told.append(step))
    assert told == [("Numbers", done, 5) for done in range(4)]
    STOP_AT.clear()
    told.clear()
    studies.run(TOY, tmp_path, sources=sources, progress=lambda *step: told.append(step))
    assert told[:3] == [("Numbers", done, 5) for done in (3, 4, 5)]


@pytest.mark.parametrize(
    "damage",
    [
        lambda text: "{bad",
        lambda text: "",
        lambda text: "{}",
        lambda text: "[1]",
        lambda text: text.replace('"asked"', '"asks"'),
        lambda text: text.replace('"drawn"', '"drew"'),
        lambda text: text.replace('"third": 0.3', '"third": 0.4'),
    ],
)
def test_damaged_rows_are_computed_anew_with_a_note(tmp_path, damage):
    study = dataclasses.replace(TOY, parts=(PLAIN,))
    studies.run(study, tmp_path)
    whole = contents(tmp_path)
    file = tmp_path / "rows" / "plain" / "t2.json"
    file.write_text(damage(file.read_text()))
    DONE.clear()
    outcome = studies.run(study, tmp_path)
    assert DONE == [2]
    note = "plain: one task kept in this folder, damaged, computed anew"
    assert outcome.notes == (note,)
    assert f"! {note}" in str(outcome)
    assert note in outcome.page.read_text()
    after = contents(tmp_path)
    assert {name for name in whole if whole[name] != after[name]} == {"index.html"}


def test_rows_of_other_settings_are_computed_anew_with_a_note(tmp_path, sources):
    assert studies.run(TOY, tmp_path / "out", sources=sources).notes == ()
    (sources.images / "a.txt").write_text("two")
    notes = studies.run(TOY, tmp_path / "out", sources=sources).notes
    other = "done with other images or recordings"
    assert notes == (f"needy: 5 tasks kept in this folder, {other}, computed anew",)
    notes = studies.run(TOY, tmp_path / "out", sources=sources, seed=1).notes
    assert "plain: 5 tasks kept in this folder, done with another seed, computed anew" in notes


@pytest.mark.parametrize("name", ["plain.csv", "claims.csv", "index.html", "run.toml"])
def test_files_of_others_are_not_written_over(tmp_path, name):
    (tmp_path / name).write_text("mine")
    with pytest.raises(errors.HomologError, match=rf"HM034 .*it holds {name}, which no run of"):
        studies.run(TOY, tmp_path)
    assert contents(tmp_path) == {name: b"mine"}
    assert DONE == []


def test_other_files_do_not_stand_in_the_way(tmp_path):
    (tmp_path / "notes.txt").write_text("mine")
    studies.run(TOY, tmp_path)
    assert (tmp_path / "notes.txt").read_text() == "mine"


def test_a_run_is_on_record(tmp_path, sources):
    settings = {"sources": sources, "seed": 3, "quick": True, "command": 'homolog study "toy"'}
    page = studies.run(TOY, tmp_path / "out", **settings).page.read_text()
    record = tomllib.loads((tmp_path / "out" / "run.toml").read_text())
    assert record["study"] == "toy"
    assert record["seed"] == "3"
    assert record["size"].startswith("quick")
    assert record["command"] == 'homolog study "toy"'
    assert record["images"] == str(sources.images)
    assert record["files read by needy (blake2b)"] in page
    assert f"homolog {homolog.__version__}, Python" in record["versions"]
    assert all(html.escape(fact) in page for fact in record.values())
    assert "recordings" not in record


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"workers": 0}, "HM025 workers is 0; allowed: 1 or more"),
        ({"seed": -1}, "HM025 seed is -1; allowed: 0 or more"),
    ],
)
def test_bad_settings_are_refused(tmp_path, settings, message):
    with pytest.raises(errors.HomologError, match=message):
        studies.run(TOY, tmp_path, **settings)
    assert list(tmp_path.iterdir()) == []


def test_a_file_in_the_place_of_the_folder_is_refused(tmp_path):
    (tmp_path / "out").write_text("mine")
    with pytest.raises(errors.HomologError, match=r"HM034 .* is a file, not a folder"):
        studies.run(TOY, tmp_path / "out")
    assert DONE == []


def test_rows_do_not_depend_on_the_number_of_workers(tmp_path):
    study = studies.find("soft-matching")
    rotation = next(part for part in study.parts if part.name == "rotation")
    study = dataclasses.replace(study, parts=(rotation,))
    for workers in (1, 2):
        studies.run(study, tmp_path / f"{workers}", quick=True, workers=workers)
    assert contents(tmp_path / "1") == contents(tmp_path / "2")


# The command line.


def run(*arguments):
    return CliRunner().invoke(app, [str(one) for one in arguments])


@pytest.mark.parametrize("arguments", [(), ("--list",)])
def test_studies_are_listed(arguments):
    result = run("study", *arguments)
    assert result.exit_code == 0
    listed = [line.partition("  ")[0] for line in result.stdout.splitlines()]
    assert listed == list(studies.names())
    assert "soft-matching  What does soft matching see" in result.stdout


def test_the_command_needs_a_study_that_exists_and_a_folder(tmp_path):
    wrong = run("study", "hard-matching", "-o", tmp_path)
    assert wrong.exit_code == 1
    assert "HM023 no study 'hard-matching'. Closest: 'soft-matching'" in wrong.stderr
    nowhere = run("study", "soft-matching")
    assert nowhere.exit_code == 2
    assert "say which folder to write to: -o out" in nowhere.stderr


def test_a_quick_study_without_images_or_recordings(tmp_path, monkeypatch):
    monkeypatch.delenv("HOMOLOG_DATA", raising=False)
    result = run("study", "soft-matching", "-o", tmp_path, "--quick", "--quiet")
    assert result.exit_code == 0, result.output
    assert result.stderr == ""
    assert "! seeds was left out: it needs images; give the folder" in result.stdout
    assert "! sessions was left out: it needs the recordings v1_natural_movies" in result.stdout
    for part in ("metric", "rotation", "wholes", "sizes", "scaling"):
        for form in ("csv", "png", "svg"):
            assert (tmp_path / f"{part}.{form}").stat().st_size > 200
    kept = json.loads((tmp_path / "rows" / "metric" / "triples-0.json").read_text())
    assert kept["asked"]["seed"] == 0
    claims = pd.read_csv(tmp_path / "claims.csv").set_index("part")
    assert set(claims.loc["sessions", "verdict"]) == {"not run"}


def test_recordings_that_are_not_where_one_says_are_refused(tmp_path):
    result = run("study", "soft-matching", "-o", tmp_path / "out", "--recordings", tmp_path)
    assert result.exit_code == 1
    assert "HM032" in result.stderr
    assert "v1_natural_movies/ay2_u003.npz" in result.stderr
    assert "--recordings for recordings" in result.stderr


def test_a_data_folder_without_recordings_is_named(tmp_path, monkeypatch):
    monkeypatch.setenv("HOMOLOG_DATA", str(tmp_path / "nope"))
    why = sessions.missing(Sources())
    assert f"({tmp_path / 'nope'} does not hold them)" in why


def test_progress_is_told_in_lines_where_nobody_watches(tmp_path, monkeypatch):
    monkeypatch.setattr(studies, "find", lambda name: dataclasses.replace(TOY, parts=(PLAIN,)))
    result = run("study", "toy", "-o", tmp_path)
    assert result.stderr.splitlines() == [f"Numbers: {done} of 5" for done in range(6)]
    assert run("study", "toy", "-o", tmp_path, "--quiet").stderr == ""
