"""The benchmark of random pairings: what it times, and what it says of goals."""

from benchmarks.nulls import FEW, Row, measured, page
from benchmarks.populations import Size

TINY = Size(20, 30)


def test_every_measure_is_timed_and_what_is_scaled_is_told():
    rows = measured(("cka", "procrustes"), (TINY,))
    assert [(row.measure, row.size, row.scaled) for row in rows] == [
        ("cka", TINY, False),
        ("procrustes", TINY, True),
    ]
    assert all(row.score > 0 and row.pairings > 0 and row.product > 0 for row in rows)


def test_goals_are_met_below_twenty_scores():
    text = page([Row("cka", TINY, 0.1, 1.9, 3, False), Row("procrustes", TINY, 0.1, 2.1, 3, True)])
    assert "| cka | 20 × 30 | 100 | 1.9 | 19 | 100 | 3 | met |" in text
    assert "| procrustes | 20 × 30 | 100 | ≈ 2.1 | 21 | 100 | 3 | **MISSED** |" in text
    assert f"scaled from {FEW} pairings" in text
