"""What an engine is: it answers one query, whole, in one format, or says why not.

There are two sides of it. :class:`Engine` blocks its thread, for the project's own questions and pages;
:class:`Concurrent` is awaited, so that a thousand clients may wait without a thread each. An engine that has one of
them has the other one too: :class:`ogp_graph.engine.sides.Blocking` and :class:`ogp_graph.engine.sides.Threaded`.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from io import BufferedReader, BytesIO, RawIOBase
from tempfile import SpooledTemporaryFile
from typing import IO, TYPE_CHECKING, Any, Protocol, cast

if TYPE_CHECKING:
    from collections.abc import Sequence
    from concurrent.futures import Future

    from ogp_graph.engine.scan import Scanned
    from ogp_graph.formats import Format

__all__ = ["Answer", "Caller", "Concurrent", "Engine", "bindings", "spool"]

_IN_MEMORY = 8_000_000  # bytes of an answer before it goes to a temporary file


class Answer:
    """A whole result: ``size`` bytes in ``file``, which stands at its start and is the reader's to close; those of one
    that is in memory are ``data`` too."""

    __slots__ = ("_file", "data", "format", "size")

    def __init__(self, format: Format, size: int, file: IO[bytes] | None, data: bytes = b"") -> None:
        self.format, self.size, self._file = format, size, file
        self.data = data if file is None else None

    @property
    def file(self) -> IO[bytes]:
        if self._file is None:
            assert self.data is not None
            self._file = BytesIO(self.data)
        return self._file

    @classmethod
    def whole(cls, chosen: Format, file: IO[bytes]) -> Answer:
        """The answer that has just been written to ``file``."""
        size = file.tell()
        file.seek(0)
        return cls(chosen, size, file)

    @classmethod
    def of(cls, chosen: Format, data: bytes) -> Answer:
        """The answer that is ``data``."""
        return cls(chosen, len(data), None, data)

    @classmethod
    def in_file(cls, chosen: Format, descriptor: int) -> Answer:
        """The answer that is a whole file, whose descriptor now belongs to the answer; the place in it is nobody's."""
        return cls(chosen, os.fstat(descriptor).st_size, cast("IO[bytes]", BufferedReader(_File(descriptor))))

    def read(self) -> bytes:
        """All of it; closes the file."""
        if self._file is None and self.data is not None:
            return self.data
        with self.file:
            return self.file.read()


class _File(RawIOBase):
    """A file with a place of its own, while others read it through the same description."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor, self._at = descriptor, 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def fileno(self) -> int:
        return self._descriptor

    def readinto(self, buffer: Any) -> int:
        count = os.preadv(self._descriptor, [buffer], self._at)
        self._at += count
        return count

    def seek(self, place: int, whence: int = os.SEEK_SET) -> int:
        start = {os.SEEK_SET: 0, os.SEEK_CUR: self._at, os.SEEK_END: os.fstat(self._descriptor).st_size}[whence]
        self._at = max(0, start + place)
        return self._at

    def tell(self) -> int:
        return self._at

    def close(self) -> None:
        if not self.closed:
            os.close(self._descriptor)
        super().close()


@dataclass(slots=True)
class Caller:
    """Who asks: callers take turns. ``until`` is the time of the loop at which the query ends, where that is known;
    ``seconds`` grows by what long queries take; ``running`` is the one that a thread waits for; ``cached`` says that
    the answer had been given before."""

    name: str = ""
    until: float | None = None
    seconds: float = 0.0
    running: Future[Answer] | None = None
    cached: bool = False


class Engine(Protocol):
    """Answers queries over one fixed set of graphs; safe to share between threads."""

    def query(
        self,
        query: str | Scanned,
        *,
        format: Format,
        default_graphs: Sequence[str] | None = None,
        named_graphs: Sequence[str] | None = None,
    ) -> Answer:
        """The whole result in ``format``: a results format for SELECT and ASK, an RDF format for the other two.

        ``default_graphs`` and ``named_graphs`` (IRIs) replace the FROM clauses when either is given (SPARQL 1.1
        Protocol, 2.1.4).

        Raises:
            QueryRefused: not a query that may run here, or it names a graph that does not exist.
            QueryTimeout, QueryExhausted, ResultTooLarge, EngineBusy: a limit was met.
        """
        ...

    def close(self) -> None:
        """Ends every process and frees every file."""
        ...


class Concurrent(Protocol):
    """The same, awaited on one event loop. Whoever is cancelled while waiting ends the query with that."""

    async def answer(
        self,
        query: str | Scanned,
        *,
        format: Format,
        default_graphs: Sequence[str] | None = None,
        named_graphs: Sequence[str] | None = None,
        caller: Caller | None = None,
    ) -> Answer:
        """See :meth:`Engine.query`."""
        ...


def spool() -> IO[bytes]:
    """An empty file for an answer: in memory while it is small, then on the disk under no name."""
    return cast("IO[bytes]", SpooledTemporaryFile(_IN_MEMORY))


def bindings(answer: Answer) -> tuple[list[str], list[dict[str, dict[str, str]]]]:
    """Variables and rows of a SELECT answered as JSON; a row has an entry for each bound variable, with ``type``,
    ``value`` and perhaps ``xml:lang`` and ``datatype`` (https://www.w3.org/TR/sparql11-results-json/)."""
    parsed = json.loads(answer.read())
    return parsed["head"]["vars"], parsed["results"]["bindings"]
