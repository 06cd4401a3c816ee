"""What the endpoint says of itself (SPARQL 1.1 Service Description, https://www.w3.org/TR/sparql11-service-description/).

The service, its formats and limits, and its one data set: a default graph with every statement, named graphs beside
it. Clients that read the stream once (Comunica does) need the service before its data set, and that before its graphs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

import pyoxigraph as ox

from ogp_graph.settings import SETTINGS
from ogp_graph.vocabulary import node

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ogp_graph.web.target import Site

    Term = ox.NamedNode | ox.Literal

__all__ = ["FORMATS_NS", "SD", "description"]

SD = "http://www.w3.org/ns/sparql-service-description#"
FORMATS_NS = "http://www.w3.org/ns/formats/"

_FORMATS = (
    "SPARQL_Results_JSON", "SPARQL_Results_XML", "SPARQL_Results_CSV", "SPARQL_Results_TSV",
    "Turtle", "N-Triples", "JSON-LD", "RDF_XML", "N-Quads", "TriG",
)  # fmt: skip
_LIMITS = ("query_seconds", "query_bytes", "query_nesting", "query_list", "query_memory", "result_bytes")
_NUMBERS = {int: "integer", float: "decimal"}
_LISTED = 200  # named graphs that the description lists one by one
_COUNTED = tuple(
    node(f"void:{name}") for name in ("entities", "classes", "properties", "classPartition", "propertyPartition")
)
_SIMPLE = ox.NamedNode("http://www.w3.org/ns/entailment/Simple")
_PROTOCOL = ox.NamedNode("https://www.w3.org/TR/sparql11-protocol/")
_LICENCE = ox.NamedNode("https://creativecommons.org/licenses/by/4.0/")
_FEATURES = {
    "read-only": "Read-only: updates are refused.",
    "nothing-from-elsewhere": "Nothing is fetched from elsewhere: SERVICE and graphs that are not here are refused.",
    "whole-answers": "An answer is whole, or there is an error that names the limit it met.",
}
"""What the service does that a client may count on. None of the features that the specification names (3.2.3) is one of
its own: the default graph is no union of all named graphs, and there are no empty graphs."""


def description(site: Site, graphs: Mapping[str, int], catalogue: Sequence[ox.Triple]) -> list[ox.Triple]:
    """The description as triples. ``graphs`` goes from the name of a graph to its number of statements, the empty name
    is the default graph's; ``catalogue`` is that of the release, which has counted more."""
    said = _Said(site)
    said.service()
    said.features()
    said.limits()
    said.dataset(graphs)
    said.statistics(catalogue)
    return said.triples


