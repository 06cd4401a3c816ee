"""Findings: what they name, what they never show, and how they are written."""

from __future__ import annotations

import json
import random
import re
from dataclasses import replace

import pyoxigraph as ox
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rdflib import SH, URIRef

from ogp_graph.errors import DefinitionError
from ogp_graph.model import Finding, Severity, Span
from ogp_graph.names import IRIs, redact
from ogp_graph.validate import findings_graph, findings_lines, load_shapes, shapes_graph, summary, validate
from ogp_graph.vocabulary import OGPS, node
from tests.sound_report import DIGEST, KEY, broken, quads

SHAPES = load_shapes()
EMAIL = str(shapes_graph().value(URIRef(OGPS + "EmailAddress"), SH.pattern))
FINDINGS = (
    Finding(Severity.WARNING, "value-unrecognised", "Not listed: “Half”", KEY, DIGEST, "a.html", Span(3, 7), "Half"),
    Finding(Severity.VIOLATION, "plan-end-year", "An action plan needs exactly one last year.", KEY),
    Finding(Severity.INFO, "encoding-guessed", "Read as windows-1252.", None, DIGEST, "b.html"),
    Finding(Severity.VIOLATION, "not-a-report", "No headline.", name="c.html"),
)


def of(without=(), plus=""):
    return validate(broken(without, plus), report=KEY, shapes=SHAPES)


def test_a_finding_names_shape_report_place_and_value():
    (year,) = of(["plan:lindholm ogpv:endYear"], 'plan:lindholm ogpv:endYear "2034x"^^xsd:gYear .')
    assert year.code == "plan-end-year"
    assert year.report == KEY
    assert year.message == (
        "An action plan needs exactly one last year, such as 2024. (plan lindholm, end year: “2034x”)"
    )


def test_a_finding_about_an_answer_names_the_answer_and_not_the_question_that_led_to_it():
    (words,) = of(["answer:1.1 ogpv:statedValue"])
    assert words.message.endswith("(answer 1.1)")


def test_a_finding_about_a_capture_names_the_capture():
    (layout,) = of([f"capture:{DIGEST} ogpv:layout"], f'capture:{DIGEST} ogpv:layout "L9" .')
    assert layout.capture == DIGEST


def test_a_finding_never_shows_the_email_address_that_it_is_about():
    action, link = of(
        ["promise: ogpv:action"],
        'promise: ogpv:action "Write to ada@example.org"@en . '
        f"capture:{DIGEST} dcterms:source <https://example.org/?to=ada%40example.org> .",
    )
    assert {action.code, link.code} == {"no-email-address"}
    assert {action.message.partition("(")[2], link.message.partition("(")[2]} == {
        "commitment, action)",
        f"capture {DIGEST[:12]}, address)",
    }


def test_a_finding_never_shows_the_name_of_an_evaluator():
    found = of([], 'who:1 foaf:name "Grace Example"@en .')
    assert found
    assert not [one for one in found if "Grace" in one.message]


def test_findings_do_not_depend_on_the_order_or_the_graphs_of_the_statements():
    data = broken(["it: dcterms:title"], 'it: ogpv:completion completion:limited . promise: dcterms:title "Two" .')
    there = ox.NamedNode("https://example.org/graph")
    moved = [ox.Quad(q.subject, q.predicate, q.object, there) for q in data]
    random.Random(1).shuffle(moved)
    found = validate(data, report=KEY, shapes=SHAPES)
    assert len(found) == 3
    assert validate(moved, report=KEY, shapes=SHAPES) == found


def test_violations_come_first():
    found = of(["it: dcterms:title"], "promise: ogpv:borderUnknown true .")
    assert [one.severity for one in found] == [Severity.VIOLATION, Severity.WARNING]


def test_one_report_after_another_is_judged_alone():
    assert of(["it: dcterms:title"])
    assert of() == ()


@given(st.text(max_size=200) | st.from_regex(r"\S{1,9}(@|%40|＠)\w{1,9}(\.\w{1,4}){1,3}"))
def test_what_is_redacted_always_passes_the_shape_for_email_addresses(words):
    assert not re.search(EMAIL, redact(words))


