"""Links as statements: each linkset a named graph, in which every link says who or what it comes from."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import TYPE_CHECKING

import pyoxigraph as ox

from ogp_graph.vocabulary import OGPV, OWL, PREFIXES, RDF, RDFS, XSD

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from collections.abc import Mapping as Map

    from ogp_graph.link.mapping import Mapping
    from ogp_graph.names import IRIs

__all__ = ["link_lines"]

_SSSOM = PREFIXES["sssom"]
_JOINT = OGPV + "jointWith"


def link_lines(name: str, links: Iterable[Mapping], labels: Map[str, Map[str, str]], iris: IRIs) -> list[str]:
    """The N-Quads lines of ``graph/links/NAME``, sorted: the links, what is said of them (SSSOM), and how the linked
    things are called; ``labels`` goes from an IRI to names by language ("" for none)."""
    graph = ox.NamedNode(iris.links_graph(name))
    triples = {triple for one in links for way in _ways(one) for triple in _statements(way, labels, iris)}
    return sorted(f"{ox.Quad(t.subject, t.predicate, t.object, graph)} ." for t in triples)


def _ways(one: Mapping) -> tuple[Mapping, ...]:
    """A link, and the way back where that is a link too: whoever looks up a thing finds all that starts there."""
    if one.predicate != _JOINT or not one.object:
        return (one,)
    back = replace(
        one, subject=one.object, object=one.subject, subject_label=one.object_label, object_label=one.subject_label
    )
    return one, back


def _statements(one: Mapping, labels: Map[str, Map[str, str]], iris: IRIs) -> Iterator[ox.Triple]:
    subject, predicate = ox.NamedNode(one.subject), ox.NamedNode(one.predicate)
    target = ox.NamedNode(one.object) if one.object else ox.Literal(one.object_label)
    yield ox.Triple(subject, predicate, target)
    if isinstance(target, ox.NamedNode) and not one.object.startswith((iris.commitment(""), iris.plan(""))):
        names = labels.get(one.object) or ({"": one.object_label} if one.object_label else {})
        for language, name in names.items():
            text = ox.Literal(name, language=language) if language else ox.Literal(name)
            yield ox.Triple(target, ox.NamedNode(RDFS + "label"), text)
    mapping = ox.NamedNode(iris.link(hashlib.sha256("\n".join(one.key).encode()).hexdigest()[:16]))
    for term, value in _said(one, subject, predicate, target):
        yield ox.Triple(mapping, ox.NamedNode(term), value)


def _said(
    one: Mapping, subject: ox.NamedNode, predicate: ox.NamedNode, target: ox.NamedNode | ox.Literal
) -> Iterator[tuple[str, ox.NamedNode | ox.Literal]]:
    """What is said of a link, as SSSOM in RDF has it."""
    yield RDF + "type", ox.NamedNode(_SSSOM + "Mapping")
    yield OWL + "annotatedSource", subject
    yield OWL + "annotatedProperty", predicate
    yield OWL + "annotatedTarget", target
    yield _SSSOM + "mapping_justification", ox.NamedNode(one.justification)
    yield _SSSOM + "confidence", ox.Literal(f"{one.confidence:g}", datatype=ox.NamedNode(XSD + "decimal"))
    if one.author:
        yield _SSSOM + "author_label", ox.Literal(one.author)
    if one.date:
        yield _SSSOM + "mapping_date", ox.Literal(one.date, datatype=ox.NamedNode(XSD + "date"))
    if one.tool:
        yield _SSSOM + "mapping_tool", ox.Literal(one.tool)
    if one.features:
        told = "; ".join(f"{name}={value:g}" for name, value in one.features)
        yield _SSSOM + "other", ox.Literal(told)
    if one.comment:
        yield RDFS + "comment", ox.Literal(one.comment)
