"""What has been answered and may be answered again, within bounds: small things in memory, larger ones in files.

Files are under no name, so that nothing is left of them when the process ends. A file that leaves the shelf is closed
once nobody reads it any more, and its bytes count until then: answers on their way to slow readers cannot fill a disk.
"""

from __future__ import annotations

import fcntl
import os
import sys
from collections import OrderedDict, deque
from contextlib import suppress
from time import monotonic
from typing import TYPE_CHECKING, Any

import msgspec

if TYPE_CHECKING:
    from collections.abc import Hashable

__all__ = ["Held", "Shelf"]

_LARGEST = 8  # the part of the bounds that one thing may take, as a divisor
_ENTRY = 500  # bytes that an entry takes besides its data and its key
_AT_LEAST = 1.0  # seconds that a file stays open for whoever has just been told where it is
_AT_MOST = 120.0  # seconds, where the file system does not say who reads


class Held(msgspec.Struct, frozen=True, eq=False):
    """``size`` bytes, as ``data`` or in the open file ``descriptor``; ``about`` is what else has to be known."""

    size: int
    data: bytes | None
    descriptor: int | None = None
    about: Any = None

    @property
    def path(self) -> str:
        """Where the file can be opened, within this process."""
        return f"/proc/self/fd/{self.descriptor}"


class Shelf:
    """Things by key, the one that was not asked for longest leaves first. Used on one event loop. The keys count too:
    they hold the texts of the queries."""

    def __init__(self, memory: int, disk: int) -> None:
        self._bounds = {False: memory, True: disk}
        self._used = {False: 0, True: 0}
        self._lines: dict[bool, OrderedDict[Hashable, Held]] = {False: OrderedDict(), True: OrderedDict()}
        self._leaving: deque[tuple[float, Held]] = deque()
        self.hits = self.misses = 0

    @property
    def memory(self) -> int:
        """Bytes in memory."""
        return self._used[False]

    @property
    def disk(self) -> int:
        """Bytes in files, those on their way to readers included."""
        return self._used[True]

    def get(self, key: Hashable) -> Held | None:
        """What is there under ``key``."""
        for line in self._lines.values():
            held = line.get(key)
            if held is not None:
                line.move_to_end(key)
                self.hits += 1
                return held
        self.misses += 1
        return None

    def put(self, key: Hashable, held: Held) -> None:
        """Keeps ``held``, whose file belongs to the shelf from now on. Where it is too large, a file is kept only for
        those who are about to read it."""
        in_file = held.descriptor is not None
        if held.size > self._bounds[in_file] // _LARGEST:
            if in_file:
                self.lend(held)
            return
        line = self._lines[in_file]
        before = line.pop(key, None)
        if before is not None:
            self._leave(key, before)
        line[key] = held
        self._used[in_file] += _weight(held) + _size(key)
        while self._used[in_file] > self._bounds[in_file] and line:
            self._leave(*line.popitem(last=False))
            if in_file:
                self.sweep()

    def lend(self, held: Held) -> None:
        """Counts the file of ``held`` and closes it once nobody reads it."""
        self._used[True] += _weight(held)
        self._leaving.append((monotonic(), held))

    def has_room(self, size: int) -> bool:
        """Whether a file of ``size`` bytes may be added, after what is only kept has made room."""
        self.sweep()
        line = self._lines[True]
        while line and self._used[True] + size > self._bounds[True]:
            self._leave(*line.popitem(last=False))
            self.sweep()
        return self._used[True] + size <= self._bounds[True]

    def sweep(self) -> None:
        """Closes the files that have left and that nobody reads any more."""
        now = monotonic()
        for _ in range(len(self._leaving)):
            since, held = self._leaving.popleft()
            if now - since > _AT_LEAST and (now - since > _AT_MOST or not _is_read(held)):
                self._close(held)
            else:
                self._leaving.append((since, held))

    def close(self) -> None:
        """Lets go of everything."""
        for line in self._lines.values():
            while line:
                self._leave(*line.popitem())
        while self._leaving:
            self._close(self._leaving.popleft()[1])

    def _leave(self, key: Hashable, held: Held) -> None:
        self._used[held.descriptor is not None] -= _size(key)
        if held.descriptor is None:
            self._used[False] -= _weight(held)
        else:
            self._leaving.append((monotonic(), held))

    def _close(self, held: Held) -> None:
        self._used[held.descriptor is not None] -= _weight(held)
        if held.descriptor is not None:
            os.close(held.descriptor)


def _weight(held: Held) -> int:
    return held.size + _ENTRY


def _size(key: Hashable) -> int:
    """Bytes of the texts in a key."""
    return sum(map(_size, key)) if isinstance(key, tuple) else sys.getsizeof(key)


def _is_read(held: Held) -> bool:
    """Whether somebody else has the file open. A lease for writing is granted to nobody but the only one."""
    assert held.descriptor is not None
    try:
        fcntl.fcntl(held.descriptor, fcntl.F_SETLEASE, fcntl.F_WRLCK)
    except OSError:
        return True
    with suppress(OSError):
        fcntl.fcntl(held.descriptor, fcntl.F_SETLEASE, fcntl.F_UNLCK)
    return False
