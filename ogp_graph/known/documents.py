"""The data of one thing: the statements that its documents hold, the same in every format.

A report's are all that its graph says. Of another thing: what is said of it, its links with who says so, and what
refers to it, but for codes, to which thousands of answers refer (their page counts them). A document also says what it
is about, its licence, and the release that it belongs to.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import pyoxigraph as ox

from ogp_graph.known.graph import iri
from ogp_graph.vocabulary import node, term

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ogp_graph.known.graph import Graph

__all__ = ["Document", "described", "document"]

_LICENCE = ox.NamedNode("https://creativecommons.org/licenses/by/4.0/")
_REFERRING = ("ogpv:member", "ogpv:actionPlan", "ogpv:commitment", "ogpv:answer", "ogpv:evidence", "ogpv:evaluator",
              "prov:wasDerivedFrom", "ogpv:jointWith", "skos:inScheme")  # fmt: skip
_REFER = frozenset(map(term, _REFERRING))
_LABELS = (term("rdfs:label"), term("skos:prefLabel"))


@dataclass(frozen=True, slots=True)
class Document:
    """Statements about ``thing``, sorted and each once; ``path`` is what stands behind the base in its IRI. ``lines``
    are the statements as N-Triples has them, without the points at their ends."""

    thing: str
    path: str
    triples: tuple[ox.Triple, ...]
    lines: tuple[str, ...]

    @staticmethod
    def of(thing: str, path: str, triples: Iterable[ox.Triple]) -> Document:
        """The statements in their order."""
        known = sorted({str(triple): triple for triple in triples}.items())
        return Document(thing, path, tuple(triple for _, triple in known), tuple(line for line, _ in known))


def document(graph: Graph, base: str, path: str) -> Document | None:
    """What there is about ``path`` below ``base``; None when nothing is said of it."""
    thing = base + path
    if path.startswith("graph/"):
        found = graph.named(thing)
    elif path.startswith("id/report/"):
        found = _of_report(graph, base, thing, path.removeprefix("id/report/"))
    else:
        found = _of_thing(graph, thing, path)
    return Document.of(thing, path, found) if found else None


def described(document: Document, address: str, release: str) -> Document:
    """``document`` that says, first, what the document at ``address`` is."""
    this = ox.NamedNode(address)
    about = (
        ox.Triple(this, node("rdf:type"), node("foaf:Document")),
        ox.Triple(this, node("foaf:primaryTopic"), ox.NamedNode(document.thing)),
        ox.Triple(this, node("dcterms:license"), _LICENCE),
        ox.Triple(this, node("void:inDataset"), ox.NamedNode(release)),
    )
    return replace(document, triples=about + document.triples, lines=(*map(str, about), *document.lines))


def _of_report(graph: Graph, base: str, thing: str, key: str) -> list[ox.Triple]:
    """A report's graph; of an answer, a piece of evidence or a citation what is said of it and of its parts."""
    report, _, part = key.partition("/")
    if not part:
        return graph.named(f"{base}graph/report/{report}")
    place = "sources" if part.startswith("source/") else "report"
    below = thing + "/"
    return [
        one
        for one in graph.named(f"{base}graph/{place}/{report}")
        if iri(one.subject) == thing or iri(one.subject).startswith(below) or one.object == ox.NamedNode(thing)
    ]


def _of_thing(graph: Graph, thing: str, path: str) -> list[ox.Triple]:
    found = list(graph.from_(thing))
    if not found:
        return []
    if path.startswith("id/"):
        found += [one for one in graph.to(thing) if one.predicate.value in _REFER]
    else:  # to a code refer thousands, by other properties
        for name in _REFERRING:
            found += graph.to(thing, term(name))
    for mapping in graph.to(thing, term("owl:annotatedSource")):
        found += graph.from_(iri(mapping.subject))
    outside = {iri(one.object) for one in found} - {"", thing}
    for other in sorted(outside):
        found += [one for one in graph.from_(other) if one.predicate.value in _LABELS]
    return found
