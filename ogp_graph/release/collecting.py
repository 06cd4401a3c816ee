"""The results of all reports, brought together in sorted order; memory holds what releases say of each report."""

from __future__ import annotations

import heapq
import re
from collections import Counter
from contextlib import ExitStack
from dataclasses import replace
from sys import intern
from typing import TYPE_CHECKING, Any

import zstandard

from ogp_graph.model import Finding, Severity, decode, encode
from ogp_graph.release.reporttables import order
from ogp_graph.release.results import ReportResult
from ogp_graph.release.rows import shared_rows
from ogp_graph.release.sorting import Sorter, once

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    from ogp_graph.model import Mention
    from ogp_graph.names import IRIs
    from ogp_graph.release.results import Brief, Rows
    from ogp_graph.release.workspace import Workspace

__all__ = ["Collection", "SortedLines", "shown_names"]

_LINES = 50_000  # in memory for each sorter
_SHARED = ("member", "member_name", "plan", "plan_title")  # what many reports mention alike


class Collection:
    """Takes results in any order and gives what a release is made of, sorted and each thing once."""

    def __init__(self, workspace: Workspace) -> None:
        self.reports: list[tuple[str, str, str]] = []  # (key, digest of inputs, digest of content)
        self.quarantined: list[tuple[str, tuple[str, ...]]] = []  # (key, messages)
        self.removed: list[tuple[str, int]] = []  # (report, position) of evaluators that were taken down
        self.places: list[tuple[str, str | None, str | None]] = []  # (report, member, plan), once they are shared
        self.lines: list[str] = []  # what reports share, sorted
        self.shared: Rows = {"members": [], "plans": []}
        self._workspace = workspace
        self._mentions: list[Mention] = []
        self._given: dict[str, ReportResult] = {}
        self._sizes: list[tuple[str, int, int]] = []  # (key, statements, citations)
        self._said_once: Counter[str] = Counter()  # statements of each named graph that reports share
        self._findings = Sorter(workspace.temporary, limit=_LINES)

    def __enter__(self) -> Collection:
        return self

    def __exit__(self, *_: object) -> None:
        self._findings.close()

    def add(self, result: ReportResult | Brief) -> None:
        """Takes one report in; of a quarantined one only its findings. What is brief is in the workspace."""
        for finding in result.findings:
            self.find(finding)
        if result.quarantined:
            bad = tuple(f.message for f in result.findings if f.severity is Severity.VIOLATION)
            self.quarantined.append((result.key, tuple(dict.fromkeys(bad))))
            return
        if isinstance(result, ReportResult):
            self._given[result.key] = result
            result = result.brief()
        self.reports.append((result.key, result.digest, result.content))
        self.removed += [(result.key, position) for position in result.removed]
        self._mentions.append(_each_once(result.mention, result.key))
        self._sizes.append((result.key, result.statements, result.citations))

    def find(self, finding: Finding) -> None:
        """Takes in a finding that belongs to no result."""
        self._findings.add(encode(finding).decode())

    def share(self, describe: Callable[[list[Mention]], Iterable[str]], iris: IRIs) -> None:
        """Adds the statements about what reports share, once all reports are in."""
        self._mentions.sort(key=lambda mention: mention.report)
        self.lines = sorted(set(describe(self._mentions)))
        self.places = [(mention.report, mention.member, mention.plan) for mention in self._mentions]
        self._mentions.clear()
        self._said_once = Counter(line[line.rindex(" <") + 2 : -len("> .")] for line in self.lines)
        self.shared = shared_rows(self.lines, iris)
        self.reports.sort()
        self.quarantined.sort()
        self.removed.sort()

    def graphs(self, iris: IRIs) -> list[tuple[str, int]]:
        """The IRI of each named graph, and how many statements it has, sorted."""
        found = [*self._said_once.items()]
        for key, statements, citations in self._sizes:
            found += [(iris.report_graph(key), statements), (iris.sources_graph(key), citations)]
        return sorted(one for one in found if one[1])

    def in_order(self) -> list[str]:
        """The keys of all reports that are released, in the order of their lines and rows."""
        return sorted((key for key, _, _ in self.reports), key=order)

    @staticmethod
    def place(key: str) -> str:
        """What reports are sorted by."""
        return order(key)

    def result(self, key: str) -> ReportResult:
        """The whole result of one of them.

        Raises:
            RuntimeError: the workspace no longer has it.
        """
        found = self._given.get(key) or self._workspace.result(key)
        if found is None:
            raise RuntimeError(f"{self._workspace.path}: the result of {key} is gone or damaged; build again")
        return found

    def names(self) -> dict[str, dict[str, str]]:
        """The names of members and titles of plans that tables show: column -> key -> text."""
        return shown_names(self.shared)

    def findings(self) -> Iterator[Finding]:
        """Every finding once, in the order of its JSON."""
        return (decode(line.encode(), Finding) for line in self._findings)


