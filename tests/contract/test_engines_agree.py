"""Both validators on every page that there is: the same findings, and a disagreement stops the release."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from ogp_graph.captures import pages
from ogp_graph.cli import main
from ogp_graph.describe import describe_shared, lines, mention, quads, statements
from ogp_graph.extract import extract
from ogp_graph.model import Document, Page
from ogp_graph.names import IRIs
from ogp_graph.pipeline import definitions
from ogp_graph.read import document
from ogp_graph.settings import settings_from
from ogp_graph.validate import load_shapes, validate, validate_lines
from ogp_graph.validate.screen import Screen

if TYPE_CHECKING:
    from pathlib import Path

SETTINGS, NEVER = settings_from({}), 2**63


def compared(folder: Path) -> tuple[int, int]:
    """How many reports the pages in ``folder`` give, and how many of them have findings of the shapes."""
    iris, shapes, count, told = IRIs(), load_shapes(), 0, 0
    for page in pages([str(folder)], SETTINGS):
        read = document(page, definitions().form, SETTINGS) if isinstance(page, Page) else None
        report = extract(read, definitions()).report if isinstance(read, Document) else None
        if report is None:
            continue
        said = statements(report, iris)
        blocks = (said.report, said.sources, lines(describe_shared([mention(report)], iris)))
        slow = validate(quads(blocks), report=report.key, shapes=shapes)
        assert validate_lines(blocks, report=report.key, shapes=shapes, share=NEVER) == slow, report.key
        count, told = count + 1, told + bool(slow)
    return count, told


def test_both_give_the_same_findings_on_the_sample_pages(samples):
    count, told = compared(samples)
    assert count > 12
    assert told


def test_both_give_the_same_findings_on_the_development_pages(shared):
    count, told = compared(shared / "pages")
    assert count > 120
    assert told


def test_a_disagreement_stops_the_release(samples, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(Screen, "finds", lambda _screen, _lines: {})
    monkeypatch.setenv("OGP_GRAPH_VALIDATION_SHARE", "1")
    monkeypatch.setenv("OGP_GRAPH_PROCESSES", "1")
    monkeypatch.setattr("sys.argv", ["ogp-graph", "build", "--workspace", str(tmp_path / "w"), str(samples)])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 3
    assert "Nothing is released" in capsys.readouterr().err
    assert not (tmp_path / "w" / "current").exists()
