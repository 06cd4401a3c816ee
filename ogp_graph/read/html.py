"""A web page into visible lines with their positions in the markup.

No kept library tells where in the markup a text node stands, and a citation needs just that (docs/decisions/
0002). So tokens are taken from the markup here, and open elements are kept on a stack as the WHATWG standard does
(https://html.spec.whatwg.org/multipage/parsing.html); the tests hold the words that come out against those of a
full parser.
"""

from __future__ import annotations

import html
import re
from collections import defaultdict
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

from ogp_graph.read.markup import (
    BLOCK,
    HEADINGS,
    TOKEN,
    UNFINISHED_TAG,
    Kinds,
    attributes,
    end_of_raw_text,
)
from ogp_graph.read.styles import Hiding, element_tokens, hides
from ogp_graph.read.tables import Tables
from ogp_graph.read.weblines import Lines

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ogp_graph.forms import Form
    from ogp_graph.model import Line
    from ogp_graph.read.markup import Kind

__all__ = ["TooManyElements", "WebPage", "read_html"]

_TELLING = re.compile(r"class|hidden|style|role|popover|id\s*=", re.IGNORECASE)
_BLANK = re.compile(r"(?:\s|&nbsp;|&#160;|&#xa0;)+", re.IGNORECASE)
_LINE = re.compile("[^\\n]*\\n|[^\\n]+")
_REACH = 300
"""Open elements that an end tag looks at; so that no page takes longer than its length allows."""
_DROPPED_ROLES = frozenset({"navigation", "complementary", "contentinfo", "dialog", "alertdialog"})
_LABEL_MARKS = frozenset({*HEADINGS, "dt", "th", "summary", "legend"})
_NOTHING: Mapping[str, str] = MappingProxyType({})
_WALLS = frozenset({"template", "object", "svg", "math"})
_CELLS = _WALLS | {"td", "th", "caption", "table"}
_TABLE = frozenset({"td", "th", "tr", "tbody", "thead", "tfoot", "table", "caption"})
_P_SCOPE = frozenset({"td", "th", "table", "caption", "button", "object"})


class TooManyElements(Exception):
    """The page has more tags than the setting allows."""


@dataclass(frozen=True, slots=True)
class WebPage:
    """What a page shows and says of itself. ``hidden`` counts the characters that its styles and attributes hide."""

    lines: tuple[Line, ...]
    addresses: tuple[str, ...]  # canonical, og:url: as they are written
    language: str | None
    base: str | None
    hidden: int
    depth: int  # elements that were open at once, at most


def read_html(markup: str, form: Form, *, max_elements: int, show_hidden: bool = False) -> WebPage:
    """The visible lines of ``markup`` in document order, without furniture and hidden elements.

    ``show_hidden`` reads what styles and attributes hide as well, but no tooltips.

    Raises:
        TooManyElements: there are more than ``max_elements`` tags.
    """
    return _Reader(markup, form, max_elements, show_hidden=show_hidden).read()


