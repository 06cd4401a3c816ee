"""Every route: one error shape, every format, and what all responses carry."""

from __future__ import annotations

import gzip
import hashlib
import json
import re
from typing import TYPE_CHECKING
from urllib.parse import quote

import pyoxigraph as ox
import pytest
import zstandard
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from selectolax.lexbor import LexborHTMLParser as HTMLParser

from ogp_graph.engine import Direct
from ogp_graph.errors import EngineBusy, EnvironmentFailure, QueryExhausted, QueryTimeout, ResultTooLarge, UsageError
from ogp_graph.formats import FORMATS
from ogp_graph.queries import EXAMPLES, load_queries
from ogp_graph.settings import settings_from
from ogp_graph.vocabulary import data_folder
from ogp_graph.web import create_app, data_target, release_target
from ogp_graph.web.negotiation import GRAPHS, RESULTS
from ogp_graph.web.target import Site, Target, site_url
from tests.serving import DATA, NAMES

if TYPE_CHECKING:
    from pathlib import Path

    from flask.testing import FlaskClient
    from werkzeug.test import TestResponse

SETTINGS = settings_from({})
URL = "https://data.example.org/ogp/"
BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
GRAPH = "CONSTRUCT WHERE { ?s <https://example.org/name> ?o }"


class Failing:
    """An engine that always raises ``error``."""

    def __init__(self, error: Exception) -> None:
        self.error = error

    def query(self, *_: object, **__: object) -> object:
        raise self.error

    def close(self) -> None: ...


def small_store(more: str = "") -> ox.Store:
    store = ox.Store()
    store.load((DATA + more).encode(), format=ox.RdfFormat.N_QUADS)
    return store


def client_of(target: Target, engine: object, url: str = URL) -> FlaskClient:
    return create_app(Site(target, url, SETTINGS), engine).test_client()


@pytest.fixture
def small(tmp_path: Path) -> FlaskClient:
    return client_of(Target("small", tmp_path), Direct(small_store()))


@pytest.fixture(scope="module")
def target(sample_workspace: Path) -> Target:
    return release_target(sample_workspace)


@pytest.fixture(scope="module")
def site(target: Target) -> FlaskClient:
    assert target.folder is not None
    return client_of(target, Direct(ox.Store.read_only(str(target.folder / "store"))))


def is_problem(response: TestResponse, status: int, code: str | None = None) -> dict[str, object]:
    """Checks the one shape (RFC 9457, 3.1) and gives its members."""
    assert (response.status_code, response.content_type) == (status, "application/problem+json")
    told = json.loads(response.data)
    assert {"type", "title", "status", "detail", "code"} <= told.keys()
    assert told["status"] == status
    assert code in (None, told["code"])
    assert response.content_length == len(response.data)
    assert "Traceback" not in response.text
    return told


# One shape for errors


@pytest.mark.parametrize(
    "path",
    ["/nothing", "/dumps/nothing.nq", "/tables/../SHA256SUMS", "/dumps/%2e%2e/SHA256SUMS", "/dumps/..%2fSHA256SUMS",
     "/dumps//etc/passwd", "/store/CURRENT", "/dumps/%00", "/catalogue.exe", "/static/../app.py",
     "/release.json", "/captures.tsv", "/reports.tsv", "/id/member/glasgow"],
)  # fmt: skip
def test_what_is_not_there_is_a_problem(site: FlaskClient, path: str) -> None:
    is_problem(site.get(path), 404, "not-found")


def test_every_route_refuses_another_method_in_one_shape(site: FlaskClient) -> None:
    for rule in site.application.url_map.iter_rules():
        known = {"file": "/dumps/x", "listed": "/dumps/", "loose": "/SHA256SUMS", "catalogue": "/catalogue.ttl"}
        path = (known | {"part": "/sitemap/1.xml"}).get(
            rule.endpoint.rpartition(".")[2], rule.rule.replace("<path:filename>", "style.css")
        )
        response = site.delete(path)
        is_problem(response, 405, "method-not-allowed")
        assert "GET" in response.headers["Allow"], path


def path_of(rule: str) -> str:
    """An address that the rule fits."""
    known = {"name": "completion", "extension": "ttl", "version": "0.1.0", "number": "1", "filename": "style.css"}
    rule = re.sub(r"<any\(([\w.'-]+)[^<>]*>", lambda found: found[1].strip("'"), rule)
    return re.sub(r"<(?:\w+:)?(\w+)>", lambda found: known.get(found[1], "x"), rule)


