"""The program on one screen: page -> document -> report -> graph -> checked graph -> release."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from ogp_graph import captures
from ogp_graph.definitions import Definitions, definitions_digest, load_definitions
from ogp_graph.describe import control_characters, describe, describe_shared, form_terms, lines, mention
from ogp_graph.extract import Extraction, extract, merge
from ogp_graph.model import Capture, Finding, Mention, Page, Report, Severity, decode, encode
from ogp_graph.names import IRIs
from ogp_graph.processes import Failure, TooSlow, cores, deadline, in_order
from ogp_graph.read import document
from ogp_graph.release import ReportResult, Workspace, apply, apply_to_findings, publish, removed_positions, rows
from ogp_graph.validate import findings_graph, load_shapes, validate
from ogp_graph.vocabulary import data_folder, definition_lines

if TYPE_CHECKING:
    import datetime
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from typing import BinaryIO

    import pyoxigraph as ox

    from ogp_graph.release import Release, Takedown
    from ogp_graph.settings import Settings

__all__ = ["Built", "build", "convert", "read_page", "results_of", "shared_lines"]



@lru_cache(maxsize=1)
def definitions() -> Definitions:
    """The definitions, loaded once for each process."""
    return load_definitions()


def read_page(page: Page, settings: Settings) -> Extraction:
    """One page alone: decoded, read, extracted."""
    try:
        with deadline(settings.page_seconds):
            found = document(page, definitions().form, settings)
            return Extraction(None, (found,)) if isinstance(found, Finding) else extract(found, definitions())
    except TooSlow:
        message = f"Reading the page took more than {settings.page_seconds:g} seconds (setting page_seconds)."
        return Extraction(None, (_problem("page-too-slow", message, page.capture),))


def _problem(code: str, message: str, capture: Capture) -> Finding:
    name = capture.names[0] if capture.names else None
    return Finding(Severity.VIOLATION, code, message, capture=capture.sha256, name=name)


def _failed(failure: Failure[object], capture: Capture) -> Extraction:
    """A defect of this program shows as a finding of the page that met it."""
    message = f"This program failed on the page ({failure.kind} at {failure.place}); please report it."
    return Extraction(None, (_problem("internal-error", message, capture),))


# ---------------------------------------------------------------------------------------- pages to graphs


@dataclass(frozen=True, slots=True)
class _Known:
    """What is kept of a reading while the others are read: enough to see which belong together."""

    capture: str
    key: str
    address: str | None
    translation: bool


def _known(extraction: Extraction, capture: Capture) -> _Known | None:
    report = extraction.report
    if report is None:
        return None
    address = report.addresses[0] if report.addresses else None
    return _Known(capture.sha256, report.key, address, bool(report.machine_translations))


def grouped(known: Iterable[_Known]) -> dict[str, list[str]]:
    """Report key -> its captures, both sorted. A machine translation belongs to the report whose address it shares."""
    readings = sorted(known, key=lambda one: (one.translation, one.capture))
    originals: dict[str, str] = {}
    groups: dict[str, list[str]] = defaultdict(list)
    for one in readings:
        place = _untranslated(one.address) if one.address else None
        key = one.key
        if one.translation and place:
            key = originals.setdefault(place, key)
        elif place:
            originals[place] = min(originals.get(place, key), key)
        groups[key].append(one.capture)
    return {key: sorted(groups[key]) for key in sorted(groups)}


def _untranslated(address: str) -> str:
    parts = urlsplit(address)
    path = parts.path.rstrip("/").split("/")
    if len(path) > 2 and len(path[1]) == 2 and path[2] == "documents":
        del path[1]
    host = (parts.hostname or "").removeprefix("www.")
    return f"{host}{'/'.join(path)}?{parts.query}"


def _merged(key: str, reports: Sequence[Report]) -> tuple[Report, tuple[Finding, ...]]:
    report, findings = merge(reports)
    return (report, findings) if report.key == key else (replace(report, key=key), findings)


def convert(
    paths: Iterable[str], settings: Settings, *, stdin: BinaryIO | None = None
) -> Iterator[tuple[list[ox.Quad], tuple[Finding, ...]]]:
    """The quads and findings of each report, sorted by key, then those of what they share. Nothing is validated."""
    iris = IRIs(settings.base)
    seen: dict[tuple[str, str | None], Page] = {}
    packed: dict[str, bytes] = {}
    known: list[_Known] = []
    problems: list[Finding] = []
    for page, extraction in _extracted(captures.pages(paths, settings, stdin=stdin), settings, problems):
        again = seen.get((page.capture.sha256, page.capture.address))
        if again is None and (one := _known(extraction, page.capture)):
            known.append(one)
        seen[page.capture.sha256, page.capture.address] = Page(page.capture, b"")
        held = packed.get(page.capture.sha256)
        packed[page.capture.sha256] = encode(_with_name(extraction, held))
    yield [], tuple(problems)
    grouped_keys = grouped({one.capture: one for one in known}.values())
    mentions: list[Mention] = []
    for key, shas in grouped_keys.items():
        extractions = [decode(packed.pop(sha), Extraction) for sha in shas]
        report, findings = _merged(key, [e.report for e in extractions if e.report])
        mentions.append(mention(report))
        told = (*_of(extractions, key), *findings, *control_characters(report))
        yield describe(report, iris, form=_terms(), registry=definitions().members.entries), told
    yield [], tuple(f for data in packed.values() for f in decode(data, Extraction).findings)
    yield describe_shared(mentions, iris, definitions().members.entries), ()


def _with_name(extraction: Extraction, held: bytes | None) -> Extraction:
    """The same bytes met under a second name are one capture with two names."""
    if held is None or extraction.report is None:
        return extraction
    before = decode(held, Extraction).report
    names = {name for report in (before, extraction.report) if report for c in report.captures for name in c.names}
    merged = tuple(replace(c, names=tuple(sorted(names))) for c in extraction.report.captures)
    return replace(extraction, report=replace(extraction.report, captures=merged))


def _extracted(
    pages: Iterable[Page | Finding], settings: Settings, problems: list[Finding]
) -> Iterator[tuple[Page, Extraction]]:
    for page in pages:
        if isinstance(page, Finding):
            problems.append(page)
            continue
        for found in in_order(_Reader(settings), [page], processes=1):
            yield page, _failed(found, page.capture) if isinstance(found, Failure) else found


@dataclass(frozen=True, slots=True)
class _Reader:
    settings: Settings

    def __call__(self, page: Page) -> Extraction:
        return read_page(page, self.settings)


def _of(extractions: Iterable[Extraction], key: str) -> tuple[Finding, ...]:
    """The findings of the readings, under the key of the report that they became."""
    return tuple(replace(finding, report=key) for one in extractions for finding in one.findings)


@lru_cache(maxsize=1)
def _terms() -> object:
    return form_terms(definitions().form)


# ---------------------------------------------------------------------------------------- workspace to release


@dataclass(frozen=True, slots=True)
class Built:
    """What a build did: reports that entered the release, those that are quarantined, those that were built anew,
    and findings about inputs that gave no report."""

    release: Release | None
    accepted: tuple[tuple[str, str], ...]
    quarantined: tuple[str, ...]
    rebuilt: int
    refused: tuple[Finding, ...]


def build(
    workspace: Workspace,
    paths: Iterable[str],
    settings: Settings,
    *,
    today: datetime.date,
    stdin: BinaryIO | None = None,
    accepted: Callable[[str, str], None] = lambda key, digest: None,
    progress: Callable[[str, int, int | None], None] = lambda step, done, of: None,
) -> Built:
    """Archives the pages under ``paths``, brings every report up to date and publishes a release.

    ``accepted`` hears of each report whose result is safely stored. The caller holds no lock; this does.

    Raises:
        EnvironmentFailure: disk, permission, or another build in this workspace.
    """
    with workspace.lock():
        refused = list(_archive(workspace, paths, settings, stdin, progress))
        takedown = workspace.takedown()
        workspace.bury(takedown)
        job = _Job(str(workspace.path), settings, definitions_digest(), takedown)
        known: list[_Known] = []
        for one, findings in job.readings(workspace.captures(), progress):
            refused.extend(findings if one is None else ())
            known.extend([one] if one else [])
        groups = grouped(known)
        workspace.prune(set(groups))
        good: list[tuple[str, str]] = []
        bad: list[str] = []
        rebuilt = 0
        for key, digest, quarantined, fresh in job.results(groups, workspace, progress):
            rebuilt += fresh
            if quarantined:
                bad.append(key)
            else:
                good.append((key, digest))
                accepted(key, digest)
        refused = [*apply_to_findings(takedown, None, tuple(refused))]
        progress("release", 0, 1)
        release = publish(
            workspace,
            (result for key in groups if (result := workspace.result(key))),
            shared=lambda mentions: shared_lines(mentions, settings),
            definitions={name: data_folder(name) for name in ("ontology", "shapes", "queries")},
            findings_graph=findings_graph,
            release_date=today,
            settings=settings,
            findings=refused,
            takedown=takedown,
        )
        progress("release", 1, 1)
    return Built(release, tuple(good), tuple(bad), rebuilt, tuple(refused))


def _archive(
    workspace: Workspace,
    paths: Iterable[str],
    settings: Settings,
    stdin: BinaryIO | None,
    progress: Callable[[str, int, int | None], None],
) -> Iterator[Finding]:
    for count, page in enumerate(captures.pages(paths, settings, stdin=stdin), 1):
        if isinstance(page, Finding):
            yield page
        else:
            workspace.record(page)
        progress("captures", count, None)
    workspace.commit()


@dataclass(frozen=True, slots=True)
class _Job:
    """What the worker processes of one build need to know."""

    workspace: str
    settings: Settings
    code: str
    takedown: Takedown

    def reading_digest(self, capture: Capture) -> str:
        limits = (self.settings.max_page_bytes, self.settings.max_page_lines, self.settings.max_page_elements)
        return hashlib.sha256(self.code.encode() + encode([capture, limits])).hexdigest()

    def readings(
        self, current: Sequence[Capture], progress: Callable[[str, int, int | None], None]
    ) -> Iterator[tuple[_Known | None, tuple[Finding, ...]]]:
        """What each capture says, from the cache where it is there."""
        found = in_order(_CaptureReader(self), current, processes=cores(self.settings.processes))
        for count, one in enumerate(found, 1):
            if isinstance(one, Failure):
                yield None, _failed(one, one.item).findings
            else:
                yield one
            progress("pages", count, len(current))

    def result_digest(self, key: str, captures_of_it: Sequence[Capture]) -> str:
        parts = [self.code, self.settings.base, self.takedown.digest, key]
        return hashlib.sha256("\n".join(parts).encode() + encode(list(captures_of_it))).hexdigest()

    def results(
        self, groups: dict[str, list[str]], workspace: Workspace, progress: Callable[[str, int, int | None], None]
    ) -> Iterator[tuple[str, str, bool, bool]]:
        """(key, digest, quarantined, whether it was built anew) of each report, its result stored."""
        by_hash = {capture.sha256: capture for capture in workspace.captures()}
        tasks = [(key, tuple(by_hash[sha] for sha in shas)) for key, shas in groups.items()]
        found = in_order(_ReportBuilder(self), tasks, processes=cores(self.settings.processes), few=8)
        for count, one in enumerate(found, 1):
            if isinstance(one, Failure):
                key, about = one.item
                result = self.failed(key, about, one)
                workspace.store_result(result)
                yield key, result.digest, True, True
            else:
                yield one
            progress("reports", count, len(tasks))

    def failed(self, key: str, about: Sequence[Capture], failure: Failure[object]) -> ReportResult:
        """A defect of this program quarantines the report that met it; the next version tries again."""
        findings = tuple(replace(f, report=key) for c in about[:1] for f in _failed(failure, c).findings)
        nothing = Mention(report=key, member=None, member_name=None, plan=None, plan_title=None, start_year=None, end_year=None)
        return ReportResult(key, self.result_digest(key, about), "", "", nothing, {}, findings, quarantined=True)


@lru_cache(maxsize=2)
def _opened(path: str) -> Workspace:
    return Workspace(path, create=False)


@dataclass(frozen=True, slots=True)
class _CaptureReader:
    job: _Job

    def __call__(self, capture: Capture) -> tuple[_Known | None, tuple[Finding, ...]]:
        workspace, digest = _opened(self.job.workspace), self.job.reading_digest(capture)
        data = workspace.reading(capture.sha256, digest)
        if data is None:
            extraction = read_page(Page(capture, workspace.read(capture.sha256)), self.job.settings)
            workspace.store_reading(capture.sha256, digest, encode(extraction))
        else:
            extraction = decode(data, Extraction)
        one = _known(extraction, capture)
        return one, extraction.findings if one is None else ()


@dataclass(frozen=True, slots=True)
class _ReportBuilder:
    job: _Job

    def __call__(self, task: tuple[str, tuple[Capture, ...]]) -> tuple[str, str, bool, bool]:
        key, about = task
        workspace, digest = _opened(self.job.workspace), self.job.result_digest(key, about)
        stored = workspace.result(key, digest)
        if stored is not None:
            return key, digest, stored.quarantined, False
        extractions = []
        for capture in about:
            data = workspace.reading(capture.sha256, self.job.reading_digest(capture))
            if data is None:
                extractions.append(read_page(Page(capture, workspace.read(capture.sha256)), self.job.settings))
            else:
                extractions.append(decode(data, Extraction))
        result = results_of(key, extractions, digest, self.job.takedown, self.job.settings)
        workspace.store_result(result)
        return key, digest, result.quarantined, True


def results_of(
    key: str, extractions: Sequence[Extraction], digest: str, takedown: Takedown, settings: Settings
) -> ReportResult:
    """One report out of what its captures say: merged, freed of what was taken down, described, validated."""
    iris = IRIs(settings.base)
    whole, merging = _merged(key, [e.report for e in extractions if e.report])
    report = apply(takedown, whole)
    if report is None:
        raise ValueError(f"{key} rests on a capture that was taken down")
    quads = describe(report, iris, form=_terms(), registry=definitions().members.entries)
    told = mention(report)
    shared = describe_shared([told], iris, definitions().members.entries)
    checked = validate([*quads, *shared], report=key, shapes=load_shapes(base=settings.base))
    findings = (*_of(extractions, key), *merging, *control_characters(report), *checked)
    sources = iris.sources_graph(key)
    graph_lines, source_lines = [], []
    for line in lines(quads).split("\n"):
        (source_lines if line.endswith(f"<{sources}> .") else graph_lines).append(line)
    return ReportResult(
        key=key,
        digest=digest,
        graph="\n".join(graph_lines),
        sources="\n".join(source_lines),
        mention=told,
        rows=rows(report, iris, definitions().codes),
        findings=apply_to_findings(takedown, whole, findings),
        quarantined=any(finding.severity is Severity.VIOLATION for finding in findings),
        removed=tuple(sorted(removed_positions(takedown, whole))),
    )


def shared_lines(mentions: Iterable[Mention], settings: Settings) -> list[str]:
    """``graph/meta``: members and plans, each once, and the ontology and codes that the data use."""
    iris = IRIs(settings.base)
    described = lines(describe_shared(mentions, iris, definitions().members.entries))
    return sorted({*described.split("\n"), *definition_lines(settings.base, iris.meta_graph)} - {""})
