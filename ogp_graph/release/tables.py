"""The tables of a release: which there are, their columns, and what a column holds.

One list feeds the CSV header, the Parquet schema, the CSVW description and the documentation.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby

__all__ = ["COLUMNS", "DIMENSIONS", "TABLES", "Column", "Table", "csvw"]


@dataclass(frozen=True, slots=True)
class Column:
    """One column; ``kind`` is ``string``, ``anyURI``, ``gYear``, ``integer`` or ``boolean`` (XSD's names)."""

    table: str
    name: str
    kind: str
    description: str


@dataclass(frozen=True, slots=True)
class Table:
    """One table; ``key`` are the columns that tell its rows apart."""

    name: str
    title: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]


DIMENSIONS = {
    "access-to-information": "access to information",
    "civic-participation": "civic participation",
    "public-accountability": "public accountability",
    "other": "other results",
}
"""Notations of ``code/dimension``, in the order of the form, and how descriptions call them."""

_STATUS = (
    "answered, empty (left blank), lost (the capture dropped it), not-reached (the capture was cut) or unrecognised"
)

_TITLES = {
    "overview": ("One row per report: what was promised and what was delivered", ("report",)),
    "members": ("Members of the partnership", ("member",)),
    "plans": ("Action plans", ("plan",)),
    "commitments": ("Commitments", ("commitment",)),
    "reports": ("Reports", ("report",)),
    "evaluators": ("Who answered the form", ("report", "position")),
    "answers": ("One row per answer", ("report", "question")),
    "evidence": ("Evidence that evaluators name", ("evidence",)),
    "captures": ("Which page was read for which report", ("capture", "report")),
    "findings": ("What reading, extraction and validation noticed", ()),
}


def _answer(name: str, words: str) -> tuple[tuple[str, str, str], ...]:
    return (
        (name, "string", f"Code of the answer: {words}"),
        (f"{name}_label", "string", "The same in words, English"),
        (f"{name}_status", "string", f"What is known of it: {_STATUS}"),
        (f"{name}_explanation", "string", "The evaluator's explanation"),
    )


def _dimension(code: str, words: str) -> tuple[tuple[str, str, str], ...]:
    name = code.replace("-", "_")
    return (
        (name, "string", f"Code of the answer: did it change {words}?"),
        (f"{name}_label", "string", "The same in words, English"),
        (f"{name}_status", "string", f"What is known of it: {_STATUS}"),
        (f"{name}_degree", "string", "Code of the degree of the result"),
        (f"{name}_degree_label", "string", "The same in words, English"),
        (f"{name}_explanation", "string", "The evaluator's explanation"),
    )


_PLACE = (
    ("member", "string", "Key of the member (last part of its IRI)"),
    ("member_name", "string", "Name of the member"),
    ("plan", "string", "Key of the action plan"),
)

