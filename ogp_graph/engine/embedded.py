"""Oxigraph in worker processes, for whoever has no event loop: the pool on a loop and a thread of its own."""

from __future__ import annotations

import asyncio
import tempfile
import threading
from typing import TYPE_CHECKING

from ogp_graph.engine.pool import Pool
from ogp_graph.engine.sides import Blocking
from ogp_graph.engine.source import Source
from ogp_graph.errors import EnvironmentFailure

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from ogp_graph.engine.interface import Answer
    from ogp_graph.engine.scan import Scanned
    from ogp_graph.formats import Format
    from ogp_graph.settings import Settings

__all__ = ["Embedded", "embedded", "pool"]


def pool(path: Path, settings: Settings, *, base: str | None = None) -> Pool:
    """A pool over a store's folder or an RDF file, not started."""
    return Pool(Source(str(path.resolve()), base, settings.memory_store), settings, tempfile.gettempdir())


def embedded(path: Path, settings: Settings, *, base: str | None = None) -> Embedded:
    """An engine over a store's folder or an RDF file; returns when it is loaded and the workers are being made.

    Raises:
        UsageError: a file that is no RDF.
        EnvironmentFailure: it cannot be read, or processes cannot be started.
    """
    engine = Embedded(pool(path, settings, base=base))
    engine.start()
    return engine


class Embedded:
    """See :func:`embedded`. ``start`` begins and ``close`` ends its thread and its processes."""

    def __init__(self, engine: Pool) -> None:
        self._pool = engine
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        self._loop = loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=loop.run_forever, name="engine", daemon=True)
        self._thread.start()
        try:
            asyncio.run_coroutine_threadsafe(self._pool.start(), loop).result()
        except BaseException:
            self.close()
            raise

    def query(
        self,
        query: str | Scanned,
        *,
        format: Format,
        default_graphs: Sequence[str] | None = None,
        named_graphs: Sequence[str] | None = None,
    ) -> Answer:
        """See :meth:`ogp_graph.engine.interface.Engine.query`."""
        if self._loop is None:
            raise EnvironmentFailure("the engine is closed")
        return Blocking(self._pool, self._loop).query(
            query, format=format, default_graphs=default_graphs, named_graphs=named_graphs
        )

    def close(self) -> None:
        loop, self._loop = self._loop, None
        if loop is None or self._thread is None:
            return
        asyncio.run_coroutine_threadsafe(self._pool.close(), loop).result()
        loop.call_soon_threadsafe(loop.stop)
        self._thread.join()
        loop.run_until_complete(loop.shutdown_default_executor())
        loop.close()
