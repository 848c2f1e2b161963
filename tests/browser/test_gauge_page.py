"""The page of a gauge audit as a person meets it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from browser.pages import Open
from homolog import report
from homolog.audit import GaugeAudit, gauge_audit
from homolog.networks import RecurrentNetwork

pytestmark = pytest.mark.browser

HOSTILE = '<img src=x onerror="window.attacked=true"><b>&amp;bold</b>'
MEASURES = ["cka", "cca", "procrustes"]


@pytest.fixture(scope="module")
def found() -> GaugeAudit:
    rng = np.random.default_rng(0)
    weights = rng.normal(size=(12, 12)) / 12**0.5
    network = RecurrentNetwork(weights, rng.normal(size=(12, 2)), rng.normal(size=(1, 12)))
    made = gauge_audit(network, rng.normal(size=(4, 10, 2)), MEASURES, n=3)
    return replace(made, name=HOSTILE, silent=1)


@pytest.fixture(scope="module")
def page_path(found: GaugeAudit, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return report.write_gauge(found, tmp_path_factory.mktemp("gauge"))


@pytest.mark.parametrize(("width", "scheme"), [(390, "dark"), (1280, "light")])
def test_page_is_quiet_alone_and_complete(
    opened: Open, page_path: Path, width: int, scheme: str
) -> None:
    seen = opened(page_path, width, scheme)
    assert seen.complaints == []
    assert seen.requests == [page_path.as_uri()]
    assert seen.page.evaluate("document.documentElement.scrollWidth") - width == 0
    assert seen.page.evaluate("window.attacked") is None
    charts = seen.page.locator(".chart")
    assert [charts.nth(i).get_attribute("id") for i in range(charts.count())] == [
        "gauge-rescaled",
        "gauge-balanced",
    ]
    traces = seen.page.locator("#gauge-rescaled .scatterlayer .trace")
    assert traces.count() == len(MEASURES)


def test_measures_can_be_sorted_by_their_score(
    opened: Open, page_path: Path, found: GaugeAudit
) -> None:
    page = opened(page_path).page
    page.locator(".scores [data-column='2']").click()
    names = page.locator(".scores tbody th .measure").all_text_contents()
    means = {label: scores[1].mean() for label, scores in found.rescaled.items()}
    assert names in (sorted(means, key=means.get), sorted(means, key=means.get)[::-1])


def test_strips_are_described(opened: Open, page_path: Path) -> None:
    strips = opened(page_path).page.locator(".scores td.strip svg[role=img]")
    assert strips.count() == len(MEASURES)
    assert (strips.nth(2).get_attribute("aria-label") or "").startswith("procrustes: mean 0.")
