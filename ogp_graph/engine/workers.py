"""The server's side of :mod:`ogp_graph.engine.nursery` and :mod:`ogp_graph.engine.worker`, on an event loop."""

from __future__ import annotations

import asyncio
import os
import select
import signal
import socket
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING

import msgspec

from ogp_graph.engine.confine import give_way
from ogp_graph.engine.interface import Answer
from ogp_graph.engine.nursery import Loaded
from ogp_graph.engine.wire import (
    FAILED,
    FORK,
    IN_FILE,
    NOT_IN_FORMAT,
    READY,
    REFUSED,
    TASK,
    TOO_LARGE,
    WHOLE,
    frame,
    parsed,
    receive,
    send,
)
from ogp_graph.errors import EnvironmentFailure, NotInFormat, QueryRefused, ResultTooLarge, UsageError
from ogp_graph.formats import FORMATS

if TYPE_CHECKING:
    from collections.abc import Callable

    from ogp_graph.engine.evaluate import Request
    from ogp_graph.engine.source import Source
    from ogp_graph.engine.worker import Limits
    from ogp_graph.formats import Format

__all__ = ["Nursery", "Overdue", "Worker", "WorkerGone"]

_LOADING = 1800.0  # seconds that loading may take
_PROGRAM = "import sys; sys.path[:0] = [sys.argv[1]]; from ogp_graph.engine.nursery import main; main(int(sys.argv[2]))"
_PART = 70_000  # bytes that are read at once: a frame, but not so many that memory is mapped each time
_ENVIRONMENT = {"GLIBC_TUNABLES": "glibc.malloc.tcache_count=2000"}
"""A query frees what the next one wants again; with more of it at hand, glibc's allocator takes a third less time."""
_CARRIED = socket.CMSG_LEN(4)  # bytes of a descriptor that comes along


class WorkerGone(Exception):
    """The process ended under the query."""


class Overdue(Exception):
    """The query was stopped, since it took longer than it was given."""


class Nursery:
    """The process that holds the store. Making one blocks until it is loaded.

    Raises:
        UsageError: a file that is no RDF.
        EnvironmentFailure: it cannot be read, or processes cannot be started.
    """

    def __init__(self, source: Source) -> None:
        self._control, theirs = socket.socketpair()
        root = str(Path(__file__).resolve().parents[2])
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-I", "-c", _PROGRAM, root, str(theirs.fileno())],
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                env=_ENVIRONMENT,
                cwd="/",
                start_new_session=True,  # an interrupt at the terminal is the server's alone
            )
        try:
            send(self._control, TASK, source)
            tag, data = receive(self._control, monotonic() + _LOADING)
        except (EOFError, OSError) as error:
            self.close()
            raise EnvironmentFailure("the query processes did not start") from error
        if tag != READY:
            self.close()
            raise UsageError(msgspec.json.decode(data, type=str))
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
                send(self._control, FORK, limits, descriptor=theirs.fileno())
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


