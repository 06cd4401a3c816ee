"""Which format of a result, a graph or a description a client gets (RFC 9110, 12.5.1; SPARQL 1.1 Protocol, 2.1.5)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ogp_graph.formats import FORMATS
from ogp_graph.web.accept import preferred
from ogp_graph.web.problems import Problem

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from ogp_graph.formats import Format

__all__ = ["GRAPHS", "HTML", "RDF", "RESULTS", "choose", "content_type"]

HTML = "html"
_PAGE = {"text/html": HTML}

RESULTS: dict[str, str] = {f.media_type: f.name for f in FORMATS.values() if f.results} | _PAGE
"""Media type -> format of a table or a yes or no, the first one for whoever takes anything."""

RDF: dict[str, str] = {
    FORMATS[name].media_type: name for name in ("turtle", "ntriples", "jsonld", "rdfxml", "nquads", "trig")
}
"""Media type -> format of a description."""

GRAPHS: dict[str, str] = RDF | _PAGE
"""Media type -> format of a graph."""


def choose(wanted: Sequence[str], accept: str | None, offers: Mapping[str, str]) -> str:
    """The format's name, by the values of ``?format=`` if there are any, else by Accept.

    A value is a name, an extension or a media type, whose plus sign may have become a space on the way; the first one
    that is understood counts, since clients send several, separately or with commas.

    Raises:
        Problem: 406 with what there is.
    """
    if wanted:
        known = dict(_names(offers))
        asked = (
            one.partition(";")[0].strip().lower().replace(" ", "+") for value in wanted for one in value.split(",")
        )
        found = next((known[one] for one in asked if one in known), None)
    else:
        known = dict(_media_types(offers))
        best = preferred(accept, list(known))
        found = known[best] if best else None
    if found is None:
        raise Problem(406, f"there is {', '.join(offers)}", "not-acceptable", available=list(offers))
    return found


def _media_types(offers: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """What is on offer, then the other media types for it."""
    yield from offers.items()
    for name in offers.values():
        if name in FORMATS:
            yield from ((other, name) for other in FORMATS[name].also if "/" in other)


def _names(offers: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    yield from _media_types(offers)
    for name in offers.values():
        yield name, name
        if name in FORMATS:
            yield FORMATS[name].extension, name
            yield from ((other, name) for other in FORMATS[name].also)


def content_type(chosen: Format) -> str:
    """The format's media type, with the charset where it is a text's."""
    return chosen.media_type + ("; charset=utf-8" if chosen.media_type.startswith("text/") else "")
