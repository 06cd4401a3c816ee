"""The register of members: what it holds, and that what is wrong in it is named."""

from __future__ import annotations

import csv
import subprocess
import sys
from pathlib import Path

import pytest

from ogp_graph.errors import DefinitionError
from ogp_graph.members import GEONAMES, load_members
from ogp_graph.names import fold
from ogp_graph.vocabulary import data_folder

ROOT = Path(__file__).resolve().parents[2]
MEMBERS = load_members()
REGISTER = data_folder("ontology") / "register"
PREFIXES = """@prefix dcterms: <http://purl.org/dc/terms/> . @prefix ogpv: <https://w3id.org/ogp-graph/ontology#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> . @prefix : <https://w3id.org/ogp-graph/id/member/> .
@prefix gn: <https://sws.geonames.org/> . @prefix level: <https://w3id.org/ogp-graph/code/level/> .
"""


def of(turtle: str, tmp_path: Path):
    path = tmp_path / "members.ttl"
    path.write_text(PREFIXES + turtle, encoding="utf-8")
    return load_members(path)


def test_the_turtle_is_what_the_tables_give():
    done = subprocess.run([sys.executable, ROOT / "scripts" / "member_register.py", "--check"], cwd=ROOT, check=False)
    assert done.returncode == 0


def test_there_are_countries_and_members_of_every_level():
    levels = {member.level for member in MEMBERS.entries.values()}
    assert levels == {"country", "admin1", "admin2", "municipality"}
    assert sum(member.level == "country" for member in MEMBERS.entries.values()) >= 75


def test_every_member_of_the_sample_has_its_checked_places(shared):
    doubted = {"tamale-ghana"}
    with (shared / "data" / "members_sample.tsv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t"))
    assert len(rows) == 51
    for row in rows:
        member = MEMBERS.entries[MEMBERS.known(row["ogp_member"]) or ""]
        assert (member.level, member.country) == (row["level"], row["country"])
        assert (member.subdivision or "") == row["iso3166_2"]
        assert member.seat == (f"{GEONAMES}{row['geonames_seat']}/" if row["geonames_seat"] else None)
        if member.key not in doubted:
            place = row["geonames_jurisdiction"]
            assert member.jurisdiction == (f"{GEONAMES}{place}/" if place else None)


def test_what_is_in_doubt_is_left_empty_with_a_note():
    member = MEMBERS.entries["tamale-ghana"]
    assert member.jurisdiction is None
    assert member.note


def test_kosovo_has_the_codes_that_it_has_and_no_other():
    kosovo = MEMBERS.entries["kosovo"]
    assert (kosovo.country, kosovo.area, kosovo.subdivision) == ("XK", None, None)
    assert kosovo.authority == "http://publications.europa.eu/resource/authority/country/1A0"
    assert kosovo.jurisdiction == f"{GEONAMES}831053/"


@pytest.mark.parametrize(
    ("key", "subdivision", "level"),
    [
        ("scotland-united-kingdom", "GB-SCT", "admin1"),
        ("basque-country-spain", "ES-PV", "admin1"),
        ("buenos-aires-argentina", "AR-C", "municipality"),
        ("tbilisi-georgia", "GE-TB", "municipality"),
        ("monterrey-mexico", None, "municipality"),
    ],
)
def test_members_without_a_simple_code_are_right(key: str, subdivision: str | None, level: str):
    member = MEMBERS.entries[key]
    assert (member.subdivision, member.level) == (subdivision, level)


@pytest.mark.parametrize(
    ("spelling", "key"),
    [
        ("Mexique", "mexico"), ("República de Corea", None), ("Corée du Sud", "republic-of-korea"),
        ("Kyrgyzstan", "kyrgyz-republic"), ("Geórgia", "georgia"), ("Côte d'Ivoire", "cote-d-ivoire"),
        ("Tetuán, Marruecos", "tetouan-morocco"), ("NUEVO LEÓN, México", "nuevo-leon-state-mexico"),
    ],
)  # fmt: skip
def test_spellings_in_several_languages_meet(spelling: str, key: str | None):
    assert MEMBERS.known(spelling) == key


