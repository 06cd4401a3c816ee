"""The description of a release for portals (DCAT 3) and for linked-data clients (VoID), from one place.

https://www.w3.org/TR/vocab-dcat-3/ and https://www.w3.org/TR/void/. The dataset and each of its versions are things
(below ``base``); files and the endpoint are documents (below ``public_url``). No blank nodes.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pyoxigraph as ox

from ogp_graph.linksets import load_linksets
from ogp_graph.names import IRIs
from ogp_graph.release.dumps import DUMPS, write_jsonld, write_turtle
from ogp_graph.release.tables import TABLES
from ogp_graph.vocabulary import OGPV, PREFIXES, node

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping
    from pathlib import Path

    from ogp_graph.release.dumps import Counts
    from ogp_graph.settings import Settings

__all__ = ["Edition", "File", "catalogue", "distributed", "write_catalogue"]

TITLE = "OGP End of Commitment Reports as a knowledge graph"
DESCRIPTION = (
    "What local governments promised in action plans of the Open Government Partnership and what evaluators say was"
    " delivered, taken from the End of Commitment Report pages. Every statement cites the page and the words that it"
    " rests on; what is not known is marked as such."
)
RIGHTS = (
    "Unofficial: not affiliated with or endorsed by the Open Government Partnership (OGP). The selection, structure and"
    " codes are under CC BY 4.0. Texts belong to their authors as published by OGP (CC BY 4.0 where OGP says so)."
    " Personal data (names of evaluators) are outside the licence."
)
_KEYWORDS = (
    "open government", "Open Government Partnership", "action plan", "commitment", "evaluation", "local government",
)  # fmt: skip
_LICENCE = ox.NamedNode("https://creativecommons.org/licenses/by/4.0/")
_THEME = ox.NamedNode("http://publications.europa.eu/resource/authority/data-theme/GOVE")
_PUBLIC = ox.NamedNode("http://publications.europa.eu/resource/authority/access-right/PUBLIC")
_PUBLISHER = "ogp-graph (unofficial)"
_SHA256 = node("spdx:checksumAlgorithm_sha256")
_VOID = node("void:Dataset")
_MEDIA_TYPE = "https://www.iana.org/assignments/media-types/"
_FEATURES = ("N-Triples", "N-Quads", "Turtle", "JSON-LD")  # https://www.w3.org/ns/formats/
_VCARD = "http://www.w3.org/2006/vcard/ns#"


@dataclass(frozen=True, slots=True)
class File:
    """One file that a release offers: its path inside the release, size and SHA-256; ``compression`` is empty for a
    file that is not compressed."""

    path: str
    title: str
    media_type: str
    compression: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Edition:
    """What is particular to one release."""

    id: str
    issued: dt.date
    previous: str | None
    counts: Counts
    files: tuple[File, ...]


def distributed(digests: Mapping[str, str], folder: Path) -> tuple[File, ...]:
    """The files of a release that are distributions, from ``digests`` (path -> SHA-256)."""
    known = {f"dumps/{dump.name}": (dump.title, dump.media_type, dump.compression) for dump in DUMPS}
    for table in TABLES.values():
        known[f"tables/{table.name}.csv"] = (f"{table.title}, CSV", "text/csv", "")
        known[f"tables/{table.name}.parquet"] = (f"{table.title}, Parquet", "application/vnd.apache.parquet", "")
    for name, linkset in load_linksets().items():
        title = f"{linkset.title}, SSSOM"
        known[f"dumps/links-{name}.sssom.tsv"] = (title, "text/tab-separated-values", "")
        known[f"quality/candidates-{name}.sssom.tsv"] = (f"{title}, not decided", "text/tab-separated-values", "")
    return tuple(
        File(path, *about, (folder / path).stat().st_size, digests[path])
        for path, about in known.items()
        if path in digests
    )


def write_catalogue(edition: Edition, settings: Settings, folder: Path) -> None:
    """Writes ``catalogue.ttl`` and ``catalogue.jsonld``."""
    lines = sorted(f"{triple} ." for triple in set(catalogue(edition, settings)))
    write_turtle(lines, folder / "catalogue.ttl")
    write_jsonld(lines, folder / "catalogue.jsonld")


def catalogue(edition: Edition, settings: Settings) -> list[ox.Triple]:
    """The description as triples."""
    said = _Description(edition, settings)
    said.catalogue()
    for dataset in (said.dataset, said.version):
        said.about(dataset)
    said.editions()
    said.statistics()
    said.linksets()
    for file in edition.files:
        said.distribution(file)
    return said.triples


class _Description:
    """The triples in the making."""

    def __init__(self, edition: Edition, settings: Settings) -> None:
        self.triples: list[ox.Triple] = []
        self.edition = edition
        self.base = settings.base
        self.public = settings.public_url or f"http://{settings.host}:{settings.port}/"
        if not self.public.endswith("/"):
            self.public += "/"
        self.dataset = ox.NamedNode(f"{self.base}dataset")
        self.version = ox.NamedNode(f"{self.base}dataset/{edition.id}")

    def say(self, thing: ox.NamedNode, **values: object) -> None:
        """``prefix__name=value``: a term, a plain text, or a list of them."""
        for name, value in values.items():
            for one in value if isinstance(value, list | tuple) else [value]:
                if one is not None:
                    term = one if isinstance(one, ox.NamedNode | ox.Literal) else ox.Literal(str(one), language="en")
                    self.triples.append(ox.Triple(thing, node(name.replace("__", ":")), term))

    def part(self, name: str) -> ox.NamedNode:
        return ox.NamedNode(f"{self.dataset.value}#{name}")

    def document(self, path: str) -> ox.NamedNode:
        return ox.NamedNode(self.public + path)

    def catalogue(self) -> None:
        publisher, contact, rights = self.part("publisher"), self.part("contact"), self.part("rights")
        self.say(
            self.part("catalogue"), rdf__type=node("dcat:Catalog"), dcterms__title="ogp-graph",
            dcat__dataset=self.dataset, dcterms__description=DESCRIPTION, dcterms__publisher=publisher,
            dcterms__license=_LICENCE, dcterms__rights=rights, foaf__homepage=self.document(""),
            dcterms__issued=_date(self.edition.issued),
        )  # fmt: skip
        self.say(publisher, rdf__type=node("foaf:Agent"), foaf__name=_PUBLISHER, foaf__homepage=self.document(""))
        self.say(rights, rdf__type=node("dcterms:RightsStatement"), rdfs__label=RIGHTS)
        self.say(contact, rdf__type=ox.NamedNode(_VCARD + "Kind"))
        for name, value in (("fn", ox.Literal(_PUBLISHER, language="en")), ("hasURL", self.document(""))):
            self.triples.append(ox.Triple(contact, ox.NamedNode(_VCARD + name), value))

    def about(self, dataset: ox.NamedNode) -> None:
        edition = self.edition
        self.say(
            dataset, rdf__type=[node("dcat:Dataset"), node("void:Dataset")], dcterms__title=TITLE,
            dcterms__description=DESCRIPTION, dcat__keyword=_KEYWORDS, dcat__theme=_THEME, dcterms__license=_LICENCE,
            dcterms__publisher=self.part("publisher"), dcat__contactPoint=self.part("contact"),
            dcterms__rights=self.part("rights"), dcterms__accessRights=_PUBLIC, dcterms__issued=_date(edition.issued),
            dcat__version=ox.Literal(edition.id), dcat__landingPage=self.document(""),
            dcat__distribution=[self.file(file) for file in edition.files],
            dcterms__conformsTo=ox.NamedNode(OGPV.removesuffix("#")),
        )  # fmt: skip

    def editions(self) -> None:
        previous = ox.NamedNode(f"{self.dataset.value}/{self.edition.previous}") if self.edition.previous else None
        self.say(self.dataset, dcat__hasVersion=self.version, dcat__hasCurrentVersion=self.version)
        self.say(self.version, dcat__isVersionOf=self.dataset, dcat__previousVersion=previous)

    def statistics(self) -> None:
        counts, version = self.edition.counts, self.version
        self.say(
            version, void__triples=_number(counts.triples), void__entities=_number(counts.entities),
            void__classes=_number(len(counts.classes)), void__properties=_number(len(counts.properties)),
            void__sparqlEndpoint=self.document("sparql"), void__uriSpace=ox.Literal(f"{self.base}id/"),
            void__vocabulary=ox.NamedNode(OGPV), foaf__homepage=self.document(""),
            void__dataDump=[self.document(file.path) for file in self.edition.files if file.path.startswith("dumps/")],
            void__feature=[ox.NamedNode(f"http://www.w3.org/ns/formats/{name}") for name in _FEATURES],
        )  # fmt: skip
        for iri, number in sorted(counts.classes.items()):
            part = ox.NamedNode(f"{version.value}#class-{_name(iri)}")
            self.say(version, void__classPartition=part)
            self.say(part, rdf__type=_VOID, void__class=ox.NamedNode(iri), void__entities=_number(number))
        for iri, number in sorted(counts.properties.items()):
            part = ox.NamedNode(f"{version.value}#property-{_name(iri)}")
            self.say(version, void__propertyPartition=part)
            self.say(part, rdf__type=_VOID, void__property=ox.NamedNode(iri), void__triples=_number(number))

    def linksets(self) -> None:
        """The linksets (VoID, section 5) that have a link, each under the IRI of its graph."""
        counts = self.edition.counts.links
        for name, linkset in load_linksets().items():
            links = {iri: counts[name, iri] for iri in linkset.predicates if counts[name, iri]}
            if links:
                part = ox.NamedNode(IRIs(self.base).links_graph(name))
                self.say(self.version, void__subset=part)
                self.say(
                    part, rdf__type=node("void:Linkset"), dcterms__title=linkset.title,
                    dcterms__description=linkset.description, dcterms__license=ox.NamedNode(linkset.licence),
                    dcterms__rights=linkset.rights, void__subjectsTarget=self.dataset,
                    void__objectsTarget=ox.NamedNode(linkset.target), void__triples=_number(sum(links.values())),
                    void__linkPredicate=[ox.NamedNode(iri) for iri in links],
                    void__dataDump=self.document(f"dumps/links-{name}.sssom.tsv"),
                )  # fmt: skip

    def file(self, file: File) -> ox.NamedNode:
        return ox.NamedNode(f"{self.version.value}#{file.path}")

    def distribution(self, file: File) -> None:
        this, checksum = self.file(file), ox.NamedNode(f"{self.file(file).value}/sha256")
        self.say(
            this, rdf__type=node("dcat:Distribution"), dcterms__title=file.title,
            dcat__accessURL=self.document(file.path), dcat__downloadURL=self.document(file.path),
            dcat__byteSize=_number(file.size, "nonNegativeInteger"),
            dcat__mediaType=ox.NamedNode(_MEDIA_TYPE + file.media_type), spdx__checksum=checksum,
            dcat__compressFormat=ox.NamedNode(_MEDIA_TYPE + file.compression) if file.compression else None,
            dcterms__license=_LICENCE, dcterms__rights=self.part("rights"),
        )  # fmt: skip
        value = ox.Literal(file.sha256, datatype=node("xsd:hexBinary"))
        self.say(checksum, rdf__type=node("spdx:Checksum"), spdx__algorithm=_SHA256, spdx__checksumValue=value)


def _number(number: int, kind: str = "integer") -> ox.Literal:
    return ox.Literal(str(number), datatype=node(f"xsd:{kind}"))


def _date(day: dt.date) -> ox.Literal:
    return ox.Literal(day.isoformat(), datatype=node("xsd:date"))


def _name(iri: str) -> str:
    """A fragment for a term: its prefixed name with a hyphen, else a digest."""
    for prefix, namespace in PREFIXES.items():
        if iri.startswith(namespace) and (local := iri.removeprefix(namespace)).isalnum():
            return f"{prefix}-{local}"
    return hashlib.sha256(iri.encode()).hexdigest()[:12]
