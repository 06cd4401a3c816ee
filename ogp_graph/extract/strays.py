"""Labels that the form does not have, or has already had: their lines are kept apart and named in findings."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ogp_graph.extract.labels import Candidate, is_bullet, is_marked
from ogp_graph.names import fold

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ogp_graph.codes import Codes
    from ogp_graph.definitions import Definitions
    from ogp_graph.extract.layout import Layout
    from ogp_graph.extract.values import Reading
    from ogp_graph.forms import Form
    from ogp_graph.model import Line

__all__ = ["stray_blocks"]

_REPEATED = ("repeated-label", "A label stands here a second time; what follows it is in no answer.")
_UNKNOWN = ("unknown-label", "The form has no such label; the text below it is in no answer.")
_NUMBER = re.compile(r"^(\d(?:\.\d){1,2})\.?\s*[-–—:]?\s")
_PLAIN_MARKS = ("", "p", "div", "li", "span", "td", "dd", "br")
_HEADER = ("Name", "Names", "Private")
_LONGEST_LABEL = 500


def stray_blocks(layout: Layout, reading: Reading, definitions: Definitions) -> frozenset[int]:
    """The lines under labels that are not among the chosen ones, each block left in no answer with a finding.

    A second label of a question counts when its own sub-labels or a known answer follow it, or when the markup
    sets it apart like every label; otherwise it is text of an answer that happens to read like a label.
    """
    taken: set[int] = set()
    for start, repeated in sorted(_starts(layout, definitions.form, definitions.codes)):
        if start in taken:
            continue
        block = range(start, _end(layout, start, definitions.form))
        taken.update(block)
        reading.leave([layout.lines[i] for i in block], *(_REPEATED if repeated else _UNKNOWN))
    return frozenset(taken)


def _end(layout: Layout, start: int, form: Form) -> int:
    """Where the block ends: at the next label; behind a name's label at the next line."""
    end = next((c.first for _, c in layout.chain.labels if c.first > start), len(layout.lines))
    names = any(c.first == start and form.parts[c.places[0]].kind in _HEADER for c in layout.chain.others)
    return min(end, start + 2) if names and not _set_apart(layout, layout.lines[start]) else end


def _starts(layout: Layout, form: Form, codes: Codes) -> Iterator[tuple[int, bool]]:
    """(line, whether it repeats a label of the form)"""
    labels = [c for place, c in layout.chain.labels if form.parts[place].kind != "Footer"]
    if not labels:
        return
    stop = next((c.first for place, c in layout.chain.labels if form.parts[place].kind == "Footer"), len(layout.lines))
    body = range(labels[0].first, stop)
    for candidate in layout.chain.others:
        if candidate.first in body and (found := _repeats(layout, candidate, form, codes)):
            yield found
    known = {i for _, c in layout.chain.labels for i in range(c.first, c.last + 1)}
    known |= {c.first for c in layout.chain.others}
    asked = _asked(layout, form)
    for i in body:
        if i not in known and (_set_apart(layout, layout.lines[i]) or _reads_like_a_label(i, layout, form, asked)):
            yield i, False


def _repeats(layout: Layout, candidate: Candidate, form: Form, codes: Codes) -> tuple[int, bool] | None:
    """Where the block of a label starts that the form has but the chain has not; None when it is text."""
    part, line = form.parts[candidate.places[0]], layout.lines[candidate.first]
    if part.of:
        return _before_sub_label(layout, candidate, form)
    if part.question:
        return (candidate.first, True) if _is_structural(layout, candidate, form, codes) else None
    named = part.kind in _HEADER and " " in line.text and line is not layout.stops_at
    return (candidate.first, True) if named or (part.kind == "Prose" and _set_apart(layout, line)) else None


def _before_sub_label(layout: Layout, candidate: Candidate, form: Form) -> tuple[int, bool]:
    """Where the block of a sub-label without a question of its own starts: at a question that the form does
    not have or has had, up to three lines above it, else at the sub-label."""
    previous = max((c.last for _, c in layout.chain.labels if c.last < candidate.first), default=-1)
    others = {c.first for c in layout.chain.others if form.parts[c.places[0]].question}
    asked = {number for number, _ in _asked(layout, form)}
    for i in range(candidate.first - 1, max(previous, candidate.first - 4), -1):
        line = layout.lines[i]
        if i in others and form.parts[_at(layout, i).places[0]].of is None:
            return i, True
        number = _NUMBER.match(line.text)
        if not is_bullet(line) and (line.text.endswith("?") or (number and _parts(number[1]) not in asked)):
            return i, False
    return candidate.first, True


def _asked(layout: Layout, form: Form) -> list[tuple[tuple[int, ...], int]]:
    """The questions of the chain: (number, line)."""
    found = ((form.parts[place], c.first) for place, c in layout.chain.labels)
    return [(_parts(part.question), first) for part, first in found if part.question and part.of is None]


def _parts(number: str) -> tuple[int, ...]:
    return tuple(int(part) for part in number.split("."))


def _reads_like_a_label(i: int, layout: Layout, form: Form, asked: Sequence[tuple[tuple[int, ...], int]]) -> bool:
    """Whether a line that is no label of the form can only be one: it is known from sibling pages, it is worded like
    a sub-label, or it is a question whose number lies between those of the questions around it."""
    line = layout.lines[i]
    text = line.text
    if not asked or i < asked[0][1] or (layout.spaced and line.gap == 0):
        return False
    if len(text) > _LONGEST_LABEL or is_bullet(line):
        return False
    if text[-1:] in ":?":
        folded = fold(text)
        if folded in form.other_labels or folded.startswith(form.sub_label_starts):
            return True
        if text[-1] == ":" and not layout.english and len(folded.split()) > 4:  # few translated labels are known
            return True
    number = _NUMBER.match(text)
    if number is None or not (text.endswith("?") or not layout.english):
        return False
    before = max((n for n, first in asked if first < i), default=())
    after = min((n for n, first in asked if first > i), default=None)
    return after is not None and before < _parts(number[1]) < after


def _at(layout: Layout, i: int) -> Candidate:
    return next(c for c in layout.chain.others if c.first == i)


def _is_structural(layout: Layout, candidate: Candidate, form: Form, codes: Codes) -> bool:
    """Whether a question that is not on the chain is followed by what follows a question."""
    if _set_apart(layout, layout.lines[candidate.first]):
        return True
    part, after = form.parts[candidate.places[0]], candidate.last + 1
    stop = next((c.first for _, c in layout.chain.labels if c.first > candidate.last), len(layout.lines))
    return bool(part.codes and after < stop and codes.match(part.codes, layout.lines[after].text))


def _set_apart(layout: Layout, line: Line) -> bool:
    """Whether the markup sets the line apart just as it does the labels."""
    return layout.chain.mark not in _PLAIN_MARKS and is_marked(line, layout.chain.mark)
