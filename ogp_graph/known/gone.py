"""Things that an earlier release had and this one does not, and things that were removed on request.

Read from the tables and tombstones of the releases: their keys, never their stores, so that asking for names that never
were costs nothing.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ogp_graph.names import IRIs

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

__all__ = ["Gone", "gone", "withdrawn"]

_TABLES = ("members", "plans", "commitments", "reports", "evaluators", "evidence", "captures")
_EARLIER = 50  # releases that are looked into, the newest first


@dataclass(frozen=True, slots=True)
class Gone:
    """``release`` is the last one that had the thing; empty when it was removed from all of them on ``date`` for
    ``reason``."""

    release: str = ""
    date: str = ""
    reason: str = ""


def gone(folder: Path, base: str, earlier: Iterable[Path]) -> Mapping[str, Gone]:
    """What is behind the base in the IRI of each thing that the release in ``folder`` lacks; ``earlier`` are folders of
    releases, the newest first."""
    found: dict[str, Gone] = {}
    here = frozenset(_paths(folder, base))
    for before in list(earlier)[:_EARLIER]:
        for path in _paths(before, base):
            if path not in here:
                found.setdefault(path, Gone(release=before.name))
    return found | dict(_removed(folder))


def _paths(folder: Path, base: str) -> Iterator[str]:
    """Of every thing that the tables of a release list; nothing where a table cannot be read."""
    from pyarrow.parquet import ParquetFile, read_table

    for table in _TABLES:
        path = folder / "tables" / f"{table}.parquet"
        if not path.exists():
            continue
        name = "evidence" if table == "evidence" else "iri"
        if name in ParquetFile(path).schema_arrow.names:
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
