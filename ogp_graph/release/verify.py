"""Whether a release still is what was published."""

from __future__ import annotations

import zlib
from collections import Counter
from itertools import groupby, zip_longest
from typing import TYPE_CHECKING

import pyoxigraph as ox
import zstandard

from ogp_graph.release.checksums import STORE_SUMS, SUMS, digests, read_sums
from ogp_graph.release.dumps import CITATIONS, DUMPS, MERGED, QUADS, merged
from ogp_graph.release.packing import unpacked
from ogp_graph.search import INDEX, differences

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from ogp_graph.release.dumps import Dump

__all__ = ["verify"]

# RuntimeError is what pyoxigraph raises for a store whose files are corrupt.
_DAMAGE = (OSError, EOFError, SyntaxError, ValueError, RuntimeError, MemoryError, zlib.error, zstandard.ZstdError)
_EXACT = {"string", "langString", "anyURI"}  # datatypes (last part of the IRI) that a store keeps as they are


def verify(path: Path) -> tuple[str, ...]:
    """What is wrong with the release in ``path``, one sentence each; empty when it is as it was published.

    Every file has the digest in ``SHA256SUMS`` and no file is missing or extra; every dump parses and holds the same
    statements; the store opens and holds those statements, graph by graph; the search index has what the
    tables have. Memory does not grow with the release (save a number for each graph, a digest for each report).
    Nothing is written."""
    problems = list(_files(path))
    for dump in DUMPS:
        if (path / "dumps" / dump.name).exists():
            problems += _caught(f"dumps/{dump.name}", _dump(path / "dumps", dump))
    problems += _caught("store", _store(path))
    if (path / INDEX).exists():  # a release may be older than the index
        problems += _caught(INDEX, _index(path))
    return tuple(dict.fromkeys(problems))


def _caught(name: str, problems: Iterator[str]) -> list[str]:
    found: list[str] = []
    try:
        found.extend(f"{name}: {problem}" for problem in problems)
    except _DAMAGE as error:
        found.append(f"{name}: cannot be read ({error})")
    return found


def _files(path: Path) -> Iterator[str]:
    for name, store in ((SUMS, False), (STORE_SUMS, True)):
        try:
            sums = read_sums(path, name)
            found = digests(path, store=store)
        except OSError as error:
            yield f"{error.filename}: cannot be read ({error.strerror})".removeprefix(f"{path}/")
            continue
        yield from (f"{one}: missing" for one in sorted(sums.keys() - found.keys()))
        yield from (f"{one}: not part of the release" for one in sorted(found.keys() - sums.keys()))
        for one in sorted(found.keys() & sums.keys()):
            if found[one] != sums[one]:
                yield f"{one}: differs from its checksum"


def _dump(folder: Path, dump: Dump) -> Iterator[str]:
    """Compares one dump with the merged N-Triples, or N-Quads with what they should be."""
    if dump is CITATIONS:
        for _ in _lines(folder, dump):  # parses; what it holds is compared with the store
            pass
    else:
        lines = _lines(folder, dump)
        yield from _differences(merged(lines) if dump.format == ox.RdfFormat.N_QUADS else lines, _lines(folder, MERGED))


def _lines(folder: Path, dump: Dump) -> Iterator[str]:
    """The statements of a dump as lines, after parsing."""
    streaming = ox.RdfFormat.STREAMING_JSON_LD if dump.format == ox.RdfFormat.JSON_LD else dump.format
    with unpacked(folder / dump.name) as file:
        for quad in ox.parse(file, streaming):
            yield f"{quad} ." if dump.format == ox.RdfFormat.N_QUADS else f"{quad.triple} ."


def _differences(lines: Iterable[str], expected: Iterable[str]) -> Iterator[str]:
    """The first subject of which two dumps do not say the same; both are grouped by subject in the same order."""
    for one, other in zip_longest(_by_subject(lines), _by_subject(expected)):
        if one != other:
            subject = min(group[0] for group in (one, other) if group is not None)
            yield f"says something else of {subject} than dumps/{MERGED.name}"
            return


def _by_subject(lines: Iterable[str]) -> Iterator[tuple[str, list[str]]]:
    for subject, group in groupby(lines, key=lambda line: line.partition(" ")[0]):
        yield subject, sorted(group)


def _store(path: Path) -> Iterator[str]:
    store = ox.Store.read_only(str(path / "store"))
    counted: Counter[str] = Counter()
    for dump in (MERGED, QUADS, CITATIONS):
        with unpacked(path / "dumps" / dump.name) as file:
            for quads in _by_property(ox.parse(file, dump.format)):
                if any(quad not in store for quad in quads):
                    yield f"lacks a statement about {quads[0].subject} that dumps/{dump.name} has"
                    return
                counted.update(str(quad.graph_name) for quad in _as_stored(quads))
    held = Counter({str(graph): 0 for graph in counted})
    for quad in store:
        held[str(quad.graph_name)] += 1
    for graph in sorted(held.keys() | counted.keys()):
        if held[graph] != counted[graph]:
            yield f"{graph} holds {held[graph]} statements instead of {counted[graph]}"


def _index(path: Path) -> Iterator[str]:
    for key in differences(path)[:1]:
        yield f"says something else of {key} than the tables"


def _by_property(quads: Iterable[ox.Quad]) -> Iterator[list[ox.Quad]]:
    for _, group in groupby(quads, key=lambda quad: (quad.subject, quad.predicate)):
        yield list(group)


def _as_stored(quads: list[ox.Quad]) -> list[ox.Quad]:
    """``quads`` of one subject and property as a store holds them: "1.50" and "1.5" are one number there."""
    literals = [quad.object for quad in quads if isinstance(quad.object, ox.Literal)]
    if sum(literal.datatype.value.rpartition("#")[2] not in _EXACT for literal in literals) < 2:
        return quads
    store = ox.Store()
    store.extend(quads)
    return list(store)
