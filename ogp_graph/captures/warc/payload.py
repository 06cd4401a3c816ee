"""What an HTTP response in a record carries: its status, and the page without the coding of its transfer."""

from __future__ import annotations

import base64
import hashlib
import re
import zlib
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import brotli
import zstandard

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["Response", "agrees", "beginning", "dechunked", "response", "whole"]

_STATUS = re.compile(rb"HTTP/\d(?:\.\d)? +(\d{3})(?:[ \r\n]|$)")
_CHUNK_HEAD = re.compile(rb"[ \t]*([0-9A-Fa-f]{1,16})[ \t]*(?:;[^\r\n]{0,4096})?\r?\n")
_STEP = 1 << 16
_SMALL_STEP = 256  # bytes that zstd unpacks to 8 megabytes at most
_MEMBERS = 1000  # packed pieces that one body may have
_GZIP = b"\x1f\x8b\x08"
_ZSTD = b"\x28\xb5\x2f\xfd"
_NO_CODINGS = frozenset({"", "identity", "none", "binary", "8bit", "utf-8", "utf8"})  # the last ones said in error
_SIZE_LINE = 20  # bytes of a line that says how long a chunk is


@dataclass(frozen=True, slots=True)
class Response:
    """Status and header fields (names in lower case, the last value of each), and where the body starts."""

    status: int
    fields: dict[str, str]
    body: int

    @property
    def codings(self) -> tuple[str, ...]:
        """The codings of the body, the outermost first (RFC 9112, 7; RFC 9110, 8.4)."""
        transfer = [one.strip() for one in self.fields.get("transfer-encoding", "").lower().split(",")]
        content = [one.strip() for one in self.fields.get("content-encoding", "").lower().split(",")]
        return tuple(one for one in (*reversed(transfer), *reversed(content)) if one not in _NO_CODINGS)


class _Wrong(Exception):
    """The body is not coded as it says; ``args`` are the code and the words of a finding."""


def response(block: bytes) -> Response | None:
    """The head of an HTTP response (RFC 9112, 2.1); None when there is none."""
    status = _STATUS.match(block)
    if not status:
        return None
    ends = [(at, len(mark)) for mark in (b"\r\n\r\n", b"\n\n") if (at := block.find(mark)) >= 0]
    if not ends:
        return None
    end, mark = min(ends)
    fields = {}
    for line in block[:end].split(b"\n")[1:]:
        name, colon, value = line.partition(b":")
        if colon:
            fields[name.strip().lower().decode("latin-1")] = value.strip().decode("latin-1")
    return Response(int(status[1]), fields, end + mark)


def beginning(body: bytes, codings: tuple[str, ...], most: int) -> bytes:
    """The first bytes of a body of which only the first bytes are there; what cannot be read is left as it is."""
    for coding in codings:
        try:
            body = _DECODERS[coding](body, most, False) if coding in _DECODERS else body
        except _Wrong:
            return body
    return body[:most]


def whole(body: bytes, codings: tuple[str, ...], most: int) -> bytes | tuple[str, str]:
    """The page that a whole body carries, or the code and the words of the finding that it carries none. Bodies that
    the archive's writer has unpacked already, and that say otherwise, are taken as they are."""
    for coding in codings:
        if coding not in _DECODERS:
            return "content-encoding", f"The page is coded as {coding[:40]!r}, which is not read."
        if not _LOOKS[coding](body):
            continue
        try:
            body = _DECODERS[coding](body, most, True)
        except _Wrong as wrong:
            return str(wrong.args[0]), str(wrong.args[1])
    return body


def dechunked(body: bytes) -> bytes:
    """The body without its chunks, as far as it has any."""
    return _dechunked(body, len(body), complete=False) if _is_chunked(body) else body


def agrees(told: str, *forms: bytes) -> bool | None:
    """Whether one of ``forms`` has the digest that is told (``sha1:...`` in base 32, base 64 or hexadecimal); None when
    that cannot be told."""
    name, _, value = told.strip().partition(":")
    name = name.lower().replace("-", "")
    if name not in ("sha1", "sha256", "sha512", "md5") or not value:
        return None
    for form in forms:
        digest = hashlib.new(name, form, usedforsecurity=False).digest()
        if value.lower() == digest.hex() or value.upper().rstrip("=") == base64.b32encode(digest).decode().rstrip("="):
            return True
        if value.rstrip("=") == base64.b64encode(digest).decode().rstrip("="):
            return True
    return False


# Codings


def _dechunked(body: bytes, most: int, complete: bool) -> bytes:
    parts, at, size = list[bytes](), 0, 0
    while head := _CHUNK_HEAD.match(body, at):
        length = int(head[1], 16)
        if length == 0:
            return b"".join(parts)
        at = head.end() + length
        part = body[head.end() : at]
        parts.append(part)
        size += len(part)
        if len(part) < length or size > most:
            break
        at += 2 if body[at : at + 2] == b"\r\n" else body[at : at + 1] == b"\n"
    if complete:
        place = min(at, len(body))
        raise _Wrong("bad-chunk", f"The chunks of the page are wrong or end too early, at byte {place} of its body.")
    return b"".join(parts)


