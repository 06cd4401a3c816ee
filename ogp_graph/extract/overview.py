"""The overview of a page: evaluators, member, plan, titles, action and problem, with labels or without."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ogp_graph.extract.people import evaluators, is_private
from ogp_graph.model import Severity, Span, Status
from ogp_graph.names import fold

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ogp_graph.definitions import Definitions
    from ogp_graph.extract.layout import Layout
    from ogp_graph.extract.values import Reading
    from ogp_graph.model import Evaluator, Line, Value

__all__ = ["Overview", "overview", "plan_place"]

_YEARS = re.compile(r"\b((?:19|20)\d\d)\s*[-–—/]\s*((?:19|20)\d\d)\W*$")
_DASH = re.compile(r"\s*[-–—:]\s*")


@dataclass(slots=True)
class Overview:
    """What the overview says; every field None or empty where it says nothing."""

    evaluators: tuple[Evaluator, ...] = ()
    evaluator_status: Status = Status.EMPTY
    member: Value | None = None
    plan: Value | None = None
    years: tuple[int, int] | None = None
    commitment: Value | None = None
    subtitle: Value | None = None
    action: Value | None = None
    action_status: Status = Status.EMPTY
    problem: Value | None = None
    problem_status: Status = Status.EMPTY
    border_unknown: bool = False
    unassigned: list[Sequence[Line]] = field(default_factory=list)


@dataclass(slots=True)
class _Header:
    """The lines of the overview by the label that stands above them (None: no label yet)."""

    groups: list[tuple[str | None, list[Line]]]
    reached: bool  # the page goes on behind the overview

    def lines(self, name: str) -> list[Line] | None:
        return next((lines for label, lines in self.groups if label == name), None)


def overview(layout: Layout, reading: Reading, definitions: Definitions, headline_title: str, blocked: set[int]) -> Overview:
    """The overview of the page; ``blocked`` are lines that belong to labels which the form does not have."""
    form = definitions.form
    header = _header(layout, definitions, blocked)
    found = Overview()
    before, plan_line, after = _around_plan(header, layout, definitions)
    _people_and_member(before, header, layout, reading, definitions, plan_line, found)
    if plan_line:
        found.plan = reading.value([plan_line])
        years = _YEARS.search(plan_line.text)
        found.years = (int(years[1]), int(years[2])) if years else None
    else:
        _plan_from_line(layout, reading, definitions, found)
    _titles_and_prose(after, header, layout, reading, headline_title, found)
    if not found.evaluators:
        if layout.cut and not layout.has(form, "member") and not found.member:
            found.evaluator_status = Status.NOT_REACHED
        else:
            found.evaluator_status = Status.LOST if layout.lossy else Status.EMPTY
    return found


def _header(layout: Layout, definitions: Definitions, blocked: set[int]) -> _Header:
    form = definitions.form
    start = layout.headline + 1 if layout.headline is not None else 0
    border = form.places["section-1"]
    inside = [(form.parts[place].name, c) for place, c in layout.chain.labels if place < border]
    beyond = [c for place, c in layout.chain.labels if place >= border]
    stop = beyond[0].first if beyond else len(layout.lines)
    groups: list[tuple[str | None, list[Line]]] = []
    edges = [(None, start - 1, start - 1)] + [(name, c.first, c.last) for name, c in inside]
    plan_line = tuple(start + " " for start in form.folded.get("planLine", ()))
    for (name, _, last), following in zip(edges, [*edges[1:], (None, stop, stop)], strict=True):
        lines = [layout.lines[i] for i in range(last + 1, following[1]) if i not in blocked]
        if name in (None, "overview") and lines and _is_plan_line(lines[0], plan_line, definitions):
            lines = lines[1:]
        groups.append((name, lines))
    return _Header(groups, reached=bool(beyond))


def _is_plan_line(line: Line, starts: tuple[str, ...], definitions: Definitions) -> bool:
    """``- Action Plan: Action plan – X, 2021 – 2022`` below the headline."""
    folded = fold(line.text[:80]) + " "
    plans = definitions.form.folded.get("planTitle", ())
    return line.text[:1] in "-–—" and any(
        folded.startswith(start) and (folded.removeprefix(start).startswith(plans) or _YEARS.search(line.text)) for start in starts
    )


def _plan_from_line(layout: Layout, reading: Reading, definitions: Definitions, found: Overview) -> None:
    """The plan as the line below the headline names it, when the overview does not."""
    if layout.headline is None or layout.headline + 1 >= len(layout.lines):
        return
    line = layout.lines[layout.headline + 1]
    starts = tuple(start + " " for start in definitions.form.folded.get("planLine", ()))
    if not _is_plan_line(line, starts, definitions):
        return
    title = line.text.split(":", 1)[1].strip()
    at = line.raw.find(title)
    span = line.span if at < 0 else Span(line.span.start + at, line.span.start + at + len(title))
    found.plan = reading.words(title, span, title)
    years = _YEARS.search(title)
    found.years = (int(years[1]), int(years[2])) if years else None


def _is_plan_title(line: Line, definitions: Definitions) -> bool:
    return bool(_YEARS.search(line.text)) and fold(line.text[:60]).startswith(definitions.form.folded.get("planTitle", ()))


def _around_plan(
    header: _Header, layout: Layout, definitions: Definitions
) -> tuple[list[tuple[str | None, list[Line]]], Line | None, list[tuple[str | None, list[Line]]]]:
    """The groups before the plan's title, the title, and the groups behind it."""
    labelled = header.lines("plan")
    groups = header.groups
    for g, (name, lines) in enumerate(groups):
        if labelled is not None and labelled and name != "plan":
            continue
        for i, line in enumerate(lines):
            if name == "plan" or (name not in ("action", "problem") and _is_plan_title(line, definitions)):
                before = [*groups[:g], (name, lines[:i])]
                after = [(None if name in (None, "plan", "member", "evaluator", "email") else name, lines[i + 1 :]), *groups[g + 1 :]]
                return before, line, after
    place = next((g for g, (name, _) in enumerate(groups) if name in ("plan", "commitment", "title", "action", "problem")), len(groups))
    return groups[:place], None, groups[place:]


