"""Definitions as documents: the vocabulary, the shapes, the forms. Each is one document that its IRI names.

The HTML is made from the Turtle that the release ships, so it says what programs read: labels, definitions, domains,
super-classes, constraints; each term has its fragment as an anchor.
"""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

import pyoxigraph as ox
from flask import Blueprint, Response, redirect, request

from ogp_graph.formats import FORMATS
from ogp_graph.known import Text
from ogp_graph.known.graph import iri, value_of
from ogp_graph.known.words import best
from ogp_graph.vocabulary import OWL, PREFIXES, RDF, SH, data_folder, term
from ogp_graph.web.negotiation import HTML, choose, content_type
from ogp_graph.web.pages.addresses import EXTENSIONS, web_address
from ogp_graph.web.pages.dereference import NEGOTIATED
from ogp_graph.web.pages.light import light
from ogp_graph.web.pages.reader import languages, refuse_unknown
from ogp_graph.web.pages.shown import releases_of
from ogp_graph.web.pages.templating import functions
from ogp_graph.web.problems import Problem

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from werkzeug.wrappers import Response as BaseResponse

    from ogp_graph.known import Words
    from ogp_graph.web.pages.shown import Shown

    _Told = Mapping[ox.NamedNode | ox.BlankNode | ox.Triple, Mapping[str, list[Any]]]

__all__ = ["DOCUMENTS", "Term", "routes"]

DOCUMENTS: dict[str, tuple[str, tuple[str, ...]]] = {
    "ontology": ("Vocabulary", ("ontology/ogp.ttl", "ontology/alignments.ttl")),
    "shapes": ("Shapes", ("shapes/*.ttl",)),
    "form": ("Vocabulary for forms", ("ontology/forms/vocabulary.ttl",)),
    "form/end-of-commitment": ("End of Commitment form", ("ontology/forms/end-of-commitment.ttl",)),
}
"""Path of a document's IRI -> what it is called, and the files of definitions that it is made of."""

_GROUPS = (
    ("Classes", OWL + "Class"), ("Object properties", OWL + "ObjectProperty"),
    ("Datatype properties", OWL + "DatatypeProperty"), ("Node shapes", SH + "NodeShape"),
    ("Property shapes", SH + "PropertyShape"),
)  # fmt: skip
_HEAD = ("rdfs:label", "sh:name", "skos:prefLabel", "dcterms:title")
_SAID_APART = {term(name) for name in (*_HEAD, "skos:definition", "rdfs:isDefinedBy")} | {RDF + "type"}
_FORM = "https://w3id.org/ogp-graph/form#"
_CAPITAL = re.compile(r"(?<=[a-z])(?=[A-Z])")
_NIL, _FIRST, _REST = RDF + "nil", RDF + "first", RDF + "rest"


@dataclass(frozen=True, slots=True)
class Term:
    """A term as its document shows it: ``facts`` are (property, its prefixed name, values), a value being (text, where
    it leads)."""

    anchor: str
    name: str
    label: Text
    definition: Text | None
    facts: tuple[tuple[Text, str, tuple[tuple[Text, str | None], ...]], ...]

    @property
    def told(self) -> Mapping[str, tuple[tuple[Text, str | None], ...]]:
        """The values by the prefixed name of their property."""
        return {name: values for _, name, values in self.facts}


def routes(shown: Shown) -> Blueprint:
    """``/ontology``, ``/shapes``, ``/form/...``: by negotiation, by extension, and by version."""
    pages = Blueprint("vocabulary", __name__)

    @cache
    def read(path: str) -> tuple[ox.Triple, ...]:
        return _read(shown, path)

    def view(path: str, extension: str = "") -> Response:
        refuse_unknown("lang", "format")
        wanted = [extension] if extension else request.args.getlist("format")
        if extension and extension not in (*EXTENSIONS, "html"):
            offers = [f".{one}" for one in ("html", *EXTENSIONS)]
            raise Problem(406, f"this document ends in {', '.join(offers)}", "not-acceptable", available=offers)
        chosen = choose(wanted, request.headers.get("Accept"), NEGOTIATED)
        beside = read("form") if path.startswith("form/") else ()
        response = _page(shown, path, read(path), beside) if chosen == HTML else _data(shown, path, read(path), chosen)
        response.headers["Link"] = _links(shown, path)
        response.headers["Vary"] = "Accept-Language"
        return response

    for path in DOCUMENTS:
        name = path.replace("/", "-")
        pages.add_url_rule(f"/{path}", name, lambda path=path: view(path))
        pages.add_url_rule(f"/{path}.<extension>", f"{name}-as", lambda extension, path=path: view(path, extension))

    @pages.get("/ontology/<version>")
    def version(version: str) -> BaseResponse:
        known = _version(read("ontology"))
        name, _, extension = version.rpartition(".") if version.rpartition(".")[2].isalpha() else (version, "", "")
        if name == known:
            return view("ontology", extension)
        if earlier := _release_with(shown, name):
            return redirect(f"{shown.site.now}release/{earlier}/ontology/{version}", 303)
        raise Problem(404, f"This release has version {known} of the vocabulary.", "not-found", available=[known])

    return pages


