"""A request of the SPARQL 1.1 Protocol, section 2.1 (https://www.w3.org/TR/sparql11-protocol/#query-operation)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl

from ogp_graph.web.problems import Problem

if TYPE_CHECKING:
    from flask import Request

__all__ = ["Asked", "asked"]

_FORM, _DIRECT, _UPDATE = "application/x-www-form-urlencoded", "application/sparql-query", "application/sparql-update"
_FIELDS = 1000  # parameters that one request may have


@dataclass(frozen=True, slots=True)
class Asked:
    """``query`` is None when the request holds none, which only GET may do; ``format`` is that of ``?format=``."""

    query: str | None
    default_graphs: tuple[str, ...] = ()
    named_graphs: tuple[str, ...] = ()
    format: str | None = None


def asked(request: Request) -> Asked:
    """What ``request`` asks: 2.1.1 (GET), 2.1.2 (POST, form) or 2.1.3 (POST, the query itself).

    Raises:
        Problem: 400 more than one query, an update, or bytes that are not UTF-8; 415 another content type.
    """
    address = _fields(request.query_string, "the address")
    if request.method != "POST":
        return _from_fields(address, address)
    if request.mimetype == _FORM:
        found = _from_fields(_fields(request.get_data(), "the form"), address)
        if found.query is None:
            raise Problem(400, "the form has no field called query", "no-query")
        return found
    if request.mimetype == _DIRECT:
        if request.mimetype_params.get("charset", "utf-8").lower() not in ("utf-8", "utf8"):
            raise Problem(415, "a query is sent in UTF-8", "unsupported-charset")
        if "query" in dict(address):
            raise Problem(400, "there is a query in the body and another one in the address", "several-queries")
        return _from_fields([*address, ("query", _text(request.get_data(), "the query"))], address)
    if request.mimetype == _UPDATE:
        raise Problem(415, "updates are refused: this endpoint is read-only", "read-only")
    raise Problem(415, f"send a query as {_FORM} or {_DIRECT}", "unsupported-media-type", available=[_FORM, _DIRECT])


def _from_fields(fields: list[tuple[str, str]], address: list[tuple[str, str]]) -> Asked:
    queries = [value for name, value in fields if name == "query"]
    if any(name == "update" for name, _ in fields):
        raise Problem(400, "updates are refused: this endpoint is read-only", "read-only")
    if len(queries) > 1:
        raise Problem(400, f"there are {len(queries)} queries; send one", "several-queries")
    return Asked(
        queries[0] if queries else None,
        tuple(value for name, value in fields if name == "default-graph-uri"),
        tuple(value for name, value in fields if name == "named-graph-uri"),
        next((value for name, value in (*fields, *address) if name == "format" and value), None),
    )


def _fields(data: bytes, where: str) -> list[tuple[str, str]]:
    try:
        return parse_qsl(_text(data, where), keep_blank_values=True, errors="strict", max_num_fields=_FIELDS)
    except UnicodeDecodeError:
        raise Problem(400, f"{where} is not UTF-8", "not-utf-8") from None
    except ValueError:
        raise Problem(400, f"{where} has more than {_FIELDS} parameters", "too-many-parameters") from None


def _text(data: bytes, where: str) -> str:
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise Problem(400, f"{where} is not UTF-8 from byte {error.start + 1} on", "not-utf-8") from None
