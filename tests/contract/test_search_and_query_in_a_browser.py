"""Search and the query page as a reader meets them: with and without a script, by keyboard, in the dark, on a phone."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest

from tests.browser import accessible, picture, watched
from tests.conftest import ROOT

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

EDITOR = ROOT / "ogp_graph" / "web" / "static" / "vendor" / "yasgui.min.js"


def editor(page: Page, served: str, query: str = "") -> None:
    if not EDITOR.exists():
        pytest.skip("the query editor is not installed: see scripts/web-assets")
    page.goto(f"{served}query{query}")
    page.wait_for_selector(".CodeMirror")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1200, 360])
def test_search_is_narrowed_by_facets(chromium: Browser, served: str, scheme: str, width: int) -> None:
    options = {"color_scheme": scheme, "viewport": {"width": width, "height": 800}, "java_script_enabled": True}
    with watched(chromium, served, **options) as page:
        page.goto(f"{served}search")
        page.get_by_label("Words in titles").fill("open")
        page.get_by_role("button", name="Search").click()
        before = int(page.locator("#total strong").inner_text())
        assert page.locator(".result").count() == before > 1
        link = page.locator(".facets section", has_text="Completion").get_by_role("link", name="Complete", exact=True)
        count = int(link.locator("xpath=../span").inner_text())
        link.click()
        assert int(page.locator("#total strong").inner_text()) == page.locator(".result").count() == count < before
        assert page.get_by_label("Words in titles").input_value() == "open"
        assert page.locator("mark").count()
        assert accessible(page) == []
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        picture(page, f"search-{scheme}-{width}")
        page.get_by_role("link", name=re.compile("^Leave out Completion")).click()
        assert int(page.locator("#total strong").inner_text()) == before


def test_search_works_without_a_script_and_by_keyboard(chromium: Browser, served: str) -> None:
    with watched(chromium, served, java_script_enabled=False) as page:
        page.goto(f"{served}search")
        while page.locator("input:focus").count() == 0:
            page.keyboard.press("Tab")
        page.keyboard.type("school")
        page.keyboard.press("Enter")
        page.wait_for_url("**/search?q=school")
        assert page.locator(".result").count() == 2


def test_an_example_runs_and_is_seen_as_table_and_chart(chromium: Browser, served: str) -> None:
    with watched(chromium, served) as page:
        editor(page, served)
        assert accessible(page) == []
        page.locator("a[data-example='completion']").click()
        page.wait_for_selector("#results table.dataTable")
        assert "Substantial" in page.locator("#results table").inner_text()
        assert accessible(page) == []
        picture(page, "query-table")
        page.locator("button.select_chart").click()
        assert page.locator(".bars li").count() == page.locator(".bars svg").count() > 2
        assert accessible(page) == []
        picture(page, "query-chart")
        page.locator("button.select_response").click()
        page.wait_for_selector("#results textarea", state="attached")
        assert accessible(page) == []
        with page.expect_download() as got:
            page.locator("#files").get_by_role("link", name="CSV").click()
        assert got.value.path().read_text(encoding="utf-8").startswith("level,reports,members")


def test_results_lead_to_pages_and_errors_are_told(chromium: Browser, served: str) -> None:
    with watched(chromium, served) as page:
        editor(page, served, "?query=SELECT%20%3Fr%20%7B%20%3Fr%20a%20ogpv%3AMember%20%7D")
        assert (
            page.evaluate("document.querySelector('.CodeMirror').CodeMirror.getValue()")
            == "SELECT ?r { ?r a ogpv:Member }"
        )
        page.evaluate("document.querySelector('.CodeMirror').CodeMirror.setValue('PREFIX ogpv: "
                      "<https://w3id.org/ogp-graph/ontology#> SELECT ?r { ?r a ogpv:Member }')")  # fmt: skip
        page.get_by_role("button", name="Run query").click()
        page.wait_for_selector("#results a.iri")
        assert "?query=PREFIX" in page.url
        link = page.locator("#results a.iri").first
        assert link.get_attribute("href").startswith("/id/member/")
        link.click()
        page.wait_for_url("**/page/member/*")


def test_a_long_text_pushes_no_column_aside_and_a_link_that_is_cut_leads_to_its_page(
    chromium: Browser, served: str
) -> None:
    query = f"SELECT ?text ?r {{ ?r a <https://w3id.org/ogp-graph/ontology#Report> BIND ('{'x' * 9_000}' AS ?text) }}"
    with watched(chromium, served) as page:
        editor(page, served, f"?query={quote(query)}")
        page.get_by_role("button", name="Run query").click()
        page.wait_for_selector("#results .expandable a.iri")
        assert page.evaluate("document.documentElement.scrollWidth") <= 1200
        page.locator("#results .expandable a.iri").first.click()
        page.wait_for_url("**/page/report/*")


def test_a_refused_query_is_told_in_the_servers_words(chromium: Browser, served: str) -> None:
    if not EDITOR.exists():
        pytest.skip("the query editor is not installed: see scripts/web-assets")
    page = chromium.new_page()
    page.goto(
        f"{served}query?query=SELECT%20*%20%7B%20SERVICE%20%3Chttps%3A%2F%2Fexample.org%2F%3E%20%7B%20%3Fs%20%3Fp%20%3Fo%20%7D%20%7D"
    )
    page.get_by_role("button", name="Run query").click()
    page.wait_for_selector("#results [role=alert]")
    assert "SERVICE" in page.locator("#results [role=alert]").inner_text()
    page.close()


def test_names_are_completed_from_the_release(chromium: Browser, served: str) -> None:
    with watched(chromium, served) as page:
        editor(
            page,
            served,
            "?query=PREFIX%20ogpv%3A%20%3Chttps%3A%2F%2Fw3id.org%2Fogp-graph%2Fontology%23%3E%0ASELECT%20*%20%7B%20%3Fr%20ogpv%3Aless",
        )
        page.locator(".CodeMirror").click()
        page.keyboard.press("Control+End")
        page.keyboard.press("Control+Space")
        page.wait_for_function("document.querySelector('.CodeMirror').CodeMirror.getValue().includes('ogpv:lesson')"
                               " || document.querySelector('.CodeMirror-hints')")  # fmt: skip
        page.keyboard.press("Enter")
        assert "ogpv:lesson" in page.evaluate("document.querySelector('.CodeMirror').CodeMirror.getValue()")


def test_tab_leaves_the_editor(chromium: Browser, served: str) -> None:
    with watched(chromium, served) as page:
        editor(page, served)
        page.locator(".CodeMirror").click()
        before = page.evaluate("document.querySelector('.CodeMirror').CodeMirror.getValue()")
        names = []
        for _ in range(3):
            page.keyboard.press("Tab")
            names.append(page.evaluate("document.activeElement.getAttribute('aria-label') || ''"))
        assert "Run query" in names
        assert not page.evaluate("document.querySelector('.CodeMirror').contains(document.activeElement)")
        assert page.evaluate("document.querySelector('.CodeMirror').CodeMirror.getValue()") == before


def test_without_a_script_a_query_runs_from_the_plain_form(chromium: Browser, served: str) -> None:
    with watched(chromium, served, java_script_enabled=False) as page:
        page.goto(f"{served}query/completion")
        page.get_by_role("button", name="Run").click()
        page.wait_for_url("**/sparql?query=*")
        assert "Substantial" in page.locator("table").inner_text()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_quality_page_leads_from_a_kind_to_the_place_in_the_capture(
    chromium: Browser, served: str, scheme: str
) -> None:
    with watched(chromium, served, color_scheme=scheme, viewport={"width": 360, "height": 800}) as page:
        page.goto(f"{served}quality/")
        assert accessible(page) == []
        assert page.evaluate("document.documentElement.scrollWidth") <= 360
        picture(page, f"quality-{scheme}")
        page.get_by_role("link", name="border unknown").click()
        assert page.locator(".result").count() == 1
        assert accessible(page) == []
        page.get_by_role("link", name="show me where").click()
        page.wait_for_url("**/page/capture/*#place")
        assert "and" in page.locator("mark#place").inner_text()
        assert page.locator("mark#place").evaluate("one => one.getBoundingClientRect().top < innerHeight")


def test_the_licences_of_what_browsers_load_are_beside_it() -> None:
    if not EDITOR.exists():
        pytest.skip("the query editor is not installed: see scripts/web-assets")
    told = (EDITOR.parent / "LICENSES.txt").read_text(encoding="utf-8")
    for name in ("@zazuko/yasgui", "codemirror", "jquery", "datatables.net"):
        assert f"==== {name}/" in told, name
