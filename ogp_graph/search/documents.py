"""What is searched: one document a report, from the tables of a release, one at a time."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Any

from ogp_graph.names import fold
from ogp_graph.search.words import apart

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

__all__ = ["COLUMNS", "Document", "documents"]

COLUMNS = ("title", "place", "promise", "answers", "lessons")
"""The columns of the index; a word in one of the first counts for more."""

_QUESTIONS = {
    "completion_explanation": "1.1",
    "factors": "1.2",
    "as_planned_explanation": "1.3",
    "access_to_information_explanation": "2.1.1",
    "civic_participation_explanation": "2.1.2",
    "public_accountability_explanation": "2.1.3",
    "other_explanation": "2.1.4",
    "problem_addressed_explanation": "2.2",
    "lesson": "3",
}
"""Column of the wide table -> question whose explanation it holds."""

_PLACES = {"commitment_title": "title", "title": "title", "member_name": "place", "other_names": "place",
           "plan_title": "place", "action": "promise", "problem": "promise"}  # fmt: skip
_DIMENSIONS = ("access-to-information", "civic-participation", "public-accountability", "other")
_BATCH = 2_000
_BORDER = " \ue000 "  # a word that nobody can look for: no phrase reaches across it


@dataclass(frozen=True, slots=True)
class Document:
    """One report. ``texts`` are (field, language or "", text), the field a column of the table ``overview`` or
    ``other_names``; ``facets`` are (facet, value), ``results`` (dimension, degree); ``names`` those of the persons who
    evaluated, folded: they are not found by them."""

    key: str
    head: dict[str, Any]
    texts: tuple[tuple[str, str, str], ...]
    facets: tuple[tuple[str, str], ...]
    results: tuple[tuple[str, str], ...]
    names: tuple[str, ...] = ()

    def digest(self) -> str:
        """SHA-256 of all that the index holds of it."""
        told = [self.key, self.head, self.texts, self.facets, self.results, self.names]
        return hashlib.sha256(json.dumps(told, ensure_ascii=True).encode()).hexdigest()

    def columns(self) -> tuple[str, ...]:
        """The folded words of each of :data:`COLUMNS`, :func:`apart`, without the names of persons who evaluated."""
        parts: dict[str, list[str]] = {name: [] for name in COLUMNS}
        for field, _, text in self.texts:
            name = _PLACES.get(field) or ("lessons" if field == "lesson" else "answers")
            parts[name].append(_without(f" {apart(fold(text))} ", map(apart, self.names)))
        return tuple(_BORDER.join(parts[name]) for name in COLUMNS)


def _without(folded: str, names: Iterable[str]) -> str:
    for name in names:
        folded = folded.replace(f" {name} ", _BORDER)
    return folded.strip()


def documents(folder: Path) -> Iterator[Document]:
    """The documents of the release in ``folder``, in the order of its table ``overview``.

    Raises:
        OSError: a table is missing or cannot be read.
    """
    tables = folder / "tables"
    members = {row["member"]: row["other_names"] or "" for row in _rows(tables, "members", ["member", "other_names"])}
    languages = _Beside(_rows(tables, "answers", ["report", "question", "explanation_language", "status"]), "report")
    promises = _Beside(
        _rows(tables, "commitments", ["commitment", "action_language", "problem_language"]), "commitment"
    )
    evaluators = _Beside(_rows(tables, "evaluators", ["report", "name", "kind"]), "report")
    for row in _rows(tables, "overview", None):
        key = row["report"]
        promise = next(iter(promises.of(key)), {})
        yield _document(row, languages.of(key), promise, evaluators.of(key), members.get(row["member"], ""))


class _Beside:
    """The rows of a table that belong to a key, where both tables are sorted by it."""

    def __init__(self, rows: Iterable[dict[str, Any]], name: str) -> None:
        self._groups = groupby(rows, key=lambda row: str(row[name]))
        self._key = ""
        self._rows: list[dict[str, Any]] = []

    def of(self, key: str) -> list[dict[str, Any]]:
        while self._key < key:
            found = next(self._groups, None)
            self._key, self._rows = ("\U0010ffff", []) if found is None else (found[0], list(found[1]))
        return self._rows if self._key == key else []


def _rows(tables: Path, name: str, columns: list[str] | None) -> Iterator[dict[str, Any]]:
    from pyarrow.parquet import ParquetFile  # takes a third of a second: only who reads tables waits for it

    with ParquetFile(tables / f"{name}.parquet") as file:
        for batch in file.iter_batches(_BATCH, columns=columns):
            yield from batch.to_pylist()


def _document(
    row: dict[str, Any],
    answers: list[dict[str, Any]],
    promise: dict[str, Any],
    evaluators: list[dict[str, Any]],
    other_names: str,
) -> Document:
    spoken = {answer["question"]: answer["explanation_language"] for answer in answers}
    page = row["language"] or ""
    told: dict[str, str | None] = {
        "action": promise.get("action_language"),
        "problem": promise.get("problem_language"),
        **{column: spoken.get(question) for column, question in _QUESTIONS.items()},
    }
    said = dict(row)
    said["other_names"] = other_names
    if fold(row["title"] or "").endswith(fold(row["commitment_title"] or "")):
        said["title"] = None if row["commitment_title"] else row["title"]
    fields = (*_PLACES, *_QUESTIONS)
    texts = tuple((field, told.get(field) or _named(field, page), said[field]) for field in fields if said[field])
    persons = (fold(one["name"] or "") for one in evaluators if one["kind"] != "organization")
    return Document(
        key=row["report"],
        head=_head(row),
        texts=texts,
        facets=tuple(_facets(row, answers)),
        results=tuple(_results(row)),
        names=tuple(sorted({name for name in persons if " " in apart(name)}, key=lambda name: (-len(name), name))),
    )


def _named(field: str, page: str) -> str:
    """The language of a text that has none of its own: that of the page, none for titles and names of places."""
    return "" if _PLACES.get(field) in ("place", "title") else page


def _head(row: dict[str, Any]) -> dict[str, Any]:
    return {
        "title": row["commitment_title"] or row["title"] or row["report"],
        "iri": row["iri"],
        "member": row["member"],
        "member_name": row["member_name"],
        "plan": row["plan"],
        "plan_title": row["plan_title"],
        "start_year": row["start_year"],
        "end_year": row["end_year"],
        "completion": row["completion"],
        "completion_label": row["completion_label"],
        "completion_status": row["completion_status"],
        "language": row["language"],
    }


def _facets(row: dict[str, Any], answers: list[dict[str, Any]]) -> Iterator[tuple[str, str]]:
    """(facet, value) of a report; who says nothing of it has the value ``unknown``."""
    yield "member", row["member"] or "unknown"
    start, end = row["start_year"], row["end_year"]
    years = range(start, min(end or start, start + 10) + 1) if start else ()
    yield from (("year", str(year)) for year in years)
    if not years:
        yield "year", "unknown"
    yield "completion", row["completion"] or "unknown"
    yield from (("dimension", name) for name in _DIMENSIONS if row[name.replace("-", "_")] == "yes")
    yield from (("degree", degree) for degree in sorted({degree for _, degree in _results(row)}))
    yield from (("status", status) for status in sorted({answer["status"] for answer in answers}))


def _results(row: dict[str, Any]) -> Iterator[tuple[str, str]]:
    for name in _DIMENSIONS:
        if degree := row[f"{name.replace('-', '_')}_degree"]:
            yield name, degree
