"""A page packed with gzip (RFC 1952)."""

from __future__ import annotations

import gzip
import io
import zlib
from functools import partial
from typing import TYPE_CHECKING

from ogp_graph.captures.entry import FREE_BYTES, Budget, Entry, Opened, content, refusal, warning

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import BinaryIO

    from ogp_graph.model import Finding
    from ogp_graph.settings import Settings

__all__ = ["MAGIC", "read_gzip"]

MAGIC = b"\x1f\x8b"
_CHUNK = 1 << 16


def read_gzip(entry: Entry, opened: Opened, settings: Settings) -> Iterator[Entry | Finding]:
    """What is packed in ``opened``, whole or not at all. A file that is called so and is not packed is taken as it is
    (some crawlers unpack and keep the name)."""
    packed = opened.file.read(len(MAGIC)) == MAGIC
    opened.file.seek(0)
    budget = entry.budget or Budget.of(opened.size, settings)
    if packed:
        data, code = _unpack(opened.file, budget, settings)
    else:
        data, code = content(opened, settings.max_page_bytes), ""
    if opened.changed():
        code = "file-changed"
    if code == "trailing-bytes":
        yield warning(entry.shown, code, "Something that is not packed follows the packed page; it was left out.")
    elif code:
        yield _refused(entry.shown, code, settings)
        return
    inner = Opened(io.BytesIO(data), len(data), opened.sidecar)
    name = entry.name[:-3] if entry.name.lower().endswith(".gz") else entry.name
    yield Entry(name, entry.shown, entry.locator, partial(_same, inner), (*entry.inside, "gzip"), budget)


def _same(opened: Opened) -> Opened:
    return opened


def _unpack(file: BinaryIO, budget: Budget, settings: Settings) -> tuple[bytes, str]:
    """The unpacked bytes and the code of what is wrong with them ("" for nothing)."""
    data = bytearray()
    try:
        with gzip.GzipFile(fileobj=file, mode="rb") as unpacked:
            while chunk := unpacked.read1(_CHUNK):
                data += chunk
                if len(data) > settings.max_page_bytes:
                    bomb = len(data) > FREE_BYTES + file.tell() * settings.max_archive_ratio
                    return b"", "archive-bomb" if bomb else "page-too-large"
                if not budget.spend(len(chunk)):
                    return b"", budget.code
    except gzip.BadGzipFile as error:
        # Every member before was checked against its checksum; only what follows is no gzip.
        sound = bool(data) and str(error).startswith("Not a gzipped file")
        return (bytes(data), "trailing-bytes") if sound else (b"", "damaged-archive")
    except (EOFError, zlib.error):
        return b"", "damaged-archive"
    return bytes(data), ""


def _refused(shown: str, code: str, settings: Settings) -> Finding:
    messages = {
        "archive-bomb": f"It unpacks to more than {settings.max_archive_ratio} times its size: no page does.",
        "archive-too-large": f"The archive unpacks to more than {settings.max_archive_bytes} bytes.",
        "page-too-large": f"The page unpacks to more than {settings.max_page_bytes} bytes (setting max_page_bytes).",
        "file-changed": "The file was written to while it was read. Read it again.",
        "damaged-archive": "The gzip file is damaged or cut. Pack or fetch it again.",
    }
    return refusal(shown, code, messages[code])
