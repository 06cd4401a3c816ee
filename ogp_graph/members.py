"""The register of OGP members: spellings of one place meet in one key, and each key knows its codes and places."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

import pyoxigraph as ox

from ogp_graph.errors import DefinitionError
from ogp_graph.names import DEFAULT_BASE, fold, is_date, slug
from ogp_graph.vocabulary import DCTERMS, FOAF, OGPV, SKOS, data_folder

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

__all__ = ["GEONAMES", "WIKIDATA", "Member", "Members", "load_members"]

GEONAMES = "https://sws.geonames.org/"
WIKIDATA = "http://www.wikidata.org/entity/"
_BASE = DEFAULT_BASE + "id/member/"
_LEVELS = frozenset({"country", "admin1", "admin2", "municipality", "other"})
_LABEL = SKOS + "prefLabel"
_SPELLINGS = (SKOS + "altLabel", SKOS + "hiddenLabel")
_SHAPES: Mapping[str, re.Pattern[str]] = {
    "key": re.compile(r"[a-z0-9]+(-[a-z0-9]+)*"),
    "country": re.compile(r"[A-Z]{2}"),  # ISO 3166-1 alpha-2, and XK
    "subdivision": re.compile(r"[A-Z]{2}-[0-9A-Z]{1,3}"),  # ISO 3166-2
    "area": re.compile(r"[0-9]{3}"),  # UN M49
    "authority": re.compile(r"http://publications\.europa\.eu/resource/authority/country/[0-9A-Z]{3}"),
    "jurisdiction": re.compile(rf"{GEONAMES}[1-9][0-9]*/"),
    "seat": re.compile(rf"{GEONAMES}[1-9][0-9]*/"),
    "wikidata": re.compile(rf"{WIKIDATA}Q[1-9][0-9]*"),
    "page": re.compile(r"https://www\.opengovpartnership\.org/members/[^/\s]+/"),
}
_DATES = ("checked", "wikidata_date")
_UNIQUE = ("subdivision", "jurisdiction", "seat", "wikidata", "page")
_PROPERTIES: Mapping[str, str] = {
    OGPV + "countryCode": "country",
    OGPV + "subdivisionCode": "subdivision",
    OGPV + "areaCode": "area",
    OGPV + "country": "authority",
    OGPV + "seat": "seat",
    FOAF + "isPrimaryTopicOf": "page",
    SKOS + "note": "note",
    DCTERMS + "modified": "checked",
    DCTERMS + "dateAccepted": "wikidata_date",
    DCTERMS + "spatial": "jurisdiction",
}


@dataclass(frozen=True, slots=True)
class Member:
    """A curated member: its key, its label, other spellings, its level's notation, and what is certain of the rest.

    ``country`` (ISO 3166-1 alpha-2) is the one that it is or lies in, ``subdivision`` (ISO 3166-2) and ``area`` (M49)
    are its own. ``jurisdiction`` and ``seat`` (GeoNames), ``authority`` (EU country table), ``wikidata`` and ``page``
    (OGP) are IRIs. ``checked`` is the date of the entry, ``wikidata_date`` that of Wikidata's answer by identifier."""

    key: str
    label: str
    spellings: tuple[str, ...]
    level: str | None
    country: str | None = None
    subdivision: str | None = None
    area: str | None = None
    authority: str | None = None
    jurisdiction: str | None = None
    seat: str | None = None
    wikidata: str | None = None
    wikidata_date: str | None = None
    page: str | None = None
    note: str | None = None
    checked: str | None = None


@dataclass(frozen=True)
class Members:
    """All curated members, by key."""

    entries: dict[str, Member]

    @cached_property
    def _keys(self) -> dict[str, str]:
        return {fold(name): m.key for m in self.entries.values() for name in (m.label, *m.spellings)}

    def known(self, spelling: str) -> str | None:
        """The key of a spelling that the table has; None when it has not."""
        return self._keys.get(fold(spelling))

    def key(self, spelling: str) -> str:
        """The key of any spelling: the table's, else its folded name."""
        return self.known(spelling) or slug(spelling)


