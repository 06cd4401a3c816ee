"""Sorted lines cut into parts, so that the next release can take over the parts in which nothing changed.

A part ends after all that is said of a *stem* (a report, a commitment, a capture with all that hangs below it), when
it is large enough and a checksum of the stem is even. So where a part ends depends on what stands in that part alone:
whoever cuts changed lines anew comes back to the old borders soon after the change (content-defined chunking, as
``rsync --rsyncable`` and LBFS do), and ends with the same parts as who cuts everything.
"""

from __future__ import annotations

import re
import zlib
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

__all__ = ["Cutter", "Part", "read_parts", "stem", "subject", "write_parts"]

_STEM = re.compile(r"<(?:[^ >]*?/id/[^/ >]+/[^/ >]+|[^ >]*)")


def stem(line: str) -> str:
    """What a line of N-Quads hangs below: its subject up to the key of the thing.

    >>> stem("<https://example.org/id/report/a-b/answer/1.1> <https://example.org/p> ...")
    '<https://example.org/id/report/a-b'
    """
    found = _STEM.match(line)
    return found[0] if found else ""


def subject(line: str) -> str:
    """The subject of a line as it is written there."""
    return line[: line.index(" ")]


class Cutter:
    """Cuts text into parts of at least ``least`` characters."""

    def __init__(self, least: int) -> None:
        self._least = least
        self._texts: list[str] = []
        self._size = 0
        self._open: str | None = None

    @property
    def empty(self) -> bool:
        """Whether no text waits for the end of its part."""
        return not self._texts

    @property
    def open(self) -> str | None:
        """The stem of which more may come."""
        return self._open

    def add(self, stem: str, text: str) -> Iterator[str]:
        """Takes text (with its last line feed) about ``stem``; gives the part that ended before it, if one did."""
        if stem != self._open:
            yield from self.close()
            self._open = stem
        self._texts.append(text)
        self._size += len(text)

    def lines(self, lines: Iterable[str]) -> Iterator[str]:
        """The same for lines (without line feeds)."""
        for name, some in groupby(lines, key=stem):
            yield from self.add(name, "\n".join((*some, "")))

    def close(self) -> Iterator[str]:
        """No more comes about the open stem; gives the part that ends with it, if one does."""
        if self._open is not None and self._size >= self._least and not zlib.crc32(self._open.encode()) & 1:
            yield from self.flush()
        self._open = None

    def flush(self) -> Iterator[str]:
        """Gives what waits as a part, as at the end of all lines."""
        if self._texts:
            yield "".join(self._texts)
        self._texts, self._size, self._open = [], 0, None


@dataclass(frozen=True, slots=True)
class Part:
    """One part as files hold it: what its first line is about, how many lines (or rows) it has, and how many bytes it
    takes in each of the files."""

    first: str
    lines: int
    sizes: tuple[int, ...]


def write_parts(parts: Iterable[Part], path: Path) -> None:
    """Writes the list of parts as tab-separated values."""
    with path.open("x", encoding="utf-8", newline="\n") as file:
        for one in parts:
            file.write("\t".join((one.first, str(one.lines), *map(str, one.sizes))) + "\n")


def read_parts(path: Path) -> list[Part]:
    """What :func:`write_parts` wrote.

    Raises:
        OSError, ValueError: there is no such list.
    """
    with path.open(encoding="utf-8", newline="\n") as file:
        fields = [line.rstrip("\n").split("\t") for line in file]
    return [Part(first, int(lines), tuple(map(int, sizes))) for first, lines, *sizes in fields]
