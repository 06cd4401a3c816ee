"""What describing writes and what the shapes ask for agree."""

from __future__ import annotations

from dataclasses import replace

import pyoxigraph as ox
import pytest

from ogp_graph.describe import describe, describe_shared, mention
from ogp_graph.model import Report, Result, Severity, Status
from ogp_graph.names import IRIs
from ogp_graph.validate import load_shapes, validate
from tests.full_report import bare_report, full_report, with_action

OTHER = "https://data.example.org/ogp/"


def found(report: Report, base: str = IRIs().base) -> dict[str, Severity]:
    iris = IRIs(base)
    quads: list[ox.Quad] = [*describe(report, iris), *describe_shared([mention(report)], iris)]
    findings = validate(quads, report=report.key, shapes=load_shapes(base=base))
    return {finding.code: finding.severity for finding in findings}


@pytest.mark.parametrize("base", [IRIs().base, OTHER])
def test_a_described_report_gives_warnings_where_it_should_and_no_violation(base: str) -> None:
    assert found(full_report(), base) == {
        "answer-contradicted": Severity.WARNING,
        "answer-unrecognised": Severity.WARNING,
        "commitment-border-unknown": Severity.WARNING,
        "result-degree-contradicted": Severity.WARNING,
    }


def test_a_report_with_long_quotes_gives_nothing_more() -> None:
    assert found(with_action("word " * 200)) == found(full_report())


def test_a_bare_report_is_not_released() -> None:
    codes = found(bare_report())
    assert {"report-title", "report-commitment", "report-answer"} <= {c for c, s in codes.items() if s == "Violation"}


def test_a_report_without_member_and_plan_is_not_released() -> None:
    codes = found(replace(full_report(), member=None, plan=None))
    assert codes["commitment-plan"] is Severity.VIOLATION


def test_a_value_beside_a_lost_status_is_not_released() -> None:
    first, *rest = full_report().results
    assert isinstance(first, Result)
    codes = found(replace(full_report(), results=(replace(first, status=Status.LOST), *rest)))
    assert codes["answer-value-without-answer"] is Severity.VIOLATION
    assert codes["answer-words-without-answer"] is Severity.VIOLATION