def _people_and_member(
    before: Sequence[tuple[str | None, list[Line]]],
    header: _Header,
    layout: Layout,
    reading: Reading,
    definitions: Definitions,
    plan_line: Line | None,
    found: Overview,
) -> None:
    people: list[Line] = []
    member: Line | None = None
    labelled = {name for name, _ in before}
    for name, lines in before:
        names = [line for line in lines if not is_private(line)]
        if name == "member":
            member = names[0] if names else None
            found.unassigned.extend([line] for line in names[1:])
        elif name == "email":
            if layout.lossy and "member" not in labelled and names:
                member = names[-1]
        else:
            people.extend(names)
    if member is None and "member" not in labelled and layout.lossy and people:
        last = people[-1]
        known = definitions.members.known(last.text) is not None
        in_plan = plan_line is not None and _shares_place(last.text, plan_line.text)
        if len(people) > 1 or known or in_plan:
            member = people.pop()
    if member:
        found.member = reading.value([member])
    if "evaluator" in labelled or layout.lossy:
        found.evaluators = evaluators(people, reading, definitions.form)
    else:
        found.unassigned.extend([line] for line in people)
    if found.evaluators:
        found.evaluator_status = Status.ANSWERED


def _shares_place(text: str, plan_title: str) -> bool:
    place = set(fold(plan_place(plan_title)).split())
    words = {word for word in fold(text).split() if len(word) > 2}
    return bool(words) and len(words & place) * 2 >= len(words)


def plan_place(title: str) -> str:
    """The place in a plan's title: ``Action plan – Khoni, Georgia, 2021 – 2021`` gives ``Khoni, Georgia``."""
    bare = _YEARS.sub("", title).strip(" ,–—-")
    parts = _DASH.split(bare, maxsplit=1)
    return parts[1].strip(" ,") if len(parts) == 2 else ""


