"""A web page into visible lines with their positions in the markup.

No kept library tells where in the markup a text node stands, and a citation needs just that (docs/decisions/
0002). So tokens are taken from the markup here, and open elements are kept on a stack as the WHATWG standard does
(https://html.spec.whatwg.org/multipage/parsing.html); the tests hold the words that come out against those of a
full parser.
"""

from __future__ import annotations

import html
import re
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ogp_graph.read.markup import (
    BLOCK,
    DROPPED,
    FORMATTING,
    HEADINGS,
    RAW_TEXT,
    TOKEN,
    UNFINISHED_TAG,
    VOID,
    attributes,
    end_of_raw_text,
)
from ogp_graph.read.styles import Hiding, element_tokens, hides
from ogp_graph.read.weblines import Lines

if TYPE_CHECKING:
    from collections.abc import Collection

    from ogp_graph.forms import Form
    from ogp_graph.model import Line

__all__ = ["TooManyElements", "WebPage", "read_html"]

_TELLING = re.compile(r"class|hidden|style|role|popover|id\s*=", re.IGNORECASE)
_BLANK = re.compile(r"(?:\s|&nbsp;|&#160;|&#xa0;)+", re.IGNORECASE)
_LINE = re.compile("[^\\n]*\\n|[^\\n]+")
_REACH = 300
"""Open elements that an end tag looks at; so that no page takes longer than its length allows."""
_ABOUT = frozenset({"html", "base", "link", "meta"})
_ASKED = _ABOUT | {"a", "img"}
_SHOWN_ROOTS = frozenset({"html", "body", "main"})
_DROPPED_ROLES = frozenset({"navigation", "complementary", "contentinfo", "dialog", "alertdialog"})
_LABEL_MARKS = frozenset({*HEADINGS, "dt", "th", "summary", "legend"})
# Which open elements a start tag ends, and at which element the search for them stops (13.2.6.4.7, 13.2.6.4.13-15).
_ENDED_BY = {
    "li": ({"li"}, {"ul", "ol", "menu", "table"}),
    "dt": ({"dt", "dd"}, {"dl", "table"}),
    "dd": ({"dt", "dd"}, {"dl", "table"}),
    "td": ({"td", "th"}, {"table"}),
    "th": ({"td", "th"}, {"table"}),
    "tr": ({"tr", "caption"}, {"table"}),
    "tbody": ({"tbody", "thead", "tfoot", "caption"}, {"table"}),
    "tfoot": ({"tbody", "thead", "tfoot", "caption"}, {"table"}),
    "option": ({"option"}, {"select", "datalist"}),
}  # fmt: skip
_WALLS = frozenset({"template", "object", "svg", "math"})
_CELLS = _WALLS | {"td", "th", "caption", "table"}
_TABLE = frozenset({"td", "th", "tr", "tbody", "thead", "tfoot", "table", "caption"})
_P_SCOPE = frozenset({"td", "th", "table", "caption", "button", "object"})
_IN_P = frozenset({"br", "button", "option", "optgroup", "caption", "tbody", "thead", "tfoot", "tr", "td", "th"})


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
        self.form = form
        self.furniture = form.words.get("furniture", frozenset())
        self.notes = form.words.get("tooltipClass", frozenset())
        self.hiding = Hiding()
        self.address: dict[str, str] = {}
        self.language: str | None = None
        self.base: str | None = None
        self.open: list[tuple[str, str]] = []  # (name, attributes as written), outermost first
        self.count: Counter[str] = Counter()
        self.passed_over = 0  # how many elements are open up to the one that is passed over; 0: none is
        self.weighed = False  # what is passed over counts as hidden
        self.hidden = 0
        self.depth = 0

    def read(self) -> WebPage:
        markup, written, position, tags = self.markup, 0, 0, 0
        while (at := markup.find("<", position)) >= 0:
            found = TOKEN.match(markup, at)
            if found is None:
                position = at + 1
                if UNFINISHED_TAG.match(markup, at):  # a tag that never ends takes the rest (13.2.5: eof-in-tag)
                    markup = markup[:at]
                continue
            if at > written:
                self._text(written, at)
            written = position = found.end()
            if (name := found["name"]) is None:
                continue
            tags += 1
            if tags > self.max_elements:
                raise TooManyElements
            name = name.lower()
            if found["end"]:
                self._end(name, at)
                continue
            self._start(name, found["attributes"], at, position)
            if name in RAW_TEXT:
                stop, position = end_of_raw_text(markup, name, position)
                if name == "style":
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
        raw = self.markup[start:stop]
        text = html.unescape(raw) if "&" in raw else raw
        leading = _BLANK.match(raw)
        begin = start + leading.end() if leading and leading.end() < len(raw) else start
        self.lines.write(text, begin, start + len(raw.rstrip()) if raw.strip() else stop)

    def _start(self, name: str, raw: str, at: int, after: int) -> None:
        if name == "a" and self.count["a"]:
            self._end("a", at)
        self._imply_ends(name)
        holds = name not in VOID and name not in RAW_TEXT
        if not self.passed_over:
            told = attributes(raw) if raw and (name in _ASKED or _TELLING.search(raw)) else {}
            if name in _ABOUT:
                self._about(name, told)
            if reason := self._reason(name, told, raw):
                if reason == "furniture" and name in BLOCK and "hidden" not in told:
                    self.lines.end()
                self.passed_over, self.weighed = (len(self.open) + 1 if holds else 0), reason == "hidden"
            else:
                self._show(name, told, at, after)
        if holds:
            self.open.append((name, raw))
            self.depth = max(self.depth, len(self.open))
            self.count[name] += 1

    def _show(self, name: str, told: dict[str, str], at: int, after: int) -> None:
        lines = self.lines
        in_label = lines.mark.partition(".")[0] in _LABEL_MARKS
        if name == "br":
            if in_label:  # a heading is one line
                lines.write(" ", at, after)
            else:
                lines.end(lines.mark)
        elif name == "button" and not in_label:
            lines.open_button()
        elif name in BLOCK and name != "button":
            classes = told.get("class", "").split()
            lines.end(f"{name}.{classes[0]}" if classes else name)
        elif name == "img":
            lines.image(told.get("alt", ""))
        elif name == "a":  # what it links to says nothing of what it is
            lines.open_link(told.get("href", "").strip(), after)
        elif name not in VOID:
            lines.open_inline()

    def _end(self, name: str, at: int) -> None:
        before, itself = self.passed_over, False
        if name == "br":
            self._start("br", "", at, at)
            return
        if (self.count[name] or name in HEADINGS) and (place := self._place(name)) is not None:
            itself = place + 1 == before
            if name in FORMATTING and any(inner in BLOCK for inner, _ in self.open[place + 1 :]):
                self._take_out(place)
            else:
                self._close(place)
        if self.passed_over or itself:
            return
        if name == "button":
            self.lines.close_button()
        elif name in BLOCK:
            self.lines.end()
        elif not before:
            if name == "a":
                self.lines.close_link(at)
            else:
                self.lines.close_inline()

    # ------------------------------------------------------------------------------------- open elements

    def _imply_ends(self, name: str) -> None:
        """Closes what a start tag closes without an end tag."""
        if self.count["p"] and name in BLOCK and name not in _IN_P:
            self._close_one_of({"p"}, _P_SCOPE)
        if name in _ENDED_BY:
            self._close_one_of(*_ENDED_BY[name])
        elif name in HEADINGS and self.open and self.open[-1][0] in HEADINGS:
            self._close(len(self.open) - 1)

    def _close_one_of(self, names: set[str], scope: Collection[str]) -> None:
        for place in range(len(self.open) - 1, max(-1, len(self.open) - _REACH), -1):
            inner = self.open[place][0]
            if inner in names:
                self._close(place)
                return
            if inner in scope or inner in _WALLS:
                return

    def _place(self, name: str) -> int | None:
        """Which open element an end tag means; None when none (a block inside or a table cell around is in the way)."""
        inline = name not in BLOCK and name not in FORMATTING
        for place in range(len(self.open) - 1, max(-1, len(self.open) - _REACH), -1):
            inner = self.open[place][0]
            if inner == name or (name in HEADINGS and inner in HEADINGS):
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

    def _about(self, name: str, told: dict[str, str]) -> None:
        if name == "html" and told.get("lang"):
            self.language = self.language or told["lang"].strip()
        elif name == "base" and self.base is None and told.get("href"):
            self.base = told["href"].strip()
        elif name == "link" and "canonical" in told.get("rel", "").lower().split():
            self.address.setdefault("canonical", told.get("href", "").strip())
        elif name == "meta" and (told.get("property") or told.get("name", "")).lower() == "og:url":
            self.address.setdefault("og:url", told.get("content", "").strip())

    def _reason(self, name: str, told: dict[str, str], raw: str) -> str | None:
        """Why an element is passed over: it is ``furniture``, a ``note`` that explains a word, or ``hidden``."""
        if name in DROPPED:
            return "furniture"
        if name in _SHOWN_ROOTS:
            return None
        if told:
            names = (*told.get("class", "").split(), told.get("id", ""))
            role = told.get("role", "").lower()
            if role in _DROPPED_ROLES or not self.furniture.isdisjoint(names):
                return "furniture"
            unspoken = told.get("aria-hidden", "").lower() == "true" and (name not in BLOCK or self.lines.pieces)
            if role == "tooltip" or unspoken or not self.notes.isdisjoint(names):
                return "note"
        if self.show_hidden:
            return None
        if told and ("hidden" in told or "popover" in told or hides(told.get("style", ""))):
            return "hidden"
        if not self.hiding.by_token:
            return None
        return "hidden" if self.hiding.matches(element_tokens(name, raw) if told else {name}, self.open) else None
