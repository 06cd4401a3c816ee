"""The constraint components of SHACL Core that the quick look knows (https://www.w3.org/TR/shacl/#core-components).

Each entry makes a function of one parameter of one shape: whether the value nodes of a focus node meet it. What a
function cannot be sure of raises :class:`~ogp_graph.validate.lookup.Unsure`, so that ``sh:not`` does not turn a doubt
into a pass.
"""

from __future__ import annotations

import datetime
import re
from collections import Counter
from typing import TYPE_CHECKING, Protocol

from rdflib import RDF, SH, XSD, Literal, URIRef
from rdflib.collection import Collection

from ogp_graph.validate.lookup import TYPE, Lookup, Unsure, words

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from rdflib import Graph
    from rdflib.term import Node

    Conforms = Callable[[Lookup, str], bool]
    Path = Callable[[Lookup, str], Sequence[str]]
    Check = Callable[[Lookup, str, Sequence[str]], bool]

__all__ = ["ASK_FOR_VALUES", "COMPONENTS", "Check", "Compiler", "Conforms", "Path", "Unknown"]


class Unknown(Exception):
    """A shape has a part that the quick look does not know."""


class Compiler(Protocol):
    """What a component needs of the compiler that it is part of."""

    graph: Graph
    reads_all: bool

    def conforms(self, shape: Node) -> Conforms: ...
    def read(self, predicate: Node) -> str: ...
    def iri(self, node: Node) -> str: ...
    def term(self, node: Node) -> str: ...
    def classes(self, node: Node) -> frozenset[str]: ...


def _count(allowed: Callable[[int, int], bool]) -> Callable[[Compiler, Node, Node], Check]:
    def make(_: Compiler, _shape: Node, value: Node) -> Check:
        number = _number(value)
        return lambda _data, _focus, values: allowed(len(values), number)

    return make


def _length(allowed: Callable[[int, int], bool]) -> Callable[[Compiler, Node, Node], Check]:
    def make(_: Compiler, _shape: Node, value: Node) -> Check:
        number = _number(value)
        return lambda _data, _focus, values: all(allowed(len(words(one)), number) for one in values)

    return make


def _number(value: Node) -> int:
    if not isinstance(value, Literal) or not isinstance(value.value, int):
        raise Unknown
    return value.value


def _class(shapes: Compiler, _: Node, value: Node) -> Check:
    classes = shapes.classes(value)
    return lambda data, _focus, values: all(not classes.isdisjoint(data.values(one, TYPE)) for one in values)


_DAY, _TIME = "[0-9]{4}-[0-9]{2}-[0-9]{2}", r"[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{1,6})?"
_MOMENT = re.compile(f"{_DAY}T{_TIME}(?:Z|[+-][0-9]{{2}}:[0-9]{{2}})?")


def _is_moment(text: str) -> bool:
    if not _MOMENT.fullmatch(text):
        return False
    try:
        datetime.datetime.fromisoformat(text)
    except ValueError:
        return False
    return True


_WELL_FORMED: Mapping[str, Callable[[str], object]] = {
    str(XSD.boolean): re.compile("true|false").fullmatch,
    str(XSD.gYear): re.compile("[12][0-9]{3}").fullmatch,
    str(XSD.nonNegativeInteger): re.compile("[0-9]{1,18}").fullmatch,
    str(XSD.dateTime): _is_moment,
}
"""Forms that are surely right; whether another one is, pySHACL decides."""


def _datatype(_: Compiler, _shape: Node, value: Node) -> Check:
    if value == XSD.string:
        return lambda _data, _focus, values: all(one[-1] == '"' for one in values)
    if value == RDF.langString:
        return lambda _data, _focus, values: all(_language(one) is not None for one in values)
    tail, well_formed = f'"^^<{value}>', _WELL_FORMED.get(str(value))
    if well_formed is None:
        raise Unknown

    def holds(_data: Lookup, _focus: str, values: Sequence[str]) -> bool:
        if not all(one.endswith(tail) and one[0] == '"' for one in values):
            return False
        if not all(well_formed(words(one)) for one in values):
            raise Unsure
        return True

    return holds


def _language(value: str) -> str | None:
    """The language tag of a literal in small letters; None when it has none.

    Raises:
        Unsure: the literal has a direction as well.
    """
    if value[0] != '"' or value[-1] in '">':
        return None
    tag = value[value.rindex('"') + 2 :].lower()
    if "--" in tag:  # a direction, of RDF 1.2
        raise Unsure
    return tag


def _node_kind(_: Compiler, _shape: Node, value: Node) -> Check:
    signs: dict[Node, str] = {SH.IRI: "<", SH.Literal: '"'}
    sign = signs.get(value)
    if sign is None:
        raise Unknown
    return lambda _data, _focus, values: all(one[0] == sign for one in values)


def _pattern(shapes: Compiler, shape: Node, value: Node) -> Check:
    if (shape, SH.flags, None) in shapes.graph:
        raise Unknown
    search = re.compile(str(value)).search
    return lambda _data, _focus, values: all(search(words(one)) is not None for one in values)


def _in(shapes: Compiler, _: Node, value: Node) -> Check:
    allowed = frozenset(shapes.term(one) for one in Collection(shapes.graph, value))
    return lambda _data, _focus, values: allowed.issuperset(values)


def _has_value(shapes: Compiler, _: Node, value: Node) -> Check:
    wanted = shapes.term(value)
    return lambda _data, _focus, values: wanted in values


