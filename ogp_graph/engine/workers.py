"""The server's side of :mod:`ogp_graph.engine.worker`, on an event loop: queries go ahead, answers come in order."""

from __future__ import annotations

import asyncio
import os
import select
import signal
import socket
import time
from array import array
from collections import deque
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

import msgspec

from ogp_graph.engine.confine import give_way
from ogp_graph.engine.interface import Answer
from ogp_graph.engine.notes import Notes
from ogp_graph.engine.wire import (
    FAILED,
    IN_FILE,
    NOT_IN_FORMAT,
    READY,
    REFUSED,
    SKIPPED,
    TASK,
    TOO_LARGE,
    WHOLE,
    frame,
    parsed,
)
from ogp_graph.errors import EnvironmentFailure, NotInFormat, QueryRefused, ResultTooLarge
from ogp_graph.formats import FORMATS

if TYPE_CHECKING:
    from collections.abc import Callable

    from ogp_graph.engine.evaluate import Request
    from ogp_graph.engine.worker import Limits
    from ogp_graph.formats import Format

__all__ = ["NotBegun", "Overdue", "Task", "Worker", "WorkerGone"]

_BRISK = 0.0005  # seconds on the clock for an answer
_PART = 70_000  # bytes that are read at once: a frame, but not so many that memory is mapped each time
_CARRIED = socket.CMSG_LEN(2 * array("i").itemsize)  # bytes of the descriptors that come along


class WorkerGone(Exception):
    """The process ended under the query."""


class Overdue(Exception):
    """The query was stopped, since it took longer than it was given."""


class NotBegun(Exception):
    """The query has to be asked again elsewhere: the process ended, or works on another one, before it was answered."""


@dataclass(slots=True, eq=False)
class Task:
    """A query that a worker has been asked, as its ``number``; it ends at ``deadline`` (time of the loop). A ``long``
    one gives way to others."""

    coming: asyncio.Future[Answer]
    format: Format
    number: int
    deadline: float
    long: bool = False

    def fail(self, error: Exception) -> None:
        """Tells whoever asked."""
        if not self.coming.done():
            self.coming.set_exception(error)


