"""The page of encoding scores: what it says of layers, neurons, choices and who is left out."""

import json
import re
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import pytest

from homolog import encoding, represent
from homolog.encoding import OneToOne, PartialLeastSquares, Ridge
from homolog.encoding._choice import cited
from homolog.report import _score, _score_charts, _score_methods, _score_rows

pytest.importorskip("plotly")

N_STIMULI, N_NEURONS, QUIET, SILENT = 60, 8, 2, 7
REGIONS = ["V1"] * 4 + ["IT"] * 4
HOSTILE = "<b>conv&1</b>"


@pytest.fixture
def image(rng):
    return rng.normal(size=(N_STIMULI, 6))


@pytest.fixture
def layers(image):
    return {HOSTILE: image[:, :2], "late": image}


@pytest.fixture
def brain(image, rng):
    means = image @ rng.normal(size=(6, N_NEURONS))
    means[:, QUIET] = 0
    trials = means + rng.normal(size=(4, *means.shape))
    # A neuron whose halves are opposed has no ceiling, whatever its noise.
    trials[:, :, QUIET] *= np.array([1, -1, 1, -1])[:, None]
    trials[1::2, :, QUIET] = -trials[::2, :, QUIET] + 0.1 * trials[1::2, :, QUIET]
    trials[:, :, SILENT] = 1.0
    return represent(trials, "trial,stimulus,neuron", name="V4 & <i>IT</i>")


@pytest.fixture
def found(layers, brain):
    return encoding.score(layers, brain, regions=REGIONS)


def charts_of(page):
    told = re.search(r'<script type="application/json" id="charts">(.*?)</script>', page).group(1)
    return {one["id"]: one for one in json.loads(told)}


def text_of(page):
    body = re.sub(r"<(script|style)[^>]*>.*?</\1>", "", page, flags=re.DOTALL)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", body))


def test_a_row_holds_medians_quartiles_and_ceilings(found):
    region = _score_rows.region(found, "V1")
    assert region.words == "4 neurons scored, 3 of them with a ceiling"
    assert [(row.layer, row.about, row.best) for row in region.rows] == [
        (HOSTILE, "2 neurons", False),
        ("late", "6 neurons", True),
    ]
    one = found.summaries()[1]
    r, over, *_ = region.rows[1].cells
    assert r[0] == "r"
    assert r[1:] == (
        f"{one.median_correlation:.3f}",
        f"{one.lower_correlation:.2f} to {one.upper_correlation:.2f}".replace(
            "-", "\N{MINUS SIGN}"
        ),
        one.median_correlation,
    )
    assert (over[0], over[3]) == ("r over ceiling", one.median_normalised_correlation)
    low, high = _score_rows.ends(found)
    left, width = region.rows[1].interval
    assert left == pytest.approx(100 * (one.lower_correlation - low) / (high - low), abs=0.01)
    spread = one.upper_correlation - one.lower_correlation
    assert width == pytest.approx(100 * spread / (high - low), abs=0.02)
    tops = found.ceilings.correlation[[0, 1, 3]]
    at = 100 * (np.median(tops) - low) / (high - low)
    assert region.rows[0].ceiling == pytest.approx(at, abs=0.01)


def test_charts_hold_every_layer_and_every_neuron_with_a_ceiling(found):
    boxes, neurons = _score_charts.of_region(found, "V1")
    by_layer, tops = boxes.data
    np.testing.assert_allclose(by_layer["median"], np.median(found.correlation[:, :4], 1), 1e-3)
    np.testing.assert_allclose(by_layer["q3"], np.percentile(found.correlation[:, :4], 75, 1), 2e-3)
    assert boxes.layout["xaxis"]["ticktext"] == ["&lt;b&gt;conv&amp;1&lt;/b&gt;", "late", "ceiling"]
    assert tops["x"] == [2]
    kept = [0, 1, 3]
    np.testing.assert_allclose(neurons.data[1]["x"], found.ceilings.correlation[kept], 1e-3)
    np.testing.assert_allclose(neurons.data[1]["y"], found.correlation[1, kept], 1e-3)
    assert neurons.data[1]["text"] == ["0", "1", "3"]


def test_without_ceilings_neurons_are_counted_by_score(layers, brain):
    found = encoding.score(layers, brain, ceiling=None)
    boxes, neurons = _score_charts.of_region(found, brain.name)
    assert len(boxes.data) == 1
    assert sum(neurons.data[0]["y"]) == N_NEURONS - 1
    page = _score.page(found, None)
    assert "median ceiling" not in page
    assert "No noise ceiling was estimated." in page
    assert "rng=0, ceiling=None)" in page


def test_a_region_without_any_ceiling_says_so(layers, brain):
    found = encoding.score(layers, brain, regions={i: "ab"[i == QUIET] for i in range(N_NEURONS)})
    assert found.best("b") is None
    _, neurons = _score_charts.of_region(found, "b")
    assert (neurons.data, neurons.words) == ([], "Not drawn: no neuron of b has a ceiling.")
    page = text_of(_score.page(found, None))
    assert "No neuron of b has a ceiling." in page


