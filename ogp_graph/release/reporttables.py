"""The tables that have rows of reports, written report by report: all anew, or from those of the release before."""

from __future__ import annotations

from bisect import bisect_right
from contextlib import ExitStack
from itertools import groupby
from typing import TYPE_CHECKING, Any

from ogp_graph.release.parts import read_parts, write_parts
from ogp_graph.release.tablefiles import TableFile, csv_text
from ogp_graph.release.tables import TABLES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from pathlib import Path

    from ogp_graph.release.parts import Part
    from ogp_graph.release.results import Row, Rows
    from ogp_graph.release.tables import Table

__all__ = ["REPORT_TABLES", "ReportTables", "named", "order", "revise_tables"]

REPORT_TABLES = tuple(name for name in TABLES if name not in ("members", "plans", "findings"))
"""The tables of which each row belongs to one report."""


def order(key: str) -> str:
    """What reports are sorted by: their place among the IRIs of what hangs below them."""
    return f"{key}/"


class ReportTables:
    """The tables in the making; takes the rows of one report after the other, in :func:`order`."""

    def __init__(self, release: Path, known: Mapping[str, Mapping[str, str]]) -> None:
        self._release, self._known = release, known
        with ExitStack() as stack:
            folder = release / "tables"
            self.files = {name: stack.enter_context(TableFile(TABLES[name], folder)) for name in REPORT_TABLES}
            self._open = stack.pop_all()

    def __enter__(self) -> ReportTables:
        return self

    def __exit__(self, *raised: Any) -> None:
        self._open.__exit__(*raised)
        if raised[0] is None:
            for name, file in self.files.items():
                write_parts(file.parts, self._release / _list_of(name))

    def add(self, key: str, rows: Rows) -> None:
        """Writes the rows of one report."""
        for name, file in self.files.items():
            file.add(key, named(rows.get(name, []), self._known))


def named(rows: Iterable[Row], known: Mapping[str, Mapping[str, str]]) -> list[Row]:
    """``rows`` with the name of the member, and the title of the plan, that the graph shows; ``known`` has them by
    column and key."""
    found = []
    for row in rows:
        shown = dict(row)
        for column, key in (("member_name", "member"), ("plan_title", "plan")):
            told = known.get(column, {}).get(str(row.get(key)))
            if column in row and told is not None:
                shown[column] = told
        found.append(shown)
    return found


def revise_tables(
    before: Path,
    release: Path,
    gone: frozenset[str],
    come: Iterable[str],
    rows: Callable[[str], Rows],
    known: Mapping[str, Mapping[str, str]],
) -> dict[str, int]:
    """Writes the tables from those of the release ``before``; returns the rows of each.

    The rows of the reports ``gone`` (keys) go, those that ``rows`` gives of the reports ``come`` come.

    Raises:
        OSError, ValueError: disk full, or the old tables are not what their lists of parts say.
    """
    keys, counts = sorted(come, key=order), {}
    with ReportTables(release, known) as tables:
        for name, file in tables.files.items():
            told = ((key, named(rows(key).get(name, []), known)) for key in keys)
            with _Old(before, TABLES[name]) as old:
                _revised(file, old, gone | set(keys), _Coming(told), keys)
            file.settle()
            counts[name] = file.count
    return counts


class _Coming:
    """The rows of reports, taken bit by bit."""

    def __init__(self, told: Iterator[tuple[str, list[Row]]]) -> None:
        self._told = told
        self._next = next(told, None)

    def take(self, end: str | None) -> Iterator[tuple[str, list[Row]]]:
        """Those that stand in front of ``end`` (None: all)."""
        while self._next is not None and (end is None or order(self._next[0]) < end):
            yield self._next
            self._next = next(self._told, None)


def _revised(file: TableFile, old: _Old, gone: frozenset[str], come: _Coming, keys: Iterable[str]) -> None:
    """Writes one table: parts in which nothing changed as they are, the others anew."""
    firsts = [order(part.first) for part in old.parts]
    touched = {max(0, bisect_right(firsts, order(key)) - 1) for key in (*gone, *keys)}
    for number, part in enumerate(old.parts):
        text, rows = old.take(part)
        if file.settled and number not in touched:
            file.keep(part, text, rows)
            continue
        kept = (row for row in rows.to_pylist() if row[old.key] not in gone)
        groups = [(str(key), list(some)) for key, some in groupby(kept, key=lambda row: row[old.key])]
        groups += come.take(firsts[number + 1] if number + 1 < len(firsts) else None)
        for key, some in sorted(groups, key=lambda group: order(group[0])):
            file.add(key, some)
        file.close()
    for key, some in come.take(None):
        file.add(key, some)


class _Old:
    """A table of the release before, read part by part."""

    def __init__(self, release: Path, table: Table) -> None:
        import pyarrow.parquet as pq

        self.parts: list[Part] = read_parts(release / _list_of(table.name))
        self.key = "report" if any(column.name == "report" for column in table.columns) else table.key[0]
        with ExitStack() as stack:
            self._csv = stack.enter_context((release / "tables" / f"{table.name}.csv").open("rb"))
            self._parquet = stack.enter_context(pq.ParquetFile(release / "tables" / f"{table.name}.parquet"))
            self._open = stack.pop_all()
        names = [column.name for column in table.columns]
        self._csv.seek(len(csv_text([dict(zip(names, names, strict=True))], names).encode()))
        self._group = 0
        self._rows: Any = None

    def __enter__(self) -> _Old:
        return self

    def __exit__(self, *_: object) -> None:
        self._open.close()

    def take(self, part: Part) -> tuple[bytes, Any]:
        """The next part: its bytes of CSV, and its rows as an Arrow table."""
        import pyarrow as pa

        while self._rows is None or self._rows.num_rows < part.lines:
            if self._group == self._parquet.num_row_groups:
                raise ValueError(f"{self._csv.name}: fewer rows than its list of parts says")
            more = self._parquet.read_row_group(self._group, use_threads=False)
            self._rows = more if self._rows is None else pa.concat_tables([self._rows, more])
            self._group += 1
        rows, self._rows = self._rows.slice(0, part.lines), self._rows.slice(part.lines)
        text = self._csv.read(part.sizes[0])
        if len(text) != part.sizes[0]:
            raise ValueError(f"{self._csv.name}: shorter than its list of parts says")
        return text, rows


def _list_of(name: str) -> str:
    return f"parts/table-{name}.tsv"
