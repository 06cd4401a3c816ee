"""Files that every machine of a cluster sees: a folder, S3 or whatever fsspec knows."""

from __future__ import annotations

import hashlib
import os
import sys
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from ogp_graph.errors import UsageError

if TYPE_CHECKING:
    from typing import BinaryIO

__all__ = ["Storage", "failures", "is_remote", "open_input", "sizes", "state_of"]

_BLOCK = 4 << 20  # bytes that are fetched at once from an input


def is_remote(path: str) -> bool:
    """Whether the path is an address that fsspec opens."""
    return "://" in path


_FAILURES = (
    ("botocore.exceptions", "BotoCoreError"),
    ("botocore.exceptions", "ClientError"),
    ("aiohttp", "ClientError"),
)


def failures() -> tuple[type[Exception], ...]:
    """What is raised when a storage fails: by this machine, and by the libraries that are in use."""
    found = ((sys.modules[module], name) for module, name in _FAILURES if module in sys.modules)
    return (OSError, *(getattr(module, name) for module, name in found))


@dataclass(frozen=True, slots=True)
class Storage:
    """A place for files that are written once and never change. ``url`` is a folder or an address.

    Raises (every method):
        failures(): it cannot be read or written.
    """

    url: str

    def has(self, name: str) -> bool:
        """Whether the file is there."""
        fs, root = _filesystem(self.url)
        return bool(fs.exists(f"{root}/{name}"))

    def read(self, name: str) -> bytes:
        """The content of a file."""
        fs, root = _filesystem(self.url)
        return bytes(fs.cat_file(f"{root}/{name}"))

    def write(self, name: str, data: bytes) -> None:
        """Puts a whole file in place; an object store does so by itself, a folder by renaming."""
        fs, root = _filesystem(self.url)
        place = f"{root}/{name}"
        if not _is_local(fs):
            fs.pipe_file(place, data)
            return
        draft = f"{place}.{uuid4().hex}"
        fs.makedirs(place.rpartition("/")[0], exist_ok=True)
        fs.pipe_file(draft, data)
        os.replace(draft, place)  # noqa: PTH105 (both are names of fsspec's)

    def add(self, folder: str, data: bytes) -> str:
        """Writes a file that is named by its content; returns its name."""
        name = f"{folder}/{hashlib.sha256(data).hexdigest()}"
        if not self.has(name):
            self.write(name, data)
        return name


def sizes(url: str) -> dict[str, int]:
    """The files at an address, or below it, with their sizes in bytes."""
    fs, root = _filesystem(url)
    names = [root] if not url.endswith("/") and fs.isfile(root) else sorted(fs.find(root))
    return {str(fs.unstrip_protocol(name)): int(fs.size(name) or 0) for name in names}


def state_of(url: str) -> str:
    """What changes when the file at an address does."""
    fs, root = _filesystem(url)
    return str(fs.ukey(root))


def open_input(url: str) -> tuple[BinaryIO, int]:
    """A file for reading anywhere in it, and its size."""
    fs, root = _filesystem(url)
    file = fs.open(root, "rb", **({} if _is_local(fs) else {"block_size": _BLOCK, "cache_type": "blockcache"}))
    return file, int(fs.size(root))


@lru_cache(maxsize=64)
def _filesystem(url: str) -> tuple[Any, str]:
    try:
        import fsspec
    except ModuleNotFoundError:
        raise UsageError("a cluster needs more packages: pip install 'ogp-graph[cluster]'") from None
    try:
        fs, root = fsspec.core.url_to_fs(url)
    except (ValueError, ImportError) as error:
        raise UsageError(f"{url}: {error}") from error
    return fs, root.rstrip("/")


def _is_local(fs: Any) -> bool:
    return "file" in (fs.protocol if isinstance(fs.protocol, tuple) else (fs.protocol,))
