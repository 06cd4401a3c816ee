"""What goes on under another address, found in the tables of two releases; and how the changes tell it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from ogp_graph.known import Gone, gone
from ogp_graph.release.changes import Changes
from ogp_graph.release.moved import moved
from ogp_graph.release.plainly import plainly

if TYPE_CHECKING:
    from pathlib import Path

BASE = "https://example.org/"
COLUMNS = {
    "members": ("member", "name"),
    "plans": ("plan", "member", "start_year", "end_year"),
    "captures": ("capture", "report"),
    "answers": ("report", "question", "status", "value"),
}


def release(folder: Path, **tables: list[tuple[Any, ...]]) -> Path:
    """A folder with these rows in its tables."""
    (folder / "tables").mkdir(parents=True)
    for name, columns in COLUMNS.items():
        types = pa.schema([(column, pa.string()) for column in columns])
        rows = [dict(zip(columns, row, strict=True)) for row in tables.get(name, [])]
        pq.write_table(pa.Table.from_pylist(rows, types), folder / "tables" / f"{name}.parquet")
    return folder


def told(tmp_path: Path, old: list[tuple[str, str | None]], new: list[tuple[str, str | None]]) -> tuple[str, ...]:
    """What is said of these members, before and after."""
    folders = [release(tmp_path / name, members=members) for name, members in (("old", old), ("new", new))]
    return plainly(Changes("2026-01-01.1", (), (), (), 0), *folders)


def test_a_member_with_another_key_has_a_new_address(tmp_path: Path) -> None:
    assert told(tmp_path, [("a", "Lindholm"), ("b", "Oslo")], [("c", "Lindholm"), ("b", "Oslo")]) == (
        "1 member has a new address: Lindholm (now member/c, before member/a).",
    )


def test_several_are_told_in_one_sentence_and_those_that_came_or_left_beside_them(tmp_path: Path) -> None:
    old = [("a1", "A"), ("b1", "B"), ("x", "Gone")]
    assert told(tmp_path, old, [("a2", "A"), ("b2", "B"), ("y", "New")]) == (
        "2 members have new addresses: A (now member/a2, before member/a1); B (now member/b2, before member/b1).",
        "1 member added: New.",
        "1 member removed: Gone.",
    )


def test_a_long_list_of_new_addresses_is_cut(tmp_path: Path) -> None:
    old, new = ([(f"{prefix}{n}", f"M{n:02}") for n in range(15)] for prefix in ("a", "b"))
    (sentence,) = told(tmp_path, old, new)
    assert sentence.startswith("15 members have new addresses: M00 (now member/b0, before member/a0); ")
    assert sentence.endswith("M11 (now member/b11, before member/a11) and 3 more.")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ([("a", "Lindholm"), ("b", "Lindholm")], [("c", "Lindholm")]),
        ([("a", "Lindholm")], [("c", "Lindholm"), ("d", "Lindholm")]),
        ([("a", "Lindholm"), ("b", "Lindholm")], [("c", "Lindholm"), ("b", "Lindholm")]),
        ([("a", None)], [("c", None)]),
        ([("a", "")], [("c", "")]),
        ([("a", "Lindholm")], [("c", "Lindholm Town")]),
    ],
)
def test_where_names_do_not_settle_it_members_are_added_and_removed(
    tmp_path: Path, old: list[tuple[str, str | None]], new: list[tuple[str, str | None]]
) -> None:
    sentences = told(tmp_path, old, new)
    assert not any("address" in sentence for sentence in sentences)
    assert any(" added: " in sentence for sentence in sentences)
    assert any(" removed: " in sentence for sentence in sentences)


def test_a_name_that_stays_where_it_is_and_comes_elsewhere_too_has_not_moved(tmp_path: Path) -> None:
    assert told(tmp_path, [("a", "Lindholm")], [("a", "Lindholm"), ("c", "Lindholm")]) == ("1 member added: Lindholm.",)


def test_reports_of_the_same_pages_under_other_keys_are_told_to_be_the_same(tmp_path: Path) -> None:
    before = release(tmp_path / "old", captures=[("1", "r"), ("2", "r"), ("3", "s"), ("4", "t")])
    after = release(tmp_path / "new", captures=[("1", "q"), ("2", "q"), ("3", "s"), ("5", "u")])
    said = plainly(Changes("2026-01-01.1", ("q", "u"), ("r", "t"), (), 1), before, after)
    assert said == (
        "2 reports added.",
        "2 reports removed.",
        "1 of the reports added was there before, and has a new address.",
    )


def test_plans_move_with_their_member_and_reports_with_their_captures(tmp_path: Path) -> None:
    before = release(
        tmp_path / "old",
        members=[("a", "Lindholm"), ("b", "Oslo")],
        plans=[("a-2020-2022", "a", "2020", "2022"), ("b-2020-2022", "b", "2020", "2022")],
        captures=[("1", "a-r"), ("2", "a-s"), ("3", "a-t"), ("4", "b-u")],
    )
    after = release(
        tmp_path / "new",
        members=[("c", "Lindholm"), ("b", "Oslo")],
        plans=[("c-2020-2022", "c", "2020", "2022"), ("b-2021-2023", "b", "2021", "2023")],
        captures=[("1", "c-r"), ("2", "c-st"), ("3", "c-st"), ("4", "b-u")],
    )
    assert moved(before, after) == {
        "id/member/a": "id/member/c",
        "id/plan/a-2020-2022": "id/plan/c-2020-2022",
        "id/report/a-r": "id/report/c-r",
        "id/commitment/a-r": "id/commitment/c-r",
    }


@pytest.mark.parametrize(("there", "now"), [("q", "id/report/q"), ("p", "")])
def test_a_new_address_is_told_only_where_something_is_there(tmp_path: Path, there: str, now: str) -> None:
    folders = [release(tmp_path / name, captures=[("1", key)]) for name, key in (("old", "r"), ("new", "q"))]
    for folder, key in zip(folders, ("r", there), strict=True):
        pq.write_table(pa.table({"iri": [f"{BASE}id/report/{key}", None]}), folder / "tables" / "reports.parquet")
    assert gone(folders[1], BASE, [folders[0]]) == {"id/report/r": Gone(release="old", now=now)}
