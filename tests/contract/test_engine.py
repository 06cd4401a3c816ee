"""The embedded engine: whole answers, limits that hold, and processes that nobody misses."""

from __future__ import annotations

import asyncio
import errno
import os
import signal
import socket
import subprocess
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

import pyoxigraph as ox
import pytest

from ogp_graph.engine import Direct, bindings, embedded
from ogp_graph.engine.embedded import pool
from ogp_graph.errors import (
    EngineBusy,
    EnvironmentFailure,
    QueryExhausted,
    QueryRefused,
    QueryTimeout,
    ResultTooLarge,
    UsageError,
)
from ogp_graph.formats import FORMATS
from ogp_graph.settings import settings_from
from tests.serving import DATA, NAMES, ONE, TWO, below, data_file, engine_over, many

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from ogp_graph.engine import Embedded, Engine

JSON = FORMATS["json"]
SLOW = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l FILTER (?c = ?l && ?a != ?g) }"
KNOWS = "SELECT ?who { ?who <https://example.org/knows> ?whom } ORDER BY ?who"


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return data_file(tmp_path_factory.mktemp("engine"), many(400))


@pytest.fixture(scope="module")
def engine(file: Path) -> Iterator[Embedded]:
    with engine_over(file, query_seconds=1.0, result_bytes=3_000_000) as found:
        yield found


def names(engine: Engine) -> list[str]:
    _, rows = bindings(engine.query(NAMES, format=JSON))
    return [row["name"]["value"] for row in rows]


def killed(processes: set[int]) -> None:
    """Kills them and waits until they are gone or wait for their burial."""
    for process in processes:
        os.kill(process, signal.SIGKILL)
    for process in processes:
        state = Path(f"/proc/{process}/stat")
        while state.exists() and state.read_text().rpartition(")")[2].split()[0] != "Z":
            time.sleep(0.01)


def eventually(true: Callable[[], bool], seconds: float = 3) -> bool:
    """Whether it becomes true in time."""
    until = time.monotonic() + seconds
    while not true():
        if time.monotonic() > until:
            return False
        time.sleep(0.02)
    return True


def settled() -> int:
    """How many processes there are once their number has not changed for some time."""
    count, since = len(below(os.getpid())), time.monotonic()
    while time.monotonic() < since + 0.5:
        time.sleep(0.02)
        if (now := len(below(os.getpid()))) != count:
            count, since = now, time.monotonic()
    return count


def ask_too_much(engine: Engine) -> None:
    with pytest.raises(QueryTimeout):
        engine.query(SLOW, format=JSON)


def still_answers(engine: Engine) -> bool:
    return names(engine)[0] == "Ada"


@pytest.mark.parametrize("name", [name for name, format_ in FORMATS.items() if format_.results])
def test_a_table_is_what_the_store_itself_says(engine: Embedded, file: Path, name: str) -> None:
    store = ox.Store()
    store.load(path=str(file), format=ox.RdfFormat.N_QUADS)
    expected = store.query(NAMES).serialize(format=FORMATS[name].results)
    answer = engine.query(NAMES, format=FORMATS[name])
    assert answer.size == len(expected)
    assert answer.read() == expected


@pytest.mark.parametrize("name", [name for name, format_ in FORMATS.items() if format_.rdf])
def test_a_graph_comes_in_every_rdf_format(engine: Embedded, name: str) -> None:
    text = "CONSTRUCT WHERE { ?s <https://example.org/name> ?o }"
    data = engine.query(text, format=FORMATS[name]).read()
    assert len(list(ox.parse(data, format=FORMATS[name].rdf))) == 2


def test_the_direct_engine_says_the_same(engine: Embedded) -> None:
    store = ox.Store()
    store.load(DATA.encode(), format=ox.RdfFormat.N_QUADS)
    assert names(Direct(store)) == names(engine)


def test_a_query_is_killed_at_its_deadline(engine: Embedded) -> None:
    start = time.monotonic()
    with pytest.raises(QueryTimeout):
        engine.query(SLOW, format=JSON)
    assert time.monotonic() - start < 2.5
    assert still_answers(engine)


def test_a_killed_query_leaves_no_process_at_work(file: Path) -> None:
    with engine_over(file, query_seconds=0.5, query_workers=1) as engine:
        assert still_answers(engine)
        before = settled()
        with pytest.raises(QueryTimeout):
            engine.query(SLOW, format=JSON)
        assert still_answers(engine)
        assert eventually(lambda: len(below(os.getpid())) == before)


