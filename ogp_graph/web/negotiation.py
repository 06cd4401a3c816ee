"""Which of the things on offer a client gets (RFC 9110, 12.5.1)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from werkzeug.http import parse_accept_header

from ogp_graph.formats import FORMATS
from ogp_graph.web.problems import Problem

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ogp_graph.formats import Format

__all__ = ["GRAPHS", "HTML", "RESULTS", "choose", "content_type", "preferred"]

HTML = "html"

RESULTS: dict[str, str] = {f.media_type: f.name for f in FORMATS.values() if f.results} | {"text/html": HTML}
"""Media type -> format of a table or a yes or no, the first one for whoever takes anything."""

GRAPHS: dict[str, str] = {
    FORMATS[name].media_type: name for name in ("turtle", "ntriples", "jsonld", "rdfxml", "nquads", "trig")
} | {"text/html": HTML}
"""Media type -> format of a graph."""

_ALSO: dict[str, dict[str, str]] = {
    "results": {"application/json": "json", "application/xml": "xml", "text/xml": "xml"},
    "graphs": {
        "application/x-turtle": "turtle",
        "application/json": "jsonld",
        "application/xml": "rdfxml",
        "text/xml": "rdfxml",
        "text/plain": "ntriples",
    },
}
"""Names that clients use for the same things; they are understood and not advertised."""


def preferred(accept: str | None, offers: Sequence[str]) -> str | None:
    """The media type of ``offers`` that ``accept`` likes best; of equals the first. None when none is acceptable.

    No header, or an empty one, means anything; parameters such as ``profile`` are passed over.

    >>> preferred("text/html;q=0.5, text/*;q=0.7", ["text/html", "text/csv"])
    'text/csv'
    """
    if not (accept and accept.strip()):
        return offers[0]
    ranges = [(value.partition(";")[0].strip().lower(), quality) for value, quality in parse_accept_header(accept)]
    rated = [(_quality(offer, ranges), -place) for place, offer in enumerate(offers)]
    quality, place = max(rated)
    return offers[-place] if quality > 0 else None


def _quality(offer: str, ranges: list[tuple[str, float]]) -> float:
    """The quality of the most specific range that fits ``offer``."""
    kind = offer.partition("/")[0]
    for fits in (offer, f"{kind}/*", "*/*"):
        found = [quality for value, quality in ranges if value == fits]
        if found:
            return max(found)
    return 0.0


def choose(wanted: str | None, accept: str | None, offers: Mapping[str, str]) -> str:
    """The format's name, by ``?format=`` (a name, an extension or a media type) if it is given, else by Accept.

    Raises:
        Problem: 406 with what there is.
    """
    if wanted is not None:
        by_name = dict(offers) | {name: name for name in offers.values()}
        by_name |= {FORMATS[name].extension: name for name in offers.values() if name in FORMATS}
        found = by_name.get(wanted.strip().lower())
    else:
        also = _ALSO["graphs" if "text/turtle" in offers else "results"]
        everything = {**offers, **{media_type: name for media_type, name in also.items() if name in offers.values()}}
        best = preferred(accept, list(everything))
        found = everything[best] if best else None
    if found is None:
        raise Problem(406, f"there is {', '.join(offers)}", "not-acceptable", available=list(offers))
    return found


def content_type(chosen: Format) -> str:
    """The format's media type, with the charset where it is a text's."""
    return chosen.media_type + ("; charset=utf-8" if chosen.media_type.startswith("text/") else "")
