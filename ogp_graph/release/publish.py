"""A release: built beside the others, then there by one rename, then current by another.

Killed at any moment, ``current`` points to a whole release: nothing is served from where a release is being built,
and what a killed build left is cleared away when the next one takes the lock.
"""

from __future__ import annotations

import json
import os
import shutil
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

import pyoxigraph as ox

from ogp_graph import __version__
from ogp_graph.names import IRIs
from ogp_graph.release.catalogue import Edition, distributed, write_catalogue
from ogp_graph.release.changes import changes, read_reports, write_changes, write_reports
from ogp_graph.release.checksums import STORE_SUMS, SUMS, digests, read_sums, write_sums
from ogp_graph.release.collecting import Collection
from ogp_graph.release.dumps import CITATIONS, MERGED, QUADS, write_dumps
from ogp_graph.release.packing import unpacked
from ogp_graph.release.products import make_products
from ogp_graph.release.quality import write_quality
from ogp_graph.release.releases import current_release, next_id, point_to, releases
from ogp_graph.release.storage import disk, sync
from ogp_graph.release.tablefiles import write_description, write_table
from ogp_graph.release.tables import TABLES
from ogp_graph.release.takedown import Takedown
from ogp_graph.release.withdrawal import remove_withdrawn, withdraw
from ogp_graph.search import write_index

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Iterable, Mapping

    from ogp_graph.model import Finding, Mention
    from ogp_graph.release.dumps import Counts
    from ogp_graph.release.products import Product
    from ogp_graph.release.quality import FindingsGraph
    from ogp_graph.release.releases import Release
    from ogp_graph.release.results import ReportResult
    from ogp_graph.release.withdrawal import Withdrawn
    from ogp_graph.release.workspace import Workspace
    from ogp_graph.settings import Settings

    Checks = Callable[[ox.Store], Iterable[Finding]]

__all__ = ["publish"]

_BATCH = 100_000  # statements that the store loads at once
_OF_ITS_OWN = ("catalogue.", "changes.", "release.json", SUMS)  # files that name the release


def publish(
    workspace: Workspace,
    results: Iterable[ReportResult],
    *,
    shared: Callable[[list[Mention]], Iterable[str]],
    definitions: Mapping[str, Path],
    findings_graph: FindingsGraph,
    release_date: dt.date,
    settings: Settings,
    findings: Iterable[Finding] = (),
    takedown: Takedown | None = None,
    checks: Checks = lambda _: (),
    files: Callable[[], Mapping[str, str]] = dict,
    products: Iterable[Product] = (),
) -> Release:
    """Publishes ``results`` as a new release and makes it current; the caller holds :meth:`Workspace.lock`.

    ``shared`` gives the N-Quads lines of ``graph/meta`` for the mentions of all released reports; ``definitions`` are
    folders that are copied (name -> folder); ``findings`` are those that belong to no result; ``findings_graph`` puts
    findings into RDF; ``checks`` looks at the whole store of the new release and gives more findings; ``files`` gives
    texts to write (path -> text), once ``shared`` was asked; ``products`` are made of the folder when all that is
    there. Nothing depends on the order of the results, nor on the clock.

    When everything but the release's name would be the same as in the newest release, there is no new one: that one
    is returned, and is current. Releases that hold what ``takedown`` lists since are removed.

    Raises:
        EnvironmentFailure: disk full, no permission; the current release is as it was.
    """
    iris, erased = IRIs(settings.base), takedown or Takedown()
    withdrawn = withdraw(workspace, erased, release_date)
    draft = _Draft.begin(workspace, next_id(workspace, release_date, withdrawn.ids))
    with disk(draft.path):
        try:
            with Collection(workspace.temporary) as collected:
                for result in results:
                    collected.add(result)
                for finding in findings:
                    collected.find(finding)
                collected.share(shared, iris)
                draft.write_graph(collected)
                for finding in draft.checked(checks):
                    collected.find(finding)
                draft.write(collected, definitions, findings_graph, iris)
                draft.write_notes(collected, erased, withdrawn)
                draft.write_texts(files())
                make_products(products, draft.path, None)
            same = draft.same_as_newest()
            if same is None:
                draft.finish(release_date, settings)
        finally:
            if draft.path.exists():
                shutil.rmtree(draft.path)
    point_to(workspace, same or draft.id)
    remove_withdrawn(workspace)
    published = current_release(workspace)
    assert published is not None
    return published


