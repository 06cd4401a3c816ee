"""The side that hands out the work and puts what comes back into the workspace."""

from __future__ import annotations

import asyncio
import logging
from collections import Counter, defaultdict
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING, Any

from ogp_graph import captures
from ogp_graph.captures.warc import Revisits
from ogp_graph.errors import EnvironmentFailure, OgpGraphError, UsageError
from ogp_graph.extract import Extraction
from ogp_graph.model import Finding, Page, decode, encode
from ogp_graph.pipeline.cluster.inputs import Piece, pieces
from ogp_graph.pipeline.cluster.storage import Storage, failures
from ogp_graph.pipeline.cluster.tasks import Batch, Found, PagePart, ReadPart, Ready, packed, unpacked, version
from ogp_graph.pipeline.jobs import brief_of
from ogp_graph.pipeline.stages import taken_down
from ogp_graph.release import ReportResult

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from ogp_graph.model import Capture
    from ogp_graph.pipeline.jobs import Job, Task
    from ogp_graph.release import Workspace
    from ogp_graph.settings import Settings

    Progress = Callable[[str, int, int | None], None]

__all__ = ["Cluster"]

_WAIT = 15  # seconds that a scheduler has to answer in, and then to have a worker
_AGAIN = 2  # times that a task is tried again after an error, as of the storage
_AHEAD = 8  # tasks for each thread of the cluster that are under way
_REPORTS = 200  # in one batch


@dataclass(slots=True)
class Cluster:
    """Workers behind a Dask scheduler, and the storage that they share with us."""

    client: Any
    storage: Storage
    settings: Settings
    code: str

    @classmethod
    @contextmanager
    def at(cls, scheduler: str, storage: str, settings: Settings) -> Iterator[Cluster]:
        """The cluster at ``scheduler`` (``tcp://HOST:PORT``; ``local`` starts processes on this machine).

        Raises:
            UsageError: Dask is not installed, that is no address, or a worker has another version of the program.
            EnvironmentFailure: no scheduler answers there, it has no workers, or the storage cannot be written.
        """
        try:
            import distributed
        except ModuleNotFoundError:
            raise UsageError("a cluster needs more packages: pip install 'ogp-graph[cluster]'") from None
        logging.getLogger("distributed").setLevel(logging.CRITICAL)  # what is wrong is told by us
        local: Any = None
        try:
            if scheduler == "local":
                count = settings.processes or None
                make: Any = distributed.LocalCluster
                options = {"dashboard_address": None, "host": "127.0.0.1", "silence_logs": logging.CRITICAL}
                local = make(n_workers=count, threads_per_worker=1, **options)
            else:
                asyncio.run(asyncio.wait_for(_answer(scheduler), _WAIT + 1))
            connect: Any = distributed.Client
            client = connect(local or scheduler, timeout=_WAIT, set_as_default=False)
        except ValueError as error:
            what = f"{scheduler} is no address of a scheduler ({_words(error)})"
            raise UsageError(f"{what}; give tcp://HOST:PORT, or local for processes of this machine") from None
        except OSError as error:
            raise EnvironmentFailure(
                f"no scheduler answers at {scheduler} ({_words(error)}); start one there"
            ) from None
        try:
            yield cls._ready(client, storage, settings, scheduler)
        finally:
            client.close()
            if local is not None:
                local.close()

    @classmethod
    def _ready(cls, client: Any, storage: str, settings: Settings, scheduler: str) -> Cluster:
        try:
            client.wait_for_workers(1, timeout=_WAIT)
        except TimeoutError:
            raise EnvironmentFailure(f"the scheduler at {scheduler} has no workers") from None
        ours = version()
        told = client.run(_version_there, on_error="return")
        for worker, theirs in sorted(told.items()):
            if theirs != ours:
                there = f"version {theirs[0]}" if isinstance(theirs, tuple) else f"no ogp-graph ({_words(theirs)})"
                what = f"the worker at {worker} has {there} with other code or definitions than here ({ours[0]})"
                raise UsageError(f"{what}; install the same everywhere")
        files = Storage(storage)
        try:
            files.add("probe", b"")
        except failures() as error:
            raise _storage_failed(files, error) from error
        return cls(client, files, replace(settings, engine_auth=""), ours[1])

    def archive(self, workspace: Workspace, paths: Iterable[str], job: Job, progress: Progress) -> Iterator[Finding]:
        """Has the inputs read, and archives pages and readings in the workspace; gives what pages gave no report.

        Raises:
            EnvironmentFailure: the storage failed, or a part cannot be read without its worker ending.
        """
        counted: dict[str, Counter[str]] = defaultdict(Counter)
        revisits = Revisits()
        last: dict[str, int] = {}
        reached = 0
        parts = list(pieces(paths, self.settings.cluster_part))
        for number, piece in enumerate(parts):
            if isinstance(piece, Piece):
                last[piece.path] = number
        done = self._done(self._reading(piece) for piece in parts if isinstance(piece, Piece))
        for number, piece in enumerate(parts):
            if isinstance(piece, Finding):
                yield piece
                continue
            found = self._joined(piece, next(done), reached if piece.start else 0)
            reached = max(reached if piece.start else 0, found.ended)
            yield from found.findings
            counted[piece.path].update(found.counts)
            revisits.join(found.revisits, found.dismissed)
            for page in self._pages(found):
                if workspace.tombstoned(page.capture.sha256):
                    yield taken_down(page.capture)
                self._keep(workspace, page, job)
                revisits.known(page.keys, partial(_again, workspace, page.capture, page.locator))
            if not piece.whole and last[piece.path] == number:
                yield captures.summary(piece.shown, counted[piece.path])
            progress("parts", number + 1, len(parts))
        workspace.commit()
        for one in captures.resolved(revisits):
            if isinstance(one, Finding):
                yield one
            else:
                workspace.record(one)
        workspace.commit()

    def results(self, workspace: Workspace, job: Job, tasks: Iterable[Task], progress: Progress) -> int:
        """Has those of the reports built that are not up to date, and stores their results; returns how many.

        Raises:
            EnvironmentFailure: as :meth:`archive`.
        """
        waiting, count = iter(tasks), 0

        def batches() -> Iterator[Batch]:
            while some := list(islice(waiting, _REPORTS)):
                source = self._stored(packed([_ready(job, task) for task in some]))
                yield Batch(source, self.storage.url, self.code, self.settings, job.takedown)

        for place in self._done(batches()):
            for result in unpacked(self._fetched(place), list[ReportResult]):
                workspace.store_result(result)
                count += 1
            progress("batches", count, None)
        return count

    def _reading(self, piece: Piece) -> ReadPart:
        return ReadPart(
            piece.path, piece.state, piece.start, piece.stop, piece.start > 0, piece.whole,
            self.storage.url, self.code, self.settings,
        )  # fmt: skip

    def _joined(self, piece: Piece, place: str, reached: int) -> Found:
        """What a part gave, if it began where the part before it ended: what looks like a record may stand inside of
        one, and what stands at the border may be damaged. Else what it gives from there on."""
        found = unpacked(self._fetched(place), Found)
        if piece.start == 0 or found.begun == reached:
            return found
        if reached >= piece.stop:  # a record that is longer than the part
            return Found((), (), {}, (), b"", reached, reached)
        again = replace(self._reading(piece), start=reached, border=False)
        return unpacked(self._fetched(next(self._done([again]))), Found)

    def _pages(self, found: Found) -> Iterator[PagePart]:
        for place in found.pages:
            yield from unpacked(self._fetched(place), list[PagePart])

    def _keep(self, workspace: Workspace, page: PagePart, job: Job) -> None:
        """One page into the workspace, with what was read in it."""
        workspace.record(Page(page.capture, page.data, page.locator))
        if workspace.tombstoned(page.capture.sha256):
            return
        extraction = decode(page.extraction, Extraction)
        digest = job.reading_digest(page.capture)
        if workspace.brief_reading(page.capture.sha256, digest) is None:
            workspace.store_reading(page.capture.sha256, digest, page.extraction, encode(brief_of(extraction)))

    def _done(self, tasks: Iterable[ReadPart | Batch]) -> Iterator[str]:
        """Where the results of the tasks are, in the order of the tasks, of which some are under way at once."""
        threads = sum(self.client.nthreads().values()) or 1
        under_way: list[Any] = []
        waiting = iter(tasks)
        try:
            while True:
                some = islice(waiting, max(1, threads * _AHEAD - len(under_way)))
                under_way += [self.client.submit(_run, t, key=t.name, retries=_AGAIN, pure=False) for t in some]
                if not under_way:
                    return
                yield self._result(under_way.pop(0))
        finally:
            self.client.cancel(under_way, force=True)

    def _result(self, future: Any) -> str:
        error = future.exception()
        if error is None:
            return str(future.result())
        if type(error).__name__ == "WrongVersion":
            raise UsageError(f"{error}; install the same everywhere")
        if isinstance(error, OgpGraphError):  # as that two validators disagree
            raise error
        if type(error).__name__ == "KilledWorker":
            raise EnvironmentFailure("a task has ended each worker that it was given to; look at the workers' memory")
        raise EnvironmentFailure(
            f"a worker could not do its part: {_words(error)}; what was done is kept: run it again"
        )

    def _fetched(self, place: str) -> bytes:
        try:
            return self.storage.read(place)
        except failures() as error:
            raise _storage_failed(self.storage, error) from error

    def _stored(self, data: bytes) -> str:
        try:
            return self.storage.add("batches", data)
        except failures() as error:
            raise _storage_failed(self.storage, error) from error


