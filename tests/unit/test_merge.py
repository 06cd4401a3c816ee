"""Several captures of one report into one (DESIGN 3.3): what wins, what is kept beside it, and who is told."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ogp_graph.describe import describe
from ogp_graph.extract import merge
from ogp_graph.model import Report, Status
from ogp_graph.names import IRIs
from tests.edited_pages import text
from tests.report_pages import answer, report_of, said

PROGRESS = "1.1 What was the overall level of progress in the commitment implementation at the time of this assessment?"


def saying(stated: str) -> Report:
    """The text page of the street panels with another answer to 1.1."""
    page = text()
    start = page.index(PROGRESS) + len(PROGRESS)
    end = page.index("Provide a brief explanation", start)
    return report_of(f"{page[:start]}\n\n{stated}\n\n{page[end:]}")


def as_web_page(report: Report) -> Report:
    return replace(report, layouts=((report.captures[0].sha256, "html"),))


def as_translation(report: Report) -> Report:
    return replace(report, machine_translations=(report.captures[0].sha256,))


def fetched(report: Report, when: str) -> Report:
    return replace(report, captures=(replace(report.captures[0], retrieved=when),))


def first(*reports: Report) -> tuple[str | None, list[tuple[str, str]], list[str]]:
    """What their merge answers to 1.1: the words, the alternatives, and the codes of the findings. In any order."""
    merged, findings = merge(reports)
    again, same = merge(reports[::-1])
    assert (merged, findings) == (again, same)
    found = answer(merged, "1.1")
    return said(found.stated), [(code, v.text) for code, v in found.alternatives], [f.code for f in findings]


def test_structure_comes_before_text_and_the_other_answer_is_kept():
    page, plain = as_web_page(saying("Limited")), saying("Complete")
    assert first(plain, page) == ("Limited", [("complete", "Complete")], ["captures-contradict"])


def test_a_contradiction_is_told_in_the_words_of_the_pages():
    (finding,) = merge([as_web_page(saying("Limited")), saying("Complete")])[1]
    assert finding.message == (
        "Two captures give different values for the answer to 1.1: “Limited” is kept, “Complete” stands beside it."
    )


def test_a_later_capture_comes_before_an_earlier_one():
    old, new = fetched(saying("Limited"), "2023-01-01T00:00:00Z"), fetched(saying("Complete"), "2024-01-01T00:00:00Z")
    assert first(new, old) == ("Complete", [("limited", "Limited")], ["captures-contradict"])


def test_an_answer_in_unknown_words_is_kept_beside_a_known_one():
    assert first(saying("Sort of done"), saying("Complete")) == (
        "Complete",
        [("", "Sort of done")],
        ["captures-contradict"],
    )


def test_the_same_answer_in_other_letters_contradicts_nobody():
    words, _, codes = first(saying("complete"), as_web_page(saying("Complete")))
    assert (words, codes) == ("Complete", [])
    assert first(saying("sort of done"), as_web_page(saying("Sort of done")))[2] == []


def test_an_answer_beats_a_blank_in_a_better_source():
    assert first(as_web_page(saying("")), saying("Limited")) == ("Limited", [], [])


@pytest.mark.parametrize("words", ["Limited", "Sort of done"])
def test_a_machine_translation_never_overrides_the_original(words: str):
    translation = as_web_page(as_translation(fetched(saying("Complete"), "2025-01-01T00:00:00Z")))
    assert first(saying(words), translation) == (words, [("complete", "Complete")], ["captures-contradict"])
    assert first(saying("Limited"), as_translation(saying("Más o menos"))) == ("Limited", [], [])


def test_a_machine_translation_fills_what_the_original_has_lost():
    assert first(saying(""), as_translation(saying("Complete"))) == ("Complete", [], [])


def test_a_cut_original_text_stays_before_a_whole_translated_one():
    whole = saying("Limited")
    assert whole.action is not None
    cut = replace(whole, action=replace(whole.action, text="Panels will", partial=True))
    other = as_translation(saying("Complete"))
    merged, _ = merge([other, cut])
    assert said(merged.action) == "Panels will"
    assert merged.machine_translations == other.machine_translations


def test_a_whole_text_comes_before_a_cut_one_of_a_better_source():
    whole = saying("Limited")
    assert whole.action is not None
    better = as_web_page(saying("Complete"))
    better = replace(better, action=replace(whole.action, text="Panels", partial=True))
    assert said(merge([whole, better])[0].action) == whole.action.text


def test_an_alternative_in_unknown_words_is_described_without_a_code():
    merged, _ = merge([saying("Sort of done"), saying("Complete")])
    assert answer(merged, "1.1").status is Status.ANSWERED
    said_of = {
        quad.predicate.value.partition("#")[2]: quad.object
        for quad in describe(merged, IRIs())
        if "answer/1.1>" in f"{quad.subject}"
    }
    assert said_of["alternativeStatedValue"].value == "Sort of done"
    assert "alternativeValue" not in said_of


def test_a_capture_under_two_names_has_both():
    report = saying("Complete")
    named = replace(report, captures=(replace(report.captures[0], names=("other.txt",)),))
    assert merge([report, named])[0].captures[0].names == ("other.txt", "page.txt")
