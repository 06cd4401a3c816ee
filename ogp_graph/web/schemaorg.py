"""The catalogue in the words of schema.org, for search engines: what the start page has embedded.

Exactly one ``Dataset`` (https://developers.google.com/search/docs/appearance/structured-data/dataset), made from the
triples of the catalogue, so that nothing is said twice.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pyoxigraph as ox

from ogp_graph.dataset import load_dataset
from ogp_graph.vocabulary import node

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ogp_graph.web.target import Site

__all__ = ["Described", "schema_org"]


class Described:
    """The catalogue by subject and property."""

    def __init__(self, triples: Iterable[ox.Triple]) -> None:
        self._said: dict[tuple[str, str], list[str]] = {}
        for one in triples:
            if isinstance(one.object, ox.NamedNode | ox.Literal) and isinstance(one.subject, ox.NamedNode):
                self._said.setdefault((one.subject.value, one.predicate.value), []).append(one.object.value)

    def all(self, subject: str, name: str) -> list[str]:
        """Every value, sorted."""
        return sorted(self._said.get((subject, node(name).value), ()))

    def one(self, subject: str, name: str) -> str | None:
        """The first one, if any."""
        return next(iter(self.all(subject, name)), None)


def schema_org(site: Site, triples: Iterable[ox.Triple]) -> dict[str, Any]:
    """The description of the release that ``site`` serves, as JSON-LD with an inline context."""
    said, this = Described(triples), f"{site.base}dataset"
    version = f"{this}/{site.target.id}"
    publisher = said.one(this, "dcterms:publisher") or ""
    period = said.one(this, "dcterms:temporal") or ""
    place = said.one(this, "dcterms:spatial") or ""
    years = [said.one(period, name) for name in ("dcat:startDate", "dcat:endDate")]
    catalogue = {"@type": "DataCatalog", "@id": f"{this}#catalogue", "name": "ogp-graph", "url": site.url}
    organisation = {
        "@type": "Organization",
        "@id": publisher,
        "name": said.one(publisher, "foaf:name"),
        "url": site.url,
    }
    return {
        "@context": "https://schema.org/",
        "@type": "Dataset",
        "@id": this,
        "name": said.one(this, "dcterms:title"),
        "description": said.one(this, "dcterms:description"),
        "url": site.url,
        "identifier": this,
        "version": site.target.id,
        "datePublished": said.one(this, "dcterms:issued"),
        "dateModified": said.one(this, "dcterms:modified"),
        "license": said.one(this, "dcterms:license"),
        "keywords": said.all(this, "dcat:keyword"),
        "isAccessibleForFree": True,
        "creator": organisation,
        "publisher": {"@id": publisher},
        "inLanguage": sorted(map(load_dataset().tag, said.all(this, "dcterms:language"))),
        "temporalCoverage": "/".join(filter(None, years)),
        "spatialCoverage": {"@type": "Place", "name": said.one(place, "skos:prefLabel"), "sameAs": place},
        "isBasedOn": said.one(this, "dcterms:source"),
        "usageInfo": f"{site.url}about#terms",
        "variableMeasured": ["Level of completion", "Change in access to information", "Change in civic participation",
                             "Change in public accountability", "Problem addressed"],
        "distribution": [_download(said, one) for one in said.all(version, "dcat:distribution")],
        "includedInDataCatalog": catalogue,
    }  # fmt: skip


def _download(said: Described, this: str) -> dict[str, Any]:
    kind = said.one(this, "dcat:mediaType")
    told = {
        "@type": "DataDownload",
        "name": said.one(this, "dcterms:title"),
        "contentUrl": said.one(this, "dcat:downloadURL") or said.one(this, "dcat:accessURL"),
        "encodingFormat": kind.split("media-types/")[-1] if kind else "application/sparql-query",
        "contentSize": f"{size} B" if (size := said.one(this, "dcat:byteSize")) else None,
        "sha256": said.one(said.one(this, "spdx:checksum") or "", "spdx:checksumValue"),
    }
    return {name: value for name, value in told.items() if value}
