"""Whatever is done to a release, verifying it names the file and the problem."""

from __future__ import annotations

import gzip
import shutil
from importlib import import_module
from typing import TYPE_CHECKING

import pyoxigraph as ox
import pytest
import zstandard

from ogp_graph.release import Workspace, verify
from ogp_graph.release.checksums import STORE_SUMS, SUMS, digests, write_sums
from ogp_graph.release.dumps import DUMPS
from ogp_graph.release.packing import packed, unpacked
from tests.small_release import release_of, some_results

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

KINDS = (
    *(f"dumps/{dump.name}" for dump in DUMPS),
    "tables/overview.csv",
    "tables/overview.parquet",
    "tables/tables.csv-metadata.json",
    "definitions/ontology/ogp.ttl",
    "quality/findings.jsonl",
    "quality/findings.ttl",
    "quality/summary.txt",
    "catalogue.ttl",
    "catalogue.jsonld",
    "changes.txt",
    "changes.json",
    "release.json",
    "reports.tsv",
    "captures.tsv",
    "tombstones.json",
)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return release_of(Workspace(tmp_path_factory.mktemp("verify") / "workspace"), some_results()).path


@pytest.fixture
def copy(whole: Path, tmp_path: Path) -> Path:
    """A release to damage."""
    folder = tmp_path / whole.name
    shutil.copytree(whole, folder)
    for path in folder.rglob("*"):
        path.chmod(0o755 if path.is_dir() else 0o644)
    return folder


def resealed(folder: Path) -> Path:
    """The same with checksums that fit what is there: only what files say can be wrong now."""
    write_sums(digests(folder), folder)
    write_sums(digests(folder, store=True), folder, STORE_SUMS)
    return folder


def rewritten(path: Path, change: Callable[[str], str]) -> None:
    """Changes what is inside a dump."""
    with unpacked(path) as file:
        text = file.read().decode()
    path.unlink()
    with packed(path) as out:
        out.write(change(text).encode())


def test_a_whole_release_has_no_problem_and_verifying_writes_nothing(whole: Path) -> None:
    before = {path: path.stat().st_mtime_ns for path in whole.rglob("*")}
    assert verify(whole) == ()
    assert {path: path.stat().st_mtime_ns for path in whole.rglob("*")} == before


