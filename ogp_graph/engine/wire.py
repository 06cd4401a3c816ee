"""Frames over a Unix socket: a tag, a length, and that many bytes; a file descriptor may ride on the first."""

from __future__ import annotations

import os
import socket
import struct
from time import monotonic

import msgspec

__all__ = [
    "FAILED", "FORK", "IN_FILE", "NOT_IN_FORMAT", "READY", "REFUSED", "TASK", "TOO_LARGE", "WHOLE", "descriptors",
    "frame", "next_frame", "parsed", "receive", "send",
]  # fmt: skip

TASK = b"T"  # a Request, or what a nursery has to load
FORK = b"F"  # one more worker, on the descriptor that comes along
READY = b"R"  # loaded; from a worker with its process identifier, and a descriptor of its process
WHOLE = b"W"  # the answer, all of it
IN_FILE = b"D"  # the answer is whole in the file whose descriptor comes along
REFUSED = b"X"  # there is no answer; the frame says why
NOT_IN_FORMAT = b"N"  # there is no answer in this format: its media type, and why
TOO_LARGE = b"L"  # there is no answer: it would have passed the limit
FAILED = b"!"  # there is no answer: the machine said no

_HEAD = struct.Struct("<cI")
_PART = 65_536  # bytes that are read at once


def frame(tag: bytes, value: object = None) -> bytes:
    """One frame; bytes go as they are, anything else as JSON."""
    data = value if isinstance(value, bytes) else msgspec.json.encode(value)
    return _HEAD.pack(tag, len(data)) + data


def parsed(data: bytes) -> tuple[bytes, bytes] | None:
    """Tag and bytes of the frame that ``data`` begins with; None while a part of it is missing."""
    if len(data) < _HEAD.size:
        return None
    tag, length = _HEAD.unpack_from(data)
    end = _HEAD.size + length
    return (tag, data[_HEAD.size : end]) if len(data) >= end else None


def send(to: socket.socket, tag: bytes, value: object = None, descriptor: int | None = None) -> None:
    """Sends one frame."""
    data = frame(tag, value)
    sent = 0 if descriptor is None else socket.send_fds(to, [data], [descriptor])
    to.sendall(data[sent:])


def receive(of: socket.socket, deadline: float | None = None) -> tuple[bytes, bytes]:
    """Tag and bytes of the next frame. ``deadline`` is a monotonic time.

    Raises:
        EOFError: the other side is gone.
        TimeoutError: the deadline has passed.
    """
    tag, length = _HEAD.unpack(_exactly(of, _HEAD.size, deadline))
    return tag, _exactly(of, length, deadline)


def next_frame(of: socket.socket) -> tuple[bytes, bytes]:
    """The same from whoever sends one frame and then waits: in as few calls of the system as can be.

    Raises:
        EOFError: the other side is gone.
    """
    data = b""
    while (found := parsed(data)) is None:
        part = of.recv(_PART)
        if not part:
            raise EOFError("the other side is gone")
        data = data + part if data else part
    return found


def descriptors(of: socket.socket, deadline: float | None = None) -> tuple[bytes, bytes, int | None]:
    """The same, for a frame that may carry a descriptor; it is not inherited and the caller's to close."""
    _wait(of, deadline)
    head, found, _, _ = socket.recv_fds(of, _HEAD.size, 1)
    for one in found:
        os.set_inheritable(one, False)
    head += _exactly(of, _HEAD.size - len(head), deadline) if head else b""
    if not head:
        raise EOFError("the other side is gone")
    tag, length = _HEAD.unpack(head)
    return tag, _exactly(of, length, deadline), next(iter(found), None)


def _exactly(of: socket.socket, count: int, deadline: float | None) -> bytes:
    parts: list[bytes] = []
    while count:
        _wait(of, deadline)
        part = of.recv(min(count, 1 << 20))
        if not part:
            raise EOFError("the other side is gone")
        parts.append(part)
        count -= len(part)
    return b"".join(parts)


def _wait(of: socket.socket, deadline: float | None) -> None:
    if deadline is None:
        return
    left = deadline - monotonic()
    if left <= 0:
        raise TimeoutError
    of.settimeout(left)
