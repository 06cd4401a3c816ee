"""Several captures of one report into one: the better capture's value wins, the other's is kept beside it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, TypeVar

from ogp_graph.model import Answer, Capture, Finding, Result, Severity, Status, Value

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ogp_graph.model import Evidence, Report

__all__ = ["merge"]

_KNOWN = [Status.ANSWERED, Status.UNRECOGNISED, Status.EMPTY, Status.LOST, Status.NOT_REACHED]
_LAYOUTS = ["html", "L1", "L3b", "L2", "L3a", "L3c", "L4"]
_A = TypeVar("_A", bound=Answer)


def merge(reports: Sequence[Report]) -> tuple[Report, tuple[Finding, ...]]:
    """One report out of those of several captures, and findings where captures contradict each other.

    An answered value beats a lost one, a whole text a cut one. Of two different answers the better source's
    is the value (original before machine translation, structure before text, later before earlier), the
    others become alternatives. The order of ``reports`` does not matter.
    """
    ranked = _ranked(reports)
    if len(ranked) == 1:
        return ranked[0], ()
    best = ranked[0]
    findings: list[Finding] = []
    action, problem, prose = _prose(ranked)
    merged = replace(
        best,
        captures=_captures(ranked),
        layouts=tuple(sorted({pair for r in ranked for pair in r.layouts})),
        title=_text([r.title for r in ranked]),
        member_name=_text([r.member_name for r in ranked]),
        plan_title=_text([r.plan_title for r in ranked]),
        commitment_title=_text([r.commitment_title for r in ranked]),
        commitment_subtitle=_text([r.commitment_subtitle for r in ranked]),
        action=action,
        action_status=Status.ANSWERED if action else prose.action_status,
        problem=problem,
        problem_status=Status.ANSWERED if problem else prose.problem_status,
        border_unknown=prose.border_unknown,
        evaluators=next((r.evaluators for r in ranked if r.evaluators), ()),
        evaluator_status=_status([r.evaluator_status for r in ranked]),
        answers=_answers([r.answers for r in ranked], best.key, findings),
        results=_answers([r.results for r in ranked], best.key, findings),
        unassigned=_unassigned(ranked),
        addresses=tuple(sorted({a for r in ranked for a in r.addresses})),
        captures_addresses=tuple(sorted({pair for r in ranked for pair in r.captures_addresses})),
        machine_translations=tuple(sorted({sha for r in ranked for sha in r.machine_translations})),
    )
    return merged, tuple(findings)


def _ranked(reports: Sequence[Report]) -> list[Report]:
    """The best source first; the capture's hash settles what is otherwise equal."""
    by_hash = sorted(reports, key=lambda r: r.captures[0].sha256)
    by_date = sorted(by_hash, key=lambda r: r.captures[0].retrieved or "", reverse=True)

    def rank(report: Report) -> tuple[bool, bool, int]:
        name = report.layouts[0][1]
        plain = name.removesuffix(" cut")
        return (bool(report.machine_translations), plain != "html", 0)

    def lossless(report: Report) -> tuple[bool, int]:
        name = report.layouts[0][1].removesuffix(" cut")
        return (report.layouts[0][1].endswith(" cut"), _LAYOUTS.index(name) if name in _LAYOUTS else len(_LAYOUTS))

    dated = (
        {r.captures[0].sha256: i for i, r in enumerate(by_date)}
        if any(r.captures[0].retrieved for r in reports)
        else {}
    )
    return sorted(by_date, key=lambda r: (*rank(r), dated.get(r.captures[0].sha256, 0), *lossless(r)))


def _shows_labels(report: Report) -> bool:
    """Whether the capture kept every label, so that the border between action and problem stands on it."""
    return report.layouts[0][1].removesuffix(" cut") in ("html", "L1", "L3b")


def _captures(ranked: Sequence[Report]) -> tuple[Capture, ...]:
    found: dict[str, Capture] = {}
    for capture in (c for r in ranked for c in r.captures):
        other = found.get(capture.sha256)
        names = tuple(sorted({*capture.names, *(other.names if other else ())}))
        found[capture.sha256] = replace(capture, names=names)
    return tuple(found[sha] for sha in sorted(found))


