"""Which shapes may have something to say of a report: a quick look before pySHACL's (docs/decisions/0022).

Shapes become functions once. Only the constraint components of SHACL Core (https://www.w3.org/TR/shacl/#core-components)
that the shapes use are known; a shape with another one, and a value that cannot be judged by its text, are left to
pySHACL. So a shape is passed only when it is known to have nothing to say.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pyoxigraph as ox
from rdflib import RDF, RDFS, SH, BNode, Graph, Literal, URIRef
from rdflib.collection import Collection

from ogp_graph.validate.components import ASK_FOR_VALUES, COMPONENTS, Compiler, Unknown
from ogp_graph.validate.lookup import SUBCLASS, Lookup, Unsure
from ogp_graph.vocabulary import OGPS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from rdflib.term import Node

    from ogp_graph.validate.components import Conforms, Path

    Target = Callable[[Lookup], Sequence[str]]

__all__ = ["Screen", "screen"]

_SILENT = {
    RDF.type, SH.name, SH.order, SH.message, SH.severity, SH.path, SH.description, SH.ignoredProperties,
    SH.targetClass, SH.targetNode, SH.targetSubjectsOf, SH.targetObjectsOf,
}  # fmt: skip
"""What a shape says that constrains nothing by itself."""
_OWL_CLASS = URIRef("http://www.w3.org/2002/07/owl#Class")


@dataclass(frozen=True, slots=True)
class _Screened:
    """One shape with a target. ``reads`` are the predicates and the classes whose statements its results depend on;
    None when on all."""

    name: str
    targets: tuple[Target, ...]
    conforms: Conforms | None  # None: pySHACL decides always
    reads: frozenset[str] | None


@dataclass(frozen=True, slots=True)
class Screen:
    """The shapes as functions, and the definitions that they look up."""

    known: Lookup
    shapes: tuple[_Screened, ...]

    def finds(self, lines: Iterable[str]) -> dict[str, frozenset[str] | None]:
        """The shapes (IRIs) that may have results about the N-Quads ``lines``, each with the predicates and the classes
        whose statements its results depend on (None: all)."""
        try:
            data = Lookup(lines, self.known)
        except Unsure:
            return {shape.name: None for shape in self.shapes}
        return {shape.name: shape.reads for shape in self.shapes if not _passes(shape, data)}


def _passes(shape: _Screened, data: Lookup) -> bool:
    if shape.conforms is None:
        return False
    try:
        for target in shape.targets:
            for focus in target(data):
                if not shape.conforms(data, focus):
                    return False
    except Unsure:
        return False
    return True


def _instances(classes: frozenset[str]) -> Target:
    return lambda data: data.instances(classes)


def _node(node: str) -> Target:
    return lambda _: (node,)


def _subjects(predicate: str) -> Target:
    return lambda data: data.subjects_of(predicate)


def _objects(predicate: str) -> Target:
    return lambda data: data.objects_of(predicate)


def screen(graph: Graph, facts: Iterable[tuple[Node, Node, Node]]) -> Screen:
    """The shapes of ``graph`` that have a target, as functions; ``facts`` are the definitions that they look up."""
    known = Lookup(f"{s.n3()} {p.n3()} {o.n3()} <{OGPS}> ." for s, p, o in facts)
    compiling = _Shapes(graph, known)
    kinds = (SH.targetClass, SH.targetNode, SH.targetSubjectsOf, SH.targetObjectsOf)
    named = sorted({node for kind in kinds for node in graph.subjects(kind) if isinstance(node, URIRef)})
    return Screen(known, tuple(compiling.screened(node) for node in named))


class _Shapes(Compiler):
    """Makes functions of shapes, each once for a screened one that uses it."""

    def __init__(self, graph: Graph, known: Lookup) -> None:
        self.graph, self.known = graph, known
        self.reads: set[str] = set()
        self.reads_all = False
        self.under_way: list[Node] = []

    def screened(self, shape: URIRef) -> _Screened:
        """The function of one shape with its targets."""
        self.reads, self.reads_all, self.under_way = {SUBCLASS}, False, []
        try:
            conforms: Conforms | None = self.conforms(shape)
            targets = tuple(self._targets(shape))
        except Unknown:
            return _Screened(str(shape), (), None, None)
        return _Screened(str(shape), targets, conforms, None if self.reads_all else frozenset(self.reads))

    def _targets(self, shape: Node) -> Iterable[Target]:
        if (shape, RDF.type, RDFS.Class) in self.graph or (shape, RDF.type, _OWL_CLASS) in self.graph:
            raise Unknown  # an implicit class target (2.1.3.3)
        objects = self.graph.objects
        yield from (_instances(self.classes(one)) for one in objects(shape, SH.targetClass))
        yield from (_node(self.iri(one)) for one in objects(shape, SH.targetNode))
        yield from (_subjects(self.read(one)) for one in objects(shape, SH.targetSubjectsOf))
        for one in objects(shape, SH.targetObjectsOf):
            self.reads_all = True  # a finding about a literal says whose value it is
            yield _objects(self.read(one))

    def conforms(self, shape: Node) -> Conforms:
        """Whether a node conforms to ``shape`` (https://www.w3.org/TR/shacl/#conformance-definition)."""
        if shape in self.under_way:
            raise Unknown  # recursive shapes are undefined (3.4.3)
        self.under_way.append(shape)
        path = self.graph.value(shape, SH.path)
        follow = None if path is None else self.path(path)
        checks, asking = [], []
        for parameter, value in sorted(self.graph.predicate_objects(shape)):
            if parameter in _SILENT:
                continue
            if parameter not in COMPONENTS:
                raise Unknown
            checks.append(COMPONENTS[parameter](self, shape, value))
            asking += checks[-1:] if parameter in ASK_FOR_VALUES else []
        self.under_way.pop()
        if len(checks) == 1 and follow is None:
            only = checks[0]
            return lambda data, node: only(data, node, (node,))

        def holds(data: Lookup, node: str) -> bool:
            values = (node,) if follow is None else follow(data, node)
            for check in checks if values else asking:  # noqa: SIM110 - loops are quicker than all()
                if not check(data, node, values):
                    return False
            return True

        return holds

    def path(self, path: Node) -> Path:
        """The values of a property path (https://www.w3.org/TR/shacl/#property-paths), each once."""
        if isinstance(path, URIRef):
            predicate = self.read(path)
            return lambda data, node: data.values(node, predicate)
        inverse, either = self.graph.value(path, SH.inversePath), self.graph.value(path, SH.alternativePath)
        if isinstance(inverse, URIRef):
            backwards = self.read(inverse)
            return lambda data, node: data.sources(node, backwards)
        if either is not None:
            ways = [self.path(step) for step in Collection(self.graph, either)]
            return lambda data, node: list(dict.fromkeys(value for way in ways for value in way(data, node)))
        if not isinstance(path, BNode) or (path, RDF.first, None) not in self.graph:
            raise Unknown
        steps = [self.path(step) for step in Collection(self.graph, path)]

        def follow(data: Lookup, node: str) -> Sequence[str]:
            nodes: Sequence[str] = (node,)
            for step in steps:
                nodes = list(dict.fromkeys(value for one in nodes for value in step(data, one)))
            return nodes

        return follow

    def read(self, predicate: Node) -> str:
        """``predicate`` as N-Quads has it; results depend on its statements."""
        self.reads.add(self.iri(predicate))
        return self.iri(predicate)

    def iri(self, node: Node) -> str:
        """An IRI as N-Quads has it."""
        if not isinstance(node, URIRef):
            raise Unknown
        return f"<{node}>"

    def term(self, node: Node) -> str:
        """An IRI or a literal as N-Quads has it."""
        if not isinstance(node, Literal):
            return self.iri(node)
        datatype = None if node.language or node.datatype is None else ox.NamedNode(node.datatype)
        return str(ox.Literal(str(node), datatype=datatype, language=node.language))

    def classes(self, node: Node) -> frozenset[str]:
        """A class and those below it."""
        found, new = set[str](), {self.iri(node)}
        while new:
            found |= new
            new = {below for one in new for below in self.known.sources(one, SUBCLASS)} - found
        self.reads |= found
        return frozenset(found)
