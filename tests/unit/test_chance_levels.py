"""Levels of chance that documentation shows: measured anew, and beside closed forms."""

import runpy
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from homolog.errors import HomologError
from homolog.measures._measured import Chance, chances

TOOL = Path(__file__).resolve().parents[2] / "tools" / "chance_levels.py"
tool = SimpleNamespace(**runpy.run_path(str(TOOL)))

BY_LABEL = {m.label: m for m in tool.measured()}
SMALL = [row for row in chances() if (row.n_stimuli, row.n_neurons) == ("40", "20") and row.mean]


def test_every_measure_has_its_level() -> None:
    assert not tool.missing(), "run tools/chance_levels.py"
    assert {row.measure for row in chances()} == set(BY_LABEL)


@pytest.mark.parametrize("row", SMALL, ids=lambda row: row.measure)
def test_a_level_is_what_a_few_draws_give(row: Chance) -> None:
    again = tool.levels(BY_LABEL[row.measure], (40, 20), n_draws=6)
    near = 5 * float(row.deviation) * (1 / 6 + 1 / int(row.n_draws)) ** 0.5
    assert float(again.mean) == pytest.approx(float(row.mean), abs=near)


@pytest.mark.parametrize("row", SMALL, ids=lambda row: row.measure)
def test_a_closed_form_gives_the_measured_level(row: Chance) -> None:
    """Of random pairings, on average over draws; the measured one is of the pairing drawn."""
    measure = BY_LABEL[row.measure]
    pairs = [tool.draw((40, 20), seed, measure.sees) for seed in range(3)]
    levels = [measure.chance(measure.summary(x), measure.summary(y)) for x, y in pairs]
    if None not in levels:
        near = 5 * float(row.deviation) / int(row.n_draws) ** 0.5
        assert np.mean(levels) == pytest.approx(float(row.mean), abs=near)


def test_a_measure_that_refuses_a_size_has_no_level_there() -> None:
    refused = [row for row in chances() if not row.mean]
    assert {"cca"} < {row.measure for row in refused}
    for row in refused:
        x, y = tool.draw((int(row.n_stimuli), int(row.n_neurons)), 0, "mean")
        with pytest.raises(HomologError, match=r"HM005|HM031"):
            BY_LABEL[row.measure](x, y)
