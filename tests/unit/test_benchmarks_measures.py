"""The benchmark of measures: its peers compute what we compute, and its sums are sums."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("himalaya")
pytest.importorskip("ot")
pytest.importorskip("sklearn")

from benchmarks.default_set import OneCall, is_covered_by, one_call
from benchmarks.measuring import OURS, Row
from benchmarks.page import page
from benchmarks.peers import PEERS
from benchmarks.populations import MIDDLE, NARROW, Size

from homolog import measures
from homolog.comparison import DEFAULT_MEASURES

STARTUP = {"import numpy": 0.1, "import homolog": 0.02, "homolog --help": 0.2}


@pytest.mark.parametrize("sizes", [(7, 7), (80, 80)], ids=["few neurons", "many neurons"])
@pytest.mark.parametrize("name", ["ridge", "soft_matching_correlation"])
def test_peers_compute_the_same(
    name: str, sizes: tuple[int, int], rng: np.random.Generator
) -> None:
    shared = rng.normal(size=(60, 4))
    x, y = (shared @ rng.normal(size=(4, n)) + rng.normal(size=(60, n)) for n in sizes)
    ours = float(measures.find(name)(x, y))
    for peer in PEERS[name]():
        loose = "penalty a neuron" in peer.name or "five more" in peer.name
        assert peer.cold(x, y) == pytest.approx(ours, abs=0.05 if loose else 1e-9), peer.name


def test_all_references_in_one_fit_are_the_single_fits(rng: np.random.Generator) -> None:
    shared = rng.normal(size=(40, 2))
    many = [shared @ rng.normal(size=(2, 3)) + rng.normal(size=(40, 3)) for _ in range(20)]
    peer = next(one for one in PEERS["ridge"]() if one.together)
    alone = [[peer.score(x, y) for y in many[:2]] for x in many]
    np.testing.assert_allclose(peer.together(many, 2), alone, atol=1e-12)


def test_the_call_that_is_timed_scores_every_measure() -> None:
    rng = np.random.default_rng(0)
    few = [rng.normal(size=(50, 6)) for _ in range(2)]
    found = one_call(Size(50, 6), few)
    assert found.size == Size(50, 6)
    assert found.seconds > 0
    assert is_covered_by([*DEFAULT_MEASURES, "cka"])
    assert not is_covered_by(DEFAULT_MEASURES[1:])


def rows(size: Size) -> list[Row]:
    """Two peers of each measure: one of 8 seconds and one of 5, which is scaled."""
    return [
        Row(measure, size, name, 1, 1, seconds, name == "quick", 0)
        for measure in DEFAULT_MEASURES
        for name, seconds in ((OURS, 1.0), ("slow", 8.0), ("quick", 5.0))
    ]


def test_the_fastest_peers_are_added_up() -> None:
    calls = [OneCall(NARROW, 1.0), OneCall(MIDDLE, 2.5)]
    text = page([*rows(NARROW), *rows(MIDDLE)], calls, STARTUP, 0.02)
    named = "; ".join(f"{measure}: quick 5.00" for measure in DEFAULT_MEASURES)
    assert f"| 2000 × 128 | 1.00 | {named} | ≈ 20.00 | 20.0 | met |\n" in text
    assert f"| 2000 × 512 | 2.50 | {named} | ≈ 20.00 | 8.0 | **MISSED** |\n" in text


def test_nothing_is_said_of_the_default_set_where_it_was_not_timed() -> None:
    assert "one call" not in page(rows(NARROW), [], STARTUP, 0.02)
