"""What a release changes, in words for people: "3 reports added", "1 answer no longer lost", "member X is called Y"."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from ogp_graph.release.moved import moved_members, moved_reports, table_rows

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
    told += _reports(before, after, found)
    told += _answers(before, after, found.changed)
    told += _members(before, after)
    return tuple(told) or ("No report is different.",)


def _answers(before: Path, after: Path, keys: Collection[str]) -> list[str]:
    """What became known, or lost, of the answers of reports that changed."""
    if not keys:
        return []
    old, new = (
        table_rows(folder, "answers", ("report", "question", "status", "value"), keys) for folder in (before, after)
    )
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


def _reports(before: Path, after: Path, found: Changes) -> list[str]:
    """That reports which are told as removed and added are the same."""
    if not (found.added and found.removed):
        return []
    pairs, removed, added = moved_reports(before, after), set(found.removed), set(found.added)
    same = sum(old in removed and new in added for old, new in pairs.items())
    if not same:
        return []
    have = "was there before, and has a new address" if same == 1 else "were there before, and have new addresses"
    return [f"{same:,} of the reports added {have}."]


def _members(before: Path, after: Path) -> list[str]:
    old, new = ({row["member"]: row["name"] for row in table_rows(folder, "members", ("member", "name"))}
                for folder in (before, after))  # fmt: skip
    moved = moved_members(before, after)
    told = [
        f"Member {old[key]} is now called {new[key]}."
        for key in sorted(old.keys() & new.keys())
        if old[key] != new[key]
    ]
    if moved:
        names = sorted(f"{old[was]} (now member/{now}, before member/{was})" for was, now in moved.items())
        have = "has a new address" if len(names) == 1 else "have new addresses"
        told.append(f"{_count(len(names), 'member')} {have}: {_listed(names)}.")
    added, removed = new.keys() - old.keys() - set(moved.values()), old.keys() - new.keys() - moved.keys()
    for keys, words in ((added, "added"), (removed, "removed")):
        names = sorted(str(new.get(key) or old.get(key) or key) for key in keys)
        if names:
            told.append(f"{_count(len(names), 'member')} {words}: {_listed(names)}.")
    return told


def _listed(names: list[str]) -> str:
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return f"{'; '.join(names[:_NAMED])}{more}"


def _count(number: int, thing: str) -> str:
    return f"{number:,} {thing}{'' if number == 1 else 's'}"
