"""Things that an earlier release had and this one does not, and things that were removed on request.

Read from the tables and tombstones of the releases: their keys, never their stores, so that asking for names that never
were costs nothing.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ogp_graph.names import IRIs
from ogp_graph.release.checksums import read_sums
from ogp_graph.release.moved import moved

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

__all__ = ["Gone", "gone", "withdrawn"]

_TABLES = ("members", "plans", "commitments", "reports", "evaluators", "evidence", "captures")
_EARLIER = 50  # releases that are looked into, the newest first


@dataclass(frozen=True, slots=True)
class Gone:
    """``release`` is the last one that had the thing; empty when it was removed from all of them on ``date`` for
    ``reason``. ``now`` is what stands behind the base in the IRI that it goes on under, where that is known."""

    release: str = ""
    now: str = ""
    date: str = ""
    reason: str = ""


def gone(folder: Path, base: str, earlier: Iterable[Path]) -> Mapping[str, Gone]:
    """What is behind the base in the IRI of each thing that the release in ``folder`` lacks; ``earlier`` are folders of
    releases, the newest first."""
    found: dict[str, Gone] = {}
    sums, here = _sums(folder), frozenset(path for table in _TABLES for path in _paths(folder, table, base))
    for before in list(earlier)[:_EARLIER]:
        same = _sums(before).items() & sums.items()  # a table with the same bytes has the same things
        left = {
            path
            for table in _TABLES
            if not any(name == f"tables/{table}.parquet" for name, _ in same)
            for path in _paths(before, table, base)
            if path not in here and path not in found
        }
        now = _moved(before, folder) if left else {}
        for path in left:
            found[path] = Gone(release=before.name, now=now[path] if now.get(path) in here else "")
    return found | dict(_removed(folder))


def _moved(before: Path, folder: Path) -> Mapping[str, str]:
    """What goes on under another IRI; nothing where a table is missing, or has not these columns."""
    try:
        return moved(before, folder)
    except (OSError, KeyError, ValueError):
        return {}


def _sums(folder: Path) -> dict[str, str]:
    """Checksums of the tables of a release; none where the list cannot be read."""
    try:
        found = {str(path): digest for path, digest in read_sums(folder).items()}
    except (OSError, ValueError):
        return {}
    return {path: digest for path, digest in found.items() if path.startswith("tables/")}


def _paths(folder: Path, table: str, base: str) -> Iterator[str]:
    """Of every thing that a table of a release lists; nothing where there is no such table."""
    from pyarrow.parquet import read_schema, read_table

    path = folder / "tables" / f"{table}.parquet"
    if not path.exists():
        return
    name = "evidence" if table == "evidence" else "iri"
    if name in read_schema(path).names:
        for value in read_table(path, columns=[name])[name].to_pylist():
            yield str(value).removeprefix(base)


def withdrawn(folder: Path) -> Mapping[str, str]:
    """Releases that were removed since something in them was: their name and the date."""
    removed = (stone for stone in _stones(folder) if stone.get("kind") == "release")
    return {str(stone["release"]): str(stone.get("date") or "") for stone in removed}


def _stones(folder: Path) -> list[dict[str, object]]:
    path = folder / "tombstones.json"
    found: list[dict[str, object]] = json.loads(path.read_bytes()) if path.exists() else []
    return found


def _removed(folder: Path) -> Iterator[tuple[str, Gone]]:
    """What the tombstones of the release list."""
    iris = IRIs("")
    for stone in _stones(folder):
        told = Gone(date=str(stone.get("date") or ""), reason=str(stone.get("reason") or ""))
        if stone.get("kind") == "capture":
            yield iris.capture(str(stone["sha256"])), told
        elif stone.get("kind") == "evaluator":
            yield iris.evaluator(str(stone["report"]), int(str(stone["position"]))), told
