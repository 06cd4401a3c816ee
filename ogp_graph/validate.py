"""Validation: whether a report may be released (SHACL, ``shapes/``), and findings as text, JSON Lines and RDF."""

from __future__ import annotations

import hashlib
import json
import re
from collections import Counter, defaultdict
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import msgspec
import pyoxigraph as ox
from pyshacl.pytypes import SHACLExecutor
from pyshacl.shapes_graph import ShapesGraph
from rdflib import OWL, RDF, RDFS, SH, SKOS, BNode, Graph, Literal, URIRef
from rdflib.collection import Collection
from rdflib.namespace import FOAF

from ogp_graph.errors import DefinitionError
from ogp_graph.model import Finding, Severity
from ogp_graph.names import DEFAULT_BASE, redact
from ogp_graph.vocabulary import OGPV, data_folder, definition_graph, node

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from rdflib.term import Node

    from ogp_graph.names import IRIs

__all__ = ["OGPS", "Shapes", "findings_graph", "findings_lines", "load_shapes", "shapes_graph", "summary", "validate"]

OGPS = "https://w3id.org/ogp-graph/shapes#"

_TARGETS = (SH.targetClass, SH.targetNode, SH.targetSubjectsOf, SH.targetObjectsOf)
_FACTS = {RDF.type, SKOS.inScheme, RDFS.subClassOf, URIRef(OGPV + "dimension")}  # what shapes ask of definitions
_PERSONAL = {FOAF.name, URIRef(OGPV + "affiliation")}  # values that findings never repeat
_SEVERITIES = {SH.Violation: Severity.VIOLATION, SH.Warning: Severity.WARNING, SH.Info: Severity.INFO}
_ORDER = {severity: place for place, severity in enumerate(Severity)}
_CAPITAL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_SHOWN = 60  # characters of a value that a finding repeats
_EXAMPLES = 3  # places that the summary names for each kind of finding


@dataclass(frozen=True, slots=True)
class Shapes:
    """The shapes, ready to be applied any number of times, and the definitions that they look up."""

    base: str
    engine: ShapesGraph
    facts: tuple[tuple[Node, Node, Node], ...]


def shapes_graph(folder: Path | None = None, base: str = DEFAULT_BASE) -> Graph:
    """Every file in ``folder`` (by default the project's ``shapes``) as one graph, codes below ``base``.

    Raises:
        DefinitionError: a file does not parse.
    """
    graph = Graph()
    for path in sorted((folder or data_folder("shapes")).glob("*.ttl")):
        try:
            graph.parse(path, format="turtle")
        except (OSError, SyntaxError, ValueError) as error:
            raise DefinitionError(str(error), str(path)) from error
    if base != DEFAULT_BASE:
        for triple in list(graph):
            moved = tuple(_moved(part, base) for part in triple)
            if moved != triple:
                graph.remove(triple)
                graph.add(moved)  # type: ignore[arg-type]
    return graph


@lru_cache(maxsize=4)
def load_shapes(folder: Path | None = None, base: str = DEFAULT_BASE) -> Shapes:
    """The shapes of ``folder`` (by default the project's ``shapes``), loaded once per process.

    Raises:
        DefinitionError: a file does not parse.
    """
    graph = shapes_graph(folder, base)
    _spread_targets(graph)
    facts = []
    for quad in definition_graph(base):
        triple = (_term(quad.subject), _term(quad.predicate), _term(quad.object))
        if triple[1] in _FACTS and triple[2] not in (OWL.Ontology, SKOS.ConceptScheme):
            facts.append(triple)
    return Shapes(base, ShapesGraph(graph), tuple(facts))


def validate(quads: Iterable[ox.Quad], *, report: str, shapes: Shapes) -> tuple[Finding, ...]:
    """What the shapes say of one report: its statements, its citations and the things that it shares, together.

    The names of graphs do not matter. Sorted: violations first, then by code and message. ``report`` is the key
    that the findings name. Each finding's code is the name of the shape (``ogps:PlanEndYear``: ``plan-end-year``)."""
    graph = Graph()
    graph.addN((*fact, graph) for fact in shapes.facts)
    graph.addN((_term(q.subject), _term(q.predicate), _term(q.object), graph) for q in quads)
    executor = SHACLExecutor()
    found = set()
    for shape in shapes.engine.shapes:
        for _, result, triples in shape.validate(executor, graph)[1]:
            told = {p: o[1] if isinstance(o, tuple) else o for s, p, o in triples if s == result}
            found.add(_finding(told, graph, report, shapes.base))
    return tuple(sorted(found, key=_sorting))


