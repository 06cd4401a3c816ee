"""The core of the reconciliation service: what is found, how sure it is, and what is handed out."""

from __future__ import annotations

import json
import random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ogp_graph.errors import QueryRefused
from ogp_graph.reconcile import (
    answers,
    card,
    extension,
    index,
    proposed,
    read_questions,
    read_wish,
    suggested_entities,
    suggested_properties,
    suggested_types,
)
from ogp_graph.reconcile.schema import PROPERTIES, TYPES
from tests.reconciling import (
    AGAIN,
    BASE,
    CORDOVA,
    DOCUMENTS,
    LINDHOLM,
    NORLAND,
    OTHER,
    PARKS,
    PLAN,
    REGISTER,
    ROWS,
    TREES,
    ask,
    certain,
    small_index,
)

INDEX = small_index()
MAPPED = {"pid": "country", "v": "Norland"}


def first(text: str | None, **more: Any) -> dict[str, Any]:
    return ask(INDEX, text, **more)[0]


# Names


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Lindholm, Norland", LINDHOLM),
        ("  LINDHOLM   norland ", LINDHOLM),
        ("Lindhólm – Norland", LINDHOLM),
        ("Líndholm, Norlandia", LINDHOLM),
        ("Lindholm Kommune, Norland", LINDHOLM),
        ("Norland", NORLAND),
        ("Action plan - Lindholm, Norland, 2021-2023", PLAN),
        ("un registro de cada arbol", TREES),
        ("End of Commitment Report – A register of every tree", TREES),
        ("COMPLETO", "code/completion/complete"),
        ("No", "code/result/no"),
    ],
)
def test_a_whole_name_in_any_spelling_is_certain_and_scores_100(text: str, found: str) -> None:
    best = first(text, type={"code/result/no": "Code"}.get(found, [one.id for one in TYPES]))
    assert (best["id"], best["score"], best["match"]) == (found, 100, True)


@pytest.mark.parametrize(
    "text", ["Lindholm", "Lindhom, Norland", "Norland Lindholm", "every tree in the city register"]
)
def test_what_is_only_like_a_name_is_a_candidate_and_no_match(text: str) -> None:
    found = ask(INDEX, text)
    assert found[0]["id"] in (LINDHOLM, TREES)
    assert 60 < found[0]["score"] < 100
    assert certain(found) == []


@pytest.mark.parametrize(
    "text", ["Niger", "Nordland", "Lindheim, Norland", "Corduba, Norland", "Completed", "Nope", "zzz"]
)
def test_look_alikes_are_never_certain(text: str) -> None:
    assert certain(ask(INDEX, text)) == []


def test_one_title_of_two_commitments_is_not_certain_until_a_property_tells_them_apart() -> None:
    both = ask(INDEX, "Open parks")
    assert {one["id"] for one in both[:2]} == {PARKS, AGAIN}
    assert [one["score"] for one in both[:2]] == [100, 100]
    assert certain(both) == []
    told = ask(INDEX, "Open parks", properties=[{"pid": "member", "v": "Cordova, Norland"}])
    assert certain(told) == [AGAIN]
    assert told[0]["id"] == AGAIN
    assert certain(ask(INDEX, "Open parks", properties=[{"pid": "startYear", "v": 2021}])) == [PARKS]


def test_a_place_without_its_country_is_certain_with_it() -> None:
    assert certain(ask(INDEX, "Cordova")) == []
    assert certain(ask(INDEX, "Cordova", properties=[MAPPED])) == [CORDOVA]
    assert certain(ask(INDEX, "Cordova", properties=[{"pid": "country", "v": "no"}])) == [CORDOVA]
    assert certain(ask(INDEX, "Cordova", properties=[{"pid": "country", "v": "Suderlandia"}])) == [OTHER]


def test_a_whole_name_that_a_property_contradicts_is_not_certain() -> None:
    found = first("Lindholm, Norland", properties=[{"pid": "country", "v": "Sudland"}])
    assert (found["id"], found["score"], found["match"]) == (LINDHOLM, 70, False)
    assert {"id": "country_match", "value": False} in found["features"]


def test_a_property_that_is_not_offered_or_not_known_of_a_thing_changes_nothing() -> None:
    assert first("Lindholm, Norland", properties=[{"pid": "colour", "v": "blue"}])["match"]
    assert first("Norland", type="Member", properties=[{"pid": "seat", "v": "124"}])["match"]
    assert first("Norland", type="Member", properties=[{"pid": "country", "v": ""}])["match"]


