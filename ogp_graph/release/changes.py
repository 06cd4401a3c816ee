"""What is new in a release, for programs and in plain words."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["Changes", "changes", "read_reports", "write_changes", "write_reports"]


@dataclass(frozen=True, slots=True)
class Changes:
    """Keys of the reports that differ between two releases, sorted; ``unchanged`` counts the others."""

    previous: str | None
    added: tuple[str, ...]
    removed: tuple[str, ...]
    changed: tuple[str, ...]
    unchanged: int


def changes(previous: str | None, before: dict[str, str], after: dict[str, str]) -> Changes:
    """``before`` and ``after`` go from a report's key to the digest of what is said and cited.

    A report that was built anew and says the same is unchanged."""
    return Changes(
        previous,
        tuple(sorted(after.keys() - before.keys())),
        tuple(sorted(before.keys() - after.keys())),
        tuple(sorted(key for key in after.keys() & before.keys() if after[key] != before[key])),
        sum(after[key] == before[key] for key in after.keys() & before.keys()),
    )


def write_changes(found: Changes, folder: Path, words: tuple[str, ...] = ()) -> None:
    """Writes ``changes.json`` and ``changes.txt``; ``words`` are the changes as :func:`plainly` tells them."""
    told = {
        "previous": found.previous, "added": found.added, "removed": found.removed, "changed": found.changed,
        "unchanged": found.unchanged, "words": words,
    }  # fmt: skip
    (folder / "changes.json").write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")
    since = f"Changes since release {found.previous}" if found.previous else "First release"
    reports = "report" if len(found.added) == 1 else "reports"
    parts = [f"{since}: {len(found.added)} {reports} added, {len(found.changed)} changed, {len(found.removed)} removed,"
             f" {found.unchanged} unchanged.\n"]  # fmt: skip
    parts += [f"- {sentence}\n" for sentence in words]
    for title, keys in (("Added", found.added), ("Changed", found.changed), ("Removed", found.removed)):
        if keys:
            parts.append(f"\n{title}:\n" + "".join(f"  {key}\n" for key in keys))
    (folder / "changes.txt").write_text("".join(parts), encoding="utf-8")


def write_reports(reports: list[tuple[str, str, str]], path: Path) -> None:
    """Writes (key, digest of inputs, digest of content) of each report as tab-separated values with a header."""
    with path.open("w", encoding="utf-8", newline="\n") as file:
        file.write("report\tinputs\tcontent\n")
        file.writelines("\t".join(entry) + "\n" for entry in reports)


def read_reports(path: Path) -> dict[str, str]:
    """Key -> digest of content, from what :func:`write_reports` wrote."""
    with path.open(encoding="utf-8", newline="\n") as file:
        next(file, None)
        fields = (line.rstrip("\n").split("\t") for line in file)
        return {entry[0]: entry[2] for entry in fields if len(entry) == 3}
