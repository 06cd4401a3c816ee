"""Rows of a release's tables: which reports refer to a thing, and what the overviews count.

The tables were prepared when the release was published; a release never changes, so each is read once, without its long
texts, and what is counted is counted once. They stay columns, in which a text that is repeated is kept once (a tenth of
the memory of rows); what is asked for becomes rows.
"""

from __future__ import annotations

from collections import defaultdict
from functools import cached_property
from sys import intern
from typing import TYPE_CHECKING, Any, TypeVar

from ogp_graph.names import fold
from ogp_graph.processes import give_back_memory

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    import pyarrow as pa

    Row = dict[str, Any]

__all__ = ["Tables"]

Value = TypeVar("Value")

_ROWS = 1_000  # that are Python's at once

_REPORT = (
    "report", "title", "member", "member_name", "plan", "plan_title", "start_year", "end_year", "commitment_title",
    "completion", "completion_status", "problem_addressed", "problem_addressed_status", "lesson_status", "language",
)  # fmt: skip
_REPEATED = tuple(
    name for name in _REPORT if name not in ("report", "title", "start_year", "end_year", "commitment_title")
)
_ANSWER = ("report", "question", "member", "status", "value", "dimension", "degree", "degree_status")


class Tables:
    """The tables of the release in ``folder``."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder / "tables"

    @cached_property
    def _reports(self) -> pa.Table:
        """One row for each report, without its texts, by member, plan, title and key."""
        table = self._read("overview", _REPORT, once=_REPEATED)
        give_back_memory()  # twice as much as the table has
        places = _sorted(table)
        sorted_ = table.take(places).combine_chunks()
        del table, places
        give_back_memory()
        return sorted_

    def parents(self) -> Iterator[tuple[str, str, str]]:
        """The keys of each report, of its plan and of its member (empty where there is none), sorted; read anew each
        time."""
        names = ("report", "plan", "member")
        table = self._read("overview", names, once=names[1:]).sort_by("report")
        for batch in table.to_batches(_ROWS):
            for report, plan, member in zip(*(batch[name].to_pylist() for name in names), strict=True):
                yield report, intern(plan or ""), intern(member or "")

    @cached_property
    def members(self) -> list[Row]:
        """One row for each member, by name."""
        return sorted(self._read("members").to_pylist(), key=lambda row: fold(row["name"] or row["member"]))

    @cached_property
    def plans(self) -> list[Row]:
        """One row for each plan, by key."""
        rows: list[Row] = self._read("plans").to_pylist()
        return rows

    @cached_property
    def _plans_of(self) -> Mapping[str, list[Row]]:
        return _grouped((row["member"], row) for row in self.plans)

    def plans_of(self, member: str) -> list[Row]:
        """The plans of a member, by key."""
        return self._plans_of.get(member, [])

    @cached_property
    def answers(self) -> pa.Table:
        """One row for each answer, without its texts."""
        return self._read("answers", _ANSWER, once=_ANSWER)

    @cached_property
    def _place(self) -> Mapping[str, int]:
        return {key: place for place, key in enumerate(self._reports["report"].to_pylist())}

    def report(self, key: str) -> Row | None:
        """The row of one report."""
        place = self._place.get(key)
        return None if place is None else self._reports.slice(place, 1).to_pylist()[0]

    def of(self, column: str, value: str) -> list[Row]:
        """The reports whose ``column`` is ``value``, by member, plan, title and key."""
        known = self._places.get(column)
        if known is None:
            values = self._reports[column].to_pylist()
            known = self._places[column] = _grouped((one, place) for place, one in enumerate(values))
        places = known.get(value)
        return [] if places is None else self._reports.take(places).to_pylist()

    @cached_property
    def _places(self) -> dict[str, Mapping[str, list[int]]]:
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
            known = self._counts[columns] = _counted(self.answers, columns)
        return known

    def counted_reports(self, *columns: str) -> Mapping[tuple[Any, ...], int]:
        """How many reports have each combination of values in ``columns``; counted anew each time."""
        return _counted(self._read("overview", columns, once=columns), columns)

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
        return sorted(found, key=lambda row: (fold(row["member_name"] or ""), row["report"]))

    def rows(self, table: str, column: str, values: frozenset[str]) -> tuple[list[str], Iterator[Row]]:
        """The columns of a table, and its rows whose ``column`` is one of ``values``; read anew each time, one row
        group after the other without those that cannot have them."""
        from pyarrow.parquet import read_schema

        path = self._folder / f"{table}.parquet"
        return list(read_schema(path).names), _having(path, column, sorted(values))

    def _read(self, table: str, columns: tuple[str, ...] | None = None, once: tuple[str, ...] = ()) -> pa.Table:
        """A table; of the columns ``once`` each different text is in memory once."""
        from pyarrow.parquet import read_table

        chosen = None if columns is None else list(columns)
        path = self._folder / f"{table}.parquet"
        found = read_table(path, columns=chosen, read_dictionary=once, use_threads=False, pre_buffer=False)
        return found.unify_dictionaries()


def _sorted(table: pa.Table) -> pa.Array:
    """The places of the rows by member, plan, title and key."""
    import pyarrow as pa
    import pyarrow.compute as pc

    order = {name: pc.fill_null(table[name].cast(pa.string()), "") for name in ("member", "plan", "title")}
    order["report"] = table["report"]
    return pc.sort_indices(pa.table(order), [(name, "ascending") for name in order])


def _having(path: Path, column: str, values: list[str]) -> Iterator[Row]:
    import pyarrow as pa
    import pyarrow.compute as pc
    from pyarrow.parquet import ParquetFile

    with ParquetFile(path) as file:
        place = file.schema_arrow.names.index(column)
        for number in range(file.num_row_groups):
            known = file.metadata.row_group(number).column(place).statistics
            if known and known.has_min_max and not any(known.min <= value <= known.max for value in values):
                continue
            group = file.read_row_group(number, use_threads=False)
            yield from group.filter(pc.is_in(group[column], value_set=pa.array(values, pa.string()))).to_pylist()


def _grouped(pairs: Iterable[tuple[str, Value]]) -> Mapping[str, list[Value]]:
    found: dict[str, list[Value]] = defaultdict(list)
    for key, value in pairs:
        found[key].append(value)
    return found


def _counted(table: pa.Table, columns: tuple[str, ...]) -> Mapping[tuple[Any, ...], int]:
    grouped = table.group_by(list(columns)).aggregate([([], "count_all")])
    return {tuple(row[name] for name in columns): row["count_all"] for row in grouped.to_pylist()}
