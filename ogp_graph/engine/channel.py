"""Requests to one service over HTTP: kept connections, deadlines, and retries of connecting alone."""

from __future__ import annotations

import base64
import http.client
import re
import socket
import ssl
import threading
from contextlib import suppress
from dataclasses import dataclass, field
from time import monotonic, sleep
from typing import IO, TYPE_CHECKING, NamedTuple
from urllib.parse import urlsplit

from ogp_graph.engine.digest import digest_answer
from ogp_graph.errors import EnvironmentFailure, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

__all__ = ["Channel", "Closed", "Late", "Reply", "Running", "TooMuch", "patiently"]

_TRIES = 3  # to connect
_PAUSE = 0.1  # seconds before the second try; twice as many before each further one
_AWAY = (0.5, 1.0, 2.0, 4.0)  # seconds between two tries of what may be asked twice
_CONNECTING = 5.0  # seconds for one try
_PLAIN = re.compile(r"[!-~]+")  # RFC 3986, 2
_IDLE = 8  # connections that are kept
_STEP = 1 << 16
_ERROR = 4096  # bytes of an error's text that are read
_SECRET = "Set OGP_GRAPH_ENGINE_AUTH to USER:PASSWORD or 'Bearer TOKEN' of somebody who may do that"
_ADDRESS = "Is its address right?"


class Closed(EnvironmentFailure):
    """The service cannot be reached, or ended the connection before the response was whole."""


class Late(Exception):
    """The deadline has passed."""


class TooMuch(Exception):
    """The body has more bytes than were asked for."""


class Reply(NamedTuple):
    """Status, header fields (names in lower case), and for an error the beginning of its text."""

    status: int
    fields: Mapping[str, str]
    text: str = ""

    @property
    def fine(self) -> bool:
        return 200 <= self.status < 300

    @property
    def refusal(self) -> str:
        """What an error says, and what to do about it."""
        advice = {401: _SECRET, 403: _SECRET, 404: _ADDRESS, 405: _ADDRESS}.get(self.status, "")
        advice = _ADDRESS if 300 <= self.status < 400 else advice
        return f"{self.status} {self.text[:300]}".rstrip() + (f". {advice}" if advice else "")


def patiently(ask: Callable[[], Reply]) -> Reply:
    """What ``ask`` gets, asked again while the service is away: for what does no harm when it is done twice.

    Raises:
        Closed: the service has been away for some seconds.
    """
    for pause in _AWAY:
        with suppress(Closed):
            return ask()
        sleep(pause)
    return ask()


@dataclass(eq=False)
class Running:
    """A request that is under way in some thread; ``abort`` from another one ends it."""

    connection: http.client.HTTPConnection | None = None
    aborted: bool = False

    def abort(self) -> None:
        self.aborted = True
        connection = self.connection
        if connection is not None and connection.sock is not None:
            with suppress(OSError):
                connection.sock.shutdown(socket.SHUT_RDWR)


