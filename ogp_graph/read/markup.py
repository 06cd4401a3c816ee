"""HTML tokens: tags, comments and attributes as the WHATWG standard cuts them
(https://html.spec.whatwg.org/multipage/parsing.html#tokenization), and what kinds of elements there are."""

from __future__ import annotations

import html
import re

__all__ = [
    "BLOCK", "DROPPED", "FORMATTING", "HEADINGS", "RAW_TEXT", "TOKEN", "UNFINISHED_TAG", "VOID", "attributes",
    "end_of_raw_text",
]  # fmt: skip

TOKEN = re.compile(
    r"""<!--(?:>|->|.*?(?:--!?>|\Z))          # comment, 13.2.5.43
      | <(?P<end>/)?(?P<name>[A-Za-z][^\s/>]*)  # tag, 13.2.5.8
        (?P<attributes>(?:[^>=]|=\s*(?:"[^"]*"|'[^']*')?+)*+)>
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
