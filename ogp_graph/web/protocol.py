"""A request of the SPARQL 1.1 Protocol, section 2.1 (https://www.w3.org/TR/sparql11-protocol/#query-operation)."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, unquote_to_bytes

import msgspec

from ogp_graph.web.compression import CODINGS, coding
from ogp_graph.web.headers import ACCEPT_POST
from ogp_graph.web.problems import Problem

if TYPE_CHECKING:
    from werkzeug.wrappers import Request

    from ogp_graph.web.rsgi import Headers, Scope

__all__ = ["Asked", "asked", "check", "is_ordinary", "plainly_asked"]

_FORM, _DIRECT, _UPDATE = "application/x-www-form-urlencoded", "application/sparql-query", "application/sparql-update"
_FIELDS = 1000  # parameters that one request may have
_ADDRESS = 64_000  # bytes of an address; the HTTP library refuses 65,535 without a word of explanation
_HEADERS = 65_536  # bytes of all header fields
_FEW = 8_000  # bytes of header fields that need no closer look
_ALONE, _SHORT = b"query=", 16_384  # the name of a field that is the only one, and bytes of a text that is not long
_HOST = re.compile(r"(?:[\w.~!$&'()*+;=%-]*|\[[0-9A-Fa-fvV.:]+\])(?::[0-9]*)?", re.ASCII)  # RFC 9110, 7.2; no comma
_READ_ONLY = "updates are refused: this endpoint is read-only"


class Asked(msgspec.Struct, frozen=True):
    """``query`` is None when the request holds none, which only GET may do; ``formats`` are the values of
    ``?format=``."""

    query: str | None
    default_graphs: tuple[str, ...] = ()
    named_graphs: tuple[str, ...] = ()
    formats: tuple[str, ...] = ()


def check(request: Request) -> None:
    """Refuses what no address of this server answers (RFC 9110, 15.5).

    Raises:
        Problem: 400 no host, two, or what is none (RFC 9112, 3.2); 501 a method in small letters, or a body in another
            coding than chunks (RFC 9110, 9.1; RFC 9112, 6.1); 414 or 431 address or headers too long; 415 a packed
            body; 406 an answer that is packed in no way and not unpacked either.
    """
    environ = request.environ
    if not _is_host(environ.get("HTTP_HOST", "," if environ["SERVER_PROTOCOL"] == "HTTP/1.1" else "")):
        raise Problem(400, "a request names exactly one host, in its header Host", "bad-host")
    _implemented(environ["REQUEST_METHOD"], environ.get("HTTP_TRANSFER_ENCODING", "chunked"))
    if len(environ.get("PATH_INFO", "")) + len(request.query_string) > _ADDRESS:
        detail = f"the address has more than {_ADDRESS:,} bytes; send a long query by POST"
        raise Problem(414, detail, "address-too-long", limit=_ADDRESS)
    if sum(len(name) + len(value) for name, value in environ.items() if name.startswith("HTTP_")) > _HEADERS:
        raise Problem(431, f"the headers have more than {_HEADERS:,} bytes", "headers-too-large", limit=_HEADERS)
    if request.headers.get("Content-Encoding", "identity").lower() != "identity":
        refused = {"Accept-Encoding": "identity"}  # RFC 9110, 15.5.16
        raise Problem(415, "send the body as it is, not packed", "unsupported-coding", headers=refused)
    if coding(request.headers.get("Accept-Encoding")) is None:
        known = [*CODINGS, "identity"]
        raise Problem(406, f"an answer comes as {', '.join(known)}", "no-coding", available=known)


@lru_cache(maxsize=256)
def _is_host(value: str) -> bool:
    """Whether the header Host may have ``value``.

    >>> _is_host("data.example.org:8008"), _is_host("[::1]"), _is_host("a, b"), _is_host("a/b")
    (True, True, False, False)
    """
    return _HOST.fullmatch(value) is not None


def _implemented(method: str, sent_as: str) -> None:
    if not method.isupper():
        raise Problem(501, "a method is written in capitals", "not-implemented")
    if sent_as.lower() != "chunked":
        raise Problem(501, "a body comes with its length, or in chunks", "not-implemented")


def plainly_asked(scope: Scope, longest: int) -> Asked | None:
    """What a GET without conditions and with ordinary headers (:func:`is_ordinary`) asks, when :func:`check` and
    :func:`asked` would find nothing unusual in it: a text in the address, and no other field. None for any other, which
    they have to look at."""
    address = scope.query_string
    if not address.startswith("query=") or len(address) > min(_SHORT, longest) or "&" in address:
        return None
    if not address.isascii() or coding(",".join(scope.headers.get_all("accept-encoding")) or None) is None:
        return None
    try:
        return Asked(_unescaped(address[len(_ALONE) :].replace("+", " ").encode()).decode())
    except UnicodeDecodeError:
        return None


def is_ordinary(headers: Headers) -> bool:
    """Whether they name one host and are so few that nothing is to be said of them."""
    size = sum(map(len, headers.keys())) + sum(map(len, headers.values()))
    hosts = headers.get_all("host")
    return size <= _FEW and len(hosts) == 1 and _is_host(hosts[0])


def asked(request: Request, longest: int) -> Asked:
    """What ``request`` asks: 2.1.1 (GET), 2.1.2 (POST, form) or 2.1.3 (POST, the query itself).

    The data set and the format may stand in the address of a form too.

    Raises:
        Problem: 400 more than one query, an update, or bytes that are not UTF-8; 413, 414 a query of more than
            ``longest`` bytes; 415 another content type or charset.
    """
    address = _fields(request.query_string, "the address")
    if request.method != "POST":
        return _from_fields(address, longest, 414)
    found = _from_fields(address + _posted(request), longest, 413)
    if found.query is None:
        raise Problem(400, "the form has no field called query", "no-query")
    return found


def _posted(request: Request) -> list[tuple[str, str]]:
    """The fields of the body; one called query when the body is the query."""
    kind = request.mimetype
    if kind == _UPDATE:
        raise Problem(415, _READ_ONLY, "read-only")
    if kind not in (_FORM, _DIRECT):
        raise Problem(
            415, f"send a query as {_FORM} or {_DIRECT}", "unsupported-media-type",
            headers={"Accept-Post": ACCEPT_POST}, available=[_FORM, _DIRECT],
        )  # fmt: skip
    if request.mimetype_params.get("charset", "utf-8").lower() not in ("utf-8", "utf8"):
        raise Problem(415, "a query is sent in UTF-8", "unsupported-charset")
    if kind == _FORM:
        return _fields(request.get_data(), "the form")
    return [("query", _text(request.get_data(), "the query"))]


def _from_fields(fields: list[tuple[str, str]], longest: int, too_long: int) -> Asked:
    queries = [value for name, value in fields if name == "query"]
    if any(name == "update" for name, _ in fields):
        raise Problem(400, _READ_ONLY, "read-only")
    if len(queries) > 1:
        raise Problem(400, f"there are {len(queries)} queries; send one", "several-queries")
    for query in queries:
        if (size := len(query.encode())) > longest:
            detail = f"the query has {size:,} bytes; {longest:,} are allowed"
            raise Problem(too_long, detail, "query-too-long", limit=longest)
    return Asked(
        queries[0] if queries else None,
        tuple(value for name, value in fields if name == "default-graph-uri"),
        tuple(value for name, value in fields if name == "named-graph-uri"),
        tuple(value for name, value in fields if name == "format" and value),
    )


def _fields(data: bytes, where: str) -> list[tuple[str, str]]:
    if data.startswith(_ALONE) and data.isascii() and len(data) < _SHORT and b"&" not in data:  # as most are
        return [("query", _text(_unescaped(data[len(_ALONE) :].replace(b"+", b" ")), where))]
    try:
        return parse_qsl(_text(data, where), keep_blank_values=True, errors="strict", max_num_fields=_FIELDS)
    except UnicodeDecodeError:
        raise Problem(400, f"{where} is not UTF-8", "not-utf-8") from None
    except ValueError:
        raise Problem(400, f"{where} has more than {_FIELDS} parameters", "too-many-parameters") from None


def _unescaped(data: bytes) -> bytes:
    """What :func:`urllib.parse.unquote_to_bytes` gives, in a tenth of the time: Python knows such escapes too."""
    if b"\\" in data:
        return unquote_to_bytes(data)
    try:
        return data.replace(b"%", b"\\x").decode("unicode_escape").encode("latin-1")
    except UnicodeDecodeError:  # a sign that begins no escape
        return unquote_to_bytes(data)


def _text(data: bytes, where: str) -> str:
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise Problem(400, f"{where} is not UTF-8 from byte {error.start + 1} on", "not-utf-8") from None
