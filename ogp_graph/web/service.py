"""What the endpoint says of itself (SPARQL 1.1 Service Description), in every RDF format."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyoxigraph as ox

from ogp_graph.formats import FORMATS
from ogp_graph.vocabulary import PREFIXES, node

if TYPE_CHECKING:
    from ogp_graph.formats import Format
    from ogp_graph.web.target import Site

__all__ = ["description", "serialised"]

_SD = "http://www.w3.org/ns/sparql-service-description#"
_FORMAT = "http://www.w3.org/ns/formats/"
_FORMATS = (
    "SPARQL_Results_JSON", "SPARQL_Results_XML", "SPARQL_Results_CSV", "SPARQL_Results_TSV",
    "Turtle", "N-Triples", "JSON-LD", "RDF_XML", "N-Quads", "TriG",
)  # fmt: skip


def description(site: Site) -> list[ox.Triple]:
    """The service, its formats, and its one data set: a default graph with every statement, named graphs beside it."""
    service = ox.NamedNode(site.url + "sparql")
    dataset, graph = ox.NamedNode(service.value + "#dataset"), ox.NamedNode(service.value + "#default-graph")
    told: list[tuple[ox.NamedNode, ox.NamedNode, ox.NamedNode | ox.Literal]] = [
        (service, node("rdf:type"), _sd("Service")),
        (service, _sd("endpoint"), service),
        (service, _sd("supportedLanguage"), _sd("SPARQL11Query")),
        (service, _sd("defaultDataset"), dataset),
        (dataset, node("rdf:type"), _sd("Dataset")),
        (dataset, _sd("defaultGraph"), graph),
        (dataset, node("owl:versionInfo"), ox.Literal(site.target.id)),
        (graph, node("rdf:type"), _sd("Graph")),
    ]
    told += [(service, _sd("resultFormat"), ox.NamedNode(_FORMAT + name)) for name in _FORMATS]
    if site.target.folder is not None:
        told.append((service, node("rdfs:seeAlso"), ox.NamedNode(site.url + "catalogue")))
    return [ox.Triple(*one) for one in told]


def serialised(site: Site, name: str) -> tuple[bytes, Format]:
    """The description in the RDF format called ``name``."""
    chosen = FORMATS[name]
    prefixes = {"sd": _SD, "format": _FORMAT} | {prefix: PREFIXES[prefix] for prefix in ("rdf", "rdfs", "owl")}
    return ox.serialize(description(site), format=chosen.rdf, prefixes=prefixes) or b"", chosen


def _sd(name: str) -> ox.NamedNode:
    return ox.NamedNode(_SD + name)
