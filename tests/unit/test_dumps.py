"""Every dump holds the same statements, literal by literal, and has the same bytes each time."""

from __future__ import annotations

import json
import tempfile
import time
from pathlib import Path

import pyoxigraph as ox
import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st

from ogp_graph.release.dumpfiles import CITED, STATED, write
from ogp_graph.release.dumps import DUMPS, Counts, merged, text_lines, write_jsonld, write_turtle
from ogp_graph.release.packing import packed, unpacked
from ogp_graph.release.parts import Cutter
from ogp_graph.vocabulary import PREFIXES, XSD, node

S, P, Q = (ox.NamedNode(f"https://example.org/{name}") for name in ("s", "p", "q"))
GRAPHS = [ox.NamedNode(f"https://example.org/graph/{name}") for name in ("a", "b", "meta")]


def lines_of(quads: set[ox.Quad]) -> list[str]:
    return sorted(f"{quad} ." for quad in quads)


def triples_in(path: Path, form: ox.RdfFormat) -> list[str]:
    with unpacked(path) as file:
        return sorted(str(quad.triple) for quad in ox.parse(file.read(), form))


def typed(kind: str) -> ox.NamedNode:
    return ox.NamedNode(XSD + kind)


LITERALS = [
    ox.Literal("1.50", datatype=typed("decimal")),
    ox.Literal("1.5", datatype=typed("decimal")),
    ox.Literal("5", datatype=typed("nonNegativeInteger")),
    ox.Literal("05", datatype=typed("integer")),
    ox.Literal("5", datatype=typed("integer")),
    ox.Literal("1E3", datatype=typed("double")),
    ox.Literal("true", datatype=typed("boolean")),
    ox.Literal("1", datatype=typed("boolean")),
    ox.Literal("2022", datatype=typed("gYear")),
    ox.Literal("2024-05-06T07:08:09Z", datatype=typed("dateTime")),
    ox.Literal("not a number", datatype=typed("integer")),
    ox.Literal(""),
    ox.Literal("say \"hello\"\\n to\n\r\t\b\f\x01\x7f\u2028\U0001f600 \\U0001F600 'x'"),
    ox.Literal("été", language="fr"),
    ox.Literal("colour", language="en-GB"),
    ox.Literal("@id"),
    ox.Literal("https://example.org/"),
]


def written(quads: set[ox.Quad], folder: Path, citations: set[ox.Quad] | None = None) -> Counts:
    for name in ("dumps", "parts"):
        (folder / name).mkdir()
    counts = Counts()
    for series, some in ((STATED, quads), (CITED, citations or set())):
        cutter = Cutter(series.least)
        texts = [*cutter.lines(lines_of(some)), *cutter.flush()]
        counts.take(write(series, texts, folder, processes=1))
    for path in (folder / "dumps").iterdir():
        path.rename(folder / path.name)
    return counts


def test_literals_survive_every_format_letter_by_letter(tmp_path: Path) -> None:
    quads = {ox.Quad(S, P, literal, GRAPHS[n % 3]) for n, literal in enumerate(LITERALS)}
    written(quads, tmp_path)
    expected = sorted(str(quad.triple) for quad in quads)
    assert (
        '<https://example.org/s> <https://example.org/p> "1.50"^^<http://www.w3.org/2001/XMLSchema#decimal>' in expected
    )
    for dump in DUMPS[:-1]:
        assert triples_in(tmp_path / dump.name, dump.format) == expected, dump.name


IRI = st.sampled_from(
    [
        *PREFIXES.values(),
        *(f"{namespace}name" for namespace in PREFIXES.values()),
        "https://example.org/a/b#c.d",
        "https://example.org/a%20b?x=(1)&y='2'",
        "https://example.org/é/日本",
        "urn:x:y",
        "foaf:name",
        "XSD:string",
        "schema:url",
        "http://www.w3.org/2001/XMLSchema#a/b",
        "http://www.w3.org/2001/XMLSchema#-",
    ]
).map(ox.NamedNode)
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
LITERAL = st.one_of(
    TEXT.map(ox.Literal),
    st.builds(
        lambda text, tag: ox.Literal(text, language=tag), TEXT, st.sampled_from(["en", "es", "fr-CA", "zh-Hant"])
    ),
    st.builds(
        lambda text, kind: ox.Literal(text, datatype=kind), TEXT, IRI.filter(lambda i: i.value != XSD + "string")
    ),
    st.sampled_from(LITERALS),
)
PREDICATE = st.one_of(IRI, st.just(node("rdf:type")))
QUADS = st.sets(st.builds(ox.Quad, IRI, PREDICATE, st.one_of(IRI, LITERAL), st.sampled_from(GRAPHS)), max_size=12)