def test_every_address_refuses_a_parameter_that_it_does_not_take(site: FlaskClient) -> None:
    """All but the two where clients of a protocol send parameters of their own (output, timeout; callback, _)."""
    asked_for = 0
    for rule in site.application.url_map.iter_rules():
        if "GET" not in rule.methods or rule.endpoint.startswith(("sparql.", "reconcile.")):
            continue
        for query in ("no-such-parameter=1", "no-such-parameter=\x80"):
            response = site.get(path_of(rule.rule), environ_overrides={"QUERY_STRING": query})
            assert response.status_code in (400, 404), (rule.rule, response.status_code)
            asked_for += response.status_code == 400
            response.close()
    assert asked_for > 80


def test_tables_are_packed_on_their_way_for_who_takes_that(site: FlaskClient) -> None:
    with site.get("/tables/answers.csv") as whole:
        assert "Content-Encoding" not in whole.headers
        plain, tag = whole.data, whole.headers["ETag"]
    for name, unpacked in (
        ("gzip", gzip.decompress),
        ("zstd", lambda data: zstandard.ZstdDecompressor().decompressobj().decompress(data)),
    ):
        packed = site.get("/tables/answers.csv", headers={"Accept-Encoding": name})
        assert (packed.status_code, packed.headers["Content-Encoding"]) == (200, name)
        assert unpacked(packed.data) == plain
        assert packed.headers["ETag"] != tag
        again = {"Accept-Encoding": name, "If-None-Match": packed.headers["ETag"]}
        assert site.get("/tables/answers.csv", headers=again).status_code == 304
        assert site.head("/tables/answers.csv", headers=again | {"If-None-Match": "x"}).headers["ETag"] != tag
        with site.get("/tables/answers.csv", headers={"Accept-Encoding": name, "Range": "bytes=0-9"}) as part:
            assert (part.status_code, part.data) == (206, plain[:10])
        with site.get("/tables/answers.parquet", headers={"Accept-Encoding": name}) as columns:
            assert "Content-Encoding" not in columns.headers


def test_text_says_its_charset_once(site: FlaskClient) -> None:
    for path in (
        "/tables/overview.csv",
        "/catalogue.ttl",
        "/changes.txt",
        "/SHA256SUMS",
        "/graphs.tsv",
        "/static/style.css",
    ):
        with site.get(path) as response:
            assert response.status_code == 200
            assert response.headers["Content-Type"].count("charset=utf-8") == 1, path


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (QueryTimeout(30), 504, "query-timeout"),
        (QueryExhausted(1000), 503, "query-exhausted"),
        (ResultTooLarge(1000), 413, "result-too-large"),
        (EngineBusy(3), 503, "engine-busy"),
        (EnvironmentFailure("/srv/somebody/store is gone"), 503, "engine-failed"),
        (RuntimeError("/srv/somebody"), 500, "internal-server-error"),
    ],
)
def test_a_failing_engine_is_a_problem_that_names_its_limit(
    tmp_path: Path, error: Exception, status: int, code: str, caplog: pytest.LogCaptureFixture
) -> None:
    response = client_of(Target("small", tmp_path), Failing(error)).get("/sparql?query=ASK{}")
    told = is_problem(response, status, code)
    assert "somebody" not in response.text
    if isinstance(error, EngineBusy):
        assert response.headers["Retry-After"] == "3"
    if isinstance(error, QueryTimeout):
        assert told["limit"] == 30


@pytest.mark.parametrize("error", [QueryTimeout(30), QueryExhausted(1000), ResultTooLarge(1000)])
def test_whoever_meets_a_limit_is_told_where_the_dumps_are(target: Target, error: Exception) -> None:
    response = client_of(target, Failing(error)).get("/sparql?query=ASK{}")
    told = is_problem(response, response.status_code)
    assert told["dumps"] == f"{URL}dumps/"
    assert "dump" in str(told["detail"])


def test_a_syntax_error_says_where(small: FlaskClient) -> None:
    told = is_problem(small.get("/sparql?query=" + quote("SELECT * {\n ?s ?p")), 400, "query-refused")
    assert (told["line"], told["column"]) == (2, 7)


