"""What stands before the pages: repeated answers, fair shares, queries that nobody waits for any more, counts.

An application for granian's asynchronous interface (RSGI). It gives an answer that it has given before at once; runs
queries on the event loop, so that those who wait take no thread; and passes everything else to the pages (Flask) in a
thread: forms, files, descriptions, and every error, so that there is one place where errors are put into words.
"""

from __future__ import annotations

import asyncio
import os
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from tempfile import SpooledTemporaryFile
from time import perf_counter
from typing import IO, TYPE_CHECKING, cast

import msgspec

from ogp_graph.engine.interface import Caller
from ogp_graph.engine.shelf import Held
from ogp_graph.errors import OgpGraphError
from ogp_graph.web.direct import PATHS, Exchange, Incoming, answered, by_pages, prepared
from ogp_graph.web.fairness import Fairness, Refused, client_of
from ogp_graph.web.headers import EVERYWHERE, PREFLIGHT
from ogp_graph.web.journal import Journal
from ogp_graph.web.kept import is_kept
from ogp_graph.web.metrics import CONTENT_TYPE, Metrics
from ogp_graph.web.problems import problem
from ogp_graph.web.protocol import is_ordinary
from ogp_graph.web.rsgi import Below
from ogp_graph.web.watches import Watches
from ogp_graph.web.wsgi import Broken, Reply, TooLarge, body_of, call, environment

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from ogp_graph.settings import Settings
    from ogp_graph.web.rsgi import HTTPProtocol, Scope
    from ogp_graph.web.serving import Serving

__all__ = ["Front"]

_THREADS = 12  # for pages; a query takes none
_BODY = 30.0  # seconds that the body of a request may take to arrive
_BODIES = 64_000_000  # bytes of bodies that may be here at once
_OPENING = 2.0  # seconds that a file stays open for the server that has just been told where it is
_CONDITIONS = ("if-none-match", "if-match", "if-modified-since", "if-unmodified-since", "range", "content-encoding")
_NOW = ("Cache-Control", "no-store")
_BROKEN = "the body is not whole, or trailer fields follow it; neither can be told from the other here, so send none"

_AGAIN = (200, 303)  # what pages say that is kept

_Carried = list[tuple[str, str]]
_Key = tuple[str, str, tuple[tuple[str, ...], ...]]


