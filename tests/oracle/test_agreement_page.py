"""docs/agreement.md and the table of a measure list what the tests compare."""

import re
from dataclasses import replace
from pathlib import Path

import pytest
from tests.oracle import agreement

from homolog import measures
from homolog.measures._measured import Row, agreements
from homolog.measures._measured import agreement as agreement_of

REMEDY = "run HOMOLOG_DATA=folder python -m tests.oracle.agreement"


def comparison(row: Row) -> Row:
    """A row without what depends on the releases installed and on the file."""
    implementation = re.sub(r"^([\w-]+) \d\S*$", r"\1", row.implementation)
    return replace(row, implementation=implementation, answer="", apart="")


def test_the_table_has_a_row_for_every_comparison_and_no_other() -> None:
    pytest.importorskip("rsatoolbox")
    expected = {
        comparison(row)
        for every in (agreement.peer_rows, agreement.golden_rows, agreement.excused_rows)
        for _, row in every()
    }
    assert {comparison(row) for row in agreements()} == expected, REMEDY


def test_the_page_shows_the_table() -> None:
    assert agreement.PAGE.read_text(encoding="utf-8") == agreement.page(list(agreements())), REMEDY


def test_every_row_is_about_a_measure_of_ours() -> None:
    assert {name for row in agreements() for name in row.measures.split()} <= {*measures.names()}


TESTS = Path(__file__).resolve().parents[1]
DEFINITIONS = "".join(
    file.read_text(encoding="utf-8")
    for pattern in ("oracle/test_*.py", "unit/test_measures_[fu]*.py")
    for file in TESTS.glob(pattern)
)


@pytest.mark.parametrize("name", measures.names())
def test_every_measure_is_computed_by_somebody_else(name: str) -> None:
    """A package, here and now or with answers on file; a definition written out, at least."""
    assert any(row.apart for row in agreement_of(name)) or name in DEFINITIONS