def _unpacked(unpacker: Callable[[bytes, int], bytes], body: bytes, most: int, complete: bool) -> bytes:
    try:
        data = unpacker(body, most + 1)
    except (zlib.error, brotli.error, zstandard.ZstdError, EOFError):
        if complete:
            raise _Wrong("content-encoding", "The packed page is damaged or cut.") from None
        return b""
    if complete and len(data) > most:
        raise _Wrong("archive-bomb", f"The page unpacks to more than {most} bytes (setting max_page_bytes).")
    return data


def _gunzip(body: bytes, most: int, complete: bool) -> bytes:
    def unpacker(data: bytes, limit: int) -> bytes:
        return _pieces(partial(zlib.decompressobj, 31), data, limit, _GZIP, complete=complete)

    return _unpacked(unpacker, body, most, complete)


def _undeflate(body: bytes, most: int, complete: bool) -> bytes:
    """With the header of zlib, as RFC 9110, 8.4.1.2 says, or without, as some servers do."""

    def unpacker(data: bytes, limit: int) -> bytes:
        try:
            return _inflate(data, limit, 15, complete=complete)
        except zlib.error:
            return _inflate(data, limit, -15, complete=complete)

    return _unpacked(unpacker, body, most, complete)


def _inflate(data: bytes, limit: int, bits: int, *, complete: bool) -> bytes:
    inflating = zlib.decompressobj(bits)
    found = inflating.decompress(data, limit)
    if complete and not inflating.eof and len(found) < limit:
        raise EOFError
    return found


def _unbrotli(body: bytes, most: int, complete: bool) -> bytes:
    def unpacker(data: bytes, limit: int) -> bytes:
        unpacking, found, at = brotli.Decompressor(), bytearray(), 0
        while at < len(data) and len(found) < limit:
            found += unpacking.process(data[at : at + _STEP], output_buffer_limit=limit)
            at += _STEP
            while not unpacking.can_accept_more_data() and len(found) < limit:
                found += unpacking.process(b"", output_buffer_limit=limit)
        if complete and not unpacking.is_finished() and len(found) < limit:
            raise EOFError
        return bytes(found)

    return _unpacked(unpacker, body, most, complete)


def _unzstd(body: bytes, most: int, complete: bool) -> bytes:
    frames = zstandard.ZstdDecompressor(max_window_size=1 << 23)

    def unpacker(data: bytes, limit: int) -> bytes:
        return _pieces(frames.decompressobj, data, limit, _ZSTD, complete=complete)

    return _unpacked(unpacker, body, most, complete)


def _pieces(start: Callable[[], Any], data: bytes, limit: int, magic: bytes, *, complete: bool) -> bytes:
    """What the members (RFC 1952, 2.2) or frames (RFC 8878, 3) of ``data`` unpack to, one after the other."""
    found, at = bytearray(), 0
    for _ in range(_MEMBERS):
        piece = start()
        while not piece.eof and at < len(data) and len(found) < limit:
            if magic == _ZSTD:
                part = data[at : at + _SMALL_STEP]
                found += piece.decompress(part)
            else:
                part = data[at : at + _STEP]
                found += piece.decompress(part, limit - len(found))
            at += len(part) - len(piece.unused_data) - len(piece.unconsumed_tail)
        if not piece.eof or not data.startswith(magic, at):
            break
    if complete and len(found) < limit and (not piece.eof or data.startswith(magic, at)):
        raise EOFError
    return bytes(found)


_DECODERS: dict[str, Callable[[bytes, int, bool], bytes]] = {
    "chunked": _dechunked,
    "gzip": _gunzip,
    "x-gzip": _gunzip,
    "deflate": _undeflate,
    "br": _unbrotli,
    "zstd": _unzstd,
}


def _is_text(body: bytes) -> bool:
    return body.lstrip()[:1] == b"<"


def _is_chunked(body: bytes) -> bool:
    """A first line that is as short as a size is one, if perhaps a wrong one."""
    first = body[:_SIZE_LINE].partition(b"\n")
    return _CHUNK_HEAD.match(body) is not None or (bool(first[1]) and not _is_text(body))


_LOOKS: dict[str, Callable[[bytes], bool]] = {
    "chunked": _is_chunked,
    "gzip": lambda body: body.startswith(b"\x1f\x8b") or not _is_text(body),
    "x-gzip": lambda body: body.startswith(b"\x1f\x8b") or not _is_text(body),
    "deflate": lambda body: not _is_text(body),
    "br": lambda body: not _is_text(body),
    "zstd": lambda body: not _is_text(body),
}
