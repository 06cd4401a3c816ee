"""One worker: takes a request, gives the answer in a frame or a file, takes the next, until the other end closes.

It takes all requests that have been sent ahead at once, and answers one after the other; its :class:`Notes` say which
of them it has begun.
"""

from __future__ import annotations

import io
import os
import signal
from contextlib import suppress
from dataclasses import dataclass
from tempfile import TemporaryFile
from time import monotonic
from typing import IO, TYPE_CHECKING, Any, cast

import msgspec
import pyoxigraph as ox

from ogp_graph.engine import confine
from ogp_graph.engine.evaluate import Request, evaluate, request
from ogp_graph.engine.notes import Notes
from ogp_graph.engine.scan import scan
from ogp_graph.engine.wire import (
    FAILED,
    IN_FILE,
    NOT_IN_FORMAT,
    READY,
    REFUSED,
    SKIPPED,
    TOO_LARGE,
    WHOLE,
    frames,
    send,
)
from ogp_graph.errors import NotInFormat, QueryRefused, ResultTooLarge
from ogp_graph.formats import FORMATS

if TYPE_CHECKING:
    import socket

__all__ = ["Limits", "answer_queries"]

_INLINE = 65_536  # bytes of an answer that travel in a frame
_LONG = 0.01  # seconds after which a query may have left its process larger
_MANY = 64  # queries after which it is looked at anyway
_OUTGROWN = 0.75  # of its memory, beyond which a worker ends; a store on the disk soon keeps half of it for itself
_PART = 262_144  # bytes that are written to a file at once


@dataclass(frozen=True, slots=True)
class Limits:
    """What a worker may use: bytes of memory, bytes more once it has been told to give way, bytes of a result, seconds
    of a query; the folder for its files; and what a query may be (:class:`ogp_graph.engine.scan.Bounds`)."""

    memory: int
    more: int
    result: int
    seconds: float
    folder: str
    query_bytes: int = 0
    query_nesting: int = 0
    query_list: int = 0


def answer_queries(server: socket.socket, store: ox.Store | None, path: str, limits: Limits) -> None:
    """Serves ``server`` from ``store``, or from the disk store at ``path``; ends after a query that left the process
    much larger."""
    for fatal in (signal.SIGALRM, signal.SIGXCPU):
        signal.signal(fatal, signal.SIG_DFL)
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)  # writing too much is then an error
    store = ox.Store.read_only(path) if store is None else store
    confine.room(limits.memory, limits.more, limits.result)
    own, page = os.pidfd_open(os.getpid()), Notes.page()
    notes = Notes(page)
    send(server, READY, os.getpid(), own, page)
    os.close(own)
    os.close(page)
    before = confine.address_space()
    decode = msgspec.json.Decoder(Request).decode
    with suppress(ConnectionError):
        for number, (asked, more) in enumerate(frames(server), 1):
            start = monotonic()
            if notes.begin(number):
                _answer(server, store, decode(asked), limits)
            else:
                send(server, SKIPPED)
            if not more:
                confine.disarm()
            looked_at = monotonic() - start > _LONG or number % _MANY == 0
            if looked_at and confine.address_space() - before > limits.memory * _OUTGROWN:
                return


def _answer(server: socket.socket, store: ox.Store, asked: Request, limits: Limits) -> None:
    confine.arm(limits.seconds)
    with _Result(limits) as result:
        try:
            evaluate(store, asked if asked.scanned else _scanned(asked, limits), result)
            result.answer(server)
        except NotInFormat as error:
            send(server, NOT_IN_FORMAT, (error.media_type, error.reason))
        except QueryRefused as error:
            send(server, REFUSED, (str(error), error.position))
        except ResultTooLarge:
            send(server, TOO_LARGE)
        except ConnectionError:
            raise
        except OSError as error:
            send(server, FAILED, f"an answer cannot be written to the temporary folder: {error.strerror}")


def _scanned(asked: Request, limits: Limits) -> Request:
    """The same, once it has been looked at in full.

    Raises:
        QueryRefused: it may not run."""
    found = scan(asked.text, limits, asked.base)
    return request(found, FORMATS[asked.format], asked.default_graphs, asked.named_graphs)


class _Result(io.RawIOBase):
    """What an answer is written to: memory, then a file under no name."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._memory = bytearray()
        self._file: IO[bytes] | None = None
        self._size = 0

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        self._size += len(data)
        if self._size > self._limits.result:
            raise ResultTooLarge(self._limits.result)
        if self._file is not None:
            self._file.write(data)
        else:
            self._memory += data
            if self._size > _INLINE:
                self._file = cast("IO[bytes]", TemporaryFile(buffering=_PART, dir=self._limits.folder))  # noqa: SIM115
                self._file.write(self._memory)
                self._memory.clear()
        return len(data)

    def answer(self, server: socket.socket) -> None:
        """Hands the whole answer over."""
        if self._file is None:
            send(server, WHOLE, bytes(self._memory))
        else:
            self._file.flush()
            send(server, IN_FILE, self._size, self._file.fileno())

    def close(self) -> None:
        if self._file is not None:
            with suppress(OSError):  # of what did not fit on the disk
                self._file.close()
        super().close()
