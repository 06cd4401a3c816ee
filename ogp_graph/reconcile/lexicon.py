"""Names by their words: which of them are like a given one, and which begin with it."""

from __future__ import annotations

import heapq
import math
from bisect import bisect_left
from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rapidfuzz import fuzz, process

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

__all__ = ["Lexicon", "lexicon"]

_POOL = 60  # names that are compared letter by letter
_VISITED = 4_000  # names that are weighed by their words
_GOOD = 88.0  # below this, words may be misspelt
_LIKE = 72.0  # how alike two words are that may be one
_WORDS = 4  # known words that an unknown one may stand for
_SPELT = 4  # letters that a word has before it may be misspelt
_MIXED = 0.98  # what likeness is worth when the words stand in another order
_PART = 70.0  # how like a name is to a part of it
_LETTERS = 8  # of a part that counts
_TERMS = 24  # words of a question that count


@dataclass(frozen=True, slots=True)
class Lexicon:
    """Folded names. ``owners[i]`` is whose the name ``names[i]`` is; ``ordered[i]`` has its words in alphabetical
    order; ``factors[i]`` is what likeness to it is worth, ``sizes[i]`` what its words weigh; ``postings`` goes from a
    word to the names that hold it."""

    names: tuple[str, ...]
    ordered: tuple[str, ...]
    owners: tuple[int, ...]
    factors: tuple[float, ...]
    sizes: tuple[float, ...]
    postings: Mapping[str, tuple[int, ...]]
    weights: Mapping[str, float]
    words: tuple[str, ...]
    letters: tuple[str, ...]

    def alike(self, name: str, allowed: Callable[[int], bool] | None = None) -> dict[int, float]:
        """Owner -> how like one of its names is to ``name`` (folded), from 0 to 100; the best ones only. Words that no
        name holds are taken for misspelt ones when nothing else fits well."""
        terms = dict.fromkeys(name.split()[:_TERMS], 1.0)
        found = self._rated(name, self._pool(terms, allowed))
        if max(found.values(), default=0.0) >= _GOOD:
            return found
        more = self._respelt(terms)
        return self._rated(name, self._pool(more, allowed)) | found if more.keys() - terms.keys() else found

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
            found.update(self.postings[self.words[place]])
            place += 1
        return found

    def _pool(self, terms: Mapping[str, float], allowed: Callable[[int], bool] | None) -> list[int]:
        """The names that share the most telling words with the terms (word -> how sure it is meant)."""
        shared: dict[int, float] = defaultdict(float)
        visited = 0
        for word in sorted(terms.keys() & self.postings.keys(), key=lambda word: (len(self.postings[word]), word)):
            posting = self.postings[word]
            if visited and visited + len(posting) > _VISITED:
                break
            visited += len(posting)
            worth = self.weights[word] * terms[word]
            for place in posting:
                shared[place] += worth
        asked = sum(self.weights.get(word, 1.0) for word in terms)
        rated = (
            (2 * worth / (asked + self.sizes[place]), -place)
            for place, worth in shared.items()
            if allowed is None or allowed(self.owners[place])
        )
        return [-place for _, place in heapq.nlargest(_POOL, rated)]

    def _rated(self, name: str, pool: Sequence[int]) -> dict[int, float]:
        ordered = " ".join(sorted(name.split()))
        found: dict[int, float] = {}
        for place in pool:
            other = self.names[place]
            likeness = max(fuzz.ratio(name, other), _MIXED * fuzz.ratio(ordered, self.ordered[place]))
            likeness = max(likeness, _PART if _contained(name, other) else 0.0)
            score, owner = round(likeness * self.factors[place], 2), self.owners[place]
            found[owner] = max(score, found.get(owner, 0.0))
        return found

    def _respelt(self, terms: Mapping[str, float]) -> dict[str, float]:
        found = dict(terms)
        for word in terms:
            if len(word) >= _SPELT and word.isalpha():
                for other, likeness, _ in process.extract(
                    word, self.letters, scorer=fuzz.ratio, score_cutoff=_LIKE, limit=_WORDS
                ):
                    found.setdefault(other, likeness / 100)
        return found


def _contained(one: str, other: str) -> bool:
    """Whether the words of one of them, several letters, stand together in the other."""
    short, long = sorted((one, other), key=len)
    return len(short) >= _LETTERS and f" {short} " in f" {long} "


def lexicon(entries: Sequence[tuple[str, int, float]]) -> Lexicon:
    """The lexicon of (folded name, owner, factor). A name without a word is left out."""
    kept = sorted({entry for entry in entries if entry[0]})
    postings: dict[str, list[int]] = defaultdict(list)
    for place, (name, _, _) in enumerate(kept):
        for word in dict.fromkeys(name.split()):
            postings[word].append(place)
    weights = {word: math.log(1 + len(kept) / len(posting)) for word, posting in postings.items()}
    sizes = tuple(sum(weights[word] for word in Counter(name.split())) for name, _, _ in kept)
    words = tuple(sorted(postings))
    return Lexicon(
        names=tuple(name for name, _, _ in kept),
        ordered=tuple(" ".join(sorted(name.split())) for name, _, _ in kept),
        owners=tuple(owner for _, owner, _ in kept),
        factors=tuple(factor for _, _, factor in kept),
        sizes=sizes,
        postings={word: tuple(posting) for word, posting in postings.items()},
        weights=weights,
        words=words,
        letters=tuple(word for word in words if len(word) >= _SPELT and word.isalpha()),
    )
