"""A SPARQL 1.1 Protocol service elsewhere, behind the promises of the engines here.

Queries are scanned before they leave, go as a form by POST, and end at the deadline. What comes back is asked for in
one format for tables and one for graphs, read to its end as such, and written anew in the format that is wanted: so an
answer that was cut, capped or is no answer at all never passes for a whole one.
"""

from __future__ import annotations

import asyncio
import re
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from time import monotonic
from typing import IO, TYPE_CHECKING
from urllib.parse import urlencode

import pyoxigraph as ox

from ogp_graph.engine.channel import Channel, Closed, Late, Reply, Running, TooMuch
from ogp_graph.engine.evaluate import request
from ogp_graph.engine.interface import Answer, Caller, spool
from ogp_graph.engine.scan import Scanned, named_in, scan
from ogp_graph.engine.turns import Turns
from ogp_graph.engine.wellformed import holding
from ogp_graph.errors import (
    EngineBusy,
    EnvironmentFailure,
    NotInFormat,
    QueryRefused,
    QueryTimeout,
    ResultTooLarge,
    UsageError,
)
from ogp_graph.formats import FORMATS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ogp_graph.engine.evaluate import Request
    from ogp_graph.formats import Format
    from ogp_graph.settings import Settings

__all__ = ["PUBLISHED", "Remote", "published"]

PUBLISHED = "graph/published"  # below the base: the graph that says which release a service holds
_TABLES, _GRAPHS = FORMATS["json"], FORMATS["ntriples"]
_FORM = "application/x-www-form-urlencoded"
_SURE = 2.0  # seconds for which a service is believed to hold the release that it held
_LONGEST = 300  # characters of a service's message
_OWN = re.compile(r"(?:\b|<)(?:bif|sql)\s*:", re.IGNORECASE)
"""Functions of Virtuoso's own, which reach further than SPARQL does."""
_TIMED_OUT = re.compile(r"timed? ?out|S1T00", re.IGNORECASE)
_ASKED = "__ASK_RETVAL"  # the variable in which Virtuoso answers ASK


def published(base: str, release: str) -> tuple[str, str]:
    """The graph in which a service says what it holds, and the thing that it names there for this release."""
    return base + PUBLISHED, f"{base}dataset/{release}"


