"""Lines that read like labels of the form."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from ogp_graph.names import fold

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ogp_graph.forms import Form
    from ogp_graph.model import Line

__all__ = ["Candidate", "candidates", "is_bullet", "is_marked"]

_BULLETS = "-–—•▪·*‣◦"
_JOINED = 6
"""Lines that one label may be spread over."""
_START = 24
"""Code points from which the first words of a line are told."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """Lines ``first`` to ``last`` read like a label of the ``places`` (positions in ``form.parts``);
    ``partial`` when the page ends inside the label."""

    first: int
    last: int
    places: tuple[int, ...]
    partial: bool = False


def is_bullet(line: Line) -> bool:
    """Whether the line starts with a bullet."""
    return line.text[:1] in _BULLETS


def is_marked(line: Line, mark: str) -> bool:
    """Whether the markup sets a line apart like the labels with ``mark``. A label that shares its line with its value
    (``li:``) may stand alone when the value is empty."""
    return line.mark == mark or (mark[-1:] == ":" and line.mark == mark[:-1] and line.text[-1:] in ":：")


def candidates(lines: Sequence[Line], form: Form, *, start: int, open_end: bool) -> list[Candidate]:
    """Every line, or lines that follow each other, from ``start`` on that read like a label.

    ``open_end`` says that the page may stop anywhere: its last line may be the beginning of a label.
    """
    found: list[Candidate] = []
    i = start
    while i < len(lines):
        folded = _folded(lines[i], form)
        candidate = _candidate(lines, i, folded, form, open_end=open_end) if folded else None
        if candidate:
            if found and _is_prompt(candidate, found[-1], lines):
                found[-1] = replace(found[-1], last=candidate.last)
            else:
                found.append(candidate)
            i = candidate.last + 1
        else:
            i += 1
    if open_end and start < len(lines) and (not found or found[-1].last < len(lines) - 1):
        found.extend(_cut_label(lines, form))
    return found


def _is_prompt(candidate: Candidate, above: Candidate, lines: Sequence[Line]) -> bool:
    """Whether a label stands directly below another wording of itself: a prompt of the submission form."""
    if candidate.places != above.places or candidate.first != above.last + 1 or candidate.partial:
        return False
    return " " in lines[candidate.first].text and lines[candidate.first].text != lines[above.first].text


def _folded(line: Line, form: Form) -> str:
    """The folded text of a line that may be a label; empty when it cannot be one."""
    text = line.text
    if len(text) > form.longest_label + 40 or is_bullet(line):
        return ""
    start = fold(text[:_START])
    if start.split(" ", 1)[0] not in form.first_words:
        return ""
    folded = fold(text) if len(text) > _START else start
    if " " not in folded and not text[:1].isupper():
        return ""
    return folded


def _candidate(lines: Sequence[Line], i: int, folded: str, form: Form, *, open_end: bool) -> Candidate | None:
    places = form.labels.get(folded)
    best = Candidate(i, i, places) if places else None
    first = folded.split(" ", 1)[0]
    longer = [label for label in form.first_words[first] if len(label) > len(folded)]
    joined, last = folded, i
    while longer := [label for label in longer if label.startswith(joined)]:
        if last + 1 >= len(lines) or last - i >= _JOINED:
            break
        more = f"{joined} {fold(lines[last + 1].text[: form.longest_label])}"
        if not any(label.startswith(more) for label in longer):
            break
        joined, last = more, last + 1
        if joined in form.labels:
            best = Candidate(i, last, form.labels[joined])
    if best:
        return best
    if last > i or " " in joined:
        sections = {p for label in longer for p in form.labels[label] if form.parts[p].kind == "Section"}
        if sections and (last > i or joined.split()[-1].isdigit()):
            return Candidate(i, last, tuple(sorted(sections)), partial=open_end and last == len(lines) - 1)
        if open_end and longer and last == len(lines) - 1:
            return Candidate(i, last, _places(longer, form), partial=True)
    return None


def _cut_label(lines: Sequence[Line], form: Form) -> list[Candidate]:
    """The last line of a page as the beginning of a label, be it a single letter."""
    last = len(lines) - 1
    start = fold(lines[last].text[: form.longest_label])
    labels = [label for label in form.labels if label.startswith(start)] if start else []
    return [Candidate(last, last, _places(labels, form), partial=True)] if labels else []


def _places(labels: Sequence[str], form: Form) -> tuple[int, ...]:
    return tuple(sorted({place for label in labels for place in form.labels[label]}))
