"""XML answers as XML can hold them (https://www.w3.org/TR/xml/#charsets, https://www.w3.org/TR/xml-names/).

The engine writes every character as it is. A carriage return would be read as a line feed (XML 1.0, 2.11), so it
leaves as a reference; most control characters have no reference either, and a predicate that ends in no name is no
element (RDF/XML, 2.2): then there is no such answer.
"""

from __future__ import annotations

import io
import re
from contextlib import contextmanager
from typing import IO, TYPE_CHECKING, Any, cast

from ogp_graph.errors import NotInFormat

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ogp_graph.engine.evaluate import Sink
    from ogp_graph.formats import Format

__all__ = ["holding"]

_NEVER = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f]|\xef\xbf[\xbe\xbf]|<(?:oxprefix:[ >]|xmlns:)")
_CONTROLS = bytes({*range(0x20)} - set(b"\t\n\r"))
_SIGNS = (b"\xef\xbf\xbe", b"\xef\xbf\xbf", b"<oxprefix:", b"<xmlns:")
_OVERLAP = 16  # bytes that are looked at again with those that follow them: more than what is never there is long


@contextmanager
def holding(out: Sink, chosen: Format) -> Iterator[IO[bytes]]:
    """What the engine writes to for an answer in ``chosen`` that arrives in ``out``.

    Raises:
        NotInFormat: the format cannot hold what was written.
    """
    try:
        yield cast("IO[bytes]", _Xml(out, chosen) if chosen.media_type.endswith("+xml") else out)
    except OSError as error:
        if (
            error.errno is None
        ):  # it is the engine's and no system's: a reserved name (RDF/XML, 5.1), a triple in a triple
            raise NotInFormat(chosen.media_type, str(error)) from error
        raise


class _Xml(io.RawIOBase):
    def __init__(self, out: Sink, chosen: Format) -> None:
        self._out, self._chosen, self._last = out, chosen, b""

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        part = bytes(data)
        seen = self._last + part
        if _is_odd(seen) and (found := _NEVER.search(seen)):
            raise NotInFormat(self._chosen.media_type, _reason(found[0]))
        self._last = seen[-_OVERLAP:]
        self._out.write(part.replace(b"\r", b"&#13;"))
        return len(part)


def _is_odd(data: bytes) -> bool:
    """Whether there may be something that is never there: a quick look, for hardly any answer has it."""
    return any(sign in data for sign in _SIGNS) or len(data.translate(None, _CONTROLS)) < len(data)


def _reason(found: bytes) -> str:
    if found.startswith(b"<"):
        return "it has a predicate that ends in no name"
    return f"it has the character U+{ord(found.decode()):04X}, which XML does not allow"
