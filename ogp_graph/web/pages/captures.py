"""The page of a capture: what is known of it, what was found in it, and its text with the cited place marked.

The place is in the address (``?start=753&end=1245``, code points as in citations), so a link to it can be passed on and
needs no script. Of a capture that gave no report only its findings are shown: what was not released stays so.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pyoxigraph as ox
from flask import request

from ogp_graph.known import Document, Text, capture_text
from ogp_graph.known.citing import captures
from ogp_graph.known.graph import said
from ogp_graph.vocabulary import node
from ogp_graph.web.pages.reader import Part, part
from ogp_graph.web.problems import Problem

if TYPE_CHECKING:
    from ogp_graph.known import CaptureText, Tables
    from ogp_graph.web.pages.shown import Shown

__all__ = ["PLACE", "capture_page", "cited_place", "unreported"]

PLACE = ("start", "end")
"""Parameters of a capture's page that name a place in it."""

_BELOW = "id/capture/"
_NUMBER = re.compile(r"[0-9]{1,10}")
_SHA256 = re.compile(r"[0-9a-f]{64}")


def unreported(tables: Tables | None, base: str, path: str) -> Document | None:
    """What there is about a capture that no report rests on: what its findings say of it."""
    sha256 = path.removeprefix(_BELOW)
    if tables is None or not path.startswith(_BELOW) or not _SHA256.fullmatch(sha256):
        return None
    found = list(tables.rows("findings", "capture", frozenset({sha256}))[1])
    if not found:
        return None
    this = ox.NamedNode(base + path)
    names = sorted({str(row["name"]) for row in found if row["name"]})
    triples = [
        ox.Triple(this, node("rdf:type"), node("ogpv:Capture")),
        ox.Triple(this, node("ogpv:sha256"), ox.Literal(sha256)),
        *(ox.Triple(this, node("dcterms:identifier"), ox.Literal(name)) for name in names),
    ]
    return Document.of(this.value, path, triples)


def capture_page(shown: Shown, document: Document) -> tuple[str, dict[str, Any]]:
    """Template, and what it shows.

    Raises:
        Problem: 400 the place is none; 404 the text has no such part.
    """
    assert shown.tables is not None
    sha256, place = document.path.removeprefix(_BELOW), _place()
    known = captures(said(document.triples))[document.thing]
    keys = [row["report"] for row in shown.tables.rows("captures", "capture", frozenset({sha256}))[1]]
    reports = [row for key in sorted(keys) if (row := shown.tables.report(key))]
    text = _text(shown, sha256, known.media_type, reports)
    parts = text.parts() if text and place is None else ()
    number = Part(1, 0) if place else part(len(parts), rows=1)
    return "capture.html", {
        "title": Text(next(iter(known.names), sha256)),
        "capture": known,
        "reports": reports,
        "findings": list(shown.tables.rows("findings", "capture", frozenset({sha256}))[1]),
        "place": place,
        "passage": text.passage(*place) if text and place else None,
        "text": parts[number.number - 1] if parts else "",
        "shown": number,
    }


def cited_place(shown: Shown, document: Document) -> str | None:
    """Where the place of a citation is shown, as a link on this site; None for anything else."""
    told = {one.predicate: one.object for one in document.triples}
    capture, *place = (told.get(node(name)) for name in ("oa:hasSource", "oa:start", "oa:end"))
    if not isinstance(capture, ox.NamedNode) or not all(isinstance(one, ox.Literal) for one in place):
        return None
    start, end = (one.value for one in place if isinstance(one, ox.Literal))
    page = shown.addresses.page(capture.value)
    return f"{page}?{PLACE[0]}={start}&{PLACE[1]}={end}#place"


def _text(shown: Shown, sha256: str, media_type: str, reports: list[dict[str, Any]]) -> CaptureText | None:
    folder = shown.site.target.folder
    if folder is None or not reports:
        return None
    plans = [(row["report"], row["plan"] or "") for row in reports]
    return capture_text(folder, sha256, media_type, shown.site.settings, reports=plans)


def _place() -> tuple[int, int] | None:
    """The place that the request names.

    Raises:
        Problem: 400.
    """
    given = [request.args.get(name) for name in PLACE]
    if given == [None, None]:
        return None
    start, end = (int(text) if text and _NUMBER.fullmatch(text) else -1 for text in given)
    if not 0 <= start <= end:
        raise Problem(400, "start and end are numbers of characters, start not behind end", "bad-parameter")
    if "page" in request.args:
        raise Problem(400, "a place or a page of the text, not both", "bad-parameter")
    return start, end
