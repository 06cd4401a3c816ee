"""The endpoint: ``/sparql``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, Response, request
from werkzeug.wsgi import wrap_file

from ogp_graph.engine.scan import scan
from ogp_graph.formats import FORMATS
from ogp_graph.web.negotiation import GRAPHS, HTML, RESULTS, choose, content_type
from ogp_graph.web.protocol import asked
from ogp_graph.web.results import form_page, result_page
from ogp_graph.web.service import serialised

if TYPE_CHECKING:
    from ogp_graph.engine import Answer, Engine
    from ogp_graph.web.protocol import Asked
    from ogp_graph.web.target import Site

__all__ = ["routes"]

_IN_MEMORY = 8_000_000  # bytes that are sent in one piece


def routes(site: Site, engine: Engine) -> Blueprint:
    """``/sparql``: a query by GET or POST; without one, what the endpoint is."""
    pages = Blueprint("sparql", __name__)

    @pages.route("/sparql", methods=["GET", "POST"])
    def sparql() -> Response | str:
        found = asked(request)
        if found.query is None:
            return _unasked(site, found)
        return _answer(site, engine, found, found.query)

    return pages


def _unasked(site: Site, found: Asked) -> Response | str:
    chosen = choose(found.format, request.headers.get("Accept"), GRAPHS)
    if chosen == HTML:
        return form_page(site)
    data, as_format = serialised(site, chosen)
    return Response(data, content_type=content_type(as_format))


def _answer(site: Site, engine: Engine, found: Asked, query: str) -> Response | str:
    scanned = scan(query, site.settings)
    chosen = choose(found.format, request.headers.get("Accept"), GRAPHS if scanned.makes_graph else RESULTS)
    if chosen == HTML:
        return result_page(site, engine, scanned, found)
    answer = engine.query(
        scanned, format=FORMATS[chosen], default_graphs=found.default_graphs, named_graphs=found.named_graphs
    )
    return _response(answer)


def _response(answer: Answer) -> Response:
    """A whole answer with its length: in one piece while it is small, else from its file."""
    kind = content_type(answer.format)
    if answer.size <= _IN_MEMORY:
        return Response(answer.read(), content_type=kind)
    response = Response(wrap_file(request.environ, answer.file), content_type=kind, direct_passthrough=True)
    response.content_length = answer.size
    response.call_on_close(answer.file.close)
    return response
