"""Quads, report by report, into one document of any RDF format, the same bytes each time."""

from __future__ import annotations

from typing import IO, TYPE_CHECKING

import pyoxigraph as ox

from ogp_graph.vocabulary import PREFIXES

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from ogp_graph.formats import Format

__all__ = ["write_quads"]

_NAMED = (ox.RdfFormat.N_QUADS, ox.RdfFormat.TRIG)


def write_quads(batches: Iterable[list[ox.Quad]], form: Format, file: IO[bytes], *, base: str) -> None:
    """Writes ``batches`` in their order, each sorted, in the format ``form``.

    N-Quads and TriG keep named graphs; the other formats hold the merged statements without the citations
    (DESIGN 3.2), each once as long as no statement is in two batches.
    """
    if form.rdf is None:
        raise ValueError(f"{form.name} is not an RDF format")
    prefixes = dict(PREFIXES) if form.rdf not in (ox.RdfFormat.N_QUADS, ox.RdfFormat.N_TRIPLES) else None
    statements = _quads(batches) if form.rdf in _NAMED else _triples(batches, f"<{base}graph/sources/")
    ox.serialize(statements, file, format=form.rdf, prefixes=prefixes)


def _quads(batches: Iterable[list[ox.Quad]]) -> Iterator[ox.Quad]:
    for batch in batches:
        yield from sorted(set(batch), key=lambda q: (str(q.graph_name), str(q)))


def _triples(batches: Iterable[list[ox.Quad]], apart: str) -> Iterator[ox.Triple]:
    for batch in batches:
        merged = {ox.Triple(q.subject, q.predicate, q.object) for q in batch if not str(q.graph_name).startswith(apart)}
        yield from sorted(merged, key=str)
