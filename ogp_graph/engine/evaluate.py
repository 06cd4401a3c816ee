"""One query over one store, written to one file."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Protocol

import msgspec
import pyoxigraph as ox

from ogp_graph.engine.merge import merge
from ogp_graph.engine.scan import undeclared
from ogp_graph.engine.wellformed import holding
from ogp_graph.errors import QueryRefused
from ogp_graph.formats import FORMATS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ogp_graph.engine.scan import Scanned
    from ogp_graph.formats import Format

__all__ = ["Request", "Sink", "evaluate", "refused", "request"]

_PLACE = re.compile(r"error at (\d+):(\d+): (.*)", re.DOTALL)
_REASON = re.compile(r"(?![\['\"|])\S+(?: \S+)+")  # an alternative of the parser's that is a sentence
_LONGEST = 300  # characters of a parser's message


class Sink(Protocol):
    """All that an answer is written with."""

    def write(self, data: bytes, /) -> int: ...


class Request(msgspec.Struct, frozen=True, omit_defaults=True):
    """A query as it is sent to a worker. ``graphs`` are the IRIs that have to exist; ``default_graphs`` and
    ``named_graphs`` are the data set, None when the query says it itself, in one clause at most; ``base`` resolves
    relative IRIs.
    What is not ``scanned`` has to be, before it runs."""

    text: str
    format: str
    graphs: tuple[str, ...] = ()
    default_graphs: tuple[str, ...] | None = None
    named_graphs: tuple[str, ...] | None = None
    base: str = ""
    scanned: bool = True


def request(
    query: Scanned,
    chosen: Format,
    default_graphs: Sequence[str] | None,
    named_graphs: Sequence[str] | None,
) -> Request:
    """The request for ``query``. When either list of graphs is given, the other one is empty rather than everything
    (SPARQL 1.1 Protocol, 2.1.4, and SPARQL 1.1, 13.2)."""
    if query.makes_graph is (chosen.rdf is None):
        raise QueryRefused(f"{query.form} has no answer in {chosen.media_type}")
    dataset = (default_graphs, named_graphs) if default_graphs or named_graphs else query.dataset
    if dataset is not None:
        default, named = (tuple(dict.fromkeys(graphs or ())) for graphs in dataset)
        return Request(query.text, chosen.name, (*default, *named), default, named, query.base, query.whole)
    return Request(query.text, chosen.name, query.graphs, base=query.base, scanned=query.whole)


def evaluate(store: ox.Store, asked: Request, out: Sink) -> None:
    """Writes the whole answer to ``out``; the engine serialises it.

    Raises:
        QueryRefused: it does not parse, cannot be evaluated, or names a graph that the store does not have.
        NotInFormat: the format cannot hold the result.
    """
    for iri in asked.graphs:
        if not _has_graph(store, iri):
            raise QueryRefused(f"there is no graph <{iri}>; nothing is fetched from elsewhere")
    chosen = FORMATS[asked.format]
    default, named = _nodes(asked.default_graphs), _nodes(asked.named_graphs)
    if default is not None and len(default) > 1 and (merged := merge(store, default, named or [])):
        store, default = merged, [ox.DefaultGraph()]
    try:
        result = store.query(asked.text, base_iri=asked.base or None, default_graph=default, named_graphs=named)
        with holding(out, chosen) as sink:
            if isinstance(result, ox.QueryTriples):
                result.serialize(sink, format=chosen.rdf)
            else:
                result.serialize(sink, format=chosen.results)
    except SyntaxError as error:
        raise refused(str(error), asked.text) from error
    except (RuntimeError, TypeError, ValueError) as error:
        raise QueryRefused(str(error)[:_LONGEST]) from error


def _has_graph(store: ox.Store, iri: str) -> bool:
    try:
        return store.contains_named_graph(ox.NamedNode(iri))
    except ValueError:
        return False


def _nodes(iris: Sequence[str] | None) -> list[Any] | None:
    return None if iris is None else [ox.NamedNode(iri) for iri in iris]


def refused(message: str, text: str) -> QueryRefused:
    """The parser's message as one would say it. It lists all that it has tried at the last place it came to: reasons in
    words, signs, and some of the keywords that might have followed, of which nobody learns anything. It comes to no
    place beyond a name that is not declared."""
    found = _PLACE.match(message)
    if found is None:
        return QueryRefused(message[:_LONGEST])
    name = undeclared(text)
    if name is not None and name.position is not None and name.position < (int(found[1]), int(found[2])):
        return name
    tried = found[3].removeprefix("expected ").removeprefix("one of ").split(", ")
    reasons = [one for one in tried if _REASON.fullmatch(one)]
    signs = [one for one in tried if one.startswith('"')]
    said = f"syntax error: expected {' or '.join(signs)}" if signs else "syntax error at this place or just before it"
    return QueryRefused("; ".join(reasons)[:_LONGEST] or said, (int(found[1]), int(found[2])))
