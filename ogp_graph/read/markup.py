"""HTML tokens: tags, comments and attributes as the WHATWG standard cuts them
(https://html.spec.whatwg.org/multipage/parsing.html#tokenization), and what kinds of elements there are."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass
from functools import lru_cache

__all__ = [
    "BLOCK", "FORMATTING", "HEADINGS", "TOKEN", "UNFINISHED_TAG", "Kind", "Kinds", "attributes", "end_of_raw_text",
]  # fmt: skip

TOKEN = re.compile(
    r"""<!--(?:>|->|.*?(?:--!?>|\Z))          # comment, 13.2.5.43
      | <(?P<end>/)?(?P<name>[A-Za-z][^\s/>]*)  # tag, 13.2.5.8
        (?P<attributes>(?:[^>=]++|=\s*(?:"[^"]*"|'[^']*')?+)*+)>
      | <[!?/][^>]*(?:>|\Z)                     # doctype, bogus comment
    """,
    re.DOTALL | re.VERBOSE,
)
UNFINISHED_TAG = re.compile(r"<(?:[A-Za-z/]|\Z)")
_ATTRIBUTE = re.compile(r"""([^\s=/>"']+)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s>]+)))?""")

# Elements whose content is text without tags: 13.2.5.1 (RCDATA, RAWTEXT, script data).
RAW_TEXT = frozenset({"script", "style", "textarea", "title", "xmp", "iframe", "noembed", "noframes"})
VOID = frozenset({
    "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source", "track", "wbr",
})  # fmt: skip
HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
FORMATTING = frozenset({
    "a", "b", "big", "code", "em", "font", "i", "nobr", "s", "small", "strike", "strong", "tt", "u",
})  # fmt: skip
# Elements that never hold the form: what they show is no part of the report, or they show nothing.
DROPPED = frozenset({
    "template", "svg", "math", "nav", "aside", "footer", "select", "audio", "video", "canvas", "datalist", "object",
    "dialog", "noscript",
})  # fmt: skip
# Elements that begin and end a line.
BLOCK = frozenset({
    "address", "article", "aside", "blockquote", "body", "br", "button", "caption", "center", "dd", "details", "div",
    "dl", "dt", "fieldset", "figcaption", "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header",
    "hgroup", "hr", "html", "legend", "li", "main", "menu", "nav", "ol", "optgroup", "option", "p", "pre", "search",
    "section", "summary", "table", "tbody", "td", "tfoot", "th", "thead", "tr", "ul",
})  # fmt: skip

_SHOWN_ROOTS = frozenset({"html", "body", "main"})
_ABOUT = frozenset({"html", "base", "link", "meta"})
_ASKED = _ABOUT | {"a", "img"}
_LISTS = frozenset({"ul", "ol", "menu", "table"})
_ROWS = frozenset({"tbody", "thead", "tfoot", "caption"})
# Which open elements a start tag ends, and at which element the search for them stops (13.2.6.4.7, 13.2.6.4.13-15).
_ENDED_BY = {
    "li": (frozenset({"li"}), _LISTS),
    "dt": (frozenset({"dt", "dd"}), frozenset({"dl", "table"})),
    "dd": (frozenset({"dt", "dd"}), frozenset({"dl", "table"})),
    "td": (frozenset({"td", "th"}), frozenset({"table"})),
    "th": (frozenset({"td", "th"}), frozenset({"table"})),
    "tr": (frozenset({"tr", "caption"}), frozenset({"table"})),
    "tbody": (_ROWS, frozenset({"table"})),
    "tfoot": (_ROWS, frozenset({"table"})),
    "option": (frozenset({"option"}), frozenset({"select", "datalist"})),
}  # fmt: skip
_IN_P = frozenset({"br", "button", "option", "optgroup", "caption", "tbody", "thead", "tfoot", "tr", "td", "th"})


@dataclass(frozen=True, slots=True)
class Kind:
    """What a tag's name alone tells: ``shows`` is what it does to the line (``block``, ``inline``, ``a``, ``br``,
    ``button``, ``img`` or ``nothing``), ``ends`` the open elements that its start ends, up to one of ``scope``;
    ``holds`` that others may stand inside it; ``asked`` that its attributes always matter."""

    name: str
    shows: str
    block: bool
    heading: bool
    formatting: bool
    holds: bool
    raw_text: bool
    dropped: bool
    root: bool
    tabular: bool
    about: bool
    asked: bool
    ends_p: bool
    ends: frozenset[str]
    scope: frozenset[str]


class Kinds(dict[str, Kind]):
    """The kinds of tags by their names as they are written, worked out when one is first met on a page."""

    def __missing__(self, written: str) -> Kind:
        name = written.lower()
        self[written] = found = _known_kind(name) if len(name) < _LONGEST_NAME else _kind(name)
        return found


_LONGEST_NAME = 16
"""Names of elements that the standard has are shorter; longer ones are not kept from page to page."""


def _kind(name: str) -> Kind:
    own = name in ("a", "br", "button", "img")
    ends, scope = _ENDED_BY.get(name, (frozenset[str](), frozenset[str]()))
    return Kind(
        name,
        name if own else "block" if name in BLOCK else "nothing" if name in VOID else "inline",
        block=name in BLOCK,
        heading=name in HEADINGS,
        formatting=name in FORMATTING,
        holds=name not in VOID and name not in RAW_TEXT,
        raw_text=name in RAW_TEXT,
        dropped=name in DROPPED,
        root=name in _SHOWN_ROOTS,
        tabular=name in ("table", "tr", "td", "th"),
        about=name in _ABOUT,
        asked=name in _ASKED,
        ends_p=name in BLOCK and name not in _IN_P,
        ends=ends,
        scope=scope,
    )


_known_kind = lru_cache(maxsize=256)(_kind)


def attributes(raw: str) -> dict[str, str]:
    """Attributes by lower-case name; the first of two with one name counts (13.2.5.33)."""
    found: dict[str, str] = {}
    for name, double, single, bare in _ATTRIBUTE.findall(raw):
        value = double or single or bare
        found.setdefault(name.lower(), html.unescape(value) if "&" in value else value)
    return found


def end_of_raw_text(markup: str, name: str, position: int) -> tuple[int, int]:
    """Where the text of an element without tags ends, and where its end tag does."""
    close = re.compile(rf"</{name}(?=[\s/>])[^>]*>", re.IGNORECASE).search(markup, position)
    return (close.start(), close.end()) if close else (len(markup), len(markup))
