"""The results of all reports, brought together on disk in sorted order; memory holds keys only."""

from __future__ import annotations

import json
from collections import Counter
from contextlib import ExitStack
from itertools import groupby
from typing import TYPE_CHECKING

from ogp_graph.model import Finding, Severity, decode, encode
from ogp_graph.release.rows import finding_row, shared_rows
from ogp_graph.release.sorting import Sorter
from ogp_graph.release.tables import TABLES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    from ogp_graph.model import Mention
    from ogp_graph.names import IRIs
    from ogp_graph.release.results import ReportResult, Row, Rows

    Known = dict[str | int | None, str | int | None]

__all__ = ["Collection"]

_LINES = 50_000  # in memory for each of the four sorters


class Collection:
    """Takes results in any order and gives what a release is made of, sorted and each thing once."""

    def __init__(self, temporary: Path) -> None:
        self.reports: list[tuple[str, str, str]] = []  # (key, digest of inputs, digest of content)
        self.quarantined: list[tuple[str, tuple[str, ...]]] = []  # (key, messages)
        self.removed: list[tuple[str, int]] = []  # (report, position) of evaluators that were taken down
        self.graphs: Counter[str] = Counter()  # statements of each named graph
        self.shared: Rows = {"members": [], "plans": []}
        self._mentions: list[Mention] = []
        with ExitStack() as sorters:
            self.statements, self.citations, self._rows, self._findings = (
                sorters.enter_context(Sorter(temporary, limit=_LINES)) for _ in range(4)
            )
            self._sorters = sorters.pop_all()

    def __enter__(self) -> Collection:
        return self

    def __exit__(self, *_: object) -> None:
        self._sorters.close()

    def add(self, result: ReportResult) -> None:
        """Takes one report in; of a quarantined one only its findings."""
        for finding in result.findings:
            self.find(finding)
        if result.quarantined:
            bad = tuple(f.message for f in result.findings if f.severity is Severity.VIOLATION)
            self.quarantined.append((result.key, tuple(dict.fromkeys(bad))))
            return
        self.reports.append((result.key, result.digest, result.content()))
        self.removed += [(result.key, position) for position in result.removed]
        self._mentions.append(result.mention)
        for sorter, lines in ((self.statements, result.graph), (self.citations, result.sources)):
            for line in lines.split("\n") if lines else ():
                sorter.add(line)
            if lines:
                self.graphs[_graph(lines)] += lines.count("\n") + 1
        for name, rows in result.rows.items():
            for number, row in enumerate(rows):
                self._rows.add(f"{name}\t{result.key}\t{number:09d}\t{json.dumps(row)}")

    def find(self, finding: Finding) -> None:
        """Takes in a finding that belongs to no result."""
        self._findings.add(encode(finding).decode())

    def share(self, describe: Callable[[list[Mention]], Iterable[str]], iris: IRIs) -> None:
        """Adds the statements about what reports share, once all reports are in."""
        starts = (f"<{iris.member('')}", f"<{iris.plan('')}")
        tabled = []
        for line in describe(sorted(self._mentions, key=lambda mention: mention.report)):
            self.statements.add(line)
            self.graphs[_graph(line)] += 1
            if line.startswith(starts):
                tabled.append(line)
        self.shared = shared_rows(sorted(tabled), iris)
        self.reports.sort()
        self.quarantined.sort()
        self.removed.sort()

    def findings(self) -> Iterator[Finding]:
        """Every finding once, in the order of its JSON."""
        return (decode(line.encode(), Finding) for line in self._findings)

    def tables(self) -> Iterator[tuple[str, Iterator[Row]]]:
        """(table, its rows), to be read in this order; rows by report and place, with the shared names in them."""
        names = {row["member"]: row["name"] for row in self.shared["members"]}
        titles = {row["plan"]: row["title"] for row in self.shared["plans"]}
        done = {"members", "plans", "findings"}
        yield "members", iter(self.shared["members"])
        yield "plans", iter(self.shared["plans"])
        yield "findings", (finding_row(finding) for finding in self.findings())
        for table, lines in groupby(self._rows, key=lambda line: line.partition("\t")[0]):
            done.add(table)
            yield table, (_named(json.loads(line.split("\t", 3)[3]), names, titles) for line in lines)
        for table in sorted(TABLES.keys() - done):
            yield table, iter(())


def _graph(lines: str) -> str:
    """The graph of the last one of some lines of N-Quads."""
    return lines[lines.rindex(" <") + 2 : -len("> .")]


def _named(row: Row, names: Known, titles: Known) -> Row:
    """``row`` with the name of its member, and the title of its plan, that the graph shows."""
    for column, key, known in (("member_name", "member", names), ("plan_title", "plan", titles)):
        told = known.get(row.get(key))
        if column in row and isinstance(told, str):
            row[column] = told
    return row
