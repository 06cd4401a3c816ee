"""What the shapes let pass, and that each fault gives the finding that is named after it."""

from __future__ import annotations

import pytest

from ogp_graph.model import Severity
from ogp_graph.names import DEFAULT_BASE
from ogp_graph.validate import load_shapes, validate
from tests.sound_report import BASE, DIGEST, KEY, broken, quads

EVIDENCE = f"<{BASE}id/report/{KEY}/answer/1.1/evidence/0a>"
UNKNOWN = f"<{BASE}code/completion/nearly-there>"
CAPTURE = f"capture:{DIGEST}"

VIOLATIONS = [
    # report
    ("report-title", ["it: dcterms:title"], ""),
    ("report-title", [], 'it: dcterms:title "Another headline"@en .'),
    ("report-title", ["it: dcterms:title"], 'it: dcterms:title "   "@en .'),
    ("report-title", ["it: dcterms:title"], "it: dcterms:title <https://example.org/title> ."),
    ("report-title", ["it: dcterms:title"], 'it: dcterms:title "2022"^^xsd:gYear .'),
    ("report-identifier", [], 'it: dcterms:identifier "mxmty2" .'),
    ("report-commitment", ["it: ogpv:commitment"], ""),
    ("report-commitment", [], "it: ogpv:commitment <urn:x:1> . <urn:x:1> a ogpv:Commitment ."),
    ("report-commitment", ["it: ogpv:commitment"], 'it: ogpv:commitment "Open budget" .'),
    ("report-commitment", ["promise: rdf:type"], ""),
    ("report-capture", ["it: prov:wasDerivedFrom"], ""),
    ("report-capture", [], "it: prov:wasDerivedFrom <https://example.org/report.html> ."),
    ("report-evaluator", [], "it: ogpv:evaluator <https://example.org/ada> ."),
    ("report-evaluator-status", ["it: ogpv:evaluatorStatus"], ""),
    ("report-evaluator-status", ["it: ogpv:evaluatorStatus"], "it: ogpv:evaluatorStatus result:yes ."),
    ("report-evaluator-without-answer", ["it: ogpv:evaluatorStatus"], "it: ogpv:evaluatorStatus status:lost ."),
    ("report-without-evaluator", ["it: ogpv:evaluator", "who:1 rdf:type"], ""),
    ("report-answer", ["it: ogpv:answer"], ""),
    ("report-answer", ["it: ogpv:answer"], 'it: ogpv:answer "Yes" .'),
    ("report-completion", [], "it: ogpv:completion completion:limited ."),
    ("report-completion", ["it: ogpv:completion"], "it: ogpv:completion result:yes ."),
    ("report-completion", ["it: ogpv:completion"], 'it: ogpv:completion "Complete" .'),
    ("report-as-planned", [], "it: ogpv:asPlanned completion:complete ."),
    ("report-problem-addressed", ["it: ogpv:problemAddressed"], "it: ogpv:problemAddressed planned:all-as-planned ."),
    ("report-factors", [], 'it: ogpv:factors "Money came late." .'),
    ("report-lesson", [], 'it: ogpv:lesson "Otra lección."@es .'),
    ("report-unassigned-text", [], 'it: ogpv:unassignedText "" .'),
    ("report-asks-no-other-question", ["answer:3 ogpv:question"], "answer:3 ogpv:question question:4.9 ."),
    # member
    ("member-name", ["member:lindholm-norland skos:prefLabel"], ""),
    ("member-name", [], 'member:lindholm-norland skos:prefLabel "A"@en , "B"@en .'),
    ("member-plain-name", [], 'member:lindholm-norland skos:prefLabel "Lindholm" .'),
    ("member-other-name", [], 'member:lindholm-norland skos:altLabel "Lindholm, Norland" .'),
    ("member-level", [], "member:lindholm-norland ogpv:level level:country ."),
    ("member-level", ["* ogpv:level"], "member:lindholm-norland ogpv:level status:lost ."),
    ("member-place", ["* dcterms:spatial"], 'member:lindholm-norland dcterms:spatial "Lindholm" .'),
    ("member-page", [], "member:lindholm-norland foaf:isPrimaryTopicOf <file:///etc/passwd> ."),
    ("member-country", [], "member:lindholm-norland ogpv:country <https://example.org/norland> ."),
    ("member-country-code", [], 'member:lindholm-norland ogpv:countryCode "NOR" .'),
    ("member-country-code", [], 'member:lindholm-norland ogpv:countryCode "NO" , "SE" .'),
    ("member-subdivision-code", [], 'member:lindholm-norland ogpv:subdivisionCode "Lindholm" .'),
    ("member-area-code", [], 'member:lindholm-norland ogpv:areaCode "57" .'),
    ("member-seat", [], 'member:lindholm-norland ogpv:seat "Lindholm" .'),
    # plan
    ("plan-title", ["plan:lindholm dcterms:title"], ""),
    ("plan-title", [], 'plan:lindholm dcterms:title "Plan de acción" .'),
    ("plan-other-title", [], 'plan:lindholm skos:altLabel "" .'),
    ("plan-member", ["plan:lindholm ogpv:member"], ""),
    ("plan-member", ["member:lindholm-norland rdf:type"], ""),
    ("plan-start-year", ["plan:lindholm ogpv:startYear"], ""),
    ("plan-start-year", [], 'plan:lindholm ogpv:startYear "2021"^^xsd:gYear .'),
    ("plan-start-year", ["plan:lindholm ogpv:startYear"], 'plan:lindholm ogpv:startYear "2022"^^xsd:integer .'),
    ("plan-end-year", ["plan:lindholm ogpv:endYear"], 'plan:lindholm ogpv:endYear "soon" .'),
    ("plan-end-year", ["plan:lindholm ogpv:endYear"], 'plan:lindholm ogpv:endYear "soon"^^xsd:gYear .'),
    ("plan-end-year", ["plan:lindholm ogpv:endYear"], 'plan:lindholm ogpv:endYear "0024"^^xsd:gYear .'),
    ("plan-end-year", ["plan:lindholm ogpv:endYear"], "plan:lindholm ogpv:endYear <https://example.org/2024> ."),
    ("plan-years-in-order", ["plan:lindholm ogpv:endYear"], 'plan:lindholm ogpv:endYear "2021"^^xsd:gYear .'),
    # commitment
    ("commitment-title", ["promise: dcterms:title"], ""),
    ("commitment-title", [], 'promise: dcterms:title "Two"@en .'),
    ("commitment-joint-with", [], "promise: ogpv:jointWith plan:lindholm ."),
    ("commitment-identifier", [], 'promise: dcterms:identifier "MX-1" .'),
    ("commitment-subtitle", [], 'promise: ogpv:subtitle "One" , "Two" .'),
    ("commitment-plan", ["promise: ogpv:actionPlan"], ""),
    ("commitment-plan", ["promise: ogpv:actionPlan"], "promise: ogpv:actionPlan member:lindholm-norland ."),
    ("commitment-action", ["promise: ogpv:action"], 'promise: ogpv:action "Sin idioma" .'),
    ("commitment-action", ["promise: ogpv:action"], 'promise: ogpv:action "???"@und .'),
    ("commitment-action", [], 'promise: ogpv:action "Second text"@en .'),
    ("commitment-action-status", ["promise: ogpv:actionStatus"], 'promise: ogpv:actionStatus "answered" .'),
    ("commitment-action-without-answer", ["promise: ogpv:actionStatus"], "promise: ogpv:actionStatus status:lost ."),
    ("commitment-without-action", ["promise: ogpv:action"], ""),
    ("commitment-problem", [], 'promise: ogpv:problem " "@en .'),
    ("commitment-problem-status", ["promise: ogpv:problemStatus"], ""),
    ("commitment-problem-without-answer", [], 'promise: ogpv:problem "Nobody knew."@en .'),
    ("commitment-without-problem", ["promise: ogpv:problemStatus"], "promise: ogpv:problemStatus status:answered ."),
    ("commitment-border", [], "promise: ogpv:borderUnknown false ."),
    # evaluator
    ("evaluator-name", ["who:1 foaf:name"], ""),
    ("evaluator-name", [], 'who:1 foaf:name "Ada E." .'),
    ("evaluator-affiliation", [], 'who:1 ogpv:affiliation "Another one" .'),
    ("evaluator-kind", [], "who:1 a foaf:Organization ."),
    ("evaluator-kind", ["who:1 rdf:type"], "who:1 a ogpv:Evaluator ."),
    ("evaluator-report", ["it: ogpv:evaluator"], ""),
    # answer
    ("answer-question", ["answer:1.1 ogpv:question"], ""),
    ("answer-question", [], "answer:1.1 ogpv:question question:3 ."),
    ("answer-question", ["answer:1.1 ogpv:question"], 'answer:1.1 ogpv:question "1.1" .'),
    ("answer-question-list", ["answer:1.1 ogpv:question"], "answer:1.1 ogpv:question status:lost ."),
    ("answer-status", ["answer:1.1 ogpv:status"], ""),
    ("answer-status", [], "answer:1.1 ogpv:status status:lost ."),
    ("answer-status", ["answer:1.2 ogpv:status"], f"answer:1.2 ogpv:status <{BASE}code/status/unknown> ."),
    ("answer-value", [], "answer:1.1 ogpv:value completion:limited ."),
    ("answer-value", ["answer:1.1 ogpv:value"], f"answer:1.1 ogpv:value {UNKNOWN} ."),
    ("answer-value", ["answer:1.1 ogpv:value"], 'answer:1.1 ogpv:value "complete" .'),
    ("completion-answers-value", ["answer:1.1 ogpv:value"], "answer:1.1 ogpv:value result:yes ."),
    ("completion-answers-alternative", [], "answer:1.1 ogpv:alternativeValue degree:major ."),
    ("as-planned-answers-value", [], "answer:1.3 ogpv:value completion:complete ."),
    ("result-answers-value", ["answer:2.2 ogpv:value"], "answer:2.2 ogpv:value completion:complete ."),
    ("result-answers-alternative", [], "answer:2.1.1 ogpv:alternativeValue degree:marginal ."),
    ("text-answers-value", [], "answer:3 ogpv:value result:yes ."),
    ("answer-stated-value", [], 'answer:1.1 ogpv:statedValue "Partly" .'),
    ("answer-stated-value", ["answer:1.1 ogpv:statedValue"], 'answer:1.1 ogpv:statedValue "Complete"@en .'),
    ("answer-alternative", [], "answer:1.1 ogpv:alternativeValue completion:complete ."),
    ("answer-alternative-words", [], 'answer:1.1 ogpv:alternativeStatedValue "" .'),
    ("answer-explanation", ["answer:1.1 ogpv:explanation"], 'answer:1.1 ogpv:explanation ""@en .'),
    ("answer-explanation", [], 'answer:1.1 ogpv:explanation "Something else."@en .'),
    ("answer-evidence", [], 'answer:1.1 ogpv:evidence "Minutes" .'),
    ("answer-report", [], f"<{BASE}id/report/x> a ogpv:Report ; ogpv:answer answer:1.1 ."),
    ("answer-value-without-answer", [], "answer:1.3 ogpv:value planned:all-as-planned ."),
    ("answer-value-without-answer", ["answer:2.2 ogpv:status"], "answer:2.2 ogpv:status status:unrecognised ."),
    ("answer-without-value", ["answer:1.1 ogpv:value"], ""),
    ("answer-without-words", ["answer:1.1 ogpv:statedValue"], ""),
    ("answer-without-words", ["answer:1.3 ogpv:status"], "answer:1.3 ogpv:status status:unrecognised ."),
    ("answer-words-without-answer", [], 'answer:1.3 ogpv:statedValue "No" .'),
    ("answer-without-text", ["answer:3 ogpv:explanation"], ""),
    ("answer-text-without-answer", [], 'answer:1.2 ogpv:explanation "Money came late."@en .'),
    # result
    ("result-dimension", ["answer:2.1.1 ogpv:dimension"], ""),
    ("result-dimension", [], "answer:2.1.1 ogpv:dimension dimension:other ."),
    ("result-dimension-of-question", ["answer:2.1.1 ogpv:dimension"], "answer:2.1.1 ogpv:dimension dimension:other ."),
    ("result-degree", [], "answer:2.1.1 ogpv:degree degree:marginal ."),
    ("result-degree", ["answer:2.1.1 ogpv:degree"], "answer:2.1.1 ogpv:degree result:yes ."),
    ("result-degree-status", ["answer:2.1.2 ogpv:degreeStatus"], 'answer:2.1.2 ogpv:degreeStatus "lost" .'),
    ("result-degree-words", [], 'answer:2.1.1 ogpv:degreeStatedValue "Marginal" .'),
    ("result-degree-alternative", [], "answer:2.1.1 ogpv:degreeAlternativeValue degree:major ."),
    ("result-degree-alternative-words", [], 'answer:2.1.1 ogpv:degreeAlternativeStatedValue " " .'),
    ("degree-without-answer", [], "answer:2.1.2 ogpv:degree degree:marginal ."),
    ("degree-without-answer", ["answer:2.1.1 ogpv:degreeStatus"], ""),
    ("degree-without-value", ["answer:2.1.1 ogpv:degree"], ""),
    ("degree-without-words", ["answer:2.1.1 ogpv:degreeStatedValue"], ""),
    ("degree-words-without-answer", [], 'answer:2.1.2 ogpv:degreeStatedValue "Major" .'),
    ("degree-words-without-answer", [], 'answer:2.1.3 ogpv:degreeStatedValue "Major" .'),
    # evidence
    ("evidence-title", [], f'{EVIDENCE} dcterms:title "Other words"@en .'),
    ("evidence-address", [], f"{EVIDENCE} schema:url <javascript:alert(1)> ."),
    ("evidence-address", [], f'{EVIDENCE} schema:url "https://example.org/" .'),
    ("evidence-answer", ["answer:1.1 ogpv:evidence"], ""),
    # capture
    ("capture-digest", [f"{CAPTURE} ogpv:sha256"], f'{CAPTURE} ogpv:sha256 "ABC" .'),
    ("capture-media-type", [f"{CAPTURE} dcat:mediaType"], f'{CAPTURE} dcat:mediaType "HTML" .'),
    ("capture-name", [], f'{CAPTURE} dcterms:identifier "folder/page.html" .'),
    ("capture-address", [], f"{CAPTURE} dcterms:source <ftp://example.org/report> ."),
    ("capture-layout", [f"{CAPTURE} ogpv:layout"], f'{CAPTURE} ogpv:layout "L9" .'),
    ("capture-time", ["* prov:generatedAtTime"], f'{CAPTURE} prov:generatedAtTime "yesterday"^^xsd:dateTime .'),
    ("capture-translation", [], f"{CAPTURE} ogpv:machineTranslation false ."),
    # citation
    ("citation-thing", ["source:title ogpv:supports"], 'source:title ogpv:supports "the title" .'),
    ("citation-property", ["source:title ogpv:supportsProperty"], ""),
    ("citation-capture", ["source:title oa:hasSource"], "source:title oa:hasSource <https://example.org/report> ."),
    ("citation-selector", ["source:title oa:hasSelector"], ""),
    ("selector-start", ["* oa:start"], 'sel: oa:start "-1"^^xsd:nonNegativeInteger .'),
    ("selector-start", ["* oa:start"], "sel: oa:start 1.5 ."),
    ("selector-end", ["* oa:end"], ""),
    ("selector-order", ["* oa:end"], 'sel: oa:end "0"^^xsd:nonNegativeInteger .'),
    ("selector-exact", ["* oa:exact"], f'sel: oa:exact "{"long " * 40}" .'),
    ("selector-kind", [], f"<{BASE}id/report/{KEY}/source/x/selector> a oa:TextPositionSelector ."),
    ("selector-quote-starts", ["* oa:exact"], ""),
    ("selector-quote-ends", [], 'sel: ogpv:endQuote "budget" .'),
    ("selector-start-quote", ["* oa:exact"], 'sel: ogpv:startQuote "" ; ogpv:endQuote "b" .'),
    ("selector-end-quote", ["* oa:exact"], 'sel: ogpv:startQuote "a" ; ogpv:endQuote "b"@en .'),
    ("selector-citation", ["source:title oa:hasSelector"], ""),
    # e-mail addresses, wherever they stand
    ("no-email-address", ["promise: ogpv:action"], 'promise: ogpv:action "Write to ada@example.org now"@en .'),
    ("no-email-address", [], f"{EVIDENCE} schema:url <https://example.org/?to=ada%40example.org> ."),
    ("no-email-address", [f"{CAPTURE} dcterms:identifier"], f'{CAPTURE} dcterms:identifier "ada%40example.org.html" .'),
    ("no-email-address", ["* oa:exact"], 'sel: oa:exact "ada.b+c@mail.example.org" .'),
]  # fmt: skip
WARNINGS = [
    ("commitment-border-unknown", [], "promise: ogpv:borderUnknown true ."),
    ("report-asks-every-question", [], ""),
    ("answer-contradicted", [], "answer:1.1 ogpv:alternativeValue completion:limited ."),
    ("answer-unrecognised", ["answer:1.3 ogpv:status"],
     'answer:1.3 ogpv:status status:unrecognised ; ogpv:statedValue "Half" .'),
    ("result-degree-contradicted", [], "answer:2.1.1 ogpv:degreeAlternativeValue degree:marginal ."),
    ("result-degree-unrecognised", ["answer:2.1.2 ogpv:degreeStatus"],
     'answer:2.1.2 ogpv:degreeStatus status:unrecognised ; ogpv:degreeStatedValue "Huge" .'),
    ("large-degree-without-yes", ["answer:2.1.1 ogpv:value"], "answer:2.1.1 ogpv:value result:unclear ."),
    ("member", [], "member:lindholm-norland ogpv:endYaer 2024 ."),
    ("report", [], 'it: rdfs:comment "A remark" .'),
    ("answer", [], 'answer:1.1 ogpv:affiliation "Nobody" .'),
]  # fmt: skip


