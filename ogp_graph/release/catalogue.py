"""The description of a release for portals (DCAT 3) and for linked-data clients (VoID), from one place.

https://www.w3.org/TR/vocab-dcat-3/ and https://www.w3.org/TR/void/. The dataset and each of its versions are things
(below ``base``); files and the endpoint are documents (below ``public_url``). No blank nodes.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import pyoxigraph as ox

from ogp_graph import __version__
from ogp_graph.dataset import load_dataset
from ogp_graph.linksets import load_linksets
from ogp_graph.names import IRIs
from ogp_graph.release.dumps import write_jsonld, write_turtle
from ogp_graph.vocabulary import OGPV, PREFIXES, node

if TYPE_CHECKING:
    import datetime as dt
    from pathlib import Path

    from ogp_graph.release.edition import Edition, File
    from ogp_graph.settings import Settings

__all__ = ["catalogue", "write_catalogue"]

_SHA256 = node("spdx:checksumAlgorithm_sha256")
_VOID = node("void:Dataset")
_ALSO = {"vcard": "http://www.w3.org/2006/vcard/ns#", "dcatap": "http://data.europa.eu/r5r/"}
_MEDIA_TYPE = "https://www.iana.org/assignments/media-types/"
_FEATURES = ("N-Triples", "N-Quads", "Turtle", "JSON-LD")  # https://www.w3.org/ns/formats/


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
        self.told = load_dataset()
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
                    self.triples.append(ox.Triple(thing, _node(name.replace("__", ":")), term))

    def part(self, name: str) -> ox.NamedNode:
        return ox.NamedNode(f"{self.dataset.value}#{name}")

    def document(self, path: str) -> ox.NamedNode:
        return ox.NamedNode(self.public + path)

    def catalogue(self) -> None:
        """The catalogue, and what it shares with the datasets in it."""
        told, publisher, rights = self.told, self.part("publisher"), self.part("rights")
        issued, home = _date(self.edition.issued), self.document("")
        self.say(
            self.part("catalogue"), rdf__type=node("dcat:Catalog"), dcterms__title="ogp-graph", foaf__homepage=home,
            dcat__dataset=self.dataset, dcat__service=self.services(), dcterms__description=told.description,
            dcterms__publisher=publisher, dcterms__license=self.licence(), dcterms__rights=rights,
            dcterms__language=self.languages(), dcterms__issued=_date(self.first), dcterms__modified=issued,
            dcterms__spatial=self.spatial(), dcat__themeTaxonomy=ox.NamedNode(told.themes),
        )  # fmt: skip
        self.say(
            publisher, rdf__type=[node("foaf:Agent"), node("foaf:Organization")], foaf__name=told.publisher,
            foaf__homepage=home, dcterms__type=ox.NamedNode(told.publisher_type),
        )  # fmt: skip
        self.say(rights, rdf__type=node("dcterms:RightsStatement"), rdfs__label=told.rights)
        self.say(self.part("provenance"), rdf__type=node("dcterms:ProvenanceStatement"), rdfs__label=told.provenance)
        self.say(
            self.part("contact"), rdf__type=[_node("vcard:Kind"), _node("vcard:Organization")],
            vcard__fn=told.publisher, vcard__hasURL=self.document(told.contact),
        )  # fmt: skip
        self.say(ox.NamedNode(OGPV.removesuffix("#")), rdf__type=node("dcterms:Standard"), dcterms__title="ogpv")
        self.say(ox.NamedNode(told.themes), rdf__type=node("skos:ConceptScheme"), dcterms__title="EU data themes")
        self.say(home, rdf__type=node("foaf:Document"))
        for iri, words in (
            (told.theme, "Government and public sector"), (told.availability, "Stable"), (told.type, "Dataset"),
            (told.publisher_type, "Non-profit organisation"), (told.licence_type, "Attribution"),
        ):  # fmt: skip
            self.say(ox.NamedNode(iri), rdf__type=node("skos:Concept"), skos__prefLabel=words)

    @property
    def first(self) -> dt.date:
        return self.edition.first_issued or self.edition.issued

    def licence(self) -> ox.NamedNode:
        licence = ox.NamedNode(self.told.licence)
        self.say(
            licence, rdf__type=node("dcterms:LicenseDocument"), dcterms__type=ox.NamedNode(self.told.licence_type),
            skos__exactMatch=ox.NamedNode(self.told.licence_authority),
        )  # fmt: skip
        return licence

    def spatial(self) -> ox.NamedNode:
        place = ox.NamedNode(self.told.spatial)
        self.say(place, rdf__type=node("dcterms:Location"), skos__prefLabel=self.told.spatial_name)
        return place

    def temporal(self) -> ox.NamedNode | None:
        """The years that action plans cover."""
        if self.edition.years is None:
            return None
        period = ox.NamedNode(f"{self.version.value}#period")
        start, end = (ox.Literal(str(year), datatype=node("xsd:gYear")) for year in self.edition.years)
        self.say(period, rdf__type=node("dcterms:PeriodOfTime"), dcat__startDate=start, dcat__endDate=end)
        return period

    def languages(self) -> list[ox.NamedNode]:
        found = sorted({iri for tag in self.edition.languages if (iri := self.told.language(tag))})
        for iri in found:
            self.say(ox.NamedNode(iri), rdf__type=node("dcterms:LinguisticSystem"))
        return [ox.NamedNode(iri) for iri in found]

    def services(self) -> list[ox.NamedNode]:
        """The endpoint, and what answers in JSON (described by OpenAPI)."""
        found = []
        for path, title, described in (
            ("sparql", "SPARQL endpoint", "sparql"),
            ("search.json", "Search in the reports", "openapi.json"),
            ("reconcile", "Reconciliation service", "reconcile"),
        ):
            this = self.part(path.partition(".")[0])
            self.say(
                this, rdf__type=node("dcat:DataService"), dcterms__title=title,
                dcterms__publisher=self.part("publisher"),
                dcat__endpointURL=self.document(path), dcat__endpointDescription=self.document(described),
                dcat__servesDataset=self.dataset, dcat__contactPoint=self.part("contact"),
                dcterms__license=ox.NamedNode(self.told.licence), dcterms__accessRights=ox.NamedNode(self.told.access),
            )  # fmt: skip
            found.append(this)
        return found

    def about(self, dataset: ox.NamedNode) -> None:
        """What holds for the dataset and for its version."""
        edition, told = self.edition, self.told
        issued = self.first if dataset == self.dataset else edition.issued
        self.say(
            dataset, rdf__type=[node("dcat:Dataset"), node("void:Dataset")], dcterms__title=told.title,
            dcterms__description=told.description, dcat__keyword=told.keywords, dcat__theme=ox.NamedNode(told.theme),
            dcterms__license=ox.NamedNode(told.licence), dcterms__publisher=self.part("publisher"),
            dcterms__creator=self.part("publisher"), dcat__contactPoint=self.part("contact"),
            dcterms__identifier=ox.Literal(dataset.value), dcterms__rights=self.part("rights"),
            dcterms__accessRights=ox.NamedNode(told.access), dcterms__issued=_date(issued),
            dcterms__modified=_date(edition.issued), dcterms__accrualPeriodicity=ox.NamedNode(told.frequency),
            dcterms__language=self.languages(), dcterms__spatial=self.spatial(), dcterms__temporal=self.temporal(),
            dcterms__type=ox.NamedNode(told.type), dcterms__provenance=self.part("provenance"),
            dcterms__source=ox.NamedNode(told.source), prov__wasAttributedTo=self.part("publisher"),
            prov__wasGeneratedBy=self.made(), dcat__version=ox.Literal(edition.id), dcat__landingPage=self.document(""),
            dcat__distribution=[self.file(file) for file in edition.files] + [self.access()],
            dcterms__conformsTo=ox.NamedNode(OGPV.removesuffix("#")),
        )  # fmt: skip
        for iri, kind in ((told.access, "dcterms:RightsStatement"), (told.frequency, "dcterms:Frequency")):
            self.say(ox.NamedNode(iri), rdf__type=node(kind))

    def made(self) -> ox.NamedNode:
        """The conversion that made this edition (PROV)."""
        this = ox.NamedNode(f"{self.version.value}#conversion")
        self.say(
            this, rdf__type=node("prov:Activity"), rdfs__label=f"Conversion of pages by ogp-graph {__version__}",
            prov__used=ox.NamedNode(self.told.source), prov__wasAssociatedWith=self.part("publisher"),
        )  # fmt: skip
        return this

    def access(self) -> ox.NamedNode:
        """The endpoint as a distribution of this edition."""
        this = ox.NamedNode(f"{self.version.value}#sparql")
        self.say(
            this, rdf__type=node("dcat:Distribution"), dcterms__title="SPARQL endpoint",
            dcterms__description="Queries over all statements, answered in the formats of SPARQL 1.1",
            dcat__accessURL=self.document("sparql"),
            dcat__accessService=self.part("sparql"), dcterms__license=ox.NamedNode(self.told.licence),
            dcterms__rights=self.part("rights"), dcatap__availability=ox.NamedNode(self.told.availability),
        )  # fmt: skip
        return this

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
        kind = self.told.format(file.path)
        self.say(
            this, rdf__type=node("dcat:Distribution"), dcterms__title=file.title, dcterms__description=file.title,
            dcterms__format=ox.NamedNode(kind) if kind else None, dcterms__issued=_date(self.edition.issued),
            dcatap__availability=ox.NamedNode(self.told.availability),
            dcat__accessURL=self.document(file.path), dcat__downloadURL=self.document(file.path),
            dcat__byteSize=_number(file.size, "nonNegativeInteger"),
            dcat__mediaType=ox.NamedNode(_MEDIA_TYPE + file.media_type), spdx__checksum=checksum,
            dcat__compressFormat=ox.NamedNode(_MEDIA_TYPE + file.compression) if file.compression else None,
            dcterms__license=ox.NamedNode(self.told.licence), dcterms__rights=self.part("rights"),
        )  # fmt: skip
        for iri in filter(None, (_MEDIA_TYPE + file.media_type, file.compression and _MEDIA_TYPE + file.compression)):
            self.say(ox.NamedNode(iri), rdf__type=node("dcterms:MediaType"))
        if kind:
            self.say(ox.NamedNode(kind), rdf__type=node("dcterms:MediaTypeOrExtent"))
        self.say(_SHA256, rdf__type=node("spdx:ChecksumAlgorithm"))
        value = ox.Literal(file.sha256, datatype=node("xsd:hexBinary"))
        self.say(checksum, rdf__type=node("spdx:Checksum"), spdx__algorithm=_SHA256, spdx__checksumValue=value)


def _node(name: str) -> ox.NamedNode:
    prefix, _, local = name.partition(":")
    return ox.NamedNode(_ALSO[prefix] + local) if prefix in _ALSO else node(name)


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
