"""What a worker does: reads a part of an archive, or builds a batch of reports, and writes one file."""

from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, TypeVar

import msgspec
import zstandard

from ogp_graph import __version__, captures
from ogp_graph.captures.entry import Entry, Opened, printable
from ogp_graph.captures.warc import Reach, Revisit, Revisits
from ogp_graph.definitions import definitions_digest
from ogp_graph.extract import Extraction
from ogp_graph.model import Capture, Finding, Mention, Page, decode, encode
from ogp_graph.pipeline.cluster.storage import Storage, is_remote, open_input
from ogp_graph.pipeline.stages import failed, read_page, report_result
from ogp_graph.processes import Failure, in_order
from ogp_graph.release import ReportResult, Takedown

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from ogp_graph.settings import Settings

_T = TypeVar("_T")
_TOGETHER = 16_000_000  # bytes of pages, and of what they say, in one file and in memory
_GIVEN = (
    "base", "max_page_bytes", "max_page_lines", "max_page_elements", "max_value_length", "max_archive_bytes",
    "max_archive_members", "max_archive_ratio", "page_seconds", "validation_share",
)  # fmt: skip

__all__ = ["Batch", "Found", "PagePart", "ReadPart", "Ready", "WrongVersion", "packed", "unpacked", "version"]


class WrongVersion(Exception):
    """The worker has another version of the program or of its definitions."""


def version() -> tuple[str, str]:
    """The program's version and the digest of its code and definitions."""
    return __version__, definitions_digest()


def packed(value: object) -> bytes:
    """``value`` as it is stored: the same bytes wherever it is packed."""
    return zstandard.ZstdCompressor(level=3).compress(msgspec.msgpack.encode(value, order="deterministic"))


def unpacked(data: bytes, kind: type[_T]) -> _T:
    """The inverse of :func:`packed`."""
    return msgspec.msgpack.decode(zstandard.ZstdDecompressor().decompress(data), type=kind)


@dataclass(frozen=True, slots=True)
class PagePart:
    """A page that was found, what it says (an encoded extraction), and what revisits may call it."""

    capture: Capture
    data: bytes
    locator: str
    extraction: bytes
    keys: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Found:
    """What one part of the input gave: the files with its pages (each a tuple of :class:`PagePart`), findings in order,
    counts of its records, revisits that are still open, what pages that were dismissed may be called by, and where its
    records began and ended."""

    pages: tuple[str, ...]
    findings: tuple[Finding, ...]
    counts: dict[str, int]
    revisits: tuple[Revisit, ...]
    dismissed: bytes
    begun: int
    ended: int