@pytest.mark.parametrize(
    "text",
    [
        "SELECT (" + "(" * 2500 + "1" + ")" * 2500 + " AS ?x) {}",
        "SELECT * " + "{" * 5000 + "}" * 5000,
        "SELECT (" + "CONCAT(" * 5000 + "'a'" + ")" * 5000 + " AS ?x) {}",
    ],
)
def test_a_bomb_of_brackets_is_refused_before_it_is_parsed(engine: Embedded, text: str) -> None:
    with pytest.raises(QueryRefused, match="brackets"):
        engine.query(text, format=JSON)
    assert still_answers(engine)


def test_a_bomb_that_the_scan_lets_pass_ends_one_process_and_no_more(file: Path) -> None:
    bomb = "SELECT (" + "(" * 60_000 + "1" + ")" * 60_000 + " AS ?x) {}"
    with engine_over(file, query_nesting=10**6, query_seconds=10.0) as engine:
        with pytest.raises((QueryExhausted, QueryTimeout)):
            engine.query(bomb, format=JSON)
        assert still_answers(engine)


def test_a_query_that_takes_too_much_memory_ends_alone(file: Path) -> None:
    greedy = "SELECT * { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i } ORDER BY ?i ?f ?c"
    with engine_over(file, query_memory=150_000_000, query_seconds=20.0) as engine:
        with pytest.raises(QueryExhausted):
            engine.query(greedy, format=JSON)
        assert still_answers(engine)


def test_a_result_over_the_limit_is_an_error_and_not_a_part(engine: Embedded) -> None:
    with pytest.raises(ResultTooLarge):
        engine.query("SELECT * { ?a ?b ?c . ?d ?e ?f }", format=JSON)
    assert still_answers(engine)


def test_a_result_larger_than_memory_for_one_is_whole(file: Path) -> None:
    text = "SELECT * { ?a ?b ?c . ?d ?e ?f } LIMIT 100000"
    with engine_over(file, query_seconds=20.0) as engine:
        answer = engine.query(text, format=FORMATS["csv"])
        data = answer.read()
    assert answer.size == len(data) > 8_000_000
    assert data.count(b"\r\n") == 100_001


@pytest.mark.parametrize("silent", ["", "SILENT "])
def test_service_is_refused(engine: Embedded, silent: str) -> None:
    with pytest.raises(QueryRefused, match="SERVICE"):
        engine.query(f"SELECT * {{ SERVICE {silent}<http://127.0.0.1:9/> {{ ?s ?p ?o }} }}", format=JSON)


def test_the_operating_system_keeps_a_worker_from_the_network() -> None:
    from ogp_graph.engine.confine import no_network

    source, sink = os.pipe()
    if os.fork() == 0:
        import socket

        said = b"no filter"
        if no_network():
            try:
                socket.socket()
                said = b"open"
            except PermissionError:
                said = b"refused"
        os.write(sink, said)
        os._exit(0)
    os.close(sink)
    with os.fdopen(source, "rb") as file:
        assert file.read() == b"refused"
    os.wait()


@pytest.mark.parametrize("clause", ["FROM", "FROM NAMED"])
def test_an_unknown_graph_is_refused(engine: Embedded, clause: str) -> None:
    for iri in ("https://example.org/nowhere", "file:///etc/passwd", "http://127.0.0.1:9/"):
        with pytest.raises(QueryRefused, match="no graph"):
            engine.query(f"SELECT * {clause} <{iri}> {{ ?s ?p ?o }}", format=JSON)


def test_the_data_set_of_the_request_replaces_that_of_the_query(engine: Embedded) -> None:
    def who(text: str, **data_set: tuple[str, ...]) -> list[str]:
        return [row["who"]["value"][-1] for row in bindings(engine.query(text, format=JSON, **data_set))[1]]

    assert who(KNOWS) == []
    assert who(KNOWS, default_graphs=(ONE,)) == ["a"]
    assert who(KNOWS, default_graphs=(ONE, TWO)) == ["a", "b"]
    assert who(KNOWS.replace("{", f"FROM <{ONE}> {{"), default_graphs=(TWO,)) == ["b"]
    assert who(KNOWS, named_graphs=(ONE,)) == []
    in_graphs = KNOWS.replace("{", "{ GRAPH ?g {") + ""
    in_graphs = in_graphs.replace("}", "} }", 1)
    assert who(in_graphs) == ["a", "b"]
    assert who(in_graphs, named_graphs=(TWO,)) == ["b"]
    assert who(in_graphs, default_graphs=(ONE,)) == []
    with pytest.raises(QueryRefused, match="no graph"):
        who(KNOWS, default_graphs=("https://example.org/nowhere",))