def _language_in(shapes: Compiler, _: Node, value: Node) -> Check:
    ranges = frozenset(str(one).lower() for one in Collection(shapes.graph, value))

    def holds(_data: Lookup, _focus: str, values: Sequence[str]) -> bool:
        tags = [_language(one) for one in values]
        return all(tag is not None and not ranges.isdisjoint((tag, tag.split("-")[0])) for tag in tags)

    if "*" in ranges:
        raise Unknown
    return holds


def _unique_language(_: Compiler, _shape: Node, value: Node) -> Check:
    if not isinstance(value, Literal) or value.value is not True:
        raise Unknown
    return lambda _data, _focus, values: all(
        tag is None or number == 1 for tag, number in Counter(map(_language, values)).items()
    )


def _pair(allowed: Callable[[Sequence[str], Sequence[str]], bool]) -> Callable[[Compiler, Node, Node], Check]:
    def make(shapes: Compiler, _: Node, value: Node) -> Check:
        other = shapes.read(value)
        return lambda data, focus, values: allowed(values, data.values(focus, other))

    return make


_ORDERED = tuple(f'"^^<{XSD[name]}>' for name in ("gYear", "nonNegativeInteger"))


def _all_less(values: Sequence[str], others: Sequence[str]) -> bool:
    """Whether each value is less than each other one; numbers and years of four digits are compared."""
    return all(_less(one, other) for one in values for other in others)


def _less(one: str, other: str) -> bool:
    for tail in _ORDERED:
        if one.endswith(tail) and other.endswith(tail):
            first, second = words(one), words(other)
            plain = first.isascii() and second.isascii() and first.isdigit() and second.isdigit()
            if plain and ("gYear" not in tail or len(first) == len(second) == 4):
                return int(first) < int(second)
    raise Unsure


def _each(shapes: Compiler, _: Node, value: Node) -> Check:
    conforms = shapes.conforms(value)

    def holds(data: Lookup, _focus: str, values: Sequence[str]) -> bool:
        for one in values:  # noqa: SIM110 - loops are quicker than all()
            if not conforms(data, one):
                return False
        return True

    return holds


def _not(shapes: Compiler, _: Node, value: Node) -> Check:
    conforms = shapes.conforms(value)
    return lambda data, _focus, values: not any(conforms(data, one) for one in values)


def _some(allowed: Callable[[int, int], bool]) -> Callable[[Compiler, Node, Node], Check]:
    """sh:and, sh:or and sh:xone: how many of the shapes a value conforms to, of how many."""

    def make(shapes: Compiler, _: Node, value: Node) -> Check:
        members = [shapes.conforms(one) for one in Collection(shapes.graph, value)]
        number = len(members)
        return lambda data, _focus, values: all(
            allowed(sum(conforms(data, one) for conforms in members), number) for one in values
        )

    return make


def _qualified(shapes: Compiler, shape: Node, value: Node) -> Check:
    if (shape, SH.qualifiedValueShapesDisjoint, None) in shapes.graph:
        raise Unknown
    conforms = shapes.conforms(value)
    least, most = (shapes.graph.value(shape, one) for one in (SH.qualifiedMinCount, SH.qualifiedMaxCount))
    lower, upper = 0 if least is None else _number(least), None if most is None else _number(most)

    def holds(data: Lookup, _focus: str, values: Sequence[str]) -> bool:
        number = sum(conforms(data, one) for one in values)
        return lower <= number and (upper is None or number <= upper)

    return holds


def _nothing(_: Compiler, _shape: Node, _value: Node) -> Check:
    return lambda _data, _focus, _values: True  # belongs to another parameter, which looks at it


def _closed(shapes: Compiler, shape: Node, value: Node) -> Check:
    if not isinstance(value, Literal) or value.value is not True:
        raise Unknown
    shapes.reads_all = True
    graph = shapes.graph
    ignored = graph.value(shape, SH.ignoredProperties)
    allowed = {shapes.iri(one) for one in (Collection(graph, ignored) if ignored is not None else ())}
    paths = [graph.value(part, SH.path) for part in graph.objects(shape, SH.property)]
    allowed |= {f"<{path}>" for path in paths if isinstance(path, URIRef)}
    return lambda data, _focus, values: all(allowed.issuperset(data.predicates(one)) for one in values)


COMPONENTS: Mapping[Node, Callable[[Compiler, Node, Node], Check]] = {
    SH.minCount: _count(lambda number, limit: number >= limit),
    SH.maxCount: _count(lambda number, limit: number <= limit),
    SH.minLength: _length(lambda number, limit: number >= limit),
    SH.maxLength: _length(lambda number, limit: number <= limit),
    SH["class"]: _class,
    SH.datatype: _datatype,
    SH.nodeKind: _node_kind,
    SH.pattern: _pattern,
    SH["in"]: _in,
    SH.hasValue: _has_value,
    SH.languageIn: _language_in,
    SH.uniqueLang: _unique_language,
    SH.equals: _pair(lambda values, others: set(values) == set(others)),
    SH.disjoint: _pair(lambda values, others: set(values).isdisjoint(others)),
    SH.lessThan: _pair(_all_less),
    SH.node: _each,
    SH.property: _each,
    SH["not"]: _not,
    SH["and"]: _some(lambda number, of: number == of),
    SH["or"]: _some(lambda number, _: number > 0),
    SH.xone: _some(lambda number, _: number == 1),
    SH.qualifiedValueShape: _qualified,
    SH.qualifiedMinCount: _nothing,
    SH.qualifiedMaxCount: _nothing,
    SH.closed: _closed,
}
"""Makers of functions, by parameter."""

ASK_FOR_VALUES = frozenset({SH.minCount, SH.hasValue, SH.equals, SH.qualifiedValueShape})
"""Those that may be broken where there is no value; all others say something of each value that there is."""
