"""The server in operation: a new release while others ask, an end without a loss, proxies in front, a log."""

from __future__ import annotations

import asyncio
import json
import os
import socket
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from itertools import count
from types import SimpleNamespace
from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest

from ogp_graph.release import Workspace
from ogp_graph.web.front import Front
from tests.attacks import post
from tests.full_report import full_report
from tests.serving import below, data_file, fetch, many, server_over, settings
from tests.small_release import release_of, report_named, result_of

if TYPE_CHECKING:
    from pathlib import Path

    from tests.serving import Server

REPORTS = "SELECT (COUNT(?r) AS ?n) { ?r a <https://w3id.org/ogp-graph/ontology#EndOfCommitmentReport> }"
JOIN = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?b ?f FILTER (?c > ?f) }"
_UNIQUE = count()


def asked(server: Server, query: str, **headers: str) -> tuple[int, str, str]:
    """Status, release and body of an answer in CSV."""
    reply = server.get(f"sparql?query={quote(query, safe='')}&format=csv", **headers)
    return reply.status, str(reply.headers["OGP-Graph-Release"]), reply.text  # type: ignore[index]


def test_the_event_loop_is_not_interrupted_by_those_who_work_for_it(tmp_path: Path) -> None:
    with server_over("data", data_file(tmp_path)) as server:
        ended = time.monotonic() + 10
        while time.monotonic() < ended:
            policies = {process: policies_of(process) for process in server.processes()}
            mixed = [found for found in policies.values() if len(set(found.values())) == 2]
            waiting = [found for found in policies.values() if set(found.values()) == {os.SCHED_BATCH}]
            if mixed and len(waiting) > 1:
                break
        ((web, threads),) = [(process, found) for process, found in policies.items() if found in mixed]
        assert threads[web] == os.SCHED_OTHER
        assert len(waiting) > 1, "the process that holds the store, and those that it forks"


def policies_of(process: int) -> dict[int, int]:
    """How each thread of a process gets the processor."""
    found = {}
    with suppress(OSError):  # it has just ended
        for name in os.listdir(f"/proc/{process}/task"):
            found[int(name)] = os.sched_getscheduler(int(name))
    return found


@pytest.mark.slow
def test_a_new_release_takes_over_and_no_request_is_dropped_or_mixed(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path / "workspace")
    results = [result_of(full_report()), result_of(report_named("parks")), result_of(report_named("roads"))]
    first = release_of(workspace, results[:1])
    expected = {first.id: "1"}
    with server_over("workspace", workspace.path, release_seconds=0.2, log_requests=0) as server:
        ended = threading.Event()

        def ask(number: int) -> Counter[str]:
            seen: Counter[str] = Counter()
            while not ended.is_set():
                text = REPORTS if number % 2 else f"{REPORTS} HAVING ({next(_UNIQUE)} >= 0)"
                status, release, body = asked(server, text)
                assert status == 200
                assert body.split() == ["n", expected[release]], "an answer is from the release that it names"
                seen[release] += 1
            return seen

        with ThreadPoolExecutor(8) as clients:
            coming = [clients.submit(ask, number) for number in range(8)]
            try:
                for size in (2, 3):
                    time.sleep(0.7)
                    expected |= {f"2026-11-21.{size}": str(size)}
                    assert release_of(workspace, results[:size]).id in expected
                    taken_over(server, f"2026-11-21.{size}")
                time.sleep(0.3)  # the last one is asked too
            finally:
                ended.set()
            seen = sum((one.result() for one in coming), Counter())
        assert set(seen) == set(expected)
        assert min(seen.values()) > 8
        settled = time.monotonic() + 10
        while len(server.processes()) > 7 and time.monotonic() < settled:
            time.sleep(0.1)
        assert len(server.processes()) <= 7, "the processes of former releases have ended"


def taken_over(server: Server, release: str) -> None:
    until = time.monotonic() + 30
    while json.loads(server.get("healthz").body)["release"] != release:
        assert time.monotonic() < until, f"{release} is not served"
        time.sleep(0.05)


@pytest.mark.slow
def test_whoever_is_being_answered_is_answered_before_the_server_ends(tmp_path: Path) -> None:
    with server_over("data", data_file(tmp_path, many(1200)), query_seconds=15, log_requests=0) as server:
        with ThreadPoolExecutor(4) as clients:
            coming = [clients.submit(post, server, f"{JOIN} LIMIT {number + 1}") for number in range(4)]
            time.sleep(0.3)
            processes = server.processes()
            assert not any(one.done() for one in coming)
            assert server.stop() == 0
            outcomes = [one.result() for one in coming]
        assert [outcome.status for outcome in outcomes] == [200] * 4
        assert all(int(outcome.headers["Content-Length"]) == len(outcome.body) for outcome in outcomes)
        assert not [process for process in processes if len(below(process)) > 1]


