"""Whether clients are still there: a request whose client has left is ended, and its query with it."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ogp_graph.web.direct import Exchange
    from ogp_graph.web.rsgi import HTTPProtocol

__all__ = ["Watches"]

_BETWEEN = 0.25  # seconds between two looks; what is answered by then has cost nothing


@dataclass(slots=True, eq=False)
class _Watch:
    proto: HTTPProtocol
    task: asyncio.Task[None]
    exchange: Exchange
    watching: asyncio.Task[None] | None = None

    async def wait(self) -> None:
        """Ends the request when its client leaves."""
        await self.proto.client_disconnect()
        if self.exchange.caller.running is not None:
            self.exchange.caller.running.cancel()
        self.task.cancel()


class Watches:
    """The requests that are under way."""

    def __init__(self) -> None:
        self._new: set[_Watch] = set()
        self._looked_at: set[_Watch] = set()

    def begin(self, proto: HTTPProtocol, exchange: Exchange) -> _Watch:
        """Watches over the current task, until :meth:`end`."""
        task = asyncio.current_task()
        assert task is not None
        watch = _Watch(proto, task, exchange)
        self._new.add(watch)
        return watch

    def end(self, watch: _Watch) -> None:
        self._new.discard(watch)
        self._looked_at.discard(watch)
        if watch.watching is not None:
            watch.watching.cancel()

    async def look(self) -> None:
        """Begins, time and again, to ask for the clients of those requests that are not new any more."""
        while True:
            await asyncio.sleep(_BETWEEN)
            for watch in self._looked_at:
                if watch.watching is None:
                    watch.watching = asyncio.ensure_future(watch.wait())
            self._looked_at |= self._new
            self._new.clear()
