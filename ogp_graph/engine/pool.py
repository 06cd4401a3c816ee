"""Worker processes that answer queries, on an event loop: started ahead, replaced when they die, two lanes.

A query starts in the quick lane (:mod:`ogp_graph.engine.lane`), where callers take turns and each query gets a fraction
of a second. The workers there are looked at time and again: one whose query needs longer goes on with it as a long one,
of which few may run at once. It gives way to the quick ones, may use more memory, works on nothing else, and another
worker takes its place in the quick lane. While there is no room for a long one, its worker is ended, and the
query waits for a place, to be asked again. So nobody's long queries make a quick one wait for more than moments.
"""

from __future__ import annotations

import asyncio
from time import monotonic
from typing import TYPE_CHECKING

from ogp_graph.engine.crew import Crew
from ogp_graph.engine.evaluate import Request, request
from ogp_graph.engine.interface import Answer, Caller
from ogp_graph.engine.lane import Lane
from ogp_graph.engine.scan import Scanned, scan
from ogp_graph.engine.turns import Turns
from ogp_graph.engine.workers import NotBegun, Overdue, Worker, WorkerGone
from ogp_graph.errors import (
    EngineBusy,
    EnvironmentFailure,
    QueryExhausted,
    QueryTimeout,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ogp_graph.engine.source import Source
    from ogp_graph.engine.workers import Task
    from ogp_graph.formats import Format
    from ogp_graph.settings import Settings

__all__ = ["Pool"]

_QUICK, _LEAST_QUICK = 0.1, 0.01  # seconds of a processor that a query gets in the quick lane, and while many wait
_LOOK = 0.005  # seconds between two looks at the workers
_HELD_UP, _STUCK = 0.005, 2.0  # seconds of a processor, and on the clock, after which nobody waits behind a query
_WARY = 0.25  # seconds after that in which nothing is sent ahead
_SLOW_MACHINE = 0.5  # seconds on the clock that it gets in any case, when it does not get the processor
_LINE = 32  # long queries that may wait for each place
_TURN = 5.0  # seconds that a query waits for its turn
_ATTEMPTS = 2  # long ones of a query whose workers end at once
_INNOCENT = 0.05  # seconds in which a worker may have ended for other reasons than its query


class Pool:
    """A :class:`ogp_graph.engine.interface.Concurrent` engine over a store or a file; begins with :meth:`start`."""

    def __init__(self, source: Source, settings: Settings, folder: str) -> None:
        self._settings = settings
        self._lane = Lane(settings.query_workers)
        self._crew = Crew(source, settings, folder, self._lane, self._refuse)
        self._looking: asyncio.TimerHandle | None = None
        self._places: Turns[None] = Turns(lambda _: self._vacate())
        self._long = 0  # places for long queries that are taken

    @property
    def waiting(self) -> int:
        """Queries that wait for their turn or for a place among the long ones."""
        return self._lane.waiting + len(self._lane.alone) + len(self._places)

    @property
    def running(self) -> tuple[int, int]:
        """Quick and long queries that are at work."""
        return len(self._lane.busy), self._long

    @property
    def ready(self) -> bool:
        """Whether a query would find a worker."""
        return not self._crew.closed and bool(self._crew.workers) and not self._crew.failing

    @property
    def deaths(self) -> int:
        """Workers that ended under a query."""
        return self._crew.deaths

    @property
    def started(self) -> int:
        """Workers that have been made."""
        return self._crew.started

    async def start(self) -> None:
        """Loads the store and has the workers made.

        Raises:
            UsageError: a file that is no RDF, or too little memory for what is in it.
            EnvironmentFailure: it cannot be read, or processes cannot be started.
        """
        await self._crew.start()

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
        scanned = query if isinstance(query, Scanned) else scan(query, self._settings)
        asked = request(scanned, format, default_graphs, named_graphs)
        caller = caller or Caller()
        deadline = caller.until or asyncio.get_running_loop().time() + self._settings.query_seconds
        again = False
        while True:
            worker = self._lane.free() or await self._turn(caller, deadline, again=again)
            worker.promised -= 1
            task = self._ask(worker, asked, deadline)
            try:
                return await self._answer(worker, task, caller)
            except NotBegun:
                if asyncio.get_running_loop().time() >= deadline:
                    raise self._busy() from None
                again = True
                continue
            except Overdue:
                if task.long:
                    raise QueryTimeout(self._settings.query_seconds) from None
            except WorkerGone:
                if task.long:
                    raise QueryExhausted(self._crew.limits.memory + self._crew.limits.more) from None
            break
        return await self._as_long(asked, deadline, caller)

    async def close(self) -> None:
        """Ends every process; whoever waits is told."""
        closed = EnvironmentFailure("the engine is closed")
        self._refuse(closed)
        self._places.refuse(closed)
        if self._looking is not None:
            self._looking.cancel()
        await self._crew.close(closed)

    async def _turn(self, caller: Caller, deadline: float, *, again: bool) -> Worker:
        """A worker, when it is the caller's turn; ``again`` for one that has had it."""
        self._check()
        waiting = self._lane.waiting
        if not again:
            if waiting >= self._settings.query_queue and not self._has_room(waiting):
                raise EngineBusy(1)
            worker = self._lane.ahead_of_turn()
            if worker is not None:
                return worker
        until = min(deadline, asyncio.get_running_loop().time() + _TURN)
        try:
            return await (self._lane.again if again else self._lane.turns).wait(caller.name, until)
        except TimeoutError:
            raise EngineBusy(1) from None

    def _check(self) -> None:
        """Raises an error when nobody will ever be answered."""
        if self._crew.closed:
            raise EnvironmentFailure("the engine is closed")
        if self._crew.failing:
            raise EnvironmentFailure("the query processes end as soon as they start")

    def _has_room(self, waiting: int) -> bool:
        """Whether a worker is on its way for one more than may wait."""
        return waiting < self._settings.query_queue + self._crew.coming

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
            task = self._ask(worker, asked, deadline)
            worker.timer = loop.call_at(deadline, self._stop, worker, Overdue())
            try:
                return await self._answer(worker, task, caller)
            except Overdue:
                if loop.time() - start < self._settings.query_seconds / 2:  # it waited longer than it worked
                    raise self._busy() from None
                raise QueryTimeout(self._settings.query_seconds) from None
            except (WorkerGone, NotBegun):
                if attempt == _ATTEMPTS - 1 or loop.time() - start > _INNOCENT:
                    break
        raise QueryExhausted(self._crew.limits.memory + self._crew.limits.more)

    async def _living(self, caller: Caller, deadline: float) -> Worker:
        """A worker that has not just ended, as it may have when another one did."""
        while True:
            self._check()
            worker = self._lane.idle()
            if worker is None:
                try:
                    worker = await self._lane.alone.wait(caller.name, deadline)
                except TimeoutError:
                    raise self._busy() from None
            if worker.alive:
                return worker
            self._crew.discard(worker)

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

    def _ask(self, worker: Worker, asked: Request, deadline: float) -> Task:
        """What ``worker`` is asked, and looked after from now on."""
        task = worker.ask(asked, deadline)
        if self._looking is None:
            self._looking = asyncio.get_running_loop().call_later(_LOOK, self._look)
        return task

    async def _answer(self, worker: Worker, task: Task, caller: Caller) -> Answer:
        """Its answer. Whoever does not wait for it ends it; the caller pays for what was long."""
        try:
            return await task.coming
        except asyncio.CancelledError:
            if not worker.call_off(task):
                self._stop(worker, WorkerGone())
            raise
        finally:
            if task.long:
                caller.seconds += asyncio.get_running_loop().time() - worker.since
                self._crew.discard(worker)
                self._vacate()

    def _look(self) -> None:
        """At the quick lane, as long as anybody is at work there."""
        loop = asyncio.get_running_loop()
        for worker in list(self._lane.busy):
            self._look_at(worker, loop.time())
        self._looking = loop.call_later(_LOOK, self._look) if self._lane.busy and not self._crew.closed else None

    def _look_at(self, worker: Worker, now: float) -> None:
        """Its query may have taken what a quick one may take, or all that any may. While the machine is busy with other
        things, it has not had the time that has passed."""
        found = worker.at_work()
        if found is None:
            late = [one for one in worker.tasks if now >= one.deadline]
            if late or (worker.tasks and now - worker.moved > _STUCK):
                self._stop(worker, Overdue())
            return
        task, used, passed = found
        if task.coming.done() or now >= task.deadline:
            self._stop(worker, Overdue())
            return
        if not worker.held_up and (used > _HELD_UP or passed > _SLOW_MACHINE / 4):
            worker.held_up, self._lane.wary = True, monotonic() + _WARY
            worker.take_back()
        given = max(_LEAST_QUICK, _QUICK / (1 + self._lane.waiting))
        if used < 0.9 * given and passed < min(_SLOW_MACHINE, (task.deadline - now + passed) / 4):
            return
        if self._long >= self._settings.query_long:
            self._stop(worker, Overdue())
            return
        self._long += 1
        task.long = True
        worker.timer = asyncio.get_running_loop().call_at(task.deadline, self._stop, worker, Overdue())
        self._let_give_way(worker)

    def _let_give_way(self, worker: Worker) -> None:
        worker.take_back()
        worker.give_way()
        self._lane.remove(worker)
        self._crew.fill()
        self._lane.go_on()

    def _stop(self, worker: Worker, error: Exception) -> None:
        """Ends it; what it works on fails with ``error``."""
        worker.stop(error)
        self._crew.discard(worker)

    def _vacate(self) -> None:
        """A place for a long query is free."""
        if not self._places.give(None):
            self._long -= 1

    def _refuse(self, error: EnvironmentFailure) -> None:
        """Tells those who wait for a worker."""
        for turns in (self._lane.again, self._lane.turns, self._lane.alone):
            turns.refuse(error)
