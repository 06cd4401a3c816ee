"""Old releases that hold what was taken down later: they are removed when a release without it is published.

``releases/withdrawn.json`` remembers which, and which entries of the takedown list were acted upon (as digests;
the file never leaves the workspace). It is written before the new release and acted upon after the switch, so that
a build that is killed in between is finished by the next one.
"""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ogp_graph.errors import EnvironmentFailure
from ogp_graph.release.releases import releases
from ogp_graph.release.storage import disk, keep

if TYPE_CHECKING:
    import datetime as dt

    from ogp_graph.release.takedown import Takedown
    from ogp_graph.release.workspace import Workspace

__all__ = ["Withdrawn", "remove_withdrawn", "withdraw"]


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """(release, date) of the releases that are, or are about to be, removed."""

    releases: tuple[tuple[str, str], ...] = ()
    fingerprints: frozenset[str] = frozenset()

    @property
    def ids(self) -> frozenset[str]:
        return frozenset(release for release, _ in self.releases)


def withdraw(workspace: Workspace, takedown: Takedown, day: dt.date) -> Withdrawn:
    """Notes every existing release as withdrawn when the takedown list has an entry that no build acted upon yet."""
    before = _read(workspace)
    if not set(takedown.fingerprints) - before.fingerprints:
        return before
    existing = [release.id for release in releases(workspace) if release.id not in before.ids]
    noted = (*before.releases, *((release, day.isoformat()) for release in existing))
    after = Withdrawn(tuple(sorted(noted)), before.fingerprints | set(takedown.fingerprints))
    told = {"releases": after.releases, "fingerprints": sorted(after.fingerprints)}
    keep(workspace.releases / "withdrawn.json", json.dumps(told, indent=1).encode(), workspace.temporary)
    return after


def remove_withdrawn(workspace: Workspace) -> list[str]:
    """Deletes the withdrawn releases that are still there, save the current one; returns which."""
    noted = _read(workspace).ids
    gone = [release for release in releases(workspace) if release.id in noted and not release.current]
    for release in gone:
        with disk(release.path):
            hidden = release.path.with_name(f".tmp-{release.id}")
            release.path.rename(hidden)  # at once for readers; a killed removal is finished by the next build
            shutil.rmtree(hidden)
    return [release.id for release in gone]


def _read(workspace: Workspace) -> Withdrawn:
    path = workspace.releases / "withdrawn.json"
    with disk(path):
        try:
            told = json.loads(path.read_bytes())
        except FileNotFoundError:
            return Withdrawn()
        except ValueError:
            raise EnvironmentFailure(f"{path}: damaged; restore it, or remove it and every release") from None
    return Withdrawn(tuple((release, day) for release, day in told["releases"]), frozenset(told["fingerprints"]))
