"""Each side of an engine from its other one: blocking from awaited, awaited from blocking."""

from __future__ import annotations

import asyncio
from contextvars import ContextVar
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ogp_graph.engine.interface import Answer, Caller, Concurrent, Engine
    from ogp_graph.engine.scan import Scanned
    from ogp_graph.formats import Format

__all__ = ["CALLER", "Blocking", "Threaded"]

CALLER: ContextVar[Caller | None] = ContextVar("CALLER", default=None)
"""For whom the thread works."""


class Blocking:
    """An :class:`Engine` for the threads beside the event loop on which ``engine`` is awaited."""

    def __init__(self, engine: Concurrent, loop: asyncio.AbstractEventLoop) -> None:
        self._engine, self._loop = engine, loop

    def query(
        self,
        query: str | Scanned,
        *,
        format: Format,
        default_graphs: Sequence[str] | None = None,
        named_graphs: Sequence[str] | None = None,
    ) -> Answer:
        """See :meth:`ogp_graph.engine.interface.Engine.query`."""
        caller = CALLER.get()
        answer = self._engine.answer(
            query, format=format, default_graphs=default_graphs, named_graphs=named_graphs, caller=caller
        )
        future = asyncio.run_coroutine_threadsafe(answer, self._loop)
        if caller is not None:
            caller.running = future
        return future.result()

    def close(self) -> None:
        """Nothing: the engine is its owner's."""


class Threaded:
    """A :class:`Concurrent` engine that asks ``engine`` in threads, as one does that asks a service elsewhere."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    async def answer(
        self,
        query: str | Scanned,
        *,
        format: Format,
        default_graphs: Sequence[str] | None = None,
        named_graphs: Sequence[str] | None = None,
        caller: Caller | None = None,  # noqa: ARG002 (it has no turns)
    ) -> Answer:
        """See :meth:`ogp_graph.engine.interface.Concurrent.answer`."""
        return await asyncio.to_thread(
            self._engine.query, query, format=format, default_graphs=default_graphs, named_graphs=named_graphs
        )