@given(QUADS)
@settings(deadline=None, max_examples=150)
def test_any_statements_come_back_from_turtle_and_json_ld(quads: set[ox.Quad]) -> None:
    expected = sorted({str(quad.triple) for quad in quads})
    lines = list(merged(lines_of(quads)))
    with tempfile.TemporaryDirectory() as folder:
        write_turtle(lines, Path(folder, "x.ttl"))
        assert triples_in(Path(folder, "x.ttl"), ox.RdfFormat.TURTLE) == expected
        write_jsonld(lines, Path(folder, "x.jsonld"))
        json.loads(Path(folder, "x.jsonld").read_bytes())
        for form in (ox.RdfFormat.JSON_LD, ox.RdfFormat.STREAMING_JSON_LD):
            assert triples_in(Path(folder, "x.jsonld"), form) == expected


@given(QUADS)
@settings(deadline=None)
def test_merging_sorted_lines_gives_sorted_lines_each_once(quads: set[ox.Quad]) -> None:
    assert list(merged(lines_of(quads))) == sorted({f"{quad.triple} ." for quad in quads})


def test_a_statement_in_two_graphs_is_merged_into_one_and_counted_once(tmp_path: Path) -> None:
    kind = node("ogpv:Member")
    quads = {ox.Quad(S, node("rdf:type"), kind, graph) for graph in GRAPHS} | {ox.Quad(S, P, Q, GRAPHS[0])}
    counts = written(quads, tmp_path, {ox.Quad(Q, P, S, GRAPHS[1])})
    assert (counts.quads, counts.triples, counts.entities, counts.citations) == (4, 2, 1, 1)
    assert counts.classes == {kind.value: 1}
    assert counts.properties == {node("rdf:type").value: 1, P.value: 1}


def test_graphs_stand_in_n_quads_and_citations_in_their_own_dump(tmp_path: Path) -> None:
    quads, citations = {ox.Quad(S, P, Q, graph) for graph in GRAPHS}, {ox.Quad(Q, P, S, GRAPHS[1])}
    written(quads, tmp_path, citations)
    assert list(text_lines(tmp_path / "ogp-graph.nq.gz")) == lines_of(quads)
    assert list(text_lines(tmp_path / "ogp-graph.nq.zst")) == lines_of(quads)
    assert list(text_lines(tmp_path / "ogp-graph-citations.nq.gz")) == lines_of(citations)


def test_two_writings_at_different_times_have_the_same_bytes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    quads = {ox.Quad(S, P, literal, GRAPHS[0]) for literal in LITERALS}
    for name, now in (("one", 1_000_000_000.0), ("two", 2_000_000_000.0)):
        (tmp_path / name).mkdir()
        monkeypatch.setattr(time, "time", lambda now=now: now)
        written(quads, tmp_path / name)
    for dump in DUMPS:
        assert (tmp_path / "one" / dump.name).read_bytes() == (tmp_path / "two" / dump.name).read_bytes()


def test_gzip_headers_hold_no_time_and_no_name(tmp_path: Path) -> None:
    with packed(tmp_path / "x.gz") as file:
        file.write(b"x")
    header = (tmp_path / "x.gz").read_bytes()[:10]
    assert header[3] == 0  # FLG: no name (RFC 1952, 2.3)
    assert header[4:8] == bytes(4)  # MTIME


def test_zstandard_files_carry_a_checksum(tmp_path: Path) -> None:
    with packed(tmp_path / "x.zst") as file:
        file.write(b"x" * 1000)
    assert zstandard.get_frame_parameters((tmp_path / "x.zst").read_bytes()).has_checksum


def test_turtle_groups_by_subject_with_the_prefixes_of_the_vocabulary(tmp_path: Path) -> None:
    write_turtle(lines_of({ox.Quad(S, node("rdf:type"), node("ogpv:Member")), ox.Quad(S, P, Q)}), tmp_path / "x.ttl")
    text = (tmp_path / "x.ttl").read_text()
    assert f"@prefix ogpv: <{PREFIXES['ogpv']}> ." in text
    assert text.count("<https://example.org/s>") == 1
    assert "a ogpv:Member" in text


def test_nothing_at_all_is_a_valid_dump_in_every_format(tmp_path: Path) -> None:
    assert written(set(), tmp_path) == Counts()
    for dump in DUMPS:
        assert triples_in(tmp_path / dump.name, dump.format) == []
