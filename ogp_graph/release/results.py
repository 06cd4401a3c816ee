"""One report's finished result: what the workspace caches and a release is made of."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field

from ogp_graph.model import Finding, Mention  # noqa: TC001 (msgspec reads the annotations)

__all__ = ["Brief", "ReportResult", "Row", "Rows"]

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

    def brief(self) -> Brief:
        """What a release needs of this report when it did not change."""
        sizes = tuple(lines.count("\n") + 1 if lines else 0 for lines in (self.graph, self.sources))
        return Brief(
            self.key, self.digest, self.content(), self.mention, self.findings, self.quarantined, self.removed, *sizes
        )

    def content(self) -> str:
        """SHA-256 of what is said and cited: it tells a changed report from one that was only built anew."""
        return hashlib.sha256(f"{self.graph}\n\n{self.sources}".encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Brief:
    """What a release needs of a report's result besides what is said and cited.

    ``content`` is :meth:`ReportResult.content`; ``statements`` and ``citations`` count the lines of its graphs."""

    key: str
    digest: str
    content: str
    mention: Mention
    findings: tuple[Finding, ...]
    quarantined: bool
    removed: tuple[int, ...]
    statements: int
    citations: int
