"""The code lists: what the extractor matches a closed answer against, and what pages show for a code."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rdflib import Literal, URIRef
from rdflib.namespace import RDF, SKOS

from ogp_graph.errors import DefinitionError
from ogp_graph.names import DEFAULT_BASE, fold
from ogp_graph.vocabulary import OGPV, data_folder, read_turtle

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from rdflib import Graph
    from rdflib.term import Node

__all__ = ["Code", "CodeList", "Codes", "load_codes"]

_CODE = DEFAULT_BASE + "code/"
_RANK = URIRef(OGPV + "rank")
_DIMENSION = URIRef(OGPV + "dimension")


@dataclass(frozen=True, slots=True)
class Code:
    """One concept. ``key`` is the last segment of its IRI; it is the notation too, save for questions
    (key ``eoc-1.1``, notation ``1.1``). ``labels`` and ``definitions`` go from language to text, ``wordings``
    are all labels of all kinds; ``dimension`` is that of a question 2.1.x, else None."""

    scheme: str
    key: str
    notation: str
    rank: int
    labels: Mapping[str, str]
    definitions: Mapping[str, str]
    wordings: tuple[str, ...]
    dimension: str | None = None


@dataclass(frozen=True, slots=True)
class CodeList:
    """One concept scheme: its codes by rank (lowest first) and the folded wordings that lead to them."""

    name: str
    codes: tuple[Code, ...]
    wordings: Mapping[str, str]
    labels: Mapping[str, str]

    def code(self, notation: str) -> Code:
        """The code with this notation or key.

        Raises:
            KeyError: there is none.
        """
        for code in self.codes:
            if notation in (code.key, code.notation):
                return code
        raise KeyError(f"{self.name}/{notation}")


@dataclass(frozen=True, slots=True)
class Codes:
    """All code lists by name.

    >>> codes = load_codes()
    >>> codes.match("completion", " COMPLETE. "), codes.match("completion", "Partially, see annex")
    ('complete', None)
    >>> codes.label("degree", "did-not-change", "es")
    'No cambió'
    """

    lists: Mapping[str, CodeList]

    def match(self, scheme: str, text: str) -> str | None:
        """The notation whose label, in any language, equals ``text`` after folding; None when no label does.

        Raises:
            KeyError: there is no such scheme.
        """
        return self.lists[scheme].wordings.get(fold(text))

    def label(self, scheme: str, notation: str, language: str = "en") -> str:
        """What to show for a code, in ``language`` or else in English.

        Raises:
            KeyError: there is no such scheme or notation.
        """
        labels = self.lists[scheme].code(notation).labels
        return labels.get(language) or labels["en"]

    def best(self, scheme: str, notation: str, languages: Iterable[str]) -> tuple[str, str]:
        """The label for a reader who prefers ``languages``, the best first, else in English; and its language.

        >>> load_codes().best("status", "lost", ["de", "fr", "es"])
        ('Perdu dans la capture', 'fr')

        Raises:
            KeyError: there is no such scheme or notation.
        """
        labels = self.lists[scheme].code(notation).labels
        language = next((one for one in languages if one in labels), "en")
        return labels[language], language

    def notations(self, scheme: str) -> tuple[str, ...]:
        """The notations of a scheme by rank, lowest first.

        Raises:
            KeyError: there is no such scheme.
        """
        return tuple(code.notation for code in self.lists[scheme].codes)


def load_codes(folder: Path | None = None) -> Codes:
    """Every code list in ``folder`` (by default the project's ``ontology/codes``).

    Raises:
        DefinitionError: a file does not parse, a concept lacks notation, rank, scheme or English label, or one
            wording leads to two codes of a scheme.
    """
    lists: dict[str, CodeList] = {}
    for path in sorted((folder or data_folder("ontology") / "codes").glob("*.ttl")):
        graph = read_turtle(path)
        for scheme in graph.subjects(RDF.type, SKOS.ConceptScheme):
            found = _code_list(graph, scheme, str(path))
            if found.name in lists:
                raise DefinitionError(f"a second scheme {found.name}", str(path))
            lists[found.name] = found
    return Codes(lists)


def _code_list(graph: Graph, scheme: Node, path: str) -> CodeList:
    name = str(scheme).removeprefix(_CODE)
    found = (_code(graph, concept, name, path) for concept in graph.subjects(SKOS.inScheme, scheme))
    codes = sorted(found, key=lambda code: (code.rank, code.key))
    wordings: dict[str, str] = {}
    for code in codes:
        for wording in code.wordings:
            if not fold(wording):
                raise DefinitionError(f"{code.notation} has a wording without a letter or digit", path)
            if wordings.setdefault(fold(wording), code.notation) != code.notation:
                raise DefinitionError(f"{wording!r} leads to {wordings[fold(wording)]} and to {code.notation}", path)
    return CodeList(name, tuple(codes), wordings, _texts(graph, scheme, SKOS.prefLabel))


def _code(graph: Graph, concept: Node, scheme: str, path: str) -> Code:
    key = str(concept).removeprefix(f"{_CODE}{scheme}/")
    notation, rank = graph.value(concept, SKOS.notation), graph.value(concept, _RANK)
    labels = _texts(graph, concept, SKOS.prefLabel)
    if notation is None or not isinstance(rank, Literal) or not isinstance(rank.value, int) or "en" not in labels:
        raise DefinitionError(f"{concept} needs a notation, an integer rank and an English label", path)
    kinds = (SKOS.prefLabel, SKOS.altLabel, SKOS.hiddenLabel)
    wordings = sorted({str(label) for kind in kinds for label in graph.objects(concept, kind)})
    dimension = graph.value(concept, _DIMENSION)
    return Code(
        scheme, key, str(notation), rank.value, labels, _texts(graph, concept, SKOS.definition), tuple(wordings),
        None if dimension is None else str(dimension).rsplit("/", 1)[-1],
    )  # fmt: skip


def _texts(graph: Graph, subject: Node, predicate: URIRef) -> Mapping[str, str]:
    found: dict[str, set[str]] = defaultdict(set)
    for text in graph.objects(subject, predicate):
        if isinstance(text, Literal) and text.language:
            found[text.language].add(str(text))
    return {language: min(texts) for language, texts in sorted(found.items())}
