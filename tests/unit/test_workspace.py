"""The workspace keeps every byte once, knows what was seen last where, and trusts no torn file."""

from __future__ import annotations

import errno
import gc
import hashlib
import os
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ogp_graph.errors import EnvironmentFailure, UsageError, WorkspaceLocked
from ogp_graph.model import Page
from ogp_graph.release import Workspace
from ogp_graph.release import storage as storage_module
from ogp_graph.release.journal import Sighting, captures_of
from tests.full_report import full_report
from tests.small_release import page, result_of

A, B = page(b"first"), page(b"second", "b.html")


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return Workspace(tmp_path / "workspace")


def archive(workspace: Workspace, *pages: Page) -> None:
    for one in pages:
        workspace.record(one)
    workspace.commit()


def again(workspace: Workspace) -> Workspace:
    """The same workspace, opened by another build."""
    return Workspace(workspace.path)


# Captures


def test_bytes_are_kept_under_their_digest_and_read_back(workspace: Workspace) -> None:
    archive(workspace, A)
    sha256 = A.capture.sha256
    assert (workspace.path / "captures" / sha256[:2] / sha256[2:]).read_bytes() == b"first"
    assert again(workspace).read(sha256) == b"first"


def test_captures_are_sorted_and_survive_reopening(workspace: Workspace) -> None:
    archive(workspace, B, A)
    assert again(workspace).captures() == sorted((A.capture, B.capture), key=lambda capture: capture.sha256)


def test_a_changed_page_replaces_its_older_version_whose_bytes_stay(workspace: Workspace) -> None:
    archive(workspace, page(b"old"))
    later = again(workspace)
    archive(later, page(b"new"))
    assert [later.read(capture.sha256) for capture in again(workspace).captures()] == [b"new"]
    assert later.read(hashlib.sha256(b"old").hexdigest()) == b"old"


def test_a_page_that_changes_back_is_current_again(workspace: Workspace) -> None:
    for data in (b"old", b"new", b"old"):
        archive(workspace, page(data))
    assert [workspace.read(capture.sha256) for capture in again(workspace).captures()] == [b"old"]


def test_one_content_in_two_places_is_one_capture_with_both_names(workspace: Workspace) -> None:
    archive(workspace, page(b"same", "z.html"), page(b"same", "a.html"))
    (capture,) = workspace.captures()
    assert capture.names == ("a.html", "z.html")


def test_the_order_of_arrival_does_not_show(tmp_path: Path) -> None:
    pages = [
        page(b"same", "z.html", retrieved="2024-02-01T00:00:00Z", address="https://example.org/z"),
        page(b"same", "a.html", retrieved="2024-01-01T00:00:00Z", address="https://example.org/a"),
        page(b"same", "c.html"),
        B,
    ]
    one, other = Workspace(tmp_path / "one"), Workspace(tmp_path / "other")
    archive(one, *pages)
    archive(other, *reversed(pages))
    assert one.captures() == other.captures()
    same = next(capture for capture in one.captures() if capture.sha256 == pages[0].capture.sha256)
    assert (same.retrieved, same.address) == ("2024-01-01T00:00:00Z", "https://example.org/a")


def test_the_same_page_seen_again_adds_no_line_to_the_journal(workspace: Workspace) -> None:
    archive(workspace, A)
    before = (workspace.path / "captures" / "journal.jsonl").read_bytes()
    archive(again(workspace), A)
    assert (workspace.path / "captures" / "journal.jsonl").read_bytes() == before


def test_what_was_seen_is_not_held_in_memory_once_it_is_on_the_disk(workspace: Workspace) -> None:
    def holds() -> bool:
        gc.collect()
        return any(isinstance(one, Sighting) and one.name == A.capture.names[0] for one in gc.get_objects())

    workspace.record(A)
    assert workspace.captures() == [A.capture]
    workspace.commit()
    assert workspace.captures() == [A.capture]
    assert not holds()
    archive(workspace, A, B)
    assert len(again(workspace).captures()) == 2


def test_a_torn_last_line_of_the_journal_is_ignored_and_harms_no_later_line(workspace: Workspace) -> None:
    archive(workspace, A)
    with (workspace.path / "captures" / "journal.jsonl").open("ab") as file:
        file.write(b'{"locator": "/pages/b.ht')
    assert [c.names for c in again(workspace).captures()] == [("a.html",)]
    archive(again(workspace), B)
    assert {c.names for c in again(workspace).captures()} == {("a.html",), ("b.html",)}


