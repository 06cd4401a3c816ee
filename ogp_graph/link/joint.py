"""The same commitment in several plans: found by country, years, title and text, without comparing all with all.

Titles that share no rare word are never compared: of a title's words, the rarest ones are looked up in an index
(prefix filtering; Chaudhuri, Ganti and Kaushik 2006), so that few of all the pairs are ever compared.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rapidfuzz import fuzz

from ogp_graph.names import fold

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

__all__ = ["Joint", "Promise", "joint"]

_TITLE = 80.0  # percent of likeness below which two titles are not the same
_SURE_WORDS, _SURE_TEXT, _SURE_LENGTH = 4, 90.0, 80
_SHARED = 0.6  # the part of two titles' words that must be the same
_CROWD = 200  # a word that more titles of a country have tells nothing


@dataclass(frozen=True, slots=True)
class Promise:
    """What linking needs to know of a commitment: its key, its member's key and country, its plan's key and years, its
    title and the start of its text as they stand."""

    key: str
    member: str
    country: str | None
    plan: str
    start: int | None
    end: int | None
    title: str
    text: str = ""


@dataclass(frozen=True, slots=True)
class Joint:
    """Two commitments (keys, the smaller one first) that may be one, with confidence from 0 to 1 (1: certain)."""

    one: str
    other: str
    confidence: float
    features: tuple[tuple[str, float], ...]


@dataclass(frozen=True, slots=True)
class _Folded:
    promise: Promise
    title: str
    words: frozenset[str]


def joint(promises: Iterable[Promise]) -> tuple[Joint, ...]:
    """The pairs of commitments that may be the same promise, sorted.

    Certain are two of one country whose plans overlap in time, whose titles are the same to the letter (folded, four
    words or more) and whose texts are nearly so. Two commitments of one plan are two promises."""
    countries: dict[str | None, list[Promise]] = defaultdict(list)
    for promise in promises:
        countries[promise.country].append(promise)
    found = (_compare(*pair) for some in countries.values() for pair in _pairs(some))
    return tuple(sorted((one for one in found if one is not None), key=lambda one: (one.one, one.other)))


def _fold(promise: Promise) -> _Folded:
    title = fold(promise.title)
    return _Folded(promise, title, frozenset(title.split()))


def _pairs(promises: Iterable[Promise]) -> Iterator[tuple[_Folded, _Folded]]:
    """Which two of a country share enough rare words of the title; the smaller key first."""
    folded = sorted((_fold(promise) for promise in promises), key=lambda one: one.promise.key)
    frequency = Counter(word for one in folded for word in one.words)
    index: dict[str, list[int]] = defaultdict(list)
    for place, one in enumerate(folded):
        before: set[int] = set()
        for word in _rarest(one.words, frequency):
            if frequency[word] <= _CROWD:
                before.update(index[word])
                index[word].append(place)
        yield from ((folded[other], one) for other in sorted(before) if _may_be(folded[other], one))


def _rarest(words: frozenset[str], frequency: Counter[str]) -> Iterator[str]:
    """The words of which two titles that are alike share at least one."""
    ranked = sorted(words, key=lambda word: (frequency[word], word))
    yield from ranked[: len(ranked) - math.ceil(_SHARED * len(ranked)) + 1]


def _may_be(one: _Folded, other: _Folded) -> bool:
    """Whether two can be one promise at all: other plans, not years apart, nor a word for each two of the other."""
    a, b = one.promise, other.promise
    if a.plan == b.plan or not _together(a, b, apart=1):
        return False
    return len(one.words & other.words) >= _SHARED * max(len(one.words), len(other.words))


def _together(one: Promise, other: Promise, apart: int = 0) -> bool:
    """Whether two plans run at the same time, or follow each other by at most ``apart`` years."""
    if one.start is None or one.end is None or other.start is None or other.end is None:
        return False
    return max(one.start, other.start) - min(one.end, other.end) <= apart


def _compare(one: _Folded, other: _Folded) -> Joint | None:
    title = fuzz.token_sort_ratio(one.title, other.title)
    if title < _TITLE or _numbers(one.words) != _numbers(other.words):
        return None
    begin, also = fold(one.promise.text), fold(other.promise.text)
    length = min(len(begin), len(also))
    text = fuzz.ratio(begin[:length], also[:length]) if length else 0.0
    overlap = _together(one.promise, other.promise)
    same = one.title == other.title
    features = (("title", round(title / 100, 3)), ("text", round(text / 100, 3)), ("years", float(overlap)),
                ("country", float(one.promise.country is not None)))  # fmt: skip
    confidence = round(min(0.99, (0.55 * title + 0.35 * text) / 100 + 0.1 * overlap), 3)
    sure = same and len(one.words) >= _SURE_WORDS and text >= _SURE_TEXT and length >= _SURE_LENGTH
    if sure and overlap and one.promise.country is not None:
        confidence = 1.0
    return Joint(one.promise.key, other.promise.key, confidence, features)


def _numbers(words: frozenset[str]) -> frozenset[str]:
    """Phase 1 is not phase 2."""
    return frozenset(word for word in words if any(sign.isdigit() for sign in word))
