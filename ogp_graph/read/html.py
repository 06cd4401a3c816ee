"""A web page into visible lines with their positions in the markup.

No kept library tells where in the markup a text node stands, and a citation needs just that (docs/decisions/
0002). So tokens are taken from the markup here, after the WHATWG standard
(https://html.spec.whatwg.org/multipage/parsing.html#tokenization); the tests hold the words that come out
against those of a full parser.
"""

from __future__ import annotations

import html
import re
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ogp_graph.model import Line, Link, Span
from ogp_graph.read.lines import clean, without_tooltips

if TYPE_CHECKING:
    from ogp_graph.forms import Form

__all__ = ["TooManyElements", "WebPage", "read_html"]

_TOKEN = re.compile(
    r"""<!--(?:>|->|.*?(?:--!?>|\Z))          # comment, 13.2.5.43
      | <(?P<end>/)?(?P<name>[A-Za-z][^\s/>]*)  # tag, 13.2.5.8
        (?P<attributes>(?:[^>=]|=\s*(?:"[^"]*"|'[^']*')?+)*+)>
      | <[!?/][^>]*(?:>|\Z)                     # doctype, bogus comment
    """,
    re.DOTALL | re.VERBOSE,
)
_OPEN_TAG = re.compile(r"<[A-Za-z/]")
_ATTRIBUTE = re.compile(r"""([^\s=/>"']+)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s>]+)))?""")
_TELLING = re.compile(r"class|hidden|style|role|id\s*=", re.IGNORECASE)
_CSS_HIDES = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
_CSS_SIMPLE = re.compile(r"[.#]([\w-]+)")
_NOTHING = re.compile(r"(?:\s|&nbsp;|&#160;|&#xa0;)+", re.IGNORECASE)

# Elements whose content is text without tags: 13.2.5.1 (RCDATA, RAWTEXT, script data).
_RAW_TEXT = frozenset({"script", "style", "textarea", "title", "xmp", "iframe", "noembed", "noframes"})
_VOID = frozenset({
    "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source", "track", "wbr",
})  # fmt: skip
_DROPPED = frozenset({
    "template", "svg", "math", "nav", "aside", "footer", "select", "button", "audio", "video", "canvas", "datalist",
    "object", "dialog",
})  # fmt: skip
_BLOCK = frozenset({
    "address", "article", "aside", "blockquote", "body", "caption", "center", "dd", "details", "dialog", "div",
    "dl", "dt", "fieldset", "figcaption", "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header",
    "hgroup", "hr", "html", "legend", "li", "main", "menu", "nav", "ol", "optgroup", "option", "p", "pre", "search",
    "section", "summary", "table", "tbody", "td", "tfoot", "th", "thead", "tr", "ul", "br",
})  # fmt: skip


class TooManyElements(Exception):
    """The page has more tags than the setting allows."""


@dataclass(frozen=True, slots=True)
class WebPage:
    """What a page shows and says of itself. ``whole`` is whether its ``body`` or ``html`` element was closed."""

    lines: tuple[Line, ...]
    address: str | None
    language: str | None
    base: str | None
    whole: bool


@dataclass(slots=True)
class _Piece:
    text: str
    start: int
    stop: int
    lead: bool = False


@dataclass(slots=True)
class _State:
    """The line that is being put together, and the elements that are open around it."""

    form: Form
    lines: list[Line] = field(default_factory=list)
    pieces: list[_Piece] = field(default_factory=list)
    links: list[Link] = field(default_factory=list)
    mark: str = ""
    lead_depth: int = 0  # open inline elements at the start of the line
    lead_done: bool = False
    link: str | None = None
    link_words: list[str] = field(default_factory=list)
    link_alt: str = ""
    link_at: int = 0

    def write(self, text: str, start: int, stop: int) -> None:
        if not text.strip() and not self.pieces:
            return
        in_lead = self.lead_depth > 0 and not self.lead_done
        if not in_lead and text.strip():
            self.lead_done = True
        self.pieces.append(_Piece(text, start, stop, in_lead))
        if self.link is not None:
            self.link_words.append(text)

    def close_link(self, at: int) -> None:
        if self.link is None:
            return
        words = clean("".join(self.link_words))
        if not words:
            words = self.link_alt or self.link
            self.write(words, self.link_at, at)
        self.links.append(Link(words, self.link))
        self.link = None

    def break_line(self, mark: str = "") -> None:
        pieces, links = self.pieces, self.links
        if pieces:
            self.pieces, self.links = [], []
            line = _line(pieces, links, self.mark, self.form)
            if line:
                self.lines.append(line)
        self.mark = mark
        self.lead_depth = 0
        self.lead_done = False