def test_a_syntax_error_says_where(engine: Embedded) -> None:
    with pytest.raises(QueryRefused) as caught:
        engine.query("SELECT ?x {\n ?x ?y", format=JSON)
    assert caught.value.position == (2, 7)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("PREFIX y: <http://y/>\nSELECT * { ?a x:b ?c }", "the prefix x: is not declared"),
        ("SELECT * { <http://a b/> ?p ?o }", "an IRI that has a character that none may have, or no end"),
        ("SELECT * { ?a ?b <urn:a\n}", "an IRI that has a character that none may have, or no end"),
        ("SELECT ?a ?a { ?a ?b ?c }", "Duplicated variable name in SELECT"),
        ("SELECT ?x WHERE ?x", 'syntax error: expected "{"'),
        ("ASK { FILTER(1=1=1) }", "syntax error at this place or just before it"),
    ],
)
def test_a_syntax_error_is_told_without_the_parsers_guesses(engine: Embedded, text: str, reason: str) -> None:
    with pytest.raises(QueryRefused) as caught:
        engine.query(text, format=JSON)
    assert str(caught.value) == reason
    assert caught.value.position


def test_a_format_of_the_wrong_kind_is_refused(engine: Embedded) -> None:
    with pytest.raises(QueryRefused):
        engine.query("ASK {}", format=FORMATS["turtle"])
    with pytest.raises(QueryRefused):
        engine.query("DESCRIBE <http://a>", format=JSON)


def test_a_worker_that_dies_while_idle_is_replaced(file: Path) -> None:
    before = below(os.getpid())
    with engine_over(file, query_workers=1) as engine:
        names(engine)
        new = below(os.getpid()) - before
        killed({process for process in new if below(process) == {process}})  # workers have no children
        assert still_answers(engine)


def test_a_query_that_does_not_get_the_processor_is_not_taken_for_a_long_one(file: Path) -> None:
    before = below(os.getpid())
    with engine_over(file, query_workers=1) as engine, ThreadPoolExecutor(20) as threads:
        names(engine)
        started = engine._pool.started
        workers = [process for process in below(os.getpid()) - before if below(process) == {process}]
        for process in workers:
            os.kill(process, signal.SIGSTOP)
        coming = [threads.submit(names, engine) for _ in range(20)]
        time.sleep(0.25)
        for process in workers:
            os.kill(process, signal.SIGCONT)
        assert {tuple(one.result()) for one in coming} == {tuple(names(engine))}
        assert engine._pool.started == started


def test_a_nursery_that_dies_is_replaced(file: Path) -> None:
    before = below(os.getpid())
    with engine_over(file, query_workers=1) as engine:
        names(engine)
        killed(below(os.getpid()) - before)
        assert still_answers(engine)


def test_a_nursery_that_cannot_be_replaced_at_once_is_replaced_later(tmp_path: Path) -> None:
    before, path = below(os.getpid()), data_file(tmp_path)
    with engine_over(path, query_workers=1) as engine:
        names(engine)
        hidden = path.rename(tmp_path / "hidden.nq")
        killed(below(os.getpid()) - before)
        with pytest.raises(EnvironmentFailure, match="cannot be started"):
            names(engine)
        assert not engine._pool.ready
        hidden.rename(path)
        assert eventually(lambda: engine._pool.ready)
        assert still_answers(engine)


