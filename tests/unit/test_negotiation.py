"""Which format a client gets (RFC 9110, 12.5.1)."""

from __future__ import annotations

import pytest

from ogp_graph.web.negotiation import GRAPHS, RESULTS, choose, preferred
from ogp_graph.web.problems import Problem

CHROME = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,image/apng,*/*;q=0.8"
FIREFOX = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
RDFLIB = "application/sparql-results+xml; charset=UTF-8"
SPARQLWRAPPER = "application/sparql-results+json,application/json,text/javascript,application/javascript"
JENA = (
    "application/sparql-results+json, application/sparql-results+xml;q=0.9, text/tab-separated-values;q=0.7, */*;q=0.3"
)


@pytest.mark.parametrize("accept", [None, "", "  ", "*/*", "application/*"])
def test_whoever_takes_anything_gets_the_first(accept: str | None) -> None:
    assert choose(None, accept, RESULTS) == "json"


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
        ("application/sparql-results+json;q=0, */*", "xml"),
    ],
)
def test_results_go_by_quality_and_then_by_our_order(accept: str, format_: str) -> None:
    assert choose(None, accept, RESULTS) == format_


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
    ],
)
def test_graphs_go_by_quality_and_then_by_our_order(accept: str | None, format_: str) -> None:
    assert choose(None, accept, GRAPHS) == format_


@pytest.mark.parametrize("name", ["csv", "CSV", "text/csv"])
def test_the_format_in_the_address_wins_over_accept(name: str) -> None:
    assert choose(name, "application/json", RESULTS) == "csv"


def test_a_format_may_be_named_by_its_extension() -> None:
    assert choose("ttl", None, GRAPHS) == "turtle"
    assert choose("srj", None, RESULTS) == "json"


@pytest.mark.parametrize(
    ("wanted", "accept"), [(None, "image/png"), (None, "text/csv;q=0"), ("gif", None), ("turtle", None)]
)
def test_what_is_not_there_is_406_with_the_list(wanted: str | None, accept: str | None) -> None:
    with pytest.raises(Problem) as caught:
        choose(wanted, accept, RESULTS)
    assert caught.value.status == 406
    assert caught.value.more["available"] == list(RESULTS)


def test_the_most_specific_range_decides() -> None:
    assert preferred("text/*;q=0.9, text/html;q=0.1", ["text/html", "text/csv"]) == "text/csv"