_COLUMNS: dict[str, tuple[tuple[str, str, str], ...]] = {
    "overview": (
        ("report", "string", "Key of the report (last part of its IRI)"),
        ("iri", "anyURI", "IRI of the report"),
        ("title", "string", "Headline of the page"),
        *_PLACE,
        ("plan_title", "string", "Title of the action plan"),
        ("start_year", "gYear", "First year of the action plan"),
        ("end_year", "gYear", "Last year of the action plan"),
        ("commitment_title", "string", "Title of the commitment"),
        ("action", "string", "What was promised"),
        ("action_status", "string", f"What is known of the action: {_STATUS}"),
        ("problem", "string", "The problem that the commitment addresses"),
        ("problem_status", "string", f"What is known of the problem: {_STATUS}"),
        *_answer("completion", "how far was the commitment completed (question 1.1)?"),
        ("factors", "string", "What helped or hindered (question 1.2)"),
        ("factors_status", "string", f"What is known of the factors: {_STATUS}"),
        *_answer("as_planned", "was it implemented as planned (question 1.3)?"),
        *(column for code, words in DIMENSIONS.items() for column in _dimension(code, words)),
        *_answer("problem_addressed", "was the problem addressed (question 2.2)?"),
        ("lesson", "string", "Lessons and recommendations (question 3)"),
        ("lesson_status", "string", f"What is known of the lesson: {_STATUS}"),
        ("evaluators", "string", "Names of the evaluators, separated by a semicolon"),
        ("evaluator_status", "string", f"What is known of the evaluators: {_STATUS}"),
        ("evidence_urls", "string", "Addresses of the evidence, separated by a space"),
        ("source_address", "anyURI", "Address of the page"),
        ("captures", "integer", "How many captures of the page were read"),
        ("language", "string", "Language of the page (BCP 47)"),
    ),
    "members": (
        ("member", "string", "Key of the member (last part of its IRI)"),
        ("iri", "anyURI", "IRI of the member"),
        ("name", "string", "Name of the member"),
        ("other_names", "string", "Other spellings, separated by a semicolon"),
        ("level", "string", "Code of its level of government"),
    ),
    "plans": (
        ("plan", "string", "Key of the action plan (last part of its IRI)"),
        ("iri", "anyURI", "IRI of the action plan"),
        ("title", "string", "Title of the action plan"),
        ("member", "string", "Key of the member"),
        ("member_name", "string", "Name of the member"),
        ("start_year", "gYear", "First year"),
        ("end_year", "gYear", "Last year"),
    ),
    "commitments": (
        ("commitment", "string", "Key of the commitment (last part of its IRI)"),
        ("iri", "anyURI", "IRI of the commitment"),
        ("title", "string", "Title of the commitment"),
        ("subtitle", "string", "What the page's label Title says, when it is something else"),
        *_PLACE,
        ("action", "string", "What was promised"),
        ("action_language", "string", "Its language (BCP 47)"),
        ("action_status", "string", f"What is known of the action: {_STATUS}"),
        ("problem", "string", "The problem that it addresses"),
        ("problem_language", "string", "Its language (BCP 47)"),
        ("problem_status", "string", f"What is known of the problem: {_STATUS}"),
        ("border_unknown", "boolean", "true: action holds the lines of both action and problem"),
    ),
    "reports": (
        ("report", "string", "Key of the report (last part of its IRI)"),
        ("iri", "anyURI", "IRI of the report"),
        ("title", "string", "Headline of the page"),
        *_PLACE,
        ("commitment", "string", "Key of the commitment"),
        ("completion", "string", "Code of the answer to question 1.1"),
        ("as_planned", "string", "Code of the answer to question 1.3"),
        ("problem_addressed", "string", "Code of the answer to question 2.2"),
        ("evaluators", "integer", "How many evaluators are named"),
        ("evaluator_status", "string", f"What is known of the evaluators: {_STATUS}"),
        ("unassigned", "string", "Text under labels that the form does not have"),
        ("source_address", "anyURI", "Address of the page"),
        ("captures", "integer", "How many captures of the page were read"),
        ("language", "string", "Language of the page (BCP 47)"),
    ),
    "evaluators": (
        ("report", "string", "Key of the report"),
        ("position", "integer", "Place on the page, from 1"),
        ("iri", "anyURI", "IRI of the evaluator in this report"),
        ("name", "string", "Name as on the page"),
        ("kind", "string", "person or organization"),
        ("affiliation", "string", "Organisation that the page gives"),
        *_PLACE,
    ),
    "answers": (
        ("report", "string", "Key of the report"),
        ("question", "string", "Number of the question on the form"),
        ("question_label", "string", "The question, English"),
        ("iri", "anyURI", "IRI of the answer"),
        *_PLACE,
        ("status", "string", f"What is known of it: {_STATUS}"),
        ("value", "string", "Code of the answer"),
        ("value_label", "string", "The same in words, English"),
        ("stated", "string", "The words on the page"),
        ("alternatives", "string", "Codes that other captures give instead, separated by a space"),
        ("dimension", "string", "Code of the dimension (questions 2.1.1 to 2.1.4)"),
        ("dimension_label", "string", "The same in words, English"),
        ("degree", "string", "Code of the degree (questions 2.1.1 to 2.1.4)"),
        ("degree_label", "string", "The same in words, English"),
        ("degree_status", "string", f"What is known of the degree: {_STATUS}"),
        ("degree_stated", "string", "The words on the page"),
        ("explanation", "string", "The evaluator's explanation, or the answer to a question without a list"),
        ("explanation_language", "string", "Its language (BCP 47)"),
        ("evidence", "integer", "How many pieces of evidence are named"),
    ),
    "evidence": (
        ("report", "string", "Key of the report"),
        ("question", "string", "Number of the question on the form"),
        ("evidence", "anyURI", "IRI of the evidence"),
        ("title", "string", "Words on the page"),
        ("urls", "string", "Addresses that they link to, separated by a space"),
    ),
    "captures": (
        ("capture", "string", "SHA-256 of the bytes as received (last part of its IRI)"),
        ("report", "string", "Key of the report that was read in it"),
        ("iri", "anyURI", "IRI of the capture"),
        ("names", "string", "File names it came under, percent-encoded, separated by a space"),
        ("media_type", "string", "Media type"),
        ("layout", "string", "How the page was laid out; cut: it ends before the form does"),
        ("address", "anyURI", "Address of the page"),
        ("retrieved", "string", "When it was fetched (xsd:dateTime), where its own record says so"),
        ("machine_translation", "boolean", "true: a machine translated it"),
    ),
    "findings": (
        ("severity", "string", "Violation, Warning or Info"),
        ("code", "string", "Stable name of the kind of finding"),
        ("message", "string", "What was found, in words"),
        ("report", "string", "Key of the report"),
        ("capture", "string", "SHA-256 of the capture"),
        ("name", "string", "File name of the capture"),
        ("start", "integer", "First character (code points of the decoded capture, from 0)"),
        ("end", "integer", "Character after the last"),
        ("quote", "string", "The words there"),
    ),
}

