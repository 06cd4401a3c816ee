"""Any thing as a table of its statements, each property and value with its label."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pyoxigraph as ox

from ogp_graph.known import Text
from ogp_graph.known.graph import iri
from ogp_graph.vocabulary import term
from ogp_graph.web.pages.addresses import web_address
from ogp_graph.web.pages.reader import ROWS, part

if TYPE_CHECKING:
    from ogp_graph.known import Document, Words
    from ogp_graph.web.pages.shown import Shown

__all__ = ["Line", "statements"]


@dataclass(frozen=True, slots=True)
class Line:
    """A property and one value of it: ``page`` is where a link on this site leads, ``web`` one elsewhere."""

    relation: Text
    value: Text
    page: str | None = None
    web: str | None = None


def statements(shown: Shown, document: Document, words: Words) -> dict[str, Any]:
    """What a page shows of a document: what is said of its thing, of its parts, and what refers to it, in parts of
    a bounded number of lines."""
    thing = document.thing
    own, parts, referring = [], [], []
    for triple in document.triples:
        subject = iri(triple.subject)
        if subject == thing:
            own.append(_line(shown, words, triple.predicate.value, triple.object))
        elif triple.object == ox.NamedNode(thing):
            referring.append(_line(shown, words, triple.predicate.value, triple.subject))
        elif subject.startswith(thing + "/") or document.path.startswith("graph/"):
            parts.append((words.label(subject), shown.addresses.page(subject), triple))
    shown_part = part(max(len(own), len(parts), len(referring)))
    begin, end = shown_part.start, shown_part.start + ROWS
    return {
        "lines": own[begin:end],
        "parts": [(label, page, _line(shown, words, one.predicate.value, one.object))
                  for label, page, one in parts[begin:end]],
        "referring": referring[begin:end],
        "shown": shown_part,
        "types": [one.value for one in own if one.relation.text == words.label(term("rdf:type")).text],
    }  # fmt: skip


def _line(shown: Shown, words: Words, relation: str, value: object) -> Line:
    """One statement as a line."""
    name = words.label(relation)
    if isinstance(value, ox.Literal):
        return Line(name, Text(value.value, value.language or ""))
    address = iri(value)
    page = shown.addresses.page(address)
    label = words.label(address) if page or address.startswith(("http://www.w3.org/", "https://w3id.org/")) else None
    if label is None:
        found = words.label(address)
        label = found if found.language or found.text != address.rstrip("/").rpartition("/")[2] else Text(address)
    return Line(name, label, page, None if page else web_address(address))