def _read(shown: Shown, path: str) -> tuple[ox.Triple, ...]:
    """The statements of the document, in its order, from the release's own definitions where it has them. Shapes have
    lists: their blank nodes are numbered, so that the same document has the same bytes."""
    found: dict[ox.Triple, None] = {}
    blank: dict[object, ox.BlankNode] = {}

    def named(part: Any) -> Any:
        return blank.setdefault(part, ox.BlankNode(f"b{len(blank)}")) if isinstance(part, ox.BlankNode) else part

    for file in _files(shown, path):
        for quad in ox.parse(path=str(file), format=ox.RdfFormat.TURTLE):
            found[ox.Triple(named(quad.subject), quad.predicate, named(quad.object))] = None
    return tuple(found)


def _files(shown: Shown, path: str) -> list[Path]:
    release = shown.site.target.folder
    found: list[Path] = []
    for pattern in DOCUMENTS[path][1]:
        folder, _, rest = pattern.partition("/")
        place = None if release is None else release / "definitions" / folder
        if place is None or not any(place.glob(rest)):
            place = data_folder(folder)
        found += sorted(place.glob(rest))
    return found


def _version(triples: Iterable[ox.Triple]) -> str:
    return next(value_of(one.object) for one in triples if one.predicate.value == OWL + "versionInfo")


def _release_with(shown: Shown, version: str) -> str | None:
    """The newest release of the workspace that has this version of the vocabulary, by its own definitions."""
    folder = shown.site.target.folder
    stated = re.compile(rf'owl:versionInfo\s+"{re.escape(version)}"')
    if folder is None:
        return None
    for name in releases_of(folder):
        path = folder.parent / name / "definitions" / "ontology" / "ogp.ttl"
        if path.exists() and stated.search(path.read_text(encoding="utf-8")):
            return name
    return None


def _data(shown: Shown, path: str, triples: tuple[ox.Triple, ...], name: str) -> Response:
    """The document as data; as Turtle the files themselves, which people wrote for people."""
    if name == "turtle":
        body = b"\n".join(file.read_bytes() for file in _files(shown, path))
    else:
        chosen = FORMATS[name].rdf
        assert chosen is not None
        text = " ".join(map(str, triples))
        used = {prefix: namespace for prefix, namespace in PREFIXES.items() if f"<{namespace}" in text}
        body = ox.serialize(triples, format=chosen, prefixes=used) or b""
    return Response(body, content_type=content_type(FORMATS[name]))


def _links(shown: Shown, path: str) -> str:
    url = f"{shown.site.url}{path}"
    told = [f'<{url}.html>; rel="alternate"; type="text/html"']
    types = {extension: FORMATS[name].media_type for extension, name in EXTENSIONS.items()}
    told += [f'<{url}.{extension}>; rel="alternate"; type="{kind}"' for extension, kind in types.items()]
    told.append(f'<{url}.ttl>; rel="describedby"; type="text/turtle"')
    told.append(f'<{shown.site.now}{path}>; rel="canonical"')
    told.append(f'<{shown.site.base}{path}>; rel="cite-as"')
    return ", ".join(told)


def _page(shown: Shown, path: str, triples: tuple[ox.Triple, ...], beside: tuple[ox.Triple, ...]) -> Response:
    """The document as HTML; ``beside`` are statements of another one, whose terms have labels."""
    words = shown.words(languages())
    making = _Making(shown, _told(triples), _told(beside), words)
    about = ox.NamedNode(_about(triples) or shown.site.base + path)
    groups = [(title, making.terms(kind)) for title, kind in _GROUPS]
    page = light(
        "vocabulary.html", title=DOCUMENTS[path][0], path=path, about=making.term(about),
        groups=[group for group in groups if group[1]], others=making.others(about),
        extensions=[*EXTENSIONS], **functions(shown, words),
    )  # fmt: skip
    return Response(page, content_type="text/html; charset=utf-8")


def _told(triples: Iterable[ox.Triple]) -> _Told:
    told: dict[ox.NamedNode | ox.BlankNode | ox.Triple, dict[str, list[Any]]] = defaultdict(lambda: defaultdict(list))
    for triple in triples:
        told[triple.subject][triple.predicate.value].append(triple.object)
    return told


