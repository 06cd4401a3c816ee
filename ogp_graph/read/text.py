"""Plain text into lines: the layouts L1 to L4 as crawlers' extractors leave them."""

from __future__ import annotations

import re
from itertools import chain
from typing import TYPE_CHECKING

from ogp_graph.model import Line, Link, Span
from ogp_graph.names import fold
from ogp_graph.read.lines import clean, without_tooltips

if TYPE_CHECKING:
    from ogp_graph.forms import Form

__all__ = ["text_lines"]

_BREAK = re.compile("\r\n|[\n\r\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")
_ADDRESS = re.compile(r"https?://[^\s<>\"“”«»]+")
_MARKED = re.compile(r"(?:#{1,6}\s+)?(\*\*|__|)(\S.*?)\1\s*#*", re.DOTALL)
"""A heading or a line in bold in Markdown (https://spec.commonmark.org/0.31.2/#atx-headings)."""
_TRAILING = ".,;:!?)]}'’"


def text_lines(text: str, form: Form) -> tuple[Line, ...]:
    """The lines of ``text`` that are not blank; ``gap`` counts the blank ones before each."""
    lines: list[Line] = []
    gap = start = 0
    size, end = len(text), len(text.rstrip())
    for stop, after in chain((found.span() for found in _BREAK.finditer(text)), [(size, size + 1)]):
        raw = text[start:stop]
        line = _line(raw, start, form, gap=gap, last=stop >= end) if raw and not raw.isspace() else None
        if line:
            lines.append(line)
        gap = 0 if line else gap + 1
        start = after
    return tuple(lines)


def _line(raw: str, start: int, form: Form, *, gap: int, last: bool) -> Line | None:
    stripped = raw.strip()
    words = clean(without_tooltips(stripped, form, last=last))
    if not words:
        return None
    if words[0] in "#*_":
        words = _unmarked(words, form)
    begin = start + raw.index(stripped[0])
    return Line(words, Span(begin, begin + len(stripped)), gap, raw=stripped, links=_links(words))


def _unmarked(words: str, form: Form) -> str:
    """A label or headline without the signs that set it apart in Markdown; other lines as they are."""
    found = _MARKED.fullmatch(words)
    if found is None:
        return words
    folded = fold(found[2])
    return found[2] if folded in form.labels or folded.startswith(form.folded.get("headline", ())) else words


def _links(words: str) -> tuple[Link, ...]:
    if "://" not in words:
        return ()
    addresses = (found.group().rstrip(_TRAILING) for found in _ADDRESS.finditer(words))
    return tuple(Link(address, address) for address in addresses)
