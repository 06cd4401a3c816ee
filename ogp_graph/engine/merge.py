"""Several graphs as one default graph: a statement of two of them is one statement (SPARQL 1.1 Query, 13.1).

The engine finds such a statement once in each graph. Where that happens, the query runs over a copy.
"""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

import pyoxigraph as ox

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

__all__ = ["merge"]

_PART = 10_000  # statements that are copied at once


def merge(store: ox.Store, default: Sequence[ox.NamedNode], named: Sequence[ox.NamedNode]) -> ox.Store | None:
    """A store in memory whose default graph has each statement of ``default`` once, and the graphs ``named`` beside it.
    None when no statement is in two of ``default``: then the engine's own look at them is right."""
    merged, count = ox.Store(), 0
    for graph in default:
        quads = (ox.Quad(one.subject, one.predicate, one.object) for one in _of(store, graph))
        while part := list(islice(quads, _PART)):
            merged.extend(part)
            count += len(part)
    if len(merged) == count:
        return None
    for graph in named:
        merged.extend(_of(store, graph))
    return merged


def _of(store: ox.Store, graph: ox.NamedNode) -> Iterator[ox.Quad]:
    return store.quads_for_pattern(None, None, None, graph)
