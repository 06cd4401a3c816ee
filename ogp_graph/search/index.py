"""The index file: SQLite with FTS5 (https://www.sqlite.org/fts5.html) over folded words, the texts beside it.

Folding is ours (:func:`ogp_graph.names.fold`), so that a search, an IRI and a name are compared in one way; SQLite only
parts the words at spaces. The table of words holds no text, so deleting takes the words that were put in: they are made
again from the texts, which is why an index of another version of this module is never updated but made anew.
"""

from __future__ import annotations

import errno
import json
import shutil
import sqlite3
import zlib
from contextlib import closing
from typing import TYPE_CHECKING, Any

from ogp_graph.search.documents import COLUMNS, Document, documents

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["INDEX", "VERSION", "differences", "open_index", "write_index"]

INDEX = "search/reports.sqlite"
"""Where a release has its index."""

VERSION = 2
"""Of the layout, the folding and the fields; another one means that an index is not read and not updated."""

_PAGE = 8192
_SCHEMA = f"""
CREATE TABLE report (id INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, digest TEXT NOT NULL, head TEXT NOT NULL,
                     facets TEXT NOT NULL, texts BLOB NOT NULL);
CREATE VIRTUAL TABLE words USING fts5({", ".join(COLUMNS)}, content='', tokenize='unicode61 remove_diacritics 0',
                                      prefix='3 4 5');
PRAGMA user_version = {VERSION};
"""
_BETWEEN = 1_000  # reports of one transaction


def write_index(folder: Path, previous: Path | None = None) -> tuple[int, int]:
    """Writes the index of the release in ``folder`` from its tables; returns how many reports it holds, and how many of
    them were put in now.

    ``previous`` is the folder of another release: its index is taken over and only what differs is replaced. What was
    replaced or removed is nowhere in the file.

    Raises:
        OSError: a table cannot be read, the disk is full, or this Python's SQLite has no FTS5.
    """
    path = folder / INDEX
    try:
        return _written(folder, path, previous)
    except sqlite3.Error as error:
        number = errno.ENOSPC if "full" in str(error) else errno.EIO
        raise OSError(number, str(error), str(path)) from error


def _written(folder: Path, path: Path, previous: Path | None) -> tuple[int, int]:
    path.parent.mkdir(exist_ok=True)
    path.unlink(missing_ok=True)
    reuse = previous is not None and _version(previous / INDEX) == VERSION
    if reuse and previous is not None:
        shutil.copyfile(previous / INDEX, path)
        path.chmod(0o644)
    with closing(sqlite3.connect(path, isolation_level=None)) as database:
        database.execute("PRAGMA journal_mode = OFF")  # nobody reads it before it is whole
        database.execute("PRAGMA synchronous = OFF")
        if not reuse:
            database.execute(f"PRAGMA page_size = {_PAGE}")
            database.executescript(_SCHEMA)
        known = {
            key: (number, digest) for number, key, digest in database.execute("SELECT id, key, digest FROM report")
        }
        count, put = _filled(database, folder, known)
        if put or known:
            database.execute("INSERT INTO words (words) VALUES ('optimize')")
            database.execute("VACUUM")
    return count, put


def _filled(database: sqlite3.Connection, folder: Path, known: dict[str, tuple[int, str]]) -> tuple[int, int]:
    """Puts in what is new or differs, and removes what is in ``known`` and not in the release."""
    count, put = 0, 0
    free = max((number for number, _ in known.values()), default=0) + 1
    database.execute("BEGIN")
    for document in documents(folder):
        count += 1
        digest = document.digest()
        before = known.pop(document.key, None)
        if before is not None and before[1] == digest:
            continue
        number = free if before is None else before[0]
        if before is not None:
            _remove(database, number)
        free += before is None
        _put(database, number, document, digest)
        put += 1
        if put % _BETWEEN == 0:
            database.execute("COMMIT")
            database.execute("BEGIN")
    for number, _ in known.values():
        _remove(database, number)
    database.execute("COMMIT")
    return count, put


def _put(database: sqlite3.Connection, number: int, document: Document, digest: str) -> None:
    facets = json.dumps([document.facets, document.results], ensure_ascii=False)
    texts = zlib.compress(
        json.dumps([document.texts, document.names], ensure_ascii=False).encode("utf-8", "replace"), 6
    )
    head = json.dumps(document.head, ensure_ascii=False)
    database.execute(
        "INSERT INTO report VALUES (?, ?, ?, ?, ?, ?)", (number, document.key, digest, head, facets, texts)
    )
    names = ", ".join(("rowid", *COLUMNS))
    database.execute(f"INSERT INTO words ({names}) VALUES (?, ?, ?, ?, ?, ?)", (number, *document.columns()))


def _remove(database: sqlite3.Connection, number: int) -> None:
    """Deletes a report: of a table without content FTS5 wants to be told the words
    (https://www.sqlite.org/fts5.html#the_delete_command)."""
    ((packed,),) = database.execute("SELECT texts FROM report WHERE id = ?", (number,))
    texts, names = json.loads(zlib.decompress(packed))
    before = Document("", {}, tuple(map(tuple, texts)), (), (), tuple(names))
    columns = ", ".join(("words", "rowid", *COLUMNS))
    database.execute(f"INSERT INTO words ({columns}) VALUES ('delete', ?, ?, ?, ?, ?, ?)", (number, *before.columns()))
    database.execute("DELETE FROM report WHERE id = ?", (number,))


def open_index(path: Path) -> sqlite3.Connection:
    """A connection that reads the index, for any one thread at a time.

    Raises:
        sqlite3.Error: there is none, or it is damaged.
    """
    address = f"{path.resolve().as_uri()}?mode=ro&immutable=1"
    return sqlite3.connect(address, uri=True, isolation_level=None, check_same_thread=False)


def _version(path: Path) -> int | None:
    try:
        with closing(open_index(path)) as database:
            return int(database.execute("PRAGMA user_version").fetchone()[0])
    except sqlite3.Error:
        return None


def differences(folder: Path) -> list[str]:
    """Keys of the reports of which the index of the release in ``folder`` does not say what its tables say, sorted.

    Raises:
        OSError: the index is damaged, or a table cannot be read.
    """
    try:
        with closing(open_index(folder / INDEX)) as database:
            held: dict[str, Any] = dict(database.execute("SELECT key, digest FROM report"))
    except sqlite3.Error as error:
        raise OSError(errno.EIO, str(error), str(folder / INDEX)) from error
    told = {document.key: document.digest() for document in documents(folder)}
    return sorted(key for key in held.keys() | told.keys() if held.get(key) != told.get(key))
