"""What a build does for each capture and each report, in worker processes and through the workspace's caches."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING

from ogp_graph.extract import Extraction
from ogp_graph.extract.grouping import Reading, reading_of
from ogp_graph.model import Finding, Mention, Page, decode, encode
from ogp_graph.pipeline.stages import failed, read_page, report_result
from ogp_graph.release import ReportResult, Workspace, public_key

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ogp_graph.model import Capture
    from ogp_graph.processes import Failure
    from ogp_graph.release import Takedown
    from ogp_graph.settings import Settings

__all__ = ["BriefReading", "BuildReport", "Done", "Job", "ReadCapture", "Task", "brief_of"]


@dataclass(frozen=True, slots=True)
class Job:
    """What the workers of one build need to know; ``code`` is the digest of program and definitions."""

    workspace: str
    settings: Settings
    code: str
    takedown: Takedown

    def reading_digest(self, capture: Capture) -> str:
        """SHA-256 of all that a reading depends on besides the capture's bytes."""
        given = self.settings
        limits = (given.max_page_bytes, given.max_page_lines, given.max_page_elements, given.max_value_length)
        return hashlib.sha256(self.code.encode() + encode([capture, limits])).hexdigest()

    def result_digest(self, key: str, captures: Sequence[Capture]) -> str:
        """SHA-256 of all that a report's result depends on."""
        parts = [self.code, self.settings.base, self.takedown.digest, key]
        return hashlib.sha256("\n".join(parts).encode() + encode(list(captures))).hexdigest()

    def extraction(self, capture: Capture) -> Extraction:
        """What a capture says, from the cache where it is there."""
        workspace, digest = _opened(self.workspace), self.reading_digest(capture)
        data = workspace.reading(capture.sha256, digest)
        if data is not None:
            return decode(data, Extraction)
        extraction = read_page(Page(capture, workspace.read(capture.sha256)), self.settings)
        if not any(finding.code == "page-too-slow" for finding in extraction.findings):  # a moment's, not the page's
            brief = encode(brief_of(extraction))
            workspace.store_reading(capture.sha256, digest, encode(extraction), brief)
        return extraction


@lru_cache(maxsize=2)
def _opened(path: str) -> Workspace:
    return Workspace(path, create=False)


@dataclass(frozen=True, slots=True)
class BriefReading:
    """A capture's reading, or the findings that say why it gives no report."""

    reading: Reading | None
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class ReadCapture:
    """A capture's reading, or the findings that say why it gives no report."""

    job: Job

    def __call__(self, capture: Capture) -> BriefReading:
        return self._public(capture, brief_of(self.job.extraction(capture)))

    def known(self, capture: Capture) -> BriefReading | None:
        """The same from the workspace, when it is there."""
        data = _opened(self.job.workspace).brief_reading(capture.sha256, self.job.reading_digest(capture))
        return self._public(capture, decode(data, BriefReading)) if data else None

    def _public(self, capture: Capture, brief: BriefReading) -> BriefReading:
        """``brief`` with a key in which no name stands that was taken down."""
        takedown = self.job.takedown
        if brief.reading is None or not takedown.concerns(brief.reading.key):
            return brief
        report = self.job.extraction(capture).report
        key = public_key(takedown, report) if report else brief.reading.key
        return replace(brief, reading=replace(brief.reading, key=key))


def brief_of(extraction: Extraction) -> BriefReading:
    """What the next steps need of a reading."""
    if extraction.report is None:
        return BriefReading(None, extraction.findings)
    return BriefReading(reading_of(extraction.report), ())


@dataclass(frozen=True, slots=True)
class Task:
    """A report to bring up to date, and its captures."""

    key: str
    captures: tuple[Capture, ...]


@dataclass(frozen=True, slots=True)
class Done:
    """A report whose result is stored; ``fresh`` when it was built now and not taken from the workspace."""

    key: str
    digest: str
    quarantined: bool
    fresh: bool


@dataclass(frozen=True, slots=True)
class BuildReport:
    """Brings one report's stored result up to date."""

    job: Job

    def known(self, task: Task) -> Done | None:
        """The report when its result is up to date."""
        digest = self.job.result_digest(task.key, task.captures)
        stored = _opened(self.job.workspace).brief(task.key, digest)
        return None if stored is None else Done(task.key, digest, stored.quarantined, fresh=False)

    def __call__(self, task: Task) -> Done:
        workspace = _opened(self.job.workspace)
        digest = self.job.result_digest(task.key, task.captures)
        extractions = [self.job.extraction(capture) for capture in task.captures]
        result = report_result(task.key, extractions, digest, self.job.takedown, self.job.settings)
        workspace.store_result(result)
        return Done(task.key, digest, result.quarantined, fresh=True)

    def give_up(self, failure: Failure[Task]) -> Done:
        """Quarantines a report that this program fails on; the next version of the program tries again."""
        task = failure.item
        digest = self.job.result_digest(task.key, task.captures)
        finding = replace(failed(failure, task.captures[0]), report=task.key)
        nothing = Mention(task.key, None, None, None, None, None, None)
        result = ReportResult(task.key, digest, "", "", nothing, {}, (finding,), quarantined=True)
        _opened(self.job.workspace).store_result(result)
        return Done(task.key, digest, quarantined=True, fresh=True)
