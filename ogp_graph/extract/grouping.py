"""Which captures speak of one report."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ogp_graph.model import Report

__all__ = ["Reading", "grouped", "reading_of"]


@dataclass(frozen=True, slots=True)
class Reading:
    """What is kept of one capture's report while the others are read: enough to see which belong together."""

    capture: str  # sha256
    key: str
    address: str | None
    translation: bool


def reading_of(report: Report) -> Reading:
    """The reading that a report of one capture gives."""
    address = report.addresses[0] if report.addresses else None
    return Reading(report.captures[0].sha256, report.key, address, bool(report.machine_translations))


def grouped(readings: Iterable[Reading]) -> dict[str, list[str]]:
    """Report key -> the hashes of its captures, both sorted.

    A machine translation has another title and so another key; it belongs to the report whose address it shares
    when the ``/fr/`` or ``/es/`` is left out.
    """
    originals: dict[str, str] = {}
    groups: dict[str, set[str]] = defaultdict(set)
    for one in sorted(readings, key=lambda r: (r.translation, r.capture)):
        place = _untranslated(one.address) if one.address else None
        key = one.key
        if one.translation and place:
            key = originals.setdefault(place, key)
        elif place:
            originals[place] = min(originals.get(place, key), key)
        groups[key].add(one.capture)
    return {key: sorted(groups[key]) for key in sorted(groups)}


def _untranslated(address: str) -> str:
    parts = urlsplit(address)
    path = parts.path.rstrip("/").split("/")
    if len(path) > 2 and len(path[1]) == 2 and path[2] == "documents":
        del path[1]
    host = (parts.hostname or "").removeprefix("www.")
    return f"{host}{'/'.join(path)}?{parts.query}"
