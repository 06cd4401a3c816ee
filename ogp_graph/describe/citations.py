"""Citations: for each value taken from a page, which capture, which characters, which words (DESIGN 3.2).

A citation's IRI ends in the name of a field. It supports one thing and the properties of it that were read there:

==============================================  ============================================================
field                                           thing: properties
==============================================  ============================================================
title, unassigned-1 ...                         report: title, unassigned text
factors, lesson                                 report: the same (the answers 1.2 and 3 are cited as answers too)
completion, as-planned, problem-addressed       report: the same (codes of 1.1, 1.3 and 2.2, as above)
commitment-title, commitment-subtitle           commitment: title, subtitle
action, problem                                 commitment: the same
member                                          member: preferred label, or other label when the register has another
plan-title                                      plan: title, start year and end year, which are read from it
evaluator-1 ...                                 evaluator: name, affiliation when there is one
answer-1.1-value                                answer: value, stated value
answer-1.1-explanation                          answer: explanation
answer-1.1-evidence-HASH                        evidence: title, address when there is one; the hash is that of its IRI
answer-1.1-alternative-CAPTURE                  answer: the other value and its words; first 8 digits of the SHA-256
answer-2.1.1-degree                             result: degree, stated degree
answer-2.1.1-degree-alternative-CAPTURE         result: the other degree and its words
==============================================  ============================================================

Where reports spell one plan's title or one member's name in several ways, one of them is the title or label and the
others are ``skos:altLabel``; the quote is what this page says.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ogp_graph.describe.terms import count, iri, term, text

if TYPE_CHECKING:
    from ogp_graph.model import Value
    from ogp_graph.names import IRIs

__all__ = ["Citations", "end_quote", "start_quote"]

WHOLE = 160  # characters of a quote that is given whole
WORDS = 8  # words of a start quote and of an end quote, which are no longer than WHOLE either

_PLAIN = re.compile(r"[A-Za-z0-9.-]+")  # fields that any IRI may end in

_IS_CITATION = f"{term('rdf:type')} {term('ogpv:Citation')}"
_IS_RESOURCE = f"{term('rdf:type')} {term('oa:SpecificResource')}"
_IS_POSITION = f"{term('rdf:type')} {term('oa:TextPositionSelector')}"
_IS_QUOTE = f"{term('rdf:type')} {term('oa:TextQuoteSelector')}"
_SUPPORTS, _PROPERTY = term("ogpv:supports"), term("ogpv:supportsProperty")
_HAS_SOURCE, _HAS_SELECTOR = term("oa:hasSource"), term("oa:hasSelector")
_START, _END, _EXACT = term("oa:start"), term("oa:end"), term("oa:exact")
_START_QUOTE, _END_QUOTE = term("ogpv:startQuote"), term("ogpv:endQuote")


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
    """The citations of one report, in the making: :meth:`cite` adds one, ``lines`` holds their N-Quads lines.

    A field is cited once: evidence that a page repeats is one thing with one citation, its first."""

    def __init__(self, iris: IRIs, key: str) -> None:
        self.lines: list[str] = []
        self._start = iri(iris.citation(key, ""))[1:-1]
        self._captures = iris.capture("")
        self._tail = f" {iri(iris.sources_graph(key))} ."
        self._fields: set[str] = set()
        self._sources: dict[str, str] = {}  # captures as N-Quads has them

    def free(self, field: str) -> str:
        """``field``, or the first of ``field-2``, ``field-3`` ... that nobody cited yet."""
        name, number = field, 1
        while name in self._fields:
            number += 1
            name = f"{field}-{number}"
        return name

    def _source(self, capture: str) -> str:
        self._sources[capture] = found = iri(self._captures + capture)
        return found

    def cite(self, field: str, thing: str, value: Value, *properties: str) -> None:
        """Says that ``value`` is where ``properties`` of ``thing`` were read; both are IRIs as N-Quads has them."""
        if field in self._fields:
            return
        self._fields.add(field)
        source, tail = value.source, self._tail
        citation = f"<{self._start}{field}>" if _PLAIN.fullmatch(field) else iri(self._start + field)
        selector = f"{citation[:-1]}/selector>"
        capture = self._sources.get(source.capture) or self._source(source.capture)
        quote = source.quote
        self.lines += (
            f"{citation} {_IS_CITATION}{tail}",
            f"{citation} {_IS_RESOURCE}{tail}",
            f"{citation} {_SUPPORTS} {thing}{tail}",
            *[f"{citation} {_PROPERTY} {one}{tail}" for one in properties],
            f"{citation} {_HAS_SOURCE} {capture}{tail}",
            f"{citation} {_HAS_SELECTOR} {selector}{tail}",
            f"{selector} {_IS_POSITION}{tail}",
            f"{selector} {_IS_QUOTE}{tail}",
            f"{selector} {_START} {count(source.span.start)}{tail}",
            f"{selector} {_END} {count(source.span.end)}{tail}",
        )
        if len(quote) <= WHOLE:
            self.lines.append(f"{selector} {_EXACT} {text(quote)}{tail}")
        else:
            self.lines.append(f"{selector} {_START_QUOTE} {text(start_quote(quote))}{tail}")
            self.lines.append(f"{selector} {_END_QUOTE} {text(end_quote(quote))}{tail}")
