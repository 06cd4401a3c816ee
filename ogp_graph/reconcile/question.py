"""What is asked: batches of queries and of wishes for values, read from JSON that a stranger wrote.

Reconciliation Service API 0.2, 4.1 and 7.2 (https://www.w3.org/community/reports/reconciliation/CG-FINAL-specs-0.2-20230410/).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import msgspec

from ogp_graph.errors import QueryRefused

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["BATCH", "Constraint", "Question", "Wish", "read_questions", "read_wish"]

BATCH = 100
"""Queries that one batch may have, and things that one extension may ask of."""

_LIMIT, _MOST = 10, 100  # candidates unless asked otherwise, and at most
_LONGEST = 2_000  # characters of a query or value
_SEVERAL = 50  # types, constraints, or values of one constraint
_COLUMNS = 100  # properties that one extension may ask for
_STRICT = ("any", "should", "all")


@dataclass(frozen=True, slots=True)
class Constraint:
    """A property and the values of which a candidate should have one: text, or the identifier of a thing."""

    property: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Question:
    """One valid query."""

    text: str = ""
    types: tuple[str, ...] = ()
    strict: str = "any"
    constraints: tuple[Constraint, ...] = ()
    limit: int = _LIMIT


@dataclass(frozen=True, slots=True)
class Wish:
    """Values that are wished for: of which things, and of which properties how many at most (0 means all)."""

    ids: tuple[str, ...]
    properties: Mapping[str, int]


class _Invalid(ValueError):
    """A query that breaks a rule of its schema."""


def read_questions(text: str) -> dict[str, Question | None]:
    """The queries of a batch by their keys; None for one that is not valid.

    Raises:
        QueryRefused: the text is not a JSON object, or no query in it is valid.
    """
    batch = _object(text, "queries")
    read: dict[str, Question | None] = {}
    for key, told in batch.items():
        try:
            read[key] = _question(told)
        except _Invalid:
            read[key] = None
    if not any(read.values()):
        raise QueryRefused("there is no valid query in the batch")
    return read


def read_wish(text: str) -> Wish:
    """A wish for values.

    Raises:
        QueryRefused: the text is not a JSON object with ``ids`` and ``properties`` of the right types.
    """
    told = _object(text, "extend")
    ids, properties = told.get("ids"), told.get("properties")
    if not (isinstance(ids, list) and all(isinstance(one, str) for one in ids)):
        raise QueryRefused("ids is not a list of strings")
    if not (isinstance(properties, list) and len(properties) <= _COLUMNS):
        raise QueryRefused(f"properties is not a list of at most {_COLUMNS} objects")
    if not all(isinstance(one, dict) and isinstance(one.get("id"), str) for one in properties):
        raise QueryRefused("a property is not an object with an id")
    limits: dict[str, int] = {one["id"]: _setting(one.get("settings")) for one in properties}
    return Wish(tuple(dict.fromkeys(ids)), limits)


def _object(text: str, name: str) -> dict[str, Any]:
    try:
        told = msgspec.json.decode(text)
    except (msgspec.MsgspecError, RecursionError, ValueError):
        raise QueryRefused(f"{name} is not JSON") from None
    if not isinstance(told, dict):
        raise QueryRefused(f"{name} is not a JSON object")
    return told


def _question(told: object) -> Question:
    if not isinstance(told, dict):
        raise _Invalid
    text = _text(told.get("query", ""))
    types = told.get("type") or ()
    types = (types,) if isinstance(types, str) else types
    strict = told.get("type_strict") or "any"
    asked = told.get("properties") or ()
    if not isinstance(types, list | tuple) or not isinstance(asked, list | tuple) or strict not in _STRICT:
        raise _Invalid
    if len(types) > _SEVERAL or len(asked) > _SEVERAL or not (text.strip() or asked):
        raise _Invalid
    return Question(text, tuple(map(_text, types)), strict, tuple(map(_constraint, asked)), _limit(told.get("limit")))


def _constraint(told: object) -> Constraint:
    if not isinstance(told, dict) or "v" not in told:
        raise _Invalid
    values = told["v"] if isinstance(told["v"], list) else [told["v"]]
    if len(values) > _SEVERAL:
        raise _Invalid
    return Constraint(_text(told.get("pid")), tuple(map(_value, values)))


def _value(told: object) -> str:
    """A value as text: a number without ``.0``, a thing by its identifier."""
    if isinstance(told, bool):
        return str(told).lower()
    if isinstance(told, float) and told.is_integer():
        return str(int(told))
    if isinstance(told, int | float):
        return str(told)
    return _text(told.get("id") if isinstance(told, dict) else told)


def _text(told: object) -> str:
    if not isinstance(told, str) or len(told) > _LONGEST:
        raise _Invalid
    return told


def _limit(told: object) -> int:
    if told is None:
        return _LIMIT
    if isinstance(told, bool) or not isinstance(told, int | float) or not math.isfinite(told):
        raise _Invalid
    return max(0, min(int(told), _MOST))


def _setting(told: object) -> int:
    """The setting ``limit``, sent as a number or as text; 0 is no limit."""
    value = told.get("limit") if isinstance(told, dict) else None
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 10:
        value = int(value)
    return value if isinstance(value, int) and value > 0 else 0
