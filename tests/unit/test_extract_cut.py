"""A page that was cut says less than the whole page, and nothing else."""

from __future__ import annotations

import hashlib
from dataclasses import replace

import pytest

from ogp_graph.extract import extract
from ogp_graph.model import Answer, Capture, Document, Report, Result, Status
from ogp_graph.pipeline import definitions
from ogp_graph.read.text import text_lines
from tests.report_pages import TEXTS, Record, answer, l1, l2, read, report_of, result, said, web_page

NOT_REACHED = Status.NOT_REACHED


def cut_at(text: str, end: int) -> Report | None:
    """What is read of the first ``end`` characters, without the detour over bytes."""
    capture = Capture(hashlib.sha256(text[:end].encode()).hexdigest(), ("page.txt",), "text/plain")
    lines = text_lines(text[:end], definitions().form)
    return extract(Document(capture, text[:end], lines, markup=False), definitions()).report


def holds_no_more(part: Report, whole: Report) -> None:
    """Each value of ``part`` is that of ``whole`` or its beginning; each status is that of ``whole`` or not reached."""
    if whole.border_unknown and not part.border_unknown:
        part = replace(part, action=None, problem=None, action_status=NOT_REACHED, problem_status=NOT_REACHED)
    both = "\n".join(value.text for value in (whole.action, whole.problem) if value)
    for name in ("title", "member_name", "plan_title", "commitment_title", "commitment_subtitle", "action", "problem"):
        value, known = said(getattr(part, name)), said(getattr(whole, name)) or ""
        if value is not None and not (name == "commitment_title" and said(whole.title or None).endswith(value)):  # type: ignore[union-attr]
            assert known.startswith(value) or (part.border_unknown and both.startswith(value)), name
    for status in ("evaluator_status", "action_status", "problem_status"):
        lost = part.border_unknown and status == "problem_status"
        assert getattr(part, status) in (getattr(whole, status), NOT_REACHED) or lost, status
    own = (None, f"capture-{part.captures[0].sha256}")
    assert (part.member, part.plan) in (
        (whole.member, whole.plan),
        *((m, p) for m in (whole.member, None) for p in own),
    )
    names = [evaluator.name.text for evaluator in part.evaluators]
    assert names == [evaluator.name.text for evaluator in whole.evaluators][: len(names)]
    for found in (*part.answers, *part.results):
        known_answers = [a for a in (*whole.answers, *whole.results) if a.question == found.question]
        if known_answers:
            says_no_more(found, known_answers[0])
        else:
            assert found.status is NOT_REACHED
    assert part.unassigned == () or part.plan_title is None  # a name alone, which may be the evaluator or the member


def says_no_more(part: Answer, whole: Answer) -> None:
    assert part.status in (whole.status, NOT_REACHED)
    if part.stated:
        assert (said(part.stated), part.code) == (said(whole.stated), whole.code)
    if part.explanation:
        assert whole.explanation is not None
        assert whole.explanation.text.startswith(part.explanation.text)
        ends = part.question == "3" and part.explanation.text.endswith(
            (".", ")", "”")
        )  # nobody can see that it goes on
        assert part.explanation.partial or part.explanation.text == whole.explanation.text or ends
    for mine, theirs in zip(part.evidence, whole.evidence[: len(part.evidence)], strict=True):
        assert theirs.title.text.startswith(mine.title.text)
    if isinstance(part, Result) and isinstance(whole, Result) and part.degree_status:
        assert part.degree_status in (whole.degree_status, NOT_REACHED)
        if part.degree_stated:
            assert (said(part.degree_stated), part.degree) == (said(whole.degree_stated), whole.degree)


@pytest.mark.slow
@pytest.mark.parametrize("layout", ["L1", "L2"])
def test_a_text_cut_at_one_character_in_five_says_nothing_that_the_whole_does_not(layout):
    record = Record().replying("1.1", stated="No Evidence Available")
    text = TEXTS[layout](record)
    whole = report_of(text)
    ends = range(0, len(text), 5)
    refused = [end for end in ends if not (part := cut_at(text, end)) or holds_no_more(part, whole)]
    assert refused == list(ends[: len(refused)])  # nothing is refused once the page is known
    assert len(refused) < 30


