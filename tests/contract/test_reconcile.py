"""The reconciliation service over HTTP: every answer as the API's schemas want it, and what bad input gets."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyoxigraph as ox
import pytest
from jsonschema import Draft7Validator
from referencing import Registry, Resource

from ogp_graph.engine import Direct
from ogp_graph.errors import EngineBusy
from ogp_graph.settings import settings_from
from ogp_graph.vocabulary import term
from ogp_graph.web import create_app, data_target, release_target
from ogp_graph.web.target import Site, Target
from tests.serving import data_file

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask.testing import FlaskClient
    from werkzeug.test import TestResponse

    Valid = Callable[[str, object], Any]

URL = "https://data.example.org/ogp/"
GLASGOW, COMPLETE = "id/member/glasgow-united-kingdom", "code/completion/complete"
ROUTES = ("/reconcile", "/reconcile/", "/reconcile/suggest/entity?prefix=g", "/reconcile/suggest/type?prefix=m",
          "/reconcile/suggest/property?prefix=c", "/reconcile/flyout/entity?id=" + GLASGOW,
          "/reconcile/flyout/type?id=Member", "/reconcile/flyout/property?id=country",
          "/reconcile/properties?type=Member", "/reconcile/preview?id=" + GLASGOW)  # fmt: skip
WISH = {"ids": [GLASGOW, "id/member/none"], "properties": [{"id": "level"}, {"id": "countryCode"}, {"id": "colour"}]}


@pytest.fixture(scope="module")
def service(sample_workspace: Path) -> FlaskClient:
    target = release_target(sample_workspace)
    assert target.folder is not None
    engine = Direct(ox.Store.read_only(str(target.folder / "store")))
    return create_app(Site(target, URL, settings_from({})), engine).test_client()


@pytest.fixture(scope="module")
def valid(shared: Path) -> Valid:
    """Checks a value against one of the API's schemas by name."""
    folder = shared / "specs" / "reconciliation-0.2"
    if not folder.is_dir():
        pytest.skip("no schemas of the Reconciliation API in ../shared/specs")
    schemas = {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in folder.glob("*.json")}
    registry: Registry[Any] = Registry().with_resources(
        (schema["$id"], Resource.from_contents(schema | {"$schema": "http://json-schema.org/draft-07/schema#"}))
        for name, schema in schemas.items()
        if name != "openapi"
    )

    def check(name: str, value: object) -> Any:
        problems = [error.message for error in Draft7Validator(schemas[name], registry=registry).iter_errors(value)]
        assert problems == []
        return value

    return check


def post(service: FlaskClient, queries: object, path: str = "/reconcile", field: str = "queries") -> TestResponse:
    return service.post(path, data={field: queries if isinstance(queries, str) else json.dumps(queries)})


def is_problem(response: TestResponse, *statuses: int) -> None:
    assert response.status_code in statuses
    assert response.content_type == "application/problem+json"
    assert json.loads(response.data)["status"] == response.status_code
    assert response.headers["Access-Control-Allow-Origin"] == "*"


# What is answered


def test_the_schemas_refuse_what_is_wrong(valid: Valid) -> None:
    with pytest.raises(AssertionError):
        valid("reconciliation-result-batch", {"q": {"result": [{"id": "a", "name": "b"}]}})
    with pytest.raises(AssertionError):
        valid("suggest-types-response", {"result": [{"id": 1, "name": "b"}]})


@pytest.mark.parametrize("path", ["/reconcile", "/reconcile/"])
def test_the_manifest_names_the_service_and_its_addresses(service: FlaskClient, valid: Valid, path: str) -> None:
    told = valid("manifest", service.get(path).json)
    assert told["versions"] == ["0.2"]
    assert told["batchSize"] >= 50
    assert [one["id"] for one in told["defaultTypes"]] == ["Member", "ActionPlan", "Commitment", "Code"]
    addresses = re.findall(r"https?://[^\"]+", json.dumps(told))
    assert {address.startswith((URL, "https://w3id.org/ogp-graph/")) for address in addresses} == {True}


