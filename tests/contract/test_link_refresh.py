"""``link refresh`` against a Wikidata on this machine: by identifier, one item, the right country, else nothing."""

from __future__ import annotations

import datetime
import json
import socket
from typing import TYPE_CHECKING

import pyoxigraph as ox
import pytest

from ogp_graph.errors import EnvironmentFailure, UsageError
from ogp_graph.link import Answer, Item, asking, believed, identifiers_of, read_items
from ogp_graph.members import load_members
from ogp_graph.names import IRIs
from ogp_graph.pipeline.refresh import refresh
from ogp_graph.release import Workspace
from ogp_graph.settings import settings_from
from tests.recorded import Recorded, wikidata
from tests.running import Forking

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

TODAY = datetime.date(2026, 3, 1)
SETTINGS = settings_from({})
MEMBERS = load_members().entries
ITEM = "http://www.wikidata.org/entity/Q"


@pytest.fixture
def endpoint() -> Iterator[Recorded]:
    with wikidata() as running:
        yield running


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return Workspace(tmp_path / "ws")


def run(workspace: Workspace, url: str, today: datetime.date = TODAY, **more: int):
    waits: list[float] = []
    return refresh(workspace, SETTINGS, today, endpoint=url, sleep=waits.append, **more), waits


def linked(workspace: Workspace) -> dict[str, str]:
    """Members and their items in the mapping file."""
    path = workspace.path / "links" / "wikidata.sssom.tsv"
    rows = [line.split("\t") for line in path.read_text(encoding="utf-8").splitlines() if line.startswith("ogpd:")]
    return {row[0].removeprefix("ogpd:member/"): row[4].removeprefix(ITEM) for row in rows}


def test_a_member_is_linked_with_the_one_item_in_its_country(workspace: Workspace, endpoint: Recorded):
    done, _ = run(workspace, endpoint.url)
    assert linked(workspace) == {
        "mexico": "9001", "brazil": "9020", "united-kingdom": "9002", "argentina": "9003", "georgia": "9004",
        "united-states": "9005", "nuevo-leon-state-mexico": "9011", "monterrey-mexico": "9012",
    }  # fmt: skip
    assert done.links == 8
    assert {(one.code, one.name) for one in done.findings} == {
        ("wikidata-several", "buenos-aires-argentina"), ("wikidata-several", "scotland-united-kingdom"),
        ("wikidata-country", "tbilisi-georgia"), ("wikidata-country", "ozurgeti-georgia"), ("wikidata-shared", None),
    }  # fmt: skip
    text = (workspace.path / "links" / "wikidata.sssom.tsv").read_text(encoding="utf-8")
    assert "semapv:MappingChaining\tWikidata\t2026-03-01\togp-graph link refresh\t1" in text
    assert "The only item with P300 MX-NLE, P1566 3522542; in MX." in text
    named = {row[0]: row[5] for row in (line.split("\t") for line in text.splitlines()) if row[0].startswith("ogpd:")}
    wanted = {"mexico": "Mexico", "argentina": "Argentina", "monterrey-mexico": "Monterrey, Mexico"}
    assert {key: named[f"ogpd:member/{key}"] for key in wanted} == wanted  # English, any language, the member's


def test_wikidata_is_asked_by_identifiers_in_few_requests_with_pauses_and_a_name(
    workspace: Workspace, endpoint: Recorded
):
    done, waits = run(workspace, endpoint.url)
    assert done.asked == done.identifiers == len({one for m in MEMBERS.values() for one in identifiers_of(m)})
    assert len(endpoint.queries) == -(-done.asked // 50)
    assert waits == [1.0] * (len(endpoint.queries) - 1)
    assert not [m.label for m in MEMBERS.values() if any(f'"{m.label}"' in query for query in endpoint.queries)]
    assert {header["User-Agent"].split("/")[0] for header in endpoint.headers} == {"ogp-graph"}


def test_answers_are_kept_with_their_dates_and_not_asked_for_again_until_they_are_old(
    workspace: Workspace, endpoint: Recorded
):
    first, _ = run(workspace, endpoint.url)
    again, _ = run(workspace, endpoint.url, TODAY + datetime.timedelta(days=90))
    assert (again.asked, again.links) == (0, first.links)
    assert len(endpoint.queries) == -(-first.asked // 50)
    later, _ = run(workspace, endpoint.url, TODAY + datetime.timedelta(days=91))
    assert later.asked == first.asked
    now, _ = run(workspace, endpoint.url, TODAY + datetime.timedelta(days=92), days=0)
    assert now.asked == first.asked
    kept = (workspace.path / "links" / "wikidata-answers.jsonl").read_text(encoding="utf-8")
    told = [json.loads(line) for line in kept.splitlines()]
    assert {one["asked"] for one in told} == {"2026-06-01"}
    assert {one["endpoint"] for one in told} == {endpoint.url}


def test_what_another_endpoint_said_is_not_believed_of_this_one(workspace: Workspace, endpoint: Recorded):
    run(workspace, endpoint.url)
    with wikidata('<http://www.wikidata.org/entity/Q1> <http://www.wikidata.org/prop/direct/P297> "MX" .') as other:
        done, _ = run(workspace, other.url)
    assert done.asked == done.identifiers
    assert linked(workspace) == {"mexico": "1"}


def test_a_server_that_says_when_to_come_back_is_asked_then(workspace: Workspace, endpoint: Recorded):
    endpoint.instead = [(429, {"Retry-After": "7"}, b""), (503, {"Retry-After": "soon"}, b"")]
    done, waits = run(workspace, endpoint.url)
    assert waits[:2] == [7.0, 10.0]
    assert done.links == 8
    endpoint.instead = [(429, {"Retry-After": "99999"}, b"")] * 3
    with pytest.raises(EnvironmentFailure, match="429"):
        run(workspace, endpoint.url, days=0, today=TODAY + datetime.timedelta(days=1))


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (500, b""), (404, b""), (200, b""), (200, b"<html>maintenance</html>"), (200, b"[]"), (200, b'{"results": 7}'),
        (200, b'{"results": {"bindings": [7]}}'), (200, b"[" * 100_000), (200, b"\xff\xfe"), (200, b" " * 8_000_001),
        (200, b'{"results": {"bindings": [{"property": {"value": "http://www.wikidata.org/prop/direct/P297"}, '
              b'"code": {"value": "MX"}, "item": {"value": "https://evil.example.org/Q1"}}]}}'),
        (200, b'{"results": {"bindings": [{"property": {"value": "http://www.wikidata.org/prop/direct/P1"}, '
              b'"code": {"value": "MX"}, "item": {"value": "http://www.wikidata.org/entity/Q1"}}]}}'),
    ],
)  # fmt: skip
def test_another_answer_leaves_everything_as_it_was(workspace: Workspace, endpoint: Recorded, status: int, body: bytes):
    run(workspace, endpoint.url)
    before = {path.name: path.read_bytes() for path in (workspace.path / "links").iterdir()}
    endpoint.instead = [(status, {}, body)]
    with pytest.raises(EnvironmentFailure, match=r"127\.0\.0\.1"):
        run(workspace, endpoint.url, today=TODAY + datetime.timedelta(days=400))
    assert {path.name: path.read_bytes() for path in (workspace.path / "links").iterdir()} == before


