"""Worker processes that answer queries, on an event loop: started ahead, replaced when they die, two lanes.

A query starts in the quick lane, where callers take turns and each query gets a fraction of a second. One that needs
longer goes on as a long one, of which few may run at once: it gives way to the quick ones, may use more memory, and
another worker takes its place in the quick lane. While there is no room for a long one, its worker is ended, and the
query waits for a place, to be asked again. So nobody's long queries make a quick one wait for more than moments.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING

from ogp_graph.engine.evaluate import Request, request
from ogp_graph.engine.interface import Answer, Caller
from ogp_graph.engine.scan import Scanned, scan
from ogp_graph.engine.turns import Turns
from ogp_graph.engine.worker import Limits
from ogp_graph.engine.workers import Nursery, Overdue, Worker, WorkerGone
from ogp_graph.errors import (
    EngineBusy,
    EnvironmentFailure,
    OgpGraphError,
    QueryExhausted,
    QueryRefused,
    QueryTimeout,
    ResultTooLarge,
    UsageError,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ogp_graph.engine.nursery import Loaded
    from ogp_graph.engine.source import Source
    from ogp_graph.formats import Format
    from ogp_graph.settings import Settings

__all__ = ["Pool"]

_QUICK, _LEAST_QUICK = 0.1, 0.01  # seconds of a processor that a query gets in the quick lane, and while many wait
_SPARES = 2  # workers that are there to take the place of one that is lost
_SLOW_MACHINE = 0.5  # seconds on the clock that it gets in any case, when it does not get the processor
_LINE = 32  # long queries that may wait for each place
_TURN = 5.0  # seconds that a query waits for its turn
_FRONT = 500_000_000  # bytes of memory for the server itself: caches, requests, pages
_LEAST = 50_000_000  # bytes of memory without which a worker is no use
_LONG_SHARE = 4  # of the memory, what a long query gets for one part of a quick one
_ATTEMPTS = 2  # long ones of a query whose workers end at once
_INNOCENT = 0.05  # seconds in which a worker may have ended for other reasons than its query
_STILLBORN = 3  # workers that may end before they are there


class Pool:
    """A :class:`ogp_graph.engine.interface.Concurrent` engine over a store or a file; begins with :meth:`start`."""

    def __init__(self, source: Source, settings: Settings, folder: str) -> None:
        self._source, self._settings, self._folder = source, settings, folder
        self._nursery: Nursery | None = None
        self._limits = Limits(0, 0, 0, 0, "")
        self._workers: set[Worker] = set()
        self._idle: list[Worker] = []
        self._turns: Turns[Worker] = Turns(self._available)
        self._places: Turns[None] = Turns(lambda _: self._vacate())
        self._long = 0  # places for long queries that are taken
        self._stillborn = 0
        self._starting: asyncio.Task[None] | None = None
        self._closed = False
        self.deaths = self.started = 0

    @property
    def waiting(self) -> int:
        """Queries that wait for their turn or for a place among the long ones."""
        return len(self._turns) + len(self._places)

    @property
    def running(self) -> tuple[int, int]:
        """Quick and long queries that are at work."""
        return self._quick, self._long

    @property
    def _quick(self) -> int:
        return sum(worker.there and not worker.patient for worker in self._workers) - len(self._idle)

    @property
    def ready(self) -> bool:
        """Whether a query would find a worker."""
        return not self._closed and bool(self._workers) and self._stillborn < _STILLBORN

    async def start(self) -> None:
        """Loads the store and has the workers made.

        Raises:
            UsageError: a file that is no RDF, or too little memory for what is in it.
            EnvironmentFailure: it cannot be read, or processes cannot be started.
        """
        self._nursery = await asyncio.to_thread(Nursery, self._source)
        self._limits = self._shared_out(self._nursery.loaded)
        self._fill()

    async def answer(
        self,
        query: str | Scanned,
        *,
        format: Format,  # noqa: A002
        default_graphs: Sequence[str] | None = None,
        named_graphs: Sequence[str] | None = None,
        caller: Caller | None = None,
    ) -> Answer:
        """See :meth:`ogp_graph.engine.interface.Concurrent.answer`."""
        scanned = query if isinstance(query, Scanned) else scan(query, self._settings)
        asked = request(scanned, format, default_graphs, named_graphs)
        caller = caller or Caller()
        deadline = caller.until or asyncio.get_running_loop().time() + self._settings.query_seconds
        if self._idle and not len(self._turns) and self._quick < self._settings.query_workers:
            worker = self._idle.pop()
        else:
            worker = await self._turn(caller, deadline)
        try:
            return await self._run(worker, asked, deadline, caller)
        except Overdue:
            if worker.patient:
                raise QueryTimeout(self._settings.query_seconds) from None
        except WorkerGone:
            if worker.patient:
                raise QueryExhausted(self._limits.memory + self._limits.more) from None
        return await self._as_long(asked, deadline, caller)

    async def close(self) -> None:
        """Ends every process; whoever waits is told."""
        self._closed = True
        self._turns.refuse(EnvironmentFailure("the engine is closed"))
        self._places.refuse(EnvironmentFailure("the engine is closed"))
        for worker in list(self._workers):
            worker.overdue()
        self._workers.clear()
        self._idle.clear()
        if self._starting is not None:
            with suppress(asyncio.CancelledError, OgpGraphError):
                await self._starting
        nursery, self._nursery = self._nursery, None
        if nursery is not None:
            await asyncio.to_thread(nursery.close)

    async def _turn(self, caller: Caller, deadline: float) -> Worker:
        """A worker, when it is the caller's turn."""
        if self._closed:
            raise EnvironmentFailure("the engine is closed")
        if self._stillborn >= _STILLBORN:
            raise EnvironmentFailure("the query processes end as soon as they start")
        if len(self._turns) >= self._settings.query_queue and not self._has_room():
            raise EngineBusy(1)
        until = min(deadline, asyncio.get_running_loop().time() + _TURN)
        try:
            return await self._turns.wait(caller.name, until)
        except TimeoutError:
            raise EngineBusy(1) from None

    def _has_room(self) -> bool:
        """Whether a worker is on its way for one more than may wait."""
        making = sum(not worker.there for worker in self._workers)
        return len(self._turns) < self._settings.query_queue + making

    async def _as_long(self, asked: Request, deadline: float, caller: Caller) -> Answer:
        """The answer to a query that needs more than the quick lane gives, or whose worker is gone."""
        loop = asyncio.get_running_loop()
        for attempt in range(_ATTEMPTS):
            await self._place(caller, deadline)
            try:
                worker = await self._living(caller, deadline)
            except BaseException:
                self._vacate()
                raise
            self._let_give_way(worker)
            start = loop.time()
            try:
                return await self._run(worker, asked, deadline, caller)
            except Overdue:
                if loop.time() - start < self._settings.query_seconds / 2:  # it waited longer than it worked
                    raise self._busy() from None
                raise QueryTimeout(self._settings.query_seconds) from None
            except WorkerGone:
                if attempt == _ATTEMPTS - 1 or loop.time() - start > _INNOCENT:
                    break
        raise QueryExhausted(self._limits.memory + self._limits.more)

    async def _living(self, caller: Caller, deadline: float) -> Worker:
        """A worker that has not just ended, as it may have when another one did."""
        while True:
            worker = self._idle.pop() if self._idle else await self._turn(caller, deadline)
            if worker.alive:
                return worker
            worker.end()
            self._workers.discard(worker)
            self._fill()

    async def _place(self, caller: Caller, deadline: float) -> None:
        """A place among the long queries."""
        if self._long < self._settings.query_long:
            self._long += 1
            return
        if len(self._places) >= _LINE * self._settings.query_long:
            raise self._busy()
        try:
            await self._places.wait(caller.name, deadline)
        except TimeoutError:
            raise self._busy() from None

    def _busy(self) -> EngineBusy:
        """There are too many long queries: the next place will be free in some part of the time that one may take."""
        return EngineBusy(max(1, int(self._settings.query_seconds / 4)))

    async def _run(self, worker: Worker, asked: Request, deadline: float, caller: Caller) -> Answer:
        """Its answer; the worker is free or replaced afterwards, and the caller pays for what was long."""
        loop = asyncio.get_running_loop()
        start = loop.time()
        until = deadline if worker.patient else min(deadline, start + _LEAST_QUICK)
        worker.before = worker.seconds
        worker.timer = loop.call_at(until, self._overtime, worker, start, deadline)
        try:
            answer = await worker.ask(asked)
        except (QueryRefused, ResultTooLarge, EnvironmentFailure):
            self._free(worker, caller)
            raise
        except BaseException as error:
            self.deaths += isinstance(error, WorkerGone)
            self._drop(worker, caller)
            raise
        self._free(worker, caller)
        return answer

    def _overtime(self, worker: Worker, start: float, deadline: float) -> None:
        """Its query has taken what a quick one may take, or all that any may. While the machine is busy with other
        things, it has not had the time that has passed."""
        loop = asyncio.get_running_loop()
        now = loop.time()
        if worker.patient or now >= deadline:
            worker.overdue()
            return
        given = max(_LEAST_QUICK, _QUICK / (1 + len(self._turns)))
        late = min(start + _SLOW_MACHINE, start + (deadline - start) / 4)
        if worker.seconds - worker.before < 0.9 * given and now < late:
            worker.timer = loop.call_at(now + _LEAST_QUICK, self._overtime, worker, start, deadline)
            return
        if self._long >= self._settings.query_long:
            worker.overdue()
            return
        self._long += 1
        self._let_give_way(worker)
        worker.timer = loop.call_at(deadline, worker.overdue)

    def _let_give_way(self, worker: Worker) -> None:
        worker.give_way()
        self._fill()
        self._next()

    def _free(self, worker: Worker, caller: Caller) -> None:
        """It has answered."""
        if worker.patient or self._closed:
            self._drop(worker, caller)
        else:
            worker.timer.cancel()
            self._available(worker)

    def _available(self, worker: Worker) -> None:
        """It waits for a query, as queries may wait for it."""
        self._idle.append(worker)
        self._next()

    def _next(self) -> None:
        """Has as many queries run as may."""
        while self._idle and len(self._turns) and self._quick < self._settings.query_workers:
            worker = self._idle.pop()
            if not self._turns.give(worker):
                self._idle.append(worker)
                return

    def _drop(self, worker: Worker, caller: Caller) -> None:
        """It is of no more use."""
        worker.timer.cancel()
        worker.end()
        self._workers.discard(worker)
        if worker.patient:
            caller.seconds += asyncio.get_running_loop().time() - worker.since
            self._vacate()
        self._fill()
        self._next()

    def _vacate(self) -> None:
        """A place for a long query is free."""
        if not self._places.give(None):
            self._long -= 1

    def _fill(self) -> None:
        """Has workers made until the quick lane has its number, and some more."""
        missing = self._settings.query_workers + _SPARES - sum(not worker.patient for worker in self._workers)
        for _ in range(max(0, missing)):
            if self._closed or self._starting is not None or self._nursery is None:
                return
            try:
                connection = self._nursery.fork(self._limits)
            except OSError:
                self._replace()
                return
            self._workers.add(Worker(connection, self._limits, ready=self._born, gone=self._lost))
            self.started += 1

    def _born(self, worker: Worker) -> None:
        self._stillborn = 0
        self._available(worker)

    def _lost(self, worker: Worker) -> None:
        """A worker has ended while nobody asked it anything."""
        orphaned = self._nursery is None or self._nursery.gone
        self._stillborn += not worker.there and not orphaned
        if worker in self._idle:
            self._idle.remove(worker)
        worker.end()
        self._workers.discard(worker)
        if orphaned:
            self._replace()
        elif self._stillborn < _STILLBORN:
            self._fill()
        else:
            self._turns.refuse(EnvironmentFailure("the query processes end as soon as they start"))
            asyncio.get_running_loop().call_later(1, self._fill)

    def _replace(self) -> None:
        """Has a new nursery made, unless that is under way."""
        if not self._closed and self._starting is None:
            self._starting = asyncio.get_running_loop().create_task(self._start_again())

    async def _start_again(self) -> None:
        """Makes a new nursery in place of one that is gone."""
        before, self._nursery = self._nursery, None
        try:
            if before is not None:
                await asyncio.to_thread(before.close)
            await self.start()
        except OgpGraphError:
            self._turns.refuse(EnvironmentFailure("the query processes cannot be started"))
            await asyncio.sleep(1)
        finally:
            self._starting = None
            self._fill()

    def _shared_out(self, loaded: Loaded) -> Limits:
        """What a worker may use, so that all processes together stay below the limit."""
        settings = self._settings
        rest = settings.memory - _FRONT - loaded.memory
        part = rest // (settings.query_workers + _LONG_SHARE * settings.query_long)
        if part < _LEAST:
            raise UsageError(
                f"{settings.memory:,} bytes of memory are too few for a store that takes {loaded.memory:,}: raise the "
                "setting memory, or lower memory_store"
            )
        quick, most = min(part, settings.query_memory), min(_LONG_SHARE * part, settings.query_memory)
        return Limits(
            quick, most - quick, settings.result_bytes, settings.query_seconds, self._folder,
            settings.query_bytes, settings.query_nesting, settings.query_list,
        )  # fmt: skip
