"""Frames over a Unix socket: a tag, a length, and that many bytes; a file descriptor may ride on the first."""

from __future__ import annotations

import os
import socket
import struct
from time import monotonic

import msgspec

__all__ = ["DATA", "END", "FORK", "READY", "REFUSED", "TASK", "descriptors", "receive", "send"]

TASK = b"T"  # a Request, or what a nursery has to load
FORK = b"F"  # one more worker, on the descriptor that comes along
READY = b"R"  # loaded; from a worker with a descriptor of its process
DATA = b"D"  # a part of the answer
END = b"E"  # the answer is whole
REFUSED = b"X"  # there is no answer; the frame says why

_HEAD = struct.Struct("<cI")


def send(to: socket.socket, tag: bytes, value: object = None, descriptor: int | None = None) -> None:
    """Sends one frame; bytes go as they are, anything else as JSON."""
    data = value if isinstance(value, bytes) else msgspec.json.encode(value)
    frame = _HEAD.pack(tag, len(data)) + data
    sent = 0 if descriptor is None else socket.send_fds(to, [frame], [descriptor])
    to.sendall(frame[sent:])


def receive(of: socket.socket, deadline: float | None = None) -> tuple[bytes, bytes]:
    """Tag and bytes of the next frame. ``deadline`` is a monotonic time.

    Raises:
        EOFError: the other side is gone.
        TimeoutError: the deadline has passed.
    """
    tag, length = _HEAD.unpack(_exactly(of, _HEAD.size, deadline))
    return tag, _exactly(of, length, deadline)


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
    left = None if deadline is None else deadline - monotonic()
    if left is not None and left <= 0:
        raise TimeoutError
    of.settimeout(left)
