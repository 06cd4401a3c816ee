"""What the SPARQL 1.1 Protocol leaves to HTTP, and what its cases do not try, against a real server.

Numbers in the names of sections are those of https://www.w3.org/TR/sparql11-protocol/; requests are raw where a
library would tidy them.
"""

from __future__ import annotations

import gzip
import re
from typing import TYPE_CHECKING
from urllib.parse import quote, urlencode

import pyoxigraph as ox
import pytest

from tests.asking import DIRECT, FORM, JSON, ask_by_form, ask_by_get, ask_directly, raw, refused, truth
from tests.serving import NAMES, ONE, TWO, data_file, many, server_over

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.serving import Reply, Server

KNOWS = "ASK { <https://example.org/a> <https://example.org/knows> <https://example.org/b> }"
NOT_ENCODED = (b" ", b'"', b"<", b">", b"\xe9")
"""What an address holds only percent-encoded (RFC 3986, 2)."""
IN_GRAPH = "ASK { GRAPH ?g { <https://example.org/a> <https://example.org/knows> <https://example.org/b> } }"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    path = data_file(tmp_path_factory.mktemp("protocol"), many(500))
    with server_over("data", path, query_bytes=20_000, result_bytes=20_000_000) as found:
        yield found


# 2.1 query operation: 2.1.1 GET, 2.1.2 POST with a form, 2.1.3 POST of the query itself


@pytest.mark.parametrize("charset", ["utf-8", "UTF-8", '"utf-8"', "utf8"])
def test_utf_8_may_be_named(server: Server, charset: str) -> None:
    assert truth(server.get("sparql", "POST", b"query=ASK%7B%7D", Content_Type=f"{FORM}; charset={charset}"))
    assert truth(ask_directly(server, "ASK {}", kind=f"{DIRECT};charset={charset}"))


def test_the_data_set_and_the_format_may_stand_in_the_address_of_a_form(server: Server) -> None:
    where = "sparql?" + urlencode({"default-graph-uri": ONE, "format": "xml"})
    reply = ask_by_form(server, {"query": KNOWS}, where)
    assert b"<boolean>true</boolean>" in reply.body


def test_a_query_may_come_in_pieces(server: Server) -> None:
    pieces = b"5\r\nASK {\r\n1\r\n}\r\n0\r\n\r\n"
    head = f"POST /sparql HTTP/1.1\r\nHost: x\r\nContent-Type: {DIRECT}\r\nTransfer-Encoding: chunked\r\n"
    assert raw(server, head.encode() + b"Connection: close\r\n\r\n" + pieces).endswith(b'"boolean":true}')


@pytest.mark.parametrize("way", ["get", "form", "direct"])
def test_letters_beyond_ascii_arrive_as_they_are(server: Server, way: str) -> None:
    text = 'ASK { FILTER (STRLEN("Brébeuf 漢 🌳") = 11) }'
    reply = {
        "get": lambda: ask_by_get(server, query=text),
        "form": lambda: ask_by_form(server, {"query": text}),
        "direct": lambda: ask_directly(server, text),
    }[way]()
    assert truth(reply)


@pytest.mark.parametrize("way", ["get", "form"])
def test_a_plus_is_a_space_and_an_escape_is_what_it_says(server: Server, way: str) -> None:
    text = b"query=ASK+%7B+FILTER+%28%22a%2Bb+c%22+%3D+%22a%2Bb+c%22%29+%7D"
    if way == "get":
        assert truth(server.get("sparql?" + text.decode()))
    else:
        assert truth(server.get("sparql", "POST", text, Content_Type=FORM))


