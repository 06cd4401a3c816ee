"""The takedown list: captures and persons that must not be published, and its effect on a report.

``takedown.toml`` in the workspace is written by hand::

    [[capture]]                       # these bytes leave the archive; a tombstone stays
    sha256 = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
    date = 2026-11-21
    reason = "withdrawn at the author's request"

    [[person]]                        # one evaluator of one report ...
    report = "monterrey-mexico-2022-2024-open-contracts-1a2b3c4d"
    position = 1
    date = 2026-11-21
    reason = "at the person's request"

    [[person]]                        # ... or a name, wherever it stands
    names = ["Ana Pérez Gómez", "A. Pérez"]
    date = 2026-11-21
    reason = "at the person's request"

A person's evaluator is dropped and the name is replaced by ``[name removed]`` in every text, quote and file name
of the report; addresses that hold the name are dropped, and a key that would hold it is made without it. ``date``
and ``reason`` are published, names never.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import re
import tomllib
from dataclasses import dataclass, fields, is_dataclass, replace
from typing import TYPE_CHECKING, Any

from ogp_graph.errors import DefinitionError
from ogp_graph.model import Capture, Evaluator, Evidence, Finding, Report, Status, Value, encode
from ogp_graph.names import commitment_key, fold
from ogp_graph.release.erasing import REMOVED, Eraser, eraser
from ogp_graph.release.storage import disk

if TYPE_CHECKING:
    from pathlib import Path

__all__ = [
    "Takedown", "TakenCapture", "TakenPerson", "apply", "apply_to_findings", "public_key", "read_takedown",
    "removed_positions",
]  # fmt: skip

_SHA256 = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class TakenCapture:
    """A capture whose bytes leave the archive; ``date`` is an ISO date."""

    sha256: str
    date: str
    reason: str


@dataclass(frozen=True, slots=True)
class TakenPerson:
    """A person who is not named any more: by report and position, or by name in every report."""

    date: str
    reason: str
    report: str | None = None
    position: int | None = None
    names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Takedown:
    """What must not be published; an empty one removes nothing."""

    captures: tuple[TakenCapture, ...] = ()
    persons: tuple[TakenPerson, ...] = ()

    @property
    def digest(self) -> str:
        """SHA-256 of the list: part of every result's digest, so that a new entry rebuilds what it concerns."""
        return hashlib.sha256(encode(self)).hexdigest()

    @property
    def fingerprints(self) -> tuple[str, ...]:
        """One SHA-256 for each thing that is removed, whatever the date and the reason, sorted. Never published."""
        things = [("capture", taken.sha256) for taken in self.captures]
        things += [("person", f"{taken.report}|{taken.position}|{sorted(taken.names)}") for taken in self.persons]
        return tuple(sorted(hashlib.sha256(f"{kind}|{thing}".encode()).hexdigest() for kind, thing in things))

    def removes(self, capture: Capture) -> bool:
        """Whether this capture is on the list."""
        return any(taken.sha256 == capture.sha256 for taken in self.captures)

    def removes_evaluator(self, report: str, position: int, name: str) -> bool:
        """Whether the evaluator at ``position`` of the report with this key is on the list, by place or by name."""
        place = any(taken.report == report and taken.position == position for taken in self.persons)
        return place or eraser(self.names(report)).names(name)

    def concerns(self, key: str) -> bool:
        """Whether the list has an entry for the report with this key, or a name that stands in the key."""
        return any(taken.report == key for taken in self.persons) or eraser(self.names(key)).names(key)

    def names(self, report: str | None = None) -> tuple[str, ...]:
        """The names that are erased everywhere, and those that are erased in this report."""
        return tuple(name for taken in self.persons if taken.report in (None, report) for name in taken.names)

    def erase(self, text: str) -> str:
        """``text`` without any name on the list."""
        return eraser(name for taken in self.persons for name in taken.names).text(text)


def read_takedown(path: Path) -> Takedown:
    """The list in ``path``; an empty one when there is no such file.

    Raises:
        DefinitionError: it does not parse, or an entry is incomplete or has a field that does not exist: a list
            that is half understood would publish what it forbids.
        EnvironmentFailure: the file cannot be read.
    """
    with disk(path):
        try:
            text = path.read_text(encoding="utf-8")
        except FileNotFoundError:
            return Takedown()
        except UnicodeDecodeError as error:
            raise DefinitionError(str(error), str(path)) from None
    try:
        found = tomllib.loads(text)
        if unknown := set(found) - {"capture", "person"}:
            raise ValueError(f"unknown table {min(unknown)}; there are [[capture]] and [[person]]")
        return Takedown(
            tuple(_capture(entry) for entry in _entries(found, "capture")),
            tuple(_person(entry) for entry in _entries(found, "person")),
        )
    except ValueError as error:  # tomllib.TOMLDecodeError is one
        raise DefinitionError(str(error), str(path)) from None


def _entries(found: dict[str, Any], name: str) -> list[dict[str, Any]]:
    entries = found.get(name, [])
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise ValueError(f"write [[{name}]] with two brackets")
    return entries


def _capture(entry: dict[str, Any]) -> TakenCapture:
    _known(entry, "capture", {"sha256", "date", "reason"})
    sha256 = str(entry.get("sha256", "")).lower()
    if not _SHA256.fullmatch(sha256):
        raise ValueError(f"capture: {sha256!r} is not a SHA-256 (64 hexadecimal digits)")
    return TakenCapture(sha256, *_why(entry))