def _titles_and_prose(
    after: Sequence[tuple[str | None, list[Line]]],
    header: _Header,
    layout: Layout,
    reading: Reading,
    headline_title: str,
    found: Overview,
) -> None:
    """Commitment title, its repetition, action and problem."""
    loose: list[Line] = []
    groups: dict[str, list[Line]] = {}
    for name, lines in after:
        if name in ("action", "problem"):
            groups.setdefault(name, []).extend(lines)
        elif name == "title":
            if lines:
                groups["title"] = lines[:1]
                loose.extend(lines[1:])
        else:
            loose.extend(lines)
    titled = "commitment" in {name for name, _ in after}
    if loose and (titled or layout.lossy or found.plan) and not _title_lost(loose, headline_title, titled=titled):
        found.commitment = reading.value([loose.pop(0)], partial=_is_end(layout, header, loose, groups))
    if title := groups.get("title"):
        _subtitle(title[0], reading, found)
    elif loose and layout.lossy and found.commitment and _same_title(loose[0].text, found.commitment.text, headline_title):
        _subtitle(loose.pop(0), reading, found)
    if loose and not layout.lossy:
        found.unassigned.append(loose)
        loose = []
    _prose(loose, groups, header, layout, reading, found)


def _subtitle(line: Line, reading: Reading, found: Overview) -> None:
    if found.commitment is None:
        found.commitment = reading.value([line])
    elif line.text != found.commitment.text:
        found.subtitle = reading.value([line])


def _title_lost(loose: Sequence[Line], headline_title: str, *, titled: bool) -> bool:
    """A title of one word falls under the loss rule: what follows is then already the action."""
    words = headline_title.split()
    first = fold(loose[0].text)
    return not titled and len(words) == 1 and not first.startswith(fold(headline_title)) and len(loose[0].text) > 160


def _same_title(text: str, title: str, headline: str) -> bool:
    folded = fold(text)
    return folded in (fold(title), fold(headline)) or (len(folded) < 300 and _alike(folded, fold(title)))


def _alike(one: str, other: str) -> bool:
    a, b = set(one.split()), set(other.split())
    return bool(a and b) and len(a & b) * 5 >= 4 * max(len(a), len(b))


def _is_end(layout: Layout, header: _Header, loose: Sequence[Line], groups: dict[str, list[Line]]) -> bool:
    return layout.cut and not header.reached and not loose and not groups


def _prose(
    loose: list[Line], groups: dict[str, list[Line]], header: _Header, layout: Layout, reading: Reading, found: Overview
) -> None:
    absent = Status.LOST if layout.lossy else Status.EMPTY
    ends_here = layout.cut and not header.reached
    action, problem = groups.get("action"), groups.get("problem")
    if loose and action is None and problem is None:
        action, problem, found.border_unknown = _divide(loose, layout, ends_here=ends_here)
    elif loose:
        action, problem = ([*loose, *(action or [])], problem) if not action else (action, [*(problem or []), *loose])
    last = "problem" if problem is not None or "problem" in groups else "action"
    found.action_status = Status.ANSWERED if action else absent
    found.problem_status = Status.ANSWERED if problem else absent
    if ends_here:
        if not problem:
            found.problem_status = Status.NOT_REACHED
        if not action and not problem:
            found.action_status = Status.NOT_REACHED
    if action:
        found.action = reading.value(action, partial=ends_here and last == "action")
    if problem:
        found.problem = reading.value(problem, partial=ends_here and last == "problem")
    if found.border_unknown and found.action:
        reading.note(
            "border-unknown",
            "The capture does not show where the action ends and the problem starts; both stand in the action.",
            severity=Severity.INFO,
            span=found.action.source.span,
        )


def _divide(loose: list[Line], layout: Layout, *, ends_here: bool) -> tuple[list[Line], list[Line], bool]:
    """Action and problem without labels: a dropped label leaves an extra blank line (layouts L2 and L4);
    without blank lines two lines are one each; otherwise the border is unknown."""
    if layout.name.startswith("L3"):
        if len(loose) == 2 and not ends_here:
            return loose[:1], loose[1:], False
        return loose, [], True
    starts = [0] + [i for i, line in enumerate(loose) if i and line.gap > 1]
    if len(starts) == 2:
        return loose[: starts[1]], loose[starts[1] :], False
    if len(starts) == 1 and ends_here:
        return loose, [], False
    return loose, [], True
