"""The start page: what this is, how much there is, what can be asked and taken away."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

from flask import Blueprint, Response, jsonify, render_template

from ogp_graph.engine import bindings
from ogp_graph.errors import QueryError
from ogp_graph.formats import FORMATS
from ogp_graph.queries import PAGES, load_queries
from ogp_graph.vocabulary import data_folder
from ogp_graph.web.files import listing
from ogp_graph.web.results import example_links

if TYPE_CHECKING:
    from ogp_graph.engine import Engine
    from ogp_graph.web.target import Site

__all__ = ["routes"]


def routes(site: Site, engine: Engine) -> Blueprint:
    """``/`` and ``/healthz``. What the page counts is asked once, for a release does not change."""
    pages = Blueprint("home", __name__)

    @lru_cache(maxsize=1)
    def counted() -> dict[str, list[dict[str, str]]]:
        queries = load_queries(data_folder("queries") / PAGES)
        return {query.name.replace("-", "_"): _rows(engine, query.text) for query in queries}

    @pages.get("/")
    def home() -> str:
        if site.target.folder is None:
            return render_template("data.html", name=site.target.source.name)
        return render_template("home.html", **_shown(site, _or_nothing(counted)))

    @pages.get("/healthz")
    def healthz() -> Response:
        return jsonify(status="ok", release=site.target.id)

    return pages


def _shown(site: Site, counted: dict[str, list[dict[str, str]]]) -> dict[str, Any]:
    statuses = counted.get("answers_by_status", [])
    return {
        "counts": next(iter(counted.get("counts", [])), {}),
        "statuses": statuses,
        "answers": sum(int(row["number"]) for row in statuses),
        "completion": counted.get("completion", []),
        "dumps": listing(site, "dumps"),
        "tables": listing(site, "tables"),
        "examples": example_links(site),
        "issued": site.target.told.get("issued", ""),
    }


def _or_nothing(counted: Any) -> dict[str, list[dict[str, str]]]:
    """The counts; nothing while the engine is too busy to count, and then they are asked for again."""
    try:
        found: dict[str, list[dict[str, str]]] = counted()
    except QueryError:
        return {}
    return found


def _rows(engine: Engine, query: str) -> list[dict[str, str]]:
    _, rows = bindings(engine.query(query, format=FORMATS["json"]))
    return [{name: term["value"] for name, term in row.items()} for row in rows]
