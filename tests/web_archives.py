"""Web archives as crawlers write them, and as they should not be."""

from __future__ import annotations

import base64
import gzip
import hashlib
import uuid
from collections.abc import Iterable, Mapping

DATE = "2024-05-01T12:00:00Z"
REPORT = "https://www.example.org/documents/end-of-commitment-report-clean-air/"


def sha1(data: bytes) -> str:
    return "sha1:" + base64.b32encode(hashlib.sha1(data).digest()).decode()


def record(
    kind: str,
    block: bytes = b"",
    *,
    url: str | None = REPORT,
    date: str | None = DATE,
    version: str = "WARC/1.0",
    length: object = None,
    more: Mapping[str, str] | None = None,
) -> bytes:
    """One record; ``length`` is what it says of itself, None for the truth."""
    fields = {"WARC-Type": kind, "WARC-Record-ID": f"<urn:uuid:{uuid.UUID(int=len(block))}>"}
    fields |= {"WARC-Target-URI": url} if url else {}
    fields |= {"WARC-Date": date} if date else {}
    fields |= {"Content-Type": "text/plain" if kind == "conversion" else "application/http; msgtype=response"}
    fields |= dict(more or {})
    if length != "":
        fields["Content-Length"] = str(len(block) if length is None else length)
    head = "\r\n".join([version, *(f"{name}: {value}" for name, value in fields.items())])
    return head.encode() + b"\r\n\r\n" + block + b"\r\n\r\n"


def http(
    body: bytes, status: str = "200 OK", headers: Iterable[str] = ("Content-Type: text/html; charset=utf-8",)
) -> bytes:
    return "\r\n".join([f"HTTP/1.1 {status}", *headers]).encode() + b"\r\n\r\n" + body


def response(body: bytes, *headers: str, status: str = "200 OK", digest: bool = True, **said: object) -> bytes:
    """The record of a response with a page."""
    more = {"WARC-Payload-Digest": sha1(body)} if digest else {}
    more |= said.pop("more", {})  # type: ignore[arg-type]
    block = http(body, status, ["Content-Type: text/html", *headers])
    return record("response", block, more=more, **said)  # type: ignore[arg-type]


def conversion(text: bytes, **said: object) -> bytes:
    """The record of a text in a WET file."""
    return record("conversion", text, **said)  # type: ignore[arg-type]


def chunked(body: bytes, step: int = 1000) -> bytes:
    parts = [body[i : i + step] for i in range(0, len(body), step)]
    return b"".join(b"%x\r\n%b\r\n" % (len(part), part) for part in parts) + b"0\r\n\r\n"


def packed(*records: bytes) -> bytes:
    """Each record in a gzip member of its own."""
    return b"".join(gzip.compress(one, mtime=0) for one in records)