def test_a_release_is_named_by_every_answer_and_the_manifest(service: FlaskClient, sample_workspace: Path) -> None:
    release = release_target(sample_workspace).id
    assert release in service.get("/reconcile").json["serviceVersion"]
    for path in ROUTES:
        assert service.get(path).headers["OGP-Graph-Release"] == release


@pytest.mark.parametrize("path", ["/reconcile", "/reconcile/"])
def test_a_batch_comes_by_form_or_in_the_address_with_one_answer(service: FlaskClient, valid: Valid, path: str) -> None:
    batch = {f"q{n}": {"query": text} for n, text in enumerate(["Glasgow", "complete", "zzz", "open ledger"] * 13)}
    valid("reconciliation-query-batch", batch)
    posted = valid("reconciliation-result-batch", post(service, batch, path).json)
    assert posted.keys() == batch.keys()
    assert len(batch) >= 50
    assert posted == service.get(path, query_string={"queries": json.dumps(batch)}).json
    assert posted["q0"]["result"][0]["id"] == GLASGOW
    assert posted["q2"] == {"result": []}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Glasgow, United Kingdom", GLASGOW), ("glasgow, reino unido", GLASGOW),
        ("Cataluña, España", "catalonia-spain"),
        ("Catalunya, Espanya", "catalonia-spain"), ("Catalogne, Espagne", "catalonia-spain"),
        ("Aragón, España", "aragon-spain"), ("Aragon, Espagne", "aragon-spain"),
        ("Kaduna State, Nigeria", "kaduna-state"),
        ("Quintana Roo, México", "quintana-roo-mexico"), ("Timisoara, Romania", "timisoara-romania"),
        ("TIMIȘOARA, ROMANIA", "timisoara-romania"), ("Tétouan, Maroc", "tetouan-morocco"),
        ("Tetouan, Marruecos", "tetouan-morocco"), ("Contagem, Brasil", "contagem-brazil"),
        ("Makueni, Kenya", "makueni-kenya"), ("Sekondi Takoradi, Ghana", "sekondi-takoradi-ghana"),
        ("Sekondi–Takoradi – Ghana", "sekondi-takoradi-ghana"), ("Banggai, Indonesia", "banggai-indonesia"),
        ("Banggai, Indonésie", "banggai-indonesia"), ("An open ledger for school meals", "an-open-ledger-for-school"),
        ("One calendar for all public consultations", "one-calendar"), ("Substantial", "code/completion/substantial"),
        ("Sustancial", "code/completion/substantial"), ("NOT STARTED", "code/completion/not-started"),
        ("No comenzado", "code/completion/not-started"), ("Outstanding", "code/degree/outstanding"),
        ("Did not change", "code/degree/did-not"),
        ("access to information", "code/dimension/access-to-information"), ("glasgow-united-kingdom", GLASGOW),
        ("https://w3id.org/ogp-graph/" + GLASGOW, GLASGOW), (URL + GLASGOW, GLASGOW), ("GB-GLG", GLASGOW),
        ("https://sws.geonames.org/3333231/", GLASGOW), ("3333231", GLASGOW),
    ],
)  # fmt: skip
def test_spellings_that_people_have_in_their_tables_are_certain(service: FlaskClient, text: str, found: str) -> None:
    matched = [one["id"] for one in post(service, {"q": {"query": text}}).json["q"]["result"] if one["match"]]
    assert len(matched) == 1
    assert found in matched[0]


@pytest.mark.parametrize(
    "text",
    ["Niger", "Georgia", "Glasgow, United States", "Glasgow", "Aragon, Mexico", "Kaduna, Nigeria State",
     "Catalina, Spain", "Makueni, Uganda", "Tetouan Province, Morocco", "Contagem, Portugal", "Completeness", "Ghana",
     "Spain", "Romania",
     "An open ledger", "Timișoara", "Banggai Islands, Indonesia", "Quintana, Mexico", "Takoradi, Ghana", "2021"],
)  # fmt: skip
def test_look_alikes_are_not_matched(service: FlaskClient, text: str) -> None:
    query = {"query": text, "type": ["Member", "Commitment", "ActionPlan"]}
    assert not [one for one in post(service, {"q": query}).json["q"]["result"] if one["match"]]


