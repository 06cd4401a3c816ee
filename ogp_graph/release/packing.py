"""Compressed files that have the same bytes whenever they are written."""

from __future__ import annotations

import gzip
import io
from contextlib import contextmanager
from typing import IO, TYPE_CHECKING, Any, cast

import zstandard

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

__all__ = ["packed", "unpacked"]

_BUFFER = 1 << 20


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


class _Unzstd(io.RawIOBase):
    """Reads one zstd frame; unlike the library's reader it notices when the frame ends too early."""

    def __init__(self, raw: IO[bytes]) -> None:
        self._raw = raw
        self._frame = zstandard.ZstdDecompressor().decompressobj()
        self._ready = b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        while not self._ready and not self._frame.eof:
            data = self._raw.read(_BUFFER)
            if not data:
                raise EOFError("the file ends too early")
            self._ready = self._frame.decompress(data)
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