def findings_lines(findings: Iterable[Finding]) -> str:
    """JSON Lines: one finding a line, in the given order, without the fields that are not known."""
    lines = []
    for finding in findings:
        known = {name: value for name, value in msgspec.to_builtins(_redacted(finding)).items() if value is not None}
        lines.append(json.dumps(known, ensure_ascii=False) + "\n")
    return "".join(lines)


def findings_graph(findings: Iterable[Finding], iris: IRIs) -> list[ox.Quad]:
    """One ``sh:ValidationReport`` about all findings (https://www.w3.org/TR/shacl/#validation-report), sorted.

    Every node has an IRI made from its content; statements stand in the default graph."""
    results = {_digest(_redacted(one)): _redacted(one) for one in findings}
    whole = ox.NamedNode(f"{iris.base}id/findings/{_digest(sorted(results))}")
    conforms = ox.Literal(str(not results).lower(), datatype=node("xsd:boolean"))
    quads = [ox.Quad(whole, node("rdf:type"), node("sh:ValidationReport")), ox.Quad(whole, node("sh:conforms"), conforms)]
    for digest, finding in results.items():
        result = ox.NamedNode(f"{iris.base}id/finding/{digest}")
        quads.append(ox.Quad(whole, node("sh:result"), result))
        quads += _result(result, whole, finding, iris)
    return sorted(quads, key=str)


def summary(findings: Iterable[Finding]) -> str:
    """Findings for a reader: counts, then each kind once, with the first places where it was found."""
    kinds: dict[tuple[Severity, str], list[Finding]] = defaultdict(list)
    for finding in sorted({_redacted(one) for one in findings}, key=_sorting):
        kinds[finding.severity, finding.code].append(finding)
    if not kinds:
        return "No findings.\n"
    lines = [_counts(kinds)]
    for severity in Severity:
        codes = sorted((-len(found), code) for (kind, code), found in kinds.items() if kind is severity)
        lines += [f"\n{_HEADINGS[severity]}"] if codes else []
        for _, code in codes:
            lines += _kind(code, kinds[severity, code])
    return "\n".join(lines) + "\n"


_HEADINGS = {
    Severity.VIOLATION: "Violations (the input gives no report, or the report is not released)",
    Severity.WARNING: "Warnings (released and listed)",
    Severity.INFO: "Notes",
}


def _counts(kinds: dict[tuple[Severity, str], list[Finding]]) -> str:
    names = {Severity.VIOLATION: "violation", Severity.WARNING: "warning", Severity.INFO: "note"}
    numbers = Counter({severity: 0 for severity in Severity})
    for (severity, _), found in kinds.items():
        numbers[severity] += len(found)
    return ", ".join(f"{numbers[s]} {names[s]}{'' if numbers[s] == 1 else 's'}" for s in Severity) + "."


def _kind(code: str, found: list[Finding]) -> Iterator[str]:
    yield f"  {code}: {len(found)}"
    for one in found[:_EXAMPLES]:
        place = one.report or one.name or one.capture or "no place"
        span = f", characters {one.span.start}-{one.span.end}" if one.span else ""
        yield f"    {place}{span}: {one.message}"
    if len(found) > _EXAMPLES:
        yield f"    and {len(found) - _EXAMPLES} more"


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


def _finding(told: dict[Node, Any], graph: Graph, report: str, base: str) -> Finding:
    shape, focus, path, value = (told.get(SH[name]) for name in ("sourceShape", "focusNode", "resultPath", "value"))
    if isinstance(focus, Literal):  # a shape that targets values: say whose value it is, never the value
        focus, path, value = *min(graph.subject_predicates(focus)), None
    place = _local(focus, report, base)
    if isinstance(path, URIRef):
        place += f", {re.split('[#/]', path)[-1]}"
    if value is not None and value != focus and path not in _PERSONAL:
        place += f": {_shown(value, report, base)}"
    is_capture = str(focus).startswith(f"{base}id/capture/")
    return Finding(
        severity=_SEVERITIES[told[SH.resultSeverity]],
        code=_kebab(str(shape).removeprefix(OGPS)),
        message=redact(f"{told[SH.resultMessage]} ({place})"),
        report=report,
        capture=str(focus).rsplit("/", 1)[-1] if is_capture else None,
    )


