"""The process that holds the store and forks the workers: they share its memory and start in milliseconds.

It is single-threaded, answers no query itself, and ends when the server's end of its socket closes; its workers end
with it. Run as ``python -c "from ogp_graph.engine.nursery import main; main(DESCRIPTOR)"``.
"""

from __future__ import annotations

import gc
import os
import signal
import socket
from dataclasses import dataclass
from typing import TYPE_CHECKING

import msgspec

from ogp_graph.engine import confine
from ogp_graph.engine.source import Source, load
from ogp_graph.engine.wire import FAILED, FORK, READY, REFUSED, descriptors, receive, send
from ogp_graph.engine.worker import Limits, answer_queries
from ogp_graph.errors import UsageError

if TYPE_CHECKING:
    import pyoxigraph as ox

__all__ = ["Loaded", "main"]


@dataclass(frozen=True, slots=True)
class Loaded:
    """How many bytes of memory the nursery has, the store among them; and whether its workers share that store."""

    memory: int
    shared: bool


def main(descriptor: int) -> None:
    """Loads what the first frame on ``descriptor`` names, then forks a worker for each descriptor that it gets."""
    control = socket.socket(fileno=descriptor)
    control.set_inheritable(False)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    source = msgspec.json.decode(receive(control)[1], type=Source)
    confine.no_network()
    confine.keep_memory()
    confine.unhurried()
    try:
        store = load(source)
    except (UsageError, OSError) as error:
        send(control, REFUSED if isinstance(error, UsageError) else FAILED, str(error))
        return
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # the kernel buries the workers
    gc.freeze()  # pages that no worker's collector will touch stay shared
    send(control, READY, Loaded(confine.resident(), store is not None))
    try:
        while True:
            tag, data, end = descriptors(control)
            if tag == FORK and end is not None:
                _fork(control, end, store, source.path, msgspec.json.decode(data, type=Limits))
    except (EOFError, ConnectionError):
        return


def _fork(control: socket.socket, end: int, store: ox.Store | None, path: str, limits: Limits) -> None:
    parent = os.getpid()
    if os.fork():
        os.close(end)
        return
    try:
        confine.end_with_parent(parent)
        control.close()
        answer_queries(socket.socket(fileno=end), store, path, limits)
    finally:
        os._exit(0)