def _about(triples: Iterable[ox.Triple]) -> str:
    kinds = (OWL + "Ontology", _FORM + "Form")
    found = (iri(one.subject) for one in triples if one.predicate.value == RDF + "type" and iri(one.object) in kinds)
    return next(found, "")


@dataclass(frozen=True, slots=True)
class _Making:
    shown: Shown
    told: _Told
    beside: _Told
    words: Words

    def terms(self, kind: str) -> list[Term]:
        """The terms of one kind, by name."""
        found = [one for one in self.told if ox.NamedNode(kind) in self.told[one].get(RDF + "type", ())]
        return sorted((self.term(one) for one in found if isinstance(one, ox.NamedNode)), key=lambda one: one.name)

    def others(self, about: ox.NamedNode) -> list[Term]:
        """Named things that are of none of the kinds."""
        kinds = {ox.NamedNode(kind) for _, kind in _GROUPS}
        found = [
            one for one, said in self.told.items()
            if isinstance(one, ox.NamedNode) and one != about and not kinds & set(said.get(RDF + "type", ()))
        ]  # fmt: skip
        found.sort(key=lambda one: (self.order(one), one.value))
        return [self.term(one) for one in found]

    def order(self, one: ox.NamedNode) -> float:
        """The place of a part on the page of its form; what has none stands behind."""
        return next((float(place.value) for place in self.told[one].get(_FORM + "order", ())), float("inf"))

    def label(self, name: str) -> Text | None:
        """What the documents call a thing."""
        said = [told[ox.NamedNode(name)] for told in (self.told, self.beside) if ox.NamedNode(name) in told]
        found = (best(one.get(term(way), ()), self.words.languages) for one in said for way in _HEAD)
        return next((label for label in found if label), None)

    def called(self, name: str) -> Text:
        """A property in words."""
        known = self.label(name) or self.words.label(name)
        return _spelt(name) if name.endswith(known.text) else known

    def term(self, one: ox.NamedNode) -> Term:
        said = self.told.get(one, {})
        facts = [
            (self.called(predicate), _named(predicate), tuple(sorted((self.value(one) for one in values), key=str)))
            for predicate, values in sorted(said.items()) if predicate not in _SAID_APART
        ]  # fmt: skip
        anchor = one.value.rpartition("#")[2] if "#" in one.value else ""
        definition = best(said.get(term("skos:definition"), ()), self.words.languages)
        short = name if (name := _named(one.value)) != one.value or not anchor else f"#{anchor}"
        return Term(anchor, short, self.label(one.value) or _spelt(one.value), definition, tuple(facts))

    def value(self, value: Any) -> tuple[Text, str | None]:
        """What a value says and where it leads; a list says its members."""
        if isinstance(value, ox.Literal):
            return Text(value.value, value.language or ""), None
        if isinstance(value, ox.BlankNode) and _FIRST not in self.told[value]:
            said = (
                f"{self.called(name).text} {self.value(one)[0].text}"
                for name, some in sorted(self.told[value].items())
                for one in some
            )
            return Text("; ".join(said)), None
        if isinstance(value, ox.BlankNode) or iri(value) == _NIL:
            return Text(", ".join(self.members(value))), None
        name = iri(value)
        where = self.shown.addresses.page(name) or web_address(name)
        return self.label(name) or self.known(name) or Text(_named(name)), where

    def known(self, name: str) -> Text | None:
        """The label of a thing of the data, such as a code."""
        if not name.startswith(self.shown.site.base):
            return None
        label = self.words.label(name)
        return label if label.language else None

    def members(self, node: Any) -> list[str]:
        found: list[str] = []
        while node in self.told and _FIRST in self.told[node]:
            found.append(self.value(self.told[node][_FIRST][0])[0].text)
            node = self.told[node][_REST][0]
        return found


def _spelt(name: str) -> Text:
    """The last part of an IRI as words.

    >>> _spelt("http://www.w3.org/2000/01/rdf-schema#subClassOf").text
    'sub class of'
    """
    return Text(_CAPITAL.sub(" ", name.replace("#", "/").rstrip("/").rpartition("/")[2]).lower(), "en")


def _named(name: str) -> str:
    """An IRI as a prefixed name where there is a prefix for it.

    >>> _named("http://www.w3.org/2000/01/rdf-schema#label")
    'rdfs:label'
    """
    cut = max(name.rfind("#"), name.rfind("/")) + 1
    prefix = next((prefix for prefix, namespace in PREFIXES.items() if namespace == name[:cut]), None)
    return f"{prefix}:{name[cut:]}" if prefix and name[cut:] else name