def test_suggestions_are_as_their_schemas_want_them(service: FlaskClient, valid: Valid) -> None:
    entities = valid("suggest-entities-response", service.get("/reconcile/suggest/entity?prefix=gla").json)
    assert entities["result"][0]["id"] == GLASGOW
    types = valid("suggest-types-response", service.get("/reconcile/suggest/type?prefix=").json)
    assert {"Member", "code/completion"} <= {one["id"] for one in types["result"]}
    properties = valid("suggest-properties-response", service.get("/reconcile/suggest/property?prefix=cou").json)
    assert [one["id"] for one in properties["result"]] == ["country", "countryCode"]
    pages = [service.get(f"/reconcile/suggest/entity?prefix=a&cursor={n}").json["result"] for n in (0, 20, 9_999_999)]
    assert len(pages[0]) == 20
    assert pages[1]
    assert not {one["id"] for one in pages[0]} & {one["id"] for one in pages[1]}
    assert pages[2] == []


def test_values_are_proposed_and_handed_out_as_their_schemas_want_them(service: FlaskClient, valid: Valid) -> None:
    offered = valid("data-extension-property-proposal", service.get("/reconcile/properties?type=Member&limit=5").json)
    assert (offered["type"], offered["limit"], len(offered["properties"])) == ("Member", 5, 5)
    valid("data-extension-query", WISH)
    told = valid("data-extension-response", post(service, WISH, field="extend").json)
    assert told == service.get("/reconcile", query_string={"extend": json.dumps(WISH)}).json
    assert told["rows"][GLASGOW]["countryCode"] == [{"str": "GB"}]
    assert told["rows"]["id/member/none"] == {"level": [], "countryCode": [], "colour": []}


def test_everything_that_there_is_can_be_handed_out(service: FlaskClient, valid: Valid) -> None:
    for kind in ("Member", "ActionPlan", "Commitment", "Code"):
        names = [{"id": one["id"]} for one in service.get(f"/reconcile/properties?type={kind}").json["properties"]]
        found = service.get("/reconcile/suggest/entity", query_string={"prefix": "a", "type": kind}).json["result"]
        assert found
        wish = {"ids": [one["id"] for one in found], "properties": names}
        rows = valid("data-extension-response", post(service, wish, field="extend").json)["rows"]
        assert all(any(cells.values()) for cells in rows.values())


def test_no_answer_names_an_evaluator(service: FlaskClient, sample_release: Path) -> None:
    query = f"SELECT ?name {{ ?who a <{term('ogpv:Evaluator')}> ; <{term('foaf:name')}> ?name }}"
    found = ox.Store.read_only(str(sample_release / "store")).query(query)
    assert isinstance(found, ox.QuerySolutions)
    names = {row["name"].value for row in found}
    assert names
    batch = {name: {"query": name} for name in sorted(names)}
    answer = post(service, batch).json
    said = json.dumps([one["result"] for one in answer.values()], ensure_ascii=False)
    assert not [name for name in names if name in said]


def test_the_same_question_has_the_same_bytes(service: FlaskClient) -> None:
    batch = {str(n): {"query": text} for n, text in enumerate(["gla", "open", "no", "registro", "2021 plan"])}
    assert len({post(service, batch).data for _ in range(3)}) == 1


# Pages that are framed


def test_a_preview_may_be_framed_and_nothing_else(service: FlaskClient) -> None:
    for path in (*ROUTES, "/", "/sparql", "/reconcile/preview", "/reconcile/view?id=" + GLASGOW):
        (policy,) = service.get(path).headers.getlist("Content-Security-Policy")  # of two, both would hold
        assert "default-src 'none'" in policy
        assert ("frame-ancestors *" in policy) == path.startswith("/reconcile/preview"), path
        assert "X-Frame-Options" not in service.get(path).headers


