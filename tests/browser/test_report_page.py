"""The report as a person meets it: drawn, quiet, reachable by keyboard, at home on a phone."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

import homolog
from browser.pages import Open, until
from homolog import Comparison, Representation, _citations, _pictured, report

if TYPE_CHECKING:
    from playwright.sync_api import Page


pytestmark = pytest.mark.browser

HOSTILE = '<img src=x onerror="window.attacked=true"><b>&amp;bold</b>'
WIDTHS = (390, 1280)
SCHEMES = ("light", "dark")
CHARTS = [
    "dissimilarities-reference",
    "dissimilarities-candidate",
    "match-best",
    "match-median",
    "match-worst",
    "spectrum",
]
COMMAND = "homolog compare 'a file.npz' b.npz --seed 0 -o out"


def _populations(
    n_stimuli: int, n_neurons: tuple[int, int], n_trials: int | None, word: str = "unit"
) -> tuple[Representation, Representation]:
    rng = np.random.default_rng(5)
    latent = rng.normal(size=(n_stimuli, 3))
    built: list[Representation] = []
    for n, role in zip(n_neurons, ("reference", "candidate"), strict=True):
        shape = (n_stimuli, n) if n_trials is None else (n_trials, n_stimuli, n)
        built.append(
            Representation(
                latent @ rng.normal(size=(3, n)) + 0.8 * rng.normal(size=shape),
                ("stimulus", "neuron") if n_trials is None else ("trial", "stimulus", "neuron"),
                stimuli=tuple(f"{word} {i}" for i in range(n_stimuli)),
                neurons=tuple(f"{word} {i}" for i in range(n)),
                name=f"{role} {word}",
                unit="spikes/s",
            )
        )
    return built[0], built[1]


@pytest.fixture(scope="module")
def comparison() -> Comparison:
    pair = _populations(24, (8, 5), 6, HOSTILE)
    chosen = ["unbiased_cka", "procrustes", "size_and_shape", "ridge"]
    found = homolog.compare(*pair, chosen, permutations=49)
    scores = [replace(found.scores[0], ceiling=None), *found.scores[1:]]
    return replace(found, scores=scores, warnings=(HOSTILE,))


@pytest.fixture(scope="module")
def page_path(comparison: Comparison, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return report.write(comparison, tmp_path_factory.mktemp("page"), command=COMMAND)


@pytest.fixture(scope="module")
def unusual(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Reports of populations at the edges of what there is."""
    quick = {"permutations": 0, "intervals": False}
    rsa = homolog.measures.find("rsa").using(dissimilarity="euclidean", comparison="pearson")
    long = "/a/folder/with/a/very/long/name/" * 4
    cases = {
        "one measure, no trials": (_populations(8, (3, 4), None), "nbs"),
        "one neuron": (_populations(8, (1, 2), None), "cka"),
        "long names": (_populations(30, (4, 6), None, long), [rsa, "soft_matching_correlation"]),
        "many stimuli and neurons": (_populations(700, (200, 90), None), ["cka", "procrustes"]),
    }
    folder = tmp_path_factory.mktemp("unusual")
    written = {name: folder / f"{name.replace(' ', '-')}.html" for name in cases}
    for name, (pair, chosen) in cases.items():
        text = report._render(homolog.compare(*pair, chosen, **quick), None)
        written[name].write_text(text, encoding="utf-8")
    return written


