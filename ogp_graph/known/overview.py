"""What the overview pages count, prepared from the tables when a release is published: ``overview/overview.json``.

Everything is grouped once, by table; pages only pick from it. A release that is older than this file is counted when it
is first asked for.
"""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING, Any

from ogp_graph.known.tables import Tables

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    Counted = Mapping[tuple[Any, ...], int]

__all__ = ["FOLDER", "overview", "write_overview"]

FOLDER = "overview"
"""Folder of a release, and name of the file in it."""


def write_overview(release: Path, *_: object) -> None:
    """Writes the overview of the release in ``release``: the same bytes for the same tables."""
    text = json.dumps(_overview(Tables(release)), ensure_ascii=False, indent=1, sort_keys=True)
    (release / FOLDER / f"{FOLDER}.json").write_text(text + "\n", encoding="utf-8")


def overview(release: Path) -> dict[str, Any]:
    """What was counted in the release.

    ``members`` has one entry for each member, by name: its key, name and level, how many plans and reports it has, how
    many answers have which status (``answers``; ``questions`` the same for each question), and how many reports have
    which level of completion. ``completion`` counts reports by level, ``results`` answers by dimension, answer, degree
    and status; a level that is not known is counted under ``status/`` and its status.
    """
    path = release / FOLDER / f"{FOLDER}.json"
    if path.exists():
        found: dict[str, Any] = json.loads(path.read_bytes())
        return found
    return _overview(Tables(release))


def _overview(tables: Tables) -> dict[str, Any]:
    statuses = tables.counted("member", "question", "status")
    levels = _levels(tables)
    results = tables.counted("dimension", "value", "degree", "status")
    asked = sorted({question for _, question, _ in statuses}, key=lambda number: [int(n) for n in number.split(".")])
    return {
        "questions": asked,
        "members": _members(tables, statuses, levels),
        "statuses": _summed(statuses, 2),
        "completion": _summed(levels, 1),
        "results": [
            {"dimension": dimension, "value": value, "degree": degree, "status": status, "answers": number}
            for (dimension, value, degree, status), number in sorted(results.items(), key=str)
            if dimension
        ],
        "lessons": {status: n for (asks, status), n in tables.counted("question", "status").items() if asks == "3"},
    }


def _levels(tables: Tables) -> Mapping[tuple[str | None, str], int]:
    """How many reports of a member have a level of completion; a level that is not known is what is known of it."""
    found: Counter[tuple[str | None, str]] = Counter()
    for (member, level, status), number in tables.counted_reports("member", "completion", "completion_status").items():
        found[member, level or f"status/{status or 'lost'}"] += number
    return found


def _members(tables: Tables, statuses: Counted, levels: Mapping[tuple[str | None, str], int]) -> list[dict[str, Any]]:
    plans = Counter(row["member"] for row in tables.plans)
    reports = _summed(levels, 0)
    questions: dict[str, dict[str, dict[str, int]]] = {}
    for (member, question, status), number in statuses.items():
        questions.setdefault(member, {}).setdefault(question, {})[status] = number
    completion: dict[str | None, dict[str, int]] = {}
    for (member, level), number in levels.items():
        completion.setdefault(member, {})[level] = number
    return [
        {
            "member": row["member"],
            "name": row["name"] or row["member"],
            "level": row["level"],
            "plans": plans[row["member"]],
            "reports": reports.get(row["member"], 0),
            "questions": (asked := questions.get(row["member"], {})),
            "answers": dict(sum((Counter(one) for one in asked.values()), Counter())),
            "completion": completion.get(row["member"], {}),
        }
        for row in tables.members
    ]


def _summed(counted: Counted, place: int) -> dict[str, int]:
    found: Counter[str] = Counter()
    for values, number in counted.items():
        found[values[place]] += number
    return dict(found)
