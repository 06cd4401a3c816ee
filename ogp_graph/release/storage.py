"""Files that are whole or absent: atomic writes, checked entries, and what to tell a person when the disk says no."""

from __future__ import annotations

import errno
import hashlib
import json
import os
from contextlib import contextmanager
from typing import TYPE_CHECKING
from uuid import uuid4

import zstandard

from ogp_graph.errors import EnvironmentFailure

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

__all__ = ["disk", "keep", "link", "read_entry", "read_header", "sync", "write_entry"]

_ADVICE = {
    errno.ENOSPC: "free some space and run it again",
    errno.EDQUOT: "free some space and run it again",
    errno.EFBIG: "raise the limit of the file size (ulimit -f) and run it again",
    errno.EACCES: "give this user the right to read and write there",
    errno.EPERM: "give this user the right to read and write there",
    errno.EROFS: "choose a workspace on a disk that can be written",
    errno.EMFILE: "raise the limit of open files (ulimit -n)",
}


@contextmanager
def disk(path: Path) -> Iterator[None]:
    """Turns what the operating system says about ``path`` into advice.

    Raises:
        EnvironmentFailure: any OSError inside.
    """
    try:
        yield
    except OSError as error:
        place = error.filename or path
        said = error.strerror or str(error)
        known = (code for code in _ADVICE if code == error.errno or os.strerror(code) in said)
        advice = _ADVICE.get(next(known, 0), "check the disk and the permissions there")
        raise EnvironmentFailure(f"{place}: {said}; {advice}") from error


def sync(path: Path) -> None:
    """Waits until a file or folder is on the disk itself."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def keep(path: Path, data: bytes, temporary: Path) -> None:
    """Writes ``path`` whole or not at all: a temporary file, fsync, rename.

    Raises:
        EnvironmentFailure: disk full, no permission.
    """
    draft = temporary / f"draft-{uuid4().hex}"
    with disk(path):
        if not path.parent.is_dir():
            path.parent.mkdir(parents=True, exist_ok=True)
            sync(path.parent.parent)
        try:
            with draft.open("wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            draft.replace(path)
        except BaseException:
            draft.unlink(missing_ok=True)
            raise
        sync(path.parent)


def link(path: Path, target: str, temporary: Path) -> None:
    """Makes ``path`` a symbolic link to ``target`` by one atomic rename.

    Raises:
        EnvironmentFailure: no permission.
    """
    draft = temporary / f"link-{uuid4().hex}"
    with disk(path):
        draft.symlink_to(target)
        draft.replace(path)
        sync(path.parent)


def write_entry(path: Path, header: Mapping[str, object], payload: bytes, temporary: Path) -> None:
    """Writes a cache entry: one line of JSON that names it and its payload's SHA-256, then the payload (zstd)."""
    packed = zstandard.ZstdCompressor(level=3).compress(payload)
    named = {**header, "sha256": hashlib.sha256(packed).hexdigest(), "size": len(packed)}
    keep(path, json.dumps(named, sort_keys=True).encode() + b"\n" + packed, temporary)


def read_entry(path: Path, expected: Mapping[str, object]) -> bytes | None:
    """The payload of an entry whose header says ``expected``; None when it is absent, torn or another one."""
    try:
        first, _, packed = path.read_bytes().partition(b"\n")
    except FileNotFoundError:
        return None
    header = _header(first)
    if header is None or header.get("sha256") != hashlib.sha256(packed).hexdigest():
        return None
    if any(header.get(name) != value for name, value in expected.items()):
        return None
    return zstandard.ZstdDecompressor().decompress(packed)


def read_header(path: Path) -> dict[str, object] | None:
    """What an entry says of itself (its payload is measured, not read); None when it is absent or torn."""
    try:
        with path.open("rb") as file:
            first = file.readline(100_000)
            header = _header(first)
            whole = header is not None and header.get("size") == path.stat().st_size - len(first)
            return header if whole else None
    except FileNotFoundError:
        return None


def _header(line: bytes) -> dict[str, object] | None:
    try:
        header = json.loads(line)
    except ValueError:
        return None
    return header if isinstance(header, dict) else None
