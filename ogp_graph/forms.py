"""Forms as values: what ``ontology/forms/*.ttl`` says of labels, order and sections, ready to be matched."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import rdflib
from rdflib.namespace import DCTERMS, RDF, SKOS

from ogp_graph.errors import DefinitionError
from ogp_graph.names import fold
from ogp_graph.vocabulary import data_folder

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from rdflib.term import Node

__all__ = ["Form", "GlossaryTerm", "Part", "load_form"]

FORM = rdflib.Namespace("https://w3id.org/ogp-graph/form#")
_CONCEPTS = "https://w3id.org/ogp-graph/code/"


@dataclass(frozen=True, slots=True)
class Part:
    """A place of the form that has a label.

    ``kind`` is the local name of its class (Section, Name, Names, Private, Prose, Closed, Items, Footer),
    ``of`` the name of the question that a sub-label belongs to, ``question`` that question's number,
    ``codes`` the code list of a closed answer, ``fills`` the IRI of the property, ``wordings`` all labels,
    ``english`` those in English."""

    name: str
    kind: str
    order: int
    of: str | None
    question: str | None
    fills: str
    codes: str | None
    dimension: str | None
    wordings: tuple[str, ...]
    english: tuple[str, ...]

    @property
    def role(self) -> str:
        """The part's name without its question: ``explanation``, ``evidence``, ``degree``; else the name."""
        return self.name.rsplit("-", 1)[1] if self.of else self.name


@dataclass(frozen=True, slots=True)
class GlossaryTerm:
    """A term, and how the entry starts that captures paste behind it."""

    term: str
    start: str


@dataclass(frozen=True)
class Form:
    """One form as its pages show it. ``parts`` are in page order."""

    notation: str
    iri: str
    report_class: str
    parts: tuple[Part, ...]
    glossary: tuple[GlossaryTerm, ...]
    words: dict[str, frozenset[str]]  # every other list of the form by its property's local name, also with @language

    @cached_property
    def places(self) -> dict[str, int]:
        """Position of each part in page order, by name."""
        return {part.name: i for i, part in enumerate(self.parts)}

    @cached_property
    def labels(self) -> dict[str, tuple[int, ...]]:
        """Positions of the parts that a folded label may announce; long labels also without their number."""
        found: dict[str, set[int]] = {}
        for i, part in enumerate(self.parts):
            for wording in part.wordings:
                folded = fold(wording)
                found.setdefault(folded, set()).add(i)
                bare = folded.lstrip("0123456789 ")
                if bare != folded and len(bare.split()) >= 5:
                    found.setdefault(bare, set()).add(i)
        return {label: tuple(sorted(places)) for label, places in found.items()}

    @cached_property
    def first_words(self) -> dict[str, tuple[str, ...]]:
        """The folded labels by their first word: what a line must start with to be one."""
        found: dict[str, list[str]] = {}
        for label in sorted(self.labels):
            found.setdefault(label.split(" ", 1)[0], []).append(label)
        return {word: tuple(labels) for word, labels in found.items()}

    @cached_property
    def wordy(self) -> frozenset[int]:
        """Positions of the parts with a label of more than three words, which no other line reads like by chance."""
        return frozenset(i for i, part in enumerate(self.parts) if any(len(w.split()) > 3 for w in part.wordings))

    @cached_property
    def entry_starts(self) -> re.Pattern[str] | None:
        """Finds where a glossary entry starts directly behind a character that is no space."""
        starts = sorted({term.start for term in self.glossary}, key=lambda start: (-len(start), start))
        if not starts:
            return None
        flexible = [re.sub("[’'“”\"]", "[’'“”\"]", re.escape(start).replace(r"\ ", r"\s")) for start in starts]
        return re.compile(r"(?<=\S)(?:" + "|".join(flexible) + ")")

    @cached_property
    def terms(self) -> frozenset[str]:
        """The words that the glossary explains, folded."""
        return frozenset(fold(term.term) for term in self.glossary)

    @cached_property
    def folded(self) -> dict[str, tuple[str, ...]]:
        """The lists of ``words`` folded, the longest first."""
        return {
            name: tuple(sorted({fold(w) for w in words}, key=lambda w: (-len(w), w)))
            for name, words in self.words.items()
        }

    @cached_property
    def organisation_words(self) -> frozenset[str]:
        """The folded words that tell an organisation from a person."""
        return frozenset(self.folded.get("organisationWord", ()))

    @cached_property
    def organisation_endings(self) -> tuple[str, ...]:
        """Those of more than one word, such as the folded "A.C.": they tell at the end of a name only."""
        return tuple(f" {word}" for word in self.folded.get("organisationWord", ()) if " " in word)

    @cached_property
    def joiner(self) -> re.Pattern[str]:
        """A word between two names, with the space around it."""
        words = sorted(self.words.get("nameJoiner", ("&",)), key=lambda word: (-len(word), word))
        either_case = (re.escape(word) if len(word) == 1 else f"(?i:{re.escape(word)})" for word in words)
        return re.compile(rf"\s+(?:{'|'.join(either_case)})\s+")

    @cached_property
    def other_labels(self) -> frozenset[str]:
        """The folded labels of sibling forms: on a page of this form each is a label that it does not have."""
        return frozenset(self.folded.get("otherLabel", ()))

    @cached_property
    def sub_label_starts(self) -> tuple[str, ...]:
        """The first two folded words of every sub-label, with the space behind them."""
        folded = [fold(wording) for part in self.parts if part.of for wording in part.wordings]
        return tuple(sorted({" ".join(label.split()[:2]) + " " for label in folded if len(label.split()) > 3}))

    @cached_property
    def private_labels(self) -> frozenset[str]:
        """The folded labels above personal data that are never read."""
        return frozenset(fold(wording) for part in self.parts if part.kind == "Private" for wording in part.wordings)

    @cached_property
    def english_labels(self) -> frozenset[str]:
        """The folded labels in English."""
        return frozenset(fold(wording) for part in self.parts for wording in part.english)

    @cached_property
    def longest_label(self) -> int:
        return max(len(wording) for part in self.parts for wording in part.wordings)

    def part(self, name: str) -> Part:
        """The part called ``name``; KeyError when the form has none."""
        return self.parts[self.places[name]]

    @cached_property
    def sub_parts(self) -> dict[str, dict[str, Part]]:
        """The sub-labels of each question by their roles, by the question's name."""
        found: dict[str, dict[str, Part]] = {}
        for part in self.parts:
            if part.of:
                found.setdefault(part.of, {})[part.role] = part
        return found

    @cached_property
    def questions(self) -> tuple[Part, ...]:
        """The numbered questions, in page order."""
        return tuple(p for p in self.parts if p.question and p.of is None)