class Remote:
    """A :class:`ogp_graph.engine.interface.Concurrent` engine that asks the service at ``settings.engine_url``, which
    has to hold ``release``. Begins with :meth:`start`."""

    def __init__(self, settings: Settings, *, base: str, release: str) -> None:
        self._settings, self._base, self._release = settings, base, release
        self._channel = Channel(settings.engine_url, settings.engine_auth)
        self._most = settings.query_workers + settings.query_long
        self._threads = ThreadPoolExecutor(self._most + 1, "remote")
        self._turns: Turns[None] = Turns(lambda _: self._leave())
        self._known: set[str] = set()  # graphs that exist
        self._sure = 0.0
        self._closed = False
        self._at_work = 0
        self.deaths = self.started = 0

    @property
    def waiting(self) -> int:
        """Queries that wait for their turn."""
        return len(self._turns)

    @property
    def running(self) -> tuple[int, int]:
        """Queries that are under way; none of them counts as a long one."""
        return self._at_work, 0

    @property
    def ready(self) -> bool:
        """Whether a query would be asked."""
        return not self._closed

    async def start(self) -> None:
        """Makes sure that the service is there and holds the release.

        Raises:
            UsageError: it holds another one, or none.
            EnvironmentFailure: it cannot be reached.
        """
        try:
            until = monotonic() + self._settings.query_seconds
            held = await asyncio.get_running_loop().run_in_executor(self._threads, self._holds, until, Running())
        except (Late, TooMuch):
            raise Closed(f"{self._channel.shown} does not answer") from None
        if not held:
            raise UsageError(
                f"{self._channel.shown} does not hold release {self._release}; ogp-graph publish puts it there"
            )

    async def answer(
        self,
        query: str | Scanned,
        *,
        format: Format,
        default_graphs: Sequence[str] | None = None,
        named_graphs: Sequence[str] | None = None,
        caller: Caller | None = None,
    ) -> Answer:
        """See :meth:`ogp_graph.engine.interface.Concurrent.answer`."""
        loop, caller = asyncio.get_running_loop(), caller or Caller()
        scanned = query if isinstance(query, Scanned) else scan(query, self._settings)
        if not scanned.whole:  # it takes a while to look at
            scanned = await loop.run_in_executor(self._threads, scan, scanned.text, self._settings, scanned.base)
        if _OWN.search(scanned.text):
            raise QueryRefused("functions that only one engine has (bif:, sql:) are refused")
        asked = request(scanned, format, default_graphs, named_graphs)
        deadline = caller.until or loop.time() + self._settings.query_seconds
        await self._turn(caller, deadline)
        running = Running()
        work = loop.run_in_executor(self._threads, self._ask, asked, monotonic() + deadline - loop.time(), running)
        try:
            return await asyncio.shield(work)
        except asyncio.CancelledError:
            running.abort()
            work.add_done_callback(_drop)
            raise
        finally:
            self._leave()

    async def close(self) -> None:
        """Ends the connections; whoever waits is told."""
        self._closed = True
        self._turns.refuse(EnvironmentFailure("the engine is closed"))
        self._threads.shutdown(wait=False, cancel_futures=True)
        self._channel.close()

    async def _turn(self, caller: Caller, deadline: float) -> None:
        if self._closed:
            raise EnvironmentFailure("the engine is closed")
        if self._at_work < self._most:
            self._at_work += 1
            return
        if len(self._turns) >= self._settings.query_queue:
            raise EngineBusy(1)
        try:
            await self._turns.wait(caller.name, deadline)
        except TimeoutError:
            raise EngineBusy(1) from None

    def _leave(self) -> None:
        if not self._turns.give(None):
            self._at_work -= 1

    # In threads

    def _ask(self, asked: Request, until: float, running: Running) -> Answer:
        """The whole answer, in the format that was asked for."""
        chosen = FORMATS[asked.format]
        try:
            if not self._holds(until, running):
                raise EnvironmentFailure(f"{self._channel.shown} no longer holds release {self._release}")
            for graph in asked.graphs:
                self._exists(graph, until, running)
            with spool() as told:
                reply = self._send(asked, _GRAPHS if chosen.rdf else _TABLES, told, until, running)
                told.seek(0)
                return self._written(chosen, told, reply)
        except Late:
            raise QueryTimeout(self._settings.query_seconds) from None
        except TooMuch:
            raise ResultTooLarge(self._settings.result_bytes) from None

    def _send(self, asked: Request, expected: Format, sink: IO[bytes], until: float, running: Running) -> Reply:
        base = f"BASE <{asked.base}>\n" if asked.base else ""
        form = [("query", base + asked.text)]
        default = self._settings.engine_default_graph
        if asked.default_graphs is not None or asked.named_graphs is not None:
            form += [("default-graph-uri", iri) for iri in asked.default_graphs or ()]
            form += [("named-graph-uri", iri) for iri in asked.named_graphs or ()]
        elif default and not asked.graphs:
            form += [("default-graph-uri", default), *(("named-graph-uri", iri) for iri in self._named(asked))]
        fields = {"Accept": expected.media_type, "Content-Type": _FORM}
        most = self._settings.result_bytes
        body = urlencode(form).encode("ascii")
        reply = self._channel.ask(body, fields, until=until, sink=sink, most=most, running=running)
        self._check(reply, expected)
        return reply

    def _named(self, asked: Request) -> tuple[str, ...]:
        """The named graphs that have to be told beside a default graph: those that the query names."""
        named, variable = named_in(Scanned(asked.text, "", base=asked.base), self._settings)
        if named and variable:  # which would then stand for these graphs alone
            raise QueryRefused("GRAPH with an IRI and one with a variable do not go together; use FILTER (?g = <...>)")
        return named

    def _check(self, reply: Reply, expected: Format) -> None:
        """Raises what a response other than the whole answer stands for."""
        message = reply.text[:_LONGEST]
        if reply.status in (408, 504) or (reply.status >= 500 and _TIMED_OUT.search(message)):
            raise QueryTimeout(self._settings.query_seconds)
        if reply.status in (429, 503):
            after = reply.fields.get("retry-after", "")
            raise EngineBusy(int(after) if after.isdigit() else 1, "the service behind this one is busy")
        if reply.status == 400:
            raise QueryRefused(message or "the service behind this one does not take the query")
        if reply.status == 413:
            raise ResultTooLarge(self._settings.result_bytes)
        if not reply.fine:
            raise EnvironmentFailure(f"{self._channel.shown} answered with status {reply.status}")
        if reply.status != 200 or "x-sql-state" in reply.fields:  # Virtuoso's, for a part of an answer
            raise QueryTimeout(self._settings.query_seconds)
        kind = reply.fields.get("content-type", "").partition(";")[0].strip().lower()
        if kind not in (expected.media_type, *expected.also):
            raise EnvironmentFailure(
                f"{self._channel.shown} answered in {kind[:60]!r} and not in {expected.media_type}"
            )

    def _written(self, chosen: Format, told: IO[bytes], reply: Reply) -> Answer:
        """What the service told, read to its end and written in ``chosen``."""
        capped = reply.fields.get("x-sparql-maxrows", "")
        body = spool()
        try:
            problem = _rewritten(told, body, chosen, int(capped) if capped.isdigit() else None)
        except NotInFormat:
            body.close()
            raise
        if problem is None and body.tell() <= self._settings.result_bytes:
            return Answer.whole(chosen, body)
        body.close()
        if problem:
            raise EnvironmentFailure(f"the answer of {self._channel.shown} is damaged ({problem})"[:_LONGEST])
        raise TooMuch

    def _says(self, text: str, until: float, running: Running) -> bool:
        """The answer to an ASK of our own."""
        with BytesIO() as told:
            form = urlencode({"query": text}).encode(
                "ascii"
            )  # without a default graph: services differ in what it hides
            fields = {"Accept": _TABLES.media_type, "Content-Type": _FORM}
            reply = self._channel.ask(form, fields, until=until, sink=told, running=running)
            self._check(reply, _TABLES)
            told.seek(0)
            found = ox.parse_query_results(told, ox.QueryResultsFormat.JSON)
            return bool(_answer_of(found))

    def _holds(self, until: float, running: Running) -> bool:
        if monotonic() < self._sure:
            return True
        graph, release = published(self._base, self._release)
        held = self._says(f"ASK {{ GRAPH <{graph}> {{ <{release}> ?p ?o }} }}", until, running)
        if held:
            self._sure = monotonic() + _SURE
        return held

    def _exists(self, graph: str, until: float, running: Running) -> None:
        if graph in self._known:
            return
        try:
            node = str(ox.NamedNode(graph))
        except ValueError:
            node = ""
        if not node or not self._says(f"ASK {{ GRAPH {node} {{ ?s ?p ?o }} }}", until, running):
            raise QueryRefused(f"there is no graph <{graph}>; nothing is fetched from elsewhere")
        self._known.add(graph)


