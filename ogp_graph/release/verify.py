"""Whether a release still is what was published."""

from __future__ import annotations

import zlib
from collections import Counter, defaultdict
from functools import partial
from itertools import groupby, zip_longest
from typing import TYPE_CHECKING, NamedTuple

import pyoxigraph as ox
import zstandard

from ogp_graph.processes import Failure, in_order
from ogp_graph.release.checksums import STORE_SUMS, SUMS, digests, read_sums
from ogp_graph.release.dumps import CITATIONS, DUMPS, MERGED, QUADS, merged
from ogp_graph.release.packing import unpacked
from ogp_graph.search import INDEX, differences

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    from ogp_graph.release.dumps import Dump

__all__ = ["verify"]

# RuntimeError is what pyoxigraph raises for a store whose files are corrupt.
_DAMAGE = (OSError, EOFError, SyntaxError, ValueError, RuntimeError, MemoryError, zlib.error, zstandard.ZstdError)
_STORED = (CITATIONS, QUADS, MERGED)
"""What a store holds, the largest first."""
_LARGE = 20_000_000  # bytes of dumps from which on other processes are worth their start
_EXACT = {"string", "langString", "anyURI"}  # datatypes (last part of the IRI) that a store keeps as they are


class _Part(NamedTuple):
    """A part of the work that one process does: ``of`` the files, a dump, what the store has of a dump (by its name),
    the graphs of the store, or the search index."""

    of: str
    dump: str = ""


class _Found(NamedTuple):
    """Problems, and statements by graph: in a dump, or in the store."""

    problems: list[str]
    counted: Counter[str]


def verify(path: Path, *, processes: int = 1) -> tuple[str, ...]:
    """What is wrong with the release in ``path``, one sentence each; empty when it is as it was published.

    Every file has the digest in ``SHA256SUMS`` and no file is missing or extra; every dump parses and holds the same
    statements; the store opens and holds those statements, graph by graph; the search index has what the
    tables have. Memory does not grow with the release (save a number for each graph, a digest for each report).
    Nothing is written. A large release is looked at by so many ``processes`` at once.

    Raises:
        RuntimeError: a part of it could not be looked at, for no reason that is known.
    """
    dumps = [dump for dump in DUMPS if (path / "dumps" / dump.name).exists()]
    parts = [_Part("store", dump.name) for dump in _STORED]  # they take longest
    parts += [_Part("graphs"), _Part("files"), *(_Part("dump", dump.name) for dump in dumps), _Part("index")]
    if sum((path / "dumps" / dump.name).stat().st_size for dump in dumps) < _LARGE:
        processes = 1
    found: defaultdict[str, list[_Found]] = defaultdict(list)
    for part, one in zip(parts, in_order(partial(_looked_at, path), parts, processes=processes, few=0), strict=True):
        if isinstance(one, Failure):
            raise RuntimeError(f"{path.name}: {part.of} could not be verified: {one.kind} at {one.place}")
        found[part.of].append(one)
    return tuple(dict.fromkeys(_told(found)))


def _told(found: Mapping[str, list[_Found]]) -> Iterator[str]:
    """The problems in the order of a release's parts. Where the store cannot be read, or lacks something, nobody wants
    to know how much."""
    problems = {of: [problem for one in parts for problem in one.problems] for of, parts in found.items()}
    yield from (*problems["files"], *problems.get("dump", ()))
    if stored := (*problems["store"], *problems["graphs"]):
        yield from stored
    else:
        yield from _counts(sum((one.counted for one in found["store"]), Counter()), found["graphs"][0].counted)
    yield from problems["index"]


def _looked_at(path: Path, part: _Part) -> _Found:
    counted: Counter[str] = Counter()
    if part.of == "files":
        return _Found(list(_files(path)), counted)
    if part.of == "index":  # a release may be older than it
        return _Found(_caught(INDEX, _index(path)) if (path / INDEX).exists() else [], counted)
    if part.of == "graphs":
        return _Found(_caught("store", _graphs(path, counted)), counted)
    (dump,) = (dump for dump in DUMPS if dump.name == part.dump)
    if part.of == "dump":
        return _Found(_caught(f"dumps/{dump.name}", _dump(path / "dumps", dump)), counted)
    return _Found(_caught("store", _store(path, dump, counted)), counted)


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


def _store(path: Path, dump: Dump, counted: Counter[str]) -> Iterator[str]:
    """Looks for all that a dump has, and counts it as a store does."""
    store = ox.Store.read_only(str(path / "store"))
    with unpacked(path / "dumps" / dump.name) as file:
        for quads in _by_property(ox.parse(file, dump.format)):
            if any(quad not in store for quad in quads):
                yield f"lacks a statement about {quads[0].subject} that dumps/{dump.name} has"
                return
            counted.update(str(quad.graph_name) for quad in _as_stored(quads))


def _graphs(path: Path, held: Counter[str]) -> Iterator[str]:
    """Counts what the store has."""
    held.update(str(quad.graph_name) for quad in ox.Store.read_only(str(path / "store")))
    yield from ()


def _counts(counted: Counter[str], held: Counter[str]) -> Iterator[str]:
    for graph in sorted(held.keys() | counted.keys()):
        if held[graph] != counted[graph]:
            yield f"store: {graph} holds {held[graph]} statements instead of {counted[graph]}"


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
