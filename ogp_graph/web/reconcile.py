"""The reconciliation service: ``/reconcile``, as OpenRefine and others speak it.

Reconciliation Service API 0.2 (https://www.w3.org/community/reports/reconciliation/CG-FINAL-specs-0.2-20230410/).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from threading import Lock
from typing import TYPE_CHECKING, Any

import msgspec
from flask import Blueprint, Response, redirect, render_template, request

from ogp_graph import __version__
from ogp_graph.engine import bindings
from ogp_graph.formats import FORMATS
from ogp_graph.members import load_members
from ogp_graph.queries import RECONCILE, load_queries
from ogp_graph.reconcile import (
    BATCH,
    Row,
    answers,
    card,
    extension,
    index,
    manifest,
    proposed,
    read_questions,
    read_wish,
    suggested_entities,
    suggested_properties,
    suggested_types,
)
from ogp_graph.vocabulary import data_folder
from ogp_graph.web.problems import Problem

if TYPE_CHECKING:
    from werkzeug.wrappers import Response as BaseResponse

    from ogp_graph.engine import Engine
    from ogp_graph.reconcile import Card, Index
    from ogp_graph.web.target import Site

__all__ = ["routes"]

_PATH = "/reconcile"
_KINDS = ("entity", "type", "property")
_CALLBACK = re.compile(r"[A-Za-z_$][\w$]{0,63}(?:\.[A-Za-z_$][\w$]{0,63}){0,3}", re.ASCII)
_FRAMED = "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors *"


@dataclass(slots=True)
class _Service:
    """The index of a site's release, made when it is first asked for: a release does not change."""

    site: Site
    engine: Engine
    _made: Index | None = None
    _lock: Lock = field(default_factory=Lock)

    def index(self) -> Index:
        """Raises what the engine raises; the next request tries again."""
        with self._lock:
            if self._made is None:
                found = {
                    query.name: self._rows(query.text) for query in load_queries(data_folder("queries") / RECONCILE)
                }
                register = load_members().entries
                self._made = index(found, self.site.base, documents=self.site.url, register=register)
            return self._made

    def _rows(self, query: str) -> list[Row]:
        _, rows = bindings(self.engine.query(query, format=FORMATS["json"]))
        return [
            Row(
                row["thing"]["value"],
                row["property"]["value"],
                row["value"]["value"],
                row["value"].get("xml:lang", ""),
                row.get("label", {}).get("value", ""),
            )
            for row in rows
        ]


def routes(site: Site, engine: Engine) -> Blueprint:
    """``/reconcile`` and what its manifest names. For a file: nothing."""
    pages = Blueprint("reconcile", __name__)
    if site.target.folder is None:
        return pages
    service = _Service(site, engine)

    @pages.route(_PATH, methods=["GET", "POST"])
    @pages.route(f"{_PATH}/", methods=["GET", "POST"])
    def endpoint() -> Response:
        return _json(_answered(service))

    for kind in _KINDS:
        pages.add_url_rule(f"{_PATH}/suggest/{kind}", f"suggest_{kind}", _suggest(service, kind))
        pages.add_url_rule(f"{_PATH}/flyout/{kind}", f"flyout_{kind}", _flyout(service))

    @pages.get(f"{_PATH}/properties")
    def properties() -> Response:
        kind, limit = request.args.get("type"), _number("limit", None)
        told: dict[str, Any] = {"properties": proposed(kind, limit)}
        told |= {"type": kind} if kind is not None else {}
        return _json(told | ({"limit": limit} if limit is not None else {}))

    @pages.get(f"{_PATH}/preview")
    def preview() -> str:
        return render_template("reconcile_preview.html", card=_card(service))

    @pages.get(f"{_PATH}/view")
    def view() -> BaseResponse:
        return redirect(site.url + _card(service).id, 303)

    @pages.after_app_request  # runs last, for it is registered before the site's own
    def let_frame(response: Response) -> Response:
        if request.endpoint == "reconcile.preview":
            response.headers["Content-Security-Policy"] = _FRAMED
        return response

    return pages


def _answered(service: _Service) -> dict[str, Any]:
    """What the service says to a request: the manifest when nothing is asked."""
    request.max_form_memory_size = None  # the length of the whole body is limited already
    asked = {name: request.values[name] for name in ("queries", "extend") if name in request.values}
    if not asked and request.method == "POST":
        raise Problem(400, "the form has no field called queries or extend", "no-query")
    if "queries" in asked:
        batch = read_questions(asked["queries"])
        _few(len(batch), "queries")
        return answers(service.index(), batch)
    if "extend" in asked:
        wish = read_wish(asked["extend"])
        _few(len(wish.ids), "ids")
        return extension(service.index(), wish)
    version = f"{__version__}, release {service.site.target.id}"
    return manifest(service.site.base, service.site.url + _PATH[1:], version)


def _few(number: int, what: str) -> None:
    if number > BATCH:
        raise Problem(413, f"there are {number:,} {what}; send at most {BATCH}", "batch-too-large", limit=BATCH)


def _suggest(service: _Service, kind: str) -> Any:
    def suggest() -> Response:
        prefix, cursor = request.args.get("prefix", ""), _number("cursor", 0) or 0
        if kind == "property":
            return _json({"result": suggested_properties(prefix, cursor=cursor)})
        if kind == "type":
            return _json({"result": suggested_types(service.index(), prefix, cursor=cursor)})
        wanted = request.args.get("type", "")
        return _json({"result": suggested_entities(service.index(), prefix, kind=wanted, cursor=cursor)})

    return suggest


def _flyout(service: _Service) -> Any:
    def flyout() -> Response:
        found = _card(service)
        return _json({"id": found.id, "html": render_template("reconcile_card.html", card=found)})

    return flyout


def _card(service: _Service) -> Card:
    """What the request's ``id`` names.

    Raises:
        Problem: 400 no ``id``; 404 nothing of that name.
    """
    key = request.args.get("id")
    if not key:
        raise Problem(400, "the address has no parameter called id", "no-id")
    if (found := card(service.index(), key)) is None:
        raise Problem(404, "nothing has this identifier", "not-found")
    return found


def _number(name: str, default: int | None) -> int | None:
    text = request.args.get(name)
    if not text:
        return default
    if not re.fullmatch(r"[0-9]{1,9}", text):
        raise Problem(400, f"{name} is not a number", "bad-parameter")
    return int(text)


def _json(told: dict[str, Any]) -> Response:
    """JSON; a call of the function that ``callback`` names when there is one (JSONP)."""
    body = msgspec.json.encode(told)
    name = request.args.get("callback")
    if name is None:
        return Response(body, content_type="application/json")
    if not _CALLBACK.fullmatch(name):
        raise Problem(400, "callback is not the name of a function", "bad-callback")
    for separator, escaped in (("\u2028", b"\\u2028"), ("\u2029", b"\\u2029")):  # ends of lines in old JavaScript
        body = body.replace(separator.encode(), escaped)
    return Response(b"/**/" + name.encode() + b"(" + body + b");", content_type="text/javascript; charset=utf-8")
