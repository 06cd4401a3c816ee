"""The cases of the W3C suite for service descriptions, and what clients and catalogues look for in one.

https://www.w3.org/TR/sparql11-service-description/, https://www.w3.org/TR/void/ (7.2), https://www.w3.org/TR/vocab-dcat-3/.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import urlsplit
from xml.etree import ElementTree

import pyoxigraph as ox
import pytest

from ogp_graph.engine import Direct
from ogp_graph.errors import EngineBusy
from ogp_graph.settings import settings_from
from ogp_graph.vocabulary import term
from ogp_graph.web import create_app, release_target
from ogp_graph.web.negotiation import RDF
from ogp_graph.web.service import description
from ogp_graph.web.target import Site, Target
from tests.serving import DATA, ONE, TWO

if TYPE_CHECKING:
    from pathlib import Path

    from flask.testing import FlaskClient

SETTINGS = settings_from({})
URL = "https://data.example.org/ogp/"
ENDPOINT = f"{URL}sparql"
SD, FORMATS = "http://www.w3.org/ns/sparql-service-description#", "http://www.w3.org/ns/formats/"

# 3.4: each property of the vocabulary, with the class that has it and the class of its values; None is an IRI that
# another vocabulary describes.
SCHEMA: dict[str, tuple[str, str | None]] = {
    "endpoint": ("Service", None),
    "feature": ("Service", "Feature"),
    "defaultEntailmentRegime": ("Service", None),
    "defaultSupportedEntailmentProfile": ("Service", None),
    "entailmentRegime": ("NamedGraph", None),
    "supportedEntailmentProfile": ("NamedGraph", None),
    "extensionFunction": ("Service", "Function"),
    "extensionAggregate": ("Service", "Aggregate"),
    "languageExtension": ("Service", "Feature"),
    "supportedLanguage": ("Service", "Language"),
    "propertyFeature": ("Service", "Feature"),
    "defaultDataset": ("Service", "Dataset"),
    "availableGraphs": ("Service", "GraphCollection"),
    "resultFormat": ("Service", None),
    "inputFormat": ("Service", None),
    "defaultGraph": ("Dataset", "Graph"),
    "namedGraph": ("GraphCollection", "NamedGraph"),
    "name": ("NamedGraph", None),
    "graph": ("NamedGraph", "Graph"),
}
CLASSES = {"Service", "Feature", "Language", "Function", "Aggregate", "EntailmentRegime", "EntailmentProfile",
           "GraphCollection", "Dataset", "Graph", "NamedGraph"}  # fmt: skip
LANGUAGES = {"SPARQL10Query", "SPARQL11Query", "SPARQL11Update"}  # 3.3: instances of sd:Language
SUPER = {"Dataset": "GraphCollection"}  # 3.2.8
KEPT = {
    "read-only": ("INSERT DATA { <a> <b> <c> }", 400),
    "nothing-from-elsewhere": ("SELECT * { SERVICE <http://example.org/> { ?s ?p ?o } }", 400),
    "whole-answers": ("SELECT * { ?s ?p ?o }", 200),
}
"""Feature -> a query that shows it, and what it gets."""
AT = {
    "SPARQL_Results_JSON": "application/sparql-results+json", "SPARQL_Results_XML": "application/sparql-results+xml",
    "SPARQL_Results_CSV": "text/csv", "SPARQL_Results_TSV": "text/tab-separated-values", "Turtle": "text/turtle",
    "N-Triples": "application/n-triples", "JSON-LD": "application/ld+json", "RDF_XML": "application/rdf+xml",
    "N-Quads": "application/n-quads", "TriG": "application/trig",
}  # fmt: skip
"""https://www.w3.org/ns/formats/: the format's name and its media type."""


def client_of(target: Target, store: ox.Store) -> FlaskClient:
    return create_app(Site(target, URL, SETTINGS), Direct(store)).test_client()


def store_of(data: str) -> ox.Store:
    store = ox.Store()
    store.load(data.encode(), format=ox.RdfFormat.N_QUADS)
    return store


@pytest.fixture(scope="module")
def target(sample_workspace: Path) -> Target:
    return release_target(sample_workspace)


@pytest.fixture(scope="module")
def store(target: Target) -> ox.Store:
    return ox.Store.read_only(str(target.source))


@pytest.fixture(scope="module")
def release(target: Target, store: ox.Store) -> FlaskClient:
    return client_of(target, store)


