"""One request to one site: to a public address, at the pace that the site wants, again when it asks for that."""

from __future__ import annotations

import http.client
import ipaddress
import socket
import ssl
import threading
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from time import monotonic, sleep, time
from typing import TYPE_CHECKING
from urllib.parse import quote, urljoin, urlsplit, urlunsplit

from ogp_graph import __version__
from ogp_graph.errors import OgpGraphError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

__all__ = ["AGENT", "Refused", "Response", "Unreachable", "Web", "addressed"]

AGENT = f"ogp-graph/{__version__} (+https://w3id.org/ogp-graph/)"
_SECONDS = 60.0  # that one response may take
_CONNECTING = 10.0
_TRIES = 5
_LONGEST = 300.0  # seconds that a site may ask to be left alone for
_AGAIN = frozenset({408, 429, 500, 502, 503, 504})
_STEP = 1 << 16
_PATH = "/%:@!$&'()*+,;=~"  # what stays as it is in a path (RFC 3986, 3.3)


class Refused(OgpGraphError):
    """The address is one to which no request is made; the message says why."""


class Unreachable(OgpGraphError):
    """There was no whole response, and trying again did not help."""


def addressed(url: str, base: str = "") -> str:
    """``url``, seen from ``base``, as it is asked for: in ASCII (RFC 3987, 3.1), without a fragment.

    Raises:
        Refused: it is no http or https address.

    >>> addressed("a ñ?q=1#top", "https://example.org/documents/")
    'https://example.org/documents/a%20%C3%B1?q=1'
    """
    try:
        parts = urlsplit(urljoin(base, url.strip()))
        host, port = (parts.hostname or "").encode("idna").decode("ascii"), parts.port
    except ValueError:
        raise Refused(f"{url}: not an address") from None
    if parts.scheme not in ("http", "https") or not host or parts.username is not None:
        raise Refused(f"{url}: not a plain http or https address")
    place = (f"[{host}]" if ":" in host else host) + ("" if port is None else f":{port}")
    path, query = quote(parts.path or "/", safe=_PATH), quote(parts.query, safe=_PATH + "?[]")
    return urlunsplit((parts.scheme, place, path, query, ""))


@dataclass(frozen=True, slots=True)
class Response:
    """A whole response, as it came but for the chunks of its transfer; ``request`` is the head of what was asked."""

    url: str
    status: int
    reason: str
    headers: tuple[tuple[str, str], ...]
    body: bytes
    request: bytes
    address: str
    cut: bool = False

    def field(self, name: str) -> str:
        """The value of a header field; empty when it is not there."""
        return next((value for key, value in self.headers if key.lower() == name), "")

    @property
    def location(self) -> str:
        """Where a redirect leads; servers write it in UTF-8, if not in ASCII."""
        told = self.field("location")
        with suppress(UnicodeError):
            return told.encode("latin-1").decode("utf-8")
        return told

    @property
    def block(self) -> bytes:
        """The response as an archive keeps it. What is no longer chunked does not say that it is."""
        lines = [f"HTTP/1.1 {self.status} {self.reason}"]
        for name, value in self.headers:
            shown = f"X-Archive-Orig-{name}" if name.lower() == "transfer-encoding" else name
            lines.append(f"{shown}: {value}")
        return "\r\n".join(lines).encode("latin-1", "replace") + b"\r\n\r\n" + self.body


