"""Queries meet the fate of their folder: examples answer, checks find what they are for and nothing else."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pyoxigraph as ox
import pytest

from ogp_graph.engine import Direct, bindings, run_checks, scan
from ogp_graph.errors import DefinitionError
from ogp_graph.formats import FORMATS
from ogp_graph.model import Severity, Span
from ogp_graph.queries import CHECKS, EXAMPLES, PAGES, load_queries
from ogp_graph.settings import settings_from
from ogp_graph.vocabulary import PREFIXES, data_folder, definition_graph

if TYPE_CHECKING:
    from pathlib import Path

    from ogp_graph.queries import Query

EXAMPLE_QUERIES = load_queries(data_folder("queries") / EXAMPLES)
CHECK_QUERIES = load_queries(data_folder("queries") / CHECKS)
PAGE_QUERIES = load_queries(data_folder("queries") / PAGES)

BASE = "https://w3id.org/ogp-graph/"
REPORT = "<id/report/r> a ogpv:Report ; ogpv:commitment <id/commitment/r> ; ogpv:answer <id/report/r/answer/1.1> . "
PLAN = '<id/plan/p> a ogpv:ActionPlan ; ogpv:startYear "2022"^^xsd:gYear ; ogpv:endYear "2024"^^xsd:gYear ; '
CITED = """GRAPH <graph/sources/r> { <id/report/r/source/x> ogpv:supports <id/report/r/answer/1.1> ;
    ogpv:supportsProperty ogpv:statedValue, ogpv:explanation, ogpv:degreeStatedValue . }"""
FIRST = "<id/report/r/answer/1.1> ogpv:question <code/question/eoc-1.1> ; "

GLASGOW = "glasgow-united-kingdom"
LEDGER = f"{GLASGOW}-2021-2023-a-public-ledger-for-the-clean-air-fund-9ec6ce56"
ASKED = {
    "member": f"id/member/{GLASGOW}",
    "plan": f"id/plan/{GLASGOW}-2021-2023",
    "report": f"id/report/{LEDGER}",
    "code": "code/completion/complete",
    "graph": f"graph/report/{LEDGER}",
    "thing": f"id/commitment/{LEDGER}",
    "dataset": "dataset",
}

CAUGHT = {
    "answer-without-question": REPORT,
    "captures-contradict": REPORT + FIRST + 'ogpv:statedValue "Yes" ; ogpv:alternativeStatedValue "No" .' + CITED,
    "code-that-is-not-defined": REPORT + FIRST + "ogpv:status <code/status/unheard-of> .",
    "e-mail-address": '<id/evaluator/r/1> foaf:name "Ada (ada@example.org)" .',
    "evaluator-named-twice": """<id/report/r> ogpv:evaluator <id/evaluator/r/1>, <id/evaluator/r/2> .
        <id/evaluator/r/1> foaf:name "Ada" . <id/evaluator/r/2> foaf:name "ADA" .""",
    "one-address-two-reports": """<id/report/r> prov:wasDerivedFrom <id/capture/1> . <id/report/s> prov:wasDerivedFrom
        <id/capture/2> . <id/capture/1> dcterms:source <http://x/> . <id/capture/2> dcterms:source <http://x/> .
        <id/report/s> dcterms:title "Trees" .""",
    "one-title-two-commitments": """<id/report/r> ogpv:commitment <id/commitment/r> .
        <id/commitment/r> ogpv:actionPlan <id/plan/p> ; dcterms:title "Trees: more" .
        <id/commitment/s> ogpv:actionPlan <id/plan/p> ; dcterms:title "TREES – more." .""",
    "plan-longer-than-five-years": """<id/plan/p> a ogpv:ActionPlan ; dcterms:title "Plan" ;
        ogpv:startYear "2012"^^xsd:gYear ; ogpv:endYear "2022"^^xsd:gYear .""",
    "plan-of-two-members": """<id/plan/p> dcterms:title "Plan" ; ogpv:member <id/member/m>, <id/member/n> .
        <id/member/m> skos:prefLabel "Makueni" . <id/member/n> skos:prefLabel "Nandi" .""",
    "plan-with-two-spellings": PLAN + 'dcterms:title "Plan, 2022 – 2024" ; skos:altLabel "Plan 2022-2024" .',
    "plan-years-contradict-title": PLAN + 'dcterms:title "Action plan, 2021 – 2024" .',
    "report-and-answer-disagree": REPORT + FIRST + """ogpv:value <code/completion/limited> .
        <id/report/r> ogpv:completion <code/completion/complete> .""",
    "two-members-one-spelling": """<id/member/m> a ogpv:Member ; skos:prefLabel "Makueni, Kenya" .
        <id/member/n> a ogpv:Member ; skos:prefLabel "Makueni" ; skos:altLabel "makueni, kenya" .""",
    "value-without-citation": REPORT + FIRST + 'ogpv:explanation "It works."@en .',
}  # fmt: skip


BY_ADDRESS = {"code-that-is-not-defined", "e-mail-address"}
"""Checks of what the program does, not of what pages say: what they find may have no name."""
ABOUT = {
    "answer-without-question": "<id/report/r/answer/1.1>",
    "code-that-is-not-defined": "<id/report/r/answer/1.1>",
    "evaluator-named-twice": "<id/evaluator/r/2>",
    "one-address-two-reports": "<id/capture/1>",
    "one-title-two-commitments": "<id/commitment/r>",
    "plan-longer-than-five-years": "<id/plan/p>",
    "plan-of-two-members": "<id/plan/p>",
    "plan-with-two-spellings": "<id/plan/p>",
    "plan-years-contradict-title": "<id/plan/p>",
    "report-and-answer-disagree": "<id/report/r>",
    "two-members-one-spelling": "<id/member/m>",
    "value-without-citation": "<id/report/r/answer/1.1>",
}
"""What each check's finding is about; not those whose message must not lead to a name or is told by merging."""
READ = """GRAPH <graph/sources/r> {{ <id/report/r/source/y> ogpv:supports {thing} ;
    ogpv:supportsProperty {one} ; oa:hasSource <id/capture/1> ; oa:hasSelector <id/report/r/source/y/selector> .
    <id/report/r/source/y/selector> oa:start "{start}"^^xsd:nonNegativeInteger ;
        oa:end "{end}"^^xsd:nonNegativeInteger . }}"""


