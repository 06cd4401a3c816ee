"""One worker: takes a request, gives the answer in a frame or a file, takes the next, until the other end closes."""

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
from ogp_graph.engine.scan import scan
from ogp_graph.engine.wire import FAILED, IN_FILE, NOT_IN_FORMAT, READY, REFUSED, TOO_LARGE, WHOLE, next_frame, send
from ogp_graph.errors import NotInFormat, QueryRefused, ResultTooLarge
from ogp_graph.formats import FORMATS

if TYPE_CHECKING:
    import socket

__all__ = ["Limits", "answer_queries"]

_INLINE = 65_536  # bytes of an answer that travel in a frame
_LONG = 0.01  # seconds after which a query may have left its process larger
_MANY = 64  # queries after which it is looked at anyway
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
    for number in (signal.SIGALRM, signal.SIGXCPU):
        signal.signal(number, signal.SIG_DFL)
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)  # writing too much is then an error
    store = ox.Store.read_only(path) if store is None else store
    confine.room(limits.memory, limits.more, limits.result)
    own = os.pidfd_open(os.getpid())
    send(server, READY, os.getpid(), descriptor=own)
    os.close(own)
    before, asked_before = confine.address_space(), 0
    decode = msgspec.json.Decoder(Request).decode
    with suppress(EOFError, ConnectionError):
        while True:
            asked = decode(next_frame(server)[1])
            start = monotonic()
            _answer(server, store, asked, limits)
            asked_before += 1
            looked_at = monotonic() - start > _LONG or asked_before % _MANY == 0
            if looked_at and confine.address_space() - before > limits.memory // 2:
                return


def _answer(server: socket.socket, store: ox.Store, asked: Request, limits: Limits) -> None:
    confine.arm(limits.seconds)
    with _Result(limits) as result:
        try:
            evaluate(store, asked if asked.scanned else _scanned(asked, limits), result)
            result.send(server)
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
        finally:
            confine.disarm()


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

    def send(self, server: socket.socket) -> None:
        """Hands the whole answer over."""
        if self._file is None:
            send(server, WHOLE, bytes(self._memory))
        else:
            self._file.flush()
            send(server, IN_FILE, self._size, descriptor=self._file.fileno())

    def close(self) -> None:
        if self._file is not None:
            with suppress(OSError):  # of what did not fit on the disk
                self._file.close()
        super().close()