class Front:
    """The application. ``opening`` makes what is served first, ``newer`` what takes its place, or None."""

    def __init__(
        self,
        opening: Callable[[], Awaitable[Serving]],
        newer: Callable[[Serving], Awaitable[Serving | None]],
        settings: Settings,
    ) -> None:
        self._opening, self._newer, self._settings = opening, newer, settings
        self._serving: Serving | None = None
        self._threads = ThreadPoolExecutor(_THREADS, "pages")
        self._fairness = Fairness(settings)
        self._journal = Journal(2 if settings.log_requests else None)
        self._metrics = Metrics(lambda: self._serving)
        self._watches = Watches()
        self._bodies = 0
        self._operations: dict[str, Callable[[], Reply]] = {
            "/healthz": self._health,
            "/readyz": self._readiness,
            "/metrics": lambda: Reply(200, [("Content-Type", CONTENT_TYPE), _NOW], self._metrics.text()),
        }

    def __rsgi_init__(self, loop: asyncio.AbstractEventLoop) -> None:
        loop.run_until_complete(self._open())

    def __rsgi_del__(self, loop: asyncio.AbstractEventLoop) -> None:
        loop.run_until_complete(self._close())

    async def _open(self) -> None:
        self._serving = await self._opening()
        self._following = [asyncio.create_task(self._follow()), asyncio.create_task(self._watches.look())]

    async def _follow(self) -> None:
        """Moves on to a new release as soon as it is loaded. Each request ends with the one that it began with."""
        while True:
            await asyncio.sleep(self._settings.release_seconds)
            serving = self._serving
            if serving is None:
                return
            serving.shelf.sweep()
            with suppress(OgpGraphError, OSError):  # what is there is served on
                newer = await self._newer(serving)
                if newer is not None:
                    self._serving = newer
                    await serving.close(self._settings.query_seconds + _BODY)

    async def _close(self) -> None:
        for task in self._following:
            task.cancel()
        serving, self._serving = self._serving, None
        if serving is not None:
            await serving.close()
        self._threads.shutdown(wait=False, cancel_futures=True)
        self._journal.close()

    async def __rsgi__(self, scope: Scope, proto: HTTPProtocol) -> None:
        """One request."""
        start, serving = perf_counter(), self._serving
        if serving is None:
            reply = self._problem(scope, EVERYWHERE, 503, "the server begins or ends", "not-ready", 1)
            _send(proto, scope.method, reply.status, reply.headers, cast("bytes", reply.body))
            return
        if len(serving.prefix) > 1 and scope.path.startswith(serving.prefix):
            scope = cast("Scope", Below(scope, serving.prefix))  # from a proxy that leaves it in the path
        key = _key(scope)
        held = None if key is None else serving.shelf.get(key)
        if held is not None:
            status, headers, query = held.about
            _send(proto, scope.method, status, headers, held.data or b"")
            exchange = Exchange(Caller(self._client(scope)), query, "cached" if query else "")
            self._note(scope, exchange, serving, start, status, held.size)
            return
        serving.requests += 1
        try:
            await self._asked(scope, proto, serving, key, start)
        finally:
            serving.requests -= 1

    async def _asked(self, scope: Scope, proto: HTTPProtocol, serving: Serving, key: _Key | None, start: float) -> None:
        """A request that is not known."""
        exchange = Exchange(Caller(self._client(scope)), plain=key is not None and scope.method == "GET")
        reply = self._unlimited(scope, serving) or self._limited(scope, serving, exchange)
        if reply is None:
            incoming = Incoming(scope, exchange.caller.name)
            try:
                reply = prepared(serving, incoming, exchange)
                reply = reply or await self._watched(incoming, proto, serving, exchange)
            finally:
                self._fairness.leave(exchange.caller.name, exchange.caller.seconds)
        if reply is None:
            exchange.outcome = "left" if exchange.query else ""
            self._note(scope, exchange, serving, start, 499, 0)
            return
        size = _sent(proto, scope.method, reply, serving)
        if exchange.plain and isinstance(reply.body, bytes) and _is_again(scope.path, exchange.outcome, reply.status):
            serving.shelf.put(key, Held(size, reply.body, about=(reply.status, reply.headers, exchange.query)))
        self._note(scope, exchange, serving, start, reply.status, size)

    def _unlimited(self, scope: Scope, serving: Serving) -> Reply | None:
        """The reply to what nobody has a share of; None for anything else."""
        if scope.path == "*" and scope.method == "OPTIONS":  # asked of the server as a whole (RFC 9110, 9.3.7)
            allowed = ("Allow", PREFLIGHT["Access-Control-Allow-Methods"])
            return Reply(200, [allowed, *PREFLIGHT.items(), ("Content-Length", "0"), *serving.carried], b"")
        operation = self._operations.get(scope.path)
        if operation is None or scope.method not in ("GET", "HEAD"):
            return None
        reply = operation()
        reply.headers += [("Content-Length", str(len(cast("bytes", reply.body)))), *serving.carried]
        return reply

    def _limited(self, scope: Scope, serving: Serving, exchange: Exchange) -> Reply | None:
        """The reply to a client that has had its share. None for any other, which has one request more under way."""
        try:
            self._fairness.enter(exchange.caller.name)
        except Refused as refused:
            exchange.outcome = "limited"
            return self._problem(scope, serving.carried, 429, str(refused), "too-many-requests", refused.retry_after)
        return None

    async def _watched(
        self, incoming: Incoming, proto: HTTPProtocol, serving: Serving, exchange: Exchange
    ) -> Reply | None:
        """The reply to a request that takes a while; None when its client does not wait for it."""
        watch = self._watches.begin(proto, exchange)
        try:
            return await self._admitted(incoming, proto, serving, exchange)
        except asyncio.CancelledError:
            return None
        finally:
            self._watches.end(watch)

    async def _admitted(self, incoming: Incoming, proto: HTTPProtocol, serving: Serving, exchange: Exchange) -> Reply:
        scope, size, carried = incoming.scope, 0, serving.carried
        try:
            if scope.method not in ("GET", "HEAD", "OPTIONS"):
                said = scope.headers.get_all("content-length")
                size = min(serving.most, int(said[0])) if said else serving.most
                if self._bodies + size > _BODIES:
                    return self._problem(scope, carried, 503, "too many long requests are under way", "server-busy", 5)
                self._bodies += size
                try:
                    async with asyncio.timeout(_BODY):
                        incoming.body = await body_of(scope, proto, serving.most)
                except TimeoutError:
                    return self._problem(scope, carried, 408, "the request did not arrive in time", "request-timeout")
                except Broken:
                    return self._problem(scope, carried, 400, _BROKEN, "bad-request")
                except TooLarge:
                    return self._problem(
                        scope, carried, 413, f"{serving.most:,} bytes may be sent", "content-too-large"
                    )
            exchange.caller.until = asyncio.get_running_loop().time() + self._settings.query_seconds
            if scope.path in PATHS:
                return await answered(serving, incoming, exchange, self._threads)
            return await by_pages(serving, incoming, exchange, self._threads)
        finally:
            self._bodies -= size

    def _problem(
        self, scope: Scope, carried: _Carried, status: int, detail: str, code: str, retry_after: int | None = None
    ) -> Reply:
        """An error that is found before any page is asked, with the headers of every response."""
        response = problem(status, detail, code, ",".join(scope.headers.get_all("accept")))
        if retry_after is not None:
            response.headers["Retry-After"] = str(retry_after)
        reply = call(response, environment(scope, "", b""))
        reply.headers += carried
        return reply

    def _health(self) -> Reply:
        assert self._serving is not None
        return _told(200, {"status": "ok", "release": self._serving.site.target.id})

    def _readiness(self) -> Reply:
        ready = self._serving is not None and self._serving.pool.ready
        return _told(200 if ready else 503, {"status": "ready" if ready else "not ready"})

    def _client(self, scope: Scope) -> str:
        proxies = self._settings.proxies
        forwarded = scope.headers.get_all("x-forwarded-for") if proxies else ()
        return client_of(scope.client, tuple(forwarded), proxies)

    def _note(self, scope: Scope, exchange: Exchange, serving: Serving, start: float, status: int, size: int) -> None:
        seconds = perf_counter() - start
        self._metrics.request(status)
        if exchange.outcome:
            self._metrics.query(exchange.outcome, seconds)
        self._journal.note(
            scope.method, scope.path, status, seconds, client=exchange.caller.name, release=serving.site.target.id,
            size=size, outcome=exchange.outcome, query=exchange.query,
        )  # fmt: skip


