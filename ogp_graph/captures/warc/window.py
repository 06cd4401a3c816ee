"""Bytes that come in chunks, seen through a window that moves forward only."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["BORDER", "Window"]

BORDER = re.compile(rb"WARC/[0-9]\.[0-9]{1,2}[ \t]*\r?\n[A-Za-z][A-Za-z-]{1,30}[ \t]*:")
_TAIL = 64  # bytes of a border that may stand in two chunks
_KEPT = 1 << 20  # bytes behind the window until they are let go


class Window:
    """``offset`` is where the window stands in the stream that starts at ``start``."""

    def __init__(self, chunks: Iterator[bytes], start: int) -> None:
        self._chunks = chunks
        self._held = bytearray()
        self._at = 0
        self._start = start

    @property
    def offset(self) -> int:
        return self._start + self._at

    def has(self, count: int) -> bool:
        """Whether at least ``count`` bytes follow."""
        while len(self._held) - self._at < count:
            chunk = next(self._chunks, None)
            if chunk is None:
                return False
            self._held += chunk
        return True

    def peek(self, place: int, count: int) -> bytes:
        """Up to ``count`` of the bytes that were asked for by :meth:`has`, from ``place`` on."""
        start = self._at + place
        return bytes(self._held[start : start + count])

    def skip(self, count: int) -> None:
        """Moves on; what was passed is let go."""
        self.has(count)
        self._at = min(self._at + count, len(self._held))
        if self._at > _KEPT:
            self._start += self._at
            del self._held[: self._at]
            self._at = 0

    def skip_blank(self) -> None:
        """Moves on to what is no line break."""
        while self.has(1) and self._held[self._at] in b"\r\n":
            self.skip(1)

    def ends(self, count: int) -> bool:
        """Whether a record may end ``count`` bytes on: an empty line follows, or nothing does."""
        self.has(count + 4)
        follow = self.peek(count, 4)
        return follow in (b"\r\n\r\n", b"\r\n", b"\n\n", b"\n", b"") or follow.startswith((b"\n\n", b"\r\n\r\n"))

    def find_record(self) -> bool:
        """Moves on to what starts like a record, whatever stands before it; to the end when there is nothing more."""
        while True:
            more = self.has(len(self._held) - self._at + 1)
            found = BORDER.search(self._held, self._at)
            if found:
                self.skip(found.start() - self._at)
                return True
            if not more:
                self.skip(len(self._held) - self._at)
                return False
            self.skip(max(0, len(self._held) - self._at - _TAIL))

    def drain(self) -> None:
        """Reads on to the end, so that whoever makes the chunks sees it."""
        self._held.clear()
        self._start += self._at
        self._at = 0
        for _ in self._chunks:
            pass