class _Said:
    """The triples in the making."""

    def __init__(self, site: Site) -> None:
        self.triples: list[ox.Triple] = []
        self.site = site
        self.endpoint = ox.NamedNode(site.endpoint)
        self.set, self.default = self.part("dataset"), self.part("default-graph")
        release = None if site.target.folder is None else f"{site.base}dataset/{site.target.id}"
        self.about = self.set if release is None else ox.NamedNode(release)

    def say(self, thing: ox.NamedNode, name: str, *values: Term) -> None:
        prefix, _, local = name.partition(":")
        predicate = _sd(local) if prefix == "sd" else node(name)
        self.triples += (ox.Triple(thing, predicate, value) for value in values)

    def part(self, name: str) -> ox.NamedNode:
        return ox.NamedNode(f"{self.site.endpoint}#{name}")

    def service(self) -> None:
        this = self.endpoint
        self.say(this, "rdf:type", _sd("Service"), node("dcat:DataService"))
        self.say(this, "dcterms:title", ox.Literal("ogp-graph: SPARQL endpoint", language="en"))
        self.say(this, "rdfs:comment", ox.Literal(" ".join(_FEATURES.values()), language="en"))
        self.say(this, "sd:endpoint", this)
        self.say(this, "sd:supportedLanguage", _sd("SPARQL10Query"), _sd("SPARQL11Query"))
        self.say(this, "sd:resultFormat", *(ox.NamedNode(FORMATS_NS + name) for name in _FORMATS))
        self.say(this, "sd:defaultEntailmentRegime", _SIMPLE)
        self.say(this, "sd:defaultDataset", self.set)
        self.say(this, "sd:availableGraphs", self.set)
        self.say(this, "dcterms:conformsTo", _PROTOCOL)
        self.say(this, "dcat:endpointURL", this)
        self.say(this, "dcat:endpointDescription", this)
        self.say(this, "dcat:servesDataset", self.about)
        if self.site.target.folder is not None:
            self.say(this, "dcterms:license", _LICENCE)
            self.say(this, "rdfs:seeAlso", ox.NamedNode(self.site.url + "catalogue"))

    def features(self) -> None:
        self.say(self.endpoint, "sd:feature", *map(self.part, _FEATURES))
        for name, text in _FEATURES.items():
            self.say(self.part(name), "rdf:type", _sd("Feature"))
            self.say(self.part(name), "rdfs:comment", ox.Literal(text, language="en"))

    def limits(self) -> None:
        """Each limit under the name of its setting; schema.org has the words."""
        limits = [setting for setting in SETTINGS if setting.name in _LIMITS]
        self.say(self.endpoint, "schema:additionalProperty", *(self.part(setting.name) for setting in limits))
        for setting in limits:
            limit = self.part(setting.name)
            self.say(limit, "rdf:type", node("schema:PropertyValue"))
            self.say(limit, "schema:name", ox.Literal(setting.name))
            self.say(limit, "schema:description", ox.Literal(setting.help, language="en"))
            self.say(limit, "schema:value", _number(getattr(self.site.settings, setting.name)))

    def dataset(self, graphs: Mapping[str, int]) -> None:
        this, default, about = self.set, self.default, self.about
        named = {name: count for name, count in graphs.items() if name}
        self.say(about, "rdf:type", node("void:Dataset"))
        self.say(about, "void:sparqlEndpoint", self.endpoint)
        self.say(about, "owl:versionInfo", ox.Literal(self.site.target.id))
        self.say(this, "rdf:type", _sd("Dataset"))
        self.say(this, "sd:defaultGraph", default)
        if len(named) > _LISTED:
            named = self.not_listed(named)
        self.say(this, "sd:namedGraph", *(self.naming(name) for name in sorted(named)))
        self.say(default, "rdf:type", _sd("Graph"), node("void:Dataset"))
        if "" in graphs:
            self.say(default, "void:triples", _number(graphs[""]))
        for name, count in sorted(named.items()):
            self.named(name, count)

    def not_listed(self, named: Mapping[str, int]) -> dict[str, int]:
        """Says how many graphs there are and where their list is; those that no report has to itself."""
        listed = f"{self.site.url}graphs.tsv"
        known = "" if self.site.target.folder is None else f" (also in {listed})"
        text = f"{len(named):,} named graphs; SELECT ?graph {{ GRAPH ?graph {{ }} }} gives their names{known}."
        self.say(self.set, "rdfs:comment", ox.Literal(text, language="en"))
        if known:
            self.say(self.set, "rdfs:seeAlso", ox.NamedNode(listed))
        own = tuple(f"{self.site.base}graph/{kind}/" for kind in ("report", "sources"))
        rest = {name: count for name, count in named.items() if not name.startswith(own)}
        return rest if len(rest) <= _LISTED else {}

    def naming(self, name: str) -> ox.NamedNode:
        """What links the data set to the graph called ``name``."""
        return self.part(quote(name.removeprefix(self.site.base), safe="/:?@!$&'()*+,;=~"))

    def named(self, name: str, count: int) -> None:
        this, graph = self.naming(name), ox.NamedNode(name)
        self.say(this, "rdf:type", _sd("NamedGraph"))
        self.say(this, "sd:name", graph)
        self.say(this, "sd:graph", graph)
        self.say(graph, "rdf:type", _sd("Graph"))
        self.say(graph, "void:triples", _number(count))

    def statistics(self, catalogue: Sequence[ox.Triple]) -> None:
        """What the catalogue counts in the release, said of the default graph: that is what it counted."""
        counted = [one for one in catalogue if one.subject == self.about and one.predicate in _COUNTED]
        self.triples += (ox.Triple(self.default, one.predicate, one.object) for one in counted)
        parts = {one.object for one in counted}
        self.triples += (one for one in catalogue if one.subject in parts)


def _number(value: float) -> ox.Literal:
    return ox.Literal(str(value), datatype=node(f"xsd:{_NUMBERS[type(value)]}"))


def _sd(name: str) -> ox.NamedNode:
    return ox.NamedNode(SD + name)
