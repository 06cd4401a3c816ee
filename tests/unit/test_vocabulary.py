"""Names of terms, places of files, and the definitions as statements."""

from __future__ import annotations

import pyoxigraph as ox
import pytest

from ogp_graph import vocabulary
from ogp_graph.errors import DefinitionError
from ogp_graph.names import DEFAULT_BASE
from ogp_graph.vocabulary import OGPV, PREFIXES, data_folder, definition_graph, definition_lines, node, term

OTHER = "https://data.example.org/ogp/"


def test_a_prefixed_name_becomes_an_iri():
    assert term("ogpv:Member") == OGPV + "Member"
    assert node("p-plan:Plan") == ox.NamedNode("http://purl.org/net/p-plan#Plan")


def test_an_unknown_prefix_is_refused():
    with pytest.raises(KeyError):
        term("ogp:Member")


def test_prefixes_are_one_to_one_and_cannot_be_changed():
    assert len(set(PREFIXES.values())) == len(PREFIXES)
    with pytest.raises(TypeError):
        PREFIXES["x"] = "y"


def test_a_folder_that_is_nowhere_is_named():
    with pytest.raises(DefinitionError, match="nowhere"):
        data_folder("nowhere")


def test_definitions_hold_no_blank_node_and_are_sorted():
    quads = definition_graph()
    assert len(quads) > 500
    assert not [q for q in quads if isinstance(q.subject, ox.BlankNode) or isinstance(q.object, ox.BlankNode)]
    assert list(quads) == sorted(quads, key=str)


def test_codes_move_with_the_base_and_terms_do_not():
    moved = {q.subject.value for q in definition_graph(OTHER)}
    assert OTHER + "code/status/lost" in moved
    assert OGPV + "Member" in moved
    assert not [iri for iri in moved if iri.startswith(DEFAULT_BASE + "code/")]
    assert len(definition_graph(OTHER)) == len(definition_graph())


def test_lines_are_the_same_statements_in_the_graph_that_is_asked_for():
    graph = "https://data.example.org/ogp/graph/meta"
    lines = definition_lines(graph=graph)
    assert list(lines) == sorted(lines)
    parsed = set(ox.parse(input="\n".join(lines), format=ox.RdfFormat.N_QUADS))
    assert parsed == set(definition_graph(graph=graph))
    assert {q.graph_name.value for q in parsed} == {graph}


@pytest.mark.parametrize("text", ["[] a <urn:x> .", "<urn:x", "<urn:x> a"])
def test_a_file_of_definitions_that_cannot_be_used_is_named(tmp_path, monkeypatch, text):
    path = tmp_path / "bad.ttl"
    path.write_text(text, encoding="utf-8")
    monkeypatch.setattr(vocabulary, "definition_files", lambda: (path,))
    with pytest.raises(DefinitionError, match=r"bad\.ttl"):
        definition_graph("https://bad.example.org/" + str(len(text)) + "/")