def _overflow(page: Page, width: int) -> int:
    """How many pixels of the page lie beyond the right edge of the screen.

    A phone widens its window to what overflows, so the window's own width says nothing.
    """
    return page.evaluate("document.documentElement.scrollWidth") - width


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("width", WIDTHS)
def test_page_is_quiet_alone_and_complete(
    opened: Open, page_path: Path, width: int, scheme: str
) -> None:
    seen = opened(page_path, width, scheme)
    seen.page.mouse.wheel(0, 10_000)
    seen.page.wait_for_timeout(300)
    assert seen.complaints == []
    assert seen.requests == [page_path.as_uri()]
    assert _overflow(seen.page, width) == 0
    assert seen.page.evaluate("window.attacked") is None
    drawn = seen.page.evaluate(
        """[...document.querySelectorAll('.chart')].map(chart => ({
            id: chart.id,
            x: chart.querySelector('.xtitle')?.textContent ?? '',
            y: chart.querySelector('.ytitle')?.textContent ?? '',
            marks: chart.querySelectorAll('.heatmaplayer image, .scatterlayer .js-line').length,
            height: chart.querySelector('.main-svg').getBoundingClientRect().height,
            right: chart.querySelector('.main-svg').getBoundingClientRect().right,
        }))"""
    )
    assert [chart["id"] for chart in drawn] == CHARTS
    for chart in drawn:
        assert chart["x"], chart
        assert chart["y"], chart
        assert chart["marks"] == (1 if chart["id"].startswith("diss") else 2), chart
        assert chart["height"] > 200, chart
        assert chart["right"] <= width, chart


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize(
    "name", ["one measure, no trials", "one neuron", "long names", "many stimuli and neurons"]
)
def test_unusual_populations_fit_and_are_quiet(
    opened: Open, unusual: dict[str, Path], name: str, width: int
) -> None:
    seen = opened(unusual[name], width)
    assert seen.complaints == []
    assert _overflow(seen.page, width) == 0
    expected = CHARTS[1:3] + CHARTS[5:] if name == "one neuron" else CHARTS
    charts = seen.page.locator(".chart")
    assert [charts.nth(i).get_attribute("id") for i in range(charts.count())] == expected


def test_axis_titles_do_not_lie_on_tick_labels(opened: Open, page_path: Path) -> None:
    page = opened(page_path, 390).page
    overlaps = page.evaluate(
        """[...document.querySelectorAll('.chart')].flatMap(chart => {
            const title = chart.querySelector('.ytitle').getBoundingClientRect();
            return [...chart.querySelectorAll('.yaxislayer-above .ytick text')]
                .map(tick => tick.getBoundingClientRect())
                .filter(tick => tick.width > 0 && tick.left < title.right - 1)
                .map(() => chart.id);
        })"""
    )
    assert overlaps == []


def test_dots_are_drawn_to_scale(opened: Open, page_path: Path, comparison: Comparison) -> None:
    page = opened(page_path).page
    measured = page.evaluate(
        """[...document.querySelectorAll('td.strip > svg')].map(strip => {
            const track = strip.querySelector('.track').getBoundingClientRect();
            const dot = strip.querySelector('.value').getBoundingClientRect();
            return ((dot.left + dot.right) / 2 - track.left) / track.width;
        })"""
    )
    expected = [_pictured.scale(s).position(s.value) for s in comparison.scores]
    assert measured == pytest.approx(expected, abs=0.004)
    labels = page.locator("td.strip > svg")
    assert labels.nth(1).get_attribute("aria-label") == report._words.score_in_words(
        comparison.scores[1]
    )


def _focused(page: Page) -> str:
    """Name of what has the focus."""
    return page.evaluate(
        "document.activeElement.textContent.trim() || document.activeElement.tagName"
    )


def _measures(page: Page) -> list[str]:
    return page.locator("tbody .measure").all_inner_texts()


def test_table_is_sorted_by_keyboard(opened: Open, page_path: Path) -> None:
    page = opened(page_path).page
    asked_for = ["unbiased_cka", "procrustes", "size_and_shape", "ridge"]
    page.keyboard.press("Tab")
    assert _focused(page) == "Skip to the scores"
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert _focused(page) == "Measure"
    outline = "getComputedStyle(document.activeElement).outlineStyle"
    assert page.evaluate(outline) == "solid"
    head = page.locator("th", has=page.locator("button", has_text=re.compile("^Measure")))
    assert head.get_attribute("aria-sort") == "none"
    for way, expected in (
        ("ascending", sorted(asked_for)),
        ("descending", sorted(asked_for, reverse=True)),
        ("none", asked_for),
    ):
        page.keyboard.press("Enter")
        assert head.get_attribute("aria-sort") == way
        assert _measures(page) == expected
    assert _focused(page) == "Measure"


def test_numbers_sort_as_numbers_and_the_unknown_comes_last(
    opened: Open, page_path: Path, comparison: Comparison
) -> None:
    page = opened(page_path, 390).page
    known = [score for score in comparison.scores if score.ceiling is not None]
    upwards = [s.measure.label for s in sorted(known, key=lambda s: s.ceiling or 0.0)]
    button = page.locator("thead button", has_text="Ceiling")
    button.focus()
    page.keyboard.press("Space")
    assert _measures(page) == [*upwards, "unbiased_cka"]
    page.keyboard.press("Space")
    assert _measures(page) == [*upwards[::-1], "unbiased_cka"]
    assert page.locator("#sorted").text_content() == "Sorted by Ceiling, descending"