def load_members(path: Path | None = None) -> Members:
    """The register in ``ontology/members.ttl``.

    Raises:
        DefinitionError: not Turtle, a member without a label, with two (two members of one slug) or with a code that is
            none, or one spelling, code or place for two members.
    """
    path = path or data_folder("ontology") / "members.ttl"
    drafts: dict[str, _Draft] = {}
    try:
        for quad in ox.parse(path=str(path), format=ox.RdfFormat.TURTLE):
            key = str(getattr(quad.subject, "value", "")).removeprefix(_BASE)
            drafts.setdefault(key, _Draft(key)).take(quad.predicate.value, quad.object)
        entries = {key: draft.member() for key, draft in sorted(drafts.items())}
        _check_spellings(entries)
        _check_codes(entries)
    except (OSError, SyntaxError) as problem:
        raise DefinitionError(f"not a register of members: {problem}", str(path)) from problem
    except _Wrong as problem:
        raise DefinitionError(str(problem), str(path)) from None
    return Members(entries)


class _Wrong(Exception):
    """What is wrong with an entry, before it is known which file it is in."""


@dataclass(slots=True)
class _Draft:
    """An entry while its statements come in."""

    key: str
    labels: list[str] = field(default_factory=list)
    spellings: set[str] = field(default_factory=set)
    level: str | None = None
    facts: dict[str, str] = field(default_factory=dict)

    def take(self, predicate: str, value: object) -> None:
        text = str(getattr(value, "value", ""))
        if predicate == _LABEL:
            self.labels.append(text)
        elif predicate in _SPELLINGS:
            self.spellings.add(text)
        elif predicate == OGPV + "level":
            self.level = text.rsplit("/", 1)[1]
        elif predicate in _PROPERTIES:
            name = "wikidata" if text.startswith(WIKIDATA) else _PROPERTIES[predicate]
            if self.facts.setdefault(name, text) != text:
                raise _Wrong(f"{self.key}: two values for {name}: {self.facts[name]!r} and {text!r}")
        else:
            raise _Wrong(f"{self.key}: the register has no place for <{predicate}>")

    def member(self) -> Member:
        if len(self.labels) != 1:
            raise _Wrong(f"{self.key} needs one label, and has {len(self.labels)}: {', '.join(sorted(self.labels))}")
        if self.level is not None and self.level not in _LEVELS:
            raise _Wrong(f"{self.key}: {self.level!r} is no level")
        for name, value in (("key", self.key), *self.facts.items()):
            if (name in _SHAPES and not _SHAPES[name].fullmatch(value)) or (name in _DATES and not is_date(value)):
                raise _Wrong(f"{self.key}: {value!r} is no {name}")
        country, subdivision = self.facts.get("country"), self.facts.get("subdivision")
        if subdivision and subdivision[:2] != country:
            raise _Wrong(f"{self.key}: {subdivision!r} is not in {country}")
        if ("wikidata" in self.facts) != ("wikidata_date" in self.facts):
            raise _Wrong(f"{self.key}: a Wikidata item and the date of its answer come together")
        if "seat" in self.facts and self.facts["seat"] == self.facts.get("jurisdiction"):
            raise _Wrong(f"{self.key}: seat and jurisdiction are two places")
        return Member(self.key, self.labels[0], tuple(sorted(self.spellings)), self.level, **self.facts)


def _check_spellings(entries: Mapping[str, Member]) -> None:
    taken: dict[str, str] = {}
    for key, member in entries.items():
        for name in {fold(n) for n in (member.label, *member.spellings)}:
            if taken.setdefault(name, key) != key:
                raise _Wrong(f"{name!r} is a spelling of {taken[name]} and of {key}")


def _check_codes(entries: Mapping[str, Member]) -> None:
    taken: dict[str, str] = {}
    for key, value in _unique_values(entries):
        if taken.setdefault(value, key) != key:
            raise _Wrong(f"{value} is said of {taken[value]} and of {key}")


def _unique_values(entries: Mapping[str, Member]) -> Iterator[tuple[str, str]]:
    for key, member in entries.items():
        yield from ((key, value) for name in _UNIQUE if (value := getattr(member, name)))
        if member.level == "country":
            yield from ((key, value) for value in (member.country, member.area) if value)
