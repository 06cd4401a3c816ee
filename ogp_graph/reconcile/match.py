"""Candidates for a question, with scores that say how they came about."""

from __future__ import annotations

from dataclasses import dataclass, replace
from heapq import nlargest
from typing import TYPE_CHECKING, Any

from ogp_graph.names import fold
from ogp_graph.reconcile.schema import PROPERTIES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ogp_graph.reconcile.index import Index
    from ogp_graph.reconcile.question import Question

__all__ = ["Candidate", "answers", "candidates"]

_FULL = 100.0
_PLACE = 90.0  # a whole name without its country
_LEAST = 40.0  # a lower score is no candidate
_CONTRADICTED = 0.3  # part of the score that is lost when every constraint is contradicted
_OTHER_TYPE = 0.8  # what a score is worth when the type only should have been another
_KNOWN = {one.id: one for one in PROPERTIES if not one.prose}


@dataclass(frozen=True, slots=True)
class Candidate:
    """The thing at ``place``. ``certain`` says that nothing else can be meant; ``features`` are what the score is made
    of: numbers from 0 to 100, and yes or no."""

    place: int
    score: float
    certain: bool
    features: Mapping[str, float | bool]


@dataclass(frozen=True, slots=True)
class _Likeness:
    """How a thing was found: by an identifier, by a whole name, or by a likeness from 0 to 100."""

    score: float
    exact: bool = False
    identifier: bool = False
    short: bool = False


def answers(index: Index, batch: Mapping[str, Question | None]) -> dict[str, dict[str, list[dict[str, Any]]]]:
    """The answer to a batch, as it is sent; an invalid question (None) has no candidates."""
    return {
        key: {"result": [_told(index, one) for one in candidates(index, asked)] if asked else []}
        for key, asked in batch.items()
    }


def candidates(index: Index, asked: Question) -> list[Candidate]:
    """The best candidates, best first, equal ones by identifier; the same question has the same answer always.

    A candidate is certain when an identifier or a whole name (accents, case and punctuation apart) leads to it and to
    nothing else that has the type and meets the constraints as well; it then stands alone."""
    checks = _checks(index, asked)
    named = _named(index, asked, checks)
    rated = [_rated(index, asked, place, how, checks) for place, how in named.items()]
    sure = sum(one.certain for one in rated)
    if sure == 1 and len(rated) == 1:
        return rated[: asked.limit]
    if sure > 1:
        rated = [replace(one, certain=False) for one in rated]
    if not any(one.features["identifier"] for one in rated):
        alike = {place: how for place, how in _alike(index, asked).items() if place not in named}
        if not checks and not asked.types:  # then nothing else changes the order
            alike = dict(nlargest(asked.limit, alike.items(), key=lambda one: (one[1].score, -one[0])))
        rated += [_rated(index, asked, place, how, checks) for place, how in alike.items()]
    kept = [one for one in rated if one.score >= _LEAST]
    return sorted(kept, key=lambda one: (-one.score, not one.certain, one.place))[: asked.limit]


_Checks = dict[str, frozenset[int]]


def _checks(index: Index, asked: Question) -> _Checks:
    """For each constraint on a property that is offered: the things that meet it."""
    checks: _Checks = {}
    for constraint in asked.constraints:
        if constraint.property in _KNOWN and any(map(str.strip, constraint.values)):
            keys = {key for value in constraint.values for key in _meant(index, constraint.property, value)}
            met = [index.keys.get((constraint.property, key), frozenset()) for key in keys]
            checks[constraint.property] = checks.get(constraint.property, frozenset()).union(*met)
    return checks


def _meant(index: Index, prop: str, value: str) -> set[str]:
    """The keys under which the index may know a value."""
    folded = fold(value)
    if prop == "country":
        return {index.countries.get(folded, folded)}
    if not _KNOWN[prop].refers:
        return {folded}
    places = {*index.identified(value), *index.exact.get(folded, ()), *index.short.get(folded, ())}
    return {value.strip(), *(index.entities[place].id for place in places)}


def _allowed(index: Index, asked: Question, place: int) -> bool:
    if not asked.types or asked.strict == "should":
        return True
    held = (index.has_type(place, wanted) for wanted in asked.types)
    return all(held) if asked.strict == "all" else any(held)


def _named(index: Index, asked: Question, checks: _Checks) -> dict[int, _Likeness]:
    """What an identifier or a whole name leads to: ``NO`` is Norway and an answer. Without a text, what meets every
    constraint."""
    if not asked.text.strip():
        met = frozenset.intersection(*checks.values()) if checks else frozenset()
        unique = any(_KNOWN[prop].unique for prop in checks)
        return {place: _Likeness(_FULL, identifier=unique) for place in sorted(met) if _allowed(index, asked, place)}
    folded = fold(asked.text)
    identified = index.identified(asked.text)
    found = {} if identified else {place: _Likeness(_PLACE, short=True) for place in index.short.get(folded, ())}
    found |= {place: _Likeness(_FULL, exact=True) for place in index.exact.get(folded, ())}
    found |= {place: _Likeness(_FULL, identifier=True) for place in identified}
    return {place: how for place, how in found.items() if _allowed(index, asked, place)}


def _alike(index: Index, asked: Question) -> dict[int, _Likeness]:
    """What has a name like the text."""
    allowed = None
    if asked.types and asked.strict != "should":
        typed = [index.typed.get(wanted, frozenset()) for wanted in asked.types]
        allowed = typed[0].intersection(*typed[1:]) if asked.strict == "all" else typed[0].union(*typed[1:])
    found = index.names.alike(fold(asked.text), allowed)
    return {place: _Likeness(score) for place, score in found.items()}


def _rated(index: Index, asked: Question, place: int, how: _Likeness, checks: _Checks) -> Candidate:
    one = index.entities[place]
    features: dict[str, float | bool] = {"name_similarity": how.score if asked.text.strip() else 0.0}
    features["identifier"] = how.identifier
    features["alias"] = how.exact and fold(asked.text) != fold(one.name)
    typed = not asked.types or any(wanted in one.types for wanted in asked.types)
    if asked.types:
        features["type_match"] = typed
    told = {prop: place in met for prop, met in checks.items() if one.values.get(prop)}
    features |= {f"{prop}_match": met for prop, met in told.items()}
    agreed = all(told.values())
    located = how.short and told.get("country", False)
    score = _FULL if located else how.score
    score *= 1 - _CONTRADICTED * (sum(not met for met in told.values()) / len(told) if told else 0)
    score *= 1.0 if typed else _OTHER_TYPE
    certain = (how.exact or how.identifier or located) and typed and agreed
    return Candidate(place, round(score, 2), certain, features)


def _told(index: Index, candidate: Candidate) -> dict[str, Any]:
    one = index.entities[candidate.place]
    return {
        "id": one.id,
        "name": one.name,
        "description": one.description,
        "score": candidate.score,
        "match": candidate.certain,
        "type": [{"id": kind, "name": index.types[kind].name} for kind in one.types],
        "features": [{"id": name, "value": value} for name, value in candidate.features.items()],
    }