def test_a_shape_that_does_not_parse_is_named(tmp_path):
    (tmp_path / "bad.ttl").write_text("ogps:", encoding="utf-8")
    with pytest.raises(DefinitionError, match=r"bad\.ttl"):
        load_shapes(tmp_path)


def test_lines_are_json_without_unknown_fields():
    lines = findings_lines(FINDINGS).splitlines()
    assert json.loads(lines[0]) == {
        "severity": "Warning",
        "code": "value-unrecognised",
        "message": "Not listed: “Half”",
        "report": KEY,
        "capture": DIGEST,
        "name": "a.html",
        "span": {"start": 3, "end": 7},
        "quote": "Half",
    }
    assert json.loads(lines[1]).keys() == {"severity", "code", "message", "report"}


def graph_of(findings):
    return sorted(findings_graph(findings, IRIs()), key=str)


def test_the_graph_is_a_validation_report_without_blank_nodes():
    graph = graph_of(FINDINGS)
    assert not [q for q in graph if isinstance(q.subject, ox.BlankNode) or isinstance(q.object, ox.BlankNode)]
    results = [q.subject for q in graph if q.object == node("sh:ValidationResult")]
    assert len(results) == len(FINDINGS)
    for needed in ("sh:focusNode", "sh:resultSeverity", "sh:sourceConstraintComponent", "sh:resultMessage"):
        assert sorted(q.subject.value for q in graph if q.predicate == node(needed)) == sorted(r.value for r in results)
    (conforms,) = [q.object.value for q in graph if q.predicate == node("sh:conforms")]
    assert conforms == "false"


def test_the_graph_of_no_findings_conforms():
    assert {q.predicate: q.object.value for q in graph_of(())}[node("sh:conforms")] == "true"


def test_the_graph_depends_on_content_alone():
    assert graph_of(reversed(FINDINGS)) == graph_of(FINDINGS + FINDINGS)
    changed = (replace(FINDINGS[0], message="Other"), *FINDINGS[1:])
    assert graph_of(changed) != graph_of(FINDINGS)


def test_the_summary_counts_groups_and_gives_places():
    text = summary([*FINDINGS, *(replace(FINDINGS[1], report=f"r{n}") for n in range(4))])
    assert text.startswith("6 violations, 1 warning, 1 note.")
    assert "  plan-end-year: 5\n" in text
    assert "    and 2 more\n" in text
    assert f"    {KEY}, characters 3-7: Not listed: “Half”\n" in text
    assert text.index("plan-end-year") < text.index("not-a-report") < text.index("value-unrecognised")


def test_the_summary_of_nothing_says_so():
    assert summary([]) == "No findings.\n"


HOSTILE = Finding(
    Severity.WARNING,
    "odd-name",
    "Write to ada@example.org",
    name="a\nb\x1b[31m\udcff\u202e.html",
    quote="x\x00 ada@example.org",
)


@pytest.mark.parametrize("write", [findings_lines, summary, lambda f: "".join(map(str, findings_graph(f, IRIs())))])
def test_hostile_texts_are_made_harmless_in_every_form(write):
    text = write([replace(HOSTILE, capture=DIGEST, span=Span(0, 1))])
    assert "ada@example.org" not in text
    text.encode("utf-8")
    assert not set(text) & set("\x00\x1b\u202e\udcff")


def test_a_sound_report_is_judged_in_every_run_alike():
    assert validate(quads(), report=KEY, shapes=SHAPES) == validate(quads(), report=KEY, shapes=SHAPES) == ()


def test_a_triple_inside_a_triple_is_a_violation_and_no_crash():
    inner = quads()[0]
    term = ox.Triple(inner.subject, inner.predicate, inner.object)
    title = node("dcterms:title")
    data = [*quads(), ox.Quad(ox.NamedNode(IRIs().report(KEY)), title, term)]
    assert [one.code for one in validate(data, report=KEY, shapes=SHAPES)] == ["report-title"]
