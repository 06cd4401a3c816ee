"""Records of a web archive that may be damaged, one gzip member after the other, or one line after the other.

Nothing here takes a length for true before it has seen what stands behind it, and no byte is unpacked or looked at
more often than a small number of times, however the archive is made.
"""

from __future__ import annotations

import re
import zlib
from dataclasses import replace
from io import BytesIO
from typing import TYPE_CHECKING

from ogp_graph.captures.entry import FREE_BYTES
from ogp_graph.captures.warc.archive import HEADER_BYTES, MAGIC, Archive, Damage, Place, Record
from ogp_graph.captures.warc.window import BORDER, Window

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

__all__ = ["careful"]

_CHUNK = 1 << 16
_BREAKS = 8  # bytes of line breaks that may stand between two records
_START = b"WARC/"
_VERSION = re.compile(rb"WARC/(?:1\.[01]|0\.[0-9]{1,2})")  # those that fastwarc reads, too


def careful(archive: Archive, place: Place, *, hand_back: bool) -> Generator[Record | Damage, None, Place | int]:
    """The records from ``place`` on but for those that were passed, and what is wrong. With ``hand_back`` it ends with
    the place of a record behind the first that it told of, else, and at the end of the part, with the offset of what
    comes next."""
    if archive.packed:
        return (yield from _members(archive, place, hand_back=hand_back))
    return (yield from _plain(archive, place, hand_back=hand_back))


def _plain(archive: Archive, place: Place, *, hand_back: bool) -> Generator[Record | Damage, None, Place | int]:
    window = Window(_chunks(archive, place.offset), place.offset)
    if place.border:
        window.find_record()
    passed, told = place.passed, False
    while True:
        window.skip_blank()
        if not window.has(1) or window.offset >= archive.stop:
            return window.offset
        if told and hand_back:
            return Place(window.offset)
        found = _one(window, window.offset, archive)
        if isinstance(found, Record) and passed:
            passed -= 1
            continue
        told = True
        yield replace(found, of_last=True) if isinstance(found, Damage) and passed else found
        passed = 0


def _members(archive: Archive, place: Place, *, hand_back: bool) -> Generator[Record | Damage, None, Place | int]:
    offset, passed, told = place.offset, place.passed, False
    lost = place.border  # whether there may be other bytes before the next member
    while (start := _next_member(archive, offset, sure=not lost)) is not None and start < archive.stop:
        if start > offset and not lost:
            told = True
            yield Damage(offset, "archive-damaged", f"{start - offset} bytes here are no gzip member.")
        if told and hand_back:
            return Place(start)
        member = _Member(archive, start)
        window, seen, damaged = Window(member.chunks(), 0), False, False
        while not damaged and (found := _in_member(window, start, archive)) is not None:
            if isinstance(found, Damage):
                damaged = member.problem is not None
                found = replace(member.problem or found, of_last=passed > 0)
            elif passed:
                passed, seen = passed - 1, True
                continue
            told, seen, passed = True, True, 0
            yield found
        window.drain()
        if member.problem and not damaged:  # its last record cannot be trusted, although it looks whole
            told = True
            yield replace(member.problem, of_last=seen)
        offset, lost, passed = (member.end, False, 0) if not member.problem else (start + 1, True, 0)
    end = archive.size if start is None else start
    if lost or offset == end:
        return end
    if offset < archive.stop:
        yield Damage(offset, "archive-damaged", f"{end - offset} bytes here are no gzip member.")
        return end
    return offset


def _in_member(window: Window, offset: int, archive: Archive) -> Record | Damage | None:
    window.skip_blank()
    return _one(window, offset, archive) if window.has(1) else None


def _one(window: Window, offset: int, archive: Archive) -> Record | Damage:
    """The record that the window stands at, or what is wrong with it; then the window stands behind it."""
    head, problem = _head(window)
    length = _length(head) if head else None
    if head and not problem and length is None:
        problem = ("record-length", "The record's Content-Length is missing or no number.")
    if problem or head is None or length is None:
        window.skip(1)
        window.find_record()
        return Damage(offset, *(problem or ("record-header", "")))
    size = len(head)
    most = archive.settings.max_page_bytes + HEADER_BYTES
    if length > most:
        return _large(window, offset, head, length)
    whole = window.has(size + length)
    block = window.peek(size, length)
    if not whole:
        problem = ("record-cut", f"The record says that it has {length} bytes; only {len(block)} follow.")
    elif not window.ends(size + length):
        problem = ("record-length", f"The record says that it has {length} bytes, but it does not end there.")
    if problem:
        window.skip(size)
        window.find_record()
        return Damage(offset, *problem)
    window.skip(size + length)
    return _record(offset, head, length, block)


