"""Labels that the form does not have, or has already had: their lines are kept apart and named in findings."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ogp_graph.extract.labels import Candidate, is_bullet, is_marked

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ogp_graph.definitions import Definitions
    from ogp_graph.extract.layout import Layout
    from ogp_graph.extract.values import Reading
    from ogp_graph.model import Line

__all__ = ["stray_blocks"]

_REPEATED = ("repeated-label", "A label stands here a second time; what follows it is in no answer.")
_UNKNOWN = ("unknown-label", "The form has no such label; the text below it is in no answer.")
_NUMBERED = re.compile(r"^\d(?:\.\d){0,2}\.?\s")
_PLAIN_MARKS = ("", "p", "p>", ">", "div", "li", "span", "td", "dd", "br")


def stray_blocks(layout: Layout, reading: Reading, definitions: Definitions) -> frozenset[int]:
    """The lines under labels that are not among the chosen ones, each block left in no answer with a finding.

    A second label of a question counts when its own sub-labels or a known answer follow it, or when the markup
    sets it apart like every label; otherwise it is text of an answer that happens to read like a label.
    """
    taken: set[int] = set()
    for start, repeated in sorted(_starts(layout, definitions)):
        if start in taken:
            continue
        block = range(start, _next_label(layout, start))
        taken.update(block)
        reading.leave([layout.lines[i] for i in block], *(_REPEATED if repeated else _UNKNOWN))
    return frozenset(taken)


def _next_label(layout: Layout, start: int) -> int:
    return next((c.first for _, c in layout.chain.labels if c.first > start), len(layout.lines))


def _starts(layout: Layout, definitions: Definitions) -> Iterator[tuple[int, bool]]:
    """(line, whether it repeats a label of the form)"""
    form = definitions.form
    first = next((c.first for place, c in layout.chain.labels if form.parts[place].kind != "Footer"), None)
    end = next((c.first for place, c in layout.chain.labels if form.parts[place].kind == "Footer"), len(layout.lines))
    if first is None:
        return
    body = range(first, end)
    for candidate in layout.chain.others:
        if candidate.first not in body:
            continue
        part = form.parts[candidate.places[0]]
        if part.of:
            yield _before_sub_label(layout, candidate, definitions)
        elif (part.question and _is_structural(layout, candidate, definitions)) or (
            part.kind in ("Name", "Names", "Prose")
            and not part.question
            and _set_apart(layout, layout.lines[candidate.first])
        ):
            yield candidate.first, True
    known = {i for _, c in layout.chain.labels for i in range(c.first, c.last + 1)}
    known |= {c.first for c in layout.chain.others}
    for i in body:
        if i not in known and _set_apart(layout, layout.lines[i]):
            yield i, False


def _before_sub_label(layout: Layout, candidate: Candidate, definitions: Definitions) -> tuple[int, bool]:
    """Where the block of a sub-label without a question of its own starts: at a question that the form does
    not have or has had, up to three lines above it, else at the sub-label."""
    previous = max((c.last for _, c in layout.chain.labels if c.last < candidate.first), default=-1)
    others = {c.first for c in layout.chain.others if definitions.form.parts[c.places[0]].question}
    for i in range(candidate.first - 1, max(previous, candidate.first - 4), -1):
        line = layout.lines[i]
        if i in others and definitions.form.parts[_at(layout, i).places[0]].of is None:
            return i, True
        if not is_bullet(line) and (line.text.endswith("?") or _NUMBERED.match(line.text)):
            return i, False
    return candidate.first, True


def _at(layout: Layout, i: int) -> Candidate:
    return next(c for c in layout.chain.others if c.first == i)


def _is_structural(layout: Layout, candidate: Candidate, definitions: Definitions) -> bool:
    """Whether a question that is not on the chain is followed by what follows a question."""
    part = definitions.form.parts[candidate.places[0]]
    stop = _next_label(layout, candidate.last)
    if _set_apart(layout, layout.lines[candidate.first]):
        return True
    after = candidate.last + 1
    return bool(part.codes and after < stop and definitions.codes.match(part.codes, layout.lines[after].text))


def _set_apart(layout: Layout, line: Line) -> bool:
    """Whether the markup sets the line apart just as it does the labels."""
    return layout.chain.mark not in _PLAIN_MARKS and is_marked(line, layout.chain.mark)