def _line(pieces: list[_Piece], links: list[Link], mark: str, form: Form) -> Line | None:
    while pieces and not pieces[-1].text.strip():
        pieces.pop()
    raw = clean("".join(p.text for p in pieces))
    if not raw:
        return None
    text = clean(without_tooltips(raw, form)) if "..." in raw or "…" in raw else raw
    lead = [p for p in pieces if p.lead]
    span = Span(pieces[0].start, pieces[-1].stop)
    if not lead or not (lead_text := clean("".join(p.text for p in lead))):
        return Line(text, span, mark=mark, links=tuple(links), raw=raw)
    if len(lead_text) >= len(raw):
        return Line(text, span, mark=mark + ">" if mark else ">", links=tuple(links), raw=raw)
    rest = next((p.start for p in pieces if not p.lead and p.text.strip()), span.end)
    return Line(
        text,
        span,
        mark=mark,
        links=tuple(links),
        raw=raw,
        lead=len(lead_text),
        lead_stop=lead[-1].stop,
        rest_start=rest,
    )


def read_html(markup: str, form: Form, *, max_elements: int) -> WebPage:
    """The visible lines of ``markup`` in document order, without furniture and hidden elements.

    Raises:
        TooManyElements: there are more than ``max_elements`` tags.
    """
    return _Reader(markup, form, max_elements).read()


