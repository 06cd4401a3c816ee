"""Every value taken from a page says which capture, which characters and which words it was read from."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ogp_graph.members import Member
from ogp_graph.model import Answer, Evidence, Status
from ogp_graph.vocabulary import term
from tests.full_report import (
    COMMITMENT,
    FIRST,
    KEY,
    REPORT,
    SECOND,
    TWO,
    bare_report,
    citations,
    full_report,
    graph_of,
    iri,
    said,
    value,
    with_action,
)  # fmt: skip

CITED = {
    "title": (REPORT, "dcterms:title"),
    "unassigned-1": (REPORT, "ogpv:unassignedText"),
    "commitment-title": (COMMITMENT, "dcterms:title"),
    "commitment-subtitle": (COMMITMENT, "ogpv:subtitle"),
    "action": (COMMITMENT, "ogpv:action"),
    "problem": (COMMITMENT, "ogpv:problem"),
    "member": ("id/member/lindholm-norland", "skos:prefLabel"),
    "plan-title": ("id/plan/lindholm-norland-2022-2024", "dcterms:title", "ogpv:startYear", "ogpv:endYear"),
    "evaluator-1": (f"id/evaluator/{KEY}/1", "foaf:name", "ogpv:affiliation"),
    "evaluator-2": (f"id/evaluator/{KEY}/2", "foaf:name"),
    "answer-1.1-value": (FIRST, "ogpv:value", "ogpv:statedValue"),
    "answer-1.1-explanation": (FIRST, "ogpv:explanation"),
    f"answer-1.1-alternative-{TWO[:8]}": (FIRST, "ogpv:alternativeValue", "ogpv:alternativeStatedValue"),
    "completion": (REPORT, "ogpv:completion"),
    "answer-1.2-explanation": (f"{REPORT}/answer/1.2", "ogpv:explanation"),
    "factors": (REPORT, "ogpv:factors"),
    "answer-1.3-value": (f"{REPORT}/answer/1.3", "ogpv:value", "ogpv:statedValue"),
    "as-planned": (REPORT, "ogpv:asPlanned"),
    "answer-2.2-value": (f"{REPORT}/answer/2.2", "ogpv:value", "ogpv:statedValue"),
    "problem-addressed": (REPORT, "ogpv:problemAddressed"),
    "answer-3-explanation": (f"{REPORT}/answer/3", "ogpv:explanation"),
    "lesson": (REPORT, "ogpv:lesson"),
    "answer-2.1.1-value": (SECOND, "ogpv:value", "ogpv:statedValue"),
    "answer-2.1.1-explanation": (SECOND, "ogpv:explanation"),
    "answer-2.1.1-degree": (SECOND, "ogpv:degree", "ogpv:degreeStatedValue"),
    "answer-2.1.3-value": (f"{REPORT}/answer/2.1.3", "ogpv:statedValue"),
}


def test_every_value_is_cited_under_the_name_of_its_field() -> None:
    told = citations(full_report())
    evidence = {field for field in told if field.startswith("answer-1.1-evidence-")}
    alternative = {f"answer-2.1.1-degree-alternative-{TWO[:8]}"}
    assert set(told) == set(CITED) | evidence | alternative
    assert len(evidence) == 2


@pytest.mark.parametrize("field", CITED)
def test_a_citation_names_the_thing_the_property_and_the_characters(field: str) -> None:
    told, (thing, *properties) = citations(full_report())[field], CITED[field]
    assert told[term("ogpv:supports")] == {iri(thing)}
    assert told[term("ogpv:supportsProperty")] == {f"<{term(one)}>" for one in properties}
    assert len(told[term("oa:hasSource")]) == len(told[term("oa:exact")]) == 1
    (start,), (end,), (quote,) = (told[term(one)] for one in ("oa:start", "oa:end", "oa:exact"))
    count = f"^^<{term('xsd:nonNegativeInteger')}>"
    assert start.endswith(count)
    assert int(end.removesuffix(count)[1:-1]) - int(start.removesuffix(count)[1:-1]) == len(quote) - 2
    assert told[term("rdf:type")] == {f"<{term(t)}>" for t in (
        "ogpv:Citation", "oa:SpecificResource", "oa:TextPositionSelector", "oa:TextQuoteSelector")}  # fmt: skip


# What describes a capture or how it was read, and is not read from it.
UNREAD = {
    *map(term, ("ogpv:sha256", "dcat:mediaType", "dcterms:identifier", "ogpv:layout", "prov:generatedAtTime")),
    *map(term, ("ogpv:borderUnknown", "ogpv:machineTranslation")),
}


def test_every_text_and_every_code_of_the_report_has_a_citation() -> None:
    things, told = graph_of(full_report()), citations(full_report())
    supported = {
        (thing, one)
        for c in told.values()
        for thing in c[term("ogpv:supports")]
        for one in c[term("ogpv:supportsProperty")]
    }
    for thing, statements in things.items():
        for one, objects in statements.items():
            coded = any("/code/" in o and "/status/" not in o and "/question/" not in o for o in objects)
            written = any(o.startswith('"') for o in objects) and one not in UNREAD
            if (written or coded) and one != term("ogpv:dimension"):
                assert (iri(thing), f"<{one}>") in supported, (thing, one)


def test_a_long_quote_is_given_by_its_first_and_last_eight_words() -> None:
    told = citations(with_action(" ".join(f"word{n}" for n in range(60))))["action"]
    assert term("oa:exact") not in told
    assert told[term("ogpv:startQuote")] == {'"' + " ".join(f"word{n}" for n in range(8)) + '"'}
    assert told[term("ogpv:endQuote")] == {'"' + " ".join(f"word{n}" for n in range(52, 60)) + '"'}


def test_a_long_quote_without_spaces_stays_short() -> None:
    told = citations(with_action("x" * 10_000_000))["action"]
    assert told[term("ogpv:startQuote")] == told[term("ogpv:endQuote")] == {'"' + "x" * 160 + '"'}


def test_start_and_end_quotes_keep_the_space_between_words() -> None:
    told = citations(with_action("one\n\ntwo " + "and so on " * 40 + "the  end"))["action"]
    assert told[term("ogpv:startQuote")] == {r'"one\n\ntwo and so on and so on"'}
    assert told[term("ogpv:endQuote")] == {'"and so on and so on the  end"'}


def test_evidence_that_a_page_repeats_is_one_thing_with_one_citation() -> None:
    twice = (Evidence(value("Minutes", 10)), Evidence(value("Minutes", 90)))
    report = replace(bare_report(), answers=(Answer("1.1", Status.EMPTY, evidence=twice),))
    ((_, told),) = citations(report).items()
    assert told[term("oa:start")] == {f'"10"^^<{term("xsd:nonNegativeInteger")}>'}


def test_two_alternatives_of_one_capture_are_cited_apart() -> None:
    other = (("limited", value("Limited", 40, capture=TWO)), ("substantial", value("Substantial", 80, capture=TWO)))
    answer = Answer("1.1", Status.ANSWERED, "complete", value("Complete"), alternatives=other)
    told = citations(replace(bare_report(), answers=(answer,)))
    assert {"answer-1.1-alternative-22222222", "answer-1.1-alternative-22222222-2"} <= set(told)


def test_an_unrecognised_alternative_keeps_its_words_without_a_code() -> None:
    answer = Answer("1.1", Status.ANSWERED, "complete", value("Complete"), alternatives=(("", value("Half done")),))
    report = replace(bare_report(), answers=(answer,))
    thing = f"id/report/{report.key}/answer/1.1"
    assert said(graph_of(report), thing, "ogpv:alternativeStatedValue") == {'"Half done"'}
    assert not said(graph_of(report), thing, "ogpv:alternativeValue")


def test_the_citation_of_a_members_spelling_knows_the_registered_label() -> None:
    registry = {"lindholm-norland": Member("lindholm-norland", "Lindholm", ("Lindholm, Norland",), None)}
    told = citations(full_report(), registry=registry)["member"]
    assert told[term("ogpv:supportsProperty")] == {f"<{term('skos:altLabel')}>"}
