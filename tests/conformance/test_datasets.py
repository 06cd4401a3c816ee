"""RDF data sets (SPARQL 1.1 Query, 13.1 and 13.2; SPARQL 1.1 Protocol, 2.1.4): a default graph is a merge, in which
a statement is once however many graphs say it, and a graph that is named twice is one graph.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyoxigraph as ox
import pytest

from ogp_graph.engine.direct import Direct
from ogp_graph.engine.scan import scan
from ogp_graph.formats import FORMATS
from tests.serving import engine_over, settings

if TYPE_CHECKING:
    from pathlib import Path

HERE = "https://example.org/"
DATA = """
<https://example.org/a> <https://example.org/p> "shared" <https://example.org/one> .
<https://example.org/a> <https://example.org/p> "first" <https://example.org/one> .
<https://example.org/a> <https://example.org/p> "shared" <https://example.org/two> .
<https://example.org/b> <https://example.org/q> <https://example.org/a> <https://example.org/two> .
<https://example.org/a> <https://example.org/p> "shared" <https://example.org/three> .
<https://example.org/c> <https://example.org/p> "none of them" .
"""
ONE, TWO, THREE = f"{HERE}one", f"{HERE}two", f"{HERE}three"
STATEMENTS, IN_GRAPHS = "(COUNT(*) AS ?n) {FROM} { ?s ?p ?o }", "(COUNT(*) AS ?n) {FROM} { GRAPH ?g { ?s ?p ?o } }"
BOTH = "(COUNT(*) AS ?n) {FROM} { ?s ?p ?o . GRAPH ?g { ?s ?p ?o } }"
CASES = {
    "a statement of two graphs": (STATEMENTS, (ONE, TWO), (), 3),
    "a statement of three graphs": (STATEMENTS, (ONE, TWO, THREE), (), 3),
    "a graph that is named twice": (STATEMENTS, (ONE, ONE), (), 2),
    "one graph": (STATEMENTS, (ONE,), (), 2),
    "a named graph that is named twice": (IN_GRAPHS, (), (ONE, ONE), 2),
    "named graphs are not merged": (IN_GRAPHS, (), (ONE, TWO), 4),
    "a merge beside named graphs": (BOTH, (ONE, TWO), (TWO, THREE), 3),
    "a merge, and no named graph": (IN_GRAPHS, (ONE, TWO), (), 0),
    "a merge with its own graphs beside it": (BOTH, (ONE, TWO), (ONE, TWO), 4),
    "a sum": ("(SUM(STRLEN(STR(?o))) AS ?n) {FROM} { ?s <https://example.org/p> ?o }", (ONE, TWO), (), 11),
    "a path": ("(COUNT(*) AS ?n) {FROM} { ?s <https://example.org/q>/<https://example.org/p> ?o }", (ONE, TWO), (), 2),
}


@pytest.fixture
def engine() -> Direct:
    store = ox.Store()
    store.load(DATA.encode(), format=ox.RdfFormat.N_QUADS)
    return Direct(store)


def count(engine: Direct, text: str, **dataset: tuple[str, ...]) -> int:
    return int(engine.query("SELECT " + text, format=FORMATS["csv"], **dataset).read().split()[1])


def clauses(default: tuple[str, ...], named: tuple[str, ...]) -> str:
    return "".join(f"FROM <{iri}> " for iri in default) + "".join(f"FROM NAMED <{iri}> " for iri in named)


@pytest.mark.parametrize("name", CASES)
def test_a_data_set_is_a_merge_and_graphs_whoever_says_it(engine: Direct, name: str) -> None:
    text, default, named, expected = CASES[name]
    asked = text.replace("{FROM}", "")
    assert count(engine, asked, default_graphs=default, named_graphs=named) == expected
    assert count(engine, text.replace("{FROM}", clauses(default, named))) == expected
    other = text.replace("{FROM}", f"FROM <{THREE}> FROM NAMED <{ONE}>")  # which the request's replaces
    assert count(engine, other, default_graphs=default, named_graphs=named) == expected


@pytest.mark.parametrize(
    ("text", "dataset"),
    [
        ("ASK FROM <http://a> {}", None),
        ("ASK {}", None),
        ("ASK FROM <http://a> FROM<http://a> {}", (("http://a",), ())),
        ("ASK FROM <http://a> # FROM <http://x>\nFROM NAMED<http://b> {}", (("http://a",), ("http://b",))),
        (
            "PREFIX e: <http://e/> ASK from e:a from named e:b FROM NAMED e:c {}",
            (("http://e/a",), ("http://e/b", "http://e/c")),
        ),
        ("BASE <http://e/> ASK FROM <a> FROM NAMED <a> {}", (("http://e/a",), ("http://e/a",))),
        ("PREFIX e: <http://e/> ASK FROMe:a FROM <http://b> {}", None),
        ("PREFIX e: <http://e/> ASK FROM NAMEDe:a FROM <http://b> {}", None),
    ],
)
def test_the_clauses_of_a_query_are_told_apart_where_it_is_sure(text: str, dataset: object) -> None:
    assert scan(text, settings()).dataset == dataset


def test_a_graph_made_from_a_merge_has_what_both_say(engine: Direct) -> None:
    text = f"CONSTRUCT {{ ?s ?p ?o }} FROM <{ONE}> FROM <{TWO}> {{ ?s ?p ?o }}"
    lines = engine.query(text, format=FORMATS["ntriples"]).read().splitlines()
    assert len(lines) == len(set(lines)) == 3


def test_a_worker_merges_too(tmp_path: Path) -> None:
    path = tmp_path / "graphs.nq"
    path.write_text(DATA, encoding="utf-8")
    with engine_over(path) as engine:
        for text in (f"FROM <{ONE}> FROM <{TWO}>", f"FROM <{ONE}> FROM <{TWO}> #" + "x" * 20_000 + "\n"):
            answer = engine.query(f"SELECT (COUNT(*) AS ?n) {text} {{ ?s ?p ?o }}", format=FORMATS["csv"])
            assert answer.read() == b"n\r\n3\r\n"
