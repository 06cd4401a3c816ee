"""Tags, conditions and codings of what the endpoint answers, against a real server.

RFC 9110: 8.8.3 (ETag), 13.1.2 (If-None-Match), 15.4.5 (304), 8.4.1 and 12.5.3 (codings).
"""

from __future__ import annotations

import gzip
from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest
import zstandard

from tests.asking import DIRECT, refused
from tests.serving import NAMES, data_file, many, server_over

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.serving import Reply, Server

SMALL = "sparql?query=" + quote(NAMES)
MIDDLE = "sparql?query=" + quote("SELECT * { ?s <https://example.org/number> ?n } ORDER BY ?n")
LONG = '<https://example.org/long> <https://example.org/text> "' + "0123456789 " * 2_000 + '" .\n'
LARGE = "sparql?query=" + quote(
    "SELECT ?n ?text { ?s <https://example.org/number> ?n . ?long <https://example.org/text> ?text } ORDER BY ?n"
)
UNPACK = {
    "gzip": gzip.decompress,
    "zstd": lambda data: zstandard.ZstdDecompressor().decompressobj().decompress(data),
    None: lambda data: data,
}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    path = data_file(tmp_path_factory.mktemp("representations"), many(500) + LONG)
    with server_over("data", path, query_seconds=20) as found:
        yield found


def test_the_large_answer_is_one_that_no_memory_holds(server: Server) -> None:
    assert len(server.get(LARGE).body) > 8_000_000


def tag(reply: Reply) -> str:
    found = reply.headers["ETag"]
    assert found.startswith('"')
    assert found.endswith('"')
    return str(found)


def not_sent_again(reply: Reply, known: str) -> None:
    assert (reply.status, reply.body) == (304, b"")
    assert tag(reply) == known
    names = {name.lower() for name in reply.headers}
    assert {"vary", "cache-control", "date", "access-control-allow-origin", "ogp-graph-release"} <= names
    assert not {"content-type", "content-encoding"} & names


@pytest.mark.parametrize("path", ["sparql", "sparql?format=nt", SMALL, MIDDLE, LARGE, ".well-known/void", ""])
def test_what_a_client_has_is_not_sent_again(server: Server, path: str) -> None:
    first = server.get(path)
    known = tag(first)
    assert first.headers["Cache-Control"] == "no-cache"
    for condition in (known, f"W/{known}", f'"other", W/"x", {known}', "*"):
        not_sent_again(server.get(path, If_None_Match=condition), known)
        not_sent_again(server.get(path, "HEAD", If_None_Match=condition), known)
    for condition in ('"other"', known.strip('"') + "x", f'"{known[1:-1]}-gzip"'):
        again = server.get(path, If_None_Match=condition)
        assert (again.status, again.body) == (200, first.body)


def test_each_format_and_each_coding_has_a_tag_of_its_own(server: Server) -> None:
    tags = {
        tag(server.get(MIDDLE, Accept=accept, Accept_Encoding=packed))
        for accept in ("application/sparql-results+json", "text/csv", "text/tab-separated-values", "text/html")
        for packed in ("identity", "gzip", "zstd")
    }
    assert len(tags) == 12


def test_answers_that_are_alike_in_two_formats_have_two_tags(server: Server) -> None:
    empty = "sparql?query=" + quote("CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o FILTER (false) }")
    turtle, triples = server.get(empty, Accept="text/turtle"), server.get(empty, Accept="application/n-triples")
    assert turtle.body == triples.body == b""
    assert tag(turtle) != tag(triples)


def test_a_tag_holds_for_the_coding_that_it_came_with(server: Server) -> None:
    packed = tag(server.get(MIDDLE, Accept_Encoding="gzip"))
    not_sent_again(server.get(MIDDLE, Accept_Encoding="gzip", If_None_Match=packed), packed)
    assert server.get(MIDDLE, Accept_Encoding="zstd", If_None_Match=packed).status == 200
    assert server.get(MIDDLE, If_None_Match=packed).status == 200


def test_a_post_has_no_tag_and_no_condition(server: Server) -> None:
    reply = server.get("sparql", "POST", NAMES.encode(), Content_Type=DIRECT, If_None_Match="*")
    assert reply.status == 200
    assert "ETag" not in reply.headers


def test_an_error_has_no_tag_and_is_kept_nowhere(server: Server) -> None:
    reply = server.get("sparql?query=ASK", If_None_Match="*")
    refused(reply, 400)
    assert "ETag" not in reply.headers
    assert reply.headers["Cache-Control"] == "no-store"


def test_a_condition_that_fails_is_412(server: Server) -> None:
    assert server.get(SMALL, If_Match=tag(server.get(SMALL))).status == 200
    refused(server.get(SMALL, If_Match='"other"'), 412)


@pytest.mark.parametrize("path", [SMALL, "sparql", "", "static/style.css"])
def test_a_condition_that_anything_meets_is_met(server: Server, path: str) -> None:
    """RFC 9110, 13.1.1."""
    assert server.get(path, If_Match="*").status == 200
    assert server.get(path, "HEAD", If_Match=" * ").status == 200


@pytest.mark.parametrize("path", [MIDDLE, LARGE, "sparql", ""])
@pytest.mark.parametrize(
    ("asked_for", "expected"),
    [
        ("gzip, deflate, br, zstd", "zstd"),
        ("gzip, deflate, br", "gzip"),
        ("zstd;q=0.1, gzip;q=0.2", "gzip"),
        ("gzip;q=0", None),
        ("br", None),
        ("identity, gzip;q=0.5", None),
        ("identity;q=0, *", "zstd"),
    ],
)
def test_an_answer_is_packed_as_the_client_likes_it(
    server: Server, path: str, asked_for: str, expected: str | None
) -> None:
    plain, reply = server.get(path), server.get(path, Accept_Encoding=asked_for)
    assert reply.headers["Content-Encoding"] == expected
    assert int(reply.headers["Content-Length"]) == len(reply.body)
    assert UNPACK[expected](reply.body) == plain.body
    assert (len(reply.body) < len(plain.body)) is (expected is not None)
    assert reply.headers["Content-Type"] == plain.headers["Content-Type"]
    head = server.get(path, "HEAD", Accept_Encoding=asked_for)
    for name in ("Content-Length", "Content-Encoding", "ETag", "Content-Type"):
        assert head.headers[name] == reply.headers[name]


@pytest.mark.parametrize("packed", ["gzip", "zstd"])
def test_an_answer_to_a_post_is_packed_too(server: Server, packed: str) -> None:
    query = b"SELECT * { ?s <https://example.org/number> ?n } ORDER BY ?n"
    reply = server.get("sparql", "POST", query, Content_Type=DIRECT, Accept_Encoding=packed)
    assert reply.headers["Content-Encoding"] == packed
    assert UNPACK[packed](reply.body) == server.get(MIDDLE).body


def test_what_is_small_is_sent_as_it_is(server: Server) -> None:
    assert "Content-Encoding" not in server.get("sparql?query=ASK%7B%7D", Accept_Encoding="gzip").headers
    packed = server.get("sparql?query=ASK%7B%7D", Accept_Encoding="gzip, identity;q=0")
    assert gzip.decompress(packed.body).endswith(b'"boolean":true}')
