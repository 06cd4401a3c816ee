"""A report as its page shows it: what was promised, what was answered, and where each value stands.

Read from two named graphs, so a page costs two look-ups and the labels of what they name.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ogp_graph.known.citing import Capture, Source, captures, sources
from ogp_graph.known.graph import iri, said
from ogp_graph.known.words import Coded, Text, best, text_of
from ogp_graph.names import IRIs
from ogp_graph.vocabulary import term

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    import pyoxigraph as ox

    from ogp_graph.known.graph import Graph, Said, Term
    from ogp_graph.known.words import Words

__all__ = [
    "Answer",
    "Choice",
    "Coded",
    "Evaluator",
    "Evidence",
    "Quoted",
    "ReportView",
    "Status",
    "report_view",
]


Status = Coded
"""What is known of a value."""


@dataclass(frozen=True, slots=True)
class Quoted:
    """A text of the page and where it stands."""

    text: Text
    sources: tuple[Source, ...] = ()


@dataclass(frozen=True, slots=True)
class Choice:
    """A closed answer: the code, if the code list has the words, the words themselves, and where they stand."""

    code: Coded | None
    stated: str
    sources: tuple[Source, ...]
    alternatives: tuple[Quoted, ...] = ()


@dataclass(frozen=True, slots=True)
class Evidence:
    """What an evaluator names as evidence; ``links`` are web addresses only."""

    iri: str
    title: Quoted
    links: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Evaluator:
    """Somebody who answered, as the page names them."""

    iri: str
    name: Quoted
    affiliation: str


@dataclass(frozen=True, slots=True)
class Answer:
    """One question and what is known of its answer; ``number`` is also its anchor on the page."""

    iri: str
    number: str
    question: Coded
    status: Status
    value: Choice | None
    explanation: Quoted | None
    evidence: tuple[Evidence, ...]
    dimension: Coded | None
    degree: Choice | None
    degree_status: Status | None


@dataclass(frozen=True, slots=True)
class ReportView:
    """All that the page of a report shows."""

    iri: str
    key: str
    title: Quoted
    commitment: str
    commitment_title: Quoted | None
    subtitle: Quoted | None
    plan: str
    action: Quoted | None
    action_status: Status | None
    problem: Quoted | None
    problem_status: Status | None
    border_unknown: bool
    answers: tuple[Answer, ...]
    evaluators: tuple[Evaluator, ...]
    evaluator_status: Status | None
    unassigned: tuple[Quoted, ...]
    captures: tuple[Capture, ...]
    identifiers: tuple[str, ...]


def report_view(
    graph: Graph, words: Words, base: str, key: str, triples: Iterable[ox.Triple] | None = None
) -> ReportView | None:
    """The report with this key; None when the release has none. ``triples`` are those of its graph, when somebody has
    them already."""
    iris = IRIs(base)
    told = said(graph.named(iris.report_graph(key)) if triples is None else triples)
    name = iris.report(key)
    if name not in told:
        return None
    known = captures(told)
    return _Reading(words, told, sources(graph.lines(iris.sources_graph(key)), known)).report(name, key, known)


@dataclass(slots=True)
class _Reading:
    words: Words
    told: Said
    cited: Mapping[tuple[str, str], list[Source]]

    def report(self, name: str, key: str, known: Mapping[str, Capture]) -> ReportView:
        commitment = self.iri(name, "ogpv:commitment")
        answers = [self.answer(iri(value)) for value in self.all(name, "ogpv:answer")]
        evaluators = [self.evaluator(iri(value)) for value in self.all(name, "ogpv:evaluator")]
        return ReportView(
            iri=name,
            key=key,
            title=self.quoted(name, "dcterms:title") or Quoted(Text(key)),
            commitment=commitment,
            commitment_title=self.quoted(commitment, "dcterms:title"),
            subtitle=self.quoted(commitment, "ogpv:subtitle"),
            plan=self.iri(commitment, "ogpv:actionPlan"),
            action=self.quoted(commitment, "ogpv:action"),
            action_status=self.coded(commitment, "ogpv:actionStatus"),
            problem=self.quoted(commitment, "ogpv:problem"),
            problem_status=self.coded(commitment, "ogpv:problemStatus"),
            border_unknown=bool(self.all(commitment, "ogpv:borderUnknown")),
            answers=tuple(sorted(answers, key=lambda one: (one.question.rank, one.number))),
            evaluators=tuple(sorted(evaluators, key=lambda one: one.iri)),
            evaluator_status=self.coded(name, "ogpv:evaluatorStatus"),
            unassigned=self.texts(name, "ogpv:unassignedText"),
            captures=tuple(known[one] for one in sorted(known)),
            identifiers=tuple(text_of(value).text for value in self.all(name, "dcterms:identifier")),
        )

    def answer(self, name: str) -> Answer:
        status, question = self.coded(name, "ogpv:status"), self.coded(name, "ogpv:question")
        assert status is not None
        assert question is not None
        evidence = [self.evidence(iri(value)) for value in self.all(name, "ogpv:evidence")]
        return Answer(
            iri=name,
            number=name.rpartition("/")[2],
            question=question,
            status=status,
            value=self.choice(name, "value", "statedValue", "alternativeValue", "alternativeStatedValue"),
            explanation=self.quoted(name, "ogpv:explanation"),
            evidence=tuple(sorted(evidence, key=lambda one: int(self._start(one.title)))),
            dimension=self.coded(name, "ogpv:dimension"),
            degree=self.choice(
                name, "degree", "degreeStatedValue", "degreeAlternativeValue", "degreeAlternativeStatedValue"
            ),
            degree_status=self.coded(name, "ogpv:degreeStatus"),
        )

    def choice(self, name: str, value: str, stated: str, other: str, other_stated: str) -> Choice | None:
        code = self.coded(name, f"ogpv:{value}")
        words = self.all(name, f"ogpv:{stated}")
        others = self.texts(name, f"ogpv:{other_stated}") or tuple(
            Quoted(self.words.label(iri(one))) for one in self.all(name, f"ogpv:{other}")
        )
        if code is None and not words and not others:
            return None
        places = self.places(name, f"ogpv:{stated}") or self.places(name, f"ogpv:{value}")
        return Choice(code, text_of(words[0]).text if words else "", places, others)

    def evidence(self, name: str) -> Evidence:
        links = sorted(iri(value) for value in self.all(name, "schema:url"))
        return Evidence(name, self.quoted(name, "dcterms:title") or Quoted(Text("")), tuple(links))

    def evaluator(self, name: str) -> Evaluator:
        affiliation = self.all(name, "ogpv:affiliation")
        return Evaluator(
            name,
            self.quoted(name, "foaf:name") or Quoted(Text("")),
            text_of(affiliation[0]).text if affiliation else "",
        )

    def coded(self, name: str, one: str) -> Coded | None:
        code = self.iri(name, one)
        return None if not code else self.words.coded(code)

    def quoted(self, name: str, one: str) -> Quoted | None:
        text = best(self.all(name, one), ())
        return None if text is None else Quoted(text, self.places(name, one))

    def texts(self, name: str, one: str) -> tuple[Quoted, ...]:
        return tuple(Quoted(text_of(value), self.places(name, one)) for value in self.all(name, one))

    def places(self, name: str, one: str) -> tuple[Source, ...]:
        return tuple(self.cited.get((name, term(one)), ()))

    def iri(self, name: str, one: str) -> str:
        return iri(next(iter(self.all(name, one)), None))

    def all(self, name: str, one: str) -> list[Term]:
        return self.told[name].get(term(one), []) if name in self.told else []

    @staticmethod
    def _start(quoted: Quoted) -> str:
        return next((source.start for source in quoted.sources if source.start), "0")
