"""A WSGI application behind an asynchronous server: its environment, its body, and its response (PEP 3333)."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from io import BytesIO
from tempfile import SpooledTemporaryFile
from typing import IO, TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from wsgiref.types import WSGIApplication, WSGIEnvironment

    from ogp_graph.web.rsgi import HTTPProtocol, Scope

__all__ = ["INLINE", "Broken", "Reply", "TooLarge", "body_of", "call", "environment"]

INLINE = 65_536
"""Bytes of a response that are handed to the server at once; a longer one stays in a file until its reader takes it."""

_PART = 262_144  # bytes that are copied at once
_BY_MISTAKE = 32_000_000  # bytes of a body that are read although it is too large
_CGI = ("content-type", "content-length")


class TooLarge(Exception):
    """The body of a request passes the limit."""


class Broken(Exception):
    """The body of a request is not whole."""


class _File:
    """``wsgi.file_wrapper``: a file that goes out as it is."""

    def __init__(self, file: IO[bytes], size: int = _PART) -> None:
        self.file, self._size = file, size

    def __iter__(self) -> Iterator[bytes]:
        return iter(lambda: self.file.read(self._size), b"")

    def close(self) -> None:
        self.file.close()


@dataclass(slots=True)
class Reply:
    """A response: ``body`` is bytes of up to :data:`INLINE`, or a file that stands at its start."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes | IO[bytes]


async def body_of(scope: Scope, proto: HTTPProtocol, most: int) -> bytes:
    """The whole body of a request.

    Raises:
        TooLarge: it has more than ``most`` bytes. As much more as one may send by mistake is read first, since a client
            that is still sending does not hear a reply.
        Broken: it ends before it is whole, or its chunks are none.
    """
    lengths = scope.headers.get_all("content-length")
    if not lengths and "transfer-encoding" not in scope.headers:
        return b""
    length = int(lengths[0]) if lengths else None
    if length is not None and length <= most:
        try:
            return await proto()
        except Exception as error:  # granian raises its own, which is no part of its interface
            raise Broken from error
    if length is not None and length > _BY_MISTAKE:
        raise TooLarge
    body, size, last = bytearray(), 0, b"-"
    async for part in proto:
        if not part and not last:  # one empty part is the end; one more is granian's word for an error
            raise Broken
        size, last = size + len(part), part
        if size <= most:
            body += part
        elif size > _BY_MISTAKE:
            break
    if size > most:
        raise TooLarge
    return bytes(body)


def environment(scope: Scope, client: str, body: bytes) -> WSGIEnvironment:
    """The environment of a request, whose address is ``client``."""
    server, _, port = scope.server.rpartition(":")
    environ: WSGIEnvironment = {
        "REQUEST_METHOD": scope.method,
        "SCRIPT_NAME": "",
        "PATH_INFO": scope.path.encode("utf-8", "surrogatepass").decode("latin-1"),
        "QUERY_STRING": scope.query_string.encode().decode("latin-1"),
        "SERVER_NAME": server,
        "SERVER_PORT": port,
        "SERVER_PROTOCOL": f"HTTP/{scope.http_version}",
        "REMOTE_ADDR": client,
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": scope.scheme,
        "wsgi.input": BytesIO(body),
        "wsgi.input_terminated": True,
        "wsgi.errors": sys.stderr,
        "wsgi.file_wrapper": _File,
        "wsgi.multithread": True,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
    }
    for name, value in scope.headers.items():
        if name == "if-match" and value.strip() == "*":  # whatever there is: always met (RFC 9110, 13.1.1)
            continue
        key = name.upper().replace("-", "_") if name in _CGI else "HTTP_" + name.upper().replace("-", "_")
        environ[key] = f"{environ[key]},{value}" if key in environ else value
    return environ


def call(application: WSGIApplication, environ: WSGIEnvironment) -> Reply:
    """The whole response of ``application``."""
    reply = Reply(500, [], b"")

    def start(status: str, headers: list[tuple[str, str]], *_: Any) -> Any:
        reply.status, reply.headers = int(status[:3]), headers

    parts = application(environ, start)
    if isinstance(parts, _File):
        reply.body = parts.file
        return reply
    try:
        reply.body = _joined(parts)
    finally:
        if hasattr(parts, "close"):
            parts.close()
    return reply


def _joined(parts: Iterable[bytes]) -> bytes | IO[bytes]:
    """All of them: as bytes while they are few."""
    spool = SpooledTemporaryFile(INLINE)  # noqa: SIM115 (it leaves)
    for part in parts:
        spool.write(part)
    size = spool.tell()
    spool.seek(0)
    if size > INLINE:
        return cast("IO[bytes]", spool)
    with spool:
        return spool.read()
