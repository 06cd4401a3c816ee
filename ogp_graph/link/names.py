"""A member's spelling is compared with the register by type: country first, then level, then the name.

What is certain has the country and the very name of one entry and nothing that speaks against its level. All else is a
candidate with its features, for a person to look at.
"""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rapidfuzz import fuzz

from ogp_graph.names import fold

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ogp_graph.linksets import Country
    from ogp_graph.members import Member

__all__ = ["Likeness", "Matcher", "Spelling"]

_FIRST, _SECOND, _TOWN = frozenset({"admin1"}), frozenset({"admin1", "admin2"}), frozenset({"municipality"})
LEVELS: Mapping[str, frozenset[str]] = {
    **dict.fromkeys(("state", "estado", "etat", "oblast", "governorate", "autonomous community", "comunidad autonoma",
                     "community", "region", "region of", "marz"), _FIRST),
    **dict.fromkeys(("province", "provincia", "county", "condado", "comte", "department", "departamento", "departement",
                     "judet", "judetul", "gobernacion", "metropolitan city"), _SECOND),
    **dict.fromkeys(("regency", "kabupaten", "district", "distrito", "raion", "rayon"), frozenset({"admin2"})),
    **dict.fromkeys(("municipality", "municipio", "municipalite", "municipalidad", "municipality of", "commune", "city",
                     "comuna", "municipiul", "ciudad", "ville", "town", "ayuntamiento", "alcaldia", "prefeitura",
                     "prefeitura municipal", "city council", "city of", "council"), _TOWN),
}  # fmt: skip
"""Words for kinds of governments, folded, and the levels that they can mean. A province is the first level in Argentina
and the second in the Philippines; no word is taken to mean one level where it can mean two."""

_JOINTS = frozenset({"d", "de", "del", "of", "the", "do", "da", "l", "municipal"})
_BRACKETS = re.compile(r"\(([^)]*)\)")
_CUTOFF = 78  # percent of likeness below which a name is no candidate
_SURE_LENGTH = 3


@dataclass(frozen=True, slots=True)
class Spelling:
    """What a spelling says: the folded name of the place, its country (ISO 3166-1, None when it names none that is
    known) and the levels that its words allow (empty: any). ``rest`` is what was neither."""

    place: str
    country: str | None
    levels: frozenset[str] = frozenset()
    rest: str = ""


@dataclass(frozen=True, slots=True)
class Likeness:
    """How like an entry a spelling is: the entry's key, confidence from 0 to 1 (1: certain) and the features."""

    key: str
    confidence: float
    features: tuple[tuple[str, float], ...]


class Matcher:
    """Compares spellings with the members of a register."""

    def __init__(self, members: Mapping[str, Member], countries: Mapping[str, Country]) -> None:
        self._members = members
        self._countries = {fold(name): code for code, c in countries.items() for name in c.names.values()}
        for one in members.values():  # OGP's own names of countries: Republic of Korea, The Gambia
            if one.level == "country" and one.country:
                self._countries |= {fold(name): one.country for name in (one.label, *one.spellings)}
        for one in members.values():  # and what the spellings of places in it say: Espanya
            for name in one.spellings:
                head, comma, tail = name.rpartition(",")
                if one.country and head and comma and one.level != "country":
                    self._countries.setdefault(fold(tail), one.country)
        self._places: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
        for one in members.values():
            for name in (one.label, *one.spellings):
                if one.country and one.level != "country":
                    self._places[one.country][self.read(name).place].add(one.key)

    def read(self, spelling: str) -> Spelling:
        """What ``spelling`` says of place, country and level.

        The country stands after the last comma or in brackets; words for a kind of government stand anywhere."""
        brackets = [fold(part) for part in _BRACKETS.findall(spelling)]
        parts = [fold(part) for part in _BRACKETS.sub(" ", spelling).split(",")]
        country = self._countries.get(parts[-1]) if len(parts) > 1 else None
        rest = parts[1 : -1 if country else None]
        levels, place = _level(parts[0])
        for part in brackets:
            kind, left = _level(part)
            if country is None and part in self._countries:
                country = self._countries[part]
            elif kind and not left:
                levels = kind
            else:
                rest.append(part)
        return Spelling(place, country, levels, " ".join(rest).strip())

    def likenesses(self, spelling: str, limit: int = 5) -> tuple[Likeness, ...]:
        """The entries that ``spelling`` may be, the likeliest first; at most one of them is certain."""
        said = self.read(spelling)
        if not said.place:
            return ()
        found: dict[str, Likeness] = {}
        for country, places in self._places.items():
            if said.country in (None, country):
                for place, keys in places.items():
                    score = _score(said.place, place)
                    if score >= _CUTOFF:
                        for key in keys:
                            one = self._likeness(key, said, place, score / 100)
                            if key not in found or one.confidence > found[key].confidence:
                                found[key] = one
        ranked = sorted(found.values(), key=lambda one: (-one.confidence, one.key))
        sure = [one for one in ranked if one.confidence >= 1]
        if len(sure) > 1:  # two that are equally certain are none
            ranked = [Likeness(one.key, min(one.confidence, 0.99), one.features) for one in ranked]
        return tuple(ranked[:limit])

    def certain(self, spelling: str) -> str | None:
        """The key of the one entry that ``spelling`` certainly is, or None."""
        return next((one.key for one in self.likenesses(spelling) if one.confidence >= 1), None)

    def _likeness(self, key: str, said: Spelling, place: str, name: float) -> Likeness:
        level = self._members[key].level or ""
        fits = 0.5 if not said.levels else float(level in said.levels)
        same = float(place == said.place and len(place) >= _SURE_LENGTH)
        features = (("country", float(said.country is not None)), ("level", fits), ("name", round(name, 3)),
                    ("alias", same), ("rest", float(bool(said.rest))))  # fmt: skip
        if said.country and same and fits > 0 and not said.rest:
            return Likeness(key, 1.0, features)
        weight = (0.6 + 0.2 * bool(said.country)) + 0.2 * fits - 0.2 * bool(said.rest)
        return Likeness(key, round(min(name * weight, 0.99), 3), features)


def _score(one: str, other: str) -> float:
    """Likeness of two folded names in percent; other orders count as nearly the same, a part as less."""
    loose = max(0.98 * fuzz.token_sort_ratio(one, other), 0.9 * fuzz.token_set_ratio(one, other))
    return max(fuzz.ratio(one, other), loose)


def _level(name: str) -> tuple[frozenset[str], str]:
    """The levels that the words of ``name`` (folded) allow, and the name without them."""
    words = name.split()
    for size in (2, 1):
        for kind in (" ".join(words[:size]), " ".join(words[-size:])):
            if kind in LEVELS and len(words) >= size:
                left = words[size:] if kind == " ".join(words[:size]) else words[:-size]
                while left and left[0] in _JOINTS and kind == " ".join(words[:size]):
                    left = left[1:]
                return LEVELS[kind], " ".join(left)
    return frozenset(), name
