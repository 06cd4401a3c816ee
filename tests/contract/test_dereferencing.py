"""Every kind of thing in every format, for the clients that there are: one hop, whole headers, plain addresses."""

from __future__ import annotations

import csv
import json
from functools import cache
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING

import pyoxigraph as ox
import pytest
import rdflib

from ogp_graph.engine import Direct
from ogp_graph.settings import settings_from
from ogp_graph.web import create_app, data_target, release_target
from ogp_graph.web.pages import tabled
from ogp_graph.web.pages.addresses import EXTENSIONS
from ogp_graph.web.target import Site
from tests.serving import data_file

if TYPE_CHECKING:
    from flask.testing import FlaskClient

BASE = "https://w3id.org/ogp-graph/"
URL = "https://data.example.org/ogp/"
REPORT = "glasgow-united-kingdom-2021-2023-a-public-ledger-for-the-clean-air-fund-9ec6ce56"
CAPTURE = "04d01a1f8a5ecd38262c39a947262df14ed860eca0fca665e741a770f2a7e15e"

THINGS = {
    "member": "id/member/glasgow-united-kingdom",
    "plan": "id/plan/glasgow-united-kingdom-2021-2023",
    "commitment": f"id/commitment/{REPORT}",
    "report": f"id/report/{REPORT}",
    "answer": f"id/report/{REPORT}/answer/2.1.1",
    "evidence": f"id/report/{REPORT}/answer/2.1.1/evidence/3b495ee2",
    "citation": f"id/report/{REPORT}/source/answer-1.1-value",
    "evaluator": f"id/evaluator/{REPORT}/1",
    "capture": f"id/capture/{CAPTURE}",
    "link": "id/link/638f3488ca16d2cc",
    "code": "code/completion/complete",
    "code list": "code/completion",
    "question": "code/question/eoc-1.1",
    "report graph": f"graph/report/{REPORT}",
    "graph of links": "graph/links/sdg",
    "data set": "dataset",
}

# There are no named graphs in these data, so rdflib may read N-Quads as N-Triples and TriG as Turtle.
READS = {"turtle": "turtle", "trig": "turtle", "ntriples": "nt", "nquads": "nt", "jsonld": "json-ld", "rdfxml": "xml"}

# As sent by the programs themselves.
CLIENTS = {
    "Chrome": ("text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,image/apng,*/*;q=0.8,"
               "application/signed-exchange;v=b3;q=0.7", "html"),
    "Firefox": ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", "html"),
    "Safari": ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", "html"),
    "curl": ("*/*", "html"),
    "Jena": ("text/turtle,application/n-triples;q=0.9,application/ld+json;q=0.8,application/rdf+xml;q=0.7,"
             "application/trig,application/n-quads;q=0.9,*/*;q=0.1", "ttl"),
    "rdflib": ("application/rdf+xml,text/rdf+n3;q=0.9,application/xhtml+xml;q=0.5, */*;q=0.1", "rdf"),
    "rdflib for Turtle": ("text/turtle, application/x-turtle", "ttl"),
    "rdflib for JSON-LD": ("application/ld+json, application/json;q=0.9, */*;q=0.1", "jsonld"),
    "Comunica": ("application/n-quads,application/trig;q=0.95,application/ld+json;q=0.9,application/n-triples;q=0.8,"
                 "text/turtle;q=0.6,application/rdf+xml;q=0.5,application/json;q=0.45,text/n3;q=0.35,"
                 "application/xml;q=0.3,text/xml;q=0.3,image/svg+xml;q=0.3,text/html;q=0.2,"
                 "application/xhtml+xml;q=0.18", "nq"),
    "nobody says": (None, "html"),
}  # fmt: skip


@cache
def client_over(workspace: Path) -> FlaskClient:
    target = release_target(workspace)
    assert target.folder is not None
    engine = Direct(ox.Store.read_only(str(target.folder / "store")))
    return create_app(Site(target, URL, settings_from({})), engine).test_client()


@pytest.fixture
def site(sample_workspace: Path) -> FlaskClient:
    return client_over(sample_workspace)


def local(address: str) -> str:
    assert address.startswith(URL), address
    return "/" + address.removeprefix(URL)