class _Reader:
    def __init__(self, markup: str, form: Form, max_elements: int) -> None:
        self.markup = markup
        self.max_elements = max_elements
        self.state = _State(form)
        self.furniture = form.words.get("furniture", frozenset())
        self.hiding = set(form.words.get("tooltipClass", frozenset()))
        self.address: dict[str, str] = {}
        self.language: str | None = None
        self.base: str | None = None
        self.whole = False
        self.skipped: Counter[str] = Counter()  # open elements inside the one that is skipped
        self.skip_stack: list[str] = []

    def read(self) -> WebPage:
        markup, written, position, tags = self.markup, 0, 0, 0
        while (at := markup.find("<", position)) >= 0:
            found = _TOKEN.match(markup, at)
            if found is None:
                position = at + 1
                if _OPEN_TAG.match(markup, at):  # a tag that never ends takes the rest (13.2.5: eof-in-tag)
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
            if name in _RAW_TEXT:
                written = position = self._raw_text(name, position)
        if written < len(markup):
            self._text(written, len(markup))
        self.state.close_link(len(markup))
        self.state.break_line()
        address = self.address.get("canonical") or self.address.get("og:url")
        return WebPage(tuple(self.state.lines), address, self.language, self.base, self.whole)

    def _text(self, start: int, stop: int) -> None:
        if self.skip_stack:
            return
        raw = self.markup[start:stop]
        text = html.unescape(raw) if "&" in raw else raw
        leading = _NOTHING.match(raw)
        begin = start + leading.end() if leading and leading.end() < len(raw) else start
        self.state.write(text, begin, start + len(raw.rstrip()) if raw.strip() else stop)

    def _raw_text(self, name: str, position: int) -> int:
        close = re.compile(rf"</{name}(?=[\s/>])[^>]*>", re.IGNORECASE).search(self.markup, position)
        stop = close.start() if close else len(self.markup)
        if name == "style":
            self._style(self.markup[position:stop])
        return close.end() if close else len(self.markup)

    def _style(self, css: str) -> None:
        for rule in css.split("}"):
            selectors, _, body = rule.rpartition("{")
            if _CSS_HIDES.search(body):
                for selector in selectors.split(","):
                    if simple := _CSS_SIMPLE.fullmatch(selector.strip()):
                        self.hiding.add(simple[1])

    def _start(self, name: str, raw: str, at: int, after: int) -> None:
        if self.skip_stack:
            if name in _BLOCK and len(self.skip_stack) == 1 and self.skip_stack[0] == "p":
                self._leave()
            else:
                if name not in _VOID and name not in _RAW_TEXT:
                    self.skip_stack.append(name)
                    self.skipped[name] += 1
                return
        attributes = _attributes(raw) if _wanted(name, raw) else {}
        if name in ("link", "meta", "html", "base"):
            self._about(name, attributes)
            if name == "html":
                self.state.break_line()
            return
        if self._skip(name, attributes):
            if name in _BLOCK or name in _DROPPED:
                self.state.break_line()
            if name not in _VOID and name not in _RAW_TEXT and not raw.endswith("/"):
                self.skip_stack.append(name)
                self.skipped[name] += 1
            return
        self._open(name, attributes, at, after)

    def _open(self, name: str, attributes: dict[str, str], at: int, after: int) -> None:
        state = self.state
        if name in _BLOCK:
            if name not in ("p", "br") or state.pieces:
                kept = state.mark if name == "br" else ""
                state.break_line()
                state.mark = kept
            if name != "br":
                classes = attributes.get("class", "").split()
                state.mark = f"{name}.{classes[0]}" if classes else name
            return
        if name in _VOID:
            if name == "img" and state.link is not None:
                state.link_alt = clean(attributes.get("alt", ""))
            return
        if name == "a":
            state.close_link(at)
            target = attributes.get("href", "").strip()
            state.link = target or None
            state.link_words, state.link_alt, state.link_at = [], "", after
        if not state.lead_done:
            state.lead_depth += 1

    def _end(self, name: str, at: int) -> None:
        if name in ("body", "html"):
            self.whole = True
        if self.skip_stack:
            if self.skipped[name]:
                while self.skip_stack:
                    last = self.skip_stack.pop()
                    self.skipped[last] -= 1
                    if last == name:
                        break
                return
            if name not in _BLOCK:
                return
            self._leave()
        state = self.state
        if name in _BLOCK:
            state.break_line()
        elif name == "a":
            state.close_link(at)
        if name not in _BLOCK and state.lead_depth:
            state.lead_depth -= 1
            if not state.lead_depth and state.pieces:
                state.lead_done = True

    def _leave(self) -> None:
        """The element that is skipped has ended without a tag of its own."""
        self.skip_stack.clear()
        self.skipped.clear()

    def _about(self, name: str, attributes: dict[str, str]) -> None:
        if name == "html" and attributes.get("lang"):
            self.language = attributes["lang"].strip()
        elif name == "base" and self.base is None and attributes.get("href"):
            self.base = attributes["href"].strip()
        elif name == "link" and "canonical" in attributes.get("rel", "").lower().split():
            self.address.setdefault("canonical", attributes.get("href", "").strip())
        elif name == "meta" and (attributes.get("property") or attributes.get("name")) == "og:url":
            self.address.setdefault("og:url", attributes.get("content", "").strip())

    def _skip(self, name: str, attributes: dict[str, str]) -> bool:
        if name in _DROPPED:
            return True
        if not attributes:
            return False
        if (
            "hidden" in attributes
            or attributes.get("role") == "tooltip"
            or _CSS_HIDES.search(attributes.get("style", ""))
        ):
            return True
        if attributes.get("aria-hidden") == "true" and name not in _BLOCK:
            return True
        known = {*attributes.get("class", "").split(), attributes.get("id", "")}
        if name in ("body", "main", "html"):
            return False
        return not known.isdisjoint(self.hiding) or not known.isdisjoint(self.furniture)


def _wanted(name: str, raw: str) -> bool:
    return bool(raw) and (name in ("a", "meta", "link", "html", "base", "img") or bool(_TELLING.search(raw)))


def _attributes(raw: str) -> dict[str, str]:
    """Attributes by lower-case name; the first of two with one name counts (13.2.5.33)."""
    found: dict[str, str] = {}
    for name, double, single, bare in _ATTRIBUTE.findall(raw):
        value = double or single or bare
        found.setdefault(name.lower(), html.unescape(value) if "&" in value else value)
    return found