def test_a_worker_for_which_no_descriptor_is_left_is_made_later_and_the_others_work_on(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full() -> None:
        raise OSError(errno.EMFILE, os.strerror(errno.EMFILE))

    before = below(os.getpid())
    with engine_over(file, query_workers=1) as engine:
        names(engine)
        started, new = engine._pool.started, below(os.getpid()) - before
        workers = {process for process in new if below(process) == {process}}
        with monkeypatch.context() as few:
            few.setattr(socket, "socketpair", full)
            killed({max(workers)})
            time.sleep(0.2)
            assert still_answers(engine)
            assert engine._pool.started == started
        assert eventually(lambda: engine._pool.started > started)
        assert eventually(lambda: below(os.getpid()) > new - {max(workers)}), "the others are those that were there"


def test_a_machine_on_which_no_process_can_be_started_is_told_as_such(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_arguments: object, **_options: object) -> None:
        raise BlockingIOError(errno.EAGAIN, os.strerror(errno.EAGAIN))

    monkeypatch.setattr(subprocess, "Popen", full)
    with (
        pytest.raises(EnvironmentFailure, match="cannot be started: Resource temporarily unavailable"),
        engine_over(file),
    ):
        pass


def test_an_engine_that_has_too_little_memory_leaves_no_process_behind(file: Path) -> None:
    before = below(os.getpid())
    with pytest.raises(UsageError, match="bytes of memory are too few"):
        asyncio.run(pool(file, settings_from({}, memory=600_000_000)).start())
    assert below(os.getpid()) == before


def test_more_than_the_queue_holds_are_told_to_come_back(file: Path) -> None:
    outcomes: list[str] = []
    with engine_over(file, query_workers=1, query_queue=1, query_seconds=1.0) as engine:

        def ask() -> None:
            try:
                engine.query(SLOW, format=JSON)
            except (EngineBusy, QueryTimeout) as error:
                outcomes.append(type(error).__name__)

        threads = [threading.Thread(target=ask) for _ in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert outcomes.count("EngineBusy") >= 4
        assert "QueryTimeout" in outcomes
        assert still_answers(engine)


def test_a_slow_query_does_not_stop_a_quick_one(file: Path) -> None:
    with engine_over(file, query_workers=2, query_seconds=2.0) as engine:
        names(engine)
        slow = threading.Thread(target=ask_too_much, args=(engine,))
        slow.start()
        time.sleep(0.2)
        start = time.monotonic()
        assert still_answers(engine)
        assert time.monotonic() - start < 1
        slow.join()


def test_a_store_on_disk_answers_as_one_in_memory(tmp_path: Path) -> None:
    store = ox.Store(str(tmp_path / "store"))
    store.bulk_load(DATA.encode(), format=ox.RdfFormat.N_QUADS)
    store.flush()
    del store
    for limit in (0, 10**9):
        with engine_over(tmp_path / "store", memory_store=limit) as engine:
            assert still_answers(engine)


@pytest.mark.parametrize("pattern", ["*.sst", "CURRENT", "MANIFEST-*"])
@pytest.mark.parametrize("limit", [0, 10**9])
def test_a_damaged_store_is_refused_before_anybody_asks(tmp_path: Path, pattern: str, limit: int) -> None:
    store = ox.Store(str(tmp_path / "store"))
    store.bulk_load(DATA.encode(), format=ox.RdfFormat.N_QUADS)
    store.flush()
    del store
    for path in (tmp_path / "store").glob(pattern):
        path.write_bytes(bytes(path.stat().st_size))
    with pytest.raises(EnvironmentFailure, match="store: the store cannot be read; ogp-graph verify"):
        asyncio.run(pool(tmp_path / "store", settings_from({}, memory_store=limit)).start())


def test_nothing_is_left_after_close(file: Path) -> None:
    before = below(os.getpid())
    with engine_over(file) as engine:
        names(engine)
        assert below(os.getpid()) > before
    time.sleep(0.2)
    assert below(os.getpid()) == before
    with pytest.raises(EnvironmentFailure):
        engine.query("ASK {}", format=JSON)


@pytest.mark.parametrize(
    ("name", "data", "reason"),
    [
        ("broken.nq", b"<a> <b>", "broken.nq"),
        ("broken.ttl.gz", b"no gzip", "broken.ttl.gz"),
        ("words.docx", b"", "extension"),
    ],
)
def test_a_file_that_is_no_rdf_is_named(tmp_path: Path, name: str, data: bytes, reason: str) -> None:
    (tmp_path / name).write_bytes(data)
    with pytest.raises(UsageError, match=reason):
        embedded(tmp_path / name, settings_from({}))


@pytest.mark.parametrize("name", ["a.nq.gz", "a.nq.zst", "a.nt", "a.ttl", "a.trig", "a.rdf", "a.jsonld"])
def test_files_are_read_by_their_extension_packed_or_not(tmp_path: Path, name: str) -> None:
    import gzip

    import zstandard

    quads = [ox.Quad(ox.NamedNode("http://a"), ox.NamedNode("https://example.org/name"), ox.Literal("Ada"))]
    format_ = ox.RdfFormat.from_extension(name.split(".")[1])
    data = ox.serialize([q.triple for q in quads] if name in ("a.nt", "a.ttl", "a.rdf") else quads, format=format_)
    data = {"gz": gzip.compress, "zst": zstandard.ZstdCompressor().compress}.get(name.rpartition(".")[2], bytes)(data)
    (tmp_path / name).write_bytes(data)
    with engine_over(tmp_path / name) as engine:
        assert still_answers(engine)
