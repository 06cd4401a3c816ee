"""How the memory that a server may have is shared out between it and its query processes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ogp_graph.engine.worker import Limits
from ogp_graph.errors import UsageError

if TYPE_CHECKING:
    from ogp_graph.engine.nursery import Loaded
    from ogp_graph.settings import Settings

__all__ = ["shared_out"]

_FRONT = 500_000_000  # bytes of memory for the server itself: caches, requests, pages
_LEAST = 50_000_000  # bytes of memory without which a worker is no use
_LONG_SHARE = 4  # of the memory, what a long query gets for one part of a quick one


def shared_out(settings: Settings, loaded: Loaded, folder: str) -> Limits:
    """What a worker may use, so that all processes together stay below the limit; its files go to ``folder``.

    Raises:
        UsageError: there is too little memory for what is loaded.
    """
    rest = settings.memory - _FRONT - loaded.memory
    part = rest // (settings.query_workers + _LONG_SHARE * settings.query_long)
    if part < _LEAST:
        raise UsageError(
            f"{settings.memory:,} bytes of memory are too few for a store that takes {loaded.memory:,}: raise the "
            "setting memory, or lower memory_store"
        )
    quick, most = min(part, settings.query_memory), min(_LONG_SHARE * part, settings.query_memory)
    return Limits(
        quick, most - quick, settings.result_bytes, settings.query_seconds, folder,
        settings.query_bytes, settings.query_nesting, settings.query_list,
    )  # fmt: skip
