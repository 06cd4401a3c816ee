"""An engine that answers again what it has answered, and answers once what is asked several times at once."""

from __future__ import annotations

import asyncio
import os
import re
from io import BytesIO
from typing import TYPE_CHECKING, Any, NamedTuple

from ogp_graph.engine.interface import Answer, Caller
from ogp_graph.engine.scan import Scanned, scan
from ogp_graph.engine.shelf import Held, Shelf
from ogp_graph.errors import EngineBusy, EnvironmentFailure

if TYPE_CHECKING:
    from collections.abc import Coroutine, Sequence

    from ogp_graph.engine.interface import Concurrent
    from ogp_graph.formats import Format
    from ogp_graph.settings import Settings

__all__ = ["Cached", "Key", "key"]

_CHANGING = re.compile(r"\b(?:RAND|NOW|UUID|STRUUID)\s*\(", re.IGNORECASE)
_LONG = 16_384  # characters of a query beyond which it is not looked at for spaces that mean nothing
_SPACES = re.compile(
    r"""(?:[\x20\t\r\n]++|\#[^\r\n]*+)++
    | ((?:<(?:[^<>"{}|^`\\\x00-\x20]|\\u[0-9A-Fa-f]{4}|\\U[0-9A-Fa-f]{8})*+>
        | \"{3}(?:[^"\\]|\\.|"(?!""))*+\"{3} | '{3}(?:[^'\\]|\\.|'(?!''))*+'{3}
        | "(?:[^"\\\r\n]|\\.)*+" | '(?:[^'\\\r\n]|\\.)*+' | [^\x20\t\r\n\#<"']++ | . )++)""",
    re.VERBOSE | re.DOTALL,
)
"""Spaces and comments; or what stands between them, with its strings and IRIs."""


class Key(NamedTuple):
    """What an answer depends on, within one release."""

    query: str
    base: str
    format: str
    default_graphs: tuple[str, ...]
    named_graphs: tuple[str, ...]


def key(
    query: Scanned, chosen: Format, default_graphs: Sequence[str] | None, named_graphs: Sequence[str] | None
) -> Key | None:
    """The same for requests that ask the same: spaces and comments do not count, nor does the order of the graphs.
    None for a query whose answer is another one each time (SPARQL 1.1 Query, 17.4.2.12, 17.4.4.5, 17.4.5.1)."""
    if _CHANGING.search(query.text):
        return None
    text = query.text
    if len(text) <= _LONG:
        text = " ".join(found[1] for found in _SPACES.finditer(text) if found[1])
    return Key(text, query.base, chosen.name, _as_set(default_graphs), _as_set(named_graphs))


def _as_set(graphs: Sequence[str] | None) -> tuple[str, ...]:
    return tuple(sorted(set(graphs))) if graphs else ()


class Cached:
    """A :class:`ogp_graph.engine.interface.Concurrent` engine in front of ``engine``, which stays its owner's.

    Only whole answers are kept, never an error."""

    def __init__(self, engine: Concurrent, settings: Settings, shelf: Shelf) -> None:
        self._engine, self._settings, self._shelf = engine, settings, shelf
        self._flights: dict[Key, _Flight] = {}

    async def answer(
        self,
        query: str | Scanned,
        *,
        format: Format,  # noqa: A002
        default_graphs: Sequence[str] | None = None,
        named_graphs: Sequence[str] | None = None,
        caller: Caller | None = None,
    ) -> Answer:
        """See :meth:`ogp_graph.engine.interface.Concurrent.answer`."""
        scanned = query if isinstance(query, Scanned) else scan(query, self._settings)
        known = key(scanned, format, default_graphs, named_graphs)
        held = None if known is None else self._shelf.get(known)
        if held is None:
            flight = None if known is None else self._flights.get(known)
            if flight is None:
                coming = self._engine.answer(
                    scanned, format=format, default_graphs=default_graphs, named_graphs=named_graphs, caller=caller
                )
                flight = _Flight(asyncio.get_running_loop().create_task(self._held(known, coming)))
                if known is not None:
                    self._flights[known] = flight
                    flight.task.add_done_callback(lambda _: self._flights.pop(known))
            held = await flight.join()
        return _answer(format, held)

    async def _held(self, known: Key | None, coming: Coroutine[Any, Any, Answer]) -> Held:
        """What comes, on the shelf or at least counted there."""
        answer = await coming
        if isinstance(answer.file, BytesIO):
            held = Held(answer.size, answer.read())
            if known is not None:
                self._shelf.put(known, held)
            return held
        with answer.file as file:
            if not self._shelf.has_room(answer.size):
                raise EngineBusy(5, "there is no room for further results at the moment")
            held = Held(answer.size, None, os.dup(file.fileno()))
        if known is None:
            self._shelf.lend(held)
        else:
            self._shelf.put(known, held)
        return held


class _Flight:
    """A query at work, and those who wait for its answer; it is ended when the last one of them has left."""

    def __init__(self, task: asyncio.Task[Held]) -> None:
        self.task = task
        self._waiting: set[asyncio.Future[Held]] = set()
        task.add_done_callback(self._land)

    async def join(self) -> Held:
        """The answer."""
        future: asyncio.Future[Held] = asyncio.get_running_loop().create_future()
        self._waiting.add(future)
        try:
            return await future
        finally:
            self._waiting.discard(future)
            if not self._waiting:
                self.task.cancel()

    def _land(self, task: asyncio.Task[Held]) -> None:
        error = EnvironmentFailure("the engine is closed") if task.cancelled() else task.exception()
        for future in self._waiting:
            if not future.done():
                if error is None:
                    future.set_result(task.result())
                else:
                    future.set_exception(error)


def _answer(chosen: Format, held: Held) -> Answer:
    if held.data is not None:
        return Answer.of(chosen, held.data)
    assert held.descriptor is not None
    return Answer.in_file(chosen, os.dup(held.descriptor))
