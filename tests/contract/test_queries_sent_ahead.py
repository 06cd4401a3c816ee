"""Queries that a worker is sent before it has answered others: whatever becomes of it, each is answered, and once."""

from __future__ import annotations

import asyncio
import ctypes
import os
import platform
import signal
import struct
import subprocess
import sys
import time
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import pytest

from ogp_graph.engine.confine import give_way, unhurried
from ogp_graph.engine.embedded import pool
from ogp_graph.engine.interface import Caller
from ogp_graph.engine.notes import Notes
from ogp_graph.engine.wire import SKIPPED
from ogp_graph.engine.workers import Worker
from ogp_graph.errors import EngineBusy, QueryExhausted, QueryTimeout
from ogp_graph.formats import FORMATS
from ogp_graph.settings import settings_from
from tests.serving import data_file, many

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from pathlib import Path

    from ogp_graph.engine.pool import Pool

SLOW = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l FILTER (?c = ?l && ?a != ?g) }"
GREEDY = "SELECT * { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i } ORDER BY ?i ?f ?c"


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return data_file(tmp_path_factory.mktemp("ahead"), many(400))


@asynccontextmanager
async def started(file: Path, **settings: object) -> AsyncIterator[Pool]:
    """A pool whose workers are all there; one of them works at a time."""
    limits = {"query_seconds": 5.0, "query_memory": 300_000_000, "query_workers": 1} | settings
    engine = pool(file, settings_from({}, **limits))
    await engine.start()
    try:
        await until(lambda: all(worker.there for worker in engine._crew.workers))
        yield engine
    finally:
        await engine.close()


async def until(true: Callable[[], bool], seconds: float = 5) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end
        await asyncio.sleep(0.01)


async def said(engine: Pool, number: int, caller: str = "") -> int:
    """What a query that gives ``number`` gets."""
    answer = await engine.answer(f"SELECT ({number} AS ?n) {{}}", format=FORMATS["csv"], caller=Caller(caller))
    return int(answer.read().split()[1])


def identifier(worker: Worker) -> int:
    assert worker._process is not None
    return worker._process[0]


def signalled(engine: Pool, number: int) -> None:
    for worker in [one for one in engine._crew.workers if one.there]:
        os.kill(identifier(worker), number)


async def stopped_with(engine: Pool, count: int) -> tuple[Worker, list[asyncio.Task[int]]]:
    """A worker that does nothing at all, and the queries that it has been sent."""
    signalled(engine, signal.SIGSTOP)
    coming = [asyncio.create_task(said(engine, number)) for number in range(count)]
    await until(lambda: engine._lane.ahead == count - 1)
    (worker,) = engine._lane.busy
    return worker, coming


def test_answers_are_those_of_their_queries(file: Path) -> None:
    async def ask() -> list[int]:
        async with started(file, query_workers=2) as engine:
            return await asyncio.gather(*(said(engine, number, str(number % 7)) for number in range(300)))

    assert asyncio.run(ask()) == list(range(300))


def test_answers_that_go_into_files_come_in_their_order_too(file: Path) -> None:
    async def size(engine: Pool, rows: int) -> int:
        answer = await engine.answer(f"SELECT * {{ ?a ?b ?c . ?d ?e ?f }} LIMIT {rows}", format=FORMATS["csv"])
        return answer.read().count(b"\r\n") - 1

    async def ask() -> list[int]:
        async with started(file) as engine:
            return await asyncio.gather(*(size(engine, 1 + number % 3 * 1500) for number in range(12)))

    assert asyncio.run(ask()) == [1, 1501, 3001] * 4


def test_what_a_killed_worker_was_sent_is_answered_by_another_one(file: Path) -> None:
    async def ask() -> tuple[list[int], int]:
        async with started(file) as engine:
            worker, coming = await stopped_with(engine, 6)
            os.kill(identifier(worker), signal.SIGKILL)
            await until(lambda: worker not in engine._crew.workers)
            signalled(engine, signal.SIGCONT)
            return await asyncio.gather(*coming), engine.deaths

    assert asyncio.run(ask()) == ([*range(6)], 0)


def test_whoever_waits_behind_a_query_that_ends_its_worker_does_not_notice(file: Path) -> None:
    async def ask() -> list[object]:
        async with started(file, query_seconds=20.0, query_memory=150_000_000) as engine:
            greedy = asyncio.create_task(engine.answer(GREEDY, format=FORMATS["csv"]))
            await asyncio.sleep(0)
            others = [asyncio.create_task(said(engine, number)) for number in range(6)]
            begin = time.monotonic()
            found: list[object] = [*await asyncio.gather(*others), time.monotonic() - begin < 1]
            with pytest.raises(QueryExhausted):
                await greedy
            return found

    assert asyncio.run(ask()) == [0, 1, 2, 3, 4, 5, True]


def test_whoever_waits_behind_a_long_query_is_answered_meanwhile(file: Path) -> None:
    async def ask() -> float:
        async with started(file, query_seconds=2.0) as engine:
            slow = asyncio.create_task(engine.answer(SLOW, format=FORMATS["csv"]))
            await asyncio.sleep(0)
            begin = time.monotonic()
            assert await asyncio.gather(*(said(engine, number) for number in range(6))) == [*range(6)]
            passed = time.monotonic() - begin
            with pytest.raises(QueryTimeout):
                await slow
            return passed

    assert asyncio.run(ask()) < 1


