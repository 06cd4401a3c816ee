"""The server's side of :mod:`ogp_graph.engine.nursery`, the process that holds the store and forks the workers."""

from __future__ import annotations

import select
import socket
import subprocess
import sys
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING

import msgspec

from ogp_graph.engine.nursery import Loaded
from ogp_graph.engine.wire import FAILED, FORK, READY, TASK, receive, send
from ogp_graph.errors import EnvironmentFailure, UsageError

if TYPE_CHECKING:
    from ogp_graph.engine.source import Source
    from ogp_graph.engine.worker import Limits

__all__ = ["Nursery"]

_LOADING = 1800.0  # seconds that loading may take
_PROGRAM = "import sys; sys.path[:0] = [sys.argv[1]]; from ogp_graph.engine.nursery import main; main(int(sys.argv[2]))"
_ENVIRONMENT = {"GLIBC_TUNABLES": "glibc.malloc.tcache_count=2000"}
"""A query frees what the next one wants again; with more of it at hand, glibc's allocator takes a third less time."""


class Nursery:
    """The process that holds the store. Making one blocks until it is loaded.

    Raises:
        UsageError: a file that is no RDF.
        EnvironmentFailure: it cannot be read, or processes cannot be started.
    """

    def __init__(self, source: Source) -> None:
        self._control, theirs = socket.socketpair()
        try:
            with theirs:
                self._process = _begun(theirs.fileno())
        except OSError as error:
            self._control.close()
            raise EnvironmentFailure(f"the query processes cannot be started: {error.strerror}") from error
        try:
            send(self._control, TASK, source)
            tag, data = receive(self._control, monotonic() + _LOADING)
        except (EOFError, OSError) as error:
            self.close()
            raise EnvironmentFailure("the query processes did not start") from error
        if tag != READY:
            self.close()
            raise (EnvironmentFailure if tag == FAILED else UsageError)(msgspec.json.decode(data, type=str))
        self.loaded = msgspec.json.decode(data, type=Loaded)
        self._control.settimeout(None)

    @property
    def gone(self) -> bool:
        """Whether its end of the socket is closed. The kernel closes that before the ends of workers on their way."""
        watched = select.poll()
        watched.register(self._control, select.POLLHUP)
        return bool(watched.poll(0))

    def fork(self, limits: Limits) -> socket.socket:
        """The server's end of a new worker's socket.

        Raises:
            OSError: the nursery is gone, or there are no descriptors left.
        """
        ours, theirs = socket.socketpair()
        with theirs:
            try:
                send(self._control, FORK, limits, theirs.fileno())
            except OSError:
                ours.close()
                raise
        return ours

    def close(self) -> None:
        """Ends it and, with it, its workers."""
        self._control.close()
        try:
            self._process.wait(2)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


def _begun(descriptor: int) -> subprocess.Popen[bytes]:
    """The process, whose end of the socket is ``descriptor``."""
    return subprocess.Popen(
        [sys.executable, "-I", "-c", _PROGRAM, str(Path(__file__).resolve().parents[2]), str(descriptor)],
        pass_fds=[descriptor],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env=_ENVIRONMENT,
        cwd="/",
        start_new_session=True,  # an interrupt at the terminal is the server's alone
    )
