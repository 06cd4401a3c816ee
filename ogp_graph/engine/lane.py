"""The quick lane: workers that are free, those that work, and who waits for them.

While more queries wait than workers are free, those that work are sent some ahead, so that neither side sleeps between
two. Who waits behind a query that turns out to take longer is taken back and goes first elsewhere.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ogp_graph.engine.turns import Turns

if TYPE_CHECKING:
    from ogp_graph.engine.workers import Worker

__all__ = ["Lane"]

_AHEAD = 8  # queries that a worker has at once, with the one that it works on


class Lane:
    """``width`` workers work at once; more may be free. Those of ``alone`` wait for one that nobody else asks."""

    def __init__(self, width: int) -> None:
        self._width = width
        self._free: list[Worker] = []
        self.busy: list[Worker] = []
        self.turns: Turns[Worker] = Turns(self._unclaimed)
        self.alone: Turns[Worker] = Turns(self.add)

    @property
    def ahead(self) -> int:
        """Queries that a worker has besides the one that it works on."""
        return sum(worker.load for worker in self.busy) - len(self.busy)

    def add(self, worker: Worker) -> None:
        """It is free."""
        if worker.there:
            self._free.append(worker)
            self.go_on()

    def remove(self, worker: Worker) -> None:
        """It is of no more use here."""
        for workers in (self._free, self.busy):
            if worker in workers:
                workers.remove(worker)

    def heard(self, worker: Worker) -> None:
        """It has answered."""
        if not worker.load and worker in self.busy:
            self.busy.remove(worker)
            self._free.append(worker)
        self.go_on()

    def free(self) -> Worker | None:
        """A free worker, which is promised a query, unless somebody waits or enough of them work."""
        if not self._free or len(self.busy) >= self._width or len(self.turns):
            return None
        worker = self._free.pop()
        self.busy.append(worker)
        worker.promised += 1
        return worker

    def ahead_of_turn(self) -> Worker | None:
        """The worker that is promised a query while it works on others, if nobody waits and one of them takes more."""
        return None if len(self.turns) else self._next()

    def idle(self) -> Worker | None:
        """A free worker, which belongs to the lane no more."""
        return self._free.pop() if self._free else None

    def go_on(self) -> None:
        """Has as many queries asked as may be."""
        while self._free and len(self.alone):
            worker = self._free.pop()
            if not self.alone.give(worker):
                self._free.append(worker)
        while len(self.turns):
            worker_ = self._next()
            if worker_ is None:
                return
            if not self.turns.give(worker_):
                self._unclaimed(worker_)
                return

    def _next(self) -> Worker | None:
        if self._free and len(self.busy) < self._width:
            worker = self._free.pop()
            self.busy.append(worker)
        else:
            found = min((one for one in self.busy if not one.held_up), key=lambda one: one.load, default=None)
            if found is None or found.load >= _AHEAD:
                return None
            worker = found
        worker.promised += 1
        return worker

    def _unclaimed(self, worker: Worker) -> None:
        """Whoever it was promised to has left."""
        worker.promised -= 1
        self.heard(worker)
