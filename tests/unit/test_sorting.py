"""Lines are sorted on disk, each once, whatever their number."""

from __future__ import annotations

import tracemalloc
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ogp_graph.release import sorting
from ogp_graph.release.sorting import Sorter, sorted_lines

if TYPE_CHECKING:
    from pathlib import Path

LINES = st.lists(st.text(st.characters(exclude_characters="\n")))


@given(lines=LINES, limit=st.integers(1, 5))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=60)
def test_lines_come_back_sorted_by_code_point_and_each_once(tmp_path: Path, lines: list[str], limit: int) -> None:
    assert list(sorted_lines(lines, temporary=tmp_path, limit=limit)) == sorted(set(lines))


def test_nothing_is_left_in_the_temporary_folder(tmp_path: Path) -> None:
    lines = sorted_lines((str(n) for n in range(100)), temporary=tmp_path, limit=3)
    next(lines)
    assert any(tmp_path.iterdir())
    list(lines)
    assert not any(tmp_path.iterdir())


def test_an_iterator_that_is_given_up_leaves_nothing_either(tmp_path: Path) -> None:
    lines = sorted_lines(map(str, range(100)), temporary=tmp_path, limit=3)
    next(lines)
    lines.close()
    assert not any(tmp_path.iterdir())


def test_more_runs_than_files_may_be_open_are_merged_in_rounds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sorting, "_FAN_IN", 3)
    lines = [str(n % 50) for n in range(400)]
    assert list(sorted_lines(lines, temporary=tmp_path, limit=2)) == sorted(set(lines))


def test_a_sorter_can_be_read_twice_and_added_to_in_between(tmp_path: Path) -> None:
    with Sorter(tmp_path, limit=2) as sorter:
        for line in ("b", "a", "c", "a"):
            sorter.add(line)
        assert list(sorter) == ["a", "b", "c"]
        sorter.add("aa")
        assert list(sorter) == ["a", "aa", "b", "c"]


def test_long_lines_go_to_disk_before_they_fill_the_memory(tmp_path: Path) -> None:
    tracemalloc.start()
    count = sum(1 for _ in sorted_lines((f"{n:09d}" * 100_000 for n in range(200)), temporary=tmp_path))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert count == 200
    assert peak < 100_000_000  # the lines are 180 MB
