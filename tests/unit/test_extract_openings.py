"""How pages open: headlines in two parts, prompts below labels, Markdown."""

from __future__ import annotations

import re

import pytest

from tests.edited_pages import html, text
from tests.report_pages import codes, read, report_of, said, web_report

KIND = "End of Commitment Report – "
TITLE = "A public ledger for the clean air fund"


@pytest.mark.parametrize(
    "headline",
    [
        f"<h1>End of Commitment Report</h1><h2>{TITLE}</h2>",
        f"<p class=kind>End of Commitment Report</p><h1>{TITLE}</h1>",
        f"<h1>End of Commitment Report –<br>{TITLE}</h1>",
    ],
)
def test_a_headline_in_two_parts_is_one(headline: str):
    report = web_report(html((f"<h1>{KIND}{TITLE}</h1>", headline)))
    whole = web_report(html())
    assert (said(report.title) or "").removeprefix(KIND) == TITLE
    assert [e.name.text for e in report.evaluators] == [e.name.text for e in whole.evaluators]
    assert (report.key, report.machine_translations) == (whole.key, ())


def test_a_line_above_the_evaluator_is_no_evaluator():
    page = html(("<h2>Overview</h2>", "<p>Published in May by the office</p><h2>Overview</h2>"))
    assert [e.name.text for e in web_report(page).evaluators] == [e.name.text for e in web_report(html()).evaluators]
    assert "unassigned-text" in codes(read(page, "text/html"))


def test_a_prompt_of_the_submission_form_is_part_of_its_label():
    report = report_of(text(("Name of Evaluator\n", "Name of Evaluator\n\nPlease write your name.\n")))
    names = [e.name.text for e in report_of(text()).evaluators]
    assert [e.name.text for e in report.evaluators] == names
    assert not report.unassigned


def test_labels_in_markdown_are_labels():
    plain = text()
    labels = "Overview|Name of Evaluator|Email|Member Name|Action Plan Title|Commitment|Title|Action|Problem"
    marked = re.sub(rf"(?m)^({labels}|{KIND}.*)$", r"## \1", plain)
    marked = re.sub(r"(?m)^(\d\.\d.*\?|Provide .*:|Degree of result:)$", r"**\1**", marked)
    assert marked.count("**") > 20
    one, other = report_of(marked), report_of(plain)
    assert one.key == other.key
    assert [(a.question, a.code) for a in one.answers] == [(a.question, a.code) for a in other.answers]
    assert (said(one.action), said(one.title)) == (said(other.action), said(other.title))


@pytest.mark.parametrize(
    ("line", "names"),
    [
        ("“Faro” Association", ["“Faro” Association"]),
        ("“Women’s Forum”", ["Women’s Forum"]),
        ("• Ana Example\n\n• Bo Example", ["Ana Example", "Bo Example"]),
    ],
)
def test_signs_around_a_name_are_no_part_of_it(line: str, names: list[str]):
    page = text()
    start = page.index("Name of Evaluator\n\n") + len("Name of Evaluator\n\n")
    report = report_of(page[:start] + line + page[page.index("\n", start) :])
    assert [e.name.text for e in report.evaluators] == names
