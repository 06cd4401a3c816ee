"""Answers from an index: which reports have the words, how many each facet leaves, and where the words stand."""

from __future__ import annotations

import json
import sqlite3
import zlib
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Lock
from time import monotonic
from typing import TYPE_CHECKING, Any

from ogp_graph.errors import EngineBusy, QueryTimeout
from ogp_graph.search.facets import Facets, bits
from ogp_graph.search.index import VERSION, open_index
from ogp_graph.search.snippets import Snippet, marked, snippets
from ogp_graph.search.words import Words, read_words

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

__all__ = ["PAGE", "Found", "Hit", "Searcher"]

PAGE = 20
"""Reports on one page of results."""

_WEIGHTS = "8.0, 4.0, 2.0, 1.0, 1.5"  # of documents.COLUMNS
_SECONDS = 2.0  # that one search may take
_STEPS = 20_000  # of SQLite's machine between two looks at the clock
_CONNECTIONS = 4


@dataclass(frozen=True, slots=True)
class Hit:
    """A report that was found: its key, what is shown of it (columns of the table ``overview``), its title with marks,
    and the places that have the words."""

    key: str
    head: Mapping[str, Any]
    title: Snippet
    snippets: tuple[Snippet, ...] = ()


@dataclass(frozen=True, slots=True)
class Found:
    """What a search gives: ``total`` reports on ``pages`` pages, ``hits`` those of this page, ``counts`` the reports
    that each value of each facet leaves."""

    words: Words
    total: int
    page: int
    pages: int
    hits: tuple[Hit, ...]
    counts: Mapping[str, Mapping[str, int]] = field(default_factory=dict)


class Searcher:
    """An open index; any number of threads may ask it.

    Raises:
        FileNotFoundError: there is no index, or one of another version.
    """

    def __init__(self, path: Path) -> None:
        if not path.exists():
            raise FileNotFoundError(path)
        self._path = path
        self._idle: list[sqlite3.Connection] = []
        self._open = 0
        self._lock = Lock()
        with self._connection() as database:
            if database.execute("PRAGMA user_version").fetchone()[0] != VERSION:
                raise FileNotFoundError(path)
            rows = database.execute("SELECT id, facets, head, key FROM report").fetchall()
        self._facets = Facets([(number, *json.loads(facets)) for number, facets, _, _ in rows])
        heads = {number: json.loads(head) for number, _, head, _ in rows}
        by_key = sorted((key, number) for number, _, _, key in rows)
        self._place = {number: place for place, (_, number) in enumerate(by_key)}
        newest = sorted(by_key, key=lambda one: (-(heads[one[1]]["start_year"] or 0), one[0]))
        self._newest = [number for _, number in newest]
        self.members = {head["member"] or "unknown": head["member_name"] for head in heads.values()}

    def search(self, text: str = "", chosen: Mapping[str, Sequence[str]] | None = None, *, page: int = 1) -> Found:
        """The reports that have the words of ``text`` (see :func:`read_words`) and the values in ``chosen``, best
        first; without words the newest plans first.

        Raises:
            QueryTimeout: it takes too long.
            EngineBusy: too many searches are under way.
        """
        chosen = chosen or {}
        words = read_words(text)
        with self._connection() as database:
            ranks = self._ranks(database, words) if words.wanted else {}
            matching = bits(ranks, self._facets.size * 8) if words.wanted else self._facets.all
            for term in words.unwanted:
                rows = database.execute("SELECT rowid FROM words WHERE words MATCH ?", (term.expression(),))
                matching &= ~bits((number for (number,) in rows), self._facets.size * 8)
            left = matching & self._facets.narrowed(chosen)
            total = left.bit_count()
            best = self._best(left, ranks, page * PAGE)[(page - 1) * PAGE :]
            hits = tuple(_hit(database, number, words) for number in best)
        return Found(words, total, page, -(-total // PAGE), hits, self._facets.counts(matching, chosen))

    def _ranks(self, database: sqlite3.Connection, words: Words) -> dict[int, float]:
        """Every report that has the words, and its rank: the smaller the better."""
        asked = f"SELECT rowid, bm25(words, {_WEIGHTS}) FROM words WHERE words MATCH ?"
        return dict(database.execute(asked, (words.expression(),)))

    def _best(self, left: int, ranks: Mapping[int, float], count: int) -> list[int]:
        """The first ``count`` of the reports in ``left``: by rank and key, or the newest."""
        inside = left.to_bytes(self._facets.size + 1, "little")
        if not ranks:
            return [number for number in self._newest if inside[number >> 3] >> (number & 7) & 1][:count]
        kept = [(rank, number) for number, rank in ranks.items() if inside[number >> 3] >> (number & 7) & 1]
        if len(kept) > count:
            least = sorted(rank for rank, _ in kept)[count - 1]
            kept = [one for one in kept if one[0] <= least]
        return [number for _, number in sorted(kept, key=lambda one: (one[0], self._place[one[1]]))][:count]

    @contextmanager
    def _connection(self) -> Iterator[sqlite3.Connection]:
        with self._lock:
            if not self._idle and self._open >= _CONNECTIONS * 4:
                raise EngineBusy(1)
            self._open += 1
            database = self._idle.pop() if self._idle else open_index(self._path)
        until = monotonic() + _SECONDS
        database.set_progress_handler(lambda: monotonic() > until, _STEPS)
        try:
            yield database
        except sqlite3.OperationalError as error:
            if "interrupted" in str(error):
                raise QueryTimeout(_SECONDS) from None
            raise
        finally:
            with self._lock:
                self._open -= 1
                self._idle.append(database)

    def close(self) -> None:
        """Closes the file."""
        with self._lock:
            for database in self._idle:
                database.close()
            self._idle.clear()


def _hit(database: sqlite3.Connection, number: int, words: Words) -> Hit:
    ((key, head, packed),) = database.execute("SELECT key, head, texts FROM report WHERE id = ?", (number,))
    texts, _ = json.loads(zlib.decompress(packed))
    told = json.loads(head)
    title = next((one for one in texts if one[2] == told["title"]), ["title", "", told["title"]])
    shown = ("commitment_title", "title")
    return Hit(
        key, told, marked(title[0], title[1], title[2], terms=words.wanted), tuple(snippets(texts, words.wanted, shown))
    )