def _person(entry: dict[str, Any]) -> TakenPerson:
    _known(entry, "person", {"report", "position", "name", "names", "date", "reason"})
    report, position = entry.get("report"), entry.get("position")
    names = (*([entry["name"]] if "name" in entry else []), *entry.get("names", []))
    if not all(isinstance(name, str) and fold(name) for name in names):
        raise ValueError("person: every name must be a text with letters")
    if position is not None and (report is None or type(position) is not int or position < 1):
        raise ValueError("person: position counts from 1 and needs the key of the report")
    if position is None and not names:
        raise ValueError("person: needs report and position, or name")
    if report is not None and not isinstance(report, str):
        raise ValueError("person: report is the report's key, a text")
    date, reason = _why(entry)
    return TakenPerson(date, reason, report, position, names)


def _why(entry: dict[str, Any]) -> tuple[str, str]:
    date, reason = entry.get("date"), entry.get("reason", "")
    if type(date) is not dt.date:
        raise ValueError("every entry needs a date, such as 2026-11-21 without quotes")
    if not isinstance(reason, str):
        raise ValueError("reason is a text")
    return date.isoformat(), reason


def _known(entry: dict[str, Any], name: str, known: set[str]) -> None:
    if unknown := set(entry) - known:
        raise ValueError(f"{name}: unknown field {min(unknown)}; there are {', '.join(sorted(known))}")


def apply(takedown: Takedown, report: Report) -> Report | None:
    """``report`` without the persons on the list; None when it rests on a removed capture.

    (Removed captures are left out before extraction: a merged report cannot be taken apart again.) Evaluators that
    stay keep their positions; when none stays, who evaluated is ``lost``: the graph cannot say it any more."""
    if any(takedown.removes(capture) for capture in report.captures):
        return None
    erase = _eraser(takedown, report)
    removed = removed_positions(takedown, report)
    if not erase and not removed:
        return report
    kept = tuple(evaluator for evaluator in report.evaluators if evaluator.position not in removed)
    status = Status.LOST if removed and not kept else report.evaluator_status
    cleaned = _cleaned(replace(report, evaluators=kept, evaluator_status=status), erase)
    assert isinstance(cleaned, Report)
    return cleaned


def public_key(takedown: Takedown, report: Report) -> str:
    """The report's key; where a name on the list would stand in it, the key of the title without that name."""
    erase = _eraser(takedown, report)
    if not erase.names(report.key) or report.plan is None or report.commitment_title is None:
        return report.key
    return commitment_key(report.plan, erase.text(report.commitment_title.text))


def apply_to_findings(takedown: Takedown, report: Report | None, findings: tuple[Finding, ...]) -> tuple[Finding, ...]:
    """``findings`` without the names on the list; ``report`` is the report as it was before :func:`apply`."""
    erase = _eraser(takedown, report) if report is not None else eraser(takedown.names())
    return findings if not erase else tuple(_finding(finding, erase) for finding in findings)


def removed_positions(takedown: Takedown, report: Report) -> tuple[int, ...]:
    """The positions of the evaluators that :func:`apply` removes from ``report``: their IRIs answer 410."""
    return tuple(
        evaluator.position
        for evaluator in report.evaluators
        if takedown.removes_evaluator(report.key, evaluator.position, evaluator.name.text)
    )


def _eraser(takedown: Takedown, report: Report) -> Eraser:
    places = {(taken.report, taken.position) for taken in takedown.persons}
    here = [e.name.text for e in report.evaluators if (report.key, e.position) in places]
    return eraser((*takedown.names(report.key), *here))


def _finding(finding: Finding, erase: Eraser) -> Finding:
    name, quote = (text and erase.text(text) for text in (finding.name, finding.quote))
    return replace(finding, message=erase.text(finding.message), name=name, quote=quote)


def _cleaned(value: object, erase: Eraser) -> object:
    """``value`` with the names gone from every text of the page; keys, codes and digests stay as they are."""
    if isinstance(value, Value):
        source = replace(value.source, quote=erase.text(value.source.quote))
        return replace(value, text=erase.text(value.text), source=source)
    if isinstance(value, Capture):
        address = None if value.address and erase.names(value.address) else value.address
        return replace(value, names=tuple(sorted({_file(name, erase) for name in value.names})), address=address)
    if isinstance(value, Evidence):
        title = _cleaned(value.title, erase)
        assert isinstance(title, Value)
        return Evidence(title, tuple(url for url in value.urls if not erase.names(url)))
    if isinstance(value, Evaluator):
        name = _cleaned(value.name, erase)
        assert isinstance(name, Value)
        return replace(value, name=name, affiliation=value.affiliation and erase.text(value.affiliation))
    if isinstance(value, tuple):
        return tuple(_cleaned(item, erase) for item in value)
    if is_dataclass(value) and not isinstance(value, type):
        changed = {f.name: _cleaned(getattr(value, f.name), erase) for f in fields(value)}
        if isinstance(value, Report):
            changed["addresses"] = tuple(a for a in value.addresses if not erase.names(a))
            changed["captures_addresses"] = tuple(p for p in value.captures_addresses if not erase.names(p[1]))
        return replace(value, **changed)
    return value


def _file(name: str, erase: Eraser) -> str:
    return REMOVED if erase.names(name) else name
