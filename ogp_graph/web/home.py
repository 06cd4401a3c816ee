"""The start page of a file, and whether the server is well. The start page of a release is one of its overviews."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, Response, jsonify, render_template

if TYPE_CHECKING:
    from ogp_graph.web.target import Site

__all__ = ["routes"]


def routes(site: Site) -> Blueprint:
    """``/healthz``, and ``/`` for a file."""
    pages = Blueprint("home", __name__)

    @pages.get("/healthz")
    def healthz() -> Response:
        return jsonify(status="ok", release=site.target.id)

    if site.target.folder is None:

        @pages.get("/")
        def home() -> str:
            return render_template("data.html", name=site.target.source.name)

    return pages
