"""The WSGI application: routes, and what every response carries."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Flask, request

from ogp_graph import __version__
from ogp_graph.web import files, home, problems, sparql

if TYPE_CHECKING:
    from flask import Response

    from ogp_graph.engine import Engine
    from ogp_graph.web.target import Site

__all__ = ["RELEASE", "create_app"]

RELEASE = "OGP-Graph-Release"
"""The header that names the release."""

_HEADERS = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": f"{RELEASE}, Allow, Content-Length, ETag, Link, Retry-After",
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "Cross-Origin-Resource-Policy": "cross-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
_FOR_PREFLIGHT = {
    "Access-Control-Allow-Methods": "GET, HEAD, POST, OPTIONS",
    "Access-Control-Allow-Headers": "Accept, Content-Type, If-None-Match, Range",
    "Access-Control-Max-Age": "86400",
}
_PERCENT = 3  # bytes that a byte of a query may take in a form
_OTHER_FIELDS = 65_536  # bytes of a form for everything but the query


def create_app(site: Site, engine: Engine) -> Flask:
    """The application that serves ``site`` and answers queries with ``engine``, which stays the caller's to close."""
    app = Flask(__name__, static_folder="static", static_url_path="/static")
    app.config["MAX_CONTENT_LENGTH"] = site.settings.query_bytes * _PERCENT + _OTHER_FIELDS
    app.url_map.strict_slashes = app.url_map.merge_slashes = False  # both would redirect to what Host says
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.filters["bytes"] = _size
    path = "/" + site.url.split("/", 3)[3]
    app.context_processor(lambda: {"site": site, "root": path, "version": __version__})
    problems.register(app)
    for pages in (home.routes(site, engine), sparql.routes(site, engine), files.routes(site)):
        app.register_blueprint(pages)

    @app.after_request
    def carry(response: Response) -> Response:
        response.headers.update(_HEADERS)
        response.headers[RELEASE] = site.target.id
        response.vary.add("Accept")
        if request.method == "OPTIONS":
            response.headers.update(_FOR_PREFLIGHT)
        return response

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