def _large(window: Window, offset: int, head: bytes, length: int) -> Record | Damage:
    """A record that is too large to be a page: its beginning, and the window where the next one starts."""
    size = len(head)
    window.has(size + _CHUNK)
    beginning = window.peek(size, _CHUNK)
    window.skip(size)
    start = window.offset
    window.find_record()
    if not length <= window.offset - start <= length + _BREAKS:
        return Damage(
            offset, "record-length", f"The record says that it has {length} bytes, but it does not end there."
        )
    return _record(offset, head, length, beginning)


def _record(offset: int, head: bytes, length: int, block: bytes) -> Record:
    fields: dict[str, str] = {}
    for line in head.split(b"\n")[1:]:
        name, colon, value = line.partition(b":")
        if colon:
            fields.setdefault(name.strip().decode("latin-1").lower(), value.strip().decode("utf-8", "replace"))
    kind = fields.get("warc-type", "unknown").lower()
    return Record(offset, kind, length, lambda name: fields.get(name.lower()), BytesIO(block).read, ends=True)


def _head(window: Window) -> tuple[bytes | None, tuple[str, str] | None]:
    """The header with the empty line behind it, or the code and the words for what is wrong with it."""
    window.has(HEADER_BYTES)
    text = window.peek(0, HEADER_BYTES)
    if not text.startswith(_START):
        return None, ("record-version", "No record starts here: the line with the version (WARC/1.0) is missing.")
    ends = [(text.find(mark), len(mark)) for mark in (b"\r\n\r\n", b"\n\n")]
    found = min((end for end in ends if end[0] >= 0), default=None)
    if found is None:
        if len(text) < HEADER_BYTES:
            return None, ("record-cut", "The archive ends inside the header of a record.")
        return None, ("record-header", f"The header of the record has more than {HEADER_BYTES} bytes.")
    head = text[: sum(found)]
    if BORDER.search(head, 1):
        return None, ("record-cut", "The header of the record breaks off, and another record starts there.")
    version = head[: head.find(b"\n")].strip()
    if not _VERSION.fullmatch(version):
        return None, ("record-version", "The version of the record is none that is known (WARC/1.0, WARC/1.1).")
    return head, None


def _length(head: bytes) -> int | None:
    for line in head.split(b"\n"):
        name, _, value = line.partition(b":")
        if name.strip().lower() == b"content-length":
            digits = value.strip()
            return int(digits) if digits.isdigit() and len(digits) < 20 else None
    return None


# Bytes


def _chunks(archive: Archive, offset: int) -> Iterator[bytes]:
    while chunk := archive.at(offset, _CHUNK):
        yield chunk
        offset += len(chunk)


def _next_member(archive: Archive, offset: int, *, sure: bool) -> int | None:
    """Where the first gzip member at or behind ``offset`` starts that holds records; one at ``offset`` itself may
    hold anything when that is ``sure`` to be where a member should start."""
    if sure and archive.at(offset, len(MAGIC)) == MAGIC:
        return offset
    while data := archive.at(offset, _CHUNK):
        found = data.find(MAGIC)
        while found >= 0:
            if _holds_records(archive.at(offset + found, 4096)):
                return offset + found
            found = data.find(MAGIC, found + 1)
        if len(data) < len(MAGIC):
            return None
        offset += len(data) - len(MAGIC) + 1
    return None


def _holds_records(packed: bytes) -> bool:
    try:
        start = zlib.decompressobj(31).decompress(packed, 64)
    except zlib.error:
        return False
    return start.lstrip(b"\r\n").startswith(_START)


class _Member:
    """One gzip member as it is unpacked: ``end`` is where it ends, ``problem`` what is wrong with it."""

    def __init__(self, archive: Archive, start: int) -> None:
        self._archive, self._start = archive, start
        self.end = start
        self.bomb = False
        self.problem: Damage | None = None

    def chunks(self) -> Iterator[bytes]:
        unpacker, count = zlib.decompressobj(31), 0
        for chunk in _chunks(self._archive, self._start):
            data = chunk
            while data or unpacker.unconsumed_tail:
                try:
                    part = unpacker.decompress(data, _CHUNK * 4)
                except zlib.error:
                    self._fail("archive-damaged", "The gzip member that starts here is damaged.")
                    return
                self.end += len(data) - len(unpacker.unconsumed_tail) - len(unpacker.unused_data)
                count += len(part)
                if self._is_bomb(count):
                    return
                yield part
                if unpacker.eof:
                    return
                data = unpacker.unconsumed_tail
        self._fail("record-cut", "The archive ends inside the gzip member that starts here.")

    def _is_bomb(self, count: int) -> bool:
        ratio = self._archive.settings.max_archive_ratio
        self.bomb = count > FREE_BYTES + (self.end - self._start) * ratio
        if self.bomb:
            self._fail("archive-bomb", f"The gzip member unpacks to more than {ratio} times its size: no page does.")
        return self.bomb

    def _fail(self, code: str, message: str) -> None:
        self.problem = Damage(self._start, code, message)
