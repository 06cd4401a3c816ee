"""Pages to a release, through a workspace: only what changed is done again."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ogp_graph import captures
from ogp_graph.definitions import definitions_digest
from ogp_graph.extract.grouping import Reading, grouped
from ogp_graph.model import Finding
from ogp_graph.pipeline.checks import checked
from ogp_graph.pipeline.jobs import BriefReading, BuildReport, Job, ReadCapture, Task
from ogp_graph.pipeline.links import LinkRun
from ogp_graph.pipeline.products import PRODUCTS
from ogp_graph.pipeline.stages import as_crawled, failed, shared_lines, taken_down
from ogp_graph.processes import Failure, cores, in_order_unless
from ogp_graph.release import apply_to_findings, publish
from ogp_graph.validate import findings_graph
from ogp_graph.vocabulary import data_folder

if TYPE_CHECKING:
    import datetime
    from collections.abc import Callable, Iterable, Iterator
    from typing import BinaryIO

    from ogp_graph.model import Page
    from ogp_graph.pipeline.cluster import Cluster
    from ogp_graph.pipeline.jobs import Done
    from ogp_graph.release import Product, Release, Workspace
    from ogp_graph.settings import Settings

    Progress = Callable[[str, int, int | None], None]

__all__ = ["Built", "build"]

_DEFINITIONS = ("ontology", "shapes", "queries")


@dataclass(slots=True)
class Built:
    """What a build did: reports that entered the release with their digests, those that are quarantined, how many
    were built anew, and findings about inputs that gave no report."""

    release: Release | None = None
    accepted: list[tuple[str, str]] = field(default_factory=list)
    quarantined: list[str] = field(default_factory=list)
    rebuilt: int = 0
    refused: list[Finding] = field(default_factory=list)


def build(
    workspace: Workspace,
    paths: Iterable[str],
    settings: Settings,
    *,
    today: datetime.date,
    stdin: BinaryIO | None = None,
    stored: Callable[[Done], None] | None = None,
    progress: Progress | None = None,
    cluster: Cluster | None = None,
    products: Iterable[Product] = PRODUCTS,
) -> Built:
    """Archives the pages under ``paths``, brings every report up to date and publishes a release named ``today``.

    ``stored`` hears of each report as soon as its result is stored, ``progress`` of (step, done, of). With a
    ``cluster``, others read the pages and build the reports; the rest is the same. ``products`` are prepared with it.

    Raises:
        EnvironmentFailure: disk, permission, or another build in this workspace.
        DefinitionError: the takedown list is wrong.
    """
    built = Built()
    progress = progress or _silent
    with workspace.lock():
        takedown = workspace.takedown()
        job = Job(str(workspace.path), settings, definitions_digest(), takedown)
        if cluster is None:
            built.refused.extend(_archived(workspace, captures.pages(paths, settings, stdin=stdin), progress))
        else:
            built.refused.extend(cluster.archive(workspace, paths, job, progress))
        workspace.bury(takedown)
        keys = _up_to_date(workspace, job, built, stored, progress, cluster)
        built.refused = list(apply_to_findings(takedown, None, tuple(built.refused)))
        progress("release", 0, 1)
        links = LinkRun(settings, workspace.path / "links")
        built.release = publish(
            workspace,
            (brief for key in keys if (brief := workspace.brief(key))),
            shared=lambda mentions: [*shared_lines(mentions, settings), *links.take(mentions).lines()],
            definitions={name: data_folder(name) for name in _DEFINITIONS},
            findings_graph=findings_graph,
            release_date=today,
            settings=settings,
            findings=built.refused,
            takedown=takedown,
            checks=lambda store, before: (
                *checked(store, before, [key for key, _ in built.accepted], workspace.path, settings),
                *links.findings,
            ),
            files=links.files,
            products=products,
            step=lambda name: progress(f"release: {name}", 0, None),
        )
        progress("release", 1, 1)
    return built


def _silent(_step: str, _done: int, _of: int | None) -> None:
    """Nobody watches."""


def _archived(workspace: Workspace, pages: Iterable[Page | Finding], progress: Progress) -> Iterator[Finding]:
    for count, page in enumerate(pages, 1):
        if isinstance(page, Finding):
            yield page
        else:
            workspace.record(page)
            if workspace.tombstoned(page.capture.sha256):
                yield taken_down(page.capture)
        progress("captures", count, None)
    workspace.commit()


def _up_to_date(
    workspace: Workspace,
    job: Job,
    built: Built,
    stored: Callable[[Done], None] | None,
    progress: Progress,
    cluster: Cluster | None,
) -> list[str]:
    """Stores the result of every report and says so in ``built``; returns the reports' keys, sorted."""
    current = workspace.captures()
    processes = cores(job.settings.processes)
    crawled = workspace.seen_only_at(captures.LOCATOR)
    readings: list[Reading] = []
    reader = ReadCapture(job)
    for count, found in enumerate(in_order_unless(reader.known, reader, current, processes=processes), 1):
        read = BriefReading(None, (failed(found, found.item),)) if isinstance(found, Failure) else found
        built.refused.extend(as_crawled(read.findings) if current[count - 1].sha256 in crawled else read.findings)
        readings.extend([read.reading] if read.reading else [])
        progress("pages", count, len(current))
    groups = grouped(readings)
    workspace.prune(set(groups))
    by_hash = {capture.sha256: capture for capture in current}
    tasks = [Task(key, tuple(by_hash[sha] for sha in shas)) for key, shas in groups.items()]
    work = BuildReport(job)
    if cluster is not None:
        built.rebuilt += cluster.results(workspace, job, (t for t in tasks if work.known(t) is None), progress)
    for count, one in enumerate(in_order_unless(work.known, work, tasks, processes=processes, few=8), 1):
        done = work.give_up(one) if isinstance(one, Failure) else one
        built.rebuilt += done.fresh
        if done.quarantined:
            built.quarantined.append(done.key)
        else:
            built.accepted.append((done.key, done.digest))
        if stored:
            stored(done)
        progress("reports", count, len(tasks))
    return list(groups)