def _result(result: ox.NamedNode, whole: ox.NamedNode, finding: Finding, iris: IRIs) -> Iterator[ox.Quad]:
    capture = ox.NamedNode(iris.capture(finding.capture)) if finding.capture else None
    report = ox.NamedNode(iris.report(finding.report)) if finding.report else None
    yield ox.Quad(result, node("rdf:type"), node("sh:ValidationResult"))
    yield ox.Quad(result, node("sh:focusNode"), report or capture or whole)
    yield ox.Quad(result, node("sh:resultSeverity"), node(f"sh:{finding.severity}"))
    yield ox.Quad(result, node("sh:resultMessage"), ox.Literal(finding.message, language="en"))
    yield ox.Quad(result, node("sh:sourceConstraintComponent"), ox.NamedNode(OGPS + "FindingConstraintComponent"))
    yield ox.Quad(result, node("dcterms:identifier"), ox.Literal(finding.code))
    if finding.name is not None:
        yield ox.Quad(result, node("dcterms:title"), ox.Literal(finding.name))
    if capture is not None and finding.span is None:
        yield ox.Quad(result, node("dcterms:source"), capture)
    elif capture is not None and finding.span is not None:
        place = ox.NamedNode(f"{result.value}/source")
        selector = ox.NamedNode(f"{result.value}/source/selector")
        yield ox.Quad(result, node("dcterms:source"), place)
        yield ox.Quad(place, node("rdf:type"), node("oa:SpecificResource"))
        yield ox.Quad(place, node("oa:hasSource"), capture)
        yield ox.Quad(place, node("oa:hasSelector"), selector)
        yield ox.Quad(selector, node("rdf:type"), node("oa:TextPositionSelector"))
        for name, number in (("oa:start", finding.span.start), ("oa:end", finding.span.end)):
            yield ox.Quad(selector, node(name), ox.Literal(str(number), datatype=node("xsd:nonNegativeInteger")))
        if finding.quote is not None:
            yield ox.Quad(selector, node("rdf:type"), node("oa:TextQuoteSelector"))
            yield ox.Quad(selector, node("oa:exact"), ox.Literal(finding.quote))


def _sorting(finding: Finding) -> tuple[int, str, str, str, str, str]:
    known = (finding.code, finding.report or "", finding.message, finding.name or "", repr(finding))
    return (_ORDER[finding.severity], *known)


def _redacted(finding: Finding) -> Finding:
    texts = {name: getattr(finding, name) for name in ("message", "name", "quote")}
    if all(text is None or redact(text) == text for text in texts.values()):
        return finding
    return msgspec.structs.replace(finding, **texts)


def _digest(value: object) -> str:
    return hashlib.sha256(msgspec.json.encode(value, order="deterministic")).hexdigest()[:24]


def _kebab(name: str) -> str:
    return _CAPITAL.sub("-", name).lower()


def _local(thing: object, report: str, base: str) -> str:
    """The part of an IRI below ``base`` that a reader needs."""
    name = str(thing).removeprefix(base).removeprefix("id/").removeprefix("code/")
    for kind in ("report", "commitment", "evaluator"):
        if name.startswith(f"{kind}/{report}"):
            return f"{kind}{name.removeprefix(f'{kind}/{report}')}".removeprefix("report/")
    return name


def _shown(value: object, report: str, base: str) -> str:
    if not isinstance(value, Literal):
        return _local(value, report, base)
    text = str(value)
    return f"“{text}”" if len(text) <= _SHOWN else f"“{text[:_SHOWN]}…”"


def _moved(part: Node, base: str) -> Node:
    code = DEFAULT_BASE + "code/"
    return URIRef(base + part.removeprefix(DEFAULT_BASE)) if isinstance(part, URIRef) and part.startswith(code) else part


def _term(part: ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple) -> Node:
    """A pyoxigraph term as rdflib has it, lexical form untouched."""
    if isinstance(part, ox.NamedNode):
        return URIRef(part.value)
    if isinstance(part, ox.Literal):
        if part.language:
            return Literal(part.value, lang=part.language)
        datatype = part.datatype.value
        return Literal(part.value, datatype=None if datatype == _STRING else URIRef(datatype), normalize=False)
    if isinstance(part, ox.BlankNode):
        return BNode(part.value)
    raise TypeError("a triple inside a triple")


_STRING = "http://www.w3.org/2001/XMLSchema#string"
