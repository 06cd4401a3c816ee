"""The linksets: what is linked with what, by which properties, under which licence, and what the register tells."""

from __future__ import annotations

import csv
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING

import pyoxigraph as ox

from ogp_graph.errors import DefinitionError
from ogp_graph.members import GEONAMES
from ogp_graph.names import DEFAULT_BASE
from ogp_graph.vocabulary import DCTERMS, RDF, VOID, data_folder

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

__all__ = ["Country", "Gazetteer", "Linkset", "load_gazetteer", "load_linksets"]

_GRAPHS = DEFAULT_BASE + "graph/links/"
_LANGUAGES = ("en", "es", "fr", "pt")


@dataclass(slots=True)
class Linkset:
    """One linkset: the last part of its graph's IRI, its title and description (English), the IRI of the dataset that
    it leads to, the properties that link (IRIs), the licence of the other side (IRI) and what it asks to be said."""

    name: str
    title: str = ""
    description: str = ""
    target: str = ""
    predicates: tuple[str, ...] = ()
    licence: str = ""
    rights: str | None = None


@dataclass(frozen=True, slots=True)
class Country:
    """A country of the register: ISO 3166-1 alpha-2, its IRI in the EU table, its names by language."""

    code: str
    authority: str
    names: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Gazetteer:
    """What the register's tables know of countries (by alpha-2) and of places (IRI -> name)."""

    countries: Mapping[str, Country] = field(default_factory=dict)
    places: Mapping[str, str] = field(default_factory=dict)


@cache
def load_linksets() -> Mapping[str, Linkset]:
    """The linksets of ``ontology/links/linksets.ttl`` by name, read once: pages ask for each thing that they show.

    Raises:
        DefinitionError: not Turtle, or a linkset without title, target, property or licence.
    """
    path = data_folder("ontology") / "links" / "linksets.ttl"
    found: dict[str, Linkset] = {}
    try:
        quads = list(ox.parse(path=str(path), format=ox.RdfFormat.TURTLE))
    except (OSError, SyntaxError) as problem:
        raise DefinitionError(f"not a description of linksets: {problem}", str(path)) from problem
    for quad in quads:
        name = str(getattr(quad.subject, "value", "")).removeprefix(_GRAPHS)
        _take(found.setdefault(name, Linkset(name)), quad.predicate.value, str(getattr(quad.object, "value", "")))
    for linkset in found.values():
        if not (linkset.title and linkset.description and linkset.target and linkset.predicates and linkset.licence):
            raise DefinitionError(f"{linkset.name} needs title, description, target, properties and licence", str(path))
    return dict(sorted(found.items()))


def _take(linkset: Linkset, predicate: str, value: str) -> None:
    if predicate == VOID + "linkPredicate":
        linkset.predicates = tuple(sorted({*linkset.predicates, value}))
    elif predicate == VOID + "objectsTarget":
        linkset.target = value
    elif predicate == DCTERMS + "title":
        linkset.title = value
    elif predicate == DCTERMS + "description":
        linkset.description = value
    elif predicate == DCTERMS + "license":
        linkset.licence = value
    elif predicate == DCTERMS + "rights":
        linkset.rights = value
    elif predicate != RDF + "type":
        raise DefinitionError(f"{linkset.name}: a linkset has no <{predicate}>")


def load_gazetteer(folder: Path | None = None) -> Gazetteer:
    """The countries and places of ``ontology/register``; GeoNames features of countries have the country's name.

    Raises:
        DefinitionError: a table is missing, lacks a column or holds a key twice.
    """
    folder = folder or data_folder("ontology") / "register"
    authority = "http://publications.europa.eu/resource/authority/country/"
    countries, places = {}, {}
    rows = _table(folder / "countries.tsv", "alpha2", ("alpha3", "m49", "geonames", "eu", *_LANGUAGES))
    for code, row in rows.items():
        names = {language: row[language] for language in _LANGUAGES if row[language]}
        countries[code] = Country(code, authority + row["eu"], names)
        places[f"{GEONAMES}{row['geonames']}/"] = row["en"] or code
    for number, row in _table(folder / "places.tsv", "geonames", ("kind", "name")).items():
        places[f"{GEONAMES}{number}/"] = row["name"]
    return Gazetteer(countries, places)


def _table(path: Path, key: str, columns: tuple[str, ...]) -> dict[str, dict[str, str]]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file, delimiter="\t", strict=True)
            if missing := {key, *columns} - set(reader.fieldnames or ()):
                raise DefinitionError(f"lacks the columns {', '.join(sorted(missing))}", str(path))
            found: dict[str, dict[str, str]] = {}
            for row in reader:
                if None in row or None in row.values():
                    raise DefinitionError(f"line {reader.line_num} has not a cell for each column", str(path))
                if found.setdefault(row[key], row) is not row:
                    raise DefinitionError(f"has {row[key]} twice", str(path))
    except (OSError, UnicodeDecodeError, csv.Error) as problem:
        raise DefinitionError(str(problem), str(path)) from problem
    return found
