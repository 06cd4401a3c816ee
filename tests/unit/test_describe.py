"""Every property of the contract is there when there is something to say, and nothing when there is not."""

from __future__ import annotations

from dataclasses import fields, replace

import pyoxigraph as ox
import pytest

from ogp_graph.describe import END_OF_COMMITMENT, FormTerms, describe, form_terms, lines
from ogp_graph.forms import load_form
from ogp_graph.model import Evaluator, Report
from ogp_graph.names import DEFAULT_BASE, IRIs
from ogp_graph.vocabulary import OGPV, term
from tests.full_report import (
    COMMITMENT,
    FIRST,
    KEY,
    ONE,
    REPORT,
    SECOND,
    TRUE,
    TWO,
    bare_report,
    full_report,
    graph_of,
    iri,
    name,
    said,
    value,
)  # fmt: skip

EX = "https://example.org/graph/"

CONTRACT = [
    (REPORT, "rdf:type", {f"<{OGPV}Report>", f"<{OGPV}EndOfCommitmentReport>"}),
    (REPORT, "dcterms:title", {'"End of Commitment Report – Open budget"@en'}),
    (REPORT, "ogpv:commitment", {iri(COMMITMENT)}),
    (REPORT, "ogpv:evaluator", {iri(f"id/evaluator/{KEY}/1"), iri(f"id/evaluator/{KEY}/2")}),
    (REPORT, "ogpv:evaluatorStatus", {iri("code/status/answered")}),
    (REPORT, "ogpv:answer", {iri(f"{REPORT}/answer/{q}") for q in
                             ("1.1", "1.2", "1.3", "2.1.1", "2.1.2", "2.1.3", "2.1.4", "2.2", "3")}),
    (REPORT, "ogpv:factors", {'"The election delayed the work."@en'}),
    (REPORT, "ogpv:lesson", {'"Start with the people who keep the data."@en'}),
    (REPORT, "ogpv:completion", {iri("code/completion/complete")}),
    (REPORT, "ogpv:asPlanned", {iri("code/as-planned/all-as-planned")}),
    (REPORT, "ogpv:problemAddressed", {iri("code/result/yes")}),
    (REPORT, "ogpv:unassignedText", {'"A label that nobody knows"@en'}),
    (REPORT, "prov:wasDerivedFrom", {iri(f"id/capture/{ONE}"), iri(f"id/capture/{TWO}")}),
    (COMMITMENT, "rdf:type", {f"<{OGPV}Commitment>"}),
    (COMMITMENT, "dcterms:title", {'"Open budget"@en'}),
    (COMMITMENT, "ogpv:subtitle", {'"An open budget for all"@en'}),
    (COMMITMENT, "ogpv:actionPlan", {iri("id/plan/lindholm-norland-2022-2024")}),
    (COMMITMENT, "ogpv:action", {'"Publish the budget every month."@en'}),
    (COMMITMENT, "ogpv:problem", {'"Nobody could read the budget."@en'}),
    (COMMITMENT, "ogpv:actionStatus", {iri("code/status/answered")}),
    (COMMITMENT, "ogpv:problemStatus", {iri("code/status/answered")}),
    (COMMITMENT, "ogpv:borderUnknown", {TRUE}),
    (f"id/evaluator/{KEY}/1", "rdf:type", {f"<{OGPV}Evaluator>", f"<{term('foaf:Person')}>"}),
    (f"id/evaluator/{KEY}/1", "foaf:name", {'"Ada Example"'}),
    (f"id/evaluator/{KEY}/1", "ogpv:affiliation", {'"University of Lindholm"'}),
    (f"id/evaluator/{KEY}/2", "rdf:type", {f"<{OGPV}Evaluator>", f"<{term('foaf:Organization')}>"}),
    (f"id/evaluator/{KEY}/2", "ogpv:affiliation", set()),
    (FIRST, "rdf:type", {f"<{OGPV}Answer>"}),
    (FIRST, "ogpv:question", {iri("code/question/eoc-1.1")}),
    (FIRST, "ogpv:status", {iri("code/status/answered")}),
    (FIRST, "ogpv:value", {iri("code/completion/complete")}),
    (FIRST, "ogpv:statedValue", {'"Complete"'}),
    (FIRST, "ogpv:alternativeValue", {iri("code/completion/limited")}),
    (FIRST, "ogpv:alternativeStatedValue", {'"Limited"'}),
    (FIRST, "ogpv:explanation", {'"Every milestone was reached by June."@en'}),
    (FIRST, "ogpv:dimension", set()),
    (f"{REPORT}/answer/1.2", "ogpv:explanation", {'"The election delayed the work."@en'}),
    (f"{REPORT}/answer/1.2", "ogpv:value", set()),
    (SECOND, "rdf:type", {f"<{OGPV}Answer>", f"<{OGPV}Result>"}),
    (SECOND, "ogpv:value", {iri("code/result/yes")}),
    (SECOND, "ogpv:explanation", {'"El presupuesto se publica cada mes."@es'}),
    (SECOND, "ogpv:dimension", {iri("code/dimension/access-to-information")}),
    (SECOND, "ogpv:degree", {iri("code/degree/major")}),
    (SECOND, "ogpv:degreeStatus", {iri("code/status/answered")}),
    (SECOND, "ogpv:degreeStatedValue", {'"Major"'}),
    (SECOND, "ogpv:degreeAlternativeValue", {iri("code/degree/marginal")}),
    (f"{REPORT}/answer/2.1.2", "ogpv:status", {iri("code/status/lost")}),
    (f"{REPORT}/answer/2.1.2", "ogpv:degreeStatus", {iri("code/status/lost")}),
    (f"{REPORT}/answer/2.1.2", "ogpv:value", set()),
    (f"{REPORT}/answer/2.1.3", "ogpv:statedValue", {'"Partly, see annex"'}),
    (f"{REPORT}/answer/2.1.3", "ogpv:value", set()),
    (f"{REPORT}/answer/2.1.3", "ogpv:degreeStatus", set()),
    (f"{REPORT}/answer/2.1.4", "ogpv:status", {iri("code/status/not-reached")}),
    (f"id/capture/{ONE}", "rdf:type", {f"<{OGPV}Capture>"}),
    (f"id/capture/{ONE}", "dcterms:source", {"<https://example.org/report>"}),
    (f"id/capture/{ONE}", "dcterms:identifier", {'"p%C3%A1gina%201.html"'}),
    (f"id/capture/{ONE}", "ogpv:sha256", {f'"{ONE}"'}),
    (f"id/capture/{ONE}", "dcat:mediaType", {'"text/html"'}),
    (f"id/capture/{ONE}", "ogpv:layout", {'"html"'}),
    (f"id/capture/{ONE}", "prov:generatedAtTime", {f'"2024-05-06T07:08:09Z"^^<{term("xsd:dateTime")}>'}),
    (f"id/capture/{ONE}", "ogpv:machineTranslation", set()),
    (f"id/capture/{TWO}", "dcterms:source", {"<https://example.org/es/report>"}),
    (f"id/capture/{TWO}", "dcterms:identifier", {'"a.txt"', '"b.txt"'}),
    (f"id/capture/{TWO}", "ogpv:layout", {'"L2 cut"'}),
    (f"id/capture/{TWO}", "prov:generatedAtTime", set()),
    (f"id/capture/{TWO}", "ogpv:machineTranslation", {TRUE}),
]  # fmt: skip


