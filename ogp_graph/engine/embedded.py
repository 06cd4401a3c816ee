"""Oxigraph in worker processes that can be killed: started ahead, replaced when they die, one query at a time each."""

from __future__ import annotations

import os
import queue
import select
import signal
import socket
import subprocess
import sys
import threading
from contextlib import suppress
from pathlib import Path
from time import monotonic
from typing import IO, TYPE_CHECKING

import msgspec

from ogp_graph.engine.evaluate import Request, request
from ogp_graph.engine.interface import Answer, spool
from ogp_graph.engine.nursery import Task
from ogp_graph.engine.scan import Scanned, scan
from ogp_graph.engine.source import Source
from ogp_graph.engine.wire import DATA, FORK, READY, REFUSED, TASK, descriptors, receive, send
from ogp_graph.errors import (
    EngineBusy,
    EnvironmentFailure,
    OgpGraphError,
    QueryExhausted,
    QueryRefused,
    QueryTimeout,
    ResultTooLarge,
    UsageError,
)
from ogp_graph.formats import FORMATS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ogp_graph.formats import Format
    from ogp_graph.settings import Settings

__all__ = ["Embedded", "embedded"]

_LOADING = 1800.0  # seconds that loading may take
_ATTEMPTS = 3  # workers that are tried before a query is given up
_PROGRAM = "import sys; sys.path[:0] = [sys.argv[1]]; from ogp_graph.engine.nursery import main; main(int(sys.argv[2]))"


def embedded(path: Path, settings: Settings, *, base: str | None = None) -> Embedded:
    """An engine over a store's folder or an RDF file; returns when it is loaded and the workers are being made.

    Raises:
        UsageError: a file that is no RDF.
        EnvironmentFailure: it cannot be read, or processes cannot be started.
    """
    engine = Embedded(Source(str(path.resolve()), base, settings.memory_store), settings)
    engine.start()
    return engine


class Embedded:
    """The pool; see :func:`embedded`. ``start`` begins and ``close`` ends its processes."""

    def __init__(self, source: Source, settings: Settings) -> None:
        self._settings = settings
        self._task = Task(source, settings.query_memory, settings.query_seconds)
        self._workers = max(1, settings.query_workers)
        self._room = threading.BoundedSemaphore(self._workers + max(0, settings.query_queue))
        self._idle: queue.LifoQueue[_Worker | None] = queue.LifoQueue()
        self._lock = threading.Lock()
        self._nursery: _Nursery | None = None

    def start(self) -> None:
        self._nursery = _Nursery(self._task)
        for _ in range(self._workers):
            self._idle.put(self._fork())

    def query(
        self,
        query: str | Scanned,
        *,
        format: Format,  # noqa: A002
        default_graphs: Sequence[str] | None = None,
        named_graphs: Sequence[str] | None = None,
    ) -> Answer:
        """See :meth:`ogp_graph.engine.interface.Engine.query`."""
        scanned = query if isinstance(query, Scanned) else scan(query, self._settings)
        asked = request(scanned, format, default_graphs, named_graphs)
        if not self._room.acquire(blocking=False):
            raise EngineBusy(1)
        try:
            return self._ask(asked)
        finally:
            self._room.release()

    def close(self) -> None:
        with self._lock:
            nursery, self._nursery = self._nursery, None
        if nursery is not None:
            nursery.close()
        while True:
            try:
                worker = self._idle.get_nowait()
            except queue.Empty:
                return
            if worker is not None:
                worker.kill()

    def _ask(self, asked: Request) -> Answer:
        if self._nursery is None:
            raise EnvironmentFailure("the engine is closed")
        try:
            worker = self._idle.get(timeout=self._settings.query_seconds)
        except queue.Empty:
            raise EngineBusy(1) from None
        try:
            worker = self._ready(worker)
            answer, last = worker.ask(asked, self._settings)
        except QueryRefused:
            self._idle.put(worker)
            raise
        except BaseException:
            self._idle.put(self._replace(worker))
            raise
        self._idle.put(self._replace(worker) if last else worker)
        return answer

    def _ready(self, worker: _Worker | None) -> _Worker:
        """A worker that has said that it is there: this one, or a new one in its place."""
        for _ in range(_ATTEMPTS):
            if worker is not None and worker.greets(monotonic() + self._settings.query_seconds):
                return worker
            if worker is not None:
                worker.kill()
            worker = self._fork()
        raise EnvironmentFailure("the query processes end as soon as they start")

    def _replace(self, worker: _Worker | None) -> _Worker | None:
        """A new worker; None when none can be made now, which the next query then tries again."""
        if worker is not None:
            worker.kill()
        try:
            return self._fork()
        except OgpGraphError:
            return None

    def _fork(self) -> _Worker:
        """A worker in the making: a request sent to it waits in its socket."""
        with self._lock:
            if self._nursery is None:
                raise EnvironmentFailure("the engine is closed")
            try:
                return _Worker(self._nursery.fork())
            except OSError:
                self._nursery.close()
                self._nursery = _Nursery(self._task)
                return _Worker(self._nursery.fork())


