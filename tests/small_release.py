"""A workspace with results made by hand, and a release of them."""

from __future__ import annotations

import datetime as dt
import hashlib
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from ogp_graph.codes import load_codes
from ogp_graph.describe import describe_shared, lines, mention, statements
from ogp_graph.model import Capture, Finding, Page, Report, Severity
from ogp_graph.names import IRIs
from ogp_graph.release import Release, ReportResult, Workspace, publish, rows
from ogp_graph.settings import settings_from
from ogp_graph.validate import findings_graph
from tests.full_report import KEY, full_report

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from ogp_graph.model import Mention

DAY = dt.date(2026, 11, 21)
SETTINGS = settings_from({}, public_url="https://data.example.org/")
NOTE = Finding(Severity.WARNING, "odd-degree", "Degree Major beside answer Unclear", report=KEY)
REFUSED = Finding(Severity.VIOLATION, "not-a-report", "The page is not a report", capture="3" * 64, name="menu.html")


def result_of(report: Report, *findings: Finding, **fields: Any) -> ReportResult:
    """What the pipeline makes of ``report``."""
    said = statements(report, IRIs())
    table = rows(report, IRIs(), load_codes())
    digest = hashlib.sha256(repr(report).encode()).hexdigest()
    return ReportResult(report.key, digest, said.report, said.sources, mention(report), table, findings, **fields)


def report_named(name: str) -> Report:
    """The full report under another key, of another plan."""
    return replace(full_report(), key=f"lindholm-norland-2020-2022-{name}-00000000", plan="lindholm-norland-2020-2022")


def some_results() -> list[ReportResult]:
    """Two good reports and a quarantined one."""
    bad = Finding(Severity.VIOLATION, "no-member", "The report names no member", report="bad")
    return [
        result_of(full_report(), NOTE),
        result_of(report_named("parks")),
        replace(result_of(report_named("roads"), bad), quarantined=True),
    ]


def shared(mentions: Iterable[Mention]) -> list[str]:
    """The statements about members and plans."""
    return lines(describe_shared(mentions, IRIs())).split("\n")


def definitions(folder: Path) -> dict[str, Path]:
    """A folder of definitions to copy."""
    (folder / "forms").mkdir(parents=True, exist_ok=True)
    (folder / "ogp.ttl").write_text("# terms\n")
    (folder / "forms" / "end-of-commitment.ttl").write_text("# labels\n")
    return {"ontology": folder}


def release_of(workspace: Workspace, results: Iterable[ReportResult], **options: Any) -> Release:
    """Publishes ``results`` as the pipeline does."""
    folder = workspace.path.parent / "definitions"
    given: dict[str, Any] = {
        "shared": shared,
        "definitions": definitions(folder),
        "findings_graph": findings_graph,
        "release_date": DAY,
        "settings": SETTINGS,
        "findings": [REFUSED],
    }
    with workspace.lock():
        return publish(workspace, results, **(given | options))


def page(data: bytes, name: str = "a.html", locator: str = "", **record: Any) -> Page:
    """A page with these bytes."""
    capture = Capture(hashlib.sha256(data).hexdigest(), (name,), "text/html", **record)
    return Page(capture, data, locator or f"/pages/{name}")


def files_of(folder: Path) -> Iterator[tuple[str, bytes]]:
    """(path, bytes) of every file of a release but those that differ from build to build, sorted."""
    for path in sorted(folder.rglob("*")):
        if path.is_file() and not {"store", "search"} & set(path.relative_to(folder).parts):
            yield str(path.relative_to(folder)), path.read_bytes()
