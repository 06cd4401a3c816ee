"""The cases of the W3C suite for the SPARQL 1.1 Protocol, written from the specification and named as there.

https://www.w3.org/TR/sparql11-protocol/ has the clauses; each exchange goes to a real server. This endpoint is
read-only, so the suite's updates are here as what they get: a refusal with a reason, and the data as they were
(2.2: a service need not offer both operations).
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import quote, urlencode

import pyoxigraph as ox
import pytest

from tests.asking import DIRECT, FORM, raw, refused
from tests.serving import server_over

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.serving import Reply, Server

UPDATE = "application/sparql-update"
ZERO, ONE, TWO, THREE = (f"https://example.org/data/{number}" for number in range(4))
DEFAULT, NAMED = "default-graph-uri", "named-graph-uri"
IN_TWO_GRAPHS = f"GRAPH ?g1 {{ <{ONE}> a ?type }} GRAPH ?g2 {{ <{TWO}> a ?type }}"
INSERTED = "https://example.org/inserted"
INSERT = f"INSERT DATA {{ GRAPH <{INSERTED}> {{ <{ONE}> a <https://example.org/Thing> }} }}"

TABLES = {
    "application/sparql-results+json",
    "application/sparql-results+xml",
    "text/csv; charset=utf-8",
    "text/tab-separated-values; charset=utf-8",
}
TRUTHS = {"application/sparql-results+json", "application/sparql-results+xml"}
GRAPHS = {"text/turtle; charset=utf-8", "application/rdf+xml", "application/n-triples", "application/ld+json"}


@dataclass(frozen=True)
class Sent:
    """One request: method, parameters of the address, content type and body; ``clause`` is the specification's."""

    clause: str
    method: str = "GET"
    address: dict[str, str | list[str]] = field(default_factory=dict)
    kind: str | None = None
    body: str | bytes = ""


def by_form(clause: str, fields: dict[str, str | list[str]], address: dict[str, str | list[str]] | None = None) -> Sent:
    return Sent(clause, "POST", address or {}, FORM, urlencode(fields, doseq=True, quote_via=quote))


def directly(clause: str, text: str, address: dict[str, str | list[str]] | None = None, kind: str = DIRECT) -> Sent:
    return Sent(clause, "POST", address or {}, kind, text)


