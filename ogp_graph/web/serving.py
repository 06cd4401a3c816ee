"""One release as it is served: its pages, its engine, and what has been answered."""

from __future__ import annotations

import asyncio
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ogp_graph.engine.cached import Cached
from ogp_graph.engine.embedded import pool
from ogp_graph.engine.remote import Remote
from ogp_graph.engine.shelf import Shelf
from ogp_graph.engine.sides import Blocking
from ogp_graph.web.app import create_app
from ogp_graph.web.headers import headers
from ogp_graph.web.pages.prepared import ready

if TYPE_CHECKING:
    from collections.abc import Sequence
    from wsgiref.types import WSGIApplication

    from ogp_graph.engine import Answer, Scanned
    from ogp_graph.engine.pool import Pool
    from ogp_graph.errors import EnvironmentFailure, QueryError
    from ogp_graph.formats import Format
    from ogp_graph.web.pages.prepared import Ready
    from ogp_graph.web.target import Site

__all__ = ["OUTCOME", "Serving", "opened"]

OUTCOME: ContextVar[Answer | QueryError | EnvironmentFailure | None] = ContextVar("OUTCOME", default=None)
"""What the query of a request has come to, when a page is made of it."""


class _Told(Blocking):
    """The engine of the pages: the answer that is there, else the answer to a query of the page's own."""

    def query(
        self,
        query: str | Scanned,
        *,
        format: Format,
        default_graphs: Sequence[str] | None = None,
        named_graphs: Sequence[str] | None = None,
    ) -> Answer:
        """See :meth:`ogp_graph.engine.interface.Engine.query`."""
        outcome = OUTCOME.get()
        if outcome is None:
            return super().query(query, format=format, default_graphs=default_graphs, named_graphs=named_graphs)
        OUTCOME.set(None)
        if isinstance(outcome, Exception):
            raise outcome
        return outcome


@dataclass(slots=True)
class Serving:
    """What answers the requests for one release. ``requests`` are under way; ``prefix`` is the path of its address."""

    site: Site
    pages: WSGIApplication
    pool: Pool | Remote
    engine: Cached
    shelf: Shelf
    carried: list[tuple[str, str]]
    most: int  # bytes that the body of a request may have
    prefix: str
    ready: Ready  # pages that were made with the release
    requests: int = 0
    reading: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(1))

    async def close(self, seconds: float = 0) -> None:
        """Ends its processes, once its requests are answered or ``seconds`` have passed."""
        until = asyncio.get_running_loop().time() + seconds
        while self.requests and asyncio.get_running_loop().time() < until:
            await asyncio.sleep(0.05)
        await self.pool.close()
        self.shelf.close()


async def opened(site: Site) -> Serving:
    """``site``, loaded and ready to be asked.

    Raises:
        UsageError: a file that does not parse, or too little memory for it.
        EnvironmentFailure: processes cannot be started.
    """
    workers = _engine(site)
    shelf = Shelf(site.settings.cache_memory, site.settings.cache_disk)
    engine = Cached(workers, site.settings, shelf)
    pages = create_app(site, _Told(engine, asyncio.get_running_loop()))
    await workers.start()
    most, prefix = pages.config["MAX_CONTENT_LENGTH"], "/" + site.url.split("/", 3)[3]
    return Serving(site, pages, workers, engine, shelf, headers(site), most, prefix, ready(site))


def _engine(site: Site) -> Pool | Remote:
    """What answers the queries: processes of our own, or a service elsewhere that holds the release."""
    if not site.settings.engine_url:
        return pool(site.target.source, site.settings, base=site.url)
    return Remote(site.settings, base=site.base, release=site.target.id)
