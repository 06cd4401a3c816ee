"""Waiting for a turn: callers take turns, whatever number of queries each of them has waiting."""

from __future__ import annotations

import asyncio
from collections import OrderedDict, deque
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["Turns"]

_Thing = TypeVar("_Thing")


class Turns(Generic[_Thing]):
    """Those who wait for a thing of some kind, on one event loop. ``unclaimed`` gets the thing whose taker went away in
    the moment in which it was given."""

    def __init__(self, unclaimed: Callable[[_Thing], None]) -> None:
        self._unclaimed = unclaimed
        self._lines: OrderedDict[str, deque[asyncio.Future[_Thing]]] = OrderedDict()
        self._count = 0

    def __len__(self) -> int:
        return self._count

    async def wait(self, caller: str, until: float) -> _Thing:
        """The thing, once it is this caller's turn.

        Raises:
            TimeoutError: it was not until then (time of the loop).
        """
        loop = asyncio.get_running_loop()
        future: asyncio.Future[_Thing] = loop.create_future()
        self._lines.setdefault(caller, deque()).append(future)
        self._count += 1
        timer = loop.call_at(until, _expire, future)
        try:
            return await future
        except BaseException:
            if future.cancelled() or future.exception() is not None:
                self._forget(caller, future)
            else:
                self._unclaimed(future.result())
            raise
        finally:
            timer.cancel()

    def give(self, thing: _Thing) -> bool:
        """Gives it to whose turn it is; False when nobody waits."""
        while self._lines:
            caller, line = self._lines.popitem(last=False)
            future = line.popleft()
            self._count -= 1
            if line:
                self._lines[caller] = line
            if not future.done():
                future.set_result(thing)
                return True
        return False

    def refuse(self, error: Exception) -> None:
        """Tells everybody who waits."""
        for line in self._lines.values():
            for future in line:
                if not future.done():
                    future.set_exception(error)
        self._lines.clear()
        self._count = 0

    def _forget(self, caller: str, future: asyncio.Future[_Thing]) -> None:
        line = self._lines.get(caller)
        if line is not None and future in line:
            line.remove(future)
            self._count -= 1
            if not line:
                del self._lines[caller]


def _expire(future: asyncio.Future[_Thing]) -> None:
    if not future.done():
        future.set_exception(TimeoutError())
