"""What the scan says of a query before a parser sees it."""

from __future__ import annotations

import sys
from contextlib import suppress
from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ogp_graph.engine.scan import scan
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


@pytest.mark.parametrize("part", ['"""" ', "'''a", "<a", '""a', "\\", "((", "a:", "#\n", "@a-", "^^<"])
def test_the_scan_is_linear(part: str) -> None:
    def seconds(count: int) -> float:
        text, start = "ASK {" + part * count, process_time()
        with suppress(QueryRefused):
            scan(text, settings_from({}, query_nesting=10**9))
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
