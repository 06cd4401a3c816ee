"""The query page without a browser, and the examples as data."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyoxigraph as ox
import pytest

from ogp_graph.engine import Direct
from ogp_graph.queries import EXAMPLES, load_queries
from ogp_graph.settings import settings_from
from ogp_graph.vocabulary import PREFIXES, data_folder
from ogp_graph.web import create_app, editor, release_target
from ogp_graph.web.target import Site

if TYPE_CHECKING:
    from pathlib import Path

    from flask.testing import FlaskClient

URL = "https://data.example.org/ogp/"
BROWSER = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}
NAMES = sorted(query.name for query in load_queries(data_folder("queries") / EXAMPLES))


@pytest.fixture(scope="module")
def site(sample_workspace: Path) -> FlaskClient:
    target = release_target(sample_workspace)
    assert target.folder is not None
    engine = Direct(ox.Store.read_only(str(target.folder / "store")))
    return create_app(Site(target, URL, settings_from({})), engine).test_client()


def asked(site: FlaskClient, path: str, query: str) -> list[dict[str, str]]:
    """Rows of a query over the Turtle at ``path``."""
    store = ox.Store()
    response = site.get(path, headers={"Accept": "text/turtle"})
    assert response.content_type == "text/turtle; charset=utf-8"
    store.load(response.data, format=ox.RdfFormat.TURTLE)
    found = store.query(query, prefixes=dict(PREFIXES))
    return [{v.value: row[v.value].value for v in found.variables} for row in found]


def test_every_example_is_published_as_a_query_that_can_be_run(site: FlaskClient) -> None:
    rows = asked(
        site, "/.well-known/sparql-examples",
        "SELECT ?iri ?label ?comment ?form ?text ?endpoint {"
        " ?iri a sh:SPARQLExecutable ; rdfs:label ?label ; rdfs:comment ?comment ;"
        " schema:target ?endpoint ; ?form ?text . FILTER (?form IN (sh:select, sh:ask, sh:construct)) }",
    )  # fmt: skip
    assert sorted(row["iri"].rpartition("/")[2] for row in rows) == NAMES
    for row in rows:
        assert row["iri"].startswith("https://w3id.org/ogp-graph/query/")
        assert row["endpoint"] == URL + "sparql"
        answer = site.get("/sparql", query_string={"query": row["text"]}, headers={"Accept": "*/*"})
        assert answer.status_code == 200, row["iri"]
        form = row["form"].rpartition("#")[2]
        assert asked(
            site,
            f"/query/{row['iri'].rpartition('/')[2]}",
            f"SELECT * {{ ?iri a sh:SPARQL{form.capitalize()}Executable }}",
        )


@pytest.mark.parametrize(
    "accept", ["text/turtle", "application/ld+json", "application/n-triples", "application/rdf+xml"]
)
def test_an_example_is_a_page_or_data(site: FlaskClient, accept: str) -> None:
    assert site.get("/query/completion", headers={"Accept": accept}).content_type.startswith(accept)
    page = site.get("/query/completion", headers=BROWSER)
    assert page.content_type == "text/html; charset=utf-8"
    assert "<h1>How far did the commitments get?</h1>" in page.text
    assert site.get("/query/completion", headers={"Accept": "image/png"}).status_code == 406
    assert site.get("/query/no-such").status_code == 404


def test_the_address_fills_the_form_and_is_escaped(site: FlaskClient) -> None:
    typed = "SELECT * { ?s ?p '</textarea><script>alert(1)</script>' }"
    page = site.get("/query", query_string={"query": typed}, headers=BROWSER).text
    assert "<script>alert" not in page
    assert "&lt;/textarea&gt;&lt;script&gt;alert(1)" in page


def test_without_the_editor_there_is_the_plain_form(
    site: FlaskClient, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(editor, "_EDITOR", tmp_path / "nothing")
    page = site.get("/query", headers=BROWSER).text
    assert "<script" not in page
    assert '<form action="/ogp/sparql" method="get">' in page
    for name in NAMES:
        assert f'href="/ogp/query/{name}"' in page


def test_the_policy_allows_no_script_of_the_page(site: FlaskClient) -> None:
    policy = site.get("/query", headers=BROWSER).headers.getlist("Content-Security-Policy")
    assert len(policy) == 1
    assert "unsafe" not in policy[0]
    assert "script-src 'self';" in policy[0]


@pytest.mark.parametrize("path", ["/static/style.css", "/static/query.js"])
def test_styles_and_scripts_are_packed_and_have_one_tag(site: FlaskClient, path: str) -> None:
    with site.get(path) as plain, site.get(path, headers={"Accept-Encoding": "gzip"}) as packed:
        assert packed.headers["Content-Encoding"] == "gzip"
        assert len(packed.data) < len(plain.data) / 2
        with site.head(path) as head, site.get(path, headers={"If-None-Match": plain.headers["ETag"]}) as again:
            assert head.headers["ETag"] == plain.headers["ETag"] != packed.headers["ETag"]
            assert again.status_code == 304