@pytest.fixture
def file(tmp_path: Path) -> FlaskClient:
    return client_of(Target("small", tmp_path), store_of(DATA))


@pytest.fixture(params=["release", "file"])
def site(request: pytest.FixtureRequest) -> FlaskClient:
    found: FlaskClient = request.getfixturevalue(request.param)
    return found


def graph_at(site: FlaskClient, path: str = "/sparql", accept: str = "text/turtle") -> set[ox.Triple]:
    response = site.get(path, headers={"Accept": accept})
    assert (response.status_code, response.mimetype) == (200, accept)
    format_ = ox.RdfFormat.from_media_type(accept)
    return {quad.triple for quad in ox.parse(response.data, format=format_, base_iri=ENDPOINT)}


def values(graph: set[ox.Triple], subject: str, predicate: str) -> set[str]:
    name = SD + predicate[3:] if predicate.startswith("sd:") else term(predicate)
    return {
        triple.object.value
        for triple in graph
        if triple.subject == ox.NamedNode(subject) and triple.predicate == ox.NamedNode(name)
    }


def local(iri: str) -> str:
    return iri.removeprefix(SD)


# The three cases of the suite


def test_returns_rdf(site: FlaskClient) -> None:
    """Case returns-rdf; 2: whoever looks up the endpoint gets RDF, whatever they prefer, and even with no header."""
    assert site.get("/sparql").mimetype == "text/turtle"
    graphs = [graph_at(site, accept=media_type) for media_type in RDF]
    assert len(graphs[0]) > 20
    assert all(graph == graphs[0] for graph in graphs)
    assert not any(isinstance(part, ox.BlankNode) for one in graphs[0] for part in (one.subject, one.object))


def test_has_endpoint_triple(site: FlaskClient) -> None:
    """Case has-endpoint-triple; 3.4.1: the service's endpoint is the address that was looked up."""
    found = {(one.subject.value, one.object.value) for one in graph_at(site) if one.predicate.value == SD + "endpoint"}
    assert found == {(ENDPOINT, ENDPOINT)}


def test_conforms_to_schema(site: FlaskClient) -> None:
    """Case conforms-to-schema: only terms that exist, each between the classes that it relates."""
    graph = graph_at(site)
    types: dict[str, set[str]] = {}
    for one in graph:
        if one.predicate.value == term("rdf:type") and one.object.value.startswith(SD):
            kind = local(one.object.value)
            assert kind in CLASSES
            types.setdefault(one.subject.value, set()).update({kind, SUPER.get(kind, kind)})
    used = [one for one in graph if one.predicate.value.startswith(SD)]
    assert {local(one.predicate.value) for one in used} <= SCHEMA.keys()
    for one in used:
        domain, range_ = SCHEMA[local(one.predicate.value)]
        assert domain in types[one.subject.value]
        assert isinstance(one.object, ox.NamedNode)
        if range_ == "Language":
            assert local(one.object.value) in LANGUAGES
        elif range_ is not None:
            assert range_ in types[one.object.value]
    assert [kinds for kinds in types.values() if "Service" in kinds] == [{"Service"}]
    for thing, kinds in types.items():
        if "NamedGraph" in kinds:
            assert len(values(graph, thing, "sd:name")) == 1  # 3.4.18
        if "Dataset" in kinds:
            assert len(values(graph, thing, "sd:defaultGraph")) == 1


# What it names


def test_every_format_that_it_names_is_there_and_the_other_way_round(site: FlaskClient) -> None:
    named = {name.removeprefix(FORMATS) for name in values(graph_at(site), ENDPOINT, "sd:resultFormat")}
    assert named == AT.keys()
    for name in named:
        query = "SELECT * {}" if "Results" in name else "CONSTRUCT WHERE { ?s ?p ?o }"
        response = site.get("/sparql", query_string={"query": query}, headers={"Accept": AT[name]})
        assert (response.status_code, response.mimetype) == (200, AT[name])


def test_it_names_its_features_and_keeps_them(site: FlaskClient) -> None:
    """3.4.9 and 3.2.3: each is an instance of sd:Feature, in words; and each word is true."""
    graph = graph_at(site)
    features = values(graph, ENDPOINT, "sd:feature")
    assert {one.removeprefix(f"{ENDPOINT}#") for one in features} == set(KEPT)
    for name, (query, status) in KEPT.items():
        assert values(graph, f"{ENDPOINT}#{name}", "rdf:type") == {f"{SD}Feature"}
        assert len(values(graph, f"{ENDPOINT}#{name}", "rdfs:comment")) == 1
        assert site.get("/sparql", query_string={"query": query}).status_code == status


