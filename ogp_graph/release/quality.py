"""The quality report of a release: every finding, as JSON Lines, as RDF and as a page of text."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from ogp_graph.model import encode
from ogp_graph.release.dumps import write_turtle
from ogp_graph.release.sorting import sorted_lines

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    import pyoxigraph as ox

    from ogp_graph.model import Finding
    from ogp_graph.names import IRIs
    from ogp_graph.release.collecting import Collection

    FindingsGraph = Callable[[Iterable[Finding], IRIs], Iterable[ox.Quad]]

__all__ = ["write_quality"]

_WORDS = {"Violation": "no report, or one that is not released", "Warning": "released and listed", "Info": "to know"}


def write_quality(
    collected: Collection, findings_graph: FindingsGraph, iris: IRIs, folder: Path, temporary: Path
) -> int:
    """Writes ``findings.jsonl``, ``findings.ttl`` (``sh:ValidationReport``) and ``summary.txt``; returns how many
    findings there are."""
    kinds: Counter[tuple[str, str]] = Counter()
    with (folder / "findings.jsonl").open("xb") as file:
        for finding in collected.findings():
            file.write(encode(finding) + b"\n")
            kinds[finding.severity, finding.code] += 1
    lines = (f"{quad.triple} ." for quad in findings_graph(collected.findings(), iris))
    write_turtle(sorted_lines(lines, temporary=temporary, limit=50_000), folder / "findings.ttl")
    (folder / "summary.txt").write_text(_summary(collected, kinds), encoding="utf-8")
    return sum(kinds.values())


def _summary(collected: Collection, kinds: Counter[tuple[str, str]]) -> str:
    parts = [f"{len(collected.reports)} reports released, {len(collected.quarantined)} quarantined,"
             f" {sum(kinds.values())} findings.\n"]  # fmt: skip
    for severity, words in _WORDS.items():
        codes = sorted((code, number) for (kind, code), number in kinds.items() if kind == severity)
        if codes:
            parts.append(f"\n{severity} ({words}):\n" + "".join(f"{number:>8}  {code}\n" for code, number in codes))
    if collected.quarantined:
        parts.append("\nQuarantined reports and why:\n")
        parts += [f"  {key}\n" + "".join(f"    {message}\n" for message in why) for key, why in collected.quarantined]
    return "".join(parts)