def test_readers_get_an_error_as_a_page_with_their_query_and_the_same_problem_in_it(small: FlaskClient) -> None:
    plain = small.get("/sparql?query=SELECT%20%3Cb%3E%20%7B").get_data(as_text=True)
    page = small.get("/sparql?query=SELECT%20%3Cb%3E%20%7B", headers={"Accept": BROWSER})
    assert (page.status_code, page.mimetype) == (400, "text/html")
    held = HTMLParser(page.text).css_first('script[type="application/problem+json"]').text()
    assert json.loads(held) == json.loads(plain)
    assert HTMLParser(page.text).css_first("textarea").text().strip() == "SELECT <b> {"
    told = json.loads(plain)
    assert f"Line {told['line']}, character {told['column']}." in page.text


def test_readers_are_led_from_the_endpoint_to_the_one_form(site: FlaskClient, small: FlaskClient) -> None:
    for client in (site, small):
        answer = client.get("/sparql", headers={"Accept": BROWSER})
        assert (answer.status_code, answer.headers["Location"]) == (303, f"{URL}query")
        assert "<textarea" in client.get("/query", headers={"Accept": BROWSER}).text


def test_things_in_a_result_lead_to_their_pages(site: FlaskClient) -> None:
    query = "SELECT ?m { ?m a <https://w3id.org/ogp-graph/ontology#Member> }"
    answer = site.get("/sparql", query_string={"query": query}, headers={"Accept": BROWSER})
    links = [one.attributes["href"] for one in HTMLParser(answer.text).css("td a")]
    assert links
    for link in links:
        assert link.startswith("/ogp/id/member/")
        assert site.get(link.removeprefix("/ogp"), headers={"Accept": BROWSER}).status_code == 303


# What every response carries


@pytest.mark.parametrize("path", ["/", "/healthz", "/sparql", "/sparql?query=ASK{}", "/nothing", "/sparql?query=X",
                                  "/dumps/", "/SHA256SUMS", "/static/style.css", "/catalogue"])  # fmt: skip
def test_every_response_carries_release_cors_and_security(site: FlaskClient, target: Target, path: str) -> None:
    response = site.get(path, headers={"Origin": "https://elsewhere.example.org"})
    headers = response.headers
    assert headers["OGP-Graph-Release"] == target.id
    assert headers["Access-Control-Allow-Origin"] == "*"
    assert "Access-Control-Allow-Credentials" not in headers
    assert "OGP-Graph-Release" in headers["Access-Control-Expose-Headers"]
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"]
    assert "default-src 'none'" in headers["Content-Security-Policy"]
    assert "Accept" in headers["Vary"]
    assert response.content_length == len(response.data)
    response.close()


def test_a_preflight_request_is_allowed(small: FlaskClient) -> None:
    response = small.options("/sparql", headers={"Access-Control-Request-Method": "POST"})
    assert response.status_code == 200
    assert "POST" in response.headers["Access-Control-Allow-Methods"]
    assert "Content-Type" in response.headers["Access-Control-Allow-Headers"]


@pytest.mark.parametrize("host", ["evil.example.com", "a b", "x:99999"])
def test_no_address_comes_from_the_host_header(site: FlaskClient, host: str) -> None:
    for path in ("/", "/sparql", "/dumps/", "/catalogue", "/dumps", "/sparql/"):
        with site.get(path, headers={"Host": host, "X-Forwarded-Host": host}) as response:
            assert host not in response.text
            assert host not in response.headers.get("Location", "")


def test_pages_hold_no_script_and_nothing_from_elsewhere(site: FlaskClient) -> None:
    for path in ("/", "/sparql?query=ASK%7B%7D", "/dumps/", "/tables/", "/definitions/", "/quality/"):
        text = site.get(path, headers={"Accept": BROWSER}).text
        assert "<script" not in text.replace('<script type="application/ld+json">', "")  # that is data
        assert " style=" not in text
        assert 'src="http' not in text
        assert '<html lang="en">' in text
        assert text.count("<h1>") == 1


# Formats


@pytest.mark.parametrize("name", [name for name in RESULTS.values() if name != "html"])
def test_a_table_comes_in_every_results_format(small: FlaskClient, name: str) -> None:
    format_ = FORMATS[name]
    expected = small_store().query(NAMES).serialize(format=format_.results)
    by_accept = small.get("/sparql", query_string={"query": NAMES}, headers={"Accept": format_.media_type})
    by_name = small.get("/sparql", query_string={"query": NAMES, "format": name}, headers={"Accept": "image/png"})
    assert by_accept.data == by_name.data == expected
    assert by_accept.mimetype == by_name.mimetype == format_.media_type
    assert by_accept.content_length == len(expected)


