"""The pages as a reader meets them: every type of page in light and dark, wide and narrow, and the way through them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.browser import AXE, accessible, browser, picture, watched
from tests.serving import server_over

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from playwright.sync_api import Browser

LEDGER = "glasgow-united-kingdom-2021-2023-a-public-ledger-for-the-clean-air-fund-9ec6ce56"
CLINICS = "kaduna-state-nigeria-2021-2023-citizens-follow-the-repair-of-rural-clinics-from-the-budget-c73211a8"
PAGES = {
    "start": "", "members": "members", "coverage": "coverage", "results": "results", "lessons": "lessons",
    "downloads": "downloads", "about": "about", "dumps": "dumps/", "vocabulary": "ontology", "shapes": "shapes",
    "form": "form/end-of-commitment", "member": "page/member/kaduna-state-nigeria",
    "plan": "page/plan/kaduna-state-nigeria-2021-2023", "commitment": f"page/commitment/{CLINICS}",
    "report": f"page/report/{LEDGER}", "report-with-lost-answers": f"page/report/{CLINICS}",
    "evaluator": f"page/evaluator/{LEDGER}/1", "citation": f"page/report/{LEDGER}/source/answer-1.1-value",
    "code-list": "page/code/status", "code": "page/code/dimension/civic-participation",
    "named-graph": "page/graph/links/sdg", "dataset": "page/dataset", "not-found": "page/member/nowhere",
}  # fmt: skip


@pytest.fixture(scope="module")
def chromium(program: Callable[[str], str]) -> Iterator[Browser]:
    if not AXE.exists():
        pytest.skip("axe-core is not installed: see scripts/node-packages")
    with browser(program("chromium")) as one:
        yield one


@pytest.fixture(scope="module")
def url(sample_workspace: Path) -> Iterator[str]:
    with server_over("workspace", sample_workspace) as server:
        yield server.url


@pytest.mark.parametrize(("scheme", "width"), [("light", 1200), ("dark", 360)])
@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_accessible_and_fits(chromium: Browser, url: str, name: str, scheme: str, width: int) -> None:
    options = {"color_scheme": scheme, "viewport": {"width": width, "height": 800}}
    with watched(chromium, url, expected=404 if name == "not-found" else 200, **options) as page:
        page.goto(url + PAGES[name])
        if name.startswith("report"):
            page.evaluate("document.querySelectorAll('details.where').forEach((one, n) => one.open = n % 5 === 0)")
        assert accessible(page) == []
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        picture(page, f"{name}-{scheme}-{width}")


@pytest.mark.parametrize("script", [True, False])
def test_from_the_start_to_the_words_that_a_value_rests_on(chromium: Browser, url: str, script: bool) -> None:
    with watched(chromium, url, java_script_enabled=script) as page:
        page.goto(url)
        page.get_by_role("navigation", name="Main").get_by_role("link", name="Members").click()
        page.get_by_role("link", name="Kaduna State, Nigeria").click()
        page.get_by_role("link", name="Citizens follow the repair of rural clinics").click()
        assert page.url == f"{url}page/report/{CLINICS}"
        lost = page.locator("#answer-2\\.1\\.1 .status-lost")
        assert lost.first.inner_text() == "Lost in the capture"
        where = page.locator("#answer-1\\.2 details.where").first
        assert not where.locator("blockquote").is_visible()
        where.locator("summary").click()
        assert where.locator("blockquote").is_visible()
        where.get_by_role("link", name="Citation").click()
        assert "/source/" in page.url
        assert page.get_by_text("starts at character").is_visible()


def test_a_source_opens_by_keyboard_alone(chromium: Browser, url: str) -> None:
    with watched(chromium, url) as page:
        page.goto(f"{url}page/report/{LEDGER}")
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.textContent") == "Skip to content"
        page.keyboard.press("Enter")
        for _ in range(60):
            page.keyboard.press("Tab")
            if page.evaluate("document.activeElement.closest('#answer-1\\\\.1 details.where') !== null"):
                break
        assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") != "none"
        page.keyboard.press("Enter")
        assert page.locator("#answer-1\\.1 blockquote").first.inner_text() == "Complete"


def test_statuses_differ_without_colour(chromium: Browser, url: str) -> None:
    with watched(chromium, url) as page:
        page.goto(f"{url}page/code/status")
        look = (
            "[...document.querySelectorAll('.status')].map(one => { const mark = getComputedStyle(one, '::before');"
            " return [getComputedStyle(one).borderStyle, mark.borderRadius, mark.transform,"
            " mark.backgroundImage.replace(/rgb\\([^)]*\\)/g, 'colour'),"
            " mark.backgroundColor === 'rgba(0, 0, 0, 0)'].join() })"
        )
        looks = page.evaluate(look)
        assert len(looks) == len(set(looks)) == 5


def test_a_printed_report_has_no_navigation_and_all_its_words(chromium: Browser, url: str) -> None:
    with watched(chromium, url, color_scheme="dark") as page:
        page.goto(f"{url}page/report/{LEDGER}")
        page.emulate_media(media="print")
        assert not page.get_by_role("navigation", name="Main").is_visible()
        assert page.locator("#answer-3").is_visible()
        assert page.evaluate("getComputedStyle(document.body).backgroundColor") in (
            "rgb(255, 255, 255)",
            "rgba(0, 0, 0, 0)",
        )
        picture(page, "report-printed")


def test_labels_follow_the_language_of_the_browser(chromium: Browser, url: str) -> None:
    with watched(chromium, url, locale="es-MX") as page:
        page.goto(f"{url}page/report/{CLINICS}")
        lost = page.locator(".status-lost").first
        assert (lost.inner_text(), lost.get_attribute("lang")) == ("Perdida en la captura", "es")
        picture(page, "report-in-spanish")


def test_the_matrix_scrolls_on_a_phone_and_the_page_does_not(chromium: Browser, url: str) -> None:
    with watched(chromium, url, viewport={"width": 360, "height": 700}) as page:
        page.goto(f"{url}coverage")
        region = page.get_by_role("region", name="Coverage matrix")
        assert region.evaluate("one => one.scrollWidth > one.clientWidth")
        region.focus()
        assert page.evaluate("document.documentElement.scrollWidth") <= 360
