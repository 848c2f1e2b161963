"""An audit in a folder: killed at any moment and taken up again, to the same bytes."""

import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

import homolog.audit._audit_files as files
from homolog.audit import audit
from homolog.errors import HomologError
from unit.audited import audited, labels

SCRIPT = """
import sys
from unit.audited import audited
audited(folder=sys.argv[1], seeds=6).save(sys.argv[1])
"""


def start(folder):
    return subprocess.Popen(
        [sys.executable, "-c", SCRIPT, str(folder)],
        cwd=Path(__file__).parents[1],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )


def content(folder):
    return {one.relative_to(folder): one.read_bytes() for one in folder.rglob("*") if one.is_file()}


def finished(folder):
    return len(list((folder / "parts").glob("*-seed*.json")))


def killed_after(folder, seconds):
    """Kill it without a warning so long after its first part; how many parts it had kept."""
    running = start(folder)
    while not finished(folder):
        assert running.poll() is None, running.stderr.read()
        time.sleep(0.002)
    time.sleep(seconds)
    running.send_signal(signal.SIGKILL)
    running.wait()
    return finished(folder)


def test_killed_at_random_moments_and_resumed_it_ends_with_the_same_bytes(tmp_path):
    whole, torn = tmp_path / "whole", tmp_path / "torn"
    audited(folder=whole, seeds=6).save(whole)
    delays = np.random.default_rng().uniform(0, 0.3, size=2)
    kept = killed_after(torn, delays[0])
    assert 1 <= kept <= 12, delays
    for name, text in content(torn).items():
        if name.name.endswith(".json") and not name.name.startswith("."):
            assert text == content(whole)[name], (name, delays)
    killed_after(torn, delays[1])
    running = start(torn)
    assert running.wait(timeout=100) == 0, running.stderr.read()
    assert content(torn) == content(whole), delays


def test_what_is_finished_is_not_done_again_and_more_may_be_asked_for(tmp_path):
    audited(folder=tmp_path, seeds=1)
    before = {one: one.stat().st_mtime_ns for one in (tmp_path / "parts").iterdir()}
    told = []
    audited(folder=tmp_path, seeds=2, progress=lambda *news: told.append(news[1:]))
    assert sorted(set(told)) == [(2, 4), (3, 4), (4, 4)]
    assert told[0] == (2, 4)
    assert {one: one.stat().st_mtime_ns for one in before} == before


def test_a_damaged_part_and_one_of_other_settings_are_done_anew(tmp_path):
    audited(folder=tmp_path, seeds=1)
    part = tmp_path / "parts" / "cka-seed0.json"
    good = part.read_bytes()
    held = json.loads(good)
    held["said"]["score"][0] = 0.123
    for damage in (good[:-30], json.dumps(held).encode(), b"[]", b"\xff"):
        part.write_bytes(damage)
        audited(folder=tmp_path, seeds=1)
        assert part.read_bytes() == good
    held = json.loads(good)
    held["asked"]["homolog"] = "0.0.0"
    part.write_text(json.dumps(held))
    audited(folder=tmp_path, seeds=1)
    assert part.read_bytes() == good


def test_a_folder_of_another_audit_is_refused_by_what_differs(tmp_path):
    audited(folder=tmp_path, seeds=1, measures="cka")
    before = content(tmp_path)
    with pytest.raises(HomologError, match=r"HM066 .* another audit: goal: 0.99, now 0.9. Give"):
        audited(folder=tmp_path, seeds=1, measures="cka", goal=0.9)
    said = "variance: all, of neurons, now 0.9. Give"
    with pytest.raises(HomologError, match=rf"HM066 .* another audit: {said}"):
        audited(folder=tmp_path, seeds=1, measures="cka", variance=0.9)
    other = labels() | {"weak": labels()["weak"][::-1]}
    with pytest.raises(HomologError, match=r"HM066 .* another audit: other labels of weak. Give"):
        audited(folder=tmp_path, seeds=1, measures="cka", labels=other)
    with pytest.raises(HomologError, match=r"audit: variables: strong, weak, now none. Give"):
        audited(folder=tmp_path, seeds=1, measures="cka", labels=None)
    assert content(tmp_path) == before


