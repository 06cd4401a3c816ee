"""A service elsewhere keeps the promises of the engines here, or says why not: against two real ones and a bad one."""

from __future__ import annotations

import asyncio
import hashlib
import json
import shutil
import socket
import subprocess
import sys
import time
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote_plus

import pyoxigraph as ox
import pytest

from ogp_graph.engine import embedded
from ogp_graph.engine.channel import Channel, Closed, Reply, patiently
from ogp_graph.engine.digest import digest_answer
from ogp_graph.engine.remote import Remote
from ogp_graph.engine.scan import glance, named_in, scan
from ogp_graph.errors import (
    EngineBusy,
    EnvironmentFailure,
    NotInFormat,
    OgpGraphError,
    QueryRefused,
    QueryTimeout,
    ResultTooLarge,
    UsageError,
)
from ogp_graph.formats import FORMATS
from ogp_graph.pipeline.publishing import publish_to
from ogp_graph.pipeline.writers import Batch, GraphStore, Update
from ogp_graph.release import Workspace, current_release
from ogp_graph.settings import settings_from
from tests.services import Bad, Service, bad_service, free_port, oxigraph, virtuoso
from tests.serving import server_over

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.conftest import Run

JSON, BASE = FORMATS["json"], "https://w3id.org/ogp-graph/"
V = f"PREFIX ogpv: <{BASE}ontology#> "
QUERIES = {
    "count": V + "SELECT (COUNT(*) AS ?n) { ?r a ogpv:EndOfCommitmentReport }",
    "merged": "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }",
    "statuses": V + "SELECT ?s (COUNT(*) AS ?n) { ?a ogpv:status ?s } GROUP BY ?s ORDER BY ?s",
    "texts": "SELECT ?t { ?r <http://purl.org/dc/terms/title> ?t } ORDER BY ?t",
    "named": f"SELECT (COUNT(*) AS ?n) {{ GRAPH <{BASE}graph/meta> {{ ?s ?p ?o }} }}",
    "from": f"SELECT (COUNT(*) AS ?n) FROM <{BASE}graph/meta> {{ ?s ?p ?o }}",
    "citations": V + "SELECT (COUNT(*) AS ?n) { GRAPH ?g { ?c ogpv:supports ?x } }",
}
ASK = V + "ASK { ?r a ogpv:Report }"


