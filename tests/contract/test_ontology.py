"""Ontology, alignments, code lists, context and shapes are complete and agree with each other.

The checks are those of FOOPS! (https://w3id.org/foops/) and OOPS! (https://oops.linkeddata.es/catalogue.jsp) that need
no live web, and the project's own."""

from __future__ import annotations

import json
import re
from collections import Counter, defaultdict
from itertools import combinations

import pyoxigraph as ox
import pytest
from rdflib import DCTERMS, OWL, RDF, RDFS, SH, SKOS, VANN, Graph, Literal, URIRef

import ogp_graph
from ogp_graph.model import Status
from ogp_graph.names import DEFAULT_BASE
from ogp_graph.validate import shapes_graph
from ogp_graph.vocabulary import (
    BIBO,
    OGPS,
    OGPV,
    ONTOLOGY,
    PREFIXES,
    data_folder,
    definition_files,
    definition_graph,
    read_turtle,
    term,
)

FOLDER = data_folder("ontology")
GRAPH = read_turtle(FOLDER / "ogp.ttl")
ALIGNMENTS = read_turtle(FOLDER / "alignments.ttl")
SHAPES = shapes_graph()
HEAD = URIRef(ONTOLOGY)
KINDS = (OWL.Class, OWL.ObjectProperty, OWL.DatatypeProperty)
TERMS = sorted(s for kind in KINDS for s in GRAPH.subjects(RDF.type, kind))
CLASSES = sorted(GRAPH.subjects(RDF.type, OWL.Class))
PROPERTIES = sorted(set(TERMS) - set(CLASSES))
LANGUAGES = ["en", "es", "fr"]
CODE_FILES = sorted((FOLDER / "codes").glob("*.ttl"))
CODES = Graph()
for _path in CODE_FILES:
    CODES += read_turtle(_path)
CONCEPTS = sorted(CODES.subjects(RDF.type, SKOS.Concept))
SCHEMES = sorted(CODES.subjects(RDF.type, SKOS.ConceptScheme))
MAIN = ["Member", "ActionPlan", "Commitment", "Report", "Evaluator", "Answer", "Evidence", "Capture", "Citation"]


def own(name: str) -> URIRef:
    return URIRef(OGPV + name)


def local(iri: object) -> str:
    return str(iri).removeprefix(OGPV)


@pytest.mark.parametrize(
    "name",
    [
        "dcterms:title", "dcterms:description", "dcterms:creator", "dcterms:publisher", "dcterms:license",
        "dcterms:created", "dcterms:issued", "dcterms:modified", "dcterms:source", "dcterms:bibliographicCitation",
        "dcterms:language", "owl:versionIRI", "owl:versionInfo", "vann:preferredNamespacePrefix",
        "vann:preferredNamespaceUri", "bibo:status", "rdfs:comment",
    ],
)  # fmt: skip
def test_the_header_is_complete(name):
    assert list(GRAPH.objects(HEAD, URIRef(term(name))))


def test_the_header_says_what_the_prefix_is_and_where_the_namespace():
    assert str(GRAPH.value(HEAD, VANN.preferredNamespacePrefix)) == "ogpv"
    assert str(GRAPH.value(HEAD, VANN.preferredNamespaceUri)) == OGPV == PREFIXES["ogpv"]
    assert str(GRAPH.value(HEAD, DCTERMS.license)) == "https://creativecommons.org/licenses/by/4.0/"
    assert str(GRAPH.value(HEAD, URIRef(BIBO + "status"))).startswith(BIBO + "status/")


def test_the_header_says_that_the_work_is_unofficial():
    assert "not affiliated with or endorsed by" in str(GRAPH.value(HEAD, RDFS.comment))


def test_there_is_one_version():
    assert str(GRAPH.value(HEAD, OWL.versionInfo)) == ogp_graph.__version__
    assert str(GRAPH.value(HEAD, OWL.versionIRI)) == f"{ONTOLOGY}/{ogp_graph.__version__}"
    assert f"version {ogp_graph.__version__}" in str(GRAPH.value(HEAD, DCTERMS.bibliographicCitation))
    for graph, head in ((ALIGNMENTS, f"{ONTOLOGY}/alignments"), (SHAPES, OGPS.removesuffix("#"))):
        assert str(graph.value(URIRef(head), OWL.versionInfo)) == ogp_graph.__version__


