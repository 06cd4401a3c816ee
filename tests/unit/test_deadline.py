"""What takes too long is stopped, in any thread, and nothing else is."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from ogp_graph.processes import TooSlow, deadline


def work(seconds: float) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        pass


def in_time(seconds: float, limit: float) -> bool:
    try:
        with deadline(limit):
            work(seconds)
    except TooSlow:
        return False
    return True


def close_calls() -> int:
    """Blocks that end at about their deadline; what stands behind them is to be left alone."""
    stopped = 0
    for _ in range(300):
        stopped += not in_time(0.002, 0.002)
        work(0.001)
    return stopped


@pytest.mark.parametrize("threads", [0, 1])
def test_what_takes_too_long_is_stopped_and_nothing_else(threads: int) -> None:
    with ThreadPoolExecutor(max(1, threads)) as pool:
        ran = [
            pool.submit(in_time, *given).result() if threads else in_time(*given) for given in ((60, 0.1), (0.1, 60))
        ]
    assert ran == [False, True]


@pytest.mark.parametrize("threads", [0, 1])
def test_a_deadline_that_comes_as_its_block_ends_stops_nothing_behind_it(threads: int) -> None:
    with ThreadPoolExecutor(max(1, threads)) as pool:
        assert 0 <= (pool.submit(close_calls).result() if threads else close_calls()) <= 300