async def _answer(scheduler: str) -> None:
    """Asks who is at an address. Dask's own client waits for ever for what is no scheduler.

    Raises:
        OSError, TimeoutError: nobody, or something else.
        ValueError: it is no address.
    """
    import distributed

    core: Any = distributed.core
    secured: Any = distributed.Security
    there = await core.connect(scheduler, timeout=_WAIT, **secured().get_connection_args("client"))
    try:
        await core.send_recv(there, op="identity", reply=True)
    finally:
        there.abort()


def _storage_failed(storage: Storage, error: Exception) -> EnvironmentFailure:
    what = f"the storage {storage.url} cannot be read or written ({_words(error)})"
    return EnvironmentFailure(f"{what}. Every machine of the cluster has to reach it; then run it again")


def _run(task: ReadPart | Batch) -> str:
    """A task, on a worker."""
    return task()


def _version_there() -> tuple[str, str]:
    return version()


def _ready(job: Job, task: Task) -> Ready:
    """What a worker needs to know of a report."""
    said = tuple(encode(job.extraction(capture)) for capture in task.captures)
    return Ready(task.key, job.result_digest(task.key, task.captures), said)


def _again(workspace: Workspace, capture: Capture, locator: str) -> Page | None:
    return Page(capture, b"" if workspace.tombstoned(capture.sha256) else workspace.read(capture.sha256), locator)


def _words(error: object) -> str:
    told = (error.strerror if isinstance(error, OSError) else None) or str(error) or type(error).__name__
    return " ".join(told.split())[:200]
