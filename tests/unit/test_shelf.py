"""What is kept keeps to its bounds, whatever it is kept under."""

from __future__ import annotations

import os
from tempfile import TemporaryFile

from ogp_graph.engine.shelf import Held, Shelf


def test_what_was_not_asked_for_longest_leaves_first() -> None:
    shelf = Shelf(10_000, 0)
    for number in range(8):
        shelf.put(number, Held(1000, bytes(1000)))
        shelf.get(0)
    assert shelf.get(0)
    assert shelf.get(7)
    assert shelf.get(1) is None
    assert shelf.memory <= 10_000


def test_long_keys_count_as_what_they_lead_to_does() -> None:
    shelf = Shelf(1_000_000, 0)
    for number in range(200):
        shelf.put(("", f"{number:05}" * 10_000, (("text/csv",), ())), Held(10, bytes(10)))
    kept = sum(shelf.get(("", f"{number:05}" * 10_000, (("text/csv",), ()))) is not None for number in range(200))
    assert 15 <= kept <= 20
    assert shelf.memory <= 1_000_000


def test_everything_that_leaves_is_taken_off_the_count() -> None:
    shelf = Shelf(100_000, 100_000)
    with TemporaryFile() as file:
        for number in range(50):
            shelf.put(("memory" * number, number % 7), Held(900, bytes(900)))
            shelf.put(("file" * number,), Held(9000, None, os.dup(file.fileno())))
        shelf.lend(Held(500, None, os.dup(file.fileno())))
    assert 0 < shelf.memory <= 100_000
    shelf.close()
    assert (shelf.memory, shelf.disk) == (0, 0)
