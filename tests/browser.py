"""A real browser: Debian's Chromium, without a request to anybody else, and axe-core's judgement of a page."""

from __future__ import annotations

import os
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from playwright.sync_api import sync_playwright

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, Page

__all__ = ["AXE", "accessible", "browser", "picture", "watched"]

AXE = Path(__file__).parent / "clients" / "node_modules" / "axe-core" / "axe.min.js"
"""The checker (tests/clients/package-lock.json)."""

_FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
)  # fmt: skip
_SHADES = "image => document.querySelectorAll('.wide').forEach(one => { one.style.backgroundImage = image })"
_RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


@contextmanager
def browser(program: str) -> Iterator[Browser]:
    """Chromium with a fresh profile."""
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=program, args=list(_FLAGS))
        try:
            yield chromium
        finally:
            chromium.close()


@contextmanager
def watched(chromium: Browser, url: str, *, expected: int = 200, **options: Any) -> Iterator[Page]:
    """A page that has to stay without errors, without violations of its policy, and without requests to others.

    The browser tells of a page that is answered with another status than 200; ``expected`` is one that may be."""
    context = chromium.new_context(**({"viewport": {"width": 1200, "height": 900}} | options))
    page = context.new_page()
    wrong: list[str] = []
    page.on("console", lambda message: wrong.append(message.text) if message.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("request", lambda one: None if one.url.startswith((url, "data:")) else wrong.append(f"asked {one.url}"))
    try:
        yield page
        assert [words for words in wrong if expected == 200 or f"status of {expected}" not in words] == []
    finally:
        context.close()


def accessible(page: Page) -> list[str]:
    """What axe-core finds wrong (WCAG 2.2 AA and best practice), one line a rule."""
    page.evaluate(AXE.read_text(encoding="utf-8"))
    page.evaluate(_SHADES, "none")  # axe does not judge what stands on a gradient
    found = page.evaluate("rules => axe.run(document, {runOnly: rules}).then(told => told.violations)", _RULES)
    page.evaluate(_SHADES, "")
    return [f"{one['id']}: {one['help']}: {[node['html'][:120] for node in one['nodes'][:3]]}" for one in found]


def picture(page: Page, name: str) -> None:
    """Keeps a picture of the page for readers of a test run: in ``build/screenshots``, or the folder that
    OGP_GRAPH_SCREENSHOTS names."""
    folder = Path(os.environ.get("OGP_GRAPH_SCREENSHOTS") or AXE.parents[4] / "build" / "screenshots")
    folder.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=str(folder / f"{name}.png"), full_page=True)
