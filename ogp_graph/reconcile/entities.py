"""From rows of the store to the things that are reconciled."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from ogp_graph.names import IRIs
from ogp_graph.reconcile.schema import CODE, COMMITMENT, MEMBER, PLAN, PROPERTIES

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from ogp_graph.members import Member

__all__ = ["Cell", "Entity", "Reference", "Row", "country_of", "entities"]


@dataclass(frozen=True, slots=True)
class Row:
    """One value of one property of one thing, as a query gives it. ``label`` is that of an IRI, where known."""

    thing: str
    property: str
    value: str
    language: str = ""
    label: str = ""


@dataclass(frozen=True, slots=True)
class Reference:
    """A value that is a thing itself: its identifier and its name."""

    id: str
    name: str


Cell = Reference | str | int
"""A value that is handed out."""


@dataclass(frozen=True, slots=True)
class Entity:
    """A thing that can be found. ``id`` is its IRI without the base; ``types`` begins with the general one; ``short``
    are names that lack the country; ``values`` goes from property to what is handed out, in a fixed order."""

    id: str
    name: str
    types: tuple[str, ...]
    spellings: tuple[str, ...]
    short: tuple[str, ...]
    values: Mapping[str, tuple[Cell, ...]]
    description: str = ""


_KINDS = {"members": MEMBER, "plans": PLAN, "commitments": COMMITMENT, "codes": CODE}
_NUMBERS = frozenset({"startYear", "endYear", "rank"})
_REFERS = {one.id: one.refers for one in PROPERTIES if one.refers}
_GEONAMES = re.compile(r"https?://(?:sws|www)\.geonames\.org/([1-9]\d*)(?:/.*)?")
_LINKS = (
    ("wikidata", re.compile(r"https?://www\.wikidata\.org/(?:entity|wiki)/(Q[1-9]\d*)")),
    ("geonames", _GEONAMES),
)
_BRIEF = 200  # characters of a description

_Said = dict[str, list[Row]]


def entities(
    rows: Mapping[str, Iterable[Row]], base: str, register: Mapping[str, Member] | None = None
) -> tuple[Entity, ...]:
    """Every thing that the queries of ``queries/reconcile`` found, sorted by identifier. ``rows`` goes from a query's
    name to its rows; what stands under no name that is known is passed over. ``register`` are the curated members by
    key, whose spellings lead to the members that were found."""
    said: dict[str, _Said] = {}
    kinds: dict[str, str] = {}
    for query, kind in _KINDS.items():
        for row in rows.get(query, ()):
            kinds.setdefault(_local(row.thing, base), kind)
            said.setdefault(_local(row.thing, base), defaultdict(list))[row.property].append(row)
    spelt = ((IRIs(base).member(key), name) for key, one in (register or {}).items() for name in one.spellings)
    for row in (
        *rows.get("links", ()),
        *rows.get("reports", ()),
        *(Row(thing, "spelling", name) for thing, name in spelt),
    ):
        if (found := said.get(_local(row.thing, base))) is not None:
            found[row.property].append(row)
    made = {key: _entity(key, kinds[key], found, base) for key, found in said.items()}
    return _described(_related(_named(made)))


def _local(iri: str, base: str) -> str:
    return iri.removeprefix(base)


def _entity(key: str, kind: str, said: _Said, base: str) -> Entity:
    names = sorted(said.get("name", ()), key=lambda row: (row.language not in ("", "en"), row.language, row.value))
    name = names[0].value if names else key.rpartition("/")[2]
    wordings = {row.value for row in (*names[1:], *said.get("spelling", ()), *said.get("notation", ()))} - {name}
    values: dict[str, tuple[Cell, ...]] = {}
    for prop in PROPERTIES:
        cells = [_cell(row, prop.id, base) for row in _best(said.get(prop.id, ()), prop.id)]
        if cells:
            values[prop.id] = tuple(dict.fromkeys(cells))
    values |= _linked(said) if kind == MEMBER else {}
    values["spelling"] = tuple(sorted(wordings))
    values["iri"] = (base + key,)
    types: tuple[str, ...] = (kind,)
    if kind == CODE:
        schemes = sorted(_local(row.value, base) for row in said.get("scheme", ()))
        types = (kind, *schemes)
        values["scheme"] = tuple(one.rpartition("/")[2] for one in schemes)
    short = tuple(sorted({one.rpartition(",")[0] for one in (name, *wordings) if "," in one})) if kind == MEMBER else ()
    return Entity(key, name, types, tuple(sorted(wordings)), short, {k: v for k, v in values.items() if v})


def _best(found: Sequence[Row], prop: str) -> Sequence[Row]:
    """The rows in English where there are any: one value is not handed out in three languages."""
    english = [row for row in found if row.language in ("", "en")]
    return english if english and prop != "spelling" else found


def _cell(row: Row, prop: str, base: str) -> Cell:
    if prop in _NUMBERS and re.fullmatch(r"-?\d{1,9}", row.value):
        return int(row.value)
    return Reference(_local(row.value, base), row.label) if prop in _REFERS else row.value


def _linked(said: _Said) -> dict[str, tuple[Cell, ...]]:
    """Identifiers in other data sets, by the shape of the IRI."""
    found: dict[str, dict[str, Cell]] = defaultdict(dict)
    for row in said.get("seat", ()):
        if hit := _GEONAMES.fullmatch(row.value):
            found["seat"][hit[1]] = hit[1]
            found["town"].setdefault(hit[1], row.label)
    for row in said.get("link", ()):
        for prop, shape in _LINKS:
            if hit := shape.fullmatch(row.value):
                found[prop].setdefault(hit[1], Reference(hit[1], row.label or hit[1]) if prop in _REFERS else hit[1])
                if prop == "geonames":
                    found["place"].setdefault(hit[1], row.label)
    return {prop: tuple(cell for cell in cells.values() if cell) for prop, cells in found.items()}


def _named(made: dict[str, Entity]) -> dict[str, Entity]:
    """References with the names of what they lead to."""

    def named(cell: Cell) -> Cell:
        if not isinstance(cell, Reference) or cell.name:
            return cell
        return replace(cell, name=made[cell.id].name if cell.id in made else cell.id.rpartition("/")[2])

    return {
        key: replace(one, values={prop: tuple(map(named, cells)) for prop, cells in one.values.items()})
        for key, one in made.items()
    }


def _related(made: dict[str, Entity]) -> dict[str, Entity]:
    """What follows from a plan's member and a commitment's plan: members, years, countries, and the way back."""
    more: dict[str, dict[str, dict[Cell, None]]] = defaultdict(lambda: defaultdict(dict))
    for key, one in sorted(made.items()):
        own = Reference(key, one.name)
        if one.types[0] == MEMBER:
            more[key]["country"][country_of(one.name)] = None
        for member in _references(one, "member"):
            more[member.id]["plans"][own] = None
            more[key]["country"] |= {country_of(made[member.id].name): None} if member.id in made else {}
        for plan in (made[plan.id] for plan in _references(one, "plan") if plan.id in made):
            more[plan.id]["commitments"][own] = None
            for prop in ("startYear", "endYear", "member"):
                more[key][prop] |= dict.fromkeys(plan.values.get(prop, ()))
            for member in _references(plan, "member"):
                more[member.id]["commitments"][own] = None
                more[key]["country"] |= {country_of(made[member.id].name): None} if member.id in made else {}
    return {
        key: replace(one, values=dict(one.values) | {prop: tuple(cells) for prop, cells in more[key].items() if cells})
        for key, one in made.items()
    }


def _references(one: Entity, prop: str) -> list[Reference]:
    return [cell for cell in one.values.get(prop, ()) if isinstance(cell, Reference)]


def country_of(name: str) -> str:
    """What stands behind the last comma of a member's name, else the whole name: that of a country."""
    return name.rpartition(",")[2].strip()


