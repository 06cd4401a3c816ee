"""Texts with their language, and labels in the reader's, by one fallback order.

The order is: the reader's languages, English, no language, and any other by its name; a thing that has no label at all
shows the last part of its IRI.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import unquote

import pyoxigraph as ox

from ogp_graph.vocabulary import term

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ogp_graph.known.graph import Graph, Term

__all__ = ["LANGUAGES", "Coded", "Text", "Words", "best", "text_of"]

LANGUAGES = ("en", "es", "fr")
"""Languages in which codes, questions and terms have labels."""

_REMEMBERED = 50_000  # labels at once
_LABELS = tuple(
    term(name)
    for name in ("skos:prefLabel", "rdfs:label", "dcterms:title", "foaf:name", "sh:name", "dcterms:identifier")
)

_FOREIGN = {
    "dcterms:description": "description", "dcterms:identifier": "identifier", "dcterms:isPartOf": "is part of",
    "dcterms:isReferencedBy": "is referenced by", "dcterms:source": "source", "dcterms:spatial": "place",
    "dcterms:title": "title", "dcat:mediaType": "media type", "foaf:isPrimaryTopicOf": "page", "foaf:name": "name",
    "foaf:Organization": "organisation", "foaf:Person": "person",
    "oa:end": "ends before character", "oa:exact": "quoted words", "oa:hasSelector": "selector",
    "oa:hasSource": "capture", "oa:start": "starts at character", "owl:annotatedProperty": "property",
    "owl:annotatedSource": "from", "owl:annotatedTarget": "to", "prov:generatedAtTime": "fetched",
    "prov:wasDerivedFrom": "derived from", "rdf:type": "type", "rdfs:label": "label", "schema:url": "address",
    "skos:altLabel": "other names", "skos:definition": "definition", "skos:exactMatch": "exact match",
    "skos:hiddenLabel": "other wordings", "skos:inScheme": "code list", "skos:notation": "notation",
    "skos:prefLabel": "label", "skos:relatedMatch": "related", "skos:topConceptOf": "code list",
    "sssom:author_label": "decided by", "sssom:confidence": "confidence", "sssom:mapping_date": "date",
    "sssom:mapping_justification": "method",
    "semapv:ManualMappingCuration": "decided by a person", "semapv:LexicalMatching": "same name",
    "semapv:CompositeMatching": "several methods", "semapv:MappingChaining": "same identifier",
    "semapv:UnspecifiedMatching": "not said",
}  # fmt: skip
_KNOWN = {term(name): words for name, words in _FOREIGN.items()}


@dataclass(frozen=True, slots=True)
class Text:
    """Words, and their language as a BCP 47 tag; empty when nobody says."""

    text: str
    language: str = ""


@dataclass(frozen=True, slots=True)
class Coded:
    """A code: its IRI, notation and label, and its rank on the scale of its list."""

    iri: str
    notation: str
    label: Text
    rank: int = 0


@dataclass(slots=True)
class Words:
    """Labels for a reader who prefers ``languages``, the best first."""

    graph: Graph
    languages: tuple[str, ...] = ()
    _known: dict[str, Text] = field(default_factory=dict)
    _codes: dict[str, Coded] = field(default_factory=dict)

    def label(self, iri: str) -> Text:
        """What the thing is called."""
        if (known := self._known.get(iri)) is None:
            if len(self._known) >= _REMEMBERED:
                self._known.clear()
                self._codes.clear()
            known = self._known[iri] = self._found(iri)
        return known

    def coded(self, iri: str) -> Coded:
        """The code with its label and its place on its scale."""
        if (known := self._codes.get(iri)) is None:
            found = {one.predicate.value: one.object for one in self.graph.from_(iri)}
            notation, rank = (found.get(term(name)) for name in ("skos:notation", "ogpv:rank"))
            known = self._codes[iri] = Coded(
                iri,
                notation.value if isinstance(notation, ox.Literal) else iri.rpartition("/")[2],
                self.label(iri),
                int(rank.value) if isinstance(rank, ox.Literal) else 0,
            )
        return known

    def best_of(self, iri: str, name: str) -> Text | None:
        """The one value of a property of the thing, by the same order."""
        return best([one.object for one in self.graph.from_(iri, term(name))], self.languages)

    def _found(self, iri: str) -> Text:
        if words := _KNOWN.get(iri):
            return Text(words, "en")
        said = self.graph.from_(iri)
        for name in _LABELS:
            values = [triple.object for triple in said if triple.predicate.value == name]
            if chosen := best(values, self.languages):
                return chosen
        return Text(unquote(iri.rstrip("/").rpartition("#")[2].rpartition("/")[2]) or iri)


def best(values: Iterable[Term], languages: tuple[str, ...]) -> Text | None:
    """The one text of several that a reader gets, by the order above."""
    texts = [text_of(value) for value in values if isinstance(value, ox.Literal)]
    order = {language: place for place, language in enumerate(dict.fromkeys((*languages, "en", "")))}
    return min(
        texts, key=lambda one: (order.get(one.language.partition("-")[0], 99), one.language, one.text), default=None
    )


def text_of(value: object) -> Text:
    """A literal's words and language."""
    assert isinstance(value, ox.Literal)
    return Text(value.value, value.language or "")