def test_no_wikidata_item_is_held_that_nobody_has_asked_wikidata_for():
    assert [m.key for m in MEMBERS.entries.values() if m.wikidata and not m.wikidata_date] == []


def test_every_place_in_the_register_has_a_name_and_every_country_a_row():
    with (REGISTER / "places.tsv").open(encoding="utf-8", newline="") as file:
        named = {f"{GEONAMES}{row['geonames']}/" for row in csv.DictReader(file, delimiter="\t")}
    with (REGISTER / "countries.tsv").open(encoding="utf-8", newline="") as file:
        countries = {row["alpha2"]: row for row in csv.DictReader(file, delimiter="\t")}
    for member in MEMBERS.entries.values():
        assert member.country in countries
        places = {member.seat, None if member.level == "country" else member.jurisdiction} - {None}
        assert places <= named, member.key


A = ':a skos:prefLabel "A" ; ogpv:level level:country ; ogpv:countryCode "AA" . '


@pytest.mark.parametrize(
    ("turtle", "reason"),
    [
        (':a skos:prefLabel "A" . :a skos:prefLabel "A, B" .', "needs one label, and has 2"),
        (':a skos:altLabel "A" .', "needs one label, and has 0"),
        (A + ':b skos:prefLabel "a." .', "is a spelling of a and of b"),
        (A + ':b skos:prefLabel "B" ; ogpv:level level:country ; ogpv:countryCode "AA" .', "AA is said of a and of b"),
        (':a skos:prefLabel "A" ; dcterms:spatial <https://sws.geonames.org/1/> .'
         ':b skos:prefLabel "B" ; dcterms:spatial <https://sws.geonames.org/1/> .', "said of a and of b"),
        (':a skos:prefLabel "A" ; ogpv:countryCode "MEX" .', "is no country"),
        (':a skos:prefLabel "A" ; ogpv:countryCode "MX" ; ogpv:subdivisionCode "Nuevo León" .', "is no subdivision"),
        (':a skos:prefLabel "A" ; ogpv:countryCode "ES" ; ogpv:subdivisionCode "MX-NLE" .', "is not in ES"),
        (':a skos:prefLabel "A" ; dcterms:spatial <https://sws.geonames.org/abc/> .', "is no jurisdiction"),
        (':a skos:prefLabel "A" ; dcterms:spatial <http://www.wikidata.org/entity/Q1> .', "come together"),
        (':a skos:prefLabel "A" ; dcterms:spatial <http://www.wikidata.org/entity/X1> ;'
         ' dcterms:dateAccepted "2026-01-01" .', "is no wikidata"),
        (':a skos:prefLabel "A" ; ogpv:areaCode "48" .', "is no area"),
        (':a skos:prefLabel "A" ; ogpv:level level:village .', "is no level"),
        (':a skos:prefLabel "A" ; ogpv:countryCode "ES", "FR" .', "two values for country"),
        (':a skos:prefLabel "A" ; ogpv:population 3 .', "has no place for"),
        (':a skos:prefLabel "A" ; ogpv:seat <https://sws.geonames.org/1/> ;'
         ' dcterms:spatial <https://sws.geonames.org/1/> .', "are two places"),
        (':a skos:prefLabel "A" ; dcterms:modified "2026-02-30" .', "is no checked"),
        (":A%20B skos:prefLabel \"A\" .", "is no key"),
        (":a skos:prefLabel", "not a register of members"),
    ],
)  # fmt: skip
def test_what_is_wrong_in_a_register_is_named(turtle: str, reason: str, tmp_path: Path):
    with pytest.raises(DefinitionError, match=reason):
        of(turtle, tmp_path)


def test_a_register_that_is_not_there_is_a_wrong_definition(tmp_path: Path):
    with pytest.raises(DefinitionError):
        load_members(tmp_path / "members.ttl")


def test_folding_is_what_makes_spellings_meet():
    assert all(MEMBERS.known(member.label.upper()) == key for key, member in MEMBERS.entries.items())
    assert fold("México") == fold("Mexico")
