"""Ways to ask a server over HTTP, and what its answers have to be."""

from __future__ import annotations

import json
import socket
from contextlib import suppress
from typing import TYPE_CHECKING
from urllib.parse import urlencode, urlsplit

if TYPE_CHECKING:
    from tests.serving import Reply, Server

__all__ = ["DIRECT", "FORM", "JSON", "ask_by_form", "ask_by_get", "ask_directly", "raw", "refused", "truth"]

JSON, FORM, DIRECT = (
    "application/sparql-results+json",
    "application/x-www-form-urlencoded",
    "application/sparql-query",
)


def ask_by_get(server: Server, **fields: str | list[str]) -> Reply:
    return server.get("sparql?" + urlencode(fields, doseq=True))


def ask_by_form(server: Server, fields: dict[str, str | list[str]], where: str = "sparql") -> Reply:
    return server.get(where, "POST", urlencode(fields, doseq=True).encode(), Content_Type=FORM)


def ask_directly(server: Server, text: str | bytes, address: str = "", kind: str = DIRECT) -> Reply:
    data = text.encode() if isinstance(text, str) else text
    return server.get("sparql" + address, "POST", data, Content_Type=kind)


def truth(reply: Reply) -> bool:
    """What an ASK says."""
    assert (reply.status, reply.headers["Content-Type"]) == (200, JSON)
    found = json.loads(reply.body)["boolean"]
    assert isinstance(found, bool)
    return found


def refused(reply: Reply, status: int) -> dict[str, object]:
    """The members of an error in its one shape, open to every origin."""
    assert (reply.status, reply.headers["Content-Type"]) == (status, "application/problem+json")
    assert reply.headers["Access-Control-Allow-Origin"] == "*"
    assert int(reply.headers["Content-Length"]) == len(reply.body)
    told = json.loads(reply.body)
    assert told["status"] == status
    assert isinstance(told, dict)
    return told


def raw(server: Server, request: bytes) -> bytes:
    """The reply to a request as it is written here, which ends with the connection."""
    address, reply = urlsplit(server.url), b""
    with socket.create_connection((address.hostname, address.port), 10) as connection:
        with suppress(ConnectionError):  # it may be refused before it is read
            connection.sendall(request)
        with suppress(ConnectionError):
            while part := connection.recv(65_536):
                reply += part
    return reply
