"""The graph of a release in all its shapes (dumps, tables, store): made of all results, or of what changed since the
release before. Both ways end with the same bytes, save those of the store."""

from __future__ import annotations

import json
import zlib
from collections import Counter
from dataclasses import dataclass, fields
from gzip import BadGzipFile
from typing import TYPE_CHECKING

import pyoxigraph as ox

from ogp_graph.release.collecting import SortedLines, shown_names
from ogp_graph.release.difference import Difference, compared, write_patch
from ogp_graph.release.dumpfiles import CITED, STATED, Change, revise, write
from ogp_graph.release.dumps import CITATIONS, QUADS, Counts
from ogp_graph.release.parts import Cutter, stem
from ogp_graph.release.reporttables import ReportTables, revise_tables
from ogp_graph.release.rows import shared_rows
from ogp_graph.release.storing import load_store, revise_store

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    from ogp_graph.names import IRIs
    from ogp_graph.release.changes import Changes
    from ogp_graph.release.collecting import Collection

__all__ = ["Writer"]

_SHARED = "parts/shared.nq"
_COUNTS = "parts/counts.json"
_DAMAGED = (FileNotFoundError, EOFError, BadGzipFile, UnicodeDecodeError, zlib.error)
_PATCH = "changes.rdfp.gz"


@dataclass(frozen=True, slots=True)
class Writer:
    """Writes into the folder ``release``; ``temporary`` is a folder for what does not fit into memory."""

    release: Path
    temporary: Path
    iris: IRIs
    processes: int
    step: Callable[[str], None]

    def write(self, collected: Collection) -> tuple[Counts, dict[str, int]]:
        """Makes everything of all results; returns what there is, and the rows of each table."""
        self.step("citations and tables")
        with SortedLines(self.temporary) as lines:
            with ReportTables(self.release, collected.names()) as tables:
                texts = _cited(collected, lines, tables)
                counts = write(CITED, texts, self.release, processes=self.processes)
            lines.add("\n".join(collected.lines))
            self.step("statements")
            counts.take(write(STATED, _cut(lines), self.release, processes=self.processes))
        self._note(collected, counts)
        self.step("store")
        load_store(self.release)
        return counts, {name: file.count for name, file in tables.files.items()}

    def revise(
        self, collected: Collection, before: Path, changes: Changes, patch: tuple[str, str]
    ) -> tuple[Counts, dict[str, int]]:
        """Makes the same of the release ``before`` and of what changed since, and an RDF patch between the two, whose
        IRIs are ``patch``."""
        come, gone = (*changes.added, *changes.changed), (*changes.removed, *changes.changed)
        shared = (before / _SHARED).read_text(encoding="utf-8").split("\n")
        shared.pop()
        known = frozenset(shared)
        counts = _read_counts(before / _COUNTS)
        self.step("statements")
        with (
            Difference(self.temporary, "statements", merged=True) as stated,
            Difference(self.temporary, "citations", merged=False) as cited,
        ):
            with SortedLines(self.temporary) as lines:
                for key in sorted(come, key=collected.place):
                    lines.add(collected.result(key).graph)
                lines.add("\n".join(line for line in collected.lines if line not in known))
                graphs = frozenset(self.iris.report_graph(key) for key in gone)
                less = known - set(collected.lines)
                subjects = _subjects(before, graphs) | {line.partition(" ")[0] for line in less}
                change = Change(graphs, less, lines, subjects)
                counts.take(revise(STATED, before, self.release, change, stated, processes=self.processes))
            self.step("citations")
            graphs = frozenset(self.iris.sources_graph(key) for key in gone)
            sources = (collected.result(key).sources for key in sorted(come, key=collected.place))
            change = Change(
                graphs, frozenset(), (line for text in sources if text for line in text.split("\n")),
                _subjects(before, graphs),
            )  # fmt: skip
            counts.take(revise(CITED, before, self.release, change, cited, processes=self.processes))
            self._note(collected, counts)
            self.step("store")
            revise_store(before, self.release, (stated, cited))
            write_patch((stated, cited), self.release / _PATCH, previous=patch[0], this=patch[1])
        self.step("tables")
        return counts, self._tables(collected, before, frozenset(gone), come, shared)

    def _tables(
        self, collected: Collection, before: Path, gone: frozenset[str], come: Iterable[str], shared: list[str]
    ) -> dict[str, int]:
        """The tables; reports whose member or plan is called otherwise now have other rows, too."""
        then, now = shown_names(shared_rows(shared, self.iris)), collected.names()
        renamed = {
            report
            for report, member, plan in collected.places
            for column, key in (("member_name", member), ("plan_title", plan))
            if key and then[column].get(key) != now[column].get(key)
        }
        return revise_tables(before, self.release, gone, {*come, *renamed}, lambda key: collected.result(key).rows, now)

    def compare(self, before: Path, patch: tuple[str, str]) -> None:
        """Writes the RDF patch from the release ``before`` where this one was made of all results; none when the dumps
        of ``before`` are damaged."""
        with (
            Difference(self.temporary, "statements", merged=False) as stated,
            Difference(self.temporary, "citations", merged=False) as cited,
        ):
            try:
                for difference, dump in ((stated, QUADS), (cited, CITATIONS)):
                    compared(before / "dumps" / dump.name, self.release / "dumps" / dump.name, difference)
            except _DAMAGED:
                return
            write_patch((stated, cited), self.release / _PATCH, previous=patch[0], this=patch[1])

    def _note(self, collected: Collection, counts: Counts) -> None:
        """Keeps for the next release what it would have to count and look for."""
        text = "".join(f"{line}\n" for line in collected.lines)
        (self.release / _SHARED).write_text(text, encoding="utf-8", newline="\n")
        told = {one.name: getattr(counts, one.name) for one in fields(counts)}
        told["links"] = sorted([*key, number] for key, number in counts.links.items())
        (self.release / _COUNTS).write_text(json.dumps(told, indent=1, sort_keys=True) + "\n", encoding="utf-8")


def _cited(collected: Collection, lines: SortedLines, tables: ReportTables) -> Iterator[str]:
    """The parts of the citations; each report is read once, so its other lines and its rows go their way as well."""
    cutter = Cutter(CITED.least)
    for key in collected.in_order():
        result = collected.result(key)
        lines.add(result.graph)
        tables.add(key, result.rows)
        if result.sources:
            yield from cutter.add(stem(result.sources), result.sources + "\n")
    yield from cutter.flush()


def _cut(lines: Iterable[str]) -> Iterator[str]:
    cutter = Cutter(STATED.least)
    yield from cutter.lines(lines)
    yield from cutter.flush()


def _subjects(release: Path, graphs: frozenset[str]) -> frozenset[str]:
    """The subjects (as N-Quads has them) of what a release says in some graphs."""
    store = ox.Store.read_only(str(release / "store"))
    found: set[str] = set()
    for graph in graphs:
        found.update(str(quad.subject) for quad in store.quads_for_pattern(None, None, None, ox.NamedNode(graph)))
    return frozenset(found)


def _read_counts(path: Path) -> Counts:
    told = json.loads(path.read_bytes())
    links = Counter({(name, predicate): number for name, predicate, number in told.pop("links")})
    properties, classes = (Counter(told.pop(name)) for name in ("properties", "classes"))
    return Counts(**told, properties=properties, classes=classes, links=links)