def test_a_preview_and_a_flyout_show_names_and_escape_them(service: FlaskClient) -> None:
    preview = service.get("/reconcile/preview", query_string={"id": GLASGOW})
    assert preview.content_type.startswith("text/html")
    assert "<strong>Glasgow, United Kingdom</strong>" in preview.text
    assert "<script" not in preview.text
    flyout = service.get("/reconcile/flyout/entity", query_string={"id": GLASGOW}).json
    assert flyout["id"] == GLASGOW
    assert "<dt>Level</dt>" in flyout["html"]


def test_markup_in_a_name_is_shown_as_it_is() -> None:
    from flask import Flask, render_template

    from ogp_graph.reconcile import card
    from tests.reconciling import TREES, small_index

    app = Flask("ogp_graph.web")
    with app.app_context():
        shown = render_template("reconcile_card.html", card=card(small_index(), TREES))
    assert "&lt;b&gt;in the city&lt;/b&gt;" in shown
    assert "<b>" not in shown


def test_a_view_leads_to_the_thing(service: FlaskClient) -> None:
    response = service.get("/reconcile/view", query_string={"id": GLASGOW})
    assert (response.status_code, response.headers["Location"]) == (303, URL + GLASGOW)
    is_problem(service.get("/reconcile/view?id=//evil.example.org"), 404)


# Other people's pages


def test_any_page_may_read_any_answer_errors_too(service: FlaskClient) -> None:
    for path in (*ROUTES, "/reconcile?queries=[", "/reconcile/preview?id=none", "/reconcile/nothing"):
        response = service.get(path, headers={"Origin": "https://refine.example.org"})
        assert response.headers["Access-Control-Allow-Origin"] == "*", path
        asked = service.options(
            path, headers={"Origin": "https://refine.example.org", "Access-Control-Request-Method": "POST"}
        )
        assert asked.headers["Access-Control-Allow-Origin"] == "*", path
        assert "POST" in asked.headers["Access-Control-Allow-Methods"]


@pytest.mark.parametrize("name", ["jQuery351_1700000000000", "a.b.c", "$_", "x" * 60])
def test_a_function_of_the_page_is_called_when_it_is_named(service: FlaskClient, name: str) -> None:
    for path in ("/reconcile", "/reconcile/suggest/entity?prefix=gla", "/reconcile/flyout/entity?id=" + GLASGOW):
        plain = service.get(path)
        called = service.get(f"{path}{'&' if '?' in path else '?'}callback={name}&_=1700000000001")
        assert called.content_type == "text/javascript; charset=utf-8"
        assert called.text == f"/**/{name}({plain.text});"


@pytest.mark.parametrize("name", ["", "alert(1)//", "a b", "1a", "a;b", "<script>", "a..b", "x" * 100, "é", "a\n"])
def test_nothing_but_a_name_is_called(service: FlaskClient, name: str) -> None:
    is_problem(service.get("/reconcile", query_string={"callback": name}), 400)


# Bad input


@pytest.mark.parametrize("path", ["/reconcile", "/reconcile/"])
@pytest.mark.parametrize("field", ["queries", "extend"])
@pytest.mark.parametrize("text", ["", "{", "[]", "7", "null", '"a"', "{}", '{"q": 7}', "[" * 100_000, "\x00", "NaN"])
def test_a_body_that_is_no_batch_is_a_problem(service: FlaskClient, path: str, field: str, text: str) -> None:
    is_problem(post(service, text, path, field), 400)


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (b"", None), (b"", "application/x-www-form-urlencoded"), (b"{}", "application/json"),
        (b"queries", "application/x-www-form-urlencoded"), (b"queries=%ff%fe", "application/x-www-form-urlencoded"),
        (b"--x", "multipart/form-data; boundary=x"), (b"\x00\xff" * 100, "application/octet-stream"),
        (b"other=1", "application/x-www-form-urlencoded"),
    ],
)  # fmt: skip
def test_a_post_without_a_batch_is_a_problem(service: FlaskClient, data: bytes, kind: str | None) -> None:
    is_problem(service.post("/reconcile", data=data, content_type=kind), 400)


