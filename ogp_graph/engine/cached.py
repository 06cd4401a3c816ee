"""An engine that answers again what it has answered, and answers once what is asked several times at once."""

from __future__ import annotations

import asyncio
import os
import re
from contextlib import suppress
from typing import TYPE_CHECKING, NamedTuple

from ogp_graph.engine.interface import Answer, Caller
from ogp_graph.engine.scan import Scanned, scan
from ogp_graph.engine.shelf import Held, Shelf
from ogp_graph.errors import EngineBusy, OgpGraphError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ogp_graph.engine.interface import Concurrent
    from ogp_graph.formats import Format
    from ogp_graph.settings import Settings

__all__ = ["Cached", "Key", "key"]

_CHANGING = re.compile(r"\b(?:RAND|NOW|UUID|STRUUID)\s*[(#]", re.IGNORECASE)
_BLANK = "\x20\t\r\n"  # spaces of SPARQL; Unicode has more of them
_LONG = 16_384  # characters of a query beyond which it is not looked at for spaces that mean nothing
_SPACED = re.compile(r"[\t\r\n]|\x20\x20|\#(?![^<>\x20]*>)")
"""What a text has that may be written in another way; much that looks so is not."""
_SPACES = re.compile(
    r"""(?:[\x20\t\r\n]++|\#[^\r\n]*+)++
    | ((?:<(?:[^<>"{}|^`\\\x00-\x20]|\\u[0-9A-Fa-f]{4}|\\U[0-9A-Fa-f]{8}|(?!))*+>
        | \"{3}(?:[^"\\]|\\.|"(?!"")|(?!))*+\"{3} | '{3}(?:[^'\\]|\\.|'(?!'')|(?!))*+'{3}
        | "(?:[^"\\\r\n]|\\.)*+" | '(?:[^'\\\r\n]|\\.)*+' | \\. | [^\x20\t\r\n\#<"'\\]++ | < )++)
    | (["'\\])""",
    re.VERBOSE | re.DOTALL,
)
"""Spaces and comments; or what stands between them, with its strings and IRIs; or a sign that begins none of these."""
_GAP = re.compile(r"[\t\r\n][\x20\t\r\n]*|\x20[\x20\t\r\n]+")
"""Spaces that are not one space."""
_UNCLEAR = re.compile(r"<(?<=[\w)]<)[^\x20\t\r\n<>]*\#")
"""What may be the beginning of an IRI, or a comparison and then a comment."""
_WITH_FRAGMENT = re.compile(r"""<[^<>"{}|^`\\\x00-\x20#]*#[^<>"{}|^`\\\x00-\x20#]*>""")
"""An IRI with one sign # in it."""


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
    None for a query whose answer is another one each time (SPARQL 1.1 Query, 17.4.2.12, 17.4.4.5, 17.4.5.1), and for
    what is too long to be looked at here."""
    text = query.text.strip(_BLANK)
    if not query.whole or ("(" in text and _CHANGING.search(text)):
        return None
    if len(text) <= _LONG and _SPACED.search(text):
        text = _respaced(text)
    return Key(text, query.base, chosen.name, _as_set(default_graphs), _as_set(named_graphs))


def _respaced(text: str) -> str:
    """``text`` with one space for each run of spaces and comments; as it is when it may be no query, since what is
    refused must not be taken for what was answered."""
    if _UNCLEAR.search(text):
        return text
    if '"' not in text and "'" not in text and text.count("#") == len(_WITH_FRAGMENT.findall(text)):
        return _GAP.sub(" ", text)  # there is no string and no comment
    parts = [(found[1], found[2]) for found in _SPACES.finditer(text)]
    return text if any(odd for _, odd in parts) else " ".join(part for part, _ in parts if part)


def _as_set(graphs: Sequence[str] | None) -> tuple[str, ...]:
    return tuple(sorted(set(graphs))) if graphs else ()


class Cached:
    """A :class:`ogp_graph.engine.interface.Concurrent` engine in front of ``engine``, which stays its owner's.

    Only whole answers are kept, never an error. One asks for all who ask the same meanwhile; when that one leaves, it
    is left to the next one to ask."""

    def __init__(self, engine: Concurrent, settings: Settings, shelf: Shelf) -> None:
        self._engine, self._settings, self._shelf = engine, settings, shelf
        self._coming: dict[Key, list[asyncio.Future[Held]]] = {}  # who else waits for what has been asked

    async def answer(
        self,
        query: str | Scanned,
        *,
        format: Format,
        default_graphs: Sequence[str] | None = None,
        named_graphs: Sequence[str] | None = None,
        caller: Caller | None = None,
    ) -> Answer:
        """See :meth:`ogp_graph.engine.interface.Concurrent.answer`."""
        scanned = query if isinstance(query, Scanned) else scan(query, self._settings)
        known = key(scanned, format, default_graphs, named_graphs)
        caller = caller or Caller()
        if caller.until is None:
            caller.until = asyncio.get_running_loop().time() + self._settings.query_seconds

        while known is not None:
            held = self._shelf.get(known)
            if held is not None:
                caller.cached = True
                return _answer(format, held)
            others = self._coming.get(known)
            if others is None:
                break
            coming: asyncio.Future[Held] = asyncio.get_running_loop().create_future()
            others.append(coming)
            with suppress(_LeftAlone):
                return _answer(format, await coming)
        others = []
        if known is not None:
            self._coming[known] = others
        try:
            answer = await self._engine.answer(
                scanned, format=format, default_graphs=default_graphs, named_graphs=named_graphs, caller=caller
            )
            held = self._hold(known, answer)
        except BaseException as error:
            _tell(others, error if isinstance(error, OgpGraphError) else _LeftAlone())
            raise
        finally:
            if known is not None:
                del self._coming[known]
        _tell(others, held)
        return _answer(format, held)

    def _hold(self, known: Key | None, answer: Answer) -> Held:
        """The answer on the shelf, or at least counted there."""
        if answer.data is not None:
            held = Held(answer.size, answer.data)
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


class _LeftAlone(Exception):
    """Whoever asked for all has left."""


def _tell(waiting: Sequence[asyncio.Future[Held]], outcome: Held | Exception) -> None:
    for one in waiting:
        if one.done():
            continue
        if isinstance(outcome, Held):
            one.set_result(outcome)
        else:
            one.set_exception(outcome)
            one.exception()  # whoever waits may have left in this moment


def _answer(chosen: Format, held: Held) -> Answer:
    if held.data is not None:
        return Answer.of(chosen, held.data)
    assert held.descriptor is not None
    return Answer.in_file(chosen, os.dup(held.descriptor))
