"""Links of a thing to other data sets, each with who says so: method, confidence, date."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ogp_graph.known.graph import iri, said, value_of
from ogp_graph.linksets import load_linksets
from ogp_graph.vocabulary import term

if TYPE_CHECKING:
    from ogp_graph.known.graph import Graph
    from ogp_graph.known.words import Text, Words

__all__ = ["Link", "links"]


@dataclass(frozen=True, slots=True)
class Link:
    """One link: its own IRI, the property and the target with their labels, and how it was found."""

    iri: str
    relation: Text
    target: str
    label: Text
    linkset: str
    method: Text | None
    confidence: str
    date: str
    author: str


def links(graph: Graph, words: Words, thing: str) -> list[Link]:
    """The links that start at ``thing``, by linkset and label."""
    found = [_link(graph, words, iri(one.subject)) for one in graph.to(thing, term("owl:annotatedSource"))]
    return sorted(found, key=lambda link: (link.linkset, link.relation.text, link.label.text))


def _link(graph: Graph, words: Words, mapping: str) -> Link:
    told = said(graph.from_(mapping))[mapping]

    def one(name: str) -> str:
        return value_of(next(iter(told.get(term(name), ())), None))

    target, method = one("owl:annotatedTarget"), one("sssom:mapping_justification")
    name = graph.home(mapping).rpartition("/")[2]
    linkset = load_linksets().get(name)
    return Link(
        mapping, words.label(one("owl:annotatedProperty")), target, words.label(target),
        linkset.title if linkset else name, words.label(method) if method else None, one("sssom:confidence"),
        one("sssom:mapping_date"), one("sssom:author_label"),
    )  # fmt: skip