def test_a_folder_of_another_recording_is_refused_by_its_size_or_its_responses(tmp_path):
    rates = np.random.default_rng(0).normal(size=(20, 4))

    def done(responses):
        audit(responses, "cka", seeds=1, folder=tmp_path)

    done(rates)
    name = "the population"
    said = rf"recording: {name} \(20 rows × 4 neurons\), now {name} \(20 rows × 3 neurons\)\. Give"
    with pytest.raises(HomologError, match=rf"HM066 .* another audit: {said}"):
        done(rates[:, :3])
    said = rf"recording: {name}, now {name} with other responses\. Give"
    with pytest.raises(HomologError, match=rf"HM066 .* another audit: {said}"):
        done(rates + 1.0)


def test_a_folder_where_another_audit_finished_nothing_is_taken_over(tmp_path):
    files.claim(tmp_path, audited(seeds=1, measures="cka", labels=None).facts)
    found = audited(folder=tmp_path, seeds=1, measures="cka", goal=0.9, labels=None)
    files.claim(tmp_path, found.facts)
    assert "goal = 0.9\n" in (tmp_path / "run.toml").read_text()
    assert finished(tmp_path) == 1


def test_folds_may_be_a_number_of_numpy(tmp_path):
    found = audited(folder=tmp_path, seeds=1, measures="cka", folds=np.int64(4))
    assert "folds = 4\n" in (tmp_path / "run.toml").read_text()
    assert found.decoding.folds == 4


def test_tables_without_rows_are_removed_but_only_from_the_folder_of_an_audit(tmp_path):
    own, others = tmp_path / "own", tmp_path / "others"
    others.mkdir()
    for folder in (own, others):
        if folder is own:
            audited(seeds=1, guarantee=0.9, measures="cka").save(folder)
            (folder / "notes.csv").write_text("kept")
        else:
            (folder / "guarantees.csv").write_text("kept")
        audited(seeds=1, measures="cka").save(folder)
    assert not (own / "guarantees.csv").exists()
    assert (own / "needed.csv").exists()
    assert (own / "notes.csv").read_text() == "kept"
    assert (others / "guarantees.csv").read_text() == "kept"


def test_a_folder_with_files_of_others_is_left_alone(tmp_path):
    (tmp_path / "thesis.txt").write_text("years of work")
    with pytest.raises(HomologError, match=r"HM046 .* holds thesis.txt, which no audit left there"):
        audited(folder=tmp_path, seeds=1)
    assert content(tmp_path).keys() == {(tmp_path / "thesis.txt").relative_to(tmp_path)}
    (tmp_path / "run.toml").write_text("[run]\n")
    with pytest.raises(HomologError, match=r"HM046 .* holds run.toml, which no audit left there"):
        audited(folder=tmp_path, seeds=1)
    (tmp_path / "run.toml").write_text("[run")
    with pytest.raises(HomologError, match=r"HM021 .*run.toml"):
        audited(folder=tmp_path, seeds=1)


def test_a_file_in_place_of_the_folder_is_refused(tmp_path):
    (tmp_path / "out").write_text("kept")
    with pytest.raises(HomologError, match=r"HM034 .* is a file, not a folder"):
        audited(folder=tmp_path / "out", seeds=1)
    assert (tmp_path / "out").read_text() == "kept"


def test_what_a_killed_writer_left_is_cleared_away(tmp_path):
    audited(folder=tmp_path, seeds=1, measures="cka")
    (tmp_path / "parts" / ".0123.json").write_text("{")
    audited(folder=tmp_path, seeds=1, measures="cka")
    assert [one.name for one in (tmp_path / "parts").iterdir()] == ["cka-seed0.json"]


def test_a_saved_audit_has_every_table_and_says_how_to_do_it_again(tmp_path):
    found = audited(seeds=1, guarantee=0.9, measures="cka")
    found.save(tmp_path, "homolog audit x.npz")
    names = {one.name for one in tmp_path.iterdir()}
    tables = {f"{name}.csv" for name in ("needed", "decoding", "components", "perturbation")}
    assert names == tables | {"guarantees.csv", "audit.md", "refs.bib", "run.toml"}
    assert (tmp_path / "audit.md").read_text() == found.in_words()
    assert 'command = "homolog audit x.npz"' in (tmp_path / "run.toml").read_text()
    assert "cloos2024differentiable" in (tmp_path / "refs.bib").read_text()
    rows = (tmp_path / "needed.csv").read_text().splitlines()
    assert rows[0].startswith("measure,variable,needed,")
    assert len(rows) == 3
    files.claim(tmp_path, found.facts)  # which knows its own folder again