class Worker:
    """One worker process. It works on one query at a time and is sent others ahead.

    ``ready`` is called once it is there, ``heard`` after each answer or several, ``gone`` when it has ended.
    """

    def __init__(
        self,
        connection: socket.socket,
        limits: Limits,
        *,
        ready: Callable[[Worker], None],
        heard: Callable[[Worker], None],
        gone: Callable[[Worker], None],
    ) -> None:
        self._connection, self._limits = connection, limits
        self._ready, self._heard, self._gone = ready, heard, gone
        self._loop = asyncio.get_running_loop()
        self._received = b""
        self._descriptors: deque[int] = deque()
        self._unsent: list[bytes] = []
        self._sending = self._writing = False  # whether it will be sent at the end of this turn, or as soon as it can
        self._process: tuple[int, int] | None = None  # its identifier, and a descriptor of it
        self._notes: Notes | None = None
        self._asked = 0
        self._queue: deque[Task] = deque()  # what is not answered
        self.promised = 0  # queries that are about to be asked
        self.held_up = False  # whether it works on what is no short query
        self.patient, self.since = False, 0.0  # whether it gives way to others, and since when (time of the loop)
        self.brisk = False  # whether it took no time for what it answered last
        self.moved = 0.0  # when it last began to have something to do, or answered
        self.timer: asyncio.TimerHandle | None = None  # of its last query's deadline, once it is patient
        connection.setblocking(False)
        self._loop.add_reader(connection.fileno(), self._read)

    @property
    def load(self) -> int:
        """Queries that it has been asked or is about to be."""
        return len(self._queue) + self.promised

    @property
    def tasks(self) -> tuple[Task, ...]:
        """What it has not answered."""
        return tuple(self._queue)

    def ask(self, asked: Request, deadline: float) -> Task:
        """One more query. Its future raises :class:`WorkerGone`, :class:`Overdue`, :class:`NotBegun`, or what the query
        earned; :meth:`call_off` it when it is not awaited any more."""
        self._asked += 1
        task = Task(self._loop.create_future(), FORMATS[asked.format], self._asked, deadline, self.patient)
        if self._process is None:
            task.fail(NotBegun())
            return task
        self._unsent.append(frame(TASK, asked))
        if not self._queue:
            self.moved = self._loop.time()
            self._send()
        elif not self._sending:
            self._sending = True
            self._loop.call_soon(self._send)  # with what else is asked in this turn of the loop
        self._queue.append(task)
        return task

    def call_off(self, task: Task) -> bool:
        """Has it not begin ``task``, whose answer nobody wants from it any more; False when it works on it."""
        if self._notes is None or task not in self._queue:
            return True
        return self._notes.call_off(task.number) or self._begun != task.number

    def take_back(self) -> None:
        """Everything but what it works on has to be asked again elsewhere."""
        for task in self._queue:
            if task.number != self._begun:
                self.call_off(task)
                task.fail(NotBegun())

    def at_work(self) -> tuple[Task, float, float] | None:
        """What it works on, and how many seconds of a processor and on the clock that has taken."""
        if self._notes is None:
            return None
        begun = self._begun
        for task in self._queue:
            if task.number == begun:
                taken = self._notes.taken(self._seconds, time.monotonic())
                return (task, *taken) if self._begun == begun else None
        return None

    @property
    def _begun(self) -> int:
        return 0 if self._notes is None else self._notes.begun

    @property
    def alive(self) -> bool:
        """Whether it has not ended: the descriptor of a process that has is readable."""
        return self._process is not None and not select.select([self._process[1]], [], [], 0)[0]

    @property
    def _seconds(self) -> float:
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

    def stop(self, error: Exception) -> bool:
        """Ends the worker: what it works on fails with ``error``, and all the rest is to be asked elsewhere. Whether it
        did work on something."""
        begun, worked = self._begun, False
        for task in self._queue:
            guilty = task.long or task.number == begun
            worked = worked or guilty
            task.fail(error if guilty else NotBegun())
        self._queue.clear()
        self.end()
        return worked

    def end(self) -> None:
        """Ends the process now, and what is known of it."""
        if self.timer is not None:
            self.timer.cancel()
        if self._connection.fileno() >= 0:
            self._loop.remove_reader(self._connection.fileno())
            self._loop.remove_writer(self._connection.fileno())
            self._connection.close()
        if self._process is not None:
            with suppress(ProcessLookupError):
                signal.pidfd_send_signal(self._process[1], signal.SIGKILL)
            os.close(self._process[1])
            self._process = None
        while self._descriptors:
            os.close(self._descriptors.popleft())

    @property
    def there(self) -> bool:
        """Whether it has said that it is there."""
        return self._process is not None

    def _send(self) -> None:
        """Sends what is not sent yet, as far as there is room for it."""
        self._sending = False
        if self._connection.fileno() < 0 or not self._unsent:
            return
        data = b"".join(self._unsent)
        self._unsent.clear()
        try:
            sent = self._connection.send(data)
        except BlockingIOError:
            sent = 0
        except OSError:  # it has just ended, which the socket will tell
            return
        if sent < len(data):
            self._unsent.append(data[sent:])
            if not self._writing:
                self._writing = True
                self._loop.add_writer(self._connection.fileno(), self._send)
        elif self._writing:
            self._writing = False
            self._loop.remove_writer(self._connection.fileno())

    def _read(self) -> None:
        try:
            data, carried, _, _ = self._connection.recvmsg(_PART, _CARRIED, socket.MSG_CMSG_CLOEXEC)
        except BlockingIOError:
            return
        except OSError:
            data, carried = b"", []
        for _, _, descriptors in carried:  # SCM_RIGHTS is all that comes
            self._descriptors.extend(array("i", descriptors))
        if not data:
            self._loop.remove_reader(self._connection.fileno())
            self._gone(self)
            return
        self._received = self._received + data if self._received else data
        at, told, answers = 0, parsed(self._received), 0
        while told is not None:
            at = told[2]
            answers += 1
            self._told(*told[:2])
            told = parsed(self._received, at)
        self._received = self._received[at:]
        if at and self._notes is not None:
            now = self._loop.time()
            self.brisk = now - self.moved < answers * _BRISK
            self.held_up, self.moved = False, now
            self._heard(self)

    def _told(self, tag: bytes, data: bytes) -> None:
        """One frame."""
        if tag == READY:
            self._process = (int(data), self._descriptors.popleft())
            page = self._descriptors.popleft()
            self._notes = Notes(page)
            os.close(page)
            self._ready(self)
            return
        descriptor = self._descriptors.popleft() if tag == IN_FILE else None
        task = self._queue.popleft()
        if task.coming.done():
            if descriptor is not None:
                os.close(descriptor)
        elif tag == WHOLE:
            task.coming.set_result(Answer.of(task.format, data))
        elif descriptor is not None:
            task.coming.set_result(Answer.in_file(task.format, descriptor))
        else:
            task.coming.set_exception(self._error(tag, data))

    def _error(self, tag: bytes, data: bytes) -> Exception:
        """Why there is no answer."""
        if tag == SKIPPED:
            return NotBegun()
        if tag == REFUSED:
            return QueryRefused(*msgspec.json.decode(data, type=tuple[str, tuple[int, int] | None]))
        if tag == NOT_IN_FORMAT:
            return NotInFormat(*msgspec.json.decode(data, type=tuple[str, str]))
        if tag == TOO_LARGE:
            return ResultTooLarge(self._limits.result)
        known = tag == FAILED
        return EnvironmentFailure(msgspec.json.decode(data, type=str) if known else "a query process speaks in riddles")