@pytest.mark.parametrize("client", CLIENTS)
@pytest.mark.parametrize("kind", THINGS)
def test_a_thing_leads_in_one_hop_to_what_the_client_prefers(site: FlaskClient, kind: str, client: str) -> None:
    accept, extension = CLIENTS[client]
    response = site.get("/" + THINGS[kind], headers={} if accept is None else {"Accept": accept})
    assert response.status_code == 303
    assert "Accept" in response.headers["Vary"]
    location = response.headers["Location"]
    assert ("/page/" in location) == (extension == "html")
    found = site.get(local(location).partition("#")[0])
    assert found.status_code == 200
    if extension == "html":
        assert found.mimetype == "text/html"
    else:
        assert location.endswith(f".{extension}")


@pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated:DeprecationWarning")  # by rdflib's own JSON-LD
@pytest.mark.parametrize("kind", THINGS)
def test_the_data_are_the_same_in_every_format_and_about_the_thing_itself(site: FlaskClient, kind: str) -> None:
    rest = THINGS[kind].removeprefix("id/")
    thing, found = rdflib.URIRef(BASE + THINGS[kind]), {}
    for extension, name in EXTENSIONS.items():
        response = site.get(f"/data/{rest}.{extension}")
        assert response.status_code == 200, extension
        graph = rdflib.Graph().parse(
            data=response.data, format=READS[name]
        )  # without named graphs, one syntax reads both
        this = rdflib.URIRef(f"{URL}data/{rest}.{extension}")
        assert (this, rdflib.FOAF.primaryTopic, thing) in graph
        found[extension] = {(s, p, o) for s, p, o in graph if s != this}
    assert len({frozenset(one) for one in found.values()}) == 1
    if not kind.startswith(("report graph", "graph")):
        assert any(subject == thing for subject, _, _ in found["ttl"])
    assert not any(isinstance(part, rdflib.BNode) for triple in found["ttl"] for part in triple)


@pytest.mark.parametrize("kind", THINGS)
@pytest.mark.parametrize("address", ["/{path}", "/page/{rest}", "/data/{rest}.ttl"])
def test_every_document_says_what_else_there_is(site: FlaskClient, kind: str, address: str) -> None:
    path = THINGS[kind]
    rest = path.removeprefix("id/")
    response = site.get(address.format(path=path, rest=rest))
    links = ", ".join(response.headers.getlist("Link"))
    for extension in EXTENSIONS:
        assert f'<{URL}data/{rest}.{extension}>; rel="alternate"' in links
    assert f'<{URL}page/{rest}>; rel="canonical"' in links
    assert f'<{BASE}{path}>; rel="cite-as"' in links
    assert f'<{URL}data/{rest}.ttl>; rel="describedby"' in links
    assert links.count('rel="license"') == 1
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["Access-Control-Allow-Origin"] == "*"


def test_pages_and_data_have_strong_tags_of_their_own(site: FlaskClient) -> None:
    tags = set()
    for path in (f"/page/report/{REPORT}", *(f"/data/report/{REPORT}.{one}" for one in (*EXTENSIONS, "csv"))):
        for coding in ("identity", "gzip", "zstd"):
            response = site.get(path, headers={"Accept-Encoding": coding})
            tag = response.headers["ETag"]
            assert tag.startswith('"')
            tags.add(tag)
            again = site.get(path, headers={"Accept-Encoding": coding, "If-None-Match": tag})
            assert (again.status_code, again.data) == (304, b"")
            head = site.head(path, headers={"Accept-Encoding": coding})
            assert (head.data, head.headers["ETag"]) == (b"", tag)
            assert head.headers["Content-Length"] == response.headers["Content-Length"]
    assert len(tags) == 3 * (len(EXTENSIONS) + 2)


def test_a_format_that_there_is_not_is_refused_with_a_list(site: FlaskClient) -> None:
    for path, headers in (
        (f"/id/report/{REPORT}", {"Accept": "image/png"}),
        (f"/data/report/{REPORT}.exe", {}),
        ("/data/code/level/country.csv", {}),
        (f"/id/report/{REPORT}?format=docx", {}),
    ):
        response = site.get(path, headers=headers)
        assert response.status_code == 406, path
        assert json.loads(response.data)["available"], path


def rows_at(site: FlaskClient, path: str) -> list[dict[str, str]]:
    response = site.get(path)
    assert response.status_code == 200, path
    assert response.content_type.startswith("text/csv")
    return list(csv.DictReader(StringIO(response.text)))


