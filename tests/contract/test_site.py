"""The pages: what they show of a report whatever stands in it, what left the data, and what overviews count."""

from __future__ import annotations

import csv
import json
import re
from collections import Counter
from dataclasses import replace
from functools import cache
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING

import pyoxigraph as ox
import pytest
from selectolax.lexbor import LexborHTMLParser as HTMLParser
from selectolax.lexbor import LexborNode

from ogp_graph.engine import Direct
from ogp_graph.known import OVERVIEW, overview, write_overview
from ogp_graph.model import Evidence, Status
from ogp_graph.names import IRIs, slug
from ogp_graph.release import Workspace
from ogp_graph.settings import settings_from
from ogp_graph.vocabulary import definition_lines, term
from ogp_graph.web import create_app, data_target
from ogp_graph.web.pages.addresses import web_address
from ogp_graph.web.pages.templating import plain, short
from ogp_graph.web.target import Site
from ogp_graph.web.unseen import signs, visible
from tests.full_report import ANSWERS, KEY, full_report, value
from tests.serving import client_over
from tests.small_release import release_of, report_named, result_of, shared

if TYPE_CHECKING:
    from collections.abc import Iterable

    from flask.testing import FlaskClient

    from ogp_graph.model import Mention

URL = "https://data.example.org/ogp/"
BROWSER = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}
LEDGER = "glasgow-united-kingdom-2021-2023-a-public-ledger-for-the-clean-air-fund-9ec6ce56"
PAGES = (
    "/", "/members", "/coverage", "/results", "/lessons", "/downloads", "/about", "/ontology", "/shapes",
    "/form", "/form/end-of-commitment", "/page/member/glasgow-united-kingdom",
    "/page/plan/glasgow-united-kingdom-2021-2023", f"/page/commitment/{LEDGER}", f"/page/report/{LEDGER}",
    f"/page/evaluator/{LEDGER}/1", f"/page/report/{LEDGER}/source/answer-1.1-value",
    "/page/code/status", "/page/code/completion/complete", "/page/code/question/eoc-2.1.1",
    "/page/graph/links/sdg", "/page/dataset", "/nothing",
)  # fmt: skip

HOSTILE = (
    "<script>alert(1)</script><img src=x onerror=alert(1)>",
    '"><svg/onload=alert(1)>',
    "' onmouseover='alert(1)",
    "</title></script><!--",
    "]]>{{ 7*7 }}{% raw %}",
    "\u202egnp.exe\u202d \u2066\u2067 \u200f",
    "&lt;b&gt; &#x3C;",
    "=HYPERLINK(1)",
)


@pytest.fixture(scope="module")
def site(sample_workspace: Path) -> FlaskClient:
    return client_over(sample_workspace, URL)


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> FlaskClient:
    """A release of one report in which everything that a page can say is hostile."""
    bad = " ".join(HOSTILE)
    report = replace(
        full_report(),
        title=value(bad, 10),
        commitment_title=value("T" * 200_000 + bad, 170),
        commitment_subtitle=value(bad, 190),
        action=value(bad, 220),
        problem=value("\u202e" + "long words " * 20_000 + bad, 260),
        evaluators=tuple(replace(one, name=value(bad, 50), affiliation=bad) for one in full_report().evaluators),
        answers=(
            replace(
                ANSWERS[0],
                explanation=value(bad, 410),
                stated=value(bad, 400),
                evidence=(
                    Evidence(value(bad, 450), ("javascript:alert(1)", "https://example.org/\"onclick='x'<b>")),
                    Evidence(value("data", 470), ("data:text/html,<script>alert(1)</script>",)),
                    Evidence(value("mixed", 475), ("JaVaScRiPt:alert(1)", "vbscript:x", "file:///etc/passwd")),
                ),
            ),
            *ANSWERS[1:],
        ),
        unassigned=(value(bad, 990),),
    )
    workspace = Workspace(tmp_path_factory.mktemp("hostile") / "workspace")
    release_of(workspace, [result_of(report)], shared=with_codes)
    return client_over(workspace.path, URL)


def with_codes(mentions: Iterable[Mention]) -> list[str]:
    """What reports share, and the code lists."""
    return [*shared(mentions), *definition_lines(graph=IRIs().meta_graph)]


