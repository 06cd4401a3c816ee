"""What somebody typed, as words to look for. Nothing that is typed is an error.

Words are folded as the index is: no accents, no case, no punctuation. All must occur. A word of four letters or more
also stands for longer ones that begin with it, as one of any length does in Chinese, Japanese and Korean, and a shorter
one with an asterisk; words in quotation marks are meant as they are and in that order; a hyphen before a word or a
quotation excludes it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from ogp_graph.names import fold

__all__ = ["LOOKED_AT", "MOST", "Term", "Words", "read_words"]

MOST = 24
"""Terms that are looked at; the rest is passed over, and :attr:`Words.cut` says so."""

LOOKED_AT = 500
"""Characters that are looked at, of what somebody typed."""

_LONG = 4  # letters from which on a word stands for longer ones too
_EAST = "\u1100"  # Chinese, Japanese and Korean stand behind: what is one word there often has no space behind it
_PART = re.compile(r'(?P<no>-?)(?:["“”„«»](?P<quoted>[^"“”„«»]*)["“”„«»]|(?P<word>[^\s"“”„«»]+))')


@dataclass(frozen=True, slots=True)
class Term:
    """Folded words that stand one after the other; ``prefix`` when the last one may go on."""

    words: tuple[str, ...]
    prefix: bool = False

    def expression(self) -> str:
        """The term in the syntax of FTS5 (https://www.sqlite.org/fts5.html#fts5_phrases)."""
        return f'"{" ".join(self.words)}"' + (" *" if self.prefix else "")


@dataclass(frozen=True, slots=True)
class Words:
    """The terms that must occur and those that must not; ``cut`` when there were more than are looked at."""

    wanted: tuple[Term, ...] = ()
    unwanted: tuple[Term, ...] = ()
    cut: bool = False

    def expression(self) -> str:
        """The terms that must occur, in the syntax of FTS5."""
        return " AND ".join(term.expression() for term in self.wanted)


def read_words(text: str) -> Words:
    """The words of ``text``.

    >>> read_words('Québec "open data" -fees art*').expression()
    '"quebec" * AND "open data" AND "art" *'
    >>> read_words("夜間").expression()
    '"夜間" *'
    >>> read_words('NEAR( ^ * : " -').expression()
    '"near" *'
    """
    wanted: list[Term] = []
    unwanted: list[Term] = []
    for part in _PART.finditer(text[:LOOKED_AT].replace("\0", " ")):
        words = tuple(fold(part["quoted"] if part["word"] is None else part["word"]).split())
        if not words:
            continue
        begins = len(words[-1]) >= _LONG or words[-1][-1] >= _EAST or (part["word"] or "").endswith("*")
        term = Term(words, part["word"] is not None and begins)
        (unwanted if part["no"] else wanted).append(term)
    found = (tuple(dict.fromkeys(wanted)), tuple(dict.fromkeys(unwanted)))
    cut = len(text) > LOOKED_AT or any(len(terms) > MOST for terms in found)
    return Words(found[0][:MOST], found[1][:MOST], cut)
