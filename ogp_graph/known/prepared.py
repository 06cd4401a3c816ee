"""Documents that were made when a release was published: ``pages/``, by the path under which they are asked for.

``bodies`` has them one after the other, each packed for itself (zstd) or as it is; ``index`` says where each is:
entries of one size, sorted by the first half of the SHA-256 of the path, so that one is found by halving; ``maker``
names the program that made them. What is in a document is up to those who write it.
"""

from __future__ import annotations

import hashlib
import mmap
import struct
from bisect import bisect_left
from dataclasses import dataclass
from functools import lru_cache
from threading import get_ident
from typing import TYPE_CHECKING

import zstandard

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

__all__ = ["PREPARED", "Packed", "Prepared", "pack", "write_prepared"]

PREPARED = "pages"
"""Folder of a release."""

_ENTRY = struct.Struct(">16s16sQQ")  # path, inputs, where the document begins, its packed size
_FRAME = zstandard.FRAME_HEADER  # what begins with these bytes, which begin no text in UTF-8, is packed
_NAME = 16  # bytes of a digest that stand for it


@dataclass(frozen=True, slots=True)
class Packed:
    """A document under ``path``, packed or as it is; ``inputs`` is a digest of all that it depends on besides its
    maker."""

    path: str
    inputs: bytes
    data: bytes

    @property
    def document(self) -> bytes:
        """The document itself."""
        return _unpacker(get_ident()).decompress(self.data) if self.data.startswith(_FRAME) else self.data


def pack(document: bytes) -> bytes:
    """The document as it is kept: the same bytes get the same."""
    return _packer(get_ident()).compress(document)


@lru_cache(maxsize=32)
def _packer(_thread: int) -> zstandard.ZstdCompressor:
    """One for each thread: making one takes as long as packing."""
    return zstandard.ZstdCompressor(level=3)


@lru_cache(maxsize=32)
def _unpacker(_thread: int) -> zstandard.ZstdDecompressor:
    return zstandard.ZstdDecompressor()


def write_prepared(folder: Path, maker: str, documents: Iterable[Packed]) -> None:
    """Writes the documents, each path once, in their order."""
    place, entries = 0, []
    with (folder / "bodies").open("xb") as file:
        for one in documents:
            entries.append(_ENTRY.pack(_name(one.path), one.inputs, place, len(one.data)))
            place += file.write(one.data)
    entries.sort()
    (folder / "index").write_bytes(b"".join(entries))
    (folder / "maker").write_text(maker + "\n", encoding="ascii")


class Prepared:
    """The documents in ``folder``; none when they are another maker's or when there is no such folder."""

    def __init__(self, folder: Path, maker: str) -> None:
        self._index: bytes | mmap.mmap = b""
        self._bodies: bytes | mmap.mmap = b""
        if _made_by(folder, maker):
            self._index, self._bodies = _mapped(folder / "index"), _mapped(folder / "bodies")
        self._names = _Names(self._index)

    def __len__(self) -> int:
        return len(self._names)

    def find(self, path: str) -> Packed | None:
        """The document under ``path``."""
        found = self._entry(path)
        if found is None:
            return None
        inputs, place, size = found
        return Packed(path, inputs, self._bodies[place : place + size])

    def inputs(self, path: str) -> bytes | None:
        """Its ``inputs``, without reading it."""
        found = self._entry(path)
        return None if found is None else found[0]

    def _entry(self, path: str) -> tuple[bytes, int, int] | None:
        name = _name(path)
        number = bisect_left(self._names, name)
        if number == len(self._names) or self._names[number] != name:
            return None
        _, inputs, place, size = _ENTRY.unpack_from(self._index, number * _ENTRY.size)
        return inputs, place, size

    def forget(self) -> None:
        """Takes what was read out of the memory of this process; it can be read again."""
        if isinstance(self._bodies, mmap.mmap):
            self._bodies.madvise(mmap.MADV_DONTNEED)


class _Names:
    """The first field of each entry, as :mod:`bisect` looks at it."""

    def __init__(self, index: bytes | mmap.mmap) -> None:
        self._index = index

    def __len__(self) -> int:
        return len(self._index) // _ENTRY.size

    def __getitem__(self, number: int) -> bytes:
        place = number * _ENTRY.size
        return self._index[place : place + _NAME]


def _made_by(folder: Path, maker: str) -> bool:
    try:
        return (folder / "maker").read_text(encoding="ascii").strip() == maker
    except (FileNotFoundError, UnicodeDecodeError):
        return False


def _mapped(path: Path) -> bytes | mmap.mmap:
    """The file in the memory that the system shares; it stays readable when the release is removed."""
    with path.open("rb") as file:
        if not path.stat().st_size:
            return b""
        return mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)


def _name(path: str) -> bytes:
    return hashlib.sha256(path.encode()).digest()[:_NAME]