@pytest.mark.parametrize("text", ["é", "漢", "🌳"])
def test_an_address_in_utf_8_is_read_although_it_is_not_escaped(server: Server, text: str) -> None:
    """No URI has such a letter, and browsers' and clients' do; it is never an error of ours."""
    for path in (f"sparql?query=ASK{{FILTER(STRLEN('{text}')=1)}}", f"sparql?query=ASK{{}}%23{text}&format=json"):
        reply = raw(server, f"GET /{path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode())
        assert reply.endswith(b'"boolean":true}')
    for path in (f"{text}", f"sparql?default-graph-uri={text}&query=ASK{{}}", f"sparql?format={text}"):
        for header in ("Accept", "If-None-Match", "User-Agent", "Cookie", "Accept-Language", "X-Forwarded-For"):
            request = f"GET /{path} HTTP/1.1\r\nHost: x\r\n{header}: {text}\r\nConnection: close\r\n\r\n"
            assert raw(server, request.encode())[9:12] in (b"404", b"400", b"406")


# 2.1.4 specifying an RDF dataset


def test_the_default_graph_is_that_of_the_file(server: Server) -> None:
    assert not truth(ask_by_get(server, query=KNOWS))
    assert truth(ask_by_get(server, query=IN_GRAPH))


def test_default_graph_by_get_form_and_address_of_a_direct_post(server: Server) -> None:
    assert truth(ask_by_get(server, query=KNOWS, **{"default-graph-uri": ONE}))
    assert truth(ask_by_form(server, {"query": KNOWS, "default-graph-uri": ONE}))
    assert truth(ask_directly(server, KNOWS, "?" + urlencode({"default-graph-uri": ONE})))
    assert not truth(ask_by_get(server, query=KNOWS, **{"default-graph-uri": TWO}))


def test_several_default_graphs_are_merged(server: Server) -> None:
    both = "ASK { ?a <https://example.org/knows> ?b . ?b <https://example.org/knows> ?a }"
    assert truth(ask_by_get(server, query=both, **{"default-graph-uri": [ONE, TWO]}))
    assert truth(ask_by_form(server, {"query": both, "default-graph-uri": [ONE, TWO]}))
    assert not truth(ask_by_get(server, query=both, **{"default-graph-uri": ONE}))


def test_named_graphs_by_get_form_and_address_of_a_direct_post(server: Server) -> None:
    for graph, expected in ((ONE, True), (TWO, False)):
        fields = {"named-graph-uri": graph}
        assert truth(ask_by_get(server, query=IN_GRAPH, **fields)) is expected
        assert truth(ask_by_form(server, {"query": IN_GRAPH, **fields})) is expected
        assert truth(ask_directly(server, IN_GRAPH, "?" + urlencode(fields))) is expected


def test_named_graphs_alone_leave_the_default_graph_empty(server: Server) -> None:
    assert not truth(ask_by_get(server, query="ASK { ?s ?p ?o }", **{"named-graph-uri": ONE}))


def test_the_data_set_of_the_protocol_wins_over_that_of_the_query(server: Server) -> None:
    text = KNOWS.replace("ASK", f"ASK FROM <{TWO}>")
    assert not truth(ask_by_get(server, query=text))
    assert truth(ask_by_get(server, query=text, **{"default-graph-uri": ONE}))


@pytest.mark.parametrize(
    "graph", ["https://example.org/nowhere", "file:///etc/passwd", "http://127.0.0.1:9/", "no iri"]
)
def test_a_graph_that_is_not_here_is_refused_and_not_fetched(server: Server, graph: str) -> None:
    for field in ("default-graph-uri", "named-graph-uri"):
        told = refused(ask_by_get(server, query="ASK {}", **{field: graph}), 400)
        assert "no graph" in str(told["detail"])


# 2.1.5 accepted response formats, 2.1.6 success responses


@pytest.mark.parametrize(
    ("query", "accept", "media_type"),
    [
        (NAMES, None, JSON),
        (NAMES, "application/sparql-results+xml", "application/sparql-results+xml"),
        (NAMES, "text/csv", "text/csv; charset=utf-8"),
        (NAMES, "text/tab-separated-values", "text/tab-separated-values; charset=utf-8"),
        ("ASK {}", "application/sparql-results+xml", "application/sparql-results+xml"),
        ("DESCRIBE <https://example.org/a>", None, "text/turtle; charset=utf-8"),
        ("DESCRIBE <https://example.org/a>", "application/rdf+xml", "application/rdf+xml"),
        ("CONSTRUCT WHERE { ?s ?p ?o }", "application/n-triples", "application/n-triples"),
        ("CONSTRUCT WHERE { ?s ?p ?o }", "application/ld+json", "application/ld+json"),
    ],
)
def test_the_content_type_is_one_that_was_asked_for(
    server: Server, query: str, accept: str | None, media_type: str
) -> None:
    reply = ask_by_get(server, query=query) if accept is None else None
    reply = reply or server.get("sparql?query=" + quote(query), Accept=accept or "")
    assert (reply.status, reply.headers["Content-Type"]) == (200, media_type)
    assert int(reply.headers["Content-Length"]) == len(reply.body)
    assert "Accept" in reply.headers["Vary"]


def test_a_request_without_accept_gets_an_answer(server: Server) -> None:
    reply = raw(server, b"GET /sparql?query=ASK%7B%7D HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
    assert reply.startswith(b"HTTP/1.1 200")
    assert JSON.encode() in reply


@pytest.mark.parametrize("packed", ["identity", "gzip", "zstd, identity;q=0"])
@pytest.mark.parametrize(
    "path",
    [
        "",
        "healthz",
        "readyz",
        "nothing",
        "sparql",
        "sparql?format=nt",
        "sparql?format=pdf",
        "sparql?query=ASK",
        "sparql?query=" + quote(NAMES),
        "sparql?query=" + quote("SELECT * { ?s ?p ?o }") + "&format=html",
        "sparql?query=" + quote("SELECT * { ?a ?b ?c . ?d ?e ?f } LIMIT 9000"),
        "sparql?query=" + quote("SELECT * { ?a ?b ?c . ?d ?e ?f } LIMIT 90001") + "&format=csv",
        "sparql?update=CLEAR+ALL",
    ],
)
def test_head_is_get_without_the_body(server: Server, path: str, packed: str) -> None:
    """RFC 9110, 9.3.2: in every header, whatever the answer is."""
    head, whole, again = (server.get(path, way, Accept_Encoding=packed) for way in ("HEAD", "GET", "HEAD"))
    assert head.status == whole.status == again.status
    assert head.body == again.body == b""
    assert int(whole.headers["Content-Length"]) == len(whole.body)
    assert fields(head) == fields(whole) == fields(again)


def fields(reply: Reply) -> dict[str, str]:
    """All of its headers but for the time."""
    return {name.lower(): value for name, value in reply.headers.items() if name.lower() != "date"}


@pytest.mark.parametrize("asked_for", [{}, {"Access_Control_Request_Method": "POST"}])
def test_options_says_what_may_be_done_and_by_whom(server: Server, asked_for: dict[str, str]) -> None:
    reply = server.get("sparql", "OPTIONS", Origin="https://example.com", **asked_for)
    assert (reply.status, reply.body) == (200, b"")
    for header in ("Allow", "Access-Control-Allow-Methods"):
        assert {name.strip() for name in reply.headers[header].split(",")} == {"GET", "POST", "HEAD", "OPTIONS"}
    assert {"Accept", "Authorization", "Content-Type", "*"} <= set(
        reply.headers["Access-Control-Allow-Headers"].split(", ")
    )
    assert reply.headers["Access-Control-Allow-Origin"] == "*"
    assert reply.headers["Accept-Post"] == f"{FORM}, {DIRECT}"


def test_options_may_be_asked_of_the_server_as_a_whole(server: Server) -> None:
    """RFC 9110, 9.3.7."""
    reply = raw(server, b"OPTIONS * HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
    assert reply.startswith(b"HTTP/1.1 200 OK\r\n")
    assert b"\r\nallow: GET, HEAD, POST, OPTIONS\r\n" in reply
    assert b"\r\naccess-control-allow-origin: *\r\n" in reply
    assert raw(server, b"GET * HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").startswith(b"HTTP/1.1 404")


@pytest.mark.parametrize(
    ("path", "method", "status"),
    [
        ("", "GET", 200),
        ("sparql", "GET", 200),
        ("sparql?query=ASK%7B%7D", "HEAD", 200),
        ("sparql?query=ASK", "GET", 400),
        ("nothing", "GET", 404),
        ("sparql", "DELETE", 405),
        ("sparql", "OPTIONS", 200),
        ("sparql?x=" + "x" * 64_500, "GET", 414),
    ],
)
def test_every_reply_is_open_to_any_origin_without_credentials(
    server: Server, path: str, method: str, status: int
) -> None:
    reply = server.get(path, method, Origin="https://example.com", Cookie="a=b")
    assert reply.status == status
    assert reply.headers["Access-Control-Allow-Origin"] == "*"
    assert "Access-Control-Allow-Credentials" not in reply.headers
    assert "ETag" in reply.headers["Access-Control-Expose-Headers"]
    assert {"Accept", "Accept-Encoding"} <= set(reply.headers["Vary"].split(", "))
    assert 'rel="service-desc"' in reply.headers["Link"]


def test_a_large_answer_is_whole_and_has_its_length(server: Server) -> None:
    reply = server.get("sparql?query=" + quote("SELECT * { ?a ?b ?c . ?d ?e ?f } LIMIT 90000"), Accept="text/csv")
    assert reply.status == 200
    assert int(reply.headers["Content-Length"]) == len(reply.body) > 8_000_000
    assert reply.body.count(b"\r\n") == 90_001


# 2.1.6 failure responses


def test_no_query_is_the_description_of_the_service(server: Server) -> None:
    reply = server.get("sparql")
    assert reply.headers["Content-Type"] == "text/turtle; charset=utf-8"
    assert list(ox.parse(reply.body, format=ox.RdfFormat.TURTLE))


def test_a_post_without_a_query_is_refused(server: Server) -> None:
    refused(ask_by_form(server, {}), 400)
    refused(ask_directly(server, ""), 400)


@pytest.mark.parametrize("kind", ["text/plain", "application/json", "multipart/form-data; boundary=x", ""])
def test_a_post_of_another_type_is_refused(server: Server, kind: str) -> None:
    told = refused(ask_directly(server, "ASK {}", kind=kind or "x/y"), 415)
    assert told["available"] == [FORM, DIRECT]


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH"])
def test_another_method_is_refused_with_those_that_are_allowed(server: Server, method: str) -> None:
    reply = server.get("sparql?query=ASK%7B%7D", method, b"x" if method != "DELETE" else None)
    refused(reply, 405)
    assert "POST" in reply.headers["Allow"]


def test_bytes_that_are_no_utf_8_are_refused(server: Server) -> None:
    refused(server.get("sparql?query=ASK%7B%7D%23%FF"), 400)
    refused(server.get("sparql", "POST", b"query=ASK%7B%7D%23%FF", Content_Type=FORM), 400)
    refused(server.get("sparql", "POST", b"query=ASK{}#\xff", Content_Type=FORM), 400)
    refused(ask_directly(server, b"ASK {} # \xff"), 400)


@pytest.mark.parametrize("charset", ["utf-16", "iso-8859-1", "nonsense"])
def test_a_query_in_another_charset_is_refused(server: Server, charset: str) -> None:
    refused(ask_directly(server, "ASK {}", kind=f"{DIRECT}; charset={charset}"), 415)
    refused(server.get("sparql", "POST", b"query=ASK%7B%7D", Content_Type=f"{FORM}; charset={charset}"), 415)


@pytest.mark.parametrize("text", ["", "SELECT", "ASK {} ASK {}", "SELECT * { ?s ?p ", "hello"])
def test_what_is_no_query_is_refused(server: Server, text: str) -> None:
    refused(ask_by_get(server, query=text), 400)


def test_a_query_that_is_too_long_is_refused(server: Server) -> None:
    refused(ask_directly(server, "ASK {} #" + "x" * 30_000), 413)
    refused(ask_by_get(server, query="ASK {} #" + "x" * 30_000), 414)
    refused(ask_directly(server, "ASK {} #" + "x" * 1_000_000), 413)


def test_an_address_that_is_too_long_is_414_with_the_way_out(server: Server) -> None:
    told = refused(server.get("sparql?query=ASK%7B%7D&x=" + "x" * 64_500), 414)
    assert "POST" in str(told["detail"])


def test_headers_that_are_too_large_or_too_many_are_431(server: Server) -> None:
    refused(server.get("sparql", X_Long="x" * 70_000), 431)
    refused(server.get("sparql", **{f"X_{number}": "x" * 1000 for number in range(90)}), 431)


@pytest.mark.parametrize(
    ("request_", "status"),
    [
        (b"GET /sparql?x=" + b"x" * 66_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n", b"414 URI Too Long"),
        (b"GET /sparql HTTP/1.1\r\nHost: x\r\n" + b"X: x\r\n" * 100 + b"\r\n", b"431 Request Header Fields Too Large"),
        (b"GET /sparql HTTP/1.1\r\nHost: x\r\nX: a\0b\r\n\r\n", b"400 Bad Request"),
        *((b"GET /sparql?query=%s HTTP/1.1\r\nHost: x\r\n\r\n" % one, b"400 Bad Request") for one in NOT_ENCODED),
    ],
    ids=["414", "431", "400", *map(repr, NOT_ENCODED)],
)
def test_what_the_http_library_refuses_gets_these_bytes(server: Server, request_: bytes, status: bytes) -> None:
    """Those of docs/endpoint.md: nobody but the library sees such a request (decision 0049)."""
    reply = re.sub(rb"date: [^\r]*", b"date: ...", raw(server, request_))
    assert reply == b"HTTP/1.1 " + status + b"\r\nconnection: close\r\ncontent-length: 0\r\ndate: ...\r\n\r\n"


@pytest.mark.parametrize(
    ("lines", "status"),
    [
        ("", b"400"),
        ("Host: a\r\nHost: b\r\n", b"400"),
        ("Host: a b\r\n", b"400"),
        ("Host: a/b\r\n", b"400"),
        ("Host: user@a\r\n", b"400"),
        ("Host: x\r\nX: " + "x" * 70_000 + "\r\n", b"431"),
        ("Host: x\r\nAccept-Encoding: identity;q=0\r\n", b"406"),
        ("Host: x\r\n", b"200"),
        ("Host: [::1]:8008\r\n", b"200"),
        ("Host:\r\n", b"200"),
    ],
)
@pytest.mark.parametrize("path", ["/sparql?query=ASK%7B%7D", "/sparql?query=ASK%7B%7D&format=xml", "/sparql", "/"])
def test_what_is_refused_is_refused_after_it_was_answered_to_others_too(
    server: Server, path: str, lines: str, status: bytes
) -> None:
    """RFC 9112, 3.2, and RFC 6585, 5: an answer that is known is no reason to look away."""
    assert server.get(path[1:]).status == server.get(path[1:]).status == 200
    reply = raw(server, f"GET {path} HTTP/1.1\r\n{lines}Connection: close\r\n\r\n".encode())
    assert reply.split()[1] == status
    assert b"access-control-allow-origin: *" in reply


@pytest.mark.parametrize(
    "request_",
    [
        b"get /sparql?query=ASK%7B%7D HTTP/1.1\r\nHost: x\r\n",
        b"Post /sparql HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n",
        b"POST /sparql HTTP/1.1\r\nHost: x\r\nContent-Type: application/sparql-query\r\n"
        b"Transfer-Encoding: gzip, chunked\r\n",
    ],
)
def test_a_method_in_small_letters_and_a_body_in_another_coding_are_501(server: Server, request_: bytes) -> None:
    """RFC 9110, 9.1: methods have a case; RFC 9112, 6.1: a coding that is not known."""
    reply = raw(server, request_ + b"Connection: close\r\n\r\n0\r\n\r\n")
    assert reply.startswith(b"HTTP/1.1 501 Not Implemented")
    assert b'"code": "not-implemented"' in reply


def test_a_body_with_trailers_is_refused_in_words_and_never_read_as_whole(server: Server) -> None:
    """Decision 0049: they look like the end of a body that was cut."""
    head = f"POST /sparql HTTP/1.1\r\nHost: x\r\nContent-Type: {DIRECT}\r\nTransfer-Encoding: chunked\r\n"
    for body in (b"6\r\nASK {}\r\n0\r\nX-Sum: 1\r\n\r\n", b"6\r\nASK {}\r\nzz\r\n"):
        reply = raw(server, head.encode() + b"Connection: close\r\n\r\n" + body)
        assert reply.startswith(b"HTTP/1.1 400 ")
        assert b"trailer fields" in reply
        assert b"access-control-allow-origin: *" in reply


def test_a_packed_body_is_refused_with_what_is_taken(server: Server) -> None:
    reply = server.get("sparql", "POST", gzip.compress(b"ASK {}"), Content_Type=DIRECT, Content_Encoding="gzip")
    refused(reply, 415)
    assert reply.headers["Accept-Encoding"] == "identity"


def test_too_many_parameters_are_refused(server: Server) -> None:
    refused(server.get("sparql?" + "&".join(["a=b"] * 2000)), 400)


@pytest.mark.parametrize(
    ("query", "place"),
    [("SELECT * {\n ?s ?p", (2, 7)), ("ASK { FILTER ('a) }", (1, 15))],
)
def test_an_error_says_where_in_either_shape(server: Server, query: str, place: tuple[int, int]) -> None:
    told = refused(ask_by_get(server, query=query), 400)
    assert (told["line"], told["column"]) == place
    reply = server.get("sparql?query=" + quote(query), Accept="text/plain")
    assert (reply.status, reply.headers["Content-Type"]) == (400, "text/plain; charset=utf-8")
    assert reply.text.startswith(f"400 Bad Request\n{told['detail']}\n")
    assert f"line: {place[0]}\ncolumn: {place[1]}\n" in reply.text


@pytest.mark.parametrize(
    ("accept", "kind"),
    [
        ("text/plain", "text/plain; charset=utf-8"),
        ("text/plain, application/json;q=0.9", "text/plain; charset=utf-8"),
        ("text/*", "text/plain; charset=utf-8"),
        ("*/*", "application/problem+json"),
        ("text/csv", "application/problem+json"),
        ("application/json", "application/problem+json"),
        ("text/plain;q=0.5, application/problem+json", "application/problem+json"),
        ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", "text/html; charset=utf-8"),
    ],
)
def test_an_error_is_text_for_whoever_asks_for_text(server: Server, accept: str, kind: str) -> None:
    assert server.get("sparql?query=SELECT", Accept=accept).headers["Content-Type"] == kind
    assert server.get("nothing", Accept=accept).headers["Content-Type"] == kind


def test_nothing_that_can_be_had_is_406_with_the_list(server: Server) -> None:
    told = refused(server.get("sparql?query=ASK%7B%7D", Accept="image/png"), 406)
    assert JSON in told["available"]
    assert refused(ask_by_get(server, query="ASK {}", format="turtle"), 406)["available"] == told["available"]
    told = refused(server.get("sparql?query=ASK%7B%7D", Accept_Encoding="identity;q=0"), 406)
    assert told["available"] == ["zstd", "gzip", "identity"]


def test_limits_that_are_met_are_errors_and_others_are_served(server: Server) -> None:
    slow = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . FILTER (?c = ?i && ?a != ?g) }"
    refused(ask_by_get(server, query=slow), 504)
    refused(ask_by_get(server, query="SELECT * { ?a ?b ?c . ?d ?e ?f }"), 413)
    refused(ask_by_get(server, query="SELECT (" + "(" * 2000 + "1" + ")" * 2000 + " AS ?x) {}"), 400)
    assert truth(ask_by_get(server, query="ASK {}"))


@pytest.mark.parametrize("path", ["/sparql/../../etc/passwd", "/%2e%2e/etc/passwd", "/sparql%00"])
def test_odd_paths_are_not_found(server: Server, path: str) -> None:
    reply = raw(server, f"GET {path} HTTP/1.1\r\nHost: evil.example.com\r\nConnection: close\r\n\r\n".encode())
    assert reply.startswith(b"HTTP/1.1 404")
    assert b"evil" not in reply


def test_every_reply_names_what_it_is_from(server: Server) -> None:
    said = {server.get(path).headers["OGP-Graph-Release"] for path in ("", "healthz", "sparql", "nothing")}
    assert len(said) == 1
    assert said.pop().startswith("data-")