@pytest.fixture(scope="module")
def workspace(sample_workspace: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy that may be written to."""
    folder = tmp_path_factory.mktemp("remote") / "workspace"
    shutil.copytree(sample_workspace, folder, symlinks=True)
    return folder


@pytest.fixture(scope="module", params=["oxigraph", "virtuoso"])
def service(
    request: pytest.FixtureRequest,
    workspace: Path,
    tmp_path_factory: pytest.TempPathFactory,
    program: Callable[[str], str],
) -> Iterator[Service]:
    folder = tmp_path_factory.mktemp(request.param) / "data"
    if request.param == "oxigraph":
        with oxigraph(folder) as found:
            yield found
    else:
        with virtuoso(folder, program("virtuoso-t"), allowed=workspace) as found:
            yield found


@pytest.fixture(scope="module")
def published(service: Service, workspace: Path, ogp_graph: Run) -> Service:
    """The service, which holds the release."""
    publish(ogp_graph, workspace, service, "update", service.update)
    return service


def publish(ogp_graph: Run, workspace: Path, service: Service, via: str, to: str, code: int = 0) -> str:
    given = ["--via", via, "--to", to, "--engine-url", service.query, "--engine-default-graph", service.default]
    done = ogp_graph("publish", "-w", workspace, *given, code=code, env={"OGP_GRAPH_ENGINE_AUTH": service.secret})
    return done.stdout + done.stderr


@contextmanager
def remote(
    url: str, default: str = "", *, release: str = "any", base: str = BASE, **more: object
) -> Iterator[Callable[..., object]]:
    """Asks a started engine."""
    settings = settings_from({}, **{"engine_url": url, "engine_default_graph": default, "query_seconds": 5.0} | more)

    async def run(query: str, kind: str, **given: object) -> bytes:
        engine = Remote(settings, base=BASE, release=release)
        try:
            await engine.start()
            answer = await engine.answer(query, format=FORMATS[kind], **given)
            return await asyncio.to_thread(answer.read)
        finally:
            await engine.close()

    yield lambda query, kind="json", **given: asyncio.run(run(query, kind, **given))


def release_of(workspace: Path) -> str:
    return str(json.loads((workspace / "current" / "release.json").read_bytes())["id"])


def rows(data: object) -> list[dict[str, str]]:
    assert isinstance(data, bytes)
    return [{name: cell["value"] for name, cell in row.items()} for row in json.loads(data)["results"]["bindings"]]


# Asking again


def test_what_may_be_asked_twice_is_asked_again_while_the_service_is_away(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ogp_graph.engine.channel.sleep", lambda _: None)
    outcomes: list[Exception | Reply] = [Closed("away"), Closed("away"), Reply(200, {})]

    def ask() -> Reply:
        outcome = outcomes.pop(0)
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    assert patiently(ask).fine
    outcomes[:] = [Closed("away")] * 9
    with pytest.raises(Closed):
        patiently(ask)
    assert len(outcomes) == 4  # it gives up


# Real services


def test_a_release_is_published_every_way_and_answers_as_here(
    service: Service, workspace: Path, ogp_graph: Run, tmp_path: Path
) -> None:
    ways = [("graph-store", service.graphs), ("update", service.update)]
    ways += [("virtuoso-loader", service.sql)] if service.sql else []
    said = {publish(ogp_graph, workspace, service, via, to).split(",")[0] for via, to in ways}
    assert len(said) == 1, said
    here = embedded(workspace / "current" / "store", settings_from({}), base=BASE)
    release = release_of(workspace)
    try:
        with remote(service.query, service.default, release=release) as ask:
            for name, query in QUERIES.items():
                there, own = rows(ask(query)), rows(here.query(query, format=JSON).read())
                assert sorted(there, key=str) == sorted(own, key=str), name  # texts are in nobody's order
            for kind in ("json", "xml", "csv", "tsv"):
                assert ask(QUERIES["statuses"], kind) == here.query(QUERIES["statuses"], format=FORMATS[kind]).read()
                assert ask(ASK, kind) == here.query(ASK, format=FORMATS[kind]).read()
            assert b"false" in ask("ASK { <urn:x> ?p ?o }")  # type: ignore[operator]
            text = V + "CONSTRUCT { ?r a ogpv:Report } WHERE { ?r a ogpv:EndOfCommitmentReport }"
            for kind in ("turtle", "ntriples", "nquads", "rdfxml", "jsonld"):
                found = {str(one) for one in ox.parse(ask(text, kind), FORMATS[kind].rdf)}
                assert found == {
                    str(one) for one in ox.parse(here.query(text, format=FORMATS[kind]).read(), FORMATS[kind].rdf)
                }
            one = ask("SELECT (COUNT(*) AS ?n) { ?s ?p ?o }", default_graphs=[BASE + "graph/meta"])
            assert rows(one) == rows(here.query(QUERIES["from"], format=JSON).read())
    finally:
        here.close()


@pytest.mark.parametrize(
    "query",
    ["SELECT ?x { ?x", "SELECT * FROM <urn:nowhere> { ?s ?p ?o }", "INSERT DATA { <urn:a> <urn:b> 1 }",
     "SELECT * { SERVICE <http://127.0.0.1/> { ?s ?p ?o } }", "SELECT (<bif:rnd>(10) AS ?x) {}",
     "SELECT (" + "(" * 200],
)  # fmt: skip
def test_what_is_refused_here_is_refused_there(query: str, published: Service, workspace: Path) -> None:
    with remote(published.query, published.default, release=release_of(workspace)) as ask, pytest.raises(QueryRefused):
        ask(query)


def test_serving_needs_the_release_that_the_service_holds(published: Service, workspace: Path) -> None:
    service = published
    with (
        remote(service.query, service.default, release="2000-01-01.1") as ask,
        pytest.raises(UsageError, match="does not hold"),
    ):
        ask(ASK)
    given = {"engine_url": service.query, "engine_default_graph": service.default}
    with server_over("workspace", workspace, **given) as server:
        reply = server.get(
            "sparql?query=" + "SELECT%20(COUNT(*)%20AS%20%3Fn)%20%7B%3Fs%20%3Fp%20%3Fo%7D", Accept="text/csv"
        )
        assert (reply.status, reply.headers["OGP-Graph-Release"]) == (200, release_of(workspace))
        assert int(reply.text.split()[1]) > 1000
        assert server.get("readyz").status == 200


def test_a_killed_run_goes_on_and_one_with_something_missing_is_told(
    service: Service, workspace: Path, ogp_graph: Run, tmp_path: Path
) -> None:
    given = ["--via", "update", "--to", service.update, "--engine-url", service.query]
    given += ["--engine-default-graph", service.default]
    start = "import sys; from ogp_graph.cli import main; sys.argv[0] = 'ogp-graph'; main()"
    process = subprocess.Popen(
        [sys.executable, "-c", start, "publish", "-w", str(workspace), *given], stdout=subprocess.DEVNULL
    )
    state = workspace / "publishing"
    until = time.monotonic() + 20
    while not any(json.loads(p.read_bytes())["done"] > 2 for p in state.glob("*.json")) and time.monotonic() < until:
        time.sleep(0.005)
    process.kill()
    process.wait()
    assert list(state.glob("*.json"))
    release = release_of(workspace)
    with remote(service.query, service.default, release=release) as ask, pytest.raises(UsageError):
        ask(ASK)  # half of a release is none
    said = publish(ogp_graph, workspace, service, "update", service.update)
    sent, held = int(said.split(", ")[1].split()[0]), int(said.split(": ")[1].split()[0])
    assert 0 < sent < 1 + held // 400
    with remote(service.query, service.default, release=release) as ask:
        assert int(rows(ask(QUERIES["count"]))[0]["n"]) > 5


def test_what_a_service_has_not_kept_is_sent_again(
    published: Service, workspace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = settings_from({}, engine_url=published.query, engine_default_graph=published.default)
    write, calls = Update.write, iter(range(10_000))
    monkeypatch.setattr(Update, "write", lambda self, some: next(calls) == 3 or write(self, some))
    opened = Workspace(workspace, create=False)
    release = current_release(opened)
    assert release is not None
    done = publish_to(opened, release, Update(Channel(published.update)), settings, base=BASE)
    assert done.batches > 4
    lost = iter(range(10_000))
    monkeypatch.setattr(Update, "write", lambda self, some: next(lost) % 4 == 3 or write(self, some))
    with pytest.raises(EnvironmentFailure, match="does not hold what it was sent"):
        publish_to(opened, release, Update(Channel(published.update)), settings, base=BASE)


def test_a_graph_that_came_in_meanwhile_is_found_by_the_counts_and_emptied(
    published: Service, workspace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = settings_from({}, engine_url=published.query, engine_default_graph=published.default)
    opened, writer = Workspace(workspace, create=False), Update(Channel(published.update))
    release = current_release(opened)
    assert release is not None
    stray = Batch(f"{BASE}graph/report/of-another-release", (f"<{BASE}a> <{BASE}b> <{BASE}c> .",), first=True)
    write = Update.write
    told = f"{BASE}graph/published"
    monkeypatch.setattr(
        Update, "write", lambda self, some: write(self, some if some[0].graph == told else [*some, stray])
    )
    publish_to(opened, release, writer, settings, base=BASE)
    with remote(published.query, published.default, release=release.id) as ask:
        text = f"SELECT (COUNT(*) AS ?n) {{ GRAPH ?g {{ ?s ?p ?o }} FILTER (?g = <{stray.graph}>) }}"
        assert rows(ask(text)) == [{"n": "0"}]


@pytest.mark.parametrize("kind", [GraphStore, Update])
def test_what_a_service_does_not_take_at_once_is_sent_in_parts(kind: type[GraphStore | Update]) -> None:
    sent: list[tuple[str, int]] = []

    class Small:
        shown = "the service"

        def ask(self, body: bytes, *_: object, method: str = "POST", **__: object) -> Reply:
            body = unquote_plus(body.decode()).encode()
            count = body.count(b"<c>")
            if count <= 3:
                sent.append((method, count))
            return Reply(204 if count <= 3 else 413, {}, "too large")

    lines = tuple(f"<a> <b{n}> <c> ." for n in range(10))
    batches = [Batch("https://x.example/1", lines, True), Batch("https://x.example/2", lines[:1], True)]
    small: Any = Small()
    kind(small).write(batches)
    assert sum(count for _, count in sent) == 11
    if kind is GraphStore:
        assert [method for method, _ in sent] == ["PUT", "POST", "POST", "POST", "PUT"]
    with pytest.raises(EnvironmentFailure, match="let it take larger requests"):
        kind(small).write([Batch("https://x.example/1", ("<c><c><c><c><c>",), True)])


def test_a_capped_table_is_an_error(
    workspace: Path, ogp_graph: Run, tmp_path: Path, program: Callable[[str], str]
) -> None:
    with virtuoso(tmp_path / "v", program("virtuoso-t"), allowed=workspace, rows=50) as service:
        publish(ogp_graph, workspace, service, "update", service.update)
        with remote(service.query, service.default, release=release_of(workspace)) as ask:
            with pytest.raises(ResultTooLarge):
                ask("SELECT * { ?s ?p ?o }")
            assert len(rows(ask("SELECT * { ?s ?p ?o } LIMIT 20"))) == 20


# A bad one

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/sparql-results+json\r\n"
GOOD = b'{"head":{"vars":["x"]},"results":{"bindings":[{"x":{"type":"uri","value":"urn:a"}}]}}'
CHUNKED = b"Transfer-Encoding: chunked\r\n\r\n"
Q = "SELECT ?x { ?x ?y ?z }"


@pytest.mark.parametrize(
    ("query", "format_", "told", "kind"),
    [
        (
            Q,
            "xml",
            GOOD.replace(b"urn:a", b"\\u0001").replace(b'"uri"', b'"literal"'),
            "application/sparql-results+json",
        ),
        ("CONSTRUCT WHERE { ?s ?p ?o }", "rdfxml", b'<urn:a> <urn:x:1> "a" .\n', "application/n-triples"),
        (
            "CONSTRUCT WHERE { ?s ?p ?o }",
            "rdfxml",
            b'<urn:a> <http://www.w3.org/1999/02/22-rdf-syntax-ns#li> "a" .\n',
            "application/n-triples",
        ),
    ],
    ids=["character", "name", "reserved"],
)
def test_what_a_format_cannot_hold_is_said(query: str, format_: str, told: bytes, kind: str) -> None:
    with bad_service(lambda h, _: h.json(told, kind=kind)) as url, remote(url) as ask:
        with pytest.raises(NotInFormat, match="another format"):
            ask(query, format_)
        assert len(ask(query, "json" if format_ == "xml" else "turtle")) > 20


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (lambda h, q: h.raw(HEAD + b"Content-Length: 900\r\n\r\n" + GOOD), EnvironmentFailure),
        (lambda h, q: h.raw(HEAD + b"\r\n" + GOOD), EnvironmentFailure),
        (lambda h, q: h.raw(HEAD + CHUNKED + b"30\r\n" + GOOD[:0x30] + b"\r\n"), EnvironmentFailure),
        (lambda h, q: h.raw(b"HTTP/1.1 200 OK\r\nX"), EnvironmentFailure),
        (lambda h, q: h.raw(b"nonsense\r\n\r\n"), EnvironmentFailure),
        (lambda h, q: h.json(GOOD[:-3]), EnvironmentFailure),
        (lambda h, q: h.json(b"<html>Login</html>", kind="text/html"), EnvironmentFailure),
        (lambda h, q: h.json(b"", status="204 No Content"), QueryTimeout),
        (lambda h, q: h.json(GOOD, "X-SQL-State: S1TAT"), QueryTimeout),
        (lambda h, q: h.json(GOOD, "X-SPARQL-MaxRows: 1"), ResultTooLarge),
        (lambda h, q: h.json(GOOD, "X-SPARQL-MaxRows: 2"), None),
        (lambda h, q: h.json(GOOD), None),
        (lambda h, q: h.json(b"Transaction timed out", status="500 Failed", kind="text/plain"), QueryTimeout),
        (lambda h, q: h.json(b"oops", status="500 Failed", kind="text/plain"), EnvironmentFailure),
        (lambda h, q: h.json(b"syntax", status="400 Bad", kind="text/plain"), QueryRefused),
        (lambda h, q: h.json(b"", "Retry-After: 7", status="503 Busy"), EngineBusy),
        (lambda h, q: h.json(b"", status="401 Who"), EnvironmentFailure),
        (lambda h, q: h.json(GOOD, status="302 There"), EnvironmentFailure),
        (lambda h, q: h.json(GOOD + b" " * 200_000), ResultTooLarge),
        (lambda h, q: time.sleep(3), QueryTimeout),
        (lambda h, q: h.raw(HEAD + b"Content-Length: 999\r\n\r\n", *drip()), QueryTimeout),
    ],
)  # fmt: skip
def test_an_answer_is_whole_or_an_error(answer: Callable[[Bad, str], None], error: type[OgpGraphError] | None) -> None:
    with bad_service(answer) as url, remote(url, query_seconds=1.0, result_bytes=100_000) as ask:
        start = time.monotonic()
        if error is None:
            assert rows(ask(Q)) == [{"x": "urn:a"}]
        else:
            with pytest.raises(error):
                ask(Q)
        assert time.monotonic() - start < 2.5


def drip() -> Iterator[bytes]:
    for _ in range(20):
        time.sleep(0.1)
        yield b" "


def test_only_connecting_is_tried_again() -> None:
    asked: list[str] = []

    def fails(handler: Bad, query: str) -> None:
        asked.append(query)
        handler.raw(b"")  # ends the connection

    with bad_service(fails) as url, remote(url) as ask, pytest.raises(EnvironmentFailure):
        ask(Q)
    assert len(asked) == 2  # on the connection that was kept, and once on a new one
    port = free_port()
    with pytest.raises(Closed, match="cannot be reached"), remote(f"http://127.0.0.1:{port}/") as ask:
        ask(Q)


def test_a_service_that_comes_back_while_connecting_is_asked() -> None:
    port = free_port()
    with ExitStack() as stack:
        late = socket.socket()
        stack.callback(late.close)

        async def run() -> None:
            channel = Channel(f"http://127.0.0.1:{port}/")
            asking = asyncio.to_thread(channel.ask, b"", {}, until=time.monotonic() + 5)
            task = asyncio.create_task(asking)
            await asyncio.sleep(0.15)
            late.bind(("127.0.0.1", port))
            late.listen()
            with suppress(TimeoutError):
                connection, _ = await asyncio.wait_for(asyncio.to_thread(late.accept), 5)
                connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
                connection.close()
            assert (await task).status == 200
            channel.close()

        asyncio.run(run())


def test_who_leaves_ends_the_request() -> None:
    ended: list[float] = []

    def slow(handler: Bad, query: str) -> None:
        start = time.monotonic()
        handler.connection.settimeout(5)
        handler.connection.recv(1)  # b"" once the other side has gone
        ended.append(time.monotonic() - start)
        handler.close_connection = True

    async def run(url: str) -> None:
        engine = Remote(settings_from({}, engine_url=url), base=BASE, release="any")
        await engine.start()
        task = asyncio.create_task(engine.answer(Q, format=JSON))
        await asyncio.sleep(0.3)
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
        await asyncio.sleep(0.2)
        assert engine.running == (0, 0)
        await engine.close()

    with bad_service(slow) as url:
        asyncio.run(run(url))
    assert ended
    assert ended[0] < 2


def test_a_long_query_that_was_only_glanced_at_is_looked_at_before_it_is_sent() -> None:
    asked: list[str] = []

    def answer(handler: Bad, query: str) -> None:
        asked.append(query)
        handler.close_connection = True

    async def run(url: str) -> None:
        engine = Remote(settings_from({}, engine_url=url), base=BASE, release="any")
        await engine.start()
        before = len(asked)
        padding = "#" + "x" * 20_000 + "\n"
        for text in ("SELECT * { SERVICE <http://127.0.0.1/> { ?s ?p ?o } }", "DROP ALL", "ASK {" + "{" * 200):
            with pytest.raises(QueryRefused):
                await engine.answer(glance(padding + text, BASE), format=JSON)
        assert len(asked) == before
        await engine.close()

    with bad_service(answer) as url:
        asyncio.run(run(url))


def test_an_address_must_be_one_and_hold_no_password() -> None:
    bad = ("http://[x/", "http://example.org:port/", "http://example.org/a b", "http://example.org/é")
    for url in ("ftp://example.org/", "sparql", "http://ada:secret@example.org/sparql", *bad):
        with pytest.raises(UsageError):
            Channel(url)
    assert "secret" not in repr(Channel("https://example.org/", "ada:secret"))


def test_a_digest_is_that_of_the_standard() -> None:
    """The computation of RFC 2617, 3.2.2, with the values of its example but for the realm, written out here."""
    realm, nonce = "testrealm", "dcd98b7102dd2f0e8b11d0f600bfb0c093"
    answer = digest_answer(f'Digest realm="{realm}", nonce="{nonce}", opaque="5ccc"', "Mufasa:Circle", "GET", "/dir/")
    one, two = (hashlib.md5(text.encode()).hexdigest() for text in (f"Mufasa:{realm}:Circle", "GET:/dir/"))
    assert answer is not None
    assert f'response="{hashlib.md5(f"{one}:{nonce}:{two}".encode()).hexdigest()}"' in answer
    assert digest_answer('Basic realm="x"', "a:b", "GET", "/") is None


def test_the_graphs_that_a_query_names_are_found() -> None:
    text = "PREFIX g: <urn:g:> SELECT * { GRAPH g:a { ?s ?p ?o } graph <urn:b> { } GRAPH ?g { } }"
    bounds = settings_from({})
    assert named_in(scan(text, bounds), bounds) == (("urn:g:a", "urn:b"), True)
    assert named_in(scan("SELECT * { ?s ?p 'GRAPH <urn:x>' }", bounds), bounds) == ((), False)


def test_publish_says_what_it_lacks(workspace: Path, ogp_graph: Run) -> None:
    ogp_graph("publish", "-w", workspace, "--to", "http://127.0.0.1:9/", code=2)
    given = ["--to", f"http://127.0.0.1:{free_port()}/", "--engine-url", f"http://127.0.0.1:{free_port()}/"]
    done = ogp_graph("publish", "-w", workspace, *given, code=3)
    assert "cannot be reached" in done.stderr
    assert "Run it again" in done.stderr
