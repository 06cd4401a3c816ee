"""Dumps written part by part: all of them anew, or from those of the release before with what changed since.

Both ways end with the same bytes: a part is the same function of the same lines, and parts end at the same places
(:mod:`ogp_graph.release.parts`). Parts are made on all cores.
"""

from __future__ import annotations

import os
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from typing import IO, TYPE_CHECKING, Any

from ogp_graph.processes import Failure, in_order, in_order_unless
from ogp_graph.release.dumps import (
    CITATIONS,
    GRAPH,
    Counts,
    Dump,
    Rendered,
    counted,
    counted_citations,
    heads,
    rendered,
    rendered_citations,
)
from ogp_graph.release.packing import empty, unpack
from ogp_graph.release.parts import Cutter, Part, read_parts, stem, subject, write_parts

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    from ogp_graph.release.difference import Difference

__all__ = ["CITED", "STATED", "Change", "Series", "revise", "write"]


_AT_ONCE = 1 << 20  # bytes that are copied at once
_FEW = 120  # parts for which no other process is started: each takes some 20 ms, a process a second


@dataclass(frozen=True, slots=True)
class Series:
    """Dumps that are cut at the same places: how a part is made and counted, how many characters it has at least, and
    the list of parts."""

    dumps: tuple[Dump, ...]
    render: Callable[[str], Rendered]
    count: Callable[[str], Counts]
    least: int
    parts: str


STATED = Series(GRAPH, rendered, counted, 128 * 1024, "parts/statements.tsv")
CITED = Series((CITATIONS,), rendered_citations, counted_citations, 256 * 1024, "parts/citations.tsv")


@dataclass(frozen=True, slots=True)
class Change:
    """What differs from the release before: graphs (IRIs) of which every line goes, single lines that go, lines that
    come (sorted), and the subjects (as written) about which something was said that goes."""

    graphs: frozenset[str]
    gone: frozenset[str]
    come: Iterable[str]
    subjects: frozenset[str]


def write(series: Series, texts: Iterable[str], release: Path, *, processes: int) -> Counts:
    """Writes the dumps of ``series`` from the texts of their parts; returns what they count.

    Raises:
        OSError: disk full, no permission.
    """
    counts = Counts()
    with ExitStack() as stack:
        files = _Files(series, release, None, stack)
        for one in in_order(series.render, texts, processes=processes):
            files.add(_sound(one), counts)
    return counts


def revise(
    series: Series, before: Path, release: Path, change: Change, difference: Difference, *, processes: int
) -> Counts:
    """Writes the same dumps from those of the release ``before``; returns what is to be added to their counts.

    ``difference`` hears which lines went and came.

    Raises:
        OSError, ValueError: as for :func:`write`, and when the old dumps are not what their list of parts says.
    """
    counts = Counts()
    with ExitStack() as stack:
        files = _Files(series, release, before, stack)
        items = _revised(series, files, change, difference, counts)
        kept: Callable[[str | int], int | Rendered | None] = _kept
        made: Callable[[str | int], int | Rendered] = partial(_rendered, series.render)
        for one in in_order_unless(kept, made, items, processes=processes, few=_FEW):
            if isinstance(one, int):
                files.keep(one)
            else:
                files.add(_sound(one), counts)
    return counts


def _kept(item: str | int) -> int | None:
    return item if isinstance(item, int) else None


def _rendered(render: Callable[[str], Rendered], item: str | int) -> int | Rendered:
    return render(item) if isinstance(item, str) else item


def _sound(one: Rendered | Failure[Any]) -> Rendered:
    if isinstance(one, Failure):
        raise RuntimeError(f"a part of a dump could not be made: {one.kind} at {one.place}")
    return one


def _revised(
    series: Series, files: _Files, change: Change, difference: Difference, counts: Counts
) -> Iterator[str | int]:
    """The numbers of old parts to keep, and texts of new parts, in order."""
    cutter, come = Cutter(series.least), _Coming(change.come)
    touched = _touched([part.first for part in files.old], change.subjects)
    for number in range(len(files.old)):
        after = files.old[number + 1].first if number + 1 < len(files.old) else None
        if cutter.empty and number not in touched and not come.before(after):
            yield number
            continue
        text = files.text(number)
        counts.take(series.count(text), -1)
        old = text.split("\n")[:-1]
        new = [line for line in old if line not in change.gone and _graph(line) not in change.graphs]
        new = sorted({*new, *come.take(after)})
        difference.note(old, new)
        yield from cutter.lines(new)
        if after is None or stem(after) != cutter.open:
            yield from cutter.close()
    rest = list(come.take(None))
    difference.note([], rest)
    yield from cutter.lines(rest)
    yield from cutter.flush()


