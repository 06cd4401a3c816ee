"""The data of a thing as JSON-LD inside its page: all of them, or of a large thing an extract that says where the rest
is.

A page has to stay light, and its data are one link away anyway: an extract has whole statements only, those about the
thing itself first, and leaves out long texts, which the page shows already.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyoxigraph as ox

from ogp_graph.known import Document
from ogp_graph.known.graph import iri
from ogp_graph.vocabulary import node
from ogp_graph.web.pages.dereference import serialised

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ogp_graph.web.pages.addresses import Addresses

__all__ = ["MOST", "embedded"]

MOST = 40_000
"""Bytes of JSON-LD that a page carries; packed they are some 4 kB."""

_LONG = 1_000  # bytes of a statement that an extract leaves out


def embedded(found: Document, addresses: Addresses, most: int = MOST) -> str:
    """The block for a script element, where nothing may look like the end of it, of about ``most`` bytes."""
    text = _inert(serialised(found, "jsonld").decode())
    if len(text.encode()) > most:
        extract = Document.of(found.thing, found.path, _extract(found, addresses, most))
        text = _inert(serialised(extract, "jsonld").decode())
    return text


def _inert(text: str) -> str:
    for sign in "<>&\u2028\u2029":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return text


def _extract(found: Document, addresses: Addresses, room: int) -> Iterator[ox.Triple]:
    """As many statements as there is room for, and where all of them are."""
    whole = ox.NamedNode(addresses.document(addresses.rest(found.path), "jsonld"))
    yield ox.Triple(ox.NamedNode(found.thing), node("rdfs:seeAlso"), whole)
    for triple in sorted(found.triples, key=lambda one: iri(one.subject) != found.thing):
        size = len(str(triple.object).encode()) + 100  # the rest is written shorter than it is
        if size <= _LONG and size <= room:
            room -= size
            yield triple
