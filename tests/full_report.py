"""One report that fills every property of the contract (DESIGN 3.2), made by hand, and what describing it says."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from typing import Any

from ogp_graph.describe import describe
from ogp_graph.model import Answer, Capture, Evaluator, Evidence, Report, Result, Source, Span, Status, Value
from ogp_graph.names import DEFAULT_BASE, IRIs
from ogp_graph.vocabulary import term

ONE, TWO = "1" * 64, "2" * 64
KEY = "lindholm-norland-2022-2024-open-budget-0a1b2c3d"
REPORT = f"id/report/{KEY}"
COMMITMENT = f"id/commitment/{KEY}"
FIRST, SECOND = f"{REPORT}/answer/1.1", f"{REPORT}/answer/2.1.1"
TRUE = '"true"^^<http://www.w3.org/2001/XMLSchema#boolean>'


def value(words: str, at: int = 0, *, language: str | None = "en", capture: str = ONE) -> Value:
    """``words`` as if they stood at ``at`` of a capture."""
    return Value(words, Source(capture, Span(at, at + len(words)), words), language)


def name(words: str, at: int = 0) -> Value:
    """The same without a language."""
    return value(words, at, language=None)


ANSWERS = (
    Answer(
        "1.1",
        Status.ANSWERED,
        code="complete",
        stated=value("Complete", 400),
        explanation=value("Every milestone was reached by June.", 410),
        evidence=(
            Evidence(value("Minutes of the forum", 450), ("https://example.org/minutes",)),
            Evidence(value("A report on paper", 480)),
        ),
        alternatives=(("limited", value("Limited", 40, capture=TWO)),),
    ),
    Answer("1.2", Status.ANSWERED, explanation=value("The election delayed the work.", 520)),
    Answer("1.3", Status.ANSWERED, code="all-as-planned", stated=value("All of the milestones", 560)),
    Answer("2.2", Status.ANSWERED, code="yes", stated=value("Yes", 900)),
    Answer("3", Status.ANSWERED, explanation=value("Start with the people who keep the data.", 950)),
)
RESULTS = (
    Result(
        "2.1.1",
        Status.ANSWERED,
        code="yes",
        stated=value("Yes", 600),
        explanation=value("El presupuesto se publica cada mes.", 620, language="es"),
        dimension="access-to-information",
        degree="major",
        degree_status=Status.ANSWERED,
        degree_stated=value("Major", 610),
        degree_alternatives=(("marginal", value("Marginal", 60, capture=TWO)),),
    ),
    Result("2.1.2", Status.LOST, dimension="civic-participation", degree_status=Status.LOST),
    Result("2.1.3", Status.UNRECOGNISED, stated=value("Partly, see annex", 700), dimension="public-accountability"),
    Result("2.1.4", Status.NOT_REACHED, dimension="other"),
)


def full_report() -> Report:
    """A report with everything: captures that contradict each other, a person, an organisation, an unknown label."""
    return Report(
        key=KEY,
        form="eoc",
        captures=(
            Capture(ONE, ("página 1.html",), "text/html", None, "2024-05-06T07:08:09Z"),
            Capture(TWO, ("a.txt", "b.txt"), "text/plain", "https://example.org/es/report"),
        ),
        layouts=((ONE, "html"), (TWO, "L2 cut")),
        title=value("End of Commitment Report – Open budget", 10),
        member="lindholm-norland",
        member_name=name("Lindholm, Norland", 100),
        plan="lindholm-norland-2022-2024",
        plan_title=name("Action plan – Lindholm, Norland, 2022 – 2024", 120),
        start_year=2022,
        end_year=2024,
        commitment_title=value("Open budget", 170),
        commitment_subtitle=value("An open budget for all", 190),
        action=value("Publish the budget every month.", 220),
        action_status=Status.ANSWERED,
        problem=value("Nobody could read the budget.", 260),
        problem_status=Status.ANSWERED,
        border_unknown=True,
        evaluators=(
            Evaluator(1, name("Ada Example", 50), "person", "University of Lindholm"),
            Evaluator(2, name("Forum for Open Budgets", 65), "organization"),
        ),
        evaluator_status=Status.ANSWERED,
        answers=ANSWERS,
        results=RESULTS,
        unassigned=(value("A label that nobody knows", 990),),
        addresses=("https://example.org/report",),
        captures_addresses=((ONE, "https://example.org/report"),),
        machine_translations=(TWO,),
    )


def bare_report() -> Report:
    """A report of which nothing is known but where it was read."""
    return Report("capture-" + ONE, "eoc", (Capture(ONE),), ())


def with_action(words: str) -> Report:
    """The full report with another action."""
    return replace(full_report(), action=value(words, 220))


Things = dict[str, dict[str, set[str]]]


def graph_of(report: Report, graph: str = "report", **options: Any) -> Things:
    """subject -> prefixed or whole property -> objects in N-Triples, of one of the report's two graphs."""
    found: Things = defaultdict(lambda: defaultdict(set))
    for quad in describe(report, IRIs(), **options):
        if quad.graph_name.value == f"{DEFAULT_BASE}graph/{graph}/{report.key}":
            found[quad.subject.value.removeprefix(DEFAULT_BASE)][quad.predicate.value].add(str(quad.object))
    return found


def iri(path: str) -> str:
    """The IRI below the default base, as N-Triples has it."""
    return f"<{DEFAULT_BASE}{path}>"


def said(things: Things, thing: str, one: str) -> set[str]:
    """The objects of a thing's prefixed property."""
    return things[thing].get(term(one), set()) if thing in things else set()


def citations(report: Report, **options: Any) -> Things:
    """field -> what its citation and its selector say."""
    things = graph_of(report, "sources", **options)
    start = f"id/report/{report.key}/source/"
    found = {}
    for thing, told in things.items():
        field = thing.removeprefix(start)
        if not field.endswith("/selector"):
            found[field] = {**told, **things[thing + "/selector"]}
            found[field][term("rdf:type")] = told[term("rdf:type")] | things[thing + "/selector"][term("rdf:type")]
    return found
