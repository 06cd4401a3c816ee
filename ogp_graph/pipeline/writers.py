"""The ways to write to a SPARQL service elsewhere: by graphs or by updates."""

from __future__ import annotations

from dataclasses import dataclass
from time import monotonic
from typing import TYPE_CHECKING, Protocol
from urllib.parse import quote, urlencode

from ogp_graph.engine.channel import Closed, Late, patiently
from ogp_graph.errors import EnvironmentFailure

if TYPE_CHECKING:
    from ogp_graph.engine.channel import Channel, Reply

__all__ = ["WRITERS", "Batch", "GraphStore", "TooLarge", "Update", "Writer"]

_SECONDS = 600.0  # that one batch may take


@dataclass(frozen=True, slots=True)
class Batch:
    """Some N-Triples lines of one graph (None: the default graph); ``first`` when they are its first ones."""

    graph: str | None
    lines: tuple[str, ...]
    first: bool


class TooLarge(EnvironmentFailure):
    """The service takes smaller requests only."""


class Writer(Protocol):
    """One way to write to a service: graphs (None: the default graph) are emptied, batches are written."""

    def clear(self, graphs: list[str | None]) -> None: ...
    def write(self, batches: list[Batch]) -> None: ...


@dataclass(frozen=True, slots=True)
class GraphStore:
    """SPARQL 1.1 Graph Store HTTP Protocol: a graph is replaced by PUT and added to by POST."""

    channel: Channel
    size = 20_000  # statements in a batch

    def clear(self, graphs: list[str | None]) -> None:
        """Empties the graphs."""
        for graph in graphs:
            self._send("DELETE", graph, None, missing=True)

    def write(self, batches: list[Batch]) -> None:
        for batch in batches:
            data = "\n".join(batch.lines).encode() + b"\n"
            try:
                self._send("PUT" if batch.first else "POST", batch.graph, data)
            except TooLarge:
                for half in _halves([batch]):
                    self.write(half)

    def _send(self, method: str, graph: str | None, data: bytes | None, *, missing: bool = False) -> None:
        fields = {"Content-Type": "application/n-triples"} if data is not None else {}
        query = "default" if graph is None else "graph=" + quote(graph, safe="")
        _sent(self.channel, data, fields, method=method, query=query, missing=missing)


@dataclass(frozen=True, slots=True)
class Update:
    """SPARQL 1.1 Update by POST of a form: graphs are dropped, statements are inserted."""

    channel: Channel
    size = 500  # statements in a batch; Virtuoso compiles no more

    def clear(self, graphs: list[str | None]) -> None:
        drops = ("DROP SILENT DEFAULT" if graph is None else f"CLEAR SILENT GRAPH <{graph}>" for graph in graphs)
        for drop in drops:
            self._send(drop)

    def write(self, batches: list[Batch]) -> None:
        groups = []
        for batch in batches:
            text = "\n".join(batch.lines)
            groups.append(text if batch.graph is None else f"GRAPH <{batch.graph}> {{\n{text}\n}}")
        try:
            self._send("INSERT DATA {\n" + "\n".join(groups) + "\n}")
        except TooLarge:
            for half in _halves(batches):
                self.write(half)

    def _send(self, text: str) -> None:
        fields = {"Content-Type": "application/x-www-form-urlencoded"}
        _sent(self.channel, urlencode({"update": text}).encode("ascii"), fields)


WRITERS: dict[str, type[GraphStore | Update]] = {"graph-store": GraphStore, "update": Update}
"""The ways to write, by the name that the command line has for them."""


def _sent(
    channel: Channel, data: bytes | None, fields: dict[str, str], *, method: str = "POST", query: str = "",
    missing: bool = False,
) -> None:  # fmt: skip
    def send() -> Reply:
        return channel.ask(data, fields, until=monotonic() + _SECONDS, method=method, query=query)

    try:
        reply = patiently(send)
    except Late:
        raise Closed(f"{channel.shown} took more than {_SECONDS:g} seconds for one batch") from None
    if not reply.fine and not (missing and reply.status == 404):
        kind = TooLarge if reply.status == 413 else EnvironmentFailure
        raise kind(f"{channel.shown} refused what was sent: {reply.refusal}")


def _halves(batches: list[Batch]) -> tuple[list[Batch], list[Batch]]:
    """The same in two parts, for a service that takes no more at once.

    Raises:
        TooLarge: there is one statement only.
    """
    if len(batches) > 1:
        middle = len(batches) // 2
        return batches[:middle], batches[middle:]
    (one,) = batches
    if len(one.lines) < 2:
        raise TooLarge("a single statement is more than the service takes at once (413); let it take larger requests")
    middle = len(one.lines) // 2
    return [Batch(one.graph, one.lines[:middle], one.first)], [Batch(one.graph, one.lines[middle:], first=False)]
