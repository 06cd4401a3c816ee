"""One line of JSON for each request, to standard error: never an address of a client, a query, or what it asks for.

Queries are named by the beginning of their SHA-256 and clients by a hash that changes with each start, so that lines
can be told to belong together. A path that is no address of this server is not written either, since it may hold
anything.
"""

from __future__ import annotations

import hashlib
import os
import re
import secrets
import threading
from collections import deque
from contextlib import suppress
from datetime import UTC, datetime
from functools import lru_cache
from time import time

import msgspec

__all__ = ["Journal", "Line", "query_hash"]

_WAITING = 50_000  # lines that wait for a reader who is slow
_BETWEEN = 0.1  # seconds between two writes
_AT_ONCE = 300  # lines of one write
_PATH = re.compile(r"/[A-Za-z0-9/._~-]*")
_SALT = secrets.token_bytes(16)


class Line(msgspec.Struct, omit_defaults=True):
    """What is written of one request: ``ms`` until its response was ready, ``bytes`` of the response."""

    time: str
    method: str
    path: str
    status: int
    ms: float
    client: str
    release: str
    outcome: str = ""
    query: str = ""
    bytes: int = 0


def query_hash(text: str) -> str:
    """A name for a query."""
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:16]


class Journal:
    """Writes lines in a thread of its own, some at once, so that nobody waits for whoever reads them."""

    def __init__(self, descriptor: int | None) -> None:
        self._descriptor = descriptor
        self._waiting: deque[tuple[float, str, str, int, float, str, str, str, str, int]] = deque(maxlen=_WAITING)
        self._ended = threading.Event()
        if descriptor is not None:
            self._thread = threading.Thread(target=self._write, args=(descriptor,), name="journal", daemon=True)
            self._thread.start()

    def note(
        self, method: str, path: str, status: int, seconds: float, *, client: str, release: str, size: int = 0,
        outcome: str = "", query: str = "",
    ) -> None:  # fmt: skip
        """Has a line written. Where more wait than there is room for, the oldest one is lost."""
        if self._descriptor is not None:
            self._waiting.append((time(), method, path, status, seconds, client, release, outcome, query, size))

    def close(self) -> None:
        """Writes what waits."""
        if self._descriptor is not None:
            self._ended.set()
            self._thread.join(2)

    def _write(self, descriptor: int) -> None:
        encode = msgspec.json.Encoder().encode
        last = False
        while not last:
            last = self._ended.wait(_BETWEEN)
            noted = [self._waiting.popleft() for _ in range(len(self._waiting))]
            with suppress(OSError):  # nobody reads any more
                for start in range(0, len(noted), _AT_ONCE):
                    lines = b"".join(encode(_line(*one)) + b"\n" for one in noted[start : start + _AT_ONCE])
                    os.write(descriptor, lines)


def _line(
    at: float, method: str, path: str, status: int, seconds: float, client: str, release: str, outcome: str,
    query: str, size: int,
) -> Line:  # fmt: skip
    when = f"{_second(int(at))}.{int(at % 1 * 1000):03}+00:00"
    ms = round(seconds * 1000, 2)
    written = _written(path, status)
    return Line(when, _method(method), written, status, ms, _client_hash(client), release, outcome, query, size)


@lru_cache(maxsize=16)
def _second(at: int) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%S")


@lru_cache(maxsize=64)
def _method(method: str) -> str:
    return method if method.isascii() and method.isalpha() and len(method) < 20 else "-"


@lru_cache(maxsize=1024)
def _written(path: str, status: int) -> str:
    return path if status != 404 and len(path) < 200 and _PATH.fullmatch(path) else "-"


@lru_cache(maxsize=4096)
def _client_hash(client: str) -> str:
    return hashlib.blake2b(client.encode(), digest_size=6, key=_SALT).hexdigest()
