"""What is known is not done again, and stands where it belongs."""

from __future__ import annotations

import os
import signal

import pytest

from ogp_graph.errors import EnvironmentFailure
from ogp_graph.processes import Failure, in_order, in_order_unless


def negated(number: int) -> int:
    if number == 13:
        raise ValueError
    return -number


@pytest.mark.parametrize("processes", [1, 2])
@pytest.mark.parametrize("every", [1, 2, 3, 100])
def test_results_come_in_order_whether_known_or_done(processes: int, every: int) -> None:
    def known(number: int) -> int | None:
        return number if number % every == 0 else None

    found = list(in_order_unless(known, negated, range(1, 13), processes=processes, few=2))
    assert found == [number if number % every == 0 else -number for number in range(1, 13)]


def test_nothing_gives_nothing_and_a_failure_keeps_its_place() -> None:
    assert list(in_order_unless(lambda _: None, negated, [], processes=1)) == []
    _, failure, last = in_order_unless(lambda n: n if n == 12 else None, negated, [12, 13, 14], processes=1)
    assert isinstance(failure, Failure)
    assert (failure.item, last) == (13, -14)


def ended(number: int) -> int:
    if number == 7:
        os.kill(os.getpid(), signal.SIGKILL)
    return number


def test_a_process_that_the_system_ends_is_told_and_nothing_stands_in_for_its_work() -> None:
    found: list[object] = []
    with pytest.raises(EnvironmentFailure, match="ended from outside"):
        found.extend(in_order(ended, range(40), processes=2, few=2))
    assert found == list(range(len(found)))
    assert len(found) <= 7
