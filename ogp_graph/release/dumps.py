"""The dumps of a release: every format from the same sorted lines, streaming, byte for byte reproducible.

Formats with named graphs hold the statements where they are said; the others hold their merge, each statement
once. Citations are in a dump of their own. Nothing goes through a store, which would change literals.
"""

from __future__ import annotations

from collections import Counter
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pyoxigraph as ox

from ogp_graph.release.jsonld import jsonld, split
from ogp_graph.release.packing import packed, unpacked
from ogp_graph.vocabulary import PREFIXES, term

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

__all__ = [
    "CITATIONS", "DUMPS", "MERGED", "QUADS", "Counts", "Dump", "merged", "text_lines", "write_dumps", "write_jsonld",
    "write_turtle",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Dump:
    """One file of a release: its name under ``dumps/``, the format and media type of what is inside, how it is
    compressed (media type), and what it holds."""

    name: str
    format: ox.RdfFormat
    compression: str
    title: str

    @property
    def media_type(self) -> str:
        return self.format.media_type.partition(";")[0]


_GZIP, _ZSTD = "application/gzip", "application/zstd"
QUADS = Dump("ogp-graph.nq.gz", ox.RdfFormat.N_QUADS, _GZIP, "All statements in their named graphs, N-Quads")
_FAST = Dump("ogp-graph.nq.zst", ox.RdfFormat.N_QUADS, _ZSTD, "All statements in their named graphs, N-Quads")
MERGED = Dump("ogp-graph.nt.gz", ox.RdfFormat.N_TRIPLES, _GZIP, "All statements merged, N-Triples")
_TURTLE = Dump("ogp-graph.ttl.gz", ox.RdfFormat.TURTLE, _GZIP, "All statements merged, Turtle")
_JSON_LD = Dump("ogp-graph.jsonld.gz", ox.RdfFormat.JSON_LD, _GZIP, "All statements merged, JSON-LD")
CITATIONS = Dump("ogp-graph-citations.nq.gz", ox.RdfFormat.N_QUADS, _GZIP, "Citations of all statements, N-Quads")

DUMPS: tuple[Dump, ...] = (QUADS, _FAST, MERGED, _TURTLE, _JSON_LD, CITATIONS)
"""The dumps in the order in which they are shown."""

_LINKS = "graph/links/"
_TYPE = f"<{term('rdf:type')}>"


@dataclass(slots=True)
class Counts:
    """How much there is: ``quads`` in named graphs, ``triples`` merged, ``entities`` (subjects), ``citations``
    (quads), the merged triples by property and the entities by class (IRIs), and the quads of ``graph/links/`` by
    linkset and property."""

    quads: int = 0
    triples: int = 0
    entities: int = 0
    citations: int = 0
    properties: Counter[str] = field(default_factory=Counter)
    classes: Counter[str] = field(default_factory=Counter)
    links: Counter[tuple[str, str]] = field(default_factory=Counter)

    def add_quad(self, line: str) -> None:
        """Counts one quad."""
        self.quads += 1
        _, _, linkset = line.rpartition(_LINKS)
        if linkset and linkset != line and linkset.endswith("> .") and "/" not in linkset:
            self.links[linkset.removesuffix("> ."), split(line)[1][1:-1]] += 1

    def add(self, line: str, subject_before: str | None) -> str:
        """Counts one merged triple; returns its subject."""
        subject, predicate, value = split(line)
        self.triples += 1
        self.entities += subject != subject_before
        self.properties[predicate[1:-1]] += 1
        if predicate == _TYPE:
            self.classes[value[1:-1]] += 1
        return subject


def merged(lines: Iterable[str]) -> Iterator[str]:
    """Sorted N-Quads lines as sorted N-Triples lines: without their graphs, each once.

    (Statements that differ in their graph alone stand next to each other, so one look back is enough.)"""
    previous = None
    for line in lines:
        triple = line[: line.rindex(" <")] + " ."
        if triple != previous:
            yield triple
            previous = triple


def write_dumps(statements: Iterable[str], citations: Iterable[str], folder: Path) -> Counts:
    """Writes every file of :data:`DUMPS` into ``folder`` from sorted, unique N-Quads lines in named graphs.

    Raises:
        OSError: disk full, no permission.
    """
    counts = Counts()
    with ExitStack() as files:
        quads, fast, triples = (files.enter_context(packed(folder / d.name)) for d in (QUADS, _FAST, MERGED))

        def written() -> Iterator[str]:
            for line in statements:
                data = f"{line}\n".encode()
                quads.write(data)
                fast.write(data)
                counts.add_quad(line)
                yield line

        subject: str | None = None
        for line in merged(written()):
            triples.write(f"{line}\n".encode())
            subject = counts.add(line, subject)
    with packed(folder / CITATIONS.name) as out:
        for line in citations:
            out.write(f"{line}\n".encode())
            counts.citations += 1
    write_turtle(text_lines(folder / MERGED.name), folder / _TURTLE.name)
    write_jsonld(text_lines(folder / MERGED.name), folder / _JSON_LD.name)
    return counts


def text_lines(path: Path) -> Iterator[str]:
    """The lines of a dump, without their line feed."""
    with unpacked(path) as file:
        for line in file:
            yield line.decode("utf-8").removesuffix("\n")


def write_turtle(lines: Iterable[str], path: Path) -> None:
    """Writes sorted N-Triples lines as Turtle, grouped by subject, with the project's prefixes."""
    triples = (
        quad.triple
        for batch in _batches(lines)
        for quad in ox.parse(batch, format=ox.RdfFormat.N_TRIPLES)
    )  # fmt: skip
    with packed(path) as out:
        ox.serialize(triples, out, ox.RdfFormat.TURTLE, prefixes=dict(PREFIXES))


def write_jsonld(lines: Iterable[str], path: Path) -> None:
    """Writes sorted N-Triples lines as JSON-LD, one node object a subject."""
    with packed(path) as out:
        for piece in jsonld(lines):
            out.write(piece.encode("utf-8"))


def _batches(lines: Iterable[str]) -> Iterator[bytes]:
    batch: list[str] = []
    for line in lines:
        batch.append(line)
        if len(batch) == 1_000:
            yield "\n".join(batch).encode() + b"\n"
            batch = []
    yield "\n".join(batch).encode() + b"\n"
