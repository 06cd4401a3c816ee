"""Describing a report the straightforward way with rdflib: the same statements, for comparison.

A Dataset with the report's two graphs, ``add`` for each statement, ``serialize`` to N-Quads, sorted lines.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

from rdflib import FOAF, PROV, RDF, SKOS, XSD, Dataset, Graph, Literal, Namespace, URIRef

from ogp_graph.describe import web_iri, writable
from ogp_graph.model import Result

if TYPE_CHECKING:
    from ogp_graph.model import Answer, Evidence, Report, Value
    from ogp_graph.names import IRIs

__all__ = ["describe_with_rdflib"]

OGPV = Namespace("https://w3id.org/ogp-graph/ontology#")
OA = Namespace("http://www.w3.org/ns/oa#")
DCT = Namespace("http://purl.org/dc/terms/")
DCAT = Namespace("http://www.w3.org/ns/dcat#")
SDO = Namespace("https://schema.org/")

_SCHEMES = {"1.1": "completion", "1.3": "as-planned"}
_CODES_AGAIN = {
    "1.1": (OGPV.completion, "completion"),
    "1.3": (OGPV.asPlanned, "as-planned"),
    "2.2": (OGPV.problemAddressed, "problem-addressed"),
}
_TEXTS_AGAIN = {"1.2": (OGPV.factors, "factors"), "3": (OGPV.lesson, "lesson")}


def describe_with_rdflib(report: Report, iris: IRIs) -> str:
    """The lines that ``lines(describe(report, iris))`` gives, up to how N-Quads escapes characters."""
    dataset = Dataset()
    said = dataset.graph(URIRef(iris.report_graph(report.key)))
    sources = dataset.graph(URIRef(iris.sources_graph(report.key)))
    _Describer(report, iris, said, sources).describe()
    return "\n".join(sorted(filter(None, dataset.serialize(format="nquads").split("\n"))))


class _Describer:
    def __init__(self, report: Report, iris: IRIs, said: Graph, sources: Graph) -> None:
        self.report, self.iris, self.said, self.sources = report, iris, said, sources
        self.node = URIRef(iris.report(report.key))
        self.cited: set[str] = set()

    def code(self, scheme: str, notation: str) -> URIRef:
        return URIRef(self.iris.code(scheme, notation))

    def text(self, thing: URIRef, prop: URIRef, value: Value | None, field: str) -> None:
        if value is not None:
            self.said.add((thing, prop, Literal(writable(value.text), lang=value.language)))
            self.cite(field, thing, value, prop)

    def cite(self, field: str, thing: URIRef, value: Value, *props: URIRef) -> None:
        if field in self.cited:
            return
        self.cited.add(field)
        graph = self.sources
        citation = URIRef(self.iris.citation(self.report.key, field))
        selector = URIRef(citation + "/selector")
        graph.add((citation, RDF.type, OGPV.Citation))
        graph.add((citation, RDF.type, OA.SpecificResource))
        graph.add((citation, OGPV.supports, thing))
        for prop in props:
            graph.add((citation, OGPV.supportsProperty, prop))
        graph.add((citation, OA.hasSource, URIRef(self.iris.capture(value.source.capture))))
        graph.add((citation, OA.hasSelector, selector))
        graph.add((selector, RDF.type, OA.TextPositionSelector))
        graph.add((selector, RDF.type, OA.TextQuoteSelector))
        graph.add((selector, OA.start, Literal(value.source.span.start, datatype=XSD.nonNegativeInteger)))
        graph.add((selector, OA.end, Literal(value.source.span.end, datatype=XSD.nonNegativeInteger)))
        words = value.source.quote
        if len(words) <= 160:
            graph.add((selector, OA.exact, Literal(writable(words))))
        else:
            start, end = words[:160].split(None, 8), words[-160:].rsplit(None, 8)
            first = words[:160].lstrip()
            first = first[: len(first) - len(start[8])] if len(start) > 8 else first
            last = words[-160:].rstrip()
            last = last[len(end[0]) :] if len(end) > 8 else last
            graph.add((selector, OGPV.startQuote, Literal(writable(first.rstrip()))))
            graph.add((selector, OGPV.endQuote, Literal(writable(last.lstrip()))))

    def describe(self) -> None:
        report, said, node = self.report, self.said, self.node
        said.add((node, RDF.type, OGPV.Report))
        said.add((node, RDF.type, OGPV.EndOfCommitmentReport))
        said.add((node, OGPV.evaluatorStatus, self.code("status", report.evaluator_status)))
        self.text(node, DCT.title, report.title, "title")
        for number, value in enumerate(report.unassigned, 1):
            self.text(node, OGPV.unassignedText, value, f"unassigned-{number}")
        if report.commitment_title or report.action or report.problem:
            self.commitment()
        if report.member and report.member_name:
            self.cite("member", URIRef(self.iris.member(report.member)), report.member_name, SKOS.prefLabel)
        if report.plan and report.plan_title:
            years = [OGPV.startYear] if report.start_year is not None else []
            years += [OGPV.endYear] if report.end_year is not None else []
            self.cite("plan-title", URIRef(self.iris.plan(report.plan)), report.plan_title, DCT.title, *years)
        self.captures()
        self.evaluators()
        for answer in (*report.answers, *report.results):
            self.answer(answer)

    def commitment(self) -> None:
        report, thing = self.report, URIRef(self.iris.commitment(self.report.key))
        self.said.add((self.node, OGPV.commitment, thing))
        self.said.add((thing, RDF.type, OGPV.Commitment))
        if report.plan:
            self.said.add((thing, OGPV.actionPlan, URIRef(self.iris.plan(report.plan))))
        self.text(thing, DCT.title, report.commitment_title, "commitment-title")
        self.text(thing, OGPV.subtitle, report.commitment_subtitle, "commitment-subtitle")
        self.text(thing, OGPV.action, report.action, "action")
        self.text(thing, OGPV.problem, report.problem, "problem")
        self.said.add((thing, OGPV.actionStatus, self.code("status", report.action_status)))
        self.said.add((thing, OGPV.problemStatus, self.code("status", report.problem_status)))
        if report.border_unknown:
            self.said.add((thing, OGPV.borderUnknown, Literal(True)))

    def captures(self) -> None:
        for capture in self.report.captures:
            thing = URIRef(self.iris.capture(capture.sha256))
            self.said.add((self.node, PROV.wasDerivedFrom, thing))
            self.said.add((thing, RDF.type, OGPV.Capture))
            self.said.add((thing, OGPV.sha256, Literal(capture.sha256)))
            self.said.add((thing, DCAT.mediaType, Literal(capture.media_type)))
            for name in capture.names:
                self.said.add((thing, DCT.identifier, Literal(quote(name, safe=""))))
            told = [a for key, a in self.report.captures_addresses if key == capture.sha256]
            for address in told or [capture.address or ""]:
                if iri := web_iri(address):
                    self.said.add((thing, DCT.source, URIRef(iri.value)))
            for key, layout in self.report.layouts:
                if key == capture.sha256:
                    self.said.add((thing, OGPV.layout, Literal(layout)))
            if capture.retrieved:
                self.said.add((thing, PROV.generatedAtTime, Literal(capture.retrieved, datatype=XSD.dateTime)))
            if capture.sha256 in self.report.machine_translations:
                self.said.add((thing, OGPV.machineTranslation, Literal(True)))

    def evaluators(self) -> None:
        for evaluator in self.report.evaluators:
            thing = URIRef(self.iris.evaluator(self.report.key, evaluator.position))
            self.said.add((self.node, OGPV.evaluator, thing))
            self.said.add((thing, RDF.type, OGPV.Evaluator))
            self.said.add((thing, RDF.type, FOAF.Person if evaluator.kind == "person" else FOAF.Organization))
            self.said.add((thing, FOAF.name, Literal(writable(evaluator.name.text))))
            props = [FOAF.name]
            if evaluator.affiliation:
                self.said.add((thing, OGPV.affiliation, Literal(writable(evaluator.affiliation))))
                props.append(OGPV.affiliation)
            self.cite(f"evaluator-{evaluator.position}", thing, evaluator.name, *props)

    def answer(self, answer: Answer) -> None:
        number, said = answer.question, self.said
        thing, field = URIRef(self.iris.answer(self.report.key, number)), f"answer-{number}"
        said.add((self.node, OGPV.answer, thing))
        said.add((thing, RDF.type, OGPV.Answer))
        said.add((thing, OGPV.question, URIRef(self.iris.question(self.report.form, number))))
        said.add((thing, OGPV.status, self.code("status", answer.status)))
        scheme = _SCHEMES.get(number, "result")
        if answer.code:
            said.add((thing, OGPV.value, self.code(scheme, answer.code)))
        if answer.stated:
            said.add((thing, OGPV.statedValue, Literal(writable(answer.stated.text))))
            props = [OGPV.value] if answer.code else []
            self.cite(f"{field}-value", thing, answer.stated, *props, OGPV.statedValue)
        if answer.alternatives:
            raise NotImplementedError("benchmark pages do not contradict each other")
        self.text(thing, OGPV.explanation, answer.explanation, f"{field}-explanation")
        for evidence in answer.evidence:
            self.evidence(thing, number, evidence)
        if number in _TEXTS_AGAIN:
            prop, name = _TEXTS_AGAIN[number]
            self.text(self.node, prop, answer.explanation, name)
        if number in _CODES_AGAIN and answer.code:
            prop, name = _CODES_AGAIN[number]
            said.add((self.node, prop, self.code(scheme, answer.code)))
            if answer.stated:
                self.cite(name, self.node, answer.stated, prop)
        if isinstance(answer, Result):
            self.result(thing, field, answer)

    def result(self, thing: URIRef, field: str, result: Result) -> None:
        self.said.add((thing, RDF.type, OGPV.Result))
        if result.dimension:
            self.said.add((thing, OGPV.dimension, self.code("dimension", result.dimension)))
        if result.degree_status is not None:
            self.said.add((thing, OGPV.degreeStatus, self.code("status", result.degree_status)))
        if result.degree:
            self.said.add((thing, OGPV.degree, self.code("degree", result.degree)))
        if result.degree_stated:
            self.said.add((thing, OGPV.degreeStatedValue, Literal(writable(result.degree_stated.text))))
            props = [OGPV.degree] if result.degree else []
            self.cite(f"{field}-degree", thing, result.degree_stated, *props, OGPV.degreeStatedValue)

    def evidence(self, answer: URIRef, number: str, evidence: Evidence) -> None:
        thing = URIRef(self.iris.evidence(self.report.key, number, evidence.title.text, evidence.urls))
        self.said.add((answer, OGPV.evidence, thing))
        self.said.add((thing, RDF.type, OGPV.Evidence))
        self.said.add((thing, DCT.title, Literal(writable(evidence.title.text), lang=evidence.title.language)))
        links = [link for link in map(web_iri, evidence.urls) if link]
        for link in links:
            self.said.add((thing, SDO.url, URIRef(link.value)))
        props = [DCT.title, SDO.url] if links else [DCT.title]
        self.cite(f"answer-{number}-evidence-{thing.rpartition('/')[2]}", thing, evidence.title, *props)
