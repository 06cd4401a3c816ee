"""The pages as a reader meets them: every type of page in light and dark, wide and narrow, and the way through them."""

from __future__ import annotations

import html
import re
from typing import TYPE_CHECKING

import pytest

from tests.browser import accessible, picture, watched
from tests.serving import server_over

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from playwright.sync_api import Browser

LEDGER = "glasgow-united-kingdom-2021-2023-a-public-ledger-for-the-clean-air-fund-9ec6ce56"
CLINICS = "kaduna-state-nigeria-2021-2023-citizens-follow-the-repair-of-rural-clinics-from-the-budget-c73211a8"
VILLAGES = "7f01794de6e144174ad1b47789d760dc329d94b59d2a49406e9b6ac24272fde2"
REFUSED = "24f245320241a0bfa6f9c1089b3bd5d79e3433504dc4e6e42901590f81a4e79a"
PAGES = {
    "start": "", "members": "members", "coverage": "coverage", "results": "results", "lessons": "lessons",
    "downloads": "downloads", "about": "about", "dumps": "dumps/", "vocabulary": "ontology", "shapes": "shapes",
    "form": "form/end-of-commitment", "member": "page/member/kaduna-state-nigeria",
    "plan": "page/plan/kaduna-state-nigeria-2021-2023", "commitment": f"page/commitment/{CLINICS}",
    "report": f"page/report/{LEDGER}", "report-with-lost-answers": f"page/report/{CLINICS}",
    "evaluator": f"page/evaluator/{LEDGER}/1", "citation": f"page/report/{LEDGER}/source/answer-1.1-value",
    "code-list": "page/code/status", "code": "page/code/dimension/civic-participation",
    "capture": f"page/capture/{VILLAGES}", "place-in-a-capture": f"page/capture/{VILLAGES}?start=3400&end=3430#place",
    "capture-without-a-report": f"page/capture/{REFUSED}", "findings": "quality/findings",
    "result": "sparql?query=SELECT%20*%20%7B%20%3Fs%20a%20%3Fo%20%7D%20LIMIT%209",
    "named-graph": "page/graph/links/sdg", "dataset": "page/dataset", "not-found": "page/member/nowhere",
}  # fmt: skip


@pytest.mark.parametrize(("scheme", "width"), [("light", 1200), ("dark", 360)])
@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_accessible_and_fits(chromium: Browser, served: str, name: str, scheme: str, width: int) -> None:
    options = {"color_scheme": scheme, "viewport": {"width": width, "height": 800}}
    with watched(chromium, served, expected=404 if name == "not-found" else 200, **options) as page:
        page.goto(served + PAGES[name])
        if name.startswith("report"):
            page.evaluate("document.querySelectorAll('details.where').forEach((one, n) => one.open = n % 5 === 0)")
        assert accessible(page) == []
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        picture(page, f"{name}-{scheme}-{width}")


def test_the_coverage_matrix_is_whole_on_a_wide_screen(chromium: Browser, served: str) -> None:
    with watched(chromium, served) as page:
        page.goto(f"{served}coverage")
        for size in ("1", "9,999"):
            page.evaluate(_TALLIES, size)
            assert page.evaluate(
                "document.querySelector('.wide').scrollWidth <= document.querySelector('.wide').clientWidth"
            )