def test_everything_that_acts_is_reached_by_tab(opened: Open, page_path: Path) -> None:
    page = opened(page_path).page
    wanted = page.evaluate(
        "document.querySelectorAll('a[href], button, summary, [tabindex=\"0\"]').length"
    )
    closed = page.locator("details pre").count()
    page.evaluate("window.reached = new Set()")
    for _ in range(wanted + 1):
        page.keyboard.press("Tab")
        page.evaluate("reached.add(document.activeElement)")
    page.evaluate("reached.delete(document.body)")
    assert page.evaluate("reached.size") == wanted - closed
    assert wanted > 15


def _colours(page: Page) -> dict[str, str]:
    return page.evaluate(
        """({
            paper: getComputedStyle(document.body).backgroundColor,
            line: document.querySelector('#spectrum .js-line').style.stroke,
            text: document.querySelector('#spectrum .xtitle').style.fill,
            strip: getComputedStyle(document.querySelector('td.strip .value')).fill,
        })"""
    )


def test_page_and_charts_follow_the_theme_when_it_changes(opened: Open, page_path: Path) -> None:
    page = opened(page_path, scheme="light").page
    light = _colours(page)
    page.emulate_media(color_scheme="dark")
    until(page, "document.querySelector('#spectrum .js-line').style.stroke === 'rgb(86, 180, 233)'")
    dark = _colours(page)
    assert all(light[part] != dark[part] for part in light)
    assert dark == _colours(opened(page_path, scheme="dark").page)


@pytest.mark.parametrize("scheme", SCHEMES)
def test_text_stands_out_from_the_paper(opened: Open, page_path: Path, scheme: str) -> None:
    page = opened(page_path, scheme=scheme).page
    colours = page.evaluate(
        """Object.fromEntries(['paper', 'ink', 'soft', 'accent', 'reference', 'candidate'].map(
            name => [name, getComputedStyle(document.documentElement)
                .getPropertyValue('--' + name).trim()]))"""
    )
    paper = colours.pop("paper")
    for name, colour in colours.items():
        least = 3 if name in ("reference", "candidate") else 4.5  # WCAG AA: marks, text
        assert _contrast(colour, paper) >= least, name


def _contrast(one: str, other: str) -> float:
    def luminance(colour: str) -> float:
        parts = np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)]) / 255
        linear = np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)
        return float(linear @ [0.2126, 0.7152, 0.0722])

    low, high = sorted([luminance(one), luminance(other)])
    return (high + 0.05) / (low + 0.05)


def test_pointing_at_a_cell_names_its_stimuli_as_they_are(opened: Open, page_path: Path) -> None:
    page = opened(page_path).page
    chart = page.locator("#dissimilarities-reference .nsewdrag")
    chart.scroll_into_view_if_needed()
    box = chart.bounding_box()
    assert box is not None
    cell = box["width"] / 24
    page.mouse.move(box["x"] + 5.5 * cell, box["y"] + 2.5 * cell)
    label = page.locator("#dissimilarities-reference .hoverlayer text")
    label.first.wait_for()
    text = label.first.text_content() or ""
    # A label as long as this is cut after 40 letters; what is left is text, not markup.
    start = HOSTILE[:39]
    assert f"{start}… (3)" in text
    assert f"{start}… (6)" in text
    assert re.search(r"distance \d\.\d{3}", text)


def test_stimuli_can_be_put_in_order_of_the_response(opened: Open, page_path: Path) -> None:
    page = opened(page_path).page
    curve = "document.getElementById('match-best').data[0].y"
    recorded = page.evaluate(curve)
    order = page.locator("#order")
    order.focus()
    page.keyboard.press("Enter")
    assert order.get_attribute("aria-pressed") == "true"
    assert page.evaluate(curve) == sorted(recorded)
    title = page.locator("#match-best .xtitle").text_content()
    assert title == "Stimulus, by reference response"
    page.emulate_media(color_scheme="dark")
    page.wait_for_timeout(300)
    assert page.evaluate(curve) == sorted(recorded)
    page.keyboard.press("Enter")
    assert page.evaluate(curve) == recorded


