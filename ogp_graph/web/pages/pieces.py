"""Pieces that stand in a page a hundred times, as functions: a macro takes five times as long, and pages are made by
the thousand when a release is published. Templates have them from ``macros.html``, with the other pieces.

Every text of a report is escaped, isolated (``bdi``, ``dir="auto"``) and says its language.
"""

from __future__ import annotations

from functools import lru_cache
from html import escape
from typing import TYPE_CHECKING

from markupsafe import Markup

from ogp_graph.web.pages.templating import short

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ogp_graph.known import Coded, Source, Text
    from ogp_graph.web.pages.addresses import Addresses

__all__ = ["Pieces"]

_FEW = 10  # places from which on less is shown of each
_WORDS = 160  # characters of a quote, as a citation has them
_LINKS = 4096  # addresses of pages that are remembered


class Pieces:
    """Pieces of the pages of one site."""

    def __init__(self, addresses: Addresses) -> None:
        self._page = lru_cache(_LINKS)(addresses.page)

    @staticmethod
    def words(text: Text) -> Markup:
        """The whole text."""
        return Markup(f"<bdi{_language(text)}>{escape(text.text)}</bdi>")

    @staticmethod
    def brief(text: Text, most: int = 160) -> Markup:
        """Its beginning, of at most so many characters."""
        return Markup(f"<bdi{_language(text)}>{escape(short(text.text, most))}</bdi>")

    @staticmethod
    def status(code: Coded) -> Markup:
        """What is known of an answer, in words and by form."""
        label = code.label
        begin = f'<span class="status status-{escape(code.notation)}" lang="{escape(label.language)}">'
        return Markup(f"{begin}{escape(label.text)}</span>")

    def thing(self, iri: str, text: Text) -> Markup:
        """What a thing is called, as a link to its page where it has one here."""
        page, name = self._page(iri), self.brief(text)
        return name if page is None else Markup(f'<a href="{escape(page)}">{name}</a>')

    def where(self, sources: Sequence[Source], what: str = "", most: int = 1_000) -> Markup:
        """The places of a value, at most so many, one click away: words, characters, capture; ``what`` stands there,
        for who cannot see it. Where there is room for few, there is for few words."""
        words = _WORDS if most > _FEW else _WORDS // 8
        places = "".join(self._place(one, words) for one in sources[:most])
        if not places:
            return Markup("")
        if len(sources) > most:
            places += f'<p class="more">{len(sources) - most} more, in the data.</p>\n'
        unseen = f'<span class="visually-hidden"> {escape(what)}</span>' if what else ""
        return Markup(f' <details class="where"><summary>show me where{unseen}</summary>\n{places}</details>\n')

    def _place(self, source: Source, words: int) -> str:
        characters = f"Characters {escape(source.start)} to {escape(source.end)}"
        if source.capture is not None:
            page = escape(self._page(source.capture.iri) or "")
            at = f"{page}?start={escape(source.start)}&amp;end={escape(source.end)}#place"
            characters = f'<a href="{at}">{characters}</a> of {self._capture(source, page)}'
        citation = f'<a href="{escape(self._page(source.iri) or "")}">Citation</a>'
        return f"<figure>\n{_quoted(source, words)}<figcaption>{characters}. {citation}</figcaption>\n</figure>\n"

    @staticmethod
    def _capture(source: Source, page: str) -> str:
        capture = source.capture
        assert capture is not None
        name = escape(capture.names[0] if capture.names else capture.sha256[:12])
        said = f'<a href="{page}"><bdi>{name}</bdi></a>'
        if capture.machine:
            said += " <strong>(translated by a machine)</strong>"
        if capture.fetched:
            time = escape(capture.fetched)
            said += f', fetched <time datetime="{time}">{escape(capture.fetched[:10])}</time>'
        return said


def _language(text: Text) -> str:
    return f' lang="{escape(text.language)}"' if text.language else ""


def _quoted(source: Source, most: int) -> str:
    if source.exact:
        return f'<blockquote dir="auto">{escape(short(source.exact, most))}</blockquote>\n'
    if source.first or source.last:
        first, last = source.first[:most], source.last[-most:]
        gap = '<span aria-label="and so on">[…]</span>'
        return f'<blockquote dir="auto">{escape(first)} {gap} {escape(last)}</blockquote>\n'
    return ""
