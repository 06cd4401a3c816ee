"""The pages of a web archive: one record after the other, most of them dismissed at a glance."""

from __future__ import annotations

import hashlib
import zlib
from collections import Counter
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from ogp_graph.captures.entry import Opened, printable, refusal, warning
from ogp_graph.captures.plain import media_type
from ogp_graph.captures.sidecar import is_address, moment
from ogp_graph.captures.warc.archive import HEADER_BYTES, MAGIC, Archive, Damage, Place, Reach, Record
from ogp_graph.captures.warc.look import LOOKED_AT, LOOKED_AT_TEXT, Look, look
from ogp_graph.captures.warc.payload import Response, agrees, beginning, dechunked, response, whole
from ogp_graph.captures.warc.records import records
from ogp_graph.captures.warc.repair import careful
from ogp_graph.captures.warc.revisits import Revisit, Revisits
from ogp_graph.model import Capture, Finding, Page, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from ogp_graph.captures.entry import Entry
    from ogp_graph.settings import Settings

__all__ = ["LOCATOR", "read_part", "read_warc", "resolved", "start_of_warc", "summary"]

LOCATOR = "web:"  # how the places of pages in web archives begin
_WITH_PAGES = frozenset({"response", "resource", "conversion"})
_FOUND = 200  # the HTTP status of a page that is there
_TOGETHER = 64  # records of one gzip member that are looked at again
_NAMED = 100  # revisits to nothing that are told one by one


def start_of_warc(head: bytes) -> bool:
    """Whether a file that starts with ``head`` is a web archive, packed or not."""
    if head.startswith(MAGIC):
        try:
            head = zlib.decompressobj(31).decompress(head, 64)
        except zlib.error:
            return False
    return head.startswith(b"WARC/")


def read_warc(entry: Entry, opened: Opened, settings: Settings) -> Iterator[Page | Finding]:
    """The pages in ``opened`` that may be reports, each once the record behind it is seen to be one, and a finding for
    each record that is damaged; at the end how many were dismissed."""
    yield from read_part(entry, opened, settings)


def read_part(
    entry: Entry,
    opened: Opened,
    settings: Settings,
    *,
    start: int = 0,
    stop: int | None = None,
    border: bool = False,
    counts: Counter[str] | None = None,
    reach: Reach | None = None,
) -> Iterator[Page | Finding]:
    """The same for the records that start in these bytes of the file, where ``start`` may be anywhere with ``border``;
    with ``counts``, the records are counted there and nothing is said of them."""
    head = opened.file.read(len(MAGIC))
    packed = head == MAGIC or (entry.name.lower().endswith(".gz") and not head.startswith(b"WAR"))
    archive = Archive(
        opened.file, opened.size, settings, packed, start, opened.size if stop is None else stop, border, opened.local
    )
    counted = Counter() if counts is None else counts
    reading = _Reading(entry, archive, entry.revisits or Revisits(), counted, reach or Reach())
    yield from reading.pages()
    yield from resolved(reading.revisits, last=entry.revisits is None)
    if opened.changed():
        yield refusal(entry.shown, "file-changed", "The archive was written to while it was read. Read it again.")
    if counts is None:
        yield summary(entry.shown, reading.counts)


def resolved(revisits: Revisits, *, last: bool = True) -> Iterator[Page | Finding]:
    """The pages that revisits mean, as seen on their date; when nothing comes any more (``last``), a finding for each
    that means nothing that was read."""
    count = 0
    for one, page in revisits.resolved(last=last):
        if page is not None:
            yield _seen_again(page, one)
            continue
        count += 1
        if count <= _NAMED:
            message = "The record says that its page is the same as one that is in none of these archives"
            yield warning(one.shown, "revisit-unresolved", f"{message}: {printable(one.address)}")
    if count > _NAMED:
        message = f"{count - _NAMED} further records refer to pages that are in none of these archives."
        yield warning("", "revisit-unresolved", message)


def summary(shown: str, counts: Mapping[str, int]) -> Finding:
    """What became of the records of an archive."""
    records_, pages, taken = (counts.get(name, 0) for name in ("records", "pages", "taken"))
    if not records_:
        return refusal(shown, "no-pages", "There is no record with a page in this archive.")
    message = (
        f"{records_} records, {pages} of them with pages: {pages - taken} are no reports by their address and first"
        f" kilobytes, {taken} were read."
    )
    return Finding(Severity.INFO, "archive-read", message, name=shown)


def _seen_again(page: Page, again: Revisit) -> Page:
    address = again.address if is_address(again.address) else page.capture.address
    capture = replace(page.capture, address=address, retrieved=moment(again.date) or page.capture.retrieved)
    return replace(page, capture=capture, locator=_locator(capture))


