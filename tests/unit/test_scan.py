"""What the scan says of a query before a parser sees it."""

from __future__ import annotations

import sys
import tracemalloc
from contextlib import suppress
from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ogp_graph.engine.scan import glance, scan
from ogp_graph.errors import QueryRefused
from ogp_graph.settings import settings_from

SETTINGS = settings_from({})


def refusal(text: str, **limits: object) -> QueryRefused:
    with pytest.raises(QueryRefused) as caught:
        scan(text, settings_from({}, **limits))
    return caught.value


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("SELECT * {}", "SELECT"),
        ("select distinct ?x where { ?x ?y ?z }", "SELECT"),
        ("# SELECT\nASK {}", "ASK"),
        ("BASE <http://a/> PREFIX select: <b#> PREFIX : <c> DESCRIBE select:ask", "DESCRIBE"),
        ("CONSTRUCT WHERE { ?s ?p ?o }", "CONSTRUCT"),
        ("DESCRIBEex:a", "DESCRIBE"),
        ("\tASK{}", "ASK"),
    ],
)
def test_the_form_is_the_first_word_after_the_prologue(text: str, form: str) -> None:
    assert scan(text, SETTINGS).form == form


@pytest.mark.parametrize("form", ["CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o }", "DESCRIBE <http://a>"])
def test_construct_and_describe_make_graphs(form: str) -> None:
    assert scan(form, SETTINGS).makes_graph
    assert not scan("ASK {}", SETTINGS).makes_graph


@pytest.mark.parametrize(
    ("text", "graphs"),
    [
        ("SELECT * FROM <http://a> FROM NAMED <http://b> { ?s ?p ?o }", ("http://a", "http://b")),
        ("PREFIX g: <http://g/> SELECT * FROM g:one FROM NAMED g:t\\-wo {}", ("http://g/one", "http://g/t-wo")),
        ("BASE <http://b/c/> ASKFROM<d>FROMNAMED<../e> {}", ("http://b/c/d", "http://b/e")),
        ("SELECT * FROM <http://\\u0061/> {}", ("http://a/",)),
        (
            "PREFIX x: <http://x/> SELECT * FROMx:a FROM NAMEDx:b FROMNAMEDx:c {}",
            ("http://x/a", "http://x/b", "http://x/c"),
        ),
        ("PREFIX x: <http://x/> CONSTRUCT { ?s ?p ?o } FROMx:a WHERE {}", ("http://x/a",)),
        ("PREFIX FROMx: <http://x/> SELECT * { ?s FROMx:a FROMx:b }", ()),
        ("SELECT ?from { ?from <from> 'FROM <x>' } # FROM <y>", ()),
        ("PREFIX from: <http://f/> SELECT * { ?s from:x <http://y> }", ()),
    ],
)
def test_graphs_are_those_of_the_from_clauses(text: str, graphs: tuple[str, ...]) -> None:
    assert scan(text, SETTINGS).graphs == graphs


@pytest.mark.parametrize(
    "text",
    [
        "SELECT * { SERVICE <http://x/> { ?s ?p ?o } }",
        "SELECT * { service silent ?where { ?s ?p ?o } }",
        "SELECT * { ?s ?p true SERVICESILENT<http://x/> {} }",
        "SELECT * { ?s ?p 1.SERVICE<http://x/>{} }",
        "SELECT * { ?s ?p 1e5SERVICE<http://x/>{} }",
        "PREFIX x: <http://x/> SELECT * { SERVICEx:y { ?s ?p ?o } }",
        "PREFIX x: <http://x/> SELECT * { SERVICE x:y # c\n { ?s ?p ?o } }",
        "PREFIX : <http://x/> SELECT * { SERVICE:y{ ?s ?p ?o } }",
        "SELECT * { FILTER(?a<?b)SERVICE?x{ ?s ?p ?o } }",
        "SELECT * { ?s ?p \"\\\"\", '''a''b''' SERVICE <http://x/> {} }",
    ],
)
def test_service_is_refused_however_it_is_written(text: str) -> None:
    assert "SERVICE" in str(refusal(text))


@pytest.mark.parametrize(
    "text",
    [
        'SELECT * { ?service <http://SERVICE/> \'SERVICE\', """SERVICE <x> {""" } # SERVICE',
        "PREFIX service: <http://x/> SELECT * { GRAPH service:g { ?s service:p service:o } }",
        "SELECT * { ?s ?p 'x'@service }",
        "DESCRIBE <http://x/SERVICE>",
    ],
)
def test_the_word_service_elsewhere_is_no_service(text: str) -> None:
    assert scan(text, SETTINGS).text == text


