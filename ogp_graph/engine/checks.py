"""The quality checks over a whole release: each row of a check is a finding."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ogp_graph.engine.interface import bindings
from ogp_graph.errors import DefinitionError
from ogp_graph.formats import FORMATS
from ogp_graph.model import Finding, Severity

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ogp_graph.engine.interface import Engine
    from ogp_graph.queries import Query

__all__ = ["COLUMNS", "run_checks"]

COLUMNS = ("report", "message")
"""What a check selects: the report's IRI (may be unbound), and the finding's message."""

_REPORT = "id/report/"


def run_checks(engine: Engine, checks: Iterable[Query]) -> tuple[Finding, ...]:
    """A finding for each row, its code the check's name, in the order of checks and rows.

    Raises:
        DefinitionError: a check selects other columns than :data:`COLUMNS`.
        QueryError: a check did not run.
    """
    found = []
    for check in checks:
        columns, rows = bindings(engine.query(check.text, format=FORMATS["json"]))
        if tuple(columns) != COLUMNS:
            raise DefinitionError(f"selects {columns}, not {list(COLUMNS)}", check.name)
        for row in rows:
            report = row.get("report", {}).get("value", "").partition(_REPORT)[2] or None
            message = row.get("message", {}).get("value", check.title)
            found.append(Finding(check.severity or Severity.WARNING, check.name, message, report=report))
    return tuple(found)
