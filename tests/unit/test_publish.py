"""A release is whole, never changes, and does not depend on who built it when, in which order or how often."""

from __future__ import annotations

import csv
import datetime as dt
import errno
import json
import os
import random
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pyoxigraph as ox
import pytest

from ogp_graph.errors import EnvironmentFailure
from ogp_graph.model import Finding, decode
from ogp_graph.release import Workspace, current_release, releases, verify
from ogp_graph.release.checksums import STORE_SUMS, SUMS, digest, read_sums
from ogp_graph.vocabulary import SH, term
from tests.full_report import KEY, full_report
from tests.small_release import (
    DAY,
    NOTE,
    REFUSED,
    SETTINGS,
    files_of,
    page,
    release_of,
    report_named,
    result_of,
    some_results,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ogp_graph.release import Release, ReportResult

PARKS = report_named("parks").key


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    found = Workspace(tmp_path / "workspace")
    found.record(page(b"a page"))
    found.commit()
    return found


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> Release:
    """One release that no test changes."""
    return release_of(Workspace(tmp_path_factory.mktemp("release") / "workspace"), some_results())


def graph(path: Path) -> set[ox.Triple]:
    form = ox.RdfFormat.TURTLE if path.suffix == ".ttl" else ox.RdfFormat.JSON_LD
    return {quad.triple for quad in ox.parse(path=str(path), format=form)}


# What is in it


def test_a_release_has_every_part_that_the_contract_names(release: Release) -> None:
    names = {path for path, _ in files_of(release.path)}
    assert names >= {
        *(f"dumps/ogp-graph.{kind}" for kind in ("nq.gz", "nq.zst", "nt.gz", "ttl.gz", "jsonld.gz")),
        "dumps/ogp-graph-citations.nq.gz",
        *(f"tables/{table}.{kind}" for table in ("overview", "answers", "members") for kind in ("csv", "parquet")),
        "tables/tables.csv-metadata.json",
        "definitions/ontology/forms/end-of-commitment.ttl",
        *("catalogue.ttl", "catalogue.jsonld", "changes.txt", "changes.json", "release.json", SUMS),
        *("reports.tsv", "graphs.tsv", "captures.tsv", "tombstones.json"),
        *("quality/findings.jsonl", "quality/findings.ttl", "quality/summary.txt"),
    }
    assert (release.path / "store").is_dir()
    assert verify(release.path) == ()


def test_the_default_graph_holds_each_statement_once_and_no_citation(release: Release) -> None:
    store = ox.Store.read_only(str(release.path / "store"))
    merged = list(store.quads_for_pattern(None, None, None, ox.DefaultGraph()))
    named = {quad.triple for quad in store if quad.graph_name != ox.DefaultGraph() and "/sources/" not in str(quad)}
    assert {quad.triple for quad in merged} == named
    assert len(merged) == len(named) == release.counts["statements"]
    query = (
        f"SELECT * {{ GRAPH <https://w3id.org/ogp-graph/graph/sources/{KEY}> {{ ?c a <{term('ogpv:Citation')}> }} }}"
    )
    assert len(list(store.query(query))) > 20


def test_every_named_graph_is_listed_with_its_number_of_statements(release: Release) -> None:
    store = ox.Store.read_only(str(release.path / "store"))
    found = store.query("SELECT ?g (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } } GROUP BY ?g ORDER BY ?g")
    lines = (release.path / "graphs.tsv").read_text(encoding="utf-8").splitlines()
    assert lines == ["graph\tstatements", *(f"{row['g'].value}\t{row['n'].value}" for row in found)]


def test_a_quarantined_report_is_listed_and_in_no_dump_and_no_table(release: Release) -> None:
    roads = report_named("roads").key
    assert roads in (release.path / "quality" / "summary.txt").read_text()
    assert "The report names no member" in (release.path / "quality" / "summary.txt").read_text()
    with (release.path / "tables" / "reports.csv").open(newline="") as file:
        assert [row["report"] for row in csv.DictReader(file)] == sorted((KEY, PARKS))
    store = ox.Store.read_only(str(release.path / "store"))
    assert not any(roads in str(quad) for quad in store)
    assert (release.counts["reports"], release.counts["quarantined"]) == (2, 1)


def test_findings_come_as_json_lines_as_rdf_and_as_a_table(release: Release) -> None:
    lines = (release.path / "quality" / "findings.jsonl").read_bytes().splitlines()
    found = [decode(line, Finding) for line in lines]
    assert NOTE in found
    assert REFUSED in found
    assert release.counts["findings"] == len(found) == 3
    told = graph(release.path / "quality" / "findings.ttl")
    assert sum(triple.predicate.value == SH + "result" for triple in told) == 3
    with (release.path / "tables" / "findings.csv").open(newline="") as file:
        assert {row["code"] for row in csv.DictReader(file)} == {"odd-degree", "not-a-report", "no-member"}


def test_two_reports_of_one_plan_describe_it_once(release: Release) -> None:
    with (release.path / "tables" / "members.csv").open(newline="") as file:
        assert [row["member"] for row in csv.DictReader(file)] == ["lindholm-norland"]
    assert release.counts["members"] == 1


def test_checksums_are_those_that_sha256sum_checks(release: Release) -> None:
    done = subprocess.run(["sha256sum", "--check", "--quiet", SUMS], cwd=release.path, capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (0, "")
    assert set(read_sums(release.path)) == {path for path, _ in files_of(release.path)} - {SUMS, STORE_SUMS}
    done = subprocess.run(["sha256sum", "--check", "--quiet", STORE_SUMS], cwd=release.path)
    assert done.returncode == 0


def test_no_file_of_a_release_can_be_written(release: Release) -> None:
    for path in release.path.rglob("*"):
        if path.is_file():
            assert path.stat().st_mode & 0o777 == 0o444, path


# The catalogue


@pytest.fixture(scope="module")
def catalogue(release: Release) -> set[ox.Triple]:
    return graph(release.path / "catalogue.ttl")


def values(told: set[ox.Triple], one: str, subject: str | None = None) -> set[str]:
    return {
        triple.object.value
        for triple in told
        if triple.predicate.value == term(one) and (subject is None or triple.subject.value == subject)
    }


def test_the_catalogue_says_the_same_in_turtle_and_json_ld_without_blank_nodes(
    release: Release, catalogue: set[ox.Triple]
) -> None:
    assert catalogue == graph(release.path / "catalogue.jsonld")
    assert not any(isinstance(part, ox.BlankNode) for triple in catalogue for part in (triple.subject, triple.object))


def test_every_distribution_has_size_checksum_media_type_and_address(
    release: Release, catalogue: set[ox.Triple]
) -> None:
    found = {t.subject.value for t in catalogue if t.object == ox.NamedNode(term("dcat:Distribution"))}
    found = {iri for iri in found if not values(catalogue, "dcat:accessService", iri)}  # the endpoint is no file
    paths = {iri.partition("#")[2] for iri in found}
    assert paths == {path for path, _ in files_of(release.path) if path.endswith((".gz", ".zst", ".csv", ".parquet"))}
    for iri in found:
        path = iri.partition("#")[2]
        assert values(catalogue, "dcat:byteSize", iri) == {str((release.path / path).stat().st_size)}
        assert values(catalogue, "dcat:downloadURL", iri) == {f"https://data.example.org/{path}"}
        (checksum,) = values(catalogue, "spdx:checksum", iri)
        assert values(catalogue, "spdx:checksumValue", checksum) == {digest(release.path / path)}
        assert len(values(catalogue, "dcat:mediaType", iri)) == 1
    gzipped = f"https://w3id.org/ogp-graph/dataset/{release.id}#dumps/ogp-graph.ttl.gz"
    assert values(catalogue, "dcat:mediaType", gzipped) == {"https://www.iana.org/assignments/media-types/text/turtle"}
    assert values(catalogue, "dcat:compressFormat", gzipped) == {
        "https://www.iana.org/assignments/media-types/application/gzip"
    }


def test_the_catalogue_counts_what_the_store_holds(release: Release, catalogue: set[ox.Triple]) -> None:
    store = ox.Store.read_only(str(release.path / "store"))
    version = f"https://w3id.org/ogp-graph/dataset/{release.id}"
    assert values(catalogue, "void:triples", version) == {str(release.counts["statements"])}
    for kind, key, pattern in (
        ("void:classPartition", "void:class", "?s a <{}>"),
        ("void:propertyPartition", "void:property", "?s <{}> ?o"),
    ):
        parts = values(catalogue, kind, version)
        assert len(parts) > 5
        for part in parts:
            (iri,) = values(catalogue, key, part)
            (row,) = store.query(f"SELECT (COUNT(*) AS ?n) {{ {pattern.format(iri)} }}")
            number = "void:entities" if "class" in kind else "void:triples"
            assert values(catalogue, number, part) == {row["n"].value}, iri
    (row,) = store.query("SELECT (COUNT(DISTINCT ?s) AS ?n) { ?s ?p ?o }")
    assert values(catalogue, "void:entities", version) == {row["n"].value}


def test_the_catalogue_says_whose_it_is_not_and_holds_no_e_mail_address(catalogue: set[ox.Triple]) -> None:
    said = " ".join(triple.object.value for triple in catalogue)
    assert "not affiliated with or endorsed by the Open Government Partnership" in said
    assert "Personal data" in said
    assert values(catalogue, "dcterms:license") == {"https://creativecommons.org/licenses/by/4.0/"}
    assert "@" not in said
    assert "mailto:" not in said


def test_without_a_public_address_documents_are_on_this_machine(tmp_path: Path) -> None:
    local = replace(SETTINGS, public_url="", base="https://example.org/kg/")
    found = release_of(Workspace(tmp_path / "workspace"), some_results(), settings=local)
    told = graph(found.path / "catalogue.ttl")
    assert values(told, "void:sparqlEndpoint") == {"http://127.0.0.1:8008/sparql"}
    assert f"https://example.org/kg/dataset/{found.id}" in values(told, "dcat:hasVersion")


# Reproducible


NAMELESS = ("catalogue.", "changes.", "release.json", SUMS)

BUILD = """
import datetime, pathlib, sys
from tests.small_release import release_of, some_results, page
from ogp_graph.release import Workspace
workspace = Workspace(pathlib.Path(sys.argv[1]))
workspace.record(page(b"a page"))
results = some_results()
if sys.argv[2] == "reversed":
    results.reverse()
print(release_of(workspace, results, release_date=datetime.date(2026, 11, int(sys.argv[3]))).path)
"""


def built(folder: Path, order: str, day: str, **environment: str) -> Path:
    known = os.environ | {"PYTHONPATH": str(Path(__file__).parents[2])} | environment
    done = subprocess.run([sys.executable, "-c", BUILD, folder, order, day], env=known, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return Path(done.stdout.strip())


def test_order_process_hash_seed_locale_time_zone_and_day_do_not_show(tmp_path: Path) -> None:
    one = built(tmp_path / "one", "as-they-are", "21", PYTHONHASHSEED="1", LC_ALL="C", TZ="UTC")
    two = built(tmp_path / "two", "reversed", "22", PYTHONHASHSEED="2", LC_ALL="C.UTF-8", TZ="Pacific/Auckland")
    assert one.name != two.name
    found = [{path: data for path, data in files_of(folder) if not path.startswith(NAMELESS)} for folder in (one, two)]
    assert found[0] == found[1]
    assert len(found[0]) > 30


def test_no_dump_table_or_quality_file_names_the_release_or_the_day(release: Release) -> None:
    for path, data in files_of(release.path):
        if path.startswith(("tables", "quality", "reports", "captures")):
            assert release.id.encode() not in data
            assert DAY.isoformat().encode() not in data


# One after another


def test_nothing_new_makes_no_release(workspace: Workspace) -> None:
    first = release_of(workspace, some_results())
    again = release_of(workspace, reversed(some_results()), release_date=dt.date(2026, 12, 24))
    assert again == first
    assert [found.id for found in releases(workspace)] == ["2026-11-21.1"]


def test_a_new_finding_alone_makes_a_new_release(workspace: Workspace) -> None:
    release_of(workspace, some_results())
    assert release_of(workspace, some_results(), findings=[]).id == "2026-11-21.2"


def test_changes_are_told_in_plain_words_and_for_programs(workspace: Workspace) -> None:
    first = release_of(workspace, some_results())
    assert (first.path / "changes.txt").read_text().startswith("First release: 2 reports added")
    changed = replace(full_report(), title=None)
    second = release_of(workspace, [result_of(changed), result_of(report_named("roads"))])
    assert (second.id, second.previous) == ("2026-11-21.2", "2026-11-21.1")
    assert json.loads((second.path / "changes.json").read_text()) == {
        "previous": "2026-11-21.1",
        "added": [report_named("roads").key],
        "removed": [PARKS],
        "changed": [KEY],
        "unchanged": 0,
        "words": [
            "1 report added.",
            "1 report changed.",
            "1 report removed.",
            "1 of the reports added was there before, and has a new address.",
        ],
    }
    text = (second.path / "changes.txt").read_text()
    assert "1 report added, 1 changed, 1 removed" in text
    assert f"Removed:\n  {PARKS}\n" in text


def test_a_report_that_was_built_anew_and_says_the_same_is_not_a_change(workspace: Workspace) -> None:
    release_of(workspace, some_results())
    anew = [replace(result, digest="f" * 64) for result in some_results()]
    second = release_of(workspace, anew)
    assert json.loads((second.path / "changes.json").read_text())["changed"] == []


def test_releases_are_numbered_by_day_and_listed_oldest_first(workspace: Workspace) -> None:
    for number in range(11):
        release_of(workspace, [result_of(report_named(f"park-{number}"))])
    release_of(workspace, some_results(), release_date=dt.date(2026, 11, 22))
    found = releases(workspace)
    assert [one.id for one in found] == [*(f"2026-11-21.{n}" for n in range(1, 12)), "2026-11-22.1"]
    assert [one.current for one in found] == [False] * 11 + [True]
    assert current_release(workspace) == found[-1]
    assert (found[-1].issued, found[-1].counts["reports"]) == ("2026-11-22", 2)


def test_an_older_release_stays_as_it_was(workspace: Workspace) -> None:
    first = release_of(workspace, some_results())
    before = dict(files_of(first.path))
    release_of(workspace, some_results()[:1])
    assert dict(files_of(first.path)) == before
    assert verify(first.path) == ()


def test_a_workspace_without_a_release_has_no_current_one(workspace: Workspace) -> None:
    assert releases(workspace) == []
    assert current_release(workspace) is None


# Killed, or out of space


def test_a_failing_disk_leaves_the_current_release_and_no_half_of_another(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = release_of(workspace, some_results())

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(sys.modules["ogp_graph.release.publish"], "sync", full)
        with pytest.raises(EnvironmentFailure, match="free some space"):
            release_of(workspace, some_results()[:1])
    assert current_release(workspace) == first
    assert [path.name for path in workspace.releases.iterdir()] == [first.id]
    assert not any(workspace.temporary.iterdir())


def test_a_failing_source_of_results_leaves_nothing(workspace: Workspace) -> None:
    def broken() -> Iterator[ReportResult]:
        yield from some_results()
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        release_of(workspace, broken())
    assert not any(workspace.releases.iterdir())


def test_a_release_that_was_finished_but_not_made_current_is_made_current_by_the_next_build(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = release_of(workspace, some_results())

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(sys.modules["ogp_graph.release.publish"], "point_to", killed)
        with pytest.raises(KeyboardInterrupt):
            release_of(workspace, some_results()[:1])
    assert current_release(workspace) == first
    assert release_of(workspace, some_results()[:1]).id == "2026-11-21.2"
    assert len(releases(workspace)) == 2


KILLED = """
import pathlib, sys
from tests.small_release import release_of, report_named, result_of
from ogp_graph.release import Workspace
workspace = Workspace(pathlib.Path(sys.argv[1]))
print("ready", flush=True)
release_of(workspace, [result_of(report_named(f"park-{n}")) for n in range(int(sys.argv[2]))])
"""


@pytest.mark.slow
def test_killed_at_any_moment_the_last_release_is_whole_and_the_next_build_succeeds(workspace: Workspace) -> None:
    release_of(workspace, some_results())
    known = os.environ | {"PYTHONPATH": str(Path(__file__).parents[2])}
    chance = random.Random(2026)
    for number in range(1, 9):
        started = subprocess.Popen(
            [sys.executable, "-c", KILLED, workspace.path, str(number)], env=known, stdout=subprocess.PIPE
        )
        assert started.stdout is not None
        started.stdout.readline()
        time.sleep(chance.uniform(0, 0.8))
        started.send_signal(signal.SIGKILL)
        started.wait()
        started.stdout.close()
        found = current_release(workspace)
        assert found is not None
        assert verify(found.path) == ()
    assert release_of(workspace, [result_of(report_named("last"))]).counts["reports"] == 1
    assert not list(workspace.releases.glob(".tmp-*"))


def test_a_store_that_is_loaded_in_many_batches_holds_the_same(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys.modules["ogp_graph.release.storing"], "BATCH", 97)
    assert verify(release_of(workspace, some_results()).path) == ()


def test_a_file_that_may_not_grow_stops_the_build_with_advice(workspace: Workspace) -> None:
    limited = KILLED.replace(
        "print(", "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (200_000,) * 2)\nprint("
    )
    known = os.environ | {"PYTHONPATH": str(Path(__file__).parents[2])}
    done = subprocess.run(
        [sys.executable, "-c", limited, workspace.path, "40"], env=known, capture_output=True, text=True
    )
    assert "EnvironmentFailure" in done.stderr
    assert "File too large; raise the limit of the file size" in done.stderr
    assert current_release(workspace) is None
