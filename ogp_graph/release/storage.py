"""Files that are whole or absent: atomic writes, checked entries, and what to tell a person when the disk says no."""

from __future__ import annotations

import errno
import hashlib
import json
import os
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

import zstandard

from ogp_graph.errors import EnvironmentFailure

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

__all__ = [
    "disk", "keep", "keep_all", "link", "read_brief", "read_entry", "read_header", "sync", "write_entry",
]  # fmt: skip

_LONGEST = 100_000  # bytes of a header
_AT_ONCE = 16  # files that wait for the disk together

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


def keep_all(drafts: Mapping[Path, Path]) -> None:
    """Makes each draft (value) the file that it is a draft of (key), once all of them are on the disk; whole or absent.

    One wait serves many files: the disk is asked for all of them at once.

    Raises:
        EnvironmentFailure: disk full, no permission; no draft is left.
    """
    folders = sorted({path.parent for path in drafts})
    place = next(iter(drafts), Path())
    with disk(place), ThreadPoolExecutor(_AT_ONCE) as pool:
        try:
            new = {folder.parent for folder in folders if not folder.is_dir()}
            for folder in folders:
                folder.mkdir(parents=True, exist_ok=True)
            for _ in pool.map(sync, [*drafts.values(), *sorted(new)]):
                pass
            for path, draft in drafts.items():
                draft.replace(path)
            for _ in pool.map(sync, folders):
                pass
        except BaseException:
            for draft in drafts.values():
                draft.unlink(missing_ok=True)
            raise


def write_entry(
    path: Path, header: Mapping[str, object], payload: bytes, temporary: Path, *, brief: bytes = b""
) -> None:
    """Writes a cache entry: one line of JSON that names it and its parts' SHA-256, then ``brief`` as it is, then the
    payload (zstd). A killed process leaves the old entry or the new one; after a power cut it may be torn, which
    reading notices: nobody waits for the disk.

    Raises:
        EnvironmentFailure: disk full, no permission.
    """
    packed = zstandard.ZstdCompressor(level=3).compress(payload)
    named = {
        **header, "sha256": _digest(packed), "size": len(packed),
        "brief": len(brief), "brief_sha256": _digest(brief),
    }  # fmt: skip
    draft = temporary / f"draft-{uuid4().hex}"
    with disk(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            draft.write_bytes(json.dumps(named, sort_keys=True).encode() + b"\n" + brief + packed)
            draft.replace(path)
        except BaseException:
            draft.unlink(missing_ok=True)
            raise


def read_entry(path: Path, expected: Mapping[str, object]) -> bytes | None:
    """The payload of an entry whose header says ``expected``; None when it is absent, torn or another one."""
    try:
        first, _, rest = path.read_bytes().partition(b"\n")
    except FileNotFoundError:
        return None
    header = _header(first)
    size = header.get("brief") if header is not None else None
    if header is None or not isinstance(size, int) or not expected.items() <= header.items():
        return None
    packed = rest[size:]
    return zstandard.ZstdDecompressor().decompress(packed) if header.get("sha256") == _digest(packed) else None


def read_brief(path: Path, expected: Mapping[str, object]) -> bytes | None:
    """The brief of an entry whose header says ``expected``, without the payload (which is measured, not read); None
    when it is absent, torn or another one."""
    try:
        with path.open("rb") as file:
            first = file.readline(_LONGEST)
            header = _whole(first, path)
            if header is None or not expected.items() <= header.items():
                return None
            brief = file.read(int(str(header["brief"])))
            return brief if header.get("brief_sha256") == _digest(brief) else None
    except FileNotFoundError:
        return None


def read_header(path: Path) -> dict[str, object] | None:
    """What an entry says of itself (its parts are measured, not read); None when it is absent or torn."""
    try:
        with path.open("rb") as file:
            return _whole(file.readline(_LONGEST), path)
    except FileNotFoundError:
        return None


def _whole(first: bytes, path: Path) -> dict[str, object] | None:
    """The header in ``first`` when the file is as long as it says."""
    header = _header(first)
    sizes = [header.get("size"), header.get("brief")] if header is not None else []
    lengths = [size for size in sizes if isinstance(size, int)]
    return header if len(lengths) == 2 and sum(lengths) == path.stat().st_size - len(first) else None


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _header(line: bytes) -> dict[str, object] | None:
    try:
        header = json.loads(line)
    except ValueError:
        return None
    return header if isinstance(header, dict) else None
