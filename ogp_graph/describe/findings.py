"""What describing changes in a value, as findings."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ogp_graph.describe.terms import removed, writable
from ogp_graph.model import Finding, Result, Severity, Value

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ogp_graph.model import Answer, Report

__all__ = ["control_characters", "values_of"]


def control_characters(report: Report) -> tuple[Finding, ...]:
    """A finding ``control-characters-removed`` for each value that holds characters which no graph can hold.

    Those are the control characters other than tab and line feed (RDF/XML has no way to write them), U+FFFE and
    U+FFFF. Line ends do not count: CR and CR LF are written as LF."""
    names = {capture.sha256: next(iter(capture.names), None) for capture in report.captures}
    found = []
    for value in dict.fromkeys(values_of(report)):
        if gone := removed(value.text):
            which = ", ".join(f"U+{ord(sign):04X}" for sign in sorted(set(gone)))
            found.append(
                Finding(
                    Severity.WARNING,
                    "control-characters-removed",
                    f"{len(gone)} characters that RDF/XML cannot hold were removed from a value: {which}",
                    report=report.key,
                    capture=value.source.capture,
                    name=names.get(value.source.capture),
                    span=value.source.span,
                    quote=writable(value.text)[:80],
                )
            )
    return tuple(found)


def values_of(report: Report) -> Iterator[Value]:
    """Every value that was taken from a page."""
    named = (report.title, report.member_name, report.plan_title, report.commitment_title, report.commitment_subtitle)
    yield from filter(None, (*named, report.action, report.problem, *report.unassigned))
    yield from (evaluator.name for evaluator in report.evaluators)
    for answer in (*report.answers, *report.results):
        yield from _of_answer(answer)


def _of_answer(answer: Answer) -> Iterator[Value]:
    yield from filter(None, (answer.stated, answer.explanation))
    yield from (evidence.title for evidence in answer.evidence)
    yield from (value for _, value in answer.alternatives)
    if isinstance(answer, Result):
        yield from filter(None, (answer.degree_stated,))
        yield from (value for _, value in answer.degree_alternatives)
