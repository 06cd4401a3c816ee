"""What a query process may not do, said to the operating system (Linux): no network, no more memory, no more time,
no life after its parent."""

from __future__ import annotations

import ctypes
import os
import platform
import resource
import signal
import struct
from contextlib import suppress
from pathlib import Path
from time import process_time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = [
    "address_space",
    "arm",
    "disarm",
    "end_with_parent",
    "give_way",
    "keep_memory",
    "no_network",
    "resident",
    "return_memory",
    "room",
    "unhurried",
]

_PR_SET_PDEATHSIG, _PR_SET_NO_NEW_PRIVS, _PR_SET_SECCOMP, _FILTER = 1, 38, 22, 2
_STACK = 64_000_000  # bytes; deep but honest queries recurse in the parser
_PATIENCE = 15  # niceness added to the server's by a query that takes long: a twentieth of the share of others
_SLICE = 100_000  # nanoseconds that it runs on when somebody else wakes up, the least that Linux takes (6.12 and later)

# Machine -> its audit architecture, and its numbers for socket, connect, execve and io_uring_setup.
_CALLS = {
    "x86_64": (0xC000003E, (41, 42, 59, 425)),
    "aarch64": (0xC00000B7, (198, 203, 221, 425)),
}
_SCHED_SETATTR = {"x86_64": 314, "aarch64": 274}
# mallopt(3): M_TRIM_THRESHOLD, M_TOP_PAD, M_MMAP_THRESHOLD, in bytes; M_ARENA_MAX.
_KEEPING = {-1: 64_000_000, -2: 4_000_000, -3: 32_000_000}
_RETURNING = {-1: 8_000_000, -3: 262_144, -8: 2}

_LOAD, _JUMP_EQUAL, _RETURN = 0x20, 0x15, 0x06  # BPF_LD|W|ABS, BPF_JMP|JEQ|K, BPF_RET|K
_ALLOW, _REFUSE = 0x7FFF0000, 0x00050001  # SECCOMP_RET_ALLOW, SECCOMP_RET_ERRNO | EPERM


class _Program(ctypes.Structure):
    _fields_ = [("length", ctypes.c_ushort), ("filter", ctypes.c_char_p)]


def no_network() -> bool:
    """Makes new sockets and new programs impossible for this process and its children (seccomp).

    False when the machine's architecture or kernel does not offer it; the scan is then the only guard."""
    known = _CALLS.get(platform.machine())
    if known is None:
        return False
    architecture, calls = known
    code = [(_LOAD, 0, 0, 4), (_JUMP_EQUAL, 0, len(calls) + 1, architecture), (_LOAD, 0, 0, 0)]
    code += [(_JUMP_EQUAL, len(calls) - place, 0, call) for place, call in enumerate(calls)]
    code += [(_RETURN, 0, 0, _ALLOW), (_RETURN, 0, 0, _REFUSE)]
    program = _Program(len(code), b"".join(struct.pack("=HBBI", *step) for step in code))
    call = ctypes.CDLL(None).prctl
    refused = call(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) or call(_PR_SET_SECCOMP, _FILTER, ctypes.byref(program))
    return not refused


def end_with_parent(parent: int) -> None:
    """Has the kernel kill this process when ``parent`` ends; ends it now when that has already happened."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(0)


def keep_memory() -> None:
    """Has the allocator (glibc's) keep what is freed for the next query, rather than ask the kernel each time."""
    _allocator(_KEEPING)


def return_memory() -> None:
    """Has it give back what long texts and large answers took. By itself it keeps an arena of up to 64 MB for each of
    the threads that ever had one in hand, and raises the size from which on a piece is given back when it is freed."""
    _allocator(_RETURNING)


def _allocator(options: Mapping[int, int]) -> None:
    call = getattr(ctypes.CDLL(None), "mallopt", None)
    if call is not None:
        for option, size in options.items():
            call(option, size)


def address_space() -> int:
    """Bytes of address space that this process has."""
    return _pages(0)


def resident() -> int:
    """Bytes of memory that this process has."""
    return _pages(1)


def _pages(place: int) -> int:
    return int(Path("/proc/self/statm").read_text().split()[place]) * resource.getpagesize()


def room(memory: int, more: int, file: int) -> None:
    """Lets this process add ``memory`` bytes of address space, an allocation beyond that ends it, and write ``file``
    bytes to one file. :func:`give_way` raises the first one by ``more``."""
    base = address_space()
    resource.setrlimit(resource.RLIMIT_AS, (base + memory, base + memory + more))
    resource.setrlimit(resource.RLIMIT_FSIZE, (file, file))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    hard = resource.getrlimit(resource.RLIMIT_STACK)[1]
    stack = _STACK if hard == resource.RLIM_INFINITY else min(_STACK, hard)
    resource.setrlimit(resource.RLIMIT_STACK, (stack, hard))


def unhurried(thread: int = 0) -> None:
    """Has ``thread`` (this one: 0), when it wakes up, wait until whoever is at work has to wait itself or has had its
    share, rather than interrupt it (sched(7), SCHED_BATCH). Two that work for each other then get more done: each
    change from one to the other costs more than a short query. Children inherit it."""
    with suppress(OSError):  # it has ended, or this system has no such thing
        os.sched_setscheduler(thread, os.SCHED_BATCH, os.sched_param(0))


def give_way(process: int) -> None:
    """Has ``process`` run after the others that want the processor; it gets the memory that it may have at most.

    Raises:
        OSError: it is gone.
    """
    niceness = min(19, os.getpriority(os.PRIO_PROCESS, 0) + _PATIENCE)
    os.setpriority(os.PRIO_PROCESS, process, niceness)
    _short_slices(process, niceness)
    most = resource.prlimit(process, resource.RLIMIT_AS)[1]
    resource.prlimit(process, resource.RLIMIT_AS, (most, most))


def _short_slices(process: int, niceness: int) -> None:
    """Niceness alone says how much it gets, not when: whoever wakes up would wait for the rest of its slice, which is
    some milliseconds (sched_setattr(2), sched-eevdf in the kernel's documentation). Older kernels do not listen."""
    number = _SCHED_SETATTR.get(platform.machine())
    if number is not None:
        attributes = struct.pack("=IIQiIQQQII", 56, os.SCHED_OTHER, 0, niceness, 0, _SLICE, 0, 0, 0, 0)
        ctypes.CDLL(None).syscall(number, process, attributes, 0)


def arm(seconds: float) -> None:
    """Has the kernel kill this process after ``seconds`` of wall or processor time, whatever its parent does."""
    resource.setrlimit(resource.RLIMIT_CPU, (int(process_time() + seconds) + 2, resource.RLIM_INFINITY))
    signal.setitimer(signal.ITIMER_REAL, seconds + 1)


def disarm() -> None:
    """Ends what :func:`arm` began."""
    signal.setitimer(signal.ITIMER_REAL, 0)
