"""The engine without processes, for the project's own queries over a store that is already open."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ogp_graph.engine.evaluate import evaluate, request
from ogp_graph.engine.interface import Answer, spool
from ogp_graph.engine.scan import Scanned, scan
from ogp_graph.settings import settings_from

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pyoxigraph as ox

    from ogp_graph.formats import Format
    from ogp_graph.settings import Settings

__all__ = ["Direct"]


class Direct:
    """Answers in this process and thread, without a deadline: not for strangers' queries."""

    def __init__(self, store: ox.Store, settings: Settings | None = None) -> None:
        self._store = store
        self._settings = settings or settings_from({})

    def query(
        self,
        query: str | Scanned,
        *,
        format: Format,
        default_graphs: Sequence[str] | None = None,
        named_graphs: Sequence[str] | None = None,
    ) -> Answer:
        """See :meth:`ogp_graph.engine.interface.Engine.query`."""
        scanned = query if isinstance(query, Scanned) else scan(query, self._settings)
        body = spool()
        try:
            evaluate(self._store, request(scanned, format, default_graphs, named_graphs), body)
        except BaseException:
            body.close()
            raise
        return Answer.whole(format, body)

    def close(self) -> None:
        """Nothing: the store is its owner's."""