@pytest.mark.parametrize("one", TERMS, ids=local)
def test_every_term_has_one_label_in_each_language_and_a_definition_and_a_comment(one):
    labels = [label for label in GRAPH.objects(one, RDFS.label) if isinstance(label, Literal)]
    assert sorted(label.language for label in labels) == LANGUAGES
    (definition,), (comment,) = GRAPH.objects(one, SKOS.definition), GRAPH.objects(one, RDFS.comment)
    assert definition.language == comment.language == "en"
    assert len({str(text).casefold() for text in (labels[0], definition, comment)}) == 3
    assert str(definition).endswith(".")
    assert GRAPH.value(one, RDFS.isDefinedBy) == HEAD


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.rpartition("#")[2])
@pytest.mark.parametrize("language", LANGUAGES)
def test_no_two_terms_of_a_kind_share_a_label(kind, language):
    everything = [x for one in GRAPH.subjects(RDF.type, kind) for x in GRAPH.objects(one, RDFS.label)]
    labels = [str(label) for label in everything if label.language == language]
    assert [label for label, count in Counter(labels).items() if count > 1] == []


@pytest.mark.parametrize("one", PROPERTIES, ids=local)
def test_every_property_has_one_domain_and_one_range(one):
    assert len(list(GRAPH.objects(one, RDFS.domain))) == 1
    assert len(list(GRAPH.objects(one, RDFS.range))) == 1
    literal = str(GRAPH.value(one, RDFS.range)).startswith(PREFIXES["xsd"]) or GRAPH.value(one, RDFS.range) in (
        RDFS.Literal,
        RDF.langString,
    )
    assert literal == ((one, RDF.type, OWL.DatatypeProperty) in GRAPH)


@pytest.mark.parametrize("one", TERMS, ids=local)
def test_names_are_written_in_one_style(one):
    pattern = r"[A-Z][A-Za-z]+" if one in CLASSES else r"[a-z][A-Za-z0-9]+"
    assert re.fullmatch(pattern, local(one))
    assert not re.search(r"And[A-Z]|Or[A-Z]|Misc|^is$", local(one))


def test_every_term_is_of_one_kind_and_every_own_term_is_typed():
    assert len(TERMS) == len(set(TERMS))
    subjects = {s for s in set(GRAPH.subjects()) if str(s).startswith(OGPV)}
    assert subjects == set(TERMS)


def test_main_classes_are_pairwise_disjoint_but_for_a_member_that_evaluates():
    said = {frozenset((local(s), local(o))) for s, o in GRAPH.subject_objects(OWL.disjointWith)}
    assert said == {frozenset(pair) for pair in combinations(MAIN, 2)} - {frozenset(("Member", "Evaluator"))}


def test_super_classes_are_those_of_the_contract():
    said = {f"{local(s)} < {o}" for s, o in GRAPH.subject_objects(RDFS.subClassOf)}
    assert said == {
        f"{name} < {term(above)}"
        for name, above in [
            ("Member", "org:Organization"), ("ActionPlan", "prov:Plan"), ("Commitment", "prov:Entity"),
            ("Report", "prov:Entity"), ("Report", "foaf:Document"), ("EndOfCommitmentReport", "ogpv:Report"),
            ("Evaluator", "prov:Agent"), ("Answer", "prov:Entity"), ("Result", "ogpv:Answer"),
            ("Evidence", "prov:Entity"), ("Capture", "prov:Entity"), ("Citation", "oa:SpecificResource"),
        ]
    }  # fmt: skip


def test_no_foreign_term_is_described():
    for graph in (GRAPH, ALIGNMENTS, CODES, SHAPES):
        for subject in set(graph.subjects()):
            assert str(subject).startswith(DEFAULT_BASE) or not isinstance(subject, URIRef), subject


@pytest.mark.parametrize("vocabulary", ["org", "prov", "skos", "dcat", "schema", "cpov", "p-plan"])
def test_every_vocabulary_of_the_contract_is_aligned_with(vocabulary):
    text = " ".join(str(part) for graph in (GRAPH, ALIGNMENTS) for triple in graph for part in triple)
    assert PREFIXES[vocabulary] in text


def test_alignments_are_about_defined_terms_and_only_link():
    links = {RDFS.subClassOf, RDFS.subPropertyOf, SKOS.closeMatch, SKOS.relatedMatch}
    for subject, predicate, value in ALIGNMENTS:
        if str(subject).startswith(OGPV):
            assert subject in TERMS
            assert predicate in links
            assert str(value).startswith(tuple(PREFIXES.values()))
            assert not str(value).startswith(OGPV)
            if predicate in (RDFS.subClassOf, RDFS.subPropertyOf):
                assert (predicate == RDFS.subClassOf) == (subject in CLASSES)