def _locator(capture: Capture) -> str:
    """The place of a version: nothing ever replaces it."""
    return f"{LOCATOR}{capture.retrieved or ''} {capture.address or ''} {capture.sha256}"


@dataclass(slots=True)
class _Reading:
    entry: Entry
    archive: Archive
    revisits: Revisits
    counts: Counter[str] = field(default_factory=Counter)
    reach: Reach = field(default_factory=Reach)
    last: tuple[str, ...] = ()  # what the last record was counted as
    passed: int = 0  # texts that were dismissed
    glance: Look = field(default_factory=look)

    def pages(self) -> Iterator[Page | Finding]:
        """A page is held back until the next record shows that its own ended where it should."""
        held: Sequence[Page | Finding] = ()
        for found in records(self.archive, self.reach):
            if self.reach.begun is None:
                self.reach.begun = found.offset
            if isinstance(found, Record):
                yield from held
                held = self.text(found) if found.kind == "conversion" else list(self.record(found))
                continue
            if not found.of_last:
                yield from held
            else:
                self.counts.subtract(self.last)  # it is no record after all
            held = ()
            yield self.refused(found.offset, found.code, found.message)
        yield from held
        self.counts["records"] += self.passed
        self.counts["pages"] += self.passed

    def text(self, record: Record) -> Sequence[Page | Finding]:
        """What a text gives: most of them nothing, at the cost of a look."""
        address = record.header("WARC-Target-URI") or ""
        near = self.glance.near(address)
        try:
            start = record.read(LOOKED_AT if near else LOOKED_AT_TEXT)
        except OSError as error:
            start = _damaged(error)
        if not (self.glance.page(start) or (near and self.glance.address(address))):
            self.passed += 1
            self.last = ("records", "pages")
            return ()
        self.last = ("records", "pages", "taken")
        self.counts.update(self.last)
        return list(self.page(record, address.strip("<>"), start, None))

    def record(self, record: Record) -> Iterator[Page | Finding]:
        self.counts["records"] += 1
        self.last = ("records",)
        if record.kind == "revisit":
            self.revisits.add(record, self.shown(record.offset))
        elif record.kind in _WITH_PAGES:
            self.counts["pages"] += 1
            self.last = ("records", "pages")
            address = (record.header("WARC-Target-URI") or "").strip("<>")
            start = _first(record, min(record.length, LOOKED_AT))
            answer = response(start) if record.kind == "response" else None
            if record.kind == "response" and answer is None and start.startswith(b"HTTP/"):
                yield self.refused(record.offset, "http-header", "The HTTP header of the record does not end.")
            elif self.dismissed(record, address, start, answer):
                self.revisits.dismissed(record)
            else:
                self.counts["taken"] += 1
                self.last = ("records", "pages", "taken")
                yield from self.page(record, address, start, answer)
        elif record.header("WARC-Type") is None:
            yield self.refused(record.offset, "record-type", "The record does not say what it is (WARC-Type).")

    def dismissed(self, record: Record, address: str, start: bytes, answer: Response | None) -> bool:
        """The look at the address and at the start of the page."""
        glance = self.glance
        if answer is not None:
            if answer.status != _FOUND or glance.is_other(address, answer.fields.get("content-type", "")):
                return True
            start = beginning(start[answer.body :], answer.codings, LOOKED_AT)
        elif glance.is_other(address, record.header("Content-Type") or ""):
            return True
        return not (glance.page(start) or glance.address(address))

    def page(self, record: Record, address: str, start: bytes, answer: Response | None) -> Iterator[Page | Finding]:
        """The whole page, when it is what its record says."""
        most = self.archive.settings.max_page_bytes
        if record.length > most + HEADER_BYTES:
            message = f"The page has {record.length} bytes, more than {most} (setting max_page_bytes)."
            yield self.refused(record.offset, "page-too-large", message)
            return
        block = start + _first(record, record.length - len(start))
        if len(block) < record.length:
            return  # what is wrong is told by whoever reads on
        if record.kind == "response" and answer is None:
            yield self.refused(record.offset, "http-header", "The record has a page but no HTTP header.")
            return
        body, codings = (block[answer.body :], answer.codings) if answer else (block, ())
        data = whole(body, codings, most)
        if isinstance(data, bytes) and len(data) > most:
            data = "page-too-large", f"The page has more than {most} bytes (setting max_page_bytes)."
        problem = data if isinstance(data, tuple) else self.problem(record, block, body, data)
        if problem or isinstance(data, tuple):
            yield self.refused(record.offset, *(problem or ("", "")))
            return
        if agrees(record.header("WARC-Block-Digest") or "", block) is False:
            message = "The page has the digest that is told; the record with the server's header has another one."
            yield warning(self.shown(record.offset), "digest-mismatch", message)
        yield from self.whole_page(record, address, answer, data)

    def whole_page(
        self, record: Record, address: str, answer: Response | None, data: bytes
    ) -> Iterator[Page | Finding]:
        retrieved = moment(record.header("WARC-Date") or "")
        kind = "text/plain"
        if record.kind != "conversion":
            said = answer.fields.get("content-type", "") if answer else record.header("Content-Type") or ""
            kind = media_type(data, "page.html" if "html" in said.lower() else "page.txt")
        address = address if is_address(address) else ""
        capture = Capture(hashlib.sha256(data).hexdigest(), _names(address), kind, address or None, retrieved)
        for code, message in _doubts(record, answer, capture, data):
            yield warning(self.shown(record.offset), code, message, capture=capture.sha256)
        page = Page(capture, data, _locator(capture))
        self.revisits.taken(record, capture, partial(self.again, record.offset, capture))
        yield page

    def problem(self, record: Record, block: bytes, body: bytes, data: bytes) -> tuple[str, str] | None:
        """What speaks against a page that is whole: its digest is another one, it is a part only, or, where no digest
        is told, its record does not end where it says."""
        if record.header("WARC-Segment-Number"):
            return "segmented-record", "The page is split over several records, which are not put together."
        same = agrees(record.header("WARC-Payload-Digest") or "", body, dechunked(body), data)
        if same is None:
            same = agrees(record.header("WARC-Block-Digest") or "", block)
        if same is False:
            return "digest-mismatch", "The page is not the one that was retrieved: its digest is another one."
        if same is None and not (record.ends or self.ends(record)):
            return "record-length", f"The record says that it has {record.length} bytes, but it does not end there."
        return None

    def ends(self, record: Record) -> bool:
        """Whether the record ends where it says, so that the careful reader finds the same one."""
        name, damaged = record.header("WARC-Record-ID"), False
        for found in islice(careful(self.archive, Place(record.offset), hand_back=False), _TOGETHER):
            if found.offset != record.offset:
                break
            damaged = damaged or isinstance(found, Damage)
            if isinstance(found, Record) and (found.length, found.header("WARC-Record-ID")) == (record.length, name):
                return True
        return not damaged

    def again(self, offset: int, wanted: Capture) -> Page | None:
        """A page that was read before, from the same place."""
        if not self.archive.file.closed:
            return self._again(self.archive, offset, wanted)
        opened = self.entry.open()
        if isinstance(opened, Finding) or opened.file.closed:
            return None
        with opened.file:
            return self._again(replace(self.archive, file=opened.file, size=opened.size), offset, wanted)

    def _again(self, archive: Archive, offset: int, wanted: Capture) -> Page | None:
        reading = _Reading(self.entry, archive, Revisits())
        for found in careful(archive, Place(offset), hand_back=False):
            if found.offset != offset:
                return None
            if isinstance(found, Record) and found.kind in _WITH_PAGES:
                pages = (one for one in reading.record(found) if isinstance(one, Page))
                if (page := next(pages, None)) and page.capture.sha256 == wanted.sha256:
                    return page
        return None

    def shown(self, offset: int) -> str:
        return f"{self.entry.shown}@{offset}"

    def refused(self, offset: int, code: str, message: str) -> Finding:
        return refusal(self.shown(offset), code, message)


