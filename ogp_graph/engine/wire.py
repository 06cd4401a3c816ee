"""Frames over a Unix socket: a tag, a length, and that many bytes; file descriptors may ride on the first."""

from __future__ import annotations

import os
import socket
import struct
from time import monotonic
from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = [
    "FAILED", "FORK", "IN_FILE", "NOT_IN_FORMAT", "READY", "REFUSED", "SKIPPED", "TASK", "TOO_LARGE", "WHOLE",
    "descriptors", "frame", "frames", "parsed", "receive", "send",
]  # fmt: skip

TASK = b"T"  # a Request, or what a nursery has to load
FORK = b"F"  # one more worker, on the descriptor that comes along
READY = b"R"  # loaded; from a worker with its process identifier, and descriptors of its process and its Notes
WHOLE = b"W"  # the answer, all of it
IN_FILE = b"D"  # the answer is whole in the file whose descriptor comes along
REFUSED = b"X"  # there is no answer; the frame says why
NOT_IN_FORMAT = b"N"  # there is no answer in this format: its media type, and why
TOO_LARGE = b"L"  # there is no answer: it would have passed the limit
SKIPPED = b"S"  # there is no answer: nobody wants it any more
FAILED = b"!"  # there is no answer: the machine said no

_HEAD = struct.Struct("<cI")
_PART = 65_536  # bytes that are read at once


def frame(tag: bytes, value: object = None) -> bytes:
    """One frame; bytes go as they are, anything else as JSON."""
    data = value if isinstance(value, bytes) else msgspec.json.encode(value)
    return _HEAD.pack(tag, len(data)) + data


def parsed(data: bytes, at: int = 0) -> tuple[bytes, bytes, int] | None:
    """Tag and bytes of the frame that begins at that place of ``data``, and where it ends; None while a part of it is
    missing."""
    start = at + _HEAD.size
    if len(data) < start:
        return None
    tag, length = _HEAD.unpack_from(data, at)
    end = start + length
    return (tag, data[start:end], end) if len(data) >= end else None


def send(to: socket.socket, tag: bytes, value: object = None, *carried: int) -> None:
    """Sends one frame, and descriptors along with it."""
    data = frame(tag, value)
    sent = socket.send_fds(to, [data], carried) if carried else 0
    to.sendall(data[sent:])


def receive(of: socket.socket, deadline: float | None = None) -> tuple[bytes, bytes]:
    """Tag and bytes of the next frame. ``deadline`` is a monotonic time.

    Raises:
        EOFError: the other side is gone.
        TimeoutError: the deadline has passed.
    """
    tag, length = _HEAD.unpack(_exactly(of, _HEAD.size, deadline))
    return tag, _exactly(of, length, deadline)


def frames(of: socket.socket) -> Iterator[tuple[bytes, bool]]:
    """The bytes of frame after frame, in as few calls of the system as can be, and whether the next one is here too.
    Ends when the other side is gone."""
    data = b""
    while part := of.recv(_PART):
        data = data + part if data else part
        at, found = 0, parsed(data)
        while found is not None:
            bytes_, at = found[1:]
            found = parsed(data, at)
            yield bytes_, found is not None
        data = data[at:]


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
