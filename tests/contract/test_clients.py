"""Clients that people use, each against a real server: SPARQLWrapper, rdflib's SPARQLStore, Comunica on Node."""

from __future__ import annotations

import json
import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest
import SPARQLWrapper as Wrapper
from rdflib import Graph, Literal, URIRef
from rdflib.plugins.stores.sparqlstore import SPARQLStore

from tests.serving import NAMES, ONE, ROOT, TWO, data_file, server_over

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.serving import Server

A, B = "https://example.org/a", "https://example.org/b"
KNOWS, NAME = "https://example.org/knows", "https://example.org/name"
BREBEUF = 'Brébeuf, "the" <b>'
CONSTRUCT = f"CONSTRUCT WHERE {{ ?s <{NAME}> ?o }}"
DESCRIBE = f"DESCRIBE <{A}>"
GRAPHS = f"SELECT ?g ?s WHERE {{ GRAPH ?g {{ ?s <{KNOWS}> ?o }} }} ORDER BY ?g"
FROM = f"SELECT ?s FROM <{ONE}> WHERE {{ ?s <{KNOWS}> ?o }}"
CLIENTS = ROOT / "tests" / "clients"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with server_over("data", data_file(tmp_path_factory.mktemp("clients"))) as found:
        yield found


# SPARQLWrapper


def wrapper(server: Server, query: str, **given: str) -> Wrapper.SPARQLWrapper:
    client = Wrapper.SPARQLWrapper(f"{server.url}sparql", **given)
    client.setQuery(query)
    return client


@pytest.fixture(params=["GET", "form", "direct"])
def way(request: pytest.FixtureRequest) -> str:
    """How a client sends its query."""
    found: str = request.param
    return found


def sent(client: Wrapper.SPARQLWrapper, way: str) -> Wrapper.QueryResult:
    client.setMethod(Wrapper.GET if way == "GET" else Wrapper.POST)
    client.setRequestMethod(Wrapper.POSTDIRECTLY if way == "direct" else Wrapper.URLENCODED)
    return client.query()


def test_sparqlwrapper_selects_in_json(server: Server, way: str) -> None:
    rows = sent(wrapper(server, NAMES, returnFormat=Wrapper.JSON), way).convert()["results"]["bindings"]
    assert [row["name"]["value"] for row in rows] == ["Ada", BREBEUF]
    assert rows[1]["name"]["xml:lang"] == "fr"


@pytest.mark.parametrize("kind", [Wrapper.XML, Wrapper.CSV, Wrapper.TSV])
def test_sparqlwrapper_selects_in_every_format(server: Server, way: str, kind: str) -> None:
    found = sent(wrapper(server, NAMES, returnFormat=kind), way).convert()
    text = found.toxml() if kind == Wrapper.XML else found.decode()
    assert "Ada" in text
    assert "Brébeuf" in text


def test_sparqlwrapper_asks(server: Server, way: str) -> None:
    client = wrapper(server, f"ASK {{ GRAPH <{ONE}> {{ <{A}> <{KNOWS}> <{B}> }} }}", returnFormat=Wrapper.JSON)
    assert sent(client, way).convert()["boolean"] is True


@pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated")  # it is what SPARQLWrapper makes
@pytest.mark.parametrize("kind", [Wrapper.XML, Wrapper.RDFXML, Wrapper.TURTLE, Wrapper.N3, Wrapper.JSONLD])
@pytest.mark.parametrize("query", [CONSTRUCT, DESCRIBE])
def test_sparqlwrapper_constructs_and_describes_in_every_format(
    server: Server, way: str, query: str, kind: str
) -> None:
    found = sent(wrapper(server, query, returnFormat=kind), way).convert()
    if not isinstance(found, Graph):
        found = Graph().parse(data=found, format="turtle")
    assert (URIRef(A), URIRef(NAME), Literal("Ada")) in found


def test_sparqlwrapper_names_graphs(server: Server, way: str) -> None:
    rows = sent(wrapper(server, GRAPHS, returnFormat=Wrapper.JSON), way).convert()["results"]["bindings"]
    assert [row["g"]["value"] for row in rows] == [ONE, TWO]
    client = wrapper(server, f"SELECT ?s {{ ?s <{KNOWS}> ?o }}", returnFormat=Wrapper.JSON)
    client.addParameter("default-graph-uri", ONE)
    assert [row["s"]["value"] for row in sent(client, way).convert()["results"]["bindings"]] == [A]


