"""Every term in every format: what a client reads is what the store holds, or there is an error and no broken document.

Read with parsers that are not the engine's: Python's own for JSON, CSV and XML, rdflib for graphs.
"""

from __future__ import annotations

import csv
import io
import json
from typing import TYPE_CHECKING
from urllib.parse import urlencode
from xml.etree import ElementTree

import pyoxigraph as ox
import pytest
import rdflib

from ogp_graph.engine.direct import Direct
from ogp_graph.errors import NotInFormat
from ogp_graph.formats import FORMATS
from ogp_graph.web.negotiation import RDF, RESULTS
from tests.asking import refused
from tests.serving import server_over

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.serving import Server

SRX = "{http://www.w3.org/2005/sparql-results#}"
HERE = "https://example.org/"
XSD = "http://www.w3.org/2001/XMLSchema#"
SURROGATES = range(0xD800, 0xE000)
EVERYTHING = "".join(chr(code) for code in range(0x110000) if code not in SURROGATES)
NOT_IN_XML = {*map(chr, range(0x20)), "\ufffe", "\uffff"} - set("\t\n\r")
IN_XML = "".join(character for character in EVERYTHING if character not in NOT_IN_XML)
TEXTS = {
    "line ends": "a\rb\r\nc\n\rd\n",
    "signs of CSV and TSV": 'a,"b"\t\\t;\n""',
    "signs of XML": "<a b='c'>&amp;]]>\"<!-- --><![CDATA[",
    "spaces": "  a\u00a0\u2028\u0085 ",
    "nothing": "",
    "long": "words " * 20_000,
    "every character": IN_XML,
}
NUMBERS = {
    "(1e0/0e0 AS ?x)": ("INF", "double"),
    "(-1e0/0e0 AS ?x)": ("-INF", "double"),
    "(0e0/0e0 AS ?x)": ("NaN", "double"),
    '("NaN"^^xsd:float AS ?x)': ("NaN", "float"),
    '("12345678901234567890123"^^xsd:integer AS ?x)': ("12345678901234567890123", "integer"),
    '("2020-13-45"^^xsd:date AS ?x)': ("2020-13-45", "date"),
    '("-99999-01-01"^^xsd:date AS ?x)': ("-99999-01-01", "date"),
    '("24:61:00"^^xsd:time AS ?x)': ("24:61:00", "time"),
    '("soon"^^xsd:gYear AS ?x)': ("soon", "gYear"),
}


IN_RDFLIB = {
    "turtle": "turtle",
    "ntriples": "nt",
    "jsonld": "json-ld",
    "rdfxml": "xml",
    "nquads": "nt",
    "trig": "turtle",
}
"""What reads a graph without a name in each format."""


@pytest.fixture(autouse=True)
def long_fields() -> Iterator[None]:
    before = csv.field_size_limit(10_000_000)
    yield
    csv.field_size_limit(before)


def engine_of(*quads: ox.Quad) -> Direct:
    store = ox.Store()
    store.extend(quads)
    return Direct(store)


def says(text: str, predicate: str = f"{HERE}text") -> ox.Quad:
    return ox.Quad(ox.NamedNode(f"{HERE}a"), ox.NamedNode(predicate), ox.Literal(text))


def value_in(format_: str, data: bytes) -> str:
    """The only value of a result in one row and one column."""
    if format_ == "json":
        return str(json.loads(data)["results"]["bindings"][0]["x"]["value"])
    if format_ == "xml":
        return ElementTree.fromstring(data).findall(f".//{SRX}literal")[0].text or ""
    if format_ == "csv":
        _, row = csv.reader(io.StringIO(data.decode(), newline=""))
        return row[0] if row else ""  # Python's reader of an empty line
    (row,) = ox.parse_query_results(data, format=FORMATS[format_].results)
    return str(row[0].value)


def texts_in(format_: str, data: bytes) -> list[str]:
    """The texts of a graph that says one thing."""
    if format_ == "jsonld":
        (thing,) = json.loads(data)
        return [value["@value"] for value in thing[f"{HERE}text"]]
    return [str(value) for value in rdflib.Graph().parse(data=data, format=IN_RDFLIB[format_]).objects()]


@pytest.mark.parametrize("format_", ["json", "xml", "csv", "tsv"])
@pytest.mark.parametrize("name", TEXTS)
def test_a_text_is_read_as_it_was_written_in_every_table(name: str, format_: str) -> None:
    answer = engine_of(says(TEXTS[name])).query("SELECT ?x { ?s ?p ?x }", format=FORMATS[format_])
    assert value_in(format_, answer.read()) == TEXTS[name]


@pytest.mark.parametrize("format_", RDF.values())
@pytest.mark.parametrize("name", [name for name in TEXTS if name != "every character"])
def test_a_text_is_read_as_it_was_written_in_every_graph(name: str, format_: str) -> None:
    answer = engine_of(says(TEXTS[name])).query("CONSTRUCT WHERE { ?s ?p ?x }", format=FORMATS[format_])
    assert texts_in(format_, answer.read()) == [TEXTS[name]]


@pytest.mark.parametrize("format_", ["json", "csv", "tsv"])
def test_characters_that_xml_lacks_are_in_the_other_tables(format_: str) -> None:
    text = "".join(sorted(NOT_IN_XML))
    answer = engine_of(says(text)).query("SELECT ?x { ?s ?p ?x }", format=FORMATS[format_])
    assert value_in(format_, answer.read()) == text


