"""The quick lane: workers that are free, those that work, and who waits for them.

While more queries wait than workers are free, those that work are sent some ahead, so that neither side sleeps between
two. Who waits behind a query that turns out to take longer is taken back. These go first, each to a worker that has
nothing else to do, so that nobody waits behind one such query after the other; and for a moment nothing is sent ahead.
"""

from __future__ import annotations

from time import monotonic
from typing import TYPE_CHECKING

from ogp_graph.engine.turns import Turns

if TYPE_CHECKING:
    from ogp_graph.engine.workers import Worker

__all__ = ["Lane"]

_AHEAD = 8  # queries that a worker has at once, with the one that it works on


class Lane:
    """``width`` workers work at once; more may be free. Who waits in ``again`` was taken back; who waits in ``alone``
    wants a worker that leaves the lane."""

    def __init__(self, width: int) -> None:
        self._width = width
        self._free: list[Worker] = []
        self.wary = 0.0  # until when nothing is sent ahead (monotonic)
        self.busy: list[Worker] = []
        self.turns: Turns[Worker] = Turns(self._unclaimed)
        self.again: Turns[Worker] = Turns(self._unclaimed)
        self.alone: Turns[Worker] = Turns(self.add)

    @property
    def ahead(self) -> int:
        """Queries that the workers have besides those that they work on."""
        return sum(worker.load for worker in self.busy) - len(self.busy)

    @property
    def waiting(self) -> int:
        """Queries that wait for a worker, or behind another one."""
        return len(self.turns) + len(self.again) + self.ahead

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
        return None if len(self.turns) or len(self.again) else self._brisk() or self._promised()

    def ahead_of_turn(self) -> Worker | None:
        """The worker that is promised a query while it works on others, if nobody waits and one of them takes more."""
        return None if len(self.turns) or len(self.again) else self._next()

    def idle(self) -> Worker | None:
        """A free worker, which belongs to the lane no more."""
        return self._free.pop() if self._free else None

    def go_on(self) -> None:
        """Has as many queries asked as may be."""
        while self._free and len(self.alone):
            worker = self._free.pop()
            if not self.alone.give(worker):
                self._free.append(worker)
        while len(self.again) and (promised := self._promised()):
            if not self.again.give(promised):
                self._unclaimed(promised)
        while len(self.turns) and not len(self.again) and (promised := self._next()):
            if not self.turns.give(promised):
                self._unclaimed(promised)

    def _brisk(self) -> Worker | None:
        """One that is at work and answers in no time: sooner than another one that has to be woken up."""
        if monotonic() >= self.wary:
            for worker in self.busy:
                if worker.brisk and worker.load < _AHEAD and not worker.held_up:
                    worker.promised += 1
                    return worker
        return None

    def _promised(self) -> Worker | None:
        """A free worker, if one more may work."""
        if not self._free or len(self.busy) >= self._width:
            return None
        worker = self._free.pop()
        self.busy.append(worker)
        worker.promised += 1
        return worker

    def _next(self) -> Worker | None:
        """The same, or else the worker that has the least to do."""
        worker = self._promised()
        if worker is None:
            if monotonic() < self.wary:
                return None
            worker = min((one for one in self.busy if not one.held_up), key=lambda one: one.load, default=None)
            if worker is None or worker.load >= _AHEAD:
                return None
            worker.promised += 1
        return worker

    def _unclaimed(self, worker: Worker) -> None:
        """Whoever it was promised to has left."""
        worker.promised -= 1
        self.heard(worker)
