"""Every page but that for queries is light: what a browser loads for it is less than 100,000 bytes, unpacked, whatever
stands in a report."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest
from selectolax.lexbor import LexborHTMLParser as HTMLParser

from ogp_graph.model import Answer, Capture, Evidence, Finding, Result, Severity, Span
from ogp_graph.release import Workspace
from ogp_graph.web.unseen import signs
from tests.contract.test_site import PAGES, URL, with_codes
from tests.full_report import ANSWERS, RESULTS, full_report, name, value
from tests.serving import client_over
from tests.small_release import page, release_of, result_of

if TYPE_CHECKING:
    from pathlib import Path

    from flask.testing import FlaskClient

    from ogp_graph.model import Report

BROWSER = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}
LETTERS = {"one-byte": "a ", "three-bytes": "透明性", "four-bytes": "𝒜𝒷 ", "escaped": '<&">', "unseen": "a\u202e\u2066"}
LONG = 20_500
CAPTURED = "".join(f"<p>Lo&amp;ng – 透明性 {number}</p>\n" for number in range(52_000)).encode()[:1_990_000]
SHA256 = hashlib.sha256(CAPTURED).hexdigest()


@pytest.fixture(scope="module")
def heavy(tmp_path_factory: pytest.TempPathFactory) -> FlaskClient:
    """A release of reports in which everything is long: one for each kind of letters, and many beside them."""
    workspace = Workspace(tmp_path_factory.mktemp("heavy") / "workspace")
    with workspace.lock():
        workspace.record(page(CAPTURED))
        workspace.commit()
    reports = [heavy_report(kind, letters) for kind, letters in LETTERS.items()]
    short = [with_key(f"many-{number:02}", LETTERS["three-bytes"] * 200) for number in range(30)]
    three = LETTERS["three-bytes"] * 900
    noted = [
        Finding(Severity.WARNING, "odd", three, reports[0].key, SHA256, "n" * 900, Span(n, n + 5), "<" * 900)
        for n in range(120)
    ]
    results = [*(result_of(report) for report in [*reports[1:], *short]), result_of(reports[0], *noted)]
    release_of(workspace, sorted(results, key=lambda one: one.key), shared=with_codes)
    return client_over(workspace.path, URL)


def with_key(kind: str, title: str) -> Report:
    return replace(full_report(), key=f"lindholm-norland-2022-2024-{kind}-00000000", commitment_title=name(title))


def heavy_report(kind: str, letters: str) -> Report:
    """Fourteen texts of more than 20,000 characters each, and more of everything than anybody reads."""
    text = (letters * LONG)[:LONG]
    evidence = tuple(Evidence(value(f"{text[:900]} {n}", n), (f"https://example.org/{n}",) * 3) for n in range(60))
    answers = [
        replace(one, explanation=value(text, 410), evidence=evidence, stated=value(text[:900], 3), alternatives=())
        for one in (*ANSWERS, *RESULTS)
    ]
    return replace(
        with_key(kind, text),
        title=value(text),
        commitment_subtitle=value(text),
        member_name=name(text[:900]),
        plan_title=name(text[:900]),
        action=value(text, 220),
        problem=value(text, 260),
        captures=(Capture(SHA256, tuple(f"{n}.html" for n in range(120)), "text/html"), *full_report().captures),
        answers=tuple(one for one in answers if type(one) is Answer),
        results=tuple(one for one in answers if isinstance(one, Result)),
        unassigned=tuple(value(text, n) for n in range(12)),
    )


def weight(client: FlaskClient, path: str) -> int:
    """Bytes of the page, the style sheet and the icon; the page leads to nothing else that is loaded."""
    found = client.get(path, headers=BROWSER)
    assert found.mimetype == "text/html", path
    for node in HTMLParser(found.text).css("img, script[src], link[rel~=stylesheet], link[rel~=icon]"):
        address = node.attributes.get("src") or node.attributes["href"] or ""
        assert address.removeprefix("/ogp/static/") in ("style.css", "icon.svg"), (path, address)
    beside = 0
    for file in ("style.css", "icon.svg"):
        with client.get(f"/static/{file}") as answer:
            beside += len(answer.data)
    return len(found.data) + beside


def test_every_kind_of_page_is_light(sample_workspace: Path) -> None:
    client = client_over(sample_workspace, URL)
    for path in (*PAGES, "/quality/", "/quality/findings", "/search", "/search?q=open", "/dumps/", "/tables/"):
        assert weight(client, path) < 100_000, path


@pytest.mark.parametrize("kind", LETTERS)
def test_pages_of_long_texts_are_light_and_lead_to_the_rest(heavy: FlaskClient, kind: str) -> None:
    key = with_key(kind, "").key
    for path in (
        f"report/{key}",
        f"commitment/{key}",
        f"evaluator/{key}/1",
        f"graph/report/{key}",
        f"report/{key}/answer/1.1",
    ):
        assert weight(heavy, f"/page/{path}") < 100_000, path
    shown = HTMLParser(heavy.get(f"/page/report/{key}", headers=BROWSER).text)
    said = " ".join(node.text() for node in shown.css(".answer details:not(.where) summary, .answer .more"))
    assert f"of {LONG:,} characters" in said
    whole = [node for node in shown.css(".more a") if node.attributes["href"] == f"/ogp/data/report/{key}.ttl"]
    assert len(whole) >= 9  # explanations alone
    text = signs((LETTERS[kind] * LONG)[:LONG])
    assert all(text.startswith(one) for node in shown.css(".prose") if (one := node.text().strip("…\n ")))
    assert len(shown.css(".answer .prose")) >= 9


@pytest.mark.parametrize("path", [
    "/", "/members", "/coverage", "/results", "/lessons", "/downloads", "/quality/", "/quality/findings", "/search",
    "/quality/findings?page=2", "/page/member/lindholm-norland", "/page/plan/lindholm-norland-2022-2024",
    "/page/code/completion/complete", "/page/dataset", f"/page/capture/{SHA256}", f"/page/capture/{SHA256}?page=9",
    f"/page/capture/{SHA256}?start=9000&end=1900000", f"/page/capture/{SHA256}?start=20&end=25",
])  # fmt: skip
def test_pages_that_show_many_texts_are_light(heavy: FlaskClient, path: str) -> None:
    assert heavy.get(path, headers=BROWSER).status_code == 200
    assert weight(heavy, path) < 100_000


@pytest.mark.parametrize("typed", ["a", "word", "透明性", "слово", "q" * 5000, "透 " * 3000, '<&"> ' * 900])
def test_what_is_found_is_light_and_can_be_narrowed(heavy: FlaskClient, typed: str) -> None:
    chosen = "".join(f"&member=nobody-{number}" for number in range(30)) + "&completion=complete"
    for path in (f"/search?q={quote(typed)}", f"/search?q={quote(typed)}{chosen}"):
        assert weight(heavy, path) < 100_000, path[:80]
    found = HTMLParser(heavy.get(f"/search?q={quote(typed)}{chosen}", headers=BROWSER).text)
    assert found.css("#facets a[aria-current], #facets option[selected]")
