"""A document into a report: typed values, each with its source and its status."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from ogp_graph.extract.answers import sections
from ogp_graph.extract.header import plan_place
from ogp_graph.extract.kind import Refusal, refusal
from ogp_graph.extract.language import identify
from ogp_graph.extract.layout import Layout, layout
from ogp_graph.extract.merge import merge
from ogp_graph.extract.overview import Overview, overview
from ogp_graph.extract.strays import stray_blocks
from ogp_graph.extract.values import Reading
from ogp_graph.model import Finding, Report, Severity
from ogp_graph.names import commitment_key, fold, plan_key

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ogp_graph.definitions import Definitions
    from ogp_graph.extract.answers import Sections
    from ogp_graph.model import Answer, Document, Result, Value

__all__ = ["Extraction", "extract", "merge"]


@dataclass(frozen=True, slots=True)
class Extraction:
    """What one document gives: a report, or None, and what there is to say about it."""

    report: Report | None
    findings: tuple[Finding, ...]


def extract(document: Document, definitions: Definitions) -> Extraction:
    """The report that ``document`` shows. Nothing is guessed: what is missing has a status that says why."""
    reading = Reading(document, list(document.findings))
    page = layout(document, definitions.form)
    if page is None:
        return _refused(reading, ("too-many-labels", "More lines read like labels than in any report.", None))
    if why := refusal(page, definitions.form):
        return _refused(reading, why)
    if page.headline is None:
        reading.note("no-headline", "The page has no headline.")
    blocked = stray_blocks(page, reading, definitions)
    head = overview(page, reading, definitions, _headline_title(page, definitions), blocked)
    body = sections(page, reading, definitions, blocked)
    if page.cut:
        message = "The page stops before its end; what would follow was not reached."
        reading.note("cut", message, severity=Severity.INFO, span=document.lines[-1].span)
    report = _report(page, reading, definitions, head, body)
    report = _with_languages(report, document)
    findings = tuple(replace(finding, report=report.key) for finding in reading.findings)
    return Extraction(report, findings)


def _refused(reading: Reading, why: Refusal) -> Extraction:
    code, message, quote = why
    reading.note(code, message, severity=Severity.VIOLATION, quote=quote)
    return Extraction(None, tuple(reading.findings))


def _headline_title(page: Layout, definitions: Definitions) -> str:
    """The headline without "End of Commitment Report –"."""
    if page.headline is None:
        return ""
    text = page.lines[page.headline].text
    for start in definitions.form.folded.get("headline", ()):
        if fold(text).startswith(start):
            pieces = text.split()
            for n in range(len(start.split()), len(pieces) + 1):
                if fold(" ".join(pieces[:n])) == start and (n == len(pieces) or fold(pieces[n])):
                    return " ".join(pieces[n:])
    return text


def _report(
    page: Layout,
    reading: Reading,
    definitions: Definitions,
    head: Overview,
    body: Sections,
) -> Report:
    document, capture = reading.document, reading.document.capture
    title = (
        reading.value([page.lines[page.headline]], partial=page.cut and page.headline == len(page.lines) - 1)
        if page.headline is not None
        else None
    )
    commitment = head.commitment
    if commitment is None and page.headline is not None and title and (name := _headline_title(page, definitions)):
        commitment = _title_from_headline(page, reading, name)
    member_name, member = _member(head, reading, definitions)
    own = f"capture-{capture.sha256}"
    shared = plan_key(member, *head.years) if member and head.years else None
    plan = shared or (own if head.plan else None)  # a plan of no known member or years is this page's alone
    key = commitment_key(shared, commitment.text) if shared and commitment and not commitment.partial else own
    address = document.address
    translated = _is_translation(page, document)
    if translated:
        reading.note("machine-translation", "The page is a machine translation of a report.", severity=Severity.INFO)
    return Report(
        key=key,
        form=definitions.form.notation,
        captures=(capture,),
        layouts=((capture.sha256, page.name + (" cut" if page.cut else "")),),
        title=title,
        member=member,
        member_name=member_name,
        plan=plan,
        plan_title=head.plan,
        start_year=head.years[0] if head.years else None,
        end_year=head.years[1] if head.years else None,
        commitment_title=commitment,
        commitment_subtitle=head.subtitle,
        action=head.prose.action,
        action_status=head.prose.action_status,
        problem=head.prose.problem,
        problem_status=head.prose.problem_status,
        border_unknown=head.prose.border_unknown,
        evaluators=head.evaluators,
        evaluator_status=head.evaluator_status,
        answers=tuple(body.answers),
        results=tuple(body.results),
        unassigned=tuple(sorted(reading.unassigned, key=lambda value: value.source.span.start)),
        addresses=(address,) if address else (),
        captures_addresses=((capture.sha256, address),) if address else (),
        machine_translations=(capture.sha256,) if translated else (),
    )


def _title_from_headline(page: Layout, reading: Reading, name: str) -> Value:
    line = page.lines[page.headline or 0]
    reading.note(
        "title-from-headline",
        "The capture has lost the commitment's title; the headline's is used.",
        span=line.span,
        severity=Severity.INFO,
    )
    return reading.words(name, line.span, line.raw)


def _member(head: Overview, reading: Reading, definitions: Definitions) -> tuple[Value | None, str | None]:
    """The member's name as the page spells it and its key. The place in the plan's title is not taken for it."""
    place = plan_place(head.plan.text) if head.plan and head.years else ""
    if head.plan is None:
        reading.note("no-plan", "The page names no action plan; its report cannot be released.")
    elif head.years is None:
        reading.note(
            "plan-without-years", "The plan's title has no years.", span=head.plan.source.span, quote=head.plan.text
        )
    if head.member is None or not fold(head.member.text):
        reading.note("no-member", "The page names no member; its report cannot be released.")
        return None, None
    key = definitions.members.key(head.member.text)
    if definitions.members.known(head.member.text) is None:
        reading.note(
            "unknown-member",
            "The list of members does not have this name; the member's address is made from the name as it stands.",
            span=head.member.source.span,
            quote=head.member.text,
        )
    if place and definitions.members.key(place) != key:
        reading.note(
            "member-and-plan-differ",
            "The member and the plan's title name different places, or one place in two spellings that the list of"
            " members does not have.",
            span=head.member.source.span,
            quote=f"{head.member.text} / {place}",
        )
    return head.member, key


def _is_translation(page: Layout, document: Document) -> bool:
    """By its address (``/fr/documents/...``) or because most of its labels are not English."""
    path = urlsplit(document.address).path.lower().split("/") if document.address else []
    if len(path) > 2 and path[1] in ("fr", "es") and path[2] == "documents":
        return True
    return not page.english


def _with_languages(report: Report, document: Document) -> Report:
    """Language tags per voice: action, problem, and all that the evaluator wrote."""
    told = [a.explanation for a in (*report.answers, *report.results) if a.explanation]
    voices = {
        "action": identify(report.action.text) if report.action else None,
        "problem": identify(report.problem.text) if report.problem else None,
        "evaluator": _evaluator_language(told),
    }
    page = (document.language or "").split("-")[0].lower()
    fallback = page if len(page) == 2 and page.isalpha() else "en"
    spoken = [voice for voice in voices.values() if voice]
    if not document.markup and spoken:
        fallback = max(set(spoken), key=lambda voice: (spoken.count(voice), voice))
    said = {name: voice or fallback for name, voice in voices.items()}

    def tagged(value: Value | None, voice: str) -> Value | None:
        return replace(value, language=said[voice]) if value else None

    def answered(answer: Answer) -> Answer:
        return replace(answer, explanation=tagged(answer.explanation, "evaluator")) if answer.explanation else answer

    def result(answer: Result) -> Result:
        return replace(answer, explanation=tagged(answer.explanation, "evaluator")) if answer.explanation else answer

    return replace(
        report,
        action=tagged(report.action, "action"),
        problem=tagged(report.problem, "problem"),
        answers=tuple(answered(a) for a in report.answers),
        results=tuple(result(r) for r in report.results),
        unassigned=tuple(replace(v, language=said["evaluator"]) for v in report.unassigned),
        language=said["evaluator"] if told else fallback,
    )


def _evaluator_language(told: Sequence[Value]) -> str | None:
    sample: list[str] = []
    size = 0
    for value in told:
        sample.append(value.text[:100])
        size += len(sample[-1])
        if size > 200:
            break
    return identify("\n".join(sample))
