"""OGP's own identifiers of commitments, from a table that a user has: found by member, plan and title."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rapidfuzz import fuzz

from ogp_graph.model import Finding, Severity
from ogp_graph.names import fold, redact

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from ogp_graph.link.joint import Promise

__all__ = ["Identified", "Row", "identify", "read_table"]

_IDENTIFIER = re.compile(r"[A-Z]{2,5}[0-9]{4}")
_YEARS = re.compile(r"(?<![0-9])(20[0-9]{2})(?![0-9])")
_COLUMNS = ("identifier", "member", "plan", "title")
_CUTOFF = 85.0


@dataclass(frozen=True, slots=True)
class Row:
    """A row of the table: OGP's identifier, and member, plan and title as the user's table spells them."""

    identifier: str
    member: str
    plan: str
    title: str
    line: int


@dataclass(frozen=True, slots=True)
class Identified:
    """A commitment (key) and the identifier that it may have, with confidence from 0 to 1 (1: certain)."""

    key: str
    identifier: str
    title: str
    confidence: float
    features: tuple[tuple[str, float], ...]


def read_table(data: bytes, name: str) -> tuple[tuple[Row, ...], tuple[Finding, ...]]:
    """The rows of a table in UTF-8, tabs or commas, with the columns identifier, member, plan (title or years), title.

    A row that is wrong is left out with a finding; an identifier that stands twice is nobody's. Of a table whose quotes
    do not close nothing is taken: what a cell swallowed cannot be told."""
    findings: list[Finding] = []

    def say(code: str, message: str) -> None:
        findings.append(Finding(Severity.WARNING, code, redact(message), name=name))

    try:
        lines = list(_lines(data.decode("utf-8-sig")))
    except UnicodeDecodeError as problem:
        say("table-encoding", f"not UTF-8 at byte {problem.start}; nothing is taken from it")
        return (), tuple(findings)
    except csv.Error as problem:
        say("table-form", f"{problem}; nothing is taken from it")
        return (), tuple(findings)
    head = [cell.strip().casefold() for cell in lines[0][1]] if lines else []
    if missing := [column for column in _COLUMNS if head.count(column) != 1]:
        say("table-columns", f"has not once each of the columns {', '.join(missing)}; nothing is taken from it")
        return (), tuple(findings)
    rows = []
    for line, cells in lines[1:]:
        if len(cells) != len(head):
            say("table-row", f"line {line}: {len(cells)} cells for {len(head)} columns")
            continue
        identifier, member, plan, title = (cells[head.index(column)].strip() for column in _COLUMNS)
        row = Row(identifier.upper(), member, plan, title, line)
        if not _IDENTIFIER.fullmatch(row.identifier):
            say("table-identifier", f"line {row.line}: {row.identifier[:40]!r} is no identifier of a commitment")
        elif not (row.member and row.title):
            say("table-row", f"line {row.line}: {row.identifier} needs member and title")
        else:
            rows.append(row)
    twice = {identifier for identifier, count in Counter(row.identifier for row in rows).items() if count > 1}
    for identifier in sorted(twice):
        say("table-duplicate", f"{identifier} stands in several rows; none of them counts")
    if len(lines) == 1:
        say("table-empty", "has columns and no row")
    return tuple(row for row in rows if row.identifier not in twice), tuple(findings)


def _lines(text: str) -> Iterator[tuple[int, list[str]]]:
    """The lines that say something and their numbers; a cell in quotes may go over several (RFC 4180, 2.6)."""
    delimiter = "\t" if "\t" in text.partition("\n")[0] else ","
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    yield from ((reader.line_num, cells) for cells in reader if any(cells))


def identify(
    rows: Iterable[Row], promises: Iterable[Promise], key: Callable[[str], str], name: str = ""
) -> tuple[tuple[Identified, ...], tuple[Finding, ...]]:
    """Which commitments the rows are about; ``key`` gives a member's key for its spelling.

    Certain is a row whose member and years are those of one commitment alone with the same title (folded). A row
    without a commitment in this release is no fault; one with several is a finding."""
    by_member: dict[str, list[Promise]] = defaultdict(list)
    for promise in promises:
        by_member[promise.member].append(promise)
    found: list[Identified] = []
    findings: list[Finding] = []
    for row in rows:
        years = sorted(int(year) for year in _YEARS.findall(row.plan))
        pool = [p for p in by_member.get(key(row.member), ()) if not years or (p.start, p.end) == (years[0], years[-1])]
        one = _best(row, pool, bool(years))
        found += one
        if len([match for match in one if match.confidence >= 1]) > 1:
            message = f"line {row.line}: {row.identifier} fits several commitments; it is given to none"
            findings.append(Finding(Severity.WARNING, "table-ambiguous", message, name=name))
            found = [match for match in found if match.identifier != row.identifier]
    per_key = Counter(match.key for match in found if match.confidence >= 1)
    for promise_key in sorted(promise_key for promise_key, count in per_key.items() if count > 1):
        message = f"{promise_key} fits several identifiers; it gets none"
        findings.append(Finding(Severity.WARNING, "table-ambiguous", message, name=name))
    kept = (match for match in found if per_key[match.key] <= 1)
    return tuple(sorted(kept, key=lambda match: (match.key, match.identifier))), tuple(findings)


def _best(row: Row, pool: Sequence[Promise], years: bool) -> list[Identified]:
    title = fold(row.title)
    same = [promise for promise in pool if fold(promise.title) == title]
    if same:
        features = (("member", 1.0), ("plan", float(years)), ("title", 1.0))
        return [Identified(p.key, row.identifier, row.title, 1.0 if years else 0.95, features) for p in same]
    scored = [(fuzz.token_sort_ratio(title, fold(promise.title)), promise.key) for promise in pool]
    score, key = max(scored, default=(0.0, ""))
    if score < _CUTOFF:
        return []
    features = (("member", 1.0), ("plan", float(years)), ("title", round(score / 100, 3)))
    return [Identified(key, row.identifier, row.title, round(min(0.94, score / 100), 3), features)]