def test_it_names_every_limit_with_its_value(site: FlaskClient) -> None:
    graph = graph_at(site)
    found = {}
    for limit in values(graph, ENDPOINT, "schema:additionalProperty"):
        (name,), (value,) = values(graph, limit, "schema:name"), values(graph, limit, "schema:value")
        (words,) = values(graph, limit, "schema:description")
        assert len(words) > 20
        found[name] = float(value)
    names = ("query_seconds", "query_bytes", "query_nesting", "query_list", "query_memory", "result_bytes")
    assert found == {name: getattr(SETTINGS, name) for name in names}


def test_it_names_every_graph_with_its_number_of_statements(release: FlaskClient, store: ox.Store) -> None:
    graph = graph_at(release)
    (dataset,) = values(graph, ENDPOINT, "sd:defaultDataset")
    (default,) = values(graph, dataset, "sd:defaultGraph")
    counted = {
        row["g"].value: row["n"].value
        for row in store.query("SELECT ?g (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } } GROUP BY ?g")
    }
    said = {}
    for one in values(graph, dataset, "sd:namedGraph"):
        (name,) = values(graph, one, "sd:name")
        assert values(graph, one, "sd:graph") == {name}
        (said[name],) = values(graph, name, "void:triples")
    assert said == counted
    (row,) = store.query("SELECT (COUNT(*) AS ?n) { ?s ?p ?o }")
    assert values(graph, default, "void:triples") == {row["n"].value}


def test_a_file_is_counted_by_the_engine(file: FlaskClient) -> None:
    graph = graph_at(file)
    assert values(graph, f"{ENDPOINT}#default-graph", "void:triples") == {"3"}
    for name in (ONE, TWO):
        assert values(graph, name, "void:triples") == {"1"}


def test_of_many_graphs_it_says_how_many_and_where_they_are_listed(tmp_path: Path) -> None:
    quads = "".join(f"<{URL}s> <{URL}p> <{URL}o> <https://example.org/graph/{n}> .\n" for n in range(1_234))
    graph = graph_at(client_of(Target("many", tmp_path), store_of(quads)))
    assert "1,234 named graphs" in " ".join(values(graph, f"{ENDPOINT}#dataset", "rdfs:comment"))
    assert not values(graph, f"{ENDPOINT}#dataset", "sd:namedGraph")


def test_of_a_release_with_many_reports_it_lists_the_graphs_that_are_no_reports(tmp_path: Path) -> None:
    base = "https://example.org/base/"
    target = Target("2026-11-21.1", tmp_path, tmp_path, {"base": base})
    graphs = {f"{base}graph/{kind}/{n}": 1 for kind in ("report", "sources") for n in range(500)}
    graphs |= {f"{base}graph/meta": 7, f"{base}graph/links/geonames": 8, "": 1_000}
    graph = set(description(Site(target, URL, SETTINGS), graphs, []))
    links = values(graph, f"{ENDPOINT}#dataset", "sd:namedGraph")
    listed = {name for link in links for name in values(graph, link, "sd:name")}
    assert listed == {f"{base}graph/meta", f"{base}graph/links/geonames"}
    assert "1,002 named graphs" in " ".join(values(graph, f"{ENDPOINT}#dataset", "rdfs:comment"))
    assert values(graph, f"{ENDPOINT}#dataset", "rdfs:seeAlso") == {f"{URL}graphs.tsv"}


def test_the_list_of_all_graphs_of_a_release_is_a_file(release: FlaskClient, store: ox.Store) -> None:
    with release.get("/graphs.tsv") as response:
        assert response.text.count("\n") == 1 + len(list(store.named_graphs()))


def test_it_is_there_while_the_engine_is_busy_and_complete_afterwards(tmp_path: Path) -> None:
    class Busy(Direct):
        busy = True

        def query(self, *given: object, **named: object) -> object:
            if self.busy:
                raise EngineBusy(1)
            return super().query(*given, **named)

    engine = Busy(store_of(DATA))
    client = create_app(Site(Target("small", tmp_path), URL, SETTINGS), engine).test_client()
    assert values(graph_at(client), ENDPOINT, "sd:endpoint") == {ENDPOINT}
    assert not values(graph_at(client), ONE, "void:triples")
    engine.busy = False
    assert values(graph_at(client), ONE, "void:triples") == {"1"}


