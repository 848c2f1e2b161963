"""The documentation is true: its examples run, its commands parse, its pages are complete."""

import doctest
import importlib
import os
import re
import shlex
import subprocess
import sys
from itertools import takewhile
from pathlib import Path
from typing import Any

import pytest
import typer

import homolog
from homolog.cli import app

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted(
    [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").rglob("*.md")],
)
FLAGS = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE


def name(page: Path) -> str:
    return page.relative_to(ROOT).as_posix()


def blocks(page: Path, language: str) -> list[tuple[int, str]]:
    """First line number and text of every fenced block of one language."""
    text = page.read_text(encoding="utf-8")
    return [
        (text.count("\n", 0, found.start(1)) + 1, found[1])
        for found in re.finditer(rf"^```{language}\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    ]


PYTHON_PAGES = [page for page in PAGES if blocks(page, "python")]
COMMANDS = [
    pytest.param(shlex.split(line[2:], comments=True), id=f"{name(page)}:{line[2:]}")
    for page in PAGES
    for _, block in blocks(page, "console")
    for line in block.replace("\\\n", " ").splitlines()
    if line.startswith("$ ")
]


@pytest.mark.parametrize("page", PYTHON_PAGES, ids=name)
def test_examples_on_a_page_run(
    page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One page is one session, from top to bottom, in a folder of its own."""
    examples = blocks(page, "python")
    if "HOMOLOG_DATA" not in os.environ:
        examples = list(takewhile(lambda block: "homolog.recordings" not in block[1], examples))
    if not examples:
        pytest.skip("reads recordings: set HOMOLOG_DATA to the folder that holds them")
    monkeypatch.chdir(tmp_path)
    names: dict[str, object] = {}
    for line, code in examples:
        if ">>>" not in code:
            exec(compile("\n" * (line - 1) + code, str(page), "exec"), names)
            continue
        example = doctest.DocTestParser().get_doctest(code, names, name(page), str(page), line - 1)
        report: list[str] = []
        runner = doctest.DocTestRunner(optionflags=FLAGS)
        runner.run(example, out=report.append, clear_globs=False)
        assert runner.failures == 0, "".join(report)
        names.update(example.globs)


def test_folders_that_the_front_page_writes_are_none_of_the_repository() -> None:
    ignored = (ROOT / ".gitignore").read_text(encoding="utf-8").splitlines()
    written = {
        words[words.index("-o") + 1]
        for _, block in blocks(ROOT / "README.md", "console")
        for words in (shlex.split(line[2:]) for line in block.splitlines() if line[:2] == "$ ")
        if "-o" in words
    }
    assert len(written) >= 5
    assert {f"/{folder}/" for folder in written} <= set(ignored)


def modules_with_examples() -> list[str]:
    folder = Path(homolog.__path__[0])
    files = (file for file in folder.rglob("*.py") if ">>> " in file.read_text(encoding="utf-8"))
    parts = (file.relative_to(folder.parent).with_suffix("").parts for file in sorted(files))
    return [".".join(part for part in names if part != "__init__") for names in parts]


@pytest.mark.parametrize("module", modules_with_examples())
def test_examples_in_docstrings_run(
    module: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    result = doctest.testmod(importlib.import_module(module), optionflags=FLAGS)
    assert result.attempted > 0
    assert result.failed == 0


@pytest.mark.parametrize("command", COMMANDS)
def test_commands_on_a_page_parse(command: list[str]) -> None:
    """Every option of a `homolog` command exists; every `make` target does."""
    if command[0] == "homolog":
        parse(command[1:])
    elif command[0] == "make":
        makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
        assert re.search(rf"^{command[1]}:", makefile, re.MULTILINE)
    else:
        assert command[0] in {"cd", "git", "pip", "python"}


def parse(arguments: list[str]) -> None:
    """Read the arguments as the command line would, with commands that do nothing."""
    command = typer.main.get_command(app)
    quieten(command)
    status = command.main(arguments, prog_name="homolog", standalone_mode=False)
    assert not status


def quieten(command: Any) -> None:
    """Take away what a command, and every command below it, would do."""
    command.callback = None
    for below in getattr(command, "commands", {}).values():
        quieten(below)


def test_a_command_with_an_option_that_does_not_exist_is_noticed() -> None:
    with pytest.raises(Exception, match="--nonsense"):
        parse(["compare", "a.npz", "b.npz", "--nonsense"])


def test_links_between_pages_lead_somewhere() -> None:
    broken = []
    for page in PAGES:
        text = re.sub(r"^```.*?^```$", "", page.read_text(encoding="utf-8"), flags=re.M | re.S)
        for target in re.findall(r"\]\(([^)\s]+)\)", text):
            path, _, anchor = target.partition("#")
            if "://" in target:
                continue
            file = (page.parent / path) if path else page
            if not file.exists() or (anchor and anchor not in anchors(file)):
                broken.append(f"{name(page)}: {target}")
    assert broken == []


def anchors(page: Path) -> set[str]:
    """Anchors that a Markdown viewer gives to the headings of a page."""
    headings = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def test_every_error_code_is_explained() -> None:
    texts = (file.read_text() for file in (ROOT / "src/homolog/errors").glob("*.py"))
    raised = set(re.findall(r'"(HM\d{3})"', "".join(texts)))
    explained = re.findall(r"^## (HM\d{3})$", (ROOT / "docs/errors.md").read_text(), re.MULTILINE)
    assert sorted(explained) == explained
    assert set(explained) == raised


@pytest.mark.parametrize("page", ["measures", "rules"])
def test_the_reference_is_current(page: str) -> None:
    done = subprocess.run(
        [sys.executable, f"tools/{page}_page.py", "--check"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout


def test_the_map_names_what_exists() -> None:
    """Every module of the package is on the map, and nothing else is."""
    page = (ROOT / "docs/architecture.md").read_text(encoding="utf-8")
    tree = re.search(r"^src/homolog/\n(.*?)^\S", page, re.MULTILINE | re.DOTALL)
    assert tree is not None
    listed = set(re.findall(r"^  ([\w.]+/?)", tree[1], re.MULTILINE))
    exists = {
        f"{path.name}/" if path.is_dir() else path.name
        for path in (ROOT / "src/homolog").iterdir()
        if path.name != "__pycache__"
    }
    assert listed == exists
