"""The WSGI application: routes, and what every response carries."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from flask import Flask, request

from ogp_graph.web import (
    descriptions,
    editor,
    files,
    frame,
    harvest,
    headers,
    home,
    pages,
    problems,
    protocol,
    quality,
    reconcile,
    search,
    sparql,
)
from ogp_graph.web.pages.earlier import KEPT, Releases
from ogp_graph.web.pages.reader import refuse_undeclared
from ogp_graph.web.representation import represent
from ogp_graph.web.unseen import Visible

if TYPE_CHECKING:
    from werkzeug.wrappers import Response

    from ogp_graph.engine import Engine
    from ogp_graph.web.target import Site

__all__ = ["create_app"]

_PERCENT = 3  # bytes that a byte of a query may take in a form
_ARCHIVED = "/page/capture/"  # the texts are the archive's, from which they may be taken down
_OTHER_FIELDS = 65_536  # bytes of a form for everything but the query


def create_app(site: Site, engine: Engine) -> Flask:
    """The application that serves ``site`` and answers queries with ``engine``, which stays the caller's to close; the
    other releases of the same workspace are below ``/release/``."""
    app = _app(site)
    documents = descriptions.documents(site, engine)
    pages.register(app, site, engine)
    harvest.register(app, site, documents.triples)
    for blueprint in (
        home.routes(site),
        sparql.routes(site, engine, documents),
        descriptions.routes(site, documents.catalogue),
        files.routes(site),
        reconcile.routes(site, engine),
        search.routes(site),
        editor.routes(site, documents),
        quality.routes(site, app),
    ):
        app.register_blueprint(blueprint)
    carrying = headers.carrying(app.wsgi_app, headers.headers(site))
    app.wsgi_app = Releases(carrying, site, _dated_app)  # type: ignore[method-assign]
    return app


def _dated_app(site: Site) -> Flask:
    """The application of a release under its own address: pages, data and files, nothing that takes an engine; who
    looks for that is told where it is."""
    app = _app(site)
    pages.register(app, site, None)
    harvest.register(app, site, lambda: descriptions.catalogued(site))
    app.register_blueprint(descriptions.routes(site, partial(descriptions.dated_catalogue, site)))
    app.register_blueprint(files.routes(site))
    app.register_blueprint(search.routes(site))
    app.register_blueprint(quality.routes(site, app))
    app.register_blueprint(sparql.elsewhere(site))
    app.wsgi_app = headers.carrying(app.wsgi_app, headers.headers(site))  # type: ignore[assignment, method-assign]
    return app


def _app(site: Site) -> Flask:
    """What all applications have."""
    app = Flask(__name__, static_folder="static", static_url_path="/static")
    app.config["MAX_CONTENT_LENGTH"] = site.settings.query_bytes * _PERCENT + _OTHER_FIELDS
    app.url_map.strict_slashes = app.url_map.merge_slashes = False  # both would redirect to what Host says
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.filters["bytes"] = _size
    app.jinja_env.template_class = Visible
    frame.register(app, site)
    problems.register(app, None if site.target.folder is None else f"{site.url}dumps/")

    @app.before_request
    def check() -> None:
        protocol.check(request)
        refuse_undeclared()

    @app.after_request
    def leave(response: Response) -> Response:
        if request.method == "OPTIONS":
            response.headers.update(headers.PREFLIGHT)
        if request.endpoint == "static" and request.method in ("GET", "HEAD") and response.status_code == 200:
            response.direct_passthrough = False  # styles and scripts are packed as pages are
        if response.status_code == 200 and request.path.startswith(_ARCHIVED):
            response.headers["Cache-Control"] = "no-cache"
        elif site.dated and response.status_code in (200, 303):
            response.headers["Cache-Control"] = KEPT
        return represent(response, request, site.target.id)

    return app


def _size(count: int) -> str:
    """A number of bytes as people say it.

    >>> _size(31933)
    '32 KB'
    """
    size = float(count)
    for unit in ("bytes", "KB", "MB", "GB"):
        if size < 1000 or unit == "GB":
            break
        size /= 1000
    return f"{size:.0f} {unit}" if size >= 10 or unit == "bytes" else f"{size:.1f} {unit}"