@dataclass(slots=True)
class Web:
    """Makes requests. ``named`` are the hosts that a person named, which alone may be private; ``delay`` is the time
    between two requests to one host, in seconds; ``most`` the bytes that a body may have."""

    named: frozenset[str]
    delay: float
    most: int
    agent: str = AGENT
    wait: Callable[[float], None] = sleep
    pace: dict[str, float] = field(default_factory=dict)  # seconds between requests that a host asked for
    _last: dict[str, float] = field(default_factory=dict)
    _closed: dict[str, tuple[float, str]] = field(default_factory=dict)  # until when a host is left alone, and why

    def get(self, url: str, headers: Mapping[str, str] | None = None) -> Response:
        """The response to a GET, tried again when the site or the network is at fault for the moment.

        Raises:
            Refused: not an http or https address, or that of a machine which is not public.
            Unreachable: see there.
        """
        url = addressed(url)
        problem, host = "", urlsplit(url).hostname or ""
        until, why = self._closed.get(host, (0.0, ""))
        if monotonic() < until:
            raise Unreachable(f"{url}: {why}")
        for attempt in range(_TRIES):
            pause = max(self.delay, 0.5) * 2**attempt
            try:
                response = self._once(url, headers or {})
            except (OSError, http.client.HTTPException) as error:
                problem = _said(error)
            else:
                if response.status not in _AGAIN:
                    return response
                problem = f"status {response.status}"
                pause = max(pause, _retry_after(response.field("retry-after")))
                if pause > _LONGEST:
                    why = f"the site asks to be left alone for {pause:.0f} seconds; try again then"
                    self._closed[host] = monotonic() + pause, why
                    raise Unreachable(f"{url}: {why}")
            if attempt < _TRIES - 1:
                self.wait(pause)
        raise Unreachable(f"{url}: {problem}; it was tried {_TRIES} times")

    def _once(self, url: str, headers: Mapping[str, str]) -> Response:
        parts = urlsplit(url)
        host, secure = parts.hostname or "", parts.scheme == "https"
        address = self._public(host, parts.port or (443 if secure else 80), url)
        self._keep_pace(host)
        connection = _connected(host, address, secure=secure)
        with_port = host if parts.port is None else f"{host}:{parts.port}"
        told = {"Host": with_port, "User-Agent": self.agent, "Accept-Encoding": "gzip", **headers}
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        try:
            with _in_time(connection):
                connection.request("GET", target, headers=told)
                answer = connection.getresponse()
                body, cut = _body(answer, self.most)
            request = f"GET {target} HTTP/1.1\r\n" + "".join(f"{k}: {v}\r\n" for k, v in told.items()) + "\r\n"
            fields = tuple(answer.getheaders())
            return Response(url, answer.status, answer.reason, fields, body, request.encode("latin-1"), address[0], cut)
        finally:
            connection.close()

    def _public(self, host: str, port: int, url: str) -> tuple[str, int]:
        """An address of the host. All of them have to be public, unless a person named the host."""
        found = [str(one[4][0]) for one in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
        if host not in self.named and not all(ipaddress.ip_address(ip.partition("%")[0]).is_global for ip in found):
            raise Refused(f"{url}: {host} is no public machine, and nobody named it")
        return found[0], port

    def _keep_pace(self, host: str) -> None:
        least = max(self.delay, self.pace.get(host, 0.0))
        left = self._last.get(host, float("-inf")) + least - monotonic()
        if left > 0:
            self.wait(left)
        self._last[host] = monotonic()


def _connected(host: str, address: tuple[str, int], *, secure: bool) -> http.client.HTTPConnection:
    """A connection to just this address, so that the name cannot lead elsewhere a moment later."""
    plain = socket.create_connection(address, _CONNECTING)
    plain.settimeout(_SECONDS)
    connection = http.client.HTTPConnection(host)
    try:
        connection.sock = ssl.create_default_context().wrap_socket(plain, server_hostname=host) if secure else plain
    except BaseException:
        plain.close()
        raise
    return connection


@contextmanager
def _in_time(connection: http.client.HTTPConnection) -> Iterator[None]:
    """Ends the connection when a response takes too long, however slowly its bytes come.

    Raises:
        TimeoutError: it took too long.
    """
    late, sock = threading.Event(), connection.sock

    def end() -> None:
        late.set()
        with suppress(OSError):
            sock.shutdown(socket.SHUT_RDWR)

    timer = threading.Timer(_SECONDS, end)
    timer.daemon = True
    timer.start()
    try:
        yield
    except (OSError, http.client.HTTPException):
        if not late.is_set():
            raise
    finally:
        timer.cancel()
    if late.is_set():
        raise TimeoutError(f"the response took more than {_SECONDS:.0f} seconds")


def _body(answer: http.client.HTTPResponse, most: int) -> tuple[bytes, bool]:
    """The body, and whether it was cut since it is too large.

    Raises:
        OSError, http.client.HTTPException: it is not whole.
    """
    data = bytearray()
    with answer:
        while part := answer.read1(_STEP):
            data += part
            if len(data) > most:
                return bytes(data[:most]), True
        if answer.length:
            raise http.client.IncompleteRead(bytes(data[:100]), answer.length)
    return bytes(data), False


def _said(error: OSError | http.client.HTTPException) -> str:
    """What went wrong, in words for a reader."""
    if isinstance(error, http.client.IncompleteRead):
        return "the response breaks off"
    if isinstance(error, http.client.BadStatusLine) and not isinstance(error, http.client.RemoteDisconnected):
        return "what answers is no web server"
    return (error.strerror if isinstance(error, OSError) else "") or str(error) or type(error).__name__


def _retry_after(told: str) -> float:
    """Seconds (RFC 9110, 10.2.3): a number, or what is left until a date."""
    if told.strip().isascii() and told.strip().isdigit():
        return float(told.strip()[:9])
    with suppress(TypeError, ValueError):
        return max(0.0, parsedate_to_datetime(told).timestamp() - time())
    return 0.0