def _key(scope: Scope) -> _Key | None:
    """What the answer to a request depends on; None when that is more than the key holds."""
    query = scope.path in PATHS
    if scope.method not in ("GET", "HEAD") or not (query or is_kept(scope.path)):
        return None
    headers = scope.headers
    if any(name in headers for name in _CONDITIONS) or not is_ordinary(headers):
        return None
    names = ("accept", "accept-encoding") if query else ("accept", "accept-encoding", "accept-language")
    return "" if query else scope.path, scope.query_string, tuple(tuple(headers.get_all(name)) for name in names)


def _is_again(path: str, outcome: str, status: int) -> bool:
    """Whether a reply is worth keeping as it is. A first answer is not: the engine keeps it, most are asked once."""
    return outcome == "cached" and status == 200 if path in PATHS else status in _AGAIN and is_kept(path)


def _send(proto: HTTPProtocol, method: str, status: int, headers: list[tuple[str, str]], body: bytes) -> None:
    if method == "HEAD":
        proto.response_empty(status, headers)
    else:
        proto.response_bytes(status, headers, body)


def _sent(proto: HTTPProtocol, method: str, reply: Reply, serving: Serving) -> int:
    """Has the server send ``reply``; how many bytes its body has."""
    body = reply.body
    if isinstance(body, bytes):
        _send(proto, method, reply.status, reply.headers, body)
        return len(body)
    if isinstance(body, SpooledTemporaryFile):
        body.rollover()
        body.flush()
        return _lent(proto, reply, body, serving)
    proto.response_file(reply.status, reply.headers, f"/proc/self/fd/{body.fileno()}")
    asyncio.get_running_loop().call_later(_OPENING, body.close)
    return os.fstat(body.fileno()).st_size


def _lent(proto: HTTPProtocol, reply: Reply, body: IO[bytes], serving: Serving) -> int:
    """The same for a file that nobody else knows: its bytes are counted until they have left."""
    with body:
        size = os.fstat(body.fileno()).st_size
        held = Held(size, None, os.dup(body.fileno()))
    serving.shelf.lend(held)
    proto.response_file(reply.status, reply.headers, held.path)
    return size


def _told(status: int, members: dict[str, str]) -> Reply:
    return Reply(status, [("Content-Type", "application/json"), _NOW], msgspec.json.encode(members) + b"\n")
