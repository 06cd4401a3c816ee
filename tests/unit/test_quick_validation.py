"""The quick look passes nothing that pySHACL would find, and what readers get is pySHACL's word for word."""

from __future__ import annotations

import pickle
from dataclasses import replace
from functools import cache

import pyoxigraph as ox
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ogp_graph.errors import EnginesDisagree
from ogp_graph.validate import Shapes, load_shapes, validate, validate_lines
from ogp_graph.validate.lookup import words
from ogp_graph.validate.places import Places
from ogp_graph.validate.screen import Screen
from ogp_graph.validate.shapes import judge
from ogp_graph.vocabulary import OGPS, data_folder
from tests.sound_report import BASE, DIGEST, KEY, broken, quads
from tests.unit.test_shapes import VIOLATIONS, WARNINGS

FAULTS = [("sound", [], ""), *VIOLATIONS, *WARNINGS]
NEVER = 2**63  # no report of these tests is drawn for a check of the quick look
BEYOND = {"PlanYearsInOrder", "SelectorOrder"}  # what has no order, such as "soon", is left to pySHACL
GRAPH = ox.NamedNode("urn:x:graph")


@pytest.fixture(scope="module")
def shapes() -> Shapes:
    return load_shapes()


def written(data: list[ox.Quad]) -> str:
    named = {ox.Quad(q.subject, q.predicate, q.object, GRAPH) for q in data}
    return "\n".join(sorted(f"{quad} ." for quad in named))


def both(data: list[ox.Quad], shapes: Shapes) -> tuple[set[str], set[str]]:
    """The shapes that the quick look does not pass, and those that pySHACL finds broken; the findings are compared."""
    block = written(data)
    assert validate_lines([block], report=KEY, shapes=shapes, share=NEVER) == validate(data, report=KEY, shapes=shapes)
    found = {shape for shape, _ in judge(data, report=KEY, shapes=shapes, places=Places([]))}
    return {s.removeprefix(OGPS) for s in shapes.screen.finds(block.split("\n"))}, {s.removeprefix(OGPS) for s in found}


@pytest.mark.parametrize(("code", "without", "plus"), FAULTS, ids=[fault[0] for fault in FAULTS])
def test_both_engines_find_the_same_shapes_broken_by_each_fault(shapes, code, without, plus):
    data = broken(without, plus)
    if code == "report-asks-every-question":
        data = [q for q in data if "/answer/1.2" not in str(q)]
    quick, slow = both(data, shapes)
    assert slow <= quick
    assert quick - slow <= BEYOND


@cache
def _faulty() -> tuple[tuple[frozenset[ox.Quad], list[ox.Quad]], ...]:
    """What each fault takes away from the sound report, and what it adds."""
    sound = quads()
    return tuple((frozenset(sound) - {*broken(without)}, broken((), plus)[len(sound) :]) for _, without, plus in FAULTS)


_TERMS = st.sampled_from(
    [
        ox.NamedNode(f"{BASE}id/report/{KEY}"),
        ox.NamedNode(f"{BASE}id/report/{KEY}/answer/2.1.1"),
        ox.NamedNode(f"{BASE}code/question/eoc-1.1"),
        ox.NamedNode("https://example.org/"),
        ox.NamedNode(f"{BASE}ontology#Result"),
        ox.Literal(""),
        ox.Literal('a "quoted" <line>\n\\ and ada@example.org'),
        ox.Literal("b", language="es-MX"),
        ox.Literal("c", language="und"),
        ox.Literal("true", datatype=ox.NamedNode("http://www.w3.org/2001/XMLSchema#boolean")),
        ox.Literal("2020", datatype=ox.NamedNode("http://www.w3.org/2001/XMLSchema#gYear")),
        ox.Literal("007", datatype=ox.NamedNode("http://www.w3.org/2001/XMLSchema#nonNegativeInteger")),
        ox.Literal("2024-02-30T00:00:00Z", datatype=ox.NamedNode("http://www.w3.org/2001/XMLSchema#dateTime")),
    ]
)


@st.composite
def _reports(draw: st.DrawFn) -> list[ox.Quad]:
    """A report with some faults, some statements lost and some that say anything of anything."""
    data = quads()
    for without, plus in draw(st.lists(st.sampled_from(_faulty()), max_size=4)):
        data = [q for q in data if q not in without] + plus
    lost = set(draw(st.lists(st.integers(0, len(data) - 1), max_size=5)))
    data = [q for i, q in enumerate(data) if i not in lost]
    for place, value in draw(st.lists(st.tuples(st.integers(0, len(data) - 1), _TERMS), max_size=6)):
        data.append(ox.Quad(data[place].subject, data[place].predicate, value))
    return data


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(_reports())
def test_no_mixture_of_faults_gets_other_findings_than_pyshacls(data):
    quick, slow = both(data, load_shapes())
    assert slow <= quick


@pytest.mark.parametrize(
    "turtle",
    [
        f"it: ogpv:commitment [ a ogpv:Commitment ; dcterms:title 'No name'@en ] . capture:{DIGEST} a ogpv:Capture .",
        "it: rdfs:seeAlso <<( it: a ogpv:Report )>> .",
        "ogpv:Evidence rdfs:subClassOf ogpv:Answer .",
    ],
)
def test_what_the_quick_look_cannot_read_is_left_to_pyshacl(shapes, turtle):
    block = written(quads() + quads(turtle))
    assert len(shapes.screen.finds(block.split("\n"))) == len(shapes.engine)


def test_a_shape_with_a_part_that_the_quick_look_does_not_know_is_left_to_pyshacl(tmp_path):
    for path in data_folder("shapes").glob("*.ttl"):
        text = path.read_text("utf-8").replace("sh:name ", "sh:minInclusive 0 ; sh:name ", 1)
        (tmp_path / path.name).write_text(text if path.stem == "member" else path.read_text("utf-8"), "utf-8")
    shapes = load_shapes(tmp_path)
    unknown = {shape.removeprefix(OGPS) for shape in shapes.screen.finds(written(quads()).split("\n"))}
    assert unknown == {"Member"}


def test_every_shape_of_ours_is_known_to_the_quick_look(shapes):
    assert {str(shape.node) for shape in shapes.engine} == {shape.name for shape in shapes.screen.shapes}
    assert all(shape.conforms for shape in shapes.screen.shapes)


def test_a_fault_that_the_quick_look_passes_stops_everything(shapes):
    blind = replace(shapes, screen=Screen(shapes.screen.known, ()))
    data = written(broken(["it: dcterms:title"]))
    with pytest.raises(
        EnginesDisagree, match=r"by ReportTitle\. Nothing is released\. .*VALIDATION_SHARE=1"
    ) as stopped:
        validate_lines([data], report=KEY, shapes=blind, share=1)
    assert str(pickle.loads(pickle.dumps(stopped.value))) == str(stopped.value)  # as it comes from another process


def test_the_reports_that_pyshacl_validates_whole_are_drawn_by_their_content(shapes):
    blind = replace(shapes, screen=Screen(shapes.screen.known, ()))

    def drawn(number: int) -> bool:
        block = written(broken(["it: dcterms:title"], f'it: rdfs:comment "{number}" .'))
        try:
            return validate_lines([block], report=KEY, shapes=blind, share=4) != ()
        except EnginesDisagree:
            return True

    found = [drawn(number) for number in range(80)]
    assert 8 <= sum(found) <= 36
    assert found[:20] == [drawn(number) for number in range(20)]


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_the_words_of_a_literal_are_read_back_from_its_line(text):
    assert words(str(ox.Literal(text))) == words(str(ox.Literal(text, language="en"))) == text
