"""A query, or a page that was made with the release, answered on the event loop: the bytes and headers that the pages
would give, without their detour."""

from __future__ import annotations

import asyncio
from contextvars import copy_context
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import TYPE_CHECKING, cast

from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Request, Response

from ogp_graph.engine.scan import glance, scan
from ogp_graph.engine.sides import CALLER
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
from ogp_graph.web.compression import coding
from ogp_graph.web.headers import ACCEPT_POST
from ogp_graph.web.journal import query_hash
from ogp_graph.web.negotiation import GRAPHS, HTML, RESULTS, choose, content_type
from ogp_graph.web.pages.light import HEAVIEST
from ogp_graph.web.pages.reader import preferred
from ogp_graph.web.problems import Problem, likes_pages, problem_of
from ogp_graph.web.protocol import asked, check, plainly_asked
from ogp_graph.web.representation import represent, represent_file, represented
from ogp_graph.web.serving import OUTCOME
from ogp_graph.web.wsgi import INLINE, Reply, call, environment

if TYPE_CHECKING:
    from concurrent.futures import Executor
    from wsgiref.types import WSGIApplication, WSGIEnvironment

    from ogp_graph.engine import Answer, Scanned
    from ogp_graph.engine.interface import Caller
    from ogp_graph.web.protocol import Asked
    from ogp_graph.web.rsgi import Scope
    from ogp_graph.web.serving import Serving

__all__ = ["PATHS", "Exchange", "Incoming", "answered", "by_pages", "prepared"]

PATHS = ("/sparql", "/sparql/")
"""Where queries are sent."""

_PREPARED = ("/page/", "/data/")
_LONG = 16_384  # characters of a query beyond which the event loop does not look at each of them
_SHORT = 300  # characters of what decides about a format and may be remembered
_OUTCOMES: dict[type[Exception], str] = {
    QueryRefused: "refused",
    NotInFormat: "refused",
    QueryTimeout: "timeout",
    QueryExhausted: "exhausted",
    ResultTooLarge: "too-large",
    EngineBusy: "busy",
    EnvironmentFailure: "failed",
}


@dataclass(slots=True)
class Exchange:
    """One request on its way: who asks, the query's hash, and what it has come to (of metrics.OUTCOMES)."""

    caller: Caller
    query: str = ""
    outcome: str = ""
    plain: bool = False  # it is a GET without conditions, whose answer depends on what is in the key of the front


class Incoming:
    """A request from ``client``, its ``body`` empty until that is here; its environment is made when somebody needs
    it."""

    __slots__ = ("_environ", "body", "client", "scope")

    def __init__(self, scope: Scope, client: str) -> None:
        self.scope, self.client, self.body = scope, client, b""
        self._environ: WSGIEnvironment | None = None

    def header(self, name: str) -> str | None:
        """All values of a header."""
        return ",".join(self.scope.headers.get_all(name)) if name in self.scope.headers else None

    @property
    def environ(self) -> WSGIEnvironment:
        if self._environ is None:
            self._environ = environment(self.scope, self.client, self.body)
        return self._environ


class _Get:
    """As much of a GET as is looked at to see what it asks."""

    method = "GET"

    def __init__(self, environ: WSGIEnvironment) -> None:
        self.environ, self.headers = environ, self
        self.query_string: bytes = environ["QUERY_STRING"].encode("latin-1")

    def get(self, name: str, default: str | None = None) -> str | None:
        """A header, but for those of the body."""
        found: str | None = self.environ.get("HTTP_" + name.upper().replace("-", "_"), default)
        return found


async def answered(serving: Serving, incoming: Incoming, exchange: Exchange, threads: Executor) -> Reply:
    """The reply to a request for one of :data:`PATHS`."""
    try:
        found = plainly_asked(incoming.scope, serving.site.settings.query_bytes) if exchange.plain else None
        if found is None:
            request = cast("Request", _Get(incoming.environ)) if exchange.plain else Request(incoming.environ)
            check(request)
            found = await _asked(serving, request, threads)
            if found.query is None or request.method not in ("GET", "HEAD", "POST"):
                return await by_pages(serving, incoming, exchange, threads)
        text = found.query or ""
        exchange.query = query_hash(text)
        scanned = _scanned(serving, text)
        chosen = _chosen(found.formats, incoming.header("accept"), scanned.makes_graph)
    except (Problem, QueryRefused) as error:
        exchange.outcome = "refused"
        if likes_pages(incoming.header("accept")):
            return await by_pages(serving, incoming, exchange, threads)
        return _refused(serving, incoming, error)
    except HTTPException:  # the pages find the same, and say it
        exchange.outcome = "refused"
        return await by_pages(serving, incoming, exchange, threads)
    outcome = await _outcome(serving, scanned, chosen, found, exchange)
    if chosen == HTML:
        return await by_pages(serving, incoming, exchange, threads, outcome)
    if isinstance(outcome, QueryError | EnvironmentFailure):
        return _refused(serving, incoming, outcome)
    if outcome.size > INLINE:
        work = partial(_large, serving, Request(incoming.environ), outcome)
        return await asyncio.get_running_loop().run_in_executor(threads, work)
    return _plain(serving, incoming, outcome) if exchange.plain else _small(serving, request, outcome)


