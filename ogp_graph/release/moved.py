"""What goes on under another address in a later release: it is the same, and the key that names it is another.

Told only where the tables of both releases leave no doubt. A member is the same by its name, a plan by its member and
years, a report and its commitment by the captures that it was read from.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ogp_graph.names import IRIs

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable, Mapping
    from pathlib import Path

__all__ = ["moved", "moved_members", "moved_reports", "table_rows"]


def moved_members(before: Path, after: Path) -> dict[str, str]:
    """Key before -> key after, for the members that have left one key and taken another.

    Raises:
        OSError: a table cannot be read, as for all of these.
    """
    old, new = ({row["member"]: row["name"] for row in table_rows(folder, "members", ("member", "name"))}
                for folder in (before, after))  # fmt: skip
    return _met(old, new)


def moved_reports(before: Path, after: Path) -> dict[str, str]:
    """The same for reports: all of the captures that one was read from, and no others, are now those of one other."""
    from pyarrow import compute
    from pyarrow.parquet import read_table

    old, new = (
        read_table(folder / "tables" / "captures.parquet", columns=["capture", "report"]) for folder in (before, after)
    )
    left, come = (
        _captures(one.filter(compute.invert(compute.is_in(one["report"], value_set=other["report"]))))
        for one, other in ((old, new), (new, old))
    )
    return _met(left, come)


def moved(before: Path, after: Path) -> dict[str, str]:
    """What stands behind the base in an IRI of ``before`` -> the same in ``after``, for all that has moved."""
    iris, members, reports = IRIs(""), moved_members(before, after), moved_reports(before, after)
    found = {iris.member(old): iris.member(new) for old, new in members.items()}
    found |= {iris.plan(old): iris.plan(new) for old, new in _plans(before, after, members).items()}
    for name in (iris.report, iris.commitment):
        found |= {name(old): name(new) for old, new in reports.items()}
    return found


def table_rows(
    folder: Path, table: str, columns: tuple[str, ...], keys: Iterable[str] | None = None
) -> list[dict[str, Any]]:
    """Rows of a table of the release in ``folder``, of some reports only when ``keys`` are given."""
    from pyarrow.parquet import read_table

    wanted = None if keys is None else [("report", "in", list(keys))]
    rows: list[dict[str, Any]] = read_table(
        folder / "tables" / f"{table}.parquet", columns=list(columns), filters=wanted
    ).to_pylist()
    return rows


def _plans(before: Path, after: Path, members: Mapping[str, str]) -> dict[str, str]:
    columns = ("plan", "member", "start_year", "end_year")
    old, new = ({row["plan"]: tuple(row[name] for name in columns[1:]) for row in table_rows(folder, "plans", columns)}
                for folder in (before, after))  # fmt: skip
    return _met({key: (members[mark[0]], *mark[1:]) for key, mark in old.items() if mark[0] in members}, new)


def _captures(rows: Any) -> dict[str, tuple[str, ...]]:
    """The captures of each report in ``rows`` of their table; a capture is of one report alone."""
    found: dict[str, list[str]] = {}
    for row in rows.to_pylist():
        found.setdefault(row["report"], []).append(row["capture"])
    return {key: tuple(sorted(captures)) for key, captures in found.items()}


def _met(old: Mapping[str, Hashable], new: Mapping[str, Hashable]) -> dict[str, str]:
    """Keys of ``old`` and ``new`` alone that share a mark which nothing else has in either."""
    there, here = _alone(old), _alone(new)
    return {
        key: here[mark]
        for mark, key in there.items()
        if mark not in (None, "") and mark in here and key not in new and here[mark] not in old
    }


def _alone(marks: Mapping[str, Hashable]) -> dict[Hashable, str]:
    """The key of each mark that one key alone has."""
    found: dict[Hashable, str] = {}
    shared: set[Hashable] = set()
    for key, mark in marks.items():
        if mark in found:
            shared.add(mark)
        found[mark] = key
    return {mark: key for mark, key in found.items() if mark not in shared}