@pytest.mark.parametrize("ending", ["", " ", "\u00a0"])
@pytest.mark.parametrize("words", ["No", "Not", "No Evidence"])
def test_a_closed_answer_that_may_go_on_is_not_read(words, ending):
    text = l1(Record().replying("1.1", stated="No Evidence Available").replying("2.1.1", stated="Not Applicable"))
    for question, start in (("1.1", "of this assessment?\n\n"), ("2.1.1", "accessibility to information?\n\n")):
        report = report_of(text[: text.index(start) + len(start)] + words + ending)
        assert answer(report, question).status is NOT_REACHED
        assert answer(report, question).stated is None


def test_an_answer_with_a_blank_line_behind_it_is_whole():
    text = l1(Record().replying("2.1.1", stated="No"))
    start = text.index("accessibility to information?") + len("accessibility to information?")
    assert result(report_of(text[: start + len("\n\nNo\n\n")]), "2.1.1").code == "no"


def test_a_name_that_may_go_on_is_not_taken():
    text = l1(Record())
    member = text.index("Lindholm, Norland") + len("Lindholm, Nor")
    report = report_of(text[:member])
    assert (report.member, report.member_name) == (None, None)
    evaluator = text.index("Wanda Ortolan") + len("Wanda Or")
    extraction = read(text[:evaluator])
    assert extraction.report is not None
    assert extraction.report.evaluators == ()
    assert extraction.report.evaluator_status is NOT_REACHED
    assert "cut-inside-name" in {finding.code for finding in extraction.findings}


def test_a_cut_page_is_called_one_and_a_page_without_footer_is_not():
    assert report_of(l2(Record())[:900]).layouts[0][1] == "L2 cut"
    assert report_of(l1(replace(Record(), footer=()))).layouts[0][1] == "L1"


def test_nothing_behind_the_last_question_is_no_empty_answer_unless_the_page_goes_on():
    record = replace(Record(), lesson=())
    assert answer(report_of(l1(replace(record, footer=()))), "3").status is NOT_REACHED
    assert answer(report_of(l1(record)), "3").status is Status.EMPTY


def test_a_page_of_names_alone_is_read_as_far_as_it_goes():
    text = TEXTS["L4"](Record())
    report = report_of(text[: text.index("between midnight")])
    assert said(report.commitment_title) == "Night buses for shift workers"
    assert said(report.action) == "The transport office will run ten bus routes"
    assert report.action is not None
    assert report.action.partial
    assert report.problem_status is NOT_REACHED
    assert {a.status for a in (*report.answers, *report.results)} == {NOT_REACHED}


@pytest.mark.parametrize("structure", ["headings", "definition list", "bold inline"])
def test_a_web_page_cut_anywhere_says_nothing_that_the_whole_does_not(structure):
    markup = web_page(Record().replying("1.1", stated="No Evidence Available"), structure)
    whole = read(markup, "text/html").report
    assert whole is not None
    for end in range(markup.index("<main>"), len(markup), 37):
        part = read(markup[:end], "text/html").report
        if part:
            holds_no_more(part, whole)


@pytest.mark.parametrize("end", ["Leave a R", "3. Prov", "2.2 Did the commitm", "Secti"])
def test_letters_that_may_begin_a_late_label_do_not_say_that_the_questions_before_it_were_left_out(end):
    whole = l1(Record())
    start = whole.index("1.3 Was the commitment")
    report = report_of(whole[:start].rstrip() + "\n" + end)
    statuses = {a.question: a.status for a in (*report.answers, *report.results)}
    assert {q: statuses.get(q) for q in ("1.3", "2.1.1", "2.1.2", "2.1.3", "2.2")} == dict.fromkeys(
        ("1.3", "2.1.1", "2.1.2", "2.1.3", "2.2"), NOT_REACHED
    )
