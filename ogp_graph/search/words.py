"""What somebody typed, as words to look for. Nothing that is typed is an error.

Words are folded as the index is: no accents, no case, no punctuation. All must occur. A word of four letters or more
also stands for longer ones that begin with it, as one of any length does in Korean, and a shorter one with an asterisk;
words in quotation marks are meant as they are and in that order; a hyphen before a word or a quotation excludes it.

Scripts that put no spaces between words have none to look for: there each character counts as a word, in the index too,
and what is typed without a space is looked for as it stands, one character after the other.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from ogp_graph.names import fold

__all__ = ["LOOKED_AT", "MOST", "UNSPACED", "Term", "Words", "apart", "is_unspaced", "read_words"]

MOST = 24
"""Terms that are looked at; the rest is passed over, and :attr:`Words.cut` says so."""

LOOKED_AT = 500
"""Characters that are looked at, of what somebody typed."""

_LONG = 4  # letters from which on a word stands for longer ones too
_KOREAN = ("\u1100", "\u11ff")  # folded: what is one word there often has no space behind it
UNSPACED = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u2e80-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
"""Thai, Lao, Burmese, Khmer, Chinese and Japanese, as a class of a regular expression has them."""

_CHARACTER = re.compile(f"[{UNSPACED}]")
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


def is_unspaced(word: str) -> bool:
    """Whether a word is a character of a script without spaces."""
    return _CHARACTER.match(word) is not None


def apart(folded: str) -> str:
    """Folded words, with spaces around each character of a script that has none.

    >>> apart("透明性ai推進 in 2024")
    '透 明 性 ai 推 進 in 2024'
    """
    if folded.isascii() or not _CHARACTER.search(folded):
        return folded
    return " ".join(_CHARACTER.sub(r" \g<0> ", folded).split())


def read_words(text: str) -> Words:
    """The words of ``text``.

    >>> read_words('Québec "open data" -fees art*').expression()
    '"quebec" * AND "open data" AND "art" *'
    >>> read_words("夜間").expression()
    '"夜 間"'
    >>> read_words('NEAR( ^ * : " -').expression()
    '"near" *'
    """
    wanted: list[Term] = []
    unwanted: list[Term] = []
    for part in _PART.finditer(text[:LOOKED_AT].replace("\0", " ")):
        words = tuple(apart(fold(part["quoted"] if part["word"] is None else part["word"])).split())
        if not words:
            continue
        term = Term(words, part["word"] is not None and _begins(words[-1], part["word"]))
        (unwanted if part["no"] else wanted).append(term)
    found = (tuple(dict.fromkeys(wanted)), tuple(dict.fromkeys(unwanted)))
    cut = len(text) > LOOKED_AT or any(len(terms) > MOST for terms in found)
    return Words(found[0][:MOST], found[1][:MOST], cut)


def _begins(last: str, typed: str) -> bool:
    """Whether the last word of what was typed stands for longer ones too."""
    if is_unspaced(last):
        return False
    return len(last) >= _LONG or _KOREAN[0] <= last[-1] <= _KOREAN[1] or typed.endswith("*")
