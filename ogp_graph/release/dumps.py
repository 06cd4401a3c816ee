"""The dumps of a release: every format from the same sorted lines, streaming, byte for byte reproducible.

Formats with named graphs hold the statements where they are said; the others hold their merge, each statement
once. Citations are in a dump of their own. Nothing goes through a store, which would change literals.

A dump is what stands in front of its parts (prefixes, say), its parts one after the other, and what stands behind them,
each a gzip member (RFC 1952, section 2.2) or a zstd frame (RFC 8878, section 3.1) of its own.
"""

from __future__ import annotations

import io
from collections import Counter
from dataclasses import dataclass, field, fields
from functools import cache
from typing import TYPE_CHECKING

import pyoxigraph as ox

from ogp_graph.release.jsonld import JSON_HEAD, JSON_TAIL, json_nodes, jsonld, split
from ogp_graph.release.packing import gzipped, packed, unpacked, zstandarded
from ogp_graph.release.parts import subject
from ogp_graph.vocabulary import PREFIXES, term

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

__all__ = [
    "CITATIONS", "DUMPS", "GRAPH", "MERGED", "QUADS", "Counts", "Dump", "Rendered", "counted", "counted_citations",
    "heads", "merged", "rendered", "rendered_citations", "text_lines", "turtle", "write_jsonld",
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

    def take(self, other: Counts, times: int = 1) -> None:
        """Adds what another part counts, or takes it away (``times=-1``)."""
        for name in (one.name for one in fields(self)):
            mine, theirs = getattr(self, name), getattr(other, name)
            if isinstance(mine, int):
                setattr(self, name, mine + times * theirs)
                continue
            for key, number in theirs.items():
                mine[key] += times * number
                if not mine[key]:
                    del mine[key]

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


@dataclass(slots=True)
class Rendered:
    """A part in every format: its first subject, its number of lines, its bytes for each dump, and what it counts."""

    first: str
    lines: int
    files: tuple[bytes, ...]
    counts: Counts


GRAPH: tuple[Dump, ...] = (QUADS, _FAST, MERGED, _TURTLE, _JSON_LD)
"""The dumps that are made of the statements."""


def rendered(text: str) -> Rendered:
    """A part of the statements (sorted N-Quads lines, each with its line feed) in the formats of :data:`GRAPH`."""
    lines = text.split("\n")[:-1]
    triples = list(merged(lines))
    data, plain = text.encode(), "\n".join((*triples, "")).encode()
    nodes = ",\n".join(json_nodes(triples)).encode()
    files = (gzipped(data), zstandarded(data), gzipped(plain), gzipped(turtle(plain)), gzipped(nodes))
    return Rendered(subject(text), len(lines), files, _counts(lines, triples))


def counted(text: str) -> Counts:
    """What such a part counts."""
    lines = text.split("\n")[:-1]
    return _counts(lines, merged(lines))


def _counts(lines: Iterable[str], triples: Iterable[str]) -> Counts:
    counts, before = Counts(), None
    for line in lines:
        counts.add_quad(line)
    for line in triples:
        before = counts.add(line, before)
    return counts


def rendered_citations(text: str) -> Rendered:
    """A part of the citations for the one dump that they have."""
    counts = counted_citations(text)
    return Rendered(subject(text), counts.citations, (gzipped(text.encode()),), counts)


def counted_citations(text: str) -> Counts:
    """What such a part counts."""
    return Counts(citations=text.count("\n"))


def heads(dumps: tuple[Dump, ...]) -> list[tuple[bytes, bytes, bytes]]:
    """What stands before, between and behind the parts of each dump."""
    around = {
        _TURTLE.name: (gzipped(_prefixes()), b"", b""),
        _JSON_LD.name: (gzipped(JSON_HEAD.encode()), gzipped(b",\n"), gzipped(JSON_TAIL.encode())),
    }
    return [around.get(dump.name, (b"", b"", b"")) for dump in dumps]


def turtle(plain: bytes) -> bytes:
    """N-Triples as Turtle without the prefixes in front."""
    out = io.BytesIO()
    triples = (quad.triple for quad in ox.parse(plain, format=ox.RdfFormat.N_TRIPLES))
    ox.serialize(triples, out, ox.RdfFormat.TURTLE, prefixes=dict(PREFIXES))
    return out.getvalue().removeprefix(_prefixes())


@cache
def _prefixes() -> bytes:
    out = io.BytesIO()
    ox.serialize((), out, ox.RdfFormat.TURTLE, prefixes=dict(PREFIXES))
    return out.getvalue()


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