@pytest.fixture(scope="module")
def shapes():
    return load_shapes()


def test_a_sound_report_gives_no_finding(shapes):
    assert validate(quads(), report=KEY, shapes=shapes) == ()


@pytest.mark.parametrize(("code", "without", "plus"), VIOLATIONS, ids=[fault[0] for fault in VIOLATIONS])
def test_a_fault_gives_the_violation_that_is_named_after_it(shapes, code, without, plus):
    found = {finding.code: finding.severity for finding in validate(broken(without, plus), report=KEY, shapes=shapes)}
    assert found.get(code) is Severity.VIOLATION, found


@pytest.mark.parametrize(("code", "without", "plus"), WARNINGS, ids=[fault[0] for fault in WARNINGS])
def test_what_readers_should_know_is_a_warning_and_nothing_worse(shapes, code, without, plus):
    data = broken(without, plus)
    if code == "report-asks-every-question":
        data = [q for q in data if "/answer/1.2" not in str(q)]
    found = {finding.code: finding.severity for finding in validate(data, report=KEY, shapes=shapes)}
    assert found == {code: Severity.WARNING}


@pytest.mark.parametrize("status", ["empty", "lost", "not-reached"])
def test_a_missing_answer_is_no_finding(shapes, status):
    data = broken(
        ["answer:1.1 ogpv:status", "answer:1.1 ogpv:value", "answer:1.1 ogpv:statedValue"],
        f"answer:1.1 ogpv:status status:{status} .",
    )
    assert validate(data, report=KEY, shapes=shapes) == ()


