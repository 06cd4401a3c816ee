"""A file that is one page."""

from __future__ import annotations

import codecs
import hashlib
import re
from typing import TYPE_CHECKING

from ogp_graph.captures.entry import HEAD_BYTES, content, printable, refusal, warning
from ogp_graph.captures.sidecar import Record, record
from ogp_graph.model import Capture, Page

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ogp_graph.captures.entry import Entry, Opened
    from ogp_graph.model import Finding
    from ogp_graph.settings import Settings

__all__ = ["media_type", "read_page"]

_WEB = (".html", ".htm")
_LEADING = re.compile(rb"(?:\s+|<\?xml[^>]*>|<!--.*?-->)*", re.DOTALL)
# The tags by which https://mimesniff.spec.whatwg.org/#identifying-a-resource-with-an-unknown-mime-type tells HTML, but
# for "a" and "b", with which a text may start, and with those that web pages start with today.
_STARTS_WEB = re.compile(
    rb"<(?:!doctype\s+html|html|head|body|script|iframe|h[1-6]|div|font|table|style|title|br|p|meta|link|article|main"
    rb"|section|header|nav|ul|ol|dl|span|base)[\s/>]",
    re.IGNORECASE,
)
_ROOT = re.compile(rb"<(?:!doctype\s+html|html)[\s>]", re.IGNORECASE)
_TAG = re.compile(rb"</?[a-z][^<>]*>", re.IGNORECASE)


def read_page(entry: Entry, opened: Opened, settings: Settings) -> Iterator[Page | Finding]:
    """The page that ``opened`` holds, known by the SHA-256 of its bytes."""
    most = settings.max_page_bytes
    data = content(opened, most)
    if len(data) > most:
        yield refusal(entry.shown, "page-too-large", f"The page has more than {most} bytes (setting max_page_bytes).")
    elif opened.changed():
        yield refusal(entry.shown, "file-changed", "The file was written to while it was read. Read it again.")
    elif not data:
        yield refusal(entry.shown, "empty-file", "The file is empty. Fetch the page again.")
    else:
        yield from _page(entry, opened, data)


def _page(entry: Entry, opened: Opened, data: bytes) -> Iterator[Page | Finding]:
    sha256 = hashlib.sha256(data).hexdigest()
    said = Record() if opened.sidecar is None else record(opened.sidecar)
    for problem in said.problems:
        message = f"The sidecar is wrong: {problem}. The page is read without that."
        yield warning(entry.shown + ".json", "bad-sidecar", message, capture=sha256)
    names = (printable(entry.name),) if entry.name else ()
    capture = Capture(sha256, names, media_type(data, entry.name), said.address, said.retrieved)
    yield Page(capture, data, entry.locator)


def media_type(data: bytes, name: str = "") -> str:
    """``text/html`` or ``text/plain``: by how the content starts, then by the name.

    >>> media_type(b"<!DOCTYPE html><title>x</title>", "page.txt"), media_type(b"Overview", "page.html")
    ('text/html', 'text/plain')
    """
    head = data[:HEAD_BYTES].replace(b"\0", b"")  # UTF-16 and UTF-32 without their zero bytes are ASCII where tags are
    for mark in (codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
        head = head.removeprefix(mark)
    start = _LEADING.match(head)
    if _STARTS_WEB.match(head, start.end() if start else 0) or _ROOT.search(head[:1024]):
        return "text/html"
    if name.lower().endswith(_WEB) and (_TAG.search(head) or _TAG.search(data.replace(b"\0", b""))):
        return "text/html"
    return "text/plain"