def _each_once(mention: Mention, key: str) -> Mention:
    """``mention`` with the strings that other reports have, too."""
    told = ((name, getattr(mention, name)) for name in _SHARED)
    once: dict[str, Any] = {name: intern(value) for name, value in told if value is not None}
    return replace(mention, report=key, **once)


def shown_names(shared: Rows) -> dict[str, dict[str, str]]:
    """The same from the rows of ``members`` and ``plans``."""
    return {
        "member_name": {str(row["member"]): str(row["name"]) for row in shared["members"] if row["name"] is not None},
        "plan_title": {str(row["plan"]): str(row["title"]) for row in shared["plans"] if row["title"] is not None},
    }


_KIND = re.compile(r"<[^ >]*?/id/[^/ >]+/")


class SortedLines:
    """Sorts the lines of reports that come in :func:`order`: most already are sorted, kind of thing by kind of thing.

    Lines of one kind (commitments, say) that continue those before them are appended to a file (zstd); the others are
    sorted as any lines are. Iterating gives each line once."""

    def __init__(self, temporary: Path) -> None:
        self._folder = temporary
        self._runs: dict[str, _Run] = {}
        self._rest = Sorter(temporary, limit=_LINES)

    def __enter__(self) -> SortedLines:
        return self

    def __exit__(self, *_: object) -> None:
        self._rest.close()
        for run in self._runs.values():
            run.close()

    def add(self, lines: str) -> None:
        """Takes sorted lines, joined by line feeds."""
        place = 0
        while place < len(lines):
            found = _KIND.match(lines, place)
            kind = found[0] if found else ""
            last = lines.rfind(f"\n{kind}", place) + 1 if kind else place
            end = lines.find("\n", max(last, place))
            end = len(lines) if end < 0 else end
            self._take(kind, lines[place:end])
            place = end + 1

    def _take(self, kind: str, block: str) -> None:
        run = self._runs.get(kind)
        if kind and run is None:
            run = self._runs[kind] = _Run(self._folder / f"lines-{len(self._runs)}")
        if run is None or not run.extend(block):
            for line in block.split("\n"):
                self._rest.add(line)

    def __iter__(self) -> Iterator[str]:
        with ExitStack() as stack:
            runs = [run.lines(stack) for run in self._runs.values()]
            yield from once(heapq.merge(*runs, self._rest))


class _Run:
    """Sorted lines in a file."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._last = ""
        with ExitStack() as stack:
            raw = stack.enter_context(path.open("xb"))
            self._file = stack.enter_context(zstandard.ZstdCompressor(level=1).stream_writer(raw))
            self._open = stack.pop_all()

    def extend(self, block: str) -> bool:
        """Appends sorted lines unless they start in front of the last one."""
        if block.partition("\n")[0] <= self._last:
            return False
        self._last = block[block.rfind("\n") + 1 :]
        self._file.write(f"{block}\n".encode("utf-8", "surrogatepass"))
        return True

    def lines(self, stack: ExitStack) -> Iterator[str]:
        self._open.close()
        text = stack.enter_context(
            zstandard.open(self._path, "rt", encoding="utf-8", errors="surrogatepass", newline="\n")
        )
        return (line[:-1] for line in text)

    def close(self) -> None:
        self._open.close()
        self._path.unlink(missing_ok=True)
