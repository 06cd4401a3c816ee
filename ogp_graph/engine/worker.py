"""One worker: takes a request, writes the answer in frames, takes the next, until the other end closes."""

from __future__ import annotations

import io
import os
import signal
from typing import TYPE_CHECKING

import msgspec
import pyoxigraph as ox

from ogp_graph.engine import confine
from ogp_graph.engine.evaluate import Request, evaluate
from ogp_graph.engine.wire import DATA, END, READY, REFUSED, receive, send
from ogp_graph.errors import QueryRefused

if TYPE_CHECKING:
    import socket

__all__ = ["answer_queries"]

_PART = 65_536  # bytes of an answer that travel together


def answer_queries(server: socket.socket, store: ox.Store | None, path: str, memory: int, seconds: float) -> None:
    """Serves ``server`` from ``store``, or from the disk store at ``path``. After a query that left the process
    much larger it says so in its last frame, and ends."""
    for number in (signal.SIGALRM, signal.SIGXCPU):
        signal.signal(number, signal.SIG_DFL)
    store = ox.Store.read_only(path) if store is None else store
    confine.room(memory)
    own = os.pidfd_open(os.getpid())
    send(server, READY, descriptor=own)
    os.close(own)
    before = confine.address_space()
    grown = False
    while not grown:
        try:
            asked = msgspec.json.decode(receive(server)[1], type=Request)
        except (EOFError, ConnectionError):
            return
        confine.arm(seconds)
        parts = _Parts(server)
        try:
            evaluate(store, asked, parts)
        except QueryRefused as error:
            confine.disarm()
            send(server, REFUSED, (str(error), error.position))
        else:
            confine.disarm()
            grown = confine.address_space() - before > memory // 2
            parts.end(grown)


class _Parts(io.RawIOBase):
    """A file that travels: what is written arrives in frames of at least 64 KiB, the last ones together."""

    def __init__(self, server: socket.socket) -> None:
        self._server = server
        self._waiting = bytearray()

    def writable(self) -> bool:
        return True

    def write(self, data: bytes) -> int:  # type: ignore[override]
        self._waiting += data
        if len(self._waiting) >= _PART:
            send(self._server, DATA, bytes(self._waiting))
            self._waiting.clear()
        return len(data)

    def end(self, last: bool) -> None:
        """Sends what is left and says that the answer is whole; ``last`` that no further one will come."""
        if self._waiting:
            send(self._server, DATA, bytes(self._waiting))
        send(self._server, END, last)