BOTH = f"ASK {{ <{ONE}> a ?type . <{TWO}> a ?type }}"
TRUE: dict[str, Sent] = {
    "query_get": Sent("2.1.1", address={"query": "ASK {}", DEFAULT: ZERO}),
    "query_post_form": by_form("2.1.2", {"query": "ASK {}"}, {DEFAULT: ZERO}),
    "query_post_direct": directly("2.1.3", "ASK {}"),
    "query_dataset_default_graph_get": Sent("2.1.4", address={"query": f"ASK {{ <{ONE}> a ?type }}", DEFAULT: ONE}),
    "query_dataset_default_graph_post": directly("2.1.4", f"ASK {{ <{ONE}> a ?type }}", {DEFAULT: ONE}),
    "query_dataset_default_graphs_get": Sent("2.1.4", address={"query": BOTH, DEFAULT: [ONE, TWO]}),
    "query_dataset_default_graphs_post": directly("2.1.4", BOTH, {DEFAULT: [ONE, TWO]}),
    "query_dataset_default_graphs_post (form)": by_form("2.1.4", {"query": BOTH, DEFAULT: [ONE, TWO]}),
    "query_dataset_named_graphs_get": Sent("2.1.4", address={"query": f"ASK {{ {IN_TWO_GRAPHS} }}", NAMED: [ONE, TWO]}),
    "query_dataset_named_graphs_post": directly("2.1.4", f"ASK {{ {IN_TWO_GRAPHS} }}", {NAMED: [ONE, TWO]}),
    "query_dataset_named_graphs_post (form)": by_form(
        "2.1.4", {"query": f"ASK {{ {IN_TWO_GRAPHS} }}", NAMED: [ONE, TWO]}
    ),
    "query_dataset_full": directly(
        "2.1.4", f"ASK {{ <{THREE}> a ?type {IN_TWO_GRAPHS} }}", {DEFAULT: THREE, NAMED: [ONE, TWO]}
    ),
    "query_multiple_dataset": directly("2.1.4", f"ASK FROM <{THREE}> {{ {IN_TWO_GRAPHS} }}", {NAMED: [ONE, TWO]}),
}
FALSE: dict[str, Sent] = {
    "query_dataset_default_graph_get, and no other": Sent(
        "2.1.4", address={"query": f"ASK {{ <{TWO}> a ?type }}", DEFAULT: ONE}
    ),
    "query_dataset_named_graphs_get, and no other": Sent(
        "2.1.4", address={"query": f"ASK {{ GRAPH ?g {{ <{THREE}> a ?type }} }}", NAMED: [ONE, TWO]}
    ),
    "query_multiple_dataset, the query's own is not used": directly(
        "2.1.4", f"ASK FROM <{THREE}> {{ <{THREE}> a ?type }}", {NAMED: [ONE, TWO]}
    ),
}
TYPES: dict[str, tuple[Sent, set[str]]] = {
    "query_content_type_select": (directly("2.1.6", "SELECT (1 AS ?value) {}", {DEFAULT: ZERO}), TABLES),
    "query_content_type_ask": (directly("2.1.6", "ASK {}", {DEFAULT: ZERO}), TRUTHS),
    "query_content_type_describe": (directly("2.1.6", "DESCRIBE <https://example.org/>", {DEFAULT: ZERO}), GRAPHS),
    "query_content_type_construct": (directly("2.1.6", "CONSTRUCT { <s> <p> 1 } WHERE {}", {DEFAULT: ZERO}), GRAPHS),
}
BAD: dict[str, tuple[Sent, int]] = {
    "bad_query_method": (Sent("2.1", "PUT", {"query": "ASK {}", DEFAULT: ZERO}, FORM), 405),
    "bad_multiple_queries": (Sent("2.1.1", address={"query": ["ASK {}", "SELECT * {}"]}), 400),
    "bad_multiple_queries (form)": (by_form("2.1.2", {"query": ["ASK {}", "SELECT * {}"]}), 400),
    "bad_multiple_queries (form and address)": (by_form("2.1.2", {"query": "ASK {}"}, {"query": "ASK {}"}), 400),
    "bad_multiple_queries (direct and address)": (directly("2.1.3", "ASK {}", {"query": "ASK {}"}), 400),
    "bad_query_wrong_media_type": (directly("2.1.3", "ASK {}", kind="text/plain"), 415),
    "bad_query_missing_form_type": (Sent("2.1.2", "POST", body="query=ASK%20%7B%7D"), 415),
    "bad_query_missing_direct_type": (Sent("2.1.3", "POST", body="ASK {}"), 415),
    "bad_query_non_utf8": (
        Sent("2.1.3", "POST", kind=f"{DIRECT}; charset=UTF-16", body="ASK {}".encode("utf-16")),
        415,
    ),
    "bad_query_non_utf8 (undeclared)": (Sent("2.1.3", "POST", kind=DIRECT, body="ASK {}".encode("utf-16")), 400),
    "bad_query_syntax": (Sent("2.1.7", address={"query": "ASK {"}), 400),
}
UPDATES: dict[str, tuple[Sent, int]] = {
    "update_post_form": (by_form("2.2.1", {"update": "CLEAR ALL"}), 400),
    "update_post_direct": (directly("2.2.2", "CLEAR ALL", kind=UPDATE), 415),
    "update_dataset_default_graph": (directly("2.2.3", INSERT, {"using-graph-uri": ONE}, UPDATE), 415),
    "update_dataset_default_graphs": (directly("2.2.3", INSERT, {"using-graph-uri": [ONE, TWO]}, UPDATE), 415),
    "update_dataset_named_graphs": (directly("2.2.3", INSERT, {"using-named-graph-uri": [ONE, TWO]}, UPDATE), 415),
    "update_dataset_full": (
        directly("2.2.3", INSERT, {"using-graph-uri": ONE, "using-named-graph-uri": TWO}, UPDATE),
        415,
    ),
    "update_base_uri": (
        directly("2.2.3", f"INSERT DATA {{ GRAPH <{INSERTED}> {{ <s> <p> <test> }} }}", {}, UPDATE),
        415,
    ),
    "bad_update_get": (Sent("2.2", address={"update": "CLEAR ALL"}), 400),
    "bad_multiple_updates": (by_form("2.2.1", {"update": ["CLEAR NAMED", "CLEAR DEFAULT"]}), 400),
    "bad_update_non_utf8": (
        Sent("2.2.2", "POST", kind=f"{UPDATE}; charset=UTF-16", body="CLEAR NAMED".encode("utf-16")),
        415,
    ),
    "bad_update_syntax": (by_form("2.2.1", {"update": "CLEAR XYZ"}), 400),
    "bad_update_dataset_conflict": (
        directly("2.2.3", f"WITH <{ONE}> DELETE {{ ?s ?p ?o }} WHERE {{ ?s ?p ?o }}", {"using-graph-uri": ONE}, UPDATE),
        415,
    ),
    "an update in the place of a query": (directly("2.1.3", "CLEAR ALL"), 400),
}
UNTYPED_UPDATES: dict[str, tuple[Sent, int]] = {
    "bad_update_wrong_media_type": (directly("2.2.2", "CLEAR NAMED", kind="text/plain"), 415),
    "bad_update_missing_form_type": (Sent("2.2.1", "POST", body="update=CLEAR%20NAMED"), 415),
    "bad_update_missing_direct_type": (Sent("2.2.2", "POST", body="CLEAR NAMED"), 415),
}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Over four graphs, each of which says of itself that it is a document."""
    path: Path = tmp_path_factory.mktemp("protocol") / "graphs.nq"
    document = "<http://www.w3.org/1999/02/22-rdf-syntax-ns#type> <http://xmlns.com/foaf/0.1/Document>"
    path.write_text("".join(f"<{graph}> {document} <{graph}> .\n" for graph in (ZERO, ONE, TWO, THREE)))
    with server_over("data", path) as found:
        yield found


def reply_to(server: Server, sent: Sent) -> Reply:
    body = sent.body.encode() if isinstance(sent.body, str) else sent.body
    headers = {"Content_Type": sent.kind} if sent.kind else {}
    address = "sparql?" + urlencode(sent.address, doseq=True, quote_via=quote)
    return server.get(address, sent.method, body if sent.method == "POST" else None, **headers)


def says(server: Server, sent: Sent) -> bool:
    """The truth that the server answers, in both formats alike."""
    reply = reply_to(server, sent)
    assert (reply.status, reply.headers["Content-Type"] in TRUTHS) == (200, True)
    return bool(json.loads(reply.body)["boolean"])


SUITE = """
query_post_form query_dataset_default_graphs_get query_dataset_default_graphs_post query_dataset_named_graphs_post
query_dataset_named_graphs_get query_dataset_full query_multiple_dataset query_get query_content_type_select
query_content_type_ask query_content_type_describe query_content_type_construct update_dataset_default_graph
update_dataset_default_graphs update_dataset_named_graphs update_dataset_full update_post_form update_post_direct
update_base_uri query_post_direct bad_query_method bad_multiple_queries bad_query_wrong_media_type
bad_query_missing_form_type bad_query_missing_direct_type bad_query_non_utf8 bad_query_syntax bad_update_get
bad_multiple_updates bad_update_wrong_media_type bad_update_missing_form_type bad_update_non_utf8 bad_update_syntax
bad_update_dataset_conflict
"""
"""The entries of the suite's manifest (w3c/rdf-tests, sparql/sparql11/protocol)."""


