"""Content codings: which one a client gets, and packing with it (RFC 9110, 8.4.1 and 12.5.3; RFC 8878 for zstd)."""

from __future__ import annotations

import zlib
from functools import lru_cache
from typing import IO, TYPE_CHECKING, Protocol

import zstandard

from ogp_graph.engine.interface import spool
from ogp_graph.web.accept import qualities

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["CODINGS", "IDENTITY", "coding", "packed", "repacked"]

IDENTITY = "identity"
"""No coding at all."""

_LEAST = 256  # bytes below which packing saves nothing
_PART = 1_000_000  # bytes that are packed at once
_UNLISTED = 0.0001  # identity is acceptable when nobody mentions it, after everything that somebody mentions


class _Packer(Protocol):
    def compress(self, data: bytes, /) -> bytes: ...

    def flush(self) -> bytes: ...


CODINGS: dict[str, Callable[[], _Packer]] = {
    "zstd": lambda: zstandard.ZstdCompressor(level=3).compressobj(),
    "gzip": lambda: zlib.compressobj(4, wbits=31),  # no name and no time in its header: same bytes, same result
}
"""Coding -> what packs with it, the one that we like best first. The names are those of the registry of HTTP."""


def coding(accept_encoding: str | None, size: int = _LEAST) -> str | None:
    """The coding for ``size`` bytes: the client's favourite, of equals the first of :data:`CODINGS`, none for what is
    small. None when the client refuses all of them and ``identity`` as well.

    >>> coding("gzip, deflate, br, zstd"), coding("gzip;q=0.2, *;q=0.1"), coding("identity;q=0"), coding(None)
    ('zstd', 'gzip', None, 'identity')
    """
    return _coding(accept_encoding, size >= _LEAST)


@lru_cache(maxsize=256)
def _coding(accept_encoding: str | None, worth_it: bool) -> str | None:
    listed = qualities(accept_encoding)
    plain = listed.get(IDENTITY, listed.get("*", _UNLISTED))
    if plain and not worth_it:
        return IDENTITY
    rated = {name: listed.get(name, listed.get(f"x-{name}", listed.get("*", 0.0))) for name in CODINGS}  # 8.4.1.3
    best = max(rated, key=lambda name: rated[name])
    if rated[best] >= plain and rated[best]:
        return best
    return IDENTITY if plain else None


def packed(data: bytes, name: str) -> bytes:
    """``data`` in the coding ``name``."""
    packer = CODINGS[name]()
    return packer.compress(data) + packer.flush()


def repacked(file: IO[bytes], name: str) -> IO[bytes]:
    """What is left of ``file``, which is closed, in the coding ``name``: a new file, read from its start."""
    packer, out = CODINGS[name](), spool()
    with file:
        while part := file.read(_PART):
            out.write(packer.compress(part))
    out.write(packer.flush())
    out.seek(0)
    return out