def load_form(name: str = "end-of-commitment", *, folder: Path | None = None) -> Form:
    """The form called ``name``, read from ``ontology/forms/``.

    Raises:
        DefinitionError: the file is missing, is not Turtle, or lacks what a form needs.
    """
    path = (folder or data_folder("ontology") / "forms") / f"{name}.ttl"
    graph = rdflib.Graph()
    try:
        graph.parse(path, format="turtle")
    except (OSError, ValueError, SyntaxError) as problem:
        raise DefinitionError(f"not a form: {problem}", str(path)) from problem
    form = next(graph.subjects(RDF.type, FORM.Form), None)
    notation = graph.value(form, FORM.notation) if form else None
    report_class = graph.value(form, FORM.reportClass) if form else None
    if form is None or notation is None or report_class is None:
        raise DefinitionError("a form needs form:notation and form:reportClass", str(path))
    parts = sorted(_parts(graph), key=lambda part: (part.order, part.name))
    if not any(part.question for part in parts):
        raise DefinitionError("a form needs at least one question", str(path))
    return Form(
        notation=str(notation),
        iri=str(form),
        report_class=str(report_class),
        parts=tuple(parts),
        glossary=tuple(
            GlossaryTerm(str(graph.value(term, SKOS.prefLabel)), str(graph.value(term, FORM.entryStart)))
            for term in sorted(graph.subjects(RDF.type, FORM.GlossaryTerm), key=str)
        ),
        words=_words(graph, form),
    )


def _words(graph: rdflib.Graph, form: Node) -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for prop, value in graph.predicate_objects(form):
        if isinstance(value, rdflib.Literal):
            local = str(prop).removeprefix(str(FORM)) if str(prop).startswith(str(FORM)) else "title"
            if local != "title" or prop == DCTERMS.title:
                found.setdefault(local, set()).add(str(value))
                if value.language:
                    found.setdefault(f"{local}@{value.language}", set()).add(str(value))
    return {local: frozenset(values) for local, values in found.items()}


def _parts(graph: rdflib.Graph) -> Iterable[Part]:
    for node, order in graph.subject_objects(FORM.order):
        kind = graph.value(node, RDF.type)
        parent = graph.value(node, FORM.of)
        labelled = [node, *graph.objects(node, FORM.label)]
        kinds = (SKOS.prefLabel, SKOS.altLabel, SKOS.hiddenLabel)
        literals = [w for n in labelled for p in kinds for w in graph.objects(n, p) if isinstance(w, rdflib.Literal)]
        wordings = sorted({str(w) for w in literals})
        if not wordings:
            raise DefinitionError("a part needs a label", str(node))
        question = graph.value(parent or node, FORM.question)
        dimension = graph.value(parent or node, FORM.dimension)
        codes = graph.value(node, FORM.codes)
        yield Part(
            name=_local(node),
            kind=str(kind).removeprefix(str(FORM)),
            order=int(str(order)),
            of=_local(parent) if parent else None,
            question=str(question) if question else None,
            fills=str(graph.value(node, FORM.fills) or ""),
            codes=str(codes).removeprefix(_CONCEPTS) if codes else None,
            dimension=str(dimension).rsplit("/", 1)[1] if dimension else None,
            wordings=tuple(wordings),
            english=tuple(sorted({str(w) for w in literals if w.language == "en"})),
        )


def _local(node: Node) -> str:
    return str(node).rsplit("#", 1)[-1]