def test_the_page_tells_what_was_done_and_who_was_left_out(found):
    page = _score.page(found, "homolog score a b")
    assert "<i>IT</i>" not in page
    assert "<b>conv" not in page
    text = text_of(page)
    assert "late predicts V1 best: r" in text
    assert f"Neurons scored {N_NEURONS - 1} of {N_NEURONS} 6 with a ceiling" in text
    assert (
        "1 neuron without a ceiling Odd and even trials agree no better than by chance: raw" in text
    )
    assert f"raw scores only. Neurons {QUIET}." in text
    assert (
        f"1 neuron not scored Without variance over the stimuli of any fold. Neurons {SILENT}."
        in text
    )
    assert "homolog score a b" in text
    for name in ("hoerl1970ridge", "golub1979generalized", "spearman1910", "brown1910"):
        assert name in text
    ids = ["layers-0", "neurons-0", "layers-1", "neurons-1"]
    assert list(charts_of(page)) == ids
    assert all(f'id="{one}"' in page for one in ids)


def test_penalties_are_told_as_shares_of_those_tried(layers, brain):
    tried = (0.1, 1e4)
    found = encoding.score(layers, brain, map=Ridge(tried))
    at_least = [float((one == 0.1).mean()) for one in found.settings]
    heads, *rows = _score._choices(found)
    assert heads == ["Layer", "Median penalty", "Middle half", "At the smallest", "At the largest"]
    assert [row[0] for row in rows] == [HOSTILE, "late"]
    assert [row[3] for row in rows] == [f"{100 * one:.0f}\N{NO-BREAK SPACE}%" for one in at_least]
    assert rows[1][1] == "0.1"
    assert {row[2] for row in rows} <= {"0.1 to 0.1", "0.1 to 10,000"}
    assert "sums of squares" not in _score._chosen(found)
    assert "sums of squares" in _score._chosen(encoding.score(layers, brain))


def test_partners_are_counted(layers, brain):
    found = encoding.score(layers, brain, map="one-to-one")
    kept = (found.settings[0] == found.settings[0, 0]).all(axis=0).mean()
    heads, first, _ = _score._choices(found)
    assert heads == ["Layer", "Partners", "Same partner in every fold"]
    assert first == [HOSTILE, "2 of 2 neurons", f"{100 * kept:.0f}\N{NO-BREAK SPACE}%"]


@pytest.mark.parametrize(
    ("settings", "said", "reference"),
    [
        ({}, "chosen within the training stimuli of every fold by generalised cross-validation", 4),
        (
            {"map": Ridge(choice="leave-one-out")},
            "every fold by leaving out single ones of them",
            3,
        ),
        ({"split": "blocks"}, "by leaving out blocks of neighbouring ones of them from 17", 3),
        ({"groups": [i // 3 for i in range(60)]}, "by leaving out whole groups of them from 17", 3),
        ({"map": Ridge(7.0)}, "ridge regression (Hoerl & Kennard, 1970), with a penalty of 7.", 3),
        ({"map": PartialLeastSquares(2)}, "partial least squares with 2 components, fitted to", 3),
        ({"map": OneToOne()}, "least squares from the one neuron of the layer that correlated", 3),
        ({"groups": [i // 3 for i in range(60)]}, "(seed 0), 20 groups of stimuli whole.", 3),
        ({"split": "blocks"}, "held out in 5 folds of neighbouring stimuli.", 3),
        ({"folds": [i % 3 for i in range(60)]}, "held out in 3 folds given beforehand.", 4),
    ],
)
def test_methods_say_what_was_fitted_and_held_out(layers, brain, settings, said, reference):
    found = encoding.score(layers, brain, **settings)
    assert said in _score_methods.paragraph(found, "1.0")
    assert len(_score._again(found, None)["references"]) == reference


@dataclass(frozen=True)
class Own:
    """A map that is not one of ours, and chooses nothing."""

    name: ClassVar[str] = "own"
    jointly: ClassVar[bool] = False
    setting: ClassVar[str] = ""

    strength: float = 1.0

    def on(self, layer):
        return Ridge(self.strength).on(layer)


def test_a_map_of_one_s_own_has_a_page(layers, brain, found):
    own = encoding.score(layers, brain, map=Own(3.0))
    assert own.settings is None
    assert list(own.frame()) == [name for name in found.frame() if name != "penalty"]
    text = text_of(_score.page(own, None))
    assert "The map was own(strength=3.0)." in text
    assert "What was chosen" not in text
    assert [one.key for one in cited(own)] == ["spearman1910correlation", "brown1910experimental"]


def test_the_page_says_by_which_number_a_layer_is_best(layers, brain, found):
    without = encoding.score(layers, brain, regions=REGIONS, ceiling=None)
    said = "Best is the layer with the highest median r"
    for scores, over in ((without, ""), (found, " over the ceiling")):
        assert f"{said}{over}, however small its lead." in text_of(_score.page(scores, None))
