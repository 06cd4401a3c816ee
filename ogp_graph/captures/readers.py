"""The kinds of file that hold pages, in one table, and the one way to read them all."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ogp_graph.captures import gzips, zips, zstds
from ogp_graph.captures.entry import HEAD_BYTES, LOOKED_FOR, Entry, refusal, unreadable, warning
from ogp_graph.captures.gzips import read_gzip
from ogp_graph.captures.plain import read_page
from ogp_graph.captures.warc import read_warc, start_of_warc
from ogp_graph.captures.zips import read_zip
from ogp_graph.captures.zstds import read_zstd
from ogp_graph.model import Finding

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from ogp_graph.captures.entry import Opened
    from ogp_graph.model import Page
    from ogp_graph.settings import Settings

__all__ = ["READERS", "Reader", "read", "size_limit", "taken"]


@dataclass(frozen=True, slots=True)
class Reader:
    """How one kind of file is told from others and read.

    A file is of the kind if it starts with one of ``magic``, else if its name ends in one of ``extensions``; in folders
    and archives the name has to. ``limit`` is the setting that says how large it may be (None: it is read as a stream),
    ``nesting`` how often it may stand inside itself. ``read`` gives pages, findings, and entries to be read in turn.
    """

    kind: str
    extensions: tuple[str, ...]
    magic: tuple[bytes, ...]
    limit: str | None
    nesting: int
    read: Callable[[Entry, Opened, Settings], Iterator[Entry | Page | Finding]]

    def takes(self, name: str) -> bool:
        """Whether files of this name are of the kind."""
        return name.lower().endswith(self.extensions)


_PAGES = (".txt", ".html", ".htm")
_WEB_ARCHIVES = (".warc", ".warc.gz", ".wet", ".wet.gz")
_ZSTD = (".warc.zst", ".wet.zst")
_PACKED = tuple(f"{kind}.{packed}" for kind in (".warc", ".wet") for packed in ("bz2", "xz", "lz4", "br"))
_SAVED = (".mht", ".mhtml", ".webarchive")


def _unread(advice: str) -> Callable[[Entry, Opened, Settings], Iterator[Entry | Page | Finding]]:
    """Says that what has pages is not read, and what to do."""
    message = f"Files of this kind are not read. {advice}"
    return lambda entry, _opened, _settings: iter((refusal(entry.shown, "archive-unread", message),))


READERS: dict[str, Reader] = {
    reader.kind: reader
    for reader in (
        Reader("zip", (".zip", ".wacz"), zips.MAGIC, "max_archive_bytes", 2, read_zip),
        Reader("web archive", _WEB_ARCHIVES, (b"WARC/",), None, 1, read_warc),
        Reader("zstd", _ZSTD, (zstds.MAGIC, zstds.MAGIC_OF_DICTIONARY), "max_archive_bytes", 1, read_zstd),
        Reader("gzip", tuple(f"{e}.gz" for e in _PAGES), (gzips.MAGIC,), "max_page_bytes", 1, read_gzip),
        Reader("page", _PAGES, (), "max_page_bytes", 1, read_page),
        Reader("packed web archive", _PACKED, (), None, 1, _unread("Unpack it, or pack it as .warc.gz.")),
        Reader(
            "old web archive", (".arc", ".arc.gz"), (), None, 1, _unread("Make a WARC file of it (warcio recompress).")
        ),
        Reader("saved page", _SAVED, (), None, 1, _unread("Open it in a browser and save it as HTML.")),
    )
}


def taken(name: str) -> bool:
    """Whether a file of this name in a folder or archive is looked at.

    >>> taken("Page.HTML.gz"), taken("page.html.json")
    (True, False)
    """
    return any(reader.takes(name) for reader in READERS.values())


def read(entry: Entry | Finding, settings: Settings) -> Iterator[Page | Finding]:
    """All pages in ``entry`` and a finding for each that cannot be had; a finding is passed on."""
    if isinstance(entry, Finding):
        yield entry
        return
    if entry.listed and not taken(entry.name):
        return
    opened = entry.open()
    if isinstance(opened, Finding):
        yield opened
        return
    with opened.file:
        try:
            yield from _opened(entry, opened, settings)
        except OSError as error:
            yield unreadable(entry.shown, error)


def _opened(entry: Entry, opened: Opened, settings: Settings) -> Iterator[Page | Finding]:
    reader = _reader(entry.name, _head(opened))
    most = getattr(settings, reader.limit) if reader.limit else opened.size
    if opened.size > most:
        code = "page-too-large" if reader.limit == "max_page_bytes" else "archive-too-large"
        yield refusal(entry.shown, code, f"It has {opened.size} bytes; {most} are allowed (setting {reader.limit}).")
        return
    if entry.inside.count(reader.kind) >= reader.nesting:
        yield refusal(entry.shown, "nested-archive", "Archives are packed too deep inside each other. Unpack this one.")
        return
    empty = True
    for item in reader.read(entry, opened, settings):
        results = read(item, settings) if isinstance(item, Entry) else iter((item,))
        for result in results:
            empty = False
            yield result
    if empty:
        finding = warning if entry.listed else refusal
        yield finding(entry.shown, "no-pages", f"No {LOOKED_FOR} in this archive.")


def _head(opened: Opened) -> bytes:
    head = opened.file.read(HEAD_BYTES) or b""
    opened.file.seek(0)
    return head


def _reader(name: str, head: bytes) -> Reader:
    """By the first bytes, then by the name; what is neither is a page."""
    if start_of_warc(head):
        return READERS["web archive"]
    by_magic = next((reader for reader in READERS.values() if head.startswith(reader.magic)), None)
    by_name = next((reader for reader in READERS.values() if reader.takes(name)), None)
    if by_magic and by_name and by_magic.kind == "gzip" and by_name.kind in ("web archive", "old web archive"):
        return by_name  # whose first record is damaged, or none of WARC
    return by_magic or by_name or READERS["page"]


def size_limit(head: bytes, settings: Settings) -> int:
    """How many bytes a file that starts with ``head`` may have that has to be stored before it can be read."""
    return int(getattr(settings, _reader("", head).limit or "max_archive_bytes"))
