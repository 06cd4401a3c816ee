"""A small register of fictional things to reconcile with, and questions about it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from ogp_graph.members import Member
from ogp_graph.reconcile import Index, Row, answers, index, read_questions

if TYPE_CHECKING:
    from collections.abc import Iterable

BASE = "https://w3id.org/ogp-graph/"
DOCUMENTS = "https://data.example.org/ogp/"
LINDHOLM, CORDOVA, OTHER = "id/member/lindholm-norland", "id/member/cordova-norland", "id/member/cordova-sudland"
NORLAND, PLAN = "id/member/norland", "id/plan/lindholm-norland-2021-2023"
TREES, PARKS, AGAIN = "id/commitment/trees", "id/commitment/parks", "id/commitment/parks-again"


def _rows(*said: tuple[str, str, str] | tuple[str, str, str, str]) -> list[Row]:
    return [Row(BASE + one[0], one[1], *one[2:]) for one in said]


ROWS = {
    "members": _rows(
        (LINDHOLM, "name", "Lindholm, Norland"),
        (LINDHOLM, "spelling", "Líndholm, Norlandia"),
        (LINDHOLM, "level", BASE + "code/level/municipality"),
        (LINDHOLM, "countryCode", "NO"),
        (LINDHOLM, "subdivisionCode", "NO-LI"),
        (LINDHOLM, "page", "https://www.opengovpartnership.org/members/lindholm-norland/"),
        (CORDOVA, "name", "Cordova, Norland"),
        (CORDOVA, "countryCode", "NO"),
        (OTHER, "name", "Cordova, Sudland"),
        (NORLAND, "name", "Norland"),
        (NORLAND, "level", BASE + "code/level/country"),
        (NORLAND, "countryCode", "NO"),
    ),
    "links": [
        Row(BASE + LINDHOLM, "link", "https://sws.geonames.org/123/", "", "Lindholm kommune"),
        Row(BASE + LINDHOLM, "link", "http://www.wikidata.org/entity/Q42", "", "Lindholm"),
        Row(BASE + LINDHOLM, "link", "http://www.wikidata.org/entity/Q42", "", "Lindholm town"),
        Row(BASE + LINDHOLM, "link", "https://elsewhere.example.org/9"),
        Row(BASE + LINDHOLM, "seat", "https://sws.geonames.org/124/"),
        Row(BASE + "id/member/nobody", "link", "https://sws.geonames.org/125/"),
    ],
    "plans": _rows(
        (PLAN, "name", "Action plan – Lindholm, Norland, 2021 – 2023"),
        (PLAN, "member", BASE + LINDHOLM),
        (PLAN, "startYear", "2021"),
        (PLAN, "endYear", "2023"),
        ("id/plan/cordova-norland-2022-2024", "name", "Action plan – Cordova, Norland, 2022 – 2024"),
        ("id/plan/cordova-norland-2022-2024", "member", BASE + CORDOVA),
        ("id/plan/cordova-norland-2022-2024", "startYear", "2022"),
    ),
    "commitments": _rows(
        (TREES, "name", "A register of every tree <b>in the city</b>", "en"),
        (TREES, "spelling", "Un registro de cada árbol", "es"),
        (TREES, "plan", BASE + PLAN),
        (TREES, "action", "Count the trees & publish the count.", "en"),
        (TREES, "identifier", "NOLIN0001"),
        (PARKS, "name", "Open parks"),
        (PARKS, "plan", BASE + PLAN),
        (AGAIN, "name", "Open parks"),
        (AGAIN, "plan", BASE + "id/plan/cordova-norland-2022-2024"),
    ),
    "reports": _rows(
        (TREES, "completion", BASE + "code/completion/complete"),
        (TREES, "report", BASE + "id/report/trees"),
        (TREES, "spelling", "End of Commitment Report – A register of every tree"),
    ),
    "codes": _rows(
        ("code/completion/complete", "name", "Completo", "es"),
        ("code/completion/complete", "name", "Complete", "en"),
        ("code/completion/complete", "scheme", BASE + "code/completion"),
        ("code/completion/complete", "notation", "complete"),
        ("code/completion/complete", "rank", "4"),
        ("code/result/no", "name", "No", "en"),
        ("code/result/no", "scheme", BASE + "code/result"),
        ("code/level/country", "name", "Country", "en"),
        ("code/level/country", "scheme", BASE + "code/level"),
        ("code/level/municipality", "name", "Municipality", "en"),
        ("code/level/municipality", "scheme", BASE + "code/level"),
    ),
    "lists": _rows(("code/completion", "name", "Completion"), ("code/result", "name", "Result")),
}
REGISTER = {
    "lindholm-norland": Member("lindholm-norland", "Lindholm, Norland", ("Lindholm Kommune, Norland",), "municipality"),
    "sudland": Member("sudland", "Sudland", ("Suderlandia",), "country", country="SU"),
}


def small_index() -> Index:
    return index(ROWS, BASE, documents=DOCUMENTS, register=REGISTER)


def ask(made: Index, text: str | None = None, **more: Any) -> list[dict[str, Any]]:
    """The candidates for one query."""
    query = more if text is None else {"query": text, **more}
    return answers(made, read_questions(json.dumps({"q": query})))["q"]["result"]


def certain(found: Iterable[dict[str, Any]]) -> list[str]:
    """The identifiers of the candidates that are marked as a match."""
    return [one["id"] for one in found if one["match"]]