def test_the_name_of_an_ordered_axis_fits_its_chart(opened: Open, page_path: Path) -> None:
    page = opened(page_path, 1100).page
    page.locator("#order").click()
    beyond = page.evaluate(
        """['best', 'median', 'worst'].map(rank => {
            const chart = document.getElementById(`match-${rank}`);
            const [drawn, name] = ['.main-svg', '.xtitle'].map(
                part => chart.querySelector(part).getBoundingClientRect());
            return Math.max(drawn.left - name.left, name.right - drawn.right);
        })"""
    )
    assert max(beyond) <= 0


def test_heat_maps_stand_level_when_one_title_wraps(
    opened: Open, page_path: Path, tmp_path: Path
) -> None:
    title = 'class="key reference">reference'
    text = page_path.read_text(encoding="utf-8")
    assert f"<h3 {title}" in text
    (tmp_path / "long.html").write_text(
        text.replace(f"<h3 {title}", f"<h3 {title}{' of a long name' * 12}"), encoding="utf-8"
    )
    page = opened(tmp_path / "long.html").page
    heights, tops = page.evaluate(
        """['height', 'top'].map(side => [...document.querySelectorAll('.two .chart, .two h3')]
            .map(part => Math.round(part.getBoundingClientRect()[side])))"""
    )
    assert heights[0] > heights[2]
    assert heights[1] == heights[3] > 200
    assert tops[1] == tops[3]


def test_crowded_tuning_starts_in_order(opened: Open, unusual: dict[str, Path]) -> None:
    page = opened(unusual["many stimuli and neurons"]).page
    assert page.locator("#order").get_attribute("aria-pressed") == "true"
    curve = page.evaluate("document.getElementById('match-best').data[0].y")
    assert len(curve) == 700
    assert curve == sorted(curve)


def test_command_is_copied(opened: Open, page_path: Path) -> None:
    page = opened(page_path).page
    button = page.locator("[data-copies=command]")
    button.click()
    until(page, "document.querySelector('[data-copies=command]').textContent === 'Copied'")
    assert page.evaluate("navigator.clipboard.readText()") == COMMAND


def test_command_is_selected_where_it_cannot_be_copied(opened: Open, page_path: Path) -> None:
    page = opened(page_path).page
    page.evaluate("navigator.clipboard.writeText = () => Promise.reject(); 0")
    page.locator("[data-copies=command]").click()
    until(page, "getSelection().toString() !== ''")
    assert page.evaluate("getSelection().toString()") == COMMAND


def test_bib_file_is_saved_from_the_page(
    opened: Open, page_path: Path, comparison: Comparison
) -> None:
    page = opened(page_path).page
    with page.expect_download() as waiting:
        page.get_by_text("Download refs.bib").click()
    assert waiting.value.suggested_filename == "refs.bib"
    saved = Path(waiting.value.path()).read_text(encoding="utf-8")
    assert saved == _citations.bibtex(comparison.scores)


def test_warnings_are_one_step_from_the_top(opened: Open, page_path: Path) -> None:
    page = opened(page_path).page
    link = page.locator("header a")
    assert link.inner_text() == f"{page.locator('.warnings li').count()} to read"
    link.click()
    until(page, "location.hash === '#warnings'")
    assert HOSTILE in page.locator(".warnings").inner_text()


def test_a_script_slipped_into_the_page_would_not_run(
    opened: Open, page_path: Path, tmp_path: Path
) -> None:
    text = page_path.read_text(encoding="utf-8")
    slipped = text.replace("<main>", "<main><script>window.attacked = true</script>", 1)
    (tmp_path / "slipped.html").write_text(slipped, encoding="utf-8")
    seen = opened(tmp_path / "slipped.html")
    assert seen.page.evaluate("window.attacked") is None
    assert "Content Security Policy" in seen.complaints[0]


def test_pictures_are_described(opened: Open, page_path: Path) -> None:
    page = opened(page_path).page
    described = page.evaluate(
        "[...document.querySelectorAll('[role=img]')].map(e => e.getAttribute('aria-label'))"
    )
    assert len(described) == 10
    assert all(len(words) > 30 for words in described)
    levels = page.evaluate("[...document.querySelectorAll('h1,h2,h3')].map(h => +h.tagName[1])")
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(step <= 1 for step in np.diff(levels))
