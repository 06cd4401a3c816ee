"""A release: built beside the others, then there by one rename, then current by another.

Killed at any moment, ``current`` points to a whole release: nothing is served from where a release is being built,
and what a killed build left is cleared away when the next one takes the lock.
"""

from __future__ import annotations

import json
import os
import shutil
import zlib
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

import pyoxigraph as ox

from ogp_graph import __version__
from ogp_graph.names import IRIs
from ogp_graph.processes import cores, give_back_memory
from ogp_graph.release.basis import changes_since, continuable, maker, with_sound_index
from ogp_graph.release.catalogue import write_catalogue
from ogp_graph.release.changes import write_changes, write_reports
from ogp_graph.release.checksums import STORE_SUMS, SUMS, digest, digests, read_sums, write_sums
from ogp_graph.release.collecting import Collection
from ogp_graph.release.dumps import Counts
from ogp_graph.release.edition import Edition, distributed, first_day, languages_and_years
from ogp_graph.release.plainly import plainly
from ogp_graph.release.products import Before, make_products
from ogp_graph.release.quality import write_quality
from ogp_graph.release.releases import current_release, next_id, point_to, releases
from ogp_graph.release.rows import finding_row
from ogp_graph.release.storage import disk, sync
from ogp_graph.release.storing import linked
from ogp_graph.release.tablefiles import write_description, write_table
from ogp_graph.release.tables import TABLES
from ogp_graph.release.takedown import Takedown
from ogp_graph.release.withdrawal import remove_withdrawn, withdraw
from ogp_graph.release.writing import Writer
from ogp_graph.search import write_index

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Iterable, Mapping

    from ogp_graph.model import Finding, Mention
    from ogp_graph.release.products import Product
    from ogp_graph.release.quality import FindingsGraph
    from ogp_graph.release.releases import Release
    from ogp_graph.release.results import Brief, ReportResult
    from ogp_graph.release.withdrawal import Withdrawn
    from ogp_graph.release.workspace import Workspace
    from ogp_graph.settings import Settings

    Checks = Callable[[ox.Store, Before | None], Iterable[Finding]]

__all__ = ["publish"]

_UNUSABLE = (RuntimeError, ValueError, KeyError, zlib.error)
"""What a damaged release raises when one tries to go on from it: RuntimeError is pyoxigraph's for a corrupt store."""
_OF_ITS_OWN = ("catalogue.", "changes.", "release.json", SUMS)  # files that name the release


