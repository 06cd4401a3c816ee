"""What the readers of web archives hand to each other."""

from __future__ import annotations

import os
from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import BinaryIO

    from ogp_graph.settings import Settings

__all__ = ["HEADER_BYTES", "MAGIC", "Archive", "Damage", "Place", "Reach", "Record"]

MAGIC = b"\x1f\x8b\x08"  # of a gzip member (RFC 1952, 2.3.1)
HEADER_BYTES = 32_768  # of one record's header; ordinary ones have less than two thousand


@dataclass(frozen=True, slots=True)
class Archive:
    """An open archive and the part of it that is wanted: records that start at ``start`` or later, before ``stop``. A
    record starts at ``start`` itself, unless that is anywhere and a ``border`` has to be found."""

    file: BinaryIO
    size: int
    settings: Settings
    packed: bool
    start: int = 0
    stop: int = 1 << 62
    border: bool = False
    local: bool = True  # whether the file has a descriptor, unless it is in memory

    def at(self, place: int, count: int) -> bytes:
        """The ``count`` bytes at ``place``; where the file stands does not change."""
        if isinstance(self.file, BytesIO):
            return bytes(self.file.getbuffer()[place : place + count])
        if self.local:
            return os.pread(self.file.fileno(), count, place)
        before = self.file.tell()
        self.file.seek(place)
        data = self.file.read(count)
        self.file.seek(before)
        return data


@dataclass(frozen=True, slots=True)
class Place:
    """Where to read on: at ``offset``, of whose records ``passed`` were seen; ``border`` when a record has yet to be
    found there or behind it."""

    offset: int
    passed: int = 0
    border: bool = False


@dataclass(slots=True)
class Reach:
    """Where the first thing was that a part of an archive told of (None: there was none), and where the part behind
    has to begin."""

    begun: int | None = None
    ended: int = 0


class Record(NamedTuple):
    """One record: its offset (of its gzip member, when it has one), type and length; ``header`` gives the value of a
    named field or None, ``read`` the next bytes of its block, or an OSError without a number where it is damaged.
    ``ends`` says that it was seen to end where it says."""

    offset: int
    kind: str
    length: int
    header: Callable[[str], str | None]
    read: Callable[[int], bytes]
    ends: bool = False


@dataclass(frozen=True, slots=True)
class Damage:
    """What is wrong at ``offset``: the code and the words of a finding. One ``of_last`` takes back the last record:
    it was not what it seemed."""

    offset: int
    code: str
    message: str
    of_last: bool = False
