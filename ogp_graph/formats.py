"""Every media type that the project reads or writes, in one table."""

from __future__ import annotations

from dataclasses import dataclass

import pyoxigraph as ox

__all__ = ["FORMATS", "Format"]


@dataclass(frozen=True, slots=True)
class Format:
    """One serialisation. ``rdf`` is pyoxigraph's name for RDF formats, ``results`` for query results."""

    name: str
    media_type: str
    extension: str
    rdf: ox.RdfFormat | None = None
    results: ox.QueryResultsFormat | None = None

    @property
    def graphs(self) -> bool:
        """Whether the format can hold named graphs."""
        return self.rdf is not None and self.rdf.supports_datasets


FORMATS: dict[str, Format] = {
    f.name: f
    for f in (
        Format("nquads", "application/n-quads", "nq", rdf=ox.RdfFormat.N_QUADS),
        Format("trig", "application/trig", "trig", rdf=ox.RdfFormat.TRIG),
        Format("turtle", "text/turtle", "ttl", rdf=ox.RdfFormat.TURTLE),
        Format("ntriples", "application/n-triples", "nt", rdf=ox.RdfFormat.N_TRIPLES),
        Format("jsonld", "application/ld+json", "jsonld", rdf=ox.RdfFormat.JSON_LD),
        Format("rdfxml", "application/rdf+xml", "rdf", rdf=ox.RdfFormat.RDF_XML),
        Format("json", "application/sparql-results+json", "srj", results=ox.QueryResultsFormat.JSON),
        Format("xml", "application/sparql-results+xml", "srx", results=ox.QueryResultsFormat.XML),
        Format("csv", "text/csv", "csv", results=ox.QueryResultsFormat.CSV),
        Format("tsv", "text/tab-separated-values", "tsv", results=ox.QueryResultsFormat.TSV),
    )
}
