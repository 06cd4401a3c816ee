"""A release that is made of the one before it has the bytes that it would have from nothing, and says what changed."""

from __future__ import annotations

import datetime as dt
import gzip
import random
import shutil
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyoxigraph as ox
import pytest

from ogp_graph.model import Finding, decode
from ogp_graph.pipeline import checks as pipeline_checks
from ogp_graph.pipeline.checks import checked
from ogp_graph.release import Workspace, tablefiles, verify, writing
from ogp_graph.release.checksums import STORE_SUMS, SUMS
from ogp_graph.release.dumps import text_lines
from ogp_graph.release.parts import read_parts
from ogp_graph.release.takedown import Takedown, TakenCapture
from ogp_graph.settings import settings_from
from ogp_graph.vocabulary import data_folder
from tests.full_report import full_report, name, value
from tests.small_release import definitions, files_of, release_of, report_named, result_of

if TYPE_CHECKING:
    from ogp_graph.release import Before, Release, ReportResult

NAMELESS = ("catalogue.", "changes.", "release.json", SUMS, STORE_SUMS)


CONTINUED: list[tuple[str, str]] = []
"""(release, release before) of those that were made of the one before."""


@pytest.fixture(autouse=True)
def small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Parts of about one report, so that a few reports have many; and a note of who is made of what."""
    revise = writing.Writer.revise

    def noted(self: writing.Writer, collected: Any, before: Path, *more: Any) -> Any:
        found = revise(self, collected, before, *more)
        CONTINUED.append((str(self.release).replace("/.tmp-", "/"), str(before)))
        return found

    monkeypatch.setattr(writing.Writer, "revise", noted)
    monkeypatch.setattr(writing, "STATED", replace(writing.STATED, least=3_000))
    monkeypatch.setattr(writing, "CITED", replace(writing.CITED, least=9_000))
    monkeypatch.setattr(tablefiles, "_PART", 500)
    monkeypatch.setattr(tablefiles, "_ROW_GROUP", 20)


def result(number: int, version: int = 0) -> ReportResult:
    """Report ``number`` in one of its versions; each says another title and action, some are of another plan."""
    report = report_named(f"park-{number:03d}")
    changed = replace(report, action=value(f"Version {version} of {number}: benches. " * (version % 4 + 1)))
    if version % 3 == 2:
        changed = replace(changed, answers=changed.answers[:2], evaluators=(), title=name(f"Park {number}"))
    return result_of(changed)


def whole(release: Release) -> dict[str, bytes]:
    return {path: data for path, data in files_of(release.path) if not path.startswith(NAMELESS)}


def was_continued(release: Release, before: Release) -> bool:
    return (str(release.path), str(before.path)) in CONTINUED


def patched(release: Release, before: Release) -> None:
    """Asserts that the RDF patch makes of the old dumps the new ones."""
    assert "changes.rdfp.gz" in (release.path / "catalogue.ttl").read_text(encoding="utf-8")
    rows = gzip.decompress((release.path / "changes.rdfp.gz").read_bytes()).decode().splitlines()
    base = "https://w3id.org/ogp-graph/dataset/"
    assert rows[:3] == [f"H id <{base}{release.id}> .", f"H prev <{base}{before.id}> .", "TX ."]
    assert rows[-1] == "TC ."
    gone = [row[2:] for row in rows if row.startswith("D ")]
    come = [row[2:] for row in rows if row.startswith("A ")]
    assert len(gone) + len(come) == len(rows) - 4
    dumps = ("ogp-graph.nq.gz", "ogp-graph-citations.nq.gz")
    old, new = ({line for dump in dumps for line in text_lines(one.path / "dumps" / dump)} for one in (before, release))
    assert set(gone) <= old
    assert not set(come) & old
    assert (old - set(gone)) | set(come) == new


@pytest.mark.parametrize("seed", range(2))
def test_a_continued_release_has_the_bytes_of_one_from_nothing(tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)
    held = dict.fromkeys(range(0, 60, 2), 0)
    workspace = Workspace(tmp_path / "continued")
    before = release_of(workspace, [result(*one) for one in held.items()])
    for round_ in range(3):
        for number in chance.sample(sorted(held), 2):
            held[number] = chance.randint(1, 8)
        del held[chance.choice(sorted(held))]
        held[chance.choice([n for n in range(70) if n not in held])] = chance.randint(0, 8)
        some = [result(*one) for one in held.items()]
        release = release_of(workspace, some, release_date=dt.date(2027, 1, round_ + 1))
        assert was_continued(release, before)
        other = release_of(Workspace(tmp_path / f"scratch-{round_}"), reversed(some))
        assert not was_continued(other, before)
        assert whole(release) == whole(other)
        assert release.counts == other.counts
        assert verify(release.path) == ()
        patched(release, before)
        before = release


def test_the_parts_are_small_enough_here_to_be_kept(tmp_path: Path) -> None:
    release = release_of(Workspace(tmp_path / "ws"), [result(number) for number in range(20)])
    assert len(read_parts(release.path / "parts" / "statements.tsv")) > 8
    assert len(read_parts(release.path / "parts" / "citations.tsv")) > 8
    assert len(read_parts(release.path / "parts" / "table-answers.tsv")) > 8


def test_what_reports_share_changes_with_them(tmp_path: Path) -> None:
    """The first spelling of a member's name is shown for all of its reports; a change of it changes all their rows."""
    first = [result(number) for number in range(20)]
    workspace = Workspace(tmp_path / "ws")
    before = release_of(workspace, first)
    spelt = result_of(replace(full_report(), key="a-first-one-00000000", member_name=name("LINDHOLM, Norland")))
    some = [spelt, *first]
    release = release_of(workspace, some)
    assert was_continued(release, before)
    assert whole(release) == whole(release_of(Workspace(tmp_path / "scratch"), some))
    assert verify(release.path) == ()


