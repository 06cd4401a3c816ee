"""The documents that describe a site to programs: the service, the catalogue with VoID, and where to find both."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import pyoxigraph as ox
from flask import Blueprint, Response, redirect, request

from ogp_graph.engine import bindings
from ogp_graph.errors import EngineBusy, QueryError
from ogp_graph.formats import FORMATS
from ogp_graph.vocabulary import PREFIXES, node, term
from ogp_graph.web.negotiation import HTML, RDF, choose, content_type
from ogp_graph.web.service import FORMATS_NS, SD, description

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from werkzeug.wrappers import Response as BaseResponse

    from ogp_graph.engine import Engine
    from ogp_graph.web.target import Site

__all__ = ["Documents", "catalogued", "dated_catalogue", "documents", "plain_catalogue", "routes"]

_PREFIXES = {"sd": SD, "format": FORMATS_NS} | dict(PREFIXES)
_DOCUMENTS = {
    term(name)
    for name in ("void:sparqlEndpoint", "void:dataDump", "dcat:accessURL", "dcat:downloadURL", "dcat:landingPage",
                 "dcat:endpointURL", "dcat:endpointDescription",
                 "foaf:homepage")
} | {"http://www.w3.org/2006/vcard/ns#hasURL"}  # fmt: skip
"""Properties whose values are addresses of a server."""
_NOW = ("sparql", "reconcile", "openapi.json")  # only the release that is served now has them

_GRAPHS = """
SELECT ?graph (COUNT(*) AS ?statements)
WHERE { { ?s ?p ?o } UNION { GRAPH ?graph { ?s ?p ?o } } }
GROUP BY ?graph
"""


@dataclass(frozen=True, slots=True)
class Documents:
    """What each document is in the RDF format of that name, and the catalogue as triples (none for a file)."""

    service: Callable[[str], bytes]
    catalogue: Callable[[str], bytes]
    triples: Callable[[], tuple[ox.Triple, ...]]


def documents(site: Site, engine: Engine) -> Documents:
    """The documents of a site. Each is made once in each format, for what is served does not change."""
    folder = site.target.folder

    @lru_cache(maxsize=1)
    def catalogue_now() -> tuple[ox.Triple, ...]:
        return catalogued(site)

    @lru_cache(maxsize=1)
    def counted() -> dict[str, int]:
        listed = None if folder is None else folder / "graphs.tsv"
        if listed is None or not listed.exists():  # a release may be older than the list
            return _asked(engine)
        return _read(listed) | {"": _statements(site)}

    @lru_cache(maxsize=len(RDF))
    def service(name: str) -> bytes:
        return _serialised(description(site, counted(), catalogue_now()), name)

    @lru_cache(maxsize=len(RDF))
    def catalogue(name: str) -> bytes:
        return _serialised(list(catalogue_now()), name)

    def service_now(name: str) -> bytes:
        try:
            return service(name)
        except EngineBusy:  # the graphs of a file are counted another time
            return _serialised(description(site, {}, ()), name)

    return Documents(service_now, service_now if folder is None else catalogue, catalogue_now)


def catalogued(site: Site) -> tuple[ox.Triple, ...]:
    """What the catalogue of a release says, with the addresses of this server; nothing for a file."""
    folder = site.target.folder
    return () if folder is None else tuple(_moved(ox.parse(path=str(folder / "catalogue.ttl")), site))


def dated_catalogue(site: Site, name: str) -> bytes:
    """The catalogue of a release under its own address, in a format."""
    return _serialised(list(catalogued(site)), name)


def plain_catalogue(site: Site, extension: str) -> bytes | None:
    """The catalogue in the format of that extension, where its addresses are not those of the release's own file: it
    was built to be published elsewhere, or is asked for under the address of one release."""
    folder = site.target.folder
    assert folder is not None
    triples = catalogued(site)
    if set(triples) == {quad.triple for quad in ox.parse(path=str(folder / "catalogue.ttl"))}:
        return None
    return _serialised(list(triples), "turtle" if extension == "ttl" else extension)


def routes(site: Site, described: Callable[[str], bytes]) -> Blueprint:
    """``/.well-known/void`` (VoID, 7.2) and ``/catalogue``, by ``described`` in each format."""
    pages = Blueprint("descriptions", __name__)

    @pages.get("/.well-known/void")
    def void() -> Response:
        chosen = choose(request.args.getlist("format"), request.headers.get("Accept"), RDF)
        return Response(described(chosen), content_type=content_type(FORMATS[chosen]))

    def catalogue() -> BaseResponse:
        """Readers are led to the page of the dataset, which browsers can show."""
        chosen = choose(request.args.getlist("format"), request.headers.get("Accept"), RDF | {"text/html": HTML})
        return redirect(f"{site.url}page/dataset", 303) if chosen == HTML else void()

    if site.target.folder is not None:
        pages.add_url_rule("/catalogue", "catalogue", catalogue)

    return pages


def _moved(quads: Iterable[ox.Quad], site: Site) -> list[ox.Triple]:
    """The catalogue with the addresses of this server, whatever those were under which it was built."""
    triples = [quad.triple for quad in quads]
    endpoint = next(str(_iri(one.object)) for one in triples if one.predicate == node("void:sparqlEndpoint"))
    before = endpoint.removesuffix("sparql")

    def address(iri: object) -> ox.NamedNode | None:
        found = _iri(iri)
        if not found.startswith(before):
            return None
        rest = found.removeprefix(before)
        return ox.NamedNode((site.now if rest in _NOW else site.url) + rest)

    def moved(one: ox.Triple) -> ox.Triple:
        there = address(one.object) if one.predicate.value in _DOCUMENTS else None
        return ox.Triple(address(one.subject) or one.subject, one.predicate, there or one.object)

    return [moved(one) for one in triples]


def _iri(term: object) -> str:
    return term.value if isinstance(term, ox.NamedNode) else ""


def _statements(site: Site) -> int:
    counts = site.target.told.get("counts", {})
    return int(counts["statements"]) if isinstance(counts, dict) else 0


def _read(path: Path) -> dict[str, int]:
    """Graph -> number of statements, from a release's own list."""
    with path.open(encoding="utf-8") as file:
        next(file)
        fields = (line.rstrip("\n").split("\t") for line in file)
        return {name: int(count) for name, count in fields}


def _asked(engine: Engine) -> dict[str, int]:
    """The same from the engine; nothing when that takes longer than a query may."""
    try:
        _, rows = bindings(engine.query(_GRAPHS, format=FORMATS["json"]))
    except EngineBusy:
        raise
    except QueryError:
        return {}
    return {"": 0} | {row.get("graph", {}).get("value", ""): int(row["statements"]["value"]) for row in rows}


def _serialised(triples: list[ox.Triple], name: str) -> bytes:
    chosen = FORMATS[name].rdf
    assert chosen is not None
    return ox.serialize(triples, format=chosen, prefixes=_PREFIXES) or b""
