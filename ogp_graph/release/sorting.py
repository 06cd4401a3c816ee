"""Lines sorted on disk: an external merge sort whose memory does not grow with the number of lines."""

from __future__ import annotations

import heapq
from contextlib import ExitStack
from typing import TYPE_CHECKING
from uuid import uuid4

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

__all__ = ["Sorter", "once", "sorted_lines"]

_FAN_IN = 64  # runs that are merged at once: far below the usual limit of 1,024 open files
_CHARACTERS = 24_000_000  # held in memory at most, however few the lines are


def sorted_lines(lines: Iterable[str], *, temporary: Path, limit: int = 200_000) -> Iterator[str]:
    """``lines`` sorted by code point, each once; no line may hold a line feed.

    At most ``limit`` lines (and some 24 million characters) are in memory; the rest is in files in the folder
    ``temporary``, which are removed when the iterator ends.

    Raises:
        OSError: the disk is full or the folder cannot be written.
    """
    with Sorter(temporary, limit=limit) as sorter:
        for line in lines:
            sorter.add(line)
        yield from sorter


class Sorter:
    """The same for lines that arrive one by one: ``add`` them all, then iterate (as often as needed)."""

    def __init__(self, temporary: Path, *, limit: int = 200_000) -> None:
        self._folder = temporary
        self._limit = limit
        self._lines: list[str] = []
        self._characters = 0
        self._runs: list[Path] = []

    def __enter__(self) -> Sorter:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def add(self, line: str) -> None:
        """Takes one line in."""
        self._lines.append(line)
        self._characters += len(line)
        if len(self._lines) >= self._limit or self._characters >= _CHARACTERS:
            self._spill()

    def __iter__(self) -> Iterator[str]:
        self._lines = sorted(set(self._lines))
        while len(self._runs) > _FAN_IN:
            self._runs = [*self._runs[_FAN_IN:], self._merged(self._runs[:_FAN_IN])]
        with ExitStack() as files:
            yield from once(heapq.merge(self._lines, *(_run(path, files) for path in self._runs)))

    def close(self) -> None:
        """Forgets everything and removes the files."""
        self._lines.clear()
        for path in self._runs:
            path.unlink(missing_ok=True)
        self._runs.clear()

    def _spill(self) -> None:
        self._runs.append(self._written(sorted(set(self._lines))))
        self._lines.clear()
        self._characters = 0

    def _merged(self, runs: list[Path]) -> Path:
        with ExitStack() as files:
            path = self._written(once(heapq.merge(*(_run(run, files) for run in runs))))
        for run in runs:
            run.unlink()
        return path

    def _written(self, lines: Iterable[str]) -> Path:
        path = self._folder / f"run-{uuid4().hex}"
        with path.open("x", encoding="utf-8", errors="surrogatepass", newline="\n") as file:
            file.writelines(f"{line}\n" for line in lines)
        return path


def _run(path: Path, files: ExitStack) -> Iterator[str]:
    file = files.enter_context(path.open(encoding="utf-8", errors="surrogatepass", newline="\n"))
    return (line[:-1] for line in file)


def once(lines: Iterable[str]) -> Iterator[str]:
    """Sorted lines, each once."""
    previous = None
    for line in lines:
        if line != previous:
            yield line
            previous = line
