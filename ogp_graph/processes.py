"""Work on all cores: results come in the order of the items, and one item's failure is that item's alone."""

from __future__ import annotations

import contextlib
import ctypes
import multiprocessing
import os
import select
import signal
import sys
import threading
import time
from collections import deque
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING, Generic, TypeVar

from ogp_graph.errors import EnvironmentFailure, OgpGraphError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from concurrent.futures import Future

__all__ = ["Failure", "TooSlow", "cores", "deadline", "give_back_memory", "in_order", "in_order_unless"]

_Item = TypeVar("_Item")
_Result = TypeVar("_Result")
_AHEAD = 4
"""Items that are under way for each process: enough to keep it busy, few enough for the memory."""


class TooSlow(Exception):
    """The seconds given to :func:`deadline` are over."""


@dataclass(frozen=True, slots=True)
class Failure(Generic[_Item]):
    """An item whose function raised: ``kind`` is the exception's name. Its text may quote data and is not kept."""

    item: _Item
    kind: str
    place: str


def cores(wanted: int) -> int:
    """``wanted`` processes, or one for each core that this process may use when it is 0."""
    return wanted if wanted > 0 else len(os.sched_getaffinity(0))


def give_back_memory() -> None:
    """Gives what was freed back to the system: what Arrow keeps for tables to come, and what the C library keeps, where
    it can (malloc_trim(3), glibc); that is more than half of all that loading a store took."""
    if (arrow := sys.modules.get("pyarrow")) is not None:
        arrow.default_memory_pool().release_unused()
    if (trim := getattr(ctypes.CDLL(None), "malloc_trim", None)) is not None:
        trim(0)


@contextlib.contextmanager
def deadline(seconds: float) -> Iterator[None]:
    """Raises :class:`TooSlow` in the block when it takes longer, between two steps of the interpreter."""
    if seconds <= 0:
        yield
    elif threading.current_thread() is threading.main_thread():
        with _by_signal(seconds):
            yield
    else:  # a cluster's worker runs tasks in threads
        with _by_timer(seconds):
            yield


@contextlib.contextmanager
def _by_signal(seconds: float) -> Iterator[None]:
    def stop(_signal: int, _frame: object) -> None:
        raise TooSlow

    before = signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


@contextlib.contextmanager
def _by_timer(seconds: float) -> Iterator[None]:
    """The same for any thread (https://docs.python.org/3/c-api/init.html#c.PyThreadState_SetAsyncExc).

    An exception that is set is never taken back: CPython 3.11 would look for it at each step for ever."""
    thread, lock = ctypes.c_ulong(threading.get_ident()), threading.Lock()
    over, sent, arrived = threading.Event(), threading.Event(), threading.Event()

    def stop() -> None:
        with lock:
            if not over.is_set():
                sent.set()
                ctypes.pythonapi.PyThreadState_SetAsyncExc(thread, ctypes.py_object(TooSlow))

    timer = threading.Timer(seconds, stop)
    timer.daemon = True
    timer.start()
    try:
        yield
    except TooSlow:
        arrived.set()
        raise
    finally:
        with lock:
            over.set()
        timer.cancel()
        while sent.is_set() and not arrived.is_set():  # it is on its way, and arrives here
            time.sleep(0)


def in_order(
    function: Callable[[_Item], _Result], items: Iterable[_Item], *, processes: int, few: int = 24
) -> Iterator[_Result | Failure[_Item]]:
    """``function`` of each item, in the order of the items, by ``processes`` processes.

    Up to ``few`` items are done in this process, since starting others takes about a second. ``function`` must be
    a function of a module, and so must everything that it is given be.

    Raises:
        EnvironmentFailure: one of the processes was ended from outside.
    """
    waiting = iter(items)
    first: list[_Item] = []
    for item in waiting:
        first.append(item)
        if len(first) > few:
            break
    if len(first) <= few or processes < 2:
        yield from (_attempt(function, item) for item in first)
        yield from (_attempt(function, item) for item in waiting)
        return
    yield from _by_pool(function, first, waiting, processes)


def in_order_unless(
    known: Callable[[_Item], _Result | None],
    function: Callable[[_Item], _Result],
    items: Iterable[_Item],
    *,
    processes: int,
    few: int = 24,
) -> Iterator[_Result | Failure[_Item]]:
    """:func:`in_order` of the items of which ``known`` gives None; what it gives of the others, in the same order.

    ``known`` runs in this process and should cost little; what it gives waits for what stands in front of it."""
    waiting: deque[_Result | None] = deque()  # None: comes from `others`

    def unknown() -> Iterator[_Item]:
        for item in items:
            found = known(item)
            waiting.append(found)
            if found is None:
                yield item

    for result in in_order(function, unknown(), processes=processes, few=few):
        while (first := waiting.popleft()) is not None:
            yield first
        yield result
    yield from (found for found in waiting if found is not None)


def _by_pool(
    function: Callable[[_Item], _Result], first: list[_Item], rest: Iterator[_Item], processes: int
) -> Iterator[_Result | Failure[_Item]]:
    context = multiprocessing.get_context("forkserver" if sys.platform == "linux" else "spawn")
    try:
        with ProcessPoolExecutor(processes, mp_context=context, initializer=_start, initargs=(os.getpid(),)) as pool:
            under_way: deque[Future[_Result | Failure[_Item]]] = deque()
            for item in chain(first, rest):
                under_way.append(pool.submit(_attempt, function, item))
                if len(under_way) >= processes * _AHEAD:
                    yield under_way.popleft().result()
            while under_way:
                yield under_way.popleft().result()
    except BrokenProcessPool as problem:
        told = "a process that this one had started was ended from outside (is the memory full?)"
        raise EnvironmentFailure(f"{told}; run it again: what was finished is kept") from problem


def _start(parent: int) -> None:
    """A worker ends with the process that it works for, however that one ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if sys.platform == "linux":
        watcher = threading.Thread(target=_watch, args=(parent,), daemon=True)
        watcher.start()


def _watch(parent: int) -> None:
    with contextlib.suppress(OSError):
        handle = os.pidfd_open(parent)

        select.select([handle], [], [])
    os.kill(os.getpid(), signal.SIGKILL)


def _attempt(function: Callable[[_Item], _Result], item: _Item) -> _Result | Failure[_Item]:
    """The one place where any exception of ours is caught: one bad page must not stop the others, and a bug shows
    as a finding with its place in the code."""
    try:
        return function(item)
    except (KeyboardInterrupt, SystemExit, MemoryError, OSError, OgpGraphError):
        raise
    except Exception as problem:  # noqa: BLE001
        trace = problem.__traceback__
        while trace and trace.tb_next:
            trace = trace.tb_next
        place = f"{os.path.basename(trace.tb_frame.f_code.co_filename)}:{trace.tb_lineno}" if trace else ""
        return Failure(item, type(problem).__name__, place)