def _rewritten(told: IO[bytes], out: IO[bytes], chosen: Format, most: int | None) -> str | None:
    """Writes what ``told`` holds to ``out``; what is wrong with it, empty when it is as many rows as the service gives
    at ``most``. No object of the parser's leaves, not even by an exception: they belong to one thread.

    Raises:
        NotInFormat: ``chosen`` cannot hold it.
    """
    problem: str | None = None
    found: ox.QuerySolutions | ox.QueryBoolean | None = None
    try:
        with holding(out, chosen) as sink:
            if chosen.rdf:
                ox.serialize(ox.parse(told, _GRAPHS.rdf), sink, chosen.rdf)
                return None
            found = ox.parse_query_results(told, ox.QueryResultsFormat.JSON)
            if most is not None and isinstance(found, ox.QuerySolutions):
                if sum(1 for _ in found) >= most:
                    return ""
                told.seek(0)
                found = ox.parse_query_results(told, ox.QueryResultsFormat.JSON)
            _answer_of(found).serialize(sink, chosen.results)
    except (SyntaxError, ValueError) as error:
        problem = str(error) or type(error).__name__
    finally:
        del found
    return problem


def _answer_of(found: ox.QuerySolutions | ox.QueryBoolean) -> ox.QuerySolutions | ox.QueryBoolean:
    """``found``, or the yes or no that it stands for."""
    if isinstance(found, ox.QueryBoolean) or [v.value for v in found.variables] != [_ASKED]:
        return found
    yes = any(getattr(row[0], "value", "0") != "0" for row in found)
    text = b'{"head":{},"boolean":true}' if yes else b'{"head":{},"boolean":false}'
    return ox.parse_query_results(text, ox.QueryResultsFormat.JSON)


def _drop(work: asyncio.Future[Answer]) -> None:
    """Closes an answer that nobody waits for any more."""
    if not work.cancelled() and work.exception() is None:
        work.result().file.close()