def test_nothing_is_run_for_a_client_that_has_left(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tags: list[bytes] = []
    told = Worker._told

    def listening(worker: Worker, tag: bytes, data: bytes) -> None:
        tags.append(tag)
        told(worker, tag, data)

    async def ask() -> list[int]:
        async with started(file) as engine:
            _, coming = await stopped_with(engine, 6)
            monkeypatch.setattr(Worker, "_told", listening)
            for one in coming[2:5]:
                one.cancel()
            await asyncio.sleep(0.05)
            signalled(engine, signal.SIGCONT)
            found = await asyncio.gather(*coming, return_exceptions=True)
            return [one for one in found if isinstance(one, int)]

    assert asyncio.run(ask()) == [0, 1, 5]
    assert tags.count(SKIPPED) == 3


def test_a_client_that_leaves_ends_what_has_begun_and_nothing_else(file: Path) -> None:
    async def ask() -> list[int]:
        async with started(file) as engine:
            slow = asyncio.create_task(engine.answer(SLOW, format=FORMATS["csv"]))
            await until(lambda: any(worker._begun for worker in engine._lane.busy))
            (worker,) = engine._lane.busy
            coming = [asyncio.create_task(said(engine, number)) for number in range(3)]
            await asyncio.sleep(0)
            slow.cancel()
            found = await asyncio.gather(*coming)
            assert worker not in engine._crew.workers
            return found

    assert asyncio.run(ask()) == [0, 1, 2]


def test_a_query_that_was_sent_ahead_ends_at_its_deadline(file: Path) -> None:
    async def ask() -> float:
        async with started(file, query_seconds=1.0) as engine:
            _, coming = await stopped_with(engine, 4)
            begin = time.monotonic()
            found = await asyncio.gather(*coming, return_exceptions=True)
            assert all(isinstance(one, EngineBusy | QueryTimeout) for one in found)
            passed = time.monotonic() - begin
            signalled(engine, signal.SIGCONT)
            assert await said(engine, 4) == 4
            return passed

    assert asyncio.run(ask()) < 2


def test_more_than_the_queue_holds_are_not_sent_ahead_either(file: Path) -> None:
    async def ask() -> list[object]:
        async with started(file, query_queue=2) as engine:
            _, coming = await stopped_with(engine, 3)
            with pytest.raises(EngineBusy):
                await said(engine, 3)
            signalled(engine, signal.SIGCONT)
            return [*await asyncio.gather(*coming)]

    assert asyncio.run(ask()) == [0, 1, 2]


def test_a_worker_that_answers_in_no_time_is_given_some_more_before_another_one_is_woken_up(file: Path) -> None:
    async def loads(*, brisk: bool, **state: bool) -> list[int]:
        async with started(file, query_workers=2) as engine:
            signalled(engine, signal.SIGSTOP)
            for worker in engine._crew.workers:
                worker.brisk = brisk
                for name, value in state.items():
                    setattr(worker, name, value)
            coming = [asyncio.create_task(said(engine, number)) for number in range(10)]
            await asyncio.sleep(0)
            found = sorted(worker.load for worker in engine._lane.busy)
            signalled(engine, signal.SIGCONT)
            assert await asyncio.gather(*coming) == [*range(10)]
            return found

    assert asyncio.run(loads(brisk=True)) == [2, 8]
    assert asyncio.run(loads(brisk=False)) == [5, 5]
    assert asyncio.run(loads(brisk=True, held_up=True)) == [1, 1]


def test_in_no_time_is_said_of_what_a_worker_answered_last(file: Path) -> None:
    async def ask() -> list[bool]:
        async with started(file) as engine:
            found = []
            for _ in range(50):
                await said(engine, 1)
                found.append(any(worker.brisk for worker in engine._crew.workers))
            signalled(engine, signal.SIGSTOP)
            coming = asyncio.create_task(said(engine, 1))
            await asyncio.sleep(0.02)
            (worker,) = engine._lane.busy
            signalled(engine, signal.SIGCONT)
            await coming
            return [any(found), worker.brisk]

    assert asyncio.run(ask()) == [True, False]


def test_one_side_sees_what_the_other_has_noted() -> None:
    page = Notes.page()
    worker, server = Notes(page), Notes(page)
    os.close(page)
    assert worker.begin(1)
    assert server.begun == 1
    assert not server.call_off(1)
    assert server.call_off(2)
    assert not worker.begin(2)
    assert worker.begin(2 + 64), "the number, not its place, is called off"


@pytest.mark.skipif(platform.machine() != "x86_64", reason="the number of the call is another one")
def test_a_long_query_lets_go_of_the_processor_at_once() -> None:
    child = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    try:
        unhurried(child.pid)
        assert os.sched_getscheduler(child.pid) == os.SCHED_BATCH
        give_way(child.pid)
        told = ctypes.create_string_buffer(56)
        assert ctypes.CDLL(None).syscall(315, child.pid, told, len(told), 0) == 0  # sched_getattr(2)
        _, policy, _, nice, _, runtime = struct.unpack_from("=IIQiIQ", told)
    finally:
        child.communicate(b"\n")
    assert policy == os.SCHED_OTHER, "its slices would not be looked at"
    assert nice == min(19, os.getpriority(os.PRIO_PROCESS, 0) + 15)
    if tuple(map(int, platform.release().split(".")[:2])) >= (6, 12):
        assert runtime == 100_000
