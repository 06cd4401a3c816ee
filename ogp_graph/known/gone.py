"""Things that an earlier release had and this one does not, and things that were removed on request.

Read from the tables and tombstones of the releases: their keys, never their stores, so that asking for names that never
were costs nothing.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from ogp_graph.names import IRIs
from ogp_graph.release.checksums import read_sums
from ogp_graph.release.moved import moved

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    import pyarrow as pa

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
    import pyarrow as pa

    found: dict[str, Gone] = {}
    sums, here = _sums(folder), {table: _things(folder, table) for table in _TABLES}
    for before in list(earlier)[:_EARLIER]:
        same = _sums(before).items() & sums.items()  # a table with the same bytes has the same things
        left = {
            iri.removeprefix(base)
            for table, things in here.items()
            if not any(name == f"tables/{table}.parquet" for name, _ in same)
            for iri in _among(_things(before, table), things, are=False)
        } - found.keys()
        now = _moved(before, folder) if left else {}
        found |= {path: Gone(release=before.name, now=now.get(path, "")) for path in left}
    new = pa.array([base + one.now for one in found.values() if one.now], pa.string())
    there = {iri.removeprefix(base) for things in here.values() for iri in _among(new, things)}
    found |= {path: replace(one, now="") for path, one in found.items() if one.now and one.now not in there}
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


def _among(some: pa.ChunkedArray, things: pa.ChunkedArray, *, are: bool = True) -> list[str]:
    """Those of ``some`` that are among ``things``, or are not."""
    from pyarrow import compute

    found = compute.is_in(some, value_set=things)
    told: list[str] = some.filter(found if are else compute.invert(found)).to_pylist()
    return told


def _things(folder: Path, table: str) -> pa.ChunkedArray:
    """The IRI of every thing that a table of a release lists; none where there is no such table."""
    import pyarrow as pa
    from pyarrow.parquet import read_schema, read_table

    path = folder / "tables" / f"{table}.parquet"
    name = "evidence" if table == "evidence" else "iri"
    if not path.exists() or name not in read_schema(path).names:
        return pa.chunked_array([], pa.string())
    return read_table(path, columns=[name])[name].drop_null()


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