def is_harmless(html: str) -> HTMLParser:
    """Checks that no text became markup, and gives the page."""
    page = HTMLParser(html)
    for node in page.css("*"):
        for name, given in node.attributes.items():
            assert not name.startswith("on"), (node.tag, name)
            assert name != "style"
            if name in ("href", "src", "action"):
                assert given is not None
                assert given.startswith(("/", "#", "http://", "https://")), given
        assert node.tag not in ("iframe", "object", "embed", "base", "style")
    for script in page.css("script"):
        assert script.attributes["type"] in ("application/ld+json", "application/problem+json")
        json.loads(script.text())
    return page


@pytest.mark.parametrize("path", PAGES)
def test_every_page_is_a_whole_document_without_inline_script_or_style(site: FlaskClient, path: str) -> None:
    response = site.get(path, headers=BROWSER)
    assert response.status_code == (404 if path == "/nothing" else 200)
    page = is_harmless(response.text)
    assert page.css_first("html").attributes["lang"] == "en"
    assert len(page.css("h1")) == len(page.css("main")) == len(page.css("title")) == 1
    assert "Unofficial" in page.css_first("footer").text()
    ids = [node.attributes["id"] for node in page.css("[id]")]
    assert len(ids) == len(set(ids))
    assert "Accept" in response.headers["Vary"]


def test_a_page_that_is_not_there_offers_to_search_for_its_words(site: FlaskClient) -> None:
    page = HTMLParser(site.get("/page/report/glasgow-2019-2020-a-ledger-0123abcd", headers=BROWSER).text)
    link = page.css_first("main a[href*='search?q=']")
    assert link.attributes["href"] == "/ogp/search?q=glasgow%20a%20ledger"
    hostile = site.get("/page/%3Cscript%3Ealert(1)%3C%2Fscript%3E-%E2%80%AE", headers=BROWSER)
    is_harmless(hostile.text)


@pytest.mark.parametrize("path", PAGES)
def test_every_link_inside_the_site_leads_somewhere(site: FlaskClient, path: str) -> None:
    page = HTMLParser(site.get(path, headers=BROWSER).text)
    for node in page.css("a[href]"):
        link = node.attributes["href"] or ""
        if link.startswith("/ogp/") and "query?" not in link and "sparql?" not in link:
            address, _, anchor = link.removeprefix("/ogp").partition("#")
            status, anchors = led(site, address)
            assert status == 200, (path, link)
            assert not anchor or anchor in anchors, (path, link)


@cache
def led(site: FlaskClient, address: str) -> tuple[int, frozenset[str | None]]:
    """Status and anchors of what a link leads to."""
    with site.get(address, headers=BROWSER) as found:
        page = HTMLParser(found.text) if found.mimetype == "text/html" else HTMLParser("")
        return found.status_code, frozenset(node.attributes["id"] for node in page.css("[id]"))


@pytest.mark.parametrize("path", [f"report/{KEY}", f"commitment/{KEY}", "plan/lindholm-norland-2022-2024"])
def test_data_in_pages_of_huge_texts_are_an_extract_and_those_beside_them_whole(
    hostile: FlaskClient, path: str
) -> None:
    packed = hostile.get(f"/page/{path}", headers=BROWSER | {"Accept-Encoding": "gzip"})
    assert len(packed.data) < 60_000
    page = HTMLParser(hostile.get(f"/page/{path}", headers=BROWSER).text)
    block = page.css_first('script[type="application/ld+json"]').text()
    assert len(block) < 60_000
    told = set(ox.parse(block.encode(), format=ox.RdfFormat.JSON_LD))
    whole = set(ox.parse(hostile.get(f"/data/{path}.jsonld").data, format=ox.RdfFormat.JSON_LD))
    further = {one for one in told if one.predicate.value.endswith("#seeAlso")}
    assert told - further
    assert told - further <= whole
    assert [one.object.value for one in further] == ([] if told <= whole else [f"{URL}data/{path}.jsonld"])
    if path.startswith("report"):
        assert further
        assert any(len(one.object.value) > 100_000 for one in whole if isinstance(one.object, ox.Literal))


