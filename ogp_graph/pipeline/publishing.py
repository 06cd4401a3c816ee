"""A release into a SPARQL service elsewhere: in bounded batches, resumable, and counted before anybody is told.

The service says in a graph of its own which release it holds. That goes first and comes last, so a service that is
half-way is not taken for one that holds a release. Each batch may be sent again without harm.
"""

from __future__ import annotations

import hashlib
import json
from contextlib import closing
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

from ogp_graph.engine.channel import Closed
from ogp_graph.engine.remote import PUBLISHED, published
from ogp_graph.errors import EnvironmentFailure, UsageError
from ogp_graph.pipeline.counting import Service
from ogp_graph.pipeline.virtuoso import Isql, load_with_isql
from ogp_graph.pipeline.writers import Batch, GraphStore, Update
from ogp_graph.release.dumps import CITATIONS, MERGED, QUADS, text_lines
from ogp_graph.release.storage import keep

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from ogp_graph.pipeline.writers import Writer
    from ogp_graph.release import Release, Workspace
    from ogp_graph.settings import Settings

__all__ = ["Published", "publish_by_loader", "publish_to"]

_AGAIN = 3  # times that what a service has not kept is sent again
_TOLD = 5  # graphs that a message names
_IDENTIFIER = "<http://purl.org/dc/terms/identifier>"


@dataclass(frozen=True, slots=True)
class Published:
    """What was done: statements and graphs that the service holds now, and how many batches this run has sent."""

    statements: int
    graphs: int
    batches: int


def publish_to(
    workspace: Workspace,
    release: Release,
    writer: GraphStore | Update,
    settings: Settings,
    *,
    base: str,
    progress: Callable[[str, int, int | None], None] | None = None,
) -> Published:
    """Makes the service hold ``release`` and nothing else below ``base``.

    Raises:
        EnvironmentFailure: the service refused something, ended the connection, or does not hold what it was sent.
    """
    with closing(Service(settings)) as service, closing(writer.channel):
        try:
            return _published(workspace, release, writer, settings, service, base=base, progress=progress)
        except Closed as error:
            raise Closed(f"{error}. Run it again when the service is there: it goes on where it was") from None


def _published(
    workspace: Workspace,
    release: Release,
    writer: GraphStore | Update,
    settings: Settings,
    service: Service,
    *,
    base: str,
    progress: Callable[[str, int, int | None], None] | None,
) -> Published:
    default = settings.engine_default_graph or None
    state = _State(workspace, release, f"{writer.channel.url} {settings.engine_url} {default} {type(writer).__name__}")
    done = state.load()
    if done is None:
        held = [graph for graph in service.graphs(base) if graph != base + PUBLISHED]
        writer.clear([base + PUBLISHED, default, *held])
        state.store(done := 0)
    sent, dumps = 0, release.path / "dumps"
    counts: dict[str | None, int] = {}
    for number, batches in enumerate(_grouped(_batches(dumps, default, writer.size), writer), 1):
        for batch in batches:
            counts[batch.graph] = counts.get(batch.graph, 0) + len(batch.lines)
        if number > done:
            writer.write(batches)
            state.store(number)
            sent += 1
        if progress:
            progress("publish", number, None)
    state.forget()
    counts |= {graph: 0 for graph in service.graphs(base) if graph != base + PUBLISHED and graph not in counts}
    short = service.short(counts)
    for _ in range(_AGAIN if short else 0):  # Virtuoso says now and then that it has taken what it has not
        writer.clear(list(short))
        for batches in _grouped((b for b in _batches(dumps, default, writer.size) if b.graph in short), writer):
            writer.write(batches)
            sent += 1
        if not (short := service.short(counts)):
            break
    _finish(writer, counts, short, published(base, release.id), release.id)
    return Published(sum(counts.values()), sum(map(bool, counts.values())), sent)


