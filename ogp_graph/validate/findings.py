"""Findings of every stage, for readers and for machines: a summary, JSON Lines, an RDF validation report."""

from __future__ import annotations

import hashlib
import json
import re
from collections import Counter, defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING

import msgspec
import pyoxigraph as ox

from ogp_graph.model import Finding, Severity
from ogp_graph.names import redact
from ogp_graph.vocabulary import OGPS, node

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from ogp_graph.names import IRIs

__all__ = ["findings_graph", "findings_lines", "sorting_key", "summary"]

_HEADINGS = {
    Severity.VIOLATION: "Violations (the input gives no report, or the report is not released)",
    Severity.WARNING: "Warnings (released and listed)",
    Severity.INFO: "Notes",
}
_ORDER = {severity: place for place, severity in enumerate(Severity)}
_EXAMPLES = 3  # places that the summary names for each kind of finding
_UNWRITABLE = re.compile("[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]")


def sorting_key(finding: Finding) -> tuple[int, str, str, str, str, str]:
    """The order in which findings are listed: the worst first, then by code, report and message."""
    known = (finding.code, finding.report or "", finding.message, finding.name or "", repr(finding))
    return (_ORDER[finding.severity], *known)


def findings_lines(findings: Iterable[Finding]) -> str:
    """JSON Lines: one finding a line, in the given order, without the fields that are not known."""
    lines = []
    for finding in findings:
        known = {name: value for name, value in msgspec.to_builtins(_publishable(finding)).items() if value is not None}
        lines.append(json.dumps(known, ensure_ascii=False) + "\n")
    return "".join(lines)


def findings_graph(findings: Iterable[Finding], iris: IRIs) -> Iterator[ox.Quad]:
    """One ``sh:ValidationReport`` about all findings (https://www.w3.org/TR/shacl/#validation-report), not sorted.

    Every node has an IRI made from its content; statements stand in the default graph, each once. Memory holds a digest
    for each finding."""
    seen: set[str] = set()
    about_all: list[str] = []
    for finding in map(_publishable, findings):
        digest = _digest(finding)
        if digest not in seen:
            seen.add(digest)
            about_all += [] if finding.report or finding.capture else [digest]
            yield from _result(ox.NamedNode(f"{iris.base}id/finding/{digest}"), finding, iris)
    whole = ox.NamedNode(f"{iris.base}id/findings/{_digest(sorted(seen))}")
    conforms = ox.Literal(str(not seen).lower(), datatype=node("xsd:boolean"))
    yield ox.Quad(whole, node("rdf:type"), node("sh:ValidationReport"))
    yield ox.Quad(whole, node("sh:conforms"), conforms)
    for digest in seen:
        yield ox.Quad(whole, node("sh:result"), ox.NamedNode(f"{iris.base}id/finding/{digest}"))
    for digest in about_all:
        yield ox.Quad(ox.NamedNode(f"{iris.base}id/finding/{digest}"), node("sh:focusNode"), whole)


def summary(findings: Iterable[Finding]) -> str:
    """Findings for a reader: counts, then each kind once, with the first places where it was found."""
    kinds: dict[tuple[Severity, str], list[Finding]] = defaultdict(list)
    for finding in sorted(set(map(_publishable, findings)), key=sorting_key):
        kinds[finding.severity, finding.code].append(finding)
    if not kinds:
        return "No findings.\n"
    lines = [_counts(kinds)]
    for severity in Severity:
        codes = sorted((-len(found), code) for (kind, code), found in kinds.items() if kind is severity)
        lines += [f"\n{_HEADINGS[severity]}"] if codes else []
        for _, code in codes:
            lines += _kind(code, kinds[severity, code])
    return "\n".join(lines) + "\n"


def _counts(kinds: dict[tuple[Severity, str], list[Finding]]) -> str:
    names = {Severity.VIOLATION: "violation", Severity.WARNING: "warning", Severity.INFO: "note"}
    numbers = Counter(dict.fromkeys(Severity, 0))
    for (severity, _), found in kinds.items():
        numbers[severity] += len(found)
    return ", ".join(f"{numbers[s]} {names[s]}{'' if numbers[s] == 1 else 's'}" for s in Severity) + "."


def _kind(code: str, found: list[Finding]) -> Iterator[str]:
    yield f"  {code}: {len(found)}"
    for one in found[:_EXAMPLES]:
        place = one.report or one.name or one.capture or "no place"
        span = f", characters {one.span.start}-{one.span.end}" if one.span else ""
        yield f"    {place}{span}: {one.message}"
    if len(found) > _EXAMPLES:
        yield f"    and {len(found) - _EXAMPLES} more"


def _result(result: ox.NamedNode, finding: Finding, iris: IRIs) -> Iterator[ox.Quad]:
    capture = ox.NamedNode(iris.capture(finding.capture)) if finding.capture else None
    report = ox.NamedNode(iris.report(finding.report)) if finding.report else None
    yield ox.Quad(result, node("rdf:type"), node("sh:ValidationResult"))
    if focus := report or capture:
        yield ox.Quad(result, node("sh:focusNode"), focus)
    yield ox.Quad(result, node("sh:resultSeverity"), node(f"sh:{finding.severity}"))
    yield ox.Quad(result, node("sh:resultMessage"), ox.Literal(finding.message, language="en"))
    yield ox.Quad(result, node("sh:sourceConstraintComponent"), ox.NamedNode(OGPS + "FindingConstraintComponent"))
    yield ox.Quad(result, node("dcterms:identifier"), ox.Literal(finding.code))
    if finding.name is not None:
        yield ox.Quad(result, node("dcterms:title"), ox.Literal(finding.name))
    if capture is not None and finding.span is None:
        yield ox.Quad(result, node("dcterms:source"), capture)
    elif capture is not None and finding.span is not None:
        place = ox.NamedNode(f"{result.value}/source")
        selector = ox.NamedNode(f"{result.value}/source/selector")
        yield ox.Quad(result, node("dcterms:source"), place)
        yield ox.Quad(place, node("rdf:type"), node("oa:SpecificResource"))
        yield ox.Quad(place, node("oa:hasSource"), capture)
        yield ox.Quad(place, node("oa:hasSelector"), selector)
        yield ox.Quad(selector, node("rdf:type"), node("oa:TextPositionSelector"))
        for name, number in (("oa:start", finding.span.start), ("oa:end", finding.span.end)):
            yield ox.Quad(selector, node(name), ox.Literal(str(number), datatype=node("xsd:nonNegativeInteger")))
        if finding.quote is not None:
            yield ox.Quad(selector, node("rdf:type"), node("oa:TextQuoteSelector"))
            yield ox.Quad(selector, node("oa:exact"), ox.Literal(finding.quote))


def _publishable(finding: Finding) -> Finding:
    """``finding`` without e-mail addresses and with texts that every format can hold and every terminal can show."""
    return replace(
        finding, message=_clean(finding.message) or "", name=_clean(finding.name), quote=_clean(finding.quote)
    )


def _clean(text: str | None) -> str | None:
    return None if text is None else _UNWRITABLE.sub("\ufffd", redact(text))


def _digest(value: object) -> str:
    return hashlib.sha256(msgspec.json.encode(value, order="deterministic")).hexdigest()[:24]