def _touched(firsts: list[str], subjects: frozenset[str]) -> set[int]:
    """Which parts speak of the subjects."""
    found, number = set(), 0
    for one in sorted(subjects):
        while number + 1 < len(firsts) and firsts[number + 1] <= one:
            number += 1
        found.add(number)
    return found


def _graph(line: str) -> str:
    return line[line.rindex(" <") + 2 : -3]


class _Coming:
    """Sorted lines that are taken bit by bit."""

    def __init__(self, lines: Iterable[str]) -> None:
        self._lines = iter(lines)
        self._next = next(self._lines, None)

    def before(self, end: str | None) -> bool:
        """Whether the next line is about a subject in front of ``end`` (None: about any)."""
        return self._next is not None and (end is None or subject(self._next) < end)

    def take(self, end: str | None) -> Iterator[str]:
        """The lines about subjects in front of ``end``."""
        while self._next is not None and self.before(end):
            yield self._next
            self._next = next(self._lines, None)


class _Files:
    """The dumps of a series in the making, and those of the release before."""

    def __init__(self, series: Series, release: Path, before: Path | None, stack: ExitStack) -> None:
        self._series, self._release = series, release
        self._around = heads(series.dumps)
        self._parts: list[Part] = []
        self._pending: range | None = None
        self._new = [stack.enter_context((release / "dumps" / dump.name).open("xb")) for dump in series.dumps]
        for file, (head, _, _) in zip(self._new, self._around, strict=True):
            file.write(head)
        self.old: list[Part] = [] if before is None else read_parts(before / series.parts)
        folder = (before or release) / "dumps"
        opened = series.dumps if before is not None else ()
        self._old = [stack.enter_context((folder / dump.name).open("rb")) for dump in opened]
        self._starts = [[*_starts(self.old, at, around)] for at, around in enumerate(self._around)]
        stack.push(lambda kind, *_: self._finish() if kind is None else None)

    def text(self, number: int) -> str:
        """The lines of an old part."""
        data = _read(self._old[0], self._starts[0][number], self.old[number].sizes[0])
        return unpack(data).decode("utf-8")

    def add(self, one: Rendered, counts: Counts) -> None:
        """Writes a new part."""
        self._copy()
        self._between()
        for file, data in zip(self._new, one.files, strict=True):
            file.write(data)
        self._parts.append(Part(one.first, one.lines, tuple(map(len, one.files))))
        counts.take(one.counts)

    def keep(self, number: int) -> None:
        """Takes over an old part, together with those that follow at once."""
        if self._pending is not None and self._pending.stop == number:
            self._pending = range(self._pending.start, number + 1)
            return
        self._copy()
        self._pending = range(number, number + 1)

    def _copy(self) -> None:
        if self._pending is None:
            return
        self._between()
        first, last = self._pending[0], self._pending[-1]
        for file, old, starts, at in zip(self._new, self._old, self._starts, range(len(self._new)), strict=True):
            _copied(old, file, starts[first], starts[last] + self.old[last].sizes[at] - starts[first])
        self._parts += self.old[first : last + 1]
        self._pending = None

    def _between(self) -> None:
        for file, (_, between, _) in zip(self._new, self._around, strict=True):
            file.write(between if self._parts else b"")

    def _finish(self) -> None:
        self._copy()
        for file, dump, (_, _, tail) in zip(self._new, self._series.dumps, self._around, strict=True):
            file.write(tail)
            if not file.tell():
                file.write(empty(dump.name))
        write_parts(self._parts, self._release / self._series.parts)


def _starts(parts: Iterable[Part], at: int, around: tuple[bytes, bytes, bytes]) -> Iterator[int]:
    place = len(around[0])
    for part in parts:
        yield place
        place += part.sizes[at] + len(around[1])


def _read(file: IO[bytes], start: int, size: int) -> bytes:
    data = os.pread(file.fileno(), size, start)
    if len(data) != size:
        raise ValueError(f"{file.name} is shorter than its list of parts says")
    return data


def _copied(old: IO[bytes], new: IO[bytes], start: int, size: int) -> None:
    end = start + size
    for place in range(start, end, _AT_ONCE):
        new.write(_read(old, place, min(_AT_ONCE, end - place)))