def test_journal_lines_that_are_no_sighting_are_ignored(workspace: Workspace) -> None:
    archive(workspace, A)
    with (workspace.path / "captures" / "journal.jsonl").open("ab") as file:
        file.write(b'[]\n7\n{"locator": 7}\n\xff\n' + b'{"locator": "x", "sha256": 7, "name": "", "media_type": ""}\n')
    assert len(again(workspace).captures()) == 1


@given(locator=st.text(), name=st.text())
@settings(deadline=None)
def test_any_file_name_survives_the_journal(tmp_path_factory: pytest.TempPathFactory, locator: str, name: str) -> None:
    workspace = Workspace(tmp_path_factory.mktemp("names"))
    archive(workspace, page(b"x", name, locator))
    assert again(workspace).captures() == workspace.captures()
    assert workspace.captures()[0].names == ((name,) if name else ())


def test_a_name_that_is_not_unicode_survives_the_journal(workspace: Workspace) -> None:
    archive(workspace, page(b"x", os.fsdecode(b"p\xe1gina\n.html"), os.fsdecode(b"/p\xe1gina\n.html")))
    assert again(workspace).captures()[0].names == (os.fsdecode(b"p\xe1gina\n.html"),)


def test_a_torn_capture_is_written_again(workspace: Workspace) -> None:
    archive(workspace, A)
    path = next(path for path in (workspace.path / "captures").glob("??/*"))
    path.write_bytes(b"fir")
    archive(again(workspace), A)
    assert workspace.read(A.capture.sha256) == b"first"


def test_a_damaged_capture_is_never_handed_out(workspace: Workspace) -> None:
    archive(workspace, A)
    next((workspace.path / "captures").glob("??/*")).write_bytes(b"f1rst")
    with pytest.raises(EnvironmentFailure, match="damaged"):
        workspace.read(A.capture.sha256)


def test_a_capture_that_is_not_there_is_an_error_that_names_it(workspace: Workspace) -> None:
    with pytest.raises(EnvironmentFailure, match="No such file"):
        workspace.read("0" * 64)


def test_bytes_that_are_not_the_captures_are_refused(workspace: Workspace) -> None:
    with pytest.raises(ValueError, match="are not those"):
        workspace.record(Page(A.capture, b"something else"))


@pytest.mark.parametrize("sha256", ["", "../../../etc/passwd", "A" * 64, "0" * 63])
def test_a_capture_is_never_looked_for_outside_the_archive(workspace: Workspace, sha256: str) -> None:
    with pytest.raises(ValueError, match="not a SHA-256"):
        workspace.read(sha256)


def test_sightings_without_a_time_give_way_to_the_earliest_that_has_one() -> None:
    seen = [
        Sighting("1", "0" * 64, "a", "text/html", "https://example.org/a"),
        Sighting("2", "0" * 64, "b", "text/html", None, "2024-01-01T00:00:00Z"),
    ]
    (capture,) = captures_of(seen)
    assert (capture.retrieved, capture.address) == ("2024-01-01T00:00:00Z", None)


# Readings and results


def test_a_reading_is_found_for_its_capture_and_code_alone(workspace: Workspace) -> None:
    workspace.store_reading(A.capture.sha256, "code-1", b"read")
    assert workspace.reading(A.capture.sha256, "code-1") == b"read"
    assert workspace.reading(A.capture.sha256, "code-2") is None
    assert workspace.reading(B.capture.sha256, "code-1") is None


def test_a_result_comes_back_as_it_was_stored(workspace: Workspace) -> None:
    result = result_of(full_report(), removed=(3,))
    workspace.store_result(result)
    assert again(workspace).result(result.key, result.digest) == result
    assert again(workspace).result(result.key) == result


def test_a_result_of_other_inputs_is_absent(workspace: Workspace) -> None:
    result = result_of(full_report())
    workspace.store_result(result)
    assert workspace.result(result.key, "0" * 64) is None
    assert workspace.result("another", result.digest) is None


def test_results_come_sorted_by_key_and_quarantined_ones_are_not_accepted(workspace: Workspace) -> None:
    result = result_of(full_report())
    for key in ("b", "a", "../c", "d" * 300):
        workspace.store_result(replace(result, key=key, quarantined=key == "b"))
    assert [found.key for found in workspace.results()] == ["../c", "a", "b", "d" * 300]
    assert workspace.accepted() == [(key, result.digest) for key in ("../c", "a", "d" * 300)]


