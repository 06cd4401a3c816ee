"""Which capture was seen where: one line of JSON a sighting, append-only."""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass, fields
from typing import TYPE_CHECKING

from ogp_graph.model import Capture

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from ogp_graph.model import Page

__all__ = ["Journal", "Sighting", "captures_of"]

_BATCH = 500


@dataclass(frozen=True, slots=True)
class Sighting:
    """One page as it came in: where from (``locator``, known on this machine only), and which bytes."""

    locator: str
    sha256: str
    name: str = ""
    media_type: str = "application/octet-stream"
    address: str | None = None
    retrieved: str | None = None

    @classmethod
    def of(cls, page: Page) -> Sighting:
        """What to remember of ``page``; one without a locator is its own place."""
        capture = page.capture
        return cls(
            locator=page.locator or f"sha256:{capture.sha256}",
            sha256=capture.sha256,
            name=capture.names[0] if capture.names else "",
            media_type=capture.media_type,
            address=capture.address,
            retrieved=capture.retrieved,
        )


class Journal:
    """The last sighting of every locator; ``commit`` appends what was added to the file and waits for the disk.

    Lines that do not hold a sighting (the last one, when a build was killed in the middle of it) are ignored.

    Raises:
        OSError: the file cannot be read or written.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._pending: list[Sighting] = []
        self._last: dict[str, Sighting] = {}
        if path.exists():
            with path.open("rb") as file:
                for line in file:
                    if (sighting := _parsed(line)) is not None:
                        self._last[sighting.locator] = sighting

    def add(self, sighting: Sighting) -> None:
        """Remembers ``sighting``; nothing is written when the journal already ends with it for its locator."""
        if self._last.get(sighting.locator) == sighting:
            return
        self._last[sighting.locator] = sighting
        self._pending.append(sighting)

    @property
    def pending(self) -> bool:
        """Whether something waits for :meth:`commit`."""
        return bool(self._pending)

    @property
    def full(self) -> bool:
        """Whether so many sightings are pending that it is time for :meth:`commit`."""
        return len(self._pending) >= _BATCH

    def commit(self) -> None:
        """Writes what is pending and waits until it is on the disk."""
        if not self._pending:
            return
        lines = b"".join(json.dumps(asdict(s), ensure_ascii=True).encode() + b"\n" for s in self._pending)
        with self._path.open("ab+") as file:
            if file.tell() and _last_byte(self._path) != b"\n":
                lines = b"\n" + lines  # a killed build left half a line: it stays half a line
            file.write(lines)
            file.flush()
            os.fsync(file.fileno())
        self._pending.clear()

    def current(self) -> tuple[Sighting, ...]:
        """The last sighting of each locator."""
        return tuple(self._last.values())


def captures_of(sightings: Iterable[Sighting]) -> list[Capture]:
    """One capture for each content, sorted by SHA-256, whatever the order of the sightings.

    Address, time and media type come from one sighting: the earliest that has a time, else one with an address."""
    found: dict[str, list[Sighting]] = {}
    for sighting in sightings:
        found.setdefault(sighting.sha256, []).append(sighting)
    return [_capture(sha256, seen) for sha256, seen in sorted(found.items())]


def _capture(sha256: str, seen: list[Sighting]) -> Capture:
    first = min(seen, key=_rank)
    names = tuple(sorted({s.name for s in seen if s.name}))
    return Capture(sha256, names, first.media_type, first.address, first.retrieved)


def _rank(one: Sighting) -> tuple[bool, str, bool, str, str]:
    return one.retrieved is None, one.retrieved or "", one.address is None, one.address or "", one.media_type


def _parsed(line: bytes) -> Sighting | None:
    try:
        found = json.loads(line)
        known = {field.name: found[field.name] for field in fields(Sighting)}
    except (ValueError, KeyError, TypeError):
        return None
    required = [known[name] for name in ("locator", "sha256", "name", "media_type")]
    optional = [known[name] for name in ("address", "retrieved") if known[name] is not None]
    return Sighting(**known) if all(isinstance(v, str) for v in required + optional) else None


def _last_byte(path: Path) -> bytes:
    with path.open("rb") as file:
        file.seek(-1, os.SEEK_END)
        return file.read(1)
