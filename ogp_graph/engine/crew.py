"""The worker processes that are there: made ahead, and made again when they are lost."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING

from ogp_graph.engine.shares import shared_out
from ogp_graph.engine.store_process import Nursery
from ogp_graph.engine.worker import Limits
from ogp_graph.engine.workers import NotBegun, Worker, WorkerGone
from ogp_graph.errors import EnvironmentFailure, OgpGraphError, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable

    from ogp_graph.engine.lane import Lane
    from ogp_graph.engine.source import Source
    from ogp_graph.settings import Settings

__all__ = ["Crew"]

_SPARES = 2  # workers that are there to take the place of one that is lost
_STILLBORN = 3  # workers that may end before they are there


class Crew:
    """The processes behind ``lane``, which is told who comes and goes; ``refuse`` tells those who wait for one that
    there will be none."""

    def __init__(
        self, source: Source, settings: Settings, folder: str, lane: Lane, refuse: Callable[[EnvironmentFailure], None]
    ) -> None:
        self._source, self._settings, self._folder = source, settings, folder
        self._lane, self._refuse = lane, refuse
        self._nursery: Nursery | None = None
        self._starting: asyncio.Task[None] | None = None
        self._next: asyncio.TimerHandle | None = None
        self._stillborn = 0
        self.limits = Limits(0, 0, 0, 0, "")
        self.workers: set[Worker] = set()
        self.closed = False
        self.deaths = self.started = 0

    @property
    def failing(self) -> bool:
        """Whether workers end before they are there, time and again."""
        return self._stillborn >= _STILLBORN

    @property
    def coming(self) -> int:
        """Workers that are on their way."""
        return sum(not worker.there for worker in self.workers)

    async def start(self) -> None:
        """Loads the store and has the workers made; raises what :meth:`Pool.start` raises."""
        nursery = await asyncio.to_thread(Nursery, self._source)
        try:
            self.limits = shared_out(self._settings, nursery.loaded, self._folder)
        except UsageError:
            await asyncio.to_thread(nursery.close)
            raise
        self._nursery = nursery
        self.fill()

    async def close(self, reason: EnvironmentFailure) -> None:
        """Ends every process; what they work on fails with ``reason``."""
        self.closed = True
        for worker in list(self.workers):
            worker.stop(reason)
            self._lane.remove(worker)
        self.workers.clear()
        if self._starting is not None:
            with suppress(asyncio.CancelledError, OgpGraphError):
                await self._starting
        nursery, self._nursery = self._nursery, None
        if nursery is not None:
            await asyncio.to_thread(nursery.close)

    def discard(self, worker: Worker) -> None:
        """It is of no more use."""
        worker.stop(NotBegun())
        self.workers.discard(worker)
        self._lane.remove(worker)
        self.fill()
        self._lane.go_on()

    def fill(self) -> None:
        """Has workers made until the quick lane has its number, and some more."""
        missing = self._settings.query_workers + _SPARES - sum(not worker.patient for worker in self.workers)
        for _ in range(max(0, missing)):
            if self.closed or self._starting is not None or self._nursery is None:
                return
            try:
                connection = self._nursery.fork(self.limits)
            except OSError:
                if self._nursery.gone:
                    self._replace()
                else:  # no descriptor is left: those that are there work on
                    self._later()
                return
            made = Worker(connection, self.limits, ready=self._born, heard=self._lane.heard, gone=self._lost)
            self.workers.add(made)
            self.started += 1

    def _later(self) -> None:
        """Fills once, a second from now, however often it was asked for until then."""
        loop = asyncio.get_running_loop()
        if self._next is None or self._next.when() <= loop.time():
            self._next = loop.call_later(1, self.fill)

    def _born(self, worker: Worker) -> None:
        self._stillborn = 0
        self._lane.add(worker)

    def _lost(self, worker: Worker) -> None:
        """A worker has ended by itself, or was killed."""
        orphaned = self._nursery is None or self._nursery.gone
        self._stillborn += not worker.there and not orphaned
        self.deaths += worker.stop(WorkerGone())
        self._lane.remove(worker)
        self.workers.discard(worker)
        if orphaned:
            self._replace()
        elif not self.failing:
            self.fill()
        else:
            self._refuse(EnvironmentFailure("the query processes end as soon as they start"))
            asyncio.get_running_loop().call_later(1, self.fill)

    def _replace(self) -> None:
        """Has a new nursery made, unless that is under way."""
        if not self.closed and self._starting is None:
            self._starting = asyncio.get_running_loop().create_task(self._start_again())

    async def _start_again(self) -> None:
        """Makes a new nursery in place of one that is gone, as often as it takes."""
        before, self._nursery = self._nursery, None
        if before is not None:
            await asyncio.to_thread(before.close)
        while not self.closed:
            try:
                await self.start()
                break
            except OgpGraphError:
                self._refuse(EnvironmentFailure("the query processes cannot be started"))
                await asyncio.sleep(1)
        self._starting = None
        self.fill()
