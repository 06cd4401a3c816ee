"""Compressed files that have the same bytes whenever they are written."""

from __future__ import annotations

import gzip
import io
import zlib
from contextlib import contextmanager
from typing import IO, TYPE_CHECKING, Any, cast

import zstandard

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

__all__ = ["empty", "gzipped", "packed", "unpack", "unpacked", "zstandarded"]

_BUFFER = 1 << 20
_SMALL = 1 << 16  # what follows a frame is copied: not much more than one is read at once


@contextmanager
def packed(path: Path) -> Iterator[IO[bytes]]:
    """A new file to write to, compressed as its name says: ``.gz`` (RFC 1952: level 6, no name, no time), ``.zst``
    (RFC 8878: level 3, one thread, with checksum), else not at all.

    Raises:
        OSError: disk full, no permission.
    """
    with path.open("xb") as raw:
        if path.suffix == ".gz":
            coder: Any = gzip.GzipFile(filename="", mode="wb", compresslevel=6, fileobj=raw, mtime=0)
        elif path.suffix == ".zst":
            coder = zstandard.ZstdCompressor(level=3, write_checksum=True).stream_writer(raw, closefd=False)
        else:
            yield raw
            return
        with coder, io.BufferedWriter(coder, _BUFFER) as buffer:
            yield cast("IO[bytes]", buffer)


def gzipped(data: bytes) -> bytes:
    """One gzip member (level 6, no name, no time)."""
    return zlib.compress(data, 6, wbits=31)


def zstandarded(data: bytes) -> bytes:
    """One zstd frame (level 3, with checksum)."""
    return zstandard.ZstdCompressor(level=3, write_checksum=True).compress(data)


def empty(name: str) -> bytes:
    """A file of that name in which nothing is."""
    return zstandarded(b"") if name.endswith(".zst") else gzipped(b"") if name.endswith(".gz") else b""


def unpack(member: bytes) -> bytes:
    """What is in one gzip member.

    Raises:
        zlib.error: it is damaged.
    """
    return zlib.decompress(member, wbits=31)


class _Unzstd(io.RawIOBase):
    """Reads zstd frames; unlike the library's reader it notices when the last one ends too early."""

    def __init__(self, raw: IO[bytes]) -> None:
        self._raw = raw
        self._frame = zstandard.ZstdDecompressor().decompressobj()
        self._ready = self._left = b""
        self._begun = True  # a file without a frame is cut, too

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        while not self._ready:
            data = self._left or self._raw.read(_SMALL)
            if not data and self._begun:
                raise EOFError("the file ends too early")
            if not data:
                break
            self._ready, self._begun = self._frame.decompress(data), True
            self._left = b""
            if self._frame.eof:
                self._left = self._frame.unused_data
                self._frame, self._begun = zstandard.ZstdDecompressor().decompressobj(), False
        size = min(len(buffer), len(self._ready))
        buffer[:size], self._ready = self._ready[:size], self._ready[size:]
        return size


@contextmanager
def unpacked(path: Path) -> Iterator[IO[bytes]]:
    """The bytes inside the file, compressed or not.

    Raises:
        OSError, EOFError, zlib.error, zstandard.ZstdError: the file is damaged.
    """
    with path.open("rb") as raw:
        if path.suffix == ".gz":
            with gzip.GzipFile(fileobj=raw) as stream:
                yield cast("IO[bytes]", io.BufferedReader(cast("io.RawIOBase", stream), _BUFFER))
        elif path.suffix == ".zst":
            yield cast("IO[bytes]", io.BufferedReader(_Unzstd(raw), _BUFFER))
        else:
            yield raw
