"""Whether a record may be a report, told from its address and the first kilobytes of its page.

What to look for comes from the form: its headlines, and the questions that have a whole phrase in plain letters.
Most pages are dismissed by three searches for a word each.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from ogp_graph.forms import load_form

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["LOOKED_AT", "LOOKED_AT_TEXT", "Look", "Phrase", "look"]

LOOKED_AT = 65_536  # bytes of a page; a web page may have half of that before its headline
LOOKED_AT_TEXT = 2_048  # bytes of a text, which starts with the title of its page, unless its address gives a hint
_RARE = 8  # letters of a word that few other pages have
_PHRASE = re.compile(r"[a-z]+(?: [a-z]+){3,}")
_TOP = 64  # bytes in which UTF-16 shows, and that a page is in capitals
_AROUND = 400  # bytes around a word in which the phrase stands
_ENOUGH = 2  # questions that tell a report whose headline is not there
_OTHER_TYPES = re.compile(
    r"(?:image|audio|video|font)/|application/(?:pdf|zip|javascript|json|font|octet)|text/css", re.I
)
_OTHER_ENDINGS = re.compile(
    r"\.(?:jpe?g|png|gif|svg|webp|ico|css|js|woff2?|ttf|pdf|zip|gz|mp[34]|docx?|xlsx?)(?:\?|$)", re.I
)


@dataclass(frozen=True, slots=True)
class Phrase:
    """Words in a row, whatever stands between them but for other words, and the longest of them."""

    longest: bytes
    pattern: re.Pattern[bytes]

    @classmethod
    def of(cls, phrase: str) -> Phrase:
        words = phrase.encode().split()
        between = rb"(?:[^a-z0-9<>]|&[a-z0-9#]{1,8};){1,12}"
        return cls(max(words, key=len), re.compile(between.join(words)))

    def within(self, text: bytes) -> bool:
        """Whether ``text`` has the phrase; it is looked for where its longest word is."""
        at = text.find(self.longest)
        while at >= 0:
            if self.pattern.search(text, max(0, at - _AROUND), at + _AROUND):
                return True
            at = text.find(self.longest, at + _AROUND)
        return False


@dataclass(frozen=True, slots=True)
class Look:
    """``words``, without their first letter, of which a report has at least one, or one in capitals; ``slugged``
    finds what its address may have; ``hints`` are in the addresses of pages near it."""

    words: tuple[bytes, ...]
    capitals: tuple[bytes, ...]
    slugged: re.Pattern[str]
    hints: tuple[str, ...]
    headlines: tuple[Phrase, ...]
    questions: tuple[tuple[Phrase, ...], ...]

    def is_other(self, address: str, content_type: str) -> bool:
        """Whether address and media type say that there is no page at all."""
        if not content_type:
            return _OTHER_ENDINGS.search(address) is not None
        return not content_type.startswith("text/html") and _OTHER_TYPES.match(content_type) is not None

    def address(self, address: str) -> bool:
        """Whether the address is that of a report."""
        return self.slugged.search(address) is not None

    def near(self, address: str) -> bool:
        """Whether the address has a word of a report's, so that its page deserves a longer look."""
        return any(map(address.lower().__contains__, self.hints))

    def page(self, start: bytes) -> bool:
        """Whether the page that starts so may be a report."""
        if not any(map(start.__contains__, self.words)):
            top = start[:_TOP]
            if b"\0" not in top and not (top.isupper() and any(word in start for word in self.capitals)):
                return False
        text = start.replace(b"\0", b"").lower()  # UTF-16 without its zero bytes is ASCII where the words are
        return any(one.within(text) for one in self.headlines) or (
            sum(any(one.within(text) for one in phrases) for phrases in self.questions) >= _ENOUGH
        )


@lru_cache(maxsize=1)
def look() -> Look:
    """The look that the form asks for."""
    form = load_form()
    headlines = form.folded["headline"]
    asked = [_phrases(part.wordings) for part in form.questions]
    common = {word for phrases in asked for phrase in phrases for word in phrase.split()}
    words = {word for headline in headlines for word in headline.split() if len(word) >= _RARE and word in common}
    return Look(
        words=tuple(word[1:].encode() for word in sorted(words)),
        capitals=tuple(word.upper().encode() for word in sorted(words)),
        slugged=re.compile("|".join(headline.replace(" ", "-") for headline in headlines), re.IGNORECASE),
        hints=(*sorted(words), "opengov", "open-gov"),
        headlines=tuple(map(Phrase.of, headlines)),
        questions=tuple(tuple(map(Phrase.of, phrases)) for phrases in asked if phrases),
    )


def _phrases(wordings: Iterable[str]) -> list[str]:
    """The longest run of plain words of each wording."""
    found = []
    for wording in wordings:
        runs = _PHRASE.findall(re.sub(r"[^a-zà-ž;:?.(]+", " ", wording.lower()))
        found += [max(runs, key=len)] if runs else []
    return found