def test_a_code_is_a_sheet_of_its_answers_and_a_list_one_of_its_codes(site: FlaskClient) -> None:
    codes = rows_at(site, "/data/code/completion.csv")
    notations = {row["notation"] for row in codes}
    assert {"complete", "substantial", "limited", "not-started"} <= notations
    assert {row["language"] for row in codes} >= {"en", "es"}
    for notation in notations:
        page = site.get(f"/page/code/completion/{notation}").text
        found = rows_at(site, f"/data/code/completion/{notation}.csv")
        assert {row["value"] for row in found} <= {notation}
        assert f'data/code/completion/{notation}.csv"' in page
        assert page.count("/page/report/") >= len(found)
    asked = rows_at(site, "/data/code/question/eoc-1.1.csv")
    assert {row["question"] for row in asked} == {"1.1"}
    assert len(asked) == len({row["report"] for row in asked})


def test_more_answers_than_one_document_may_hold_are_refused_with_where_all_are(
    site: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = "/data/code/question/eoc-1.1.csv"
    number = len(rows_at(site, path))
    monkeypatch.setattr(tabled, "MOST", number)
    assert len(rows_at(site, path)) == number
    monkeypatch.setattr(tabled, "MOST", number - 1)
    refused = site.get(path)
    assert refused.status_code == 413
    assert json.loads(refused.data)["tables"].endswith("/tables/")


def test_what_has_rows_names_them_where_a_format_is_refused(site: FlaskClient) -> None:
    assert ".csv" in json.loads(site.get(f"/data/report/{REPORT}.exe").data)["available"]
    assert ".csv" not in json.loads(site.get("/data/code/level/country.csv").data)["available"]
    assert ".csv" not in json.loads(site.get(f"/data/report/{REPORT}/answer/1.1.exe").data)["available"]


@pytest.mark.parametrize(
    "path",
    ["/page/member/glasgow-united-kingdom?x=1", "/page/member/glasgow-united-kingdom?page=0",
     "/page/member/glasgow-united-kingdom?page=a", "/page/member/glasgow-united-kingdom?lang=xx",
     "/page/member/glasgow-united-kingdom?lang=en&lang=es", "/data/member/glasgow-united-kingdom.ttl?x=1",
     "/id/member/glasgow-united-kingdom?y", f"/page/report/{REPORT}?page=2"],
)  # fmt: skip
def test_unknown_parameters_are_refused(site: FlaskClient, path: str) -> None:
    assert site.get(path).status_code == 400


@pytest.mark.parametrize(
    "path",
    ["/id/member/nowhere", "/page/member/nowhere", "/data/member/nowhere.ttl", "/data/member/nowhere.csv",
     "/id/report/x/answer/1.1", "/page/x y<>", "/id/%00", "/id/member/../../etc/passwd", "/page/member/%E2%80%AE",
     "/graph/report/nowhere", "/code/completion/absolutely", "/page/member/glasgow-united-kingdom?page=9"],
)  # fmt: skip
def test_what_never_was_is_a_page_for_readers_and_a_problem_for_programs(site: FlaskClient, path: str) -> None:
    told = site.get(path)
    assert (told.status_code, told.mimetype) == (404, "application/problem+json")
    page = site.get(path, headers={"Accept": CLIENTS["Firefox"][0]})
    assert (page.status_code, page.mimetype) == (404, "text/html")
    assert "Start page" in page.text
    held = page.text.partition('<script type="application/problem+json">')[2].partition("</script>")[0]
    assert json.loads(held) == json.loads(told.data)


def test_things_of_a_file_dereference_too(tmp_path: Path) -> None:
    base = "https://example.org/"
    path = data_file(
        tmp_path, f'<{base}id/thing/a> <{base}name> "A <b>"@en .\n<{base}id/thing/b> <{base}of> <{base}id/thing/a> .\n'
    )
    store = ox.Store()
    store.load(path=str(path))
    site = create_app(Site(data_target(path), URL, settings_from({}, base=base)), Direct(store)).test_client()
    assert site.get("/id/thing/a").headers["Location"] == f"{URL}page/thing/a"
    page = site.get("/page/thing/a")
    assert page.status_code == 200
    assert "A &lt;b&gt;" in page.text
    data = rdflib.Graph().parse(data=site.get("/data/thing/a.ttl").data, format="turtle")
    assert (rdflib.URIRef(base + "id/thing/a"), rdflib.URIRef(base + "name"), rdflib.Literal("A <b>", "en")) in data
    assert site.get("/id/thing/c").status_code == 404
