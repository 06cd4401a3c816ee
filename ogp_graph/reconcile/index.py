"""The index: everything that can be found in one release, frozen."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ogp_graph.names import fold
from ogp_graph.reconcile.entities import Reference, Row, country_of, entities
from ogp_graph.reconcile.lexicon import Lexicon, lexicon
from ogp_graph.reconcile.schema import CODE, MEMBER, PROPERTIES, TYPES, Type

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from ogp_graph.members import Member
    from ogp_graph.reconcile.entities import Cell, Entity

__all__ = ["Index", "index"]

_SHORT = 0.9  # what likeness to a name without its country is worth
_NATIONAL = "code/level/country"
_UNIQUE = tuple(one.id for one in PROPERTIES if one.unique)
_COMPARED = tuple(one.id for one in PROPERTIES if not one.prose)
_SPACES = ("http://www.wikidata.org/entity/", "https://www.wikidata.org/wiki/", "https://sws.geonames.org/")

_Places = dict[str, tuple[int, ...]]


@dataclass(frozen=True, slots=True)
class Index:
    """Things are known by their place in ``entities``, which are sorted by identifier.

    ``exact`` and ``short`` go from a folded name, with and without its country, to places; ``identifiers`` from
    whatever names one thing (lower case); ``keys`` from a property and a folded value, or the identifier of the thing
    that is its value, to the places that have it; ``countries`` from a folded name of a country to the folded name that
    values have; ``typed`` from a type to the places in ``names``."""

    base: str
    entities: tuple[Entity, ...]
    types: Mapping[str, Type]
    places: Mapping[str, int]
    exact: Mapping[str, tuple[int, ...]]
    short: Mapping[str, tuple[int, ...]]
    identifiers: Mapping[str, tuple[int, ...]]
    keys: Mapping[tuple[str, str], frozenset[int]]
    countries: Mapping[str, str]
    names: Lexicon
    typed: Mapping[str, frozenset[int]]

    def entity(self, key: str) -> Entity | None:
        """The thing with this identifier, or this IRI; None when there is none."""
        place = self.places.get(key.removeprefix(self.base))
        return None if place is None else self.entities[place]

    def identified(self, text: str) -> tuple[int, ...]:
        """What ``text`` is an identifier of: an IRI, an identifier of this service or of a linked data set."""
        wanted = text.strip().lower()
        if found := self.identifiers.get(wanted):
            return found
        for space in _SPACES:
            if wanted.startswith(space.lower()):
                return self.identifiers.get(wanted.removeprefix(space.lower()).strip("/"), ())
        return self.identifiers.get(wanted.rstrip("/"), ())

    def has_type(self, place: int, wanted: str) -> bool:
        """Whether the thing at ``place`` is of the type."""
        return wanted in self.entities[place].types


def index(
    rows: Mapping[str, Iterable[Row]], base: str, *, documents: str = "", register: Mapping[str, Member] | None = None
) -> Index:
    """The index of the rows that the queries of ``queries/reconcile`` gave, by query.

    ``base`` is the prefix of the IRIs, ``documents`` that of the addresses at which pages about them stand.
    ``register`` holds the curated members by key: their spellings lead to the members that the rows have, and their
    countries' names are understood."""
    told = {name: tuple(some) for name, some in rows.items()}
    found = entities(told, base, register)
    exact, short, identifiers = _Collected(), _Collected(), _Collected()
    names: list[tuple[str, int, float]] = []
    for place, one in enumerate(found):
        for name in (one.name, *one.spellings):
            exact.add(fold(name), place)
            names.append((fold(name), place, 1.0))
        for name in one.short:
            short.add(fold(name), place)
            names.append((fold(name), place, _SHORT))
        for name in _identifiers(one, base, documents):
            identifiers.add(name.lower(), place)
    lists = (row for row in told.get("lists", ()) if row.thing.startswith(base))
    known = lexicon(names)
    return Index(
        base=base,
        entities=found,
        types=_types(found, {row.thing.removeprefix(base): row.value for row in lists}),
        places={one.id: place for place, one in enumerate(found)},
        exact=exact.done(),
        short=short.done(),
        identifiers=identifiers.done(),
        keys=_keys(found),
        countries=_countries(found, register or {}),
        names=known,
        typed=_typed(found, known.owners),
    )


class _Collected:
    """Text -> places, each once, in order."""

    def __init__(self) -> None:
        self._found: dict[str, dict[int, None]] = defaultdict(dict)

    def add(self, text: str, place: int) -> None:
        if text:
            self._found[text][place] = None

    def done(self) -> _Places:
        return {text: tuple(places) for text, places in self._found.items()}


def _identifiers(one: Entity, base: str, documents: str) -> Iterable[str]:
    """Everything that may stand for the thing in a cell of a table."""
    kind, _, key = one.id.removeprefix("id/").partition("/")
    yield from (one.id, base + one.id, one.id.removeprefix("id/"), f"{kind}:{key}")
    if documents:
        yield from (documents + one.id, f"{documents}page/{kind}/{key}")
    if one.types[0] != CODE:
        yield key
    national = any(isinstance(cell, Reference) and cell.id == _NATIONAL for cell in one.values.get("level", ()))
    for prop in (*_UNIQUE, "countryCode") if national else _UNIQUE:
        for cell in one.values.get(prop, ()):
            yield (cell.id if isinstance(cell, Reference) else str(cell)).rstrip("/")


def _types(found: Iterable[Entity], lists: Mapping[str, str]) -> dict[str, Type]:
    types = {one.id: one for one in TYPES}
    used = sorted({kind for one in found for kind in one.types} - types.keys())
    for kind in used:
        name = lists.get(kind, kind.rpartition("/")[2])
        types[kind] = Type(kind, f"Code: {name}", f"A code of the list called {name}.", CODE)
    return types


def _typed(found: Sequence[Entity], owners: Iterable[int]) -> dict[str, frozenset[int]]:
    typed: dict[str, set[int]] = defaultdict(set)
    for place, owner in enumerate(owners):
        for kind in found[owner].types:
            typed[kind].add(place)
    return {kind: frozenset(places) for kind, places in typed.items()}


def _keys(found: Iterable[Entity]) -> dict[tuple[str, str], frozenset[int]]:
    keys: dict[tuple[str, str], set[int]] = defaultdict(set)
    for place, one in enumerate(found):
        for prop in _COMPARED:
            for cell in one.values.get(prop, ()):
                keys[prop, _key(cell)].add(place)
    return {key: frozenset(places) for key, places in keys.items()}


def _key(cell: Cell) -> str:
    return cell.id if isinstance(cell, Reference) else fold(str(cell))


def _countries(found: Iterable[Entity], register: Mapping[str, Member]) -> dict[str, str]:
    """Every name of a country that spellings of members end with, and its code; a name of two countries is left out."""
    names: dict[str, set[str]] = defaultdict(set)
    said = [(one.label, one.spellings, one.country) for one in register.values()]
    members = [one for one in found if one.types[0] == MEMBER]
    said += [(one.name, one.spellings, next(map(str, one.values.get("countryCode", ())), None)) for one in members]
    for label, spellings, code in said:
        known = fold(country_of(label))
        spelt = [name for name in (label, *spellings) if "," not in label or "," in name]
        for name in (*map(country_of, spelt), code or ""):
            names[fold(name)].add(known)
    return {name: next(iter(known)) for name, known in names.items() if len(known) == 1}
