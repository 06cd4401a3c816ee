"""The lines of the overview: which stand under which label, and where the plan's title stands among them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ogp_graph.extract.prose import border_doubtful
from ogp_graph.model import Severity
from ogp_graph.names import fold

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from ogp_graph.definitions import Definitions
    from ogp_graph.extract.layout import Layout
    from ogp_graph.extract.values import Reading
    from ogp_graph.forms import Form
    from ogp_graph.model import Line

__all__ = ["Group", "Header", "header", "is_plan_title", "plan_place", "plan_years"]

_YEARS = re.compile(r"\b((?:19|20)\d\d)\s*[-–—/]\s*((?:19|20)\d\d)\W*$")
_DASH = re.compile(r"\s*[-–—:]\s*")
_AFTER_PLAN = frozenset({"commitment", "title", "action", "problem"})
_PROSE = frozenset({"action", "problem"})


@dataclass(frozen=True, slots=True)
class Group:
    """Lines and the name of the label above them; None where no label stands above."""

    name: str | None
    lines: Sequence[Line]


@dataclass(frozen=True, slots=True)
class Header:
    """The overview around the plan's title. ``named`` is the line below the headline that names the plan, ``behind``
    the first line behind the overview (None when the page stops before it)."""

    before: tuple[Group, ...]
    plan: Line | None
    after: tuple[Group, ...]
    named: Line | None
    behind: Line | None
    border_doubtful: bool

    def labelled(self, name: str) -> bool:
        """Whether the page shows the label ``name``."""
        return any(group.name == name for group in (*self.before, *self.after))


def header(layout: Layout, reading: Reading, definitions: Definitions, blocked: Collection[int]) -> Header:
    """The overview's lines without those in ``blocked`` and without a name that the page is cut inside."""
    form = definitions.form
    start = layout.headline + 1 if layout.headline is not None else 0
    border = form.places["section-1"]
    whole = [(place, c) for place, c in layout.chain.labels if not c.partial]
    inside = [(form.parts[place].name, c) for place, c in whole if place < border]
    behind = next((c.first for place, c in whole if place >= border), None)
    ends = [c.first for _, c in layout.chain.labels if c.partial] or [len(layout.lines)]
    stop = ends[0] if behind is None else behind
    edges = [(None, start - 1), *((name, c.last) for name, c in inside)]
    stops = [*(c.first for _, c in inside), stop]
    groups = [
        Group(name, [layout.lines[i] for i in range(last + 1, end) if i not in blocked])
        for (name, last), end in zip(edges, stops, strict=True)
    ]
    named = next((line for g in groups[:2] for line in g.lines[:1] if _names_plan(line, form)), None)
    groups = [Group(g.name, [line for line in g.lines if line is not named]) for g in groups]
    before, plan, after = _around_plan(groups, form, lossy=layout.lossy)
    if cut := _cut_name(before, plan, after, layout, form):
        message = "The page is cut inside this line; it is in no value."
        reading.note("cut-inside-name", message, span=cut.span, severity=Severity.INFO)
        before, after = _without(before, cut), _without(after, cut)
        plan = None if plan is cut else plan
    prose = frozenset(form.places[name] for name in _PROSE)
    doubtful = border_doubtful(layout, prose, inside[0][1].first if inside else start, stop)
    return Header(before, plan, after, named, None if behind is None else layout.lines[behind], doubtful)


def _cut_name(
    before: Sequence[Group], plan: Line | None, after: Sequence[Group], layout: Layout, form: Form
) -> Line | None:
    """The page's last line when that is a name, which may go on."""
    last = layout.stops_at
    if last is None or (last is plan and is_plan_title(last, form)):
        return None
    names = [line for group in after if group.name not in _PROSE for line in group.lines]
    in_title = bool(names) and last is names[-1] and (len(names) == 1 or not layout.lossy)
    return last if last is plan or in_title or any(last is line for g in before for line in g.lines) else None


def _without(groups: Sequence[Group], cut: Line) -> tuple[Group, ...]:
    return tuple(Group(g.name, [line for line in g.lines if line is not cut]) for g in groups)


def _names_plan(line: Line, form: Form) -> bool:
    """``- Action Plan: Action plan – X, 2021 – 2022`` below the headline."""
    folded = fold(line.text[:80]) + " "
    plans = form.folded.get("planTitle", ())
    return line.text[:1] in "-–—" and any(
        folded.startswith(start + " ")
        and (folded.removeprefix(start + " ").startswith(plans) or plan_years(line.text) is not None)
        for start in form.folded.get("planLine", ())
    )


def _around_plan(
    groups: Sequence[Group], form: Form, *, lossy: bool
) -> tuple[tuple[Group, ...], Line | None, tuple[Group, ...]]:
    """The groups before the plan's title, the title, and the groups behind it."""
    labelled = any(group.name == "plan" and _may_be_plan(group.lines, lossy=lossy) for group in groups)
    for g, group in enumerate(groups):
        for i, line in enumerate(group.lines):
            found = group.name == "plan" if labelled else group.name not in _PROSE and is_plan_title(line, form)
            if found:
                rest = Group(group.name if group.name in _AFTER_PLAN else None, group.lines[i + 1 :])
                return (*groups[:g], Group(group.name, group.lines[:i])), line, (rest, *groups[g + 1 :])
    place = next(
        (g for g, group in enumerate(groups) if group.name in _AFTER_PLAN or group.name == "plan"), len(groups)
    )
    return tuple(groups[:place]), None, tuple(groups[place:])


def _may_be_plan(lines: Sequence[Line], *, lossy: bool) -> bool:
    """Whether the line below the plan's label is its title; where lines were dropped it may be the next value."""
    return bool(lines) and (not lossy or plan_years(lines[0].text) is not None)


def is_plan_title(line: Line, form: Form) -> bool:
    """Whether a line is the title of an action plan, known by its first words and its years."""
    return plan_years(line.text) is not None and fold(line.text[:60]).startswith(form.folded.get("planTitle", ()))


def plan_years(title: str) -> tuple[int, int] | None:
    """The first and the last year at the end of a plan's title."""
    years = _YEARS.search(title)
    return (int(years[1]), int(years[2])) if years else None


def plan_place(title: str) -> str:
    """The place in a plan's title: ``Action plan – Khoni, Georgia, 2021 – 2021`` gives ``Khoni, Georgia``."""
    bare = _YEARS.sub("", title).strip(" ,–—-")
    parts = _DASH.split(bare, maxsplit=1)
    return parts[1].strip(" ,") if len(parts) == 2 else ""
