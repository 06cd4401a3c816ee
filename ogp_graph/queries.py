"""Queries as data: ``.rq`` files with a ``#+`` header, in a folder that says their fate.

::

    queries/examples/   questions people ask; must return rows
    queries/checks/     cross-report quality; every row is a finding
    queries/pages/      what the page of a thing offers to ask about it
    queries/reconcile/  what the reconciliation service is made from
    queries/wikidata/   what link refresh asks Wikidata

A header line is ``#+ key: value``; a line ``#+   more words`` continues the value before it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ogp_graph.errors import DefinitionError
from ogp_graph.model import Severity

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["CHECKS", "EXAMPLES", "PAGES", "RECONCILE", "WIKIDATA", "Query", "load_queries", "read_query"]

EXAMPLES, CHECKS, PAGES, RECONCILE = "examples", "checks", "pages", "reconcile"
WIKIDATA = "wikidata"

_HEADER = re.compile(r"#\+ (?P<key>[a-z]+): *(?P<value>.*)")
_MORE = re.compile(r"#\+ {2,}(?P<value>.*)")
_KEYS = {"title", "description", "severity", "order", "scope"}
_LAST = 1000


@dataclass(frozen=True, slots=True)
class Query:
    """A query and what it is for. ``name`` is the file's name without ``.rq``, ``fate`` its folder; ``text`` is what
    runs, without the header. Only checks have a ``severity``; their ``description`` says what a row means. ``order`` is
    where a reader meets it, smallest first. ``alone`` (``scope: report``) says that each row of a check depends on what
    one report and its citations say, and on the codes, so that a report that did not change need not be checked
    again."""

    name: str
    fate: str
    title: str
    description: str
    text: str
    severity: Severity | None = None
    order: int = _LAST
    alone: bool = False


def load_queries(folder: Path) -> tuple[Query, ...]:
    """Every query of ``folder``, by order and file name.

    Raises:
        DefinitionError: the folder is missing, or a header is incomplete.
    """
    if not folder.is_dir():
        raise DefinitionError("no such folder of queries", str(folder))
    queries = [read_query(path) for path in folder.glob("*.rq")]
    return tuple(sorted(queries, key=lambda query: (query.order, query.name)))


def read_query(path: Path) -> Query:
    """The query in one file.

    Raises:
        DefinitionError: it cannot be read, or its header is incomplete or says something unknown.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise DefinitionError(str(error), str(path)) from error
    fields, body = _parts(text, path)
    missing = {"title", "description"} - {key for key, value in fields.items() if value}
    if missing or not body:
        raise DefinitionError(f"without {', '.join(sorted(missing)) or 'a query'}", str(path))
    try:
        severity = Severity(fields["severity"]) if "severity" in fields else None
        order = int(fields.get("order", _LAST))
    except ValueError as error:
        raise DefinitionError(str(error), str(path)) from error
    if (severity is None) is (path.parent.name == CHECKS):
        raise DefinitionError("checks have a severity, and only checks", str(path))
    if fields.get("scope", "report") != "report":
        raise DefinitionError(f"scope is {fields['scope']}, not report", str(path))
    alone = "scope" in fields
    return Query(path.stem, path.parent.name, fields["title"], fields["description"], body, severity, order, alone)


def _parts(text: str, path: Path) -> tuple[dict[str, str], str]:
    """The header's fields, and the lines that follow it."""
    fields: dict[str, str] = {}
    lines = text.splitlines()
    key, count = "", 0
    for line in map(str.rstrip, lines):
        if found := _HEADER.fullmatch(line):
            key = found["key"]
            if key not in _KEYS or key in fields:
                raise DefinitionError(f"line {count + 1}: {key} is unknown or said twice", str(path))
            fields[key] = found["value"]
        elif (found := _MORE.fullmatch(line)) and key:
            fields[key] = f"{fields[key]} {found['value']}".strip()
        elif line.startswith("#+"):
            raise DefinitionError(f"line {count + 1}: not a header line", str(path))
        else:
            break
        count += 1
    body = "\n".join(lines[count:]).strip()
    return fields, body + "\n" if body else ""
