"""The inputs of a build, cut into pieces that machines can read apart: files, and parts of web archives."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ogp_graph import captures
from ogp_graph.captures.entry import HEAD_BYTES, printable, refusal
from ogp_graph.errors import EnvironmentFailure
from ogp_graph.model import Finding
from ogp_graph.pipeline.cluster.storage import failures, is_remote, open_input, sizes, state_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

__all__ = ["Piece", "pieces"]


@dataclass(frozen=True, slots=True)
class Piece:
    """Something to be read in one go: a web archive's records that start in these bytes, or the ``whole`` of a path.
    ``state`` changes when the file does."""

    path: str
    state: str
    start: int
    stop: int
    whole: bool

    @property
    def shown(self) -> str:
        """How findings call it."""
        return printable(self.path.rstrip("/").rsplit("/", 1)[-1])


def pieces(paths: Iterable[str], part: int) -> Iterator[Piece | Finding]:
    """The pieces of all inputs, in the order in which a build on one machine reads them, and what that says of what
    gives none; those of a web archive have about ``part`` bytes.

    Raises:
        EnvironmentFailure: an address cannot be listed or read.
    """
    for path in paths:
        if is_remote(path):
            yield from _elsewhere(path, part)
            continue
        for file in captures.walked(path):
            yield from (file,) if isinstance(file, Finding) else _file(file, part)


def _file(path: str, part: int) -> Iterator[Piece]:
    try:
        status = Path(path).stat()
        with Path(path).open("rb") as file:
            head = file.read(HEAD_BYTES)
    except (OSError, ValueError):
        yield Piece(path, "", 0, 0, whole=True)  # the reader says what is wrong with it
        return
    yield from _cut(path, f"{status.st_size} {status.st_mtime_ns}", status.st_size, head, part)


def _elsewhere(url: str, part: int) -> Iterator[Piece | Finding]:
    try:
        found = sizes(url)
        if not found:
            yield refusal(url, "missing-file", "There is nothing at this address, or it does not answer. Check it.")
        alone = len(found) == 1
        for name, size in found.items():
            if alone or captures.taken(name):
                file, _ = open_input(name)
                with file:
                    head = file.read(HEAD_BYTES)
                    file.seek(max(0, size - 1))
                    file.read(1)
                yield from _cut(name, state_of(name), size, head, part)
    except ValueError:  # what fsspec raises when it gets the whole instead
        what = "the server gives no parts of files (HTTP ranges), which a cluster reads"
        raise EnvironmentFailure(f"{url}: {what}; get the file first, then name it") from None
    except failures() as error:
        raise EnvironmentFailure(f"{url}: {getattr(error, 'strerror', None) or error}") from error


def _cut(path: str, state: str, size: int, head: bytes, part: int) -> Iterator[Piece]:
    if not captures.splits(path, head):
        yield Piece(path, state, 0, size, whole=True)
        return
    count = max(1, -(-size // max(part, 1)))
    edges = [size * i // count for i in range(count + 1)]
    for i in range(count):
        yield Piece(path, state, edges[i], edges[i + 1] if i < count - 1 else 1 << 62, whole=False)