def test_numbers_that_a_store_takes_for_one_stay_when_one_of_them_goes(tmp_path: Path) -> None:
    """RDF tells "01" from "1", a store does not: what stays is said again."""
    some = [result(number) for number in range(20)]
    one, *rest = some
    subject, graph = f"<https://w3id.org/ogp-graph/id/report/{one.key}>", one.graph.split("\n")[0].rpartition(" <")[2]
    number = "http://www.w3.org/2001/XMLSchema#integer"
    said = [f'{subject} <https://example.org/n> "{n}"^^<{number}> <{graph}' for n in ("01", "1")]
    both = replace(one, graph="\n".join(sorted([*one.graph.split("\n"), *said])))
    less = replace(one, graph="\n".join(sorted([*one.graph.split("\n"), said[1]])))
    workspace = Workspace(tmp_path / "ws")
    before = release_of(workspace, [both, *rest])
    release = release_of(workspace, [less, *rest])
    assert was_continued(release, before)
    assert verify(release.path) == ()


def test_a_release_with_the_patch_of_one_from_nothing_says_the_same(tmp_path: Path) -> None:
    """More than a fifth of the reports differ: all is made anew, and the two dumps are compared."""
    workspace = Workspace(tmp_path / "ws")
    before = release_of(workspace, [result(number) for number in range(6)])
    release = release_of(workspace, [result(number, number % 4) for number in range(2, 9)])
    assert not was_continued(release, before)
    patched(release, before)


def test_the_old_release_stays_as_it_was(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path / "ws")
    before = release_of(workspace, [result(number) for number in range(20)])
    files = {path: path.read_bytes() for path in before.path.rglob("*") if path.is_file()}
    release = release_of(workspace, [result(number, int(number == 7)) for number in range(20)])
    assert was_continued(release, before)
    assert {path: path.read_bytes() for path in before.path.rglob("*") if path.is_file()} == files
    assert verify(before.path) == ()
    shutil.rmtree(before.path)
    assert verify(release.path) == ()


def test_after_a_takedown_nothing_is_taken_over(tmp_path: Path) -> None:
    """A store that deletes keeps the bytes in its files for a while."""
    workspace = Workspace(tmp_path / "ws")
    before = release_of(workspace, [result(number) for number in range(20)])
    assert was_continued(release_of(workspace, [result(number, int(number == 6)) for number in range(20)]), before)
    taken = Takedown((TakenCapture("4" * 64, "2026-11-21", "withdrawn"),))
    release = release_of(workspace, [result(number, int(number == 7)) for number in range(20)], takedown=taken)
    assert all(made != str(release.path) for made, _ in CONTINUED)
    assert not (release.path / "changes.rdfp.gz").exists()  # it would repeat what has to go
    assert not before.path.exists()