# Its ties


def test_it_is_tied_to_the_release_the_catalogue_and_void(release: FlaskClient, target: Target) -> None:
    graph, catalogue = graph_at(release), graph_at(release, "/catalogue")
    (version,) = values(graph, ENDPOINT, "dcat:servesDataset")
    assert (
        values(graph, version, "void:sparqlEndpoint") == values(catalogue, version, "void:sparqlEndpoint") == {ENDPOINT}
    )
    assert values(graph, version, "owl:versionInfo") == values(catalogue, version, "dcat:version") == {target.id}
    assert values(graph, ENDPOINT, "rdfs:seeAlso") == {f"{URL}catalogue"}
    assert values(graph, ENDPOINT, "dcterms:license") == {"https://creativecommons.org/licenses/by/4.0/"}
    assert catalogue == graph_at(release, "/.well-known/void")
    default = f"{ENDPOINT}#default-graph"
    for name in ("void:classPartition", "void:propertyPartition", "void:triples", "void:entities"):
        assert values(graph, default, name) == values(catalogue, version, name)
        assert values(graph, default, name)
    for part in values(graph, default, "void:propertyPartition"):
        assert values(graph, part, "void:property") == values(catalogue, part, "void:property")


def test_the_well_known_description_of_a_file_is_that_of_the_service(file: FlaskClient) -> None:
    graph = graph_at(file, "/.well-known/void")
    (dataset,) = values(graph, ENDPOINT, "dcat:servesDataset")
    assert values(graph, dataset, "void:sparqlEndpoint") == {ENDPOINT}


@pytest.mark.parametrize("path", ["/sparql", "/catalogue", "/.well-known/void"])
def test_every_address_is_the_public_one_whatever_the_request_says(
    release: FlaskClient, target: Target, path: str
) -> None:
    """The sample release was built for another address than the one that it is served under here."""
    asked_for = {"Host": "evil.example.com", "X-Forwarded-Host": "evil.example.com", "Forwarded": "host=evil"}
    response = release.get(path, headers=asked_for)
    assert "evil" not in response.text
    built = "http://127.0.0.1:8008/"
    assert target.folder is not None
    assert built in (target.folder / "catalogue.ttl").read_text(encoding="utf-8")
    assert built not in response.text
    assert URL in response.text


def test_comunica_reads_the_service_before_its_data_set_and_that_before_its_graphs(site: FlaskClient) -> None:
    for media_type in RDF:
        lines = ox.serialize(
            (q.triple for q in ox.parse(site.get("/sparql", headers={"Accept": media_type}).data,
                                        format=ox.RdfFormat.from_media_type(media_type))),
            format=ox.RdfFormat.N_TRIPLES,
        )  # fmt: skip
        assert lines is not None
        order = [lines.index(f"<{SD}{name}>".encode()) for name in ("endpoint", "defaultDataset", "defaultGraph")]
        assert order == sorted(order)


def test_every_link_of_a_response_leads_somewhere(site: FlaskClient) -> None:
    links = dict(re.findall(r'<([^>]+)>; rel="([^"]+)"', site.get("/sparql?query=ASK{}").headers["Link"]))
    assert {"service-desc", "describedby"} <= set(links.values())
    for link in links:
        if link.startswith(URL):
            assert site.get("/" + link.removeprefix(URL)).status_code == 200


def test_robots_and_sitemap_lead_to_the_endpoint(site: FlaskClient) -> None:
    robots = site.get("/robots.txt").text
    assert f"Sitemap: {URL}sitemap.xml" in robots
    assert "Allow: /ogp/\n" in robots
    assert "Disallow: /ogp/sparql\n" not in robots
    tree = ElementTree.fromstring(site.get("/sitemap.xml").data)  # our own bytes
    extension = "{http://sw.deri.org/2007/07/sitemapextension/scschema.xsd}"
    (endpoint,) = tree.iter(f"{extension}sparqlEndpointLocation")
    (dataset,) = tree.iter(f"{extension}datasetURI")
    assert endpoint.text == ENDPOINT
    assert urlsplit(dataset.text or "").netloc
