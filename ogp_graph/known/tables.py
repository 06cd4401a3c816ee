"""Rows of a release's tables: which reports refer to a thing, and what the overviews count.

The tables were prepared when the release was published; a release never changes, so each is read once, without its long
texts, and what is counted is counted once.
"""

from __future__ import annotations

from collections import defaultdict
from functools import cached_property
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import pyarrow as pa

    Row = dict[str, Any]

__all__ = ["Tables"]

_REPORT = (
    "report", "title", "member", "member_name", "plan", "plan_title", "start_year", "end_year", "commitment_title",
    "completion", "completion_status", "problem_addressed", "problem_addressed_status", "lesson_status", "language",
)  # fmt: skip
_ANSWER = ("report", "question", "member", "status", "value", "dimension", "degree", "degree_status")


class Tables:
    """The tables of the release in ``folder``."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder / "tables"

    @cached_property
    def reports(self) -> list[Row]:
        """One row for each report, without its texts, by member, plan and title."""
        rows = self._read("overview", _REPORT).to_pylist()
        return sorted(rows, key=lambda row: (row["member"] or "", row["plan"] or "", row["title"] or "", row["report"]))

    def parents(self) -> list[tuple[str, str, str]]:
        """The keys of each report, of its plan and of its member (empty where there is none), sorted; read anew each
        time."""
        columns = self._read("overview", ("report", "plan", "member")).to_pydict()
        return sorted(
            zip(*([one or "" for one in columns[name]] for name in ("report", "plan", "member")), strict=True)
        )

    @cached_property
    def members(self) -> list[Row]:
        """One row for each member, by name."""
        return sorted(self._read("members").to_pylist(), key=lambda row: row["name"] or row["member"])

    @cached_property
    def plans(self) -> list[Row]:
        """One row for each plan, by key."""
        rows: list[Row] = self._read("plans").to_pylist()
        return rows

    @cached_property
    def answers(self) -> pa.Table:
        """One row for each answer, without its texts."""
        return self._read("answers", _ANSWER)

    @cached_property
    def _by_report(self) -> Mapping[str, Row]:
        return {row["report"]: row for row in self.reports}

    def report(self, key: str) -> Row | None:
        """The row of one report."""
        return self._by_report.get(key)

    def of(self, column: str, value: str) -> list[Row]:
        """The reports whose ``column`` is ``value``, in the order of :attr:`reports`."""
        known = self._places.get(column)
        if known is None:
            known = defaultdict(list)
            for row in self.reports:
                known[row[column]].append(row)
            self._places[column] = known
        return known.get(value, [])

    @cached_property
    def _places(self) -> dict[str, dict[str, list[Row]]]:
        return {}

    def answering(self, column: str, value: str, start: int, count: int) -> tuple[int, list[Row]]:
        """How many answers have ``value`` in ``column``, and ``count`` of them from ``start`` on."""
        import pyarrow.compute as pc

        found = self.answers.filter(pc.equal(self.answers[column], value))
        return found.num_rows, found.slice(start, count).to_pylist()

    def counted(self, *columns: str) -> Mapping[tuple[Any, ...], int]:
        """How many answers have each combination of values in ``columns``."""
        known = self._counts.get(columns)
        if known is None:
            grouped = self.answers.group_by(list(columns)).aggregate([([], "count_all")])
            known = {tuple(row[name] for name in columns): row["count_all"] for row in grouped.to_pylist()}
            self._counts[columns] = known
        return known

    @cached_property
    def _counts(self) -> dict[tuple[str, ...], Mapping[tuple[Any, ...], int]]:
        return {}

    def lessons(self) -> list[Row]:
        """The answered question 3 of every report, with its whole text, by member and report; read anew each time."""
        from pyarrow.parquet import ParquetFile

        columns = ["question", "status", "report", "member_name", "explanation", "explanation_language"]
        found: list[Row] = []
        with ParquetFile(self._folder / "answers.parquet") as file:
            for batch in file.iter_batches(columns=columns):
                asked = zip(batch["question"].to_pylist(), batch["status"].to_pylist(), strict=True)
                places = [place for place, told in enumerate(asked) if told == ("3", "answered")]
                found += batch.take(places).to_pylist()
        return sorted(found, key=lambda row: (row["member_name"] or "", row["report"]))

    def rows(self, table: str, column: str, values: frozenset[str]) -> tuple[list[str], list[Row]]:
        """The columns of a table, and its rows whose ``column`` is one of ``values``; read anew each time."""
        import pyarrow as pa
        import pyarrow.compute as pc

        whole = self._read(table)
        found = whole.filter(pc.is_in(whole[column], value_set=pa.array(sorted(values), pa.string())))
        return list(whole.column_names), found.to_pylist()

    def _read(self, table: str, columns: tuple[str, ...] | None = None) -> pa.Table:
        from pyarrow.parquet import read_table

        return read_table(self._folder / f"{table}.parquet", columns=None if columns is None else list(columns))
