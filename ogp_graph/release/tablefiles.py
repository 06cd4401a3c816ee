"""Rows as CSV and Parquet files: streaming, and the same bytes for the same rows."""

from __future__ import annotations

import csv
import json
import re
import unicodedata
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

from ogp_graph.release.tables import csvw

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from ogp_graph.release.results import Row
    from ogp_graph.release.tables import Table

__all__ = ["neutral", "write_description", "write_table"]

_ROW_GROUP = 5_000  # rows in memory at once
_GROUP_CHARACTERS = 8_000_000  # and characters

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
    schema = _schema(table)
    names = [column.name for column in table.columns]
    count = 0
    with ExitStack() as files:
        text = files.enter_context((folder / f"{table.name}.csv").open("w", encoding="utf-8", newline=""))
        writer = csv.writer(text, lineterminator="\r\n")  # RFC 4180
        writer.writerow(names)
        parquet = files.enter_context(_parquet(folder / f"{table.name}.parquet", schema))
        group: list[Row] = []
        characters = 0
        for row in rows:
            writer.writerow([_cell(row[name]) for name in names])
            group.append(row)
            characters += sum(len(cell) for cell in row.values() if isinstance(cell, str))
            count += 1
            if len(group) >= _ROW_GROUP or characters >= _GROUP_CHARACTERS:
                parquet.write_table(_group(group, schema))
                group, characters = [], 0
        if group or not count:
            parquet.write_table(_group(group, schema))
    return count


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
