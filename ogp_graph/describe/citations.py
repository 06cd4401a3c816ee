"""Citations: for each value taken from a page, which capture, which characters, which words (DESIGN 3.2)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyoxigraph import Literal, NamedNode, Quad

from ogp_graph.describe.terms import text
from ogp_graph.vocabulary import node

if TYPE_CHECKING:
    from ogp_graph.model import Value
    from ogp_graph.names import IRIs

__all__ = ["Citations", "end_quote", "start_quote"]

WHOLE = 160  # characters of a quote that is given whole
WORDS = 8  # words of a start quote and of an end quote, which are no longer than WHOLE either

_TYPE = node("rdf:type")
_CITATION = node("ogpv:Citation")
_SPECIFIC_RESOURCE = node("oa:SpecificResource")
_SUPPORTS = node("ogpv:supports")
_PROPERTY = node("ogpv:supportsProperty")
_HAS_SOURCE = node("oa:hasSource")
_HAS_SELECTOR = node("oa:hasSelector")
_POSITION = node("oa:TextPositionSelector")
_QUOTE = node("oa:TextQuoteSelector")
_START = node("oa:start")
_END = node("oa:end")
_EXACT = node("oa:exact")
_START_QUOTE = node("ogpv:startQuote")
_END_QUOTE = node("ogpv:endQuote")
_COUNT = node("xsd:nonNegativeInteger")


def start_quote(quote: str) -> str:
    """The first eight words of ``quote`` as they stand, at most 160 characters."""
    words = quote[:WHOLE].lstrip()
    parts = words.split(None, WORDS)
    return (words[: len(words) - len(parts[WORDS])] if len(parts) > WORDS else words).rstrip()


def end_quote(quote: str) -> str:
    """The last eight words of ``quote`` as they stand, at most 160 characters."""
    words = quote[-WHOLE:].rstrip()
    parts = words.rsplit(None, WORDS)
    return (words[len(parts[0]) :] if len(parts) > WORDS else words).lstrip()


class Citations:
    """The citations of one report, in the making: :meth:`cite` adds one, ``quads`` holds them all.

    A field is cited once: evidence that a page repeats is one thing with one citation, its first."""

    def __init__(self, iris: IRIs, key: str) -> None:
        self.quads: list[Quad] = []
        self._iris = iris
        self._key = key
        self._graph = NamedNode(iris.sources_graph(key))
        self._fields: set[str] = set()
        self._captures: dict[str, NamedNode] = {}

    def capture(self, sha256: str) -> NamedNode:
        """The node of a capture."""
        found = self._captures.get(sha256)
        if found is None:
            found = self._captures[sha256] = NamedNode(self._iris.capture(sha256))
        return found

    def free(self, field: str) -> str:
        """``field``, or the first of ``field-2``, ``field-3`` ... that nobody cited yet."""
        name, number = field, 1
        while name in self._fields:
            number += 1
            name = f"{field}-{number}"
        return name

    def cite(self, field: str, thing: NamedNode, value: Value, *properties: NamedNode) -> None:
        """Says that ``value`` is where ``properties`` of ``thing`` were read."""
        if field in self._fields:
            return
        self._fields.add(field)
        iri = self._iris.citation(self._key, field)
        citation, selector, graph = NamedNode(iri), NamedNode(iri + "/selector"), self._graph
        source = value.source
        quads = self.quads
        quads += (
            Quad(citation, _TYPE, _CITATION, graph),
            Quad(citation, _TYPE, _SPECIFIC_RESOURCE, graph),
            Quad(citation, _SUPPORTS, thing, graph),
            Quad(citation, _HAS_SOURCE, self.capture(source.capture), graph),
            Quad(citation, _HAS_SELECTOR, selector, graph),
            Quad(selector, _TYPE, _POSITION, graph),
            Quad(selector, _TYPE, _QUOTE, graph),
            Quad(selector, _START, Literal(str(source.span.start), datatype=_COUNT), graph),
            Quad(selector, _END, Literal(str(source.span.end), datatype=_COUNT), graph),
        )
        for one in properties:
            quads.append(Quad(citation, _PROPERTY, one, graph))
        quote = source.quote
        if len(quote) <= WHOLE:
            quads.append(Quad(selector, _EXACT, text(quote), graph))
        else:
            quads.append(Quad(selector, _START_QUOTE, text(start_quote(quote)), graph))
            quads.append(Quad(selector, _END_QUOTE, text(end_quote(quote)), graph))