_TALLIES = "size => document.querySelectorAll('.tally').forEach(one => { one.lastChild.data = size })"
_TABLE = """() => {
    document.querySelector('main').innerHTML = '<div class="wide"><p></p></div>';
    Object.assign(document.querySelector('.wide p').style, {width: '2000px', maxWidth: 'none', height: '40px'});
}"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_table_that_goes_on_at_a_side_is_shaded_there(chromium: Browser, served: str, scheme: str) -> None:
    with watched(chromium, served, color_scheme=scheme, viewport={"width": 360, "height": 800}) as page:
        page.goto(f"{served}coverage")
        page.evaluate(_TABLE)
        table = page.locator(".wide")
        box = table.bounding_box()
        assert box is not None

        def part(left: float) -> bytes:
            return page.screenshot(clip={"x": box["x"] + left, "y": box["y"] + 4, "width": 12, "height": 20})

        plain, ends = part(box["width"] / 2), (0, box["width"] - 12)
        for place, shaded in ((0, [False, True]), (800, [True, True]), (2000, [True, False])):
            table.evaluate("(one, place) => { one.scrollLeft = place }", place)
            assert [part(left) != plain for left in ends] == shaded


@pytest.mark.parametrize("script", [True, False])
def test_from_the_start_to_the_words_that_a_value_rests_on(chromium: Browser, served: str, script: bool) -> None:
    with watched(chromium, served, java_script_enabled=script) as page:
        page.goto(served)
        page.get_by_role("navigation", name="Main").get_by_role("link", name="Members").click()
        page.get_by_role("link", name="Kaduna State, Nigeria").click()
        page.get_by_role("link", name="Citizens follow the repair of rural clinics").click()
        assert page.url == f"{served}page/report/{CLINICS}"
        lost = page.locator("#answer-2\\.1\\.1 .status-lost")
        assert lost.first.inner_text() == "Lost in the capture"
        where = page.locator("#answer-1\\.2 details.where").first
        assert not where.locator("blockquote").is_visible()
        where.locator("summary").click()
        assert where.locator("blockquote").is_visible()
        words = where.locator("blockquote").first.inner_text()
        where.get_by_role("link", name="Characters").click()
        page.wait_for_url("**/page/capture/*#place")
        place = page.locator("mark#place")
        assert place.inner_text().split()[:8] == words.split()[:8]
        assert place.evaluate("one => one.getBoundingClientRect().top < innerHeight")
        page.go_back()
        page.locator("#answer-1\\.2 details.where").first.locator("summary").click()
        page.locator("#answer-1\\.2 details.where").first.get_by_role("link", name="Citation").click()
        assert "/source/" in page.url
        assert page.get_by_text("starts at character").is_visible()


def test_a_source_opens_by_keyboard_alone(chromium: Browser, served: str) -> None:
    with watched(chromium, served) as page:
        page.goto(f"{served}page/report/{LEDGER}")
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


def test_statuses_differ_without_colour(chromium: Browser, served: str) -> None:
    with watched(chromium, served) as page:
        page.goto(f"{served}page/code/status")
        look = (
            "[...document.querySelectorAll('.status')].map(one => { const mark = getComputedStyle(one, '::before');"
            " return [getComputedStyle(one).borderStyle, mark.borderRadius, mark.transform,"
            " mark.backgroundImage.replace(/rgb\\([^)]*\\)/g, 'colour'),"
            " mark.backgroundColor === 'rgba(0, 0, 0, 0)'].join() })"
        )
        looks = page.evaluate(look)
        assert len(looks) == len(set(looks)) == 5


def test_a_printed_report_has_no_navigation_and_all_its_words(chromium: Browser, served: str) -> None:
    with watched(chromium, served, color_scheme="dark") as page:
        page.goto(f"{served}page/report/{LEDGER}")
        page.emulate_media(media="print")
        assert not page.get_by_role("navigation", name="Main").is_visible()
        assert page.locator("#answer-3").is_visible()
        assert page.evaluate("getComputedStyle(document.body).backgroundColor") in (
            "rgb(255, 255, 255)",
            "rgba(0, 0, 0, 0)",
        )
        picture(page, "report-printed")


def test_labels_follow_the_language_of_the_browser(chromium: Browser, served: str) -> None:
    with watched(chromium, served, locale="es-MX") as page:
        page.goto(f"{served}page/report/{CLINICS}")
        lost = page.locator(".status-lost").first
        assert (lost.inner_text(), lost.get_attribute("lang")) == ("Perdida en la captura", "es")
        picture(page, "report-in-spanish")


def test_the_matrix_scrolls_on_a_phone_and_the_page_does_not(chromium: Browser, served: str) -> None:
    with watched(chromium, served, viewport={"width": 360, "height": 700}) as page:
        page.goto(f"{served}coverage")
        region = page.get_by_role("region", name="Coverage matrix")
        assert region.evaluate("one => one.scrollWidth > one.clientWidth")
        region.focus()
        assert page.evaluate("document.documentElement.scrollWidth") <= 360


SAID = "<script>alert(1)</script><img src=x onerror=alert(1)></script><!-- \u202eevil\u202d \u2067rtl '\"`{{7*7}} "
LINKS = ("javascript:alert(1)", "data:text/html,<script>alert(1)</script>", "vbscript:x", "JaVa\tScript:alert(1)",
         "https://example.org/%0d%0aSet-Cookie:a=b?'\"><script>alert(1)</script>")  # fmt: skip


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory, ogp_graph: Callable[..., object], samples: Path) -> Path:
    """A workspace with a release of one page that was written to do harm, read as any other."""
    folder = tmp_path_factory.mktemp("hostile")
    links = iter(LINKS * 99)
    page = (samples / "glasgow-clean-air-fund.html").read_text(encoding="utf-8")
    page = re.sub(r'(?<=<a href=")https?://[^"]+', lambda _: html.escape(next(links)), page)
    for words in ("A public ledger for the clean air fund", "Glasgow, United Kingdom", "The ledger went online"):
        assert words in page
        page = page.replace(words, f"=HYPERLINK(1) {html.escape(SAID)} ada@example.org {words}")
    (folder / "pages").mkdir()
    (folder / "pages" / "a<b>'\"&.html").write_text(page, encoding="utf-8")
    ogp_graph("build", "--workspace", folder / "workspace", folder / "pages", code=None)
    return folder / "workspace"


def test_nothing_that_a_page_says_runs_leads_astray_or_breaks_the_layout(chromium: Browser, hostile: Path) -> None:
    with server_over("workspace", hostile) as server:
        places = re.findall(r"<loc>([^<]+/page/(?!code/)[^<]+)", server.get("sitemap.xml").text)
        capture = (hostile / "current" / "captures.tsv").read_text(encoding="utf-8").split("\n")[1]
        others = ("", "members", "lessons", "quality/findings", "search?q=alert")
        addresses = [*places, *(server.url + one for one in others)]
        addresses += [f"{server.url}page/capture/{capture[:64]}{place}" for place in ("", "?start=0&end=99999")]
        assert len(places) == 5, "report, commitment, plan, member, dataset"
        with watched(chromium, server.url, viewport={"width": 360, "height": 800}) as page:
            dialogs: list[str] = []
            page.on("dialog", lambda dialog: dialogs.append(dialog.message) or dialog.dismiss())
            for address in addresses:
                page.goto(address)
                assert "ada@" not in page.content()
                assert page.evaluate("document.documentElement.scrollWidth") <= 360, address
                links = page.evaluate("[...document.querySelectorAll('a, img, link')].map(one => one.href || one.src)")
                assert all(one.startswith(("http://", "https://")) for one in links), address
            assert dialogs == []