def used_terms() -> dict[str, set[str]]:
    """Own term -> the files that use it."""
    found: dict[str, set[str]] = defaultdict(set)
    files = [*definition_files(), *data_folder("shapes").glob("*.ttl"), *(FOLDER / "forms").glob("*.ttl")]
    for path in files:
        for triple in ox.parse(path=str(path), format=ox.RdfFormat.TURTLE):
            for part in (triple.subject, triple.predicate, triple.object):
                if isinstance(part, ox.NamedNode) and part.value.startswith(OGPV):
                    found[part.value].add(path.name)
    return found


def test_every_term_that_a_file_uses_is_defined():
    assert {name: files for name, files in used_terms().items() if URIRef(name) not in TERMS} == {}


def test_every_class_has_a_shape_with_a_name_and_every_property_a_constraint():
    targets = set(SHAPES.objects(None, SH.targetClass))
    assert set(CLASSES) <= targets
    constrained = {part for path in SHAPES.objects(None, SH.path) for part in parts(path)}
    assert set(PROPERTIES) - constrained == {own("rank")}  # codes are checked here, not by shapes


def parts(path: object) -> set[object]:
    """The properties in a path, however deep."""
    found, todo = set(), [path]
    while todo:
        one = todo.pop()
        if isinstance(one, URIRef):
            found.add(one)
        else:
            todo += [value for value in SHAPES.objects(one, None) if value not in (RDF.nil, RDF.List)]
    return found


def test_every_shape_that_can_report_has_name_severity_and_message():
    inner = set(SHAPES.subjects(RDF.type, SH.NodeShape)) | set(SHAPES.subjects(RDF.type, SH.PropertyShape))
    reporting = {s for s in inner if list(SHAPES.objects(s, SH.severity))}
    targets = (SH.targetClass, SH.targetNode, SH.targetSubjectsOf, SH.targetObjectsOf)
    targeted = {shape for one in targets for shape in SHAPES.subjects(one)}
    reached = targeted | {part for shape in targeted for part in SHAPES.objects(shape, SH.property)}
    grouping = {RDF.type, SH.name, SH.property, *targets}
    groups = {shape for shape in targeted if set(SHAPES.predicates(shape)) <= grouping}
    assert reached - groups == reporting
    for shape in reporting:
        (name,), (message,) = SHAPES.objects(shape, SH.name), SHAPES.objects(shape, SH.message)
        assert name.language == message.language == "en"
        assert re.match(r"^[A-Z].*\.$", str(message)), message
    for shape in reached:
        if list(SHAPES.objects(shape, SH.path)) and shape not in targeted:
            assert isinstance(SHAPES.value(shape, SH.order).value, int)


def test_shapes_are_iris_so_that_findings_can_name_them():
    for kind in (SH.NodeShape, SH.PropertyShape):
        assert all(str(shape).startswith(OGPS) for shape in SHAPES.subjects(RDF.type, kind))


def test_every_property_with_texts_or_addresses_is_searched_for_email_addresses():
    searched = set(SHAPES.objects(URIRef(OGPS + "NoEmailAddress"), SH.targetObjectsOf))
    texts = {p for p in PROPERTIES if GRAPH.value(p, RDFS.range) in (RDFS.Literal, RDF.langString)}
    foreign = {
        path
        for shape, path in SHAPES.subject_objects(SH.path)
        if isinstance(path, URIRef) and not str(path).startswith(OGPV) and list(SHAPES.objects(shape, SH.order))
    }
    exempt = {term("skos:inScheme"), term("oa:start"), term("oa:end"), term("oa:hasSource"), term("oa:hasSelector"),
              term("prov:wasDerivedFrom"), term("prov:generatedAtTime")}  # fmt: skip
    assert {str(p) for p in texts | foreign} - exempt <= {str(p) for p in searched}


def test_codes_that_shapes_name_exist_and_closed_lists_are_named_whole():
    named = {o for o in SHAPES.objects() if isinstance(o, URIRef) and str(o).startswith(DEFAULT_BASE + "code/")}
    assert named <= set(CONCEPTS) | set(SCHEMES)
    for scheme in ("status", "dimension"):
        whole = {c for c in CONCEPTS if str(c).startswith(f"{DEFAULT_BASE}code/{scheme}/")}
        assert whole in [set(SHAPES.items(chosen)) for chosen in SHAPES.objects(None, SH["in"])]
    rules = (URIRef(OGPS + "AnswerWithoutValue"), URIRef(OGPS + "AnswerWithoutText"))
    closed, free = (set(SHAPES.objects(rule, SH.targetNode)) for rule in rules)
    questions = {c for c in CONCEPTS if str(c).startswith(f"{DEFAULT_BASE}code/question/")}
    assert closed | free == questions
    assert not closed & free


