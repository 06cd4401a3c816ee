"""The store of a release: loaded from its dumps, or the store of the release before with what changed."""

from __future__ import annotations

import os
import shutil
from itertools import islice
from typing import TYPE_CHECKING

import pyoxigraph as ox

from ogp_graph.release.dumps import CITATIONS, MERGED, QUADS
from ogp_graph.release.packing import unpacked

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from ogp_graph.release.difference import Difference

__all__ = ["BATCH", "linked", "load_store", "revise_store"]

BATCH = 100_000  # statements that the store loads at once
_NEVER_WRITTEN_AGAIN = ".sst"
_OF_A_PROCESS = ("LOCK", "LOG")


def load_store(release: Path) -> None:
    """Makes the store: the merged statements in the default graph, and every named graph beside it.

    Loading takes some 2 kB of memory for each statement of a batch, so that a release of any size takes what one
    batch takes; one compaction at the end makes up for the many small files."""
    store = ox.Store(str(release / "store"))
    for dump in (MERGED, QUADS, CITATIONS):
        with unpacked(release / "dumps" / dump.name) as file:
            while batch := b"".join(islice(file, BATCH)):
                store.bulk_load(batch, dump.format)
    store.optimize()
    store.flush()
    del store  # closes it: the folder is about to move


def revise_store(before: Path, release: Path, differences: Iterable[Difference]) -> None:
    """Makes the store out of that of the release ``before``, which stays as it is: RocksDB never writes to a sorted
    table again (https://github.com/facebook/rocksdb/wiki/Checkpoints), so both releases have the same files under two
    names, and only what is small is copied.

    Raises:
        OSError: disk full, no permission, the disk knows no hard links.
        RuntimeError: the old store is damaged.
    """
    folder = release / "store"
    folder.mkdir()
    for path in (before / "store").iterdir():
        if path.suffix == _NEVER_WRITTEN_AGAIN:
            os.link(path, folder / path.name)
        elif not path.name.startswith(_OF_A_PROCESS):
            shutil.copyfile(path, folder / path.name)
    store = ox.Store(str(folder))
    for difference in differences:
        difference.apply(store)
    store.flush()
    del store


def linked(before: Path, release: Path) -> set[str]:
    """The files of the store (paths inside a release) that both releases have under two names."""
    found = set()
    for path in (release / "store").iterdir():
        name = f"store/{path.name}"
        if path.suffix == _NEVER_WRITTEN_AGAIN and (before / name).exists() and path.samefile(before / name):
            found.add(name)
    return found