def test_sparqlwrapper_says_what_is_wrong_with_a_query(server: Server, way: str) -> None:
    with pytest.raises(Wrapper.SPARQLExceptions.QueryBadFormed, match="query-refused"):
        sent(wrapper(server, "SELECT * {", returnFormat=Wrapper.JSON), way)


# rdflib's SPARQLStore


@pytest.fixture(params=["GET", "POST", "POST_FORM"])
def store(request: pytest.FixtureRequest, server: Server) -> SPARQLStore:
    return SPARQLStore(f"{server.url}sparql", method=request.param)


def test_sparqlstore_selects_and_asks(store: SPARQLStore) -> None:
    graph = Graph(store)
    assert [str(row.name) for row in graph.query(NAMES)] == ["Ada", BREBEUF]
    assert graph.query(f"ASK {{ <{A}> <{NAME}> 'Ada' }}").askAnswer is True
    assert graph.query(f"ASK {{ <{A}> <{NAME}> 'Bob' }}").askAnswer is False


def test_sparqlstore_constructs_and_describes(store: SPARQLStore) -> None:
    for query in (CONSTRUCT, DESCRIBE):
        found = Graph(store).query(query).graph
        assert (URIRef(A), URIRef(NAME), Literal("Ada")) in found


def test_sparqlstore_is_read_as_a_graph(store: SPARQLStore) -> None:
    graph = Graph(store)
    assert graph.value(URIRef(A), URIRef(NAME)) == Literal("Ada")
    assert set(graph.subjects(URIRef(NAME))) == {URIRef(A), URIRef(B)}
    assert len(graph) == 3


def test_sparqlstore_names_graphs(store: SPARQLStore) -> None:
    rows = Graph(store).query(GRAPHS)
    assert [(str(row.g), str(row.s)) for row in rows] == [(ONE, A), (TWO, B)]
    one = Graph(store, identifier=URIRef(ONE))
    assert set(one.subject_objects(URIRef(KNOWS))) == {(URIRef(A), URIRef(B))}
    assert {str(name) for name in store.contexts()} == {ONE, TWO}


# Comunica


@pytest.fixture(scope="module")
def node() -> str:
    found = shutil.which("node")
    if found is None or not (CLIENTS / "node_modules" / "@comunica").is_dir():
        pytest.skip("no JavaScript clients: scripts/node-packages installs them where Node 18 or later is")
    return found


def comunica(node: str, url: str, *queries: str) -> tuple[list[str], list]:
    """What Comunica took the source for, and the answer to each query."""
    done = subprocess.run(
        [node, "ask.mjs", url, *queries], cwd=CLIENTS, capture_output=True, text=True, timeout=100, check=False
    )
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout)
    return said["identified"], said["answers"]


def test_comunica_finds_the_service_and_asks_it_everything(server: Server, node: str) -> None:
    identified, answers = comunica(node, f"{server.url}sparql", NAMES, "ASK {}", CONSTRUCT, DESCRIBE, GRAPHS, FROM)
    service = f"{server.url}sparql"
    assert identified == [f"Identified {service} as sparql source with service URL: {service}"]
    rows, truth, graph, description, graphs, one = answers
    assert rows == [{"thing": A, "name": "Ada"}, {"thing": B, "name": BREBEUF}]
    assert truth is True
    assert sorted(graph) == [f"{A} {NAME} Ada", f"{B} {NAME} {BREBEUF}"]
    assert description == [f"{A} {NAME} Ada"]
    assert graphs == [{"g": ONE, "s": A}, {"g": TWO, "s": B}]
    assert one == [{"s": A}]


def test_comunica_says_what_is_wrong_with_a_query(server: Server, node: str) -> None:
    with pytest.raises(AssertionError, match="there is no graph"):
        comunica(node, f"{server.url}sparql", "SELECT * FROM <https://example.org/nowhere> { ?s ?p ?o }")
