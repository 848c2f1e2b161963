"""The page of encoding scores as a person meets it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from browser.pages import Open
from homolog import encoding, report, represent
from homolog.encoding import Encoding

pytestmark = pytest.mark.browser

HOSTILE = '<img src=x onerror="window.attacked=true"><b>&amp;bold</b>'
LAYERS = ["conv1", HOSTILE, "fc"]
REGIONS = ["V1", "V1", HOSTILE, HOSTILE, HOSTILE]
CHARTS = ["layers-0", "neurons-0", "layers-1", "neurons-1"]


@pytest.fixture(scope="module")
def found() -> Encoding:
    rng = np.random.default_rng(0)
    image = rng.normal(size=(40, 9))
    trials = image @ rng.normal(size=(9, 5)) + rng.normal(size=(4, 40, 5))
    layers = {name: image[:, : 3 * (nth + 1)] for nth, name in enumerate(LAYERS)}
    brain = represent(trials, "trial,stimulus,neuron", name=HOSTILE, neurons=[*"abcd", HOSTILE])
    return encoding.score(layers, brain, regions=REGIONS)


@pytest.fixture(scope="module")
def page_path(found: Encoding, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return report.write_encoding(found, tmp_path_factory.mktemp("score"))


@pytest.mark.parametrize(("width", "scheme"), [(390, "dark"), (1280, "light")])
def test_page_is_quiet_alone_and_complete(
    opened: Open, page_path: Path, width: int, scheme: str
) -> None:
    seen = opened(page_path, width, scheme)
    assert seen.complaints == []
    assert seen.requests == [page_path.as_uri()]
    assert seen.page.evaluate("document.documentElement.scrollWidth") - width == 0
    assert seen.page.evaluate("window.attacked") is None
    drawn = seen.page.evaluate(
        """[...document.querySelectorAll('.chart')].map(chart => ({
            id: chart.id,
            boxes: chart.querySelectorAll('.boxlayer .trace').length,
            points: chart.querySelectorAll('.scatterlayer .point').length,
            right: chart.querySelector('.main-svg').getBoundingClientRect().right,
        }))"""
    )
    assert [(one["id"], one["boxes"], one["points"]) for one in drawn] == [
        (CHARTS[0], 2, 0),
        (CHARTS[1], 0, 2),
        (CHARTS[2], 2, 0),
        (CHARTS[3], 0, 3),
    ]
    assert all(one["right"] <= width for one in drawn)


def test_the_layers_of_a_region_are_sorted_on_their_own(
    opened: Open, page_path: Path, found: Encoding
) -> None:
    page = opened(page_path).page
    second = page.locator("table.scores").nth(1)
    second.locator("[data-column='1']").click()
    names = second.locator("tbody th .measure").all_text_contents()
    order = np.argsort(np.median(found.correlation[:, 2:], axis=1))
    assert names == [LAYERS[nth] for nth in order]
    first = page.locator("table.scores").nth(0)
    assert first.locator("tbody th .measure").all_text_contents() == LAYERS
