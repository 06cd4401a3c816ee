"""Mappings as SSSOM/TSV (https://mapping-commons.github.io/sssom/spec-formats-tsv/), the same bytes each time."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ogp_graph.link.mapping import SEMAPV, Mapping
from ogp_graph.model import Finding, Severity
from ogp_graph.names import DEFAULT_BASE, is_date, redact
from ogp_graph.vocabulary import PREFIXES

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator
    from collections.abc import Mapping as Map

__all__ = ["COLUMNS", "MappingSet", "read_sssom", "write_sssom"]

COLUMNS = (
    "subject_id", "subject_label", "predicate_id", "predicate_modifier", "object_id", "object_label", "object_type",
    "mapping_justification", "author_label", "mapping_date", "mapping_tool", "confidence", "other", "comment",
)  # fmt: skip
_REQUIRED = ("subject_id", "predicate_id", "object_id", "mapping_justification")
_TEXTS = ("subject_label", "object_label", "author_label", "mapping_tool", "comment")
_LITERAL = "rdfs literal"
_OWN = ("ogpv", "skos", "dcterms", "foaf")
_IRI = re.compile(r'https?://[^\s<>"{}|\\^`/?#]+[^\s<>"{}|\\^`]*')
_HEADER = re.compile(r"(?P<indent> *)(?P<key>[A-Za-z_][\w.-]*): *(?P<value>.*)")


@dataclass(frozen=True, slots=True)
class MappingSet:
    """The mappings of one file: its identifier, its licence (IRIs) and its rows."""

    id: str
    licence: str
    mappings: tuple[Mapping, ...] = ()


def write_sssom(one: MappingSet, base: str = DEFAULT_BASE) -> str:
    """One set as a file: embedded header, rows sorted, line feeds, no clock."""
    prefixes = _prefixes(base)
    head = [f"#mapping_set_id: {one.id}", f"#license: {one.licence}", "#curie_map:"]
    head += [f"#  {prefix}: {iri}" for prefix, iri in sorted(prefixes.items())]
    out = io.StringIO()
    writer = csv.writer(out, delimiter="\t", lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows(sorted(_row(mapping, prefixes) for mapping in one.mappings))
    return "\n".join(head) + "\n" + out.getvalue()


def _prefixes(base: str) -> dict[str, str]:
    own = {"ogpd": base + "id/", "ogpc": base + "code/", "semapv": SEMAPV}
    return own | {prefix: PREFIXES[prefix] for prefix in _OWN}


def _row(one: Mapping, prefixes: Map[str, str]) -> tuple[str, ...]:
    literal = not one.object
    cells = (
        _curie(one.subject, prefixes), one.subject_label, _curie(one.predicate, prefixes), "Not" if one.negated else "",
        _curie(one.object, prefixes), one.object_label, _LITERAL if literal else "",
        _curie(one.justification, prefixes), one.author, one.date, one.tool, f"{one.confidence:g}",
        "; ".join(f"{name}={value:g}" for name, value in one.features), one.comment,
    )  # fmt: skip
    return tuple(" ".join(redact(cell).split()) for cell in cells)


def _curie(iri: str, prefixes: Map[str, str]) -> str:
    for prefix, start in prefixes.items():
        rest = iri.removeprefix(start)
        if rest != iri and rest and not rest.endswith("/"):
            return f"{prefix}:{rest}"
    return iri


def read_sssom(
    data: bytes, name: str, predicates: Collection[str], base: str = DEFAULT_BASE
) -> tuple[MappingSet, tuple[Finding, ...]]:
    """The mappings of a file and what is wrong with it; ``predicates`` are the IRIs that link here.

    A row that is wrong is left out; a file without what every row needs has no rows. ``name`` is for the findings."""
    found = _Reader(name, frozenset(predicates), base)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as problem:
        found.say("sssom-encoding", f"not UTF-8 at byte {problem.start}")
        return MappingSet("", ""), tuple(found.findings)
    mappings = tuple(found.read(text))
    return MappingSet(found.header.get("mapping_set_id", ""), found.header.get("license", ""), mappings), tuple(
        found.findings
    )


class _Reader:
    """A file while it is read."""

    def __init__(self, name: str, predicates: frozenset[str], base: str) -> None:
        self.name, self.predicates, self.base = name, predicates, base
        self.prefixes = _prefixes(base)
        self.header: dict[str, str] = {}
        self.findings: list[Finding] = []

    def say(self, code: str, message: str, line: int | None = None) -> None:
        place = f"line {line}: " if line else ""
        self.findings.append(Finding(Severity.WARNING, code, f"{place}{redact(message)}", name=self.name))

    def read(self, text: str) -> Iterator[Mapping]:
        lines = text.split("\n")
        start = next((n for n, line in enumerate(lines) if not line.startswith("#")), len(lines))
        self._head(lines[:start])
        if not self.header.get("license") or not self.header.get("mapping_set_id"):
            self.say("sssom-header", "the header needs mapping_set_id and license")
            return
        rows = csv.reader(io.StringIO("\n".join(lines[start:]), newline=""), delimiter="\t", strict=True)
        try:
            yield from self._rows((start + rows.line_num, cells) for cells in rows)
        except csv.Error as problem:
            self.say("sssom-form", f"{problem}; what follows is not read", start + rows.line_num)

    def _rows(self, rows: Iterator[tuple[int, list[str]]]) -> Iterator[Mapping]:
        """The mappings of the rows that stand in a line each; the first ones are the columns."""
        line, columns = next(rows, (None, []))
        if missing := [column for column in _REQUIRED if columns.count(column) != 1]:
            self.say("sssom-columns", f"has not once each of the columns {', '.join(missing)}", line)
            return
        for number, cells in rows:
            if any(cells) and len(cells) != len(columns):
                self.say("sssom-row", f"{len(cells)} cells for {len(columns)} columns", number)
            elif any(cells) and (mapping := self._mapping(dict(zip(columns, cells, strict=True)), number)):
                yield mapping

    def _head(self, lines: Iterable[str]) -> None:
        section = ""
        for number, line in enumerate(lines, 1):
            part = _HEADER.fullmatch(line[1:].rstrip())
            if part is None:
                self.say("sssom-header", f"not understood: {line[:80]!r}", number)
            elif part["indent"] and section == "curie_map":
                self.prefixes[part["key"]] = part["value"].strip("\"'")
            else:
                section = part["key"]
                self.header[section] = part["value"].strip("\"'")

    def _mapping(self, row: Map[str, str], number: int) -> Mapping | None:
        literal = row.get("object_type") == _LITERAL
        iris = [self._iri(row[column], number) for column in ("subject_id", "predicate_id", "mapping_justification")]
        target = "" if literal else self._iri(row["object_id"], number)
        confidence = self._confidence(row.get("confidence", ""), number)
        if None in (*iris, target, confidence):
            return None
        subject, predicate, justification = (str(iri) for iri in iris)
        if wrong := self._wrong(row, predicate, justification, literal=literal):
            self.say(*wrong, number)
            return None
        said = {name: redact(" ".join(row.get(name, "").split())) for name in _TEXTS}
        return Mapping(
            subject, predicate, str(target), justification, said["subject_label"], said["object_label"],
            confidence or 0.0, row.get("predicate_modifier") == "Not", said["author_label"],
            row.get("mapping_date", ""), said["mapping_tool"], _features(row.get("other", "")), said["comment"],
        )  # fmt: skip

    def _wrong(
        self, row: Map[str, str], predicate: str, justification: str, *, literal: bool
    ) -> tuple[str, str] | None:
        if predicate not in self.predicates:
            return "sssom-predicate", f"nothing is linked by {predicate}"
        if row.get("predicate_modifier", "") not in ("", "Not"):
            return "sssom-modifier", f"{row['predicate_modifier']!r} is not Not"
        if not justification.startswith(SEMAPV):
            return "sssom-justification", f"{justification!r} is not from semapv"
        if (date := row.get("mapping_date", "")) and not is_date(date):
            return "sssom-date", f"{date!r} is no date"
        if literal and not row.get("object_label"):
            return "sssom-row", "a link to a text without the text"
        return None

    def _iri(self, cell: str, number: int) -> str | None:
        prefix, colon, rest = cell.partition(":")
        if colon and rest and not rest.startswith("//"):
            if prefix not in self.prefixes:
                self.say("sssom-prefix", f"{prefix[:80]!r} is not in curie_map", number)
                return None
            cell = self.prefixes[prefix] + rest
        if not _IRI.fullmatch(cell):
            self.say("sssom-iri", f"{cell[:80]!r} is neither a web address nor a CURIE", number)
            return None
        return self._based(cell)

    def _based(self, iri: str) -> str:
        """``iri`` below the base in force: files that come with the program have the default one."""
        rest = iri.removeprefix(DEFAULT_BASE)
        return self.base + rest if rest.startswith(("id/", "code/")) and rest != iri else iri

    def _confidence(self, cell: str, number: int) -> float | None:
        try:
            value = float(cell or 1)
        except ValueError:
            value = -1
        if not 0 <= value <= 1:
            self.say("sssom-confidence", f"{cell!r} is not a number from 0 to 1", number)
            return None
        return value


def _features(cell: str) -> tuple[tuple[str, float], ...]:
    pairs = (part.partition("=") for part in cell.split("; ") if part)
    return tuple((name, float(value)) for name, _, value in pairs if re.fullmatch(r"\d+(\.\d+)?", value))