@pytest.mark.parametrize(
    "text",
    ["INSERT DATA { <a> <b> <c> }", "LOAD <http://x/>", "PREFIX : <a> DELETE WHERE { ?s ?p ?o }", "clear all",
     "WITH <a> DELETE { ?s ?p ?o } WHERE {}", "DROP ALL", "CREATE GRAPH <a>", "ADD <a> TO <b>", "COPY <a> TO <b>"],
)  # fmt: skip
def test_updates_are_refused(text: str) -> None:
    assert "read-only" in str(refusal(text))


@pytest.mark.parametrize(
    ("text", "position"),
    [
        ("SELECT *\n{ ?s ?p 'abc }", (2, 9)),
        ('SELECT * { """abc }', (1, 14)),
        ("SELECT * { ?s ?p 'a\nb' }", (1, 18)),
        ("hello", (1, 1)),
        ("SELECT \0 {}", (1, 8)),
        ("\n\n  INSERT", (3, 3)),
    ],
)
def test_a_refusal_says_where(text: str, position: tuple[int, int]) -> None:
    assert refusal(text).position == position


@pytest.mark.parametrize(
    "quoted", ['"""a"b""c(((("""', "'''a'b''c[[[['''", '"a@en-((((" ', "'%4((((\\\\'", "<a%4((((>"]
)
def test_brackets_inside_a_string_or_an_iri_are_not_counted(quoted: str) -> None:
    text = f"ASK {{ FILTER (?x = {quoted}) }}"
    assert scan(text, settings_from({}, query_nesting=2)).form == "ASK"


@pytest.mark.parametrize("text", ["", "  \n", "# only a comment", "PREFIX a: <b>"])
def test_nothing_is_no_query(text: str) -> None:
    assert "empty" in str(refusal(text))


@pytest.mark.parametrize("opening", ["(", "{", "[", "<< ", "( [ {"])
def test_brackets_may_not_be_nested_too_deeply(opening: str) -> None:
    assert "brackets" in str(refusal("SELECT * {" + opening * 101, query_nesting=100))


def test_brackets_inside_strings_iris_and_comments_do_not_count() -> None:
    text = "SELECT * { ?s ?p '((((', \"[[[[\", '''{{{{''' # ((((\n }"
    assert scan(text, settings_from({}, query_nesting=1)).text == text


def test_a_text_that_is_too_long_is_refused_by_its_bytes() -> None:
    assert "bytes" in str(refusal("SELECT * { ?s ?p '" + "é" * 40 + "' }", query_bytes=90))
    assert scan("SELECT * { ?s ?p '" + "e" * 40 + "' }", settings_from({}, query_bytes=90)).form == "SELECT"


@given(st.text(alphabet=st.sampled_from(list("\"'\\<>{}()[]#?:@ \nabSERVICEFROM10.^_-")), max_size=120))
def test_any_text_is_a_query_or_refused(text: str) -> None:
    with suppress(QueryRefused):
        assert scan("SELECT * {" + text, SETTINGS).form == "SELECT"


WIDE = {
    "rows": "VALUES (?x ?y) { " + "(1 2) " * 60 + "}",
    "values": "VALUES ?x { " + "1 " * 60 + "}",
    "operands": "FILTER(" + "||".join(["?a"] * 30) + ")",
    "patterns": "?a ?b ?c . " * 20,
    "alternatives": "?a " + "|".join(["<p>"] * 40) + " ?b",
}


@pytest.mark.parametrize("name", WIDE)
def test_a_bracket_may_not_hold_too_much_side_by_side(name: str) -> None:
    text = f"SELECT * {{ {WIDE[name]} }}"
    assert "in one bracket" in str(refusal(text, query_list=50))
    assert scan(text, settings_from({}, query_list=200)).text == text


def test_what_stands_in_other_brackets_does_not_count_as_side_by_side() -> None:
    text = "SELECT * { " + "{ ?a ?b ?c } UNION " * 20 + "{} }"
    assert scan(text, settings_from({}, query_list=50)).text == text


@pytest.mark.parametrize("signs", ["!" * 101, "! " * 101, "!#\n" * 101])
def test_signs_that_nest_what_follows_them_count_as_brackets(signs: str) -> None:
    assert "exclamation marks" in str(refusal(f"ASK {{ FILTER({signs}true) }}"))
    assert scan(f"ASK {{ FILTER({'!' * 90}true) FILTER(!?a && !?b) }}", SETTINGS).form == "ASK"


