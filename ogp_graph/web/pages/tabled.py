"""What is about a thing as rows for a spreadsheet: of a table of the release, and of a code list its codes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyoxigraph as ox

from ogp_graph.known.graph import iri
from ogp_graph.vocabulary import term
from ogp_graph.web.problems import Problem

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ogp_graph.web.pages.shown import Shown

__all__ = ["CONCEPTS", "MOST", "is_tabled", "tabled"]

CONCEPTS = {"completion": "value", "as-planned": "value", "result": "value", "status": "status", "degree": "degree",
            "dimension": "dimension", "question": "question"}  # fmt: skip
"""Code list -> column of the table of answers in which its codes stand."""

_TABLES = {"report": ("answers", "report"), "commitment": ("overview", "report"), "member": ("overview", "member"),
           "plan": ("overview", "plan")}  # fmt: skip
MOST = 10_000
"""Answers that one document may hold."""

_CODES = ["code", "notation", "rank", "language", "label"]
_LISTS = "code/"


def is_tabled(shown: Shown, path: str) -> bool:
    """Whether there are rows about the thing at ``path``, if there is such a thing."""
    return shown.tables is not None and (_place(path) is not None or _list_of(path) != "")


def tabled(shown: Shown, path: str) -> tuple[list[str], Iterable[list[object]]]:
    """Names of columns, and rows: answers of a report, or those with a code; reports of a commitment, a member or a
    plan; codes of a list, one row for each language of a label. None are about what there is not.

    Raises:
        Problem: 413 more answers have a code than one document may hold.
    """
    assert shown.tables is not None
    if _list_of(path):
        return _CODES, _codes(shown, path)
    place = _place(path)
    assert place is not None
    table, column, value = place
    if path.startswith(_LISTS):
        value = _one(shown, shown.site.base + path, "skos:notation") or value
        number, _ = shown.tables.answering(column, value, 0, 0)
        if number > MOST:
            detail = f"{number:,} answers have this code; take the whole table"
            raise Problem(413, detail, "result-too-large", limit=MOST, tables=f"{shown.site.url}tables/")
    names, rows = shown.tables.rows(table, column, frozenset({value}))
    return names, ([row[name] for name in names] for row in rows)


def _place(path: str) -> tuple[str, str, str] | None:
    """The table, the column and the value in it that say which rows are about the thing."""
    if path.startswith(_LISTS):
        scheme, _, notation = path.removeprefix(_LISTS).partition("/")
        return ("answers", CONCEPTS[scheme], notation) if notation and scheme in CONCEPTS else None
    kind, _, key = path.removeprefix("id/").partition("/")
    return (*_TABLES[kind], key) if kind in _TABLES and key and "/" not in key else None


def _list_of(path: str) -> str:
    name = path.removeprefix(_LISTS)
    return name if path.startswith(_LISTS) and "/" not in name else ""


def _codes(shown: Shown, path: str) -> list[list[object]]:
    concepts = sorted(iri(one.subject) for one in shown.graph.to(shown.site.base + path, term("skos:inScheme")))
    return [
        [concept, _one(shown, concept, "skos:notation"), _one(shown, concept, "ogpv:rank"), language, label]
        for concept in concepts
        for language, label in sorted(
            (one.object.language or "", one.object.value)
            for one in shown.graph.from_(concept, term("skos:prefLabel"))
            if isinstance(one.object, ox.Literal)
        )
    ]


def _one(shown: Shown, thing: str, name: str) -> str:
    """The value of a property of which there is one at most."""
    found = [one.object for one in shown.graph.from_(thing, term(name))]
    return next((one.value for one in found if isinstance(one, ox.Literal)), "")