# Identifiers


@pytest.mark.parametrize(
    "text",
    [
        LINDHOLM, BASE + LINDHOLM, DOCUMENTS + LINDHOLM, DOCUMENTS + "page/member/lindholm-norland",
        "member/lindholm-norland", "member:lindholm-norland", "lindholm-norland", "NO-LI", "Q42", "123",
        "http://www.wikidata.org/entity/Q42", "https://www.wikidata.org/wiki/Q42", "https://sws.geonames.org/123/",
        "https://www.opengovpartnership.org/members/lindholm-norland",
    ],
)  # fmt: skip
def test_an_identifier_is_a_query_and_certain(text: str) -> None:
    found = ask(INDEX, text)
    assert [(one["id"], one["score"], one["match"]) for one in found] == [(LINDHOLM, 100, True)]
    assert suggested_entities(INDEX, text)[0]["id"] == LINDHOLM


def test_an_ogp_identifier_and_a_reports_iri_lead_to_the_commitment() -> None:
    assert certain(ask(INDEX, "nolin0001")) == [TREES]
    assert certain(ask(INDEX, BASE + "id/report/trees")) == [TREES]


def test_a_code_that_is_a_word_as_well_is_certain_only_when_the_type_says_which() -> None:
    both = ask(INDEX, "NO")
    assert {one["id"] for one in both} == {NORLAND, "code/result/no"}
    assert certain(both) == []
    assert certain(ask(INDEX, "NO", type="Member")) == [NORLAND]
    assert certain(ask(INDEX, "NO", type="Code", type_strict="should")) == ["code/result/no"]


def test_properties_alone_find_things_and_only_an_identifier_among_them_is_certain() -> None:
    assert certain(ask(INDEX, properties=[{"pid": "geonames", "v": "123"}])) == [LINDHOLM]
    several = ask(INDEX, properties=[{"pid": "country", "v": "Norland"}], type="Member")
    assert {one["id"] for one in several} == {LINDHOLM, CORDOVA, NORLAND}
    assert certain(several) == []
    one = ask(INDEX, properties=[{"pid": "completion", "v": {"id": "code/completion/complete"}}])
    assert [found["id"] for found in one] == [TREES]
    assert certain(one) == []


# Types


def test_a_type_leaves_out_everything_else_unless_it_only_should_be_so() -> None:
    assert {one["type"][0]["id"] for one in ask(INDEX, "Lindholm, Norland", type="ActionPlan")} == {"ActionPlan"}
    kept = ask(INDEX, "Lindholm, Norland", type="ActionPlan", type_strict="should")
    assert kept[0]["id"] == LINDHOLM
    assert (kept[0]["score"], certain(kept)) == (80, [])
    assert ask(INDEX, "Lindholm, Norland", type="Elephant") == []
    assert ask(INDEX, "Complete", type=["Code", "Member"], type_strict="all") == []
    assert certain(ask(INDEX, "Complete", type=["Code", "code/completion"], type_strict="all")) != []


def test_evaluators_are_not_offered() -> None:
    assert "Evaluator" not in INDEX.types
    assert not [one for one in PROPERTIES if "evaluator" in one.id.lower()]


# Order and limits


def test_the_same_rows_in_another_order_give_the_same_answers() -> None:
    texts = ["Lindholm", "Open parks", "Cordova", "registr", "no", "2021", "Norlnd", "every tree"]
    batch = read_questions(json.dumps({text: {"query": text} for text in texts}))
    for seed in range(5):
        shuffled = {name: random.Random(seed).sample(rows, len(rows)) for name, rows in reversed(ROWS.items())}
        assert answers(index(shuffled, BASE, documents=DOCUMENTS, register=REGISTER), batch) == answers(INDEX, batch)


def test_candidates_stand_in_falling_order_and_are_no_more_than_asked_for() -> None:
    found = ask(INDEX, "Cordova Norland 2022")
    assert [one["score"] for one in found] == sorted((one["score"] for one in found), reverse=True)
    assert len(found) > 1
    assert ask(INDEX, "Cordova Norland 2022", limit=1) == found[:1]
    assert ask(INDEX, "Cordova Norland 2022", limit=0) == []
    assert ask(INDEX, "Cordova Norland 2022", limit=10**9) == found
    assert ask(INDEX, "Cordova Norland 2022", limit=-3) == []


