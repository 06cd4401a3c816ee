"""The words around a match, cut out of the text as it stands in the report."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING

from ogp_graph.names import fold
from ogp_graph.search.words import UNSPACED, is_unspaced

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from ogp_graph.search.words import Term

__all__ = ["Snippet", "marked", "snippets"]

_AROUND = 110  # characters before and after a match
_LOOKED_AT = 30_000  # characters of a text in which a match is looked for
_SHOWN = 2  # snippets of a report
_BREAK = re.compile(r"\s")


@dataclass(frozen=True, slots=True)
class Snippet:
    """A piece of the text of ``field``, in ``language`` ("" when that is not known). ``marks`` are (start, end) of the
    words that were looked for; ``before`` and ``after`` say whether the text goes on there."""

    field: str
    language: str
    text: str
    marks: tuple[tuple[int, int], ...] = ()
    before: bool = False
    after: bool = False

    @property
    def pieces(self) -> list[tuple[str, bool]]:
        """The text in pieces: (text, whether it is marked)."""
        cuts = [0, *(place for mark in self.marks for place in mark), len(self.text)]
        ways = enumerate(pairwise(cuts))
        return [(self.text[start:end], number % 2 == 1) for number, (start, end) in ways if start < end]


def snippets(texts: Iterable[Sequence[str]], terms: Sequence[Term], shown: Iterable[str] = ()) -> list[Snippet]:
    """The best places of the (field, language, text) in ``texts``; fields in ``shown`` are passed over. Those that have
    more of the terms come first."""
    rated = []
    patterns = [_pattern((term,)) for term in terms]
    for field, language, text in texts:
        if field not in shown:
            plain, _ = _folded(text[:_LOOKED_AT])
            if having := sum(pattern.search(plain) is not None for pattern in patterns):
                rated.append((having, field, language, text))
    rated.sort(key=lambda one: -one[0])
    return [_cut(field, language, text, terms) for _, field, language, text in rated[:_SHOWN]]


def marked(field: str, language: str, text: str, *, terms: Sequence[Term]) -> Snippet:
    """The whole ``text`` with its marks; a very long one is cut."""
    found = _cut(field, language, text, terms) if len(text) > 4 * _AROUND else None
    return found or Snippet(field, language, text, _places(text, terms))


def _cut(field: str, language: str, text: str, terms: Sequence[Term]) -> Snippet:
    places = _places(text[:_LOOKED_AT], terms)
    first = places[0][0] if places else 0
    start, end = max(0, first - _AROUND), min(len(text), first + 2 * _AROUND)
    if start and (space := _BREAK.search(text, start, first)):
        start = space.end()
    if end < len(text) and (space := _BREAK.search(text, max(end - 25, first), end)):
        end = space.start()
    marks = tuple((s - start, e - start) for s, e in places if start <= s and e <= end)
    return Snippet(field, language, text[start:end], marks, start > 0, end < len(text))


def _places(text: str, terms: Sequence[Term]) -> tuple[tuple[int, int], ...]:
    """Where the terms stand in ``text``, apart from each other and in order."""
    if not terms:
        return ()
    folded, origin = _folded(text)
    places = ((found.start(), found.end()) for found in _pattern(tuple(terms)).finditer(folded))
    spread: list[tuple[int, int]] = []
    for first, last in places:
        start, end = (origin[first][0], origin[last - 1][1]) if origin else (first, last)
        while end < len(text) and unicodedata.category(text[end])[0] == "M":  # a vowel that belongs to the letter
            end += 1
        if not spread or start >= spread[-1][1]:
            spread.append((start, end))
    return tuple(spread)


@lru_cache(maxsize=256)
def _pattern(terms: tuple[Term, ...]) -> re.Pattern[str]:
    """What finds any of the terms in folded words."""
    return re.compile("|".join(map(_way, sorted(terms, key=lambda term: -len(" ".join(term.words))))))


def _way(term: Term) -> str:
    """The term as a regular expression. Characters of scripts without spaces stand beside each other and beside words
    of other scripts; a word ends where one of them stands."""
    first, last = term.words[0], term.words[-1]
    found = "" if is_unspaced(first) else f"(?:(?<=[ {UNSPACED}])|^)"
    found += first
    for before, word in pairwise(term.words):
        found += (" *" if is_unspaced(before) or is_unspaced(word) else " +") + word
    found += f"[^ {UNSPACED}]*" if term.prefix else ""
    return found + ("" if is_unspaced(last) else f"(?=[ {UNSPACED}]|$)")


class _One(dict[int, str]):
    """What a character folds to when that is one character or a space, else NUL; worked out when it is first met."""

    def __missing__(self, code: int) -> str:
        folded = fold(chr(code)) or " "
        self[code] = found = "\0" if len(folded) > 1 or unicodedata.combining(chr(code)) else folded
        return found


_ONE = _One()


def _folded(text: str) -> tuple[str, list[tuple[int, int]]]:
    """``text`` folded, and for each character of that where in ``text`` it comes from: nothing when it is the same
    place, as it nearly always is."""
    plain = text.translate(_ONE)
    if "\0" not in plain:
        return plain, []
    characters: list[str] = []
    origin: list[tuple[int, int]] = []
    for place, sign in enumerate(text):
        if unicodedata.combining(sign):  # it belongs to the letter before it
            if origin:
                origin[-1] = (origin[-1][0], place + 1)
            continue
        for part in fold(sign) or " ":
            characters.append(part)
            origin.append((place, place + 1))
    return "".join(characters), origin
