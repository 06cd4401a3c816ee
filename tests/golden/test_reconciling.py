"""What the reconciliation service would decide without asking, over the whole register: nothing that is wrong."""

from __future__ import annotations

import csv
import json
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from ogp_graph.members import load_members
from ogp_graph.names import DEFAULT_BASE, IRIs
from ogp_graph.reconcile import Index, Row, answers, index, read_questions

FOLDER = Path(__file__).parent / "links"


@cache
def register() -> Index:
    """An index of every member of the register."""
    members, iris, rows = load_members().entries, IRIs(), []
    for key, one in members.items():
        said = {"name": one.label, "level": f"{DEFAULT_BASE}code/level/{one.level}", "countryCode": one.country,
                "subdivisionCode": one.subdivision}  # fmt: skip
        rows += [Row(iris.member(key), name, value) for name, value in said.items() if value]
    return index({"members": rows}, DEFAULT_BASE, register=members)


def asked(queries: dict[str, object]) -> dict[str, list[dict[str, Any]]]:
    told = answers(register(), read_questions(json.dumps(queries)))
    return {key: one["result"] for key, one in told.items()}


@pytest.mark.parametrize(("name", "matched"), [("judged-members", 0.53), ("judged-apart", 0.58)])
def test_no_judged_spelling_is_matched_with_another_member_and_each_is_offered_its_own(name: str, matched: float):
    with (FOLDER / f"{name}.tsv").open(encoding="utf-8", newline="") as file:
        judged = {row["spelling"]: f"id/member/{row['member']}" for row in csv.DictReader(file, delimiter="\t")}
    told = asked({spelling: {"query": spelling, "type": "Member"} for spelling in judged})
    found = {spelling: [one["id"] for one in told[spelling] if one["match"]] for spelling in judged}
    assert {spelling: ids for spelling, ids in found.items() if ids not in ([], [judged[spelling]])} == {}
    named = {spelling for spelling, key in judged.items() if key != "id/member/"}
    assert sum(bool(found[spelling]) for spelling in named) / len(named) >= matched
    assert [s for s in named if judged[s] not in {one["id"] for one in told[s]}] == []


@pytest.mark.parametrize(
    ("name", "country", "member"),
    [
        ("Glasgow", "GB", "glasgow-united-kingdom"), ("Glasgow", "US", None), ("Glasgow", "Nowhere", None),
        ("Glasgow", "", None), ("Paris", "United States", None), ("Georgia", "US", None), ("Georgia", "GE", "georgia"),
        ("Monterrey", "Colombia", None), ("Monterrey", "MX", "monterrey-mexico"), ("La Libertad", "El Salvador", None),
        ("La Libertad", "Perú", "la-libertad-peru"), ("Ontario", "USA", None), ("Cartagena", "Spain", None),
        ("Cartagena", "Colombia", "cartagena-de-indias-colombia"), ("Plateau", "Benin", None),
        ("Seoul", "North Korea", None), ("Seoul", "South Korea", "seoul-republic-of-korea"), ("Seoul", "Niger", None),
        ("Tétouan", "Maroc", "tetouan-morocco"), ("Scotland", "UK", "scotland-united-kingdom"),
        ("Austin", "USA", "austin-united-states"), ("Ouellé", "Ivory Coast", "ouelle-cote-d-ivoire"),
        ("Armavir", "Russia", None), ("Mexico", "New Mexico", None), ("Maipú", "Argentina", None),
    ],
)  # fmt: skip
def test_a_name_beside_its_country_is_certain_and_beside_another_it_is_not(name: str, country: str, member: str | None):
    query = {"query": name, "type": "Member", "properties": [{"pid": "country", "v": country}]}
    matched = [one["id"] for one in asked({"q": query})["q"] if one["match"]]
    assert matched == ([f"id/member/{member}"] if member else [])
