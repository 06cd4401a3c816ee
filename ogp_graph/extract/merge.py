"""Several captures of one report into one: the better capture's value wins, the other's is kept beside it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeVar

from ogp_graph.model import Answer, Capture, Finding, Result, Severity, Status, Value
from ogp_graph.names import fold

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

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
    translated = frozenset(sha for r in ranked for sha in r.machine_translations)
    action, problem, prose = _prose(ranked, translated)

    def text(values: Iterable[Value | None]) -> Value | None:
        return _text(values, translated)

    merged = replace(
        best,
        captures=_captures(ranked),
        layouts=tuple(sorted({pair for r in ranked for pair in r.layouts})),
        title=text(r.title for r in ranked),
        member_name=text(r.member_name for r in ranked),
        plan_title=text(r.plan_title for r in ranked),
        commitment_title=text(r.commitment_title for r in ranked),
        commitment_subtitle=text(r.commitment_subtitle for r in ranked),
        action=action,
        action_status=Status.ANSWERED if action else prose.action_status,
        problem=problem,
        problem_status=Status.ANSWERED if problem else prose.problem_status,
        border_unknown=prose.border_unknown,
        evaluators=next((r.evaluators for r in ranked if r.evaluators), ()),
        evaluator_status=_status([r.evaluator_status for r in ranked]),
        answers=_answers([(r.answers, bool(r.machine_translations)) for r in ranked], translated, best.key, findings),
        results=_answers([(r.results, bool(r.machine_translations)) for r in ranked], translated, best.key, findings),
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


def _text(values: Iterable[Value | None], translated: frozenset[str]) -> Value | None:
    """An original text before a translated one, a whole text before a cut one, otherwise the best source's."""
    there = [value for value in values if value]
    return min(there, key=lambda value: (value.source.capture in translated, value.partial), default=None)


def _status(statuses: Sequence[Status]) -> Status:
    return min(statuses, key=_KNOWN.index)


def _prose(ranked: Sequence[Report], translated: frozenset[str]) -> tuple[Value | None, Value | None, Report]:
    """Action and problem together from the capture that knows most about both, from an original if one has either."""

    def rank(report: Report) -> tuple[bool, bool, bool, int]:
        cut = any(v is not None and v.partial for v in (report.action, report.problem))
        unread = cut or Status.NOT_REACHED in (report.action_status, report.problem_status)
        known = _KNOWN.index(report.action_status) + _KNOWN.index(report.problem_status)
        return (report.border_unknown, unread, not _shows_labels(report), known)

    best = min([r for r in ranked if not r.machine_translations and (r.action or r.problem)] or ranked, key=rank)
    if best.border_unknown:
        return best.action, best.problem, best
    clear = [r for r in ranked if not r.border_unknown]
    action, problem = best.action, best.problem
    if action is None and best.action_status is not Status.EMPTY:
        action = _text([r.action for r in clear], translated)
    if problem is None and best.problem_status is not Status.EMPTY:
        problem = _text([r.problem for r in clear], translated)
    return action, problem, best


@dataclass(frozen=True, slots=True)
class _Choice:
    """What one capture says to a closed question: of a translation only what is known counts as another answer."""

    status: Status
    code: str | None
    stated: Value | None
    translated: bool

    @property
    def rank(self) -> float:
        """The lowest wins; what an original states is never overridden by its translation."""
        place = _KNOWN.index(self.status)
        return 1.5 + place / 4 if self.translated and self.stated else place

    @property
    def name(self) -> str:
        """What two captures that say the same have in common."""
        return self.code or (fold(self.stated.text) if self.stated else "")


def _answers(
    tables: Sequence[tuple[Sequence[_A], bool]], translated: frozenset[str], key: str, findings: list[Finding]
) -> tuple[_A, ...]:
    questions = sorted({a.question for table, _ in tables for a in table})
    return tuple(
        _answer(
            [(a, by_machine) for table, by_machine in tables for a in table if a.question == q],
            translated,
            key,
            findings,
        )
        for q in questions
    )


def _answer(answers: Sequence[tuple[_A, bool]], translated: frozenset[str], key: str, findings: list[Finding]) -> _A:
    """One question's answer out of the captures' answers, best source first."""
    said = [_Choice(a.status, a.code, a.stated, by_machine) for a, by_machine in answers]
    chosen = min(said, key=lambda choice: choice.rank)
    top = answers[said.index(chosen)][0]
    merged = replace(
        top,
        explanation=_text([a.explanation for a, _ in answers], translated),
        evidence=_evidence([a.evidence for a, by_machine in answers if not by_machine])
        or _evidence([a.evidence for a, _ in answers]),
        alternatives=_others(said, chosen),
    )
    _contradiction(merged.question, "answer", chosen, merged.alternatives, key, findings)
    if isinstance(merged, Result):
        degrees = [
            _Choice(a.degree_status, a.degree, a.degree_stated, by_machine)
            for a, by_machine in answers
            if isinstance(a, Result) and a.degree_status
        ]
        if degrees:
            degree = min(degrees, key=lambda choice: choice.rank)
            merged = replace(
                merged,
                degree=degree.code,
                degree_status=degree.status,
                degree_stated=degree.stated,
                degree_alternatives=_others(degrees, degree),
            )
            _contradiction(merged.question, "degree", degree, merged.degree_alternatives, key, findings)
    return merged


def _others(said: Sequence[_Choice], chosen: _Choice) -> tuple[tuple[str, Value], ...]:
    """The other answers: (code, words), the code empty where the words are none of the known ones."""
    found: dict[str, tuple[str, Value]] = {}
    for choice in said:
        known = choice.code or not choice.translated
        if choice.stated and known and choice.name != chosen.name:
            found.setdefault(choice.name, (choice.code or "", choice.stated))
    return tuple(found[name] for name in sorted(found))


def _contradiction(
    question: str, what: str, chosen: _Choice, others: tuple[tuple[str, Value], ...], key: str, findings: list[Finding]
) -> None:
    kept = chosen.stated.text if chosen.stated else chosen.code
    for _, stated in others:
        findings.append(
            Finding(
                Severity.WARNING,
                "captures-contradict",
                f"Two captures give different values for the {what} to {question}: “{kept}” is kept,"
                f" “{stated.text}” stands beside it.",
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
