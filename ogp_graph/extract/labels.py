"""Which lines are labels: every line that reads like one is a candidate, and the best chain in the form's
order wins. So question text or a label word inside an answer does not split it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from ogp_graph.model import Line, Span
from ogp_graph.names import fold

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ogp_graph.forms import Form

__all__ = ["Candidate", "Chain", "chain", "folded_line", "is_bullet", "with_leads_split"]

_BULLETS = "-–—•▪·*‣◦"
_JOINED = 6
"""Lines that one label may be spread over."""
_MOST = 4000
"""Candidates looked at; a page with more is not a report (finding too-many-labels)."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """Lines ``first`` to ``last`` read like a label of the ``places`` (positions in ``form.parts``);
    ``partial`` when the page ends inside the label."""

    first: int
    last: int
    places: tuple[int, ...]
    partial: bool = False


@dataclass(frozen=True, slots=True)
class Chain:
    """The labels of a page in order, as (place, candidate), and the candidates that are not among them."""

    labels: tuple[tuple[int, Candidate], ...]
    others: tuple[Candidate, ...]
    mark: str  # the markup that sets most labels apart

    def find(self, place: int) -> Candidate | None:
        return next((candidate for at, candidate in self.labels if at == place), None)


def is_bullet(line: Line) -> bool:
    """Whether the line starts with a bullet."""
    return line.text[:1] in _BULLETS


def folded_line(line: Line, form: Form) -> str:
    """The folded text of a line that may be a label; empty when it cannot be one."""
    text = line.text
    if len(text) > form.longest_label + 40 or is_bullet(line):
        return ""
    start = fold(text[:24])
    if start.split(" ", 1)[0] not in form.first_words:
        return ""
    folded = fold(text) if len(text) > 24 else start
    if " " not in folded and not text[:1].isupper():
        return ""
    return folded


def with_leads_split(lines: Sequence[Line], form: Form) -> tuple[Line, ...]:
    """The lines, with ``<b>Label</b> value`` and ``Label: value`` taken apart where the label is one."""
    found: list[Line] = []
    for line in lines:
        if line.lead and fold(line.text[: line.lead]) in form.labels:
            found.extend(_split(line))
        else:
            found.append(line)
    return tuple(found)


def _split(line: Line) -> tuple[Line, Line]:
    label = Line(
        line.text[: line.lead].strip(), Span(line.span.start, line.lead_stop), line.gap, line.mark + ">", raw=line.raw[: line.lead]
    )
    rest = replace(
        line,
        text=line.text[line.lead :].strip(),
        raw=line.raw[line.lead :].strip(),
        span=Span(line.rest_start, line.span.end),
        gap=0,
        lead=0,
    )
    if rest.text[:1] in ":：" and len(rest.text) > 1:
        rest = replace(rest, text=rest.text[1:].strip())
    return label, rest


def chain(lines: Sequence[Line], form: Form, *, start: int, cut: bool) -> Chain | None:
    """The best chain of labels from line ``start`` on; None when there are too many candidates.

    ``cut`` allows the last line to be the beginning of a label.
    """
    candidates = _candidates(lines, form, start=start, cut=cut)
    if len(candidates) > _MOST:
        return None
    marks = Counter(lines[c.first].mark for c in candidates if any(len(w.split()) > 3 for w in _wordings(form, c)))
    mark = min(marks, key=lambda m: (-marks[m], m)) if marks else ""
    labels = _best(candidates, lines, form, mark)
    chosen = {id(candidate) for _, candidate in labels}
    return Chain(tuple(labels), tuple(c for c in candidates if id(c) not in chosen), mark)


def _wordings(form: Form, candidate: Candidate) -> tuple[str, ...]:
    return form.parts[candidate.places[0]].wordings


def _candidates(lines: Sequence[Line], form: Form, *, start: int, cut: bool) -> list[Candidate]:
    found: list[Candidate] = []
    i = start
    while i < len(lines):
        folded = folded_line(lines[i], form)
        candidate = _candidate(lines, i, folded, form, cut=cut) if folded else None
        if candidate:
            found.append(candidate)
            i = candidate.last + 1
        else:
            i += 1
    return found


def _candidate(lines: Sequence[Line], i: int, folded: str, form: Form, *, cut: bool) -> Candidate | None:
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
        if sections and joined.split()[-1].rstrip(".").isdigit() or (sections and last > i):
            return Candidate(i, last, tuple(sorted(sections)))
        if cut and last == len(lines) - 1:
            asked = {p for label in longer for p in form.labels[label] if form.parts[p].question}
            if asked:
                return Candidate(i, last, tuple(sorted(asked)), partial=True)
    return None


def _weight(part_kind: str, words: int, *, sub: bool) -> float:
    if part_kind == "Footer":
        return 0.5
    if sub or part_kind == "Section":
        return 2.0
    return 4.0 if words > 4 else 3.0 if words > 1 else 1.0


def _best(candidates: Sequence[Candidate], lines: Sequence[Line], form: Form, mark: str) -> list[tuple[int, Candidate]]:
    """Longest increasing chain by weight; a sub-label needs its own question before it. Ties go to the first."""
    parts, places = form.parts, form.places
    size = len(parts)
    scores: list[float] = [float("-inf")] * (size + 1)
    links: list[tuple[object, int, Candidate] | None] = [None] * (size + 1)
    scores[size] = 0.0  # nothing chosen yet
    for candidate in candidates:
        words = len(lines[candidate.first].text.split())
        bonus = 0.5 if mark and lines[candidate.first].mark == mark else 0.0
        updates: list[tuple[int, float, tuple[object, int, Candidate]]] = []
        for place in candidate.places:
            part = parts[place]
            low = places[part.of] if part.of else 0
            states = range(low, place) if part.of else (size, *range(place))
            state = max(states, key=scores.__getitem__)
            if scores[state] == float("-inf"):
                continue
            score = scores[state] + _weight(part.kind, words, sub=part.of is not None) + bonus
            if score > scores[place]:
                updates.append((place, score, (links[state], place, candidate)))
        for place, score, link in updates:
            scores[place], links[place] = score, link
    top = max(range(size + 1), key=scores.__getitem__)
    found: list[tuple[int, Candidate]] = []
    link: object = links[top]
    while isinstance(link, tuple):
        previous, place, candidate = link
        found.append((place, candidate))
        link = previous
    return found[::-1]
