"""The page of a capture: every place that a citation or a finding names is shown there, and nothing that must not."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow.parquet as pq
import pyoxigraph as ox
import pytest
from selectolax.lexbor import LexborHTMLParser as HTMLParser

from ogp_graph.forms import load_form
from ogp_graph.known import CaptureText, capture_text
from ogp_graph.model import Capture, Document, Page
from ogp_graph.read import document
from ogp_graph.release.erasing import eraser
from ogp_graph.settings import settings_from
from ogp_graph.vocabulary import PREFIXES
from tests.serving import client_over

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask.testing import FlaskClient

URL = "https://data.example.org/ogp/"
BROWSER = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}
LEDGER = "glasgow-united-kingdom-2021-2023-a-public-ledger-for-the-clean-air-fund-9ec6ce56"
PLACES = """
SELECT ?citation ?capture ?start ?end ?exact ?first ?last {
  GRAPH ?sources {
    ?citation oa:hasSource ?capture ; oa:hasSelector ?selector .
    ?selector oa:start ?start ; oa:end ?end
    OPTIONAL { ?selector oa:exact ?exact }
    OPTIONAL { ?selector ogpv:startQuote ?first ; ogpv:endQuote ?last }
  }
}"""


@pytest.fixture(scope="module")
def site(sample_workspace: Path) -> FlaskClient:
    return client_over(sample_workspace, URL)


@pytest.fixture
def workspace(sample_workspace: Path, tmp_path: Path) -> Path:
    """A workspace with the sample release that a test may write to; what it does not write to is not copied."""
    folder = tmp_path / "workspace"
    shutil.copytree(sample_workspace, folder, copy_function=os.link, symlinks=True)
    return folder


def marked(site: FlaskClient, capture: str, start: int, end: int) -> str | None:
    """The words that the page marks; None when it marks none."""
    page = site.get(f"/page/capture/{capture}?start={start}&end={end}", headers=BROWSER)
    assert page.status_code == 200
    found = HTMLParser(page.text).css("mark#place")
    assert len(found) <= 1
    return " ".join(found[0].text().split()) if found else None


def plain(text: str) -> str:
    return " ".join(text.split())


def test_every_citation_leads_to_its_words_in_the_capture(site: FlaskClient, sample_release: Path) -> None:
    store = ox.Store.read_only(str(sample_release / "store"))
    media_types = {
        row["capture"]: row["media_type"]
        for row in pq.read_table(sample_release / "tables/captures.parquet").to_pylist()
    }
    prefixes = "".join(f"PREFIX {name}: <{iri}>\n" for name, iri in PREFIXES.items())
    otherwise, texts = [], {}
    rows = sorted(store.query(prefixes + PLACES), key=lambda row: row["citation"].value)
    for number, row in enumerate(rows):
        capture = row["capture"].value.rpartition("/")[2]
        start, end = int(row["start"].value), int(row["end"].value)
        if capture not in texts:
            texts[capture] = capture_text(sample_release, capture, media_types[capture], settings_from({}), reports=[])
        shown = plain(texts[capture].passage(start, end).marked)
        assert shown, row["citation"]
        if number % 20 == 0:
            assert marked(site, capture, start, end) == shown
        first, last = (row["first"], row["last"]) if row["first"] else (row["exact"],) * 2
        if not (shown.startswith(plain(first.value)) and shown.endswith(plain(last.value))):
            otherwise.append(row["citation"].value)
    assert len(rows) > 500
    # A quote holds the tooltip that stands inside its span; the text as it was read does not.
    assert [one.rpartition("/")[2] for one in otherwise] == ["answer-2.1.2-explanation"]


def test_every_finding_leads_to_its_capture_and_place(site: FlaskClient, sample_release: Path) -> None:
    for row in pq.read_table(sample_release / "tables" / "findings.parquet").to_pylist():
        listed = site.get(f"/quality/findings?kind={row['code']}", headers=BROWSER).text
        path = f"/page/capture/{row['capture']}"
        assert "answer/" not in row["message"], "no address of ours stands in what readers read"
        if "(answer " in row["message"]:
            answer = row["message"].partition("(answer ")[2].rstrip(")")
            assert f'href="/ogp/page/report/{row["report"]}#answer-{answer.partition(",")[0]}"' in listed
            assert row["start"] is not None
        if row["start"] is None:
            assert f'href="/ogp{path}"' in listed
            page = site.get(path, headers=BROWSER)
            assert page.status_code == 200
            assert row["message"] in HTMLParser(page.text).body.text()
        else:
            assert f'href="/ogp{path}?start={row["start"]}&amp;end={row["end"]}#place"' in listed
            shown = marked(site, row["capture"], row["start"], row["end"])
            assert shown
            assert not row["quote"] or plain(row["quote"])[:20] in shown


def test_a_report_leads_to_the_place_of_each_value(site: FlaskClient) -> None:
    page = HTMLParser(site.get(f"/page/report/{LEDGER}", headers=BROWSER).text)
    place = page.css_first("#answer-1\\.1 details.where figcaption a").attributes["href"]
    assert place.endswith("#place")
    found = HTMLParser(site.get(place.removeprefix("/ogp").partition("#")[0], headers=BROWSER).text)
    assert found.css_first("mark#place").text() == "Complete"


def test_a_citation_leads_to_its_place(site: FlaskClient) -> None:
    page = HTMLParser(site.get(f"/page/report/{LEDGER}/source/answer-1.1-value", headers=BROWSER).text)
    place = page.css_first("main p a[href*='#place']").attributes["href"].removeprefix("/ogp").partition("#")[0]
    assert HTMLParser(site.get(place, headers=BROWSER).text).css_first("mark#place").text() == "Complete"
    evaluator = site.get(f"/page/evaluator/{LEDGER}/1", headers=BROWSER).text
    assert "#place" not in evaluator


def test_a_capture_without_a_report_has_a_page_and_data_but_no_text(site: FlaskClient, sample_release: Path) -> None:
    findings = pq.read_table(sample_release / "tables" / "findings.parquet").to_pylist()
    one = next(row for row in findings if not row["report"])
    page = site.get(f"/page/capture/{one['capture']}", headers=BROWSER)
    assert (page.status_code, page.headers["X-Robots-Tag"]) == (200, "noindex")
    assert "no report of this release rests on this capture" in page.text
    assert 'class="capture' not in page.text
    assert site.get(f"/id/capture/{one['capture']}", headers={"Accept": "text/turtle"}).status_code == 303
    assert one["capture"] in site.get(f"/data/capture/{one['capture']}.ttl").text
    assert site.get(f"/page/capture/{'0' * 64}", headers=BROWSER).status_code == 404


def test_the_whole_text_is_shown_in_parts(site: FlaskClient, sample_release: Path) -> None:
    captures = pq.read_table(sample_release / "tables" / "captures.parquet").to_pylist()
    one = next(row for row in captures if row["report"] == LEDGER)
    address, parts = f"/page/capture/{one['capture']}", []
    while address:
        page = HTMLParser(site.get(address, headers=BROWSER).text)
        parts.append(page.css_first("div.capture").text())
        following = page.css_first("a[rel=next]")
        address = following.attributes["href"].removeprefix("/ogp") if following else ""
    whole = plain("".join(parts))
    assert "clean air fund" in whole
    assert len(whole) > 3000


@pytest.mark.parametrize(
    "query",
    ["start=1", "end=1", "start=5&end=1", "start=-1&end=2", "start=a&end=b", "start=1&end=2&page=1", "char=1,2",
     "start=1&start=2&end=3", "start=1&end=99999999999", "page=99"],
)  # fmt: skip
def test_a_place_that_is_none_is_refused(site: FlaskClient, sample_release: Path, query: str) -> None:
    capture = pq.read_table(sample_release / "tables" / "captures.parquet")["capture"][0].as_py()
    reply = site.get(f"/page/capture/{capture}?{query}")
    assert reply.status_code == (404 if query == "page=99" else 400)
    assert reply.content_type == "application/problem+json"


@pytest.mark.parametrize(("start", "end"), [(0, 0), (10_000_000, 10_000_001), (0, 9_999_999_999)])
def test_places_at_the_edges_and_beyond_are_shown_as_what_they_are(
    site: FlaskClient, sample_release: Path, start: int, end: int
) -> None:
    capture = pq.read_table(sample_release / "tables" / "captures.parquet")["capture"][0].as_py()
    page = site.get(f"/page/capture/{capture}?start={start}&end={end}", headers=BROWSER)
    assert page.status_code == 200
    assert len(page.data) < 100_000
    assert ("The place is marked." in page.text) != ("Nothing that a reader sees stands there." in page.text)


# What must not be shown


def one_of(workspace: Path) -> tuple[str, str, str]:
    """A capture, its report, and the name of an evaluator that stands in it."""
    tables = (workspace / "current").resolve() / "tables"
    people = pq.read_table(tables / "evaluators.parquet", columns=["report", "name"]).to_pylist()
    captures = pq.read_table(tables / "captures.parquet", columns=["capture", "report"]).to_pylist()
    person = next(one for one in people if one["report"] == LEDGER)
    return next(one["capture"] for one in captures if one["report"] == LEDGER), LEDGER, person["name"]


def texts(site: FlaskClient, capture: str) -> Iterator[str]:
    for query in ("", "?start=0&end=100000", "?start=300&end=310"):
        yield HTMLParser(site.get(f"/page/capture/{capture}{query}", headers=BROWSER).text).body.text()


def test_a_name_that_is_taken_down_is_not_shown(workspace: Path) -> None:
    capture, _, name = one_of(workspace)
    assert any(name in text for text in texts(client_over(workspace, URL), capture))
    (workspace / "takedown.toml").write_text(f'[[person]]\nname = "{name}"\ndate = 2026-11-21\nreason = ""\n')
    shown = list(texts(client_over(workspace, URL), capture))
    assert not any(name in text for text in shown)
    assert any("[name removed]" in text for text in shown)


def test_no_cache_keeps_a_text_that_may_be_taken_down(workspace: Path) -> None:
    capture, report, _ = one_of(workspace)
    site, release = client_over(workspace, URL), (workspace / "current").resolve().name
    for at in ("", f"/release/{release}"):
        page = site.get(f"{at}/page/capture/{capture}?start=0&end=100", headers=BROWSER)
        assert (page.status_code, page.headers["Cache-Control"]) == (200, "no-cache")
    of_report = site.get(f"/release/{release}/page/report/{report}", headers=BROWSER)
    assert "immutable" in of_report.headers["Cache-Control"]


@pytest.mark.parametrize(
    "entry",
    [
        '[[capture]]\nsha256 = "{capture}"\ndate = 2026-11-21\n',
        '[[person]]\nreport = "{report}"\nposition = 1\ndate = 2026-11-21\n',
        '[[person]]\nreport = "glasgow-united-kingdom-2021-2023-its-key-before-the-name-left-it"\nposition = 1\n'
        "date = 2026-11-21\n",
        "this is no list",
    ],
)
def test_a_text_is_not_shown_when_the_list_names_its_capture_or_report(workspace: Path, entry: str) -> None:
    capture, report, _ = one_of(workspace)
    (workspace / "takedown.toml").write_text(entry.format(capture=capture, report=report))
    for text in texts(client_over(workspace, URL), capture):
        assert "The text is not shown" in text


def test_a_text_is_not_shown_when_the_archive_lacks_it_or_it_is_another(workspace: Path) -> None:
    capture, _, _ = one_of(workspace)
    path = workspace / "captures" / capture[:2] / capture[2:]
    path.unlink()
    path.write_bytes(b"another page")
    assert all("The text is not shown" in text for text in texts(client_over(workspace, URL), capture))
    shutil.rmtree(workspace / "captures")
    assert all("The text is not shown" in text for text in texts(client_over(workspace, URL), capture))


def read(text: str, media_type: str = "text/plain") -> Document:
    found = document(Page(Capture("0" * 64, media_type=media_type), text.encode()), load_form(), settings_from({}))
    assert isinstance(found, Document)
    return found


MAIL = "Before the line\nWrite to ada.lovelace@example.org today, or call.\nAfter it\n"


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        (MAIL, "text/plain"),
        (MAIL.replace("lace@", "lace@\n"), "text/plain"),
        (f"<p>{MAIL}</p>".replace("@", "&#64;"), "text/html"),
        (f"<p>{MAIL}</p>".replace("ada.lovelace@example.org", "<a href='mailto:ada.lovelace@example.org'>us</a>"),
         "text/html"),
    ],
)  # fmt: skip
def test_no_place_cuts_an_address_so_that_it_can_be_read(text: str, kind: str) -> None:
    known = CaptureText(read(text, kind), eraser(["Grace Hopper"]))
    for start in range(len(text)):
        for end in range(start, len(text), 7):
            passage = known.passage(start, end)
            shown = passage.before + passage.marked + passage.after
            assert "lovelace" not in shown
            assert "example.org" not in shown
            assert "Before the line" in shown
    assert not any("lovelace" in part for part in known.parts())


def test_a_name_over_two_lines_is_taken_out_wherever_the_place_is() -> None:
    text = "Evaluated by Grace\nHopper of Lindholm\nand others\n"
    known = CaptureText(read(text), eraser(["Grace Hopper"]))
    for start in range(len(text)):
        passage = known.passage(start, start + 3)
        assert "Hopper" not in passage.before + passage.marked + passage.after


def test_of_a_word_that_stands_twice_the_right_one_is_marked() -> None:
    text = "Yes, and again Yes, and once more Yes.\n"
    known = CaptureText(read(text), eraser([]))
    for start in (0, 15, 34):
        assert known.passage(start, start + 3).before == text[:start]
    html = "<p>Yes, <b>and</b> again <em>Yes</em>, and once more Yes.</p>"
    start = html.index("Yes</em>")
    assert CaptureText(read(html, "text/html"), eraser([])).passage(start, start + 3).before == text[:15]