def test_a_run_that_was_interrupted_goes_on_where_it_ended(workspace: Workspace, endpoint: Recorded):
    def stop(seconds: float) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        refresh(workspace, SETTINGS, TODAY, endpoint=endpoint.url, sleep=stop)
    assert not (workspace.path / "links" / "wikidata.sssom.tsv").exists()
    done, _ = run(workspace, endpoint.url)
    assert done.asked == done.identifiers - 50
    assert done.links == 8


def test_a_broken_answer_that_was_kept_is_a_finding_and_asked_again(workspace: Workspace, endpoint: Recorded):
    run(workspace, endpoint.url)
    path = workspace.path / "links" / "wikidata-answers.jsonl"
    lines = path.read_text(encoding="utf-8").splitlines()
    path.write_text("\n".join(['{"property": 1}', "[" * 9, *lines[2:]]), encoding="utf-8")
    done, _ = run(workspace, endpoint.url)
    assert [one.code for one in done.findings].count("wikidata-answer") == 2
    assert (done.asked, done.links) == (2, 8)


def test_what_a_person_decided_stays_and_wins(workspace: Workspace, endpoint: Recorded):
    run(workspace, endpoint.url)
    path = workspace.path / "links" / "wikidata.sssom.tsv"
    text = path.read_text(encoding="utf-8")
    row = next(line for line in text.splitlines() if "monterrey" in line)
    no = row.replace("dcterms:spatial\t\t", "dcterms:spatial\tNot\t").replace(
        "MappingChaining", "ManualMappingCuration"
    )
    path.write_text(f"{text}{no}\n", encoding="utf-8")
    run(workspace, endpoint.url)
    assert no in path.read_text(encoding="utf-8")


@pytest.mark.parametrize("url", ["file:///etc/passwd", "query.wikidata.org", "", "ftp://127.0.0.1/"])
def test_only_a_web_address_is_asked(workspace: Workspace, url: str):
    with pytest.raises(UsageError):
        run(workspace, url)


def test_no_connection_is_a_failure_of_the_environment(workspace: Workspace):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    with pytest.raises(EnvironmentFailure, match="is there a connection"):
        run(workspace, f"http://127.0.0.1:{port}/sparql")


def test_an_item_of_a_country_needs_the_code_itself():
    mexico, asked = MEMBERS["mexico"], ("P297", "MX")
    for own, within, found in ((set(), {"MX"}, 0), ({"MX"}, set(), 1), ({"US"}, {"MX"}, 0)):
        item = Item(f"{ITEM}1", "M", frozenset(own), frozenset(within))
        assert len(believed([mexico], {asked: Answer("2026-01-01", (item,))}, IRIs())[0]) == found


def test_what_is_no_code_is_not_put_into_a_query():
    assert '") } #' not in asking("SELECT * {}", [("P297", 'X") } #')])
    assert read_items(b'{"results": {"bindings": []}}', [("P297", "MX")], "2026-01-01") == {
        ("P297", "MX"): Answer("2026-01-01")
    }


def test_the_next_release_has_the_items_and_no_other_command_asks(tmp_path: Path, endpoint: Recorded):
    from tests.edited_pages import titled_text

    page, place = tmp_path / "page.txt", tmp_path / "ws"
    names = ("Glasgow, United Kingdom", "Nuevo Leon (State), Mexico")
    page.write_text(titled_text("Benches in parks", names), encoding="utf-8")
    Workspace(place)
    quick = Forking(tmp_path)
    try:
        assert "8 members have" in quick("link", "refresh", "-w", place, "--endpoint", endpoint.url).stdout
        asked = len(endpoint.queries)
        quick("build", "--workspace", place, "--date", "2026-03-02", page)
        assert "wikidata\t1 links" in quick("link", "--workspace", place).stdout
        assert len(endpoint.queries) == asked
    finally:
        quick.close()
    store = ox.Store.read_only(str(place / "current" / "store"))
    found = store.query(
        "PREFIX dcterms: <http://purl.org/dc/terms/> PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#> "
        f"SELECT ?name {{ ?member dcterms:spatial <{ITEM}9011> . <{ITEM}9011> rdfs:label ?name }}"
    )
    assert [row["name"].value for row in found] == ["Nuevo León"]
