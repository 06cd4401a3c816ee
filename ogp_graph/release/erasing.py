"""A person's name taken out of texts, however it is spelt: case, accents, punctuation, surname first."""

from __future__ import annotations

import html
import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING
from urllib.parse import unquote

from ogp_graph.names import fold

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["REMOVED", "Eraser", "eraser"]

_TAG = re.compile(r"</?[A-Za-z][^<>]*>")
_ENCODED = r"(?:%[0-9A-Fa-f]{2})+"
_PIECE = re.compile(_TAG.pattern + rf"|&#?\w{{1,32}};|{_ENCODED}|.", re.DOTALL)
"""A tag, a character reference, percent-encoded characters, or one character."""

REMOVED = "[name removed]"
"""What stands where a name stood."""


@dataclass(frozen=True, slots=True)
class Eraser:
    """Takes names out of texts. ``patterns`` are folded names, longest first, in every rotation of their words.

    >>> eraser(["Ana Pérez Gómez"]).text("According to ana  PEREZ-GOMEZ (and Pérez Gómez, Ana): yes")
    'According to [name removed] (and [name removed]): yes'
    """

    patterns: tuple[str, ...]

    def __bool__(self) -> bool:
        return bool(self.patterns)

    def text(self, text: str) -> str:
        """``text`` with each name replaced by ``[name removed]``; markup inside a name goes with it."""
        plain = fold(unquote(html.unescape(_TAG.sub(" ", text)))) if self.patterns else ""
        if not any(pattern in plain for pattern in self.patterns):
            return text
        folded, places = _folded(text)
        parts, end = [], 0
        for found in re.finditer(rf"(?<= )(?:{'|'.join(self.patterns)})(?= )", folded):
            parts += [text[end : places[found.start()][0]], REMOVED]
            end = places[found.end() - 1][1]
        return "".join([*parts, text[end:]])

    def names(self, text: str) -> bool:
        """Whether a name stands in ``text``, percent-encoded or with hyphens and underscores too."""
        folded = f" {fold(unquote(text))} " if self.patterns else ""
        return any(f" {pattern} " in folded for pattern in self.patterns)


@lru_cache(maxsize=256)
def _rotations(name: str) -> tuple[str, ...]:
    words = fold(name).split()
    return tuple({" ".join(words[i:] + words[:i]) for i in range(len(words))})


def eraser(names: Iterable[str]) -> Eraser:
    """An :class:`Eraser` of these names; a name of one word matches that word alone."""
    patterns = {pattern for name in names for pattern in _rotations(name) if pattern}
    return Eraser(tuple(sorted(patterns, key=lambda pattern: (-len(pattern), pattern))))


def _folded(text: str) -> tuple[str, list[tuple[int, int]]]:
    """``fold(text)`` between spaces, and for each of its characters where in ``text`` it comes from."""
    characters, places = [" "], [(0, 0)]
    for piece in _PIECE.finditer(text):
        plain = _plain(piece[0])
        if unicodedata.combining(plain[0]) or unicodedata.category(plain[0]) == "Cf":  # belongs to the letter before it
            places[-1] = (places[-1][0], piece.end())
            continue
        for folded in fold(plain) or " ":
            if folded != " " or characters[-1] != " ":
                characters.append(folded)
                places.append(piece.span())
    if characters[-1] != " ":
        characters.append(" ")
        places.append((len(text), len(text)))
    return "".join(characters), places


def _plain(piece: str) -> str:
    """What a piece of text shows."""
    if len(piece) == 1:
        return piece
    return " " if piece[0] == "<" else unquote(piece) if piece[0] == "%" else html.unescape(piece)
