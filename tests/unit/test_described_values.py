"""Any text, name or address of a page becomes a term that every format can hold, or is left out."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import fields, replace

import pyoxigraph as ox
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rdflib import Graph

from ogp_graph.describe import control_characters, describe, lines, quads, statements, web_iri, writable
from ogp_graph.model import Answer, Capture, Evaluator, Evidence, Report, Result, Source, Span, Status, Value
from ogp_graph.names import IRIs
from ogp_graph.vocabulary import term
from tests.full_report import (
    COMMITMENT,
    KEY,
    ONE,
    TWO,
    bare_report,
    citations,
    full_report,
    graph_of,
    said,
    value,
    with_action,
)  # fmt: skip


def test_lines_are_sorted_and_each_is_there_once() -> None:
    quads = describe(full_report(), IRIs())
    text = lines(quads + quads)
    assert text.split("\n") == sorted(set(text.split("\n")))
    assert not text.endswith("\n")
    assert lines([]) == ""


def test_quads_come_back_from_their_lines() -> None:
    said = describe(full_report(), IRIs())
    assert set(quads(lines(said).split("\n"))) == set(quads([lines(said)])) == set(said)
    assert quads([]) == []


def test_lines_do_not_depend_on_the_order_of_the_quads() -> None:
    quads = describe(full_report(), IRIs())
    assert len({lines(random.Random(seed).sample(quads, len(quads))) for seed in range(5)}) == 1


def test_two_captures_of_one_report_in_another_order_say_the_same() -> None:
    report = full_report()
    other = replace(report, captures=report.captures[::-1], layouts=report.layouts[::-1], answers=report.answers[::-1])
    assert lines(describe(report, IRIs())) == lines(describe(other, IRIs()))


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("a\x00b", "ab"),
        ("tab\tand\nline", "tab\tand\nline"),
        ("one\r\ntwo\rthree", "one\ntwo\nthree"),
        ("\x1b[31mred\x7f\x85", "[31mred"),
        ("half \ud83d a pair", "half \ufffd a pair"),
        ("not \ufffe\uffff characters", "not  characters"),
        ("right\u202eleft", "right\u202eleft"),
    ],
)
def test_values_hold_what_every_format_can_hold(words: str, expected: str) -> None:
    assert writable(words) == expected
    assert said(graph_of(with_action(words)), COMMITMENT, "ogpv:action") == {str(ox.Literal(expected, language="en"))}


def test_removed_control_characters_are_a_finding_with_a_place() -> None:
    (finding,) = control_characters(with_action("a\x00b\x07\x00"))
    assert (finding.code, finding.severity) == ("control-characters-removed", "Warning")
    assert (finding.report, finding.capture, finding.name) == (KEY, ONE, "página 1.html")
    assert finding.span == Span(220, 225)
    assert finding.message.startswith("3 characters")
    assert finding.message.endswith("U+0000, U+0007")


def test_line_ends_and_tabs_are_no_finding() -> None:
    assert control_characters(with_action("one\r\ntwo\tthree\r")) == ()


def test_control_characters_are_found_in_every_value_of_a_report() -> None:
    report, spoilt = full_report(), "\x01"

    def spoil(thing: object) -> object:
        if isinstance(thing, Value):
            return replace(thing, text=thing.text + spoilt)
        if isinstance(thing, tuple):
            return tuple(map(spoil, thing))
        if isinstance(thing, Answer | Evidence | Evaluator | Report):
            return replace(thing, **{f.name: spoil(getattr(thing, f.name)) for f in fields(thing)})
        return thing

    bad = spoil(report)
    assert isinstance(bad, Report)
    texts = Counter(f.span for f in control_characters(bad))
    cited = citations(bad)
    assert len(texts) == len({(*c[term("oa:start")], *c[term("oa:hasSource")]) for c in cited.values()})


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("https://example.org/a", "https://example.org/a"),
        (" https://example.org/a b ", "https://example.org/a%20b"),
        ('https://example.org/"<>^`{|}\\', "https://example.org/%22%3C%3E%5E%60%7B%7C%7D%5C"),
        ("https://example.org/a\nb\x00", "https://example.org/a%0Ab%00"),
        ("https://example.org/100%", "https://example.org/100%25"),
        ("https://example.org/a%20b?x=%zz", "https://example.org/a%20b?x=%25zz"),
        ("https://example.org/?a[]=1#b#c", "https://example.org/?a%5B%5D=1#b%23c"),
        ("http://[2001:db8::1]/x[1]", "http://[2001:db8::1]/x%5B1%5D"),
        ("https://example.org/año", "https://example.org/año"),
        ("https://example.org/\u202egnp", "https://example.org/%E2%80%AEgnp"),
        ("https://example.org/\xa0/\u2003x", "https://example.org/%C2%A0/%E2%80%83x"),
        ("https://example.org/\ud800", "https://example.org/%EF%BF%BD"),
        ("HTTPS://example.org/", "HTTPS://example.org/"),
        ("javascript:alert(1)", None),
        ("mailto:ada@example.org", None),
        ("/relative/path", None),
        ("", None),
        ("https://", None),
        ("https:///path", None),
        ("http://[broken/", None),
        ("https://example.org:port/", None),
        ("https://example.org/?to=ada@example.org", None),
        ("https://ada@example.org/", None),
        ("ftp://example.org/", None),
        ("data:text/html,<script>", None),
    ],
)
def test_an_address_becomes_an_iri_or_nothing(address: str, expected: str | None) -> None:
    found = web_iri(address)
    assert (found and found.value) == expected


def test_an_address_that_is_none_is_left_out_and_the_evidence_stays() -> None:
    evidence = Evidence(value("Minutes"), ("javascript:alert(1)", "https://example.org/a b"))
    report = replace(bare_report(), answers=(Answer("1.1", Status.EMPTY, evidence=(evidence,)),))
    text = lines(describe(report, IRIs()))
    assert "javascript" not in text
    assert "<https://example.org/a%20b>" in text


@pytest.mark.parametrize(
    ("file", "expected"),
    [("a b.txt", "a%20b.txt"), ("50%.txt", "50%25.txt"), ("x\ny", "x%0Ay"), ("caf\udce9.txt", "caf%E9.txt"),
     ("\ud800.txt", "%EF%BF%BD.txt"), ("-rf", "-rf"), ("a/b", "a%2Fb")],
)  # fmt: skip
def test_a_files_name_is_percent_encoded(file: str, expected: str) -> None:
    things = graph_of(replace(bare_report(), captures=(Capture(ONE, (file,)),)))
    assert said(things, f"id/capture/{ONE}", "dcterms:identifier") == {f'"{expected}"'}


def test_a_language_that_is_no_tag_leaves_the_text_plain() -> None:
    report = replace(bare_report(), title=value("Title", language="no tag"), action=value("Acción", language="es-MX"))
    text = lines(describe(report, IRIs()))
    assert '"Title" <' in text
    assert '"Acción"@es-' in text


# Any report in, a graph out that every format holds

PARTS = ("report", "sources")
TEXT = st.text(st.characters(), max_size=60)
HASH = st.sampled_from([ONE, TWO])
SPAN = st.builds(Span, st.integers(0, 10**7), st.integers(0, 10**7))
VALUE = st.builds(Value, TEXT, st.builds(Source, HASH, SPAN, st.text(st.characters(), max_size=300)),
                  st.sampled_from([None, "en", "es", "pt-BR", ""]))  # fmt: skip
NOTATION = st.from_regex(r"[a-z]{1,8}(-[a-z]{1,8})?", fullmatch=True)
URL = TEXT | TEXT.map("https://example.org/".__add__) | TEXT.map("http://".__add__)
EVIDENCE = st.builds(Evidence, VALUE, st.lists(URL, max_size=2).map(tuple))
OTHERS = st.lists(st.tuples(NOTATION | st.just(""), VALUE), max_size=2).map(tuple)
MAYBE = st.none() | VALUE
ANSWER = {
    "status": st.sampled_from(Status), "code": st.none() | NOTATION, "stated": MAYBE, "explanation": MAYBE,
    "evidence": st.lists(EVIDENCE, max_size=2).map(tuple), "alternatives": OTHERS,
}  # fmt: skip
REPORTS = st.builds(
    Report,
    key=NOTATION, form=st.just("eoc"), title=MAYBE, member=st.none() | NOTATION, member_name=MAYBE,
    captures=st.lists(st.builds(Capture, HASH, st.lists(TEXT, max_size=2).map(tuple), TEXT, st.none() | URL,
                                st.just(None)), max_size=2).map(tuple),
    layouts=st.lists(st.tuples(HASH, TEXT), max_size=2).map(tuple), plan=st.none() | NOTATION, plan_title=MAYBE,
    start_year=st.none() | st.integers(1, 9999), end_year=st.none() | st.integers(1, 9999), commitment_title=MAYBE,
    commitment_subtitle=MAYBE, action=MAYBE, problem=MAYBE, border_unknown=st.booleans(),
    evaluators=st.lists(st.builds(Evaluator, st.integers(1, 3), VALUE, st.sampled_from(["person", "organization"]),
                                  st.none() | TEXT), max_size=2).map(tuple),
    answers=st.lists(st.builds(Answer, st.sampled_from(["1.1", "1.2", "3"]), **ANSWER), max_size=2).map(tuple),
    results=st.lists(st.builds(Result, st.sampled_from(["2.1.1", "2.1.4"]), dimension=NOTATION | st.just(""),
                               degree=st.none() | NOTATION, degree_status=st.none() | st.sampled_from(Status),
                               degree_stated=MAYBE, degree_alternatives=OTHERS, **ANSWER), max_size=2).map(tuple),
    unassigned=st.lists(VALUE, max_size=2).map(tuple), machine_translations=st.lists(HASH, max_size=1).map(tuple),
    captures_addresses=st.lists(st.tuples(HASH, URL), max_size=2).map(tuple),
)  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(REPORTS)
def test_any_report_comes_back_whole_from_every_format(report: Report) -> None:
    quads = describe(report, IRIs())
    text = lines(quads)
    assert set(ox.parse(text, format=ox.RdfFormat.N_QUADS)) == set(quads)
    assert not any(isinstance(q.object, ox.BlankNode) for q in quads)
    triples = {q.triple for q in quads}
    for form in (ox.RdfFormat.TURTLE, ox.RdfFormat.RDF_XML, ox.RdfFormat.JSON_LD):
        data = ox.serialize(triples, format=form)
        assert {q.triple for q in ox.parse(data, format=form)} == triples
    starts = Counter(q.subject.value for q in quads if q.predicate.value == term("oa:start"))
    assert set(starts.values()) <= {1}
    control_characters(report)


@settings(max_examples=60, deadline=None)
@given(REPORTS)
def test_lines_are_the_bytes_that_pyoxigraph_would_write(report: Report) -> None:
    told = statements(report, IRIs())
    parts = {part: [q for q in describe(report, IRIs()) if f"/graph/{part}/" in q.graph_name.value] for part in PARTS}
    assert told.report == lines(parts["report"])
    assert told.sources == lines(parts["sources"])
    assert sorted(map(len, parts.values())) == sorted(
        len(t.split("\n")) if t else 0 for t in (told.report, told.sources)
    )


@settings(max_examples=15, deadline=None)
@given(REPORTS)
def test_rdflib_reads_the_same_statements_from_ntriples_and_rdfxml(report: Report) -> None:
    triples = {q.triple for q in describe(report, IRIs())}
    written = {
        name: ox.serialize(triples, format=form)
        for name, form in (("nt", ox.RdfFormat.N_TRIPLES), ("xml", ox.RdfFormat.RDF_XML))
    }
    plain, xml = (Graph().parse(data=data, format=name) for name, data in written.items())
    assert set(plain) == set(xml)
    assert len(plain) == len(triples)
