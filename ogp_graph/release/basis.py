"""Whether a release can be made of the one before it, and of which reports it then needs to hear."""

from __future__ import annotations

import hashlib
import json
import zlib
from importlib.metadata import version
from typing import TYPE_CHECKING

from ogp_graph.definitions import definitions_digest
from ogp_graph.release.changes import changes, read_reports
from ogp_graph.release.checksums import STORE_SUMS, digest, read_sums
from ogp_graph.release.releases import current_release
from ogp_graph.search import INDEX

if TYPE_CHECKING:
    from pathlib import Path

    from ogp_graph.release.changes import Changes
    from ogp_graph.release.collecting import Collection
    from ogp_graph.release.releases import Release
    from ogp_graph.release.withdrawal import Withdrawn
    from ogp_graph.release.workspace import Workspace

__all__ = ["changes_since", "continuable", "maker", "with_sound_index"]

_TAKEN_OVER = ("dumps/", "tables/", "parts/", "pages/", "quality/findings.jsonl")
_WRITERS = ("pyoxigraph", "pyarrow", "zstandard")
_MOST = 5  # a release of which more than one report in so many differs is made of all results


def maker() -> str:
    """SHA-256 of what writes releases: this program, its definitions, and the libraries that choose the bytes."""
    tools = [f"{name} {version(name)}" for name in _WRITERS]
    return hashlib.sha256("\n".join((definitions_digest(), zlib.ZLIB_RUNTIME_VERSION, *tools)).encode()).hexdigest()


def changes_since(release: Release | None, collected: Collection) -> Changes:
    """Which reports differ from those of ``release``."""
    before = read_reports(release.path / "reports.tsv") if release else {}
    return changes(release.id if release else None, before, {key: content for key, _, content in collected.reports})


def continuable(workspace: Workspace, base: str, withdrawn: Withdrawn, collected: Collection) -> Release | None:
    """The current release, when the next one may be made of it.

    It was written by the same program with the same base, is as it was written (its files are summed up; the store
    checks its own blocks), and holds nothing that has to go for good: after a new entry on the takedown list
    everything is made anew."""
    release = current_release(workspace)
    if release is None or release.id in withdrawn.ids:
        return None
    try:
        told = json.loads((release.path / "release.json").read_bytes())
        if told.get("maker") != maker() or told.get("base") != base:
            return None
        sums = {path: sha for path, sha in read_sums(release.path).items() if path.startswith(_TAKEN_OVER)}
        if not sums or any(digest(release.path / path) != sha for path, sha in sums.items()):
            return None
        since = changes_since(release, collected)
    except (OSError, ValueError):
        return None
    differing = len(since.added) + len(since.changed) + len(since.removed)
    return release if differing * _MOST <= max(_MOST, len(collected.reports)) else None


def with_sound_index(release: Release | None) -> Path | None:
    """The folder of ``release``, when its search index is as it was written."""
    if release is None:
        return None
    try:
        sound = digest(release.path / INDEX) == read_sums(release.path, STORE_SUMS).get(INDEX)
    except OSError:
        return None
    return release.path if sound else None