@pytest.mark.parametrize("character", sorted(NOT_IN_XML), ids=lambda one: f"{ord(one):04X}")
def test_a_character_that_xml_lacks_is_an_error_wherever_it_stands(character: str) -> None:
    for before in (0, 8_191 - 200, 8_192 - 200, 70_000):  # around where the engine ends its parts
        engine = engine_of(says("é" * before + character))
        for query, format_ in (("SELECT ?x { ?s ?p ?x }", "xml"), ("CONSTRUCT WHERE { ?s ?p ?x }", "rdfxml")):
            with pytest.raises(NotInFormat, match=rf"U\+{ord(character):04X}"):
                engine.query(query, format=FORMATS[format_])


@pytest.mark.parametrize("ending", ["1", "", "x/", "x#", "×", "%20", "?a=1"])
def test_a_predicate_that_ends_in_no_name_is_in_every_graph_but_rdf_xml(ending: str) -> None:
    engine = engine_of(says("x", HERE + ending))
    query = "CONSTRUCT WHERE { ?s ?p ?x }"
    with pytest.raises(NotInFormat, match="ends in no name"):
        engine.query(query, format=FORMATS["rdfxml"])
    for name in set(RDF.values()) - {"rdfxml"}:
        assert HERE.encode() in engine.query(query, format=FORMATS[name]).read()


def test_a_triple_in_a_triple_is_an_error_in_json_ld_and_there_in_the_others() -> None:
    query = f"CONSTRUCT {{ <{HERE}a> <{HERE}b> ?t }} WHERE {{ BIND (TRIPLE(<{HERE}c>, <{HERE}d>, 1) AS ?t) }}"
    with pytest.raises(NotInFormat, match="JSON-LD"):
        engine_of().query(query, format=FORMATS["jsonld"])
    for name in set(RDF.values()) - {"jsonld"}:
        (quad,) = ox.parse(engine_of().query(query, format=FORMATS[name]).read(), format=FORMATS[name].rdf)
        assert isinstance(quad.object, ox.Triple)


def test_a_predicate_that_rdf_xml_keeps_to_itself_is_an_error_there() -> None:
    with pytest.raises(NotInFormat, match="reserved"):
        engine_of(says("x", f"{rdflib.RDF}li")).query("CONSTRUCT WHERE { ?s ?p ?x }", format=FORMATS["rdfxml"])


@pytest.mark.parametrize("expression", NUMBERS)
def test_a_number_or_date_out_of_the_ordinary_keeps_value_and_type(expression: str) -> None:
    value, kind = NUMBERS[expression]
    query = f"PREFIX xsd: <{XSD}> SELECT {expression} {{}}"
    for format_ in ("json", "xml", "csv", "tsv"):
        data = engine_of().query(query, format=FORMATS[format_]).read()
        assert value_in(format_, data) == value
        assert (XSD + kind).encode() in data or format_ == "csv" or value.isdigit()


def test_two_blank_nodes_are_two_in_every_format_and_one_is_one() -> None:
    one, two, knows = ox.BlankNode(), ox.BlankNode(), ox.NamedNode(f"{HERE}knows")
    engine = engine_of(ox.Quad(one, knows, two), ox.Quad(two, knows, two))
    for format_ in RDF.values():
        data = engine.query("CONSTRUCT WHERE { ?s ?p ?o }", format=FORMATS[format_]).read()
        assert len({quad.subject for quad in ox.parse(data, format=FORMATS[format_].rdf)}) == 2
    for format_ in ("json", "xml", "tsv"):
        data = engine.query("SELECT * { ?s ?p ?o }", format=FORMATS[format_]).read()
        rows = list(ox.parse_query_results(data, format=FORMATS[format_].results))
        assert len({row["s"] for row in rows}) == 2
        assert len({row["o"] for row in rows}) == 1


# Over HTTP


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    path: Path = tmp_path_factory.mktemp("formats") / "odd.nt"
    path.write_text(f'<{HERE}a> <{HERE}1> "a\\u0001b" .\n<{HERE}a> <{HERE}b> "c\\r\\nd" .\n', encoding="utf-8")
    with server_over("data", path) as found:
        yield found


def test_what_a_format_cannot_hold_is_406_with_those_that_can(server: Server) -> None:
    for query, format_ in (
        ("SELECT * { ?s ?p ?o }", "xml"),
        ("CONSTRUCT WHERE { ?s ?p ?o }", "rdfxml"),
        (f"CONSTRUCT {{ ?s <{rdflib.RDF}li> 1 }} WHERE {{ ?s ?p ?o }}", "rdfxml"),
    ):
        path = "sparql?" + urlencode({"query": query, "format": format_})
        told = refused(server.get(path), 406)
        others = {name for name in (RESULTS if format_ == "xml" else RDF) if name != "text/html"}
        assert set(told["available"]) == others - {FORMATS[format_].media_type}  # type: ignore[call-overload]
        assert "another format" in str(told["detail"])
        assert server.get(path.replace(format_, "json")).status == 200


def test_a_carriage_return_is_one_after_it_was_xml(server: Server) -> None:
    path = "sparql?" + urlencode({"query": f"SELECT ?x {{ ?s <{HERE}b> ?x }}", "format": "xml"})
    assert value_in("xml", server.get(path).body) == "c\r\nd"