@pytest.mark.parametrize("kind", ["report", "commitment", "evaluator", "member", "plan"])
def test_what_a_report_says_stays_text(hostile: FlaskClient, kind: str) -> None:
    key = {"member": "lindholm-norland", "plan": "lindholm-norland-2022-2024", "evaluator": f"{KEY}/1"}.get(kind, KEY)
    response = hostile.get(f"/page/{kind}/{key}", headers=BROWSER)
    assert response.status_code == 200
    page = is_harmless(response.text)
    title = page.css_first("title").text()
    assert len(title) < 200
    assert not any(control in title for control in "\u202e\u202d\u2066\u2067")
    assert "49" not in title
    for node in page.css("a[rel~=ugc]"):
        assert {"nofollow", "noopener", "ugc"} <= set((node.attributes["rel"] or "").split())
        assert web_address(node.attributes["href"] or "")


def test_hostile_text_is_isolated_and_long_titles_are_shortened(hostile: FlaskClient) -> None:
    page = HTMLParser(hostile.get(f"/page/report/{KEY}", headers=BROWSER).text)
    assert page.css_first("h1").attributes["dir"] == "auto"
    for node in page.css("bdi, [dir=auto]"):
        assert node.tag in ("bdi", "p", "q", "div", "blockquote", "h1")
    outside = page.css("main .unseen")
    assert {(node.text(), node.attributes["title"]) for node in outside} >= {
        ("⟦RLO⟧", "right-to-left override"), ("⟦RLI⟧", "right-to-left isolate"),
    }  # fmt: skip
    for node in outside:
        isolating: LexborNode | None = node
        while isolating is not None and isolating.tag != "bdi" and "dir" not in isolating.attributes:
            isolating = isolating.parent
        assert isolating is not None, node.html
    assert len(page.css_first("nav.crumbs").text()) < 1000


@pytest.mark.parametrize("path", [
    f"/page/report/{KEY}", f"/page/commitment/{KEY}", "/page/member/lindholm-norland", f"/page/evaluator/{KEY}/1",
    f"/page/graph/report/{KEY}", "/search?q=long", "/lessons", "/page/code/completion/complete",
])  # fmt: skip
def test_characters_that_nobody_sees_are_shown(hostile: FlaskClient, path: str) -> None:
    page = HTMLParser(hostile.get(path, headers=BROWSER).text)
    for node in page.css("script, textarea"):
        node.decompose()
    assert not re.search("[\u202a-\u202e\u2066-\u2069]", page.html)
    if "report" in path or "evaluator" in path or "search" in path:  # what is cut on the others has none
        assert "⟦" in page.css_first("main").text()


def test_data_have_the_characters_that_pages_show(hostile: FlaskClient) -> None:
    page = hostile.get(f"/page/report/{KEY}", headers=BROWSER).text
    block = HTMLParser(page).css_first('script[type="application/ld+json"]').text()
    for text in (block, hostile.get(f"/data/report/{KEY}.jsonld").text, hostile.get(f"/data/report/{KEY}.csv").text):
        assert "⟦" not in text
        assert "\u202e" in text
    assert "\u202e" in json.loads(hostile.get("/search.json?q=long").data)["results"][0]["snippets"][0]["text"]


def test_signs_stand_for_what_misleads_and_for_nothing_that_a_text_needs() -> None:
    assert signs("a\u2066b\ufeff\x85\U000e0041") == "a⟦LRI⟧b⟦BOM⟧⟦U+0085⟧⟦U+E0041⟧"
    needed = "\u200c\u200d\u200e\u200f\u061c\u200b\u00ad\t\n \U0001f3f4\U000e0067\U000e0062\U000e007f"
    assert signs(needed) == needed
    kept = '<a title="\u202e">x</a><script>\u202e</script><textarea>\u202e</textarea>'
    assert visible(f"<title>\u202ex</title>{kept}\u202d") == (
        f'<title>⟦RLO⟧x</title>{kept}<abbr class="unseen" title="left-to-right override">⟦LRO⟧</abbr>'
    )


def test_header_values_hold_nothing_that_a_report_says(hostile: FlaskClient) -> None:
    for path in (f"/page/report/{KEY}", f"/data/report/{KEY}.ttl", f"/id/report/{KEY}"):
        for name, given in hostile.get(path).headers:
            assert given.isascii(), name
            assert "alert" not in given


