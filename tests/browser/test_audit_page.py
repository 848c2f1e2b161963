"""The page of an audit as a person meets it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from browser.pages import Open
from homolog import report
from homolog.audit import Audit
from unit.audited import MEASURES, audited, labels

pytestmark = pytest.mark.browser

HOSTILE = '<img src=x onerror="window.attacked=true"><b>&amp;bold</b>'
CHARTS = ["decoding-0", "decoding-1", "capture", "perturbation"]


@pytest.fixture(scope="module")
def found() -> Audit:
    told = {HOSTILE: labels()["strong"], "weak": labels()["weak"]}
    made = audited(labels=told, guarantee=0.9)
    return replace(made, name=HOSTILE, warnings=(HOSTILE,))


@pytest.fixture(scope="module")
def page_path(found: Audit, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return report.write_audit(found, tmp_path_factory.mktemp("audit"), command="homolog audit x")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
def test_page_is_quiet_alone_and_complete(
    opened: Open, page_path: Path, width: int, scheme: str
) -> None:
    seen = opened(page_path, width, scheme)
    seen.page.mouse.wheel(0, 10_000)
    seen.page.wait_for_timeout(300)
    assert seen.complaints == []
    assert seen.requests == [page_path.as_uri()]
    assert seen.page.evaluate("document.documentElement.scrollWidth") - width == 0
    assert seen.page.evaluate("window.attacked") is None
    drawn = seen.page.evaluate(
        """[...document.querySelectorAll('.chart')].map(chart => ({
            id: chart.id,
            x: chart.querySelector('.xtitle')?.textContent ?? '',
            y: chart.querySelector('.ytitle')?.textContent ?? '',
            traces: chart.querySelectorAll('.scatterlayer .trace').length,
            height: chart.querySelector('.main-svg').getBoundingClientRect().height,
            right: chart.querySelector('.main-svg').getBoundingClientRect().right,
        }))"""
    )
    assert [chart["id"] for chart in drawn] == CHARTS
    for chart in drawn:
        assert chart["x"], chart
        assert chart["y"], chart
        assert chart["traces"] >= len(MEASURES), chart
        assert chart["height"] > 200, chart
        assert chart["right"] <= width, chart


def test_lines_have_the_colour_that_the_table_gives_their_measure(
    opened: Open, page_path: Path
) -> None:
    page = opened(page_path).page
    lines = page.evaluate(
        """[...document.querySelectorAll('#perturbation .scatterlayer .js-line')]
        .map(l => l.style.stroke)"""
    )
    keys = page.evaluate(
        """[...document.querySelectorAll('.needed tbody .key')].slice(0, 2)
           .map(k => getComputedStyle(k, '::before').backgroundColor)"""
    )
    assert lines == keys
    assert len(set(keys)) == 2


def test_the_table_can_be_sorted_and_what_is_not_back_comes_last(
    opened: Open, page_path: Path
) -> None:
    page = opened(page_path).page
    button = page.locator(".needed [data-column='1']")
    for way in ("ascending", "descending"):
        button.click()
        cells = page.locator(".needed tbody tr td[data-label='Score needed']").all_text_contents()
        assert cells[-1] == "not below 0.99", way
    assert page.locator(".needed [aria-sort='descending']").count() == 1


def test_strips_are_described_and_those_beyond_the_goal_have_an_arrow(
    opened: Open, page_path: Path
) -> None:
    page = opened(page_path).page
    strips = page.locator(".needed td.strip svg[role=img]")
    said = [strips.nth(i).get_attribute("aria-label") or "" for i in range(strips.count())]
    assert len(said) == 2 * len(MEASURES)
    assert page.locator(".needed .beyond").count() == sum("not below" in one for one in said) == 1
    assert page.locator(".needed circle.value").count() == 3


def test_a_page_without_labels_shows_components(
    opened: Open, tmp_path_factory: pytest.TempPathFactory
) -> None:
    bare = audited(labels=None, seeds=1)
    seen = opened(report.write_audit(bare, tmp_path_factory.mktemp("bare")), 390)
    assert seen.complaints == []
    charts = seen.page.locator(".chart")
    assert [charts.nth(i).get_attribute("id") for i in range(charts.count())] == CHARTS[2:]
    assert seen.page.locator("#scores h2").text_content() == "In words"
