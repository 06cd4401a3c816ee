"""The vocabularies that data uses: namespaces, prefixes, and the project's own definitions as triples."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, TypeVar

import pyoxigraph as ox

from ogp_graph.errors import DefinitionError
from ogp_graph.names import DEFAULT_BASE

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rdflib import Graph

__all__ = [
    "ADMS", "BIBO", "CPOV", "DCAT", "DCTERMS", "DQV", "FOAF", "OA", "OGPS", "OGPV", "ONTOLOGY", "ORG", "OWL", "PPLAN",
    "PREFIXES", "PROV", "RDF", "RDFS", "SCHEMA", "SH", "SKOS", "SPDX", "VANN", "VOID", "XSD", "data_folder",
    "definition_files", "definition_graph", "definition_lines", "node", "read_turtle", "term",
]  # fmt: skip

ONTOLOGY = "https://w3id.org/ogp-graph/ontology"
OGPV = ONTOLOGY + "#"
RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
RDFS = "http://www.w3.org/2000/01/rdf-schema#"
OWL = "http://www.w3.org/2002/07/owl#"
XSD = "http://www.w3.org/2001/XMLSchema#"
SKOS = "http://www.w3.org/2004/02/skos/core#"
DCTERMS = "http://purl.org/dc/terms/"
PROV = "http://www.w3.org/ns/prov#"
OA = "http://www.w3.org/ns/oa#"
FOAF = "http://xmlns.com/foaf/0.1/"
ORG = "http://www.w3.org/ns/org#"
SCHEMA = "https://schema.org/"
DCAT = "http://www.w3.org/ns/dcat#"
VOID = "http://rdfs.org/ns/void#"
SH = "http://www.w3.org/ns/shacl#"
VANN = "http://purl.org/vocab/vann/"
BIBO = "http://purl.org/ontology/bibo/"
ADMS = "http://www.w3.org/ns/adms#"
SPDX = "http://spdx.org/rdf/terms#"
DQV = "http://www.w3.org/ns/dqv#"
CPOV = "http://data.europa.eu/m8g/"
PPLAN = "http://purl.org/net/p-plan#"
OGPS = "https://w3id.org/ogp-graph/shapes#"

PREFIXES: Mapping[str, str] = MappingProxyType(
    {
        "ogpv": OGPV,
        "rdf": RDF,
        "rdfs": RDFS,
        "owl": OWL,
        "xsd": XSD,
        "skos": SKOS,
        "dcterms": DCTERMS,
        "prov": PROV,
        "oa": OA,
        "foaf": FOAF,
        "org": ORG,
        "schema": SCHEMA,
        "dcat": DCAT,
        "void": VOID,
        "sh": SH,
        "vann": VANN,
        "bibo": BIBO,
        "adms": ADMS,
        "spdx": SPDX,
        "dqv": DQV,
        "cpov": CPOV,
        "p-plan": PPLAN,
        "ogps": OGPS,
        "sssom": "https://w3id.org/sssom/",
        "semapv": "https://w3id.org/semapv/vocab/",
    }
)
"""Prefix -> namespace, in the order in which every serialisation declares them."""

_Term = TypeVar("_Term")
_BASED = tuple(DEFAULT_BASE + part for part in ("code/", "id/"))  # what moves when ``base`` is another one


@lru_cache(maxsize=1024)
def term(name: str) -> str:
    """The IRI of a prefixed name.

    >>> term("ogpv:Member")
    'https://w3id.org/ogp-graph/ontology#Member'

    Raises:
        KeyError: the prefix is not in :data:`PREFIXES`.
    """
    prefix, _, local = name.partition(":")
    return PREFIXES[prefix] + local


@lru_cache(maxsize=1024)
def node(name: str) -> ox.NamedNode:
    """The same as :func:`term`, as a pyoxigraph term that is made once."""
    return ox.NamedNode(term(name))


@lru_cache(maxsize=8)
def data_folder(name: str) -> Path:
    """The folder ``ontology``, ``shapes`` or ``queries``: inside the installed package, else beside it in the checkout.

    Raises:
        DefinitionError: neither place has it.
    """
    package = Path(__file__).resolve().parent
    for folder in (package / "data" / name, package.parent / name):
        if folder.is_dir():
            return folder
    raise DefinitionError("the folder of definitions is missing", name)


def read_turtle(path: Path) -> Graph:
    """A file of definitions as an rdflib graph. pyoxigraph reads it first: it names line and column of a mistake.

    Raises:
        DefinitionError: the file cannot be read or does not parse.
    """
    from rdflib import Graph

    try:
        triples = ox.serialize(ox.parse(path=str(path), format=ox.RdfFormat.TURTLE), format=ox.RdfFormat.N_TRIPLES)
    except (OSError, SyntaxError) as error:
        raise DefinitionError(str(error), str(path)) from error
    return Graph(bind_namespaces="none").parse(data=triples or b"", format="nt")


def definition_files() -> tuple[Path, ...]:
    """The files that define terms and codes: ontology, alignments and every code list (not members, not forms)."""
    folder = data_folder("ontology")
    return (folder / "ogp.ttl", folder / "alignments.ttl", *sorted((folder / "codes").glob("*.ttl")))


@lru_cache(maxsize=8)
def definition_graph(base: str = DEFAULT_BASE, graph: str | None = None) -> tuple[ox.Quad, ...]:
    """Ontology, alignments and codes as sorted statements in ``graph`` (None: the default graph), no blank nodes.

    Code IRIs are below ``base``; the vocabulary's own namespace never moves.

    Raises:
        DefinitionError: a file is missing, does not parse or holds a blank node.
    """
    place = ox.DefaultGraph() if graph is None else ox.NamedNode(graph)
    found: set[ox.Quad] = set()
    for path in definition_files():
        try:
            for quad in ox.parse(path=str(path), format=ox.RdfFormat.TURTLE):
                subject, value = _based(quad.subject, base, path), _based(quad.object, base, path)
                found.add(ox.Quad(subject, quad.predicate, value, place))
        except (OSError, SyntaxError) as error:
            raise DefinitionError(str(error), str(path)) from error
    return tuple(sorted(found, key=str))


def definition_lines(base: str = DEFAULT_BASE, graph: str | None = None) -> tuple[str, ...]:
    """:func:`definition_graph` as sorted N-Quads lines without their newline."""
    data = ox.serialize(definition_graph(base, graph), format=ox.RdfFormat.N_QUADS) or b""
    return tuple(sorted(data.decode("utf-8").removesuffix("\n").split("\n")))


def _based(part: _Term, base: str, path: Path) -> _Term | ox.NamedNode:
    if isinstance(part, ox.BlankNode):
        raise DefinitionError("a blank node", str(path))
    if base != DEFAULT_BASE and isinstance(part, ox.NamedNode) and part.value.startswith(_BASED):
        return ox.NamedNode(base + part.value.removeprefix(DEFAULT_BASE))
    return part
