"""Glossary entries glued into running text, and pages whose member is among what the layout dropped."""

from __future__ import annotations

import re

import pytest

from ogp_graph import pipeline
from ogp_graph.read.lines import without_tooltips
from tests.edited_pages import titled_html
from tests.report_pages import report_of, said, web_report

ENTRY = "Recognizing that investing in youth means investing in a better future, governments of many places..."


@pytest.mark.parametrize(
    ("glued", "left"),
    [
        (f"the youth{ENTRY} More clubs", "the youth clubs"),
        (f"the youth{ENTRY} Moreclubs", "the youth clubs"),
        (f"the youth{ENTRY}clubs", "the youth clubs"),
        (f"the youth{ENTRY} Moreover", "the youth Moreover"),
        (f"the youth{ENTRY} More– of all", "the youth – of all"),
        (f"the youth{ENTRY} More.", "the youth."),
        (f"the youth{ENTRY} More-led clubs", "the youth-led clubs"),
        (f"the young people{ENTRY.lower()} go on... More", f"the young people{ENTRY.lower()} go on... More"),
    ],
)
def test_a_glued_entry_goes_with_or_without_a_space_behind_it(glued: str, left: str):
    assert without_tooltips(glued, pipeline.definitions().form) == left


def test_a_plan_whose_member_was_dropped_is_still_described():
    report = report_of(
        "End of Commitment Report – Night buses for all\n\n\nName of Evaluator\n\nZoe Example\n\n\n\nMember Name\n\n\n"
        "Action Plan Title\n\nAction plan – Seoul, Republic of Korea, 2022 – 2024\n\n\nNight buses for all\n\n\n"
        "Buses will run at night.\n\n\nNobody can ride home.\n\nSection 1.\nCommitment completion\n"
    )
    assert report.member is None
    assert report.plan_title is not None
    assert report.plan == report.key == f"capture-{report.captures[0].sha256}"
    assert (report.start_year, report.end_year) == (2022, 2024)


@pytest.mark.parametrize(
    "title",
    ["<abbr title=x>Commitment</abbr> to clean air", "<b>Problem</b> trees for parks", "<i>Action</i>: clean air"],
)
def test_a_title_that_starts_with_a_marked_label_word_is_whole(title: str):
    page = titled_html("A register of trees").replace("<p>A register of trees</p>", f"<p>{title}</p>")
    assert said(web_report(page).commitment_title) == re.sub("<.*?>", "", title)


def test_a_colon_behind_a_marked_label_is_no_value():
    page = titled_html("A register of trees", ("<h3>Email</h3>", "<h3><span>Email</span>:</h3>"))
    report = web_report(page.replace("<h3>Problem</h3>", "<h3><u>Problem</u> :</h3>"))
    assert report.problem is not None
    assert not report.problem.text.startswith(":")