def engine_with(trig: str) -> Direct:
    """The definitions and what ``trig`` says."""
    store = ox.Store()
    store.extend(definition_graph())
    prefixes = "".join(f"@prefix {name}: <{iri}> .\n" for name, iri in PREFIXES.items())
    store.load((prefixes + trig).encode(), format=ox.RdfFormat.TRIG, base_iri=BASE)
    return Direct(store)


def rows(engine: Direct, query: Query) -> list[object]:
    if scan(query.text, settings_from({})).makes_graph:
        return engine.query(query.text, format=FORMATS["ntriples"]).read().splitlines()
    return list(bindings(engine.query(query.text, format=FORMATS["json"]))[1])


def named(query: Query) -> str:
    return query.name


@pytest.fixture(scope="module")
def released(sample_release: Path) -> Direct:
    return Direct(ox.Store.read_only(str(sample_release / "store")))


@pytest.mark.parametrize("query", EXAMPLE_QUERIES, ids=named)
def test_every_example_answers_on_the_sample_release(released: Direct, query: Query) -> None:
    assert rows(released, query)


@pytest.mark.parametrize("query", EXAMPLE_QUERIES, ids=named)
def test_an_example_gives_the_same_rows_in_the_same_order_every_time(released: Direct, query: Query) -> None:
    assert rows(released, query) == rows(released, query)