@pytest.mark.parametrize("path", CODE_FILES, ids=lambda path: path.stem)
def test_a_code_list_is_whole(path):
    graph = read_turtle(path)
    (scheme,) = graph.subjects(RDF.type, SKOS.ConceptScheme)
    assert str(scheme) == f"{DEFAULT_BASE}code/{path.stem}"
    assert sorted(label.language for label in graph.objects(scheme, SKOS.prefLabel)) == LANGUAGES
    assert graph.value(scheme, SKOS.definition)
    assert graph.value(scheme, DCTERMS.license)
    concepts = set(graph.subjects(RDF.type, SKOS.Concept))
    assert {s for s in set(graph.subjects()) if isinstance(s, URIRef)} == concepts | {scheme}
    for concept in concepts:
        assert set(graph.objects(concept, SKOS.inScheme)) == set(graph.objects(concept, SKOS.topConceptOf)) == {scheme}
        (notation,), (rank,) = graph.objects(concept, SKOS.notation), graph.objects(concept, own("rank"))
        assert isinstance(rank.value, int)
        key = str(concept).removeprefix(f"{scheme}/")
        assert key == (f"eoc-{notation}" if path.stem == "question" else str(notation))
        labels = [(label.language, str(label)) for label in graph.objects(concept, SKOS.prefLabel)]
        assert sorted(language for language, _ in labels) == LANGUAGES
        (definition,) = graph.objects(concept, SKOS.definition)
        assert definition.language == "en"
        others = [x for kind in (SKOS.altLabel, SKOS.hiddenLabel) for x in graph.objects(concept, kind)]
        assert all(other.language for other in others)
        assert not {(x.language, str(x)) for x in others} & set(labels)  # SKOS, S13: kinds of labels are disjoint
    assert len(set(graph.objects(None, own("rank")))) == len(concepts)


def test_the_statuses_of_the_software_are_those_of_the_list():
    statuses = {str(c).rpartition("/")[2] for c in CONCEPTS if "/code/status/" in str(c)}
    assert statuses == {str(status) for status in Status}


CONTEXT = json.loads((FOLDER / "context.jsonld").read_text(encoding="utf-8"))["@context"]


@pytest.mark.parametrize("one", TERMS, ids=local)
def test_the_context_has_every_term_with_the_type_of_its_range(one):
    entry = CONTEXT[local(one)]
    name, kind = (entry, None) if isinstance(entry, str) else (entry["@id"], entry.get("@type"))
    assert term(name) == str(one)
    expected = None
    if (one, RDF.type, OWL.ObjectProperty) in GRAPH:
        expected = "@id"
    elif (value := str(GRAPH.value(one, RDFS.range))).startswith(PREFIXES["xsd"]) and not value.endswith("#string"):
        expected = "xsd:" + value.removeprefix(PREFIXES["xsd"])
    assert kind == expected


def test_the_context_has_no_term_beyond_the_vocabularies_and_no_prefix_of_its_own():
    assert CONTEXT["@version"] == 1.1
    for key, entry in CONTEXT.items():
        name = entry if isinstance(entry, str) else entry.get("@id") if isinstance(entry, dict) else None
        if name is None or name.startswith("@"):
            continue
        if name in PREFIXES.values():
            assert PREFIXES[key] == name
        elif name.startswith("ogpv:"):
            assert URIRef(term(name)) in TERMS
        else:
            assert term(name)


def test_a_document_in_the_context_means_what_it_says():
    document = {
        "@context": CONTEXT,
        "id": "https://example.org/plan",
        "type": "ActionPlan",
        "title": {"@value": "Un plan", "@language": "es"},
        "member": "https://example.org/member",
        "startYear": "2022",
    }
    triples = set(ox.parse(input=json.dumps(document), format=ox.RdfFormat.JSON_LD))
    plan = ox.NamedNode("https://example.org/plan")
    year = ox.Literal("2022", datatype=ox.NamedNode(term("xsd:gYear")))
    assert triples == {
        ox.Quad(plan, ox.NamedNode(term("rdf:type")), ox.NamedNode(term("ogpv:ActionPlan"))),
        ox.Quad(plan, ox.NamedNode(term("dcterms:title")), ox.Literal("Un plan", language="es")),
        ox.Quad(plan, ox.NamedNode(term("ogpv:member")), ox.NamedNode("https://example.org/member")),
        ox.Quad(plan, ox.NamedNode(term("ogpv:startYear")), year),
    }


def test_definitions_are_of_the_prefixes_that_every_serialisation_declares():
    spaces = (*PREFIXES.values(), DEFAULT_BASE)
    for quad in definition_graph():
        assert quad.predicate.value.startswith(tuple(PREFIXES.values()))
        if isinstance(quad.object, ox.NamedNode) and quad.predicate == ox.NamedNode(str(RDF.type)):
            assert quad.object.value.startswith(spaces)
