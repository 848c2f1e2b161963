"""docs/agreement.md lists what the tests compare."""

import re

import pytest
from tests.oracle import agreement, golden, peers

from homolog import measures

REMEDY = "run HOMOLOG_DATA=folder python -m tests.oracle.agreement"


def comparison(line: str) -> str:
    """A line of a table without what depends on the releases installed."""
    return re.sub(r"^(\| [\w-]+) \d\S* \|", r"\1 |", re.sub(r" ≤ 1e-\d+ \|$", "", line))


def test_the_page_has_a_line_for_every_comparison_and_no_other() -> None:
    pytest.importorskip("rsatoolbox")
    page = agreement.PAGE.read_text(encoding="utf-8")
    lines = {comparison(line) for line in page.splitlines() if "≤ 1e-" in line}
    expected = {comparison(row) for _, row in agreement.peer_rows()}
    expected |= {comparison(row) for *_, row in agreement.golden_rows()}
    assert lines == expected, REMEDY
    assert all(row in page for row in agreement.excused_rows()), REMEDY


NEWER_THAN_THE_FILE = {"partial_soft_matching"}


COMPUTED_BY_NOBODY_ELSE = {"ridge", "held_out_matching_correlation"}


@pytest.mark.parametrize("name", sorted({*measures.names()} - COMPUTED_BY_NOBODY_ELSE))
def test_every_measure_is_computed_by_somebody_else(name: str) -> None:
    """Those that fit apart, which no package does our way: their own tests rebuild them."""
    called = re.compile(rf"(?<![a-z_]){name}(?![a-z_])")
    assert any(called.search(peer.expression) for peer in peers.PEERS)
    published = [text for keys in golden.USED.values() for text in keys.values()]
    assert any(map(called.search, published)) != (name in NEWER_THAN_THE_FILE)
