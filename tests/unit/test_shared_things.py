"""Members and plans: described once, whoever names them and in whatever order."""

from __future__ import annotations

import random

from ogp_graph.describe import describe_shared, lines, mention
from ogp_graph.members import Member
from ogp_graph.model import Mention
from ogp_graph.names import IRIs
from ogp_graph.vocabulary import OGPV, term
from tests.full_report import KEY, ONE, bare_report, full_report, iri

PLAN = "catalonia-spain-2021-2022"
MENTIONS = [
    Mention("r1", "catalonia-spain", "Cataluña (España)", PLAN, "Plan de acción – Cataluña", 2021, 2022),
    Mention("r2", "catalonia-spain", "Catalonia, Spain", PLAN, "Action plan – Catalonia", 2021, 2022),
    Mention("r3", "catalonia-spain", "Cataluña (España)", PLAN, "Plan de acción – Cataluña", 2021, 2022),
    Mention("r4", "nowhere", "Nowhere", None, None, None, None),
    Mention("r5"),
]  # fmt: skip
REGISTRY = {
    "catalonia-spain": Member("catalonia-spain", "Catalonia, Spain", ("Cataluña (España)", "Catalunya"), "admin1")
}


def test_each_member_and_plan_is_described_once() -> None:
    plan, member = iri("id/plan/catalonia-spain-2021-2022"), iri("id/member/catalonia-spain")
    graph = iri("graph/meta")
    gyear, kind = term("xsd:gYear"), f"<{term('rdf:type')}>"
    assert lines(describe_shared(MENTIONS, IRIs(), REGISTRY)).split("\n") == sorted([
        f"{member} {kind} <{OGPV}Member> {graph} .",
        f'{member} <{term("skos:prefLabel")}> "Catalonia, Spain" {graph} .',
        f'{member} <{term("skos:altLabel")}> "Cataluña (España)" {graph} .',
        f"{member} <{OGPV}level> {iri('code/level/admin1')} {graph} .",
        f"{iri('id/member/nowhere')} {kind} <{OGPV}Member> {graph} .",
        f'{iri("id/member/nowhere")} <{term("skos:prefLabel")}> "Nowhere" {graph} .',
        f"{plan} {kind} <{OGPV}ActionPlan> {graph} .",
        f'{plan} <{term("dcterms:title")}> "Action plan – Catalonia" {graph} .',
        f'{plan} <{term("skos:altLabel")}> "Plan de acción – Cataluña" {graph} .',
        f"{plan} <{OGPV}member> {member} {graph} .",
        f'{plan} <{OGPV}startYear> "2021"^^<{gyear}> {graph} .',
        f'{plan} <{OGPV}endYear> "2022"^^<{gyear}> {graph} .',
    ])  # fmt: skip


def test_an_unregistered_member_has_its_smallest_spelling_as_label() -> None:
    text = lines(describe_shared(MENTIONS, IRIs()))
    assert f'<{term("skos:prefLabel")}> "Catalonia, Spain"' in text
    assert f'<{term("skos:altLabel")}> "Cataluña (España)"' in text


def test_of_two_english_plan_titles_the_one_that_most_reports_give_wins() -> None:
    titles = ["Action plan – A", "Action plan – B", "Action plan – B", "Plan – A"]
    mentions = [Mention(f"r{n}", None, None, "p", title) for n, title in enumerate(titles)]
    text = lines(describe_shared(mentions, IRIs()))
    assert f'<{term("dcterms:title")}> "Action plan – B"' in text
    assert text.count(term("dcterms:title")) == 1


def test_shared_things_do_not_depend_on_the_order_of_the_mentions() -> None:
    expected = lines(describe_shared(MENTIONS, IRIs(), REGISTRY))
    for seed in range(20):
        shuffled = random.Random(seed).sample(MENTIONS * 2, len(MENTIONS) * 2)
        assert lines(describe_shared(shuffled, IRIs(), REGISTRY)) == expected


def test_a_mention_is_what_the_report_says_of_what_it_shares() -> None:
    assert mention(full_report()) == Mention(
        KEY, "lindholm-norland", "Lindholm, Norland", "lindholm-norland-2022-2024",
        "Action plan – Lindholm, Norland, 2022 – 2024", 2022, 2024,
        "Open budget", "publish the budget every month nobody could read the budget",
    )  # fmt: skip
    assert mention(bare_report()) == Mention("capture-" + ONE)