def test_more_than_a_batch_is_a_problem_that_names_the_limit(service: FlaskClient) -> None:
    response = post(service, {f"q{n}": {"query": "Glasgow"} for n in range(1000)})
    is_problem(response, 413)
    assert response.json["limit"] == service.get("/reconcile").json["batchSize"]
    is_problem(post(service, {"ids": [str(n) for n in range(1000)], "properties": []}, field="extend"), 413)


def test_long_strings_have_no_candidates(service: FlaskClient, valid: Valid) -> None:
    long = "é" * 100_000
    batch = {"long": {"query": long}, "typed": {"query": "a", "type": long}, "good": {"query": "Glasgow"}, long: {}}
    told = valid("reconciliation-result-batch", post(service, batch).json)
    assert (told["long"], told["typed"], told[long]) == ({"result": []},) * 3
    assert told["good"]["result"]
    is_problem(post(service, {"q": {"query": "é" * 2_000_000}}), 413)
    for path in ("suggest/entity?prefix=", "suggest/type?prefix=", "suggest/property?prefix=", "properties?type="):
        assert service.get(f"/reconcile/{path}{'a' * 50_000}").status_code == 200


@pytest.mark.parametrize("path", ["suggest/entity?prefix=a&cursor=-1", "suggest/type?cursor=x", "properties?limit=1.5",
                                  "suggest/property?cursor=99999999999999999999", "preview", "flyout/entity?id=",
                                  "view", "suggest/entity?prefix=a&cursor=%EF%BC%91"])  # fmt: skip
def test_a_parameter_that_is_wrong_is_a_problem(service: FlaskClient, path: str) -> None:
    is_problem(service.get(f"/reconcile/{path}"), 400)


@pytest.mark.parametrize("path", ["suggest/elephant?prefix=a", "preview?id=none", "flyout/entity?id=id/evaluator/x/1",
                                  "flyout/elephant?id=a", "preview?id=%00", "view?id=" + "x" * 50_000])  # fmt: skip
def test_what_is_not_there_is_a_problem(service: FlaskClient, path: str) -> None:
    is_problem(service.get(f"/reconcile/{path}"), 404)


def test_an_engine_that_is_busy_is_asked_again(sample_workspace: Path) -> None:
    target = release_target(sample_workspace)
    assert target.folder is not None
    direct = Direct(ox.Store.read_only(str(target.folder / "store")))
    fails = [EngineBusy(2)]

    class Busy:
        def query(self, *given: Any, **more: Any) -> Any:
            if fails:
                raise fails.pop()
            return direct.query(*given, **more)

        def close(self) -> None: ...

    client = create_app(Site(target, URL, settings_from({})), Busy()).test_client()
    assert client.get("/reconcile").status_code == 200
    is_problem(client.get("/reconcile/suggest/type?prefix=m"), 503)
    assert client.get("/reconcile/suggest/type?prefix=m").status_code == 200


def test_a_file_is_not_reconciled_with(tmp_path: Path) -> None:
    target = data_target(data_file(tmp_path))
    client = create_app(Site(target, URL, settings_from({})), Direct(ox.Store())).test_client()
    is_problem(client.get("/reconcile"), 404)


def test_the_benchmark_asks_both_servers_about_the_same_things() -> None:
    from bench.reconcile import bodies, entities, store_of

    table = entities(40)
    assert bodies(table) == bodies(table)
    store = store_of(40)
    target = Target("bench", Path("bench"), Path("bench"))
    client = create_app(Site(target, URL, settings_from({})), Direct(store)).test_client()
    for iri, name, kind in table[::7]:
        found = client.get("/reconcile", query_string={"queries": json.dumps({"q": {"query": name, "type": kind}})})
        assert [(one["id"], one["match"]) for one in found.json["q"]["result"]] == [
            (iri.removeprefix("https://w3id.org/ogp-graph/"), True)
        ]
    answered = client.post("/reconcile", data=bodies(table)[0], content_type="application/x-www-form-urlencoded").json
    assert [bool(one["result"] and one["result"][0]["match"]) for one in answered.values()] == [True] * 4 + [False] * 6
