"""What leaves as a 200: packed as the client wants it, with a strong validator, or a 304 when the client has it.

An entity tag names the bytes that are sent: release, media type, content and coding (RFC 9110, 8.8.3). What was made
with the release brings a tag of its own, which names the same but for the coding. It is that of the answer to GET and
HEAD; the answer to a POST is no representation of the address and has none (RFC 9110, 6.4.2).
"""

from __future__ import annotations

import hashlib
from io import SEEK_END, BytesIO
from typing import IO, TYPE_CHECKING

from werkzeug.wsgi import wrap_file

from ogp_graph.web.compression import IDENTITY, coding, packed, repacked
from ogp_graph.web.problems import problem

if TYPE_CHECKING:
    from werkzeug.wrappers import Request, Response

__all__ = ["represent", "represent_file", "represented"]

_PART = 1_000_000  # bytes that are read at once
_DIGITS = 32  # of the 64 of a SHA-256


def represent(response: Response, request: Request, release: str) -> Response:
    """The 200 ``response``, whose body is in memory, as it leaves; anything else as it is."""
    if response.status_code != 200 or response.direct_passthrough or request.method == "OPTIONS":
        return response
    body = response.get_data()
    name = _coding(response, request, len(body))
    digest = response.get_etag()[0] or _digest(release, response.content_type, BytesIO(body))
    if decided := _decided(response, request, name, digest):
        return decided
    if name != IDENTITY:
        response.set_data(packed(body, name))
    return response


def represented(
    body: bytes, kind: str, release: str, accept_encoding: str | None, tag: str | None = None
) -> tuple[list[tuple[str, str]], bytes]:
    """Headers and body of the 200 that :func:`represent` makes for a GET without conditions: ``body`` of the content
    type ``kind``, which may bring its entity tag."""
    name = coding(accept_encoding, len(body)) or IDENTITY
    digest = tag.strip('"') if tag else _digest(release, kind, BytesIO(body))
    carried = [("Content-Type", kind), ("Cache-Control", "no-cache")]
    if name != IDENTITY:
        body, digest = packed(body, name), f"{digest}-{name}"
        carried.append(("Content-Encoding", name))
    return [*carried, ("ETag", f'"{digest}"'), ("Content-Length", str(len(body)))], body


def represent_file(response: Response, file: IO[bytes], size: int, request: Request, release: str) -> Response:
    """The same for a body of ``size`` bytes that stands in ``file``, which is closed in the end; ``response`` has no
    body yet."""
    name = _coding(response, request, size)
    if decided := _decided(response, request, name, _digest(release, response.content_type, file)):
        file.close()
        return decided
    if name != IDENTITY:
        file = repacked(file, name)
        size = file.seek(0, SEEK_END)
        file.seek(0)
    response.response = wrap_file(request.environ, file)
    response.direct_passthrough = True
    response.content_length = size
    response.call_on_close(file.close)
    return response


def _coding(response: Response, request: Request, size: int) -> str:
    """The coding of the body, which is said in the header."""
    name = coding(request.headers.get("Accept-Encoding"), size) or IDENTITY
    if name != IDENTITY:
        response.headers["Content-Encoding"] = name
    return name


def _decided(response: Response, request: Request, name: str, digest: str) -> Response | None:
    """Sets the validator; what leaves instead, when a condition of the request is met or missed (RFC 9110, 13.1)."""
    response.headers.setdefault("Cache-Control", "no-cache")
    if request.method not in ("GET", "HEAD"):
        return None
    response.set_etag(digest if name == IDENTITY else f"{digest}-{name}")
    response.make_conditional(request.environ)
    if response.status_code == 412:
        detail = "what is here is not what If-Match names"
        return problem(412, detail, "precondition-failed", request.headers.get("Accept"))
    return None if response.status_code == 200 else response


def _digest(release: str, content_type: str | None, file: IO[bytes]) -> str:
    """Of what a representation is; leaves ``file`` at its start."""
    digest = hashlib.sha256(f"{release}\n{content_type}\n".encode())
    while part := file.read(_PART):
        digest.update(part)
    file.seek(0)
    return digest.hexdigest()[:_DIGITS]