def test_results_of_reports_that_are_gone_are_forgotten(workspace: Workspace) -> None:
    result = result_of(full_report())
    for key in ("a", "b"):
        workspace.store_result(replace(result, key=key))
    assert workspace.prune({"a"}) == ["b"]
    assert [key for key, _ in workspace.accepted()] == ["a"]


@pytest.mark.parametrize("damage", ["cut", "flip", "empty", "foreign", "header"])
def test_a_torn_or_foreign_cache_file_counts_as_absent(workspace: Workspace, damage: str) -> None:
    result = result_of(full_report())
    workspace.store_result(result)
    workspace.store_reading(A.capture.sha256, "code", b"read")
    for path in (*workspace.path.glob("reports/??/*"), *workspace.path.glob("readings/??/*")):
        data = path.read_bytes()
        path.write_bytes(
            {
                "cut": data[:-3],
                "flip": data[:-3] + bytes([data[-3] ^ 1]) + data[-2:],
                "empty": b"",
                "foreign": b"\x89PNG\r\n" + bytes(100),
                "header": b"{}" + data[data.index(b"\n") :],
            }[damage]
        )
    assert workspace.result(result.key) is None
    assert workspace.reading(A.capture.sha256, "code") is None
    assert list(workspace.results()) == []
    assert workspace.accepted() == [] or damage == "flip"  # a list of keys does not read what is inside


# Opening, locking, failing


def test_a_workspace_that_is_not_there_is_only_made_by_who_writes(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no workspace"):
        Workspace(tmp_path / "absent", create=False)
    assert not (tmp_path / "absent").exists()
    Workspace(tmp_path / "absent")
    Workspace(tmp_path / "absent", create=False)


def test_a_second_build_is_told_at_once(workspace: Workspace) -> None:
    with workspace.lock():
        with pytest.raises(WorkspaceLocked) as caught, again(workspace).lock():
            pass
        assert caught.value.exit_code == 3
        assert str(workspace.path) in str(caught.value)
    with again(workspace).lock():
        pass


HOLDER = """
import os, sys, time
from ogp_graph.release import Workspace
with Workspace(sys.argv[1]).lock():
    if os.fork() == 0:
        os.setsid()
        print(os.getpid(), flush=True)
        time.sleep(60)
    time.sleep(60)
"""


def test_a_killed_build_leaves_no_lock_even_when_its_worker_lives_on(workspace: Workspace) -> None:
    holder = subprocess.Popen([sys.executable, "-c", HOLDER, workspace.path], stdout=subprocess.PIPE)
    assert holder.stdout is not None
    worker = int(holder.stdout.readline())
    try:
        with pytest.raises(WorkspaceLocked), workspace.lock():
            pass
        holder.kill()
        holder.wait()
        os.kill(worker, 0)
        with workspace.lock():
            pass
    finally:
        os.kill(worker, signal.SIGKILL)
        holder.stdout.close()


def test_what_a_killed_build_left_is_cleared_away(workspace: Workspace) -> None:
    (workspace.temporary / "draft-1").write_bytes(b"half")
    (workspace.releases / ".tmp-2026-11-21.1" / "dumps").mkdir(parents=True)
    (workspace.releases / ".tmp-2026-11-21.1" / "dumps" / "x").write_bytes(b"half")
    with workspace.lock():
        assert not any(workspace.temporary.iterdir())
        assert not any(workspace.releases.iterdir())


def test_a_full_disk_is_said_with_the_place_and_what_to_do(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(storage_module.os, "fsync", full)
    with pytest.raises(EnvironmentFailure, match=r"captures.*No space left on device; free some space") as caught:
        archive(workspace, A)
    assert caught.value.exit_code == 3
    assert not any(workspace.temporary.iterdir())
    assert not list(workspace.path.glob("captures/??/*"))


def test_a_forbidden_place_is_said_with_the_place_and_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def forbidden(path: Path, *_: object, **__: object) -> None:
        raise PermissionError(errno.EACCES, "Permission denied", str(path))

    monkeypatch.setattr(Path, "mkdir", forbidden)
    with pytest.raises(EnvironmentFailure, match="Permission denied; give this user the right"):
        Workspace(tmp_path / "workspace")


def test_a_file_in_the_place_of_the_workspace_is_an_environment_failure(tmp_path: Path) -> None:
    (tmp_path / "workspace").write_text("a file")
    with pytest.raises(EnvironmentFailure, match="workspace"):
        Workspace(tmp_path / "workspace")