@dataclass(slots=True)
class _Draft:
    """A release that nobody sees yet, in ``releases/.tmp-ID``."""

    workspace: Workspace
    id: str
    path: Path
    counts: Counts | None = None
    told: dict[str, int] | None = None

    @classmethod
    def begin(cls, workspace: Workspace, release: str) -> _Draft:
        path = workspace.releases / f".tmp-{release}"
        with disk(path):
            for folder in ("dumps", "tables", "definitions", "quality"):
                (path / folder).mkdir(parents=True)
        return cls(workspace, release, path)

    def write_graph(self, collected: Collection) -> None:
        """Writes the dumps and loads the store from them."""
        self.counts = write_dumps(collected.statements, collected.citations, self.path / "dumps")
        _load(self.path)

    def checked(self, checks: Checks) -> list[Finding]:
        """What ``checks`` says of the store."""
        return list(checks(ox.Store.read_only(str(self.path / "store"))))

    def write(
        self, collected: Collection, definitions: Mapping[str, Path], findings_graph: FindingsGraph, iris: IRIs
    ) -> None:
        """Writes tables, definitions and the quality report."""
        path = self.path
        assert self.counts is not None
        rows = {name: write_table(TABLES[name], rows, path / "tables") for name, rows in collected.tables()}
        write_description(path / "tables")
        for name, folder in definitions.items():
            shutil.copytree(folder, path / "definitions" / name, copy_function=shutil.copyfile)
        number = write_quality(collected, findings_graph, iris, path / "quality", self.workspace.temporary)
        self.told = {
            "reports": len(collected.reports), "quarantined": len(collected.quarantined), "findings": number,
            **{name: rows[name] for name in ("members", "plans", "commitments", "evaluators", "answers", "evidence")},
            "statements": self.counts.triples, "quads": self.counts.quads, "citations": self.counts.citations,
            "entities": self.counts.entities,
        }  # fmt: skip

    def write_notes(self, collected: Collection, takedown: Takedown, withdrawn: Withdrawn) -> None:
        """Writes the lists of reports, named graphs, captures and tombstones."""
        write_reports(collected.reports, self.path / "reports.tsv")
        with (self.path / "graphs.tsv").open("x", encoding="utf-8", newline="\n") as file:
            file.write("graph\tstatements\n")
            file.writelines(f"{graph}\t{count}\n" for graph, count in sorted(collected.graphs.items()))
        with (self.path / "captures.tsv").open("x", encoding="utf-8", newline="\n") as file:
            file.write("sha256\tmedia_type\n")
            file.writelines(f"{c.sha256}\t{c.media_type}\n" for c in self.workspace.captures())
        stones = json.dumps(_tombstones(self.workspace, collected, takedown, withdrawn), indent=1, ensure_ascii=False)
        (self.path / "tombstones.json").write_text(stones + "\n", encoding="utf-8")

    def write_texts(self, texts: Mapping[str, str]) -> None:
        """Writes texts by their path."""
        for path, text in texts.items():
            (self.path / path).write_text(text, encoding="utf-8", newline="\n")

    def same_as_newest(self) -> str | None:
        """The newest release, when all that does not name a release is the same there."""
        newest = releases(self.workspace)[-1:]
        if not newest or not (newest[0].path / SUMS).exists():
            return None
        here = {path: sha256 for path, sha256 in digests(self.path).items() if not path.startswith(_OF_ITS_OWN)}
        there = {path: sha256 for path, sha256 in read_sums(newest[0].path).items() if not path.startswith(_OF_ITS_OWN)}
        return newest[0].id if here == there else None

    def finish(self, day: dt.date, settings: Settings) -> None:
        """Writes what names the release, makes all read-only and durable, and renames the folder."""
        previous = current_release(self.workspace)
        before_id = previous.id if previous else None
        before = read_reports(previous.path / "reports.tsv") if previous else {}
        after = read_reports(self.path / "reports.tsv")
        write_changes(changes(before_id, before, after), self.path)
        assert self.counts is not None
        told: dict[str, object] = {"id": self.id, "issued": day.isoformat(), "previous": before_id}
        told |= {"base": settings.base, "software": __version__, "counts": self.told}
        (self.path / "release.json").write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")
        write_index(self.path, previous.path if previous else None)
        files = distributed(digests(self.path), self.path)
        write_catalogue(Edition(self.id, day, before_id, self.counts, files), settings, self.path)
        write_sums(digests(self.path), self.path)
        write_sums(digests(self.path, store=True), self.path, STORE_SUMS)
        _seal(self.path)
        self.path.rename(self.workspace.releases / self.id)
        sync(self.workspace.releases)


def _load(path: Path) -> None:
    """Makes the store: the merged statements in the default graph, and every named graph beside it.

    Loading takes some 2 kB of memory for each statement of a batch, so that a release of any size takes what one
    batch takes; one compaction at the end makes up for the many small files."""
    store = ox.Store(str(path / "store"))
    for dump in (MERGED, QUADS, CITATIONS):
        with unpacked(path / "dumps" / dump.name) as file:
            while batch := b"".join(islice(file, _BATCH)):
                store.bulk_load(batch, dump.format)
    store.optimize()
    store.flush()
    del store  # closes it: the folder is about to move


def _seal(path: Path) -> None:
    """Makes every file read-only, and waits until files and folders are on the disk."""
    for folder, _, names in os.walk(path, topdown=False):
        for name in names:
            file = Path(folder, name)
            file.chmod(0o444)
            sync(file)
        sync(Path(folder))


def _tombstones(
    workspace: Workspace, collected: Collection, takedown: Takedown, withdrawn: Withdrawn
) -> list[dict[str, str | int | None]]:
    """What was removed, when and why; never a name."""
    reason = {(taken.report, taken.position): (taken.date, taken.reason) for taken in takedown.persons}
    everywhere = next(((taken.date, taken.reason) for taken in takedown.persons if taken.names), ("", ""))
    stones: list[dict[str, str | int | None]] = [
        {"kind": "capture", "sha256": taken.sha256, "date": taken.date, "reason": takedown.erase(taken.reason)}
        for taken in workspace.tombstones()
    ]
    for report, position in collected.removed:
        date, why = reason.get((report, position), everywhere)
        stones.append(
            {"kind": "evaluator", "report": report, "position": position, "date": date, "reason": takedown.erase(why)}
        )
    stones += [{"kind": "release", "release": release, "date": date} for release, date in withdrawn.releases]
    return stones
