"""The page on which queries are written, ``/query``, and the example queries as data.

The page is a form that works without a script. Where the editor is installed (scripts/web-assets) a script turns the
form into it. Examples are ``sh:SPARQLExecutable`` (https://www.w3.org/TR/shacl-af/): each under its IRI
below ``query/``, all of them at ``/.well-known/sparql-examples``.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyoxigraph as ox
from flask import Blueprint, Response, abort, make_response, render_template, request

from ogp_graph.formats import FORMATS
from ogp_graph.queries import EXAMPLES, load_queries
from ogp_graph.vocabulary import PREFIXES, data_folder, definition_graph, node
from ogp_graph.web.headers import POLICY
from ogp_graph.web.negotiation import GRAPHS, HTML, RDF, choose, content_type
from ogp_graph.web.results import start_query

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ogp_graph.queries import Query
    from ogp_graph.web.descriptions import Documents
    from ogp_graph.web.target import Site

__all__ = ["examples_graph", "routes"]

_EDITOR = Path(__file__).parent / "static" / "vendor" / "yasgui.min.js"
_LONGEST = 60_000  # characters of ?query=
_COLUMNS = "'sha256-zCK2EVMoPc04mRF/g5CotUvxbJPWS+8V0b+s9ptqQIk='"  # the style element of column-resizer 1.4
_POLICY = POLICY.replace("style-src 'self'", f"style-src 'self' {_COLUMNS}")
"""The common policy, and the one style element that the editor's table puts into the page, by its digest. Whatever else
the editor styles, it styles through the object model, which no policy forbids (CSP 3, 6.1.14)."""

_FORMS = {"SELECT": "select", "ASK": "ask", "CONSTRUCT": "construct", "DESCRIBE": "construct"}


def routes(site: Site, documents: Documents) -> Blueprint:
    """``/query``, ``/query/NAME`` for each example, and ``/.well-known/sparql-examples``."""
    pages = Blueprint("editor", __name__)
    queries = _queries(site)
    by_name = {query.name: query for query in queries}

    @lru_cache(maxsize=1)
    def terms() -> dict[str, list[dict[str, str]]]:
        return _terms(documents)

    def page(text: str, example: Query | None = None) -> Response:
        response = make_response(
            render_template(
                "editor.html",
                text=text,
                example=example,
                examples=queries,
                rich=_EDITOR.exists(),
                data=_data(site, queries, terms()) if _EDITOR.exists() else {},
            )
        )
        response.headers["Content-Security-Policy"] = _POLICY
        return response

    @pages.get("/query")
    def query() -> Response:
        return page(request.args.get("query", "")[:_LONGEST] or start_query(site))

    @pages.get("/query/<name>")
    def example(name: str) -> Response:
        if name not in by_name:
            abort(404)
        chosen = choose(request.args.getlist("format"), request.headers.get("Accept"), _PAGE_FIRST)
        if chosen == HTML:
            return page(by_name[name].text, by_name[name])
        return _graph(examples_graph(site, [by_name[name]]), chosen)

    @pages.get("/.well-known/sparql-examples")
    def examples() -> Response:
        chosen = choose(request.args.getlist("format"), request.headers.get("Accept"), RDF)
        return _graph(examples_graph(site, queries), chosen)

    return pages


_PAGE_FIRST = {"text/html": HTML} | GRAPHS


def _queries(site: Site) -> tuple[Query, ...]:
    """The examples; none for a file, which may hold anything."""
    return () if site.target.folder is None else load_queries(data_folder("queries") / EXAMPLES)


def _graph(triples: list[ox.Triple], name: str) -> Response:
    chosen = FORMATS[name]
    assert chosen.rdf is not None
    data = ox.serialize(triples, format=chosen.rdf, prefixes=dict(PREFIXES)) or b""
    return Response(data, content_type=content_type(chosen))


def examples_graph(site: Site, queries: Iterable[Query]) -> list[ox.Triple]:
    """Each query as ``sh:SPARQLExecutable``, in the way of https://github.com/sib-swiss/sparql-examples."""
    triples: list[ox.Triple] = []
    for query in queries:
        this = ox.NamedNode(f"{site.base}query/{query.name}")
        form = _form(query.text)
        kinds = ["sh:SPARQLExecutable", f"sh:SPARQL{form.capitalize()}Executable"]
        triples += [ox.Triple(this, node("rdf:type"), node(kind)) for kind in kinds]
        told = {"rdfs:label": query.title, "rdfs:comment": query.description}
        triples += [ox.Triple(this, node(name), ox.Literal(text, language="en")) for name, text in told.items()]
        triples.append(ox.Triple(this, node(f"sh:{_FORMS[form]}"), ox.Literal(query.text)))
        triples.append(ox.Triple(this, node("schema:target"), ox.NamedNode(site.endpoint)))
        triples.append(ox.Triple(this, node("dcterms:isPartOf"), ox.NamedNode(f"{site.base}dataset")))
    return triples


def _form(text: str) -> str:
    """SELECT, ASK, CONSTRUCT or DESCRIBE: the first word after the prologue."""
    lines = (line.split("#")[0] if line.lstrip().startswith("#") else line for line in text.splitlines())
    words = (line.split() for line in lines if line.strip() and not line.upper().startswith(("PREFIX", "BASE")))
    return next(words)[0].upper()


def _data(site: Site, queries: Iterable[Query], terms: dict[str, list[dict[str, str]]]) -> dict[str, Any]:
    """What the script is told."""
    return {
        "base": site.base,
        "root": "/" + site.url.split("/", 3)[3],
        "prefixes": dict(PREFIXES),
        "examples": {query.name: query.text for query in queries},
        **terms,
    }


def _terms(documents: Documents) -> dict[str, list[dict[str, str]]]:
    """Classes and properties that the release has, from its catalogue's partitions (VoID, 4.4), frequent ones first."""
    labels = _labels()
    found: dict[str, list[tuple[int, str]]] = {"classes": [], "properties": []}
    triples = list(ox.parse(documents.catalogue("ntriples"), format=ox.RdfFormat.N_TRIPLES))
    for kind, name, count in (("classes", "class", "entities"), ("properties", "property", "triples")):
        amounts = {one.subject: one.object for one in triples if one.predicate == node(f"void:{count}")}
        for one in triples:
            if one.predicate == node(f"void:{name}") and isinstance(one.object, ox.NamedNode):
                amount = amounts.get(one.subject)
                found[kind].append((-int(amount.value) if isinstance(amount, ox.Literal) else 0, one.object.value))
    return {
        kind: [{"iri": iri, "label": labels.get(iri, "")} for _, iri in sorted(set(some))]
        for kind, some in found.items()
    }


@lru_cache(maxsize=1)
def _labels() -> dict[str, str]:
    """Names of our own terms, English."""
    wanted = node("rdfs:label")
    return {
        quad.subject.value: quad.object.value
        for quad in definition_graph()
        if quad.predicate == wanted and isinstance(quad.object, ox.Literal) and quad.object.language in (None, "en")
        and isinstance(quad.subject, ox.NamedNode)
    }  # fmt: skip
