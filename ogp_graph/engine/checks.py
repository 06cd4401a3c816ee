"""The quality checks over a whole release: each row of a check is a finding."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from ogp_graph.engine.interface import bindings
from ogp_graph.errors import DefinitionError
from ogp_graph.formats import FORMATS
from ogp_graph.model import Finding, Severity, Span
from ogp_graph.names import IRIs

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from ogp_graph.engine.interface import Engine
    from ogp_graph.queries import Query

__all__ = ["COLUMNS", "run_checks"]

COLUMNS = ("report", "message", "thing", "property")
"""What a check selects: the report's IRI (may be unbound), the finding's message, and what it is about, whose citation
leads to the place in the capture; the last two may be left out or unbound."""

_REQUIRED = 2
_REPORT, _CAPTURE = "id/report/", "id/capture/"
_CITED = """PREFIX ogpv: <https://w3id.org/ogp-graph/ontology#>
PREFIX oa: <http://www.w3.org/ns/oa#>

SELECT ?capture ?start ?end
WHERE {{
  GRAPH {graph} {{
    ?citation ogpv:supports <{thing}> ; ogpv:supportsProperty ?one ; oa:hasSource ?capture ; oa:hasSelector ?selector .
    ?selector oa:start ?start ; oa:end ?end .
  }}
}}
ORDER BY {first} ?citation LIMIT 1
"""


def run_checks(engine: Engine, checks: Iterable[Query]) -> tuple[Finding, ...]:
    """A finding for each row, its code the check's name, in the order of checks and rows.

    Raises:
        DefinitionError: a check selects other columns than :data:`COLUMNS`.
        QueryError: a check did not run.
    """
    found = []
    for check in checks:
        columns, rows = bindings(engine.query(check.text, format=FORMATS["json"]))
        if len(columns) < _REQUIRED or tuple(columns) != COLUMNS[: len(columns)]:
            raise DefinitionError(f"selects {columns}, not {list(COLUMNS)}", check.name)
        for row in rows:
            told = {name: row[name]["value"] for name in COLUMNS if name in row}
            report = told.get("report", "").partition(_REPORT)[2] or None
            message = told.get("message", check.title)
            finding = Finding(check.severity or Severity.WARNING, check.name, message, report=report)
            found.append(_placed(finding, told, engine))
    return tuple(found)


def _placed(finding: Finding, told: Mapping[str, str], engine: Engine) -> Finding:
    """``finding`` with the place where the property of the thing was read; any of the thing where that has none."""
    thing = told.get("thing")
    if thing is None:
        return finding
    if _CAPTURE in thing:
        return replace(finding, capture=thing.partition(_CAPTURE)[2])
    base = told.get("report", "").partition(_REPORT)[0]
    graph = f"<{IRIs(base).sources_graph(finding.report)}>" if finding.report else "?sources"
    first = f"DESC(?one = <{told['property']}>)" if "property" in told else ""
    text = _CITED.format(graph=graph, thing=thing, first=first)
    for row in bindings(engine.query(text, format=FORMATS["json"]))[1]:
        span = Span(int(row["start"]["value"]), int(row["end"]["value"]))
        return replace(finding, capture=row["capture"]["value"].partition(_CAPTURE)[2], span=span)
    return finding
