"""Which format and which coding a client gets (RFC 9110, 12.5.1 and 12.5.3)."""

from __future__ import annotations

import pytest

from ogp_graph.formats import FORMATS
from ogp_graph.web.accept import preferred
from ogp_graph.web.compression import CODINGS, IDENTITY, coding, packed
from ogp_graph.web.negotiation import GRAPHS, RDF, RESULTS, choose
from ogp_graph.web.problems import Problem

SAFARI = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
JAVA = "text/html, image/gif, image/jpeg, *; q=0.2, */*; q=0.2"
COMUNICA_ROWS = "application/sparql-results+json;q=1.0,application/sparql-results+xml;q=0.7"
COMUNICA_QUADS = (
    "application/n-quads,application/trig;q=0.95,application/ld+json;q=0.9,application/n-triples;q=0.8,"
    "text/turtle;q=0.6,application/rdf+xml;q=0.5,text/n3;q=0.35,application/xml;q=0.3,text/html;q=0.2"
)
CHROME = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,image/apng,*/*;q=0.8"
FIREFOX = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
RDFLIB = "application/sparql-results+xml; charset=UTF-8"
SPARQLWRAPPER = "application/sparql-results+json,application/json,text/javascript,application/javascript"
JENA = (
    "application/sparql-results+json, application/sparql-results+xml;q=0.9, text/tab-separated-values;q=0.7, */*;q=0.3"
)


@pytest.mark.parametrize(
    "accept",
    [None, "", "  ", "*/*", "*", "application/*", "*/*;charset=utf-8", ";;", "text/csv;q=none", "text/csv;q=7"],
)
def test_whoever_takes_anything_or_says_nothing_sensible_gets_the_first(accept: str | None) -> None:
    assert choose((), accept, RESULTS) == "json"


@pytest.mark.parametrize(
    ("accept", "format_"),
    [
        (CHROME, "html"),
        (FIREFOX, "html"),
        (RDFLIB, "xml"),
        (SPARQLWRAPPER, "json"),
        (JENA, "json"),
        ("text/csv", "csv"),
        ("text/csv;q=0.1, text/tab-separated-values;q=0.2", "tsv"),
        ("text/*", "csv"),
        ("text/csv;header=present", "csv"),
        ("application/xml", "xml"),
        ("application/json", "json"),
        ("image/png, */*;q=0.01", "json"),
        ("TEXT/CSV", "csv"),
        ("text/plain", "tsv"),
        (SAFARI, "html"),
        (JAVA, "html"),
        (COMUNICA_ROWS, "json"),
        ("text/csv; charset=utf-8; q=0.9, application/sparql-results+xml; q=0.8", "csv"),
        ("text/csv;q=0, */*", "json"),
        ("application/*;q=0, */*", "csv"),
        ("application/*;q=0.9, application/sparql-results+json;q=0.1", "xml"),
        ("text/csv;header=absent;q=0.9, text/csv;q=0.1, text/tab-separated-values;q=0.5", "tsv"),
        ("text/csv;q=0.001", "csv"),
        ("application/sparql-results+json;q=0, */*", "xml"),
    ],
)
def test_results_go_by_quality_and_then_by_our_order(accept: str, format_: str) -> None:
    assert choose((), accept, RESULTS) == format_


@pytest.mark.parametrize(
    ("accept", "format_"),
    [
        (None, "turtle"),
        (CHROME, "html"),
        ('application/ld+json;profile="http://www.w3.org/ns/json-ld#compacted"', "jsonld"),
        ("application/rdf+xml, text/turtle;q=0.9", "rdfxml"),
        ("application/n-quads", "nquads"),
        ("application/trig", "trig"),
        ("text/plain", "ntriples"),
        ("application/n-triples, text/turtle", "turtle"),
        (COMUNICA_QUADS, "nquads"),
        ('application/ld+json;profile="a,b;q=0";q=0.4, text/turtle;q=0.3', "jsonld"),
        ("text/n3", "turtle"),
        ("application/x-json+ld", "jsonld"),
    ],
)
def test_graphs_go_by_quality_and_then_by_our_order(accept: str | None, format_: str) -> None:
    assert choose((), accept, GRAPHS) == format_