@pytest.mark.parametrize("name", [name for name in GRAPHS.values() if name != "html"])
def test_a_graph_and_the_description_come_in_every_rdf_format(small: FlaskClient, name: str) -> None:
    format_ = FORMATS[name]
    for text in (GRAPH, "DESCRIBE <https://example.org/a>", None):
        fields = {"query": text} if text else {}
        response = small.get("/sparql", query_string=fields, headers={"Accept": format_.media_type})
        assert response.mimetype == format_.media_type
        assert list(ox.parse(response.data, format=format_.rdf))


@pytest.mark.parametrize("name", [name for name, format_ in FORMATS.items() if format_.results])
def test_a_yes_or_no_comes_in_every_results_format(small: FlaskClient, name: str) -> None:
    assert small.get("/sparql", query_string={"query": "ASK {}", "format": name}).status_code == 200


@pytest.mark.parametrize(("query", "offers"), [(NAMES, RESULTS), (GRAPH, GRAPHS), (None, GRAPHS)])
def test_406_lists_what_there_is(small: FlaskClient, query: str | None, offers: dict[str, str]) -> None:
    fields = {"query": query} if query else {}
    told = is_problem(small.get("/sparql", query_string=fields, headers={"Accept": "image/png"}), 406)
    assert told["available"] == list(offers)


def test_a_missing_accept_header_means_anything(small: FlaskClient) -> None:
    assert small.get("/sparql?query=ASK{}").mimetype == "application/sparql-results+json"


# Whatever is sent

ODD = st.text(st.characters(max_codepoint=255, exclude_characters="\r\n\0"), max_size=60)
LIKELY = st.lists(
    st.sampled_from(
        ["text/csv", "*/*", "*", "gzip", "identity", ";q=", ";q=0", "0.5", "1", ", ", '"', "W/", " ", "charset=x"]
    ),
    max_size=8,
).map("".join)


@given(st.dictionaries(st.sampled_from(
    ["Accept", "Accept-Encoding", "If-None-Match", "If-Match", "If-Modified-Since", "Range", "Content-Type", "Origin"]
), ODD | LIKELY))  # fmt: skip
@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_header_makes_the_server_fail(small: FlaskClient, headers: dict[str, str]) -> None:
    for method in ("GET", "POST"):
        response = small.open("/sparql?query=ASK{}", method=method, headers=headers, data=b"query=ASK{}")
        assert response.status_code in (200, 304, 400, 406, 412, 415)


@given(st.binary(max_size=60) | st.lists(st.sampled_from(
    [b"query=", b"update=", b"format=", b"default-graph-uri=", b"&", b"%", b"%C3", b"%A9", b"\xff", b"ASK{}", b"+"]
), max_size=8).map(b"".join))  # fmt: skip
@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_parameter_makes_the_server_fail(small: FlaskClient, sent: bytes) -> None:
    form = small.post("/sparql", data=sent, content_type="application/x-www-form-urlencoded")
    direct = small.post("/sparql", data=sent, content_type="application/sparql-query")
    asked_for = small.get("/sparql", environ_overrides={"QUERY_STRING": sent.decode("latin-1")})
    assert {form.status_code, direct.status_code, asked_for.status_code} <= {200, 400, 406}


# Pages of answers


def test_a_browser_gets_a_table_and_everything_is_escaped(small: FlaskClient) -> None:
    response = small.get("/sparql", query_string={"query": NAMES}, headers={"Accept": BROWSER})
    assert response.mimetype == "text/html"
    assert "&lt;b&gt;" in response.text
    assert "<b>" not in response.text
    assert "2 rows" in response.text


@pytest.mark.parametrize(
    "query",
    ['SELECT ("</textarea><script>" AS ?x) {}', 'SELECT ?x { BIND (IRI("javascript:alert(1)") AS ?x) }',
     'CONSTRUCT { <http://a> <http://b> "</code><script>" } {}', 'ASK { FILTER ("<script>" = "a") }'],
)  # fmt: skip
def test_a_page_cannot_be_broken_out_of(small: FlaskClient, query: str) -> None:
    text = small.get("/sparql", query_string={"query": query, "format": "html"}).text
    assert "<script" not in text
    assert 'href="javascript' not in text


