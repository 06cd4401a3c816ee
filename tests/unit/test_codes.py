"""Code lists: what matches, what does not, and what a wrong file gives."""

from __future__ import annotations

import pickle
import shutil

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ogp_graph.codes import load_codes
from ogp_graph.errors import DefinitionError
from ogp_graph.names import fold
from ogp_graph.vocabulary import data_folder

CODES = load_codes()
WORDINGS = [(code, words) for found in CODES.lists.values() for code in found.codes for words in code.wordings]
NOTATIONS = {
    "completion": {"complete", "substantial", "limited", "not-started", "no-evidence-available"},
    "as-planned": {"all-as-planned", "most-as-planned"},
    "result": {"yes", "no", "unclear", "not-applicable"},
    "degree": {"outstanding", "major", "marginal", "did-not-change", "worsened"},
    "dimension": {"access-to-information", "civic-participation", "public-accountability", "other"},
    "status": {"answered", "empty", "lost", "not-reached", "unrecognised"},
    "question": {"1.1", "1.2", "1.3", "2.1.1", "2.1.2", "2.1.3", "2.1.4", "2.2", "3"},
    "level": {"country", "admin1", "admin2", "municipality", "other"},
}


def test_the_lists_are_those_of_the_contract():
    assert {name: set(CODES.notations(name)) for name in CODES.lists} == NOTATIONS


@pytest.mark.parametrize(
    ("scheme", "words", "notation"),
    [
        ("completion", "Complete", "complete"),
        ("completion", "complete", "complete"),
        ("completion", "complet", "complete"),
        ("completion", "Sustancial", "substantial"),
        ("completion", "Not Started", "not-started"),
        ("completion", " No Evidence  Available. ", "no-evidence-available"),
        ("as-planned", "all of the commitment milestones were implemented as planned", "all-as-planned"),
        ("as-planned", "Most of the commitment milestones were implemented as planned", "most-as-planned"),
        ("result", "YES", "yes"),
        ("result", "Sí", "yes"),
        ("result", "Oui", "yes"),
        ("result", "Non", "no"),
        ("result", "Not Applicable", "not-applicable"),
        ("degree", "Did Not Change", "did-not-change"),
        ("degree", "Outstanding", "outstanding"),
        ("dimension", "Acceso a la información", "access-to-information"),
    ],
)
def test_a_wording_that_pages_use_leads_to_its_code(scheme, words, notation):
    assert CODES.match(scheme, words) == notation


@pytest.mark.parametrize(
    ("scheme", "words"),
    [
        ("completion", "Partially, see annex"),
        ("completion", "Complete, though late"),
        ("completion", "Complet e"),
        ("completion", ""),
        ("completion", "…"),
        ("result", "Yes, although it is worth mentioning"),
        ("result", "No evidence"),
        ("as-planned", "Some of the commitment milestones were implemented as planned"),
        ("degree", "Yes"),
    ],
)
def test_what_no_label_says_has_no_code(scheme, words):
    assert CODES.match(scheme, words) is None


@given(st.sampled_from(WORDINGS))
def test_every_wording_leads_back_to_its_code_in_any_case(known):
    code, words = known
    assert CODES.match(code.scheme, words.upper()) == CODES.match(code.scheme, f" {fold(words)} ") == code.notation


def test_degrees_rank_from_worsened_to_outstanding():
    assert CODES.notations("degree") == ("worsened", "did-not-change", "marginal", "major", "outstanding")
    assert [code.rank for code in CODES.lists["degree"].codes] == [-1, 0, 1, 2, 3]


def test_questions_come_in_the_order_of_the_form_and_know_their_dimension():
    questions = CODES.lists["question"]
    assert [code.notation for code in questions.codes] == sorted(NOTATIONS["question"])
    dimensions = {code.notation: code.dimension for code in questions.codes if code.dimension}
    assert dimensions == {
        "2.1.1": "access-to-information",
        "2.1.2": "civic-participation",
        "2.1.3": "public-accountability",
        "2.1.4": "other",
    }


def test_a_question_is_found_by_its_number_and_by_its_key():
    assert CODES.label("question", "1.1", "fr") == CODES.label("question", "eoc-1.1", "fr")


def test_a_label_in_an_unknown_language_is_the_english_one():
    assert CODES.label("completion", "complete", "ka") == "Complete"


def test_an_unknown_code_has_no_label():
    with pytest.raises(KeyError, match="completion/finished"):
        CODES.label("completion", "finished")


def test_codes_survive_the_way_to_another_process():
    assert pickle.loads(pickle.dumps(CODES)) == CODES


@pytest.fixture
def folder(tmp_path):
    return shutil.copytree(data_folder("ontology") / "codes", tmp_path / "codes")


def test_a_wording_that_is_added_to_the_file_is_matched(folder):
    path = folder / "completion.ttl"
    line = '<https://w3id.org/ogp-graph/code/completion/limited> skos:hiddenLabel "Barely begun"@en .\n'
    path.write_text(path.read_text(encoding="utf-8") + line, encoding="utf-8")
    assert load_codes(folder).match("completion", "barely begun") == "limited"
    assert CODES.match("completion", "barely begun") is None


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ('completion/limited> skos:altLabel "COMPLETE" .', "leads to"),
        ('completion/limited> skos:altLabel "…" .', "without a letter"),
        ("completion/odd> skos:inScheme <https://w3id.org/ogp-graph/code/completion> .", "needs a notation"),
        ("completion/odd> skos:inScheme", "completion.ttl"),
    ],
)
def test_a_wrong_file_is_named(folder, line, reason):
    path = folder / "completion.ttl"
    path.write_text(path.read_text(encoding="utf-8") + "<https://w3id.org/ogp-graph/code/" + line, encoding="utf-8")
    with pytest.raises(DefinitionError, match=reason) as caught:
        load_codes(folder)
    assert caught.value.path == str(path)


def test_two_files_for_one_list_are_refused(folder):
    shutil.copy(folder / "completion.ttl", folder / "second.ttl")
    with pytest.raises(DefinitionError, match="a second scheme completion"):
        load_codes(folder)