@pytest.mark.parametrize(
    ("thing", "one", "expected"), CONTRACT, ids=[f"{t.rpartition('/')[2]}-{p}" for t, p, _ in CONTRACT]
)
def test_a_report_says_what_the_contract_lists(thing: str, one: str, expected: set[str]) -> None:
    assert said(graph_of(full_report()), thing, one) == expected


def test_evidence_has_its_words_and_its_target_when_the_page_gives_one() -> None:
    things = graph_of(full_report())
    evidence = [things[node[1:-1].removeprefix(DEFAULT_BASE)] for node in said(things, FIRST, "ogpv:evidence")]
    told = {(*e[term("dcterms:title")], *e.get(term("schema:url"), ())) for e in evidence}
    assert told == {('"Minutes of the forum"@en', "<https://example.org/minutes>"), ('"A report on paper"@en',)}
    assert all(e[term("rdf:type")] == {f"<{OGPV}Evidence>"} for e in evidence)


def test_member_and_plan_are_named_and_not_described() -> None:
    things = graph_of(full_report())
    assert not [thing for thing in things if thing.startswith(("id/member/", "id/plan/"))]


def test_a_report_of_which_nothing_is_known_says_only_where_it_was_read() -> None:
    things = graph_of(bare_report())
    (report,) = (thing for thing in things if thing.startswith("id/report/"))
    assert set(things) == {report, f"id/capture/{ONE}"}
    assert set(things[report]) == set(map(term, ("rdf:type", "ogpv:evaluatorStatus", "prov:wasDerivedFrom")))
    assert set(things[f"id/capture/{ONE}"]) == set(map(term, ("rdf:type", "ogpv:sha256", "dcat:mediaType")))
    assert not graph_of(bare_report(), "sources")


@pytest.mark.parametrize(
    "field", [f.name for f in fields(Report) if f.name not in ("key", "form", "captures", "layouts")]
)
def test_a_report_without_one_field_is_still_described(field: str) -> None:
    default = next(f for f in fields(Report) if f.name == field).default
    everything = {str(q) for q in describe(full_report(), IRIs())}
    rest = {str(q) for q in describe(replace(full_report(), **{field: default}), IRIs())}
    assert len(rest) <= len(everything)
    assert f"<{DEFAULT_BASE}{REPORT}>" in "".join(rest)


def test_a_commitment_without_a_title_keeps_its_text() -> None:
    things = graph_of(replace(bare_report(), action=value("Publish everything.")))
    commitment = f"id/commitment/capture-{ONE}"
    assert said(things, commitment, "ogpv:action") == {'"Publish everything."@en'}
    assert not said(things, commitment, "dcterms:title")


def test_there_are_no_blank_nodes_and_no_other_graphs() -> None:
    quads = describe(full_report(), IRIs())
    assert {q.graph_name.value for q in quads} == {IRIs().report_graph(KEY), IRIs().sources_graph(KEY)}
    assert not any(isinstance(part, ox.BlankNode) for q in quads for part in (q.subject, q.object))


def test_every_iri_of_a_thing_is_below_the_base_in_force() -> None:
    text = lines(describe(full_report(), IRIs(EX)))
    assert DEFAULT_BASE not in text.replace(OGPV, "")
    assert f"<{EX}{REPORT}>" in text


def test_another_form_brings_its_own_classes_and_questions() -> None:
    form = FormTerms((OGPV + "InceptionReport",))
    things = graph_of(full_report(), form=form)
    assert said(things, REPORT, "rdf:type") == {f"<{OGPV}InceptionReport>"}
    assert said(things, REPORT, "ogpv:completion") == set()
    assert said(things, FIRST, "ogpv:value") == {iri("code/result/complete")}


def test_names_have_no_language() -> None:
    things = graph_of(replace(full_report(), evaluators=(Evaluator(1, name("Ada"), "person"),)))
    assert said(things, f"id/evaluator/{KEY}/1", "foaf:name") == {'"Ada"'}


def test_the_terms_of_a_form_are_read_from_its_file() -> None:
    assert form_terms(load_form()) == END_OF_COMMITMENT