def publish_by_loader(release: Release, address: str, settings: Settings, *, base: str) -> Published:
    """The same by Virtuoso's own loader, which reads the dumps on its machine; ``address`` is HOST:PORT of Virtuoso.

    Raises:
        UsageError: no graph is named that stands for the default graph; Virtuoso has none of its own.
        EnvironmentFailure: as :func:`publish_to`.
    """
    default = settings.engine_default_graph
    if not default:
        raise UsageError("give --engine-default-graph: Virtuoso has no default graph of its own")
    isql = Isql(address, settings.engine_auth)
    with closing(Service(settings)) as service:
        isql.clear([base + PUBLISHED, default, *service.graphs(base)])
    load_with_isql(isql, release.path / "dumps", default)
    counts: dict[str | None, int] = {}
    for batch in _batches(release.path / "dumps", default, Update.size):
        counts[batch.graph] = counts.get(batch.graph, 0) + len(batch.lines)
    with closing(Service(settings)) as service:
        short = service.short(counts)
    _finish(isql, counts, short, published(base, release.id), release.id)
    return Published(sum(counts.values()), len(counts), 0)


def _finish(
    writer: Writer, counts: dict[str | None, int], short: dict[str | None, int], marker: tuple[str, str], release: str
) -> None:
    """Tells the service which release it holds, if it does."""
    if short:
        told = [f"{g or 'the default graph'} has {n} statements instead of {counts[g]}" for g, n in short.items()]
        more = f"; and {len(told) - _TOLD} more" if len(told) > _TOLD else ""
        raise EnvironmentFailure(f"the service does not hold what it was sent: {'; '.join(told[:_TOLD])}{more}")
    graph, thing = marker
    writer.write([Batch(graph, (f'<{thing}> {_IDENTIFIER} "{release}" .',), first=True)])


def _batches(dumps: Path, default: str | None, size: int) -> Iterator[Batch]:
    """The merged statements for the default graph, then every named graph; both as the dumps have them."""
    merged = text_lines(dumps / MERGED.name)
    first = True
    while lines := tuple(islice(merged, size)):
        yield Batch(default, lines, first)
        first = False
    for dump in (QUADS, CITATIONS):
        yield from _named(text_lines(dumps / dump.name), size)


def _named(quads: Iterator[str], size: int) -> Iterator[Batch]:
    """Batches of named graphs. The dumps are sorted by subject, so a graph may come in several pieces."""
    begun: set[bytes] = set()
    waiting: dict[str, list[str]] = {}
    count = 0
    for line in quads:
        triple, _, graph = line.removesuffix(" .").rpartition(" ")
        waiting.setdefault(graph[1:-1], []).append(f"{triple} .")
        count += 1
        if count >= size * 10:
            yield from _taken(waiting, begun, size)
            count = 0
    yield from _taken(waiting, begun, size)


def _taken(waiting: dict[str, list[str]], begun: set[bytes], size: int) -> Iterator[Batch]:
    for graph, lines in sorted(waiting.items()):
        key = hashlib.blake2b(graph.encode(), digest_size=8).digest()
        for start in range(0, len(lines), size):
            yield Batch(graph, tuple(lines[start : start + size]), key not in begun)
            begun.add(key)
    waiting.clear()


def _grouped(batches: Iterator[Batch], writer: GraphStore | Update) -> Iterator[list[Batch]]:
    """The batches that go together: several graphs in one update, one graph at a time into a graph store."""
    together: list[Batch] = []
    count = 0
    for batch in batches:
        if together and (isinstance(writer, GraphStore) or count + len(batch.lines) > writer.size):
            yield together
            together, count = [], 0
        together.append(batch)
        count += len(batch.lines)
    if together:
        yield together


class _State:
    """How far a run has come, in the workspace, so that a killed one goes on."""

    def __init__(self, workspace: Workspace, release: Release, service: str) -> None:
        name = hashlib.sha256(service.encode()).hexdigest()[:16]
        self._path = workspace.path / "publishing" / f"{name}.json"
        self._temporary = workspace.temporary
        self._release = release.id

    def load(self) -> int | None:
        """How many batches of this release the service has; None when it has to be cleared first."""
        try:
            told = json.loads(self._path.read_bytes())
        except (OSError, ValueError):
            return None
        return int(told["done"]) if told.get("release") == self._release else None

    def store(self, done: int) -> None:
        keep(self._path, json.dumps({"release": self._release, "done": done}).encode(), self._temporary)

    def forget(self) -> None:
        self._path.unlink(missing_ok=True)