def test_a_score_says_what_it_is_made_of() -> None:
    features = {one["id"]: one["value"] for one in first("Líndholm, Norlandia", type="Member")["features"]}
    assert features == {"name_similarity": 100, "identifier": False, "alias": True, "type_match": True}


# What is asked


@pytest.mark.parametrize("text", ["", "{", "[]", "null", '"queries"', "{}", "[" * 100_000, '{"a":' * 50_000,
                                  '{"q": {}}', '{"q": null}', '{"q": "Lindholm"}',
                                  '{"q": {"query": 7}}', '{"q": {"query": " "}}',
                                  '{"q": {"query": "\\ud800"}}'])  # fmt: skip
def test_a_batch_without_a_valid_query_is_refused(text: str) -> None:
    with pytest.raises(QueryRefused):
        read_questions(text)


@pytest.mark.parametrize(
    "bad",
    [
        None, [], "Lindholm", 7, {}, {"query": None}, {"query": ["Lindholm"]}, {"query": "x" * 100_000},
        {"query": "a", "limit": "many"}, {"query": "a", "limit": True}, {"query": "a", "type": 7},
        {"query": "a", "type": [7]}, {"query": "a", "type": [["Member"]]}, {"query": "a", "type_strict": "perhaps"},
        {"query": "a", "type_strict": ["any"]}, {"query": "a", "properties": "country"},
        {"query": "a", "properties": [{"pid": "country"}]}, {"query": "a", "properties": [{"v": "x"}]},
        {"query": "a", "properties": [{"pid": 1, "v": "x"}]}, {"properties": []}, {"type": "Member"},
        {"query": "a", "properties": [{"pid": "country", "v": {}}]},
        {"query": "a", "properties": [{"pid": "country", "v": [None]}]},
        {"query": "a", "properties": [{"pid": "country", "v": "x"}] * 1000},
    ],
)  # fmt: skip
def test_an_invalid_query_gets_an_empty_result_and_never_fails_its_batch(bad: object) -> None:
    told = answers(INDEX, read_questions(json.dumps({"good": {"query": "Norland"}, "bad": bad})))
    assert told["bad"] == {"result": []}
    assert told["good"]["result"][0]["id"] == NORLAND


JSON = st.recursive(
    st.none() | st.booleans() | st.floats(allow_nan=False) | st.integers() | st.text(max_size=8)
    | st.sampled_from(["Norland", "Member", "country", "any", LINDHOLM]),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(
        st.sampled_from(["query", "type", "limit", "properties", "pid", "v", "id", "type_strict", "settings", "ids"]),
        inner,
        max_size=5,
    ),
    max_leaves=12,
)  # fmt: skip


@settings(max_examples=200, deadline=None)
@given(JSON)
def test_any_json_is_answered_or_refused(told: object) -> None:
    try:
        read = read_questions(json.dumps({"q": told, "good": {"query": "Norland"}}))
        assert set(answers(INDEX, read)) == {"q", "good"}
        assert set(extension(INDEX, read_wish(json.dumps(told)))) == {"meta", "rows"}
    except QueryRefused:
        pass


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=40))
def test_any_text_has_the_same_answer_twice_and_no_match_but_by_a_whole_name(text: str) -> None:
    if not text.strip() or any("\ud800" <= letter <= "\udfff" for letter in text):
        return
    found = ask(INDEX, text)
    assert found == ask(INDEX, text)
    assert all(one["score"] == 100 for one in found if one["match"])


# Suggestions


def test_suggestions_begin_with_what_is_typed_and_come_in_pages() -> None:
    assert suggested_entities(INDEX, "Lind")[0]["id"] == LINDHOLM
    assert {LINDHOLM, PLAN} <= {one["id"] for one in suggested_entities(INDEX, "norl")}
    assert [one["id"] for one in suggested_entities(INDEX, "cord", kind="Member")] == [CORDOVA, OTHER]
    assert [one["id"] for one in suggested_entities(INDEX, "cord", kind="Member", cursor=1)] == [OTHER]
    assert suggested_entities(INDEX, "") == suggested_entities(INDEX, "zzz") == []
    assert suggested_entities(INDEX, "a" * 100_000) == []