def publish(
    workspace: Workspace,
    results: Iterable[ReportResult | Brief],
    *,
    shared: Callable[[list[Mention]], Iterable[str]],
    definitions: Mapping[str, Path],
    findings_graph: FindingsGraph,
    release_date: dt.date,
    settings: Settings,
    findings: Iterable[Finding] = (),
    takedown: Takedown | None = None,
    checks: Checks = lambda *_: (),
    files: Callable[[], Mapping[str, str]] = dict,
    products: Iterable[Product] = (),
    step: Callable[[str], None] = lambda _: None,
) -> Release:
    """Publishes ``results`` as a new release and makes it current; the caller holds :meth:`Workspace.lock`.

    Of a result that is brief the workspace has the whole, which is asked for where it is new. ``shared`` gives the
    N-Quads lines of ``graph/meta`` for the mentions of all released reports; ``definitions`` are folders that are
    copied (name -> folder); ``findings`` are those that belong to no result; ``findings_graph`` puts findings into
    RDF; ``checks`` looks at the store of the new release, and at what it was made of, and gives more findings;
    ``files`` gives texts to write (path -> text), once ``shared`` was asked; ``products`` are made of the folder when
    all that is there; ``step`` hears what begins. Nothing depends on the order of the results, nor on the clock, nor on
    whether the release before was gone on from.

    When everything but the release's name would be the same as in the newest release, there is no new one: that one
    is returned, and is current. Releases that hold what ``takedown`` lists since are removed.

    Raises:
        EnvironmentFailure: disk full, no permission; the current release is as it was.
    """
    iris, erased = IRIs(settings.base), takedown or Takedown()

    def begin(name: str) -> None:
        give_back_memory()  # each step begins with what it needs, not with what the last one needed
        step(name)

    withdrawn = withdraw(workspace, erased, release_date)
    draft = _Draft.begin(workspace, next_id(workspace, release_date, withdrawn.ids))
    with disk(draft.path):
        try:
            with Collection(workspace) as collected:
                for result in results:
                    collected.add(result)
                for finding in findings:
                    collected.find(finding)
                collected.share(shared, iris)
                draft.write_graph(collected, settings, withdrawn, begin)
                begin("checks")
                for finding in draft.checked(checks, collected):
                    collected.find(finding)
                begin("quality report")
                draft.write(collected, definitions, findings_graph, iris)
                draft.write_notes(collected, erased, withdrawn, iris)
                draft.write_texts(files())
                begin("products")
                draft.write_products(products, collected)
                begin("checksums, index, catalogue")
                same = draft.same_as_newest()
                if same is None:
                    draft.finish(collected, release_date, settings, withdrawn)
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
    counts: Counts = field(default_factory=Counts)
    rows: dict[str, int] = field(default_factory=dict)
    told: dict[str, int] = field(default_factory=dict)
    sums: dict[str, str] = field(default_factory=dict)
    before: Release | None = None
    writer: Writer | None = None

    @classmethod
    def begin(cls, workspace: Workspace, release: str) -> _Draft:
        path = workspace.releases / f".tmp-{release}"
        with disk(path):
            for folder in ("dumps", "tables", "definitions", "quality", "parts"):
                (path / folder).mkdir(parents=True)
        return cls(workspace, release, path)

    def write_graph(
        self, collected: Collection, settings: Settings, withdrawn: Withdrawn, step: Callable[[str], None]
    ) -> None:
        """Writes the dumps, the tables of reports and the store: from those of the current release where that can be
        (and its store can be read), else from all results."""
        self.writer = Writer(self.path, self.workspace.temporary, IRIs(settings.base), cores(settings.processes), step)
        self.before = continuable(self.workspace, settings.base, withdrawn, collected)
        if self.before is not None:
            since = changes_since(self.before, collected)
            names = (self.dataset(settings, self.before.id), self.dataset(settings, self.id))
            try:
                self.counts, self.rows = self.writer.revise(collected, self.before.path, since, names)
            except _UNUSABLE:
                self.before = None
                for folder in ("dumps", "tables", "parts", "store"):
                    shutil.rmtree(self.path / folder, ignore_errors=True)
                for folder in ("dumps", "tables", "parts"):
                    (self.path / folder).mkdir()
        if self.before is None:
            self.counts, self.rows = self.writer.write(collected)

    @staticmethod
    def dataset(settings: Settings, release: str) -> str:
        """The IRI of a release."""
        return f"{settings.base}dataset/{release}"

    def checked(self, checks: Checks, collected: Collection) -> list[Finding]:
        """What ``checks`` says of the store."""
        before = self.continued(collected)
        return list(checks(ox.Store.read_only(str(self.path / "store")), before))

    def continued(self, collected: Collection) -> Before | None:
        """The release that this one was made of."""
        return Before(self.before.path, changes_since(self.before, collected)) if self.before else None

    def write(
        self, collected: Collection, definitions: Mapping[str, Path], findings_graph: FindingsGraph, iris: IRIs
    ) -> None:
        """Writes tables, definitions and the quality report."""
        path, rows = self.path, self.rows
        for name, some in (*collected.shared.items(), ("findings", map(finding_row, collected.findings()))):
            rows[name] = write_table(TABLES[name], some, path / "tables")
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

    def write_notes(self, collected: Collection, takedown: Takedown, withdrawn: Withdrawn, iris: IRIs) -> None:
        """Writes the lists of reports, named graphs, captures and tombstones."""
        write_reports(collected.reports, self.path / "reports.tsv")
        with (self.path / "graphs.tsv").open("x", encoding="utf-8", newline="\n") as file:
            file.write("graph\tstatements\n")
            file.writelines(f"{graph}\t{count}\n" for graph, count in collected.graphs(iris))
        with (self.path / "captures.tsv").open("x", encoding="utf-8", newline="\n") as file:
            file.write("sha256\tmedia_type\n")
            file.writelines(f"{c.sha256}\t{c.media_type}\n" for c in self.workspace.captures())
        stones = json.dumps(_tombstones(self.workspace, collected, takedown, withdrawn), indent=1, ensure_ascii=False)
        (self.path / "tombstones.json").write_text(stones + "\n", encoding="utf-8")

    def write_texts(self, texts: Mapping[str, str]) -> None:
        """Writes texts by their path."""
        for path, text in texts.items():
            (self.path / path).write_text(text, encoding="utf-8", newline="\n")

    def write_products(self, products: Iterable[Product], collected: Collection) -> None:
        """Makes what is prepared from all that, from that of the release before where it is continued."""

        def said(key: str) -> tuple[str, str]:
            found = collected.result(key)
            return found.graph, found.sources

        make_products(products, self.path, self.continued(collected), said)

    def same_as_newest(self) -> str | None:
        """The newest release, when all that does not name a release is the same there."""
        self.sums = digests(self.path)
        newest = releases(self.workspace)[-1:]
        if not newest or not (newest[0].path / SUMS).exists():
            return None
        here = {path: sha256 for path, sha256 in self.sums.items() if not path.startswith(_OF_ITS_OWN)}
        there = {path: sha256 for path, sha256 in read_sums(newest[0].path).items() if not path.startswith(_OF_ITS_OWN)}
        return newest[0].id if here == there else None

    def finish(self, collected: Collection, day: dt.date, settings: Settings, withdrawn: Withdrawn) -> None:
        """Writes what names the release, makes all read-only and durable, and renames the folder.

        What a withdrawn release said is not told as a change: it is what had to go."""
        path, newest = self.path, current_release(self.workspace)
        since = changes_since(newest, collected)
        previous = None if newest and newest.id in withdrawn.ids else newest
        if newest and not previous:
            words = (f"Release {newest.id} was withdrawn, since something in it had to be removed.",)
            write_changes(replace(since, removed=()), path, words)
        else:
            write_changes(since, path, plainly(since, previous.path if previous else None, path))
        if previous is not None and self.before is None and self.writer is not None:
            self.writer.compare(previous.path, (self.dataset(settings, previous.id), self.dataset(settings, self.id)))
        told: dict[str, object] = {"id": self.id, "issued": day.isoformat(), "previous": since.previous}
        told |= {"base": settings.base, "software": __version__, "maker": maker(), "counts": self.told}
        (path / "release.json").write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")
        write_index(path, with_sound_index(previous))
        more = {name: digest(path / name) for name in _written_last(path)}
        files = distributed(self.sums | more, path)
        languages, years = languages_and_years(path)
        first = first_day(releases(self.workspace), day)
        edition = Edition(self.id, day, since.previous, self.counts, files, years, languages, first)
        write_catalogue(edition, settings, path)
        write_sums(self.sums | more | {name: digest(path / name) for name in _written_last(path)}, path)
        write_sums(self._store_sums(), path, STORE_SUMS)
        _seal(path)
        path.rename(self.workspace.releases / self.id)
        sync(self.workspace.releases)

    def _store_sums(self) -> dict[str, str]:
        """The digests of the store's files; what was hard-linked has that of the release before."""
        known: dict[str, str] = {}
        if self.before is not None:
            sums = read_sums(self.before.path, STORE_SUMS)
            known = {name: sums[name] for name in linked(self.before.path, self.path) if name in sums}
        return digests(self.path, store=True, known=known)


def _written_last(path: Path) -> list[str]:
    return [file.name for file in path.iterdir() if file.name.startswith(_OF_ITS_OWN) and file.name != SUMS]


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
