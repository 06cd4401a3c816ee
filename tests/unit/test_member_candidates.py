"""The list of places that an unknown member may be: by country and level, never a decision."""

from __future__ import annotations

import json
from types import SimpleNamespace as Thing
from typing import TYPE_CHECKING

from ogp_graph.link import Matcher
from ogp_graph.linksets import load_gazetteer
from ogp_graph.members import load_members
from scripts.member_candidates import candidates, places, unknown

if TYPE_CHECKING:
    from pathlib import Path

MATCHER = Matcher(load_members().entries, load_gazetteer().countries)
AR, ES = Thing(alpha2="AR"), Thing(alpha2="ES")
GAZETTEER = Thing(
    subdivisions=[
        Thing(geonames_id=1, admin_level=1, name="Córdoba", country=AR, iso_code="AR-X"),
        Thing(geonames_id=2, admin_level=2, name="Córdoba", country=ES, iso_code="ES-CO"),
        Thing(geonames_id=None, admin_level=1, name="Córdoba", country=AR, iso_code=""),
    ],
    cities=[
        Thing(geonames_id=3, name="Córdoba", country=AR, population=1_500_000),
        Thing(geonames_id=4, name="Cosquín", country=AR, population=None),
        Thing(geonames_id=5, name="Córdoba", country=ES, population=320_000),
    ],
)
KNOWN = tuple(places(GAZETTEER))


def found(spelling: str) -> list[str]:
    return [one.geonames for one in candidates(spelling, KNOWN, MATCHER)]


def test_country_comes_first_then_level_then_name():
    assert found("Cordoba, Argentina") == ["1", "3"]
    assert found("Córdoba (Province), Argentina") == ["1"]
    assert found("Córdoba, España") == ["2", "5"]
    assert found("Province of Córdoba, Spain") == ["2"]


def test_without_a_country_nothing_is_listed():
    assert found("Córdoba") == []
    assert found("Córdoba, Nowhere") == []
    assert found("Rosario, Argentina") == []


def test_a_place_is_listed_with_what_a_row_of_the_register_holds():
    (province, city) = candidates("Cordoba, Argentina", KNOWN, MATCHER)
    assert (province.kind, province.levels, province.subdivision) == (
        "jurisdiction",
        ("admin1", "municipality"),
        "AR-X",
    )
    assert (city.kind, city.levels, city.population) == ("seat", ("municipality",), 1_500_000)


def test_spellings_are_taken_from_the_findings_of_a_release(tmp_path: Path):
    folder = tmp_path / "current" / "quality"
    folder.mkdir(parents=True)
    names = ["Elbasan, Albania", "L'Aquila, Italy", 'The "Hill", Kenya']
    told = [
        {"code": "member-not-in-register", "message": f"{name!r} is not in the register of members: it has no link"}
        for name in names
    ]
    lines = [json.dumps(one) for one in [{"code": "other", "message": "x"}, *told]]
    (folder / "findings.jsonl").write_text("\n".join(lines), encoding="utf-8")
    assert unknown(tmp_path) == names