@pytest.mark.parametrize("name", KINDS)
def test_a_changed_byte_is_named(copy: Path, name: str) -> None:
    data = bytearray((copy / name).read_bytes())
    data[len(data) // 2] ^= 1
    (copy / name).write_bytes(data)
    assert f"{name}: differs from its checksum" in verify(copy)


@pytest.mark.parametrize("name", KINDS)
def test_a_missing_file_is_named(copy: Path, name: str) -> None:
    (copy / name).unlink()
    assert f"{name}: missing" in verify(copy)


def test_an_extra_file_is_named(copy: Path) -> None:
    (copy / "dumps" / "more.nq").write_text("")
    assert verify(copy) == ("dumps/more.nq: not part of the release",)


@pytest.mark.parametrize("name", [f"dumps/{dump.name}" for dump in DUMPS])
def test_a_dump_that_ends_too_early_cannot_be_read(copy: Path, name: str) -> None:
    (copy / name).write_bytes((copy / name).read_bytes()[:-20])
    problems = verify(copy)
    assert any(problem.startswith(f"{name}: cannot be read") for problem in problems), problems


@pytest.mark.parametrize("name", [f"dumps/{dump.name}" for dump in DUMPS if dump.name != "ogp-graph-citations.nq.gz"])
def test_a_dump_that_says_something_else_is_found_behind_good_checksums(copy: Path, name: str) -> None:
    rewritten(copy / name, lambda text: text.replace("Publish the budget", "Hide the budget"))
    problems = verify(resealed(copy))
    assert any("says something else of <https://w3id.org/ogp-graph/id/commitment/" in problem for problem in problems)
    if "nt.gz" not in name:  # the others are compared with it
        assert all(problem.startswith((name, "store")) for problem in problems), problems


def test_a_citation_that_the_store_does_not_hold_is_found(copy: Path) -> None:
    rewritten(copy / "dumps" / "ogp-graph-citations.nq.gz", lambda text: text.replace("June", "July"))
    (problem,) = verify(resealed(copy))
    assert problem.startswith("store: lacks a statement about <https://w3id.org/ogp-graph/id/report/")


def test_a_statement_that_only_the_store_holds_is_found(copy: Path) -> None:
    store = ox.Store(str(copy / "store"))
    store.add(ox.Quad(*(ox.NamedNode(f"https://example.org/{name}") for name in "spog")))
    store.flush()
    del store
    assert verify(resealed(copy)) == ("store: <https://example.org/g> holds 1 statements instead of 0",)


def test_several_processes_find_the_same(copy: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(import_module("ogp_graph.release.verify"), "_LARGE", 0)
    assert verify(copy, processes=2) == ()
    (copy / "tables" / "overview.csv").write_text("nothing\n", encoding="utf-8")
    rewritten(copy / "dumps" / "ogp-graph.ttl.gz", lambda text: text.replace("Publish the budget", "Hide the budget"))
    rewritten(copy / "dumps" / "ogp-graph-citations.nq.gz", lambda text: text.replace("June", "July"))
    found = verify(copy, processes=2)
    assert found == verify(copy)
    assert [problem.partition(":")[0] for problem in found] == [
        "dumps/ogp-graph-citations.nq.gz", "dumps/ogp-graph.ttl.gz", "tables/overview.csv", "dumps/ogp-graph.ttl.gz",
        "store",
    ]  # fmt: skip


def test_a_statement_that_the_store_lost_is_found(copy: Path) -> None:
    store = ox.Store(str(copy / "store"))
    store.remove(next(store.quads_for_pattern(None, None, None, ox.DefaultGraph())))
    store.flush()
    del store
    (problem,) = verify(resealed(copy))
    assert problem.startswith("store: lacks a statement about ")
    assert problem.endswith("that dumps/ogp-graph.nt.gz has")


def test_numbers_that_a_store_writes_differently_are_no_problem(copy: Path) -> None:
    number = '"{}"^^<http://www.w3.org/2001/XMLSchema#decimal>'
    more = "".join(f"<https://example.org/~> <https://example.org/p> {number.format(n)} .\n" for n in ("1.5", "1.50"))
    for name in ("nt.gz", "ttl.gz"):
        rewritten(copy / "dumps" / f"ogp-graph.{name}", lambda text: more + text)
    shutil.rmtree(copy / "store")
    store = ox.Store(str(copy / "store"))
    for name, form in (("nt", ox.RdfFormat.N_TRIPLES), ("nq", ox.RdfFormat.N_QUADS)):
        with unpacked(copy / "dumps" / f"ogp-graph.{name}.gz") as file:
            store.bulk_load(file, form)
    with unpacked(copy / "dumps" / "ogp-graph-citations.nq.gz") as file:
        store.bulk_load(file, ox.RdfFormat.N_QUADS)
    store.flush()
    del store
    assert not [problem for problem in verify(resealed(copy)) if problem.startswith("store")]


@pytest.mark.parametrize("pattern", ["*.sst", "CURRENT", "MANIFEST-*"])
def test_a_damaged_store_is_named(copy: Path, pattern: str) -> None:
    for path in (copy / "store").glob(pattern):
        path.write_bytes(bytes(path.stat().st_size))
    assert any(problem.startswith("store/") and problem.endswith("checksum") for problem in verify(copy))
    (problem,) = verify(resealed(copy))
    assert problem.startswith("store: cannot be read")


def test_a_damaged_byte_that_no_query_meets_is_named(copy: Path) -> None:
    path = max((copy / "store").glob("*.sst"), key=lambda path: path.stat().st_size)
    data = path.read_bytes()
    path.write_bytes(data[:-60] + bytes([data[-60] ^ 1]) + data[-59:])
    assert f"store/{path.name}: differs from its checksum" in verify(copy)


def test_a_missing_store_is_named_and_not_made(copy: Path) -> None:
    shutil.rmtree(copy / "store")
    problems = verify(copy)
    assert "store/CURRENT: missing" in problems
    assert problems[-1].startswith("store: cannot be read")
    assert not (copy / "store").exists()


def test_a_folder_that_is_no_release_has_problems_and_no_traceback(tmp_path: Path) -> None:
    problems = verify(tmp_path / "absent")
    assert f"{SUMS}: cannot be read (No such file or directory)" in problems
    assert not (tmp_path / "absent").exists()


def test_garbage_instead_of_checksums_names_every_file(copy: Path) -> None:
    (copy / SUMS).write_bytes(b"\x00\xff garbage")
    assert "release.json: not part of the release" in verify(copy)


def test_compressed_garbage_is_damage_and_no_traceback(copy: Path) -> None:
    (copy / "dumps" / "ogp-graph.nt.gz").write_bytes(gzip.compress(b"\xff\x00 nothing"))
    (copy / "dumps" / "ogp-graph.nq.zst").write_bytes(zstandard.compress(b"nothing")[:-2])
    problems = verify(copy)
    assert any(problem.startswith("dumps/ogp-graph.nt.gz: cannot be read") for problem in problems)
    assert any(problem.startswith("dumps/ogp-graph.nq.zst: cannot be read") for problem in problems)