def test_every_case_of_the_suite_is_here() -> None:
    named = SUITE.split()
    assert len(named) == len(set(named)) == 34
    assert set(named) <= {*TRUE, *TYPES, *BAD, *UPDATES, *UNTYPED_UPDATES}


def params(cases: dict) -> list:
    """One test for each case, by its name."""
    return [pytest.param(case, id=name) for name, case in cases.items()]


@pytest.mark.parametrize("sent", params(TRUE))
def test_a_query_is_answered(server: Server, sent: Sent) -> None:
    assert says(server, sent)


@pytest.mark.parametrize("sent", params(FALSE))
def test_a_data_set_is_what_the_protocol_says_and_no_more(server: Server, sent: Sent) -> None:
    assert not says(server, sent)


@pytest.mark.parametrize("case", params(TYPES))
def test_the_content_type_fits_the_form_of_the_query(server: Server, case: tuple[Sent, set[str]]) -> None:
    sent, expected = case
    reply = reply_to(server, sent)
    assert (reply.status, reply.headers["Content-Type"] in expected) == (200, True)


def test_relative_iris_are_resolved_against_the_endpoint(server: Server) -> None:
    """4.1.1 of SPARQL 1.1 Query, and 2.2.3 of the protocol, by which the base may be the service's address."""
    reply = reply_to(server, directly("2.1.3", "CONSTRUCT { <s> <p> 1 } WHERE {}"))
    (quad,) = ox.parse(reply.body, format=ox.RdfFormat.TURTLE)
    assert (quad.subject.value, quad.predicate.value) == (f"{server.url}s", f"{server.url}p")


@pytest.mark.parametrize("case", params(BAD))
def test_a_bad_request_is_refused(server: Server, case: tuple[Sent, int]) -> None:
    sent, status = case
    if sent.kind is None and sent.method == "POST":  # urllib would add a content type
        assert raw(server, untyped(sent)).startswith(f"HTTP/1.1 {status} ".encode())
    else:
        refused(reply_to(server, sent), status)


def untyped(sent: Sent) -> bytes:
    body = sent.body.encode() if isinstance(sent.body, str) else sent.body
    head = f"POST /sparql HTTP/1.1\r\nHost: www.example\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n"
    return head.encode() + body


@pytest.mark.parametrize("case", params(UPDATES))
def test_an_update_is_refused_with_a_reason_and_changes_nothing(server: Server, case: tuple[Sent, int]) -> None:
    sent, status = case
    assert "read-only" in str(refused(reply_to(server, sent), status)["detail"])
    unchanged(server)


@pytest.mark.parametrize("case", params(UNTYPED_UPDATES))
def test_an_update_of_no_known_type_is_refused_and_changes_nothing(server: Server, case: tuple[Sent, int]) -> None:
    sent, status = case
    reply = raw(server, untyped(sent)) if sent.kind is None else None
    assert reply.startswith(b"HTTP/1.1 415 ") if reply else refused(reply_to(server, sent), status)
    unchanged(server)


def unchanged(server: Server) -> None:
    assert says(server, directly("2.1.3", f"ASK {{ {IN_TWO_GRAPHS} }}"))
    assert not says(server, directly("2.1.3", f"ASK {{ GRAPH <{INSERTED}> {{ ?s ?p ?o }} }}"))
    assert not says(server, directly("2.1.3", "ASK { ?s ?p ?o }"))


def test_the_address_may_end_in_a_slash(server: Server) -> None:
    assert json.loads(server.get("sparql/?query=ASK%20%7B%7D").body)["boolean"] is True
