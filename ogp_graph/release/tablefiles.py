"""Rows as CSV and Parquet files: streaming, and the same bytes for the same rows."""

from __future__ import annotations

import csv
import io
import json
import re
import unicodedata
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

from ogp_graph.release.parts import Cutter, Part
from ogp_graph.release.tables import csvw

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from ogp_graph.release.results import Row
    from ogp_graph.release.tables import Table

__all__ = ["TableFile", "csv_text", "neutral", "write_description", "write_table"]

_PART = 32 * 1024  # characters of CSV that a part has at least
_ROW_GROUP = 5_000  # rows in memory at once, or a part more
_GROUP_BYTES = 8_000_000  # and bytes of CSV

# What may stand before a formula's sign: apostrophes, white space, controls, invisible format characters.
_LEAD = re.compile(r"'*([\s\x00-\x1f\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]*)")


def neutral(cell: str) -> str:
    """``cell`` as a spreadsheet may open it: one that would be taken for a formula gets an apostrophe in front
    (https://owasp.org/www-community/attacks/CSV_Injection).

    It would be when, after white space, it starts with ``= + - @`` or a full-width or small form of them, or when it
    starts with a tab or a line end. A cell that is so after apostrophes gets one more: removing one gives it back.

    >>> neutral("=1+1"), neutral("'=1+1"), neutral("- a point"), neutral("one - two")
    ("'=1+1", "''=1+1", "'- a point", 'one - two')
    """
    if not cell or cell[0].isalnum():
        return cell
    lead = _LEAD.match(cell)
    assert lead is not None
    sign = unicodedata.normalize("NFKC", cell[lead.end() : lead.end() + 1])
    return f"'{cell}" if (sign and sign in "=+-@") or lead[1][:1] in ("\t", "\r", "\n") else cell


def write_table(table: Table, rows: Iterable[Row], folder: Path) -> int:
    """Writes ``folder/NAME.csv`` (formulas neutralised) and ``folder/NAME.parquet`` (verbatim); returns the rows.

    Raises:
        OSError: disk full.
    """
    with TableFile(table, folder) as file:
        for number, row in enumerate(rows):
            file.add(str(number), [row])
    return file.count


class TableFile:
    """Both files of one table in the making; ``count`` rows so far, ``parts`` of the CSV file."""

    def __init__(self, table: Table, folder: Path) -> None:
        self.table, self.count = table, 0
        self.parts: list[Part] = []
        self._schema = _schema(table)
        self._names = [column.name for column in table.columns]
        self._cutter = Cutter(_PART)
        self._rows: list[tuple[str, Row]] = []
        self._group: list[Any] = []
        self._group_rows = self._group_bytes = 0
        with ExitStack() as stack:
            self._text = stack.enter_context((folder / f"{table.name}.csv").open("wb"))
            self._parquet = stack.enter_context(_parquet(folder / f"{table.name}.parquet", self._schema))
            self._open = stack.pop_all()
        self._text.write(csv_text([dict(zip(self._names, self._names, strict=True))], self._names).encode())

    def __enter__(self) -> TableFile:
        return self

    def __exit__(self, kind: object, *_: object) -> None:
        try:
            if kind is None:
                self.settle()
                self._flush()
        finally:
            self._open.close()

    @property
    def settled(self) -> bool:
        """Whether every row stands in a part that has ended."""
        return self._cutter.empty

    def add(self, key: str, rows: list[Row]) -> None:
        """Writes the rows of one report; they come in the order of their keys."""
        if rows:
            for text in self._cutter.add(key, csv_text(rows, self._names)):
                self._write(text)
            self._rows += [(key, row) for row in rows]

    def close(self) -> None:
        """No more comes about the last key."""
        for text in self._cutter.close():
            self._write(text)

    def settle(self) -> None:
        """No more comes at all."""
        for text in self._cutter.flush():
            self._write(text)

    def keep(self, part: Part, text: bytes, rows: Any) -> None:
        """Takes over a part of another file of this table: its bytes of CSV, and its rows as an Arrow table."""
        self._put(part, text, rows)

    def _write(self, text: str) -> None:
        data = text.encode("utf-8")
        rows, self._rows = self._rows, []
        self._put(Part(rows[0][0], len(rows), (len(data),)), data, _group([row for _, row in rows], self._schema))

    def _put(self, part: Part, text: bytes, rows: Any) -> None:
        self._text.write(text)
        self.parts.append(part)
        self.count += part.lines
        self._group.append(rows)
        self._group_rows += part.lines
        self._group_bytes += len(text)
        if self._group_rows >= _ROW_GROUP or self._group_bytes >= _GROUP_BYTES:
            self._flush()

    def _flush(self) -> None:
        import pyarrow as pa

        if self._group or not self.count:
            whole = pa.concat_tables(self._group or [_group([], self._schema)]).combine_chunks()
            self._parquet.write_table(whole)
        self._group, self._group_rows, self._group_bytes = [], 0, 0


def csv_text(rows: Iterable[Row], names: list[str]) -> str:
    """Rows as CSV (RFC 4180), formulas neutralised."""
    out = io.StringIO(newline="")
    csv.writer(out, lineterminator="\r\n").writerows([_cell(row[name]) for name in names] for row in rows)
    return out.getvalue()


def write_description(folder: Path) -> None:
    """Writes ``tables.csv-metadata.json``."""
    text = json.dumps(csvw(), ensure_ascii=False, indent=1)
    (folder / "tables.csv-metadata.json").write_text(text + "\n", encoding="utf-8")


def _schema(table: Table) -> Any:
    import pyarrow as pa  # takes a third of a second: only who writes tables waits for it

    types = {"gYear": pa.int32(), "integer": pa.int64(), "boolean": pa.bool_()}
    return pa.schema([pa.field(column.name, types.get(column.kind, pa.string())) for column in table.columns])


def _parquet(path: Path, schema: Any) -> Any:
    from pyarrow.parquet import ParquetWriter

    return ParquetWriter(path, schema, version="2.6", compression="zstd", compression_level=3, store_schema=False)


def _group(rows: list[Row], schema: Any) -> Any:
    import pyarrow as pa

    columns = [pa.array([row[field.name] for row in rows], field.type) for field in schema]
    return pa.table(columns, schema=schema)


def _cell(value: str | int | bool | None) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return neutral(value) if isinstance(value, str) else str(value)
