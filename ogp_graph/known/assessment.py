"""What is known of the quality of a release, prepared from its tables when it is published: ``assessment/``.

``assessment.json`` has findings by kind and by member, what the shapes found, how many answers are known, and how many
things each linkset links; ``findings-by-member.csv`` has the numbers of findings for a spreadsheet.
"""

from __future__ import annotations

import csv
import json
import re
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from io import StringIO
from sys import intern
from typing import TYPE_CHECKING, Any

import pyoxigraph as ox

from ogp_graph.linksets import load_linksets
from ogp_graph.release.tablefiles import neutral
from ogp_graph.vocabulary import OGPS, data_folder, node

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

__all__ = ["ASSESSMENT", "assessment", "findings_of", "write_assessment"]

ASSESSMENT = "assessment"
"""Folder of a release, and name of the file in it."""

_ROW = ("severity", "code", "message", "report", "capture", "name", "start", "end", "quote")
_SEVERITIES = ("Violation", "Warning", "Info")
_CAPITAL = re.compile(r"(?<!^)(?=[A-Z])")
_NOBODY = ""  # the member of a finding that belongs to no report


def write_assessment(release: Path, *_: object) -> None:
    """Writes the folder for the release in ``release``: the same bytes for the same tables."""
    told = _assessed(release)
    text = json.dumps(told, ensure_ascii=False, indent=1, sort_keys=True)
    (release / ASSESSMENT / f"{ASSESSMENT}.json").write_text(text + "\n", encoding="utf-8")
    (release / ASSESSMENT / "findings-by-member.csv").write_text(_table(told), encoding="utf-8", newline="")


def assessment(release: Path) -> dict[str, Any]:
    """What :func:`write_assessment` wrote; made anew for a release that is older than it."""
    path = release / ASSESSMENT / f"{ASSESSMENT}.json"
    return json.loads(path.read_bytes()) if path.exists() else _assessed(release)


def findings_of(
    release: Path, *, code: str = "", severity: str = "", member: str | None = None
) -> list[dict[str, Any]]:
    """The findings of a kind, a severity or a member, in the order of the table; ``member`` "" means those of none."""
    from pyarrow import compute as pc

    table = _read(release, "findings", _ROW)
    for name, value in (("code", code), ("severity", severity)):
        if value:
            table = table.filter(pc.equal(table[name], value))
    rows: list[dict[str, Any]] = table.to_pylist()
    if member is None:
        return rows
    members = _members(release)
    return [row for row in rows if members.get(row["report"] or "", _NOBODY) == member]


def _read(release: Path, table: str, columns: Iterable[str]) -> Any:
    from pyarrow.parquet import read_table

    return read_table(release / "tables" / f"{table}.parquet", columns=list(columns))


def _rows(release: Path, table: str, columns: Iterable[str]) -> Iterator[tuple[Any, ...]]:
    """The values of some columns, some rows in memory at a time."""
    from pyarrow.parquet import ParquetFile

    with ParquetFile(release / "tables" / f"{table}.parquet") as file:
        for batch in file.iter_batches(10_000, columns=list(columns)):
            yield from zip(*(batch[name].to_pylist() for name in columns), strict=True)


def _members(release: Path) -> dict[str, str]:
    return {report: intern(member or _NOBODY) for report, member in _rows(release, "overview", ("report", "member"))}


@dataclass(slots=True)
class _Kind:
    """The findings of one kind: how many, of which reports, and what the first one says."""

    example: str
    count: int = 0
    reports: set[str] = field(default_factory=set)


