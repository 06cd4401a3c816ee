"""Every media type that the project reads or writes, in one table."""

from __future__ import annotations

from dataclasses import dataclass

import pyoxigraph as ox

__all__ = ["FORMATS", "Format"]


@dataclass(frozen=True, slots=True)
class Format:
    """One serialisation. ``rdf`` is pyoxigraph's name for RDF formats, ``results`` for query results; ``also`` are
    other names and media types that clients have for it, which are understood and not advertised."""

    name: str
    media_type: str
    extension: str
    rdf: ox.RdfFormat | None = None
    results: ox.QueryResultsFormat | None = None
    also: tuple[str, ...] = ()

    @property
    def graphs(self) -> bool:
        """Whether the format can hold named graphs."""
        return self.rdf is not None and self.rdf.supports_datasets


_RDF, _TABLE = ox.RdfFormat, ox.QueryResultsFormat

FORMATS: dict[str, Format] = {
    f.name: f
    for f in (
        Format("nquads", "application/n-quads", "nq", rdf=_RDF.N_QUADS, also=("n-quads", "text/x-nquads")),
        Format("trig", "application/trig", "trig", rdf=_RDF.TRIG, also=("application/x-trig",)),
        Format(
            "turtle", "text/turtle", "ttl", rdf=_RDF.TURTLE,
            also=("n3", "application/x-turtle", "application/turtle", "text/n3", "text/rdf+n3", "application/n3"),
        ),
        Format("ntriples", "application/n-triples", "nt", rdf=_RDF.N_TRIPLES, also=("n-triples", "text/plain")),
        Format(
            "jsonld", "application/ld+json", "jsonld", rdf=_RDF.JSON_LD,
            also=("json-ld", "json", "application/json", "application/x-json+ld"),
        ),
        Format(
            "rdfxml", "application/rdf+xml", "rdf", rdf=_RDF.RDF_XML,
            also=("rdf+xml", "rdf/xml", "xml", "application/xml", "text/xml"),
        ),
        Format("json", "application/sparql-results+json", "srj", results=_TABLE.JSON, also=("application/json",)),
        Format(
            "xml", "application/sparql-results+xml", "srx", results=_TABLE.XML, also=("application/xml", "text/xml"),
        ),
        Format("csv", "text/csv", "csv", results=_TABLE.CSV),
        Format("tsv", "text/tab-separated-values", "tsv", results=_TABLE.TSV, also=("text/plain",)),
    )
}  # fmt: skip
"""Name -> format."""