@dataclass(frozen=True, slots=True)
class ReadPart:
    """Reads the records of ``path`` that start in these bytes, or the whole of a file that is no web archive. Unless a
    record starts at ``start``, the ``border`` of one is looked for."""

    path: str
    state: str
    start: int
    stop: int
    border: bool
    whole: bool
    storage: str
    code: str
    settings: Settings

    @property
    def name(self) -> str:
        """What this task is called, by all that its result depends on."""
        path = self.path.encode("utf-8", "backslashreplace").decode("utf-8")  # of a name that is no UTF-8
        told = [
            path,
            self.state,
            self.start,
            self.stop,
            self.border,
            self.whole,
            self.code,
            _settings(self.settings),
        ]
        return "read-" + hashlib.sha256(encode(told)).hexdigest()

    def __call__(self) -> str:
        return _once(self.storage, self.name, self.code, self._found)

    def _found(self) -> bytes:
        revisits, counts, reach = Revisits(), Counter[str](), Reach()
        findings: list[Finding] = []
        pages = self._pages(revisits, counts, reach)
        places = tuple(self._stored(self._parts(pages, revisits, findings)))
        begun = reach.ended if reach.begun is None else reach.begun
        open_, dismissed = revisits.open(), revisits.dismissed_keys()
        return packed(Found(places, tuple(findings), dict(counts), open_, dismissed, begun, reach.ended))

    def _stored(self, pages: Iterable[PagePart]) -> Iterator[str]:
        """Writes the pages, some of them in memory at a time, and says where they are."""
        files = Storage(self.storage)
        some: list[PagePart] = []
        size = 0
        for page in pages:
            some.append(page)
            size += len(page.data) + len(page.extraction)
            if size >= _TOGETHER:
                yield files.add("pages", packed(some))
                some, size = [], 0
        if some:
            yield files.add("pages", packed(some))

    def _parts(
        self, pages: Iterable[Page | Finding], revisits: Revisits, findings: list[Finding]
    ) -> Iterator[PagePart]:
        """The pages, the same one once, and what was noticed beside them."""
        seen: set[tuple[Capture, str, tuple[int, ...]]] = set()
        for one in pages:
            if isinstance(one, Finding):
                findings.append(one)
                continue
            this = (one.capture, one.locator, tuple(sorted(revisits.keys_of(one.capture))))
            if this not in seen:
                seen.add(this)
                yield PagePart(one.capture, one.data, one.locator, _extraction(one, self.settings), this[2])

    def _pages(self, revisits: Revisits, counts: Counter[str], reach: Reach) -> Iterator[Page | Finding]:
        if self.whole and not is_remote(self.path):
            return captures.pages([self.path], self.settings)
        entry = _remote(self.path) if is_remote(self.path) else None
        if self.whole:
            assert entry is not None
            return captures.read(entry, self.settings)
        return captures.part(
            entry or self.path, self.settings, start=self.start, stop=self.stop, border=self.border,
            revisits=revisits, counts=counts, reach=reach,
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Ready:
    """A report to build: its key, the digest of its result, and what its captures say, encoded."""

    key: str
    digest: str
    extractions: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class Batch:
    """Builds the reports that stand in the file ``source``."""

    source: str
    storage: str
    code: str
    settings: Settings
    takedown: Takedown

    @property
    def name(self) -> str:
        told = [self.source, self.code, _settings(self.settings), self.takedown.digest]
        return "build-" + hashlib.sha256(encode(told)).hexdigest()

    def __call__(self) -> str:
        return _once(self.storage, self.name, self.code, self._results)

    def _results(self) -> bytes:
        ready = unpacked(Storage(self.storage).read(self.source), list[Ready])
        work = partial(_result, takedown=self.takedown, settings=self.settings)
        found = in_order(work, ready, processes=1)
        results = [_given_up(one) if isinstance(one, Failure) else one for one in found]
        return packed(sorted(results, key=lambda result: result.key))


def _settings(settings: Settings) -> list[tuple[str, object]]:
    """What the work depends on, and nothing that is secret."""
    return [(name, getattr(settings, name)) for name in _GIVEN]


def _result(one: Ready, takedown: Takedown, settings: Settings) -> ReportResult:
    extractions = [decode(data, Extraction) for data in one.extractions]
    return report_result(one.key, extractions, one.digest, takedown, settings)


def _given_up(failure: Failure[Ready]) -> ReportResult:
    """Quarantines a report that this program fails on, as a build on one machine does."""
    one = failure.item
    first = decode(one.extractions[0], Extraction)
    assert first.report is not None
    finding = replace(failed(failure, first.report.captures[0]), report=one.key)
    nothing = Mention(one.key, None, None, None, None, None, None)
    return ReportResult(one.key, one.digest, "", "", nothing, {}, (finding,), quarantined=True)


def _once(storage: str, name: str, code: str, make: Callable[[], bytes]) -> str:
    """Where the result of the task ``name`` is; it is made unless it is there."""
    if version()[1] != code:
        raise WrongVersion(f"a worker has version {__version__} with other code or definitions")
    files = Storage(storage)
    note = f"tasks/{name}"
    if files.has(note):
        return files.read(note).decode("ascii")
    place = files.add("parts", make())
    files.write(note, place.encode("ascii"))
    return place


def _extraction(page: Page, settings: Settings) -> bytes:
    for found in in_order(partial(read_page, settings=settings), [page], processes=1):
        if isinstance(found, Failure):
            return encode(Extraction(None, (failed(found, page.capture),)))
        return encode(found)
    raise AssertionError


def _remote(url: str) -> Entry:
    """An input elsewhere as an entry."""
    name = url.rstrip("/").rsplit("/", 1)[-1]

    def opened() -> Opened:
        file, size = open_input(url)
        return Opened(file, size, local=False)

    return Entry(name, printable(name), url, opened)