def test_types_and_properties_are_suggested_by_the_beginning_of_a_word() -> None:
    assert [one["id"] for one in suggested_types(INDEX, "PLAN")] == ["ActionPlan"]
    assert [one["id"] for one in suggested_types(INDEX, "completion")] == ["code/completion"]
    assert len(suggested_types(INDEX, "")) == len(TYPES) + 3
    assert {one["id"] for one in suggested_properties("year")} == {"startYear", "endYear"}
    assert [one["id"] for one in suggested_properties("startY")] == ["startYear"]
    assert suggested_properties("elephant") == []


# Values


def test_values_are_handed_out_as_things_numbers_and_text() -> None:
    names = ("member", "startYear", "completion", "action", "country", "identifier")
    wish = read_wish(json.dumps({"ids": [TREES, "id/commitment/none"], "properties": [{"id": name} for name in names]}))
    told = extension(INDEX, wish)
    assert told["rows"][TREES] == {
        "member": [{"id": LINDHOLM, "name": "Lindholm, Norland"}],
        "startYear": [{"int": 2021}],
        "completion": [{"id": "code/completion/complete", "name": "Complete"}],
        "action": [{"str": "Count the trees & publish the count."}],
        "country": [{"str": "Norland"}],
        "identifier": [{"str": "NOLIN0001"}],
    }
    assert told["rows"]["id/commitment/none"] == {name: [] for name in names}
    assert told["meta"][0] == {"id": "member", "name": "Member", "type": {"id": "Member", "name": "Member"}}


def test_a_linked_item_is_handed_out_once_with_its_label_and_the_service_that_knows_it() -> None:
    told = extension(
        INDEX, read_wish(json.dumps({"ids": [LINDHOLM], "properties": [{"id": "wikidata"}, {"id": "seat"}]}))
    )
    assert told["rows"][LINDHOLM] == {"wikidata": [{"id": "Q42", "name": "Lindholm"}], "seat": [{"str": "124"}]}
    assert told["meta"][0]["service"].startswith("https://")


def test_a_setting_limits_the_values_of_a_cell() -> None:
    for limit, count in ((1, 1), ("1", 1), (0, 2), ("many", 2), (None, 2), (-1, 2)):
        wished = {"ids": [LINDHOLM], "properties": [{"id": "commitments", "settings": {"limit": limit}}]}
        assert len(extension(INDEX, read_wish(json.dumps(wished)))["rows"][LINDHOLM]["commitments"]) == count


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"ids": []}', '{"ids": [1], "properties": []}',
                                  '{"ids": [], "properties": ["a"]}', '{"ids": [], "properties": [{"id": 1}]}',
                                  '{"ids": {}, "properties": []}', "[" * 100_000])  # fmt: skip
def test_a_wish_that_is_not_one_is_refused(text: str) -> None:
    with pytest.raises(QueryRefused):
        read_wish(text)


@pytest.mark.parametrize("kind", [one.id for one in TYPES])
def test_what_a_thing_has_is_proposed_for_its_type(kind: str) -> None:
    offered = {one["id"] for one in proposed(kind)}
    for one in INDEX.entities:
        if one.types[0] == kind:
            assert one.values.keys() <= offered, one.id
    assert len(proposed(kind, 2)) == 2


def test_no_properties_are_proposed_for_a_type_that_is_not_offered() -> None:
    assert proposed("Elephant") == []
    assert len(proposed(None)) == len(PROPERTIES)


def test_a_card_shows_names_and_no_bare_identifier() -> None:
    shown = card(INDEX, LINDHOLM)
    assert shown is not None
    assert ("Level", "Municipality") in shown.said
    assert ("Place", "Lindholm kommune") in shown.said
    assert not [value for _, value in shown.said if value.isdigit()]
    assert ("Commitments", "Open parks; A register of every tree <b>in the city</b>") in shown.said
    assert card(INDEX, BASE + LINDHOLM) == shown
    assert card(INDEX, "ActionPlan") is not None
    assert card(INDEX, "startYear") is not None
    assert card(INDEX, "nothing") is None
    assert all(BASE not in value for _, value in shown.said)


def test_an_empty_release_answers_nothing_and_does_not_fail() -> None:
    empty = index({}, BASE)
    assert ask(empty, "Norland") == []
    assert suggested_entities(empty, "n") == []