@pytest.mark.parametrize("name", ["csv", "CSV", "text/csv", "text/csv; charset=utf-8"])
def test_the_format_in_the_address_wins_over_accept(name: str) -> None:
    assert choose([name], "application/json", RESULTS) == "csv"


@pytest.mark.parametrize("name", ["application/sparql-results xml", "application/sparql-results+xml", " SRX "])
def test_a_plus_sign_that_was_not_escaped_is_understood(name: str) -> None:
    assert choose([name], None, RESULTS) == "xml"


def test_a_format_may_be_named_by_its_extension_and_as_clients_call_it() -> None:
    assert choose(["ttl"], None, GRAPHS) == "turtle"
    assert choose(["srj"], None, RESULTS) == "json"
    assert choose(["json"], None, GRAPHS) == "jsonld"
    assert choose(["xml"], None, GRAPHS) == "rdfxml"


def test_of_several_formats_in_the_address_the_first_that_is_understood_counts() -> None:
    assert choose(["tab", "text/tab-separated-values"], None, RESULTS) == "tsv"
    assert choose(["application/turtle,text/turtle"], None, GRAPHS) == "turtle"


def test_every_other_name_of_a_format_leads_to_it_alone() -> None:
    for offers in (RESULTS, RDF):
        names = [name for chosen in offers.values() if chosen in FORMATS for name in FORMATS[chosen].also]
        assert len(names) == len(set(names))


@pytest.mark.parametrize(
    ("wanted", "accept"), [((), "image/png"), ((), "text/csv;q=0"), (["gif"], None), (["turtle"], None)]
)
def test_what_is_not_there_is_406_with_the_list(wanted: list[str], accept: str | None) -> None:
    with pytest.raises(Problem) as caught:
        choose(wanted, accept, RESULTS)
    assert caught.value.status == 406
    assert caught.value.more["available"] == list(RESULTS)


def test_the_most_specific_range_decides() -> None:
    assert preferred("text/*;q=0.9, text/html;q=0.1", ["text/html", "text/csv"]) == "text/csv"


@pytest.mark.parametrize(
    ("accept_encoding", "expected"),
    [
        (None, IDENTITY),
        ("", IDENTITY),
        ("gzip, deflate, br, zstd", "zstd"),
        ("gzip, deflate", "gzip"),
        ("GZip", "gzip"),
        ("x-gzip", "gzip"),
        ("br", IDENTITY),
        ("zstd;q=0.5, gzip;q=0.8", "gzip"),
        ("gzip;q=0.5, identity", IDENTITY),
        ("gzip;q=0, *", "zstd"),
        ("zstd;q=0, *;q=0.1", "gzip"),
        ("gzip;q=0", IDENTITY),
        ("*;q=0, gzip", "gzip"),
        ("identity;q=0, gzip;q=0.1", "gzip"),
        ("identity;q=0", None),
        ("*;q=0", None),
        ("br, identity;q=0", None),
        ("identity;q=0.5, *;q=0", IDENTITY),
    ],
)
def test_the_coding_is_the_clients_favourite_of_those_that_there_are(
    accept_encoding: str | None, expected: str | None
) -> None:
    assert coding(accept_encoding, 10_000) == expected


def test_what_is_small_is_packed_only_for_those_who_refuse_it_as_it_is() -> None:
    assert coding("gzip", 10) == IDENTITY
    assert coding("gzip, identity;q=0", 10) == "gzip"


@pytest.mark.parametrize("name", CODINGS)
def test_the_same_bytes_are_packed_into_the_same_bytes(name: str) -> None:
    data = b"subject,predicate,object\r\n" * 10_000
    assert packed(data, name) == packed(data, name)
    assert len(packed(data, name)) < len(data) / 50