class _Reader:
    def __init__(self, markup: str, form: Form, max_elements: int, *, show_hidden: bool) -> None:
        self.markup = markup
        self.max_elements = max_elements
        self.show_hidden = show_hidden
        self.lines = Lines(form)
        self.tables = Tables(self.lines.done, form.labels)
        self.form = form
        self.furniture = form.words.get("furniture", frozenset())
        self.notes = form.words.get("tooltipClass", frozenset())
        self.hiding = Hiding()
        self.address: dict[str, str] = {}
        self.language: str | None = None
        self.base: str | None = None
        self.open: list[tuple[str, str]] = []  # (name, attributes as written), outermost first
        self.count: dict[str, int] = defaultdict(int)
        self.passed_over = 0  # how many elements are open up to the one that is passed over; 0: none is
        self.weighed = False  # what is passed over counts as hidden
        self.hidden = 0
        self.depth = 0

    def read(self) -> WebPage:
        markup, written, position, tags, kinds = self.markup, 0, 0, 0, Kinds()
        pieces, count = self.lines.pieces, self.count
        while (at := markup.find("<", position)) >= 0:
            found = TOKEN.match(markup, at)
            if found is None:
                position = at + 1
                if UNFINISHED_TAG.match(markup, at):  # a tag that never ends takes the rest (13.2.5: eof-in-tag)
                    markup = markup[:at]
                continue
            if at > written and (pieces or self.passed_over or not markup[written:at].isspace() or count["pre"]):
                self._text(written, at)
            written = position = found.end()
            ends, name, raw = found.groups()
            if name is None:
                continue
            tags += 1
            if tags > self.max_elements:
                raise TooManyElements
            kind = kinds[name]
            if ends:
                self._end(kind, at)
                continue
            self._start(kind, raw, at, position)
            if kind.raw_text:
                stop, position = end_of_raw_text(markup, kind.name, position)
                if kind.name == "style":
                    self.hiding.read(markup[written:stop])
                written = position
        if written < len(markup):
            self._text(written, len(markup))
        self.lines.close_link(len(markup))
        self.lines.end()
        addresses = tuple(self.address[kind] for kind in ("canonical", "og:url") if self.address.get(kind))
        return WebPage(tuple(self.lines.done), addresses, self.language, self.base, self.hidden, self.depth)

    def _text(self, start: int, stop: int) -> None:
        if self.passed_over:
            self.hidden += stop - start if self.weighed else 0
        elif self.count["pre"]:
            for line in _LINE.finditer(self.markup, start, stop):
                self._write(line.start(), line.end())
                if line.group().endswith("\n"):
                    self.lines.end(self.lines.mark)
        else:
            self._write(start, stop)

    def _write(self, start: int, stop: int) -> None:
        raw, lines = self.markup[start:stop], self.lines
        if raw.isspace():
            lines.write(raw, start, stop)
        elif "&" in raw:
            leading = _BLANK.match(raw)
            begin = start + leading.end() if leading and leading.end() < len(raw) else start
            lines.write(html.unescape(raw), begin, start + len(raw.rstrip()))
        else:
            lines.write(raw, stop - len(raw.lstrip()), start + len(raw.rstrip()))

    def _start(self, kind: Kind, raw: str, at: int, after: int) -> None:
        name, count = kind.name, self.count
        if kind.ends_p and count["p"]:
            self._close_one_of(frozenset({"p"}), _P_SCOPE)
        if kind.ends:
            self._close_one_of(kind.ends, kind.scope)
        elif kind.heading and self.open and self.open[-1][0] in HEADINGS:
            self._close(len(self.open) - 1)
        elif name == "a" and count["a"]:
            self._end(kind, at)
        if not self.passed_over:
            told = attributes(raw) if raw and (kind.asked or _TELLING.search(raw)) else _NOTHING
            if kind.about:
                self._about(name, told)
            if (told or kind.dropped or self.hiding.by_token) and (reason := self._reason(kind, told, raw)):
                if reason == "furniture" and kind.block and "hidden" not in told:
                    self.lines.end()
                self.passed_over, self.weighed = (len(self.open) + 1 if kind.holds else 0), reason == "hidden"
            else:
                self._show(kind, told, at, after)
        if kind.holds:
            self.open.append((name, raw))
            if len(self.open) > self.depth:
                self.depth = len(self.open)
            count[name] += 1

    def _show(self, kind: Kind, told: Mapping[str, str], at: int, after: int) -> None:
        lines, shows = self.lines, kind.shows
        if shows == "block":
            classes = told["class"].split() if "class" in told else None
            lines.end(f"{kind.name}.{classes[0]}" if classes else kind.name)
            if kind.tabular:
                self.tables.start(kind.name)
        elif shows == "inline" or (shows == "button" and self._is_in_label()):
            lines.open_inline()
        elif shows == "a":  # what it links to says nothing of what it is
            lines.open_link(told.get("href", "").strip(), after)
        elif shows == "br":
            if self._is_in_label():  # a heading is one line
                lines.write(" ", at, after)
            else:
                lines.end(lines.mark)
        elif shows == "button":
            lines.open_button()
        elif shows == "img":
            lines.image(told.get("alt", ""))

    def _is_in_label(self) -> bool:
        return self.lines.mark.partition(".")[0] in _LABEL_MARKS

    def _end(self, kind: Kind, at: int) -> None:
        name, before, itself = kind.name, self.passed_over, False
        if name == "br":
            self._start(kind, "", at, at)
            return
        if self.open and self.open[-1][0] == name:
            self.open.pop()
            self.count[name] -= 1
            if before > len(self.open):
                self.passed_over, itself = 0, True
        elif (self.count[name] or kind.heading) and (found := self._place(kind)) is not None:
            itself = found + 1 == before
            if kind.formatting and any(inner in BLOCK for inner, _ in self.open[found + 1 :]):
                self._take_out(found)
            else:
                self._close(found)
        if self.passed_over or itself:
            return
        if name == "button":
            self.lines.close_button()
        elif kind.block:
            self.lines.end()
            if name == "table":
                self.tables.end()
        elif not before:
            if name == "a":
                self.lines.close_link(at)
            else:
                self.lines.close_inline()

    # ------------------------------------------------------------------------------------- open elements

    def _close_one_of(self, names: frozenset[str], scope: frozenset[str]) -> None:
        for place in range(len(self.open) - 1, max(-1, len(self.open) - _REACH), -1):
            inner = self.open[place][0]
            if inner in names:
                self._close(place)
                return
            if inner in scope or inner in _WALLS:
                return

    def _place(self, kind: Kind) -> int | None:
        """Which open element an end tag means; None when none (a block inside or a table cell around is in the way)."""
        name, inline = kind.name, not kind.block and not kind.formatting
        for place in range(len(self.open) - 1, max(-1, len(self.open) - _REACH), -1):
            inner = self.open[place][0]
            if inner == name or (kind.heading and inner in HEADINGS):
                return place
            if (inline and inner in BLOCK) or (inner in _CELLS and name not in _TABLE | _WALLS):
                return None
        return None

    def _close(self, place: int) -> None:
        for name, _ in self.open[place:]:
            self.count[name] -= 1
        del self.open[place:]
        if self.passed_over > place:
            self.passed_over = 0

    def _take_out(self, place: int) -> None:
        """Ends a formatting element and leaves the blocks inside it open (the adoption agency, 13.2.6.4.7)."""
        self.count[self.open[place][0]] -= 1
        del self.open[place]
        if self.passed_over > place + 1:
            self.passed_over -= 1
        elif self.passed_over == place + 1:
            self.passed_over = 0

    # ------------------------------------------------------------------------------------- what elements say

    def _about(self, name: str, told: Mapping[str, str]) -> None:
        if name == "html" and told.get("lang"):
            self.language = self.language or told["lang"].strip()
        elif name == "base" and self.base is None and told.get("href"):
            self.base = told["href"].strip()
        elif name == "link" and "canonical" in told.get("rel", "").lower().split():
            self.address.setdefault("canonical", told.get("href", "").strip())
        elif name == "meta" and (told.get("property") or told.get("name", "")).lower() == "og:url":
            self.address.setdefault("og:url", told.get("content", "").strip())

    def _reason(self, kind: Kind, told: Mapping[str, str], raw: str) -> str | None:
        """Why an element is passed over: it is ``furniture``, a ``note`` that explains a word, or ``hidden``."""
        if kind.dropped:
            return "furniture"
        if kind.root:
            return None
        rules = self.hiding.by_token
        if not told:
            sought = bool(rules) and not self.show_hidden and kind.name in rules
            return "hidden" if sought and self.hiding.matches({kind.name}, self.open) else None
        names = (*told.get("class", "").split(), told.get("id", ""))
        role = told.get("role", "").lower()
        if role in _DROPPED_ROLES or not self.furniture.isdisjoint(names):
            return "furniture"
        unspoken = told.get("aria-hidden", "").lower() == "true" and (not kind.block or self.lines.pieces)
        if role == "tooltip" or unspoken or not self.notes.isdisjoint(names):
            return "note"
        if self.show_hidden:
            return None
        if "hidden" in told or "popover" in told or hides(told.get("style", "")):
            return "hidden"
        return "hidden" if rules and self.hiding.matches(element_tokens(kind.name, raw), self.open) else None