class _Nursery:
    """The server's side of :mod:`ogp_graph.engine.nursery`."""

    def __init__(self, task: Task) -> None:
        self._control, theirs = socket.socketpair()
        root = str(Path(__file__).resolve().parents[2])
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-I", "-c", _PROGRAM, root, str(theirs.fileno())],
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                env={},
                cwd="/",
                start_new_session=True,  # an interrupt at the terminal is the server's alone
            )
        try:
            send(self._control, TASK, task)
            tag, data = receive(self._control, monotonic() + _LOADING)
        except (EOFError, OSError) as error:
            self.close()
            raise EnvironmentFailure("the query processes did not start") from error
        if tag != READY:
            self.close()
            raise UsageError(msgspec.json.decode(data, type=str))

    def fork(self) -> socket.socket:
        """The server's end of a new worker's socket."""
        ours, theirs = socket.socketpair()
        with theirs:
            try:
                send(self._control, FORK, descriptor=theirs.fileno())
            except OSError:
                ours.close()
                raise
        return ours

    def close(self) -> None:
        self._control.close()
        try:
            self._process.wait(2)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


class _Worker:
    """The server's side of :mod:`ogp_graph.engine.worker`; used by one thread at a time."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self._process: int | None = None

    def greets(self, deadline: float) -> bool:
        """Whether it is there and has said so; False when it ended while nobody asked it anything."""
        if self._process is not None:
            return not select.select([self._process], [], [], 0)[0]  # a descriptor of an ended process is readable
        try:
            self._process = descriptors(self._connection, deadline)[2]
        except (EOFError, OSError):
            return False
        return True

    def ask(self, asked: Request, settings: Settings) -> tuple[Answer, bool]:
        """The answer, and whether the worker ends after it."""
        deadline = monotonic() + settings.query_seconds
        body = spool()
        try:
            send(self._connection, TASK, asked)
            last = self._collect(body, deadline, settings.result_bytes)
        except TimeoutError:
            body.close()
            raise QueryTimeout(settings.query_seconds) from None
        except (EOFError, OSError):
            body.close()
            raise QueryExhausted(settings.query_memory) from None
        except BaseException:
            body.close()
            raise
        return Answer.whole(FORMATS[asked.format], body), last

    def kill(self) -> None:
        """Ends the process now, and what is known of it."""
        self._connection.close()
        if self._process is not None:
            with suppress(ProcessLookupError):
                signal.pidfd_send_signal(self._process, signal.SIGKILL)
            os.close(self._process)
            self._process = None

    def _collect(self, body: IO[bytes], deadline: float, limit: int) -> bool:
        size = 0
        while True:
            tag, data = receive(self._connection, deadline)
            if tag == DATA:
                size += len(data)
                if size > limit:
                    raise ResultTooLarge(limit)
                body.write(data)
            elif tag == REFUSED:
                message, position = msgspec.json.decode(data, type=tuple[str, tuple[int, int] | None])
                raise QueryRefused(message, position)
            else:
                return bool(msgspec.json.decode(data, type=bool))
