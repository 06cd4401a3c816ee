"""What describing writes and what the ontology defines agree."""

from __future__ import annotations

from dataclasses import replace

import pyoxigraph as ox
import pytest

from ogp_graph.codes import load_codes
from ogp_graph.describe import describe, describe_shared, mention
from ogp_graph.describe import quads as written_quads
from ogp_graph.members import Member
from ogp_graph.model import Mention
from ogp_graph.names import DEFAULT_BASE, IRIs
from ogp_graph.pipeline.links import LinkRun
from ogp_graph.settings import settings_from
from ogp_graph.vocabulary import OGPV, OWL, data_folder
from tests.full_report import full_report, with_action

REGISTRY = {
    "lindholm-norland": Member(
        "lindholm-norland", "Lindholm", (), "municipality", country="NO", subdivision="NO-99", area="578"
    )
}
ELSEWHERE = {"rank"}  # properties of codes
COALITION = [
    Mention(key, key, "", f"{key}-2022-2024", None, 2022, 2024, "One guide for the whole state", "the guide " * 20)
    for key in ("monterrey-mexico", "san-pedro-garza-garcia-mexico")
]


def everything() -> set[ox.Quad]:
    """All that the full report says, with a long quote, the things that it shares, and links."""
    quads = [q for report in (full_report(), with_action("word " * 200)) for q in describe(report, IRIs())]
    links = written_quads(LinkRun(settings_from({})).take(COALITION).lines())
    return {*quads, *describe_shared([mention(full_report())], IRIs(), REGISTRY), *links}


def defined() -> dict[str, str]:
    """Local name -> class or property, of the terms in the ontology."""
    kind, found = ox.NamedNode("http://www.w3.org/1999/02/22-rdf-syntax-ns#type"), {}
    for quad in ox.parse(path=str(data_folder("ontology") / "ogp.ttl"), format=ox.RdfFormat.TURTLE):
        if quad.predicate == kind and quad.subject.value.startswith(OGPV):
            found[quad.subject.value.removeprefix(OGPV)] = quad.object.value.rpartition("#")[2]
    return found


def used() -> dict[str, str]:
    """Local name -> class or property, of the terms in the data."""
    found = {}
    for quad in everything():
        for part, kind in ((quad.predicate, "Property"), (quad.object, "Class")):
            if isinstance(part, ox.NamedNode) and part.value.startswith(OGPV):
                property_named = quad.predicate.value in (OGPV + "supportsProperty", OWL + "annotatedProperty")
                found[part.value.removeprefix(OGPV)] = "Property" if property_named else kind
    return found


def test_every_term_that_is_used_is_defined_as_what_it_is_used_as() -> None:
    terms = defined()
    assert {name: kind for name, kind in used().items() if not terms.get(name, "").endswith(kind)} == {}


def test_every_term_that_is_defined_is_used() -> None:
    assert set(defined()) - set(used()) == ELSEWHERE


@pytest.mark.parametrize("kind", ["ObjectProperty", "DatatypeProperty"])
def test_properties_hold_what_their_kind_says(kind: str) -> None:
    terms, wrong = defined(), set()
    for quad in everything():
        if terms.get(quad.predicate.value.removeprefix(OGPV)) == kind:
            literal = isinstance(quad.object, ox.Literal)
            wrong |= {quad.predicate.value} if literal == (kind == "ObjectProperty") else set()
    assert wrong == set()


def test_every_code_that_is_used_is_in_a_code_list() -> None:
    known = {f"{DEFAULT_BASE}code/{code.scheme}/{code.key}" for cl in load_codes().lists.values() for code in cl.codes}
    known |= {f"{DEFAULT_BASE}code/{name}" for name in load_codes().lists}
    seen = {q.object.value for q in everything() if isinstance(q.object, ox.NamedNode)}
    assert {iri for iri in seen if iri.startswith(DEFAULT_BASE + "code/")} <= known


def test_a_report_without_citable_values_still_uses_defined_terms_only() -> None:
    bare = replace(full_report(), answers=(), results=(), evaluators=())
    names = {q.predicate.value.removeprefix(OGPV) for q in describe(bare, IRIs()) if q.predicate.value.startswith(OGPV)}
    assert names <= set(defined())