def test_a_table_of_hostile_cells_holds_no_formula(hostile: FlaskClient) -> None:
    usual = csv.field_size_limit(1_000_000)
    try:
        rows = list(csv.reader(StringIO(hostile.get("/data/member/lindholm-norland.csv").text, newline="")))
    finally:
        csv.field_size_limit(usual)
    assert len(rows) == 2
    assert not any(cell.startswith(("=", "+", "@")) for cell in rows[1])


def test_a_file_with_hostile_links_gets_none_of_them(tmp_path: Path) -> None:
    base = "https://example.org/"
    lines = [
        f"<{base}id/a> <{base}to> <{link}> ." for link in ("javascript:alert(1)", "data:text/html,x", "http://h/?a=%22")
    ]
    path = tmp_path / "a.nt"
    path.write_text("\n".join([*lines, f'<{base}id/a> <{base}says> "<script>alert(1)</script>"@en-x-b .', ""]), "utf-8")
    store = ox.Store()
    store.load(path=str(path))
    site = create_app(Site(data_target(path), URL, settings_from({}, base=base)), Direct(store)).test_client()
    page = is_harmless(site.get("/page/a", headers=BROWSER).text)
    assert [node.attributes["href"] for node in page.css("a[rel~=ugc]")] == ["http://h/?a=%22"]
    assert "javascript:alert(1)" in page.css_first("main").text()


@pytest.mark.parametrize(
    ("address", "leads"),
    [("https://example.org/a", True), ("HTTP://example.org", True), ("javascript:alert(1)", False), ("//x", False),
     ("data:text/html,x", False), ("https:", False), ("http://[", False), (" javascript:x", False), ("", False)],
)  # fmt: skip
def test_links_lead_to_the_web_only(address: str, leads: bool) -> None:
    assert bool(web_address(address)) == leads


def test_texts_are_cut_at_words() -> None:
    assert short("a" * 10, 5) == "aaaaa…"
    assert short("one two", 7) == "one two"
    assert short("one two three", 8) == "one two…"
    assert plain("a\u202eb\nc") == "a⟦RLO⟧b c"


# What is known and what is not


def test_each_status_is_told_in_words_and_by_form(hostile: FlaskClient) -> None:
    page = HTMLParser(hostile.get(f"/page/report/{KEY}", headers=BROWSER).text)
    told = {
        Status.LOST: ("2.1.2", "Lost in the capture"),
        Status.UNRECOGNISED: ("2.1.3", "Not recognised"),
        Status.NOT_REACHED: ("2.1.4", "Not reached"),
    }
    for status, (number, words) in told.items():
        answer = page.css_first(f'[id="answer-{number}"]')
        badge = answer.css_first(f".status-{status}")
        assert badge.text() == words
    assert "Partly, see annex" in page.css_first('[id="answer-2.1.3"]').text()
    with hostile.get("/static/style.css") as response:
        style = response.text
    shapes = [style.partition(f".status-{one}::before {{")[2].partition("}")[0] for one in Status]
    assert len(set(shapes)) == len(shapes)


def test_a_value_shows_where_it_stands_without_a_script(site: FlaskClient) -> None:
    page = HTMLParser(site.get(f"/page/report/{LEDGER}", headers=BROWSER).text)
    where = page.css_first('[id="answer-1.1"] details.where')
    assert where.css_first("blockquote").text() == "Complete"
    assert "Characters 2395 to 2403" in where.text()
    assert "glasgow-clean-air-fund.html" in where.text()
    assert where.css_first("a[href$='/source/answer-1.1-value']") is not None


def test_other_captures_and_machine_translations_are_marked(hostile: FlaskClient) -> None:
    text = HTMLParser(hostile.get(f"/page/report/{KEY}", headers=BROWSER).text).css_first("main").text()
    assert "Another capture says" in text
    assert "Limited" in text
    assert "translated by a machine" in text


