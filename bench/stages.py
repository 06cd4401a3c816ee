"""What is measured: one function per benchmark, each run in a process of its own.

CPU seconds are :func:`time.process_time`: those of the whole process, all threads. Start-up (imports, definitions,
language models) is done before the clock starts. Peak memory is that of the process from its start.
"""

from __future__ import annotations

import hashlib
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pyoxigraph as ox

from bench.corpus import page, sheet, write_archive, write_corpus
from bench.linking import timed
from bench.rdflib_describe import describe_with_rdflib
from ogp_graph.captures import pages
from ogp_graph.definitions import load_definitions
from ogp_graph.describe import describe, describe_shared, lines, mention, quads, statements
from ogp_graph.extract import extract
from ogp_graph.extract.language import identify
from ogp_graph.model import Capture, Document, Finding, Page, Report
from ogp_graph.names import IRIs
from ogp_graph.read import document
from ogp_graph.settings import settings_from
from ogp_graph.validate import load_shapes, validate, validate_lines

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

__all__ = ["SIZED", "STAGES", "Measured", "measure"]

TEXT, HTML = ("L1", "L2", "L3a"), ("html",)
ROUNDS = 3
_COMMAND = (sys.executable, "-c", "from ogp_graph.cli import main; main()")
_SAMPLE = 300  # reports for the stages whose cost does not depend on the size of the corpus


@dataclass(frozen=True, slots=True)
class Measured:
    """One row of the table. ``rate`` is the median over the rounds, in reports per CPU second."""

    name: str
    reports: int
    rate: float
    peak_mb: float
    note: str = ""


def measure(stage: str, size: int) -> list[dict[str, object]]:
    """The rows of one benchmark, with the peak memory of this process."""
    rows = STAGES[stage](size)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return [asdict(row) | {"peak_mb": row.peak_mb or peak} for row in rows]


def _row(name: str, reports: int, seconds: Sequence[float], note: str = "") -> Measured:
    return Measured(name, reports, reports / statistics.median(seconds), 0.0, note)


def _clock(work: Callable[[], object]) -> float:
    start = time.process_time()
    work()
    return time.process_time() - start


def _rounds(work: Callable[[], object]) -> list[float]:
    return [_clock(work) for _ in range(ROUNDS)]


class _Reader:
    """The stages from page to report, with their definitions loaded and their models warm."""

    def __init__(self) -> None:
        self.definitions, self.settings = load_definitions(), settings_from({})
        for layout in (*TEXT, *HTML):
            self.report(_page(0, layout, 6))

    def document(self, one: Page) -> Document:
        read = document(one, self.definitions.form, self.settings)
        assert isinstance(read, Document), read
        return read

    def report(self, one: Page) -> Report:
        report = extract(self.document(one), self.definitions).report
        assert report is not None
        return report


def _page(number: int, layout: str, size: int) -> Page:
    data = page(sheet(number, size=size), layout).encode()
    kind = "text/html" if layout == "html" else "text/plain"
    return Page(Capture(hashlib.sha256(data).hexdigest(), (f"{number}-{layout}",), kind), data)


def _pages(layouts: Sequence[str], count: int) -> list[Page]:
    return [_page(number, layouts[number % len(layouts)], count) for number in range(count)]


def _kilobytes(some: Iterable[Page]) -> str:
    sizes = [len(one.data) for one in some]
    return f"pages of {sum(sizes) / len(sizes) / 1000:.1f} kB"


def _reading(name: str, layouts: Sequence[str]) -> list[Measured]:
    reader, some = _Reader(), _pages(layouts, _SAMPLE)
    documents = [reader.document(one) for one in some]
    read = _rounds(lambda: [reader.document(one) for one in some])
    extracted = _rounds(lambda: [extract(one, reader.definitions) for one in documents])
    return [
        _row(f"read, {name}", _SAMPLE, read, _kilobytes(some)),
        _row(f"extract, {name}", _SAMPLE, extracted, "language identification included"),
    ]


def _text(_: int) -> list[Measured]:
    return _reading("text", TEXT)


def _html(_: int) -> list[Measured]:
    return _reading("HTML", HTML)


def _language(_: int) -> list[Measured]:
    reader = _Reader()
    reports = [reader.report(one) for one in _pages(("L1",), _SAMPLE)]
    texts = [[v.text[:400] for v in (r.action, r.problem, r.answers[0].explanation) if v] for r in reports]
    seconds = _rounds(lambda: [identify(text) for some in texts for text in some])
    return [_row("language identification alone", _SAMPLE, seconds, "three texts a report, a part of extract")]


def _describe(_: int) -> list[Measured]:
    """Both ways in turn, in one process; what they say is compared first."""
    reader, iris = _Reader(), IRIs()
    reports = [reader.report(one) for one in _pages((*TEXT, *HTML), _SAMPLE)]
    count = 0
    for report in reports:
        ours = set(describe(report, iris))
        count += len(ours)
        if ours != set(ox.parse(describe_with_rdflib(report, iris), format=ox.RdfFormat.N_QUADS)):
            raise AssertionError(f"{report.key}: the two implementations differ")
    mine, peer = [], []
    for _round in range(ROUNDS):
        mine.append(_clock(lambda: [statements(report, iris) for report in reports]))
        peer.append(_clock(lambda: [describe_with_rdflib(report, iris) for report in reports]))
    ratio = statistics.median(theirs / own for own, theirs in zip(mine, peer, strict=True))
    note = f"{count / len(reports):.0f} statements a report, citations included"
    return [
        _row("describe", len(reports), mine, f"{note}; {ratio:.1f} times rdflib"),
        _row("describe with rdflib", len(reports), peer, "the same statements"),
    ]


