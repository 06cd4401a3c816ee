"""What an engine is: it answers one query, whole, in one format, or says why not."""

from __future__ import annotations

import json
from dataclasses import dataclass
from tempfile import SpooledTemporaryFile
from typing import IO, TYPE_CHECKING, Protocol, cast

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ogp_graph.engine.scan import Scanned
    from ogp_graph.formats import Format

__all__ = ["Answer", "Engine", "bindings", "spool"]

_IN_MEMORY = 8_000_000  # bytes of an answer before it goes to a temporary file


@dataclass(frozen=True, slots=True)
class Answer:
    """A whole result: ``size`` bytes in ``file``, which stands at its start and is the reader's to close."""

    format: Format
    size: int
    file: IO[bytes]

    @classmethod
    def whole(cls, chosen: Format, file: IO[bytes]) -> Answer:
        """The answer that has just been written to ``file``."""
        size = file.tell()
        file.seek(0)
        return cls(chosen, size, file)

    def read(self) -> bytes:
        """All of it; closes the file."""
        with self.file:
            return self.file.read()


class Engine(Protocol):
    """Answers queries over one fixed set of graphs; safe to share between threads."""

    def query(
        self,
        query: str | Scanned,
        *,
        format: Format,  # noqa: A002
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


def spool() -> IO[bytes]:
    """An empty file for an answer: in memory while it is small, then on the disk under no name."""
    return cast("IO[bytes]", SpooledTemporaryFile(_IN_MEMORY))


def bindings(answer: Answer) -> tuple[list[str], list[dict[str, dict[str, str]]]]:
    """Variables and rows of a SELECT answered as JSON; a row has an entry for each bound variable, with ``type``,
    ``value`` and perhaps ``xml:lang`` and ``datatype`` (https://www.w3.org/TR/sparql11-results-json/)."""
    parsed = json.loads(answer.read())
    return parsed["head"]["vars"], parsed["results"]["bindings"]
