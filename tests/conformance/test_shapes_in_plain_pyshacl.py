"""The way in which the shapes are made ready for speed changes no result (https://www.w3.org/TR/shacl/)."""

from __future__ import annotations

import pyoxigraph as ox
import pyshacl
import pytest
from rdflib import RDF, SH, Graph

from ogp_graph.validate import load_shapes, shapes_graph, validate
from ogp_graph.vocabulary import OGPS, data_folder, definition_graph
from tests.sound_report import KEY, broken, quads
from tests.unit.test_shapes import VIOLATIONS, WARNINGS

FAULTS = [fault for fault in VIOLATIONS + WARNINGS if not fault[1]]


def plain(data: list[ox.Quad]) -> set[str]:
    """The shapes that pySHACL itself finds broken, in the project's own spelling of their names."""
    graph, definitions = Graph(), Graph()
    graph.parse(data=ox.serialize(data, format=ox.RdfFormat.N_TRIPLES), format="nt")
    definitions.parse(data=ox.serialize(definition_graph(), format=ox.RdfFormat.N_TRIPLES), format="nt")
    for part in definitions:
        graph.add(part)
    _, report, _ = pyshacl.validate(graph, shacl_graph=shapes_graph())
    shapes = (report.value(result, SH.sourceShape) for result in report.objects(None, SH.result))
    return {str(shape).removeprefix(OGPS).lower() for shape in shapes}


def ready(data: list[ox.Quad]) -> set[str]:
    return {finding.code.replace("-", "") for finding in validate(data, report=KEY, shapes=load_shapes())}


def test_a_sound_report_conforms_for_plain_pyshacl_too():
    assert plain(quads()) == ready(quads()) == set()


@pytest.mark.parametrize("third", [0, 1, 2])
def test_many_faults_at_once_give_the_same_results_in_plain_pyshacl(third):
    data = quads() + [q for _, without, plus in FAULTS[third::3] for q in broken(without, plus)]
    found = ready(data)
    assert len(found) > 12
    assert plain(data) == found


def test_the_shapes_are_well_formed_for_the_shapes_of_shapes():
    shapes = Graph()
    for triple in shapes_graph():
        shapes.add(triple)
    conforms, _, text = pyshacl.validate(Graph(), shacl_graph=shapes, meta_shacl=True)
    assert conforms, text


def test_only_shacl_core_is_used_so_that_any_engine_can_check_a_dump():
    text = "".join(path.read_text(encoding="utf-8") for path in data_folder("shapes").glob("*.ttl"))
    assert "sh:sparql" not in text
    assert "(?" not in text  # no look-ahead: patterns are those of XPath (SPARQL 1.1, 17.4.3.14)
    assert not list(shapes_graph().triples((None, RDF.type, SH.SPARQLConstraint)))
