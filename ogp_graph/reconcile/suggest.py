"""Completions while somebody types, and what there is to say of one thing (API 0.2, 5 to 7)."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any

from ogp_graph.names import fold
from ogp_graph.reconcile.entities import Reference
from ogp_graph.reconcile.schema import ALIKE, PROPERTIES, properties_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from ogp_graph.reconcile.entities import Cell, Entity
    from ogp_graph.reconcile.index import Index
    from ogp_graph.reconcile.question import Wish
    from ogp_graph.reconcile.schema import Property, Type

__all__ = ["PAGE", "Card", "card", "extension", "proposed", "suggested_entities", "suggested_properties",
           "suggested_types"]  # fmt: skip

PAGE = 20
"""Suggestions that are given at once."""

_PREFIX = 200  # characters of a prefix that count
_FURTHEST = 10_000  # suggestions that can be paged through
_SHOWN = 3  # values of a property on a card
_BRIEF = 240  # characters of a value on a card


@dataclass(frozen=True, slots=True)
class Card:
    """What a preview shows: ``said`` are names of properties and their values as text."""

    id: str
    name: str
    kind: str
    description: str
    said: tuple[tuple[str, str], ...] = ()


def suggested_entities(index: Index, prefix: str, *, kind: str = "", cursor: int = 0) -> list[dict[str, Any]]:
    """Things whose identifier is ``prefix``, then those whose name is it, begins with it, or has words that do;
    of a type when one is given."""
    found = islice(_beginning(index, prefix[:_PREFIX], kind), min(cursor, _FURTHEST), min(cursor, _FURTHEST) + PAGE)
    told = []
    for one in (index.entities[place] for place in found):
        notable = [{"id": kind, "name": index.types[kind].name} for kind in one.types]
        told.append({"id": one.id, "name": one.name, "description": one.description, "notable": notable})
    return told


def _beginning(index: Index, prefix: str, kind: str) -> Iterator[int]:
    folded = fold(prefix)
    sources = [index.identified(prefix), index.exact.get(folded, ()), index.short.get(folded, ())]
    seen: set[int] = set()
    for places in (*sources, index.names.beginning(folded) if folded else ()):
        for place in places:
            if place not in seen and (not kind or index.has_type(place, kind)):
                seen.add(place)
                yield place


def suggested_types(index: Index, prefix: str, *, cursor: int = 0) -> list[dict[str, Any]]:
    """Types whose name or identifier begins with ``prefix``, or has a word that does; all for an empty one."""
    fitting = (one for one in index.types.values() if _fits(prefix, one.name, one.id))
    return [_type_told(index, one) for one in islice(fitting, cursor, cursor + PAGE)]


def _type_told(index: Index, one: Type) -> dict[str, Any]:
    """A type as it is sent."""
    told: dict[str, Any] = {"id": one.id, "name": one.name, "description": one.description}
    return told | {"broader": [_type_told(index, index.types[one.broader])]} if one.broader else told


def suggested_properties(prefix: str, *, cursor: int = 0) -> list[dict[str, Any]]:
    """Properties whose name or identifier begins with ``prefix``, or has a word that does; all for an empty one."""
    fitting = (one for one in PROPERTIES if _fits(prefix, one.name, one.id))
    return [_property_told(one) for one in islice(fitting, cursor, cursor + PAGE)]


def proposed(kind: str | None, limit: int | None = None) -> list[dict[str, Any]]:
    """Properties that things of a type may have, for columns of a table."""
    return [_property_told(one) for one in properties_of(kind)][:limit]


def _property_told(one: Property) -> dict[str, Any]:
    return {"id": one.id, "name": one.name, "description": one.description}


def _fits(prefix: str, name: str, key: str) -> bool:
    start, folded = fold(prefix[:_PREFIX]), f" {fold(name)}"
    return f" {start}" in folded or key.lower().startswith(prefix.strip().lower()) if start else True


def extension(index: Index, wish: Wish) -> dict[str, Any]:
    """The values that were wished for (API 0.2, 7.3): a row for each identifier, a list for each property, empty where
    nothing is known."""
    known = {one.id: one for one in PROPERTIES}
    rows: dict[str, dict[str, list[dict[str, Any]]]] = {}
    for key in wish.ids:
        one = index.entity(key)
        rows[key] = {
            prop: _cells(one, prop, most) if one and prop in known else [] for prop, most in wish.properties.items()
        }
    return {"meta": [_meta(index, prop, known.get(prop)) for prop in wish.properties], "rows": rows}


def _meta(index: Index, key: str, prop: Property | None) -> dict[str, Any]:
    told: dict[str, Any] = {"id": key, "name": prop.name if prop else key}
    if prop and prop.refers and prop.refers in index.types:
        told["type"] = {"id": prop.refers, "name": index.types[prop.refers].name}
    if prop and prop.service:
        told["service"] = prop.service
    return told


def _cells(one: Entity, prop: str, limit: int) -> list[dict[str, Any]]:
    return [_cell(cell) for cell in one.values.get(prop, ())[: limit or None]]


def _cell(cell: Cell) -> dict[str, Any]:
    if isinstance(cell, Reference):
        return {"id": cell.id, "name": cell.name}
    return {"int": cell} if isinstance(cell, int) else {"str": cell}


def card(index: Index, key: str) -> Card | None:
    """What a preview says of a thing, a type or a property; None when there is none of that name."""
    if one := index.entity(key):
        said = tuple(
            (prop.name, _line(one.values[prop.id])) for prop in properties_of(one.types[0]) if _shown(one, prop)
        )
        return Card(one.id, one.name, index.types[one.types[-1]].name, one.description, said)
    if kind := index.types.get(key):
        return Card(kind.id, kind.name, "Type", kind.description)
    for prop in PROPERTIES:
        if prop.id == key:
            return Card(prop.id, prop.name, "Property", prop.description)
    return None


def _shown(one: Entity, prop: Property) -> bool:
    return bool(one.values.get(prop.id)) and prop.id not in ALIKE


def _line(cells: Iterable[Cell]) -> str:
    some = [cell.name if isinstance(cell, Reference) else str(cell) for cell in cells]
    text = " ".join("; ".join(some[:_SHOWN]).split())
    text = text if len(text) <= _BRIEF else text[: _BRIEF - 1].rstrip() + "…"
    return text + (f" and {len(some) - _SHOWN} more" if len(some) > _SHOWN else "")