@dataclass
class Channel:
    """A service at ``url``, asked by any number of threads. ``secret`` is ``USER:PASSWORD`` or ``Bearer TOKEN``.

    Raises:
        UsageError: ``url`` is no http or https address, or holds a password.
    """

    url: str
    secret: str = field(default="", repr=False)

    def __post_init__(self) -> None:
        wrong = f"{self.url!r} is not the http or https address of a service"
        try:
            parts = urlsplit(self.url)
            self._port = parts.port
        except ValueError:
            raise UsageError(wrong) from None
        if "@" in parts.netloc:
            raise UsageError("a password has no place in an address; put it into OGP_GRAPH_ENGINE_AUTH")
        if parts.scheme not in ("http", "https") or not parts.hostname or not _PLAIN.fullmatch(self.url):
            raise UsageError(wrong)
        self._https, self._host = parts.scheme == "https", parts.hostname
        self._path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        self._idle: list[http.client.HTTPConnection] = []
        self._lock = threading.Lock()
        self._challenge, self._answered = "", 0  # of digest authentication, and how often it was answered

    @property
    def shown(self) -> str:
        """The service's name in messages."""
        return f"the service at {self._host}{f':{self._port}' if self._port else ''}"

    def ask(
        self,
        body: bytes | None,
        fields: Mapping[str, str],
        *,
        until: float,
        sink: IO[bytes] | None = None,
        most: int = 1 << 62,
        method: str = "POST",
        query: str = "",
        running: Running | None = None,
    ) -> Reply:
        """One request; the body of a good response goes to ``sink``, whole. ``until`` is a monotonic time.

        Raises:
            Closed: no connection, or one that ended too early.
            Late, TooMuch: see there.
        """
        running = running or Running()
        path = self._path + (("&" if "?" in self._path else "?") + query if query else "")
        told = dict(fields)

        def once(**more: str) -> tuple[Reply, str]:
            return self._once(method, path, body, {**more, **told}, until, sink, most, running)

        with self._lock:
            self._answered += 1
            known, count = self._challenge, self._answered
        first = digest_answer(known, self.secret, method, path, count=count) if known else None
        reply, challenge = once(**({"Authorization": first} if first else self._authorization()))
        if reply.status == 401 and not challenge and not first and ":" in self.secret:
            reply, challenge = once()  # who does not take Basic may only say what it takes to one who says nothing
        answer = digest_answer(challenge, self.secret, method, path) if reply.status == 401 else None
        if answer:
            with self._lock:
                self._challenge, self._answered = challenge, 1
            reply, _ = once(Authorization=answer)
        return reply

    def close(self) -> None:
        """Ends the connections that are kept."""
        with self._lock:
            idle, self._idle = self._idle, []
        for connection in idle:
            connection.close()

    def _once(
        self, method: str, path: str, body: bytes | None, fields: Mapping[str, str], until: float,
        sink: IO[bytes] | None, most: int, running: Running,
    ) -> tuple[Reply, str]:  # fmt: skip
        named = {"Accept-Encoding": "identity", "User-Agent": "ogp-graph", **fields}
        fresh = False
        while True:
            connection, fresh = self._connection(until, running, fresh=fresh)
            try:
                _set_deadline(connection, until)
                with suppress(BrokenPipeError):  # it may have answered before it has read everything
                    connection.request(method, path, body, named)
                response = connection.getresponse()
                break
            except TimeoutError:
                connection.close()
                raise Late from None
            except (http.client.HTTPException, OSError) as error:
                connection.close()
                if fresh or running.aborted:
                    raise Closed(f"{self.shown} ended the connection without an answer ({_why(error)})") from None
                fresh = True  # the connection had been kept, and the service had given it up meanwhile
        try:
            found = self._received(connection, response, until, sink, most)
        except BaseException:
            response.close()
            connection.close()
            raise
        if response.will_close:
            connection.close()
        else:
            self._keep(connection)
        return found, response.headers.get("WWW-Authenticate", "")

    def _received(
        self, connection: http.client.HTTPConnection, response: http.client.HTTPResponse, until: float,
        sink: IO[bytes] | None, most: int,
    ) -> Reply:  # fmt: skip
        fields = {name.lower(): value for name, value in response.getheaders()}
        good = 200 <= response.status < 300
        if good and sink is not None and response.length is None and not response.chunked:
            raise Closed(f"{self.shown} does not say where its answer ends, so nobody can say that it is whole")
        count, text = 0, b""
        try:
            while True:
                _set_deadline(connection, until)
                part = response.read1(_STEP)
                if not part:
                    break
                count += len(part)
                if good and count > most:
                    raise TooMuch
                if good and sink is not None:
                    sink.write(part)
                elif not good:
                    text += part[: max(0, _ERROR - len(text))]
        except TimeoutError:
            raise Late from None
        except (http.client.HTTPException, OSError) as error:
            raise Closed(f"{self.shown} ended the connection before its answer was whole ({_why(error)})") from None
        if response.length:
            raise Closed(f"{self.shown} ended the connection {response.length} bytes before its answer was whole")
        return Reply(response.status, fields, _one_line(text))

    def _authorization(self) -> dict[str, str]:
        if self.secret.startswith("Bearer "):
            return {"Authorization": self.secret}
        if ":" in self.secret:
            return {"Authorization": "Basic " + base64.b64encode(self.secret.encode()).decode()}
        return {}

    def _connection(self, until: float, running: Running, *, fresh: bool) -> tuple[http.client.HTTPConnection, bool]:
        """A connection, and whether it is a new one. Connecting is tried again, nothing else is."""
        with self._lock:
            kept = self._idle.pop() if self._idle and not fresh else None
        if kept is not None:
            running.connection = kept
            return kept, False
        for attempt in range(_TRIES):
            left = until - monotonic()
            if left <= 0:
                raise Late
            connection = self._new(min(left, _CONNECTING))
            try:
                connection.connect()
            except ssl.SSLCertVerificationError as error:
                raise Closed(f"the certificate of {self.shown} is not to be trusted ({error.verify_message})") from None
            except OSError as error:
                connection.close()
                if attempt == _TRIES - 1 or running.aborted:
                    raise Closed(f"{self.shown} cannot be reached ({_why(error)})") from None
                sleep(min(_PAUSE * 2**attempt, max(0.0, until - monotonic())))
                continue
            running.connection = connection
            return connection, True
        raise Late

    def _new(self, seconds: float) -> http.client.HTTPConnection:
        if self._https:
            context = ssl.create_default_context()
            return http.client.HTTPSConnection(self._host, self._port, timeout=seconds, context=context)
        return http.client.HTTPConnection(self._host, self._port, timeout=seconds)

    def _keep(self, connection: http.client.HTTPConnection) -> None:
        with self._lock:
            if len(self._idle) < _IDLE:
                self._idle.append(connection)
                return
        connection.close()


def _set_deadline(connection: http.client.HTTPConnection, until: float) -> None:
    left = until - monotonic()
    if left <= 0:
        raise Late
    if connection.sock is not None:
        connection.sock.settimeout(left)


def _why(error: Exception) -> str:
    return (error.strerror if isinstance(error, OSError) else None) or str(error) or type(error).__name__


def _one_line(text: bytes) -> str:
    return re.sub(r"\s+", " ", text.decode("utf-8", "replace")).strip()
