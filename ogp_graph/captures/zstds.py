"""A web archive packed with zstd (RFC 8878), with or without a dictionary of its own in front.

https://iipc.github.io/warc-specifications/specifications/warc-zstd/
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import zstandard

from ogp_graph.captures.entry import HEAD_BYTES, Budget, Entry, Opened, refusal
from ogp_graph.captures.spool import spool
from ogp_graph.captures.warc import start_of_warc

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import BinaryIO

    from ogp_graph.model import Finding
    from ogp_graph.settings import Settings

__all__ = ["MAGIC", "MAGIC_OF_DICTIONARY", "read_zstd"]

MAGIC = b"\x28\xb5\x2f\xfd"
MAGIC_OF_DICTIONARY = b"\x5d\x2a\x4d\x18"  # of a frame that is skipped
_STEP = 1 << 10  # bytes that unpack to 32 megabytes at most
_WINDOW = 1 << 27  # bytes that unpacking may look back
_DICTIONARY = 1 << 24  # bytes of a dictionary


def read_zstd(entry: Entry, opened: Opened, settings: Settings) -> Iterator[Entry | Finding]:
    """The web archive in ``opened``, unpacked into a temporary file as far as it is sound."""
    budget = entry.budget or Budget.of(opened.size, settings)
    lost: list[int] = []
    unpacked = spool(_unpacked(opened.file, budget, lost), settings.max_archive_bytes)
    if unpacked is None or budget.exhausted:
        if unpacked is not None:
            unpacked.file.close()
        message = "It unpacks to more than is allowed (settings max_archive_bytes, max_archive_ratio)."
        yield refusal(entry.shown, budget.code if budget.exhausted else "archive-too-large", message)
        return
    if opened.changed():
        yield refusal(entry.shown, "file-changed", "The archive was written to while it was read. Read it again.")
    head = unpacked.file.read(HEAD_BYTES)
    unpacked.file.seek(0)
    name = entry.name[:-4] if entry.name.lower().endswith(".zst") else entry.name
    if not start_of_warc(head) and not name.lower().endswith((".warc", ".wet")):
        unpacked.file.close()
        message = "Of what zstd has packed only web archives are read. Unpack it (zstd -d)."
        yield refusal(entry.shown, "archive-method", message)
        return
    inside = (*entry.inside, "zstd")
    yield Entry(name, entry.shown, entry.locator, partial(_same, unpacked), inside, budget, revisits=entry.revisits)
    for place in lost:
        message = f"It is damaged or cut before byte {place}; what follows is not read. Fetch it again."
        yield refusal(entry.shown, "archive-damaged", message)


def _same(opened: Opened) -> Opened:
    return opened


def _unpacked(file: BinaryIO, budget: Budget, lost: list[int]) -> Iterator[bytes]:
    """What is packed, up to where the budget ends, or to where it is damaged or cut, which goes to ``lost``."""
    try:
        frames = zstandard.ZstdDecompressor(dict_data=_dictionary(file), max_window_size=_WINDOW)
        frame = None
        while data := file.read(_STEP):
            while data:
                frame = frame or frames.decompressobj()
                chunk = frame.decompress(data)
                if not budget.spend(len(chunk)):
                    return
                yield chunk
                data = frame.unused_data if frame.eof else b""
                frame = None if frame.eof else frame
    except zstandard.ZstdError:
        lost.append(file.tell())
    else:
        lost += [file.tell()] if frame else []


def _dictionary(file: BinaryIO) -> zstandard.ZstdCompressionDict | None:
    """The dictionary in front of the records, packed or not; None, and the file at its start, when there is none."""
    head = file.read(8)
    size = int.from_bytes(head[4:], "little")
    if not head.startswith(MAGIC_OF_DICTIONARY) or size > _DICTIONARY:
        file.seek(0)
        return None
    data = file.read(size)
    if data.startswith(MAGIC):
        with zstandard.ZstdDecompressor(max_window_size=_WINDOW).stream_reader(data) as reader:
            data = reader.read(_DICTIONARY)
    return zstandard.ZstdCompressionDict(data)