def _first(record: Record, count: int) -> bytes:
    """Up to ``count`` of the next bytes of the record's block."""
    data = b""
    try:
        while len(data) < count and (more := record.read(count - len(data))):
            data += more
    except OSError as error:
        return data + _damaged(error)
    return data


def _damaged(error: OSError) -> bytes:
    """Nothing, where the archive is damaged and not the disk: that is told when the next record is looked for."""
    if error.errno is not None:
        raise error
    return b""


def _doubts(record: Record, answer: Response | None, capture: Capture, data: bytes) -> Iterator[tuple[str, str]]:
    """What a reader should know of a page that is taken."""
    if why := record.header("WARC-Truncated"):
        yield "record-truncated", f"The crawler cut the page ({printable(why)[:40]})."
    elif answer is not None and not answer.codings:
        told = answer.fields.get("content-length", "")
        if told.isdigit() and len(told) < 20 and int(told) > len(data):
            yield "http-length", f"The server announced {told} bytes and {len(data)} are there: the page may be cut."
    if capture.retrieved is None:
        yield "record-date", "The record does not say when the page was retrieved, or not as a date and time."
    if capture.address is None:
        yield "record-address", "The record does not say from which http or https address the page came."


def _names(address: str) -> tuple[str, ...]:
    """What a file with the page would be called: the last segment of its address."""
    if not address:
        return ()
    parts = urlsplit(address)
    last = unquote(parts.path.rstrip("/").rsplit("/", 1)[-1])
    return (printable(last or parts.netloc),)
