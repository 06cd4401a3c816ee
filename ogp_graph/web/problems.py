"""One error shape for every route: problem details (RFC 9457), or the same words as text for whoever asks for text."""

from __future__ import annotations

import json
import re
from http import HTTPStatus
from typing import TYPE_CHECKING

from flask import render_template, request
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response

from ogp_graph.errors import (
    EngineBusy,
    EnvironmentFailure,
    NotInFormat,
    QueryError,
    QueryExhausted,
    QueryRefused,
    QueryTimeout,
    ResultTooLarge,
)
from ogp_graph.formats import FORMATS
from ogp_graph.web.accept import preferred

if TYPE_CHECKING:
    from collections.abc import Mapping

    from flask import Flask

__all__ = ["MEDIA_TYPE", "Problem", "likes_pages", "problem", "problem_of", "register"]

MEDIA_TYPE = "application/problem+json"
_TEXT, _PAGE = "text/plain", "text/html"

_STATUS: dict[type[QueryError], tuple[int, str]] = {
    QueryRefused: (400, "query-refused"),
    NotInFormat: (406, "not-acceptable"),
    ResultTooLarge: (413, "result-too-large"),
    QueryExhausted: (503, "query-exhausted"),
    EngineBusy: (503, "engine-busy"),
    QueryTimeout: (504, "query-timeout"),
}
_LONGEST = 60_000  # characters of a query that a page repeats
_PHRASES = {
    413: "Content Too Large",
    414: "URI Too Long",
    416: "Range Not Satisfiable",
    422: "Unprocessable Content",
}
"""The names of RFC 9110, 15, where Python's are older ones, or not in each of its versions."""

_KEPT = ("Allow", "Content-Range", "Retry-After")  # headers of Werkzeug's errors that go on
_HEADINGS = {400: "This was not understood", 404: "Nothing here", 406: "Not in this format", 410: "No longer here"}
_DETAIL = {
    404: "There is nothing at this address.",
    405: "This address does not answer that method; see the header Allow.",
    413: "The request is larger than this server takes.",
    500: "The server failed. The fault is ours and has been noted.",
}


class Problem(Exception):
    """An error of the protocol, as it will be told: status, what happened, further members, and headers."""

    def __init__(
        self, status: int, detail: str, code: str, *, headers: Mapping[str, str] | None = None, **more: object
    ) -> None:
        super().__init__(detail)
        self.status, self.detail, self.code = status, detail, code
        self.headers, self.more = headers or {}, more


def problem(status: int, detail: str, code: str, accept: str | None = None, **more: object) -> Response:
    """The response for whoever sent ``accept``. ``code`` is a stable kebab-case name for programs; members that are
    None are left out.

    The type is ``about:blank``, so the title is that of the status (RFC 9457, 4.2.1)."""
    told = {"type": "about:blank", "title": _phrase(status), "status": status, "detail": detail, "code": code}
    told |= {name: value for name, value in more.items() if value is not None}
    if preferred(accept, (MEDIA_TYPE, "application/json", _TEXT)) == _TEXT:
        response = Response(_text(told), status, content_type=f"{_TEXT}; charset=utf-8")
    else:
        response = Response(json.dumps(told, ensure_ascii=False) + "\n", status, content_type=MEDIA_TYPE)
    response.headers["Cache-Control"] = "no-store"
    return response


def _phrase(status: int) -> str:
    return _PHRASES.get(status) or HTTPStatus(status).phrase


_SAID = ("type", "title", "status", "detail")


def _text(told: Mapping[str, object]) -> str:
    """A line for the status, one for what happened, and one for each further member."""
    told = {name: ", ".join(value) if isinstance(value, list) else value for name, value in told.items()}
    further = (f"{name}: {value}\n" for name, value in told.items() if name not in _SAID)
    return f"{told['status']} {told['title']}\n{told['detail']}\n{''.join(further)}"


