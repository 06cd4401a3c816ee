"""One record in every layout: nothing is guessed, nothing that the page shows is missed."""

from __future__ import annotations

import pytest
from hypothesis import assume, given, settings

from tests.report_pages import LOSSY, STRUCTURES, TEXTS, Record, lines_kept, report_of, web_page, web_report
from tests.report_records import compare, records

WITHOUT_BLANK_LINES = ("L3a", "L3b", "L3c")


def two_lines_tell_the_border(record: Record) -> bool:
    """Where no blank lines are kept, two lines are taken for one action and one problem (FORM.md, section 3)."""
    texts = [(lines_kept(part, lossy=True) or "").split("\n") for part in (record.action, record.problem)]
    return len([line for lines in texts for line in lines if line]) != 2 or all(len(lines) == 1 for lines in texts)


def blank_lines_tell_the_border(record: Record) -> bool:
    """Where more than two blank lines became two, a line lost from an action or problem leaves the same trace as a
    label does."""
    parts = (record.action, record.problem)
    return all(part and lines_kept(part, lossy=True) == lines_kept(part, lossy=False) for part in parts)


@pytest.mark.parametrize("layout", TEXTS)
@settings(max_examples=40, deadline=None, derandomize=True)
@given(records())
def test_a_text_says_what_its_record_says_but_for_what_the_layout_drops(layout, made):
    record, names = made
    lossy = layout in LOSSY
    if lossy and layout in WITHOUT_BLANK_LINES:
        assume(two_lines_tell_the_border(record))
    if layout == "L2 collapsed":
        assume(blank_lines_tell_the_border(record))
    report = report_of(TEXTS[layout](record))
    compare(record, names, report, lossy=lossy, tight=layout in WITHOUT_BLANK_LINES)
    assert report.layouts[0][1] in (layout.removesuffix(" collapsed"), "L2" if layout == "L4" else layout)


@pytest.mark.parametrize("structure", STRUCTURES)
@settings(max_examples=12, deadline=None, derandomize=True)
@given(records(label_words=True))
def test_a_web_page_of_any_structure_says_what_its_record_says(structure, made):
    record, names = made
    report = web_report(web_page(record, structure))
    compare(record, names, report, lossy=False)
    assert report.layouts[0][1] == "html"


@settings(max_examples=40, deadline=None, derandomize=True)
@given(records(label_words=True))
def test_label_words_on_lines_of_their_own_split_nothing_and_never_move_the_border(made):
    record, names = made
    compare(record, names, report_of(TEXTS["L1"](record)), lossy=False)