@pytest.mark.parametrize(
    "damaged", ["dumps/ogp-graph.nq.gz", "tables/answers.csv", "parts/citations.tsv", "parts/shared.nq", "store"]
)
def test_a_damaged_release_is_not_gone_on_from(tmp_path: Path, damaged: str) -> None:
    workspace = Workspace(tmp_path / "ws")
    before = release_of(workspace, [result(number) for number in range(20)])
    path = before.path / damaged
    for file in [path] if path.is_file() else sorted(path.glob("*.sst")):
        data = file.read_bytes()
        file.chmod(0o644)
        file.write_bytes(data[: len(data) // 2] + b"?" + data[len(data) // 2 + 1 :])
    some = [result(number, int(number == 7)) for number in range(20)]
    release = release_of(workspace, some)
    assert verify(release.path) == ()
    assert whole(release) == whole(release_of(Workspace(tmp_path / "scratch"), some))


def test_another_program_does_not_go_on_from_a_release(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    workspace = Workspace(tmp_path / "ws")
    before = release_of(workspace, [result(number) for number in range(20)])
    monkeypatch.setattr("ogp_graph.release.basis.definitions_digest", lambda: "another")
    release = release_of(workspace, [result(number, int(number == 7)) for number in range(20)])
    assert not was_continued(release, before)
    assert verify(release.path) == ()


def test_each_part_of_a_dump_can_be_read_alone(tmp_path: Path) -> None:
    release = release_of(Workspace(tmp_path / "ws"), [result(number) for number in range(20)])
    data = (release.path / "dumps" / "ogp-graph.nq.gz").read_bytes()
    place = 0
    for part in read_parts(release.path / "parts" / "statements.tsv"):
        lines = gzip.decompress(data[place : place + part.sizes[0]]).decode().splitlines()
        assert len(lines) == part.lines
        assert lines[0].startswith(f"{part.first} ")
        assert len(list(ox.parse("\n".join(lines), ox.RdfFormat.N_QUADS))) == part.lines
        place += part.sizes[0]
    assert place == len(data)


def named(number: int, *, twice: bool) -> ReportResult:
    """Report ``number``, which may name its evaluator twice."""
    report = report_named(f"park-{number:03d}")
    first = report.evaluators[0]
    return result_of(replace(report, evaluators=(first, replace(first, position=2))) if twice else report)


def checked_release(workspace: Workspace, *twice: int, gone: int | None = None) -> Release:
    """A release with the queries that looked at it, when some name an evaluator twice; of ``gone`` the workspace has
    no result any more."""
    results = [named(number, twice=number in twice) for number in range(15)]
    for one in results:
        workspace.store_result(one)
    workspace.prune([one.key for number, one in enumerate(results) if number != gone])

    def checks(store: ox.Store, before: Before | None) -> tuple[Finding, ...]:
        return checked(store, before, [one.key for one in results], workspace.path, settings_from({}))

    folders = {**definitions(workspace.path.parent / "definitions"), "queries": pipeline_checks.data_folder("queries")}
    return release_of(workspace, results, checks=checks, definitions=folders)


def named_twice(release: Release) -> list[tuple[str | None, str]]:
    """Report and words of each finding that an evaluator is named twice."""
    lines = (release.path / "quality" / "findings.jsonl").read_bytes().splitlines()
    found = [decode(line, Finding) for line in lines]
    return [(finding.report, finding.message) for finding in found if finding.code == "evaluator-named-twice"]


def test_checks_of_what_did_not_change_are_taken_over(tmp_path: Path) -> None:
    """One report names an evaluator twice, and stays so; another one begins to, a third one stops."""
    workspace = Workspace(tmp_path / "ws")
    before = checked_release(workspace, 3, 5)
    release = checked_release(workspace, 3, 8, gone=3)
    assert was_continued(release, before)
    scratch = checked_release(Workspace(tmp_path / "scratch"), 3, 8)
    assert whole(release) == whole(scratch)
    assert [report for report, _ in named_twice(release)] == [report_named(f"park-{n:03d}").key for n in (3, 8)]


def test_what_another_check_has_found_is_not_taken_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    workspace = Workspace(tmp_path / "ws")
    before = checked_release(workspace, 3)
    edited = Path(shutil.copytree(data_folder("queries"), tmp_path / "edited"))
    check = edited / "checks" / "evaluator-named-twice.rq"
    check.write_text(
        check.read_text(encoding="utf-8").replace("is named twice", "stands there twice"), encoding="utf-8"
    )
    monkeypatch.setattr(pipeline_checks, "data_folder", lambda _: edited)
    pipeline_checks._checks.cache_clear()
    try:
        release = checked_release(workspace, 3)
    finally:
        pipeline_checks._checks.cache_clear()
    assert was_continued(release, before)
    ((report, message),) = named_twice(release)
    assert report == report_named("park-003").key
    assert message.endswith("stands there twice.")


def test_damaged_findings_are_not_taken_over(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path / "ws")
    before = checked_release(workspace, 3)
    file = before.path / "quality" / "findings.jsonl"
    file.chmod(0o644)
    file.write_bytes(file.read_bytes().replace(b"is named twice", b"is named thrice"))
    release = checked_release(workspace, 3, 8)
    assert not was_continued(release, before)
    assert {message.partition(" is ")[2] for _, message in named_twice(release)} == {"named twice."}
