"""Real clients against a real server: PyPI ``reconciler``, and the requests of an OpenRefine 3.10 session."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode

import pytest

from tests.serving import fetch, server_over

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.serving import Reply, Server

FORM = {"Content-Type": "application/x-www-form-urlencoded; charset=UTF-8"}
BROWSER = {"Accept": "application/json, text/javascript, */*; q=0.01", "Origin": "http://127.0.0.1:3333"}
JAVA = {"Accept": "*/*", "User-Agent": "OpenRefine 3.10.0"}
CELLS = [
    "Glasgow, United Kingdom", "Kaduna State, Nigeria", "Makueni, Kenya", "Tétouan, Maroc", "Catalunya, Espanya",
    "Quintana Roo, México", "Sekondi-Takoradi, Ghana", "Timisoara, Romania", "Contagem", "Nowhere at all",
]  # fmt: skip
COUNTRIES = ["GB", "NG", "KE", "MA", "ES", "MX", "GH", "RO", "Brasil"]


@pytest.fixture(scope="module")
def server(sample_workspace: Path) -> Iterator[Server]:
    with server_over("workspace", sample_workspace) as running:
        yield running


def told(reply: Reply) -> Any:
    assert reply.status == 200, reply.text
    assert reply.headers["Access-Control-Allow-Origin"] == "*"
    assert reply.headers["Content-Type"] == "application/json"
    return json.loads(reply.body)


def posted(url: str, **fields: object) -> Any:
    body = urlencode({name: json.dumps(value) for name, value in fields.items()}).encode()
    return told(fetch(url, "POST", body, JAVA | FORM))


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_a_data_frame_is_reconciled_with_the_client_of_the_package_index(server: Server) -> None:
    pandas = pytest.importorskip("pandas")
    reconcile = pytest.importorskip("reconciler").reconcile
    names, countries = pandas.Series(CELLS[:9]), pandas.Series(COUNTRIES)
    service, mapping = f"{server.url}reconcile", {"country": countries}
    found = reconcile(names, type_id="Member", property_mapping=mapping, reconciliation_endpoint=service)
    assert list(found["input_value"]) == CELLS[:9]
    assert list(found["match"]) == [True] * 9
    assert found["id"][4] == "id/member/catalonia-spain"
    assert set(found["type_id"]) == {"Member"}
    every = reconcile(pandas.Series(["open map of public works"]), top_res="all", reconciliation_endpoint=f"{service}/")
    assert every["name"][0].startswith("Open map of public works")
    assert not any(every["match"])


def test_openrefine_adds_the_service_guesses_a_type_reconciles_and_fetches_columns(server: Server) -> None:
    # Add the service: by the script first, with a callback when that fails.
    service = f"{server.url}reconcile"
    manifest = told(fetch(service, headers=BROWSER))
    again = fetch(f"{service}?callback=jQuery36_17&_=17", headers=BROWSER)
    assert again.text == f"/**/jQuery36_17({json.dumps(manifest, ensure_ascii=False, separators=(',', ':'))});"

    # Guess the type of a column from ten cells.
    sample = {f"q{n}": {"query": cell, "limit": 3} for n, cell in enumerate(CELLS)}
    guessed = posted(service, queries=sample)
    kinds = [kind["id"] for n in range(8) for one in guessed[f"q{n}"]["result"][:1] for kind in one["type"]]
    assert kinds == ["Member"] * 8

    # Look for another type and a property by typing.
    types = _suggested(manifest, "type", "memb")
    assert types[0]["id"] == "Member"
    properties = _suggested(manifest, "property", "coun")
    assert properties[0]["id"] == "country"

    # Reconcile, ten cells a request, with a column as a property.
    batch = {
        f"q{n}": {
            "query": cell, "type": "Member", "type_strict": "should",
            "properties": [{"pid": "country", "p": "country", "v": "Brazil" if cell == "Contagem" else ""}],
        }
        for n, cell in enumerate(CELLS)
    }  # fmt: skip
    results = [posted(service, queries=batch)[f"q{n}"]["result"] for n in range(len(CELLS))]
    matched = [[one["id"] for one in result if one["match"]] for result in results]
    assert [len(ids) for ids in matched] == [1] * 9 + [0]

    # Hover over a candidate, look for another thing by typing, page on, and see what it is.
    assert fetch(_filled(manifest["preview"]["url"], matched[0][0])).status == 200
    entities = _suggested(manifest, "entity", "open", type="Commitment")
    more = _suggested(manifest, "entity", "a", cursor="20")
    assert entities
    assert more
    flyout = manifest["suggest"]["entity"]
    address = flyout["flyout_service_url"] + flyout["flyout_service_path"].replace("${id}", quote(entities[0]["id"]))
    assert entities[0]["id"] == told(fetch(address, headers=BROWSER))["id"]

    # Add columns from reconciled values.
    propose = manifest["extend"]["propose_properties"]
    offered = told(fetch(f"{propose['service_url']}{propose['service_path']}?type=Member&limit=50", headers=BROWSER))
    assert {"level", "countryCode", "plans"} <= {one["id"] for one in offered["properties"]}
    ids = [one[0] for one in matched[:9]]
    wished = [{"id": "level"}, {"id": "countryCode"}, {"id": "plans", "settings": {"limit": "1"}}]
    extended = posted(service, extend={"ids": ids, "properties": wished})
    assert [one["id"] for one in extended["meta"]] == ["level", "countryCode", "plans"]
    assert [extended["rows"][key]["countryCode"] for key in ids][:3] == [[{"str": code}] for code in ("GB", "NG", "KE")]


def test_a_service_that_was_added_with_a_slash_is_the_same(server: Server) -> None:
    assert told(fetch(f"{server.url}reconcile/")) == told(fetch(f"{server.url}reconcile"))
    asked = {"q0": {"query": "Glasgow, United Kingdom"}}
    assert posted(f"{server.url}reconcile/", queries=asked) == posted(f"{server.url}reconcile", queries=asked)


def _suggested(manifest: dict[str, Any], kind: str, prefix: str, **more: str) -> list[dict[str, Any]]:
    place = manifest["suggest"][kind]
    address = f"{place['service_url']}{place['service_path']}?{urlencode({'prefix': prefix, **more})}"
    found: list[dict[str, Any]] = told(fetch(address, headers=BROWSER))["result"]
    return found


def _filled(template: str, key: str) -> str:
    return template.replace("{{id}}", quote(key, safe=""))
