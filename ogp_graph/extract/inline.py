"""Label and value on one line: ``<b>Label</b> value``, ``Label: value`` and ``Question? value`` are taken apart."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from ogp_graph.extract.labels import is_bullet
from ogp_graph.model import Line, Span
from ogp_graph.names import fold

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from ogp_graph.forms import Form

__all__ = ["taken_apart"]

_BORDER = re.compile("[:：?？.*](?=\\s|$)")
_COLON = ":："
_START = 24
"""Code points from which the first words of a line are told."""
_HEADER = frozenset({"Name", "Names", "Private"})


def taken_apart(
    lines: Sequence[Line], form: Form, *, markup: bool, only: Collection[int] | None = None
) -> tuple[tuple[Line, ...], frozenset[int]]:
    """The lines with labels and values apart, and the positions in the document of the labels that were parted.

    ``only`` takes apart no others than the lines at these positions. In text without markup it takes a name's label
    or a whole question: shorter labels are words of a text as often."""
    found: list[Line] = []
    parted: set[int] = set()
    for line in lines:
        at = _border(line, form, markup=markup) if only is None or line.span.start in only else 0
        if at:
            parted.add(line.span.start)
            found.extend(_halves(line, at))
        else:
            found.append(line)
    return tuple(found), frozenset(parted)


def _border(line: Line, form: Form, *, markup: bool) -> int:
    """Where the value starts in the line's text; 0 when the line is not label and value."""
    text = line.text
    if line.lead and fold(text[: line.lead]) in form.labels:
        return line.lead
    if is_bullet(line) or not _starts_like_a_label(text, form):
        return 0
    for border in _BORDER.finditer(text, 0, form.longest_label + 5):
        if border.end() == len(text):
            return 0
        places = form.labels.get(fold(text[: border.end()]))
        if places and (markup or _is_long(text[: border.start()], form, places)):
            own = any(wording.endswith(border.group()) for p in places for wording in form.parts[p].wordings)
            return border.end() if own or border.group() in _COLON else 0
    return 0


def _starts_like_a_label(text: str, form: Form) -> bool:
    start = fold(text[:_START])
    labels = form.first_words.get(start.split(" ", 1)[0])
    if labels is None:
        return False
    if len(text) > _START:
        start = start.rsplit(" ", 1)[0]
    return any(label.startswith(start) or start.startswith(label + " ") for label in labels)


def _is_long(label: str, form: Form, places: Sequence[int]) -> bool:
    words = len(label.split())
    return words > 4 or (words > 1 and all(form.parts[p].kind in _HEADER for p in places))


def _halves(line: Line, at: int) -> Iterator[Line]:
    """The label and the value as lines of their own, each with its place in the document."""
    by_markup = at == line.lead
    if by_markup:
        label_raw, rest_raw = line.raw[:at], line.raw[at:]
        stop, start = line.lead_stop, line.rest_start
    else:
        label_raw, rest_raw = line.text[:at], line.text[at:]
        stop = start = line.span.start
        whole = line.span.end - line.span.start == len(line.text) == len(line.raw)
        stop, start = (start + at, start + at + 1) if whole else (line.span.end, start)
    mark = line.mark + (">" if by_markup else ":")
    yield Line(line.text[:at].strip(), Span(line.span.start, stop), line.gap, mark, raw=label_raw.strip())
    text = line.text[at:].strip()
    if text[:1] in _COLON and len(text) > 1:
        text = text[1:].strip()
    span = Span(start, line.span.end)
    yield replace(line, text=text, raw=rest_raw.strip(), span=span, gap=0, lead=0, mark=line.mark + "+")