COLUMNS: tuple[Column, ...] = tuple(Column(table, *column) for table, columns in _COLUMNS.items() for column in columns)
"""Every column of every table: (table, name, kind, description)."""

TABLES: dict[str, Table] = {
    name: Table(name, *_TITLES[name], tuple(columns)) for name, columns in groupby(COLUMNS, key=lambda c: c.table)
}
"""The tables by name, the wide one first."""

_NEUTRALISED = (
    "UTF-8, RFC 4180, CRLF. A cell that a spreadsheet would take for a formula (it starts with = + - @, a full-width"
    " or small form of them, a tab or a line end, also after white space) has an apostrophe before it; so has such a"
    " cell that starts with apostrophes: removing one apostrophe gives the text back. Parquet has every text verbatim."
    " An empty cell means that there is no value."
)


def csvw() -> dict[str, object]:
    """The description of the CSV files in the vocabulary of CSV on the Web
    (https://www.w3.org/TR/tabular-metadata/), for ``tables.csv-metadata.json`` beside them."""
    return {
        "@context": ["http://www.w3.org/ns/csvw", {"@language": "en"}],
        "dc:description": _NEUTRALISED,
        "dc:license": {"@id": "https://creativecommons.org/licenses/by/4.0/"},
        "dialect": {"encoding": "utf-8", "lineTerminators": ["\r\n"], "header": True},
        "tables": [
            {
                "url": f"{table.name}.csv",
                "dc:title": table.title,
                "dc:description": _NEUTRALISED,
                "tableSchema": {
                    "columns": [_column(column) for column in table.columns],
                    **({"primaryKey": list(table.key)} if table.key else {}),
                },
            }
            for table in TABLES.values()
        ],
    }


def _column(column: Column) -> dict[str, object]:
    return {
        "name": column.name,
        "titles": column.name,
        "dc:description": column.description,
        "datatype": column.kind,
        "null": "",
    }
