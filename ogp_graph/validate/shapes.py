"""The shapes applied to one report (SHACL, https://www.w3.org/TR/shacl/); what they say becomes findings."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import pyoxigraph as ox
from pyshacl.pytypes import SHACLExecutor
from pyshacl.shapes_graph import ShapesGraph
from rdflib import RDF, RDFS, SH, SKOS, BNode, Graph, Literal, URIRef
from rdflib.collection import Collection
from rdflib.namespace import FOAF

from ogp_graph.model import Finding, Severity
from ogp_graph.names import DEFAULT_BASE, redact
from ogp_graph.validate.findings import sorting_key
from ogp_graph.validate.places import Places
from ogp_graph.validate.screen import Screen, screen
from ogp_graph.validate.wording import property_in_words, thing_in_words
from ogp_graph.vocabulary import OGPS, OGPV, XSD, data_folder, definition_graph, read_turtle

if TYPE_CHECKING:
    from collections.abc import Container, Iterable
    from pathlib import Path

    from pyshacl.shape import Shape
    from rdflib.term import Node

__all__ = ["Shapes", "judge", "load_shapes", "shapes_graph", "validate"]

_TARGETS = (SH.targetClass, SH.targetNode, SH.targetSubjectsOf, SH.targetObjectsOf)
_PERSONAL = {FOAF.name, URIRef(OGPV + "affiliation")}  # values that findings never repeat
_SEVERITIES = {SH.Violation: Severity.VIOLATION, SH.Warning: Severity.WARNING, SH.Info: Severity.INFO}
_CAPITAL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_SHOWN = 60  # characters of a value that a finding repeats
_QUOTED = 200  # characters of the words at a finding's place
_STRING = XSD + "string"

_iri = lru_cache(maxsize=4096)(URIRef)


@dataclass(frozen=True, slots=True)
class Shapes:
    """The shapes, ready to be applied any number of times, and the definitions that they look up."""

    base: str
    engine: tuple[Shape, ...]
    facts: tuple[tuple[Node, Node, Node], ...]
    screen: Screen


def shapes_graph(folder: Path | None = None, base: str = DEFAULT_BASE) -> Graph:
    """Every file in ``folder`` (by default the project's ``shapes``) as one graph, codes below ``base``.

    Raises:
        DefinitionError: a file does not parse.
    """
    graph = Graph("SimpleMemory", bind_namespaces="none")
    for path in sorted((folder or data_folder("shapes")).glob("*.ttl")):
        graph += read_turtle(path)
    if base != DEFAULT_BASE:
        for subject, predicate, value in list(graph):
            graph.remove((subject, predicate, value))
            graph.add((_moved(subject, base), _moved(predicate, base), _moved(value, base)))
    return graph


@lru_cache(maxsize=4)
def load_shapes(folder: Path | None = None, base: str = DEFAULT_BASE) -> Shapes:
    """The shapes of ``folder`` (by default the project's ``shapes``), loaded once per process.

    Raises:
        DefinitionError: a file does not parse.
    """
    graph = shapes_graph(folder, base)
    defined = ((_term(q.subject), _term(q.predicate), _term(q.object)) for q in definition_graph(base))
    facts = tuple(triple for triple in defined if _is_fact(triple[1], triple[2]))
    _spread_targets(graph)
    screened = screen(graph, facts)  # before the graph is made ready for pySHACL alone
    return Shapes(base, _engine(graph), facts, screened)


def validate(quads: Iterable[ox.Quad], *, report: str, shapes: Shapes) -> tuple[Finding, ...]:
    """What the shapes say of one report: its statements, its citations and the things that it shares, together.

    The names of graphs do not matter. Sorted: violations first, then by code and message. ``report`` is the key
    that the findings name. Each finding's code is the name of the shape (``ogps:PlanEndYear``: ``plan-end-year``)."""
    told = list(quads)
    places = Places([f"{quad} ." for quad in told])
    found = judge(told, report=report, shapes=shapes, places=places)
    return tuple(sorted({finding for _, finding in found}, key=sorting_key))


def judge(
    quads: Iterable[ox.Quad],
    *,
    report: str,
    shapes: Shapes,
    places: Places,
    only: Container[str] | None = None,
    reads: Container[str] | None = None,
) -> list[tuple[str, Finding]]:
    """pySHACL's findings, each with the shape (IRI) that gave it.

    ``places`` tells where the values that they are about were read. ``only`` names the shapes to apply, ``reads`` the
    predicates and the classes, as N-Quads has them, of the definitions that these look up (None: all)."""
    graph = _Statements("SimpleMemory", bind_namespaces="none")
    for fact in shapes.facts:
        _, one, value = fact
        if reads is None or f"<{one}>" in reads or (one == RDF.type and f"<{value}>" in reads):
            graph.add(fact)
    for quad in quads:
        graph.add((_term(quad.subject), _term(quad.predicate), _term(quad.object)))
    executor = SHACLExecutor()
    found = []
    for shape in shapes.engine:
        if only is not None and str(shape.node) not in only:
            continue
        for _, result, triples in shape.validate(executor, graph)[1]:
            told = {p: o[1] if isinstance(o, tuple) else o for s, p, o in triples if s == result}
            found.append((str(shape.node), _finding(told, graph, report, shapes.base, places)))
    return found


def _is_fact(predicate: Node, value: Node) -> bool:
    """Whether a statement of the definitions is one that shapes look up: what is a code, of which list, for which
    dimension, and which of our classes is below which."""
    if predicate == RDF.type:
        return value == SKOS.Concept
    if predicate == RDFS.subClassOf:
        return str(value).startswith(OGPV)
    return predicate in (SKOS.inScheme, URIRef(OGPV + "dimension"))


def _engine(graph: Graph) -> tuple[Shape, ...]:
    """pySHACL's shapes that have a target; they forget what they have read once and would look through for ever."""
    _turn_patterns(graph)
    shapes = [shape for shape in ShapesGraph(graph).shapes if any(graph.value(shape.node, one) for one in _TARGETS)]
    for read in (RDF.type, SH.name, SH.order, SH.message, SH.severity, SH.path):
        graph.remove((None, read, None))
    return tuple(sorted(shapes, key=lambda shape: str(shape.node)))


class _Statements(Graph):
    """A graph that is true without counting its statements: pySHACL asks it so for each result."""

    def __bool__(self) -> bool:
        return True


def _spread_targets(graph: Graph) -> None:
    """Gives each property shape the targets of the node shapes that have it, and takes it away from them.

    The results are the same by definition of sh:property (https://www.w3.org/TR/shacl/#PropertyConstraintComponent),
    but pySHACL then looks at all focus nodes of a property shape at once, which is several times faster. Paths that
    sh:closed counted as known become ignored ones."""
    for shape, _ in list(graph.subject_objects(SH.targetClass)) + list(graph.subject_objects(SH.targetNode)):
        parts = list(graph.objects(shape, SH.property))
        targets = [(one, value) for one in _TARGETS for value in graph.objects(shape, one)]
        for part in parts:
            graph.remove((shape, SH.property, part))
            for one, value in targets:
                graph.add((part, one, value))
        if parts and (ignored := graph.value(shape, SH.ignoredProperties)) is not None:
            paths = [path for part in parts for path in graph.objects(part, SH.path) if isinstance(path, URIRef)]
            known = Collection(graph, ignored)
            known += sorted(set(paths) - set(known))


def _turn_patterns(graph: Graph) -> None:
    """Writes "not this pattern" as one pattern for Python's regular expressions, which pySHACL uses: the same values
    fail, and they are looked at together. The files keep the portable form."""
    for shape, other in list(graph.subject_objects(SH["not"])):
        constraints = {one: value for one, value in graph.predicate_objects(other) if one != RDF.type}
        if set(constraints) == {SH.pattern}:
            graph.remove((shape, SH["not"], other))
            graph.add((shape, SH.pattern, Literal(rf"^(?![\s\S]*(?:{constraints[SH.pattern]}))")))


def _finding(told: dict[Node, Any], graph: Graph, report: str, base: str, places: Places) -> Finding:
    shape, focus, path, value = (told.get(SH[name]) for name in ("sourceShape", "focusNode", "resultPath", "value"))
    if isinstance(focus, Literal) or not str(focus).startswith(base):
        # A shape that targets values: say whose value it is, never the value.
        (focus, path), value = min(graph.subject_predicates(focus), default=(focus, path)), None
    if str(focus).startswith(f"{base}code/") and str(value).startswith(f"{base}id/"):
        focus, path, value = value, None, None  # the question only leads to the answer that is wrong
    place = thing_in_words(str(focus), report, base)
    if isinstance(path, URIRef):
        place += f", {property_in_words(path)}"
    if value is not None and value != focus and path not in _PERSONAL:
        place += f": {_shown(value, report, base)}"
    found = Finding(
        severity=_SEVERITIES[told[SH.resultSeverity]],
        code=_kebab(str(shape).removeprefix(OGPS)),
        message=redact(f"{told[SH.resultMessage]} ({place})"),
        report=report,
    )
    return _placed(found, str(focus), path, base, places)


def _placed(finding: Finding, focus: str, path: Node | None, base: str, places: Places) -> Finding:
    """``finding`` with the place of what it is about; what a whole report lacks has none."""
    if focus.startswith(f"{base}id/capture/"):
        return replace(finding, capture=focus.rpartition("/")[2])
    one = str(path) if isinstance(path, URIRef) else None
    place = places.of(focus, one, exactly=focus == f"{base}id/report/{finding.report}")
    if place is None:
        return finding
    quote = None if path in _PERSONAL or "/id/evaluator/" in focus else place.quote
    return replace(finding, capture=place.capture, span=place.span, quote=quote and redact(quote)[:_QUOTED])


def _kebab(name: str) -> str:
    return _CAPITAL.sub("-", name).lower()


def _shown(value: object, report: str, base: str) -> str:
    if not isinstance(value, Literal):
        return thing_in_words(str(value), report, base)
    text = str(value)
    return f"“{text}”" if len(text) <= _SHOWN else f"“{text[:_SHOWN]}…”"


def _moved(part: Node, base: str) -> Node:
    if isinstance(part, URIRef) and part.startswith(DEFAULT_BASE + "code/"):
        return URIRef(base + part.removeprefix(DEFAULT_BASE))
    return part


def _term(part: ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple) -> Node:
    """A pyoxigraph term as rdflib has it, lexical form untouched."""
    if isinstance(part, ox.NamedNode):
        return _iri(part.value)
    if isinstance(part, ox.Literal):
        if part.language:
            return Literal(part.value, lang=part.language)
        datatype = part.datatype.value
        return Literal(part.value, datatype=None if datatype == _STRING else _iri(datatype), normalize=False)
    if isinstance(part, ox.BlankNode):
        return BNode(part.value)
    return Literal(str(part))  # a triple term of RDF 1.2, which no shape allows