@pytest.mark.parametrize("query", PAGE_QUERIES, ids=named)
def test_what_a_page_offers_to_ask_about_its_thing_has_an_answer(released: Direct, query: Query) -> None:
    about = replace(query, text=query.text.replace("urn:example:this", BASE + ASKED[query.name]))
    assert about.text != query.text
    assert rows(released, about)


def test_the_sample_release_violates_no_check(released: Direct) -> None:
    found = run_checks(released, CHECK_QUERIES)
    assert [finding for finding in found if finding.severity is Severity.VIOLATION] == []


@pytest.mark.parametrize("query", CHECK_QUERIES, ids=named)
def test_a_check_finds_what_it_is_for(query: Query) -> None:
    found = run_checks(engine_with(CAUGHT[query.name]), [query])
    assert [(finding.code, finding.severity) for finding in found] == [(query.name, query.severity)]
    assert found[0].message
    assert (BASE in found[0].message) == (query.name in BY_ADDRESS), "a reader knows names, not addresses"


@pytest.mark.parametrize("name", sorted(ABOUT))
def test_a_finding_of_a_check_leads_to_the_place_in_the_capture(name: str) -> None:
    read = READ.format(thing=ABOUT[name], one="ogpv:whatever", start=3, end=9)
    (found,) = run_checks(engine_with(CAUGHT[name] + read), [query for query in CHECK_QUERIES if query.name == name])
    assert (found.capture, found.span) == ("1", None if name == "one-address-two-reports" else Span(3, 9))


def test_the_place_is_that_of_the_property_in_the_report_that_the_finding_names() -> None:
    name, thing = "one-title-two-commitments", "<id/commitment/r>"
    other = READ.format(thing=thing, one="dcterms:title", start=1, end=2).replace("/r/", "/q/").replace("s/r>", "s/q>")
    before = READ.format(thing=thing, one="ogpv:action", start=3, end=4).replace("source/y", "source/a")
    title = READ.format(thing=thing, one="dcterms:title", start=5, end=6)
    engine = engine_with(CAUGHT[name] + other + before + title)
    (found,) = run_checks(engine, [query for query in CHECK_QUERIES if query.name == name])
    assert (found.report, found.span) == ("r", Span(5, 6))


def test_a_finding_of_a_check_names_its_report() -> None:
    found = run_checks(engine_with(CAUGHT["value-without-citation"]), CHECK_QUERIES)
    assert {finding.report for finding in found} == {"r"}


def test_each_two_commitments_of_a_plan_with_one_title_are_a_finding_and_those_of_two_plans_are_none() -> None:
    titles = {
        "r": ("p", "Trees: more"),
        "s": ("p", "TREES – more."),
        "t": ("p", "trees more"),
        "u": ("q", "Trees: more"),
        "v": ("p", "More trees"),
    }
    described = " ".join(
        f"""<id/report/{name}> ogpv:commitment <id/commitment/{name}> .
            <id/commitment/{name}> ogpv:actionPlan <id/plan/{plan}> ; dcterms:title "{title}" ."""
        for name, (plan, title) in titles.items()
    )
    found = run_checks(
        engine_with(described), [one for one in CHECK_QUERIES if one.name == "one-title-two-commitments"]
    )
    pairs = [(finding.report, finding.message.rpartition("“")[2]) for finding in found]
    assert pairs == [("r", "TREES – more.”."), ("r", "trees more”."), ("s", "trees more”.")]


def test_the_message_about_an_address_does_not_repeat_it() -> None:
    found = run_checks(engine_with(CAUGHT["e-mail-address"]), CHECK_QUERIES)
    assert found
    assert all("@" not in finding.message for finding in found)


def test_an_empty_release_breaks_no_check() -> None:
    assert run_checks(engine_with(""), CHECK_QUERIES) == ()


def test_a_check_with_other_columns_is_a_wrong_definition() -> None:
    wrong = replace(CHECK_QUERIES[0], text="SELECT ?report { ?report a ?kind }")
    with pytest.raises(DefinitionError):
        run_checks(engine_with(""), [wrong])
