"""Which releases there are, which is current, and what the next one is called."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ogp_graph.release.storage import disk, link

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Collection, Mapping
    from pathlib import Path

    from ogp_graph.release.workspace import Workspace

__all__ = ["Release", "current_release", "next_id", "point_to", "releases"]

_ID = re.compile(r"(\d{4}-\d{2}-\d{2})\.([1-9]\d*)")


@dataclass(frozen=True, slots=True)
class Release:
    """One published release. ``issued`` is an ISO date, ``previous`` the release that was current before it,
    ``counts`` what is in it (reports, members, statements ...); ``current`` says whether it is served by default."""

    id: str
    path: Path
    issued: str
    previous: str | None
    counts: Mapping[str, int]
    current: bool = False


def releases(workspace: Workspace) -> list[Release]:
    """Every release, oldest first.

    Raises:
        EnvironmentFailure: the folder cannot be read.
    """
    with disk(workspace.releases):
        current = _target(workspace)
        paths = [path for path in workspace.releases.iterdir() if _ID.fullmatch(path.name) and path.is_dir()]
    return [_release(path, current) for path in sorted(paths, key=lambda path: _order(path.name))]


def current_release(workspace: Workspace) -> Release | None:
    """The release that ``current`` points to; None before the first one."""
    return next((release for release in releases(workspace) if release.current), None)


def next_id(workspace: Workspace, day: dt.date, taken: Collection[str]) -> str:
    """``2026-11-21.1``, or the next number on that day; an id in ``taken`` is never given again."""
    names = {*(release.id for release in releases(workspace)), *taken}
    numbers = [int(match[2]) for name in names if (match := _ID.fullmatch(name)) and match[1] == day.isoformat()]
    return f"{day.isoformat()}.{max(numbers, default=0) + 1}"


def point_to(workspace: Workspace, release: str) -> None:
    """Makes ``release`` the current one, by one atomic rename."""
    link(workspace.path / "current", f"releases/{release}", workspace.temporary)


def _target(workspace: Workspace) -> str | None:
    try:
        return (workspace.path / "current").readlink().name
    except FileNotFoundError:
        return None


def _release(path: Path, current: str | None) -> Release:
    try:
        told = json.loads((path / "release.json").read_bytes())
        counts = {str(name): int(number) for name, number in told["counts"].items()}
        return Release(path.name, path, str(told["issued"]), told["previous"], counts, path.name == current)
    except (OSError, ValueError, KeyError, TypeError, AttributeError):  # damaged: verify says how
        return Release(path.name, path, path.name.partition(".")[0], None, {}, path.name == current)


def _order(name: str) -> tuple[str, int]:
    day, _, number = name.partition(".")
    return day, int(number)
