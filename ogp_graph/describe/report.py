"""What one report says, as quads: the report in ``graph/report/KEY``, its citations in ``graph/sources/KEY``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pyoxigraph import Literal, NamedNode, Quad

from ogp_graph.describe.citations import Citations
from ogp_graph.describe.form import END_OF_COMMITMENT
from ogp_graph.describe.terms import code, file_name, prose, text, web_iri
from ogp_graph.model import Result
from ogp_graph.vocabulary import node

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ogp_graph.describe.form import FormTerms, QuestionTerms
    from ogp_graph.members import Member
    from ogp_graph.model import Answer, Capture, Evaluator, Evidence, Report, Status, Value
    from ogp_graph.names import IRIs

__all__ = ["describe"]

_TYPE = node("rdf:type")
_TITLE = node("dcterms:title")
_TRUE = Literal("true", datatype=node("xsd:boolean"))
_KINDS = {"person": node("foaf:Person"), "organization": node("foaf:Organization")}


@dataclass(frozen=True, slots=True)
class _Choice:
    """The properties of a closed answer, and the names of its citations."""

    value: NamedNode
    stated: NamedNode
    alternative: NamedNode
    alternative_stated: NamedNode
    cited: str
    alternative_cited: str


_VALUE = _Choice(
    node("ogpv:value"),
    node("ogpv:statedValue"),
    node("ogpv:alternativeValue"),
    node("ogpv:alternativeStatedValue"),
    "value",
    "alternative",
)
_DEGREE = _Choice(
    node("ogpv:degree"),
    node("ogpv:degreeStatedValue"),
    node("ogpv:degreeAlternativeValue"),
    node("ogpv:degreeAlternativeStatedValue"),
    "degree",
    "degree-alternative",
)


def describe(
    report: Report,
    iris: IRIs,
    *,
    form: FormTerms = END_OF_COMMITMENT,
    registry: Mapping[str, Member] | None = None,
) -> list[Quad]:
    """Every statement that ``report`` makes and the citation of every value in it; a statement may occur twice.

    Its member and its plan are named only (:func:`ogp_graph.describe.describe_shared` describes them). A report
    without member, plan or title is described as far as it goes. ``registry`` tells whether the member's spelling
    is its label or another one, for the citation of it."""
    said = _Statements(report, iris, form)
    said.report()
    said.commitment()
    said.shared(registry or {})
    for capture in report.captures:
        said.capture(capture)
    for evaluator in report.evaluators:
        said.evaluator(evaluator)
    for answer in (*report.answers, *report.results):
        said.answer(answer)
    return said.quads + said.citations.quads


class _Statements:
    """The statements of one report, in the making; one method for each class of thing."""

    def __init__(self, report: Report, iris: IRIs, form: FormTerms) -> None:
        self.quads: list[Quad] = []
        self.citations = Citations(iris, report.key)
        self.of, self.iris, self.form = report, iris, form
        self.node = NamedNode(iris.report(report.key))
        self.graph = NamedNode(iris.report_graph(report.key))

    def say(self, thing: NamedNode, one: NamedNode, value: NamedNode | Literal) -> None:
        self.quads.append(Quad(thing, one, value, self.graph))

    def tell(self, thing: NamedNode, one: NamedNode, value: Value | None, cited: str) -> None:
        """Says a text of the page and cites it; None says nothing."""
        if value is not None:
            self.say(thing, one, prose(value.text, value.language))
            self.citations.cite(cited, thing, value, one)

    def status(self, thing: NamedNode, one: NamedNode, status: Status) -> None:
        self.say(thing, one, code(self.iris, "status", status))

    def report(self) -> None:
        report, thing = self.of, self.node
        for kind in self.form.classes:
            self.say(thing, _TYPE, NamedNode(kind))
        self.tell(thing, _TITLE, report.title, "title")
        self.status(thing, node("ogpv:evaluatorStatus"), report.evaluator_status)
        for number, value in enumerate(report.unassigned, 1):
            self.tell(thing, node("ogpv:unassignedText"), value, f"unassigned-{number}")

    def commitment(self) -> None:
        report = self.of
        if not (report.commitment_title or report.action or report.problem):
            return
        thing = NamedNode(self.iris.commitment(report.key))
        self.say(self.node, node("ogpv:commitment"), thing)
        self.say(thing, _TYPE, node("ogpv:Commitment"))
        if report.plan is not None:
            self.say(thing, node("ogpv:actionPlan"), NamedNode(self.iris.plan(report.plan)))
        self.tell(thing, _TITLE, report.commitment_title, "commitment-title")
        self.tell(thing, node("ogpv:subtitle"), report.commitment_subtitle, "commitment-subtitle")
        self.tell(thing, node("ogpv:action"), report.action, "action")
        self.tell(thing, node("ogpv:problem"), report.problem, "problem")
        self.status(thing, node("ogpv:actionStatus"), report.action_status)
        self.status(thing, node("ogpv:problemStatus"), report.problem_status)
        if report.border_unknown:
            self.say(thing, node("ogpv:borderUnknown"), _TRUE)

    def shared(self, registry: Mapping[str, Member]) -> None:
        """Cites what the page says of its member and its plan; the statements are ``describe_shared``'s.

        The citation of a plan's title supports its years too: they are read from it."""
        report = self.of
        if report.member is not None and report.member_name is not None:
            entry = registry.get(report.member)
            other = entry is not None and entry.label != report.member_name.text
            one = node("skos:altLabel" if other else "skos:prefLabel")
            self.citations.cite("member", NamedNode(self.iris.member(report.member)), report.member_name, one)
        if report.plan is not None and report.plan_title is not None:
            told = [_TITLE]
            told += [node("ogpv:startYear")] if report.start_year is not None else []
            told += [node("ogpv:endYear")] if report.end_year is not None else []
            self.citations.cite("plan-title", NamedNode(self.iris.plan(report.plan)), report.plan_title, *told)

    def capture(self, capture: Capture) -> None:
        report, sha256 = self.of, capture.sha256
        thing = self.citations.capture(sha256)
        self.say(self.node, node("prov:wasDerivedFrom"), thing)
        self.say(thing, _TYPE, node("ogpv:Capture"))
        self.say(thing, node("ogpv:sha256"), text(sha256))
        self.say(thing, node("dcat:mediaType"), text(capture.media_type))
        for name in capture.names:
            self.say(thing, node("dcterms:identifier"), file_name(name))
        for address in [a for key, a in report.captures_addresses if key == sha256] or [capture.address or ""]:
            if iri := web_iri(address):
                self.say(thing, node("dcterms:source"), iri)
        for layout in [name for key, name in report.layouts if key == sha256]:
            self.say(thing, node("ogpv:layout"), text(layout))
        if capture.retrieved is not None:
            self.say(thing, node("prov:generatedAtTime"), Literal(capture.retrieved, datatype=node("xsd:dateTime")))
        if sha256 in report.machine_translations:
            self.say(thing, node("ogpv:machineTranslation"), _TRUE)

    def evaluator(self, evaluator: Evaluator) -> None:
        thing = NamedNode(self.iris.evaluator(self.of.key, evaluator.position))
        self.say(self.node, node("ogpv:evaluator"), thing)
        self.say(thing, _TYPE, node("ogpv:Evaluator"))
        self.say(thing, _TYPE, _KINDS[evaluator.kind])
        self.say(thing, node("foaf:name"), text(evaluator.name.text))
        told = [node("foaf:name")]
        if evaluator.affiliation:
            self.say(thing, node("ogpv:affiliation"), text(evaluator.affiliation))
            told.append(node("ogpv:affiliation"))
        self.citations.cite(f"evaluator-{evaluator.position}", thing, evaluator.name, *told)

    def answer(self, answer: Answer) -> None:
        number = answer.question
        terms, cited = self.form.question(number), f"answer-{number}"
        thing = NamedNode(self.iris.answer(self.of.key, number))
        self.say(self.node, node("ogpv:answer"), thing)
        self.say(thing, _TYPE, node("ogpv:Answer"))
        self.say(thing, node("ogpv:question"), code(self.iris, "question", f"{self.of.form}-{number}"))
        self.status(thing, node("ogpv:status"), answer.status)
        scheme = terms.scheme or "result"
        self.choice(thing, _VALUE, cited, scheme, answer.code, answer.stated, answer.alternatives)
        self.tell(thing, node("ogpv:explanation"), answer.explanation, cited + "-explanation")
        for evidence in answer.evidence:
            self.evidence(thing, number, evidence)
        self.repeat(answer, terms)
        if isinstance(answer, Result):
            self.result(thing, cited, answer)

    def repeat(self, answer: Answer, terms: QuestionTerms) -> None:
        """Says the answer again, of the report itself."""
        if terms.repeats is None:
            return
        one = NamedNode(terms.repeats)
        if terms.scheme is None:
            self.tell(self.node, one, answer.explanation, terms.cited)
        elif answer.code:
            self.say(self.node, one, code(self.iris, terms.scheme, answer.code))
            if answer.stated is not None:
                self.citations.cite(terms.cited, self.node, answer.stated, one)

    def result(self, thing: NamedNode, cited: str, result: Result) -> None:
        self.say(thing, _TYPE, node("ogpv:Result"))
        if result.dimension:
            self.say(thing, node("ogpv:dimension"), code(self.iris, "dimension", result.dimension))
        if result.degree_status is not None:
            self.status(thing, node("ogpv:degreeStatus"), result.degree_status)
        self.choice(thing, _DEGREE, cited, "degree", result.degree, result.degree_stated, result.degree_alternatives)

    def choice(
        self,
        thing: NamedNode,
        words: _Choice,
        cited: str,
        scheme: str,
        chosen: str | None,
        stated: Value | None,
        alternatives: tuple[tuple[str, Value], ...],
    ) -> None:
        """Says a closed answer: its code, its words, and what other captures say instead."""
        told = []
        if chosen:
            self.say(thing, words.value, code(self.iris, scheme, chosen))
            told.append(words.value)
        if stated is not None:
            self.say(thing, words.stated, text(stated.text))
            self.citations.cite(f"{cited}-{words.cited}", thing, stated, *told, words.stated)
        for other, value in alternatives:
            told = [words.alternative_stated]
            self.say(thing, words.alternative_stated, text(value.text))
            if other:
                self.say(thing, words.alternative, code(self.iris, scheme, other))
                told.append(words.alternative)
            name = f"{cited}-{words.alternative_cited}-{value.source.capture[:8]}"
            self.citations.cite(self.citations.free(name), thing, value, *told)

    def evidence(self, answer: NamedNode, number: str, evidence: Evidence) -> None:
        iri = self.iris.evidence(self.of.key, number, evidence.title.text, evidence.urls)
        thing = NamedNode(iri)
        self.say(answer, node("ogpv:evidence"), thing)
        self.say(thing, _TYPE, node("ogpv:Evidence"))
        self.say(thing, _TITLE, prose(evidence.title.text, evidence.title.language))
        links = [link for link in map(web_iri, evidence.urls) if link]
        for link in links:
            self.say(thing, node("schema:url"), link)
        told = (_TITLE, node("schema:url")) if links else (_TITLE,)
        self.citations.cite(f"answer-{number}-evidence-{iri.rpartition('/')[2]}", thing, evidence.title, *told)