def _described(made: dict[str, Entity]) -> tuple[Entity, ...]:
    return tuple(replace(one, description=_description(one)) for _, one in sorted(made.items()))


def _description(one: Entity) -> str:
    """One line that tells a thing from its namesakes."""
    said = one.values
    if one.types[0] == MEMBER:
        level = [cell.name for cell in _references(one, "level")]
        number = len(said.get("commitments", ()))
        parts = ["Member", *level, f"{number} commitment{'s' * (number != 1)}"]
    elif one.types[0] == CODE:
        parts = [
            f"Code of the list {', '.join(map(str, said.get('scheme', ())))}",
            *map(str, said.get("definition", ())),
        ]
    else:
        years = [str(cell) for prop in ("startYear", "endYear") for cell in said.get(prop, ())[:1]]
        kind = "Action plan" if one.types[0] == PLAN else "Commitment"
        parts = [kind, *(cell.name for cell in _references(one, "member")), "–".join(dict.fromkeys(years))]
        parts += [cell.name for cell in _references(one, "completion")]
    text = " · ".join(_one_line(part) for part in parts if part)
    return text if len(text) <= _BRIEF else text[: _BRIEF - 1].rstrip() + "…"


def _one_line(text: str) -> str:
    """``text`` on one line."""
    return " ".join(text.split())
