"""Characters that nobody sees, and that change what everybody else sees, are shown on pages as signs: ``⟦RLO⟧``.

Overrides and isolates of the direction of writing (https://www.unicode.org/reports/tr9/, 2.1 to 2.5), tags, and
controls that no text needs. Marks that texts do need stay as they are: of direction, joiners, spaces of no width.
Data, and what is embedded in a page for programs, have the characters themselves.
"""

from __future__ import annotations

import re
import unicodedata
from html import escape
from typing import Any

from jinja2 import Template

__all__ = ["Visible", "signs", "visible"]

_NAMES = {
    "\u202a": "LRE", "\u202b": "RLE", "\u202c": "PDF", "\u202d": "LRO", "\u202e": "RLO",
    "\u2066": "LRI", "\u2067": "RLI", "\u2068": "FSI", "\u2069": "PDI", "\ufeff": "BOM",
}  # fmt: skip
_TAGS = "\U000e0020-\U000e007f"
_ANY = f"[\x7f-\x9f\u180e\u202a-\u202e\u2061-\u2064\u2066-\u206f\ufeff\ufff9-\ufffb\U000e0001{_TAGS}]"
_UNSEEN = re.compile(_ANY)
_FLAG = f"\U0001f3f4[{_TAGS}]+"  # a flag of a region, which tags spell
_SIGNED = re.compile(f"{_FLAG}|{_ANY}")
_IN_PAGE = re.compile(
    rf"<(?:script|textarea)\b.*?</(?:script|textarea)>|<title>.*?</title>|<[^>]*>|{_FLAG}|{_ANY}", re.DOTALL
)
_EXPLAINED = 40  # signs of a page that say what they stand for; a page of nothing else stays light


def signs(text: str) -> str:
    """``text`` with a sign for each character that nobody sees.

    >>> signs("a\\u202eb")
    'a⟦RLO⟧b'
    """
    return _SIGNED.sub(lambda found: _sign(found[0]), text) if _UNSEEN.search(text) else text


def visible(page: str) -> str:
    """A page of HTML with these signs in its texts and its title; attributes, scripts and what can be edited stay."""
    if not _UNSEEN.search(page):
        return page
    left = _EXPLAINED

    def shown(found: re.Match[str]) -> str:
        nonlocal left
        piece = found[0]
        if piece.startswith("<title>"):
            return signs(piece)
        if piece[0] == "<" or (sign := _sign(piece)) == piece:
            return piece
        left -= 1
        return f'<abbr class="unseen" title="{escape(_said(piece))}">{sign}</abbr>' if left >= 0 else sign

    return _IN_PAGE.sub(shown, page)


def _sign(piece: str) -> str:
    """The sign of a character; a flag is one itself."""
    return f"⟦{_NAMES.get(piece) or f'U+{ord(piece):04X}'}⟧" if len(piece) == 1 else piece


def _said(character: str) -> str:
    return unicodedata.name(character, f"control character U+{ord(character):04X}").lower().replace("u+", "U+")


class Visible(Template):
    """A template whose pages are made :func:`visible`, so that none is forgotten."""

    def render(self, *args: Any, **kwargs: Any) -> str:
        """See :meth:`jinja2.Template.render`."""
        return visible(super().render(*args, **kwargs))