def test_a_page_says_when_it_shows_a_part(tmp_path: Path) -> None:
    more = "".join(f'<https://example.org/{n}> <https://example.org/n> "{n}" .\n' for n in range(1500))
    client = client_of(Target("small", tmp_path), Direct(small_store(more)))
    fields = {"query": "SELECT * { ?s <https://example.org/n> ?n }", "format": "html"}
    text = client.get("/sparql", query_string=fields).text
    assert "1,500 rows; the first 1,000 are shown" in text


def test_the_form_sends_a_query_back_as_it_was_written(small: FlaskClient) -> None:
    text = small.get("/sparql", query_string={"query": "\n\nASK { # <&>\n}", "format": "html"}).text
    assert "ASK { # &lt;&amp;&gt;\n}</textarea>" in text


# The release


def test_the_start_page_says_what_this_is_and_what_it_is_not(site: FlaskClient, target: Target) -> None:
    text = site.get("/").text
    notice = (
        "Unofficial",
        "affiliated with or endorsed by the Open Government Partnership",
        "CC BY 4.0",
        "Personal data",
    )
    for words in (*notice, target.id, f"{URL}sparql", "/ogp/dumps/ogp-graph.nq.gz", "overview.csv"):
        assert words in text
    for query in load_queries(data_folder("queries") / EXAMPLES):
        assert query.title.replace("'", "&#39;") in text


def test_the_start_page_counts_what_the_release_says(site: FlaskClient, target: Target) -> None:
    counts = target.told["counts"]
    text = site.get("/").text
    for name in ("reports", "members", "evaluators", "commitments"):
        assert f"<dt>{name}</dt><dd>{counts[name]:,}</dd>" in text


def test_the_start_page_opens_while_the_engine_is_busy(target: Target) -> None:
    response = client_of(target, Failing(EngineBusy(1))).get("/")
    assert response.status_code == 200
    assert "Unofficial" in response.text


def test_every_example_link_of_the_start_page_runs(site: FlaskClient) -> None:
    import html
    import re

    links = re.findall(r'href="/ogp(/sparql\?query=[^"]+)"', site.get("/").text)
    assert len(links) >= 14
    for link in links:
        response = site.get(html.unescape(link), headers={"Accept": BROWSER})
        assert (response.status_code, response.mimetype) == (200, "text/html")


@pytest.mark.parametrize("folder", ["dumps", "tables", "definitions", "quality"])
def test_every_listed_file_is_there_with_its_checksum_as_entity_tag(site: FlaskClient, folder: str) -> None:
    import re

    page = site.get(f"/{folder}/").text
    links = re.findall(rf'href="/ogp(/{folder}/[^"?]+\.[a-z]+)"', page)
    assert links
    for link in links:
        with site.get(link) as response:
            assert response.status_code == 200, link
            assert response.headers["ETag"] == f'"{hashlib.sha256(response.data).hexdigest()}"'
            assert "Content-Encoding" not in response.headers
            assert response.content_length == len(response.data)


def test_a_known_file_is_not_sent_again_and_a_part_can_be_asked_for(site: FlaskClient) -> None:
    with site.get("/dumps/ogp-graph.nq.gz") as whole:
        tag, data = whole.headers["ETag"], whole.data
    with site.get("/dumps/ogp-graph.nq.gz", headers={"If-None-Match": tag}) as same:
        assert (same.status_code, same.data) == (304, b"")
    with site.get("/dumps/ogp-graph.nq.gz", headers={"Range": "bytes=10-19"}) as part:
        assert (part.status_code, part.data) == (206, data[10:20])
    is_problem(site.get("/dumps/ogp-graph.nq.gz", headers={"Range": "bytes=99999999-"}), 416)


@pytest.mark.parametrize(
    ("name", "media_type"),
    [("ogp-graph.nq.gz", "application/gzip"), ("ogp-graph.nq.zst", "application/zstd")],
)
def test_packed_files_are_sent_as_what_they_are(site: FlaskClient, name: str, media_type: str) -> None:
    with site.get(f"/dumps/{name}") as response:
        assert response.mimetype == media_type


