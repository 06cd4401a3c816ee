"""The stages one after the other, for one page and for one report."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from ogp_graph.captures import LOCATOR
from ogp_graph.definitions import Definitions, load_definitions
from ogp_graph.describe import (
    FormTerms,
    Statements,
    control_characters,
    describe_shared,
    form_terms,
    lines,
    mention,
    statements,
    values_of,
)
from ogp_graph.extract import Extraction, extract, merge
from ogp_graph.model import Capture, Finding, Mention, Page, Report, Severity
from ogp_graph.names import IRIs
from ogp_graph.processes import Failure, TooSlow, deadline
from ogp_graph.read import document
from ogp_graph.release import ReportResult, apply, apply_to_findings, public_key, removed_positions, rows
from ogp_graph.validate import load_shapes, validate_lines
from ogp_graph.vocabulary import definition_lines

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import pyoxigraph as ox

    from ogp_graph.release import Takedown
    from ogp_graph.settings import Settings

__all__ = [
    "as_crawled", "definitions", "described", "failed", "is_crawled", "merged", "problem", "read_page",
    "report_result", "shared_lines", "shared_quads", "taken_down", "told_by",
]  # fmt: skip

_SAID_BY_READING = {
    "answer-unrecognised": "unrecognised-answer",
    "result-degree-unrecognised": "unrecognised-answer",
    "commitment-border-unknown": "border-unknown",
    "answer-contradicted": "captures-contradict",
    "result-degree-contradicted": "captures-contradict",
}
"""What a shape finds and reading has found before, with its place on the page: it is told once."""
_NO_NEWS = frozenset({"not-a-report", "other-report", "no-form"})


@lru_cache(maxsize=1)
def definitions() -> Definitions:
    """The definitions, loaded once for each process."""
    return load_definitions()


@lru_cache(maxsize=1)
def _terms() -> FormTerms:
    return form_terms(definitions().form)


def read_page(page: Page, settings: Settings) -> Extraction:
    """One page alone: decoded, read, extracted."""
    try:
        with deadline(settings.page_seconds):
            found = document(page, definitions().form, settings)
            if isinstance(found, Finding):
                return Extraction(None, (found,))
            return _bounded(extract(found, definitions()), page.capture, settings)
    except TooSlow:
        message = f"Reading the page took more than {settings.page_seconds:g} seconds (setting page_seconds)."
        return Extraction(None, (problem("page-too-slow", message, page.capture),))


def _bounded(extraction: Extraction, capture: Capture, settings: Settings) -> Extraction:
    """``extraction``, or the finding that one of its values is longer than any reader of a dump can take."""
    longest = max((len(value.text) for value in values_of(extraction.report)), default=0) if extraction.report else 0
    if longest <= settings.max_value_length:
        return extraction
    message = f"An answer has {longest} characters, more than {settings.max_value_length} (setting max_value_length)."
    return Extraction(None, (*extraction.findings, problem("value-too-long", message, capture)))


def problem(code: str, message: str, capture: Capture) -> Finding:
    """The finding that a capture gives no report."""
    name = capture.names[0] if capture.names else None
    return Finding(Severity.VIOLATION, code, message, capture=capture.sha256, name=name)


def is_crawled(page: Page) -> bool:
    """Whether a page comes from a web archive, which holds pages of every kind."""
    return page.locator.startswith(LOCATOR)


def as_crawled(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """What a crawled page that gives no report is told: that it is none is no news."""
    return tuple(replace(f, severity=Severity.INFO) if f.code in _NO_NEWS else f for f in findings)


def taken_down(capture: Capture) -> Finding:
    """The remark that a page was not archived."""
    return replace(problem("taken-down", "The page is on the takedown list.", capture), severity=Severity.INFO)


def failed(failure: Failure[Any], capture: Capture) -> Finding:
    """A defect of this program shows as a finding about the page that met it."""
    message = f"This program failed on the page ({failure.kind} at {failure.place}); please report it."
    return problem("internal-error", message, capture)


def merged(key: str, extractions: Iterable[Extraction]) -> tuple[Report, tuple[Finding, ...]]:
    """The report called ``key`` out of what its captures say."""
    report, findings = merge([one.report for one in extractions if one.report])
    return (report if report.key == key else replace(report, key=key)), findings


def told_by(extractions: Iterable[Extraction], key: str) -> tuple[Finding, ...]:
    """The findings of the readings, under the key of the report that they became."""
    return tuple(replace(finding, report=key) for one in extractions for finding in one.findings)


def described(report: Report, settings: Settings) -> Statements:
    """The statements of one report and their citations, as sorted N-Quads lines."""
    return statements(report, IRIs(settings.base), form=_terms(), registry=definitions().members.entries)


def shared_quads(mentions: Iterable[Mention], settings: Settings) -> list[ox.Quad]:
    """Members and plans, each once."""
    return describe_shared(mentions, IRIs(settings.base), definitions().members.entries)


def report_result(
    key: str, extractions: Sequence[Extraction], digest: str, takedown: Takedown, settings: Settings
) -> ReportResult:
    """One report out of what its captures say: merged, freed of what was taken down, described, validated."""
    whole, merging = merged(key, extractions)
    listed = replace(whole, key=_listed_key(key, extractions, takedown))
    cleaned = apply(takedown, listed)
    if cleaned is None:
        raise ValueError(f"{key} rests on a capture that was taken down")
    report = replace(cleaned, key=key)
    said = described(report, settings)
    told = mention(report)
    checked = validate_lines(
        (said.report, said.sources, lines(shared_quads([told], settings))),
        report=key,
        shapes=load_shapes(base=settings.base),
        share=settings.validation_share,
    )
    known = (*told_by(extractions, key), *(_placed(f, report) for f in merging), *control_characters(report))
    codes = {finding.code for finding in known}
    findings = (*known, *(_placed(f, report) for f in checked if _SAID_BY_READING.get(f.code) not in codes))
    return ReportResult(
        key=key,
        digest=digest,
        graph=said.report,
        sources=said.sources,
        mention=told,
        rows=rows(report, IRIs(settings.base), definitions().codes),
        findings=apply_to_findings(takedown, listed, findings),
        quarantined=any(finding.severity is Severity.VIOLATION for finding in findings),
        removed=tuple(sorted(removed_positions(takedown, listed))),
    )


def _listed_key(key: str, extractions: Iterable[Extraction], takedown: Takedown) -> str:
    """The key by which the takedown list knows a report: the one that it had before a name was taken out of it."""
    keys = {one.report.key for one in extractions if one.report and public_key(takedown, one.report) == key}
    return key if key in keys else min(keys, default=key)


def _placed(finding: Finding, report: Report) -> Finding:
    """``finding`` with the file that it is about: the capture's that it names, else the report's first."""
    names = {capture.sha256: next(iter(capture.names), None) for capture in report.captures}
    capture = finding.capture or report.captures[0].sha256
    return replace(finding, capture=capture, name=finding.name or names.get(capture))


def shared_lines(mentions: Iterable[Mention], settings: Settings) -> list[str]:
    """``graph/meta``, sorted: members and plans, each once, and the ontology and codes that the data use."""
    described_once = lines(shared_quads(mentions, settings)).split("\n")
    defined = definition_lines(settings.base, IRIs(settings.base).meta_graph)
    return sorted({*described_once, *defined} - {""})
