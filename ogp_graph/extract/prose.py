"""Action and problem: by their labels, or by the blank lines that dropped labels leave behind."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ogp_graph.model import Severity, Status

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ogp_graph.extract.layout import Layout
    from ogp_graph.extract.values import Reading
    from ogp_graph.model import Line, Value

__all__ = ["Prose", "border_doubtful", "prose"]


@dataclass(frozen=True, slots=True)
class Prose:
    """Both texts with their statuses. With ``border_unknown`` the action holds the lines of both."""

    action: Value | None = None
    action_status: Status = Status.EMPTY
    problem: Value | None = None
    problem_status: Status = Status.EMPTY
    border_unknown: bool = False


@dataclass(frozen=True, slots=True)
class _Lines:
    action: Sequence[Line]
    problem: Sequence[Line] | None = None  # None: the page does not come to it
    border_unknown: bool = False


def prose(
    loose: Sequence[Line],
    groups: dict[str, list[Line]],
    layout: Layout,
    reading: Reading,
    *,
    behind: Line | None,
    doubtful: bool,
    title_lost: bool,
) -> Prose:
    """Action and problem from the lines under their labels (``groups``) and those under none (``loose``).

    ``behind`` is the line that follows the overview, None when the page stops before it; ``doubtful`` says that one
    of the two labels stands there twice and nothing tells which one is text; ``title_lost`` that the line above the
    action is among the dropped ones."""
    if loose and not groups:
        found = _divided(loose, layout, behind, title_lost=title_lost)
    elif loose or doubtful:
        found = _Lines([*loose, *groups.get("action", ()), *groups.get("problem", ())], border_unknown=True)
    else:
        found = _Lines(groups.get("action", []), groups.get("problem"))
    ends_here = behind is None and layout.cut
    action = reading.value(found.action, partial=ends_here and found.problem is None) if found.action else None
    problem = reading.value(found.problem, partial=ends_here) if found.problem else None
    border_unknown = found.border_unknown and action is not None
    if border_unknown and action:
        reading.note(
            "border-unknown",
            "The capture does not show where the action ends and the problem starts; both stand in the action.",
            severity=Severity.INFO,
            span=action.source.span,
        )
    blank = Status.LOST if layout.lossy or border_unknown else Status.EMPTY
    unread = Status.NOT_REACHED if ends_here else blank
    return Prose(
        action,
        Status.ANSWERED if action else unread if found.problem is None else blank,
        problem,
        Status.ANSWERED if problem else unread,
        border_unknown,
    )


def _divided(loose: Sequence[Line], layout: Layout, behind: Line | None, *, title_lost: bool) -> _Lines:
    """Action and problem without labels. In layouts without blank lines two lines are one each. In the others each
    dropped label leaves an extra blank line where its text starts; more or fewer than that leave the border unknown,
    since any dropped line leaves one."""
    unknown = _Lines(loose, border_unknown=True)
    if layout.name.startswith("L3"):
        return _Lines(loose[:1], loose[1:]) if behind and len(loose) == 2 else unknown
    collapsed = all(line.gap <= 2 for line in layout.lines)
    labels = 3 if title_lost else 1  # dropped above the first line: its own, or the title and both its labels
    if loose[0].gap != labels + 1 and not (collapsed and loose[0].gap == 2):
        return unknown
    starts = [i for i, line in enumerate(loose) if i and line.gap > 1]
    if len(starts) == 1 and (behind is None or behind.gap < 2):
        return _Lines(loose[: starts[0]], loose[starts[0] :])
    if not starts and behind is None:
        return _Lines(loose)
    if not starts and behind and behind.gap == 2 and not collapsed:
        return _Lines(loose, [])
    return unknown


def border_doubtful(layout: Layout, places: frozenset[int], start: int, stop: int) -> bool:
    """Whether a line from ``start`` up to ``stop`` looks just like the label of one of the ``places`` and is not it."""
    marks = {layout.lines[c.first].mark for place, c in layout.chain.labels if place in places}
    others = (c for c in layout.chain.others if start <= c.first < stop and not places.isdisjoint(c.places))
    return any(layout.lines[c.first].mark in marks for c in others)