@pytest.mark.parametrize(
    "words",
    ["@OpenGov on Twitter", "see https://example.org/@ada.b", "[email\u00a0protected]", "[e-mail removed]", "5 @ 3.50"],
)
def test_an_at_sign_alone_is_no_email_address(shapes, words):
    data = broken(["promise: ogpv:action"], f'promise: ogpv:action "{words}"@en .')
    assert validate(data, report=KEY, shapes=shapes) == ()


def test_every_shape_that_can_give_a_finding_is_tested():
    codes = {shape.node.rpartition("#")[2] for shape in load_shapes().engine}
    tested = {code.replace("-", "") for code, *_ in VIOLATIONS + WARNINGS}
    closed = {"ActionPlan", "Capture", "Citation", "Commitment", "Evaluator", "Evidence", "Selector"}  # as "member"
    leading = {"AsPlannedAnswers", "CompletionAnswers", "ResultAnswers", "TextAnswers"}  # only lead to their properties
    leading |= {"Result", "EndOfCommitmentReport"}
    same = {"AsPlannedAnswersAlternative", "TextAnswersAlternative"}  # as "completion-answers-alternative"
    assert {c for c in codes if c.lower() not in tested} == closed | leading | same


def test_another_base_moves_the_codes_that_shapes_know():
    other = "https://data.example.org/ogp/"
    turtle = "\n".join(str(q) + " ." for q in quads()).replace(DEFAULT_BASE + "id/", other + "id/")
    data = quads(turtle.replace(DEFAULT_BASE + "code/", other + "code/"))
    assert validate(data, report=KEY, shapes=load_shapes(base=other)) == ()
    assert validate(data, report=KEY, shapes=load_shapes()) != ()