def _assessed(release: Path) -> dict[str, Any]:
    members = _members(release)
    shapes = _shape_codes(release)
    kinds: dict[tuple[str, str], _Kind] = {}
    by_member: dict[str, Counter[tuple[str, str]]] = defaultdict(Counter)
    for severity, code, message, report in _rows(release, "findings", ("severity", "code", "message", "report")):
        kind = kinds.setdefault((severity, code), _Kind(message))
        kind.count += 1
        kind.reports.update([report] if report else [])
        by_member[members.get(report or "", _NOBODY)][severity, code] += 1
    return {
        "severities": {name: _sum(kinds, name) for name in _SEVERITIES},
        "kinds": [_told(*which, kind, which[1] in shapes) for which, kind in sorted(kinds.items(), key=_rank)],
        "members": _by_member(release, members, by_member),
        "shapes": {
            "checked": len(shapes),
            "reports": len(members),
            "violations": _sum(kinds, "Violation", shapes),
            "warnings": _sum(kinds, "Warning", shapes),
        },
        "answers": dict(Counter(status for (status,) in _rows(release, "answers", ("status",)))),
        "links": list(_links(release)),
    }


def _rank(kind: tuple[tuple[str, str], _Kind]) -> tuple[int, int, str]:
    """The worst kinds first, of those the frequent ones."""
    (severity, code), found = kind
    return _SEVERITIES.index(severity), -found.count, code


def _told(severity: str, code: str, kind: _Kind, shape: bool) -> dict[str, Any]:
    told = {"severity": severity, "code": code, "count": kind.count, "reports": len(kind.reports)}
    return told | {"example": kind.example, "shape": shape}


def _sum(kinds: Mapping[tuple[str, str], _Kind], severity: str, codes: frozenset[str] | None = None) -> int:
    return sum(kind.count for (s, code), kind in kinds.items() if s == severity and (codes is None or code in codes))


def _by_member(
    release: Path, reports: dict[str, str], counted: dict[str, Counter[tuple[str, str]]]
) -> list[dict[str, Any]]:
    """One entry for each member, the one with most findings first; at the end what belongs to no report."""
    names = {row["member"]: row["name"] for row in _read(release, "members", ("member", "name")).to_pylist()}
    number = Counter(reports.values())
    told = [
        {
            "member": key,
            "name": names.get(key),
            "reports": number[key],
            "findings": [{"severity": s, "code": c, "count": n} for (s, c), n in sorted(counted[key].items())],
            "count": counted[key].total(),
        }
        for key in sorted({*names, *counted})
    ]
    return sorted(told, key=lambda one: (one["member"] == _NOBODY, -int(str(one["count"])), str(one["member"])))


def _shape_codes(release: Path) -> frozenset[str]:
    """The codes of the findings that the shapes give: their names in kebab-case."""
    folder = release / "definitions" / "shapes"
    found = set()
    for path in sorted((folder if folder.is_dir() else data_folder("shapes")).glob("*.ttl")):
        for quad in ox.parse(path=str(path), format=ox.RdfFormat.TURTLE):
            if quad.predicate == node("sh:message") and isinstance(quad.subject, ox.NamedNode):
                found.add(_CAPITAL.sub("-", quad.subject.value.removeprefix(OGPS)).lower())
    return frozenset(found)


def _links(release: Path) -> Iterator[dict[str, Any]]:
    """For each linkset: how many links there are, and how many things of each kind it links."""
    for name, linkset in load_linksets().items():
        path = release / "dumps" / f"links-{name}.sssom.tsv"
        if not path.exists():
            continue
        with path.open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader((line for line in file if not line.startswith("#")), delimiter="\t"))
        subjects = {row["subject_id"] for row in rows}
        kinds = Counter(subject.partition(":")[2].partition("/")[0] for subject in subjects)
        yield {"name": name, "title": linkset.title, "links": len(rows), "things": dict(sorted(kinds.items()))}


def _table(told: dict[str, Any]) -> str:
    out = StringIO()
    writer = csv.writer(out, lineterminator="\r\n")  # RFC 4180
    writer.writerow(["member", "member_name", "reports", "severity", "code", "findings"])
    for one in told["members"]:
        for kind in one["findings"]:
            name = one["name"] or ""
            writer.writerow(
                [one["member"], neutral(name), one["reports"], kind["severity"], kind["code"], kind["count"]]
            )
    return out.getvalue()
