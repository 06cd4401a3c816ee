"""What one report says: the report in ``graph/report/KEY``, its citations in ``graph/sources/KEY``.

Statements are written as N-Quads lines at once: each term is pyoxigraph's, which checks and escapes it, and a line
is its terms in their N-Triples form (https://www.w3.org/TR/n-quads/#n-quads-language). Making quads of them and
serialising those takes twice as long and gives the same bytes, which a test holds us to.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ogp_graph.describe.citations import Citations
from ogp_graph.describe.form import END_OF_COMMITMENT
from ogp_graph.describe.lines import quads
from ogp_graph.describe.terms import code, file_name, iri, prose, term, text, time, true, web_iri
from ogp_graph.model import Result

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pyoxigraph as ox

    from ogp_graph.describe.form import FormTerms, QuestionTerms
    from ogp_graph.members import Member
    from ogp_graph.model import Answer, Capture, Evaluator, Evidence, Report, Status, Value
    from ogp_graph.names import IRIs

__all__ = ["Statements", "describe", "statements"]


@dataclass(frozen=True, slots=True)
class Statements:
    """N-Quads lines, sorted, each once, joined by a line feed: what a report says, and where it was read."""

    report: str
    sources: str


_TYPE, _TITLE, _NAME, _URL = (term(name) for name in ("rdf:type", "dcterms:title", "foaf:name", "schema:url"))
_KINDS = {"person": term("foaf:Person"), "organization": term("foaf:Organization")}


@dataclass(frozen=True, slots=True)
class _Choice:
    """The properties of a closed answer, and the names of its citations."""

    value: str
    stated: str
    alternative: str
    alternative_stated: str
    cited: str
    alternative_cited: str


_VALUE = _Choice(
    term("ogpv:value"),
    term("ogpv:statedValue"),
    term("ogpv:alternativeValue"),
    term("ogpv:alternativeStatedValue"),
    "value",
    "alternative",
)
_DEGREE = _Choice(
    term("ogpv:degree"),
    term("ogpv:degreeStatedValue"),
    term("ogpv:degreeAlternativeValue"),
    term("ogpv:degreeAlternativeStatedValue"),
    "degree",
    "degree-alternative",
)


def statements(
    report: Report,
    iris: IRIs,
    *,
    form: FormTerms = END_OF_COMMITMENT,
    registry: Mapping[str, Member] | None = None,
) -> Statements:
    """Every statement that ``report`` makes, and the citation of every value in it.

    Its member and its plan are named only (:func:`ogp_graph.describe.describe_shared` describes them). A report
    without member, plan or title is described as far as it goes. ``registry`` tells whether the member's spelling
    is its label or another one, for the citation of it."""
    said = _Saying(report, iris, form)
    said.report()
    said.commitment()
    said.shared(registry or {})
    for capture in report.captures:
        said.capture(capture)
    for evaluator in report.evaluators:
        said.evaluator(evaluator)
    for answer in (*report.answers, *report.results):
        said.answer(answer)
    return Statements("\n".join(sorted(set(said.lines))), "\n".join(sorted(set(said.citations.lines))))


def describe(
    report: Report,
    iris: IRIs,
    *,
    form: FormTerms = END_OF_COMMITMENT,
    registry: Mapping[str, Member] | None = None,
) -> list[ox.Quad]:
    """:func:`statements` as quads, for those who look at terms."""
    told = statements(report, iris, form=form, registry=registry)
    return quads((told.report, told.sources))


class _Saying:
    """The statements of one report, in the making; one method for each class of thing. Things, properties and
    values are terms as N-Quads has them."""

    def __init__(self, report: Report, iris: IRIs, form: FormTerms) -> None:
        self.lines: list[str] = []
        self.citations = Citations(iris, report.key)
        self.of, self.iris, self.form = report, iris, form
        self.node = iri(iris.report(report.key))
        self.tail = f" {iri(iris.report_graph(report.key))} ."

    def say(self, thing: str, one: str, value: str) -> None:
        self.lines.append(f"{thing} {one} {value}{self.tail}")

    def tell(self, thing: str, one: str, value: Value | None, cited: str) -> None:
        """Says a text of the page and cites it; None says nothing."""
        if value is not None:
            self.say(thing, one, prose(value.text, value.language))
            self.citations.cite(cited, thing, value, one)

    def status(self, thing: str, one: str, status: Status) -> None:
        self.say(thing, one, code(self.iris, "status", status))

    def report(self) -> None:
        report, thing = self.of, self.node
        for kind in self.form.classes:
            self.say(thing, _TYPE, iri(kind))
        self.tell(thing, _TITLE, report.title, "title")
        self.status(thing, term("ogpv:evaluatorStatus"), report.evaluator_status)
        for number, value in enumerate(report.unassigned, 1):
            self.tell(thing, term("ogpv:unassignedText"), value, f"unassigned-{number}")

    def commitment(self) -> None:
        report = self.of
        if not (report.commitment_title or report.action or report.problem):
            return
        thing = iri(self.iris.commitment(report.key))
        self.say(self.node, term("ogpv:commitment"), thing)
        self.say(thing, _TYPE, term("ogpv:Commitment"))
        if report.plan is not None:
            self.say(thing, term("ogpv:actionPlan"), iri(self.iris.plan(report.plan)))
        self.tell(thing, _TITLE, report.commitment_title, "commitment-title")
        self.tell(thing, term("ogpv:subtitle"), report.commitment_subtitle, "commitment-subtitle")
        self.tell(thing, term("ogpv:action"), report.action, "action")
        self.tell(thing, term("ogpv:problem"), report.problem, "problem")
        self.status(thing, term("ogpv:actionStatus"), report.action_status)
        self.status(thing, term("ogpv:problemStatus"), report.problem_status)
        if report.border_unknown:
            self.say(thing, term("ogpv:borderUnknown"), true())

    def shared(self, registry: Mapping[str, Member]) -> None:
        """Cites what the page says of its member and its plan; the statements are ``describe_shared``'s.

        The citation of a plan's title supports its years too: they are read from it."""
        report = self.of
        if report.member is not None and report.member_name is not None:
            entry = registry.get(report.member)
            other = entry is not None and entry.label != report.member_name.text
            one = term("skos:altLabel" if other else "skos:prefLabel")
            self.citations.cite("member", iri(self.iris.member(report.member)), report.member_name, one)
        if report.plan is not None and report.plan_title is not None:
            told = [_TITLE]
            told += [term("ogpv:startYear")] if report.start_year is not None else []
            told += [term("ogpv:endYear")] if report.end_year is not None else []
            self.citations.cite("plan-title", iri(self.iris.plan(report.plan)), report.plan_title, *told)

    def capture(self, capture: Capture) -> None:
        report, sha256 = self.of, capture.sha256
        thing = iri(self.iris.capture(sha256))
        self.say(self.node, term("prov:wasDerivedFrom"), thing)
        self.say(thing, _TYPE, term("ogpv:Capture"))
        self.say(thing, term("ogpv:sha256"), text(sha256))
        self.say(thing, term("dcat:mediaType"), text(capture.media_type))
        for name in capture.names:
            self.say(thing, term("dcterms:identifier"), file_name(name))
        for address in [a for key, a in report.captures_addresses if key == sha256] or [capture.address or ""]:
            if source := web_iri(address):
                self.say(thing, term("dcterms:source"), str(source))
        for layout in [name for key, name in report.layouts if key == sha256]:
            self.say(thing, term("ogpv:layout"), text(layout))
        if capture.retrieved is not None:
            self.say(thing, term("prov:generatedAtTime"), time(capture.retrieved))
        if sha256 in report.machine_translations:
            self.say(thing, term("ogpv:machineTranslation"), true())

    def evaluator(self, evaluator: Evaluator) -> None:
        thing = iri(self.iris.evaluator(self.of.key, evaluator.position))
        self.say(self.node, term("ogpv:evaluator"), thing)
        self.say(thing, _TYPE, term("ogpv:Evaluator"))
        self.say(thing, _TYPE, _KINDS[evaluator.kind])
        self.say(thing, _NAME, text(evaluator.name.text))
        told = [_NAME]
        if evaluator.affiliation:
            self.say(thing, term("ogpv:affiliation"), text(evaluator.affiliation))
            told.append(term("ogpv:affiliation"))
        self.citations.cite(f"evaluator-{evaluator.position}", thing, evaluator.name, *told)

    def answer(self, answer: Answer) -> None:
        number = answer.question
        terms, cited = self.form.question(number), f"answer-{number}"
        thing = iri(self.iris.answer(self.of.key, number))
        self.say(self.node, term("ogpv:answer"), thing)
        self.say(thing, _TYPE, term("ogpv:Answer"))
        self.say(thing, term("ogpv:question"), code(self.iris, "question", f"{self.of.form}-{number}"))
        self.status(thing, term("ogpv:status"), answer.status)
        scheme = terms.scheme or "result"
        self.choice(thing, _VALUE, cited, scheme, answer.code, answer.stated, answer.alternatives)
        self.tell(thing, term("ogpv:explanation"), answer.explanation, cited + "-explanation")
        for evidence in answer.evidence:
            self.evidence(thing, number, evidence)
        self.repeat(answer, terms)
        if isinstance(answer, Result):
            self.result(thing, cited, answer)

    def repeat(self, answer: Answer, terms: QuestionTerms) -> None:
        """Says the answer again, of the report itself."""
        if terms.repeats is None:
            return
        one = iri(terms.repeats)
        if terms.scheme is None:
            self.tell(self.node, one, answer.explanation, terms.cited)
        elif answer.code:
            self.say(self.node, one, code(self.iris, terms.scheme, answer.code))
            if answer.stated is not None:
                self.citations.cite(terms.cited, self.node, answer.stated, one)

    def result(self, thing: str, cited: str, result: Result) -> None:
        self.say(thing, _TYPE, term("ogpv:Result"))
        if result.dimension:
            self.say(thing, term("ogpv:dimension"), code(self.iris, "dimension", result.dimension))
        if result.degree_status is not None:
            self.status(thing, term("ogpv:degreeStatus"), result.degree_status)
        self.choice(thing, _DEGREE, cited, "degree", result.degree, result.degree_stated, result.degree_alternatives)

    def choice(
        self,
        thing: str,
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

    def evidence(self, answer: str, number: str, evidence: Evidence) -> None:
        thing = iri(self.iris.evidence(self.of.key, number, evidence.title.text, evidence.urls))
        self.say(answer, term("ogpv:evidence"), thing)
        self.say(thing, _TYPE, term("ogpv:Evidence"))
        self.say(thing, _TITLE, prose(evidence.title.text, evidence.title.language))
        links = [str(link) for link in map(web_iri, evidence.urls) if link]
        for link in links:
            self.say(thing, _URL, link)
        told = (_TITLE, _URL) if links else (_TITLE,)
        self.citations.cite(f"answer-{number}-evidence-{thing[:-1].rpartition('/')[2]}", thing, evidence.title, *told)
