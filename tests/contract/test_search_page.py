"""The search page and its JSON, over a release of the sample pages."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

import pytest
from selectolax.lexbor import LexborHTMLParser as HTMLParser

from ogp_graph.search import FACETS
from ogp_graph.settings import settings_from
from ogp_graph.web import create_app, release_target
from ogp_graph.web.target import Site
from tests.full_report import full_report, value
from tests.small_release import release_of, result_of

if TYPE_CHECKING:
    from pathlib import Path

    from flask.testing import FlaskClient
    from werkzeug.test import TestResponse

URL = "https://data.example.org/ogp/"
BROWSER = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}
HOSTILE = '<script>alert("x")</script> "\u202e\x00 -* NEAR('


class Unasked:
    """An engine that nobody may ask: search has an index."""

    def query(self, *_: object, **__: object) -> object:
        raise AssertionError

    def close(self) -> None: ...


def client_over(workspace: Path) -> FlaskClient:
    return create_app(Site(release_target(workspace), URL, settings_from({})), Unasked()).test_client()


@pytest.fixture(scope="module")
def site(sample_workspace: Path) -> FlaskClient:
    return client_over(sample_workspace)


def told(response: TestResponse) -> dict[str, object]:
    assert (response.status_code, response.content_type) == (200, "application/json"), response.text
    return json.loads(response.data)


def test_the_page_and_its_json_say_the_same(site: FlaskClient) -> None:
    found = told(site.get("/search.json?q=school"))
    assert found == told(site.get("/search?q=school", headers={"Accept": "application/json"}))
    assert found == told(site.get("/search?q=school&format=json", headers=BROWSER))
    page = site.get("/search?q=school", headers=BROWSER)
    assert page.content_type == "text/html; charset=utf-8"
    assert found["total"] == 2
    for result in found["results"]:
        assert f'href="/page/report/{result["page"].rpartition("/")[2]}"'.replace("/page", "/ogp/page") in page.text
        assert result["id"].startswith("https://w3id.org/ogp-graph/id/report/")
    assert "<mark>school</mark>" in page.text
    assert '<meta name="robots" content="noindex">' in page.text


def test_labels_are_in_the_language_of_the_reader_and_say_so(site: FlaskClient) -> None:
    for address in ("/search", "/quality/"):
        answer = site.get(address, headers={"Accept": "text/html", "Accept-Language": "de, es-MX;q=0.9, fr;q=0.1"})
        assert "Accept-Language" in ", ".join(answer.headers.getlist("Vary"))
        found = [node for node in HTMLParser(answer.text).css("bdi[lang]") if "Perdida en la captura" in node.text()]
        assert found, address
        assert {node.attributes["lang"] for node in found} == {"es"}
        english = site.get(address, headers={"Accept": "text/html"}).text
        assert "Lost in the capture" in english
        assert "Perdida" not in english


def test_a_search_leaves_nothing_of_what_was_typed_unescaped(site: FlaskClient) -> None:
    page = site.get("/search", query_string={"q": HOSTILE, "member": HOSTILE}, headers=BROWSER)
    assert page.status_code == 200
    assert "<script>" not in page.text
    assert "&lt;script&gt;" in page.text
    assert told(site.get("/search.json", query_string={"q": HOSTILE}))["query"] == HOSTILE


def test_who_types_no_word_is_told_so_and_words_that_are_sent_apart_count_together(site: FlaskClient) -> None:
    assert "There is no word in" in site.get("/search", query_string={"q": "\U0001f680 !"}, headers=BROWSER).text
    assert "There is no word in" not in site.get("/search?q=school", headers=BROWSER).text
    assert "There is no word in" not in site.get("/search", headers=BROWSER).text
    assert told(site.get("/search.json?q=school&q=zzzz"))["total"] == 0


def test_links_of_facets_lead_to_as_many_reports_as_they_say(site: FlaskClient) -> None:
    found = told(site.get("/search.json?completion=complete"))
    for facet in FACETS:
        for one in found["facets"][facet]:
            asked = {"completion": ["complete"], facet: [one["value"]]}
            assert told(site.get("/search.json", query_string=asked))["total"] == one["count"], (facet, one)
    page = site.get("/search?completion=complete&q=open", headers=BROWSER).text
    assert 'href="/ogp/search?q=open" aria-current="true"' in page
    assert '<input type="hidden" name="completion" value="complete">' in page


@pytest.mark.parametrize(
    ("address", "code"),
    [("?x=1", "unknown-parameter"), ("?page=0", "bad-parameter"), ("?page=a", "bad-parameter"),
     ("?page=-1", "bad-parameter"), ("?page=99999999", "bad-parameter"), ("?page=٣", "bad-parameter")],
)  # fmt: skip
def test_what_there_is_not_is_refused(site: FlaskClient, address: str, code: str) -> None:
    for path in ("/search", "/search.json"):
        response = site.get(path + address, headers=BROWSER)
        assert (response.status_code, "<h1>Search" in response.text) == (400, False)
        assert json.loads(site.get(path + address).data)["code"] == code


def test_another_format_is_not_acceptable(site: FlaskClient) -> None:
    assert site.get("/search?format=turtle").status_code == 406
    assert site.get("/search.json?format=csv").status_code == 406
    assert site.get("/search.json?format=json", headers=BROWSER).status_code == 200
    assert site.get("/search", headers={"Accept": "text/turtle"}).status_code == 406


def test_pages_of_results_follow_each_other(tmp_path: Path) -> None:
    from dataclasses import replace

    from ogp_graph.release import Workspace

    reports = [
        replace(full_report(), key=f"lindholm-norland-2022-2024-{n:02}-00000000", commitment_title=value(f"Number {n}"))
        for n in range(45)
    ]
    release_of(Workspace(tmp_path / "workspace"), map(result_of, reports))
    client = client_over(tmp_path / "workspace")
    seen, address = [], "/search.json?q=number"
    while address:
        found = told(client.get(address))
        assert found["total"] == 45
        seen += [result["id"] for result in found["results"]]
        following = urlsplit(found.get("next", ""))
        assert not following.path or found["next"].startswith(URL)
        address = f"{following.path.removeprefix('/ogp')}?{following.query}" if following.path else ""
    assert len(seen) == len(set(seen)) == 45
    page = client.get("/search?q=number&page=2", headers=BROWSER).text
    assert 'rel="prev" href="/ogp/search?q=number"' in page
    assert 'rel="next" href="/ogp/search?q=number&amp;page=3"' in page
    assert parse_qs(urlsplit(told(client.get("/search.json?q=number&page=9"))["previous"]).query)["page"] == ["3"]


def test_a_release_without_an_index_says_so(tmp_path: Path, sample_workspace: Path) -> None:
    copy = tmp_path / "workspace"
    shutil.copytree(sample_workspace, copy, symlinks=True)
    shutil.rmtree((copy / "current").resolve() / "search")
    response = client_over(copy).get("/search?q=x")
    assert (response.status_code, json.loads(response.data)["code"]) == (404, "no-search-index")
    assert "without an index that this one reads" in response.text


def test_a_file_is_not_searched(tmp_path: Path) -> None:
    from ogp_graph.web.target import Target

    client = create_app(Site(Target("small", tmp_path), URL, settings_from({})), Unasked()).test_client()
    assert client.get("/search").status_code == 404
