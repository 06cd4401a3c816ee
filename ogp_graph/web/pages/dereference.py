"""IRIs that name things, and the data about them: ``/id/...``, ``/code/...``, ``/graph/...`` and ``/data/...``.

An IRI is answered with 303 to the page or to the data, in one step (https://www.w3.org/TR/cooluris/#r303gendocument);
each format of the data has an address of its own.
"""

from __future__ import annotations

import csv
from io import StringIO
from typing import TYPE_CHECKING
from urllib.parse import quote

import pyoxigraph as ox
from flask import Blueprint, Response, redirect, request

from ogp_graph.formats import FORMATS
from ogp_graph.known.documents import described
from ogp_graph.release.jsonld import jsonld
from ogp_graph.release.tablefiles import neutral
from ogp_graph.vocabulary import PREFIXES
from ogp_graph.web.negotiation import HTML, RDF, choose, content_type
from ogp_graph.web.pages.absent import absent
from ogp_graph.web.pages.addresses import EXTENSIONS
from ogp_graph.web.pages.dataset import is_dataset
from ogp_graph.web.pages.earlier import no_release
from ogp_graph.web.pages.reader import refuse_unknown
from ogp_graph.web.pages.shown import releases_of
from ogp_graph.web.pages.tabled import is_tabled, tabled
from ogp_graph.web.problems import Problem

if TYPE_CHECKING:
    from werkzeug.wrappers import Response as BaseResponse

    from ogp_graph.known import Document
    from ogp_graph.web.pages.shown import Shown

__all__ = ["NEGOTIATED", "data", "routes", "serialised"]

NEGOTIATED: dict[str, str] = {"text/html": HTML} | RDF
"""Media type -> format of what there is about a thing; whoever takes anything gets the page."""

_MOST = 50_000  # statements of a named graph that one document may hold


def routes(shown: Shown) -> Blueprint:
    """The addresses of things and of their data."""
    pages = Blueprint("dereference", __name__)

    def thing() -> BaseResponse:
        refuse_unknown("format")
        path = quote(request.path[1:], safe="/~:@!$&'()*+,;=")
        chosen = choose(request.args.getlist("format"), request.headers.get("Accept"), NEGOTIATED)
        if is_dataset(path) and (other := _other_release(shown, path)):
            return redirect(f"{shown.site.now}release/{other}/{_document_path(path, chosen)}", 303)
        return _onwards(shown, _document(shown, path), chosen)

    for rule in ("/id/<path:_>", "/code/<path:_>", "/graph/<path:_>", "/dataset", "/dataset/<path:_>"):
        pages.add_url_rule(rule, rule.strip("/").replace("/<path:_>", "-below"), lambda _="": thing())

    @pages.get("/data/<path:rest>")
    def data_of(rest: str) -> BaseResponse:
        refuse_unknown()
        if prepared := shown.prepared.response(f"data/{rest}", ()):
            return Response(prepared[1], headers=prepared[0])
        name, dot, extension = rest.rpartition(".")
        if not dot or extension not in (*EXTENSIONS, "csv"):
            path = shown.addresses.path(rest if extension[:1].isdigit() or not dot else name)
            _document(shown, path)
            offers = [f".{one}" for one in (*EXTENSIONS, *(["csv"] if is_tabled(shown, path) else []))]
            raise Problem(406, f"the data end in {', '.join(offers)}", "not-acceptable", available=offers)
        return data(shown, shown.addresses.path(name), extension)

    if shown.tables is not None and not shown.site.dated:

        @pages.get("/release/<name>")
        def named(name: str) -> BaseResponse:
            if shown.site.target.folder is None or name not in releases_of(shown.site.target.folder):
                raise no_release(shown, name)
            refuse_unknown()
            return redirect(f"{shown.site.now}release/{name}/", 308)

        @pages.get("/release/<name>/")
        @pages.get("/release/<name>/<path:_>")
        def release(name: str, _: str = "") -> BaseResponse:  # those that are there have an application of their own
            raise no_release(shown, name)

    return pages


def _document(shown: Shown, path: str) -> Document:
    """What there is about the thing at ``path``.

    Raises:
        Problem: 404 or 410.
    """
    found = shown.document(path)
    if found is None:
        raise absent(shown, path)
    return found


def _other_release(shown: Shown, path: str) -> str:
    """The release that ``path`` names, when it is there and not the one of the site; else nothing."""
    folder, name = shown.site.target.folder, path.rpartition("/")[2]
    known = folder is not None and name != shown.site.target.id and name in releases_of(folder)
    return name if known else ""


def _document_path(path: str, chosen: str) -> str:
    return f"page/{path}" if chosen == HTML else f"data/{path}.{FORMATS[chosen].extension}"


def _onwards(shown: Shown, found: Document, chosen: str) -> BaseResponse:
    """From the name of a thing to the document that the client prefers."""
    addresses = shown.addresses
    if chosen == HTML:
        target = addresses.page(found.thing)
        assert target is not None
        location = shown.site.url + target.removeprefix(addresses.root)
    else:
        location = addresses.document(addresses.rest(found.path), FORMATS[chosen].extension)
    response = redirect(location, 303)
    response.headers["Link"] = addresses.links(found.path)
    return response


def data(shown: Shown, path: str, extension: str) -> Response:
    """The data of the thing at ``path`` in the format with that extension.

    Raises:
        Problem: 404 or 410 there is no such thing; 406 there are no rows about it; 413 there is too much of it.
    """
    addresses = shown.addresses
    if extension == "csv":
        response = _table(shown, path)
    else:
        found = _document(shown, path)
        if len(found.triples) > _MOST:
            detail = f"this graph has {len(found.triples):,} statements; take a dump"
            raise Problem(413, detail, "result-too-large", limit=_MOST, dumps=f"{shown.site.url}dumps/")
        name = EXTENSIONS[extension]
        address = addresses.document(addresses.rest(path), extension)
        body = serialised(described(found, address, shown.release), name)
        response = Response(body, content_type=content_type(FORMATS[name]))
    response.headers["Link"] = addresses.links(path, is_tabled(shown, path))
    if path.startswith("id/evaluator/"):
        response.headers["X-Robots-Tag"] = "noindex"
    return response


def serialised(found: Document, name: str) -> bytes:
    """The statements in the format of that name; as JSON-LD in few words, with the prefixes as the context."""
    if name == "jsonld":
        return "".join(jsonld(found.lines)).encode()
    chosen = FORMATS[name].rdf
    assert chosen is not None
    text = "\n".join(found.lines)
    used = {prefix: name for prefix, name in PREFIXES.items() if f"<{name}" in text}
    return ox.serialize(found.triples, format=chosen, prefixes=used) or b""


def _table(shown: Shown, path: str) -> Response:
    """The rows of a table that are about the thing."""
    if not is_tabled(shown, path):
        _document(shown, path)
        offers = [f".{one}" for one in EXTENSIONS]
        raise Problem(406, "there is no table about this", "not-acceptable", available=offers)
    names, rows = tabled(shown, path)
    text = StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(names)
    head = text.tell()
    writer.writerows(map(_cell, row) for row in rows)
    if text.tell() == head:
        _document(shown, path)
    return Response(text.getvalue(), content_type="text/csv; charset=utf-8; header=present")


def _cell(value: object) -> str:
    if value is None:
        return ""
    return neutral(value) if isinstance(value, str) else str(value).lower()
