"""What a client gets over HTTP is what the engine itself answers, for each query of a sample, in every format.

The sample is every example query and :data:`MORE`. Rows and statements are compared as sets with multiplicity, since
only ORDER BY promises an order, and the orders of two stores differ; the test of order is on its own.
"""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING
from urllib.parse import urlencode

import pyoxigraph as ox
import pytest

from ogp_graph.engine import scan
from ogp_graph.formats import FORMATS
from ogp_graph.queries import EXAMPLES, load_queries
from ogp_graph.settings import settings_from
from ogp_graph.vocabulary import PREFIXES, data_folder
from ogp_graph.web.negotiation import RDF, RESULTS
from tests.serving import server_over

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.serving import Server

MORE = {
    "aggregates": """SELECT ?status (COUNT(*) AS ?n) (COUNT(DISTINCT ?question) AS ?questions)
        (MIN(?question) AS ?first) { ?answer ogpv:status ?status ; ogpv:question ?question }
        GROUP BY ?status HAVING (COUNT(*) > 1)""",
    "averages and sums": """SELECT (AVG(?year) AS ?mean) (SUM(?year) AS ?sum) (MAX(?year) AS ?last)
        WHERE { ?plan ogpv:startYear ?start BIND (xsd:integer(STR(?start)) AS ?year) }""",
    "a path in sequence": """SELECT ?report ?name
        { ?report ogpv:commitment/ogpv:actionPlan/ogpv:member/skos:prefLabel ?name }""",
    "a path of any length": "SELECT DISTINCT ?from ?to { ?from (ogpv:answer|ogpv:question|^ogpv:value)+ ?to }",
    "a path with a negation": "SELECT (COUNT(*) AS ?n) { ?s !(rdf:type|^ogpv:supports) ?o }",
    "OPTIONAL": "SELECT ?answer ?value ?words { ?answer a ogpv:Answer OPTIONAL { ?answer ogpv:value ?value } "
    "OPTIONAL { ?answer ogpv:explanation ?words } }",
    "MINUS": "SELECT ?answer { ?answer ogpv:status ?status MINUS { ?answer ogpv:value ?value } }",
    "EXISTS": "SELECT ?report { ?report a ogpv:Report FILTER NOT EXISTS { ?report ogpv:lesson ?lesson } }",
    "a query in a query": """SELECT ?member ?most { ?member a ogpv:Member
        { SELECT ?member (COUNT(?plan) AS ?most) { ?plan ogpv:member ?member } GROUP BY ?member } }""",
    "VALUES": "SELECT ?x ?y ?n { VALUES (?x ?y) { (1 UNDEF) (UNDEF 'b'@en) (2.5 <http://a>) } BIND (STR(?x) AS ?n) }",
    "GRAPH": "SELECT ?graph (COUNT(*) AS ?n) { GRAPH ?graph { ?s ?p ?o } } GROUP BY ?graph",
    "GRAPH and the default graph": """SELECT ?report ?citation { ?report a ogpv:Report
        GRAPH ?sources { ?citation ogpv:supports ?report } }""",
    "FROM": "SELECT ?s ?p ?o FROM <https://w3id.org/ogp-graph/graph/meta> { ?s ?p ?o }",
    "UNION": "SELECT ?thing ?name { { ?thing foaf:name ?name } UNION { ?thing skos:prefLabel ?name } }",
    "strings and regular expressions": """SELECT ?title (UCASE(SUBSTR(?title, 1, 5)) AS ?start)
        { ?c a ogpv:Commitment ; dcterms:title ?title FILTER (REGEX(?title, "^[A-Z].*s$", "i")) }""",
    "terms of every kind": """SELECT ?x { VALUES ?x { <http://a> "plain" "à la"@fr 1 1.50 1e3 true "2021"^^xsd:gYear
        "tab\\tquote\\"line\\nend" "<&>" "漢🌳" "" } }""",
    "no row": "SELECT ?s ?p { ?s ?p ?o FILTER (false) }",
    "no variable": "SELECT * {}",
    "yes": "ASK { ?s a ogpv:Report }",
    "no": "ASK { ?s a <http://example.org/Nothing> }",
    "CONSTRUCT": "CONSTRUCT { ?member skos:prefLabel ?name ; ogpv:level ?level } "
    "WHERE { ?member a ogpv:Member ; skos:prefLabel ?name OPTIONAL { ?member ogpv:level ?level } }",
    "CONSTRUCT in short": "CONSTRUCT WHERE { ?plan a ogpv:ActionPlan ; dcterms:title ?title }",
    "CONSTRUCT with new things": """CONSTRUCT { [] rdfs:label ?name ; rdfs:seeAlso ?member }
        WHERE { ?member skos:prefLabel ?name }""",
    "CONSTRUCT of nothing": "CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o FILTER (false) }",
    "DESCRIBE of what is found": "DESCRIBE ?report { ?report a ogpv:Report ; ogpv:lesson ?lesson }",
    "DESCRIBE of a thing": "DESCRIBE <https://w3id.org/ogp-graph/code/status/lost>",
    "DESCRIBE of nothing": "DESCRIBE <https://example.org/nothing>",
}
PROLOGUE = "".join(f"PREFIX {name}: <{iri}>\n" for name, iri in PREFIXES.items())
SAMPLE = {query.name: query.text for query in load_queries(data_folder("queries") / EXAMPLES)}
SAMPLE |= {name: PROLOGUE + text for name, text in MORE.items()}