PROLOGUES = {
    "bases": "BASE <x/> " * 90_000,
    "bases of bases": "BASE <http://x/> " + "BASE <a/> " * 90_000,
    "a long base": f"BASE <http://x/{'a/' * 200_000}> " + "BASE <y> " * 50_000,
    "prefixes": "".join(f"PREFIX p{n}: <http://x/> " for n in range(30_000)),
    "prefixes of a long base": f"BASE <http://x/{'a/' * 900}> " + "".join(f"PREFIX p{n}: <y> " for n in range(30_000)),
    "a long prefix": f"PREFIX p: <http://x/{'a/' * 200_000}> ASK " + "FROM p:x " * 60_000,
    "graphs": "ASK " + "FROM <y> " * 100_000,
    "graphs of a long base": f"BASE <http://x/{'a/' * 900}> ASK " + "".join(f"FROM <{n}> " for n in range(60_000)),
}  # fmt: skip


@pytest.mark.parametrize("name", PROLOGUES)
def test_a_hostile_prologue_takes_little_time_and_memory(name: str) -> None:
    text = PROLOGUES[name] + " {}"
    assert len(text) <= SETTINGS.query_bytes
    tracemalloc.start()
    start = process_time()
    try:
        with suppress(QueryRefused):
            scan(text, settings_from({}, query_list=10**6), "http://127.0.0.1/sparql")
        assert tracemalloc.get_traced_memory()[1] < 50_000_000
    finally:
        tracemalloc.stop()
    assert process_time() - start < 15  # minutes, or gigabytes, where each clause is resolved against the one before


@pytest.mark.parametrize("iri", ["http://x/\\ud800", "\\uDFFF", "http://x/\\u0000"])
def test_a_graph_whose_name_no_text_may_have_is_refused(iri: str) -> None:
    assert "character" in str(refusal(f"SELECT * FROM <{iri}> {{}}"))


def test_a_byte_order_mark_is_named_since_nobody_sees_it() -> None:
    found = refusal("\ufeffSELECT * {}")
    assert "byte order mark" in str(found)
    assert found.position == (1, 1)


def test_who_is_in_a_hurry_leaves_long_texts_that_have_to_be_read_word_by_word() -> None:
    words = "VALUES ?x { " + "1 " * 3000 + "}"
    assert not scan(f"ASK FROM <http://a> {{ {words} }}", SETTINGS, patient=False).whole
    assert scan(f"ASK FROM <http://a> {{ {words} }}", SETTINGS).graphs == ("http://a",)
    assert scan(f"ASK {{ {words} }}", SETTINGS, patient=False).whole
    assert scan("ASK FROM <http://a> {}", SETTINGS, patient=False).graphs == ("http://a",)


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("# a comment\nprefix my-own.name: <http://x/\\u0061> #\n base#\n<http://y/> DeScribe <a>", "DESCRIBE"),
        ('VERSION "1.2" CONSTRUCT WHERE { ?s ?p ?o }', "CONSTRUCT"),
        ("PREFIX#\n:#\n<a>ASK{}", "ASK"),
        ("PREFIX construct: <a> SELECT * {}", "SELECT"),
    ],
)
def test_a_glance_sees_the_form_of_a_long_text(text: str, form: str) -> None:
    assert glance(text).form == form == scan(text, SETTINGS).form
    assert not glance(text).whole


@pytest.mark.parametrize("part", ['"""" ', "'''a", "<a", '""a', "\\", "((", "a:", "#\n", "@a-", "^^<"])
def test_the_scan_is_linear(part: str) -> None:
    def seconds(count: int) -> float:
        text, start = "ASK {" + part * count, process_time()
        with suppress(QueryRefused):
            scan(text, settings_from({}, query_nesting=10**9, query_list=10**9))
        return process_time() - start

    assert seconds(40_000) < 40 * max(seconds(4_000), 0.002)


_PARTS = """SELECT ASK PREFIX_a:_<b> BASE_<c> _ N #xN ?s <http://d> < 'e' " TTT ''' \\ ( { } f:g service FROM_<h> é 1.5
@en ^^
<\\u0061#>""".replace("T", '"').split()


@given(
    st.lists(st.sampled_from(_PARTS), max_size=12).map(lambda some: "".join(some).replace("_", " ").replace("N", "\n"))
)
def test_the_short_look_sees_what_the_long_one_sees(text: str) -> None:
    def seen() -> object:
        try:
            return scan(text, SETTINGS)
        except QueryRefused as error:
            return str(error), error.position

    short = seen()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys.modules["ogp_graph.engine.scan"], "_plain", lambda *_: "")
        assert seen() == short
