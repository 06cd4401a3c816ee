"""Where statements are looked up: the store of a release, or any file through the engine that serves it."""

from __future__ import annotations

from collections import defaultdict
from functools import cached_property
from typing import TYPE_CHECKING, Protocol

import pyoxigraph as ox

from ogp_graph.formats import FORMATS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from ogp_graph.engine import Engine

    Term = ox.NamedNode | ox.Literal | ox.BlankNode | ox.Triple
    Said = Mapping[str, Mapping[str, list[Term]]]

__all__ = ["Asked", "Graph", "Stored", "iri", "said", "value_of"]

_MOST = 1000  # statements of a file about one thing, in either direction


class Graph(Protocol):
    """Statements of the default graph, and of one named graph."""

    def from_(self, subject: str, predicate: str | None = None) -> list[ox.Triple]:
        """What is said of ``subject``."""

    def to(self, value: str, predicate: str | None = None) -> list[ox.Triple]:
        """What refers to ``value``."""

    def named(self, name: str) -> list[ox.Triple]:
        """What stands in the named graph."""

    def lines(self, name: str) -> list[str]:
        """The same as lines of N-Triples: a third of the time where there is much."""

    def home(self, subject: str) -> str:
        """The named graph in which ``subject`` is described, the first of several; empty when there is none."""


class Stored:
    """The store of a release, opened when it is first asked."""

    def __init__(self, path: Path) -> None:
        self._path = path

    @cached_property
    def _store(self) -> ox.Store:
        return ox.Store.read_only(str(self._path))

    def forget(self) -> None:
        """Closes the store, which keeps what it has read in some hundred megabytes; it is opened when asked again."""
        self.__dict__.pop("_store", None)

    def from_(self, subject: str, predicate: str | None = None) -> list[ox.Triple]:
        found = self._store.quads_for_pattern(ox.NamedNode(subject), _node(predicate), None, ox.DefaultGraph())
        return [quad.triple for quad in found]

    def to(self, value: str, predicate: str | None = None) -> list[ox.Triple]:
        found = self._store.quads_for_pattern(None, _node(predicate), ox.NamedNode(value), ox.DefaultGraph())
        return [quad.triple for quad in found]

    def named(self, name: str) -> list[ox.Triple]:
        return [quad.triple for quad in self._store.quads_for_pattern(None, None, None, ox.NamedNode(name))]

    def lines(self, name: str) -> list[str]:
        text = self._store.dump(format=ox.RdfFormat.N_TRIPLES, from_graph=ox.NamedNode(name)) or b""
        return text.decode().split("\n")[:-1]

    def home(self, subject: str) -> str:
        names = (quad.graph_name for quad in self._store.quads_for_pattern(ox.NamedNode(subject), None, None, None))
        return min((name.value for name in names if isinstance(name, ox.NamedNode)), default="")


class Asked:
    """Any file, by fixed queries to its engine. At most 1,000 statements in either direction."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def from_(self, subject: str, predicate: str | None = None) -> list[ox.Triple]:
        return self._all(str(ox.NamedNode(subject)), _written(predicate), "?value")

    def to(self, value: str, predicate: str | None = None) -> list[ox.Triple]:
        return self._all("?thing", _written(predicate), str(ox.NamedNode(value)))

    def named(self, name: str) -> list[ox.Triple]:
        place = str(ox.NamedNode(name))
        return self._asked(f"CONSTRUCT {{ ?s ?p ?o }} WHERE {{ GRAPH {place} {{ ?s ?p ?o }} }} LIMIT {_MOST}")

    def lines(self, name: str) -> list[str]:
        return [f"{triple} ." for triple in self.named(name)]

    def home(self, subject: str) -> str:  # noqa: ARG002
        return ""

    def _all(self, *pattern: str) -> list[ox.Triple]:
        one = " ".join(pattern)
        where = f"{{ {one} }} UNION {{ GRAPH ?graph {{ {one} }} }}"
        return self._asked(f"CONSTRUCT {{ {one} }} WHERE {{ {where} }} LIMIT {_MOST}")

    def _asked(self, query: str) -> list[ox.Triple]:
        answer = self._engine.query(query, format=FORMATS["ntriples"])
        return sorted({quad.triple for quad in ox.parse(answer.read(), format=ox.RdfFormat.N_TRIPLES)}, key=str)


def said(triples: Iterable[ox.Triple]) -> Said:
    """Subject -> predicate -> values."""
    found: dict[str, dict[str, list[Term]]] = defaultdict(lambda: defaultdict(list))
    for triple in triples:
        found[iri(triple.subject)][triple.predicate.value].append(triple.object)
    return found


def iri(term: object) -> str:
    """The IRI that ``term`` is; empty when it is none."""
    return term.value if isinstance(term, ox.NamedNode) else ""


def value_of(term: object) -> str:
    """What a literal says, or the IRI that ``term`` is; empty when it is neither."""
    return term.value if isinstance(term, ox.Literal | ox.NamedNode) else ""


def _node(predicate: str | None) -> ox.NamedNode | None:
    return None if predicate is None else ox.NamedNode(predicate)


def _written(predicate: str | None) -> str:
    return "?property" if predicate is None else str(ox.NamedNode(predicate))