def _validate(_: int) -> list[Measured]:
    """pySHACL alone and the quick way in turn, in one process; what they find is compared first."""
    reader, iris, shapes = _Reader(), IRIs(), load_shapes()
    reports = [reader.report(one) for one in _pages((*TEXT, *HTML), 100)]
    said = [(r.key, statements(r, iris), lines(describe_shared([mention(r)], iris))) for r in reports]
    blocks = [(key, (one.report, one.sources, shared)) for key, one, shared in said]

    def quick() -> list[object]:
        share = reader.settings.validation_share
        return [validate_lines(some, report=key, shapes=shapes, share=share) for key, some in blocks]

    def alone() -> list[object]:
        return [validate(quads(some), report=key, shapes=shapes) for key, some in blocks]

    found = quick()
    if found != alone():
        raise AssertionError("the two ways to validate give other findings")
    mine, peer = [], []
    for _round in range(ROUNDS):
        mine.append(_clock(quick))
        peer.append(_clock(alone))
    ratio = statistics.median(theirs / own for own, theirs in zip(mine, peer, strict=True))
    share = f"{sum(map(bool, found))} of {len(found)} reports have findings"
    return [
        _row("validate", len(blocks), mine, f"one core; {share}, the same ones; {ratio:.1f} times pySHACL alone"),
        _row("validate with pySHACL alone", len(blocks), peer, "a report with its citations at a time"),
    ]


def _page_to_graph(name: str, layouts: tuple[str, ...], size: int, *, archive: bool = False) -> list[Measured]:
    """From files in a folder, or an archive in it, to N-Quads lines that are thrown away, one page at a time."""
    reader, iris = _Reader(), IRIs()
    with tempfile.TemporaryDirectory() as folder:
        write = write_archive if archive else write_corpus
        written = write(Path(folder), layouts, size)

        def work() -> None:
            mentions, total = [], 0
            for one in pages([folder], reader.settings):
                if isinstance(one, Finding) and one.code == "archive-read":
                    continue
                assert isinstance(one, Page), one
                report = reader.report(one)
                told = statements(report, iris)
                mentions.append(mention(report))
                total += len(told.report) + len(told.sources)
            total += len(lines(describe_shared(mentions, iris)))

        seconds = _rounds(work) if size <= 1000 else [_clock(work)]
    return [
        _row(f"page to graph, {name}", size, seconds, f"files of {written / size / 1000:.1f} kB; citations, languages")
    ]


def _build(size: int) -> list[Measured]:
    """The whole command in one process of its own: those that it may start are nobody's children when they end."""
    with tempfile.TemporaryDirectory() as folder:
        corpus, workspace = Path(folder, "pages"), Path(folder, "workspace")
        write_corpus(corpus, (*TEXT, *HTML), size)
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        start = time.monotonic()
        command = [*_COMMAND, "build", "--processes", "1", "--workspace", str(workspace), str(corpus)]
        subprocess.run(command, stdout=subprocess.DEVNULL, check=True)
        wall = time.monotonic() - start
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        disk = sum(path.stat().st_size for path in workspace.rglob("*") if path.is_file() and not path.is_symlink())
    seconds = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    note = f"by one process; start-up, validation and release included; {wall:,.0f} s, {disk / 1e6:,.0f} MB on disk"
    return [Measured("build", size, size / seconds, after.ru_maxrss / 1024, note)]


def _link(size: int) -> list[Measured]:
    done = timed(size)
    told = f"{done.joint} joint commitments, {done.open} candidates"
    note = f"{done.seconds:.2f} s; {told}; all pairs of titles: {done.all_pairs / done.seconds:.0f} times as long"
    return [Measured("link", size, size / done.seconds, 0.0, note)]


def _warc_to_graph(size: int) -> list[Measured]:
    return _page_to_graph("HTML in a WARC", HTML, size, archive=True)


def _text_to_graph(size: int) -> list[Measured]:
    return _page_to_graph("text", TEXT, size)


def _html_to_graph(size: int) -> list[Measured]:
    return _page_to_graph("HTML", HTML, size)


STAGES: dict[str, Callable[[int], list[Measured]]] = {
    "text": _text,
    "html": _html,
    "language": _language,
    "describe": _describe,
    "validate": _validate,
    "text-to-graph": _text_to_graph,
    "html-to-graph": _html_to_graph,
    "warc-to-graph": _warc_to_graph,
    "build": _build,
    "link": _link,
}
"""Benchmarks by name."""

SIZED = frozenset({"text-to-graph", "html-to-graph", "warc-to-graph", "build", "link"})
"""Those that run once for each size of the corpus; the cost of the others does not depend on it."""
