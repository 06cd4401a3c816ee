"""Which of the lines that read like labels are labels: those on the best chain in the form's order. So question text
or a label word inside an answer does not split it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from itertools import accumulate, pairwise
from typing import TYPE_CHECKING

from ogp_graph.extract.labels import Candidate, candidates, is_marked

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ogp_graph.forms import Form
    from ogp_graph.model import Line

__all__ = ["Chain", "chain"]

_MOST = 4000
"""Candidates looked at; a page with more is not a report (finding too-many-labels)."""
_ROOM = {"Section": 0, "Name": 1, "Closed": 1}
"""Lines that a kind of part has at most below its label, where that is known."""
_MANY = 1_000_000


@dataclass(frozen=True, slots=True)
class Chain:
    """The labels of a page in order, as (place, candidate), and the candidates that are not among them."""

    labels: tuple[tuple[int, Candidate], ...]
    others: tuple[Candidate, ...]
    mark: str  # the markup that sets most labels apart

    def find(self, place: int) -> Candidate | None:
        """The label at ``place`` of the form, None when the page does not show it."""
        return next((candidate for at, candidate in self.labels if at == place), None)


def chain(lines: Sequence[Line], form: Form, *, start: int, open_end: bool) -> Chain | None:
    """The best chain of labels from line ``start`` on; None when there are too many candidates.

    ``open_end`` allows the last line to be the beginning of a label.
    """
    found = candidates(lines, form, start=start, open_end=open_end)
    if len(found) > _MOST:
        return None
    marks = Counter(lines[c.first].mark for c in found if c.places[0] in form.wordy)
    mark = min(marks, key=lambda m: (-marks[m], m)) if marks else ""
    labels = _best(found, lines, form, mark)
    if mark and not _tells(mark, [c for _, c in labels], lines):
        mark = ""
        labels = _best(found, lines, form, mark)
    chosen = {candidate.first for _, candidate in labels}
    others = (c for c in found if c.first not in chosen and not c.partial)
    return Chain(tuple(labels), tuple(others), mark)


def _tells(mark: str, labels: Sequence[Candidate], lines: Sequence[Line]) -> bool:
    """Whether the markup sets labels apart from what stands below them; not where labels and values look alike."""
    below = [
        is_marked(lines[label.last + 1], mark)
        for label, after in pairwise(labels)
        if is_marked(lines[label.first], mark) and label.last + 1 < after.first
    ]
    return 2 * sum(below) <= len(below)


@dataclass(slots=True, eq=False)  # compared by identity: two ways are never the same one
class _Link:
    """One way to read the labels up to a candidate: the best one, and the way before it."""

    score: float
    place: int
    index: int  # of the candidate
    before: _Link | None


def _best(found: Sequence[Candidate], lines: Sequence[Line], form: Form, mark: str) -> list[tuple[int, Candidate]]:
    """The chain in the form's order that weighs most. A sub-label needs its own question before it. Equal chains: the
    one whose labels come first."""
    ways: list[list[_Link]] = [[] for _ in form.parts]
    room = [0, *accumulate(_ROOM.get(part.kind, _MANY) for part in form.parts)]
    top: _Link | None = None
    for index, candidate in enumerate(found):
        line = lines[candidate.first]
        bonus = 0.5 if mark and is_marked(line, mark) else -0.25 if line.mark[-1:] == ":" else 0.0
        if index and _repeats(candidate, before := found[index - 1]):
            bonus -= 1.0 if not mark or lines[before.first].mark in (line.mark, mark) else 0.0
        links: list[_Link] = []
        for place in candidate.places:
            part = form.parts[place]
            ways_here = ways[form.places[part.of] if part.of else 0 : place]
            way = _before(ways_here, found, index, room, room[place])
            if part.of and way is None:
                continue
            weight = _weight(candidate, place, lines, form) + bonus
            if way is None or (way[0] < 0 and not part.of):
                links.append(_Link(weight, place, index, None))
            else:
                links.append(_Link(way[0] + weight, place, index, way[1]))
        for link in links:
            ways[link.place] = _kept(ways[link.place], link)
            if top is None or link.score > top.score:
                top = link
    labels: list[tuple[int, Candidate]] = []
    while top is not None:
        labels.append((top.place, found[top.index]))
        top = top.before
    return labels[::-1]


def _repeats(candidate: Candidate, before: Candidate) -> bool:
    """Whether the same label stands on the line above: no less marked, this is a value that starts with its word."""
    return candidate.places == before.places and candidate.first == before.last + 1


def _weight(candidate: Candidate, place: int, lines: Sequence[Line], form: Form) -> float:
    part = form.parts[place]
    if candidate.partial:
        return 0.1
    if part.kind == "Footer":
        return 0.5
    if part.of or part.kind == "Section":
        return 2.0
    words = len(lines[candidate.first].text.split())
    return 4.0 if words > 4 else 3.0 if words > 1 else 1.0


def _before(
    ways: Sequence[Sequence[_Link]], found: Sequence[Candidate], index: int, room: Sequence[int], here: int
) -> tuple[float, _Link] | None:
    """What the best way to come to candidate ``index`` weighs, and that way. It weighs less when there are more lines
    between two labels than belong below the first one, or a line that reads like a label. ``room`` counts the lines
    that belong above each place, ``here`` those above the candidate's."""
    best: tuple[float, _Link] | None = None
    first = found[index].first
    for links in ways:
        for link in links:
            score = link.score
            if best is not None and score <= best[0]:
                continue
            between = first - found[link.index].last - 1
            if between and (belong := here - room[link.place]) < _MANY:
                score -= (0.5 if between > belong else 0.0) + (0.25 if index - link.index > 1 else 0.0)
            if best is None or score > best[0]:
                best = (score, link)
    return best


def _kept(links: list[_Link], new: _Link) -> list[_Link]:
    """The best way to a place and the latest ones: a later label may fit better to what follows."""
    if not links:
        return [new]
    best = max(links, key=lambda link: link.score)
    best = new if new.score > best.score else best
    return [best, *(one for one in (links[-1], new) if one is not best)]
