"""One error shape for every route: problem details (RFC 9457)."""

from __future__ import annotations

import json
from http import HTTPStatus
from typing import TYPE_CHECKING

from flask import Response
from werkzeug.exceptions import HTTPException

from ogp_graph.errors import (
    EngineBusy,
    EnvironmentFailure,
    QueryError,
    QueryExhausted,
    QueryRefused,
    QueryTimeout,
    ResultTooLarge,
)

if TYPE_CHECKING:
    from flask import Flask

__all__ = ["MEDIA_TYPE", "Problem", "problem", "register"]

MEDIA_TYPE = "application/problem+json"

_STATUS: dict[type[QueryError], tuple[int, str]] = {
    QueryRefused: (400, "query-refused"),
    ResultTooLarge: (413, "result-too-large"),
    QueryExhausted: (503, "query-exhausted"),
    EngineBusy: (503, "engine-busy"),
    QueryTimeout: (504, "query-timeout"),
}
_KEPT = ("Allow", "Content-Range", "Retry-After")  # headers of Werkzeug's errors that go on
_DETAIL = {
    404: "There is nothing at this address.",
    405: "This address does not answer that method; see the header Allow.",
    500: "The server failed. The fault is ours and has been noted.",
}


class Problem(Exception):
    """An error of the protocol, as it will be told: status, what happened, and further members."""

    def __init__(self, status: int, detail: str, code: str, **more: object) -> None:
        super().__init__(detail)
        self.status, self.detail, self.code, self.more = status, detail, code, more


def problem(status: int, detail: str, code: str, **more: object) -> Response:
    """The response. ``code`` is a stable kebab-case name for programs; members that are None are left out.

    The type is ``about:blank``, so the title is that of the status (RFC 9457, 4.2.1)."""
    told = {"type": "about:blank", "title": HTTPStatus(status).phrase, "status": status, "detail": detail, "code": code}
    told |= {name: value for name, value in more.items() if value is not None}
    return Response(json.dumps(told, ensure_ascii=False) + "\n", status, content_type=MEDIA_TYPE)


def register(app: Flask) -> None:
    """Has ``app`` answer every error, its own failures too, in this shape."""
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(QueryError, _query)
    app.register_error_handler(Problem, _own)
    app.register_error_handler(EnvironmentFailure, _failed)


def _own(error: Problem) -> Response:
    return problem(error.status, error.detail, error.code, **error.more)


def _failed(_: EnvironmentFailure) -> Response:
    response = problem(503, "The server cannot answer queries at the moment.", "engine-failed")
    response.headers["Retry-After"] = "10"
    return response


def _http(error: HTTPException) -> Response | HTTPException:
    if error.code is None or error.code < 400:
        return error
    detail = _DETAIL.get(error.code) or error.description or HTTPStatus(error.code).description
    response = problem(error.code, detail, HTTPStatus(error.code).phrase.lower().replace(" ", "-"))
    for name, value in error.get_headers():
        if name in _KEPT:
            response.headers[name] = value
    return response


def _query(error: QueryError) -> Response:
    status, code = _STATUS[type(error)]
    more: dict[str, object] = {}
    if isinstance(error, QueryRefused) and error.position:
        more = {"line": error.position[0], "column": error.position[1]}
    elif isinstance(error, ResultTooLarge):
        more = {"limit": error.limit}
    elif isinstance(error, QueryTimeout):
        more = {"limit": error.seconds}
    elif isinstance(error, QueryExhausted):
        more = {"limit": error.memory}
    response = problem(status, str(error), code, **more)
    if isinstance(error, EngineBusy):
        response.headers["Retry-After"] = str(error.retry_after)
    return response