def test_a_file_that_was_put_there_later_is_not_served(sample_release: Path, tmp_path: Path) -> None:
    import shutil

    copy = tmp_path / "release"
    shutil.copytree(sample_release, copy)
    (copy / "dumps").chmod(0o755)
    (copy / "dumps" / "secret").write_text("x")
    (copy / "dumps" / "link").symlink_to("/etc/passwd")
    from ogp_graph.release.checksums import read_sums

    client = client_of(Target("copy", copy / "store", copy, {}, dict(read_sums(copy))), Failing(EngineBusy(1)))
    is_problem(client.get("/dumps/secret"), 404)
    is_problem(client.get("/dumps/link"), 404)
    assert "secret" not in client.get("/dumps/").text


@pytest.mark.parametrize(
    ("path", "accept", "format_"),
    [
        ("/catalogue", None, ox.RdfFormat.TURTLE),
        ("/catalogue", "application/ld+json", ox.RdfFormat.JSON_LD),
        ("/catalogue", "application/rdf+xml", ox.RdfFormat.RDF_XML),
        ("/catalogue", "application/trig", ox.RdfFormat.TRIG),
        ("/.well-known/void", None, ox.RdfFormat.TURTLE),
        ("/.well-known/void?format=nt", "image/png", ox.RdfFormat.N_TRIPLES),
        ("/catalogue.ttl", "image/png", ox.RdfFormat.TURTLE),
        ("/catalogue.jsonld", None, ox.RdfFormat.JSON_LD),
    ],
)
def test_the_catalogue_is_negotiated_and_has_plain_addresses(
    site: FlaskClient, path: str, accept: str | None, format_: ox.RdfFormat
) -> None:
    with site.get(path, headers={"Accept": accept} if accept else {}) as response:
        assert response.mimetype == format_.media_type
        assert list(ox.parse(response.data, format=format_))


def test_readers_of_the_catalogue_get_the_page_of_the_dataset(site: FlaskClient) -> None:
    response = site.get("/catalogue", headers={"Accept": BROWSER})
    assert (response.status_code, response.location) == (303, f"{URL}page/dataset")
    assert site.get("/page/dataset", headers={"Accept": BROWSER}).mimetype == "text/html"


def test_health_names_the_release(site: FlaskClient, target: Target) -> None:
    assert site.get("/healthz").get_json() == {"status": "ok", "release": target.id}


def test_the_description_names_the_endpoint_by_its_public_address(site: FlaskClient, target: Target) -> None:
    found = set(ox.parse(site.get("/sparql").data, format=ox.RdfFormat.TURTLE))
    endpoint = ox.NamedNode(URL + "sparql")
    sd = "http://www.w3.org/ns/sparql-service-description#"
    assert any(q.subject == q.object == endpoint and q.predicate == ox.NamedNode(sd + "endpoint") for q in found)
    assert ox.Literal(target.id) in {quad.object for quad in found}


# A file


def test_a_file_has_a_page_of_its_own_and_no_release_routes(small: FlaskClient) -> None:
    assert "SPARQL endpoint" in small.get("/").text
    for path in ("/dumps/", "/tables/", "/catalogue", "/SHA256SUMS"):
        is_problem(small.get(path), 404)


def test_a_file_is_named_by_its_content(tmp_path: Path) -> None:
    one, other = tmp_path / "a.ttl", tmp_path / "b.ttl"
    one.write_text("<a> <b> <c> .")
    other.write_text("<a> <b> <d> .")
    assert data_target(one).id != data_target(other).id
    assert data_target(one).id.startswith("data-")


def test_what_cannot_be_served_is_said(tmp_path: Path) -> None:
    (tmp_path / "releases").mkdir()
    for wrong in (tmp_path / "none.nq", tmp_path / "words.docx"):
        with pytest.raises(UsageError):
            data_target(wrong)
    for folder in (tmp_path, tmp_path / "nowhere"):
        with pytest.raises(UsageError):
            release_target(folder)


@pytest.mark.parametrize(
    ("public_url", "host", "url"),
    [
        ("", "127.0.0.1", "http://127.0.0.1:80/"),
        ("", "::1", "http://[::1]:80/"),
        ("https://data.example.org/ogp", "127.0.0.1", "https://data.example.org/ogp/"),
    ],
)
def test_the_public_address_is_a_setting(public_url: str, host: str, url: str) -> None:
    assert site_url(settings_from({}, public_url=public_url, host=host), 80) == url
