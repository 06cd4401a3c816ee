"""Names by their words: which of them are like a given one, and which begin with it."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from dataclasses import dataclass
from heapq import nsmallest
from typing import TYPE_CHECKING

from rapidfuzz import fuzz, process

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

__all__ = ["Lexicon", "lexicon"]

_CHAINS = 3  # words from which names are looked for
_POOL = 20  # names that are compared letter by letter, for each of them
_GOOD = 88.0  # below this, words may be misspelt
_LIKE = 72.0  # how alike two words are that may be one
_WORDS = 4  # known words that an unknown one may stand for
_SPELT = 4  # letters that a word has before it may be misspelt
_MIXED = 0.98  # what likeness is worth when the words stand in another order
_PART = 70.0  # how like a name is to a part of it
_LETTERS = 8  # of a part that counts
_TERMS = 24  # words of a question that count

_Holders = frozenset[int]


@dataclass(frozen=True, slots=True)
class Lexicon:
    """Folded names. ``owners[i]`` is whose the name ``names[i]`` is; ``ordered[i]`` has its words in alphabetical
    order; ``factors[i]`` is what likeness to it is worth; ``holders`` goes from a word to the names that hold it;
    ``words`` are all words, ``letters`` those that may be meant by a misspelt one."""

    names: tuple[str, ...]
    ordered: tuple[str, ...]
    owners: tuple[int, ...]
    factors: tuple[float, ...]
    holders: Mapping[str, _Holders]
    words: tuple[str, ...]
    letters: tuple[str, ...]

    def alike(self, name: str, allowed: frozenset[int] | None = None) -> dict[int, float]:
        """Owner -> how like one of its names is to ``name`` (folded), from 0 to 100; the best ones only. Words that no
        name holds are taken for misspelt ones when nothing else fits well. ``allowed`` are places in ``names``."""
        terms = list(dict.fromkeys(name.split()[:_TERMS]))
        found = self._rated(name, self._pool([self.holders.get(word, frozenset()) for word in terms], allowed))
        if max(found.values(), default=0.0) >= _GOOD:
            return found
        return self._rated(name, self._pool([self._meant(word) for word in terms], allowed)) | found

    def beginning(self, prefix: str) -> Iterator[int]:
        """Owners of the names that begin with ``prefix`` (folded), in the order of the names, then of those with words
        that begin with its words; one owner may come several times."""
        place = bisect_left(self.names, prefix)
        while place < len(self.names) and self.names[place].startswith(prefix):
            yield self.owners[place]
            place += 1
        sets = [self._holding(word) for word in prefix.split()[:_TERMS]]
        for place in sorted(set.intersection(*sets)) if sets else ():
            yield self.owners[place]

    def _holding(self, start: str) -> set[int]:
        found: set[int] = set()
        place = bisect_left(self.words, start)
        while place < len(self.words) and self.words[place].startswith(start):
            found.update(self.holders[self.words[place]])
            place += 1
        return found

    def _pool(self, sets: Sequence[_Holders], allowed: frozenset[int] | None) -> list[int]:
        """Names that share words. From each of the rarest words on, every further word that leaves any name narrows the
        choice; the narrowest choices come first."""
        rarest = sorted(filter(None, sets if allowed is None else [one & allowed for one in sets]), key=len)
        pool: dict[int, None] = {}
        for first, start in enumerate(rarest[:_CHAINS]):
            levels = [start]
            for other in (*rarest[:first], *rarest[first + 1 :]):
                if len(narrowed := levels[-1] & other) not in (0, len(levels[-1])):
                    levels.append(narrowed)
            chosen: dict[int, None] = {}
            while levels and len(chosen) < _POOL:
                chosen |= dict.fromkeys(nsmallest(_POOL, levels.pop()))
            pool |= chosen
        return list(pool)

    def _rated(self, name: str, pool: Sequence[int]) -> dict[int, float]:
        ordered = " ".join(sorted(name.split()))
        found: dict[int, float] = {}
        plain = process.extract(name, [self.names[place] for place in pool], scorer=fuzz.ratio, limit=None)
        mixed = process.extract(ordered, [self.ordered[place] for place in pool], scorer=fuzz.ratio, limit=None)
        likeness = {place: _MIXED * score for _, score, place in mixed}
        for other, score, number in plain:
            best = max(score, likeness.get(number, 0.0))
            if best < _PART and _contained(name, other):
                best = _PART
            place = pool[number]
            owner, best = self.owners[place], round(best * self.factors[place], 2)
            if best > found.get(owner, 0.0):
                found[owner] = best
        return found

    def _meant(self, word: str) -> _Holders:
        """The names that hold the word, or one that it may be a misspelling of."""
        known = self.holders.get(word, frozenset())
        if len(word) < _SPELT or not word.isalpha():
            return known
        found = process.extract(word, self.letters, scorer=fuzz.ratio, score_cutoff=_LIKE, limit=_WORDS)
        return known.union(*(self.holders[other] for other, _, _ in found))


def _contained(one: str, other: str) -> bool:
    """Whether the words of one of them, several letters, stand together in the other."""
    short, long = sorted((one, other), key=len)
    return len(short) >= _LETTERS and f" {short} " in f" {long} "


def lexicon(entries: Sequence[tuple[str, int, float]]) -> Lexicon:
    """The lexicon of (folded name, owner, factor). A name without a word is left out."""
    kept = sorted({entry for entry in entries if entry[0]})
    holders: dict[str, list[int]] = defaultdict(list)
    for place, (name, _, _) in enumerate(kept):
        for word in set(name.split()):
            holders[word].append(place)
    words = tuple(sorted(holders))
    return Lexicon(
        names=tuple(name for name, _, _ in kept),
        ordered=tuple(" ".join(sorted(name.split())) for name, _, _ in kept),
        owners=tuple(owner for _, owner, _ in kept),
        factors=tuple(factor for _, _, factor in kept),
        holders={word: frozenset(places) for word, places in holders.items()},
        words=words,
        letters=tuple(word for word in words if len(word) >= _SPELT and word.isalpha()),
    )