@pytest.mark.parametrize(
    ("header", "query", "label"),
    [("es-MX,es;q=0.9,en;q=0.5", "", "Completo"), ("fr", "", "Complet"), ("de", "", "Complete"),
     ("es", "?lang=fr", "Complet"), ("fr;q=0.1, es;q=0.9", "", "Completo"), (None, "", "Complete")],
)  # fmt: skip
def test_labels_are_in_the_language_of_the_reader(
    site: FlaskClient, header: str | None, query: str, label: str
) -> None:
    headers = BROWSER | ({} if header is None else {"Accept-Language": header})
    response = site.get(f"/page/code/completion/complete{query}", headers=headers)
    assert HTMLParser(response.text).css_first("h1").text() == label
    assert "Accept-Language" in ", ".join(response.headers.getlist("Vary"))


# What left


@pytest.fixture(scope="module")
def shrunk(tmp_path_factory: pytest.TempPathFactory) -> tuple[FlaskClient, str, str]:
    """Two releases, of which the later one has a report less; and what they are called."""
    workspace = Workspace(tmp_path_factory.mktemp("shrunk") / "workspace")
    first = release_of(workspace, [result_of(full_report()), result_of(report_named("parks"))])
    second = release_of(workspace, [result_of(full_report())])
    return client_over(workspace.path, URL), first.id, second.id


OVERVIEWS = ("/", "/members", "/coverage", "/results", "/lessons", "/downloads", "/about")
FILES = ("/tables/overview.csv", "/dumps/", "/changes.txt")
PARKS = "lindholm-norland-2020-2022-parks-00000000"


@pytest.mark.parametrize(
    "path",
    [f"id/report/{PARKS}", f"id/report/{PARKS}/answer/1.1", f"id/commitment/{PARKS}", f"id/evaluator/{PARKS}/1",
     "id/plan/lindholm-norland-2020-2022"],
)  # fmt: skip
def test_what_left_a_release_is_gone_and_says_where_it_was(shrunk: tuple[FlaskClient, str, str], path: str) -> None:
    site, first, _ = shrunk
    rest = path.removeprefix("id/")
    for address in (f"/{path}", f"/page/{rest}", f"/data/{rest}.ttl"):
        response = site.get(address)
        assert response.status_code == 410, address
        told = json.loads(response.data)
        assert (told["code"], told["release"]) == ("gone", first)
        assert told["where"] == f"{URL}release/{first}/page/{rest}"
        assert "now" not in told
        where = "/" + told["where"].removeprefix(URL)
        assert site.get(where).status_code == 200
        page = HTMLParser(site.get(address, headers=BROWSER).text)
        assert page.css_first(f'a[href="{told["where"]}"]') is not None


def test_a_release_has_all_its_pages_and_data_below_its_own_address(shrunk: tuple[FlaskClient, str, str]) -> None:
    site, first, second = shrunk
    for release, known in ((first, 200), (second, 410)):
        at = f"/release/{release}"
        for path in (*OVERVIEWS, "/ontology.ttl", f"/page/report/{KEY}", f"/data/report/{KEY}.jsonld", *FILES):
            with site.get(at + path, headers=BROWSER) as response:
                assert response.status_code == 200, at + path
                assert response.headers["OGP-Graph-Release"] == release
                assert response.headers["Cache-Control"] == "public, max-age=31536000, immutable"
        assert site.get(f"{at}/page/report/{PARKS}").status_code == known
        led = site.get(f"{at}/id/report/{KEY}", headers={"Accept": "text/turtle"})
        assert led.headers["Location"] == f"{URL}release/{release}/data/report/{KEY}.ttl"
        for accept, kind in (("text/html", "page"), ("text/turtle", "data")):
            leads = site.get(f"/dataset/{release}", headers={"Accept": accept}).headers["Location"]
            assert f"/{kind}/dataset/{release}" in leads
            assert site.get("/" + leads.removeprefix(URL)).status_code == 200
    assert site.get("/dataset/2020-01-01.1").status_code == 404
    assert 'rel="latest-version"' in ", ".join(site.get(f"/release/{first}/members").headers.getlist("Link"))