def _text(values: Sequence[Value | None]) -> Value | None:
    """A whole text before a cut one, otherwise the best source's."""
    there = [value for value in values if value]
    return min(there, key=lambda value: value.partial, default=None)


def _status(statuses: Sequence[Status]) -> Status:
    return min(statuses, key=_KNOWN.index)


def _prose(ranked: Sequence[Report]) -> tuple[Value | None, Value | None, Report]:
    """Action and problem together from the capture that knows most about both."""

    def rank(report: Report) -> tuple[bool, bool, bool, int]:
        cut = any(v is not None and v.partial for v in (report.action, report.problem))
        unread = cut or Status.NOT_REACHED in (report.action_status, report.problem_status)
        known = _KNOWN.index(report.action_status) + _KNOWN.index(report.problem_status)
        return (report.border_unknown, unread, not _shows_labels(report), known)

    best = min(ranked, key=rank)
    if best.border_unknown:
        return best.action, best.problem, best
    clear = [r for r in ranked if not r.border_unknown]
    action, problem = best.action, best.problem
    if action is None and best.action_status is not Status.EMPTY:
        action = _text([r.action for r in clear])
    if problem is None and best.problem_status is not Status.EMPTY:
        problem = _text([r.problem for r in clear])
    return action, problem, best


def _answers(tables: Sequence[Sequence[_A]], key: str, findings: list[Finding]) -> tuple[_A, ...]:
    questions = sorted({a.question for table in tables for a in table})
    return tuple(_answer([a for table in tables for a in table if a.question == q], key, findings) for q in questions)


def _answer(answers: Sequence[_A], key: str, findings: list[Finding]) -> _A:
    """One question's answer out of the captures' answers, best source first."""
    top = min(answers, key=lambda a: _KNOWN.index(a.status))
    others = _others([(a.code, a.stated) for a in answers], top.code)
    merged = replace(
        top,
        explanation=_text([a.explanation for a in answers]),
        evidence=_evidence([a.evidence for a in answers]),
        alternatives=others,
    )
    _contradiction(merged.question, "answer", top.code, others, key, findings)
    if isinstance(merged, Result) and isinstance(top, Result):
        degrees = [a for a in answers if isinstance(a, Result) and a.degree_status]
        if degrees:
            degree = min(degrees, key=lambda a: _KNOWN.index(a.degree_status or Status.NOT_REACHED))
            extra = _others([(a.degree, a.degree_stated) for a in degrees], degree.degree)
            merged = replace(
                merged,
                degree=degree.degree,
                degree_status=degree.degree_status,
                degree_stated=degree.degree_stated,
                degree_alternatives=extra,
            )
            _contradiction(merged.question, "degree", degree.degree, extra, key, findings)
    return merged


def _others(pairs: Sequence[tuple[str | None, Value | None]], chosen: str | None) -> tuple[tuple[str, Value], ...]:
    found: dict[str, Value] = {}
    for code, stated in pairs:
        if code and stated and chosen and code != chosen:
            found.setdefault(code, stated)
    return tuple(sorted(found.items()))


def _contradiction(
    question: str, what: str, code: str | None, others: tuple[tuple[str, Value], ...], key: str, findings: list[Finding]
) -> None:
    for other, stated in others:
        findings.append(
            Finding(
                Severity.WARNING,
                "captures-contradict",
                f"Two captures give different values for the {what} to {question}: {code} is kept, {other} is its"
                " alternative.",
                report=key,
                capture=stated.source.capture,
                span=stated.source.span,
                quote=stated.text,
            )
        )


def _evidence(tables: Sequence[tuple[Evidence, ...]]) -> tuple[Evidence, ...]:
    """The fullest list of evidence; of two equally long ones the one with more targets."""

    def rank(items: tuple[Evidence, ...]) -> tuple[int, int]:
        return (-len(items), -sum(bool(item.urls) for item in items))

    return min(tables, key=rank, default=())


def _unassigned(ranked: Sequence[Report]) -> tuple[Value, ...]:
    found: dict[str, Value] = {}
    for value in (v for r in ranked for v in r.unassigned):
        found.setdefault(value.text, value)
    return tuple(found[text] for text in sorted(found))
