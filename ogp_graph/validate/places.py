"""Where a value that a finding is about was read: its citation, found among the lines that were validated."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pyoxigraph as ox

from ogp_graph.model import Span
from ogp_graph.vocabulary import term

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

__all__ = ["Place", "Places"]

_SUPPORTS = f" <{term('ogpv:supports')}> "
_READ = {
    term(name): called
    for name, called in (
        ("ogpv:supportsProperty", "property"), ("oa:hasSource", "capture"), ("oa:start", "start"), ("oa:end", "end"),
        ("oa:exact", "exact"),
    )
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Place:
    """Characters of a capture (its SHA-256), and the words there where the citation gives them whole."""

    capture: str
    span: Span
    quote: str | None


class Places:
    """The citations among N-Quads lines, looked for when somebody asks: most reports have no finding."""

    def __init__(self, lines: Sequence[str]) -> None:
        self._lines = lines

    def of(self, thing: str, one: str | None, *, exactly: bool = False) -> Place | None:
        """Where the property ``one`` of ``thing`` was read (IRIs), or else, unless ``exactly``, the first place of
        anything about it; None when there is none."""
        needle = f"{_SUPPORTS}<{thing}> "
        cited = sorted({line.partition(">")[0] for line in self._lines if needle in line})
        told = [(one in found["property"], place) for found in self._told(cited) if (place := _place(found))]
        exact = [place for matches, place in told if matches]
        return min(exact or [place for _, place in told if not exactly], key=_order, default=None)

    def _told(self, cited: Iterable[str]) -> list[dict[str, list[str]]]:
        """What the citations and their selectors say, one after the other."""
        starts = tuple(f"{one}{end}" for one in cited for end in ("> ", "/selector> "))
        lines = [line for line in self._lines if line.startswith(starts)] if starts else []
        told: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
        for quad in ox.parse("\n".join(lines), format=ox.RdfFormat.N_QUADS):
            if name := _READ.get(quad.predicate.value):
                told[quad.subject.value.removesuffix("/selector")][name].append(quad.object.value)
        return [told[citation] for citation in sorted(told)]


def _place(told: dict[str, list[str]]) -> Place | None:
    parts = (next(iter(told.get(name, ())), "") for name in ("capture", "start", "end", "exact"))
    capture, start, end, exact = parts
    if not (capture and start.isdecimal() and end.isdecimal()):
        return None
    return Place(capture.rpartition("/")[2], Span(int(start), int(end)), exact or None)


def _order(place: Place) -> tuple[int, int, str]:
    return place.span.start, place.span.end, place.capture
