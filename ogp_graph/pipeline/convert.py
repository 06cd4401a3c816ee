"""Pages to quads, without a workspace and without validation."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING

from ogp_graph import captures
from ogp_graph.describe import control_characters, mention, quads
from ogp_graph.extract import Extraction
from ogp_graph.extract.grouping import Reading, grouped, reading_of
from ogp_graph.model import Finding, Page, decode, encode
from ogp_graph.pipeline.stages import (
    as_crawled,
    described,
    failed,
    is_crawled,
    merged,
    read_page,
    shared_quads,
    told_by,
)
from ogp_graph.processes import Failure, in_order

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import BinaryIO

    import pyoxigraph as ox

    from ogp_graph.model import Mention
    from ogp_graph.settings import Settings

__all__ = ["convert"]


def convert(
    paths: Iterable[str], settings: Settings, *, stdin: BinaryIO | None = None
) -> Iterator[tuple[list[ox.Quad], tuple[Finding, ...]]]:
    """The quads and findings of each report, sorted by key, then the quads of what they share.

    Findings of inputs that gave no report come first. Readings are held packed (about 5 kB a page) until their
    report's turn comes.
    """
    held = _Held()
    for page in captures.pages(paths, settings, stdin=stdin):
        if isinstance(page, Finding):
            held.findings.append(page)
            continue
        for found in in_order(partial(read_page, settings=settings), [page], processes=1):
            if isinstance(found, Failure):
                held.findings.append(failed(found, page.capture))
            else:
                held.add(page, found)
    yield [], tuple(held.findings)
    mentions: list[Mention] = []
    for key, shas in grouped(held.readings.values()).items():
        extractions = [decode(held.packed.pop(sha), Extraction) for sha in shas]
        report, findings = merged(key, extractions)
        mentions.append(mention(report))
        said = described(report, settings)
        yield quads((said.report, said.sources)), (*told_by(extractions, key), *findings, *control_characters(report))
    yield shared_quads(mentions, settings), ()


@dataclass(slots=True)
class _Held:
    """What was read so far, by capture."""

    readings: dict[str, Reading] = field(default_factory=dict)
    packed: dict[str, bytes] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)

    def add(self, page: Page, extraction: Extraction) -> None:
        sha = page.capture.sha256
        if extraction.report is None:
            self.findings.extend(as_crawled(extraction.findings) if is_crawled(page) else extraction.findings)
            return
        if sha in self.packed:  # the same bytes under another name: one capture with two names
            before = decode(self.packed[sha], Extraction)
            extraction = _with_names_of(before, extraction)
        report = extraction.report
        assert report is not None
        self.readings[sha] = reading_of(report)
        self.packed[sha] = encode(extraction)


def _with_names_of(one: Extraction, other: Extraction) -> Extraction:
    """``one``, or ``other`` when only that says where it was retrieved, with the names of both."""
    reports = [r for r in (one.report, other.report) if r]
    best = min((one, other), key=lambda e: (e.report is None or e.report.captures[0].address is None, encode(e)))
    names = tuple(sorted({name for report in reports for c in report.captures for name in c.names}))
    assert best.report is not None
    capture = replace(best.report.captures[0], names=names)
    return replace(best, report=replace(best.report, captures=(capture,)))
