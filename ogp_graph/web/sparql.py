"""The endpoint: ``/sparql``."""

from __future__ import annotations

from typing import TYPE_CHECKING, NoReturn

from flask import Blueprint, Response, redirect, request

from ogp_graph.engine.scan import scan
from ogp_graph.formats import FORMATS
from ogp_graph.web.headers import ACCEPT_POST
from ogp_graph.web.negotiation import GRAPHS, HTML, RESULTS, choose, content_type
from ogp_graph.web.problems import Problem
from ogp_graph.web.protocol import asked
from ogp_graph.web.representation import represent_file
from ogp_graph.web.results import result_page

if TYPE_CHECKING:
    from werkzeug.wrappers import Response as BaseResponse

    from ogp_graph.engine import Answer, Engine
    from ogp_graph.web.descriptions import Documents
    from ogp_graph.web.protocol import Asked
    from ogp_graph.web.target import Site

__all__ = ["elsewhere", "routes"]

_IN_MEMORY = 8_000_000  # bytes that are sent in one piece


def routes(site: Site, engine: Engine, documents: Documents) -> Blueprint:
    """``/sparql``: a query by GET or POST; without one, what the endpoint is, or for readers where to write one."""
    pages = Blueprint("sparql", __name__)

    @pages.route("/sparql", methods=["GET", "POST"])
    @pages.route("/sparql/", methods=["GET", "POST"])
    def sparql() -> BaseResponse | str:
        found = asked(request, site.settings.query_bytes)
        if found.query is None:
            return _unasked(site, found, documents)
        return _answer(site, engine, found, found.query)

    @pages.after_request
    def takes(response: Response) -> Response:
        response.headers["Accept-Post"] = ACCEPT_POST
        return response

    return pages


def elsewhere(site: Site) -> Blueprint:
    """The same addresses below the one of a release: queries are answered for the release that is served now."""
    pages = Blueprint("sparql", __name__)

    @pages.route("/<any(sparql, query):_>", methods=["GET", "POST"])
    def sparql(_: str) -> NoReturn:
        detail = "Queries are answered for the release that is served now; all that this one says is in its dumps."
        raise Problem(404, detail, "not-found", endpoint=site.endpoint, dumps=f"{site.url}dumps/")

    return pages


def _unasked(site: Site, found: Asked, documents: Documents) -> BaseResponse:
    chosen = choose(found.formats, request.headers.get("Accept"), GRAPHS)
    if chosen == HTML:
        return redirect(f"{site.url}query", 303)
    return Response(documents.service(chosen), content_type=content_type(FORMATS[chosen]))


def _answer(site: Site, engine: Engine, found: Asked, query: str) -> BaseResponse | str:
    scanned = scan(query, site.settings, site.endpoint)
    chosen = choose(found.formats, request.headers.get("Accept"), GRAPHS if scanned.makes_graph else RESULTS)
    if chosen == HTML:
        return result_page(site, engine, scanned, found)
    answer = engine.query(
        scanned, format=FORMATS[chosen], default_graphs=found.default_graphs, named_graphs=found.named_graphs
    )
    return _response(site, answer)


def _response(site: Site, answer: Answer) -> BaseResponse:
    """A whole answer with its length: in one piece while it is small, else from its file."""
    response = Response(content_type=content_type(answer.format))
    if answer.size > _IN_MEMORY:
        return represent_file(response, answer.file, answer.size, request, site.target.id)
    response.set_data(answer.read())
    return response