@pytest.fixture(scope="module")
def server(sample_workspace: Path) -> Iterator[Server]:
    with server_over("workspace", sample_workspace, query_seconds=30) as found:
        yield found


@pytest.fixture(scope="module")
def store(sample_release: Path) -> ox.Store:
    return ox.Store.read_only(str(sample_release / "store"))


@pytest.mark.parametrize("name", SAMPLE)
def test_the_answer_over_http_is_the_engines_own_in_every_format(server: Server, store: ox.Store, name: str) -> None:
    query = SAMPLE[name]
    makes_graph = scan(query, settings_from({})).makes_graph
    for format_ in (RDF if makes_graph else RESULTS).values():
        if format_ == "html":
            continue
        reply = server.get("sparql?" + urlencode({"query": query, "format": format_}))
        assert reply.status == 200, reply.text
        own = store.query(query)
        expected = own.serialize(format=FORMATS[format_].rdf or FORMATS[format_].results)
        assert read(reply.body, format_) == read(expected, format_), format_


def test_an_order_is_kept_byte_by_byte(server: Server, store: ox.Store) -> None:
    query = "SELECT ?s ?p ?o { GRAPH <https://w3id.org/ogp-graph/graph/meta> { ?s ?p ?o } } ORDER BY ?s ?p ?o"
    for format_ in RESULTS.values():
        if format_ != "html":
            reply = server.get("sparql?" + urlencode({"query": query, "format": format_}))
            assert reply.body == store.query(query).serialize(format=FORMATS[format_].results)


def test_the_sample_is_not_all_empty(store: ox.Store) -> None:
    empty = {name for name, query in SAMPLE.items() if not list(rows(store.query(query)))}
    assert {name for name in empty if "nothing" not in name} == {"no row", "no"}


def rows(found: object) -> Iterator[object]:
    if isinstance(found, ox.QueryBoolean):
        yield from [found] * bool(found)
    else:
        yield from found


def read(data: bytes, format_: str) -> object:
    """What ``data`` says, so that the order of rows or statements does not matter."""
    chosen = FORMATS[format_]
    if chosen.rdf is not None:
        dataset = ox.Dataset(ox.parse(data, format=chosen.rdf))
        dataset.canonicalize(ox.CanonicalizationAlgorithm.UNSTABLE)
        return {str(quad) for quad in dataset}
    if format_ == "csv":
        header, *found = csv.reader(io.StringIO(data.decode(), newline=""))
        return header, sorted(found)
    parsed = ox.parse_query_results(data, format=chosen.results)
    if isinstance(parsed, ox.QueryBoolean):
        return bool(parsed)
    return [variable.value for variable in parsed.variables], sorted(repr(list(row)) for row in parsed)