def test_whatever_an_old_release_names_is_there(shrunk: tuple[FlaskClient, str, str]) -> None:
    site, first, _ = shrunk
    at = f"/release/{first}"
    home = HTMLParser(site.get(f"{at}/", headers=BROWSER).text)
    named = [node.text() for node in home.css("section[aria-labelledby=downloads] code")]
    assert named == [f"{URL}sparql", f"{URL.removesuffix('/')}{at}/catalogue"]
    assert site.get(f"{at}/catalogue", headers=BROWSER).location == f"{URL.removesuffix('/')}{at}/page/dataset"
    catalogue = site.get(f"{at}/catalogue", headers={"Accept": "text/turtle"})
    assert catalogue.headers["OGP-Graph-Release"] == first
    endpoints = {term("dcat:endpointURL"), term("dcat:endpointDescription"), term("dcat:accessURL")}
    addresses = {
        quad.object.value.removeprefix(URL.removesuffix("/"))
        for quad in ox.parse(catalogue.data, format=ox.RdfFormat.TURTLE)
        if quad.predicate.value in endpoints
    }
    assert {"/sparql", "/reconcile", "/openapi.json", f"{at}/search.json"} <= addresses
    for address in addresses:
        with site.get(address) as response:
            assert response.status_code == 200, address


def test_a_version_of_the_vocabulary_is_found_in_the_release_that_has_it(shrunk: tuple[FlaskClient, str, str]) -> None:
    site, first, _ = shrunk
    folder = Path(site.application.wsgi_app._site.target.folder).parent / first / "definitions" / "ontology"
    folder.chmod(0o755)
    (folder / "ogp.ttl").chmod(0o644)
    (folder / "ogp.ttl").write_text('<https://w3id.org/ogp-graph/ontology> owl:versionInfo "0.0.9" .')
    for extension in ("", ".ttl"):
        led = site.get(f"/ontology/0.0.9{extension}")
        assert led.status_code == 303
        assert led.headers["Location"] == f"{URL}release/{first}/ontology/0.0.9{extension}"
    for version in ("1.0.0", "0.0", "..", "0.0.9%22"):
        assert site.get(f"/ontology/{version}").status_code == 404


@pytest.mark.parametrize(
    "name", ["2020-01-01.1", "../x", "2026-11-21", ".tmp-2026-11-21.1", "current", "2026-11-21.99999999"]
)
def test_a_release_that_never_was_is_not_found(shrunk: tuple[FlaskClient, str, str], name: str) -> None:
    assert shrunk[0].get(f"/release/{name}/members").status_code == 404


def test_a_release_has_a_start_page_without_a_slash_too_and_says_where_queries_go(
    shrunk: tuple[FlaskClient, str, str],
) -> None:
    site, first, _ = shrunk
    led = site.get(f"/release/{first}")
    assert (led.status_code, led.headers["Location"]) == (308, f"{URL}release/{first}/")
    assert site.get("/release/2020-01-01.1").status_code == 404
    for path in ("sparql?query=ASK%7B%7D", "query"):
        refused = site.get(f"/release/{first}/{path}")
        told = json.loads(refused.data)
        assert (refused.status_code, told["endpoint"]) == (404, f"{URL}sparql")
        with site.get("/" + told["dumps"].removeprefix(URL)) as dumps:
            assert (dumps.status_code, dumps.headers["OGP-Graph-Release"]) == (200, first)
    assert ">Query<" not in site.get(f"/release/{first}/members", headers=BROWSER).text


def test_a_withdrawn_release_is_gone(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path / "workspace")
    first = release_of(workspace, [result_of(full_report())])
    stones = [{"kind": "release", "release": first.id, "date": "2026-11-21"},
              {"kind": "capture", "sha256": "9" * 64, "date": "2026-11-21", "reason": "asked for"}]  # fmt: skip
    second = release_of(workspace, [result_of(full_report()), result_of(report_named("parks"))])
    path = second.path.resolve() / "tombstones.json"
    path.chmod(0o644)
    path.write_text(json.dumps(stones), encoding="utf-8")
    gone = first.path.with_name(".tmp-" + first.id)
    first.path.rename(gone)
    site = client_over(workspace.path, URL)
    withdrawn = site.get(f"/release/{first.id}/members")
    assert (withdrawn.status_code, json.loads(withdrawn.data)["code"]) == (410, "withdrawn")
    removed = site.get(f"/id/capture/{'9' * 64}")
    assert (removed.status_code, json.loads(removed.data)["reason"]) == (410, "asked for")


# What overviews count