def register(app: Flask, dumps: str | None = None) -> None:
    """Has ``app`` answer every error, its own failures too, in this shape. ``dumps`` is where those may go on whose
    query met a limit."""

    def told(error: Problem | QueryError | EnvironmentFailure) -> Response:
        return _read(problem_of(error, request.headers.get("Accept"), dumps))

    def known(error: HTTPException) -> Response | HTTPException:
        response = _http(error)
        return _read(response) if isinstance(response, Response) else response

    app.register_error_handler(HTTPException, known)
    for kind in (QueryError, Problem, EnvironmentFailure):
        app.register_error_handler(kind, told)


def likes_pages(accept: str | None) -> bool:
    """Whether whoever sent ``accept`` gets errors as pages: browsers do, programs that take anything do not."""
    return preferred(accept, (MEDIA_TYPE, "application/json", _TEXT, _PAGE)) == _PAGE


def _read(response: Response) -> Response:
    """The same error as a page that holds it, for whoever likes pages best; a query that was refused stands in it, to
    be changed."""
    if response.mimetype != MEDIA_TYPE or not likes_pages(request.headers.get("Accept")):
        return response
    told = json.loads(response.get_data())
    held = json.dumps(told).replace("<", "\\u003c")
    heading = _HEADINGS.get(told["status"], told["title"])
    query = request.args.get("query", "")[:_LONGEST] if request.blueprint == "sparql" else ""
    page = render_template("error.html", told=told, heading=heading, held=held, words=_words(request.path), query=query)
    response.set_data(page)
    response.content_type = f"{_PAGE}; charset=utf-8"
    return response


def _words(path: str) -> str:
    """The words of what was asked for, to search for them; hashes and years are none.

    >>> _words("/page/report/glasgow-2021-2023-a-ledger-for-the-fund-9ec6ce56")
    'glasgow a ledger for the fund'
    """
    name = re.split(r"/(?:answer|source)/", path)[0].rpartition("/")[2]
    words = [word for word in re.findall(r"[^\W_]+", name) if not re.fullmatch(r"[0-9a-f]{8,}|[0-9]+", word)]
    return " ".join(words[:8])[:100]


def problem_of(
    error: Problem | QueryError | EnvironmentFailure, accept: str | None, dumps: str | None = None
) -> Response:
    """``error`` as it is told to whoever sent ``accept``; see :func:`register`."""
    if isinstance(error, Problem):
        response = problem(error.status, error.detail, error.code, accept, **error.more)
        response.headers.update(error.headers)
        return response
    if isinstance(error, QueryError):
        return _of_query(error, accept, dumps)
    response = problem(503, "The server cannot answer queries at the moment.", "engine-failed", accept)
    response.headers["Retry-After"] = "10"
    return response


def _http(error: HTTPException) -> Response | HTTPException:
    if error.code is None or error.code < 400:
        return error
    detail = _DETAIL.get(error.code) or error.description or HTTPStatus(error.code).description
    code = _phrase(error.code).lower().replace(" ", "-")
    response = problem(error.code, detail, code, request.headers.get("Accept"))
    for name, value in error.get_headers():
        if name in _KEPT:
            response.headers[name] = value
    return response


def _of_query(error: QueryError, accept: str | None, dumps: str | None) -> Response:
    status, code = _STATUS[type(error)]
    more: dict[str, object] = {}
    if isinstance(error, NotInFormat):
        more = {"available": _beside(error.media_type)}
    elif isinstance(error, QueryRefused) and error.position:
        more = {"line": error.position[0], "column": error.position[1]}
    elif isinstance(error, ResultTooLarge):
        more = {"limit": error.limit, "dumps": dumps}
    elif isinstance(error, QueryTimeout):
        more = {"limit": error.seconds, "dumps": dumps}
    elif isinstance(error, QueryExhausted):
        more = {"limit": error.memory, "dumps": dumps}
    response = problem(status, str(error), code, accept, **more)
    if isinstance(error, EngineBusy):
        response.headers["Retry-After"] = str(error.retry_after)
    return response


def _beside(media_type: str) -> list[str]:
    """The formats that hold the same kind of result as that one."""
    graph = any(one.rdf for one in FORMATS.values() if one.media_type == media_type)
    kind = (one.media_type for one in FORMATS.values() if (one.rdf is not None) is graph)
    return [one for one in kind if one != media_type]