class Worker:
    """One worker process, which answers one query at a time.

    ``ready`` is called once it is there, ``gone`` when it ended while nobody asked it anything or before it was there.
    """

    def __init__(
        self,
        connection: socket.socket,
        limits: Limits,
        *,
        ready: Callable[[Worker], None],
        gone: Callable[[Worker], None],
    ) -> None:
        self._connection, self._limits = connection, limits
        self._ready, self._gone = ready, gone
        self._loop = asyncio.get_running_loop()
        self._received = b""
        self._process: tuple[int, int] | None = None  # its identifier, and a descriptor of it
        self._asked: asyncio.Future[Answer] | None = None
        self._format: Format | None = None
        self.patient, self.since = False, 0.0  # whether it gives way to others, and since when (time of the loop)
        self.timer: asyncio.TimerHandle  # set while it works
        self.before = 0.0  # processor time that it had had when its query began
        connection.setblocking(False)
        self._loop.add_reader(connection.fileno(), self._read)

    def ask(self, asked: Request) -> asyncio.Future[Answer]:
        """The answer to come. :meth:`end` the worker when it is not awaited any more.

        The future raises :class:`WorkerGone`, :class:`Overdue` after :meth:`overdue`, or what the query earned."""
        self._asked = future = self._loop.create_future()
        self._format = FORMATS[asked.format]
        data = frame(TASK, asked)
        try:
            sent = self._connection.send(data)
        except BlockingIOError:
            sent = 0
        except OSError:
            self._fail(WorkerGone())
            return future
        if sent < len(data):
            self._loop.add_writer(self._connection.fileno(), self._write, memoryview(data)[sent:])
        return future

    @property
    def alive(self) -> bool:
        """Whether it has not ended: the descriptor of a process that has is readable."""
        return self._process is not None and not select.select([self._process[1]], [], [], 0)[0]

    @property
    def seconds(self) -> float:
        """Processor time that it has had; 0 when that is not known."""
        if self._process is None:
            return 0.0
        try:
            return time.clock_gettime(~self._process[0] << 3 | 2)  # clock_getcpuclockid(3)
        except OSError:
            return 0.0

    def give_way(self) -> None:
        """From now on it runs after the others, and may use all the memory that a worker may have."""
        self.patient, self.since = True, self._loop.time()
        if self._process is not None:
            with suppress(OSError):  # it has just ended, which the socket will tell
                give_way(self._process[0])

    def overdue(self) -> None:
        """Ends the worker; its query fails with :class:`Overdue`."""
        self._fail(Overdue())
        self.end()

    def end(self) -> None:
        """Ends the process now, and what is known of it; its query is nobody's any more."""
        if self._connection.fileno() >= 0:
            self._loop.remove_reader(self._connection.fileno())
            self._loop.remove_writer(self._connection.fileno())
            self._connection.close()
        if self._process is not None:
            with suppress(ProcessLookupError):
                signal.pidfd_send_signal(self._process[1], signal.SIGKILL)
            os.close(self._process[1])
            self._process = None

    @property
    def there(self) -> bool:
        """Whether it has said that it is there."""
        return self._process is not None

    def _write(self, data: memoryview) -> None:
        """Sends the rest of a long query."""
        self._loop.remove_writer(self._connection.fileno())
        try:
            rest = data[self._connection.send(data) :]
        except BlockingIOError:
            rest = data
        except OSError:
            self._fail(WorkerGone())
            return
        if rest:
            self._loop.add_writer(self._connection.fileno(), self._write, rest)

    def _read(self) -> None:
        try:
            data, carried, _, _ = self._connection.recvmsg(_PART, _CARRIED, socket.MSG_CMSG_CLOEXEC)
        except BlockingIOError:
            return
        except OSError:
            data, carried = b"", []
        descriptor = int.from_bytes(carried[0][2], sys.byteorder) if carried else None  # SCM_RIGHTS is all that comes
        if not data:
            self._ended()
            return
        self._received = self._received + data if self._received else data
        told = parsed(self._received)
        if told is not None:
            self._received = b""  # it says one thing at a time
            self._heard(*told, descriptor)

    def _heard(self, tag: bytes, data: bytes, descriptor: int | None) -> None:
        if tag == READY and descriptor is not None:
            self._process = (int(data), descriptor)
            self._ready(self)
            return
        asked, self._asked = self._asked, None
        if asked is None or asked.done() or self._format is None:
            if descriptor is not None:
                os.close(descriptor)
        elif tag == WHOLE:
            asked.set_result(Answer.of(self._format, data))
        elif tag == IN_FILE and descriptor is not None:
            asked.set_result(Answer.in_file(self._format, descriptor))
        elif tag == REFUSED:
            message, position = msgspec.json.decode(data, type=tuple[str, tuple[int, int] | None])
            asked.set_exception(QueryRefused(message, position))
        elif tag == NOT_IN_FORMAT:
            asked.set_exception(NotInFormat(*msgspec.json.decode(data, type=tuple[str, str])))
        elif tag == TOO_LARGE:
            asked.set_exception(ResultTooLarge(self._limits.result))
        else:
            reason = msgspec.json.decode(data, type=str) if tag == FAILED else "a query process cannot be understood"
            asked.set_exception(EnvironmentFailure(reason))

    def _ended(self) -> None:
        self._loop.remove_reader(self._connection.fileno())
        if self._asked is None:
            self._gone(self)
        else:
            self._fail(WorkerGone())

    def _fail(self, error: Exception) -> None:
        """Tells whoever asked."""
        asked, self._asked = self._asked, None
        if asked is not None and not asked.done():
            asked.set_exception(error)
