"""The overview of a page: evaluators, member, plan, titles, action and problem, with labels or without."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ogp_graph.extract.header import Header, header, plan_place, plan_years
from ogp_graph.extract.people import evaluators, is_private
from ogp_graph.extract.prose import Prose, prose
from ogp_graph.model import Span, Status
from ogp_graph.names import fold

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from ogp_graph.definitions import Definitions
    from ogp_graph.extract.layout import Layout
    from ogp_graph.extract.values import Reading
    from ogp_graph.model import Evaluator, Line, Value

__all__ = ["Overview", "overview"]

_BEHIND_NAME = re.compile(r"[,(]")


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
    prose: Prose = field(default_factory=Prose)


def overview(
    layout: Layout, reading: Reading, definitions: Definitions, headline_title: str, blocked: Collection[int]
) -> Overview:
    """The overview of the page; ``blocked`` are lines that belong to labels which the form does not have."""
    head = header(layout, reading, definitions, blocked)
    found = Overview()
    people, member, doubtful = _people_and_member(head, layout, definitions)
    if head.labelled("evaluator") and not layout.lossy:  # nothing stands there by its position
        astray = [line for group in head.before if group.name is None for line in group.lines]
        reading.leave(astray)
        people = [line for line in people if line not in astray]
    if head.labelled("evaluator") or (layout.lossy and not doubtful):
        found.evaluators = evaluators(people, reading, definitions.form)
    else:
        reading.leave(people)
    found.evaluator_status = _evaluator_status(found, head, layout)
    reading.leave(member[1:])
    found.member = reading.value(member[:1]) if member else None
    _plan(head, reading, found)
    _titles_and_prose(head, layout, reading, headline_title, found)
    return found


def _evaluator_status(found: Overview, head: Header, layout: Layout) -> Status:
    if found.evaluators:
        return Status.ANSWERED
    later = any(group.name or group.lines for group in head.after)
    if layout.cut and not (head.behind or head.plan or later or head.labelled("member")):
        return Status.NOT_REACHED
    return Status.LOST if layout.lossy else Status.EMPTY


def _plan(head: Header, reading: Reading, found: Overview) -> None:
    """The plan's title, or what the line below the headline says of it."""
    if head.plan:
        found.plan = reading.value([head.plan])
    elif head.named:
        line = head.named
        title = line.text.split(":", 1)[1].strip()
        at = line.raw.find(title)
        span = line.span if at < 0 else Span(line.span.start + at, line.span.start + at + len(title))
        found.plan = reading.words(title, span, title)
    found.years = plan_years(found.plan.text) if found.plan else None


def _people_and_member(head: Header, layout: Layout, definitions: Definitions) -> tuple[list[Line], list[Line], bool]:
    """The lines with evaluators, those with the member, and whether the former may be the latter. Where the member's
    label is lost, the member stands between evaluator or e-mails and the plan."""
    people: list[Line] = []
    member: list[Line] = []
    mailed = False
    for group in head.before:
        for line in group.lines:
            if is_private(line, definitions.form):
                mailed = True
            elif group.name == "member" or (layout.lossy and mailed and not head.labelled("member")):
                member.append(line)
            elif group.name != "email":
                people.append(line)
    unlabelled = layout.lossy and not member and not head.labelled("member")
    alone = len(people) == 1 and not mailed
    if unlabelled and (len(people) > 1 or (alone and _is_member(people[0], head, layout, definitions))):
        member.append(people.pop())
    return people, member, alone and bool(people) and head.plan is None


def _is_member(line: Line, head: Header, layout: Layout, definitions: Definitions) -> bool:
    """Whether the only line above the plan is the member: then the evaluator, a name of one word, was dropped. The
    dropped line leaves an extra blank one; else the member is known, or resembles the place in the plan's title."""
    if layout.name == "L2" and head.labelled("evaluator"):
        return line.gap > 1
    if definitions.members.known(line.text) is not None:
        return True
    place = plan_place(head.plan.text) if head.plan else ""
    words = {word for word in fold(line.text).split() if len(word) > 2}
    shared = words & set(fold(place).split())
    return bool(words) and (len(shared) * 2 >= len(words) or _first_name(line.text) == _first_name(place))


def _first_name(place: str) -> str:
    return fold(_BEHIND_NAME.split(place, maxsplit=1)[0])


def _titles_and_prose(head: Header, layout: Layout, reading: Reading, headline_title: str, found: Overview) -> None:
    """Commitment title, its repetition, action and problem."""
    loose: list[Line] = []
    groups: dict[str, list[Line]] = {}
    for group in head.after:
        if group.name in ("action", "problem"):
            groups.setdefault(group.name, []).extend(group.lines)
        elif group.name == "title":
            _subtitle(group.lines[:1], reading, found)
            loose.extend(group.lines[1:])
        elif group.name == "commitment" and not layout.lossy:
            found.commitment = reading.value(group.lines[:1]) if group.lines else None
            loose.extend(group.lines[1:])
        else:
            loose.extend(group.lines)
    if not layout.lossy:
        reading.leave(loose)
        loose = []
    lost = bool(loose) and _title_lost(loose[0], headline_title)
    if loose and not lost:
        found.commitment = reading.value([loose.pop(0)])
        if loose and _same_title(loose[0], layout, found.commitment.text, headline_title):
            again = loose.pop(0)
            _subtitle([] if again is layout.stops_at else [again], reading, found)
    found.prose = prose(
        loose, groups, layout, reading, behind=head.behind, doubtful=head.border_doubtful, title_lost=lost
    )


def _subtitle(lines: Sequence[Line], reading: Reading, found: Overview) -> None:
    if lines and found.commitment is None:
        found.commitment = reading.value(lines)
    elif lines and found.commitment and lines[0].text != found.commitment.text:
        found.subtitle = reading.value(lines)


def _title_lost(first: Line, headline_title: str) -> bool:
    """A title of one word falls under the loss rule: what follows is then already the action. Its label, itself and
    the next label leave three blank lines more than one; without blank lines a headline of one word tells."""
    headline, text = fold(headline_title), fold(first.text)
    if len(headline.split()) == 1:
        return not text.startswith(headline)
    return first.gap > 3 and not _long_words(headline) & _long_words(text)


def _long_words(folded: str) -> set[str]:
    return {word for word in folded.split() if len(word) > 3}


def _same_title(line: Line, layout: Layout, title: str, headline: str) -> bool:
    """Whether a line repeats the title, be it in another spelling or cut."""
    folded, titles = fold(line.text), (fold(title), fold(headline))
    if line is layout.stops_at and any(known.startswith(folded) for known in titles):
        return True
    return folded in titles or (len(folded) < 300 and _alike(folded, titles[0]))


def _alike(one: str, other: str) -> bool:
    a, b = set(one.split()), set(other.split())
    return bool(a and b) and len(a & b) * 5 >= 4 * max(len(a), len(b))
