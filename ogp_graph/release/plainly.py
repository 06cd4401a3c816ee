"""What a release changes, in words for people: "3 reports added", "1 answer no longer lost", "member X is called Y"."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

    from ogp_graph.release.changes import Changes

__all__ = ["plainly"]

_KNOWN = ("answered", "empty")  # statuses that say what the page says
_NAMED = 12  # members that are named one by one


def plainly(found: Changes, before: Path | None, after: Path) -> tuple[str, ...]:
    """One sentence for each kind of change between the releases in two folders, from their tables.

    Raises:
        OSError: a table cannot be read.
    """
    if before is None or not (before / "tables" / "answers.parquet").exists():
        return (f"First release, with {_count(len(found.added), 'report')}.",)
    told = [
        f"{_count(len(keys), 'report')} {words}."
        for keys, words in ((found.added, "added"), (found.changed, "changed"), (found.removed, "removed"))
        if keys
    ]
    told += _answers(before, after, found.changed)
    told += _members(before, after)
    return tuple(told) or ("No report is different.",)


def _answers(before: Path, after: Path, keys: Collection[str]) -> list[str]:
    """What became known, or lost, of the answers of reports that changed."""
    if not keys:
        return []
    old, new = (_rows(folder, "answers", ("report", "question", "status", "value"), keys) for folder in (before, after))
    was = {(row["report"], row["question"]): (row["status"], row["value"]) for row in old}
    kinds: Counter[str] = Counter()
    for row in new:
        status, value = was.get((row["report"], row["question"]), ("", None))
        if not status:
            kinds["{} new"] += 1
        elif status != row["status"] and row["status"] in _KNOWN and status not in _KNOWN:
            kinds["{} no longer " + _WORDS.get(status, status)] += 1
        elif status != row["status"]:
            kinds["{} now " + _WORDS.get(row["status"], row["status"])] += 1
        elif value != row["value"]:
            kinds["{} with another value"] += 1
    return [f"{words.format(_count(number, 'answer'))}." for words, number in sorted(kinds.items())]


_WORDS = {"not-reached": "cut off", "empty": "left blank"}


def _members(before: Path, after: Path) -> list[str]:
    old, new = ({row["member"]: row["name"] for row in _rows(folder, "members", ("member", "name"))}
                for folder in (before, after))  # fmt: skip
    told = [
        f"Member {old[key]} is now called {new[key]}."
        for key in sorted(old.keys() & new.keys())
        if old[key] != new[key]
    ]
    for keys, words in ((new.keys() - old.keys(), "added"), (old.keys() - new.keys(), "removed")):
        names = sorted(str(new.get(key) or old.get(key) or key) for key in keys)
        if names:
            more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
            told.append(f"{_count(len(names), 'member')} {words}: {'; '.join(names[:_NAMED])}{more}.")
    return told


def _rows(
    folder: Path, table: str, columns: tuple[str, ...], keys: Collection[str] | None = None
) -> list[dict[str, Any]]:
    """Rows of a table, of some reports only when ``keys`` are given."""
    from pyarrow.parquet import read_table

    wanted = None if keys is None else [("report", "in", list(keys))]
    rows: list[dict[str, Any]] = read_table(
        folder / "tables" / f"{table}.parquet", columns=list(columns), filters=wanted
    ).to_pylist()
    return rows


def _count(number: int, thing: str) -> str:
    return f"{number:,} {thing}{'' if number == 1 else 's'}"
