"""The pages of codes and of their lists: labels, wordings, and the answers that have the code."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ogp_graph.known import links
from ogp_graph.known.graph import iri
from ogp_graph.vocabulary import term
from ogp_graph.web.pages.asked import texts, texts_of
from ogp_graph.web.pages.reader import ROWS, part
from ogp_graph.web.pages.tabled import CONCEPTS

if TYPE_CHECKING:
    from ogp_graph.web.pages.asked import Asked

__all__ = ["code_page"]

_IN_ORDER = ("question", "status", "dimension", "level")
"""Code lists whose ranks are an order, not a scale."""


def code_page(asked: Asked) -> tuple[str, dict[str, Any]]:
    """Template and contents, for a code or for a whole list."""
    tables = asked.shown.tables
    assert tables is not None
    scheme, _, notation = asked.key.partition("/")
    told: dict[str, Any] = {"title": asked.words.label(asked.thing), "labels": texts(asked, "skos:prefLabel")}
    told |= {
        "definition": texts(asked, "skos:definition"),
        "links": links(asked.shown.graph, asked.words, asked.thing),
    }
    if not notation:
        concepts = [iri(one.subject) for one in asked.shown.graph.to(asked.thing, term("skos:inScheme"))]
        codes = [asked.words.coded(one) for one in concepts]
        return "scheme.html", told | {
            "codes": [
                (code, texts_of(asked, code.iri, "skos:definition"))
                for code in sorted(codes, key=lambda one: (one.rank if scheme in _IN_ORDER else -one.rank, one.iri))
            ],
            "numbers": _numbers(asked, scheme),
        }
    value = asked.one("skos:notation") or notation
    total, shown = 0, None
    rows: list[dict[str, Any]] = []
    if column := CONCEPTS.get(scheme):
        total, _ = tables.answering(column, value, 0, 0)
        shown = part(total)
        total, rows = tables.answering(column, value, shown.start, ROWS)
    return "code.html", told | {
        "scheme": asked.shown.site.base + "code/" + scheme,
        "notation": value,
        "wordings": [*texts(asked, "skos:altLabel"), *texts(asked, "skos:hiddenLabel")],
        "answers": [(row, tables.report(row["report"])) for row in rows],
        "shown": shown,
        "total": total,
    }


def _numbers(asked: Asked, scheme: str) -> dict[str, int]:
    """Notation -> how many answers have the code."""
    tables, column = asked.shown.tables, CONCEPTS.get(scheme)
    if tables is None or column is None:
        return {}
    return {str(values[0]): number for values, number in tables.counted(column).items()}