def prepared(serving: Serving, incoming: Incoming, exchange: Exchange) -> Reply | None:
    """The reply to a GET of what was made with the release; None when the pages have to see to it."""
    scope = incoming.scope
    if not exchange.plain or not scope.path.startswith(_PREPARED) or scope.query_string:
        return None
    codings = incoming.header("accept-encoding")
    found = serving.ready.response(scope.path[1:], preferred(incoming.header("accept-language")))
    if found is None or len(found[1]) > max(INLINE, HEAVIEST) or coding(codings) is None:
        return None
    headers = dict(found[0])
    kind, tag = headers.pop("Content-Type"), headers.pop("ETag")
    carried, body = represented(found[1], kind, serving.site.target.id, codings, tag)
    return Reply(200, [*carried, *headers.items(), *serving.carried], body)


async def by_pages(
    serving: Serving,
    incoming: Incoming,
    exchange: Exchange,
    threads: Executor,
    outcome: Answer | QueryError | EnvironmentFailure | None = None,
) -> Reply:
    """What the pages say, in a thread. ``outcome`` is that of the request's query when it is known."""
    environ = incoming.environ
    context = copy_context()
    context.run(CALLER.set, exchange.caller)
    context.run(OUTCOME.set, outcome)
    environ["wsgi.input"].seek(0)
    work = partial(context.run, call, serving.pages, environ)
    return await asyncio.get_running_loop().run_in_executor(threads, work)


async def _asked(serving: Serving, request: Request, threads: Executor) -> Asked:
    """What the request asks. A long body is unescaped in a thread, one at a time, since that takes a while."""
    longest = serving.site.settings.query_bytes
    if request.method != "POST" or len(request.get_data()) <= _LONG:
        return asked(request, longest)
    async with serving.reading:
        return await asyncio.get_running_loop().run_in_executor(threads, asked, request, longest)


def _chosen(formats: tuple[str, ...], accept: str | None, graph: bool) -> str:
    """The format's name; see :func:`choose`."""
    if accept is None or len(accept) + sum(map(len, formats)) <= _SHORT:
        return _known_choice(formats, accept, graph)
    return choose(formats, accept, GRAPHS if graph else RESULTS)


@lru_cache(maxsize=1024)
def _known_choice(formats: tuple[str, ...], accept: str | None, graph: bool) -> str:
    return choose(formats, accept, GRAPHS if graph else RESULTS)


def _scanned(serving: Serving, text: str) -> Scanned:
    """A long text is left to the process that answers it: reading each of its words takes time."""
    if len(text) > _LONG:
        return glance(text, serving.site.endpoint)
    return scan(text, serving.site.settings, serving.site.endpoint, patient=False)


async def _outcome(
    serving: Serving, scanned: Scanned, chosen: str, found: Asked, exchange: Exchange
) -> Answer | QueryError | EnvironmentFailure:
    """The answer, or why there is none. A page is made of JSON or Turtle."""
    wanted = FORMATS[("turtle" if scanned.makes_graph else "json") if chosen == HTML else chosen]
    try:
        answer = await serving.engine.answer(
            scanned,
            format=wanted,
            default_graphs=found.default_graphs,
            named_graphs=found.named_graphs,
            caller=exchange.caller,
        )
    except (QueryError, EnvironmentFailure) as error:
        exchange.outcome = _OUTCOMES.get(type(error), "failed")
        return error
    exchange.outcome = "cached" if exchange.caller.cached else "answered"
    return answer


def _refused(serving: Serving, incoming: Incoming, error: Problem | QueryError | EnvironmentFailure) -> Reply:
    folder = serving.site.target.folder
    response = problem_of(error, incoming.header("accept"), None if folder is None else f"{serving.site.url}dumps/")
    response.headers["Accept-Post"] = ACCEPT_POST
    reply = call(response, incoming.environ)
    reply.headers += serving.carried
    return reply


def _plain(serving: Serving, incoming: Incoming, answer: Answer) -> Reply:
    carried, body = represented(
        answer.read(), content_type(answer.format), serving.site.target.id, incoming.header("accept-encoding")
    )
    return Reply(200, [*carried, ("Accept-Post", ACCEPT_POST), *serving.carried], body)


def _small(serving: Serving, request: Request, answer: Answer) -> Reply:
    response = _response(answer)
    response.set_data(answer.read())
    return _called(serving, represent(response, request, serving.site.target.id), request)


def _large(serving: Serving, request: Request, answer: Answer) -> Reply:
    response = represent_file(_response(answer), answer.file, answer.size, request, serving.site.target.id)
    reply = _called(serving, response, request)
    if request.method == "HEAD":
        answer.file.close()
    return reply


def _response(answer: Answer) -> Response:
    return Response(headers={"Accept-Post": ACCEPT_POST}, content_type=content_type(answer.format))


def _called(serving: Serving, response: WSGIApplication, request: Request) -> Reply:
    reply = call(response, request.environ)
    reply.headers += serving.carried
    return reply