def test_the_coverage_matrix_counts_what_the_table_of_answers_holds(site: FlaskClient, sample_release: Path) -> None:
    with (sample_release / "tables" / "answers.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    expected = Counter((row["member"], row["question"], row["status"]) for row in rows)
    found = overview(sample_release)
    counted = {
        (member["member"], question, status): number
        for member in found["members"]
        for question, statuses in member["questions"].items()
        for status, number in statuses.items()
    }
    assert counted == expected
    assert found["statuses"] == Counter(row["status"] for row in rows)
    page = HTMLParser(site.get("/coverage", headers=BROWSER).text)
    shown = sum(int(node.text(deep=False)) for node in page.css("tbody .tally"))
    assert shown == len(rows) == sum(int(node.text(deep=False)) for node in page.css("tfoot .tally"))
    lost = sum(int(node.text(deep=False)) for node in page.css("tbody .tally-lost"))
    assert lost == sum(row["status"] == "lost" for row in rows)


def test_results_add_up_to_all_reports(site: FlaskClient, sample_release: Path) -> None:
    found = overview(sample_release)
    with (sample_release / "tables" / "overview.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert sum(found["completion"].values()) == len(rows)
    page = HTMLParser(site.get("/results", headers=BROWSER).text)
    tables = page.css("table")
    assert sum(int(node.text()) for node in tables[0].css("td.number")) == len(rows)
    asked = sum(one["answers"] for one in found["results"])
    assert sum(int(node.text()) for node in tables[1].css("td.number")) == asked
    charts = page.css("figure.chart svg")
    assert len(charts) == 2
    assert all(chart.css("[aria-label]") for chart in charts)


def test_the_overview_is_the_same_when_it_is_made_later(sample_release: Path, tmp_path: Path) -> None:
    (tmp_path / "tables").symlink_to(sample_release / "tables")
    later = overview(tmp_path)
    (tmp_path / OVERVIEW).mkdir()
    write_overview(tmp_path, None)
    made = (tmp_path / OVERVIEW / "overview.json").read_bytes()
    assert made == (sample_release / OVERVIEW / "overview.json").read_bytes()
    assert overview(tmp_path) == json.loads(made) == json.loads(json.dumps(later))


def test_codes_are_counted_and_paged(site: FlaskClient, sample_release: Path) -> None:
    page = HTMLParser(site.get("/page/code/status/answered", headers=BROWSER).text)
    known = overview(sample_release)["statuses"]["answered"]
    assert f"{known} answers" in page.css_first("main").text()
    assert len(page.css("section[aria-labelledby=answers] tbody tr")) == 50
    after = site.get("/page/code/status/answered?page=3", headers=BROWSER)
    assert len(HTMLParser(after.text).css("section[aria-labelledby=answers] tbody tr")) == known - 100


def test_evaluators_are_kept_out_of_search_engines(site: FlaskClient) -> None:
    response = site.get(f"/page/evaluator/{LEDGER}/1", headers=BROWSER)
    assert response.headers["X-Robots-Tag"] == "noindex"
    assert HTMLParser(response.text).css_first("meta[name=robots]").attributes["content"] == "noindex"
    assert site.get(f"/data/evaluator/{LEDGER}/1.ttl").headers["X-Robots-Tag"] == "noindex"


def test_a_report_and_its_commitment_have_keys_of_their_own_in_a_bibliography(site: FlaskClient) -> None:
    pages = [site.get(f"/page/{kind}/{LEDGER}", headers=BROWSER).text for kind in ("report", "commitment")]
    keys = [key for page in pages for key in re.findall(r"@misc\{([^,]+),", page)]
    assert [key.partition("-")[0] for key in keys] == ["report", "commitment"]


def test_a_thing_is_cited_with_its_release(site: FlaskClient) -> None:
    page = HTMLParser(site.get(f"/page/report/{LEDGER}", headers=BROWSER).text).css_first(".about-data")
    assert f"https://w3id.org/ogp-graph/id/report/{LEDGER}" in page.text()
    assert page.css_first("pre").text().startswith("@misc{")


def test_the_vocabulary_has_an_anchor_for_each_term(site: FlaskClient) -> None:
    page = HTMLParser(site.get("/ontology", headers=BROWSER).text)
    terms = {
        quad.subject.value.partition("#")[2]
        for quad in ox.parse(site.get("/ontology.ttl").data, format=ox.RdfFormat.TURTLE)
        if isinstance(quad.subject, ox.NamedNode)
        and quad.subject.value.startswith("https://w3id.org/ogp-graph/ontology#")
    }
    assert terms
    assert terms <= {node.attributes["id"] for node in page.css("[id]")}
    for path in ("/ontology", "/shapes", "/form", "/form/end-of-commitment", "/ontology/0.1.0"):
        for accept in ("text/turtle", "application/ld+json", "application/rdf+xml", "application/n-triples"):
            response = site.get(path, headers={"Accept": accept})
            assert (response.status_code, response.mimetype) == (200, accept), path
            assert response.data == site.get(path, headers={"Accept": accept}).data


def test_every_shape_is_found_with_what_it_asks_for(site: FlaskClient) -> None:
    page = HTMLParser(site.get("/shapes", headers=BROWSER).text)
    told = {}
    for quad in ox.parse(site.get("/shapes.ttl").data, format=ox.RdfFormat.TURTLE):
        if isinstance(quad.subject, ox.NamedNode) and quad.predicate.value == term("sh:message"):
            told[quad.subject.value.partition("#")[2]] = quad.object.value
    assert len(told) > 100
    for anchor, message in told.items():
        assert message in page.css_first(f'[id="{anchor}"]').text(), anchor
    assert page.css_first("#AnswerReport td").text() == "inverse path has answer"
    assert [row.html for row in page.css(".shapes tbody tr") if not row.css_first("td").text().strip()] == []


# Words where a name was


@pytest.mark.parametrize("path", ["/ontology", "/shapes", "/form", "/form/end-of-commitment"])
def test_definitions_are_told_in_words(site: FlaskClient, path: str) -> None:
    page = HTMLParser(site.get(path, headers=BROWSER).text)
    named = [node.text() for node in page.css("main dt, main h3 > bdi")]
    assert [text for text in named if "://" in text or re.match("[a-z-]+:[A-Za-z]", text)] == []
    assert len(page.html) < 140_000


def test_parts_of_a_form_stand_in_the_order_of_its_page_and_lead_to_each_other(site: FlaskClient) -> None:
    page = HTMLParser(site.get("/form/end-of-commitment", headers=BROWSER).text)
    anchors = [node.attributes["id"] for node in page.css("article.answer")]
    assert anchors.index("evaluator") < anchors.index("member") < anchors.index("q1-1") < anchors.index("q2-1-1")
    section = page.css_first("main dl.facts a[href$='#section-1']")
    assert section.text() == "Section 1. Commitment completion"
    spanish = site.get("/form/end-of-commitment?lang=es", headers=BROWSER).text
    assert 'lang="es">Informe de fin de compromiso<' in spanish


def test_links_evaluators_and_files_are_told_in_words(site: FlaskClient) -> None:
    member = site.get("/page/member/glasgow-united-kingdom", headers=BROWSER).text
    link = HTMLParser(site.get("/page/link/" + member.partition("/page/link/")[2].partition('"')[0]).text)
    assert link.css_first("h1").text().startswith("Glasgow, United Kingdom – ")
    evaluator = HTMLParser(site.get(f"/page/evaluator/{LEDGER}/1", headers=BROWSER).text)
    assert "http" not in evaluator.css_first("main dl.facts").text()
    assert [node.text() for node in evaluator.css("main dl.facts")[0].css("dt")].count("type") == 1
    files = HTMLParser(site.get("/downloads", headers=BROWSER).text).css("tbody tr")
    assert [row.text() for row in files if not row.css("td")[-1].text().strip()] == []


def test_members_stand_in_the_order_of_their_letters_whatever_the_accents(tmp_path: Path) -> None:
    one = full_report()
    names = ("Zeta, Norland", "Tétouan, Norland", "Timor, Norland", "álava, Norland")
    named = ((slug(told), value(told, language=None)) for told in names)
    reports = [replace(one, key=f"{key}-x", member=key, member_name=told) for key, told in named]
    made = release_of(Workspace(tmp_path / "workspace"), map(result_of, reports))
    shown = [member["name"] for member in overview(made.path)["members"]]
    assert shown == ["álava, Norland", "Tétouan, Norland", "Timor, Norland", "Zeta, Norland"]
