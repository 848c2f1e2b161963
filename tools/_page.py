"""What the generated pages share: docstrings as Markdown, and writing or checking a page."""

import inspect
import re
import sys
from pathlib import Path


def markdown(documented: object) -> str:
    """A docstring as Markdown: sections become bold words, definitions a list."""
    text = inspect.getdoc(documented) or ""
    text = re.sub(r"``([^`]+)``", r"`\1`", text)
    text = re.sub(r"^([A-Z][\w ]+)\n-{3,}$", r"**\1**\n", text, flags=re.MULTILINE)
    text = re.sub(r"^\.\. math::(.*?)(?=\n\S|\Z)", displayed, text, flags=re.MULTILINE | re.DOTALL)
    text = re.sub(r"^(\S.*)\n((?: {4}.+\n?)+)", defined, text, flags=re.MULTILINE)
    return re.sub(r":math:`([^`]+)`", r"$\1$", text).strip()


def displayed(formula: re.Match[str]) -> str:
    """A formula on its own, as Markdown viewers want it."""
    return f"```math\n{inspect.cleandoc(formula[1])}\n```\n"


def defined(entry: re.Match[str]) -> str:
    """An argument, result or error with its explanation, as an item of a list."""
    return f"- **{entry[1]}**:\n{re.sub('^  ', '', entry[2], flags=re.MULTILINE)}"


def yes(value: bool) -> str:
    """A word for a truth value."""
    return "yes" if value else "no"


def keep(path: Path, page: str, what: str) -> int:
    """Write a page; with --check, only say whether it is what is declared."""
    if "--check" not in sys.argv[1:]:
        path.write_text(page, encoding="utf-8")
        return 0
    if path.exists() and path.read_text(encoding="utf-8") == page:
        return 0
    print(f"docs/{path.name} is not what the {what} declare: run `make docs`")
    return 1