def test_the_prefix_of_the_public_address_may_be_in_the_path_or_not(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with server_over("data", data_file(tmp_path), port=port, public_url="https://data.example.org/ogp/"):
        for path in ("sparql?query=ASK%7B%7D", "ogp/sparql?query=ASK%7B%7D", "ogp/healthz", "ogp/", ""):
            assert fetch(f"http://127.0.0.1:{port}/{path}").status == 200, path
        assert fetch(f"http://127.0.0.1:{port}/ogpsparql").status == 404
        description = fetch(f"http://127.0.0.1:{port}/ogp/sparql", headers={"Accept": "text/turtle"}).text
        assert "https://data.example.org/ogp/sparql" in description
        assert "127.0.0.1" not in description


def test_who_asks_is_told_by_as_many_proxies_as_there_are(tmp_path: Path) -> None:
    path = data_file(tmp_path)

    def statuses(server: Server, *forwarded: str) -> list[int]:
        return [
            asked(server, f"ASK {{ FILTER ({next(_UNIQUE)} = {number}) }}", X_Forwarded_For=one)[0]
            for one in forwarded
            for number in range(3)
        ]

    with server_over("data", path, client_rate=2, proxies=1) as server:
        assert statuses(server, "192.0.2.1", "6.6.6.6, 192.0.2.1", "192.0.2.2") == [
            200,
            200,
            429,
            429,
            429,
            429,
            200,
            200,
            429,
        ]
    with server_over("data", path, client_rate=2) as server:
        assert statuses(server, "192.0.2.1", "192.0.2.2") == [200, 200, 429, 429, 429, 429], (
            "anyone may write that header"
        )


def test_a_request_names_exactly_one_host(tmp_path: Path) -> None:
    """RFC 9112, 3.2."""
    with server_over("data", data_file(tmp_path)) as server:
        for hosts, status in (("", b"400"), ("Host: a\r\nHost: b\r\n", b"400"), ("Host: a\r\n", b"200")):
            head = f"GET /sparql?query=ASK%7B%20%7D HTTP/1.1\r\n{hosts}Connection: close\r\n\r\n"
            assert told(server, head.encode()).split()[1] == status


def test_whoever_asks_before_anything_is_served_or_afterwards_is_told_to_come_back() -> None:
    """No connection is refused in silence: the front is there before the release and a moment longer than it."""
    sent: list[tuple[int, list[tuple[str, str]], bytes]] = []

    class Proto:
        def response_bytes(self, *reply: object) -> None:
            sent.append(reply)  # type: ignore[arg-type]

    async def nothing(*_: object) -> None:
        return None

    scope = SimpleNamespace(
        path="/sparql", method="GET", query_string="query=ASK{}", scheme="http", http_version="1.1", server="a:1",
        headers=SimpleNamespace(items=lambda: [("host", "a")], get_all=lambda _: []),
    )  # fmt: skip
    front = Front(nothing, nothing, settings(log_requests=False))  # type: ignore[arg-type]
    asyncio.run(front.__rsgi__(scope, Proto()))  # type: ignore[arg-type]
    ((status, fields, body),) = sent
    told, headers = json.loads(body), dict(fields)
    assert (status, told["code"], told["status"]) == (503, "not-ready", 503)
    assert (headers["Retry-After"], headers["Access-Control-Allow-Origin"]) == ("1", "*")
    assert headers["Content-Type"] == "application/problem+json"


def test_a_body_in_pieces_that_is_empty_is_an_empty_query(tmp_path: Path) -> None:
    with server_over("data", data_file(tmp_path)) as server:
        head = b"POST /sparql HTTP/1.1\r\nHost: a\r\nContent-Type: application/sparql-query\r\nConnection: close\r\n"
        head += b"Transfer-Encoding: chunked\r\n\r\n"
        assert b"the query is empty" in told(server, head + b"0\r\n\r\n")
        assert b'"boolean":true' in told(server, head + b"5;a=b\r\nASK{}\r\n0\r\n\r\n")


def told(server: Server, data: bytes) -> bytes:
    """All that comes back on a connection that is sent ``data``."""
    host, port = server.url.split("/")[2].split(":")
    with closing(socket.create_connection((host, int(port)), 10)) as connection:
        connection.sendall(data)
        parts = []
        while part := connection.recv(65_536):
            parts.append(part)
        return b"".join(parts)


def test_the_log_has_a_line_for_each_request_and_nothing_of_what_was_asked(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    secret = "someone@example.org"
    with server_over("data", data_file(tmp_path)) as server:
        texts = [f"ASK {{ ?a ?b '{secret}' }}", f"ASK {{ ?a ?b '{secret}' ", f"DROP GRAPH <mailto:{secret}>"]
        statuses = [post(server, text).status for text in texts]
        statuses += [server.get(path).status for path in (f"{secret}", f"sparql?query={secret}", f"page/{secret}")]
        server.stop()
    lines = [json.loads(line) for line in capfd.readouterr().err.splitlines()]
    assert [line["status"] for line in lines] == statuses
    assert [line.get("outcome", "") for line in lines[:3]] == ["answered", "refused", "refused"]
    assert all(len(line["query"]) == 16 for line in lines[:3])
    assert len({line["client"] for line in lines}) == 1
    assert "127.0.0.1" not in str(lines)
    assert secret not in str(lines)
    assert "someone" not in str(lines)
