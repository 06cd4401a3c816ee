"""Candidates for a question, with scores that say how they came about."""

from __future__ import annotations

from dataclasses import dataclass
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
    nothing else that has the type and meets the constraints as well."""
    checks = _checks(index, asked)
    found = _found(index, asked, checks)
    rated = [_rated(index, asked, place, how, checks) for place, how in found.items()]
    sure = [one for one in rated if one.certain]
    if len(sure) > 1:
        rated = [Candidate(one.place, one.score, False, one.features) for one in rated]
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


def _found(index: Index, asked: Question, checks: _Checks) -> dict[int, _Likeness]:
    """Whatever may be meant. Beside an identifier only whole names count: ``NO`` is Norway and an answer."""
    if not asked.text.strip():
        met = frozenset.intersection(*checks.values()) if checks else frozenset()
        unique = any(_KNOWN[prop].unique for prop in checks)
        return {place: _Likeness(_FULL, identifier=unique) for place in sorted(met) if _allowed(index, asked, place)}
    folded = fold(asked.text)
    found: dict[int, _Likeness] = {}
    identified = [place for place in index.identified(asked.text) if _allowed(index, asked, place)]
    if not identified:
        restricted = asked.types and asked.strict != "should"
        alike = index.names.alike(folded, (lambda place: _allowed(index, asked, place)) if restricted else None)
        found = {place: _Likeness(score) for place, score in alike.items()}
        found |= {place: _Likeness(_PLACE, short=True) for place in index.short.get(folded, ())}
    found |= {place: _Likeness(_FULL, exact=True) for place in index.exact.get(folded, ())}
    found |= {place: _Likeness(_FULL, identifier=True) for place in identified}
    return {place: how for place, how in found.items() if _allowed(index, asked, place)}


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
