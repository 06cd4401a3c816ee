"""One report's finished result: what the workspace caches and a release is made of."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field

from ogp_graph.model import Finding, Mention  # noqa: TC001 (msgspec reads the annotations)

__all__ = ["ReportResult", "Row", "Rows"]

Row = dict[str, str | int | bool | None]
"""One line of a table: column -> cell."""

Rows = dict[str, list[Row]]
"""Table name -> its rows."""


@dataclass(frozen=True, slots=True)
class ReportResult:
    """What one report contributes, ready to be written.

    ``digest`` is the SHA-256 of everything that the result depends on (captures and their names, code,
    definitions, takedown list); ``graph`` and ``sources`` are sorted N-Quads lines of ``graph/report/KEY`` and
    ``graph/sources/KEY``, joined by a line feed, without one at the end. A quarantined result never enters a
    release; its findings are listed. ``removed`` are the positions of evaluators that a takedown list erased."""

    key: str
    digest: str
    graph: str
    sources: str
    mention: Mention
    rows: dict[str, list[dict[str, str | int | bool | None]]] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()
    quarantined: bool = False
    removed: tuple[int, ...] = ()

    def content(self) -> str:
        """SHA-256 of what is said and cited: it tells a changed report from one that was only built anew."""
        return hashlib.sha256(f"{self.graph}\n\n{self.sources}".encode()).hexdigest()
