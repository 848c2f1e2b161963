"""A headless Chromium that opens report pages and remembers what they asked for."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from browser.pages import Open, Opened, until

if TYPE_CHECKING:
    from playwright.sync_api import Browser

QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--disable-quic",
)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    chromium = shutil.which("chromium")
    if chromium is None:
        pytest.skip("no program named chromium on the path")
    with playwright.sync_playwright() as running:
        found = running.chromium.launch(executable_path=chromium, args=list(QUIET))
        yield found
        found.close()


@pytest.fixture
def opened(browser: Browser) -> Iterator[Open]:
    """Open a report at a width, in a colour scheme, and wait until its charts are drawn."""
    contexts: list[Any] = []

    def open_page(path: Path, width: int = 1280, scheme: str = "light") -> Opened:
        phone = width < 600
        context = browser.new_context(
            viewport={"width": width, "height": 844},
            color_scheme=scheme,  # pyright: ignore[reportArgumentType]
            has_touch=phone,
            is_mobile=phone,
            permissions=["clipboard-read", "clipboard-write"],
        )
        contexts.append(context)
        seen = Opened(context.new_page())
        seen.page.on("console", lambda message: seen.complaints.append(message.text))
        seen.page.on("pageerror", lambda error: seen.complaints.append(str(error)))
        seen.page.on("request", lambda request: seen.requests.append(request.url))
        seen.page.goto(path.as_uri())
        until(
            seen.page,
            "[...document.querySelectorAll('.chart')].every(c => c.querySelector('.main-svg'))",
        )
        return seen

    yield open_page
    for context in contexts:
        context.close()
